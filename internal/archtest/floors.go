// Package archtest holds the shape of the house: the floors, who may import what,
// who may touch which table, and the rules about clocks, texts and globals. It is
// the map; its tests keep the map true.
package archtest

// floors lists the packages, lowest first. A package imports only from lines
// above its own. A line that ends in "/..." stands for the packages below a folder.
var floors = []string{
	// ground: no word of the product
	"internal/clock",
	"internal/fault",
	"internal/secret",
	"internal/db/schema",
	"internal/db",
	"internal/vault",
	"internal/jobs",
	"internal/audit",
	"internal/text",
	"internal/search",
	"internal/inspect",
	"internal/pdf",
	"internal/ui",
	"internal/web",
	// law
	"internal/jurisdiction",
	// doors
	"internal/outside/reach",
	"internal/outside/sms",
	"internal/outside/email",
	"internal/outside/register",
	"internal/outside/scanner",
	"internal/outside/site",
	// domains
	"internal/blob",
	"internal/person",
	"internal/account",
	"internal/officer",
	"internal/notify",
	"internal/mailbox",
	"internal/signin",
	"internal/registration",
	"internal/profile",
	"internal/check",
	"internal/centre",
	"internal/proofing",
	"internal/catalogue",
	"internal/application",
	"internal/client",
	"internal/partner",
	"internal/consent",
	"internal/oidc",
	"internal/esia",
	"internal/overview",
	// visitors and faces
	"internal/visit",
	"internal/oidc/oidcvisit",
	"internal/partner/partnervisit",
	"faces", // every package whose name ends in page, desk or api
	// adapters
	"adapters", // internal/outside/<door>/<protocol>
	// assembly
	"internal/portal",
	"internal/demo",
	"cmd/okno",
}

// dataPackages hold data only and may be imported by everybody above the ground they need.
var dataPackages = []string{"locale", "jurisdictions", "assets", "internal/db/schema"}

// testPackages are for tests only.
var testPackages = []string{"internal/db/dbtest", "internal/text/texttest", "internal/search/searchtest", "internal/web/webtest", "internal/web/webtest/chrome",
	"internal/visit/visittest", "internal/proofing/proofingtest", "internal/application/applicationtest", "internal/oidc/oidctest", "internal/outside/sms/smstest", "internal/outside/email/emailtest", "internal/outside/register/registertest", "internal/archtest", "journeys"}

// allowed says which packages may import a package that the rest may not.
var allowed = map[string][]string{
	"database/sql": {"internal/db"},
	"net/http":     {"internal/web", "internal/visit", "internal/oidc/oidcvisit", "faces", "adapters", "internal/portal", "internal/demo", "sim", "internal/outside/reach", "cmd/okno"},
}

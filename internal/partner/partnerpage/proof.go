package partnerpage

import (
	"net/http"
	"slices"

	"okno/internal/client"
	"okno/internal/fault"
	"okno/internal/partner"
	"okno/internal/ui"
	"okno/internal/visit"
)

// manner is one way in which a site can prove itself, with a page of its own.
type manner struct {
	word   string
	method client.Method
}

// manners are the ways, the best one first.
var manners = []manner{
	{"keys", client.PrivateKeyJWT}, {"certificate", client.SelfSignedTLS}, {"secret", client.SecretBasic}, {"native", client.NoMethod},
}

// esia is the choice of systems that were built for ESIA: it leads to the question
// whether it is a system of the state.
const esia = "esia"

// proofView is what the pages of a site's proof show.
type proofView struct {
	r      *visit.Request
	site   partner.Site
	c      client.Client // as edited
	errs   visit.Errors
	manner string // of the page, "" for the choice
}

// commands make what a site proves itself with, on its own machine.
var commands = map[string][]string{
	"keys": {
		"openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out private.pem",
		"openssl pkey -in private.pem -pubout",
	},
	"certificate": {
		`openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj "/CN=library.example" -keyout client.key -out client.pem`,
	},
}

func (c console) showProof(w http.ResponseWriter, r *visit.Request) error {
	return c.showProofPage(w, r, "", visit.Errors{})
}

func (c console) showManner(m manner) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		return c.showProofPage(w, r, m.word, visit.Errors{})
	}
}

func (c console) showProofPage(w http.ResponseWriter, r *visit.Request, manner string, errs visit.Errors) error {
	site, err := c.changing(r)
	if err != nil {
		return err
	}
	v := proofView{r, site, site.Edited(), errs, manner}
	title, back, body := r.T("partner.step.proof"), "", proofBody(v, r.Key(w))
	if manner != "" {
		title, back, body = r.T("partner.proof.title."+manner), "/proof", mannerBody(v, r.Key(w))
	}
	return r.Show(w, visit.Page{Title: title, Body: body, Failed: errs.Any(), Form: true, Back: backTo(r, pathOf(idOf(r), back))})
}

// choices are the ways that a site may choose; a secret is for the sandbox.
func (v proofView) choices() (list []ui.Choice) {
	for _, m := range manners {
		if m.method == client.SecretBasic && v.site.Live.Stage == client.Production {
			continue
		}
		list = append(list, ui.Choice{Value: m.word, Label: v.r.T("partner.proof.by." + m.word), Hint: v.r.T("partner.proof.by." + m.word + "_hint")})
	}
	return append(list, ui.Choice{Value: esia, Label: v.r.T("partner.proof.by.esia"), Hint: v.r.T("partner.proof.by.esia_hint")})
}

// chosen is the way that the site has, "" while it has none.
func (v proofView) chosen() string {
	if chosen := v.r.Form.Text("by"); chosen != "" {
		return chosen
	}
	if v.c.OfESIA() && len(v.c.Keys.Keys) == 0 {
		return esia
	}
	for _, m := range manners {
		if m.method == v.c.Method && (m.method != client.PrivateKeyJWT || len(v.c.Keys.Keys) > 0) {
			return m.word
		}
	}
	return ""
}

// postProof leads to the page of the chosen way, or takes a key away.
func (c console) postProof(w http.ResponseWriter, r *visit.Request) error {
	if r.Form.Text("act") == "remove" {
		err := c.s.RemoveProof(r.Context(), r.Account.ID, idOf(r), r.Form.Text("name"))
		if errs, refused := r.Refused(err); refused {
			return c.showProofPage(w, r, "", errs)
		}
		if err != nil {
			return err
		}
		return r.Redirect(w, pathOf(idOf(r), "/proof"))
	}
	by := r.Form.Text("by")
	if by == esia {
		return r.Redirect(w, pathOf(idOf(r), "/state"))
	}
	if !slices.ContainsFunc(manners, func(m manner) bool { return m.word == by }) {
		return c.showProofPage(w, r, "", r.Errors(fault.OneField("by", "client.method.form", nil)))
	}
	return r.Redirect(w, pathOf(idOf(r), "/proof/"+by))
}

func (c console) postManner(m manner) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		now, told, err := c.prove(r, m)
		if errs, refused := r.Refused(err); refused {
			return c.showProofPage(w, r, m.word, errs)
		}
		if err != nil {
			return err
		}
		if told != "" {
			return c.showSecret(w, r, told)
		}
		return c.onward(w, r, "attributes", now)
	}
}

// prove does what the page of a way is for; told is a new secret.
func (c console) prove(r *visit.Request, m manner) (now bool, told string, err error) {
	ctx, who, id := r.Context(), r.Account.ID, idOf(r)
	switch m.method {
	case client.PrivateKeyJWT:
		now, err = c.s.AddKeys(ctx, who, id, r.Form.Lines("keys"))
	case client.SelfSignedTLS:
		now, err = c.s.AddCertificate(ctx, who, id, r.Form.Lines("certificates"))
	case client.SecretBasic:
		told, err = c.s.NewSecret(ctx, who, id)
	default:
		now, err = c.s.GoNative(ctx, who, id)
	}
	return now, told, err
}

// showSecret is the one answer that holds the secret: nowhere kept, in no address.
func (c console) showSecret(w http.ResponseWriter, r *visit.Request, told string) error {
	site, err := c.s.Site(r.Context(), r.Account.ID, idOf(r))
	if err != nil {
		return err
	}
	onward := pathOf(idOf(r), "")
	if !site.Registered() {
		onward = pathOf(idOf(r), "/attributes")
	}
	w.Header().Set("Cache-Control", "no-store")
	return r.Show(w, visit.Page{Title: r.T("partner.secret.title"), Body: secretBody(r, told, onward)})
}

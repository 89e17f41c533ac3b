package journeys

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"okno/internal/db"
	"okno/internal/db/dbtest"
)

// presses is how often every form is sent in the same moment (screens.md 3.2, row 21).
const presses = 20

// pressed sends every form of a journey twenty times at once and gives the
// browser one of the answers. Files and codes that are wrong on purpose go once.
type pressed struct {
	t      *testing.T
	under  http.RoundTripper
	origin string

	tabs bool // of the same page in as many tabs, each with a key of its own

	mu    sync.Mutex
	forms int
}

// inTabs are the forms that are sent from many tabs: the data, the application.
var inTabs = regexp.MustCompile(`^/id/profile/answers$|^/applications/[^/]+/check$`)

func (p *pressed) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodPost || "http://"+r.URL.Host != p.origin || r.GetBody == nil || strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		return p.under.RoundTrip(r)
	}
	if body, _ := r.GetBody(); contains(body, "code=000000") {
		return p.under.RoundTrip(r)
	}
	if p.tabs && !inTabs.MatchString(r.URL.Path) {
		return p.under.RoundTrip(r)
	}
	bodies := p.bodies(r)
	p.mu.Lock()
	p.forms++
	p.mu.Unlock()
	answers := make([]*http.Response, presses)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() {
			again := r.Clone(r.Context())
			again.Body, again.ContentLength = io.NopCloser(strings.NewReader(bodies[i])), int64(len(bodies[i]))
			answer, err := p.under.RoundTrip(again)
			if err != nil {
				p.t.Error(err)
				return
			}
			body, _ := io.ReadAll(answer.Body)
			answer.Body.Close()
			answer.Body = io.NopCloser(bytes.NewReader(body))
			answers[i] = answer
		})
	}
	all.Wait()
	return p.one(r, answers), nil
}

var formKey = regexp.MustCompile(`name="_key" value="([^"]+)"`)

// bodies are what each press sends: the same, or with the key of its tab.
func (p *pressed) bodies(r *http.Request) []string {
	body, _ := r.GetBody()
	content, _ := io.ReadAll(body)
	all := slices.Repeat([]string{string(content)}, presses)
	for i := range all {
		if !p.tabs {
			break
		}
		tab, _ := http.NewRequest(http.MethodGet, r.URL.String(), nil)
		tab.Header.Set("Cookie", r.Header.Get("Cookie"))
		answer, err := p.under.RoundTrip(tab)
		if err != nil {
			p.t.Error(err)
			break
		}
		page, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		values, _ := url.ParseQuery(all[i])
		key := formKey.FindSubmatch(page)
		if key == nil || string(key[1]) == values.Get("_key") {
			p.t.Errorf("%s opened in a tab has no key of its own", r.URL.Path)
			break
		}
		values.Set("_key", string(key[1]))
		all[i] = values.Encode()
	}
	return all
}

// one holds that all answers say the same, and gives the one that also signs in.
func (p *pressed) one(r *http.Request, answers []*http.Response) *http.Response {
	best := answers[0]
	for _, a := range answers {
		if p.tabs { // the second one may be told that it was done already
			if a.StatusCode >= 500 {
				p.t.Errorf("%s from many tabs: %d", r.URL.Path, a.StatusCode)
			} else if a.StatusCode == http.StatusSeeOther && best.StatusCode != http.StatusSeeOther {
				best = a
			}
			continue
		}
		if a.StatusCode != best.StatusCode || a.Header.Get("Location") != best.Header.Get("Location") {
			p.t.Errorf("%s pressed %d times led to %d %s and to %d %s", r.URL.Path, presses, best.StatusCode, best.Header.Get("Location"), a.StatusCode, a.Header.Get("Location"))
		}
		if len(a.Cookies()) > len(best.Cookies()) {
			best = a
		}
	}
	return best
}

func contains(r io.Reader, words string) bool {
	body, _ := io.ReadAll(r)
	return bytes.Contains(body, []byte(words))
}

// effects are the tables whose rows are effects of a journey.
var effects = []string{"account_account", "account_contact", "account_evidence", "account_number", "registration_registration", "check_claim", "check_question",
	"application_case", "application_event", "application_decision", "application_result", "application_correction", "mailbox_letter", "proofing_case", "notify_message", "signin_session"}

// TestPressedTwice walks the whole journey with one press of every button and
// with twenty at once, and compares what is there in the end.
func TestPressedTwice(t *testing.T) {
	once := walked(t, "", nil)
	often, tabs := walked(t, "", &pressed{}), walked(t, "", &pressed{tabs: true})
	apart := walked(t, dbtest.Config(t, "postgres").Postgres, &pressed{tabs: true})
	for what, n := range once {
		t.Run("screens 21 twenty presses are one: "+what, func(t *testing.T) {
			if often[what] != n {
				t.Errorf("one press made %d, twenty at once %d", n, often[what])
			}
			if tabs[what] != n {
				t.Errorf("one press made %d, twenty tabs at once %d", n, tabs[what])
			}
			if apart[what] != n {
				t.Errorf("one press made %d, twenty tabs at once on PostgreSQL %d", n, apart[what])
			}
		})
	}
}

// walked goes the whole way and counts its effects.
func walked(t *testing.T, postgres string, p *pressed) map[string]int {
	t.Helper()
	c := run(t, postgres)
	if p != nil {
		p.t, p.under, p.origin = t, http.DefaultTransport, c.portal
		http.DefaultTransport = p
		defer func() {
			http.DefaultTransport = p.under
			if p.forms < 15 && !p.tabs || p.forms < 2 {
				t.Errorf("only %d forms were pressed", p.forms)
			}
		}()
	}
	r := c.stranger("ru", c.demo.Portal.Law)
	r.register()
	r.fillIn("113-520-411 93")
	r.told(r.phone, firstWords(r.T("check.passed.sms")))
	r.b.Open("/id/check")
	r.addEmail()
	r.confirmAtDesk()
	r.decided(r.applyForPassport())
	c.verifyAudit()
	c.await("the last message to be sent", func() bool {
		waiting := 0
		err := c.demo.Portal.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
			waiting, err = db.One(tx, db.Scalar[int], `SELECT count(*) FROM notify_message WHERE state IN ('waiting', 'sending')`)
			return err
		})
		return err == nil && waiting == 0
	})
	for _, one := range c.sms(r.phone) { // says which one was too many, when one is
		t.Logf("SMS: %.40s", one.Text)
	}
	counts := map[string]int{"SMS": len(c.sms(r.phone)), "e-mails": len(c.mail(r.email))}
	for _, register := range []string{"pension", "migration"} {
		counts["questions to "+register] = len(c.demo.Outside.Registers.Ledger(register))
	}
	err := c.demo.Portal.DB.Read(context.Background(), func(tx *db.Tx) error {
		for _, table := range effects {
			rows, err := db.One(tx, db.Scalar[int], db.SQL(fmt.Sprintf("SELECT count(*) FROM %s", table)))
			if err != nil {
				return err
			}
			counts["rows of "+table] = rows
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

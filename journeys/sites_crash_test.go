package journeys

import (
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/jurisdiction"
	"okno/internal/portal"
)

// redeemer is a site that redeems one thing many times at once while the server dies.
type redeemer struct {
	*killed
	t    *testing.T
	said string // the last answer to a browser
	web  *http.Client
}

// TestRedeemedOnce kills the server in the middle of 64 parallel uses of one code,
// one refresh token and one pushed request: before and after together exactly one
// is answered with success, or the one whose answer died with the server.
func TestRedeemedOnce(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "okno")
	if out, err := exec.Command("go", "build", "-o", binary, "okno/cmd/okno").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			database := ""
			if engine == "postgres" {
				database = dbtest.Config(t, "postgres").Postgres
			}
			r := &redeemer{killed: populated(t, binary, database), t: t, web: &http.Client{Transport: &http.Transport{}, Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
			r.stop()
			r.makeKnown()
			r.start()
			t.Run("OTP-2 a code is redeemed once, whenever the server dies", func(t *testing.T) {
				r.once(t, func() url.Values {
					return url.Values{"client_id": {"once"}, "grant_type": {"authorization_code"}, "code": {r.code()}, "redirect_uri": {siteBack}, "code_verifier": {verifier}}
				}, func(v url.Values) bool { return r.post("/id/oauth/token", v, nil) == http.StatusOK })
			})
			t.Run("OTP-2 a refresh token is spent once, whenever the server dies", func(t *testing.T) {
				r.once(t, func() url.Values {
					var tokens struct {
						Refresh string `json:"refresh_token"`
					}
					r.post("/id/oauth/token", url.Values{"client_id": {"once"}, "grant_type": {"authorization_code"}, "code": {r.code()}, "redirect_uri": {siteBack}, "code_verifier": {verifier}}, &tokens)
					return url.Values{"client_id": {"once"}, "grant_type": {"refresh_token"}, "refresh_token": {tokens.Refresh}}
				}, func(v url.Values) bool { return r.post("/id/oauth/token", v, nil) == http.StatusOK })
			})
			t.Run("OTP-2 a pushed request is used once, whenever the server dies", func(t *testing.T) {
				r.once(t, func() url.Values {
					var pushed struct {
						URI string `json:"request_uri"`
					}
					r.post("/id/oauth/par", ask(), &pushed)
					return url.Values{"client_id": {"once"}, "request_uri": {pushed.URI}}
				}, func(v url.Values) bool { return r.authorized(v) != "" })
			})
			r.stop()
			r.catchUp(t)
			if out, err := exec.Command(binary, "audit", "verify", "-c", r.file).CombinedOutput(); err != nil {
				t.Errorf("the audit log is not sound: %v: %s", err, out)
			}
		})
	}
}

const (
	siteBack  = "http://127.0.0.1:9/callback"
	verifier  = "a-verifier-that-is-forty-three-letters-long-at-least"
	challenge = "0Hn8Mcignvt0PGcKe31FT_mZWb_FQc5gXCPcbn3KsT0"
)

// ask is a request for a sign-in.
func ask() url.Values {
	return url.Values{"client_id": {"once"}, "redirect_uri": {siteBack}, "response_type": {"code"}, "scope": {"openid fullname"}, "code_challenge": {challenge}, "code_challenge_method": {"S256"}}
}

// makeKnown registers the site, which is given data by law, so that nobody is asked.
func (r *redeemer) makeKnown() {
	p, err := portal.Open(r.t.Context(), r.config, portal.Options{Self: r.binary})
	if err != nil {
		r.t.Fatal(err)
	}
	defer p.Close()
	words := jurisdiction.Words{"en": "Once", "ru": "Однажды", "fa": "یک بار"}
	err = p.DB.Write(r.t.Context(), func(tx *db.Tx) error {
		return p.Clients.Add(tx, client.Client{ID: "once", Stage: client.Production, Name: words, Purpose: words, Law: words, Redirects: []string{siteBack}, Native: true, Method: client.NoMethod,
			Grants: []client.Grant{client.Code, client.Refresh}, Required: []client.Attribute{client.Name}}, audit.BySystem("test"))
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// once makes a thing and uses it 64 times at once, kills the server among them, and uses it 64 times again.
func (r *redeemer) once(t *testing.T, make func() url.Values, use func(url.Values) bool) {
	died := 0
	for range 6 {
		thing := make()
		before := r.storm(thing, use, true)
		r.start()
		after := r.storm(thing, use, false)
		switch before + after {
		case 1:
		case 0: // its answer died with the server: whoever asks again is refused, and that was held by the second storm
			died++
		default:
			t.Errorf("%d were answered with success before the kill and %d after it", before, after)
		}
	}
	if died == 6 {
		t.Error("no use was ever answered")
	}
}

// storm is 64 uses at once; kill ends the server among them.
func (r *redeemer) storm(thing url.Values, use func(url.Values) bool, kill bool) int {
	var good atomic.Int32
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			if use(thing) {
				good.Add(1)
			}
		})
	}
	if kill {
		clock.Pause(context.Background(), time.Duration(5+rand.IntN(60))*time.Millisecond)
		r.stop()
	}
	all.Wait()
	return int(good.Load())
}

// post posts as the site does; 0 when the server died under it.
func (r *redeemer) post(path string, form url.Values, answer any) int {
	ask, err := http.NewRequest(http.MethodPost, r.config.Origin+path, strings.NewReader(form.Encode()))
	if err != nil {
		panic(err)
	}
	ask.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got, err := r.web.Do(ask)
	if err != nil {
		return 0
	}
	defer got.Body.Close()
	content, err := io.ReadAll(got.Body)
	if err != nil {
		return 0
	}
	if answer != nil {
		if err := json.Unmarshal(content, answer); err != nil || got.StatusCode >= 400 {
			r.t.Fatalf("%s: %d %s", path, got.StatusCode, content)
		}
	}
	return got.StatusCode
}

// authorized sends a browser that is signed in; it gives the code that the site gets, "" when there is none.
func (r *redeemer) authorized(request url.Values) string {
	ask, err := http.NewRequest(http.MethodGet, r.config.Origin+"/id/oauth/authorize?"+request.Encode(), nil)
	if err != nil {
		panic(err)
	}
	ask.AddCookie(&http.Cookie{Name: "okno", Value: r.tokens[r.applicants[0]]})
	got, err := r.web.Do(ask)
	if err != nil {
		return ""
	}
	defer got.Body.Close()
	page, _ := io.ReadAll(got.Body)
	r.said = got.Status + " " + got.Header.Get("Location") + string(page)
	back, err := got.Location()
	if err != nil {
		return ""
	}
	return back.Query().Get("code")
}

func (r *redeemer) code() string {
	code := r.authorized(ask())
	if code == "" {
		r.t.Fatalf("there is no code: %s", r.said)
	}
	return code
}

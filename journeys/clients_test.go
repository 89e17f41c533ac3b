package journeys

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/jurisdiction"
	"okno/internal/secret"
)

// driven is a site written with somebody else's client library in another
// language (journeys/clients), which the test leads by lines of JSON.
type driven struct {
	t       testing.TB
	command []string
	in      io.Writer
	out     *bufio.Scanner
}

// told is what a driven site needs to know.
type told struct {
	Issuer   string          `json:"issuer"`
	Client   string          `json:"client"`
	Key      jose.JSONWebKey `json:"key"`
	Secret   string          `json:"secret,omitempty"`
	Redirect string          `json:"redirect"`
	After    string          `json:"after"` // where to go after a sign-out
	Scope    string          `json:"scope"`
	DPoP     bool            `json:"dpop,omitempty"`
	Pushed   bool            `json:"pushed,omitempty"` // the program at Node always pushes
}

// said is a line of a driven site: where the browser goes, or what it got.
type said struct {
	Go      string         `json:"go"`
	Claims  map[string]any `json:"claims"`  // of the ID token, after the library has checked it
	Info    map[string]any `json:"info"`    // userinfo
	Same    bool           `json:"same"`    // userinfo with the refreshed token is about the same person
	Type    string         `json:"type"`    // token_type
	Before  bool           `json:"before"`  // active, says introspection
	After   bool           `json:"after"`   // active, after the revocation
	Refused string         `json:"refused"` // the error of a refresh after it
}

// drive starts a program, which ends with the test.
func drive(t *testing.T, environment []string, command ...string) *driven {
	t.Helper()
	child := exec.CommandContext(t.Context(), command[0], command[1:]...)
	child.Env = append(child.Environ(), environment...)
	var complaints strings.Builder
	child.Stderr = &complaints
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		child.Process.Kill()
		child.Wait()
		if t.Failed() {
			t.Log(complaints.String())
		}
	})
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	return &driven{t, command, in, lines}
}

func (d *driven) tell(words any) {
	d.t.Helper()
	if err := json.NewEncoder(d.in).Encode(words); err != nil {
		d.t.Fatal(err)
	}
}

func (d *driven) hear() (s said) {
	d.t.Helper()
	if !d.out.Scan() {
		d.t.Fatalf("%s says nothing more", d.command)
	}
	if err := json.Unmarshal(d.out.Bytes(), &s); err != nil {
		d.t.Fatalf("%s says %s", d.command, d.out.Bytes())
	}
	return s
}

// python finds the interpreter that has Authlib: Debian's, which others may hide.
func python(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(name, "-c", "import authlib, requests").Run() == nil {
			return name
		}
	}
	t.Fatal("no Python with Authlib: run scripts/packages, or apt-get install python3-authlib python3-requests")
	return ""
}

// TestClientsOfOtherLanguages lets client libraries that are not ours, in
// languages that are not ours, take somebody through the whole protocol.
func TestClientsOfOtherLanguages(t *testing.T) {
	if out, err := exec.Command("npm", "ci", "--prefix", "clients/node", "--loglevel=error").CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v: %s", err, out)
	}
	c := run(t, "")
	landing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, `<!doctype html><html lang="en" dir="ltr"><title>Site</title><main><h1>Site</h1></main></html>`)
	}))
	defer landing.Close()
	insecure := []string{"AUTHLIB_INSECURE_TRANSPORT=1"} // the demo speaks HTTP
	for name, one := range map[string]struct {
		told
		command []string
	}{
		"openid-client of npm, with private_key_jwt":                {told{Client: "node"}, []string{"node", "clients/node/site.js"}},
		"openid-client of npm, with DPoP":                           {told{Client: "node-dpop", DPoP: true}, []string{"node", "clients/node/site.js"}},
		"Authlib of Python, with private_key_jwt and a pushed wish": {told{Client: "python", Pushed: true}, []string{python(t), "clients/python/site.py"}},
		"Authlib of Python, with client_secret_basic":               {told{Client: "python-basic", Secret: secret.Token()}, []string{python(t), "clients/python/site.py"}},
	} {
		t.Run("A-02 the whole way by "+name, func(t *testing.T) {
			one.Issuer, one.Redirect, one.After, one.Scope = c.portal+"/id", landing.URL+"/callback/"+one.Client, landing.URL+"/bye/"+one.Client, "openid profile email snils"
			c.makeKnown(t, &one.told)
			goneThrough(c.guest("ru", "+79000000103").at(t), drive(t, insecure, one.command...), one.told)
		})
	}
}

// makeKnown registers a driven site: in production with a fresh key, where it has to
// push its requests for the number's sake, or in the sandbox with its secret.
func (c *country) makeKnown(t *testing.T, one *told) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	one.Key = jose.JSONWebKey{Key: key, KeyID: "k1", Algorithm: "ES256", Use: "sig"}
	site := client.Client{ID: client.ID(one.Client), Stage: client.Production, Native: true, Name: jurisdiction.Words{"en": "Site " + one.Client}, Purpose: jurisdiction.Words{"en": "To try Okno"},
		Redirects: []string{one.Redirect}, PostLogout: []string{one.After}, Grants: []client.Grant{client.Code, client.Refresh},
		Required: []client.Attribute{client.Name, client.BirthDate, client.Number("snils")}, Optional: []client.Attribute{client.Email}, DPoP: one.DPoP}
	if one.Secret != "" {
		site.Stage, site.Method, site.Secret = client.Sandbox, client.SecretBasic, secret.Hash(one.Secret)
	} else {
		site.Method, site.Keys = client.PrivateKeyJWT, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{one.Key.Public()}}
	}
	if site.MustPush() != (one.Secret == "") {
		t.Fatalf("%s must push: %t", one.Client, site.MustPush())
	}
	c.write(func(tx *db.Tx) error { return c.demo.Portal.Clients.Add(tx, site, audit.BySystem("test")) })
}

// goneThrough takes the guest through sign-in, consent, tokens and sign-out.
func goneThrough(g *guest, d *driven, one told) {
	d.tell(one)
	p := g.b.Open(d.hear().Go)
	p = g.agree(g.signIn(p))
	if !strings.HasPrefix(p.Origin()+p.Path, one.Redirect) {
		g.t.Fatalf("the browser ends at %s%s: %s", p.Origin(), p.Path, p.Text())
	}
	d.tell(map[string]string{"back": p.Origin() + p.Path})
	got := d.hear()
	if got.Claims["acr"] != "urn:okno:level:verified" || got.Claims["aud"] == nil || got.Info["name"] != "Белова Екатерина Андреевна" || got.Info["birthdate"] != "1990-07-19" || got.Info["snils"] != "11574063340" {
		g.t.Errorf("the site was told %v and %v", got.Claims, got.Info)
	}
	if _, told := got.Info["email"]; told {
		g.t.Error("the e-mail address was told, though nobody ticked it")
	}
	if kind := map[bool]string{true: "dpop", false: "bearer"}[one.DPoP]; !strings.EqualFold(got.Type, kind) || !got.Same || !got.Before || got.After || got.Refused != "invalid_grant" {
		g.t.Errorf("%+v", got)
	}
	p = g.b.Open(d.hear().Go)
	if p = p.Follow(g.T("oidc.return.go", "site", "Site "+one.Client)); !strings.HasPrefix(p.Origin()+p.Path, one.After+"?state=") {
		g.t.Errorf("after the sign-out at %s%s", p.Origin(), p.Path)
	}
	if g.b.Open("/account").Path == "/account" {
		g.t.Error("the session lives on")
	}
}

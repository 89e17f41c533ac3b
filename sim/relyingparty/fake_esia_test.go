package relyingparty_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// The fake's face for sites built for ESIA: it checks their signatures and signs tokens as ESIA does.

const fakeOID = "1000299353"

// rsaKeys are made once, because an RSA key takes its time. The first signs, until rotateRSA.
var rsaKeys = sync.OnceValue(func() (list [2]*rsa.PrivateKey) {
	for i := range list {
		list[i], _ = rsa.GenerateKey(rand.Reader, 2048)
	}
	return list
})

func (f *fake) speakESIA(mux *http.ServeMux) {
	mux.HandleFunc("GET /aas/oauth2/v2/ac", f.ac)
	mux.HandleFunc("POST /aas/oauth2/v3/te", f.te)
	mux.HandleFunc("GET /aas/oauth2/certificates.pem", f.certificates)
	mux.HandleFunc("GET /rs/prns/{oid}", f.prns)
	mux.HandleFunc("GET /idp/ext/Logout", f.logout)
}

// proves checks the bare signature of a request. It is called with f.mu held.
func (f *fake) proves(v url.Values, last string) bool {
	c := f.clients[v.Get("client_id")]
	signature, err := base64.RawURLEncoding.DecodeString(v.Get("client_secret"))
	at, wrong := time.Parse("2006.01.02 15:04:05 -0700", v.Get("timestamp"))
	if c.certificate == nil || err != nil || wrong != nil || len(v.Get("state")) != 36 || f.now.Now().Sub(at).Abs() > time.Minute || f.spent[v.Get("state")] {
		return false
	}
	f.spent[v.Get("state")] = true
	sum := sha256.Sum256([]byte(v.Get("client_id") + v.Get("scope") + v.Get("timestamp") + v.Get("state") + v.Get("redirect_uri") + last))
	return v.Get("redirect_uri") == c.redirect && rsa.VerifyPKCS1v15(c.certificate.PublicKey.(*rsa.PublicKey), crypto.SHA256, sum[:], signature) == nil
}

func (f *fake) ac(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	q := r.URL.Query()
	back := url.Values{"state": {q.Get("state")}}
	switch {
	case !f.proves(q, ""):
		http.Error(w, "not signed by a system that we know", 400)
		return
	case f.deny != "":
		back.Set("error", f.deny)
		back.Set("error_description", or(f.said, "ESIA-007004: <b>because</b>"))
	default:
		code := f.next("code-")
		f.codes[code] = q
		back.Set("code", code)
		f.in = true
	}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusSeeOther)
}

func (f *fake) te(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	code := r.PostFormValue("code")
	asked, known := f.codes[code]
	delete(f.codes, code)
	switch {
	case !f.proves(r.PostForm, code):
		give(w, 401, map[string]any{"error": "invalid_client", "error_description": "ESIA-007053: wrong"})
		return
	case !known || f.refuse != "":
		give(w, 400, map[string]any{"error": or(f.refuse, "invalid_grant"), "error_description": "ESIA-007011: wrong"})
		return
	}
	answer := map[string]any{"access_token": "access-" + code, "token_type": "Bearer", "expires_in": 300, "state": r.PostForm.Get("state"), "id_token": f.esiaToken(asked.Get("client_id"))}
	if f.info != nil {
		f.info(answer)
	}
	give(w, 200, answer)
}

func (f *fake) esiaToken(client string) string {
	now := f.now.Now().Unix()
	oid, _ := strconv.ParseInt(fakeOID, 10, 64)
	about := map[string]any{"urn:esia:sbj:typ": "P", "urn:esia:sbj:oid": oid, "urn:esia:sbj:nam": "OID." + fakeOID, "urn:esia:sbj:lvl": "P"}
	if f.person.level == "urn:okno:level:verified" {
		about["urn:esia:sbj:is_tru"], about["urn:esia:sbj:lvl"] = true, "PR"
	}
	claims := map[string]any{"iss": f.server.URL + "/", "aud": client, "sub": fakeOID, "iat": now, "nbf": now, "exp": now + 120, "auth_time": now - 60, "amr": "PWD",
		"urn:esia:amd": "PWD", "urn:esia:sid": f.person.sid, "urn:esia:sbj": about}
	options := &jose.SignerOptions{}
	if f.spoil != nil {
		f.spoil(options, claims)
	}
	if f.sign != nil {
		return f.sign(claims)
	}
	return signWith(f.t, jose.SigningKey{Algorithm: jose.RS256, Key: rsaKeys()[f.rsa]}, options.WithType("JWT"), claims)
}

func (f *fake) certificates(w http.ResponseWriter, _ *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.noPEM != 0 {
		w.WriteHeader(f.noPEM)
		return
	}
	key, now := rsaKeys()[f.rsa], f.now.Now()
	t := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "fake"}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		f.t.Error(err)
	}
	_ = pem.Encode(w, &pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func (f *fake) prns(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("oid") != fakeOID || !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer access-") {
		give(w, 403, map[string]any{"error": "insufficient_scope", "error_description": "ESIA-007019: no"})
		return
	}
	list := func(field, value string) map[string]any {
		return map[string]any{"stateFacts": []string{"hasSize"}, "size": 1, "elements": []any{map[string]any{"type": "X", field: value}}}
	}
	give(w, 200, map[string]any{"stateFacts": []string{"EntityRoot"}, "eTag": "F00", "status": "REGISTERED", "verifying": false, "trusted": true, "lastName": "Иванова", "firstName": "Мария",
		"middleName": "<i>Петровна</i>", "contacts": list("value", "+7(916)1234567"), "addresses": list("addressStr", "Вологодская область, Вологда, 2"), "rIdDoc": 17})
}

func (f *fake) logout(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	q := r.URL.Query()
	if c := f.clients[q.Get("client_id")]; q.Get("redirect_url") != c.after || c.after == "" {
		http.Error(w, "not a sign-out that we know", 400)
		return
	}
	f.in = false
	http.Redirect(w, r, q.Get("redirect_url"), http.StatusSeeOther)
}

package signin_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/argon2"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/jurisdiction"
	"okno/internal/notify"
	"okno/internal/officer"
	"okno/internal/secret"
	"okno/internal/signin"
	"okno/internal/vault"
	"okno/jurisdictions"
)

// world is a house with one resident, Irina, who has a phone, an e-mail and a SNILS.
type world struct {
	t        testing.TB
	db       *db.DB
	now      *clock.Fake
	dir      string // of the ring
	ring     *secret.Ring
	law      *jurisdiction.Jurisdiction
	accounts *account.Accounts
	officers *officer.Officers
	sessions *signin.Sessions
	service  *signin.Service
	notices  *notices
	irina    account.ID
}

const (
	phone    = "+79161234567"
	mail     = "irina@example.org"
	snils    = "112-233-445 95"
	password = "Tulip;7Okna"
	other    = "Garden!4Sun"
)

var law = sync.OnceValues(func() (*jurisdiction.Jurisdiction, error) {
	pack, err := jurisdictions.Pack("ru")
	if err != nil {
		return nil, err
	}
	return jurisdiction.Load(pack)
})

func newWorld(t testing.TB, d *db.DB, now *clock.Fake) *world {
	t.Helper()
	w := &world{t: t, db: d, now: now, dir: filepath.Join(t.TempDir(), "ring"), notices: &notices{}}
	var err error
	if w.ring, err = secret.CreateRing(w.dir); err != nil {
		t.Fatal(err)
	}
	if w.law, err = law(); err != nil {
		t.Fatal(err)
	}
	v := vault.New(w.ring)
	w.accounts, w.officers = account.New(v, account.RulesOf(w.law)), officer.New(v)
	w.sessions = signin.NewSessions(w.accounts, w.officers, signin.DefaultLimits)
	w.service = signin.New(d, w.sessions, w.law, w.notices)
	w.irina = w.account("Ирина Соколова", phone, mail, "11223344595", w.cheapHash(password))
	return w
}

func (w *world) write(f func(tx *db.Tx) error) {
	w.t.Helper()
	if err := w.db.Write(context.Background(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) account(name, phone, mail, number, hash string) (id account.ID) {
	w.t.Helper()
	w.write(func(tx *db.Tx) (err error) {
		if id, err = w.accounts.Create(tx, account.Opening{Name: account.Name{Full: name, Short: name}, Language: "ru"}); err != nil {
			return err
		}
		for kind, value := range map[account.ContactKind]string{account.Phone: phone, account.Email: mail} {
			if value == "" {
				continue
			}
			if err = w.accounts.AddContact(tx, id, kind, value); err != nil {
				return err
			}
		}
		by := account.ByHolder(id)
		if _, _, err = w.accounts.Add(tx, id, account.Evidence{Way: account.ByContact, Source: "phone"}, by); err != nil {
			return err
		}
		if number != "" {
			if err = w.accounts.Claim(tx, id, number, false, by); err != nil {
				return err
			}
		}
		return signin.Passwords{}.Set(tx, string(id), hash)
	})
	return id
}

// cheapHash is an argon2id hash with parameters of long ago, so that a test may
// compare often.
func (w *world) cheapHash(password string) string {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, "pepper.key"))
	if err != nil {
		w.t.Fatal(err)
	}
	pepper, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		w.t.Fatal(err)
	}
	mac := hmac.New(sha256.New, pepper)
	fmt.Fprintf(mac, "8:password%d:%s", len(password), password)
	salt := []byte("0123456789abcdef")
	sum := argon2.IDKey(mac.Sum(nil), salt, 1, 8, 1, 32)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=19$m=8,t=1,p=1$%s$%s", b64(salt), b64(sum))
}

// worked is a browser that solves every challenge.
func worked() bool { return true }

func (w *world) try(a signin.Attempt) signin.Result {
	w.t.Helper()
	if a.Work == nil {
		a.Work = worked
	}
	r, err := w.service.SignIn(context.Background(), a)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *world) session(token string) (s signin.Session) {
	w.t.Helper()
	w.write(func(tx *db.Tx) (err error) { s, err = w.sessions.Find(tx, token); return err })
	return s
}

func (w *world) events() (kinds []signin.EventKind) {
	w.t.Helper()
	w.write(func(tx *db.Tx) error {
		kinds = nil
		events, err := w.service.Events(tx, w.irina, 100)
		for _, e := range events {
			kinds = append(kinds, e.Kind)
		}
		return err
	})
	return kinds
}

func (w *world) officer(login string) (id officer.ID, token string) {
	w.t.Helper()
	w.write(func(tx *db.Tx) (err error) {
		by := audit.BySystem("test")
		o := officer.Officer{Login: login, Name: "Олег Кузнецов", Roles: []officer.Role{officer.Operator}, Centre: "vologda"}
		if id, err = w.officers.Add(tx, o, by); err != nil {
			return err
		}
		token, err = w.service.Invite(tx, id, by)
		return err
	})
	return id, token
}

// equipped makes an invited officer active.
func (w *world) equipped(id officer.ID) {
	w.t.Helper()
	w.write(func(tx *db.Tx) error { return w.officers.Activate(tx, id) })
}

// notices keeps which notices were sent.
type notices struct {
	mu    sync.Mutex
	sent  []notify.Notice
	codes []notify.Direct
	wrong int
}

func (n *notices) SendTo(_ *db.Tx, d notify.Direct) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.codes = append(n.codes, d)
	return nil
}

func (n *notices) TakeSend(*db.Tx, notify.Ask) error { return nil }

func (n *notices) Wrong(*db.Tx, string, account.ContactKind, string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.wrong++
	return nil
}

func (n *notices) Confirmed(*db.Tx, string, account.ContactKind, string) error { return nil }

// link is the token of the last notice's "not me".
func (n *notices) link() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, one := range slices.Backward(n.sent) {
		if token, ok := strings.CutPrefix(one.Path, "/id/signin/not-me/"); ok {
			return token
		}
	}
	return ""
}

func (n *notices) lastCode() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.codes[len(n.codes)-1].Code
}

func (n *notices) Send(_ *db.Tx, notice notify.Notice) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sent = append(n.sent, notice)
	return nil
}

func (n *notices) keys() (keys []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, one := range n.sent {
		keys = append(keys, one.Key)
	}
	return keys
}

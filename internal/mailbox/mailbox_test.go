package mailbox_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/mailbox"
	"okno/internal/notify"
	"okno/internal/secret"
	"okno/internal/vault"
)

// bell counts the notices of the transactions that committed.
type bell struct {
	mu   sync.Mutex
	sent []notify.Notice
	err  error
}

func (b *bell) Send(_ *db.Tx, n notify.Notice) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sent = append(b.sent, n)
	return b.err
}

type world struct {
	t        *testing.T
	d        *db.DB
	now      *clock.Fake
	accounts *account.Accounts
	box      *mailbox.Mailbox
	bell     *bell
}

func newWorld(t *testing.T, d *db.DB, now *clock.Fake) *world {
	t.Helper()
	ring, err := secret.CreateRing(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, d: d, now: now, accounts: account.New(vault.New(ring), account.Rules{}), bell: &bell{}}
	w.box = mailbox.New(d, w.accounts, w.bell)
	return w
}

func (w *world) person() (id account.ID) {
	w.t.Helper()
	w.write(func(tx *db.Tx) (err error) {
		id, err = w.accounts.Create(tx, account.Opening{Name: account.Name{Full: "Ирина Соколова"}, Language: "ru"})
		return err
	})
	return id
}

func (w *world) write(f func(tx *db.Tx) error) {
	w.t.Helper()
	if err := w.d.Write(context.Background(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) deliver(l mailbox.Letter) {
	w.t.Helper()
	w.write(func(tx *db.Tx) error { return w.box.Deliver(tx, l) })
}

func (w *world) inbox(who account.ID) []mailbox.Received {
	w.t.Helper()
	list, _, err := w.box.Inbox(context.Background(), who, 100, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

const countEntries db.SQL = `SELECT count(*) FROM audit_entry WHERE act = $1 AND subject = $2`

func (w *world) entries(act string, who account.ID) (n int) {
	w.t.Helper()
	if err := w.d.Read(context.Background(), func(tx *db.Tx) (err error) {
		n, err = db.One(tx, db.Scalar[int], countEntries, act, string(who))
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestMailbox(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now)
		ctx := context.Background()
		t.Run("GEP-01 Q-54 a letter is delivered, sealed, opened once, and both moments stay", func(t *testing.T) {
			who := w.person()
			delivered := now.Now()
			w.deliver(mailbox.Letter{To: who, Authority: "fns", Subject: "Налоговое уведомление", Body: "Первый абзац.\n\nВторой.", Key: "tax/1"})
			list := w.inbox(who)
			if len(list) != 1 || list[0].IsOpened() || list[0].Subject != "" || !list[0].Delivered.Equal(delivered) || list[0].Lang != "ru" {
				t.Fatalf("%+v", list)
			}
			l, err := w.box.Read(ctx, who, list[0].ID)
			if err != nil || l.Body != "" || l.Subject != "" {
				t.Fatalf("an unopened letter tells what it says: %v %+v", err, l)
			}
			now.Advance(time.Hour)
			opened := now.Now()
			for range 3 {
				if err := w.box.Open(ctx, who, l.ID); err != nil {
					t.Fatal(err)
				}
				now.Advance(time.Minute)
			}
			l, err = w.box.Read(ctx, who, l.ID)
			if err != nil || l.Subject != "Налоговое уведомление" || !strings.HasSuffix(l.Body, "Второй.") || !l.Opened.Equal(opened) || !l.Delivered.Equal(delivered) {
				t.Fatalf("%v %+v", err, l)
			}
			if w.entries("mailbox.deliver", who) != 1 || w.entries("mailbox.open", who) != 1 {
				t.Fatal("AUDIT-1 one line for each act", w.entries("mailbox.deliver", who), w.entries("mailbox.open", who))
			}
		})
		t.Run("a letter is delivered exactly once for each key, by however many senders", func(t *testing.T) {
			who := w.person()
			var all sync.WaitGroup
			for range 12 {
				all.Go(func() {
					if err := d.Write(ctx, func(tx *db.Tx) error {
						return w.box.Deliver(tx, mailbox.Letter{To: who, Authority: "fns", Subject: "x", Key: "race/1"})
					}); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if n := len(w.inbox(who)); n != 1 || w.entries("mailbox.deliver", who) != 1 {
				t.Fatal(n, w.entries("mailbox.deliver", who))
			}
		})
		t.Run("NTF-01 the holder is told, without a word of the letter", func(t *testing.T) {
			who := w.person()
			w.bell.sent = nil
			w.deliver(mailbox.Letter{To: who, Authority: "fns", Subject: "Тайна", Body: "Тайна", Key: "tell/1"})
			w.deliver(mailbox.Letter{To: who, Authority: "fns", Subject: "Тайна", Body: "Тайна", Key: "tell/1"})
			if n := w.bell.sent; len(n) != 1 || n[0].To != who || n[0].Path != "/mail" || strings.Contains(fmt.Sprint(n), "Тайна") {
				t.Fatalf("%+v", n)
			}
		})
		t.Run("AUTHZ-2 another person's letter is not found, read or opened", func(t *testing.T) {
			who, other := w.person(), w.person()
			w.deliver(mailbox.Letter{To: who, Authority: "fns", Subject: "x", Body: "y", Key: "other/1"})
			id := w.inbox(who)[0].ID
			_, err := w.box.Read(ctx, other, id)
			if fault.Of(err).Kind != fault.NotFound || fault.Of(w.box.Open(ctx, other, id)).Kind != fault.NotFound || len(w.inbox(other)) != 0 {
				t.Fatal(err)
			}
			if l, err := w.box.Read(ctx, who, id); err != nil || l.IsOpened() {
				t.Fatal(err, l.Opened)
			}
		})
		t.Run("CRYPTO-1 what a letter says is not in the database in clear", func(t *testing.T) {
			who := w.person()
			w.deliver(mailbox.Letter{To: who, Authority: "fns", Subject: "Subject in clear", Body: "Body in clear", Key: "clear/1"})
			w.write(func(tx *db.Tx) error {
				rows, err := db.All(tx, db.Scalar[[]byte], `SELECT content FROM mailbox_letter`)
				for _, content := range rows {
					if bytes.Contains(content, []byte("in clear")) {
						t.Error("it is")
					}
				}
				return err
			})
		})
		t.Run("AUDIT-2 erasing a person makes the letters unreadable", func(t *testing.T) {
			who := w.person()
			w.deliver(mailbox.Letter{To: who, Authority: "fns", Subject: "x", Body: "y", Key: "erase/1"})
			id := w.inbox(who)[0].ID
			w.write(func(tx *db.Tx) error { return w.accounts.Vault().Erase(tx, string(who)) })
			if _, err := w.box.Read(ctx, who, id); err == nil {
				t.Fatal("it can still be read")
			}
		})
		t.Run("a letter whose notice cannot be written is not delivered by half", func(t *testing.T) {
			who := w.person()
			w.bell.err = errors.New("no outbox")
			defer func() { w.bell.err = nil }()
			err := d.Write(ctx, func(tx *db.Tx) error {
				return w.box.Deliver(tx, mailbox.Letter{To: who, Authority: "fns", Subject: "x", Key: "half/1"})
			})
			if err == nil || len(w.inbox(who)) != 0 || w.entries("mailbox.deliver", who) != 0 {
				t.Fatal(err)
			}
		})
		t.Run("a letter without key, authority or subject, or endless, is refused", func(t *testing.T) {
			who := w.person()
			for _, l := range []mailbox.Letter{{Authority: "a", Subject: "s"}, {Key: "k", Subject: "s"}, {Key: "k", Authority: "a"},
				{Key: "k", Authority: "a", Subject: strings.Repeat("ж", mailbox.LongestSubject+1)}, {Key: "k", Authority: "a", Subject: "s", Body: strings.Repeat("ж", mailbox.LongestBody+1)}} {
				l.To = who
				if err := d.Write(ctx, func(tx *db.Tx) error { return w.box.Deliver(tx, l) }); err == nil {
					t.Errorf("%.60v was taken", l)
				}
			}
		})
		t.Run("the newest letter comes first, page by page", func(t *testing.T) {
			who := w.person()
			for i := range 5 {
				w.deliver(mailbox.Letter{To: who, Authority: fmt.Sprint("a", i), Subject: "x", Key: fmt.Sprint("page/", i)})
				now.Advance(time.Second)
			}
			list, all, err := w.box.Inbox(ctx, who, 2, 2)
			if err != nil || all != 5 || len(list) != 2 || list[0].Authority != "a2" || list[1].Authority != "a1" {
				t.Fatal(err, all, list)
			}
		})
		t.Run("the author stands in the audit line", func(t *testing.T) {
			who := w.person()
			w.deliver(mailbox.Letter{To: who, Authority: "fns", Subject: "x", Key: "by/1", By: audit.Actor{Kind: audit.Officer, ID: "officer-7"}})
			w.write(func(tx *db.Tx) error {
				n, err := db.One(tx, db.Scalar[int], `SELECT count(*) FROM audit_entry WHERE actor = $1 AND subject = $2`, "officer-7", string(who))
				if n != 1 {
					t.Error(n)
				}
				return err
			})
		})
	})
}

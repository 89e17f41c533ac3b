package notify_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/jobs"
	"okno/internal/notify"
	"okno/internal/outside/email"
	"okno/internal/outside/sms"
)

var errStop = errors.New("stop")

func TestNotices(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now)
		ctx := context.Background()
		id := w.holder("+79000010001", "irina@example.org")
		t.Run("MSG-1 a message is written with the fact it tells about, or not at all", func(t *testing.T) {
			err := d.Write(ctx, func(tx *db.Tx) error {
				if err := w.Send(tx, notify.Notice{To: id, Key: welcome}); err != nil {
					return err
				}
				return errStop
			})
			if !errors.Is(err, errStop) || w.count(`SELECT count(*) FROM notify_message`) != 0 {
				t.Fatal(err)
			}
			if short, letters := w.sent(); short+letters != 0 {
				t.Fatal(short, letters)
			}
		})
		t.Run("Q-46 a notice goes by all confirmed contacts at first", func(t *testing.T) {
			w.gate.says(nil)
			w.send(notify.Notice{To: id, Key: welcome, Path: "/id/profile/edit"})
			if short, letters := w.sent(); short != 1 || letters != 1 {
				t.Fatal(short, letters)
			}
		})
		t.Run("NTF-04 notices go to the phone and e-mail kept in the account", func(t *testing.T) {
			if w.gate.short[0].To != "+79000010001" || w.gate.letters[0].To != "irina@example.org" {
				t.Fatal(w.gate.short[0].To, w.gate.letters[0].To)
			}
		})
		t.Run("OPR-13 a notice goes out at once, to phone and e-mail", func(t *testing.T) {
			if n := w.count(`SELECT count(*) FROM notify_message WHERE state = 'sent' AND ended_at = $1`, db.At(now.Now())); n != 2 {
				t.Fatal(n)
			}
		})
		t.Run("OTP-8 what was sent is erased from the outbox", func(t *testing.T) {
			if n := w.count(`SELECT count(*) FROM notify_message WHERE content IS NOT NULL`); n != 0 {
				t.Fatal(n)
			}
		})
		t.Run("NTF-01 channels are chosen in the settings", func(t *testing.T) {
			w.gate.says(nil)
			w.write(func(tx *db.Tx) error { return w.SetChannels(tx, id, []account.ContactKind{account.Email}) })
			w.send(notify.Notice{To: id, Key: welcome})
			if short, letters := w.sent(); short != 0 || letters != 1 {
				t.Fatal(short, letters)
			}
			w.write(func(tx *db.Tx) error {
				channels, err := w.Channels(tx, id)
				if channels[0].Wanted || !channels[1].Wanted || channels[0].Contacts[0] != "+79000010001" {
					t.Fatal(channels)
				}
				return err
			})
		})
		t.Run("AUTH-6 security notices go by every channel, whatever was chosen", func(t *testing.T) {
			w.gate.says(nil)
			w.send(notify.Notice{To: id, Key: welcome, Security: true})
			if short, letters := w.sent(); short != 1 || letters != 1 {
				t.Fatal(short, letters)
			}
		})
		t.Run("NTF-01 the last channel cannot be switched off", func(t *testing.T) {
			err := d.Write(ctx, func(tx *db.Tx) error { return w.SetChannels(tx, id, nil) })
			if f := fault.Of(err); f.Kind != fault.Invalid || f.Fields[0].Name != "channels" {
				t.Fatal(err)
			}
		})
		t.Run("MSG-4 ordinary notices stop at the day's cap, security notices do not", func(t *testing.T) {
			busy := w.holder("+79000020002", "busy@example.org")
			w.gate.says(nil)
			for range 5 {
				w.send(notify.Notice{To: busy, Key: welcome})
			}
			w.send(notify.Notice{To: busy, Key: welcome, Security: true})
			if short, letters := w.sent(); short != 4 || letters != 4 {
				t.Fatal(short, letters)
			}
		})
		t.Run("MSG-4 an ordinary SMS waits until the quiet hours are over, an e-mail and a security notice do not", func(t *testing.T) {
			night := w.holder("+79000030003", "night@example.org")
			now.Advance(10 * time.Hour) // 22:00
			w.gate.says(nil)
			w.send(notify.Notice{To: night, Key: welcome})
			if short, letters := w.sent(); short != 0 || letters != 1 {
				t.Fatal(short, letters)
			}
			w.send(notify.Notice{To: night, Key: welcome, Security: true})
			if short, _ := w.sent(); short != 1 {
				t.Fatal(short)
			}
			now.Advance(10 * time.Hour) // 8:00
			if short, _ := w.sent(); short != 2 {
				t.Fatal(short)
			}
		})
		t.Run("MSG-2 a notice that the gateway could not take comes again under the same key", func(t *testing.T) {
			w.gate.says(fault.New(fault.Unavailable, sms.KeyAway))
			w.write(func(tx *db.Tx) error { return w.SetChannels(tx, id, []account.ContactKind{account.Phone}) })
			w.send(notify.Notice{To: id, Key: welcome})
			w.run()
			now.Advance(time.Hour)
			w.run()
			keys := w.gate.short
			if len(keys) != 2 || keys[0].Key != keys[1].Key {
				t.Fatal(len(keys))
			}
			w.gate.says(nil)
			now.Advance(time.Hour)
			if short, _ := w.sent(); short != 1 || w.gate.short[0].Key != keys[0].Key {
				t.Fatal(short)
			}
		})
		t.Run("MSG-3 a refused address is marked as failing and nothing else changes", func(t *testing.T) {
			w.gate.says(fault.New(fault.Invalid, email.KeyBadAddress))
			bad := w.holder("+79000040004", "bad@example.org")
			w.write(func(tx *db.Tx) error { return w.SetChannels(tx, bad, []account.ContactKind{account.Email}) })
			w.send(notify.Notice{To: bad, Key: welcome})
			w.run()
			w.write(func(tx *db.Tx) error {
				channels, err := w.Channels(tx, bad)
				if channels[0].Failing || !channels[1].Failing || len(channels[1].Contacts) != 1 {
					t.Fatal(channels)
				}
				return err
			})
		})
		t.Run("MSG-3 deliveries may come twice, late, before the receipt, and about unknown parts", func(t *testing.T) {
			w.gate.says(nil)
			w.send(notify.Notice{To: id, Key: welcome})
			w.run()
			part := "g-" + w.gate.short[0].Key
			for _, state := range []sms.State{sms.Waiting, sms.Undelivered, sms.Undelivered, sms.Waiting} {
				if err := w.Delivered(ctx, sms.Delivery{ID: part, State: state}); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Delivered(ctx, sms.Delivery{ID: "nobody's", State: sms.Delivered}); err != nil {
				t.Fatal(err)
			}
			if n := w.count(`SELECT count(*) FROM notify_message WHERE delivery = 'undelivered'`); n != 1 {
				t.Fatal(n)
			}
			if n := w.count(`SELECT count(*) FROM notify_failing`); n != 2 {
				t.Fatal(n)
			}
		})
		t.Run("MSG-2 a notice found half sent is sent again", func(t *testing.T) {
			w.gate.says(nil)
			w.send(notify.Notice{To: id, Key: welcome})
			w.write(func(tx *db.Tx) error {
				_, err := tx.Exec(`UPDATE notify_message SET state = 'sending' WHERE state = 'waiting'`)
				return err
			})
			if short, _ := w.sent(); short != 1 {
				t.Fatal(short)
			}
		})
		t.Run("screens 2.0 a letter is text and HTML with the same words and one link", func(t *testing.T) {
			w.gate.says(nil)
			w.send(notify.Notice{To: id, Key: welcome, Path: "/id/profile/edit", Security: true})
			w.run()
			letter := w.gate.letters[0]
			link := "https://okno.example/id/profile/edit"
			for _, words := range []string{"Your simplified account is open", link, "Open the portal", "okno.example", "8-800-100-70-10"} {
				if !strings.Contains(letter.Text, words) || !strings.Contains(letter.HTML, words) {
					t.Errorf("no %q in\n%s", words, letter.Text)
				}
			}
			if strings.Count(letter.HTML, "href=") != 1 || strings.Contains(letter.HTML, "<img") {
				t.Error("more than one link, or a picture")
			}
		})
	})
}

// direct writes a code and returns its vault subject.
func (w *world) direct(i int) (subject, phone string) {
	w.t.Helper()
	subject, phone = fmt.Sprint("registration/", i), fmt.Sprintf("+790000%05d", i)
	w.write(func(tx *db.Tx) error {
		if _, err := w.vault.Create(tx, subject); err != nil {
			return err
		}
		return w.SendTo(tx, notify.Direct{Kind: account.Phone, Address: phone, Lang: "en", Key: "registration.message.code",
			Code: "918273", Until: tx.Now().Add(5 * time.Minute), Subject: subject})
	})
	return subject, phone
}

func (w *world) latest(subject string) (state notify.State) {
	w.t.Helper()
	w.write(func(tx *db.Tx) (err error) { state, err = w.LatestCode(tx, subject); return err })
	return state
}

func TestCodes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now)
		t.Run("OTP-5 a code SMS names service and purpose, says to tell nobody, and ends with the bound line", func(t *testing.T) {
			w.direct(1)
			w.run()
			if got := w.gate.short[0]; got.Text != "Okno: code 918273 for registration. Tell it to nobody.\n@okno.example #918273" || !got.Sensitive {
				t.Fatal(got.Text)
			}
		})
		t.Run("OTP-8 the code stands nowhere in the database", func(t *testing.T) {
			w.direct(2)
			for _, q := range []db.SQL{`SELECT args FROM jobs_job`, `SELECT coalesce(failure, '') || subject || text_key FROM notify_message`, `SELECT facts FROM audit_entry`} {
				var all []string
				w.write(func(tx *db.Tx) (err error) { all, err = db.All(tx, db.Scalar[string], q); return err })
				if slices.ContainsFunc(all, func(s string) bool { return strings.Contains(s, "918273") || strings.Contains(s, "00002") }) {
					t.Fatal(q)
				}
			}
			var sealed []byte
			w.write(func(tx *db.Tx) (err error) {
				sealed, err = db.One(tx, db.Scalar[[]byte], `SELECT content FROM notify_message WHERE subject = 'registration/2'`)
				return err
			})
			if strings.Contains(string(sealed), "918273") || len(sealed) == 0 {
				t.Fatal("not sealed")
			}
			w.run()
		})
		t.Run("OTP-7 a code with an unknown outcome is never sent again by itself", func(t *testing.T) {
			w.gate.says(fmt.Errorf("send: %w", sms.ErrUnknown))
			subject, _ := w.direct(3)
			w.run()
			now.Advance(4 * time.Minute)
			if short, _ := w.sent(); short != 1 || w.latest(subject) != notify.Unknown {
				t.Fatal(short, w.latest(subject))
			}
		})
		t.Run("OTP-7 a code found half sent after a crash is not sent again", func(t *testing.T) {
			w.gate.says(nil)
			subject, _ := w.direct(4)
			w.write(func(tx *db.Tx) error {
				_, err := tx.Exec(`UPDATE notify_message SET state = 'sending' WHERE state = 'waiting'`)
				return err
			})
			if short, _ := w.sent(); short != 0 || w.latest(subject) != notify.Unknown {
				t.Fatal(short, w.latest(subject))
			}
		})
		t.Run("REG-21 a code that the gateway surely did not take is tried again within the minute", func(t *testing.T) {
			w.gate.says(fault.New(fault.Unavailable, sms.KeyAway))
			subject, _ := w.direct(5)
			w.run()
			w.gate.says(nil)
			now.Advance(30 * time.Second)
			if short, _ := w.sent(); short != 1 || w.latest(subject) != notify.Sent {
				t.Fatal(short, w.latest(subject))
			}
		})
		t.Run("REG-23 a code is not sent after its time", func(t *testing.T) {
			w.gate.says(fault.New(fault.Unavailable, sms.KeyAway))
			subject, _ := w.direct(6)
			w.run()
			w.gate.says(nil)
			now.Advance(5 * time.Minute)
			if short, _ := w.sent(); short != 0 || w.latest(subject) != notify.Failed {
				t.Fatal(short, w.latest(subject))
			}
		})
		t.Run("CRYPTO-2 a message to somebody who was erased meanwhile is dropped", func(t *testing.T) {
			w.gate.says(nil)
			subject, _ := w.direct(7)
			w.write(func(tx *db.Tx) error { return w.vault.Drop(tx, subject) })
			if short, _ := w.sent(); short != 0 || w.latest(subject) != notify.Dropped {
				t.Fatal(short, w.latest(subject))
			}
		})
		t.Run("CRYPTO-1 a message without a subject has a key of its own, gone when it is sent", func(t *testing.T) {
			w.gate.says(nil)
			w.write(func(tx *db.Tx) error {
				return w.SendTo(tx, notify.Direct{Kind: account.Email, Address: "x@example.org", Lang: "fa", Key: welcome})
			})
			if _, letters := w.sent(); letters != 1 || w.count(`SELECT count(*) FROM vault_key WHERE subject >= 'notify/' AND subject < 'notify0'`) != 0 {
				t.Fatal(letters)
			}
			if html := w.gate.letters[0].HTML; !strings.Contains(html, `lang="fa" dir="rtl"`) {
				t.Fatal(html)
			}
		})
		t.Run("MSG-2 two workers with one message send it once", func(t *testing.T) {
			w.gate.says(nil)
			w.direct(8)
			w.write(func(tx *db.Tx) error { // the same job again, as after a lease that ran out
				id, err := db.One(tx, db.Scalar[string], `SELECT id FROM notify_message WHERE subject = 'registration/8'`)
				if err != nil {
					return err
				}
				_, err = jobs.Add(tx, notify.SendSMS{Message: id})
				return err
			})
			if short, _ := w.sent(); short != 1 {
				t.Fatal(short)
			}
		})
	})
}

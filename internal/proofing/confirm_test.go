package proofing_test

import (
	"strings"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/outside/sms"
	"okno/internal/proofing"
	"okno/internal/proofing/proofingtest"
	"okno/internal/secret"
	"okno/internal/text/texttest"
)

// solved is a browser that solved its challenge.
func solved() bool { return true }

// resting says whether a code was refused unseen, to be sent again later.
func resting(err error) bool {
	f := fault.Of(err)
	return err != nil && len(f.Fields) == 1 && f.Fields[0].Key == "proofing.code_rest"
}

func TestConfirm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := proofingtest.New(t, d, now, "ru")
		olga := w.Operator("olga", "Ольга Белова", "moscow_mfc")
		id, phone := w.Resident(account.Standard, "Соколова")
		w.Email(id, "anna@example.org")
		visit := w.Open(olga, phone)
		t.Run("T-24 an operator alone ends in waiting for the visitor", func(t *testing.T) {
			if err := w.Confirm(ctx, olga, visit); !fault.HasKey(err, "proofing.not_proved") {
				t.Fatal(err)
			}
			if err := w.SendCode(ctx, olga, visit); !fault.HasKey(err, "proofing.moved_on") {
				t.Fatal("a code before the document was compared:", err)
			}
			w.Match(olga, visit, id)
			if err := w.Confirm(ctx, olga, visit); !fault.HasKey(err, "proofing.not_proved") || w.Level(id) != account.Standard {
				t.Fatal(err)
			}
		})
		t.Run("D-10 the code goes to the visitor's own phone and is typed by the visitor", func(t *testing.T) {
			code := w.Code(olga, visit)
			sent := w.Post.SMS[len(w.Post.SMS)-1]
			if sent.To != phone || len(code) != 6 {
				t.Fatal(sent.To, code)
			}
			result, err := w.EnterOwn(ctx, id, "Окно: "+code+" код")
			if err != nil || !result.Right {
				t.Fatal(result, err)
			}
		})
		now.Advance(3 * time.Minute)
		t.Run("OPR-12 the account is verified at once, by evidence that names officer and centre", func(t *testing.T) {
			if err := w.Confirm(ctx, olga, visit); err != nil {
				t.Fatal(err)
			}
			if w.Level(id) != account.Verified {
				t.Fatal("not verified")
			}
			w.Write(func(tx *db.Tx) error {
				standing, err := w.Accounts.Standing(tx, id)
				last := standing[len(standing)-1]
				if last.Way != account.ByDesk || last.By != string(olga.ID) || last.Source != "moscow_mfc" {
					t.Error(last)
				}
				holder, err2 := w.Accounts.ByNumber(tx, proofingtest.SNILS(1))
				if err2 != nil || holder != id {
					t.Error("the national number is not claimed", holder, err2)
				}
				return err
			})
		})
		t.Run("LVL-08 standard and a confirmed identity make verified", func(t *testing.T) {
			if w.Level(id) != account.Verified {
				t.Fatal(w.Level(id))
			}
		})
		t.Run("OPR-13 the notice reaches phone and e-mail within two minutes", func(t *testing.T) {
			before := len(w.Post.SMS)
			now.Advance(time.Minute)
			w.RunDue()
			if len(w.Post.SMS) != before+1 || w.Post.SMS[before].To != phone || len(w.Post.Letters) != 1 || w.Post.Letters[0].To != "anna@example.org" {
				t.Fatal(w.Post.SMS, w.Post.Letters)
			}
		})
		t.Run("NTF-03 the notices say that the account is confirmed", func(t *testing.T) {
			en := texttest.Load(t).For("en")
			if w.Post.SMS[len(w.Post.SMS)-1].Text != en.T("proofing.message.confirmed.sms") || w.Post.Letters[0].Subject != en.T("proofing.message.confirmed.subject") {
				t.Fatal(w.Post.SMS, w.Post.Letters[0].Subject)
			}
		})
		t.Run("IDC-20 a confirmation is told by e-mail and SMS at once", func(t *testing.T) {
			if len(w.Post.Letters) != 1 || len(w.Post.SMS) != 2 {
				t.Fatal(len(w.Post.Letters), len(w.Post.SMS))
			}
		})
		t.Run("a visit knows how long it lasted", func(t *testing.T) {
			v, err := w.Look(ctx, olga, visit)
			if err != nil || v.State != proofing.Confirmed || v.Lasted(v.Now) != 3*time.Minute {
				t.Fatal(v.State, v.Lasted(v.Now), err)
			}
		})
		t.Run("PROOF-4 the letter, not the phone that was proved, says how to repudiate, and that takes the level away", func(t *testing.T) {
			letter := w.Post.Letters[0].Text
			_, token, found := strings.Cut(letter, "/id/proofing/not-me/")
			if !found || strings.Contains(w.Post.SMS[len(w.Post.SMS)-1].Text, "not-me") {
				t.Fatal(letter)
			}
			token = strings.Fields(token)[0]
			if d, err := w.Doubt(ctx, token); err != nil || d.Centre != "moscow_mfc" || d.Used {
				t.Fatal(d, err)
			}
			for range 2 {
				if err := w.Repudiate(ctx, token); err != nil {
					t.Fatal(err)
				}
			}
			if w.Level(id) != account.Simplified {
				t.Fatal(w.Level(id))
			}
			if err := w.Repudiate(ctx, token+"x"); !fault.Is(err, fault.Expired) {
				t.Fatal(err)
			}
			w.RunDue()
			if len(w.Post.Letters) != 2 {
				t.Fatal("the holder is not told")
			}
		})
	})
}

func TestStrongerProof(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := proofingtest.New(t, d, now, "ru")
		olga := w.Operator("olga", "Ольга Белова", "moscow_mfc")
		thief, _ := w.Resident(account.Standard, "Соколова")
		w.Write(func(tx *db.Tx) error {
			return w.Accounts.Claim(tx, thief, proofingtest.SNILS(1), false, account.ByHolder(thief))
		})
		real, phone := w.Resident(account.Standard, "Соколова")
		w.Profiles.Set(real, "snils", proofingtest.SNILS(1))
		t.Run("D-05 who proves at a centre evicts a mere claim to the same number", func(t *testing.T) {
			if err := w.Confirm(ctx, olga, w.ToProved(olga, real, phone)); err != nil {
				t.Fatal(err)
			}
			if w.Level(real) != account.Verified || w.Level(thief) != account.Simplified {
				t.Fatal(w.Level(real), w.Level(thief))
			}
		})
		t.Run("a profile that became somebody else's after the comparison is not confirmed", func(t *testing.T) {
			id, phone := w.Resident(account.Standard, "Зорина")
			visit := w.ToProved(olga, id, phone)
			w.Profiles.Set(id, "ru_passport.number", "777777")
			if err := w.Confirm(ctx, olga, visit); !fault.HasKey(err, "proofing.changed") || w.Level(id) != account.Standard {
				t.Fatal(err)
			}
		})
		t.Run("T-24 a phone that was added during the visit gets no code", func(t *testing.T) {
			id, phone := w.Resident(account.Standard, "Титова")
			visit := w.Open(olga, phone)
			w.Match(olga, visit, id)
			now.Advance(time.Minute)
			w.Write(func(tx *db.Tx) error { return w.Accounts.AddContact(tx, id, account.Phone, "+79001112233") })
			w.Code(olga, visit)
			if to := w.Post.SMS[len(w.Post.SMS)-1].To; to != phone {
				t.Fatal(to)
			}
		})
	})
}

func TestCode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := proofingtest.New(t, d, now, "ru")
		olga := w.Operator("olga", "Ольга Белова", "moscow_mfc")
		id, phone := w.Resident(account.Standard, "Соколова")
		visit := w.Open(olga, phone)
		w.Match(olga, visit, id)
		wrongOf := func(code string) string {
			if code == "000000" {
				return "000001"
			}
			return "000000"
		}
		t.Run("OTP-1 five tries kill a code, whoever types them, and a new one can be sent after a minute", func(t *testing.T) {
			code := w.Code(olga, visit)
			for left := 4; left >= 0; left-- {
				enter := func() (proofing.CodeResult, error) { return w.EnterOwn(ctx, id, wrongOf(code)) }
				if left%2 == 0 {
					enter = func() (proofing.CodeResult, error) { return w.EnterAtDesk(ctx, olga, visit, wrongOf(code)) }
				}
				if result, err := enter(); err != nil || result.Right || result.Left != left {
					t.Fatal(left, result, err)
				}
			}
			if result, err := w.EnterOwn(ctx, id, code); err != nil || result.Right {
				t.Fatal("a dead code was taken", result, err)
			}
			if err := w.SendCode(ctx, olga, visit); !fault.Is(err, fault.TooMany) {
				t.Fatal(err)
			}
			now.Advance(time.Minute)
		})
		t.Run("OTP-1 a new code kills the old one, and each lives 300 seconds", func(t *testing.T) {
			old := w.Code(olga, visit)
			now.Advance(time.Minute)
			fresh := w.Code(olga, visit)
			if result, err := w.EnterOwn(ctx, id, old); old != fresh && (err != nil || result.Right) {
				t.Fatal(result, err)
			}
			now.Advance(300 * time.Second)
			if result, err := w.EnterOwn(ctx, id, fresh); err != nil || result.Right || result.Left != 0 {
				t.Fatal(result, err)
			}
		})
		t.Run("OTP-2 a code is spent by its first use", func(t *testing.T) {
			code := w.Code(olga, visit)
			if result, err := w.EnterAtDesk(ctx, olga, visit, code); err != nil || !result.Right {
				t.Fatal(result, err)
			}
			if _, err := w.EnterOwn(ctx, id, code); !fault.HasKey(err, "proofing.no_code") {
				t.Fatal(err)
			}
		})
		t.Run("OTP-5 the code's message fits one part in every language", func(t *testing.T) {
			c := texttest.Load(t)
			for _, lang := range []string{"en", "ru", "fa"} {
				words := c.For(lang).T("proofing.message.desk_code.sms", "code", "123456")
				if _, parts := sms.Segments(words + "\n@okno.example #123456"); parts != 1 || !strings.Contains(words, "123456") {
					t.Error(lang, parts, words)
				}
				for _, key := range []string{"proofing.message.confirmed.sms", "proofing.message.taken_back.sms"} {
					if _, parts := sms.Segments(c.For(lang).T(key)); parts != 1 {
						t.Error(lang, key, parts)
					}
				}
			}
		})
	})
}

func TestEnvelope(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := proofingtest.New(t, d, now, "ru")
		olga := w.Operator("olga", "Ольга Белова", "moscow_mfc")
		id, phone := w.Resident(account.Standard, "Соколова")
		visit := w.Open(olga, phone)
		if _, err := w.HandOver(ctx, olga, visit); !fault.Is(err, fault.Conflict) {
			t.Fatal("an envelope before the document was compared:", err)
		}
		w.Match(olga, visit, id)
		e, err := w.HandOver(ctx, olga, visit)
		if err != nil {
			t.Fatal(err)
		}
		t.Run("OPR-18 an envelope ends the visit and raises nothing by itself", func(t *testing.T) {
			if v, _ := w.Look(ctx, olga, visit); v.State != proofing.Enveloped || w.Level(id) != account.Standard || len(e.Code) != 19 {
				t.Fatal(v.State, e.Code)
			}
			if err := w.Confirm(ctx, olga, visit); err == nil {
				t.Fatal("the officer could confirm all the same")
			}
		})
		t.Run("OTP-4 of an envelope's code only an argon2id hash is kept, that the pepper guards", func(t *testing.T) {
			w.Write(func(tx *db.Tx) error {
				kept, err := db.One(tx, db.Scalar[string], `SELECT code_hash FROM proofing_envelope WHERE account = $1`, string(id))
				bare := strings.ReplaceAll(e.Code, " ", "")
				if err != nil || !strings.HasPrefix(kept, "$argon2id$") || strings.Contains(kept, bare) {
					t.Error(kept, err)
				}
				if ok, _, err := secret.NewHasher(make([]byte, 32)).Verify(ctx, "proofing.envelope "+bare, kept); ok || err != nil {
					t.Error("the hash can be tried without the pepper", err)
				}
				return nil
			})
		})
		t.Run("P-13 the code works in the holder's own account only", func(t *testing.T) {
			other, _ := w.Resident(account.Standard, "Чужая")
			if _, err := w.EnterEnvelope(ctx, other, e.Code, solved); !fault.HasKey(err, "proofing.no_envelope") {
				t.Fatal(err)
			}
		})
		t.Run("IDC-18 the code of the envelope completes the confirmation, in groups and other digits too", func(t *testing.T) {
			if result, err := w.EnterEnvelope(ctx, id, "1111 1111 1111 1111", solved); err != nil || result.Right || result.Left != 9 {
				t.Fatal(result, err)
			}
			persian := strings.Map(func(r rune) rune {
				if r >= '0' && r <= '9' {
					return r - '0' + '۰'
				}
				return r
			}, e.Code)
			if result, err := w.EnterEnvelope(ctx, id, persian, solved); err != nil || !result.Right || w.Level(id) != account.Verified {
				t.Fatal(result, err)
			}
		})
		t.Run("Q-24 the evidence says that it was an envelope", func(t *testing.T) {
			w.Write(func(tx *db.Tx) error {
				standing, err := w.Accounts.Standing(tx, id)
				if last := standing[len(standing)-1]; last.Way != account.ByEnvelope || last.Source != "moscow_mfc" {
					t.Error(last)
				}
				return err
			})
		})
		t.Run("SEC-09 two tries are free; then the code is not looked at without a solved challenge or half a minute of rest", func(t *testing.T) {
			guessed, phone := w.Resident(account.Standard, "Третья")
			visit := w.Open(olga, phone)
			w.Match(olga, visit, guessed)
			e, err := w.HandOver(ctx, olga, visit)
			if err != nil {
				t.Fatal(err)
			}
			wrong := func(work func() bool) (proofing.CodeResult, error) {
				return w.EnterEnvelope(ctx, guessed, "1111111111111111", work)
			}
			unasked := func() bool { t.Error("a challenge is asked for too early"); return false }
			for left := 9; left >= 8; left-- {
				if result, err := wrong(unasked); err != nil || result.Left != left {
					t.Fatal(result, err)
				}
			}
			for _, work := range []func() bool{nil, func() bool { return false }} {
				if _, err := w.EnterEnvelope(ctx, guessed, e.Code, work); !resting(err) || w.Level(guessed) != account.Standard {
					t.Fatal("the right code was looked at", err)
				}
			}
			if result, err := wrong(solved); err != nil || result.Left != 7 {
				t.Fatal("a refused try was counted, or a solved challenge does not help", result, err)
			}
			now.Advance(29 * time.Second)
			if _, err := wrong(nil); !resting(err) {
				t.Fatal(err)
			}
			now.Advance(time.Second)
			if result, err := w.EnterEnvelope(ctx, guessed, e.Code, nil); err != nil || !result.Right || w.Level(guessed) != account.Verified {
				t.Fatal("without scripts nobody gets in", result, err)
			}
		})
		t.Run("Q-22 a code that is not used dies, and ten tries kill it", func(t *testing.T) {
			late, phone := w.Resident(account.Standard, "Поздняя")
			visit := w.Open(olga, phone)
			w.Match(olga, visit, late)
			e, err := w.HandOver(ctx, olga, visit)
			if err != nil {
				t.Fatal(err)
			}
			for range 10 {
				if result, err := w.EnterEnvelope(ctx, late, "1111111111111111", solved); err != nil || result.Right {
					t.Fatal(result, err)
				}
			}
			if result, err := w.EnterEnvelope(ctx, late, e.Code, solved); err != nil || result.Right {
				t.Fatal("a guessed-at code was taken", result, err)
			}
			now.Advance(14 * 24 * time.Hour)
			if until, err := w.HasEnvelope(ctx, late); err != nil || !until.IsZero() {
				t.Fatal(until, err)
			}
		})
	})
}

func TestSecondOfficer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := proofingtest.New(t, d, now, "ru")
		olga := w.Operator("olga", "Ольга Белова", "moscow_mfc")
		nina := w.Operator("nina", "Нина Серова", "moscow_mfc")
		far := w.Operator("far", "Вера Дальняя", "kazan_mfc")
		kin, phone := w.Resident(account.Standard, "Белов")
		visit := w.Open(olga, phone)
		t.Run("T-26 the same surname, up to its ending, needs a second officer", func(t *testing.T) {
			if result := w.Match(olga, visit, kin); result.Risk != "surname" {
				t.Fatal(result)
			}
			if err := w.SendCode(ctx, olga, visit); !fault.Is(err, fault.Conflict) {
				t.Fatal(err)
			}
			if _, err := w.HandOver(ctx, olga, visit); !fault.Is(err, fault.Conflict) {
				t.Fatal(err)
			}
		})
		t.Run("CENTRE-1 the second officer is another one, at another desk of the centre, and has looked", func(t *testing.T) {
			if err := w.TakeSecond(ctx, olga, visit, "desk-2"); !fault.Is(err, fault.NotFound) {
				t.Error("the first one:", err)
			}
			if err := w.TakeSecond(ctx, far, visit, "desk-2"); !fault.Is(err, fault.NotFound) {
				t.Error("of another centre:", err)
			}
			if err := w.TakeSecond(ctx, nina, visit, "desk-1"); !fault.HasKey(err, "proofing.second_same_desk") {
				t.Error("at the same desk:", err)
			}
			if err := w.TakeSecond(ctx, w.Operator("kin", "Иван Белов", "moscow_mfc"), visit, "desk-2"); !fault.HasKey(err, "proofing.second_kin") {
				t.Error("kin:", err)
			}
			if err := w.Approve(ctx, nina, visit); !fault.Is(err, fault.NotFound) {
				t.Error("without taking it:", err)
			}
			if err := w.TakeSecond(ctx, nina, visit, "desk-2"); err != nil {
				t.Fatal(err)
			}
			if v, err := w.LookSecond(ctx, nina, visit); err != nil || v.Values["family_name"] != "Белов" {
				t.Error(v, err)
			}
			if err := w.Approve(ctx, nina, visit); !fault.Is(err, fault.Invalid) {
				t.Error("without looking:", err)
			}
			now.Advance(20 * time.Second)
			if err := w.Approve(ctx, nina, visit); err != nil {
				t.Fatal(err)
			}
			if w.Reads(kin, "proofing.look") == 0 {
				t.Error("the look is not seen by the holder")
			}
		})
		t.Run("T-26 after the second officer the visit goes on as any other", func(t *testing.T) {
			if result, err := w.EnterOwn(ctx, kin, w.Code(olga, visit)); err != nil || !result.Right {
				t.Fatal(result, err)
			}
			if err := w.Confirm(ctx, olga, visit); err != nil || w.Level(kin) != account.Verified {
				t.Fatal(err)
			}
		})
		t.Run("T-24 the same pair is not taken twice running", func(t *testing.T) {
			next, phone := w.Resident(account.Standard, "Белова")
			visit := w.Open(olga, phone)
			w.Match(olga, visit, next)
			if err := w.TakeSecond(ctx, nina, visit, "desk-2"); !fault.HasKey(err, "proofing.second_again") {
				t.Fatal(err)
			}
			if asked, err := w.Asked(ctx, nina); err != nil || len(asked) != 1 {
				t.Fatal(asked, err)
			}
			zoya := w.Operator("zoya", "Зоя Котова", "moscow_mfc")
			if err := w.TakeSecond(ctx, zoya, visit, "desk-3"); err != nil {
				t.Fatal(err)
			}
			if err := w.Decline(ctx, zoya, visit, "not_like"); err != nil {
				t.Fatal(err)
			}
			if v, _ := w.Look(ctx, olga, visit); v.State != proofing.Refused {
				t.Fatal(v.State)
			}
		})
		t.Run("T-26 the same address needs a second officer", func(t *testing.T) {
			mine, _ := w.Resident(account.Standard, "Иная")
			theirs, phone := w.Resident(account.Standard, "Гостева")
			at, _ := w.Profiles.Values(nil, mine)
			w.Profiles.Set(theirs, "registration_address.street", at["registration_address.street"])
			neighbour := nina
			neighbour.Account = string(mine)
			visit := w.Open(neighbour, phone)
			if result := w.Match(neighbour, visit, theirs); result.Risk != "address" {
				t.Fatal(result)
			}
		})
	})
}

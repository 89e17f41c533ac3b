package proofing_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/proofing"
	"okno/internal/proofing/proofingtest"
)

var ctx = context.Background()

func TestFind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := proofingtest.New(t, d, now, "ru")
		olga := w.Operator("olga", "Ольга Белова", "moscow_mfc")
		id, phone := w.Resident(account.Standard, "Соколова")
		w.Email(id, "anna@example.org")
		w.Write(func(tx *db.Tx) error {
			return w.Accounts.Claim(tx, id, proofingtest.SNILS(1), false, account.ByHolder(id))
		})
		t.Run("OPR-05 without a purpose nothing is searched", func(t *testing.T) {
			_, err := w.Find(ctx, olga, proofing.Search{Login: phone})
			if f := fault.Of(err); f.Kind != fault.Invalid || f.Fields[0].Name != "purpose" {
				t.Fatal(err)
			}
		})
		t.Run("AUTHZ-6 a purpose that is not on the list is refused", func(t *testing.T) {
			_, err := w.Find(ctx, olga, proofing.Search{Login: phone, Purpose: "curiosity"})
			if !fault.Is(err, fault.Invalid) || w.Reads(id, "proofing.search") != 0 {
				t.Fatal(err)
			}
		})
		t.Run("OPR-06 every login of the account finds it, in any usual spelling", func(t *testing.T) {
			for _, login := range []string{phone, "8" + phone[2:], "ANNA@example.org", proofingtest.SNILS(1)} {
				if found, err := w.Find(ctx, olga, w.Searched(login)); err != nil || found.Outcome != proofing.FoundStandard {
					t.Error(login, found, err)
				}
			}
		})
		t.Run("S14 the code of a pass finds the account, in any spelling, until its 90th day", func(t *testing.T) {
			pass, err := w.MakePass(ctx, id)
			if err != nil || len(pass.Code) != 8 {
				t.Fatal(pass, err)
			}
			for _, typed := range []string{pass.Code, pass.Shown(), strings.ToLower(pass.Code)} {
				if found, err := w.Find(ctx, olga, w.Searched(typed)); err != nil || found.Outcome != proofing.FoundStandard {
					t.Error(typed, found, err)
				}
			}
			old := pass.Code
			if pass, err = w.MakePass(ctx, id); err != nil {
				t.Fatal(err)
			}
			if found, _ := w.Find(ctx, olga, w.Searched(old)); found.Outcome != proofing.Unknown {
				t.Error("an old pass still opens", found)
			}
			now.Advance(90 * 24 * time.Hour)
			if found, _ := w.Find(ctx, olga, w.Searched(pass.Code)); found.Outcome != proofing.Unknown {
				t.Error("a pass outlived its term", found)
			}
			if _, holds, err := w.PassOf(ctx, id); holds || err != nil {
				t.Error(holds, err)
			}
		})
		t.Run("what ended is forgotten, and what still counts is kept", func(t *testing.T) {
			if err := w.Jobs.Start(ctx); err != nil {
				t.Fatal(err)
			}
			if _, err := w.MakePass(ctx, id); err != nil {
				t.Fatal(err)
			}
			now.Advance(179 * 24 * time.Hour)
			w.RunDue()
			if p, holds, err := w.PassOf(ctx, id); err != nil || holds || p.Code == "" {
				t.Fatal("an ended pass is forgotten too early", p, err)
			}
			now.Advance(3 * 24 * time.Hour)
			w.RunDue()
			if p, _, err := w.PassOf(ctx, id); err != nil || p.Code != "" {
				t.Fatal("an ended pass is kept for ever", p, err)
			}
		})
		t.Run("AUTHZ-6 there is no search by name or by part of a login", func(t *testing.T) {
			for _, login := range []string{"Соколова", "Соколова Анна", phone[:11], "anna@", "%", "a*"} {
				if found, err := w.Find(ctx, olga, w.Searched(login)); err != nil || found.Outcome != proofing.Unknown {
					t.Error(login, found, err)
				}
			}
		})
		t.Run("D-18 every search of an account is seen by its holder, with the purpose", func(t *testing.T) {
			before := w.Reads(id, "proofing.search")
			if _, err := w.Find(ctx, olga, w.Searched(phone)); err != nil {
				t.Fatal(err)
			}
			if got := w.Reads(id, "proofing.search"); got != before+1 {
				t.Fatal(got, before)
			}
		})
	})
}

func TestRefusals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := proofingtest.New(t, d, now, "ru")
		olga := w.Operator("olga", "Ольга Белова", "moscow_mfc")
		_, simple := w.Resident(account.Simplified, "Орлова")
		t.Run("OPR-20 a simplified account cannot be confirmed, and the nearest help is named", func(t *testing.T) {
			found, err := w.Find(ctx, olga, w.Searched(simple))
			if err != nil || found.Outcome != proofing.Simplified || found.Case != "" || len(found.Nearest) == 0 || !found.Nearest[0].DoesOffer(jurisdiction.Advice) {
				t.Fatal(found, err)
			}
		})
		t.Run("OPR-07 an account that is verified already is told, and a login that nobody has", func(t *testing.T) {
			_, verified := w.Resident(account.Verified, "Кузьмина")
			if found, _ := w.Find(ctx, olga, w.Searched(verified)); found.Outcome != proofing.Already {
				t.Error(found)
			}
			if found, _ := w.Find(ctx, olga, w.Searched("+79990000000")); found.Outcome != proofing.Unknown {
				t.Error(found)
			}
		})
		t.Run("OPR-17 an office that cannot confirm names the nearest one that can", func(t *testing.T) {
			pavel := w.Operator("pavel", "Павел Чернов", "moscow_post")
			id, phone := w.Resident(account.Standard, "Зайцева")
			found, err := w.Find(ctx, pavel, w.Searched(phone))
			if err != nil || found.Outcome != proofing.Cannot || len(found.Nearest) == 0 || found.Nearest[0].City != "moscow" {
				t.Fatal(found, err)
			}
			if w.Reads(id, "proofing.search") != 0 {
				t.Error("somebody was looked up all the same")
			}
		})
		t.Run("T-26 an officer never confirms an own account", func(t *testing.T) {
			id, phone := w.Resident(account.Standard, "Белова")
			self := olga
			self.Account = string(id)
			if found, err := w.Find(ctx, self, w.Searched(phone)); err != nil || found.Outcome != proofing.Self {
				t.Fatal(found, err)
			}
		})
		t.Run("AUTHZ-2 the visit of another officer does not exist for me", func(t *testing.T) {
			id, phone := w.Resident(account.Standard, "Волкова")
			visit := w.Open(olga, phone)
			nina := w.Operator("nina", "Нина Серова", "moscow_mfc")
			_, look := w.Look(ctx, nina, visit)
			_, compare := w.Compare(ctx, nina, visit, w.Numbers(id), proofing.Features)
			_, enter := w.EnterAtDesk(ctx, nina, visit, "123456")
			_, print := w.FormAtDesk(ctx, nina, visit)
			_, over := w.HandOver(ctx, nina, visit)
			for name, err := range map[string]error{"look": look, "compare": compare, "send": w.SendCode(ctx, nina, visit), "enter": enter, "print": print,
				"envelope": over, "confirm": w.Confirm(ctx, nina, visit), "show": w.Show(ctx, nina, visit, "asked"), "stop": w.Stop(ctx, nina, visit, "left")} {
				if !fault.Is(err, fault.NotFound) {
					t.Error(name, err)
				}
			}
			if found, _ := w.Find(ctx, nina, w.Searched(phone)); found.Outcome != proofing.Busy {
				t.Error(found)
			}
		})
	})
}

func TestCompare(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := proofingtest.New(t, d, now, "ru")
		olga := w.Operator("olga", "Ольга Белова", "moscow_mfc")
		id, phone := w.Resident(account.Standard, "Соколова")
		visit := w.Open(olga, phone)
		t.Run("AUTHZ-3 numbers are masked until somebody says why, and what is typed from the document stays masked", func(t *testing.T) {
			v, err := w.Look(ctx, olga, visit)
			values, _ := w.Profiles.Values(nil, id)
			if err != nil || v.Values["snils"] == values["snils"] || !strings.HasPrefix(v.Values["snils"], "•") || v.Values["family_name"] != "Соколова" {
				t.Fatal(v.Values, err)
			}
			if err := w.Show(ctx, olga, visit, "curious"); !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			if err := w.Show(ctx, olga, visit, "differs"); err != nil {
				t.Fatal(err)
			}
			v, err = w.Look(ctx, olga, visit)
			if err != nil || v.Values["snils"] != values["snils"] || v.Values["ru_passport.number"] == values["ru_passport.number"] || w.Reads(id, "proofing.show_numbers") != 1 {
				t.Fatal(v.Values, err)
			}
		})
		t.Run("D-18 each look at the profile is seen by its holder", func(t *testing.T) {
			if n := w.Reads(id, "proofing.look"); n != 2 {
				t.Fatal(n)
			}
		})
		t.Run("OPR-08 all features of the document must be ticked", func(t *testing.T) {
			_, err := w.Compare(ctx, olga, visit, w.Numbers(id), proofing.Features[1:])
			if f := fault.Of(err); len(f.Fields) != 1 || f.Fields[0].Name != "features" {
				t.Fatal(err)
			}
		})
		t.Run("OPR-04 another document is refused, counted, and ends the visit the third time", func(t *testing.T) {
			other := map[string]string{"series": "4510", "number": "999999"}
			for _, left := range []int{2, 1, 0} {
				result, err := w.Compare(ctx, olga, visit, other, proofing.Features)
				if err != nil || result.Matched || result.Left != left {
					t.Fatal(result, err)
				}
			}
			if _, err := w.Compare(ctx, olga, visit, w.Numbers(id), proofing.Features); !fault.Is(err, fault.Expired) {
				t.Fatal(err)
			}
			if v, err := w.Look(ctx, olga, visit); err != nil || v.State != proofing.Refused || v.WhyEnded() != "mismatch" || v.Values != nil {
				t.Fatal(v, err)
			}
		})
		t.Run("OPR-04 the numbers of the profile's document match in any spelling", func(t *testing.T) {
			visit := w.Open(olga, phone)
			typed := w.Numbers(id)
			typed["series"], typed["number"] = "45 10", typed["number"][:3]+" "+typed["number"][3:]
			if result, err := w.Compare(ctx, olga, visit, typed, proofing.Features); err != nil || !result.Matched || result.Risk != "" {
				t.Fatal(result, err)
			}
			if v, err := w.Look(ctx, olga, visit); err != nil || v.State != proofing.Cleared || v.Values != nil {
				t.Fatal("the profile is still on the screen", v, err)
			}
			if err := w.Stop(ctx, olga, visit, "suspicion"); err != nil {
				t.Fatal(err)
			}
		})
		t.Run("OPR-02 with a full profile the passport alone is enough; what the profile lacks is asked for as well", func(t *testing.T) {
			passport, _ := w.World.Law.Document("ru_passport")
			full, number := w.Resident(account.Standard, "Петрова")
			if b, err := w.Bring(ctx, full); err != nil || b.Document.In("en") != passport.Name.In("en") || b.Number != nil {
				t.Fatal(b, err)
			}
			visit := w.Open(olga, number)
			result, err := w.Compare(ctx, olga, visit, w.Numbers(full), proofing.Features) // nothing but the passport's numbers
			if err != nil || !result.Matched {
				t.Fatal(result, err)
			}
			if v, err := w.Look(ctx, olga, visit); err != nil || v.State != proofing.Cleared {
				t.Fatal(v.State, err)
			}
			if err := w.Stop(ctx, olga, visit, "left"); err != nil {
				t.Fatal(err)
			}
			w.Profiles.Set(full, "snils", "")
			if b, err := w.Bring(ctx, full); err != nil || b.Number == nil {
				t.Fatal("the missing number is not asked for", b, err)
			}
		})
		t.Run("a visit ends by itself after thirty minutes", func(t *testing.T) {
			visit := w.Open(olga, phone)
			now.Advance(30 * time.Minute)
			if err := w.SendCode(ctx, olga, visit); !fault.Is(err, fault.Expired) {
				t.Fatal(err)
			}
			w.RunDue()
			if v, err := w.Look(ctx, olga, visit); err != nil || v.State != proofing.Expired {
				t.Fatal(v.State, err)
			}
			w.Open(olga, phone)
		})
	})
}

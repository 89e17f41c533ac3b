package application_test

import (
	"context"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/application"
	"okno/internal/application/applicationtest"
	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/officer"
	"okno/internal/text"
	"okno/internal/visit/visittest"
)

func TestMain(m *testing.M) { os.Exit(applicationtest.Main(m)) }

var ctx = context.Background()

func world(t *testing.T, d *db.DB, now *clock.Fake) *applicationtest.World {
	t.Helper()
	return applicationtest.New(t, visittest.New(t, d, now, "ru"))
}

// together runs f many times at once and counts how often it succeeded.
func together(n int, f func(i int) error) int {
	var good atomic.Int64
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() {
			if f(i) == nil {
				good.Add(1)
			}
		})
	}
	wait.Wait()
	return int(good.Load())
}

func TestSending(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := world(t, d, now)
		s := w.Applications
		anna := w.Resident("Ирина Соколова", "+79160000001")
		id := w.Filled(anna)
		t.Run("D-16 a draft is a draft until it is sent, and there is one of a service", func(t *testing.T) {
			again, err := s.Begin(ctx, anna, "foreign_passport")
			if err != nil || again.ID != id || !again.Continued {
				t.Fatalf("%+v %v", again, err)
			}
			c, f, err := s.Draft(ctx, anna, id)
			if err != nil || !c.IsDraft() || c.Number != "" {
				t.Fatalf("%+v %v", c, err)
			}
			if page, missing := f.Unfinished(); missing {
				t.Fatalf("page %s is unfinished", page.Code)
			}
		})
		t.Run("BOOK-2 twenty presses of Send make one case", func(t *testing.T) {
			if n := together(20, func(int) error { return s.Send(ctx, anna, id) }); n != 1 {
				t.Fatalf("%d presses made a case", n)
			}
		})
		t.Run("D-15 the time of filing is the time of the press", func(t *testing.T) {
			v, err := s.See(ctx, anna, id)
			if err != nil {
				t.Fatal(err)
			}
			if !v.Filed.Equal(now.Now()) || v.State != application.Sent || len(v.Number) != 14 {
				t.Fatalf("%v %s %q", v.Filed, v.State, v.Number)
			}
			if len(v.Events) != 1 || v.Events[0].Kind != application.EventSent {
				t.Fatalf("%+v", v.Events)
			}
		})
		t.Run("APP-01 the sending is confirmed by a notice", func(t *testing.T) {
			w.RunDue()
			w.RunDue()
			keys := w.Notices.Keys()
			if len(keys) != 1 || keys[0] != "application.notice.sent_duty" {
				t.Fatal(keys)
			}
		})
		t.Run("PAS-06 a standard account is told which level is missing", func(t *testing.T) {
			other := w.Account(account.Standard, "Пётр Лебедев", "+79160000002")
			b, err := s.Begin(ctx, other, "foreign_passport")
			if err != nil || b.ID != "" || b.Barrier.Level != account.Verified {
				t.Fatalf("%+v %v", b, err)
			}
		})
		t.Run("APP-02 an unfinished draft is not sent", func(t *testing.T) {
			other := w.Resident("Олег Ветров", "+79160000003")
			b, err := s.Begin(ctx, other, "foreign_passport")
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Send(ctx, other, b.ID); !fault.HasKey(err, application.KeyUnfinished) {
				t.Fatal(err)
			}
		})
		t.Run("T-44 somebody else's application is not found", func(t *testing.T) {
			stranger := w.Resident("Чужой Человек", "+79160000004")
			for name, err := range map[string]error{
				"see":      second(s.See(ctx, stranger, id)),
				"withdraw": s.Withdraw(ctx, stranger, id),
				"send":     s.Send(ctx, stranger, id),
				"correct":  s.Correct(ctx, stranger, id, nil),
				"mail":     s.MailTo(ctx, stranger, id, "a@example.org"),
			} {
				if !fault.Is(err, fault.NotFound) {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	})
}

func second[T any](_ T, err error) error { return err }

func TestDesk(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := world(t, d, now)
		s := w.Applications
		anna := w.Resident("Ирина Соколова", "+79160000001")
		id := w.Sent(anna)
		volkov, chernova := w.CaseWorker("volkov", "mvd"), w.CaseWorker("chernova", "mvd")
		other := w.CaseWorker("other", "pension_fund")
		t.Run("AUTHZ-4 an officer sees the own authority's cases only", func(t *testing.T) {
			cases, n, err := s.Inbox(ctx, volkov, application.Filter{})
			if err != nil || len(cases) != 1 || n.Shown != 1 || n.Free != 1 || cases[0].ID != id {
				t.Fatalf("%+v %+v %v", cases, n, err)
			}
			cases, n, err = s.Inbox(ctx, other, application.Filter{})
			if err != nil || len(cases) != 0 || n.Shown != 0 {
				t.Fatalf("%+v %+v %v", cases, n, err)
			}
			if _, err := s.Open(ctx, other, id, "look"); !fault.Is(err, fault.NotFound) {
				t.Fatal(err)
			}
			if err := s.Take(ctx, other, id); !fault.Is(err, fault.NotFound) {
				t.Fatal(err)
			}
		})
		t.Run("D-18 a look leaves an audit line with its purpose", func(t *testing.T) {
			v, err := s.Open(ctx, volkov, id, "deciding the application")
			if err != nil || v.Name == "" {
				t.Fatalf("%+v %v", v, err)
			}
			if !wasRead(t, w, anna, "deciding the application") {
				t.Fatal("no audit line")
			}
			if _, err := s.Open(ctx, volkov, id, ""); !fault.HasKey(err, "application.no_purpose") {
				t.Fatal(err)
			}
		})
		t.Run("Q-59 of twenty officers who take a sent case one gets it, and it is accepted", func(t *testing.T) {
			who := [2]officer.Officer{volkov, chernova}
			won := [2]atomic.Int64{}
			together(20, func(i int) error {
				err := s.Take(ctx, who[i%2], id)
				if err == nil {
					won[i%2].Add(1)
				}
				return err
			})
			if (won[0].Load() == 0) == (won[1].Load() == 0) {
				t.Fatalf("%d and %d", won[0].Load(), won[1].Load())
			}
			v, err := s.See(ctx, anna, id)
			if err != nil || v.State != application.Accepted || v.Stage != "documents" {
				t.Fatalf("%s %s %v", v.State, v.Stage, err)
			}
			if v.Officer == chernova.ID {
				volkov, chernova = chernova, volkov
			}
		})
		t.Run("only who has the case acts on it", func(t *testing.T) {
			if err := s.Decide(ctx, chernova, id, application.Ruling{Outcome: "grant"}); !fault.HasKey(err, "application.not_taken") {
				t.Fatal(err)
			}
			if err := s.Release(ctx, chernova, id); !fault.HasKey(err, "application.not_taken") {
				t.Fatal(err)
			}
		})
		t.Run("a case that was given back can be taken by another, and by a holder once more", func(t *testing.T) {
			for i, err := range []error{s.Release(ctx, volkov, id), s.Take(ctx, chernova, id), s.Release(ctx, chernova, id), s.Take(ctx, volkov, id), s.Take(ctx, volkov, id)} {
				if err != nil {
					t.Fatal(i, err)
				}
			}
		})
		t.Run("a decision reads the same in the preview and on the applicant's page", func(t *testing.T) {
			drafted, err := s.Preview(ctx, volkov, id, application.Ruling{Outcome: "refuse", Reason: "photo", Words: "Лицо в тени."}, "ru")
			if err != nil || len(drafted.Applicant.Text) != 3 || drafted.Applicant.Lang != "en" || drafted.Officer.Lang != "ru" {
				t.Fatalf("%+v %v", drafted, err)
			}
			_, err = s.Preview(ctx, volkov, id, application.Ruling{Outcome: "refuse"}, "ru")
			if fields := fault.Of(err).Fields; len(fields) != 1 || fields[0].Name != "reason" {
				t.Fatalf("%v", err)
			}
		})
		t.Run("Q-59 of twenty decisions one counts", func(t *testing.T) {
			if n := together(20, func(int) error { return s.Decide(ctx, volkov, id, application.Ruling{Outcome: "grant"}) }); n != 1 {
				t.Fatalf("%d decisions", n)
			}
			v, err := s.See(ctx, anna, id)
			if err != nil || v.State != application.InWork || v.Stage != "making" || v.Letter == nil || v.Result == nil {
				t.Fatalf("%s %s %+v %v", v.State, v.Stage, v.Letter, err)
			}
		})
		t.Run("GEP-01 the decision lies among the official letters, once, and is received when it is opened", func(t *testing.T) {
			letters, all, err := w.Post().Inbox(ctx, anna, 10, 0)
			if err != nil || all != 1 || letters[0].Authority != "mvd" || !letters[0].Opened.IsZero() {
				t.Fatalf("%v %d %+v", err, all, letters)
			}
			if err := w.Post().Open(ctx, anna, letters[0].ID); err != nil {
				t.Fatal(err)
			}
			v, _ := s.See(ctx, anna, id)
			if l, err := w.Post().Read(ctx, anna, letters[0].ID); err != nil || !strings.Contains(l.Subject, v.Number) || l.Body != strings.Join(v.Letter.Text, "\n\n") || l.Opened.IsZero() {
				t.Fatalf("%v %+v", err, l)
			}
		})
		t.Run("APP-11 the passport is made, ready to collect, handed out", func(t *testing.T) {
			if err := s.Advance(ctx, chernova, id, "making"); err != nil {
				t.Fatal(err)
			}
			v, _ := s.See(ctx, anna, id)
			if v.State != application.ResultReady || v.Turn != application.TurnApplicant || !v.IsOpen() {
				t.Fatalf("%+v", v.Case)
			}
			if err := s.Advance(ctx, chernova, id, "making"); !fault.HasKey(err, "application.no_move") {
				t.Fatal(err)
			}
			if err := s.Advance(ctx, chernova, id, "collect"); err != nil {
				t.Fatal(err)
			}
			if v, _ = s.See(ctx, anna, id); v.IsOpen() || v.Turn != application.TurnNobody {
				t.Fatalf("%+v", v.Case)
			}
		})
		t.Run("GEN-14 the result is a document that anybody can check by its code", func(t *testing.T) {
			v, _ := s.See(ctx, anna, id)
			found, err := s.Verify(ctx, v.Result.GroupedCode(), v.Result.Seal)
			if err != nil || found.Standing != application.Valid || !found.Sealed || found.Number != v.Number || found.ValidUntil.String() != "2036-03-02" {
				t.Fatalf("%+v %v", found, err)
			}
			if found, _ = s.Verify(ctx, v.Result.Code, v.Result.Seal[1:]+"A"); found.Sealed {
				t.Fatal("a made-up seal is believed")
			}
			if _, err = s.Verify(ctx, "AAAA-BBBB-CCCC-DDDD", ""); !fault.Is(err, fault.NotFound) {
				t.Fatal(err)
			}
			_, first, err := s.Document(ctx, anna, id)
			if err != nil || len(first) < 5000 || string(first[:5]) != "%PDF-" {
				t.Fatalf("%d bytes, %v", len(first), err)
			}
			now.Advance(time.Hour)
			if _, again, _ := s.Document(ctx, anna, id); string(again) != string(first) {
				t.Fatal("the document differs from itself")
			}
		})
		t.Run("the applicant is told of every step", func(t *testing.T) {
			keys := w.Notices.Keys()
			if want := 2; len(keys) < want {
				t.Fatal(keys)
			}
		})
	})
}

func wasRead(t *testing.T, w *applicationtest.World, who account.ID, purpose string) bool {
	t.Helper()
	found := false
	w.Write(func(tx *db.Tx) error {
		all, err := audit.About(tx, string(who), 100)
		for _, e := range all {
			found = found || e.Read && e.Purpose == purpose && e.Actor.Kind == audit.Officer
		}
		return err
	})
	return found
}

func TestNobodyDecidesForHimself(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := world(t, d, now)
		anna := w.Resident("Ирина Соколова", "+79160000001")
		id := w.Sent(anna)
		self := w.Officer(officer.Officer{Login: "self", Name: "Ирина Соколова", Roles: []officer.Role{officer.CaseWorker}, Authority: "mvd", Account: string(anna)})
		var o officer.Officer
		w.Write(func(tx *db.Tx) (err error) { o, err = w.Officers.Get(tx, self); return err })
		t.Run("AUTHZ-4 nobody opens, takes or decides a case of his own", func(t *testing.T) {
			for name, err := range map[string]error{
				"open":   second(w.Applications.Open(ctx, o, id, "look")),
				"take":   w.Applications.Take(ctx, o, id),
				"decide": w.Applications.Decide(ctx, o, id, application.Ruling{Outcome: "grant"}),
			} {
				if !fault.HasKey(err, "application.own_case") {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	})
}

func TestCorrection(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := world(t, d, now)
		s := w.Applications
		anna := w.Resident("Ирина Соколова", "+79160000001")
		id := w.Sent(anna)
		volkov := w.CaseWorker("volkov", "mvd")
		if err := s.Take(ctx, volkov, id); err != nil {
			t.Fatal(err)
		}
		ask := application.Ask{Fields: []string{"latin_name"}, Reason: application.Incorrect, Words: "Имя напечатано с ошибкой."}
		before, _ := s.See(ctx, anna, id)
		t.Run("one correction is open at most, however many ask", func(t *testing.T) {
			if n := together(10, func(int) error { return s.AskCorrection(ctx, volkov, id, ask) }); n != 1 {
				t.Fatalf("%d corrections", n)
			}
			v, _ := s.See(ctx, anna, id)
			if !v.IsPaused() || v.Turn != application.TurnApplicant || len(v.Corrections) != 1 {
				t.Fatalf("%+v", v)
			}
		})
		t.Run("nothing is decided while the applicant's term runs", func(t *testing.T) {
			if err := s.Decide(ctx, volkov, id, application.Ruling{Outcome: "grant"}); !fault.HasKey(err, "application.correction.wait") {
				t.Fatal(err)
			}
		})
		now.Advance(7 * 24 * time.Hour)
		t.Run("only the fields that were asked about open again, and they must change", func(t *testing.T) {
			_, _, f, err := s.Correcting(ctx, anna, id)
			if err != nil || len(f.Pages()) != 1 || len(f.Pages()[0].Questions) != 1 {
				t.Fatalf("%+v %v", f.Pages(), err)
			}
			if err := s.Correct(ctx, anna, id, application.Typed{"latin_name": "SOKOLOVA IRINA", "kind": "plain5"}); fault.Of(err).Fields[0].Key != "application.correction.unchanged" {
				t.Fatal(err)
			}
			if err := s.Correct(ctx, anna, id, application.Typed{"latin_name": "Соколова"}); fault.Of(err).Fields[0].Key != "jurisdiction.shape" {
				t.Fatal(err)
			}
		})
		t.Run("the law's day moves by the working days of the pause", func(t *testing.T) {
			if err := s.Correct(ctx, anna, id, application.Typed{"latin_name": "SOKOLOVA IRINA A", "kind": "plain5"}); err != nil {
				t.Fatal(err)
			}
			v, _ := s.See(ctx, anna, id)
			paused := w.Law.Calendar.WorkingDaysBetween(text.DayOf(before.Filed, w.Law.Zone), text.DayOf(now.Now(), w.Law.Zone))
			if want := w.Law.Calendar.AddWorkingDays(before.Due, paused); v.Due != want || paused == 0 || v.IsPaused() {
				t.Fatalf("due %s, want %s after %d days", v.Due, want, paused)
			}
			if kind := v.Form.Answers["kind"].Text; kind != "chip10" {
				t.Fatalf("a field that was not open has become %q", kind)
			}
			changes := v.Corrections[0].Changes(v.Form.Answers)
			if len(changes) != 1 || changes[0].Before.Text != "SOKOLOVA IRINA" || changes[0].At.Text != "SOKOLOVA IRINA A" {
				t.Fatalf("%+v", changes)
			}
		})
		t.Run("as often as the service allows", func(t *testing.T) {
			if err := s.AskCorrection(ctx, volkov, id, ask); err != nil {
				t.Fatal(err)
			}
			if err := s.Correct(ctx, anna, id, application.Typed{"latin_name": "SOKOLOVA IRINA B"}); err != nil {
				t.Fatal(err)
			}
			if err := s.AskCorrection(ctx, volkov, id, ask); !fault.HasKey(err, "application.correction.enough") {
				t.Fatal(err)
			}
		})
		t.Run("Q-59 a case that is worked on can be taken back until it is decided", func(t *testing.T) {
			if err := s.Withdraw(ctx, anna, id); err != nil {
				t.Fatal(err)
			}
			if err := s.Decide(ctx, volkov, id, application.Ruling{Outcome: "grant"}); !fault.HasKey(err, "application.decided") {
				t.Fatal(err)
			}
		})
	})
}

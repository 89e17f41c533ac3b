package register_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"okno/sim/register"
)

func (w *world) mode(name string, mode register.Mode, delay time.Duration) {
	w.t.Helper()
	if err := w.SetMode(name, mode, delay); err != nil {
		w.t.Fatal(err)
	}
}

func TestForcedResults(t *testing.T) {
	for _, mode := range []register.Mode{register.Match, register.Mismatch, register.Review} {
		t.Run(string(mode), func(t *testing.T) {
			w := start(t)
			w.mode("pension", mode, 0)
			w.want(w.ask(pensionChecks, "k", map[string]string{"snils": "whatever"}), 200, string(mode))
			w.want(w.ask(migration, "k", map[string]string{"family_name": "nobody"}), 200, "mismatch")
		})
	}
}

func TestManualReviewIsResolvedLater(t *testing.T) {
	w := start(t)
	w.mode("pension", register.Review, 0)
	first := w.ask(pensionChecks, "k", anna)
	if err := w.Resolve("pension", "k", "match"); err != nil {
		t.Fatal(err)
	}
	r, err := w.send(t.Context(), "GET", pensionChecks+"/k", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	w.want(r, 200, "match")
	if r.fields["reference"] != first.fields["reference"] {
		t.Errorf("the reference changed: %s, %s", first.body, r.body)
	}
	for want, err := range map[error]error{
		register.ErrNotUnderReview: w.Resolve("pension", "k", "mismatch"),
		register.ErrNoQuestion:     w.Resolve("pension", "other", "match"),
		register.ErrNoRegister:     w.Resolve("tax", "k", "match"),
	} {
		if err != want { //nolint:errorlint // identity is the contract here
			t.Errorf("got %v, want %v", err, want)
		}
	}
	if w.Resolve("pension", "k", "perhaps") == nil {
		t.Error("a result of nonsense was taken")
	}
}

func TestHangingRegisterChecksNothing(t *testing.T) {
	w := start(t)
	w.mode("pension", register.Hang, 0)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if r, err := w.send(ctx, "POST", pensionChecks, question("k", anna), nil); err == nil {
		t.Fatalf("it answered %s", r.body)
	}
	w.mode("pension", register.Honest, 0)
	w.want(w.ask(pensionChecks, "k", anna), 200, "match")
	if e := w.Ledger("pension")[0]; e.Times != 2 || e.Checked != 1 {
		t.Errorf("ledger has %+v", e)
	}
}

func TestCloseEndsWhatHangs(t *testing.T) {
	w := start(t)
	w.mode("pension", register.Hang, 0)
	done := make(chan error, 1)
	go func() {
		_, err := w.send(context.Background(), "POST", pensionChecks, question("k", anna), nil)
		done <- err
	}()
	for len(w.Ledger("pension")) == 0 {
		<-time.After(time.Millisecond)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err == nil {
		t.Error("a hanging question was answered")
	}
}

func TestSlowRegisterChecksBeforeItWaits(t *testing.T) {
	w := start(t, func(c *register.Config) { c.SlowDelay = 10 * time.Second })
	w.mode("pension", register.Slow, 0)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if r, err := w.send(ctx, "POST", pensionChecks, question("k", anna), nil); err == nil {
		t.Fatalf("it answered at once: %s", r.body)
	}
	w.mode("pension", register.Slow, 30*time.Millisecond)
	began := time.Now()
	w.want(w.ask(pensionChecks, "k", anna), 200, "match")
	if time.Since(began) < 30*time.Millisecond {
		t.Error("the delay was not kept")
	}
	if e := w.Ledger("pension")[0]; e.Times != 2 || e.Checked != 1 {
		t.Errorf("ledger has %+v", e)
	}
}

func TestRefusingRegister(t *testing.T) {
	w := start(t)
	w.mode("pension", register.RefuseAll, 0)
	r := w.ask(pensionChecks, "k", anna)
	w.want(r, 503, "")
	if r.header.Get("X-Road-Error") != "Server.ServerProxy.ServiceFailed" || r.header.Get("Retry-After") != "60" {
		t.Errorf("got %v", r.header)
	}
	w.mode("pension", register.Honest, 0)
	w.want(w.ask(pensionChecks, "k", anna), 200, "match")
}

func TestGarbledAnswersAreNotJSON(t *testing.T) {
	w := start(t)
	w.mode("pension", register.Garble, 0)
	first, second := w.ask(pensionChecks, "k", anna), w.ask(pensionChecks, "k", anna)
	if first.status != 200 || json.Valid(first.body) {
		t.Errorf("first %d %s", first.status, first.body)
	}
	if second.status != 200 || second.header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("second %d %v", second.status, second.header)
	}
	w.mode("pension", register.Honest, 0)
	w.want(w.ask(pensionChecks, "k", anna), 200, "match")
}

func TestDuplicatingRegisterShowsBothChecks(t *testing.T) {
	w := start(t)
	w.mode("pension", register.Duplicate, 0)
	w.want(w.ask(pensionChecks, "k", anna), 200, "match")
	if e := w.Ledger("pension")[0]; e.Times != 1 || e.Checked != 2 {
		t.Errorf("ledger has %+v", e)
	}
}

func TestLyingRegisterAnswersAnotherQuestion(t *testing.T) {
	w := start(t)
	w.mode("pension", register.Lie, 0)
	w.mode("accounts", register.Lie, 0)
	for path, r := range map[string]reply{
		"check":     w.ask(pensionChecks, "k", with(anna, "snils", "0")),
		"statement": w.ask(accounts, "k", map[string]string{"snils": "11223344595"}),
	} {
		if r.status != 200 || r.fields["key"] == "k" || r.fields["key"] == "" {
			t.Errorf("%s: got %s", path, r.body)
		}
	}
	w.mode("pension", register.Honest, 0)
	w.want(w.ask(pensionChecks, "k", with(anna, "snils", "0")), 200, "mismatch")
}

func TestNobodyIsGarbledAndLiedAboutToo(t *testing.T) {
	w := start(t)
	w.mode("accounts", register.Garble, 0)
	if r := w.ask(accounts, "k", map[string]string{"snils": "999"}); r.status != 200 || json.Valid(r.body) {
		t.Errorf("got %d %s", r.status, r.body)
	}
	w.mode("pension", register.Lie, 0)
	if r, err := w.send(t.Context(), "GET", pensionChecks+"/never", "", nil); err != nil || r.fields["result"] != "match" || r.fields["key"] == "never" {
		t.Errorf("got %s, %v", r.body, err)
	}
	w.mode("accounts", register.Honest, 0)
	w.want(w.ask(accounts, "k", map[string]string{"snils": "999"}), 404, "")
}

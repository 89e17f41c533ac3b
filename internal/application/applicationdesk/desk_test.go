package applicationdesk_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/application"
	"okno/internal/application/applicationdesk"
	"okno/internal/application/applicationtest"
	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/officer"
	"okno/internal/visit/visittest"
	"okno/internal/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(applicationtest.Main(m)) }

// office is an authority's desk with one sent passport application.
type office struct {
	*applicationtest.World
	who  account.ID
	id   application.ID
	anna officer.Officer
	desk *webtest.Browser
}

func open(t *testing.T, d *db.DB, now *clock.Fake) *office {
	w := applicationtest.New(t, visittest.New(t, d, now, "ru"))
	applicationdesk.Mount(w.Site, w.Applications)
	o := &office{World: w, who: w.Resident("Ирина Соколова", "+79160000001"), anna: w.CaseWorker("anna", "mvd")}
	o.id = w.Sent(o.who)
	o.desk = w.AtDesk(o.anna.ID)
	return o
}

func (o *office) path(rest string) string { return "/desk/cases/" + string(o.id) + rest }

// reads are the audit rows about the resident's data by officers.
func (o *office) reads() (n int) {
	o.Write(func(tx *db.Tx) error {
		all, err := audit.About(tx, string(o.who), 100)
		for _, e := range all {
			if e.Read && e.Actor.Kind == audit.Officer {
				n++
			}
		}
		return err
	})
	return n
}

func TestDesk(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		o := open(t, d, now)
		t.Run("T-60 the inbox shows the case, its due date and no name", func(t *testing.T) {
			p := o.desk.Open("/desk/cases").MustBe(200, "/desk/cases").Must("Foreign passport", "Open: 1", "Not taken: 1", "Nobody")
			p.MustNot("Соколова", "SOKOLOVA")
		})
		t.Run("S40 the counters equal the filtered list and the filter stands in the address", func(t *testing.T) {
			p := o.desk.Open("/desk/cases").Select("Taken by", "Me").Press("Show results")
			if !strings.Contains(p.Path, "who=mine") {
				t.Fatal(p.Path)
			}
			p.Must("Mine: 0", "Nothing here needs you")
			o.desk.Open("/desk/cases?who=free").Must("Cases found: 1")
			o.desk.Open("/desk/cases?due=overdue").Must("No case fits this filter.")
		})
		t.Run("AUTHZ-6 a look without taking the case needs a purpose", func(t *testing.T) {
			before := o.reads()
			o.desk.Open(o.path("")).MustBe(200, o.path("/look")).MustNot("SOKOLOVA")
			if o.reads() != before {
				t.Fatal("asking for the purpose was written as a look")
			}
			o.desk.Open(o.path("?for=nonsense")).MustBe(200, o.path("/look"))
		})
		t.Run("D-18 each look leaves an audit row with its purpose", func(t *testing.T) {
			before := o.reads()
			o.desk.Open(o.path("/look")).Choose("To answer a question about the application").Press("Open without taking").MustBe(200, o.path("")).Must("Соколова")
			if o.reads() != before+1 {
				t.Fatal(o.reads() - before)
			}
		})
		t.Run("nothing can be decided before the case is taken", func(t *testing.T) {
			o.desk.Open(o.path("?for=question")).MustNot("Decide", "Ask for a correction")
			p := o.desk.Open(o.path("/decision")).Choose("Grant the passport").Press("Show what the applicant will read")
			if p.Status != 409 {
				t.Fatal(p.Status, p.Text())
			}
		})
		t.Run("AUTHZ-4 an officer of another authority does not find the case", func(t *testing.T) {
			other := o.AtDesk(o.CaseWorker("other", "fns").ID)
			other.Open("/desk/cases").Must("No case fits this filter.")
			for _, path := range []string{"?for=decide", "/correction", "/decision", "/document"} {
				if p := other.Open(o.path(path)); p.Status != 404 {
					t.Errorf("%s: %d", path, p.Status)
				}
			}
		})
		t.Run("a case that was taken shows who has it to colleagues", func(t *testing.T) {
			o.desk.Open(o.path("/look")).Press("Take the case").MustBe(200, o.path("")).Must("Decide", "Ask for a correction")
			second := o.AtDesk(o.CaseWorker("second", "mvd").ID)
			second.Open("/desk/cases").Must("since")
			if p := second.Open(o.path("/look")).Press("Take the case"); p.Status != 409 {
				t.Fatal(p.Status)
			}
		})
		t.Run("a correction without fields, reason and words is refused with each reason, and nothing typed is lost", func(t *testing.T) {
			p := o.desk.Open(o.path("/correction")).Fill("What to correct, and how", "x").Press("Send to the applicant")
			if p.Status != 422 || !strings.HasPrefix(p.Title(), "Error:") || p.Value("What to correct, and how") != "x" {
				t.Fatal(p.Status, p.Title())
			}
		})
		t.Run("a correction pauses the case and opens only the chosen answers", func(t *testing.T) {
			o.desk.Open(o.path("/correction")).Choose("Your photo").Choose("Something is not right").
				Fill("What to correct, and how", "The photo is dark.").Press("Send to the applicant").MustBe(200, o.path("")).
				Must("The legal clock stands still", "The photo is dark.")
			o.desk.Open("/desk/cases").Must("Waits for the applicant")
		})
		t.Run("while the applicant's term runs nothing can be decided", func(t *testing.T) {
			if p := o.desk.Open(o.path("/decision")).Choose("Grant the passport").Press("Show what the applicant will read"); p.Status != 409 {
				t.Fatal(p.Status)
			}
			now.Advance(40 * 24 * time.Hour)
			o.desk = o.AtDesk(o.anna.ID)
		})
		t.Run("a decision without an outcome is refused", func(t *testing.T) {
			if p := o.desk.Open(o.path("/decision")).Press("Show what the applicant will read"); p.Status != 422 {
				t.Fatal(p.Status)
			}
		})
		t.Run("the text that the applicant will read is shown before it is sent, and can be changed", func(t *testing.T) {
			p := o.desk.Open(o.path("/decision")).Choose("Grant the passport").Fill("In your own words (optional)", "Bring your old passport.").
				Press("Show what the applicant will read").Must("Bring your old passport.", "Nothing is decided yet.")
			p = p.Press("Change it")
			if p.Value("In your own words (optional)") != "Bring your old passport." {
				t.Fatal(p.Text())
			}
			p = p.Press("Show what the applicant will read")
			p.Press("Send the decision").MustBe(200, o.path("")).Must("Bring your old passport.")
		})
		t.Run("a decision is made once, however often it is pressed", func(t *testing.T) {
			if p := o.desk.Open(o.path("/decision")).Choose("Grant the passport").Press("Show what the applicant will read"); p.Status != 409 {
				t.Fatal(p.Status)
			}
			var decided int
			o.Write(func(tx *db.Tx) error {
				all, err := audit.About(tx, string(o.who), 200)
				for _, e := range all {
					if e.Act == "application.decide" {
						decided++
					}
				}
				return err
			})
			if decided != 1 {
				t.Fatal(decided)
			}
		})
		t.Run("PAS-04 a granted passport is made, is ready and is handed out, step by step", func(t *testing.T) {
			p := o.desk.Open(o.path("?for=decide"))
			for p.HasButton("Move on to:") {
				p = p.PressLike("Move on to:").MustBe(200, o.path(""))
			}
			p.Press("Handed out: close the case").MustBe(200, o.path("")).MustNot("Move on to:", "Handed out: close the case")
			if pdf := o.desk.Open(o.path("/document")); !strings.HasPrefix(pdf.Body, "%PDF-") || !strings.Contains(pdf.Header.Get("Content-Security-Policy"), "sandbox") {
				t.Fatal(pdf.Status)
			}
		})
	})
}

func TestDeskSpeaks(t *testing.T) {
	d, now := dbtest.SQLite(t)
	o := open(t, d, now)
	for _, lang := range []string{"ru", "fa"} {
		t.Run("every page of the desk opens in "+lang, func(t *testing.T) {
			desk := o.AtDesk(o.anna.ID).For(t).Speak(lang)
			for _, path := range []string{"/desk/cases", o.path("/look"), o.path("?for=question"), o.path("/correction"), o.path("/decision")} {
				if p := desk.Open(path); p.Status != 200 || !strings.Contains(p.Body, `lang="`+lang+`"`) {
					t.Errorf("%s: %d", path, p.Status)
				}
			}
		})
	}
}

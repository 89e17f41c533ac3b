package partnerpage

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"okno/internal/client"
	"okno/internal/fault"
	"okno/internal/partner"
	"okno/internal/partner/partnervisit"
	"okno/internal/text"
	"okno/internal/ui"
	"okno/internal/visit"
)

// special are the settings that most sites never need, each a question of its own.
// They are safe as they stand.
var special = []step{
	{"state", []string{"state"}, "", yes("state", func(c *client.Client, on bool) { c.Registered = on }), yesNo("state", func(c client.Client) bool { return c.Registered })},
	{"sector", []string{"sector"}, "", readSector, sectorField},
	{"signature", []string{"signature"}, "", yes("signature", func(c *client.Client, on bool) { c.RS256 = on }), yesNo("signature", func(c client.Client) bool { return c.RS256 })},
	{"par", []string{"par"}, "", yes("par", func(c *client.Client, on bool) { c.PAR = on }), yesNo("par", func(c client.Client) bool { return c.PAR })},
	{"dpop", []string{"dpop"}, "", yes("dpop", func(c *client.Client, on bool) { c.DPoP = on }), yesNo("dpop", func(c client.Client) bool { return c.DPoP })},
}

// isSpecial says whether a question stands on the page of special settings.
func isSpecial(s step) bool {
	return slices.ContainsFunc(special, func(one step) bool { return one.word == s.word })
}

// afterSpecial goes back to the special settings; a state system gives its
// certificates next.
func (c console) afterSpecial(w http.ResponseWriter, r *visit.Request, s step, now bool) error {
	site, err := c.changing(r)
	switch {
	case err != nil:
		return err
	case s.word == "state" && site.Edited().Registered:
		return r.Redirect(w, pathOf(idOf(r), "/esia"))
	case site.Registered() && !now:
		return r.Redirect(w, pathOf(idOf(r), ""))
	}
	return r.Redirect(w, pathOf(idOf(r), "/advanced?done=saved"))
}

// yes reads a question of two answers.
func yes(word string, set func(c *client.Client, on bool)) func(r *visit.Request) func(*client.Client) {
	return func(r *visit.Request) func(*client.Client) {
		on := r.Form.Text(word) == "yes"
		return func(c *client.Client) { set(c, on) }
	}
}

// yesNo shows a question of two answers; the first is the safe one.
func yesNo(word string, is func(client.Client) bool) func(v stepView) templ.Component {
	return func(v stepView) templ.Component {
		choices := []ui.Choice{}
		for _, answer := range []string{"no", "yes"} {
			choices = append(choices, ui.Choice{Value: answer, Label: v.r.T("partner.answer." + word + "." + answer), Hint: v.r.T("partner.answer." + word + "." + answer + "_hint")})
		}
		return ui.Radios{W: v.r, Name: word, Legend: v.r.T("partner.field." + word), Error: v.errs.For(word), Value: answerOf(is(v.c)), Choices: choices}
	}
}

func answerOf(on bool) string {
	if on {
		return "yes"
	}
	return "no"
}

func readSector(r *visit.Request) func(*client.Client) {
	sector := r.Form.Text("sector")
	return func(c *client.Client) { c.Sector = sector }
}

func sectorField(v stepView) templ.Component {
	return ui.Field{W: v.r, Name: "sector", Label: v.r.T("partner.field.sector"), Hint: v.r.T("partner.sector.hint"), Kind: ui.Document, Value: v.c.Sector, Error: v.errs.For("sector"), Size: 30, Longest: 64, Optional: true}
}

// advancedView is the page of special settings.
type advancedView struct {
	r    *visit.Request
	site partner.Site
	c    client.Client // as edited
}

func (c console) showAdvanced(w http.ResponseWriter, r *visit.Request) error {
	site, err := c.changing(r)
	if err != nil {
		return err
	}
	return r.Show(w, visit.Page{Title: r.T("partner.advanced.title"), Body: advancedBody(advancedView{r, site, site.Edited()}), Back: backTo(r, pathOf(idOf(r), ""))})
}

func (v advancedView) rows() (rows []ui.Row) {
	add := func(word, value string) {
		rows = append(rows, ui.Row{Name: v.r.T("partner.field." + word), Value: value, Change: pathOf(v.c.ID, "/"+word)})
	}
	answer := func(word string, on bool) string { return v.r.T("partner.answer." + word + "." + answerOf(on)) }
	add("state", answer("state", v.c.Registered))
	if v.c.Registered || len(v.c.Certificates) > 0 {
		add("esia", certificateNames(v.r, v.c))
	}
	add("sector", v.sector())
	add("signature", answer("signature", v.c.RS256))
	add("par", v.r.T(v.site.Pushing()))
	add("dpop", answer("dpop", v.c.DPoP))
	return rows
}

func (v advancedView) sector() string {
	if v.c.Sector == "" {
		return v.r.T("partner.sector.none")
	}
	return v.c.Sector
}

// setNames are the special settings that a site has, for its summary.
func setNames(r *visit.Request, site partner.Site) string {
	c := site.Edited()
	var names []string
	add := func(on bool, word string) {
		if on {
			names = append(names, word)
		}
	}
	add(c.Registered, r.T("partner.field.state"))
	add(len(c.Certificates) > 0, r.T("partner.field.esia"))
	add(c.Sector != "", r.T("partner.field.sector")+" "+c.Sector)
	add(c.RS256, "RS256")
	pushing := site.Pushing()
	add(pushing != "partner.answer.par.no", r.T(pushing))
	add(c.DPoP, r.T("partner.answer.dpop.yes"))
	if len(names) == 0 {
		return r.T("partner.advanced.none")
	}
	return partnervisit.Lines(names)
}

func certificateNames(r *visit.Request, c client.Client) string {
	var names []string
	for _, one := range partner.Certificates(c) {
		names = append(names, one.Subject)
	}
	if len(names) == 0 {
		return r.T("partner.certificate.none")
	}
	return partnervisit.Lines(names)
}

// esiaView is the page of the certificates of the ESIA dialect.
type esiaView struct {
	r    *visit.Request
	site partner.Site
	c    client.Client
	errs visit.Errors
	now  time.Time
}

func (c console) showESIA(w http.ResponseWriter, r *visit.Request) error {
	return c.showESIAPage(w, r, visit.Errors{})
}

func (c console) showESIAPage(w http.ResponseWriter, r *visit.Request, errs visit.Errors) error {
	site, err := c.changing(r)
	if err != nil {
		return err
	}
	v := esiaView{r, site, site.Edited(), errs, r.Now}
	return r.Show(w, visit.Page{Title: r.T("partner.step.esia"), Body: esiaBody(v, r.Key(w)), Failed: errs.Any(), Form: true, Back: backTo(r, pathOf(idOf(r), "/advanced"))})
}

// postESIA adds certificates from a file or from what was pasted, or takes one away.
func (c console) postESIA(w http.ResponseWriter, r *visit.Request) error {
	if print := r.Form.Text("print"); print != "" {
		if err := c.s.DropCertificate(r.Context(), r.Account.ID, idOf(r), print); err != nil {
			return err
		}
		return r.Redirect(w, pathOf(idOf(r), "/esia"))
	}
	given, fromFile, err := pasted(r)
	if err != nil {
		return err
	}
	_, err = c.s.AddCertificates(r.Context(), r.Account.ID, idOf(r), given)
	if errs, refused := r.Refused(at(err, "esia_file", fromFile)); refused {
		return c.showESIAPage(w, r, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, pathOf(idOf(r), "/esia?done=added"))
}

// pasted is the content of the file, or else of the field.
func pasted(r *visit.Request) (content []byte, fromFile bool, err error) {
	file, _, err := r.Form.Upload("esia_file")
	if err != nil || file == nil {
		return []byte(r.Form.Lines("esia_certificates")), false, err
	}
	defer file.Close()
	content, err = io.ReadAll(io.LimitReader(file, 1<<20))
	return content, true, err
}

// at is a refusal of the pasted text, told at the file when that was what came.
func at(err error, field string, there bool) error {
	var f *fault.Fault
	if !there || !errors.As(err, &f) || len(f.Fields) == 0 {
		return err
	}
	return fault.OneField(field, f.Fields[0].Key, f.Fields[0].Vars)
}

// facts are what a certificate says, in a line.
func (v esiaView) facts(c partner.Certificate) string {
	day := func(t time.Time) string { return v.r.Date(text.DayOf(t, v.r.Law().Zone)) }
	return v.r.T("partner.certificate.facts", "from", day(c.From), "until", day(c.Until))
}

// kind is the kind of a certificate's key.
func (v esiaView) kind(c partner.Certificate) string {
	if c.Bits == 0 {
		return "GOST R 34.10-2012"
	}
	return "RSA " + v.r.Number(int64(c.Bits))
}

var standings = map[partner.Standing]ui.Tone{partner.Good: ui.Good, partner.Soon: ui.Warning, partner.Over: ui.Warning, partner.NotYet: ui.Info}

func (v esiaView) tag(c partner.Certificate) *ui.Tag {
	at := c.At(v.now)
	return &ui.Tag{Text: v.r.T("partner.certificate.at." + string(at)), Tone: standings[at]}
}

// ending warns about the end of a site's last certificate; "" when nothing is to be done.
func ending(r *visit.Request, c client.Client) (title, words string) {
	last, warn := partner.Ending(c, r.Now)
	if !warn {
		return "", ""
	}
	return r.T("partner.ending." + string(last.At(r.Now))), r.T("partner.ending.text", "subject", last.Subject, "when", r.Date(text.DayOf(last.Until, r.Law().Zone)))
}

// onward is where one goes from the certificates: the next question of a draft, or
// the site.
func (v esiaView) onward() string {
	if v.site.Registered() {
		return pathOf(v.c.ID, "")
	}
	return pathOf(v.c.ID, "/attributes")
}

// Package journeys walks whole ways through the running product, as a resident,
// an operator and an officer would: over real sockets, with the simulators of
// the demo, by labels and button texts.
package journeys

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"okno/internal/clock"
	"okno/internal/demo"
	"okno/internal/inspect"
	"okno/internal/text"
	"okno/internal/text/texttest"
	"okno/internal/web/webtest"
)

// TestMain lets this binary be the child that looks into uploaded files.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == inspect.Argument {
		if err := inspect.ChildMain(os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// country is a running demo with what a journey asks of it.
type country struct {
	t       testing.TB
	texts   *text.Catalogue
	portal  string
	control string
	demo    *demo.Demo
	people  []demo.Person
	staff   []demo.Officer
	sites   []demo.Site
	patient time.Duration // how long to wait for what happens outside; a minute when zero
}

// run starts a demo on a database ("" is SQLite in a folder of the test).
func run(t *testing.T, postgres string) *country {
	t.Helper()
	return runIn(t, t.TempDir(), demo.Config{Postgres: postgres})
}

// runIn is run in a folder, with more of the configuration.
func runIn(t *testing.T, dir string, config demo.Config) *country {
	t.Helper()
	file := filepath.Join(dir, "demo.json")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	config.Data, config.Listen, config.Control, config.JSON = filepath.Join(dir, "data"), "127.0.0.1:0", "127.0.0.1:0", file
	config.Jurisdiction, config.Self, config.Quiet = "ru", self, true
	d, err := demo.Start(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); d.Serve(ctx) }()
	t.Cleanup(func() { cancel(); <-ended; d.Close() })
	c := &country{t: t, texts: texttest.Load(t), demo: d}
	c.portal, c.control = d.Addresses()
	c.await("the JSON file", func() bool {
		content, err := os.ReadFile(file)
		if err != nil {
			return false
		}
		var said struct {
			People   []demo.Person
			Officers []demo.Officer
			Sites    []demo.Site
		}
		if err := json.Unmarshal(content, &said); err != nil {
			t.Fatal(err)
		}
		c.people, c.staff, c.sites = said.People, said.Officers, said.Sites
		return true
	})
	return c
}

// await waits until something outside has happened.
func (c *country) await(what string, happened func() bool) {
	c.t.Helper()
	if c.patient == 0 {
		c.patient = time.Minute
	}
	ctx, cancel := context.WithTimeout(context.Background(), c.patient)
	defer cancel()
	for !happened() {
		if clock.Pause(ctx, 50*time.Millisecond) != nil {
			c.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// browser is a browser without scripts that asks for a language.
func (c *country) browser(lang string) *webtest.Browser {
	return webtest.Dial(c.t, c.portal).Speak(lang)
}

// ask calls the control API.
func (c *country) call(method, path string, body, answer any) {
	c.t.Helper()
	content, err := json.Marshal(body)
	if err != nil {
		c.t.Fatal(err)
	}
	r, err := http.NewRequest(method, c.control+path, bytes.NewReader(content))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer got.Body.Close()
	content, _ = io.ReadAll(got.Body)
	if got.StatusCode != http.StatusOK {
		c.t.Fatalf("%s %s: %d %s", method, path, got.StatusCode, content)
	}
	if answer != nil {
		if err := json.Unmarshal(content, answer); err != nil {
			c.t.Fatalf("%s: %v", content, err)
		}
	}
}

// readJSON reads the answer of a machine, which must be a good one.
func readJSON(t testing.TB, got *http.Response, answer any) {
	t.Helper()
	content, err := io.ReadAll(got.Body)
	if err == nil && got.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s", got.Request.URL.Path, got.StatusCode, content)
	}
	if err == nil {
		err = json.Unmarshal(content, answer)
	}
	if err != nil {
		t.Fatalf("%s: %v", content, err)
	}
}

// message is an SMS or e-mail as the simulators keep it.
type message struct {
	Text    string   `json:"text"`
	Subject string   `json:"subject"`
	Links   []string `json:"links"`
}

// sms are the SMS to a number, newest first.
func (c *country) sms(to string) (all []message) {
	c.call("GET", "/sms?to="+strings.ReplaceAll(to, "+", "%2B"), nil, &all)
	return all
}

// mail are the e-mails to an address, newest first.
func (c *country) mail(to string) (all []message) {
	c.call("GET", "/mail?to="+to, nil, &all)
	return all
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// code waits for more than n SMS to a number and reads the code in the newest.
func (c *country) code(to string, n int) string {
	c.t.Helper()
	var code string
	c.await("an SMS with a code", func() bool {
		all := c.sms(to)
		if len(all) <= n {
			return false
		}
		code = sixDigits.FindString(all[0].Text)
		return code != ""
	})
	return code
}

// told waits for an SMS to a number that begins or contains words.
func (c *country) told(to, words string) {
	c.t.Helper()
	c.await("an SMS that says "+words, func() bool {
		for _, m := range c.sms(to) {
			if strings.Contains(m.Text, words) {
				return true
			}
		}
		return false
	})
}

// advance moves the demo's clock.
func (c *country) advance(d time.Duration) {
	c.call("POST", "/clock", map[string]string{"advance": d.String()}, nil)
}

// now is the demo's time.
func (c *country) now() time.Time {
	var answer struct{ Now time.Time }
	c.call("GET", "/clock", nil, &answer)
	return answer.Now
}

func (c *country) officer(role string) demo.Officer {
	c.t.Helper()
	for _, o := range c.staff {
		if o.Role == role {
			return o
		}
	}
	c.t.Fatalf("no officer is %s", role)
	return demo.Officer{}
}

// atDesk signs an officer in.
func (c *country) atDesk(lang string, o demo.Officer) *webtest.Browser {
	c.t.Helper()
	w := c.texts.For(lang)
	b := c.browser(lang)
	code, err := totp.GenerateCode(o.TOTP, c.now())
	if err != nil {
		c.t.Fatal(err)
	}
	b.Open("/desk/signin").Fill(w.T("signin.desk.login"), o.Login).Fill(w.T("signin.password.label"), o.Password).
		Fill(w.T("signin.desk.code"), code).Press(w.T("signin.enter")).MustBe(200, "/desk")
	return b
}

// photo is an invented portrait: a light field with a darker oval.
func photo(width, height int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			dx, dy := float64(x-width/2)/float64(width/4), float64(y-height/2)/float64(height/3)
			shade := color.RGBA{230, 236, 240, 255}
			if dx*dx+dy*dy < 1 {
				shade = color.RGBA{150, 120, 100, 255}
			}
			img.Set(x, y, shade)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		panic(fmt.Sprint("journeys: ", err))
	}
	return b.Bytes()
}

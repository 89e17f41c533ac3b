package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"okno/sim/control"
)

// serveControl serves the control page until ctx ends.
func (d *Demo) serveControl(ctx context.Context) error {
	server := &http.Server{Handler: d.controlHandler(), ReadHeaderTimeout: 5 * time.Second}
	failed := make(chan error, 1)
	go func() {
		if d.papers != nil {
			failed <- server.ServeTLS(d.control, d.papers.server.Certificate, d.papers.server.Key)
			return
		}
		failed <- server.Serve(d.control)
	}()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		server.Close()
		if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	}
}

// controlHandler is the control API of docs/sandbox.md and its page.
func (d *Demo) controlHandler() http.Handler {
	mux := http.NewServeMux()
	sms, mail, registers := d.Outside.SMS.Control(), d.Outside.Mail.Control(), d.Outside.Registers.Control()
	for prefix, h := range map[string]http.Handler{"/smsc/": sms, "/mailbox/": mail, "/state/": registers} {
		mux.Handle(prefix, http.StripPrefix(strings.TrimSuffix(prefix, "/"), h))
	}
	mux.Handle("GET /sms", sms)
	mux.Handle("GET /mail", mail)
	mux.Handle("GET /mail/", mail)
	mux.Handle("/registers", registers)
	mux.Handle("/registers/", registers)
	mux.HandleFunc("GET /clock", func(w http.ResponseWriter, _ *http.Request) { d.tellTime(w) })
	mux.HandleFunc("POST /clock", d.moveTime)
	mux.HandleFunc("GET /people", func(w http.ResponseWriter, _ *http.Request) { control.Answer(w, http.StatusOK, d.file()) })
	mux.HandleFunc("GET /totp", d.showCode)
	d.sites.mount(mux)
	mux.HandleFunc("GET /{$}", d.showPage)
	return control.Guard(mux)
}

func (d *Demo) tellTime(w http.ResponseWriter) {
	control.Answer(w, http.StatusOK, map[string]string{"now": d.clock.Now().Format(time.RFC3339)})
}

// moveTime moves the demo's clock and runs what has become due. Long ways are
// gone in steps, so that timers which follow one another fire in their order.
func (d *Demo) moveTime(w http.ResponseWriter, r *http.Request) {
	ask, form, ok := readAdvance(w, r)
	if !ok {
		return
	}
	way, err := time.ParseDuration(strings.TrimSpace(ask))
	if err != nil || way <= 0 || way > longest {
		control.Refuse(w, http.StatusUnprocessableEntity, "%v", errStep)
		return
	}
	for way > 0 && err == nil {
		step := min(way, timeStep)
		way -= step
		err = d.Portal.Still(r.Context(), func() error { _, err := d.clock.advance(step); return err })
		if err == nil {
			err = d.Portal.RunDue(r.Context())
		}
	}
	if err != nil {
		control.Refuse(w, http.StatusInternalServerError, "the clock stands at %s: %v", d.clock.Now().Format(time.RFC3339), err)
		return
	}
	if form {
		control.SeeOther(w, "./")
		return
	}
	d.tellTime(w)
}

// readAdvance reads how far to go: from the page's form, or from JSON, also when
// a tool such as curl sent JSON under the name of a form.
func readAdvance(w http.ResponseWriter, r *http.Request) (advance string, form, ok bool) {
	var ask struct {
		Advance string `json:"advance"`
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, control.BodyLimit))
	if err != nil {
		control.Refuse(w, http.StatusUnprocessableEntity, "%v", errStep)
		return "", false, false
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if control.IsForm(r) && !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		return r.FormValue("advance"), true, true
	}
	if !control.Read(w, r, &ask) {
		return "", false, false
	}
	return ask.Advance, false, true
}

// timeStep is how far the time machine goes at once.
const timeStep = 24 * time.Hour

// showCode gives an officer's authenticator code of this moment, for people who try the demo by hand.
func (d *Demo) showCode(w http.ResponseWriter, r *http.Request) {
	for _, o := range d.staff {
		if o.Login == r.URL.Query().Get("login") {
			code, err := totp.GenerateCode(o.TOTP, d.clock.Now())
			if err != nil {
				control.Refuse(w, http.StatusInternalServerError, "%v", err)
				return
			}
			control.Answer(w, http.StatusOK, map[string]string{"code": code})
			return
		}
	}
	control.Refuse(w, http.StatusNotFound, "there is no officer with this login")
}

// ready is what the JSON file says once the demo answers.
type ready struct {
	Portal   string `json:"portal"`
	Identity string `json:"identity"`
	Control  string `json:"control"`
	*secure
	Sites    []Site    `json:"sites"`
	People   []Person  `json:"people"`
	Officers []Officer `json:"officers"`
}

func (d *Demo) file() ready {
	portal := d.origin(d.portal)
	return ready{Portal: portal, Identity: portal + "/id", Control: d.origin(d.control), secure: d.secure(), Sites: d.sites.list(), People: d.people, Officers: d.staff}
}

// Addresses are the addresses of the portal and of the control page.
func (d *Demo) Addresses() (portal, control string) {
	f := d.file()
	return f.Portal, f.Control
}

// announce writes the JSON file, whole or not at all, and prints where to go.
func (d *Demo) announce() error {
	f := d.file()
	if d.config.JSON != "" {
		content, err := json.MarshalIndent(f, "", "  ")
		if err != nil {
			return err
		}
		fresh := filepath.Join(filepath.Dir(d.config.JSON), ".okno-demo.json")
		if err := os.WriteFile(fresh, append(content, '\n'), 0o600); err != nil {
			return err
		}
		if err := os.Rename(fresh, d.config.JSON); err != nil {
			return err
		}
	}
	if d.config.Quiet {
		return nil
	}
	fmt.Printf("\nOkno demo of %s\n\n  Portal     %s\n  Control    %s   (all SMS and e-mails, registers, time machine, sign-ins)\n", d.Portal.Law.Name.In("en"), f.Portal, f.Control)
	if f.secure != nil {
		fmt.Printf("  Machines   %s   (mTLS; try %s)\n\n  Trust the authority %s (docs/sandbox.md).\n", f.Mutual, f.Client.Certificate, f.CA)
	}
	for _, s := range f.Sites {
		fmt.Printf("  Site       %s   %s\n", s.Origin, s.Name)
	}
	fmt.Println()
	for _, p := range f.People {
		if p.Password != "" {
			fmt.Printf("  %-11s %-32s %-14s %s\n", p.Level, p.Name, p.Login, p.Password)
		}
	}
	fmt.Println()
	for _, o := range f.Officers {
		fmt.Printf("  %-11s %-32s %-14s %s\n", o.Role, o.Name, o.Login, o.Password)
	}
	fmt.Printf("\n  Officers sign in at %s/desk/signin; their codes are on the control page.\n  Stop with Ctrl+C. Everything lies in %s.\n\n", f.Portal, d.config.Data)
	return nil
}

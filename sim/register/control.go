package register

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"okno/sim/control"
)

// Control is the control API and page of docs/wires/register.md section 5. The caller mounts it under any prefix that ends
// with a slash, or listens with it.
func (s *Server) Control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.showPage)
	mux.HandleFunc("GET /registers", func(w http.ResponseWriter, _ *http.Request) {
		all := make([]view, 0, len(s.registers))
		for _, r := range s.registers {
			all = append(all, r.view())
		}
		control.Answer(w, http.StatusOK, all)
	})
	mux.HandleFunc("POST /registers/people", s.addPerson)
	mux.HandleFunc("GET /registers/{name}", s.named(func(w http.ResponseWriter, _ *http.Request, r *register) {
		control.Answer(w, http.StatusOK, r.view())
	}))
	mux.HandleFunc("POST /registers/{name}", s.named(switchMode))
	mux.HandleFunc("GET /registers/{name}/ledger", s.named(func(w http.ResponseWriter, _ *http.Request, r *register) {
		control.Answer(w, http.StatusOK, s.Ledger(r.Name))
	}))
	mux.HandleFunc("POST /registers/{name}/resolve", s.named(s.resolve))
	return control.Guard(mux)
}

// view is a register as the control API shows it.
type view struct {
	Name string `json:"name"`
	control.State[Mode]
	Services []string `json:"services"`
	Compares []string `json:"compares"`
}

func (r *register) view() view {
	compares := append(append([]string{}, r.Compares...), r.Statements...)
	return view{Name: r.Name, State: r.mode.State(), Services: r.services(), Compares: compares}
}

// named finds the register of the address, or answers 404.
func (s *Server) named(next func(http.ResponseWriter, *http.Request, *register)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		reg := s.find(r.PathValue("name"))
		if reg == nil {
			control.Refuse(w, http.StatusNotFound, "there is no register %q", r.PathValue("name"))
			return
		}
		next(w, r, reg)
	}
}

func switchMode(w http.ResponseWriter, r *http.Request, reg *register) {
	if reg.mode.Handle(w, r, "../") && !control.IsForm(r) {
		control.Answer(w, http.StatusOK, reg.view())
	}
}

// addPerson takes a person as JSON, or from the page's form, whose only field "person" holds the same JSON.
func (s *Server) addPerson(w http.ResponseWriter, r *http.Request) {
	var p Person
	form := control.IsForm(r)
	if form {
		r.Body = http.MaxBytesReader(w, r.Body, control.BodyLimit)
		dec := json.NewDecoder(strings.NewReader(r.PostFormValue("person")))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&p); err != nil {
			control.Refuse(w, http.StatusUnprocessableEntity, "the person is not the JSON that is expected here: %v", err)
			return
		}
	} else if !control.Read(w, r, &p) {
		return
	}
	if err := s.AddPerson(p); err != nil {
		control.Refuse(w, http.StatusUnprocessableEntity, "%v", err)
		return
	}
	if form {
		control.SeeOther(w, "../")
		return
	}
	control.Answer(w, http.StatusCreated, p)
}

func (s *Server) resolve(w http.ResponseWriter, r *http.Request, reg *register) {
	var asked struct {
		Key    string `json:"key"`
		Result string `json:"result"`
	}
	form := control.IsForm(r)
	if form {
		r.Body = http.MaxBytesReader(w, r.Body, control.BodyLimit)
		asked.Key, asked.Result = r.PostFormValue("key"), r.PostFormValue("result")
	} else if !control.Read(w, r, &asked) {
		return
	}
	err := s.Resolve(reg.Name, asked.Key, asked.Result)
	switch {
	case errors.Is(err, ErrNoQuestion):
		control.Refuse(w, http.StatusNotFound, "%v", err)
	case errors.Is(err, ErrNotUnderReview):
		control.Refuse(w, http.StatusConflict, "%v", err)
	case err != nil:
		control.Refuse(w, http.StatusUnprocessableEntity, "%v", err)
	case form:
		control.SeeOther(w, "../../")
	default:
		control.Answer(w, http.StatusOK, asked)
	}
}

var page = control.NewPage(`{{define "title"}}Registers{{end}}
{{define "main"}}<h1>Registers</h1>
{{range .Registers}}<section><h2>{{.Title}}</h2><p>{{range .Services}}{{.}} {{end}}</p>
<form method="post" action="registers/{{.Name}}">{{template "switch" .}}</form>
{{$name := .Name}}<div class="wide"><table><thead><tr><th>Asked</th><th>Key</th><th>Service</th><th>Fields</th><th>Result</th><th>Times</th><th>Checked</th></tr></thead><tbody>
{{range .Ledger}}<tr><td>{{.LastAt.Format "2006-01-02 15:04:05"}}</td><td>{{.Key}}</td><td>{{.Service}}</td>
<td>{{range $field, $value := .Fields}}{{$field}}: {{$value}}
{{end}}</td><td>{{.Result}} {{.Note}}{{if eq .Result "review"}}<form method="post" action="registers/{{$name}}/resolve"><input type="hidden" name="key" value="{{.Key}}">
<button name="result" value="match">Match</button><button name="result" value="mismatch">Mismatch</button></form>{{end}}</td><td>{{.Times}}</td><td>{{.Checked}}</td></tr>
{{else}}<tr><td colspan="7">Nothing was asked yet.</td></tr>{{end}}</tbody></table></div></section>
{{end}}<section><h2>Add a person</h2><form method="post" action="registers/people"><label>Person as JSON
<textarea name="person" spellcheck="false">{"fields": {"family_name": "", "given_name": ""}}</textarea></label><button>Add</button></form></section>{{end}}`)

// pageRegister is one register on the page; Ledger is cut to the newest fifty.
type pageRegister struct {
	Name, Title string
	Services    []string
	Modes       []Mode
	State       control.State[Mode]
	Ledger      []Entry
}

func (s *Server) showPage(w http.ResponseWriter, _ *http.Request) {
	var data struct{ Registers []pageRegister }
	for _, r := range s.registers {
		ledger := s.Ledger(r.Name)
		data.Registers = append(data.Registers, pageRegister{
			Name: r.Name, Title: r.Title, Services: r.services(), Modes: r.mode.Modes(), State: r.mode.State(), Ledger: ledger[:min(50, len(ledger))],
		})
	}
	page.Show(w, data)
}

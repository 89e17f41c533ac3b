package mail

import (
	"mime"
	"net/http"
	"strconv"

	"okno/sim/control"
)

// Control is the control API and page. The caller mounts it under any prefix that ends with a slash, or listens with it.
//
//	GET /mail?to=                       mails as JSON, newest first, with their links
//	GET /mail/{id}                      one mail as JSON
//	GET /mail/{id}/attachment/{n}       the bytes of an attachment, counted from 0
//	GET /mail/{id}/html                 the HTML part, without scripts and without anything from the network
//	GET /mail/{id}/raw                  the mail as it came
//	GET, POST /mode                     {"mode": "slow", "delay": "30s"}
//	GET /                               a page
func (s *Server) Control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.showPage)
	mux.HandleFunc("GET /mail", func(w http.ResponseWriter, r *http.Request) {
		control.Answer(w, http.StatusOK, s.Messages(r.URL.Query().Get("to")))
	})
	mux.HandleFunc("GET /mail/{id}", s.one(func(w http.ResponseWriter, _ *http.Request, m Message) {
		control.Answer(w, http.StatusOK, m)
	}))
	mux.HandleFunc("GET /mail/{id}/attachment/{n}", s.one(showAttachment))
	mux.HandleFunc("GET /mail/{id}/html", s.one(func(w http.ResponseWriter, _ *http.Request, m Message) {
		show(w, "text/html; charset=utf-8", []byte(m.HTML))
	}))
	mux.HandleFunc("GET /mail/{id}/raw", s.one(func(w http.ResponseWriter, _ *http.Request, m Message) {
		show(w, "text/plain; charset=utf-8", m.Raw)
	}))
	s.mode.Mount(mux, "/mode", "./")
	return control.Guard(mux)
}

func (s *Server) one(next func(http.ResponseWriter, *http.Request, Message)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		m, ok := s.byID(r.PathValue("id"))
		if !ok {
			control.Refuse(w, http.StatusNotFound, "there is no mail %q", r.PathValue("id"))
			return
		}
		next(w, r, m)
	}
}

// show gives bytes that somebody else wrote: no scripts, nothing from elsewhere, no forms.
func show(w http.ResponseWriter, kind string, content []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Security-Policy", "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(content) // the reader has gone away; there is nobody to tell
}

func showAttachment(w http.ResponseWriter, r *http.Request, m Message) {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 0 || n >= len(m.Attachments) {
		control.Refuse(w, http.StatusNotFound, "mail %s has %d attachments, counted from 0", m.ID, len(m.Attachments))
		return
	}
	a := m.Attachments[n]
	disposition := mime.FormatMediaType("attachment", map[string]string{"filename": a.Name})
	if disposition == "" {
		disposition = "attachment"
	}
	w.Header().Set("Content-Disposition", disposition)
	show(w, a.Type, a.Content)
}

var page = control.NewPage(`{{define "title"}}Mail{{end}}
{{define "main"}}<h1>Mail</h1><form method="post" action="mode">{{template "switch" .}}</form>
<form method="get" action="./"><label>Address<input name="to" value="{{.To}}" inputmode="email"></label><button>Show</button></form>
{{range .Messages}}{{$id := .ID}}<article><h2 dir="auto">{{if .Subject}}{{.Subject}}{{else}}(no subject){{end}}</h2>
<p>{{.ReceivedAt.Format "2006-01-02 15:04:05"}}, from {{.From}} to {{range .To}}{{.}} {{end}}{{if .Problem}}<br>Not wholly readable: {{.Problem}}{{end}}</p>
<div dir="auto" style="white-space:pre-wrap">{{.Text}}</div>
<p>{{if .HTML}}<a href="mail/{{.ID}}/html">As a page</a> {{end}}<a href="mail/{{.ID}}/raw">As it came</a></p>
{{with .Attachments}}<ul>{{range $n, $a := .}}<li><a href="mail/{{$id}}/attachment/{{$n}}">{{$a.Name}}</a> {{$a.Type}}, {{$a.Size}} bytes</li>{{end}}</ul>{{end}}
{{with .Links}}<ul>{{range .}}<li><a href="{{.}}" rel="noreferrer">{{.}}</a></li>{{end}}</ul>{{end}}</article>
{{else}}<p>No mail yet.</p>{{end}}{{end}}`)

func (s *Server) showPage(w http.ResponseWriter, r *http.Request) {
	to := r.URL.Query().Get("to")
	messages := s.Messages(to)
	page.Show(w, map[string]any{
		"Modes": s.mode.Modes(), "State": s.mode.State(), "To": to, "Messages": messages[:min(50, len(messages))],
	})
}

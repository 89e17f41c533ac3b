package notify

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"

	"okno/internal/outside/email"
	"okno/internal/outside/sms"
)

// isolates are the marks that keep a value whole inside a right-to-left page. A
// phone needs none: they would cost characters and stick to a copied code.
var isolates = strings.NewReplacer("\u2066", "", "\u2067", "", "\u2068", "", "\u2069", "")

// say is a text with the message's variables, free of hidden marks.
func (n *Notices) say(m message, part string) string {
	return isolates.Replace(n.texts.For(m.lang).T(m.key+"."+part, m.content.pairs()...))
}

func (c content) pairs() []any {
	pairs := []any{"code", c.Code}
	for name, value := range c.Vars {
		pairs = append(pairs, name, value)
	}
	return pairs
}

// shortMessage is the SMS. A code ends with the line by which a browser knows
// that it belongs to this site and to no other (OTP-5).
func (n *Notices) shortMessage(m message) sms.Message {
	words := n.say(m, "sms")
	if m.content.Code != "" {
		words += BoundLine(n.host, m.content.Code)
	}
	return sms.Message{Key: m.id, To: m.content.To, Text: words, Sensitive: m.kind == code}
}

// BoundLine is the last line of an SMS with a code: "\n@okno.example #123456".
func BoundLine(host, code string) string { return "\n@" + host + " #" + code }

// letter is the e-mail: the same words as text and as simple HTML.
func (n *Notices) letter(m message) (email.Message, error) {
	p := n.texts.For(m.lang)
	l := letterData{Lang: p.Lang(), Dir: p.Dir(), Portal: n.settings.Portal.In(m.lang), Subject: n.say(m, "subject"),
		Paragraphs: paragraphs(n.say(m, "email")), Code: m.content.Code}
	if m.content.Path != "" {
		l.Link, l.Button = n.settings.Origin+m.content.Path, p.T("notify.email.open")
		if p.Has(m.key + ".button") {
			l.Button = n.say(m, "button")
		}
	}
	l.Footer = []string{p.T("notify.email.automatic"), p.T("notify.email.address", "host", n.host)}
	if n.settings.Support != "" {
		l.Footer = append(l.Footer, isolates.Replace(p.T("notify.email.support", "phone", n.settings.Support)))
	}
	var html bytes.Buffer
	if err := letterHTML.Execute(&html, l); err != nil {
		return email.Message{}, fmt.Errorf("notify: letter %s: %w", m.key, err)
	}
	return email.Message{Key: m.id, To: m.content.To, Subject: l.Subject, Text: l.plain(), HTML: html.String(), Lang: m.lang}, nil
}

// letterData is everything that a letter may show.
type letterData struct {
	Lang, Dir, Portal, Subject string
	Paragraphs                 []string
	Code                       string
	Link, Button               string
	Footer                     []string
}

func paragraphs(s string) []string {
	var all []string
	for _, p := range strings.Split(s, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			all = append(all, p)
		}
	}
	return all
}

// plain is the letter for those who read text.
func (l letterData) plain() string {
	parts := append([]string{l.Portal}, l.Paragraphs...)
	if l.Code != "" {
		parts = append(parts, l.Code)
	}
	if l.Link != "" {
		parts = append(parts, l.Button+":\n"+l.Link)
	}
	parts = append(parts, "-- \n"+strings.Join(l.Footer, "\n"))
	return strings.Join(parts, "\n\n") + "\n"
}

// letterHTML is deliberately plain: one column, no picture, nothing loaded from
// anywhere, readable with styles switched off.
var letterHTML = template.Must(template.New("letter").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}" dir="{{.Dir}}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{.Subject}}</title></head>
<body style="margin:0;background:#f2f5f8;color:#16202b;font:18px/1.6 system-ui,'Segoe UI',Roboto,'Noto Sans','Noto Naskh Arabic',Tahoma,sans-serif">
<div style="max-width:36em;margin:0 auto;padding:24px 16px">
<p style="margin:0 0 16px;font-weight:600;color:#12507b">{{.Portal}}</p>
<div style="background:#ffffff;border:1px solid #d5dde5;border-radius:8px;padding:24px">
<h1 style="margin:0 0 16px;font-size:24px;line-height:1.3">{{.Subject}}</h1>
{{range .Paragraphs}}<p style="margin:0 0 16px">{{.}}</p>
{{end}}{{if .Code}}<p style="margin:0 0 16px;font-size:32px;letter-spacing:4px;font-weight:600"><bdi dir="ltr">{{.Code}}</bdi></p>
{{end}}{{if .Link}}<p style="margin:0 0 16px"><a href="{{.Link}}" style="display:inline-block;background:#12507b;color:#ffffff;text-decoration:none;padding:12px 24px;border-radius:8px;font-weight:600">{{.Button}}</a></p>
<p style="margin:0;font-size:15px;color:#46566a;overflow-wrap:anywhere"><bdi dir="ltr">{{.Link}}</bdi></p>
{{end}}</div>
<div style="padding:16px 0;font-size:15px;color:#46566a">{{range .Footer}}<p style="margin:0 0 8px">{{.}}</p>
{{end}}</div>
</div>
</body>
</html>
`))

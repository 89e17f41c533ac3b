package mail

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // letters other than UTF-8
	"github.com/emersion/go-message/mail"
	"golang.org/x/net/html"
)

// partLimit is how many parts of one mail are looked at.
const partLimit = 1000

// parse takes a mail apart as far as it can. What it cannot is said in Problem; Raw is always whole.
func parse(raw []byte) Message {
	m := Message{Raw: raw, Attachments: []Attachment{}, Links: []string{}, Headers: map[string][]string{}}
	r, err := mail.CreateReader(bytes.NewReader(raw))
	if r == nil {
		m.Problem = err.Error()
		return m
	}
	m.note(err)
	m.readHeaders(r.Header)
	for range partLimit {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		m.note(err)
		if part == nil {
			break
		}
		if !m.readPart(part) {
			break
		}
	}
	m.Links = links(m.Text, m.HTML)
	return m
}

func (m *Message) note(err error) {
	if err != nil && m.Problem == "" {
		m.Problem = err.Error()
	}
}

func (m *Message) readHeaders(h mail.Header) {
	subject, err := h.Subject()
	m.note(err)
	m.Subject = valid(subject)
	for f := h.Fields(); f.Next(); {
		text, err := f.Text()
		if err != nil {
			text = f.Value()
		}
		m.Headers[f.Key()] = append(m.Headers[f.Key()], valid(text))
	}
}

// readPart keeps one part; false when the rest of the mail cannot be read.
func (m *Message) readPart(part *mail.Part) bool {
	content, err := io.ReadAll(part.Body)
	m.note(err)
	switch h := part.Header.(type) {
	case *mail.InlineHeader:
		kind, _, _ := h.ContentType() // without one it is text/plain
		switch {
		case kind == "text/html" && m.HTML == "":
			m.HTML = valid(string(content))
		case strings.HasPrefix(kind, "text/"):
			m.Text = strings.TrimPrefix(m.Text+"\n"+valid(string(content)), "\n")
		default:
			m.attach(h.Header, content)
		}
	case *mail.AttachmentHeader:
		m.attach(h.Header, content)
	}
	return err == nil
}

func (m *Message) attach(h message.Header, content []byte) {
	attachment := mail.AttachmentHeader{Header: h}
	name, err := attachment.Filename()
	m.note(err)
	kind, _, err := h.ContentType()
	if err != nil {
		kind = "application/octet-stream"
	}
	m.Attachments = append(m.Attachments, Attachment{Name: valid(name), Type: valid(kind), Size: len(content), Content: content})
}

func valid(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

var address = regexp.MustCompile(`https?://[^\s<>"'«»\x00-\x20]+`)

// links finds the addresses in the text, then those in the page, each once.
func links(text, page string) []string {
	found := []string{}
	add := func(link string) {
		if !slices.Contains(found, link) {
			found = append(found, link)
		}
	}
	for _, link := range address.FindAllString(text, -1) {
		add(strings.TrimRight(link, ".,;:!?)]}…"))
	}
	for t := html.NewTokenizer(strings.NewReader(page)); t.Next() != html.ErrorToken; {
		token := t.Token()
		if token.Type != html.StartTagToken || token.Data != "a" {
			continue
		}
		for _, a := range token.Attr {
			if a.Key == "href" && address.MatchString(a.Val) {
				add(strings.TrimSpace(a.Val))
			}
		}
	}
	return found
}

package register

import (
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"okno/sim/control"
)

const (
	bodyLimit    = 65536
	addressLimit = 2000
)

// question is one request that was understood.
type question struct {
	Key    string            `json:"key"`
	Fields map[string]string `json:"fields"`

	service, client, issue string
	mode                   Mode
}

// checkAnswer and statementAnswer are the bodies of the two services.
type checkAnswer struct {
	Key       string `json:"key"`
	Result    string `json:"result"`
	Reference string `json:"reference"`
	CheckedAt string `json:"checked_at"`
	Note      string `json:"note,omitempty"`
}

type statementAnswer struct {
	Key string `json:"key"`
	Statement
}

// trouble is an error as the protocol has it.
type trouble struct {
	status        int
	kind, message string
}

func badRequest(message string) *trouble {
	return &trouble{http.StatusBadRequest, "Client.BadRequest", message}
}

// serveWire answers one X-Road request.
func (s *Server) serveWire(w http.ResponseWriter, r *http.Request) {
	e := &exchange{w: w, r: r, requestID: newID()}
	body, tooLarge := readBody(w, r)
	e.stamp(body)
	if tooLarge {
		e.fail(&trouble{http.StatusRequestEntityTooLarge, "Client.TooLarge", "the body is larger than 65536 bytes"})
		return
	}
	reg, rest, t := s.route(e)
	if t != nil {
		e.fail(t)
		return
	}
	s.behave(e, reg, rest, body)
}

func readBody(w http.ResponseWriter, r *http.Request) (body []byte, tooLarge bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	var limit *http.MaxBytesError
	return body, errors.As(err, &limit)
}

// route finds the register that is asked, and what follows the service code in the address.
func (s *Server) route(e *exchange) (*register, []string, *trouble) {
	client := e.r.Header.Get("X-Road-Client")
	if client == "" {
		return nil, nil, badRequest("the header X-Road-Client is missing")
	}
	if !isMember(client) || len(client) > 1000 {
		return nil, nil, badRequest("the header X-Road-Client is not INSTANCE/CLASS/MEMBER/SUBSYSTEM")
	}
	if len(e.r.Header.Get("X-Road-Id")) > 255 {
		return nil, nil, badRequest("the header X-Road-Id is longer than 255 characters")
	}
	address := e.r.URL.EscapedPath()
	parts := strings.Split(strings.TrimPrefix(address, "/r1/"), "/")
	if !strings.HasPrefix(address, "/r1/") || len(parts) < 5 || len(e.r.URL.RequestURI()) > addressLimit {
		return nil, nil, badRequest("the address is not /r1/INSTANCE/CLASS/MEMBER/SUBSYSTEM/SERVICE")
	}
	id := strings.Join(parts[:5], "/")
	reg := s.services[id]
	if reg == nil {
		return nil, nil, &trouble{http.StatusInternalServerError, "Server.ServerProxy.UnknownService", "there is no such service here"}
	}
	e.service, e.w.Header()["X-Road-Service"] = parts[4], []string{id}
	if len(s.clients) > 0 && !slices.Contains(s.clients, client) {
		return nil, nil, &trouble{http.StatusInternalServerError, "Server.ServerProxy.AccessDenied", "this client may not ask this service"}
	}
	return reg, parts[5:], nil
}

// isMember tells whether text is a client's identifier: three or four parts, each percent-encoded and not empty.
func isMember(text string) bool {
	parts := strings.Split(text, "/")
	if len(parts) != 3 && len(parts) != 4 {
		return false
	}
	for _, part := range parts {
		plain, err := url.PathUnescape(part)
		if err != nil || plain == "" || !utf8.ValidString(plain) {
			return false
		}
	}
	return true
}

// answer is what the register would say: status and body, or trouble.
func (s *Server) answer(e *exchange, reg *register, rest []string, body []byte, mode Mode) (any, *trouble) {
	switch {
	case e.r.Method == http.MethodGet && e.service == checksService && len(rest) == 1:
		return s.recall(reg, rest[0])
	case e.r.Method == http.MethodPost && len(rest) == 0:
	default:
		return nil, &trouble{http.StatusMethodNotAllowed, "Client.MethodNotAllowed", "this service is not asked so"}
	}
	q, t := readQuestion(body)
	if t != nil {
		return nil, t
	}
	q.service, q.client, q.issue, q.mode = e.service, e.r.Header.Get("X-Road-Client"), e.r.Header.Get("X-Road-Issue"), mode
	return s.ask(reg, q)
}

// ask writes the question down and, unless the mode forbids it, looks the answer up.
func (s *Server) ask(reg *register, q question) (any, *trouble) {
	s.mu.Lock()
	defer s.mu.Unlock()
	entry, err := s.see(reg, q)
	if err != nil {
		return nil, &trouble{http.StatusConflict, "Client.KeyReused", err.Error()}
	}
	if q.mode == Hang || q.mode == RefuseAll || q.mode == Lie {
		return nil, nil // nothing is looked up; the mode has its own answer
	}
	s.look(reg, entry, q.mode)
	return entry.answer()
}

// recall answers GET checks/{key}.
func (s *Server) recall(reg *register, key string) (any, *trouble) {
	plain, err := url.PathUnescape(key)
	if err != nil || !goodKey.MatchString(plain) {
		return nil, badRequest("the key is not 1 to 128 letters, digits, dots, dashes and underscores")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := reg.entries[entryKey{checksService, plain}]
	if entry == nil || entry.Result == "" {
		return nil, &trouble{http.StatusNotFound, "Client.UnknownKey", "no such key was asked"}
	}
	return entry.answer()
}

func (e *Entry) answer() (any, *trouble) {
	switch e.Result {
	case resultStatement:
		return statementAnswer{Key: e.Key, Statement: *e.statement}, nil
	case resultUnknown:
		return nil, &trouble{http.StatusNotFound, "Client.UnknownPerson", "the register does not hold this person"}
	}
	return checkAnswer{e.Key, e.Result, e.Reference, e.checkedAt.UTC().Format(time.RFC3339), e.Note}, nil
}

var goodKey = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)

// readQuestion understands a body. Its refusals never repeat a value.
func readQuestion(body []byte) (question, *trouble) {
	var q question
	if !utf8.Valid(body) || json.Unmarshal(body, &q) != nil {
		return q, badRequest(`the body is not {"key": text, "fields": {name: text}}`)
	}
	if !goodKey.MatchString(q.Key) {
		return q, badRequest("the key is not 1 to 128 letters, digits, dots, dashes and underscores")
	}
	if len(q.Fields) == 0 {
		return q, badRequest("there are no fields to compare")
	}
	return q, nil
}

// exchange is one request and what every answer to it carries.
type exchange struct {
	w                  http.ResponseWriter
	r                  *http.Request
	service, requestID string
}

// stamp sets the headers that tie an answer to its request.
func (e *exchange) stamp(body []byte) {
	id := e.r.Header.Get("X-Road-Id")
	if id == "" {
		id = newID()
	}
	h := e.w.Header()
	h.Set("X-Road-Client", e.r.Header.Get("X-Road-Client"))
	h.Set("X-Road-Id", id)
	h.Set("X-Road-Request-Id", e.requestID)
	h.Set("X-Road-Request-Hash", hash(body))
}

func hash(body []byte) string {
	sum := sha512.Sum512(body)
	return base64.StdEncoding.EncodeToString(sum[:])
}

func (e *exchange) fail(t *trouble) {
	e.w.Header().Set("X-Road-Error", t.kind)
	control.Answer(e.w, t.status, map[string]string{"type": t.kind, "message": t.message, "detail": e.requestID})
}

func (e *exchange) give(v any, t *trouble) {
	if t != nil {
		e.fail(t)
		return
	}
	control.Answer(e.w, http.StatusOK, v)
}

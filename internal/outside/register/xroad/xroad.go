package xroad

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/google/uuid"

	"okno/internal/clock"
	"okno/internal/fault"
	"okno/internal/outside/reach"
	"okno/internal/outside/register"
)

// Client is a register.Checker and register.Statements. It is safe for
// concurrent use; Close it at the end.
type Client struct {
	asker    string
	partners map[string]*partner
}

var (
	_ register.Checker    = (*Client)(nil)
	_ register.Statements = (*Client)(nil)
)

// New checks the configuration; it does not connect. The clock times the breakers.
func New(cfg Config, c clock.Clock) (*Client, error) {
	if problems := cfg.Validate(); len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	client := &Client{asker: cfg.Client, partners: map[string]*partner{}}
	for name, r := range cfg.Registers {
		p, err := newPartner(name, r, c)
		if err != nil {
			return nil, fmt.Errorf("register.xroad: registers.%s: %w", name, err)
		}
		client.partners[name] = p
	}
	return client, nil
}

// Close closes the connections that wait for the next question.
func (c *Client) Close() error {
	for _, p := range c.partners {
		p.http.CloseIdleConnections()
	}
	return nil
}

// Check asks the service "checks" whether data are right.
func (c *Client) Check(ctx context.Context, name string, r register.Request) (register.Answer, error) {
	return ask(ctx, c, name, question{service: "checks", request: &r, key: r.Key}, readAnswer)
}

// Ask looks at the present answer to an earlier question.
func (c *Client) Ask(ctx context.Context, name, key string) (register.Answer, error) {
	return ask(ctx, c, name, question{service: "checks", key: key}, readAnswer)
}

// Statement asks the service "statements".
func (c *Client) Statement(ctx context.Context, name string, r register.Request) (register.Statement, error) {
	return ask(ctx, c, name, question{service: "statements", request: &r, key: r.Key}, readStatement)
}

// question is one call.
type question struct {
	service string
	key     string
	request *register.Request // nil: look at the answer to key
}

// body gives what is sent; nothing for a look.
func (q question) body() ([]byte, error) {
	if !keyPattern.MatchString(q.key) {
		return nil, errors.New("the key has a form that registers refuse")
	}
	if q.request == nil {
		return nil, nil
	}
	for name := range q.request.Fields {
		if !fieldPattern.MatchString(name) {
			return nil, errors.New("a field's name has a form that registers refuse")
		}
	}
	body, err := json.Marshal(struct {
		Key    string            `json:"key"`
		Fields map[string]string `json:"fields"`
	}{q.key, q.request.Fields})
	if err == nil && len(body) > maxBody {
		err = errors.New("the question is too large")
	}
	return body, err
}

// ask puts a question to a register within its limit and its breaker, and reads the answer.
func ask[T any](ctx context.Context, c *Client, name string, q question, read func([]byte, string) (T, error)) (T, error) {
	var none T
	p, ok := c.partners[name]
	if !ok {
		return none, fault.Wrap(fault.Internal, register.KeyDefect, fmt.Errorf("register %q is not configured", name))
	}
	body, err := q.body()
	if err != nil {
		return none, fault.Wrap(fault.Internal, register.KeyDefect, err)
	}
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	if err := p.limit.Enter(ctx); err != nil {
		return none, p.away(err)
	}
	defer p.limit.Leave()
	allowed, wait := p.breaker.Allow()
	if !allowed {
		return none, p.away(errors.New("it is left alone after failures")).After(wait)
	}
	answer, err := call(ctx, p, c.asker, q, body, read)
	p.breaker.Done(outcome(ctx, err))
	return answer, err
}

func outcome(ctx context.Context, err error) reach.Outcome {
	switch {
	case !fault.Is(err, fault.Unavailable):
		return reach.Answered
	case errors.Is(ctx.Err(), context.Canceled):
		return reach.GivenUp
	default:
		return reach.Failed
	}
}

// away is "no answer, try later".
func (p *partner) away(cause error) *fault.Fault {
	return fault.Wrap(fault.Unavailable, register.KeyAway, fmt.Errorf("register %s: %w", p.name, cause))
}

func (p *partner) notBelieved(cause error) error {
	return p.away(fmt.Errorf("%w: %w", register.ErrNotBelieved, cause))
}

func call[T any](ctx context.Context, p *partner, asker string, q question, body []byte, read func([]byte, string) (T, error)) (T, error) {
	var none T
	id := uuid.NewString()
	request, err := p.request(ctx, asker, id, q, body)
	if err != nil {
		return none, fault.Wrap(fault.Internal, register.KeyDefect, err)
	}
	response, err := p.http.Do(request)
	if err != nil {
		return none, p.away(withoutAddress(err))
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	if err != nil {
		return none, p.away(err)
	}
	if away := p.statusAway(response); away != nil {
		return none, away
	}
	// From here on everything is an answer, also a refusal, and must be one to this very question.
	if err := believe(response, id, body); err != nil {
		return none, p.notBelieved(err)
	}
	if response.StatusCode != http.StatusOK {
		return none, p.refusal(response, text, q)
	}
	answer, err := read(text, q.key)
	if err != nil {
		return none, p.notBelieved(err)
	}
	return answer, nil
}

// withoutAddress takes the address, and with it the key, out of an error of net/http.
func withoutAddress(err error) error {
	var where *url.Error
	if errors.As(err, &where) {
		return where.Err
	}
	return err
}

func (p *partner) request(ctx context.Context, asker, id string, q question, body []byte) (*http.Request, error) {
	method, address := http.MethodPost, p.base+"/"+q.service
	if q.request == nil {
		method, address = http.MethodGet, address+"/"+q.key
	}
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("the address is broken")
	}
	request.Header.Set("X-Road-Client", asker)
	request.Header.Set("X-Road-Id", id)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "okno")
	if q.request != nil {
		request.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	return request, nil
}

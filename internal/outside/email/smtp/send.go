package smtp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/textproto"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"okno/internal/fault"
	"okno/internal/outside/email"
	"okno/internal/outside/reach"
)

// Send hands the letter to the server and waits until it has taken it.
func (c *Client) Send(ctx context.Context, m email.Message) error {
	letter, err := c.letter(m)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	if err := c.limit.Enter(ctx); err != nil {
		return fault.Wrap(fault.Unavailable, email.KeyAway, err)
	}
	defer c.limit.Leave()
	allowed, wait := c.breaker.Allow()
	if !allowed {
		return fault.New(fault.Unavailable, email.KeyAway).After(wait)
	}
	err = c.send(ctx, letter)
	switch {
	case !fault.Is(err, fault.Unavailable):
		c.breaker.Done(reach.Answered)
	case errors.Is(ctx.Err(), context.Canceled):
		c.breaker.Done(reach.GivenUp)
	case errors.Is(err, errPutOff):
		c.breaker.Done(reach.Answered) // greylisting and full mailboxes concern one letter
	default:
		c.breaker.Done(reach.Failed)
	}
	return err
}

// letter makes the mail of a message.
func (c *Client) letter(m email.Message) (*gomail.Msg, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	to, err := m.Address()
	if err != nil {
		return nil, err
	}
	letter := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := letter.From(c.cfg.From); err != nil {
		return nil, fmt.Errorf("from: %w", err)
	}
	from := letter.GetFrom()[0]
	from.Name = c.cfg.FromName[""]
	if name, ok := c.cfg.FromName[m.Lang]; ok {
		from.Name = name
	}
	letter.FromMailAddress(from)
	letter.ToMailAddress(to)
	letter.Subject(m.Subject)
	letter.SetDateWithValue(c.clock.Now())
	letter.SetMessageIDWithValue(m.MessageID(c.cfg.domain()))
	letter.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no vacation answers, no loops
	letter.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "All")
	letter.SetGenHeader("Content-Language", m.Lang)
	letter.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		letter.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	for _, a := range m.Attachments {
		if err := letter.AttachReader(a.Name, bytes.NewReader(a.Content), gomail.WithFileContentType(gomail.ContentType(a.Type))); err != nil {
			return nil, fmt.Errorf("attachment: %w", err)
		}
	}
	return letter, nil
}

func (c *Client) send(ctx context.Context, letter *gomail.Msg) error {
	client, one, err := c.dialer()
	if err != nil {
		return fault.Wrap(fault.Unavailable, email.KeyAway, err)
	}
	defer one.close()
	stop := context.AfterFunc(ctx, one.close)
	defer stop()
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return fault.Wrap(fault.Unavailable, email.KeyAway, plain("connecting", err))
	}
	err = client.SendWithSMTPClient(session, letter)
	if letter.IsDelivered() {
		_ = session.Quit() // taken; how the goodbye goes matters to nobody
		return nil
	}
	return refusal(err)
}

var (
	errPutOff = errors.New("the server puts the letter off")
	errServer = errors.New("the server refuses us or is away")
)

// refusal translates the server's answer. Only an answer about the recipient
// or about the letter is final: one about ourselves (sign-in, sender) is mended
// by the operator, and the letter waits.
func refusal(err error) error {
	var sent *gomail.SendError
	if !errors.As(err, &sent) {
		return fault.Wrap(fault.Unavailable, email.KeyAway, errServer)
	}
	said := fmt.Errorf("%s: %d %s", sent.Reason, sent.ErrorCode(), sent.EnhancedStatusCode())
	code := sent.ErrorCode()
	switch {
	case code >= 400 && code < 500 && code != 421:
		return fault.Wrap(fault.Unavailable, email.KeyAway, fmt.Errorf("%w: %w", errPutOff, said))
	case code == 530 || code == 535 || code < 500:
		return fault.Wrap(fault.Unavailable, email.KeyAway, fmt.Errorf("%w: %w", errServer, said))
	case sent.Reason == gomail.ErrSMTPRcptTo && aboutPolicy(sent.EnhancedStatusCode()):
		return fault.Wrap(fault.Invalid, email.KeyRefused, said)
	case sent.Reason == gomail.ErrSMTPRcptTo:
		return fault.Wrap(fault.Invalid, email.KeyBadAddress, said)
	case sent.Reason == gomail.ErrSMTPData || sent.Reason == gomail.ErrSMTPDataClose:
		return fault.Wrap(fault.Invalid, email.KeyRefused, said)
	default:
		return fault.Wrap(fault.Unavailable, email.KeyAway, fmt.Errorf("%w: %w", errServer, said))
	}
}

// aboutPolicy says whether a refused recipient may be quite right: the mailbox
// is full (5.2.2) or a policy stands in between (5.7, RFC 3463).
func aboutPolicy(code string) bool {
	return code == "5.2.2" || strings.HasPrefix(code, "5.7.")
}

// plain keeps what an error says, except a server's own words.
func plain(doing string, err error) error {
	var answer *textproto.Error
	if errors.As(err, &answer) {
		return fmt.Errorf("%s: the server answered %d", doing, answer.Code)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/consent"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/secret"
	"okno/internal/signin"
)

// Visitor is who stands before the dispatcher.
type Visitor struct {
	Account account.Account // zero: nobody has signed in
	Session signin.Session
	Browser string // names the browser: a flow belongs to the one that began it

	// Arrive finds out who it is, in the transaction in which it is decided what
	// happens next; nil when it is known. Expected is who it was a moment ago.
	Arrive   func(*db.Tx) (Visitor, error)
	Expected account.ID
}

// arrived is the visitor, known.
func (v Visitor) arrived(tx *db.Tx, c client.Client) (Visitor, error) {
	if v.Arrive == nil {
		return v, nil
	}
	if v.Expected != "" {
		consent.Ahead(tx, v.Expected, c.ID)
	}
	return v.Arrive(tx)
}

// Step is what has to happen next.
type Step string

// The steps.
const (
	SignIn  Step = "signin"  // prove who you are, afresh when Fresh is set
	Raise   Step = "raise"   // the level of the account is too low
	Barred  Step = "barred"  // the site does not take the way of proof
	Sandbox Step = "sandbox" // the site is being tried, and the person is not one of its own
	Consent Step = "consent" // agree, or not
	Done    Step = "done"    // the browser goes back to the site
)

// Next is the dispatcher's answer: one step, and what its page needs.
type Next struct {
	Step     Step
	Flow     string   // to come back with (Continue)
	Fresh    bool     // SignIn: a living session is not enough
	Other    bool     // SignIn: the site expects somebody else than who is here
	Hint     string   // SignIn: the login that the site knows
	Speaks   []string // languages that the site would like, best first
	Client   client.Client
	Question consent.Question // Consent
	Outlives time.Duration    // Consent: how long the site may go on after the session has ended; 0: not at all
	Level    account.Level    // Raise: what is needed
	Way      account.Way      // Barred: the proof that is not taken
	Answer   Answer           // Done
	Strange  bool             // Done: the site is in the sandbox and whoever stands here is none of its people: he is asked before he goes there

	who account.ID // Consent: who is asked
}

// Answer is where a browser is sent and what it carries.
type Answer struct {
	Redirect string
	Params   url.Values
	FormPost bool // as a form that posts itself; else in the address
}

// Address is the answer as one address.
func (a Answer) Address() string {
	u, err := url.Parse(a.Redirect)
	if err != nil {
		return ""
	}
	query := u.Query()
	for name, list := range a.Params {
		query[name] = list
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// flow is a request on its way through our pages.
type flow struct {
	id        string // "" while no page was needed
	ask       Ask
	browser   string
	created   time.Time
	consented account.ID // who answered the question in this flow
}

// Authorize takes an authorization request. An error that is a Refusal is shown
// on a page of ours, because there is no good address to send the browser to.
func (p *Provider) Authorize(ctx context.Context, values url.Values, v Visitor) (next Next, err error) {
	id := client.ID(values.Get("client_id"))
	r, err := p.unpack(ctx, values)
	if err != nil {
		p.hear(id, PathAuthorize, err)
		return Next{}, err
	}
	c := r.client
	if !c.Live() { // no browser is led to a site that was closed, not even with an error
		err := refuse(UnauthorizedClient, "client_paused")
		p.hear(id, PathAuthorize, err)
		return Next{}, err
	}
	ask, redirectable, err := p.read(c, r.values)
	ask.Pushed = r.pushed
	if err == nil && c.MustPush() && !r.pushed { // a signed request is not a pushed one
		err = refuse(InvalidRequest, "par_needed")
	}
	p.hear(id, PathAuthorize, err)
	if refusal := RefusalOf(err); refusal != nil && redirectable {
		return Next{Step: Done, Client: c, Answer: p.faulty(ask, refusal), Strange: p.Strange(c, ask.Redirect)}, nil
	}
	if err != nil {
		return Next{}, err
	}
	next, err = p.Begin(ctx, c, ask, v, r.spend)
	p.hear(id, PathAuthorize, err)
	return next, err
}

// Begin dispatches a request that has been read, by Authorize or by a dialect. What
// it is spent by is spent in the same transaction, with its audit line (nil: nothing).
func (p *Provider) Begin(ctx context.Context, c client.Client, ask Ask, v Visitor, spend func(*db.Tx) error) (next Next, err error) {
	decide := p.DB.Settle
	if v.Expected == "" { // what it asks is not known beforehand
		decide = p.DB.Write
	}
	err = decide(ctx, func(tx *db.Tx) error {
		who, err := v.arrived(tx, c) // reads before anything is put down
		if err != nil {
			return err
		}
		if spend != nil {
			if err := spend(tx); err != nil {
				return err
			}
			if err := recordSpent(tx, c.ID, "request"); err != nil {
				return err
			}
		}
		f := flow{ask: ask, browser: v.Browser, created: tx.Now()}
		if next, err = p.dispatch(tx, c, f, who); err != nil || next.Step == Done {
			return err
		}
		next.Flow, err = p.keep(tx, f)
		return err
	})
	p.hearStep(next)
	return next, err
}

// Continue comes back to a flow after a step. A flow of another browser does not
// exist; one that is over is Expired.
func (p *Provider) Continue(ctx context.Context, id string, v Visitor) (next Next, err error) {
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		f, err := p.find(tx, id, v.Browser)
		if err != nil {
			return err
		}
		next, err = p.resume(tx, f, v)
		return err
	})
	p.hearStep(next)
	return next, err
}

func (p *Provider) resume(tx *db.Tx, f flow, v Visitor) (Next, error) {
	c, err := p.Clients.Get(tx, f.ask.Client)
	if err != nil {
		return Next{}, err
	}
	if _, device := f.ask.isDevice(); !device && !c.RedirectsTo(f.ask.Redirect) {
		return Next{Client: c}, refuse(InvalidRequest, "redirect")
	}
	next, err := p.dispatch(tx, c, f, v)
	next.Flow = f.id
	if err != nil || next.Step != Done {
		return next, err
	}
	return next, f.spend(tx)
}

// Asked names everything that the page of a question shows in a language: to whom,
// by which site, what must be and what may be given, what for, and for how long, also
// after the session.
func (n Next) Asked(lang string) string {
	words := []string{string(n.who), string(n.Client.ID), n.Client.Name.In(lang), n.Client.Purpose.In(lang), n.Client.Life().String(), "required"}
	for _, a := range n.Question.Required {
		words = append(words, string(a))
	}
	words = append(words, "optional")
	for _, a := range n.Question.Optional {
		words = append(words, string(a))
	}
	words = append(words, "outlives", n.Outlives.String())
	return secret.Hash(strings.Join(words, "\x00"))
}

// Agree answers the question of a flow: which optional attributes were ticked.
// asked is Asked of what the page showed, in its language, so that nobody says yes
// to a question that has changed meanwhile: it is asked again.
func (p *Provider) Agree(ctx context.Context, id string, v Visitor, asked string, ticked []client.Attribute, lang string) (next Next, err error) {
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		f, err := p.find(tx, id, v.Browser)
		if err != nil {
			return err
		}
		if next, err = p.resume(tx, f, v); err != nil || next.Step != Consent {
			return err
		}
		if !secret.Equal(asked, next.Asked(lang)) {
			return nil
		}
		if !next.Client.ByLaw() {
			if _, err = consent.Give(tx, v.Account.ID, next.Client, next.Question, ticked, next.Client.Purpose.In(lang)); err != nil {
				return err
			}
		}
		f.consented = v.Account.ID
		if err = tx.ExecOne(markConsented, f.id, string(v.Account.ID)); err != nil {
			return err
		}
		next, err = p.resume(tx, f, v)
		return err
	})
	return next, err
}

// Decline sends the browser back without anything: the person said no.
func (p *Provider) Decline(ctx context.Context, id string, v Visitor) (answer Answer, err error) {
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		f, err := p.find(tx, id, v.Browser)
		if err != nil {
			return err
		}
		c, err := p.Clients.Get(tx, f.ask.Client)
		if err != nil {
			return err
		}
		device, ok := f.ask.isDevice()
		if !ok && !c.RedirectsTo(f.ask.Redirect) {
			return refuse(InvalidRequest, "redirect")
		}
		why, err := p.declined(tx, f.ask, v)
		if err != nil {
			return err
		}
		answer = p.failed(f.ask, why)
		if err := f.spend(tx); err != nil {
			return err
		}
		if ok {
			answer = noAnswer()
			if err := deny(tx, device); err != nil {
				return err
			}
		}
		return audit.Record(tx, audit.Entry{Actor: actorOf(v), Act: "oidc.decline", Subject: string(v.Account.ID), Object: "client/" + string(f.ask.Client)})
	})
	return answer, err
}

func actorOf(v Visitor) audit.Actor {
	if v.Account.ID == "" {
		return audit.Actor{Kind: audit.Visitor, ID: v.Browser}
	}
	return account.ByHolder(v.Account.ID)
}

// dispatch decides what happens next from what is in the database, in one order.
func (p *Provider) dispatch(tx *db.Tx, c client.Client, f flow, v Visitor) (Next, error) {
	next := Next{Client: c, Hint: f.ask.Hint, Speaks: f.ask.Languages}
	if !c.Live() {
		return next, refuse(UnauthorizedClient, "client_paused")
	}
	may, err := p.mayEnter(tx, c, v.Account.ID)
	if err != nil {
		return next, err
	}
	next.Strange = !may && p.Strange(c, f.ask.Redirect)
	if step, fresh := p.mustSignIn(tx, c, f, v); step {
		next.Step, next.Fresh, next.Other = SignIn, fresh, fresh && p.isOther(c, f, v)
		return p.quietly(f, next, LoginRequired), nil
	}
	if p.isOther(c, f, v) {
		next.Step, next.Answer = Done, p.failed(f.ask, refuse(LoginRequired, "somebody_else"))
		return next, nil
	}
	if !may {
		next.Step = Sandbox
		return p.quietly(f, next, AccessDenied), nil
	}
	consent.Ahead(tx, v.Account.ID, c.ID)
	standing, err := p.Accounts.Standing(tx, v.Account.ID)
	if err != nil {
		return next, err
	}
	level := p.Accounts.LevelFrom(standing)
	if need := max(f.ask.Level, account.Simplified); level < need {
		next.Step, next.Level = Raise, need
		return p.quietly(f, next, UnmetAuthentication), nil
	}
	proof, barred := p.proofFor(c, level, standing)
	if barred {
		next.Step, next.Way = Barred, proof.Way
		return p.quietly(f, next, AccessDenied), nil
	}
	holds, err := consent.Find(tx, v.Account.ID, c.ID)
	if err != nil {
		return next, err
	}
	again := f.ask.prompted("consent") && f.consented != v.Account.ID
	next.who, next.Question = v.Account.ID, consent.Ask(c, f.ask.Wanted, holds, again)
	if f.ask.outlives(level) {
		next.Outlives = p.Limits.Offline
	}
	_, device := f.ask.isDevice() // the person says yes to every device and to what outlives the session, whatever the law gives
	shown := anybody(c, f.ask) && f.consented != v.Account.ID
	if !c.ByLaw() && (again || shown || next.Question.Open() || holds.ID == "") || (device || next.Outlives > 0) && again {
		next.Step = Consent
		return p.quietly(f, next, ConsentRequired), nil
	}
	next.Step = Done
	next.Answer, err = p.grant(tx, c, f.ask, v, level, proof, holds)
	return next, err
}

// anybody says that the answer goes to whatever program of a person's device listens for
// it, and that nothing tells the true one from another: there nobody is let in without
// his own yes, however often he gave it (RFC 8252 8.6). In the sandbox it may be tried
// without.
func anybody(c client.Client, ask Ask) bool {
	return c.Stage == client.Production && c.Method == client.NoMethod && strings.HasPrefix(ask.Redirect, "http:")
}

// mustSignIn says whether the person has to prove himself, and whether a living
// session is not enough for it.
func (p *Provider) mustSignIn(tx *db.Tx, c client.Client, f flow, v Visitor) (must, fresh bool) {
	if v.Account.ID == "" || !v.Account.Open {
		return true, false
	}
	inFlow := v.Session.SignedIn.After(f.created)
	if (f.ask.prompted("login") || f.ask.prompted("select_account")) && !inFlow {
		return true, true
	}
	if age, asked := f.ask.age(); asked && tx.Now().Sub(v.Session.SignedIn) > age && !inFlow {
		return true, true
	}
	if !inFlow && p.isOther(c, f, v) {
		return true, true
	}
	return false, false
}

// isOther says that the site expects somebody else than who is here.
func (p *Provider) isOther(c client.Client, f flow, v Visitor) bool {
	return f.ask.Subject != "" && !secret.Equal(f.ask.Subject, p.Subject(c, v.Account.Person))
}

// quietly turns a step that needs a page into an error for a site that wanted none (prompt=none).
func (p *Provider) quietly(f flow, next Next, code string) Next {
	if !f.ask.prompted("none") {
		return next
	}
	return Next{Step: Done, Client: next.Client, Answer: p.failed(f.ask, refuse(code, "quiet")), Strange: next.Strange}
}

// proofFor finds the proof that stands behind the level: of several the one that
// the client takes, the newest first. Barred when it takes none of them.
func (p *Provider) proofFor(c client.Client, level account.Level, standing []account.Standing) (Proof, bool) {
	var best *account.Standing
	refused := account.Way("")
	for i, s := range standing {
		if !p.proves(s.Way, level) {
			continue
		}
		if slices.Contains(c.Refuses, s.Way) {
			refused = s.Way
			continue
		}
		if best == nil || s.At.After(best.At) {
			best = &standing[i]
		}
	}
	if best == nil {
		return Proof{Way: refused}, refused != ""
	}
	year, month, day := best.At.In(p.Law.Zone).Date()
	return Proof{Way: best.Way, At: time.Date(year, month, day, 0, 0, 0, 0, p.Law.Zone).Unix()}, false
}

// proves says whether a way of proof is one of those behind a level.
func (p *Provider) proves(way account.Way, level account.Level) bool {
	switch level {
	case account.Verified:
		return slices.Contains(p.Accounts.Rules().ProofWays, way)
	case account.Standard:
		return way == account.ByRegister
	}
	return way == account.ByContact
}

// grant makes the code for a site, with the audit line.
func (p *Provider) grant(tx *db.Tx, c client.Client, ask Ask, v Visitor, level account.Level, proof Proof, holds consent.Consent) (Answer, error) {
	g := Grant{ID: secret.NewID(), Client: c.ID, Account: v.Account.ID, Session: v.Session.Line, SID: p.sid(c, v.Session.Line), Level: level,
		Created: tx.Now(), Ends: v.Session.Ends, seed: secret.Token()[:22], codeUntil: tx.Now().Add(p.Limits.Code)}
	g.Detail = Detail{Redirect: ask.Redirect, Nonce: ask.Nonce, Challenge: ask.Challenge, Scopes: ask.Scopes, InToken: ask.InToken, Verified: ask.Verified,
		Resources: ask.Resources, Subject: p.Subject(c, v.Account.Person), AMR: amr(v.Session.Way), SignedIn: v.Session.SignedIn.Unix(), Proof: &proof,
		Key: ask.Proof, Dialect: ask.Dialect, Extra: ask.Extra}
	for _, a := range ask.Wanted {
		if c.May(a) && (c.ByLaw() || holds.Has(a)) {
			g.Detail.Attributes = append(g.Detail.Attributes, a)
		}
	}
	if ask.outlives(level) {
		g.Detail.Offline, g.Ends = true, tx.Now().Add(p.Limits.Offline)
	}
	device, forDevice := ask.isDevice()
	if forDevice {
		g.codeUntil, g.Detail.Extra = time.Time{}, nil
	}
	if err := g.insert(tx); err != nil {
		return Answer{}, err
	}
	p.behind.Keep(g.ID, behindGrant(g))
	if !forDevice && !g.Detail.Offline {
		p.fresh.Keep(g.ID, g)
	}
	if forDevice {
		if err := p.toDevice(tx, device, g); err != nil {
			return Answer{}, err
		}
	}
	err := audit.Record(tx, audit.Entry{Actor: account.ByHolder(g.Account), Act: "oidc.authorize", Subject: string(g.Account), Object: "client/" + string(c.ID),
		Facts: map[string]string{"level": level.String(), "way": string(proof.Way), "attributes": words(g.Detail.Attributes)}})
	if forDevice {
		return noAnswer(), err
	}
	return p.answer(ask, url.Values{"code": {p.codeOf(g)}}), err
}

func words(attributes []client.Attribute) string {
	text := ""
	for i, a := range attributes {
		if i > 0 {
			text += " "
		}
		text += string(a)
	}
	return text
}

// amr names the factors of a session's way as RFC 8176 does.
func amr(way string) []string {
	switch way {
	case "password+totp":
		return []string{"pwd", "otp", "mfa"}
	case "registration":
		return []string{"otp"}
	}
	return []string{"pwd"}
}

// answer carries parameters to the site, with state and issuer (OIDC-3).
func (p *Provider) answer(ask Ask, params url.Values) Answer {
	if ask.State != "" {
		params.Set("state", ask.State)
	}
	if ask.Dialect == "" { // a dialect names its issuer by itself
		params.Set("iss", p.Issuer)
	}
	return Answer{Redirect: ask.Redirect, Params: params, FormPost: ask.FormPost}
}

func (p *Provider) failed(ask Ask, r *Refusal) Answer {
	return p.answer(ask, p.said(ask, r))
}

const (
	insertFlow    db.SQL = `INSERT INTO oidc_flow (id, client, browser, parameters, created_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6)`
	selectFlow    db.SQL = `SELECT id, browser, parameters, created_at, consented_by FROM oidc_flow WHERE id = $1 AND ends_at > $2 AND spent_at IS NULL`
	markConsented db.SQL = `UPDATE oidc_flow SET consented_by = $2 WHERE id = $1 AND spent_at IS NULL`
	spendFlow     db.SQL = `UPDATE oidc_flow SET spent_at = $2 WHERE id = $1 AND spent_at IS NULL`
)

func flowPlace(id string) secret.Place {
	return secret.Place{Table: "oidc_flow", Column: "parameters", Row: id}
}

// keep writes a flow down when a page is needed. A login hint may name a person,
// so the whole is sealed.
func (p *Provider) keep(tx *db.Tx, f flow) (string, error) {
	key, err := p.house(tx)
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(f.ask)
	if err != nil {
		return "", err
	}
	id := secret.Token()[:32]
	_, err = tx.Exec(insertFlow, id, string(f.ask.Client), f.browser, key.Seal(flowPlace(id), plain), db.At(f.created), db.At(f.created.Add(p.Limits.Flow)))
	return id, err
}

func (p *Provider) find(tx *db.Tx, id, browser string) (f flow, err error) {
	var sealed []byte
	f, err = db.One(tx, func(r db.Row) (f flow, err error) {
		var created db.Time
		var by db.Text
		err = r.Scan(&f.id, &f.browser, &sealed, &created, &by)
		f.created, f.consented = created.Time, account.ID(by)
		return f, err
	}, selectFlow, id, db.At(tx.Now()))
	if errors.Is(err, db.ErrNone) || err == nil && !secret.Equal(f.browser, browser) {
		return f, fault.New(fault.Expired, "oidc.flow_over")
	}
	if err != nil {
		return f, err
	}
	key, err := p.house(tx)
	if err != nil {
		return f, err
	}
	plain, err := key.Open(flowPlace(f.id), sealed)
	if err != nil {
		return f, err
	}
	return f, json.Unmarshal(plain, &f.ask)
}

// spend ends a flow: it leads to one answer only.
func (f flow) spend(tx *db.Tx) error {
	err := tx.ExecOne(spendFlow, f.id, db.At(tx.Now()))
	if errors.Is(err, db.ErrNone) {
		return fault.New(fault.Expired, "oidc.flow_over")
	}
	return err
}

// Waiting is what a flow's pages show before the person has signed in: the site
// that sent him, and the login that it knows. Found by the flow of the address to
// come back to; the zero Next for any other.
func (p *Provider) Waiting(ctx context.Context, id, browser string) (next Next, err error) {
	err = p.DB.Read(ctx, func(tx *db.Tx) error {
		f, err := p.find(tx, id, browser)
		if err != nil {
			return err
		}
		next.Hint, next.Flow = f.ask.Hint, f.id
		next.Client, err = p.Clients.Get(tx, f.ask.Client)
		return err
	})
	return next, err
}

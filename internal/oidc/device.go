package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"

	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/secret"
)

// DeviceStart is the answer to a device that has no browser (RFC 8628).
type DeviceStart struct {
	Code     string // for the device
	Word     string // eight letters that the person types: ABCD-EFGH
	Expires  time.Duration
	Interval time.Duration
}

// deviceInterval is how long a device waits between two questions.
const deviceInterval = 5 * time.Second

const (
	insertDevice db.SQL = `INSERT INTO oidc_device (id, client, word, parameters, ends_at) VALUES ($1, $2, $3, $4, $5)`
	selectDevice db.SQL = `SELECT id, client, parameters, asked_at, granted, denied_at, spent_at, ends_at FROM oidc_device WHERE id = $1`
	selectByWord db.SQL = `SELECT id, client, parameters, asked_at, granted, denied_at, spent_at, ends_at FROM oidc_device
	WHERE word = $1 AND ends_at > $2 AND granted IS NULL AND denied_at IS NULL`
	askDevice   db.SQL = `UPDATE oidc_device SET asked_at = $2 WHERE id = $1`
	spendDevice db.SQL = `UPDATE oidc_device SET spent_at = $2 WHERE id = $1 AND spent_at IS NULL AND granted IS NOT NULL`
	grantDevice db.SQL = `UPDATE oidc_device SET granted = $2 WHERE id = $1 AND granted IS NULL AND denied_at IS NULL AND ends_at > $3`
	denyDevice  db.SQL = `UPDATE oidc_device SET denied_at = $2 WHERE id = $1 AND granted IS NULL AND denied_at IS NULL`
)

// deviceRow is one device that waits.
type deviceRow struct {
	id      string
	client  client.ID
	sealed  []byte
	asked   time.Time
	granted string
	denied  time.Time
	spent   time.Time
	ends    time.Time
}

func scanDevice(r db.Row) (d deviceRow, err error) {
	var asked, denied, spent, ends db.Time
	var granted db.Text
	err = r.Scan(&d.id, &d.client, &d.sealed, &asked, &granted, &denied, &spent, &ends)
	d.asked, d.granted, d.denied, d.spent, d.ends = asked.Time, string(granted), denied.Time, spent.Time, ends.Time
	return d, err
}

func devicePlace(id string) secret.Place {
	return secret.Place{Table: "oidc_device", Column: "parameters", Row: id}
}

// wordMAC is what the table keeps of the word that a person types (OTP-4).
func (p *Provider) wordMAC(word string) string { return p.mac("device", "word", word) }

// StartDevice takes a device's request. Its tokens carry the person's session like
// any other site's.
func (p *Provider) StartDevice(ctx context.Context, call Call) (DeviceStart, error) {
	c, err := p.prove(ctx, call)
	if err != nil {
		return DeviceStart{}, err
	}
	if !c.Is(client.Device) {
		return DeviceStart{}, refuse(UnauthorizedClient, "grant")
	}
	ask := Ask{Client: c.ID, MaxAge: -1, Level: c.Level}
	if err := p.readScopes(c.Client, call.Form, &ask); err != nil {
		return DeviceStart{}, err
	}
	if err := p.readLevels(c.Client, call.Form, &ask); err != nil {
		return DeviceStart{}, err
	}
	plain, err := json.Marshal(ask)
	if err != nil {
		return DeviceStart{}, err
	}
	start := DeviceStart{Code: devicePrefix + secret.Token(), Word: secret.Letters(8), Expires: p.Limits.Device, Interval: deviceInterval}
	id := secret.Hash(start.Code)
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		if err := c.settle(tx); err != nil {
			return err
		}
		key, err := p.house(tx)
		if err != nil {
			return err
		}
		_, err = tx.Exec(insertDevice, id, string(c.ID), p.wordMAC(start.Word), key.Seal(devicePlace(id), plain), db.At(tx.Now().Add(p.Limits.Device)))
		return err
	})
	start.Word = start.Word[:4] + "-" + start.Word[4:]
	return start, err
}

// Device begins a flow for the word that a person typed: from here on it is the
// dispatcher's way of every other site, and ends with Next.Answer empty. A wrong
// word is refused as field "word", and the eleventh try of an hour as TooMany.
func (p *Provider) Device(ctx context.Context, typed string, v Visitor) (next Next, err error) {
	if err := p.TryWord(ctx, v.Account.ID); err != nil {
		return next, err
	}
	word := strings.ToUpper(strings.NewReplacer("-", "", " ", "", "‑", "", "–", "").Replace(typed))
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := db.One(tx, scanDevice, selectByWord, p.wordMAC(word), db.At(tx.Now()))
		if errors.Is(err, db.ErrNone) {
			return fault.OneField("word", "oidc.device.word_wrong", nil)
		}
		if err != nil {
			return err
		}
		key, err := p.house(tx)
		if err != nil {
			return err
		}
		plain, err := key.Open(devicePlace(d.id), d.sealed)
		if err != nil {
			return err
		}
		f := flow{browser: v.Browser, created: tx.Now()}
		if err := json.Unmarshal(plain, &f.ask); err != nil {
			return err
		}
		f.ask.Prompts = []string{"consent"} // the person says yes to this very device
		f.ask.Extra = map[string]string{deviceExtra: d.id}
		if f.id, err = p.keep(tx, f); err != nil {
			return err
		}
		next, err = p.resume(tx, f, v)
		return err
	})
	return next, err
}

// deviceExtra names the device in a request that a device began.
const deviceExtra = "device"

// toDevice gives what was granted to the device that waits, instead of a code to a browser.
func (p *Provider) toDevice(tx *db.Tx, device string, g Grant) error {
	err := tx.ExecOne(grantDevice, device, g.ID, db.At(tx.Now()))
	if errors.Is(err, db.ErrNone) {
		return fault.New(fault.Expired, "oidc.flow_over")
	}
	return err
}

// device answers a device that asks whether its person has agreed.
func (p *Provider) device(ctx context.Context, c proven, call Call, bound binding) (Tokens, error) {
	code := call.Form.Get("device_code")
	if !strings.HasPrefix(code, devicePrefix) {
		return Tokens{}, errGrant
	}
	var g Grant
	var refused error
	err := p.DB.Write(ctx, func(tx *db.Tx) (err error) {
		refused = nil
		if err = c.settle(tx); err != nil {
			return err
		}
		if err = bound.settle(tx); err != nil {
			return err
		}
		d, err := db.One(tx, scanDevice, selectDevice, secret.Hash(code))
		if errors.Is(err, db.ErrNone) || err == nil && d.client != c.ID {
			refused = errGrant
			return nil
		}
		if err != nil {
			return err
		}
		g, refused, err = p.asked(tx, d, bound)
		return err
	})
	p.recent.forget(g.ID)
	if err != nil {
		return Tokens{}, err
	}
	if refused != nil {
		return Tokens{}, refused
	}
	return p.issue(ctx, c.Client, g, false)
}

func (p *Provider) asked(tx *db.Tx, d deviceRow, bound binding) (g Grant, refused, err error) {
	switch {
	case !d.spent.IsZero():
		if g, err = grantOf(tx, d.granted); err != nil {
			return g, nil, err
		}
		return g, errGrant, g.revoke(tx, "code_reused")
	case !d.denied.IsZero():
		return g, refuse(AccessDenied, "declined"), nil
	case !d.ends.After(tx.Now()):
		return g, refuse(ExpiredToken, "device_over"), nil
	case d.granted == "":
		code := AuthorizationPending
		if tx.Now().Sub(d.asked) < deviceInterval {
			code = SlowDown
		}
		_, err := tx.Exec(askDevice, d.id, db.At(tx.Now()))
		return g, refuse(code, "device_waits"), err
	}
	if g, err = grantOf(tx, d.granted); err != nil {
		return g, nil, err
	}
	if live, err := p.stillThere(tx, g); err != nil || !live || !g.Live(tx.Now()) {
		return g, errGrant, err
	}
	if err := tx.ExecOne(spendDevice, d.id, db.At(tx.Now())); err != nil {
		return g, nil, err
	}
	g.Detail.Key, g.Detail.Cert, g.Generation = bound.key, bound.cert, 1
	detail, err := g.encoded()
	if err != nil {
		return g, nil, err
	}
	if err := tx.ExecOne(turnRefresh, string(g.Account), g.ID, 0, db.At(tx.Now()), int(g.Level), detail); err != nil {
		return g, nil, err
	}
	return g, nil, p.recordTokens(tx, g, "oidc.token")
}

// deny tells a waiting device that its person said no.
func deny(tx *db.Tx, device string) error {
	_, err := tx.Exec(denyDevice, device, db.At(tx.Now()))
	return err
}

// isDevice says whether a flow was begun by a device.
func (a Ask) isDevice() (id string, ok bool) {
	id, ok = a.Extra[deviceExtra]
	return id, ok
}

// noAnswer is what a browser that helped a device is told: nothing more.
func noAnswer() Answer { return Answer{Params: url.Values{}} }

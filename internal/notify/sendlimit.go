package notify

import (
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
)

// Limits are how many codes may be sent (security.md 1). They are counted in the
// database, by blind index, before anything is written, and are the same for
// contacts that somebody has and for those that nobody has (AUTH-7).
type Limits struct {
	Code jurisdiction.CodeRules
	// Budget is how many codes go out in a day, over all; then only contacts of
	// accounts get any (T-06). 0 is DefaultBudget.
	Budget int
}

// DefaultBudget is the day's budget of a house that sets none.
const DefaultBudget = 50_000

// The conversion watch (T-06): a prefix with more than watchFrom sends in an
// hour of which fewer than one in watchShare was confirmed is shut.
const (
	watchFrom  = 30
	watchShare = 5
)

// Ask is a code about to be sent.
type Ask struct {
	Purpose string // what the code is for, "registration": wrong codes are counted by purpose
	Kind    account.ContactKind
	Address string // E.164 or e-mail
	Client  string // address of who asks, as host:port or host; "" when a workplace asks
	Known   bool   // the contact is a confirmed one: the day's budget does not hold it up
}

// TakeSend counts a send or refuses it: a TooMany fault that says when to come
// again. A refused send is not counted.
func (n *Notices) TakeSend(tx *db.Tx, ask Ask) error {
	rules := n.settings.Limits.Code
	contact := n.accounts.Index(ask.Kind, ask.Address)
	if err := n.frozen(tx, ask.Purpose, contact); err != nil {
		return err
	}
	counts := []count{
		{"pause/" + contact, 1, rules.Resend, "notify.limit.pause"},
		{"hour/" + contact, rules.PerHour, time.Hour, "notify.limit.contact"},
		{"day/" + contact, rules.PerDay, 24 * time.Hour, "notify.limit.contact"},
	}
	if client := n.clientBucket(ask.Client); client != "" {
		counts = append(counts, count{"client/" + client, rules.PerAddress, time.Hour, "notify.limit.client"})
	}
	if ask.Kind == account.Phone {
		prefix := n.prefixBucket(ask.Address)
		if err := n.watch(tx, prefix); err != nil {
			return err
		}
		counts = append(counts, count{"prefix/" + prefix, rules.PerPrefix, time.Hour, "notify.limit.busy"})
	}
	for _, c := range counts {
		if err := take(tx, c); err != nil {
			return err
		}
	}
	return n.takeBudget(tx, ask.Known)
}

// Confirmed tells that somebody typed the right code: wrong ones before it are
// forgotten, and the conversion watch learns that a person is at that number.
func (n *Notices) Confirmed(tx *db.Tx, purpose string, kind account.ContactKind, address string) error {
	if err := keep(tx, wrongBucket(purpose, n.accounts.Index(kind, address)), nil, 0); err != nil || kind != account.Phone {
		return err
	}
	bucket := "confirmed/" + n.prefixBucket(address)
	moments, err := recent(tx, bucket, time.Hour)
	if err != nil {
		return err
	}
	return keep(tx, bucket, append(moments, tx.Now()), time.Hour)
}

// Wrong counts a wrong code. After PersonTries of them in a row, over all codes
// and browsers, no code goes to the contact until the freeze has passed. They are
// counted by purpose, so that a stranger who guesses at a registration does not
// keep the holder from signing in.
func (n *Notices) Wrong(tx *db.Tx, purpose string, kind account.ContactKind, address string) error {
	bucket, freeze := wrongBucket(purpose, n.accounts.Index(kind, address)), n.settings.Limits.Code.Freeze
	moments, err := recent(tx, bucket, freeze)
	if err != nil {
		return err
	}
	return keep(tx, bucket, append(moments, tx.Now()), freeze)
}

func (n *Notices) frozen(tx *db.Tx, purpose, contact string) error {
	rules := n.settings.Limits.Code
	wrong, err := recent(tx, wrongBucket(purpose, contact), rules.Freeze)
	if err != nil || len(wrong) < rules.PersonTries {
		return err
	}
	wait := wrong[len(wrong)-rules.PersonTries].Add(rules.Freeze).Sub(tx.Now())
	return fault.New(fault.TooMany, "notify.limit.frozen").With("n", hours(wait)).After(wait)
}

func wrongBucket(purpose, contact string) string { return "wrong/" + purpose + "/" + contact }

// watch shuts a prefix to which much is sent and from which little comes back.
func (n *Notices) watch(tx *db.Tx, prefix string) error {
	sent, err := recent(tx, "prefix/"+prefix, time.Hour)
	if err != nil || len(sent) <= watchFrom {
		return err
	}
	confirmed, err := recent(tx, "confirmed/"+prefix, time.Hour)
	if err != nil || len(confirmed)*watchShare >= len(sent) {
		return err
	}
	n.log.Error("codes to a range of numbers are not confirmed; it is shut for a while", "sent", len(sent), "confirmed", len(confirmed))
	return fault.New(fault.TooMany, "notify.limit.busy").After(sent[0].Add(time.Hour).Sub(tx.Now()))
}

// count is one counter: at most most sends within a window that slides.
type count struct {
	bucket string
	most   int
	window time.Duration
	key    string
}

func take(tx *db.Tx, c count) error {
	moments, err := recent(tx, c.bucket, c.window)
	if err != nil {
		return err
	}
	if len(moments) >= c.most {
		free := moments[len(moments)-c.most].Add(c.window)
		return fault.New(fault.TooMany, c.key).With("n", minutes(free.Sub(tx.Now()))).After(free.Sub(tx.Now()))
	}
	return keep(tx, c.bucket, append(moments, tx.Now()), c.window)
}

func minutes(d time.Duration) int { return int((d + time.Minute - 1) / time.Minute) }

func hours(d time.Duration) int { return int((d + time.Hour - 1) / time.Hour) }

const (
	selectSends db.SQL = `SELECT moments FROM notify_send WHERE bucket = $1`
	upsertSends db.SQL = `INSERT INTO notify_send (bucket, moments, until) VALUES ($1, $2, $3)
		ON CONFLICT (bucket) DO UPDATE SET moments = excluded.moments, until = excluded.until`
)

// recent are a bucket's moments that lie within the window, oldest first. Two
// transactions that count in one bucket cannot both commit: both write its row.
func recent(tx *db.Tx, bucket string, window time.Duration) ([]time.Time, error) {
	line, err := db.One(tx, db.Scalar[string], selectSends, bucket)
	if errors.Is(err, db.ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var moments []time.Time
	for _, word := range strings.Fields(line) {
		micro, err := strconv.ParseInt(word, 36, 64)
		if err != nil {
			return nil, err
		}
		if at := time.UnixMicro(micro).UTC(); at.After(tx.Now().Add(-window)) {
			moments = append(moments, at)
		}
	}
	return moments, nil
}

func keep(tx *db.Tx, bucket string, moments []time.Time, window time.Duration) error {
	words := make([]string, len(moments))
	for i, at := range moments {
		words[i] = strconv.FormatInt(at.UnixMicro(), 36)
	}
	_, err := tx.Exec(upsertSends, bucket, strings.Join(words, " "), db.At(tx.Now().Add(window)))
	return err
}

const countBudget db.SQL = `INSERT INTO notify_send (bucket, moments, until) VALUES ($1, '1', $2)
	ON CONFLICT (bucket) DO UPDATE SET moments = CAST(CAST(notify_send.moments AS BIGINT) + 1 AS TEXT) RETURNING moments`

// takeBudget counts the day's budget, over all contacts.
func (n *Notices) takeBudget(tx *db.Tx, known bool) error {
	budget := n.settings.Limits.Budget
	if budget == 0 {
		budget = DefaultBudget
	}
	day := tx.Now().Truncate(24 * time.Hour)
	used, err := db.One(tx, db.Scalar[string], countBudget, "budget/"+day.Format(time.DateOnly), db.At(day.Add(48*time.Hour)))
	if err != nil {
		return err
	}
	if count, err := strconv.Atoi(used); err != nil || count <= budget || known {
		return err
	}
	n.log.Error("the day's budget of codes is spent", "budget", budget)
	return fault.New(fault.TooMany, "notify.limit.busy").After(day.Add(24 * time.Hour).Sub(tx.Now()))
}

// clientBucket is the blind index of an IPv4 address or of an IPv6 /64.
func (n *Notices) clientBucket(client string) string {
	if client == "" {
		return ""
	}
	host := client
	if h, _, err := net.SplitHostPort(client); err == nil {
		host = h
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		host = addr.Unmap().WithZone("").String()
		if addr = addr.Unmap().WithZone(""); addr.Is6() {
			prefix, _ := addr.Prefix(64)
			host = prefix.String()
		}
	}
	return n.accounts.Vault().Index("notify.client", host)
}

// prefixBucket is the blind index of a number less its last four digits.
func (n *Notices) prefixBucket(number string) string {
	return n.accounts.Vault().Index("notify.prefix", number[:max(0, len(number)-4)])
}

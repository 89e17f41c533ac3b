package oidc

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/secret"
)

// How signing keys move on (OIDC-13): a new key is shown before it signs, an old one
// is shown a day after the last token that it signed.
const (
	shownAfter = 25 * time.Hour
	keysFresh  = 20 * time.Second // how long the ring is taken from memory
)

// The algorithms that we sign with: ES256 for OpenID Connect, RS256 for the ESIA dialect.
var algorithms = []jose.SignatureAlgorithm{jose.ES256, jose.RS256}

// signingKey is one key with its times.
type signingKey struct {
	id        string
	algorithm jose.SignatureAlgorithm
	private   any
	published time.Time
	signs     time.Time
	retired   time.Time // zero: not yet
	signer    map[string]jose.Signer
}

// keyring keeps the keys in memory.
type keyring struct {
	mu   sync.RWMutex
	all  []signingKey
	at   time.Time
	jwks []byte

	begun atomic.Int64 // how many readings have begun
	kept  int64        // which of them is kept
}

// keep takes what a reading found, but for one that began before the one that is kept:
// it may show a key that was withdrawn since.
func (k *keyring) keep(reading int64, all []signingKey, at time.Time, jwks []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if reading > k.kept {
		k.kept, k.all, k.at, k.jwks = reading, all, at, jwks
	}
}

const selectKeys db.SQL = `SELECT id, algorithm, sealed, published_at, signs_at, retired_at FROM oidc_key
	WHERE retired_at IS NULL OR retired_at > $1 ORDER BY signs_at DESC, id DESC`

// ring gives the keys that are shown now, newest first.
func (p *Provider) ring(ctx context.Context) ([]signingKey, error) {
	now := p.DB.Clock().Now()
	p.keys.mu.RLock()
	all, at := p.keys.all, p.keys.at
	p.keys.mu.RUnlock()
	if len(all) > 0 && now.Sub(at) < keysFresh && !now.Before(at) {
		return all, nil
	}
	return p.readRing(ctx)
}

func (p *Provider) readRing(ctx context.Context) (all []signingKey, err error) {
	var now time.Time
	reading := p.keys.begun.Add(1)
	err = p.DB.Read(ctx, func(tx *db.Tx) error {
		now = tx.Now()
		key, err := p.house(tx)
		if err != nil {
			return err
		}
		all, err = db.All(tx, scanKey(key), selectKeys, db.At(now.Add(-shownAfter)))
		return err
	})
	if err != nil {
		return nil, err
	}
	jwks, err := publicSet(all)
	if err != nil {
		return nil, err
	}
	p.keys.keep(reading, all, now, jwks)
	return all, nil
}

func scanKey(key secret.Key) func(db.Row) (signingKey, error) {
	return func(r db.Row) (k signingKey, err error) {
		var sealed []byte
		var published, signs, retired db.Time
		if err = r.Scan(&k.id, &k.algorithm, &sealed, &published, &signs, &retired); err != nil {
			return k, err
		}
		k.published, k.signs, k.retired = published.Time, signs.Time, retired.Time
		plain, err := key.Open(keyPlace(k.id), sealed)
		if err != nil {
			return k, err
		}
		var jwk jose.JSONWebKey
		if err = json.Unmarshal(plain, &jwk); err != nil {
			return k, errors.New("oidc: a signing key cannot be read")
		}
		k.private = jwk.Key
		k.signer = map[string]jose.Signer{}
		for _, typ := range []string{typeID, typeAccess, typeLogout, typeInfo, typeIntrospection, typeDialect} {
			if k.signer[typ], err = newSigner(jwk, k.algorithm, typ); err != nil {
				return k, err
			}
		}
		return k, nil
	}
}

// The kinds of tokens that we sign, as their header says (OIDC-8).
const (
	typeID            = "JWT"
	typeAccess        = "at+jwt"
	typeLogout        = "logout+jwt"
	typeInfo          = "userinfo+jwt"
	typeIntrospection = "token-introspection+jwt"
	typeDialect       = "dialect-at+jwt" // the access token of a dialect
)

func newSigner(jwk jose.JSONWebKey, algorithm jose.SignatureAlgorithm, typ string) (jose.Signer, error) {
	return jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: jwk}, (&jose.SignerOptions{}).WithType(jose.ContentType(typ)))
}

func keyPlace(id string) secret.Place {
	return secret.Place{Table: "oidc_key", Column: "sealed", Row: id}
}

// publicSet is the JWK set that everybody may read.
func publicSet(all []signingKey) ([]byte, error) {
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, k := range all {
		jwk := jose.JSONWebKey{Key: k.private, KeyID: k.id, Algorithm: string(k.algorithm), Use: "sig"}
		set.Keys = append(set.Keys, jwk.Public())
	}
	return json.Marshal(set)
}

// JWKS is the public key set as JSON, from memory.
func (p *Provider) JWKS(ctx context.Context) ([]byte, error) {
	if _, err := p.ring(ctx); err != nil {
		return nil, err
	}
	p.keys.mu.RLock()
	defer p.keys.mu.RUnlock()
	return p.keys.jwks, nil
}

// sign makes a token of a kind with the newest key that may sign already.
func (p *Provider) sign(ctx context.Context, algorithm jose.SignatureAlgorithm, typ string, claims any) (string, error) {
	all, err := p.ring(ctx)
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	now := p.DB.Clock().Now()
	for _, k := range all {
		if k.algorithm != algorithm || k.signs.After(now) || !k.retired.IsZero() && !k.retired.After(now) {
			continue
		}
		signed, err := k.signer[typ].Sign(payload)
		if err != nil {
			return "", err
		}
		return signed.CompactSerialize()
	}
	return "", fault.New(fault.Unavailable, "oidc.no_key")
}

// verifyOwn checks that we signed a token of one of the kinds, with a key that is still shown.
func (p *Provider) verifyOwn(ctx context.Context, token string, typs ...string) ([]byte, error) {
	parsed, err := parse(token, algorithms)
	if err != nil {
		return nil, err
	}
	header := parsed.Signatures[0].Protected
	if typ, _ := header.ExtraHeaders[jose.HeaderType].(string); !slices.Contains(typs, typ) {
		return nil, errToken
	}
	all, err := p.ring(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range all {
		if k.id == header.KeyID && string(k.algorithm) == header.Algorithm {
			jwk := jose.JSONWebKey{Key: k.private}
			return parsed.Verify(jwk.Public())
		}
	}
	return nil, errToken
}

var errToken = errors.New("oidc: no token of ours")

// longestToken is more than any token has (OIDC-8, LOAD-6).
const longestToken = 16 << 10

// parse reads a signed token without believing it. A header that names where its
// own key is to be found is refused (OIDC-8).
func parse(token string, allowed []jose.SignatureAlgorithm) (*jose.JSONWebSignature, error) {
	if len(token) > longestToken || !compact(token) {
		return nil, errToken
	}
	parsed, err := jose.ParseSignedCompact(token, allowed)
	if err != nil || len(parsed.Signatures) != 1 {
		return nil, errToken
	}
	for name := range parsed.Signatures[0].Protected.ExtraHeaders {
		if slices.Contains([]jose.HeaderKey{"jku", "x5u", "crit"}, name) {
			return nil, errToken
		}
	}
	return parsed, nil
}

// compact says that a token is three parts of base64url in the one way to write
// them: no padding, no blanks, no loose bits at the end, with which one token could
// be shown in several forms (OIDC-10).
func compact(token string) bool {
	parts := strings.Split(token, ".")
	for _, part := range parts {
		if _, err := strictly.DecodeString(part); err != nil || !base64url(part) {
			return false
		}
	}
	return len(parts) == 3
}

var strictly = base64.RawURLEncoding.Strict()

const insertKey db.SQL = `INSERT INTO oidc_key (id, algorithm, sealed, published_at, signs_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`

// successor names the key that follows another one, so that of several nodes which
// move the keys on at once exactly one makes it.
func successor(id string) string { return secret.Hash("oidc.key|" + id)[:32] }

// addKey keeps a key that signs from a moment on.
func (p *Provider) addKey(tx *db.Tx, key secret.Key, id string, algorithm jose.SignatureAlgorithm, private any, signs time.Time) error {
	plain, err := json.Marshal(jose.JSONWebKey{Key: private, KeyID: id, Algorithm: string(algorithm), Use: "sig"})
	if err != nil {
		return err
	}
	n, err := tx.Exec(insertKey, id, string(algorithm), key.Seal(keyPlace(id), plain), db.At(tx.Now()), db.At(signs))
	if err != nil || n == 0 {
		return err
	}
	return audit.Record(tx, audit.Entry{Actor: audit.BySystem("oidc.keys"), Act: "oidc.key", Object: "oidc_key/" + id, Facts: map[string]string{"algorithm": string(algorithm)}})
}

func newPrivate(algorithm jose.SignatureAlgorithm) (any, error) {
	if algorithm == jose.RS256 {
		return rsa.GenerateKey(rand.Reader, 3072)
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

const countKeys db.SQL = `SELECT count(*) FROM oidc_key`

// firstKeys makes the keys of a new installation; of several nodes one does.
func (p *Provider) firstKeys(ctx context.Context) error {
	var n int
	err := p.DB.Read(ctx, func(tx *db.Tx) (err error) { n, err = db.One(tx, db.Scalar[int], countKeys); return err })
	if err != nil || n > 0 {
		return err
	}
	made := make([]any, len(algorithms))
	for i, algorithm := range algorithms {
		if made[i], err = newPrivate(algorithm); err != nil {
			return err
		}
	}
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := db.One(tx, db.Scalar[int], countKeys)
		if err != nil || n > 0 {
			return err
		}
		key, err := p.Vault.Create(tx, houseSubject)
		if err != nil {
			return err
		}
		for i, algorithm := range algorithms {
			if err := p.addKey(tx, key, secret.NewID(), algorithm, made[i], tx.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, db.ErrUnique) {
		return nil // another node was faster
	}
	return err
}

const retireKeys db.SQL = `UPDATE oidc_key SET retired_at = $3 WHERE algorithm = $1 AND id <> $2 AND retired_at IS NULL AND signs_at < $3`

const newestKey db.SQL = `SELECT id, signs_at FROM oidc_key WHERE algorithm = $1 AND retired_at IS NULL ORDER BY signs_at DESC, id DESC LIMIT 1`

type newest struct {
	id    string
	signs time.Time
}

// wants says whether a key that has signed for so long gets a successor.
func (n newest) wants(now time.Time, after time.Duration) bool {
	return !n.signs.After(now) && now.Sub(n.signs) >= after
}

func scanNewest(r db.Row) (n newest, err error) {
	var signs db.Time
	err = r.Scan(&n.id, &signs)
	n.signs = signs.Time
	return n, err
}

// MoveKeys does what is due: keys whose time is over get a successor, and
// predecessors of a key that signs now are retired. It may run at any time.
func (p *Provider) MoveKeys(ctx context.Context) error {
	return p.moveAll(ctx, func(a jose.SignatureAlgorithm) time.Duration { return paceOf(a).lasts - paceOf(a).notice })
}

// RotateKeys makes successors now, which sign when their notice is over (okno admin).
func (p *Provider) RotateKeys(ctx context.Context) error {
	return p.moveAll(ctx, func(jose.SignatureAlgorithm) time.Duration { return 0 })
}

func (p *Provider) moveAll(ctx context.Context, after func(jose.SignatureAlgorithm) time.Duration) error {
	for _, algorithm := range algorithms {
		var private any
		lasts := after(algorithm)
		due, err := p.due(ctx, algorithm, lasts)
		if err == nil && due { // before the transaction: an RSA key takes a second, and nobody shall wait for it
			private, err = newPrivate(algorithm)
		}
		if err == nil {
			err = p.DB.Write(ctx, func(tx *db.Tx) error { return p.moveKeys(tx, algorithm, lasts, private) })
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// due says whether an algorithm's newest key wants a successor.
func (p *Provider) due(ctx context.Context, algorithm jose.SignatureAlgorithm, lasts time.Duration) (due bool, err error) {
	err = p.DB.Read(ctx, func(tx *db.Tx) error {
		last, err := db.One(tx, scanNewest, newestKey, string(algorithm))
		due = last.wants(tx.Now(), lasts)
		return err
	})
	return due, err
}

// moveKeys adds the successor, if one was made because it is due, and retires who
// came before the key that signs now.
func (p *Provider) moveKeys(tx *db.Tx, algorithm jose.SignatureAlgorithm, lasts time.Duration, private any) error {
	last, err := db.One(tx, scanNewest, newestKey, string(algorithm))
	if err != nil || last.signs.After(tx.Now()) { // a successor waits for its day
		return err
	}
	if private != nil && last.wants(tx.Now(), lasts) {
		key, err := p.house(tx)
		if err != nil {
			return err
		}
		if err := p.addKey(tx, key, successor(last.id), algorithm, private, tx.Now().Add(paceOf(algorithm).notice)); err != nil {
			return err
		}
	}
	_, err = tx.Exec(retireKeys, string(algorithm), last.id, db.At(tx.Now()))
	return err
}

package esia

import (
	"crypto/rand"
	"encoding/asn1"
	"math/big"
	"slices"
	"testing"
)

func decimal(t testing.TB, text string) *big.Int {
	t.Helper()
	n, ok := new(big.Int).SetString(text, 10)
	if !ok {
		t.Fatal(text)
	}
	return n
}

// example is the key of RFC 7091 7.1, on a curve that is for examples only.
func example(t testing.TB) gostKey {
	c := &curve{p: decimal(t, "57896044618658097711785492504343953926634992332820282019728792003956564821041"), a: big.NewInt(7),
		b: decimal(t, "43308876546767276905765904595650931995942111794451039583252968842033849580414"),
		q: decimal(t, "57896044618658097711785492504343953927082934583725450622380973592137631069619"),
		x: big.NewInt(2), y: decimal(t, "4018974056539037503335449422937059775635739389905545080690979365213431566280")}
	return gostKey{c, point{decimal(t, "57520216126176808443631405023338071176630104906313632182896741342206604859403"),
		decimal(t, "17614944419213781543809391949654080031942662045363639260709847859438286763994")}}
}

func TestGOST(t *testing.T) {
	t.Run("RFC 7091 7.1 the signature of the standard's example holds, and no other", func(t *testing.T) {
		k := example(t)
		e := decimal(t, "20798893674476452017134061561508270130637142515379653289952617252661468872421")
		r := decimal(t, "29700980915817952874371204983938256990422752107994319651632687982059210933395")
		s := decimal(t, "574973400270084654178925310019147038455227042649098563933718999175515839552")
		if !k.holds(k.at) || !k.check(e, r, s) {
			t.Fatal("the example does not hold")
		}
		one := big.NewInt(1)
		if k.check(new(big.Int).Add(e, one), r, s) || k.check(e, new(big.Int).Add(r, one), s) || k.check(e, r, new(big.Int).Add(s, one)) {
			t.Fatal("a changed one holds")
		}
		if k.check(e, new(big.Int), s) || k.check(e, r, new(big.Int)) || k.check(e, k.q, s) || k.check(e, r, new(big.Int).Add(s, k.q)) {
			t.Fatal("a number out of range is taken")
		}
	})
	t.Run("RFC 7836 every curve holds its base point, whose order is q", func(t *testing.T) {
		for _, id := range curveIDs {
			c := curveOf(id)
			if g := (point{c.x, c.y}); !c.holds(g) || c.times(c.q, g).x != nil || !c.q.ProbablyPrime(20) || !c.p.ProbablyPrime(20) {
				t.Errorf("%v is no such curve", id)
			}
		}
	})
	t.Run("RFC 9215 what a key signs is verified in both orders of bytes, and nothing else", func(t *testing.T) {
		for _, id := range curveIDs {
			key := newGOST(t, id)
			read, err := readGOST(key.spki(t))
			if err != nil {
				t.Fatal(err)
			}
			message := []byte("scope and time")
			signature := key.sign(t, message)
			turned := slices.Clone(signature)
			slices.Reverse(turned)
			if !read.verify(message, signature) || !read.verify(message, turned) {
				t.Fatalf("%v: a good signature is refused", id)
			}
			signature[40] ^= 1
			if read.verify(message, signature) || read.verify([]byte("scope and tine"), turned) || read.verify(message, turned[:63]) || newGOST(t, id).gostKey.verify(message, turned) {
				t.Fatalf("%v: a forged signature holds", id)
			}
		}
	})
	t.Run("RFC 9215 a point beside the curve is no key", func(t *testing.T) {
		key := newGOST(t, curveIDs[0])
		key.at.x = new(big.Int).Add(key.at.x, big.NewInt(1))
		if _, err := readGOST(key.spki(t)); err == nil {
			t.Fatal("it was read")
		}
	})
}

var curveIDs = []asn1.ObjectIdentifier{{1, 2, 643, 2, 2, 35, 1}, {1, 2, 643, 2, 2, 35, 2}, {1, 2, 643, 2, 2, 35, 3}, {1, 2, 643, 7, 1, 2, 1, 1, 1},
	{1, 2, 643, 2, 2, 36, 0}, {1, 2, 643, 2, 2, 36, 1}}

// gostSigner signs as a client does.
type gostSigner struct {
	gostKey
	id     asn1.ObjectIdentifier
	secret *big.Int
}

func newGOST(t testing.TB, id asn1.ObjectIdentifier) *gostSigner {
	t.Helper()
	c := curveOf(id)
	d, err := rand.Int(rand.Reader, new(big.Int).Sub(c.q, big.NewInt(1)))
	if err != nil {
		t.Fatal(err)
	}
	d.Add(d, big.NewInt(1))
	return &gostSigner{gostKey{c, c.times(d, point{c.x, c.y})}, id, d}
}

// spki is the public key as a certificate holds it.
func (g *gostSigner) spki(t testing.TB) []byte {
	t.Helper()
	both := make([]byte, 64)
	g.at.x.FillBytes(both[:32])
	g.at.y.FillBytes(both[32:])
	slices.Reverse(both[:32])
	slices.Reverse(both[32:])
	octets, err := asn1.Marshal(both)
	if err != nil {
		t.Fatal(err)
	}
	type parameters struct{ Curve, Digest asn1.ObjectIdentifier }
	type algorithm struct {
		ID         asn1.ObjectIdentifier
		Parameters parameters
	}
	der, err := asn1.Marshal(struct {
		Algorithm algorithm
		Key       asn1.BitString
	}{algorithm{gostAlgorithm, parameters{g.id, gostDigest}}, asn1.BitString{Bytes: octets, BitLength: 8 * len(octets)}})
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// sign makes a signature (RFC 7091 6.1).
func (g *gostSigner) sign(t testing.TB, message []byte) []byte {
	t.Helper()
	sum := hash256(message)
	e := new(big.Int).Mod(little(sum[:]), g.q)
	for {
		k, err := rand.Int(rand.Reader, g.q)
		if err != nil {
			t.Fatal(err)
		}
		if k.Sign() == 0 {
			continue
		}
		r := new(big.Int).Mod(g.times(k, point{g.x, g.y}).x, g.q)
		s := new(big.Int).Mul(r, g.secret)
		s.Add(s, new(big.Int).Mul(k, e)).Mod(s, g.q)
		if r.Sign() == 0 || s.Sign() == 0 {
			continue
		}
		signature := make([]byte, 64)
		s.FillBytes(signature[:32])
		r.FillBytes(signature[32:])
		return signature
	}
}

// times multiplies a point.
func (c *curve) times(n *big.Int, of point) (sum point) {
	for i := n.BitLen() - 1; i >= 0; i-- {
		sum = c.plus(sum, sum)
		if n.Bit(i) == 1 {
			sum = c.plus(sum, of)
		}
	}
	return sum
}

package esia

import (
	"encoding/asn1"
	"errors"
	"math/big"
	"slices"
)

// curve is an elliptic curve of GOST R 34.10-2012 with keys of 256 bits, in the form
// y^2 = x^3 + ax + b modulo p. Only public values go through it, so it need not
// run in constant time.
type curve struct{ p, a, b, q, x, y *big.Int }

// point is a point of a curve; nil x is the point at infinity.
type point struct{ x, y *big.Int }

func number(hex string) *big.Int {
	n, ok := new(big.Int).SetString(hex, 16)
	if !ok {
		panic("esia: a parameter of a curve is broken")
	}
	return n
}

// curveOf gives the parameters by the numbers with which keys name them (RFC 4357
// 11.4, RFC 7836 A and B); nil for a number that we do not know. Several numbers
// name the same curve.
func curveOf(id asn1.ObjectIdentifier) *curve {
	switch id.String() {
	case "1.2.643.2.2.35.1", "1.2.643.2.2.36.0", "1.2.643.7.1.2.1.1.2": // CryptoPro A
		return &curve{
			p: number("fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffd97"), a: number("fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffd94"),
			b: number("a6"), q: number("ffffffffffffffffffffffffffffffff6c611070995ad10045841b09b761b893"),
			x: number("1"), y: number("8d91e471e0989cda27df505a453f2b7635294f2ddf23e3b122acc99c9e9f1e14")}
	case "1.2.643.2.2.35.2", "1.2.643.7.1.2.1.1.3": // CryptoPro B
		return &curve{
			p: number("8000000000000000000000000000000000000000000000000000000000000c99"), a: number("8000000000000000000000000000000000000000000000000000000000000c96"),
			b: number("3e1af419a269a5f866a7d3c25c3df80ae979259373ff2b182f49d4ce7e1bbc8b"), q: number("800000000000000000000000000000015f700cfff1a624e5e497161bcc8a198f"),
			x: number("1"), y: number("3fa8124359f96680b83d1c3eb2c070e5c545c9858d03ecfb744bf8d717717efc")}
	case "1.2.643.2.2.35.3", "1.2.643.2.2.36.1", "1.2.643.7.1.2.1.1.4": // CryptoPro C
		return &curve{
			p: number("9b9f605f5a858107ab1ec85e6b41c8aacf846e86789051d37998f7b9022d759b"), a: number("9b9f605f5a858107ab1ec85e6b41c8aacf846e86789051d37998f7b9022d7598"),
			b: number("805a"), q: number("9b9f605f5a858107ab1ec85e6b41c8aa582ca3511eddfb74f02f3a6598980bb9"),
			x: number("0"), y: number("41ece55743711a8c3cbf3783cd08c0ee4d4dc440d4641a8f366e550dfdb3bb67")}
	case "1.2.643.7.1.2.1.1.1": // TC26 A
		return &curve{
			p: number("fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffd97"), a: number("c2173f1513981673af4892c23035a27ce25e2013bf95aa33b22c656f277e7335"),
			b: number("295f9bae7428ed9ccc20e7c359a9d41a22fccd9108e17bf7ba9337a6f8ae9513"), q: number("400000000000000000000000000000000fd8cddfc87b6635c115af556c360c67"),
			x: number("91e38443a5e82c0d880923425712b2bb658b9196932e02c78b2582fe742daa28"), y: number("32879423ab1a0375895786c4bb46e9565fde0b5344766740af268adb32322e5c")}
	}
	return nil
}

// holds says whether a point lies on the curve.
func (c *curve) holds(at point) bool {
	if at.x == nil || at.x.Sign() < 0 || at.x.Cmp(c.p) >= 0 || at.y.Sign() < 0 || at.y.Cmp(c.p) >= 0 {
		return false
	}
	right := new(big.Int).Mul(at.x, at.x)
	right.Add(right, c.a).Mul(right, at.x).Add(right, c.b)
	left := new(big.Int).Mul(at.y, at.y)
	return right.Sub(right, left).Mod(right, c.p).Sign() == 0
}

// plus adds two points.
func (c *curve) plus(one, two point) point {
	switch {
	case one.x == nil:
		return two
	case two.x == nil:
		return one
	}
	over, under := new(big.Int).Sub(two.y, one.y), new(big.Int).Sub(two.x, one.x)
	if one.x.Cmp(two.x) == 0 {
		if sum := new(big.Int).Add(one.y, two.y); sum.Mod(sum, c.p).Sign() == 0 {
			return point{}
		}
		over.Mul(one.x, one.x).Mul(over, big.NewInt(3)).Add(over, c.a)
		under.Lsh(one.y, 1)
	}
	slope := over.Mul(over, under.ModInverse(under.Mod(under, c.p), c.p))
	x := new(big.Int).Mul(slope, slope)
	x.Sub(x, one.x).Sub(x, two.x).Mod(x, c.p)
	y := new(big.Int).Sub(one.x, x)
	y.Mul(y, slope).Sub(y, one.y).Mod(y, c.p)
	return point{x, y}
}

// gostKey is a public key.
type gostKey struct {
	*curve
	at point
}

// check verifies a signature (r, s) of a hash (RFC 7091 6.2).
func (k gostKey) check(hash, r, s *big.Int) bool {
	if r.Sign() <= 0 || s.Sign() <= 0 || r.Cmp(k.q) >= 0 || s.Cmp(k.q) >= 0 {
		return false
	}
	e := new(big.Int).Mod(hash, k.q)
	if e.Sign() == 0 {
		e.SetInt64(1)
	}
	v := e.ModInverse(e, k.q)
	z1 := new(big.Int).Mul(s, v)
	z2 := new(big.Int).Mul(r, v)
	z1.Mod(z1, k.q)
	z2.Neg(z2).Mod(z2, k.q)
	c := k.combine(z1, z2)
	return c.x != nil && new(big.Int).Mod(c.x, k.q).Cmp(r) == 0
}

// combine is z1 times the base point and z2 times the key, doubled together, which
// costs half of the two apart.
func (k gostKey) combine(z1, z2 *big.Int) (sum point) {
	base := point{k.x, k.y}
	points := [4]point{{}, base, k.at, k.plus(base, k.at)}
	for i := max(z1.BitLen(), z2.BitLen()) - 1; i >= 0; i-- {
		sum = k.plus(sum, sum)
		sum = k.plus(sum, points[z1.Bit(i)+2*z2.Bit(i)])
	}
	return sum
}

var errKey = errors.New("esia: no public key of GOST R 34.10-2012 with 256 bits")

var gostAlgorithm = asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 1, 1}

// readGOST reads a SubjectPublicKeyInfo (RFC 9215 4).
func readGOST(spki []byte) (gostKey, error) {
	var info struct {
		Algorithm struct {
			ID         asn1.ObjectIdentifier
			Parameters struct {
				Curve  asn1.ObjectIdentifier
				Digest asn1.ObjectIdentifier `asn1:"optional"`
			}
		}
		Key asn1.BitString
	}
	var both []byte
	if rest, err := asn1.Unmarshal(spki, &info); err != nil || len(rest) > 0 || !info.Algorithm.ID.Equal(gostAlgorithm) {
		return gostKey{}, errKey
	}
	if rest, err := asn1.Unmarshal(info.Key.Bytes, &both); err != nil || len(rest) > 0 || len(both) != 64 {
		return gostKey{}, errKey
	}
	k := gostKey{curveOf(info.Algorithm.Parameters.Curve), point{little(both[:32]), little(both[32:])}}
	if k.curve == nil || !k.holds(k.at) {
		return gostKey{}, errKey
	}
	return k, nil
}

// little is a number whose least significant byte stands first.
func little(turned []byte) *big.Int {
	turned = slices.Clone(turned)
	slices.Reverse(turned)
	return new(big.Int).SetBytes(turned)
}

// verify checks a signature over a message. The signature is s and r, most
// significant byte first, as X.509 and CMS have it; or the same turned around, as
// some providers write it.
func (k gostKey) verify(message, signature []byte) bool {
	if len(signature) != 64 {
		return false
	}
	sum := hash256(message)
	hash := little(sum[:])
	r, s := new(big.Int).SetBytes(signature[32:]), new(big.Int).SetBytes(signature[:32])
	return k.check(hash, r, s) || k.check(hash, little(signature[:32]), little(signature[32:]))
}

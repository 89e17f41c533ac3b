package esia

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
)

// The numbers of CMS (RFC 5652).
var (
	dataContent    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	signedContent  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	contentTypeAtt = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	digestAtt      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
)

// signed is what counts of a CMS SignedData with one signer.
type signed struct {
	content    []byte // nil when it is detached
	issuer     []byte // of the signer's certificate, DER
	serial     *big.Int
	digest     asn1.ObjectIdentifier
	attributes []byte // the SET that was signed, DER; nil when the content itself was
	typed      bool   // the attributes name the content's type as data
	summed     []byte // the digest that the attributes name
	signature  []byte
}

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"explicit,tag:0"`
}

type signedData struct {
	Version      int
	Digests      []pkix.AlgorithmIdentifier `asn1:"set"`
	Content      encapsulated
	Certificates asn1.RawValue `asn1:"optional,tag:0"`
	Revocations  asn1.RawValue `asn1:"optional,tag:1"`
	Signers      []signerInfo  `asn1:"set"`
}

type encapsulated struct {
	Type    asn1.ObjectIdentifier
	Content []byte `asn1:"optional,explicit,tag:0"`
}

type signerInfo struct {
	Version    int
	Issuer     issuerAndSerial
	Digest     pkix.AlgorithmIdentifier
	Attributes asn1.RawValue `asn1:"optional,tag:0"`
	Algorithm  pkix.AlgorithmIdentifier
	Signature  []byte
	Unsigned   asn1.RawValue `asn1:"optional,tag:1"`
}

type issuerAndSerial struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values asn1.RawValue
}

var errCMS = errors.New("esia: no CMS signature")

// longestCMS is more than a signature with its chain of certificates has.
const longestCMS = 24 << 10

// readCMS reads a signature in DER. Certificates inside are not looked at: only
// those that were registered count.
func readCMS(der []byte) (s signed, err error) {
	var outer contentInfo
	var inner signedData
	if len(der) > longestCMS || !whole(der, &outer) || !outer.Type.Equal(signedContent) || !whole(outer.Content.Bytes, &inner) {
		return s, errCMS
	}
	if len(inner.Signers) != 1 || !inner.Content.Type.Equal(dataContent) {
		return s, errCMS
	}
	one := inner.Signers[0]
	s = signed{content: inner.Content.Content, issuer: one.Issuer.Issuer.FullBytes, serial: one.Issuer.Serial, digest: one.Digest.Algorithm, signature: one.Signature}
	if len(one.Attributes.FullBytes) == 0 {
		return s, nil
	}
	return s, s.readAttributes(one.Attributes)
}

func whole(der []byte, into any) bool {
	rest, err := asn1.Unmarshal(der, into)
	return err == nil && len(rest) == 0
}

// readAttributes reads what was signed instead of the content: a SET, though it
// stands there under another tag.
func (s *signed) readAttributes(raw asn1.RawValue) error {
	s.attributes = bytes.Clone(raw.FullBytes)
	s.attributes[0] = 0x31
	seen := map[string]bool{}
	for rest := raw.Bytes; len(rest) > 0; {
		var a attribute
		var err error
		if rest, err = asn1.Unmarshal(rest, &a); err != nil || seen[a.Type.String()] || a.Values.Tag != asn1.TagSet {
			return errCMS
		}
		seen[a.Type.String()] = true
		switch {
		case a.Type.Equal(contentTypeAtt):
			var content asn1.ObjectIdentifier
			s.typed = whole(a.Values.Bytes, &content) && content.Equal(dataContent)
		case a.Type.Equal(digestAtt):
			if !whole(a.Values.Bytes, &s.summed) {
				return errCMS
			}
		}
	}
	if !s.typed || len(s.summed) == 0 {
		return errCMS
	}
	return nil
}

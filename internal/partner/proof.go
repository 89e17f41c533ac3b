package partner

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/fault"
)

// mostPasted is how many keys may be pasted at once.
const mostPasted = 10

// ReadKeys reads a pasted JSON Web Key Set, one such key, or public keys as openssl
// writes them (PEM), and keeps of it what we verify with. Refused field: keys. A
// private key is refused and is nowhere kept.
func ReadKeys(pasted string) (set jose.JSONWebKeySet, err error) {
	if block, rest := pem.Decode([]byte(pasted)); block != nil {
		return readPEM(block, rest)
	}
	refused := fault.OneField("keys", "client.keys.form", nil)
	var given struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if json.Unmarshal([]byte(pasted), &given) != nil {
		return set, refused
	}
	if given.Keys == nil {
		given.Keys = []json.RawMessage{json.RawMessage(pasted)}
	}
	if len(given.Keys) > mostPasted {
		return set, refused
	}
	for _, raw := range given.Keys {
		var key jose.JSONWebKey
		if key.UnmarshalJSON(raw) != nil || !key.Valid() {
			return jose.JSONWebKeySet{}, refused
		}
		if !key.IsPublic() {
			return jose.JSONWebKeySet{}, fault.OneField("keys", "partner.keys_private", nil)
		}
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: key.Key, KeyID: key.KeyID, Algorithm: key.Algorithm, Use: key.Use})
	}
	return set, nil
}

// readPEM reads public keys, each named by its thumbprint (RFC 7638).
func readPEM(block *pem.Block, rest []byte) (set jose.JSONWebKeySet, err error) {
	refused := fault.OneField("keys", "client.keys.form", nil)
	for ; block != nil; block, rest = pem.Decode(rest) {
		if strings.HasSuffix(block.Type, "PRIVATE KEY") {
			return jose.JSONWebKeySet{}, fault.OneField("keys", "partner.keys_private", nil)
		}
		public, err := x509.ParsePKIXPublicKey(block.Bytes)
		if block.Type != "PUBLIC KEY" || err != nil || len(set.Keys) == mostPasted {
			return jose.JSONWebKeySet{}, refused
		}
		key := jose.JSONWebKey{Key: public, Use: "sig"}
		print, err := key.Thumbprint(crypto.SHA256)
		if err != nil {
			return jose.JSONWebKeySet{}, refused
		}
		key.KeyID = base64.RawURLEncoding.EncodeToString(print)
		set.Keys = append(set.Keys, key)
	}
	return set, nil
}

// ReadCertificate reads a certificate (PEM), or its SHA-256 thumbprint in hex with
// or without colons or in base64url. Refused field: certificates.
func ReadCertificate(pasted string) (thumbprint string, err error) {
	if block, _ := pem.Decode([]byte(pasted)); block != nil {
		if block.Type != "CERTIFICATE" {
			return "", fault.OneField("certificates", "partner.keys_private", nil)
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return "", fault.OneField("certificates", "client.certificates.none", nil)
		}
		sum := sha256.Sum256(block.Bytes)
		return base64.RawURLEncoding.EncodeToString(sum[:]), nil
	}
	plain := strings.Join(strings.Fields(pasted), "")
	if raw, err := hex.DecodeString(strings.ReplaceAll(plain, ":", "")); err == nil && len(raw) == sha256.Size {
		return base64.RawURLEncoding.EncodeToString(raw), nil
	}
	if raw, err := base64.RawURLEncoding.DecodeString(plain); err == nil && len(raw) == sha256.Size {
		return plain, nil
	}
	return "", fault.OneField("certificates", "client.certificates.none", nil)
}

// AddKeys puts pasted keys beside those that a site has; a key of the same name is
// a refused field, because nobody could tell the two apart. At once, also in
// production, when the site proves itself by keys already.
func (s *Service) AddKeys(ctx context.Context, who account.ID, id client.ID, pasted string) (now bool, err error) {
	set, err := ReadKeys(pasted)
	if err != nil {
		return false, err
	}
	return s.Edit(ctx, who, id, []string{"keys", "method"}, func(c *client.Client) {
		if c.Method != client.PrivateKeyJWT {
			c.Keys.Keys = nil
		}
		c.Method, c.Native, c.Secret, c.Thumbprints = client.PrivateKeyJWT, false, "", nil
		c.Keys.Keys = slices.Concat(c.Keys.Keys, set.Keys)
	})
}

// AddCertificate is AddKeys for a certificate or its thumbprint.
func (s *Service) AddCertificate(ctx context.Context, who account.ID, id client.ID, pasted string) (now bool, err error) {
	thumbprint, err := ReadCertificate(pasted)
	if err != nil {
		return false, err
	}
	return s.Edit(ctx, who, id, []string{"certificates", "method"}, func(c *client.Client) {
		c.Method, c.Native, c.Secret, c.Keys.Keys = client.SelfSignedTLS, false, "", nil
		if !slices.Contains(c.Thumbprints, thumbprint) {
			c.Thumbprints = append(slices.Clone(c.Thumbprints), thumbprint)
		}
	})
}

// GoNative makes a site an application on people's own devices, which keeps no
// secret: PKCE alone, and loopback addresses.
func (s *Service) GoNative(ctx context.Context, who account.ID, id client.ID) (now bool, err error) {
	return s.Edit(ctx, who, id, []string{"method"}, func(c *client.Client) {
		c.Method, c.Native, c.Secret, c.Keys.Keys, c.Thumbprints = client.NoMethod, true, "", nil, nil
		c.Grants = slices.DeleteFunc(slices.Clone(c.Grants), func(g client.Grant) bool { return g == client.Machine || g == client.Exchange })
	})
}

// RemoveProof takes away a key by its name or a certificate by its thumbprint, at
// once; the last one stays.
func (s *Service) RemoveProof(ctx context.Context, who account.ID, id client.ID, name string) error {
	_, err := s.Edit(ctx, who, id, []string{"keys", "certificates"}, func(c *client.Client) {
		c.Keys.Keys = slices.DeleteFunc(slices.Clone(c.Keys.Keys), func(k jose.JSONWebKey) bool { return k.KeyID == name })
		c.Thumbprints = slices.DeleteFunc(slices.Clone(c.Thumbprints), func(t string) bool { return t == name })
	})
	return err
}

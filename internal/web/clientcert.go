package web

import (
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
)

// clientCertHeader is how a proxy tells the certificate of its client (RFC 9440).
const clientCertHeader = "Client-Cert"

// ClientCertificate is the certificate by which a client has shown that it holds
// its key (RFC 8705), nil when it has shown none. It is the connection's own, or,
// behind a Guard with CertificateHeader, the one that a listed proxy tells in the
// header Client-Cert (RFC 9440); never both, and never the proxy's. Nobody has
// looked at its dates, names or issuer.
func ClientCertificate(r *http.Request) *x509.Certificate {
	from := arrivalOf(r.Context())
	if from != nil && from.header {
		return fromHeader(r, from.proxied)
	}
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return nil
	}
	return r.TLS.PeerCertificates[0]
}

func fromHeader(r *http.Request, proxied bool) *x509.Certificate {
	if !proxied {
		return nil
	}
	c, err := parseClientCert(r.Header.Values(clientCertHeader))
	if err != nil {
		return nil
	}
	return c
}

var errClientCert = errors.New("web: the header Client-Cert is not one certificate between colons")

// parseClientCert reads the header: one byte sequence (RFC 8941), the certificate
// in DER as base64 between colons. Two headers, lists and parameters are refused.
func parseClientCert(values []string) (*x509.Certificate, error) {
	if len(values) != 1 {
		return nil, errClientCert
	}
	text, opened := strings.CutPrefix(strings.Trim(values[0], " "), ":")
	text, closed := strings.CutSuffix(text, ":")
	if !opened || !closed || strings.ContainsAny(text, "\r\n") {
		return nil, errClientCert
	}
	der, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, errClientCert
	}
	return x509.ParseCertificate(der)
}

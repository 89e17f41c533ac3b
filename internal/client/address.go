package client

import (
	"net"
	"net/url"
	"strconv"
	"strings"
)

// longestAddress is more than any sensible redirect address has.
const longestAddress = 500

// GoodAddress says whether an address may be registered as one to which browsers
// are sent or logout tokens are posted (OIDC-2): https, a host in plain ASCII,
// nothing that two parsers could read in two ways. A native application and a
// client of the sandbox may also name a loopback address with plain http.
func GoodAddress(address string, loopback bool) bool {
	if address == "" || len(address) > longestAddress || !plain(address) {
		return false
	}
	u, err := url.Parse(address)
	if err != nil || u.Opaque != "" || u.User != nil || u.Fragment != "" || strings.ContainsRune(address, '#') || u.Host == "" {
		return false
	}
	if u.String() != address || strings.ToLower(u.Host) != u.Host || u.Path == "" || unclear(u) {
		return false
	}
	if _, err := url.ParseQuery(u.RawQuery); err != nil || escapesControl(u.RawQuery) {
		return false
	}
	switch {
	case strings.HasPrefix(address, "https://"):
		return loopback && isLoopback(u.Hostname()) || !inner(u.Hostname())
	case strings.HasPrefix(address, "http://"):
		return loopback && isLoopback(u.Hostname())
	}
	return false
}

// plain says that the address holds visible ASCII only, and no character that
// parsers disagree about.
func plain(address string) bool {
	for _, c := range []byte(address) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\\\"<>^`{|}*'", c) >= 0 {
			return false
		}
	}
	return true
}

// unclear says that the path has dots or escapes that one side may resolve and
// the other not, or the host is no name.
func unclear(u *url.URL) bool {
	escaped := strings.ToLower(u.EscapedPath())
	for _, bad := range []string{"%2e", "%2f", "%5c", "%25", "//", ";", "@"} {
		if strings.Contains(escaped, bad) {
			return true
		}
	}
	if escapesControl(escaped) {
		return true
	}
	for _, segment := range strings.Split(escaped, "/") {
		if segment == "." || segment == ".." {
			return true
		}
	}
	host, port := u.Hostname(), u.Port()
	if strings.HasSuffix(u.Host, ":") || port != "" && !portNumber(port) {
		return true
	}
	return !hostName(host)
}

// escapesControl says that an escape stands for a control character.
func escapesControl(escaped string) bool {
	for rest := strings.ToLower(escaped); ; {
		_, after, found := strings.Cut(rest, "%")
		if !found {
			return false
		}
		if strings.HasPrefix(after, "0") || strings.HasPrefix(after, "1") || strings.HasPrefix(after, "7f") {
			return true
		}
		rest = after
	}
}

func portNumber(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0 && port[0] != '0'
}

// hostName says whether a host is a name of at least two labels or an IP address;
// "localhost" is a loopback name.
func hostName(host string) bool {
	if ip := net.ParseIP(host); ip != nil {
		return true
	}
	if host == "localhost" {
		return true
	}
	labels := strings.Split(host, ".")
	if len(labels) < 2 {
		return false
	}
	for _, label := range labels {
		if label == "" || len(label) > 63 || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return false
		}
		for _, c := range []byte(label) {
			if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-') {
				return false
			}
		}
	}
	last := labels[len(labels)-1]
	return last[0] < '0' || last[0] > '9' // 127.1 and 0x7f.1 are no names
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// inner says that a host is this machine, or an address that means something else
// in every network: nothing that the public can reach (T-42).
func inner(host string) bool {
	ip := net.ParseIP(host)
	return isLoopback(host) || strings.HasSuffix(host, ".localhost") || ip != nil && (!ip.IsGlobalUnicast() || ip.IsPrivate())
}

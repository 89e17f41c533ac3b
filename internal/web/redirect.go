package web

import (
	"net/url"
	"strings"
)

// SafePath gives path when it is a path on this site with an optional query, and
// otherwise fallback: the only addresses that a "next" parameter may lead to
// (WEB-7).
func SafePath(path, fallback string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\x00\r\n\t") {
		return fallback
	}
	u, err := url.Parse(path)
	if err != nil || u.Host != "" || u.Scheme != "" || u.User != nil || strings.HasPrefix(u.Path, "//") || strings.Contains(u.Path, "\\") {
		return fallback
	}
	return path
}

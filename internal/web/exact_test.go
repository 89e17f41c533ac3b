package web_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"okno/internal/web"
)

func TestExact(t *testing.T) {
	read := func(typed string) web.Form {
		r := httptest.NewRequest("POST", "/x", strings.NewReader(url.Values{"password": {typed, "second"}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		f, err := web.ReadForm(httptest.NewRecorder(), r)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	t.Run("AUTH-1 a password comes to the byte: not trimmed, not normalised, not cut", func(t *testing.T) {
		for _, typed := range []string{" a ", "\ta\u00a0", "e\u0301", "\u00e9", "a\u200cb", "\x00\xff", "a\r\nb", strings.Repeat("x", 5000), ""} {
			if got := read(typed).Exact("password"); got != typed {
				t.Errorf("%q became %q", typed, got)
			}
		}
		if (web.Form{}).Exact("password") != "" {
			t.Error("the zero form holds something")
		}
	})
	t.Run("the other words of a form are clean as ever", func(t *testing.T) {
		if got := read(" e\u0301 ").Text("password"); got != "\u00e9" {
			t.Errorf("%q", got)
		}
	})
}

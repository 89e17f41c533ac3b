package web

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"okno/internal/fault"
	"okno/internal/text"
)

// Form is what was typed: each field once, or several times where boxes are
// ticked. Values are NFC, without control characters and without white space at
// the ends, but for what Exact gives; the zero Form has no fields.
type Form struct {
	values url.Values
	sent   url.Values // as they came
	files  map[string][]*multipart.FileHeader
	odd    map[string]bool // fields that held characters no text may hold
}

// NewForm makes a form of values that were read before.
func NewForm(values url.Values) Form {
	f := Form{values: url.Values{}, sent: values, odd: map[string]bool{}}
	for name, typed := range values {
		for _, v := range typed {
			clean, err := text.CleanLines(v)
			if err != nil {
				f.odd[name] = true
				clean = printable(v)
			}
			f.values.Add(name, strings.TrimSpace(clean))
		}
	}
	return f
}

// printable is what can be shown again of a value that was refused.
func printable(v string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(v, ""))
}

// maxFields bounds how many values a form may have.
const maxFields = 500

// ReadForm reads the body of a POST: a form of at most MaxForm bytes, or with
// files of at most MaxUpload. What is larger or is no form is an Invalid fault.
func ReadForm(w http.ResponseWriter, r *http.Request) (Form, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil && r.ContentLength != 0 {
		return Form{}, fault.Wrap(fault.Invalid, "web.not_a_form", err)
	}
	if kind == "multipart/form-data" {
		r.Body = http.MaxBytesReader(w, r.Body, MaxUpload)
		err = r.ParseMultipartForm(1 << 20)
	} else {
		r.Body = http.MaxBytesReader(w, r.Body, MaxForm)
		err = r.ParseForm()
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return Form{}, fault.Wrap(fault.Invalid, "web.too_large", err).With("mb", large.Limit>>20)
	}
	if err != nil {
		return Form{}, fault.Wrap(fault.Invalid, "web.not_a_form", err)
	}
	count := 0
	for _, typed := range r.PostForm {
		count += len(typed)
	}
	if count > maxFields {
		return Form{}, fault.New(fault.Invalid, "web.too_large").With("mb", 0)
	}
	f := NewForm(r.PostForm)
	if r.MultipartForm != nil {
		f.files = r.MultipartForm.File
	}
	return f, nil
}

// Text is the value of a field, "" when it was not sent. A field sent twice is
// the first value: nothing can be smuggled in behind it (INP-1).
func (f Form) Text(name string) string { return strings.ReplaceAll(f.values.Get(name), "\n", " ") }

// Exact is the value of a field to the byte as it was sent: for passwords, which
// nobody may trim, normalise or cut (AUTH-1). It is never shown again or kept.
func (f Form) Exact(name string) string { return f.sent.Get(name) }

// Lines is the value of a field of several lines.
func (f Form) Lines(name string) string { return f.values.Get(name) }

// All are the values of a field that may be ticked several times.
func (f Form) All(name string) []string { return f.values[name] }

// Has says whether a field was sent.
func (f Form) Has(name string) bool { return f.values.Has(name) }

// Odd says whether a field held characters that no text may hold (INP-3).
func (f Form) Odd(name string) bool { return f.odd[name] }

// Digits is the value of a field with its spaces, hyphens, dots and brackets
// taken out and Persian and Arabic digits made Latin, for codes and numbers.
func (f Form) Digits(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \n-.()\u00a0\u200c\u2010\u2011\u2013\u2212", r) {
			return -1
		}
		return r
	}, text.FoldDigits(f.values.Get(name)))
}

// Values are all values, for keeping what was typed.
func (f Form) Values() url.Values { return f.values }

// Upload opens a sent file; nil when none was chosen. The name is the sender's
// and not to be trusted. The caller closes it.
func (f Form) Upload(field string) (io.ReadCloser, string, error) {
	headers := f.files[field]
	if len(headers) == 0 || headers[0].Size == 0 {
		return nil, "", nil
	}
	file, err := headers[0].Open()
	return file, headers[0].Filename, err
}

package visit

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/bits"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"okno/internal/db"
	"okno/internal/secret"
)

// workField holds a challenge that the browser solves without the person noticing
// (SEC-09, Q-53): a number after which the SHA-256 of "challenge:number" begins
// with so many zero bits. Whoever guesses by machine pays for every try.
const workField = "_work"

// A challenge of 16 bits takes a browser a fifth of a second, and lives as long as
// somebody may look at the form.
const (
	workBits = 16
	workLife = 30 * time.Minute
)

func (s *Site) workBits() int {
	if s.WorkBits > 0 {
		return s.WorkBits
	}
	return workBits
}

// Work is the hidden field of a form whose tries are counted. The challenge is
// bound to the browser and to the form's work, and counts once. Without scripts
// the field stays empty.
func (r *Request) Work(w http.ResponseWriter) templ.Component {
	browser := r.withBrowser(w)
	head := fmt.Sprintf("%d.%d.%s", r.Now.Add(workLife).Unix(), r.site.workBits(), secret.Letters(20))
	challenge := head + "." + r.workMAC(browser, head)
	return templ.ComponentFunc(func(_ context.Context, out io.Writer) error {
		_, err := io.WriteString(out, `<input type="hidden" name="`+workField+`" value="" data-work="`+challenge+`">`)
		return err
	})
}

func (r *Request) workMAC(browser, head string) string {
	return r.site.Vault.Ring().FormMAC("work", browser, scopes(r.URL.Path)[0], head)
}

// Worked says whether the form brought a solved challenge of its own, and spends
// it: the same one does not count again.
func (r *Request) Worked() bool {
	challenge, number, _ := strings.Cut(r.Form.Exact(workField), ":")
	if number == "" || len(number) > 20 || !r.workHolds(challenge) || leadingZeros(challenge+":"+number) < r.site.workBits() {
		return false
	}
	spent := false
	err := r.site.DB.Write(r.Context(), func(tx *db.Tx) error {
		n, err := tx.Exec(insertOnce, secret.Hash("work/"+challenge), "", nil, nil, db.Text(""), db.At(tx.Now()))
		spent = n == 1
		return err
	})
	if err != nil {
		r.site.Log.Warn("a solved challenge could not be spent", "error", err)
	}
	return err == nil && spent
}

// workHolds says whether we made the challenge for this browser and form, not too
// long ago, and no easier than now.
func (r *Request) workHolds(challenge string) bool {
	parts := strings.Split(challenge, ".")
	if len(parts) != 4 || r.browser == "" || !secret.Equal(parts[3], r.workMAC(r.browser, strings.Join(parts[:3], "."))) {
		return false
	}
	ends, err := strconv.ParseInt(parts[0], 10, 64)
	return err == nil && r.Now.Before(time.Unix(ends, 0))
}

func leadingZeros(s string) (n int) {
	for _, b := range sha256.Sum256([]byte(s)) {
		n += bits.LeadingZeros8(b)
		if b != 0 {
			break
		}
	}
	return n
}

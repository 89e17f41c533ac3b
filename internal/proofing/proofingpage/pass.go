package proofingpage

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/skip2/go-qrcode"

	"okno/internal/ui"
	"okno/internal/visit"
)

// showPass shows the pass, or offers to make one (S14).
func (p pages) showPass(w http.ResponseWriter, r *visit.Request) error {
	pass, holds, err := p.PassOf(r.Context(), r.Account.ID)
	if err != nil {
		return err
	}
	bring, err := p.Bring(r.Context(), r.Account.ID)
	if err != nil {
		return err
	}
	square, err := square(pass.Code)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return r.Show(w, visit.Page{Title: r.T("proofing.pass.title"), Form: true, Body: passBody(r, pass, holds, square, bring, r.Key(w)),
		Back: &ui.Link{Text: r.T("proofing.back.centre"), Href: "/id/proofing/centre"}})
}

func (p pages) makePass(w http.ResponseWriter, r *visit.Request) error {
	if _, err := p.MakePass(r.Context(), r.Account.ID); err != nil {
		return err
	}
	return r.Redirect(w, "/id/proofing/pass")
}

// qr is a square code as an SVG path.
type qr struct {
	Box  string // viewBox
	Path string
}

// square draws the pass as a QR code that holds the code and nothing else.
func square(code string) (qr, error) {
	if code == "" {
		return qr{}, nil
	}
	q, err := qrcode.New(code, qrcode.Medium)
	if err != nil {
		return qr{}, err
	}
	dots := q.Bitmap()
	var path strings.Builder
	for y, row := range dots {
		for x, dark := range row {
			if dark {
				path.WriteString("M" + strconv.Itoa(x) + " " + strconv.Itoa(y) + "h1v1h-1z")
			}
		}
	}
	side := strconv.Itoa(len(dots))
	return qr{"0 0 " + side + " " + side, path.String()}, nil
}

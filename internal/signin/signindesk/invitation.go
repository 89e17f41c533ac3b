package signindesk

import (
	"encoding/base64"
	"net/http"

	"github.com/skip2/go-qrcode"

	"okno/internal/signin"
	"okno/internal/ui"
	"okno/internal/visit"
)

// pictureSide is the width of the QR code in pixels.
const pictureSide = 240

// invitationView is what the page of an invitation may show.
type invitationView struct {
	token      string
	login      string
	secret     string
	picture    ui.Picture
	conditions []ui.Condition
}

func showInvitation(s *signin.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		token := r.URL.Query().Get("token")
		if r.Restored() && token == "" {
			token = r.Form.Text("token") // the language was switched on a refused form
		}
		return showInvitationPage(s, w, r, token, visit.Errors{})
	}
}

func postInvitation(s *signin.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		token := r.Form.Text("token")
		err := s.Accept(r.Context(), token, signin.Acceptance{Password: r.Form.Exact("password"), Repeat: r.Form.Exact("repeat"), Code: r.Form.Digits("code")})
		if errs, refused := r.Refused(err); refused {
			return showInvitationPage(s, w, r, token, errs)
		}
		if err != nil {
			return err
		}
		return r.Redirect(w, signInPath+"?done=ready")
	}
}

func showInvitationPage(s *signin.Service, w http.ResponseWriter, r *visit.Request, token string, errs visit.Errors) error {
	i, err := s.Invitation(r.Context(), token)
	if err != nil {
		return err
	}
	png, err := qrcode.Encode(i.Address, qrcode.Medium, pictureSide)
	if err != nil {
		return err
	}
	v := invitationView{token: token, login: i.Officer.Login, secret: grouped(i.Secret), conditions: r.PasswordConditions(s.StaffRules()),
		picture: ui.Picture{Src: "data:image/png;base64," + base64.StdEncoding.EncodeToString(png), Alt: r.T("signin.invitation.picture"),
			Width: pictureSide, Height: pictureSide, Text: r.T("signin.invitation.scan")}}
	w.Header().Set("Cache-Control", "no-store")
	return r.Show(w, visit.Page{Title: r.T("signin.invitation.title"), Body: invitationBody(r, v, errs, r.Key(w)), Failed: errs.Any(), Form: true, Wide: true})
}

// grouped writes a key in groups of four, so that it can be typed.
func grouped(key string) string {
	var b []byte
	for i := range len(key) {
		if i > 0 && i%4 == 0 {
			b = append(b, ' ')
		}
		b = append(b, key[i])
	}
	return string(b)
}

package partner

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/inspect"
	"okno/internal/secret"
)

// LogoSide is how many pixels a logo has on each side.
const LogoSide = 96

// logoRules are what a logo may be when it comes.
var logoRules = inspect.Rules{Types: inspect.Photos(), MaxBytes: 1 << 20, MaxWidth: 2000, MaxHeight: 2000, MinWidth: 32, MinHeight: 32, MaxPixels: 4_000_000}

const (
	insertLogo db.SQL = `INSERT INTO partner_logo (id, site, picture, made_at) VALUES ($1, $2, $3, $4)`
	selectLogo db.SQL = `SELECT picture FROM partner_logo WHERE id = $1`
	dropLogos  db.SQL = `DELETE FROM partner_logo WHERE site = $1 AND id NOT IN ($2, $3, $4, $5)`
)

// SetLogo gives a site a picture: looked at in a child process, encoded anew
// there, made small here and kept as PNG (T-43). Refused field: logo.
func (s *Service) SetLogo(ctx context.Context, who account.ID, id client.ID, file io.Reader) (now bool, err error) {
	if _, err := s.Site(ctx, who, id); err != nil {
		return false, err
	}
	verdict, err := s.Look(ctx, file, logoRules)
	if err != nil {
		return false, err
	}
	if !verdict.OK() {
		return false, fault.OneField("logo", verdict.Refused, verdict.Vars)
	}
	picture, err := small(verdict.Clean)
	if err != nil {
		return false, fault.OneField("logo", "partner.logo_unreadable", nil)
	}
	logo := secret.NewID()
	if err := s.keepLogo(ctx, who, id, logo, picture); err != nil {
		return false, err
	}
	return s.Edit(ctx, who, id, nil, func(c *client.Client) { c.Logo = logo })
}

// keepLogo writes a picture and drops those of the site that nothing names.
func (s *Service) keepLogo(ctx context.Context, who account.ID, id client.ID, logo string, picture []byte) error {
	return s.act(ctx, who, id, func(tx *db.Tx, site Site) error {
		waits := ""
		if site.Request != nil {
			waits = site.Request.Site.Logo
		}
		if _, err := tx.Exec(dropLogos, string(id), site.Live.Logo, site.Edited().Logo, waits, logo); err != nil {
			return err
		}
		_, err := tx.Exec(insertLogo, logo, string(id), picture, db.At(tx.Now()))
		return err
	})
}

// small makes a picture fit into the square of a logo.
func small(clean []byte) ([]byte, error) {
	config, err := jpeg.DecodeConfig(bytes.NewReader(clean))
	if err != nil || config.Width <= 0 || config.Height <= 0 || config.Width > logoRules.MaxWidth || config.Height > logoRules.MaxHeight {
		return nil, image.ErrFormat
	}
	large, err := jpeg.Decode(bytes.NewReader(clean))
	if err != nil {
		return nil, err
	}
	w, h := LogoSide, LogoSide
	if config.Width > config.Height {
		h = max(1, LogoSide*config.Height/config.Width)
	} else {
		w = max(1, LogoSide*config.Width/config.Height)
	}
	to := image.NewRGBA(image.Rect(0, 0, LogoSide, LogoSide))
	draw.Draw(to, to.Bounds(), image.White, image.Point{}, draw.Src)
	at := image.Rect((LogoSide-w)/2, (LogoSide-h)/2, (LogoSide-w)/2+w, (LogoSide-h)/2+h)
	draw.CatmullRom.Scale(to, at, large, large.Bounds(), draw.Over, nil)
	var out bytes.Buffer
	err = png.Encode(&out, to)
	return out.Bytes(), err
}

// Logo is a picture as PNG. It is public: people see it on the page of consent.
func (s *Service) Logo(ctx context.Context, id string) (picture []byte, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		picture, err = found(db.One(tx, db.Scalar[[]byte], selectLogo, id))
		return err
	})
	return picture, err
}

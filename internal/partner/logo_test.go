package partner_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"strings"
	"testing"

	"okno/internal/account"
	"okno/internal/application/applicationtest"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/inspect"
	"okno/internal/partner"
)

func TestMain(m *testing.M) { os.Exit(applicationtest.Main(m)) }

// inChild looks at a picture as the product does: in a child process.
func inChild(ctx context.Context, r io.Reader, rules inspect.Rules) (inspect.Verdict, error) {
	self, err := os.Executable()
	if err != nil {
		return inspect.Verdict{}, err
	}
	return inspect.Run(ctx, self, r, rules)
}

func square(side int) image.Image {
	picture := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range side {
		picture.Set(i, i, color.RGBA{uint8(i), 80, 160, 255})
	}
	return picture
}

func encoded(t *testing.T, encode func(w io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestLogo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		h.s.Look = inChild
		one := h.Account(account.Standard, "Anna One", "+79000000001")
		h.site(one, h.organisation(one, "1027700000001"), "library")
		whole := encoded(t, func(w io.Writer) error { return png.Encode(w, square(200)) })
		photo := encoded(t, func(w io.Writer) error { return jpeg.Encode(w, square(200), nil) })
		remark := "taken at Pine Street 5"
		withRemark := append(append([]byte{0xff, 0xd8, 0xff, 0xfe, 0, byte(len(remark) + 2)}, remark...), photo[2:]...)
		set := func(content []byte) error {
			_, err := h.s.SetLogo(h.ctx, one, "library", bytes.NewReader(content))
			return err
		}
		t.Run("FILE-1 what is no picture, or one that we do not take, is refused at the field", func(t *testing.T) {
			for name, content := range map[string][]byte{
				"SVG":             []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`),
				"HTML":            []byte("<!DOCTYPE html><script>alert(1)</script>"),
				"GIF":             encoded(t, func(w io.Writer) error { return gif.Encode(w, square(64), nil) }),
				"a script as PNG": append([]byte("\x89PNG\r\n\x1a\n"), "<script>"...),
				"half a PNG":      whole[:len(whole)/2],
				"too small":       encoded(t, func(w io.Writer) error { return png.Encode(w, square(8)) }),
				"too wide":        encoded(t, func(w io.Writer) error { return png.Encode(w, square(2100)) }),
				"too many bytes":  bytes.Repeat([]byte{0xff, 0xd8, 0xff}, 600_000),
				"nothing":         nil,
				"an archive":      []byte("PK\x03\x04" + strings.Repeat("x", 200)),
				"a PDF":           []byte("%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript>>>>endobj"),
				"a PNG and more":  append(bytes.Clone(whole), "<script>alert(1)</script>"...),
			} {
				before := h.live("library").Logo
				err := set(content)
				if fault.Is(err, fault.Invalid) && fault.Of(err).Fields[0].Name != "logo" || err != nil && !fault.Is(err, fault.Invalid) {
					t.Errorf("%s: %v", name, err)
				}
				if err == nil || h.live("library").Logo != before {
					t.Errorf("%s was taken", name)
				}
			}
		})
		t.Run("FILE-5 nothing of the original is kept: the logo is drawn anew", func(t *testing.T) {
			for name, content := range map[string][]byte{"a remark": withRemark, "a PNG": whole} {
				h.must(set(content))
				kept, err := h.s.Logo(h.ctx, h.live("library").Logo)
				h.must(err)
				config, kind, err := image.DecodeConfig(bytes.NewReader(kept))
				if err != nil || kind != "png" || config.Width != partner.LogoSide || config.Height != partner.LogoSide || bytes.Contains(kept, []byte("Pine Street")) {
					t.Errorf("%s: %s %+v %v", name, kind, config, err)
				}
			}
		})
		t.Run("FILE-6 a logo is taken apart in a child process: when that dies, nothing is taken", func(t *testing.T) {
			h.s.Look = func(ctx context.Context, r io.Reader, rules inspect.Rules) (inspect.Verdict, error) {
				return inspect.Run(ctx, "/bin/false", r, rules)
			}
			before := h.live("library").Logo
			if err := set(whole); !fault.Is(err, fault.Unavailable) || h.live("library").Logo != before {
				t.Errorf("%v", err)
			}
			h.s.Look = inChild
		})
	})
}

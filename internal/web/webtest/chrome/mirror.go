package chrome

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// strip is the height of one piece of a long screenshot.
const strip = 4000

// MirrorLimit is the part of pixels that may differ between the page and its mirror image (screens.md 3.2, row 3).
const MirrorLimit = 0.0002

// unpainted hides words and what must not mirror (icons, pictures, ticks), so that only geometry is compared.
const unpainted = `(() => { const s = new CSSStyleSheet(); s.replaceSync(
	"html{overflow-x:clip!important} *,*::before,*::after,*::marker{-webkit-text-fill-color:transparent!important;text-decoration:none!important;animation:none!important;transition:none!important;caret-color:transparent!important}" +
	"svg,img,input:checked,.ds-alert::before,.ds-alert>*::before,.ds-validation-message::before{visibility:hidden!important} textarea{resize:none!important}");
	document.adoptedStyleSheets = [...document.adoptedStyleSheets, s];
	for (const e of document.querySelectorAll("[dir=ltr]:not(html)")) e.removeAttribute("dir");
	if (document.activeElement) document.activeElement.blur();
	scrollTo(0, 0); return true; })()`

// MirrorPart turns the page round and returns the part of its pixels that is not where a mirror would show it. If the
// test fails, the two pictures are kept when dir is not empty. The page must be opened again afterwards.
func (p *Page) MirrorPart(t testing.TB, dir string) float64 {
	t.Helper()
	Eval[bool](t, p, unpainted)
	shot := func(direction string) []image.Image {
		Eval[string](t, p, `document.documentElement.dir = "`+direction+`"`)
		return p.strips(t)
	}
	left, right := shot("ltr"), shot("rtl")
	var different, all int
	for i := range min(len(left), len(right)) {
		d, n := compareFlipped(left[i], right[i])
		different, all = different+d, all+n
	}
	if len(left) != len(right) {
		different = all
	}
	part := float64(different) / float64(max(all, 1))
	if dir != "" && part > MirrorLimit {
		for i := range min(len(left), len(right)) {
			save(t, filepath.Join(dir, "mirror-"+string(rune('a'+i))+"-ltr.png"), left[i])
			save(t, filepath.Join(dir, "mirror-"+string(rune('a'+i))+"-rtl.png"), right[i])
		}
	}
	return part
}

// Mirror fails the test if more than MirrorLimit of the page does not mirror. The page must be opened again afterwards.
func (p *Page) Mirror(t testing.TB) {
	t.Helper()
	if part := p.MirrorPart(t, ""); part > MirrorLimit {
		t.Errorf("%.3f %% of the page does not mirror at %d px, more than %.3f %%", part*100, p.width, MirrorLimit*100)
	}
}

// compareFlipped counts the pixels of a that differ by more than 12 % of full range from b turned round.
func compareFlipped(a, b image.Image) (different, all int) {
	width, height := min(a.Bounds().Dx(), b.Bounds().Dx()), min(a.Bounds().Dy(), b.Bounds().Dy())
	for y := range height {
		for x := range width {
			r1, g1, b1, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(width-1-x, y).RGBA()
			far := math.Sqrt((square(r1, r2) + square(g1, g2) + square(b1, b2)) / 3)
			if far > 0.12*65535 {
				different++
			}
		}
	}
	return different, width * height
}

func square(a, b uint32) float64 {
	d := float64(a) - float64(b)
	return d * d
}

// strips photographs the whole page, piece by piece from the top.
func (p *Page) strips(t testing.TB) []image.Image {
	t.Helper()
	height := Eval[float64](t, p, "document.documentElement.scrollHeight")
	var pieces []image.Image
	for top := 0.0; top < height; top += strip {
		data := p.capture(t, top, math.Min(strip, height-top))
		picture, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("screenshot: %v", err)
		}
		pieces = append(pieces, picture)
	}
	return pieces
}

// capture photographs a piece of the page. Chromium is asked to look beyond the window only where the piece does not
// fit it: asked without need, it moves the whole picture of a page from right to left sideways, although the page is as
// wide as the window and no element lies outside.
func (p *Page) capture(t testing.TB, top, height float64) []byte {
	t.Helper()
	var data []byte
	beyond := top+height > windowHeight
	p.do(t, "take a screenshot", func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		r, err := cdp.Call(ctx, target, page.CaptureScreenshot, page.CaptureScreenshotParams{
			CaptureBeyondViewport: &beyond,
			Clip:                  &page.Viewport{X: 0, Y: top, Width: float64(p.width), Height: height, Scale: 1},
		})
		data = r.Data
		return chromedp.Void{}, err
	})
	return data
}

// Screenshot writes the whole page as PNG; folders are made.
func (p *Page) Screenshot(t testing.TB, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	height := Eval[float64](t, p, "document.documentElement.scrollHeight")
	if err := os.WriteFile(path, p.capture(t, 0, math.Min(height, 15000)), 0o644); err != nil {
		t.Fatal(err)
	}
}

func save(t testing.TB, path string, picture image.Image) {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

package chrome

import (
	"context"
	"regexp"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Print makes the page as a printer would get it, without backgrounds, as PDF.
func (p *Page) Print(t testing.TB) []byte {
	t.Helper()
	var paper []byte
	own := true
	p.do(t, "print", func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		r, err := cdp.Call(ctx, target, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: &own})
		paper = r.Data
		return chromedp.Void{}, err
	})
	return paper
}

var sheetOfPaper = regexp.MustCompile(`/Type\s*/Page\b`)

// Sheets is how many sheets a printed page takes.
func Sheets(paper []byte) int { return len(sheetOfPaper.FindAll(paper, -1)) }

var paperSize = regexp.MustCompile(`/MediaBox\s*\[\s*0 0 (\d+)(?:\.\d+)? (\d+)`)

// A4 tells whether every sheet is A4: 595 by 842 points.
func A4(paper []byte) bool {
	boxes := paperSize.FindAllSubmatch(paper, -1)
	for _, box := range boxes {
		if w, h := string(box[1]), string(box[2]); (w != "594" && w != "595") || (h != "841" && h != "842") {
			return false
		}
	}
	return len(boxes) > 0
}

// Media shows the page as on "print" or "screen".
func (p *Page) Media(t testing.TB, media string) {
	t.Helper()
	p.do(t, "choose media", func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: media})
		return chromedp.Void{}, err
	})
}

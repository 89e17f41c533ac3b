package chrome

import (
	"context"
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Visitor is who opens pages: the language the browser asks for and the cookies it brings along.
type Visitor struct {
	Lang    string
	Cookies []*http.Cookie
}

// Visit makes a tab of a given width that shares nothing with other tabs, and goes to an address on loopback.
func (b *Browser) Visit(t testing.TB, v Visitor, address string, width int) *Page {
	t.Helper()
	ctx, stop := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(stop)
	p := &Page{ctx: ctx, axe: b.axe}
	p.Width(t, width)
	p.do(t, "become the visitor", func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": v.Lang}})
		for _, c := range v.Cookies {
			if err == nil {
				_, err = cdp.Call(ctx, target, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: address})
			}
		}
		return chromedp.Void{}, err
	})
	p.Go(t, address)
	return p
}

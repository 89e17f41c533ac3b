package chrome

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Attach puts a file of this machine into the file field that a JavaScript expression finds, as a person's choice does.
func (p *Page) Attach(t testing.TB, field, path string) {
	t.Helper()
	p.do(t, "attach a file", func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		found, err := cdp.Call(ctx, target, runtime.Evaluate, runtime.EvaluateParams{Expression: field})
		if err != nil {
			return chromedp.Void{}, err
		}
		_, err = cdp.Call(ctx, target, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{path}, ObjectID: found.Result.ObjectID})
		return chromedp.Void{}, err
	})
}

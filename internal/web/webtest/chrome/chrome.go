// Package chrome drives a real Chromium over pages served on loopback: axe, the mirror test, sideways scroll, sizes of
// targets, weight on the wire, screenshots. It is for tests and for "make screenshots" only.
//
// It skips nothing: without Chromium or axe-core a test fails and says how to get them. It never opens an address that
// is not on loopback.
package chrome

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// patience is how long one step of the browser may take on a loaded machine.
const patience = 90 * time.Second

// windowHeight is the height of every tab in CSS pixels.
const windowHeight = 900

// Browser is a running Chromium with an empty profile.
type Browser struct {
	ctx context.Context
	axe string
}

// Start runs Chromium until the test ends.
func Start(t testing.TB) *Browser {
	t.Helper()
	b, stop, err := Launch(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return b
}

// Launch runs Chromium with an empty profile in a folder until stop is called, for tests that share one browser.
func Launch(profile string) (b *Browser, stop func(), err error) {
	path, err := find()
	if err != nil {
		return nil, nil, err
	}
	axe, err := axeSource()
	if err != nil {
		return nil, nil, fmt.Errorf("axe-core is not there: run \"npm ci --ignore-scripts\" in assets (%w)", err)
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.UserDataDir(profile), chromedp.WSURLReadTimeout(patience),
	}
	for _, flag := range []string{"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync",
		"hide-scrollbars", "disable-dev-shm-usage", "disable-background-timer-throttling", "disable-renderer-backgrounding"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stopTab := chromedp.NewContext(alloc)
	stop = func() { stopTab(); stopAlloc() }
	if err := chromedp.Do(ctx); err != nil {
		stop()
		return nil, nil, fmt.Errorf("start Chromium: %w", err)
	}
	return &Browser{ctx: ctx, axe: axe}, stop, nil
}

func find() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium: it is not installed: on Debian run \"apt-get install chromium\"")
}

// axeSource reads axe-core from assets/node_modules, wherever in the repository the test runs.
func axeSource() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			text, err := os.ReadFile(filepath.Join(dir, "assets", "node_modules", "axe-core", "axe.min.js"))
			return string(text), err
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("no go.mod above the working folder")
		}
		dir = up
	}
}

// Page is one tab.
type Page struct {
	ctx   context.Context
	axe   string
	width int
}

// Open makes a tab of the given width in CSS pixels and goes to an address on loopback.
func (b *Browser) Open(t testing.TB, address string, width int) *Page {
	t.Helper()
	ctx, stop := chromedp.NewContext(b.ctx)
	t.Cleanup(stop)
	p := &Page{ctx: ctx, axe: b.axe}
	p.Width(t, width)
	p.Go(t, address)
	return p
}

// Go leads the tab to another address and waits until it has loaded.
func (p *Page) Go(t testing.TB, address string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || (u.Hostname() != "127.0.0.1" && u.Hostname() != "localhost" && u.Hostname() != "::1") {
		t.Fatalf("%q is not on loopback", address)
	}
	p.do(t, "go to "+address, chromedp.Navigate(address))
}

// Width sets the width of the window; 320 is a desktop of 1280 at 400 % zoom.
func (p *Page) Width(t testing.TB, width int) {
	t.Helper()
	p.width = width
	p.do(t, "set the width", func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: int64(width), Height: windowHeight, DeviceScaleFactor: 1,
		})
		return chromedp.Void{}, err
	})
}

// Prefer says what the person's system prefers, as pairs of media feature and value:
//
//	page.Prefer(t, "prefers-color-scheme", "dark", "forced-colors", "active")
func (p *Page) Prefer(t testing.TB, pairs ...string) {
	t.Helper()
	var features []*emulation.MediaFeature
	for i := 0; i+1 < len(pairs); i += 2 {
		features = append(features, &emulation.MediaFeature{Name: pairs[i], Value: pairs[i+1]})
	}
	p.do(t, "set preferences", func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
		return chromedp.Void{}, err
	})
}

// Scripts turns scripts of the page on or off; it counts from the next Go.
func (p *Page) Scripts(t testing.TB, on bool) {
	t.Helper()
	p.do(t, "turn scripts", func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
		return chromedp.Void{}, err
	})
}

// Do runs chromedp steps in the tab, for journeys.
func (p *Page) Do(t testing.TB, what string, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	p.do(t, what, steps...)
}

func (p *Page) do(t testing.TB, what string, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(p.ctx); err != nil { // the tab must exist before a limit is put on a step
		t.Fatalf("open a tab: %v", err)
	}
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// Eval runs a JavaScript expression in the page, waits for its promise and returns its value.
func Eval[T any](t testing.TB, p *Page, expression string) T {
	t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	for {
		value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
		if err != nil && ctx.Err() == nil && strings.Contains(err.Error(), "navigated or closed") {
			continue // the page changed meanwhile: ask the new one
		}
		if err != nil {
			t.Fatalf("evaluate: %v", err)
		}
		return value
	}
}

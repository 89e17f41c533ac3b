package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"
)

// tallest is the height at which a picture is cut.
const tallest = 12000

// camera is one tab of a Chromium of its own.
type camera struct {
	ctx     context.Context
	close   func()
	profile string
}

func (s shape) String() string { return fmt.Sprintf("%d-%s", s.width, s.scheme) }

func openCamera(ctx context.Context) (*camera, error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, fmt.Errorf("no Chromium: it is not installed: on Debian run \"apt-get install chromium\" (%w)", err)
	}
	profile, err := os.MkdirTemp("", "okno-camera-")
	if err != nil {
		return nil, err
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.UserDataDir(profile), chromedp.WSURLReadTimeout(time.Minute),
	}
	for _, flag := range []string{"hide-scrollbars", "disable-dev-shm-usage", "disable-background-networking", "disable-component-update", "disable-sync"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	alloc, stopAlloc := chromedp.NewExecAllocator(ctx, options...)
	tab, stop := chromedp.NewContext(alloc)
	c := &camera{ctx: tab, profile: profile}
	c.close = func() { stop(); stopAlloc(); os.RemoveAll(profile) }
	if err := chromedp.Do(tab); err != nil {
		c.close()
		return nil, fmt.Errorf("start Chromium: %w", err)
	}
	return c, nil
}

// ask runs a JavaScript expression in the page, waits for its promise and returns its value.
func ask[T any](c *camera, expression string) (T, error) {
	ctx, stop := context.WithTimeout(c.ctx, time.Minute)
	defer stop()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// do sends one command of the protocol.
func do[P, R any](c *camera, method cdp.Command[P, R], params P) (R, error) {
	var answer R
	ctx, stop := context.WithTimeout(c.ctx, time.Minute)
	defer stop()
	err := chromedp.Do(ctx, func(ctx context.Context, target *chromedp.Target) (none chromedp.Void, err error) {
		answer, err = cdp.Call(ctx, target, method, params)
		return none, err
	})
	return answer, err
}

// open goes to an address and returns the status of the answer.
func (c *camera) open(address string) (int, error) {
	ctx, stop := context.WithTimeout(c.ctx, time.Minute)
	defer stop()
	answer, err := chromedp.Run(ctx, chromedp.NavigateResponse(address))
	if err != nil || answer == nil {
		return 0, err
	}
	return int(answer.Status), nil
}

// speak chooses a language as the button of the header does.
func (c *camera) speak(portal, lang string) error {
	if _, err := c.open(portal + "/"); err != nil {
		return err
	}
	_, err := ask[int](c, fmt.Sprintf(`fetch("/language/%s", {method: "POST"}).then(r => r.status)`, lang))
	return err
}

// enter forgets the visitor before and signs this one in.
func (c *camera) enter(d *demo, v visitor) error {
	if _, err := do(c, network.ClearBrowserCookies, cdp.Empty{}); err != nil {
		return err
	}
	if v.entry == "" {
		return nil
	}
	name, password, secret, err := d.login(v)
	if err != nil {
		return err
	}
	if err := c.speak(d.Portal, "en"); err != nil {
		return err
	}
	if status, err := c.open(d.Portal + v.entry); err != nil || status != 200 {
		return fmt.Errorf("%s answers %d, %v", v.entry, status, err)
	}
	code := ""
	if secret != "" {
		if code, err = totp.GenerateCode(secret, time.Now()); err != nil {
			return err
		}
	}
	if err := c.fill(name, password, code); err != nil {
		return err
	}
	return c.left(v.entry)
}

// fill types a name, a password and a code into the fields that ask for them by their labels, and presses the first button.
func (c *camera) fill(typed ...string) error {
	words, err := json.Marshal(typed)
	if err != nil {
		return err
	}
	said, err := ask[string](c, fmt.Sprintf(`(() => {
		const typed = %s, labels = [/phone|e-mail|login|work name|number/i, /password/i, /code/i];
		const main = document.querySelector("main");
		for (let i = 0; i < typed.length; i++) {
			if (!typed[i]) continue;
			const label = [...main.querySelectorAll("label")].find(l => labels[i].test(l.textContent) && l.control && !/^(checkbox|radio|hidden)$/.test(l.control.type));
			if (!label) return "no field is labelled " + labels[i] + " among: " + [...main.querySelectorAll("label")].map(l => l.textContent.trim()).join(" | ");
			label.control.value = typed[i];
		}
		const form = main.querySelector("form[method=post]");
		const button = form && form.querySelector("button[type=submit]:not([formaction]), button:not([type])");
		if (!button) return "no button";
		setTimeout(() => button.click(), 0);
		return "";
	})()`, words))
	if err != nil {
		return err
	}
	if said != "" {
		return fmt.Errorf("the sign-in page: %s", said)
	}
	return c.settle()
}

// settle waits until the page that was left is gone and the next has loaded.
func (c *camera) settle() error {
	for range 100 {
		gone, err := ask[bool](c, `new Promise(r => setTimeout(() => r(document.readyState === "complete"), 60))`)
		if err == nil && gone {
			return nil
		}
	}
	return fmt.Errorf("the page does not load")
}

// left fails when the browser still stands on the page of signing in.
func (c *camera) left(entry string) error {
	path, err := ask[string](c, `new Promise(r => setTimeout(() => r(location.pathname), 500))`)
	if err == nil && path == entry {
		said, _ := ask[string](c, `(document.querySelector(".ok-errors, .ds-validation-message, h1") || document.body).innerText`)
		return fmt.Errorf("still on %s after signing in: %s", entry, said)
	}
	return err
}

// shoot writes the whole page as it is in a shape.
func (c *camera) shoot(path string, s shape) error {
	if _, err := do(c, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: s.width, Height: 844, DeviceScaleFactor: 1}); err != nil {
		return err
	}
	features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: s.scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}
	if _, err := do(c, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
		return err
	}
	height, err := ask[float64](c, `document.fonts.ready.then(() => document.documentElement.scrollHeight)`)
	if err != nil {
		return err
	}
	beyond := true
	shot, err := do(c, page.CaptureScreenshot, page.CaptureScreenshotParams{
		CaptureBeyondViewport: &beyond,
		Clip:                  &page.Viewport{Width: float64(s.width), Height: math.Min(height, tallest), Scale: 1},
	})
	if err != nil {
		return err
	}
	return os.WriteFile(path, shot.Data, 0o644)
}

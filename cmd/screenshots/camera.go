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
	if err := c.forget(); err != nil || v.entry == "" {
		return err
	}
	return c.signIn(d, v)
}

// forget ends every session of the browser.
func (c *camera) forget() error {
	_, err := do(c, network.ClearBrowserCookies, cdp.Empty{})
	return err
}

// signIn signs a visitor in; who is signed in at the other desk stays so.
func (c *camera) signIn(d *demo, v visitor) error {
	name, password, code, err := d.login(v)
	if err != nil {
		return err
	}
	if status, err := c.open(d.Portal + v.entry); err != nil || status != 200 {
		return fmt.Errorf("%s answers %d, %v", v.entry, status, err)
	}
	typed := []string{"login", name, "password", password}
	if code != "" {
		typed = append(typed, "code", code)
	}
	if err := c.fill(typed...); err != nil {
		return err
	}
	if err := c.press("#page"); err != nil {
		return err
	}
	return c.left(v.entry)
}

// signOut ends the session that a form of the page ends.
func (c *camera) signOut(form string) error {
	return c.press(fmt.Sprintf("form[action=%q]", form))
}

// fill types values into fields by their names, or by the last parts of them: "field", "value", ... A value of a choice is
// chosen; "*" chooses every tick and the last of a list.
func (c *camera) fill(typed ...string) error {
	words, err := json.Marshal(typed)
	if err != nil {
		return err
	}
	missing, err := ask[string](c, fmt.Sprintf(`(() => {
		const typed = %s || [], fields = [...document.querySelectorAll("main [name]")];
		for (let i = 0; i < typed.length; i += 2) {
			const [name, value] = [typed[i], typed[i + 1]];
			const found = fields.filter(f => f.name === name || f.name.endsWith("." + name) || f.name.endsWith("-" + name));
			if (!found.length) return name + " among " + fields.map(f => f.name).join(" ");
			for (const f of found) {
				if (/^(radio|checkbox)$/.test(f.type)) f.checked = f.checked || value === "*" || f.value === value;
				else f.value = value === "*" && f.options ? f.options[f.options.length - 1].value : value;
			}
		}
		return "";
	})()`, words))
	if err == nil && missing != "" {
		err = fmt.Errorf("there is no field %s", missing)
	}
	return err
}

// attach gives a field an invented portrait: a light field with a darker oval.
func (c *camera) attach(name string) error {
	_, err := ask[int](c, fmt.Sprintf(`(async () => {
		const canvas = Object.assign(document.createElement("canvas"), {width: 600, height: 800}), pen = canvas.getContext("2d");
		pen.fillStyle = "#e6ecf0"; pen.fillRect(0, 0, 600, 800);
		pen.fillStyle = "#967864"; pen.beginPath(); pen.ellipse(300, 400, 150, 266, 0, 0, 7); pen.fill();
		const blob = await new Promise(done => canvas.toBlob(done, "image/jpeg")), files = new DataTransfer();
		files.items.add(new File([blob], "photo.jpg", {type: "image/jpeg"}));
		document.querySelector('[name="%s"]').files = files.files;
		return files.files.length;
	})()`, name))
	return err
}

// press presses the first plain button of a form.
func (c *camera) press(form string) error {
	return c.pressThis(form + " button[type=submit]:not([name]):not([formaction])")
}

// pressThis presses the button that a selector finds, and waits for the page that it leads to.
func (c *camera) pressThis(selector string) error {
	said, err := ask[string](c, fmt.Sprintf(`(() => {
		const button = document.querySelector(%q);
		if (!button) return "no such button";
		window.leaving = true;
		setTimeout(() => button.click(), 0);
		return "";
	})()`, selector))
	if err == nil && said != "" {
		err = fmt.Errorf("%s: %s", selector, said)
	}
	if err != nil {
		return err
	}
	return c.settle()
}

// settle waits until the page that was left is gone and the next has loaded.
func (c *camera) settle() error {
	for range 100 {
		gone, err := ask[bool](c, `new Promise(r => setTimeout(() => r(!window.leaving && document.readyState === "complete"), 40))`)
		if err == nil && gone {
			return nil
		}
	}
	return fmt.Errorf("the page does not load")
}

// left fails when the browser still stands on the page of signing in.
func (c *camera) left(entry string) error {
	path, err := ask[string](c, `location.pathname`)
	if err == nil && path == entry {
		said, _ := ask[string](c, `(document.querySelector(".ok-errors, .ds-validation-message, h1") || document.body).innerText`)
		return fmt.Errorf("still on %s after signing in: %s", entry, said)
	}
	return err
}

// status is how the page that stands open was answered.
func (c *camera) status() (int, error) {
	return ask[int](c, `performance.getEntriesByType("navigation")[0].responseStatus`)
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

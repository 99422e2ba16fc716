package playground_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"attache/briefings/briefingstest"
)

// browser starts a headless Chromium for t, or skips t where there is none.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		briefingstest.Missing(t, "chromium", "no chromium or google-chrome is on the PATH")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-features", "Translate,OptimizationHints,MediaRouter"),
		chromedp.Flag("lang", "en-GB"), chromedp.Flag("hide-scrollbars", true),
	)
	ctx, cancel := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewContext(ctx)
	t.Cleanup(stop)
	// The first run starts the browser, which then lives as long as this context: it takes no deadline.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return ctx
}

// tab is an open page with a profile of its own. It collects what a person would see in the browser's console.
type tab struct {
	*testing.T
	ctx context.Context

	mu       sync.Mutex
	troubles []string
}

// view is how a page is looked at.
type view struct {
	width, height int64
	scale         float64
	dark          bool
	touch         bool
}

var desktop = view{width: 1440, height: 900, scale: 1}
var phone = view{width: 390, height: 844, scale: 2, touch: true}

// open opens address in a new profile. At the end of t the page must have had no error and no violation of its policy.
func open(t *testing.T, browser context.Context, address string, v view) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	p := &tab{T: t, ctx: ctx}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	if err := chromedp.Listen(ctx, p.listen); err != nil {
		t.Fatalf("listen to the tab: %v", err)
	}
	t.Cleanup(func() {
		cancel()
		p.mu.Lock()
		defer p.mu.Unlock()
		if len(p.troubles) > 0 {
			t.Errorf("the console of the page shows:\n%s", strings.Join(p.troubles, "\n"))
		}
	})
	p.look(v)
	p.must("set the zone", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Europe/Paris"})
		return err
	})
	p.must("open "+address, func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.Navigate(address)) })
	p.wait(`document.documentElement.dataset.live === "yes"`)
	return p
}

func (p *tab) listen(ev any) {
	trouble := ""
	switch ev := ev.(type) {
	case *cdplog.EventEntryAdded:
		if ev.Entry.Level == cdplog.EntryLevelError || ev.Entry.Level == cdplog.EntryLevelWarning {
			trouble = fmt.Sprintf("%s (%s): %s %s", ev.Entry.Level, ev.Entry.Source, ev.Entry.Text, ev.Entry.URL)
		}
	case *runtime.EventExceptionThrown:
		trouble = "exception: " + ev.ExceptionDetails.Text
		if ev.ExceptionDetails.Exception != nil {
			trouble += " " + ev.ExceptionDetails.Exception.Description
		}
	case *runtime.EventConsoleAPICalled:
		if ev.Type == "error" || ev.Type == "warning" || ev.Type == "assert" {
			trouble = "console." + string(ev.Type)
			for _, a := range ev.Args {
				trouble += " " + string(a.Value) + a.Description
			}
		}
	}
	if trouble != "" {
		p.mu.Lock()
		p.troubles = append(p.troubles, trouble)
		p.mu.Unlock()
	}
}

// expectTroubles takes what the console shows so far off the account: a test that provokes errors calls it.
func (p *tab) expectTroubles() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.troubles = nil
}

func (p *tab) must(what string, do func(ctx context.Context) error) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 30*time.Second)
	defer cancel()
	if err := do(ctx); err != nil {
		p.Fatalf("%s: %v", what, err)
	}
}

// look changes the size and the colours.
func (p *tab) look(v view) {
	p.Helper()
	colours := "light"
	if v.dark {
		colours = "dark"
	}
	p.must("change the view", func(ctx context.Context) error {
		options := []chromedp.EmulateViewportOption{chromedp.EmulateScale(v.scale)}
		if v.touch {
			options = append(options, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait)
		}
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(v.width, v.height, options...)); err != nil {
			return err
		}
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: colours}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}})
		return err
	})
}

// wait returns once the expression is true in the page.
func (p *tab) wait(expression string) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 20*time.Second)
	defer cancel()
	script := `new Promise((done) => { const look = () => { if (` + expression + `) done(true); else setTimeout(look, 15); }; look(); })`
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script, chromedp.EvalAwaitPromise)); err != nil {
		body, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.body.innerText.slice(0, 3000)`))
		p.Fatalf("it never became true that %s: %v\nthe page reads:\n%s", expression, err, body)
	}
}

// says waits until an element has the words.
func (p *tab) says(selector, words string) {
	p.Helper()
	p.wait(fmt.Sprintf(`[...document.querySelectorAll(%s)].some((e) => e.checkVisibility() && e.innerText.includes(%s))`, strconv.Quote(selector), strconv.Quote(words)))
}

// read evaluates an expression in the page.
func read[T any](p *tab, expression string) T {
	p.Helper()
	var v T
	p.must("read "+expression, func(ctx context.Context) (err error) {
		v, err = chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
		return err
	})
	return v
}

// click presses the first visible element with the words.
func (p *tab) click(selector, words string) {
	p.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll(%s)].find((e) => e.checkVisibility() && !e.disabled && (e.innerText.includes(%[2]s) || (e.ariaLabel ?? "").includes(%[2]s)))`, strconv.Quote(selector), strconv.Quote(words))
	p.wait(find)
	spot := read[[]float64](p, `(() => { const e = `+find+`; e.scrollIntoView({block: "center", behavior: "instant"}); const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()`)
	p.must("click "+selector+" "+words, func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.MouseClickXY(spot[0], spot[1])) })
}

// keys types.
func (p *tab) keys(keys string) {
	p.Helper()
	p.must("type", func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.KeyEvent(keys)) })
}

// press sends one key as a keyboard does. KeyEvent sends the character of Enter on its own, also where the page has taken
// the key for itself.
func (p *tab) press(key string) {
	p.Helper()
	events := kb.Encode([]rune(key)[0])
	down := *events[0]
	if len(events) == 3 { // down, character, up
		down.Text = events[1].Text
	}
	up := down
	up.Type, up.Text = kb.KeyUp, ""
	p.must("press "+down.Key, func(ctx context.Context) error {
		for _, event := range []input.DispatchKeyEventParams{down, up} {
			if _, err := chromedp.Call(ctx, input.DispatchKeyEvent, event); err != nil {
				return err
			}
		}
		return nil
	})
}

// ask writes a line into the composer and sends it.
func (p *tab) ask(text string) {
	p.Helper()
	p.click("#ask", "")
	p.keys(text)
	p.press(kb.Enter)
}

// shoot keeps a screenshot.
func (p *tab) shoot(dir, name string) {
	p.Helper()
	p.must("move the mouse away", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: 4, Y: 4})
		return err
	})
	var raw []byte
	p.must("take a screenshot", func(ctx context.Context) (err error) {
		raw, err = chromedp.Run(ctx, chromedp.CaptureScreenshot())
		return err
	})
	if err := os.WriteFile(filepath.Join(dir, name+".png"), raw, 0o644); err != nil {
		p.Fatal(err)
	}
}

// accessibleNode is what a screen reader is told of an element.
type accessibleNode struct{ role, name string }

// accessible returns the page as a screen reader meets it.
func (p *tab) accessible() []accessibleNode {
	p.Helper()
	var nodes []accessibleNode
	p.must("read the accessibility tree", func(ctx context.Context) error {
		tree, err := chromedp.Call(ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		if err != nil {
			return err
		}
		for _, n := range tree.Nodes {
			if n.Ignored || n.Role == nil {
				continue
			}
			var a accessibleNode
			if err := json.Unmarshal(n.Role.Value, &a.role); err != nil {
				return err
			}
			if n.Name != nil && len(n.Name.Value) > 0 {
				if err := json.Unmarshal(n.Name.Value, &a.name); err != nil {
					return err
				}
			}
			nodes = append(nodes, a)
		}
		return nil
	})
	return nodes
}

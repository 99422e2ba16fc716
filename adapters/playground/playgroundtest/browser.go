// Package playgroundtest looks at the playground as people do: in a real browser, headless, without a person in front.
//
// NewBrowser starts a Chromium; Open opens a page in a profile of its own, and at the end of the test the page must have
// shown no error and no violation of its policy in the console. A Page is used as one would: Click what has these words,
// Keys, Press, Ask, Says. Screenshots takes the pictures of the documentation from a running Attaché.
package playgroundtest

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

// Browser is a running Chromium.
type Browser struct{ ctx context.Context }

// NewBrowser starts a headless Chromium, which ends with t. t is skipped where there is none.
func NewBrowser(t testing.TB) *Browser {
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
	return &Browser{ctx}
}

// Page is an open page with a profile of its own. It collects what a person would see in the browser's console.
type Page struct {
	testing.TB
	ctx context.Context

	mu       sync.Mutex
	troubles []string
}

// View is how a page is looked at.
type View struct {
	Width, Height int64
	Scale         float64 // pixels of the screen for one of the page
	Dark          bool    // the system's colours
	Touch         bool    // a finger instead of a mouse
}

// Desktop is a common screen of a desk.
func Desktop() View { return View{Width: 1440, Height: 900, Scale: 1} }

// Phone is a common phone.
func Phone() View { return View{Width: 390, Height: 844, Scale: 2, Touch: true} }

// InTheDark is v with a system that prefers dark colours.
func (v View) InTheDark() View {
	v.Dark = true
	return v
}

// Open opens the playground at address in a new profile, in Paris.
func (b *Browser) Open(t testing.TB, address string, v View) *Page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	p := &Page{TB: t, ctx: ctx}
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
	p.Look(v)
	p.must("set the zone", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Europe/Paris"})
		return err
	})
	p.must("open "+address, func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.Navigate(address)) })
	p.Wait(`document.documentElement.dataset.live === "yes"`)
	return p
}

// Reload reads the page again.
func (p *Page) Reload() {
	p.Helper()
	p.must("reload", func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.Reload()) })
	p.Wait(`document.documentElement.dataset.live === "yes"`)
}

func (p *Page) listen(ev any) {
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

// ExpectTroubles takes what the console shows so far off the account: a test that provokes errors calls it.
func (p *Page) ExpectTroubles() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.troubles = nil
}

func (p *Page) must(what string, do func(ctx context.Context) error) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, time.Minute)
	defer cancel()
	if err := do(ctx); err != nil {
		p.Fatalf("%s: %v", what, err)
	}
}

// Look changes the size and the colours.
func (p *Page) Look(v View) {
	p.Helper()
	colours := "light"
	if v.Dark {
		colours = "dark"
	}
	p.must("change the view", func(ctx context.Context) error {
		options := []chromedp.EmulateViewportOption{chromedp.EmulateScale(v.Scale)}
		if v.Touch {
			options = append(options, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait)
		}
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(v.Width, v.Height, options...)); err != nil {
			return err
		}
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: colours}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}})
		return err
	})
}

// Wait returns once the expression is true in the page.
func (p *Page) Wait(expression string) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, time.Minute)
	defer cancel()
	script := `new Promise((done) => { const look = () => { if (` + expression + `) done(true); else setTimeout(look, 15); }; look(); })`
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script, chromedp.EvalAwaitPromise)); err != nil {
		body, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.body.innerText.slice(0, 3000)`))
		p.Fatalf("it never became true that %s: %v\nthe page reads:\n%s", expression, err, body)
	}
}

// Says waits until an element has the words.
func (p *Page) Says(selector, words string) {
	p.Helper()
	p.Wait(fmt.Sprintf(`[...document.querySelectorAll(%s)].some((e) => e.checkVisibility() && e.innerText.includes(%s))`, strconv.Quote(selector), strconv.Quote(words)))
}

// Read evaluates an expression in the page.
func Read[T any](p *Page, expression string) T {
	p.Helper()
	var v T
	p.must("read "+expression, func(ctx context.Context) (err error) {
		v, err = chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
		return err
	})
	return v
}

// Click presses the first visible element with the words.
func (p *Page) Click(selector, words string) {
	p.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll(%s)].find((e) => e.checkVisibility() && !e.disabled && (e.innerText.includes(%[2]s) || (e.ariaLabel ?? "").includes(%[2]s)))`, strconv.Quote(selector), strconv.Quote(words))
	p.Wait(find)
	spot := Read[[]float64](p, `(() => { const e = `+find+`; e.scrollIntoView({block: "nearest", behavior: "instant"}); const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()`)
	p.must("click "+selector+" "+words, func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.MouseClickXY(spot[0], spot[1])) })
}

// Keys types.
func (p *Page) Keys(keys string) {
	p.Helper()
	p.must("type", func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.KeyEvent(keys)) })
}

// Press sends one key as a keyboard does. KeyEvent sends the character of Enter on its own, also where the page has taken
// the key for itself.
func (p *Page) Press(key string) {
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

// Ask writes a line into the composer and sends it.
func (p *Page) Ask(text string) {
	p.Helper()
	p.Click("#ask", "")
	p.Keys(text)
	p.Press(kb.Enter)
}

// Shoot keeps a screenshot.
func (p *Page) Shoot(dir, name string) {
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

// Node is what a screen reader is told of an element.
type Node struct{ Role, Name string }

// Accessible returns the page as a screen reader meets it.
func (p *Page) Accessible() []Node {
	p.Helper()
	var nodes []Node
	p.must("read the accessibility tree", func(ctx context.Context) error {
		tree, err := chromedp.Call(ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		if err != nil {
			return err
		}
		for _, n := range tree.Nodes {
			if n.Ignored || n.Role == nil {
				continue
			}
			var a Node
			if err := json.Unmarshal(n.Role.Value, &a.Role); err != nil {
				return err
			}
			if n.Name != nil && len(n.Name.Value) > 0 {
				if err := json.Unmarshal(n.Name.Value, &a.Name); err != nil {
					return err
				}
			}
			nodes = append(nodes, a)
		}
		return nil
	})
	return nodes
}

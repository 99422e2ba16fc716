package bot_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"attache/bot"
	"attache/bot/bottest"
	"attache/bot/digest"
	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
)

// wire is a newsroom with its channels, on one clock that a test moves.
type wire struct {
	t        testing.TB
	engine   *briefings.Engine
	library  *briefings.Shelf
	store    *bottest.Store
	platform *bottest.Platform
	bot      *bot.Bot
	courier  *digest.Courier
	posters  map[string]message.Poster
	clocks   map[string]func() time.Time

	mu sync.Mutex
	at time.Time
}

func (w *wire) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *wire) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

var desk = message.Address{Platform: "slack", Workspace: "T1", Channel: "C1"}

func openWire(t testing.TB, o bottest.PlatformOptions) *wire {
	t.Helper()
	w := &wire{t: t, library: briefings.NewShelf(), store: bottest.NewStore(), at: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)}
	o.Now = w.now
	w.platform = bottest.NewPlatform("slack", o)
	w.posters = map[string]message.Poster{"slack": w.platform.Poster()}
	w.clocks = map[string]func() time.Time{"slack": w.now}
	var err error
	if w.engine, err = briefings.New(briefings.Config{Library: w.library, Now: w.now}); err != nil {
		t.Fatal(err)
	}
	if w.bot, err = bot.New(bot.Config{Newsroom: w.engine, Digests: w.store, Memory: w.store, Managers: []string{"everyone"}, Now: w.now}); err != nil {
		t.Fatal(err)
	}
	w.courier, err = digest.NewCourier(digest.CourierConfig{
		Store: w.store, Posters: w.posters, Now: w.clocks,
		Compose: func(ctx context.Context, a briefings.Assignment) (briefings.Edition, error) {
			return w.alerts().Compose(ctx, a)
		},
		Render: func(s digest.Subscription, d digest.Delivery, e briefings.Edition) *message.Message {
			return present.Edition(e, present.Issue{Subscription: s.ID, Slot: d.Slot})
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// alerts is a desk as a replica that has just started has it.
func (w *wire) alerts() *bot.AlertDesk {
	w.t.Helper()
	d, err := bot.NewAlertDesk(bot.AlertsConfig{Newsroom: w.engine, Board: w.store, Memory: w.store, Posters: w.posters, Now: w.clocks})
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func (w *wire) says(text string) string {
	w.t.Helper()
	r, err := w.bot.Handle(w.t.Context(), bot.Request{Kind: bot.Run, Text: text, Address: desk, User: bot.User{ID: "U1"}})
	if err != nil || r.Message == nil {
		w.t.Fatalf("%s: %v, %v", text, r, err)
	}
	return message.PlainText(r.Message)
}

func (w *wire) reads(id, outlet, title, text string) {
	w.t.Helper()
	if _, _, err := w.engine.Read(w.t.Context(), briefings.Report{
		ID: id, URL: "https://" + outlet + ".example/" + id, Outlet: outlet, Title: title, Text: text, Language: "en", Published: w.now(),
	}); err != nil {
		w.t.Fatal(err)
	}
}

// look has desks look once and couriers deliver, and returns what the channel's own messages say now; notes in threads follow
// their message, indented.
func (w *wire) look(desks ...*bot.AlertDesk) []string {
	w.t.Helper()
	for _, d := range desks {
		if _, err := d.Look(w.t.Context(), "slack"); err != nil {
			w.t.Fatal(err)
		}
	}
	w.deliver()
	return w.shown()
}

func (w *wire) deliver() {
	w.t.Helper()
	if _, err := w.courier.Work(w.t.Context(), "slack"); err != nil {
		w.t.Fatal(err)
	}
}

func (w *wire) shown() []string {
	var out []string
	for _, m := range w.platform.Shown("C1") {
		text := message.PlainText(m.Message)
		if m.Ref.Address.Thread != "" {
			text = "  in a thread: " + text
		}
		out = append(out, text)
	}
	return out
}

func wants(t testing.TB, shown []string, parts ...string) {
	t.Helper()
	if len(shown) != len(parts) {
		t.Fatalf("the channel shows %d messages, want %d:\n%s", len(shown), len(parts), strings.Join(shown, "\n-----\n"))
	}
	for i, want := range parts {
		for w := range strings.SplitSeq(want, "|") {
			if !strings.Contains(shown[i], w) {
				t.Errorf("message %d lacks %q:\n%s", i, w, shown[i])
			}
		}
	}
}

const (
	strait = "Two tankers were stopped in the Strait of Hormuz on Monday, the Iranian navy said. The crews are safe, the ministry in Tehran said. Nine sailors were on board."
	chess  = "A boy of twelve has won the chess tournament of Riga. He beat the master of Latvia in forty moves. The prize is a bicycle."
)

var threaded = bottest.PlatformOptions{Threads: true, Finds: true}

func TestAHitOnTheWatchListIsToldAtOnceAndOnce(t *testing.T) {
	t.Parallel()
	w := openWire(t, threaded)
	w.reads("old", "herald", "Tanker traffic in the Strait of Hormuz grows", "Traffic in the Strait of Hormuz grew by four per cent in February, the port authority said.")
	w.pass(time.Minute)
	w.says("watch add Strait of Hormuz")
	if reply := w.says("watch mode alert"); !strings.Contains(reply, "4 alerts an hour") {
		t.Errorf("the mode is confirmed with: %s", reply)
	}
	one, other := w.alerts(), w.alerts()
	wants(t, w.look(one, other)) // what was reported before is no alert
	w.pass(time.Minute)
	w.reads("chess", "herald", "Boy wins chess tournament", chess)
	w.reads("tankers", "herald", "Two tankers stopped in the Strait of Hormuz", strait)
	shown := w.look(one, other)
	wants(t, shown, "Alert: Strait of Hormuz|Two tankers stopped in the Strait of Hormuz|herald")
	for range 3 { // later, after a restart, and once more
		w.pass(time.Minute)
		wants(t, w.look(one, w.alerts()), "Alert: Strait of Hormuz")
	}
}

func TestAnAlertFollowsItsStory(t *testing.T) {
	t.Parallel()
	w := openWire(t, threaded)
	w.says("watch add Strait of Hormuz")
	w.says("watch mode alert")
	w.pass(time.Minute)
	w.reads("tankers", "herald", "Two tankers stopped in the Strait of Hormuz", strait)
	d := w.alerts()
	w.look(d)
	w.pass(2 * time.Minute)
	w.reads("tankers2", "wire", "Iran frees two tankers stopped in the Strait of Hormuz",
		"Iran freed the two tankers that were stopped in the Strait of Hormuz on Monday, the Iranian navy said. Eleven sailors were on board, the ministry in Tehran said. The crews are safe.")
	wants(t, w.look(d), "Two tankers stopped") // its message was posted a moment ago: it is changed in a while
	w.pass(alertsGap)
	shown := w.look(d, w.alerts())
	wants(t, shown, "Two tankers stopped|Iran frees two tankers|Updated ", "  in a thread: Update,|Iran frees two tankers")
	w.pass(alertsGap)
	wants(t, w.look(d, w.alerts()), "Iran frees", "in a thread")
}

const alertsGap = 10 * time.Minute

func TestAlertsKeepQuietHoursAndSayTheirLimit(t *testing.T) {
	t.Parallel()
	w := openWire(t, threaded)
	w.says("watch add Strait of Hormuz, Panama Canal, Suez, Malacca")
	w.says("watch mode alert")
	w.says("watch limit 2")
	if reply := w.says("watch quiet 11 to 13:30"); !strings.Contains(reply, "11:00 to 13:30") {
		t.Errorf("quiet hours are confirmed with: %s", reply)
	}
	d := w.alerts()
	w.pass(time.Minute)
	w.reads("hormuz", "herald", "Two tankers stopped in the Strait of Hormuz", strait)
	w.reads("panama", "wire", "Drought closes a lock of the Panama Canal", "A lock of the Panama Canal was closed because of the drought, the canal authority said. Thirty ships wait at Colón.")
	w.reads("suez", "post", "Dredger runs aground at Suez", "A dredger ran aground at Suez in a sandstorm, the harbour master said. Tugs from Port Said pull at it.")
	w.reads("malacca", "times", "Pirates board a freighter off Malacca", "Pirates boarded a freighter off Malacca at night and took its radios, the coast guard of Malaysia said.")
	wants(t, w.look(d))
	w.pass(89 * time.Minute)
	shown := w.look(d, w.alerts())
	wants(t, shown, "Alert: ", "Alert: ", "No more alerts for now: 2 alerts in an hour|2 stories wait")
	w.pass(30 * time.Minute)
	wants(t, w.look(d, w.alerts()), "Alert: ", "Alert: ", "No more alerts")
	w.pass(31 * time.Minute)
	wants(t, w.look(d, w.alerts()), "Alert: ", "Alert: ", "No more alerts", "Alert: ", "Alert: ")
}

func TestAnAlertSurvivesKillsAndUnknownResults(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]bottest.Fault{
		"it arrived and nobody heard": bottest.AnswerLost(), "it did not arrive": bottest.RequestLost(), "the platform was busy": bottest.RateLimited(time.Minute), "the poster broke": {Panics: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := openWire(t, threaded)
			w.says("watch add Strait of Hormuz")
			w.says("watch mode alert")
			w.pass(time.Minute)
			w.reads("tankers", "herald", "Two tankers stopped in the Strait of Hormuz", strait)
			w.platform.Script(fault)
			for range 6 {
				w.look(w.alerts(), w.alerts())
				w.pass(time.Minute)
			}
			wants(t, w.shown(), "Alert: Strait of Hormuz")
		})
	}
}

func TestWhatWasAlertedIsNotNewInTheNextDigest(t *testing.T) {
	t.Parallel()
	w := openWire(t, threaded)
	w.says("digest add now daily 13:00 UTC about everything")
	w.says("watch add Strait of Hormuz")
	w.says("watch mode alert")
	w.pass(time.Minute)
	w.reads("tankers", "herald", "Two tankers stopped in the Strait of Hormuz", strait)
	w.reads("chess", "herald", "Boy wins chess tournament", chess)
	d := w.alerts()
	w.look(d)
	w.pass(time.Hour)
	clock, err := digest.NewClock(digest.ClockConfig{Store: w.store, Platforms: w.clocks})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := clock.Tick(t.Context(), "slack"); err != nil {
		t.Fatal(err)
	}
	w.deliver()
	shown := w.look(d)
	wants(t, shown, "Alert: Strait of Hormuz", "Boy wins chess tournament")
	if strings.Contains(shown[1], "tankers") {
		t.Errorf("the digest tells again what was alerted:\n%s", shown[1])
	}
	if s := w.says("digest list"); strings.Contains(s, "notices") {
		t.Errorf("the line of notices is listed as a digest: %s", s)
	}
	if got := w.says("watch mode digest"); !strings.Contains(got, "waits for the digest") {
		t.Errorf("going back is confirmed with: %s", got)
	}
	w.pass(time.Minute)
	w.reads("again", "post", "Frigate sent to the Strait of Hormuz", "Norway sends a frigate to the Strait of Hormuz, the defence minister said in Oslo.")
	wants(t, w.look(d, w.alerts()), "Alert", "Boy wins")
}

func TestWithoutEditsAndThreadsAnAlertStandsAlone(t *testing.T) {
	t.Parallel()
	w := openWire(t, bottest.PlatformOptions{Finds: true})
	w.posters["slack"] = struct{ message.Poster }{w.platform.Poster()} // hides that it can edit
	w.says("watch add Strait of Hormuz")
	w.says("watch mode alert")
	w.pass(time.Minute)
	w.reads("tankers", "herald", "Two tankers stopped in the Strait of Hormuz", strait)
	d := w.alerts()
	w.look(d)
	w.pass(time.Hour)
	w.reads("tankers2", "wire", "Iran frees two tankers stopped in the Strait of Hormuz",
		"Iran freed the two tankers that were stopped in the Strait of Hormuz on Monday, the Iranian navy said. Eleven sailors were on board.")
	wants(t, w.look(d), "Two tankers stopped")
}

func TestWatchCommandsSayWhatTheyCannotRead(t *testing.T) {
	t.Parallel()
	w := openWire(t, threaded)
	for _, row := range [][2]string{
		{"watch mode loudly", "watch mode alert"}, {"watch quiet at night", "22:00-07:00"}, {"watch quiet 7-7", "can’t be read"}, {"watch limit many", "from 1 to 60"},
		{"watch limit 61", "from 1 to 60"}, {"watch quiet off", "no quiet hours"}, {"watch mode alert", "at most 4"}, {"watch limit 1", "1 alert an hour"},
	} {
		if reply := w.says(row[0]); !strings.Contains(reply, row[1]) {
			t.Errorf("%s: %s", row[0], reply)
		}
	}
	w.says("watch add Suez")
	if list := w.says("watch list"); !strings.Contains(list, "Suez") || !strings.Contains(list, "an hour") {
		t.Errorf("the list is %s", list)
	}
}

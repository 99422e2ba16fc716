package bot_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"attache/bot"
	"attache/bot/bottest"
	"attache/bot/message"
	"attache/briefings"
)

// counted counts how often alerts are composed.
type counted struct {
	*briefings.Engine
	composed atomic.Int64
}

func (c *counted) Compose(ctx context.Context, a briefings.Assignment) (briefings.Edition, error) {
	c.composed.Add(1)
	return c.Engine.Compose(ctx, a)
}

// watching sets up channels that watch a ship of their own, and a desk that has looked at all of them.
func watching(t testing.TB, w *wire, channels int) (*counted, *bot.AlertDesk) {
	t.Helper()
	for i := range channels {
		at := message.Address{Platform: "slack", Workspace: "T1", Channel: fmt.Sprint("C", i+1)}
		for _, text := range []string{fmt.Sprintf("watch add tanker Number%d", i+1), "watch mode alert"} {
			if _, err := w.bot.Handle(t.Context(), bot.Request{Kind: bot.Run, Text: text, Address: at, User: bot.User{ID: fmt.Sprint("U", i)}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.pass(time.Minute)
	room := &counted{Engine: w.engine}
	d, err := bot.NewAlertDesk(bot.AlertsConfig{Newsroom: room, Board: w.store, Memory: w.store, Posters: w.posters, Now: w.clocks})
	if err != nil {
		t.Fatal(err)
	}
	w.look(d)
	room.composed.Store(0)
	return room, d
}

func TestAnArticleIsComposedForThoseWhoWatchForItAlone(t *testing.T) {
	t.Parallel()
	w := openWire(t, threaded)
	room, d := watching(t, w, 12)
	w.reads("chess", "post", "Boy wins chess tournament", chess)
	w.look(d)
	if n := room.composed.Load(); n != 0 {
		t.Errorf("alerts were composed %d times for an article that nobody watches for", n)
	}
	w.pass(time.Second)
	w.reads("tanker", "post", "Tanker Number1 runs aground", "The tanker Number1 ran aground off Bergen on Monday, the coast guard said. Nobody was hurt.")
	wants(t, w.look(d), "Alert: tanker Number1")
	if n := room.composed.Load(); n != 1 {
		t.Errorf("alerts were composed %d times for an article that one channel watches for", n)
	}
	// A list that changes is looked at in full, however quiet the wire is.
	w.says("watch add chess")
	w.pass(time.Minute)
	w.reads("chess2", "herald", "Chess: the boy of Riga plays on", "The boy who won the chess tournament of Riga plays on in Oslo. He has lost no game.")
	wants(t, w.look(d), "Alert: tanker Number1", "Alert: chess")
}

// BenchmarkAlerts looks at 1,000 channels with a watch list each when an article has come that none of them watches for.
func BenchmarkAlerts(b *testing.B) {
	w := openWire(b, bottest.PlatformOptions{Threads: true, Finds: true})
	_, d := watching(b, w, 1000)
	n := 0
	for b.Loop() {
		b.StopTimer()
		n++
		w.pass(time.Second)
		w.reads(fmt.Sprint("n", n), "post", fmt.Sprint("Boy wins chess tournament ", n), fmt.Sprintf("%s It was game %d.", chess, n))
		b.StartTimer()
		if _, err := d.Look(b.Context(), "slack"); err != nil {
			b.Fatal(err)
		}
	}
}

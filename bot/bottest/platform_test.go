package bottest_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"attache/bot/bottest"
	"attache/bot/message"
)

var channel = message.Address{Platform: "chat", Workspace: "T1", Channel: "C1"}

func post(t testing.TB, p *bottest.Platform, key string) (message.Ref, error) {
	t.Helper()
	return p.Poster().Post(t.Context(), channel, &message.Message{Gist: key}, key)
}

func wantClass(t testing.TB, what string, err error, want message.Class) {
	t.Helper()
	got := message.Class("")
	if err != nil {
		got = message.ClassOf(err)
	}
	if got != want {
		t.Errorf("%s: got %q (%v), want %q", what, got, err, want)
	}
}

func TestPlatformMakesTheFaultsItIsTold(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault bottest.Fault
		class message.Class
		shown int
	}{
		{"none", bottest.Fault{}, "", 1},
		{"the answer is lost", bottest.AnswerLost(), message.Unknown, 1},
		{"the request is lost", bottest.RequestLost(), message.Unknown, 0},
		{"rate limited", bottest.RateLimited(time.Second), message.Later, 0},
		{"refused", bottest.Refuses("too_long"), message.Refused, 0},
		{"gone", bottest.Gone("is_archived"), message.Gone, 0},
	} {
		p := bottest.NewPlatform("chat", bottest.PlatformOptions{})
		p.Script(tt.fault)
		_, err := post(t, p, "k")
		wantClass(t, tt.name, err, tt.class)
		if n := len(p.Shown("C1")); n != tt.shown {
			t.Errorf("%s: %d messages are shown, want %d", tt.name, n, tt.shown)
		}
	}
}

func TestPlatformShowsALateMessageLate(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.March, 2, 8, 0, 0, 0, time.UTC)
	p := bottest.NewPlatform("chat", bottest.PlatformOptions{Finds: true, Now: func() time.Time { return now }})
	p.Script(bottest.ArrivesLate(10 * time.Second))
	_, err := post(t, p, "k")
	wantClass(t, "a late message", err, message.Unknown)
	finder := p.Poster().(message.Finder)
	for _, want := range []bool{false, true} {
		ref, found, err := finder.Find(t.Context(), channel, "k", now.Add(-time.Minute))
		if err != nil || found != want || found != (ref.ID != "") {
			t.Errorf("at %s: found %t (%q, error %v), want %t", now, found, ref.ID, err, want)
		}
		now = now.Add(10 * time.Second)
	}
	if _, found, _ := finder.Find(t.Context(), channel, "k", now.Add(time.Minute)); found {
		t.Error("a message was found although it is older than was asked for")
	}
	p.Blind(true)
	_, _, err = finder.Find(t.Context(), channel, "k", now)
	wantClass(t, "a blind search", err, message.Gone)
}

func TestPlatformReturnsTheFirstMessageWithinItsWindow(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.March, 2, 8, 0, 0, 0, time.UTC)
	p := bottest.NewPlatform("chat", bottest.PlatformOptions{Window: time.Minute, Now: func() time.Time { return now }})
	first, err := post(t, p, "k")
	wantClass(t, "the first", err, "")
	now = now.Add(time.Minute)
	if again, err := post(t, p, "k"); err != nil || again != first {
		t.Errorf("the same key within the window is %v (error %v), want %v", again, err, first)
	}
	now = now.Add(time.Second)
	if again, err := post(t, p, "k"); err != nil || again == first {
		t.Errorf("the same key after the window is %v (error %v), want a new message", again, err)
	}
	if n := p.Counts()["C1 k"]; n != 2 {
		t.Errorf("the key is shown %d times, want 2", n)
	}
}

func TestPlatformCountsTheImpatient(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.March, 2, 8, 0, 0, 0, time.UTC)
	p := bottest.NewPlatform("chat", bottest.PlatformOptions{Now: func() time.Time { return now }})
	p.Script(bottest.RateLimited(10 * time.Second))
	_, err := post(t, p, "k")
	wantClass(t, "the first", err, message.Later)
	now = now.Add(4 * time.Second)
	_, err = post(t, p, "k")
	if wantClass(t, "too soon", err, message.Later); message.RetryAfter(err) != 6*time.Second || p.Impatient() != 1 {
		t.Errorf("too soon: asked to wait %s, counted %d", message.RetryAfter(err), p.Impatient())
	}
	now = now.Add(6 * time.Second)
	_, err = post(t, p, "k")
	wantClass(t, "in time", err, "")
}

func TestPlatformHangsUntilTheContextEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := bottest.NewPlatform("chat", bottest.PlatformOptions{})
		p.Script(bottest.Hangs(true))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		_, err := p.Poster().Post(ctx, channel, &message.Message{Gist: "k"}, "k")
		wantClass(t, "a hang", err, message.Unknown)
		if took := time.Since(start); took != 10*time.Second || len(p.Shown("")) != 1 {
			t.Errorf("it took %s and shows %d messages", took, len(p.Shown("")))
		}
	})
}

func TestPlatformHasTheDoorsOfItsOptions(t *testing.T) {
	t.Parallel()
	for _, finds := range []bool{false, true} {
		for _, window := range []time.Duration{0, time.Minute} {
			for _, threads := range []bool{false, true} {
				p := bottest.NewPlatform("chat", bottest.PlatformOptions{Finds: finds, Window: window, Threads: threads}).Poster()
				_, isFinder := p.(message.Finder)
				_, isDeduplicator := p.(message.Deduplicator)
				_, isThreader := p.(message.Threader)
				_, isEditor := p.(message.Editor)
				if isFinder != finds || isDeduplicator != (window > 0) || isThreader != threads || !isEditor {
					t.Errorf("finds %t, window %s, threads %t: the poster finds %t, deduplicates %t, threads %t, edits %t",
						finds, window, threads, isFinder, isDeduplicator, isThreader, isEditor)
				}
			}
		}
	}
}

func TestPlatformSplitsAndRefusesByBlocks(t *testing.T) {
	t.Parallel()
	p := bottest.NewPlatform("chat", bottest.PlatformOptions{Blocks: 2})
	m := &message.Message{Gist: "three", Blocks: []message.Block{message.Divider{}, message.Divider{}, message.Divider{}}}
	if list := p.Poster().Fit(m); len(list) != 2 || len(list[0].Blocks) != 2 || len(list[1].Blocks) != 1 {
		t.Errorf("three blocks are fitted into %d messages", len(list))
	}
	_, err := p.Poster().Post(t.Context(), channel, m, "k")
	wantClass(t, "three blocks at once", err, message.Refused)
}

func TestPlatformEditsAndDeletes(t *testing.T) {
	t.Parallel()
	p := bottest.NewPlatform("chat", bottest.PlatformOptions{})
	ref, err := post(t, p, "k")
	wantClass(t, "posting", err, "")
	edit := p.Poster().(message.Editor).Edit
	wantClass(t, "editing", edit(t.Context(), ref, &message.Message{Gist: "edited"}), "")
	if got := p.Shown("")[0].Message.Gist; got != "edited" {
		t.Errorf("the message says %q after an edit", got)
	}
	p.Delete(ref)
	wantClass(t, "editing what is deleted", edit(t.Context(), ref, &message.Message{Gist: "again"}), message.Gone)
	p.Close("C1", "is_archived")
	_, err = post(t, p, "k")
	wantClass(t, "posting to a closed channel", err, message.Gone)
}

package briefings_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"attache/briefings"
	"attache/briefings/briefingstest"
)

// wire is a Fetcher whose sources say what a test tells them to.
type wire struct {
	mu    sync.Mutex
	polls []briefings.Source
	poll  func(ctx context.Context, s briefings.Source) ([]briefings.Report, briefings.Source, error)
}

func (w *wire) Page(context.Context, string) (briefings.Report, error) {
	return briefings.Report{}, errors.New("no pages here")
}

func (w *wire) Poll(ctx context.Context, s briefings.Source) ([]briefings.Report, briefings.Source, error) {
	w.mu.Lock()
	w.polls = append(w.polls, s)
	w.mu.Unlock()
	return w.poll(ctx, s)
}

// saver is an engine that keeps reports as they are.
type saver struct{ library briefings.Library }

func (s saver) Read(ctx context.Context, r briefings.Report) (briefings.Article, bool, error) {
	if strings.TrimSpace(r.Text) == "" {
		return briefings.Article{}, false, fmt.Errorf("read %s: %w", r.URL, briefings.ErrEmpty)
	}
	return s.library.Save(ctx, briefings.Article{Report: r, Hash: r.Text})
}

var gatherStart = time.Date(2024, 2, 20, 8, 0, 0, 0, time.UTC)

// listing is two reports, newest first, as a source lists them.
func listing(s briefings.Source) []briefings.Report {
	return []briefings.Report{
		{ID: s.ID + "-2", URL: s.URL + "/2", Title: "Second", Text: "The second.", Published: gatherStart.Add(-time.Hour)},
		{ID: s.ID + "-1", URL: s.URL + "/1", Title: "First", Text: "The first.", Published: gatherStart.Add(-2 * time.Hour)},
	}
}

func newGatherer(t *testing.T, w *wire, now func() time.Time, sources ...briefings.Source) (*briefings.Gatherer, briefings.Library) {
	t.Helper()
	library := briefingstest.NewLibrary()
	for _, s := range sources {
		if err := library.SaveSource(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	g, err := briefings.NewGatherer(briefings.GathererConfig{Engine: saver{library}, Library: library, Fetcher: w, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return g, library
}

func keptSource(t *testing.T, l briefings.Library, id string) briefings.Source {
	t.Helper()
	all, err := l.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(s briefings.Source) bool { return s.ID == id })
	if i < 0 {
		t.Fatalf("no source %s among %+v", id, all)
	}
	return all[i]
}

func TestGatheringReadsWhatIsDueOnce(t *testing.T) {
	t.Parallel()
	now := gatherStart
	w := &wire{poll: func(_ context.Context, s briefings.Source) ([]briefings.Report, briefings.Source, error) {
		if s.Etag == "v1" {
			return nil, s, nil
		}
		s.Etag, s.Title, s.NextAt = "v1", "Title of "+s.ID, now.Add(30*time.Minute)
		return append(listing(s), briefings.Report{ID: "empty", URL: s.URL}), s, nil
	}}
	g, library := newGatherer(t, w, func() time.Time { return now },
		briefings.Source{ID: "a", URL: "https://a.example", Owner: "bench/w/c"}, briefings.Source{ID: "later", URL: "https://l.example", NextAt: now.Add(time.Minute)},
		briefings.Source{ID: "paused", URL: "https://p.example", Paused: true})
	n, err := g.Once(t.Context())
	if err != nil || n != 2 {
		t.Fatalf("gathered %d, %v; want 2", n, err)
	}
	got := keptSource(t, library, "a")
	want := briefings.Source{ID: "a", URL: "https://a.example", Owner: "bench/w/c", Title: "Title of a", Etag: "v1", Checked: now, NextAt: now.Add(30 * time.Minute), Begun: now, Newest: gatherStart.Add(-time.Hour)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("source (-want +got):\n%s", diff)
	}
	articles, err := library.Since(t.Context(), 0, 10)
	if err != nil || len(articles) != 2 || articles[0].ID != "a-1" || articles[1].Source != "https://a.example" {
		t.Errorf("kept %+v, %v; want the oldest first, with its source", articles, err)
	}
	if !articles[0].Published.Equal(gatherStart.Add(-2 * time.Hour)) {
		t.Error("a report lost its date")
	}
	if n, err := g.Once(t.Context()); err != nil || n != 0 || len(w.polls) != 1 {
		t.Errorf("again at once: %d new, %v, %d polls", n, err, len(w.polls))
	}
	now = now.Add(time.Hour)
	if n, err := g.Once(t.Context()); err != nil || n != 2 || len(w.polls) != 3 {
		t.Errorf("an hour later: %d new, %v, %d polls; want the 2 of the source that was due later, and none of the other", n, err, len(w.polls))
	}
}

func TestAFailingSourceSaysSinceWhenAndIsTriedLater(t *testing.T) {
	t.Parallel()
	now := gatherStart
	var fail error
	w := &wire{poll: func(_ context.Context, s briefings.Source) ([]briefings.Report, briefings.Source, error) {
		if fail != nil {
			return nil, briefings.Source{}, fail
		}
		return listing(s), s, nil
	}}
	g, library := newGatherer(t, w, func() time.Time { return now }, briefings.Source{ID: "a", URL: "https://a.example", Title: "A"})
	fail = errors.New("the server answered 503")
	since := now
	last := now
	for try := range 20 {
		if _, err := g.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		s := keptSource(t, library, "a")
		if s.Failing != "the server answered 503" || !s.Since.Equal(since) || s.Title != "A" {
			t.Fatalf("try %d: %+v", try, s)
		}
		wait := s.NextAt.Sub(now)
		if wait < 5*time.Minute || wait > 6*time.Hour {
			t.Fatalf("try %d: next in %v", try, wait)
		}
		last, now = now, s.NextAt
	}
	if now.Sub(last) != 6*time.Hour {
		t.Errorf("after two days it is tried every %v, want 6 h", now.Sub(last))
	}
	fail = nil
	if n, err := g.Once(t.Context()); err != nil || n != 2 {
		t.Fatalf("gathered %d, %v", n, err)
	}
	if s := keptSource(t, library, "a"); s.Failing != "" || !s.Since.IsZero() {
		t.Errorf("after it came back: %+v", s)
	}
}

func TestAPanicAndAStallAreOnlyThatSourcesTrouble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{poll: func(ctx context.Context, s briefings.Source) ([]briefings.Report, briefings.Source, error) {
			switch s.ID {
			case "panics":
				panic("index out of range")
			case "stalls":
				<-ctx.Done()
				return nil, s, ctx.Err()
			}
			return listing(s), s, nil
		}}
		g, library := newGatherer(t, w, time.Now, briefings.Source{ID: "panics"}, briefings.Source{ID: "stalls"}, briefings.Source{ID: "fine", URL: "https://f.example"})
		if n, err := g.Once(t.Context()); err != nil || n != 2 {
			t.Errorf("gathered %d, %v; want the 2 of the source that is fine", n, err)
		}
		if s := keptSource(t, library, "panics"); s.Failing != "it could not be understood" {
			t.Errorf("a panic is told as %q", s.Failing)
		}
		if s := keptSource(t, library, "stalls"); s.Failing != "the source took too long to answer" {
			t.Errorf("a stall is told as %q", s.Failing)
		}
	})
}

func TestASourceThatIsRemovedWhileItIsPolledStaysRemoved(t *testing.T) {
	t.Parallel()
	var g *briefings.Gatherer
	w := &wire{}
	g, library := newGatherer(t, w, func() time.Time { return gatherStart }, briefings.Source{ID: "a", URL: "https://a.example"})
	w.poll = func(ctx context.Context, s briefings.Source) ([]briefings.Report, briefings.Source, error) {
		return listing(s), s, g.RemoveSource(ctx, "a")
	}
	if _, err := g.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	if all, err := library.Sources(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("kept %+v, %v", all, err)
	}
}

func TestFollowKeepsWhatAnswersAndNothingElse(t *testing.T) {
	t.Parallel()
	w := &wire{poll: func(_ context.Context, s briefings.Source) ([]briefings.Report, briefings.Source, error) {
		if s.URL != "https://a.example" {
			return nil, s, errors.New("that address has no feed")
		}
		s.Title, s.URL, s.Etag = "A", "https://a.example/feed", "v1"
		return listing(s), s, nil
	}}
	g, library := newGatherer(t, w, func() time.Time { return gatherStart })
	kept, n, err := g.Follow(t.Context(), briefings.Source{ID: "a", URL: "https://a.example", Owner: "bench/w/c"})
	if err != nil || n != 2 {
		t.Fatalf("followed %+v, %d, %v", kept, n, err)
	}
	want := briefings.Source{ID: "a", URL: "https://a.example/feed", Title: "A", Etag: "v1", Owner: "bench/w/c", Added: gatherStart, Checked: gatherStart, NextAt: gatherStart.Add(15 * time.Minute), Begun: gatherStart, Newest: gatherStart.Add(-time.Hour)}
	if diff := cmp.Diff(want, keptSource(t, library, "a")); diff != "" {
		t.Errorf("source (-want +got):\n%s", diff)
	}
	if _, _, err := g.Follow(t.Context(), briefings.Source{ID: "b", URL: "https://b.example"}); err == nil || err.Error() != "that address has no feed" {
		t.Errorf("error %v", err)
	}
	if all, _ := g.Sources(t.Context()); len(all) != 1 {
		t.Errorf("kept %+v", all)
	}
	if err := g.RemoveSource(t.Context(), "nothing"); !errors.Is(err, briefings.ErrNotFound) {
		t.Errorf("removing nothing: %v", err)
	}
}

func TestGatheringGoesOnUntilItIsStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{poll: func(_ context.Context, s briefings.Source) ([]briefings.Report, briefings.Source, error) {
			return nil, s, nil
		}}
		g, _ := newGatherer(t, w, time.Now, briefings.Source{ID: "a", URL: "https://a.example"})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- g.Run(ctx) }()
		time.Sleep(time.Hour + time.Minute) // a bubble's clock
		stop()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
		if n := len(w.polls); n != 5 {
			t.Errorf("polled %d times in an hour, want 5", n)
		}
	})
}

func TestHostsArePolledSideBySideAndEachOneAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		now, most := map[string]int{}, map[string]int{}
		w := &wire{poll: func(_ context.Context, s briefings.Source) ([]briefings.Report, briefings.Source, error) {
			host, _, _ := strings.Cut(strings.TrimPrefix(s.URL, "https://"), "/")
			mu.Lock()
			for _, k := range []string{host, "all"} {
				now[k]++
				most[k] = max(most[k], now[k])
			}
			mu.Unlock()
			time.Sleep(time.Second) // a bubble's clock
			mu.Lock()
			now[host]--
			now["all"]--
			mu.Unlock()
			return nil, s, nil
		}}
		var sources []briefings.Source
		for i := range 40 {
			host := fmt.Sprintf("https://h%d.example", i%10)
			sources = append(sources, briefings.Source{ID: fmt.Sprint(i), URL: fmt.Sprintf("%s/%d", host, i)})
		}
		g, _ := newGatherer(t, w, time.Now, sources...)
		began := time.Now()
		if _, err := g.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(w.polls) != 40 {
			t.Errorf("%d polls, want 40", len(w.polls))
		}
		for host, n := range most {
			if host != "all" && n != 1 {
				t.Errorf("%s was asked %d questions at once", host, n)
			}
		}
		if most["all"] != 8 {
			t.Errorf("%d sources were polled at once, want 8", most["all"])
		}
		if took := time.Since(began); took != 8*time.Second {
			t.Errorf("ten hosts of four sources, eight at a time, took %v, want 8 s", took)
		}
	})
}

func TestASlowHostHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		polls := map[string]int{}
		w := &wire{poll: func(ctx context.Context, s briefings.Source) ([]briefings.Report, briefings.Source, error) {
			mu.Lock()
			polls[s.ID]++
			mu.Unlock()
			if strings.HasPrefix(s.ID, "slow") {
				<-ctx.Done()
				return nil, s, ctx.Err()
			}
			s.NextAt = time.Now().Add(5 * time.Minute)
			return nil, s, nil
		}}
		sources := []briefings.Source{{ID: "fine", URL: "https://fine.example/feed"}}
		for i := range 300 {
			sources = append(sources, briefings.Source{ID: fmt.Sprint("slow", i), URL: fmt.Sprintf("https://slow.example/%d", i)})
		}
		g, _ := newGatherer(t, w, time.Now, sources...)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- g.Run(ctx) }()
		time.Sleep(time.Hour + time.Minute) // a bubble's clock
		stop()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
		if polls["fine"] != 13 {
			t.Errorf("the source that answers was polled %d times in an hour, want 13", polls["fine"])
		}
	})
}

func TestAPersonsChangeSurvivesThePollUnderWay(t *testing.T) {
	t.Parallel()
	w := &wire{}
	g, library := newGatherer(t, w, func() time.Time { return gatherStart }, briefings.Source{ID: "a", URL: "https://a.example"})
	w.poll = func(ctx context.Context, s briefings.Source) ([]briefings.Report, briefings.Source, error) {
		_, err := g.Change(ctx, "a", func(s *briefings.Source) { s.Paused, s.Reviewed = true, gatherStart })
		s.Title = "A"
		return nil, s, err
	}
	if _, err := g.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := keptSource(t, library, "a"); !s.Paused || !s.Reviewed.Equal(gatherStart) || s.Title != "A" || s.Begun.IsZero() {
		t.Errorf("kept %+v", s)
	}
	if _, err := g.Change(t.Context(), "nothing", func(*briefings.Source) {}); !errors.Is(err, briefings.ErrNotFound) {
		t.Errorf("changing nothing: %v", err)
	}
}

func TestAPreviewKeepsNothing(t *testing.T) {
	t.Parallel()
	list := &briefings.ListError{Title: "L", Sources: []briefings.Source{{URL: "https://b.example"}}}
	w := &wire{poll: func(_ context.Context, s briefings.Source) ([]briefings.Report, briefings.Source, error) {
		if s.URL == "https://list.example" {
			return nil, s, list
		}
		s.URL, s.Title = s.URL+"/feed", "A"
		return listing(s), s, nil
	}}
	g, library := newGatherer(t, w, func() time.Time { return gatherStart })
	p, err := g.Preview(t.Context(), briefings.Source{URL: "https://a.example"})
	if err != nil || p.Source.Title != "A" || p.Source.URL != "https://a.example/feed" || len(p.Reports) != 2 {
		t.Errorf("preview %+v, %v", p, err)
	}
	if _, err := g.Preview(t.Context(), briefings.Source{URL: "https://list.example"}); !errors.Is(err, list) {
		t.Errorf("the preview of a list: %v", err)
	}
	sources, _ := library.Sources(t.Context())
	articles, _ := library.Since(t.Context(), 0, 10)
	if len(sources)+len(articles) != 0 {
		t.Errorf("kept %+v and %d articles", sources, len(articles))
	}
}

// reader is a wire whose reports have pages.
type reader struct {
	*wire
	read []string
}

func (r *reader) Whole(_ context.Context, short briefings.Report) (briefings.Report, error) {
	r.read = append(r.read, short.Title)
	if strings.HasSuffix(short.Title, " 1") {
		panic("a page that breaks the reader")
	}
	short.Text = strings.Repeat("The page says more than the feed does about this. ", 10)
	return short, nil
}

func TestPagesOfAFeedInShortAreReadWithinBounds(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	listed := func(from, to int) []briefings.Report {
		var out []briefings.Report
		for n := to; n >= from; n-- {
			out = append(out, briefings.Report{URL: fmt.Sprintf("https://a.example/%d", n), Title: fmt.Sprintf("Report number %d", n), Text: "In short.", Published: now})
		}
		out[0].Text = strings.Repeat("A feed that has the whole text needs no page. ", 40)
		return out
	}
	reports := listed(0, 40)
	w := &reader{wire: &wire{poll: func(_ context.Context, s briefings.Source) ([]briefings.Report, briefings.Source, error) {
		return reports, s, nil
	}}}
	library := briefings.NewShelf()
	engine, err := briefings.New(briefings.Config{Library: library, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	g, err := briefings.NewGatherer(briefings.GathererConfig{Engine: engine, Library: library, Fetcher: w, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	if _, n, err := g.Follow(t.Context(), briefings.Source{ID: "a", URL: "https://a.example/rss"}); err != nil || n != 41 {
		t.Fatalf("%d reports, %v", n, err)
	}
	if len(w.read) != 10 || w.read[0] != "Report number 39" || w.read[9] != "Report number 30" {
		t.Errorf("of the first list the pages of %q were read", w.read)
	}
	// Of what it lists next the newest are read from their pages, and none again.
	w.read, now, reports = nil, now.Add(6*time.Hour+time.Second), append(listed(41, 80), reports...)
	if n, err := g.Once(t.Context()); err != nil || n != 40 {
		t.Fatalf("%d reports are new, %v", n, err)
	}
	if len(w.read) != 30 || w.read[0] != "Report number 79" || w.read[29] != "Report number 50" {
		t.Errorf("of the next list the pages of %q were read", w.read)
	}
	w.read, now, reports = nil, now.Add(6*time.Hour+time.Second), append(listed(1, 2)[1:], reports[:20]...)
	reports[0].URL, reports[0].Title = "https://a.example/new/1", "Report number 81, part 1"
	if n, err := g.Once(t.Context()); err != nil || n != 1 || len(w.read) != 1 {
		t.Errorf("a page that breaks the reader: %d reports are new, %v, read %q", n, err, w.read)
	}
}

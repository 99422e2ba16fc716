package briefingstest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"attache/briefings"
)

// Library is the suite that every Library passes. open returns a new, empty one and sees to it (t.Cleanup) that it is
// closed.
func Library(t *testing.T, open func(t testing.TB) briefings.Library) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(t *testing.T, l briefings.Library)
	}{
		{"a new library is empty", libraryIsEmpty},
		{"an article comes back as it was saved", articleComesBack},
		{"the same text twice is kept once", sameTextIsKeptOnce},
		{"a changed text is a new revision", changedTextIsRevision},
		{"since walks every revision in order", sinceWalksInOrder},
		{"what a caller changes stays with the caller", callersDontShare},
		{"many savers agree on one revision", saversAgree},
		{"many readers beside a saver", readersBesideSaver},
		{"whose an article is to see", sightings},
		{"no article is ever without an owner", everyArticleIsSighted},
		{"sources keep their order and are replaced in place", sourcesKeepOrder},
		{"a poll leaves what people decided", pollLeavesDecisions},
		{"a removed source leaves its articles", removedSourceLeavesArticles},
		{"a cancelled context is an error", cancelledContextIsError},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, open(t))
		})
	}
}

// sameArticle compares articles: an absent list is an empty one, and an instant is the same in every zone. Seq is the
// library's own.
var sameArticle = cmp.Options{
	cmpopts.EquateEmpty(),
	cmpopts.IgnoreFields(briefings.Article{}, "Seq"),
	cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) && a.IsZero() == b.IsZero() }),
}

// entry is an article with every field set, in more than one script.
func entry(id, text string) briefings.Article {
	text = "Первый абзац, “quoted”.\n\n" + text
	cut := strings.Index(text, "\n\n")
	return briefings.Article{
		Report: briefings.Report{
			ID: id, URL: "https://example.org/" + id, Title: "Title of " + id + " — 북한", Outlet: "The Example",
			Byline: "A. Reporter", Language: "en-GB", Label: "state media, Ruritania",
			Published: time.Date(2024, 2, 20, 7, 30, 15, 250e6, time.UTC), DateOnly: true,
			Text: text, Source: "https://example.org/feed", Origin: "first", Backlog: true, Unreviewed: true,
			Picture: briefings.Picture{URL: "https://example.org/p.jpg", Credit: "A. Photographer/Example", Alt: "A ship — 배"},
		},
		Revision:  1,
		Read:      time.Date(2024, 2, 20, 8, 0, 0, 125e6, time.UTC),
		Hash:      "hash of " + text,
		Sentences: []briefings.Sentence{{Index: 0, Passage: -1, End: 5, Role: briefings.RoleHeadline}, {Index: 1, End: cut}, {Index: 2, Passage: 1, Start: cut + 2, End: len(text), Role: briefings.RoleCaption}},
		Passages:  []briefings.Passage{{End: cut, First: 1, Last: 2}, {Index: 1, Start: cut + 2, End: len(text), First: 2, Last: 3}},
	}
}

func save(t testing.TB, l briefings.Library, a briefings.Article) (briefings.Article, bool) {
	t.Helper()
	kept, isNew, err := l.Save(t.Context(), a)
	if err != nil {
		t.Fatalf("save %s: %v", a.ID, err)
	}
	return kept, isNew
}

func libraryIsEmpty(t *testing.T, l briefings.Library) {
	if as, err := l.Since(t.Context(), 0, 10); err != nil || len(as) != 0 {
		t.Errorf("Since of an empty library: %d articles, error %v", len(as), err)
	}
	if ss, err := l.Sources(t.Context()); err != nil || len(ss) != 0 {
		t.Errorf("Sources of an empty library: %d sources, error %v", len(ss), err)
	}
	if _, err := l.Article(t.Context(), "nobody", 0); !errors.Is(err, briefings.ErrNotFound) {
		t.Errorf("an absent article gives %v, want ErrNotFound", err)
	}
	if err := l.RemoveSource(t.Context(), "nobody"); !errors.Is(err, briefings.ErrNotFound) {
		t.Errorf("removing an absent source gives %v, want ErrNotFound", err)
	}
}

func articleComesBack(t *testing.T, l briefings.Library) {
	bare := briefings.Article{Report: briefings.Report{ID: "bare", Text: "x"}, Hash: "h"} // no dates, no sentences
	for _, want := range []briefings.Article{entry("one", "A long “text” with 'quotes', \\ and % and _; \U0001F697."), bare, entry("https://example.org/a?b=c&d=é", "x")} {
		kept, isNew := save(t, l, want)
		want.Revision = 1
		if !isNew || kept.Seq <= 0 {
			t.Errorf("save %s: new %v and Seq %d, want a new article with a Seq above 0", want.ID, isNew, kept.Seq)
		}
		if diff := cmp.Diff(want, kept, sameArticle); diff != "" {
			t.Errorf("Save returns another article (-want +got):\n%s", diff)
		}
		for _, revision := range []int{0, 1} {
			got, err := l.Article(t.Context(), want.ID, revision)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, sameArticle); diff != "" {
				t.Errorf("Article(%q, %d) differs (-want +got):\n%s", want.ID, revision, diff)
			}
			if got.Seq != kept.Seq {
				t.Errorf("Article(%q, %d) has Seq %d, Save returned %d", want.ID, revision, got.Seq, kept.Seq)
			}
		}
	}
	if _, err := l.Article(t.Context(), "one", 2); !errors.Is(err, briefings.ErrNotFound) {
		t.Errorf("an absent revision gives %v, want ErrNotFound", err)
	}
}

func sameTextIsKeptOnce(t *testing.T, l briefings.Library) {
	first, _ := save(t, l, entry("one", "text"))
	again := entry("one", "text")
	again.Outlet, again.Read = "Another name", again.Read.Add(time.Hour)
	kept, isNew := save(t, l, again)
	if isNew {
		t.Error("the same ID and Hash counted as new")
	}
	if diff := cmp.Diff(first, kept, sameArticle); diff != "" || kept.Seq != first.Seq {
		t.Errorf("saving again gives Seq %d and another article than the kept one with Seq %d (-kept +got):\n%s", kept.Seq, first.Seq, diff)
	}
	// The same text under another ID is another article: who copied whom isn't the library's matter.
	other := entry("two", "text")
	if _, isNew := save(t, l, other); !isNew {
		t.Error("the same text under another ID was taken for the same article")
	}
}

func changedTextIsRevision(t *testing.T, l briefings.Library) {
	one, _ := save(t, l, entry("one", "first text"))
	save(t, l, entry("other", "between"))
	two, isNew := save(t, l, entry("one", "second text"))
	if !isNew || two.Revision != 2 || two.Seq <= one.Seq {
		t.Errorf("a changed text: new %v, revision %d, Seq %d after %d; want a new revision 2 with a higher Seq", isNew, two.Revision, two.Seq, one.Seq)
	}
	// Back to the first text: it was published anew, so it is the newest again.
	three, isNew := save(t, l, entry("one", "first text"))
	if !isNew || three.Revision != 3 {
		t.Errorf("the first text again: new %v, revision %d; want a new revision 3", isNew, three.Revision)
	}
	for revision, text := range map[int]string{0: "first text", 1: "first text", 2: "second text", 3: "first text"} {
		got, err := l.Article(t.Context(), "one", revision)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(got.Text, text) {
			t.Errorf("revision %d reads %q, want %q at its end", revision, got.Text, text)
		}
		if revision > 0 && got.Revision != revision {
			t.Errorf("asked for revision %d, got %d", revision, got.Revision)
		}
	}
}

func sinceWalksInOrder(t *testing.T, l briefings.Library) {
	var want []string
	for i := range 7 {
		a, _ := save(t, l, entry(fmt.Sprint("article ", i%3), fmt.Sprint("text ", i)))
		want = append(want, fmt.Sprint(a.ID, " revision ", a.Revision))
	}
	var got []string
	var seq int64
	for {
		as, err := l.Since(t.Context(), seq, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(as) == 0 {
			break
		}
		if len(as) > 2 {
			t.Fatalf("Since returned %d articles, the limit is 2", len(as))
		}
		for _, a := range as {
			if a.Seq <= seq {
				t.Fatalf("Seq %d came after %d", a.Seq, seq)
			}
			seq = a.Seq
			if len(a.Sentences) != 3 || len(a.Passages) != 2 || a.Text == "" {
				t.Errorf("Since returned %s without its text, sentences or passages", a.ID)
			}
			got = append(got, fmt.Sprint(a.ID, " revision ", a.Revision))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Since walks otherwise than articles were saved (-saved +walked):\n%s", diff)
	}
}

func callersDontShare(t *testing.T, l briefings.Library) {
	mine := entry("one", "text")
	kept, _ := save(t, l, mine)
	mine.Sentences[1].End = 1
	kept.Sentences[2].Start = 1
	got, err := l.Article(t.Context(), "one", 0)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(entry("one", "text"), got, sameArticle); diff != "" {
		t.Errorf("a change made by a caller reached the library (-saved +got):\n%s", diff)
	}
}

func saversAgree(t *testing.T, l briefings.Library) {
	const savers = 8
	var wg sync.WaitGroup
	news, revisions := make([]bool, savers), make([]int, savers)
	for i := range savers {
		wg.Go(func() {
			kept, isNew, err := l.Save(t.Context(), entry("one", "text"))
			if err != nil {
				t.Errorf("saver %d: %v", i, err)
			}
			news[i], revisions[i] = isNew, kept.Revision
		})
	}
	wg.Wait()
	first := 0
	for i := range savers {
		if news[i] {
			first++
		}
		if revisions[i] != 1 {
			t.Errorf("saver %d got revision %d, want 1", i, revisions[i])
		}
	}
	if first != 1 {
		t.Errorf("%d of %d savers of the same article heard that it was new, want 1", first, savers)
	}
}

func readersBesideSaver(t *testing.T, l briefings.Library) {
	const articles = 20
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range articles {
			if _, _, err := l.Save(t.Context(), entry(fmt.Sprint("article ", i), "text")); err != nil {
				t.Errorf("save: %v", err)
			}
		}
	})
	for range 3 {
		wg.Go(func() {
			var seq int64
			for range articles {
				as, err := l.Since(t.Context(), seq, 5)
				if err != nil {
					t.Errorf("since: %v", err)
					return
				}
				for _, a := range as {
					seq = a.Seq
					if _, err := l.Article(t.Context(), a.ID, a.Revision); err != nil {
						t.Errorf("an article that Since showed can't be read: %v", err)
					}
				}
			}
		})
	}
	wg.Wait()
	as, err := l.Since(t.Context(), 0, articles*2)
	if err != nil || len(as) != articles {
		t.Errorf("%d articles after all were saved (error %v), want %d", len(as), err, articles)
	}
}

func sourcesKeepOrder(t *testing.T, l briefings.Library) {
	at := time.Date(2024, 2, 20, 7, 30, 15, 250e6, time.UTC)
	full := briefings.Source{
		ID: "b", URL: "https://example.org/b", Title: "Bé", Owner: "slack/T1/C1", Alone: true, Added: at, Paused: true, NextAt: at.Add(time.Hour),
		Checked: at.Add(time.Minute), Etag: `W/"x"`, Modified: "Tue, 20 Feb 2024 07:30:15 GMT", Failing: "the server is gone", Since: at,
		Reviewed: at.Add(2 * time.Hour), Begun: at.Add(2 * time.Minute), First: 3, Newest: at.Add(-time.Hour),
	}
	bare := briefings.Source{ID: "a", URL: "https://example.org/a", Added: at.Add(time.Second)}
	for _, s := range []briefings.Source{full, bare} {
		if err := l.SaveSource(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	mended := full
	mended.Failing, mended.Since, mended.Paused = "", time.Time{}, false
	check := func(want ...briefings.Source) {
		t.Helper()
		got, err := l.Sources(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, sameArticle); diff != "" {
			t.Errorf("sources differ (-want +got):\n%s", diff)
		}
	}
	check(full, bare)
	if err := l.SaveSource(t.Context(), mended); err != nil {
		t.Fatal(err)
	}
	check(mended, bare)
	if err := l.RemoveSource(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	check(bare)
	if err := l.RemoveSource(t.Context(), "b"); !errors.Is(err, briefings.ErrNotFound) {
		t.Errorf("removing a source twice gives %v, want ErrNotFound", err)
	}
}

func pollLeavesDecisions(t *testing.T, l briefings.Library) {
	at := time.Date(2024, 2, 20, 7, 30, 15, 250e6, time.UTC)
	kept := briefings.Source{ID: "b", URL: "https://example.org/b", Owner: "slack/T1/C1", Alone: true, Added: at, Paused: true, Reviewed: at.Add(time.Minute), First: 2}
	if err := l.SaveSource(t.Context(), kept); err != nil {
		t.Fatal(err)
	}
	polled := briefings.Source{
		ID: "b", URL: "https://example.org/b/feed", Title: "B", NextAt: at.Add(time.Hour), Checked: at.Add(time.Minute), Etag: "x", Modified: "then",
		Failing: "the server is gone", Since: at, Begun: at.Add(time.Second), Newest: at.Add(-time.Hour),
	}
	if err := l.SavePoll(t.Context(), polled); err != nil {
		t.Fatal(err)
	}
	want := polled
	want.Owner, want.Alone, want.Added, want.Paused, want.Reviewed, want.First = kept.Owner, kept.Alone, kept.Added, kept.Paused, kept.Reviewed, kept.First
	got, err := l.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]briefings.Source{want}, got, sameArticle); diff != "" {
		t.Errorf("the source differs after a poll (-want +got):\n%s", diff)
	}
	if err := l.SavePoll(t.Context(), briefings.Source{ID: "gone"}); !errors.Is(err, briefings.ErrNotFound) {
		t.Errorf("the poll of a removed source gives %v, want ErrNotFound", err)
	}
	if got, err := l.Sources(t.Context()); err != nil || len(got) != 1 {
		t.Errorf("the poll of a removed source left %d sources, error %v", len(got), err)
	}
}

func removedSourceLeavesArticles(t *testing.T, l briefings.Library) {
	a, _ := save(t, l, entry("one", "text"))
	if err := l.SaveSource(t.Context(), briefings.Source{ID: "s", URL: a.Source, Added: a.Read}); err != nil {
		t.Fatal(err)
	}
	if err := l.RemoveSource(t.Context(), "s"); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Article(t.Context(), "one", 0); err != nil {
		t.Errorf("the article went with its source: %v", err)
	}
}

func cancelledContextIsError(t *testing.T, l briefings.Library) {
	save(t, l, entry("one", "text"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := l.Save(ctx, entry("two", "text")); err == nil {
		t.Error("Save under a cancelled context reported success")
	}
	if _, err := l.Since(ctx, 0, 1); err == nil {
		t.Error("Since under a cancelled context reported success")
	}
	if _, err := l.Article(t.Context(), "two", 0); !errors.Is(err, briefings.ErrNotFound) {
		t.Errorf("an article whose saving was refused: %v, want ErrNotFound", err)
	}
}

// sightings: each owner has one, from when it was first brought and from the revision that was; what was taken back comes
// again as gone, and may come back as new.
func sightings(t *testing.T, l briefings.Library) {
	at := time.Date(2024, 2, 20, 8, 0, 0, 0, time.UTC)
	offered := func(owner, text string, hour int, backlog bool) {
		t.Helper()
		a := entry("a", text)
		a.Owner, a.Backlog, a.Read = owner, backlog, at.Add(time.Duration(hour)*time.Hour)
		if kept, _ := save(t, l, a); kept.Owner != "" {
			t.Errorf("an article comes back with the owner %q, want none", kept.Owner)
		}
	}
	seen := int64(0)
	expect := func(step string, want ...briefings.Sighting) {
		t.Helper()
		var got []briefings.Sighting
		for { // one at a time: nothing may be passed over
			some, err := l.Sightings(t.Context(), seen, 1)
			if err != nil {
				t.Fatalf("%s: %v", step, err)
			}
			if len(some) == 0 {
				break
			}
			if some[0].Seq <= seen {
				t.Fatalf("%s: a sighting of Seq %d after %d", step, some[0].Seq, seen)
			}
			seen = some[0].Seq
			got = append(got, some...)
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(briefings.Sighting{}, "Seq"), cmpopts.EquateEmpty(), cmpopts.EquateApproxTime(0)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step, diff)
		}
	}
	sighting := func(owner string, hour, revision int, backlog bool) briefings.Sighting {
		return briefings.Sighting{Article: "a", Owner: owner, At: at.Add(time.Duration(hour) * time.Hour), Backlog: backlog, Revision: revision}
	}
	first := sighting("slack/T1", 0, 1, true)
	offered("slack/T1", "x", 0, true)
	offered("slack/T1", "x", 1, false)
	expect("brought twice for one owner", first)
	offered("slack/T1/C1", "y", 2, false)
	offered("slack/T1", "y", 3, false)
	expect("a new revision for another owner", sighting("slack/T1/C1", 2, 2, false))
	if err := l.Sight(t.Context(), sighting("", 4, 2, false)); err != nil {
		t.Fatal(err)
	}
	if err := l.Sight(t.Context(), sighting("", 5, 2, true)); err != nil {
		t.Fatal(err)
	}
	expect("sighted without its text", sighting("", 4, 2, false))
	if err := l.TakeBack(t.Context(), "a", "slack/T1"); err != nil {
		t.Fatal(err)
	}
	first.Gone = true
	expect("taken back", first)
	offered("slack/T1", "y", 6, false)
	expect("brought again", sighting("slack/T1", 6, 2, false))
	if err := l.TakeBack(t.Context(), "a", "slack/T2"); !errors.Is(err, briefings.ErrNotFound) {
		t.Errorf("what an owner never had is taken back with %v, want ErrNotFound", err)
	}
	if err := l.Sight(t.Context(), briefings.Sighting{Article: "b", Owner: "slack/T1"}); !errors.Is(err, briefings.ErrNotFound) {
		t.Errorf("an absent article is sighted with %v, want ErrNotFound", err)
	}
	seen = 0
	expect("from the beginning each is there once", sighting("slack/T1/C1", 2, 2, false), sighting("", 4, 2, false), sighting("slack/T1", 6, 2, false))
}

// everyArticleIsSighted: many savers at once, and whoever reads the articles first and the sightings then knows whose each is.
func everyArticleIsSighted(t *testing.T, l briefings.Library) {
	const savers, each = 4, 8
	var wg sync.WaitGroup
	for s := range savers {
		wg.Go(func() {
			for i := range each {
				a := entry(fmt.Sprintf("%d", i), fmt.Sprint("text ", s%2))
				a.Owner = fmt.Sprintf("slack/T%d", s)
				if _, _, err := l.Save(t.Context(), a); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	articles, err := l.Since(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	all, err := l.Sightings(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	owners := map[string]int{}
	for _, s := range all {
		owners[s.Article]++
	}
	for _, a := range articles {
		if owners[a.ID] != savers {
			t.Errorf("article %s has %d owners, want %d", a.ID, owners[a.ID], savers)
		}
	}
	if len(articles) < each || len(all) != each*savers {
		t.Errorf("%d articles with %d sightings, want %d and %d at least", len(articles), len(all), each, each*savers)
	}
}

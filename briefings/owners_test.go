package briefings_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"attache/briefings"
	"attache/briefings/briefingstest"
)

var strait = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// seizure is a report on one event, by an outlet, with a sentence that nobody else has.
func seizure(owner, outlet, only string) briefings.Report {
	return briefings.Report{
		ID: strings.ToLower(outlet), URL: "https://" + strings.ToLower(outlet) + ".example/tanker", Outlet: outlet, Source: "https://" + strings.ToLower(outlet) + ".example/rss", Language: "en",
		Owner: owner, Published: strait.Add(-2 * time.Hour), Title: "Coast guard of Oman seizes the tanker Meridian in the Strait of Hormuz, " + outlet + " reports",
		Text: openings[outlet] + "\n\n" + only,
	}
}

// openings tell the event in each outlet's own words: none copies another.
var openings = map[string]string{
	"Everyman":   "The coast guard of Oman seized the tanker Meridian in the Strait of Hormuz on Monday.\n\nThe vessel was carrying crude oil to Karachi, according to shipping records.",
	"Firstwire":  "Oman’s coast guard has taken control of the tanker Meridian near the Strait of Hormuz.\n\nHelicopters circled over the ship while armed boats closed in on Monday morning.",
	"Secondwire": "A tanker named Meridian was stopped and seized in the Strait of Hormuz by the coast guard of Oman.\n\nIts owner in Piraeus had lost contact with the bridge at dawn.",
	"Chanwire":   "Seizing the Meridian, a tanker under Liberian flag, Oman’s coast guard closed part of the Strait of Hormuz.\n\nInsurers in London raised their rates for every voyage within hours.",
}

// owned is a library in which one event is reported by four outlets: one is everyone's, the others are a workspace's, another
// workspace's and one channel's alone. Each names somebody of its own.
var owned = []struct{ owner, outlet, only string }{
	{"", "Everyman", "Captain Adeyemi denied on Monday that 12 sailors had been injured aboard the Meridian."},
	{"slack/T1", "Firstwire", "Captain Borodin said on Monday that 19 sailors had been injured aboard the Meridian."},
	{"slack/T2", "Secondwire", "Captain Castellano said on Monday that 25 sailors had been injured aboard the Meridian."},
	{"slack/T2/C1", "Chanwire", "Captain Dubois said on Monday that 31 sailors had been injured aboard the Meridian."},
}

// ownedNewsroom is an engine with that library, told of it by another replica.
func ownedNewsroom(t testing.TB) *briefings.Engine {
	t.Helper()
	now := func() time.Time { return strait }
	library := briefingstest.NewLibrary()
	reader, err := briefings.New(briefings.Config{Library: library, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range owned {
		if _, _, err := reader.Read(t.Context(), seizure(o.owner, o.outlet, o.only)); err != nil {
			t.Fatal(err)
		}
	}
	engine, err := briefings.New(briefings.Config{Library: library, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if err := engine.Load(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return engine
}

// TestAWorkspaceIsShownOnlyWhatIsItsToSee asks on every way into the engine for each who may look, and searches all that comes back,
// counted or quoted, for what is not theirs.
func TestAWorkspaceIsShownOnlyWhatIsItsToSee(t *testing.T) {
	t.Parallel()
	e := ownedNewsroom(t)
	day := briefings.Window{From: strait.Add(-24 * time.Hour), To: strait.Add(time.Second)}
	ids := []string{"everyman", "firstwire", "secondwire", "chanwire"}
	ways := []struct {
		name  string
		ask   func(ctx context.Context, channel string) (any, error)
		shows bool // everything that is theirs
	}{
		{"ask", func(ctx context.Context, channel string) (any, error) {
			return e.Ask(ctx, briefings.Question{Text: "How many sailors were injured aboard the Meridian?", For: channel, Limit: 10, Explain: true, Asked: strait})
		}, true},
		{"ask under a context", func(ctx context.Context, channel string) (any, error) {
			return e.Ask(briefings.Viewing(ctx, channel), briefings.Question{Text: "How many sailors were injured aboard the Meridian?", Limit: 10, Asked: strait})
		}, true},
		{"ask of named reports", func(ctx context.Context, channel string) (any, error) {
			return e.Ask(ctx, briefings.Question{Text: "How many sailors were injured?", For: channel, Articles: ids, Limit: 10, Explain: true, Asked: strait})
		}, true},
		{"ask in a thread", func(ctx context.Context, channel string) (any, error) {
			return e.Ask(ctx, briefings.Question{Text: "and how many were injured?", For: channel, Thread: []briefings.Turn{{Question: "Who seized the Meridian?", Answer: "Oman", Articles: ids, Topic: []string{"Meridian"}}}, Limit: 10, Asked: strait})
		}, false},
		{"compose", func(ctx context.Context, channel string) (any, error) {
			return e.Compose(ctx, briefings.Assignment{Window: day, For: channel})
		}, true},
		{"compose after what it had", func(ctx context.Context, channel string) (any, error) {
			last := &briefings.Edition{Carried: []string{"a:firstwire#1", "a:chanwire#1"}}
			e, err := e.Compose(ctx, briefings.Assignment{Window: day, For: channel, Last: last})
			e.Carried = nil // its own keys come back to it
			return e, err
		}, false},
		{"review", func(ctx context.Context, channel string) (any, error) {
			return e.Compose(ctx, briefings.Assignment{Window: day, For: channel, Review: true})
		}, false},
		{"fates", func(ctx context.Context, channel string) (any, error) {
			return e.Fates(ctx, briefings.Assignment{Window: day, For: channel})
		}, true},
		{"who", func(ctx context.Context, channel string) (any, error) {
			var all []briefings.Profile
			for _, name := range []string{"Captain Adeyemi", "Captain Borodin", "Captain Castellano", "Captain Dubois"} {
				p, err := e.Who(briefings.Viewing(ctx, channel), name, strait)
				if err != nil {
					return nil, err
				}
				p.Actor = ""
				all = append(all, p)
			}
			return all, nil
		}, true},
		{"articles", func(ctx context.Context, channel string) (any, error) {
			return e.Articles(briefings.Viewing(ctx, channel), 100)
		}, true},
		{"stories", func(ctx context.Context, channel string) (any, error) {
			return e.Stories(briefings.Viewing(ctx, channel), day, 0)
		}, true},
		{"story of", func(ctx context.Context, channel string) (any, error) {
			return e.StoryOf(briefings.Viewing(ctx, channel), "everyman")
		}, true},
		{"an article", func(ctx context.Context, channel string) (any, error) {
			var all []briefings.Article
			for _, id := range ids {
				a, err := e.Article(briefings.Viewing(ctx, channel), id, 0)
				if err == nil {
					all = append(all, a)
				} else if !errors.Is(err, briefings.ErrNotFound) {
					return nil, err
				}
			}
			return all, nil
		}, true},
		{"the story of another's article", func(ctx context.Context, channel string) (any, error) {
			var all []briefings.Story
			for _, id := range ids {
				s, err := e.StoryOf(briefings.Viewing(ctx, channel), id)
				if err == nil {
					all = append(all, s)
				} else if !errors.Is(err, briefings.ErrNotFound) {
					return nil, err
				}
			}
			return all, nil
		}, true},
	}
	for channel, theirs := range map[string][]int{
		"": {0}, "slack/T1/C1": {0, 1}, "slack/T1/C9": {0, 1}, "slack/T2/C1": {0, 2, 3}, "slack/T2/C2": {0, 2}, "slack/T3/C1": {0}, "discord/T1/C1": {0}, "slack/T11/C1": {0},
		"discord//C1": {0}, briefings.Everything: {0, 1, 2, 3},
	} {
		for _, w := range ways {
			got, err := w.ask(t.Context(), channel)
			if err != nil {
				t.Fatalf("%s for %q: %v", w.name, channel, err)
			}
			said, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			for i, o := range owned {
				name := strings.Fields(o.only)[1]
				for _, mark := range []string{name, o.outlet, strings.ToLower(o.outlet)} {
					if !slices.Contains(theirs, i) && strings.Contains(string(said), mark) {
						t.Errorf("%s shows %q what is %q's: %s in %.300s", w.name, channel, o.owner, mark, said)
						break
					}
				}
				if w.shows && slices.Contains(theirs, i) && !strings.Contains(string(said), name) && !strings.Contains(string(said), strings.ToLower(o.outlet)) {
					t.Errorf("%s hides from %q what is %q's: %.600s", w.name, channel, o.owner, said)
				}
			}
			switch got := got.(type) {
			case briefings.Answer:
				if strings.HasPrefix(w.name, "ask") && w.name != "ask of named reports" && got.Searched != len(theirs) {
					t.Errorf("%s for %q says that %d reports were searched, want %d", w.name, channel, got.Searched, len(theirs))
				}
			case briefings.Edition:
				if w.name != "compose" {
					break
				}
				if got.Read != len(theirs) || got.Outlets != len(theirs) || len(got.Items) != 1 || got.Items[0].Origins != len(theirs) || len(got.Items[0].Outlets) != len(theirs) {
					t.Errorf("%q is told of %d reports of %d outlets, and of the items %+v; want %d", channel, got.Read, got.Outlets, got.Items, len(theirs))
				}
			case briefings.Story:
				if got.Origins != len(theirs) {
					t.Errorf("%s for %q counts %d origins, want %d", w.name, channel, got.Origins, len(theirs))
				}
			}
		}
		for i, o := range owned {
			name := strings.Fields(o.only)[1]
			if met := e.MeetsFor(channel, []string{name}, 0); met != slices.Contains(theirs, i) {
				t.Errorf("that %s is named is news to %q: %v", name, channel, met)
			}
			if e.Sees(channel, strings.ToLower(o.outlet)) != slices.Contains(theirs, i) {
				t.Errorf("%q sees %s: %v", channel, o.outlet, !slices.Contains(theirs, i))
			}
		}
	}
	if a, b := e.Audience("slack/T1/C1"), e.Audience("slack/T1/C9"); a != b || a == e.Audience("slack/T2/C2") || e.Audience("slack/T2/C1") == e.Audience("slack/T2/C2") || e.Audience("slack/T3/C1") != e.Audience("") {
		t.Errorf("who sees the same: %q and %q", a, b)
	}
}

// TestCounterpartsOfOthersAreNotSuggested: neither a report in another language, nor what it is the counterpart of.
func TestCounterpartsOfOthersAreNotSuggested(t *testing.T) {
	t.Parallel()
	e := ownedNewsroom(t)
	if _, _, err := e.Read(t.Context(), briefings.Report{
		ID: "navire", URL: "https://premierfil.example/navire", Outlet: "Premierfil", Language: "fr", Owner: "slack/T1", Published: strait.Add(-time.Hour),
		Title: "Les garde-côtes d’Oman saisissent le pétrolier Meridian dans le détroit d’Ormuz",
		Text:  "Les garde-côtes d’Oman ont saisi lundi le pétrolier Meridian dans le détroit d’Ormuz, près de Karachi, a dit le capitaine Adeyemi. Le capitaine Borodin parle de 19 marins blessés, d’autres de 12.",
	}); err != nil {
		t.Fatal(err)
	}
	ids := []string{"everyman", "firstwire", "secondwire", "chanwire"}
	for channel, some := range map[string]bool{"slack/T1/C1": true, "slack/T2/C1": false, "": false, briefings.Everything: true} {
		found, err := e.Counterparts(briefings.Viewing(t.Context(), channel), ids, 10)
		if err != nil || (len(found) > 0) != some {
			t.Errorf("%q is suggested %+v, error %v", channel, found, err)
		}
		for _, c := range found {
			if !e.Sees(channel, c.Of) {
				t.Errorf("%q is suggested the counterpart of %s", channel, c.Of)
			}
		}
	}
}

// TestASecondSightingIsNewsToWhomItIsNew: the article is not new in the library, and is told to the second workspace as if it were,
// also on another replica.
func TestASecondSightingIsNewsToWhomItIsNew(t *testing.T) {
	t.Parallel()
	now := strait
	clock := func() time.Time { return now }
	library := briefingstest.NewLibrary()
	here, there := engineOn(t, library, clock), engineOn(t, library, clock)
	r := seizure("slack/T1", "Firstwire", owned[1].only)
	r.Backlog = true
	if _, isNew, err := here.Read(t.Context(), r); err != nil || !isNew {
		t.Fatalf("read: new %v, error %v", isNew, err)
	}
	items := func(e *briefings.Engine, channel string) int {
		t.Helper()
		if err := e.Load(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		got, err := e.Compose(t.Context(), briefings.Assignment{Window: briefings.Window{From: now.Add(-time.Hour), To: now.Add(time.Second)}, For: channel})
		if err != nil {
			t.Fatal(err)
		}
		return len(got.Items)
	}
	for channel, want := range map[string]int{"slack/T1/C1": 0, "slack/T2/C1": 0} {
		if n := items(here, channel); n != want {
			t.Errorf("at first %s has %d items, want %d", channel, n, want)
		}
	}
	now = now.Add(5 * time.Hour)
	version := there.Version()
	r.Owner, r.Backlog = "slack/T2", false
	if _, isNew, err := here.Read(t.Context(), r); err != nil || !isNew {
		t.Fatalf("read for another: new %v, error %v", isNew, err)
	}
	for _, e := range []*briefings.Engine{here, there} {
		if one, other := items(e, "slack/T1/C1"), items(e, "slack/T2/C1"); one != 0 || other != 1 {
			t.Errorf("after the second sighting the first workspace has %d items and the second %d, want 0 and 1", one, other)
		}
	}
	if !there.MeetsFor("slack/T2/C1", []string{"Borodin"}, version) || there.MeetsFor("slack/T3/C1", []string{"Borodin"}, version) {
		t.Error("a sighting meets a watch list where it shouldn't, or not where it should")
	}
	if _, isNew, err := here.Read(t.Context(), r); err != nil || isNew {
		t.Errorf("read again for the second: new %v, error %v", isNew, err)
	}
	// What a channel has had to itself is no news to it when its whole workspace gets it.
	r.Owner = "slack/T4/C1"
	for range 2 {
		if _, _, err := here.Read(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		r.Owner = "slack/T4"
		now = now.Add(3 * time.Hour)
	}
	now = now.Add(-3 * time.Hour)
	if one, other := items(there, "slack/T4/C1"), items(there, "slack/T4/C2"); one != 0 || other != 1 {
		t.Errorf("the channel has %d items and another of its workspace %d, want 0 and 1", one, other)
	}
	all, err := library.Since(t.Context(), 0, 10)
	if err != nil || len(all) != 1 {
		t.Errorf("%d revisions are kept, want one: %v", len(all), err)
	}
}

func engineOn(t testing.TB, library briefings.Library, now func() time.Time) *briefings.Engine {
	t.Helper()
	e, err := briefings.New(briefings.Config{Library: library, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestNobodyPutsWordsIntoWhatOthersRead: other words under an address that others see are a new revision only where whoever sees the
// article may see them, or both are of one source; else they are the owner's own article.
func TestNobodyPutsWordsIntoWhatOthersRead(t *testing.T) {
	t.Parallel()
	const first, second = "Captain Borodin said that 19 sailors had been injured.", "Captain Borodin said that 40 sailors had been injured."
	for _, row := range []struct {
		name             string
		owner, source    string // who has read the first
		by, of           string // who brings the second
		firstIs, otherIs string // what each reads then; "" for nothing
		oldFor           bool   // the one who brings the second may see the first revision
	}{
		{"the same workspace", "slack/T1", "feed", "slack/T1", "feed", second, second, true},
		{"a channel of the workspace", "slack/T1", "feed", "slack/T1/C1", "other feed", first, second, true},
		{"the workspace of the channel", "slack/T1/C1", "feed", "slack/T1", "other feed", second, second, false},
		{"the operator", "slack/T1", "feed", "", "other feed", second, second, false},
		{"the same source", "slack/T1", "feed", "slack/T2", "feed", second, second, false},
		{"another workspace", "slack/T1", "feed", "slack/T2", "other feed", first, second, false},
		{"a workspace and everyone", "", "feed", "slack/T2", "other feed", first, second, true},
	} {
		e := engineOn(t, briefingstest.NewLibrary(), func() time.Time { return strait })
		report := func(owner, source, only string) briefings.Report {
			r := seizure(owner, "Firstwire", only)
			r.ID, r.Source = "", source
			return r
		}
		a, _, err := e.Read(t.Context(), report(row.owner, row.source, first))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, _, err := e.Read(t.Context(), report(row.by, row.of, second)); err != nil {
				t.Fatal(err)
			}
		}
		reads := func(owner string) string {
			channel := owner
			if strings.Count(owner, "/") == 1 {
				channel = owner + "/C9"
			}
			list, err := e.Articles(briefings.Viewing(t.Context(), channel), 10)
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(len(list), " ", strings.Contains(textsOf(list), first), strings.Contains(textsOf(list), second))
		}
		expect := func(who, text string, both bool) {
			want := fmt.Sprint(1, " ", text == first, text == second)
			if both {
				want = fmt.Sprint(2, " ", true, true)
			}
			if got := reads(who); got != want {
				t.Errorf("%s: %q reads %s, want %s", row.name, who, got, want)
			}
		}
		apart := row.firstIs != row.otherIs
		expect(row.owner, row.firstIs, false)
		expect(row.by, row.otherIs, apart && row.oldFor)
		_, err = e.Article(briefings.Viewing(t.Context(), row.by), a.ID, 1)
		if saw := err == nil; saw != row.oldFor && row.by != "" {
			t.Errorf("%s: %q sees the first revision: %v", row.name, row.by, saw)
		}
	}
}

func textsOf(list []briefings.Article) string {
	var b strings.Builder
	for _, a := range list {
		b.WriteString(a.Text)
	}
	return b.String()
}

// TestWhatIsTakenBackIsShownNoMore takes a text back, and forgets a workspace.
func TestWhatIsTakenBackIsShownNoMore(t *testing.T) {
	t.Parallel()
	library := briefingstest.NewLibrary()
	clock := func() time.Time { return strait }
	here, there := engineOn(t, library, clock), engineOn(t, library, clock)
	for _, owner := range []string{"slack/T1", "slack/T2"} {
		if _, _, err := here.Read(t.Context(), seizure(owner, "Firstwire", owned[1].only)); err != nil {
			t.Fatal(err)
		}
	}
	sees := func(e *briefings.Engine, channel string) bool {
		t.Helper()
		if err := e.Load(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		a, err := e.Ask(t.Context(), briefings.Question{Text: "How many sailors were injured?", For: channel})
		if err != nil {
			t.Fatal(err)
		}
		return len(a.Documents) > 0
	}
	if !sees(there, "slack/T1/C1") || !sees(there, "slack/T2/C1") {
		t.Fatal("it isn't shown to begin with")
	}
	if err := here.TakeBack(t.Context(), "firstwire", "slack/T1"); err != nil {
		t.Fatal(err)
	}
	for _, e := range []*briefings.Engine{here, there} {
		if sees(e, "slack/T1/C1") || !sees(e, "slack/T2/C1") {
			t.Error("what one workspace took back is shown to it, or not to the other")
		}
	}
	if err := here.TakeBack(t.Context(), "firstwire", "slack/T1"); !errors.Is(err, briefings.ErrNotFound) {
		t.Errorf("taken back twice: %v", err)
	}
	here.Disown("slack/T2")
	if here.Sees("slack/T2/C1", "firstwire") || !here.Sees(briefings.Everything, "firstwire") {
		t.Error("a forgotten workspace sees its article, or the operator doesn't")
	}
}

// press lists one report in short, and has its page.
type press struct {
	listed briefings.Report
	page   string
	read   int // pages
}

func (p *press) Page(context.Context, string) (briefings.Report, error) {
	return briefings.Report{}, errors.New("no page")
}

func (p *press) Poll(_ context.Context, s briefings.Source) ([]briefings.Report, briefings.Source, error) {
	return []briefings.Report{p.listed}, s, nil
}

func (p *press) Whole(_ context.Context, r briefings.Report) (briefings.Report, error) {
	p.read++
	r.Text = p.page
	return r, nil
}

// TestTwoWorkspacesFollowOneSource that lists its reports in short: each gets the whole report, as new as its own following, also
// where the first has read its page already, and neither revises the other's.
func TestTwoWorkspacesFollowOneSource(t *testing.T) {
	t.Parallel()
	library := briefingstest.NewLibrary()
	e := engineOn(t, library, func() time.Time { return strait })
	p := &press{page: openings["Everyman"] + "\n\n" + strings.Repeat("The crew was brought ashore at Muscat and questioned there. ", 10)}
	p.listed = briefings.Report{URL: "https://everyman.example/tanker", Title: "Oman seizes a tanker", Outlet: "Everyman", Published: strait.Add(-time.Hour), Text: "Oman has seized a tanker."}
	g, err := briefings.NewGatherer(briefings.GathererConfig{Engine: e, Library: library, Fetcher: p, Now: func() time.Time { return strait }})
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range []briefings.Source{{Owner: "slack/T1/C1"}, {Owner: "slack/T2/C1", Alone: true}, {}} {
		s.ID, s.URL = fmt.Sprint(i), "https://everyman.example/rss"
		for step, want := range []int{1, 0} {
			_, n, err := g.Follow(t.Context(), s)
			if err != nil || n != want {
				t.Errorf("source %d, step %d: %d reports are new, want %d: %v", i, step, n, want, err)
			}
		}
		for channel, sees := range map[string]bool{"slack/T1/C9": i >= 0, "slack/T2/C1": i >= 1, "slack/T2/C9": i >= 2, "slack/T3/C1": i >= 2} {
			list, err := e.Articles(briefings.Viewing(t.Context(), channel), 10)
			if err != nil || (len(list) == 1 && list[0].Text == strings.TrimSpace(p.page)) != sees || len(list) > 1 {
				t.Errorf("after source %d %s is shown %d reports, error %v: %v", i, channel, len(list), err, sees)
			}
		}
	}
	if all, err := library.Since(t.Context(), 0, 10); err != nil || len(all) != 1 || p.read != 1 {
		t.Errorf("%d revisions are kept and %d pages were read, want one of each: %v", len(all), p.read, err)
	}
}

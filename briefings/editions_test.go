package briefings_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"attache/briefings"
	"attache/briefings/briefingstest"
)

// newsdesk is an engine over a library in memory with a clock that the test moves.
type newsdesk struct {
	*briefings.Engine
	library *briefings.Shelf
	now     time.Time
}

func newNewsdesk(t testing.TB) *newsdesk {
	t.Helper()
	n := &newsdesk{library: briefingstest.NewLibrary(), now: briefingstest.Day}
	e, err := briefings.New(briefings.Config{Library: n.library, Now: func() time.Time { return n.now }})
	if err != nil {
		t.Fatal(err)
	}
	n.Engine = e
	return n
}

// read reads reports, each a minute after it was published, and moves the clock there.
func (n *newsdesk) read(t testing.TB, reports ...briefings.Report) {
	t.Helper()
	for _, r := range reports {
		if at := r.Published.Add(time.Minute); at.After(n.now) {
			n.now = at
		}
		if _, _, err := n.Read(t.Context(), r); err != nil {
			t.Fatalf("read %s: %v", r.ID, err)
		}
	}
}

func (n *newsdesk) compose(t testing.TB, a briefings.Assignment) briefings.Edition {
	t.Helper()
	if n.now.Before(a.Window.To) {
		n.now = a.Window.To
	}
	e, err := n.Compose(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	briefingstest.GroundedEdition(t, n.library, e)
	return e
}

// day is the window of the n-th day of the sample reports.
func day(n int) briefings.Window {
	from := briefingstest.Day.AddDate(0, 0, n)
	return briefings.Window{From: from, To: from.AddDate(0, 0, 1)}
}

func sampleDay(n int) []briefings.Report {
	w := day(n)
	return slices.DeleteFunc(briefingstest.Reports(), func(r briefings.Report) bool {
		return r.Published.Before(w.From) || !r.Published.Before(w.To)
	})
}

func itemWith(e briefings.Edition, article string) (briefings.Item, bool) {
	for _, item := range e.Items {
		if slices.Contains(item.Articles, article) {
			return item, true
		}
	}
	return briefings.Item{}, false
}

func TestEditionOfTheEmbeddedReport(t *testing.T) {
	t.Parallel()
	n := newNewsdesk(t)
	n.now = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	n.read(t, briefings.Archive()...)
	w := briefings.Window{From: time.Date(2024, 2, 20, 0, 0, 0, 0, time.UTC), To: time.Date(2024, 2, 21, 0, 0, 0, 0, time.UTC)}
	e := n.compose(t, briefings.Assignment{Window: w})
	if len(e.Items) != 1 || e.Read != 1 || e.Matched != 1 {
		t.Fatalf("%d items, read %d, matched %d; want one of each", len(e.Items), e.Read, e.Matched)
	}
	if !e.AsOf.Equal(w.To) {
		t.Errorf("as of %v, want the end of the window %v", e.AsOf, w.To)
	}
	item := e.Items[0]
	if item.Tag != briefings.TagNew || len(item.Sides) != 0 {
		t.Errorf("tag %q with %d sides: nobody denies anything in this report, want it new", item.Tag, len(item.Sides))
	}
	if item.Headline != briefings.Archive()[0].Title || item.Lead.Quote != item.Headline {
		t.Errorf("headline %q and lead %q, want the report's title", item.Headline, item.Lead.Quote)
	}
	if len(item.Claims) != 3 {
		t.Fatalf("%d claims, want 3: %+v", len(item.Claims), item.Claims)
	}
	lead := item.Claims[0]
	if !strings.HasPrefix(lead.Text, "Vladimir Putin has given Kim Jong-un a new car") || lead.Speaker.Name != "North Korean state media" {
		t.Errorf("the lead is %q by %q, want what North Korean state media announced", lead.Text, lead.Speaker.Name)
	}
	if !slices.ContainsFunc(item.Claims, func(c briefings.Claim) bool {
		return c.Speaker.Name == "South Korea" && c.Stance == briefings.Condemns
	}) {
		t.Errorf("Seoul's condemnation isn't among the claims: %+v", item.Claims)
	}
}

func TestFirstDayGroupsCopiesAndSides(t *testing.T) {
	t.Parallel()
	n := newNewsdesk(t)
	n.read(t, sampleDay(0)...)
	e := n.compose(t, briefings.Assignment{Window: day(0)})
	ferry, ok := itemWith(e, "ferry-wire")
	if !ok {
		t.Fatal("the collision is missing")
	}
	if got := slices.Sorted(slices.Values(ferry.Articles)); !slices.Equal(got, []string{"ferry-copy", "ferry-harbour", "ferry-wire"}) {
		t.Errorf("the collision has the articles %v", got)
	}
	if ferry.Origins != 2 || len(ferry.Outlets) != 3 {
		t.Errorf("%d origins and outlets %v; want 2 independent of 3", ferry.Origins, ferry.Outlets)
	}
	if ferry.Tag != briefings.TagNew {
		t.Errorf("the collision is tagged %q; nobody contradicts anybody about it", ferry.Tag)
	}
	quota, ok := itemWith(e, "quota-wire")
	if !ok {
		t.Fatal("the quarrel about mackerel is missing")
	}
	if quota.Tag != briefings.TagDisputed || len(quota.Sides) != 2 {
		t.Fatalf("the quarrel is tagged %q with %d sides, want it disputed by two", quota.Tag, len(quota.Sides))
	}
	var speakers []string
	for _, s := range quota.Sides {
		speakers = append(speakers, s.Speaker.Name+" "+string(s.Stance))
	}
	if diff := cmp.Diff([]string{"Iceland condemns", "Norway denies"}, speakers); diff != "" {
		t.Errorf("the sides differ (-want +got):\n%s", diff)
	}
	for i := 1; i < len(e.Items); i++ {
		if e.Items[i].Score > e.Items[i-1].Score {
			t.Errorf("item %d weighs more than the one before it", i+1)
		}
	}
}

func TestDisputeNeedsTwoSides(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		text     string
		disputed bool
	}{
		{"a denial of what another says", "Anna Brandt said the operator had skipped three inspections of the bridge. The operator denied that it had skipped three inspections of the bridge.", true},
		{"an accusation rejected", "Ilse Brandt accused Norway of closing the bridge. Norway rejected the accusation.", true},
		{"different counts of the same people", "Police said 12 people were injured when the bridge fell. The fire brigade said 31 people were injured when the bridge fell.", true},
		{"silence", "Anna Brandt said the operator had skipped three inspections of the bridge. The operator declined to comment.", false},
		{"a denial of something else", "Anna Brandt said the bridge would open in June. The operator denied that it had paid for lunch.", false},
		{"a count and its rounding", "Police said 748 people were injured when the bridge fell. The fire brigade said nearly 750 people were injured when the bridge fell.", false},
		{"counts of different people", "Police said 12 people were injured in Norway when the bridge fell. The fire brigade said 31 people were injured in Finland when the bridge fell.", false},
		{"criticism", "South Korea condemned the gift. Anna Brandt praised the bridge.", false},
	} {
		n := newNewsdesk(t)
		n.read(t, briefings.Report{ID: "bridge", Title: "The bridge", Outlet: "Harbour Post", Published: day(0).From.Add(time.Hour), Text: c.text})
		e := n.compose(t, briefings.Assignment{Window: day(0)})
		if len(e.Items) != 1 {
			t.Fatalf("%s: %d items", c.name, len(e.Items))
		}
		if got := e.Items[0].Tag == briefings.TagDisputed; got != c.disputed {
			t.Errorf("%s: disputed %v with the sides %q, want %v", c.name, got, spoken(e.Items[0].Sides), c.disputed)
		}
	}
}

func TestChangeNeedsTheSameThing(t *testing.T) {
	t.Parallel()
	before := "Rescuers said 12 people were killed in Norway when the bridge at Narvik fell into the fjord. The repair will cost 40 million dollars, the operator said."
	for after, changes := range map[string]int{
		"Rescuers said 15 people were killed in Norway when the bridge at Narvik fell into the fjord.":                      1,
		"Rescuers said 9 people were killed in Norway when the bridge at Narvik fell into the fjord.":                       0,
		"Rescuers said another 5 people were killed in Norway when the bridge at Narvik fell into the fjord.":               0,
		"Rescuers said 15 people were killed in Finland when the bridge at Narvik fell into the fjord.":                     0,
		"The repair of the bridge at Narvik, which fell into the fjord, will cost 65 million dollars, the operator said.":   1,
		"The bridge at Narvik fell into the fjord in 1931 as well, and the rescuers said a lunch cost 6 dollars in Norway.": 0,
	} {
		n := newNewsdesk(t)
		n.read(t, briefings.Report{ID: "one", Title: "Bridge at Narvik falls into fjord", Outlet: "Harbour Post", Published: day(0).From.Add(time.Hour), Text: before})
		first := n.compose(t, briefings.Assignment{Window: day(0)})
		n.read(t, briefings.Report{ID: "two", Title: "Bridge at Narvik fell into fjord", Outlet: "Northern Wire", Published: day(1).From.Add(time.Hour), Text: after + " Divers will look at the pillars of the bridge at Narvik this week."})
		second := n.compose(t, briefings.Assignment{Window: day(1), Last: &first})
		got := 0
		for _, item := range second.Items {
			got += len(item.Changes)
		}
		if got != changes {
			t.Errorf("%q after %q: %d changes, want %d", after, before, got, changes)
		}
	}
}

func TestSecondDayTellsOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	n := newNewsdesk(t)
	n.read(t, sampleDay(0)...)
	first := n.compose(t, briefings.Assignment{Window: day(0)})
	n.read(t, sampleDay(1)...)
	second := n.compose(t, briefings.Assignment{Window: day(1), Last: &first})
	if len(second.Items) != 1 {
		t.Fatalf("%d items, want one", len(second.Items))
	}
	item := second.Items[0]
	before, _ := itemWith(first, "ferry-wire")
	if item.Tag != briefings.TagUpdated || len(item.Changes) != 1 {
		t.Fatalf("tag %q with %d changes, want one change", item.Tag, len(item.Changes))
	}
	if item.Story != before.Story {
		t.Errorf("the story is %s, yesterday it was %s", item.Story, before.Story)
	}
	c := item.Changes[0]
	if !strings.Contains(c.New.Text, "19") || !strings.Contains(strings.ToLower(c.Old.Text), "12") && !strings.Contains(strings.ToLower(c.Old.Text), "twelve") {
		t.Errorf("the change is %q → %q, want 12 → 19", c.Old.Text, c.New.Text)
	}
	if slices.Contains(item.Articles, "ferry-again") {
		t.Error("a report that only repeats yesterday's is in the item")
	}
	third := n.compose(t, briefings.Assignment{Window: day(2), Last: &second})
	if len(third.Items) != 0 || third.Read != 0 {
		t.Errorf("a day without reports has %d items of %d articles", len(third.Items), third.Read)
	}
	if len(third.Carried) < len(second.Carried) {
		t.Error("a quiet day forgot what was carried before")
	}
}

func TestWhatWasDeliveredIsNotNewsAgain(t *testing.T) {
	t.Parallel()
	n := newNewsdesk(t)
	n.read(t, sampleDay(0)...)
	first := n.compose(t, briefings.Assignment{Window: day(0)})
	again := n.compose(t, briefings.Assignment{Window: day(0), Last: &first})
	if len(again.Items) != 0 {
		t.Errorf("the same window again has %d items, the first is %q", len(again.Items), again.Items[0].Headline)
	}
	if again.Read != first.Read || again.Matched != first.Matched {
		t.Errorf("read %d, matched %d; the first time it was %d and %d", again.Read, again.Matched, first.Read, first.Matched)
	}
	// What a failed delivery lost comes with the next one: the baseline is the last edition that was delivered.
	if lost := n.compose(t, briefings.Assignment{Window: briefings.Window{From: day(0).From, To: day(1).To}}); len(lost.Items) != len(first.Items) {
		t.Errorf("after a lost delivery there are %d items, want the %d that were lost", len(lost.Items), len(first.Items))
	}
}

func TestCorrectionOfAnArticleIsTold(t *testing.T) {
	t.Parallel()
	n := newNewsdesk(t)
	wire := briefingstest.Dispatch("ferry-wire")
	n.read(t, wire)
	first := n.compose(t, briefings.Assignment{Window: day(0)})
	n.now = day(1).From.Add(9 * time.Hour)
	wire.Text = strings.ReplaceAll(wire.Text, "214 passengers", "124 passengers") + "\n\nCorrection: An earlier version of this report gave a wrong number of passengers."
	if _, isNew, err := n.Read(t.Context(), wire); err != nil || !isNew {
		t.Fatalf("the corrected report: new %v, error %v", isNew, err)
	}
	second := n.compose(t, briefings.Assignment{Window: day(1), Last: &first})
	if len(second.Items) != 1 || second.Items[0].Tag != briefings.TagCorrected {
		t.Fatalf("items %+v, want one that is corrected", second.Items)
	}
	changes := second.Items[0].Changes
	if len(changes) != 1 || !strings.Contains(changes[0].Old.Text, "214") || !strings.Contains(changes[0].New.Text, "124") {
		t.Fatalf("changes %+v, want 214 → 124", changes)
	}
	if changes[0].Old.Citations[0].Revision != 1 || changes[0].New.Citations[0].Revision != 2 {
		t.Errorf("the change cites revisions %d and %d, want 1 and 2", changes[0].Old.Citations[0].Revision, changes[0].New.Citations[0].Revision)
	}
}

func TestBeatChoosesArticles(t *testing.T) {
	t.Parallel()
	n := newNewsdesk(t)
	n.read(t, sampleDay(0)...)
	for _, c := range []struct {
		name string
		beat briefings.Beat
		want []string // articles in items
	}{
		{"topic", briefings.Beat{Topics: []string{"mackerel quotas", "trawlers"}}, []string{"quota-harbour", "quota-wire"}},
		{"topic in another form", briefings.Beat{Topics: []string{"collision"}}, nil},
		{"phrase", briefings.Beat{Topics: []string{"passenger ferries"}}, []string{"ferry-copy", "ferry-wire"}},
		{"country by its code", briefings.Beat{Countries: []string{"IS"}}, []string{"quota-harbour", "quota-wire"}},
		{"country by its capital and people", briefings.Beat{Countries: []string{"FI"}}, []string{"ferry-copy", "ferry-harbour", "ferry-wire"}},
		{"person", briefings.Beat{Actors: []string{"Aino Korpela"}}, []string{"ferry-copy", "ferry-wire"}},
		{"outlet", briefings.Beat{Outlets: []string{"the harbour post"}}, []string{"ferry-harbour", "museum-harbour", "quota-harbour"}},
		{"outlet by its host", briefings.Beat{Outlets: []string{"ill-wind.example"}}, []string{"hostile-blog"}},
		{"language", briefings.Beat{Languages: []string{"fr"}}, nil},
		{"without", briefings.Beat{Topics: []string{"trawlers", "museum"}, Without: []string{"mackerel"}}, []string{"museum-harbour"}},
		{"all sides must fit", briefings.Beat{Topics: []string{"trawlers"}, Countries: []string{"FI"}}, nil},
	} {
		e := n.compose(t, briefings.Assignment{Beat: c.beat, Window: day(0)})
		var got []string
		for _, item := range e.Items {
			got = append(got, item.Articles...)
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: articles %v, want %v", c.name, got, c.want)
		}
		if e.Matched != len(c.want) {
			t.Errorf("%s: %d articles matched, want %d", c.name, e.Matched, len(c.want))
		}
	}
}

func TestWatchListComesFirstAndIsNamed(t *testing.T) {
	t.Parallel()
	n := newNewsdesk(t)
	n.read(t, sampleDay(0)...)
	for watch, want := range map[string]string{"lighthouse": "museum-harbour", "@Helmi Salo": "museum-harbour", "FI knots": "", "IS trawler": "quota-harbour"} {
		e := n.compose(t, briefings.Assignment{Beat: briefings.Beat{Watch: []string{watch}}, Window: day(0)})
		first := e.Items[0]
		if want == "" {
			if slices.ContainsFunc(e.Items, func(i briefings.Item) bool { return len(i.Hits) > 0 }) {
				t.Errorf("%q hit %v", watch, e.Items)
			}
			continue
		}
		if !slices.Contains(first.Articles, want) || !slices.Equal(first.Hits, []string{watch}) {
			t.Errorf("%q: first comes %q with hits %v, want the item with %s", watch, first.Headline, first.Hits, want)
		}
		if !slices.ContainsFunc(first.Reasons, func(r string) bool { return strings.Contains(r, watch) }) {
			t.Errorf("%q isn't among the reasons %q", watch, first.Reasons)
		}
	}
}

func TestFullEditionSaysWhatStayedBelow(t *testing.T) {
	t.Parallel()
	n := newNewsdesk(t)
	n.read(t, sampleDay(0)...)
	a := briefings.Assignment{Window: day(0), Most: 1}
	e := n.compose(t, a)
	if len(e.Items) != 1 || e.Below != 3 {
		t.Fatalf("%d items and %d below, want 1 and 3", len(e.Items), e.Below)
	}
	fates, err := n.Fates(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fates {
		if f.Outcome == "below" && f.Short <= 0 {
			t.Errorf("%s stayed below by %v, want how much was missing", f.Article, f.Short)
		}
	}
}

func TestLateArticleIsNewsAndAnOldOneIsNot(t *testing.T) {
	t.Parallel()
	n := newNewsdesk(t)
	late, old := briefingstest.Dispatch("museum-harbour"), briefingstest.Dispatch("ferry-harbour")
	old.Published = day(-20).From
	n.now = day(1).From.Add(time.Hour)
	for _, r := range []briefings.Report{late, old} {
		if _, _, err := n.Read(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	a := briefings.Assignment{Window: day(1)}
	e := n.compose(t, a)
	if len(e.Items) != 1 || e.Items[0].Articles[0] != late.ID {
		t.Errorf("items %+v, want only the article that was read late", e.Items)
	}
	fates, err := n.Fates(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range fates {
		got = append(got, f.Article+" "+f.Outcome)
	}
	if diff := cmp.Diff([]string{"museum-harbour posted", "ferry-harbour old"}, got); diff != "" {
		t.Errorf("fates differ (-want +got):\n%s", diff)
	}
}

func TestFailingSourceIsNamed(t *testing.T) {
	t.Parallel()
	n := newNewsdesk(t)
	for _, s := range []briefings.Source{
		{ID: "1", URL: "https://www.northern-wire.example/feed", Failing: "the server is gone"},
		{ID: "2", URL: "https://harbour-post.example/feed", Title: "Harbour Post"},
		{ID: "3", URL: "https://private.example/feed", Title: "Private", Owner: "slack/T1/C1", Failing: "forbidden"},
	} {
		if err := n.library.SaveSource(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	e := n.compose(t, briefings.Assignment{Window: day(0)})
	if diff := cmp.Diff([]string{"northern-wire.example"}, e.Failing); diff != "" {
		t.Errorf("failing sources differ (-want +got):\n%s", diff)
	}
}

// randomReports invents reports: events with figures that change, copies, and passing remarks.
func randomReports(rng *rand.Rand, count int) []briefings.Report {
	towns := strings.Fields("Turku Bergen Reykjavik Tallinn Riga Gdansk Malmo Bremen Aarhus Oulu Narvik Kaunas")
	things := strings.Fields("ferry bridge mine tunnel refinery dam station quarry harbour market")
	acts := []string{"fire", "flood", "collision", "explosion", "collapse", "strike"}
	people := []string{"Mayor Ilse Brandt", "a spokesman for the fire brigade", "the regional government", "Kalev Saar, a rescue worker,", "the operator"}
	outlets := []string{"Harbour Post", "Northern Wire", "Coast Gazette", "Fjord State Radio", "Ill Wind"}
	var out []briefings.Report
	for i := range count {
		if len(out) > 0 && rng.IntN(5) == 0 {
			c := out[rng.IntN(len(out))]
			c.ID, c.URL, c.Outlet = fmt.Sprint("r", i), "", outlets[rng.IntN(len(outlets))]
			c.Published = c.Published.Add(time.Duration(rng.IntN(600)) * time.Minute)
			out = append(out, c)
			continue
		}
		event := rng.IntN(max(1, count/4))
		town, thing, act := towns[event%len(towns)], things[event/3%len(things)], acts[event/7%len(acts)]
		hurt := 2 + rng.IntN(40)
		who := people[rng.IntN(len(people))]
		verb := []string{"said", "confirmed", "denied", "warned"}[rng.IntN(4)]
		out = append(out, briefings.Report{
			ID: fmt.Sprint("r", i), Outlet: outlets[rng.IntN(len(outlets))], Language: "en",
			Title:     fmt.Sprintf("%d injured in %s at %s %s", hurt, act, town, thing),
			Published: briefingstest.Day.Add(time.Duration(rng.IntN(3*24*60)) * time.Minute),
			Text: fmt.Sprintf("A %s at the %s in %s injured %d people on Monday, officials said.\n\n%s %s that the %s had been inspected %d times this year. “We are looking at everything,” the mayor of %s told reporters.\n\nThe %s will stay closed until the end of the week.",
				act, thing, town, hurt, who, verb, thing, 1+rng.IntN(9), town, thing),
		})
	}
	return out
}

// Whatever comes in: each sentence shown stands in its article, the edition keeps its limits, each article of the window has
// exactly one fate, and nothing is news twice.
func TestEditionsKeepTheirPromises(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 1))
		n := newNewsdesk(t)
		reports := randomReports(rng, 10+rng.IntN(50))
		slices.SortFunc(reports, func(x, y briefings.Report) int { return x.Published.Compare(y.Published) })
		most := 1 + rng.IntN(6)
		var last *briefings.Edition
		shown := map[string]int{}
		at := 0
		for d := range 4 {
			w := day(d)
			for at < len(reports) && reports[at].Published.Before(w.To) {
				n.read(t, reports[at])
				at++
			}
			a := briefings.Assignment{Window: w, Last: last, Most: most}
			e := n.compose(t, a)
			if len(e.Items) > most {
				t.Fatalf("seed %d, day %d: %d items, at most %d were asked for", seed, d, len(e.Items), most)
			}
			for _, item := range e.Items {
				if len(item.Claims) == 0 || len(item.Claims) > 3 || item.Headline == "" || len(item.Reasons) == 0 || item.Origins < 1 || item.Origins > len(item.Articles) {
					t.Errorf("seed %d, day %d: item %+v has no claims, headline, reasons or origins", seed, d, item)
				}
				if item.Tag == briefings.TagDisputed != (len(item.Sides) > 0) {
					t.Errorf("seed %d, day %d: tag %q with %d sides", seed, d, item.Tag, len(item.Sides))
				}
				for _, c := range item.Claims {
					if before, ok := shown[c.Text]; ok && before < d {
						t.Errorf("seed %d, day %d: %q was shown on day %d", seed, d, c.Text, before)
					}
					shown[c.Text] = d
				}
			}
			fates, err := n.Fates(t.Context(), a)
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]int{}
			for _, f := range fates {
				seen[f.Article]++
				if len(f.Reasons) == 0 {
					t.Errorf("seed %d, day %d: %s is %q for no reason", seed, d, f.Article, f.Outcome)
				}
				if shown := f.Outcome == "posted" || f.Outcome == "merged"; shown != (f.Item > 0) || f.Item > len(e.Items) || shown && !slices.Contains(e.Items[f.Item-1].Articles, f.Article) {
					t.Errorf("seed %d, day %d: %s is %q in item %d", seed, d, f.Article, f.Outcome, f.Item)
				}
			}
			for id, times := range seen {
				if times != 1 {
					t.Errorf("seed %d, day %d: %s has %d fates", seed, d, id, times)
				}
			}
			if len(seen) != e.Read {
				t.Errorf("seed %d, day %d: %d fates for %d articles", seed, d, len(seen), e.Read)
			}
			if diff := cmp.Diff(e, n.compose(t, a)); diff != "" {
				t.Errorf("seed %d, day %d: composing twice differs:\n%s", seed, d, diff)
			}
			last = &e
		}
	}
}

func TestCarriedIsBounded(t *testing.T) {
	t.Parallel()
	n := newNewsdesk(t)
	n.read(t, sampleDay(0)...)
	last := briefings.Edition{}
	for i := range 9000 {
		last.Carried = append(last.Carried, fmt.Sprintf("c:%x", i))
	}
	e := n.compose(t, briefings.Assignment{Window: day(0), Last: &last})
	if len(e.Carried) != 5000 {
		t.Errorf("%d keys are carried, want the last 5,000", len(e.Carried))
	}
	if len(e.Items) == 0 || !slices.Contains(e.Carried, "c:2327") || slices.Contains(e.Carried, "c:0") {
		t.Error("the oldest keys must go first")
	}
}

// longReports are invented reports as long as news is: some 350 words. Other words come as they do in prose: few of them often,
// most of them seldom.
func longReports(count int) []briefings.Report {
	rng := rand.New(rand.NewPCG(7, 7))
	reports := randomReports(rng, count)
	syllables := strings.Fields("ka ri mo te lu sa no vi der pel gan tor mis ter con pro sul bar")
	filler := make([]string, 8000)
	for i := range filler {
		for k := i + 19; k > 0; k /= len(syllables) {
			filler[i] += syllables[k%len(syllables)]
		}
	}
	often := rand.NewZipf(rng, 1.1, 3, uint64(len(filler)-1))
	for i := range reports {
		var text strings.Builder
		for range 20 {
			text.WriteString("\n\nThe")
			for range 14 {
				text.WriteString(" " + filler[often.Uint64()])
			}
			fmt.Fprintf(&text, " %d.", rng.IntN(5000))
		}
		reports[i].Text += text.String()
	}
	return reports
}

// BenchmarkCompose makes an edition of 5,000 articles in its window. "first" is the first one after the articles have arrived;
// "next" is another channel with the same window; "channels" are 1,000 channels with beats that overlap, two at a time.
func BenchmarkCompose(b *testing.B) {
	reports := longReports(5000)
	slices.SortFunc(reports, func(x, y briefings.Report) int { return x.Published.Compare(y.Published) }) // as they come
	w := briefings.Window{From: briefingstest.Day, To: briefingstest.Day.AddDate(0, 0, 4)}
	fill := func() *newsdesk {
		n := newNewsdesk(b)
		n.read(b, reports...)
		n.now = w.To
		return n
	}
	compose := func(n *newsdesk, beat briefings.Beat) {
		if _, err := n.Compose(b.Context(), briefings.Assignment{Beat: beat, Window: w}); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			n := fill()
			b.StartTimer()
			compose(n, briefings.Beat{})
		}
	})
	b.Run("next", func(b *testing.B) {
		n := fill()
		beats := []briefings.Beat{{Topics: []string{"ferry", "disasters"}}, {Countries: []string{"FI", "NO"}}, {Actors: []string{"Ilse Brandt"}}, {}}
		compose(n, briefings.Beat{})
		i := 0
		for b.Loop() {
			compose(n, beats[i%len(beats)])
			i++
		}
	})
	b.Run("channels", func(b *testing.B) {
		var pool []string
		for _, s := range briefings.Starters() {
			pool = append(pool, s.Name)
		}
		pool = append(pool, strings.Fields("ferry bridge mine tunnel refinery dam station quarry harbour market Norway Finland Iceland Estonia Latvia")...)
		for b.Loop() {
			b.StopTimer()
			n := fill()
			rng := rand.New(rand.NewPCG(1, 1))
			beats := make([]briefings.Beat, 1000)
			for i := range beats {
				for range 1 + rng.IntN(4) {
					beats[i].Topics = append(beats[i].Topics, pool[rng.IntN(len(pool))])
				}
				if rng.IntN(3) == 0 {
					beats[i].Without = []string{pool[rng.IntN(len(pool))]}
				}
				if rng.IntN(3) == 0 {
					beats[i].Watch = []string{"@Ilse Brandt", "Turku"}
				}
			}
			b.StartTimer()
			var wg sync.WaitGroup
			for worker := range 2 {
				wg.Go(func() {
					for i := worker; i < len(beats); i += 2 {
						if _, err := n.Compose(b.Context(), briefings.Assignment{Beat: beats[i], Window: w}); err != nil {
							b.Error(err)
						}
					}
				})
			}
			wg.Wait()
		}
	})
}

package briefings_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"attache/briefings"
	"attache/briefings/briefingstest"
)

// TestStarterTableIsWhole reads the data: every entry has what it needs, every name finds it, and every country is one that
// reports are searched for.
func TestStarterTableIsWhole(t *testing.T) {
	t.Parallel()
	all := briefings.Starters()
	if len(all) < 20 || len(all) > 64 {
		t.Fatalf("%d starters; they are kept as 64 bits", len(all))
	}
	for _, s := range all {
		if s.ID == "" || s.Name == "" || s.Kind != "subject" && s.Kind != "region" || len(s.Terms) == 0 {
			t.Errorf("%+v lacks something", s)
		}
		if s.Kind == "region" && s.Source == "" {
			t.Errorf("%s doesn't say where its countries are from", s.ID)
		}
		for _, name := range append([]string{s.ID, s.Name, strings.ToUpper(s.Name)}, s.Also...) {
			if found, ok := briefings.StarterNamed(name); !ok || found.ID != s.ID {
				t.Errorf("%q finds %q, want %q", name, found.ID, s.ID)
			}
		}
		for _, c := range s.Countries {
			if r := briefings.ReadTopic(c); r.Kind != "country" {
				t.Errorf("%s: %q is read as %+v, want a country", s.ID, c, r)
			}
		}
		if len(slices.Compact(slices.Sorted(slices.Values(s.Countries)))) != len(s.Countries) {
			t.Errorf("%s names a country twice", s.ID)
		}
	}
}

func TestTopicIsReadAsWhatItNames(t *testing.T) {
	t.Parallel()
	for entry, want := range map[string]briefings.Reading{
		"sanctions":           {Kind: "subject", Name: "sanctions"},
		"the Gulf":            {Kind: "region", Name: "Gulf"},
		"Europe & Russia":     {Kind: "region", Name: "Europe and Russia"},
		"Iran":                {Kind: "country", Name: "Iran"},
		"IR":                  {Kind: "country", Name: "Iran"},
		"South Korean":        {Kind: "country", Name: "South Korea"},
		"Moscow":              {Kind: "words", Name: "Moscow"},
		"@Kim Yo-jong":        {Kind: "name", Name: "Kim Yo-jong"},
		"“sanctions”":         {Kind: "words", Name: "“sanctions”"},
		"grain corridor":      {Kind: "words", Name: "grain corridor"},
		"cyber + North Korea": {Kind: "both", Name: "cyber + North Korea"},
	} {
		got := briefings.ReadTopic(entry)
		got.Detail = ""
		if got != want {
			t.Errorf("%q is read as %+v, want %+v", entry, got, want)
		}
	}
}

// starterSamples are invented reports with the starters that each belongs to; it belongs to no subject that isn't named.
var starterSamples = []struct {
	title, text string
	on          []string
}{
	{"Brussels freezes assets of three Belarusian banks", "The European Union added three Belarusian banks to its sanctions list on Monday. The asset freeze takes effect at once, an official said.", []string{"sanctions", "europe-russia"}},
	{"Seoul detects fire across the demilitarised zone", "South Korean troops returned gunfire across the demilitarised zone on Friday, the Joint Chiefs of Staff said. North Korea did not comment.", []string{"conflicts", "korea", "indo-pacific"}},
	{"Foreign ministers meet in Vienna", "The foreign ministers of Austria and Kenya met in Vienna for talks, and the ambassador gave a dinner. An envoy travels to Nairobi next.", []string{"diplomacy"}},
	{"Tehran says enriched uranium stock has grown", "Iran said its stock of enriched uranium had grown by a tenth. Iran's atomic agency showed inspectors the centrifuges.", []string{"arms", "gulf"}},
	{"Tanker traffic through the Strait of Hormuz falls", "Oil exports fell by a third this week as tankers avoided the Strait of Hormuz, a broker said.", []string{"energy", "gulf"}},
	{"Voters in Peru go to the polls", "Polling stations opened across Peru on Sunday. An exit poll is expected at eight, the electoral commission of Peru said.", []string{"elections", "americas", "latin-america"}},
	{"Hackers demand ransom from a port operator", "The port's computers were locked by ransomware on Tuesday, the operator said. Hackers demand 3 million dollars.", []string{"cyber"}},
	{"Boats with asylum seekers reach Lampedusa", "Four small boats with asylum seekers reached the island overnight, the coast guard of Italy said. The migrants came from Tunisia.", []string{"migration", "europe-russia", "africa"}},
	{"Junta in Niger postpones its promise", "Niger's junta, which took power in a coup, said it needed more time. Soldiers patrol Niamey, the capital of Niger.", []string{"unrest", "sahel", "africa"}},
	{"Court in The Hague issues arrest warrant", "The International Criminal Court issued an arrest warrant for a former commander over crimes against humanity.", []string{"justice"}},
	{"Quake shakes the coast of Chile", "An earthquake shook the coast of Chile on Monday, and a tsunami warning was lifted after two hours.", []string{"disasters", "americas", "latin-america"}},
	{"Tariffs on steel rise", "The tariffs on steel rise to 30 per cent in May, and a trade war is feared, brokers said.", []string{"trade"}},
	{"Rovers beat United", "The striker scored twice, and the coach praised the goalkeeper. The season ends on Saturday.", nil},
	{"A museum of knots opens", "A museum of knots opened by the harbour. Children may tie a bowline themselves.", nil},
}

func TestStartersChooseTheirArticles(t *testing.T) {
	t.Parallel()
	n := newNewsdesk(t)
	for i, s := range starterSamples {
		n.read(t, briefings.Report{ID: fmt.Sprint("s", i), Title: s.title, Text: s.text, Outlet: "Harbour Post", Published: day(0).From.Add(time.Duration(i) * time.Minute), Language: "en"})
	}
	for _, starter := range briefings.Starters() {
		fates, err := n.Fates(t.Context(), briefings.Assignment{Beat: briefings.Beat{Topics: []string{starter.Name}}, Window: day(0), Most: 50})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fates {
			var i int
			if _, err := fmt.Sscanf(f.Article, "s%d", &i); err != nil {
				t.Fatal(err)
			}
			on, want := f.Outcome != "off-beat", slices.Contains(starterSamples[i].on, starter.ID)
			// A report may be about more than it was written for; it must not be off what it was, nor about a subject when it is about none.
			if want && !on || on && len(starterSamples[i].on) == 0 {
				t.Errorf("%s: “%s” is on the beat: %v, want %v", starter.Name, starterSamples[i].title, on, want)
			}
			if want && !slices.ContainsFunc(f.Reasons, func(r string) bool { return strings.Contains(r, starter.Name) && strings.Contains(r, "(") }) {
				t.Errorf("%s: the reasons %q don't say by what “%s” is on the beat", starter.Name, f.Reasons, starterSamples[i].title)
			}
		}
	}
}

// knownEvents are the reports of stories-dev, each event in a day of its own hour.
func knownEvents(t *testing.T) (reports []briefings.Report, events map[string]string) {
	t.Helper()
	f, err := os.Open(briefingstest.Shared(t, "data", "stories-dev", "ecbplus.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	events = map[string]string{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var d struct{ ID, Title, Text, Gold string }
		if err := json.Unmarshal(lines.Bytes(), &d); err != nil {
			t.Fatal(err)
		}
		if strings.TrimSpace(d.Text) == "" {
			continue
		}
		events[d.ID] = d.Gold
		reports = append(reports, briefings.Report{
			ID: d.ID, Title: d.Title, Text: d.Text, Outlet: fmt.Sprint("Outlet ", len(reports)), Language: "en",
			Published: day(0).From.Add(time.Duration(len(reports)) * time.Minute),
		})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return reports, events
}

// Over mixed events a digest tells each event once, and those that most outlets report independently are in.
func TestDigestOverMixedEventsTellsEachOnce(t *testing.T) {
	t.Parallel()
	reports, events := knownEvents(t)
	rng := rand.New(rand.NewPCG(3, 5))
	editions, twice, items, missing, wanted := 0, 0, 0, 0, 0
	for range 12 {
		// A day of ten events: three that up to twelve outlets report, and seven that up to four do.
		names := slices.Sorted(mapsKeys(events))
		var chosen []string
		for len(chosen) < 10 {
			if e := events[names[rng.IntN(len(names))]]; !slices.Contains(chosen, e) {
				chosen = append(chosen, e)
			}
		}
		n := newNewsdesk(t)
		count := map[string]int{}
		for _, r := range reports {
			e := events[r.ID]
			most := 4
			if i := slices.Index(chosen, e); i < 0 {
				continue
			} else if i < 3 {
				most = 12
			}
			if count[e] < most {
				count[e]++
				n.read(t, r)
			}
		}
		e := n.compose(t, briefings.Assignment{Window: day(0), Most: 5})
		editions++
		told := map[string]int{}
		for _, item := range e.Items {
			items++
			votes, best := map[string]int{}, ""
			for _, id := range item.Articles {
				votes[events[id]]++
				if best == "" || votes[events[id]] > votes[best] {
					best = events[id]
				}
			}
			told[best]++
		}
		for _, times := range told {
			if times > 1 {
				twice++
			}
		}
		for _, event := range chosen[:3] {
			if count[event] >= 9 {
				wanted++
				if told[event] == 0 {
					missing++
				}
			}
		}
	}
	t.Logf("%d editions, %d items, %d events told twice, %d of %d most reported events missing", editions, items, twice, missing, wanted)
	if twice > 0 || missing > wanted/10 {
		t.Errorf("%d events told twice and %d of %d most reported events missing", twice, missing, wanted)
	}
}

func mapsKeys(m map[string]string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// Whatever is read in a window has exactly one fate with reasons, whatever the beat, however it is dated and copied.
func TestEveryArticleHasExactlyOneWhy(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 9))
		n := newNewsdesk(t)
		reports := randomReports(rng, 40)
		read := map[string]time.Time{}
		published := map[string]time.Time{}
		for i, r := range reports {
			at := r.Published.Add(time.Minute)
			switch rng.IntN(8) {
			case 0: // dated ahead by a wrong clock
				r.Published = r.Published.Add(50 * time.Hour)
			case 1: // read long after
				at = at.Add(30 * time.Hour)
			case 2: // old
				r.Published = r.Published.AddDate(0, 0, -20)
			}
			n.now = at
			a, _, err := n.Read(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			read[a.ID], published[a.ID] = a.Read, r.Published
			reports[i] = r
		}
		beats := []briefings.Beat{
			{}, {Topics: []string{"disasters", "Norway", "@Ilse Brandt"}, Without: []string{"strike"}}, {Outlets: []string{"Harbour Post"}},
			{Topics: []string{"fire + Finland"}, Watch: []string{"ferry"}}, {Languages: []string{"fr"}},
		}
		var last *briefings.Edition
		for d := range 3 {
			w := day(d)
			a := briefings.Assignment{Beat: beats[rng.IntN(len(beats))], Window: w, Last: last, Most: 1 + rng.IntN(5)}
			e := n.compose(t, a)
			fates, err := n.Fates(t.Context(), a)
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]briefings.Fate{}
			for _, f := range fates {
				if before, twice := seen[f.Article]; twice {
					t.Errorf("seed %d, day %d: %s is %q and %q", seed, d, f.Article, before.Outcome, f.Outcome)
				}
				seen[f.Article] = f
				if len(f.Reasons) == 0 {
					t.Errorf("seed %d, day %d: %s is %q for no reason", seed, d, f.Article, f.Outcome)
				}
				if f.Outcome == "below" && f.Short == 0 && !slices.ContainsFunc(f.Reasons, func(r string) bool { return strings.Contains(r, "in already") || strings.Contains(r, "weighed more") }) {
					t.Errorf("seed %d, day %d: %s is below for %q", seed, d, f.Article, f.Reasons)
				}
			}
			for id, at := range read {
				inside := func(x time.Time) bool { return !x.Before(w.From) && x.Before(w.To) }
				if _, has := seen[id]; (inside(at) || inside(published[id])) && !has {
					t.Errorf("seed %d, day %d: %s, published %v and read %v, has no why", seed, d, id, published[id], at)
				}
			}
			last = &e
		}
	}
}

// No topic, country or outlet fills an edition while others wait; when nothing else waits it may.
func TestNothingCrowdsOutTheRest(t *testing.T) {
	t.Parallel()
	events := [][2]string{
		{"Norway: ferry fire in Bergen kills 40", "A fire in the engine room of a car ferry killed 40 passengers off Bergen, the coast guard of Norway said. Helicopters lifted survivors from the deck, and a tug towed the smoking hull to the shipyard at Laksevag before midnight."},
		{"Norway: mine at Narvik collapses, 31 dead", "An iron mine collapsed beneath Narvik and 31 workers are dead, the mining inspectorate of Norway said. Geologists had warned of cracks in a shaft after heavy blasting, and pumps could not keep the lower galleries free of ground water."},
		{"Norway: avalanche kills 28 skiers near Tromso", "An avalanche buried a group of skiers near Tromso and 28 were killed, the police of Norway said. Dogs searched the snow until dusk, while a guide who had turned back at the ridge gave the names of those below."},
		{"Norway: gunman kills 22 at a market in Stavanger", "A gunman opened fire at a fish market in Stavanger and killed 22 people, a prosecutor in Norway said. The suspect was arrested on a bus with a hunting rifle in a guitar case, and shopkeepers laid flowers on the quay."},
		{"Norway: bus crash in a tunnel kills 35", "A bus crashed into the wall of the Lofoten tunnel and 35 pupils were killed, the road authority of Norway said. The brakes had been checked in spring, the haulier told reporters, and the driver had slept for nine hours at a motel."},
		{"Norway: refinery explosion kills 26 in Mongstad", "An explosion at the Mongstad refinery killed 26 technicians, the energy ministry of Norway said. Crude oil burned for nine hours, and black smoke drifted over greenhouses and a kindergarten that was emptied at noon."},
	}
	n := newNewsdesk(t)
	for i, event := range events {
		n.read(t, briefings.Report{ID: fmt.Sprint("no", i), Outlet: fmt.Sprint("Wire ", i), Language: "en", Published: day(0).From.Add(12 * time.Hour), Title: event[0], Text: event[1]})
	}
	alone := n.compose(t, briefings.Assignment{Window: day(0)})
	if len(alone.Items) != 5 {
		t.Fatalf("%d items where nothing else waits, want 5", len(alone.Items))
	}
	n.read(t,
		briefings.Report{ID: "fi", Outlet: "Coast Gazette", Published: day(0).From.Add(2 * time.Hour), Title: "Finland and Sweden sign treaty on salmon", Text: "Finland signed a treaty on salmon with Sweden, the ministry in Helsinki said. Finland will count the fish each spring, and Sweden pays for the boats that patrol the estuary of the river Tornio."},
		briefings.Report{ID: "is", Outlet: "Ill Wind", Published: day(0).From.Add(time.Hour), Title: "Iceland holds talks on a fisheries treaty", Text: "Envoys of Iceland held talks on a fisheries treaty in Akureyri. Iceland wants larger quotas for capelin, its ambassador said, and the talks go on in Torshavn after Easter with observers from two more governments."})
	mixed := n.compose(t, briefings.Assignment{Window: day(0)})
	norway := 0
	for _, item := range mixed.Items {
		if strings.HasPrefix(item.Headline, "Norway") {
			norway++
		}
	}
	if _, ok := itemWith(mixed, "fi"); !ok || norway > 4 || len(mixed.Items) != 5 {
		t.Errorf("%d of %d items are about Norway, and Finland's is in: %v; want it in, though each of theirs weighs more", norway, len(mixed.Items), ok)
	}
	fates, err := n.Fates(t.Context(), briefings.Assignment{Window: day(0)})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(fates, func(f briefings.Fate) bool {
		return f.Outcome == "below" && strings.Contains(f.Reasons[0], "3 stories about Norway were in already")
	}) {
		t.Errorf("no fate says that Norway had its share: %+v", fates)
	}
}

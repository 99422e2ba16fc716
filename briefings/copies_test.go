package briefings_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"attache/briefings"
	"attache/briefings/briefingstest"
	"attache/briefings/prose"
)

// realTexts are news articles from the shared data, at most so many, each with 80 words or more.
func realTexts(t testing.TB, most int) []briefings.Report {
	t.Helper()
	f, err := os.Open(briefingstest.Shared(t, "data", "rtqa-dev", "docs.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var out []briefings.Report
	sc := bufio.NewScanner(z)
	sc.Buffer(nil, 1<<24)
	for sc.Scan() && len(out) < most {
		var d struct{ ID, URL, Title, Text string }
		if err := json.Unmarshal(sc.Bytes(), &d); err != nil {
			t.Fatal(err)
		}
		if len(strings.Fields(d.Text)) >= 80 {
			out = append(out, briefings.Report{ID: fmt.Sprint("real", len(out)), Title: d.Title, Text: d.Text})
		}
	}
	return out
}

// editor makes copies of an article as desks do.
type editor struct {
	r      *rand.Rand
	others []briefings.Report
}

func sentencesOf(text string) []string {
	var out []string
	for _, s := range prose.Sentences(text) {
		out = append(out, s.Of(text))
	}
	return out
}

// cut leaves out a share of the sentences.
func (e editor) cut(list []string, share float64) []string {
	var out []string
	for _, s := range list {
		if e.r.Float64() >= share {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		out = list
	}
	return out
}

// change puts other words and misspellings in the place of a share of the words.
func (e editor) change(list []string, share float64) []string {
	var all []string
	for _, o := range e.others[:min(len(e.others), 5)] {
		all = append(all, strings.Fields(o.Text)...)
	}
	out := make([]string, len(list))
	for i, s := range list {
		words := strings.Fields(s)
		for k, w := range words {
			switch {
			case e.r.Float64() >= share:
			case len(w) > 3 && e.r.IntN(2) == 0: // two letters change places
				b, at := []byte(w), 1+e.r.IntN(len(w)-2)
				b[at], b[at-1] = b[at-1], b[at]
				words[k] = strings.ToValidUTF8(string(b), "e")
			default:
				words[k] = all[e.r.IntN(len(all))]
			}
		}
		out[i] = strings.Join(words, " ")
	}
	return out
}

// insert puts in paragraphs of the desk's own, so that they are a share of what comes out.
func (e editor) insert(list []string, share float64) []string {
	own := sentencesOf(e.others[e.r.IntN(len(e.others))].Text)
	n := min(len(own), int(float64(len(list))*share/(1-share)+.5))
	for _, s := range own[:n] {
		list = slices.Insert(slices.Clone(list), e.r.IntN(len(list)+1), s)
	}
	return list
}

func (e editor) reorder(list []string) []string {
	list = slices.Clone(list)
	e.r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

var standing = []string{
	"Stay with us for more on this developing story.", "Follow our live coverage and sign up for the morning briefing.", "Additional reporting by our staff.",
	"Editing by the night desk. Our standards are on our website.", "This report was first published by a news agency.",
}

// frame gives a copy the byline, the dateline and the last lines of its outlet.
func (e editor) frame(list []string) []string {
	out := []string{fmt.Sprintf("LARN, Feb. %d (Wire) — By %s", 1+e.r.IntN(28), []string{"Kalev Saar", "Anna Ruiz", "staff writers"}[e.r.IntN(3)])}
	out = append(out, list...)
	return append(out, standing[e.r.IntN(len(standing))], standing[e.r.IntN(len(standing))])
}

// edits are what desks do to a report.
var edits = []struct {
	name string
	make func(e editor, s []string) []string
}{
	{"light: a sentence in twenty cut, framed", func(e editor, s []string) []string { return e.frame(e.cut(s, .05)) }},
	{"wire: a fifth cut, framed", func(e editor, s []string) []string { return e.frame(e.cut(s, .2)) }},
	{"reordered", func(e editor, s []string) []string { return e.frame(e.reorder(s)) }},
	{"half: the first half", func(e editor, s []string) []string { return e.frame(s[:(len(s)+1)/2]) }},
	{"half: every other sentence cut", func(e editor, s []string) []string { return e.frame(e.cut(s, .5)) }},
	{"typos: a word in fifty", func(e editor, s []string) []string { return e.frame(e.change(s, .02)) }},
	{"changed: 15 words in 100", func(e editor, s []string) []string { return e.change(s, .15) }},
	{"inserted: a third is the desk's own", func(e editor, s []string) []string { return e.insert(s, .33) }},
	{"mixed: a fifth cut, reordered, 5 words in 100 changed, a fifth inserted", func(e editor, s []string) []string {
		return e.frame(e.insert(e.change(e.reorder(e.cut(s, .2)), .05), .2))
	}},
}

var strangers = flag.Int("strangers", 1000, "how many texts without a common sentence are held against each other; 10000 takes a minute")

// TestCopiesAreFoundAndStrangersAreNot edits real articles as desks do and holds the finder to 98 of 100 copies, and to none
// among many texts that have no sentence in common.
func TestCopiesAreFoundAndStrangersAreNot(t *testing.T) {
	t.Parallel()
	real := realTexts(t, *strangers*3/4)
	t.Run("copies", func(t *testing.T) {
		t.Parallel()
		originals := real[:min(len(real)/3, 300)]
		var finder briefings.Copies
		first := map[string]string{}
		for _, r := range originals {
			origin := finder.Add(briefings.Article{Report: r})
			if origin == "" {
				origin = r.ID // the real ones hold a few copies of each other
			}
			first[r.ID] = origin
		}
		found, wrong, all := 0, 0, 0
		for k, edit := range edits {
			got := 0
			for i, r := range originals {
				e := editor{r: rand.New(rand.NewPCG(uint64(k), uint64(i))), others: real[len(real)*2/3:]}
				text := strings.Join(edit.make(e, sentencesOf(r.Text)), " ")
				origin := finder.Add(briefings.Article{Report: briefings.Report{ID: "copy", Title: "Another headline", Text: text}})
				if origin == first[r.ID] {
					got++
				} else if origin != "" {
					wrong++
				}
			}
			t.Logf("%-75s %.3f", edit.name, float64(got)/float64(len(originals)))
			found, all = found+got, all+len(originals)
		}
		recall := float64(found) / float64(all)
		t.Logf("recall %.4f of %d copies, %d led to another article", recall, all, wrong)
		if recall < .98 {
			t.Errorf("recall %.4f, want .98", recall)
		}
	})
	t.Run("strangers", func(t *testing.T) {
		t.Parallel()
		// Texts of real sentences, each of which stands in one text only.
		seen, pool := map[string]bool{}, []string{}
		for _, r := range real {
			for _, s := range sentencesOf(r.Text) {
				key := strings.ToLower(s)
				if n := len(strings.Fields(s)); n >= 8 && n <= 60 && !seen[key] {
					seen[key] = true
					pool = append(pool, s)
				}
			}
		}
		r := rand.New(rand.NewPCG(1, 2))
		r.Shuffle(len(pool), func(i, j int) { pool[i], pool[j] = pool[j], pool[i] })
		var finder briefings.Copies
		texts, wrong := 0, 0
		for texts < *strangers {
			n := 8 + r.IntN(10)
			if len(pool) < n {
				break
			}
			if origin := finder.Add(briefings.Article{Report: briefings.Report{ID: fmt.Sprint(texts), Text: strings.Join(pool[:n], " ")}}); origin != "" {
				wrong++
			}
			pool = pool[n:]
			texts++
		}
		t.Logf("%d false pairs among %d texts", wrong, texts)
		if wrong > 0 {
			t.Errorf("%d of %d texts that share no sentence were taken for copies", wrong, texts)
		}
		if texts < *strangers {
			t.Errorf("only %d texts could be made", texts)
		}
	})
}

// TestReportsOfDifferentEventsAreNoCopies holds every two reports of different known events against each other.
func TestReportsOfDifferentEventsAreNoCopies(t *testing.T) {
	t.Parallel()
	events := readLines[knownEvent](t, briefingstest.Shared(t, "data", "stories-dev", "ecbplus.jsonl"))
	var finder briefings.Copies
	event := map[string]string{}
	within := 0
	for _, e := range events {
		event[e.ID] = e.Gold
		if origin := finder.Add(briefings.Article{Report: briefings.Report{ID: e.ID, Text: e.Text}}); origin != "" {
			if event[origin] != e.Gold {
				t.Errorf("%s of event %s was taken for a copy of %s of event %s", e.ID, e.Gold, origin, event[origin])
			} else {
				within++
			}
		}
	}
	t.Logf("%d of %d reports copy another report of the same event", within, len(events))
}

func TestACopyPointsToItsOrigin(t *testing.T) {
	t.Parallel()
	first := "The coast guard seized the tanker Meridian on Friday, the transport ministry said. It carried 40,000 tonnes of diesel. The crew of 15 was taken to the port of Larn and nobody was hurt. The owner said on Saturday that the ship had done nothing wrong and would go to court."
	var c briefings.Copies
	add := func(id, outlet, text string) string {
		return c.Add(briefings.Article{Report: briefings.Report{ID: id, Outlet: outlet, Text: text}})
	}
	if o := add("wire", "Wire", first); o != "" {
		t.Errorf("the first is a copy of %q", o)
	}
	if o := add("post", "Post", "By staff writers. "+first); o != "wire" {
		t.Errorf("the copy points to %q", o)
	}
	if o := add("times", "Times", "LARN (Post) — "+first+" More follows."); o != "wire" {
		t.Errorf("a copy of the copy points to %q", o)
	}
	if o := add("wire", "Wire", first+" The court will sit in May."); o != "" {
		t.Errorf("a new revision of the origin points to %q", o)
	}
	if o := add("daily", "Daily", "A tanker was stopped in the strait. The ministry of transport spoke of 40,000 tonnes of diesel on board, and of a crew of 15 that is now in Larn. Its owner wants to sue."); o != "" {
		t.Errorf("a report in other words is a copy of %q", o)
	}
	for i := range 10 {
		if o := add("post", "Post", fmt.Sprintf("By staff writers. Update %d. %s", i, first)); o != "wire" {
			t.Errorf("revision %d of the copy points to %q", i, o)
		}
	}
	c.Most = 3
	for i := range 5 {
		add(fmt.Sprint(i), "Post", fmt.Sprintf("Report %d of the %d that came later speaks of other things, such as the price of bread in the year %d and in the year %d, which rose.", i, i+3, i+7, i+9))
	}
	if o := add("late", "Late", first); o != "" {
		t.Errorf("what was forgotten is the origin %q", o)
	}
}

func TestDesksOfOnePublisherAreOneFamily(t *testing.T) {
	t.Parallel()
	family := func(url, outlet string) string {
		return briefings.Family(briefings.Article{Report: briefings.Report{URL: url, Outlet: outlet}})
	}
	for _, same := range [][2][2]string{
		{{"https://www.rt.com/news/1", "RT"}, {"https://arabic.rt.com/2", "RT Arabic"}},
		{{"https://www.cgtn.com/a", "CGTN"}, {"https://english.cctv.com/b", "CCTV"}},
		{{"https://ria.ru/1", ""}, {"https://sputnikglobe.com/2", ""}},
		{{"https://www.bbc.co.uk/news/1", "BBC News"}, {"https://www.bbc.com/russian/2", "BBC News Русская служба"}},
		{{"", "The Harbour Post"}, {"", "Harbour Post"}},
		{{"", "KCNA"}, {"http://kcna.kp/en/1", ""}},
		{{"https://sport.example.co.uk/1", ""}, {"https://www.example.co.uk/2", ""}},
	} {
		if a, b := family(same[0][0], same[0][1]), family(same[1][0], same[1][1]); a != b || a == "" {
			t.Errorf("%v are %q and %q", same, a, b)
		}
	}
	if a, b := family("https://a.co.uk/1", ""), family("https://b.co.uk/1", ""); a == b {
		t.Errorf("two sites are one family %q", a)
	}
}

// FuzzCopies holds the finder to finding a text itself and to bounded work.
func FuzzCopies(f *testing.F) {
	f.Add("The coast guard seized the tanker Meridian on Friday, the ministry said.", "海岸警卫队周五扣押了油轮。")
	f.Fuzz(func(t *testing.T, a, b string) {
		var c briefings.Copies
		c.Add(briefings.Article{Report: briefings.Report{ID: "a", Text: a}})
		c.Add(briefings.Article{Report: briefings.Report{ID: "b", Text: b}})
		if o := c.Add(briefings.Article{Report: briefings.Report{ID: "c", Text: a}}); o != "" && o != "a" && o != "b" {
			t.Fatalf("origin %q", o)
		}
	})
}

func TestASyndicatedCopyKeepsItsRecordAndPointsToItsOrigin(t *testing.T) {
	t.Parallel()
	library := briefings.NewShelf()
	text := "The coast guard seized the tanker Meridian on Friday, the transport ministry said. It carried 40,000 tonnes of diesel. The crew of 15 was taken to the port of Larn and nobody was hurt."
	read := func() *briefings.Engine {
		e, err := briefings.New(briefings.Config{Library: library})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Load(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		return e
	}
	e := read()
	if a, _, err := e.Read(t.Context(), briefings.Report{ID: "wire", Outlet: "Wire", Title: "Tanker seized", Text: text}); err != nil || a.Origin != "" {
		t.Fatalf("origin %q, %v", a.Origin, err)
	}
	e = read() // after a restart
	a, isNew, err := e.Read(t.Context(), briefings.Report{ID: "post", Outlet: "Post", Title: "Coast guard stops a tanker", Text: "By staff writers.\n\n" + text})
	if err != nil || !isNew || a.Origin != "wire" || a.Title != "Coast guard stops a tanker" {
		t.Errorf("%+v, %v, %v", a.Report, isNew, err)
	}
	if kept, err := library.Article(t.Context(), "post", 0); err != nil || kept.Origin != "wire" {
		t.Errorf("kept with origin %q, %v", kept.Origin, err)
	}
}

package search_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"attache/briefings/prose"
	"attache/briefings/search"
)

func day(n int) time.Time { return time.Date(2024, 1, n, 0, 0, 0, 0, time.UTC) }

func query(words string) search.Query {
	q := search.Query{}
	for _, t := range search.Terms(words) {
		q.Terms = append(q.Terms, search.Term{Text: t, Weight: 1})
	}
	return q
}

func ids(hits []search.Hit) []string {
	var out []string
	for _, h := range hits {
		out = append(out, fmt.Sprintf("%s/%d", h.Doc, h.Passage))
	}
	return out
}

func TestSearchFindsByStemAndTitle(t *testing.T) {
	t.Parallel()
	x := search.New()
	x.Add(search.Doc{ID: "a", Title: "Car given to Kim", When: day(1), Passages: []string{"Nothing more is known of it.", "The weather was fine."}})
	x.Add(search.Doc{ID: "b", Title: "Weather", When: day(2), Passages: []string{"He gave a car and another car.", "Rain fell."}})
	if got := ids(x.Search(query("who gives cars?"))); !slices.Equal(got, []string{"b/0", "a/0", "a/1"}) && !slices.Equal(got, []string{"a/0", "a/1", "b/0"}) {
		t.Errorf("got %v, want the passages about a car by their titles and texts", got)
	}
	if got := ids(x.Search(query("rain"))); !slices.Equal(got, []string{"b/1"}) {
		t.Errorf("got %v, want b/1", got)
	}
	if got := x.Search(query("the of and")); got != nil {
		t.Errorf("stop words found %v", got)
	}
	if got := x.Search(query("unheard")); len(got) != 0 {
		t.Errorf("an unknown word found %v", got)
	}
}

func TestNothingFromTheFutureOrOutOfScopeIsFound(t *testing.T) {
	t.Parallel()
	x := search.New()
	for n := 1; n <= 9; n++ {
		x.Add(search.Doc{ID: fmt.Sprint("d", n), When: day(n), Passages: []string{"a car", "a ship"}})
	}
	q := query("car")
	q.AsOf = day(3)
	got := ids(x.Search(q))
	sort.Strings(got)
	if diff := cmp.Diff([]string{"d1/0", "d2/0", "d3/0"}, got); diff != "" {
		t.Errorf("as of day 3 (-want +got):\n%s", diff)
	}
	q.Scope = map[string]bool{"d2": true, "d7": true}
	if got := ids(x.Search(q)); !slices.Equal(got, []string{"d2/0"}) {
		t.Errorf("in scope: got %v, want d2/0", got)
	}
}

func TestRecencyPrefersAndNeverExcludes(t *testing.T) {
	t.Parallel()
	x := search.New()
	x.Add(search.Doc{ID: "old", When: day(1).AddDate(-5, 0, 0), Passages: []string{"the car of the leader"}})
	x.Add(search.Doc{ID: "new", When: day(9), Passages: []string{"the car of the leader"}})
	q := query("car leader")
	q.AsOf, q.Recency = day(10), .3
	if got := ids(x.Search(q)); !slices.Equal(got, []string{"new/0", "old/0"}) {
		t.Errorf("got %v, want the newer first and the older still there", got)
	}
}

func TestAReplacedDocumentIsForgotten(t *testing.T) {
	t.Parallel()
	x := search.New()
	x.Add(search.Doc{ID: "a", When: day(1), Passages: []string{"a car"}})
	x.Add(search.Doc{ID: "a", When: day(1), Passages: []string{"a ship"}})
	if got := x.Search(query("car")); len(got) != 0 {
		t.Errorf("the old text is still found: %v", got)
	}
	if got := ids(x.Search(query("ship"))); !slices.Equal(got, []string{"a/0"}) {
		t.Errorf("got %v, want a/0", got)
	}
	x.Remove("a")
	x.Remove("never there")
	if got := x.Search(query("ship")); len(got) != 0 || x.Docs() != 0 {
		t.Errorf("a removed document is still found: %v", got)
	}
}

func TestMisspeltWordsHaveNeighbours(t *testing.T) {
	t.Parallel()
	x := search.New()
	x.Add(search.Doc{ID: "a", Passages: []string{"Zelensky met Macron in Pyongyang about sanctions"}})
	for wrong, want := range map[string]string{"zelenksy": "zelenski", "macrn": "macron", "pyongyng": "pyongyang"} {
		if got := x.Near(search.Terms(wrong)[0]); !slices.Contains(got, want) && !slices.Contains(got, search.Terms(want)[0]) {
			t.Errorf("near %q: got %v, want %q", wrong, got, want)
		}
	}
	if got := x.Near("tree"); len(got) != 0 {
		t.Errorf("an unlike word has neighbours: %v", got)
	}
}

// TestPruningChangesNothing holds Search to the plain sum over all passages.
func TestPruningChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words := strings.Fields("alfa brava charli delta echo foxtrot golf hotel india juliet")
		text := rapid.Custom(func(t *rapid.T) string {
			return strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 1, 12).Draw(t, "words"), " ")
		})
		x := search.New()
		type passage struct {
			doc    int
			n      int
			tf     map[string]float64
			length float64
		}
		var all []passage
		docs := rapid.IntRange(1, 60).Draw(t, "docs")
		total := 0.0
		df := map[string]float64{}
		for d := range docs {
			doc := search.Doc{ID: fmt.Sprint(d), Title: text.Draw(t, "title"), When: day(d%20 + 1), Passages: rapid.SliceOfN(text, 1, 6).Draw(t, "passages")}
			x.Add(doc)
			for n, p := range doc.Passages {
				e := passage{doc: d, n: n, tf: map[string]float64{}}
				for _, w := range search.Terms(p) {
					e.tf[w]++
					e.length++
				}
				for _, w := range search.Terms(doc.Title) {
					e.tf[w] += 2
					e.length += 2
				}
				for w := range e.tf {
					df[w]++
				}
				total += e.length
				all = append(all, e)
			}
		}
		q := query(strings.Join(rapid.SliceOfNDistinct(rapid.SampledFrom(words), 1, 6, rapid.ID[string]).Draw(t, "query"), " "))
		q.AsOf, q.Recency = day(rapid.IntRange(1, 20).Draw(t, "as of")), rapid.Float64Range(0, .9).Draw(t, "recency")
		q.Most = rapid.IntRange(1, 12).Draw(t, "most")
		n, avg := float64(len(all)), total/float64(len(all))
		want := map[string]float64{}
		for _, p := range all {
			when := day(p.doc%20 + 1)
			if when.After(q.AsOf) {
				continue
			}
			s := 0.0
			for _, term := range q.Terms {
				if tf := p.tf[term.Text]; tf > 0 {
					s += math.Log(1+(n-df[term.Text]+.5)/(df[term.Text]+.5)) * tf * 1.9 / (tf + .9*(1-.4+.4*p.length/avg))
				}
			}
			age := q.AsOf.Sub(when).Hours() / 24 / 30
			if s > 0 {
				want[fmt.Sprintf("%d/%d", p.doc, p.n)] = s * (1 - q.Recency + q.Recency/(1+age))
			}
		}
		var scores []float64
		for _, s := range want {
			scores = append(scores, s)
		}
		sort.Sort(sort.Reverse(sort.Float64Slice(scores)))
		hits := x.Search(q)
		if len(hits) != min(q.Most, len(scores)) {
			t.Fatalf("got %d hits of %d, at most %d", len(hits), len(scores), q.Most)
		}
		for i, h := range hits {
			if math.Abs(h.Score-scores[i]) > 1e-9 || math.Abs(h.Score-want[fmt.Sprintf("%s/%d", h.Doc, h.Passage)]) > 1e-9 {
				t.Fatalf("hit %d is %+v; its passage scores %v and the place %v", i, h, want[fmt.Sprintf("%s/%d", h.Doc, h.Passage)], scores[i])
			}
		}
	})
}

func TestReadersAndWritersMeet(t *testing.T) {
	t.Parallel()
	x := search.New()
	var wg sync.WaitGroup
	for w := range 3 {
		wg.Go(func() {
			for n := range 60 {
				x.Add(search.Doc{ID: fmt.Sprint(w, n%40), When: day(1), Passages: []string{"a car for the leader", "a ship"}})
			}
		})
		wg.Go(func() {
			for range 60 {
				for _, h := range x.Search(query("car leader")) {
					if h.Passage != 0 {
						t.Errorf("found passage %d, which has no car", h.Passage)
					}
				}
				x.Near("leadr")
			}
		})
	}
	wg.Wait()
	if got := x.Docs(); got != 120 {
		t.Errorf("%d documents, want 120", got)
	}
}

// corpus adds n passages of made-up text whose words are as unevenly spread as in language, and returns questions about it.
func corpus(x *search.Index, n int) []search.Query {
	r := rand.New(rand.NewPCG(1, 2))
	z := rand.NewZipf(r, 1.07, 4, 400_000)
	text := func(words int) string {
		var b strings.Builder
		for range words {
			fmt.Fprintf(&b, "w%dx ", z.Uint64())
		}
		return b.String()
	}
	for d := range n / 8 {
		doc := search.Doc{ID: fmt.Sprint(d), Title: text(8), When: day(1).AddDate(0, 0, d%900)}
		for range 8 {
			doc.Passages = append(doc.Passages, text(120))
		}
		x.Add(doc)
	}
	var out []search.Query
	for range 400 {
		q := query(text(7))
		q.AsOf, q.Recency, q.Most = day(1).AddDate(3, 0, 0), .25, 60
		out = append(out, q)
	}
	return out
}

// BenchmarkSearch200k reports the median and the slowest hundredth of questions over 200,000 passages, and the memory that
// the index takes.
func BenchmarkSearch200k(b *testing.B) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	x := search.New()
	begin := time.Now()
	queries := corpus(x, 200_000)
	build := time.Since(begin)
	runtime.GC()
	runtime.ReadMemStats(&after)
	var times []time.Duration
	for i := 0; b.Loop(); i++ {
		t := time.Now()
		x.Search(queries[i%len(queries)])
		times = append(times, time.Since(t))
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "ms-p50")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "ms-p99")
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MB-heap")
	b.ReportMetric(build.Seconds(), "s-build")
	runtime.KeepAlive(x)
}

// TestWhatIsRememberedIsTrue holds an index that has read much, and takes texts apart stretch by stretch, to one that has
// read nothing.
func TestWhatIsRememberedIsTrue(t *testing.T) {
	t.Parallel()
	words, read := search.NewWords(), search.New()
	for n := range 100 {
		read.Add(search.Doc{ID: fmt.Sprint(n), Passages: []string{"much"}})
		read.Remove(fmt.Sprint(n))
	}
	check := func(t interface{ Errorf(string, ...any) }, text string) {
		fresh := search.New()
		d := search.Doc{ID: "a", Title: text, When: day(1), Passages: []string{text, text + " " + text}}
		fresh.Add(d)
		read.Add(d)
		for _, tok := range prose.Tokens(text) {
			if got, want := words.TermOf(tok), search.TermOf(tok); got != want {
				t.Errorf("%q is the term %q, want %q", tok.Text, got, want)
			}
		}
		for _, term := range search.Terms(text) {
			q := search.Query{Terms: []search.Term{{Text: term, Weight: 1}}, Scope: map[string]bool{"a": true}}
			if diff := cmp.Diff(ids(fresh.Search(q)), ids(read.Search(q))); diff != "" || len(fresh.Search(q)) != 2 {
				t.Errorf("%q in %q (-fresh +well-read):\n%s", term, text, diff)
			}
		}
		read.Remove("a")
	}
	for _, text := range []string{
		"The U.S. spokesman's words — “don't”, he said, at 10,000.5 km (U.K. time) — weren't the nurses’ own.", "a . b  c\n\nd.e.f g.h .i", "F-16s, 80s-style; O'Brien’s 3rd 1,000,00 2.5.",
		"북한의 김정은은 말했다. 習近平は訪問した。 Łódź straße Noël l’été aujourd'hui", "e\u0301te\u0301 ' s 's ’ s a.m. p.m . U.S.A.",
	} {
		check(t, text)
		check(t, text) // now from memory
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.StringOfN(rapid.SampledFrom([]rune("abcs tTU.,'’-01 \n\u00a0é\u0301한中—“")), 0, 40, -1).Draw(t, "text"))
	})
}

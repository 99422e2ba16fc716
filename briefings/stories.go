package briefings

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"hash/fnv"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"attache/briefings/prose"
)

// storySettings says how articles are grouped.
type storySettings struct {
	title   float64 // a word of the title counts as so many of the text
	words   int     // words of the text that are read
	terms   int     // terms of an article that are compared: those that tell most
	capital float64 // a word written with a capital counts as so many
	telling float64 // a term counts from this inverse document frequency on
	bigram  float64 // a pair of words counts as so many words
	join    float64 // how like a story an article must be to join it
	merge   float64 // how alike two stories must be to be one
	rounds  int     // how often stories are merged and articles asked again
	prior   float64 // the background table of common words weighs as so many articles
	gap     time.Duration
	// joinShort and mergeShort are join and merge where articles are hardly more than a headline: fewer words agree.
	joinShort, mergeShort float64
	// joinBeside is join for an article that is hardly more than a headline and a story of longer ones.
	joinBeside float64
	// capitalShort and tellingShort are capital and telling there.
	capitalShort, tellingShort float64
}

// storyDefaults are chosen on news whose events are known (TestStoriesOfKnownEvents); gap, which no such set can tell, by
// judgement: past three days without a report a story is another one.
var storyDefaults = storySettings{
	title: 2, words: 200, terms: 160, capital: 1.7, telling: 2, bigram: .8, join: .2, merge: .5, rounds: 5, prior: 300, gap: storyGap,
	joinShort: .06, mergeShort: .22, joinBeside: .16, capitalShort: 2, tellingShort: 0,
}

const storyGap = 72 * time.Hour

// storyGroup is the articles about one event, oldest first, as places in the list that was grouped.
type storyGroup struct {
	id      string
	members []int
	// origin gives for each member the place in members of the article that it is a copy of: itself when independent.
	origin []int
}

// storyTerm is a term of an article with how often it stands there, weighed by place and capital.
type storyTerm struct {
	term   uint32
	weight float32
}

// storyProfile is what grouping needs to know of an article. It depends on nothing but the article.
type storyProfile struct {
	id     string
	at     time.Time // published, else read
	origin string    // Report.Origin
	terms  []storyTerm
	family string // Family
	runs   fingerprint
	short  bool // hardly more than a headline
}

// profileStory reads an article for grouping.
func profileStory(a Article, set storySettings) storyProfile {
	p := storyProfile{id: a.ID, at: articleTime(a), origin: a.Origin, family: Family(a), runs: fingerprintOf(a.Text)}
	counts := map[uint32]float32{}
	read := func(text string, factor float32, most int) {
		prev, prevEnd := "", -1
		for i, t := range prose.Tokens(text) {
			if i == most {
				break
			}
			if prose.IsStop(t.Lower) || len(t.Lower) < 2 {
				continue
			}
			stem := prose.Stem(t.Lower)
			w := factor
			if c := t.Text[0]; c >= 'A' && c <= 'Z' || c >= 0xC3 && t.Text != t.Lower {
				w *= float32(set.capital)
			}
			counts[termID(stem)] += w
			if set.bigram > 0 && prev != "" && t.Start-prevEnd <= 2 {
				counts[termID(prev+" "+stem)] += factor * float32(set.bigram)
			}
			prev, prevEnd = stem, t.End
		}
	}
	// Pairs of words help to tell long texts apart and hurt where there is a headline alone.
	p.short = len(a.Text) < 150
	if p.short {
		set.bigram, set.capital = 0, set.capitalShort
	}
	read(a.Title, float32(set.title), 60)
	text := a.Text
	if len(text) > 40*set.words {
		text = text[:40*set.words]
	}
	read(text, 1, set.words)
	p.terms = make([]storyTerm, 0, len(counts))
	for term, w := range counts {
		p.terms = append(p.terms, storyTerm{term, float32(math.Sqrt(float64(w)))})
	}
	slices.SortFunc(p.terms, func(x, y storyTerm) int { return cmp.Compare(x.term, y.term) })
	return p
}

func articleTime(a Article) time.Time {
	if a.Published.IsZero() {
		return a.Read
	}
	return a.Published
}

func termID(s string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(s))
	return h.Sum32()
}

// commonWords has a stem and the share of news articles that hold it, in thousandths, a line. TestCommonWords writes it.
//
//go:embed common_words.txt
var commonWords string

var commonShare = sync.OnceValue(func() map[uint32]float64 {
	m := map[uint32]float64{}
	for line := range strings.Lines(commonWords) {
		stem, share, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if n, err := strconv.Atoi(share); ok && err == nil {
			m[termID(stem)] = float64(n) / 1000
		}
	}
	return m
})

// groupStories groups articles about one event. Their order doesn't matter, only their time: each article joins the story
// that it is most like, or begins one; then near stories are merged and each article is asked again where it belongs.
func groupStories(profiles []storyProfile, set storySettings) []storyGroup {
	g := newGrouping(profiles, set)
	for d := range g.profiles {
		g.gather(d)
		g.put(d, g.best(d, -1))
	}
	for range set.rounds {
		changed := g.mergeStories()
		for d := range g.profiles {
			old := g.home[d]
			g.home[d] = -1
			g.gather(d)
			g.take(d, old)
			to := g.best(d, old)
			g.put(d, to)
			changed = changed || g.home[d] != old
		}
		if !changed {
			break
		}
	}
	return g.groups()
}

// grouping is the state of groupStories. A story is the sum of the unit vectors of its articles; what is needed of it, its
// product with an article and its length, is kept up to date from the products of articles with each other.
type grouping struct {
	storySettings
	profiles []storyProfile // by time
	order    []int          // their places in the list that was given
	alike    [][]likeness   // for each article those that share something with it
	home     []int          // story of each article, or -1
	stories  []cluster
	scores   []float32 // of the article (or story) that is asked about, by story
	touched  []int
}

type likeness struct {
	other int32
	score float32
}

type cluster struct {
	square      float64 // squared length of the sum
	members     int
	short       int // members that are hardly more than a headline
	first, last time.Time
}

// faint is how little two articles may share to be compared at all.
const faint = 0.03

func newGrouping(profiles []storyProfile, set storySettings) *grouping {
	g := &grouping{storySettings: set, home: make([]int, len(profiles)), alike: make([][]likeness, len(profiles)), order: make([]int, len(profiles))}
	for i := range g.order {
		g.order[i] = i
	}
	slices.SortStableFunc(g.order, func(x, y int) int {
		return cmp.Or(profiles[x].at.Compare(profiles[y].at), cmp.Compare(profiles[x].id, profiles[y].id))
	})
	g.profiles = make([]storyProfile, len(profiles))
	g.stories, g.scores = make([]cluster, 0, 2*len(profiles)), make([]float32, 0, 2*len(profiles))
	for i, o := range g.order {
		g.profiles[i] = profiles[o]
		g.home[i] = -1
	}
	// Terms by number; one that a single article holds likens nothing.
	terms, names, df := numberTerms(g.profiles)
	common := commonShare()
	total := float64(len(g.profiles)) + set.prior
	type posting struct {
		article int32
		weight  float32
	}
	idf := make([]float32, len(df))
	for n, term := range names {
		idf[n] = float32(math.Log(total / (float64(df[n]) + set.prior*common[term])))
	}
	// The unit vector of each article, without the terms that no other has.
	vectors := make([][]storyTerm, len(g.profiles))
	inParts(len(g.profiles), func(from, step int) {
		var v []storyTerm
		for d := from; d < len(g.profiles); d += step {
			v = v[:0]
			telling := float32(set.telling)
			if g.profiles[d].short {
				telling = float32(set.tellingShort)
			}
			for i, t := range g.profiles[d].terms {
				if n := terms[d][i]; idf[n] > telling {
					v = append(v, storyTerm{uint32(n), t.weight * idf[n]})
				}
			}
			v = heaviest(v, set.terms)
			var sum float64
			shared := 0
			for _, t := range v {
				sum += float64(t.weight) * float64(t.weight)
				if df[t.term] > 1 {
					shared++
				}
			}
			if shared == 0 {
				continue
			}
			unit := float32(1 / math.Sqrt(sum))
			vectors[d] = make([]storyTerm, 0, shared)
			for _, t := range v {
				if df[t.term] > 1 {
					vectors[d] = append(vectors[d], storyTerm{t.term, t.weight * unit})
				}
			}
		}
	})
	// Which articles hold a term, in one list with a place for each term.
	ends := make([]int32, len(df)+1)
	for _, v := range vectors {
		for _, t := range v {
			ends[t.term+1]++
		}
	}
	for n := range df {
		ends[n+1] += ends[n]
	}
	postings := make([]posting, ends[len(df)])
	next := slices.Clone(ends)
	for d, v := range vectors {
		for _, t := range v {
			postings[next[t.term]] = posting{int32(d), t.weight}
			next[t.term]++
		}
	}
	// Each article is held against those before it.
	earlier := make([][]likeness, len(g.profiles))
	inParts(len(g.profiles), func(from, step int) {
		scores := make([]float32, len(g.profiles))
		var touched []int32
		for d := from; d < len(g.profiles); d += step {
			for _, t := range vectors[d] {
				for _, o := range postings[ends[t.term]:ends[t.term+1]] {
					if int(o.article) >= d {
						break
					}
					if scores[o.article] == 0 {
						touched = append(touched, o.article)
					}
					scores[o.article] += t.weight * o.weight
				}
			}
			for _, o := range touched {
				if scores[o] >= faint && g.profiles[d].at.Sub(g.profiles[o].at) <= 2*set.gap {
					earlier[d] = append(earlier[d], likeness{o, scores[o]})
				}
				scores[o] = 0
			}
			touched = touched[:0]
		}
	})
	for d, list := range earlier {
		g.alike[d] = append(g.alike[d], list...)
		for _, l := range list {
			g.alike[l.other] = append(g.alike[l.other], likeness{int32(d), l.score})
		}
	}
	return g
}

// numberTerms numbers the terms of articles: numbers has them for each article as its profile has its terms, names the term of
// each number, and df how many articles hold it. Terms are ordered in a profile, and each processor numbers some ranges of them.
func numberTerms(profiles []storyProfile) (numbers [][]int32, names []uint32, df []int32) {
	numbers = make([][]int32, len(profiles))
	total := 0
	for _, p := range profiles {
		total += len(p.terms)
	}
	flat := make([]int32, total)
	for i, p := range profiles {
		numbers[i], flat = flat[:len(p.terms):len(p.terms)], flat[len(p.terms):]
	}
	workers := max(1, min(runtime.GOMAXPROCS(0), total/50000))
	parts := make([]numberedTerms, workers)
	var wg sync.WaitGroup
	for w := range workers {
		parts[w] = numberedTerms{numbers: numbers, from: termRanges * w / workers, to: termRanges * (w + 1) / workers}
		wg.Go(func() { parts[w].number(profiles) })
	}
	wg.Wait()
	names, df = parts[0].names, parts[0].df
	for _, p := range parts[1:] {
		for i := range profiles {
			for k := p.first[i]; k < p.end[i]; k++ {
				numbers[i][k] += int32(len(names))
			}
		}
		names, df = append(names, p.names...), append(df, p.df...)
	}
	return numbers, names, df
}

// termRanges is into how many ranges terms are parted: so many that the table of one stays in a processor's cache.
const (
	termRangeBits = 7
	termRanges    = 1 << termRangeBits
)

// numberedTerms are the terms of some ranges, numbered from 0.
type numberedTerms struct {
	from, to   int // ranges
	numbers    [][]int32
	first, end []int32 // of each article, the terms of these ranges
	names      []uint32
	df         []int32
}

func (t *numberedTerms) number(profiles []storyProfile) {
	t.first, t.end = make([]int32, len(profiles)), make([]int32, len(profiles))
	for i, p := range profiles {
		k, _ := slices.BinarySearchFunc(p.terms, uint32(t.from)<<(32-termRangeBits), func(x storyTerm, term uint32) int { return cmp.Compare(x.term, term) })
		t.first[i], t.end[i] = int32(k), int32(k)
	}
	table := make([]int32, 1<<8) // number+1 by place; 0 is free
	// Terms are hashes already.
	place := func(term uint32) uint32 {
		mask := uint32(len(table) - 1)
		at := term * 0x9E3779B1 >> 12 & mask
		for table[at] != 0 && t.names[table[at]-1] != term {
			at = (at + 1) & mask
		}
		return at
	}
	for r := t.from; r < t.to; r++ {
		first, end := len(t.names), uint64(r+1)<<(32-termRangeBits)
		clear(table)
		for i := range profiles {
			terms := profiles[i].terms
			k := int(t.end[i])
			for ; k < len(terms) && uint64(terms[k].term) < end; k++ {
				at := place(terms[k].term)
				if table[at] == 0 {
					t.names, t.df = append(t.names, terms[k].term), append(t.df, 0)
					table[at] = int32(len(t.names))
					if held := len(t.names) - first; 2*held > len(table) {
						table = make([]int32, 2*len(table))
						for n := first; n < len(t.names); n++ {
							table[place(t.names[n])] = int32(n + 1)
						}
						at = place(terms[k].term)
					}
				}
				n := table[at] - 1
				t.numbers[i][k] = n
				t.df[n]++
			}
			t.end[i] = int32(k)
		}
	}
}

// heaviest returns the heaviest terms, at most so many, in any order. It reorders terms.
func heaviest(terms []storyTerm, most int) []storyTerm {
	if len(terms) <= most {
		return terms
	}
	heavier := func(x, y storyTerm) bool { return x.weight > y.weight || x.weight == y.weight && x.term < y.term }
	for from, to := 0, len(terms); to-from > 1; {
		// The middle one of three parts those that are heavier from the others.
		mid := from + (to-from)/2
		if heavier(terms[to-1], terms[from]) {
			terms[to-1], terms[from] = terms[from], terms[to-1]
		}
		if heavier(terms[mid], terms[from]) {
			terms[mid], terms[from] = terms[from], terms[mid]
		} else if heavier(terms[to-1], terms[mid]) {
			terms[mid], terms[to-1] = terms[to-1], terms[mid]
		}
		pivot := terms[mid]
		i, j := from, to-1
		for i <= j {
			for heavier(terms[i], pivot) {
				i++
			}
			for heavier(pivot, terms[j]) {
				j--
			}
			if i <= j {
				terms[i], terms[j] = terms[j], terms[i]
				i++
				j--
			}
		}
		switch {
		case most <= j:
			to = j + 1
		case most >= i:
			from = i
		default:
			return terms[:most]
		}
	}
	return terms[:most]
}

// inParts does a work of n steps on every processor: part from does the steps from, from+step, from+2*step …
func inParts(n int, part func(from, step int)) {
	step := max(1, min(runtime.GOMAXPROCS(0), n/256))
	if step == 1 {
		part(0, 1)
		return
	}
	var wg sync.WaitGroup
	for from := range step {
		wg.Go(func() { part(from, step) })
	}
	wg.Wait()
}

// gather sums up how like article d is to each story, in scores and touched, until forget.
func (g *grouping) gather(d int) {
	for _, l := range g.alike[d] {
		c := g.home[l.other]
		if c < 0 {
			continue
		}
		if g.scores[c] == 0 {
			g.touched = append(g.touched, c)
		}
		g.scores[c] += l.score
	}
}

func (g *grouping) forget() {
	for _, c := range g.touched {
		g.scores[c] = 0
	}
	g.touched = g.touched[:0]
}

// best returns the story that article d, which was gathered, is most like, or -1 when it should begin its own.
func (g *grouping) best(d, old int) int {
	at := g.profiles[d].at
	best, most := -1, float32(0)
	for _, c := range g.touched {
		s := &g.stories[c]
		if s.members == 0 || s.square <= 0 || at.After(s.last.Add(g.gap)) || at.Before(s.first.Add(-g.gap)) {
			continue
		}
		score := g.scores[c] / float32(math.Sqrt(s.square))
		// Two headlines share few words, whatever they tell. A headline and texts share more.
		need := g.join
		switch {
		case g.profiles[d].short && s.short*2 > s.members:
			need = g.joinShort
		case g.profiles[d].short:
			need = g.joinBeside
		}
		if score <= float32(need) {
			continue
		}
		if score > most || score == most && best >= 0 && c < best || c == old && score >= most {
			best, most = c, score
		}
	}
	return best
}

// put adds article d, which was gathered, to story c, or to a new one for -1.
func (g *grouping) put(d, c int) {
	if c < 0 {
		c = len(g.stories)
		g.stories = append(g.stories, cluster{})
		g.scores = append(g.scores, 0)
	}
	s := &g.stories[c]
	s.square += 1 + 2*float64(g.scores[c])
	at := g.profiles[d].at
	if s.members == 0 || at.Before(s.first) {
		s.first = at
	}
	if s.members == 0 || at.After(s.last) {
		s.last = at
	}
	s.members++
	if g.profiles[d].short {
		s.short++
	}
	g.home[d] = c
	g.forget()
}

// take removes article d, which was gathered without itself, from story c.
func (g *grouping) take(d, c int) {
	s := &g.stories[c]
	s.square -= 1 + 2*float64(g.scores[c])
	s.members--
	if g.profiles[d].short {
		s.short--
	}
}

// mergeStories joins stories whose centroids are alike.
func (g *grouping) mergeStories() bool {
	members := make([][]int, len(g.stories))
	for d, c := range g.home {
		members[c] = append(members[c], d)
	}
	into := map[int]int{}
	for c := range g.stories {
		s := &g.stories[c]
		if s.members == 0 || s.square <= 0 {
			continue
		}
		for _, d := range members[c] {
			g.gather(d)
		}
		best, most := -1, float32(g.merge)
		if s.short*2 > s.members {
			most = float32(g.mergeShort)
		}
		slices.Sort(g.touched)
		for _, other := range g.touched {
			o := &g.stories[other]
			if _, gone := into[other]; other >= c || gone || o.members == 0 || o.square <= 0 || s.first.After(o.last.Add(g.gap)) || o.first.After(s.last.Add(g.gap)) {
				continue
			}
			if score := g.scores[other] / float32(math.Sqrt(o.square*s.square)); score > most {
				best, most = other, score
			}
		}
		g.forget()
		if best >= 0 {
			into[c] = best
		}
	}
	for d := range g.home {
		to, ok := into[g.home[d]]
		if !ok {
			continue
		}
		old := g.home[d]
		g.home[d] = -1
		g.gather(d)
		g.take(d, old)
		g.put(d, to)
	}
	return len(into) > 0
}

// groups lists the stories, by their oldest article.
func (g *grouping) groups() []storyGroup {
	place := map[int]int{}
	var out []storyGroup
	var members [][]int
	for d := range g.profiles {
		i, ok := place[g.home[d]]
		if !ok {
			i = len(out)
			place[g.home[d]] = i
			sum := sha256.Sum256([]byte("story " + g.profiles[d].id))
			out = append(out, storyGroup{id: hex.EncodeToString(sum[:5])})
			members = append(members, nil)
		}
		members[i] = append(members[i], d)
		out[i].members = append(out[i].members, g.order[d])
	}
	for i := range out {
		out[i].origin = copyOrigins(g.profiles, members[i])
	}
	return out
}

// copyOrigins tells for each member which earlier one it is a copy of (by place in members), or itself: one that says so, or
// one whose runs of words make up most of the shorter of both texts.
func copyOrigins(profiles []storyProfile, members []int) []int {
	origin := make([]int, len(members))
	if len(members) == 1 {
		return origin
	}
	holders := map[uint32][]int32{} // sampled run: members that have it
	met := make([]bool, len(members))
	for i, m := range members {
		origin[i] = i
		p := profiles[m]
		var seen []int32
		for _, r := range p.runs {
			if !p.runs.lookedUp(r) {
				continue
			}
			for _, j := range holders[r] {
				if !met[j] {
					met[j] = true
					seen = append(seen, j)
				}
			}
			if len(holders[r]) < 50 {
				holders[r] = append(holders[r], int32(i))
			}
		}
		slices.Sort(seen)
		for _, j := range seen {
			o := profiles[members[j]]
			if origin[i] == i && p.runs.copies(o.runs, p.runs.shared(o.runs), p.family != "" && p.family == o.family) {
				origin[i] = origin[j]
			}
			met[j] = false
		}
		for j := range i {
			if origin[i] != i {
				break
			}
			other := profiles[members[j]]
			if p.origin != "" && (p.origin == other.id || p.origin == other.origin) || other.origin != "" && other.origin == p.id {
				origin[i] = origin[j]
			}
		}
	}
	return origin
}

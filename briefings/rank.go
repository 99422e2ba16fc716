package briefings

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"attache/briefings/prose"
	"attache/briefings/search"
)

// How much is read for one question.
const (
	passagesRead  = 60 // passages that the index offers
	sentencesRead = 32 // sentences that are read closely
	// Of the passages those are read that are among the best passagesSure or score at least worthReading of the best: on the news
	// questions that answers are measured with, the others only cost time.
	passagesSure = 20
	worthReading = .6
)

// weightsFile holds the learned weights; package eval trains them.
//
//go:embed data/weights.json
var weightsFile []byte

// weights are the learned parts of the method, each a linear model over named features.
type weights struct {
	Sentence map[string]float64 `json:"sentence"` // which sentences to read closely
	Span     map[string]float64 `json:"span"`     // which stretch is the short answer
	Order    map[string]float64 `json:"order"`    // which sentence to cite first
	Refusal  map[string]float64 `json:"refusal"`  // whether the sources answer at all
	// Threshold is the confidence below which the verdict is NotInSources.
	Threshold float64 `json:"threshold"`
}

var learned = sync.OnceValue(func() *weights {
	w := &weights{}
	if err := json.Unmarshal(weightsFile, w); err != nil {
		panic(fmt.Sprintf("briefings: read the weights: %v", err)) // they are part of the program
	}
	return w
})

// score is the sum of the features' weighted values.
func score(model map[string]float64, fs []Feature) float64 {
	s := 0.0
	for _, f := range fs {
		s += model[f.Name] * f.Value
	}
	return s
}

//go:embed data/synonyms.txt
var synonymsTable string

// synonyms leads from a stem to the stems of words that may stand for it.
var synonyms = sync.OnceValue(func() map[string][]string {
	m := map[string][]string{}
	for _, line := range strings.Split(synonymsTable, "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var stems []string
		for _, w := range strings.Fields(line) {
			stems = append(stems, prose.Stem(w))
		}
		for _, s := range stems {
			for _, o := range stems {
				if o != s && !slices.Contains(m[s], o) {
					m[s] = append(m[s], o)
				}
			}
		}
	}
	return m
})

// candidate is a sentence that may answer.
type candidate struct {
	a        *Article
	sentence int
	text     string
	toks     []prose.Token
	stems    []string  // of each token; "" for a stop word
	match    []float64 // how well each of the question's terms is met here, 0 to 1
	where    []int     // the token at which it is met; -1
	features []Feature
	first    float64 // the score by which it was chosen for close reading
	final    float64 // the score by which it is cited
	order    []Feature
	before   *candidate // the sentence before it in its passage
	close    *closeReading
	spans    []*span
}

// closeReading is what is found out about a sentence that looks promising.
type closeReading struct {
	tags  []string
	names []prose.Name
	times []prose.TimeRef
	nums  []prose.NumberRef
}

// target is what a word in a sentence may meet: a term of the question, and how well.
type target struct {
	term int
	how  float64
}

// targets leads from the words that may be met to the question's terms.
func (q *asked) targets() map[string][]target {
	m := make(map[string][]target, len(q.terms)*6)
	for i, t := range q.terms {
		m[t.text] = append(m[t.text], target{i, 1})
	}
	add := func(s string, i int, how float64) {
		for _, t := range m[s] {
			if t.term == i {
				return
			}
		}
		m[s] = append(m[s], target{i, how})
	}
	for i, t := range q.terms {
		for _, a := range t.alts {
			add(a, i, 0.8)
		}
		if !t.name {
			for _, s := range synonyms()[t.text] {
				add(s, i, 0.5)
			}
		}
	}
	return m
}

// retrieval is what the index found for a question.
type retrieval struct {
	hits      []search.Hit
	docs      []string // the articles, best first
	docScore  map[string]float64
	best      float64      // the best passage's score
	sentences []*candidate // all that were read, best first
}

// retrieve searches the collection.
func (q *asked) retrieve(c *collection, asOf time.Time) *retrieval {
	r := &retrieval{docScore: map[string]float64{}}
	query := search.Query{AsOf: asOf, Scope: c.scope, Most: passagesRead, Recency: 0.25}
	for _, t := range q.terms {
		w := 1.0
		if t.name {
			w = 1.2
		}
		l := q.toks[t.token].Lower
		if isUnit(l) {
			w = 0.4
		}
		query.Terms = append(query.Terms, search.Term{Text: t.text, Weight: w})
		for _, a := range t.alts {
			query.Terms = append(query.Terms, search.Term{Text: a, Weight: 0.4 * w})
		}
	}
	query.Sees = c.sees
	r.hits = c.index.Search(query)
	if len(r.hits) > 0 {
		r.best = r.hits[0].Score
	}
	have := map[search.Hit]bool{}
	count := map[string]int{}
	for _, h := range r.hits {
		if count[h.Doc] == 0 {
			r.docs = append(r.docs, h.Doc)
		}
		// A document is as good as its best passage, and a little better for each further one.
		r.docScore[h.Doc] += h.Score / float64(1+3*count[h.Doc])
		count[h.Doc]++
		have[search.Hit{Doc: h.Doc, Passage: h.Passage}] = true
	}
	sort.SliceStable(r.docs, func(i, j int) bool { return r.docScore[r.docs[i]] > r.docScore[r.docs[j]] })
	if c.few == nil {
		r.hits = r.hits[:sort.Search(len(r.hits), func(i int) bool { return i >= passagesSure && r.hits[i].Score < worthReading*r.best })]
	}
	for _, a := range c.few {
		if published(a).After(asOf) {
			continue
		}
		for p := range a.Passages {
			if !have[search.Hit{Doc: a.ID, Passage: p}] {
				r.hits = append(r.hits, search.Hit{Doc: a.ID, Passage: p})
			}
		}
	}
	return r
}

// read makes candidates of the sentences in the passages that were found and scores them.
func (q *asked) read(c *collection, r *retrieval) {
	targets := q.targets()
	titles := map[string]*candidate{}
	maxDoc := 0.0
	for _, s := range r.docScore {
		maxDoc = max(maxDoc, s)
	}
	type group struct {
		hit      search.Hit
		rank     int
		title    *candidate
		sentence []*candidate
	}
	var groups []group
	var all []*candidate
	// What a hit offers: its sentences, and the headline of an article that no hit before it offered.
	type offer struct {
		a        *Article
		first    bool
		title    *candidate
		sentence []*candidate
	}
	offers := make([]offer, len(r.hits))
	met := map[string]bool{}
	for i, h := range r.hits {
		a, ok := c.get(h.Doc)
		if !ok || h.Passage >= len(a.Passages) {
			continue
		}
		offers[i] = offer{a: a, first: !met[h.Doc]}
		met[h.Doc] = true
	}
	sideBySide(len(offers), func(i int) {
		o := &offers[i]
		if o.a == nil {
			return
		}
		if o.first && len(o.a.Sentences) > 0 && o.a.Sentences[0].Role == RoleHeadline {
			o.title = q.newCandidate(o.a, 0, targets)
		}
		p := o.a.Passages[r.hits[i].Passage]
		for s := p.First; s < p.Last; s++ {
			if cand := q.newCandidate(o.a, s, targets); cand != nil {
				o.sentence = append(o.sentence, cand)
			}
		}
	})
	for rank, h := range r.hits {
		o := offers[rank]
		if o.a == nil {
			continue
		}
		if o.first {
			if o.title != nil {
				groups = append(groups, group{h, rank, o.title, []*candidate{o.title}})
				all = append(all, o.title)
			}
			titles[h.Doc] = o.title
		}
		groups = append(groups, group{h, rank, titles[h.Doc], o.sentence})
		all = append(all, o.sentence...)
	}
	q.refer(c, all)
	if c.few != nil {
		q.localise(all)
	}
	model := c.w.Sentence
	sideBySide(len(groups), func(n int) {
		g := groups[n]
		passage := make([]float64, len(q.terms))
		for _, cand := range g.sentence {
			for t, m := range cand.match {
				passage[t] = max(passage[t], m)
			}
		}
		for i, cand := range g.sentence {
			var prev, next *candidate
			if i > 0 {
				prev = g.sentence[i-1]
			}
			if i+1 < len(g.sentence) {
				next = g.sentence[i+1]
			}
			cand.before = prev
			cand.features = q.sentenceFeatures(cand, g.title, prev, next, &candidate{match: passage}, g.hit, g.rank, r, maxDoc)
			cand.first = score(model, cand.features)
		}
	})
	sort.SliceStable(all, func(i, j int) bool { return all[i].first > all[j].first })
	r.sentences = withoutTwins(all, sentencesRead)
}

// refer lets sentences meet a person of the question whom they call by an office ("the North Korean leader") or by a pronoun
// whose person stands in the sentence before.
func (q *asked) refer(c *collection, all []*candidate) {
	people := q.people()
	if len(people) == 0 {
		return
	}
	offices := map[*Article]map[string]int{} // "korean leader" → person
	for i, cand := range all {
		known, ok := offices[cand.a]
		if !ok {
			known = officesOf(cand.a, people)
			offices[cand.a] = known
		}
		meet := func(person int, how float64, at int) {
			for _, t := range people[person].terms {
				if cand.match[t] < how {
					cand.match[t] = how
					if cand.where[t] < 0 {
						cand.where[t] = at
					}
				}
			}
		}
		for k := 1; k < len(cand.toks); k++ {
			if p, ok := known[cand.toks[k-1].Lower+" "+cand.toks[k].Lower]; ok {
				meet(p, .7, k)
			}
		}
		if i == 0 || all[i-1].a != cand.a || all[i-1].sentence != cand.sentence-1 {
			continue
		}
		for k, t := range cand.toks[:min(len(cand.toks), 12)] {
			switch t.Lower {
			case "he", "she", "his", "her", "him":
			default:
				continue
			}
			for p, person := range people {
				for _, term := range person.terms {
					if all[i-1].match[term] >= .7 {
						meet(p, .4, k)
						break
					}
				}
			}
			break
		}
	}
}

// person is a person whom the question names.
type person struct {
	last  string // folded
	terms []int
}

func (q *asked) people() []person {
	var out []person
	for _, n := range q.names {
		if n.Kind != prose.Person && !(n.Kind == prose.OtherName && n.Sort == "") {
			continue
		}
		p := person{}
		for i, t := range q.terms {
			if tk := q.toks[t.token]; n.Start <= tk.Start && tk.End <= n.End {
				p.terms = append(p.terms, i)
				p.last = tk.Lower
			}
		}
		if len(p.terms) > 0 {
			out = append(out, p)
		}
	}
	return out
}

// officesOf finds the offices by which an article calls the people: what stands before their names where they are first
// named ("North Korean leader Kim Jong-un"), in two words.
func officesOf(a *Article, people []person) map[string]int {
	out := map[string]int{}
	text := a.Text[:min(len(a.Text), 20000)]
	for p, person := range people {
		first, size := utf8.DecodeRuneInString(person.last)
		name := string(unicode.ToUpper(first)) + person.last[size:]
		for at, n := 0, 0; n < 4; n++ {
			i := strings.Index(text[at:], name)
			if i < 0 {
				break
			}
			i += at
			at = i + len(name)
			from := max(0, i-80)
			toks := prose.Tokens(text[from:i])
			// Back over the rest of the name to the office.
			k := len(toks)
			for k > 0 && toks[k-1].IsUpper() && !prose.IsTitle(toks[k-1].Lower) && k > len(toks)-3 {
				k--
			}
			if k >= 2 && prose.IsTitle(toks[k-1].Lower) && strings.TrimSpace(text[from+toks[k-1].End:from+toks[k-1].End+1]) == "" {
				out[toks[k-2].Lower+" "+toks[k-1].Lower] = p
				if !prose.IsStop(toks[k-1].Lower) {
					out["the "+toks[k-1].Lower] = p
				}
			}
		}
	}
	return out
}

// sideBySide calls do with 0 to n-1 on all processors and returns when all is done. What panics in it panics here.
func sideBySide(n int, do func(i int)) {
	workers := min(runtime.GOMAXPROCS(0), n/2)
	if workers < 2 {
		for i := range n {
			do(i)
		}
		return
	}
	var next atomic.Int64
	var panicked atomic.Pointer[any]
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					panicked.Store(&p)
				}
			}()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wg.Wait()
	if p := panicked.Load(); p != nil {
		panic(*p)
	}
}

// withoutTwins keeps the first most candidates, leaving out those that say nearly the same as a better one.
func withoutTwins(all []*candidate, most int) []*candidate {
	var out []*candidate
	for _, c := range all {
		twin := false
		for _, o := range out {
			if sameWords(c.stems, o.stems) {
				twin = true
				break
			}
		}
		if !twin {
			out = append(out, c)
			if len(out) == most {
				break
			}
		}
	}
	return out
}

// sameWords says whether two sentences have nearly the same words, and the same numbers.
func sameWords(a, b []string) bool {
	la, lb := len(a), len(b)
	if la > lb*4/3+2 || lb > la*4/3+2 {
		return false
	}
	seen := make(map[string]bool, la)
	n, numbers := 0, 0
	for _, s := range a {
		if s != "" {
			if !seen[s] && numeric(s) {
				numbers++
			}
			seen[s] = true
			n++
		}
	}
	both, m := 0, 0
	var met map[string]bool
	for _, s := range b {
		if s == "" {
			continue
		}
		m++
		if seen[s] {
			both++
		}
		if numeric(s) && !met[s] {
			if !seen[s] {
				return false
			}
			if met == nil {
				met = map[string]bool{}
			}
			met[s] = true
		}
	}
	return len(met) == numbers && both > 0 && float64(both) >= 0.88*float64(max(n, m))
}

// numeric says whether a stem is a number, in digits or spelled.
func numeric(stem string) bool { return stem[0] >= '0' && stem[0] <= '9' || spelledStems()[stem] }

var spelledStems = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for w := range spelledNumber {
		m[prose.Stem(w)] = true
	}
	return m
})

// longestCited is how many bytes a sentence may have to be cited.
const longestCited = 440

func (q *asked) newCandidate(a *Article, s int, targets map[string][]target) *candidate {
	text := a.Sentence(s)
	if len(text) < 8 {
		return nil
	}
	c := &candidate{a: a, sentence: s, text: text, toks: prose.Tokens(text)}
	if len(c.toks) < 2 {
		return nil
	}
	c.stems = make([]string, len(c.toks))
	c.match = make([]float64, len(q.terms))
	c.where = make([]int, len(q.terms))
	for i := range c.where {
		c.where[i] = -1
	}
	for i, t := range c.toks {
		s := q.words.TermOf(t)
		c.stems[i] = s
		if s == "" {
			continue
		}
		for _, g := range targets[s] {
			if g.how > c.match[g.term] {
				c.match[g.term], c.where[g.term] = g.how, i
			}
		}
	}
	q.meetTimes(c)
	return c
}

// meetTimes lets "earlier this month" in an article of February meet a question that asks about February.
func (q *asked) meetTimes(c *candidate) {
	lost := false
	for _, t := range q.times {
		for i, term := range q.terms {
			tk := q.toks[term.token]
			lost = lost || t.Start <= tk.Start && tk.End <= t.End && c.match[i] == 0
		}
	}
	if !lost || c.a.Published.IsZero() {
		return
	}
	told := false
	for _, t := range c.toks {
		switch t.Lower {
		case "month", "week", "year", "today", "yesterday", "tomorrow", "ago", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday":
			told = true
		}
	}
	if !told {
		return
	}
	for _, x := range prose.TimesIn(c.text, c.toks, c.a.Published) {
		if !x.Relative || x.Value.IsZero() {
			continue
		}
		at := sort.Search(len(c.toks), func(i int) bool { return c.toks[i].Start >= x.Start })
		for i, term := range q.terms {
			tk := q.toks[term.token]
			if c.match[i] > 0 || !slices.ContainsFunc(q.times, func(t prose.TimeRef) bool { return t.Start <= tk.Start && tk.End <= t.End }) {
				continue
			}
			same := false
			switch {
			case prose.KindOf(tk.Text) == "month":
				same = (x.Precision == prose.Month || x.Precision == prose.Day) && strings.EqualFold(x.Value.Month().String(), tk.Text)
			case tk.Text == strconv.Itoa(x.Value.Year()):
				same = true
			case tk.IsNumber():
				same = x.Precision == prose.Day && tk.Text == strconv.Itoa(x.Value.Day())
			}
			if same {
				c.match[i], c.where[i] = .7, min(at, len(c.toks)-1)
			}
		}
	}
}

// group is the family of a type of answer; features that work differently for each carry its name.
func (q *asked) group() string {
	switch q.kind {
	case typePerson, typeSpeaker:
		return "who"
	case typePlace, typeCountry, typeState, typeCity:
		return "where"
	case typeDate, typeYear, typeMonth, typeWeekday:
		return "when"
	case typeNumber, typeMoney, typePercent, typeAge, typeMeasure, typeDuration:
		return "number"
	case typeGroup:
		return "group"
	case typeReason, typeManner:
		return "why"
	case typeYesNo:
		return "yesno"
	}
	return "what"
}

// sentenceFeatures describes a sentence by what can be seen without reading it closely.
func (q *asked) sentenceFeatures(c, title, prev, next, passage *candidate, h search.Hit, rank int, r *retrieval, maxDoc float64) []Feature {
	fs := make([]Feature, 0, 48)
	add := func(name string, v float64) {
		if v != 0 {
			fs = append(fs, Feature{name, v})
		}
	}
	total := max(q.total, 1e-9)
	var overlap, exact, inTitle, inPassage, inPrev, inNext, all float64
	var names, namesHit, namesNear, nums, numsHit float64
	for i, t := range q.terms {
		m := c.match[i]
		overlap += m * t.weight
		if m == 1 {
			exact += t.weight
		}
		tm := 0.0
		if title != nil {
			tm = title.match[i]
		}
		if tm > m {
			inTitle += (tm - m) * t.weight
		}
		pm := passage.match[i]
		inPassage += pm * t.weight
		all += max(m, tm, pm) * t.weight
		if prev != nil && prev.match[i] > m {
			inPrev += (prev.match[i] - m) * t.weight
		}
		if next != nil && next.match[i] > m {
			inNext += (next.match[i] - m) * t.weight
		}
		if t.name {
			names += t.weight
			namesHit += m * t.weight
			namesNear += max(m, tm, pm) * t.weight
		}
		if t.number {
			nums++
			numsHit += m
		}
	}
	add("overlap", overlap/total)
	add("exact overlap", exact/total)
	add("overlap squared", (overlap/total)*(overlap/total))
	add("title adds", inTitle/total)
	add("passage overlap", inPassage/total)
	add("all overlap", all/total)
	add("previous adds", inPrev/total)
	add("next adds", inNext/total)
	if names > 0 {
		add("names", namesHit/names)
		add("names near", namesNear/names)
	}
	if nums > 0 {
		add("numbers", numsHit/nums)
	}
	if r.best > 0 {
		add("passage score", h.Score/r.best)
	}
	add("passage rank", 1/(1+float64(rank)))
	if maxDoc > 0 {
		add("article score", r.docScore[c.a.ID]/maxDoc)
	}
	n := float64(len(c.toks))
	add("words", math.Log(1+n))
	if n < 7 {
		add("short", 1)
	}
	if n > 45 {
		add("long", 1)
	}
	if len(c.text) > longestCited {
		add("too long", 1)
	}
	switch c.a.Sentences[c.sentence].Role {
	case RoleHeadline:
		add("headline", 1)
	case RoleHeading:
		add("heading", 1)
	case RoleCaption:
		add("caption", 1)
	}
	if c.sentence <= 3 && c.a.Sentences[c.sentence].Role == RoleBody {
		add("opening", 1)
	}
	add("position", 1/(1+float64(c.sentence)/5))
	if last, _ := utf8.DecodeLastRuneInString(c.text); last == '?' {
		add("asks", 1)
	}
	if first := c.toks[0].Lower; first == "he" || first == "she" || first == "it" || first == "they" || first == "this" || first == "that" || first == "his" || first == "her" || first == "these" {
		add("pronoun", 1)
		add("pronoun and previous", inPrev/total)
	}
	if when := published(c.a); !q.at.IsZero() && !when.IsZero() && q.at.After(when) {
		days := q.at.Sub(when).Hours() / 24
		add("fresh", math.Exp(-days/10))
		add("recent", math.Exp(-days/90))
	}
	q.typeFeatures(c, add)
	q.timeFeatures(c, prev, add)
	if !q.from.IsZero() {
		q.periodFeatures(c, prev, next, add)
	}
	if q.period {
		// Where a period is asked about, its years tell more than the question's words.
		for _, f := range fs {
			switch f.Name {
			case "overlap", "exact overlap", "all overlap", "passage overlap", "names", "names near", "numbers", "words", "opening", "position", "headline", "short", "previous adds", "next adds", "pronoun", "passage score":
				add("period: "+f.Name, f.Value)
			}
		}
	}
	return fs
}

// typeFeatures says whether something of the expected type seems to be in the sentence that the question does not have itself.
func (q *asked) typeFeatures(c *candidate, add func(string, float64)) {
	g := q.group()
	caps, numbers, quotes := 0, 0, 0
	typed := 0.0
	for i, t := range c.toks {
		if t.IsNumber() {
			numbers++
			continue
		}
		if t.IsUpper() && c.stems[i] != "" && (i > 0 || len(c.toks) > 1 && c.toks[1].IsUpper()) {
			asked := false
			for k, w := range c.where {
				if w == i && c.match[k] >= 0.8 {
					asked = true
				}
			}
			if !asked {
				caps++
			}
		}
	}
	if strings.ContainsAny(c.text, "\"“”«»") {
		quotes = 1
	}
	switch g {
	case "who", "group":
		typed = min(float64(caps), 3)
	case "where":
		n := 0
		for i, t := range c.toks {
			if !t.IsUpper() {
				continue
			}
			end := i
			if i+1 < len(c.toks) && c.toks[i+1].IsUpper() {
				end = i + 1
			}
			k := prose.KindOf(c.text[t.Start:c.toks[end].End])
			if k == "" {
				k = prose.KindOf(t.Text)
			}
			if q.fits(k) {
				n++
			}
		}
		typed = min(float64(n), 3)
	case "when":
		for _, t := range c.toks {
			if len(t.Lower) == 4 && t.IsNumber() || prose.KindOf(t.Text) == "month" || prose.KindOf(t.Text) == "weekday" {
				typed++
			}
		}
		typed = min(typed, 3)
	case "number":
		typed = float64(numbers)
		for _, t := range c.toks {
			if spelledNumber[t.Lower] {
				typed++
			}
		}
		typed = min(typed, 3)
		if q.kind == typeMoney && strings.ContainsAny(c.text, "$£€¥") {
			add("money", 1)
		}
		if q.kind == typePercent && (strings.Contains(c.text, "%") || strings.Contains(c.text, "percent")) {
			add("percent", 1)
		}
		if q.head != "" && slices.Contains(c.stems, q.head) {
			add("counted noun", 1)
		}
	case "why":
		for _, w := range []string{"because", " due to", "after ", "since ", " as ", " over ", "in order to", "caused", "so that", "reason", " to "} {
			if strings.Contains(c.text, w) {
				typed++
			}
		}
		typed = min(typed, 2)
	}
	if typed > 0 {
		add("type@"+g, 1)
		add("types@"+g, typed)
	} else {
		add("no type@"+g, 1)
	}
	add("capitals", min(float64(caps), 5))
	add("figures", min(float64(numbers), 4))
	add("quotation", float64(quotes))
	if q.head != "" && slices.Contains(c.stems, q.head) {
		add("asked noun@"+g, 1)
	}
}

var spelledNumber = bagOf(`one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion dozen dozens hundreds thousands millions half`)

// fits says whether a table of names is what a question for a place asks for.
func (q *asked) fits(sort string) bool {
	switch q.kind {
	case typeCountry:
		return sort == "country" || sort == "demonym"
	case typeState:
		return sort == "state"
	case typeCity:
		return sort == "city" || sort == "capital"
	}
	switch sort {
	case "country", "state", "city", "capital", "region", "continent", "ocean", "river", "lake", "mountain", "demonym":
		return true
	}
	return false
}

// timeFeatures compares the time asked about with the years in the sentence and in the one before.
func (q *asked) timeFeatures(c, prev *candidate, add func(string, float64)) {
	if q.from.IsZero() {
		return
	}
	years := yearsOf(c)
	from, to := q.from.Year(), q.to.Add(-time.Second).Year()
	in, starts, ends, covers := 0.0, 0.0, 0.0, 0.0
	lo, hi := 0, 0
	for _, y := range years {
		if y >= from && y <= to {
			in = 1
		}
		if y == from {
			starts = 1
		}
		if y == to {
			ends = 1
		}
		if lo == 0 || y < lo {
			lo = y
		}
		hi = max(hi, y)
	}
	if lo > 0 && lo <= from && hi >= to {
		covers = 1
	}
	add("time: within", in)
	add("time: begins", starts)
	add("time: ends", ends)
	add("time: begins and ends", starts*ends)
	add("time: covers", covers)
	if len(years) == 0 {
		add("time: none", 1)
		if prev != nil {
			for _, y := range yearsOf(prev) {
				if y == from {
					add("time: previous begins", 1)
					break
				}
			}
		}
	} else if in == 0 && covers == 0 {
		// The latest year before what is asked may still hold; one after it can't.
		before := 0
		for _, y := range years {
			if y < from {
				before = max(before, y)
			}
		}
		if before > 0 {
			add("time: before", 1)
			add("time: just before", math.Exp(-float64(from-before)/3))
		} else {
			add("time: after", 1)
		}
	}
}

func yearsOf(c *candidate) []int {
	var out []int
	for _, t := range c.toks {
		if len(t.Text) != 4 || !t.IsNumber() {
			continue
		}
		y := 0
		for i := 0; i < 4; i++ {
			if t.Text[i] < '0' || t.Text[i] > '9' {
				y = -1
				break
			}
			y = y*10 + int(t.Text[i]-'0')
		}
		if y >= 1000 && y < 2100 {
			out = append(out, y)
		}
	}
	return out
}

// readClosely finds parts of speech, names, times and numbers.
func (c *candidate) readClosely() *closeReading {
	if c.close != nil {
		return c.close
	}
	r := &closeReading{}
	r.tags = prose.Tags(c.text, c.toks)
	r.names = prose.NamesIn(c.text, c.toks)
	r.times = prose.TimesIn(c.text, c.toks, published(c.a))
	r.nums = prose.NumbersIn(c.text, c.toks)
	c.close = r
	return r
}

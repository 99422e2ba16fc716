package briefings

import (
	_ "embed"
	"math"
	"slices"
	"strings"
	"sync"

	"attache/briefings/prose"
)

// verdict is how sure it is that the sources answer, and why.
type verdict struct {
	confidence float64
	signals    []Feature
	missing    []string
}

// judge decides whether the sources answer the question: by what the evidence lacks, not by overlap alone.
func (f *findings) judge() verdict {
	q, r, spans, c := f.q, f.r, f.spans, f.c
	v := verdict{}
	add := func(name string, x float64) {
		if x != 0 {
			v.signals = append(v.signals, Feature{name, x})
		}
	}
	g := q.group()
	add("bias", 1)
	add("type "+g, 1)
	if len(r.sentences) == 0 {
		v.missing = q.missing(r, c)
		return v
	}
	top := r.sentences[0]
	var best *span
	if len(spans) > 0 {
		best = spans[0]
	}
	total := max(q.total, 1e-9)
	// What the question has and the evidence lacks.
	var overlap, exact, nearby, all float64
	heaviest, heaviestNear, heaviestAll := 0.0, 0.0, 0.0
	var namesLost, namesLostNear, numsLost, unknown float64
	names, nums := 0.0, 0.0
	verbLost, headLost := 0.0, 0.0
	maxWeight := 0.0
	for i, t := range q.terms {
		maxWeight = max(maxWeight, t.weight)
		m := top.match[i]
		n, a := m, m
		// The sentence before, the headline and the best other sentences of the same article.
		for _, s := range r.sentences[:min(len(r.sentences), 12)] {
			a = max(a, s.match[i])
			if s.a == top.a && abs(s.sentence-top.sentence) <= 3 {
				n = max(n, s.match[i])
			}
		}
		if top.before != nil {
			n = max(n, top.before.match[i])
		}
		overlap += t.weight * m
		if m == 1 {
			exact += t.weight
		}
		nearby += t.weight * n
		all += t.weight * a
		if m < .5 {
			heaviest = max(heaviest, t.weight)
		}
		if n < .5 {
			heaviestNear = max(heaviestNear, t.weight)
		}
		if a < .5 {
			heaviestAll = max(heaviestAll, t.weight)
		}
		if t.name {
			names++
			namesLost += 1 - m
			namesLostNear += 1 - max(n, a*.8)
		}
		if t.number {
			nums++
			numsLost += 1 - m
		}
		if !t.known && len(t.alts) == 0 {
			unknown += t.weight
		}
		if q.verbAt == t.token && m < .5 {
			verbLost = 1
		}
		for _, f := range q.focus {
			if f == t.token && n < .5 {
				headLost = 1
			}
		}
	}
	add("overlap", overlap/total)
	add("exact overlap", exact/total)
	add("overlap near", nearby/total)
	add("overlap all", all/total)
	if maxWeight > 0 {
		add("heaviest lost", heaviest/10)
		add("heaviest lost near", heaviestNear/10)
		add("heaviest lost all", heaviestAll/10)
	}
	if names > 0 {
		add("has names", 1)
		add("names lost", namesLost/names)
		add("names lost near", namesLostNear/names)
	}
	if nums > 0 {
		add("has numbers", 1)
		add("numbers lost", numsLost/nums)
	}
	add("unknown words", unknown/total)
	add("verb lost", verbLost)
	add("asked noun lost", headLost)
	add("terms", float64(len(q.terms))/10)
	if len(q.terms) <= 2 {
		add("few terms", 1)
	}
	q.contrast(top, r, add)
	// Denial on one side only.
	if negated(q.toks) != negated(top.toks) {
		add("denial differs", 1)
		if negated(q.toks) {
			add("question denies", 1)
		}
	}
	// The expected type of answer.
	fits := 0.0
	for _, s := range spans[:min(len(spans), 5)] {
		fits = max(fits, s.fit)
	}
	add("type fits", fits)
	add("type fits@"+g, fits)
	if fits == 0 {
		add("nothing fits@"+g, 1)
	}
	if f.heard > 0 {
		add("statement says it", f.heard)
	} else if q.kind == typeSpeaker || q.kind == typeStatement {
		add("no statement says it", 1)
	}
	if best != nil {
		add("answer fits", best.fit)
		add("answer fits@"+g, best.fit)
		// How clearly one answer stands out.
		z, second := 0.0, math.Inf(-1)
		for _, s := range spans {
			z += math.Exp(s.score - best.score)
			if s.norm != best.norm && !strings.Contains(s.norm, best.norm) && !strings.Contains(best.norm, s.norm) {
				second = max(second, s.score)
			}
		}
		add("answer share", 1/z)
		if !math.IsInf(second, -1) {
			add("answer margin", min(best.score-second, 5)/5)
		}
		add("answer score", max(min(best.score/10, 3), -3))
		same := 0.0
		for _, s := range r.sentences[:min(10, len(r.sentences))] {
			if strings.Contains(strings.ToLower(s.text), best.norm) {
				same++
			}
		}
		add("answer mentions", same/10)
	} else {
		add("no answer", 1)
	}
	if q.kind == typeNumber && q.head != "" && fits < .75 {
		add("count without its noun", 1)
	}
	if s := q.slots(top, best); s > 0 {
		add("slot differs", s)
	}
	// The evidence and its age.
	add("sentence score", top.first/10)
	if len(r.sentences) > 1 {
		add("sentence margin", min(top.first-r.sentences[1].first, 3)/3)
	}
	if c.few == nil {
		add("passage score", r.best/max(total*2, 1))
	}
	if when := published(top.a); !top.a.Published.IsZero() && q.at.After(when) {
		days := q.at.Sub(when).Hours() / 24
		add("fresh", math.Exp(-days/10))
		add("recent", math.Exp(-days/60))
		fresh := 0.0
		seen := map[string]bool{}
		for _, s := range r.sentences[:min(10, len(r.sentences))] {
			if !seen[s.a.ID] {
				seen[s.a.ID] = true
				fresh += math.Exp(-q.at.Sub(published(s.a)).Hours() / 24 / 10)
			}
		}
		add("fresh articles", fresh/5)
		if q.speaksOfNow() {
			add("speaks of now", 1)
			add("stale now", 1-math.Exp(-days/20))
		}
	} else if top.a.Published.IsZero() {
		add("undated", 1)
	}
	v.confidence = logistic(score(c.w.Refusal, v.signals))
	if veto := q.typeVeto(r, spans); veto < 1 {
		v.confidence *= veto
		v.signals = append(v.signals, Feature{"veto: nothing of the expected type", veto})
	}
	if q.otherYear(top) {
		v.confidence *= .45
		v.signals = append(v.signals, Feature{"veto: of another year", .45})
	}
	if q.except[1] > 0 && fits < .5 {
		v.confidence *= .3
		v.signals = append(v.signals, Feature{"veto: nobody else", .3})
	}
	if veto := q.premiseVeto(r); veto < 1 {
		v.confidence *= veto
		v.signals = append(v.signals, Feature{"veto: the sources speak of something else", veto})
	}
	if q.language != "" {
		if veto := q.absentIn(r); veto < 1 {
			v.confidence *= veto
			v.signals = append(v.signals, Feature{"veto: the sources lack what the question names", veto})
		}
	}
	v.missing = q.missing(r, c)
	return v
}

// otherYear says whether a number is asked for at one time and the sentence gives one of another: what holds of 2023 says nothing of 2021.
func (q *asked) otherYear(top *candidate) bool {
	if q.from.IsZero() || q.period || q.group() != "number" {
		return false
	}
	told := periodsIn(top.text, top.toks)
	return len(told) > 0 && !slices.ContainsFunc(told, func(p period) bool { return p.opens[0] <= q.shuts[1] && p.shuts[1] >= q.opens[0] })
}

// premiseVeto lowers the confidence when the sources lack nearly everything that the question asks about, or tell of the same
// act with another object while they never mention the one asked about.
func (q *asked) premiseVeto(r *retrieval) float64 {
	here := make([]bool, len(q.terms))
	for _, s := range r.sentences[:min(len(r.sentences), 20)] {
		for i := range q.terms {
			here[i] = here[i] || s.match[i] >= .5
		}
	}
	lost := 0.0
	for i, t := range q.terms {
		if !here[i] {
			lost += t.weight
		}
	}
	veto := 1.0
	if lost > .8*q.total {
		veto *= .4
	}
	for _, top := range r.sentences[:min(len(r.sentences), 3)] {
		for v, t := range q.terms {
			if !strings.HasPrefix(q.tags[t.token], "VB") || top.match[v] < .5 || top.where[v] < 0 {
				continue
			}
			object := q.objectOf(t.token)
			absent := object >= 0
			for k, o := range q.terms {
				absent = absent && !(o.token == object && here[k])
			}
			if absent && objectAfter(top.toks, top.readClosely().tags, top.where[v]) >= 0 {
				return veto * .55
			}
		}
	}
	return veto
}

// antonymsTable has words of opposite meaning.
//
//go:embed data/antonyms.txt
var antonymsTable string

// antonyms leads from a stem to the stems of its opposites.
var antonyms = sync.OnceValue(func() map[string][]string {
	m := map[string][]string{}
	for _, line := range strings.Split(antonymsTable, "\n") {
		w := strings.Fields(line)
		if len(w) != 2 || w[0] == "#" {
			continue
		}
		x, y := prose.Stem(w[0]), prose.Stem(w[1])
		m[x] = append(m[x], y)
		m[y] = append(m[y], x)
	}
	return m
})

// contrast compares the question with the sentence word by word: opposites ("the least important" against "the most
// important"), nouns that the sentence qualifies otherwise ("a naval base", "a military base"), and what is lost by part of
// speech.
func (q *asked) contrast(top *candidate, r *retrieval, add func(string, float64)) {
	has := map[string]bool{}
	for _, t := range top.toks {
		has[prose.Stem(t.Lower)] = true
	}
	asks := map[string]bool{}
	for _, t := range q.toks {
		asks[prose.Stem(t.Lower)] = true
	}
	opposites := 0.0
	for s := range asks {
		if has[s] {
			continue
		}
		for _, o := range antonyms()[s] {
			if has[o] && !asks[o] {
				opposites++
				break
			}
		}
	}
	add("opposites", min(opposites, 2))
	tags := top.readClosely().tags
	otherwise, bare := 0.0, 0.0
	lost := map[string]float64{}
	for i, t := range q.terms {
		if top.match[i] < .5 {
			all := 0.0
			for _, s := range r.sentences {
				all = max(all, s.match[i])
			}
			if all < .5 {
				switch tag := q.tags[t.token]; {
				case t.name || strings.HasPrefix(tag, "NNP"):
					lost["name"] = max(lost["name"], t.weight)
				case strings.HasPrefix(tag, "NN"):
					if !slices.Contains(q.focus, t.token) {
						lost["noun"] = max(lost["noun"], t.weight)
					}
				case strings.HasPrefix(tag, "VB"):
					lost["verb"] = max(lost["verb"], t.weight)
				case strings.HasPrefix(tag, "JJ"), strings.HasPrefix(tag, "RB"):
					lost["adjective"] = max(lost["adjective"], t.weight)
				}
			}
			continue
		}
		if t.token == 0 || !strings.HasPrefix(q.tags[t.token], "NN") || top.where[i] < 0 {
			continue
		}
		m := t.token - 1
		tag := q.tags[m]
		if !strings.HasPrefix(tag, "JJ") && !strings.HasPrefix(tag, "NN") && tag != "VBN" && tag != "VBG" && tag != "CD" || prose.IsStop(q.toks[m].Lower) || !tied(q.text, q.toks[m], q.toks[t.token]) {
			continue
		}
		met := false
		for k, o := range q.terms {
			if o.token == m && top.match[k] >= .5 {
				met = true
			}
		}
		if met {
			continue
		}
		if w := top.where[i]; w > 0 && (strings.HasPrefix(tags[w-1], "JJ") || strings.HasPrefix(tags[w-1], "NN") || tags[w-1] == "CD") && top.stems[w-1] != "" && tied(top.text, top.toks[w-1], top.toks[w]) {
			otherwise++
		} else {
			bare++
		}
	}
	add("qualified otherwise", min(otherwise, 2))
	add("qualifier lost", min(bare, 2))
	for _, k := range []string{"name", "noun", "verb", "adjective"} {
		add(k+" lost everywhere", lost[k]/10)
		if lost[k] > 6 {
			add("rare "+k+" lost everywhere", 1)
		}
	}
	add("object differs", min(q.objectsDiffer(top, tags), 2))
}

// objectsDiffer counts the verbs of the question that the sentence has with another object: a ship was given, and in the
// sentence a car.
func (q *asked) objectsDiffer(top *candidate, tags []string) float64 {
	n := 0.0
	for v, t := range q.terms {
		if !strings.HasPrefix(q.tags[t.token], "VB") || top.match[v] < .5 || top.where[v] < 0 {
			continue
		}
		object := q.objectOf(t.token)
		if object < 0 {
			continue
		}
		met := true
		for k, o := range q.terms {
			if o.token == object {
				met = top.match[k] >= .5
			}
		}
		if met {
			continue
		}
		if other := objectAfter(top.toks, tags, top.where[v]); other >= 0 {
			n++
		}
	}
	return n
}

// objectOf is the token of the object that the question gives to its verb; -1 for none.
func (q *asked) objectOf(verb int) int {
	if object := objectAfter(q.toks, q.tags, verb); object >= 0 {
		return object
	}
	for i := verb - 1; i > 0 && i >= verb-5; i-- {
		// "the ship that Putin gave Kim"
		if l := q.toks[i].Lower; (l == "that" || l == "which") && commonNoun(q.tags[i-1]) {
			return i - 1
		}
	}
	return -1
}

func commonNoun(tag string) bool { return tag == "NN" || tag == "NNS" }

// objectAfter is the head of the first common noun phrase after a verb, past names; -1 where a preposition or a mark comes first.
func objectAfter(toks []prose.Token, tags []string, verb int) int {
	for i := verb + 1; i < len(toks) && i <= verb+8; i++ {
		switch tags[i] {
		case "IN", "TO", "WDT", "WP", "VBD", "VBZ", "VBP", "CC", "WRB":
			return -1
		}
		if commonNoun(tags[i]) && !toks[i].IsUpper() {
			for i+1 < len(toks) && commonNoun(tags[i+1]) && toks[i+1].Start == toks[i].End+1 {
				i++
			}
			return i
		}
	}
	return -1
}

// typeVeto lowers the confidence when nothing in the evidence is of the type that the question expects: a count without
// what is counted, a date where no time is told.
func (q *asked) typeVeto(r *retrieval, spans []*span) float64 {
	var need float64
	veto := .6
	switch q.kind {
	case typeNumber:
		if q.wh < 0 || q.toks[q.wh].Lower != "how" || q.head == "" {
			return 1
		}
		need, veto = .55, .45
	case typeMoney, typePercent, typeAge, typeDuration, typeMeasure:
		need = .35
	case typeDate, typeYear:
		need, veto = .3, .75
	case typeCountry, typeState, typeCity:
		need = .25
	default:
		return 1
	}
	near := map[*candidate]bool{}
	for _, c := range r.sentences[:min(6, len(r.sentences))] {
		near[c] = true
	}
	for _, s := range spans {
		if near[s.in] && s.fit >= need {
			return 1
		}
	}
	return veto
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func abs(x int) int {
	if x < 0 {
		return -x
	}
	return x
}

// speaksOfNow says whether the question is about what happens now.
func (q *asked) speaksOfNow() bool {
	if q.latest {
		return true
	}
	for i, t := range q.toks {
		if t.Lower == "this" && i+1 < len(q.toks) && isUnit(q.toks[i+1].Lower) || t.Lower == "recently" || t.Lower == "yesterday" {
			return true
		}
	}
	return false
}

func negated(toks []prose.Token) bool {
	for _, t := range toks {
		switch t.Lower {
		case "not", "never", "no", "cannot", "without", "neither", "nor", "none", "nobody", "nothing":
			return true
		}
		if strings.HasSuffix(t.Lower, "n't") {
			return true
		}
	}
	return false
}

// slots compares what the question names with what the sentence has in its place: another person, place, number or date of
// the same kind, where the question's own is absent. It counts the differences, weighed by how telling the lost name is.
func (q *asked) slots(top *candidate, best *span) float64 {
	r := top.readClosely()
	differ := 0.0
	lost := func(start, end int) float64 {
		w, n := 0.0, 0.0
		for i, t := range q.terms {
			tk := q.toks[t.token]
			if start <= tk.Start && tk.End <= end {
				n += t.weight
				w += t.weight * (1 - top.match[i])
			}
		}
		if n == 0 {
			return 0
		}
		return w / n
	}
	held := func(n prose.Name) bool { return strings.Contains(strings.ToLower(q.text), strings.ToLower(n.Text)) }
	for _, n := range q.names {
		l := lost(n.Start, n.End)
		if l < .6 {
			continue
		}
		for _, m := range r.names {
			if m.Kind == n.Kind && !held(m) && (best == nil || best.in != top || m.Start >= best.end || m.End <= best.start) {
				differ += l
				break
			}
		}
	}
	for _, n := range q.nums {
		if lost(n.Start, n.End) < .6 {
			continue
		}
		for _, m := range r.nums {
			if m.Kind == n.Kind && m.Value != n.Value {
				differ++
				break
			}
		}
	}
	return min(differ, 3)
}

// missing names what the question asks about and the evidence does not have.
func (q *asked) missing(r *retrieval, c *collection) []string {
	var out []string
	here := map[string]bool{}
	for _, s := range r.sentences[:min(len(r.sentences), 20)] {
		for i := range q.terms {
			if s.match[i] >= .5 {
				here[q.terms[i].text] = true
			}
		}
	}
	taken := map[int]bool{}
	add := func(s string) {
		s = strings.TrimSpace(s)
		if s != "" && !slices.Contains(out, s) && len(out) < 4 {
			out = append(out, s)
		}
	}
	for _, n := range q.names {
		lost, has := 0, 0
		for i, t := range q.terms {
			tk := q.toks[t.token]
			if n.Start <= tk.Start && tk.End <= n.End {
				taken[i] = true
				if here[t.text] {
					has++
				} else {
					lost++
				}
			}
		}
		if lost > has {
			add(n.Text)
		}
	}
	for i, t := range q.terms {
		if taken[i] || here[t.text] {
			continue
		}
		if t.number || t.weight > 3.5 || strings.HasPrefix(q.tags[t.token], "NN") {
			word := q.toks[t.token].Text
			if head, _ := prose.Elided(q.toks[t.token].Lower); head != "" && q.language != "" {
				word = strings.TrimLeft(word[len(head):], "'’")
			}
			add(word)
		}
	}
	return out
}

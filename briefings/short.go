package briefings

import (
	"math"
	"slices"
	"sort"
	"strings"

	"attache/briefings/prose"
)

// span is a stretch of a sentence that may be the short answer.
type span struct {
	in       *candidate
	start    int // bytes of in.text
	end      int
	from, to int // tokens
	text     string
	norm     string // folded words without an article
	kind     string // "name", "titled", "time", "number", "quantity", "quote", "noun", "clause"
	name     prose.Kind
	sort     string
	time     *prose.TimeRef
	num      *prose.NumberRef
	fit      float64 // how well it is of the expected type
	features []Feature
	score    float64
}

// spansOf proposes stretches of a sentence.
func (q *asked) spansOf(c *candidate) []*span {
	r := c.readClosely()
	var out []*span
	seen := map[[2]int]bool{}
	add := func(from, to int, kind string) *span {
		if from < 0 || to > len(c.toks) || from >= to || to-from > 24 {
			return nil
		}
		for from < to && (r.tags[from] == "DT" || c.toks[from].Lower == "the" || c.toks[from].Lower == "a" || c.toks[from].Lower == "an") {
			from++
		}
		if from >= to || seen[[2]int{from, to}] {
			return nil
		}
		seen[[2]int{from, to}] = true
		s := &span{in: c, from: from, to: to, start: c.toks[from].Start, end: c.toks[to-1].End, kind: kind}
		s.text = c.text[s.start:s.end]
		words := make([]string, 0, to-from)
		for _, t := range c.toks[from:to] {
			words = append(words, t.Lower)
		}
		s.norm = strings.Join(words, " ")
		out = append(out, s)
		return s
	}
	tokenAt := func(b int) int {
		return sort.Search(len(c.toks), func(i int) bool { return c.toks[i].End > b })
	}
	tokenEnd := func(b int) int {
		return sort.Search(len(c.toks), func(i int) bool { return c.toks[i].Start >= b })
	}
	for i := range r.times {
		t := &r.times[i]
		f, e := tokenAt(t.Start), tokenEnd(t.End)
		if s := add(f, e, "time"); s != nil {
			s.time = t
		}
		for k := f; k < e; k++ {
			if len(c.toks[k].Text) == 4 && c.toks[k].IsNumber() && e-f > 1 {
				if s := add(k, k+1, "time"); s != nil {
					s.time = &prose.TimeRef{Value: t.Value, Precision: prose.Year}
				}
			}
			if prose.KindOf(c.toks[k].Text) == "month" && e-f > 1 {
				if s := add(k, k+1, "time"); s != nil {
					s.time = &prose.TimeRef{Value: t.Value, Precision: prose.Month}
				}
			}
			if prose.KindOf(c.toks[k].Text) == "weekday" && e-f > 1 {
				if s := add(k, k+1, "time"); s != nil {
					s.time = &prose.TimeRef{Value: t.Value, Precision: prose.Day, Relative: true}
				}
			}
		}
	}
	for i := range r.nums {
		n := &r.nums[i]
		inTime := false
		for _, t := range r.times {
			if t.Covers(n.Span) && t.Precision != prose.Hour && !(t.Relative && t.Precision != prose.Day) {
				inTime = true
			}
		}
		if inTime {
			continue
		}
		f, e := tokenAt(n.Start), tokenEnd(n.End)
		if s := add(f, e, "number"); s != nil {
			s.num = n
			// The sign before and after belongs to the number.
			if n.Start < s.start {
				s.start = n.Start
			}
			if n.End > s.end {
				s.end = n.End
			}
			s.text = c.text[s.start:s.end]
		}
		// With what it counts.
		for k := e; k < len(c.toks) && k < e+4; k++ {
			gap := c.text[c.toks[k-1].End:c.toks[k].Start]
			if gap != " " && gap != "-" && gap != "\u00a0" {
				break
			}
			if !strings.HasPrefix(r.tags[k], "NN") && !strings.HasPrefix(r.tags[k], "JJ") && gap != "-" {
				break
			}
			if strings.HasPrefix(r.tags[k], "NN") || gap == "-" {
				if s := add(f, k+1, "quantity"); s != nil {
					s.num = n
					if n.Start < s.start {
						s.start = n.Start
						s.text = c.text[s.start:s.end]
					}
				}
			}
		}
	}
	for i := range r.names {
		n := &r.names[i]
		f, e := tokenAt(n.Start), tokenEnd(n.End)
		if s := add(f, e, "name"); s != nil {
			s.name, s.sort = n.Kind, n.Sort
		}
		if n.Title != "" {
			k := f
			for k > 0 && c.toks[k-1].IsUpper() && c.text[c.toks[k-1].End:c.toks[k].Start] == " " && k > f-4 {
				k--
			}
			if s := add(k, e, "titled"); s != nil {
				s.name, s.sort = n.Kind, n.Sort
			}
		}
		// "USC and UCLA", "France, Spain and Italy"
		for j := i + 1; j < len(r.names) && j < i+8; j++ {
			gap := strings.TrimSuffix(c.text[r.names[j-1].End:r.names[j].Start], "the ")
			last := gap == " and " || gap == " & " || gap == ", and " || gap == " or "
			if !last && gap != ", " {
				break
			}
			if last {
				if s := add(f, tokenEnd(r.names[j].End), "names"); s != nil {
					s.name, s.sort = n.Kind, n.Sort
				}
				break
			}
		}
	}
	for _, qs := range prose.Quotes(c.text) {
		f, e := tokenAt(qs.Start), tokenEnd(qs.End)
		if e-f <= 14 {
			if s := add(f, e, "quote"); s != nil {
				s.kind = "quote"
			}
		}
	}
	// Noun phrases.
	for i := 0; i < len(c.toks); {
		j := i
		for j < len(c.toks) && nounPart(r.tags[j]) && (j == i || tied(c.text, c.toks[j-1], c.toks[j])) {
			j++
		}
		if j == i {
			i++
			continue
		}
		e := j
		for e > i && !strings.HasPrefix(r.tags[e-1], "NN") && r.tags[e-1] != "CD" && r.tags[e-1] != "VBG" {
			e--
		}
		if e > i {
			for k := i; k < e && k < i+5; k++ {
				add(k, e, "noun")
			}
			if e-i >= 2 && e-i <= 4 {
				// "chief executive Tim Cook": its head and the name apart.
				for k := i + 1; k < e; k++ {
					if c.toks[k].IsUpper() != c.toks[i].IsUpper() && c.text[c.toks[k-1].End:c.toks[k].Start] != "-" {
						add(i, k, "noun")
						break
					}
				}
			}
			// "the head of the agency", "oil and gas"
			if e+1 < len(c.toks) && (c.toks[e].Lower == "of" || c.toks[e].Lower == "and" || c.toks[e].Lower == "for" || c.toks[e].Lower == "in" || c.toks[e].Lower == "to") && tied(c.text, c.toks[e-1], c.toks[e]) {
				k := e + 1
				for k < len(c.toks) && (nounPart(r.tags[k]) || r.tags[k] == "DT" || r.tags[k] == "PRP$") && tied(c.text, c.toks[k-1], c.toks[k]) {
					k++
				}
				if k > e+1 && strings.HasPrefix(r.tags[k-1], "NN") {
					if c.toks[e].Lower == "of" || c.toks[e].Lower == "and" {
						add(i, k, "noun")
						add(e-1, k, "noun")
					} else if k-i <= 7 {
						add(i, k, "noun of")
					}
				}
			}
		} else if j == i+1 && r.tags[i] == "JJ" {
			add(i, j, "adjective")
		}
		i = max(j, i+1)
	}
	// Clauses: reasons, purposes, what somebody does.
	if g := q.group(); g == "why" || g == "what" {
		for i := 1; i < len(c.toks); i++ {
			l := c.toks[i].Lower
			open := 0
			switch {
			case l == "because" || l == "since" && g == "why":
				open = i + 1
				if i+1 < len(c.toks) && c.toks[i+1].Lower == "of" {
					open = i + 2
				}
			case l == "due" && i+1 < len(c.toks) && c.toks[i+1].Lower == "to":
				open = i + 2
			case (l == "after" || l == "over" || l == "by" || l == "for" || l == "through" || l == "in" || l == "with") && g == "why":
				open = i + 1
			case l == "to" && i+1 < len(c.toks) && r.tags[i+1] == "VB":
				open = i
			case r.tags[i] == "VBG" && !nounPart(r.tags[i-1]):
				open = i
			}
			if open == 0 || open >= len(c.toks) {
				continue
			}
			e := clauseEnd(c, r, open)
			if e-open >= 2 {
				add(open, e, "clause")
				if open == i && l == "to" {
					add(open+1, e, "clause")
				}
			}
		}
	}
	for _, s := range out {
		s.fit = q.fitOf(s, r)
	}
	return out
}

func nounPart(tag string) bool {
	switch tag {
	case "NN", "NNS", "NNP", "NNPS", "JJ", "JJR", "JJS", "VBN", "VBG", "CD", "FW", "POS":
		return true
	}
	return false
}

// tied says whether nothing but a space, a hyphen or a possessive stands between two tokens.
func tied(text string, a, b prose.Token) bool {
	switch text[a.End:b.Start] {
	case " ", "-", "'s ", "’s ", "' ", "’ ", "/", " & ", "\u00a0", ". ":
		return text[a.End:b.Start] != ". " || len(a.Text) == 1
	}
	return false
}

func clauseEnd(c *candidate, r *closeReading, i int) int {
	for k := i + 1; k < len(c.toks); k++ {
		gap := c.text[c.toks[k-1].End:c.toks[k].Start]
		if strings.ContainsAny(gap, ",;:()\"“”") || k-i > 16 {
			return k
		}
		if l := c.toks[k].Lower; l == "which" || l == "who" || l == "that" && r.tags[k] == "IN" && k > i+3 || l == "but" || l == "while" {
			return k
		}
	}
	return len(c.toks)
}

// fitOf says, between 0 and 1, how well a stretch is of the expected type.
func (q *asked) fitOf(s *span, r *closeReading) float64 {
	c := s.in
	lastTok := c.toks[s.to-1].Lower
	single := strings.TrimSuffix(lastTok, "s")
	isName := s.kind == "name" || s.kind == "titled" || s.kind == "names"
	upper := c.toks[s.from].IsUpper() && (s.from > 0 || s.to-s.from > 1)
	if s.kind == "noun" && q.kind != typePerson && q.kind != typeSpeaker {
		for _, n := range r.names {
			if n.Kind == prose.Person && n.Start < s.end && s.start < n.End {
				upper = false // a part of a person's name
			}
		}
	}
	after := func(words ...string) bool {
		return s.from > 0 && slices.Contains(words, c.toks[s.from-1].Lower) ||
			s.from > 1 && (c.toks[s.from-1].Lower == "the") && slices.Contains(words, c.toks[s.from-2].Lower)
	}
	switch q.kind {
	case typePerson, typeSpeaker:
		switch {
		case isName && s.name == prose.Person:
			return 1
		case isName && s.name == prose.OtherName && s.sort == "":
			return .5
		case isName && (s.name == prose.Institution || s.name == prose.Nation || s.name == prose.Company || s.name == prose.Outlet || s.name == prose.Team):
			return .3
		case s.kind == "noun" && (personHeads[lastTok] || personHeads[single]):
			return .3
		case s.kind == "noun" && upper:
			return .25
		}
		return 0
	case typeGroup:
		want := q.head
		switch {
		case s.kind == "noun" && s.from > 1 && c.toks[s.from-1].Lower == "of" && c.stems[s.from-2] == want:
			return .8 // "a group of Russian tourists"
		case isName && s.sort != "" && prose.Stem(s.sort) == want:
			return 1
		case isName && (s.name == prose.Company || s.name == prose.Institution || s.name == prose.Outlet || s.name == prose.Team):
			return .9
		case isName && s.name == prose.OtherName:
			return .6
		case isName && s.name == prose.Person:
			return .3
		case (s.kind == "noun" || s.kind == "quote") && upper:
			return .4
		}
		return 0
	case typeCountry:
		switch {
		case isName && s.name == prose.Nation:
			return 1
		case isName && s.name == prose.Demonym:
			return .4
		case isName && s.sort == "capital":
			return .1
		}
		return 0
	case typeState, typeCity, typePlace:
		switch {
		case isName && s.name == prose.Demonym && s.end < len(c.text) && c.text[s.end] == '-':
			return .9 // "Russian-made"
		case isName && s.name == prose.Demonym:
			return .2
		case isName && q.fits(s.sort):
			return 1
		case isName && (s.name == prose.Place || s.name == prose.Nation):
			return .7
		case isName && (s.name == prose.OtherName || s.name == prose.Institution) && after("in", "at", "on", "near", "from", "to", "outside", "off"):
			return .6
		case isName && s.name == prose.OtherName:
			return .4
		case s.kind == "noun" && (placeHeads[lastTok] || placeHeads[single]):
			return .5
		case s.kind == "noun" && after("in", "at", "on", "near", "from", "to", "outside", "off", "into", "through"):
			return .3
		}
		return 0
	case typeDate, typeYear, typeMonth, typeWeekday:
		if s.kind != "time" {
			if s.kind == "noun" && after("after", "before", "during", "until", "when") && q.kind == typeDate {
				return .15
			}
			return 0
		}
		p := prose.Precision("")
		if s.time != nil {
			p = s.time.Precision
		}
		weekday := prose.KindOf(c.toks[s.from].Text) == "weekday"
		switch q.kind {
		case typeYear:
			if p == prose.Year && s.to-s.from == 1 {
				return 1
			}
			return .2
		case typeMonth:
			if prose.KindOf(s.text) == "month" {
				return 1
			}
			return .2
		case typeWeekday:
			if weekday && s.to-s.from == 1 {
				return 1
			}
			return .2
		}
		if q.head == "day" && weekday {
			return 1
		}
		if q.head == "centuri" && p == prose.Century || q.head == "decad" && p == prose.Decade {
			return 1
		}
		return .8
	case typeNumber, typeMeasure, typeMoney, typePercent, typeAge, typeDuration:
		return q.fitOfNumber(s, r)
	case typeWork:
		switch {
		case s.kind == "quote" && upper:
			return 1
		case isName && s.name == prose.OtherName:
			return .7
		case isName:
			return .4
		case s.kind == "noun" && upper:
			return .5
		case s.kind == "quote":
			return .4
		}
		return 0
	case typeReason:
		if s.kind == "clause" {
			return 1
		}
		if s.kind == "noun" && after("for", "to", "of", "over", "by", "after") {
			return .4
		}
		return .1
	case typeManner:
		if s.kind == "clause" {
			return .8
		}
		if after("by", "via", "through", "using", "with", "in", "on") {
			return .6
		}
		return .2
	case typeName:
		if isName || s.kind == "quote" {
			return .8
		}
		if s.kind == "noun" && upper {
			return .6
		}
		return .3
	}
	// A table's own type, or anything.
	if q.kind != typeThing && q.kind != typeDefinition && q.kind != typeYesNo && q.kind != typeStatement {
		if prose.KindOf(s.text) == q.kind {
			return 1
		}
		if s.kind == "noun" || isName {
			return .2
		}
		return 0
	}
	switch s.kind {
	case "name", "titled", "noun", "quote", "noun of":
		return .5
	case "clause":
		return .3
	}
	return .3
}

// sameForm says whether two words are the same but for their endings.
func sameForm(a, b prose.Token) bool {
	return a.Lower == b.Lower || !prose.IsStop(a.Lower) && prose.Stem(a.Lower) == prose.Stem(b.Lower)
}

func (q *asked) fitOfNumber(s *span, r *closeReading) float64 {
	c := s.in
	if s.num == nil || s.kind != "number" && s.kind != "quantity" {
		return 0
	}
	n := s.num
	if n.Kind == prose.Ordinal && q.head != "rank" && q.head != "place" {
		return .1
	}
	unit := prose.Stem(n.Unit)
	timeUnit := n.Unit == "year" || n.Unit == "years" || n.Unit == "month" || n.Unit == "months" || n.Unit == "day" || n.Unit == "days" || n.Unit == "week" || n.Unit == "weeks" || n.Unit == "hours" || n.Unit == "hour" || n.Unit == "minutes" || n.Unit == "minute" || n.Unit == "seconds" || n.Unit == "decades" || n.Unit == "decade"
	switch q.kind {
	case typeMoney:
		if n.Kind == prose.Money {
			return 1
		}
		return .2
	case typePercent:
		if n.Kind == prose.Percent {
			return 1
		}
		return .2
	case typeAge:
		if s.kind != "number" {
			return .3
		}
		if strings.HasPrefix(c.text[s.end:], "-year-old") || strings.HasPrefix(c.text[s.end:], " years old") {
			return 1
		}
		if s.start > 2 && c.text[s.start-2:s.start] == ", " && s.end < len(c.text) && (c.text[s.end] == ',' || c.text[s.end] == '.') && n.Value < 125 {
			return .9
		}
		if n.Kind == prose.Count && n.Value > 3 && n.Value < 125 {
			return .4
		}
		return .1
	case typeDuration:
		if lengthUnits[n.Unit] && s.kind == "quantity" {
			return .8 // "How long is the Rhine?"
		}
		if timeUnit {
			if s.kind == "quantity" {
				return 1
			}
			return .4
		}
		return .1
	case typeMeasure:
		if timeUnit && q.head == "" {
			return .4
		}
		if s.kind == "quantity" || n.Kind == prose.Percent {
			return .9
		}
		return .5
	}
	// How many of what?
	if n.Kind == prose.Money || n.Kind == prose.Percent {
		return .3
	}
	base := .5
	if q.head != "" {
		if unit == q.head {
			base = 1
		} else {
			for k := s.to; k < len(c.toks) && k < s.to+4; k++ {
				if c.stems[k] == q.head {
					base = 1
				}
			}
			if base < 1 && slices.Contains(synonyms()[q.head], unit) {
				base = .8
			}
			if base < 1 && timeUnit {
				base = .2
			}
		}
	}
	if s.kind == "quantity" {
		base *= .6
	}
	return base
}

var lengthUnits = bagOf(`km kilometre kilometres kilometer kilometers mile miles m metre metres meter meters feet foot yards inches cm`)

// shorten proposes, weighs and ranks short answers over the sentences that were read closely, best first.
func (q *asked) shorten(r *retrieval, w *weights) []*span {
	read := r.sentences[:min(len(r.sentences), 20)]
	if len(read) == 0 {
		return nil
	}
	best := read[0].first
	type backing struct {
		weight float64
		docs   map[string]bool
		n      int
	}
	padded := make([]string, len(r.sentences))
	for i, c := range r.sentences {
		var b strings.Builder
		b.WriteByte(' ')
		for _, t := range c.toks {
			b.WriteString(t.Lower)
			b.WriteByte(' ')
		}
		padded[i] = b.String()
	}
	support := map[string]*backing{}
	back := func(s *span) {
		if _, ok := support[s.norm]; ok {
			return
		}
		b := &backing{docs: map[string]bool{}}
		needle := " " + s.norm + " "
		var last string
		if s.name == prose.Person && s.to-s.from > 1 {
			last = " " + s.in.toks[s.to-1].Lower + " "
		}
		for i, c := range r.sentences {
			w := 0.0
			if strings.Contains(padded[i], needle) {
				w = 1
			} else if last != "" && strings.Contains(padded[i], last) {
				w = .7
			}
			if w > 0 {
				b.weight += w * math.Exp(c.first-best)
				b.docs[c.a.ID] = true
				b.n++
			}
		}
		support[s.norm] = b
	}
	model := w.Span
	sideBySide(len(read), func(i int) { read[i].spans = q.spansOf(read[i]) })
	var all []*span
	for _, c := range read {
		for _, s := range c.spans {
			back(s)
		}
		all = append(all, c.spans...)
	}
	sideBySide(len(read), func(i int) {
		for _, s := range read[i].spans {
			b := support[s.norm]
			s.features = q.spanFeatures(s, i, best, b.weight, len(b.docs), b.n)
			s.score = score(model, s.features)
		}
	})
	sort.SliceStable(all, func(i, j int) bool { return all[i].score > all[j].score })
	return all
}

// spanFeatures describes a stretch as a short answer.
func (q *asked) spanFeatures(s *span, rank int, best, weight float64, docs, n int) []Feature {
	c := s.in
	g := q.group()
	fs := make([]Feature, 0, 40)
	add := func(name string, v float64) {
		if v != 0 {
			fs = append(fs, Feature{name, v})
		}
	}
	add("fit", s.fit)
	add("fit@"+g, s.fit)
	if s.fit == 0 {
		add("unfit", 1)
		add("unfit@"+g, 1)
	}
	if s.fit >= .8 {
		add("fits@"+g, 1)
	}
	add(s.kind+"@"+g, 1)
	if s.kind == "names" && q.list {
		add("names for a list", 1)
	}
	if s.name != "" {
		add("is "+string(s.name)+"@"+g, 1)
	}
	add("sentence", max(c.first-best, -6))
	add("sentence rank", 1/(1+float64(rank)))
	if rank == 0 {
		add("first sentence", 1)
	}
	// What the question says itself is no answer.
	content, inQuestion := 0.0, 0.0
	rare := 0.0
	for i := s.from; i < s.to; i++ {
		if c.stems[i] == "" {
			continue
		}
		content++
		rare += rarity(c.stems[i], 0, 0)
		for k, t := range q.terms {
			if c.stems[i] == t.text || c.where[k] == i && c.match[k] >= .8 {
				inQuestion++
				break
			}
		}
	}
	if content > 0 {
		add("asked", inQuestion/content)
		if inQuestion == content {
			add("all asked", 1)
		}
		add("rarity", rare/content/10)
	} else {
		add("empty", 1)
	}
	// How near the question's words are.
	near, closest, heavy := 0.0, 99, 0.0
	for k, t := range q.terms {
		w := c.where[k]
		if w < 0 {
			continue
		}
		d := 0
		switch {
		case w < s.from:
			d = s.from - w
		case w >= s.to:
			d = w - s.to + 1
		}
		if d > 0 {
			near += c.match[k] * t.weight / (1 + float64(d)/4)
			if t.weight > heavy {
				heavy, closest = t.weight, d
			}
		}
	}
	if q.total > 0 {
		add("near", near/q.total)
		add("near@"+g, near/q.total)
	}
	if closest < 99 {
		add("near the rarest", 1/(1+float64(closest)/3))
	}
	// What is asked for stands beside: "automaker General Motors", "Moldova, a country".
	if q.head != "" {
		for i := s.from; i < s.to; i++ {
			if c.stems[i] == q.head {
				add("holds what is asked@"+g, 1)
				if i == s.to-1 {
					add("is what is asked", 1)
				}
				break
			}
		}
		if s.from > 0 && c.stems[s.from-1] == q.head {
			add("after what is asked", 1)
		}
		for k := s.to; k < len(c.toks) && k < s.to+7; k++ {
			if c.stems[k] == q.head {
				if k == s.to {
					add("before what is asked", 1)
				} else if strings.HasPrefix(c.text[s.end:], ", ") {
					add("apposition", 1)
				} else {
					add("near what is asked", 1)
				}
				break
			}
		}
	}
	for _, f := range q.focus {
		stem := prose.Stem(q.toks[f].Lower)
		if stem == q.head || q.toks[f].IsUpper() && len(q.focus) > 3 {
			continue
		}
		if s.to < len(c.stems) && c.stems[s.to] == stem || s.from > 0 && c.stems[s.from-1] == stem {
			add("beside what is asked", 1)
		}
		if slices.Contains(c.stems[s.from:s.to], stem) {
			add("holds part of what is asked", 1)
		}
	}
	// Before or after the question's verb.
	if q.verb != "" {
		for k, t := range q.terms {
			if q.toks[t.token].Start == q.toks[max(q.verbAt, 0)].Start && c.where[k] >= 0 {
				side := "after verb"
				if s.to <= c.where[k] {
					side = "before verb"
				}
				role := " as object"
				if q.subject {
					role = " as subject"
				}
				passive := s.from > 0 && (c.toks[s.from-1].Lower == "by" || s.from > 1 && c.toks[s.from-2].Lower == "by")
				if passive && side == "after verb" {
					side = "by after verb"
				}
				add(side+role, 1)
			}
		}
	}
	// The stretch stands where the question asks: between the same words.
	r := c.close
	if q.wh >= 0 {
		end := q.wh + 1
		if len(q.focus) > 0 && q.focus[len(q.focus)-1] > q.wh && q.focus[0] <= q.wh+3 {
			end = q.focus[len(q.focus)-1] + 1
		}
		k := s.from - 1
		for k > 0 && r.tags[k] == "DT" {
			k--
		}
		if q.wh > 0 && k >= 0 && sameForm(q.toks[q.wh-1], c.toks[k]) {
			add("same word before", 1)
			if q.tags[q.wh-1] == "IN" || q.tags[q.wh-1] == "TO" {
				add("same preposition before", 1)
			}
		}
		if end < len(q.toks) && s.to < len(c.toks) {
			if sameForm(q.toks[end], c.toks[s.to]) {
				add("same word after", 1)
			} else if helperVerbs[q.toks[end].Lower] && end+1 < len(q.toks) && sameForm(q.toks[end+1], c.toks[s.to]) {
				add("same word after", .7)
			}
		}
	}
	before, after := false, false
	for k := range q.terms {
		if c.match[k] < .5 {
			continue
		}
		before = before || c.where[k] == s.from-1 || c.where[k] == s.from-2 && s.from > 1 && c.stems[s.from-1] == ""
		after = after || c.where[k] == s.to || c.where[k] == s.to+1 && s.to < len(c.stems) && c.stems[s.to] == ""
	}
	switch {
	case before && after:
		add("between asked words", 1)
	case before:
		add("follows asked word", 1)
	case after:
		add("precedes asked word", 1)
	}
	// In the same clause as what the question says.
	same, other := 0.0, 0.0
	for k, t := range q.terms {
		w := c.where[k]
		if w < 0 || w >= s.from && w < s.to {
			continue
		}
		a, b := s.end, c.toks[w].Start
		if w < s.from {
			a, b = c.toks[w].End, s.start
		}
		if a < b && strings.ContainsAny(c.text[a:b], ",;:()\"“”—–") {
			other += t.weight * c.match[k]
		} else {
			same += t.weight * c.match[k]
		}
	}
	if q.total > 0 {
		add("same clause", same/q.total)
		add("other clause", other/q.total)
	}
	tag := func(name string, i int) {
		t := "-"
		if i >= 0 && i < len(r.tags) {
			t = r.tags[i]
			if i < s.from && s.from > 0 && i == s.from-1 && strings.ContainsAny(c.text[c.toks[i].End:c.toks[s.from].Start], ",;:(\"“") {
				t = ","
			}
			if i == s.to && i > 0 && strings.ContainsAny(c.text[c.toks[i-1].End:c.toks[i].Start], ",;:)\"”.") {
				t = ","
			}
		}
		if g == "what" || g == "why" {
			add(name+t+"@what", 1)
		} else {
			add(name+t, 1)
		}
	}
	tag("tag before ", s.from-1)
	tag("tag after ", s.to)
	tag("first tag ", s.from)
	tag("last tag ", s.to-1)
	if q.verbAt >= 0 && q.verb != "" {
		for k, t := range q.terms {
			if t.token != q.verbAt || c.where[k] < 0 {
				continue
			}
			d := s.from - c.where[k]
			if d > 0 && d <= 3 {
				add("right after verb@"+g, 1)
			}
			if e := c.where[k] - s.to; e >= 0 && e <= 2 {
				add("right before verb@"+g, 1)
			}
		}
	}
	if s.from > 0 {
		switch p := c.toks[s.from-1].Lower; p {
		case "in", "at", "on", "by", "for", "from", "to", "of", "with", "as", "named", "called", "than", "after", "since", "until", "about":
			add("after "+p+"@"+g, 1)
		}
	} else {
		add("begins@"+g, 1)
	}
	switch l := s.to - s.from; {
	case l == 1:
		add("one word@"+g, 1)
	case l == 2:
		add("two words@"+g, 1)
	case l <= 4:
		add("few words", 1)
	case l <= 8:
		add("many words", 1)
	default:
		add("very long", 1)
	}
	add("support", math.Log1p(weight))
	add("support@"+g, math.Log1p(weight))
	add("articles", math.Log(float64(max(docs, 1))))
	add("mentions", math.Log(float64(max(n, 1))))
	if c.a.Sentences[c.sentence].Role == RoleHeadline {
		add("in headline", 1)
	}
	if s.time != nil && !q.from.IsZero() && !s.time.Value.IsZero() {
		if !s.time.Value.Before(q.from) && s.time.Value.Before(q.to) {
			add("the asked time", 1)
		}
	}
	if s.kind == "name" && s.to-s.from == 1 && s.name == prose.Person {
		add("surname only", 1)
	}
	// A larger name around it.
	if s.kind == "noun" && s.from > 0 && c.toks[s.from-1].IsUpper() && c.toks[s.from].IsUpper() && tied(c.text, c.toks[s.from-1], c.toks[s.from]) {
		add("cut name", 1)
	}
	if s.to < len(c.toks) && c.toks[s.to].IsUpper() && c.toks[s.to-1].IsUpper() && c.text[c.toks[s.to-1].End:c.toks[s.to].Start] == " " {
		add("cut name after", 1)
	}
	return fs
}

package briefings

import (
	"slices"
	"strings"
	"unicode"

	"attache/briefings/prose"
)

// This file is the grammar of statements: which word is a cue, which noun phrase is its subject, and where what was said
// begins and ends. It knows no tagger and no parser: it walks from the cue to the borders of its clause.

// cueAt says whether token i is a verb of the table here, and not a noun or an adjective of the same form.
func (r *speechReader) cueAt(i int) (cue, bool) {
	t := r.tokens[i]
	c, ok := r.lexicon[t.lower]
	if !ok || t.possessive || t.joined || i > 0 && r.tokens[i-1].joined {
		return cue{}, false
	}
	if t.capital && i > 0 && !r.headlineCase() {
		return cue{}, false // a name: "Fox News Polls"
	}
	before := i - 1
	prev, kind := "", r.kind(before)
	if kind == tokenWord {
		prev = r.tokens[before].lower
	}
	if cueNounCues[t.lower] {
		switch {
		case kind == 0, kind != tokenWord && c.form == "base":
			return cue{}, false
		case kind == tokenWord && (prev == "to" || cueAuxiliaries[prev] && c.form == "base" || cuePronouns[prev]):
		case kind == tokenWord && (cueDeterminers[prev] || cuePrepositions[prev] || r.tokens[before].possessive || cueSubordinators[prev] && prev != "that" || prev == "and" || prev == "or"):
			return cue{}, false
		case c.form == "base" && kind == tokenWord && !strings.HasSuffix(prev, "s") && !strings.HasSuffix(prev, "ly"):
			return cue{}, false // "the Senate report": a base form goes with a plural
		case !r.complement(i + 1):
			return cue{}, false
		}
		return c, true
	}
	if c.lemma == "put" && !(r.word(i+1, "it") && (r.kind(i+2) == ':' || r.kind(i+2) == ',' || r.kind(i+2) == '.' || i+2 == len(r.tokens))) {
		return cue{}, false
	}
	if c.form == "past" && kind == tokenWord && (cueDeterminers[prev] || r.tokens[before].possessive && !r.tokens[before].capital) {
		return cue{}, false // "the accused man"
	}
	if c.form == "ing" && kind == tokenWord && (cueDeterminers[prev] || cueAuxiliaries[prev] && prev == "being") {
		return cue{}, false
	}
	if !c.speech && !r.complement(i+1) {
		return cue{}, false
	}
	return c, true
}

// headlineCase says whether the sentence writes most words with a capital.
func (r *speechReader) headlineCase() bool {
	words, capitals := 0, 0
	for _, t := range r.tokens {
		if t.kind == tokenWord && len(t.lower) > 3 {
			words++
			if t.capital {
				capitals++
			}
		}
	}
	return words > 3 && capitals*10 > words*7
}

// complement says whether what begins at i can be what was said: a clause, an infinitive, a quotation, an object.
func (r *speechReader) complement(i int) bool {
	switch r.kind(i) {
	case tokenQuote, ':':
		return true
	case tokenWord:
		t := r.tokens[i]
		return t.capital || cueDeterminers[t.lower] || cuePronouns[t.lower] || cueSubordinators[t.lower] || t.lower == "to" || t.lower == "for" ||
			t.lower == "on" || t.lower == "against" || t.lower == "him" || t.lower == "them" || t.lower == "there" || t.lower == "her" || t.lower == "about" ||
			t.lower == "if" || t.lower == "of" || t.lower == "as" || t.lower == "no" || strings.HasSuffix(t.lower, "s") || strings.HasSuffix(t.lower, "ing") || len(t.lower) > 5
	}
	return false
}

// verbal says whether token i is a verb: an auxiliary, a common verb, or a cue.
func (r *speechReader) verbal(i int) bool {
	t := r.tokens[i]
	if t.kind != tokenWord || t.quoted || t.capital && i > 0 || t.joined || i > 0 && r.tokens[i-1].joined {
		return false
	}
	if cueAuxiliaries[t.lower] || t.lower == "to" && i+1 < len(r.tokens) && r.tokens[i+1].kind == tokenWord && r.baseVerb(r.tokens[i+1].lower) {
		return true
	}
	if cuePlainVerbs()[t.lower] {
		return r.kind(i-1) == tokenWord && !cueDeterminers[r.tokens[i-1].lower] && !cuePrepositions[r.tokens[i-1].lower] || r.kind(i-1) != tokenWord
	}
	_, ok := r.cueAt(i)
	return ok
}

func (r *speechReader) baseVerb(lower string) bool {
	c, ok := r.lexicon[lower]
	return ok && c.form == "base" || cuePlainVerbs()[lower] && !strings.HasSuffix(lower, "ed")
}

func cueAdverb(lower string) bool {
	switch lower {
	case "also", "then", "later", "now", "never", "always", "often", "not", "still", "previously", "already", "just", "even", "further",
		"once", "first", "both", "all", "n't", "ever", "soon", "again", "instead", "too", "so", "long", "himself", "herself", "itself", "themselves",
		"best", "better", "thus", "indeed", "simply", "each", "fully", "sometimes", "only", "yesterday", "today", "far":
		return true
	}
	return len(lower) > 4 && strings.HasSuffix(lower, "ly") && !notAdverbs[lower]
}

// notAdverbs end like adverbs and are none.
var notAdverbs = cueWordSet(`family italy assembly rally supply reply apply anomaly monopoly sicily kelly carly sally billy emily molly holly polly
lilly reilly connolly donnelly bully jelly belly butterfly early daily weekly monthly friendly elderly deadly lively likely only`)

// said builds the speech of the cue at i.
func (r *speechReader) said(i int, c cue, before []speech) (speech, bool) {
	if r.negated(i) {
		return speech{}, false // "would not say", "did not approve": what wasn't said or thought is nobody's word
	}
	s := speech{cue: c, at: r.tokens[i].start, verb: r.verb(i)}
	after := i + 1
	// Passive: "was described by X as …"; without "by" nobody is named.
	if c.form == "past" && r.passive(i) {
		by := -1
		for k := i + 1; k < min(i+12, len(r.tokens)) && r.kind(k) == tokenWord; k++ {
			if r.tokens[k].lower == "by" {
				by = k
				break
			}
		}
		if by < 0 {
			return speech{}, false
		}
		p := r.phraseRight(by + 1)
		if p.to <= p.from {
			return speech{}, false
		}
		s.who = p
		if start := r.clauseStart(i); start < i {
			s.content = []prose.Span{r.trim(r.tokens[start].start, r.tokens[i-1].end, true)}
		}
		return s, true
	}
	if p, ok := r.inverted(i, c); ok {
		s.who = p
		after = p.full
		s.audience, after = r.audience(after)
	} else {
		p, ok := r.subject(i, 0)
		if !ok && c.form == "ing" || ok && c.form == "ing" && r.kind(i-1) == ',' {
			if len(before) > 0 {
				p, ok = before[len(before)-1].who, true
				if before[0].who.text != "" && c.lemma != "say" {
					p = before[0].who
				}
			} else {
				p, ok = r.mainSubject(i)
			}
		}
		if !ok {
			return speech{}, false
		}
		s.who = p
		s.audience, after = r.audience(after)
		if c.lemma == "tell" || c.lemma == "ask" || c.lemma == "assure" || c.lemma == "remind" || c.lemma == "inform" || c.lemma == "warn" || c.lemma == "urge" {
			var to string
			to, after = r.addressee(after, c)
			s.audience = strings.TrimSpace(to + " " + s.audience)
			var more string
			more, after = r.audience(after)
			s.audience = strings.TrimSpace(s.audience + " " + more)
		}
	}
	s.content, s.direct = r.contents(i, after, s, before)
	if c.strict && !r.clauseOrQuote(after, s) {
		return speech{}, false
	}
	return s, true
}

// clauseOrQuote says whether what was said is a clause or a quotation: what stands before the cue, or what begins at after.
func (r *speechReader) clauseOrQuote(after int, s speech) bool {
	if len(s.content) == 0 {
		return s.cue.form != "ing" && after >= len(r.tokens)-1
	}
	if s.content[0].End <= s.at {
		return true
	}
	for after < len(r.tokens) && r.kind(after) == ',' {
		after++
	}
	if r.kind(after) == ':' || r.kind(after) == tokenQuote || after < len(r.tokens) && r.tokens[after].quoted {
		return true
	}
	if r.word(after, "that", "whether", "how", "why", "what", "if") || r.word(after, "to") && after+1 < len(r.tokens) && r.kind(after+1) == tokenWord && r.baseVerb(r.tokens[after+1].lower) {
		return true
	}
	if (s.cue.lemma == "show" || s.cue.lemma == "find") && castDocumentWords[s.who.head] {
		return true
	}
	if s.cue.lemma == "invite" || s.cue.lemma == "offer" || after >= len(r.tokens) || cuePrepositions[r.tokens[after].lower] {
		return false
	}
	// "found the plan was dead": a finite verb soon, after a noun phrase.
	for k := after + 1; k < min(after+7, len(r.tokens)) && r.kind(k) == tokenWord; k++ {
		w := r.tokens[k].lower
		if cueSubordinators[w] || w == "who" || w == "which" || w == "and" || w == "to" {
			return false
		}
		if cueAuxiliaries[w] || r.verbal(k) && r.lexicon[w].form != "base" && !strings.HasSuffix(w, "ing") {
			return true
		}
	}
	return false
}

// verb returns the cue as written, with "on condition" and particles left to the audience.
func (r *speechReader) verb(i int) string {
	end := i
	if r.word(i+1, "for", "on", "out", "against", "off", "to") && r.tokens[i].lower != "said" && r.word(i, "called", "calls", "call", "calling", "pointed", "points", "lashed") {
		end = i + 1
	}
	return r.text[r.tokens[i].start:r.tokens[end].end]
}

// negated says whether the verb at i is denied: "did not say", "never told", "declined to say".
func (r *speechReader) negated(i int) bool {
	for k := i - 1; k >= 0 && k >= i-3 && r.kind(k) == tokenWord; k-- {
		w := r.tokens[k].lower
		if w == "not" || w == "never" || strings.HasSuffix(w, "n't") || w == "cannot" {
			return true
		}
		if w == "to" && r.word(k-1, "declined", "declines", "decline", "declining", "refused", "refuses", "refuse", "refusing", "failed", "fails", "unable", "unwilling") {
			return true
		}
		if !cueAuxiliaries[w] && !cueAdverb(w) {
			return false
		}
	}
	return false
}

func (r *speechReader) passive(i int) bool {
	for k := i - 1; k >= 0 && k >= i-3; k-- {
		if r.kind(k) != tokenWord {
			return false
		}
		switch w := r.tokens[k].lower; {
		case w == "is" || w == "are" || w == "was" || w == "were" || w == "been" || w == "being" || w == "be":
			return true
		case cueAdverb(w):
		default:
			return false
		}
	}
	return false
}

// inverted finds the subject behind its cue: `"…," said X`.
func (r *speechReader) inverted(i int, c cue) (phrase, bool) {
	if c.form == "ing" || !c.speech || r.kind(i+1) != tokenWord {
		return phrase{}, false
	}
	if c.form == "base" && cueNounCues[c.lemma] {
		return phrase{}, false // "…, state news agency KCNA reported"
	}
	next := r.tokens[i+1]
	k := i - 1
	for k >= 0 && r.kind(k) == tokenWord && cueAdverb(r.tokens[k].lower) {
		k--
	}
	quote := r.kind(k) == tokenQuote || r.kind(k) == '.' || k < 0 && i == 0 && r.afterQuote()
	if r.kind(k) == ',' {
		quote = r.kind(k-1) == tokenQuote || k > 0 && r.tokens[k-1].quoted
	}
	if next.quoted || cueAdverb(next.lower) || next.lower == "that" || next.lower == "to" || cuePrepositions[next.lower] || cueSubordinators[next.lower] {
		return phrase{}, false
	}
	if !(next.capital || cueDeterminers[next.lower] || cuePronouns[next.lower] || len(next.lower) > 3) {
		return phrase{}, false
	}
	p := r.phraseRight(i + 1)
	if p.to <= p.from {
		return phrase{}, false
	}
	if !quote {
		// `The deal is off, said Smith.`: only where nothing but time or audience follows.
		if r.kind(k) != ',' || k < 3 {
			return phrase{}, false
		}
		_, end := r.audience(p.full)
		if end < len(r.tokens) && r.kind(end) == tokenWord {
			return phrase{}, false
		}
		if _, ok := r.parenthesis(k); ok {
			return phrase{}, false
		}
	}
	return p, true
}

// afterQuote says whether a closing quotation mark stands right before the sentence.
func (r *speechReader) afterQuote() bool {
	before := strings.TrimRight(r.marked[max(0, r.from-8):r.from], " \t\n,.")
	return strings.HasSuffix(before, "”") || strings.HasSuffix(before, "»") || strings.HasSuffix(before, `"`)
}

// parenthesis finds the comma that opens what the comma at j closes: an apposition, a relative clause, an aside.
func (r *speechReader) parenthesis(j int) (open int, ok bool) {
	for k := j - 1; k > 0 && k >= j-40; k-- {
		if r.kind(k) == tokenQuote || r.kind(k) == ';' || r.kind(k) == ':' {
			return 0, false
		}
		if r.kind(k) != ',' {
			continue
		}
		if k+1 >= j || r.kind(k+1) != tokenWord || r.kind(k-1) != tokenWord && r.kind(k-1) != ')' {
			return 0, false
		}
		first := r.tokens[k+1]
		aside := j-k == 2 && (cueAdverb(first.lower) || cueOpeners[first.lower])
		if aside || cueDeterminers[first.lower] || first.lower == "who" || first.lower == "which" || first.lower == "whose" || first.lower == "where" ||
			first.capital && (r.possessiveIn(k+1, j) || !r.clausal(k+1, j)) || first.lower == "speaking" || first.lower == "citing" || first.lower == "in" || first.lower == "for" || first.lower == "meanwhile" ||
			!first.capital && !r.clausal(k+1, j) && !cueSubordinators[first.lower] && !cueOpeners[first.lower] {
			// A list inside an apposition: look for an earlier comma that opens as well.
			if cueDeterminers[first.lower] || first.lower == "who" || first.lower == "which" || aside {
				return k, true
			}
			if r.kind(k-1) == tokenWord && r.tokens[k-1].capital {
				return k, true
			}
			if earlier, found := r.parenthesis(k); found && k-earlier > 2 {
				return earlier, true
			}
			return k, true
		}
	}
	return 0, false
}

func (r *speechReader) possessiveIn(from, to int) bool {
	for k := from; k < to; k++ {
		if r.tokens[k].possessive {
			return true
		}
	}
	return false
}

// clausal says whether tokens[from:to] hold a finite verb.
func (r *speechReader) clausal(from, to int) bool {
	for k := from; k < to; k++ {
		if r.verbal(k) {
			return true
		}
	}
	return false
}

// clauseStart walks left from i to the border of its clause.
func (r *speechReader) clauseStart(i int) int {
	b := i
	for b > 0 {
		t := r.tokens[b-1]
		if t.kind != tokenWord || t.quoted || cueSubordinators[t.lower] {
			break
		}
		b--
	}
	return b
}

// subject finds the noun phrase in front of the verb at i.
func (r *speechReader) subject(i, depth int) (phrase, bool) {
	if depth > 6 {
		return phrase{}, false
	}
	j := i - 1
	for j >= 0 && r.kind(j) == tokenWord && !r.tokens[j].quoted {
		w := r.tokens[j].lower
		if cueAuxiliaries[w] && !r.tokens[j].possessive || cueAdverb(w) && !r.tokens[j].capital {
			j--
			continue
		}
		if w == "to" && j > 0 {
			// "declined to say", "is expected to announce": the subject is that of the first verb.
			k := j - 1
			for k > 0 && cueAdverb(r.tokens[k].lower) {
				k--
			}
			if r.kind(k) == tokenWord && !r.tokens[k].capital && (r.verbal(k) || strings.HasSuffix(r.tokens[k].lower, "ed") || strings.HasSuffix(r.tokens[k].lower, "ing")) {
				return r.subject(k, depth+1)
			}
			return phrase{}, false
		}
		if (w == "and" || w == "or" || w == "but") && j > 0 {
			// "met the envoys and said": the subject is that of the verb before.
			for k := j - 1; k >= 0; k-- {
				if r.kind(k) == ';' || r.kind(k) == tokenQuote {
					break
				}
				if r.verbal(k) && !(r.kind(k) == tokenWord && r.tokens[k].lower == "to") {
					return r.subject(k, depth+1)
				}
			}
			return phrase{}, false
		}
		break
	}
	if j < 0 {
		return phrase{}, false
	}
	full := -1
	if r.kind(j) == ')' {
		for k := j - 1; k > 0; k-- {
			if r.kind(k) == '(' {
				full, j = j+1, k-1
				break
			}
		}
		if full < 0 {
			return phrase{}, false
		}
	}
	if r.kind(j) == ',' || r.kind(j) == '-' {
		if r.kind(j) == ',' {
			open, ok := r.parenthesis(j)
			if !ok {
				return phrase{}, false
			}
			if first := r.tokens[open+1].lower; !(j-open == 2 && (cueAdverb(first) || cueOpeners[first]) || cuePrepositions[first] || first == "almost" || first == "who" || first == "which") {
				full = j
			}
			j = open - 1
		} else {
			open := -1
			for k := j - 1; k > 0; k-- {
				if r.kind(k) == '-' {
					open = k
					break
				}
			}
			if open <= 0 {
				return phrase{}, false
			}
			full, j = j, open-1
		}
	}
	if j < 0 || r.kind(j) != tokenWord && r.kind(j) != ')' && r.kind(j) != tokenQuote {
		return phrase{}, false
	}
	if r.word(j, "who", "which", "that") && (j > 0) {
		k := j - 1
		if r.kind(k) == ',' {
			k--
			if open, ok := r.parenthesis(k + 1); ok && r.tokens[open+1].lower != "who" && !r.clausal(open+1, k+1) {
				k = open - 1
			}
		}
		if k >= 0 && r.kind(k) == tokenWord && !r.verbal(k) {
			return r.build(r.phraseLeft(k), k+1, -1)
		}
		return phrase{}, false
	}
	// "Norway on Monday denied": the time is no part of the name.
	if full < 0 {
		for j > 1 && r.kind(j) == tokenWord && cueTimeWords[r.tokens[j].lower] && r.tokens[j].capital && !r.tokens[j].possessive {
			if r.word(j-1, "on", "last", "late", "early", "this") {
				j--
			}
			j--
		}
	}
	if full < 0 && r.word(j, "he", "she", "they", "it", "we", "i") {
		return r.build(j, j+1, -1)
	}
	b := r.borders(j)
	return r.build(b, j+1, full)
}

// borders walks left from the last word of a subject to its first.
func (r *speechReader) borders(j int) int {
	b := j
	for b > 0 {
		t := r.tokens[b-1]
		if t.kind == ',' && r.listBefore(b-1, j) {
			b--
			continue
		}
		if t.kind == '.' && r.kind(b) == tokenWord && r.tokens[b].start-t.start <= 2 && b > 1 && r.kind(b-2) == tokenWord && r.tokens[b-2].capital && r.tokens[b-2].end == t.start && len(r.tokens[b-2].lower) <= 4 {
			b-- // "Mr. Smith", "Sen. Jones", "John D. Smith"
			continue
		}
		if t.kind != tokenWord || t.quoted != r.tokens[j].quoted {
			break
		}
		if cueSubordinators[t.lower] || (t.lower == "but" || t.lower == "who" || t.lower == "which") {
			break
		}
		if r.verbal(b - 1) {
			break
		}
		b--
	}
	if b+2 < j && r.word(b, "last", "next", "earlier", "late", "early", "this") && cueTimeWords[r.tokens[b+1].lower] && !r.tokens[b+1].possessive {
		b += 2 // "Last week the ministry"
	}
	// Leading connectives and times: "But on Monday the ministry".
	for b < j && r.kind(b) == tokenWord && (cueOpeners[r.tokens[b].lower] && !(r.tokens[b].capital && b > 0) || r.tokens[b].lower == "and" || cueAdverb(r.tokens[b].lower) && !cueDeterminers[r.tokens[b].lower]) {
		b++
	}
	if b < j && r.kind(b) == tokenWord && cuePrepositions[r.tokens[b].lower] {
		return r.phraseLeft(j)
	}
	// "X and Y said" is both; "… did this and Y said" was cut at its verb. "On stage Smith", "Monday Smith": the last name.
	return b
}

// listBefore says whether the comma at k separates the members of a list of names that ends at j with "and".
func (r *speechReader) listBefore(k, j int) bool {
	if k == 0 || r.kind(k-1) != tokenWord || !r.tokens[k-1].capital {
		return false
	}
	for m := k + 1; m < j; m++ {
		if r.word(m, "and") && m-k <= 4 && r.kind(k+1) == tokenWord && r.tokens[k+1].capital {
			return true
		}
		if r.kind(m) == ',' {
			return r.listBefore(m, j) && r.tokens[k+1].capital
		}
	}
	return false
}

// phraseLeft finds where the noun phrase begins whose last word is j, when what stands before it isn't its clause's start.
func (r *speechReader) phraseLeft(j int) int {
	b := j
	for b > 0 {
		t := r.tokens[b-1]
		if t.kind == '.' && b > 1 && r.kind(b-2) == tokenWord && r.tokens[b-2].capital && len(r.tokens[b-2].lower) <= 4 && r.tokens[b].start-t.start <= 2 {
			b--
			continue
		}
		if t.kind != tokenWord || t.quoted != r.tokens[j].quoted || cueSubordinators[t.lower] || r.verbal(b-1) || cuePronouns[t.lower] || t.lower == "and" || t.lower == "but" || t.lower == "or" ||
			t.lower == "out" || t.lower == "up" || t.lower == "down" || t.lower == "back" || t.lower == "away" {
			break
		}
		if cueTimeWords[t.lower] && r.tokens[b].capital && !t.possessive {
			break
		}
		if cuePrepositions[t.lower] {
			// "the head of the mission", "a professor at Yale": a noun with its own determiner must stand before it.
			if (t.lower == "of" || t.lower == "at" || t.lower == "for" || t.lower == "from") && b > 1 && r.kind(b-2) == tokenWord && !r.verbal(b-2) && !cuePrepositions[r.tokens[b-2].lower] && !cueTimeWords[r.tokens[b-2].lower] {
				b--
				continue
			}
			break
		}
		b--
		if cueDeterminers[t.lower] && t.lower != "such" {
			if b > 0 && r.word(b-1, "of") {
				continue
			}
			break
		}
	}
	return b
}

// phraseRight reads the noun phrase that begins at i: the subject behind an inverted cue, or after "according to".
func (r *speechReader) phraseRight(i int) phrase {
	if i >= len(r.tokens) || r.kind(i) != tokenWord {
		return phrase{}
	}
	if cuePronouns[r.tokens[i].lower] {
		p, _ := r.build(i, i+1, -1)
		return p
	}
	e := i
	named := false // the head is a name
	for e < len(r.tokens) {
		t := r.tokens[e]
		if t.kind == '.' && e > i && e+1 < len(r.tokens) && r.kind(e+1) == tokenWord && r.tokens[e+1].capital && r.tokens[e-1].capital && len(r.tokens[e-1].lower) <= 4 && r.tokens[e-1].end == t.start && !r.tokens[e+1].quoted {
			e++
			continue
		}
		if t.kind == '(' {
			k := e + 1
			for k < len(r.tokens) && r.kind(k) != ')' {
				k++
			}
			if k < len(r.tokens) && k-e < 6 {
				e = k + 1
				continue
			}
			break
		}
		if t.kind != tokenWord || t.quoted {
			break
		}
		lower := t.lower
		if e > i {
			if cueSubordinators[lower] || lower == "who" || lower == "which" || lower == "but" || cueAdverb(lower) && !t.capital || lower == "told" {
				break
			}
			if lower == "and" {
				if e+1 < len(r.tokens) && r.kind(e+1) == tokenWord && (r.tokens[e+1].capital && named || cueDeterminers[r.tokens[e+1].lower]) && !r.clausal(e+1, min(e+6, len(r.tokens))) {
					e++
					continue
				}
				break
			}
			if cueTimeWords[lower] && (t.capital || lower == "today" || lower == "yesterday" || lower == "last") && lower != "may" && lower != "march" {
				break
			}
			if lower == "last" && e+1 < len(r.tokens) && cueTimeWords[r.tokens[e+1].lower] {
				break
			}
			if cuePrepositions[lower] {
				if !r.continues(i, e, named) {
					break
				}
			} else if r.verbal(e) {
				break
			}
			if cuePronouns[lower] || lower == "him" || lower == "them" {
				break
			}
		}
		if t.capital && !cueDeterminers[lower] {
			named = true
		} else if !cuePrepositions[lower] && !cueDeterminers[lower] {
			named = false
		}
		e++
	}
	for e > i && r.kind(e-1) == tokenWord && (cuePrepositions[r.tokens[e-1].lower] || cueDeterminers[r.tokens[e-1].lower]) && e-1 > i {
		e--
	}
	full := -1
	// An apposition: ", a professor at Yale".
	if r.kind(e) == ',' && r.kind(e+1) == tokenWord && !r.tokens[e+1].quoted {
		first := r.tokens[e+1]
		k := e + 1
		for k < len(r.tokens) && (r.kind(k) == tokenWord && !r.tokens[k].quoted && !(k > e+1 && (r.tokens[k].lower == "who" || r.tokens[k].lower == "which")) || r.kind(k) == '.' && k+1 < len(r.tokens) && r.tokens[k+1].start-r.tokens[k].start < 2) {
			k++
		}
		if (cueDeterminers[first.lower] || !first.capital && !cueSubordinators[first.lower] && !cueOpeners[first.lower] && !cuePronouns[first.lower] && !cuePrepositions[first.lower] && !strings.HasSuffix(first.lower, "ing") && !cueAdverb(first.lower) ||
			first.capital && unicode.IsDigit(rune(first.lower[0]))) && !r.finite(e+1, k) {
			full = k
		}
	}
	p, _ := r.build(i, e, full)
	return p
}

// finite says whether tokens[from:to] hold an auxiliary or a verb in the past that follows a noun.
func (r *speechReader) finite(from, to int) bool {
	for k := from; k < to; k++ {
		if r.word(k, "who", "which", "that") {
			return false
		}
		if r.kind(k) == tokenWord && (cueAuxiliaries[r.tokens[k].lower] || k > from && r.verbal(k) && !strings.HasSuffix(r.tokens[k].lower, "ing")) {
			return true
		}
	}
	return false
}

// continues says whether the preposition at e goes on with the noun phrase that began at i.
func (r *speechReader) continues(i, e int, named bool) bool {
	if e+1 >= len(r.tokens) || r.kind(e+1) != tokenWord {
		return false
	}
	next := r.tokens[e+1].lower
	if cueTimeWords[next] || r.tokens[e+1].quoted {
		return false
	}
	for k := e + 1; k < min(e+4, len(r.tokens)); k++ {
		switch r.tokens[k].lower {
		case "statement", "interview", "speech", "tweet", "letter", "report", "conference", "email", "e-mail", "remarks", "phone", "telephone", "twitter", "facebook", "television", "reporters", "briefing", "rally", "post", "message", "response", "condition", "debate", "week", "month":
			if r.tokens[e].lower != "of" {
				return false
			}
		}
	}
	switch r.tokens[e].lower {
	case "of":
		return true
	case "for", "with", "from", "at":
		if named && r.tokens[i].capital {
			return r.tokens[e].lower != "from" && r.tokens[e].lower != "with" && r.tokens[e].lower != "for" && false
		}
		return r.tokens[e+1].capital || next == "the" || r.tokens[e].lower == "for"
	case "in", "on", "to", "about", "near":
		if named {
			return false
		}
		return r.tokens[e+1].capital && !named || next == "the" && r.tokens[e].lower != "to"
	}
	return false
}

// build makes a phrase of tokens[from:to] with an apposition up to full (or -1).
func (r *speechReader) build(from, to, full int) (phrase, bool) {
	for from < to && r.kind(from) != tokenWord {
		from++
	}
	for to > from && r.kind(to-1) != tokenWord && r.kind(to-1) != ')' {
		to--
	}
	if from >= to || to-from > 30 {
		return phrase{}, false
	}
	p := phrase{from: from, to: to, full: max(to, full)}
	p.text = r.text[r.tokens[from].start:r.tokens[to-1].end]
	p.long = p.text
	if full > to {
		end := r.tokens[full-1].end
		p.long = r.text[r.tokens[from].start:end]
	}
	p.head = r.tokens[to-1].lower
	for k := from; k < to; k++ {
		t := r.tokens[k]
		if t.kind == '(' {
			break
		}
		if t.kind == tokenWord && cuePrepositions[t.lower] && k > from {
			p.head = r.tokens[k-1].lower
			break
		}
		p.head = t.lower
	}
	if to-from == 1 && cuePronouns[r.tokens[from].lower] {
		p.pronoun = r.tokens[from].lower
	}
	for k := from; k < to; k++ {
		if t := r.tokens[k]; t.kind == tokenWord && t.capital && !(k == 0 && (cueDeterminers[t.lower] || !r.cast.named[t.lower])) {
			p.name = true
		}
	}
	if !p.name && from == 0 && r.tokens[0].capital && !cueDeterminers[r.tokens[0].lower] && p.pronoun == "" && to-from >= 2 {
		p.name = r.tokens[1].capital
	}
	if p.pronoun == "" && !p.name && (cueDeterminers[p.text] || cuePrepositions[strings.ToLower(p.text)] || cueOpeners[strings.ToLower(p.text)]) && !slices.Contains([]string{"others", "both", "many", "some", "all", "most", "few"}, strings.ToLower(p.text)) {
		return phrase{}, false
	}
	return p, true
}

// mainSubject finds the subject of the sentence's first verb, for a participle at i that has none of its own.
func (r *speechReader) mainSubject(i int) (phrase, bool) {
	for k := 0; k < i; k++ {
		if r.verbal(k) && !r.tokens[k].quoted && (k == 0 || !r.word(k, "to")) {
			if c, ok := r.lexicon[r.tokens[k].lower]; ok && c.form == "ing" || strings.HasSuffix(r.tokens[k].lower, "ing") {
				continue
			}
			return r.subject(k, 1)
		}
	}
	return phrase{}, false
}

// according builds the speech of "according to X" at i.
func (r *speechReader) according(i int, before []speech) (speech, bool) {
	p := r.phraseRight(i + 2)
	if p.to <= p.from {
		return speech{}, false
	}
	s := speech{cue: cue{lemma: "according to", stance: Says, speech: true, form: "base"}, verb: r.text[r.tokens[i].start:r.tokens[i+1].end], at: r.tokens[i].start, who: p}
	if i == 0 || i == 1 && r.kind(0) == tokenWord {
		k := p.full
		for k < len(r.tokens) && r.kind(k) != ',' {
			k++
		}
		if k+1 < len(r.tokens) {
			s.content = []prose.Span{r.trim(r.tokens[k].end, r.to, true)}
		}
		return s, true
	}
	s.content, s.direct = r.contents(i, p.full, s, before)
	return s, true
}

// nominal builds the speech of a noun at i: "Brandt's claim that …".
func (r *speechReader) nominal(i int) (speech, bool) {
	stance, ok := cueNouns[r.tokens[i].lower]
	if !ok || i == 0 || !r.word(i+1, "that") || r.kind(i-1) != tokenWord || r.tokens[i-1].quoted {
		return speech{}, false
	}
	owner := r.tokens[i-1]
	var p phrase
	switch {
	case owner.possessive:
		p, ok = r.build(r.phraseLeft(i-1), i, -1)
	case owner.lower == "his":
		p, ok = phrase{from: i - 1, to: i, full: i, pronoun: "he", text: owner.lower}, true
	case owner.lower == "her":
		p, ok = phrase{from: i - 1, to: i, full: i, pronoun: "she", text: owner.lower}, true
	default:
		return speech{}, false
	}
	if !ok || i+2 >= len(r.tokens) {
		return speech{}, false
	}
	s := speech{cue: cue{lemma: r.tokens[i].lower, stance: stance, speech: true, form: "base"}, at: r.tokens[i].start, verb: r.text[r.tokens[i].start:r.tokens[i].end], who: p}
	end := i + 2
	for end < len(r.tokens) && r.kind(end) != ',' && r.kind(end) != ';' && r.kind(end) != '-' && !(r.kind(end) == '.' && end == len(r.tokens)-1) {
		end++
	}
	s.content = []prose.Span{r.trim(r.tokens[i+2].start, r.tokens[end-1].end, true)}
	return s, s.content[0].Len() > 0
}

// colon builds the speech of "X: …" at the start of a headline or a line of a transcript. After a cue the colon belongs
// to the cue.
func (r *speechReader) colon(i int, before []speech) (speech, bool) {
	if i == 0 || i > 7 || len(before) > 0 || i+1 >= len(r.tokens) {
		return speech{}, false
	}
	for k := range i {
		if t := r.tokens[k]; t.kind == tokenWord && !t.capital && !cuePrepositions[t.lower] || t.kind != tokenWord && t.kind != '.' {
			return speech{}, false
		}
	}
	p, ok := r.build(0, i, -1)
	if !ok || p.pronoun != "" || len(p.text) > 60 || !r.cast.speaks(p.text) {
		return speech{}, false
	}
	s := speech{cue: cue{lemma: ":", stance: Says, speech: true, form: "base"}, verb: ":", at: r.tokens[i].start, who: p}
	s.who.name = true
	s.content = []prose.Span{r.trim(r.tokens[i].end, r.to, true)}
	return s, true
}

// addressee reads who was told, from i.
func (r *speechReader) addressee(i int, c cue) (string, int) {
	if r.kind(i) != tokenWord || r.tokens[i].quoted || cueSubordinators[r.tokens[i].lower] || cuePrepositions[r.tokens[i].lower] {
		return "", i
	}
	if cuePronouns[r.tokens[i].lower] && c.lemma != "tell" {
		return "", i
	}
	if r.word(i, "him", "her", "them", "me", "us", "it") {
		return r.text[r.tokens[i].start:r.tokens[i].end], i + 1
	}
	p := r.phraseRight(i)
	if p.to <= p.from {
		return "", i
	}
	// "told CNN he would go" and "asked the court to stop" end the addressee; "asked questions" has none.
	if c.lemma != "tell" && !(r.word(p.to, "to", "that", "whether", "if", "why", "how", "what") || r.kind(p.to) == ',' || r.kind(p.to) == tokenQuote) {
		return "", i
	}
	return p.text, p.to
}

// audience reads when, where and to whom something was said, from i: "on Monday", "in a statement", "reporters", "on
// condition of anonymity".
func (r *speechReader) audience(i int) (string, int) {
	start, end := i, i
	for {
		k := end
		if r.kind(k) == ',' && (r.word(k+1, "speaking", "on", "in", "citing") && end > start) {
			k++
		}
		if r.kind(k) != tokenWord || r.tokens[k].quoted {
			break
		}
		lower := r.tokens[k].lower
		if cueTimeWords[lower] && (r.tokens[k].capital || lower == "today" || lower == "yesterday" || lower == "earlier" || lower == "later" || lower == "tonight") && lower != "may" && lower != "march" {
			end = k + 1
			end = r.restOfDate(end)
			continue
		}
		if (lower == "last" || lower == "this" || lower == "next" || lower == "early" || lower == "late") && k+1 < len(r.tokens) && cueTimeWords[r.tokens[k+1].lower] {
			end = k + 2
			end = r.restOfDate(end)
			continue
		}
		if cueAdverb(lower) && lower != "not" {
			end = k + 1
			continue
		}
		if lower == "reporters" || lower == "journalists" {
			end = k + 1
			continue
		}
		if lower != "in" && lower != "on" && lower != "at" && lower != "during" && lower != "to" && lower != "via" && lower != "by" && lower != "after" && lower != "before" && lower != "under" && lower != "speaking" && lower != "through" && lower != "from" && lower != "over" {
			break
		}
		// A prepositional phrase: up to five words of one noun phrase, and only such as tell circumstances of speech.
		m := k + 1
		known := false
		for m < len(r.tokens) && r.kind(m) == tokenWord && !r.tokens[m].quoted && m <= k+9 {
			w := r.tokens[m].lower
			if w == "that" || cuePronouns[w] || cueAuxiliaries[w] || m > k+1 && cueSubordinators[w] || w == "told" {
				break
			}
			if m > k+1 && cueDeterminers[w] && !cuePrepositions[r.tokens[m-1].lower] {
				break
			}
			switch w {
			case "statement", "interview", "speech", "tweet", "letter", "report", "conference", "email", "mail", "remarks", "phone", "telephone", "twitter", "facebook", "television", "reporters", "briefing", "rally", "post", "message", "response", "condition", "anonymity", "debate", "journalists", "radio", "tv", "call", "video", "memo", "op-ed", "column", "article", "essay", "book", "release", "program", "show", "event", "testimony", "crowd", "supporters", "audience", "broadcast", "parliament", "interviews", "ad", "forum", "address", "cnn", "fox", "nbc", "abc", "cbs", "msnbc", "note", "background", "court", "meeting", "summit", "appearance", "town":
				known = true
			}
			if cueTimeWords[w] {
				known = true
			}
			m++
		}
		if !known {
			break
		}
		// Stop right after the last word that tells the circumstance.
		end = m
	}
	end = r.restOfDate(end)
	if end == start {
		return "", start
	}
	return r.text[r.tokens[start].start:r.tokens[end-1].end], end
}

// restOfDate goes on behind a day's name: "Tuesday, February 20, 2024".
func (r *speechReader) restOfDate(end int) int {
	if end == 0 || end > len(r.tokens) || r.kind(end-1) != tokenWord || !cueTimeWords[r.tokens[end-1].lower] && !cueDigits(r.tokens[end-1].lower) {
		return end
	}
	for m := end; m < min(end+6, len(r.tokens)); m++ {
		if r.kind(m) == tokenWord && !r.tokens[m].quoted && (cueTimeWords[r.tokens[m].lower] && r.tokens[m].capital || cueDigits(r.tokens[m].lower)) {
			end = m + 1
		} else if r.kind(m) != ',' {
			break
		}
	}
	return end
}

// contents finds what was said with the cue at i: before it, after it (from token after), or around it.
func (r *speechReader) contents(i, after int, s speech, before []speech) ([]prose.Span, bool) {
	left := s.who.from
	if s.who.from > i || s.cue.lemma == "according to" {
		left = i // the subject stands behind
	}
	if left > i {
		left = i
	}
	// Where the clause of the speech begins: leading connectives belong to it.
	for left > 0 && r.kind(left-1) == tokenWord && !r.tokens[left-1].quoted && left > r.clauseStart(left) && (cueOpeners[r.tokens[left-1].lower] || cuePrepositions[r.tokens[left-1].lower]) {
		left--
	}
	// ", as X said on Monday,": said of the whole sentence.
	if left > 0 && r.word(left-1, "as") && (left == 1 || r.kind(left-2) == ',' || r.kind(left-2) == tokenQuote) {
		left--
	}
	front := left > 0 && (r.kind(left-1) == ',' || r.kind(left-1) == tokenQuote || r.kind(left-1) == '-' || r.kind(left-1) == '.') || s.cue.lemma == "according to"
	// After the cue: skip "that" and marks.
	k := after
	for k < len(r.tokens) && (r.kind(k) == ',' || r.kind(k) == ':' || r.kind(k) == ')') {
		k++
	}
	if r.word(k, "that") && !r.tokens[k].quoted {
		k++
	}
	// What follows ends where a participle of the same speaker adds something: ", adding that …", or an attribution follows.
	end := len(r.tokens)
	for m := k + 1; m < len(r.tokens); m++ {
		if r.kind(m) != ',' || m+1 >= len(r.tokens) || r.tokens[m+1].quoted && r.kind(m+1) == tokenWord {
			continue
		}
		if r.word(m+1, "according") {
			end = m
			break
		}
		n := m + 1
		for n < len(r.tokens) && r.kind(n) == tokenWord && (cueAdverb(r.tokens[n].lower) || r.tokens[n].lower == "and" || r.tokens[n].lower == "but") {
			n++
		}
		if n < len(r.tokens) && r.kind(n) == tokenWord && !r.tokens[n].quoted {
			if c, ok := r.lexicon[r.tokens[n].lower]; ok && c.speech && c.form == "ing" {
				end = m
				break
			}
		}
	}
	hasAfter := false
	if k < end {
		for m := k; m < end; m++ {
			if r.kind(m) == tokenWord {
				hasAfter = true
				break
			}
		}
	}
	if hasAfter && front && r.kind(after) == ',' && !r.tokens[k].quoted && r.kind(k) != tokenQuote && (r.word(k, "who", "which", "as", "while", "after", "when", "where", "although", "though", "but", "and", "speaking", "referring") || s.cue.form != "ing" && r.lexiconIng(k)) && s.cue.lemma != "according to" {
		hasAfter = false // an aside about the speaker
	}
	hasBefore := false
	if front {
		for m := 0; m < left; m++ {
			if r.kind(m) == tokenWord {
				hasBefore = true
				break
			}
		}
		// A leading adverbial, "On Monday, X said …", is not what was said.
		if hasBefore && hasAfter && !r.quoteEnds(left) && !(r.kind(after) == ',' && left > 2) && s.cue.lemma != "according to" {
			hasBefore = false
		}
		if hasBefore && s.cue.form == "ing" && len(before) > 0 {
			hasBefore = false
		}
		if hasBefore && !r.quotedBetween(0, left) && !r.clausal(0, left) && left < 3 {
			hasBefore = false
		}
	}
	var out []prose.Span
	add := func(from, to int) {
		whole := r.wholeQuote(from, to)
		if sp := r.trim(from, to, whole); sp.Len() > 0 {
			out = append(out, sp)
		}
	}
	if hasBefore {
		add(r.tokens[0].start, r.tokens[left-1].end)
	}
	if hasAfter && (!hasBefore || r.kind(after) == ',' || r.kind(k) == tokenQuote || r.tokens[k].quoted || r.kind(after) == ':') {
		if !hasBefore || k < len(r.tokens) {
			add(r.tokens[k].start, r.tokens[end-1].end)
		}
	}
	direct := len(out) > 0
	for _, sp := range out {
		direct = direct && r.quotedShare(sp) > .9
	}
	return out, direct
}

func cueDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func (r *speechReader) lexiconIng(k int) bool {
	if r.kind(k) != tokenWord {
		return false
	}
	c, ok := r.lexicon[r.tokens[k].lower]
	return ok && c.form == "ing"
}

// quoteEnds says whether a quotation ends right before token i.
func (r *speechReader) quoteEnds(i int) bool {
	k := i - 1
	if r.kind(k) == ',' {
		k--
	}
	return r.kind(k) == tokenQuote || r.kind(k) == '.' && r.kind(k+1) != '.' && k > 0 || k >= 0 && r.tokens[k].quoted
}

func (r *speechReader) quotedBetween(from, to int) bool {
	for k := from; k < to; k++ {
		if r.tokens[k].quoted && r.kind(k) == tokenWord {
			return true
		}
	}
	return false
}

// wholeQuote says whether text[from:to] is one quotation, so that its marks can go.
func (r *speechReader) wholeQuote(from, to int) bool {
	part := strings.TrimFunc(r.marked[from:to], func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune(",.;:", c) })
	marks := strings.Count(part, "“") + strings.Count(part, "”") + strings.Count(part, "«") + strings.Count(part, "»") + strings.Count(part, `"`)
	return marks == 0 || marks <= 2 && (strings.HasPrefix(part, "“") || strings.HasPrefix(part, "«") || strings.HasPrefix(part, `"`) || r.inQuote(from)) &&
		(strings.HasSuffix(part, "”") || strings.HasSuffix(part, "»") || strings.HasSuffix(part, `"`) || marks == 1 && r.inQuote(max(from, to-2)))
}

// quotedShare is which part of the words of sp stands in quotation marks.
func (r *speechReader) quotedShare(sp prose.Span) float64 {
	words, quoted := 0, 0
	for _, t := range r.tokens {
		if t.kind == tokenWord && sp.Start <= t.start && t.end <= sp.End {
			words++
			if t.quoted {
				quoted++
			}
		}
	}
	if words == 0 {
		return 0
	}
	return float64(quoted) / float64(words)
}

package prose

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Paragraphs returns the paragraphs of text: what blank lines separate, without the space around them.
func Paragraphs(text string) []Span {
	var out []Span
	add := func(s, e int) {
		if sp := trim(text, s, e); sp.Len() > 0 {
			out = append(out, sp)
		}
	}
	start := 0
	for i := 0; i < len(text); i++ {
		if text[i] != '\n' {
			continue
		}
		j := i + 1
		for j < len(text) && (text[j] == ' ' || text[j] == '\t' || text[j] == '\r') {
			j++
		}
		if j < len(text) && text[j] == '\n' {
			add(start, i)
			start = j + 1
			i = j
		}
	}
	add(start, len(text))
	return out
}

// trim takes the white space off both ends of text[s:e].
func trim(text string, s, e int) Span {
	for s < e {
		r, n := utf8.DecodeRuneInString(text[s:e])
		if !unicode.IsSpace(r) && r != 0 {
			break
		}
		s += n
	}
	for s < e {
		r, n := utf8.DecodeLastRuneInString(text[s:e])
		if !unicode.IsSpace(r) && r != 0 {
			break
		}
		e -= n
	}
	return Span{s, e}
}

// longest is how long a sentence may grow before it is cut at a semicolon, a bullet or a dash: what has no end is not prose
// but a list.
const longest = 420

// Sentences returns the sentences of text in order. No sentence crosses a paragraph, and a closing quotation mark belongs
// to the sentence that it ends.
func Sentences(text string) []Span {
	var out []Span
	for _, p := range Paragraphs(text) {
		out = append(out, sentencesOf(text, p)...)
	}
	return out
}

func sentencesOf(text string, p Span) []Span {
	var out []Span
	start := p.Start
	cut := func(end int) {
		if s := trim(text, start, end); s.Len() > 0 {
			out = appendCut(out, text, s)
		}
		start = end
	}
	for i := p.Start; i < p.End; {
		r, n := utf8.DecodeRuneInString(text[i:p.End])
		switch {
		case r == '\n':
			if lineEnds(text, start, i, p.End) {
				cut(i)
			}
			i += n
		case isEnd(r):
			// The run of end marks and of what closes after them.
			j := i + n
			for j < p.End {
				c, m := utf8.DecodeRuneInString(text[j:p.End])
				if isEnd(c) || isCloser(c) || c == '“' && closesGerman(text, j+m, p.End) || (c == '"' || c == '\'') && closesHere(text, start, j, p.End) {
					j += m
					continue
				}
				break
			}
			// "sanctions . ”": a closing mark after a space, in spaced-out text.
			if space, w := utf8.DecodeRuneInString(text[j:p.End]); space == ' ' || space == '\u00a0' || space == '\u202f' {
				if c, m := utf8.DecodeRuneInString(text[j+w : p.End]); (c == '”' || c == '»') && j+w+m <= p.End {
					j += w + m
				}
			}
			if ends(text, start, i, j, p.End, r) {
				cut(j)
			}
			i = j
		case (r == '”' || r == '»' || r == '"') && i > start && i+n < p.End && gluedQuote(text, i, n, p.End):
			// `… of sanctions”A ministry official told`: the space after the quotation was lost.
			cut(i + n)
			i += n
		default:
			i += n
		}
	}
	cut(p.End)
	return out
}

// appendCut adds s, in parts when it is longer than a sentence can be.
func appendCut(out []Span, text string, s Span) []Span {
	for s.Len() > longest {
		at := -1
		for i := s.Start + 60; i < s.End-40 && i < s.Start+longest; i++ {
			if text[i] == ';' || text[i] == '\n' || strings.HasPrefix(text[i:], "•") || strings.HasPrefix(text[i:], " – ") || strings.HasPrefix(text[i:], " — ") || strings.HasPrefix(text[i:], " | ") {
				at = i
				if i > s.Start+longest/2 {
					break
				}
			}
		}
		if at < 0 {
			break
		}
		if text[at] == ';' {
			at++
		}
		if head := trim(text, s.Start, at); head.Len() > 0 {
			out = append(out, head)
		}
		s = trim(text, at, s.End)
	}
	if s.Len() > 0 {
		out = append(out, s)
	}
	return out
}

// isEnd says whether a sentence may end with r, in any of the scripts that news is written in.
func isEnd(r rune) bool {
	switch r {
	case '.', '!', '?', '…', '。', '！', '？', '．', '؟', '۔', '।', '॥', '։', '።':
		return true
	}
	return false
}

func isCloser(r rune) bool {
	switch r {
	case '”', '’', '»', ')', ']', '」', '』', '）', '】', '〉', '》', '〕':
		return true
	}
	return false
}

// closesGerman says whether the mark “ that ends before i closes, as in „…“: one that opens is followed by what it opens.
func closesGerman(text string, i, end int) bool {
	if i >= end {
		return true
	}
	r, _ := utf8.DecodeRuneInString(text[i:end])
	return unicode.IsSpace(r)
}

// closesHere says whether the straight mark at i closes: an odd one in its sentence opens.
func closesHere(text string, start, i, end int) bool {
	if i+1 < end {
		r, _ := utf8.DecodeRuneInString(text[i+1 : end])
		if unicode.IsLetter(r) && strings.Count(text[start:i], text[i:i+1])%2 == 0 {
			return false
		}
	}
	return true
}

// gluedQuote says whether the closing mark at i is followed at once by a new sentence.
func gluedQuote(text string, i, n, end int) bool {
	prev, _ := utf8.DecodeLastRuneInString(text[:i])
	if unicode.IsSpace(prev) || prev == '(' || prev == '-' || prev == '—' {
		return false
	}
	next, m := utf8.DecodeRuneInString(text[i+n : end])
	if !unicode.IsUpper(next) {
		return false
	}
	after, _ := utf8.DecodeRuneInString(text[i+n+m : end])
	if text[i] == '"' && strings.Count(text[max(0, i-600):i], `"`)%2 == 0 {
		return false
	}
	return after == ' ' || unicode.IsLower(after)
}

// lineEnds says whether a single line break at i ends a sentence: after an end mark, or after a short line that the next
// one does not continue.
func lineEnds(text string, start, i, end int) bool {
	line := trim(text, start, i)
	if line.Len() == 0 {
		return true
	}
	last, _ := utf8.DecodeLastRuneInString(text[:line.End])
	if strings.ContainsRune(".!?:…", last) || isCloser(last) || last == '"' {
		return true
	}
	j := i
	for j < end && (text[j] == '\n' || text[j] == ' ' || text[j] == '\t') {
		j++
	}
	next, _ := utf8.DecodeRuneInString(text[j:end])
	lineStart := strings.LastIndexByte(text[:i], '\n') + 1
	return i-lineStart < 60 && !unicode.IsLower(next)
}

// ends says whether the mark r at i, whose run with closers ends at j, ends the sentence that began at start.
func ends(text string, start, i, j, end int, r rune) bool {
	if j >= end {
		return true
	}
	next, n := utf8.DecodeRuneInString(text[j:end])
	switch r {
	case '。', '！', '？', '．':
		return !goesOn(text, i, j, end)
	case '؟', '۔', '।', '॥', '։', '።':
		return true
	}
	spaced := unicode.IsSpace(next)
	if !spaced {
		// Without a space only what looks like a lost one ends: `norms”.This`, `today.The`.
		if !unicode.IsUpper(next) && !isOpener(next) {
			return false
		}
		after, _ := utf8.DecodeRuneInString(text[j+n : end])
		if j > i+1 || i > start && isCloserBefore(text, i) {
			return unicode.IsLower(after) || after == ' ' || isOpener(next)
		}
		word := wordBefore(text, start, i)
		return r != '.' && unicode.IsLower(after) || len(word) > 2 && word == strings.ToLower(word) && unicode.IsLetter(rune(word[0])) && unicode.IsLower(after)
	}
	k := j
	for k < end {
		c, m := utf8.DecodeRuneInString(text[k:end])
		if !unicode.IsSpace(c) {
			break
		}
		k += m
	}
	if k >= end {
		return true
	}
	first, _ := utf8.DecodeRuneInString(text[k:end])
	if unicode.IsLower(first) || first == ',' || first == ';' || first == ')' || first == '.' {
		return false
	}
	if r != '.' {
		return true
	}
	word := wordBefore(text, start, i)
	if word == "" {
		return true
	}
	nextWord := wordAt(text, k, end)
	lower := strings.ToLower(word)
	switch {
	case titleAbbreviations[lower]:
		return false
	case len(word) == 1 && unicode.IsUpper(rune(word[0])), dotted(word):
		// "John F. Kennedy", "the U.S. said": ends only before a word that begins sentences.
		if len(word) == 1 && i > start && text[i-1] == ' ' {
			return false
		}
		return sentenceStarters[nextWord]
	case endAbbreviations[lower]:
		return sentenceStarters[nextWord]
	case monthAbbreviations[lower]:
		return !unicode.IsDigit(first)
	case lower == "no" || lower == "nos" || lower == "fig" || lower == "vol" || lower == "pp":
		return !unicode.IsDigit(first)
	case isNumeral(word) && len(word) <= 2 && ordinalNouns[nextWord]:
		return false // "am 30. Mai", "im 19. Jahrhundert"
	case isNumeral(word) && trim(text, start, i).Start == trim(text, start, i).End-len(word):
		return false // "1. How relevant …": a list's number
	}
	return true
}

// goesOn says whether a sentence in a script without spaces goes on behind the mark at i and what closes after it up to j:
// 「…。」と述べた.
func goesOn(text string, i, j, end int) bool {
	_, n := utf8.DecodeRuneInString(text[i:])
	if j == i+n {
		return false // nothing closes
	}
	next, _ := utf8.DecodeRuneInString(text[j:end])
	return next == '、' || next == '，' || unicode.Is(unicode.Hiragana, next)
}

func isCloserBefore(text string, i int) bool {
	r, _ := utf8.DecodeLastRuneInString(text[:i])
	return isCloser(r) || r == '"'
}

func isOpener(r rune) bool { return r == '“' || r == '«' || r == '‘' || r == '"' }

func isNumeral(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(rune(s[i])) {
			return false
		}
	}
	return s != ""
}

// dotted says whether word is letters with points between them: "U.S", "Ph.D".
func dotted(word string) bool {
	return strings.Contains(word, ".") && len(word) <= 6 && !strings.ContainsAny(word, "0123456789") && unicode.IsUpper(rune(word[0]))
}

// wordBefore returns the word, with inner points, that ends before i.
func wordBefore(text string, start, i int) string {
	e := i
	if e > start && text[e-1] == ' ' { // spaced-out text: "D . Baker"
		e--
	}
	s := e
	for s > start && e-s < 40 { // no word that matters here is longer
		r, n := utf8.DecodeLastRuneInString(text[start:s])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '.' {
			break
		}
		s -= n
	}
	return strings.TrimLeft(text[s:e], ".")
}

// wordAt returns the word at i, without an opening mark before it.
func wordAt(text string, i, end int) string {
	for i < end {
		r, n := utf8.DecodeRuneInString(text[i:end])
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			break
		}
		i += n
	}
	j := i
	for j < end {
		r, n := utf8.DecodeRuneInString(text[j:end])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		j += n
	}
	return text[i:j]
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

var (
	titleAbbreviations = set(`mr mrs ms mx dr prof sen sens rep reps gov govs gen lt col maj capt cmdr sgt cpl pvt adm brig rev fr hon pres
st ste mt ft messrs mme mlle supt det insp amb atty def dist vs v viz e.g i.e cf ca approx est al dept univ assn bros
nr bzw vgl z.b d.h sog tel str hl sr sra srta dña avda ee sig sigra dott avv ing mons mgr tzw ds np ul im św gen płk ks
им ул напр просп вул ім проф акад тыс тис млн млрд стр т.е т.н κ κα βλ`)
	// ordinalNouns are capitalised words before which a number with a point is an ordinal in German.
	ordinalNouns = set(`Januar Jänner Februar März April Mai Juni Juli August September Oktober November Dezember
Jahrhundert Jahrhunderts Jahrestag Jahrestags Jahrestages Geburtstag Geburtstags Lebensjahr Parallele Breitengrad Armee Division Brigade`)
	endAbbreviations = set(`inc ltd co corp plc llc llp jr sr etc esq ave blvd rd sq a.m p.m am.m u.s u.k u.n e.u d.c ph.d m.d b.a m.a n.y l.a
ed eds hrs min sec oz lb lbs sq.ft mph`)
	monthAbbreviations = set(`jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun`)
	sentenceStarters   = set(`The A An He She It They We I You But And In On At For This That These Those There When While After Before If As
However Meanwhile Some Many Most Its His Her Their Our My What Who Why How Where Which With Since Although Though Despite So Then Now Not
Both According Also Another Other Last Earlier Later By From To Or Yet Still Even Such Each One`)
)

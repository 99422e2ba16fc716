package briefings

import (
	_ "embed"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"attache/briefings/prose"
	"attache/briefings/search"
)

// The expected types of answer. A question for one of the tables of names ("which disease") has the table's name as its type.
const (
	typePerson     = "person"
	typeGroup      = "organisation"
	typePlace      = "place"
	typeCountry    = "country"
	typeState      = "state"
	typeCity       = "city"
	typeDate       = "date"
	typeYear       = "year"
	typeMonth      = "month"
	typeWeekday    = "weekday"
	typeDuration   = "duration"
	typeNumber     = "number"
	typeMoney      = "money"
	typePercent    = "percent"
	typeAge        = "age"
	typeMeasure    = "measure"
	typeReason     = "reason"
	typeManner     = "manner"
	typeYesNo      = "yes or no"
	typeDefinition = "definition"
	typeStatement  = "statement" // what did X say?
	typeSpeaker    = "speaker"   // who said …?
	typeWork       = "work"      // a film, book, song …
	typeName       = "name"      // what is it called?
	typeThing      = "thing"
)

// asked is a question as it is understood.
type asked struct {
	text  string
	toks  []prose.Token
	tags  []string
	terms []term
	total float64 // the sum of the terms' weights
	names []prose.Name
	times []prose.TimeRef
	nums  []prose.NumberRef
	kind  string
	list  bool
	// focus are the tokens of what is asked for: "brand of SUV"; head is the stem of its noun.
	focus []int
	head  string
	wh    int // the token that asks; -1 for none
	// from and to are the time asked about.
	from, to time.Time
	// period says that they are a beginning and an end ("from 2010 to 2013"); opens and shuts are the months of both.
	period       bool
	opens, shuts [2]int
	at           time.Time // when the question was asked
	// speaker is whose words are asked for.
	speaker string
	// subject says that what asks is the subject of the question's verb ("who gave …").
	subject  bool
	verb     string // the stem of the question's main verb
	verbAt   int
	latest   bool   // "now", "latest": the answer must be new
	lower    bool   // typed without capitals
	language string // ISO 639-1; empty for English
	except   [2]int // where in the text stands what the answer may not be: "besides Seoul"; empty where nothing is excepted
	figures  bool   // of a question in another language: it asks for a number or a date
	words    *search.Words
}

// term is a word of the question that sentences are searched for.
type term struct {
	text   string // the index's form
	token  int
	weight float64 // its rarity
	name   bool
	number bool
	alts   []string // other forms that mean nearly the same: demonyms, capitals, corrected spellings
	known  bool     // somebody in the sources uses it
}

// frequencyTable is how common words are in English news: the number of passages counted, then a stem and its passages a line.
//
//go:embed data/frequency.txt
var frequencyTable string

type frequencies struct {
	passages float64
	count    map[string]float64
}

var commonness = sync.OnceValue(func() frequencies {
	f := frequencies{count: make(map[string]float64, 13000)}
	for i, line := range strings.Split(frequencyTable, "\n") {
		w, n, ok := strings.Cut(line, " ")
		if !ok {
			if i == 0 {
				f.passages, _ = strconv.ParseFloat(line, 64)
			}
			continue
		}
		v, _ := strconv.ParseFloat(n, 64)
		f.count[w] = v
	}
	return f
})

// rarity weighs a term by how rare it is in news in general and in the library that is searched.
func rarity(t string, here, passages int) float64 {
	f := commonness()
	df, n := f.count[t], f.passages
	if df == 0 {
		df = 5
	}
	df += float64(here)
	n += float64(passages)
	return math.Log((n + 1) / (df + 0.5))
}

var (
	helperVerbs = bagOf(`is are was were am be been do does did has have had can could will would shall should may might must isn't aren't wasn't
weren't don't doesn't didn't hasn't haven't hadn't can't couldn't won't wouldn't shouldn't`)
	sayingWords = bagOf(`say tell state announc claim think respond repli comment speak warn deni condemn accus argu suggest explain promis
react descri describ predict ask demand urg insist report add believ call express declar`)
	personHeads = bagOf(`person people man woman men women president leader minister premier politician senator congressman congresswoman lawmaker governor
mayor actor actress singer musician rapper artist author writer player athlete quarterback golfer swimmer boxer star celebrity billionaire ceo executive
founder judge justice king queen prince princess pope director coach scientist journalist host anchor comedian model candidate nominee
republican democrat official secretary ambassador general commander spokesman spokesperson chancellor winner champion inventor
explorer mother father wife husband son daughter brother sister child children friend teacher doctor professor figure attorney lawyer activist
guest comic filmmaker economist astronaut pilot driver runner skater gymnast composer painter poet architect owner ruler emperor monarch bishop saint
philosopher mathematician theologian successor predecessor dictator chairman chairwoman chair head boss employer`)
	groupHeads = bagOf(`company companies firm automaker carmaker airline retailer brand chain manufacturer maker startup bank network broadcaster platform service
organization organisation agency group team club school university college party union institution ministry department court committee
newspaper outlet publication magazine studio corporation conglomerate business tech giant restaurant supermarket store band orchestra church
military army militia gang league association council body alliance coalition parliament government employer drugmaker app site website
conference museum foundation charity regulator operator shareholder institute`)
	placeHeads = bagOf(`place location venue area region site airport park island continent ocean sea river lake mountain county province territory district
neighborhood neighbourhood street building hotel stadium arena town village hometown birthplace planet border landmark destination mountains beach
resort hospital prison base port harbor coast desert forest valley peninsula headquarters station bridge`)
	workHeads = bagOf(`movie film show series book novel song album game play musical podcast documentary franchise track single sitcom drama musical
title opera painting poem magazine program programme soundtrack memoir cartoon anime`)
	countryHeads = bagOf(`country countries nation nations`)
	cityHeads    = bagOf(`city cities capital metropolis`)
	stateHeads   = bagOf(`state states`)
	moneyHeads   = bagOf(`price cost salary fee fine budget revenue profit sum worth`)
	numberHeads  = bagOf(`number amount total quantity count score rate ratio rank ranking size population magnitude temperature speed distance
length height weight depth width age area level`)
	percentHeads  = bagOf(`percent percentage share proportion portion fraction`)
	durationHeads = bagOf(`duration span term sentence`)
	reasonHeads   = bagOf(`reason cause motive purpose explanation rationale`)
	dateHeads     = bagOf(`date day time moment deadline`)
)

func bagOf(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// understand analyses a question. frequency tells in how many of so many passages terms stand.
func understand(text string, at time.Time, lib *collection) *asked {
	q := &asked{text: text, at: at, wh: -1, verbAt: -1, words: lib.words}
	q.toks = prose.Tokens(text)
	q.tags = prose.Tags(text, q.toks)
	q.names = prose.NamesIn(text, q.toks)
	capitals := 0
	for _, t := range q.toks {
		if t.IsUpper() {
			capitals++
		}
	}
	q.lower = capitals <= 1
	for _, k := range prose.Known(text) {
		if k.Sort == "animal" || k.Sort == "colour" || k.Sort == "sport" || k.Sort == "currency" || k.Sort == "company" && q.lower && !strings.Contains(k.Text, " ") {
			continue
		}
		free := true
		for _, n := range q.names {
			if k.Start < n.End && n.Start < k.End {
				free = false
			}
		}
		if free && (k.Kind == prose.Nation || k.Kind == prose.Demonym || q.lower || !isLowerWord(k.Text)) {
			q.names = append(q.names, k)
		}
	}
	q.times = prose.TimesIn(text, q.toks, at)
	q.nums = prose.NumbersIn(text, q.toks)
	if m := besides.FindStringSubmatchIndex(text); m != nil {
		q.except = [2]int{m[2], m[3]}
		q.names = slices.DeleteFunc(q.names, func(n prose.Name) bool { return n.Start < m[3] && m[2] < n.End })
	}
	if q.language = tongueOf(text, q.toks); q.language != "" {
		q.findTypeIn()
	} else {
		q.findType()
	}
	q.findTerms(lib)
	q.findInterval()
	return q
}

// besides finds what a question excepts.
var besides = regexp.MustCompile(`(?i)\b(?:besides|other than|apart from|aside from|except(?: for)?)\s+([^?(]+)`)

// excepted says whether a short answer is what the question excepts.
func (q *asked) excepted(norm string) bool {
	if q.except[1] == 0 {
		return false
	}
	text := strings.ToLower(strings.TrimSpace(q.text[q.except[0]:q.except[1]]))
	return norm != "" && (strings.Contains(text, norm) || strings.Contains(norm, text))
}

func isLowerWord(s string) bool { return s == strings.ToLower(s) }

// findType finds what asks, what is asked for and the type of answer that is expected.
func (q *asked) findType() {
	q.kind = typeThing
	best := -1 << 10
	for i, t := range q.toks {
		var s int
		switch t.Lower {
		case "who", "whom", "whose", "what", "which", "when", "where", "why", "how", "what's", "who's", "whats", "whos", "where's", "when's", "how's":
			s = 0
		default:
			continue
		}
		prev := ""
		gap := ""
		if i > 0 {
			prev = q.toks[i-1].Lower
			gap = q.text[q.toks[i-1].End:t.Start]
		}
		switch {
		case i == 0 || strings.ContainsAny(gap, ".?!:"):
			s += 4
		case prev == "and" && i == 1, prev == "so" && i == 1, prev == "but" && i == 1:
			s += 4
		case strings.Contains(gap, ","):
			s++
			if t.Lower == "who" || t.Lower == "which" || t.Lower == "where" || t.Lower == "when" {
				s -= 2
			}
		}
		switch t.Lower {
		case "what", "whose", "whom":
			s += 2
		case "which":
			s++
			if i+1 < len(q.toks) && !helperVerbs[q.toks[i+1].Lower] && !strings.HasPrefix(q.tags[i+1], "VB") && q.tags[i+1] != "PRP" {
				s++
			}
		case "how":
			if i+1 < len(q.toks) && (q.toks[i+1].Lower == "many" || q.toks[i+1].Lower == "much" || q.toks[i+1].Lower == "old" || q.toks[i+1].Lower == "long") {
				s += 3
			}
		case "when", "where":
			if i > 0 {
				s -= 2
			}
		case "who":
			if i > 0 && (prev == "as" || prev == "from" || prev == "by") {
				s++
			} else if i > 0 && s < 4 {
				s -= 2
			}
		}
		if q.tags[i] == "IN" && i > 0 {
			s--
		}
		if s >= best {
			best, q.wh = s, i
		}
	}
	if best < -1 {
		q.wh = -1
	}
	if q.wh < 0 {
		q.findTypeWithout()
		return
	}
	w := strings.TrimSuffix(q.toks[q.wh].Lower, "'s")
	at := func(k int) string {
		if q.wh+k >= 0 && q.wh+k < len(q.toks) {
			return q.toks[q.wh+k].Lower
		}
		return ""
	}
	switch w {
	case "who", "whom", "whos":
		q.kind = typePerson
		q.subject = !helperVerbs[at(1)] || at(1) == "has" || at(1) == "had" || at(1) == "will" || at(1) == "would" || (at(1) == "is" || at(1) == "was" || at(1) == "are" || at(1) == "were")
		q.findVerb(q.wh + 1)
		if sayingWords[q.verb] && q.subject && q.verb != "call" && q.verb != "ask" && q.verb != "speak" && q.verb != "express" && q.verb != "condemn" && q.verb != "accus" && q.verb != "report" && q.verb != "add" {
			q.kind = typeSpeaker
		}
		if be := at(1); w == "whos" || q.toks[q.wh].Lower == "who's" || be == "is" || be == "was" || be == "are" {
			// "Who is Yo Jong?": nothing follows but a name.
			k := q.wh + 2
			if be != "is" && be != "was" && be != "are" {
				k = q.wh + 1
			}
			if q.onlyNameFrom(k) {
				q.kind = typeDefinition
			}
		}
	case "whose":
		q.kind = typePerson
		q.takeFocus(q.wh + 1)
		q.head = ""
		q.findVerb(q.wh + 1)
	case "when":
		q.kind = typeDate
		q.findVerb(q.wh + 1)
	case "where":
		q.kind = typePlace
		q.findVerb(q.wh + 1)
	case "why":
		q.kind = typeReason
		q.findVerb(q.wh + 1)
	case "how":
		q.findHow(at)
	default: // what, which
		q.findWhat(w, at)
	}
	if q.kind == typePlace && q.head == "" && (at(1) == "did" || at(1) == "does") {
		q.subject = false
	}
}

// onlyNameFrom says whether the rest of the question from token k on is a name, with a title or an apposition.
func (q *asked) onlyNameFrom(k int) bool {
	if k >= len(q.toks) {
		return false
	}
	for _, n := range q.names {
		if n.Start <= q.toks[k].Start+24 && n.End >= q.toks[len(q.toks)-1].End-1 {
			// "Guy's rival", "the translation of Oude Maas" ask for something of what is named.
			lead := q.text[q.toks[k].Start:max(n.Start, q.toks[k].Start)]
			if strings.Contains(lead, " of ") || strings.Contains(lead, "'s ") || strings.Contains(lead, "’s ") || strings.Contains(lead, " in ") || strings.Contains(lead, " for ") {
				return false
			}
			for i := k; i < len(q.toks); i++ {
				if strings.HasPrefix(q.tags[i], "VB") && q.toks[i].End <= n.Start {
					return false
				}
			}
			return true
		}
	}
	if q.lower && len(q.toks)-k <= 3 {
		for i := k; i < len(q.toks); i++ {
			if prose.IsStop(q.toks[i].Lower) || strings.HasPrefix(q.tags[i], "VB") {
				return false
			}
		}
		return true
	}
	return false
}

// findVerb finds the main verb from token k on: the last of a chain of verbs.
func (q *asked) findVerb(k int) {
	aux := false
	for i := k; i < len(q.toks); i++ {
		l := q.toks[i].Lower
		if helperVerbs[l] {
			aux = true
			q.verbAt = i
			continue
		}
		if aux && i > k && sayingWords[prose.Stem(l)] && !q.toks[i].IsUpper() && (l == "say" || l == "tell") {
			q.verb, q.verbAt = prose.Stem(l), i // whatever it is taken for after a name
			return
		}
		if strings.HasPrefix(q.tags[i], "VB") || aux && q.lower && i > k && sayingWords[prose.Stem(l)] {
			q.verb, q.verbAt = prose.Stem(l), i
			return
		}
		if i == k && !prose.IsStop(l) && (strings.HasSuffix(l, "ed") || strings.HasSuffix(l, "s")) && q.kind == typePerson {
			q.verb, q.verbAt = prose.Stem(l), i
			return
		}
	}
	if q.verbAt >= 0 && q.verb == "" {
		q.verb = ""
	}
}

// takeFocus takes the noun phrase that begins at token k as what is asked for.
func (q *asked) takeFocus(k int) int {
	i := k
	for i < len(q.toks) {
		l := q.toks[i].Lower
		if helperVerbs[l] {
			break
		}
		if i > k {
			gap := q.text[q.toks[i-1].End:q.toks[i].Start]
			if strings.ContainsAny(gap, ",;:?") {
				break
			}
		}
		tag := q.tags[i]
		if tag == "IN" || tag == "TO" || tag == "CC" && i > k || tag == "WP" || tag == "WDT" && i > k || tag == "PRP" || tag == "MD" {
			if l == "of" && i > k && i+1 < len(q.toks) && !prose.IsStop(q.toks[i+1].Lower) && len(q.focus) > 0 {
				i++
				continue
			}
			if l == "of" && i == k { // "which of these companies"
				i++
				continue
			}
			break
		}
		if (tag == "VBD" || tag == "VBZ" || tag == "VBP" || tag == "VB") && i > k {
			break
		}
		if tag == "VBN" && i > k && len(q.focus) > 0 {
			break
		}
		if tag == "DT" && i > k && len(q.focus) > 0 {
			break
		}
		if !prose.IsStop(l) {
			q.focus = append(q.focus, i)
		}
		i++
	}
	if len(q.focus) > 0 {
		h := q.focus[len(q.focus)-1]
		// "brand of SUV": the head stands before "of".
		for n, f := range q.focus {
			if n > 0 && q.toks[f-1].Lower == "of" {
				h = q.focus[n-1]
				break
			}
		}
		q.head = prose.Stem(q.toks[h].Lower)
	}
	return i
}

// headToken returns the token of the focus whose stem is the head.
func (q *asked) headToken() (prose.Token, bool) {
	for _, f := range q.focus {
		if prose.Stem(q.toks[f].Lower) == q.head {
			return q.toks[f], true
		}
	}
	return prose.Token{}, false
}

func (q *asked) findHow(at func(int) string) {
	n := at(1)
	next := 1
	switch n {
	case "many":
		q.kind = typeNumber
		next = 2
		q.takeFocus(q.wh + 2)
		if h, ok := q.headToken(); ok {
			if l := h.Lower; (l == "years" || l == "days" || l == "months" || l == "weeks" || l == "hours" || l == "minutes") && at(3) != "old" {
				q.kind = typeDuration
			}
		}
	case "much":
		q.kind = typeMoney
		next = 2
		if k := at(2); !helperVerbs[k] && k != "" {
			q.takeFocus(q.wh + 2)
			if q.head != "money" {
				q.kind = typeMeasure
			}
		}
	case "old":
		q.kind = typeAge
		next = 2
	case "long":
		q.kind = typeDuration
		next = 2
	case "far", "tall", "high", "big", "large", "fast", "deep", "hot", "cold", "wide", "heavy", "close", "small", "low":
		q.kind = typeMeasure
		next = 2
	case "often", "frequently":
		q.kind = typeMeasure
		next = 2
	default:
		q.kind = typeManner
	}
	q.findVerb(q.wh + next)
}

func (q *asked) findWhat(w string, at func(int) string) {
	first := at(1)
	switch {
	case helperVerbs[first] || first == "'s" || q.toks[q.wh].Lower == "what's" || q.toks[q.wh].Lower == "whats":
		// "what did X say", "what is X", "what was the reason"
		q.findVerb(q.wh + 1)
		if first == "is" || first == "was" || first == "are" || first == "were" || q.toks[q.wh].Lower == "what's" || q.toks[q.wh].Lower == "whats" {
			k := q.wh + 2
			if strings.HasPrefix(q.toks[q.wh].Lower, "what") && q.toks[q.wh].Lower != "what" {
				k = q.wh + 1
			}
			for k < len(q.toks) && (q.tags[k] == "DT" || q.tags[k] == "PRP$") {
				k++
			}
			if q.onlyNameFrom(k) || k == len(q.toks)-1 {
				q.kind = typeDefinition
				return
			}
			q.takeFocus(k)
			q.typeOfHead(true)
			return
		}
		// "what did whitfield say": a name in small letters may be taken for the verb.
		for i := q.wh + 3; i < len(q.toks) && (first == "did" || first == "does" || first == "do"); i++ {
			if l := q.toks[i].Lower; (l == "say" || l == "tell") && !q.toks[i].IsUpper() {
				q.verb, q.verbAt = l, i
				break
			}
		}
		if sayingWords[q.verb] && (first == "did" || first == "does" || first == "do" || first == "has" || first == "have") {
			q.kind = typeStatement
			q.speaker = q.between(q.wh+2, q.verbAt)
		}
	case first == "happened" || first == "happens":
		q.kind = typeThing
	case first == "caused" || first == "causes" || first == "led" || first == "prompted":
		q.kind = typeReason
		q.findVerb(q.wh + 1)
	case first == "":
	default:
		end := q.takeFocus(q.wh + 1)
		if len(q.focus) == 0 {
			q.findVerb(q.wh + 1)
			q.subject = true
			return
		}
		q.typeOfHead(w == "which" || w == "what")
		if end < len(q.toks) {
			q.subject = !(helperVerbs[q.toks[end].Lower] && q.toks[end].Lower != "has" && q.toks[end].Lower != "had" && q.toks[end].Lower != "was" && q.toks[end].Lower != "were" && q.toks[end].Lower != "is" && q.toks[end].Lower != "are" && q.toks[end].Lower != "will")
		}
		q.findVerb(end)
	}
	// "did what", "named what"
	if q.kind == typeThing && len(q.focus) == 0 && q.wh > 0 {
		switch q.toks[q.wh-1].Lower {
		case "called", "named", "nicknamed":
			q.kind = typeName
		}
	}
	for i := q.wh + 1; i < len(q.toks) && q.kind == typeThing; i++ {
		if (q.toks[i].Lower == "called" || q.toks[i].Lower == "named" || q.toks[i].Lower == "nicknamed" || q.toks[i].Lower == "known") && i >= len(q.toks)-2 {
			q.kind = typeName
		}
	}
}

// spelled is a part of the question with its misspelt words as the sources spell them.
func (q *asked) spelled(part string) string {
	for _, t := range q.terms {
		if !t.known && len(t.alts) > 0 {
			part = strings.ReplaceAll(part, q.toks[t.token].Text, t.alts[0])
		}
	}
	return part
}

// asksWhatIsDone says whether a question asks for what somebody does ("What will Tokyo do?"): no name answers it.
func (q *asked) asksWhatIsDone() bool {
	last := len(q.toks) - 1
	return q.kind == typeThing && q.language == "" && len(q.focus) == 0 && last > q.wh+1 && q.wh >= 0 && q.toks[q.wh].Lower == "what" &&
		(q.toks[last].Lower == "do" || q.toks[last].Lower == "doing")
}

// between is the text from token i up to token j.
func (q *asked) between(i, j int) string {
	if i < 0 || j <= i || j > len(q.toks) {
		return ""
	}
	for i < j && (q.tags[i] == "DT") {
		i++
	}
	if i >= j {
		return ""
	}
	return q.text[q.toks[i].Start:q.toks[j-1].End]
}

// typeOfHead sets the type from what is asked for ("which country").
func (q *asked) typeOfHead(named bool) {
	h, ok := q.headToken()
	if !ok {
		return
	}
	l := h.Lower
	single := strings.TrimSuffix(l, "s")
	if strings.HasSuffix(l, "ies") {
		single = strings.TrimSuffix(l, "ies") + "y"
	}
	has := func(m map[string]bool) bool { return m[l] || m[single] }
	q.list = (strings.HasSuffix(l, "s") && !strings.HasSuffix(l, "ss") && l != "series" && l != "news" && l != "status" || l == "people" || l == "men" || l == "women" || l == "children") && named
	switch {
	case l == "name" || l == "names" || l == "nickname" || l == "term" || l == "word":
		q.kind = typeName
		q.list = false
		// "what is the name of the country …": the type of what is named.
		for k := 1; k < len(q.focus); k++ {
			if q.toks[q.focus[k]-1].Lower == "of" {
				save := q.head
				q.head = prose.Stem(q.toks[q.focus[len(q.focus)-1]].Lower)
				q.kind = typeThing
				q.typeOfHead(false)
				if q.kind == typeThing {
					q.kind, q.head = typeName, save
				}
				return
			}
		}
	case has(countryHeads):
		q.kind = typeCountry
	case has(stateHeads):
		q.kind = typeState
	case has(cityHeads):
		q.kind = typeCity
	case has(personHeads):
		q.kind = typePerson
	case has(groupHeads):
		q.kind = typeGroup
	case has(placeHeads):
		q.kind = typePlace
	case has(workHeads):
		q.kind = typeWork
	case l == "year" || l == "years":
		q.kind = typeYear
	case l == "month" || l == "months":
		q.kind = typeMonth
	case l == "weekday":
		q.kind = typeWeekday
	case has(dateHeads), l == "decade", l == "century", l == "period", l == "season":
		q.kind = typeDate
	case has(percentHeads):
		q.kind = typePercent
	case has(moneyHeads):
		q.kind = typeMoney
	case has(reasonHeads):
		q.kind = typeReason
	case has(numberHeads):
		q.kind = typeNumber
		q.list = false
		if l == "age" {
			q.kind = typeAge
		}
	case has(durationHeads):
		q.kind = typeDuration
	case single == "animal" || single == "colour" || single == "color" || single == "sport" || single == "disease" || single == "holiday" ||
		single == "language" || single == "religion" || single == "currency" || single == "planet" || single == "league" || single == "weapon" ||
		single == "continent" || single == "ocean" || single == "river":
		q.kind = single
		if single == "color" {
			q.kind = "colour"
		}
	default:
		q.kind = typeThing
	}
	// "what nationality"
	if l == "nationality" {
		q.kind = typeCountry
	}
}

// findTypeWithout finds the type of a question in which no word asks.
func (q *asked) findTypeWithout() {
	if len(q.toks) == 0 {
		return
	}
	first := q.toks[0].Lower
	k := 0
	if first == "and" || first == "so" || first == "but" || first == "then" {
		k = 1
	}
	if k < len(q.toks) && helperVerbs[q.toks[k].Lower] && len(q.toks) > k+1 {
		q.kind = typeYesNo
		q.findVerb(k + 1)
		return
	}
	if first == "name" || first == "list" {
		q.takeFocus(1)
		q.typeOfHead(true)
		return
	}
	// "… purchased this company for $44 billion."
	for i := 0; i+1 < len(q.toks); i++ {
		if l := q.toks[i].Lower; (l == "this" || l == "these") && !isUnit(q.toks[i+1].Lower) && strings.HasPrefix(q.tags[i+1], "NN") && !q.toks[i+1].IsUpper() {
			q.takeFocus(i + 1)
			q.typeOfHead(false)
			q.wh = i
			return
		}
	}
	q.kind = typeThing
}

func isUnit(l string) bool {
	switch l {
	case "week", "month", "year", "day", "morning", "afternoon", "evening", "weekend", "summer", "winter", "spring", "fall", "autumn", "time", "season", "decade", "century":
		return true
	}
	return false
}

// findTerms makes the question's terms with their weights and their other forms.
func (q *asked) findTerms(lib *collection) {
	named := func(t prose.Token) bool {
		for _, n := range q.names {
			if n.Start <= t.Start && t.End <= n.End {
				return true
			}
		}
		return false
	}
	seen := map[string]bool{}
	for i, t := range q.toks {
		s := q.words.TermOf(t)
		if s == "" || seen[s] || strings.HasPrefix(t.Lower, "what'") || strings.HasPrefix(t.Lower, "who'") {
			continue
		}
		if i == q.wh || q.language != "" && q.empty(t) || q.except[0] <= t.Start && t.End <= q.except[1] && q.except[1] > 0 {
			continue
		}
		seen[s] = true
		q.terms = append(q.terms, term{text: s, token: i, name: named(t), number: t.IsNumber()})
	}
	texts := make([]string, len(q.terms))
	for i, t := range q.terms {
		texts[i] = t.text
	}
	here, n := lib.frequencies(texts)
	for i := range q.terms {
		t := &q.terms[i]
		t.weight = rarity(t.text, here[i], n)
		t.known = here[i] > 0
		if t.name {
			t.weight *= 1.2
		}
		// Words of asking and of time say little about where the answer stands.
		l := q.toks[t.token].Lower
		if isUnit(l) || l == "name" || l == "named" || l == "called" || l == "say" || l == "said" || l == "last" || l == "new" {
			t.weight *= 0.4
		}
		for _, f := range q.focus {
			if f == t.token && !t.name {
				t.weight *= 0.6
			}
		}
		if !t.known && !t.number && len(t.text) >= 4 && commonness().count[t.text] == 0 {
			t.alts = append(t.alts, lib.near(t.text)...)
		}
	}
	// Countries are called by their people and their capitals.
	for _, nm := range q.names {
		c, ok := prose.CountryOf(nm.Text)
		if !ok {
			continue
		}
		var alts []string
		for k, list := range [][]string{c.Names, c.Demonyms, c.Seats} {
			for _, a := range list {
				if k == 0 && strings.Contains(a, " ") {
					continue // the words of an official name ("republic", "democratic") say nothing
				}
				for _, s := range search.Terms(a) {
					if !seen[s] {
						alts = append(alts, s)
					}
				}
			}
		}
		for i := range q.terms {
			tk := q.toks[q.terms[i].token]
			if nm.Start <= tk.Start && tk.End <= nm.End && (tk.End == nm.End || !strings.Contains(nm.Text, " ")) {
				q.terms[i].alts = append(q.terms[i].alts, alts...)
			}
		}
	}
	// A name of several words is one thing, and not as many.
	for _, nm := range q.names {
		sum, most := 0.0, 0.0
		for _, t := range q.terms {
			if tk := q.toks[t.token]; nm.Start <= tk.Start && tk.End <= nm.End {
				sum += t.weight
				most = max(most, t.weight)
			}
		}
		if sum <= 1.4*most {
			continue
		}
		for i := range q.terms {
			if tk := q.toks[q.terms[i].token]; nm.Start <= tk.Start && tk.End <= nm.End {
				q.terms[i].weight *= 1.4 * most / sum
			}
		}
	}
	q.weigh()
}

// weigh adds the terms' weights up.
func (q *asked) weigh() {
	q.total = 0
	for _, t := range q.terms {
		q.total += t.weight
	}
}

// localise lowers the weight of terms that stand in many of the sentences that are read: within one article its subject
// tells nothing.
func (q *asked) localise(all []*candidate) {
	n := float64(len(all))
	if n < 3 {
		return
	}
	for i := range q.terms {
		df := 0.0
		for _, c := range all {
			if c.match[i] >= .8 {
				df++
			}
		}
		local := math.Log((n+1)/(df+.5)) / math.Log(n+1)
		q.terms[i].weight *= .4 + .6*min(max(local, 0), 1)
	}
	q.weigh()
}

// findInterval finds the time that is asked about.
func (q *asked) findInterval() {
	var spans []prose.TimeRef
	for _, t := range q.times {
		if t.Value.IsZero() || t.Relative && (t.Precision == prose.Week || t.Precision == prose.Day || t.Precision == prose.Month) {
			continue
		}
		spans = append(spans, t)
	}
	for _, t := range q.toks {
		switch t.Lower {
		case "now", "latest", "currently", "today", "current", "newest":
			q.latest = true
		}
	}
	if len(spans) == 0 {
		return
	}
	for i := 1; i < len(spans); i++ {
		// "born in 1978 … from 2010 to 2013": the period is asked about.
		if x, y := spans[i-1], spans[i]; joinsPeriod(q.text[x.End:y.Start]) && y.Upto().After(x.Value) {
			q.from, q.to, q.period = x.Value, y.Upto(), true
			q.opens, q.shuts = monthsOf(x), monthsOf(y)
			return
		}
	}
	q.from, q.to = spans[0].Value, spans[0].Upto()
	q.opens, q.shuts = monthsOf(spans[0]), monthsOf(spans[0])
	if len(spans) > 1 {
		last := spans[len(spans)-1]
		if last.Upto().After(q.from) {
			q.to = last.Upto()
			q.shuts = monthsOf(last)
		}
	}
}

// joinsPeriod says whether what stands between two times makes one period of them.
func joinsPeriod(between string) bool {
	switch strings.ToLower(strings.Trim(between, " ,")) {
	case "to", "and", "until", "till", "through", "-", "–", "—", "up to", "to the":
		return true
	}
	return false
}

// monthsOf is a time as the first and the last month that it reaches over, counted from the year nought.
func monthsOf(t prose.TimeRef) [2]int {
	last := t.Upto().Add(-time.Second)
	return [2]int{t.Value.Year()*12 + int(t.Value.Month()) - 1, last.Year()*12 + int(last.Month()) - 1}
}

package briefings

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"

	"attache/briefings/prose"
)

// dossier is what the desk knows of one article: computed once, when an edition or a profile first needs it.
type dossier struct {
	article *Article
	at      time.Time

	once  sync.Once
	story storyProfile
	words string // folded words with single spaces, " at the beginning and at the end "
	stems string // the same of stems, without stop words
	// title and lead are the parts of stems that belong to the title and to the first sentences.
	titleStems string
	leadStems  string
	countries  map[string]int // ISO code: how often it is named, weighed as in about
	// titleCountries are the codes of the countries in the title.
	titleCountries []string
	// starters are the bits of the starters that the article is about by their terms, titleStarters of those in its title.
	starters, titleStarters uint64

	noticed               sync.Once
	noticeFirst, noticeTo int // its notice of correction, -1 without one

	differed       sync.Once
	denies, counts bool // see mayDiffer

	kinded sync.Once
	kinds  []int // hits of each kind of event, as eventOf counts them

	told     sync.Once
	tellings []storyTerm

	said     sync.Once
	speeches []Statement

	sentences []atomic.Pointer[sentenceNotes]
}

// sentenceNotes are the words of a sentence that compare it with others.
type sentenceNotes struct {
	stems     []string // content stems, sorted, without numbers
	numbers   []countedThing
	countries []string    // codes of the countries that it names, sorted
	days      []time.Time // dates that it gives by day and month
}

// countedThing is a number with what it counts.
type countedThing struct {
	value float64
	text  string
	unit  string // stem of what is counted
	kind  prose.NumberKind
}

func newDossier(a *Article) *dossier {
	return &dossier{article: a, at: articleTime(*a), sentences: make([]atomic.Pointer[sentenceNotes], len(a.Sentences))}
}

func (d *dossier) read() {
	d.once.Do(func() {
		a := d.article
		d.story = profileStory(*a, storyDefaults)
		lead := 0
		for i, s := range a.Sentences {
			if s.Role == RoleBody && i < 5 {
				lead = s.End
			}
		}
		var words, stems, title strings.Builder
		var run []string // the stems one by one
		var inHead, inLead, leadEnd int
		d.countries = map[string]int{}
		add := func(text string, toks []prose.Token, inTitle bool) {
			for i, t := range toks {
				words.WriteByte(' ')
				words.WriteString(t.Lower)
				if !prose.IsStop(t.Lower) {
					stem := prose.Stem(t.Lower)
					stems.WriteByte(' ')
					stems.WriteString(stem)
					run = append(run, stem)
					if inTitle {
						title.WriteByte(' ')
						title.WriteString(stem)
					}
				}
				if code, ok := countryAt(toks, i); ok {
					weight := 1
					if inTitle {
						weight = 2
						d.titleCountries = append(d.titleCountries, code)
					} else if t.Start < lead {
						weight = 2
					}
					d.countries[code] += weight
				}
				if !inTitle && inLead == 0 && t.End >= lead {
					inLead, leadEnd = len(run), stems.Len()
				}
			}
		}
		add(a.Title, prose.Tokens(a.Title), true)
		words.WriteString(" ¶")
		stems.WriteString(" ¶")
		run = append(run, "¶")
		inHead = len(run)
		add(a.Text, prose.Tokens(a.Text), false)
		d.words, d.stems, d.titleStems = words.String()+" ", stems.String()+" ", title.String()+" "
		if inLead == 0 {
			inLead, leadEnd = len(run), stems.Len()
		}
		d.leadStems = d.stems[:leadEnd+1]
		d.starters, d.titleStarters = startersOf(run, inHead, inLead)
	})
}

// notice is the article's notice of correction, as CorrectionNotice has it.
func (d *dossier) notice() (first, last int) {
	d.noticed.Do(func() { d.noticeFirst, d.noticeTo = CorrectionNotice(*d.article) })
	return d.noticeFirst, d.noticeTo
}

// corrects returns those of before, earlier reports of the same source, of which an article says that they were wrong.
func (d *dossier) corrects(before []*dossier) (wrong []*dossier) {
	if first, _ := d.notice(); first < 0 {
		return nil
	}
	for _, b := range before {
		if _, ok := Supersedes(*b.article, *d.article); ok {
			wrong = append(wrong, b)
		}
	}
	return wrong
}

// telling are the article's telling terms, ordered.
func (d *dossier) telling() []storyTerm {
	d.told.Do(func() {
		d.tellings = tellingTerms(d.story)
		slices.SortFunc(d.tellings, func(x, y storyTerm) int { return cmp.Compare(x.term, y.term) })
	})
	return d.tellings
}

// statements reads who said what in the article, once.
func (d *dossier) statements() []Statement {
	d.said.Do(func() { d.speeches = statementsOf(*d.article) })
	return d.speeches
}

// note is what compares sentence i with others. It is read when it is first asked for: most sentences never are.
func (d *dossier) note(i int) *sentenceNotes {
	if n := d.sentences[i].Load(); n != nil {
		return n
	}
	n := notesOf(d.article.Sentence(i), d.at)
	d.sentences[i].Store(&n)
	return &n
}

// notes are those of all sentences.
func (d *dossier) notes() []sentenceNotes {
	all := make([]sentenceNotes, len(d.sentences))
	for i := range d.sentences {
		all[i] = *d.note(i)
	}
	return all
}

func notesOf(text string, at time.Time) sentenceNotes {
	var n sentenceNotes
	toks := prose.Tokens(text)
	dates := prose.TimesIn(text, toks, at)
	for i, t := range toks {
		if code, ok := countryAt(toks, i); ok && !slices.Contains(n.countries, code) {
			n.countries = append(n.countries, code)
		}
		if prose.IsStop(t.Lower) || t.Lower[0] >= '0' && t.Lower[0] <= '9' {
			continue
		}
		switch stem := sameThing(prose.Stem(t.Lower)); stem {
		case "say", "tell", "accord", "million", "billion", "thousand":
			// That something was said, or a number's scale, likens no two sentences.
		default:
			n.stems = append(n.stems, stem)
		}
	}
	slices.Sort(n.countries)
	slices.Sort(n.stems)
	n.stems = slices.Compact(n.stems)
	for _, r := range dates {
		if r.Precision == prose.Day && !r.Relative {
			n.days = append(n.days, r.Value)
		}
	}
	for _, r := range prose.NumbersIn(text, toks) {
		if r.Kind == prose.Ordinal || slices.ContainsFunc(dates, func(d prose.TimeRef) bool { return d.Overlaps(r.Span) }) {
			continue
		}
		if before := strings.ToLower(strings.TrimRight(text[max(0, r.Start-12):r.Start], " ")); strings.HasSuffix(before, "another") || strings.HasSuffix(before, "additional") || strings.HasSuffix(before, "further") {
			continue // "another 12" isn't how many there are
		}
		n.numbers = append(n.numbers, countedThing{value: r.Value, text: r.Text, unit: unitOf(text, r), kind: r.Kind})
	}
	return n
}

// unitOf is the stem of what a number counts: the noun behind it, or the verb where people are counted by what happened to
// them ("killed 12", "12 dead").
func unitOf(text string, r prose.NumberRef) string {
	if r.Kind == prose.Money {
		return r.Unit
	}
	after := prose.Tokens(text[r.End:min(len(text), r.End+80)])
	fallback := ""
	for i, t := range after {
		if i == 5 || i == 0 && countsNothing[t.Lower] {
			break
		}
		if prose.IsStop(t.Lower) {
			if fallback != "" && (t.Lower == "of" || t.Lower == "in" || t.Lower == "to" || t.Lower == "and") {
				break
			}
			continue
		}
		stem := sameThing(prose.Stem(t.Lower))
		if casualtyStems[stem] {
			return stem
		}
		if fallback == "" || r.Kind != prose.Percent && i == 1 && !personStems[fallback] && !plural(after[0].Lower) {
			fallback = stem
		}
	}
	if fallback == "" || endsClause(text[r.End:]) {
		// "the number of injured … has risen to 19": what is counted stands further in front.
		front := prose.Tokens(text[:r.Start])
		for i := len(front) - 1; i >= 0; i-- {
			if stem := sameThing(prose.Stem(front[i].Lower)); casualtyStems[stem] {
				return stem
			}
			if i+2 < len(front) && front[i].Lower == "number" && front[i+1].Lower == "of" {
				return sameThing(prose.Stem(front[i+2].Lower))
			}
		}
		if fallback == "" || r.Kind != prose.Percent {
			return ""
		}
	}
	before := prose.Tokens(text[max(0, r.Start-40):r.Start])
	for i := len(before) - 1; i >= 0 && i >= len(before)-4; i-- {
		if stem := sameThing(prose.Stem(before[i].Lower)); casualtyStems[stem] {
			return stem
		}
	}
	if r.Kind == prose.Percent {
		return "percent " + fallback
	}
	return fallback
}

// plural says whether a word behind a number is what it counts already: "1,200 welders struck", and not "12 cubic metres".
func plural(word string) bool {
	return len(word) > 3 && strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss") && !strings.HasSuffix(word, "us") && !strings.HasSuffix(word, "is")
}

// countsNothing are the words right behind a number that say when or where, so that what it counts stands in front: "put the
// dead at 25 on Thursday", "rose from 12 to 19".
var countsNothing = deskSet("on at in by as from to after since when while before late early")

// endsClause says whether a mark that ends a clause comes first in text.
func endsClause(text string) bool {
	text = strings.TrimLeft(text, " ")
	return text == "" || strings.IndexByte(",.;:)", text[0]) >= 0
}

var (
	casualtyStems = deskSet("kill injur miss displac arrest detain evacu infect rescu homeless")
	personStems   = deskSet("peopl person civilian soldier worker passeng child woman man resid polic protest troop migrant refuge student tourist victim fighter offic")
)

// sameThing brings words together that count the same thing.
func sameThing(stem string) string {
	switch stem {
	case "dead", "die", "death", "toll", "perish", "dy", "casualti", "bodi":
		return "kill"
	case "wound", "hurt", "injuri":
		return "injur"
	case "held", "custodi":
		return "detain"
	}
	return stem
}

func deskSet(stems string) map[string]bool {
	m := map[string]bool{}
	for s := range strings.FieldsSeq(stems) {
		m[s] = true
	}
	return m
}

// countryIndex finds countries by the first folded token of a name.
var countryIndex = sync.OnceValue(func() map[string][]countryName {
	m := map[string][]countryName{}
	for _, c := range prose.Countries() {
		for _, list := range [][]string{c.Names, c.Demonyms, c.Seats} {
			for _, n := range list {
				toks := strings.Fields(n)
				if len(toks) > 0 {
					m[toks[0]] = append(m[toks[0]], countryName{toks, c.Code})
				}
			}
		}
	}
	for _, list := range m {
		slices.SortStableFunc(list, func(x, y countryName) int { return len(y.tokens) - len(x.tokens) })
	}
	return m
})

type countryName struct {
	tokens []string
	code   string
}

// countryAt says whether a country's name, demonym or seat of government begins at token i.
func countryAt(toks []prose.Token, i int) (string, bool) {
	if c := toks[i].Text[0]; c >= 'a' && c <= 'z' {
		return "", false
	}
next:
	for _, n := range countryIndex()[toks[i].Lower] {
		if i+len(n.tokens) > len(toks) {
			continue
		}
		for k, w := range n.tokens {
			if toks[i+k].Lower != w {
				continue next
			}
		}
		return n.code, true
	}
	return "", false
}

// phraseKey is how a phrase stands in dossier.stems: " nuclear test ".
func phraseKey(phrase string) string {
	var b strings.Builder
	for _, t := range prose.Tokens(phrase) {
		if !prose.IsStop(t.Lower) {
			b.WriteByte(' ')
			b.WriteString(prose.Stem(t.Lower))
		}
	}
	if b.Len() == 0 {
		return nameKey(phrase)
	}
	b.WriteByte(' ')
	return b.String()
}

// nameKey is how a name stands in dossier.words: " kim jong un ".
func nameKey(name string) string {
	var b strings.Builder
	for _, t := range prose.Tokens(name) {
		b.WriteByte(' ')
		b.WriteString(t.Lower)
	}
	b.WriteByte(' ')
	return b.String()
}

// about says whether the article is about a phrase and not only names it in passing: it stands in the title, or early, or
// more than once.
func (d *dossier) about(key string) bool {
	if key == "  " || key == " " {
		return false
	}
	return strings.Contains(d.titleStems, key) || strings.Contains(d.leadStems, key) || countOverlapping(d.stems, key) > 1
}

// countOverlapping counts key in s where the space that ends one hit may begin the next.
func countOverlapping(s, key string) int {
	n := 0
	for {
		i := strings.Index(s, key)
		if i < 0 {
			return n
		}
		n++
		s = s[i+len(key)-1:]
	}
}

// actorNames are the names under which an actor stands in articles, as keys of dossier.words, and the country that the actor
// is, if any.
func actorNames(actor string) (keys []string, country string) {
	actor = strings.TrimPrefix(strings.TrimSpace(actor), "@")
	add := func(name string) {
		if k := nameKey(name); len(k) > 3 && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	toks := prose.Tokens(actor)
	if len(toks) == 0 {
		return nil, ""
	}
	add(actor)
	if len(toks) > 1 && toks[0].Lower == "the" {
		add(actor[toks[1].Start:])
	}
	c, isCountry := prose.CountryOf(actor)
	if !isCountry {
		c, isCountry = prose.CountryOf(prose.Canonical(actor))
	}
	if isCountry {
		for _, list := range [][]string{c.Names, c.Demonyms, c.Seats} {
			for _, n := range list {
				add(n)
			}
		}
		return keys, c.Code
	}
	canonical := prose.Canonical(actor)
	for _, row := range prose.Aliases {
		if strings.EqualFold(row[0], canonical) {
			for _, n := range row {
				add(n)
			}
		}
	}
	// A person: also by the last name, or without the family name where that stands first ("Kim Yo-jong", "Yo Jong").
	if prose.KindOf(actor) == "" && len(toks) > 1 && len(toks) < 5 && !slices.ContainsFunc(toks, func(t prose.Token) bool { return prose.IsInstitutionWord(t.Lower) }) {
		last := toks[len(toks)-1]
		hyphen := strings.Contains(actor, "-")
		if !hyphen && len(last.Lower) > 3 && !prose.IsStop(last.Lower) && prose.KindOf(last.Text) == "" && unicode.IsLetter(rune(last.Lower[0])) && (toks[0].Lower != "kim" || len(toks) == 2 && last.Lower != "kim") {
			keys = append(keys, " "+last.Lower+" ")
		}
		if len(toks) == 3 && (hyphen || toks[0].Lower == "kim") {
			keys = append(keys, " "+toks[1].Lower+" "+toks[2].Lower+" ")
		}
	}
	return keys, ""
}

// named says whether any of the keys stands in the article.
func (d *dossier) named(keys []string) int {
	n := 0
	for _, k := range keys {
		n += countOverlapping(d.words, k)
	}
	return n
}

// desk keeps the dossiers of an engine. Its zero value is ready.
type desk struct {
	mu        sync.Mutex
	dossiers  map[*Article]*dossier
	groupings map[string]*grouped // stories of a window, by what was grouped
	order     []string
	pools     map[string]*sharedPool // by window and what the library held
	poolOrder []string
}

// deskMost bounds how many dossiers are kept; past it the older half goes.
const deskMost = 60000

// dossier returns what is known of an article. The pointer is the key: the engine never changes an article that it holds.
func (k *desk) dossier(a *Article) *dossier {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.dossiers == nil {
		k.dossiers = map[*Article]*dossier{}
	}
	d, ok := k.dossiers[a]
	if !ok {
		if len(k.dossiers) >= deskMost {
			k.tidy()
		}
		d = newDossier(a)
		k.dossiers[a] = d
	}
	return d
}

// tidy drops the older half of the dossiers. What is asked for again is read again.
func (k *desk) tidy() {
	ages := make([]time.Time, 0, len(k.dossiers))
	for _, d := range k.dossiers {
		ages = append(ages, d.at)
	}
	slices.SortFunc(ages, time.Time.Compare)
	middle := ages[len(ages)/2]
	maps.DeleteFunc(k.dossiers, func(_ *Article, d *dossier) bool { return !d.at.After(middle) })
}

// forget drops what is known of an article that another revision has replaced.
func (k *desk) forget(a *Article) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.dossiers, a)
}

// acquaintWithin is how old an article may be that the desk reads when it arrives; an older one waits until somebody asks. One
// that is no older than hearWithin is read for who says what in it as well, which takes longer and which the next digests ask.
const (
	acquaintWithin = 8 * 24 * time.Hour
	hearWithin     = 24*time.Hour + lateMost
)

// acquaint has the desk read an article as soon as it is there, so that the first digest after it need not. One of many, as they
// come when a library is loaded, is not read for who says what: HearArrivals does that when there is time.
func (e *Engine) acquaint(a *Article, oneOfMany bool) {
	age := e.now().Sub(published(a))
	if age > acquaintWithin {
		return
	}
	d := e.desk.dossier(a)
	d.read()
	if age <= hearWithin && !oneOfMany {
		d.hear()
	}
}

// hear reads what digests ask of an article that is in the news: who says what in it, of what kind it is, what it denies and
// counts, and what likens it to others.
func (d *dossier) hear() {
	d.read()
	for _, s := range d.statements() {
		if inBody(d, s) {
			d.note(s.Sentence)
		}
	}
	d.telling()
	d.differs()
	d.hitsOfKinds()
}

// HearArrivals reads the articles of the last days, the newest first, for who says what in them, so that the first digest after a
// start need not. It takes some milliseconds of one processor for each and ends when it is done or ctx is.
func (e *Engine) HearArrivals(ctx context.Context) error {
	now := e.now()
	e.mu.RLock()
	var arrivals []*held
	for _, h := range e.articles {
		if now.Sub(published(&h.Article)) <= hearWithin {
			arrivals = append(arrivals, h)
		}
	}
	e.mu.RUnlock()
	slices.SortFunc(arrivals, func(x, y *held) int { return published(&y.Article).Compare(published(&x.Article)) })
	for _, h := range arrivals {
		if err := ctx.Err(); err != nil {
			return err
		}
		e.desk.dossier(h.open()).hear()
	}
	return nil
}

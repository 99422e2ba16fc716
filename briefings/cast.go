package briefings

import (
	"slices"
	"strings"

	"attache/briefings/prose"
)

// cast is who speaks in an article: what each short name is short for, and whom a pronoun can mean at this place.
type cast struct {
	named  map[string]bool   // lower-case words that are written with a capital inside sentences
	long   map[string]string // last word of a name, lower case: the longest form of the name so far
	recent []member          // who was spoken of, the most recent last
	kinds  map[castPhrase]SpeakerKind
	sexes  map[string]byte
}

// castPhrase is what the kind of a phrase depends on.
type castPhrase struct {
	text, head string
	name       bool
}

// member is someone who was spoken of.
type member struct {
	name   string
	full   string
	kind   SpeakerKind
	sex    byte // 'm', 'f' or 0 where the article doesn't tell
	plural bool
	head   string
	spoke  bool
}

func newCast(a Article) *cast {
	c := &cast{named: map[string]bool{}, long: map[string]string{}, kinds: map[castPhrase]SpeakerKind{}, sexes: map[string]byte{}}
	prev := 0
	var run []string
	var runStart, runEnd int
	close := func() {
		if len(run) > 1 && len(run) < 6 {
			last := run[len(run)-1]
			name := a.Text[runStart:runEnd]
			if old := c.long[last]; len(name) > len(old) && len(old) == 0 {
				c.long[last] = name
			}
		}
		run = nil
	}
	for _, t := range prose.Tokens(a.Text) {
		gap := a.Text[prev:t.Start]
		prev = t.End
		capital := t.Text[0] >= 'A' && t.Text[0] <= 'Z' || t.Text[0] >= 0xC3
		plain := gap == " " || gap == "-" || gap == ". " && len(run) > 0 && len(run[len(run)-1]) <= 3
		if !capital || !plain {
			close()
		}
		if !capital {
			continue
		}
		if plain {
			c.named[t.Lower] = true
		}
		if castTitleWords[t.Lower] || cueDeterminers[t.Lower] || cuePrepositions[t.Lower] || cuePronouns[t.Lower] {
			continue
		}
		if len(run) == 0 {
			runStart = t.Start
		}
		run = append(run, t.Lower)
		runEnd = t.End
	}
	close()
	return c
}

var (
	castTitleWords     = cueWordSet(`mr mrs ms miss dr sen sens rep reps gov prof president senator governor minister secretary chairman chairwoman spokesman spokeswoman spokesperson king queen prince princess pope general colonel captain sir lord lady judge justice mayor ambassador congressman congresswoman republican democrat democratic former prime chancellor leader vice deputy chief`)
	castManWords       = cueWordSet(`mr king prince he his him himself man spokesman chairman congressman father brother son husband businessman pope sir lord businessman boy uncle grandfather gentleman actor`)
	castWomanWords     = cueWordSet(`mrs ms miss queen princess she her hers herself woman spokeswoman chairwoman congresswoman mother sister daughter wife lady businesswoman girl aunt grandmother actress`)
	castOutletWords    = cueWordSet(`times post journal news herald tribune newspaper magazine agency broadcaster television tv radio paper daily guardian gazette observer telegraph reuters kcna afp ap bbc cnn nbc abc cbs msnbc npr tass xinhua yonhap politico breitbart media press report website site bloomberg outlet axios cnbc network tabloid journalists chronicle examiner`)
	castBodyWords      = cueWordSet(`brigade battalion regiment corps squad fleet unit hospital operator airline school charity fund observatory ministry government department office administration agency committee campaign party police court council union parliament congress senate commission army military navy force forces company corporation bank group organisation organization institute university house kremlin embassy league association federation foundation authority authorities bureau team board club church center centre cabinet state country nation city town un eu nato imf who pentagon fbi cia treasury regime opposition movement side tribunal watchdog regulator observatory pac coalition alliance delegation mission secretariat service firm`)
	castNobodyWords    = cueWordSet(`official officials source sources aide aides analyst analysts expert experts diplomat diplomats adviser advisers advisor advisors observer observers critic critics witness witnesses resident residents spokesman spokeswoman spokesperson insider insiders person people others many some lawyer lawyers activist activists supporters opponents voters researchers scientists economists strategists lawmakers senators investigators prosecutors doctors soldiers reporters those executive executives operative operatives member members officer officers reporter strategist friend friends relative relatives protesters users user authorities leaders politicians companies neighbours neighbors students parents`)
	castDocumentWords  = cueWordSet(`poll polls survey surveys study statement report letter email e-mail memo bill law book article ad document documents analysis resolution lawsuit complaint petition research data figures results`)
	castQuantities     = cueWordSet(`number body slice lot handful series wave array average share range variety host chorus group percentage lots plenty scores`)
	castAgents         = cueWordSet(`man men woman women two three legislation math outcome nonprofit profit resolution budget public staff majority minority percent half people police media press crowd family host star native veteran pundit rival critic head aide ally foe friend neighbour neighbor guest spouse cop coach nurse guard pilot envoy clergy electorate jury panel troupe crew union rebel militia junta candidate nominee democrat republican conservative liberal progressive billionaire surgeon neurosurgeon physician hand law rule evidence history piece tweet text slogan sign motion amendment plan deal treaty filing account source story transcript website site video film page blog editorial column poster placard audit probe investigation inquiry review court judge verdict ruling opinion chair boss camp caucus party faction tribe clan sect hero victim suspect defendant plaintiff teen teenager youth baby pair duo trio couple another one none anyone everyone someone nobody everybody former latter mayor`)
	castThings         = cueWordSet(`water weather number power order matter paper letter border river winter summer disaster center centre floor door color colour error terror factor event moment statement agreement movement government parliament department development argument treatment payment investment amount content accident incident percent extent intent talent comment document element consumer effort letter corner quarter dinner counter encounter master offer answer career`)
	castPluralPronouns = cueWordSet(`they we these those many some others both most few all several`)
)

// speaks says whether a line "NAME: …" can be someone's words: a name known from the text, or all capitals.
func (c *cast) speaks(name string) bool {
	if name == strings.ToUpper(name) && len(name) > 2 {
		return true
	}
	for _, t := range prose.Tokens(name) {
		if c.named[t.Lower] || c.long[t.Lower] != "" || castOutletWords[t.Lower] || castDocumentWords[t.Lower] || castNobodyWords[t.Lower] || castBodyWords[t.Lower] {
			return true
		}
	}
	return false
}

// kindOf tells what a noun phrase is. The same names come again and again in an article: each is looked at once.
func (c *cast) kindOf(p phrase) SpeakerKind {
	key := castPhrase{p.text, p.head, p.name}
	kind, known := c.kinds[key]
	if !known {
		kind = c.look(p)
		c.kinds[key] = kind
	}
	return kind
}

func (c *cast) look(p phrase) SpeakerKind {
	head := p.head
	words := strings.Fields(strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(p.text, "’s", " "), "'s", " ")))
	for _, w := range words {
		if strings.Trim(w, ".,") == "" {
			continue
		}
		if castTitleWords[strings.Trim(w, ".,")] && p.name && !castBodyWords[head] && !castOutletWords[head] && !castNobodyWords[head] {
			return SpeakerPerson
		}
	}
	switch {
	case castNobodyWords[head] || !p.name && (castPluralPronouns[head] || strings.HasSuffix(head, "s") && !castBodyWords[head] && !castDocumentWords[head] && !castOutletWords[head]):
		if p.name && !strings.HasSuffix(head, "s") && c.personal(p.text) {
			return SpeakerPerson
		}
		return SpeakerAnonymous
	case prose.KindOf(p.text) == "outlet":
		return SpeakerOutlet
	case castOutletWords[head]:
		return SpeakerOutlet
	case castBodyWords[head], castDocumentWords[head]:
		return SpeakerInstitution
	}
	if x, y, both := strings.Cut(p.text, " and "); both && prose.KindOf(x) != "" && prose.KindOf(y) != "" {
		return SpeakerInstitution
	}
	if kind := prose.KindOf(p.text); kind == "country" || kind == "capital" || kind == "demonym" || kind == "state" || kind == "organisation" || kind == "institution" || kind == "company" {
		return SpeakerInstitution
	}
	for _, w := range words {
		if castOutletWords[w] && p.name && len(words) > 1 && !prose.IsGiven(words[0]) {
			return SpeakerOutlet
		}
	}
	if len(p.text) >= 2 && len(p.text) <= 5 && p.text == strings.ToUpper(p.text) && p.name {
		return SpeakerInstitution
	}
	if p.name {
		return SpeakerPerson
	}
	return SpeakerAnonymous
}

// personal says whether the phrase ends in a name of two capitalised words or more.
func (c *cast) personal(text string) bool {
	fields := strings.Fields(text)
	n := 0
	for i := len(fields) - 1; i >= 0 && fields[i][0] >= 'A' && fields[i][0] <= 'Z'; i-- {
		n++
	}
	return n >= 2
}

// sexOf tells by titles, nouns and given names whether a phrase names a woman ('f') or a man ('m'); 0 where it doesn't say.
func (c *cast) sexOf(text string) byte {
	sex, known := c.sexes[text]
	if !known {
		sex = castSexOf(text)
		c.sexes[text] = sex
	}
	return sex
}

func castSexOf(text string) byte {
	for _, t := range prose.Tokens(text) {
		switch {
		case castWomanWords[t.Lower]:
			return 'f'
		case castManWords[t.Lower]:
			return 'm'
		}
	}
	for _, t := range prose.Tokens(text) {
		if castWomen[t.Lower] {
			return 'f'
		}
		if castMen[t.Lower] {
			return 'm'
		}
	}
	return 0
}

// Given names that news in English carries most; others leave the question open.
var (
	castWomen = cueWordSet(`mary hillary elizabeth nancy angela theresa marine michelle melania ivanka sarah susan karen anna maria julia laura kate catherine katherine jane jennifer jessica amy lisa linda barbara carly kellyanne debbie wendy christine emily emma olivia sophia ursula giorgia kamala margaret patricia samantha rachel megyn hope elena natalia olga condoleezza madeleine samantha heidi kirsten kristen tulsi joni kelly ann anne diane donna ruth sonia martha helen alice jill rosa joyce chelsea huma`)
	castMen   = cueWordSet(`donald vladimir john james robert michael william david richard joseph joe thomas charles mark paul steven stephen george brian kevin barack bill ted marco bernie ben jeb mike chris rand rick mitt tim martin scott bob jim jack peter andrew daniel matthew anthony ronald timothy jason jeff jeffrey eric adam sean corey roger volodymyr sergei sergey dmitry emmanuel boris benjamin recep xi jinping mohammed ahmed ali hassan kofi ban antonio jens frank ryan jerry larry alex alan harry henry carl luke patrick ken steve tom greg`)
)

// settle names the speaker of a speech: a pronoun becomes who it stands for, a short name gets its long form.
func (r *speechReader) settle(s *speech) {
	p := s.who
	if p.pronoun != "" {
		m, ok := r.cast.resolve(p.pronoun, r, p.from)
		if !ok {
			s.speaker = Speaker{}
			return
		}
		s.speaker = Speaker{Name: m.name, Full: m.full, Kind: m.kind}
		if m.kind == SpeakerPerson && strings.HasSuffix(m.full, m.name) {
			s.speaker = Speaker{Name: m.full, Kind: m.kind}
		}
		return
	}
	if !r.plausible(p) {
		s.speaker = Speaker{}
		return
	}
	sp := Speaker{Name: strings.TrimSpace(p.text), Kind: r.cast.kindOf(p)}
	sp.Name = strings.TrimSuffix(strings.TrimSuffix(sp.Name, "’s"), "'s")
	if tail := strings.Trim(strings.TrimPrefix(p.long, p.text), " ,"); p.long != p.text && r.properName(tail) && (sp.Kind == SpeakerAnonymous || !r.properName(sp.Name)) {
		// "Kim's powerful sister, Yo Jong": the apposition is the name.
		sp.Name = strings.TrimRight(strings.TrimSpace(p.long), ", ")
		if first, _, _ := strings.Cut(strings.ToLower(sp.Name), " "); first == "its" || first == "his" || first == "her" || first == "their" {
			sp.Name = tail // "its founder, Helmi Salo": whose founder isn't said here
		}
		sp.Kind = SpeakerPerson
	} else if p.long != p.text {
		sp.Full = strings.TrimRight(strings.TrimSpace(p.long), ", ")
	} else if long := r.cast.long[p.head]; p.name && long != "" && sp.Kind == SpeakerPerson && prose.KindOf(long) == "" && !strings.Contains(sp.Name, " and ") && !strings.Contains(sp.Name, long) && strings.Contains(strings.ToLower(long), p.head) {
		sp.Full = long
	} else if sp.Kind == SpeakerAnonymous && (strings.HasPrefix(strings.ToLower(sp.Name), "this ") || strings.HasPrefix(strings.ToLower(sp.Name), "the ")) {
		for _, m := range slices.Backward(r.cast.recent) {
			if m.head == p.head && m.kind == SpeakerAnonymous && len(m.name) > len(sp.Name) {
				sp.Full = m.name
				break
			}
		}
	}
	s.speaker = sp
}

// plausible says whether a phrase can be someone who speaks: it begins like a noun phrase, and its head is a name, a kind of
// person, a body, an outlet or a document.
func (r *speechReader) plausible(p phrase) bool {
	if p.from < 0 || p.to > len(r.tokens) || p.from >= p.to {
		return false
	}
	first := r.tokens[p.from]
	switch first.lower {
	case "let", "everything", "something", "anything", "nothing", "what", "that", "there", "here", "yes", "no", "let's":
		return p.to-p.from > 1 && (first.lower == "that" || first.lower == "no")
	}
	c := first.lower[0]
	if c >= '0' && c <= '9' {
		return p.to-p.from > 1 && r.kind(p.from+1) == tokenWord && !cuePrepositions[r.tokens[p.from+1].lower]
	}
	if !first.capital && !cueDeterminers[first.lower] {
		if strings.HasSuffix(first.lower, "ed") && first.lower != "retired" && first.lower != "unnamed" && first.lower != "disgraced" && first.lower != "armed" || cuePrepositions[first.lower] || first.lower == "there" || first.lower == "s" || cueAuxiliaries[first.lower] {
			return false
		}
	}
	capital := false
	for k := p.from; k < p.to; k++ {
		t := r.tokens[k]
		if t.kind == '(' {
			break
		}
		if t.kind != tokenWord {
			continue
		}
		if cuePrepositions[t.lower] && k > p.from {
			// "a number of readers": what is counted speaks.
			if t.lower == "of" && castQuantities[r.tokens[k-1].lower] {
				continue
			}
			break
		}
		if t.quoted || agent(t.lower) && !t.possessive || strings.HasPrefix(t.lower, "old") && k > p.from && r.tokens[k-1].joined {
			return true
		}
		capital = t.capital && !(k == 0 && cueDeterminers[t.lower]) && (!t.possessive || k == p.to-1)
	}
	return capital // the head is a name
}

// agent says whether a common noun names someone or something that can say a thing.
func agent(head string) bool {
	switch {
	case castNobodyWords[head], castBodyWords[head], castOutletWords[head], castDocumentWords[head], castTitleWords[head], castPluralPronouns[head], castManWords[head], castWomanWords[head], castAgents[head]:
		return true
	case strings.HasSuffix(head, "s") && !strings.HasSuffix(head, "ss") && len(head) > 3:
		return true
	}
	for _, tail := range []string{"er", "or", "ist", "ian", "ant", "ent", "man", "men", "woman", "women", "eer", "ee", "crat", "chief", "child", "mogul", "ive"} {
		if strings.HasSuffix(head, tail) && len(head) > len(tail)+2 {
			return !castThings[head]
		}
	}
	return false
}

// properName says whether text is two to four words that all begin with a capital.
func (r *speechReader) properName(text string) bool {
	words := strings.Fields(text)
	for _, w := range words {
		if w[0] < 'A' || w[0] > 'Z' || castTitleWords[strings.ToLower(w)] {
			return false
		}
	}
	return len(words) >= 2 && len(words) <= 4 && prose.KindOf(text) == ""
}

// resolve finds whom a pronoun stands for.
func (c *cast) resolve(pronoun string, r *speechReader, at int) (member, bool) {
	fits := func(m member) bool {
		switch pronoun {
		case "he":
			return m.kind == SpeakerPerson && !m.plural && m.sex != 'f' || m.kind == SpeakerAnonymous && !m.plural && m.sex != 'f'
		case "she":
			return m.kind == SpeakerPerson && !m.plural && m.sex != 'm' || m.kind == SpeakerAnonymous && !m.plural && m.sex != 'm'
		case "it":
			return m.kind == SpeakerInstitution || m.kind == SpeakerOutlet
		case "they":
			return m.plural || m.kind == SpeakerInstitution
		}
		return false
	}
	// "Rebane resigned because he opposed the loan": the one person of the sentence before the pronoun.
	if pronoun == "he" || pronoun == "she" {
		var only member
		people := 0
		c.people(r, min(at, len(r.tokens)), func(m member) {
			if m.kind == SpeakerPerson && fits(m) && m.name != only.name {
				only = m
				people++
			}
		})
		if people == 1 {
			return only, true
		}
	}
	for _, wantSpoke := range []bool{true, false} {
		for i := len(c.recent) - 1; i >= 0 && i >= len(c.recent)-12; i-- {
			if m := c.recent[i]; m.spoke == wantSpoke && fits(m) {
				return m, true
			}
		}
	}
	return member{}, false
}

// meet remembers who a sentence spoke of, those who spoke last.
func (c *cast) meet(r *speechReader, said []speech) {
	c.people(r, len(r.tokens), func(m member) { c.remember(m, false) })
	for _, s := range said {
		if s.who.pronoun != "" && s.speaker.Name != "" {
			for i, m := range c.recent {
				if m.name == s.speaker.Name {
					c.remember(c.recent[i], true)
					break
				}
			}
			continue
		}
		if s.speaker.Name == "" || s.who.from >= len(r.tokens) {
			continue
		}
		m := member{name: s.speaker.Name, full: s.speaker.Full, kind: s.speaker.Kind, sex: c.sexOf(s.speaker.Full + " " + s.speaker.Name), head: s.who.head}
		m.plural = castPluralPronouns[strings.ToLower(s.speaker.Name)] || m.kind == SpeakerAnonymous && strings.HasSuffix(m.head, "s") || strings.Contains(s.speaker.Name, " and ")
		c.remember(m, true)
	}
}

// people tells of whom the tokens before end name.
func (c *cast) people(r *speechReader, end int, tell func(m member)) {
	for k := 0; k < end; k++ {
		t := r.tokens[k]
		if t.kind != tokenWord || !t.capital || t.quoted || k == 0 && !c.named[t.lower] || castTitleWords[t.lower] {
			continue
		}
		e := k
		for e < end && r.kind(e) == tokenWord && r.tokens[e].capital && !r.tokens[e].quoted && (e == k || r.tokens[e].start-r.tokens[e-1].end <= 1) {
			e++
			if r.tokens[e-1].possessive {
				break
			}
		}
		if p, ok := r.build(k, e, -1); ok && p.pronoun == "" && !cueTimeWords[t.lower] {
			tell(c.memberOf(p, r))
		}
		k = max(k, e-1)
	}
}

func (c *cast) memberOf(p phrase, r *speechReader) member {
	name := strings.TrimSuffix(strings.TrimSuffix(p.text, "’s"), "'s")
	p.text = name
	m := member{name: name, kind: c.kindOf(p), sex: c.sexOf(name), head: p.head}
	if long := c.long[p.head]; m.kind == SpeakerPerson && long != "" && long != name {
		m.full = long
		if m.sex == 0 {
			m.sex = c.sexOf(long)
		}
	}
	// "Mr. Smith", "Mrs. Smith": the title stands before the name.
	if p.from > 0 {
		for k := p.from - 1; k >= 0 && k >= p.from-2; k-- {
			if castManWords[r.tokens[k].lower] {
				m.sex = 'm'
			} else if castWomanWords[r.tokens[k].lower] {
				m.sex = 'f'
			}
		}
	}
	return m
}

func (c *cast) remember(m member, spoke bool) {
	for i, old := range c.recent {
		if old.name == m.name || old.head == m.head && old.kind == m.kind && m.kind == SpeakerPerson {
			if m.sex == 0 {
				m.sex = old.sex
			}
			if len(old.name) > len(m.name) && old.head == m.head && m.kind == SpeakerPerson {
				m.name, m.full = old.name, old.full
			}
			spoke = spoke || old.spoke && i >= len(c.recent)-6
			c.recent = slices.Delete(c.recent, i, i+1)
			break
		}
	}
	m.spoke = spoke
	c.recent = append(c.recent, m)
	if len(c.recent) > 40 {
		c.recent = slices.Delete(c.recent, 0, len(c.recent)-40)
	}
}

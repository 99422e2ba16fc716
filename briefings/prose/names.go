package prose

import (
	"strings"
	"unicode"
)

// Kind is what a name is the name of.
type Kind string

// The kinds of a name.
const (
	Person      Kind = "person"
	Place       Kind = "place" // a town, state, region, sea …
	Nation      Kind = "country"
	Demonym     Kind = "demonym" // "Russian", "North Koreans"
	Institution Kind = "institution"
	Company     Kind = "company"
	Outlet      Kind = "outlet"
	Team        Kind = "team"
	Office      Kind = "office" // a title without a name: "Prime Minister"
	Event       Kind = "event"  // a war, a cup, a summit, a holiday
	OtherName   Kind = "other"
)

// Name is a proper name in a text. Months and weekdays are none.
type Name struct {
	Text       string // without a title and without "the"
	Start, End int
	Kind       Kind
	Title      string // what stands before a person's name: "President"
	// Sort is the table that knows the name ("state", "city", "disease" …); empty for one that no table knows.
	Sort string
}

var (
	titleWords = set(`president vice-president vice prime minister premier chancellor king queen prince princess emperor pope cardinal bishop
archbishop rabbi imam ayatollah sheikh sultan emir crown senator sen representative rep congressman congresswoman governor gov mayor judge justice
general gen colonel col major maj captain capt lieutenant lt sergeant sgt admiral commander secretary deputy attorney ambassador
director chairman chairwoman chair chief executive ceo cfo coach manager professor prof doctor dr mr mrs ms miss sir dame lord lady
spokesman spokeswoman spokesperson foreign defense defence finance interior former leader speaker detective officer sheriff
commissioner inspector actor actress singer rapper author analyst reporter correspondent editor first supreme comrade rev reverend saint st
democrat republican whip minority majority house`)
	titleHeads = set(`president minister premier chancellor king queen prince princess emperor pope cardinal bishop archbishop rabbi imam ayatollah
sheikh sultan emir senator sen representative rep congressman congresswoman governor gov mayor judge justice general gen colonel col major maj captain capt
lieutenant lt sergeant sgt admiral commander secretary ambassador director chairman chairwoman chair executive ceo cfo coach manager
professor prof doctor dr mr mrs ms miss sir dame lord lady spokesman spokeswoman spokesperson leader speaker detective officer sheriff
commissioner inspector rev reverend comrade actor actress singer rapper author analyst reporter correspondent editor`)
	institutionWords = set(`ministry ministries department agency administration office bureau commission committee council court parliament
congress senate assembly party union organization organisation association federation foundation institute university college school
academy bank fund police army navy force forces guard corps service services authority board society church hospital league group
center centre coalition alliance movement campaign project observatory laboratory cabinet tribunal embassy registry trust
museum library club company corporation conference embassy directorate secretariat survey fire district command`)
	companyWords = set(`inc corp corporation ltd llc plc co company airlines airways motors holdings industries technologies studios entertainment
pharmaceuticals bank records pictures energy electric foods brands stores systems group partners capital media networks labs`)
	outletWords = set(`times post news journal herald tribune gazette magazine press daily weekly chronicle telegraph observer radio
television tv broadcaster newspaper review globe bulletin courier examiner sentinel`)
	placeWords = set(`city county street avenue road island islands river lake mountain mountains mount valley bay beach park square
airport bridge province state district region coast desert forest village town peninsula sea ocean gulf strait canyon falls palace castle
tower stadium arena hotel border harbor harbour port station cape point creek hill hills springs heights fort base`)
	eventWords = set(`war cup bowl olympics games championship championships festival summit awards award prize conference election revolution
hurricane storm typhoon cyclone earthquake act treaty agreement accord day anniversary tour championship marathon derby series operation battle`)
	joiners  = set(`of de da du del della di la le van von der den bin bint ibn al el and for the on`)
	notNames = set(`i ok okay yes no mr mrs ms dr sign up read more click here breaking exclusive opinion analysis video photo watch
related advertisement live updates share subscribe newsletter`)
)

// longestName is how many words a run of capitalised words may have before it is cut: a longer one is a list or a headline.
const longestName = 16

// Names returns the proper names in text, in order, none inside another.
func Names(text string) []Name {
	toks := Tokens(text)
	return NamesIn(text, toks)
}

// NamesIn is Names for a text whose tokens are there already.
func NamesIn(text string, toks []Token) []Name {
	lowerSeen := map[string]bool{}
	midSeen := map[string]bool{}
	for i, t := range toks {
		if !t.IsUpper() {
			lowerSeen[t.Lower] = true
		} else if !startsSentence(text, toks, i) {
			midSeen[t.Lower] = true
		}
	}
	var out []Name
	for i := 0; i < len(toks); {
		if !nameToken(toks[i]) {
			i++
			continue
		}
		// The run of capitalised tokens.
		j := i + 1
		for j < len(toks) && j < i+longestName {
			if nameToken(toks[j]) && joins(text, toks[j-1], toks[j]) {
				j++
				continue
			}
			// "Kim Jong-un", "Abd al-Rahman": a short part after a hyphen, in a name of two words or more.
			if hyphenated(text, toks[j-1], toks[j]) && (j-i >= 2 || j+1 < len(toks) && nameToken(toks[j+1]) && joins(text, toks[j], toks[j+1])) {
				j++
				continue
			}
			// "Department of Justice", "Trinidad and Tobago" (only when a table knows it)
			k := j
			for k < len(toks) && k < j+2 && joiners[toks[k].Lower] && !toks[k].IsUpper() && joins(text, toks[k-1], toks[k]) {
				k++
			}
			if k > j && k < len(toks) && nameToken(toks[k]) && joins(text, toks[k-1], toks[k]) && joinable(text, toks, i, j, k) {
				j = k + 1
				continue
			}
			break
		}
		out = append(out, segment(text, toks, i, j, lowerSeen, midSeen)...)
		i = j
	}
	link(out)
	return out
}

// joinable says whether the lower-case words toks[j:k] may stand inside a name that began at i.
func joinable(text string, toks []Token, i, j, k int) bool {
	w := toks[j].Lower
	switch w {
	case "and", "on", "the":
		// Only where a table knows the whole.
		for a := i; a < j; a++ {
			for b := k + 1; b <= len(toks) && b <= k+3; b++ {
				if KindOf(text[toks[a].Start:toks[b-1].End]) != "" {
					return true
				}
			}
		}
		return false
	case "for":
		return institutionWords[toks[j-1].Lower] || toks[j-1].Lower == "centers"
	case "of":
		if titleHeads[toks[j-1].Lower] {
			return false
		}
		return !isTimeWord(toks[k].Lower)
	}
	return k == j+1 || w == "de" || w == "of"
}

// joins says whether b goes on with the name that a is part of.
func joins(text string, a, b Token) bool {
	switch gap := text[a.End:b.Start]; gap {
	case " ", "-", "\u00a0", " & ", "&", "'", "’", "‑":
		return true
	case ". ", ".":
		l := len([]rune(a.Text))
		return l == 1 || titleAbbreviations[a.Lower] || a.Lower == "jr" || a.Lower == "sr"
	case "":
		return true
	}
	return false
}

func nameToken(t Token) bool { return t.IsUpper() && t.Text != "A" && t.Text != "I" }

func hyphenated(text string, a, b Token) bool {
	return text[a.End:b.Start] == "-" && a.IsUpper() && len(b.Text) <= 4 && len(a.Text) <= 6 && !b.IsNumber() && !IsStop(b.Lower) && b.Lower != "made" && b.Lower != "led" && b.Lower != "era"
}

func startsSentence(text string, toks []Token, i int) bool {
	if i == 0 {
		return true
	}
	gap := text[toks[i-1].End:toks[i].Start]
	return strings.ContainsAny(gap, ".!?\n:;“\"”»«•…|") || strings.Contains(gap, "—") || strings.Contains(gap, " – ") || strings.Contains(gap, "‘")
}

func isTimeWord(lower string) bool {
	_, m := months[lower]
	_, w := weekdays[lower]
	return m || w || lower == "yesterday" || lower == "today" || lower == "tomorrow" || lower == "tonight"
}

// segment cuts the run toks[i:j] into names.
func segment(text string, toks []Token, i, j int, lowerSeen, midSeen map[string]bool) []Name {
	var out []Name
	// A sentence's first word is capitalised whatever it is.
	for i < j && startsSentence(text, toks, i) {
		t := toks[i]
		if t.AllCaps() && len(t.Text) > 1 && !IsStop(t.Lower) {
			break
		}
		single := i+1 == j
		known := KindOf(t.Text) != "" || IsGiven(t.Text) || titleHeads[t.Lower]
		switch {
		case IsStop(t.Lower) || notNames[t.Lower] || sentenceStarters[t.Text]:
			i++
			continue
		case known || midSeen[t.Lower]:
		case lowerSeen[t.Lower] && !midSeen[t.Lower]:
			i++
			continue
		case single && (strings.HasSuffix(t.Lower, "ly") || strings.HasSuffix(t.Lower, "ing") || strings.HasSuffix(t.Lower, "ed") || len(t.Lower) < 3):
			i++
			continue
		case !single && (strings.HasSuffix(t.Lower, "ly") || strings.HasSuffix(t.Lower, "ing")) && !IsGiven(t.Text):
			i++
			continue
		case single && commonOpeners[t.Lower]:
			i++
			continue
		}
		break
	}
	for i < j {
		t := toks[i]
		if IsStop(t.Lower) && !t.AllCaps() && KindOf(t.Text) == "" || joiners[t.Lower] && !t.IsUpper() || notNames[t.Lower] && !t.AllCaps() {
			i++
			continue
		}
		if (t.Text == "North" || t.Text == "South") && i+1 == j && i > 0 && toks[i-1].Lower == "the" && (midSeen["korea"] || midSeen["korean"]) {
			out = append(out, Name{Text: t.Text, Start: t.Start, End: t.End, Kind: Nation, Sort: "country"})
			i++
			continue
		}
		if isTimeWord(t.Lower) && !IsGiven(t.Text) && KindOf(text[t.Start:toks[min(i+1, j-1)].End]) != "holiday" && !(i+1 < j && eventWords[toks[i+1].Lower]) {
			i++
			continue
		}
		// To the next month or weekday.
		e := i + 1
		for e < j && !(isTimeWord(toks[e].Lower) && !IsGiven(toks[e].Text)) {
			e++
		}
		n, next := oneName(text, toks, i, e)
		if n.Text != "" {
			out = append(out, n)
		}
		i = next
	}
	return out
}

// commonOpeners are words that begin headlines and sentences and that are seldom names.
var commonOpeners = set(`police officials people scientists researchers experts critics analysts lawmakers voters residents authorities
protesters investigators prosecutors doctors workers students women men children sources state local federal international national
two three four five six seven eight nine ten hundreds thousands millions dozens several today yesterday tomorrow new top best world
photos image getty images good great big here's it's that's there's what's let's don't he's she's we're they're you're i'm
symbol group report reports data study studies research state-run south north east west former next first second third`)

// oneName returns the name that begins at i within toks[:e], and where the next may begin.
func oneName(text string, toks []Token, i, e int) (Name, int) {
	whole := func(a, b int) string { return text[toks[a].Start:toks[b-1].End] }
	// Longest entry of the tables.
	known, to := "", 0
	for b := min(e, i+6); b > i; b-- {
		if k := KindOf(whole(i, b)); k != "" && k != "month" && k != "weekday" && k != "animal" && k != "colour" && k != "sport" && k != "language" {
			if b == i+1 && e > i+1 && IsGiven(toks[i].Text) && k != "demonym" && k != "country" {
				break // "Austin Smith" is no town
			}
			known, to = k, b
			break
		}
	}
	last := toks[e-1].Lower
	if known != "" {
		// "Russian Defense Ministry", "American Airlines": the whole run when its last word says what it is.
		if to < e && (known == "demonym" || known == "country" || known == "city" || known == "state" || known == "religion" || known == "politics" || known == "capital" || known == "institution") && orgWord(last) && !hasTitle(toks, to, e) {
			return Name{Text: whole(i, e), Start: toks[i].Start, End: toks[e-1].End, Kind: orgKind(last)}, e
		}
		if to < e && placeWords[last] && (known == "city" || known == "state" || known == "country" || known == "company" || known == "capital") && e-i <= 4 {
			return Name{Text: whole(i, e), Start: toks[i].Start, End: toks[e-1].End, Kind: Place}, e
		}
		if to < e && eventWords[last] && e-i <= 5 {
			return Name{Text: whole(i, e), Start: toks[i].Start, End: toks[e-1].End, Kind: Event}, e
		}
		// "Orus Senate", "Google Maps": a maker and its product.
		for known == "company" && to < e && to < i+4 && !titleWords[toks[to].Lower] && !IsGiven(toks[to].Text) && !joiners[toks[to].Lower] && text[toks[to-1].End:toks[to].Start] == " " {
			if k := KindOf(toks[to].Text); k != "" && k != "institution" && k != "city" && k != "planet" && k != "weapon" {
				break
			}
			to++
		}
		return Name{Text: whole(i, to), Start: toks[i].Start, End: toks[to-1].End, Kind: tableKind(known), Sort: known}, to
	}
	// Titles before a person.
	p := i
	for p < e && titleWords[toks[p].Lower] && !(p+1 == e && p > i && !titleHeads[toks[p].Lower]) {
		p++
	}
	if p > i && hasTitle(toks, i, p) {
		if p == e {
			return Name{Text: whole(i, e), Start: toks[i].Start, End: toks[e-1].End, Kind: Office}, e
		}
		if !orgWord(last) || p+1 >= e {
			b := personEnd(toks, p, e)
			return Name{Text: whole(p, b), Start: toks[p].Start, End: toks[b-1].End, Kind: Person, Title: whole(i, p)}, b
		}
	}
	// Up to where a table knows the rest: "Kim Jong Un Russian …".
	b := e
	for k := i + 1; k < e; k++ {
		if kk := KindOf(toks[k].Text); (kk == "demonym" || kk == "outlet") && toks[k-1].End < toks[k].Start && k+1 < e {
			b = k
			break
		}
		if titleHeads[toks[k].Lower] && k+1 < e && !joiners[toks[k-1].Lower] && !titleWords[toks[k-1].Lower] {
			b = k
			break
		}
	}
	for b > i+1 && joiners[toks[b-1].Lower] && !toks[b-1].IsUpper() {
		b--
	}
	last = toks[b-1].Lower
	n := Name{Text: whole(i, b), Start: toks[i].Start, End: toks[b-1].End, Kind: OtherName}
	switch {
	case orgWord(last), containsOrg(toks[i:b]):
		n.Kind = orgKind(last)
	case placeWords[last], toks[i].Lower == "mount" || toks[i].Lower == "lake" || toks[i].Lower == "fort" || toks[i].Lower == "cape":
		n.Kind = Place
	case eventWords[last]:
		n.Kind = Event
	case b-i == 1 && toks[i].AllCaps() && len(toks[i].Text) <= 6:
		n.Kind = Institution
	case IsGiven(toks[i].Text) && b-i >= 2 && b-i <= 4:
		n.Kind = Person
	case b-i >= 2 && b-i <= 3 && alphabetic(toks[i:b]):
		n.Kind = Person
	}
	return n, b
}

func hasTitle(toks []Token, i, e int) bool {
	for ; i < e; i++ {
		if titleHeads[toks[i].Lower] {
			return true
		}
	}
	return false
}

func personEnd(toks []Token, p, e int) int {
	for k := p + 1; k < e; k++ {
		if kk := KindOf(toks[k].Text); kk == "demonym" || titleHeads[toks[k].Lower] && !IsGiven(toks[k].Text) {
			return k
		}
		if toks[k].Lower == "of" || toks[k].Lower == "for" {
			return k
		}
	}
	return e
}

func orgWord(lower string) bool {
	return institutionWords[lower] || companyWords[lower] || outletWords[lower]
}

func containsOrg(toks []Token) bool {
	for k, t := range toks {
		if institutionWords[t.Lower] && (k+1 < len(toks) && toks[k+1].Lower == "of" || k+1 < len(toks) && toks[k+1].Lower == "for") {
			return true
		}
	}
	return false
}

func orgKind(last string) Kind {
	switch {
	case outletWords[last]:
		return Outlet
	case companyWords[last] && !institutionWords[last]:
		return Company
	}
	return Institution
}

func tableKind(k string) Kind {
	switch k {
	case "country":
		return Nation
	case "demonym":
		return Demonym
	case "capital", "state", "city", "region", "continent", "ocean", "river", "lake", "mountain", "planet":
		return Place
	case "institution", "university", "party":
		return Institution
	case "company":
		return Company
	case "outlet":
		return Outlet
	case "team":
		return Team
	case "league", "holiday":
		return Event
	}
	return OtherName
}

func alphabetic(toks []Token) bool {
	for _, t := range toks {
		for _, r := range t.Text {
			if unicode.IsDigit(r) {
				return false
			}
		}
		if t.AllCaps() && len(t.Text) > 3 {
			return false
		}
	}
	return true
}

// link makes persons of single names that are part of a person's full name elsewhere in the text.
func link(names []Name) {
	last := map[string]bool{}
	for _, n := range names {
		if n.Kind != Person {
			continue
		}
		for _, part := range strings.FieldsFunc(n.Text, func(r rune) bool { return r == ' ' }) {
			last[Fold(part)] = true
		}
	}
	for i := range names {
		if names[i].Kind == OtherName && names[i].Sort == "" && last[Fold(names[i].Text)] {
			names[i].Kind = Person
		}
	}
}

// IsTitle says whether a lower-case word is the head of a title ("president", "spokesman").
func IsTitle(lower string) bool { return titleHeads[lower] }

// IsInstitutionWord says whether a lower-case word names a kind of institution, company or outlet ("ministry", "times").
func IsInstitutionWord(lower string) bool { return orgWord(lower) }

// Known returns the names in text that the tables know, whatever their capitals are: what people type.
func Known(text string) []Name {
	toks := Tokens(text)
	var out []Name
	for i := 0; i < len(toks); {
		best, to := "", i+1
		for b := min(len(toks), i+5); b > i; b-- {
			if b == i+1 && (IsStop(toks[i].Lower) && !toks[i].AllCaps() || len(toks[i].Lower) < 3 && !toks[i].AllCaps()) {
				continue
			}
			if k := KindOf(text[toks[i].Start:toks[b-1].End]); k != "" {
				best, to = k, b
				break
			}
		}
		if best != "" {
			out = append(out, Name{Text: text[toks[i].Start:toks[to-1].End], Start: toks[i].Start, End: toks[to-1].End, Kind: tableKind(best), Sort: best})
		}
		i = to
	}
	return out
}

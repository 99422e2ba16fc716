package briefings

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"attache/briefings/prose"
)

// Starter is a beat that comes with Attaché: a subject such as sanctions, or a region such as the Gulf. A channel follows it by
// its name or one of its other names.
type Starter struct {
	ID   string `json:"id"`
	Kind string `json:"kind"` // "subject" or "region"
	Name string `json:"name"`
	// Also are other names under which people ask for it.
	Also []string `json:"also,omitempty"`
	// Terms are words and phrases: an article that is about one of them is on the beat.
	Terms []string `json:"terms"`
	// Countries are ISO 3166 alpha-2: an article that is about one of them is on the beat as well.
	Countries []string `json:"countries,omitempty"`
	// Source says where a region's countries are taken from.
	Source string `json:"source,omitempty"`
}

//go:embed data/beats.json
var startersData []byte

// starterTable is the table of starters made ready for asking articles. The test of the table reads it, so that a mistake in
// the data never reaches a reader.
var starterTable = sync.OnceValue(func() (t struct {
	list   []Starter
	byName map[string]int
	// phrases are the terms by their first stem.
	phrases map[string][]starterPhrase
}) {
	t.byName, t.phrases = map[string]int{}, map[string][]starterPhrase{}
	if err := json.Unmarshal(startersData, &t.list); err != nil {
		panic(fmt.Sprintf("the embedded table of starter beats: %v", err))
	}
	for i, s := range t.list {
		for _, term := range s.Terms {
			if stems := strings.Fields(phraseKey(term)); len(stems) > 0 {
				t.phrases[stems[0]] = append(t.phrases[stems[0]], starterPhrase{stems[1:], i})
			}
		}
		for _, name := range append([]string{s.ID, s.Name}, s.Also...) {
			if _, taken := t.byName[starterKey(name)]; !taken {
				t.byName[starterKey(name)] = i
			}
		}
	}
	return t
})

type starterPhrase struct {
	rest    []string // the stems behind the first
	starter int
}

// startersOf says which starters an article is about by their terms, and which have one in the title, as bits by their place in
// the table. The rule is that of dossier.about. stems[:title] are the title's; those up to lead are in the first sentences.
func startersOf(stems []string, title, lead int) (about, inTitle uint64) {
	phrases := starterTable().phrases
	var once map[[2]int]bool
	for i, stem := range stems {
		for _, p := range phrases[stem] {
			if about&(1<<p.starter) != 0 && (i >= title || inTitle&(1<<p.starter) != 0) || len(p.rest) > len(stems)-i-1 || !slices.Equal(p.rest, stems[i+1:i+1+len(p.rest)]) {
				continue
			}
			end := i + 1 + len(p.rest)
			switch key := [2]int{p.starter, int(termID(stem + " " + strings.Join(p.rest, " ")))}; {
			case end <= title:
				inTitle |= 1 << p.starter
				about |= 1 << p.starter
			case end <= lead, once[key]:
				about |= 1 << p.starter
			default:
				if once == nil {
					once = map[[2]int]bool{}
				}
				once[key] = true
			}
		}
	}
	return about, inTitle
}

func starterKey(name string) string {
	return strings.TrimPrefix(strings.TrimSpace(nameKey(strings.ReplaceAll(name, "&", " and "))), "the ")
}

// Starters returns the beats that come with Attaché: subjects first, then regions.
func Starters() []Starter { return slices.Clone(starterTable().list) }

// StarterNamed returns the starter that people mean by a name, in any case: its id, its name or one of its other names.
func StarterNamed(name string) (Starter, bool) {
	t := starterTable()
	i, ok := t.byName[starterKey(name)]
	if !ok {
		return Starter{}, false
	}
	return t.list[i], true
}

// Reading says how an entry of Beat.Topics is understood.
type Reading struct {
	// Kind is "subject" or "region" (a starter), "country", "name" (a person or an organisation), "words", or "both" (several
	// readings, all of which must fit).
	Kind string
	// Name is the entry in words: a country's common name, a starter's name, else as it was written.
	Name string
	// Detail says what a starter holds, in a few words; empty otherwise.
	Detail string
}

// ReadTopic says how an entry of Beat.Topics is understood: "@Kim Yo-jong" is a name, "Iran" or "IR" a country, "sanctions"
// the starter of that name, "cyber + North Korea" both at once, and anything else, or anything in quotation marks, is words.
func ReadTopic(entry string) Reading {
	if parts := bothParts(entry); len(parts) > 1 {
		names := make([]string, len(parts))
		for i, p := range parts {
			names[i] = ReadTopic(p).Name
		}
		return Reading{Kind: "both", Name: strings.Join(names, " + ")}
	}
	entry = strings.TrimSpace(entry)
	if words, ok := inMarks(entry); ok {
		return Reading{Kind: "words", Name: "“" + words + "”"}
	}
	if name, ok := strings.CutPrefix(entry, "@"); ok && strings.TrimSpace(name) != "" {
		return Reading{Kind: "name", Name: strings.TrimSpace(name)}
	}
	if s, ok := StarterNamed(entry); ok {
		// What the name says already tells nothing.
		var terms []string
		name := strings.Fields(phraseKey(s.Name))
		for _, t := range s.Terms {
			if len(terms) < 3 && !slices.ContainsFunc(strings.Fields(phraseKey(t)), func(stem string) bool { return slices.Contains(name, stem) }) {
				terms = append(terms, t)
			}
		}
		return Reading{Kind: s.Kind, Name: s.Name, Detail: strings.Join(terms, ", ")}
	}
	if c, ok := namedCountry(entry); ok {
		return Reading{Kind: "country", Name: c.Name}
	}
	return Reading{Kind: "words", Name: entry}
}

// bothParts splits "cyber + North Korea".
func bothParts(entry string) []string {
	var out []string
	for p := range strings.SplitSeq(entry, " + ") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// inMarks takes quotation marks off words that are meant as they are written.
func inMarks(entry string) (string, bool) {
	for _, m := range [][2]string{{`"`, `"`}, {"“", "”"}, {"«", "»"}} {
		if inner, ok := strings.CutPrefix(entry, m[0]); ok {
			if inner, ok = strings.CutSuffix(inner, m[1]); ok && strings.TrimSpace(inner) != "" {
				return strings.TrimSpace(inner), true
			}
		}
	}
	return "", false
}

// namedCountry returns the country that an entry names, by a name, a demonym or its code in capitals. A seat of government is
// a town as well, and stays words.
func namedCountry(entry string) (prose.Country, bool) {
	if len(entry) == 2 && entry == strings.ToUpper(entry) {
		for _, c := range prose.Countries() {
			if c.Code == entry {
				return c, true
			}
		}
	}
	c, ok := prose.CountryOf(entry)
	if !ok {
		return prose.Country{}, false
	}
	key := strings.TrimPrefix(strings.Trim(nameKey(entry), " "), "the ")
	return c, slices.Contains(c.Names, key) || slices.Contains(c.Demonyms, key)
}

// CountryNames returns the common names of all countries that reports are searched for.
func CountryNames() []string {
	all := prose.Countries()
	out := make([]string, len(all))
	for i, c := range all {
		out[i] = c.Name
	}
	return out
}

// languageNames are the languages that people may follow by name, by BCP 47 code.
var languageNames = [][2]string{
	{"en", "English"}, {"fr", "French"}, {"ko", "Korean"}, {"de", "German"}, {"es", "Spanish"}, {"pt", "Portuguese"}, {"it", "Italian"},
	{"nl", "Dutch"}, {"ru", "Russian"}, {"uk", "Ukrainian"}, {"pl", "Polish"}, {"cs", "Czech"}, {"sk", "Slovak"}, {"hu", "Hungarian"},
	{"ro", "Romanian"}, {"bg", "Bulgarian"}, {"sr", "Serbian"}, {"hr", "Croatian"}, {"el", "Greek"}, {"tr", "Turkish"}, {"ar", "Arabic"},
	{"he", "Hebrew"}, {"fa", "Persian"}, {"ur", "Urdu"}, {"hi", "Hindi"}, {"bn", "Bengali"}, {"id", "Indonesian"}, {"ms", "Malay"},
	{"vi", "Vietnamese"}, {"th", "Thai"}, {"zh", "Chinese"}, {"ja", "Japanese"}, {"sv", "Swedish"}, {"da", "Danish"}, {"no", "Norwegian"},
	{"fi", "Finnish"}, {"sw", "Swahili"},
}

// LanguageCode returns the code of a language that is written as its code or its English name.
func LanguageCode(name string) (string, bool) {
	name = strings.TrimSpace(name)
	for _, l := range languageNames {
		if strings.EqualFold(name, l[0]) || strings.EqualFold(name, l[1]) {
			return l[0], true
		}
	}
	return "", false
}

// LanguageNames returns the English names of the languages that LanguageCode knows.
func LanguageNames() []string {
	out := make([]string, len(languageNames))
	for i, l := range languageNames {
		out[i] = l[1]
	}
	return out
}

// LanguageName returns the English name of a language by its code, or the code.
func LanguageName(code string) string {
	for _, l := range languageNames {
		if sameLanguage(l[0], code) {
			return l[1]
		}
	}
	return code
}

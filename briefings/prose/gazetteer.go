package prose

import (
	_ "embed"
	"strings"
	"sync"
)

// countriesTable has one country a line: ISO 3166 alpha-2, names (the first is the common one), demonyms, capitals and seats
// of government by which its government is called.
//
//go:embed countries.txt
var countriesTable string

// namesTable has one kind a line: the kind, a colon, and its entries separated by commas.
//
//go:embed names.txt
var namesTable string

// Country is a state and how news names it.
type Country struct {
	Code     string   // ISO 3166 alpha-2
	Name     string   // the common name
	Names    []string // all names, lower case
	Demonyms []string // lower case
	Seats    []string // capitals and houses by which its government is called, lower case
}

type gazetteer struct {
	countries []Country
	byName    map[string]int    // folded name, demonym or seat → index in countries
	capital   map[string]bool   // folded seats that are towns
	kinds     map[string]string // folded entry → kind of the table
	first     map[string]bool   // given names
	longest   int               // tokens of the longest entry
}

var gaz = sync.OnceValue(func() *gazetteer {
	g := &gazetteer{byName: map[string]int{}, capital: map[string]bool{}, kinds: map[string]string{}, first: map[string]bool{}, longest: 5}
	split := func(s string) []string {
		var out []string
		for _, f := range strings.Split(s, ",") {
			if f = strings.TrimSpace(f); f != "" {
				out = append(out, f)
			}
		}
		return out
	}
	lower := func(in []string) []string {
		out := make([]string, len(in))
		for i, s := range in {
			out[i] = key(s)
		}
		return out
	}
	for _, line := range strings.Split(countriesTable, "\n") {
		f := strings.Split(line, "|")
		if len(f) < 4 {
			continue
		}
		names := split(f[1])
		c := Country{Code: f[0], Name: names[0], Names: lower(names), Demonyms: lower(split(f[2])), Seats: lower(split(f[3]))}
		i := len(g.countries)
		g.countries = append(g.countries, c)
		for _, list := range [][]string{c.Names, c.Demonyms, c.Seats} {
			for _, n := range list {
				if _, taken := g.byName[n]; !taken {
					g.byName[n] = i
				}
			}
		}
		for _, s := range c.Seats {
			g.capital[s] = true
		}
	}
	for _, line := range strings.Split(namesTable, "\n") {
		kind, list, ok := strings.Cut(line, ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		for _, n := range split(list) {
			k := key(n)
			if kind == "given" {
				g.first[k] = true
				continue
			}
			if _, taken := g.kinds[k]; !taken {
				g.kinds[k] = kind
			}
		}
	}
	return g
})

// key is how the tables are looked up: folded tokens with single spaces.
func key(s string) string {
	toks := Tokens(s)
	parts := make([]string, len(toks))
	for i, t := range toks {
		parts[i] = t.Lower
	}
	return strings.Join(parts, " ")
}

// CountryOf returns the country that a name, demonym or seat of government stands for ("Moscow", "the Kremlin", "Russian").
func CountryOf(name string) (Country, bool) {
	g := gaz()
	k := strings.TrimPrefix(key(name), "the ")
	i, ok := g.byName[k]
	if !ok {
		return Country{}, false
	}
	return g.countries[i], true
}

// Countries returns the table of countries.
func Countries() []Country { return gaz().countries }

// KindOf returns what the tables know a name as ("state", "city", "company", "outlet", "team", …), or "".
func KindOf(name string) string {
	g := gaz()
	k := strings.TrimPrefix(key(name), "the ")
	if kind := g.kinds[k]; kind != "" {
		return kind
	}
	if i, ok := g.byName[k]; ok {
		c := g.countries[i]
		for _, d := range c.Demonyms {
			if d == k {
				return "demonym"
			}
		}
		for _, s := range c.Seats {
			if s == k {
				return "capital"
			}
		}
		return "country"
	}
	return ""
}

// IsGiven says whether a word is a known given name.
func IsGiven(word string) bool { return gaz().first[Fold(word)] }

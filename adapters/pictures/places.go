package pictures

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"attache/briefings"
	"attache/briefings/prose"
)

// placesTable and countriesTable say where places are: see ATLAS.md.
//
//go:embed places.txt
var placesTable string

//go:embed countries.txt
var countriesTable string

// namesTable says what places are called in other languages: see ATLAS.md.
//
//go:embed names.txt
var namesTable string

// namesIn are the languages of namesTable, in its order.
var namesIn = []string{"fr", "ko"}

// Place is a place on a map.
type Place struct {
	Name string
	Kind PlaceKind
	// Country is the ISO 3166 code; empty for waters and for what is disputed.
	Country  string
	Lat, Lon float64
	Size     float64  // of a country: the side of a square of its area, in km
	Items    []int    // the numbers of the items that name it, from 1, ascending
	names    []string // in the languages of namesIn; nil where they are not known
}

// In is what the place is called in a language ("fr"), and Name where that is not known.
func (p Place) In(language string) string {
	if i := slices.Index(namesIn, language); i >= 0 && i < len(p.names) && p.names[i] != "" {
		return p.names[i]
	}
	return p.Name
}

// PlaceKind is what a place is.
type PlaceKind string

// The kinds of a place.
const (
	City    PlaceKind = "city"
	Region  PlaceKind = "region"
	Water   PlaceKind = "water" // a strait, a canal, a sea
	Country PlaceKind = "country"
)

// gazetteer finds places by name.
type gazetteer struct {
	places []Place
	byName map[string]int // folded name → index in places
	byCode map[string]int // ISO code → the country's index in places
}

func newGazetteer() (*gazetteer, error) {
	g := &gazetteer{byName: map[string]int{}, byCode: map[string]int{}}
	called := map[string][]string{}
	for n, line := range strings.Split(strings.TrimSpace(namesTable), "\n") {
		if line[0] == '#' {
			continue
		}
		f := strings.Split(line, "|")
		if len(f) != 1+len(namesIn) {
			return nil, fmt.Errorf("names.txt, line %d: %d fields", n+1, len(f))
		}
		called[f[0]] = f[1:]
	}
	for n, line := range strings.Split(placesTable, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "|")
		if len(f) != 6 {
			return nil, fmt.Errorf("places.txt, line %d: %d fields", n+1, len(f))
		}
		lat, errLat := strconv.ParseFloat(f[3], 64)
		lon, errLon := strconv.ParseFloat(f[4], 64)
		if errLat != nil || errLon != nil {
			return nil, fmt.Errorf("places.txt, line %d: not a coordinate", n+1)
		}
		g.add(Place{Name: f[0], Kind: PlaceKind(f[1]), Country: f[2], Lat: lat, Lon: lon, names: called[f[0]]}, append(strings.Split(f[5], ","), f[0]))
	}
	names := map[string]prose.Country{}
	for _, c := range prose.Countries() {
		names[c.Code] = c
	}
	for n, line := range strings.Split(strings.TrimSpace(countriesTable), "\n") {
		f := strings.Split(line, "|")
		if len(f) != 4 {
			return nil, fmt.Errorf("countries.txt, line %d: %d fields", n+1, len(f))
		}
		c, ok := names[f[0]]
		if !ok {
			continue // a territory that news rarely names
		}
		var v [3]float64
		for i := range v {
			var err error
			if v[i], err = strconv.ParseFloat(f[i+1], 64); err != nil {
				return nil, fmt.Errorf("countries.txt, line %d: %w", n+1, err)
			}
		}
		g.byCode[c.Code] = len(g.places)
		g.add(Place{Name: c.Name, Kind: Country, Country: c.Code, Lat: v[0], Lon: v[1], Size: v[2]}, c.Names)
	}
	return g, nil
}

// add takes the place in under its names; a name that is taken stays with the first.
func (g *gazetteer) add(p Place, names []string) {
	i := len(g.places)
	g.places = append(g.places, p)
	for _, n := range names {
		if k := fold(n); k != "" {
			if _, taken := g.byName[k]; !taken {
				g.byName[k] = i
			}
		}
	}
}

// fold is how names are compared: folded words with single blanks, without "the".
func fold(s string) string { return strings.TrimPrefix(joined(prose.Tokens(s)), "the ") }

func joined(toks []prose.Token) string {
	words := make([]string, len(toks))
	for i, t := range toks {
		words[i] = prose.Fold(t.Lower)
	}
	return strings.Join(words, " ")
}

// in returns the indices of the places that text names, in order, each once. The longest name wins, and one that is a part of
// somebody's or something's name is no place: "Michael Jordan", "Washington Post".
func (g *gazetteer) in(text string) []int {
	toks := prose.Tokens(text)
	names := prose.NamesIn(text, toks)
	var out []int
	for at := 0; at < len(toks); at++ {
		if r, _ := utf8.DecodeRuneInString(toks[at].Text); !unicode.IsUpper(r) {
			continue
		}
		for n := min(longestName, len(toks)-at); n > 0; n-- {
			start, end := toks[at].Start, toks[at+n-1].End
			i, ok := g.byName[joined(toks[at:at+n])]
			if !ok || strings.ContainsAny(text[start:end], ",;:()\n") || partOfAName(names, start, end) {
				continue
			}
			if !slices.Contains(out, i) {
				out = append(out, i)
			}
			at += n - 1
			break
		}
	}
	return out
}

// peoples returns the indices of the countries whose people or things a headline speaks of: "Iranian navy".
func (g *gazetteer) peoples(headline string) []int {
	var out []int
	for _, n := range prose.Names(headline) {
		if n.Kind != prose.Demonym {
			continue
		}
		if c, ok := prose.CountryOf(n.Text); ok {
			if i, ok := g.byCode[c.Code]; ok && !slices.Contains(out, i) {
				out = append(out, i)
			}
		}
	}
	return out
}

// longestName is how many words a name in the tables has at the most.
const longestName = 6

// partOfAName says whether text[start:end] is a part of a longer name of a person, a company and the like, or a word beside
// one that no table knows ("Georgia Meloni").
func partOfAName(names []prose.Name, start, end int) bool {
	for _, n := range names {
		switch n.Kind {
		case prose.Person, prose.Company, prose.Outlet, prose.Team, prose.Event, prose.OtherName:
			if n.Start <= start && n.End > end || n.Start < start && n.End >= end || n.Kind == prose.OtherName && n.Start == end+1 {
				return true
			}
		}
	}
	return false
}

// mostOfItem and mostPlaces bound what a map shows; more could not be told apart.
const (
	mostOfItem = 3
	mostPlaces = 10
)

// placesOf are the places that the items of an edition name in what is shown of them, in the order of the items, and the
// countries that their headlines speak of. A country is left out where the same item names a place in it.
func (g *gazetteer) placesOf(e briefings.Edition) []Place {
	var order []int
	items := map[int][]int{}
	for n, item := range e.Items {
		var found []int
		for _, text := range shown(item) {
			for _, i := range g.in(text) {
				if !slices.Contains(found, i) {
					found = append(found, i)
				}
			}
		}
		for _, i := range g.peoples(item.Headline) {
			if !slices.Contains(found, i) {
				found = append(found, i)
			}
		}
		exact := map[string]bool{}
		for _, i := range found {
			if g.places[i].Kind != Country {
				exact[g.places[i].Country] = true
			}
		}
		kept := 0
		for _, i := range found {
			if p := g.places[i]; p.Kind == Country && exact[p.Country] || kept == mostOfItem {
				continue
			}
			kept++
			if !slices.Contains(order, i) {
				if len(order) == mostPlaces {
					continue
				}
				order = append(order, i)
			}
			items[i] = append(items[i], n+1)
		}
	}
	out := make([]Place, len(order))
	for n, i := range order {
		out[n] = g.places[i]
		out[n].Items = items[i]
	}
	return out
}

// shown is the text of an item that readers see in every form: its headline, then its claims.
func shown(item briefings.Item) []string {
	out := []string{item.Headline}
	for _, c := range item.Claims[:min(len(item.Claims), 2)] {
		out = append(out, c.Text)
	}
	for _, c := range item.Sides[:min(len(item.Sides), 4)] {
		out = append(out, c.Text)
	}
	for _, c := range item.Changes[:min(len(item.Changes), 2)] {
		out = append(out, c.New.Text, c.Old.Text)
	}
	return out
}

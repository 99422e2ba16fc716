package pictures

import (
	"bytes"
	"context"
	"errors"
	"image/color"
	"image/png"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"attache/briefings"
	"attache/briefings/briefingstest"
)

func desk(t testing.TB, theme Theme) *Desk {
	t.Helper()
	d, err := New(Config{Theme: theme})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func edition(headlines ...string) briefings.Edition {
	var e briefings.Edition
	for _, h := range headlines {
		e.Items = append(e.Items, briefings.Item{Headline: h})
	}
	return e
}

// The editions of the goldens: one sea with a place far off, one crowded corner, the whole world, the antimeridian.
var editions = map[string][]string{
	"strait":  {"Tankers wait in the Strait of Hormuz", "A ship was hit in the Bab el-Mandeb off Hodeidah", "Oman and Qatar mediate in Muscat", "Tehran denies; Washington warns"},
	"crowded": {"Aid reached Gaza City and Rafah", "Raids in Jenin and Nablus", "Israel and Egypt talk in Cairo", "Golan Heights shelled from Lebanon", "A court in Jerusalem rules"},
	"world":   {"Canberra signs with Tokyo", "Brasília and Buenos Aires agree", "Washington and London warn", "Nairobi hosts talks", "Beijing answers New Delhi"},
	"date":    {"Fiji and Tonga sign", "Samoa and Suva agree"},
}

// TestMapsLookAsTheyDid holds maps to a coarse drawing of each, so that another machine's rounding passes and a lost continent
// does not.
func TestMapsLookAsTheyDid(t *testing.T) {
	t.Parallel()
	for name, headlines := range editions {
		for _, theme := range []Theme{Light, Dark} {
			t.Run(name+"-"+string(theme), func(t *testing.T) {
				t.Parallel()
				m, err := desk(t, theme).Map(t.Context(), edition(headlines...), nil)
				if err != nil {
					t.Fatal(err)
				}
				briefingstest.Golden(t, "testdata/"+name+"-"+string(theme)+".txt", sketch(t, m.PNG))
			})
		}
	}
}

// sketch draws a picture in letters: a cell of 12 by 21 pixels each, in ten steps of brightness.
func sketch(t *testing.T, raw []byte) string {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for y := 0; y+21 <= img.Bounds().Dy(); y += 21 {
		for x := 0; x+12 <= img.Bounds().Dx(); x += 12 {
			sum := 0
			for j := range 21 {
				for i := range 12 {
					sum += int(color.GrayModel.Convert(img.At(x+i, y+j)).(color.Gray).Y)
				}
			}
			out.WriteByte(" .:-=+*%@#"[min(sum*10/(21*12*256), 9)])
		}
		out.WriteByte('\n')
	}
	return out.String()
}

func TestTheSameEditionGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	e := edition(editions["strait"]...)
	a, errA := desk(t, Light).Map(t.Context(), e, nil)
	b, errB := desk(t, Light).Map(t.Context(), e, nil)
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	if !bytes.Equal(a.PNG, b.PNG) {
		t.Error("two desks drew the same map differently")
	}
	config, err := png.DecodeConfig(bytes.NewReader(a.PNG))
	if err != nil || config.Width != 1200 || config.Height != 630 {
		t.Errorf("the map is %d × %d (%v)", config.Width, config.Height, err)
	}
	if len(a.PNG) > 150<<10 {
		t.Errorf("the map takes %d bytes", len(a.PNG))
	}
}

func TestADigestDoesNotWaitForAMap(t *testing.T) {
	t.Parallel()
	d, e := desk(t, Light), edition(editions["strait"]...)
	over, cancel := context.WithCancelCause(t.Context())
	late := errors.New("too late")
	cancel(late)
	if _, err := d.Map(over, e, nil); !errors.Is(err, late) {
		t.Errorf("drawing after the end of its time gives %v", err)
	}
	drawn, err := d.Map(t.Context(), e, nil)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := d.Map(over, e, nil)
	if err != nil || !bytes.Equal(kept.PNG, drawn.PNG) {
		t.Errorf("a kept map needs no time, and gives %v", err)
	}
	d.keep = 1
	if _, err := d.Map(t.Context(), edition("Oslo hears from Helsinki"), nil); err != nil {
		t.Fatal(err)
	}
	if len(d.kept) > 2 || len(d.kept) != len(d.order) {
		t.Errorf("%d pictures are kept in an order of %d", len(d.kept), len(d.order))
	}
}

func TestPlacesAreThoseThatTheItemsName(t *testing.T) {
	t.Parallel()
	type found struct {
		Name  string
		Items []int
	}
	claim := func(text string) []briefings.Claim { return []briefings.Claim{{Text: text}} }
	tests := []struct {
		name  string
		items []briefings.Item
		want  []found
	}{
		{"the longest name", []briefings.Item{{Headline: "Tankers wait in the Strait of Hormuz off Bandar Abbas"}},
			[]found{{"Strait of Hormuz", []int{1}}, {"Bandar Abbas", []int{1}}}},
		{"a place in several items", []briefings.Item{{Headline: "Seoul protests"}, {Headline: "Talks in Tokyo", Claims: claim("Officials in Seoul were told.")}},
			[]found{{"Seoul", []int{1, 2}}, {"Tokyo", []int{2}}}},
		{"no country beside its town", []briefings.Item{{Headline: "Japan answers from Tokyo, South Korea waits"}},
			[]found{{"Tokyo", []int{1}}, {"South Korea", []int{1}}}},
		{"a seat stands for its town", []briefings.Item{{Headline: "The Kremlin and the White House speak"}},
			[]found{{"Moscow", []int{1}}, {"Washington", []int{1}}}},
		{"names of people and papers are no places", []briefings.Item{{Headline: "Michael Jordan told the Washington Post about Georgia Meloni and Oslo"}},
			[]found{{"Oslo", []int{1}}}},
		{"a headline's peoples", []briefings.Item{{Headline: "Iranian navy watches", Claims: claim("French cheese was served in Muscat.")}},
			[]found{{"Muscat", []int{1}}, {"Iran", []int{1}}}},
		{"other spellings", []briefings.Item{{Headline: "Kiev, Odessa and Sana'a report"}},
			[]found{{"Kyiv", []int{1}}, {"Odesa", []int{1}}, {"Sanaa", []int{1}}}},
		{"three of an item", []briefings.Item{{Headline: "Oslo, Rome, Paris, Berlin and Madrid"}},
			[]found{{"Oslo", []int{1}}, {"Rome", []int{1}}, {"Paris", []int{1}}}},
		{"sides and changes", []briefings.Item{{Headline: "Counts differ", Sides: claim("Nine ships, says Doha."),
			Changes: []briefings.Change{{New: briefings.Claim{Text: "Ten, says Manama."}, Old: briefings.Claim{Text: "Eight, said Baghdad."}}}}},
			[]found{{"Doha", []int{1}}, {"Manama", []int{1}}, {"Baghdad", []int{1}}}},
		{"nothing", []briefings.Item{{Headline: "Markets rise on Tuesday"}}, nil},
	}
	g := desk(t, Light).places
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []found
			for _, p := range g.placesOf(briefings.Edition{Items: tt.items}) {
				got = append(got, found{p.Name, p.Items})
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("places (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOnePlaceAloneIsNoMap(t *testing.T) {
	t.Parallel()
	if _, err := desk(t, Light).Map(t.Context(), edition("A quiet day in Oslo"), nil); !errors.Is(err, ErrNothing) {
		t.Errorf("got %v", err)
	}
}

// TestTablesAreTrueToTheOutlines finds swapped signs and slips of the pen: towns lie on land or at its edge and near their
// country, waters do not.
func TestTablesAreTrueToTheOutlines(t *testing.T) {
	t.Parallel()
	d := desk(t, Light)
	for _, p := range d.places.places {
		on, far := ashore(d.land, degrees{p.Lat, p.Lon})
		switch {
		case p.Lat < -90 || p.Lat > 90 || p.Lon < -180 || p.Lon > 180:
			t.Errorf("%s lies at %v, %v", p.Name, p.Lat, p.Lon)
		case (p.Kind == City || p.Kind == Country) && !on && far > 60:
			t.Errorf("%s lies %.0f km off the coast", p.Name, far)
		case p.Kind == Water && on && far > 40 && !strings.Contains(p.Name, "Canal"):
			t.Errorf("%s lies %.0f km inland", p.Name, far)
		}
		if p.Kind != City && p.Kind != Region || p.Country == "" {
			continue
		}
		i, ok := d.places.byCode[p.Country]
		if !ok || d.places.places[i].Size < 100 { // islands, spread over an ocean
			continue
		}
		c := d.places.places[i]
		// The furthest town of a long country: Kaliningrad from the middle of Russia.
		if km := apart(p, c) * math.Pi * globeRadius; km > 2.2*c.Size+700 {
			t.Errorf("%s lies %.0f km from the middle of %s, which is %.0f km large", p.Name, km, c.Name, c.Size)
		}
	}
}

// ashore says whether a point lies on land and how far the nearest coast is, in kilometres; infinitely far beyond some 160.
func ashore(land []ring, p degrees) (on bool, far float64) {
	far = math.Inf(1)
	c := math.Cos(radians(p.lat))
	for _, r := range land {
		west, east, south, north := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
		for _, a := range r {
			west, east, south, north = min(west, a.lon), max(east, a.lon), min(south, a.lat), max(north, a.lat)
		}
		for turn := -360.0; turn <= 360; turn += 360 {
			x := p.lon + turn
			if x < west-1.5 || x > east+1.5 || p.lat < south-1.5 || p.lat > north+1.5 {
				continue
			}
			for i, a := range r {
				b := r[(i+1)%len(r)]
				if (a.lat > p.lat) != (b.lat > p.lat) && x < (b.lon-a.lon)*(p.lat-a.lat)/(b.lat-a.lat)+a.lon {
					on = !on
				}
				far = min(far, math.Hypot((a.lon-x)*c, a.lat-p.lat)*111.2)
			}
		}
	}
	return on, far
}

func TestEveryNameHasOnePlace(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, line := range strings.Split(placesTable, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "|")
		for _, n := range append(strings.Split(f[5], ","), f[0]) {
			k := fold(n)
			if k == "" {
				continue
			}
			if other, ok := seen[k]; ok && other != f[0] {
				t.Errorf("%q names both %s and %s", n, other, f[0])
			}
			seen[k] = f[0]
			if words := len(strings.Fields(k)); words > longestName {
				t.Errorf("%q has %d words", n, words)
			}
		}
	}
}

// TestCardsCoverNothing places cards for places anywhere: none leaves the picture or covers another, a pin or the foot.
func TestCardsCoverNothing(t *testing.T) {
	t.Parallel()
	d := desk(t, Light)
	rapid.Check(t, func(t *rapid.T) {
		centre := rapid.IntRange(0, len(d.places.places)-1).Draw(t, "centre")
		var cards []card
		var places []Place
		for range rapid.IntRange(2, mostPlaces).Draw(t, "n") {
			p := d.places.places[centre]
			p.Lat += rapid.Float64Range(-4, 4).Draw(t, "lat")
			p.Lon += rapid.Float64Range(-4, 4).Draw(t, "lon")
			places = append(places, p)
		}
		v := viewOf(places, mapWidth, mapHeight)
		for i, p := range places {
			k := card{place: i, pin: v.at(degrees{p.Lat, p.Lon}), w: rapid.Float64Range(100, 380).Draw(t, "w")}
			if !(box{0, 0, v.w, v.h}).has(box{x: k.pin.x, y: k.pin.y}) {
				t.Fatalf("%+v lies outside the picture: %+v", p, k.pin)
			}
			cards = append(cards, k)
		}
		foot := box{v.w - 350, v.h - 34, 350, 34}
		arrange(cards, v, []box{foot})
		for i, k := range cards {
			if !k.placed {
				continue
			}
			if !(box{0, 0, v.w, v.h}).has(k.at) || k.at.meets(foot) {
				t.Errorf("card %d lies at %+v", i, k.at)
			}
			for j, o := range cards {
				if j != i && o.placed && k.at.meets(o.at) {
					t.Errorf("cards %d and %d cover each other", i, j)
				}
				if k.at.meets(box{o.pin.x - 1, o.pin.y - 1, 2, 2}) {
					t.Errorf("card %d covers pin %d", i, j)
				}
			}
		}
	})
}

// TestNothingIsSmearedOverTheWorld looks for edges that run across the map, as those of Russia and Fiji do where a ring is
// not cut at the antimeridian.
func TestNothingIsSmearedOverTheWorld(t *testing.T) {
	t.Parallel()
	d := desk(t, Light)
	for _, lon := range []float64{11, 150, -150} {
		v := view{projection: equalEarth{lon: lon}, scale: 200, w: mapWidth, h: mapHeight, globe: true}
		for _, r := range d.land {
			for _, line := range v.rings(r) {
				for i, p := range line {
					if q := line[(i+1)%len(line)]; math.Hypot(q.x-p.x, q.y-p.y) > 40 {
						t.Fatalf("an edge of %.0f pixels at %+v on a map around %v", math.Hypot(q.x-p.x, q.y-p.y), p, lon)
					}
				}
			}
		}
	}
}

// TestMapsKeepAreas measures small cells: the same area on the globe is the same area on the map, wherever it lies.
func TestMapsKeepAreas(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]projection{"world": equalEarth{lon: 11}, "around": newAround(degrees{30, 50})} {
		for _, at := range []degrees{{0, 11}, {40, 60}, {-30, 30}, {65, 90}} {
			const step = 0.01
			a, b, c := p.forward(at), p.forward(degrees{at.lat + step, at.lon}), p.forward(degrees{at.lat, at.lon + step})
			area := math.Abs((b.x-a.x)*(c.y-a.y) - (b.y-a.y)*(c.x-a.x))
			want := radians(step) * radians(step) * math.Cos(radians(at.lat))
			if area/want < 0.995 || area/want > 1.005 {
				t.Errorf("%s: a cell at %+v has %.4f of its area", name, at, area/want)
			}
		}
	}
	a := newAround(degrees{30, 50})
	if back := a.inverse(a.forward(degrees{12, 77})); math.Abs(back.lat-12) > 1e-9 || math.Abs(back.lon-77) > 1e-9 {
		t.Errorf("there and back again: %+v", back)
	}
}

func TestTextCanBeRead(t *testing.T) {
	t.Parallel()
	for _, theme := range []Theme{Light, Dark} {
		p := theme.palette()
		for _, pair := range []struct {
			what string
			a, b color.RGBA
			want float64
		}{
			{"names", p.ink, p.card, 7}, {"numbers", p.onAccent, p.accent, 4.5}, {"credit", p.faint, p.card, 4.5},
			{"text of a timeline", p.ink, p.page, 7}, {"speakers of a timeline", p.accent, p.page, 4.5},
			{"pins on land", p.pin, p.land, 3}, {"pins on sea", p.pin, p.sea, 3},
		} {
			if got := contrast(pair.a, pair.b); got < pair.want {
				t.Errorf("%s, %s: contrast %.2f, want %v", theme, pair.what, got, pair.want)
			}
		}
	}
}

// contrast is WCAG's.
func contrast(a, b color.RGBA) float64 {
	light := func(c color.RGBA) float64 {
		part := func(v uint8) float64 {
			f := float64(v) / 255
			if f <= 0.04045 {
				return f / 12.92
			}
			return math.Pow((f+0.055)/1.055, 2.4)
		}
		return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
	}
	x, y := light(a), light(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func moments() []Moment {
	return []Moment{
		{"18 Feb 2024", "The harbour authority said · Gulf Wire", "Four ships are waiting at the eastern anchorage, the harbour authority said."},
		{"19 Feb 2024", "A foreign ministry spokesman denied · Daily Post", "The spokesman denied that any vessel had been detained and called the reports of a seizure an invention of hostile media."},
		{"20 Feb 2024", "Gulf Wire reported", "Nine ships are waiting, according to shipping data seen by the outlet."},
	}
}

func TestATimelineHasWholeSentences(t *testing.T) {
	t.Parallel()
	d := desk(t, Light)
	long := Moment{"21 Feb 2024", "Daily Post reported", strings.Repeat("A sentence that goes on and on without an end, ", 9) + "ends."}
	got, err := d.Timeline(t.Context(), "Ships are held at the strait", append(moments(), long))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(moments(), got.Moments); diff != "" {
		t.Errorf("in the picture (-want +got):\n%s", diff)
	}
	briefingstest.Golden(t, "testdata/timeline.txt", sketch(t, got.PNG))

	var many []Moment
	for range mostMoments + 3 {
		many = append(many, moments()...)
	}
	if got, err := d.Timeline(t.Context(), "Ships", many); err != nil || len(got.Moments) != mostMoments {
		t.Errorf("%d moments, %v", len(got.Moments), err)
	}
}

func TestATimelineThatCannotBeDrawnIsLeftOut(t *testing.T) {
	t.Parallel()
	d := desk(t, Dark)
	korean := append(moments(), Moment{"2024년 2월 21일", "통일부", "사치품이라고 밝혔다."})
	endless := []Moment{{"1 Jan", "A", strings.Repeat("x", 400)}, {"2 Jan", "B", "Short."}}
	for name, tt := range map[string]struct {
		title   string
		moments []Moment
		want    error
	}{
		"letters":       {"Ships", korean, ErrLetters},
		"title":         {"통일부", moments(), ErrLetters},
		"one moment":    {"Ships", moments()[:1], ErrNothing},
		"a long word":   {"Ships", endless, ErrNothing},
		"no room at it": {"Ships", []Moment{{"1 Jan", strings.Repeat("W", 90), "x"}, {"2 Jan", "B", "y"}}, ErrNothing},
	} {
		if _, err := d.Timeline(t.Context(), tt.title, tt.moments); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
}

func TestThemesAreKnown(t *testing.T) {
	t.Parallel()
	if _, err := New(Config{Theme: "sepia"}); err == nil {
		t.Error("an unknown theme is taken")
	}
}

// BenchmarkMap is a map of a crowded corner without the cache.
func BenchmarkMap(b *testing.B) {
	d := desk(b, Light)
	places := d.places.placesOf(edition(editions["crowded"]...))
	for b.Loop() {
		if _, err := d.chart(b.Context(), places); err != nil {
			b.Fatal(err)
		}
	}
}

func TestPlacesAreNamedInTheReadersLanguageAsFarAsTheFontsGo(t *testing.T) {
	t.Parallel()
	d := desk(t, Light)
	known := map[string]bool{}
	for _, p := range d.places.places {
		known[p.Name] = true
	}
	for line := range strings.Lines(namesTable) {
		if name, _, _ := strings.Cut(line, "|"); line[0] != '#' && !known[name] {
			t.Errorf("names.txt names %q, which is no place", name)
		}
	}
	e := edition("Tankers wait in the Strait of Hormuz", "Beijing hears from Oslo")
	in := func(language string) func(Place) string { return func(p Place) string { return p.In(language) } }
	english, err := d.Map(t.Context(), e, nil)
	if err != nil {
		t.Fatal(err)
	}
	french, err := d.Map(t.Context(), e, in("fr"))
	if err != nil {
		t.Fatal(err)
	}
	korean, err := d.Map(t.Context(), e, in("ko"))
	if err != nil {
		t.Fatal(err)
	}
	names := func(m Map) (list []string) {
		for _, p := range m.Places {
			list = append(list, p.Name)
		}
		return list
	}
	for _, row := range []struct {
		m    Map
		want []string
	}{{english, []string{"Strait of Hormuz", "Beijing", "Oslo"}}, {french, []string{"Détroit d’Ormuz", "Pékin", "Oslo"}}, {korean, []string{"호르무즈 해협", "베이징", "오슬로"}}} {
		if diff := cmp.Diff(row.want, names(row.m)); diff != "" {
			t.Errorf("places (-want +got):\n%s", diff)
		}
	}
	if bytes.Equal(english.PNG, french.PNG) {
		t.Error("a map for French readers is in English")
	}
	if !bytes.Equal(english.PNG, korean.PNG) {
		t.Error("a map for Korean readers has letters that the fonts don't have")
	}
}

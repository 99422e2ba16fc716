package pictures

import (
	"context"
	"image"
	"image/draw"
	"math"
	"slices"
	"strconv"
	"strings"
)

// The size of a map, in pixels: what chats and link previews show uncut.
const (
	mapWidth  = 1200
	mapHeight = 630
)

// Sizes of what stands on a map. A phone shows a third of them.
const (
	nameSize   = 29.0
	numberSize = 25.0
	creditSize = 17.0
	pinRadius  = 9.0
	cardHeight = 50.0
)

// credit stands in every map.
const credit = "Coasts: Natural Earth. No borders drawn."

// chart draws a map of places: land without borders, a pin for each place and a card with the numbers of its items and its
// name, where there is room for one.
func (d *Desk) chart(ctx context.Context, places []Place) ([]byte, error) {
	c := newCanvas(mapWidth, mapHeight, d.colour, d.pens)
	places, far := together(places)
	v := viewOf(places, mapWidth, mapHeight)
	if v.globe {
		c.fill(path{lines: [][]point{v.rim()}}, c.colour.sea)
	} else {
		draw.Draw(c.img, c.img.Bounds(), image.NewUniform(c.colour.sea), image.Point{}, draw.Src)
	}
	c.fill(v.grid(), c.colour.grid)

	land := path{}
	for i, r := range d.land {
		if i%64 == 0 && ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		for _, line := range v.rings(r) {
			if v.sees(line) {
				land.add(line...)
			}
		}
	}
	box := c.img.Bounds()
	if mask := c.mask(land, &box); mask != nil {
		draw.DrawMask(c.img, box, image.NewUniform(c.colour.shore), image.Point{}, spread(mask), box.Min, draw.Over)
		draw.DrawMask(c.img, box, image.NewUniform(c.colour.land), image.Point{}, mask, box.Min, draw.Over)
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	c.places(places, far, v)
	return c.png()
}

// together takes up to a third of the places off the map where the rest then needs no map of the whole world: a capital far
// away that comments is no reason to lose sight of a strait. They are named at the foot.
func together(places []Place) (near, far []Place) {
	near = slices.Clone(places)
	for viewOf(near, mapWidth, mapHeight).globe {
		if len(near) <= 3 || len(far)+1 > len(places)/3 {
			return places, nil
		}
		worst, most := 0, -1.0
		for i := range near {
			sum := 0.0
			for j := range near {
				sum += apart(near[i], near[j])
			}
			if sum > most {
				worst, most = i, sum
			}
		}
		far = append(far, near[worst])
		near = slices.Delete(near, worst, worst+1)
	}
	return near, far
}

// apart is how far two places are from each other, as a part of half the globe's way round.
func apart(a, b Place) float64 {
	cos := math.Sin(radians(a.Lat))*math.Sin(radians(b.Lat)) + math.Cos(radians(a.Lat))*math.Cos(radians(b.Lat))*math.Cos(radians(a.Lon-b.Lon))
	return math.Acos(max(-1, min(1, cos))) / math.Pi
}

// sees says whether a line can touch the window.
func (v view) sees(line []point) bool {
	west, east, north, south := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, q := range line {
		west, east, north, south = min(west, q.x), max(east, q.x), min(north, q.y), max(south, q.y)
	}
	return east > 0 && west < v.w && south > 0 && north < v.h
}

// rim is the edge of the globe.
func (v view) rim() []point {
	centre, span := v.reach()
	var line []point
	for lat := -90.0; lat <= 90; lat += 2 {
		line = append(line, v.plane(v.forward(degrees{lat, centre + span})))
	}
	for lat := 90.0; lat >= -90; lat -= 2 {
		line = append(line, v.plane(v.forward(degrees{lat, centre - span})))
	}
	return line
}

// grid is the lines of the globe, every so many degrees that a few can be seen.
func (v view) grid() path {
	centre, span := v.reach()
	step := 30.0
	if across := v.w / v.scale * 180 / math.Pi; across < 45 {
		step = 5
	} else if across < 120 {
		step = 15
	}
	var out path
	draw := func(line []point) {
		if v.sees(line) {
			out.stroke(1.4, line...)
		}
	}
	for lon := math.Ceil((centre-span)/step) * step; lon <= centre+span; lon += step {
		var line []point
		for lat := -90.0; lat <= 90; lat += 2 {
			line = append(line, v.plane(v.forward(degrees{lat, lon})))
		}
		draw(line)
	}
	for lat := -90 + step; lat < 90; lat += step {
		var line []point
		for lon := centre - span; lon <= centre+span; lon += 2 {
			line = append(line, v.plane(v.forward(degrees{lat, lon})))
		}
		draw(line)
	}
	return out
}

// spread widens a mask by one pixel to all sides: what is left of it under the land is the shore.
func spread(m *image.Alpha) *image.Alpha {
	b := m.Bounds()
	out := image.NewAlpha(b)
	across := image.NewAlpha(b)
	w, h := b.Dx(), b.Dy()
	for y := range h {
		row, to := m.Pix[y*m.Stride:][:w], across.Pix[y*across.Stride:][:w]
		for x := range w {
			to[x] = max(row[max(x-1, 0)], row[x], row[min(x+1, w-1)])
		}
	}
	for y := range h {
		up, at, down := across.Pix[max(y-1, 0)*across.Stride:], across.Pix[y*across.Stride:], across.Pix[min(y+1, h-1)*across.Stride:]
		to := out.Pix[y*out.Stride:]
		for x := range w {
			to[x] = max(up[x], at[x], down[x])
		}
	}
	return out
}

// card is a place's name with the numbers of its items, and where it may stand.
type card struct {
	place   int
	pin     point
	numbers string
	name    string
	chip    float64 // width of the part with the numbers
	w       float64
	at      box
	placed  bool
}

// places draws pins, and cards where they find room.
func (c *canvas) places(places, far []Place, v view) {
	name, number, small := c.pen(c.pens.medium, nameSize), c.pen(c.pens.bold, numberSize), c.pen(c.pens.regular, creditSize)
	creditWidth := small.width(credit)
	feet := []box{{v.w - creditWidth - 28, v.h - 34, creditWidth + 28, 34}}
	beyond := ""
	if len(far) > 0 {
		names := make([]string, len(far))
		for i, p := range far {
			names[i] = numbers(p) + " " + p.Name
		}
		// An arrow says it in every language: what the picture shows is said in the reader's beside it, in its words.
		beyond = "→ " + strings.Join(names, ";  ")
		feet = append(feet, box{0, v.h - 44, c.pen(c.pens.medium, 22).width(beyond) + 30, 44})
	}

	cards := make([]card, len(places))
	for i, p := range places {
		k := card{place: i, pin: v.at(degrees{p.Lat, p.Lon}), numbers: numbers(p), name: p.Name}
		k.chip = max(number.width(k.numbers)+26, 46)
		k.w = k.chip + name.width(k.name) + 28
		cards[i] = k
	}
	arrange(cards, v, feet)

	var lines, under, pins, inner path
	for _, k := range cards {
		if k.placed {
			end := k.at.nearest(k.pin)
			under.stroke(5.5, k.pin, end)
			lines.stroke(2.5, k.pin, end)
		}
	}
	c.fill(under, c.colour.land)
	c.fill(lines, c.colour.pin)
	for i, k := range cards {
		var halo path
		halo.disc(k.pin, pinRadius+2.5, false)
		c.fill(halo, c.colour.land)
		pins.disc(k.pin, pinRadius, false)
		if places[i].Kind == Country || places[i].Kind == Region {
			inner.disc(k.pin, pinRadius-3.5, false) // an area: an open ring
		}
	}
	c.fill(pins, c.colour.pin)
	c.fill(inner, c.colour.pinInner)
	for _, k := range cards {
		if k.placed {
			c.card(k, name, number)
		}
	}
	var plate path
	plate.rounded(box{feet[0].x + 6, feet[0].y + 2, feet[0].w, feet[0].h + 8}, 8)
	if beyond != "" {
		plate.rounded(box{-10, feet[1].y + 2, feet[1].w + 4, feet[1].h + 10}, 8)
	}
	c.fill(plate, c.colour.card)
	c.text(small, feet[0].x+18, v.h-11, credit, c.colour.faint)
	c.text(c.pen(c.pens.medium, 22), 14, v.h-13, beyond, c.colour.ink)
}

// numbers are the numbers of the items that name a place.
func numbers(p Place) string {
	out := make([]string, len(p.Items))
	for i, n := range p.Items {
		out[i] = strconv.Itoa(n)
	}
	return strings.Join(out, ", ")
}

func (c *canvas) card(k card, name, number pen) {
	var shadow, edge, face, chip path
	shadow.rounded(box{k.at.x - 1, k.at.y + 2, k.at.w + 2, k.at.h + 1}, 12)
	c.fill(shadow, fade(c.colour.edge, 70))
	edge.rounded(k.at, 11)
	c.fill(edge, c.colour.edge)
	face.rounded(k.at.grown(-1.5), 9.5)
	c.fill(face, c.colour.card)
	inset := k.at.grown(-6)
	inset.w = k.chip - 8
	chip.rounded(inset, 7)
	c.fill(chip, c.colour.accent)
	base := k.at.y + k.at.h/2
	c.text(number, inset.x+(inset.w-number.width(k.numbers))/2, base+numberSize*0.36, k.numbers, c.colour.onAccent)
	c.text(name, k.at.x+k.chip+12, base+nameSize*0.34, k.name, c.colour.ink)
}

// arrange finds each card a place near its pin where it covers no other card, pin or line. It tries a few orders and takes the
// one that places most cards nearest; a card without a place stays away, and the words beside the picture have it.
func arrange(cards []card, v view, feet []box) {
	orders := make([][]int, 0, 6)
	by := func(less func(a, b card) float64) {
		order := make([]int, len(cards))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int {
			switch d := less(cards[a], cards[b]); {
			case d < 0:
				return -1
			case d > 0:
				return 1
			}
			return 0
		})
		orders = append(orders, order)
	}
	crowd := func(k card) (n float64) {
		for _, o := range cards {
			n += 1 / (40 + math.Hypot(o.pin.x-k.pin.x, o.pin.y-k.pin.y))
		}
		return n
	}
	by(func(a, b card) float64 { return crowd(b) - crowd(a) })
	by(func(a, b card) float64 { return float64(a.place - b.place) })
	by(func(a, b card) float64 { return a.pin.x - b.pin.x })
	by(func(a, b card) float64 { return b.pin.x - a.pin.x })
	by(func(a, b card) float64 { return a.pin.y - b.pin.y })
	by(func(a, b card) float64 { return b.pin.y - a.pin.y })

	best := math.Inf(1)
	var kept []card
	for _, order := range orders {
		try := slices.Clone(cards)
		cost := 0.0
		for _, i := range order {
			cost += settle(try, i, v, feet)
		}
		if cost < best-1e-9 {
			best, kept = cost, try
		}
	}
	copy(cards, kept)
}

// settle places card i among those that are placed and returns what that costs.
func settle(cards []card, i int, v view, feet []box) float64 {
	const missing = 1e5
	k := &cards[i]
	window := box{0, 0, v.w, v.h}.grown(-14)
	best := math.Inf(1)
	for _, far := range []float64{15, 32, 55, 85, 120, 160} {
		for turn := range 16 {
			sin, cos := math.Sincos(2 * math.Pi * float64(turn) / 16)
			// The card's nearest side or corner lies at this distance from the pin, in this direction.
			at := box{x: k.pin.x + far*cos - k.w/2 + cos*k.w/2, y: k.pin.y + far*sin - cardHeight/2 + sin*cardHeight/2, w: k.w, h: cardHeight}
			if !window.has(at) || slices.ContainsFunc(feet, at.meets) || at.grown(4).meets(box{k.pin.x - pinRadius, k.pin.y - pinRadius, 2 * pinRadius, 2 * pinRadius}) {
				continue
			}
			end := at.nearest(k.pin)
			cost := math.Hypot(end.x-k.pin.x, end.y-k.pin.y) + 3*(1-cos) + 4*math.Abs(sin)
			free := true
			for j, o := range cards {
				if j == i {
					continue
				}
				spot := box{o.pin.x - pinRadius, o.pin.y - pinRadius, 2 * pinRadius, 2 * pinRadius}
				if at.grown(5).meets(spot) || crosses(k.pin, end, spot.grown(2)) {
					free = false
					break
				}
				if o.placed {
					if at.grown(6).meets(o.at) || crosses(k.pin, end, o.at.grown(3)) || crosses(o.pin, o.at.nearest(o.pin), at.grown(3)) || cut(k.pin, end, o.pin, o.at.nearest(o.pin)) {
						free = false
						break
					}
				}
			}
			if free && cost < best {
				best = cost
				k.at, k.placed = at, true
			}
		}
	}
	if !k.placed {
		return missing
	}
	return best
}

// crosses says whether a line touches a box.
func crosses(a, b point, in box) bool {
	steps := int(math.Hypot(b.x-a.x, b.y-a.y)/4) + 1
	for i := range steps + 1 {
		t := float64(i) / float64(steps)
		if x, y := a.x+(b.x-a.x)*t, a.y+(b.y-a.y)*t; x > in.x && x < in.x+in.w && y > in.y && y < in.y+in.h {
			return true
		}
	}
	return false
}

// cut says whether two lines cross.
func cut(a, b, c, d point) bool {
	side := func(p, q, r point) float64 { return (q.x-p.x)*(r.y-p.y) - (q.y-p.y)*(r.x-p.x) }
	return side(a, b, c)*side(a, b, d) < 0 && side(c, d, a)*side(c, d, b) < 0
}

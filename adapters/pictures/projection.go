package pictures

import "math"

// point is a place on the canvas, in pixels.
type point struct{ x, y float64 }

// projection lays the globe out flat, on a plane whose unit is the globe's radius. Both of ours keep areas: what looks twice
// as large is.
type projection interface {
	// forward is where a point lies, with y growing to the south.
	forward(p degrees) point
	// reach is how many degrees of longitude the map goes to either side of its centre. What lies beyond is cut off.
	reach() (centre, degrees float64)
}

// around is Lambert's azimuthal equal-area projection: true at its centre and little bent for a continent around it.
type around struct {
	at       degrees
	sin, cos float64
}

func newAround(at degrees) around {
	return around{at: at, sin: math.Sin(radians(at.lat)), cos: math.Cos(radians(at.lat))}
}

func (a around) forward(p degrees) point {
	sin, cos := math.Sincos(radians(p.lat))
	sinL, cosL := math.Sincos(radians(p.lon - a.at.lon))
	k := math.Sqrt(2 / max(1+a.sin*sin+a.cos*cos*cosL, 1e-9))
	return point{x: k * cos * sinL, y: -k * (a.cos*sin - a.sin*cos*cosL)}
}

// inverse is what lies at x, y.
func (a around) inverse(p point) degrees {
	rho := math.Hypot(p.x, p.y)
	if rho < 1e-12 {
		return a.at
	}
	c := 2 * math.Asin(min(rho/2, 1))
	sin, cos := math.Sincos(c)
	y := -p.y
	lat := math.Asin(max(-1, min(1, cos*a.sin+y*sin*a.cos/rho)))
	lon := math.Atan2(p.x*sin, rho*a.cos*cos-y*a.sin*sin)
	return degrees{lat: lat * 180 / math.Pi, lon: a.at.lon + lon*180/math.Pi}
}

// The point opposite to the centre would be smeared over the rim: what is near it is cut off.
func (a around) reach() (centre, span float64) { return a.at.lon, 150 }

// equalEarth is the projection of Šavrič, Patterson and Jenny (2018) for the whole world.
type equalEarth struct{ lon float64 }

// The coefficients of the paper, https://doi.org/10.1080/13658816.2018.1504949
const (
	ee1 = 1.340264
	ee2 = -0.081106
	ee3 = 0.000893
	ee4 = 0.003796
)

func (e equalEarth) forward(p degrees) point {
	theta := math.Asin(math.Sqrt(3) / 2 * math.Sin(radians(p.lat)))
	t2 := theta * theta
	t6 := t2 * t2 * t2
	x := 2 * math.Sqrt(3) * radians(p.lon-e.lon) * math.Cos(theta) / (3 * (9*ee4*t6*t2 + 7*ee3*t6 + 3*ee2*t2 + ee1))
	return point{x: x, y: -theta * (ee1 + ee2*t2 + t6*(ee3+ee4*t2))}
}

func (e equalEarth) reach() (centre, span float64) { return e.lon, 180 }

func radians(d float64) float64 { return d * math.Pi / 180 }

// near turns p so that it lies within half a turn of centre.
func (p degrees) near(centre float64) degrees {
	p.lon = centre + math.Remainder(p.lon-centre, 360)
	return p
}

// view is a projection with the window through which it is seen.
type view struct {
	projection
	scale  float64 // pixels for a radius of the globe
	middle point   // what lies in the middle of the window, on the plane
	w, h   float64
	globe  bool // the whole globe is in the picture, with its rim
}

// at is where a place lies in the picture.
func (v view) at(p degrees) point {
	centre, _ := v.reach()
	return v.plane(v.forward(p.near(centre)))
}

func (v view) plane(p point) point {
	return point{x: v.w/2 + (p.x-v.middle.x)*v.scale, y: v.h/2 + (p.y-v.middle.y)*v.scale}
}

const (
	globeRadius = 6371.0 // km
	// least and most say how much of the world a map shows from side to side, in km. Closer than least the outlines look coarse
	// and nobody sees where in the world it is, which one or two places alone don't tell either (leastFew); what needs more than
	// most is shown on the whole world.
	least    = 1500.0
	leastFew = 2600.0
	most     = 12500.0
	// margin is how far from the edge of the picture places lie, in pixels, so that their names find room.
	margin = 120.0
)

// viewOf finds the window that shows all places: the smallest that is not too small, with each country in full where
// that is no large one.
func viewOf(places []Place, w, h float64) view {
	var sum [3]float64
	for _, p := range places {
		sin, cos := math.Sincos(radians(p.Lat))
		sinL, cosL := math.Sincos(radians(p.Lon))
		sum[0], sum[1], sum[2] = sum[0]+cos*cosL, sum[1]+cos*sinL, sum[2]+sin
	}
	at := degrees{lat: math.Atan2(sum[2], math.Hypot(sum[0], sum[1])) * 180 / math.Pi, lon: math.Atan2(sum[1], sum[0]) * 180 / math.Pi}
	var width, height float64 // half of what must be seen, on the plane
	for range 4 {             // the middle of what is seen moves with the centre of the projection
		p := newAround(at)
		west, east, north, south := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
		for _, place := range places {
			q := p.forward(degrees{place.Lat, place.Lon})
			around := min(place.Size, 1600) / 2 / globeRadius
			west, east, north, south = min(west, q.x-around), max(east, q.x+around), min(north, q.y-around), max(south, q.y+around)
		}
		width, height = (east-west)/2, (south-north)/2
		at = p.inverse(point{(west + east) / 2, (north + south) / 2})
	}
	closest := least
	if len(places) < 3 {
		closest = leastFew
	}
	scale := min((w/2-margin)/max(width, 1e-9), (h/2-margin)/max(height, 1e-9), w/(closest/globeRadius))
	top := math.Abs(at.lat) + 2*math.Asin(min(h/2/scale/2, 1))*180/math.Pi
	if w/scale*globeRadius <= most && top < 88 {
		return view{projection: newAround(at), scale: scale, w: w, h: h}
	}
	e := equalEarth{lon: middleLongitude(places)}
	edge, pole := e.forward(degrees{0, e.lon + 180}), e.forward(degrees{90, e.lon})
	return view{projection: e, scale: min((w/2-18)/edge.x, (h/2-18)/-pole.y), w: w, h: h, globe: true}
}

// middleLongitude is the middle of the smallest stretch of longitudes that has all places; the usual 11° E where they are
// all around the world.
func middleLongitude(places []Place) float64 {
	const usual = 11.0
	best, span := usual, 300.0
	for _, first := range places {
		widest := 0.0
		for _, p := range places {
			widest = max(widest, math.Mod(p.Lon-first.Lon+720, 360))
		}
		if widest < span {
			best, span = math.Remainder(first.Lon+widest/2, 360), widest
		}
	}
	if math.Abs(best-usual) < 60 { // a world that people know, where it does no harm
		return usual
	}
	return best
}

// rings cuts a ring of the globe to the map's reach and lays it out. Long edges are divided, for they are curves there.
func (v view) rings(r ring) [][]point {
	centre, span := v.reach()
	west, east := math.Inf(1), math.Inf(-1)
	for _, p := range r {
		west, east = min(west, p.lon), max(east, p.lon)
	}
	var out [][]point
	first := math.Ceil((centre - span - east) / 360)
	for turn := first * 360; west+turn < centre+span; turn += 360 {
		cut := r
		if west+turn < centre-span || east+turn > centre+span {
			cut = cutAt(cutAt(r, centre-span-turn, 1), centre+span-turn, -1)
		}
		if len(cut) < 3 {
			continue
		}
		flat := make([]point, 0, len(cut))
		for i, p := range cut {
			q := cut[(i+1)%len(cut)]
			steps := math.Ceil(max(math.Abs(q.lon-p.lon), math.Abs(q.lat-p.lat)) / 1.5)
			for s := range int(max(steps, 1)) {
				t := float64(s) / max(steps, 1)
				flat = append(flat, v.plane(v.forward(degrees{p.lat + (q.lat-p.lat)*t, p.lon + (q.lon-p.lon)*t + turn})))
			}
		}
		out = append(out, flat)
	}
	return out
}

// cutAt keeps of a ring what lies east (side 1) or west (side -1) of a meridian.
func cutAt(r ring, lon, side float64) ring {
	var out ring
	for i, p := range r {
		q := r[(i+1)%len(r)]
		in, then := (p.lon-lon)*side >= 0, (q.lon-lon)*side >= 0
		if in {
			out = append(out, p)
		}
		if in != then {
			t := (lon - p.lon) / (q.lon - p.lon)
			out = append(out, degrees{p.lat + (q.lat-p.lat)*t, lon})
		}
	}
	return out
}

// Command atlas makes the embedded outlines and country points of package pictures from the npm package world-atlas, which
// holds Natural Earth 4.1 at 1:50m. It is run by hand when the outlines are to change:
//
//	npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
//	go run ./adapters/pictures/atlas -from package -to adapters/pictures
//
// It writes land.bin.gz (all land as rings, no borders) and countries.txt (for each country a point well inside its largest
// part, and its size).
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"
)

func main() {
	from := flag.String("from", "package", "folder of the unpacked world-atlas")
	to := flag.String("to", ".", "folder to write to")
	flag.Parse()
	if err := run(*from, *to); err != nil {
		fmt.Fprintln(os.Stderr, "atlas:", err)
		os.Exit(1)
	}
}

func run(from, to string) error {
	land, err := read(filepath.Join(from, "land-50m.json"))
	if err != nil {
		return err
	}
	packed, err := pack(land)
	if err != nil {
		return fmt.Errorf("pack the outlines: %w", err)
	}
	if err := os.WriteFile(filepath.Join(to, "land.bin.gz"), packed, 0o644); err != nil {
		return err
	}
	countries, err := read(filepath.Join(from, "countries-50m.json"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(to, "countries.txt"), []byte(points(countries)), 0o644)
}

// topology is what we read of a TopoJSON file: https://github.com/topojson/topojson-specification
type topology struct {
	Transform struct {
		Scale     [2]float64 `json:"scale"`
		Translate [2]float64 `json:"translate"`
	} `json:"transform"`
	Objects map[string]struct {
		Geometries []geometry `json:"geometries"`
	} `json:"objects"`
	Arcs [][][2]int `json:"arcs"`
}

type geometry struct {
	Type       string          `json:"type"`
	ID         string          `json:"id"`
	Arcs       json.RawMessage `json:"arcs"`
	Properties struct {
		Name string `json:"name"`
	} `json:"properties"`
}

func read(path string) (*topology, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	t := new(topology)
	if err := json.Unmarshal(raw, t); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	for _, arc := range t.Arcs { // arcs are kept as differences
		for i := 1; i < len(arc); i++ {
			arc[i][0] += arc[i-1][0]
			arc[i][1] += arc[i-1][1]
		}
	}
	return t, nil
}

// polygons are a geometry's polygons, each as rings on the grid of the file.
func (t *topology) polygons(g geometry) [][][][2]int {
	var indices [][][]int
	switch g.Type {
	case "Polygon":
		one := [][]int{}
		if json.Unmarshal(g.Arcs, &one) == nil {
			indices = append(indices, one)
		}
	case "MultiPolygon":
		_ = json.Unmarshal(g.Arcs, &indices)
	}
	var out [][][][2]int
	for _, polygon := range indices {
		var rings [][][2]int
		for _, ring := range polygon {
			var points [][2]int
			for _, i := range ring {
				arc := t.Arcs[max(i, ^i)]
				if i < 0 {
					arc = slices.Clone(arc)
					slices.Reverse(arc)
				}
				if len(points) > 0 {
					arc = arc[1:] // the end of one arc is the beginning of the next
				}
				points = append(points, arc...)
			}
			rings = append(rings, points)
		}
		out = append(out, rings)
	}
	return out
}

// pack writes rings as differences on the file's grid: scale and translation as four float64, then for each ring the number
// of its points and their differences, all as varints.
func pack(t *topology) ([]byte, error) {
	var raw bytes.Buffer
	for _, f := range []float64{t.Transform.Scale[0], t.Transform.Scale[1], t.Transform.Translate[0], t.Transform.Translate[1]} {
		if err := binary.Write(&raw, binary.LittleEndian, f); err != nil {
			return nil, err
		}
	}
	for _, g := range t.Objects["land"].Geometries {
		for _, polygon := range t.polygons(g) {
			for _, ring := range polygon {
				buf := binary.AppendUvarint(nil, uint64(len(ring)))
				var before [2]int
				for _, p := range ring {
					buf = binary.AppendVarint(buf, int64(p[0]-before[0]))
					buf = binary.AppendVarint(buf, int64(p[1]-before[1]))
					before = p
				}
				raw.Write(buf)
			}
		}
	}
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(raw.Bytes()); err != nil {
		return nil, err
	}
	err = z.Close()
	return out.Bytes(), err
}

// points is the table of countries: ISO 3166 alpha-2, latitude, longitude and size in kilometres (the side of a square of
// the same area). What has no ISO number in the file, or belongs to nobody's list of states, is left to places.txt.
func points(t *topology) string {
	var lines []string
	for _, g := range t.Objects["countries"].Geometries {
		code := ""
		if n, err := strconv.Atoi(g.ID); err == nil && g.Properties.Name != "Ashmore and Cartier Is." {
			if r, err := language.EncodeM49(n); err == nil {
				code = r.String()
			}
		}
		if g.Properties.Name == "Kosovo" {
			code = "XK"
		}
		// Whose land these are is disputed: they are points in places.txt and belong to no country there.
		if len(code) != 2 || slices.Contains([]string{"EH", "PS", "AQ", "TF"}, code) {
			continue
		}
		var best [][2]float64
		most, area := 0.0, 0.0
		for _, polygon := range t.polygons(g) {
			ring := unrolled(t, polygon[0])
			a := size(ring)
			area += a
			if a > most {
				best, most = ring, a
			}
		}
		lon, lat := inside(best)
		lines = append(lines, fmt.Sprintf("%s|%.1f|%.1f|%.0f", code, lat, math.Remainder(lon, 360), math.Sqrt(area)))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}

// unrolled is a ring in degrees whose longitudes don't jump at the antimeridian.
func unrolled(t *topology, ring [][2]int) [][2]float64 {
	out := make([][2]float64, len(ring))
	for i, p := range ring {
		lon := float64(p[0])*t.Transform.Scale[0] + t.Transform.Translate[0]
		lat := float64(p[1])*t.Transform.Scale[1] + t.Transform.Translate[1]
		if i > 0 {
			lon = out[i-1][0] + math.Remainder(lon-out[i-1][0], 360)
		}
		out[i] = [2]float64{lon, lat}
	}
	return out
}

// size is a ring's area in square kilometres, near enough to compare.
func size(ring [][2]float64) float64 {
	sum := 0.0
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		sum += (q[0] - p[0]) * (math.Sin(p[1]*math.Pi/180) + math.Sin(q[1]*math.Pi/180)) * math.Pi / 180
	}
	return math.Abs(sum) / 2 * 6371 * 6371
}

// inside is the point of a ring that lies furthest from its edge, by a grid that is refined four times.
func inside(ring [][2]float64) (lon, lat float64) {
	west, east, south, north := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, p := range ring {
		west, east, south, north = min(west, p[0]), max(east, p[0]), min(south, p[1]), max(north, p[1])
	}
	const steps = 24
	most := -1.0
	for range 4 {
		w, h := (east-west)/steps, (north-south)/steps
		for i := range steps + 1 {
			for j := range steps + 1 {
				x, y := west+float64(i)*w, south+float64(j)*h
				if d := clearance(ring, x, y); d > most {
					most, lon, lat = d, x, y
				}
			}
		}
		west, east, south, north = lon-w, lon+w, lat-h, lat+h
	}
	return lon, lat
}

// clearance is how far x, y lies from the edge of ring; negative outside.
func clearance(ring [][2]float64, x, y float64) float64 {
	in, best := false, math.Inf(1)
	c := math.Cos(y * math.Pi / 180)
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		if (p[1] > y) != (q[1] > y) && x < (q[0]-p[0])*(y-p[1])/(q[1]-p[1])+p[0] {
			in = !in
		}
		px, py, dx, dy := (p[0]-x)*c, p[1]-y, (q[0]-p[0])*c, q[1]-p[1]
		t := 0.0
		if l := dx*dx + dy*dy; l > 0 {
			t = min(max(-(px*dx+py*dy)/l, 0), 1)
		}
		best = min(best, math.Hypot(px+t*dx, py+t*dy))
	}
	if !in {
		return -best
	}
	return best
}

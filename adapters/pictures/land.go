package pictures

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// landFile is all land of the world as rings: see ATLAS.md.
//
//go:embed land.bin.gz
var landFile []byte

// ring is a closed line on the globe. Its longitudes run on and don't jump at the antimeridian, so that they may lie
// beyond 180.
type ring []degrees

// degrees is a point on the globe.
type degrees struct{ lat, lon float64 }

// readLand unpacks what the command in atlas has packed.
func readLand(packed []byte) ([]ring, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack the outlines: %w", err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("unpack the outlines: %w", err)
	}
	in := bytes.NewReader(raw)
	var grid [4]float64 // scale and translation
	if err := binary.Read(in, binary.LittleEndian, &grid); err != nil {
		return nil, fmt.Errorf("read the outlines: %w", err)
	}
	var rings []ring
	for {
		n, err := binary.ReadUvarint(in)
		if errors.Is(err, io.EOF) {
			return rings, nil
		}
		if err != nil || n > uint64(len(raw)) {
			return nil, fmt.Errorf("read the outlines: a ring of %d points: %w", n, err)
		}
		r := make(ring, 0, n+4)
		var x, y int64
		for range n {
			dx, err := binary.ReadVarint(in)
			if err != nil {
				return nil, fmt.Errorf("read the outlines: %w", err)
			}
			dy, err := binary.ReadVarint(in)
			if err != nil {
				return nil, fmt.Errorf("read the outlines: %w", err)
			}
			x, y = x+dx, y+dy
			p := degrees{lat: float64(y)*grid[1] + grid[3], lon: float64(x)*grid[0] + grid[2]}
			if last := len(r) - 1; last >= 0 {
				p.lon = r[last].lon + math.Remainder(p.lon-r[last].lon, 360)
			}
			r = append(r, p)
		}
		rings = append(rings, closed(r))
	}
}

// closed gives a ring around a pole, which ends a whole turn from where it began, the pole as its fourth side.
func closed(r ring) ring {
	first, last := r[0], r[len(r)-1]
	if math.Abs(last.lon-first.lon) < 180 {
		return r
	}
	pole := -90.0 // there is land around one pole only
	return append(r, degrees{pole, last.lon}, degrees{pole, first.lon})
}

// Package pictures draws the pictures of a digest where they carry data: a map of the places that an edition names, and a
// timeline of a story.
//
// Desk.Map looks for places in what readers see of each item, by a table of cities, regions, waters and countries. It lays the
// land of Natural Earth out by an equal-area projection around them, without any border, and puts a pin for each place and
// a card with the numbers of its items beside it. Desk.Timeline sets the dated claims of an item one below the other: when,
// who, what.
//
// Everything is drawn in process with golang.org/x/image and the Go fonts, and the same edition gives the same bytes. A
// picture is kept by what is in it. Whoever calls bounds the drawing by the context; a picture that is not ready then is left
// out, and so is one whose letters the fonts don't have. The words that say the same as a picture are package present's: see
// present.MapWords and present.TimelineWords.
package pictures

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image/color"
	"slices"
	"sync"

	"attache/briefings"
)

// Config is what a Desk is made of.
type Config struct {
	// Theme is the colours; empty means Light.
	Theme Theme
	// Keep is how many pictures are kept, so that the same one is drawn once; zero means 64.
	Keep int
}

// Desk draws pictures. It is safe for concurrent use.
type Desk struct {
	colour palette
	theme  Theme
	pens   pens
	places *gazetteer
	land   []ring

	mu    sync.Mutex
	keep  int
	kept  map[string][]byte // PNG by content
	order []string          // the oldest first
}

// New makes a Desk.
func New(c Config) (*Desk, error) {
	switch c.Theme {
	case "":
		c.Theme = Light
	case Light, Dark:
	default:
		return nil, fmt.Errorf("there is no theme %q for pictures", c.Theme)
	}
	if c.Keep <= 0 {
		c.Keep = 64
	}
	d := &Desk{colour: c.Theme.palette(), theme: c.Theme, keep: c.Keep, kept: map[string][]byte{}}
	var err error
	if d.pens, err = newPens(); err != nil {
		return nil, err
	}
	if d.land, err = readLand(landFile); err != nil {
		return nil, err
	}
	d.places, err = newGazetteer()
	return d, err
}

// Map is a picture of the places of an edition.
type Map struct {
	PNG    []byte
	Places []Place // in the order of the items
}

// Errors of drawing.
var (
	// ErrNothing says that there is nothing to draw: an edition that names no two places that the tables know, a story without dates.
	ErrNothing = errors.New("there is nothing to draw")
	// ErrLetters says that the fonts lack a letter of the text.
	ErrLetters = errors.New("the fonts lack letters of the text")
)

// Map draws the places that an edition's items name. called, which may be nil, tells what a place is called where the picture is read; a
// name that the fonts can't write is written as the tables have it, and Map.Places has it all the same. ErrNothing when they name fewer than two, for one alone tells nothing
// that the text doesn't; the context's error when it ends first.
func (d *Desk) Map(ctx context.Context, e briefings.Edition, called func(Place) string) (Map, error) {
	places := d.places.placesOf(e)
	if len(places) < 2 {
		return Map{}, ErrNothing
	}
	written := slices.Clone(places) // as the picture has them
	if called != nil {
		c := newCanvas(1, 1, d.colour, d.pens)
		pen := c.pen(d.pens.medium, nameSize)
		for i := range places {
			if name := called(places[i]); name != "" {
				if places[i].Name = name; pen.knows(name) {
					written[i].Name = name
				}
			}
		}
	}
	png, err := d.drawn(fmt.Sprintf("map %s %+v", d.theme, written), func() ([]byte, error) { return d.chart(ctx, written) })
	if err != nil {
		return Map{}, fmt.Errorf("draw a map: %w", err)
	}
	return Map{PNG: png, Places: places}, nil
}

// drawn returns the kept picture of a content, or makes and keeps it. What is drawn at the same time twice is the same.
func (d *Desk) drawn(content string, draw func() ([]byte, error)) ([]byte, error) {
	sum := sha256.Sum256([]byte(content))
	key := hex.EncodeToString(sum[:])
	d.mu.Lock()
	png, ok := d.kept[key]
	d.mu.Unlock()
	if ok {
		return png, nil
	}
	png, err := draw()
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.kept[key]; !ok {
		if len(d.order) == d.keep {
			delete(d.kept, d.order[0])
			d.order = d.order[1:]
		}
		d.kept[key] = png
		d.order = append(d.order, key)
	}
	return png, nil
}

// fade makes a colour see-through.
func fade(c color.RGBA, alpha uint8) color.Color {
	return color.NRGBA{R: c.R, G: c.G, B: c.B, A: alpha}
}

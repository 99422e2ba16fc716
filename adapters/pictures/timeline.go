package pictures

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Moment is one line of a timeline.
type Moment struct {
	When string // "20 Feb 2024"
	Who  string // who said it, with the outlet that reports it
	What string // the whole sentence
}

// Timeline is a picture of a story in time.
type Timeline struct {
	PNG []byte
	// Moments are those in the picture. A sentence that is too long to stand in it whole is not.
	Moments []Moment
}

// Measures of a timeline, in pixels.
const (
	timelineWidth = 1200
	timelineEdge  = 52.0
	dateColumn    = 236.0 // the dates stand left of it
	textColumn    = 300.0
	lineHeight    = 39.0
	textSize      = 29.0
	titleSize     = 34.0
	mostMoments   = 6
	mostLines     = 5 // of one sentence
)

// Timeline draws the moments of a story, the oldest first, under its title. The newest are kept where there are too many.
// ErrNothing where fewer than two can be drawn.
func (d *Desk) Timeline(ctx context.Context, title string, moments []Moment) (Timeline, error) {
	c := newCanvas(1, 1, d.colour, d.pens) // to measure
	plain, strong := c.pen(d.pens.regular, textSize), c.pen(d.pens.bold, textSize)
	big := c.pen(d.pens.bold, titleSize)
	if !big.knows(title) {
		return Timeline{}, ErrLetters
	}
	type row struct {
		Moment
		lines []string
	}
	var rows []row
	for _, m := range moments {
		if !plain.knows(m.What) || !strong.knows(m.When+m.Who) {
			return Timeline{}, ErrLetters
		}
		lines := wrapped(plain, m.What, timelineWidth-timelineEdge-textColumn)
		if len(lines) > mostLines || strong.width(m.Who) > timelineWidth-timelineEdge-textColumn || strong.width(m.When) > dateColumn-timelineEdge {
			continue
		}
		rows = append(rows, row{m, lines})
	}
	if len(rows) > mostMoments {
		rows = rows[len(rows)-mostMoments:]
	}
	if len(rows) < 2 {
		return Timeline{}, ErrNothing
	}
	heads := wrapped(big, title, timelineWidth-2*timelineEdge)
	if len(heads) > 3 {
		heads = nil
	}
	out := Timeline{}
	height := timelineEdge + float64(len(heads))*44
	if len(heads) > 0 {
		height += 26
	}
	for _, r := range rows {
		out.Moments = append(out.Moments, r.Moment)
		height += float64(len(r.lines)+1)*lineHeight + 26
	}
	height += timelineEdge - 26

	content := fmt.Sprintf("timeline %s %q %q", d.theme, heads, out.Moments)
	png, err := d.drawn(content, func() ([]byte, error) {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		c := newCanvas(timelineWidth, int(height), d.colour, d.pens)
		plain, strong, big := c.pen(d.pens.regular, textSize), c.pen(d.pens.bold, textSize), c.pen(d.pens.bold, titleSize)
		y := timelineEdge
		for _, line := range heads {
			c.text(big, timelineEdge, y+titleSize*0.8, line, c.colour.ink)
			y += 44
		}
		if len(heads) > 0 {
			y += 26
		}
		var axis, halo, pins path
		x := (dateColumn + textColumn) / 2
		begin, end := y+14, y
		for _, r := range rows {
			at := point{x, y + 14}
			end = at.y
			halo.disc(at, pinRadius+5, false)
			pins.disc(at, pinRadius, false)
			c.text(strong, dateColumn-strong.width(r.When), y+textSize*0.8, r.When, c.colour.ink)
			c.text(strong, textColumn, y+textSize*0.8, r.Who, c.colour.accent)
			y += lineHeight
			for _, line := range r.lines {
				c.text(plain, textColumn, y+textSize*0.8, line, c.colour.ink)
				y += lineHeight
			}
			y += 26
		}
		axis.stroke(4, point{x, begin}, point{x, end})
		c.fill(axis, c.colour.edge)
		c.fill(halo, c.colour.page)
		c.fill(pins, c.colour.pin)
		return c.png()
	})
	if err != nil {
		return Timeline{}, fmt.Errorf("draw a timeline: %w", err)
	}
	out.PNG = png
	return out, nil
}

// wrapped breaks text at blanks into lines that are no wider than width; a word that is wider stands alone.
func wrapped(p pen, text string, width float64) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if next := line + " " + word; line == "" || p.width(next) <= width {
			line = strings.TrimSpace(next)
			continue
		}
		lines = append(lines, line)
		line = word
	}
	if line != "" {
		lines = append(lines, line)
	}
	if slices.ContainsFunc(lines, func(l string) bool { return p.width(l) > width }) {
		return make([]string, 1000) // a word without end: it does not fit anywhere
	}
	return lines
}

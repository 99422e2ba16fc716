package pictures

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"slices"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// Theme is the colours of a picture.
type Theme string

// The themes. A chat shows one picture to readers of light and of dark screens; both themes can be read on either.
const (
	Light Theme = "light"
	Dark  Theme = "dark"
)

// palette is a theme's colours. Text keeps a contrast of at least 4.5 to 1 to what it stands on; a test measures it.
type palette struct {
	page, sea, grid, shore, land    color.RGBA
	card, edge, ink, faint          color.RGBA
	accent, onAccent, pin, pinInner color.RGBA
}

func rgb(hex uint32) color.RGBA {
	return color.RGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 255}
}

func (t Theme) palette() palette {
	if t == Dark {
		return palette{
			page: rgb(0x10161d), sea: rgb(0x18222d), grid: rgb(0x202d3a), shore: rgb(0x4a5f73), land: rgb(0x34444f),
			card: rgb(0x0f151b), edge: rgb(0x5b6f80), ink: rgb(0xf2f5f7), faint: rgb(0xa9b8c4),
			accent: rgb(0xf2a65a), onAccent: rgb(0x1d1206), pin: rgb(0xf2a65a), pinInner: rgb(0x10161d),
		}
	}
	return palette{
		page: rgb(0xffffff), sea: rgb(0xdce8ef), grid: rgb(0xcfdee7), shore: rgb(0x9fb4c1), land: rgb(0xf8f5ee),
		card: rgb(0xffffff), edge: rgb(0x90a2ae), ink: rgb(0x16222c), faint: rgb(0x4a5c69),
		accent: rgb(0xb3401f), onAccent: rgb(0xffffff), pin: rgb(0xb3401f), pinInner: rgb(0xffffff),
	}
}

// pen is a font at a size.
type pen struct {
	face font.Face
	font *sfnt.Font
	size float64
}

// pens are the three weights of the Go fonts at any size, made once. A face keeps a buffer and serves one drawing at a
// time: a canvas makes its own.
type pens struct{ regular, medium, bold *sfnt.Font }

func newPens() (pens, error) {
	var p pens
	for _, f := range []struct {
		to   **sfnt.Font
		data []byte
	}{{&p.regular, goregular.TTF}, {&p.medium, gomedium.TTF}, {&p.bold, gobold.TTF}} {
		var err error
		if *f.to, err = opentype.Parse(f.data); err != nil {
			return p, fmt.Errorf("read a Go font: %w", err)
		}
	}
	return p, nil
}

// canvas is a picture in the making.
type canvas struct {
	img    *image.RGBA
	colour palette
	pens   pens
	faces  map[face]pen
	err    error // the first that happened
}

type face struct {
	font *sfnt.Font
	size float64
}

func newCanvas(w, h int, colour palette, p pens) *canvas {
	c := &canvas{img: image.NewRGBA(image.Rect(0, 0, w, h)), colour: colour, pens: p, faces: map[face]pen{}}
	draw.Draw(c.img, c.img.Bounds(), image.NewUniform(colour.page), image.Point{}, draw.Src)
	return c
}

// pen returns a font at a size in pixels.
func (c *canvas) pen(f *sfnt.Font, size float64) pen {
	key := face{f, size}
	if p, ok := c.faces[key]; ok {
		return p
	}
	made, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil && c.err == nil {
		c.err = fmt.Errorf("make a font: %w", err)
	}
	p := pen{face: made, font: f, size: size}
	c.faces[key] = p
	return p
}

// width is how wide text is, in pixels.
func (p pen) width(text string) float64 { return float64(font.MeasureString(p.face, text)) / 64 }

// knows says whether the font has every letter of text.
func (p pen) knows(text string) bool {
	var b sfnt.Buffer
	for _, r := range text {
		if i, err := p.font.GlyphIndex(&b, r); err != nil || i == 0 {
			return false
		}
	}
	return true
}

// text writes a line whose base begins at x, y.
func (c *canvas) text(p pen, x, y float64, text string, colour color.Color) {
	d := font.Drawer{Dst: c.img, Src: image.NewUniform(colour), Face: p.face, Dot: fixed.Point26_6{X: fixed.Int26_6(math.Round(x * 64)), Y: fixed.Int26_6(math.Round(y * 64))}}
	d.DrawString(text)
}

// path is closed lines that are filled together.
type path struct {
	lines [][]point
}

func (p *path) add(line ...point) { p.lines = append(p.lines, line) }

// fill paints a path. Lines that run the same way round add up; one that runs the other way cuts a hole.
func (c *canvas) fill(p path, colour color.Color) {
	box := c.img.Bounds()
	mask := c.mask(p, &box)
	if mask != nil {
		draw.DrawMask(c.img, box, image.NewUniform(colour), image.Point{}, mask, box.Min, draw.Over)
	}
}

// mask is how much of each pixel of box a path covers; box shrinks to what is touched. Nil when that is nothing.
func (c *canvas) mask(p path, box *image.Rectangle) *image.Alpha {
	west, east, north, south := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, line := range p.lines {
		for _, q := range line {
			west, east, north, south = min(west, q.x), max(east, q.x), min(north, q.y), max(south, q.y)
		}
	}
	if west > east {
		return nil
	}
	in := func(f float64) int { return int(max(-1e6, min(1e6, f))) }
	*box = box.Intersect(image.Rect(in(math.Floor(west)), in(math.Floor(north)), in(math.Ceil(east))+1, in(math.Ceil(south))+1))
	if box.Empty() {
		return nil
	}
	z := vector.NewRasterizer(box.Dx(), box.Dy())
	for _, line := range p.lines {
		for i, q := range line {
			x, y := float32(q.x-float64(box.Min.X)), float32(q.y-float64(box.Min.Y))
			if i == 0 {
				z.MoveTo(x, y)
			} else {
				z.LineTo(x, y)
			}
		}
		z.ClosePath()
	}
	mask := image.NewAlpha(*box)
	z.Draw(mask, *box, image.Opaque, image.Point{})
	return mask
}

// stroke adds a line of a width to a path, each of its pieces as a box.
func (p *path) stroke(width float64, line ...point) {
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		l := math.Hypot(b.x-a.x, b.y-a.y)
		if l == 0 {
			continue
		}
		nx, ny := (b.y-a.y)/l*width/2, -(b.x-a.x)/l*width/2
		p.add(point{a.x + nx, a.y + ny}, point{b.x + nx, b.y + ny}, point{b.x - nx, b.y - ny}, point{a.x - nx, a.y - ny})
	}
}

// disc adds a circle to a path; hole runs the other way round.
func (p *path) disc(at point, radius float64, hole bool) {
	const n = 40
	line := make([]point, n)
	for i := range line {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / n)
		if hole {
			sin = -sin
		}
		line[i] = point{at.x + radius*cos, at.y + radius*sin}
	}
	p.add(line...)
}

// rounded adds a box with round corners to a path.
func (p *path) rounded(b box, radius float64) {
	radius = min(radius, b.w/2, b.h/2)
	const n = 10
	var line []point
	for corner, at := range []point{{b.x + b.w - radius, b.y + b.h - radius}, {b.x + radius, b.y + b.h - radius}, {b.x + radius, b.y + radius}, {b.x + b.w - radius, b.y + radius}} {
		for i := range n + 1 {
			sin, cos := math.Sincos(math.Pi / 2 * (float64(corner) + float64(i)/n))
			line = append(line, point{at.x + radius*cos, at.y + radius*sin})
		}
	}
	p.add(line...)
}

// box is a rectangle in pixels.
type box struct{ x, y, w, h float64 }

func (b box) grown(by float64) box { return box{b.x - by, b.y - by, b.w + 2*by, b.h + 2*by} }

func (b box) meets(o box) bool {
	return b.x < o.x+o.w && o.x < b.x+b.w && b.y < o.y+o.h && o.y < b.y+b.h
}

func (b box) has(o box) bool {
	return o.x >= b.x && o.y >= b.y && o.x+o.w <= b.x+b.w && o.y+o.h <= b.y+b.h
}

// nearest is the point of the box that lies nearest to p.
func (b box) nearest(p point) point {
	return point{min(max(p.x, b.x), b.x+b.w), min(max(p.y, b.y), b.y+b.h)}
}

// png packs the picture with a palette of its 256 most frequent colours, which halves it and can't be seen.
func (c *canvas) png() ([]byte, error) {
	if c.err != nil {
		return nil, c.err
	}
	count := map[color.RGBA]int{}
	pix := c.img.Pix
	for i := 0; i < len(pix); i += 4 {
		count[color.RGBA{pix[i], pix[i+1], pix[i+2], 255}]++
	}
	colours := make([]color.RGBA, 0, len(count))
	for k := range count {
		colours = append(colours, k)
	}
	slices.SortFunc(colours, func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	table := make(color.Palette, min(len(colours), 256))
	index := map[color.RGBA]uint8{}
	for i := range table {
		table[i] = colours[i]
		index[colours[i]] = uint8(i)
	}
	for _, k := range colours[len(table):] {
		index[k] = uint8(table.Index(k))
	}
	out := image.NewPaletted(c.img.Bounds(), table)
	for i := range out.Pix {
		out.Pix[i] = index[color.RGBA{pix[4*i], pix[4*i+1], pix[4*i+2], 255}]
	}
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestCompression}
	if err := enc.Encode(&b, out); err != nil {
		return nil, fmt.Errorf("pack a picture: %w", err)
	}
	return b.Bytes(), nil
}

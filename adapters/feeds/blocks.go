package feeds

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// block is a paragraph of a page, with what may tell whether it belongs to the report.
type block struct {
	text  string
	node  *html.Node // the nearest element around it that is no inline one
	words int
	links int // characters of text in links
	chars int // characters of text

	place             // where it stands
	readable  float64 // how much of it the readability extractor keeps
	inBody    bool    // inside the element that calls itself the text of the report
	inDensest bool    // beside most of the page's running text
	below     int     // how many elements lie between it and the densest one; -1 outside
	pictured  bool    // hardly anything but a picture stands beside it
	kinWords  float64 // mean length of the paragraphs that are built like it
	kinLinked float64
	kinRead   float64
	kin       int
}

// place is what the elements around a block say.
type place struct {
	article, main, itemBody, header, footer, nav, sidebar, form, figure, caption, table, list, quote, heading, hidden, furniture, prose, button bool
	depth                                                                                                                                       int
}

// blocksOf cuts a page into its paragraphs, whatever they are.
func blocksOf(doc *html.Node) []block {
	var out []block
	var line strings.Builder
	links, chars := 0, 0
	end := func(n *html.Node, p place) {
		text := collapse(line.String())
		line.Reset()
		if text != "" {
			out = append(out, block{text: text, node: n, words: wordCount(text), links: links, chars: chars, place: p})
		}
		links, chars = 0, 0
	}
	var walk func(n *html.Node, owner *html.Node, p place, linked bool)
	walk = func(n *html.Node, owner *html.Node, p place, linked bool) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			switch c.Type {
			case html.TextNode:
				line.WriteString(c.Data)
				k := inked(c.Data)
				chars += k
				if linked {
					links += k
				}
			case html.ElementNode:
				switch {
				case unread[c.DataAtom]:
				case c.DataAtom == atom.Br:
					if next := c.NextSibling; next != nil && (next.DataAtom == atom.Br || next.Type == html.TextNode && strings.TrimSpace(next.Data) == "" && next.NextSibling != nil && next.NextSibling.DataAtom == atom.Br) {
						end(owner, p)
					} else {
						line.WriteByte(' ')
					}
				case (c.DataAtom == atom.Td || c.DataAtom == atom.Th) && cell(c):
					line.WriteByte(' ')
					walk(c, owner, p.inside(c), linked)
					line.WriteByte(' ')
				case inline[c.DataAtom]:
					walk(c, owner, p.inside(c), linked || c.DataAtom == atom.A)
				default:
					end(owner, p)
					q := p.inside(c)
					q.depth++
					walk(c, c, q, linked)
					end(c, q)
				}
			case html.DocumentNode:
				walk(c, owner, p, linked)
			}
		}
	}
	walk(doc, doc, place{}, false)
	end(doc, place{})
	return out
}

// cell says whether a table's cell holds a value and no paragraphs: its row is read as one.
func cell(n *html.Node) bool {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && !inline[d.DataAtom] && d.DataAtom != atom.Br {
			return false
		}
	}
	return !longer(n, 60)
}

// unread are elements whose text is never a paragraph.
var unread = map[atom.Atom]bool{
	atom.Head: true, atom.Script: true, atom.Style: true, atom.Noscript: true, atom.Template: true, atom.Iframe: true, atom.Svg: true, atom.Select: true,
	atom.Textarea: true, atom.Object: true, atom.Embed: true, atom.Audio: true, atom.Video: true, atom.Canvas: true, atom.Math: true,
}

func inked(text string) int {
	n := 0
	for _, r := range text {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}

// inside is the place of what stands in n.
func (p place) inside(n *html.Node) place {
	switch n.DataAtom {
	case atom.Article:
		p.article = true
	case atom.Main:
		p.main = true
	case atom.Header:
		p.header = true
	case atom.Footer:
		p.footer = true
	case atom.Nav:
		p.nav = true
	case atom.Aside:
		p.sidebar = true
	case atom.Form:
		p.form = true
	case atom.Figure:
		p.figure = true
	case atom.Figcaption, atom.Caption:
		p.caption = true
	case atom.Table:
		p.table = true
	case atom.Li, atom.Dd, atom.Dt:
		p.list = true
	case atom.Blockquote:
		p.quote = true
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		p.heading = true
	case atom.Button, atom.Label:
		p.button = true
	}
	names := ""
	for _, a := range n.Attr {
		switch a.Key {
		case "class", "id":
			names += " " + strings.ToLower(a.Val)
		case "itemprop":
			if strings.EqualFold(a.Val, "articleBody") {
				p.itemBody = true
			} else if strings.EqualFold(a.Val, "author") || strings.EqualFold(a.Val, "caption") {
				p.furniture = true
			}
		case "role":
			switch strings.ToLower(a.Val) {
			case "main":
				p.main = true
			case "navigation", "menu", "dialog", "search":
				p.nav = true
			case "complementary":
				p.sidebar = true
			case "article":
				p.article = true
			}
		case "hidden":
			p.hidden = true
		case "aria-hidden":
			p.hidden = p.hidden || a.Val == "true"
		case "style":
			s := strings.ReplaceAll(strings.ToLower(a.Val), " ", "")
			p.hidden = p.hidden || strings.Contains(s, "display:none") || strings.Contains(s, "visibility:hidden")
		}
	}
	if names != "" && n.DataAtom != atom.Body && n.DataAtom != atom.Html {
		for name := range strings.FieldsSeq(names) {
			f, q := nameSays(name)
			p.furniture = p.furniture || f
			if q {
				p.prose = true
				p.furniture = false
			}
		}
	}
	return p
}

// nameSays tells what the name of a class says of its element: furniture of the page, or the text of the report.
func nameSays(name string) (furniture, text bool) {
	parts := strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' })
	for i, part := range parts {
		if furnitureNames[part] {
			furniture = true
		}
		if i+1 < len(parts) && textNames[part] && bodyNames[parts[i+1]] {
			text = true
		}
	}
	switch strings.Join(parts, "") {
	case "articlebody", "storybody", "articlecontent", "articletext", "storytext", "entrycontent", "postcontent", "postbody", "storycontent", "bodytext", "bodycopy", "articlecopy", "maintext", "newsbody", "newstext":
		text = true
	case "mostread", "readmore", "readalso", "alsoread", "seealso", "moreon", "morefrom", "authorbio", "topstories", "signup":
		furniture = true
	}
	if furniture {
		text = false
	}
	return furniture, text
}

// wordCount counts words; in scripts without spaces two characters are one.
func wordCount(text string) int {
	unspaced := 0
	for _, r := range text {
		if r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai) {
			unspaced++
		}
	}
	return len(strings.Fields(text)) + unspaced/2
}

func namesOf(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

var (
	textNames      = namesOf("article story post entry news body content main text")
	bodyNames      = namesOf("body content text copy main paragraph paragraphs")
	furnitureNames = namesOf(`share sharing social related recommend recommended recommendations newsletter newsletters cookie cookies consent gdpr caption credit credits promo
		promos promoted advert ad ads advertisement advertisements sponsor sponsored breadcrumb breadcrumbs comment comments disqus popular trending subscribe subscription paywall
		byline author authors bio toolbar tools widget widgets sidebar menu nav navigation navbar footer header banner modal popup overlay dialog tags tag topics teaser teasers
		carousel slideshow gallery video player playlist metadata meta timestamp dateline date time copyright legal disclaimer login signup outbrain taboola follow print email
		rail aside more next prev previous pagination pager search skip hidden notice alert subscribe`)
)

// weigh sets what the whole page tells of its blocks.
func weigh(blocks []block, readable string) {
	kept := runsOf(readable, 3)
	for i := range blocks {
		b := &blocks[i]
		words := plainWords(b.text)
		n, hit := 0, 0
		size := min(3, len(words))
		for k := 0; k+size <= len(words) && size > 0; k++ {
			n++
			if kept[strings.Join(words[k:k+size], " ")] {
				hit++
			}
		}
		if n > 0 {
			b.readable = float64(hit) / float64(n)
		}
	}
	// The densest element: paragraphs give their length to the element that holds them, and half of it to the next one.
	score := map[*html.Node]float64{}
	for _, b := range blocks {
		if b.words < 10 || b.linked() > .3 || b.node == nil || b.nav || b.footer || b.hidden {
			continue
		}
		w := float64(b.words)
		p := b.node.Parent
		for k := 0; k < 3 && p != nil; k++ {
			score[p] += w
			w /= 2
			p = p.Parent
		}
	}
	var densest *html.Node
	most := 0.0
	for _, b := range blocks { // in order, so that the first of equals wins
		p := b.node.Parent
		for k := 0; k < 3 && p != nil; k++ {
			if s := score[p]; s > most {
				densest, most = p, s
			}
			p = p.Parent
		}
	}
	body := bodyOf(blocks)
	type kin struct{ words, linked, read, n float64 }
	kind := map[string]*kin{}
	pictured := map[*html.Node]bool{}
	for i := range blocks {
		b := &blocks[i]
		k := kind[signature(b.node)]
		if k == nil {
			k = &kin{}
			kind[signature(b.node)] = k
		}
		k.words += float64(b.words)
		k.linked += b.linked()
		k.read += b.readable
		k.n++
		for p, up := b.node, 0; p != nil && up < 4 && !b.pictured; p, up = p.Parent, up+1 {
			has, known := pictured[p]
			if !known {
				has = picture(p) && !longer(p, 400)
				pictured[p] = has
			}
			b.pictured = has && !longer(p, b.chars+b.chars/2+20)
		}
	}
	for i := range blocks {
		b := &blocks[i]
		k := kind[signature(b.node)]
		b.kinWords, b.kinLinked, b.kinRead, b.kin = k.words/k.n, k.linked/k.n, k.read/k.n, int(k.n)
		b.below = -1
		for p, up := blocks[i].node, 0; p != nil; p, up = p.Parent, up+1 {
			if p == densest {
				blocks[i].inDensest = true
				b.below = up
			}
			if p == body {
				blocks[i].inBody = true
			}
		}
	}
}

// signature is how an element is built: it and the one around it.
func signature(n *html.Node) string {
	s := n.Data + "." + attr(n, "class")
	if n.Parent != nil {
		s += "<" + n.Parent.Data + "." + attr(n.Parent, "class")
	}
	return s
}

func picture(n *html.Node) bool {
	for d := range n.Descendants() {
		if d.DataAtom == atom.Img || d.DataAtom == atom.Picture || d.DataAtom == atom.Video || d.Data == "amp-img" {
			return true
		}
	}
	return false
}

// bodyOf returns the element that calls itself the text of the report and holds the most running text.
func bodyOf(blocks []block) *html.Node {
	type claim struct{ says, words int }
	claims := map[*html.Node]*claim{}
	var order []*html.Node
	for _, b := range blocks {
		if b.words < 8 || b.linked() > .5 {
			continue
		}
		for p := b.node; p != nil; p = p.Parent {
			c := claims[p]
			if c == nil {
				c = &claim{says: claimsBody(p)}
				claims[p] = c
				order = append(order, p)
			}
			c.words += b.words
		}
	}
	var best *html.Node
	most := 0.0
	for _, p := range order {
		c := claims[p]
		if s := float64(c.says) * math.Sqrt(float64(c.words)); s > most {
			best, most = p, s
		}
	}
	return best
}

// claimsBody says how plainly an element calls itself the text of the report.
func claimsBody(n *html.Node) int {
	if n.Type != html.ElementNode {
		return 0
	}
	says := 0
	for _, a := range n.Attr {
		switch a.Key {
		case "itemprop":
			if strings.EqualFold(a.Val, "articleBody") {
				return 4
			}
		case "class", "id":
			for name := range strings.FieldsSeq(strings.ToLower(a.Val)) {
				if _, text := nameSays(name); text {
					says = 3
				}
			}
		}
	}
	if says == 0 && n.DataAtom == atom.Article {
		says = 2
	}
	if says == 0 && (n.DataAtom == atom.Main || attr(n, "role") == "main") {
		says = 1
	}
	return says
}

func (b block) linked() float64 {
	if b.chars == 0 {
		return 0
	}
	return float64(b.links) / float64(b.chars)
}

func plainWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func runsOf(text string, size int) map[string]bool {
	words := plainWords(text)
	m := map[string]bool{}
	for n := 1; n <= size; n++ {
		if n < size && len(words) > 0 {
			// shorter runs only for short blocks: whole paragraphs
			for _, p := range strings.Split(text, "\n\n") {
				if w := plainWords(p); len(w) == n {
					m[strings.Join(w, " ")] = true
				}
			}
			continue
		}
		for k := 0; k+size <= len(words); k++ {
			m[strings.Join(words[k:k+size], " ")] = true
		}
	}
	return m
}

// evidence is what is known of a block, by name. Every value is between 0 and about 5.
type evidence [evidences]float64

// The places of evidence, in the order of evidenceNames.
const evidences = 58

var evidenceNames = [evidences]string{
	"one", "length", "length squared", "15 words", "linked", "all linked", "ends a sentence", "ends with a colon", "capitals", "commas", "4 words", "readable", "in body", "in densest",
	"two votes", "three votes", "noise", "article", "main", "item body", "header", "footer", "nav", "sidebar", "form", "figure", "caption", "table", "list", "quote", "heading", "hidden",
	"furniture", "prose", "button", "p", "h1", "div", "at", "before", "after", "digits", "title", "repeated", "by",
	"beside", "1 below", "2 below", "far below", "pictured", "kin length", "kin linked", "kin readable",
	"readable furniture", "readable linked", "readable short", "readable caption", "readable picture",
}

// view is what a page as a whole says of each of its blocks.
type view struct {
	title       string
	first, last int // the first and the last block that the readability extractor surely keeps
	times       map[string]int
}

func viewOf(blocks []block, title string) view {
	v := view{title: title, first: len(blocks), last: -1, times: map[string]int{}}
	for i, b := range blocks {
		v.times[b.text]++
		if b.readable > .7 && b.words >= 10 {
			v.first, v.last = min(v.first, i), i
		}
	}
	return v
}

// evidenceOf lists what is known of block i.
func evidenceOf(blocks []block, i int, v view) evidence {
	b := blocks[i]
	var e evidence
	n := 0
	num := func(x float64) { e[n] = x; n++ }
	yes := func(x bool) {
		if x {
			e[n] = 1
		}
		n++
	}
	votes := 0
	for _, vote := range []bool{b.readable > .7, b.inBody, b.inDensest} {
		if vote {
			votes++
		}
	}
	length := math.Log1p(float64(b.words))
	final, _ := utf8.DecodeLastRuneInString(strings.TrimRight(b.text, "\"”’)'»」』"))
	initial, _ := utf8.DecodeRuneInString(strings.TrimLeft(b.text, "\"“‘(«「『"))
	letters, capitals, digits := 0, 0, 0
	for _, r := range b.text {
		switch {
		case unicode.IsUpper(r):
			letters++
			capitals++
		case unicode.IsLetter(r):
			letters++
		case unicode.IsDigit(r):
			digits++
		}
	}
	num(1)
	num(length)
	num(length * length / 5)
	yes(b.words >= 15)
	num(b.linked())
	yes(b.linked() > .9)
	yes(strings.ContainsRune(".!?…。！？", final))
	yes(final == ':' || final == '：')
	num(float64(capitals) / float64(max(1, letters)))
	num(min(3, float64(strings.Count(b.text, ", ")+strings.Count(b.text, "，"))) / 3)
	yes(b.words <= 4)
	num(b.readable)
	yes(b.inBody)
	yes(b.inDensest)
	yes(votes >= 2)
	yes(votes >= 3)
	yes(isNoise(b.text))
	for _, x := range []bool{b.article, b.main, b.itemBody, b.header, b.footer, b.nav, b.sidebar, b.form, b.figure, b.caption, b.table, b.list, b.quote, b.heading, b.hidden, b.furniture, b.prose, b.button} {
		yes(x)
	}
	yes(b.node.DataAtom == atom.P)
	yes(b.node.DataAtom == atom.H1)
	yes(b.node.DataAtom == atom.Div)
	num(float64(i) / float64(len(blocks)))
	yes(i < v.first)
	yes(i > v.last)
	num(float64(digits) / float64(max(1, letters+digits)))
	yes(strings.EqualFold(b.text, v.title))
	yes(v.times[b.text] > 1)
	yes((strings.HasPrefix(b.text, "By ") || unicode.IsLower(initial)) && b.words < 12)
	beside := func(k int) bool {
		return i+k >= 0 && i+k < len(blocks) && b.node.Parent != nil && blocks[i+k].node.Parent == b.node.Parent
	}
	yes(beside(-1) || beside(1))
	yes(b.below == 0 || b.below == 1)
	yes(b.below == 2)
	yes(b.below > 2)
	yes(b.pictured)
	num(math.Log1p(b.kinWords))
	num(b.kinLinked)
	num(b.kinRead)
	and := func(x bool) {
		if x {
			e[n] = b.readable
		}
		n++
	}
	and(b.furniture)
	num(b.readable * b.linked())
	and(b.words < 8)
	and(b.caption || b.figure)
	and(b.pictured)
	return e
}

// blockWeights are how much each piece of evidence counts in the vote, by its name. TestBlockWeights learns them.
//
//go:embed blocks.json
var blockWeights []byte

var learnedBlocks = sync.OnceValue(func() evidence {
	var byName map[string]float64
	var w evidence
	if json.Unmarshal(blockWeights, &byName) == nil {
		for i, name := range evidenceNames {
			w[i] = byName[name]
		}
	}
	return w
})

// chances is how likely each block belongs to the report.
func chances(blocks []block, v view, weights evidence) []float64 {
	out := make([]float64, len(blocks))
	for i := range blocks {
		e := evidenceOf(blocks, i, v)
		sum := 0.0
		for k, x := range e {
			sum += x * weights[k]
		}
		out[i] = 1 / (1 + math.Exp(-sum))
	}
	return out
}

// elect takes the blocks with which the text is expected to be the most like the report: F1 of their words, by their chances.
// A page on which no block is sure still gets the likeliest ones.
func elect(blocks []block, chance []float64) []bool {
	order := make([]int, len(blocks))
	total := 0.0
	for i := range order {
		order[i] = i
		total += chance[i] * float64(blocks[i].words)
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(chance[y], chance[x]) })
	hits, all, best, most := 0.0, 0.0, 0, 0.0
	for k, i := range order {
		hits += chance[i] * float64(blocks[i].words)
		all += float64(blocks[i].words)
		if f := 2 * hits / (all + total); f > most {
			best, most = k+1, f
		}
	}
	in := make([]bool, len(blocks))
	for _, i := range order[:best] {
		in[i] = true
	}
	return in
}

// mainText is the vote: what the readability extractor keeps, the element that calls itself the report, the densest one and
// what each block looks like are weighed for every block of the page.
func mainText(doc *html.Node, readable, title string) string {
	blocks := blocksOf(doc)
	weigh(blocks, readable)
	v := viewOf(blocks, title)
	return textOfBlocks(blocks, elect(blocks, chances(blocks, v, learnedBlocks())), v)
}

// credit is how a caption names whose picture it is.
var credit = regexp.MustCompile(`(?i)\b(photo(graph)?s?|image|picture|illustration|foto|fotografía|bild|crédits?|credits?)( credit)?( by|\s*[:/©])|\bgetty images\b|/\s?(afp|reuters|ap|epa|tass|xinhua|dpa)\b|\bap photo\b|\(handout\b|©`)

// textOfBlocks joins the blocks that were elected, without noise, the title at the beginning and what was said before.
func textOfBlocks(blocks []block, in []bool, v view) string {
	var out []string
	said := map[string]bool{}
	for i, b := range blocks {
		if !in[i] || isNoise(b.text) || b.pictured && b.words < 60 && credit.MatchString(b.text) || len(out) == 0 && strings.EqualFold(b.text, v.title) || said[b.text] && b.words > 4 {
			continue
		}
		said[b.text] = true
		out = append(out, b.text)
	}
	return strings.Join(out, "\n\n")
}

package feeds

import "golang.org/x/net/html"

// What a page may be built of and still be given to the extractor, whose work grows with the square of some of it. The pages
// of the public extraction benchmark stay below a tenth of each; a page of 3 MB built for the purpose took a minute.
const (
	maxNodes    = 50_000
	maxSiblings = 10_000
	maxWeight   = 30 << 20 // bytes of text, each counted as often as elements are around it
)

// tangled says whether a page is built beyond these bounds. Its paragraphs are then taken as they come.
func tangled(doc *html.Node) bool {
	nodes, weight := 0, 0
	var within func(n *html.Node, depth int) bool
	within = func(n *html.Node, depth int) bool {
		siblings := 0
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			nodes++
			siblings++
			if c.Type == html.TextNode {
				weight += depth * len(c.Data)
			}
			if nodes > maxNodes || siblings > maxSiblings || weight > maxWeight || !within(c, depth+1) {
				return false
			}
		}
		return true
	}
	return !within(doc, 1)
}

// longer says whether the text below n has more than most bytes beside blanks. It reads no more of it than it must.
func longer(n *html.Node, most int) bool {
	for d := range n.Descendants() {
		if d.Type != html.TextNode {
			continue
		}
		for i := range len(d.Data) {
			if d.Data[i] > ' ' {
				most--
			}
			if most < 0 {
				return true
			}
		}
	}
	return false
}

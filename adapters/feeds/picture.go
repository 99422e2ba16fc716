package feeds

import (
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/mmcdole/gofeed"
	ext "github.com/mmcdole/gofeed/extensions"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"attache/briefings"
)

// Bounds of what is looked at for a picture.
const (
	picturesMost = 200  // figures of a page
	captionMost  = 1500 // bytes of a caption
)

// ldPicture is the picture that a page's JSON-LD names, or "".
func ldPicture(linked []map[string]any) string {
	for _, object := range linked {
		value := object["image"]
		if list, ok := value.([]any); ok && len(list) > 0 {
			value = list[0]
		}
		if o, ok := value.(map[string]any); ok {
			value = o["url"]
		}
		if s, ok := value.(string); ok && s != "" {
			return html.UnescapeString(s)
		}
	}
	return ""
}

// itemPicture is the picture that a feed names for an item: its largest <media:content>, else a <media:thumbnail> or an
// enclosure. https://www.rssboard.org/media-rss
func itemPicture(item *gofeed.Item, base *url.URL) briefings.Picture {
	var p briefings.Picture
	widest := -1
	var look func(media map[string][]ext.Extension, credit, alt string, depth int)
	look = func(media map[string][]ext.Extension, credit, alt string, depth int) {
		credit, alt = first(valueOf(media["credit"]), credit), first(valueOf(media["description"]), alt)
		for _, c := range media["content"] {
			kind := strings.ToLower(c.Attrs["type"])
			address := absolute(base, c.Attrs["url"])
			image := c.Attrs["medium"] == "image" || strings.HasPrefix(kind, "image/") || c.Attrs["medium"] == "" && kind == "" && pictureName.MatchString(c.Attrs["url"])
			width, _ := strconv.Atoi(c.Attrs["width"])
			if image && address != "" && width > widest {
				widest = width
				p = briefings.Picture{URL: address, Credit: creditOf(first(valueOf(c.Children["credit"]), credit)), Alt: collapse(first(valueOf(c.Children["description"]), alt))}
			}
			if depth < 2 { // a thumbnail or a credit may stand inside
				look(map[string][]ext.Extension{"thumbnail": c.Children["thumbnail"]}, first(valueOf(c.Children["credit"]), credit), first(valueOf(c.Children["description"]), alt), depth+1)
			}
		}
		for _, g := range media["group"] {
			if depth < 2 {
				look(g.Children, credit, alt, depth+1)
			}
		}
		for _, t := range media["thumbnail"] {
			if address := absolute(base, t.Attrs["url"]); p.URL == "" && address != "" {
				p = briefings.Picture{URL: address, Credit: creditOf(credit), Alt: collapse(alt)}
			}
		}
	}
	look(item.Extensions["media"], "", "", 0)
	for _, e := range item.Enclosures {
		if address := absolute(base, e.URL); p.URL == "" && address != "" && strings.HasPrefix(strings.ToLower(e.Type), "image/") {
			p.URL = address
		}
	}
	return p
}

var pictureName = regexp.MustCompile(`(?i)\.(jpe?g|png|webp|avif)(\?|$)`)

// valueOf is the text of the first of some elements, without markup.
func valueOf(elements []ext.Extension) string {
	if len(elements) == 0 {
		return ""
	}
	return collapse(html.UnescapeString(stripped(elements[0].Value)))
}

// leadPicture is the picture at an address that a page names as its own, with the credit and the description that stand where
// the page shows it. Without such an address it is that of the first figure with a caption.
func leadPicture(doc *html.Node, base *url.URL, address, alt string) briefings.Picture {
	p := briefings.Picture{URL: absolute(base, address), Alt: collapse(alt)}
	figures := 0
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.DataAtom != atom.Figure {
			continue
		}
		if figures++; figures > picturesMost {
			break
		}
		image, caption, credit := inFigure(n)
		if image == nil {
			continue
		}
		at := absolute(base, first(attr(image, "src"), attr(image, "data-src")))
		switch {
		case p.URL == "" && (caption != "" || credit != "") && strings.HasPrefix(at, "https://"):
			p.URL = at
		case p.URL == "" || !samePicture(p.URL, image, base):
			continue // another picture's credit is worse than none
		}
		p.Credit = first(credit, creditIn(caption))
		p.Alt = first(p.Alt, collapse(attr(image, "alt")))
		break
	}
	return p
}

// inFigure finds the picture of a figure, its caption and its credit where that is an element of its own.
func inFigure(figure *html.Node) (image *html.Node, caption, credit string) {
	for n := range figure.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		named := strings.ToLower(attr(n, "class") + " " + attr(n, "itemprop") + " " + attr(n, "data-testid"))
		switch {
		case n.DataAtom == atom.Img && image == nil:
			image = n
		case credit == "" && n.DataAtom != atom.Figcaption && !longer(n, 300) && creditName.MatchString(named):
			credit = creditOf(textOf(n))
		case n.DataAtom == atom.Figcaption && caption == "" && !longer(n, captionMost):
			caption = textOf(n)
		}
	}
	return image, caption, credit
}

// samePicture says whether an element shows the picture at an address, perhaps in another size.
func samePicture(address string, image *html.Node, base *url.URL) bool {
	name := func(raw string) string {
		u, err := url.Parse(raw)
		if err != nil {
			return ""
		}
		return sizeInName.ReplaceAllString(strings.ToLower(path.Base(u.Path)), "")
	}
	want := name(address)
	if len(want) < 5 {
		return false
	}
	for _, key := range []string{"src", "data-src", "data-original"} {
		if at := absolute(base, attr(image, key)); at != "" && name(at) == want {
			return true
		}
	}
	return strings.Contains(strings.ToLower(attr(image, "srcset")+attr(image, "data-srcset")), want)
}

var (
	creditName = regexp.MustCompile(`(^|[\s_-])(credit|credits|copyright|copyrightholder|photographer|source|attribution)([\s_-]|$)`)
	sizeInName = regexp.MustCompile(`[-_]?\d{2,4}x\d{2,4}|[-_](small|medium|large|scaled|\d{3,4}w?)(\.[a-z]+)?$`)
	// creditLabel is what stands in front of who took a picture.
	creditLabel = regexp.MustCompile(`(?i)^\s*(image source|image credit|image|photo credits?|photograph|photos?|picture|credits?|source|copyright|foto|bild|crédits? photo|crédits?|fotografía|imagen|фото|©)\s*[:,©]?\s*(by\s+)?`)
	// creditEnd is how a caption ends that names who took the picture: "… [Name/Agency]", "(Photo by Name)", "Photo: Name",
	// "© Name".
	creditEnd = []*regexp.Regexp{
		regexp.MustCompile(`[\[(]\s*((?i:photo|image|picture|credit|foto|source)\b[^\])]{2,100}|[^\])]{2,60}/[^\])]{2,60})\s*[\])]\s*$`),
		regexp.MustCompile(`(?:^|[\s.])((?:Photo|Photograph|Image|Picture|Credit|Foto|Bild|Source|Photo credit|Image credit|Фото)\s*(?:[:©]|by\s)\s*[^.:]{2,80})\.?\s*$`),
		regexp.MustCompile(`(©\s*[^©.]{2,80})\.?\s*$`),
	}
)

// creditIn finds who took the picture at the end of its caption, or "".
func creditIn(caption string) string {
	for _, end := range creditEnd {
		if m := end.FindStringSubmatch(caption); m != nil {
			return creditOf(m[1])
		}
	}
	return ""
}

// creditOf is a credit without the word that says that it is one.
func creditOf(text string) string {
	return strings.Trim(creditLabel.ReplaceAllString(collapse(text), ""), " .,;|-–—")
}

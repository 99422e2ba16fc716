package feeds

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"

	readability "codeberg.org/readeck/go-readability/v2"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"attache/briefings"
)

// ErrFeed says that what is at an address is a feed, a sitemap or a list of feeds and no page.
var ErrFeed = errors.New("this is a feed and no page; follow it with “source add” and its address")

// Page reads one page as a report. ErrFeed says that it is a source instead.
func (f *Fetcher) Page(ctx context.Context, address string) (briefings.Report, error) {
	return f.page(ctx, request{address: address, limit: maxPage})
}

func (f *Fetcher) page(ctx context.Context, q request) (briefings.Report, error) {
	q.header = http.Header{"Accept": {"text/html,application/xhtml+xml,text/plain;q=0.8,*/*;q=0.1"}}
	a, err := f.fetch(ctx, q)
	if err != nil {
		return briefings.Report{}, err
	}
	host := a.url.Hostname()
	if err := refusal(host, a.status); err != nil {
		return briefings.Report{}, err
	}
	if a.cut {
		return briefings.Report{}, fmt.Errorf("the page at %s is larger than 3 MB; add it as a file instead", host)
	}
	contentType := a.header.Get("Content-Type")
	kind, _, _ := mime.ParseMediaType(contentType)
	switch {
	case looksLikeFeed(a.body) || looksLikeSitemap(a.body) || IsOutline(a.body):
		return briefings.Report{}, ErrFeed
	case kind == "text/plain" || kind == "text/markdown":
		r, err := ReadText([]byte(decode(a.body, contentType)), a.url.Path)
		r.URL, r.Outlet, r.Label, r.Source = a.url.String(), host, labelOf(host), "link"
		f.relabel(&r)
		return r, err
	case kind == "application/pdf" || looksLikePDF(a.body, a.url.Path):
		return briefings.Report{}, fmt.Errorf("what is at this address on %s is a PDF; save it and add the file in the terminal with attache add, or paste its text", host)
	case kind != "" && kind != "text/html" && kind != "application/xhtml+xml" && !strings.HasSuffix(kind, "/octet-stream"):
		return briefings.Report{}, fmt.Errorf("what is at this address on %s is no page but %s", host, clipped(kind))
	}
	r, err := readPage(decode(a.body, contentType), a.url)
	r.Source = "link"
	f.relabel(&r)
	return r, err
}

// ReadHTML makes a report of a page in bytes. address is where it came from; it may be empty.
func ReadHTML(raw []byte, address string) (briefings.Report, error) {
	base, _ := url.Parse(address)
	if address == "" {
		base = nil
	}
	return readPage(decode(raw, ""), base)
}

var errNoText = errors.New("there is no report to read on this page")

// readPage takes the main text and what the page says about itself.
func readPage(text string, base *url.URL) (briefings.Report, error) {
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil { // more than 512 open elements
		body := paragraphs(stripped(text))
		if body == "" {
			return briefings.Report{}, errNoText
		}
		return briefings.Report{Title: titleOf(body), Text: body, URL: addressOf(base)}, nil
	}
	m := metaOf(doc, base)
	r := briefings.Report{
		URL: first(sameSite(m.canonical, base), addressOf(base)), Title: m.title, Byline: m.byline, Outlet: m.outlet, Language: m.language,
		Published: m.published, DateOnly: m.dateOnly, Picture: m.picture,
	}
	if base != nil {
		r.Outlet = first(r.Outlet, strings.TrimPrefix(base.Hostname(), "www."))
		r.Label = labelOf(base.Hostname())
	}
	r.Text = readableText(doc, base, r.Title)
	if r.Text != "" {
		if voted := mainText(doc, r.Text, r.Title); voted != "" {
			r.Text = voted
		}
	}
	if len(r.Text) < 140 { // a short page, or one that the extractor gave up on: take all of its paragraphs
		clean(doc)
		if all := proseOf(doc, r.Title); len(all) > len(r.Text) {
			r.Text = all
		}
	}
	if r.Text == "" {
		return r, errNoText
	}
	r.Title = first(r.Title, titleOf(r.Text))
	return r, nil
}

// readableText is what the readability extractor takes for the main text; "" where it gives up. It leaves doc as it is.
func readableText(doc *html.Node, base *url.URL, title string) string {
	if base == nil {
		base = &url.URL{Scheme: "https", Host: "localhost"} // only used to resolve links, which are dropped
	}
	own := clone(doc)
	clean(own)
	if tangled(own) {
		return ""
	}
	parser := readability.NewParser()
	article, err := parser.ParseAndMutate(own, base)
	if err != nil || article.Node == nil {
		return ""
	}
	return proseOf(article.Node, title)
}

func addressOf(u *url.URL) string {
	if u == nil {
		return ""
	}
	return u.String()
}

// sameSite returns canonical when it is on the same site as base: a page must not pass itself off as another outlet's.
func sameSite(canonical string, base *url.URL) string {
	u, err := url.Parse(canonical)
	if err != nil || canonical == "" {
		return ""
	}
	if base == nil {
		return canonical
	}
	site := func(host string) string {
		labels := strings.Split(strings.ToLower(host), ".")
		return strings.Join(labels[max(0, len(labels)-2):], ".")
	}
	if site(u.Hostname()) != site(base.Hostname()) {
		return ""
	}
	return canonical
}

// clean removes what is never part of a report: captions, share bars, boxes with other reports, consent notices.
func clean(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		if c.Type == html.CommentNode || c.Type == html.ElementNode && aside(c) {
			n.RemoveChild(c)
		} else {
			clean(c)
		}
		c = next
	}
}

// asides are words in the class or id of an element that say that it is no part of the report.
var asides = []string{
	"share", "social", "related", "read-also", "readalso", "read-more", "readmore", "recommend", "newsletter", "cookie", "consent", "caption", "credit",
	"promo", "advert", "sponsor", "breadcrumb", "comments", "most-read", "popular", "subscribe", "paywall", "byline", "author-bio", "toolbar", "inline-video", "video-player",
}

func aside(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Iframe, atom.Form, atom.Button, atom.Nav, atom.Aside, atom.Footer, atom.Svg,
		atom.Figcaption, atom.Caption, atom.Select, atom.Input, atom.Textarea, atom.Object, atom.Embed, atom.Audio, atom.Video, atom.Canvas:
		return n.DataAtom != atom.Footer || !within(n, atom.Article)
	case atom.Body, atom.Html, atom.Main, atom.Article:
		return false
	}
	if attr(n, "hidden") != "" || attr(n, "aria-hidden") == "true" || strings.Contains(strings.ReplaceAll(attr(n, "style"), " ", ""), "display:none") {
		return true
	}
	words := strings.ToLower(attr(n, "class") + " " + attr(n, "id"))
	if words == " " || longer(n, 1500) { // a large element is the report itself, whatever its class says
		return false
	}
	for name := range strings.FieldsSeq(words) {
		for _, a := range asides {
			if name == a || strings.HasPrefix(name, a+"-") || strings.HasSuffix(name, "-"+a) || strings.Contains(name, "-"+a+"-") ||
				strings.HasPrefix(name, a+"_") || strings.HasSuffix(name, "_"+a) || strings.HasSuffix(name, "__"+a) {
				return true
			}
		}
	}
	return false
}

func within(n *html.Node, a atom.Atom) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.DataAtom == a {
			return true
		}
	}
	return false
}

// proseOf writes the blocks below n as paragraphs separated by blank lines, without the title.
func proseOf(n *html.Node, title string) string {
	var out []string
	var line strings.Builder
	end := func() {
		text := collapse(line.String())
		line.Reset()
		if text == "" || len(out) == 0 && strings.EqualFold(text, title) || len(out) > 0 && out[len(out)-1] == text {
			return
		}
		out = append(out, text)
	}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			switch c.Type {
			case html.TextNode:
				line.WriteString(c.Data)
			case html.ElementNode:
				switch {
				case c.DataAtom == atom.Br:
					if next := c.NextSibling; next != nil && next.DataAtom == atom.Br {
						end()
					} else {
						line.WriteByte(' ')
					}
				case c.DataAtom == atom.Head || c.DataAtom == atom.Script || c.DataAtom == atom.Style:
				case inline[c.DataAtom]:
					walk(c)
				default:
					end()
					walk(c)
					end()
				}
			default:
				walk(c)
			}
		}
	}
	walk(n)
	end()
	return strings.Join(withoutNoise(out), "\n\n")
}

var inline = map[atom.Atom]bool{
	atom.A: true, atom.Abbr: true, atom.B: true, atom.Bdi: true, atom.Bdo: true, atom.Cite: true, atom.Code: true, atom.Data: true, atom.Dfn: true, atom.Em: true,
	atom.Font: true, atom.I: true, atom.Ins: true, atom.Kbd: true, atom.Label: true, atom.Mark: true, atom.Q: true, atom.S: true, atom.Samp: true, atom.Small: true,
	atom.Span: true, atom.Strong: true, atom.Sub: true, atom.Sup: true, atom.Time: true, atom.U: true, atom.Var: true, atom.Wbr: true,
}

func clone(n *html.Node) *html.Node {
	c := &html.Node{Type: n.Type, DataAtom: n.DataAtom, Data: n.Data, Namespace: n.Namespace, Attr: append([]html.Attribute(nil), n.Attr...)}
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		c.AppendChild(clone(child))
	}
	return c
}

// stripped takes the tags out of HTML that is nested too deep to be parsed.
func stripped(text string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(text))
	skip := 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if skip == 0 {
				b.Write(z.Text())
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "script", "style":
				skip = 1 - skip
			case "p", "div", "br", "li", "h1", "h2", "h3", "tr", "section", "article":
				b.WriteString("\n\n")
			}
		}
	}
}

package feeds

import (
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"attache/briefings"
)

// meta is what a page says about itself outside its text.
type meta struct {
	title, byline, outlet, language, canonical string
	published                                  time.Time
	dateOnly                                   bool
	feeds                                      []string // addresses of feeds that the page offers
	picture                                    briefings.Picture
}

// metaOf reads meta elements, JSON-LD and link elements. What the page says first in the more trusted place stands.
func metaOf(doc *html.Node, base *url.URL) meta {
	var m meta
	props := map[string]string{}
	var linked []map[string]any
	var times []string
	var h1 string
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.DataAtom {
		case atom.Html:
			m.language = strings.TrimSpace(attr(n, "lang"))
		case atom.Meta:
			name := strings.ToLower(first(attr(n, "property"), attr(n, "name"), attr(n, "itemprop"), attr(n, "http-equiv")))
			if content := strings.TrimSpace(attr(n, "content")); name != "" && content != "" && props[name] == "" {
				props[name] = content
			}
		case atom.Title:
			if props["<title>"] == "" {
				props["<title>"] = textOf(n)
			}
		case atom.H1:
			if h1 == "" {
				h1 = textOf(n)
			}
		case atom.Time:
			if at := first(attr(n, "datetime"), attr(n, "content")); at != "" && len(times) < 5 {
				times = append(times, at)
			}
		case atom.Link:
			rel, href, kind := strings.ToLower(attr(n, "rel")), attr(n, "href"), strings.ToLower(attr(n, "type"))
			switch {
			case rel == "canonical" && m.canonical == "":
				m.canonical = absolute(base, href)
			case strings.Contains(rel, "alternate") && (strings.Contains(kind, "rss") || strings.Contains(kind, "atom") || strings.Contains(kind, "feed+json")):
				if feed := absolute(base, href); feed != "" && len(m.feeds) < 20 {
					m.feeds = append(m.feeds, feed)
				}
			}
		case atom.Script:
			if strings.Contains(strings.ToLower(attr(n, "type")), "ld+json") && n.FirstChild != nil && len(linked) < 50 {
				var any any
				if json.Unmarshal([]byte(n.FirstChild.Data), &any) == nil {
					linked = append(linked, articlesIn(any, 0)...)
				}
			}
		}
	}
	ld := func(keys ...string) string {
		for _, object := range linked {
			var value any = object
			for _, key := range keys {
				if list, ok := value.([]any); ok && len(list) > 0 {
					value = list[0]
				}
				if o, ok := value.(map[string]any); ok {
					value = o[key]
				} else if key == "name" {
					break // an author that is a plain string
				} else {
					value = nil
				}
			}
			if s, ok := value.(string); ok && strings.TrimSpace(s) != "" {
				return strings.TrimSpace(html.UnescapeString(s))
			}
		}
		return ""
	}
	m.title = first(props["og:title"], props["twitter:title"], ld("headline"), h1, props["<title>"])
	m.outlet = first(props["og:site_name"], ld("publisher", "name"), props["application-name"])
	m.byline = first(props["author"], ld("author", "name"), props["article:author"], props["dc.creator"])
	if strings.Contains(m.byline, "://") {
		m.byline = ""
	}
	m.language = first(m.language, ld("inLanguage"), props["og:locale"], props["content-language"])
	m.language = strings.ReplaceAll(m.language, "_", "-")
	for _, text := range append([]string{ld("datePublished"), props["article:published_time"], props["datepublished"], props["date"], props["dc.date.issued"], props["dc.date"],
		props["parsely-pub-date"], props["sailthru.date"], props["pubdate"], props["publish-date"], props["og:published_time"]}, times...) {
		if t, dateOnly, ok := when(text); ok {
			m.published, m.dateOnly = t, dateOnly
			break
		}
	}
	m.title = withoutOutlet(collapse(m.title), m.outlet)
	m.byline, m.outlet = collapse(m.byline), collapse(m.outlet)
	m.picture = leadPicture(doc, base, first(props["og:image:secure_url"], props["og:image"], props["og:image:url"], props["twitter:image"], props["twitter:image:src"], ldPicture(linked)),
		first(props["og:image:alt"], props["twitter:image:alt"]))
	return m
}

// articlesIn finds the JSON-LD objects that describe a report.
func articlesIn(value any, depth int) []map[string]any {
	if depth > 6 {
		return nil
	}
	var found []map[string]any
	switch v := value.(type) {
	case []any:
		for _, item := range v[:min(len(v), 100)] {
			found = append(found, articlesIn(item, depth+1)...)
		}
	case map[string]any:
		kinds, _ := v["@type"].([]any)
		if kind, ok := v["@type"].(string); ok {
			kinds = []any{kind}
		}
		for _, kind := range kinds {
			if name, _ := kind.(string); strings.HasSuffix(name, "Article") || strings.HasSuffix(name, "Posting") || name == "Report" {
				found = append(found, v)
				break
			}
		}
		if graph, ok := v["@graph"]; ok {
			found = append(found, articlesIn(graph, depth+1)...)
		}
	}
	return found
}

// withoutOutlet takes " - Outlet" off the end of a title.
func withoutOutlet(title, outlet string) string {
	for _, sep := range []string{" | ", " - ", " – ", " — ", " :: "} {
		i := strings.LastIndex(title, sep)
		if i < 20 {
			continue
		}
		tail := strings.TrimSpace(title[i+len(sep):])
		if outlet != "" && strings.EqualFold(tail, outlet) || sep == " | " && len(strings.Fields(tail)) <= 3 {
			return strings.TrimSpace(title[:i])
		}
	}
	return title
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// first returns the first text that is not blank.
func first(texts ...string) string {
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			return t
		}
	}
	return ""
}

// absolute resolves href against base; "" when the result is no web address.
func absolute(base *url.URL, href string) string {
	u, err := url.Parse(strings.TrimSpace(href))
	if err != nil || href == "" {
		return ""
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return u.String()
}

func collapse(text string) string { return strings.Join(strings.Fields(text), " ") }

// textOf returns the text below n, collapsed.
func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
			b.WriteByte(' ')
		}
	}
	return collapse(b.String())
}

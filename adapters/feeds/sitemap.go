package feeds

import (
	"bytes"
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"attache/briefings"
)

// Limits on sitemaps.
const (
	maxMaps    = 5    // sitemaps of an index that are read, the newest first
	maxEntries = 1000 // entries of a news sitemap, as many as one may have
)

// looksLikeSitemap says whether bytes are a sitemap or an index of sitemaps.
func looksLikeSitemap(raw []byte) bool {
	head := bytes.ToLower(raw[:min(len(raw), 2048)])
	return bytes.Contains(head, []byte("<urlset")) || bytes.Contains(head, []byte("<sitemapindex"))
}

var (
	errNoNews = errors.New("this sitemap lists pages without saying which are news; name the site's news sitemap or its feed")
	errMaps   = errors.New("none of the sitemaps in this index lists news; name the site's news sitemap or its feed")
)

// sitemap reads a news sitemap, or those that an index names.
func (f *Fetcher) sitemap(ctx context.Context, a answer) (listing, error) {
	l, more, err := readSitemap(a.body, a.header.Get("Content-Type"), a.url)
	if err != nil || len(more) == 0 {
		return l, err
	}
	var last error
	for _, m := range newsMaps(more) {
		child, err := f.fetch(ctx, request{address: m.address, limit: maxFeed, header: http.Header{"Accept": {"application/xml,text/xml;q=0.9,*/*;q=0.1"}}, polling: true})
		if err == nil {
			err = refusal(child.url.Hostname(), child.status)
		}
		if err == nil {
			child.body, err = unpacked(child.body, maxFeed)
		}
		var found listing
		if err == nil {
			// What an index names in turn is not followed: it could go on for ever.
			found, _, err = readSitemap(child.body, child.header.Get("Content-Type"), child.url)
		}
		if err != nil {
			last = err
			continue
		}
		l.title = first(l.title, found.title)
		l.reports = append(l.reports, found.reports...)
	}
	if len(l.reports) == 0 {
		if last != nil && !errors.Is(last, errNoNews) {
			return l, last
		}
		return l, errMaps
	}
	newestFirst(l.reports)
	l.reports = l.reports[:min(len(l.reports), maxItems)]
	return l, nil
}

// sitemapLink is a sitemap that an index names.
type sitemapLink struct {
	address string
	changed time.Time
}

// newsMaps chooses which sitemaps of an index are read: those that call themselves news, else the ones changed last.
func newsMaps(all []sitemapLink) []sitemapLink {
	named := slices.DeleteFunc(slices.Clone(all), func(m sitemapLink) bool { return !strings.Contains(strings.ToLower(m.address), "news") })
	if len(named) > 0 {
		all = named
	}
	slices.SortStableFunc(all, func(a, b sitemapLink) int { return b.changed.Compare(a.changed) })
	return all[:min(len(all), maxMaps)]
}

// sitemapEntry is a page in a sitemap.
type sitemapEntry struct {
	loc, lastmod                     string
	title, name, language, published string // of its news element
	news                             bool
}

// readSitemap makes reports of the entries of a sitemap that are news. Of an index it returns what it names instead.
func readSitemap(raw []byte, contentType string, base *url.URL) (l listing, more []sitemapLink, err error) {
	clean, err := normalise(raw, contentType)
	if err != nil {
		return l, nil, err
	}
	dec := xml.NewDecoder(bytes.NewReader(clean))
	dec.Strict = false
	dec.Entity = xml.HTMLEntity
	host := ""
	if base != nil {
		host = base.Hostname()
	}
	var e sitemapEntry
	var field *string
	entries, index := 0, false
	for entries < maxEntries {
		token, err := dec.RawToken()
		if err != nil {
			break // also where it breaks off: what came whole counts
		}
		switch t := token.(type) {
		case xml.StartElement:
			field = nil
			switch name := t.Name.Local; {
			case name == "sitemapindex":
				index = true
			case name == "url" || name == "sitemap":
				e = sitemapEntry{}
			case name == "loc" && t.Name.Space == "":
				field = &e.loc
			case name == "lastmod":
				field = &e.lastmod
			case t.Name.Space == "news" || strings.HasPrefix(t.Name.Space, "n"):
				e.news = true
				field = map[string]*string{"title": &e.title, "name": &e.name, "language": &e.language, "publication_date": &e.published}[name]
			}
		case xml.CharData:
			if field != nil && len(*field) < briefings.MaxTitle*4 {
				*field += string(t)
			}
		case xml.EndElement:
			field = nil
			switch t.Name.Local {
			case "sitemap":
				if address := absolute(base, strings.TrimSpace(e.loc)); index && address != "" && len(more) < maxEntries {
					changed, _, _ := when(e.lastmod)
					more = append(more, sitemapLink{address, changed})
				}
			case "url":
				entries++
				if r, ok := e.report(base); ok && e.news {
					r.Label = labelOf(hostOf(r.URL, host))
					r.Outlet = first(collapse(e.name), host)
					l.title = first(l.title, collapse(e.name))
					l.reports = append(l.reports, r)
				}
			}
		}
	}
	switch {
	case index && len(more) == 0:
		return l, nil, errMaps
	case !index && len(l.reports) == 0 && entries > 0:
		return l, nil, errNoNews
	}
	newestFirst(l.reports)
	l.reports = l.reports[:min(len(l.reports), maxItems)]
	return l, more, nil
}

// report is an entry as a report. Its text is its headline: a sitemap has no more. Whole reads its page.
func (e sitemapEntry) report(base *url.URL) (briefings.Report, bool) {
	r := briefings.Report{URL: absolute(base, strings.TrimSpace(e.loc)), Title: collapse(stripped(e.title)), Language: strings.TrimSpace(e.language)}
	r.Text = r.Title
	r.Published, r.DateOnly, _ = when(cmp.Or(strings.TrimSpace(e.published), strings.TrimSpace(e.lastmod)))
	return r, r.Text != "" && r.URL != ""
}

package feeds

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
	"golang.org/x/net/html"

	"attache/briefings"
)

// How often a source is polled.
const (
	minPause = 5 * time.Minute
	maxPause = 6 * time.Hour
	quietly  = 30 * time.Minute // where a feed's items have no dates
)

// Poll reads a source. A page that is no feed itself but offers one becomes that feed: the source that comes back has its
// address.
func (f *Fetcher) Poll(ctx context.Context, s briefings.Source) ([]briefings.Report, briefings.Source, error) {
	now := f.now()
	before := s.NextAt.Sub(s.Checked) // how long it was left alone before this poll
	s.Checked = now
	header := http.Header{"Accept": {"application/rss+xml,application/atom+xml,application/feed+json,application/xml;q=0.9,text/xml;q=0.9,text/html;q=0.5,*/*;q=0.1"}}
	if s.Etag != "" {
		header.Set("If-None-Match", s.Etag)
	}
	if s.Modified != "" {
		header.Set("If-Modified-Since", s.Modified)
	}
	a, err := f.get(ctx, s.URL, maxFeed, header)
	if err != nil {
		s.NextAt = now.Add(backoff(s, now))
		return nil, s, err
	}
	if a.status == http.StatusNotModified {
		// Nothing new: leave it alone a little longer than the last time.
		s.NextAt = now.Add(jittered(clamp(max(before+before/4, cacheFor(a.header)))))
		return nil, s, nil
	}
	if err := refusal(a.url.Hostname(), a.status); err != nil {
		s.NextAt = now.Add(max(backoff(s, now), retryAfter(a.header, now)))
		return nil, s, err
	}
	if !looksLikeFeed(a.body) {
		if feed := f.offered(a); feed != "" && feed != s.URL {
			s.URL, s.Etag, s.Modified = feed, "", ""
			if a, err = f.get(ctx, feed, maxFeed, http.Header{"Accept": header["Accept"]}); err == nil {
				err = refusal(a.url.Hostname(), a.status)
			}
			if err != nil {
				s.NextAt = now.Add(backoff(s, now))
				return nil, s, err
			}
		}
	}
	reports, title, ttl, err := parseFeed(a.body, a.header.Get("Content-Type"), a.url)
	if err != nil {
		s.NextAt = now.Add(backoff(s, now))
		return nil, s, fmt.Errorf("%s: %w", a.url.Hostname(), err)
	}
	s.Title = first(title, s.Title, a.url.Hostname())
	s.Etag, s.Modified = a.header.Get("Etag"), a.header.Get("Last-Modified")
	for i := range reports {
		reports[i].Source = s.URL
	}
	s.NextAt = now.Add(jittered(clamp(max(pace(reports, now), ttl, cacheFor(a.header)))))
	return reports, s, nil
}

// offered returns the first feed that a page offers, or "".
func (f *Fetcher) offered(a answer) string {
	doc, err := html.Parse(strings.NewReader(decode(a.body, a.header.Get("Content-Type"))))
	if err != nil {
		return ""
	}
	if m := metaOf(doc, a.url); len(m.feeds) > 0 {
		return m.feeds[0]
	}
	return ""
}

// ReadFeed makes reports of a feed in bytes. base resolves relative links; it may be nil.
func ReadFeed(raw []byte, contentType string, base *url.URL) ([]briefings.Report, error) {
	reports, _, _, err := parseFeed(raw, contentType, base)
	return reports, err
}

func parseFeed(raw []byte, contentType string, base *url.URL) (reports []briefings.Report, title string, ttl time.Duration, err error) {
	clean, err := normalise(raw, contentType)
	if err != nil {
		return nil, "", 0, err
	}
	feed, err := parseSafely(clean)
	if err != nil {
		return nil, "", 0, err
	}
	title = collapse(stripped(feed.Title))
	host := ""
	if base != nil {
		host = base.Hostname()
	}
	if m := ttlElement.FindSubmatch(clean); m != nil { // the parser's common form of a feed has no place for it
		if minutes, err := strconv.Atoi(string(m[1])); err == nil {
			ttl = time.Duration(min(minutes, 24*60)) * time.Minute
		}
	}
	for _, item := range feed.Items[:min(len(feed.Items), maxItems)] {
		if item == nil {
			continue
		}
		if r, ok := reportOf(item, feed, base); ok {
			r.Outlet = first(title, host)
			r.Label = labelOf(hostOf(r.URL, host))
			reports = append(reports, r)
		}
	}
	newestFirst(reports)
	return reports, title, ttl, nil
}

// newestFirst sorts reports by their dates. Where one has none the feed's own order, which hardly ever is another, stands.
func newestFirst(reports []briefings.Report) {
	if slices.ContainsFunc(reports, func(r briefings.Report) bool { return r.Published.IsZero() }) {
		return
	}
	slices.SortStableFunc(reports, func(a, b briefings.Report) int { return b.Published.Compare(a.Published) })
}

var ttlElement = regexp.MustCompile(`<ttl>\s*(\d{1,6})\s*</ttl>`)

// parseSafely keeps a panic of the parser away from the gatherer.
func parseSafely(clean []byte) (feed *gofeed.Feed, err error) {
	defer func() {
		if recover() != nil {
			feed, err = nil, errors.New("the feed can't be read")
		}
	}()
	feed, err = gofeed.NewParser().Parse(bytes.NewReader(clean))
	switch {
	case errors.Is(err, gofeed.ErrFeedTypeNotDetected):
		return nil, errNoFeed
	case err != nil || feed == nil:
		return nil, errors.New("the feed is damaged and can't be read")
	}
	return feed, nil
}

// reportOf makes a report of an item. An item without title and text is none.
func reportOf(item *gofeed.Item, feed *gofeed.Feed, base *url.URL) (briefings.Report, bool) {
	r := briefings.Report{
		Title: collapse(html.UnescapeString(stripped(item.Title))), URL: absolute(base, first(item.Link, permalink(item.GUID))), Language: feed.Language,
	}
	if len(item.Authors) > 0 && item.Authors[0] != nil {
		r.Byline = collapse(item.Authors[0].Name)
	}
	for _, at := range []*time.Time{item.PublishedParsed, item.UpdatedParsed} {
		if at != nil && plausible(*at) {
			r.Published = *at
			break
		}
	}
	if r.Published.IsZero() {
		r.Published, r.DateOnly, _ = when(first(item.Published, item.Updated))
	}
	body, summary := fragment(item.Content), fragment(item.Description)
	if r.Text = body; len(body) < len(summary) {
		r.Text = summary
	}
	if r.Text == "" {
		r.Text = r.Title
	}
	return r, r.Text != ""
}

// fragment takes the paragraphs out of a piece of HTML.
func fragment(piece string) string {
	if !strings.ContainsAny(piece, "<&") {
		return paragraphs(piece)
	}
	doc, err := html.Parse(strings.NewReader(piece))
	if err != nil {
		return paragraphs(stripped(piece))
	}
	clean(doc)
	return proseOf(doc, "")
}

func permalink(guid string) string {
	if strings.HasPrefix(guid, "http://") || strings.HasPrefix(guid, "https://") {
		return guid
	}
	return ""
}

func hostOf(address, otherwise string) string {
	if u, err := url.Parse(address); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	return otherwise
}

// pace is how long to wait for the next report, judged by the last ten: half of the time between two of them.
func pace(reports []briefings.Report, now time.Time) time.Duration {
	oldest, n := now, 0
	for _, r := range reports[:min(len(reports), 10)] {
		if !r.Published.IsZero() && r.Published.Before(now) {
			n++
			if r.Published.Before(oldest) {
				oldest = r.Published
			}
		}
	}
	if n == 0 {
		return quietly
	}
	return now.Sub(oldest) / time.Duration(2*n)
}

// backoff doubles the pause for as long as a source fails.
func backoff(s briefings.Source, now time.Time) time.Duration {
	if s.Since.IsZero() {
		return minPause
	}
	return clamp(now.Sub(s.Since))
}

func clamp(d time.Duration) time.Duration { return min(max(d, minPause), maxPause) }

// jittered spreads polls, so that a thousand sources are not asked at once: up to a tenth later.
func jittered(d time.Duration) time.Duration { return d + rand.N(d/10+1) }

// cacheFor is how long the server wants its answer to be kept.
func cacheFor(h http.Header) time.Duration {
	for part := range strings.SplitSeq(h.Get("Cache-Control"), ",") {
		if name, value, ok := strings.Cut(strings.TrimSpace(part), "="); ok && strings.EqualFold(name, "max-age") {
			if seconds, err := strconv.Atoi(strings.Trim(value, `"`)); err == nil && seconds > 0 {
				return time.Duration(min(seconds, 86400)) * time.Second
			}
		}
	}
	return 0
}

// retryAfter reads Retry-After, in seconds or as a date; at most a day.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil && seconds > 0 {
		return min(time.Duration(seconds)*time.Second, 24*time.Hour)
	}
	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return min(at.Sub(now), 24*time.Hour)
	}
	return 0
}

// Understood is what was understood of a feed in bytes: the parser's common form of RSS, Atom and JSON Feed, for scripts.
func Understood(raw []byte, contentType string) (any, error) {
	clean, err := normalise(raw, contentType)
	if err != nil {
		return nil, err
	}
	return parseSafely(clean)
}

package feeds

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/mmcdole/gofeed"
	"golang.org/x/net/html"

	"attache/briefings"
)

// How often a source is polled.
const (
	minPause = 5 * time.Minute
	maxPause = 6 * time.Hour    // also where a server wants its answer to be kept longer
	quietly  = 30 * time.Minute // where a feed's items have no dates
)

// Poll reads a source: a feed, or a news sitemap. A page that is no feed itself but offers one becomes that feed: the source
// that comes back has its address.
func (f *Fetcher) Poll(ctx context.Context, s briefings.Source) ([]briefings.Report, briefings.Source, error) {
	now := f.now()
	var before time.Duration // how long it was left alone before this poll
	if !s.Checked.IsZero() {
		before = s.NextAt.Sub(s.Checked)
	}
	s.Checked = now
	accept := []string{"application/rss+xml,application/atom+xml,application/feed+json,application/xml;q=0.9,text/xml;q=0.9,text/html;q=0.5,*/*;q=0.1"}
	header := http.Header{"Accept": accept}
	if s.Etag != "" {
		header.Set("If-None-Match", s.Etag)
	}
	if s.Modified != "" {
		header.Set("If-Modified-Since", s.Modified)
	}
	fail := func(err error, wait time.Duration) ([]briefings.Report, briefings.Source, error) {
		s.NextAt = now.Add(max(backoff(s, now), wait))
		if r, ok := errors.AsType[resting](err); ok && r.until.After(s.NextAt) {
			s.NextAt = r.until
		}
		return nil, s, err
	}
	a, err := f.fetch(ctx, request{address: s.URL, limit: maxFeed, header: header, polling: true})
	if err != nil {
		return fail(err, 0)
	}
	if a.status == http.StatusNotModified {
		s.NextAt = now.Add(quieter(before, s, now, cacheFor(a.header)))
		return nil, s, nil
	}
	if err := refusal(a.url.Hostname(), a.status); err != nil {
		return fail(err, retryAfter(a.header, now))
	}
	if a.body, err = unpacked(a.body, maxFeed); err != nil {
		return fail(fmt.Errorf("%s: %w", a.url.Hostname(), err), 0)
	}
	if !looksLikeFeed(a.body) && !looksLikeSitemap(a.body) && !IsOutline(a.body) {
		if feed := f.offered(a); feed != "" && feed != s.URL {
			s.URL, s.Etag, s.Modified = feed, "", ""
			if a, err = f.fetch(ctx, request{address: feed, limit: maxFeed, header: http.Header{"Accept": accept}, polling: true}); err != nil {
				return fail(err, 0)
			}
			if err := refusal(a.url.Hostname(), a.status); err != nil {
				return fail(err, retryAfter(a.header, now))
			}
			if a.body, err = unpacked(a.body, maxFeed); err != nil {
				return fail(fmt.Errorf("%s: %w", a.url.Hostname(), err), 0)
			}
		}
	}
	l, err := f.listing(ctx, a)
	if err != nil {
		if _, list := errors.AsType[*briefings.ListError](err); list {
			return nil, s, err
		}
		return fail(fmt.Errorf("%s: %w", a.url.Hostname(), err), 0)
	}
	s.Title = first(clipTitle(l.title), s.Title, a.url.Hostname())
	s.Etag, s.Modified = a.header.Get("Etag"), a.header.Get("Last-Modified")
	for i := range l.reports {
		l.reports[i].Source = s.URL
	}
	s.NextAt = now.Add(jittered(clamp(max(pace(l.reports, now), l.ttl, cacheFor(a.header)))))
	return l.reports, s, nil
}

// listing is what a source lists.
type listing struct {
	reports []briefings.Report // newest first
	title   string
	ttl     time.Duration // how long it wants to be left alone; zero where it does not say
}

// listing understands an answer. Few are understood at once.
func (f *Fetcher) listing(ctx context.Context, a answer) (l listing, err error) {
	defer func() {
		for i := range l.reports {
			f.relabel(&l.reports[i])
		}
	}()
	if looksLikeSitemap(a.body) {
		return f.sitemap(ctx, a)
	}
	select {
	case f.parsing <- struct{}{}:
	case <-ctx.Done():
		return l, explain(a.url.Hostname(), ctx.Err())
	}
	defer func() { <-f.parsing }()
	if IsOutline(a.body) {
		return l, readList(a)
	}
	l.reports, l.title, l.ttl, err = parseFeed(a.body, a.header.Get("Content-Type"), a.url)
	return l, err
}

// unpacked unpacks a body that is a gzip file itself, as sitemaps often are. One that is larger than limit is refused.
func unpacked(body []byte, limit int64) ([]byte, error) {
	if len(body) < 2 || body[0] != 0x1f || body[1] != 0x8b {
		return body, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("the file is a damaged gzip archive")
	}
	out, err := io.ReadAll(io.LimitReader(z, limit+1))
	switch {
	case int64(len(out)) > limit:
		return nil, fmt.Errorf("the file is larger than %d MB when it is unpacked", limit>>20)
	case err != nil && len(out) == 0:
		return nil, errors.New("the file is a damaged gzip archive")
	}
	return out, nil
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

// Whole reads the page of a report that a source lists with a summary or a headline alone, as politely as a source is polled.
// What the source said of it stands; the text, and what the source didn't say, is the page's. An error says that there is
// nothing better than what the source lists: the page can't be read, or shows something else, such as a wall.
func (f *Fetcher) Whole(ctx context.Context, r briefings.Report) (briefings.Report, error) {
	page, err := f.page(ctx, request{address: r.URL, limit: maxPage, polling: true})
	switch {
	case err != nil:
		return r, err
	case !sameReport(r.Title, page):
		return r, errNoText
	}
	r.Text = page.Text
	r.Byline, r.Language = first(r.Byline, page.Byline), first(page.Language, r.Language)
	if r.Published.IsZero() || r.DateOnly && !page.DateOnly && page.Published.Sub(r.Published).Abs() < 36*time.Hour {
		r.Published, r.DateOnly = page.Published, page.DateOnly
	}
	if page.Picture.URL != "" {
		r.Picture = page.Picture
	}
	return r, nil
}

// sameReport says whether a page is the report of a headline: most of its long words stand in the page's own headline or text.
func sameReport(headline string, page briefings.Report) bool {
	notWord := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	words := strings.FieldsFunc(strings.ToLower(headline), notWord)
	words = slices.DeleteFunc(words, func(w string) bool { return utf8.RuneCountInString(w) < 4 && len(words) > 2 })
	within := strings.ToLower(page.Title + " " + page.Text)
	found := 0
	for _, w := range words {
		if strings.Contains(within, w) {
			found++
		}
	}
	return 2*found >= len(words)
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
	ttl = ttlOf(clean)
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

// ttlOf is how long a feed says that it stays as it is: <ttl> in minutes, or the syndication module's period, of which so many
// updates are one. The parser's common form of a feed has no place for them.
func ttlOf(clean []byte) time.Duration {
	const most = 24 * time.Hour
	if m := ttlElement.FindSubmatch(clean); m != nil {
		if minutes, err := strconv.Atoi(string(m[1])); err == nil {
			return min(time.Duration(minutes)*time.Minute, most)
		}
	}
	m := periodElement.FindSubmatch(clean)
	if m == nil {
		return 0
	}
	period := map[string]time.Duration{"hourly": time.Hour, "daily": most, "weekly": 7 * most, "monthly": 30 * most, "yearly": 365 * most}[string(m[1])]
	if m := frequencyElement.FindSubmatch(clean); m != nil {
		if n, err := strconv.Atoi(string(m[1])); err == nil && n > 1 {
			period /= time.Duration(n)
		}
	}
	return min(period, most)
}

var (
	ttlElement       = regexp.MustCompile(`<ttl>\s*(\d{1,6})\s*</ttl>`)
	periodElement    = regexp.MustCompile(`<sy:updatePeriod>\s*([a-z]{5,7})\s*</sy:updatePeriod>`)
	frequencyElement = regexp.MustCompile(`<sy:updateFrequency>\s*(\d{1,4})\s*</sy:updateFrequency>`)
)

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
	r.Picture = itemPicture(item, base)
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

// quieter is how long to leave a source alone that had nothing new: as long as the last time, and longer the longer it has
// been silent, so that a feed that sleeps at night is there again in the morning.
func quieter(before time.Duration, s briefings.Source, now time.Time, cache time.Duration) time.Duration {
	grown := jittered(before + before/5)
	if !s.Newest.IsZero() {
		grown = jittered(now.Sub(s.Newest) / 12)
	}
	return clamp(max(before, grown, jittered(cache)))
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

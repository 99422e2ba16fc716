package feeds

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"attache/briefings"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// every is n reports, the newest published ago before noon and each other one interval before the next.
func every(interval, ago time.Duration, n int) []briefings.Report {
	var out []briefings.Report
	for i := range n {
		out = append(out, briefings.Report{Published: noon.Add(-ago - time.Duration(i)*interval)})
	}
	return out
}

func TestTheScheduleFollowsHowOftenASourcePublishes(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name        string
		reports     []briefings.Report
		least, most time.Duration
	}{
		{"a wire, every minute", every(time.Minute, 0, 30), 5 * time.Minute, 5 * time.Minute},
		{"every half an hour", every(30*time.Minute, 10*time.Minute, 30), 10 * time.Minute, 20 * time.Minute},
		{"every three hours", every(3*time.Hour, time.Hour, 30), time.Hour, 2 * time.Hour},
		{"once a day", every(24*time.Hour, 3*time.Hour, 30), 6 * time.Hour, 6 * time.Hour},
		{"nothing for a year", every(time.Hour, 365*24*time.Hour, 30), 6 * time.Hour, 6 * time.Hour},
		{"no dates", []briefings.Report{{}, {}}, quietly, quietly},
		{"dated ahead", every(time.Hour, -48*time.Hour, 10), quietly, quietly},
		{"nothing", nil, quietly, quietly},
	} {
		if got := clamp(pace(row.reports, noon)); got < row.least || got > row.most {
			t.Errorf("%s: polled every %v, want %v to %v", row.name, got, row.least, row.most)
		}
	}
}

func TestASourceThatIsSilentIsAskedLessAndFoundInTheMorning(t *testing.T) {
	t.Parallel()
	s := briefings.Source{Newest: noon}
	pause, now := minPause, noon
	for now.Before(noon.Add(8 * time.Hour)) {
		now = now.Add(pause)
		next := quieter(pause, s, now, 0)
		if next < pause || next < minPause || next > maxPause {
			t.Fatalf("after %v: %v after %v", now.Sub(noon), next, pause)
		}
		pause = next
	}
	if pause < 30*time.Minute || pause > 50*time.Minute {
		t.Errorf("after a night it is asked every %v, want about 40 minutes", pause)
	}
	if got := quieter(0, briefings.Source{Newest: noon.Add(-365 * 24 * time.Hour)}, noon, 0); got != maxPause {
		t.Errorf("after a year: %v", got)
	}
	for range 100 {
		if got := quieter(time.Hour, briefings.Source{}, noon, 0); got <= time.Hour || got > 2*time.Hour {
			t.Fatalf("a source without dates: %v after an hour", got)
		}
	}
}

func TestPollsComeAtDifferentTimesAndNeverTooSoon(t *testing.T) {
	t.Parallel()
	seen := map[time.Duration]bool{}
	for range 200 {
		d := jittered(time.Hour)
		if d < time.Hour || d > 66*time.Minute {
			t.Fatalf("%v", d)
		}
		seen[d] = true
	}
	if len(seen) < 100 {
		t.Errorf("200 polls came at %d different times", len(seen))
	}
}

func TestAServersWishesForItsScheduleAreHonoured(t *testing.T) {
	t.Parallel()
	feed := func(extra string) string {
		return `<rss version="2.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><title>T</title>` + extra +
			`<item><title>a</title><pubDate>Tue, 24 Nov 2026 11:59:00 +0000</pubDate></item></channel></rss>`
	}
	for _, row := range []struct {
		name, body   string
		header       http.Header
		status       int
		least, most  time.Duration
		wantFailure  bool
		wantReports  int
		wantModified string
	}{
		{name: "nothing said", body: feed(""), least: 5 * time.Minute, most: 6 * time.Minute, wantReports: 1},
		{name: "ttl", body: feed("<ttl>90</ttl>"), least: 90 * time.Minute, most: 99 * time.Minute, wantReports: 1},
		{name: "hourly", body: feed("<sy:updatePeriod>hourly</sy:updatePeriod>"), least: time.Hour, most: 66 * time.Minute, wantReports: 1},
		{name: "twice a day", body: feed("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>12</sy:updateFrequency>"), least: 2 * time.Hour, most: 132 * time.Minute, wantReports: 1},
		{name: "a mad ttl", body: feed("<ttl>999999</ttl>"), least: maxPause, most: maxPause + maxPause/10, wantReports: 1},
		{name: "max-age", body: feed(""), header: http.Header{"Cache-Control": {"public, max-age=3600"}, "Last-Modified": {"then"}}, least: time.Hour, most: 66 * time.Minute, wantReports: 1, wantModified: "then"},
		{name: "a mad max-age", body: feed(""), header: http.Header{"Cache-Control": {"max-age=31536000"}}, least: maxPause, most: maxPause + maxPause/10, wantReports: 1},
		{name: "come back in two hours", status: 503, header: http.Header{"Retry-After": {"7200"}}, least: 2 * time.Hour, most: 2 * time.Hour, wantFailure: true},
		{name: "come back at three", status: 429, header: http.Header{"Retry-After": {"Tue, 24 Nov 2026 15:00:00 GMT"}}, least: 3 * time.Hour, most: 3 * time.Hour, wantFailure: true},
		{name: "come back next year", status: 429, header: http.Header{"Retry-After": {"31536000"}}, least: 24 * time.Hour, most: 24 * time.Hour, wantFailure: true},
		{name: "come back some time", status: 429, header: http.Header{"Retry-After": {"soon"}}, least: 5 * time.Minute, most: 5 * time.Minute, wantFailure: true},
		{name: "not modified", status: 304, header: http.Header{"Cache-Control": {"max-age=7200"}}, least: 2 * time.Hour, most: 132 * time.Minute},
	} {
		at := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/robots.txt" {
				http.NotFound(w, r)
				return
			}
			for name, values := range row.header {
				w.Header()[name] = values
			}
			if row.status != 0 {
				w.WriteHeader(row.status)
			}
			fmt.Fprint(w, row.body)
		})
		f := local(t)
		f.now = func() time.Time { return noon }
		reports, s, err := f.Poll(t.Context(), briefings.Source{ID: "s", URL: at + "/feed"})
		if (err != nil) != row.wantFailure || len(reports) != row.wantReports || s.Modified != row.wantModified {
			t.Errorf("%s: %d reports, modified %q, error %v", row.name, len(reports), s.Modified, err)
		}
		if wait := s.NextAt.Sub(noon); wait < row.least || wait > row.most {
			t.Errorf("%s: polled again in %v, want %v to %v", row.name, wait, row.least, row.most)
		}
	}
}

const newsmap = `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://example.org/old</loc><news:news><news:publication><news:name>The Example</news:name><news:language>fr</news:language></news:publication>
<news:publication_date>2026-11-24T07:00:00+01:00</news:publication_date><news:title>Les ministres &amp; le blé</news:title></news:news></url>
<url><loc>/new</loc><lastmod>2026-11-24</lastmod><image:image><image:loc>https://example.org/p.jpg</image:loc><image:title>A picture</image:title></image:image>
<news:news><news:publication><news:name>The Example</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2026-11-24T09:30:00Z</news:publication_date><news:title><![CDATA[Ministers meet]]></news:title></news:news></url>
<url><loc>https://example.org/about</loc><lastmod>2026-11-24</lastmod></url>
</urlset>`

func TestANewsSitemapIsASource(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write([]byte(newsmap))
	z.Close()
	var at string
	at = serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/robots.txt":
			http.NotFound(w, r)
		case "/index.xml":
			fmt.Fprintf(w, `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>%[1]s/pages.xml</loc></sitemap>
				<sitemap><loc>%[1]s/news.xml.gz</loc><lastmod>2026-11-24T10:00:00Z</lastmod></sitemap><sitemap><loc>%[1]s/news-broken.xml</loc></sitemap></sitemapindex>`, at)
		case "/news.xml.gz":
			w.Write(packed.Bytes())
		case "/news.xml":
			fmt.Fprint(w, newsmap)
		case "/pages.xml":
			fmt.Fprint(w, `<urlset><url><loc>https://example.org/</loc></url></urlset>`)
		case "/loop.xml":
			fmt.Fprintf(w, `<sitemapindex><sitemap><loc>%s/loop.xml</loc></sitemap></sitemapindex>`, at)
		default:
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	for _, path := range []string{"/news.xml", "/news.xml.gz", "/index.xml"} {
		reports, s, err := local(t).Poll(t.Context(), briefings.Source{URL: at + path})
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		for i := range reports {
			reports[i].Published = reports[i].Published.UTC()
		}
		want := []briefings.Report{
			{URL: at + "/new", Title: "Ministers meet", Text: "Ministers meet", Outlet: "The Example", Language: "en", Published: time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC), Source: at + path},
			{URL: "https://example.org/old", Title: "Les ministres & le blé", Text: "Les ministres & le blé", Outlet: "The Example", Language: "fr", Published: time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC), Source: at + path},
		}
		if diff := cmp.Diff(want, reports); diff != "" || s.Title != "The Example" {
			t.Errorf("%s: source %q, reports (-want +got):\n%s", path, s.Title, diff)
		}
	}
	for path, want := range map[string]error{"/pages.xml": errNoNews, "/loop.xml": errMaps} {
		if _, _, err := local(t).Poll(t.Context(), briefings.Source{URL: at + path}); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
	}
}

func FuzzSitemap(f *testing.F) {
	f.Add([]byte(newsmap))
	f.Add([]byte(`<sitemapindex><sitemap><loc>https://example.org/a.xml</loc><lastmod>2026-11-24</lastmod></sitemap>`))
	f.Add([]byte(`<urlset><url><loc>javascript:alert(1)</loc><n:news><n:title>x</n:title>`))
	base, _ := url.Parse("https://example.org/sitemap.xml")
	f.Fuzz(func(t *testing.T, raw []byte) {
		l, more, err := readSitemap(raw, "", base)
		if err != nil && len(l.reports)+len(more) > 0 {
			t.Errorf("%d reports and %d sitemaps beside %v", len(l.reports), len(more), err)
		}
		if len(l.reports) > maxItems || len(more) > maxEntries {
			t.Errorf("%d reports, %d sitemaps", len(l.reports), len(more))
		}
		for _, r := range l.reports {
			if !strings.HasPrefix(r.URL, "http://") && !strings.HasPrefix(r.URL, "https://") || r.Text == "" {
				t.Errorf("%+v", r)
			}
		}
	})
}

const opml = `<?xml version="1.0"?><!DOCTYPE opml [<!ENTITY x "boom">]><opml version="1.0"><head><title>My &lt;feeds&gt;</title></head><body>
<outline text="World"><outline type="rss" text="Wire" title="The Wire" xmlUrl="https://wire.example/rss" htmlUrl="https://wire.example/"/>
<outline text="Lower case" xmlurl="http://lower.example/feed?a=1&amp;b=2"/></outline>
<outline text="Again" xmlUrl="https://wire.example/rss"/><outline text="No feed"/><outline text="Bad" xmlUrl="javascript:alert(1)"/><outline text="Secret" xmlUrl="https://a:b@c.example/"/>
</body></opml>`

func TestAListOfFeedsComesAndGoesAsOPML(t *testing.T) {
	t.Parallel()
	title, got, err := ReadOutline([]byte(opml), "")
	if err != nil || title != "My <feeds>" {
		t.Fatalf("title %q, %v", title, err)
	}
	want := []briefings.Source{{URL: "https://wire.example/rss", Title: "The Wire"}, {URL: "http://lower.example/feed?a=1&b=2", Title: "Lower case"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
	var out bytes.Buffer
	if err := WriteOutline(&out, `"Mine" & <yours>`, append(want, want[0]), noon); err != nil {
		t.Fatal(err)
	}
	title, again, err := ReadOutline(out.Bytes(), "text/xml")
	if diff := cmp.Diff(want, again); err != nil || diff != "" || title != `"Mine" & <yours>` {
		t.Errorf("written and read again: title %q, %v (-want +got):\n%s", title, err, diff)
	}
	at := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, opml)
	})
	_, _, err = local(t).Poll(t.Context(), briefings.Source{URL: at + "/feeds.opml"})
	list, ok := errors.AsType[*briefings.ListError](err)
	if !ok || len(list.Sources) != 2 || list.Title != "My <feeds>" {
		t.Errorf("a list at an address: %v", err)
	}
	if _, _, err := ReadOutline([]byte("<opml><body><outline text='x'/></body></opml>"), ""); !errors.Is(err, errNoOutline) {
		t.Errorf("an empty list: %v", err)
	}
}

func FuzzOutline(f *testing.F) {
	f.Add([]byte(opml))
	f.Add([]byte(`<opml><body><outline xmlUrl="https://[::1" text="`))
	f.Add([]byte("<OPML><OUTLINE XMLURL='HTTP://A.B/\x00'/>"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		title, sources, err := ReadOutline(raw, "")
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := WriteOutline(&out, title, sources, noon); err != nil {
			t.Fatal(err)
		}
		_, again, err := ReadOutline(out.Bytes(), "")
		if err != nil || len(again) != len(sources) {
			t.Fatalf("%d sources, written and read again %d: %v\n%s", len(sources), len(again), err, out.Bytes())
		}
		for i := range sources {
			if sources[i].URL != again[i].URL {
				t.Errorf("%q comes back as %q", sources[i].URL, again[i].URL)
			}
		}
	})
}

func TestAPageOffersSeveralFeedsAndTheFirstIsFollowed(t *testing.T) {
	t.Parallel()
	at := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			fmt.Fprint(w, `<html><head><link rel="stylesheet" href="/x.css"><link rel="alternate" hreflang="fr" href="/fr">
				<link rel="ALTERNATE" type="application/atom+xml; charset=utf-8" href="feed"><link rel=alternate type=application/rss+xml href="/comments"></head>`)
		case "/feed":
			fmt.Fprint(w, rss)
		default:
			http.NotFound(w, r)
		}
	})
	reports, s, err := local(t).Poll(t.Context(), briefings.Source{URL: at + "/"})
	if err != nil || s.URL != at+"/feed" || len(reports) != 2 || reports[0].Source != s.URL {
		t.Errorf("%d reports of %q, %v", len(reports), s.URL, err)
	}
}

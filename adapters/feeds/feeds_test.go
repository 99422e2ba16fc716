package feeds

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"

	"attache/briefings"
	"attache/briefings/briefingstest"
)

// local is a fetcher that may reach the test's own servers and waits for them as long as a busy machine needs.
func local(t *testing.T) *Fetcher {
	t.Helper()
	return patient(t, time.Minute)
}

// patient is a fetcher that may reach the test's own servers and waits for so long.
func patient(t *testing.T, timeout time.Duration) *Fetcher {
	t.Helper()
	f, err := New(Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Timeout: timeout, Gap: -1})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func TestAddressesThatAreNotPublicAreRefused(t *testing.T) {
	t.Parallel()
	f, err := New(Config{Timeout: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{
		"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f000001", "017700000001", "127.1", "0.0.0.0", "0", "[::]", "127.0.0.1.",
		"[fe80::1%25lo]", "169.254.169.254", "10.0.0.1", "100.64.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1", "[64:ff9b::7f00:1]", "[fd00::1]", "[2002:7f00:1::]", "192.168.1.1",
	} {
		for _, address := range []string{"http://" + host + "/", "https://" + host + "/feed"} {
			if _, err := f.Page(t.Context(), address); err == nil {
				t.Errorf("%s was read", address)
			} else if strings.Contains(err.Error(), "did not answer in time") {
				t.Errorf("%s was dialled: %v", address, err)
			}
		}
	}
}

func TestOddAddressesAreRefusedInWords(t *testing.T) {
	t.Parallel()
	f, _ := New(Config{})
	for _, row := range []struct{ address, want string }{
		{"", "is not a web address"},
		{"example.org/report", "is not a web address"},
		{"ftp://example.org/x", "begins with https://"},
		{"file:///etc/passwd", "is not a web address"},
		{"javascript:alert(1)", "is not a web address"},
		{"https://user:secret@example.org/", "user name or password"},
		{"https://example.org:22/", "ports 80 and 443"},
		{"https://intranet/", "not a public host name"},
	} {
		_, err := f.Page(t.Context(), row.address)
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%q: got %v, want it to hold %q", row.address, err, row.want)
		}
		if err != nil && strings.Contains(err.Error(), "secret@") {
			t.Errorf("%q: the error shows the password: %v", row.address, err)
		}
	}
}

func TestARedirectToAPrivateAddressIsRefused(t *testing.T) {
	t.Parallel()
	reached := false
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer inner.Close()
	_, port, _ := net.SplitHostPort(inner.Listener.Addr().String())
	f, err := New(Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Timeout: 2 * time.Second, Gap: -1})
	if err != nil {
		t.Fatal(err)
	}
	// The first hop is allowed; what it points to is the same machine under addresses that are not.
	for _, to := range []string{"http://127.0.0.2:" + port, "http://[::1]:" + port, "http://169.254.169.254/latest/", "file:///etc/passwd", "http://2130706433/"} {
		first := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
		if _, err := f.Page(t.Context(), first); err == nil {
			t.Errorf("a redirect to %s was followed", to)
		}
	}
	if reached {
		t.Error("the private server was reached")
	}
}

func TestRedirectsAreBounded(t *testing.T) {
	t.Parallel()
	hops := 0
	at := serve(t, func(w http.ResponseWriter, r *http.Request) {
		hops++
		http.Redirect(w, r, fmt.Sprintf("/%d", hops), http.StatusFound)
	})
	_, err := local(t).Page(t.Context(), at)
	if err == nil || !strings.Contains(err.Error(), "redirects more than 5 times") || hops > 7 {
		t.Errorf("after %d hops: %v", hops, err)
	}
}

func TestHostileAnswersEndInAClearError(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, want string
		handler    http.HandlerFunc
	}{
		{"huge", "larger than 3 MB", func(w http.ResponseWriter, r *http.Request) {
			chunk := []byte(strings.Repeat("<p>words and words</p>", 1000))
			for range 400 {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}},
		{"gzip bomb", "larger than 3 MB", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			zeros := make([]byte, 1<<20)
			for range 64 {
				if _, err := z.Write(zeros); err != nil {
					return
				}
			}
			z.Close()
		}},
		{"slow drip", "did not answer in time", func(w http.ResponseWriter, r *http.Request) {
			for {
				select {
				case <-r.Context().Done():
					return
				case <-time.After(50 * time.Millisecond):
					fmt.Fprint(w, "<p>")
					w.(http.Flusher).Flush()
				}
			}
		}},
		{"silent", "did not answer in time", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
		{"missing", "there is no such page (404)", http.NotFound},
		{"forbidden", "does not let Attaché read", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) }},
		{"broken", "fault of its own (500)", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusInternalServerError) }},
		{"picture", "no page but image/png", func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Content-Type", "image/png") }},
		{"empty", "no report to read", func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Content-Type", "text/html") }},
		{"damaged gzip", "damaged answer", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			fmt.Fprint(w, "not gzip")
		}},
		{"brotli unasked", "not asked for", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			fmt.Fprint(w, "x")
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			f := local(t)
			if row.want == "did not answer in time" {
				f = patient(t, 500*time.Millisecond)
			}
			_, err := f.Page(t.Context(), serve(t, row.handler))
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want it to hold %q", err, row.want)
			}
		})
	}
}

const page = `<!doctype html><html lang="en"><head><title>Ministers meet over grain corridor | Harbour Post</title>
<meta property="og:site_name" content="Harbour Post"><meta name="author" content="Ada Lind"><link rel="canonical" href="/news/grain?utm=1">
<meta property="article:published_time" content="2026-03-02T07:15:00+02:00"></head><body>
<nav><a href="/">Home</a> <a href="/world">World</a></nav>
<div class="cookie-banner">We use cookies. Accept all.</div>
<article><h1>Ministers meet over grain corridor</h1><p class="byline">By Ada Lind</p>
<figure><img src="x.jpg"><figcaption>Ships wait. Photo: Agency</figcaption></figure>
<p>Ministers from four countries met on Monday to discuss the grain corridor, the foreign ministry said in a statement after the talks ended.</p>
<p>“We will keep the route open,” the minister told reporters. She gave no date for the next meeting, but said that experts would work on the details this week.</p>
<div class="related-box"><p>Read also: Grain prices rise</p></div>
<p>Exports through the corridor reached 1.2 million tonnes in February, according to the port authority, which publishes figures every month.</p>
<div class="share-bar">Share on everything</div></article>
<footer>© Harbour Post</footer></body></html>`

func TestAPageBecomesACleanReport(t *testing.T) {
	t.Parallel()
	base, _ := url.Parse("https://www.harbourpost.example/news/grain")
	r, err := readPage(page, base)
	if err != nil {
		t.Fatal(err)
	}
	if r.Title != "Ministers meet over grain corridor" || r.Outlet != "Harbour Post" || r.Byline != "Ada Lind" || r.Language != "en" {
		t.Errorf("title %q, outlet %q, byline %q, language %q", r.Title, r.Outlet, r.Byline, r.Language)
	}
	if want := time.Date(2026, 3, 2, 5, 15, 0, 0, time.UTC); !r.Published.Equal(want) || r.DateOnly {
		t.Errorf("published %v (date only %v), want %v", r.Published, r.DateOnly, want)
	}
	if r.URL != "https://www.harbourpost.example/news/grain?utm=1" {
		t.Errorf("URL %q", r.URL)
	}
	if got := strings.Count(r.Text, "\n\n"); got != 2 {
		t.Errorf("%d paragraphs, want 3:\n%s", got+1, r.Text)
	}
	for _, noise := range []string{"cookies", "Read also", "Share", "Photo:", "Home", "©", "By Ada"} {
		if strings.Contains(r.Text, noise) {
			t.Errorf("the text holds %q:\n%s", noise, r.Text)
		}
	}
}

func TestAPageCannotPassForAnotherOutlets(t *testing.T) {
	t.Parallel()
	base, _ := url.Parse("https://evil.example/x")
	r, err := readPage(strings.Replace(page, "/news/grain?utm=1", "https://trusted.example/report", 1), base)
	if err != nil {
		t.Fatal(err)
	}
	if r.URL != "https://evil.example/x" {
		t.Errorf("URL %q: a canonical address on another site must not stand", r.URL)
	}
}

func TestStateMediaIsLabelled(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"www.kcna.kp": "state media, North Korea", "tass.com": "state media, Russia", "english.news.cn": "state media, China", "notass.com": "", "example.org": "",
	} {
		if got := labelOf(host); got != want {
			t.Errorf("%s: got %q, want %q", host, got, want)
		}
	}
}

func TestTheCharsetIsFoundOut(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, raw, contentType, want string }{
		{"utf-8", "Attaché", "text/html; charset=iso-8859-1", "Attaché"},
		{"latin-1 by header", "Attach\xe9", "text/html; charset=iso-8859-1", "Attaché"},
		{"windows-1251 by meta", "<meta charset=windows-1251>\xcc\xee\xf1\xea\xe2\xe0", "", "<meta charset=windows-1251>Москва"},
		{"utf-16 by mark", "\xff\xfeK\x00i\x00m\x00", "", "Kim"},
		{"utf-32 without a mark", "<\x00\x00\x00a\x00\x00\x00>\x00\x00\x00", "", "<a>"},
		{"euc-kr", "<?xml version='1.0' encoding='euc-kr'?>\xbc\xad\xbf\xef", "", "<?xml version='1.0' encoding='euc-kr'?>서울"},
		{"nothing said", "\x93Quote\x94", "", "“Quote”"},
		{"bogus charset", "caf\xe9", "text/html; charset=bogus", "café"},
		{"utf-8 with one broken byte", "<meta charset=utf-8>caf\xc3\xa9 na\xc3\xafve \xff" + strings.Repeat("plain ", 20), "", "<meta charset=utf-8>café naïve \uFFFD" + strings.Repeat("plain ", 20)},
		{"ASCII with one broken byte", strings.Repeat("plain ", 20) + "\xe9", "text/html; charset=utf-8", strings.Repeat("plain ", 20) + "\uFFFD"},
	} {
		if got := decode([]byte(row.raw), row.contentType); got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

// TestLettersSurviveAWrongDeclaration writes short feeds in other encodings that say that they are UTF-8.
func TestLettersSurviveAWrongDeclaration(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, text string
		enc        encoding.Encoding
	}{
		{"windows-1251", "Президент России посетил завод в Казани и встретился с рабочими", charmap.Windows1251},
		{"koi8-r", "Правительство объявило о новых мерах поддержки для жителей области", charmap.KOI8R},
		{"windows-1252", "Le président a été reçu à l’Élysée après une journée de débats", charmap.Windows1252},
		{"iso-8859-7", "Η κυβέρνηση ανακοίνωσε νέα μέτρα για την οικονομία της χώρας", charmap.ISO8859_7},
		{"windows-1256", "أعلنت الحكومة عن إجراءات جديدة لدعم الاقتصاد في البلاد", charmap.Windows1256},
		{"euc-kr", "정부는 오늘 새로운 경제 대책을 발표했다고 밝혔다", korean.EUCKR},
		{"shift-jis", "政府は今日、新しい経済対策を発表したと述べた。これは日本の経済のためである。", japanese.ShiftJIS},
		{"gb18030", "政府今天宣布了新的经济措施，以支持国家的发展和人民的生活。", simplifiedchinese.GB18030},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			want := "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\"><channel><title>x</title>" +
				strings.Repeat("<item><link>https://example.org/a/rather/long/address/of/a/report</link><guid>1</guid></item>", 3) + "<item><title>" + row.text + "</title></item></channel></rss>"
			raw, err := row.enc.NewEncoder().Bytes([]byte(want))
			if err != nil {
				t.Fatal(err)
			}
			if got := decode(raw, "application/rss+xml; charset=utf-8"); got != want {
				t.Errorf("got %q\nwant %q", got, want)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("<?xml encoding='utf-8'?>\xcf\xf0\xe5\xe7\xe8\xe4\xe5\xed\xf2"), "text/xml")
	f.Add([]byte("\xff\xfe<\x00"), "text/html; charset=koi8-r")
	f.Fuzz(func(t *testing.T, raw []byte, contentType string) {
		if got := decode(raw, contentType); !utf8.ValidString(got) {
			t.Errorf("%q", got)
		}
	})
}

const rss = `<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x "boom">]><rss version="2.0"><channel><title>World Desk</title><ttl>60</ttl>
<item><title>Talks end &amp; begin</title><link>/a</link><pubDate>Tue, 24 Nov 2026 08:00:00 +0000</pubDate><description>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;</description></item>
<item><title>Second</title><link>https://example.org/b</link><pubDate>Tue, 24 Nov 2026 06:00:00 +0000</pubDate></item>
</channel></rss>`

func TestAFeedBecomesReportsAndIsAskedPolitely(t *testing.T) {
	t.Parallel()
	asked := 0
	at := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		asked++
		if ua := r.UserAgent(); !strings.HasPrefix(ua, "Attache/") {
			t.Errorf("User-Agent %q", ua)
		}
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("Etag", `"1"`)
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprint(w, rss)
	})
	f := local(t)
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	f.now = func() time.Time { return now }
	reports, s, err := f.Poll(t.Context(), briefings.Source{ID: "s1", URL: at})
	if err != nil {
		t.Fatal(err)
	}
	if len(reports) != 2 || reports[0].Title != "Talks end & begin" || reports[0].Text != "One.\n\nTwo." || reports[0].URL != at+"/a" || reports[0].Outlet != "World Desk" {
		t.Errorf("reports: %+v", reports)
	}
	if s.Title != "World Desk" || s.Etag != `"1"` || !s.Checked.Equal(now) {
		t.Errorf("source: %+v", s)
	}
	if pause := s.NextAt.Sub(now); pause < time.Hour || pause > 70*time.Minute {
		t.Errorf("the next poll is in %v; the feed's ttl is an hour", pause)
	}
	before := s.NextAt.Sub(now)
	reports, s, err = f.Poll(t.Context(), s)
	if err != nil || len(reports) != 0 || asked != 2 {
		t.Errorf("an unchanged feed gave %d reports, error %v, %d requests", len(reports), err, asked)
	}
	if pause := s.NextAt.Sub(now); pause <= before || pause > 2*before {
		t.Errorf("an unchanged feed is left alone for %v after %v; want a little longer", pause, before)
	}
}

func TestAPageLeadsToItsFeed(t *testing.T) {
	t.Parallel()
	at := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/feed.xml" {
			fmt.Fprint(w, rss)
			return
		}
		fmt.Fprint(w, `<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body>Hello</body></html>`)
	})
	reports, s, err := local(t).Poll(t.Context(), briefings.Source{URL: at})
	if err != nil || len(reports) != 2 || s.URL != at+"/feed.xml" {
		t.Errorf("got %d reports, source %q, error %v", len(reports), s.URL, err)
	}
	_, _, err = local(t).Poll(t.Context(), briefings.Source{URL: serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "<html>no feed</html>") })})
	if err == nil || !strings.Contains(err.Error(), "no feed at this address") {
		t.Errorf("a page without a feed: %v", err)
	}
}

func TestAFailingSourceBacksOffAndHonoursRetryAfter(t *testing.T) {
	t.Parallel()
	at := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "7200")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	f := local(t)
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	f.now = func() time.Time { return now }
	_, s, err := f.Poll(t.Context(), briefings.Source{URL: at})
	if err == nil || s.NextAt.Sub(now) < 2*time.Hour {
		t.Errorf("error %v, next poll in %v", err, s.NextAt.Sub(now))
	}
	s.Since = now.Add(-3 * time.Hour)
	if got := backoff(s, now); got != 3*time.Hour {
		t.Errorf("after three hours of failing it waits %v", got)
	}
}

func TestHostileFeedsAreBoundedBeforeTheyAreParsed(t *testing.T) {
	t.Parallel()
	if _, err := ReadFeed([]byte("<rss><channel><item>"+strings.Repeat("<x:a>", 100_000)), "", nil); !errors.Is(err, errDeep) {
		t.Errorf("deep nesting: %v", err)
	}
	if _, err := ReadFeed([]byte(strings.Repeat("[", 100_000)), "", nil); err == nil {
		t.Error("no feed was read as one")
	}
	if _, err := ReadFeed([]byte(`{"version":"https://jsonfeed.org/version/1.1","items":`+strings.Repeat("[", 100_000)), "", nil); !errors.Is(err, errDeep) {
		t.Errorf("deep JSON: %v", err)
	}
	many := "<rss><channel><title>t</title>" + strings.Repeat("<item><title>x</title></item>", 20_000) + "</channel></rss>"
	if got, err := ReadFeed([]byte(many), "", nil); err != nil || len(got) != maxItems {
		t.Errorf("20,000 items: %d reports, %v", len(got), err)
	}
	cut := strings.TrimSuffix(rss, "</channel></rss>") + "<item><title>broken"
	if got, err := ReadFeed([]byte(cut), "", nil); err != nil || len(got) != 2 {
		t.Errorf("a feed that breaks off: %d reports, %v", len(got), err)
	}
}

func TestFilesAreToldApartByContent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, row := range []struct{ name, content, title, text, day string }{
		{"a.txt", "A short headline\n\nFirst sentence of the text. Second one.\n\nMore.", "A short headline", "First sentence of the text. Second one.\n\nMore.", ""},
		{"b.txt", " date 2024-02-20 A picture of two people. / AFP\n\nInternational – A gift. It came.", "International – A gift", "A picture of two people. / AFP\n\nInternational – A gift. It came.", "2024-02-20"},
		{"c.md", "# Heading here\n\nPublished text with *emphasis*.\n\n- one\n- two", "Heading here", "Published text with *emphasis*.\n\none\n\ntwo", ""},
		{"d", page, "Ministers meet over grain corridor", "", "2026-03-02"},
		{"e.eml", "From: Wire Desk <wire@example.org>\r\nSubject: =?utf-8?q?Attach=C3=A9?=\r\nDate: Mon, 02 Mar 2026 07:15:00 +0000\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nCaf=E9 talks ended.\r\n", "Attaché", "Café talks ended.", "2026-03-02"},
		{"f.txt", "February 20, 2024\n\nThe talks ended on Monday, officials said, after three days of work in the capital.", "", "", "2024-02-20"},
	} {
		path := filepath.Join(dir, row.name)
		if err := os.WriteFile(path, []byte(row.content), 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := ReadFile(path)
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		if row.title != "" && r.Title != row.title || row.text != "" && r.Text != row.text {
			t.Errorf("%s: title %q, text %q", row.name, r.Title, r.Text)
		}
		if day := r.Published.Format(time.DateOnly); row.day != "" && day != row.day {
			t.Errorf("%s: published %s, want %s", row.name, day, row.day)
		}
	}
}

func TestFilesThatCannotBeReadSaySo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, row := range []struct{ path, want string }{
		{filepath.Join(dir, "none.txt"), "no such file"},
		{dir, "is a folder"},
		{write("empty.txt", " \n "), "no text"},
		{write("x.bin", "\x00\x01\x02\x03 binary"), "this is no text"},
		{write("big.txt", strings.Repeat("word ", 2<<20)), "larger than 2 MB"},
	} {
		if _, err := ReadFile(row.path); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %v, want it to hold %q", row.path, err, row.want)
		}
	}
}

func TestTheNoisyReportIsRead(t *testing.T) {
	t.Parallel()
	r, err := ReadFile(briefingstest.Shared(t, "article", "putin-gift-kim-car.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if r.Published.Format(time.DateOnly) != "2024-02-20" || !r.DateOnly || !strings.Contains(r.Title, "gift") || strings.HasPrefix(r.Text, "date") {
		t.Errorf("published %v, title %q, text %.80q", r.Published, r.Title, r.Text)
	}
}

func TestACancelledFetchSaysSo(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := local(t).Page(ctx, serve(t, http.NotFound)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestADayInRunningTextIsNotTheReportsOwn(t *testing.T) {
	t.Parallel()
	const sentence = " the Security Council imposed the sanctions that are in force today, and nobody expected that they would last so long."
	for text, want := range map[string]string{
		"date 2024-02-20 KCNA VIA KNS / AFP" + sentence:         "2024-02-20",
		"2024-02-20\n\nOn that day" + sentence:                  "2024-02-20",
		"Published: 2024-02-20. On that day" + sentence:         "2024-02-20",
		"SEOUL, 2024-02-20 (Example)\n\nOn that day" + sentence: "2024-02-20",
		"February 20, 2024\n\nOn that day" + sentence:           "2024-02-20",
		"Seven years earlier, on 2017-08-05," + sentence:        "",
		"SEOUL (Example)\n\nOn 2017-08-05," + sentence:          "",
		"Seven years earlier, on August 5, 2017," + sentence:    "",
		"date 2024-02-31\n\nNo such day." + sentence:            "",
	} {
		r, err := ReadText([]byte(text), "report.txt")
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if !r.Published.IsZero() {
			got = r.Published.Format(time.DateOnly)
		}
		if got != want || r.DateOnly != (want != "") {
			t.Errorf("%.40q … was published on %q (by the day: %v), want %q", text, got, r.DateOnly, want)
		}
	}
}

func FuzzReadFeed(f *testing.F) {
	f.Add([]byte(rss), "application/rss+xml")
	f.Add([]byte(`{"version":"https://jsonfeed.org/version/1.1","title":"x","items":[{"id":"1","content_text":"y"}]}`), "")
	f.Add([]byte(`<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>x</title></entry></feed`), "text/xml; charset=utf-16")
	f.Fuzz(func(t *testing.T, raw []byte, contentType string) {
		reports, err := ReadFeed(raw, contentType, nil)
		if err == nil && len(reports) > maxItems {
			t.Errorf("%d reports", len(reports))
		}
	})
}

func FuzzReadFile(f *testing.F) {
	for _, seed := range []string{page, "date 2024-02-20 x", "# h\n\ntext", "Subject: x\r\n\r\ny", "\xff\xfea\x00"} {
		f.Add([]byte(seed), "x.txt")
		f.Add([]byte(seed), "x.html")
		f.Add([]byte(seed), "x.eml")
	}
	f.Fuzz(func(t *testing.T, raw []byte, name string) {
		r, err := readBytes(raw, name)
		if err == nil && r.Text == "" {
			t.Error("a report without text and without an error")
		}
	})
}

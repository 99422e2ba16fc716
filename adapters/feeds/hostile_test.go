package feeds

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"attache/briefings"
)

// endless writes a chunk again and again until the reader has had enough, at most total bytes.
func endless(w io.Writer, head, chunk string, total int) {
	if _, err := io.WriteString(w, head); err != nil {
		return
	}
	raw := []byte(strings.Repeat(chunk, max(1, 64<<10/len(chunk))))
	for written := 0; written < total; written += len(raw) {
		if _, err := w.Write(raw); err != nil {
			return
		}
	}
}

// bomb is 100 MB of blanks, packed into 100 kB.
var bomb = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	endless(z, "<urlset>", " ", 100<<20)
	z.Close()
	return b.Bytes()
})

// hostile are servers that do what none should. want is what the person is told; empty means that the source is read all the
// same.
var hostile = []struct {
	name, want string
	handler    http.HandlerFunc
}{
	{"a loop", "redirects more than 5 times", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }},
	{"a loop of changing addresses", "redirects more than 5 times", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Path+"x", http.StatusTemporaryRedirect)
	}},
	{"to a private address", "not on the public internet", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://127.0.0.2/feed", http.StatusMovedPermanently)
	}},
	{"to the machine's own metadata", "not on the public internet", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
	}},
	{"to a file", "begins with https://", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
	}},
	{"to a number in disguise", "not a public host name", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://0x7f000001/", http.StatusFound)
	}},
	{"to nonsense", "could not be reached", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "http://[::1")
		w.WriteHeader(http.StatusFound)
	}},
	{"a drip", "did not answer in time", func(w http.ResponseWriter, r *http.Request) {
		for {
			select {
			case <-r.Context().Done():
				return
			case <-time.After(20 * time.Millisecond):
				fmt.Fprint(w, "<rss>")
				w.(http.Flusher).Flush()
			}
		}
	}},
	{"silence", "did not answer in time", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
	{"300 MB of nothing", "no feed at this address", func(w http.ResponseWriter, r *http.Request) { endless(w, "", "words and words ", 300<<20) }},
	{"300 MB of one element", "", func(w http.ResponseWriter, r *http.Request) { endless(w, "<rss><channel><title>", "x", 300<<20) }},
	{"an endless feed", "", func(w http.ResponseWriter, r *http.Request) {
		endless(w, "<rss><channel><title>T</title>", "<item><title>a</title><link>https://example.org/a</link></item>", 300<<20)
	}},
	{"a gzip bomb in transit", "", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(bomb())
	}},
	{"a gzip bomb in a file", "larger than 5 MB when it is unpacked", func(w http.ResponseWriter, r *http.Request) {
		w.Write(bomb())
	}},
	{"damaged gzip", "damaged", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "\x1f\x8bno") }},
	{"an answer that breaks off", "could not be reached", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100000")
		fmt.Fprint(w, "<rss><channel>")
		if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
			c.Close()
		}
	}},
	{"endless headers", "could not be reached", func(w http.ResponseWriter, r *http.Request) {
		for i := range 5000 {
			w.Header().Set(fmt.Sprintf("X-%d", i), strings.Repeat("x", 100))
		}
		fmt.Fprint(w, rss)
	}},
	{"no HTTP at all", "could not be reached", func(w http.ResponseWriter, r *http.Request) {
		if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
			fmt.Fprint(c, "SSH-2.0-OpenSSH_9.9\r\n")
			c.Close()
		}
	}},
	{"entities upon entities", "", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]><rss><channel><title>&c;</title><item><title>Told &c;</title></item></channel></rss>`)
	}},
	{"nested without end", "nested too deeply", func(w http.ResponseWriter, r *http.Request) { endless(w, "<rss><channel><item>", "<x:a>", 300<<20) }},
	{"another charset than it says", "", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
		fmt.Fprint(w, "<?xml version='1.0' encoding='windows-1251'?><rss><channel><title>\xcc\xee\xf1\xea\xe2\xe0</title><item><title>\xcc\xee\xf1\xea\xe2\xe0</title></item></channel></rss>")
	}},
	{"a picture", "no feed at this address", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "\x89PNG\r\n\x1a\n\x00\x00") }},
	{"an empty answer", "no feed at this address", func(w http.ResponseWriter, r *http.Request) {}},
	{"a page that offers itself", "no feed at this address", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `<link rel=alternate type=application/rss+xml href=%s?x>`, r.URL.Path)
	}},
	{"a page that offers a private feed", "not on the public internet", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<link rel=alternate type=application/rss+xml href=http://127.0.0.9/feed>`)
	}},
	{"gone", "no such page (410)", func(w http.ResponseWriter, r *http.Request) { endlessError(w, http.StatusGone) }},
	{"a fault", "fault of its own (500)", func(w http.ResponseWriter, r *http.Request) { endlessError(w, http.StatusInternalServerError) }},
}

// endlessError is an error page without end.
func endlessError(w http.ResponseWriter, status int) {
	w.WriteHeader(status)
	endless(w, "", "sorry ", 300<<20)
}

// desk keeps nothing and counts what is read.
type desk struct {
	mu   sync.Mutex
	read map[string]int // by source
}

func (d *desk) Read(_ context.Context, r briefings.Report) (briefings.Article, bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.read == nil {
		d.read = map[string]int{}
	}
	d.read[r.Source]++
	return briefings.Article{Report: r}, true, nil
}

// TestHostileServersHurtNobodyElse has all of them polled beside a source that is fine. It does not run beside other tests:
// it counts what is allocated.
func TestHostileServersHurtNobodyElse(t *testing.T) {
	library := briefings.NewShelf()
	want := map[string]string{}
	follow := func(id string, h http.HandlerFunc) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/robots.txt" {
				http.NotFound(w, r)
				return
			}
			h(w, r)
		}))
		t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
		if err := library.SaveSource(t.Context(), briefings.Source{ID: id, URL: s.URL + "/feed"}); err != nil {
			t.Fatal(err)
		}
		return s.URL + "/feed"
	}
	for _, row := range hostile {
		want[row.name] = row.want
		follow(row.name, row.handler)
	}
	fine := follow("fine", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, rss) })
	broken := true
	recovers := follow("recovers", func(w http.ResponseWriter, r *http.Request) {
		if broken {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		fmt.Fprint(w, rss)
	})
	// Only the servers' own address: what they send us to is on the same machine and refused.
	f, err := New(Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Timeout: 5 * time.Second, Gap: -1})
	if err != nil {
		t.Fatal(err)
	}
	now := noon
	f.now = func() time.Time { return now }
	d := &desk{}
	g, err := briefings.NewGatherer(briefings.GathererConfig{Engine: d, Library: library, Fetcher: f, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	bomb()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := g.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	// 2 GB would have been sent, as much again unpacked. Reading stops at 5 MB for each; parsing takes a few times that.
	if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 600 {
		t.Errorf("%d MB were allocated in all", took)
	}
	t.Logf("%d MB allocated in all, %d MB in use at the end", (after.TotalAlloc-before.TotalAlloc)>>20, after.HeapInuse>>20)
	sources, err := library.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sources {
		switch text, listed := want[s.ID]; {
		case !listed:
		case text == "" && s.Failing != "":
			t.Errorf("%s: failed with %q", s.ID, s.Failing)
		case text != "" && !strings.Contains(s.Failing, text):
			t.Errorf("%s: told as %q, want it to hold %q", s.ID, s.Failing, text)
		case strings.Contains(s.Failing, "/feed") || len(s.Failing) > 300 || len(s.Title) > 1000:
			t.Errorf("%s: foreign text without end: reason %q, title of %d bytes", s.ID, s.Failing, len(s.Title))
		case text != "" && !s.NextAt.After(now.Add(4*time.Minute)):
			t.Errorf("%s: tried again in %v", s.ID, s.NextAt.Sub(now))
		}
		if s.ID == "recovers" && (s.Failing == "" || !s.Since.Equal(now)) {
			t.Errorf("a server with a fault: %+v", s)
		}
		if s.ID == "another charset than it says" && s.Title != "Москва" {
			t.Errorf("%s: its title is read as %q", s.ID, s.Title)
		}
	}
	if d.read[fine] != 2 {
		t.Errorf("the source that is fine was read %d times, want 2", d.read[fine])
	}
	broken = false
	now = now.Add(10 * time.Minute)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := g.Once(ctx); err != nil {
		t.Fatal(err)
	}
	if d.read[recovers] != 2 {
		t.Errorf("a server that is well again was read %d times, want 2", d.read[recovers])
	}
}

// thousand is a fetcher for which every host is one server that serves a feed of 10 items and counts.
func thousand(t testing.TB) (f *Fetcher, most, polls *atomic.Int32) {
	t.Helper()
	var now atomic.Int32
	most, polls = &atomic.Int32{}, &atomic.Int32{}
	var feed strings.Builder
	feed.WriteString("<rss><channel><title>T</title>")
	for i := range 10 {
		fmt.Fprintf(&feed, "<item><title>Report %d</title><link>https://example.org/%d</link><description>%s</description></item>", i, i, strings.Repeat("Words of a report. ", 50))
	}
	feed.WriteString("</channel></rss>")
	body := feed.String()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		polls.Add(1)
		n := now.Add(1)
		defer now.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		// In two halves, so that many bodies would be under way at once if they could.
		io.WriteString(w, body[:len(body)/2])
		w.(http.Flusher).Flush()
		runtime.Gosched()
		io.WriteString(w, body[len(body)/2:])
	}))
	t.Cleanup(server.Close)
	f, err := New(Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Timeout: time.Minute, Gap: -1})
	if err != nil {
		t.Fatal(err)
	}
	f.client.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, server.Listener.Addr().String())
	}
	return f, most, polls
}

func thousandSources(t testing.TB, library briefings.Library) {
	t.Helper()
	for i := range 1000 {
		// Four on each host, so that there are hosts with a queue.
		s := briefings.Source{ID: fmt.Sprint("s", i), URL: fmt.Sprintf("http://news%d.test/feed%d", i/4, i)}
		if err := library.SaveSource(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAThousandSourcesTakeNoMoreRoomThanAFew(t *testing.T) {
	t.Parallel()
	f, most, polls := thousand(t)
	library := briefings.NewShelf()
	thousandSources(t, library)
	d := &desk{}
	g, err := briefings.NewGatherer(briefings.GathererConfig{Engine: d, Library: library, Fetcher: f, Parallel: 6, Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := g.Once(t.Context()); err != nil || n != 10*1000 || polls.Load() != 1000 {
		t.Errorf("%d reports of %d polls, %v", n, polls.Load(), err)
	}
	if most.Load() > 6 {
		t.Errorf("%d bodies were under way at once, want at most 6", most.Load())
	}
	if n, err := g.Once(t.Context()); err != nil || n != 0 {
		t.Errorf("again at once: %d reports, %v", n, err)
	}
}

// BenchmarkGatheringAThousandSources polls a thousand feeds of 10 items and 10 kB and tells the most memory that was in use.
func BenchmarkGatheringAThousandSources(b *testing.B) {
	f, most, _ := thousand(b)
	peak := uint64(0)
	for b.Loop() {
		library := briefings.NewShelf()
		thousandSources(b, library)
		g, err := briefings.NewGatherer(briefings.GathererConfig{Engine: &desk{}, Library: library, Fetcher: f, Gathered: func(briefings.Source, int, error) {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapInuse)
		}, Parallel: 8})
		if err != nil {
			b.Fatal(err)
		}
		if n, err := g.Once(b.Context()); err != nil || n != 10*1000 {
			b.Fatal(n, err)
		}
	}
	b.ReportMetric(float64(peak)/(1<<20), "MB-peak")
	b.ReportMetric(float64(most.Load()), "bodies-at-once")
	b.ReportMetric(float64(b.Elapsed().Seconds())/float64(b.N), "s/round")
}

package feeds

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"attache/briefings"
)

// outlet is a news site whose feed grows.
type outlet struct {
	mu    sync.Mutex
	items []string
	site  string // where its reports stand; empty means beside the feed
}

func (o *outlet) publish(title, text string, at time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	date := ""
	if !at.IsZero() {
		date = "<pubDate>" + at.Format(time.RFC1123Z) + "</pubDate>"
	}
	link := o.site + "/" + strings.ReplaceAll(strings.ToLower(title), " ", "-")
	o.items = append([]string{fmt.Sprintf("<item><title>%s</title><link>%s</link>%s<description>%s</description></item>", title, link, date, text)}, o.items...)
}

func (o *outlet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if r.URL.Path == "/robots.txt" {
		http.NotFound(w, r)
		return
	}
	fmt.Fprintf(w, "<rss><channel><title>Outlet at %s</title>%s</channel></rss>", r.Host, strings.Join(o.items, ""))
}

// newsroom is the whole way from a feed to an edition.
type newsroom struct {
	now      time.Time
	engine   *briefings.Engine
	gatherer *briefings.Gatherer
}

func openNewsroom(t *testing.T, now time.Time) *newsroom {
	t.Helper()
	n := &newsroom{now: now}
	clock := func() time.Time { return n.now }
	f := local(t)
	f.now = clock
	library := briefings.NewShelf()
	var err error
	if n.engine, err = briefings.New(briefings.Config{Library: library, Fetcher: f, Now: clock}); err != nil {
		t.Fatal(err)
	}
	if n.gatherer, err = briefings.NewGatherer(briefings.GathererConfig{Engine: n.engine, Library: library, Fetcher: f, Now: clock}); err != nil {
		t.Fatal(err)
	}
	return n
}

// digest is what a digest of the last hours says that begins anew.
func (n *newsroom) digest(t *testing.T, a briefings.Assignment) briefings.Edition {
	t.Helper()
	a.Window, a.Most = briefings.Window{From: n.now.Add(-24 * time.Hour), To: n.now.Add(time.Second)}, 20
	e, err := n.engine.Compose(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func headlines(e briefings.Edition) string {
	var out []string
	for _, item := range e.Items {
		out = append(out, item.Headline)
	}
	return strings.Join(out, "; ")
}

const (
	flood   = "The river rose above its banks on Tuesday and flooded 300 houses in the old town, the mayor said."
	strike  = "Railway workers began a strike over pay on Tuesday, and no trains left the capital, the union said."
	vote    = "Parliament voted on Tuesday to raise the retirement age to 66, the speaker announced after the session."
	volcano = "The volcano erupted on Tuesday and ash closed the island's airport, the civil defence said."
)

func TestANewFeedIsReadAndIsNoNews(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	o := &outlet{}
	o.publish("River floods old town", flood, now.Add(-3*time.Hour))
	o.publish("Railway strike begins", strike, now.Add(-2*time.Hour))
	o.publish("Parliament raises retirement age", vote, time.Time{}) // undated: not published now
	at := serve(t, o.ServeHTTP)
	n := openNewsroom(t, now)
	s, read, err := n.gatherer.Follow(t.Context(), briefings.Source{ID: "s", URL: at, Owner: "bench/w1/c1"})
	if err != nil || read != 3 || !s.Begun.Equal(now) || !s.Newest.Equal(now.Add(-2*time.Hour)) {
		t.Fatalf("followed %+v, %d reports, %v", s, read, err)
	}
	if e := n.digest(t, briefings.Assignment{For: "bench/w1/c1"}); len(e.Items) != 0 {
		t.Errorf("the digest after it was followed has: %s", headlines(e))
	}
	if e := n.digest(t, briefings.Assignment{Backlog: true, For: "bench/w1/c1"}); len(e.Items) != 3 {
		t.Errorf("who asks for the latest is shown: %s", headlines(e))
	}
	answer, err := n.engine.Ask(t.Context(), briefings.Question{Text: "What did the river flood?", For: "bench/w1/c2"})
	if err != nil || answer.Verdict != briefings.Answered || !strings.Contains(answer.Claims[0].Text, "300 houses") {
		t.Errorf("asked about it: %+v, %v", answer, err)
	}
	fates, err := n.engine.Fates(t.Context(), briefings.Assignment{Window: briefings.Window{From: now.Add(-24 * time.Hour), To: now.Add(time.Second)}, For: "bench/w1/c1"})
	if err != nil || len(fates) != 3 || fates[0].Outcome != "backlog" {
		t.Errorf("fates %+v, %v", fates, err)
	}

	// What it publishes next is news, alone; what it touches up is not, and what it lists without a date is of now.
	n.now = now.Add(time.Hour)
	o.publish("Volcano closes airport", volcano, n.now.Add(-10*time.Minute))
	o.mu.Lock()
	o.items[2] = strings.Replace(o.items[2], "no trains left", "hardly any trains left", 1)
	o.mu.Unlock()
	if read, err := n.gatherer.Once(t.Context()); err != nil || read != 2 {
		t.Fatalf("an hour later %d reports are new, %v", read, err)
	}
	if e := n.digest(t, briefings.Assignment{For: "bench/w1/c1"}); headlines(e) != "Volcano closes airport" {
		t.Errorf("the next digest has: %s", headlines(e))
	}
	n.now = now.Add(8 * time.Hour)
	o.publish("Harbour bridge opens", "The harbour bridge was opened to traffic on Tuesday evening, the port authority said.", time.Time{})
	if read, err := n.gatherer.Once(t.Context()); err != nil || read != 1 {
		t.Fatalf("later %d reports are new, %v", read, err)
	}
	if e := n.digest(t, briefings.Assignment{For: "bench/w1/c1"}); len(e.Items) != 2 || !strings.Contains(headlines(e), "Harbour bridge opens") {
		t.Errorf("the digest after an undated report has: %s", headlines(e))
	}
}

func TestTheLastReportsOfANewFeedArePostedWhenAskedFor(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	o := &outlet{}
	o.publish("River floods old town", flood, now.Add(-4*time.Hour))
	o.publish("Railway strike begins", strike, now.Add(-3*time.Hour))
	o.publish("Parliament raises retirement age", vote, now.Add(-2*time.Hour))
	o.publish("Volcano closes airport", volcano, now.Add(-time.Hour))
	at := serve(t, o.ServeHTTP)
	n := openNewsroom(t, now)
	// As a list is followed: nobody has asked it before, and the first try fails.
	if err := n.gatherer.Register(t.Context(), briefings.Source{ID: "s", URL: at, First: 2}); err != nil {
		t.Fatal(err)
	}
	if read, err := n.gatherer.Once(t.Context()); err != nil || read != 4 {
		t.Fatalf("%d reports, %v", read, err)
	}
	if e := n.digest(t, briefings.Assignment{}); len(e.Items) != 2 || strings.Contains(headlines(e), "River") || strings.Contains(headlines(e), "Railway") {
		t.Errorf("the digest has: %s", headlines(e))
	}
}

func TestASourceThatFailsAtFirstStillBeginsWithoutAFlood(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	o := &outlet{}
	o.publish("River floods old town", flood, now.Add(-3*time.Hour))
	broken := true
	at := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if broken {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		o.ServeHTTP(w, r)
	})
	n := openNewsroom(t, now)
	if err := n.gatherer.Register(t.Context(), briefings.Source{ID: "s", URL: at}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if read, err := n.gatherer.Once(t.Context()); err != nil || read != 0 {
			t.Fatalf("%d reports, %v", read, err)
		}
		n.now = n.now.Add(time.Hour)
	}
	broken = false
	n.now = n.now.Add(6 * time.Hour)
	if read, err := n.gatherer.Once(t.Context()); err != nil || read != 1 {
		t.Fatalf("%d reports, %v", read, err)
	}
	if e := n.digest(t, briefings.Assignment{}); len(e.Items) != 0 {
		t.Errorf("the digest has: %s", headlines(e))
	}
}

func TestSourcesThatNobodyReviewedAreMarkedAndCorroborateNothing(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	n := openNewsroom(t, now)
	var addresses []string
	texts := []string{
		"The volcano erupted on Tuesday and ash closed the island's airport, the civil defence said.",
		"Ash from the volcano has closed the airport of the island after Tuesday's eruption, officials told reporters.",
		"An eruption of the island's volcano shut its airport on Tuesday because of ash, the airline said.",
	}
	for i, owner := range []string{"bench/w1/c1", "bench/w1/c2", "bench/w2/c1"} {
		o := &outlet{site: fmt.Sprintf("https://outlet%d.example", i)}
		o.publish("Volcano ash closes island airport", texts[i], now.Add(-time.Duration(i+1)*time.Hour))
		at := serve(t, o.ServeHTTP)
		addresses = append(addresses, at)
		if _, _, err := n.gatherer.Follow(t.Context(), briefings.Source{ID: fmt.Sprint("s", i), URL: at, Owner: owner, First: 1}); err != nil {
			t.Fatal(err)
		}
	}
	look := func(channel string) (origins, unreviewed, citations int) {
		t.Helper()
		e := n.digest(t, briefings.Assignment{For: channel})
		if len(e.Items) != 1 {
			t.Fatalf("for %q: %s", channel, headlines(e))
		}
		item := e.Items[0]
		cited := []briefings.Citation{item.Lead}
		for _, c := range item.Claims {
			cited = append(cited, c.Citations...)
		}
		for _, c := range cited {
			if c.Unreviewed {
				unreviewed++
			}
		}
		return item.Origins, unreviewed, len(cited)
	}
	if origins, unreviewed, citations := look("bench/w1/c1"); origins != 0 || unreviewed != citations {
		t.Errorf("before a review: %d origins, %d of %d citations marked", origins, unreviewed, citations)
	}
	review := func(id string) {
		t.Helper()
		if _, err := n.gatherer.Change(t.Context(), id, func(s *briefings.Source) { s.Reviewed = n.now }); err != nil {
			t.Fatal(err)
		}
	}
	review("s0")
	review("s1")
	if origins, _, _ := look("bench/w1/c1"); origins != 2 {
		t.Errorf("after two reviews: %d origins", origins)
	}
	if origins, unreviewed, citations := look("bench/w2/c1"); origins != 0 || unreviewed != citations {
		t.Errorf("another workspace has reviewed nothing: %d origins, %d of %d citations marked", origins, unreviewed, citations)
	}
	if origins, _, _ := look(briefings.Everything); origins != 2 {
		t.Errorf("for the operator every review counts: %d origins", origins)
	}
	marked := func(channel string) (n0, n1 int) {
		t.Helper()
		a, err := n.engine.Ask(t.Context(), briefings.Question{Text: "What closed the airport of the island?", For: channel})
		if err != nil || len(a.Claims) == 0 {
			t.Fatalf("%+v, %v", a, err)
		}
		for _, c := range a.Claims {
			for _, q := range c.Citations {
				if q.Unreviewed {
					n1++
				} else {
					n0++
				}
			}
		}
		return n0, n1
	}
	if reviewed, _ := marked("bench/w1/c9"); reviewed == 0 {
		t.Error("an answer marks what the workspace has reviewed")
	}
	if reviewed, unreviewed := marked("bench/w2/c1"); reviewed != 0 || unreviewed == 0 {
		t.Errorf("an answer to another workspace marks %d and leaves %d", unreviewed, reviewed)
	}

	// Taking a source away makes nobody vouch for it: what was read before anybody had reviewed it stays marked.
	if err := n.gatherer.RemoveSource(t.Context(), "s2"); err != nil {
		t.Fatal(err)
	}
	articles, err := n.engine.Articles(briefings.Viewing(t.Context(), briefings.Everything), 10)
	if err != nil || len(articles) != 3 {
		t.Fatal(len(articles), err)
	}
	for _, a := range articles {
		if want := a.Source == addresses[2]; a.Unreviewed != want {
			t.Errorf("the article of %s is unreviewed: %v, want %v", a.Source, a.Unreviewed, want)
		}
	}
}

func TestALinkThatSomebodySendsIsMarkedUnlessItsSiteIsReviewed(t *testing.T) {
	t.Parallel()
	n := openNewsroom(t, noon)
	site := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/robots.txt":
			http.NotFound(w, r)
		case "/feed":
			fmt.Fprint(w, rss)
		default:
			fmt.Fprint(w, page)
		}
	})
	a, _, err := n.engine.ReadLink(t.Context(), site+"/news/grain")
	if err != nil || !a.Unreviewed || !a.Cite(0).Unreviewed {
		t.Errorf("a link of a site that nobody knows: %v, %v", a.Unreviewed, err)
	}
	if _, _, err := n.gatherer.Follow(t.Context(), briefings.Source{ID: "s", URL: site + "/feed", Reviewed: noon}); err != nil {
		t.Fatal(err)
	}
	if a, _, err = n.engine.ReadLink(t.Context(), site+"/news/grain"); err != nil || a.Unreviewed {
		t.Errorf("a link of a site whose feed is reviewed: %v, %v", a.Unreviewed, err)
	}
}

// TestAReportListedInShortIsReadFromItsPage follows a feed of summaries and a sitemap of headlines.
func TestAReportListedInShortIsReadFromItsPage(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	var mu sync.Mutex
	headline, asked := "Ministers sign the grain treaty", map[string]int{}
	item := func(title, path, media string) string {
		return fmt.Sprintf(`<item><title>%s</title><link>%s</link><pubDate>%s</pubDate><description>A summary in one sentence.</description>%s</item>`, title, path, now.Add(-time.Hour).Format(time.RFC1123Z), media)
	}
	body := "<p>The treaty lets each of the six countries sell its grain in all of the others, the minister of trade told reporters on Tuesday.</p>" +
		"<p>Farmers had asked for it for years, because what they could not sell at home rotted in the stores while the neighbours bought theirs overseas, the union of growers said.</p>" +
		"<p>It ends with the harvest of 2030.</p>"
	site := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked[r.URL.Path]++
		w.Header().Set("Content-Type", "text/html")
		switch r.URL.Path {
		case "/robots.txt":
			fmt.Fprint(w, "User-agent: *\nDisallow: /private")
		case "/rss":
			fmt.Fprint(w, `<rss xmlns:media="http://search.yahoo.com/mrss/"><channel><title>The Wire</title>`,
				item(headline, "/treaty", `<media:content url="https://cdn.example.org/small.jpg" medium="image" width="100"/><media:group><media:content url="https://cdn.example.org/large.jpg" type="image/jpeg" width="900"><media:credit>Photo: A. Nobody</media:credit></media:content></media:group>`),
				item("A bridge collapses in the north", "/private/bridge", `<media:thumbnail url="https://cdn.example.org/bridge.jpg"/><media:credit role="photographer">B. Nobody</media:credit>`),
				item("Storm reaches the southern coast", "/wall", ""), `</channel></rss>`)
		case "/news.xml":
			fmt.Fprintf(w, `<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>http://%s/map</loc><news:news><news:publication><news:name>The Map</news:name></news:publication>
				<news:publication_date>2026-11-24T11:00:00Z</news:publication_date><news:title>Grain is sold across borders</news:title></news:news></url></urlset>`, r.Host)
		case "/treaty":
			fmt.Fprintf(w, `<html><head><title>%s</title></head><body><article><h1>%s</h1>%s</article></body></html>`, headline, headline, body)
		case "/map":
			fmt.Fprintf(w, `<html><head><meta property="og:image" content="https://cdn.example.org/map.jpg"></head><body><article><h1>Grain is sold across borders</h1>%s</article></body></html>`, body)
		case "/wall":
			fmt.Fprintf(w, `<html><body><h1>Before you continue</h1>%s</body></html>`, strings.Repeat("<p>We and our 841 partners value your privacy and would like to have your consent first.</p>", 9))
		default:
			t.Errorf("asked for %s", r.URL)
		}
	})
	n := openNewsroom(t, now)
	for _, path := range []string{"/rss", "/news.xml"} {
		if _, _, err := n.gatherer.Follow(t.Context(), briefings.Source{ID: path, URL: site + path}); err != nil {
			t.Fatal(err)
		}
	}
	read := func() map[string]briefings.Article {
		t.Helper()
		all, err := n.engine.Articles(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]briefings.Article{}
		for _, a := range all {
			out[strings.TrimPrefix(a.URL, site)] = a
		}
		return out
	}
	first := read()
	for path, picture := range map[string]briefings.Picture{
		"/treaty": {URL: "https://cdn.example.org/large.jpg", Credit: "A. Nobody"}, "/map": {URL: "https://cdn.example.org/map.jpg"},
	} {
		if a := first[path]; !strings.Contains(a.Text, "harvest of 2030") || !a.Backlog || a.Revision != 1 || a.Picture != picture {
			t.Errorf("%s: backlog %v, revision %d, picture %v, text %q", path, a.Backlog, a.Revision, a.Picture, a.Text)
		}
	}
	for _, path := range []string{"/private/bridge", "/wall"} {
		if a := first[path]; a.Text != "A summary in one sentence." {
			t.Errorf("%s is not kept as it is listed: %q", path, a.Text)
		}
	}
	if want := (briefings.Picture{URL: "https://cdn.example.org/bridge.jpg", Credit: "B. Nobody"}); first["/private/bridge"].Picture != want {
		t.Errorf("picture %v, want %v", first["/private/bridge"].Picture, want)
	}

	// The same list again is no revision, and no page is asked for twice.
	n.now = now.Add(6 * time.Hour)
	if _, err := n.gatherer.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a := read()["/treaty"]; a.Revision != 1 || asked["/treaty"] != 1 || asked["/map"] != 1 || asked["/wall"] != 1 || asked["/rss"] != 2 || asked["/private/bridge"] != 0 {
		t.Errorf("revision %d, asked for %v", a.Revision, asked)
	}
	// A new headline is.
	mu.Lock()
	headline = "Ministers sign the grain treaty, with one dissent"
	mu.Unlock()
	n.now = now.Add(13 * time.Hour)
	if _, err := n.gatherer.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a := read()["/treaty"]; a.Revision != 2 || a.Title != headline || !strings.Contains(a.Text, "harvest of 2030") || asked["/treaty"] != 2 {
		t.Errorf("a new headline: revision %d, %q, %q, asked for %v", a.Revision, a.Title, a.Text, asked)
	}
}

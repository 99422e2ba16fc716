package press

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"attache/bot/bottest"
	"attache/bot/message"
	"attache/briefings/briefingstest"
)

var noon = time.Date(2024, time.February, 21, 12, 0, 0, 0, time.UTC)

// dot is a picture of one pixel.
var dot = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82")

func illustrated(m *message.Message) *message.Message {
	out := *m
	out.Blocks = append(append([]message.Block(nil), m.Blocks...), message.Image{Data: dot, Name: "map.png", Alt: "Map: 1 Pyongyang; 2 \"Seoul\" <b>"})
	return &out
}

func named(t *testing.T, name string) *message.Message {
	t.Helper()
	for _, n := range bottest.Messages() {
		if n.Name == name {
			return n.Message
		}
	}
	t.Fatalf("the corpus has no %q", name)
	return nil
}

func TestEveryNamedMessageIsAPage(t *testing.T) {
	t.Parallel()
	for _, n := range bottest.Messages() {
		t.Run(n.Name, func(t *testing.T) {
			t.Parallel()
			got := HTML(n.Message)
			inspect(t, got)
			if strings.HasPrefix(n.Name, "digest") || n.Name == "everything" {
				briefingstest.Golden(t, "testdata/"+n.Name+".html", got)
			}
		})
	}
}

// inspect holds a page to what mail programs and readers ask of it: nothing from outside, nothing that runs, links that tell
// nothing.
func inspect(t *testing.T, page string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "script", "iframe", "object", "embed", "form", "input", "button", "link", "base", "video", "audio":
			t.Errorf("the page has a <%s>", n.Data)
		case "a":
			if to := attr(n, "href"); message.WebAddress(to) == "" || !strings.Contains(attr(n, "rel"), "noreferrer") {
				t.Errorf("a link to %q, rel %q", to, attr(n, "rel"))
			}
		case "img":
			if src := attr(n, "src"); !strings.HasPrefix(src, "data:image/png;base64,") && !strings.HasPrefix(src, "cid:") {
				t.Errorf("a picture from %.60q", src)
			}
			if attr(n, "alt") == "" {
				t.Error("a picture without words")
			}
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" && strings.Contains(a.Val, "url(") {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
		}
	}
	if strings.Contains(darkSheet, "url(") || strings.Contains(darkSheet, "@import") {
		t.Error("the sheet fetches something")
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func TestAMailHasTheSameInTextAndHTML(t *testing.T) {
	t.Parallel()
	m := illustrated(named(t, "digest"))
	raw, err := Mail(m, Envelope{Date: noon, To: []string{"desk@example.org"}})
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := Mail(m, Envelope{Date: noon, To: []string{"desk@example.org"}}); !bytes.Equal(raw, again) {
		t.Error("the same message makes two mails")
	}
	for i, line := range strings.Split(string(raw), "\r\n") {
		if strings.ContainsAny(line, "\r\n") || len(line) > 998 {
			t.Fatalf("line %d breaks RFC 5322: %.80q", i+1, line)
		}
	}
	parsed, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	var words mime.WordDecoder
	if subject, err := words.DecodeHeader(parsed.Header.Get("Subject")); err != nil || subject != title(m) {
		t.Errorf("subject %q (%v), want %q", subject, err, title(m))
	}
	from, err := parsed.Header.AddressList("From")
	if err != nil || from[0].Name != "Attaché" {
		t.Errorf("from %v, %v", from, err)
	}
	if at, err := parsed.Header.Date(); err != nil || !at.Equal(noon) {
		t.Errorf("date %v, %v", at, err)
	}
	parts := bodies(t, parsed.Header.Get("Content-Type"), parsed.Body)
	if len(parts) != 3 || parts[0].kind != "text/plain" || parts[1].kind != "text/html" || parts[2].kind != "image/png" {
		t.Fatalf("the parts are %v", parts)
	}
	if want := text(m); strings.ReplaceAll(parts[0].body, "\r\n", "\n") != want {
		t.Errorf("the text is\n%s\nwant\n%s", parts[0].body, want)
	}
	inspect(t, parts[1].body)
	if !strings.Contains(parts[1].body, `src="cid:`+strings.Trim(parts[2].id, "<>")+`"`) || parts[2].body != string(dot) {
		t.Error("the picture is not the one that the page shows")
	}
}

type part struct{ kind, id, body string }

// bodies reads a body with all parts below it.
func bodies(t *testing.T, contentType string, body io.Reader) (out []part) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatalf("%q: %v", contentType, err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		raw, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		return []part{{kind: kind, body: string(raw)}}
	}
	r := multipart.NewReader(body, params["boundary"])
	for {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		var from io.Reader = p
		switch p.Header.Get("Content-Transfer-Encoding") {
		case "quoted-printable":
			from = quotedprintable.NewReader(p)
		case "base64":
			from = base64.NewDecoder(base64.StdEncoding, p)
		}
		inner := bodies(t, p.Header.Get("Content-Type"), from)
		if len(inner) == 1 {
			inner[0].id = p.Header.Get("Content-Id")
		}
		out = append(out, inner...)
	}
}

func TestAMailNeedsAnEnvelope(t *testing.T) {
	t.Parallel()
	m := named(t, "digest-quiet")
	for name, e := range map[string]Envelope{
		"no date": {}, "a forged header": {Date: noon, To: []string{"a@b\r\nBcc: all@example.org"}}, "no address": {Date: noon, From: "desk"},
	} {
		if _, err := Mail(m, e); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	raw, err := Mail(m, Envelope{Date: noon})
	if err != nil || !strings.Contains(string(raw), "X-Unsent: 1\r\n") || strings.Contains(string(raw), "multipart/related") {
		t.Errorf("a draft without pictures: %v\n%.400s", err, raw)
	}
}

// TestNoHeadlineForgesAHeader puts what a hostile report could be called into the subject.
func TestNoHeadlineForgesAHeader(t *testing.T) {
	t.Parallel()
	for _, hostile := range []string{"A\r\nBcc: all@example.org\r\n\r\n<script>", "=?utf-8?q?=0d=0aBcc:_x?=", strings.Repeat("긴 제목 ", 60), "\u202eabc\x00"} {
		m := &message.Message{Gist: "g", Blocks: []message.Block{message.Heading{Level: 1, Spans: []message.Span{message.T(hostile)}}}}
		raw, err := Mail(m, Envelope{Date: noon})
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatalf("%q: %v", hostile, err)
		}
		if parsed.Header.Get("Bcc") != "" {
			t.Errorf("%q forged a header", hostile)
		}
		for _, part := range bodies(t, parsed.Header.Get("Content-Type"), parsed.Body) {
			if part.kind == "text/html" {
				inspect(t, part.body)
			}
		}
	}
}

func feed(t *testing.T) Feed {
	return Feed{Key: "k", Title: "Attaché digests", Entries: []Entry{
		{Key: "digest.d7f3.2", At: noon, Message: illustrated(named(t, "digest"))},
		{Key: "digest.d7f3.1", At: noon.Add(-24 * time.Hour), Updated: noon, Message: named(t, "digest-quiet")},
		{Key: "digest.d7f3.0", At: noon.Add(-48 * time.Hour), Message: named(t, "digest-hostile")},
	}}
}

func TestFeedsLookAsTheyDid(t *testing.T) {
	t.Parallel()
	asJSON, err := feed(t).JSON()
	if err != nil {
		t.Fatal(err)
	}
	briefingstest.Golden(t, "testdata/feed.json", string(asJSON))
	asAtom, err := feed(t).Atom()
	if err != nil {
		t.Fatal(err)
	}
	briefingstest.Golden(t, "testdata/atom.xml", string(asAtom))
}

func TestFeedsKeepToTheirFormats(t *testing.T) {
	t.Parallel()
	raw, err := feed(t).JSON()
	if err != nil {
		t.Fatal(err)
	}
	var j jsonFeed
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&j); err != nil {
		t.Fatal(err)
	}
	if j.Version != "https://jsonfeed.org/version/1.1" || j.Title == "" || len(j.Items) != 3 {
		t.Errorf("got %+v", j)
	}
	raw, err = feed(t).Atom()
	if err != nil {
		t.Fatal(err)
	}
	var a atomFeed
	if err := xml.Unmarshal(raw, &a); err != nil {
		t.Fatal(err)
	}
	if a.ID == "" || a.Updated != "2024-02-21T12:00:00Z" || a.Author.Name == "" || len(a.Entries) != 3 {
		t.Errorf("got %+v", a)
	}
	ids := map[string]bool{}
	for i, e := range a.Entries {
		ids[e.ID] = true
		if e.ID != j.Items[i].ID || e.Title != j.Items[i].Title || e.Content.Body != j.Items[i].ContentHTML || e.Title == "" {
			t.Errorf("entry %d differs between the forms: %+v, %+v", i, e, j.Items[i])
		}
		inspectFragment(t, e.Content.Body)
	}
	if len(ids) != 3 {
		t.Errorf("ids are %v", ids)
	}
	if empty, err := (Feed{Key: "k", Title: "t"}).Atom(); err != nil || !strings.Contains(string(empty), "<updated>1970-01-01T00:00:00Z</updated>") {
		t.Errorf("an empty feed: %v\n%s", err, empty)
	}
	if empty, err := (Feed{Key: "k", Title: "t"}).JSON(); err != nil || !strings.Contains(string(empty), `"items": []`) {
		t.Errorf("an empty feed: %v\n%s", err, empty)
	}
}

// inspectFragment holds an entry's HTML to what a feed reader can show.
func inspectFragment(t *testing.T, body string) {
	t.Helper()
	for _, bad := range []string{"<button", "<script", "data:image", "<img"} {
		if strings.Contains(body, bad) {
			t.Errorf("an entry has %s", bad)
		}
	}
}

func TestTheStandKnowsItsReaders(t *testing.T) {
	t.Parallel()
	const secret = "a-secret-of-24-letters_x"
	broken := false
	s, err := NewStand(StandConfig{Secret: secret, Feed: func(_ context.Context, digest string) (Feed, error) {
		switch {
		case broken:
			return Feed{}, errors.New("the database is gone")
		case digest != "" && digest != "d7f3":
			return Feed{}, ErrNoFeed
		}
		return feed(t), nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string, head ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		for i := 0; i+1 < len(head); i += 2 {
			r.Header.Set(head[i], head[i+1])
		}
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		return w
	}
	for path, want := range map[string]int{
		"/editions/" + secret + "/feed.json":             200,
		"/editions/" + secret + "/atom.xml":              200,
		"/editions/" + secret + "/atom.xml?digest=d7f3":  200,
		"/editions/" + secret + "/atom.xml?digest=other": 404,
		"/editions/" + secret + "/":                      404,
		"/editions/" + secret + "x/feed.json":            404,
		"/editions/" + secret[1:] + "/feed.json":         404,
		"/editions//feed.json":                           301,
		"/editions/feed.json":                            404,
	} {
		if got := get(path); got.Code != want && got.Code != 307 {
			t.Errorf("GET %s: %d, want %d", path, got.Code, want)
		}
	}
	w := get("/editions/" + secret + "/feed.json")
	for name, want := range map[string]string{
		"Content-Type": "application/feed+json; charset=utf-8", "X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=300",
		"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex", "Content-Security-Policy": "default-src 'none'; sandbox",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if again := get("/editions/"+secret+"/feed.json", "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("an unchanged feed is sent again: %d, %d bytes", again.Code, again.Body.Len())
	}
	broken = true
	if got := get("/editions/" + secret + "/feed.json"); got.Code != 500 || strings.Contains(got.Body.String(), "database") {
		t.Errorf("trouble: %d %s", got.Code, got.Body)
	}
}

func TestASecretIsHardToGuess(t *testing.T) {
	t.Parallel()
	for secret, ok := range map[string]bool{"": false, "short": false, "fifteen-letters": false, "sixteen-letters_": true, "with a blank in it": false, "with/a/slash/in/it": false} {
		if err := CheckSecret(secret); (err == nil) != ok {
			t.Errorf("%q: %v", secret, err)
		} else if err != nil && secret != "" && strings.Contains(err.Error(), secret) {
			t.Errorf("the error tells the secret: %v", err)
		}
	}
}

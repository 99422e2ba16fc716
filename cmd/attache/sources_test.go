package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAListOfFeedsIsAddedOnceAndExported(t *testing.T) {
	t.Parallel()
	data, dir := t.TempDir(), t.TempDir()
	list := filepath.Join(dir, "feeds.opml")
	if err := os.WriteFile(list, []byte(`<opml version="2.0"><head><title>Mine</title></head><body><outline text="World"><outline text="The Wire" xmlUrl="https://wire.example/rss"/>
		<outline text="Second &amp; last" xmlUrl="https://second.example/feed?a=1&amp;b=2"/></outline><outline text="No feed" xmlUrl="javascript:alert(1)"/></body></opml>`), 0o600); err != nil {
		t.Fatal(err)
	}
	got := attache(t, data, "", "add", list)
	if got.code != exitOK || strings.Count(got.out, "followed: ") != 2 || !strings.Contains(got.out, "The Wire  https://wire.example/rss") {
		t.Fatalf("add: exit %d\n%s%s", got.code, got.out, got.err)
	}
	again := attache(t, data, "", "add", list)
	if again.code != exitOK || strings.Count(again.out, "already followed: ") != 2 {
		t.Errorf("added twice: exit %d\n%s%s", again.code, again.out, again.err)
	}
	shown := attache(t, data, "", "sources")
	if !strings.Contains(shown.out, "not read yet") || !strings.Contains(shown.out, "yes") || !strings.Contains(shown.out, "Second & last") {
		t.Errorf("sources:\n%s%s", shown.out, shown.err)
	}
	exported := attache(t, data, "", "sources", "--export")
	for _, want := range []string{`xmlUrl="https://wire.example/rss"`, `xmlUrl="https://second.example/feed?a=1&amp;b=2"`, `title="Second &amp; last"`, `<opml version="2.0">`} {
		if !strings.Contains(exported.out, want) {
			t.Errorf("the export lacks %s:\n%s%s", want, exported.out, exported.err)
		}
	}
	other := filepath.Join(dir, "exported.opml")
	if err := os.WriteFile(other, []byte(exported.out), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := attache(t, t.TempDir(), "", "add", other); got.code != exitOK || strings.Count(got.out, "followed: ") != 2 {
		t.Errorf("what was exported is added elsewhere: exit %d\n%s%s", got.code, got.out, got.err)
	}
	empty := filepath.Join(dir, "empty.opml")
	if err := os.WriteFile(empty, []byte("<opml><body/></opml>"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := attache(t, data, "", "add", empty); got.code == exitOK || !strings.Contains(got.err, "names no feeds") {
		t.Errorf("an empty list: exit %d\n%s%s", got.code, got.out, got.err)
	}
}

// TestWhatAPastedTextDoesNotSayIsAskedFor pipes texts to attache add.
func TestWhatAPastedTextDoesNotSayIsAskedFor(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	const bare = "The coast guard seized the tanker Meridian on Friday, the transport ministry said. It was the third this year."
	for _, row := range []struct {
		name, input string
		args        []string
		code        int
		out, err    string
	}{
		{"nothing is known", bare, nil, exitUsage, "", "give it --title, --outlet, --published, or --unknown"},
		{"the date alone is missing", "Tanker seized in the strait\n\n" + bare, []string{"--outlet", "Harbour Post"}, exitUsage, "", "give it --published, or"},
		{"a date that is none", bare, []string{"--title", "Tanker seized", "--outlet", "Harbour Post", "--published", "Friday"}, exitUsage, "", `"Friday" is not a date`},
		{"all is said", bare, []string{"--title", "Tanker seized", "--outlet", "Harbour Post", "--published", "2024-02-16"}, exitOK, "Tanker seized (", ""},
		{"the text says it", "2024-02-17\n\nTanker is freed again\n\nThe tanker was freed a day later.", []string{"--outlet", "Harbour Post"}, exitOK, "Tanker is freed again (", ""},
		{"it is unknown", "Nobody knows who wrote this text about a lighthouse.", []string{"--unknown"}, exitOK, "added: ", ""},
		{"nothing was pasted", " \n", []string{"--unknown"}, exitFailed, "", "the standard input: the report has no text"},
	} {
		got := attache(t, data, row.input, append(append([]string{"add"}, row.args...), "-")...)
		if got.code != row.code || !strings.Contains(got.out, row.out) || !strings.Contains(got.err, row.err) {
			t.Errorf("%s: exit %d, want %d\n%s%s", row.name, got.code, row.code, got.out, got.err)
		}
	}
	listed := attache(t, data, "", "articles", "--json").out
	for _, want := range []string{`"title":"Tanker seized","outlet":"Harbour Post","published":"2024-02-16T00:00:00Z"`, `"title":"Tanker is freed again","outlet":"Harbour Post","published":"2024-02-17T00:00:00Z"`} {
		if !strings.Contains(listed, want) {
			t.Errorf("the library lacks %s:\n%s", want, listed)
		}
	}
}

func TestAFolderIsReadAndAFeedIsFollowed(t *testing.T) {
	t.Parallel()
	data, dir := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{
		"a.txt": "2024-02-17\n\nTanker is freed again\n\nThe tanker was freed a day later.", "sub/b.md": "# Harbour reopens\n\nThe harbour was opened on Monday.",
		"picture.jpg": "no text", ".hidden/c.txt": "Hidden text that is not read.",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := attache(t, data, "", "add", dir); got.code != exitOK || strings.Count(got.out, "added: ") != 2 || !strings.Contains(got.out, "Harbour reopens") {
		t.Errorf("a folder: exit %d\n%s%s", got.code, got.out, got.err)
	}
	if got := attache(t, data, "", "add", t.TempDir()); got.code != exitFailed || !strings.Contains(got.err, "holds no text") {
		t.Errorf("an empty folder: exit %d\n%s%s", got.code, got.out, got.err)
	}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/rss":
			fmt.Fprint(w, "<rss><channel><title>The Wire</title><item><title>A bridge opens</title><link>/bridge</link></item></channel></rss>")
		case "/list":
			fmt.Fprintf(w, `<opml><body><outline text="Second" xmlUrl="http://%s/second"/></body></opml>`, r.Host)
		case "/page":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprintf(w, `<html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head><body><h1>A bridge opens at last</h1><p>%s</p></body></html>`, strings.Repeat("The bridge was opened on Monday by the mayor of the town. ", 4))
		case "/file.pdf":
			w.Header().Set("Content-Type", "application/pdf")
			fmt.Fprint(w, "%PDF-1.7")
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(site.Close)
	add := func(args ...string) result {
		var out, errs bytes.Buffer
		code := run(t.Context(), append([]string{"add"}, args...), program{
			environ: []string{"ATTACHE_DATA=" + data, "ATTACHE_ALLOW_NETWORKS=127.0.0.0/8"}, dir: t.TempDir(), in: strings.NewReader(""), out: &out, err: &errs, now: time.Now,
		})
		return result{out.String(), errs.String(), code}
	}
	for _, row := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"/page"}, exitOK, "added: "},
		{[]string{"--follow", "/page"}, exitOK, "The Wire  " + site.URL + "/rss"},
		{[]string{"/rss"}, exitOK, "already followed: The Wire"},
		{[]string{"/list"}, exitOK, "Second  " + site.URL + "/second"},
		{[]string{"/file.pdf"}, exitFailed, "is a PDF; save it"},
	} {
		row.args[len(row.args)-1] = site.URL + row.args[len(row.args)-1]
		if got := add(row.args...); got.code != row.code || !strings.Contains(got.out+got.err, row.want) {
			t.Errorf("add %v: exit %d, want %d\n%s%s", row.args, got.code, row.code, got.out, got.err)
		}
	}
}

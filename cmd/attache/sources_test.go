package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
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

package main

import (
	"strings"
	"testing"
	"time"

	"attache/adapters/slack/slackfake"
	"attache/adapters/store/storetest"
)

func TestTheTerminalsLanguage(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		environ []string
		want    string
	}{
		{nil, ""},
		{[]string{"LANG=fr_FR.UTF-8"}, "fr_FR.UTF-8"},
		{[]string{"LANG=fr_FR.UTF-8", "LC_ALL="}, "fr_FR.UTF-8"},
		{[]string{"LANG=fr_FR.UTF-8", "LC_MESSAGES=ko_KR.UTF-8"}, "ko_KR.UTF-8"},
		{[]string{"LANG=fr_FR.UTF-8", "LC_MESSAGES=ko_KR.UTF-8", "LC_ALL=C"}, "C"},
	} {
		p := &program{environ: row.environ}
		if got := p.locale(); got != row.want {
			t.Errorf("%v: got %q, want %q", row.environ, got, row.want)
		}
	}
}

func TestAChannelsDigestComesInItsLanguage(t *testing.T) {
	t.Parallel()
	clock := &movable{}
	clock.set(time.Date(2024, 2, 20, 20, 0, 0, 0, time.UTC))
	p := start(t, clock, "ATTACHE_DATA="+storetest.Folder(t))
	var page string
	for _, line := range []string{"settings language fr", "digest add now weekdays 8:00 UTC"} {
		p.post(t, "/api/ask", `{"channel":"korea-desk","text":"/brief `+line+`"}`, &page)
	}
	if !strings.Contains(page, "du lundi au vendredi à 08:00, UTC") {
		t.Errorf("the schedule is said back as %s", page)
	}
	clock.set(time.Date(2024, 2, 21, 8, 0, 5, 0, time.UTC))
	slackfake.Start(t, slackfake.Options{Offline: true}).Await("a digest in French", func() bool {
		p.get(t, "/api/channels/korea-desk", &page)
		return strings.Contains(page, "mercredi 21 février 2024, 08:00 UTC")
	})
	if strings.Contains(page, "As of ") || !strings.Contains(page, "État au ") {
		t.Errorf("the digest is not all in French: %.3000s", page)
	}
}

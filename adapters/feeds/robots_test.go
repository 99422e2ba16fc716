package feeds

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"attache/briefings"
)

func TestRobotsRulesAreReadAsTheirAuthorMeantThem(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, robots string
		allowed      []string
		refused      []string
	}{
		{"none", "", []string{"/", "/a?b=c"}, nil},
		{"everybody", "User-agent: *\nDisallow: /private/\n", []string{"/", "/private", "/feed"}, []string{"/private/", "/private/feed"}},
		{"our own group goes before everybody's", "User-agent: *\nDisallow: /\n\nUser-agent: Attache\nDisallow: /archive", []string{"/feed"}, []string{"/archive/1"}},
		{"our name in any case and with a version", "User-agent: ATTACHE/2.1\nDisallow: /x\nUser-agent: attachebot\nDisallow: /feed", []string{"/feed"}, []string{"/x"}},
		{"several names share a group", "User-agent: other\nUser-agent: attache\nDisallow: /a\n\nUser-agent: attache\nDisallow: /b", []string{"/c"}, []string{"/a", "/b"}},
		{"an empty rule forbids nothing", "User-agent: *\nDisallow:", []string{"/"}, nil},
		{"the longest rule decides", "User-agent: *\nDisallow: /\nAllow: /rss\nDisallow: /rss/internal", []string{"/rss", "/rss/world"}, []string{"/", "/news", "/rss/internal/x"}},
		{"of two equally long ones the one that allows", "User-agent: *\nDisallow: /page\nAllow: /page", []string{"/page"}, nil},
		{"wildcards", "User-agent: *\nDisallow: /*.xml$\nDisallow: /a*/b*c", []string{"/feed.xml?x=1", "/a/b", "/ab"}, []string{"/feed.xml", "/a1/x/b2c3"}},
		{"spellings of one path", "User-agent: *\nDisallow: /caf%C3%A9\nDisallow: /%7Euser", []string{"/cafe"}, []string{"/caf%c3%a9/x", "/~user/feed"}},
		{"comments, odd line ends, a byte order mark", "\ufeffUser-agent: * # all\rDisallow: /a # not here\r\n# Disallow: /b\nSitemap: https://example.org/s.xml", []string{"/b"}, []string{"/a"}},
		{"other fields don't end a group", "User-agent: *\nSitemap: /s.xml\nUser-agent: other\nDisallow: /a", nil, []string{"/a"}},
		{"no rules at all, but a page", "<!doctype html><p>User-agent: not really</p>", []string{"/"}, nil},
		{"its own file is always readable", "User-agent: *\nDisallow: /", []string{"/robots.txt"}, []string{"/"}},
	} {
		rules := readRobots([]byte(row.robots))
		for want, paths := range map[bool][]string{true: row.allowed, false: row.refused} {
			for _, path := range paths {
				u, err := url.Parse("https://example.org" + path)
				if err != nil {
					t.Fatal(err)
				}
				if got := rules.allow(u); got != want {
					t.Errorf("%s: %s is allowed: %v, want %v", row.name, path, got, want)
				}
			}
		}
	}
}

func TestCrawlDelayIsRespectedWithinABound(t *testing.T) {
	t.Parallel()
	for robots, want := range map[string]time.Duration{
		"User-agent: *\nCrawl-delay: 2.5": 2500 * time.Millisecond, "User-agent: *\nCrawl-delay: 86400": maxCrawlDelay, "User-agent: *\nCrawl-delay: 1e300": maxCrawlDelay,
		"User-agent: *\nCrawl-delay: -3": 0, "User-agent: *\nCrawl-delay: NaN": 0, "User-agent: *\nCrawl-delay: soon": 0, "User-agent: other\nCrawl-delay: 9": 0,
	} {
		if got := readRobots([]byte(robots)).delay; got != want {
			t.Errorf("%q: %v, want %v", robots, got, want)
		}
	}
}

func FuzzRobots(f *testing.F) {
	f.Add("User-agent: *\nDisallow: /a*b$\nAllow: /%e2%82%ac\nCrawl-delay: 3", "/a/b?c")
	f.Add("\ufeffuser-agent:attache/1\rdisallow:/\r\n", "/%zz%")
	f.Add("User-agent: *\nDisallow: "+strings.Repeat("*", 50)+"x", "/"+strings.Repeat("a", 50))
	f.Fuzz(func(t *testing.T, robots, path string) {
		rules := readRobots([]byte(robots))
		if rules.delay < 0 || rules.delay > maxCrawlDelay {
			t.Errorf("delay %v", rules.delay)
		}
		rules.allow(&url.URL{Scheme: "https", Host: "example.org", Path: path})
		if once := plainPath(path); plainPath(once) != once {
			t.Errorf("%q is written as %q and that as %q", path, once, plainPath(once))
		}
		if !rules.allow(&url.URL{Scheme: "https", Host: "example.org", Path: "/robots.txt"}) {
			t.Error("robots.txt itself is forbidden")
		}
	})
}

func TestPollsAskRobotsOnceADayAndLinksDoNot(t *testing.T) {
	t.Parallel()
	var robots, feeds, pages atomic.Int32
	status := http.StatusOK
	at := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/robots.txt":
			robots.Add(1)
			w.WriteHeader(status)
			fmt.Fprint(w, "User-agent: *\nDisallow: /private\n")
		case "/feed":
			feeds.Add(1)
			fmt.Fprint(w, rss)
		case "/moved":
			http.Redirect(w, r, "/private/feed", http.StatusFound)
		default:
			pages.Add(1)
			fmt.Fprint(w, page)
		}
	})
	f := local(t)
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	f.now = func() time.Time { return now }
	poll := func(path string) error {
		_, _, err := f.Poll(t.Context(), briefings.Source{URL: at + path})
		return err
	}
	for range 3 {
		if err := poll("/feed"); err != nil {
			t.Fatal(err)
		}
	}
	if robots.Load() != 1 {
		t.Errorf("three polls asked for robots.txt %d times, want once", robots.Load())
	}
	for _, path := range []string{"/private/feed", "/moved"} {
		if err := poll(path); err == nil || !strings.Contains(err.Error(), "robots.txt says so") {
			t.Errorf("polling %s, which robots.txt forbids: %v", path, err)
		}
	}
	if pages.Load() != 0 {
		t.Errorf("%d pages were fetched against robots.txt", pages.Load())
	}
	if _, err := f.Page(t.Context(), at+"/private/report"); err != nil {
		t.Errorf("a link that a person sends is theirs to read: %v", err)
	}

	// A day later it is asked again. A site that can't say keeps its old rules for a while; where there are none nothing is read.
	now = now.Add(25 * time.Hour)
	status = http.StatusServiceUnavailable
	if err := poll("/feed"); err != nil || robots.Load() != 2 {
		t.Errorf("with the rules of yesterday: %v after %d questions", err, robots.Load())
	}
	now = now.Add(8 * 24 * time.Hour)
	before := feeds.Load()
	if err := poll("/feed"); err == nil || !strings.Contains(err.Error(), "can't say what robots may read") || feeds.Load() != before {
		t.Errorf("with rules of last week: %v", err)
	}
	status = http.StatusOK
	if err := poll("/feed"); err == nil {
		t.Error("a site that can't say is asked again at once")
	}
	now = now.Add(robotsAgain)
	if err := poll("/feed"); err != nil {
		t.Errorf("once it can say again: %v", err)
	}
}

func TestASiteWithoutRobotsMayBePolled(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusNotFound, http.StatusForbidden, http.StatusUnauthorized, http.StatusGone} {
		at := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/robots.txt" {
				w.WriteHeader(status)
				fmt.Fprint(w, "User-agent: *\nDisallow: /")
				return
			}
			fmt.Fprint(w, rss)
		})
		if _, _, err := local(t).Poll(t.Context(), briefings.Source{URL: at}); err != nil {
			t.Errorf("robots.txt answered %d: %v", status, err)
		}
	}
}

func TestAHugeRobotsFileIsReadInPart(t *testing.T) {
	t.Parallel()
	at := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/robots.txt" {
			fmt.Fprint(w, rss)
			return
		}
		fmt.Fprint(w, "User-agent: *\nDisallow: /no\n")
		line := []byte(strings.Repeat("Disallow: /x\n", 10_000))
		for range 300 << 20 / len(line) {
			if _, err := w.Write(line); err != nil {
				return
			}
		}
	})
	f := local(t)
	if _, _, err := f.Poll(t.Context(), briefings.Source{URL: at + "/feed"}); err != nil {
		t.Error(err)
	}
	if _, _, err := f.Poll(t.Context(), briefings.Source{URL: at + "/no"}); err == nil {
		t.Error("the first rules of a huge robots.txt don't count")
	}
	for _, s := range f.robots.sites {
		if len(s.rules.rules) > maxRules {
			t.Errorf("%d rules are kept", len(s.rules.rules))
		}
	}
}

func TestRobotsOfManySitesAreForgotten(t *testing.T) {
	t.Parallel()
	r := robots{sites: map[string]site{}}
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	for i := range 3 * maxSites {
		r.keep(fmt.Sprint(i), site{until: now.Add(time.Hour), err: errors.New("x")}, now)
	}
	if len(r.sites) > maxSites {
		t.Errorf("%d sites are remembered", len(r.sites))
	}
	if _, ok := r.sites[fmt.Sprint(3*maxSites-1)]; !ok {
		t.Error("the newest one was forgotten")
	}
}

package feeds

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The product token by which a site's robots.txt speaks to Attaché (RFC 9309, section 2.2.1).
const productToken = "attache"

// Limits on robots.txt.
const (
	maxRobots     = 500 << 10          // bytes that are read, as RFC 9309 section 2.5 asks for
	maxRules      = 1000               // rules of a group that are kept
	maxRuleBytes  = 64 << 10           // and their bytes together
	maxPattern    = 2000               // bytes of a rule's path; a longer rule is left out
	maxCrawlDelay = 30 * time.Second   // a longer Crawl-delay counts as so much
	robotsFor     = 24 * time.Hour     // how long an answer is kept (section 2.4)
	robotsAgain   = 5 * time.Minute    // when a site that could not say is asked again
	robotsStale   = 7 * 24 * time.Hour // how long an old answer stands in for one that can't be had
	maxSites      = 2000               // sites whose answer is kept
)

// robots are what sites allow, as far as it is known. A person who sends a link asks for that one page, as a browser would, so
// robots.txt speaks of what is read again and again without anybody asking: the feeds, and what they are found through.
type robots struct {
	mu    sync.Mutex
	sites map[string]site // by scheme and host
}

// site is what one site allows.
type site struct {
	rules   robotRules
	err     error     // why nothing may be read; nil when rules stand
	until   time.Time // when it is asked again
	learned time.Time // when rules were last read
}

// mayPoll asks a site's robots.txt, once a day, whether u may be polled, and how much time it wants between two requests. An
// error is a sentence for people.
func (f *Fetcher) mayPoll(ctx context.Context, u *url.URL) (delay time.Duration, err error) {
	key := u.Scheme + "://" + strings.ToLower(u.Host)
	f.robots.mu.Lock()
	s, known := f.robots.sites[key]
	f.robots.mu.Unlock()
	if now := f.now(); !known || !now.Before(s.until) {
		s, err = f.askRobots(ctx, key, s)
		if err != nil {
			return 0, err
		}
		f.robots.keep(key, s, now)
	}
	switch {
	case s.err != nil:
		return 0, s.err
	case !s.rules.allow(u):
		return 0, sentencef("%s does not want this address to be read by robots (its robots.txt says so); ask it for another feed", u.Hostname())
	}
	return s.rules.delay, nil
}

// askRobots fetches a robots.txt. before is what was known; it stands in where nothing can be had.
func (f *Fetcher) askRobots(ctx context.Context, key string, before site) (site, error) {
	now := f.now()
	a, err := f.get(ctx, key+"/robots.txt", maxRobots, http.Header{"Accept": {"text/plain,*/*;q=0.1"}})
	stale := !before.learned.IsZero() && now.Sub(before.learned) < robotsStale
	switch {
	case ctx.Err() != nil:
		return site{}, err
	case err != nil && stale, err == nil && a.status >= 500 && stale:
		before.until = now.Add(robotsAgain)
		return before, nil
	case err != nil:
		// It could not be reached: what is at fault is told once, and the next poll asks again.
		return site{}, err
	case a.status >= 500:
		host := a.url.Hostname()
		return site{err: sentencef("%s has a fault of its own (%d) and can't say what robots may read; it is asked again later", host, a.status), until: now.Add(robotsAgain)}, nil
	case a.status >= 200 && a.status < 300:
		return site{rules: readRobots(a.body), until: now.Add(robotsFor), learned: now}, nil
	}
	return site{until: now.Add(robotsFor), learned: now}, nil // there is none: everything may be read (section 2.3.1.3)
}

func (r *robots) keep(key string, s site, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.sites) >= maxSites {
		for k, old := range r.sites {
			if !now.Before(old.until) || len(r.sites) >= maxSites {
				delete(r.sites, k)
			}
		}
	}
	r.sites[key] = s
}

// robotRules are the rules that a robots.txt has for us.
type robotRules struct {
	rules []robotRule
	bytes int // of their patterns
	delay time.Duration
}

type robotRule struct {
	pattern string
	allow   bool
}

// readRobots takes our group out of a robots.txt: the rules for our product token or, where there are none, those for
// everybody (RFC 9309, section 2.2).
func readRobots(raw []byte) robotRules {
	var ours, all robotRules
	named := false // a group is for us by name
	var mine, everybody, ruled bool
	text := strings.TrimPrefix(string(raw), "\ufeff")
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		line, _, _ = strings.Cut(line, "#")
		field, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		field = strings.ToLower(strings.TrimSpace(field))
		switch field {
		case "user-agent":
			if ruled { // a rule has ended the list of those whom the group is for
				mine, everybody, ruled = false, false, false
			}
			token := strings.ToLower(value)
			if i := strings.IndexFunc(token, func(r rune) bool { return !(r >= 'a' && r <= 'z' || r == '_' || r == '-') }); i > 0 {
				token = token[:i]
			}
			mine = mine || token == productToken
			everybody = everybody || value == "*"
			named = named || mine
		case "allow", "disallow":
			ruled = true
			if value == "" || len(value) > maxPattern {
				continue
			}
			rule := robotRule{pattern: plainPath(value), allow: field == "allow"}
			for _, g := range groups(mine, &ours, everybody, &all) {
				if g.bytes += len(rule.pattern); len(g.rules) < maxRules && g.bytes <= maxRuleBytes {
					g.rules = append(g.rules, rule)
				}
			}
		case "crawl-delay": // no part of the RFC, and often meant
			ruled = true
			seconds, err := strconv.ParseFloat(value, 64)
			if err != nil || !(seconds > 0) {
				continue
			}
			delay := maxCrawlDelay
			if seconds < maxCrawlDelay.Seconds() {
				delay = time.Duration(seconds * float64(time.Second))
			}
			for _, g := range groups(mine, &ours, everybody, &all) {
				g.delay = max(g.delay, delay)
			}
		}
	}
	if named {
		return ours
	}
	return all
}

func groups(mine bool, ours *robotRules, everybody bool, all *robotRules) []*robotRules {
	var out []*robotRules
	if mine {
		out = append(out, ours)
	}
	if everybody {
		out = append(out, all)
	}
	return out
}

// allow says whether an address may be read: the longest rule that fits decides, and of two equally long ones the one that
// allows.
func (r robotRules) allow(u *url.URL) bool {
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	if path = plainPath(path); path == "/robots.txt" {
		return true
	}
	allow, longest := true, -1
	for _, rule := range r.rules {
		if len(rule.pattern) < longest || len(rule.pattern) == longest && !rule.allow {
			continue
		}
		if fitsPattern(rule.pattern, path) {
			allow, longest = rule.allow, len(rule.pattern)
		}
	}
	return allow
}

// fitsPattern says whether a path begins as a pattern says: "*" stands for anything, "$" at the end for the end.
func fitsPattern(pattern, path string) bool {
	pattern, whole := strings.CutSuffix(pattern, "$")
	parts := strings.Split(pattern, "*")
	if !strings.HasPrefix(path, parts[0]) {
		return false
	}
	path = path[len(parts[0]):]
	if len(parts) == 1 {
		return !whole || path == ""
	}
	last := parts[len(parts)-1]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(path, part)
		if i < 0 {
			return false
		}
		path = path[i+len(part):]
	}
	if whole {
		return strings.HasSuffix(path, last)
	}
	return strings.Contains(path, last)
}

// plainPath writes a path so that two spellings of it are equal (section 2.2.2): letters and digits as themselves, other bytes
// outside ASCII as %XX.
func plainPath(path string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		c := path[i]
		if c == '%' && i+2 < len(path) {
			if n, err := strconv.ParseUint(path[i+1:i+3], 16, 8); err == nil {
				if d := byte(n); d >= 'a' && d <= 'z' || d >= 'A' && d <= 'Z' || d >= '0' && d <= '9' || strings.IndexByte("-._~", d) >= 0 {
					b.WriteByte(d)
				} else {
					b.WriteByte('%')
					b.WriteByte(hex[d>>4])
					b.WriteByte(hex[d&15])
				}
				i += 2
				continue
			}
		}
		if c >= 0x80 || c <= ' ' {
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

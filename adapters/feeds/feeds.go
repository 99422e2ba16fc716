// Package feeds reads the outside world: pages, feeds and files become briefings.Reports.
//
// A request goes through one guarded client (client.go): the address that is really dialled must be public, on every hop;
// schemes, ports, redirects, sizes and times are bounded. It waits for its host's turn (courtesy.go), and what is polled asks
// the site's robots.txt first (robots.go). What comes back is bytes of unknown make: decode (charset.go)
// finds out their encoding before any parser sees them. Page (page.go) takes the main text out of HTML with its title,
// outlet, author, date and language (meta.go). Poll (poll.go) asks a feed whether there is anything new, cleans its bytes
// (normalise.go) and makes a report of each item. ReadFile (files.go) does the same for text, Markdown, HTML and e-mail.
//
// Every error is a sentence for the person who sent the link or named the file: what is wrong and what to do.
package feeds

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"code.dny.dev/ssrf"

	"attache/briefings"
)

// Config is what a Fetcher is made of. All of it may be zero.
type Config struct {
	// Contact is an address that sites may write to; it stands in the User-Agent.
	Contact string
	// Version of Attaché, for the User-Agent.
	Version string
	// Allow lists networks beside the public ones that may be reached, such as an intranet or, in tests, 127.0.0.0/8. Their
	// addresses may be reached on any port.
	Allow []netip.Prefix
	// Timeout bounds one request with all its redirects; zero means 15 s. Waiting for the host's turn is not counted.
	Timeout time.Duration
	// Gap is how long a host is left alone between two requests; zero means a second, a negative one none.
	Gap time.Duration
	// Outlets are labels by host that stand before those of the built-in table; see ReadOutlets. An empty one means no label.
	Outlets map[string]string
	// Now tells the time; nil means time.Now.
	Now func() time.Time
}

// Limits on what is read from outside.
const (
	maxPage      = 3 << 20  // bytes of a page after decompression
	maxFeed      = 5 << 20  // bytes of a feed after decompression
	maxFile      = 8 << 20  // bytes of a file
	maxFiles     = 2000     // files of a folder
	maxError     = 64 << 10 // bytes of an answer that is no success
	maxItems     = 500      // items of a feed
	maxDepth     = 200      // nested elements of a feed: its parser recurses
	maxRedirects = 5
)

// Fetcher reads pages and feeds. It is safe for concurrent use.
type Fetcher struct {
	client   *http.Client
	agent    string
	timeout  time.Duration
	now      func() time.Time
	allow    []netip.Prefix
	outlets  map[string]string
	courtesy courtesy
	robots   robots
	parsing  chan struct{} // holds one for each feed that is being parsed
}

// parsed is how many feeds are parsed at once: a hostile one takes several times its size.
const parsed = 2

var _ briefings.Fetcher = (*Fetcher)(nil)

// New makes a Fetcher.
func New(c Config) (*Fetcher, error) {
	if c.Timeout == 0 {
		c.Timeout = 15 * time.Second
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if strings.ContainsAny(c.Contact+c.Version, "\r\n") {
		return nil, errors.New("feeds: contact and version are one line each")
	}
	if c.Version == "" {
		c.Version = "devel"
	}
	agent := "Attache/" + strings.ReplaceAll(c.Version, " ", "-") + " (news briefing bot"
	if c.Contact != "" {
		agent += "; " + c.Contact
	}
	f := &Fetcher{
		agent: agent + ")", timeout: c.Timeout, now: c.Now, allow: c.Allow, outlets: c.Outlets, robots: robots{sites: map[string]site{}}, parsing: make(chan struct{}, parsed),
	}
	// The clock is asked for when it is needed: a test may set it later.
	f.courtesy = courtesy{gap: max(c.Gap, 0), now: func() time.Time { return f.now() }, hosts: map[string]*host{}}
	if c.Gap == 0 {
		f.courtesy.gap = time.Second
	}
	var v4, v6 []netip.Prefix
	for _, p := range c.Allow {
		if !p.IsValid() {
			return nil, fmt.Errorf("feeds: %v is not a network", p)
		}
		if p.Addr().Is4() {
			v4 = append(v4, p)
		} else {
			v6 = append(v6, p)
		}
	}
	options := []ssrf.Option{ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...)}
	if len(c.Allow) > 0 {
		// The guard knows ports for all addresses alike; control below keeps public ones to 80 and 443.
		options = append(options, ssrf.WithAnyPort())
	}
	f.client = f.guarded(ssrf.New(options...), c.Timeout)
	return f, nil
}

package briefings

import (
	_ "embed"
	"net/url"
	"strings"
	"sync"

	"golang.org/x/net/publicsuffix"
)

// familyTable has a publisher with the hosts and the names of its outlets, a line.
//
//go:embed families.txt
var familyTable string

// families gives the publisher of a host and of an outlet's name.
var families = sync.OnceValue(func() (f struct{ hosts, names map[string]string }) {
	f.hosts, f.names = map[string]string{}, map[string]string{}
	for line := range strings.Lines(familyTable) {
		columns := strings.Split(strings.TrimSpace(line), "\t")
		if len(columns) < 2 || strings.HasPrefix(line, "#") {
			continue
		}
		for host := range strings.FieldsSeq(columns[1]) {
			f.hosts[host] = columns[0]
		}
		f.names[outletKey(columns[0])] = columns[0]
		for _, names := range columns[2:] {
			for name := range strings.SplitSeq(names, ";") {
				f.names[outletKey(name)] = columns[0]
			}
		}
	}
	return f
})

// Family says who is behind an article: the publisher where several outlets have one, else the site, else the outlet by its
// name; "" where nothing is known. Articles of one family are not independent of each other, however many desks and editions it has.
func Family(a Article) string {
	u, err := url.Parse(a.URL)
	if err != nil || u.Hostname() == "" {
		if f, ok := families().names[outletKey(a.Outlet)]; ok {
			return f
		}
		return outletKey(a.Outlet)
	}
	host := strings.TrimPrefix(strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")), "www.")
	for h := host; h != ""; {
		if f, ok := families().hosts[h]; ok {
			return f
		}
		_, rest, ok := strings.Cut(h, ".")
		if !ok {
			break
		}
		h = rest
	}
	if site, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return site
	}
	return host
}

package playground

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// policy allows the page nothing but its own files and its own API. Pictures inside messages are data: URLs.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// guard sets the headers that protect the page and refuses whoever is not the page itself: a foreign Host (a name that was
// rebound to this machine), a foreign Origin, a foreign page's fetch.
func (p *Playground) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		if !p.hostAllowed(r.Host) {
			p.refuse(w, r, refuseWith(http.StatusMisdirectedRequest, "foreign_host",
				"The playground is not served under this name. Open it at its loopback address, or add the name to ATTACHE_HOSTS."))
			return
		}
		if !originAllowed(r) {
			p.refuse(w, r, refuseWith(http.StatusForbidden, "foreign_origin", "The playground answers its own pages only."))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// hostAllowed says whether a Host header names this machine. An IP address that is not loopback is allowed only where it
// was configured.
func (p *Playground) hostAllowed(host string) bool {
	name := hostname(host)
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true // RFC 6761: never resolved elsewhere by a browser
	}
	if ip, err := netip.ParseAddr(name); err == nil && ip.IsLoopback() {
		return true
	}
	return name != "" && slices.ContainsFunc(p.c.Hosts, func(allowed string) bool { return hostname(allowed) == name })
}

// hostname returns the name in a host with or without a port, in lower case and without brackets.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
}

// originAllowed says whether a request comes from our own page or from no page at all. Browsers send Origin with every
// POST, and Sec-Fetch-Site with every request.
func originAllowed(r *http.Request) bool {
	if origins := r.Header.Values("Origin"); len(origins) > 0 {
		u, err := url.Parse(origins[0])
		return err == nil && len(origins) == 1 && (u.Scheme == "http" || u.Scheme == "https") && strings.EqualFold(u.Host, r.Host)
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
		return true
	default:
		// A link on another page may open ours; it may not fetch from it.
		return r.Header.Get("Sec-Fetch-Mode") == "navigate" && !strings.HasPrefix(r.URL.Path, "/api/")
	}
}

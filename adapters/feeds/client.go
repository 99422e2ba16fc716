package feeds

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
	"golang.org/x/net/idna"
)

// sentence is an error of our own that is worded for the person who sent the link.
type sentence string

func (s sentence) Error() string { return string(s) }

func sentencef(format string, a ...any) error { return sentence(fmt.Sprintf(format, a...)) }

// errPrivate is why an address is refused.
const errPrivate = sentence("that address is not on the public internet; Attaché only reads public pages")

// guarded makes the client through which everything is fetched. No proxy is taken from the environment: a proxy would dial
// for us and bypass the guard.
func (f *Fetcher) guarded(guard *ssrf.Guardian, timeout time.Duration) *http.Client {
	dialer := &net.Dialer{
		Timeout: 10 * time.Second,
		// Control sees the address that is really dialled, after DNS: neither a redirect nor a name that changes its address
		// gets past it.
		Control: func(network, address string, raw syscall.RawConn) error {
			if err := guard.Safe(network, address, raw); err != nil {
				return errPrivate
			}
			at, err := netip.ParseAddrPort(address)
			if err != nil || !f.allowed(at.Addr()) && at.Port() != 80 && at.Port() != 443 {
				return errPort
			}
			return nil
		},
	}
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			Proxy: nil, DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
			TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: timeout, IdleConnTimeout: 30 * time.Second,
			MaxIdleConns: 50, MaxIdleConnsPerHost: 2, MaxConnsPerHost: 4, MaxResponseHeaderBytes: 64 << 10,
			DisableCompression: true, // we ask for gzip ourselves, so that the decoded size can be bounded
		},
		// Redirects are followed by hand: each hop is checked, asks its own site and waits for its own turn.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

const errPort = sentence("only the ports 80 and 443 are read")

// allowed says whether ip is in a network that the operator has opened.
func (f *Fetcher) allowed(ip netip.Addr) bool {
	for _, p := range f.allow {
		if p.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}

// checkURL refuses what should never reach DNS: other schemes, odd ports, user names, and hosts that are numbers in
// disguise ("2130706433", "0x7f.1").
func (f *Fetcher) checkURL(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" {
		return sentencef("%q is not an address that can be read; send one that begins with https:// or http://", clipped(u.String()))
	}
	if u.User != nil {
		return sentence("an address with a user name or password in it is not read; send it without")
	}
	host := u.Hostname()
	if ip, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		if f.allowed(ip) {
			return nil
		}
		if u.Port() != "" && u.Port() != "80" && u.Port() != "443" {
			return errPort
		}
		return nil // the dialer judges the address itself
	}
	ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(host, "."))
	if err != nil || host == "" || len(ascii) > 253 {
		return sentencef("%q is not a host name", clipped(host))
	}
	labels := strings.Split(ascii, ".")
	last := labels[len(labels)-1]
	if numeric(last) || len(labels) == 1 && !strings.EqualFold(last, "localhost") {
		return sentencef("%q is not a public host name", clipped(host))
	}
	if port := u.Port(); port != "" && port != "80" && port != "443" && len(f.allow) == 0 {
		return errPort
	}
	return nil
}

// numeric says whether a label would be read as a number by some resolver.
func numeric(label string) bool {
	if label == "" {
		return true
	}
	_, err := strconv.ParseUint(label, 0, 64)
	digits := strings.Trim(label, "0123456789") == ""
	return err == nil || digits
}

// answer is what a server gave.
type answer struct {
	status int
	header http.Header
	url    *url.URL // after redirects
	body   []byte
	cut    bool // the body was longer than the limit
}

// request is what to fetch and for whom.
type request struct {
	address string
	limit   int64 // bytes of decoded body that are read; a body that is longer is cut and said to be
	header  http.Header
	polling bool // nobody asked for it just now: robots.txt is obeyed, and a host that wants its rest gets it
}

// get fetches what a person asked for.
func (f *Fetcher) get(ctx context.Context, raw string, limit int64, extra http.Header) (answer, error) {
	return f.fetch(ctx, request{address: raw, limit: limit, header: extra})
}

// fetch follows a request through its redirects. The time that it waits for its turn is not counted against the server.
func (f *Fetcher) fetch(ctx context.Context, r request) (answer, error) {
	u, err := url.Parse(strings.TrimSpace(r.address))
	if err != nil || u.Host == "" {
		return answer{}, fmt.Errorf("%q is not a web address; send one like https://example.org/report", clipped(r.address))
	}
	left := f.timeout
	for range maxRedirects + 1 {
		if err := f.checkURL(u); err != nil {
			return answer{}, err
		}
		var delay time.Duration
		if r.polling {
			if delay, err = f.mayPoll(ctx, u); err != nil {
				return answer{}, err
			}
		}
		leave, err := f.courtesy.enter(ctx, strings.ToLower(u.Host), delay, r.polling)
		if err != nil {
			return answer{}, explain(u.Hostname(), err)
		}
		began := f.now()
		a, next, err := f.hop(ctx, u, r, left)
		leave(a.status, a.header)
		if err != nil || next == nil {
			return a, err
		}
		u = next
		// What is left for the hops to come is never nothing: a clock that stands still or jumps must not change what fails.
		left = max(left-f.now().Sub(began), time.Second)
	}
	return answer{}, sentencef("the page redirects more than %d times; send the address that it ends at", maxRedirects)
}

// hop asks one server. next is where it sends us instead of an answer.
func (f *Fetcher) hop(ctx context.Context, u *url.URL, r request, left time.Duration) (out answer, next *url.URL, err error) {
	ctx, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return answer{}, nil, fmt.Errorf("%q is not a web address; send one like https://example.org/report", clipped(u.String()))
	}
	for name, values := range r.header {
		req.Header[name] = values
	}
	req.Header.Set("User-Agent", f.agent)
	req.Header.Set("Accept-Encoding", "gzip")
	res, err := f.client.Do(req)
	if err != nil {
		return answer{}, nil, explain(u.Hostname(), err)
	}
	defer res.Body.Close()
	out = answer{status: res.StatusCode, header: res.Header, url: u}
	switch res.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		if to := res.Header.Get("Location"); to != "" {
			if next, err = u.Parse(to); err != nil {
				return out, nil, sentencef("%s sends us to %q, which is no address", u.Hostname(), clipped(to))
			}
			return out, next, nil
		}
	}
	limit := r.limit
	if refusal(u.Hostname(), res.StatusCode) != nil {
		limit = min(limit, maxError)
	}
	var body io.Reader = io.LimitReader(res.Body, limit+1) // the compressed bytes are bounded too
	switch enc := strings.ToLower(res.Header.Get("Content-Encoding")); enc {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(body)
		if errors.Is(err, io.EOF) && res.StatusCode == http.StatusNotModified {
			return out, nil, nil // no body to unpack
		}
		if err != nil {
			return out, nil, fmt.Errorf("%s sent a damaged answer; try again later", u.Hostname())
		}
		body = z
	default:
		return out, nil, fmt.Errorf("%s sent its answer in a form (%s) that was not asked for", u.Hostname(), clipped(enc))
	}
	out.body, err = io.ReadAll(io.LimitReader(body, limit+1))
	if int64(len(out.body)) > limit {
		out.body, out.cut = out.body[:limit], true
	} else if err != nil {
		return out, nil, explain(u.Hostname(), err)
	}
	return out, nil, nil
}

// explain says for people why a request failed. It never repeats the library's words: they hold whole addresses.
func explain(host string, err error) error {
	if ours, ok := errors.AsType[sentence](err); ok {
		return ours
	}
	var dns *net.DNSError
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded) || timedOut(err):
		return fmt.Errorf("%s did not answer in time; try again later", host)
	case errors.As(err, &dns):
		return fmt.Errorf("there is no site called %s; check the address", host)
	}
	return fmt.Errorf("%s could not be reached: %w", host, redacted{err})
}

func timedOut(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// redacted keeps the kind of a transport error and drops the address that its text would show.
type redacted struct{ err error }

func (r redacted) Error() string {
	var op *net.OpError
	if errors.As(r.err, &op) {
		return op.Op + " failed"
	}
	return "the connection failed"
}

func (r redacted) Unwrap() error { return r.err }

// refusal says for people what an HTTP status means, or returns nil for success.
func refusal(host string, status int) error {
	switch {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusNotFound || status == http.StatusGone:
		return fmt.Errorf("%s says that there is no such page (%d); check the address", host, status)
	case status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusPaymentRequired:
		return fmt.Errorf("%s does not let Attaché read this page (%d); paste the text or add it as a file instead", host, status)
	case status == http.StatusTooManyRequests:
		return fmt.Errorf("%s asks to come back later (%d)", host, status)
	case status >= 500:
		return fmt.Errorf("%s has a fault of its own (%d); try again later", host, status)
	default:
		return fmt.Errorf("%s answered with status %d", host, status)
	}
}

// clipped bounds foreign text that is shown in an error.
func clipped(s string) string {
	const most = 80
	r := []rune(strings.ToValidUTF8(s, "?"))
	if len(r) > most {
		r = append(r[:most-1], '…')
	}
	return string(r)
}

// Package punctual keeps a process that was paused (a suspended machine, a frozen container) from posting late: no byte of a
// request is written once the deadline of its context is over, by the clock as it is at the write. The context alone does not
// promise that: when a process wakes up, its timers and its half-done work wake up together, and either may be first.
//
// A courier gives each post a deadline within its claim on the delivery. Another courier takes over only after that, so a
// request that leaves in time is one that the other can find.
package punctual

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// ErrLate is why a request was not written. Nothing of it, or nothing that makes it whole, has reached the other side.
var ErrLate = errors.New("the deadline is over: the request was not sent")

// Transport returns base with punctual connections. It speaks HTTP/1.1: on HTTP/2 requests share a connection, and with it
// what they write.
func Transport(base *http.Transport) http.RoundTripper {
	t := base.Clone()
	t.ForceAttemptHTTP2 = false
	t.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{} // https://pkg.go.dev/net/http#hdr-HTTP_2
	dial := t.DialContext
	if dial == nil {
		dial = (&net.Dialer{Timeout: 10 * time.Second}).DialContext
	}
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &conn{Conn: c}, nil
	}
	return transport{t}
}

type transport struct{ *http.Transport }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	end, bound := r.Context().Deadline()
	if bound && !time.Now().Before(end) {
		return nil, ErrLate
	}
	trace := &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		c := got.Conn
		if secure, ok := c.(*tls.Conn); ok {
			c = secure.NetConn()
		}
		if c, ok := c.(*conn); ok {
			if bound {
				c.end.Store(&end)
			} else {
				c.end.Store(nil)
			}
		}
	}}
	return t.Transport.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
}

// conn carries one request at a time and knows until when it may be written.
type conn struct {
	net.Conn
	end atomic.Pointer[time.Time]
}

func (c *conn) Write(b []byte) (int, error) {
	if end := c.end.Load(); end != nil && !time.Now().Before(*end) {
		return 0, ErrLate
	}
	return c.Conn.Write(b)
}

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
	"fmt"
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
	var limit *deadline
	if bound {
		limit = &deadline{end: end}
	}
	trace := &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		c := got.Conn
		if secure, ok := c.(*tls.Conn); ok {
			c = secure.NetConn()
		}
		if c, ok := c.(*conn); ok {
			c.limit.Store(limit)
		}
	}}
	answer, err := t.Transport.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
	if err != nil && limit != nil && limit.missed.Load() && !errors.Is(err, ErrLate) {
		// The refused write closes the connection, and the read that fails with it may be what net/http reports.
		return nil, fmt.Errorf("%w (%w)", ErrLate, err)
	}
	return answer, err
}

// deadline is until when a request may be written, and whether a write came too late.
type deadline struct {
	end    time.Time
	missed atomic.Bool
}

// conn carries one request at a time and knows until when it may be written.
type conn struct {
	net.Conn
	limit atomic.Pointer[deadline]
}

func (c *conn) Write(b []byte) (int, error) {
	if limit := c.limit.Load(); limit != nil && !time.Now().Before(limit.end) {
		limit.missed.Store(true)
		return 0, ErrLate
	}
	return c.Conn.Write(b)
}

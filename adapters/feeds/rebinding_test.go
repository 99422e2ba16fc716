package feeds

import (
	"context"
	framing "encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"attache/briefings"
)

// TestANameThatChangesItsAddressIsJudgedAnew plays a name server whose first answer is an address that may be read and whose
// next ones are not. It does not run in parallel: the resolver is the process's own.
func TestANameThatChangesItsAddressIsJudgedAnew(t *testing.T) {
	var asked atomic.Int32
	resolver := net.DefaultResolver
	t.Cleanup(func() { net.DefaultResolver = resolver })
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go answerNames(theirs, func() [4]byte {
			if asked.Add(1) == 1 {
				return [4]byte{127, 0, 0, 1}
			}
			return [4]byte{127, 0, 0, 2}
		})
		return ours, nil
	}}
	served := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		served++
		w.Header().Set("Connection", "close") // the next request must dial again
		fmt.Fprint(w, "<html><p>The report of the day.</p></html>")
	}))
	defer server.Close()
	f, err := New(Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Timeout: 10 * time.Second, Gap: -1})
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	address := "http://news.test:" + port + "/"
	if _, err := f.Page(t.Context(), address); err != nil {
		t.Fatalf("the first time the address may be read: %v", err)
	}
	if _, err := f.Page(t.Context(), address); !errors.Is(err, errPrivate) {
		t.Errorf("after the name had changed its address: %v, want %v", err, errPrivate)
	}
	// The same for a source: robots.txt was read at the first address, and the feed is asked of the name again.
	asked.Store(0)
	served = 0
	if _, _, err := f.Poll(t.Context(), briefings.Source{URL: address}); !errors.Is(err, errPrivate) {
		t.Errorf("a source whose name had changed its address: %v, want %v", err, errPrivate)
	}
	if served != 1 {
		t.Errorf("the server was reached %d times, want once", served)
	}
}

// answerNames answers the questions on a connection: address has the IPv4 address of every name, and there is no other.
func answerNames(conn net.Conn, address func() [4]byte) {
	defer conn.Close()
	for {
		var length [2]byte
		if _, err := io.ReadFull(conn, length[:]); err != nil {
			return
		}
		raw := make([]byte, framing.BigEndian.Uint16(length[:]))
		if _, err := io.ReadFull(conn, raw); err != nil {
			return
		}
		var m dnsmessage.Message
		if err := m.Unpack(raw); err != nil || len(m.Questions) == 0 {
			return
		}
		m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
		if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
			m.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
				Body:   &dnsmessage.AResource{A: address()},
			}}
		}
		answer, err := m.Pack()
		if err != nil {
			return
		}
		if _, err := conn.Write(append(framing.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...)); err != nil {
			return
		}
	}
}

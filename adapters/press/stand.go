package press

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
)

// StandConfig is what a Stand is made of.
type StandConfig struct {
	// Secret is the part of the address that only readers know. Required: at least MinSecret of A-Z, a-z, 0-9, "-" and "_".
	Secret string
	// Feed returns the feed of all digests or, with a name, of one; ErrNoFeed when there is none of that name. Required.
	Feed func(ctx context.Context, digest string) (Feed, error)
	// Log is where trouble is told; nil discards.
	Log *slog.Logger
}

// MinSecret is how many characters the secret part of an address has at least.
const MinSecret = 16

// ErrNoFeed says that there is no digest of the name.
var ErrNoFeed = errors.New("no such digest")

// Stand lays feeds out at /editions/SECRET/feed.json and /editions/SECRET/atom.xml. With ?digest=ID they have one digest's
// editions alone.
type Stand struct{ c StandConfig }

// NewStand makes a Stand.
func NewStand(c StandConfig) (*Stand, error) {
	if err := CheckSecret(c.Secret); err != nil {
		return nil, err
	}
	if c.Feed == nil {
		return nil, errors.New("a news-stand needs feeds")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Stand{c: c}, nil
}

// CheckSecret says what is wrong with a secret; nil when it will do. The error does not hold it.
func CheckSecret(s string) error {
	if len(s) < MinSecret {
		return fmt.Errorf("write at least %d letters and digits that nobody can guess", MinSecret)
	}
	for _, r := range s {
		if r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return errors.New("use only letters, digits, - and _")
		}
	}
	return nil
}

// Handler serves below /editions/.
func (s *Stand) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /editions/{secret}/feed.json", func(w http.ResponseWriter, r *http.Request) {
		s.serve(w, r, "application/feed+json; charset=utf-8", Feed.JSON)
	})
	mux.HandleFunc("GET /editions/{secret}/atom.xml", func(w http.ResponseWriter, r *http.Request) {
		s.serve(w, r, "application/atom+xml; charset=utf-8", Feed.Atom)
	})
	return mux
}

func (s *Stand) serve(w http.ResponseWriter, r *http.Request, kind string, write func(Feed) ([]byte, error)) {
	given, want := sha256.Sum256([]byte(r.PathValue("secret"))), sha256.Sum256([]byte(s.c.Secret))
	if subtle.ConstantTimeCompare(given[:], want[:]) != 1 {
		http.NotFound(w, r)
		return
	}
	feed, err := s.c.Feed(r.Context(), r.URL.Query().Get("digest"))
	if errors.Is(err, ErrNoFeed) {
		http.NotFound(w, r)
		return
	}
	var body []byte
	if err == nil {
		body, err = write(feed)
	}
	if err != nil {
		s.c.Log.ErrorContext(r.Context(), "a feed of editions could not be written", "err", err)
		http.Error(w, "the feed can't be read just now; the log says why", http.StatusInternalServerError)
		return
	}
	sum := sha256.Sum256(body)
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Robots-Tag", "noindex")
	h.Set("Cache-Control", "private, max-age=300")
	h.Set("ETag", `"`+hex.EncodeToString(sum[:12])+`"`)
	if r.Header.Get("If-None-Match") == h.Get("ETag") {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(body) // a reader who has left needs no feed
}

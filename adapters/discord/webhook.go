package discord

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"
)

// freshFor is how old a signed request may be: an older one is a replay.
const freshFor = 5 * time.Minute

// Interactions returns the handler for the application's Interactions Endpoint URL, for those who would rather receive
// interactions over HTTP: Discord then sends none over the gateway. publicKey is the application's, in hex. Requests whose
// signature, age or size is wrong are refused; the others are answered like those from the gateway. It works while Run does.
func (a *Adapter) Interactions(publicKey string) (http.Handler, error) {
	key, err := hex.DecodeString(publicKey)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, errors.New("discord: the public key is not 64 hexadecimal digits; copy it from the application's General Information page")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "only POST", http.StatusMethodNotAllowed)
			return
		}
		raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, eventMost))
		if err != nil {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		}
		if !a.signed(r.Header, raw, key) {
			a.counts.add("bad_signatures")
			http.Error(w, "wrong signature", http.StatusUnauthorized)
			return
		}
		i, err := readInteraction(raw)
		if err != nil {
			a.counts.add("undecodable")
			http.Error(w, "not an interaction", http.StatusBadRequest)
			return
		}
		if i.Type == interactionPing {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(callback{Type: respondPong})
			return
		}
		work := a.work.Load()
		if work == nil {
			http.Error(w, "not running", http.StatusServiceUnavailable)
			return
		}
		// The response goes the same way as with the gateway: to the callback.
		w.WriteHeader(http.StatusAccepted)
		a.interaction(*work, i)
	}), nil
}

// signed checks the signature over timestamp and body, and the timestamp's age.
func (a *Adapter) signed(h http.Header, body []byte, key ed25519.PublicKey) bool {
	stamp := h.Get("X-Signature-Timestamp")
	signature, err := hex.DecodeString(h.Get("X-Signature-Ed25519"))
	if err != nil || len(signature) != ed25519.SignatureSize {
		return false
	}
	if !ed25519.Verify(key, append([]byte(stamp), body...), signature) {
		return false
	}
	s, err := strconv.ParseInt(stamp, 10, 64)
	return err == nil && a.now().Sub(time.Unix(s, 0)).Abs() <= freshFor
}

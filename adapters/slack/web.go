package slack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"time"

	"github.com/slack-go/slack"
)

// maxBody bounds a delivery; Slack's are far smaller.
const maxBody = 1 << 20

// The last parts of the paths that the manifest names.
const (
	pathEvents       = "events"
	pathCommands     = "commands"
	pathInteractions = "interactions"
)

// Handler takes Slack's HTTP deliveries at …/events, …/commands and …/interactions, and with Config.OAuth the browsers of
// those who add the app at …/install and …/oauth. It answers 401 to what Slack did not
// sign, and 503 while Run does not run, so that Slack delivers again.
func (a *Adapter) Handler() http.Handler {
	return http.HandlerFunc(a.deliver)
}

func (a *Adapter) deliver(w http.ResponseWriter, r *http.Request) {
	came := time.Now()
	door := path.Base(r.URL.Path)
	if a.cfg.OAuth != nil && r.Method == http.MethodGet {
		switch door {
		case pathInstall:
			a.install(w, r)
			return
		case pathOAuth:
			a.finish(w, r)
			return
		}
	}
	if a.cfg.SigningSecret == "" || (door != pathEvents && door != pathCommands && door != pathInteractions) {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "only POST", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		}
		http.Error(w, "the body broke off", http.StatusBadRequest)
		return
	}
	if err := a.verify(r.Header, body); err != nil {
		a.counts.add("bad_signatures")
		a.log.Warn("a delivery was not signed by slack", "reason", err)
		http.Error(w, "not signed by Slack", http.StatusUnauthorized)
		return
	}
	src, err := sourceOf(door, body, a.cfg.Now())
	var g gesture
	if err == nil {
		g, err = src.decode(a.self)
	}
	if g.what == challenge {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, g.challenge)
		return
	}
	a.door.RLock()
	defer a.door.RUnlock()
	if !a.open {
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	a.health.signed(a.cfg.Now())
	if err != nil {
		// Anything but 200 would have Slack send it again.
		a.counts.add("undecodable")
		a.log.Warn("slack sent something that can't be read", "type", door, "kind", g.kind, "error", err)
	}
	defer g.wasAcked()
	defer func() { a.acknowledged(came) }()
	var payload any
	if g.what == submit {
		payload = a.submitted(r.Context(), g)
	} else {
		payload = a.receive(g)
	}
	if payload == nil {
		w.WriteHeader(http.StatusOK)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if err := json.NewEncoder(w).Encode(payload); err != nil {
		a.log.Warn("an acknowledgement was not sent", "error", err)
	}
}

// verify checks that Slack signed the body within the last five minutes. A replay inside that window passes; it is known by
// its ids. The error says which check failed and nothing of the secret.
func (a *Adapter) verify(header http.Header, body []byte) error {
	v, err := slack.NewSecretsVerifier(header, a.cfg.SigningSecret)
	if err != nil {
		return reasonOf(err)
	}
	if _, err := v.Write(body); err != nil {
		return err
	}
	if err := v.Ensure(); err != nil {
		return reasonOf(err)
	}
	return nil
}

func reasonOf(err error) error {
	for _, known := range []error{slack.ErrMissingHeaders, slack.ErrExpiredTimestamp, slack.ErrInvalidSignature} {
		if errors.Is(err, known) {
			return known
		}
	}
	return errors.New("malformed signature") // the library's words would repeat what was sent
}

// sourceOf reads a verified body: what it holds is then the same as in an envelope of Socket Mode.
func sourceOf(door string, body []byte, at time.Time) (source, error) {
	s := source{Door: door, At: at}
	if door == pathEvents {
		s.Payload = body
		return s, nil
	}
	form, err := url.ParseQuery(string(body)) // never the URL's query: it is not signed
	if err != nil {
		return source{}, errors.New("decode a form: malformed")
	}
	if door == pathInteractions {
		s.Payload = json.RawMessage(form.Get("payload"))
		return s, nil
	}
	if s.Payload, err = json.Marshal(slashForm(form)); err != nil {
		return source{}, fmt.Errorf("decode a form: %w", err)
	}
	return s, nil
}

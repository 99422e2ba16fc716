// Package models lets a language model word the answers: it is a briefings.Drafter over a server that speaks OpenAI's chat
// completions (OpenAI itself, Ollama, vLLM, LM Studio, OpenRouter and many others) or Anthropic's messages.
//
// New makes a Drafter from an address, a key and the model's name. Draft hands the model the question and the sentences that
// the engine has found, each with an id, as data; the model chooses ids and may shorten. The citations are made here from
// the ids, so that a model can't misquote; whatever else it does, the engine's guard checks each word against the articles
// and the embedded drafter stands in where nothing is left.
//
// Answers are asked for whole and not as a stream: the guard judges a draft before anybody may see a word of it.
//
// A server that fails is left alone for a while, longer each time, and as long as it asks for with Retry-After: questions are
// then answered at once without it. It is the operator's own server and may be private, so its client is not the guarded
// one that reads foreign pages; it takes no tools, sees no secret and no other conversation.
package models

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"attache/briefings"
)

// Protocol is what a model's server speaks.
type Protocol string

// The protocols.
const (
	OpenAI    Protocol = "openai"    // POST chat/completions: https://platform.openai.com/docs/api-reference/chat
	Anthropic Protocol = "anthropic" // POST messages: https://docs.anthropic.com/en/api/messages
)

// DefaultURL is the address of the protocol's own server.
func (p Protocol) DefaultURL() string {
	if p == Anthropic {
		return "https://api.anthropic.com/v1/"
	}
	return "https://api.openai.com/v1/"
}

// Config says which model and where.
type Config struct {
	// Protocol is what the server speaks. Required.
	Protocol Protocol
	// URL is the server's base address, such as http://localhost:11434/v1/; empty means the protocol's own server.
	URL string
	// Key is the secret that the server asks for; empty where it asks for none.
	Key string
	// Model is the model's name as the server knows it. Required.
	Model string
	// MaxTokens bounds what the model may write for one answer; zero means 800.
	MaxTokens int
	// Parallel is how many questions the model is given at once; zero means 4. Others wait, within their own time.
	Parallel int
	// Transport carries the requests; nil means one of its own, through the proxy that the environment names.
	Transport http.RoundTripper
	// Now tells the time; nil means time.Now.
	Now func() time.Time
	// Log is where the Drafter tells what it does; nil discards. Neither the key nor a question is logged.
	Log *slog.Logger
}

// Errors of a Drafter. They are for operators; people see the embedded drafter's answer.
var (
	ErrResting = errors.New("the model's server is left alone for a while")
	ErrRefused = errors.New("the model's server refuses the key")
	ErrNoDraft = errors.New("the model's answer can't be read")
)

// Drafter words answers with a language model. It is safe for concurrent use.
type Drafter struct {
	wire   wire
	model  string
	places chan struct{}
	now    func() time.Time
	log    *slog.Logger

	mu       sync.Mutex
	failures int       // in a row
	until    time.Time // no request before
	why      error     // the last failure
}

var _ briefings.Drafter = (*Drafter)(nil)

// New makes a Drafter. It asks nothing of the server yet; Check does.
func New(c Config) (*Drafter, error) {
	if strings.TrimSpace(c.Model) == "" {
		return nil, errors.New("a model's name is needed")
	}
	if c.URL == "" {
		c.URL = c.Protocol.DefaultURL()
	}
	base, err := url.Parse(c.URL)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, errors.New("the address of the model's server is not an http or https address")
	}
	if !strings.HasSuffix(base.Path, "/") {
		base.Path += "/"
	}
	if c.MaxTokens <= 0 {
		c.MaxTokens = 800
	}
	if c.Parallel <= 0 {
		c.Parallel = 4
	}
	if c.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxResponseHeaderBytes = 64 << 10
		c.Transport = t
	}
	d := &Drafter{model: c.Model, places: make(chan struct{}, c.Parallel), now: c.Now, log: c.Log}
	if d.now == nil {
		d.now = time.Now
	}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	line := line{
		base: base, key: c.Key, model: c.Model, maxTokens: c.MaxTokens,
		// A redirect would carry the key and the question elsewhere.
		client: &http.Client{Transport: c.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
	switch c.Protocol {
	case OpenAI:
		d.wire = &chat{line: line}
	case Anthropic:
		d.wire = &messages{line: line}
	default:
		return nil, fmt.Errorf("%q is not a protocol; there are %s and %s", c.Protocol, OpenAI, Anthropic)
	}
	return d, nil
}

// Name is the model's name.
func (d *Drafter) Name() string { return d.model }

// Draft asks the model. It fails with ErrResting, at once, while the server is left alone.
func (d *Drafter) Draft(ctx context.Context, b briefings.Brief) (briefings.Draft, error) {
	if err := d.resting(); err != nil {
		return briefings.Draft{}, err
	}
	select {
	case d.places <- struct{}{}:
		defer func() { <-d.places }()
	case <-ctx.Done():
		return briefings.Draft{}, context.Cause(ctx)
	}
	if err := d.resting(); err != nil { // it may have begun while this question waited
		return briefings.Draft{}, err
	}
	order := orderFor(b)
	text, err := d.wire.complete(ctx, instructions, order.text)
	d.settle(ctx, err)
	if err != nil {
		return briefings.Draft{}, err
	}
	return order.read(text)
}

// Check asks the server whether it knows the key and the model.
func (d *Drafter) Check(ctx context.Context) error {
	names, err := d.wire.models(ctx)
	if err != nil {
		return err
	}
	for _, n := range names {
		if n == d.model || strings.TrimSuffix(n, ":latest") == d.model || strings.TrimPrefix(n, "models/") == d.model {
			return nil
		}
	}
	return fmt.Errorf("the server answers and has no model %q among its %d", d.model, len(names))
}

// How long a server that fails is left alone: after three failures in a row, then twice as long each time.
const (
	patience    = 3
	shortestNap = 15 * time.Second
	longestNap  = 10 * time.Minute
)

func (d *Drafter) resting() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if now := d.now(); now.Before(d.until) {
		return fmt.Errorf("%w, until %s: %w", ErrResting, d.until.UTC().Format("15:04:05 UTC"), d.why)
	}
	return nil
}

// settle notes how a request ended and decides whether the server is left alone.
func (d *Drafter) settle(ctx context.Context, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil {
		d.failures, d.why = 0, nil
		return
	}
	if errors.Is(err, ErrNoDraft) || errors.Is(context.Cause(ctx), context.Canceled) {
		return // the server is well; the asker went away
	}
	d.failures++
	d.why = err
	nap := time.Duration(0)
	var refusal *refusal
	switch {
	case errors.As(err, &refusal) && refusal.after > 0:
		nap = min(refusal.after, time.Hour)
	case errors.Is(err, ErrRefused):
		nap = longestNap // asking again does not make the key right
	case d.failures >= patience:
		nap = min(shortestNap<<min(d.failures-patience, 10), longestNap)
	}
	if nap > 0 {
		d.until = d.now().Add(nap)
		d.log.Warn("the language model is left alone for a while", "model", d.model, "for", nap, "error", err)
	}
}

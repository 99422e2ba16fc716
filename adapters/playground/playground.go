// Package playground is the bot in the browser: a chat on the reader's own machine that shows each message exactly as
// Slack and as Discord receive it, a clock that can be moved to see tomorrow's digest, and the library with its sentences
// and statements marked.
//
// A page is served from embedded files (web/) and speaks to the JSON API under /api/. What a person writes becomes a
// bot.Request; the Reply is kept in the channel's transcript together with what the two platforms' renderers make of it,
// and streamed to every open page (Server-Sent Events). The page draws those renderings the way the clients do: what is
// drawn is what would be sent.
//
// Digests arrive through Poster like on any platform; a key is accepted once. Transcripts live in memory: they survive a
// reload of the page, not a restart. The clock is the real one plus an offset; moving it walks from slot to slot, so that
// each digest arrives at its own time.
//
// The handler trusts nobody but its own pages: it answers under loopback names and the hosts that it was given, refuses
// requests from foreign origins, bounds every body, and allows no script or style but its own.
package playground

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"attache/bot"
	"attache/bot/message"
)

// Platform is the name of this platform in addresses, and Workspace the one workspace that it has.
const (
	Platform  = "playground"
	Workspace = "local"
)

// Bot is what the playground needs of *bot.Bot, whose methods say what each promises.
type Bot interface {
	Handle(ctx context.Context, r bot.Request) (bot.Reply, error)
	Seeing(ctx context.Context, at message.Address) context.Context
	Complete(ctx context.Context, command, arg, prefix string, at message.Address) []bot.Choice
	ArticleCards(ctx context.Context, limit int) ([]bot.ArticleCard, error)
	ArticleView(ctx context.Context, id string) (bot.ArticleView, error)
	StoryCards(ctx context.Context, limit int) ([]bot.StoryCard, error)
	StoryView(ctx context.Context, article string) (bot.StoryView, error)
}

var _ Bot = (*bot.Bot)(nil)

// Config is what a Playground is made of.
type Config struct {
	// Bot answers. Required.
	Bot Bot
	// Previews are the forms in which a message can be looked at, in the order of the switch. None leaves plain text.
	Previews []Preview
	// Now is the real time; nil means time.Now.
	Now func() time.Time
	// Advance plans and delivers what is due in the playground up to to. It is called while the clock is moved, once for
	// each digest on the way and once at the end; Playground.Now tells the same time. Nil means that nothing is delivered.
	Advance func(ctx context.Context, to time.Time) error
	// Digests lists the digests of the playground's channels; nil means that there are none.
	Digests func(ctx context.Context) ([]Digest, error)
	// Status tells what is on, what is off and why; nil shows nothing.
	Status func(ctx context.Context) []Feature
	// Examples are questions to begin with, at most three of which are shown.
	Examples []string
	// Channels are the channels that are there at first; none means general and korea-desk.
	Channels []string
	// Hosts are the names under which the page may be opened, beside loopback: the configured listen host, a proxy's name.
	// A port in a name is ignored.
	Hosts []string
	// Zone is the IANA zone of a browser that does not tell its own; empty means UTC.
	Zone string
	// Version is shown in the page's foot.
	Version string
	// Log is where the playground tells what it does; nil discards.
	Log *slog.Logger
}

// Preview is one way to look at a message: a platform's name and what that platform's adapter would send.
type Preview struct {
	// Name is "Slack" or "Discord", which the page can draw, or another, which it shows as text.
	Name string
	// Render makes of one fitted message the JSON that the platform would get. Required.
	Render func(*message.Message) (json.RawMessage, error)
	// Fit splits a message as the platform's adapter would; nil leaves it whole.
	Fit func(*message.Message) []*message.Message
}

// Digest is a channel's standing order, as the channel list shows it.
type Digest struct {
	ID       string    `json:"id"`
	Channel  string    `json:"channel"`  // the Channel of its address
	Schedule string    `json:"schedule"` // for people: "daily 08:00"
	Beat     string    `json:"beat"`     // for people: "Korean peninsula"
	Zone     string    `json:"zone"`
	NextAt   time.Time `json:"next_at,omitzero"`
	Paused   bool      `json:"paused,omitempty"`
	Reason   string    `json:"reason,omitempty"` // why it is paused
}

// Feature is a part of Attaché that is on or off.
type Feature struct {
	Name  string `json:"name"`
	On    bool   `json:"on"`
	Words string `json:"words"` // what that means; when off, why and how to turn it on
}

// Playground is the platform and its pages. It is safe for concurrent use.
type Playground struct {
	c      Config
	files  map[string]file
	stream *stream
	done   chan struct{}
	end    sync.Once
	moving chan struct{} // holds one token while the clock is being moved

	mu     sync.Mutex // guards what follows; never held while something else is called
	offset time.Duration
	seq    int64
	rooms  []*room
}

// New makes a Playground.
func New(c Config) (*Playground, error) {
	if c.Bot == nil {
		return nil, errors.New("playground: Config.Bot is required")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Zone == "" {
		c.Zone = "UTC"
	}
	if _, err := time.LoadLocation(c.Zone); err != nil {
		return nil, fmt.Errorf("playground: zone: %w", err)
	}
	if len(c.Channels) == 0 {
		c.Channels = []string{"general", "korea-desk"}
	}
	for _, preview := range c.Previews {
		if preview.Name == "" || preview.Render == nil {
			return nil, errors.New("playground: a Preview needs a Name and a Render")
		}
	}
	if len(c.Examples) > 3 {
		c.Examples = c.Examples[:3]
	}
	files, err := readFiles()
	if err != nil {
		return nil, fmt.Errorf("playground: embedded files: %w", err)
	}
	p := &Playground{
		c: c, files: files, stream: newStream(), done: make(chan struct{}), moving: make(chan struct{}, 1),
	}
	for _, name := range c.Channels {
		id, err := channelName(name)
		if err != nil {
			return nil, fmt.Errorf("playground: channel %q: %w", name, err)
		}
		p.rooms = append(p.rooms, newRoom(id, kindChannel))
	}
	p.rooms = append(p.rooms, newRoom(directID, kindDirect))
	return p, nil
}

// Close ends the streams to open pages, so that a server which waits for its connections can stop. Twice is harmless.
func (p *Playground) Close() { p.end.Do(func() { close(p.done) }) }

// Handler serves the page and its API.
func (p *Playground) Handler() http.Handler { return p.guard(http.HandlerFunc(p.route)) }

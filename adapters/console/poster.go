package console

import (
	"context"
	"strconv"
	"time"

	"attache/bot/message"
)

// Poster returns the door through which digests reach the terminal. It is a message.Finder as well, and prints a key once.
func (c *Console) Poster() message.Poster { return poster{c} }

type poster struct{ c *Console }

var (
	_ message.Poster = poster{}
	_ message.Finder = poster{}
)

// Fit leaves a message whole: a terminal scrolls.
func (poster) Fit(m *message.Message) []*message.Message { return []*message.Message{m} }

// Post prints m. A key that was printed before prints nothing and returns the first reference.
func (p poster) Post(_ context.Context, to message.Address, m *message.Message, key string) (message.Ref, error) {
	if to.Platform != Platform {
		return message.Ref{}, &message.Error{Class: message.Gone, Reason: "not_the_terminal"}
	}
	if m == nil {
		return message.Ref{}, &message.Error{Class: message.Refused, Reason: "no_message"}
	}
	p.c.mu.Lock()
	defer p.c.mu.Unlock()
	if ref, seen := p.c.posted[key]; seen && key != "" {
		return ref, nil
	}
	if err := p.c.write(p.c.c.Out, "\n"+p.c.text(m)); err != nil {
		// Part of it may stand on the screen already.
		return message.Ref{}, &message.Error{Class: message.Unknown, Reason: "not_printed", Err: err}
	}
	ref := message.Ref{Address: to, ID: strconv.Itoa(len(p.c.posted) + 1)}
	if key == "" {
		key = "unnamed " + ref.ID
	}
	p.c.posted[key] = ref
	return ref, nil
}

// Find tells whether key was printed by this process.
func (p poster) Find(_ context.Context, to message.Address, key string, _ time.Time) (message.Ref, bool, error) {
	if to.Platform != Platform {
		return message.Ref{}, false, &message.Error{Class: message.Gone, Reason: "not_the_terminal"}
	}
	p.c.mu.Lock()
	defer p.c.mu.Unlock()
	ref, found := p.c.posted[key]
	return ref, found, nil
}

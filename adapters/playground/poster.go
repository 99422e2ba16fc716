package playground

import (
	"context"
	"errors"
	"fmt"
	"time"

	"attache/bot/message"
)

// Poster returns the door through which digests reach the playground's channels. It is a message.Finder and a
// message.Editor as well, and accepts a key once.
func (p *Playground) Poster() message.Poster { return poster{p} }

type poster struct{ p *Playground }

var (
	_ message.Poster = poster{}
	_ message.Finder = poster{}
	_ message.Editor = poster{}
)

// Fit leaves a message whole: a page has no limits of its own.
func (poster) Fit(m *message.Message) []*message.Message { return []*message.Message{m} }

// Post appends m to the channel's transcript and shows it on every open page. A channel that is missing (it was made
// before a restart) is made. A key that the channel has seen returns the first message and shows nothing.
func (w poster) Post(ctx context.Context, to message.Address, m *message.Message, key string) (message.Ref, error) {
	p := w.p
	if err := w.check(to); err != nil {
		return message.Ref{}, err
	}
	if m == nil {
		return message.Ref{}, &message.Error{Class: message.Refused, Reason: "no_message"}
	}
	e := &entry{ID: newID(), Kind: entryPost, Thread: to.Thread}
	p.show(e, m)
	ref := message.Ref{Address: to, ID: e.ID}

	p.mu.Lock()
	r, made, err := p.openRoom(to.Channel)
	if err != nil {
		p.mu.Unlock()
		return message.Ref{}, &message.Error{Class: message.Gone, Reason: "too_many_channels", Err: err}
	}
	if first, seen := r.keys[key]; seen && key != "" {
		p.mu.Unlock()
		return first, nil
	}
	p.add(r, e)
	if key != "" {
		r.remember(key, ref)
	}
	shown := *e
	p.mu.Unlock()

	if made {
		p.stream.send("channels", struct{}{})
	}
	p.stream.send("entry", shown)
	// The digest that has come moves on to its next time: pages read the list anew.
	p.stream.send("digests", struct{}{})
	return ref, nil
}

// Find looks for a key among those that the channel has seen. After a restart no transcript is left, so that the message
// is certainly not there.
func (w poster) Find(_ context.Context, to message.Address, key string, _ time.Time) (message.Ref, bool, error) {
	if err := w.check(to); err != nil {
		return message.Ref{}, false, err
	}
	w.p.mu.Lock()
	defer w.p.mu.Unlock()
	r := w.p.room(to.Channel)
	if r == nil {
		return message.Ref{}, false, nil
	}
	ref, found := r.keys[key]
	return ref, found, nil
}

// Edit replaces a message that was posted. One that the transcript has let go is gone.
func (w poster) Edit(_ context.Context, ref message.Ref, m *message.Message) error {
	if err := w.check(ref.Address); err != nil {
		return err
	}
	if m == nil {
		return &message.Error{Class: message.Refused, Reason: "no_message"}
	}
	if !w.p.replace(ref.Address.Channel, ref.ID, m) {
		return &message.Error{Class: message.Gone, Reason: "message_not_found"}
	}
	return nil
}

// replace puts m in place of an entry's message and tells whether the entry is there.
func (p *Playground) replace(channel, id string, m *message.Message) bool {
	var fresh entry
	p.show(&fresh, m)
	p.mu.Lock()
	var e *entry
	if r := p.room(channel); r != nil {
		e = r.find(id)
	}
	if e == nil {
		p.mu.Unlock()
		return false
	}
	e.Message, e.Plain, e.Previews, e.Fault, e.Edited = fresh.Message, fresh.Plain, fresh.Previews, fresh.Fault, true
	p.touch(e)
	shown := *e
	p.mu.Unlock()
	p.stream.send("entry", shown)
	return true
}

// check refuses an address that is not in the playground.
func (poster) check(to message.Address) error {
	if to.Platform != Platform || to.Workspace != Workspace {
		return &message.Error{Class: message.Gone, Reason: "not_in_the_playground", Err: fmt.Errorf("address %s", to)}
	}
	if to.Channel == directID {
		return nil
	}
	if name, err := channelName(to.Channel); err != nil || name != to.Channel {
		return &message.Error{Class: message.Gone, Reason: "channel_not_found", Err: errors.New("no channel has such a name")}
	}
	return nil
}

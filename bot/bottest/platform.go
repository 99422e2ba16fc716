package bottest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"attache/bot/message"
)

// PlatformOptions say what a Platform can do.
type PlatformOptions struct {
	// Finds says that the platform can be asked for a message: its Poster is a message.Finder.
	Finds bool
	// Window is for how long the platform returns the first message when a key comes again: its Poster is then a
	// message.Deduplicator. Zero means that it takes every message as a new one.
	Window time.Duration
	// Threads says that the platform has threads: its Poster is a message.Threader.
	Threads bool
	// Blocks is how many blocks a message may have: Fit splits after so many, and a larger one is refused. Zero means any.
	Blocks int
	// Now tells the time; nil means time.Now.
	Now func() time.Time
	// Fault decides what goes wrong with a post that no script decides on; nil means nothing. It is called for one post
	// after the other.
	Fault func(p Posting) Fault
}

// Posting is one call of Post.
type Posting struct {
	To      message.Address
	Message *message.Message
	Key     string
	Number  int // how many posts came before
}

// Posted is a message that a platform shows.
type Posted struct {
	Ref     message.Ref
	Key     string
	Message *message.Message
	At      time.Time
}

// Fault is what goes wrong with a post. The zero Fault is a post that succeeds.
type Fault struct {
	Class   message.Class // how the post ends; empty means that it succeeds
	Reason  string        // the platform's word for it
	After   time.Duration // with message.Later: the platform wants no request from the workspace for so long
	Scope   message.Scope // with After: or from the channel, or none at all
	Arrives bool          // the message is shown all the same
	Delay   time.Duration // with Arrives: so much later
	Hangs   bool          // the answer never comes: the post ends with its context, as message.Unknown
	Panics  bool          // the poster panics
}

// AnswerLost is a message that arrives without our hearing of it.
func AnswerLost() Fault {
	return Fault{Class: message.Unknown, Reason: "connection_reset", Arrives: true}
}

// RequestLost is a message that doesn't arrive, which we can't tell from AnswerLost.
func RequestLost() Fault { return Fault{Class: message.Unknown, Reason: "connection_reset"} }

// ArrivesLate is a message of which we hear nothing and that is shown after a while.
func ArrivesLate(delay time.Duration) Fault {
	return Fault{Class: message.Unknown, Reason: "bad_gateway", Arrives: true, Delay: delay}
}

// Hangs is an answer that never comes, for a message that arrives or doesn't.
func Hangs(arrives bool) Fault { return Fault{Hangs: true, Arrives: arrives} }

// RateLimited is a request to come back later.
func RateLimited(after time.Duration) Fault {
	return Fault{Class: message.Later, Reason: "rate_limited", After: after}
}

// Refuses is a message that the platform will never take.
func Refuses(reason string) Fault { return Fault{Class: message.Refused, Reason: reason} }

// Gone is a channel that is no longer ours to write to.
func Gone(reason string) Fault { return Fault{Class: message.Gone, Reason: reason} }

// Platform is a chat platform in memory. It counts what it receives; what it shows is what its readers would have seen.
type Platform struct {
	name string
	o    PlatformOptions

	mu        sync.Mutex
	shown     []*Posted
	byKey     map[string][]*Posted // the same
	pending   []*Posted            // accepted, not yet shown
	script    []Fault
	posts     int
	finds     int
	edits     int
	blind     bool
	gone      map[string]string
	quiet     map[string]time.Time // until when a channel, a workspace or all are to wait: see scoped
	impatient int
}

// NewPlatform makes a platform without messages.
func NewPlatform(name string, o PlatformOptions) *Platform {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Platform{name: name, o: o, byKey: map[string][]*Posted{}, gone: map[string]string{}, quiet: map[string]time.Time{}}
}

// Poster returns the door to the platform. It is a message.Editor, and a Finder, Deduplicator and Threader as far as the
// options say.
func (p *Platform) Poster() message.Poster {
	type posterEditor struct {
		poster
		editor
	}
	b, f, d, t := posterEditor{poster{p}, editor{p}}, finder{p}, deduplicator{p}, threader{p}
	switch o := p.o; {
	case o.Finds && o.Window > 0 && o.Threads:
		return struct {
			posterEditor
			finder
			deduplicator
			threader
		}{b, f, d, t}
	case o.Finds && o.Window > 0:
		return struct {
			posterEditor
			finder
			deduplicator
		}{b, f, d}
	case o.Finds && o.Threads:
		return struct {
			posterEditor
			finder
			threader
		}{b, f, t}
	case o.Finds:
		return struct {
			posterEditor
			finder
		}{b, f}
	case o.Window > 0 && o.Threads:
		return struct {
			posterEditor
			deduplicator
			threader
		}{b, d, t}
	case o.Window > 0:
		return struct {
			posterEditor
			deduplicator
		}{b, d}
	case o.Threads:
		return struct {
			posterEditor
			threader
		}{b, t}
	}
	return b
}

// Script makes the next posts end so, one after the other.
func (p *Platform) Script(faults ...Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.script = append(p.script, faults...)
}

// Close makes a channel gone for the given reason; an empty one opens it again.
func (p *Platform) Close(channel, reason string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.gone, channel)
	if reason != "" {
		p.gone[channel] = reason
	}
}

// Blind takes the right to read away, or gives it back: Find then ends as message.Gone.
func (p *Platform) Blind(blind bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.blind = blind
}

// Shown returns the messages of a channel in order; those of all channels when it is empty.
func (p *Platform) Shown(channel string) []Posted {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.arrive()
	var list []Posted
	for _, m := range p.shown {
		if channel == "" || m.Ref.Address.Channel == channel {
			list = append(list, *m)
		}
	}
	return list
}

// Counts returns how often each key is shown in each channel: "channel key".
func (p *Platform) Counts() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.arrive()
	counts := map[string]int{}
	for _, m := range p.shown {
		counts[m.Ref.Address.Channel+" "+m.Key]++
	}
	return counts
}

// Requests returns how many posts, searches and edits came.
func (p *Platform) Requests() (posts, finds, edits int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.posts, p.finds, p.edits
}

// Impatient returns how many requests came from a workspace that had been asked to wait.
func (p *Platform) Impatient() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.impatient
}

// Delete removes a message, as a person would.
func (p *Platform) Delete(r message.Ref) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.arrive()
	it := func(m *Posted) bool { return m.Ref.ID == r.ID }
	p.shown = slices.DeleteFunc(p.shown, it)
	for key, list := range p.byKey {
		p.byKey[key] = slices.DeleteFunc(list, it)
	}
}

// arrive shows what was on its way; the caller holds mu.
func (p *Platform) arrive() {
	now := p.o.Now()
	var still []*Posted
	for _, m := range p.pending {
		if m.At.After(now) {
			still = append(still, m)
		} else if p.first(m.Ref.Address, m.Key, m.At) == nil {
			p.show(m)
		}
	}
	p.pending = still
}

// show makes a message visible; the caller holds mu.
func (p *Platform) show(m *Posted) {
	p.shown = append(p.shown, m)
	p.byKey[m.Key] = append(p.byKey[m.Key], m)
}

// first returns the message that a key has become within the window; nil when there is none.
func (p *Platform) first(to message.Address, key string, now time.Time) *Posted {
	if p.o.Window <= 0 || key == "" {
		return nil
	}
	for _, m := range p.byKey[key] {
		if m.Ref.Address == to && now.Sub(m.At) <= p.o.Window {
			return m
		}
	}
	return nil
}

// hushed answers a request that comes too soon; the caller holds mu.
func (p *Platform) hushed(to message.Address) error {
	for _, scope := range []message.Scope{message.ScopeChannel, message.ScopeWorkspace, message.ScopePlatform} {
		if wait := p.quiet[scoped(to, scope)].Sub(p.o.Now()); wait > 0 {
			p.impatient++
			return &message.Error{Class: message.Later, After: wait, Scope: scope, Reason: "rate_limited"}
		}
	}
	return nil
}

// scoped names what a wait holds for.
func scoped(to message.Address, scope message.Scope) string {
	switch scope {
	case message.ScopePlatform:
		return ""
	case message.ScopeChannel:
		return to.Workspace + "/" + to.Channel
	default:
		return to.Workspace
	}
}

type poster struct{ p *Platform }

// Fit implements message.Poster.
func (w poster) Fit(m *message.Message) []*message.Message {
	most := w.p.o.Blocks
	if most <= 0 || len(m.Blocks) <= most {
		return []*message.Message{m}
	}
	var list []*message.Message
	for part := range slices.Chunk(m.Blocks, most) {
		list = append(list, &message.Message{Gist: m.Gist, Tone: m.Tone, Blocks: part})
	}
	return list
}

// Post implements message.Poster.
func (w poster) Post(ctx context.Context, to message.Address, m *message.Message, key string) (message.Ref, error) {
	ref, fault, err := w.p.post(ctx, to, m, key)
	switch {
	case err != nil:
		return message.Ref{}, err
	case fault.Panics:
		panic("the poster of " + w.p.name + " broke")
	case fault.Hangs:
		<-ctx.Done()
		return message.Ref{}, &message.Error{Class: message.Unknown, Reason: "timeout", Err: context.Cause(ctx)}
	case fault.Class != "":
		return message.Ref{}, &message.Error{Class: fault.Class, After: fault.After, Scope: fault.Scope, Reason: fault.Reason}
	}
	return ref, nil
}

func (p *Platform) post(ctx context.Context, to message.Address, m *message.Message, key string) (message.Ref, Fault, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.o.Now()
	p.arrive()
	number := p.posts
	p.posts++
	refuse := func(class message.Class, reason string) (message.Ref, Fault, error) {
		return message.Ref{}, Fault{}, &message.Error{Class: class, Reason: reason}
	}
	switch {
	case ctx.Err() != nil:
		return refuse(message.Later, "context_ended")
	case to.Platform != p.name:
		return refuse(message.Gone, "not_this_platform")
	case p.gone[to.Channel] != "":
		return refuse(message.Gone, p.gone[to.Channel])
	case len(key) > 25:
		return refuse(message.Refused, "key_too_long")
	case p.o.Blocks > 0 && len(m.Blocks) > p.o.Blocks:
		return refuse(message.Refused, "too_many_blocks")
	}
	if err := p.hushed(to); err != nil {
		return message.Ref{}, Fault{}, err
	}
	var fault Fault
	if len(p.script) > 0 {
		fault, p.script = p.script[0], p.script[1:]
	} else if p.o.Fault != nil {
		fault = p.o.Fault(Posting{To: to, Message: m, Key: key, Number: number})
	}
	if fault.Class == message.Later && fault.After > 0 {
		p.quiet[scoped(to, fault.Scope)] = now.Add(fault.After)
	}
	if (fault.Class != "" || fault.Hangs || fault.Panics) && !fault.Arrives {
		return message.Ref{}, fault, nil
	}
	if first := p.first(to, key, now); first != nil {
		return first.Ref, fault, nil
	}
	posted := &Posted{
		Ref: message.Ref{Address: to, ID: fmt.Sprintf("%s-%d", p.name, number+1)},
		Key: key, Message: m, At: now.Add(fault.Delay),
	}
	if fault.Delay > 0 {
		p.pending = append(p.pending, posted)
	} else {
		p.show(posted)
	}
	return posted.Ref, fault, nil
}

type finder struct{ p *Platform }

// Find implements message.Finder.
func (w finder) Find(ctx context.Context, to message.Address, key string, since time.Time) (message.Ref, bool, error) {
	p := w.p
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finds++
	p.arrive()
	switch {
	case ctx.Err() != nil:
		return message.Ref{}, false, &message.Error{Class: message.Later, Reason: "context_ended"}
	case p.blind:
		return message.Ref{}, false, &message.Error{Class: message.Gone, Reason: "missing_scope"}
	}
	if err := p.hushed(to); err != nil {
		return message.Ref{}, false, err
	}
	for _, m := range p.byKey[key] {
		if m.Ref.Address == to && !m.At.Before(since.Truncate(time.Millisecond)) {
			return m.Ref, true, nil
		}
	}
	return message.Ref{}, false, nil
}

type deduplicator struct{ p *Platform }

// Window implements message.Deduplicator.
func (w deduplicator) Window() time.Duration { return w.p.o.Window }

type threader struct{ p *Platform }

// Thread implements message.Threader.
func (threader) Thread(r message.Ref) message.Address {
	at := r.Address
	if at.Thread == "" {
		at.Thread = r.ID
	}
	return at
}

type editor struct{ p *Platform }

// Edit implements message.Editor.
func (w editor) Edit(ctx context.Context, r message.Ref, m *message.Message) error {
	p := w.p
	p.mu.Lock()
	defer p.mu.Unlock()
	p.edits++
	p.arrive()
	if err := ctx.Err(); err != nil {
		return &message.Error{Class: message.Later, Reason: "context_ended", Err: err}
	}
	for _, shown := range p.shown {
		if shown.Ref.ID == r.ID {
			shown.Message = m
			return nil
		}
	}
	return &message.Error{Class: message.Gone, Reason: "message_not_found", Err: errors.New(r.ID)}
}

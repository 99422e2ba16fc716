package message

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Address is a place where messages go.
type Address struct {
	Platform  string `json:"platform"`            // "slack", "discord", "playground", "console"
	Workspace string `json:"workspace,omitempty"` // Slack team or enterprise, Discord guild; empty in a Discord DM
	Channel   string `json:"channel"`
	Thread    string `json:"thread,omitempty"` // Slack thread_ts; a Discord thread is a channel of its own
}

// String is a key for maps and logs; it holds ids only.
func (a Address) String() string {
	s := a.Platform + "/" + a.Workspace + "/" + a.Channel
	if a.Thread != "" {
		s += "/" + a.Thread
	}
	return s
}

// Ref names a message that a platform has accepted.
type Ref struct {
	Address Address `json:"address"`
	ID      string  `json:"id"` // Slack ts, Discord message id
}

// Poster delivers messages to one platform.
type Poster interface {
	// Fit splits m into the messages that the platform can show, in order. It never returns none.
	Fit(m *Message) []*Message
	// Post delivers one fitted message. key is the same on every try for the same message and at most 25 bytes; a platform
	// that can refuse duplicates uses it. An error is an *Error; any other error counts as Unknown.
	Post(ctx context.Context, to Address, m *Message, key string) (Ref, error)
}

// Finder is a Poster that can look for a message whose Post had an unknown result.
type Finder interface {
	// Find looks for the message posted with key at or after since. found is false when it is certainly not there. An error
	// means that the platform could not be asked: a Class of Gone or Refused means that asking again is useless.
	Find(ctx context.Context, to Address, key string, since time.Time) (ref Ref, found bool, err error)
}

// Editor is a Poster that can replace a message it has posted. Editing twice is harmless.
type Editor interface {
	Edit(ctx context.Context, ref Ref, m *Message) error
}

// Deduplicator is a Poster whose platform returns the first message when the same key comes again within Window.
type Deduplicator interface {
	Window() time.Duration
}

// Threader is a Poster whose platform has threads: what follows the first message of a delivery goes there.
type Threader interface {
	// Thread returns the place for messages that continue ref.
	Thread(ref Ref) Address
}

// Director is a Poster that can write to one person.
type Director interface {
	// Direct sends m to a user of a workspace alone. Errors are as for Post.
	Direct(ctx context.Context, workspace, user string, m *Message) error
}

// Paced is a Poster whose platform takes only so many messages in a time.
type Paced interface {
	// Pace says what of it digests may use.
	Pace() Pace
}

// Pace is how many messages a platform takes from the bot, on whatever number of machines it runs, less what is left for
// answers to people, who come first. A Rate of zero is no limit.
type Pace struct {
	Channel   Rate // in one channel
	Workspace Rate // in one workspace
	Platform  Rate // in all
}

// Rate is so many messages in a time. They are spread evenly over it.
type Rate struct {
	Messages int
	In       time.Duration
}

// Every is the time from one message to the next; zero when there is no limit.
func (r Rate) Every() time.Duration {
	if r.Messages <= 0 {
		return 0
	}
	return r.In / time.Duration(r.Messages)
}

// Class says what can be done about a delivery that did not succeed.
type Class string

// The classes of delivery errors.
const (
	// Later: certainly not delivered; try again after After.
	Later Class = "later"
	// Unknown: it may have been delivered; look before trying again.
	Unknown Class = "unknown"
	// Refused: this message will never be accepted (malformed, too large); the address is fine.
	Refused Class = "refused"
	// Gone: the address is no longer ours to write to (deleted, archived, forbidden, token revoked).
	Gone Class = "gone"
)

// Scope says what a wait that a platform asks for holds for.
type Scope string

// The scopes of a wait.
const (
	ScopeWorkspace Scope = ""         // all that goes to the workspace
	ScopeChannel   Scope = "channel"  // what goes to the channel
	ScopePlatform  Scope = "platform" // everything
)

// Error is a delivery error with its class. It never holds a token or a secret URL.
type Error struct {
	Class  Class
	After  time.Duration // with Later: how long the platform wants us to wait; zero when it did not say
	Scope  Scope         // with After: what the wait holds for
	Reason string        // the platform's own word for it, such as "channel_not_found"
	Err    error         // may be nil
}

func (e *Error) Error() string {
	s := fmt.Sprintf("%s: %s", e.Class, e.Reason)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ClassOf returns the class of err: Unknown for an error that carries none.
func ClassOf(err error) Class {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Class
	}
	return Unknown
}

// ScopeOf returns what the wait holds for that the platform asked for with err.
func ScopeOf(err error) Scope {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Scope
	}
	return ScopeWorkspace
}

// RetryAfter returns how long the platform asked us to wait, or zero.
func RetryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.After
	}
	return 0
}

// Package bot is a conversation that has never heard of Slack: it turns a Request into a Reply.
//
// An adapter acknowledges its platform's event, makes a Request of it and calls Bot.Handle, which asks in this order: was
// it seen before? may this person do it? is it within limits? which command is it? what does this thread speak of? Then
// the engine answers, package present words it, and the Reply goes back up to the adapter. Down once, up once.
//
// The table of commands (Commands) is the only place where a command exists; the Slack manifest, Discord's registration,
// the playground's completion, the terminal and the help text are made from it.
package bot

import (
	"context"
	"errors"
	"time"

	"attache/bot/message"
	"attache/briefings"
)

// Request is what a person wants, as an adapter understood it.
type Request struct {
	// ID names the gesture on its platform (an event id, or channel and message id). The same ID is handled once.
	// Empty means: not deduplicated.
	ID string
	// Kind says how it came.
	Kind Kind
	// Text is what the person wrote: for Ask the question without the mention; for Run everything after the command's name
	// ("digest add daily 08:00"), unless Command is set; for a Click that votes the reason, where the platform asked for one.
	Text string
	// Command and Args are set where the platform parses commands itself (Discord): "digest add" and its arguments by name.
	Command string
	Args    map[string]string
	// Action and Value come from a pressed button (Kind Click).
	Action string
	Value  string
	// Address is where the request was made; Address.Thread where it was made in a thread.
	Address message.Address
	// Direct says that the address is a conversation with this person alone: what they bring there is for it alone. One without a
	// workspace is taken for one anyway.
	Direct bool
	// Conversation is the key under which the thread's memory is kept. Empty means that the request stands alone.
	Conversation string
	// Quoted is the text of the message that the request replies to or was pressed under, where the platform gives it.
	Quoted string
	User   User
	// PlaceLocale is the language of the place itself (a Discord guild), BCP 47, where the platform tells it.
	PlaceLocale string
	// Explain asks for Reply.Why.
	Explain bool
	// At is when the person made it, on the clock of the platform (the playground's can be moved forward); zero means now.
	At time.Time
}

// Kind says how a request came.
type Kind string

// The kinds of a request.
const (
	Ask   Kind = "ask"   // a mention, a direct message, a reply: free text; a known verb in front makes it a command
	Run   Kind = "run"   // a slash command or a terminal command
	Click Kind = "click" // a button
)

// User is who made a request.
type User struct {
	ID     string
	Name   string
	Locale string // BCP 47, where the platform tells it
	Zone   string // IANA zone, where the platform tells it
	// Manages says whether the person may manage the channel, as far as the platform tells.
	Manages Permission
	// Rings says whether the person may mention any role, as far as the platform tells.
	Rings Permission
}

// Permission is what a platform tells about a right.
type Permission string

// The permissions.
const (
	PermissionUnknown Permission = "" // the platform did not say: Config.Managers decides
	PermissionYes     Permission = "yes"
	PermissionNo      Permission = "no"
)

// Reply is what a request gets. The zero Reply says nothing (a duplicate, a click that needs no words).
type Reply struct {
	Message *message.Message
	// Private says that only the person who asked should see it.
	Private bool
	// Replace says that the message under the pressed button is to be replaced instead of answered.
	Replace bool
	// Why explains an answer to somebody who looks at how Attaché works, where the request asked for it; else nil.
	Why *briefings.Why
	// Busy says that nothing was done because a limit was reached; Message says when to come back.
	Busy bool
	// Lacks names the arguments of a command that a refusal is about: a form says it beside them, and keeps what was typed.
	Lacks []string
}

// Memory is what the bot remembers between requests. Every implementation passes bottest.Memory.
type Memory interface {
	// Seen marks id and tells whether it was marked before within the last 25 hours.
	Seen(ctx context.Context, id string, at time.Time) (before bool, err error)
	// Turns returns the last turns of a conversation, oldest first; none when it is new.
	Turns(ctx context.Context, conversation string, limit int) ([]briefings.Turn, error)
	// KeepExchange remembers an answer for "evidence in full" and as the next turn of its conversation.
	KeepExchange(ctx context.Context, x Exchange) error
	// Exchange returns one by id; ErrForgotten when there is none (any more).
	Exchange(ctx context.Context, id string) (Exchange, error)
	// KeepFeedback records what a person thought of an answer or a digest; a second vote by the same person replaces theirs.
	KeepFeedback(ctx context.Context, f Feedback) error
	// Feedbacks counts helpful and unhelpful votes for subject.
	Feedbacks(ctx context.Context, subject string) (helpful, unhelpful int, err error)
	// Setting returns the value that scope (an Address key of a channel or workspace) has for name, or "" when unset.
	Setting(ctx context.Context, scope, name string) (string, error)
	// SetSetting sets or, with an empty value, unsets it.
	SetSetting(ctx context.Context, scope, name, value string) error
	// Forget deletes everything that belongs to a workspace: conversations, exchanges, feedback, settings, subscriptions and
	// their deliveries.
	Forget(ctx context.Context, platform, workspace string) error
}

// ErrForgotten says that an exchange is not, or no longer, remembered.
var ErrForgotten = errors.New("not remembered")

// Exchange is one question with its answer.
type Exchange struct {
	ID           string // short and unguessable: it travels in button values
	Conversation string
	Address      message.Address
	User         string
	At           time.Time
	Answer       briefings.Answer
	// Asked is the question in the words in which it was asked where everybody in the channel could read it; empty for anything else.
	// A weekly review tells of it, without who asked.
	Asked string
}

// Inquiries is a Memory that can tell what was asked openly in a channel.
type Inquiries interface {
	// Asked returns how many questions were asked openly in the channel of at within a window, and the newest of them, at most
	// limit, the newest first. A channel's questions are also those of its threads, and a thread may be the channel. Questions of other
	// channels, and those that only the asker could see, are not among them.
	Asked(ctx context.Context, at message.Address, w briefings.Window, limit int) (n int, asked []string, err error)
}

// Feedback is one person's vote.
type Feedback struct {
	Subject string // an Exchange.ID, or "digest:" and the delivery's subscription and slot
	Address message.Address
	User    string
	Helpful bool
	At      time.Time
	Comment string
}

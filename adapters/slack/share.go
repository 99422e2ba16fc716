package slack

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"sync"
	"time"

	"attache/bot/message"
)

// shares keeps answers that only one person saw, for as long as their response_url lives, so that the person can share
// them with the channel. Slack does not send the text of such a message back with a click.
type shares struct {
	now func() time.Time

	mu   sync.Mutex // guards kept
	kept []kept     // oldest first
}

type kept struct {
	id    string
	parts []*message.Message
	at    time.Time
}

const mostShares = 500

func newShares(now func() time.Time) *shares { return &shares{now: now} }

// keep keeps an answer and returns the value of its Share button.
func (s *shares) keep(parts []*message.Message) string {
	id := rand.Text()
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = slices.DeleteFunc(s.kept, func(k kept) bool { return now.Sub(k.at) > responseWindow })
	if len(s.kept) >= mostShares {
		s.kept = s.kept[1:]
	}
	s.kept = append(s.kept, kept{id, parts, now})
	return id
}

// take returns an answer once, so that a second press shares nothing twice.
func (s *shares) take(id string) ([]*message.Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, k := range s.kept {
		if k.id == id {
			s.kept = slices.Delete(s.kept, i, i+1)
			return k.parts, s.now().Sub(k.at) <= responseWindow
		}
	}
	return nil, false
}

// withShare adds the Share button to a message that one person sees.
func withShare(m *message.Message, action, value, label string) *message.Message {
	button := message.Button{Label: label, Action: action, Value: value}
	out := &message.Message{Gist: m.Gist, Tone: m.Tone, Blocks: slices.Clone(m.Blocks)}
	if n := len(out.Blocks); n > 0 {
		if b, ok := out.Blocks[n-1].(message.Buttons); ok && len(b.Items) < 5 {
			out.Blocks[n-1] = message.Buttons{Items: append(slices.Clone(b.Items), button)}
			return out
		}
	}
	out.Blocks = append(out.Blocks, message.Buttons{Items: []message.Button{button}})
	return out
}

// share brings a kept answer into the channel.
func (a *Adapter) share(ctx context.Context, g gesture) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	reply := func(m *message.Message, replace bool) {
		r := responseOf(m, forOne)
		r.ReplaceOriginal = replace
		if err := a.respond(ctx, g.responseURL, r); err != nil {
			a.log.Warn("a response was not accepted", "error", err)
		}
	}
	parts, ok := a.shares.take(g.request.Value)
	if !ok {
		reply(say(a.wordsOf(g).tooOld, message.ToneProblem), false)
		return
	}
	if err := a.toChannel(ctx, g, parts); err != nil {
		reply(say(whyNot(err, a.wordsOf(g)), message.ToneProblem), false)
		return
	}
	reply(say(a.wordsOf(g).shared, message.ToneNeutral), true)
}

// valueOf returns the value of a message's button with the action, or "".
func valueOf(m *message.Message, action string) string {
	for _, b := range m.Blocks {
		if row, ok := b.(message.Buttons); ok {
			for _, one := range row.Items {
				if one.Action == action {
					return one.Value
				}
			}
		}
	}
	return ""
}

// keyOf is the delivery key of an answer's part: the same on every try, opaque, at most 25 bytes.
func keyOf(id string, part int) string {
	return "a" + digestOf(id)[:16] + "-" + strings.Repeat("i", min(part, 7))
}

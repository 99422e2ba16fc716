package playground

import (
	"crypto/rand"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"attache/bot/message"
)

// Limits of the rooms.
const (
	maxRooms   = 40
	maxEntries = 300  // per room; the oldest go first
	maxKeys    = 4096 // per room: keys of posts that are remembered longer than the posts themselves
	maxName    = 40   // characters of a channel's name
)

// The kinds of a room.
const (
	kindChannel = "channel"
	kindDirect  = "direct"
	directID    = "direct"
)

// room is a channel or the direct conversation with its transcript.
type room struct {
	id      string
	kind    string
	entries []*entry
	keys    map[string]message.Ref
	keyed   []string // keys, oldest first
}

// entry is one message in a transcript, by the reader or by the bot.
type entry struct {
	ID      string    `json:"id"`
	Seq     int64     `json:"seq"` // order in the transcript
	Rev     int64     `json:"rev"` // grows with every change of the entry
	Channel string    `json:"channel"`
	Thread  string    `json:"thread,omitempty"` // the entry that began the thread
	Kind    entryKind `json:"kind"`
	Text    string    `json:"text,omitempty"` // what the reader wrote
	At      time.Time `json:"at"`
	Pending bool      `json:"pending,omitempty"` // a question that is being answered
	Private bool      `json:"private,omitempty"` // only for the reader
	Edited  bool      `json:"edited,omitempty"`
	Pressed []string  `json:"pressed,omitempty"` // buttons that were pressed, as "action value"

	Message  *message.Message           `json:"message,omitempty"`
	Plain    string                     `json:"plain,omitempty"`
	Previews map[string]json.RawMessage `json:"previews,omitempty"`
	// Fault says which previews could not be rendered, and why.
	Fault map[string]string `json:"fault,omitempty"`
	// Why is the bot's explanation of its answer: what it searched for, found, chose and rejected.
	Why json.RawMessage `json:"why,omitempty"`
}

// entryKind says who says what in an entry.
type entryKind string

const (
	entryAsk    entryKind = "ask"    // the reader asks
	entryRun    entryKind = "run"    // the reader gives a command
	entryAnswer entryKind = "answer" // the bot answers
	entryPost   entryKind = "post"   // the bot posts of its own accord: a digest
)

func newRoom(id, kind string) *room {
	return &room{id: id, kind: kind, keys: map[string]message.Ref{}}
}

// channelName makes a channel's name of what a person typed: lower case, words joined by hyphens.
func channelName(typed string) (string, error) {
	name := strings.ToLower(strings.Join(strings.FieldsFunc(strings.TrimLeft(strings.TrimSpace(typed), "#"), func(r rune) bool {
		return unicode.IsSpace(r) || r == '-'
	}), "-"))
	switch {
	case name == "":
		return "", refuse("bad_name", "Give the channel a name, such as gulf-watch.")
	case utf8.RuneCountInString(name) > maxName:
		return "", refuse("bad_name", "A channel's name has at most 40 characters.")
	case name == directID:
		return "", refuse("bad_name", "That name is taken by your direct messages.")
	}
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '-' && r != '_' {
			return "", refuse("bad_name", "A channel's name is made of letters, digits, hyphens and underscores.")
		}
	}
	return name, nil
}

// room returns a room by id, or nil. The caller holds p.mu.
func (p *Playground) room(id string) *room {
	i := slices.IndexFunc(p.rooms, func(r *room) bool { return r.id == id })
	if i < 0 {
		return nil
	}
	return p.rooms[i]
}

// openRoom returns the channel with this id and makes it where it is missing. The caller holds p.mu.
func (p *Playground) openRoom(id string) (r *room, made bool, err error) {
	if r := p.room(id); r != nil {
		return r, false, nil
	}
	if len(p.rooms) >= maxRooms {
		return nil, false, refuse("too_many", "There are forty channels already.")
	}
	r = newRoom(id, kindChannel)
	p.rooms = slices.Insert(p.rooms, len(p.rooms)-1, r) // the direct conversation stays last
	return r, true, nil
}

// find returns an entry of the room, or nil.
func (r *room) find(id string) *entry {
	i := slices.IndexFunc(r.entries, func(e *entry) bool { return e.ID == id })
	if i < 0 {
		return nil
	}
	return r.entries[i]
}

// add appends e and lets the oldest go. The caller holds p.mu.
func (p *Playground) add(r *room, e *entry) {
	p.seq++
	e.Seq, e.Rev, e.Channel = p.seq, p.seq, r.id
	e.At = p.c.Now().Add(p.offset).UTC().Truncate(time.Millisecond)
	r.entries = append(r.entries, e)
	if over := len(r.entries) - maxEntries; over > 0 {
		r.entries = slices.Delete(r.entries, 0, over)
	}
}

// touch marks e as changed. The caller holds p.mu.
func (p *Playground) touch(e *entry) {
	p.seq++
	e.Rev = p.seq
}

// remember keeps the reference of a post under its key. The caller holds p.mu.
func (r *room) remember(key string, ref message.Ref) {
	r.keys[key] = ref
	r.keyed = append(r.keyed, key)
	if len(r.keyed) > maxKeys {
		delete(r.keys, r.keyed[0])
		r.keyed = slices.Delete(r.keyed, 0, 1)
	}
}

// draw renders m: one JSON document, or a list of them where the platform needs several messages.
func (v Preview) draw(m *message.Message) (json.RawMessage, error) {
	parts := []*message.Message{m}
	if v.Fit != nil {
		parts = v.Fit(m)
	}
	var all []json.RawMessage
	for _, part := range parts {
		raw, err := v.Render(part)
		if err != nil {
			return nil, err
		}
		if !json.Valid(raw) {
			return nil, errNotJSON
		}
		all = append(all, raw)
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return json.Marshal(all)
}

// newID names an entry. It is unguessable and safe in a URL.
func newID() string { return strings.ToLower(rand.Text()) }

// show fills in what is shown of m. It calls the renderers, so p.mu must not be held.
func (p *Playground) show(e *entry, m *message.Message) {
	e.Message = m
	e.Plain = message.Text(m, message.TextOptions{Width: -1}) // the page wraps lines itself
	e.Previews, e.Fault = nil, nil
	for _, preview := range p.c.Previews {
		raw, err := preview.draw(m)
		if err != nil {
			p.c.Log.Error("a message could not be rendered", "preview", preview.Name, "err", err)
			if e.Fault == nil {
				e.Fault = map[string]string{}
			}
			e.Fault[preview.Name] = err.Error()
			continue
		}
		if e.Previews == nil {
			e.Previews = map[string]json.RawMessage{}
		}
		e.Previews[preview.Name] = raw
	}
}

package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"attache/bot/message"
)

// inbox keeps gestures in a folder from before their acknowledgement until they are dealt with. Slack delivers nothing again
// that was acknowledged, so without it a crash would lose what waits on the desk. The files hold response_urls, which are
// secrets for half an hour: only the owner can read them.
type inbox struct{ dir string } // "" keeps nothing

// source is a gesture as Slack sent it.
type source struct {
	Door    string          `json:"door"`
	Payload json.RawMessage `json:"payload"`
	At      time.Time       `json:"at"`
	// Stream is the id of the message in which the answer was being shown.
	Stream string `json:"stream,omitempty"`
}

// stale is how old a gesture may be and still be answered after a restart: its response_url has run out then.
const stale = responseWindow

func openInbox(dir string) (*inbox, error) {
	if dir == "" {
		return &inbox{}, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open the inbox: %w", err)
	}
	return &inbox{dir: dir}, nil
}

func (b *inbox) path(g gesture) string {
	return filepath.Join(b.dir, digestOf(strings.Join(g.names(), " "))+".json")
}

func (b *inbox) keep(g gesture) error {
	if b.dir == "" || len(g.source.Payload) == 0 {
		return nil
	}
	raw, err := json.Marshal(g.source)
	if err != nil {
		return fmt.Errorf("keep a gesture: %w", err)
	}
	// Written aside and renamed: a file that is there is whole.
	path := b.path(g)
	if err := os.WriteFile(path+".new", raw, 0o600); err != nil {
		return fmt.Errorf("keep a gesture: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("keep a gesture: %w", err)
	}
	return nil
}

func (b *inbox) drop(g gesture) error {
	if b.dir == "" || len(g.source.Payload) == 0 {
		return nil
	}
	if err := os.Remove(b.path(g)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("drop a gesture: %w", err)
	}
	return nil
}

// left returns what an earlier process left behind, oldest first, and removes what is too old or can't be read.
func (b *inbox) left(now time.Time) ([]source, error) {
	if b.dir == "" {
		return nil, nil
	}
	names, err := filepath.Glob(filepath.Join(b.dir, "*.json*"))
	if err != nil {
		return nil, fmt.Errorf("read the inbox: %w", err)
	}
	var out []source
	for _, name := range names {
		var s source
		raw, err := os.ReadFile(name)
		if err == nil {
			err = json.Unmarshal(raw, &s)
		}
		if err != nil || now.Sub(s.At) > stale || strings.HasSuffix(name, ".new") {
			if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return out, fmt.Errorf("clear the inbox: %w", err)
			}
			continue
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b source) int { return cmp.Compare(a.At.UnixNano(), b.At.UnixNano()) })
	return out, nil
}

// decode makes the gesture of a source again.
func (s source) decode(me self) (gesture, error) {
	var g gesture
	var err error
	switch s.Door {
	case pathEvents:
		g, err = decodeEvent(s.Payload, me)
	case pathCommands:
		var c slash
		if err = json.Unmarshal(s.Payload, &c); err == nil {
			g, err = decodeSlash(c)
		}
	case pathInteractions:
		g, err = decodeInteraction(s.Payload)
	default:
		err = fmt.Errorf("no door is called %q", s.Door)
	}
	g.source = s
	return g, err
}

// resume puts what an earlier process left behind on the desk.
func (a *Adapter) resume() {
	left, err := a.inbox.left(a.cfg.Now())
	if err != nil {
		a.log.Error("what was waiting before the restart can't be read", "error", err)
	}
	for _, s := range left {
		g, err := s.decode(a.self)
		if err != nil || g.what == nothing || g.what == submit || g.what == share {
			continue
		}
		g.again = true
		g.wasAcked()
		a.recent.add(a.cfg.Now(), g.names()...)
		a.desk.force(g)
	}
	if len(left) > 0 {
		a.log.Info("taking up what was waiting before the restart", "gestures", len(left))
	}
}

// keep keeps a gesture that was put on the desk.
func (a *Adapter) keep(g gesture) {
	if err := a.inbox.keep(g); err != nil {
		a.log.Error("a gesture is not kept; a crash would lose it", "error", err)
	}
}

// drop forgets a gesture that was dealt with.
func (a *Adapter) drop(g gesture) {
	if err := a.inbox.drop(g); err != nil {
		a.log.Error("a gesture that was dealt with can't be dropped", "error", err)
	}
}

// lineKey is the delivery key of the line that an answer is being worked on.
func lineKey(g gesture) string { return "w" + digestOf(g.request.ID)[:16] }

// takeUp looks for what an earlier process posted in answer to a message before it ended: the answer itself, or what stands in
// its place, a line or a stream, which the answer then replaces.
func (a *Adapter) takeUp(ctx context.Context, g gesture) (answered bool, before begun) {
	if g.what != ask && g.what != chatter {
		return false, begun{}
	}
	ctx, cancel := context.WithTimeout(ctx, a.cfg.Answer)
	defer cancel()
	to := a.placeOf(g)
	_, answered, err := a.poster.Find(ctx, to, keyOf(g.request.ID, 0), g.source.At)
	switch {
	case answered:
		return true, begun{}
	case g.source.Stream != "":
		// It may have run out meanwhile: it is ended in any case.
		return false, begun{ref: message.Ref{Address: to, ID: g.source.Stream}, posted: true, streaming: true, words: a.wordsOf(g)}
	case err != nil:
		return false, begun{}
	}
	line, posted, err := a.poster.Find(ctx, to, lineKey(g), g.source.At)
	return false, begun{ref: line, posted: posted && err == nil}
}

package playground

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Limits of the clock.
const (
	maxSteps = 31                         // digests that one move passes one by one; the rest are missed, as after a pause
	maxAhead = 100 * 365 * 24 * time.Hour // how far the clock may be moved from the real time
	moveTime = 2 * time.Minute            // how long one move may take
	morning  = 9                          // the hour of "tomorrow morning"
)

// clockState is what a page shows of the clock.
type clockState struct {
	Now    time.Time `json:"now"`
	Offset float64   `json:"offset"` // seconds ahead of the real time
	Next   *Digest   `json:"next,omitempty"`
	Moving bool      `json:"moving,omitempty"`
}

// clockInput says where to move the clock: Move is "hour", "next", "tomorrow" or "reset"; or To is an instant.
type clockInput struct {
	Move string    `json:"move"`
	To   time.Time `json:"to"`
	Zone string    `json:"zone"`
}

// Now is the playground's time: the real one, moved by what the reader asked for.
func (p *Playground) Now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.c.Now().Add(p.offset)
}

// set makes the clock show t from now on.
func (p *Playground) set(t time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.offset = t.Sub(p.c.Now())
}

// digests lists the digests, or none where that can't be told.
func (p *Playground) digests(ctx context.Context) ([]Digest, error) {
	if p.c.Digests == nil {
		return nil, nil
	}
	list, err := p.c.Digests(ctx)
	if err != nil {
		return nil, fmt.Errorf("list digests: %w", err)
	}
	return list, nil
}

// nextOf returns the digest that comes first, and nil where none is planned.
func nextOf(list []Digest) *Digest {
	var next *Digest
	for _, d := range list {
		if !d.Paused && !d.NextAt.IsZero() && (next == nil || d.NextAt.Before(next.NextAt)) {
			next = &d
		}
	}
	return next
}

func (p *Playground) clockState(ctx context.Context) (clockState, error) {
	list, err := p.digests(ctx)
	if err != nil {
		return clockState{}, err
	}
	p.mu.Lock()
	offset := p.offset
	p.mu.Unlock()
	return clockState{
		Now: p.Now().UTC().Truncate(time.Millisecond), Offset: offset.Round(time.Second).Seconds(), Next: nextOf(list),
		Moving: len(p.moving) > 0,
	}, nil
}

// target reads where a move goes.
func (p *Playground) target(ctx context.Context, in clockInput) (time.Time, error) {
	now := p.Now()
	switch in.Move {
	case "":
		if in.To.IsZero() {
			return in.To, refuse("bad_request", `say where to move the clock: "move" is hour, next, tomorrow or reset, or "to" is a time such as 2024-02-21T08:00:00Z`)
		}
		return in.To, nil
	case "hour":
		return now.Add(time.Hour), nil
	case "tomorrow":
		local := now.In(p.zone(in.Zone))
		return time.Date(local.Year(), local.Month(), local.Day()+1, morning, 0, 0, 0, local.Location()), nil
	case "reset":
		return p.c.Now(), nil
	case "next":
		list, err := p.digests(ctx)
		if err != nil {
			return time.Time{}, err
		}
		next := nextOf(list)
		if next == nil {
			return time.Time{}, refuse("no_digest", "No digest is planned yet. Add one to a channel: /brief digest add daily 08:00")
		}
		if next.NextAt.Before(now) {
			return now, nil
		}
		return next.NextAt, nil
	default:
		return time.Time{}, refuse("bad_request", `"move" is one of hour, next, tomorrow and reset`)
	}
}

// move moves the clock. Forward it stops at each digest on the way, so that each is delivered at its own time.
func (p *Playground) move(ctx context.Context, in clockInput) (clockState, error) {
	select {
	case p.moving <- struct{}{}:
		defer func() { <-p.moving }()
	default:
		return clockState{}, refuse("busy", "The clock is being moved already. Wait for it to arrive.")
	}
	// A page that is closed while the clock moves leaves no digest half delivered.
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), moveTime, errors.New("moving the clock took too long"))
	defer cancel()
	to, err := p.target(ctx, in)
	if err != nil {
		return clockState{}, err
	}
	if ahead := to.Sub(p.c.Now()); ahead > maxAhead || ahead < -maxAhead {
		return clockState{}, refuse("too_far", "The clock moves at most a hundred years from today.")
	}
	if in.Move == "reset" {
		p.mu.Lock()
		p.offset = 0
		p.mu.Unlock()
	} else if err := p.walk(ctx, to); err != nil {
		return clockState{}, err
	}
	p.tellClock(ctx)
	state, err := p.clockState(ctx)
	state.Moving = false
	return state, err
}

// walk goes from now to to, by way of the digests that are due in between.
func (p *Playground) walk(ctx context.Context, to time.Time) error {
	for range maxSteps {
		list, err := p.digests(ctx)
		if err != nil {
			return err
		}
		next := nextOf(list)
		if next == nil || !next.NextAt.After(p.Now()) || !next.NextAt.Before(to) {
			break
		}
		if err := p.arrive(ctx, next.NextAt); err != nil {
			return err
		}
	}
	return p.arrive(ctx, to)
}

// arrive sets the clock and has delivered what is due.
func (p *Playground) arrive(ctx context.Context, at time.Time) error {
	p.set(at)
	p.tellClock(ctx)
	if p.c.Advance == nil {
		return nil
	}
	if err := p.c.Advance(ctx, p.Now()); err != nil {
		return fmt.Errorf("deliver what is due at %s: %w", at.UTC().Format(time.RFC3339), err)
	}
	return nil
}

// tellClock shows the clock on every open page.
func (p *Playground) tellClock(ctx context.Context) {
	state, err := p.clockState(ctx)
	if err != nil {
		p.c.Log.Warn("the clock could not be shown", "err", err)
		return
	}
	p.stream.send("clock", state)
}

// zone returns the browser's zone where it is one, else the configured one.
func (p *Playground) zone(name string) *time.Location {
	if zone, err := time.LoadLocation(p.zoneName(name)); err == nil {
		return zone
	}
	return time.UTC
}

// zoneName returns name where it is an IANA zone, else the configured one.
func (p *Playground) zoneName(name string) string {
	if name == "" || name == "Local" || len(name) > 64 {
		return p.c.Zone
	}
	if _, err := time.LoadLocation(name); err != nil {
		return p.c.Zone
	}
	return name
}

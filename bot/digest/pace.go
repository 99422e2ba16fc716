package digest

import (
	"context"
	"time"

	"attache/bot/message"
)

// A digest is sent when it is its turn: in its channel, in its workspace and on its platform. The turns are taken in the
// store, in one line for all processes, before a platform has to refuse anything (message.Paced says what it takes). What a
// platform asks for all the same, with Retry-After, is kept there too: a process that has just started does not ask inside it. Until it is written down, the
// process that heard it keeps to it by itself.
//
// Whoever has a turn within Ahead waits for it with the delivery in hand, beside those that are at work; others are not
// claimed before.

// lanes are those in which a delivery needs a turn.
func (e *errand) lanes() []Lane {
	var pace message.Pace
	if paced, ok := e.poster.(message.Paced); ok {
		pace = paced.Pace()
	}
	a := e.d.Address
	lanes := []Lane{{Platform: a.Platform, Every: pace.Platform.Every()}}
	if a.Workspace != "" {
		lanes = append(lanes, Lane{Platform: a.Platform, Workspace: a.Workspace, Every: pace.Workspace.Every()})
	}
	return append(lanes, Lane{Platform: a.Platform, Workspace: a.Workspace, Channel: a.Channel, Every: pace.Channel.Every()})
}

// asking are the lanes of a request that posts nothing: what the platform has asked for holds for it too.
func (e *errand) asking() []Lane {
	lanes := e.lanes()
	for i := range lanes {
		lanes[i].Every = 0
	}
	return lanes
}

// turn waits for the delivery's turn in lanes, or puts the delivery off. Afterwards there is the time that a post may take.
func (e *errand) turn(ctx context.Context, lanes []Lane) error {
	for {
		now := e.now()
		at, taken, err := e.c.c.Store.Turn(ctx, lanes, now)
		if err != nil {
			if ctx.Err() != nil {
				return e.giveBack(ctx, e.d.Reason)
			}
			return err
		}
		if quiet := e.c.recall.quietUntil(lanes, now); taken && quiet.After(now) {
			at, taken = quiet, false
		}
		if !taken {
			return e.put(ctx, at.Add(backoff(1, 0)/4), e.name()+" takes no more at the moment.")
		}
		wait := at.Sub(now)
		if wait > 0 && !e.queue(ctx, wait) {
			return e.giveBack(ctx, e.d.Reason)
		}
		begin, cancel := context.WithDeadline(ctx, e.end.Add(-e.c.post))
		over := begin.Err() != nil
		cancel()
		switch {
		case over:
			return e.giveBack(ctx, e.d.Reason)
		case wait <= 0:
			return nil
		}
		lanes = e.asking() // the platform may have asked for quiet meanwhile
	}
}

// unhushed puts a part off again whose try was begun in the ledger but not on its way, when the platform has asked for quiet
// meanwhile: another post may have heard of it while the ledger was written.
func (e *errand) unhushed(ctx context.Context, p *Part) error {
	now := e.now()
	until := e.c.recall.quietUntil(e.asking(), now)
	if !until.After(now) {
		at, taken, err := e.c.c.Store.Turn(ctx, e.asking(), now)
		switch {
		case err == nil && taken:
			return nil
		case err != nil && ctx.Err() == nil:
			return err
		case err != nil:
			at = now // stopped: whoever comes next asks again
		}
		until = at
	}
	if err := e.ended(ctx, p, PartPlanned, ""); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return e.giveBack(ctx, e.d.Reason)
	}
	return e.put(ctx, until.Add(backoff(1, 0)/4), e.name()+" takes no more at the moment.")
}

// queue waits beside those that are at work, as long as the lease allows it. It tells whether the wait is over.
func (e *errand) queue(ctx context.Context, wait time.Duration) bool {
	e.waits(1)
	defer e.waits(-1)
	within, cancel := context.WithDeadline(ctx, e.end.Add(-e.c.post))
	defer cancel()
	until := time.NewTimer(wait)
	defer until.Stop()
	select {
	case <-until.C:
		e.c.c.Hooks.waited(e.platform(), wait)
		return true
	case <-within.Done():
		return false
	}
}

// hush keeps requests of all processes from what the platform wants to have quiet, if it has asked for that.
func (e *errand) hush(ctx context.Context, err error) error {
	asked := message.RetryAfter(err)
	if asked <= 0 {
		return nil
	}
	a := e.d.Address
	lane := Lane{Platform: a.Platform, Workspace: a.Workspace, Channel: a.Channel}
	switch scope := message.ScopeOf(err); {
	case scope == message.ScopePlatform:
		lane = Lane{Platform: a.Platform}
	case scope == message.ScopeWorkspace && a.Workspace != "":
		lane = Lane{Platform: a.Platform, Workspace: a.Workspace}
	}
	until := e.now().Add(asked)
	e.c.recall.hush(lane, until)
	return e.record(ctx, func(ctx context.Context) error { return e.c.c.Store.Hush(ctx, lane, until) })
}

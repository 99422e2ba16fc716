package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// How long a lease is held without a sign of life, and how often its holder gives one and the others ask for it. One whose
// holder has died is taken over after LeaseFor + leaseEvery at the latest, beside the time that the database needs to answer.
const (
	LeaseFor   = 20 * time.Second
	leaseEvery = 5 * time.Second
	// leaseMargin is how long before its end a holder lets go of a lease that it can't renew: what it guards must have ended
	// by the time that another has it.
	leaseMargin = 5 * time.Second
)

// Errors of a lease.
var (
	ErrHeld      = errors.New("another replica holds it")
	ErrLeaseLost = errors.New("the lease has passed to another replica")
)

// Lease is a name that one replica at a time holds.
type Lease struct {
	Name   string
	Holder string
	Until  time.Time // on the clock of the database
	Fence  int64     // grows whenever the lease changes hands: what a former holder does late can be told by it
}

// ClaimLease takes the lease of a name for so long, where nobody holds it or its holder's time is over; else ErrHeld. A
// holder who claims again renews. The time is the database's own on Postgres, so that no replica's clock matters.
func (s *Store) ClaimLease(ctx context.Context, name, holder string, d time.Duration) (Lease, error) {
	l := Lease{Name: name, Holder: holder}
	err := s.write(ctx, "claim the lease "+name, func(tx *tx) error {
		if holder == "" {
			return errors.New("a lease needs a holder")
		}
		now, err := s.clock(tx)
		if err != nil {
			return err
		}
		until := now + d.Milliseconds()
		err = tx.row(`insert into leases (name, holder, until, fence) values ($1, $2, $3, 1)
			on conflict (name) do update set holder = excluded.holder, until = excluded.until,
				fence = leases.fence + case when leases.holder = excluded.holder then 0 else 1 end
			where leases.holder = excluded.holder or leases.until <= $4
			returning until, fence`, args{name, holder, until, now}, &until, &l.Fence)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrHeld
		}
		l.Until = time.UnixMilli(until).UTC()
		return err
	})
	if err != nil {
		return Lease{}, err
	}
	return l, nil
}

// RenewLease keeps a lease for so long from now; ErrLeaseLost when another has it. One that ran out and that nobody took
// meanwhile is still its holder's.
func (s *Store) RenewLease(ctx context.Context, l Lease, d time.Duration) (Lease, error) {
	err := s.write(ctx, "renew the lease "+l.Name, func(tx *tx) error {
		now, err := s.clock(tx)
		if err != nil {
			return err
		}
		until := now + d.Milliseconds()
		changed, err := tx.exec("update leases set until = $4 where name = $1 and holder = $2 and fence = $3", l.Name, l.Holder, l.Fence, until)
		if err == nil && changed == 0 {
			err = ErrLeaseLost
		}
		l.Until = time.UnixMilli(until).UTC()
		return err
	})
	if err != nil {
		return Lease{}, err
	}
	return l, nil
}

// ReleaseLease gives a lease back, so that nobody need wait for its end. One that has passed to another is left alone.
func (s *Store) ReleaseLease(ctx context.Context, l Lease) error {
	return s.write(ctx, "release the lease "+l.Name, func(tx *tx) error {
		_, err := tx.exec("update leases set holder = '', until = 0 where name = $1 and holder = $2 and fence = $3", l.Name, l.Holder, l.Fence)
		return err
	})
}

// Leases lists the leases that are held, by name.
func (s *Store) Leases(ctx context.Context) ([]Lease, error) {
	var found []Lease
	err := s.read(ctx, "list the leases", func(tx *tx) error {
		found = nil
		now, err := s.clock(tx)
		if err != nil {
			return err
		}
		return tx.rows("select name, holder, until, fence from leases where until > $1 order by name", args{now}, func(scan scanner) error {
			var l Lease
			var until int64
			err := scan(&l.Name, &l.Holder, &until, &l.Fence)
			l.Until = time.UnixMilli(until).UTC()
			found = append(found, l)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// clock is the time by which leases run, in milliseconds: that of the server on Postgres, where several machines work.
func (s *Store) clock(tx *tx) (now int64, err error) {
	if s.dialect.name != "postgres" {
		return s.now().UnixMilli(), nil
	}
	// Not now(), which stands still within a transaction.
	err = tx.row("select (extract(epoch from clock_timestamp()) * 1000)::bigint", nil, &now)
	return now, err
}

// Holder is a process as the holder of leases. It renews what it holds and lets go in time of what it can't renew.
type Holder struct {
	s     *Store
	name  string
	alone bool // nobody else can open the database: every lease is ours

	mu   sync.Mutex
	held map[string]bool
}

// NewHolder makes a Holder for this process, with a name that no other process ever had.
func (s *Store) NewHolder() *Holder {
	host, err := os.Hostname()
	if err != nil {
		host = "replica"
	}
	return &Holder{
		s: s, name: fmt.Sprintf("%s/%d/%s", host, os.Getpid(), rand.Text()[:8]), alone: s.dialect.name != "postgres", held: map[string]bool{},
	}
}

// Name names the holder in the table of leases: machine, process number and a random word.
func (h *Holder) Name() string { return h.name }

// Held tells which leases this process holds.
func (h *Holder) Held() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var names []string
	for name := range h.held {
		names = append(names, name)
	}
	return names
}

// Hold waits until the lease of name is ours, and keeps it. The context that it returns ends, with ErrLeaseLost as its
// cause, some seconds before another replica can have the lease; release gives it back and returns when that is recorded.
// An error means that ctx ended first. Where the database is a folder, which one server at a time can open, the lease is
// ours at once and until ctx ends, whatever the disk says.
func (h *Holder) Hold(ctx context.Context, name string) (held context.Context, release func(), err error) {
	if h.alone {
		h.note(name, true)
		return ctx, sync.OnceFunc(func() { h.note(name, false) }), nil
	}
	again := time.NewTicker(leaseEvery)
	defer again.Stop()
	failing := false
	for {
		l, end, err := h.ask(ctx, func(ctx context.Context) (Lease, error) { return h.s.ClaimLease(ctx, name, h.name, LeaseFor) })
		switch {
		case err == nil:
			held, release := h.keep(ctx, l, end)
			return held, release, nil
		case ctx.Err() != nil:
			return nil, nil, context.Cause(ctx)
		case !errors.Is(err, ErrHeld) && !failing:
			h.s.log.ErrorContext(ctx, "a lease can't be claimed yet", "lease", name, "err", err)
			failing = true
		}
		select {
		case <-ctx.Done():
			return nil, nil, context.Cause(ctx)
		case <-again.C:
		}
	}
}

// ask claims or renews, and tells until when the lease is surely ours: counted from before the database was asked, and on
// the clock that contexts use, which nobody sets back.
func (h *Holder) ask(ctx context.Context, ask func(context.Context) (Lease, error)) (Lease, time.Time, error) {
	end := time.Now().Add(LeaseFor - leaseMargin)
	within, cancel := context.WithTimeoutCause(ctx, leaseEvery, errors.New("the database did not answer in time"))
	defer cancel()
	l, err := ask(within)
	return l, end, err
}

// keep renews a lease until it is released or lost, also while ctx has ended: what it guards may need time to stop.
func (h *Holder) keep(ctx context.Context, l Lease, end time.Time) (held context.Context, release func()) {
	held, lose := context.WithCancelCause(ctx)
	last := time.AfterFunc(time.Until(end), func() { lose(ErrLeaseLost) }) // whatever the database is doing
	released := make(chan struct{})
	var wg sync.WaitGroup
	h.note(l.Name, true)
	h.s.log.InfoContext(ctx, "this replica holds a lease now", "lease", l.Name, "fence", l.Fence)
	wg.Go(func() {
		beat := time.NewTicker(leaseEvery)
		defer beat.Stop()
		for !errors.Is(context.Cause(held), ErrLeaseLost) {
			select {
			case <-released:
				last.Stop()
				h.note(l.Name, false)
				h.giveBack(ctx, l)
				lose(context.Canceled)
				return
			case <-beat.C:
			}
			renewed, until, err := h.ask(context.WithoutCancel(ctx), func(ctx context.Context) (Lease, error) { return h.s.RenewLease(ctx, l, LeaseFor) })
			switch {
			case err == nil:
				l = renewed
				last.Reset(time.Until(until))
			case errors.Is(err, ErrLeaseLost):
				lose(ErrLeaseLost)
			default:
				h.s.log.WarnContext(ctx, "a lease could not be renewed yet", "lease", l.Name, "err", err)
			}
		}
		last.Stop()
		h.note(l.Name, false)
		h.s.log.ErrorContext(ctx, "this replica has lost a lease", "lease", l.Name)
		<-released
		h.giveBack(ctx, l)
	})
	return held, sync.OnceFunc(func() { close(released); wg.Wait() })
}

// giveBack releases a lease even while the process shuts down.
func (h *Holder) giveBack(ctx context.Context, l Lease) {
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaseEvery)
	defer cancel()
	if err := h.s.ReleaseLease(within, l); err != nil {
		h.s.log.WarnContext(ctx, "a lease could not be given back; others wait for its end", "lease", l.Name, "err", err)
	}
}

func (h *Holder) note(name string, held bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if held {
		h.held[name] = true
	} else {
		delete(h.held, name)
	}
}

// While runs f while the lease of name is held, again and again until ctx ends. f returns when its context has ended; an
// error of f while it holds the lease ends While with it.
func (h *Holder) While(ctx context.Context, name string, f func(context.Context) error) error {
	for {
		held, release, err := h.Hold(ctx, name)
		if err != nil {
			return nil // ctx ended
		}
		err = f(held)
		lost := held.Err() != nil
		release()
		switch {
		case ctx.Err() != nil:
			return err
		case err != nil && !lost:
			return err
		case !lost:
			return nil // f was done
		}
	}
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"attache/bot/digest"
)

// The queue (River) wakes couriers: on whatever replica, as soon as a delivery is opened, and again when its wait is over.
// It decides nothing. Which delivery is next, who may post it and what has arrived is said by our tables alone, so that
// whatever happens to a job, a delivery is neither lost nor doubled: one that has no live job gets another (Sweep), and a
// courier looks for work by itself as well.
//
// A job lives as long as its delivery is open. It is inserted in the transaction that opens the delivery. Each time that it
// is worked it wakes the courier and sleeps until there is something to do again; once the delivery is final it is completed
// together with our row about it.

const (
	// queueFor is how long a job may be at work, and from when on one is taken for stuck. A worker only looks and wakes.
	queueFor   = 15 * time.Second
	queueStuck = 20 * time.Second
	// sleepLeast and sleepMost bound how long a job sleeps that waits for its delivery to become final.
	sleepLeast = time.Second
	sleepMost  = 5 * time.Minute
	// lookAgain is how long it sleeps when its delivery could be claimed and is not: it stands in line.
	lookAgain = 30 * time.Second
	// sweepEvery is how often lost jobs are looked for, sweepAfter how old a delivery is before it counts as without one.
	sweepEvery = time.Minute
	sweepAfter = 2 * time.Minute
	sweepMost  = 1000
)

// waking is the job that wakes couriers for a delivery.
type waking struct {
	Platform     string `json:"platform"`
	Subscription string `json:"subscription"`
	Slot         int64  `json:"slot"`
}

// Kind implements river.JobArgs.
func (waking) Kind() string { return "digest_due" }

// queue is River on our database.
type queue struct {
	client *river.Client[*sql.Tx]
	listen *pgxpool.Pool // nil on SQLite
	waker  *waker
}

// warnings lets a library say only what somebody should know.
type warnings struct{ slog.Handler }

// Enabled implements slog.Handler.
func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

// WithAttrs implements slog.Handler.
func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }

// waker works the jobs.
type waker struct {
	river.WorkerDefaults[waking]
	s    *Store
	wake func(platform string) // set by RunQueue before the client starts
}

// NextRetry implements river.Worker: what failed is a look into the database, which is soon there again.
func (w *waker) NextRetry(*river.Job[waking]) time.Time { return time.Now().Add(sleepLeast) }

// Work implements river.Worker.
func (w *waker) Work(ctx context.Context, job *river.Job[waking]) error {
	sleep, done, err := w.s.sleep(ctx, job.Args)
	switch {
	case err != nil:
		return err
	case !done:
		w.wake(job.Args.Platform)
		return river.JobSnooze(sleep)
	}
	return w.s.write(ctx, "complete a job", func(tx *tx) error {
		if _, err := tx.exec("delete from river_digests where subscription = $1 and slot = $2 and job = $3", job.Args.Subscription, job.Args.Slot, job.ID); err != nil {
			return err
		}
		_, err := river.JobCompleteTx[riverdriver.Driver[*sql.Tx]](ctx, tx.sql, job)
		return err
	})
}

// sleep tells how long a delivery's job may sleep after a wake, or that it is done: the delivery is final or was removed.
func (s *Store) sleep(ctx context.Context, w waking) (d time.Duration, done bool, err error) {
	var retry, until sql.NullInt64
	err = s.read(ctx, "look after a delivery", func(tx *tx) error {
		return tx.row("select retry_at, claimed_until from deliveries where subscription = $1 and slot = $2 and state in ('due', 'composed')",
			args{w.Subscription, w.Slot}, &retry, &until)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return 0, true, nil
	}
	if err != nil {
		return 0, false, err
	}
	now := s.now()
	d = max(at(retry).Sub(now), at(until).Sub(now))
	if d <= 0 {
		d = lookAgain
	}
	return min(max(d, sleepLeast), sleepMost), false, nil
}

// openQueue brings River's tables up to date and makes a client that inserts jobs. The caller holds the lock of the schema.
func (s *Store) openQueue(ctx context.Context, address string) (err error) {
	calm := slog.New(warnings{s.log.Handler()}) // River tells of each of its own steps
	q := &queue{waker: &waker{s: s, wake: func(string) {}}}
	var driver riverdriver.Driver[*sql.Tx] = riversqlite.New(s.writer)
	if s.dialect.name == "postgres" {
		c, err := pgxpool.ParseConfig(address)
		if err != nil {
			return errors.New("open the queue: the address can't be read") // the parser's error repeats parts of it
		}
		c.MinConns, c.MaxConns = 0, 1 // it only listens; River never gives the connection back
		if q.listen, err = pgxpool.NewWithConfig(ctx, c); err != nil {
			return fmt.Errorf("open the queue: %w", err)
		}
		driver = riverdatabasesql.NewWithPgxListener(s.writer, q.listen)
	}
	defer func() {
		if err != nil && q.listen != nil {
			q.listen.Close()
		}
	}()
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: calm})
	if err != nil {
		return fmt.Errorf("open the queue: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return s.explain("bring the queue's tables up to date", err)
	}
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, q.waker); err != nil {
		return fmt.Errorf("open the queue: %w", err)
	}
	q.client, err = river.NewClient(driver, &river.Config{
		Workers: workers, Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 20}}, Logger: calm,
		FetchCooldown: 20 * time.Millisecond, MaxAttempts: 100, JobTimeout: queueFor, RescueStuckJobsAfter: queueStuck,
		CompletedJobRetentionPeriod: time.Hour,
	})
	if err != nil {
		return fmt.Errorf("open the queue: %w", err)
	}
	s.queue = q
	return nil
}

// enqueue inserts jobs for deliveries that are open, in the transaction that opens them.
func (s *Store) enqueue(tx *tx, list []waking) error {
	if s.queue == nil || len(list) == 0 {
		return nil
	}
	params := make([]river.InsertManyParams, len(list))
	for i, w := range list {
		params[i] = river.InsertManyParams{Args: w}
	}
	inserted, err := s.queue.client.InsertManyTx(tx.ctx, tx.sql, params)
	if err != nil {
		return fmt.Errorf("insert its job: %w", err)
	}
	for i, w := range list {
		if _, err := tx.exec(`insert into river_digests (subscription, slot, job) values ($1, $2, $3)
			on conflict (subscription, slot) do update set job = excluded.job`, w.Subscription, w.Slot, inserted[i].Job.ID); err != nil {
			return fmt.Errorf("note its job: %w", err)
		}
	}
	return nil
}

// RunQueue works the queue until ctx ends: wake is called on some replica whenever there may be something to deliver on a
// platform. It must not block. Without Config.Queue there is none, and RunQueue only waits.
func (s *Store) RunQueue(ctx context.Context, wake func(platform string)) error {
	if s.queue == nil {
		<-ctx.Done()
		return nil
	}
	s.queue.waker.wake = wake
	again := time.NewTicker(sweepEvery)
	defer again.Stop()
	for started := false; ; {
		if !started {
			if err := s.startQueue(ctx); err != nil && ctx.Err() == nil {
				s.log.ErrorContext(ctx, "the queue does not start; couriers look for work by themselves", "err", err)
			} else {
				started = err == nil
			}
		}
		if n, err := s.Sweep(ctx, s.now()); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "lost jobs can't be looked for", "err", err)
		} else if n > 0 {
			s.log.WarnContext(ctx, "deliveries without a job got another", "deliveries", n)
		}
		select {
		case <-again.C:
			continue
		case <-ctx.Done():
		}
		if !started {
			return nil
		}
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), queueFor)
		defer cancel()
		if err := s.queue.client.Stop(end); err != nil {
			s.log.WarnContext(ctx, "the queue did not stop in order", "err", err) // its jobs are rescued
		}
		return nil
	}
}

// startQueue lets River work.
func (s *Store) startQueue(ctx context.Context) error {
	if s.dialect.name == "sqlite" { // one server per folder: whoever was at work is gone
		if err := s.write(ctx, "reclaim the queue's jobs", func(tx *tx) error {
			_, err := tx.exec("update river_job set state = 'available' where state = 'running'")
			return err
		}); err != nil {
			return err
		}
	}
	return s.queue.client.Start(context.WithoutCancel(ctx)) // RunQueue stops it in order
}

// Sweep gives open deliveries that are some minutes old and have no live job another, and returns how many there were: a job
// may be discarded or lost, or the delivery comes from a database without a queue.
func (s *Store) Sweep(ctx context.Context, now time.Time) (n int, err error) {
	if s.queue == nil {
		return 0, nil
	}
	err = s.write(ctx, "look for deliveries without a job", func(tx *tx) error {
		var lost []waking
		if err := tx.rows(`select platform, subscription, slot from deliveries
			where state in ('due', 'composed') and (opened is null or opened < $1) and not exists (
				select 1 from river_digests join river_job on river_job.id = river_digests.job
				where river_digests.subscription = deliveries.subscription and river_digests.slot = deliveries.slot and river_job.finalized_at is null)
			order by slot, turn limit $2 `+s.dialect.skipLocked, args{ms(now.Add(-sweepAfter)), sweepMost}, func(scan scanner) error {
			var w waking
			err := scan(&w.Platform, &w.Subscription, &w.Slot)
			lost = append(lost, w)
			return err
		}); err != nil {
			return err
		}
		n = len(lost)
		return s.enqueue(tx, lost)
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// Line is how many open deliveries of a platform there are in a state, and the oldest slot among them.
type Line struct {
	Platform string
	State    digest.State
	Length   int
	Oldest   time.Time
}

// Lines tells what waits to be delivered.
func (s *Store) Lines(ctx context.Context) ([]Line, error) {
	var found []Line
	err := s.read(ctx, "count what waits to be delivered", func(tx *tx) error {
		found = nil
		return tx.rows("select platform, state, count(*), min(slot) from deliveries where state in ('due', 'composed') group by platform, state order by platform, state",
			nil, func(scan scanner) error {
				var l Line
				var oldest sql.NullInt64
				err := scan(&l.Platform, &l.State, &l.Length, &oldest)
				l.Oldest = at(oldest)
				found = append(found, l)
				return err
			})
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// Jobs counts the queue's jobs by River's states; nil without a queue.
func (s *Store) Jobs(ctx context.Context) (map[string]int, error) {
	if s.queue == nil {
		return nil, nil
	}
	jobs := map[string]int{}
	err := s.read(ctx, "count the queue's jobs", func(tx *tx) error {
		return tx.rows("select state, count(*) from river_job group by state", nil, func(scan scanner) error {
			var state string
			var n int
			if err := scan(&state, &n); err != nil {
				return err
			}
			jobs[state] = n
			return nil
		})
	})
	return jobs, err
}

// Package store keeps everything that Attaché must not forget, in SQLite or in Postgres: it is a briefings.Library, a
// digest.Store and a bot.Memory.
//
// Open takes a folder or a Postgres URL. A folder is locked against a second server; what is in it is looked at before it
// is touched (a damaged database, another program's or one written by a newer Attaché is refused and left as it is); then
// the schema is brought up to date and two pools are opened: one connection that writes and four that read. A command beside
// a running server opens the same database in the role of a Writer or Reader; SQLite's own locks keep the two apart. On
// Postgres any number of replicas share one database; they bring the schema up to date one after the other, under an
// advisory lock.
//
// There is one SQL text for both. What differs is said once, in type dialect. A method that changes something is one
// transaction; what must be in order (article numbers, claims, slots) is guarded by the schema itself and by row locks, not
// by anything in this process.
//
// Times are kept in UTC as milliseconds. Rows that belong to a workspace say so, and Forget deletes them all.
//
// An article is kept with its cut: the sentences and passages that it had when it was read. A citation names a sentence by
// its number and bytes, so cutting anew on load would let a later Attaché, with a better splitter, point yesterday's
// citations at other words.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"attache/bot"
	"attache/bot/digest"
	"attache/briefings"
)

// Config says where the store is.
type Config struct {
	// Data is the folder of the embedded database; it is made where it is missing. Required unless URL is set.
	Data string
	// URL is a Postgres address, postgres://user:password@host:5432/name, or a key=value connection string. Empty means
	// SQLite in Data.
	URL string
	// Role says what the process does with the store; zero means Server.
	Role Role
	// Queue says that a Server has jobs wake couriers on every replica: see RunQueue.
	Queue bool
	// Retention is how long exchanges are kept; see Tidy. Zero means 90 days.
	Retention time.Duration
	// Now tells the time where a caller leaves one out; nil means time.Now.
	Now func() time.Time
	// Log is where the store tells what it does; nil discards.
	Log *slog.Logger
}

// Role says what a process does with the store.
type Role int

// The roles.
const (
	// Server serves: it does everything, and there is one per data folder (on Postgres any number). It brings the schema up
	// to date.
	Server Role = iota
	// Writer adds to the store, also beside a running server, and makes the store where there is none.
	Writer
	// Reader changes nothing and makes nothing: where there is no store, Open fails with ErrNone.
	Reader
)

// Errors that a person can act on. The error that wraps one says what to do.
var (
	ErrInUse    = errors.New("in use by another process")
	ErrDamaged  = errors.New("the database is damaged")
	ErrForeign  = errors.New("not a database of Attaché")
	ErrNewer    = errors.New("the database was written by a newer Attaché")
	ErrOlder    = errors.New("the database is that of an older Attaché")
	ErrNone     = errors.New("there is no database yet")
	ErrReadOnly = errors.New("the database can't be written")
	ErrFull     = errors.New("the disk is full")
)

// Store is a Library, a digest store and a memory in one database. It is safe for concurrent use.
type Store struct {
	reader    *sql.DB
	writer    *sql.DB // the same as reader on Postgres
	dialect   dialect
	place     string // for errors: the folder, or host and database without the password
	retention time.Duration
	now       func() time.Time
	log       *slog.Logger
	role      Role
	queue     *queue // nil without one
	version   int64
	release   func() error // gives the folder's lock back
	full      atomic.Bool  // the last write found no room
}

var (
	_ briefings.Library = (*Store)(nil)
	_ digest.Store      = (*Store)(nil)
	_ bot.Memory        = (*Store)(nil)
)

// Open opens the store, makes it where there is none and brings its schema up to date, as far as its role allows. A database
// that it can't use is left as it is. Close releases it.
func Open(ctx context.Context, c Config) (*Store, error) {
	s := &Store{role: c.Role, retention: c.Retention, now: c.Now, log: c.Log, release: func() error { return nil }}
	if s.retention == 0 {
		s.retention = 90 * 24 * time.Hour
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	var err error
	switch {
	case c.URL != "":
		err = s.openPostgres(ctx, c.URL)
	case c.Data != "":
		err = s.openSQLite(ctx, c.Data)
	default:
		err = errors.New("open the store: neither a data folder nor a Postgres address is set")
	}
	if err != nil {
		_ = s.Close() // the reason why it could not be opened is what matters
		return nil, err
	}
	if c.Queue && c.Role == Server {
		open := func(ctx context.Context) error { return s.openQueue(ctx, c.URL) }
		if s.dialect.name == "postgres" {
			err = s.underLock(ctx, s.writer, open)
		} else {
			err = open(ctx) // the folder is ours
		}
		if err != nil {
			_ = s.Close()
			return nil, err
		}
	}
	s.log.DebugContext(ctx, "the store is open", "engine", s.dialect.name, "place", s.place, "schema", s.version)
	return s, nil
}

// Close ends all connections and gives the data folder back. Closing twice is harmless.
func (s *Store) Close() error {
	var errs []error
	if s.queue != nil && s.queue.listen != nil {
		s.queue.listen.Close()
	}
	if s.reader != nil && s.reader != s.writer {
		errs = append(errs, s.reader.Close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.Close())
	}
	errs = append(errs, s.release())
	return errors.Join(errs...)
}

// Ping tells whether the store can be read and, except for a Reader, written.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.reader.PingContext(ctx); err != nil {
		return s.explain("reach the database", err)
	}
	if s.role == Reader {
		return nil
	}
	full := s.full.Load()
	err := s.write(ctx, "reach the database", func(tx *tx) error {
		if full {
			return s.probe(tx)
		}
		// The lock of a row that is never changed: it needs a writable database, and writes nothing on SQLite.
		var n int64
		return tx.row("select value from counters where name = 'article' "+s.dialect.forUpdate, nil, &n)
	})
	if !full || err != nil {
		return err
	}
	if _, err := s.writer.ExecContext(ctx, "delete from seen where id = $1", probe); err != nil {
		return s.explain("reach the database", err)
	}
	s.full.Store(false)
	return nil
}

// probe is a row that is larger than what is left in a file when a disk is full: a smaller one would still fit there while
// digests and articles no longer do. Should it stay behind, Tidy takes it away.
var probe = "probe of a full disk " + strings.Repeat("0123456789abcdef", 8<<10)

// probe writes something, to see whether there is room again.
func (s *Store) probe(tx *tx) error {
	if s.dialect.name == "postgres" {
		_, err := tx.exec("update counters set value = value where name = 'article'")
		return err
	}
	_, err := tx.exec("insert into seen (id, at) values ($1, $2) on conflict (id) do update set at = excluded.at", probe, ms(s.now()))
	return err
}

// Engine names the database: "sqlite" or "postgres".
func (s *Store) Engine() string { return s.dialect.name }

// Place says where the database is, without any secret.
func (s *Store) Place() string { return s.place }

// Version is the number of the schema's newest migration.
func (s *Store) Version() int64 { return s.version }

// Counts says how much the store holds.
type Counts struct {
	Articles      int // by id
	Revisions     int
	Sources       int
	Subscriptions int
	Deliveries    map[digest.State]int
	Exchanges     int
	Feedback      int
}

// Counts counts what the store holds.
func (s *Store) Counts(ctx context.Context) (Counts, error) {
	c := Counts{Deliveries: map[digest.State]int{}}
	err := s.read(ctx, "count what the store holds", func(tx *tx) error {
		for query, into := range map[string]*int{
			"select count(distinct id) from articles": &c.Articles,
			"select count(*) from articles":           &c.Revisions,
			"select count(*) from sources":            &c.Sources,
			"select count(*) from subscriptions":      &c.Subscriptions,
			"select count(*) from exchanges":          &c.Exchanges,
			"select count(*) from feedback":           &c.Feedback,
		} {
			if err := tx.row(query, nil, into); err != nil {
				return err
			}
		}
		return tx.rows("select state, count(*) from deliveries group by state", nil, func(scan scanner) error {
			var state digest.State
			var n int
			if err := scan(&state, &n); err != nil {
				return err
			}
			c.Deliveries[state] = n
			return nil
		})
	})
	return c, err
}

// Tidy deletes what has served its time at now: marks of seen requests after 25 hours, lanes that have been free for an hour,
// and exchanges, with the turns of their conversations, after the retention. Articles, digests and votes stay.
func (s *Store) Tidy(ctx context.Context, now time.Time) error {
	var seen, exchanges int64
	err := s.write(ctx, "tidy the store", func(tx *tx) (err error) {
		if seen, err = tx.exec("delete from seen where at < $1", ms(now.Add(-seenFor))); err != nil {
			return err
		}
		hour := now.Add(-time.Hour).UnixMilli()
		if _, err := tx.exec("delete from lanes where next_at < $1 and quiet_until < $1", hour); err != nil {
			return err
		}
		exchanges, err = tx.exec("delete from exchanges where at < $1", ms(now.Add(-s.retention)))
		return err
	})
	if err == nil {
		s.log.DebugContext(ctx, "the store was tidied", "seen", seen, "exchanges", exchanges)
	}
	return err
}

// next takes the next number of a counter. The counter's row stays locked until the transaction ends, so numbers are
// committed in their order.
func next(tx *tx, counter string) (int64, error) {
	var n int64
	err := tx.row("update counters set value = value + 1 where name = $1 returning value", args{counter}, &n)
	if err != nil {
		return 0, fmt.Errorf("number the %s: %w", counter, err)
	}
	return n, nil
}

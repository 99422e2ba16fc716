package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// dialect is what SQLite and Postgres say differently.
type dialect struct {
	name string
	// forUpdate locks the rows that a select finds until the transaction ends; skipLocked does it too and passes over those
	// that another holds. SQLite needs neither: a writing transaction is alone from its first statement.
	forUpdate  string
	skipLocked string
}

var (
	dialectSQLite   = dialect{name: "sqlite"}
	dialectPostgres = dialect{name: "postgres", forUpdate: "for update", skipLocked: "for update skip locked"}
)

type (
	args    = []any
	scanner = func(into ...any) error
)

// tx is a transaction with its context.
type tx struct {
	ctx context.Context
	sql *sql.Tx
}

// write runs f in a transaction that may change the database. doing says in an error what was tried.
func (s *Store) write(ctx context.Context, doing string, f func(*tx) error) error {
	err := s.transact(ctx, s.writer, nil, doing, f)
	if errors.Is(err, ErrFull) {
		s.full.Store(true)
	}
	return err
}

// read runs f in a transaction that sees one state of the database.
func (s *Store) read(ctx context.Context, doing string, f func(*tx) error) error {
	// Not ReadOnly: the SQLite driver has no such transaction, its reading pool can't write anyway.
	var o *sql.TxOptions
	if s.dialect.name == "postgres" {
		o = &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
	}
	return s.transact(ctx, s.reader, o, doing, f)
}

func (s *Store) transact(ctx context.Context, db *sql.DB, o *sql.TxOptions, doing string, f func(*tx) error) error {
	t, err := db.BeginTx(ctx, o)
	if err != nil {
		return s.explain(doing, err)
	}
	if err := f(&tx{ctx: ctx, sql: t}); err != nil {
		t.Rollback() // its error says nothing that err doesn't
		return s.explain(doing, err)
	}
	if err := t.Commit(); err != nil {
		return s.explain(doing, err)
	}
	return nil
}

// exec runs a statement and returns how many rows it changed.
func (t *tx) exec(query string, a ...any) (int64, error) {
	r, err := t.sql.ExecContext(t.ctx, query, storable(a)...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// row reads the one row that a query finds; sql.ErrNoRows when there is none.
func (t *tx) row(query string, a args, into ...any) error {
	return t.sql.QueryRowContext(t.ctx, query, storable(a)...).Scan(into...)
}

// rows calls each for every row that a query finds.
func (t *tx) rows(query string, a args, each func(scan scanner) error) error {
	rows, err := t.sql.QueryContext(t.ctx, query, storable(a)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// storable makes arguments fit for both engines: Postgres refuses text with a NUL byte or with invalid UTF-8, and a name, a
// question or a reason with one is still worth keeping. (An article's text is never changed: Save refuses it.)
func storable(a args) args {
	for i, v := range a {
		if s, ok := v.(string); ok && !plain(s) {
			a[i] = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
		}
	}
	return a
}

// ms is a time as it is kept: milliseconds in UTC, null for the zero time.
func ms(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// at is a time as it was kept.
func at(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.UnixMilli(n.Int64).UTC()
}

// moment is a time as a caller gets it back after it was kept.
func moment(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.UnixMilli(t.UnixMilli()).UTC()
}

// document is a value as JSON text.
func document(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("write %T as JSON: %w", v, err)
	}
	return string(b), nil
}

// placeholders is "$from, …" for n arguments.
func placeholders(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", from+i)
	}
	return b.String()
}

// explain says what was tried, and what to do where a person can do something.
func (s *Store) explain(doing string, err error) error {
	switch cause := causeOf(err); {
	case cause == nil:
		return fmt.Errorf("%s: %w", doing, err)
	case errors.Is(cause, ErrFull):
		return fmt.Errorf("%s: %w: free some space at %s: %w", doing, cause, s.place, err)
	case errors.Is(cause, ErrReadOnly):
		return fmt.Errorf("%s: %w: let the user that runs Attaché write to %s, or choose another data folder: %w", doing, cause, s.place, err)
	case errors.Is(cause, ErrDamaged):
		return fmt.Errorf("%s: %w: stop Attaché, keep a copy of %s and restore a backup: %w", doing, cause, s.place, err)
	default:
		return fmt.Errorf("%s: %w: %w", doing, cause, err)
	}
}

// causeOf tells which of our errors stands behind an engine's, or nil.
func causeOf(err error) error {
	for _, known := range []error{ErrInUse, ErrDamaged, ErrForeign, ErrNewer, ErrOlder, ErrNone, ErrReadOnly, ErrFull} {
		if errors.Is(err, known) {
			return nil // it is said already
		}
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff { // the lower byte is the primary code: https://www.sqlite.org/rescode.html
		case sqlite3.SQLITE_FULL:
			return ErrFull
		case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
			return ErrReadOnly
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return ErrDamaged
		case sqlite3.SQLITE_BUSY:
			return ErrInUse
		}
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch e.Code { // https://www.postgresql.org/docs/current/errcodes-appendix.html
		case "53100":
			return ErrFull
		case "25006":
			return ErrReadOnly
		case "XX001", "XX002":
			return ErrDamaged
		}
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, errQuota):
		return ErrFull
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return ErrReadOnly
	}
	return nil
}

// plain tells whether both engines keep s as it is.
func plain(s string) bool {
	return utf8.ValidString(s) && !strings.Contains(s, "\x00")
}

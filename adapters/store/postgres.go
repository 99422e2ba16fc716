package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	// migrationLock is the advisory lock under which one replica after the other looks at the schema.
	migrationLock = 0x41747431
	// migrationWait is how long a replica waits for another that is changing the schema.
	migrationWait = 2 * time.Minute
)

// openPostgres opens a database on a server.
func (s *Store) openPostgres(ctx context.Context, address string) error {
	s.dialect = dialectPostgres
	c, err := pgx.ParseConfig(address)
	if err != nil {
		// The parser's error repeats parts of the address, which holds the password.
		return errors.New("open Postgres: the address can't be read; write it as postgres://user:password@host:5432/name")
	}
	s.place = net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port))) + "/" + c.Database
	if strings.HasPrefix(c.Host, "/") {
		s.place = c.Host + "/" + c.Database
	}
	doing := "open Postgres at " + s.place
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = 10 * time.Second
	}
	if s.role == Reader {
		c.RuntimeParams["default_transaction_read_only"] = "on"
	}
	if _, set := c.RuntimeParams["application_name"]; !set {
		c.RuntimeParams["application_name"] = "attache"
	}
	db := stdlib.OpenDB(*c)
	db.SetMaxOpenConns(10)
	db.SetMaxIdleConns(10)
	db.SetConnMaxIdleTime(5 * time.Minute)
	s.reader, s.writer = db, db
	if err := db.PingContext(ctx); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	has, err := s.schema(ctx, db)
	if err == nil && (s.role == Server || s.role == Writer && has == 0) {
		err = s.migratePostgres(ctx, db)
	}
	if err == nil {
		err = s.understood(ctx, db)
	}
	if err == nil {
		err = s.Ping(ctx)
	}
	if err != nil {
		return s.explain(doing, err)
	}
	return nil
}

// migratePostgres brings the schema up to date while no other replica does.
func (s *Store) migratePostgres(ctx context.Context, db *sql.DB) error {
	return s.underLock(ctx, db, func(ctx context.Context) error { return s.migrate(ctx, db) })
}

// underLock does what only one replica at a time may do to the schema.
func (s *Store) underLock(ctx context.Context, db *sql.DB, f func(context.Context) error) (err error) {
	waiting, cancel := context.WithTimeoutCause(ctx, migrationWait, errors.New("another replica is still changing the schema"))
	defer cancel()
	conn, err := db.Conn(waiting) // the lock belongs to this connection and ends with it
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(waiting, "select pg_advisory_lock($1)", migrationLock); err != nil {
		if cause := context.Cause(waiting); cause != nil {
			err = cause
		}
		return fmt.Errorf("wait for the migration lock: %w", err)
	}
	defer func() {
		unlock, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if _, e := conn.ExecContext(unlock, "select pg_advisory_unlock($1)", migrationLock); e != nil && err == nil {
			err = fmt.Errorf("give the migration lock back: %w", e)
		}
	}()
	return f(ctx)
}

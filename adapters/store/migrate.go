package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"
)

// migrations are numbered, run in order and are never changed once released: what is wrong in one is mended by the next.
//
//go:embed migrations/*.sql
var migrations embed.FS

// versionTable is where goose notes which migrations have run; the name is ours, for a database that we share with others.
const versionTable = "attache_schema"

// newest is the number of the newest migration that this program knows.
func newest() (int64, error) {
	var n int64
	err := fs.WalkDir(migrations, ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".sql") {
			return err
		}
		v, err := goose.NumericComponent(path)
		n = max(n, v)
		return err
	})
	return n, err
}

// understood refuses a database whose schema is newer or older than what this program works with, and one without any. It
// changes nothing.
func (s *Store) understood(ctx context.Context, db *sql.DB) error {
	knows, err := newest()
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	has, err := s.schema(ctx, db)
	switch {
	case err != nil:
		return err
	case has > knows:
		return newer(has, knows)
	case has == 0:
		return ErrNone
	case has < knows:
		return fmt.Errorf("%w: its schema is number %d and this program works with %d: start the server of this version once, it brings the database up to date", ErrOlder, has, knows)
	}
	s.version = has
	return nil
}

// schema is the number of the newest migration that has run; zero where none has.
func (s *Store) schema(ctx context.Context, db *sql.DB) (int64, error) {
	there := "select count(*) from sqlite_schema where name = '" + versionTable + "'"
	if s.dialect.name == "postgres" {
		there = "select count(*) from pg_class where oid = to_regclass('" + versionTable + "')"
	}
	var n, has int64
	if err := db.QueryRowContext(ctx, there).Scan(&n); err != nil || n == 0 {
		return 0, err
	}
	err := db.QueryRowContext(ctx, "select coalesce(max(version_id), 0) from "+versionTable).Scan(&has)
	return has, err
}

func newer(has, knows int64) error {
	return fmt.Errorf("%w: its schema is number %d and this program knows up to %d; it was left as it is: install the newer Attaché, or restore a backup from before the upgrade", ErrNewer, has, knows)
}

// migrate brings the schema up to date, or refuses one that is newer than this program. Each migration is a transaction.
// The caller holds a lock against all other processes.
func (s *Store) migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	engine := goose.DialectSQLite3
	if s.dialect.name == "postgres" {
		engine = goose.DialectPostgres
	}
	p, err := goose.NewProvider(engine, db, files, goose.WithTableName(versionTable), goose.WithDisableGlobalRegistry(true), goose.WithSlog(s.log))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	has, knows, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	if has > knows {
		return newer(has, knows)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("bring the schema from number %d to %d: %w", has, knows, err)
	}
	if has < knows {
		s.log.InfoContext(ctx, "the schema was brought up to date", "from", has, "to", knows)
	}
	return nil
}

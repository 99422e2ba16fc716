package main

import (
	"context"
	"errors"
	"fmt"

	"attache/adapters/store"
)

type backupCmd struct {
	To string `arg:"" help:"A file that isn't there yet." name:"file"`
}

// Run copies the embedded database, also beside a running server.
func (c backupCmd) Run(ctx context.Context, p *program) error {
	s, err := p.settings()
	if err != nil {
		return err
	}
	if s.Database != "" {
		return usage(errors.New("the database is Postgres: back it up with pg_dump (docs/operations.md says how)"))
	}
	db, err := p.openStore(ctx, looks)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.Backup(ctx, c.To); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "backed up to %s; to restore it, put it in an empty data folder as attache.db\n", c.To)
	return nil
}

type migrateCmd struct{}

// Run moves the embedded database to Postgres.
func (migrateCmd) Run(ctx context.Context, p *program) (err error) {
	s, err := p.settings()
	if err != nil {
		return err
	}
	if s.Database == "" {
		return usage(errors.New("set ATTACHE_DATABASE to the new Postgres database, and ATTACHE_DATA to the folder whose content is to move there"))
	}
	log := p.log(quiet(s))
	guest, err := store.Open(ctx, store.Config{Data: s.Data, Role: store.Reader, Now: p.now, Log: log})
	if errors.Is(err, store.ErrNone) {
		return fmt.Errorf("there is no database in %s: nothing to move", s.Data)
	}
	if err == nil {
		guest.Close()
	} else if !errors.Is(err, store.ErrOlder) {
		return err
	}
	from, err := store.Open(ctx, store.Config{Data: s.Data, Role: store.Server, Now: p.now, Log: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := store.Open(ctx, store.Config{URL: s.Database, Role: store.Server, Now: p.now, Log: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	moved, err := store.Move(ctx, from, to)
	if err != nil {
		return err
	}
	t := p.table(false, "TABLE", "ROWS")
	for _, m := range moved {
		t.row(m.Table, fmt.Sprint(m.Rows))
	}
	if err := t.end(""); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "moved from %s to %s, the same number of rows in each table; start Attaché with ATTACHE_DATABASE set as now\n", from.Place(), to.Place())
	return nil
}

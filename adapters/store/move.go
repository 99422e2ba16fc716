package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// movedFile stands in a data folder whose content has moved to Postgres. A server doesn't start there any more: both would
// post the same digests.
const movedFile = "attache.moved"

// Errors of Backup and Move that a person can act on.
var (
	ErrMoved    = errors.New("this data folder has moved")
	ErrNotEmpty = errors.New("the database isn't empty")
	ErrExists   = errors.New("the file is there already")
	ErrEngine   = errors.New("only the embedded database can do this")
)

// Backup writes a copy of the embedded database, as it is at one moment, to a new file. It may run beside a server. The copy
// is complete in itself: put in an empty data folder under the name attache.db it is a database that Attaché opens. On
// Postgres it fails with ErrEngine, as pg_dump does this better.
func (s *Store) Backup(ctx context.Context, file string) error {
	doing := "back up " + s.place
	if s.dialect.name != "sqlite" {
		return fmt.Errorf("%s: %w: use pg_dump", doing, ErrEngine)
	}
	switch _, err := os.Stat(file); {
	case err == nil:
		return fmt.Errorf("%s: %w: %s is left as it is; choose another name", doing, ErrExists, file)
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: %w", doing, err)
	}
	// Into a name of its own first: what has the name that was asked for is always whole.
	unfinished := file + ".unfinished"
	if err := os.Remove(unfinished); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if _, err := s.writer.ExecContext(ctx, "vacuum into $1", unfinished); err != nil { // https://www.sqlite.org/lang_vacuum.html#vacuuminto
		os.Remove(unfinished)
		return s.explain(doing, err)
	}
	err := errors.Join(os.Chmod(unfinished, 0o600), synced(unfinished))
	if err == nil {
		err = os.Link(unfinished, file) // unlike a rename it never replaces a file that has come in between
	}
	return errors.Join(err, os.Remove(unfinished))
}

// synced waits until a file is on the disk.
func synced(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Moved says how many rows of a table were moved.
type Moved struct {
	Table string
	Rows  int64
}

// ephemeral are tables whose rows are of use to the running processes only.
var ephemeral = []string{"leases"}

// Move copies all that the embedded database from holds into the Postgres database to, in one transaction, compares the
// number of rows of each table there, and marks the data folder of from as moved, so that no server starts in it again. Both
// are open as Servers, so nobody else works with from. It fails with ErrNotEmpty where to holds articles, sources,
// digests or anything else already. When it fails, both are as they were.
func Move(ctx context.Context, from, to *Store) (moved []Moved, err error) {
	doing := fmt.Sprintf("move %s to %s", from.place, to.place)
	if from.dialect.name != "sqlite" || to.dialect.name != "postgres" {
		return nil, fmt.Errorf("%s: what can be moved is the embedded database, to Postgres", doing)
	}
	if from.version != to.version {
		return nil, fmt.Errorf("%s: their schemas are number %d and %d", doing, from.version, to.version)
	}
	err = to.write(ctx, doing, func(target *tx) error {
		return from.read(ctx, doing, func(source *tx) error {
			if moved, err = move(source, target); err != nil {
				return err
			}
			// Before the commit: a crash in between leaves a folder that refuses to serve and says why, and never two
			// installations that post the same digests.
			return from.markMoved(to.place)
		})
	})
	if err != nil {
		return nil, errors.Join(err, from.unmarkMoved())
	}
	return moved, nil
}

func move(source, target *tx) ([]Moved, error) {
	tables, err := movable(source)
	if err != nil {
		return nil, err
	}
	for _, t := range slices.Backward(tables) {
		if t.name == "counters" {
			continue
		}
		var n int64
		if err := target.row("select count(*) from "+t.name, nil, &n); err != nil {
			return nil, fmt.Errorf("look into %s: %w", t.name, err)
		}
		if n > 0 {
			return nil, fmt.Errorf("%w: table %s has %d rows; move into a new database", ErrNotEmpty, t.name, n)
		}
	}
	var moved []Moved
	for _, t := range tables {
		if _, err := target.exec("delete from " + t.name); err != nil { // the counters that a new schema begins with
			return nil, fmt.Errorf("empty %s: %w", t.name, err)
		}
		n, err := t.copy(source, target)
		if err != nil {
			return nil, fmt.Errorf("copy %s: %w", t.name, err)
		}
		var there int64
		if err := target.row("select count(*) from "+t.name, nil, &there); err != nil {
			return nil, fmt.Errorf("count %s: %w", t.name, err)
		}
		if there != n {
			return nil, fmt.Errorf("copy %s: %d rows were read and %d are there", t.name, n, there)
		}
		moved = append(moved, Moved{Table: t.name, Rows: n})
	}
	return moved, nil
}

// copied is a table to copy.
type copied struct {
	name    string
	columns []string
	after   []string // the tables that its rows refer to
}

// movable lists our tables, each after those that its rows refer to.
func movable(source *tx) ([]copied, error) {
	var tables []copied
	err := source.rows(`select name from sqlite_schema where type = 'table' and name <> $1
		and name not like 'sqlite\_%' escape '\' and name not like 'river\_%' escape '\' order by name`, args{versionTable}, func(scan scanner) error {
		var t copied
		err := scan(&t.name)
		if err == nil && !slices.Contains(ephemeral, t.name) {
			tables = append(tables, t)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", err)
	}
	for i := range tables {
		t := &tables[i]
		err := source.rows("select name from pragma_table_info($1) order by cid", args{t.name}, func(scan scanner) error {
			var c string
			err := scan(&c)
			t.columns = append(t.columns, c)
			return err
		})
		if err == nil {
			err = source.rows(`select distinct "table" from pragma_foreign_key_list($1)`, args{t.name}, func(scan scanner) error {
				var other string
				err := scan(&other)
				t.after = append(t.after, other)
				return err
			})
		}
		if err != nil {
			return nil, fmt.Errorf("read how %s is made: %w", t.name, err)
		}
	}
	return inOrder(tables), nil
}

// inOrder puts each table behind those that its rows refer to.
func inOrder(tables []copied) []copied {
	depth := map[string]int{}
	for range tables { // a chain is at most as long as there are tables
		for _, t := range tables {
			for _, other := range t.after {
				if other != t.name {
					depth[t.name] = max(depth[t.name], depth[other]+1)
				}
			}
		}
	}
	slices.SortStableFunc(tables, func(a, b copied) int { return cmp.Compare(depth[a.name], depth[b.name]) })
	return tables
}

// maxArguments bounds the arguments of one statement; Postgres takes 65,535.
const maxArguments = 20_000

// copy copies the rows of a table and returns how many there were. The columns' types are those of the target: SQLite keeps a
// boolean as a number.
func (t copied) copy(source, target *tx) (int64, error) {
	boolean := map[string]bool{}
	err := target.rows(`select column_name from information_schema.columns
		where table_schema = any (current_schemas(false)) and table_name = $1 and data_type = 'boolean'`, args{t.name}, func(scan scanner) error {
		var c string
		err := scan(&c)
		boolean[c] = true
		return err
	})
	if err != nil {
		return 0, err
	}
	var n int64
	var batch args
	write := func() error {
		if len(batch) == 0 {
			return nil
		}
		rows := make([]string, len(batch)/len(t.columns))
		for i := range rows {
			rows[i] = "(" + placeholders(i*len(t.columns)+1, len(t.columns)) + ")"
		}
		_, err := target.exec("insert into "+t.name+" ("+strings.Join(t.columns, ", ")+") values "+strings.Join(rows, ", "), batch...)
		n += int64(len(rows))
		batch = batch[:0]
		return err
	}
	err = source.rows("select "+strings.Join(t.columns, ", ")+" from "+t.name, nil, func(scan scanner) error {
		values := make(args, len(t.columns))
		into := make(args, len(t.columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := scan(into...); err != nil {
			return err
		}
		for i, c := range t.columns {
			switch v := values[i].(type) {
			case []byte:
				values[i] = slices.Clone(v)
			case int64:
				if boolean[c] {
					values[i] = v != 0
				}
			}
		}
		if batch = append(batch, values...); len(batch)+len(t.columns) > maxArguments {
			return write()
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, write()
}

// markMoved leaves a note in the data folder.
func (s *Store) markMoved(to string) error {
	path := filepath.Join(s.place, movedFile)
	note := fmt.Sprintf("Moved to the Postgres database %s on %s.\nAttaché does not start in this folder while this file is here.\n", to, s.now().UTC().Format(time.RFC3339))
	if err := os.WriteFile(path, []byte(note), 0o600); err != nil {
		return fmt.Errorf("mark the data folder as moved: %w", err)
	}
	return synced(path)
}

func (s *Store) unmarkMoved() error {
	err := os.Remove(filepath.Join(s.place, movedFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// notMoved refuses a data folder whose content has moved.
func notMoved(folder string) error {
	note, err := os.ReadFile(filepath.Join(folder, movedFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(note), "\n")
	return fmt.Errorf("%w: %q: set ATTACHE_DATABASE to that database; to work in this folder again in spite of it, remove %s", ErrMoved, first, filepath.Join(folder, movedFile))
}

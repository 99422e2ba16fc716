package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// The files in the data folder.
const (
	databaseFile = "attache.db"
	lockFile     = "attache.lock"    // locked while a server runs; holds its process number
	prepareFile  = "attache.prepare" // locked while a process opens the database
)

// applicationID is what our databases carry in their header ("Att1"): https://www.sqlite.org/fileformat.html#application_id
const applicationID = 0x41747431

// checkFor bounds the check for damage at the start. A database too large to be read through in that time is opened; damage
// shows when the damaged part is read.
const checkFor = 5 * time.Second

// prepareWait is how long a process waits for another that is opening the same database.
const prepareWait = 30 * time.Second

// openSQLite opens the database in a folder.
func (s *Store) openSQLite(ctx context.Context, folder string) error {
	s.dialect = dialectSQLite
	s.place = folder
	doing := "open the data folder " + folder
	folder, err := filepath.Abs(folder)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if s.role == Reader {
		if _, err := os.Stat(filepath.Join(folder, databaseFile)); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s: %w", doing, ErrNone)
		}
	} else if err := os.MkdirAll(folder, 0o700); err != nil {
		return s.explain(doing, err)
	}
	if s.role != Reader {
		if err := notMoved(folder); err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
	}
	alone, settled, err := s.lockFolder(ctx, folder)
	if err != nil {
		return s.explain(doing, err)
	}
	defer settled()
	if err := s.openFile(ctx, filepath.Join(folder, databaseFile), alone); err != nil {
		return s.explain(doing, err)
	}
	return nil
}

// openFile opens the database file. alone says that no server works with it.
func (s *Store) openFile(ctx context.Context, file string, alone bool) error {
	isNew, err := s.inspect(ctx, file)
	if err != nil {
		return err
	}
	if isNew && s.role == Reader {
		return ErrNone
	}
	if alone {
		if err := s.prepare(ctx, file, isNew); err != nil {
			return err
		}
	}
	if s.role != Reader {
		if s.writer, err = sql.Open("sqlite", sqliteName(file, "rw")); err != nil {
			return err
		}
		s.writer.SetMaxOpenConns(1)
	}
	if s.reader, err = sql.Open("sqlite", sqliteName(file, "ro")); err != nil {
		return err
	}
	s.reader.SetMaxOpenConns(4)
	s.reader.SetMaxIdleConns(4)
	if s.role == Reader {
		s.writer = s.reader
	}
	if err := s.understood(ctx, s.reader); err != nil {
		return err
	}
	if s.role == Server {
		if err := s.disclaim(ctx); err != nil {
			return err
		}
	}
	return s.Ping(ctx)
}

// disclaim frees the deliveries that a process which is gone had claimed: this one has the folder for itself, so none of them
// is at work, and nobody need wait for the end of their leases. What may have been in the platform's hands is asked after as
// long after its try as ever.
func (s *Store) disclaim(ctx context.Context) error {
	return s.write(ctx, "free what a former process had claimed", func(tx *tx) error {
		_, err := tx.exec("update deliveries set claim = '', claimed_until = null where claim <> '' and state in ('due', 'composed')")
		return err
	})
}

// prepare makes the database where it is new and brings its schema up to date.
func (s *Store) prepare(ctx context.Context, file string, isNew bool) error {
	mode := "rw"
	if isNew {
		mode = "rwc"
	}
	db, err := sql.Open("sqlite", sqliteName(file, mode))
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if isNew {
		// Before anything else is in the file: whoever finds it after a crash knows whose it is.
		if _, err := db.ExecContext(ctx, "pragma application_id = "+strconv.Itoa(applicationID)); err != nil {
			return err
		}
	}
	return s.migrate(ctx, db)
}

// sqliteName names a database for the driver. Only the path is not a constant, and it is escaped.
func sqliteName(file, mode string) string {
	path := filepath.ToSlash(file)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/… on Windows: https://www.sqlite.org/uri.html
	}
	name := "file://" + (&url.URL{Path: path}).EscapedPath() + "?mode=" + mode + "&_defensive=1&_error_rc=1" +
		"&_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)"
	if mode == "ro" {
		return name
	}
	// WAL: readers don't wait for the writer. FULL: what was committed is there after a power cut, too.
	return name + "&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate"
}

// lockFolder keeps two servers from one folder, and everybody from a folder that somebody else is preparing at this moment.
// settled ends the preparation. alone says that no server works in the folder and none can start until then; a server always
// is, or fails with ErrInUse.
//
// A lock file that a crashed process left behind is not in the way: the lock is the kernel's, the file is only its handle.
func (s *Store) lockFolder(ctx context.Context, folder string) (alone bool, settled func(), err error) {
	preparing, err := os.OpenFile(filepath.Join(folder, prepareFile), os.O_RDWR|os.O_CREATE, 0o600)
	if s.role == Reader && errors.Is(causeOf(err), ErrReadOnly) {
		return false, func() {}, nil // a guest in a folder that isn't theirs: nothing can be prepared anyway
	}
	if err != nil {
		return false, nil, err
	}
	if err := lockWithin(ctx, preparing); err != nil {
		preparing.Close()
		return false, nil, fmt.Errorf("wait for another process that is preparing %s: %w", folder, err)
	}
	held, err := lockServer(folder)
	switch {
	case s.role == Server && err == nil:
		s.release = sync.OnceValue(held.Close)
		return true, func() { preparing.Close() }, nil
	case s.role == Server:
		preparing.Close()
		return false, nil, err
	case errors.Is(err, ErrInUse):
		return false, func() { preparing.Close() }, nil
	case err != nil:
		preparing.Close()
		return false, nil, err
	default:
		return true, func() { held.Close(); preparing.Close() }, nil
	}
}

// lockWithin takes the lock of a file and waits for it for a while.
func lockWithin(ctx context.Context, f *os.File) error {
	ctx, cancel := context.WithTimeout(ctx, prepareWait)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		err := lock(f)
		if !errors.Is(err, ErrInUse) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-again.C:
		}
	}
}

// lockServer takes the lock that a server holds, or fails with ErrInUse and says who has it. Closing the file gives it back;
// the file itself stays: deleting it would let two processes lock two files of one name.
func lockServer(folder string) (*os.File, error) {
	path := filepath.Join(folder, lockFile)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = lock(f)
	switch {
	case errors.Is(err, ErrInUse):
		holder := "another Attaché"
		if b, err := io.ReadAll(io.LimitReader(f, 20)); err == nil {
			if pid, err := strconv.Atoi(strings.TrimSpace(string(b))); err == nil {
				holder = fmt.Sprintf("another Attaché (process %d)", pid)
			}
		}
		err = fmt.Errorf("%s is %w: %s works in it; stop that one first, or give this one a data folder of its own", folder, ErrInUse, holder)
	case err != nil:
		err = fmt.Errorf("lock %s: %w", path, err)
	default:
		if err = f.Truncate(0); err == nil {
			_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
		}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// inspect looks at the database file without changing it. isNew says that there is nothing in it.
func (s *Store) inspect(ctx context.Context, file string) (isNew bool, err error) {
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if !info.Mode().IsRegular() {
		return false, fmt.Errorf("%w: %s is not a file; move it away or choose another data folder", ErrForeign, file)
	}
	if info.Size() == 0 {
		return true, nil
	}
	if err := checkHeader(file); err != nil {
		return false, err
	}
	db, err := sql.Open("sqlite", sqliteName(file, "ro"))
	if err != nil {
		return false, err
	}
	defer db.Close()
	var id, tables int64
	if err := db.QueryRowContext(ctx, "pragma application_id").Scan(&id); err != nil {
		return false, damaged(file, err)
	}
	if err := db.QueryRowContext(ctx, "select count(*) from sqlite_schema").Scan(&tables); err != nil {
		return false, damaged(file, err)
	}
	if id == 0 && tables == 0 {
		return true, nil // its maker died before it wrote anything
	}
	if id != applicationID {
		return false, fmt.Errorf("%w: %s belongs to another program; it was left as it is: choose another data folder, or move it away", ErrForeign, file)
	}
	knows, err := newest()
	if err != nil {
		return false, fmt.Errorf("read the migrations: %w", err)
	}
	if has, err := s.schema(ctx, db); err != nil {
		return false, damaged(file, err)
	} else if has > knows {
		return false, newer(has, knows)
	}
	if s.role != Server {
		return false, nil // a command is done sooner than the check
	}
	return false, s.check(ctx, db, file)
}

// checkHeader looks at the first bytes of the file: SQLite itself takes a file of a few bytes for an empty database and
// would write over it.
func checkHeader(file string) error {
	const magic = "SQLite format 3\x00" // https://www.sqlite.org/fileformat.html#magic_header_string
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, len(magic))
	if _, err := io.ReadFull(f, head); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("read %s: %w", file, err)
	}
	if string(head) != magic {
		return damaged(file, errors.New("it does not begin as one"))
	}
	return nil
}

// check reads the database through, as far as that goes in a short time, and looks for damage.
func (s *Store) check(ctx context.Context, db *sql.DB, file string) error {
	limited, cancel := context.WithTimeout(ctx, checkFor)
	defer cancel()
	var verdict string
	err := db.QueryRowContext(limited, "pragma quick_check(1)").Scan(&verdict)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case limited.Err() != nil:
		s.log.WarnContext(ctx, "the database is too large to be checked for damage at the start", "file", file, "after", checkFor)
		return nil
	case err != nil:
		return damaged(file, err)
	case verdict != "ok":
		return damaged(file, errors.New(verdict))
	}
	return nil
}

// damaged says what to do about a damaged database.
func damaged(file string, err error) error {
	cause := causeOf(err)
	if cause != nil && !errors.Is(cause, ErrDamaged) {
		return err
	}
	return fmt.Errorf("%w: %s can't be read as an SQLite database; it was left as it is: move it (with its -wal and -shm files) to a safe place and restore a backup, or start with an empty folder: %w",
		ErrDamaged, file, err)
}

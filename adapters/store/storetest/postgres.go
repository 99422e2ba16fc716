// Package storetest gives tests a Postgres to work with.
//
// The first test of a package that asks for one starts a server from the programs that it finds on this machine: on a
// socket in a temporary folder, with no network and no fsync. It ends with the test process, however that ends. Each test
// gets a schema of its own. A server that runs already can be named in ATTACHE_TEST_POSTGRES_URL instead.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"attache/briefings/briefingstest"
)

// Postgres returns the address of a Postgres database that is this test's own and is emptied when it ends. Where there is
// no Postgres the test is skipped.
func Postgres(t testing.TB) string {
	t.Helper()
	address := os.Getenv("ATTACHE_TEST_POSTGRES_URL")
	if address == "" {
		p, err := server()
		if errors.Is(err, errNoPostgres) {
			briefingstest.Missing(t, "postgres", err.Error())
		} else if err != nil {
			t.Fatalf("start Postgres: %v", err)
		}
		address = p.address
	}
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatalf("open Postgres: %v", err)
	}
	schema := "attache_test_" + strings.ToLower(rand.Text()[:12])
	if _, err := db.ExecContext(t.Context(), "create schema "+schema); err != nil {
		t.Fatalf("make a schema for the test: %v", err)
	}
	t.Cleanup(func() {
		if _, err := db.ExecContext(context.WithoutCancel(t.Context()), "drop schema "+schema+" cascade"); err != nil {
			t.Errorf("drop the test's schema: %v", err)
		}
		db.Close()
	})
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal("ATTACHE_TEST_POSTGRES_URL: write it as postgres://user:password@host:5432/name")
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

var errNoPostgres = errors.New("no Postgres programs in /usr/lib/postgresql/*/bin or on the PATH (Debian: apt-get install postgresql)")

// process is a running server.
type process struct {
	address string
	input   io.Closer // the server runs until it is closed; a pipe that nobody refers to is closed by the garbage collector
	keep    *exec.Cmd
}

// server starts a server once for the test process.
var server = sync.OnceValues(start)

// keeper runs the server until its input ends, which the death of the test process brings about. Its third argument says what
// else the server is told.
const keeper = `"$1/postgres" -D "$2/data" -k "$2" -h "" $3 -c max_connections=200 >>"$2/log" 2>&1 &
cat >/dev/null
kill -QUIT $!
wait $!
[ -e "$2/keep" ] || rm -rf "$2"`

func start() (*process, error) {
	dir, bin, err := initialise()
	if err != nil {
		return nil, err
	}
	p, err := launch(bin, dir, "-F")
	if err != nil {
		os.RemoveAll(dir)
	}
	return p, err
}

// initialise makes the files of a new server in a folder.
func initialise() (dir, bin string, err error) {
	if bin, err = programs(); err != nil {
		return "", "", err
	}
	// Not a test's own folder: another user must enter it, and a socket's path is at most 107 bytes long.
	if dir, err = os.MkdirTemp("", "attache-pg"); err != nil {
		return "", "", err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(dir)
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "app", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	initdb.Dir = dir
	if err := asNobody(initdb, dir); err != nil {
		return "", "", err
	}
	if out, err := initdb.CombinedOutput(); err != nil {
		return "", "", fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return dir, bin, nil
}

// launch starts the server in a folder and returns when it answers.
func launch(bin, dir, how string) (*process, error) {
	keep := exec.CommandContext(context.Background(), "/bin/sh", "-c", keeper, "sh", bin, dir, how)
	keep.Dir = dir
	if err := asNobody(keep, dir); err != nil {
		return nil, err
	}
	input, err := keep.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := keep.Start(); err != nil {
		return nil, err
	}
	u := url.URL{Scheme: "postgres", User: url.User("app"), Path: "/postgres", RawQuery: url.Values{"host": {dir}, "sslmode": {"disable"}}.Encode()}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := await(ctx, u.String()); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		input.Close()
		return nil, errors.Join(fmt.Errorf("%w\n%s", err, log), keep.Wait())
	}
	return &process{address: u.String(), input: input, keep: keep}, nil
}

// Server is a Postgres that belongs to one test, which may stop and start it. It waits for the disk as in production.
type Server struct {
	t        testing.TB
	bin, dir string
	p        *process
}

// Own starts a server for one test; it ends with the test. Where there is no Postgres the test is skipped.
func Own(t testing.TB) *Server {
	t.Helper()
	dir, bin, err := initialise()
	if errors.Is(err, errNoPostgres) {
		briefingstest.Missing(t, "postgres", err.Error())
	} else if err != nil {
		t.Fatalf("make a Postgres: %v", err)
	}
	s := &Server{t: t, bin: bin, dir: dir}
	// The folder outlives a stop.
	if err := os.WriteFile(filepath.Join(dir, "keep"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Stop()
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("remove the Postgres: %v", err)
		}
	})
	s.Start()
	return s
}

// Address is where the server is while it runs.
func (s *Server) Address() string {
	u := url.URL{Scheme: "postgres", User: url.User("app"), Path: "/postgres", RawQuery: url.Values{"host": {s.dir}, "sslmode": {"disable"}}.Encode()}
	return u.String()
}

// Start starts the server again after Stop; what it must recover, it has recovered when Start returns.
func (s *Server) Start() {
	s.t.Helper()
	p, err := launch(s.bin, s.dir, "")
	if err != nil {
		s.t.Fatalf("start Postgres: %v", err)
	}
	s.p = p
}

// Stop ends the server at once, as pg_ctl stop -m immediate does: what was not committed is gone.
func (s *Server) Stop() {
	if s.p == nil {
		return
	}
	s.p.input.Close()
	_ = s.p.keep.Wait() // it says how the server ended: by the signal
	s.p = nil
}

// await returns when the server answers.
func await(ctx context.Context, address string) error {
	db, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	defer db.Close()
	retry := time.NewTicker(20 * time.Millisecond)
	defer retry.Stop()
	for {
		err := db.PingContext(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w", err)
		case <-retry.C:
		}
	}
}

// programs finds the folder of initdb and postgres. Debian keeps them off the PATH.
func programs() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	slices.SortFunc(found, func(a, b string) int { return len(a) - len(b) + strings.Compare(a, b) })
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", errNoPostgres
	}
	return filepath.Dir(path), nil
}

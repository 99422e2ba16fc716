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
}

// server starts a server once for the test process.
var server = sync.OnceValues(start)

// keeper runs the server until its input ends, which the death of the test process brings about, and cleans up.
const keeper = `"$1/postgres" -D "$2/data" -k "$2" -h "" -F -c max_connections=200 >>"$2/log" 2>&1 &
cat >/dev/null
kill -QUIT $!
wait $!
rm -rf "$2"`

func start() (p *process, err error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	// Not a test's own folder: another user must enter it, and a socket's path is at most 107 bytes long.
	dir, err := os.MkdirTemp("", "attache-pg")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(dir)
		}
	}()
	command := func(ctx context.Context, name string, arg ...string) (*exec.Cmd, error) {
		cmd := exec.CommandContext(ctx, name, arg...)
		cmd.Dir = dir
		return cmd, asNobody(cmd, dir)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	initdb, err := command(ctx, filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "app", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	if err != nil {
		return nil, err
	}
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	keep, err := command(context.Background(), "/bin/sh", "-c", keeper, "sh", bin, dir)
	if err != nil {
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
	if err := await(ctx, u.String()); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		input.Close()
		return nil, errors.Join(fmt.Errorf("%w\n%s", err, log), keep.Wait())
	}
	return &process{address: u.String(), input: input}, nil
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

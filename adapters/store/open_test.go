package store_test

import (
	"bytes"
	"database/sql"
	"encoding/binary"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"attache/adapters/store"
	"attache/adapters/store/storetest"
	"attache/bot/digest"
	"attache/briefings"
)

// filled makes a data folder with something in it and returns the folder.
func filled(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	s := openAt(t, dir)
	text := strings.Repeat("Pyongyang said nothing. ", 2000)
	for _, id := range []string{"a", "b", "c", "d"} {
		if _, _, err := s.Save(t.Context(), briefings.Article{Report: briefings.Report{ID: id, Text: text + id}, Hash: id}); err != nil {
			t.Fatal(err)
		}
	}
	due(t, s, "d1")
	shut(t, s)
	return dir
}

func openAt(t testing.TB, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{Data: dir})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func shut(t testing.TB, s *store.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestStoreComesBackAfterARestart(t *testing.T) {
	t.Parallel()
	dir := filled(t)
	s := openAt(t, dir)
	defer shut(t, s)
	c, err := s.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if c.Articles != 4 || c.Revisions != 4 || c.Subscriptions != 1 || c.Deliveries[digest.Due] != 1 {
		t.Errorf("after a restart the store holds %+v", c)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("ping: %v", err)
	}
	if s.Engine() != "sqlite" || s.Place() != dir || s.Version() < 1 {
		t.Errorf("the store calls itself %s at %s with schema %d", s.Engine(), s.Place(), s.Version())
	}
}

func TestOddFolderNames(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "Größe 100% ?mode=memory&_pragma=x;y #1")
	shut(t, openAt(t, dir))
	if _, err := os.Stat(filepath.Join(dir, "attache.db")); err != nil {
		t.Errorf("the database is not where it was asked for: %v", err)
	}
}

// TestUnusableDatabaseIsLeftAsItIs refuses what can't be used, says what it is and changes no byte of it.
func TestUnusableDatabaseIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		ruin func(t *testing.T, file string)
		want error
		says string
	}{
		{"not a database", func(t *testing.T, file string) { write(t, file, bytes.Repeat([]byte("no database "), 1000)) }, store.ErrDamaged, "restore a backup"},
		{"a short file", func(t *testing.T, file string) { write(t, file, []byte("x")) }, store.ErrDamaged, "restore a backup"},
		{"a cut file", func(t *testing.T, file string) { write(t, file, read(t, file)[:20_000]) }, store.ErrDamaged, "restore a backup"},
		{"a page of noise", func(t *testing.T, file string) {
			b := read(t, file)
			page := int(binary.BigEndian.Uint16(b[16:]))
			// Not the last pages: those may be text that runs over from a row, where any byte will do.
			for at := page; at < len(b)/2; at += page {
				copy(b[at:], bytes.Repeat([]byte{0xA5}, 100))
			}
			write(t, file, b)
		}, store.ErrDamaged, "restore a backup"},
		{"another program's", func(t *testing.T, file string) {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			query(t, file, "create table notes (text)")
		}, store.ErrForeign, "another program"},
		{"another program's, by its mark", func(t *testing.T, file string) { query(t, file, "pragma application_id = 7") }, store.ErrForeign, "another program"},
		{"a newer one", func(t *testing.T, file string) {
			query(t, file, "insert into attache_schema (version_id, is_applied) values (999, true)")
		}, store.ErrNewer, "install the newer Attaché"},
		{"a folder", func(t *testing.T, file string) {
			if err := errors.Join(os.Remove(file), os.Mkdir(file, 0o755)); err != nil {
				t.Fatal(err)
			}
		}, store.ErrForeign, "choose another data folder"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := filled(t)
			file := filepath.Join(dir, "attache.db")
			c.ruin(t, file)
			before := contents(t, dir)
			s, err := store.Open(t.Context(), store.Config{Data: dir})
			if err == nil {
				shut(t, s)
				t.Fatal("the database was opened")
			}
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), dir) {
				t.Errorf("the error does not say what it is and what to do:\n%v", err)
			}
			if after := contents(t, dir); after != before {
				t.Error("the database was changed")
			}
			// The lock is given back: mending needs no restart of anything.
			if err := os.RemoveAll(file); err != nil {
				t.Fatal(err)
			}
			shut(t, openAt(t, dir))
		})
	}
}

func write(t testing.TB, file string, b []byte) {
	t.Helper()
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// query runs SQL on a database file behind the store's back.
func query(t testing.TB, file, text string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), text); err != nil {
		t.Fatal(err)
	}
}

// contents is the database of a folder: what stands in its file and in its log.
func contents(t testing.TB, dir string) string {
	t.Helper()
	var all []byte
	for _, name := range []string{"attache.db", "attache.db-wal"} {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
			all = append(all, b...)
		}
	}
	return string(all)
}

func TestSecondProcessIsKeptOut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := openAt(t, dir)
	second, err := store.Open(t.Context(), store.Config{Data: dir})
	if err == nil {
		shut(t, second)
		t.Fatal("two stores were opened on one folder")
	}
	for _, word := range []string{dir, "stop that one first", "process "} {
		if !errors.Is(err, store.ErrInUse) || !strings.Contains(err.Error(), word) {
			t.Errorf("the error does not say %q: %v", word, err)
		}
	}
	if err := first.Ping(t.Context()); err != nil {
		t.Errorf("the first store was disturbed: %v", err)
	}
	shut(t, first)
	shut(t, first) // twice is harmless
	shut(t, openAt(t, dir))
}

// TestCommandsWorkBesideAServer opens the folder of a running server in the other roles.
func TestCommandsWorkBesideAServer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		config func(t *testing.T) store.Config
	}{
		{"sqlite", func(t *testing.T) store.Config { return store.Config{Data: filepath.Join(t.TempDir(), "data")} }},
		{"postgres", func(t *testing.T) store.Config { return store.Config{URL: storetest.Postgres(t)} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			config := c.config(t)
			as := func(role store.Role) store.Config { config.Role = role; return config }
			if _, err := store.Open(t.Context(), as(store.Reader)); !errors.Is(err, store.ErrNone) {
				t.Fatalf("reading where nothing is: %v, want ErrNone", err)
			}
			if _, err := os.Stat(config.Data); config.Data != "" && err == nil {
				t.Error("a reader has made the data folder")
			}
			writer := reopen(t, as(store.Writer)) // makes the store
			server := reopen(t, as(store.Server))
			reader := reopen(t, as(store.Reader))
			article := briefings.Article{Report: briefings.Report{ID: "a", Text: "x"}, Hash: "h"}
			if _, isNew, err := writer.Save(t.Context(), article); err != nil || !isNew {
				t.Fatalf("writing beside a server: new %v, error %v", isNew, err)
			}
			for name, s := range map[string]*store.Store{"server": server, "reader": reader} {
				if found, err := s.Since(t.Context(), 0, 5); err != nil || len(found) != 1 {
					t.Errorf("the %s sees %d articles, error %v", name, len(found), err)
				}
				if err := s.Ping(t.Context()); err != nil {
					t.Errorf("the %s: %v", name, err)
				}
			}
			if err := reader.SetSetting(t.Context(), "a/b/c", "zone", "UTC"); !errors.Is(err, store.ErrReadOnly) {
				t.Errorf("a reader wrote: %v, want ErrReadOnly", err)
			}
			if err := server.Exec(t, "update attache_schema set version_id = version_id - 1 where version_id = (select max(version_id) from attache_schema)"); err != nil {
				t.Fatal(err)
			}
			if _, err := store.Open(t.Context(), as(store.Reader)); err == nil {
				t.Error("a reader opened a database with an older schema beside its server")
			}
		})
	}
}

func TestFullDiskIsSaidAndNothingIsLost(t *testing.T) {
	t.Parallel()
	s := reopen(t, store.Config{Data: t.TempDir()})
	if _, _, err := s.Save(t.Context(), briefings.Article{Report: briefings.Report{ID: "kept", Text: "x"}, Hash: "h"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Exec(t, "pragma max_page_count = 1"); err != nil { // it does not go below what the file has
		t.Fatal(err)
	}
	_, _, err := s.Save(t.Context(), briefings.Article{Report: briefings.Report{ID: "big", Text: strings.Repeat("x", 1<<20)}, Hash: "h"})
	if !errors.Is(err, store.ErrFull) || !strings.Contains(err.Error(), "free some space") {
		t.Errorf("saving on a full disk: %v", err)
	}
	if _, err := s.Article(t.Context(), "kept", 0); err != nil {
		t.Errorf("what was kept before can't be read: %v", err)
	}
	if err := s.Exec(t, "pragma max_page_count = 1073741823"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Save(t.Context(), briefings.Article{Report: briefings.Report{ID: "big", Text: "x"}, Hash: "h"}); err != nil {
		t.Errorf("after space was freed: %v", err)
	}
}

func TestReadOnlyDatabaseIsSaid(t *testing.T) {
	t.Parallel()
	s := reopen(t, store.Config{Data: t.TempDir()})
	if err := s.Exec(t, "pragma query_only = 1"); err != nil {
		t.Fatal(err)
	}
	if err := s.SetSetting(t.Context(), "a/b/c", "zone", "UTC"); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("writing a read-only database: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, nil)
	if _, err := store.Open(t.Context(), store.Config{Data: file}); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a data folder that is a file: %v", err)
	}
}

func TestReplicasMigrateOneAfterTheOther(t *testing.T) {
	t.Parallel()
	url := storetest.Postgres(t)
	var wg sync.WaitGroup
	for i := range 5 {
		wg.Go(func() {
			s, err := store.Open(t.Context(), store.Config{URL: url})
			if err != nil {
				t.Errorf("replica %d: %v", i, err)
				return
			}
			if err := s.Close(); err != nil {
				t.Errorf("replica %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	s := reopen(t, store.Config{URL: url})
	if err := s.Exec(t, "insert into attache_schema (version_id, is_applied) values (999, true)"); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), store.Config{URL: url}); !errors.Is(err, store.ErrNewer) {
		t.Errorf("opening a newer database: %v, want ErrNewer", err)
	}
}

func TestPasswordIsNeverSaid(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"postgres://attache:hunter2@127.0.0.1:1/news?connect_timeout=1",
		"postgres://attache:hunter2@127.0.0.1:port/news",
		"postgres://attache:hunter2@127.0.0.1:1/news?sslmode=nonsense",
		"postgres://attache:hunter2@[::1/news",
		"host=127.0.0.1 port=1 user=attache password=hunter2 dbname=news connect_timeout=1",
		"host=127.0.0.1 password=hunter2 nonsense",
	} {
		var log bytes.Buffer
		s, err := store.Open(t.Context(), store.Config{URL: address, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
		if err == nil {
			shut(t, s)
			t.Fatalf("%s was opened", address)
		}
		if strings.Contains(err.Error()+log.String(), "hunter2") {
			t.Errorf("the password stands in the error or the log: %v\n%s", err, log.String())
		}
	}
	if _, err := store.Open(t.Context(), store.Config{}); err == nil {
		t.Error("a store without a place was opened")
	}
}

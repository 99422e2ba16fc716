package storetest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"attache/adapters/store"
)

// Folder returns a folder with an empty store on SQLite, a queue in it, that is the test's own. It is a copy of one that is
// made once for the test process: under the race detector the migrations take longer than most tests.
func Folder(t testing.TB) string {
	t.Helper()
	files, err := empty()
	if err != nil {
		t.Fatalf("make a store to copy: %v", err)
	}
	dir := t.TempDir()
	for name, raw := range files {
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// empty makes the store and returns its files by name.
var empty = sync.OnceValues(func() (map[string][]byte, error) {
	dir, err := os.MkdirTemp("", "attache-store")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	s, err := store.Open(context.Background(), store.Config{Data: dir, Queue: true})
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, e := range list {
		if files[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			return nil, err
		}
	}
	return files, nil
})

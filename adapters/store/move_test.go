package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"attache/adapters/store"
	"attache/adapters/store/storetest"
	"attache/bot/digest"
	"attache/briefings"
)

func TestBackupBesideAServerOpensAsAStore(t *testing.T) {
	t.Parallel()
	dir := filled(t)
	server := openAt(t, dir)
	defer shut(t, server)
	guest := reopen(t, store.Config{Data: dir, Role: store.Reader})
	restored := filepath.Join(t.TempDir(), "restored")
	if err := os.Mkdir(restored, 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(restored, "attache.db")
	if err := guest.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if err := guest.Backup(t.Context(), file); !errors.Is(err, store.ErrExists) {
		t.Errorf("over an existing file: %v", err)
	}
	want, err := server.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := reopen(t, store.Config{Data: restored}).Counts(t.Context())
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("restored: %v\n%s", err, diff)
	}
	if left, _ := filepath.Glob(filepath.Join(restored, "*.unfinished")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestMoveTakesEverythingToPostgresAndClosesTheFolder(t *testing.T) {
	t.Parallel()
	dir := filled(t)
	from := openAt(t, dir)
	for _, workspace := range []string{"T1", "T2"} {
		fill(t, from, workspace)
	}
	want, err := from.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	deliveries, err := from.Deliveries(t.Context(), digest.DeliveryFilter{})
	if err != nil {
		t.Fatal(err)
	}
	to := reopen(t, store.Config{URL: storetest.Postgres(t)})
	moved, err := store.Move(t.Context(), from, to)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]int64{}
	for _, m := range moved {
		rows[m.Table] = m.Rows
	}
	if rows["articles"] != int64(want.Revisions) || rows["sightings"] != int64(want.Articles)+1 || rows["exchanges"] != 2 || rows["parts"] != 4 {
		t.Errorf("moved %v", rows)
	}
	got, err := to.Counts(t.Context())
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("in Postgres: %v\n%s", err, diff)
	}
	there, err := to.Deliveries(t.Context(), digest.DeliveryFilter{})
	if diff := cmp.Diff(deliveries, there); diff != "" || err != nil {
		t.Errorf("deliveries: %v\n%s", err, diff)
	}
	// Numbers go on where they were.
	if _, _, err := to.Save(t.Context(), briefings.Article{Report: briefings.Report{ID: "later", Text: "A later report."}, Hash: "later"}); err != nil {
		t.Errorf("save after the move: %v", err)
	}

	shut(t, from)
	if _, err := store.Open(t.Context(), store.Config{Data: dir}); !errors.Is(err, store.ErrMoved) || !strings.Contains(err.Error(), "ATTACHE_DATABASE") {
		t.Errorf("a server in the old folder: %v", err)
	}
	reopen(t, store.Config{Data: dir, Role: store.Reader}) // to look into it is still possible
}

func TestMoveIntoAUsedDatabaseChangesNothing(t *testing.T) {
	t.Parallel()
	dir := filled(t)
	from := openAt(t, dir)
	to := reopen(t, store.Config{URL: storetest.Postgres(t)})
	fill(t, to, "T1")
	before, err := to.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Move(t.Context(), from, to); !errors.Is(err, store.ErrNotEmpty) {
		t.Fatalf("got %v", err)
	}
	after, err := to.Counts(t.Context())
	if diff := cmp.Diff(before, after); diff != "" || err != nil {
		t.Errorf("the target changed: %v\n%s", err, diff)
	}
	shut(t, from)
	shut(t, openAt(t, dir)) // it still serves
}

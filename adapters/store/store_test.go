package store_test

import (
	"testing"

	"attache/adapters/store"
	"attache/adapters/store/storetest"
	"attache/bot"
	"attache/bot/bottest"
	"attache/bot/digest"
	"attache/briefings"
	"attache/briefings/briefingstest"
)

// open opens a new, empty store on an engine and closes it when the test ends.
type open func(t testing.TB) *store.Store

// onBoth runs a test on both engines.
func onBoth(t *testing.T, test func(t *testing.T, open open)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, func(t testing.TB) *store.Store { return reopen(t, store.Config{Data: storetest.Folder(t)}) })
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, func(t testing.TB) *store.Store { return reopen(t, store.Config{URL: storetest.Postgres(t)}) })
	})
}

// reopen opens a store where c says and closes it when the test ends.
func reopen(t testing.TB, c store.Config) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}

func TestStoreIsALibrary(t *testing.T) {
	onBoth(t, func(t *testing.T, open open) {
		briefingstest.Library(t, func(t testing.TB) briefings.Library { return open(t) })
	})
}

func TestStoreIsADigestStore(t *testing.T) {
	onBoth(t, func(t *testing.T, open open) {
		bottest.DigestStore(t, func(t testing.TB) digest.Store { return open(t) })
	})
}

func TestStoreIsANoticeBoard(t *testing.T) {
	onBoth(t, func(t *testing.T, open open) {
		bottest.NoticeBoard(t, func(t testing.TB) digest.Board { return open(t) })
	})
}

func TestStoreIsAMemory(t *testing.T) {
	onBoth(t, func(t *testing.T, open open) {
		bottest.Memory(t, func(t testing.TB) bot.Memory { return open(t) })
	})
}

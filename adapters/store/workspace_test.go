package store_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"attache/adapters/store"
)

func TestTokensAreKeptByWorkspace(t *testing.T) {
	onBoth(t, func(t *testing.T, open open) {
		s := open(t)
		if _, err := s.Token(t.Context(), "slack", "T1"); !errors.Is(err, store.ErrNoToken) {
			t.Errorf("a token that nobody gave: %v", err)
		}
		for _, sealed := range [][]byte{{0, 1, 255}, {7, 0, 7}} {
			if err := s.KeepToken(t.Context(), "slack", "T1", sealed); err != nil {
				t.Fatal(err)
			}
			if got, err := s.Token(t.Context(), "slack", "T1"); err != nil || !bytes.Equal(got, sealed) {
				t.Errorf("got %v, error %v, want %v", got, err, sealed)
			}
		}
		if _, err := s.Token(t.Context(), "slack", "T2"); !errors.Is(err, store.ErrNoToken) {
			t.Errorf("another workspace's token: %v", err)
		}
		for range 2 {
			if err := s.RemoveToken(t.Context(), "slack", "T1"); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Token(t.Context(), "slack", "T1"); !errors.Is(err, store.ErrNoToken) {
			t.Errorf("a removed token: %v", err)
		}
		if err := s.KeepToken(t.Context(), "slack", "T1", []byte("x")); err != nil {
			t.Fatal(err)
		}
		if err := s.Forget(t.Context(), "slack", "T1"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Token(t.Context(), "slack", "T1"); !errors.Is(err, store.ErrNoToken) {
			t.Errorf("a forgotten workspace's token: %v", err)
		}
	})
}

func TestADepartureKeepsItsTimeUntilTheReturn(t *testing.T) {
	onBoth(t, func(t *testing.T, open open) {
		s := open(t)
		day := func(n int) time.Time { return time.Date(2024, 2, n, 8, 0, 0, 0, time.UTC) }
		for _, d := range []store.Departure{{"discord", "G2", day(3)}, {"discord", "G1", day(2)}, {"discord", "G1", day(9)}, {"discord", "G3", day(20)}} {
			if err := s.Depart(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
		departed := func(until time.Time) []store.Departure {
			t.Helper()
			list, err := s.Departed(t.Context(), until)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		if diff := cmp.Diff([]store.Departure{{"discord", "G1", day(2)}, {"discord", "G2", day(3)}}, departed(day(9))); diff != "" {
			t.Errorf("the departures differ (-want +got):\n%s", diff)
		}
		for range 2 {
			if err := s.Return(t.Context(), "discord", "G1"); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Forget(t.Context(), "discord", "G3"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]store.Departure{{"discord", "G2", day(3)}}, departed(day(28))); diff != "" {
			t.Errorf("after a return and a forgetting they differ (-want +got):\n%s", diff)
		}
	})
}

package briefings

import (
	"context"
	"errors"
	"testing"
	"time"
)

// arrival is a report in which somebody says something, published so long before now.
func arrival(id string, now time.Time, age time.Duration) Report {
	return Report{ID: id, Outlet: "Harbour Post", Title: "Minister on the bridge " + id, Published: now.Add(-age),
		Text: "Anna Brandt said the bridge " + id + " would open in June. The operator denied that the bridge would open in June."}
}

func TestWhatArrivesIsReadBeforeADigestAsks(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	shelf := NewShelf()
	start := func() *Engine {
		e, err := New(Config{Library: shelf, Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	heard := func(e *Engine, id string) bool {
		a, ok := e.article(id)
		if !ok {
			t.Fatalf("the engine has no article %q", id)
		}
		return len(e.desk.dossier(a).speeches) > 0
	}
	e := start()
	for id, age := range map[string]time.Duration{"new": time.Hour, "late": 60 * time.Hour, "old": 90 * time.Hour} {
		if _, _, err := e.Read(t.Context(), arrival(id, now, age)); err != nil {
			t.Fatal(err)
		}
	}
	for id, want := range map[string]bool{"new": true, "late": true, "old": false} {
		if got := heard(e, id); got != want {
			t.Errorf("who says what in the report %q is read when it arrives: %v, want %v", id, got, want)
		}
	}
	// What this engine has read itself comes back with the next Load, and is no other article.
	had := len(e.desk.dossiers)
	if err := e.Load(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if _, _, err := e.Read(t.Context(), arrival("new", now, time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got := len(e.desk.dossiers); got != had {
		t.Errorf("there are %d dossiers of %d articles", got, had)
	}
	// Another replica takes in what this one reads.
	other := start()
	if err := other.Load(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if heard(other, "new") {
		t.Error("a start waited for who says what")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := other.HearArrivals(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("hearing in a context that has ended: %v", err)
	}
	if err := other.HearArrivals(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !heard(other, "new") || heard(other, "old") {
		t.Error("after a start what is in the news must be read, and nothing older")
	}
	if _, _, err := e.Read(t.Context(), arrival("next", now, time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := other.Load(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if !heard(other, "next") {
		t.Error("what another replica has read is not read for who says what")
	}
}

func TestDeskTidiesAwayTheOlderHalf(t *testing.T) {
	t.Parallel()
	var k desk
	day := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	articles := make([]*Article, 10)
	for i := range articles {
		articles[i] = &Article{Read: day.Add(time.Duration(i) * time.Second)}
		k.dossier(articles[i])
	}
	k.tidy()
	for i, a := range articles {
		if got, want := k.dossiers[a] != nil, i > 5; got != want {
			t.Errorf("the dossier of report %d is kept: %v, want %v", i, got, want)
		}
	}
}

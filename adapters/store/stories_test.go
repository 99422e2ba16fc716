package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"attache/adapters/store"
	"attache/adapters/store/storetest"
	"attache/briefings"
)

func TestStoriesKeepTheirNamesInTheLibrary(t *testing.T) {
	onBoth(t, func(t *testing.T, open open) {
		s := open(t)
		if err := s.SaveStories(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		want, ids := map[string]string{}, []string{"unknown", "o'brien"}
		for i := range 450 { // more than one statement takes
			id := fmt.Sprintf("a%d", i)
			want[id], ids = fmt.Sprintf("s%d", i/3), append(ids, id)
		}
		if err := s.SaveStories(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		want["a7"] = "renamed"
		if err := s.SaveStories(t.Context(), map[string]string{"a7": "renamed"}); err != nil {
			t.Fatal(err)
		}
		got, err := s.StoriesOf(t.Context(), ids)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

// TestAStoryKeepsItsNameThroughARestart adds an older report of the event after the restart: by itself it would give the story
// another name.
func TestAStoryKeepsItsNameThroughARestart(t *testing.T) {
	onBoth(t, func(t *testing.T, open open) {
		s := open(t)
		day := time.Date(2024, 2, 20, 9, 0, 0, 0, time.UTC)
		start := func() *briefings.Engine {
			e, err := briefings.New(briefings.Config{Library: s, Now: func() time.Time { return day.Add(48 * time.Hour) }})
			if err != nil {
				t.Fatal(err)
			}
			if err := e.Load(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			return e
		}
		read := func(e *briefings.Engine, id string, hours int, title, text string) string {
			a, _, err := e.Read(t.Context(), briefings.Report{URL: "https://" + id + ".example/a", Outlet: id, Published: day.Add(time.Duration(hours) * time.Hour), Title: title, Text: text})
			if err != nil {
				t.Fatal(err)
			}
			return a.ID
		}
		first := start()
		tanker := read(first, "one", 6, "Coast guard seizes tanker Meridian in the Larn strait", "The Larn coast guard seized the tanker Meridian in the strait on Tuesday, the transport ministry said. It carried 40,000 tonnes of diesel and a crew of fifteen sailors.")
		read(first, "two", 7, "Floods in Ostwick force 3,000 people from their homes", "The river Aldra burst its banks in Ostwick after days of rain. Rescue workers took 3,000 residents to schools and sports halls, the mayor of Ostwick said.")
		before, err := first.StoryOf(t.Context(), tanker)
		if err != nil || before.ID == "" {
			t.Fatal(before, err)
		}
		second := start()
		older := read(second, "three", 1, "Tanker Meridian held in Larn with diesel on board", "The tanker Meridian is held at the port of Larn. The coast guard boarded it in the strait. Its fifteen sailors are well, said the transport ministry of Larn, and the diesel stays on board.")
		after, err := second.StoryOf(t.Context(), older)
		if err != nil || after.ID != before.ID || len(after.Articles) != 2 {
			t.Errorf("the story was %+v and is %+v (%v)", before, after, err)
		}
		edition, err := second.Compose(t.Context(), briefings.Assignment{Window: briefings.Window{From: day, To: day.Add(24 * time.Hour)}})
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, item := range edition.Items {
			found = found || item.Story == before.ID
		}
		if !found {
			t.Errorf("no item has the story's name %s: %+v", before.ID, edition.Items)
		}
	})
}

// TestAReaderNamesNoStories: a command that only looks has nothing to complain of.
func TestAReaderNamesNoStories(t *testing.T) {
	t.Parallel()
	data := storetest.Folder(t)
	reader, err := store.Open(t.Context(), store.Config{Data: data, Role: store.Reader})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if err := reader.SaveStories(t.Context(), map[string]string{"a": "b"}); err != nil {
		t.Errorf("a reader was asked to write: %v", err)
	}
}

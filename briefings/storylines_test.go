package briefings_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"attache/briefings"
)

var storyStart = time.Date(2024, 2, 20, 9, 0, 0, 0, time.UTC)

func reportAt(id string, hours int, title, text string) briefings.Article {
	return briefings.Article{Report: briefings.Report{ID: id, Title: title, Text: text, Outlet: "Outlet " + id, Published: storyStart.Add(time.Duration(hours) * time.Hour)}, Revision: 1}
}

var tankerReports = []briefings.Article{
	reportAt("t1", 0, "Coast guard seizes tanker Meridian in the Larn strait", "The Larn coast guard seized the tanker Meridian in the strait on Tuesday, the transport ministry said. It carried 40,000 tonnes of diesel and a crew of fifteen sailors."),
	reportAt("t2", 3, "Tanker Meridian held in Larn with diesel on board", "The tanker Meridian is held at the port of Larn. The coast guard boarded it in the strait. Its fifteen sailors are well, said the transport ministry of Larn, and the diesel stays on board."),
	reportAt("t3", 8, "Owner of seized tanker Meridian goes to court in Larn", "The owner of the tanker Meridian, which the coast guard seized in the Larn strait with 40,000 tonnes of diesel, goes to court. The sailors remain at the port of Larn."),
}

var floodReports = []briefings.Article{
	reportAt("f1", 1, "Floods in Ostwick force 3,000 people from their homes", "The river Aldra burst its banks in Ostwick after days of rain. Rescue workers took 3,000 residents to schools and sports halls, the mayor of Ostwick said."),
	reportAt("f2", 5, "Ostwick mayor asks for help after the Aldra floods", "After the river Aldra burst its banks, the mayor of Ostwick asked the government for help. Residents wait in schools and sports halls; rescue workers bring water."),
}

func storyOf(t *testing.T, s *briefings.Stories, articles ...briefings.Article) string {
	t.Helper()
	id := s.Of(articles[0].ID)
	for _, a := range articles {
		if got := s.Of(a.ID); got != id || got == "" {
			t.Errorf("%s is in story %q and %s in %q", articles[0].ID, id, a.ID, got)
		}
	}
	return id
}

func TestAStoryKeepsItsNameAsItGrows(t *testing.T) {
	t.Parallel()
	var s briefings.Stories
	s.Add(tankerReports[1])
	s.Add(floodReports[1])
	tanker, flood := storyOf(t, &s, tankerReports[1]), storyOf(t, &s, floodReports[1])
	if tanker == flood {
		t.Fatal("two events are one story")
	}
	// An older report that comes late doesn't rename the story; nor does forgetting the one that it was called after.
	s.Add(tankerReports[0])
	s.Add(tankerReports[2])
	s.Add(floodReports[0])
	if got := storyOf(t, &s, tankerReports...); got != tanker {
		t.Errorf("the story was %s and is %s", tanker, got)
	}
	if got := storyOf(t, &s, floodReports...); got != flood {
		t.Errorf("the story was %s and is %s", flood, got)
	}
	s.Forget(tankerReports[1].ID)
	if got := storyOf(t, &s, tankerReports[0], tankerReports[2]); got != tanker {
		t.Errorf("the story was %s and is %s", tanker, got)
	}
	if s.Of(tankerReports[1].ID) != "" {
		t.Error("an article that was forgotten is in a story")
	}
}

func TestStoriesMergeIntoTheLargerAndTheLargerPartKeepsTheName(t *testing.T) {
	t.Parallel()
	var s briefings.Stories
	for _, a := range append(slices.Clone(tankerReports), floodReports...) {
		s.Add(a)
	}
	tanker, flood := storyOf(t, &s, tankerReports...), storyOf(t, &s, floodReports...)
	// The flood reports are rewritten: they were about the tanker all along.
	for i, a := range floodReports {
		a.Title, a.Text, a.Revision = tankerReports[i].Title, tankerReports[i].Text+" More will follow.", 2
		s.Add(a)
	}
	if got := storyOf(t, &s, append(slices.Clone(tankerReports), floodReports...)...); got != tanker {
		t.Errorf("three reports of %s and two of %s became %s", tanker, flood, got)
	}
	// They are taken back: the larger part keeps the name, and the name of the story that went isn't given to another one.
	for _, a := range floodReports {
		a.Revision = 3
		s.Add(a)
	}
	if got := storyOf(t, &s, tankerReports...); got != tanker {
		t.Errorf("the larger part was called %s and is %s", tanker, got)
	}
	if got := storyOf(t, &s, floodReports...); got == tanker || got == flood {
		t.Errorf("the smaller part is called %s", got)
	}
}

func TestStoriesDependOnTheArticlesAndNotOnTheirOrder(t *testing.T) {
	t.Parallel()
	all := append(slices.Clone(tankerReports), floodReports...)
	want := ""
	for turn := range len(all) {
		var s briefings.Stories
		for i := range all {
			s.Add(all[(i+turn)%len(all)])
			if i == 2 {
				s.All()
			}
		}
		got := ""
		for _, story := range s.All() {
			got += fmt.Sprintln(story.Articles, story.Origin)
		}
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("from %d on:\n%swant\n%s", turn, got, want)
		}
	}
}

func TestStoriesCountFamiliesThatReportThemselves(t *testing.T) {
	t.Parallel()
	wire := tankerReports[0]
	copied := tankerReports[0]
	copied.ID, copied.Outlet, copied.Published = "copy", "Harbour Post", copied.Published.Add(time.Hour)
	desk1, desk2 := tankerReports[1], tankerReports[2]
	desk1.Outlet, desk2.Outlet = "CCTV", "CGTN"
	var s briefings.Stories
	for _, a := range []briefings.Article{wire, copied, desk1, desk2} {
		s.Add(a)
	}
	list := s.All()
	if len(list) != 1 || len(list[0].Articles) != 4 || list[0].Origins != 2 {
		t.Errorf("a wire report, its copy and two desks of one broadcaster: %+v, want one story of two origins", list)
	}
}

// BenchmarkStories groups 5,000 articles of five days.
func BenchmarkStories(b *testing.B) {
	texts := realTexts(b, 5000)
	articles := make([]briefings.Article, len(texts))
	for i, r := range texts {
		r.Published = storyStart.Add(time.Duration(i%120) * time.Hour)
		articles[i] = briefings.Article{Report: r, Revision: 1}
	}
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			var s briefings.Stories
			for _, a := range articles {
				s.Add(a)
			}
		}
	})
	b.Run("group", func(b *testing.B) {
		var s briefings.Stories
		for _, a := range articles {
			s.Add(a)
		}
		for b.Loop() {
			s.Add(articles[0])
			b.ReportMetric(float64(len(s.All())), "stories")
		}
	})
}

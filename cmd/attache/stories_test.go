package main

import (
	"encoding/json"
	"strings"
	"testing"

	"attache/briefings"
)

const corpus = `{"id":"t1","title":"Coast guard seizes tanker Meridian in the Larn strait","text":"The Larn coast guard seized the tanker Meridian in the strait on Tuesday, the transport ministry said. It carried 40,000 tonnes of diesel and a crew of fifteen sailors.","published":"2024-02-20"}
{"id":2,"title":"Floods in Ostwick force 3,000 people from their homes","text":"The river Aldra burst its banks in Ostwick after days of rain. Rescue workers took 3,000 residents to schools and sports halls, the mayor of Ostwick said.","published":"2024-02-20T09:00:00Z"}

{"id":"t3","title":"Owner of seized tanker Meridian goes to court in Larn","text":"The owner of the tanker Meridian, which the coast guard seized in the Larn strait with 40,000 tonnes of diesel, goes to court. The sailors remain at the port of Larn.","published":"2024-02-21"}
`

func TestStoriesPrintsEachArticleWithItsStory(t *testing.T) {
	t.Parallel()
	file := write(t, "corpus.jsonl", corpus)
	for _, args := range [][]string{{"--corpus", file}, {"--corpus", file, "--headlines"}, {"--corpus", "-"}} {
		got := attache(t, t.TempDir(), corpus, append([]string{"stories"}, args...)...)
		var ids, stories []string
		for line := range strings.Lines(got.out) {
			id, story, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			if !ok || story == "" {
				t.Errorf("line %q is not an id, a tab and a story", line)
			}
			ids, stories = append(ids, id), append(stories, story)
		}
		if got.code != exitOK || strings.Join(ids, " ") != "t1 2 t3" {
			t.Fatalf("%v: exit %d\n%s%s", args, got.code, got.out, got.err)
		}
		if stories[0] != stories[2] || stories[0] == stories[1] {
			t.Errorf("%v: stories %v", args, stories)
		}
	}
}

func TestStoriesPrintsAStoryALineAsJSON(t *testing.T) {
	t.Parallel()
	got := attache(t, t.TempDir(), corpus, "stories", "--json", "--corpus", "-")
	first, _, _ := strings.Cut(got.out, "\n")
	var story struct {
		ID               string
		Articles, Origin []string
		Origins          int
	}
	if err := json.Unmarshal([]byte(first), &story); err != nil || got.code != exitOK || story.ID == "" || strings.Join(story.Articles, " ") != "t1 t3" || len(story.Origin) != 2 {
		t.Errorf("exit %d, %v\n%s%s", got.code, err, got.out, got.err)
	}
}

func TestStoriesSaysWhichLineIsWrong(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, corpus, want string }{
		{"no JSON", "{\"id\":\"a\"}\nnonsense\n", "line 2"},
		{"no id", `{"title":"x"}`, "no id"},
		{"an id twice", "{\"id\":\"a\"}\n{\"id\":\"a\"}\n", "second time"},
		{"a bad date", `{"id":"a","published":"yesterday"}`, "published"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got := attache(t, t.TempDir(), row.corpus, "stories", "--corpus", "-")
			if got.code != exitFailed || !strings.Contains(got.err, row.want) || got.out != "" {
				t.Errorf("exit %d\n%s%s", got.code, got.out, got.err)
			}
		})
	}
	if got := attache(t, t.TempDir(), "", "stories", "--corpus", "none.jsonl"); got.code != exitFailed || !strings.Contains(got.err, "none.jsonl") {
		t.Errorf("a missing file: exit %d\n%s%s", got.code, got.out, got.err)
	}
	if got := attache(t, t.TempDir(), "", "stories"); got.code != exitUsage {
		t.Errorf("no corpus: exit %d\n%s%s", got.code, got.out, got.err)
	}
}

func TestStoriesAcrossLanguages(t *testing.T) {
	t.Parallel()
	rows := `{"id":"e1","lang":"en","title":"Singapore seizes tanker Meridian with 4750 tonnes of diesel","text":"Captain Petrovsky was questioned in Singapore, the coast guard said."}
{"id":"e2","language":"en","title":"Floods in Peru force 3000 people from their homes","text":"The mayor of Trujillo, Alvarado, asked Peru for help after days of rain."}
{"id":"f1","lang":"fr","title":"Singapour saisit le pétrolier Meridian","text":"Le capitaine Petrovsky a été interrogé à Singapour, avec 4750 tonnes de gazole."}
{"id":"r2","title":"Наводнение в Перу: 3000 человек остались без крова","text":"Мэр города Трухильо Альварадо попросил правительство Перу о помощи после нескольких дней дождя."}
`
	got := attache(t, t.TempDir(), rows, "stories", "--across", "--corpus", "-")
	if got.code != exitOK || got.out != "f1\te1\nr2\te2\n" {
		t.Errorf("exit %d\n%s%s", got.code, got.out, got.err)
	}
	if got := attache(t, t.TempDir(), rows[strings.Index(rows, "{\"id\":\"f1"):], "stories", "--across", "--corpus", "-"); got.code != exitOK || got.out != "f1\t\nr2\t\n" {
		t.Errorf("without English reports: exit %d\n%s%s", got.code, got.out, got.err)
	}
}

func FuzzReadCorpus(f *testing.F) {
	f.Add(corpus, false)
	f.Add(`{"id":null}`, true)
	f.Fuzz(func(t *testing.T, text string, headlines bool) {
		n := 0
		ids, err := readCorpus(strings.NewReader(text), headlines, func(briefings.Article) { n++ })
		if err == nil && len(ids) != n {
			t.Fatalf("%d ids of %d articles", len(ids), n)
		}
	})
}

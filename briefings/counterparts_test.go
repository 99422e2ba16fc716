package briefings_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"

	"attache/briefings"
	"attache/briefings/briefingstest"
)

type spokenReport struct{ ID, Lang, Title, Text, Gold string }

func reportsInLanguages(t testing.TB) []spokenReport {
	t.Helper()
	f, err := os.Open(briefingstest.Shared(t, "data", "languages-dev", "events.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []spokenReport
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		var r spokenReport
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func spokenArticle(r spokenReport) briefings.Article {
	return briefings.Article{Report: briefings.Report{ID: r.ID, Title: r.Title, Text: r.Text, Language: r.Lang}, Revision: 1}
}

// TestCounterpartsAreSuggestedAndStrangersHardly asks for the English counterpart of reports in 19 languages among 62, and once
// more with the right one taken away. No two reports share a sentence.
func TestCounterpartsAreSuggestedAndStrangersHardly(t *testing.T) {
	t.Parallel()
	var c briefings.Counterparts
	events := map[string]string{}
	var english []string
	all := reportsInLanguages(t)
	for _, r := range all {
		c.Add(spokenArticle(r))
		events[r.ID] = r.Gold
		if r.Lang == "en" {
			english = append(english, r.ID)
		}
	}
	var asked, first, right, wrong, strangers, firm, firmWrong int
	for i, r := range all {
		if r.Lang == "en" {
			continue
		}
		asked++
		if events[c.Likeliest(r.ID, "en")] == r.Gold {
			first++
		}
		if i%3 != 0 { // a third is enough for what follows
			continue
		}
		var others []string
		for _, id := range english {
			if events[id] != r.Gold {
				others = append(others, id)
			}
		}
		for _, s := range briefings.Suggested(&c, r.ID, english) {
			same := events[s.Article.Article] == r.Gold
			switch {
			case same:
				right++
			default:
				wrong++
			}
			if s.Firm {
				firm++
				if !same {
					firmWrong++
				}
			}
			if s.Weak != briefings.WeakScript(r.Lang) {
				t.Errorf("%s: weak is %v", r.Lang, s.Weak)
			}
		}
		if len(briefings.Suggested(&c, r.ID, others)) > 0 {
			strangers++
		}
	}
	t.Logf("right at first place: %d of %d; of every third: %d suggestions right, %d wrong; %d have one where no report is right; firm %d, %d of them wrong",
		first, asked, right, wrong, strangers, firm, firmWrong)
	if float64(first) < .7*float64(asked) || wrong*6 > right || strangers*8 > asked/3 || firmWrong > 0 {
		t.Error("counterparts are worse than they were")
	}
}

func TestCounterpartsForgetTheOldest(t *testing.T) {
	t.Parallel()
	c := briefings.Counterparts{Most: 10}
	text := func(i int) briefings.Article {
		return spokenArticle(spokenReport{ID: fmt.Sprint(i), Lang: "en", Title: fmt.Sprintf("Ferry %d leaves Larnport", 1000+i), Text: fmt.Sprintf("Captain Olgrevik %d sailed.", 1000+i)})
	}
	for i := range 40 {
		c.Add(text(i))
	}
	c.Add(spokenArticle(spokenReport{ID: "de", Lang: "de", Title: "Fähre 1035 verlässt Larnport", Text: "Kapitän Olgrevik 1035."}))
	if got := c.Likeliest("de", "en"); got != "35" {
		t.Errorf("the likeliest is %q", got)
	}
	if c.Likeliest("3", "de") != "" {
		t.Error("an article that was added long ago is kept")
	}
	revised := text(35)
	revised.Revision, revised.Title, revised.Text = 2, "Rain in Ostwick", "It rained."
	c.Add(revised)
	if got := c.Likeliest("de", "en"); got == "35" {
		t.Error("an earlier revision is compared")
	}
}

func TestAStoryHasItsCounterpartsWithinThreeDays(t *testing.T) {
	t.Parallel()
	e, err := briefings.New(briefings.Config{Library: briefings.NewShelf()})
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2024, 2, 20, 9, 0, 0, 0, time.UTC)
	read := func(id, language string, at time.Time, title, text string) string {
		a, _, err := e.Read(t.Context(), briefings.Report{ID: id, URL: "https://" + id + ".example/a", Outlet: id, Language: language, Published: at, Title: title, Text: text})
		if err != nil {
			t.Fatal(err)
		}
		return a.ID
	}
	for i := range 12 { // what is common is learnt from what is there
		read(fmt.Sprintf("en%d", i), "en", day, fmt.Sprintf("Market day %d in Ostwick", i), "Farmers sold apples and cheese in the square while children played.")
		read(fmt.Sprintf("fr%d", i), "fr", day, fmt.Sprintf("Jour de marché %d à Ostwick", i), "Les fermiers ont vendu des pommes et du fromage sur la place.")
	}
	english := read("tanker", "en", day, "Singapore seizes tanker Meridian with 4750 tonnes of diesel", "Captain Petrovsky was questioned in Singapore, the coast guard said.")
	french := read("petrolier", "fr", day.Add(20*time.Hour), "Singapour saisit le pétrolier Meridian et 4750 tonnes de gazole", "Le capitaine Petrovsky a été interrogé à Singapour.")
	read("later", "fr", day.Add(12*24*time.Hour), "Singapour saisit le pétrolier Meridian et 4750 tonnes de gazole, encore", "Le capitaine Petrovsky a été interrogé à Singapour.")
	got, err := e.Counterparts(t.Context(), []string{english}, 0)
	if err != nil || len(got) != 1 || got[0].Article.Article != french || got[0].Language != "fr" || got[0].Of != english || !got[0].Firm || got[0].Weak || got[0].Article.Outlet != "petrolier" || got[0].Article.Quote != "" {
		t.Errorf("%v, %+v", err, got)
	}
	if got, err := e.Counterparts(t.Context(), []string{english, french}, 0); err != nil || len(got) != 0 {
		t.Errorf("of its own articles: %v, %+v", err, got)
	}
	if got, err := e.Counterparts(t.Context(), []string{"unknown"}, 0); err != nil || len(got) != 0 {
		t.Errorf("of none: %v, %+v", err, got)
	}
}

func BenchmarkCounterparts(b *testing.B) {
	var articles []briefings.Article
	for _, r := range reportsInLanguages(b) {
		articles = append(articles, spokenArticle(r))
	}
	var c briefings.Counterparts
	b.Run("arrival", func(b *testing.B) {
		for i := range b.N {
			a := articles[i%len(articles)]
			a.Revision = 2 + i/len(articles)
			c.Add(a)
		}
	})
}

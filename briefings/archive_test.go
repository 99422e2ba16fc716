package briefings

import (
	"strings"
	"testing"
	"time"
)

func TestArchiveTellsEveryFactOfTheReport(t *testing.T) {
	t.Parallel()
	reports := Archive()
	if len(reports) != 1 {
		t.Fatalf("the archive holds %d reports, want 1", len(reports))
	}
	r := reports[0]
	if want := time.Date(2024, 2, 20, 0, 0, 0, 0, time.UTC); !r.Published.Equal(want) || !r.DateOnly {
		t.Errorf("published %v (date only %v), want the day %v", r.Published, r.DateOnly, want)
	}
	if r.Language != "en" || r.Outlet == "" || r.Label == "" || r.URL != "" || r.Source != "embedded" || r.ID == "" {
		t.Errorf("the report's description is wrong: %+v", Report{ID: r.ID, Outlet: r.Outlet, Label: r.Label, URL: r.URL, Source: r.Source, Language: r.Language})
	}
	for _, fact := range []string{
		// Dates and numbers.
		"April 25, 2019", "Tuesday, February 20, 2024", "2017", "four-day trip", "September summit", "last year",
		// Names.
		"Vladimir Putin", "Kim Jong-un", "Vladimir Vladimirovich Putin", "Yo Jong", "KCNA", "KNS / AFP", "Unification Ministry",
		"United States", "South Korea", "Pyongyang", "Moscow", "Ukraine", "Russian Far East", "United Nations", "UN Security Council",
		"Lexus", "Mercedes-Benz S-Class", "Maybach", "Aurus Senate", "Orus Senate",
		// What was said, word for word.
		"“violation of UN sanctions”",
		"“We condemn North Korea for its brazen attitude of publicly disclosing violations of UN sanctions”",
		"“Russia must also be aware of its responsibility as a permanent member of the UN Security Council and put an end to any acts that undermine international norms”",
		"“A Russian-made car was given by the President of the Russian Federation, Vladimir Vladimirovich Putin, for his personal use”",
		"“a clear demonstration of the special personal relationship between the senior leaders”",
		// Circumstances.
		"North Korean state media announced", "state news agency of North Korea", "on condition of anonymity", "told reporters",
		"model of the car has not been specified", "Russian-made", "taste in luxury cars", "back seat", "special train",
		"violation of sanctions", "import of vehicles", "which Russia signed", "permanent member", "powerful sister",
		"Russian tourists", "first foreign group that is known", "pandemic", "sent weapons", "war with Ukraine", "satellite programmes",
		"longtime ally",
	} {
		if !strings.Contains(r.Text, fact) {
			t.Errorf("the account lacks %q", fact)
		}
	}
}

func TestArchiveFileWithAMistakeIsNamed(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"no front matter": "Text only.",
		"not closed":      "---\ntitle: A\n\nText.",
		"unknown key":     "---\ntitle: A\noutlet: B\ndate: 2024-02-20\ncolour: red\n---\nText.",
		"bad date":        "---\ntitle: A\noutlet: B\ndate: 20 February\n---\nText.",
		"bad line":        "---\ntitle A\n---\nText.",
		"no text":         "---\ntitle: A\noutlet: B\ndate: 2024-02-20\n---\n",
	} {
		if r, err := archiveReport("file.md", raw); err == nil || !strings.Contains(err.Error(), "file.md") {
			t.Errorf("%s: got %+v and error %v, want an error that names the file", name, r, err)
		}
	}
}

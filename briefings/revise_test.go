package briefings_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"attache/briefings"
)

func revisionOf(t testing.TB, number int, title, text string) briefings.Article {
	t.Helper()
	a, err := briefings.NewArticle(briefings.Report{ID: "strait", Title: title, Text: text}, time.Date(2024, 2, 20, 9, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	a.Revision = number
	return a
}

const straitText = `The coast guard seized the tanker Meridian on Friday, the transport ministry said.

It carried 40,000 tonnes of diesel. The crew of 15 was taken to the port of Larn. Nobody was hurt.

The owner said on Saturday that the ship had done nothing wrong.`

func TestRevisionTellsWhatChangedBySentence(t *testing.T) {
	t.Parallel()
	type change struct{ Kind, Old, New string }
	for _, row := range []struct {
		name, title, text string
		want              []change
		notice            string
	}{
		{name: "nothing", text: straitText},
		{name: "only typography", title: "TANKER SEIZED IN THE STRAIT", text: strings.NewReplacer("40,000", "40000", "Friday, the", "Friday the").Replace(straitText)},
		{
			name: "only the order",
			text: "It carried 40,000 tonnes of diesel.\n\nThe coast guard seized the tanker Meridian on Friday, the transport ministry said. The crew of 15 was taken to the port of Larn. Nobody was hurt.\n\nThe owner said on Saturday that the ship had done nothing wrong.",
		},
		{
			name: "a number", text: strings.Replace(straitText, "crew of 15", "crew of 12", 1),
			want: []change{{"reworded", "The crew of 15 was taken to the port of Larn.", "The crew of 12 was taken to the port of Larn."}},
		},
		{
			name: "a sign", text: strings.Replace(straitText, "40,000 tonnes", "4.0000 tonnes", 1),
			want: []change{{"reworded", "It carried 40,000 tonnes of diesel.", "It carried 4.0000 tonnes of diesel."}},
		},
		{
			name: "added, removed and the headline", title: "Tanker held in Larn",
			text: strings.Replace(straitText, "Nobody was hurt.", "A court will hear the case next month.", 1),
			want: []change{
				{"reworded", "Tanker seized in the strait", "Tanker held in Larn"},
				{"removed", "Nobody was hurt.", ""},
				{"added", "", "A court will hear the case next month."},
			},
		},
		{
			name:   "a correction with its notice",
			text:   strings.Replace(straitText, "crew of 15", "crew of 12", 1) + "\n\nCorrection: an earlier version of this article gave the wrong size of the crew. It was 12, not 15.",
			want:   []change{{"reworded", "The crew of 15 was taken to the port of Larn.", "The crew of 12 was taken to the port of Larn."}},
			notice: "Correction: an earlier version of this article gave the wrong size of the crew. It was 12, not 15.",
		},
		{
			name:   "a notice under a heading of its own",
			text:   straitText + "\n\nCorrection:\n\nThe crew numbered 12.",
			notice: "Correction:\n\nThe crew numbered 12.",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			title := row.title
			if title == "" {
				title = "Tanker seized in the strait"
			}
			old, now := revisionOf(t, 1, "Tanker seized in the strait", straitText), revisionOf(t, 2, title, row.text)
			r := briefings.Revise(old, now)
			var got []change
			for _, c := range r.Changes {
				got = append(got, change{string(c.Kind), c.Old, c.New})
				if c.OldIndex >= 0 && old.Sentence(c.OldIndex) != c.Old || c.NewIndex >= 0 && now.Sentence(c.NewIndex) != c.New {
					t.Errorf("%+v doesn't stand at its places", c)
				}
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			if r.Notice != row.notice || r.Correction != (row.notice != "") || r.From != 1 || r.To != 2 || r.Article != "strait" {
				t.Errorf("got %+v", r)
			}
			if r.Correction && !strings.HasPrefix(r.Notice, now.Sentence(r.NoticeIndex)) {
				t.Errorf("the notice begins at sentence %d", r.NoticeIndex)
			}
		})
	}
}

func TestANoticeThatWasThereBeforeIsNoNewCorrection(t *testing.T) {
	t.Parallel()
	noted := straitText + "\n\nThis article was amended on 21 February 2024 to give the right port."
	old, now := revisionOf(t, 2, "Tanker seized", noted), revisionOf(t, 3, "Tanker seized", strings.Replace(noted, "Nobody was hurt.", "One sailor was hurt.", 1))
	if r := briefings.Revise(old, now); r.Correction || r.Notice != "" || len(r.Changes) != 1 {
		t.Errorf("got %+v", r)
	}
	if r := briefings.Revise(now, revisionOf(t, 4, "Tanker seized", straitText)); r.Correction {
		t.Errorf("a notice that went is a correction: %+v", r)
	}
}

func TestCorrectionNoticesAreKnownAndReportsAboutCorrectionsAreNot(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text string
		want bool
	}{
		{"Correction: an earlier version of this article misstated the toll.", true},
		{"Correction, Feb. 21, 2024: The minister's name is Saar.", true},
		{"CORRECTION — The vote took place on Tuesday.", true},
		{"This article was amended on 12 March 2024 to correct the name of the river.", true},
		{"This story has been corrected to show that the bridge is in Larn.", true},
		{"(This version of the story corrects the name of the minister in paragraph 3.)", true},
		{"(Corrects paragraph 2 to say million, not billion)", true},
		{"An earlier version of this report said the ship was Danish.", true},
		{"This page was updated to correct the date of the vote.", true},
		{"Rectificatif : une version précédente de cet article indiquait un autre bilan.", true},
		{"In einer früheren Version dieses Artikels stand, der Fluss heiße Elbe.", true},
		{"Fe de errores: el nombre del ministro es Saar.", true},
		{"Uma versão anterior deste texto dizia que o navio era dinamarquês.", true},
		{"Errata corrige: il fiume è il Po.", true},
		{"В предыдущей версии этой новости было указано другое число.", true},
		{"تصحيح: اسم الوزير هو سعار", true},
		{"更正：本文早前版本有误。", true},
		{"訂正：本文の数字を直しました。", true},
		{"바로잡습니다: 장관의 이름을 고칩니다.", true},

		{"The market correction continued on Friday.", false},
		{"The newspaper published a correction after the minister complained.", false},
		{"“Correction: I said nothing of the kind,” the minister wrote.", false},
		{"The earlier version of the bill was rejected.", false},
		{"The report was amended by the committee before the vote.", false},
		{"This article was updated on Friday with new figures.", false},
		{"Corrections officers went on strike.", false},
		{"The court corrected the sentence to five years.", false},
	} {
		a := revisionOf(t, 1, "The strait", "The coast guard seized a tanker on Friday, the ministry said.\n\n"+row.text+"\n\nThe owner of the ship said nothing about the case on Saturday.")
		if first, last := briefings.CorrectionNotice(a); first >= 0 != row.want || row.want && (a.Sentence(first) == "" || last < first) {
			t.Errorf("%q: notice at %d to %d, want %v", row.text, first, last, row.want)
		}
	}
}

func TestTheEngineTellsWhatChangedSinceARevision(t *testing.T) {
	t.Parallel()
	e, err := briefings.New(briefings.Config{Library: briefings.NewShelf()})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{straitText, strings.Replace(straitText, "crew of 15", "crew of 14", 1), strings.Replace(straitText, "crew of 15", "crew of 12", 1)} {
		if _, _, err := e.Read(t.Context(), briefings.Report{ID: "strait", Title: "Tanker seized", Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	r, err := e.Revised(t.Context(), "strait", 1)
	if err != nil || r.From != 1 || r.To != 3 || len(r.Changes) != 1 || !strings.Contains(r.Changes[0].New, "crew of 12") {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := e.Revised(t.Context(), "strait", 9); err == nil {
		t.Error("a revision that isn't there was compared")
	}
}

// FuzzRevise holds every change to its promise: its words stand in the articles at the places that it names.
func FuzzRevise(f *testing.F) {
	f.Add("Tanker seized", straitText, "Tanker held", strings.Replace(straitText, "15", "12", 1))
	f.Add("", "Correction: one.", "", "Correction:\n\nTwo. “Three.” (Corrects paragraph 2)")
	f.Add("a", "更正：本文早前版本有误。\n\nA. B. C.", "b", "訂正 A. C. B.")
	f.Fuzz(func(t *testing.T, t1, x1, t2, x2 string) {
		if len(x1)+len(x2) > 4000 {
			return
		}
		old, err := briefings.NewArticle(briefings.Report{ID: "x", Title: t1, Text: x1}, time.Time{})
		if err != nil {
			return
		}
		now, err := briefings.NewArticle(briefings.Report{ID: "x", Title: t2, Text: x2}, time.Time{})
		if err != nil {
			return
		}
		r := briefings.Revise(old, now)
		for _, c := range r.Changes {
			if c.Old != old.Sentence(c.OldIndex) || c.New != now.Sentence(c.NewIndex) || c.Old == "" && c.New == "" {
				t.Fatalf("%+v", c)
			}
		}
		if r.Correction != (r.Notice != "") || r.Correction && !strings.Contains(now.Title+"\x00"+now.Text, r.Notice) {
			t.Fatalf("%+v", r)
		}
		if same := briefings.Revise(old, old); len(same.Changes) > 0 || same.Correction {
			t.Fatalf("an article differs from itself: %+v", same)
		}
	})
}

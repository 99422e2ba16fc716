package prose_test

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"attache/briefings/briefingstest"
	"attache/briefings/prose"
)

type foreign struct{ Lang, Title, Text string }

func foreignReports(t *testing.T) []foreign {
	t.Helper()
	f, err := os.Open(briefingstest.Shared(t, "data", "languages-dev", "events.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []foreign
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		var r foreign
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func TestLanguageIsToldByTitleAndLead(t *testing.T) {
	t.Parallel()
	right, all := 0, 0
	for _, r := range foreignReports(t) {
		lead := strings.Join(strings.SplitN(r.Text, "\n", 4)[:min(3, strings.Count(r.Text, "\n")+1)], " ")
		all++
		if prose.Language(r.Title+". "+lead) == r.Lang {
			right++
		}
	}
	t.Logf("%d of %d", right, all)
	if float64(right) < .99*float64(all) {
		t.Errorf("%d of %d", right, all)
	}
	for _, text := range []string{"", "2018", "?!", "ok"} {
		if l := prose.Language(text); l != "" {
			t.Errorf("%q is taken for %s", text, l)
		}
	}
}

// TestSentencesInTwentyLanguages joins the sentences of real reports and looks where they are cut again. Translators divide
// some sentences in two, so that 1 can't be reached.
func TestSentencesInTwentyLanguages(t *testing.T) {
	t.Parallel()
	type count struct{ right, extra, missed int }
	counts := map[string]*count{}
	for _, r := range foreignReports(t) {
		ends := map[int]bool{}
		var text strings.Builder
		for i, line := range strings.Split(r.Text, "\n") {
			if i > 0 && r.Lang != "zh" && r.Lang != "ja" {
				text.WriteByte(' ')
			}
			text.WriteString(strings.TrimSpace(line))
			ends[text.Len()] = true
		}
		c := counts[r.Lang]
		if c == nil {
			c = &count{}
			counts[r.Lang] = c
		}
		for _, s := range prose.Sentences(text.String()) {
			if ends[s.End] {
				c.right++
				delete(ends, s.End)
			} else {
				c.extra++
			}
		}
		c.missed += len(ends)
	}
	sum := 0.0
	for l, c := range counts {
		f := 2 * float64(c.right) / float64(2*c.right+c.extra+c.missed)
		sum += f
		if f < .92 {
			t.Errorf("%s: F1 %.3f", l, f)
		}
	}
	mean := sum / float64(len(counts))
	t.Logf("F1 %.3f over %d languages", mean, len(counts))
	if mean < .96 {
		t.Errorf("F1 %.3f", mean)
	}
}

func TestSentencesKeepAbbreviationsAndClosingMarksOfOtherLanguages(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"Am 30. Mai begann es. „Wir gehen nicht.“ Das sagte er.":      3,
		"Il a dit : « Nous partons. » Puis il est parti.":             2,
		"मंत्री ने कहा। बैठक हुई।":                                    2,
		"「いい関係だ。」と述べた。会談は続く。":                                         2,
		"قال الوزير ذلك. هل وافق؟ نعم.":                               3,
		"В 2018 г. погибли 5 тыс. человек, сообщил им. Ленина центр.": 1,
		"El Sr. Pérez llegó. La reunión siguió.":                      2,
	} {
		if got := prose.Sentences(text); len(got) != want {
			var parts []string
			for _, s := range got {
				parts = append(parts, s.Of(text))
			}
			t.Errorf("%d sentences, want %d: %q", len(got), want, parts)
		}
	}
}

func TestStemBringsFormsTogether(t *testing.T) {
	t.Parallel()
	for language, forms := range map[string][]string{
		"fr": {"sanctions", "sanction"}, "de": {"regierung", "regierungen"}, "es": {"ministros", "ministro"}, "pt": {"ministros", "ministro"},
		"it": {"ministri", "ministro"}, "ru": {"санкции", "санкций", "санкциям"}, "uk": {"санкції", "санкцій", "санкціям"},
		"ar": {"وزير", "الوزير"}, "ko": {"대통령은", "대통령이", "대통령"}, "nl": {"ministers", "minister"}, "en": {"ministers", "minister"},
	} {
		first := prose.StemIn(language, prose.Fold(forms[0]))
		for _, f := range forms[1:] {
			if got := prose.StemIn(language, prose.Fold(f)); got != first {
				t.Errorf("%s: %s becomes %s and %s becomes %s", language, forms[0], first, f, got)
			}
		}
	}
}

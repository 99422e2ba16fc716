package prose_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"attache/briefings/prose"
)

func texts(text string, spans []prose.Span) []string {
	var out []string
	for _, s := range spans {
		out = append(out, s.Of(text))
	}
	return out
}

func TestSentencesEndWhereAReaderEndsThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"plain", "One fell. Two rose! Did three? Yes.", []string{"One fell.", "Two rose!", "Did three?", "Yes."}},
		{"titles and initials", "Mr. John F. Kennedy met Dr. No. They spoke.", []string{"Mr. John F. Kennedy met Dr. No.", "They spoke."}},
		{"abbreviations that may end", "He lives in the U.S. The house is big. He left Acme Inc. in May.", []string{"He lives in the U.S.", "The house is big.", "He left Acme Inc. in May."}},
		{"dates and decimals", "On Feb. 20 it rose 3.5 percent. On Nov. 5 it fell.", []string{"On Feb. 20 it rose 3.5 percent.", "On Nov. 5 it fell."}},
		{"a closing mark belongs to its sentence", "“We will go.” He went. \"I stay.\" She stayed.", []string{"“We will go.”", "He went.", "\"I stay.\"", "She stayed."}},
		{"a question inside a sentence", "“Why?” he asked. Nobody knew.", []string{"“Why?” he asked.", "Nobody knew."}},
		{"a lost space after a quotation", "“We condemn the violations of sanctions”A ministry official told reporters.", []string{"“We condemn the violations of sanctions”", "A ministry official told reporters."}},
		{"a lost space after a point", "They undermine norms”.This official added. It ended today.The president left.", []string{"They undermine norms”.", "This official added.", "It ended today.", "The president left."}},
		{"spaced-out text", "Newton D . Baker built it . It stands .", []string{"Newton D . Baker built it .", "It stands ."}},
		{"list numbers", "1. Take it. 2. Leave it.", []string{"1. Take it.", "2. Leave it."}},
		{"paragraphs end sentences", "A heading\n\nThe text", []string{"A heading", "The text"}},
		{"wrapped lines do not", "The president of the republic said on Tuesday that the whole of the\ncountry would vote.", []string{"The president of the republic said on Tuesday that the whole of the\ncountry would vote."}},
		{"other scripts", "彼は来た。彼女は去った。", []string{"彼は来た。", "彼女は去った。"}},
		{"nothing", " \n\n ", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, texts(c.text, prose.Sentences(c.text))); diff != "" {
				t.Errorf("sentences of %q (-want +got):\n%s", c.text, diff)
			}
		})
	}
}

func TestTokensAreWordsAndNumbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Kim Jong-un’s car":              "kim|jong|un|car",
		"the U.S. and the UN, at 8 a.m.": "the|u.s|and|the|un|at|8|a.m",
		"They don't say O'Brien won't":   "they|don't|say|o'brien|won't",
		"300,000 men, 3.5% of $1,234.50": "300000|men|3.5|of|1234.50",
		"1,2 and 21st":                   "1|2|and|21st",
		"Zakład Ubezpieczeń, São Paulo":  "zaklad|ubezpieczen|sao|paulo",
		"北京 talks":                       "北|京|talks",
	} {
		var got []string
		for _, k := range prose.Tokens(text) {
			got = append(got, k.Lower)
			if text[k.Start:k.End] != k.Text {
				t.Errorf("token %q of %q stands elsewhere", k.Text, text)
			}
		}
		if strings.Join(got, "|") != want {
			t.Errorf("tokens of %q = %q, want %q", text, strings.Join(got, "|"), want)
		}
	}
}

func TestStemsBringFormsTogether(t *testing.T) {
	t.Parallel()
	for _, forms := range [][]string{{"give", "gives", "giving", "gave", "given"}, {"sanction", "sanctions", "sanctioned"}, {"country", "countries"}, {"woman", "women"}} {
		for _, f := range forms[1:] {
			if prose.Stem(f) != prose.Stem(forms[0]) {
				t.Errorf("stem of %q is %q, of %q %q", f, prose.Stem(f), forms[0], prose.Stem(forms[0]))
			}
		}
	}
	if prose.Stem("moscow") == prose.Stem("mosque") {
		t.Error("different words have one stem")
	}
}

func TestNamesHaveKinds(t *testing.T) {
	t.Parallel()
	text := "Yesterday Russian President Vladimir Putin met Kim Jong-un at the Unification Ministry in Seoul, KCNA said. " +
		"The UN Security Council and the University of Chicago looked on, as did Putin's Orus Senate. On Tuesday, South Korea spoke."
	type name struct {
		Text  string
		Kind  prose.Kind
		Title string
	}
	var got []name
	for _, n := range prose.Names(text) {
		got = append(got, name{n.Text, n.Kind, n.Title})
		if text[n.Start:n.End] != n.Text {
			t.Errorf("name %q stands elsewhere", n.Text)
		}
	}
	want := []name{
		{"Russian", prose.Demonym, ""}, {"Vladimir Putin", prose.Person, "President"}, {"Kim Jong-un", prose.Person, ""},
		{"Unification Ministry", prose.Institution, ""}, {"Seoul", prose.Place, ""}, {"KCNA", prose.Outlet, ""},
		{"UN Security Council", prose.Institution, ""}, {"University of Chicago", prose.Institution, ""}, {"Putin", prose.Person, ""},
		{"Orus Senate", prose.Company, ""}, {"South Korea", prose.Nation, ""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

func TestTimesAreResolvedAgainstTheDayOfWriting(t *testing.T) {
	t.Parallel()
	base := time.Date(2024, 2, 20, 12, 0, 0, 0, time.UTC) // a Tuesday
	for _, c := range []struct {
		text, found, day string
		precision        prose.Precision
	}{
		{"announced this Tuesday, February 20, that", "this Tuesday, February 20", "2024-02-20", prose.Day},
		{"on April 25, 2019.", "April 25, 2019", "2019-04-25", prose.Day},
		{"on 3 May 2023", "3 May 2023", "2023-05-03", prose.Day},
		{"visited last year", "last year", "2023-01-01", prose.Year},
		{"arrived earlier this month", "earlier this month", "2024-02-01", prose.Month},
		{"arrived earlier in the month", "earlier in the month", "2024-02-01", prose.Month},
		{"the September summit", "September", "2023-09-01", prose.Month},
		{"in 2017", "2017", "2017-01-01", prose.Year},
		{"on Friday", "Friday", "2024-02-16", prose.Day},
		{"next Friday", "next Friday", "2024-02-23", prose.Day},
		{"three days ago", "three days ago", "2024-02-17", prose.Day},
		{"yesterday", "yesterday", "2024-02-19", prose.Day},
		{"2024-02-20", "2024-02-20", "2024-02-20", prose.Day},
		{"in the 1980s", "1980s", "1980-01-01", prose.Decade},
		{"the 10th and 11th centuries", "10th and 11th centuries", "0901-01-01", prose.Century},
		{"in summer 1969", "summer 1969", "1969-06-01", prose.Season},
	} {
		got := prose.Times(c.text, base)
		if len(got) != 1 {
			t.Errorf("%q has %d times, want 1: %v", c.text, len(got), got)
			continue
		}
		if got[0].Text != c.found || got[0].Value.Format(time.DateOnly) != c.day || got[0].Precision != c.precision {
			t.Errorf("%q: got %q, %s, %s; want %q, %s, %s", c.text, got[0].Text, got[0].Value.Format(time.DateOnly), got[0].Precision, c.found, c.day, c.precision)
		}
	}
	for _, text := range []string{"2000 people came", "they may march", "$1999 was paid", "a second chance"} {
		if got := prose.Times(text, base); len(got) != 0 {
			t.Errorf("%q has no time, got %v", text, got)
		}
	}
}

func TestNumbersKnowTheirScaleAndUnit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, found string
		value       float64
		kind        prose.NumberKind
		unit        string
	}{
		{"about 300,000 reservists", "300,000", 300000, prose.Count, "reservists"},
		{"paid $1.3 billion for it", "$1.3 billion", 1.3e9, prose.Money, "dollar"},
		{"rose 8.5% in May", "8.5%", 8.5, prose.Percent, ""},
		{"rose 8 per cent", "8 per cent", 8, prose.Percent, ""},
		{"twenty-five people", "twenty-five", 25, prose.Count, "people"},
		{"a four-day trip", "four", 4, prose.Count, "day"},
		{"two million euros", "two million euros", 2e6, prose.Money, "euros"},
		{"the 21st time", "21st", 21, prose.Ordinal, ""},
	} {
		got := prose.Numbers(c.text)
		if len(got) != 1 || got[0].Text != c.found || got[0].Value != c.value || got[0].Kind != c.kind || got[0].Unit != c.unit {
			t.Errorf("%q: got %+v, want %q %v %s %q", c.text, got, c.found, c.value, c.kind, c.unit)
		}
	}
}

func TestQuotesAreFoundInEveryStyle(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"He said “no” and \"never\".":                        {"no", "never"},
		"« Jamais », dit-il":                                 {"Jamais"},
		"symbol of “ Special Personal Relationships »":       {"Special Personal Relationships"},
		"A car was given for his use », the agency reported": {"A car was given for his use"},
		"It's the agency’s own word: 'spy balloon', it said": {"spy balloon"},
		"“It goes on":              {"It goes on"},
		"no quotation, don't look": nil,
	} {
		if diff := cmp.Diff(want, texts(text, prose.Quotes(text))); diff != "" {
			t.Errorf("quotes of %q (-want +got):\n%s", text, diff)
		}
	}
}

func TestCanonicalNamesMeet(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"South Korea", "Seoul", "the South", "ROK", "South Korean"}, {"North Korea", "Pyongyang", "the North", "DPRK"},
		{"Russia", "Moscow", "the Kremlin", "Russian"}, {"United States", "Washington", "the White House", "US", "U.S."},
		{"UN", "United Nations"}, {"KCNA", "Korean Central News Agency"},
	} {
		for _, n := range same[1:] {
			if a, b := prose.Canonical(same[0]), prose.Canonical(n); a != b {
				t.Errorf("%q is %q and %q is %q", same[0], a, n, b)
			}
		}
	}
	if prose.Canonical("us") == prose.Canonical("US") {
		t.Error("the pronoun is taken for the country")
	}
}

func TestTagsTellPartsOfSpeech(t *testing.T) {
	t.Parallel()
	text := "Then Vladimir Putin offered the North Korean leader a new car in 2024"
	got := strings.Join(prose.Tags(text, prose.Tokens(text)), " ")
	if want := "RB NNP NNP VBD DT JJ JJ NN DT JJ NN IN CD"; got != want {
		t.Errorf("tags of %q: got %s, want %s", text, got, want)
	}
}

func FuzzEverythingStandsInTheText(f *testing.F) {
	for _, s := range []string{"", "a", "Mr. X. said “no”.", "\xff\xfe“", "U.S.\n\n2024-02-20 «", "5 p.m. on May 5, 2020", "the 10th and 11th centuries", "’s", "Kim Jong-un A", "$1.2.3 million%", "’’’“”\"'"} {
		f.Add(s)
	}
	base := time.Date(2024, 2, 20, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		check := func(what string, spans []prose.Span) {
			at := 0
			for _, p := range spans {
				if p.Start < at || p.End <= p.Start || p.End > len(s) {
					t.Fatalf("%s of %q: %v after %d", what, s, p, at)
				}
				at = p.End
			}
		}
		check("paragraphs", prose.Paragraphs(s))
		check("sentences", prose.Sentences(s))
		check("quotes", prose.Quotes(s))
		toks := prose.Tokens(s)
		if got := prose.Tags(s, toks); len(got) != len(toks) {
			t.Fatalf("%d tags for %d tokens", len(got), len(toks))
		}
		var names, times []prose.Span
		for _, n := range prose.Names(s) {
			names = append(names, prose.Span{Start: n.Start, End: n.End})
		}
		for _, x := range prose.Times(s, base) {
			times = append(times, x.Span)
		}
		check("names", names)
		check("times", times)
		for _, n := range prose.Numbers(s) {
			if n.Of(s) != n.Text {
				t.Fatalf("number %q of %q stands elsewhere", n.Text, s)
			}
		}
		prose.Known(s)
		prose.Canonical(s)
	})
}

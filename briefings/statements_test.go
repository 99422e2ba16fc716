package briefings_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"attache/briefings"
	"attache/briefings/briefingstest"
)

// line is a statement as a reader would note it: who, how, what.
func line(s briefings.Statement) string {
	who := s.Speaker.Name
	if s.Speaker.Full != "" {
		who += " (" + s.Speaker.Full + ")"
	}
	if s.Speaker.Via != "" {
		who += " via " + s.Speaker.Via
	}
	mark := ":"
	if s.Direct {
		mark = "::"
	}
	return fmt.Sprintf("%s | %s %s %s", who, s.Stance, mark, s.Text)
}

func TestStatementsSayWhoSaidWhat(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"before", "The ministry said that the talks had failed.", []string{"The ministry | says : the talks had failed"}},
		{"before, without that", "Mayor Ilse Brandt confirmed the bridge was closed.", []string{"Mayor Ilse Brandt | says : the bridge was closed"}},
		{"after", "The bridge will stay closed until June, Ilse Brandt said.", []string{"Ilse Brandt | says : The bridge will stay closed until June"}},
		{"inverted", "“We are closing the bridge,” said Ilse Brandt, the mayor of Narvik.", []string{"Ilse Brandt (Ilse Brandt, the mayor of Narvik) | says :: We are closing the bridge"}},
		{"according to", "The bridge is unsafe, according to the port authority.", []string{"the port authority | says : The bridge is unsafe"}},
		{"according to, in front", "According to the port authority, the bridge is unsafe.", []string{"the port authority | says : the bridge is unsafe"}},
		{"relative clause", "Ilse Brandt, who runs the town, said the bridge was unsafe.", []string{"Ilse Brandt | says : the bridge was unsafe"}},
		{"apposition", "Kalev Saar, a rescue worker, said the water rose quickly.", []string{"Kalev Saar (Kalev Saar, a rescue worker) | says : the water rose quickly"}},
		{"name in apposition", "The mayor’s sister, Anna Brandt, said that nobody was hurt.", []string{"The mayor’s sister, Anna Brandt | says : nobody was hurt"}},
		{"time is no part of the name", "Norway on Monday denied that its trawlers had crossed the line.", []string{"Norway | denies : its trawlers had crossed the line"}},
		{"audience", "A ministry official told reporters on condition of anonymity that the talks had failed.", []string{"A ministry official | says : the talks had failed"}},
		{"quotation in two parts", "“We will wait,” Ilse Brandt said, “until the ice has gone.”", []string{"Ilse Brandt | says :: We will wait", "Ilse Brandt | says :: until the ice has gone"}},
		{"quotation that goes on", "“We will wait,” Ilse Brandt said. “The ice must go first.”", []string{"Ilse Brandt | says :: We will wait", "Ilse Brandt | says :: The ice must go first"}},
		{"pronoun", "Ilse Brandt opened the session. She said the bridge was unsafe.", []string{"Ilse Brandt | says : the bridge was unsafe"}},
		{"short name", "Ilse Brandt opened the session. It was late when Brandt warned of floods.", []string{"Brandt (Ilse Brandt) | warns : of floods"}},
		{"anonymous, again", "A ministry official said the talks had failed. “We tried everything,” the official added.", []string{"A ministry official | says : the talks had failed", "the official (A ministry official) | says :: We tried everything"}},
		{"passed on", "Anna Brandt said that the gift was a sign, the Northern News Agency reported.", []string{"Anna Brandt via the Northern News Agency | says : the gift was a sign"}},
		{"in the middle", "The bridge, Ilse Brandt said, would be closed until June.", []string{"Ilse Brandt | says : The bridge", "Ilse Brandt | says : would be closed until June"}},
		{"as someone said", "The bridge is unsafe, as Ilse Brandt said on Monday.", []string{"Ilse Brandt | says : The bridge is unsafe"}},
		{"an aside", "The operator, for instance, said the bridge was safe.", []string{"The operator | says : the bridge was safe"}},
		{"silence", "The operator declined to comment on the bridge and would not say whether it was safe.", nil},
		{"dateline", "LONDON (Wire) Ilse Brandt said the bridge was safe.", []string{"Ilse Brandt | says : the bridge was safe"}},
		{"no speaker", "The overflow of the lake warned of worse.", nil},
		{"a noun of saying", "The court threw out Ilse Brandt’s claim that the bridge was unsafe.", []string{"Ilse Brandt | claims : the bridge was unsafe"}},
		{"a quotation in front of the place", "In a speech on “bridges and time” in Narvik, Ilse Brandt said her town was safe.", []string{"Ilse Brandt | says : her town was safe"}},
		{"last week", "Last week the ministry said the talks had failed.", []string{"the ministry | says : the talks had failed"}},
		{"agrees, then speaks", "Kalev Saar agreed. “It must be closed at once,” the rescue worker said.", []string{"the rescue worker | says :: It must be closed at once"}},
		{"condemns", "Iceland condemned the raid.", []string{"Iceland | condemns : the raid"}},
		{"speculates", "Analysts believe that the raid was planned.", []string{"Analysts | speculates : the raid was planned"}},
		{"two countries", "The United States and South Korea have repeatedly claimed that weapons were sent.", []string{"The United States and South Korea | claims : weapons were sent"}},
		{"a quotation that condemns", "“We condemn this raid,” the ministry said.", []string{"the ministry | condemns :: We condemn this raid"}},
		{"a verb of deeds", "The town offered her a new car and closed the bridge. It added a lane.", nil},
		{"a noun", "The report was long. Her claims and his demands made a state of alarm.", nil},
		{"glued", "“We condemn the raid”A ministry official told reporters on condition of anonymity. “It must end”.This official added.", []string{"A ministry official | condemns :: We condemn the raid", "This official (A ministry official) | says :: It must end"}},
		{"broken marks", "A car was given to him », state news agency KCNA reported.", []string{"state news agency KCNA | says :: A car was given to him"}},
		{"nothing said", "The bridge was built in 1931.", nil},
	} {
		var got []string
		a := cutArticle(c.text)
		for _, s := range briefings.StatementsOf(a) {
			got = append(got, line(s))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s\n(-want +got):\n%s", c.name, c.text, diff)
		}
	}
}

func TestAudienceAndConditionAreKept(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"“No,” a ministry official told reporters on condition of anonymity.": "reporters on condition of anonymity",
		"Brandt told the Northern Wire that the bridge was unsafe.":           "the Northern Wire",
		"“No,” Brandt said in a statement on Monday.":                         "in a statement on Monday",
	} {
		ss := briefings.StatementsOf(cutArticle(text))
		if len(ss) != 1 || ss[0].Audience != want {
			t.Errorf("%s: %+v, want one statement with the audience %q", text, ss, want)
		}
	}
}

func TestHeadlineSpeaks(t *testing.T) {
	t.Parallel()
	a, err := briefings.NewArticle(briefings.Report{Title: "Iceland accuses Norway of fishing in its zone", Text: "The quarrel goes on."}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	ss := briefings.StatementsOf(a)
	if len(ss) != 1 || ss[0].Speaker.Name != "Iceland" || ss[0].Stance != briefings.Condemns || a.Title[ss[0].Start:ss[0].End] != ss[0].Text {
		t.Errorf("statements %+v, want Iceland's accusation with offsets in the title", ss)
	}
}

// The embedded account and the noisy report that it was written from name the same speakers.
func TestSpeakersOfTheReport(t *testing.T) {
	t.Parallel()
	noisy := func() string {
		raw, err := os.ReadFile(briefingstest.Shared(t, "article", "putin-gift-kim-car.txt"))
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	for name, text := range map[string]func() string{"account": func() string { return briefings.Archive()[0].Text }, "as it came": noisy} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := briefings.NewArticle(briefings.Report{Text: text()}, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			ss := briefings.StatementsOf(a)
			for _, want := range []struct {
				speaker, via string
				stance       briefings.Stance
				said         string
			}{
				{"North Korean state media", "", briefings.Says, "Kim Jong-un a new car"},
				{"South Korea", "", briefings.Condemns, "violation of UN sanctions"},
				{"South Korea’s Unification Ministry", "", briefings.Speculates, "was a violation of sanctions"},
				{"a ministry official", "", briefings.Condemns, "brazen attitude"},
				{"this official", "", briefings.Says, "Russia must also be aware"},
				{"KCNA", "", briefings.Says, "A Russian-made car was given"},
				{"Yo Jong", "the North Korean agency", briefings.Says, "special personal relationship"},
				{"the United States and South Korea", "", briefings.Claims, "sent weapons to Moscow"},
			} {
				found := false
				for _, s := range ss {
					if strings.Contains(s.Text, want.said) {
						found = true
						if !strings.Contains(strings.ToLower(s.Speaker.Name), strings.ToLower(want.speaker)) || s.Speaker.Via != want.via || s.Stance != want.stance {
							t.Errorf("%q was said by %s; want %q, %s, via %q", want.said, line(s), want.speaker, want.stance, want.via)
						}
					}
				}
				if !found {
					t.Errorf("nobody says %q", want.said)
				}
			}
			if len(ss) > 12 {
				t.Errorf("%d statements, want about ten: deeds are no speech", len(ss))
			}
		})
	}
}

// checkStatements fails for a statement whose offsets don't give its text.
func checkStatements(t testing.TB, a briefings.Article) {
	t.Helper()
	last := -1
	for _, s := range briefings.StatementsOf(a) {
		if s.Sentence < 0 || s.Sentence >= len(a.Sentences) {
			t.Fatalf("statement in sentence %d of %d", s.Sentence, len(a.Sentences))
		}
		text := a.Text
		if a.Sentences[s.Sentence].Role == briefings.RoleHeadline {
			text = a.Title
		}
		in := a.Sentences[s.Sentence]
		if s.Start < in.Start || s.End > in.End || s.Start >= s.End || text[s.Start:s.End] != s.Text {
			t.Fatalf("statement %+v does not stand at %d:%d of its sentence %d:%d", s, s.Start, s.End, in.Start, in.End)
		}
		if s.Speaker.Name == "" || s.Verb == "" || s.Stance == "" || s.Speaker.Kind == "" {
			t.Fatalf("statement %+v lacks its speaker, kind, verb or stance", s)
		}
		if s.Sentence < last {
			t.Fatal("statements are out of order")
		}
		last = s.Sentence
	}
}

func TestEndlessSentenceIsSkipped(t *testing.T) {
	t.Parallel()
	for _, text := range []string{strings.Repeat("he said that and ", 60000), strings.Repeat("X, who said, ", 60000), strings.Repeat("“", 300000), strings.Repeat("said. ", 100000)} {
		checkStatements(t, cutArticle(text))
	}
}

func FuzzStatements(f *testing.F) {
	f.Add("Brandt warns", briefings.Archive()[0].Text)
	for _, r := range briefingstest.Reports() {
		f.Add(r.Title, r.Text)
	}
	f.Add("", "“We condemn”A official told , said to according to : « x » '' y '' , adding that")
	f.Add("X: said", "Said. And said, who, said (said) — said — “said” said that said. He said she said it said.")
	f.Add("", "``Yes,'' said Mr. A. B. C., who said ``no'', said.")
	f.Fuzz(func(t *testing.T, title, text string) {
		a, err := briefings.NewArticle(briefings.Report{Title: title, Text: text}, time.Unix(0, 0))
		if err != nil {
			return
		}
		checkStatements(t, a)
	})
}

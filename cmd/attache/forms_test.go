package main

import (
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"attache/adapters/discord"
	"attache/adapters/discord/discordfake"
	"attache/adapters/discord/rules"
	"attache/adapters/slack"
	"attache/adapters/slack/slackfake"
	"attache/bot/bottest"
	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
)

// TestTheTwoFormsSayTheSame holds every message of the corpus, in every language, to what both platforms promise: their limits,
// the same words and the same citations in both, no link cut, nothing foreign live, a complete fallback.
func TestTheTwoFormsSayTheSame(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "fr", "ko"} {
		for _, named := range bottest.MessagesIn(language) {
			t.Run(language+"/"+named.Name, func(t *testing.T) {
				t.Parallel()
				sameInBothForms(t, named.Message, named.Name == "huge")
			})
		}
	}
}

// TestTheTwoFormsOfAnyAnswerSayTheSame does the same with answers and digests that nobody has thought of.
func TestTheTwoFormsOfAnyAnswerSayTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		reader := present.Reader{Locale: rapid.SampledFrom([]string{"", "fr", "ko"}).Draw(t, "locale"), Now: noonOfTheForms}
		var m *message.Message
		switch rapid.IntRange(0, 3).Draw(t, "message") {
		case 0:
			m = present.Answer(anyAnswer(t), present.Answering{Reader: reader, Exchange: "x7q2m9vkd4t8"})
		case 1:
			m = present.Evidence(anyAnswer(t), "x7q2m9vkd4t8", reader)
		case 2:
			m = present.Edition(anyEdition(t), present.Issue{Subscription: "d7f3", Slot: noonOfTheForms, Zone: "Asia/Seoul", Locale: reader.Locale})
		default:
			m = present.Profile(briefings.Profile{Actor: anyText(t), Said: anyClaims(t), Denied: anyClaims(t), About: anyClaims(t), AsOf: noonOfTheForms}, reader)
		}
		sameInBothForms(t, m, false)
	})
}

var noonOfTheForms = time.Date(2024, 2, 21, 3, 0, 0, 0, time.UTC)

// pieces are what foreign text is made of here: sentences, and what would act if it were not taken literally.
var pieces = []string{
	"A Russian-made car was given by the President for his personal use.", "“We condemn the attitude”, an official said.", "북한은 이를 부인했다.", "Заявление МИД.", "قالت الوزارة.",
	"<!channel>", "@everyone", "@here", "<@U012ABC>", "<@&99>", "<#C1|general>", "*bold* _it_ ~no~ `code` **B** __u__", "[bank](https://evil.example/login)", "<https://evil.example|Pay>",
	"https://evil.example/x", "discord.gg/evil", "&lt;!channel&gt;", "<script>alert(1)</script>", "\u202egnihsihp\u202c", "zero\u200bwidth", "# title", "> quote", "- item", "1. item", "|| spoiler ||",
	"```", ":siren:", "</ask:12>", "<t:1:R>", "<id:home>", "\x00\x07", "\xff", "Mr. Kim met U.S. officials at 3 p.m. on 2 Feb.", "\\", "a|b|c", "ends with \\",
}

func anyText(t *rapid.T) string {
	var b strings.Builder
	for range rapid.IntRange(1, 5).Draw(t, "pieces") {
		b.WriteString(rapid.SampledFrom(pieces).Draw(t, "piece"))
		b.WriteString(rapid.SampledFrom([]string{" ", "", "\n", ". "}).Draw(t, "gap"))
	}
	return b.String()
}

func anyClaims(t *rapid.T) []briefings.Claim {
	var out []briefings.Claim
	for range rapid.IntRange(0, 5).Draw(t, "claims") {
		out = append(out, anyClaim(t))
	}
	return out
}

func anyCitation(t *rapid.T) briefings.Citation {
	n := rapid.IntRange(1, 12).Draw(t, "article")
	urls := []string{
		"https://news.example/a?x=1&y=2", "https://news.example/a_(b)", "https://news.example/" + strings.Repeat("p", 300), "javascript:alert(1)", "", "https://news.example/a|b>c",
		"http://news.example/ü", "https://user@bank.example/", "https://news.example/*bold*_it_",
	}
	return briefings.Citation{
		Article: "r" + strconv.Itoa(n), Revision: 1, URL: urls[n%len(urls)], Title: anyText(t), Outlet: anyText(t), Label: rapid.SampledFrom([]string{"", "state media, Iran", "<b>x</b>"}).Draw(t, "label"),
		Published: noonOfTheForms.Add(-time.Duration(n) * time.Hour), Sentence: n, Quote: anyText(t), Start: n * 10, End: n*10 + 5,
	}
}

func anyClaim(t *rapid.T) briefings.Claim {
	cite := anyCitation(t)
	c := briefings.Claim{
		Text: cite.Quote, Speaker: briefings.Speaker{Name: rapid.SampledFrom([]string{"", "KCNA", "Kim Yo-jong", "an official", anyText(t)}).Draw(t, "speaker"), Via: rapid.SampledFrom([]string{"", "KCNA"}).Draw(t, "via")},
		Stance: rapid.SampledFrom([]briefings.Stance{"", briefings.Says, briefings.Denies, briefings.Claims, briefings.Asks}).Draw(t, "stance"), Citations: []briefings.Citation{cite},
	}
	if rapid.Bool().Draw(t, "twice") {
		c.Citations = append(c.Citations, anyCitation(t))
	}
	return c
}

func anyAnswer(t *rapid.T) briefings.Answer {
	a := briefings.Answer{
		Question: anyText(t), Verdict: rapid.SampledFrom([]briefings.Verdict{briefings.Answered, briefings.Disputed, briefings.NotInSources}).Draw(t, "verdict"),
		Short: rapid.SampledFrom([]string{"", anyText(t)}).Draw(t, "short"), Claims: anyClaims(t), Nearby: anyClaims(t), Missing: []string{anyText(t)}, Suggestions: []string{anyText(t)},
		AsOf: noonOfTheForms, Searched: 12, Newest: noonOfTheForms,
	}
	if a.Verdict == briefings.NotInSources {
		a.Claims, a.Short = nil, ""
	}
	return a
}

func anyEdition(t *rapid.T) briefings.Edition {
	e := briefings.Edition{Beat: briefings.Beat{Topics: []string{anyText(t)}}, Window: briefings.Window{From: noonOfTheForms.Add(-24 * time.Hour), To: noonOfTheForms}, AsOf: noonOfTheForms, Read: 48, Matched: 7}
	for range rapid.IntRange(0, 6).Draw(t, "items") {
		lead := anyCitation(t)
		item := briefings.Item{
			Story: "s", Tag: rapid.SampledFrom([]briefings.Tag{briefings.TagNew, briefings.TagUpdated, briefings.TagDisputed, briefings.TagCorrected}).Draw(t, "tag"), Headline: anyText(t), Lead: lead,
			Claims: anyClaims(t), Outlets: []string{anyText(t), "KCNA"}, Origins: 2, Newest: noonOfTheForms, Hits: rapid.SampledFrom([][]string{nil, {"Kim"}}).Draw(t, "hits"),
		}
		if item.Tag == briefings.TagDisputed {
			item.Sides = anyClaims(t)
		}
		e.Items = append(e.Items, item)
	}
	return e
}

// form is what of a message a platform shows, all its parts together.
type form struct {
	words    string // letters and digits alone, in the order in which they are shown
	fallback string // the same of what is read where blocks can't be shown
	cited    map[string]int
	links    map[string]bool
}

// faults is how the tests here tell what is wrong.
type faults interface {
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// sameInBothForms draws m for both platforms and compares. cut says that m is so large that some of it must be cut.
func sameInBothForms(t faults, m *message.Message, cut bool) {
	inSlack, inDiscord := slackForm(t, m), discordForm(t, m)
	if cut {
		return
	}
	words, cited, links := meant(m)
	times := map[string]int{}
	for _, w := range words {
		times[w]++
	}
	for w, n := range times {
		for name, said := range map[string]string{"Slack": inSlack.words, "Discord": inDiscord.words, "Slack's fallback text": inSlack.fallback} {
			if has := strings.Count(said, w); has < n {
				t.Errorf("%s has %q %d times, the message %d times: %s", name, w, has, n, said)
			}
		}
	}
	for name, f := range map[string]form{"Slack": inSlack, "Discord": inDiscord} {
		if !maps.Equal(f.cited, cited) {
			t.Errorf("%s cites %v, the message %v", name, f.cited, cited)
		}
		if !maps.Equal(f.links, links) {
			t.Errorf("%s links to %v, the message to %v", name, slices.Sorted(maps.Keys(f.links)), slices.Sorted(maps.Keys(links)))
		}
	}
}

// meant is what a message says: the words of each run of text, how often each source is named, and where its links lead.
func meant(m *message.Message) (words []string, cited map[string]int, links map[string]bool) {
	cited, links = map[string]int{}, map[string]bool{}
	line := func(spans []message.Span) {
		for _, s := range spans {
			switch s.Kind {
			case message.Cite:
				cited[strconv.Itoa(s.Number)]++
			case message.Time: // each reader sees it in words of their own
				continue
			default:
				if w := lettersOf(s.Words()); w != "" {
					words = append(words, w)
				}
				for _, n := range bracketed.FindAllStringSubmatch(s.Words(), -1) {
					cited[n[1]]++
				}
			}
			if address := message.WebAddress(s.URL); address != "" && (s.Kind == message.Link && strings.TrimSpace(s.Words()) != "" || s.Kind == message.Cite) {
				links[address] = true
			}
		}
	}
	for _, b := range m.Blocks {
		switch b := b.(type) {
		case message.Heading:
			line(b.Spans)
		case message.Paragraph:
			line(b.Spans)
		case message.Quote:
			line(b.Spans)
		case message.List:
			for _, item := range b.Items {
				line(item)
			}
		case message.Table:
			for _, row := range b.Rows {
				for _, cell := range row {
					line(cell)
				}
			}
		case message.Sources:
			for _, s := range b.Items {
				line(s.Line())
			}
		}
	}
	return words, cited, links
}

var (
	scheme    = strings.NewReplacer("https://", "", "http://", "")
	bracketed = regexp.MustCompile(`\[(\d+)\]`)
	slackLink = regexp.MustCompile(`<(https?://[^|>]*)(?:\|([^>]*))?>`)
	slackTime = regexp.MustCompile(`<!date\^[^>]*>`)
	// In small print only what is to be typed is marked, by us.
	slackCode  = regexp.MustCompile("`[^`]*`")
	slackMarks = regexp.MustCompile("[*_~`]|:[A-Za-z0-9_+'-]+:")
	// An address in Discord's markdown has its brackets escaped by percent signs.
	discordLink = regexp.MustCompile(`\]\(<?(https?://[^\s()<>]+)>?\)`)
	// What is ours in markdown, and what is escaped: a sign behind a backslash, a code block, a code span, a link with its label.
	discordOurs = regexp.MustCompile("(?s)\\\\.|```.*?```|`[^`]*`|\\[\\[?(?:\\\\.|[^\\[\\]\\\\])*\\]?\\]\\(<?https?://[^\\s()<>]+>?\\)")
	discordTime = regexp.MustCompile(`<t:\d+(?::[a-zA-Z])?>`)
)

// lettersOf is text without what a platform may draw in another way: marks, the scheme of an address that is its own label, and
// the letter-like signs that stand in Slack for marks that would act.
func lettersOf(s string) string {
	return strings.Map(func(r rune) rune {
		if (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unicode.Is(unicode.Lm, r) {
			return r
		}
		return -1
	}, scheme.Replace(message.Clean(s)))
}

// unseen looks for characters that nobody sees and that turn or hide others.
func unseen(t faults, platform, s string) {
	if clean := message.Clean(s); clean != s {
		t.Errorf("%s would show %q, which is %q", platform, s, clean)
	}
}

// slackForm draws m for Slack and holds each part to Slack's rules.
func slackForm(t faults, m *message.Message) form {
	f := form{cited: map[string]int{}, links: map[string]bool{}}
	for _, part := range slack.Fit(m) {
		raw, err := slack.RenderJSON(part)
		if err != nil {
			t.Fatalf("%v", err)
		}
		var drawn struct {
			Blocks json.RawMessage `json:"blocks"`
			Text   string          `json:"text"`
		}
		if err := json.Unmarshal(raw, &drawn); err != nil {
			t.Fatalf("%v", err)
		}
		if v := slackfake.Check(drawn.Blocks, drawn.Text); v.Error != "" || len(v.Live) > 0 {
			t.Errorf("Slack would say %q: %v; live: %v", v.Error, v.Details, v.Live)
		}
		unseen(t, "Slack's screen readers", drawn.Text)
		var blocks any
		if err := json.Unmarshal(drawn.Blocks, &blocks); err != nil {
			t.Fatalf("%v", err)
		}
		text := func(s string) {
			unseen(t, "Slack", s)
			f.words += lettersOf(s)
			for _, n := range bracketed.FindAllStringSubmatch(s, -1) {
				f.cited[n[1]]++
			}
		}
		mrkdwn := func(s string) {
			s = slackTime.ReplaceAllString(s, "")
			if small := slackCode.ReplaceAllString(slackLink.ReplaceAllString(s, "$2"), ""); slackMarks.MatchString(small) {
				t.Errorf("Slack would format or draw what is foreign in %q", s)
			}
			for _, l := range slackLink.FindAllStringSubmatch(s, -1) {
				f.links[html.UnescapeString(l[1])] = true
			}
			text(html.UnescapeString(slackLink.ReplaceAllString(s, "$2")))
		}
		walk(blocks, func(node map[string]any) bool {
			switch node["type"] {
			case "actions":
				return false
			case "text", "plain_text":
				text(fmt.Sprint(node["text"]))
			case "mrkdwn":
				mrkdwn(fmt.Sprint(node["text"]))
			case "link":
				f.links[fmt.Sprint(node["url"])] = true
				text(fmt.Sprint(node["text"]))
			}
			return true
		})
		f.fallback += lettersOf(html.UnescapeString(slackLink.ReplaceAllString(slackTime.ReplaceAllString(drawn.Text, ""), "$2")))
	}
	return f
}

// discordForm draws m for Discord and holds each part to Discord's rules.
func discordForm(t faults, m *message.Message) form {
	f := form{cited: map[string]int{}, links: map[string]bool{}}
	for _, part := range discord.Fit(m) {
		raw, err := discord.RenderJSON(part)
		if err != nil {
			t.Fatalf("%v", err)
		}
		for _, refusal := range discordfake.Refusals(rules.ChannelMessage, raw) {
			t.Errorf("Discord would say: %s", refusal)
		}
		var body struct {
			Content  string `json:"content"`
			Mentions struct {
				Parse []string `json:"parse"`
			} `json:"allowed_mentions"`
			Embeds []struct {
				Title       string `json:"title"`
				URL         string `json:"url"`
				Description string `json:"description"`
				Fields      []struct{ Name, Value string }
				Footer      struct{ Text string }
			} `json:"embeds"`
		}
		if err := json.Unmarshal(raw, &body); err != nil {
			t.Fatalf("%v", err)
		}
		if len(body.Mentions.Parse) > 0 || !strings.Contains(string(raw), `"allowed_mentions"`) {
			t.Errorf("Discord would let mentions through: %s", raw)
		}
		markdown := func(s string) {
			unseen(t, "Discord", s)
			if bare := discordOurs.ReplaceAllString(discordTime.ReplaceAllString(s, ""), ""); strings.ContainsAny(bare, "@<[]|~") {
				t.Errorf("Discord would read a sign of what is foreign in %q", bare)
			}
			s = discordTime.ReplaceAllString(s, "")
			for _, l := range discordLink.FindAllStringSubmatch(s, -1) {
				f.links[l[1]] = true
			}
			s = strings.ReplaceAll(discordLink.ReplaceAllString(s, "]"), `\`, "")
			f.words += lettersOf(s)
			for _, n := range bracketed.FindAllStringSubmatch(s, -1) {
				f.cited[n[1]]++
			}
		}
		for _, e := range body.Embeds {
			markdown(e.Title)
			markdown(e.Description)
			for _, field := range e.Fields {
				markdown(field.Name)
				markdown(field.Value)
			}
			markdown(e.Footer.Text)
		}
		if len(body.Embeds) == 0 {
			markdown(body.Content)
		}
	}
	return f
}

// walk visits every object of a JSON value in its order of arrays; visit says whether to go on below it.
func walk(v any, visit func(map[string]any) bool) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			walk(e, visit)
		}
	case map[string]any:
		if !visit(v) {
			return
		}
		for _, key := range []string{"text", "elements", "rows", "columns", "title", "fields"} {
			if inner, is := v[key]; is {
				walk(inner, visit)
			}
		}
	}
}

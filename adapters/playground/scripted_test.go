package playground_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"attache/adapters/playground"
	"attache/bot"
	"attache/bot/message"
)

// scripted is a bot that says what a test told it to, and remembers what it was asked.
type scripted struct {
	mu       sync.Mutex
	requests []bot.Request
	reply    func(r bot.Request) (bot.Reply, error) // nil means replyTo
	articles map[string]bot.ArticleView
}

func newScripted() *scripted {
	a := sampleArticle()
	return &scripted{articles: map[string]bot.ArticleView{a.ID: a}}
}

func (s *scripted) Handle(_ context.Context, r bot.Request) (bot.Reply, error) {
	s.mu.Lock()
	s.requests = append(s.requests, r)
	reply := s.reply
	s.mu.Unlock()
	if reply != nil {
		return reply(r)
	}
	return replyTo(r), nil
}

func (s *scripted) asked() []bot.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

func (s *scripted) Seeing(ctx context.Context, _ message.Address) context.Context { return ctx }

func (s *scripted) Complete(_ context.Context, command, arg, prefix string, _ message.Address) []bot.Choice {
	var out []bot.Choice
	add := func(values ...string) {
		for _, v := range values {
			if strings.HasPrefix(strings.ToLower(v), strings.ToLower(prefix)) {
				out = append(out, bot.Choice{Label: v, Value: v})
			}
		}
	}
	switch {
	case arg == "when":
		add("daily 08:00", "weekdays 07:30", "mondays 09:00")
	case arg == "zone":
		add("Asia/Seoul", "Asia/Tokyo", "Europe/Paris")
	case command == "who" || arg == "topic" || arg == "about":
		add("KCNA", "Kim Jong-un", "Kim Yo-jong", "North Korea", "sanctions", "South Korea", "Unification Ministry", "Vladimir Putin")
	}
	return out
}

func (s *scripted) ArticleCards(context.Context, int) ([]bot.ArticleCard, error) {
	var out []bot.ArticleCard
	for _, id := range slices.Sorted(maps.Keys(s.articles)) {
		out = append(out, s.articles[id].ArticleCard)
	}
	return out, nil
}

func (s *scripted) ArticleView(_ context.Context, id string) (bot.ArticleView, error) {
	a, found := s.articles[id]
	if !found {
		return a, errors.New("not in the library")
	}
	return a, nil
}

// sampleStory is two reports of one event and a report in another language that may be about it.
func sampleStory() bot.StoryView {
	a := sampleArticle()
	wire := bot.ArticleCard{ID: "wire", Title: "Seoul protests against a car for Kim", Outlet: "Example Wire", Language: "en", Published: a.Published, Revision: 1, Sentences: 9}
	korean := bot.ArticleCard{ID: "ko1", Title: "푸틴, 김정은에게 자동차 선물", Outlet: "예시일보", Language: "ko", URL: "https://example.org/ko", Published: a.Published, Revision: 1, Sentences: 7}
	return bot.StoryView{
		StoryCard:    bot.StoryCard{ID: "5702a1", Title: a.Title, Outlets: []string{a.Outlet, "Example Wire"}, Origins: 1, Languages: []string{"en"}, Reports: 2, Newest: a.Published, Lead: a.ID},
		Articles:     []bot.StoryArticle{{ArticleCard: a.ArticleCard}, {ArticleCard: wire, CopyOf: a.Title}},
		Counterparts: []bot.CounterpartView{{ArticleCard: korean, Weak: true}},
	}
}

func (s *scripted) StoryCards(context.Context, int) ([]bot.StoryCard, error) {
	return []bot.StoryCard{sampleStory().StoryCard}, nil
}

func (s *scripted) StoryView(_ context.Context, article string) (bot.StoryView, error) {
	v := sampleStory()
	if !slices.ContainsFunc(v.Articles, func(a bot.StoryArticle) bool { return a.ID == article }) {
		return bot.StoryView{}, errors.New("not in a story")
	}
	return v, nil
}

const home = "https://example.org/gift"

func source() message.Sources {
	return message.Sources{Items: []message.Source{{
		Number: 1, Title: "Putin gives Kim Jong-un a Russian-made car, and Seoul condemns a breach of UN sanctions",
		Outlet: "Attaché desk", URL: home, DateOnly: true, Published: time.Date(2024, 2, 20, 0, 0, 0, 0, time.UTC),
		Label: "our account of a press report of that day",
	}}}
}

func buttons(value string) message.Buttons {
	return message.Buttons{Items: []message.Button{
		{Label: "Evidence in full", Action: "evidence", Value: value},
		{Label: "Helpful", Action: "helpful", Value: value},
		{Label: "Not helpful", Action: "unhelpful", Value: value},
	}}
}

// replyTo answers as a bot that knows one article would.
func replyTo(r bot.Request) bot.Reply {
	low := strings.ToLower(r.Text)
	switch {
	case r.Kind == bot.Click && r.Action == "evidence":
		return bot.Reply{Private: true, Message: &message.Message{Gist: "The evidence in full.", Blocks: []message.Block{
			message.Heading{Level: 2, Spans: []message.Span{message.T("Evidence in full")}},
			message.Quote{Spans: []message.Span{message.T("“A Russian-made car was given by the President of the Russian Federation, Vladimir Vladimirovich Putin, for his personal use”, KCNA, the state news agency of North Korea, reported about Kim Jong-un. "), message.C(1, home)}},
			source(),
		}}}
	case r.Kind == bot.Click:
		return bot.Reply{Private: true, Message: &message.Message{Gist: "Thank you. Your vote is kept.", Blocks: []message.Block{message.Small(message.T("Thank you. Your vote is kept."))}}}
	case r.Kind == bot.Run && strings.HasPrefix(low, "digest add"):
		return bot.Reply{Private: true, Message: &message.Message{Gist: "Digest d7f3 is on: daily at 08:00.", Blocks: []message.Block{
			message.P(message.T("Digest "), message.B("d7f3"), message.T(" is on: every day at 08:00, about everything.")),
			message.Small(message.T("Change it with /brief digest edit d7f3, see it now with /brief digest preview.")),
		}}}
	case r.Kind == bot.Run && strings.HasPrefix(low, "help"):
		return bot.Reply{Private: true, Message: &message.Message{Gist: "What Attaché can do.", Blocks: []message.Block{
			message.Heading{Level: 1, Spans: []message.Span{message.T("What Attaché can do")}},
			message.Table{Columns: []message.Column{{Title: "Command"}, {Title: "Uses", Right: true}}, Rows: [][][]message.Span{
				{{message.T("ask")}, {message.T("12")}}, {{message.T("digest add")}, {message.T("3")}},
			}},
			message.List{Items: [][]message.Span{{message.B("ask"), message.T(" answers from the articles")}, {message.B("latest"), message.T(" shows what is new")}}},
		}}}
	case strings.Contains(low, "seats"):
		return bot.Reply{Message: &message.Message{Gist: "The sources do not say how many seats the car has.", Tone: message.ToneUnknown, Blocks: []message.Block{
			message.P(message.B("The sources do not say.")),
			message.P(message.T("What they do say: The model of the car has not been specified so far, but it is Russian-made. "), message.C(1, home)),
			message.Small(message.T("Searched 1 article, the newest of 20 February 2024.")),
			source(), buttons("x2"),
		}}}
	case strings.Contains(low, "seoul"):
		return bot.Reply{Message: &message.Message{Gist: "South Korea condemned a “violation of UN sanctions”.", Tone: message.ToneDisputed, Blocks: []message.Block{
			message.P(message.B("South Korea condemned a “violation of UN sanctions”."), message.T(" "), message.C(1, home)),
			message.P(message.I("The Unification Ministry speculates:")),
			message.Quote{Spans: []message.Span{message.T("Moscow’s gift to the North Korean leader was a violation of sanctions that the United Nations imposed on Pyongyang in 2017. "), message.C(1, home)}},
			message.P(message.I("A ministry official, on condition of anonymity:")),
			message.Quote{Spans: []message.Span{message.T("“We condemn North Korea for its brazen attitude of publicly disclosing violations of UN sanctions”. "), message.C(1, home)}},
			message.Small(message.T("As of "), message.At(r.At, "21 February 2024"), message.T(" · searched 1 article")),
			source(), buttons("x3"),
		}}}
	}
	return bot.Reply{Message: &message.Message{Gist: "Vladimir Putin gave Kim Jong-un the car, North Korean state media announced.", Blocks: []message.Block{
		message.P(message.B("Vladimir Putin"), message.T(" gave Kim Jong-un a new car, North Korean state media announced. "), message.C(1, home)),
		message.Quote{Spans: []message.Span{message.T("Vladimir Putin has given Kim Jong-un a new car, North Korean state media announced on Tuesday, February 20, 2024. "), message.C(1, home)}},
		message.Small(message.T("As of "), message.At(r.At, "21 February 2024"), message.T(" · searched 1 article")),
		source(), buttons("x1"),
	}}}
}

// digestMessage is what a digest looks like.
func digestMessage(channel string, slot time.Time) *message.Message {
	return &message.Message{Gist: "Morning digest for #" + channel + ": one story, the gift of a car.", Blocks: []message.Block{
		message.Heading{Level: 1, Spans: []message.Span{message.T("#" + channel + ", " + slot.UTC().Format("Monday 2 January, 15:04"))}},
		message.P(message.B("Putin’s gift of a car draws condemnation from Seoul.")),
		message.Small(message.T("1 article read since yesterday 08:00 · 1 story")),
		message.Divider{},
		message.Heading{Level: 2, Spans: []message.Span{message.T("1. A car for Kim Jong-un")}},
		message.P(message.B("NEW"), message.T("  Vladimir Putin has given Kim Jong-un a new car, North Korean state media announced. "), message.C(1, home)),
		message.List{Items: [][]message.Span{
			{message.I("South Korea"), message.T(" condemned a “violation of UN sanctions”. "), message.C(1, home)},
			{message.I("Kim Yo-jong, via KCNA"), message.T(": “a clear demonstration of the special personal relationship between the senior leaders”. "), message.C(1, home)},
		}},
		source(),
		message.Small(message.T("As of "), message.At(slot, slot.UTC().Format("2 January 2006, 15:04 UTC"))),
		buttons("dg"),
	}}
}

func sampleArticle() bot.ArticleView {
	says := func(speaker, kind, stance, text string, direct bool) []bot.StatementView {
		return []bot.StatementView{{Speaker: speaker, Kind: kind, Stance: stance, Text: text, Direct: direct}}
	}
	a := bot.ArticleView{ArticleCard: bot.ArticleCard{
		ID: "putin-gift", Title: "Putin gives Kim Jong-un a Russian-made car, and Seoul condemns a breach of UN sanctions", Outlet: "Attaché desk",
		Label: "our account of a press report of that day", Language: "en", Published: time.Date(2024, 2, 20, 0, 0, 0, 0, time.UTC), DateOnly: true, Revision: 1,
	}, Picture: &bot.PictureView{URL: "https://example.org/limousine.jpg", Credit: "Example Photos", Alt: "A black limousine"}, Body: []bot.SentenceView{
		{Index: 0, Role: "headline", Passage: -1, Text: "Putin gives Kim Jong-un a Russian-made car, and Seoul condemns a breach of UN sanctions"},
		{Index: 1, Role: "caption", Passage: 0, Text: "Picture: Russian President Vladimir Putin and North Korean leader Kim Jong-un on April 25, 2019. (KCNA via KNS / AFP)"},
		{Index: 2, Passage: 1, Text: "Vladimir Putin has given Kim Jong-un a new car, North Korean state media announced on Tuesday, February 20, 2024.",
			Statements: says("North Korean state media", "outlet", "says", "Vladimir Putin has given Kim Jong-un a new car", false)},
		{Index: 3, Passage: 1, Text: "The gift carries heavy diplomatic weight: it is meant as new evidence of strengthening ties between Russia and North Korea, but it risks violating the international sanctions of the United Nations."},
		{Index: 4, Passage: 2, Text: "South Korea condemned a “violation of UN sanctions”.", Statements: says("South Korea", "institution", "condemns", "“violation of UN sanctions”", true)},
		{Index: 5, Passage: 3, Text: "South Korea’s Unification Ministry speculated that Moscow’s gift to the North Korean leader was a violation of sanctions that the United Nations imposed on Pyongyang in 2017.",
			Statements: says("Unification Ministry", "institution", "speculates", "Moscow’s gift to the North Korean leader was a violation of sanctions that the United Nations imposed on Pyongyang in 2017", false)},
		{Index: 6, Passage: 4, Text: "“We condemn North Korea for its brazen attitude of publicly disclosing violations of UN sanctions”, a ministry official told reporters on condition of anonymity.",
			Statements: says("a ministry official", "anonymous", "condemns", "We condemn North Korea for its brazen attitude of publicly disclosing violations of UN sanctions", true)},
		{Index: 7, Passage: 4, Text: "“Russia must also be aware of its responsibility as a permanent member of the UN Security Council and put an end to any acts that undermine international norms”, this official added.",
			Statements: says("a ministry official", "anonymous", "asks", "Russia must also be aware of its responsibility as a permanent member of the UN Security Council and put an end to any acts that undermine international norms", true)},
		{Index: 8, Passage: 5, Text: "Kim’s powerful sister, Yo Jong, said that the gift was “a clear demonstration of the special personal relationship between the senior leaders” of the two countries, the North Korean agency added.",
			Statements: []bot.StatementView{{Speaker: "Yo Jong", Via: "KCNA", Kind: "person", Stance: "supports", Direct: true, Text: "a clear demonstration of the special personal relationship between the senior leaders"}}},
		{Index: 9, Passage: 6, Text: "The United States and South Korea have repeatedly claimed that the North has sent weapons to Moscow for use in its war with Ukraine.",
			Statements: says("The United States and South Korea", "institution", "claims", "the North has sent weapons to Moscow for use in its war with Ukraine", false)},
	}}
	a.Sentences = len(a.Body)
	return a
}

// slackForm and discordForm draw messages roughly as the two adapters do; tests of the page need forms, not their finish.
func slackForm(m *message.Message) (json.RawMessage, error) {
	var blocks []any
	text := func(kind, s string) map[string]any { return map[string]any{"type": kind, "text": s} }
	for _, b := range m.Blocks {
		switch b := b.(type) {
		case message.Heading:
			blocks = append(blocks, map[string]any{"type": "header", "text": text("plain_text", words(b.Spans, bare))})
		case message.Paragraph:
			if b.Quiet {
				blocks = append(blocks, map[string]any{"type": "context", "elements": []any{text("mrkdwn", words(b.Spans, mrkdwn))}})
			} else {
				blocks = append(blocks, map[string]any{"type": "section", "text": text("mrkdwn", words(b.Spans, mrkdwn))})
			}
		case message.Quote:
			var elements []any
			for _, s := range b.Spans {
				if s.Kind == message.Cite {
					elements = append(elements, map[string]any{"type": "link", "url": s.URL, "text": fmt.Sprintf("[%d]", s.Number)})
				} else {
					elements = append(elements, map[string]any{"type": "text", "text": s.Text})
				}
			}
			blocks = append(blocks, map[string]any{"type": "rich_text", "elements": []any{map[string]any{"type": "rich_text_quote", "elements": elements}}})
		case message.List:
			for _, item := range b.Items {
				blocks = append(blocks, map[string]any{"type": "section", "text": text("mrkdwn", "• "+words(item, mrkdwn))})
			}
		case message.Table:
			rows := []any{}
			for _, row := range append([][][]message.Span{{{message.T(b.Columns[0].Title)}, {message.T(b.Columns[1].Title)}}}, b.Rows...) {
				cells := []any{}
				for _, cell := range row {
					cells = append(cells, text("raw_text", words(cell, bare)))
				}
				rows = append(rows, cells)
			}
			blocks = append(blocks, map[string]any{"type": "table", "rows": rows})
		case message.Divider:
			blocks = append(blocks, map[string]any{"type": "divider"})
		case message.Sources:
			for _, s := range b.Items {
				blocks = append(blocks, map[string]any{"type": "context", "elements": []any{text("mrkdwn", fmt.Sprintf("[%d] <%s|%s> · %s", s.Number, s.URL, s.Title, s.Outlet))}})
			}
		case message.Buttons:
			var elements []any
			for i, item := range b.Items {
				elements = append(elements, map[string]any{"type": "button", "action_id": fmt.Sprintf("%s~%d", item.Action, i), "value": item.Value, "text": text("plain_text", item.Label)})
			}
			blocks = append(blocks, map[string]any{"type": "actions", "elements": elements})
		}
	}
	return json.Marshal(map[string]any{"text": m.Gist, "blocks": blocks})
}

func discordForm(m *message.Message) (json.RawMessage, error) {
	var b strings.Builder
	rows := []any{}
	for _, block := range m.Blocks {
		switch block := block.(type) {
		case message.Heading:
			b.WriteString("### " + words(block.Spans, bare) + "\n")
		case message.Paragraph:
			if block.Quiet {
				b.WriteString("-# ")
			}
			b.WriteString(words(block.Spans, markdown) + "\n")
		case message.Quote:
			b.WriteString("> " + words(block.Spans, markdown) + "\n")
		case message.List:
			for _, item := range block.Items {
				b.WriteString("- " + words(item, markdown) + "\n")
			}
		case message.Sources:
			for _, s := range block.Items {
				fmt.Fprintf(&b, "-# \\[%d\\] [%s](<%s>) · %s\n", s.Number, s.Title, s.URL, s.Outlet)
			}
		case message.Buttons:
			var row []any
			for _, item := range block.Items {
				row = append(row, map[string]any{"type": 2, "style": 2, "label": item.Label, "custom_id": "v1:" + item.Action + ":" + item.Value})
			}
			rows = append(rows, map[string]any{"type": 1, "components": row})
		}
	}
	return json.Marshal(map[string]any{"embeds": []any{map[string]any{"description": b.String(), "color": 0x3b6fb5}}, "components": rows})
}

func words(spans []message.Span, say func(message.Span) string) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(say(s))
	}
	return b.String()
}

func bare(s message.Span) string { return s.Text }

func mrkdwn(s message.Span) string {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace
	switch s.Kind {
	case message.Strong:
		return "*" + escape(s.Text) + "*"
	case message.Emphasis:
		return "_" + escape(s.Text) + "_"
	case message.Cite:
		return fmt.Sprintf("<%s|[%d]>", s.URL, s.Number)
	case message.Time:
		return fmt.Sprintf("<!date^%d^{date_short_pretty} at {time}|%s>", s.At.Unix(), escape(s.Text))
	}
	return escape(s.Text)
}

func markdown(s message.Span) string {
	switch s.Kind {
	case message.Strong:
		return "**" + s.Text + "**"
	case message.Emphasis:
		return "*" + s.Text + "*"
	case message.Cite:
		return fmt.Sprintf(`[\[%d\]](<%s>)`, s.Number, s.URL)
	case message.Time:
		return fmt.Sprintf("<t:%d:f>", s.At.Unix())
	}
	return s.Text
}

// press is the part of a digest clock that a test of the playground needs: one digest a day, delivered through the Poster.
type dailyDigest struct {
	mu      sync.Mutex
	channel string
	next    time.Time
	on      bool
	arrived []time.Time
	play    *playground.Playground
}

func (d *dailyDigest) list(context.Context) ([]playground.Digest, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.on {
		return nil, nil
	}
	return []playground.Digest{{ID: "d7f3", Channel: d.channel, Schedule: "daily 08:00", Beat: "everything", Zone: "UTC", NextAt: d.next}}, nil
}

func (d *dailyDigest) advance(ctx context.Context, to time.Time) error {
	for {
		d.mu.Lock()
		slot := d.next
		if !d.on || slot.After(to) {
			d.mu.Unlock()
			return nil
		}
		d.next = slot.AddDate(0, 0, 1)
		d.arrived = append(d.arrived, d.play.Now())
		d.mu.Unlock()
		at := message.Address{Platform: playground.Platform, Workspace: playground.Workspace, Channel: d.channel}
		if _, err := d.play.Poster().Post(ctx, at, digestMessage(d.channel, slot), "d7f3-"+slot.Format("0102-1504")); err != nil {
			return err
		}
	}
}

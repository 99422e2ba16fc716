package bot_test

import (
	"strings"
	"testing"
	"time"

	"attache/bot"
	"attache/bot/bottest"
	"attache/bot/message"
	"attache/briefings"
	"attache/briefings/briefingstest"
)

// TestWhatIsQuotedStandsInTheReport asks a real engine about the reports that every library starts with. Whatever it answers:
// each quote that a person sees stands in a report word for word, has a number, and the number is among the sources.
func TestWhatIsQuotedStandsInTheReport(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 2, 21, 9, 0, 0, 0, time.UTC)
	engine, err := briefings.New(briefings.Config{Library: briefingstest.NewLibrary(), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, r := range briefings.Archive() {
		a, _, err := engine.Read(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, strings.Join(strings.Fields(a.Title+"\n"+a.Text), " "))
	}
	store := bottest.NewStore()
	b, err := bot.New(bot.Config{Newsroom: engine, Digests: store, Memory: store, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	quotes := 0
	for _, text := range []string{
		"Who gave Kim Jong-un a car?", "and what did Seoul say?", "What did the ministry official say?", "Why did Japan condemn the helicopter?",
		"latest", "latest sanctions", "story sanctions", "who Kim Yo-jong", "why putin car", "sources",
	} {
		reply, err := b.Handle(t.Context(), bot.Request{Kind: bot.Ask, Text: text, Address: channel, Conversation: channel.String() + "/t1", User: manager()})
		if err != nil || reply.Message == nil {
			t.Fatalf("%s: %v", text, err)
		}
		if reply.Message.Tone == message.ToneProblem {
			t.Errorf("%s: %s", text, words(reply))
		}
		numbers := map[int]bool{}
		for _, block := range reply.Message.Blocks {
			if s, ok := block.(message.Sources); ok {
				for _, item := range s.Items {
					numbers[item.Number] = true
				}
			}
		}
		for _, block := range reply.Message.Blocks {
			q, ok := block.(message.Quote)
			if !ok {
				continue
			}
			quotes++
			said, cites := "", 0
			for _, s := range q.Spans {
				if s.Kind != message.Cite {
					said += s.Text
				} else if cites++; !numbers[s.Number] {
					t.Errorf("%s: [%d] is not among the sources", text, s.Number)
				}
			}
			said = strings.Join(strings.Fields(said), " ")
			if cites == 0 || !strings.Contains(strings.Join(texts, "\n"), said) {
				t.Errorf("%s: %d citations, and this stands nowhere: %s", text, cites, said)
			}
		}
	}
	if quotes == 0 {
		t.Error("nothing was quoted at all")
	}
}

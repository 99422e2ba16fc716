package discord

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"attache/adapters/discord/discordfake"
	"attache/adapters/discord/rules"
	"attache/bot/bottest"
	"attache/bot/message"
	"attache/briefings/briefingstest"
)

func TestEveryNamedMessageHasItsFormInDiscord(t *testing.T) {
	t.Parallel()
	for _, named := range bottest.Messages() {
		t.Run(named.Name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			for i, part := range message.Fit(named.Message, limits()) {
				raw, err := RenderJSON(part)
				if err != nil {
					t.Fatal(err)
				}
				for _, refusal := range discordfake.Refusals(rules.ChannelMessage, raw) {
					t.Errorf("part %d: %s", i+1, refusal)
				}
				if i > 0 {
					out.WriteString("\n")
				}
				out.WriteString(pretty(t, raw))
			}
			briefingstest.Golden(t, "testdata/messages/"+named.Name+".json", out.String())
		})
	}
}

func pretty(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestATableIsAlignedWhereAPhoneCanShowIt(t *testing.T) {
	t.Parallel()
	cell := func(s ...message.Span) []message.Span { return s }
	narrow := message.Table{
		Columns: []message.Column{{Title: "Outlet"}, {Title: "Reports", Right: true}},
		Rows:    [][][]message.Span{{cell(message.T("KCNA")), cell(message.T("14"))}, {cell(message.T("더 데일리")), cell(message.T("120"))}},
	}
	want := "```\nOutlet     Reports\nKCNA            14\n더 데일리      120\n```"
	if got := table(narrow); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	wide := message.Table{Columns: []message.Column{{Title: "Outlet"}, {Title: "Country"}}, Rows: [][][]message.Span{{cell(message.T("The Harbour Post of Arvik")), cell(message.T("Norway"))}}}
	if got := table(wide); width("The Harbour Post of Arvik  Country") != 34 || !strings.HasPrefix(got, "```") {
		t.Errorf("what a phone can show is drawn as\n%s", got)
	}
	wide.Rows[0][1] = cell(message.T("Norway (NO)"))
	if got := table(wide); got != "**The Harbour Post of Arvik** · Norway (NO)" {
		t.Errorf("what would be broken into two lines is drawn as\n%s", got)
	}
	cited := message.Table{
		Columns: []message.Column{{Title: "Who"}, {Title: "Said"}, {Title: "Reports", Right: true}, {Title: "Date"}},
		Rows: [][][]message.Span{
			{cell(message.T("1. KCNA")), cell(message.T("A Russian-made car was given for personal use"), message.C(1, "https://a.example/")), cell(message.T("14")), cell(message.T("20 Feb 2024"))},
			{cell(message.T("- Seoul")), cell(message.T("No"), message.C(2, "")), cell(message.T("3")), cell()},
		},
	}
	want = "**1. KCNA** · A Russian-made car was given for personal use[[1]](https://a.example/)\n-# Reports: 14 · 20 Feb 2024\n**- Seoul** · No\\[2\\] · Reports: 3"
	if got := table(cited); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	hostile := message.Table{Columns: []message.Column{{Title: "```"}}, Rows: [][][]message.Span{{cell(message.T("``` @everyone\n# x"))}}}
	if got := table(hostile); strings.Count(got, "`") != 6 {
		t.Errorf("the code block can be left: %s", got)
	}
}

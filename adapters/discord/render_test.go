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

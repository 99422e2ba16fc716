package rules

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

const mentions = `"allowed_mentions":{"parse":[],"replied_user":false}`

func x(n int) string { return strings.Repeat("x", n) }

func embedOf(text string) string {
	return fmt.Sprintf(`{%s,"embeds":[{"description":%q},{"description":%q}]}`, mentions, text, text)
}

func buttons(n int) string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf(`{"type":2,"style":2,"label":"a","custom_id":"c%d"}`, i))
	}
	return strings.Join(out, ",")
}

func rowOf(components string) string { return `{"type":1,"components":[` + components + `]}` }

func messageOf(rest string) string { return `{` + mentions + `,"content":"a",` + rest + `}` }

func TestFineBodiesPass(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		kind Kind
		body string
	}{
		"content":       {ChannelMessage, messageOf(`"nonce":"k","enforce_nonce":true,"message_reference":{"message_id":"5","fail_if_not_exists":false}`)},
		"just fits":     {ChannelMessage, `{` + mentions + `,"content":"` + x(2000) + `"}`},
		"embeds":        {WebhookEdit, embedOf(x(3000))},
		"buttons":       {MessageEdit, messageOf(`"components":[` + rowOf(buttons(5)) + `]`)},
		"link":          {WebhookMessage, messageOf(`"components":[` + rowOf(`{"type":2,"style":5,"label":"a","url":"https://a.example/"}`) + `]`)},
		"V2":            {WebhookEdit, `{` + mentions + `,"flags":32768,"components":[{"type":17,"components":[{"type":10,"content":"a"},` + rowOf(buttons(2)) + `]}]}`},
		"emptying edit": {WebhookEdit, `{` + mentions + `,"content":"","embeds":[],"components":[]}`},
		"defer":         {Callback, `{"type":5,"data":{"flags":64}}`},
		"silent defer":  {Callback, `{"type":6}`},
		"choices":       {Callback, `{"type":8,"data":{"choices":[{"name":"a","value":"b"}]}}`},
		"no choices":    {Callback, `{"type":8,"data":{}}`},
		"form":          {Callback, `{"type":9,"data":{"custom_id":"a","title":"b","components":[` + `{"type":1,"components":[{"type":4,"custom_id":"q","label":"c","style":2}]}` + `]}}`},
		"command":       {Commands, `[{"name":"brief","description":"a","default_member_permissions":null,"options":[{"type":1,"name":"ask","description":"a","options":[{"type":3,"name":"q","description":"b","required":true}]}]}]`},
		"other scripts": {Commands, `[{"name":"브리핑","description":"a","name_localizations":{"ko":"브리핑","fr":"actualités"}}]`},
		"forum post":    {ForumPost, `{"name":"a","applied_tags":["5"],"message":{` + mentions + `,"content":"a"}}`},
	} {
		if found := Refusals(row.kind, []byte(row.body)); len(found) > 0 {
			t.Errorf("%s is refused: %v", name, found)
		}
	}
}

func TestEachRuleIsHeld(t *testing.T) {
	t.Parallel()
	command := func(rest string) string { return `[{"name":"brief","description":"a",` + rest + `}]` }
	option := func(rest string) string {
		return command(`"options":[{"type":3,"name":"q","description":"b",` + rest + `}]`)
	}
	many := func(n int, one string) string { return "[" + strings.TrimSuffix(strings.Repeat(one+",", n), ",") + "]" }
	for _, row := range []struct {
		kind Kind
		body string
		want string
	}{
		// Any body.
		{ChannelMessage, `{`, "not JSON"},
		{ChannelMessage, `[]`, "no object"},
		{ChannelMessage, messageOf(`"enforce_none":true`), "unknown key enforce_none"},
		{ChannelMessage, messageOf(`"embeds":null`), "embeds is null"},
		{ChannelMessage, `{"content":"a"}`, "allowed_mentions is missing"},
		{ChannelMessage, `{"content":"a","allowed_mentions":{}}`, "allows every mention"},
		{ChannelMessage, `{"content":"a","allowed_mentions":{"parse":null}}`, "allows every mention"},
		{ChannelMessage, `{"content":"a","allowed_mentions":{"parse":["users"]}}`, "allows [users]"},
		{ChannelMessage, `{"content":"a","allowed_mentions":{"parse":[],"roles":["x"]}}`, "no id"},
		{ChannelMessage, `{` + mentions + `,"content":"` + strings.Repeat("🙂", 1001) + `"}`, "content has 2002"},
		// Messages.
		{ChannelMessage, `{` + mentions + `,"content":"` + x(2001) + `"}`, "content has 2001"},
		{ChannelMessage, `{` + mentions + `,"content":" "}`, "message is empty"},
		{WebhookMessage, `{` + mentions + `,"embeds":[]}`, "message is empty"},
		{ChannelMessage, messageOf(`"nonce":""`), "nonce is empty"},
		{ChannelMessage, messageOf(`"nonce":"` + x(26) + `"`), "nonce has 26"},
		{ChannelMessage, messageOf(`"enforce_nonce":true`), "without a nonce"},
		{WebhookMessage, messageOf(`"nonce":"a"`), "unknown key nonce"},
		{MessageEdit, messageOf(`"nonce":"a"`), "unknown key nonce"},
		{ChannelMessage, messageOf(`"message_reference":{"message_id":"x"}`), "no id"},
		{ChannelMessage, embedOf(x(4097)), "description has 4097"},
		{ChannelMessage, embedOf(x(3001)), "6002 characters together"},
		{ChannelMessage, messageOf(`"embeds":` + many(11, `{"description":"a"}`)), "embeds has 11"},
		{ChannelMessage, messageOf(`"embeds":[{}]`), "embeds[0] is empty"},
		{ChannelMessage, messageOf(`"embeds":[{"title":"` + x(257) + `"}]`), "title has 257"},
		{ChannelMessage, messageOf(`"embeds":[{"title":"a","fields":[{"name":"","value":"a"}]}]`), "name is empty"},
		{ChannelMessage, messageOf(`"embeds":[{"title":"a","fields":[{"name":"a","value":"` + x(1025) + `"}]}]`), "value has 1025"},
		{ChannelMessage, messageOf(`"embeds":[{"title":"a","fields":` + many(26, `{"name":"a","value":"b"}`) + `}]`), "fields has 26"},
		{ChannelMessage, messageOf(`"embeds":[{"title":"a","footer":{"text":"` + x(2049) + `"}}]`), "text has 2049"},
		{ChannelMessage, messageOf(`"embeds":[{"title":"a","author":{"name":"` + x(257) + `"}}]`), "name has 257"},
		{ChannelMessage, messageOf(`"embeds":[{"title":"a","url":"javascript:x"}]`), "no address"},
		{ChannelMessage, messageOf(`"embeds":[{"title":"a","image":{"url":"ftp://a"}}]`), "no address"},
		{ChannelMessage, messageOf(`"embeds":[{"title":"a","color":16777216}]`), "no colour"},
		{ChannelMessage, messageOf(`"components":[` + rowOf(buttons(6)) + `]`), "has 6 entries"},
		{ChannelMessage, messageOf(`"components":[` + rowOf("") + `]`), "empty row"},
		{ChannelMessage, messageOf(`"components":` + many(6, rowOf(`{"type":2,"style":5,"label":"a","url":"https://a.example"}`))), "6 rows"},
		{ChannelMessage, messageOf(`"components":[` + rowOf(buttons(1)) + `,` + rowOf(buttons(1)) + `]`), "stands twice"},
		{ChannelMessage, messageOf(`"components":[` + rowOf(buttons(1)+`,{"type":3,"custom_id":"s","options":[]}`) + `]`), "shares its row"},
		{ChannelMessage, messageOf(`"components":[{"type":2,"style":1,"label":"a","custom_id":"b"}]`), "is no row"},
		{ChannelMessage, messageOf(`"components":[` + rowOf(`{"type":4,"custom_id":"a"}`) + `]`), "may not stand"},
		{ChannelMessage, messageOf(`"components":[` + rowOf(`{"type":2,"style":5,"label":"a"}`) + `]`), "url is missing"},
		{ChannelMessage, messageOf(`"components":[` + rowOf(`{"type":2,"style":5,"label":"a","url":"javascript:alert(1)"}`) + `]`), "no address"},
		{ChannelMessage, messageOf(`"components":[` + rowOf(`{"type":2,"style":5,"label":"a","url":"https://a.example/`+x(512)+`"}`) + `]`), "longer than 512"},
		{ChannelMessage, messageOf(`"components":[` + rowOf(`{"type":2,"style":5,"label":"a","url":"https://a.example","custom_id":"b"}`) + `]`), "link button with a custom_id"},
		{ChannelMessage, messageOf(`"components":[` + rowOf(`{"type":2,"style":1,"custom_id":"b"}`) + `]`), "neither label nor emoji"},
		{ChannelMessage, messageOf(`"components":[` + rowOf(`{"type":2,"style":1,"label":"`+x(81)+`","custom_id":"b"}`) + `]`), "label has 81"},
		{ChannelMessage, messageOf(`"components":[` + rowOf(`{"type":2,"style":1,"label":"a","custom_id":"`+x(101)+`"}`) + `]`), "custom_id has 101"},
		{ChannelMessage, messageOf(`"components":[` + rowOf(`{"type":2,"style":1,"label":"a"}`) + `]`), "custom_id is missing"},
		{ChannelMessage, messageOf(`"components":[` + rowOf(`{"type":2,"style":9,"label":"a","custom_id":"b"}`) + `]`), "style 9"},
		{ChannelMessage, messageOf(`"components":[` + rowOf(`{"type":2,"style":1,"label":"a","custom_id":"b","url":"https://a.example"}`) + `]`), "no link"},
		// V2.
		{ChannelMessage, messageOf(`"flags":32768,"components":[{"type":10,"content":"a"}]`), "V2 with content"},
		{ChannelMessage, messageOf(`"components":[{"type":10,"content":"a"}]`), "without the V2 flag"},
		{ChannelMessage, `{` + mentions + `,"flags":32768,"components":[{"type":17,"components":` + many(40, `{"type":10,"content":"a"}`) + `}]}`, "41 components"},
		{ChannelMessage, `{` + mentions + `,"flags":32768,"components":` + many(2, `{"type":10,"content":"`+x(2001)+`"}`) + `}`, "4002 characters of text"},
		// Interactions.
		{Callback, `{"type":5,"data":{"flags":32768}}`, "only EPHEMERAL"},
		{Callback, `{"type":5,"data":{"content":"a"}}`, "unknown key data.content"},
		{Callback, `{"type":4,"data":{"content":"a"}}`, "allowed_mentions is missing"},
		{Callback, `{"type":3}`, "unknown type"},
		{Callback, `{"type":8,"data":{"choices":[]}}`, "leave it out"},
		{Callback, `{"type":8,"data":{"choices":` + many(26, `{"name":"a","value":"b"}`) + `}}`, "choices has 26"},
		{Callback, `{"type":8,"data":{"choices":[{"name":"` + x(101) + `","value":"b"}]}}`, "name has 101"},
		{Callback, `{"type":9,"data":{"custom_id":"a","title":"` + x(46) + `","components":[]}}`, "title has 46"},
		{Callback, `{"type":9,"data":{"custom_id":"a","title":"b","components":[]}}`, "form is empty"},
		{Callback, `{"type":9,"data":{"custom_id":"a","title":"b","components":` + many(6, `{"type":1,"components":[{"type":4,"custom_id":"q","label":"c","style":2}]}`) + `}}`, "components has 6"},
		{Callback, `{"type":9,"data":{"custom_id":"a","title":"b","components":[` + rowOf(buttons(1)) + `]}}`, "only a text input"},
		// Commands.
		{Commands, `{}`, "no list"},
		{Commands, `[{"name":"Brief","description":"a"}]`, "lower case"},
		{Commands, `[{"name":"a b","description":"a"}]`, "no name of a command"},
		{Commands, `[{"name":"` + x(33) + `","description":"a"}]`, "no name of a command"},
		{Commands, `[{"name":"brief","description":""}]`, "description is empty"},
		{Commands, `[{"name":"brief","description":"` + x(101) + `"}]`, "description has 101"},
		{Commands, `[{"name":"brief","description":"a"},{"name":"brief","description":"a"}]`, "stands twice"},
		{Commands, command(`"name_localizations":{"en":"a"}`), "unknown locale en"},
		{Commands, command(`"description_localizations":{"fr":""}`), "is empty"},
		{Commands, command(`"default_member_permissions":32`), "no number in text"},
		{Commands, command(`"options":[{"type":3,"name":"a","description":"b"},{"type":3,"name":"c","description":"d","required":true}]`), "comes after an optional"},
		{Commands, command(`"options":[{"type":3,"name":"a","description":"b"},{"type":3,"name":"a","description":"b"}]`), "stands twice"},
		{Commands, command(`"options":[{"type":3,"name":"a","description":"b"},{"type":1,"name":"c","description":"d"}]`), "mixes"},
		{Commands, command(`"options":[{"type":2,"name":"a","description":"b","options":[{"type":2,"name":"c","description":"d"}]}]`), "nested"},
		{Commands, command(`"options":` + many(26, `{"type":3,"name":"a","description":"b"}`)), "options has 26"},
		{Commands, option(`"autocomplete":true,"choices":[{"name":"a","value":"b"}]`), "choices and autocomplete"},
		{Commands, option(`"choices":` + many(26, `{"name":"a","value":"b"}`)), "choices has 26"},
		{Commands, option(`"choices":[{"name":"a","value":"` + x(101) + `"}]`), "value has 101"},
		{Commands, command(`"options":[{"type":5,"name":"a","description":"b","autocomplete":true}]`), "can be completed"},
		{Commands, command(`"options":` + many(25, `{"type":1,"name":"a","description":"`+x(100)+`","options":`+many(3, `{"type":3,"name":"a","description":"`+x(100)+`"}`)+`}`)), "8000"},
		{GuildCommands, command(`"contexts":[1]`), "direct messages"},
		{Commands, `[{"type":2,"name":"Brief this","description":"a"}]`, "only a slash command"},
		{ForumPost, `{"name":"` + x(101) + `","message":{` + mentions + `,"content":"a"}}`, "name has 101"},
		{ForumPost, `{"name":"a","message":{` + mentions + `,"content":"a","nonce":"k"}}`, "unknown key nonce"},
	} {
		found := strings.Join(Refusals(row.kind, []byte(row.body)), "; ")
		if !strings.Contains(found, row.want) {
			t.Errorf("%.200s\n  found %q, want %q", row.body, found, row.want)
		}
	}
}

func TestTheSizeIsInUTF16(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int{"": 0, "a": 1, "é": 1, "한": 1, "🙂": 2, "a\xffb": 3} {
		if got := Size(s); got != want {
			t.Errorf("%q has %d units, want %d", s, got, want)
		}
	}
}

func FuzzRefusals(f *testing.F) {
	for _, seed := range []string{messageOf(`"flags":32768`), `{"type":9,"data":{"components":[{"type":1}]}}`, `[{"name":1,"options":[{"options":{}}]}]`, `{"message":[],"embeds":{"a":1}}`} {
		for k := range ForumPost + 1 {
			f.Add(int(k), []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, kind int, raw []byte) {
		found := Refusals(Kind(kind), raw)
		if !json.Valid(raw) && len(found) == 0 {
			t.Fatal("what is no JSON passes")
		}
	})
}

package discord

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"attache/bot"
	"attache/bot/message"
)

const recordedMention = `{"type":19,"tts":false,"timestamp":"2024-02-20T08:00:00.000000+00:00","referenced_message":{"type":0,"id":"1209400000000000001","channel_id":"1209300000000000002","content":"","embeds":[{"type":"rich","title":"A digest","description":"KCNA reported a gift."}],"author":{"id":"99","username":"Attaché","bot":true}},"pinned":false,"nonce":1209400000000000555,"message_reference":{"type":0,"message_id":"1209400000000000001","guild_id":"1209300000000000001","channel_id":"1209300000000000002"},"mentions":[{"id":"99","username":"Attaché","bot":true}],"mention_roles":[],"mention_everyone":false,"member":{"roles":["5"],"nick":"Ada L.","joined_at":"2021-01-01T00:00:00Z"},"id":"1209400000000000002","flags":0,"embeds":[],"edited_timestamp":null,"content":"<@99> why?","components":[],"channel_id":"1209300000000000002","author":{"username":"ada","global_name":"Ada","id":"7"},"attachments":[],"guild_id":"1209300000000000001"}`

const recordedCommand = `{"version":1,"type":2,"token":"aW50ZXJhY3Rpb24","member":{"user":{"username":"ada","id":"7","global_name":"Ada"},"roles":[],"permissions":"32","nick":null},"locale":"ko","id":"1209400000000000003","guild_locale":"en-US","guild_id":"1209300000000000001","entitlements":[],"data":{"type":1,"options":[{"type":1,"options":[{"value":"daily 08:00","type":3,"name":"when"},{"value":"Asia/Seoul","type":3,"name":"zone"}],"name":"add"}],"name":"digest","id":"5"},"context":0,"channel_id":"1209300000000000009","channel":{"type":11,"parent_id":"1209300000000000002","name":"a thread","id":"1209300000000000009","guild_id":"1209300000000000001"},"authorizing_integration_owners":{"0":"1209300000000000001"},"application_id":"98","app_permissions":"2248473465835073"}`

func TestARecordedMentionIsReadAsItIs(t *testing.T) {
	t.Parallel()
	m, err := readMessage([]byte(recordedMention))
	if err != nil {
		t.Fatal(err)
	}
	if m.Author.name() != "Ada" || m.Member.Nick != "Ada L." || m.Nonce != "1209400000000000555" || rootOf(m) != "1209400000000000001" || textOf(*m.Referenced) != "A digest\nKCNA reported a gift." {
		t.Errorf("read as %+v", m)
	}
}

func TestARecordedCommandBecomesARequest(t *testing.T) {
	t.Parallel()
	i, err := readInteraction([]byte(recordedCommand))
	if err != nil {
		t.Fatal(err)
	}
	a := wired(t, func(*wireRequest) wireAnswer { return wireAnswer{status: 500} })
	got, private, ok := a.request(i)
	want := bot.Request{
		ID: "discord:1209400000000000003", Kind: bot.Run, Command: "digest add", Args: map[string]string{"when": "daily 08:00", "zone": "Asia/Seoul"},
		Address:      message.Address{Platform: "discord", Workspace: "1209300000000000001", Channel: "1209300000000000009"},
		Conversation: "discord/1209300000000000001/1209300000000000002/1209300000000000009",
		User:         bot.User{ID: "7", Name: "Ada", Locale: "ko", Manages: bot.PermissionYes, Rings: bot.PermissionNo}, PlaceLocale: "en-US",
		At: time.UnixMilli(1209400000000000003>>22 + 1420070400000).UTC(),
	}
	if diff := cmp.Diff(want, got); diff != "" || !private || !ok {
		t.Errorf("private %v, ok %v; the request differs (-want +got):\n%s", private, ok, diff)
	}
}

func TestAThreadWhoseParentDiscordLeavesOutIsStillItsChannels(t *testing.T) {
	t.Parallel()
	a := wired(t, func(*wireRequest) wireAnswer { return wireAnswer{status: 500} })
	a.places.channels.put("12", channel{ID: "12", Type: threadPublic, Parent: "11"})
	for _, row := range []struct {
		sent channel
		want string
	}{
		{channel{ID: "12", Type: threadPublic}, "11"},
		{channel{ID: "12", Type: threadPublic, Parent: "10"}, "10"},
		{channel{ID: "13", Type: threadPublic}, ""},
		{channel{ID: "11", Type: channelText}, ""},
	} {
		if got := a.withParent(&row.sent); got.Parent != row.want {
			t.Errorf("the parent of %+v is %q", row.sent, got.Parent)
		}
	}
	if a.withParent(nil) != nil {
		t.Error("a channel appears where there was none")
	}
}

func TestWhoCommandsInAnotherPersonsChannelManagesNothing(t *testing.T) {
	t.Parallel()
	private, direct := contextPrivate, contextBotDM
	for _, row := range []struct {
		i    interaction
		want bot.Permission
	}{
		{interaction{Context: &direct, User: &person{ID: "7"}}, bot.PermissionYes},
		{interaction{Context: &private, User: &person{ID: "7"}}, bot.PermissionNo},
		{interaction{User: &person{ID: "7"}}, bot.PermissionYes},
		{interaction{Guild: "1", Member: &member{Permissions: "0"}}, bot.PermissionNo},
		{interaction{Guild: "1", Member: &member{Permissions: "8"}}, bot.PermissionYes},
		{interaction{Guild: "1", Member: &member{Permissions: "x"}}, bot.PermissionNo},
	} {
		if got := manages(row.i); got != row.want {
			t.Errorf("%+v: got %q, want %q", row.i, got, row.want)
		}
	}
}

func TestWhatIsIncompleteIsRefused(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{`{}`, `{"id":"1"}`, `{"id":"1","channel_id":"2"}`, `{"id":"1","channel_id":"2","author":{}}`, `[]`, `null`, `"x"`, `{"id":1}`, ``} {
		if m, err := readMessage([]byte(raw)); err == nil {
			t.Errorf("message %s was read as %+v", raw, m)
		}
		if i, err := readInteraction([]byte(raw)); err == nil {
			t.Errorf("interaction %s was read as %+v", raw, i)
		}
	}
	if _, err := readMessage([]byte(strings.Repeat(" ", eventMost+1))); !errors.Is(err, errEventTooLarge) {
		t.Errorf("a huge event: %v", err)
	}
	if i, err := readInteraction([]byte(`{"type":1}`)); err != nil || i.Type != interactionPing {
		t.Errorf("a ping: %v", err)
	}
}

func TestAFormsFieldsAreFoundInRowsAndInLabels(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		`{"custom_id":"v1:ask:","components":[{"type":1,"components":[{"type":4,"custom_id":"question","value":"why?"}]}]}`,
		`{"custom_id":"v1:ask:","components":[{"type":18,"component":{"type":4,"custom_id":"question","value":"why?"}}]}`,
	} {
		var d modalData
		if err := json.Unmarshal([]byte(raw), &d); err != nil || d.values()["question"] != "why?" {
			t.Errorf("%s: %v, %v", raw, d.values(), err)
		}
	}
}

func TestSnowflakesTellTheirTime(t *testing.T) {
	t.Parallel()
	when := time.Date(2024, 2, 20, 8, 0, 0, 0, time.UTC)
	if got, ok := snowflakeTime(snowflakeAt(when)); !ok || !got.Equal(when) {
		t.Errorf("got %s", got)
	}
	for _, id := range []string{"", "0", "x", "-5"} {
		if _, ok := snowflakeTime(id); ok {
			t.Errorf("%q has a time", id)
		}
	}
	if got := snowflakeAt(time.Unix(0, 0)); got != "0" {
		t.Errorf("before Discord's epoch: %s", got)
	}
	if !older("99", "100") || older("100", "99") || !older("100", "101") {
		t.Error("snowflakes are not compared as numbers")
	}
}

func FuzzMessages(f *testing.F) {
	for _, seed := range []string{recordedMention, `{}`, `{"id":"1","channel_id":"2","author":{"id":"3"},"type":19,"content":"<@99> \u202e<t:99999999999999>"}`, `{"nonce":{}}`, `null`} {
		f.Add([]byte(seed))
	}
	a, err := New(Config{Token: "t"})
	if err != nil {
		f.Fatal(err)
	}
	me := identity{User: "99", Application: "98"}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := readMessage(raw)
		if err != nil {
			return
		}
		if m.ID == "" || m.Channel == "" || m.Author == nil || m.Author.ID == "" {
			t.Fatalf("an incomplete message was read: %+v", m)
		}
		if text := a.plain(m, me); len(text) > mostQuestion*2 || !utf8.ValidString(text) || strings.Contains(text, "<@99>") {
			t.Fatalf("the text is %q", text)
		}
		if quoted := textOf(m); len(quoted) > mostQuoted+4 || !utf8.ValidString(quoted) {
			t.Fatalf("the quoted text is %q", quoted)
		}
		if rootOf(m) == "" {
			t.Fatal("the message has no root")
		}
		a.meant(m, me)
		a.managesIn(m)
	})
}

func FuzzInteractions(f *testing.F) {
	for _, seed := range []string{
		recordedCommand, `{"type":1}`,
		`{"id":"5","type":3,"token":"t","channel_id":"2","user":{"id":"3"},"data":{"custom_id":"v1:evidence:x"},"message":{"id":"9","flags":64}}`,
		`{"id":"5","type":4,"token":"t","channel_id":"2","user":{"id":"3"},"data":{"name":"brief","options":[{"type":1,"name":"latest","options":[{"name":"topic","focused":true,"value":"k"}]}]}}`,
		`{"id":"5","type":5,"token":"t","channel_id":"2","user":{"id":"3"},"data":{"custom_id":"v1:ask:","components":[{"components":[{"custom_id":"question","value":"why?"}]}]}}`,
		`{"id":"5","type":2,"token":"t","channel_id":"2","user":{"id":"3"},"data":null}`,
	} {
		f.Add([]byte(seed))
	}
	a, err := New(Config{Token: "t"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		i, err := readInteraction(raw)
		if err != nil || i.Type == interactionPing {
			return
		}
		req, _, ok := a.request(i)
		if !ok {
			return
		}
		if req.ID == "" || req.User.ID == "" || req.Conversation == "" || req.Address.Channel == "" {
			t.Fatalf("an incomplete request: %+v", req)
		}
		switch req.Kind {
		case bot.Run:
			if _, known := bot.CommandNamed(req.Command); !known {
				t.Fatalf("an unknown command: %q", req.Command)
			}
		case bot.Click:
			if id, fits := customID(req.Action, req.Value); fits {
				if action, value, ok := readCustomID(id); !ok || action != req.Action || value != req.Value {
					t.Fatalf("%q is read back as %q %q", id, action, value)
				}
			}
		case bot.Ask:
			if req.Text == "" || len(req.Text) > mostQuestion+4 {
				t.Fatalf("the question is %q", req.Text)
			}
		}
		a.unfit(i, req)
	})
}

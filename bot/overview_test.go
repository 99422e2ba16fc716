package bot_test

import (
	"slices"
	"strings"
	"testing"

	"attache/bot"
	"attache/bot/message"
)

func TestAnOverviewShowsWhatStandsInTheWholeWorkspaceAndNoOther(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	here := added(t, h, "digest add now daily 08:00 about North Korea")
	paused := added(t, h, "digest add now mondays 9am")
	if reply := words(h.typed(t, "digest pause "+paused.ID)); !strings.Contains(reply, paused.ID) {
		t.Fatal(reply)
	}
	elsewhere := here
	elsewhere.ID, elsewhere.Address.Workspace = "other", "another"
	if err := h.store.AddSubscription(t.Context(), elsewhere); err != nil {
		t.Fatal(err)
	}
	beside := here
	beside.ID, beside.Address.Channel, beside.Owner = "beside", "beside", "anna"
	if err := h.store.AddSubscription(t.Context(), beside); err != nil {
		t.Fatal(err)
	}

	o, err := h.Overview(t.Context(), bot.Request{Address: channel, User: bot.User{ID: "anna"}})
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bot.OverviewDigest{}
	for _, d := range o.Digests {
		ids[d.ID] = d
	}
	if len(o.Digests) != 3 || ids["other"].ID != "" {
		t.Fatalf("the overview holds %+v", o.Digests)
	}
	if d := ids[here.ID]; d.Paused || d.Next.IsZero() || d.Owner != "boss" || !strings.Contains(d.Words, "08:00") || !strings.Contains(d.Words, "North Korea") || !strings.Contains(d.About, "North Korea") {
		t.Errorf("a digest is %+v", d)
	}
	if d := ids[paused.ID]; !d.Paused || !d.Next.IsZero() {
		t.Errorf("a paused digest is %+v", d)
	}
	if d := ids["beside"]; d.Address.Channel != "beside" || d.Owner != "anna" {
		t.Errorf("a digest of another channel is %+v", d)
	}
	for _, name := range []string{"zone", "managers", "answers"} {
		if !slices.Contains(o.Settings, name) {
			t.Errorf("the settings %v lack %s", o.Settings, name)
		}
	}
	direct, err := h.Overview(t.Context(), bot.Request{Address: message.Address{Platform: channel.Platform, Channel: "D1"}})
	if err != nil || len(direct.Digests) != 0 {
		t.Errorf("without a workspace everything is shown: %+v, %v", direct, err)
	}
}

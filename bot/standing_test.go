package bot_test

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"attache/bot"
	"attache/bot/digest"
	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

var idOf = regexp.MustCompile(`Digest (\S+) is set up`)

// added sets a digest up and returns it as it is kept.
func added(t *testing.T, h *house, text string) digest.Subscription {
	t.Helper()
	reply := words(h.typed(t, text))
	m := idOf.FindStringSubmatch(reply)
	if m == nil {
		t.Fatalf("%s: %s", text, reply)
	}
	s, err := h.store.Subscription(t.Context(), m[1])
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestADigestIsSetUpAsItWasSaid(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	s := added(t, h, "digest add now weekdays 7:30 Asia/Seoul about North Korea, “UN sanctions”, north korea without football, tennis")
	want := briefings.Beat{Topics: []string{"North Korea", "UN sanctions"}, Without: []string{"football", "tennis"}}
	if diff := cmp.Diff(want, s.Beat); diff != "" {
		t.Errorf("beat (-want +got):\n%s", diff)
	}
	if s.Schedule.Zone != "Asia/Seoul" || s.Address != channel || s.Owner != "boss" || s.Misfire != digest.MisfireLatest {
		t.Errorf("kept %+v", s)
	}
	if want := time.Date(2024, 2, 21, 22, 30, 0, 0, time.UTC); !s.NextAt.Equal(want) {
		t.Errorf("next at %v, want %v", s.NextAt, want)
	}
	reply := words(h.typed(t, "digest add now mondays 9am about trade"))
	for _, part := range []string{"about trade", "Mon 26 Feb 2024, 09:00 UTC; Mon 4 Mar 2024, 09:00 UTC; Mon 11 Mar 2024, 09:00 UTC"} {
		if !strings.Contains(reply, part) {
			t.Errorf("want %q in %s", part, reply)
		}
	}
	list := words(h.typed(t, "digest list"))
	if !strings.Contains(list, s.ID) || strings.Count(list, "• ") != 2 {
		t.Errorf("list: %s", list)
	}
}

func TestWhichZoneADigestIsIn(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, text, arg, channel, user, want string }{
		{"named as an argument", "daily 08:00", "Asia/Tokyo", "Asia/Seoul", "Europe/Paris", "Asia/Tokyo"},
		{"named in the times", "daily 08:00 Asia/Tokyo", "", "Asia/Seoul", "Europe/Paris", "Asia/Tokyo"},
		{"the channel's", "daily 08:00", "", "Asia/Seoul", "Europe/Paris", "Asia/Seoul"},
		{"the person's", "daily 08:00", "", "", "Europe/Paris", "Europe/Paris"},
		{"the operator's", "daily 08:00", "", "", "", "America/New_York"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			h := open(t, func(c *bot.Config, h *house) {
				c.Zone = "America/New_York"
				if err := h.store.SetSetting(t.Context(), channel.String(), "zone", row.channel); err != nil {
					t.Fatal(err)
				}
			})
			h.handle(t, bot.Request{Kind: bot.Run, Command: "digest add", Args: map[string]string{"when": "now " + row.text, "zone": row.arg}, Address: channel, User: bot.User{ID: "u", Zone: row.user, Manages: bot.PermissionYes}})
			all, err := h.store.Subscriptions(t.Context(), digest.Filter{})
			if err != nil || len(all) != 1 || all[0].Schedule.Zone != row.want {
				t.Errorf("kept %+v, %v; want zone %s", all, err, row.want)
			}
		})
	}
}

func TestADigestThatCannotBeSetUpSaysWhy(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ text, want string }{
		{"digest add", "“digest add” needs when. Write it like this"},
		{"digest add about sanctions", "“digest add” needs when"},
		{"digest add daily 25:00", "I don’t understand “daily 25:00” as times. 25:00"},
		{"digest add every now and then", "Write the times like “daily 08:00”"},
		{"digest add daily 08:00 Asia/Soul", "Asia/Soul"},
		{"digest frobnicate daily", "Did you mean “digest list”?"},
		{"digest edit zzzz daily 09:00", "This channel has no digest zzzz"},
		{"digest pause zzzz", "This channel has no digest zzzz"},
		{"digest resume zzzz", "This channel has no digest zzzz"},
		{"digest remove zzzz", "This channel has no digest zzzz"},
		{"digest preview zzzz", "This channel has no digest zzzz"},
	} {
		h := open(t, func(c *bot.Config, _ *house) { c.Preview = previewed })
		reply := h.typed(t, row.text)
		if got := words(reply); !strings.Contains(got, row.want) || reply.Message.Tone != message.ToneProblem {
			t.Errorf("%s: want %q in %s", row.text, row.want, got)
		}
	}
	h := open(t, nil)
	reply := h.handle(t, bot.Request{Kind: bot.Run, Command: "digest add", Args: map[string]string{"when": "daily 08:00", "zone": "Asia/Seol"}, Address: channel, User: manager()})
	if got := words(reply); !strings.Contains(got, "“Asia/Seol” is not a time zone that I know") || !strings.Contains(got, "Asia/Seoul") {
		t.Errorf("a mistyped zone: %s", got)
	}
}

func TestTheLifeOfADigest(t *testing.T) {
	t.Parallel()
	h := open(t, func(c *bot.Config, _ *house) { c.Preview = previewed })
	s := added(t, h, "digest add now daily 08:00 about sanctions")
	kept := func() digest.Subscription {
		t.Helper()
		s, err := h.store.Subscription(t.Context(), s.ID)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	step := func(text, want string) {
		t.Helper()
		if got := words(h.typed(t, text)); !strings.Contains(got, want) {
			t.Errorf("%s: want %q in %s", text, want, got)
		}
	}
	step("digest edit "+s.ID, "stays as it is")
	step("digest edit "+s.ID+" now 09:30", "09:30")
	if got := kept(); got.Beat.Topics[0] != "sanctions" || got.NextAt.Hour() != 9 {
		t.Errorf("after a change of time: %+v", got)
	}
	before := kept().NextAt
	step("digest edit "+s.ID+" about trade", "about trade")
	if got := kept(); !got.NextAt.Equal(before) || got.Beat.Topics[0] != "trade" {
		t.Errorf("after a change of topic: %+v", got)
	}
	step("digest edit "+s.ID+" now Asia/Seoul", "Asia/Seoul")
	if got := kept(); got.Schedule.Zone != "Asia/Seoul" || got.NextAt.Hour() != 0 {
		t.Errorf("after a change of zone: %+v", got)
	}
	step("digest edit "+s.ID+" about everything", "about everything")
	step("digest resume "+s.ID, "is not paused")
	step("digest pause "+s.ID, "is paused. “digest resume "+s.ID)
	step("digest pause "+s.ID, "is paused already")
	h.wait(72 * time.Hour)
	step("digest resume "+s.ID, "goes on")
	if got := kept(); got.Paused || !got.NextAt.After(h.time()) {
		t.Errorf("after resuming: %+v", got)
	}
	step("digest preview", "Preview: only you see this")
	h.typed(t, "digest add now mondays 9am")
	step("digest preview", "This channel has several digests")
	step("digest preview "+s.ID, "A digest.")
	step("digest remove "+strings.ToUpper(s.ID), "is removed")
	step("digest remove "+s.ID, "This channel has no digest")
}

func TestADigestIsItsChannelsOwn(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	s := added(t, h, "digest add now daily 08:00")
	other := channel
	other.Channel = "c2"
	for _, verb := range []string{"pause", "remove", "edit"} {
		got := words(h.handle(t, bot.Request{Kind: bot.Run, Text: "digest " + verb + " " + s.ID + " daily 09:00", Address: other, User: manager()}))
		if !strings.Contains(got, "This channel has no digest") {
			t.Errorf("%s from another channel: %s", verb, got)
		}
	}
	// An order that is given in a thread is for its channel.
	thread := channel
	thread.Thread = "t1"
	h.handle(t, bot.Request{Kind: bot.Run, Text: "digest add now daily 10:00", Address: thread, User: manager()})
	// A direct message has no workspace, and its channel is its own.
	private := message.Address{Platform: "bench", Channel: "dm1"}
	got := words(h.handle(t, bot.Request{Kind: bot.Run, Text: "digest list", Address: private, User: manager()}))
	if !strings.Contains(got, "no digest yet") {
		t.Errorf("a direct message sees those of a channel: %s", got)
	}
	all, err := h.store.Subscriptions(t.Context(), digest.Filter{})
	if err != nil || len(all) != 2 || all[1].Address != channel {
		t.Errorf("kept %+v, %v", all, err)
	}
}

func TestAChannelHasSoManyDigests(t *testing.T) {
	t.Parallel()
	h := open(t, func(c *bot.Config, _ *house) { c.Limits.Digests = 2 })
	added(t, h, "digest add now daily 08:00")
	added(t, h, "digest add now daily 09:00")
	if got := words(h.typed(t, "digest add now daily 10:00")); !strings.Contains(got, "This channel has 2 digests") {
		t.Errorf("got %s", got)
	}
}

func TestAWatchListGoesWithTheDigests(t *testing.T) {
	t.Parallel()
	h := open(t, func(c *bot.Config, h *house) { h.news.edition = oneStory; c.Limits.Watches = 3 })
	first := added(t, h, "digest add now daily 08:00")
	h.typed(t, "watch add Strait of Hormuz, Kim Yo-jong")
	second := added(t, h, "digest add now daily 09:00")
	for _, id := range []string{first.ID, second.ID} {
		s, err := h.store.Subscription(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"Strait of Hormuz", "Kim Yo-jong"}, s.Beat.Watch); diff != "" {
			t.Errorf("watch list of %s (-want +got):\n%s", id, diff)
		}
	}
	h.typed(t, "latest sanctions")
	if got := h.news.orders[len(h.news.orders)-1].Beat; got.Topics[0] != "sanctions" || len(got.Watch) != 2 {
		t.Errorf("latest asks for %+v", got)
	}
	for _, row := range []struct{ text, want string }{
		{"watch add strait of hormuz", "is on the watch list already"},
		{"watch add one, two", "The watch list has 3 entries"},
		{"watch remove Suez", "is not on the watch list"},
		{"watch remove STRAIT OF HORMUZ", "“Strait of Hormuz” is off the watch list"},
		{"watch list", "• Kim Yo-jong"},
		{"watch", "• Kim Yo-jong"},
		{"watch remove Kim Yo-jong", "is off the watch list"},
		{"watch list", "The watch list is empty"},
	} {
		if got := words(h.typed(t, row.text)); !strings.Contains(got, row.want) {
			t.Errorf("%s: want %q in %s", row.text, row.want, got)
		}
	}
	s, err := h.store.Subscription(t.Context(), first.ID)
	if err != nil || len(s.Beat.Watch) != 0 {
		t.Errorf("the digest still watches %v, %v", s.Beat.Watch, err)
	}
}

func TestLatestGoesFurtherBackWhenItIsQuiet(t *testing.T) {
	t.Parallel()
	h := open(t, func(_ *bot.Config, h *house) {
		h.news.edition = func(a briefings.Assignment) briefings.Edition {
			if a.Window.To.Sub(a.Window.From) > 8*24*time.Hour {
				return oneStory(a)
			}
			return briefings.Edition{Beat: a.Beat, Window: a.Window, AsOf: a.Window.To, Read: 5}
		}
	})
	if got := words(h.typed(t, "latest on sanctions")); !strings.Contains(got, "Nothing new in the last 24 hours, so this goes back to 21 Feb 2024") {
		t.Errorf("got %s", got)
	}
	h.news.edition = nil
	reply := h.typed(t, "latest football")
	if got := words(reply); !strings.HasPrefix(got, "Nothing on football yet") || h.outcome() != "latest: not_in_sources" {
		t.Errorf("%s: %s", h.outcome(), got)
	}
	// Without a topic it is what the channel's one digest follows.
	added(t, h, "digest add now daily 08:00 about trade")
	h.typed(t, "latest")
	if got := h.news.orders[len(h.news.orders)-1].Beat.Topics; len(got) != 1 || got[0] != "trade" {
		t.Errorf("latest asks for %v", got)
	}
}

// What was delivered is the truth about a report, whatever the library would say now.
func TestWhyKeepsToWhatWasDelivered(t *testing.T) {
	t.Parallel()
	h := open(t, func(_ *bot.Config, h *house) {
		h.news.fates = []briefings.Fate{{Article: "a1", Outcome: "below", Short: 0.5, Reasons: []string{"one outlet"}}}
	})
	deliver(t, h, "d7f3", oneStory(briefings.Assignment{}))
	if got := words(h.typed(t, "why https://daily.example/gift")); !strings.Contains(got, "It is in the digest, as story 1") || len(h.news.orders) != 0 {
		t.Errorf("%d editions were composed for it: %s", len(h.news.orders), got)
	}
}

func TestWhyAReportWasOrWasNotInTheDigest(t *testing.T) {
	t.Parallel()
	h := open(t, func(_ *bot.Config, h *house) {
		h.news.fates = []briefings.Fate{{Article: "a1", Outcome: "below", Short: 0.5, Reasons: []string{"one outlet"}}}
	})
	ask := func(text string) string { return words(h.typed(t, text)) }
	if got := ask("why https://www.daily.example/gift/?utm_source=x#top"); !strings.Contains(got, "No digest has been sent in this channel yet") || !strings.Contains(got, "below the line") {
		t.Errorf("without a digest: %s", got)
	}
	other := oneStory(briefings.Assignment{})
	other.Items[0].Articles = []string{"another"}
	deliver(t, h, "d7f3", other)
	if got := ask("why https://daily.example/gift"); !strings.Contains(got, "Measured by digest d7f3") || !strings.Contains(got, "missed the line by 0.50") {
		t.Errorf("with a digest: %s", got)
	}
	order := h.news.orders[len(h.news.orders)-1]
	if want := (briefings.Window{From: start.Add(-25 * time.Hour), To: start.Add(-time.Hour)}); order.Window != want || order.Last != nil {
		t.Errorf("asked for %+v, want the window %v of the digest and no edition before it", order, want)
	}
	h.news.articles[0].Published = start.Add(-time.Minute)
	if got := ask("why seoul gift"); !strings.Contains(got, "It came after the last digest. The next one is due Thu 22 Feb 2024, 08:00 UTC") {
		t.Errorf("after the digest: %s", got)
	}
	h.news.articles[0].Published = start.AddDate(0, -1, 0)
	h.news.fates = nil
	if got := ask("why seoul gift"); !strings.Contains(got, "published before the window") {
		t.Errorf("an old report: %s", got)
	}
	if got := ask("why https://unread.example/x"); !strings.Contains(got, "I haven’t read that report") {
		t.Errorf("an unread report: %s", got)
	}
}

func TestStories(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	ask := func(text string) string { return words(h.typed(t, text)) }
	if got := ask("story 2"); !strings.Contains(got, "has no story 2") {
		t.Errorf("without a digest: %s", got)
	}
	deliver(t, h, "d7f3", oneStory(briefings.Assignment{}))
	if got := ask("story 1"); !strings.HasPrefix(got, "Seoul condemns a gift") || !strings.Contains(got, "Speaker: Seoul; Said: condemns: Seoul condemned the gift.") {
		t.Errorf("by number: %s", got)
	}
	if got := ask("story https://daily.example/gift"); !strings.HasPrefix(got, "Seoul condemns a gift") || len(h.news.links) != 0 {
		t.Errorf("by a link to what is in the library: %s (read %v)", got, h.news.links)
	}
	h.news.pages = map[string]briefings.Article{"https://new.example/x": sampleArticle("n1", "https://new.example/x", "A new report")}
	if got := ask("story https://new.example/x"); !strings.HasPrefix(got, "A new report") {
		t.Errorf("by a link to what is not: %s", got)
	}
	h.news.edition = oneStory
	if got := ask("story about the gift"); !strings.HasPrefix(got, "Seoul condemns a gift") || h.news.orders[len(h.news.orders)-1].Beat.Topics[0] != "the gift" {
		t.Errorf("by topic: %s", got)
	}
	h.news.edition = nil
	h.news.answer = func(_ context.Context, q briefings.Question) (briefings.Answer, error) { return notSaid(q.Text), nil }
	if got := ask("story the moon"); !strings.Contains(got, "No report is about “the moon” yet. 1 report searched") {
		t.Errorf("unknown: %s", got)
	}
}

func TestSourcesInChat(t *testing.T) {
	t.Parallel()
	h := open(t, func(_ *bot.Config, h *house) {
		h.sources.feeds["https://daily.example/rss"] = "The Daily Example"
		h.news.pages = map[string]briefings.Article{"https://daily.example/page": sampleArticle("p1", "https://daily.example/page", "A page")}
		h.sources.list = []briefings.Source{{ID: "s0000", Title: "House feed", URL: "https://house.example/rss"}, {ID: "s1111", Title: "Foreign", URL: "https://foreign.example/rss", Owner: "bench/w2/c1"}}
	})
	id := ""
	step := func(text, want string) {
		t.Helper()
		if got := words(h.typed(t, strings.ReplaceAll(text, "ID", id))); !strings.Contains(got, want) {
			t.Errorf("%s: want %q in %s", text, want, got)
		}
	}
	step("source add https://daily.example/rss now", "Now following The Daily Example. 3 reports read.")
	added := h.sources.list[2]
	if id = added.ID; added.Owner != channel.String() || !added.Added.Equal(start) {
		t.Errorf("kept %+v", added)
	}
	step("source add <http://www.daily.example/rss/>", "The Daily Example is followed already")
	step("source add daily.example/page", "That is a page, not a feed")
	step("source add https://daily.example/none", "I couldn’t follow that. That address has no feed.")
	step("source add nonsense", "That is no web address; send one like")
	step("source list", "House feed")
	if got := words(h.typed(t, "sources")); strings.Contains(got, "Foreign") || !strings.Contains(got, "The Daily Example: 1 report") {
		t.Errorf("sources: %s", got)
	}
	step("source remove s1111", "No source has the id s1111")
	step("source remove s0000", "belongs to everyone")
	step("source remove ID", "No longer following The Daily Example")
	step("source remove ID", "No source has the id")

	off := open(t, func(c *bot.Config, _ *house) { c.Sources = nil })
	if got := words(off.typed(t, "source add https://daily.example/rss")); !strings.Contains(got, "“source add” is not available here") {
		t.Errorf("switched off: %s", got)
	}
}

func TestSettingsInChat(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	for _, row := range []struct{ text, want string }{
		{"settings", "zone: UTC (default)"},
		{"settings zone asia/seoul", "The setting zone is now Asia/Seoul."},
		{"settings zone", "zone: Asia/Seoul."},
		{"settings zone Mars", "“Mars” doesn’t fit zone. Write an IANA time zone"},
		{"settings zone default", "back to its default: UTC"},
		{"settings answers private", "answers is now private"},
		{"settings answers loud", "Write channel, private or default."},
		{"settings managers <@U1>, @U2 U3", "managers is now U1 U2 U3"},
		{"settings managers <b>!", "doesn’t fit managers"},
		{"settings managers everyone", "managers is now everyone"},
		{"settings managers default", "back to its default: as the platform says"},
		{"settings colour red", "There is no setting “colour”. There are zone, language, managers and answers."},
	} {
		if got := words(h.typed(t, row.text)); !strings.Contains(got, row.want) {
			t.Errorf("%s: want %q in %s", row.text, row.want, got)
		}
	}
}

func TestLeavingSuspendsAndUninstallingForgets(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	s := added(t, h, "digest add now daily 08:00")
	h.typed(t, "Who?")
	h.sources.feeds["https://daily.example/rss"] = "The Daily Example"
	h.typed(t, "source add https://daily.example/rss now")
	elsewhere := channel
	elsewhere.Workspace = "w2"
	h.handle(t, bot.Request{Kind: bot.Run, Text: "digest add now daily 09:00", Address: elsewhere, User: manager()})

	for range 2 { // twice is harmless
		if err := h.Left(t.Context(), "bench", "w1"); err != nil {
			t.Fatal(err)
		}
	}
	got, err := h.store.Subscription(t.Context(), s.ID)
	if err != nil || !got.Paused || !strings.Contains(got.Reason, "taken out") {
		t.Errorf("after leaving: %+v, %v", got, err)
	}
	if list := words(h.typed(t, "digest list")); !strings.Contains(list, "paused (Attaché was taken out of this place)") {
		t.Errorf("list: %s", list)
	}
	for range 2 {
		if err := h.Uninstalled(t.Context(), "bench", "w1"); err != nil {
			t.Fatal(err)
		}
	}
	all, err := h.store.Subscriptions(t.Context(), digest.Filter{})
	if err != nil || len(all) != 1 || all[0].Address != elsewhere {
		t.Errorf("after uninstalling: %+v, %v", all, err)
	}
	if len(h.sources.list) != 0 {
		t.Errorf("sources left: %+v", h.sources.list)
	}
	if h.Uninstalled(t.Context(), "bench", "") == nil {
		t.Error("an uninstalling of nowhere went through")
	}
}

// TestNothingIsSavedBeforeSomebodyIsSure: times are said back in words, with when they come next and what would have come, and
// a button saves what was said, whoever's zone it is pressed in.
func TestNothingIsSavedBeforeSomebodyIsSure(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	click := func(m *message.Message, at message.Address, who bot.User) string {
		t.Helper()
		b, ok := buttons(bot.Reply{Message: m})[present.ActionCarryOut]
		if !ok || len(b.Value) > 40 {
			t.Fatalf("no button to be sure with: %+v", b)
		}
		return words(h.handle(t, bot.Request{Kind: bot.Click, Action: b.Action, Value: b.Value, Address: at, User: who}))
	}
	kept := func() []digest.Subscription {
		t.Helper()
		all, err := h.store.Subscriptions(t.Context(), digest.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	seoul := manager()
	seoul.Zone = "Asia/Seoul"
	drafted := h.handle(t, bot.Request{Kind: bot.Run, Text: "digest add weekdays 7:30 about sanctions", Address: channel, User: seoul})
	said := words(drafted)
	for _, want := range []string{"every weekday at 07:30, Asia/Seoul, about sanctions", "The next ones: Thu 22 Feb 2024, 07:30 KST; Fri 23 Feb", "The last 24 hours", "Nothing is saved yet", "digest add now weekdays 7:30 Asia/Seoul about sanctions"} {
		if !strings.Contains(said, want) {
			t.Errorf("the draft lacks %q: %s", want, said)
		}
	}
	if len(kept()) != 0 || !drafted.Private {
		t.Fatalf("a draft was saved: %+v", kept())
	}
	if got := click(drafted.Message, channel, bot.User{ID: "reader", Manages: bot.PermissionNo}); !strings.Contains(got, "Only those who manage this channel") {
		t.Errorf("pressed by a reader: %s", got)
	}
	elsewhere := channel
	elsewhere.Channel = "c9"
	if got := click(drafted.Message, elsewhere, manager()); strings.Contains(got, "is set up") || len(kept()) != 0 {
		t.Errorf("pressed in another channel: %s", got)
	}
	if got := click(drafted.Message, channel, manager()); !strings.Contains(got, "is set up") || !strings.Contains(got, "07:30, Asia/Seoul") {
		t.Errorf("pressed: %s", got)
	}
	if got := click(drafted.Message, channel, manager()); !strings.Contains(got, "This channel has that already") || len(kept()) != 1 {
		t.Errorf("pressed twice: %s, %d are kept", got, len(kept()))
	}
	s := kept()[0]

	edited := h.typed(t, "digest edit "+s.ID+" mondays 9am")
	if said := words(edited); !strings.Contains(said, "every Monday at 09:00") || kept()[0].Schedule != s.Schedule {
		t.Errorf("a change of times was not only drafted: %s", said)
	}
	if got := click(edited.Message, channel, manager()); !strings.Contains(got, "is changed") || kept()[0].Schedule.Cron != "0 9 * * 1" || kept()[0].Schedule.Zone != "Asia/Seoul" {
		t.Errorf("its button: %s, kept %+v", got, kept()[0].Schedule)
	}
	moved := h.typed(t, "digest edit "+s.ID+" Europe/Paris")
	if got := click(moved.Message, channel, manager()); !strings.Contains(got, "Europe/Paris") || kept()[0].Schedule.Zone != "Europe/Paris" || kept()[0].Schedule.Cron != "0 9 * * 1" {
		t.Errorf("another zone: %s, kept %+v", got, kept()[0].Schedule)
	}
	if got := words(h.typed(t, "digest edit "+s.ID+" about trade")); !strings.Contains(got, "is changed") || strings.Contains(got, "Nothing is saved") {
		t.Errorf("what it is about waits for nobody: %s", got)
	}

	review := h.typed(t, "digest review fridays 17:00 Asia/Seoul")
	if got := words(review); !strings.Contains(got, "every Friday at 17:00") || len(kept()) != 1 {
		t.Errorf("a review was not only drafted: %s", got)
	}
	if got := click(review.Message, channel, manager()); !strings.Contains(got, "is set up") || len(kept()) != 2 || kept()[1].Form != digest.FormReview {
		t.Errorf("its button: %s, kept %+v", got, kept())
	}
}

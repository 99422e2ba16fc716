package bottest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"attache/bot"
	"attache/bot/digest"
	"attache/bot/message"
	"attache/briefings"
)

// Memory is the suite that every bot.Memory passes. open returns an empty one each time and closes it when the test ends.
// One that is a digest.Store as well is also asked whether Forget forgets its digests.
func Memory(t *testing.T, open func(t testing.TB) bot.Memory) {
	t.Helper()
	tests := []struct {
		name string
		test func(t *testing.T, m bot.Memory)
	}{
		{"a request is seen once in 25 hours", seenOnce},
		{"of concurrent requests with one id one is the first", seenConcurrently},
		{"an exchange comes back as it was kept", exchangeComesBack},
		{"a conversation is its last turns, oldest first", turnsInOrder},
		{"a turn is the short answer or the first claim", turnOfAnswer},
		{"a second vote replaces the first", votes},
		{"settings are kept by scope", settings},
		{"what was asked openly in a channel is known there", askedOpenly},
		{"forgetting takes one workspace and no other", forgetting},
		{"an ended context is an error", memoryEndedContext},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.test(t, open(t))
		})
	}
}

func seen(t testing.TB, m bot.Memory, id string, at time.Time) bool {
	t.Helper()
	before, err := m.Seen(t.Context(), id, at)
	must(t, err)
	return before
}

func seenOnce(t *testing.T, m bot.Memory) {
	if seen(t, m, "Ev1", day) {
		t.Error("a new request was seen before")
	}
	for _, after := range []time.Duration{0, time.Second, 24 * time.Hour, 25*time.Hour - time.Second} {
		if !seen(t, m, "Ev1", day.Add(after)) {
			t.Errorf("a request was forgotten after %s", after)
		}
	}
	if seen(t, m, "Ev2", day) {
		t.Error("another request was seen before")
	}
	if seen(t, m, "Ev1", day.Add(26*time.Hour)) {
		t.Error("a request is still seen after 26 hours, although it was first made longer ago than 25")
	}
	if !seen(t, m, "Ev1", day.Add(26*time.Hour+time.Second)) {
		t.Error("a request that was made again after 26 hours is not remembered from then on")
	}
}

func seenConcurrently(t *testing.T, m bot.Memory) {
	before := make([]bool, 8)
	for _, err := range together(8, func(i int) (err error) {
		before[i], err = m.Seen(t.Context(), "Ev1", day)
		return err
	}) {
		must(t, err)
	}
	first := 0
	for _, b := range before {
		if !b {
			first++
		}
	}
	if first != 1 {
		t.Errorf("%d of 8 concurrent requests were the first, want 1", first)
	}
}

func exchangeOf(id, conversation, short string) bot.Exchange {
	cite := func(article string) briefings.Citation {
		return briefings.Citation{Article: article, Revision: 1, URL: "https://example.org/" + article, Quote: "said \"so\" <ü>", End: 12, Published: day}
	}
	return bot.Exchange{
		ID:           id,
		Conversation: conversation,
		Address:      message.Address{Platform: "slack", Workspace: "T1", Channel: "C1", Thread: "1.1"},
		User:         "U1",
		At:           day,
		Answer: briefings.Answer{
			Question: "question " + id, Verdict: briefings.Answered, Short: short,
			Claims: []briefings.Claim{
				{Text: "first claim", Speaker: briefings.Speaker{Name: "a ministry official", Kind: briefings.SpeakerAnonymous}, Stance: briefings.Says, Citations: []briefings.Citation{cite("a1"), cite("a2")}},
				{Text: "second claim", Citations: []briefings.Citation{cite("a1")}},
			},
			Confidence: 0.75, AsOf: day, Searched: 4, Newest: day, Topic: []string{"Kim Yo-jong"},
		},
	}
}

func exchangeComesBack(t *testing.T, m bot.Memory) {
	want := exchangeOf("x1", "slack/T1/C1/1.1", "a car")
	must(t, m.KeepExchange(t.Context(), want))
	got, err := m.Exchange(t.Context(), "x1")
	must(t, err)
	same(t, "the exchange", got, want)
	_, err = m.Exchange(t.Context(), "x2")
	wantError(t, "an unknown exchange", err, bot.ErrForgotten)
}

func questions(turns []briefings.Turn) []string {
	var list []string
	for _, turn := range turns {
		list = append(list, turn.Question)
	}
	return list
}

func turnsInOrder(t *testing.T, m bot.Memory) {
	for i := range 5 {
		must(t, m.KeepExchange(t.Context(), exchangeOf(fmt.Sprintf("x%d", 9-i), "here", "short")))
		must(t, m.KeepExchange(t.Context(), exchangeOf(fmt.Sprintf("y%d", i), "there", "short")))
		must(t, m.KeepExchange(t.Context(), exchangeOf(fmt.Sprintf("z%d", i), "", "short"))) // stands alone
	}
	for _, tt := range []struct {
		conversation string
		limit        int
		want         []string
	}{
		{"here", 3, []string{"question x7", "question x6", "question x5"}},
		{"here", 10, []string{"question x9", "question x8", "question x7", "question x6", "question x5"}},
		{"there", 1, []string{"question y4"}},
		{"new", 10, nil},
		{"", 10, nil},
	} {
		turns, err := m.Turns(t.Context(), tt.conversation, tt.limit)
		must(t, err)
		same(t, fmt.Sprintf("Turns(%q, %d)", tt.conversation, tt.limit), questions(turns), tt.want)
	}
}

func turnOfAnswer(t *testing.T, m bot.Memory) {
	must(t, m.KeepExchange(t.Context(), exchangeOf("x1", "c", "a car")))
	must(t, m.KeepExchange(t.Context(), exchangeOf("x2", "c", "")))
	nothing := exchangeOf("x3", "c", "")
	nothing.Answer.Verdict, nothing.Answer.Claims = briefings.NotInSources, nil
	must(t, m.KeepExchange(t.Context(), nothing))
	turns, err := m.Turns(t.Context(), "c", 10)
	must(t, err)
	same(t, "the turns", turns, []briefings.Turn{
		{Question: "question x1", Answer: "a car", Articles: []string{"a1", "a2"}, Topic: []string{"Kim Yo-jong"}},
		{Question: "question x2", Answer: "first claim", Articles: []string{"a1", "a2"}, Topic: []string{"Kim Yo-jong"}},
		{Question: "question x3", Topic: []string{"Kim Yo-jong"}},
	})
}

func wantVotes(t testing.TB, m bot.Memory, subject string, helpful, unhelpful int) {
	t.Helper()
	h, u, err := m.Feedbacks(t.Context(), subject)
	must(t, err)
	if h != helpful || u != unhelpful {
		t.Errorf("%s has %d helpful and %d unhelpful votes, want %d and %d", subject, h, u, helpful, unhelpful)
	}
}

func votes(t *testing.T, m bot.Memory) {
	vote := func(subject, workspace, user string, helpful bool) {
		t.Helper()
		must(t, m.KeepFeedback(t.Context(), bot.Feedback{
			Subject: subject, Address: message.Address{Platform: "slack", Workspace: workspace, Channel: "C1"},
			User: user, Helpful: helpful, At: day, Comment: "because",
		}))
	}
	wantVotes(t, m, "x1", 0, 0)
	vote("x1", "T1", "U1", true)
	vote("x1", "T1", "U2", true)
	vote("x1", "T1", "U3", false)
	vote("x2", "T1", "U1", false)
	wantVotes(t, m, "x1", 2, 1)
	vote("x1", "T1", "U1", false)
	vote("x1", "T1", "U1", false)
	wantVotes(t, m, "x1", 1, 2)
	wantVotes(t, m, "x2", 0, 1)
}

func wantSetting(t testing.TB, m bot.Memory, scope, name, want string) {
	t.Helper()
	got, err := m.Setting(t.Context(), scope, name)
	must(t, err)
	if got != want {
		t.Errorf("setting %s of %s is %q, want %q", name, scope, got, want)
	}
}

func settings(t *testing.T, m bot.Memory) {
	channel := message.Address{Platform: "slack", Workspace: "T1", Channel: "C1"}.String()
	workspace := message.Address{Platform: "slack", Workspace: "T1"}.String()
	wantSetting(t, m, channel, "zone", "")
	must(t, m.SetSetting(t.Context(), channel, "zone", "Asia/Seoul"))
	must(t, m.SetSetting(t.Context(), workspace, "zone", "Europe/Berlin"))
	must(t, m.SetSetting(t.Context(), channel, "managers", "everyone"))
	wantSetting(t, m, channel, "zone", "Asia/Seoul")
	wantSetting(t, m, workspace, "zone", "Europe/Berlin")
	must(t, m.SetSetting(t.Context(), channel, "zone", "Asia/Tokyo"))
	wantSetting(t, m, channel, "zone", "Asia/Tokyo")
	must(t, m.SetSetting(t.Context(), channel, "zone", ""))
	must(t, m.SetSetting(t.Context(), channel, "zone", ""))
	wantSetting(t, m, channel, "zone", "")
	wantSetting(t, m, channel, "managers", "everyone")
	wantSetting(t, m, workspace, "zone", "Europe/Berlin")
}

func askedOpenly(t *testing.T, m bot.Memory) {
	inquiries, ok := m.(bot.Inquiries)
	if !ok {
		t.Fatalf("%T can't tell what was asked in a channel", m)
	}
	keep := func(id, asked string, at time.Time, where message.Address) {
		x := exchangeOf(id, "", "")
		x.Asked, x.At, x.Address = asked, at, where
		must(t, m.KeepExchange(t.Context(), x))
		back, err := m.Exchange(t.Context(), id)
		must(t, err)
		same(t, "the question of "+id, back.Asked, asked)
	}
	here := message.Address{Platform: "slack", Workspace: "T1", Channel: "C1"}
	thread := here
	thread.Thread = "1.1"
	keep("before", "Before the week?", day.Add(-time.Millisecond), here)
	keep("first", "Who gave a car?", day, here)
	keep("thread", "And Seoul?", day.Add(time.Hour), thread)
	keep("private", "", day.Add(time.Hour), here)
	keep("last", "Who gave a car?", day.Add(2*time.Hour), here)
	keep("after", "After the week?", day.Add(3*time.Hour), here)
	for i, elsewhere := range []message.Address{
		{Platform: "slack", Workspace: "T1", Channel: "C2"}, {Platform: "slack", Workspace: "T2", Channel: "C1"}, {Platform: "discord", Workspace: "T1", Channel: "C1"}, {Platform: "slack", Channel: "C1"},
	} {
		keep(fmt.Sprintf("elsewhere%d", i), "Elsewhere?", day.Add(time.Hour), elsewhere)
	}
	w := briefings.Window{From: day, To: day.Add(3 * time.Hour)}
	n, asked, err := inquiries.Asked(t.Context(), here, w, 10)
	must(t, err)
	same(t, "how many questions", n, 3)
	same(t, "the questions", asked, []string{"Who gave a car?", "And Seoul?", "Who gave a car?"})
	n, asked, err = inquiries.Asked(t.Context(), here, w, 1)
	must(t, err)
	same(t, "how many questions with a limit", n, 3)
	same(t, "the questions with a limit", asked, []string{"Who gave a car?"})
	n, asked, err = inquiries.Asked(t.Context(), message.Address{Platform: "slack", Workspace: "T1", Channel: "1.1"}, w, 10)
	must(t, err)
	same(t, "how many questions of a thread that is a channel of its own", n, 1)
	same(t, "the questions of a thread that is a channel of its own", asked, []string{"And Seoul?"})
	n, asked, err = inquiries.Asked(t.Context(), message.Address{Platform: "slack", Workspace: "T1", Channel: "C9"}, w, 10)
	must(t, err)
	if n != 0 || len(asked) != 0 {
		t.Errorf("a channel in which nothing was asked has %d questions: %q", n, asked)
	}
}

func forgetting(t *testing.T, m bot.Memory) {
	places := map[string]message.Address{
		"gone":      {Platform: "slack", Workspace: "T1", Channel: "C1"},
		"neighbour": {Platform: "slack", Workspace: "T12", Channel: "C1"}, // its name begins alike
		"twin":      {Platform: "discord", Workspace: "T1", Channel: "C1"},
		"direct":    {Platform: "slack", Channel: "D1"},
	}
	store, _ := m.(digest.Store)
	for name, at := range places {
		x := exchangeOf("x-"+name, "conversation "+name, "short")
		x.Address = at
		must(t, m.KeepExchange(t.Context(), x))
		must(t, m.KeepFeedback(t.Context(), bot.Feedback{Subject: "s-" + name, Address: at, User: "U1", Helpful: true, At: day}))
		must(t, m.SetSetting(t.Context(), at.String(), "zone", "Asia/Seoul"))
		must(t, m.SetSetting(t.Context(), message.Address{Platform: at.Platform, Workspace: at.Workspace}.String(), "zone", "Asia/Seoul"))
		if store != nil {
			n := order("d-" + name)
			n.Address = at
			ordered(t, store, n)
			opened(t, store, n.ID, day, day.Add(24*time.Hour))
			list, err := store.Claim(t.Context(), at.Platform, day, lease, 1)
			must(t, err)
			must(t, store.Settle(t.Context(), one(t, list), digest.Failed, "", day))
		}
	}
	must(t, m.Forget(t.Context(), "slack", "T1"))
	must(t, m.Forget(t.Context(), "slack", "T1")) // nothing is left to forget

	for name, at := range places {
		left := name != "gone"
		if _, err := m.Exchange(t.Context(), "x-"+name); errors.Is(err, bot.ErrForgotten) == left {
			t.Errorf("%s: exchange left: %t, want %t (error %v)", name, !left, left, err)
		}
		turns, err := m.Turns(t.Context(), "conversation "+name, 5)
		must(t, err)
		if (len(turns) > 0) != left {
			t.Errorf("%s: conversation left: %t, want %t", name, !left, left)
		}
		helpful, _, err := m.Feedbacks(t.Context(), "s-"+name)
		must(t, err)
		if (helpful > 0) != left {
			t.Errorf("%s: feedback left: %t, want %t", name, !left, left)
		}
		want := ""
		if left {
			want = "Asia/Seoul"
		}
		wantSetting(t, m, at.String(), "zone", want)
		wantSetting(t, m, message.Address{Platform: at.Platform, Workspace: at.Workspace}.String(), "zone", want)
		if store == nil {
			continue
		}
		if _, err := store.Subscription(t.Context(), "d-"+name); errors.Is(err, digest.ErrNotFound) == left {
			t.Errorf("%s: subscription left: %t, want %t (error %v)", name, !left, left, err)
		}
		list, err := store.Deliveries(t.Context(), digest.DeliveryFilter{Subscription: "d-" + name})
		must(t, err)
		if (len(list) == 2) != left {
			t.Errorf("%s: %d deliveries are left, want all two: %t", name, len(list), left)
		}
	}
	if err := m.Forget(t.Context(), "", ""); err == nil {
		t.Error("a workspace without a platform was forgotten, which might be everyone's")
	}
}

func memoryEndedContext(t *testing.T, m bot.Memory) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Seen(ctx, "Ev1", day); err == nil {
		t.Error("Seen took no notice of an ended context")
	}
	if seen(t, m, "Ev1", day) {
		t.Error("a request was marked under an ended context")
	}
	if err := m.KeepExchange(ctx, exchangeOf("x1", "c", "s")); err == nil {
		t.Error("KeepExchange took no notice of an ended context")
	}
	if err := m.SetSetting(ctx, "slack/T1/C1", "zone", "Asia/Seoul"); err == nil {
		t.Error("SetSetting took no notice of an ended context")
	}
	wantSetting(t, m, "slack/T1/C1", "zone", "")
}

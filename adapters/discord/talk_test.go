package discord

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"attache/adapters/discord/discordfake"
	"attache/bot"
	"attache/bot/message"
)

func TestOnlyWhatIsMeantForTheBotIsHeard(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	send := func(id, content string, change map[string]any) {
		e := map[string]any{
			"id": "15000000000000000" + id, "channel_id": w.Channel, "guild_id": w.Guild, "type": 0, "content": content,
			"author": map[string]any{"id": w.Person.ID, "username": "Ada"}, "mentions": []any{map[string]any{"id": w.Bot}},
		}
		for k, v := range change {
			e[k] = v
		}
		w.Send("MESSAGE_CREATE", e)
	}
	me := "<@" + w.Bot + "> "
	send("01", me+"by a bot", map[string]any{"author": map[string]any{"id": "77", "bot": true}})
	send("02", me+"by a webhook", map[string]any{"webhook_id": "78"})
	send("03", me+"by ourselves", map[string]any{"author": map[string]any{"id": w.Bot}})
	send("04", me+"by the system", map[string]any{"author": map[string]any{"id": "79", "system": true}})
	send("05", me+"pinned something", map[string]any{"type": 6})
	send("06", "@everyone hello", map[string]any{"mention_everyone": true, "mentions": []any{}})
	send("07", me+"without an author", map[string]any{"author": nil})
	send("08", "plain talk", map[string]any{"mentions": []any{}})
	w.Say(t, w.Other, w.Person, "more talk")
	w.answers(t, "a question?")
	if got := w.bot.got(); len(got) != 1 {
		t.Errorf("the bot heard %+v", got)
	}
}

func TestAMessageIsUnderstoodAsItWasMeant(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{MessageContent: true}), &script{}, func(c *Config) { c.MessageContent = true })
	me := "<@" + w.Bot + ">"
	for _, row := range []struct{ content, want string }{
		{me + " who gave the car?", "who gave the car?"},
		{"<@!" + w.Bot + "> who?", "who?"},
		{"who gave it, " + me + "?", "who gave it, ?"},
		{"<@&" + w.Role() + "> who?", "who?"},
		{me + " what did <@" + w.Manager.ID + "> say?", "what did @Grace say?"},
		{me + " <:car:123456> since <t:1708416000:R>", "since 20 February 2024 08:00 UTC"},
		{me + " </brief ask:99> in <#5> by <@&6>", "/brief ask in by"},
		{me, "help"},
		{me + "  \n ", "help"},
	} {
		n := len(w.bot.got())
		w.Say(t, w.Channel, w.Person, row.content)
		w.Await(t, "the request", func() bool { return len(w.bot.got()) > n })
		if r := w.bot.got()[n]; r.Text != row.want || r.Kind != bot.Ask {
			t.Errorf("%q was understood as %q", row.content, r.Text)
		}
	}
}

// TestAMentionOfTheBotsRoleWithoutItsTextGetsTheHint: without the privileged intent only a mention of the bot itself shows.
func TestAMentionOfTheBotsRoleWithoutItsTextGetsTheHint(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	w.Say(t, w.Channel, w.Person, "<@&"+w.Role()+"> who?")
	if got := w.AwaitFromBot(t, w.Channel, 1)[0].Text(); got != english.hint {
		t.Errorf("got %q", got)
	}
}

func TestWhoMayManageIsKnownFromRoles(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	ask := func(u discordfake.User) bot.Permission {
		n := len(w.bot.got())
		w.Mention(t, w.Channel, u, "digest add daily 08:00")
		w.Await(t, "the request", func() bool { return len(w.bot.got()) > n })
		return w.bot.got()[n].User.Manages
	}
	if got := ask(w.Manager); got != bot.PermissionYes {
		t.Errorf("a manager: %q", got)
	}
	if got := ask(w.Person); got != bot.PermissionNo {
		t.Errorf("a person: %q", got)
	}
	editor := w.AddUser(discordfake.User{Name: "Kay", Roles: []string{"900"}})
	if got := ask(editor); got != bot.PermissionNo {
		t.Errorf("an editor: %q", got)
	}
	w.Send("GUILD_ROLE_CREATE", map[string]any{"guild_id": w.Guild, "role": map[string]any{"id": "900", "permissions": "32"}})
	if got := ask(editor); got != bot.PermissionYes {
		t.Errorf("an editor with a new role: %q", got)
	}
	w.Send("GUILD_ROLE_DELETE", map[string]any{"guild_id": w.Guild, "role_id": "900"})
	if got := ask(editor); got != bot.PermissionNo {
		t.Errorf("an editor without it: %q", got)
	}
	owner := w.AddUser(discordfake.User{ID: "1", Name: "Olga"})
	if got := ask(owner); got != bot.PermissionYes {
		t.Errorf("the owner: %q", got)
	}
}

func TestARepeatedMessageIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	m := w.Mention(t, w.Channel, w.Person, "once?")
	w.Redeliver(m)
	w.AwaitFromBot(t, w.Channel, 1)
	w.Redeliver(m)
	w.answers(t, "the next?")
	if n := len(w.FromBot(w.Channel)); n != 1 || len(w.bot.got()) != 2 {
		t.Errorf("%d answers, %d requests", n, len(w.bot.got()))
	}
	if w.bot.got()[0].ID != "discord:"+m.ID {
		t.Errorf("the request is called %q", w.bot.got()[0].ID)
	}
}

func TestAChainOfRepliesIsOneConversation(t *testing.T) {
	t.Parallel()
	for _, forgetful := range []bool{false, true} {
		w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
		forget := func() {
			if forgetful { // as after a restart: the chain is read from Discord
				w.a.roots.clear()
			}
		}
		q := w.Mention(t, w.Channel, w.Person, "first?")
		a1 := w.AwaitFromBot(t, w.Channel, 1)[0]
		forget()
		q2 := w.Reply(t, a1, w.Person, "and then?", true)
		a2 := w.AwaitFromBot(t, w.Channel, 2)[1]
		forget()
		w.Reply(t, a2, w.Manager, "and Seoul?", true)
		w.AwaitFromBot(t, w.Channel, 3)
		want := "discord/" + w.Guild + "/" + w.Channel + "/" + q.ID
		for i, r := range w.bot.got() {
			if r.Conversation != want {
				t.Errorf("forgetful %v: question %d belongs to %s, want %s", forgetful, i+1, r.Conversation, want)
			}
		}
		if r := w.bot.got()[1]; r.Text != "and then?" || r.Quoted != "An answer to first?" || a2.ReplyTo != q2.ID {
			t.Errorf("%+v", r)
		}
	}
}

// TestAReplyToACommandsAnswerContinuesIt: the answer carries the interaction's id, which is the key of its conversation.
func TestAReplyToACommandsAnswerContinuesIt(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	answer := w.Slash(t, w.Channel, w.Person, "brief ask", ask("first?")).Await(t)
	w.Reply(t, answer, w.Person, "<@"+w.Bot+"> and then?", false)
	w.AwaitFromBot(t, w.Channel, 2)
	got := w.bot.got()
	if got[0].Conversation != got[1].Conversation || got[1].Text != "and then?" {
		t.Errorf("%q is followed by %q", got[0].Conversation, got[1].Conversation)
	}
}

// TestAReplyToADigestIsFoundByTheDigest: its conversation names the channel and the digest's message.
func TestAReplyToADigestIsFoundByTheDigest(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	ref, err := w.a.Poster().Post(t.Context(), at(w.Guild, w.Channel), &message.Message{Gist: "a digest"}, "key")
	if err != nil {
		t.Fatal(err)
	}
	w.Reply(t, w.AwaitFromBot(t, w.Channel, 1)[0], w.Person, "why?", true)
	w.AwaitFromBot(t, w.Channel, 2)
	key := ref.Address
	key.Thread = ref.ID
	if got := w.bot.got()[0].Conversation; got != key.String() {
		t.Errorf("the conversation is %s, want %s", got, key)
	}
}

func TestAThreadIsOneConversationOfItsChannel(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	w.Mention(t, w.Thread, w.Person, "first?")
	a1 := w.AwaitFromBot(t, w.Thread, 1)[0]
	w.Reply(t, a1, w.Person, "second?", true)
	w.Slash(t, w.Thread, w.Person, "brief ask", ask("third?")).Await(t)
	want := message.Address{Platform: "discord", Workspace: w.Guild, Channel: w.Channel, Thread: w.Thread}
	for _, r := range w.bot.got() {
		if r.Conversation != want.String() || r.Address != want {
			t.Errorf("%q belongs to %s at %+v", what(r), r.Conversation, r.Address)
		}
	}
}

func TestADirectMessageIsAnsweredThere(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	w.DM(t, w.Person, "who gave the car?")
	dm := w.DirectChannel(w.Person)
	w.AwaitFromBot(t, dm, 1)
	want := bot.Request{
		ID: w.bot.got()[0].ID, Kind: bot.Ask, Text: "who gave the car?", Address: message.Address{Platform: "discord", Channel: dm},
		Conversation: "discord//" + dm, User: bot.User{ID: w.Person.ID, Name: "Ada", Manages: bot.PermissionYes}, At: w.bot.got()[0].At,
	}
	if diff := cmp.Diff(want, w.bot.got()[0]); diff != "" {
		t.Errorf("the request differs (-want +got):\n%s", diff)
	}
}

func TestAThreadThatTheBotTakesPartInNeedsNoMention(t *testing.T) {
	t.Parallel()
	b := &script{takes: map[string]bool{}}
	fake := discordfake.Start(t, discordfake.Options{MessageContent: true})
	second := fake.AddChannel(discordfake.Channel{Name: "another thread", Type: 11, Parent: fake.Channel})
	key := message.Address{Platform: "discord", Workspace: fake.Guild, Channel: fake.Channel, Thread: fake.Thread}
	b.takes[key.String()] = true
	w := run(t, fake, b, func(c *Config) { c.MessageContent = true })
	w.Say(t, w.Thread, w.Person, "and Seoul?")
	if got := w.AwaitFromBot(t, w.Thread, 1)[0].Text(); got != "An answer to and Seoul?" {
		t.Errorf("got %q", got)
	}
	asked := func() int {
		b.mu.Lock()
		defer b.mu.Unlock()
		return len(b.asked)
	}
	w.Say(t, second, w.Person, "among ourselves")
	w.Await(t, "the bot to be asked about the second thread", func() bool { return asked() == 2 })
	w.Say(t, second, w.Person, "among ourselves, again")
	w.Say(t, w.Channel, w.Person, "in the channel")
	w.Say(t, w.Channel, w.Person, "in the channel, again")
	w.answers(t, "and here?")
	if n := len(b.got()); n != 2 {
		t.Errorf("the bot heard %+v", b.got())
	}
	if n := asked(); n != 2 {
		t.Errorf("the bot was asked %d times whether it takes part: once for each thread is enough", n)
	}
	// Once it has answered in a thread, it takes part.
	w.Mention(t, second, w.Person, "and you?")
	w.AwaitFromBot(t, second, 1)
	w.Say(t, second, w.Person, "go on")
	w.AwaitFromBot(t, second, 2)
}

func TestHiddenTextIsHintedAtOncePerConversation(t *testing.T) {
	t.Parallel()
	b := &script{takes: map[string]bool{}}
	w := run(t, discordfake.Start(t, discordfake.Options{}), b, nil)
	q := w.Mention(t, w.Thread, w.Person, "first?")
	w.AwaitFromBot(t, w.Thread, 1)
	w.Say(t, w.Thread, w.Person, "and Seoul?")
	hint := w.AwaitFromBot(t, w.Thread, 2)[1]
	if !strings.Contains(hint.Text(), english.hint) || len(hint.Buttons) != 1 {
		t.Errorf("the hint is %+v", hint)
	}
	w.Say(t, w.Thread, w.Person, "hello?")
	w.Mention(t, w.Thread, w.Person, "second?")
	w.AwaitFromBot(t, w.Thread, 3)
	if n := len(w.FromBot(w.Thread)); n != 3 {
		t.Errorf("%d messages of the bot", n)
	}
	// A reply without its ping in a channel is one more conversation.
	a := w.Mention(t, w.Channel, w.Person, "third?")
	answer := w.AwaitFromBot(t, w.Channel, 1)[0]
	w.Reply(t, answer, w.Person, "and then?", false)
	w.AwaitFromBot(t, w.Channel, 2)
	w.Reply(t, answer, w.Person, "and now?", false)
	w.answers(t, "the next?")
	if n := len(w.FromBot(w.Channel)); n != 2 {
		t.Errorf("%d messages of the bot", n)
	}
	_, _ = q, a
	// The button opens the form, whose question is part of the conversation.
	got := w.Click(t, hint, w.Person, english.followUp).Submit(t, "and Seoul?").Await(t)
	if got.Text() != "An answer to and Seoul?" {
		t.Errorf("got %q", got.Text())
	}
	all := b.got()
	if all[len(all)-1].Conversation != all[0].Conversation {
		t.Errorf("the form belongs to %s, the thread to %s", all[len(all)-1].Conversation, all[0].Conversation)
	}
}

func TestAnAnswerFindsAWayWhereAReplyIsRefused(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	w.Change(w.Channel, func(c *discordfake.Channel) { c.DenyReplies = true })
	w.Mention(t, w.Channel, w.Person, "without history?")
	if m := w.AwaitFromBot(t, w.Channel, 1)[0]; m.ReplyTo != "" || m.Text() != "An answer to without history?" {
		t.Errorf("got %+v", m)
	}
	w.Change(w.Other, func(c *discordfake.Channel) { c.DenyEmbeds = true })
	w.Mention(t, w.Other, w.Person, "without embeds?")
	if m := w.AwaitFromBot(t, w.Other, 1)[0]; m.Content != "An answer to without embeds?" {
		t.Errorf("got %+v", m)
	}
	w.Change(w.News, func(c *discordfake.Channel) { c.Deny = codeMissingPermissions })
	w.Mention(t, w.News, w.Person, "without permission?")
	if m := w.AwaitFromBot(t, w.DirectChannel(w.Person), 1)[0]; m.Text() != "An answer to without permission?" {
		t.Errorf("got %+v", m)
	}
}

func TestWhoeverTakesNoDirectMessagesIsLeftInPeace(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	w.Change(w.News, func(c *discordfake.Channel) { c.Deny = codeMissingPermissions })
	w.Change(w.DirectChannel(w.Person), func(c *discordfake.Channel) { c.Deny = codeCannotMessageUser })
	w.Mention(t, w.News, w.Person, "one?")
	w.Await(t, "the dropped answer", func() bool { return w.a.Counts()["dropped"] == 1 })
	before := w.Count("POST /users/@me/channels")
	w.Mention(t, w.News, w.Person, "two?")
	w.Await(t, "the dropped answer", func() bool { return w.a.Counts()["dropped"] == 2 })
	if after := w.Count("POST /users/@me/channels"); after != before || before != 1 {
		t.Errorf("the person was written to %d times, then %d", before, after)
	}
}

func TestAPrivateAnswerToAMentionGoesToThePersonAlone(t *testing.T) {
	t.Parallel()
	b := &script{}
	b.handle = func(context.Context, bot.Request) (bot.Reply, error) {
		r := say("you may not")
		r.Private = true
		return r, nil
	}
	w := run(t, discordfake.Start(t, discordfake.Options{}), b, nil)
	w.Mention(t, w.Channel, w.Person, "digest add daily 08:00")
	if m := w.AwaitFromBot(t, w.DirectChannel(w.Person), 1)[0]; m.Text() != "you may not" {
		t.Errorf("got %+v", m)
	}
	if m := w.AwaitFromBot(t, w.Channel, 1)[0]; m.Text() != english.direct {
		t.Errorf("the channel shows %+v", m)
	}
}

func TestALostPostIsRepeatedWithItsNonceAndShownOnce(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]discordfake.Fault{
		"lost answer": {Commit: true, Lose: true}, "502 after the commit": {Commit: true, Status: 502}, "502": {Status: 502}, "500 page": {Status: 500, HTML: true}, "429": {Status: 429, RetryAfter: 0.05},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := discordfake.Start(t, discordfake.Options{})
			w := run(t, fake, &script{}, nil)
			f.Route = "POST /channels/{id}/messages"
			fake.Fault(f)
			w.Mention(t, w.Channel, w.Person, "once?")
			w.AwaitFromBot(t, w.Channel, 1)
			w.Await(t, "the second try", func() bool { return fake.Count("POST /channels/{id}/messages") == 2 })
			w.answers(t, "the next?")
			if n := len(w.FromBot(w.Channel)); n != 1 {
				t.Errorf("%d answers", n)
			}
		})
	}
}

func TestTypingIsShownOnlyForAnswersThatTakeSeconds(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	b := &script{}
	b.handle = func(_ context.Context, r bot.Request) (bot.Reply, error) {
		if r.Text == "slow?" {
			<-hold
		}
		return say("An answer to " + r.Text), nil
	}
	w := run(t, discordfake.Start(t, discordfake.Options{}), b, func(c *Config) { c.timing.typing = time.Millisecond })
	w.Mention(t, w.Channel, w.Person, "slow?")
	w.Await(t, "the typing sign", func() bool { return w.Typing(w.Channel) == 1 })
	close(hold)
	w.AwaitFromBot(t, w.Channel, 1)
	quickly := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	quickly.answers(t, "quick?")
	if n := quickly.Typing(quickly.Other); n != 0 {
		t.Errorf("%d typing signs for a quick answer", n)
	}
}

func TestTypingIsRepeatedEveryEightSecondsAndEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var at []time.Duration
		a := wired(t, func(r *wireRequest) wireAnswer {
			at = append(at, time.Since(began))
			return wireAnswer{status: 204}
		})
		a.c.timing.typing = 900 * time.Millisecond
		a.showTyping(t.Context(), "1")
		want := []time.Duration{900 * time.Millisecond}
		for len(want) < typingMost {
			want = append(want, want[len(want)-1]+typingEvery)
		}
		if diff := cmp.Diff(want, at); diff != "" {
			t.Errorf("typing signs came at other times (-want +got):\n%s", diff)
		}
	})
}

func TestAnAnswerAndADigestOfferToAskOn(t *testing.T) {
	t.Parallel()
	votes := message.Buttons{Items: []message.Button{{Label: "Helpful", Action: "helpful", Value: "x"}}}
	b := &script{}
	b.handle = func(context.Context, bot.Request) (bot.Reply, error) {
		r := say("An answer")
		r.Message.Blocks = append(r.Message.Blocks, votes)
		return r, nil
	}
	w := run(t, discordfake.Start(t, discordfake.Options{}), b, nil)
	korean := w.Person
	korean.Locale = "ko"
	m := w.Slash(t, w.Channel, korean, "brief ask", ask("x")).Await(t)
	if got := m.Buttons[len(m.Buttons)-1]; got.Label != wordsFor("ko").followUp || got.CustomID != "v1:ask:" {
		t.Errorf("the last button is %+v", got)
	}
	votes.Items[0].Value = "digest.d1.1708473600"
	if _, err := w.a.Poster().Post(t.Context(), at(w.Guild, w.Other), &message.Message{Gist: "un digest", Locale: "fr", Blocks: []message.Block{votes}}, "key"); err != nil {
		t.Fatal(err)
	}
	m = w.AwaitFromBot(t, w.Other, 1)[0]
	if got := m.Buttons[len(m.Buttons)-1]; got.Label != french.about || got.CustomID != "v1:ask::key" {
		t.Errorf("the last button is %+v", got)
	}
	if form := w.ClickID(t, m, w.Person, "v1:ask::key"); form.AwaitResponse(t) != respondForm {
		t.Error("the button under a digest opens no form")
	}
}

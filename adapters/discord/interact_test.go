package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"attache/adapters/discord/discordfake"
	"attache/adapters/discord/rules"
	"attache/bot"
	"attache/bot/message"
)

func ask(question string) discordfake.Args { return discordfake.Args{"question": question} }

func TestAcknowledgementsDoNotWaitForAnswers(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	b := &script{}
	b.handle = func(ctx context.Context, r bot.Request) (bot.Reply, error) {
		select {
		case <-hold:
		case <-ctx.Done():
		}
		return say("late but here"), nil
	}
	var mu sync.Mutex
	var waits []time.Duration
	w := run(t, discordfake.Start(t, discordfake.Options{}), b, func(c *Config) {
		c.Workers, c.Queue = 1, 10
		c.Acknowledged = func(d time.Duration) { mu.Lock(); defer mu.Unlock(); waits = append(waits, d) }
	})
	var all []*discordfake.Interaction
	for range 6 { // one is worked on, five wait
		all = append(all, w.Slash(t, w.Channel, w.Person, "brief ask", ask("x")))
	}
	for _, i := range all {
		if got := i.AwaitResponse(t); got != respondDeferMessage {
			t.Errorf("the first response is of type %d", got)
		}
	}
	close(hold)
	for _, i := range all {
		if got := i.Await(t).Text(); got != "late but here" {
			t.Errorf("got %q", got)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if len(waits) != 6 {
		t.Errorf("%d acknowledgements were timed", len(waits))
	}
}

func TestAFullQueueSaysSoAtOnceToThePersonAlone(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	b := &script{}
	b.handle = func(ctx context.Context, r bot.Request) (bot.Reply, error) { <-hold; return say("done"), nil }
	w := run(t, discordfake.Start(t, discordfake.Options{}), b, func(c *Config) { c.Workers, c.Queue = 1, 1 })
	var all []*discordfake.Interaction
	for range 2 {
		i := w.Slash(t, w.Channel, w.Person, "brief ask", ask("x"))
		i.AwaitResponse(t)
		all = append(all, i)
	}
	french := w.Person
	french.Locale = "fr"
	third := w.Slash(t, w.Channel, french, "brief ask", ask("x"))
	if m := third.Await(t); !m.Ephemeral || m.Text() != escape(wordsFor("fr").busy) || third.AwaitResponse(t) != respondMessage {
		t.Errorf("the third person reads %+v", m)
	}
	w.Mention(t, w.Channel, w.Person, "and I?")
	if m := w.AwaitFromBot(t, w.Channel, 1)[0]; m.Text() != english.busy {
		t.Errorf("the fourth person reads %q", m.Text())
	}
	close(hold)
	for _, i := range all {
		i.Await(t)
	}
	if n := w.a.Counts()["busy"]; n != 2 {
		t.Errorf("busy was counted %d times", n)
	}
}

func TestWhetherAnAnswerIsPrivateIsDecidedBeforeItIsThere(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	for _, row := range []struct {
		name    string
		args    discordfake.Args
		private bool
	}{
		{"brief ask", ask("x"), false},
		{"brief ask", discordfake.Args{"question": "x", "private": "true"}, true},
		{"brief ask", discordfake.Args{"question": "x", "private": "false"}, false},
		{"brief sources", nil, true},
		{"digest list", nil, true},
		{"settings", nil, true},
	} {
		i := w.Slash(t, w.Channel, w.Manager, row.name, row.args)
		i.AwaitResponse(t)
		if m := i.Await(t); m.Ephemeral != row.private {
			t.Errorf("%s %v: private is %v", row.name, row.args, m.Ephemeral)
		}
	}
	for _, r := range w.bot.got() {
		if _, there := r.Args["private"]; there {
			t.Errorf("the bot was told about the option: %v", r.Args)
		}
	}
}

func TestInTheDirectChannelNothingIsEphemeral(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	i := w.Slash(t, w.DirectChannel(w.Person), w.Person, "brief help", nil)
	if m := i.Await(t); m.Ephemeral {
		t.Error("the answer is ephemeral")
	}
	if r := w.bot.got()[0]; r.User.Manages != bot.PermissionYes || r.Address.Workspace != "" || r.Conversation != "discord//"+w.DirectChannel(w.Person) {
		t.Errorf("%+v", r)
	}
}

func TestAPrivateReplyToAPublicCommandIsForThePersonAlone(t *testing.T) {
	t.Parallel()
	b := &script{}
	b.handle = func(context.Context, bot.Request) (bot.Reply, error) {
		r := say("you may not")
		r.Private = true
		return r, nil
	}
	w := run(t, discordfake.Start(t, discordfake.Options{}), b, nil)
	i := w.Slash(t, w.Channel, w.Person, "brief ask", ask("x"))
	m := i.Await(t)
	if !m.Ephemeral || !i.Removed() || len(w.Messages(w.Channel)) != 0 {
		t.Errorf("the answer is %+v; the channel shows %+v", m, w.Messages(w.Channel))
	}
}

func TestADuplicateThatGetsNoWordsLeavesNoThinking(t *testing.T) {
	t.Parallel()
	b := &script{}
	b.handle = func(context.Context, bot.Request) (bot.Reply, error) { return bot.Reply{}, nil }
	w := run(t, discordfake.Start(t, discordfake.Options{}), b, nil)
	i := w.Slash(t, w.Channel, w.Person, "brief ask", ask("x"))
	w.Await(t, "the removal of the first response", i.Removed)
}

func TestARepeatedInteractionIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	i := w.Slash(t, w.Channel, w.Person, "brief ask", ask("x"))
	i.Again()
	i.Await(t)
	i.Again()
	w.answers(t, "the next?")
	if n := len(w.bot.got()); n != 2 || i.Callbacks() != 1 {
		t.Errorf("the bot was asked %d times, the interaction was acknowledged %d times", n, i.Callbacks())
	}
	if n := w.a.Counts()["duplicates"]; n != 2 {
		t.Errorf("%d duplicates were counted", n)
	}
}

// TestAnotherReplicasInteractionIsLeftToIt: 40060 says that somebody has answered already.
func TestAnotherReplicasInteractionIsLeftToIt(t *testing.T) {
	t.Parallel()
	fake := discordfake.Start(t, discordfake.Options{})
	w := run(t, fake, &script{}, nil)
	fake.Fault(discordfake.Fault{Route: "POST /interactions/{id}/{token}/callback", Status: 400, Code: codeAlreadyAcknowledged})
	w.Slash(t, w.Channel, w.Person, "brief ask", ask("x"))
	w.Await(t, "the duplicate", func() bool { return fake.Count("POST /interactions/{id}/{token}/callback") == 1 })
	w.answers(t, "the next?")
	if n := len(w.bot.got()); n != 1 {
		t.Errorf("the bot was asked %d times", n)
	}
}

func TestALostAcknowledgementIsRepeatedAndTakenAsDone(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]discordfake.Fault{
		"lost answer":          {Commit: true, Lose: true},
		"502 after the commit": {Commit: true, Status: 502},
		"502 before":           {Status: 502},
		"429":                  {Status: 429, RetryAfter: 0.1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := discordfake.Start(t, discordfake.Options{})
			w := run(t, fake, &script{}, nil)
			f.Route = "POST /interactions/{id}/{token}/callback"
			fake.Fault(f)
			if got := w.Slash(t, w.Channel, w.Person, "brief ask", ask("x")).Await(t).Text(); got != "An answer to ask x" {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestFinishingIsRepeatedUntilItIsThere(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]discordfake.Fault{
		"lost answer": {Commit: true, Lose: true},
		"502":         {Status: 502},
		"503 twice":   {Status: 503, Times: 2},
		"429":         {Status: 429, RetryAfter: 0.1},
		"429 shared":  {Status: 429, RetryAfter: 0.1, Scope: "shared"},
		"bad header":  {Header: map[string]string{"X-RateLimit-Reset-After": "soon", "X-RateLimit-Remaining": "many"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := discordfake.Start(t, discordfake.Options{})
			w := run(t, fake, &script{}, nil)
			f.Route = "PATCH /webhooks/{id}/{token}/messages/@original"
			fake.Fault(f)
			if got := w.Slash(t, w.Channel, w.Person, "brief ask", ask("x")).Await(t).Text(); got != "An answer to ask x" {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestARefusedAnswerLeavesAnHonestWord(t *testing.T) {
	t.Parallel()
	fake := discordfake.Start(t, discordfake.Options{})
	w := run(t, fake, &script{}, nil)
	fake.Fault(discordfake.Fault{Route: "PATCH /webhooks/{id}/{token}/messages/@original", Status: 400, Code: 50035})
	if got := w.Slash(t, w.Channel, w.Person, "brief ask", ask("x")).Await(t).Text(); got != english.failed {
		t.Errorf("the person reads %q", got)
	}
}

func TestAnAnswerAfterItsTokenIsPostedIfItWasPublic(t *testing.T) {
	t.Parallel()
	for _, code := range []int{codeUnknownInteraction, codeInvalidWebhookToken, codeUnknownWebhook} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			fake := discordfake.Start(t, discordfake.Options{})
			w := run(t, fake, &script{}, nil)
			fake.Fault(discordfake.Fault{Route: "PATCH /webhooks/{id}/{token}/messages/@original", Status: 404, Code: code, Times: -1})
			i := w.Slash(t, w.Channel, w.Person, "brief ask", ask("x"))
			m := w.AwaitFromBot(t, w.Channel, 1)[0]
			if !strings.Contains(m.Text(), "An answer to ask x") || !strings.Contains(m.Content, "<@"+w.Person.ID+">") || m.Interaction != "" {
				t.Errorf("the channel shows %+v", m)
			}
			private := w.Slash(t, w.Channel, w.Person, "brief ask", discordfake.Args{"question": "secret", "private": "true"})
			private.AwaitResponse(t)
			w.Await(t, "the dropped answer", func() bool { return w.a.Counts()["dropped"] == 1 })
			for _, m := range w.FromBot(w.Channel) {
				if strings.Contains(m.Text(), "secret") {
					t.Errorf("a private answer was posted: %+v", m)
				}
			}
			_ = i
		})
	}
}

func TestAnInteractionThatCameTooLateIsStillAnswered(t *testing.T) {
	t.Parallel()
	fake := discordfake.Start(t, discordfake.Options{})
	w := run(t, fake, &script{}, nil)
	fake.Fault(discordfake.Fault{Route: "POST /interactions/{id}/{token}/callback", Status: 404, Code: codeUnknownInteraction})
	w.Slash(t, w.Channel, w.Person, "brief ask", ask("x"))
	m := w.AwaitFromBot(t, w.Channel, 1)[0]
	if !strings.Contains(m.Text(), "An answer to ask x") {
		t.Errorf("got %+v", m)
	}
}

func TestAnAnswerThatTakesTooLongEndsInAnHonestWord(t *testing.T) {
	t.Parallel()
	b := &script{}
	hold := make(chan struct{})
	defer close(hold)
	b.handle = func(context.Context, bot.Request) (bot.Reply, error) { <-hold; return say("too late"), nil }
	w := run(t, discordfake.Start(t, discordfake.Options{}), b, func(c *Config) {
		c.AnswerWithin, c.timing.grace = 50*time.Millisecond, 10*time.Millisecond
	})
	if got := w.Slash(t, w.Channel, w.Person, "brief ask", ask("x")).Await(t).Text(); got != english.unended {
		t.Errorf("the person reads %q", got)
	}
}

func TestStoppingFinishesWhatItCanAndIsHonestAboutTheRest(t *testing.T) {
	t.Parallel()
	b := &script{}
	first := make(chan struct{})
	b.handle = func(ctx context.Context, r bot.Request) (bot.Reply, error) {
		if r.Args["question"] == "quick" {
			<-first
			return say("just in time"), nil
		}
		<-ctx.Done()
		return bot.Reply{}, context.Cause(ctx)
	}
	w := run(t, discordfake.Start(t, discordfake.Options{}), b, func(c *Config) { c.Drain = 200 * time.Millisecond })
	quickOne := w.Slash(t, w.Channel, w.Person, "brief ask", ask("quick"))
	slowOne := w.Slash(t, w.Channel, w.Person, "brief ask", ask("slow"))
	quickOne.AwaitResponse(t)
	slowOne.AwaitResponse(t)
	for len(b.got()) < 2 {
		runtime.Gosched()
	}
	w.stop()
	close(first)
	if err := w.ended(t); err != nil {
		t.Fatal(err)
	}
	if got := quickOne.Await(t).Text(); got != "just in time" {
		t.Errorf("the first person reads %q", got)
	}
	if got := slowOne.Await(t).Text(); got != english.unended {
		t.Errorf("the second person reads %q", got)
	}
	if strings.Contains(w.log.String(), "could not be finished") {
		t.Error("Run ended before the last answer did")
	}
}

func TestALongAnswerGoesOnBelow(t *testing.T) {
	t.Parallel()
	b := &script{}
	b.handle = func(context.Context, bot.Request) (bot.Reply, error) { return long(9), nil }
	w := run(t, discordfake.Start(t, discordfake.Options{}), b, nil)
	i := w.Slash(t, w.Channel, w.Person, "brief ask", ask("x"))
	parts := len(message.Fit(long(9).Message, limits()))
	if parts < 3 {
		t.Fatalf("the message has %d parts", parts)
	}
	w.Await(t, "all parts", func() bool { return len(i.FollowUps()) == parts-1 })
	for n, m := range i.FollowUps() {
		if m.Ephemeral || !strings.Contains(m.Text(), "Sentence") {
			t.Errorf("part %d is %+v", n+2, m)
		}
	}
}

// long is a reply of several messages.
func long(thousands int) bot.Reply {
	m := &message.Message{Gist: "A long answer"}
	for i := range thousands {
		m.Blocks = append(m.Blocks, message.P(message.T(strings.Repeat(fmt.Sprintf("Sentence %d has its words. ", i), 70))))
	}
	return bot.Reply{Message: m}
}

// TestAFollowUpThatMayHaveArrivedIsNotRepeated: there is no nonce for it.
func TestAFollowUpThatMayHaveArrivedIsNotRepeated(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]discordfake.Fault{"lost answer": {Commit: true, Lose: true}, "502 after the commit": {Commit: true, Status: 502}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := &script{}
			b.handle = func(_ context.Context, r bot.Request) (bot.Reply, error) {
				if r.Kind == bot.Ask {
					return say("An answer to " + r.Text), nil
				}
				return long(5), nil
			}
			fake := discordfake.Start(t, discordfake.Options{})
			w := run(t, fake, b, nil)
			f.Route = "POST /webhooks/{id}/{token}"
			fake.Fault(f)
			i := w.Slash(t, w.Channel, w.Person, "brief ask", ask("x"))
			parts := len(message.Fit(long(5).Message, limits()))
			w.Await(t, "every part", func() bool { return len(i.FollowUps()) >= parts-1 })
			w.answers(t, "the next?")
			if got := len(i.FollowUps()); got != parts-1 {
				t.Errorf("%d parts arrived as %d", parts-1, got)
			}
			if w.a.Counts()["unknown"] != 1 {
				t.Errorf("%v", w.a.Counts())
			}
		})
	}
}

func TestAPressedButtonIsAcknowledgedSilentlyAndAnsweredBelow(t *testing.T) {
	t.Parallel()
	b := &script{}
	b.handle = func(_ context.Context, r bot.Request) (bot.Reply, error) {
		switch {
		case r.Kind != bot.Click:
			reply := say("An answer")
			reply.Message.Blocks = append(reply.Message.Blocks, message.Buttons{Items: []message.Button{
				{Label: "Evidence", Action: "evidence", Value: "x1"}, {Label: "Helpful", Action: "helpful", Value: "x1"}, {Label: "Again", Action: "again", Value: "x1"}, {Label: "Nothing", Action: "nothing"}}})
			return reply, nil
		case r.Action == "evidence":
			reply := say("All the evidence under: " + r.Quoted)
			reply.Private = true
			return reply, nil
		case r.Action == "again":
			reply := say("Replaced")
			reply.Replace = true
			return reply, nil
		case r.Action == "helpful":
			return say("Thanks"), nil
		}
		return bot.Reply{}, nil
	}
	w := run(t, discordfake.Start(t, discordfake.Options{}), b, nil)
	i := w.Slash(t, w.Channel, w.Person, "brief ask", ask("x"))
	m := i.Await(t)

	private := w.Click(t, m, w.Manager, "Evidence")
	if got := private.AwaitResponse(t); got != respondDeferUpdate {
		t.Errorf("a click was acknowledged with type %d", got)
	}
	if got := private.Await(t); !got.Ephemeral || got.For != w.Manager.ID || got.Text() != "All the evidence under: An answer" {
		t.Errorf("the evidence is %+v", got)
	}
	if got := w.Click(t, m, w.Person, "Helpful").Await(t); got.Ephemeral || got.Text() != "Thanks" {
		t.Errorf("the thanks are %+v", got)
	}
	nothing := w.Click(t, m, w.Person, "Nothing")
	nothing.AwaitResponse(t)
	if got := w.Click(t, m, w.Manager, "Again").Await(t); !got.Ephemeral || got.For != w.Manager.ID || w.Messages(w.Channel)[0].Text() != "An answer" {
		t.Errorf("somebody else turned the page of the one who asked: %+v", got)
	}
	w.Click(t, m, w.Person, "Again").Await(t)
	if got := w.Messages(w.Channel)[0]; got.Text() != "Replaced" || got.ID != m.ID || len(got.Buttons) != 0 {
		t.Errorf("the message is %+v", got)
	}
	for _, r := range b.got()[1:] {
		if r.Value != "x1" && r.Action != "nothing" || r.Conversation != "discord/"+w.Guild+"/"+w.Channel+"/"+i.ID {
			t.Errorf("a click was understood as %+v", r)
		}
	}
}

// TestAButtonWorksAfterARestart: what it means stands in the button, and nothing in this process.
func TestAButtonWorksAfterARestart(t *testing.T) {
	t.Parallel()
	fake := discordfake.Start(t, discordfake.Options{})
	first := run(t, fake, &script{handle: func(context.Context, bot.Request) (bot.Reply, error) {
		reply := say("An answer")
		reply.Message.Blocks = append(reply.Message.Blocks, message.Buttons{Items: []message.Button{{Label: "Evidence", Action: "evidence", Value: "x1"}, {Label: "Helpful", Action: "helpful", Value: "x1"}}})
		return reply, nil
	}}, nil)
	answered := first.Slash(t, fake.Channel, fake.Person, "brief ask", ask("x")).Await(t)
	first.stop()
	if err := first.ended(t); err != nil {
		t.Fatal(err)
	}
	second := run(t, fake, &script{}, nil)
	if got := second.Click(t, answered, fake.Person, "Evidence").Await(t).Text(); got != "An answer to evidence x1" {
		t.Errorf("got %q", got)
	}
	r := second.bot.got()[0]
	if r.Quoted != "An answer" || r.User.ID != fake.Person.ID || !strings.HasPrefix(r.Conversation, "discord/"+fake.Guild+"/"+fake.Channel+"/") {
		t.Errorf("the click was understood as %+v", r)
	}
	if got := second.Click(t, answered, fake.Person, english.followUp).AwaitResponse(t); got != respondForm {
		t.Errorf("asking on was answered with type %d", got)
	}
}

func TestAButtonOfAnotherTimeIsRefusedToThePersonAlone(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	w.Mention(t, w.Channel, w.Person, "x")
	m := w.AwaitFromBot(t, w.Channel, 1)[0]
	for _, id := range []string{"v0:evidence:x", "v1", "v1::x", "v1:a:b:c:d", "🙂", "v1:a b:c", "v2:evidence:x"} {
		got := w.ClickID(t, m, w.Person, id).Await(t)
		if !got.Ephemeral || got.Text() != english.expired {
			t.Errorf("%q: the person reads %+v", id, got)
		}
	}
	if n := len(w.bot.got()); n != 1 {
		t.Errorf("the bot heard of %d requests", n)
	}
	// A button with a fourth part, the key of a post, works.
	if got := w.ClickID(t, m, w.Person, "v1:evidence:x1:abcdef").Await(t); got.Text() != "An answer to evidence x1" {
		t.Errorf("got %q", got.Text())
	}
}

func TestAFollowUpIsAskedInAForm(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	w.Mention(t, w.Channel, w.Person, "x")
	m := w.AwaitFromBot(t, w.Channel, 1)[0]
	french := w.Person
	french.Locale = "fr"
	click := w.ClickID(t, m, french, "v1:ask:")
	if got := click.AwaitResponse(t); got != respondForm {
		t.Fatalf("the click was answered with type %d", got)
	}
	if !strings.Contains(string(click.Form()), wordsFor("fr").question) {
		t.Errorf("the form is %s", click.Form())
	}
	answer := click.Submit(t, "and Seoul?").Await(t)
	if answer.Text() != "An answer to and Seoul?" {
		t.Errorf("got %q", answer.Text())
	}
	r := w.bot.got()[1]
	if r.Kind != bot.Ask || r.Conversation != w.bot.got()[0].Conversation || r.Quoted != "An answer to x" {
		t.Errorf("the form was understood as %+v, after %+v", r, w.bot.got()[0])
	}
}

// TestARefusedTextIsCorrectedInItsForm: a text of many lines is pasted into a form, and what it is refused for is mended in the same
// form with all that was typed, by whoever typed it and nobody else.
func TestARefusedTextIsCorrectedInItsForm(t *testing.T) {
	t.Parallel()
	b := &script{handle: func(_ context.Context, r bot.Request) (bot.Reply, error) {
		if r.Args["outlet"] == "" {
			return bot.Reply{Message: &message.Message{Gist: "Nothing is kept yet.", Tone: message.ToneProblem}, Private: true, Lacks: []string{"outlet"}}, nil
		}
		kept := say("The text is kept.")
		kept.Private = true
		return kept, nil
	}}
	w := run(t, discordfake.Start(t, discordfake.Options{}), b, nil)
	manager := w.Manager
	manager.Locale = "fr"
	opened := w.Slash(t, w.Channel, manager, "source paste", discordfake.Args{"title": "Tanker seized"})
	if got := opened.AwaitResponse(t); got != respondForm {
		t.Fatalf("a command without its text was answered with type %d", got)
	}
	if f := string(opened.Form()); !strings.Contains(f, "Coller un article") || !strings.Contains(f, `"label":"Média"`) || !strings.Contains(f, `"value":"Tanker seized"`) {
		t.Errorf("the form is %s", f)
	}
	long := "The coast guard seized it.\n\n" + strings.Repeat("And so on. ", 300)
	refused := opened.SubmitFields(t, map[string]string{"text": long}).Await(t)
	if !refused.Ephemeral || !strings.Contains(refused.Text(), "Nothing is kept") || len(refused.Buttons) != 1 || refused.Buttons[0].Label != "Corriger" {
		t.Fatalf("the refusal is %+v", refused)
	}
	id := refused.Buttons[0].CustomID
	if stranger := w.ClickID(t, refused, w.Person, id); stranger.AwaitResponse(t) != respondMessage || stranger.Form() != nil {
		t.Error("somebody else sees what was typed")
	}
	again := w.ClickID(t, refused, manager, id)
	if got := again.AwaitResponse(t); got != respondForm {
		t.Fatalf("the button was answered with type %d", got)
	}
	kept := again.SubmitFields(t, map[string]string{"outlet": "Harbour Post"}).Await(t)
	if kept.Text() != "The text is kept." || len(kept.Buttons) != 0 {
		t.Errorf("the corrected text gets %+v", kept)
	}
	asked := w.bot.got()
	want := map[string]string{"text": strings.TrimSpace(long), "title": "Tanker seized", "outlet": "Harbour Post"}
	if r := asked[len(asked)-1]; len(asked) != 2 || r.Kind != bot.Run || r.Command != "source paste" || !maps.Equal(r.Args, want) {
		t.Errorf("the bot was asked %d times, last %+v", len(asked), asked[len(asked)-1])
	}
	// In another process what was typed is forgotten, and the form is empty.
	w.a.drafts.clear()
	empty := w.ClickID(t, refused, manager, id)
	if got := empty.AwaitResponse(t); got != respondForm || strings.Contains(string(empty.Form()), "Tanker") {
		t.Errorf("after a restart it is %d, %s", got, empty.Form())
	}
}

func TestChoicesAreOfferedWithinASecondOrNotAtAll(t *testing.T) {
	t.Parallel()
	b := &script{}
	slow := make(chan struct{})
	defer close(slow)
	b.complete = func(command, arg, prefix string) []bot.Choice {
		switch prefix {
		case "slow":
			<-slow
			return []bot.Choice{{Label: "too late", Value: "late"}}
		case "none":
			return nil
		case "twice": // labels that are cut to the same are one
			return []bot.Choice{{Label: strings.Repeat("é", 120) + "1", Value: "1"}, {Label: strings.Repeat("é", 120) + "2", Value: "2"}}
		case "many":
			var out []bot.Choice
			for i := range 40 {
				out = append(out, bot.Choice{Label: fmt.Sprintf("%d %s", i, strings.Repeat("é", 120)), Value: fmt.Sprint(i)})
			}
			out[3] = bot.Choice{Label: "no value"}
			out[4] = bot.Choice{Label: "a long value", Value: strings.Repeat("x", 101)}
			return append([]bot.Choice{{Label: "@every\u200bone", Value: "first"}}, out...)
		}
		return []bot.Choice{{Label: command + "/" + arg + "/" + prefix, Value: "v"}}
	}
	w := run(t, discordfake.Start(t, discordfake.Options{}), b, nil)
	zone := func(typed string) []discordfake.Choice {
		return w.Autocomplete(t, w.Channel, w.Manager, "digest add", "zone", typed)
	}
	if got := zone("Asia/"); len(got) != 1 || got[0].Name != "digest add/zone/Asia/" || got[0].Value != "v" {
		t.Errorf("got %v", got)
	}
	if got := w.Autocomplete(t, w.Channel, w.Person, "brief latest", "topic", ""); len(got) != 1 || got[0].Name != "latest/topic/" {
		t.Errorf("got %v", got)
	}
	if got := zone("none"); got != nil {
		t.Errorf("got %v", got)
	}
	if got := zone("many"); len(got) != rules.Choices || got[0].Name != "@everyone" || rules.Size(got[1].Name) != rules.ChoiceText || got[4].Value != "5" {
		t.Errorf("got %d choices: %v", len(got), got)
	}
	if got := zone("twice"); len(got) != 1 {
		t.Errorf("got %v", got)
	}
	if got := zone("slow"); got != nil {
		t.Errorf("got %v", got)
	}
}

func TestWhoMayManageIsCheckedForEachRequest(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	override := w.Person
	override.Override = true // an admin lets the person see the command
	admin := w.AddUser(discordfake.User{Name: "Root", Permissions: 1 << 3})
	for _, row := range []struct {
		user discordfake.User
		want bot.Permission
	}{{w.Manager, bot.PermissionYes}, {admin, bot.PermissionYes}, {override, bot.PermissionNo}} {
		w.Slash(t, w.Channel, row.user, "digest list", nil).Await(t)
		all := w.bot.got()
		if got := all[len(all)-1].User.Manages; got != row.want {
			t.Errorf("%s: got %q, want %q", row.user.Name, got, row.want)
		}
	}
}

func TestADigestIsNotOrderedToWhereItCannotCome(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	order := discordfake.Args{"when": "daily 08:00"}
	voice := w.AddChannel(discordfake.Channel{Name: "voice", Type: 2})
	for _, row := range []struct {
		channel string
		may     uint64
		want    string
	}{
		{voice, 0, english.noMessages},
		{w.Channel, permViewChannel | permEmbedLinks, english.mayNotPost},
		{w.Channel, permViewChannel | permSendMessages, english.mayNotPost},
		{w.Thread, permViewChannel | permSendMessages | permEmbedLinks, english.mayNotPost},
	} {
		w.Change(row.channel, func(c *discordfake.Channel) { c.Permissions = row.may })
		i := w.Slash(t, row.channel, w.Manager, "digest add", order)
		if m := i.Await(t); !m.Ephemeral || m.Text() != row.want {
			t.Errorf("in %s with %b: %+v", row.channel, row.may, m)
		}
	}
	w.Change(w.Thread, func(c *discordfake.Channel) { c.Permissions = permViewChannel | permSendInThreads | permEmbedLinks })
	w.Slash(t, w.Thread, w.Manager, "digest add", order).Await(t)
	if got := w.bot.got(); len(got) != 1 || got[0].Args["when"] != "daily 08:00" || got[0].Address != at(w.Guild, w.Thread) {
		t.Errorf("the bot was asked %+v", got)
	}
}

// TestADigestInAForumIsOrderedFromOneOfItsPosts, because nobody can run a command in the forum itself.
func TestADigestInAForumIsOrderedFromOneOfItsPosts(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	post := w.AddChannel(discordfake.Channel{Name: "a post", Type: 11, Parent: w.Forum})
	w.Slash(t, post, w.Manager, "digest add", discordfake.Args{"when": "daily 08:00"}).Await(t)
	w.Mention(t, post, w.Manager, "digest list")
	w.AwaitFromBot(t, post, 1)
	w.Mention(t, w.Thread, w.Manager, "settings")
	w.AwaitFromBot(t, w.Thread, 1)
	w.Slash(t, post, w.Manager, "brief ask", ask("x")).Await(t)
	got := w.bot.got()
	for i, want := range []message.Address{at(w.Guild, w.Forum), at(w.Guild, w.Forum), at(w.Guild, w.Thread), {Platform: "discord", Workspace: w.Guild, Channel: w.Forum, Thread: post}} {
		if got[i].Address != want {
			t.Errorf("%q is about %+v, want %+v", what(got[i]), got[i].Address, want)
		}
	}
}

func TestWithoutEmbedLinksTheAnswerIsText(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	w.Change(w.Channel, func(c *discordfake.Channel) { c.Permissions = permViewChannel | permSendMessages })
	m := w.Slash(t, w.Channel, w.Person, "brief ask", ask("x")).Await(t)
	if m.Content != "An answer to ask x" || len(m.Embeds) != 0 || m.Flags&rules.FlagSuppressEmbeds == 0 {
		t.Errorf("got %+v", m)
	}
}

// TestAPersonsOwnAppKeepsToItsLimits: where only the person has installed the app, five follow-ups are allowed and nothing
// can be posted.
func TestAPersonsOwnAppKeepsToItsLimits(t *testing.T) {
	t.Parallel()
	b := &script{}
	b.handle = func(context.Context, bot.Request) (bot.Reply, error) { return long(30), nil }
	w := run(t, discordfake.Start(t, discordfake.Options{}), b, nil)
	if parts := len(message.Fit(long(30).Message, limits())); parts < 8 {
		t.Fatalf("the message has %d parts", parts)
	}
	stranger := w.AddUser(discordfake.User{Name: "Lin", OwnApp: true})
	i := w.Slash(t, w.Channel, stranger, "brief ask", ask("x"))
	w.Await(t, "five follow-ups", func() bool { return len(i.FollowUps()) >= mostFollowUps })
	w.Slash(t, w.Other, w.Person, "brief ask", ask("more")).Await(t)
	if n := len(i.FollowUps()); n != mostFollowUps {
		t.Errorf("%d follow-ups were sent", n)
	}
}

func TestEveryMessageBodyForbidsMentions(t *testing.T) {
	t.Parallel()
	b := &script{}
	b.handle = func(_ context.Context, r bot.Request) (bot.Reply, error) {
		reply := say("@everyone <@1> <@&2>")
		reply.Message.Blocks = append(reply.Message.Blocks, message.Buttons{Items: []message.Button{{Label: "Again", Action: "again", Value: "x"}, {Label: "Private", Action: "private", Value: "x"}}})
		reply.Replace, reply.Private = r.Action == "again", r.Action == "private"
		return reply, nil
	}
	w := run(t, discordfake.Start(t, discordfake.Options{}), b, nil)
	m := w.Slash(t, w.Channel, w.Person, "brief ask", ask("x")).Await(t)
	w.Click(t, m, w.Person, "Again").Await(t)
	w.Click(t, m, w.Person, "Private").Await(t)
	w.Mention(t, w.Channel, w.Person, "x")
	w.AwaitFromBot(t, w.Channel, 2)
	w.DM(t, w.Person, "x")
	w.AwaitFromBot(t, w.DirectChannel(w.Person), 1)
	p := w.a.Poster()
	ref, err := p.Post(t.Context(), at(w.Guild, w.Channel), &message.Message{Gist: "a digest"}, "key-1")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.(message.Editor).Edit(t.Context(), ref, &message.Message{Gist: "edited"}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Post(t.Context(), at(w.Guild, w.Forum), &message.Message{Gist: "a digest"}, "key-2"); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, body := range w.Bodies() {
		var whole struct {
			Data    json.RawMessage `json:"data"`
			Message json.RawMessage `json:"message"`
			Type    int             `json:"type"`
		}
		_ = json.Unmarshal(body.Raw, &whole)
		raw := body.Raw
		switch {
		case strings.Contains(body.Route, "/callback"):
			if whole.Type != respondMessage && whole.Type != respondUpdate {
				continue
			}
			raw = whole.Data
		case strings.HasSuffix(body.Route, "/threads"):
			raw = whole.Message
		case !strings.Contains(body.Route, "/messages") && !strings.HasPrefix(body.Route, "POST /webhooks/"):
			continue
		}
		seen[body.Route] = true
		if !strings.Contains(string(raw), `"allowed_mentions":{"parse":[],"replied_user":false}`) {
			t.Errorf("%s may ping: %s", body.Route, raw)
		}
	}
	for _, route := range []string{
		"POST /channels/{id}/messages", "PATCH /channels/{id}/messages/{id}", "PATCH /webhooks/{id}/{token}/messages/@original",
		"POST /webhooks/{id}/{token}", "POST /channels/{id}/threads",
	} {
		if !seen[route] {
			t.Errorf("%s was not used", route)
		}
	}
}

func TestErrorsOfCallsHoldNoToken(t *testing.T) {
	t.Parallel()
	fake := discordfake.Start(t, discordfake.Options{Tolerant: true})
	w := build(t, fake, &script{}, nil)
	for name, f := range map[string]discordfake.Fault{
		"404": {Status: 404, Code: 10015}, "401": {Status: 401}, "429": {Status: 429, RetryAfter: 1}, "502": {Status: 502}, "html": {Status: 500, HTML: true}, "lost": {Lose: true},
	} {
		f.Route = "PATCH /webhooks/{id}/{token}/messages/@original"
		fake.Fault(f)
		err := w.a.rest.do(t.Context(), call{what: "finish", method: "PATCH", url: api("webhooks", "1", "secret-token-of-interaction", "messages", "@original"), body: body{}}, nil)
		if err == nil || strings.Contains(err.Error(), "secret-token") || strings.Contains(err.Error(), fake.Token) || strings.Contains(err.Error(), "http://") {
			t.Errorf("%s: %v", name, err)
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			if strings.Contains(fmt.Sprintf("%+v", e), "secret-token") {
				t.Errorf("%s: %T holds the token", name, e)
			}
		}
	}
}

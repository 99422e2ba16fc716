package discord

import (
	"context"
	"errors"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"attache/adapters/discord/discordfake"
	"attache/bot"
)

// answers proves that the adapter hears and answers: a question is asked and its answer awaited.
func (w *world) answers(t *testing.T, question string) {
	t.Helper()
	n := len(w.FromBot(w.Other))
	w.Mention(t, w.Other, w.Person, question)
	got := w.AwaitFromBot(t, w.Other, n+1)
	if text := got[n].Text(); text != "An answer to "+question {
		t.Errorf("the answer to %q is %q", question, text)
	}
}

func TestTheIntentsAreThoseThatAreNeeded(t *testing.T) {
	t.Parallel()
	const needed = 1<<0 | 1<<9 | 1<<12
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	if got := w.Gateway().Intents; got != needed {
		t.Errorf("intents are %b, want %b", got, needed)
	}
	w = run(t, discordfake.Start(t, discordfake.Options{MessageContent: true}), &script{}, func(c *Config) { c.MessageContent = true })
	if got := w.Gateway().Intents; got != needed|1<<15 {
		t.Errorf("with message content intents are %b, want %b", got, needed|1<<15)
	}
}

func TestTheLibrarysOwnHabitsAreOff(t *testing.T) {
	t.Parallel()
	w := build(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	s := &shard{a: w.a, of: 1}
	session, err := s.session()
	if err != nil {
		t.Fatal(err)
	}
	if session.StateEnabled || session.ShouldReconnectOnError || session.ShouldRetryOnRateLimit || session.MaxRestRetries != 0 || session.LogLevel >= 0 || !session.SyncEvents {
		t.Errorf("the library tracks, reconnects, repeats, logs or spawns by itself: %+v", session)
	}
}

// TestTheLibraryStandsBehindOurOwnTypes keeps it replaceable: two files know it.
func TestTheLibraryStandsBehindOurOwnTypes(t *testing.T) {
	t.Parallel()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || f.Name() == "gateway.go" || f.Name() == "rest.go" {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range parsed.Imports {
			if strings.Contains(i.Path.Value, "bwmarrin/discordgo") {
				t.Errorf("%s imports the library; only gateway.go and rest.go may", f.Name())
			}
		}
	}
}

func TestAGatewayFaultEndsInAnAnsweringBot(t *testing.T) {
	t.Parallel()
	for name, steps := range map[string][]discordfake.Step{
		"reconnect as first packet":   {{Op7: true}},
		"invalid session first":       {{Op9: true}},
		"silent before Hello":         {{NoHello: true}},
		"silent before READY":         {{NoReady: true}},
		"refused connection":          {{Refuse: true}, {Refuse: true}},
		"closed before READY":         {{Close: 4000}},
		"timed out before READY":      {{Close: 4009}},
		"silent after READY":          {{Mute: true}},
		"no acknowledgement":          {{Deaf: true}},
		"one fault after the other":   {{Refuse: true}, {Op7: true}, {Close: 4009}, {Op9: true}},
		"a reconnect asked for twice": {{Op7: true}, {Op7: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := discordfake.Start(t, discordfake.Options{Heartbeat: 200 * time.Millisecond})
			fake.Script(steps...)
			w := build(t, fake, &script{}, func(c *Config) {
				c.timing.open, c.timing.ready, c.timing.silence = 500*time.Millisecond, 500*time.Millisecond, 600*time.Millisecond
				c.timing.shut = 1500 * time.Millisecond
			})
			w.start(t)
			connections := len(steps) + 1
			if steps[len(steps)-1].Op9 { // the connection stands
				connections--
			}
			fake.Await(t, "a connection after the faults", func() bool { return fake.Gateway().Accepted >= connections })
			fake.Await(t, "a connected adapter", func() bool { return w.a.Status().Connected && fake.Gateway().Connected == 1 })
			w.answers(t, "are you there?")
			fake.Await(t, "the end of every connection but one", func() bool { return fake.Gateway().Standing == 1 })
		})
	}
}

// TestAGatewayThatAcknowledgesNothingIsLeft although it goes on sending events.
func TestAGatewayThatAcknowledgesNothingIsLeft(t *testing.T) {
	t.Parallel()
	fake := discordfake.Start(t, discordfake.Options{Heartbeat: 4 * time.Second}) // the library would act after five of these
	fake.Script(discordfake.Step{Deaf: true})
	w := run(t, fake, &script{}, func(c *Config) { c.timing.silence = 250 * time.Millisecond })
	noise := time.NewTicker(20 * time.Millisecond)
	defer noise.Stop()
	fake.Await(t, "another connection", func() bool {
		select {
		case <-noise.C:
			fake.Send("NOISE", nil)
		default:
		}
		return fake.Gateway().Accepted == 2
	})
	if w.a.Counts()["silences"] == 0 {
		t.Errorf("the silence was not noticed: %v", w.a.Counts())
	}
}

func TestALostConnectionIsResumedAndMissedEventsAreAnsweredOnce(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(*discordfake.Server){
		"TCP drop":             (*discordfake.Server).Drop,
		"asked to reconnect":   (*discordfake.Server).Reconnect,
		"closed with 4009":     func(s *discordfake.Server) { s.CloseAll(4009) },
		"closed with 1001":     func(s *discordfake.Server) { s.CloseAll(1001) },
		"invalid but resuming": func(s *discordfake.Server) { s.InvalidSession(true) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := run(t, discordfake.Start(t, discordfake.Options{Heartbeat: 200 * time.Millisecond}), &script{}, nil)
			w.answers(t, "before?")
			fault(w.Server)
			w.Mention(t, w.Other, w.Person, "meanwhile?")
			w.AwaitFromBot(t, w.Other, 2)
			w.answers(t, "after?")
			if got := len(w.FromBot(w.Other)); got != 3 {
				t.Errorf("3 questions got %d answers", got)
			}
			if name != "invalid but resuming" && (w.Gateway().Resumes == 0 || w.a.Counts()["reconnects"] == 0) {
				t.Errorf("the session was not resumed: %+v, %v", w.Gateway(), w.a.Counts())
			}
		})
	}
}

func TestARefusedResumeMakesANewSession(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	w.Invalidate()
	w.Drop()
	w.AwaitIdentifies(t, 2)
	w.answers(t, "still there?")
}

// TestASilentConnectionIsLeftAndItsSessionKept acts at two heartbeat intervals; the library would at five, and end the session.
func TestASilentConnectionIsLeftAndItsSessionKept(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{Heartbeat: 200 * time.Millisecond}), &script{}, func(c *Config) { c.timing.silence = 450 * time.Millisecond })
	w.answers(t, "before?")
	w.Silence(true)
	w.Mention(t, w.Other, w.Person, "in the silence?")
	w.Await(t, "a resume", func() bool { return w.Gateway().Resumes > 0 })
	w.Silence(false)
	w.AwaitFromBot(t, w.Other, 2)
	if g := w.Gateway(); g.Identifies != 1 {
		t.Errorf("the session was thrown away: %+v", g)
	}
}

func TestFatalCloseCodesEndTheRunWithWhatToMend(t *testing.T) {
	t.Parallel()
	for code, mend := range map[int]string{4004: "token", 4010: "shard", 4011: "more shards", 4012: "version", 4013: "malformed", 4014: "Message Content"} {
		fake := discordfake.Start(t, discordfake.Options{})
		fake.Script(discordfake.Step{Close: code})
		w := build(t, fake, &script{}, nil)
		w.start(t)
		err := w.ended(t)
		fatal, ok := errors.AsType[*FatalError](err)
		if !ok || fatal.Code != code || !strings.Contains(err.Error(), mend) {
			t.Errorf("close code %d ended Run with %v", code, err)
		}
		if n := fake.Gateway().Accepted; n != 1 {
			t.Errorf("after close code %d Discord was asked %d times", code, n)
		}
	}
}

func TestAnUnapprovedIntentIsFatal(t *testing.T) {
	t.Parallel()
	w := build(t, discordfake.Start(t, discordfake.Options{}), &script{}, func(c *Config) { c.MessageContent = true })
	w.start(t)
	if err := w.ended(t); err == nil || !strings.Contains(err.Error(), "4014") {
		t.Errorf("Run ended with %v", err)
	}
}

func TestAWrongTokenEndsTheRunBeforeItConnects(t *testing.T) {
	t.Parallel()
	w := build(t, discordfake.Start(t, discordfake.Options{}), &script{}, func(c *Config) { c.Token = "wrong" })
	w.start(t)
	if err := w.ended(t); err == nil || !strings.Contains(err.Error(), "copy it again") || strings.Contains(err.Error(), "wrong") {
		t.Errorf("Run ended with %v", err)
	}
	if g := w.Gateway(); g.Accepted != 0 {
		t.Errorf("a refused token connected %d times", g.Accepted)
	}
}

func TestANearlySpentIdentifyBudgetIsNotTouched(t *testing.T) {
	t.Parallel()
	fake := discordfake.Start(t, discordfake.Options{Remaining: identifyReserve})
	w := build(t, fake, &script{}, nil)
	w.start(t)
	fake.Await(t, "the adapter to ask for the budget", func() bool { return w.a.Counts()["identify_budget"] > 0 })
	if g := fake.Gateway(); g.Identifies != 0 {
		t.Errorf("%d sessions were begun", g.Identifies)
	}
	if w.a.Status().Connected {
		t.Error("the adapter calls itself connected")
	}
}

func TestEventsThatNobodyCanReadChangeNothing(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	w.Send("A_BRAND_NEW_EVENT", map[string]any{"x": 1})
	w.Send("MESSAGE_CREATE", map[string]any{"id": "1", "channel_id": w.Channel, "components": []any{map[string]any{"type": 99}}})
	w.Send("MESSAGE_CREATE", map[string]any{"id": 12})
	w.Send("MESSAGE_CREATE", "text")
	w.Send("INTERACTION_CREATE", map[string]any{})
	w.Send("INTERACTION_CREATE", map[string]any{"id": "9", "token": "t", "type": 5, "channel_id": w.Channel, "member": map[string]any{"user": map[string]any{"id": "7"}}, "data": map[string]any{"components": []any{map[string]any{"type": 18, "component": map[string]any{"type": 22}}}}})
	w.Send("GUILD_ROLE_UPDATE", map[string]any{"guild_id": w.Guild})
	w.Send("THREAD_CREATE", []any{1})
	w.answers(t, "still there?")
}

// TestAMessageWithAnUnknownComponentIsStillHeard is where the library's own decoder gives up the whole event.
func TestAMessageWithAnUnknownComponentIsStillHeard(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	w.Send("MESSAGE_CREATE", map[string]any{
		"id": "1500000000000000001", "channel_id": w.Channel, "guild_id": w.Guild, "type": 0, "content": "<@" + w.Bot + "> hello?",
		"author": map[string]any{"id": w.Person.ID, "username": "Ada"}, "components": []any{map[string]any{"type": 77, "components": []any{}}},
	})
	if got := w.AwaitFromBot(t, w.Channel, 1)[0].Text(); got != "An answer to hello?" {
		t.Errorf("got %q", got)
	}
}

func TestAPanickingBotBreaksNothing(t *testing.T) {
	t.Parallel()
	b := &script{}
	b.handle = func(context.Context, bot.Request) (bot.Reply, error) { panic("a bug") }
	w := run(t, discordfake.Start(t, discordfake.Options{}), b, nil)
	m := w.Slash(t, w.Channel, w.Person, "brief ask", discordfake.Args{"question": "x"}).Await(t)
	if m.Text() != english.failed {
		t.Errorf("a person reads %q", m.Text())
	}
	if w.a.Counts()["panics"] != 1 {
		t.Errorf("counted %v", w.a.Counts())
	}
}

func TestAPanicAnywhereInTheBotIsCaught(t *testing.T) {
	t.Parallel()
	b := &script{panics: true}
	b.complete = func(string, string, string) []bot.Choice { panic("a bug") }
	var trap atomic.Bool
	w := run(t, discordfake.Start(t, discordfake.Options{MessageContent: true}), b, func(c *Config) {
		c.MessageContent = true
		c.Now = func() time.Time {
			if trap.Swap(false) {
				panic("a bug in what hears every event")
			}
			return time.Now()
		}
	})
	trap.Store(true)
	w.Send("TYPING_START", map[string]any{"channel_id": w.Channel})
	w.Await(t, "a panic on the gateway's own goroutine", func() bool { return w.a.Counts()["panics"] == 1 })
	w.Say(t, w.Thread, w.Person, "hello?") // TakesPart panics
	if got := w.Autocomplete(t, w.Channel, w.Person, "brief latest", "topic", ""); got != nil {
		t.Errorf("got %v", got)
	}
	w.Remove(false) // Left panics
	w.Await(t, "four panics", func() bool { return w.a.Counts()["panics"] == 4 })
	w.answers(t, "still there?")
}

func TestShardsAreIdentifiedOneByOneAndHearTheirOwn(t *testing.T) {
	t.Parallel()
	b := &script{}
	w := build(t, discordfake.Start(t, discordfake.Options{Shards: 3}), b, nil)
	w.start(t)
	w.Await(t, "three sessions", func() bool { return w.Gateway().Connected == 3 && w.a.Status().Connected })
	if g := w.Gateway(); g.Identifies != 3 || g.Shards[0] != 1 || g.Shards[1] != 1 || g.Shards[2] != 1 {
		t.Errorf("%+v", g)
	}
	w.answers(t, "in the server?")
	w.DM(t, w.Person, "directly?")
	w.AwaitFromBot(t, w.DirectChannel(w.Person), 1)
	if n := len(b.got()); n != 2 {
		t.Errorf("the bot was asked %d times", n)
	}
}

func TestIdentifiesAreFiveSecondsApartInTheirBucket(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &identifyGate{every: 5 * time.Second, now: time.Now}
		began := time.Now()
		for i, want := range []time.Duration{0, 0, 5 * time.Second, 5 * time.Second, 10 * time.Second} {
			if err := g.wait(t.Context(), i, 2); err != nil {
				t.Fatal(err)
			}
			if got := time.Since(began); got != want {
				t.Errorf("shard %d identified after %s, want %s", i, got, want)
			}
		}
	})
}

func TestAShardRunsOnlyWhileItsLeaseIsHeld(t *testing.T) {
	t.Parallel()
	held, lose := context.WithCancel(context.Background())
	defer lose()
	taken, released := make(chan string, 10), make(chan struct{}, 10)
	grant := make(chan struct{}, 10)
	w := build(t, discordfake.Start(t, discordfake.Options{}), &script{}, func(c *Config) {
		c.Lease = func(ctx context.Context, name string) (context.Context, func(), error) {
			select {
			case <-grant:
			case <-ctx.Done():
				return nil, nil, context.Cause(ctx)
			}
			taken <- name
			return held, func() { released <- struct{}{} }, nil
		}
	})
	w.start(t)
	w.Await(t, "the commands", func() bool { return w.Overwrites() == 1 })
	if w.Gateway().Identifies != 0 {
		t.Error("a shard ran without its lease")
	}
	w.Await(t, "the status of a replica that stands by", func() bool { s := w.a.Status(); return s.Waiting == 1 && s.Shards == 1 })
	grant <- struct{}{}
	if name := <-taken; name != "discord-shard-0-of-1" {
		t.Errorf("the lease is called %q", name)
	}
	w.AwaitReady(t)
	if s := w.a.Status(); s.Waiting != 0 {
		t.Errorf("the status of the replica that holds the lease is %+v", s)
	}
	lose()
	<-released
	w.Await(t, "the end of the session", func() bool { return w.Gateway().Connected == 0 })
}

func TestLeavingAServerSuspendsItAndAnOutageDoesNot(t *testing.T) {
	t.Parallel()
	b := &script{}
	w := run(t, discordfake.Start(t, discordfake.Options{}), b, nil)
	w.Remove(true)
	w.answers(t, "still there?")
	if in, err := w.a.Member(t.Context(), w.Guild); err != nil || !in {
		t.Errorf("during an outage the bot counts as gone: %v, %v", in, err)
	}
	w.Remove(false)
	w.answers(t, "in other servers?")
	if in, err := w.a.Member(t.Context(), w.Guild); err != nil || in {
		t.Errorf("after it was taken out: %v, %v", in, err)
	}
	w.Fault(discordfake.Fault{Route: "GET /guilds/{id}", Status: 503, Times: -1})
	if _, err := w.a.Member(t.Context(), w.Guild); err == nil {
		t.Error("a server that Discord can't tell about counts as left or not")
	}
	w.stop()
	if err := w.ended(t); err != nil {
		t.Fatal(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.left) != 1 || b.left[0] != "discord/"+w.Guild {
		t.Errorf("left: %v", b.left)
	}
}

// TestAServerLeftWhileTheBotWasAwayIsNoticed at the next READY; those that it is in, and those of other shards, are not.
func TestAServerLeftWhileTheBotWasAwayIsNoticed(t *testing.T) {
	t.Parallel()
	for _, gone := range []bool{true, false} {
		b := &script{}
		fake := discordfake.Start(t, discordfake.Options{})
		if gone {
			fake.Remove(false)
		}
		asked := make(chan struct{})
		w := run(t, fake, b, func(c *Config) {
			c.Guilds = func(context.Context) ([]string, error) {
				defer close(asked)
				return []string{fake.Guild}, nil
			}
		})
		<-asked
		w.stop()
		if err := w.ended(t); err != nil { // what is under way is finished first
			t.Fatal(err)
		}
		b.mu.Lock()
		if want := map[bool]int{true: 1, false: 0}[gone]; len(b.left) != want || want == 1 && b.left[0] != "discord/"+fake.Guild {
			t.Errorf("gone %v: left: %v", gone, b.left)
		}
		b.mu.Unlock()
	}
}

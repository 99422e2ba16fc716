package discord

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"attache/adapters/discord/discordfake"
	"attache/bot"
	"attache/bot/message"
)

// TestUnderLoadAndFaultsEveryQuestionIsAnsweredOnce asks by mention and by command while Discord answers with 429s, 5xx and
// lost answers, delivers events twice, drops the connection and asks to reconnect.
func TestUnderLoadAndFaultsEveryQuestionIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	const questions = 80
	b := &script{}
	b.handle = func(ctx context.Context, r bot.Request) (bot.Reply, error) {
		if r.Kind == bot.Run {
			return say("An answer to " + r.Args["question"]), nil
		}
		return say("An answer to " + r.Text), nil
	}
	fake := discordfake.Start(t, discordfake.Options{})
	w := run(t, fake, b, func(c *Config) { c.Workers, c.Queue = 4, 2*questions })
	before := runtime.NumGoroutine()
	for i := range questions {
		switch i % 20 {
		case 3:
			fake.Fault(discordfake.Fault{Route: "POST /channels/{id}/messages", Commit: true, Status: 502})
		case 5:
			fake.Fault(discordfake.Fault{Route: "PATCH /webhooks/{id}/{token}/messages/@original", Status: 503})
		case 7:
			fake.Fault(discordfake.Fault{Route: "POST /channels/{id}/messages", Status: 429, RetryAfter: 0.05})
		case 9:
			fake.Fault(discordfake.Fault{Route: "POST /interactions/{id}/{token}/callback", Commit: true, Lose: true})
		case 11:
			fake.Fault(discordfake.Fault{Route: "POST /channels/{id}/messages", Commit: true, Lose: true})
		case 13:
			fake.Fault(discordfake.Fault{Route: "PATCH /webhooks/{id}/{token}/messages/@original", Status: 429, RetryAfter: 0.05, Scope: "shared"})
		}
		m := fake.Mention(t, fake.Channel, fake.Person, fmt.Sprintf("mention %d", i))
		s := fake.Slash(t, fake.Other, fake.Person, "brief ask", ask(fmt.Sprintf("command %d", i)))
		if i%3 == 0 {
			fake.Redeliver(m)
			s.Again()
		}
		switch i {
		case 20, 60:
			fake.Await(t, "every command so far to be acknowledged", func() bool { return w.a.Counts()["acknowledged"] == int64(i+1) })
			fake.Drop() // what is told meanwhile is told again on resume
			fake.AwaitResumes(t, i/40+1)
		case 40:
			fake.Await(t, "every command so far to be acknowledged", func() bool { return w.a.Counts()["acknowledged"] == int64(i+1) })
		}
	}
	for channel, word := range map[string]string{fake.Channel: "mention", fake.Other: "command"} {
		fake.Await(t, "an answer to every "+word, func() bool { return len(fake.FromBot(channel)) >= questions })
		seen := map[string]int{}
		for _, m := range fake.FromBot(channel) {
			seen[m.Text()]++
		}
		for i := range questions {
			if n := seen[fmt.Sprintf("An answer to %s %d", word, i)]; n != 1 {
				t.Errorf("%s %d was answered %d times", word, i, n)
			}
		}
	}
	c := w.a.Counts()
	if c["dropped"]+c["busy"]+c["panics"]+c["late"] != 0 {
		t.Errorf("counted %v", c)
	}
	fake.Await(t, "the end of every job", func() bool {
		w.a.jobs.Lock()
		defer w.a.jobs.Unlock()
		return w.a.jobs.n == 0
	})
	if after := runtime.NumGoroutine(); after > before+200 {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
	if strings.Contains(w.log.String(), "panic") {
		t.Error(w.log)
	}
}

// TestABusyChannelIsAnsweredAtItsOwnPace: more questions than the channel takes messages, and every answer comes, late.
func TestABusyChannelIsAnsweredAtItsOwnPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var got []time.Duration
		began := time.Now()
		tokens, refill := 5, began
		var mu sync.Mutex
		a := wired(t, func(r *wireRequest) wireAnswer {
			mu.Lock()
			defer mu.Unlock()
			for !time.Now().Before(refill.Add(5 * time.Second)) {
				tokens, refill = 5, refill.Add(5*time.Second)
			}
			if tokens == 0 {
				return wireAnswer{status: 429, body: fmt.Sprintf(`{"retry_after":%f}`, time.Until(refill.Add(5*time.Second)).Seconds())}
			}
			tokens--
			got = append(got, time.Since(began))
			return wireAnswer{status: 200, body: `{"id":"1"}`, header: map[string]string{"X-RateLimit-Bucket": "b", "X-RateLimit-Limit": "5",
				"X-RateLimit-Remaining": fmt.Sprint(tokens), "X-RateLimit-Reset-After": fmt.Sprintf("%f", time.Until(refill.Add(5*time.Second)).Seconds())}}
		})
		var wg sync.WaitGroup
		for i := range 120 {
			wg.Go(func() {
				m := posted{ID: fmt.Sprint(i + 1), Channel: "7", Guild: "8", Author: &person{ID: "9"}}
				if ids := a.reply(t.Context(), m, []*message.Message{{Gist: "an answer"}}); len(ids) != 1 {
					t.Errorf("question %d was not answered", i)
				}
			})
		}
		wg.Wait()
		if len(got) != 120 || got[119] > 3*time.Minute {
			t.Errorf("%d answers, the last after %s", len(got), got[len(got)-1])
		}
		if n := a.Counts()["limited_user"]; n > 60 {
			t.Errorf("Discord had to say %d times that it was too much", n)
		}
	})
}

func TestShelvesStaySmall(t *testing.T) {
	t.Parallel()
	s := newShelf[int](3)
	for i := range 10 {
		if !s.put(fmt.Sprint(i), i) {
			t.Errorf("%d was known", i)
		}
	}
	if s.put("9", 90) {
		t.Error("9 was new")
	}
	for i, want := range map[string]bool{"6": false, "7": true, "8": true, "9": true} {
		if _, ok := s.get(i); ok != want {
			t.Errorf("%s is there: %v", i, ok)
		}
	}
	if v, _ := s.get("9"); v != 90 || len(s.m) != 3 || len(s.ring) != 3 {
		t.Errorf("got %d of %d", v, len(s.m))
	}
	s.clear()
	if _, ok := s.get("9"); ok || !s.put("9", 1) {
		t.Error("a cleared shelf remembers")
	}
}

func TestJitterSpreadsOverHalf(t *testing.T) {
	t.Parallel()
	for range 1000 {
		if d := jitter(time.Second); d < time.Second/2 || d > time.Second {
			t.Fatalf("got %s", d)
		}
	}
	if jitter(0) != 0 || jitter(1) != 1 {
		t.Error("nothing to spread")
	}
}

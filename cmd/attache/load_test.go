package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"attache/adapters/discord/discordfake"
	"attache/adapters/slack/slackfake"
	"attache/adapters/store/storetest"
)

var load = flag.String("load", os.Getenv("ATTACHE_LOAD"), "for how long to ask 1,000 questions a minute over both platforms, such as 1m; long is five minutes, empty a short burst")

// storm is how much is asked.
type storm struct {
	questions int // on both platforms together
	channels  int // on each
	people    int // on each: none of them may ask too much
	perMinute int // zero: all at once
	fault     int // every so many questions one call goes wrong
	cut       int // every so many questions each connection is cut
}

// TestUnderLoadEveryQuestionIsAnsweredOnceOrToldWhyNot asks a whole Attaché in Slack and in Discord while both answer slowly, with
// 429s, 5xx, answers that get lost and connections that break. Each question gets one answer or one honest word; every goroutine
// ends. It doesn't run beside other tests, whose goroutines would count.
func TestUnderLoadEveryQuestionIsAnsweredOnceOrToldWhyNot(t *testing.T) {
	s := storm{questions: 80, channels: 10, people: 20, fault: 5, cut: 30}
	if *load != "" {
		minutes, err := time.ParseDuration(strings.Replace(*load, "long", "5m", 1))
		if err != nil {
			t.Fatalf("-load: %v", err)
		}
		const rate = 1000
		s = storm{questions: int(minutes.Minutes() * rate), channels: 40, people: 200, perMinute: rate, fault: 25, cut: rate / 2}
	}
	before := goleak.IgnoreCurrent()
	t.Run("storm", s.run)
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	if err := goleak.Find(before); err != nil {
		t.Errorf("goroutines are left behind: %v", err)
	}
}

// ownHeap is what the process may hold, however many questions it was asked: the library with its index, and what it remembers
// of people, channels and messages, all of it bounded.
const ownHeap = 64 << 20

// waiting is a question that was asked.
type waiting struct {
	platform, channel, person, message string
	command                            *discordfake.Interaction // nil for a mention
}

func (s storm) run(t *testing.T) {
	clock := &movable{}
	clock.set(time.Date(2024, 2, 21, 9, 0, 0, 0, time.UTC))
	slackSide := slackfake.Start(t, slackfake.Options{AwaitFor: 5 * time.Minute})
	discordSide := discordfake.Start(t, discordfake.Options{})
	p := start(t, clock, "ATTACHE_DATA="+storetest.Folder(t), "ATTACHE_LOG_LEVEL=error",
		"SLACK_BOT_TOKEN="+slackSide.BotToken(), "SLACK_APP_TOKEN="+slackSide.AppToken(), "SLACK_API_URL="+slackSide.APIURL(),
		"DISCORD_BOT_TOKEN="+discordSide.Token, "DISCORD_API_URL="+discordSide.URL)
	slackSide.AwaitConnection()
	discordSide.AwaitReady(t)

	var slackRooms, discordRooms, members []string
	var people []discordfake.User
	for i := range s.people {
		members = append(members, fmt.Sprintf("U%d", 100+i))
		slackSide.AddUser(slackfake.User{ID: members[i], Name: "user " + strconv.Itoa(i), Zone: "Asia/Seoul", Locale: "en-GB"})
		people = append(people, discordSide.AddUser(discordfake.User{Name: "user " + strconv.Itoa(i)}))
	}
	for i := range s.channels {
		slackRooms = append(slackRooms, fmt.Sprintf("CL%d", i))
		slackSide.AddChannel(slackfake.Channel{ID: slackRooms[i], Name: "load-" + strconv.Itoa(i), Members: append([]string{slackfake.BotUser}, members...)})
		discordRooms = append(discordRooms, discordSide.AddChannel(discordfake.Channel{Name: "load-" + strconv.Itoa(i)}))
	}
	asking := []string{
		"Who gave Kim Jong-un a new car?", "What did the ministry official say?", "How many seats does the car have?", "What did Putin give Kim Jong-un?",
		"Who won the football cup?", "When did they meet?",
	}

	var ticks <-chan time.Time
	if s.perMinute > 0 {
		ticker := time.NewTicker(time.Minute / time.Duration(s.perMinute))
		defer ticker.Stop()
		ticks = ticker.C
	}
	var asked []waiting
	heap := []uint64{heapNow()}
	first := time.Now()
	for i := range s.questions {
		if ticks != nil {
			<-ticks
		}
		if i%s.fault == 0 {
			s.fail(t, slackSide, discordSide, i/s.fault)
		}
		if i%s.cut == s.cut-1 {
			// Discord gives a command three seconds: those under way are let in before the line is cut.
			for _, w := range asked[max(0, len(asked)-50):] {
				if w.command != nil {
					w.command.AwaitResponse(t)
				}
			}
			if i/s.cut%2 == 0 {
				slackSide.Disconnect("refresh_requested")
				discordSide.Reconnect()
			} else {
				slackSide.Break()
				discordSide.Drop()
			}
			discordSide.AwaitResumes(t, i/s.cut+1)
		}
		if s.perMinute > 0 && i > 0 && i%s.perMinute == 0 {
			heap = append(heap, heapNow())
		}
		question, room, person := asking[i%len(asking)], i/2%s.channels, i/2%s.people
		switch i % 8 {
		case 1, 3, 5:
			m := discordSide.Mention(t, discordRooms[room], people[person], question)
			asked = append(asked, waiting{platform: "discord", channel: discordRooms[room], message: m.ID})
			if i%24 == 3 {
				discordSide.Redeliver(m)
			}
		case 7:
			c := discordSide.Slash(t, discordRooms[room], people[person], "brief ask", discordfake.Args{"question": question})
			asked = append(asked, waiting{platform: "discord", channel: discordRooms[room], command: c})
		default:
			d := slackSide.Mention(slackRooms[room], members[person], question)
			asked = append(asked, waiting{platform: "slack", channel: slackRooms[room], person: members[person], message: d.TS})
			if i%24 == 4 {
				slackSide.Again(d)
			}
		}
	}
	tookAsking := time.Since(first)

	// What is said to each is looked at now and then: looking costs more than answering, and the platforms stand still meanwhile.
	next, silent := time.Time{}, asked
	t.Cleanup(func() {
		for _, w := range silent {
			t.Logf("still waiting: %s %s of %s in %s (command: %v)", w.platform, w.message, w.person, w.channel, w.command != nil)
		}
	})
	slackSide.Await("an answer or a word to each question", func() bool {
		began := time.Now()
		if began.Before(next) {
			return false
		}
		missing, _, _ := tally(asked, slackSide, discordSide)
		if len(missing) != len(silent) {
			t.Logf("%s: %d still wait", time.Since(first).Round(time.Second), len(missing))
		}
		silent, next = missing, time.Now().Add(100*time.Millisecond+20*time.Since(began))
		return len(missing) == 0
	})
	took := time.Since(first)
	heap = append(heap, heapNow())
	var metrics string
	p.get(t, "/metrics", &metrics)
	if code := p.stop(); code != exitOK {
		t.Errorf("attache ended with %d", code)
	}
	// The fakes keep everything; what goes with the process was its own. It is the same after one minute and after five.
	own := int64(heap[len(heap)-1]) - int64(heapNow())
	t.Logf("live heap of the process alone: %d MB", own>>20)
	if own > ownHeap {
		t.Errorf("the process held %d MB after %d questions, more than %d MB", own>>20, s.questions, ownHeap>>20)
	}
	_, told, twice := tally(asked, slackSide, discordSide) // what was still under way has come now
	for _, w := range twice {
		t.Errorf("answered more than once: %s %s in %s", w.platform, w.message, w.channel)
	}

	var acks []time.Duration
	for _, d := range slackSide.Deliveries() {
		if d.Acked {
			acks = append(acks, d.Took)
		} else {
			t.Errorf("Slack's delivery of %s was never acknowledged", d.TS)
		}
	}
	slices.Sort(acks)
	t.Logf("%d questions asked in %s, all answered or told why not after %s; %d told why not", s.questions, tookAsking.Round(time.Millisecond), took.Round(time.Millisecond), told)
	t.Logf("Slack's acknowledgements: %d, half within %s, 99 %% within %s, slowest %s", len(acks), acks[len(acks)/2], acks[len(acks)*99/100], acks[len(acks)-1])
	for line := range strings.Lines(metrics) {
		if strings.HasPrefix(line, `attache_acknowledgement_seconds`) && strings.Contains(line, `"discord"`) {
			t.Log(strings.TrimSpace(line))
		}
	}
	var all []string
	for _, n := range heap {
		all = append(all, fmt.Sprintf("%d MB", n>>20))
	}
	t.Logf("live heap with the fake platforms, which keep everything: %s", strings.Join(all, ", "))
}

// fail makes one call of each platform go wrong, each time in another way.
func (s storm) fail(t *testing.T, slackSide *slackfake.Server, discordSide *discordfake.Server, n int) {
	const post = "POST /channels/{id}/messages"
	edit := "PATCH /webhooks/{id}/{token}/messages/@original"
	slackFaults := []slackfake.Fault{
		{Method: "chat.postMessage", Late: 700 * time.Millisecond}, {Method: "chat.postMessage", Status: 429, After: 1}, {Method: "chat.postMessage", Status: 500},
		{Method: "chat.postMessage", Lost: true}, {Method: "users.info", Status: 503}, {Method: "chat.postMessage", Garbled: true},
		{Method: "chat.postMessage", Error: "internal_error"},
	}
	slackSide.Fault(slackFaults[n%len(slackFaults)])
	discordFaults := []discordfake.Fault{
		{Route: post, Status: 429, RetryAfter: 0.3}, {Route: edit, Status: 503}, {Route: post, Commit: true, Status: 502}, {Route: post, Commit: true, Lose: true},
		{Route: edit, Status: 429, RetryAfter: 0.2, Scope: "shared"}, {Route: post, Status: 500},
	}
	f := discordFaults[n%len(discordFaults)]
	if n%4 == 0 {
		slow, cancel := context.WithTimeout(context.Background(), 700*time.Millisecond)
		t.Cleanup(cancel)
		f = discordfake.Fault{Route: post, Hold: slow.Done()}
	}
	discordSide.Fault(f)
}

// tally counts what each question got: silent ones got nothing yet, told ones an honest word instead of an answer.
func tally(asked []waiting, slackSide *slackfake.Server, discordSide *discordfake.Server) (silent []waiting, told int, twice []waiting) {
	got := map[string][]string{}
	whispered := map[string]int{} // words to one person in Slack, which don't say to which question
	seen := map[string]bool{}
	for _, w := range asked {
		if seen[w.platform+w.channel] {
			continue
		}
		seen[w.platform+w.channel] = true
		if w.platform == "discord" {
			for _, m := range discordSide.FromBot(w.channel) {
				if m.ReplyTo != "" {
					got[m.ReplyTo] = append(got[m.ReplyTo], m.Text())
				}
			}
			continue
		}
		for _, m := range slackSide.Messages(w.channel) {
			if m.For != "" {
				whispered[w.channel+" "+m.For]++
			} else if m.User == slackfake.BotUser && !m.Deleted && !strings.HasPrefix(m.Text, "One moment") && !strings.HasPrefix(m.Text, "잠시만요") {
				got[m.ThreadTS] = append(got[m.ThreadTS], m.Text)
			}
		}
	}
	for _, w := range asked {
		said := got[w.message]
		if w.command != nil {
			said = nil
			if m, done := w.command.Answer(); done {
				said = append(said, m.Text())
			}
			for range w.command.FollowUps() {
				said = append(said, "")
			}
		}
		switch whisper := w.channel + " " + w.person; {
		case len(said) == 0 && whispered[whisper] > 0:
			whispered[whisper]--
			told++
		case len(said) == 0:
			silent = append(silent, w)
		case len(said) > 1:
			twice = append(twice, w)
		case strings.Contains(said[0], "ask again") || strings.Contains(said[0], "try again"):
			told++
		}
	}
	return silent, told, twice
}

// heapNow is what lives on the heap.
func heapNow() uint64 {
	runtime.GC()
	runtime.GC() // what had finalisers
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

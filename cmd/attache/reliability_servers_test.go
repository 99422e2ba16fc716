package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"attache/adapters/discord/discordfake"
	"attache/adapters/slack/slackfake"
	"attache/adapters/store/storetest"
)

// serverWork tells a child what to serve with; see TestServer.
const serverWork = "ATTACHE_TEST_SERVER"

// serving is what a child is told.
type serving struct {
	Environ []string
	Clock   string // the file in which the test says how far the clock is from the machine's
}

// TestServer is a whole `attache serve` until it is killed or its input ends. It only runs as a child.
func TestServer(t *testing.T) {
	told := os.Getenv(serverWork)
	if told == "" {
		t.Skip("runs only as a child of the reliability tests")
	}
	var w serving
	if err := json.Unmarshal([]byte(told), &w); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		defer cancel()
		_, _ = io.Copy(io.Discard, os.Stdin) // nobody's child works on
	}()
	code := run(ctx, []string{"serve"}, program{
		environ: w.Environ, dir: t.TempDir(), in: strings.NewReader(""), out: os.Stderr, err: os.Stderr, now: fileClock(w.Clock).now,
		ready: func(string) { fmt.Println("ready") },
	})
	if code != exitOK {
		t.Errorf("attache ended with %d", code)
	}
}

// fileClock is a movable clock that processes share.
type fileClock string

func (c fileClock) now() time.Time {
	raw, err := os.ReadFile(string(c))
	if err != nil {
		panic(err)
	}
	offset, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		panic(err)
	}
	return time.Now().Add(time.Duration(offset))
}

func (c fileClock) set(t *testing.T, to time.Time) {
	t.Helper()
	next := string(c) + ".next"
	if err := os.WriteFile(next, []byte(strconv.FormatInt(int64(time.Until(to)), 10)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, string(c)); err != nil { // in one step: it is read all the time
		t.Fatal(err)
	}
}

// TestReliabilityOfTwoServers runs two whole servers on one Postgres against one Slack and one Discord. The one that holds
// both connections is killed with digests due and a question asked, and later the other ends in order: each question is
// answered once, and each digest arrives once. (What is asked in Discord while nobody is connected Discord tells nobody.)
func TestReliabilityOfTwoServers(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("waits until the lease of a killed process is over")
	}
	clock := fileClock(filepath.Join(t.TempDir(), "clock"))
	at := func(day, hour, second int) {
		t.Helper()
		clock.set(t, time.Date(2024, 2, day, hour, 0, second, 0, time.UTC))
	}
	at(21, 7, 0)
	slack := slackfake.Start(t, slackfake.Options{Now: clock.now, AwaitFor: 2 * time.Minute})
	discord := discordfake.Start(t, discordfake.Options{Now: clock.now})
	told, err := json.Marshal(serving{Clock: string(clock), Environ: []string{
		"ATTACHE_LISTEN=127.0.0.1:0", "ATTACHE_DRAIN=5s", "ATTACHE_LOG_LEVEL=warn", "ATTACHE_DATABASE=" + storetest.Postgres(t),
		"SLACK_BOT_TOKEN=" + slack.BotToken(), "SLACK_APP_TOKEN=" + slack.AppToken(), "SLACK_API_URL=" + slack.APIURL(),
		"DISCORD_BOT_TOKEN=" + discord.Token, "DISCORD_API_URL=" + discord.URL,
	}})
	if err != nil {
		t.Fatal(err)
	}
	serve := func() *replica { return child(t, "TestServer", serverWork+"="+string(told)) }
	first := serve()
	slack.AwaitConnection()
	discord.AwaitReady(t)
	second := serve()

	var asked []*slackfake.Delivery
	answers := func(d *slackfake.Delivery) (n int) {
		for _, m := range slack.Messages("C1") {
			if m.ThreadTS == d.TS && m.User == slackfake.BotUser && !m.Deleted && strings.Contains(m.Text, "Maybach") {
				n++
			}
		}
		return n
	}
	ask := func() *slackfake.Delivery {
		d := slack.Mention("C1", "U1", "How did Kim Jong-un arrive?")
		asked = append(asked, d)
		return d
	}
	answered := func(d *slackfake.Delivery) {
		t.Helper()
		slack.Await("an answer", func() bool { return answers(d) > 0 })
	}
	inDiscord := 0
	answersInDiscord := func() (n int) {
		for _, m := range discord.FromBot(discord.Other) {
			if strings.Contains(m.Text(), "Maybach") {
				n++
			}
		}
		return n
	}
	askDiscord := func() {
		t.Helper()
		discord.Mention(t, discord.Other, discord.Person, "How did Kim Jong-un arrive?")
		inDiscord++
		discord.Await(t, "an answer", func() bool { return answersInDiscord() >= inDiscord })
	}
	of := func(day int) string { return fmt.Sprintf("%d February 2024", day) }
	digests := func(day int) (n int) {
		for _, m := range slack.Posts("C1") {
			if m.ThreadTS == "" && m.For == "" && strings.Contains(m.Text, of(day)) {
				n++
			}
		}
		return n
	}
	digestsInDiscord := func(day int) (n int) {
		for _, m := range discord.FromBot(discord.Channel) {
			if m.For == "" && strings.Contains(m.Text(), of(day)) {
				n++
			}
		}
		return n
	}
	arrived := func(day int) {
		t.Helper()
		slack.Await("the digest of "+of(day), func() bool { return digests(day) > 0 })
		discord.Await(t, "the digest of "+of(day), func() bool { return digestsInDiscord(day) > 0 })
	}

	answered(ask())
	askDiscord()
	slack.Slash("C1", "UADMIN", "/brief", "digest add now daily 08:00 UTC")
	slack.AwaitMessage("C1", func(m slackfake.Message) bool { return m.For == "UADMIN" && strings.Contains(m.Text, "08:00") })
	discord.Slash(t, discord.Channel, discord.Manager, "digest add", discordfake.Args{"when": "now daily 08:00", "zone": "UTC"}).Await(t)
	at(21, 8, 1)
	arrived(21)
	if n := slack.Connections(); n != 1 {
		t.Errorf("two servers have opened %d connections to Slack, want 1", n)
	}
	if n := discord.Gateway().Accepted; n != 1 {
		t.Errorf("two servers have opened %d connections to Discord, want 1", n)
	}

	at(22, 8, 1)
	first.kill(t)
	killed := time.Now()
	slack.Await("the end of the connection", func() bool { return slack.Connected() == 0 })
	across := ask()
	slack.AwaitConnection()
	takeover := time.Since(killed)
	answered(across)
	arrived(22)
	discord.AwaitIdentifies(t, 2)
	askDiscord()
	recovered := time.Since(killed)
	if recovered > time.Minute {
		t.Errorf("the other server had answered and delivered %s after the kill, want within a minute", recovered)
	}

	third := serve()
	at(23, 8, 1)
	second.stop(t)
	slack.AwaitConnection()
	discord.AwaitIdentifies(t, 3)
	answered(ask())
	askDiscord()
	arrived(23)
	third.stop(t)

	lost, doubled := 0, 0
	count := func(what string, n int) {
		switch {
		case n == 0:
			lost++
			t.Errorf("%s has not arrived", what)
		case n > 1:
			doubled++
			t.Errorf("%s has arrived %d times", what, n)
		}
	}
	for i, d := range asked {
		count(fmt.Sprintf("the answer to question %d", i+1), answers(d))
	}
	if n := answersInDiscord(); n > inDiscord {
		doubled += n - inDiscord
		t.Errorf("%d questions in Discord have %d answers", inDiscord, n)
	}
	for day := 21; day <= 23; day++ {
		count("Slack's digest of "+of(day), digests(day))
		count("Discord's digest of "+of(day), digestsInDiscord(day))
	}
	t.Logf("postgres, whole servers, servers=2 kills=1 questions=%d digests=6 connections=%d takeover-seconds=%.1f recovery-seconds=%.1f lost=%d doubled=%d",
		len(asked)+inDiscord, slack.Connections()+discord.Gateway().Accepted, takeover.Seconds(), recovered.Seconds(), lost, doubled)
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"attache/adapters/discord/discordfake"
	"attache/adapters/playground/playgroundtest"
	"attache/adapters/slack/slackfake"
	"attache/adapters/store/storetest"
)

// movable is a clock that runs with the real one, from where it was set.
type movable struct {
	mu     sync.Mutex
	offset time.Duration
}

func (c *movable) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset)
}

func (c *movable) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = time.Until(t)
}

// locked is a buffer that a process writes and the test reads.
type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// process is a running `attache serve`.
type process struct {
	address string
	out     *locked
	stop    func() int
}

// start runs attache until stop, which returns its exit code.
func start(t *testing.T, clock *movable, environ ...string) *process {
	t.Helper()
	return startDrawing(t, clock, 0, environ...)
}

// startDrawing starts Attaché with so much time for a digest's pictures.
func startDrawing(t *testing.T, clock *movable, drawing time.Duration, environ ...string) *process {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ready, ended := make(chan string, 1), make(chan int, 1)
	pr := &process{out: &locked{}}
	go func() {
		ended <- run(ctx, []string{"serve"}, program{
			environ: append([]string{"ATTACHE_LISTEN=127.0.0.1:0", "ATTACHE_LOG_LEVEL=debug", "ATTACHE_DRAIN=5s"}, environ...),
			dir:     t.TempDir(), in: strings.NewReader(""), out: pr.out, err: pr.out, now: clock.now, ready: func(address string) { ready <- address },
			drawing: drawing,
		})
	}()
	select {
	case pr.address = <-ready:
	case code := <-ended:
		t.Fatalf("attache ended with %d:\n%s", code, pr.out)
	case <-time.After(time.Minute):
		t.Fatalf("attache did not start within a minute:\n%s", pr.out)
	}
	pr.stop = sync.OnceValue(func() int {
		cancel()
		select {
		case code := <-ended:
			return code
		case <-time.After(30 * time.Second):
			t.Errorf("attache did not stop within 30 s:\n%s", pr.out)
			return -1
		}
	})
	t.Cleanup(func() { pr.stop() })
	return pr
}

// post calls the playground's API as its page does.
func (p *process) post(t *testing.T, path, body string, into any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+p.address+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", "http://"+p.address)
	p.do(t, req, into)
}

func (p *process) get(t *testing.T, path string, into any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+p.address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.do(t, req, into)
}

// health is what /readyz answers.
func (p *process) health(t *testing.T) (status int, said string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+p.address+"/readyz", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(raw)
}

func (p *process) do(t *testing.T, req *http.Request, into any) {
	t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %d %v\n%s", req.Method, req.URL.Path, res.StatusCode, err, raw)
	}
	if text, ok := into.(*string); ok {
		*text = string(raw)
		return
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("%s %s: %v\n%s", req.Method, req.URL.Path, err, raw)
	}
}

// asked is what the playground answers to a message.
type asked struct {
	Answer struct {
		ID      string `json:"id"`
		Message struct {
			Gist string `json:"gist"`
		} `json:"message"`
	} `json:"answer"`
}

// TestTheWholeBotAnswersEverywhereAndEachDigestArrivesOnce runs the bot with Slack, Discord and the playground: it asks on
// every surface, adds a digest on each platform, stops the process before the slot, starts it again after it, and counts.
func TestTheWholeBotAnswersEverywhereAndEachDigestArrivesOnce(t *testing.T) {
	t.Parallel()
	clock := &movable{}
	clock.set(time.Date(2024, 2, 20, 20, 0, 0, 0, time.UTC))
	slackSide := slackfake.Start(t, slackfake.Options{Now: clock.now})
	discordSide := discordfake.Start(t, discordfake.Options{Now: clock.now})
	data := t.TempDir()
	environ := []string{
		"ATTACHE_DATA=" + data,
		"SLACK_BOT_TOKEN=" + slackSide.BotToken(), "SLACK_APP_TOKEN=" + slackSide.AppToken(), "SLACK_API_URL=" + slackSide.APIURL(),
		"DISCORD_BOT_TOKEN=" + discordSide.Token, "DISCORD_API_URL=" + discordSide.URL,
	}
	p := start(t, clock, environ...)
	slackSide.AwaitConnection()
	discordSide.AwaitReady(t)

	// The same answer on every surface.
	const question, want = "Who gave Kim Jong-un a new car?", "Putin"
	slackSide.Mention("C1", "U1", question)
	inThread := slackSide.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS != "" && strings.Contains(m.Text, want) })
	slackSide.Say("C1", "U1", "and what did South Korea's Unification Ministry say about it?", inThread.ThreadTS)
	slackSide.AwaitMessage("C1", func(m slackfake.Message) bool {
		return m.ThreadTS == inThread.ThreadTS && strings.Contains(m.Text, "violation")
	})
	slackSide.DM("U1", question)
	slackSide.AwaitMessage(slackSide.Direct("U1"), func(m slackfake.Message) bool { return strings.Contains(m.Text, want) })
	slackSide.Slash("C1", "U1", "/brief", "ask "+question)
	slackSide.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == "" && strings.Contains(m.Text, want) })

	answer := discordSide.Slash(t, discordSide.Channel, discordSide.Person, "brief ask", discordfake.Args{"question": question}).Await(t)
	if !strings.Contains(answer.Text(), want) {
		t.Errorf("Discord /brief ask: %s", answer)
	}
	discordSide.Mention(t, discordSide.Other, discordSide.Person, question)
	said := discordSide.AwaitFromBot(t, discordSide.Other, 1)[0]
	discordSide.Reply(t, said, discordSide.Person, "and what did the Unification Ministry say about it?", true)
	if got := discordSide.AwaitFromBot(t, discordSide.Other, 2)[1]; !strings.Contains(got.Text(), "violation") {
		t.Errorf("Discord reply: %s", got)
	}
	discordSide.DM(t, discordSide.Person, question)
	if got := discordSide.AwaitFromBot(t, discordSide.DirectChannel(discordSide.Person), 1)[0]; !strings.Contains(got.Text(), want) {
		t.Errorf("Discord DM: %s", got)
	}

	var inPage asked
	p.post(t, "/api/ask", `{"channel":"general","text":"`+question+`"}`, &inPage)
	if !strings.Contains(inPage.Answer.Message.Gist, want) {
		t.Errorf("playground: %q", inPage.Answer.Message.Gist)
	}
	if out, code := command(t, clock, []string{"ATTACHE_DATA=" + data}, "ask", question); code != exitOK || !strings.Contains(out, want) {
		t.Errorf("terminal, beside the running server: exit %d\n%s", code, out)
	}

	// A digest on each platform, due at 08:00 tomorrow.
	slackSide.Slash("C1", "UADMIN", "/brief", "digest add now daily 08:00 UTC")
	slackSide.AwaitMessage("C1", func(m slackfake.Message) bool { return m.For == "UADMIN" && strings.Contains(m.Text, "08:00") })
	added := discordSide.Slash(t, discordSide.Channel, discordSide.Manager, "digest add", discordfake.Args{"when": "now daily 08:00", "zone": "UTC"}).Await(t)
	if !strings.Contains(added.Text(), "08:00") {
		t.Errorf("Discord /digest add: %s", added)
	}
	p.post(t, "/api/ask", `{"channel":"korea-desk","text":"/brief digest add now daily 08:00 UTC"}`, &inPage)
	slackSide.Slash("C1", "U1", "/brief", "digest add now daily 09:00 UTC")
	slackSide.AwaitMessage("C1", func(m slackfake.Message) bool { return m.For == "U1" && strings.Contains(m.Text, "관리") })

	// Down over the slot, up again 20 minutes later.
	if code := p.stop(); code != exitOK {
		t.Fatalf("attache stopped with %d:\n%s", code, p.out)
	}
	clock.set(time.Date(2024, 2, 21, 8, 20, 0, 0, time.UTC))
	p = start(t, clock, environ...)
	digests := func() (slackCount, discordCount, pageCount int) {
		for _, m := range slackSide.Posts("C1") {
			if m.ThreadTS == "" && isDigest(m.Text) {
				slackCount++
			}
		}
		for _, m := range discordSide.FromBot(discordSide.Channel) {
			if isDigest(m.Text()) {
				discordCount++
			}
		}
		var page struct {
			Entries []struct {
				Message struct {
					Gist string `json:"gist"`
				} `json:"message"`
			} `json:"entries"`
		}
		p.get(t, "/api/channels/korea-desk", &page)
		for _, e := range page.Entries {
			if isDigest(e.Message.Gist) {
				pageCount++
			}
		}
		return slackCount, discordCount, pageCount
	}
	slackSide.Await("a digest everywhere", func() bool { a, b, c := digests(); return a > 0 && b > 0 && c > 0 })
	if a, b, c := digests(); a != 1 || b != 1 || c != 1 {
		t.Errorf("digests: Slack %d, Discord %d, page %d; want 1 each", a, b, c)
	}

	// Another restart, and a while: still one each.
	if code := p.stop(); code != exitOK {
		t.Fatalf("attache stopped with %d:\n%s", code, p.out)
	}
	p = start(t, clock, environ...)
	slackSide.AwaitConnection()
	slackSide.Mention("C1", "U1", "How did Kim Jong-un arrive?")
	slackSide.AwaitMessage("C1", func(m slackfake.Message) bool { return strings.Contains(m.Text, "Maybach") })
	// The page's transcript ends with the process: a digest that was repeated there would be the only one.
	if a, b, c := digests(); a != 1 || b != 1 || c != 0 {
		t.Errorf("digests: Slack %d, Discord %d, want 1 each; the new page %d, want 0", a, b, c)
	}
	for _, m := range slackSide.Posts("C1") {
		if isDigest(m.Text) && !strings.Contains(m.Text, "condemned") {
			t.Errorf("the digest does not tell what Seoul said:\n%s", m.Text)
		}
	}

	// No secret in any log.
	for _, secret := range append(slackSide.Secrets(), discordSide.Token) {
		if strings.Contains(p.out.String(), secret) {
			t.Errorf("the log holds the secret %.6s…", secret)
		}
	}
}

func isDigest(text string) bool { return strings.Contains(text, "21 February 2024") }

// command runs a subcommand and returns what it prints.
func command(t *testing.T, clock *movable, environ []string, args ...string) (out string, code int) {
	t.Helper()
	var b bytes.Buffer
	code = run(t.Context(), args, program{
		environ: environ, dir: t.TempDir(), in: strings.NewReader(""), out: &b, err: &b, now: clock.now, drawing: 3 * time.Minute,
	})
	return b.String(), code
}

func TestATakenPortIsSaidBeforeAnythingIsTouched(t *testing.T) {
	t.Parallel()
	clock := &movable{}
	first := start(t, clock, "ATTACHE_DATA="+storetest.Folder(t))
	data := filepath.Join(t.TempDir(), "fresh")
	out, code := command(t, clock, []string{"ATTACHE_DATA=" + data, "ATTACHE_LISTEN=" + first.address}, "serve")
	if code != exitFailed || !strings.Contains(out, "Set ATTACHE_LISTEN to a free address") {
		t.Errorf("exit %d\n%s", code, out)
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("the data folder was made all the same")
	}
}

func TestASecondServerOnOneFolderIsRefused(t *testing.T) {
	t.Parallel()
	clock := &movable{}
	data := t.TempDir()
	start(t, clock, "ATTACHE_DATA="+data)
	out, code := command(t, clock, []string{"ATTACHE_DATA=" + data, "ATTACHE_LISTEN=127.0.0.1:0"}, "serve")
	if code != exitFailed || !strings.Contains(out, "in use") {
		t.Errorf("exit %d\n%s", code, out)
	}
}

func TestHealthIsToldAndTheWelcomeSaysWhatIsOn(t *testing.T) {
	t.Parallel()
	p := start(t, &movable{}, "ATTACHE_DATA="+storetest.Folder(t))
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ready", "/metrics": "attache_build_info"} {
		var got string
		p.get(t, path, &got)
		if !strings.Contains(got, want) {
			t.Errorf("%s: %.200s", path, got)
		}
	}
	for _, want := range []string{"http://" + p.address, "off  Slack", "SLACK_BOT_TOKEN is not set", "off  Discord", "on   Engine"} {
		if !strings.Contains(p.out.String(), want) {
			t.Errorf("the welcome lacks %q:\n%s", want, p.out)
		}
	}
}

func TestASlackTokenThatIsWrongStopsTheProcessWithAWord(t *testing.T) {
	t.Parallel()
	side := slackfake.Start(t, slackfake.Options{Lenient: true})
	out, code := command(t, &movable{}, []string{
		"ATTACHE_DATA=" + storetest.Folder(t), "ATTACHE_LISTEN=127.0.0.1:0", "SLACK_BOT_TOKEN=xoxb-wrong", "SLACK_APP_TOKEN=" + side.AppToken(), "SLACK_API_URL=" + side.APIURL(),
	}, "serve")
	if code != exitFailed || !strings.Contains(out, "invalid_auth") || strings.Contains(out, "xoxb-wrong") {
		t.Errorf("exit %d\n%s", code, out)
	}
	out, code = command(t, &movable{}, []string{
		"ATTACHE_DATA=" + storetest.Folder(t), "SLACK_BOT_TOKEN=xoxb-wrong", "SLACK_APP_TOKEN=" + side.AppToken(), "SLACK_API_URL=" + side.APIURL(),
	}, "doctor")
	if code != exitFailed || !strings.Contains(out, "FAIL") {
		t.Errorf("doctor: exit %d\n%s", code, out)
	}
}

// TestScreenshots walks through the playground of the real bot in a real browser and takes the pictures of the README:
// `make screenshots` keeps them.
func TestScreenshots(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("ATTACHE_SCREENSHOTS")
	if dir == "" {
		dir = t.TempDir()
	}
	p := start(t, &movable{}, "ATTACHE_DATA="+storetest.Folder(t))
	playgroundtest.Screenshots(t, "http://"+p.address, dir)
}

package discord

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"attache/adapters/discord/discordfake"
	"attache/bot"
	"attache/bot/message"
)

// script is a bot that does what the test says.
type script struct {
	handle   func(ctx context.Context, r bot.Request) (bot.Reply, error)
	takes    map[string]bool
	complete func(command, arg, prefix string) []bot.Choice
	panics   bool // TakesPart and Left do

	mu       sync.Mutex
	requests []bot.Request
	asked    []string
	left     []string
}

func (s *script) Handle(ctx context.Context, r bot.Request) (bot.Reply, error) {
	s.mu.Lock()
	s.requests = append(s.requests, r)
	s.mu.Unlock()
	if s.handle == nil {
		return say("An answer to " + what(r)), nil
	}
	return s.handle(ctx, r)
}

func what(r bot.Request) string {
	switch r.Kind {
	case bot.Run:
		return r.Command + " " + r.Args["question"]
	case bot.Click:
		return r.Action + " " + r.Value
	}
	return r.Text
}

func say(text string) bot.Reply {
	return bot.Reply{Message: &message.Message{Gist: text, Blocks: []message.Block{message.P(message.T(text))}}}
}

func (s *script) TakesPart(_ context.Context, conversation string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.panics {
		panic("a bug")
	}
	s.asked = append(s.asked, conversation)
	return s.takes[conversation]
}

func (s *script) CompleteIn(_ context.Context, _, command, arg, prefix string, _ message.Address) []bot.Choice {
	if s.complete == nil {
		return nil
	}
	return s.complete(command, arg, prefix)
}

func (s *script) Left(_ context.Context, platform, workspace string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.panics {
		panic("a bug")
	}
	s.left = append(s.left, platform+"/"+workspace)
	return nil
}

func (s *script) Uninstalled(context.Context, string, string) error { return nil }

// got returns the requests that came.
func (s *script) got() []bot.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// world is an adapter that runs against a fake.
type world struct {
	*discordfake.Server
	bot  *script
	a    *Adapter
	log  *safeBuffer
	stop context.CancelFunc
	done chan error
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// quick are limits that a test can wait for.
var quick = timing{
	open: 2 * time.Second, ready: 2 * time.Second, silence: time.Minute, look: 20 * time.Millisecond, shut: 3 * time.Second, farewell: 20 * time.Millisecond,
	backoff: 10 * time.Millisecond, backoffTo: 50 * time.Millisecond, identify: time.Millisecond, typing: time.Hour, grace: 2 * time.Second,
}

// build makes an adapter for a fake without running it.
func build(t *testing.T, fake *discordfake.Server, b *script, change func(*Config)) *world {
	t.Helper()
	w := &world{Server: fake, bot: b, log: &safeBuffer{}, done: make(chan error, 1)}
	c := Config{
		Token: fake.Token, BaseURL: fake.URL, Handler: b, Version: "1.0", Drain: 5 * time.Second,
		Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})), timing: quick,
	}
	if change != nil {
		change(&c)
	}
	a, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	a.rest.pause = func(ctx context.Context, d time.Duration) error { return pause(ctx, min(d, 10*time.Millisecond)) }
	w.a = a
	return w
}

// run runs an adapter until the test ends and waits until it is connected.
func run(t *testing.T, fake *discordfake.Server, b *script, change func(*Config)) *world {
	t.Helper()
	w := build(t, fake, b, change)
	w.start(t)
	fake.AwaitReady(t)
	return w
}

func (w *world) start(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w.stop = cancel
	go func() { w.done <- w.a.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-w.done:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(30 * time.Second):
			t.Error("Run did not end")
		}
		if s := w.log.String(); strings.Contains(s, "token-of-") || strings.Contains(s, w.Token) {
			t.Errorf("a secret stands in the log:\n%s", s)
		}
		if t.Failed() {
			t.Log(w.log.String())
		}
	})
}

// ended waits for Run to end by itself.
func (w *world) ended(t *testing.T) error {
	t.Helper()
	select {
	case err := <-w.done:
		w.done <- nil
		return err
	case <-time.After(20 * time.Second):
		t.Fatal("Run goes on")
		return nil
	}
}

func TestASlashCommandIsAnsweredByEditingTheDeferredResponse(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	i := w.Slash(t, w.Channel, w.Person, "brief ask", discordfake.Args{"question": "Who gave the car?"})
	if got := i.AwaitResponse(t); got != respondDeferMessage {
		t.Errorf("the first response is of type %d, want a deferral", got)
	}
	m := i.Await(t)
	if m.Text() != "An answer to ask Who gave the car?" || m.Ephemeral || m.Edits != 1 {
		t.Errorf("the channel shows %+v", m)
	}
	r := w.bot.got()[0]
	want := bot.Request{
		ID: "discord:" + i.ID, Kind: bot.Run, Command: "ask", Args: map[string]string{"question": "Who gave the car?"},
		Address:      message.Address{Platform: "discord", Workspace: w.Guild, Channel: w.Channel},
		Conversation: "discord/" + w.Guild + "/" + w.Channel + "/" + i.ID,
		User:         bot.User{ID: w.Person.ID, Name: "Ada", Locale: "en-US", Manages: bot.PermissionNo, Rings: bot.PermissionNo}, PlaceLocale: "en-US", At: r.At,
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("the request differs (-want +got):\n%s", diff)
	}
}

func TestAMentionIsAnsweredAsAReplyWithoutAPing(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	q := w.Mention(t, w.Channel, w.Person, "who gave the car?")
	m := w.AwaitFromBot(t, w.Channel, 1)[0]
	if m.ReplyTo != q.ID || m.Text() != "An answer to who gave the car?" || m.Nonce == "" {
		t.Errorf("the channel shows %+v", m)
	}
	if !strings.Contains(string(m.Raw), `"allowed_mentions":{"parse":[],"replied_user":false}`) {
		t.Errorf("the body may ping: %s", m.Raw)
	}
}

// class is the class of an error, and "none" without one.
func class(err error) message.Class {
	if err == nil {
		return "none"
	}
	return message.ClassOf(err)
}

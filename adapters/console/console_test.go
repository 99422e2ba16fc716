package console_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"attache/adapters/console"
	"attache/bot"
	"attache/bot/message"
)

// scripted answers each request with reply and remembers it.
type scripted struct {
	mu       sync.Mutex
	requests []bot.Request
	reply    func(r bot.Request) (bot.Reply, error)
}

func (s *scripted) Handle(_ context.Context, r bot.Request) (bot.Reply, error) {
	s.mu.Lock()
	s.requests = append(s.requests, r)
	s.mu.Unlock()
	if s.reply == nil {
		return bot.Reply{Message: answer()}, nil
	}
	return s.reply(r)
}

func answer() *message.Message {
	return &message.Message{Gist: "Vladimir Putin.", Blocks: []message.Block{
		message.P(message.B("Vladimir Putin"), message.T(", North Korean state media announced. "), message.C(1, "https://example.org/gift")),
		message.Quote{Spans: []message.Span{message.T("Vladimir Putin has given Kim Jong-un a new car, North Korean state media announced on Tuesday, February 20, 2024. "), message.C(1, "https://example.org/gift")}},
		message.Small(message.T("As of 20 February 2024 · searched 1 article")),
		message.Sources{Items: []message.Source{{Number: 1, Title: "Putin gives Kim Jong-un a car", Outlet: "Attaché desk", URL: "https://example.org/gift"}}},
		message.Buttons{Items: []message.Button{
			{Label: "Evidence in full", Action: "evidence", Value: "x1"}, {Label: "Read it", URL: "https://example.org/gift"}, {Label: "Helpful", Action: "helpful", Value: "x1"},
		}},
	}}
}

func noon() time.Time { return time.Date(2024, 2, 20, 12, 0, 0, 0, time.UTC) }

// chat feeds lines to a console and returns what it printed.
func chat(t *testing.T, s *scripted, c console.Config, lines string) (out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	c.Handler, c.In, c.Out, c.Err, c.Now = s, strings.NewReader(lines), &o, &e, noon
	console, err := console.New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := console.Chat(t.Context()); err != nil {
		t.Fatalf("chat: %v", err)
	}
	return o.String(), e.String()
}

func TestAskPrintsTheAnswerAsTextOfTheConfiguredKind(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		config console.Config
		want   message.TextOptions
	}{
		{"plain", console.Config{}, message.TextOptions{Width: 80}},
		{"narrow", console.Config{Width: 40}, message.TextOptions{Width: 40}},
		{"colour", console.Config{Colour: true}, message.TextOptions{Width: 80, Colour: true, Links: true}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			row.config.Handler, row.config.Out = &scripted{}, &out
			c, err := console.New(row.config)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Ask(t.Context(), "Who gave the car?"); err != nil {
				t.Fatal(err)
			}
			want := strings.TrimRight(message.Text(answer(), row.want), "\n") + "\n"
			if diff := cmp.Diff(want, out.String()); diff != "" {
				t.Errorf("printed (-want +got):\n%s", diff)
			}
			if !row.config.Colour && strings.Contains(out.String(), "\x1b") {
				t.Errorf("an escape sequence was printed although colours are off: %q", out.String())
			}
		})
	}
}

func TestChatIsOneConversation(t *testing.T) {
	t.Parallel()
	s := &scripted{}
	chat(t, s, console.Config{Zone: "Asia/Seoul", Locale: "ko"}, "Who gave the car?\n\n  and Seoul?  \n/digest list\n/new\nWhy?\n/brief help ask\n/quit\nnever asked\n")
	type request struct{ Kind, Text string }
	var got []request
	for _, r := range s.requests {
		got = append(got, request{string(r.Kind), r.Text})
		if r.User.Manages != bot.PermissionYes || r.User.Zone != "Asia/Seoul" || r.User.Locale != "ko" || !r.At.Equal(noon()) {
			t.Errorf("request %q came from %+v at %s", r.Text, r.User, r.At)
		}
	}
	want := []request{{"ask", "Who gave the car?"}, {"ask", "and Seoul?"}, {"run", "digest list"}, {"ask", "Why?"}, {"run", "help ask"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("requests (-want +got):\n%s", diff)
	}
	if a, b := s.requests[0].Conversation, s.requests[1].Conversation; a != b || a == "" {
		t.Errorf("a follow-up is in conversation %q, its question in %q", b, a)
	}
	if a, b := s.requests[1].Conversation, s.requests[3].Conversation; a == b {
		t.Errorf("/new began no new conversation: both are %q", a)
	}
}

func TestButtonsArePressedByNumber(t *testing.T) {
	t.Parallel()
	s := &scripted{reply: func(r bot.Request) (bot.Reply, error) {
		if r.Kind == bot.Click {
			return bot.Reply{Message: &message.Message{Gist: "The evidence."}}, nil
		}
		return bot.Reply{Message: answer()}, nil
	}}
	out, errs := chat(t, s, console.Config{}, "/1\nWho?\n/2\n/1\n/9\n")
	for _, want := range []string{"The last answer has nothing to choose from.", "/1 Evidence in full  ·  /2 Helpful", "Choose a number from /1 to /2."} {
		if !strings.Contains(errs, want) {
			t.Errorf("the terminal does not say %q:\n%s", want, errs)
		}
	}
	if strings.Count(out, "The evidence.") != 2 {
		t.Errorf("two buttons were pressed, printed was:\n%s", out)
	}
	var pressed []string
	for _, r := range s.requests {
		if r.Kind == bot.Click {
			pressed = append(pressed, r.Action+" "+r.Value)
			if !strings.Contains(r.Quoted, "Vladimir Putin") {
				t.Errorf("the button was pressed under %q, want the answer", r.Quoted)
			}
		}
	}
	if diff := cmp.Diff([]string{"helpful x1", "evidence x1"}, pressed); diff != "" {
		t.Errorf("pressed (-want +got):\n%s", diff)
	}
}

func TestChatGoesOnAfterAFailure(t *testing.T) {
	t.Parallel()
	n := 0
	s := &scripted{reply: func(bot.Request) (bot.Reply, error) {
		switch n++; n {
		case 1:
			return bot.Reply{}, errors.New("out of time")
		case 2:
			return bot.Reply{Busy: true, Message: &message.Message{Gist: "Too many questions at once. Try again in a minute."}}, nil
		}
		return bot.Reply{Message: answer()}, nil
	}}
	out, errs := chat(t, s, console.Config{}, "one\ntwo\nthree")
	if !strings.Contains(errs, "That came to nothing: answer: out of time") {
		t.Errorf("the failure is not told: %q", errs)
	}
	if !strings.Contains(out, "Try again in a minute.") || !strings.Contains(out, "Vladimir Putin") {
		t.Errorf("the replies after the failure are missing: %q", out)
	}
}

func TestBusyIsAnErrorOfOneQuestion(t *testing.T) {
	t.Parallel()
	s := &scripted{reply: func(bot.Request) (bot.Reply, error) {
		return bot.Reply{Busy: true, Message: &message.Message{Gist: "Try again in a minute."}}, nil
	}}
	var out bytes.Buffer
	c, err := console.New(console.Config{Handler: s, Out: &out})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Ask(t.Context(), "Who?"); !errors.Is(err, console.ErrBusy) {
		t.Errorf("got error %v, want ErrBusy", err)
	}
	if !strings.Contains(out.String(), "Try again in a minute.") {
		t.Errorf("printed %q", out.String())
	}
}

func TestALineThatIsTooLongIsSkipped(t *testing.T) {
	t.Parallel()
	s := &scripted{}
	_, errs := chat(t, s, console.Config{}, strings.Repeat("x", 10<<20)+"\nWho?\n")
	if !strings.Contains(errs, "That line is too long") {
		t.Errorf("the person is not told: %q", errs)
	}
	if len(s.requests) != 1 || s.requests[0].Text != "Who?" {
		t.Errorf("asked %d requests, want the line after it alone", len(s.requests))
	}
}

func TestChatEndsWithItsContext(t *testing.T) {
	t.Parallel()
	in, input := io.Pipe()
	defer input.Close()
	c, err := console.New(console.Config{Handler: &scripted{}, In: in, Out: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- c.Chat(ctx) }()
	if _, err := io.WriteString(input, "Who?\n"); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("chat ended with %v, want its context's error", err)
	}
}

func TestADigestIsPrintedOncePerKey(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c, err := console.New(console.Config{Handler: &scripted{}, Out: &out})
	if err != nil {
		t.Fatal(err)
	}
	to := message.Address{Platform: console.Platform, Channel: "terminal"}
	p := c.Poster()
	m := &message.Message{Gist: "A quiet day."}
	first, err := p.Post(t.Context(), to, m, "k1")
	if err != nil {
		t.Fatal(err)
	}
	again, err := p.Post(t.Context(), to, m, "k1")
	if err != nil || again != first {
		t.Errorf("the second post returned %v, %v; want the first reference %v", again, err, first)
	}
	if n := strings.Count(out.String(), "A quiet day."); n != 1 {
		t.Errorf("printed %d times", n)
	}
	finder := p.(message.Finder)
	if ref, found, err := finder.Find(t.Context(), to, "k1", time.Time{}); err != nil || !found || ref != first {
		t.Errorf("find k1: %v, %v, %v", ref, found, err)
	}
	if _, found, err := finder.Find(t.Context(), to, "k2", time.Time{}); err != nil || found {
		t.Errorf("find k2: %v, %v; want that it is not there", found, err)
	}
	_, err = p.Post(t.Context(), message.Address{Platform: "slack"}, m, "k3")
	if message.ClassOf(err) != message.Gone {
		t.Errorf("a post for another platform: %v, want class gone", err)
	}
}

// broken fails every write.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestAPostThatCouldNotBePrintedIsUnknown(t *testing.T) {
	t.Parallel()
	c, err := console.New(console.Config{Handler: &scripted{}, Out: broken{}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Poster().Post(t.Context(), message.Address{Platform: console.Platform}, &message.Message{Gist: "x"}, "k")
	if message.ClassOf(err) != message.Unknown || err == nil {
		t.Errorf("got %v, want an error of class unknown", err)
	}
	if err := c.Ask(t.Context(), "Who?"); err == nil {
		t.Error("an answer that could not be printed is no error")
	}
}

func FuzzChatNeverPanics(f *testing.F) {
	for _, seed := range []string{"Who?\n", "/1\n/0\n/-1\n/99999999999999999999\n", "/\n/brief\n/brief  \n", "\x00\xff\n\r\n", "/quit", "/NEW\nquit\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, lines string) {
		c, err := console.New(console.Config{Handler: &scripted{}, In: strings.NewReader(lines), Out: io.Discard})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Chat(t.Context()); err != nil {
			t.Errorf("chat over %q: %v", lines, err)
		}
	})
}

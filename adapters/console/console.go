// Package console is the bot in the terminal: it sends lines to the bot and prints what comes back.
//
// Ask and Run print the reply to one question or command. Chat is a conversation, line by line: each question may lean on
// the ones before it, a line that begins with "/" is a command, and the buttons of the last reply are pressed by their
// number ("/1"). Poster prints digests.
//
// Everything is plain lines in and out, so that it works in a pipe as well as on a terminal; colours are used only where
// Config.Colour says so. What is printed is cleaned by package message: foreign text never moves a cursor.
package console

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"attache/bot"
	"attache/bot/message"
)

// Platform is the name of this platform in addresses.
const Platform = "console"

// maxLine is how many bytes of a line are read; the rest of a longer line is skipped, and the person is told.
const maxLine = 256 << 10

// Handler is what the console needs of *bot.Bot.
type Handler interface {
	Handle(ctx context.Context, r bot.Request) (bot.Reply, error)
}

var _ Handler = (*bot.Bot)(nil)

// ErrBusy is returned by Ask and Run when the bot was too busy to answer; when to come back has been printed.
var ErrBusy = errors.New("the bot is busy")

// Config is what a Console is made of.
type Config struct {
	// Handler answers. Required.
	Handler Handler
	// In is where Chat reads; nil means that there is nothing to read.
	In io.Reader
	// Out is where replies and digests are printed. Required.
	Out io.Writer
	// Err is where Chat prints what is not an answer: its greeting, its prompt, why a line was not taken. Nil means Out.
	Err io.Writer
	// Colour allows ANSI colours and links. The caller knows whether Out is a terminal and what its environment asks for.
	Colour bool
	// Width is how many columns lines may have; zero means 80.
	Width int
	// Zone is the person's IANA zone; empty leaves it to the bot.
	Zone string
	// Locale is the person's language, BCP 47; empty leaves it to the bot.
	Locale string
	// Now tells the time; nil means time.Now.
	Now func() time.Time
}

// Console talks to one person. Its methods may be called at the same time as those of its Poster.
type Console struct {
	c            Config
	terminal     bool   // In is a terminal: a prompt helps
	conversation string // names the conversation that questions belong to

	mu      sync.Mutex // guards what follows and keeps messages whole; held while one is written
	buttons []message.Button
	quoted  string
	posted  map[string]message.Ref
}

// New makes a Console.
func New(c Config) (*Console, error) {
	if c.Handler == nil || c.Out == nil {
		return nil, errors.New("console: Config.Handler and Config.Out are required")
	}
	if c.Err == nil {
		c.Err = c.Out
	}
	if c.In == nil {
		c.In = strings.NewReader("")
	}
	if c.Width == 0 {
		c.Width = 80
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	console := &Console{c: c, posted: map[string]message.Ref{}}
	if f, is := c.In.(*os.File); is {
		info, err := f.Stat()
		console.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	console.fresh()
	return console, nil
}

// fresh begins a new conversation: what is asked next leans on nothing.
func (c *Console) fresh() { c.conversation = strings.ToLower(rand.Text()[:12]) }

// Ask prints the answer to a question. Questions of one Console belong to one conversation.
func (c *Console) Ask(ctx context.Context, question string) error {
	return c.handle(ctx, bot.Request{Kind: bot.Ask, Text: question})
}

// Run prints the reply to a command line, such as "digest list".
func (c *Console) Run(ctx context.Context, line string) error {
	return c.handle(ctx, bot.Request{Kind: bot.Run, Text: line})
}

func (c *Console) handle(ctx context.Context, r bot.Request) error {
	r.Address = message.Address{Platform: Platform, Workspace: "local", Channel: "terminal"}
	thread := r.Address
	thread.Thread = c.conversation
	r.Conversation = thread.String()
	r.User = bot.User{ID: "you", Name: "You", Zone: c.c.Zone, Locale: c.c.Locale, Manages: bot.PermissionYes}
	r.At = c.c.Now()
	reply, err := c.c.Handler.Handle(ctx, r)
	if reply.Message != nil {
		if written := c.print(reply.Message, r.Kind != bot.Click); written != nil {
			return written
		}
	}
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	if reply.Busy {
		return ErrBusy
	}
	return nil
}

// print writes a reply. remember says that its buttons are the ones that "/1" presses from now on.
func (c *Console) print(m *message.Message, remember bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if remember {
		c.buttons, c.quoted = nil, message.PlainText(m)
		for _, b := range m.Blocks {
			if row, is := b.(message.Buttons); is {
				for _, button := range row.Items {
					if button.Action != "" {
						c.buttons = append(c.buttons, button)
					}
				}
			}
		}
	}
	return c.write(c.c.Out, c.text(m))
}

func (c *Console) text(m *message.Message) string {
	return strings.TrimRight(message.Text(m, message.TextOptions{Width: c.c.Width, Colour: c.c.Colour, Links: c.c.Colour}), "\n") + "\n"
}

func (c *Console) write(w io.Writer, text string) error {
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// quiet sets words back where colours are allowed.
func (c *Console) quiet(words string) string {
	if !c.c.Colour {
		return words
	}
	return "\x1b[2m" + words + "\x1b[0m"
}

// Chat reads lines and prints replies until the input ends, the person leaves or ctx ends. When ctx ends while Chat waits
// for a line, the read that waits ends with that line or with the input: nothing can interrupt it.
func (c *Console) Chat(ctx context.Context) error {
	lines := make(chan line)
	go read(ctx, c.c.In, lines)
	greeting := "Ask a question. /help shows the commands, /new begins a new conversation, /quit leaves.\n"
	if err := c.write(c.c.Err, c.quiet(greeting)); err != nil {
		return err
	}
	for {
		if c.terminal {
			if err := c.write(c.c.Err, "\n› "); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case l, more := <-lines:
			switch {
			case !more:
				return nil
			case l.err != nil:
				return fmt.Errorf("read a line: %w", l.err)
			}
			leave, err := c.take(ctx, l)
			if leave || err != nil {
				return err
			}
		}
	}
}

// take does what a line says. leave is true when the person is done.
func (c *Console) take(ctx context.Context, l line) (leave bool, err error) {
	text := strings.TrimSpace(l.text)
	if l.long {
		return false, c.write(c.c.Err, "That line is too long: a question may have a few thousand characters. Nothing was asked.\n")
	}
	command, isCommand := strings.CutPrefix(text, "/")
	switch {
	case text == "":
		return false, nil
	case isCommand:
		command = strings.TrimSpace(command)
		if first, rest, _ := strings.Cut(command, " "); strings.EqualFold(first, "brief") {
			command = strings.TrimSpace(rest)
		}
	case strings.EqualFold(text, "quit") || strings.EqualFold(text, "exit"):
		return true, nil
	default:
		return false, c.reply(ctx, c.Ask(ctx, text), true)
	}
	switch strings.ToLower(command) {
	case "quit", "exit", "q":
		return true, nil
	case "new":
		c.fresh()
		return false, c.write(c.c.Err, c.quiet("A new conversation begins.\n"))
	}
	if n, err := strconv.Atoi(command); err == nil {
		return false, c.press(ctx, n)
	}
	return false, c.reply(ctx, c.Run(ctx, command), true)
}

// press sends button n of the last reply.
func (c *Console) press(ctx context.Context, n int) error {
	c.mu.Lock()
	buttons, quoted := c.buttons, c.quoted
	c.mu.Unlock()
	if n < 1 || n > len(buttons) {
		words := "The last answer has nothing to choose from.\n"
		if len(buttons) > 0 {
			words = fmt.Sprintf("Choose a number from /1 to /%d.\n", len(buttons))
		}
		return c.write(c.c.Err, words)
	}
	b := buttons[n-1]
	return c.reply(ctx, c.handle(ctx, bot.Request{Kind: bot.Click, Action: b.Action, Value: b.Value, Quoted: quoted}), false)
}

// reply deals with what a request came to: a conversation goes on after a failure, but not after its end.
func (c *Console) reply(ctx context.Context, err error, choices bool) error {
	switch {
	case err == nil:
	case errors.Is(err, ErrBusy):
		return nil // it has been said
	case ctx.Err() != nil:
		return ctx.Err()
	default:
		return c.write(c.c.Err, "That came to nothing: "+message.Clean(err.Error())+"\n")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !choices || len(c.buttons) == 0 {
		return nil
	}
	var words []string
	for i, b := range c.buttons {
		words = append(words, fmt.Sprintf("/%d %s", i+1, message.Clean(b.Label)))
	}
	return c.write(c.c.Err, c.quiet("\n"+strings.Join(words, "  ·  ")+"\n"))
}

// line is a line of input.
type line struct {
	text string
	long bool // it was longer than maxLine, and text is empty
	err  error
}

// read hands lines over until the input or ctx ends, then closes lines.
func read(ctx context.Context, in io.Reader, lines chan<- line) {
	defer close(lines)
	r := bufio.NewReader(in)
	for {
		l, more := readLine(r)
		if l.text != "" || l.long || l.err != nil || more {
			select {
			case lines <- l:
			case <-ctx.Done():
				return
			}
		}
		if !more {
			return
		}
	}
}

// readLine reads one line without its end. more is false at the end of the input and after an error.
func readLine(r *bufio.Reader) (l line, more bool) {
	var text []byte
	for {
		piece, err := r.ReadSlice('\n')
		if len(text)+len(piece) > maxLine {
			l.long, text = true, nil
		}
		if !l.long {
			text = append(text, piece...)
		}
		switch {
		case err == nil:
			l.text = strings.TrimRight(string(text), "\r\n")
			return l, true
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF):
			l.text = string(text)
			return l, false
		default:
			l.err = err
			return l, false
		}
	}
}

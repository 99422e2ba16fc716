// Command attache is the briefing bot: one engine that answers questions about the news and posts digests, in Slack, in
// Discord, in a browser playground and in the terminal.
//
// main reads the command line and the settings. Each subcommand is a file of this package; serve.go starts everything that
// lives long. What can be tested by itself lives below: adapters, bot, briefings.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // schedules need every zone, also where the machine has none

	"github.com/alecthomas/kong"
	"github.com/lmittmann/tint"
	"golang.org/x/term"
)

// Exit codes, as --help tells them.
const (
	exitOK      = 0
	exitFailed  = 1 // it was tried and failed
	exitUsage   = 2 // the command line or a setting is wrong
	exitStopped = 130
)

// program is what surrounds a run: tests give their own.
type program struct {
	environ []string
	dir     string // where .env is read
	in      io.Reader
	out     io.Writer
	err     io.Writer
	now     func() time.Time
	ready   func(address string) // serve calls it when the web side listens
	drawing time.Duration        // how long a digest's pictures may take to draw; zero means pictureTime
}

type cli struct {
	Serve      serveCmd      `cmd:"" default:"withargs" help:"Run the bot: the playground always, Slack and Discord where their tokens are set. This is what attache does without a command."`
	Ask        askCmd        `cmd:"" help:"Ask a question about the articles."`
	Chat       chatCmd       `cmd:"" help:"Talk to the bot in the terminal, with follow-up questions."`
	Digest     digestCmd     `cmd:"" help:"Show the digest that a channel would get now."`
	Add        addCmd        `cmd:"" help:"Read a file or a page into the library."`
	Articles   articlesCmd   `cmd:"" help:"List the articles in the library."`
	Sources    sourcesCmd    `cmd:"" help:"List the sources that are followed, with their health."`
	Deliveries deliveriesCmd `cmd:"" help:"Show where each digest stands and why, or replay one."`
	Backup     backupCmd     `cmd:"" help:"Copy the embedded database to a file, also while Attaché runs."`
	Migrate    migrateCmd    `cmd:"" help:"Move everything from the embedded database to the Postgres of ATTACHE_DATABASE."`
	Manifest   manifestCmd   `cmd:"" help:"Print what to paste to create the Slack app or the Discord application."`
	Doctor     doctorCmd     `cmd:"" help:"Check settings, tokens, scopes, intents, database and clock, and say how to mend each."`
	Eval       evalCmd       `cmd:"" help:"Answer many questions from a file, to compare engines and models."`
	Extract    extractCmd    `cmd:"" help:"Print the main text of the HTML page on the standard input."`
	Feed       feedCmd       `cmd:"" help:"Print what is understood of the feed on the standard input."`
	Stories    storiesCmd    `cmd:"" help:"Group the articles of a file into stories."`
	Version    versionCmd    `cmd:"" help:"Print the version."`
}

const examples = `
Examples:
  attache                                      run the bot; open http://127.0.0.1:8080
  attache ask "Who gave Kim Jong-un a car?"
  attache ask --json --article report.txt "What did Seoul say?"
  attache digest --topic sanctions --since 2024-02-19
  attache add https://example.org/report.html
  attache manifest slack > manifest.yaml
  attache doctor

Exit codes: 0 done, 1 failed, 2 a wrong command line or setting.
`

// errUsage marks an error of the command line.
var errUsage = errors.New("usage")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], program{
		environ: os.Environ(), dir: ".", in: os.Stdin, out: os.Stdout, err: os.Stderr, now: time.Now,
	}))
}

// run is main without the process around it.
func run(ctx context.Context, args []string, p program) int {
	var c cli
	exited := -1
	parser, err := kong.New(&c,
		kong.Name("attache"),
		kong.Description("Attaché answers questions about the news and posts digests, each sentence with its source."),
		kong.Writers(p.out, p.err),
		kong.Exit(func(code int) { exited = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Help(func(o kong.HelpOptions, k *kong.Context) error {
			if err := kong.DefaultHelpPrinter(o, k); err != nil {
				return err
			}
			if k.Selected() == nil || k.Selected().Name == "serve" {
				fmt.Fprint(k.Stdout, examples, settingsHelp())
			}
			return nil
		}),
	)
	if err != nil {
		fmt.Fprintln(p.err, "attache:", err)
		return exitFailed
	}
	k, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		fmt.Fprintf(p.err, "attache: %v\nRun `attache --help` for the commands.\n", err)
		return exitUsage
	}
	k.BindTo(ctx, (*context.Context)(nil))
	err = k.Run(&p)
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errUsage):
		fmt.Fprintln(p.err, "attache:", strings.TrimSuffix(err.Error(), "\n"+errUsage.Error()))
		return exitUsage
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return exitStopped
	default:
		fmt.Fprintln(p.err, "attache:", err)
		return exitFailed
	}
}

// usage makes err an error of the command line or the settings.
func usage(err error) error { return errors.Join(err, errUsage) }

// settings reads the settings for a subcommand.
func (p *program) settings() (settings, error) {
	s, err := readSettings(p.environ, p.dir)
	if err != nil {
		return s, usage(err)
	}
	return s, nil
}

// log makes the logger that the settings ask for.
func (p *program) log(s settings) *slog.Logger {
	text := s.LogFormat == "text" || s.LogFormat == "auto" && isTerminal(p.err)
	if !text {
		return slog.New(slog.NewJSONHandler(p.err, &slog.HandlerOptions{Level: s.LogLevel}))
	}
	return slog.New(tint.NewTextHandler(p.err, &tint.Options{Level: s.LogLevel, TimeFormat: time.TimeOnly, NoColor: !p.colour(p.err)}))
}

// colour says whether w shows colours: a terminal, unless NO_COLOR is set (https://no-color.org).
func (p *program) colour(w io.Writer) bool {
	for _, pair := range p.environ {
		if name, value, _ := strings.Cut(pair, "="); name == "NO_COLOR" && value != "" {
			return false
		}
	}
	return isTerminal(w)
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// width is how many columns w has; 80 where it is no terminal.
func width(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 20 {
			return min(columns, 100)
		}
	}
	return 80
}

type versionCmd struct{}

func (versionCmd) Run(p *program) error {
	fmt.Fprintln(p.out, "attache", version())
	return nil
}

// version is the module's version or the revision that it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "devel " + s.Value[:12]
		}
	}
	return "devel"
}

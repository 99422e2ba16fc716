package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"attache/adapters/discord"
	"attache/adapters/models"
	"attache/adapters/slack"
	"attache/adapters/store"
	"attache/bot"
)

type doctorCmd struct {
	JSON bool `help:"Print the findings as JSON."`
}

// finding is one thing that doctor has looked at.
type finding struct {
	What   string `json:"what"`
	OK     bool   `json:"ok"`
	Off    bool   `json:"off,omitempty"` // not set up, which is fine
	Detail string `json:"detail"`
	Mend   string `json:"mend,omitempty"`
}

func (c doctorCmd) Run(ctx context.Context, p *program) error {
	ctx, cancel := context.WithTimeoutCause(ctx, time.Minute, errors.New("doctor took longer than a minute"))
	defer cancel()
	findings := p.examine(ctx)
	sick := 0
	for _, f := range findings {
		if !f.OK && !f.Off {
			sick++
		}
	}
	if c.JSON {
		enc := json.NewEncoder(p.out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(findings); err != nil {
			return err
		}
	} else {
		for _, f := range findings {
			mark := "ok  "
			if f.Off {
				mark = "off "
			} else if !f.OK {
				mark = "FAIL"
			}
			fmt.Fprintf(p.out, "%s  %-18s %s\n", mark, f.What, f.Detail)
			if f.Mend != "" {
				for _, line := range wrap(f.Mend, 70) {
					fmt.Fprintf(p.out, "      %-18s %s\n", "", line)
				}
			}
		}
	}
	if sick > 0 {
		return fmt.Errorf("%d of %d checks failed; what to do stands beside each", sick, len(findings))
	}
	return nil
}

// examine looks at everything that can be wrong before the bot runs.
func (p *program) examine(ctx context.Context) []finding {
	s, err := readSettings(p.environ, p.dir)
	if err != nil {
		var out []finding
		for line := range strings.Lines(err.Error()) {
			out = append(out, finding{What: "settings", Detail: strings.TrimSpace(line), Mend: "Mend it in the environment or in .env; `attache --help` lists the settings."})
		}
		return out
	}
	out := []finding{{What: "settings", OK: true, Detail: "all valid"}}
	out = append(out, p.examineClock(), p.examineData(s), p.examineDatabase(ctx, s), examineListen(ctx, s))
	out = append(out, examineModel(ctx, s))
	out = append(out, p.examineSlack(ctx, s)...)
	return append(out, p.examineDiscord(ctx, s)...)
}

func examineModel(ctx context.Context, s settings) finding {
	f := finding{What: "language model", Detail: s.Model}
	d, err := model(s, nil)
	switch {
	case err != nil:
		f.Detail, f.Mend = err.Error(), "Mend the ATTACHE_MODEL settings."
		return f
	case d == nil:
		f.Off, f.Detail = true, "off: answers are quoted from the sources; ATTACHE_MODEL is not set"
		return f
	}
	ctx, cancel := context.WithTimeoutCause(ctx, 15*time.Second, errors.New("no answer within 15 s"))
	defer cancel()
	switch err := d.Check(ctx); {
	case err == nil:
		f.OK = true
	case errors.Is(err, models.ErrRefused):
		f.Detail, f.Mend = err.Error(), "Set ATTACHE_MODEL_KEY to a key that the server accepts."
	default:
		f.Detail, f.Mend = err.Error(), "Check ATTACHE_MODEL, ATTACHE_MODEL_URL and ATTACHE_MODEL_PROTOCOL. Until then the embedded engine answers."
	}
	return f
}

func (p *program) examineClock() finding {
	f := finding{What: "clock", OK: true, Detail: p.now().UTC().Format("2006-01-02 15:04:05 UTC")}
	if p.now().Year() < 2025 {
		f.OK, f.Mend = false, "The clock of this machine is wrong: digests would come at wrong times. Turn on time synchronisation (timedatectl set-ntp true)."
	}
	return f
}

func (p *program) examineData(s settings) finding {
	f := finding{What: "data folder", Detail: s.Data}
	if s.Database != "" {
		f.Off, f.Detail = true, "not needed with ATTACHE_DATABASE"
		return f
	}
	dir := s.Data
	for { // the folder is made at the first start: look at the nearest one that is there
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	probe, err := os.CreateTemp(dir, ".attache-probe-*")
	if err != nil {
		f.Detail = fmt.Sprintf("%s can't be written", dir)
		f.Mend = "Give the user that runs attache the right to write there, or set ATTACHE_DATA to another folder."
		return f
	}
	probe.Close()
	os.Remove(probe.Name())
	f.OK = true
	return f
}

func (p *program) examineDatabase(ctx context.Context, s settings) finding {
	f := finding{What: "database"}
	db, err := store.Open(ctx, store.Config{Data: s.Data, URL: s.Database, Role: store.Reader, Now: p.now})
	switch {
	case errors.Is(err, store.ErrNone):
		f.OK, f.Detail = true, "none yet; it is made at the first start"
		return f
	case err != nil:
		f.Detail = err.Error()
		return f
	}
	defer db.Close()
	counts, err := db.Counts(ctx)
	if err != nil {
		f.Detail = err.Error()
		f.Mend = "Restore the newest backup of the data folder, or set ATTACHE_DATA to an empty one."
		return f
	}
	f.OK = true
	f.Detail = fmt.Sprintf("%s, schema %d: %d articles, %d digests", db.Engine(), db.Version(), counts.Articles, counts.Subscriptions)
	return f
}

func examineListen(ctx context.Context, s settings) finding {
	f := finding{What: "web side", Detail: s.Listen}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", s.Listen)
	if err != nil {
		f.Detail = err.Error()
		f.Mend = "If attache is running already, this is it, and all is well. Otherwise set ATTACHE_LISTEN to a free address such as 127.0.0.1:8081."
		return f
	}
	l.Close()
	f.OK = true
	host, _, _ := net.SplitHostPort(s.Listen)
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		f.Detail += " (reachable from other machines: the playground has no log-in, so put a proxy with one in front)"
	}
	return f
}

func (p *program) examineSlack(ctx context.Context, s settings) []finding {
	if !s.slackOn() {
		return []finding{{What: "Slack", Off: true, Detail: "SLACK_BOT_TOKEN is not set; `attache manifest slack` prints the app to create"}}
	}
	config := slackConfig(s, nil)
	config.Handler, config.Now = (*bot.Bot)(nil), p.now
	a, err := slack.New(config)
	if err != nil {
		return []finding{{What: "Slack", Detail: err.Error()}}
	}
	list, err := a.Check(ctx)
	var out []finding
	for _, f := range list {
		out = append(out, finding{What: f.What, OK: f.OK, Detail: f.Detail, Mend: f.Mend})
	}
	if err != nil {
		out = append(out, finding{What: "Slack", Detail: err.Error(), Mend: "See whether this machine reaches slack.com."})
	}
	return out
}

func (p *program) examineDiscord(ctx context.Context, s settings) []finding {
	if s.DiscordToken == "" {
		return []finding{{What: "Discord", Off: true, Detail: "DISCORD_BOT_TOKEN is not set; `attache manifest discord` says how to create the application"}}
	}
	config := discordConfig(s)
	config.Now = p.now
	a, err := discord.New(config)
	if err != nil {
		return []finding{{What: "Discord", Detail: err.Error()}}
	}
	var out []finding
	for _, f := range a.Check(ctx) {
		out = append(out, finding{What: f.What, OK: f.OK, Detail: f.Detail, Mend: f.Mend})
	}
	return out
}

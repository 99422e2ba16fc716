package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"attache/adapters/feeds"
	"attache/bot/message"
	"attache/briefings"
)

type addCmd struct {
	Title     string   `help:"Title of the report, where it doesn't say it." placeholder:"TEXT"`
	Outlet    string   `help:"Who published it." placeholder:"NAME"`
	Published string   `aliases:"date" help:"When it was published, such as 2024-02-20." placeholder:"DATE"`
	Unknown   bool     `help:"Don't ask for a title, an outlet or a date that the text doesn't say: keep it without."`
	Follow    bool     `help:"Follow the feed at the address, or the one that the page there offers, and don't read the page."`
	From      []string `arg:"" help:"Files (text, Markdown, HTML, e-mail, PDF), folders of them, addresses of pages, - for a text on the standard input; or feeds and lists of feeds (OPML), which are followed." name:"file-or-url"`
}

func (c addCmd) Run(ctx context.Context, p *program) error {
	s, err := p.settings()
	if err != nil {
		return err
	}
	d, err := p.openDesk(ctx, s, p.log(quiet(s)), writes, nil)
	if err != nil {
		return err
	}
	defer d.close()
	ctx = briefings.Viewing(ctx, briefings.Everything) // who has the terminal is the operator
	var faults []error
	var all []string
	for _, from := range c.From {
		files := []string{from}
		if info, err := os.Stat(from); err == nil && info.IsDir() {
			if files, err = feeds.Folder(from); err != nil {
				faults = append(faults, err)
			}
		}
		all = append(all, files...)
	}
	for i, from := range all {
		if isTerminal(p.err) && len(all) > 1 {
			fmt.Fprintf(p.err, "reading %d of %d: %s\n", i+1, len(all), from)
		}
		if err := c.add(ctx, p, d, from); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

func (c addCmd) add(ctx context.Context, p *program, d *desk, from string) error {
	if list, listed, err := d.feedList(ctx, from); listed {
		if err != nil {
			return err
		}
		return d.followAll(ctx, p, list)
	}
	if c.Follow {
		return d.follow(ctx, p, from)
	}
	r, err := c.report(ctx, p, d, from)
	if errors.Is(err, feeds.ErrFeed) {
		return d.follow(ctx, p, from)
	}
	if err != nil {
		return err
	}
	if err := c.complete(p, from, &r); err != nil {
		return err
	}
	a, isNew, err := d.engine.Read(ctx, r)
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	switch {
	case !isNew:
		fmt.Fprintf(p.out, "already there: %s  %s\n", a.ID, message.Clean(a.Title))
	case a.Revision > 1:
		fmt.Fprintf(p.out, "changed, now revision %d: %s  %s\n", a.Revision, a.ID, message.Clean(a.Title))
	default:
		fmt.Fprintf(p.out, "added: %s  %s (%d sentences)\n", a.ID, message.Clean(a.Title), len(a.Sentences))
	}
	return nil
}

// report reads what is to be added.
func (c addCmd) report(ctx context.Context, p *program, d *desk, from string) (briefings.Report, error) {
	if from != "-" {
		return d.report(ctx, from)
	}
	r, err := feeds.ReadPasted(p.in)
	if err != nil {
		return r, fmt.Errorf("the standard input: %w", err)
	}
	return r, nil
}

// complete fills in what the command line says of a report. What neither it nor the text says is asked for at a terminal. A
// text on the standard input is refused without it, and a file is kept without: nothing is made up.
func (c addCmd) complete(p *program, from string, r *briefings.Report) error {
	r.Title, r.Outlet = cmp.Or(c.Title, r.Title), cmp.Or(c.Outlet, r.Outlet)
	if c.Published != "" {
		if err := publish(r, c.Published); err != nil {
			return err
		}
	}
	if c.Unknown || r.Source == "link" {
		return nil
	}
	var missing []string
	if c.Title == "" && feeds.Untitled(*r) {
		missing = append(missing, "title")
	}
	if r.Outlet == "" {
		missing = append(missing, "outlet")
	}
	if r.Published.IsZero() {
		missing = append(missing, "published")
	}
	switch {
	case len(missing) == 0:
	case from == "-":
		return usage(fmt.Errorf("the text doesn't say everything: give it --%s, or --unknown to keep it without", strings.Join(missing, ", --")))
	case isTerminal(p.in) && isTerminal(p.err):
		return askFor(p, from, missing, r)
	}
	return nil
}

// askFor asks the person at the terminal for what a file doesn't say. An empty line leaves it unknown.
func askFor(p *program, from string, missing []string, r *briefings.Report) error {
	fmt.Fprintf(p.err, "%s doesn't say everything. An empty line leaves it unknown.\n", from)
	lines := bufio.NewReader(io.LimitReader(p.in, 1<<16))
	for _, what := range missing {
		for {
			fmt.Fprintf(p.err, "  %s: ", map[string]string{"title": "title", "outlet": "who published it", "published": "when, such as 2024-02-20"}[what])
			line, err := lines.ReadString('\n')
			line = strings.TrimSpace(line)
			switch {
			case line == "":
			case what == "title":
				r.Title = line
			case what == "outlet":
				r.Outlet = line
			default:
				if wrong := publish(r, line); wrong != nil && err == nil {
					fmt.Fprintf(p.err, "  that is no date\n")
					continue
				}
			}
			if err != nil {
				return nil // the end of what is typed
			}
			break
		}
	}
	return nil
}

// publish sets when a report was published, as people write it.
func publish(r *briefings.Report, text string) error {
	at, err := day(text)
	if err == nil {
		r.Published, r.DateOnly = at, len(text) == len("2006-01-02")
	}
	return err
}

type articlesCmd struct {
	JSON  bool `help:"Print one JSON object a line."`
	Limit int  `help:"How many, newest first." default:"50"`
}

func (c articlesCmd) Run(ctx context.Context, p *program) error {
	s, err := p.settings()
	if err != nil {
		return err
	}
	d, err := p.openDesk(ctx, s, p.log(quiet(s)), looks, nil)
	if err != nil {
		return err
	}
	defer d.close()
	ctx = briefings.Viewing(ctx, briefings.Everything) // who has the terminal is the operator
	articles, err := d.engine.Articles(ctx, c.Limit)
	if err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(p.out)
		enc.SetEscapeHTML(false)
		for _, a := range articles {
			if err := enc.Encode(articleJSON(a)); err != nil {
				return err
			}
		}
		return nil
	}
	t := p.table(false, "PUBLISHED", "OUTLET", "TITLE", "ID")
	for _, a := range articles {
		published := "unknown"
		if !a.Published.IsZero() {
			published = a.Published.Format(time.DateOnly)
		}
		t.row(published, clip(a.Outlet, 24), clip(a.Title, 60), a.ID)
	}
	return t.end("The library is empty.")
}

func articleJSON(a briefings.Article) any {
	published := ""
	if !a.Published.IsZero() {
		published = a.Published.UTC().Format(timeJSON)
	}
	return struct {
		ID        string `json:"id"`
		Revision  int    `json:"revision"`
		URL       string `json:"url"`
		Title     string `json:"title"`
		Outlet    string `json:"outlet"`
		Label     string `json:"label,omitempty"`
		Published string `json:"published,omitempty"`
		Read      string `json:"read"`
		Language  string `json:"language,omitempty"`
		Sentences int    `json:"sentences"`
	}{a.ID, a.Revision, a.URL, a.Title, a.Outlet, a.Label, published, a.Read.UTC().Format(timeJSON), a.Language, len(a.Sentences)}
}

// clip shortens text to n characters.
func clip(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return string(runes[:n-1]) + "…"
}

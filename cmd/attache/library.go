package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"attache/bot/message"
	"attache/briefings"
)

type addCmd struct {
	Title  string   `help:"Title of the report, where the file doesn't say it." placeholder:"TEXT"`
	Outlet string   `help:"Who published it." placeholder:"NAME"`
	Date   string   `help:"When it was published, such as 2024-02-20." placeholder:"DATE"`
	From   []string `arg:"" help:"Files (text, Markdown, HTML, e-mail), addresses of pages, or lists of feeds (OPML), whose feeds are followed." name:"file-or-url"`
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
	var faults []error
	for i, from := range c.From {
		if isTerminal(p.err) && len(c.From) > 1 {
			fmt.Fprintf(p.err, "reading %d of %d: %s\n", i+1, len(c.From), from)
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
	r, err := d.report(ctx, from)
	if err != nil {
		return err
	}
	if c.Title != "" {
		r.Title = c.Title
	}
	if c.Outlet != "" {
		r.Outlet = c.Outlet
	}
	if c.Date != "" {
		if r.Published, err = day(c.Date); err != nil {
			return err
		}
		r.DateOnly = len(c.Date) == len("2006-01-02")
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

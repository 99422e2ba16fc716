package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"attache/adapters/feeds"
)

// maxInput bounds what extract and feed read, in bytes.
const maxInput = 16 << 20

type extractCmd struct {
	JSON bool   `help:"Print title, byline, outlet, date, language and address with the text."`
	URL  string `help:"Where the page came from; resolves its links." placeholder:"URL"`
}

// Run prints the main text of the HTML page on the standard input.
func (c extractCmd) Run(p *program) error {
	raw, err := input(p)
	if err != nil {
		return err
	}
	r, err := feeds.ReadHTML(raw, c.URL)
	if err != nil {
		return err
	}
	if !c.JSON {
		_, err = fmt.Fprintln(p.out, r.Text)
		return err
	}
	published := ""
	if !r.Published.IsZero() {
		published = r.Published.Format(time.RFC3339)
		if r.DateOnly {
			published = r.Published.Format(time.DateOnly)
		}
	}
	return indented(p.out, struct {
		Title     string `json:"title"`
		Byline    string `json:"byline,omitempty"`
		Outlet    string `json:"outlet,omitempty"`
		Label     string `json:"label,omitempty"`
		Published string `json:"published,omitempty"`
		Language  string `json:"language,omitempty"`
		Canonical string `json:"canonical,omitempty"`
		Text      string `json:"text"`
	}{r.Title, r.Byline, r.Outlet, r.Label, published, r.Language, r.URL, r.Text})
}

type feedCmd struct {
	ContentType string `help:"The Content-Type that the feed came with." placeholder:"TYPE"`
}

// Run prints what was understood of the feed on the standard input.
func (c feedCmd) Run(p *program) error {
	raw, err := input(p)
	if err != nil {
		return err
	}
	feed, err := feeds.Understood(raw, c.ContentType)
	if err != nil {
		return err
	}
	return indented(p.out, feed)
}

func input(p *program) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(p.in, maxInput+1))
	if err != nil {
		return nil, fmt.Errorf("read the standard input: %w", err)
	}
	if len(raw) > maxInput {
		return nil, fmt.Errorf("the input is larger than %d MB", maxInput>>20)
	}
	return raw, nil
}

func indented(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

type sourcesCmd struct {
	JSON   bool `help:"Print one JSON object a line."`
	Export bool `help:"Print them as OPML, for other readers or attache add."`
}

// Run lists the sources that are followed, with their health.
func (c sourcesCmd) Run(ctx context.Context, p *program) error {
	db, err := p.openStore(ctx, looks)
	if err != nil {
		return err
	}
	defer db.Close()
	list, err := db.Sources(ctx)
	if err != nil {
		return err
	}
	if c.Export {
		return export(p, list)
	}
	t := p.table(c.JSON, "ID", "HEALTH", "REVIEWED", "NEWEST", "NEXT", "TITLE", "ADDRESS")
	for _, s := range list {
		health := "reading"
		switch {
		case s.Paused:
			health = "paused"
		case s.Failing != "":
			health = "failing since " + s.Since.UTC().Format(time.DateTime) + ": " + s.Failing
		case s.Checked.IsZero():
			health = "not read yet"
		}
		reviewed := "no"
		if !s.Reviewed.IsZero() {
			reviewed = "yes"
		}
		t.row(s.ID, health, reviewed, stamp(s.Newest), stamp(s.NextAt), s.Title, s.URL)
	}
	return t.end("No source is followed yet. In chat: /brief source add https://…/rss; here: attache add feeds.opml")
}

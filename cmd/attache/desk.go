package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"attache/adapters/feeds"
	"attache/adapters/models"
	"attache/adapters/store"
	"attache/briefings"
)

// desk is the newsroom with its library: what every subcommand that asks or reads works with.
type desk struct {
	settings settings
	log      *slog.Logger
	fetcher  *feeds.Fetcher
	store    *store.Store // nil where nothing is kept
	engine   *briefings.Engine
	model    *models.Drafter // nil when it is off
}

// access says what a subcommand does with the database.
type access int

// The kinds of access.
const (
	serves  access = iota // the one server of the folder: everything
	writes                // adds to the library, also while a server runs
	looks                 // reads; without a database it works on the embedded articles alone
	nothing               // no database at all
)

// openDesk opens the library and brings the engine up to date with it. progress may be nil.
func (p *program) openDesk(ctx context.Context, s settings, log *slog.Logger, how access, progress func(int)) (*desk, error) {
	d := &desk{settings: s, log: log}
	var err error
	d.fetcher, err = feeds.New(feeds.Config{Contact: s.Contact, Allow: s.Networks, Outlets: s.Outlets, Now: p.now, Version: version()})
	if err != nil {
		return nil, err
	}
	var library briefings.Library = briefings.NewShelf()
	if how != nothing {
		d.store, err = store.Open(ctx, store.Config{Data: s.Data, URL: s.Database, Role: how.role(), Queue: how == serves, Now: p.now, Log: log})
		switch {
		case errors.Is(err, store.ErrNone) && how == looks:
			d.store = nil
		case err != nil:
			return nil, err
		default:
			library = d.store
		}
	}
	d.model, err = model(s, log)
	if err != nil {
		d.close()
		return nil, err
	}
	var drafter briefings.Drafter // nil: the embedded one
	if d.model != nil {
		drafter = d.model
	}
	d.engine, err = briefings.New(briefings.Config{Library: library, Fetcher: d.fetcher, Drafter: drafter, DraftTimeout: s.ModelTimeout, Now: p.now, Log: log})
	if err == nil && (how == serves || how == writes || d.store == nil && how == looks) {
		err = d.fill(ctx)
	}
	if err == nil {
		err = d.engine.Load(ctx, progress)
	}
	if err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

// model makes the language model that the settings name; nil where they name none.
func model(s settings, log *slog.Logger) (*models.Drafter, error) {
	if s.Model == "" {
		return nil, nil
	}
	return models.New(models.Config{Protocol: s.ModelProtocol, URL: s.ModelURL, Key: s.ModelKey, Model: s.Model, Log: log})
}

func (a access) role() store.Role {
	switch a {
	case serves:
		return store.Server
	case writes:
		return store.Writer
	default:
		return store.Reader
	}
}

// fill reads the embedded articles into the library. An article that is there already stays as it is.
func (d *desk) fill(ctx context.Context) error {
	for _, r := range briefings.Archive() {
		if _, _, err := d.engine.Read(ctx, r); err != nil {
			return fmt.Errorf("read the embedded article %q: %w", r.Title, err)
		}
	}
	return nil
}

func (d *desk) close() {
	if d.store != nil {
		if err := d.store.Close(); err != nil {
			d.log.Error("the database did not close", "err", err)
		}
	}
}

// report reads a file or a page.
func (d *desk) report(ctx context.Context, from string) (briefings.Report, error) {
	if u, err := url.Parse(from); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		return d.fetcher.Page(ctx, from)
	}
	return feeds.ReadFile(from)
}

// day reads a date or an instant as people write it on a command line.
func day(text string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usage(fmt.Errorf("%q is not a date; write it like 2024-02-20 or 2024-02-20T08:00:00Z", text))
}

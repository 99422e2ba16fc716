package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net/url"
	"os"
	"strings"
	"time"

	"attache/adapters/feeds"
	"attache/bot/message"
	"attache/briefings"
)

// maxList bounds a list of feeds (OPML) in bytes.
const maxList = 5 << 20

// feedList reads the sources that a file or an address lists. listed is false where it is no list (OPML): then it is a report.
func (d *desk) feedList(ctx context.Context, from string) (sources []briefings.Source, listed bool, err error) {
	u, err := url.Parse(from)
	if err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		if !strings.HasSuffix(strings.ToLower(u.Path), ".opml") {
			return nil, false, nil
		}
		_, _, err := d.fetcher.Poll(ctx, briefings.Source{URL: from})
		list, ok := errors.AsType[*briefings.ListError](err)
		if !ok {
			return nil, true, cmp.Or(err, fmt.Errorf("%s is no list of feeds (OPML)", from))
		}
		return list.Sources, true, nil
	}
	f, err := os.Open(from)
	if err != nil {
		return nil, false, nil // whoever reads it as a report says why it can't be read
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxList+1))
	if err != nil || !feeds.IsOutline(raw) {
		return nil, false, nil
	}
	if len(raw) > maxList {
		return nil, true, fmt.Errorf("%s is larger than %d MB", from, maxList>>20)
	}
	_, sources, err = feeds.ReadOutline(raw, "")
	if err != nil {
		return nil, true, fmt.Errorf("%s: %w", from, err)
	}
	return sources, true, nil
}

// follow follows the feed at an address, or the first that the page there offers.
func (d *desk) follow(ctx context.Context, p *program, from string) error {
	_, found, err := d.fetcher.Poll(ctx, briefings.Source{URL: from})
	if list, ok := errors.AsType[*briefings.ListError](err); ok {
		return d.followAll(ctx, p, list.Sources)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	return d.followAll(ctx, p, []briefings.Source{{URL: found.URL, Title: found.Title}})
}

// followAll follows sources for everybody here. Who has the terminal is the operator: they count as reviewed.
func (d *desk) followAll(ctx context.Context, p *program, sources []briefings.Source) error {
	known, err := d.store.Sources(ctx)
	if err != nil {
		return err
	}
	have := map[string]bool{}
	for _, s := range known {
		have[s.URL] = have[s.URL] || s.Owner == ""
	}
	for _, s := range sources {
		name := message.Clean(cmp.Or(s.Title, s.URL))
		if have[s.URL] {
			fmt.Fprintf(p.out, "already followed: %s\n", name)
			continue
		}
		s.ID, s.Added, s.Reviewed = strings.ToLower(rand.Text()[:6]), p.now(), p.now()
		if err := d.store.SaveSource(ctx, s); err != nil {
			return err
		}
		fmt.Fprintf(p.out, "followed: %s  %s  %s\n", s.ID, name, s.URL)
	}
	return nil
}

// export writes sources as OPML.
func export(p *program, sources []briefings.Source) error {
	return feeds.WriteOutline(p.out, "Sources of Attaché", sources, p.now())
}

// tellFailing posts to each channel which of its sources can't be read.
func (h *house) tellFailing(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 5*time.Minute, errors.New("telling of failing sources took too long"))
	defer cancel()
	return h.bot.TellFailing(ctx, func(ctx context.Context, to message.Address, m *message.Message) error {
		poster, ok := h.posters[to.Platform]
		if !ok {
			return fmt.Errorf("%s is not connected", to.Platform)
		}
		for i, part := range poster.Fit(m) {
			key := fnv.New64a()
			fmt.Fprintf(key, "%s %d %d", to, h.program.now().Unix()/3600, i)
			if _, err := poster.Post(ctx, to, part, fmt.Sprintf("failing-%x", key.Sum64())); err != nil {
				return fmt.Errorf("post to %s: %w", to, err)
			}
		}
		return nil
	})
}

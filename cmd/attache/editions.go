package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"attache/adapters/press"
	"attache/bot/digest"
	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
)

// mostEditions is how many editions a feed has, the newest first.
const mostEditions = 30

// editions is the feed of what was delivered: of all digests, or of one. It stands on what the channels got, in their
// language.
func (h *house) editions(ctx context.Context, only string) (press.Feed, error) {
	title := "Attaché digests"
	if only != "" {
		switch _, err := h.store.Subscription(ctx, only); {
		case errors.Is(err, digest.ErrNotFound):
			return press.Feed{}, press.ErrNoFeed
		case err != nil:
			return press.Feed{}, fmt.Errorf("read digest %s: %w", only, err)
		}
		title += ": " + only
	}
	feed := press.Feed{Key: "editions " + only, Title: title}
	list, err := h.store.Deliveries(ctx, digest.DeliveryFilter{Subscription: only, States: []digest.State{digest.Sent}, Limit: mostEditions})
	if err != nil {
		return feed, fmt.Errorf("read the delivered editions: %w", err)
	}
	for _, d := range list {
		if d.Edition == nil {
			continue
		}
		issue := present.Issue{Subscription: d.Subscription, Slot: d.Slot, Late: d.Late, Zone: h.settings.Zone, Locale: h.bot.Language(ctx, d.Address), Print: true}
		switch s, err := h.store.Subscription(ctx, d.Subscription); {
		case err == nil:
			issue.Zone = s.Schedule.Zone
		case !errors.Is(err, digest.ErrNotFound): // a digest that was removed has left its editions
			return feed, fmt.Errorf("read digest %s: %w", d.Subscription, err)
		}
		at := d.Settled
		if at.IsZero() {
			at = d.Slot
		}
		feed.Entries = append(feed.Entries, press.Entry{
			Key: present.DigestSubject(d.Subscription, d.Slot), At: at, Message: present.Edition(*d.Edition, issue),
		})
	}
	return feed, nil
}

// The forms that `attache digest` can print.
const (
	formText = "text"
	formHTML = "html"
	formMail = "eml"
	formJSON = "json"
	formFeed = "feed"
	formAtom = "atom"
)

// printEdition writes an edition in a form.
func (p *program) printEdition(ctx context.Context, w io.Writer, form string, s settings, e briefings.Edition, i present.Issue) error {
	if form == formJSON {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(e)
	}
	i.Print = form != formText
	m := present.Edition(e, i)
	if form == formText {
		_, err := io.WriteString(w, message.Text(m, message.TextOptions{Width: width(w), Colour: p.colour(w), Links: p.colour(w)}))
		return err
	}
	if form == formHTML || form == formMail {
		draws, err := newIllustrator(s, p.drawing, p.log(quiet(s)))
		if err != nil {
			return err
		}
		m = draws.illustrated(ctx, m, e, i)
	}
	var raw []byte
	var err error
	feed := press.Feed{Key: "edition " + e.Beat.Name, Title: "Attaché", Entries: []press.Entry{{Key: "edition " + e.AsOf.UTC().Format(time.RFC3339), At: e.AsOf, Message: m}}}
	switch form {
	case formHTML:
		raw = []byte(press.HTML(m))
	case formMail:
		raw, err = press.Mail(m, press.Envelope{Date: e.AsOf})
	case formFeed:
		raw, err = feed.JSON()
	case formAtom:
		raw, err = feed.Atom()
	}
	if err != nil {
		return err
	}
	_, err = w.Write(raw)
	return err
}

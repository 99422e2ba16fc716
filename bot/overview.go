package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"attache/bot/digest"
	"attache/bot/message"
	"attache/bot/present"
)

// Overview is what stands in a whole workspace, for a place that shows it at a glance, such as the home of a Slack app.
type Overview struct {
	// Digests are those of all channels, in the order in which they were added. Whoever shows them leaves out those of places
	// that the reader may not know of.
	Digests []OverviewDigest
	// Sources lists what is read, with its health.
	Sources *message.Message
	// Settings are the names of the settings that every channel has.
	Settings []string
}

// OverviewDigest is one digest of an overview.
type OverviewDigest struct {
	ID      string
	Address message.Address
	Owner   string    // who added it
	Words   string    // when it comes and about what, in one line
	About   string    // what it is about, as a command takes it; empty for everything and for what is no digest
	Next    time.Time // zero when it is paused
	Paused  bool
	Reason  string // why it is paused, if somebody else than a person paused it
}

// Overview returns what stands in the workspace that r comes from. A request without a workspace sees nothing: there is
// no whole to look at.
func (b *Bot) Overview(ctx context.Context, r Request) (Overview, error) {
	ctx = b.seeing(ctx, r.Address)
	o := Overview{Settings: slices.Clone(settingNames)}
	if r.Address.Workspace == "" {
		return o, nil
	}
	standing, err := b.c.Digests.Subscriptions(ctx, digest.Filter{Platform: r.Address.Platform, Workspace: r.Address.Workspace})
	if err != nil {
		return Overview{}, fmt.Errorf("list the digests of a workspace: %w", err)
	}
	for _, s := range standing {
		d := OverviewDigest{ID: s.ID, Address: s.Address, Owner: s.Owner, Paused: s.Paused, Reason: s.Reason}
		if s.Form == digest.FormDigest {
			d.About = strings.Join(s.Beat.Topics, ", ")
		}
		d.Words = present.StandingLine(b.standingOf(nil, s, 1), r.User.Locale)
		if !s.Paused {
			d.Next = s.NextAt
		}
		o.Digests = append(o.Digests, d)
	}
	if b.c.Sources != nil {
		list, err := b.sourcesHere(ctx, r.Address)
		if err != nil {
			return Overview{}, err
		}
		o.Sources = present.SourceList(list, b.reader(ctx, r))
	}
	return o, nil
}

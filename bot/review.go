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
	"attache/briefings"
)

// Bounds of what a review tells of a channel's questions.
const (
	askedLooked = 200 // of the newest questions some are chosen
	askedShown  = 3
)

// digestReview sets up a weekly review of this channel or, without times, shows what one would say now.
func (b *Bot) digestReview(ctx context.Context, v *visit, a map[string]string) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	standing, err := b.channelDigests(ctx, v.Address)
	if err != nil {
		return nil, err
	}
	beat := parseBeat(a["about"])
	if a["about"] == "" { // what the channel follows anyway
		if digests := slices.DeleteFunc(slices.Clone(standing), func(s digest.Subscription) bool { return s.Form != digest.FormDigest }); len(digests) == 1 {
			beat = digests[0].Beat
		}
	}
	beat.Watch = b.watched(ctx, v.Address)
	when, sure := cutNow(a["when"])
	if when == "" {
		e, err := b.c.Newsroom.Compose(ctx, briefings.Assignment{Beat: beat, Window: digest.ReviewWindow(time.Time{}, v.back(0).To), For: scope(v.Address), Review: true})
		if err != nil {
			return nil, fmt.Errorf("review the week: %w", err)
		}
		if err := askedIn(ctx, b.c.Memory, scope(v.Address), &e); err != nil {
			return nil, err
		}
		return present.Previewed(present.Edition(e, present.Issue{Zone: b.zone(ctx, v.Request), Locale: reader.Locale}), reader), nil
	}
	schedule, refusal := b.schedule(ctx, v, when, a["zone"])
	if refusal == nil && !schedule.Weekly(v.At) {
		refusal = present.ReviewNotWeekly(when, reader)
	}
	if refusal != nil {
		v.outcome = "refused"
		return refusal, nil
	}
	return b.subscribe(ctx, v, digest.Subscription{Schedule: schedule, Beat: beat, Form: digest.FormReview}, standing, draft{order: order("digest review", when, schedule.Zone, a["about"]), sure: sure})
}

// askedIn adds to a review what was asked openly in the channel that it is for: how much, and a few of the questions.
func askedIn(ctx context.Context, m Memory, channel string, e *briefings.Edition) error {
	inquiries, ok := m.(Inquiries)
	parts := strings.SplitN(channel, "/", 3)
	if !ok || e.Review == nil || len(parts) != 3 {
		return nil
	}
	n, asked, err := inquiries.Asked(ctx, message.Address{Platform: parts[0], Workspace: parts[1], Channel: parts[2]}, e.Window, askedLooked)
	if err != nil {
		return fmt.Errorf("look up what the channel asked: %w", err)
	}
	e.Review.Questions, e.Review.Asked = n, mostAsked(asked, askedShown)
	return nil
}

// mostAsked chooses questions, each once: those that were asked most often, and of as many the newest. asked begins with the newest.
func mostAsked(asked []string, most int) []string {
	key := func(q string) string { return strings.Join(strings.FieldsFunc(strings.ToLower(q), notWord), " ") }
	times := map[string]int{}
	var once []string
	for _, q := range asked {
		if k := key(q); k != "" {
			if times[k] == 0 {
				once = append(once, q)
			}
			times[k]++
		}
	}
	slices.SortStableFunc(once, func(x, y string) int { return times[key(y)] - times[key(x)] })
	return once[:min(len(once), most)]
}

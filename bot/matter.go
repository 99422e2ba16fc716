package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
)

// A story's matter is what it is about, as an entry of a watch list or of what a channel leaves out: the one or two names that
// its reports have in common ("Kim Jong-un + Aurus"). By it a channel follows a story, or has a rest from it.

const (
	settingSnoozed = "snoozed"
	snoozeFor      = 7 * 24 * time.Hour
	mostSnoozed    = 50
)

// notMatter are words with a capital that name nothing.
var notMatter = strings.Fields("january february march april may june july august september october november december " +
	"monday tuesday wednesday thursday friday saturday sunday the a an in on at but and he she it they we i this that")

// matterOf is what reports with the headline are about; "" where no name stands in them often enough.
func matterOf(headline string, articles []briefings.Article) string {
	type count struct {
		name            string
		articles, times int
		inHeadline      bool
	}
	counts := map[string]*count{}
	var outlets []string
	for _, a := range articles {
		outlets = append(outlets, strings.ToLower(a.Outlet))
		here := map[string]bool{}
		for i := range a.Sentences {
			text := a.Sentence(i)
			if a.Sentences[i].Role == briefings.RoleHeadline {
				continue // in a headline every word may have a capital
			}
			for _, at := range capitals.FindAllStringIndex(text, 40) {
				name := strings.TrimRight(strings.TrimSuffix(strings.TrimSuffix(text[at[0]:at[1]], "’s"), "'s"), "’'-")
				if at[0] == 0 && !strings.Contains(name, " ") || slices.Contains(notMatter, strings.ToLower(name)) || len([]rune(name)) > 40 {
					continue
				}
				c := counts[name]
				if c == nil {
					c = &count{name: name, inHeadline: strings.Contains(strings.ToLower(headline), strings.ToLower(name))}
					counts[name] = c
				}
				c.times++
				if !here[name] {
					here[name] = true
					c.articles++
				}
			}
		}
	}
	var list []*count
	for _, c := range counts {
		if slices.Contains(outlets, strings.ToLower(c.name)) || !c.inHeadline && (c.times < 2 || 2*c.articles < len(articles)) {
			continue
		}
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b *count) int {
		if a.inHeadline != b.inHeadline {
			if a.inHeadline {
				return -1
			}
			return 1
		}
		return cmp.Or(b.articles-a.articles, b.times-a.times, strings.Compare(a.name, b.name))
	})
	var out []string
	for _, c := range list {
		within := func(o string) bool { return strings.Contains(o, c.name) || strings.Contains(c.name, o) }
		if len(out) < 2 && !slices.ContainsFunc(out, within) {
			out = append(out, c.name)
		}
	}
	return strings.Join(out, " + ")
}

// matterPressed does what a button under a story says: the channel follows its matter, has a rest from it, or has it back.
func (b *Bot) matterPressed(ctx context.Context, v *visit, x Exchange) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	library, err := b.library(ctx)
	if err != nil {
		return nil, err
	}
	matter := matterOf(x.Answer.Question, library.byID(x.Answer.Documents))
	if scope(x.Address) != scope(v.Address) || matter == "" {
		v.outcome = "refused"
		return present.Forgotten(reader), nil
	}
	command := "digest edit"
	if v.Action == present.ActionTrack {
		command = "watch add"
	}
	allowed, told, err := b.mayManage(ctx, v)
	if err != nil {
		return nil, err
	}
	if !allowed {
		v.outcome = "refused"
		return present.NotAllowed(command, told, reader), nil
	}
	if v.Action == present.ActionTrack {
		return b.watchAdd(ctx, v, matter)
	}
	until := time.Time{}
	if v.Action == present.ActionSnooze {
		until = v.At.Add(snoozeFor)
	}
	if err := b.snooze(ctx, v.Address, matter, until, v.At); err != nil {
		return nil, err
	}
	if until.IsZero() {
		return present.Unsnoozed(matter, reader), nil
	}
	return present.Snoozed(matter, until, x.ID, reader), nil
}

// snooze leaves a matter out of what a channel gets until then; with the zero time it comes again.
func (b *Bot) snooze(ctx context.Context, at message.Address, matter string, until, now time.Time) error {
	all, err := readSnoozed(ctx, b.c.Memory, scope(at), now)
	if err != nil {
		return err
	}
	delete(all, matter)
	if !until.IsZero() {
		for len(all) >= mostSnoozed { // the one that comes back soonest makes room
			soonest := ""
			for m := range all {
				if soonest == "" || all[m] < all[soonest] || all[m] == all[soonest] && m < soonest {
					soonest = m
				}
			}
			delete(all, soonest)
		}
		all[matter] = until.Unix()
	}
	raw := ""
	if len(all) > 0 {
		kept, err := json.Marshal(all)
		if err != nil {
			return fmt.Errorf("write down what a channel has a rest from: %w", err)
		}
		raw = string(kept)
	}
	if err := b.c.Memory.SetSetting(ctx, scope(at), settingSnoozed, raw); err != nil {
		return fmt.Errorf("save what %s has a rest from: %w", scope(at), err)
	}
	return nil
}

// readSnoozed are the matters that a channel has a rest from at now, by until when, in seconds.
func readSnoozed(ctx context.Context, m Memory, channel string, now time.Time) (map[string]int64, error) {
	all := map[string]int64{}
	if channel == "" {
		return all, nil
	}
	raw, err := m.Setting(ctx, channel, settingSnoozed)
	if err != nil {
		return nil, fmt.Errorf("read what %s has a rest from: %w", channel, err)
	}
	if raw != "" {
		if err := json.Unmarshal([]byte(raw), &all); err != nil {
			return nil, errors.New("read what a channel has a rest from: it is no list")
		}
	}
	for matter, until := range all {
		if until <= now.Unix() {
			delete(all, matter)
		}
	}
	return all, nil
}

// rested is a beat without what its channel has a rest from at now.
func rested(ctx context.Context, m Memory, channel string, beat briefings.Beat, now time.Time) (briefings.Beat, error) {
	all, err := readSnoozed(ctx, m, channel, now)
	if err != nil || len(all) == 0 {
		return beat, err
	}
	without := slices.Clone(beat.Without)
	for matter := range all {
		without = append(without, matter)
	}
	slices.Sort(without[len(beat.Without):])
	beat.Without = without
	return beat, nil
}

// restedList says what a channel has a rest from, the one that comes back first at the top; nil for nothing.
func (b *Bot) restedList(ctx context.Context, v *visit) []present.Rest {
	all, err := readSnoozed(ctx, b.c.Memory, scope(v.Address), v.At)
	if err != nil {
		b.c.Log.WarnContext(ctx, "what a channel has a rest from could not be read", "address", scope(v.Address), "error", err)
	}
	var out []present.Rest
	for matter, until := range all {
		out = append(out, present.Rest{Matter: matter, Until: time.Unix(until, 0)})
	}
	slices.SortFunc(out, func(a, b present.Rest) int {
		return cmp.Or(a.Until.Compare(b.Until), strings.Compare(a.Matter, b.Matter))
	})
	return out
}

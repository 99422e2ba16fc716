package bot

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"attache/bot/digest"
	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
)

// Choice is one completion of an argument.
type Choice struct {
	Label string `json:"label"` // at most 100 characters, for people
	Value string `json:"value"` // at most 100 characters, what to send
}

const mostChoices = 25

// Complete returns up to 25 choices for an argument of a command as far as it is typed, best first. It never fails: what
// can't be completed has none.
func (b *Bot) Complete(ctx context.Context, command, arg, prefix string, at message.Address) []Choice {
	return b.CompleteIn(ctx, "", command, arg, prefix, at)
}

// CompleteIn is Complete in the language of a reader's locale, where it is spoken here; else in the channel's.
func (b *Bot) CompleteIn(ctx context.Context, locale, command, arg, prefix string, at message.Address) []Choice {
	ctx = b.seeing(ctx, at)
	language := cmp.Or(present.Language(locale), b.Language(ctx, at))
	c, ok := CommandNamed(command)
	if !ok {
		return nil
	}
	i := slices.IndexFunc(c.Args, func(a Arg) bool { return a.Name == arg })
	if i < 0 {
		return nil
	}
	prefix = strings.TrimSpace(message.Clean(firstRunes(prefix, 100)))
	kind := c.Args[i].Kind
	if c.Group() == "watch" && c.Verb() == "add" {
		kind = ArgActor
	}
	switch kind {
	case ArgCommand:
		var all []Choice
		for _, c := range CommandsIn(language) {
			all = append(all, Choice{Label: c.Name + ": " + c.Summary, Value: c.Name})
		}
		return matching(all, prefix)
	case ArgDigest:
		return b.completeDigest(ctx, prefix, language, at)
	case ArgZone:
		return same(digest.Zones(prefix, mostChoices))
	case ArgWhen:
		return b.completeWhen(ctx, prefix, language, at)
	case ArgTopics:
		return b.completeBeat(ctx, prefix, at)
	case ArgActor:
		return matching(same(b.known.of(ctx, b, at).actor), prefix)
	case ArgSource:
		sources, err := b.sourcesHere(ctx, at)
		if err != nil {
			return nil
		}
		var all []Choice
		for _, s := range sources {
			if s.Owner != "" {
				all = append(all, Choice{Label: s.ID + ": " + cmp.Or(s.Title, s.URL), Value: s.ID})
			}
		}
		return matching(all, prefix)
	case ArgWatch:
		return matching(same(b.watched(ctx, at)), prefix)
	case ArgSetting:
		return matching(same(b.settingsAt(at.Platform)), prefix)
	case ArgValue:
		choices := matching(same([]string{answersChannel, answersPrivate, everyone, "default", "en", "fr", "ko"}), prefix)
		if len(prefix) > 1 {
			choices = append(choices, same(digest.Zones(prefix, mostChoices-len(choices)))...)
		}
		return choices
	}
	return nil
}

func (b *Bot) completeDigest(ctx context.Context, prefix, language string, at message.Address) []Choice {
	standing, err := b.channelDigests(ctx, at)
	if err != nil {
		return nil
	}
	var all []Choice
	for _, s := range standing {
		st := b.standingOf(nil, s, 1)
		st.When = s.Schedule.WordsIn(language)
		all = append(all, Choice{Label: present.StandingLine(st, language), Value: s.ID})
	}
	return matching(all, prefix)
}

// completeWhen says what is typed means, then offers times as people write them.
func (b *Bot) completeWhen(ctx context.Context, prefix, language string, at message.Address) []Choice {
	var choices []Choice
	if s, err := digest.ParseSchedule(prefix, cmp.Or(b.setting(ctx, at, settingZone), b.c.Zone)); err == nil {
		choices = append(choices, choice(prefix+" = "+s.WordsIn(language), prefix))
	}
	for _, c := range matching(same([]string{"daily 08:00", "weekdays 08:00", "weekdays 7:30 and 17:00", "mondays 09:00", "fridays 16:00", "every 6 hours", "first of the month 09:00"}), prefix) {
		if !slices.ContainsFunc(choices, func(have Choice) bool { return have.Value == c.Value }) {
			choices = append(choices, c)
		}
	}
	return choices[:min(len(choices), mostChoices)]
}

// completeBeat completes the last part of what a digest is about, and keeps those before it: starters, countries and topics of
// recent reports; names after "@"; outlets after "from", languages after "in".
func (b *Bot) completeBeat(ctx context.Context, prefix string, at message.Address) []Choice {
	known := b.known.of(ctx, b, at)
	last := prefix[strings.LastIndexByte(prefix, ',')+1:]
	first, rest := cutWord(last)
	lead := func(word string, names []string) []string {
		out := make([]string, len(names))
		for i, n := range names {
			out[i] = word + n
		}
		return out
	}
	switch {
	case strings.HasPrefix(strings.TrimSpace(last), "@"):
		return completeLast(prefix, lead("@", known.actor))
	case strings.EqualFold(first, "from") && (rest != "" || strings.HasSuffix(last, " ")):
		return completeLast(prefix, lead("from ", known.press))
	case strings.EqualFold(first, "in") && (rest != "" || strings.HasSuffix(last, " ")):
		return completeLast(prefix, lead("in ", briefings.LanguageNames()))
	case strings.EqualFold(first, "without"):
		return completeLast(prefix, lead("without ", slices.Concat(known.topic, starterNames())))
	}
	// The topics of the day stay in front: they are what somebody who types a letter means most often.
	return completeLast(prefix, slices.Concat(known.topic, starterNames(), briefings.CountryNames()))
}

func starterNames() []string {
	var out []string
	for _, s := range briefings.Starters() {
		out = append(out, s.Name)
	}
	return out
}

// completeLast completes the last topic of a list and keeps those before it.
func completeLast(prefix string, topics []string) []Choice {
	before, last := "", prefix
	if i := strings.LastIndexByte(prefix, ','); i >= 0 {
		before, last = strings.TrimSpace(prefix[:i])+", ", strings.TrimSpace(prefix[i+1:])
	}
	var out []Choice
	if last != "" {
		out = append(out, choice(before+last, before+last)) // any words are a topic
	}
	for _, c := range matching(same(topics), last) {
		if value := before + c.Value; len([]rune(value)) <= 100 && !strings.EqualFold(c.Value, last) && !slices.ContainsFunc(out, func(have Choice) bool { return strings.EqualFold(have.Value, value) }) {
			out = append(out, choice(value, value))
		}
	}
	return out[:min(len(out), mostChoices)]
}

func same(words []string) []Choice {
	out := make([]Choice, 0, len(words))
	for _, w := range words {
		out = append(out, Choice{Label: w, Value: w})
	}
	return out
}

// choice cuts to what platforms take. A value that is cut would be another one, so it is left out by matching before.
func choice(label, value string) Choice {
	return Choice{Label: firstRunes(label, 100), Value: firstRunes(value, 100)}
}

// matching returns the choices that begin with what is typed, then those one of whose words does, then those that contain it.
func matching(all []Choice, typed string) []Choice {
	typed = strings.ToLower(typed)
	var ranks [3][]Choice
	for _, c := range all {
		c.Label = message.Clean(c.Label)
		if len([]rune(c.Value)) > 100 {
			continue
		}
		label, value := strings.ToLower(c.Label), strings.ToLower(c.Value)
		switch {
		case strings.HasPrefix(value, typed), strings.HasPrefix(label, typed):
			ranks[0] = append(ranks[0], choice(c.Label, c.Value))
		case strings.Contains(label, " "+typed):
			ranks[1] = append(ranks[1], choice(c.Label, c.Value))
		case strings.Contains(label, typed):
			ranks[2] = append(ranks[2], choice(c.Label, c.Value))
		}
	}
	out := slices.Concat(ranks[0], ranks[1], ranks[2])
	return out[:min(len(out), mostChoices)]
}

// suggestions are the topics and actors of recent articles, read again once a minute: completion is asked with every letter
// that somebody types. Whoever sees the same articles shares them.
type suggestions struct {
	mu   sync.Mutex
	list map[string]suggested // by audience
}

type suggested struct {
	at    time.Time
	topic []string
	actor []string
	press []string // outlets
}

// suggestedMost is how many audiences are remembered.
const suggestedMost = 64

// audience is the same for places that see the same articles.
func (b *Bot) audience(at message.Address) string {
	if newsroom, ok := b.c.Newsroom.(interface{ Audience(channel string) string }); ok {
		return newsroom.Audience(b.viewer(at))
	}
	return b.viewer(at)
}

// of returns what the people of a place may mean.
func (s *suggestions) of(ctx context.Context, b *Bot, place message.Address) suggested {
	const recent = 80
	now, audience := b.c.Now(), b.audience(place)
	s.mu.Lock()
	known, ok := s.list[audience]
	s.mu.Unlock()
	if ok && now.Sub(known.at) < time.Minute && !now.Before(known.at) {
		return known
	}
	articles, err := b.c.Newsroom.Articles(b.seeing(ctx, place), recent)
	if err != nil {
		return known
	}
	topic, actor, press := map[string]int{}, map[string]int{}, map[string]int{}
	for _, a := range articles {
		if outlet := strings.TrimSpace(message.Clean(a.Outlet)); outlet != "" {
			press[outlet]++
		}
		for _, name := range names(a.Title, 8) {
			topic[name]++
		}
		for _, st := range b.c.Newsroom.Statements(a) {
			if name := cmp.Or(st.Speaker.Full, st.Speaker.Name); name != "" && st.Speaker.Kind != "anonymous" {
				actor[message.Clean(name)]++
			}
		}
	}
	known = suggested{at: now, topic: ranked(topic), actor: ranked(actor), press: ranked(press)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.list == nil || len(s.list) >= suggestedMost {
		s.list = map[string]suggested{}
	}
	s.list[audience] = known
	return known
}

// ranked are the keys, most frequent first.
func ranked(count map[string]int) []string {
	keys := make([]string, 0, len(count))
	for k := range count {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), strings.Compare(a, b)) })
	return keys[:min(len(keys), 500)]
}

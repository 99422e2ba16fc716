package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"attache/bot/digest"
	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
)

// mostEntries is how many entries each list of a beat may have, of at most 80 characters each.
const mostEntries = 20

// parseBeat reads what a digest is about: "sanctions, Iran, @Kim Yo-jong, from Yonhap, in en, without football". A part that
// begins with from, in or without, and those after it, say which outlets, which languages and what to leave out; "in" needs a
// language. Anything else is a topic, as briefings.ReadTopic reads it; in quotation marks it is words, whatever it names.
// "everything" is the empty beat.
func parseBeat(about string) briefings.Beat {
	var beat briefings.Beat
	list := &beat.Topics
	for _, part := range parts(about) {
		first, rest := cutWord(part)
		if strings.EqualFold(first, "only") {
			if second, _ := cutWord(rest); strings.EqualFold(second, "from") || strings.EqualFold(second, "in") {
				first, rest = cutWord(rest)
			}
		}
		switch code, isLanguage := briefings.LanguageCode(rest); {
		case rest == "":
		case strings.EqualFold(first, "from"):
			list, part = &beat.Outlets, rest
		case strings.EqualFold(first, "without"):
			list, part = &beat.Without, rest
		case strings.EqualFold(first, "in") && isLanguage:
			list, part = &beat.Languages, code
		}
		if list == &beat.Languages {
			if code, ok := briefings.LanguageCode(part); ok {
				part = code
			} else {
				list = &beat.Topics
			}
		}
		if list == &beat.Topics && strings.EqualFold(part, "everything") {
			continue
		}
		words := firstRunes(unquote(part), 80)
		if list == &beat.Topics && words != part && briefings.ReadTopic(words).Kind != "words" {
			words = "“" + words + "”"
		}
		if words != "" && len(*list) < mostEntries && !slices.ContainsFunc(*list, func(have string) bool { return strings.EqualFold(have, words) }) {
			*list = append(*list, words)
		}
	}
	return beat
}

// parts splits an order at its commas and before "without".
func parts(text string) []string {
	fields := strings.Fields(text)
	for i, f := range fields {
		if i > 0 && strings.EqualFold(f, "without") {
			fields[i-1] += ","
		}
	}
	var out []string
	for part := range strings.FieldsFuncSeq(strings.Join(fields, " "), func(r rune) bool { return r == ',' || r == ';' }) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// commas splits a list of at most twenty phrases and takes out what stands there twice.
func commas(text string) []string {
	var out []string
	seen := map[string]bool{}
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		part = firstRunes(unquote(part), 80)
		if key := strings.ToLower(part); part != "" && !seen[key] && len(out) < mostEntries {
			seen[key] = true
			out = append(out, part)
		}
	}
	return out
}

// tried adds to a confirmation what the last 24 hours would have brought. It is no reason to fail: without it the confirmation
// stands.
func (b *Bot) tried(ctx context.Context, v *visit, beat briefings.Beat, m *message.Message) *message.Message {
	e, err := b.c.Newsroom.Compose(ctx, briefings.Assignment{Beat: beat, Window: v.back(24 * time.Hour), For: scope(v.Address)})
	if err != nil {
		b.c.Log.WarnContext(ctx, "a digest could not be tried out", "error", err)
		return m
	}
	return present.Tried(m, e, b.reader(ctx, v.Request))
}

// isDigestID says whether a word can be the id of a digest: see newID. It has no vowels, so that hardly a topic looks like one.
func isDigestID(word string) bool {
	return len(word) >= 4 && len(word) < 12 && strings.Trim(strings.ToLower(word), letters) == ""
}

// tryOut shows what the last 24 hours would have brought on a beat that nobody has set up yet.
func (b *Bot) tryOut(ctx context.Context, v *visit, about string) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	beat := parseBeat(about)
	beat.Watch = b.watched(ctx, v.Address)
	e, err := b.c.Newsroom.Compose(ctx, briefings.Assignment{Beat: beat, Window: v.back(24 * time.Hour), For: scope(v.Address)})
	if err != nil {
		return nil, fmt.Errorf("try out a digest: %w", err)
	}
	m := present.Previewed(present.Edition(e, present.Issue{Zone: b.zone(ctx, v.Request), Locale: reader.Locale}), reader)
	exchange := b.remember(ctx, v, briefings.Answer{Question: about, Verdict: briefings.Answered, AsOf: e.AsOf, Searched: e.Read})
	return present.SetUp(present.TryOut(m, about, reader), exchange, reader), nil
}

// standingOf is a subscription as people read it.
func (b *Bot) standingOf(v *visit, s digest.Subscription, n int) present.Standing {
	locale := ""
	if v != nil {
		locale = v.User.Locale
	}
	st := present.Standing{ID: s.ID, When: s.Schedule.WordsIn(locale), Beat: s.Beat, Last: s.Last, Paused: s.Paused, Reason: s.Reason, Review: s.Form == digest.FormReview}
	if v == nil || v.User.Zone == "" { // whose zone isn't known reads the times as the schedule means them
		if zone, err := s.Schedule.Location(); err == nil {
			st.Zone = zone
		}
	}
	at := b.c.Now()
	if v != nil {
		at = v.At
	}
	for range n {
		if at = s.Schedule.Next(at); at.IsZero() {
			break
		}
		if len(st.Next) > 0 && at.Sub(st.Next[len(st.Next)-1]) < time.Hour {
			st.Often = true
		}
		st.Next = append(st.Next, at)
	}
	return st
}

// defaultZone is the zone of a schedule that names none: the channel's, the person's, or the bot's.
func (b *Bot) defaultZone(ctx context.Context, v *visit) string {
	if zone := b.setting(ctx, v.Address, settingZone); zone != "" {
		return zone
	}
	return b.zone(ctx, v.Request)
}

// schedule reads times and a zone. A message instead of a schedule says what was wrong with them.
func (b *Bot) schedule(ctx context.Context, v *visit, when, zone string) (digest.Schedule, *message.Message) {
	reader := b.reader(ctx, v.Request)
	if zone != "" {
		name, err := digest.ParseZone(zone)
		if err != nil {
			return digest.Schedule{}, present.BadZone(zone, zonesLike(zone), reader)
		}
		zone = name
	} else {
		zone = b.defaultZone(ctx, v)
	}
	s, err := digest.ParseSchedule(when, zone)
	if err != nil {
		return digest.Schedule{}, present.DigestBadWhen(when, present.Reason(err, reader.Locale), reader)
	}
	if s.Next(v.At).IsZero() {
		return digest.Schedule{}, present.DigestNever(when, reader)
	}
	return s, nil
}

// zonesLike are zones that a mistyped one may have been meant to be.
func zonesLike(zone string) []string {
	for n := len(zone); n >= 3; n-- {
		if found := digest.Zones(zone[:n], 3); len(found) > 0 {
			return found
		}
	}
	return nil
}

// digestAdd sets up a digest, once it is sure: until then it says what would be set up.
func (b *Bot) digestAdd(ctx context.Context, v *visit, a map[string]string) (*message.Message, error) {
	when, sure := cutNow(a["when"])
	schedule, refusal := b.schedule(ctx, v, when, a["zone"])
	if refusal != nil {
		v.outcome = "refused"
		return refusal, nil
	}
	standing, err := b.channelDigests(ctx, v.Address)
	if err != nil {
		return nil, err
	}
	return b.subscribe(ctx, v, digest.Subscription{Schedule: schedule, Beat: parseBeat(a["about"])}, standing, draft{order: order("digest add", when, schedule.Zone, a["about"]), sure: sure})
}

// draft is an order that waits until somebody is sure of it.
type draft struct {
	order string // the command that carries it out
	sure  bool
}

// now stands in front of the times of an order that is to be carried out without asking first.
const now = "now"

// cutNow takes "now" off the times of an order.
func cutNow(when string) (rest string, sure bool) {
	if first, rest := cutWord(when); strings.EqualFold(first, now) {
		return rest, true
	}
	return when, false
}

// order writes an order so that it means the same whoever sends it and wherever: times that name no zone are followed by the
// one that was shown.
func order(command, when, zone, about string) string {
	const other = "Etc/GMT+12"
	words := command + " " + now
	if when != "" {
		words += " " + when
	}
	if named, err := digest.ParseSchedule(when, other); when == "" || err == nil && named.Zone == other {
		words += " " + zone
	}
	if about != "" {
		words += " about " + about
	}
	return words
}

// sameBeat says whether two beats bring the same, whatever is watched.
func sameBeat(a, b briefings.Beat) bool {
	return slices.Equal(a.Topics, b.Topics) && slices.Equal(a.Countries, b.Countries) && slices.Equal(a.Actors, b.Actors) &&
		slices.Equal(a.Outlets, b.Outlets) && slices.Equal(a.Languages, b.Languages) && slices.Equal(a.Without, b.Without)
}

// drafted says what an order would do, and how to be sure of it.
func (b *Bot) drafted(ctx context.Context, v *visit, m *message.Message, order string) *message.Message {
	return present.Draft(m, order, b.rememberPreview(ctx, v, order), b.reader(ctx, v.Request))
}

// carryOut does what was drafted in this channel. Whoever presses the button must be allowed to, whoever wrote the order.
func (b *Bot) carryOut(ctx context.Context, v *visit, x Exchange) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	in, err := Parse(x.Answer.Question)
	if err != nil || in.Command.Group() != "digest" || scope(x.Address) != scope(v.Address) {
		v.outcome = "refused"
		return present.Forgotten(reader), nil
	}
	allowed, told, err := b.mayManage(ctx, v)
	if err != nil {
		return nil, err
	}
	if !allowed {
		v.outcome = "refused"
		return present.NotAllowed(in.Command.Name, told, reader), nil
	}
	switch in.Command.Verb() {
	case "add":
		return b.digestAdd(ctx, v, in.Args)
	case "review":
		return b.digestReview(ctx, v, in.Args)
	case "edit":
		return b.digestEdit(ctx, v, in.Args)
	}
	v.outcome = "refused"
	return present.Forgotten(reader), nil
}

// subscribe adds a standing order to those of this channel, or says what would be added. One that stands already is not added
// again: a button may be pressed twice.
func (b *Bot) subscribe(ctx context.Context, v *visit, s digest.Subscription, standing []digest.Subscription, d draft) (_ *message.Message, err error) {
	reader := b.reader(ctx, v.Request)
	for _, have := range standing {
		if have.Form == s.Form && have.Schedule.Cron == s.Schedule.Cron && have.Schedule.Zone == s.Schedule.Zone && !have.Paused && sameBeat(have.Beat, s.Beat) {
			return present.DigestStands(b.standingOf(v, have, 3), reader), nil
		}
	}
	if len(standing) >= b.c.Limits.Digests {
		v.outcome = "refused"
		return present.DigestsFull(len(standing), reader), nil
	}
	if !d.sure {
		s.Beat.Watch = b.watched(ctx, v.Address)
		m := present.DigestDraft(b.standingOf(v, s, 3), reader)
		if s.Form != digest.FormReview {
			m = b.tried(ctx, v, s.Beat, m)
		}
		return b.drafted(ctx, v, m, d.order), nil
	}
	s.Address, s.Owner, s.Created, s.NextAt, s.Misfire = place(v.Address), v.User.ID, v.At, s.Schedule.Next(v.At), digest.MisfireLatest
	s.Beat.Watch = b.watched(ctx, v.Address)
	if s.ID, err = b.freeID(ctx); err != nil {
		return nil, err
	}
	if err := b.c.Digests.AddSubscription(ctx, s); err != nil {
		return nil, fmt.Errorf("add digest %s: %w", s.ID, err)
	}
	if language := present.Language(v.PlaceLocale); language != "" {
		if err := b.c.Memory.SetSetting(ctx, scope(v.Address), settingPlace, language); err != nil { // it comes in the default language then
			b.c.Log.WarnContext(ctx, "the language of a place could not be kept", "address", scope(v.Address), "error", err)
		}
	}
	b.c.Log.InfoContext(ctx, "a digest was set up", "digest", s.ID, "address", s.Address.String(), "schedule", s.Schedule.Cron, "zone", s.Schedule.Zone)
	return present.DigestAdded(b.standingOf(v, s, 3), reader), nil
}

// freeID returns an id for people that no digest has: four letters, more where those are taken.
func (b *Bot) freeID(ctx context.Context) (string, error) {
	for n := 4; n < 12; n++ {
		id := newID(n)
		_, err := b.c.Digests.Subscription(ctx, id)
		if errors.Is(err, digest.ErrNotFound) {
			return id, nil
		}
		if err != nil {
			return "", fmt.Errorf("look for a free id: %w", err)
		}
	}
	return "", errors.New("no id is free for a digest")
}

func (b *Bot) digestList(ctx context.Context, v *visit) (*message.Message, error) {
	standing, err := b.channelDigests(ctx, v.Address)
	if err != nil {
		return nil, err
	}
	var list []present.Standing
	for _, s := range standing {
		list = append(list, b.standingOf(v, s, 1))
	}
	reader := b.reader(ctx, v.Request)
	return present.WithRests(present.Digests(list, reader), b.restedList(ctx, v), reader), nil
}

// own finds a digest of this channel by its id. A message instead of it says that there is none.
func (b *Bot) own(ctx context.Context, v *visit, id string) (digest.Subscription, *message.Message, error) {
	id = strings.ToLower(unquote(id))
	standing, err := b.channelDigests(ctx, v.Address)
	if err != nil {
		return digest.Subscription{}, nil, err
	}
	for _, s := range standing {
		if s.ID == id {
			return s, nil, nil
		}
	}
	v.outcome = "refused"
	return digest.Subscription{}, present.DigestUnknown(id, b.reader(ctx, v.Request)), nil
}

// changed changes a digest and words the result. Somebody may have removed it or changed it at the same moment.
func (b *Bot) changed(ctx context.Context, v *visit, s digest.Subscription, edit func(digest.Subscription) digest.Subscription, word func(digest.Subscription) *message.Message) (*message.Message, error) {
	after, err := b.change(ctx, s, edit)
	switch {
	case errors.Is(err, digest.ErrNotFound):
		v.outcome = "refused"
		return present.DigestUnknown(s.ID, b.reader(ctx, v.Request)), nil
	case errors.Is(err, digest.ErrChanged):
		v.outcome = "refused"
		return present.DigestMoved(s.ID, b.reader(ctx, v.Request)), nil
	case err != nil:
		return nil, err
	}
	return word(after), nil
}

func (b *Bot) digestEdit(ctx context.Context, v *visit, a map[string]string) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	s, refusal, err := b.own(ctx, v, a["digest"])
	if refusal != nil || err != nil {
		return refusal, err
	}
	when, zone, about := a["when"], a["zone"], a["about"]
	when, sure := cutNow(when)
	if when == "" && zone == "" && about == "" {
		v.outcome = "refused"
		return present.DigestSame(s.ID, reader), nil
	}
	if name, err := digest.ParseZone(when); err == nil && zone == "" { // "digest edit d7f3 Asia/Tokyo"
		when, zone = "", name
	}
	schedule := s.Schedule
	switch {
	case when != "":
		if zone == "" {
			zone = s.Schedule.Zone
		}
		if schedule, refusal = b.schedule(ctx, v, when, zone); refusal == nil && s.Form == digest.FormReview && !schedule.Weekly(v.At) {
			refusal = present.ReviewNotWeekly(when, reader)
		}
		if refusal != nil {
			v.outcome = "refused"
			return refusal, nil
		}
	case zone != "":
		name, err := digest.ParseZone(zone)
		if err != nil {
			v.outcome = "refused"
			return present.BadZone(zone, zonesLike(zone), reader), nil
		}
		schedule.Zone = name
	}
	if !sure && schedule != s.Schedule {
		would := s
		if would.Schedule = schedule; about != "" {
			would.Beat = parseBeat(about)
		}
		return b.drafted(ctx, v, present.DigestDraft(b.standingOf(v, would, 3), reader), order("digest edit "+s.ID, when, schedule.Zone, about)), nil
	}
	return b.changed(ctx, v, s, func(s digest.Subscription) digest.Subscription {
		if schedule != s.Schedule { // else a slot that is due this very moment would be lost
			s.Schedule, s.NextAt = schedule, schedule.Next(v.At)
		}
		if about != "" {
			beat := parseBeat(about)
			beat.Watch = s.Beat.Watch
			s.Beat = beat
		}
		return s
	}, func(s digest.Subscription) *message.Message {
		m := present.DigestChanged(b.standingOf(v, s, 3), reader)
		if about == "" || s.Form == digest.FormReview {
			return m
		}
		return b.tried(ctx, v, s.Beat, m)
	})
}

func (b *Bot) digestPause(ctx context.Context, v *visit, id string) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	s, refusal, err := b.own(ctx, v, id)
	if refusal != nil || err != nil {
		return refusal, err
	}
	if s.Paused {
		return present.DigestPaused(s.ID, true, reader), nil
	}
	return b.changed(ctx, v, s, func(s digest.Subscription) digest.Subscription {
		s.Paused, s.Reason = true, ""
		return s
	}, func(s digest.Subscription) *message.Message { return present.DigestPaused(s.ID, false, reader) })
}

func (b *Bot) digestResume(ctx context.Context, v *visit, id string) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	s, refusal, err := b.own(ctx, v, id)
	if refusal != nil || err != nil {
		return refusal, err
	}
	if !s.Paused {
		return present.DigestRunning(s.ID, reader), nil
	}
	return b.changed(ctx, v, s, func(s digest.Subscription) digest.Subscription { return s.Resumed(v.At) },
		func(s digest.Subscription) *message.Message {
			return present.DigestResumed(b.standingOf(v, s, 3), reader)
		})
}

func (b *Bot) digestRemove(ctx context.Context, v *visit, id string) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	s, refusal, err := b.own(ctx, v, id)
	if refusal != nil || err != nil {
		return refusal, err
	}
	if err := b.c.Digests.RemoveSubscription(ctx, s.ID); err != nil {
		if errors.Is(err, digest.ErrNotFound) {
			v.outcome = "refused"
			return present.DigestUnknown(s.ID, reader), nil
		}
		return nil, fmt.Errorf("remove digest %s: %w", s.ID, err)
	}
	b.c.Log.InfoContext(ctx, "a digest was removed", "digest", s.ID, "address", s.Address.String())
	return present.DigestRemoved(b.standingOf(v, s, 0), reader), nil
}

func (b *Bot) digestPreview(ctx context.Context, v *visit, id string) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	if id != "" && !isDigestID(unquote(id)) {
		return b.tryOut(ctx, v, strings.TrimSpace(id))
	}
	if b.c.Preview == nil {
		v.outcome = "refused"
		return present.OffHere("digest preview", reader), nil
	}
	if id == "" {
		standing, err := b.channelDigests(ctx, v.Address)
		if err != nil {
			return nil, err
		}
		switch len(standing) {
		case 0:
			return present.Digests(nil, reader), nil
		case 1:
			id = standing[0].ID
		default:
			v.outcome = "refused"
			var ids []string
			for _, s := range standing {
				ids = append(ids, s.ID)
			}
			return present.DigestWhich(ids, reader), nil
		}
	}
	s, refusal, err := b.own(ctx, v, id)
	if refusal != nil || err != nil {
		return refusal, err
	}
	m, err := b.c.Preview(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("preview: %w", err)
	}
	return present.Previewed(m, reader), nil
}

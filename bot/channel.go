package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"attache/bot/digest"
	"attache/bot/message"
	"attache/bot/present"
)

// The settings of a channel, as Memory keeps them. The watch list is one that has commands of its own.
const (
	settingZone     = "zone"
	settingLanguage = "language"
	settingManagers = "managers"
	settingAnswers  = "answers"
	settingWatch    = "watch"
	settingPlace    = "place-language" // what the platform said of the place's language when a digest was set up

	answersPrivate = "private"
	answersChannel = "channel"
)

// settingNames are those that the command settings shows.
var settingNames = []string{settingZone, settingLanguage, settingManagers, settingAnswers}

// setting returns a setting of a channel, or "" where it is unset or can't be read: every one has a default that works.
func (b *Bot) setting(ctx context.Context, at message.Address, name string) string {
	value, err := b.c.Memory.Setting(ctx, scope(at), name)
	if err != nil {
		b.c.Log.WarnContext(ctx, "a setting could not be read", "setting", name, "address", scope(at), "error", err)
		return ""
	}
	return value
}

// Language is the language that a channel reads, BCP 47: its setting, else what the platform said of the place when a digest
// was set up; "" where neither is known.
func (b *Bot) Language(ctx context.Context, at message.Address) string {
	return cmp.Or(b.setting(ctx, at, settingLanguage), b.setting(ctx, at, settingPlace))
}

// locale is the language of a reply: the reader's, where it is spoken here, else the channel's, else that of its place.
func (b *Bot) locale(ctx context.Context, r Request) string {
	if present.Language(r.User.Locale) != "" {
		return r.User.Locale
	}
	return cmp.Or(b.Language(ctx, r.Address), r.PlaceLocale, r.User.Locale)
}

// settings shows the channel's settings or changes one.
func (b *Bot) settings(ctx context.Context, v *visit, name, value string) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	name = strings.ToLower(strings.TrimSuffix(name, ":"))
	names := b.settingsAt(v.Address.Platform)
	if name == settingPing && !slices.Contains(names, name) {
		v.outcome = "refused"
		return present.PingNowhere(reader), nil
	}
	if name != "" && !slices.Contains(names, name) {
		v.outcome = "refused"
		return present.SettingAbsent(name, names, reader), nil
	}
	if value == "" {
		var list []present.Setting
		for _, n := range names {
			if name == "" || n == name {
				list = append(list, b.shown(ctx, v.Address, n, b.setting(ctx, v.Address, n)))
			}
		}
		return present.Settings(list, reader), nil
	}
	kept, ok := readSetting(name, value)
	if name == settingPing {
		var refusal *message.Message
		var err error
		if kept, refusal, err = b.pingAllowed(ctx, v, value); err != nil {
			return nil, err
		}
		if refusal != nil {
			v.outcome = "refused"
			return refusal, nil
		}
		ok = true
	}
	if !ok {
		v.outcome = "refused"
		return present.SettingBad(name, value, reader), nil
	}
	if err := b.c.Memory.SetSetting(ctx, scope(v.Address), name, kept); err != nil {
		return nil, fmt.Errorf("save the setting %s: %w", name, err)
	}
	b.c.Log.InfoContext(ctx, "a setting was changed", "setting", name, "address", scope(v.Address), "user", v.User.ID)
	if name == settingLanguage && kept != "" { // whoever chooses a language sees that it is spoken
		reader.Locale = kept
	}
	return present.SettingSaved(b.shown(ctx, v.Address, name, kept), reader), nil
}

// shown is a setting with its default filled in.
func (b *Bot) shown(ctx context.Context, at message.Address, name, value string) present.Setting {
	s := present.Setting{Name: name, Value: value, Default: value == ""}
	if s.Default {
		switch name {
		case settingZone:
			s.Value = b.c.Zone
		case settingLanguage:
			s.Value = cmp.Or(present.Language(b.Language(ctx, at)), "en")
		case settingAnswers:
			s.Value = answersChannel
		}
	} else if name == settingPing {
		_, role, _ := strings.Cut(value, " ")
		s.Value = "@" + role
	}
	return s
}

// readSetting makes of what a person wrote what is kept; "" is the default. ok is false where it doesn't fit.
func readSetting(name, value string) (kept string, ok bool) {
	value = unquote(value)
	if strings.EqualFold(value, "default") {
		return "", true
	}
	switch name {
	case settingZone:
		zone, err := digest.ParseZone(value)
		return zone, err == nil
	case settingLanguage:
		language := present.Language(value)
		return language, language != ""
	case settingAnswers:
		value = strings.ToLower(value)
		return value, value == answersPrivate || value == answersChannel
	case settingManagers:
		return readManagers(value)
	}
	return "", false
}

// readManagers reads everyone, or ids and mentions ("<@U012>", "@U012", "U012") separated by blanks or commas.
func readManagers(value string) (kept string, ok bool) {
	var ids []string
	for word := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == ',' || r == ' ' }) {
		if strings.EqualFold(word, everyone) {
			return everyone, true
		}
		m := userID.FindStringSubmatch(word)
		if m == nil {
			return "", false
		}
		id := m[1] + m[2]
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return strings.Join(ids, " "), len(ids) > 0 && len(ids) <= 50
}

// userID is a person as platforms write them: a mention, or an id with or without "@".
var userID = regexp.MustCompile(`^(?:<@!?([0-9A-Za-z]{1,40})(?:\|[^<>]*)?>|@?([0-9A-Za-z._-]{1,40}))$`)

// watched is the watch list of a channel.
func (b *Bot) watched(ctx context.Context, at message.Address) []string {
	raw := b.setting(ctx, at, settingWatch)
	if raw == "" {
		return nil
	}
	var list []string
	if err := json.Unmarshal([]byte(raw), &list); err != nil {
		b.c.Log.WarnContext(ctx, "a watch list could not be read", "address", scope(at), "error", err)
		return nil
	}
	return list
}

// watch keeps a channel's watch list and hands it to its digests.
func (b *Bot) watch(ctx context.Context, at message.Address, list []string) error {
	raw := ""
	if len(list) > 0 {
		encoded, err := json.Marshal(list)
		if err != nil {
			return fmt.Errorf("write the watch list: %w", err)
		}
		raw = string(encoded)
	}
	if err := b.c.Memory.SetSetting(ctx, scope(at), settingWatch, raw); err != nil {
		return fmt.Errorf("save the watch list: %w", err)
	}
	standing, err := b.channelDigests(ctx, at)
	if err != nil {
		return err
	}
	for _, s := range standing {
		_, err := b.change(ctx, s, func(s digest.Subscription) digest.Subscription {
			s.Beat.Watch = list
			return s
		})
		if err != nil && !errors.Is(err, digest.ErrNotFound) {
			return err
		}
	}
	return nil
}

func (b *Bot) watchAdd(ctx context.Context, v *visit, text string) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	list := b.watched(ctx, v.Address)
	entries := commas(text)
	if len(entries) == 0 {
		return nil, errors.New("an empty watch-list entry came through the parser")
	}
	known := func(e string) bool {
		return slices.ContainsFunc(list, func(kept string) bool { return strings.EqualFold(kept, e) })
	}
	fresh := slices.DeleteFunc(slices.Clone(entries), known)
	if len(fresh) == 0 {
		return present.WatchAdded(strings.Join(entries, ", "), true, reader), nil
	}
	if len(list)+len(fresh) > b.c.Limits.Watches {
		v.outcome = "refused"
		return present.WatchFull(b.c.Limits.Watches, reader), nil
	}
	if err := b.watch(ctx, v.Address, append(list, fresh...)); err != nil {
		return nil, err
	}
	if err := b.watchFresh(ctx, v, fresh); err != nil {
		return nil, err
	}
	return present.WatchAdded(strings.Join(fresh, ", "), false, reader), nil
}

func (b *Bot) watchRemove(ctx context.Context, v *visit, entry string) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	list := b.watched(ctx, v.Address)
	i := slices.IndexFunc(list, func(kept string) bool { return strings.EqualFold(kept, strings.TrimSpace(entry)) })
	if i < 0 {
		v.outcome = "refused"
		return present.WatchMissing(entry, reader), nil
	}
	entry = list[i]
	if err := b.watch(ctx, v.Address, slices.Delete(list, i, i+1)); err != nil {
		return nil, err
	}
	return present.WatchRemoved(entry, reader), nil
}

func (b *Bot) watchList(ctx context.Context, v *visit) (*message.Message, error) {
	reader, list := b.reader(ctx, v.Request), b.watched(ctx, v.Address)
	m := present.Watch(list, reader)
	if len(list) == 0 {
		return m, nil
	}
	return present.WatchListed(m, b.alerting(ctx, v.Address).shown(b.alertZone(ctx, v.Address)), reader), nil
}

func hostOf(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// addressKey is what two links to one page have in common: not the scheme, "www.", a slash at the end, a fragment, or what
// says how the link was shared.
func addressKey(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" {
		return link
	}
	q := u.Query()
	for name := range q {
		if strings.HasPrefix(name, "utm_") || name == "fbclid" || name == "gclid" {
			q.Del(name)
		}
	}
	key := strings.TrimPrefix(strings.ToLower(u.Host), "www.") + strings.TrimSuffix(u.EscapedPath(), "/")
	if encoded := q.Encode(); encoded != "" {
		key += "?" + encoded
	}
	return key
}

package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"attache/bot/digest"
	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
)

// settingAlerts is how a channel hears of what meets its watch list: see alerting.
const settingAlerts = "alerts"

// Bounds of alerts.
const (
	alertsHourly  = 4                  // alerts an hour where a channel has set no limit
	alertsMost    = 60                 // and the most that it can set
	alertsReach   = 24 * time.Hour     // how old a report may be that is alerted to
	alertsFollow  = 7 * 24 * time.Hour // how long an alert's message follows its story
	alertsUpdate  = 10 * time.Minute   // from one change of a message to the next
	alertsList    = 30 * time.Second   // how often the channels are listed where nothing has come
	alertsAgain   = 5 * time.Minute    // how often a channel is looked at where something waits
	alertsStories = 20                 // stories that are looked at in one go
)

// alerting is how a channel hears of what meets its watch list, as its setting keeps it.
type alerting struct {
	On    bool             `json:"on,omitempty"`
	From  int              `json:"from,omitempty"` // quiet hours in minutes since midnight; none where From is To
	To    int              `json:"to,omitempty"`
	Limit int              `json:"limit,omitempty"` // alerts an hour; zero means alertsHourly
	Since map[string]int64 `json:"since,omitempty"` // since when an entry alerts, in milliseconds: what came before isn't told
}

func readAlerting(raw string) (a alerting, err error) {
	if raw != "" {
		err = json.Unmarshal([]byte(raw), &a)
	}
	if a.Limit <= 0 {
		a.Limit = alertsHourly
	}
	return a, err
}

func (a alerting) shown(zone string) present.Watching {
	return present.Watching{Alerts: a.On, From: time.Duration(a.From) * time.Minute, To: time.Duration(a.To) * time.Minute, Zone: zone, Limit: a.Limit}
}

// quietUntil is when the quiet hours end that at lies in; zero outside of them.
func (a alerting) quietUntil(at time.Time, zone *time.Location) time.Time {
	if a.From == a.To {
		return time.Time{}
	}
	local := at.In(zone)
	minute := local.Hour()*60 + local.Minute()
	day := local.Day()
	switch {
	case a.From < a.To && (minute < a.From || minute >= a.To), a.From > a.To && minute < a.From && minute >= a.To:
		return time.Time{}
	case a.From > a.To && minute >= a.From:
		day++
	}
	return time.Date(local.Year(), local.Month(), day, a.To/60, a.To%60, 0, 0, zone)
}

// alerting returns the setting of a channel.
func (b *Bot) alerting(ctx context.Context, at message.Address) alerting {
	a, err := readAlerting(b.setting(ctx, at, settingAlerts))
	if err != nil {
		b.c.Log.WarnContext(ctx, "how a channel is alerted could not be read", "address", scope(at), "error", err)
	}
	return a
}

func (b *Bot) keepAlerting(ctx context.Context, at message.Address, a alerting) error {
	raw, err := json.Marshal(a)
	if err == nil {
		err = b.c.Memory.SetSetting(ctx, scope(at), settingAlerts, string(raw))
	}
	if err != nil {
		return fmt.Errorf("save how the channel is alerted: %w", err)
	}
	return nil
}

// alertZone is the zone of a channel's quiet hours.
func (b *Bot) alertZone(ctx context.Context, at message.Address) string {
	return cmp.Or(b.setting(ctx, at, settingZone), b.c.Zone)
}

// watchMode has what meets the watch list come at once, or with the digest.
func (b *Bot) watchMode(ctx context.Context, v *visit, value string) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	a := b.alerting(ctx, v.Address)
	switch mode := strings.ToLower(strings.TrimSuffix(unquote(value), "s")); mode {
	case "digest", "off":
		a.On, a.Since = false, nil
	case "alert", "on":
		board, ok := b.c.Digests.(digest.Board)
		if !ok {
			v.outcome = "refused"
			return present.OffHere("watch mode alert", reader), nil
		}
		line, err := digest.Line(ctx, board, place(v.Address), v.At)
		if err != nil {
			return nil, err
		}
		if line.Paused { // the channel was out of reach, and somebody speaks in it again
			if _, err := b.change(ctx, line, func(s digest.Subscription) digest.Subscription {
				s.Paused, s.Reason = false, ""
				return s
			}); err != nil {
				return nil, err
			}
		}
		if !a.On {
			a.On, a.Since = true, nil
			a = a.since(b.watched(ctx, v.Address), v.At)
		}
	default:
		v.outcome = "refused"
		return present.WatchModeBad(value, reader), nil
	}
	if err := b.keepAlerting(ctx, v.Address, a); err != nil {
		return nil, err
	}
	b.c.Log.InfoContext(ctx, "how a channel is alerted was changed", "address", scope(v.Address), "alerts", a.On)
	return present.WatchMode(a.shown(b.alertZone(ctx, v.Address)), reader), nil
}

// since notes since when entries alert.
func (a alerting) since(entries []string, at time.Time) alerting {
	kept := map[string]int64{}
	for e, ms := range a.Since {
		kept[e] = ms
	}
	for _, e := range entries {
		kept[strings.ToLower(e)] = at.UnixMilli()
	}
	a.Since = kept
	return a
}

// watchFresh notes that entries have come on the watch list: what was reported before isn't told.
func (b *Bot) watchFresh(ctx context.Context, v *visit, entries []string) error {
	a := b.alerting(ctx, v.Address)
	if !a.On {
		return nil
	}
	return b.keepAlerting(ctx, v.Address, a.since(entries, v.At))
}

var quietHours = regexp.MustCompile(`^(\d{1,2})(?:[:.h](\d{2}))?\s*(?:-|–|—|to|until)\s*(\d{1,2})(?:[:.h](\d{2}))?$`)

// readQuiet reads quiet hours: "22:00-07:00", "22 to 7", "off".
func readQuiet(text string) (from, to int, ok bool) {
	text = strings.ToLower(strings.TrimSpace(unquote(text)))
	if text == "off" || text == "none" || text == "never" {
		return 0, 0, true
	}
	m := quietHours.FindStringSubmatch(text)
	if m == nil {
		return 0, 0, false
	}
	minute := func(hour, minute string) (int, bool) {
		h, _ := strconv.Atoi(hour)
		n, _ := strconv.Atoi(minute)
		return (h%24)*60 + n, h <= 24 && n < 60 && (h < 24 || n == 0)
	}
	from, okFrom := minute(m[1], m[2])
	to, okTo := minute(m[3], m[4])
	return from, to, okFrom && okTo && from != to
}

func (b *Bot) watchQuiet(ctx context.Context, v *visit, value string) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	from, to, ok := readQuiet(value)
	if !ok {
		v.outcome = "refused"
		return present.WatchQuietBad(value, reader), nil
	}
	a := b.alerting(ctx, v.Address)
	a.From, a.To = from, to
	if err := b.keepAlerting(ctx, v.Address, a); err != nil {
		return nil, err
	}
	return present.WatchQuiet(a.shown(b.alertZone(ctx, v.Address)), reader), nil
}

func (b *Bot) watchLimit(ctx context.Context, v *visit, value string) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	n, err := strconv.Atoi(strings.TrimSpace(unquote(value)))
	if err != nil || n < 1 || n > alertsMost {
		v.outcome = "refused"
		return present.WatchLimitBad(value, alertsMost, reader), nil
	}
	a := b.alerting(ctx, v.Address)
	a.Limit = n
	if err := b.keepAlerting(ctx, v.Address, a); err != nil {
		return nil, err
	}
	return present.WatchLimit(a.shown(b.alertZone(ctx, v.Address)), reader), nil
}

// AlertsConfig is what an AlertDesk is made of.
type AlertsConfig struct {
	// Newsroom composes what is new of the watch lists. Required; *briefings.Engine is one.
	Newsroom AlertNewsroom
	// Board keeps what was told. Required.
	Board digest.Board
	// Memory keeps the watch lists and how channels are alerted. Required.
	Memory Memory
	// Posters deliver, by platform. Required.
	Posters map[string]message.Poster
	// Now tells the time by platform; one that is missing or nil means time.Now.
	Now map[string]func() time.Time
	// Zone is the zone of channels that have not said theirs; empty means UTC.
	Zone string
	// Wake is told of a platform that has something to deliver; nil means that couriers look for themselves.
	Wake func(platform string)
	// Poll is how often Run looks; zero means three seconds.
	Poll time.Duration
	// Log is where the desk tells what it does; nil discards.
	Log *slog.Logger
}

// AlertNewsroom is what an AlertDesk needs of *briefings.Engine, whose methods say what each promises.
type AlertNewsroom interface {
	Compose(ctx context.Context, a briefings.Assignment) (briefings.Edition, error)
	Keys(items ...briefings.Item) []string
	Version() int64
}

// Sentry is an AlertNewsroom that can tell whether anything new meets a watch list, for much less than composing takes.
type Sentry interface {
	// MeetsFor says whether an article that came after a version and that a channel may see may meet an entry.
	MeetsFor(channel string, entries []string, since int64) bool
}

var (
	_ AlertNewsroom = (*briefings.Engine)(nil)
	_ Sentry        = (*briefings.Engine)(nil)
)

// AlertDesk tells channels at once of what meets their watch lists: one message a story, which follows it. What it decides is
// a notice on the channel's line, made under the line's revision, so that any number of desks tell a story once; the couriers
// deliver it.
type AlertDesk struct {
	c AlertsConfig

	mu     sync.Mutex
	looked map[string]look      // by line
	listed map[string]look      // by platform
	lists  map[string]watchlist // by line
}

// watchlist is what a line's channel watches, as it was read a moment ago.
type watchlist struct {
	raw     string // its settings
	entries []string
	at      time.Time
}

// look is when a line, or all of a platform, was looked at.
type look struct {
	version int64
	at      time.Time
	again   time.Time // look again then, whatever the version; zero: no need
	raw     string    // what the channel watched
}

// same says that there can be nothing to tell since.
func (l look) same(version int64, now time.Time) bool {
	return l.version == version && (l.again.IsZero() || now.Before(l.again))
}

// NewAlertDesk makes an AlertDesk.
func NewAlertDesk(c AlertsConfig) (*AlertDesk, error) {
	if c.Newsroom == nil || c.Board == nil || c.Memory == nil || len(c.Posters) == 0 {
		return nil, errors.New("an alert desk needs a newsroom, a board, a memory and a poster")
	}
	c.Zone = cmp.Or(c.Zone, "UTC")
	if c.Poll <= 0 {
		c.Poll = 3 * time.Second
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &AlertDesk{c: c, looked: map[string]look{}, listed: map[string]look{}, lists: map[string]watchlist{}}, nil
}

// Run looks until ctx ends. It never fails: what does is told in the log and tried again.
func (d *AlertDesk) Run(ctx context.Context) error {
	beat := time.NewTicker(d.c.Poll)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-beat.C:
		}
		for platform := range d.c.Posters {
			if _, err := d.Look(ctx, platform); err != nil && ctx.Err() == nil {
				d.c.Log.ErrorContext(ctx, "alerts could not be looked for", "platform", platform, "err", err)
			}
		}
	}
}

func (d *AlertDesk) now(platform string) time.Time {
	if now := d.c.Now[platform]; now != nil {
		return now()
	}
	return time.Now()
}

// Look tells the channels of a platform what there is to tell and returns how many notices it has announced.
func (d *AlertDesk) Look(ctx context.Context, platform string) (announced int, err error) {
	now, version := d.now(platform), d.c.Newsroom.Version()
	d.mu.Lock()
	last, seen := d.listed[platform]
	d.mu.Unlock()
	if seen && last.same(version, now) && now.Before(last.at.Add(alertsList)) && !now.Before(last.at) {
		return 0, nil
	}
	lines, err := d.c.Board.Subscriptions(ctx, digest.Filter{Platform: platform, Lines: true})
	if err != nil {
		return 0, fmt.Errorf("list the lines of notices: %w", err)
	}
	last = look{version: version, at: now}
	var problems []error
	for _, line := range lines {
		if line.Paused {
			continue
		}
		n, again, err := d.channel(ctx, line)
		announced += n
		if !again.IsZero() && (last.again.IsZero() || again.Before(last.again)) {
			last.again = again
		}
		if err != nil && !errors.Is(err, digest.ErrChanged) && !errors.Is(err, digest.ErrNotFound) {
			problems = append(problems, fmt.Errorf("alert %s: %w", line.Address, err))
		}
	}
	if announced > 0 && d.c.Wake != nil {
		d.c.Wake(platform)
	}
	if len(problems) == 0 {
		d.mu.Lock()
		d.listed[platform] = last
		d.mu.Unlock()
	}
	return announced, errors.Join(problems...)
}

// followed is a story that a channel was alerted to.
type followed struct {
	items    []briefings.Item // as it was told, the newest last
	articles map[string]bool
	message  message.Ref // the alert; none before it has arrived
	pending  bool        // something of it is on its way
	lost     bool        // the alert could not be delivered: the digest tells it
	newest   time.Time
	told     int // notices of it
	// corrected says that its message carries the mark of a correction, which a change would lose: only its thread goes on.
	corrected bool
}

// told is what a line of notices says.
type told struct {
	stories map[string]*followed // by the story's id when it was told first
	keys    []string             // what the channel has had
	alerts  []time.Time          // when, newest first
	limits  []time.Time          // when it was told that the limit was reached
}

const (
	keyAlert  = "alert:"
	keyUpdate = "update:"
	keyLimit  = "limit:"
)

func readTold(notices []digest.Notice) told {
	t := told{stories: map[string]*followed{}}
	for _, n := range slices.Backward(notices) { // oldest first
		kind, rest, _ := strings.Cut(n.Key, ":")
		story, _, _ := strings.Cut(rest, ":")
		lost := n.Delivery.State == digest.Failed || n.Delivery.State == digest.Skipped
		switch kind + ":" {
		case keyLimit:
			t.limits = append([]time.Time{n.At}, t.limits...)
			continue
		case keyAlert:
			t.alerts = append([]time.Time{n.At}, t.alerts...)
			f := &followed{articles: map[string]bool{}, lost: lost}
			if len(n.Parts) > 0 {
				f.message = n.Parts[0].Ref
			}
			t.stories[story] = f
		case keyUpdate:
		case keyCorrection:
			for _, f := range t.stories {
				for _, p := range n.Parts {
					f.corrected = f.corrected || p.Edits.ID != "" && p.Edits == f.message
				}
			}
			continue
		default:
			continue
		}
		f := t.stories[story]
		if f == nil {
			continue
		}
		f.told++
		f.newest = n.At
		f.pending = f.pending || n.Delivery.State == digest.Due || n.Delivery.State == digest.Composed
		if lost {
			continue
		}
		t.keys = append(t.keys, n.Edition.Carried...)
		f.items = append(f.items, n.Edition.Items...)
		for _, item := range n.Edition.Items {
			for _, id := range item.Articles {
				f.articles[id] = true
			}
		}
	}
	return t
}

// of finds the story that an item goes on with.
func (t told) of(item briefings.Item) (story string, f *followed) {
	if f, ok := t.stories[item.Story]; ok {
		return item.Story, f
	}
	for id, f := range t.stories {
		if slices.ContainsFunc(slices.Concat(item.Earlier, item.Articles), func(a string) bool { return f.articles[a] }) {
			return id, f
		}
	}
	return item.Story, nil
}

// Told are the keys of what a channel (message.Address.String) was alerted to lately: it isn't news in its next digest.
func (d *AlertDesk) Told(ctx context.Context, channel string, now time.Time) ([]string, error) {
	notices, err := d.c.Board.Notices(ctx, digest.LineOf(channel), now.Add(-alertsFollow))
	if err != nil {
		return nil, fmt.Errorf("read what %s was alerted to: %w", channel, err)
	}
	return readTold(notices).keys, nil
}

// Compose composes a channel's digest as the newsroom does, with what the channel was alerted to since as known, and a review
// with what the channel asked.
func (d *AlertDesk) Compose(ctx context.Context, a briefings.Assignment) (briefings.Edition, error) {
	if a.Review {
		e, err := d.c.Newsroom.Compose(ctx, a)
		if err == nil {
			err = askedIn(ctx, d.c.Memory, a.For, &e)
		}
		return e, err
	}
	keys, err := d.Told(ctx, a.For, a.Window.To)
	if err != nil {
		return briefings.Edition{}, err
	}
	if len(keys) > 0 {
		last := briefings.Edition{}
		if a.Last != nil {
			last = *a.Last
		}
		last.Carried = append(slices.Clone(last.Carried), keys...)
		a.Last = &last
	}
	beat := a.Beat
	if a.Beat, err = rested(ctx, d.c.Memory, a.For, beat, a.Window.To); err != nil {
		return briefings.Edition{}, err
	}
	e, err := d.c.Newsroom.Compose(ctx, a)
	e.Beat = beat // a rest is no part of what the channel follows
	return e, err
}

// channel tells one channel what there is to tell.
func (d *AlertDesk) channel(ctx context.Context, line digest.Subscription) (announced int, again time.Time, err error) {
	at, now, version := line.Address, d.now(line.Address.Platform), d.c.Newsroom.Version()
	d.mu.Lock()
	before, seen := d.looked[line.ID]
	d.mu.Unlock()
	if seen && before.same(version, now) {
		return 0, before.again, nil
	}
	watched, err := d.watchlist(ctx, line, now)
	if err != nil {
		return 0, time.Time{}, err
	}
	if sentry, ok := d.c.Newsroom.(Sentry); ok && seen && before.raw == watched.raw && (before.again.IsZero() || now.Before(before.again)) &&
		!sentry.MeetsFor(scope(at), watched.entries, before.version) {
		d.mu.Lock()
		d.looked[line.ID] = look{version, now, before.again, watched.raw}
		d.mu.Unlock()
		return 0, before.again, nil
	}
	c := &callout{d: d, line: line, now: now, poster: d.c.Posters[at.Platform]}
	err = c.run(ctx)
	if errors.Is(err, digest.ErrChanged) { // another desk was faster: what it told is read next time
		c.later(now)
	}
	if err == nil || errors.Is(err, digest.ErrChanged) {
		d.mu.Lock()
		d.looked[line.ID] = look{version, now, c.again, watched.raw}
		d.mu.Unlock()
	}
	return c.announced, c.again, err
}

// watchlist is what a line's channel watches, read again after alertsList: a change of it takes that long to be noticed. Nothing is
// missed meanwhile, for the first look after a change looks back as far as it must.
func (d *AlertDesk) watchlist(ctx context.Context, line digest.Subscription, now time.Time) (watchlist, error) {
	d.mu.Lock()
	l, ok := d.lists[line.ID]
	d.mu.Unlock()
	if ok && !now.Before(l.at) && now.Before(l.at.Add(alertsList)) {
		return l, nil
	}
	how, err := d.c.Memory.Setting(ctx, scope(line.Address), settingAlerts)
	if err != nil {
		return watchlist{}, fmt.Errorf("read the setting %s: %w", settingAlerts, err)
	}
	raw, err := d.c.Memory.Setting(ctx, scope(line.Address), settingWatch)
	if err != nil {
		return watchlist{}, fmt.Errorf("read the setting %s: %w", settingWatch, err)
	}
	l = watchlist{raw: how + "\n" + raw, at: now}
	if a, err := readAlerting(how); err == nil && a.On && raw != "" { // without entries nothing is met
		_ = json.Unmarshal([]byte(raw), &l.entries) // whoever looks says what is wrong with it
	}
	d.mu.Lock()
	d.lists[line.ID] = l
	d.mu.Unlock()
	return l, nil
}

// callout is one look at one channel.
type callout struct {
	d         *AlertDesk
	line      digest.Subscription
	poster    message.Poster
	now       time.Time
	reader    present.Reader
	how       alerting
	told      told
	again     time.Time
	announced int
}

// later asks for another look at at the latest, and now and then before: the channel may change how it is alerted.
func (c *callout) later(at time.Time) {
	if soon := c.now.Add(alertsAgain); soon.Before(at) {
		at = soon
	}
	if c.again.IsZero() || at.Before(c.again) {
		c.again = at
	}
}

func (c *callout) run(ctx context.Context) error {
	m, at := c.d.c.Memory, c.line.Address
	setting := func(name string) (value string, err error) {
		if value, err = m.Setting(ctx, scope(at), name); err != nil {
			err = fmt.Errorf("read the setting %s: %w", name, err)
		}
		return value, err
	}
	raw, err := setting(settingAlerts)
	if err != nil {
		return err
	}
	if c.how, err = readAlerting(raw); err != nil || !c.how.On {
		return err
	}
	list := []string{}
	if raw, err = setting(settingWatch); err != nil || raw == "" {
		return err
	}
	if err := json.Unmarshal([]byte(raw), &list); err != nil {
		return fmt.Errorf("read the watch list: %w", err)
	}
	if c.reader, err = readerOf(ctx, m, at, c.d.c.Zone, c.now); err != nil {
		return err
	}
	notices, err := c.d.c.Board.Notices(ctx, c.line.ID, c.now.Add(-alertsFollow))
	if err != nil {
		return err
	}
	c.told = readTold(notices)
	digests, err := c.d.c.Board.Subscriptions(ctx, digest.Filter{Platform: at.Platform, Workspace: at.Workspace, Channel: at.Channel})
	if err != nil {
		return fmt.Errorf("read the channel's digests: %w", err)
	}
	for _, s := range digests {
		if s.LastEdition != nil && s.Form == digest.FormDigest {
			c.told.keys = append(c.told.keys, s.LastEdition.Carried...)
		}
	}
	// A digest that is on its way tells it already.
	under, err := c.d.c.Board.Deliveries(ctx, digest.DeliveryFilter{
		Platform: at.Platform, Workspace: at.Workspace, Channel: at.Channel, States: []digest.State{digest.Composed}, Since: c.now.Add(-alertsReach),
	})
	if err != nil {
		return fmt.Errorf("read what is under way to the channel: %w", err)
	}
	for _, u := range under {
		if u.Edition != nil {
			c.told.keys = append(c.told.keys, u.Edition.Carried...)
		}
	}
	waiting := 0
	for from, entries := range c.windows(list) {
		n, err := c.look(ctx, time.UnixMilli(from).UTC(), entries)
		if err != nil {
			return err
		}
		waiting += n
	}
	return c.sayLimit(ctx, waiting)
}

// windows are the entries of the watch list by since when each alerts.
func (c *callout) windows(list []string) map[int64][]string {
	out := map[int64][]string{}
	for _, e := range list {
		from := max(c.now.Add(-alertsReach).UnixMilli(), c.how.Since[strings.ToLower(e)])
		out[from] = append(out[from], e)
	}
	return out
}

// look tells what meets entries since from, and returns how many stories wait because of the limit.
func (c *callout) look(ctx context.Context, from time.Time, entries []string) (waiting int, err error) {
	beat, err := rested(ctx, c.d.c.Memory, scope(c.line.Address), briefings.Beat{Watch: entries}, c.now)
	if err != nil {
		return 0, err
	}
	e, err := c.d.c.Newsroom.Compose(ctx, briefings.Assignment{
		Beat: beat, Window: briefings.Window{From: from, To: c.now.Add(time.Second)}, // with what was read this very moment
		Last: &briefings.Edition{Carried: c.told.keys}, Most: alertsStories, For: scope(c.line.Address),
	})
	if err != nil {
		return 0, fmt.Errorf("look for what is new on the watch list: %w", err)
	}
	quiet := c.how.quietUntil(c.now, c.reader.Zone)
	for _, item := range e.Items {
		if len(item.Hits) == 0 {
			continue
		}
		if !quiet.IsZero() {
			c.later(quiet)
			return 0, nil
		}
		story, f := c.told.of(item)
		switch {
		case f != nil && item.Tag == briefings.TagCorrected: // the correction desk tells it
		case f == nil:
			if n := c.lastHour(); n >= c.how.Limit {
				waiting++
				continue
			}
			err = c.alert(ctx, e, item)
		case f.lost:
		case f.pending:
			c.later(c.now.Add(5 * time.Second))
		case f.message.ID == "": // held: nobody knows whether it is there
		case c.now.Before(f.newest.Add(alertsUpdate)):
			c.later(f.newest.Add(alertsUpdate))
		default:
			err = c.update(ctx, e, item, story, f)
		}
		if err != nil && !errors.Is(err, digest.ErrTold) {
			return waiting, err
		}
	}
	return waiting, nil
}

// lastHour is how many alerts came in the last hour.
func (c *callout) lastHour() int {
	n := 0
	for _, at := range c.told.alerts {
		if at.After(c.now.Add(-time.Hour)) {
			n++
		}
	}
	return n
}

func (c *callout) alert(ctx context.Context, e briefings.Edition, item briefings.Item) error {
	parts, err := c.parts(present.Alert([]briefings.Item{item}, c.now, c.reader))
	if err != nil {
		return err
	}
	if err := c.announce(ctx, keyAlert+item.Story, e, item, message.Address{}, parts); err != nil {
		return err
	}
	c.told.alerts = append([]time.Time{c.now}, c.told.alerts...)
	c.told.stories[item.Story] = &followed{pending: true, articles: map[string]bool{}, newest: c.now, told: 1}
	return nil
}

// update changes the alert's message and adds a note to its thread, as far as the platform has either. Where it has neither, the
// next digest tells what came.
func (c *callout) update(ctx context.Context, e briefings.Edition, item briefings.Item, story string, f *followed) error {
	note, to := present.AlertNote(item, c.now, c.reader), message.Address{}
	var parts []digest.Part
	_, editor := c.poster.(message.Editor)
	if editor && !f.corrected {
		changed, err := c.parts(present.Alert(append(slices.Clone(f.items), item), c.now, c.reader))
		if err != nil {
			return err
		}
		changed[0].Edits = f.message
		parts = changed[:1]
	}
	if thread, ok := threadOf(c.poster, f.message); ok {
		more, err := c.parts(note)
		if err != nil {
			return err
		}
		parts = append(parts, more...)
		if len(parts) == len(more) {
			to = thread
		}
	}
	if len(parts) == 0 {
		return nil
	}
	if err := c.announce(ctx, keyUpdate+story+":"+strconv.Itoa(f.told), e, item, to, parts); err != nil {
		return err
	}
	f.pending = true
	return nil
}

// threadOf is the thread of a message, on a platform whose messages have one.
func threadOf(p message.Poster, of message.Ref) (message.Address, bool) {
	threads, ok := p.(message.Threader)
	if !ok {
		return message.Address{}, false
	}
	at := threads.Thread(of)
	return at, at != of.Address
}

// sayLimit says once an hour that the limit is reached.
func (c *callout) sayLimit(ctx context.Context, waiting int) error {
	if waiting == 0 {
		return nil
	}
	n := min(c.lastHour(), c.how.Limit)
	next := c.told.alerts[n-1].Add(time.Hour)
	c.later(next)
	if len(c.told.limits) > 0 && c.told.limits[0].After(c.now.Add(-time.Hour)) {
		return nil
	}
	parts, err := c.parts(present.AlertLimit(c.how.Limit, waiting, next, c.reader))
	if err != nil {
		return err
	}
	err = c.announce(ctx, keyLimit+strconv.FormatInt(c.now.UnixMilli(), 10), briefings.Edition{AsOf: c.now}, briefings.Item{}, message.Address{}, parts)
	if errors.Is(err, digest.ErrTold) {
		return nil
	}
	return err
}

// announce makes a notice of an item.
func (c *callout) announce(ctx context.Context, key string, e briefings.Edition, item briefings.Item, to message.Address, parts []digest.Part) error {
	kept := briefings.Edition{Beat: e.Beat, Window: e.Window, AsOf: e.AsOf, Composed: e.Composed}
	if item.Story != "" {
		kept.Items, kept.Carried = []briefings.Item{item}, c.d.c.Newsroom.Keys(item)
	}
	n := digest.Notice{Key: key, At: c.now, Place: to, Edition: kept, Parts: parts}
	if err := c.d.c.Board.Announce(ctx, c.line, n); err != nil {
		return err
	}
	c.line.Rev++
	c.announced++
	c.told.keys = append(c.told.keys, kept.Carried...)
	c.d.c.Log.InfoContext(ctx, "a channel is told between its digests", "address", c.line.Address.String(), "notice", key)
	return nil
}

// parts fits a message.
func (c *callout) parts(m *message.Message) ([]digest.Part, error) { return fitted(c.poster, m) }

func fitted(p message.Poster, m *message.Message) ([]digest.Part, error) {
	var parts []digest.Part
	for _, f := range p.Fit(m) {
		raw, err := json.Marshal(f)
		if err != nil {
			return nil, fmt.Errorf("write a notice down: %w", err)
		}
		parts = append(parts, digest.Part{Message: raw})
	}
	if len(parts) == 0 {
		return nil, errors.New("the platform can show no part of a notice")
	}
	return parts, nil
}

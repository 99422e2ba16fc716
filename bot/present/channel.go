package present

import (
	"slices"
	"strings"
	"time"

	"attache/bot/message"
	"attache/briefings"
)

// Standing is a digest as a list shows it.
type Standing struct {
	ID     string
	When   string // the schedule in words
	Beat   briefings.Beat
	Next   []time.Time    // the next times; empty when there are none
	Zone   *time.Location // where the times are told; nil means the reader's zone
	Last   time.Time      // the slot of the last one sent; zero when there is none
	Paused bool
	Reason string // why it is paused, when no person did it
	Often  bool   // it comes more than once an hour
	Review bool   // it is a weekly review
}

// in is the desk with the clock of another zone, where there is one.
func (d desk) in(zone *time.Location) desk {
	if zone != nil {
		d.zone = zone
	}
	return d
}

func (d desk) standing(s Standing) args {
	return args{"id": s.ID, "schedule": oneLine(s.When), "about": d.matter(s)}
}

// matter says what a digest is about, and that it is a review where it is.
func (d desk) matter(s Standing) string {
	if s.Review {
		return plainly(d.p.ReviewOf, args{"about": d.about(s.Beat)})
	}
	return d.about(s.Beat)
}

// about says what a digest is about: "about North Korea and sanctions, only from Yonhap, without football".
func (d desk) about(b briefings.Beat) string {
	out := d.p.DigestAll
	if topics := d.subjects(b); len(topics) > 0 {
		out = plainly(d.p.DigestAbout, args{"topics": d.few(topics, 6)})
	}
	if outlets := clean(b.Outlets); len(outlets) > 0 {
		out += plainly(d.p.DigestFrom, args{"outlets": d.few(outlets, 6)})
	}
	if len(b.Languages) > 0 {
		var names []string
		for _, l := range clean(b.Languages) {
			names = append(names, briefings.LanguageName(l))
		}
		out += plainly(d.p.DigestIn, args{"languages": d.few(names, 6)})
	}
	if without := clean(b.Without); len(without) > 0 {
		out += plainly(d.p.DigestWithout, args{"topics": d.few(without, 6)})
	}
	return out
}

// subjects are the topics, names and countries of a beat as people read them.
func (d desk) subjects(b briefings.Beat) []string {
	words := slices.Concat(b.Topics, b.Actors)
	for i, w := range words {
		words[i] = strings.TrimPrefix(oneLine(w), "@")
	}
	for _, code := range b.Countries {
		words = append(words, oneLine(CountryName(code, d.language)))
	}
	return clean(words)
}

// readings say how the topics of a beat are understood where that isn't plain, or nothing.
func (d desk) readings(b briefings.Beat) []message.Span {
	var out []string
	for _, t := range b.Topics {
		r := briefings.ReadTopic(t)
		if template, ok := d.p.ReadKinds[r.Kind]; ok {
			out = append(out, plainly(template, args{"name": oneLine(r.Name), "detail": oneLine(r.Detail)}))
		}
	}
	if len(out) == 0 {
		return nil
	}
	return say(d.p.DigestReads, args{"readings": strings.Join(few(out, 8), d.p.Semicolon+" ")})
}

// Tried adds to a confirmation what the last 24 hours would have brought: the headlines, in the outlets' words.
func Tried(m *message.Message, e briefings.Edition, r Reader) *message.Message {
	d := deskFor(r)
	out := &message.Message{Gist: m.Gist, Tone: m.Tone, Blocks: slices.Clone(m.Blocks)}
	if len(e.Items) == 0 {
		out.Blocks = append(out.Blocks, message.P(say(d.p.DigestTrialNone, args{"reports": d.p.Reports.of(e.Read)})...))
		return out
	}
	list := message.List{Ordered: true}
	for _, item := range few(e.Items, 5) {
		line := []message.Span{message.T(shortened(item.Headline, 140))}
		if message.WebAddress(item.Lead.URL) != "" {
			line = []message.Span{message.L(shortened(item.Headline, 140), item.Lead.URL)}
		}
		if outlet := oneLine(item.Lead.Outlet); outlet != "" {
			line = append(line, message.T(" ("+outlet+")"))
		}
		list.Items = append(list.Items, line)
	}
	lead := say(d.p.DigestTrial, args{"stories": d.p.Stories.of(len(e.Items)), "reports": d.p.Reports.of(e.Read)})
	out.Blocks = append(out.Blocks, message.P(lead...), list)
	return out
}

// TryOut says how to get a digest that was tried out: order is what it would be about, as it was written.
func TryOut(m *message.Message, order string, r Reader) *message.Message {
	d := deskFor(r)
	out := &message.Message{Gist: m.Gist, Tone: m.Tone, Blocks: slices.Clone(m.Blocks)}
	out.Blocks = append(out.Blocks, message.Small(say(d.p.DigestTry, args{"order": shortened(order, 200)})...))
	return out
}

// ActionSetUp sets up the digest that was tried out; its value is an exchange's id.
const ActionSetUp = "setup"

// SetUp adds to a trial of a digest the button that sets it up. exchange remembers what was tried out; without one there is no
// button.
func SetUp(m *message.Message, exchange string, r Reader) *message.Message {
	if exchange != "" {
		button := message.Button{Label: deskFor(r).p.ButtonSetUp, Action: ActionSetUp, Value: exchange, Style: message.StylePrimary}
		m.Blocks = append(m.Blocks, message.Buttons{Items: []message.Button{button}})
	}
	return m
}

// next lists the next times of a digest, each an instant of its own.
func (d desk) next(times []time.Time) []message.Span {
	var out []message.Span
	for i, t := range times {
		if i > 0 {
			out = append(out, message.T(d.p.Semicolon+" "))
		}
		out = append(out, d.slot(t))
	}
	return out
}

// DigestAdded confirms a new digest: what its times mean, and the next three.
func DigestAdded(s Standing, r Reader) *message.Message {
	d := deskFor(r)
	return d.confirmed(d.p.DigestAdded, s)
}

// DigestStands says that a channel has a digest already that somebody wants to add.
func DigestStands(s Standing, r Reader) *message.Message {
	d := deskFor(r)
	return d.confirmed(d.p.DigestStands, s)
}

// DigestDraft says what a digest would be whose order waits: what its times mean, and the next three. It has no id yet, or the
// one of the digest that would be changed.
func DigestDraft(s Standing, r Reader) *message.Message {
	d := deskFor(r)
	template := d.p.DigestDraft
	if s.ID != "" {
		template = d.p.DigestDraftChange
	}
	m := d.planned(template, s)
	if s.Often {
		m.Blocks = append(m.Blocks, message.P(say(d.p.DigestDraftOften, nil)...))
	}
	return m
}

// ActionCarryOut carries out an order that was drafted; its value is an exchange's id.
const ActionCarryOut = "carryout"

// Draft adds to what an order would do the button that carries it out, and the command that does the same. exchange remembers
// the order; without one there is no button.
func Draft(m *message.Message, order, exchange string, r Reader) *message.Message {
	d := deskFor(r)
	out := &message.Message{Gist: m.Gist, Tone: m.Tone, Blocks: slices.Clone(m.Blocks)}
	if exchange != "" {
		out.Blocks = append(out.Blocks, message.Buttons{Items: []message.Button{{Label: d.p.ButtonCarryOut, Action: ActionCarryOut, Value: exchange, Style: message.StylePrimary}}})
	}
	out.Blocks = append(out.Blocks, message.Small(say(d.p.DigestUnsaved, args{"order": shortened(order, 300)})...))
	return out
}

// DigestChanged confirms a changed digest.
func DigestChanged(s Standing, r Reader) *message.Message {
	d := deskFor(r)
	return d.confirmed(d.p.DigestChanged, s)
}

// DigestResumed confirms that a paused digest goes on.
func DigestResumed(s Standing, r Reader) *message.Message {
	d := deskFor(r)
	return d.confirmed(d.p.DigestResumed, s)
}

// confirmed says what a digest is, and how it can be changed.
func (d desk) confirmed(template string, s Standing) *message.Message {
	m := d.planned(template, s)
	if s.Often {
		m.Blocks = append(m.Blocks, message.P(say(d.p.DigestOften, args{"id": s.ID})...))
	}
	m.Blocks = append(m.Blocks, message.Small(say(d.p.DigestChange, args{"id": s.ID})...))
	return m
}

// planned says what a digest is: its times in words, what it is about, and when it comes next.
func (d desk) planned(template string, s Standing) *message.Message {
	d = d.in(s.Zone)
	line := say(template, d.standing(s))
	m := &message.Message{Gist: wordsOf(line), Blocks: []message.Block{message.P(line...)}}
	if reads := d.readings(s.Beat); len(reads) > 0 {
		m.Blocks = append(m.Blocks, message.P(reads...))
	}
	if len(s.Next) > 0 {
		m.Blocks = append(m.Blocks, message.P(say(d.p.DigestNext, args{"times": d.next(s.Next)})...))
	}
	return m
}

// Digests lists the digests of a channel.
func Digests(list []Standing, r Reader) *message.Message {
	d := deskFor(r)
	if len(list) == 0 {
		return plain(say(d.p.DigestsNone, nil))
	}
	m := &message.Message{Gist: plainly(d.p.DigestsTitle, nil) + d.p.Colon + " " + d.p.DigestCount.of(len(list)) + "."}
	m.Blocks = append(m.Blocks, message.Heading{Level: 1, Spans: say(d.p.DigestsTitle, nil)})
	lines := message.List{}
	for _, s := range list {
		d := d.in(s.Zone)
		line := []message.Span{message.K(s.ID), message.T(" " + oneLine(s.When) + ", " + d.matter(s) + d.p.Colon + " ")}
		switch {
		case s.Paused && s.Reason != "":
			line = append(line, message.B(d.p.SourcePaused), message.T(" ("+strings.TrimSuffix(shortened(d.retold(s.Reason), 160), ".")+")"))
		case s.Paused:
			line = append(line, message.B(d.p.SourcePaused))
		case len(s.Next) > 0:
			line = append(line, say(d.p.DigestState, args{"at": d.slot(s.Next[0])})...)
		}
		if s.Last.IsZero() {
			line = append(line, message.T(", "+d.p.DigestNotYet))
		} else {
			line = append(append(line, message.T(", ")), say(d.p.DigestLast, args{"at": d.slot(s.Last)})...)
		}
		lines.Items = append(lines.Items, line)
	}
	m.Blocks = append(m.Blocks, lines)
	m.Blocks = append(m.Blocks, message.Small(say(d.p.DigestChange, args{"id": list[0].ID})...))
	return m
}

// StandingLine is a digest in one line of text, for a list to choose from.
func StandingLine(s Standing, locale string) string {
	d := deskFor(Reader{Locale: locale})
	line := s.ID + d.p.Colon + " " + oneLine(s.When) + ", " + d.matter(s)
	if s.Paused {
		line += " (" + d.p.SourcePaused + ")"
	}
	return line
}

// DigestPaused confirms a pause; already says that it was paused before.
func DigestPaused(id string, already bool, r Reader) *message.Message {
	d := deskFor(r)
	if already {
		return plain(say(d.p.DigestPausedNow, args{"id": id}))
	}
	return plain(say(d.p.DigestPaused, args{"id": id}))
}

// DigestRunning says that a digest that was to be resumed is not paused.
func DigestRunning(id string, r Reader) *message.Message {
	d := deskFor(r)
	return plain(say(d.p.DigestRunning, args{"id": id}))
}

// DigestRemoved confirms that a digest is gone, and says what it was.
func DigestRemoved(s Standing, r Reader) *message.Message {
	d := deskFor(r)
	return plain(say(d.p.DigestRemoved, d.standing(s)))
}

// DigestSame says that an edit changed nothing.
func DigestSame(id string, r Reader) *message.Message {
	d := deskFor(r)
	return plain(say(d.p.DigestSame, args{"id": id}))
}

// DigestUnknown says that the channel has no digest with the id.
func DigestUnknown(id string, r Reader) *message.Message {
	d := deskFor(r)
	return problem(say(d.p.DigestUnknown, args{"id": shortened(id, 40)}))
}

// DigestWhich asks which of several digests is meant.
func DigestWhich(ids []string, r Reader) *message.Message {
	d := deskFor(r)
	var list []message.Span
	for i, id := range few(ids, 10) {
		if i > 0 {
			list = append(list, message.T(", "))
		}
		list = append(list, message.K(id))
	}
	return problem(say(d.p.DigestWhich, args{"ids": list}))
}

// DigestsFull says that the channel has as many digests as it may.
func DigestsFull(n int, r Reader) *message.Message {
	d := deskFor(r)
	return problem(say(d.p.DigestsFull, args{"n": n}))
}

// DigestMoved says that somebody else changed the digest at the same moment.
func DigestMoved(id string, r Reader) *message.Message {
	d := deskFor(r)
	return problem(say(d.p.DigestMoved, args{"id": id}))
}

// DigestNever says that a schedule never comes.
func DigestNever(when string, r Reader) *message.Message {
	d := deskFor(r)
	return problem(say(d.p.DigestNever, args{"when": shortened(when, 60)}), say(d.p.DigestHowTo, nil))
}

// DigestBadWhen says that times were not understood, why, and how to write them.
func DigestBadWhen(when, reason string, r Reader) *message.Message {
	d := deskFor(r)
	return problem(say(d.p.DigestBadWhen, args{"when": shortened(when, 80), "reason": sentence(upper(shortened(reason, 300)))}), say(d.p.DigestHowTo, nil))
}

// BadZone says that a time zone is not known, with those that look like it.
func BadZone(zone string, near []string, r Reader) *message.Message {
	d := deskFor(r)
	lines := [][]message.Span{say(d.p.DigestBadZone, args{"zone": shortened(zone, 60)})}
	if len(near) > 0 {
		lines = append(lines, say(d.p.DidYouMean, args{"command": strings.Join(few(near, 3), d.p.Or)}))
	}
	return problem(lines...)
}

// DigestSuspended is why the digests of a place that the bot was taken out of are paused.
func DigestSuspended(locale string) string { return phrasesFor(locale).DigestSuspended }

// DigestUnreachable tells the owner of a digest that its channel can't be reached; reason says why and what to do.
func DigestUnreachable(id, reason string, r Reader) *message.Message {
	d := deskFor(r)
	m := plain(say(d.p.DigestLost, args{"id": id, "reason": d.retold(reason)}))
	m.Tone = message.ToneProblem
	return m
}

// About says in words what a beat is about: "about North Korea, sanctions".
func About(b briefings.Beat, locale string) string { return deskFor(Reader{Locale: locale}).about(b) }

// SourceKnown says that a source is followed already.
func SourceKnown(s briefings.Source, r Reader) *message.Message {
	d := deskFor(r)
	return plain(say(d.p.SourceKnown, args{"title": sourceTitle(s), "id": message.K(s.ID)}))
}

// SourcePage says that an address was a page and has been read as one report.
func SourcePage(a briefings.Article, r Reader) *message.Message {
	d := deskFor(r)
	refs := d.references()
	whole := briefings.Citation{Article: a.ID, Revision: a.Revision, URL: a.URL, Title: a.Title, Outlet: a.Outlet, Label: a.Label, Published: a.Published, DateOnly: a.DateOnly}
	line := append(say(d.p.SourcePage, args{"title": shortened(a.Title, 160)}), refs.cite([]briefings.Citation{whole})...)
	return &message.Message{Gist: wordsOf(line), Blocks: append([]message.Block{message.P(line...)}, refs.block()...)}
}

// SourceRemoved confirms that a source is no longer followed.
func SourceRemoved(s briefings.Source, r Reader) *message.Message {
	d := deskFor(r)
	return plain(say(d.p.SourceRemoved, args{"title": sourceTitle(s)}))
}

// SourceGone says that no source has the id.
func SourceGone(id string, r Reader) *message.Message {
	d := deskFor(r)
	return problem(say(d.p.SourceGone, args{"id": shortened(id, 60)}))
}

// SourceNotYours says that a source belongs to another channel.
func SourceNotYours(id string, r Reader) *message.Message {
	d := deskFor(r)
	return problem(say(d.p.SourceNotYours, args{"id": id}))
}

// SourceBad says why an address can't be followed.
func SourceBad(reason string, r Reader) *message.Message {
	d := deskFor(r)
	return problem(say(d.p.SourceBad, args{"reason": sentence(upper(shortened(reason, 300)))}))
}

// SourceNoAddress says that what was to be followed is no address at all.
func SourceNoAddress(r Reader) *message.Message {
	return SourceBad(phrasesFor(r.Locale).SourceNoURL, r)
}

// SourcesFull says that the channel follows as many sources as it may.
func SourcesFull(n int, r Reader) *message.Message {
	d := deskFor(r)
	return problem(say(d.p.SourcesFull, args{"n": n}))
}

// Watch lists the watch list.
func Watch(entries []string, r Reader) *message.Message {
	d := deskFor(r)
	if len(entries) == 0 {
		return plain(say(d.p.WatchNone, nil))
	}
	list := message.List{}
	for _, e := range entries {
		list.Items = append(list.Items, []message.Span{message.T(oneLine(e))})
	}
	return &message.Message{Gist: plainly(d.p.WatchTitle, nil) + d.p.Colon + " " + d.few(clean(entries), 8) + ".", Blocks: []message.Block{
		message.Heading{Level: 1, Spans: say(d.p.WatchTitle, nil)}, list,
	}}
}

// WatchAdded confirms an entry; already says that it was there before.
func WatchAdded(entry string, already bool, r Reader) *message.Message {
	d := deskFor(r)
	if already {
		return plain(say(d.p.WatchKnown, args{"entry": entry}))
	}
	return plain(say(d.p.WatchAdded, args{"entry": entry}))
}

// WatchRemoved confirms that an entry is gone.
func WatchRemoved(entry string, r Reader) *message.Message {
	d := deskFor(r)
	return plain(say(d.p.WatchRemoved, args{"entry": entry}))
}

// WatchMissing says that an entry was not on the list.
func WatchMissing(entry string, r Reader) *message.Message {
	d := deskFor(r)
	return problem(say(d.p.WatchMissing, args{"entry": shortened(entry, 80)}))
}

// WatchFull says that the list is as long as it may be.
func WatchFull(n int, r Reader) *message.Message {
	d := deskFor(r)
	return problem(say(d.p.WatchFull, args{"n": n}))
}

// Setting is a setting with its value as people read it.
type Setting struct {
	Name    string
	Value   string
	Default bool
}

// Settings lists the settings of a channel.
func Settings(list []Setting, r Reader) *message.Message {
	d := deskFor(r)
	lines := message.List{}
	var gist []string
	for _, s := range list {
		template := d.p.SettingValue
		if s.Default {
			template = d.p.SettingDef
		}
		lines.Items = append(lines.Items, say(template, args{"name": s.Name, "value": d.settingValue(s), "help": d.p.SettingHelp[s.Name]}))
		gist = append(gist, s.Name+" "+d.settingValue(s))
	}
	return &message.Message{Gist: plainly(d.p.SettingsTitle, nil) + d.p.Colon + " " + strings.Join(gist, ", ") + ".", Blocks: []message.Block{
		message.Heading{Level: 1, Spans: say(d.p.SettingsTitle, nil)}, lines,
		message.Small(say(d.p.SettingsHow, nil)...),
	}}
}

func (d desk) settingValue(s Setting) string {
	switch {
	case s.Value == "" && s.Name == "ping":
		return d.p.PingNobody
	case s.Value == "":
		return d.p.SettingPlatform
	}
	return shortened(s.Value, 200)
}

// PingRefused says that a role is not rung for somebody who may not mention it.
func PingRefused(role string, r Reader) *message.Message {
	return problem(say(deskFor(r).p.PingRefused, args{"role": shortened(role, 80)}))
}

// PingNowhere says that nobody is rung on this platform.
func PingNowhere(r Reader) *message.Message { return problem(say(deskFor(r).p.PingNowhere, nil)) }

// SettingSaved confirms a setting.
func SettingSaved(s Setting, r Reader) *message.Message {
	d := deskFor(r)
	template := d.p.SettingSaved
	if s.Default {
		template = d.p.SettingReset
	}
	return plain(say(template, args{"name": s.Name, "value": d.settingValue(s)}))
}

// SettingBad says that a value doesn't fit a setting, and what does.
func SettingBad(name, value string, r Reader) *message.Message {
	d := deskFor(r)
	return problem(say(d.p.SettingBad, args{"name": name, "value": shortened(value, 80), "allows": d.p.SettingAllows[name]}))
}

// SettingAbsent says that there is no such setting.
func SettingAbsent(name string, names []string, r Reader) *message.Message {
	d := deskFor(r)
	return problem(say(d.p.SettingAbsent, args{"name": shortened(name, 60), "names": d.list(names)}))
}

// plain is a message of one line.
func plain(line []message.Span) *message.Message {
	return &message.Message{Gist: wordsOf(line), Blocks: []message.Block{message.P(line...)}}
}

// problem is a message of lines that say what went wrong and what to do.
func problem(lines ...[]message.Span) *message.Message {
	m := &message.Message{Tone: message.ToneProblem}
	var gist []string
	for _, line := range lines {
		m.Blocks = append(m.Blocks, message.P(line...))
		gist = append(gist, wordsOf(line))
	}
	m.Gist = strings.Join(gist, " ")
	return m
}

// unknown is a message of one line that says that something isn't known.
func unknown(line []message.Span) *message.Message {
	m := plain(line)
	m.Tone = message.ToneUnknown
	return m
}

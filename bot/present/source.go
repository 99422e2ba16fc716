package present

import (
	"strings"

	"attache/bot/message"
	"attache/briefings"
)

// Actions of the buttons under a preview of a source; the value is the id of the exchange that remembers what was previewed.
const (
	ActionFollow     = "follow"
	ActionFollowLast = "follow-last"
	ActionFollowHere = "follow-here" // for this channel alone
)

// FollowLast is how many reports ActionFollowLast has posted.
const FollowLast = 3

// caution is what stands beside an outlet: its label, and that nobody has reviewed the source.
func (d desk) caution(c briefings.Citation) string {
	label := d.label(c.Label)
	if !c.Unreviewed {
		return label
	}
	if label == "" {
		return d.p.NotReviewed
	}
	return label + ", " + d.p.NotReviewed
}

// Circle is for whom something is that was brought.
type Circle string

// The circles.
const (
	CircleHere      Circle = "here"      // the channel or direct message alone
	CircleWorkspace Circle = "workspace" // all channels of the workspace
	CircleAll       Circle = "all"       // everyone whom Attaché serves
)

// SourceOffer is what a person may do with a source that they are shown.
type SourceOffer struct {
	Link string // as they gave it
	// Exchange remembers it for the buttons; empty means that it could not be remembered: what to write says the same.
	Exchange string
	Alone    bool // they asked for it for this channel alone
	Shared   bool // the channel has a workspace with other channels
}

// followButtons are those under a source or list that is shown; last says that it may be followed with its last reports.
func (d desk) followButtons(o SourceOffer, label string, last bool) []message.Block {
	if o.Exchange == "" {
		return nil
	}
	everywhere := message.Button{Label: label, Action: ActionFollow, Value: o.Exchange}
	here := message.Button{Label: d.p.ButtonFollowHere, Action: ActionFollowHere, Value: o.Exchange}
	var items []message.Button
	switch {
	case o.Shared && o.Alone:
		items = []message.Button{here, everywhere}
	case last:
		items = []message.Button{everywhere, {Label: d.p.ButtonFollowLast, Action: ActionFollowLast, Value: o.Exchange}}
	default:
		items = []message.Button{everywhere}
	}
	if o.Shared && !o.Alone {
		items = append(items, here)
	}
	items[0].Style = message.StylePrimary
	return []message.Block{message.Buttons{Items: items}}
}

// SourceAdded confirms that a source is followed, and says what of it is news and for whom it is.
func SourceAdded(s briefings.Source, reports int, r Reader) *message.Message {
	d := deskFor(r)
	m := plain(say(d.p.SourceAdded, args{"title": sourceTitle(s), "id": message.K(s.ID), "reports": d.p.Reports.of(reports)}))
	small := say(d.p.SourceAddedLog, nil)
	if s.First > 0 {
		small = append(small, message.T(" "+d.p.SourceFirst.of(s.First)))
	}
	m.Blocks = append(m.Blocks, message.Small(small...))
	if s.Owner != briefings.WorkspaceOf(s.Owner) {
		words := d.p.SourceForAll
		if s.Alone {
			words = d.p.SourceForHere
		}
		m.Blocks = append(m.Blocks, message.Small(say(words, nil)...))
	}
	if s.Reviewed.IsZero() {
		m.Blocks = append(m.Blocks, message.Small(say(d.p.SourceUnreviewed, args{"id": s.ID})...))
	}
	return m
}

// SourcesAdded confirms that the sources of a list are followed.
func SourcesAdded(n int, r Reader) *message.Message {
	d := deskFor(r)
	return plain(say(d.p.SourcesListed, args{"sources": d.p.SourceCount.of(n)}))
}

// SourcePreview shows what a source would bring, before anybody follows it.
func SourcePreview(p briefings.Preview, o SourceOffer, r Reader) *message.Message {
	d := deskFor(r)
	title := message.T(sourceTitle(p.Source))
	if message.WebAddress(p.Source.URL) != "" {
		title = message.L(sourceTitle(p.Source), p.Source.URL)
	}
	m := plain(say(d.p.PreviewLists, args{"title": title, "reports": d.p.Reports.of(len(p.Reports))}))
	if len(p.Reports) > 0 {
		list := message.List{}
		for _, report := range few(p.Reports, 3) {
			line := []message.Span{message.T(shortened(report.Title, 160))}
			if !report.Published.IsZero() {
				line = append(line, message.T(" · "+d.day(report.Published, report.DateOnly)))
			}
			list.Items = append(list.Items, line)
		}
		m.Blocks = append(m.Blocks, message.P(say(d.p.PreviewNewest, nil)...), list)
	}
	m.Blocks = append(m.Blocks, message.Small(say(d.p.PreviewNothing, nil)...), message.Small(say(d.p.PreviewHow, args{"link": shortened(o.Link, 300)})...))
	label := d.p.ButtonFollow
	if o.Shared {
		m.Blocks = append(m.Blocks, message.Small(say(d.p.PreviewHere, nil)...))
		label = d.p.ButtonShared
	}
	m.Blocks = append(m.Blocks, d.followButtons(o, label, true)...)
	return m
}

// SourceListPreview shows the sources that a list names; room is how many of them the channel may still follow.
func SourceListPreview(l *briefings.ListError, room int, o SourceOffer, r Reader) *message.Message {
	d := deskFor(r)
	title := shortened(l.Title, 120)
	if title == "" {
		title = shortened(o.Link, 120)
	}
	m := plain(say(d.p.PreviewList, args{"title": title, "sources": d.p.SourceCount.of(len(l.Sources))}))
	list := message.List{}
	for _, s := range few(l.Sources, 10) {
		list.Items = append(list.Items, []message.Span{message.T(sourceTitle(s))})
	}
	if more := len(l.Sources) - 10; more > 0 {
		list.Items = append(list.Items, []message.Span{message.T(d.p.More.of(more))})
	}
	m.Blocks = append(m.Blocks, list)
	if room < len(l.Sources) {
		m.Blocks = append(m.Blocks, message.P(say(d.p.PreviewListPart, args{"n": room})...))
	}
	m.Blocks = append(m.Blocks, message.Small(say(d.p.PreviewNothing, nil)...), message.Small(say(d.p.PreviewListHow, args{"link": shortened(o.Link, 300)})...))
	if o.Shared {
		m.Blocks = append(m.Blocks, message.Small(say(d.p.PreviewHere, nil)...))
	}
	m.Blocks = append(m.Blocks, d.followButtons(o, d.p.ButtonFollowAll, false)...)
	return m
}

// SourceUnclear says that the words behind a link mean nothing.
func SourceUnclear(link string, r Reader) *message.Message {
	d := deskFor(r)
	return problem(say(d.p.SourceUnclear, args{"link": shortened(link, 300)}))
}

// SourcePaused confirms that a source is not read for now.
func SourcePaused(s briefings.Source, r Reader) *message.Message {
	d := deskFor(r)
	return plain(say(d.p.SourcePausedNow, args{"title": sourceTitle(s), "id": s.ID}))
}

// SourceResumed confirms that a source is read again.
func SourceResumed(s briefings.Source, r Reader) *message.Message {
	d := deskFor(r)
	return plain(say(d.p.SourceResumed, args{"title": sourceTitle(s)}))
}

// SourcesReviewed confirms that somebody vouches for sources, of which there is at least one, or no longer does.
func SourcesReviewed(list []briefings.Source, vouch bool, r Reader) *message.Message {
	d := deskFor(r)
	var titles []string
	for _, s := range list {
		titles = append(titles, sourceTitle(s))
	}
	words := d.p.SourceReviewed
	if !vouch {
		words = d.p.SourceDoubted
	}
	return plain(say(words, args{"title": d.few(titles, 5)}))
}

// SourcesFailing tells a channel which of its sources can't be read, since when and why.
func SourcesFailing(list []briefings.Source, r Reader) *message.Message {
	d := deskFor(r)
	m := plain(say(d.p.SourcesFailing.of(len(list)), nil))
	m.Tone = message.ToneProblem
	lines := message.List{}
	for _, s := range few(list, 10) {
		lines.Items = append(lines.Items, append(d.sourceName(s), d.sourceTrouble(s)...))
	}
	if more := len(list) - 10; more > 0 {
		lines.Items = append(lines.Items, []message.Span{message.T(d.p.More.of(more))})
	}
	m.Blocks = append(m.Blocks, lines, message.Small(say(d.p.SourcesTrying, nil)...))
	return m
}

// sourceName begins a line about a source: its title, with its address, and its id.
func (d desk) sourceName(s briefings.Source) []message.Span {
	title := sourceTitle(s)
	line := []message.Span{message.T(title)}
	if message.WebAddress(s.URL) != "" {
		line = []message.Span{message.L(title, s.URL)}
	}
	return append(line, message.T(" ("), message.K(s.ID), message.T(")"+d.p.Colon+" "))
}

// sourceTrouble says since when and why a source can't be read.
func (d desk) sourceTrouble(s briefings.Source) []message.Span {
	return say(d.p.SourceFailing, args{"since": d.at(s.Since), "reason": shortened(d.retold(s.Failing), 200)})
}

// sourceHealth says how a source is: since when and why it fails or when it was last read, its newest report, and whether
// anybody has reviewed it.
func (d desk) sourceHealth(s briefings.Source) []message.Span {
	var line []message.Span
	switch {
	case s.Paused:
		line = say(d.p.SourcePaused, nil)
	case s.Failing != "":
		line = d.sourceTrouble(s)
	case s.Checked.IsZero():
		line = say(d.p.SourceNever, nil)
	default:
		line = say(d.p.SourceOK, args{"at": d.at(s.Checked)})
	}
	if !s.Newest.IsZero() {
		line = append(append(line, message.T(", ")), say(d.p.SourceNewest, args{"at": d.at(s.Newest)})...)
	}
	if s.Reviewed.IsZero() {
		line = append(line, message.T(", "), message.I(d.p.SourceDoubtful))
	}
	return line
}

// sourceList lists sources by whom they are for: those of the channel alone, those of all channels of its workspace, and those of
// everyone.
func (d desk) sourceList(sources []SourceStatus) []message.Block {
	if len(sources) == 0 {
		return []message.Block{message.P(say(d.p.SourcesNone, nil)...)}
	}
	const most = 40
	var blocks []message.Block
	shown := 0
	for _, group := range []struct {
		title string
		has   func(s SourceStatus) bool
	}{
		{d.p.SourcesHere, func(s SourceStatus) bool { return s.Owner != "" && s.Brings() == s.Owner }},
		{d.p.SourcesShared, func(s SourceStatus) bool { return s.Owner != "" && s.Brings() != s.Owner }},
		{d.p.SourcesAll, func(s SourceStatus) bool { return s.Owner == "" }},
	} {
		list := message.List{}
		for _, s := range sources {
			if group.has(s) && shown < most {
				shown++
				list.Items = append(list.Items, append(d.sourceName(s.Source), d.sourceHealth(s.Source)...))
			}
		}
		if len(list.Items) > 0 {
			blocks = append(blocks, message.P(message.B(strings.TrimSpace(group.title))), list)
		}
	}
	if more := len(sources) - shown; more > 0 {
		blocks = append(blocks, message.P(message.T(d.p.More.of(more))))
	}
	return blocks
}

func sourceTitle(s briefings.Source) string {
	if title := shortened(s.Title, 120); title != "" {
		return title
	}
	return shortened(s.URL, 120)
}

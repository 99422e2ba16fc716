package present

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"attache/bot/message"
	"attache/briefings"
)

// Issue is what the title of an edition says beside what is in it.
type Issue struct {
	// Subscription is the id of the digest; empty for latest.
	Subscription string
	// Slot is when the digest was due; zero for latest.
	Slot time.Time
	// Zone is the IANA zone of the schedule; empty means UTC.
	Zone string
	// Late says that the digest comes after its time.
	Late bool
	// Widened says that the last 24 hours were quiet and the edition goes further back. For latest only.
	Widened bool
	// Locale is the language of the channel, BCP 47; empty means English.
	Locale string
	// Print says that it is read where nobody can reply or press a button: in a mail, in a feed.
	Print bool
}

// Edition shows an edition: title, lead, figures, items with their tags, speakers and citations, sources, as of. A quiet day
// is one line.
func Edition(e briefings.Edition, i Issue) *message.Message {
	zone, err := time.LoadLocation(i.Zone)
	if err != nil {
		zone = time.UTC
	}
	d := deskFor(Reader{Locale: i.Locale, Zone: zone, Now: e.AsOf})
	beat := d.beat(e.Beat)
	if e.Review != nil {
		return d.review(e, i, beat)
	}
	if len(e.Items) == 0 {
		return d.quiet(e, i, beat)
	}
	refs := d.references()
	title := d.title(e, i, beat)
	m := &message.Message{}
	m.Blocks = append(m.Blocks, message.Heading{Level: 1, Spans: []message.Span{message.T(title)}})
	if i.Late && !i.Slot.IsZero() {
		m.Blocks = append(m.Blocks, message.Small(say(d.p.Late, args{"at": d.at(i.Slot)})...))
	}
	if i.Widened {
		m.Blocks = append(m.Blocks, message.Small(say(d.p.Widened, args{"day": d.day(e.Window.From, false)})...))
	}
	lead := d.editionLead(e, refs)
	if len(lead) > 0 {
		m.Blocks = append(m.Blocks, message.P(lead...))
	}
	m.Blocks = append(m.Blocks, message.Small(d.figures(e, i)...))
	for n, item := range e.Items {
		m.Blocks = append(m.Blocks, d.item(item, n+1, i, n == 0 && len(lead) > 0, len(e.Items) == 1, refs)...)
		if item.Tag == briefings.TagDisputed {
			m.Tone = message.ToneDisputed
		}
	}
	var tail []string
	if e.Below > 0 {
		tail = append(tail, d.p.Below.of(e.Below))
	}
	if len(e.Failing) > 0 {
		tail = append(tail, plainly(d.p.Failing, args{"names": d.few(e.Failing, 4)}))
	}
	if len(tail) > 0 {
		m.Blocks = append(m.Blocks, message.Small(message.T(strings.Join(tail, " "))))
	}
	m.Blocks = append(m.Blocks, refs.block()...)
	end := append(say(d.p.Window, args{"from": d.at(e.Window.From), "to": d.at(e.Window.To)}), message.T(" "))
	end = append(end, say(d.p.AsOf, args{"at": d.at(e.AsOf)})...)
	if i.Subscription != "" && !i.Print {
		end = append(end, message.T(" "+d.p.DigestHint))
	}
	m.Blocks = append(m.Blocks, message.Small(end...))
	m.Blocks = append(m.Blocks, d.editionButtons(e, i)...)

	var headlines []string
	for _, item := range e.Items {
		headlines = append(headlines, strings.TrimRight(shortened(item.Headline, 110), "."))
	}
	m.Gist, m.Locale = title+". "+sentence(strings.Join(headlines, d.p.Semicolon+" ")), i.Locale
	return m
}

// Previewed marks a worded digest as a preview for one person: a line says so, and its buttons are gone, for there is nothing
// to vote on yet.
func Previewed(m *message.Message, r Reader) *message.Message {
	d := deskFor(r)
	out := &message.Message{Gist: m.Gist, Tone: m.Tone}
	note := message.Small(say(d.p.Preview, nil)...)
	for i, b := range m.Blocks {
		if _, buttons := b.(message.Buttons); buttons {
			continue
		}
		out.Blocks = append(out.Blocks, b)
		if _, heading := b.(message.Heading); i == 0 && heading {
			out.Blocks = append(out.Blocks, note)
		}
	}
	if len(m.Blocks) > 0 {
		if _, heading := m.Blocks[0].(message.Heading); !heading {
			out.Blocks = append(out.Blocks, note)
		}
	}
	return out
}

// quiet is an edition without a story: one line.
func (d desk) quiet(e briefings.Edition, i Issue, beat string) *message.Message {
	line := say(d.p.Quiet, args{
		"beat": beat, "day": d.date(d.p.LongDay, d.editionDay(e, i)), "reports": d.p.Reports.of(e.Read),
		"from": d.at(e.Window.From), "to": d.at(e.Window.To),
	})
	if i.Subscription == "" {
		line = say(d.p.NothingAtAll, args{"beat": d.topics(e.Beat), "reports": d.p.Reports.of(e.Read)})
		if e.Read == 0 && e.Window.From.Year() > 1970 { // a window that is open backwards names no time
			line = say(d.p.NothingInTime, args{"from": d.at(e.Window.From), "to": d.at(e.Window.To)})
		}
	}
	gist := wordsOf(line)
	if len(e.Failing) > 0 {
		line = append(line, say(" "+d.p.Failing, args{"names": d.few(e.Failing, 4)})...)
	}
	line = append(line, say(" "+d.p.AsOf, args{"at": d.at(e.AsOf)})...)
	return &message.Message{Gist: gist, Blocks: []message.Block{message.P(line...)}}
}

// editionDay is the day of an issue: its slot's, or that of the moment for latest.
func (d desk) editionDay(e briefings.Edition, i Issue) time.Time {
	if i.Slot.IsZero() {
		return e.AsOf.In(d.zone)
	}
	return i.Slot.In(d.zone)
}

func (d desk) title(e briefings.Edition, i Issue, beat string) string {
	if i.Slot.IsZero() {
		return plainly(d.p.LatestTitle, args{"beat": beat})
	}
	at := d.editionDay(e, i)
	return plainly(d.p.DigestTitle, args{"beat": beat, "day": d.date(d.p.LongDay, at), "clock": d.clock(at) + " " + zoneName(at)})
}

// beat is what a channel follows, in words.
func (d desk) beat(b briefings.Beat) string {
	return upper(d.topics(b))
}

// topics is a beat in the middle of a sentence.
func (d desk) topics(b briefings.Beat) string {
	if name := oneLine(b.Name); name != "" {
		return name
	}
	words := d.subjects(b)
	if len(words) == 0 {
		return d.p.Everything
	}
	return d.few(words, 4)
}

// editionLead is what matters most, in one sentence with its speaker. An edition of one story needs none: its item is the lead.
func (d desk) editionLead(e briefings.Edition, refs *references) []message.Span {
	first := e.Items[0]
	if len(e.Items) < 2 || len(first.Claims) == 0 {
		return nil
	}
	template := d.p.LeadOne
	if len(first.Hits) > 0 {
		template = d.p.LeadWatch
	}
	return say(template, args{"headline": d.attributed(first.Claims[0], refs)})
}

func (d desk) figures(e briefings.Edition, i Issue) []message.Span {
	count := map[briefings.Tag]int{}
	for _, item := range e.Items {
		count[item.Tag]++
	}
	var tags []string
	for _, tag := range []briefings.Tag{briefings.TagNew, briefings.TagUpdated, briefings.TagDisputed, briefings.TagCorrected} {
		if n := count[tag]; n > 0 && (tag != briefings.TagNew || !i.Slot.IsZero()) {
			tags = append(tags, plainly(d.p.FigureTags[tag], args{"n": n}))
		}
	}
	line := d.p.Stories.of(len(e.Items))
	if len(tags) > 0 && len(e.Items) > 1 {
		line += d.p.Colon + " " + strings.Join(tags, ", ")
	}
	reports := upper(d.p.Reports.of(e.Read))
	if e.Outlets > 0 {
		reports = plainly(d.p.FigureOutlets, args{"reports": reports, "outlets": d.p.Outlets.of(e.Outlets)})
	}
	line += ". " + plainly(d.p.FigureRead, args{"reports": reports, "matched": e.Matched}) + "."
	return []message.Span{message.T(line)}
}

// short says whether the edition is a digest in a channel, whose stories have their full form in the thread or behind a button.
func (i Issue) short() bool { return i.Subscription != "" && !i.Slot.IsZero() && !i.Print }

// item is one story: a line with tag and headline, then what is most telling of it. In a channel that is a line or two, so that
// a digest fits on the screen of a phone; elsewhere all of it.
// alone says that it is the only one; led, that the edition's lead has told its first claim.
func (d desk) item(item briefings.Item, n int, i Issue, led, alone bool, refs *references) []message.Block {
	tag := d.p.Tags[item.Tag]
	if item.Tag == briefings.TagNew && i.Slot.IsZero() { // without a digest before it, nothing is newer than the rest
		tag = ""
	}
	head := []message.Span{message.B(strconv.Itoa(n) + ". ")}
	if tag != "" {
		head = []message.Span{message.B(strconv.Itoa(n) + ". " + tag + d.p.Colon + " ")}
	}
	headline := oneLine(item.Headline)
	if message.WebAddress(item.Lead.URL) != "" {
		head = append(head, message.L(headline, item.Lead.URL))
	} else {
		head = append(head, message.B(headline))
	}
	head = append(head, refs.cite([]briefings.Citation{item.Lead})...)
	if i.short() {
		if reach := d.reach(item); reach != "" {
			head = append(head, message.T(" · "+reach))
		}
	}
	if len(item.Hits) > 0 {
		head = append(head, message.T(" · "), message.I(plainly(d.p.OnWatch, args{"hits": d.few(item.Hits, 3)})))
	}
	blocks := []message.Block{message.P(head...)}
	if i.Print { // what a channel has in the thread stands here
		if led && len(item.Claims) > 0 {
			item.Claims = item.Claims[1:]
		}
		return append(blocks, d.inFull(item, refs)...)
	}
	sides, changes, claims := 4, 2, few(item.Claims, 2)
	if led && len(claims) > 0 {
		claims = claims[1:]
	}
	switch {
	case i.short() && alone: // there is room for a second voice
		claims = voices(item)
	case i.short():
		sides, changes, claims = 2, 1, few(claims, 1)
	}
	switch {
	case item.Tag == briefings.TagDisputed && len(item.Sides) > 0:
		if !i.short() {
			blocks = append(blocks, message.P(say(d.p.Sides, nil)...))
		}
		blocks = append(blocks, d.sides(few(item.Sides, sides), refs))
		blocks = append(blocks, d.ended(item, refs)...)
		claims = nil
	case len(item.Changes) > 0:
		blocks = append(blocks, d.changes(few(item.Changes, changes), refs))
		claims = nil
	}
	for _, c := range claims {
		blocks = append(blocks, message.P(d.attributed(c, refs)...))
	}
	if i.short() {
		return blocks
	}
	if coverage := d.coverage(item); len(coverage) > 0 {
		blocks = append(blocks, message.Small(coverage...))
	}
	return blocks
}

// voices are the most telling claim of a story and the next one that somebody else makes.
func voices(item briefings.Item) []briefings.Claim {
	if len(item.Claims) == 0 {
		return nil
	}
	first := item.Claims[0]
	for _, more := range [][]briefings.Claim{item.Claims[1:], item.Said} {
		for _, c := range more {
			if c.Speaker.Name != "" && c.Speaker != first.Speaker && c.Text != first.Text {
				return []briefings.Claim{first, c}
			}
		}
	}
	return few(item.Claims, 2)
}

// sides is what each speaker says, one to a line.
func (d desk) sides(claims []briefings.Claim, refs *references) message.List {
	list := message.List{}
	for _, c := range claims {
		line := append(d.side(c), message.T(d.p.Colon+" "+oneLine(c.Text)))
		list.Items = append(list.Items, append(line, refs.cite(c.Citations)...))
	}
	return list
}

// changes is what was said before and what is said now, each with its source and date.
func (d desk) changes(changes []briefings.Change, refs *references) message.List {
	list := message.List{}
	for _, change := range changes {
		list.Items = append(list.Items,
			append(d.dated(d.p.Before, change.Old), d.attributed(change.Old, refs)...),
			append(d.dated(d.p.Now, change.New), d.attributed(change.New, refs)...))
	}
	return list
}

// reach is how many outlets reported a story and how many of them independently, or the outlet where it is one.
func (d desk) reach(item briefings.Item) string {
	outlets := clean(item.Outlets)
	switch {
	case len(outlets) == 0:
		return ""
	case len(outlets) == 1 && item.Lead.Label != "":
		return outlets[0] + " (" + d.label(item.Lead.Label) + ")"
	case len(outlets) == 1:
		return outlets[0]
	}
	return plainly(d.p.CoverageOrigin, args{"outlets": d.p.Outlets.of(len(outlets)), "origins": item.Origins})
}

// InFull shows the stories of a digest in full, for its thread: what is told of each, who said what, where they differ, what
// changed, one sentence of background, and who reported it. It is nil for a quiet day.
func InFull(e briefings.Edition, i Issue) *message.Message {
	if len(e.Items) == 0 {
		return nil
	}
	zone, err := time.LoadLocation(i.Zone)
	if err != nil {
		zone = time.UTC
	}
	d := deskFor(Reader{Locale: i.Locale, Zone: zone, Now: e.AsOf})
	refs := d.references()
	m := &message.Message{Gist: sentence(d.p.StoriesInFull)}
	m.Blocks = append(m.Blocks, message.Heading{Level: 1, Spans: []message.Span{message.T(d.p.StoriesInFull)}})
	for n, item := range e.Items {
		if n > 0 {
			m.Blocks = append(m.Blocks, message.Divider{})
		}
		title := strconv.Itoa(n+1) + ". " + oneLine(item.Headline)
		m.Blocks = append(m.Blocks, message.Heading{Level: 2, Spans: append([]message.Span{message.T(title)}, refs.cite([]briefings.Citation{item.Lead})...)})
		m.Blocks = append(m.Blocks, d.inFull(item, refs)...)
	}
	m.Blocks = append(m.Blocks, refs.block()...)
	m.Blocks = append(m.Blocks, message.Small(append(say(d.p.AsOf, args{"at": d.at(e.AsOf)}), message.T(" "+d.p.DigestHint))...))
	return m
}

// inFull is everything that an edition knows of a story, without its headline.
func (d desk) inFull(item briefings.Item, refs *references) []message.Block {
	var blocks []message.Block
	shown := map[string]bool{}
	for _, c := range item.Changes {
		shown[c.New.Text], shown[c.Old.Text] = true, true
	}
	for _, c := range item.Sides {
		shown[c.Text] = true
	}
	for _, c := range few(item.Claims, 3) {
		if !shown[c.Text] { // what changed and what is disputed follow below
			shown[c.Text] = true
			blocks = append(blocks, message.P(d.attributed(c, refs)...))
		}
	}
	if len(item.Changes) > 0 {
		blocks = append(blocks, d.changes(item.Changes, refs))
	}
	if len(item.Sides) > 0 {
		blocks = append(blocks, message.P(strong(say(d.p.Sides, nil))...), d.sides(few(item.Sides, 4), refs))
		blocks = append(blocks, d.ended(item, refs)...)
	}
	var rest []briefings.Claim
	for _, c := range item.Said {
		if !shown[c.Text] {
			rest = append(rest, c)
		}
	}
	if table, ok := d.saidTable(few(rest, 6), refs); ok {
		blocks = append(blocks, message.P(strong(say(d.p.StorySaid, nil))...), table)
	}
	blocks = append(blocks, d.backgroundOf(item, refs)...)
	if coverage := d.coverage(item); len(coverage) > 0 {
		blocks = append(blocks, message.Small(coverage...))
	}
	return blocks
}

// backgroundOf is one sentence of an earlier report, with its day and its source.
func (d desk) backgroundOf(item briefings.Item, refs *references) []message.Block {
	for _, c := range item.Background {
		q := firstCitation(c)
		return []message.Block{message.P(say(d.p.Background, args{"day": d.day(q.Published, q.DateOnly), "sentence": d.attributed(c, refs)})...)}
	}
	return nil
}

// saidTable is a small table of who said what, where and when.
func (d desk) saidTable(said []briefings.Claim, refs *references) (message.Block, bool) {
	t := message.Table{Columns: []message.Column{{Title: d.p.ColumnSpeaker}, {Title: d.p.ColumnSaid}, {Title: d.p.ColumnOutlet}, {Title: d.p.ColumnDate}}}
	for _, c := range said {
		name, q := upper(d.speaker(c.Speaker)), firstCitation(c)
		if name == "" {
			continue
		}
		date := ""
		if !q.Published.IsZero() {
			date = d.day(q.Published, q.DateOnly)
		}
		words := []message.Span{message.I(d.stance(c.Stance) + d.p.Colon + " "), message.T(oneLine(c.Text))}
		t.Rows = append(t.Rows, [][]message.Span{{message.B(name)}, append(words, refs.cite(c.Citations)...), d.outlet(q), {message.T(date)}})
	}
	return t, len(t.Rows) > 0
}

// dated is "Before (19 Feb 2024): " in strong.
func (d desk) dated(word string, c briefings.Claim) []message.Span {
	cite := firstCitation(c)
	if !cite.Published.IsZero() {
		word += " (" + d.day(cite.Published, cite.DateOnly) + ")"
	}
	return []message.Span{message.B(word + d.p.Colon + " ")}
}

// coverage says who reported a story and how many of them independently.
func (d desk) coverage(item briefings.Item) []message.Span {
	outlets := make([]string, 0, len(item.Outlets))
	for _, o := range item.Outlets {
		if o = oneLine(o); o != "" {
			outlets = append(outlets, o)
		}
	}
	label := ""
	if len(outlets) == 1 {
		label = d.label(item.Lead.Label)
	}
	var line []message.Span
	if len(outlets) > 0 {
		line = append(line, message.T(d.few(outlets, 3)))
	}
	if label != "" {
		line = append(line, message.T(" ("), message.I(label), message.T(")"))
	}
	if len(outlets) > 1 && item.Origins > 0 {
		line = say(d.p.CoverageOrigin, args{"outlets": line, "origins": item.Origins})
	}
	if !item.Newest.IsZero() {
		if len(line) > 0 {
			line = append(line, message.T(", "))
		}
		line = append(line, message.T(d.day(item.Newest, item.Lead.DateOnly)))
	}
	if len(line) == 0 {
		return nil
	}
	return append(line, message.T("."))
}

// editionButtons are a story each, and the votes. Their values name the digest and its slot.
func (d desk) editionButtons(e briefings.Edition, i Issue) []message.Block {
	if !i.short() {
		return nil
	}
	value := DigestSubject(i.Subscription, i.Slot)
	var stories []message.Button
	for n := range min(len(e.Items), 5) {
		stories = append(stories, message.Button{Label: plainly(d.p.ButtonStory, args{"n": n + 1}), Action: ActionStory, Value: value + "." + strconv.Itoa(n+1)})
	}
	return []message.Block{message.Buttons{Items: stories}, message.Buttons{Items: []message.Button{
		{Label: d.p.ButtonHelpful, Action: ActionHelpful, Value: value},
		{Label: d.p.ButtonNot, Action: ActionUnhelpful, Value: value},
	}}}
}

// ReadStory reads the value of a story's button: the digest, its slot and the story's number.
func ReadStory(value string) (subscription string, slot time.Time, n int, ok bool) {
	parts := strings.Split(value, ".")
	if len(parts) != 4 || parts[0] != "digest" {
		return "", time.Time{}, 0, false
	}
	seconds, err := strconv.ParseInt(parts[2], 10, 64)
	n, errNumber := strconv.Atoi(parts[3])
	return parts[1], time.Unix(seconds, 0).UTC(), n, err == nil && errNumber == nil && n > 0
}

// DigestSubject names one delivered digest in a button's value.
func DigestSubject(subscription string, slot time.Time) string {
	return fmt.Sprintf("digest.%s.%d", subscription, slot.Unix())
}

package present

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"attache/bot/message"
	"attache/briefings"
)

// Saying is a statement with the sentence that it stands in.
type Saying struct {
	Statement briefings.Statement
	Citation  briefings.Citation
}

// Telling is one story: its item in an edition of its own, who said what in its reports, and those reports.
type Telling struct {
	Topic   string
	Item    *briefings.Item
	Said    []Saying
	Reports []briefings.Citation // one for each report, newest first
	// Headlines are what the independent reports are headed with, for the timeline: their outlets' words.
	Headlines []briefings.Claim
	// Picture is the timeline drawn; nil without one.
	Picture *message.Image
	// Elsewhere are reports in other languages that may be about the same event. They are no evidence.
	Elsewhere []Elsewhere
	AsOf      time.Time
	Searched  int // how many reports were searched
	// Exchange is under what the story is remembered; empty means that it has no buttons. Matter is what it is about, as a
	// channel may follow it; empty where that is not known.
	Exchange string
	Matter   string
}

// Elsewhere is a report in another language that is suggested beside a story.
type Elsewhere struct {
	Report   briefings.Citation // the report as a whole
	Language string             // two letters, ISO 639-1
	Firm     bool               // a number, a name and a country agree
	Weak     bool               // between scripts that keep little of a name
}

// ownNames are what languages call themselves.
var ownNames = map[string]string{
	"ar": "العربية", "de": "Deutsch", "el": "Ελληνικά", "en": "English", "es": "Español", "fa": "فارسی", "fr": "Français", "he": "עברית", "hi": "हिन्दी",
	"id": "Bahasa Indonesia", "it": "Italiano", "ja": "日本語", "ko": "한국어", "nl": "Nederlands", "pl": "Polski", "pt": "Português", "ru": "Русский",
	"tr": "Türkçe", "uk": "Українська", "zh": "中文",
}

// elsewhere lists the suggested reports in other languages.
func (d desk) elsewhere(list []Elsewhere) []message.Block {
	if len(list) == 0 {
		return nil
	}
	lines := message.List{}
	for _, e := range list {
		title := shortened(e.Report.Title, 160)
		line := append(d.outlet(e.Report), message.T(" ("+cmp.Or(ownNames[e.Language], oneLine(e.Language))+")"+d.p.Colon+" "))
		if message.WebAddress(e.Report.URL) != "" {
			line = append(line, message.L(title, e.Report.URL))
		} else {
			line = append(line, message.T(title))
		}
		if !e.Report.Published.IsZero() {
			line = append(line, message.T(", "+d.day(e.Report.Published, e.Report.DateOnly)))
		}
		switch {
		case e.Firm:
			line = append(line, message.T(" ("), message.I(d.p.ElsewhereFirm), message.T(")"))
		case e.Weak:
			line = append(line, message.T(" ("), message.I(d.p.ElsewhereWeak), message.T(")"))
		}
		lines.Items = append(lines.Items, line)
	}
	return []message.Block{message.P(say(d.p.StoryElsewhere, nil)...), lines}
}

// Story shows one story: what it is about, who said what, where they differ, and every report.
func Story(t Telling, r Reader) *message.Message {
	d := deskFor(r)
	if len(t.Reports) == 0 {
		line := say(d.p.StoryNone, args{"topic": shortened(t.Topic, 100), "reports": d.p.Reports.of(t.Searched)})
		return &message.Message{Gist: wordsOf(line), Tone: message.ToneUnknown, Blocks: []message.Block{
			message.P(line...), message.Small(say(d.p.AsOf, args{"at": d.at(t.AsOf)})...),
		}}
	}
	refs := d.references()
	for _, report := range t.Reports {
		refs.number(report)
	}
	title := oneLine(t.Reports[0].Title)
	if t.Item != nil {
		title = oneLine(t.Item.Headline)
	}
	moments := StoryMoments(t, r)
	m := &message.Message{Gist: sentence(plainly(d.p.StoryTitle, args{"title": title}))}
	m.Blocks = append(m.Blocks, message.Heading{Level: 1, Spans: []message.Span{message.T(title)}})
	if t.Item != nil {
		for _, c := range few(t.Item.Claims, 3) {
			m.Blocks = append(m.Blocks, message.P(d.attributed(c, refs)...))
		}
		if len(t.Item.Sides) > 0 {
			m.Tone = message.ToneDisputed
			m.Blocks = append(m.Blocks, message.Heading{Level: 2, Spans: say(d.p.Sides, nil)})
			for _, c := range few(t.Item.Sides, 4) {
				m.Blocks = append(m.Blocks, message.P(append(d.side(c), message.T(d.p.Colon))...), d.claim(c, refs))
			}
		}
		if len(t.Item.Changes) > 0 && len(moments) == 0 {
			m.Blocks = append(m.Blocks, d.changes(t.Item.Changes, refs))
		}
		if coverage := d.coverage(*t.Item); len(coverage) > 0 {
			m.Blocks = append(m.Blocks, message.Small(coverage...))
		}
	}
	if len(moments) > 0 {
		m.Blocks = append(m.Blocks, message.Heading{Level: 2, Spans: say(d.p.StoryTimeline, nil)})
		m.Blocks = append(m.Blocks, d.timeline(moments, refs))
		if t.Picture != nil {
			picture := *t.Picture
			picture.Said = true
			m.Blocks = append(m.Blocks, picture)
		}
	}
	if table, ok := d.sayings(t.Said, 8, refs); ok {
		m.Blocks = append(m.Blocks, message.Heading{Level: 2, Spans: say(d.p.StorySaid, nil)}, table)
	}
	if t.Item != nil {
		m.Blocks = append(m.Blocks, d.backgroundOf(*t.Item, refs)...)
	}
	m.Blocks = append(m.Blocks, d.elsewhere(t.Elsewhere)...)
	m.Blocks = append(m.Blocks, refs.block()...)
	m.Blocks = append(m.Blocks, message.Small(say(d.p.AsOf, args{"at": d.at(t.AsOf)})...))
	m.Blocks = append(m.Blocks, d.storyButtons(t)...)
	return m
}

// sayings is a small table of who said what, where and when.
func (d desk) sayings(said []Saying, most int, refs *references) (message.Block, bool) {
	t := message.Table{Columns: []message.Column{{Title: d.p.ColumnSpeaker}, {Title: d.p.ColumnSaid}, {Title: d.p.ColumnOutlet}, {Title: d.p.ColumnDate}}}
	for _, s := range few(said, most) {
		name := upper(d.speaker(s.Statement.Speaker))
		if name == "" {
			continue
		}
		date := ""
		if !s.Citation.Published.IsZero() {
			date = d.day(s.Citation.Published, s.Citation.DateOnly)
		}
		words := oneLine(s.Statement.Text)
		if s.Statement.Direct && !strings.ContainsAny(words, `“"«„`) {
			words = d.quoted(words)
		}
		cell := []message.Span{message.I(d.stance(s.Statement.Stance) + d.p.Colon + " "), message.T(words)}
		t.Rows = append(t.Rows, [][]message.Span{
			{message.B(name)}, append(cell, refs.cite([]briefings.Citation{s.Citation})...), d.outlet(s.Citation), {message.T(date)},
		})
	}
	return t, len(t.Rows) > 0
}

func (d desk) stance(s briefings.Stance) string {
	if word, ok := d.p.Stands[s]; ok {
		return word
	}
	return d.p.Stands[briefings.Says]
}

// StoryNumber says that the last digest has no story with the number.
func StoryNumber(n int, r Reader) *message.Message {
	d := deskFor(r)
	return problem(say(d.p.StoryNumber, args{"n": n}))
}

// Article shows a report that somebody gave a link to, without a question: what it is and who said what in it.
func Article(a briefings.Article, said []Saying, r Reader) *message.Message {
	d := deskFor(r)
	refs := d.references()
	whole := briefings.Citation{Article: a.ID, Revision: a.Revision, URL: a.URL, Title: a.Title, Outlet: a.Outlet, Label: a.Label, Published: a.Published, DateOnly: a.DateOnly}
	refs.number(whole)
	lead := say(d.p.ArticleRead, args{"title": shortened(a.Title, 200)})
	m := &message.Message{Gist: wordsOf(lead)}
	m.Blocks = append(m.Blocks, message.P(append(strong(lead), refs.cite([]briefings.Citation{whole})...)...))
	if table, ok := d.sayings(said, 6, refs); ok {
		m.Blocks = append(m.Blocks, message.P(say(d.p.ArticleSaid, nil)...), table)
	} else {
		shown := 0
		for i, s := range a.Sentences {
			if s.Role == briefings.RoleBody && shown < 2 {
				shown++
				m.Blocks = append(m.Blocks, d.quote(a.Cite(i), refs))
			}
		}
	}
	m.Blocks = append(m.Blocks, message.P(say(d.p.ArticleAsk, nil)...))
	m.Blocks = append(m.Blocks, refs.block()...)
	if !r.Now.IsZero() {
		m.Blocks = append(m.Blocks, message.Small(say(d.p.AsOf, args{"at": d.at(r.Now)})...))
	}
	return m
}

// Profile shows what an actor said, denied and is said to have done.
func Profile(p briefings.Profile, r Reader) *message.Message {
	d := deskFor(r)
	actor := upper(oneLine(p.Actor))
	if len(p.Said)+len(p.Denied)+len(p.About) == 0 {
		line := say(d.p.WhoNone, args{"actor": shortened(p.Actor, 80)})
		return &message.Message{Gist: wordsOf(line), Tone: message.ToneUnknown, Blocks: []message.Block{
			message.P(line...), message.Small(say(d.p.AsOf, args{"at": d.at(p.AsOf)})...),
		}}
	}
	refs := d.references()
	title := plainly(d.p.WhoTitle, args{"actor": actor})
	m := &message.Message{Gist: title + "."}
	m.Blocks = append(m.Blocks, message.Heading{Level: 1, Spans: []message.Span{message.T(title)}})
	section := func(title string, claims []briefings.Claim, own bool) {
		if len(claims) == 0 {
			return
		}
		list := message.List{}
		for _, c := range few(claims, 5) {
			var line []message.Span
			if cite := firstCitation(c); !cite.Published.IsZero() {
				line = append(line, message.T(d.day(cite.Published, cite.DateOnly)))
				if own {
					line = append(line, d.via(c)...)
				}
				line = append(line, message.T(d.p.Colon+" "))
			}
			if own {
				line = append(append(line, message.T(oneLine(c.Text))), refs.cite(c.Citations)...)
			} else {
				line = append(line, d.attributed(c, refs)...)
			}
			list.Items = append(list.Items, line)
		}
		m.Blocks = append(m.Blocks, message.Heading{Level: 2, Spans: []message.Span{message.T(title)}}, list)
	}
	section(d.p.WhoSaid, p.Said, true)
	section(d.p.WhoDenied, p.Denied, true)
	section(plainly(d.p.WhoAbout, args{"actor": actor}), p.About, false)
	m.Blocks = append(m.Blocks, refs.block()...)
	end := say(d.p.AsOf, args{"at": d.at(p.AsOf)})
	if names := unique(clean(p.Names)); len(names) > 1 {
		end = append(end, say(" "+d.p.WhoNames, args{"names": d.few(names, 5)})...)
	}
	m.Blocks = append(m.Blocks, message.Small(end...))
	return m
}

func clean(words []string) []string {
	out := make([]string, 0, len(words))
	for _, w := range words {
		if w = oneLine(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// Reckoning is why a report was or wasn't in a digest.
type Reckoning struct {
	Report briefings.Citation // the report as a whole
	Fate   briefings.Fate
	// Digest is the id of the digest; empty means that the channel has none and the fate is that in latest.
	Digest string
	Beat   briefings.Beat
	Window briefings.Window
	// Next is when the digest comes next, for a report that came after its last one; zero otherwise.
	Next time.Time
	AsOf time.Time
}

// Why explains where a report ended in a digest.
func Why(w Reckoning, r Reader) *message.Message {
	d := deskFor(r)
	refs := d.references()
	refs.number(w.Report)
	title := plainly(d.p.WhyTitle, args{"title": shortened(w.Report.Title, 160)})
	outcome, ok := d.p.WhyOutcome[w.Fate.Outcome]
	if !ok {
		outcome = d.p.WhyOutcome["off-beat"]
	}
	if !w.Next.IsZero() {
		outcome = d.p.WhyLater
	}
	line := say(outcome, args{"item": strconv.Itoa(w.Fate.Item), "at": d.slot(w.Next)})
	m := &message.Message{Gist: title + ". " + wordsOf(line)}
	m.Blocks = append(m.Blocks, message.Heading{Level: 1, Spans: []message.Span{message.T(title)}})
	if w.Digest == "" {
		m.Blocks = append(m.Blocks, message.P(say(d.p.WhyNoDigest, nil)...))
	}
	m.Blocks = append(m.Blocks, message.P(append(line, refs.cite([]briefings.Citation{w.Report})...)...))
	if w.Next.IsZero() {
		list := message.List{}
		for _, reason := range clean(w.Fate.Reasons) {
			list.Items = append(list.Items, []message.Span{message.T(upper(d.retold(reason)))})
		}
		if w.Fate.Outcome == "below" && w.Fate.Short > 0 {
			list.Items = append(list.Items, say(d.p.WhyShort, args{"short": strconv.FormatFloat(w.Fate.Short, 'f', 2, 64)}))
		}
		if len(list.Items) > 0 {
			m.Blocks = append(m.Blocks, list)
		}
		if w.Digest != "" {
			m.Blocks = append(m.Blocks, message.Small(say(d.p.WhyDigest, args{
				"id": w.Digest, "beat": d.beat(w.Beat), "from": d.at(w.Window.From), "to": d.at(w.Window.To),
			})...))
		}
	}
	m.Blocks = append(m.Blocks, refs.block()...)
	m.Blocks = append(m.Blocks, message.Small(say(d.p.AsOf, args{"at": d.at(w.AsOf)})...))
	return m
}

// WhyUnread says that the report is in no source.
func WhyUnread(r Reader) *message.Message {
	d := deskFor(r)
	return unknown(say(d.p.WhyUnread, nil))
}

// SourceStatus is a source that is followed.
type SourceStatus struct {
	briefings.Source
	// Here says that this channel added it.
	Here bool
}

// OutletCount is how many reports of an outlet are in the library.
type OutletCount struct {
	Outlet  string
	Label   string
	Reports int
	Newest  time.Time
}

// Sources lists what is read: the sources with their health, and the outlets in the library.
func Sources(sources []SourceStatus, outlets []OutletCount, r Reader) *message.Message {
	d := deskFor(r)
	m := &message.Message{}
	m.Blocks = append(m.Blocks, message.Heading{Level: 1, Spans: say(d.p.SourcesTitle, nil)})
	m.Blocks = append(m.Blocks, d.sourceList(sources)...)
	total := 0
	var newest time.Time
	for _, o := range outlets {
		total += o.Reports
		if o.Newest.After(newest) {
			newest = o.Newest
		}
	}
	if total > 0 {
		m.Blocks = append(m.Blocks, message.Heading{Level: 2, Spans: say(d.p.LibraryTitle, nil)},
			message.P(say(d.p.Library, args{"reports": d.p.Reports.of(total), "day": d.day(newest, false)})...))
		outlets = slices.Clone(outlets)
		slices.SortStableFunc(outlets, func(a, b OutletCount) int {
			return cmp.Or(cmp.Compare(b.Reports, a.Reports), strings.Compare(a.Outlet, b.Outlet))
		})
		list := message.List{}
		for _, o := range few(outlets, 15) {
			line := d.outlet(briefings.Citation{Outlet: cmp.Or(oneLine(o.Outlet), d.p.NoOutlet), Label: o.Label})
			list.Items = append(list.Items, append(line, message.T(d.p.Colon+" "+d.p.Reports.of(o.Reports))))
		}
		if more := len(outlets) - 15; more > 0 {
			list.Items = append(list.Items, []message.Span{message.T(d.p.More.of(more))})
		}
		m.Blocks = append(m.Blocks, list)
	}
	m.Blocks = append(m.Blocks, message.Small(say(d.p.SourcesAdd, nil)...))
	m.Gist = plainly(d.p.SourcesTitle, nil) + d.p.Colon + " " + d.p.SourceCount.of(len(sources)) + ", " + d.p.Reports.of(total) + "."
	return m
}

// SourceList lists the sources for those who manage them.
func SourceList(sources []SourceStatus, r Reader) *message.Message {
	d := deskFor(r)
	m := &message.Message{Gist: plainly(d.p.SourcesTitle, nil) + d.p.Colon + " " + d.p.SourceCount.of(len(sources)) + "."}
	m.Blocks = append(m.Blocks, message.Heading{Level: 1, Spans: say(d.p.SourcesTitle, nil)})
	m.Blocks = append(m.Blocks, d.sourceList(sources)...)
	m.Blocks = append(m.Blocks, message.Small(say(d.p.SourcesAdd, nil)...))
	return m
}

package present

import (
	"strconv"
	"strings"
	"time"

	"attache/bot/message"
	"attache/briefings"
)

// old is how old the newest evidence must be for the answer to say so.
const old = 30 * 24 * time.Hour

// stale is how old it must be for the answer to a question about what holds now.
const stale = 48 * time.Hour

// Answering is what an answer needs to know beside itself.
type Answering struct {
	Reader
	// Exchange is the id under which the answer is remembered; empty leaves out the buttons that need it.
	Exchange string
	// Share offers to show a private answer to the channel.
	Share bool
	// Before stands above the answer: that a link could not be read, for example.
	Before []message.Block
}

// Answer shows an answer: first the short answer in a sentence that names who said it, then the evidence in its own words,
// then the sources and until when they were searched. It never turns what somebody said into a fact.
func Answer(a briefings.Answer, o Answering) *message.Message {
	d := deskFor(o.Reader)
	refs := d.references()
	m := &message.Message{Blocks: append([]message.Block(nil), o.Before...)}
	if len(a.Parts) > 0 {
		d.several(m, a, refs)
	} else {
		d.one(m, a, refs)
	}
	m.Blocks = append(m.Blocks, refs.block()...)
	m.Blocks = append(m.Blocks, d.asOf(a))
	if o.Exchange != "" {
		m.Blocks = append(m.Blocks, d.answerButtons(a, o)...)
	}
	return m
}

// one shows the answer to one question.
func (d desk) one(m *message.Message, a briefings.Answer, refs *references) {
	switch {
	case a.About != "":
		d.aboutUs(m, a)
	case a.Verdict == briefings.Disputed && len(a.Claims) > 0:
		d.disputed(m, a, refs)
	case a.Verdict == briefings.NotInSources || len(a.Claims) == 0:
		d.notSaid(m, a, refs)
	default:
		d.answered(m, a, refs)
	}
}

// several shows the answers to the questions of one message in their order, each under its question, then the questions that were left.
func (d desk) several(m *message.Message, a briefings.Answer, refs *references) {
	var gist []string
	unknown := true
	for i, part := range a.Parts {
		n := strconv.Itoa(i + 1)
		m.Blocks = append(m.Blocks, message.P(message.B(n+". "+upper(oneLine(part.Question)))))
		part.Suggestions = nil // they stand below, once
		p := &message.Message{}
		d.one(p, part, refs)
		m.Blocks = append(m.Blocks, p.Blocks...)
		gist = append(gist, n+". "+shortened(p.Gist, 200))
		unknown = unknown && p.Tone == message.ToneUnknown
		if p.Tone == message.ToneDisputed {
			m.Tone = p.Tone
		}
	}
	if unknown {
		m.Tone = message.ToneUnknown
	}
	m.Gist = strings.Join(gist, " ")
	if len(a.Left) > 0 {
		m.Blocks = append(m.Blocks, message.P(say(d.p.PartsLeft.of(len(a.Parts)), nil)...), listOf(a.Left))
	} else if suggestions := few(a.Suggestions, 3); len(suggestions) > 0 {
		m.Blocks = append(m.Blocks, message.P(say(d.p.AskInstead, nil)...), listOf(suggestions))
	}
}

// listOf is a list of questions.
func listOf(questions []string) message.List {
	list := message.List{Ordered: true}
	for _, s := range few(questions, 10) {
		list.Items = append(list.Items, []message.Span{message.T(oneLine(s))})
	}
	return list
}

// aboutUs says what Attaché is, can do, knows from and reads; it is no answer from the sources and cites none.
func (d desk) aboutUs(m *message.Message, a briefings.Answer) {
	words := d.p.AboutUs[a.About]
	m.Gist = words
	m.Blocks = append(m.Blocks, message.P(say(words, nil)...))
	switch {
	case a.Searched == 0:
		m.Blocks = append(m.Blocks, message.P(say(d.p.LookedNone, nil)...))
	case !a.Newest.IsZero():
		m.Blocks = append(m.Blocks, message.P(say(d.p.HaveReports, args{"reports": d.p.Reports.of(a.Searched), "day": d.day(a.Newest, false)})...))
	}
	if hint := d.p.AboutHint[a.About]; hint != "" {
		m.Blocks = append(m.Blocks, message.P(say(hint, nil)...))
	}
}

func (d desk) answered(m *message.Message, a briefings.Answer, refs *references) {
	first := a.Claims[0]
	rest := a.Claims
	if a.Short != "" {
		lead := d.lead(a.Short, first)
		m.Gist = sentence(wordsOf(lead))
		end := "."
		if !plainlySaid(first) && !names(strings.TrimRight(oneLine(a.Short), "."), d.speaker(first.Speaker)) { // the lead ends in who said the quote and how
			end = d.p.Colon
		}
		m.Blocks = append(m.Blocks, message.P(append(append(lead, refs.cite(first.Citations)...), message.T(end))...))
		m.Blocks = append(m.Blocks, d.claim(first, refs))
		rest = a.Claims[1:]
	} else {
		m.Gist = sentence(shortened(wordsOf(d.said(first))+d.p.Colon+" "+first.Text, 280))
	}
	for i, c := range rest {
		if i == 0 && a.Short == "" {
			m.Blocks = append(m.Blocks, message.P(append(strong(d.said(c)), message.B(d.p.Colon))...))
		} else if (i == 0 || !sameVoice(rest[i-1], c)) && !d.selfSaid(c) {
			m.Blocks = append(m.Blocks, message.P(append(d.said(c), message.T(d.p.Colon))...))
		}
		m.Blocks = append(m.Blocks, d.claim(c, refs))
	}
}

// lead is the short answer in a sentence, without its full stop.
func (d desk) lead(short string, c briefings.Claim) []message.Span {
	short = strings.TrimRight(oneLine(short), ".")
	switch name := d.speaker(c.Speaker); {
	case name != "" && names(short, name):
		// Who said it is what was asked: the quote below says the rest.
		return append([]message.Span{message.B(upper(short))}, d.via(c)...)
	case name == "":
		return say(d.p.AccordingTo, args{"short": upper(short), "outlet": d.outlet(firstCitation(c))})
	case plainlySaid(c):
		return append(say(d.p.According, args{"short": upper(short), "speaker": d.voice(c)}), d.via(c)...)
	}
	out := []message.Span{message.B(upper(short)), message.T(". ")}
	return append(out, d.said(c)...)
}

// names says whether a short answer is the speaker's own name.
func names(short, speaker string) bool {
	short, speaker = strings.ToLower(short), strings.ToLower(speaker)
	return short == speaker || strings.HasPrefix(speaker, short+",") || strings.HasPrefix(short, speaker+",") || strings.HasSuffix(speaker, ", "+short)
}

// plainlySaid says whether nothing but saying is known of a claim, by its outlet or by somebody else.
func plainlySaid(c briefings.Claim) bool {
	return oneLine(c.Speaker.Name) == "" || c.Stance == "" || c.Stance == briefings.Says
}

// said says who said a claim and how, as the beginning of a sentence.
func (d desk) said(c briefings.Claim) []message.Span {
	out := d.saying(c)
	out[0].Text = upper(out[0].Text)
	return out
}

// saying is said in the middle of a sentence.
func (d desk) saying(c briefings.Claim) []message.Span {
	if d.speaker(c.Speaker) == "" {
		return say(d.p.Reported, args{"outlet": d.outlet(firstCitation(c))})
	}
	template, ok := d.p.Said[c.Stance]
	if !ok {
		template = d.p.Said[briefings.Says]
	}
	who := d.voice(c)
	if strings.Contains(d.speaker(c.Speaker), ",") && strings.Contains(template, "{speaker} ") { // "KCNA, the state news agency,"
		who = append(who, message.T(","))
	}
	return append(say(template, args{"speaker": who}), d.via(c)...)
}

// voice names the speaker of a claim, with the label of the outlet where the outlet itself speaks.
func (d desk) voice(c briefings.Claim) []message.Span {
	name := d.speaker(c.Speaker)
	if cite := firstCitation(c); strings.EqualFold(name, oneLine(cite.Outlet)) {
		return d.outlet(cite)
	}
	return []message.Span{message.T(name)}
}

// via names who passed the words on.
func (d desk) via(c briefings.Claim) []message.Span {
	if via := oneLine(c.Speaker.Via); via != "" && !strings.EqualFold(via, d.speaker(c.Speaker)) {
		return say(d.p.QuotedBy, args{"via": via})
	}
	return nil
}

// selfSaid says whether a claim's sentence begins with its speaker: it needs nobody to introduce it.
func (d desk) selfSaid(c briefings.Claim) bool {
	name, text := strings.ToLower(oneLine(c.Speaker.Name)), strings.ToLower(oneLine(c.Text))
	return name != "" && strings.HasPrefix(text, name)
}

// attributed is a claim as one run of text: who said it, what, and where it stands. A sentence that names its speaker needs
// nothing in front.
func (d desk) attributed(c briefings.Claim, refs *references) []message.Span {
	text := oneLine(c.Text)
	out := []message.Span{}
	name := d.speaker(c.Speaker)
	if name == "" || !strings.Contains(strings.ToLower(text), strings.ToLower(name)) && !strings.Contains(strings.ToLower(text), strings.ToLower(oneLine(c.Speaker.Name))) {
		out = append(append(out, d.said(c)...), message.T(d.p.Colon+" "))
	}
	return append(append(out, message.T(text)), refs.cite(c.Citations)...)
}

// claim shows a claim: as a quote where it is its source's own sentence, as a paragraph where it was worded.
func (d desk) claim(c briefings.Claim, refs *references) message.Block {
	spans := append([]message.Span{message.T(oneLine(c.Text))}, refs.cite(c.Citations)...)
	if quotes(c) {
		return message.Quote{Spans: spans}
	}
	return message.Paragraph{Spans: spans}
}

// quotes says whether the claim's text stands in one of its sources word for word.
func quotes(c briefings.Claim) bool {
	for _, q := range c.Citations {
		if strings.Contains(oneLine(q.Quote), oneLine(c.Text)) {
			return true
		}
	}
	return false
}

func firstCitation(c briefings.Claim) briefings.Citation {
	if len(c.Citations) == 0 {
		return briefings.Citation{}
	}
	return c.Citations[0]
}

func sameVoice(a, b briefings.Claim) bool {
	return a.Speaker == b.Speaker && a.Stance == b.Stance && firstCitation(a).Article == firstCitation(b).Article
}

func strong(spans []message.Span) []message.Span {
	out := make([]message.Span, len(spans))
	for i, s := range spans {
		if s.Kind == message.Plain {
			s.Kind = message.Strong
		}
		out[i] = s
	}
	return out
}

// sentence ends s in a full stop unless it ends in a mark already.
func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, "…") {
		return s
	}
	if strings.ContainsAny(s[len(s)-1:], ".!?:") {
		return s
	}
	for _, end := range []string{".”", "!”", "?”", `."`, `!"`, `?"`} {
		if strings.HasSuffix(s, end) {
			return s
		}
	}
	return s + "."
}

func (d desk) disputed(m *message.Message, a briefings.Answer, refs *references) {
	m.Tone = message.ToneDisputed
	m.Blocks = append(m.Blocks, message.P(say(d.p.Differ, nil)...))
	var sides []string
	for _, c := range a.Claims {
		sides = append(sides, wordsOf(d.saying(c)))
		m.Blocks = append(m.Blocks, message.P(append(d.side(c), message.T(d.p.Colon))...), d.claim(c, refs))
	}
	m.Gist = plainly(d.p.DifferShort, args{"sides": strings.Join(few(unique(sides), 3), d.p.Semicolon+" ")})
}

// side is who holds one side of a dispute, in which outlet and when.
func (d desk) side(c briefings.Claim) []message.Span {
	out := strong(d.said(c))
	cite := firstCitation(c)
	if d.speaker(c.Speaker) != "" && oneLine(cite.Outlet) != "" && !strings.EqualFold(oneLine(cite.Outlet), d.speaker(c.Speaker)) {
		out = append(out, say(d.p.ReportedBy, args{"outlet": d.outlet(cite)})...)
	}
	if !cite.Published.IsZero() {
		out = append(out, message.T(", "+d.day(cite.Published, cite.DateOnly)))
	}
	return out
}

func (d desk) notSaid(m *message.Message, a briefings.Answer, refs *references) {
	m.Tone = message.ToneUnknown
	m.Gist = d.p.NotSaidGist
	if a.Searched == 0 {
		m.Blocks = append(m.Blocks, message.P(append(append(say(d.p.NotSaid, nil), message.T(" ")), say(d.p.LookedNone, nil)...)...))
		return
	}
	looked := say(d.p.LookedIn, args{"reports": d.p.Reports.of(a.Searched)})
	if !a.Newest.IsZero() {
		looked = say(d.p.LookedNewest, args{"reports": d.p.Reports.of(a.Searched), "day": d.day(a.Newest, false)})
	}
	lead := append(append(say(d.p.NotSaid, nil), message.T(" ")), looked...)
	if len(a.Missing) > 0 {
		none := say(d.p.NoneMention.of(a.Searched), args{"missing": d.missing(a.Missing)})
		lead = append(append(lead, message.T(" ")), none...)
		m.Gist += " " + wordsOf(none)
	}
	m.Blocks = append(m.Blocks, message.P(lead...))
	if len(a.Nearby) > 0 {
		m.Blocks = append(m.Blocks, message.P(say(d.p.NearbyTitle, nil)...))
		for i, c := range a.Nearby {
			if i == 0 || !sameVoice(a.Nearby[i-1], c) {
				m.Blocks = append(m.Blocks, message.P(append(d.said(c), message.T(d.p.Colon))...))
			}
			m.Blocks = append(m.Blocks, d.claim(c, refs))
		}
	}
	if suggestions := few(a.Suggestions, 3); len(suggestions) > 0 {
		m.Blocks = append(m.Blocks, message.P(say(d.p.AskInstead, nil)...), listOf(suggestions))
	}
}

// missing names what no report mentions, joined by "or".
func (d desk) missing(words []string) string {
	var quoted []string
	for _, w := range few(words, 4) {
		quoted = append(quoted, d.quoted(shortened(w, 60)))
	}
	if len(quoted) == 1 {
		return quoted[0]
	}
	return strings.Join(quoted[:len(quoted)-1], ", ") + d.p.Or + quoted[len(quoted)-1]
}

// asOf is the quiet line under an answer: until when, in how many reports, how old the newest evidence is, who worded it.
func (d desk) asOf(a briefings.Answer) message.Block {
	line := say(d.p.AsOf, args{"at": d.at(a.AsOf)})
	if a.Searched > 0 && len(a.Claims) > 0 {
		line = append(line, say(" "+d.p.Searched, args{"reports": d.p.Reports.of(a.Searched)})...)
	}
	newest, dateOnly := newestCited(a)
	if ago := d.ago(newest); ago != "" && (d.now.Sub(newest) > old || a.Now && d.now.Sub(newest) > stale) {
		line = append(line, say(" "+d.p.OldNews, args{"day": d.day(newest, dateOnly), "ago": ago})...)
	}
	if a.Drafter != "" && !strings.EqualFold(a.Drafter, "extractive") {
		line = append(line, say(" "+d.p.Worded, args{"name": oneLine(a.Drafter)})...)
	}
	return message.Small(line...)
}

func newestCited(a briefings.Answer) (newest time.Time, dateOnly bool) {
	for _, claims := range [][]briefings.Claim{a.Claims, a.Nearby} {
		for _, c := range claims {
			for _, q := range c.Citations {
				if q.Published.After(newest) {
					newest, dateOnly = q.Published, q.DateOnly
				}
			}
		}
	}
	return newest, dateOnly
}

func (d desk) answerButtons(a briefings.Answer, o Answering) []message.Block {
	var blocks []message.Block
	if len(a.Claims) == 0 || len(a.Parts) > 0 {
		var ask []message.Button
		for i := range few(a.Suggestions, 3) {
			n := strconv.Itoa(i + 1)
			ask = append(ask, message.Button{Label: plainly(d.p.ButtonAsk, args{"n": n}), Action: ActionSuggest, Value: o.Exchange + "." + n})
		}
		if len(ask) > 0 {
			blocks = append(blocks, message.Buttons{Items: ask})
		}
	}
	var row []message.Button
	if len(a.Claims) > 0 {
		row = append(row, message.Button{Label: d.p.ButtonEvidence, Action: ActionEvidence, Value: o.Exchange})
	}
	if o.Share {
		row = append(row, message.Button{Label: d.p.ButtonShare, Action: ActionShare, Value: o.Exchange, Style: message.StylePrimary})
	}
	row = append(row,
		message.Button{Label: d.p.ButtonHelpful, Action: ActionHelpful, Value: o.Exchange},
		message.Button{Label: d.p.ButtonNot, Action: ActionUnhelpful, Value: o.Exchange},
	)
	return append(blocks, message.Buttons{Items: row})
}

// The actions of buttons, as they come back in a click. The value is an exchange's id; for a vote it may name a digest, and
// for ActionSuggest the number of the suggestion follows after a dot.
const (
	ActionEvidence  = "evidence"
	ActionHelpful   = "helpful"
	ActionStory     = "story" // a story of a digest in full; see ReadStory
	ActionUnhelpful = "unhelpful"
	ActionShare     = "share"
	ActionAgain     = "again"
	ActionSuggest   = "suggest"
)

// Evidence shows everything that stands behind an answer: each claim with its quotes, then what else was found. exchange is
// the id of the answer, so that it can be asked again; it may be empty.
func Evidence(a briefings.Answer, exchange string, r Reader) *message.Message {
	d := deskFor(r)
	refs := d.references()
	m := &message.Message{Gist: d.p.Evidence + d.p.Colon + " " + shortened(a.Question, 200), Blocks: []message.Block{
		message.Heading{Level: 1, Spans: []message.Span{message.T(d.p.Evidence)}},
		message.Small(say(d.p.Asked, args{"question": oneLine(a.Question)})...),
	}}
	shown := map[string]bool{}
	show := func(c briefings.Claim) {
		m.Blocks = append(m.Blocks, message.P(append(d.side(c), message.T(d.p.Colon))...))
		if !quotes(c) {
			m.Blocks = append(m.Blocks, d.claim(c, refs))
		}
		for _, q := range c.Citations {
			if key := place(q); !shown[key] {
				shown[key] = true
				m.Blocks = append(m.Blocks, d.quote(q, refs))
			}
		}
	}
	parts := a.Parts
	if len(parts) == 0 {
		parts = []briefings.Answer{a}
	}
	for i, part := range parts {
		if len(a.Parts) > 0 {
			m.Blocks = append(m.Blocks, message.P(message.B(strconv.Itoa(i+1)+". "+upper(oneLine(part.Question)))))
			if len(part.Claims)+len(part.Nearby) == 0 {
				m.Blocks = append(m.Blocks, message.P(say(d.p.EvidenceNone, nil)...))
			}
		}
		for _, c := range part.Claims {
			show(c)
		}
		for _, c := range part.Nearby {
			show(c)
		}
	}
	title := false
	for _, ranked := range a.Ranked {
		if shown[place(ranked.Citation)] {
			continue
		}
		shown[place(ranked.Citation)] = true
		if !title {
			title = true
			m.Blocks = append(m.Blocks, message.Heading{Level: 2, Spans: say(d.p.AlsoFound, nil)})
		}
		m.Blocks = append(m.Blocks, d.quote(ranked.Citation, refs))
	}
	if len(shown) == 0 && len(a.Parts) == 0 {
		m.Blocks = append(m.Blocks, message.P(say(d.p.EvidenceNone, nil)...))
	}
	m.Blocks = append(m.Blocks, refs.block()...)
	if len(a.Claims) > 0 {
		m.Blocks = append(m.Blocks, message.Small(say(d.p.Sure, args{"sure": d.sure(a.Confidence)})...))
	}
	m.Blocks = append(m.Blocks, d.asOf(a))
	if exchange != "" {
		m.Blocks = append(m.Blocks, message.Buttons{Items: []message.Button{{Label: d.p.ButtonAgain, Action: ActionAgain, Value: exchange}}})
	}
	return m
}

func (d desk) quote(q briefings.Citation, refs *references) message.Block {
	return message.Quote{Spans: append([]message.Span{message.T(oneLine(q.Quote))}, refs.cite([]briefings.Citation{q})...)}
}

func place(q briefings.Citation) string {
	return q.Article + "\x00" + strconv.Itoa(q.Revision) + "\x00" + strconv.Itoa(q.Sentence) + "\x00" + strconv.Itoa(q.Start)
}

func (d desk) sure(confidence float64) string {
	switch {
	case confidence >= 0.75:
		return d.p.VerySure
	case confidence >= 0.45:
		return d.p.FairlySure
	}
	return d.p.NotSure
}

// Link says above an answer that a link could not be read, and why.
func Link(link, reason string, r Reader) []message.Block {
	d := deskFor(r)
	return []message.Block{
		message.P(d.linkFailed(link, reason)...),
		message.P(say(d.p.LinkRest, nil)...),
	}
}

func (d desk) linkFailed(link, reason string) []message.Span {
	return say(d.p.LinkFailed, args{"link": shortened(link, 120), "reason": sentence(upper(shortened(reason, 300)))})
}

func few[T any](list []T, n int) []T { return list[:min(n, len(list))] }

func unique(list []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

package present

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"attache/bot/message"
	"attache/briefings"
)

// Reader is who a message is for.
type Reader struct {
	// Locale is the reader's language, BCP 47. English stands in for what is not translated.
	Locale string
	// Zone is where the reader's clock stands; nil means UTC. Platforms that can show instants in each reader's own zone do so.
	Zone *time.Location
	// Now is when the message is read; zero leaves out how long ago things were.
	Now time.Time
}

// desk words messages for one reader.
type desk struct {
	p        *phrases
	language string // of p; empty for English
	zone     *time.Location
	now      time.Time
}

func deskFor(r Reader) desk {
	d := desk{p: phrasesFor(r.Locale), language: Language(r.Locale), zone: r.Zone, now: r.Now}
	if d.zone == nil {
		d.zone = time.UTC
	}
	return d
}

// args are what a template's {names} stand for: a string, an int, a Span or a []Span.
type args map[string]any

// say fills a template of the phrase table: {name} stands for what a has, {은/는} or {a/ont} for the one that fits the words
// before it, *…* is strong, `…` is to be typed. Foreign text comes in through args alone, so that it can't be a template.
func say(template string, a args) []message.Span {
	var out []message.Span
	strong := false
	text := func(s string) {
		if s == "" {
			return
		}
		if strong {
			out = append(out, message.B(s))
		} else {
			out = append(out, message.T(s))
		}
	}
	for template != "" {
		i := strings.IndexAny(template, "{*`")
		if i < 0 {
			text(template)
			break
		}
		text(template[:i])
		if template[i] == '*' {
			strong, template = !strong, template[i+1:]
			continue
		}
		if template[i] == '`' {
			typed, rest, _ := strings.Cut(template[i+1:], "`")
			for name, v := range a { // no other markup in here: a cron expression has stars
				switch v := v.(type) {
				case string:
					typed = strings.ReplaceAll(typed, "{"+name+"}", oneLine(v))
				case message.Span:
					typed = strings.ReplaceAll(typed, "{"+name+"}", oneLine(v.Text))
				}
			}
			out = append(out, message.K(typed))
			template = rest
			continue
		}
		name, rest, _ := strings.Cut(template[i+1:], "}")
		template = rest
		if strings.Contains(name, "/") {
			text(joint(name, wordsOf(out)))
			continue
		}
		switch v := a[name].(type) {
		case string:
			text(message.Clean(v))
		case int:
			text(strconv.Itoa(v))
		case message.Span:
			if strong && v.Kind == message.Plain {
				v.Kind = message.Strong
			}
			out = append(out, v)
		case []message.Span:
			for _, s := range v {
				if strong && s.Kind == message.Plain {
					s.Kind = message.Strong
				}
				out = append(out, s)
			}
		default: // a mistake in the table, which the tests look for
			text("{" + name + "}")
		}
	}
	return out
}

// plainly says a template as text alone, without citations.
func plainly(template string, a args) string { return wordsOf(say(template, a)) }

// wordsOf is what spans say without their citations.
func wordsOf(spans []message.Span) string {
	var b strings.Builder
	for _, s := range spans {
		if s.Kind != message.Cite {
			b.WriteString(s.Words())
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// plural is a phrase for one thing and for several; {n} is the number. None is for languages in which nothing isn't several;
// it may be empty.
type plural struct{ One, Other, None string }

func (p plural) of(n int) string {
	switch {
	case n == 1:
		return strings.ReplaceAll(p.One, "{n}", "1")
	case n == 0 && p.None != "":
		return p.None
	}
	return strings.ReplaceAll(p.Other, "{n}", strconv.Itoa(n))
}

// upper makes the first letter of a sentence a capital.
func upper(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// oneLine cleans foreign text and takes its line ends out.
func oneLine(s string) string { return strings.Join(strings.Fields(message.Clean(s)), " ") }

// shortened cuts text at a word to at most n characters.
func shortened(s string, n int) string {
	s = oneLine(s)
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	cut := string(r[:n-1])
	if i := strings.LastIndexByte(cut, ' '); i > n/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:-–—") + "…"
}

// list joins words: "a, b and c".
func (d desk) list(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + d.p.And + words[len(words)-1]
}

// few joins at most n words and counts the rest.
func (d desk) few(words []string, n int) string {
	if len(words) <= n {
		return d.list(words)
	}
	return strings.Join(words[:n], ", ") + d.p.And + d.p.More.of(len(words)-n)
}

// day is the day of t in the reader's zone, or the day itself where t is known by its day only.
func (d desk) day(t time.Time, dateOnly bool) string {
	if dateOnly {
		return d.date(d.p.Day, t.UTC())
	}
	return d.date(d.p.Day, t.In(d.zone))
}

// at is an instant, with date, time and zone in words.
func (d desk) at(t time.Time) message.Span {
	local := t.In(d.zone)
	return message.At(t, plainly(d.p.Instant, args{"day": d.date(d.p.Day, local), "clock": d.clock(local), "zone": zoneName(local)}))
}

// slot is an instant with its weekday, for what comes regularly.
func (d desk) slot(t time.Time) message.Span {
	local := t.In(d.zone)
	return message.At(t, plainly(d.p.SlotTime, args{"weekday": d.date(d.p.Weekday, local), "clock": d.clock(local), "zone": zoneName(local)}))
}

// date fills one of the templates for days.
func (d desk) date(template string, t time.Time) string {
	day := strconv.Itoa(t.Day())
	if t.Day() == 1 {
		day = d.p.FirstDay
	}
	return plainly(template, args{
		"day": day, "mon": d.p.MonthsShort[t.Month()-1], "month": d.p.Months[t.Month()-1], "year": t.Year(),
		"wday": d.p.DaysShort[t.Weekday()], "weekday": d.p.Days[t.Weekday()],
	})
}

// clock is the time of day of t, on its own clock.
func (d desk) clock(t time.Time) string {
	return plainly(d.p.Clock, args{"hour": t.Format("15"), "minute": t.Format("04")})
}

// quoted puts words in quotation marks.
func (d desk) quoted(words string) string { return plainly(d.p.Quoted, args{"text": words}) }

// zoneName is "UTC", "CET" or "KST" where the zone has letters, and "UTC+3" where the database has only numbers for it.
func zoneName(t time.Time) string {
	name, _ := t.Zone()
	if strings.HasPrefix(name, "+") || strings.HasPrefix(name, "-") {
		return "UTC" + strings.TrimSuffix(t.Format("-07:00"), ":00")
	}
	return name
}

// ago says how long before now t was, in its largest unit; "" for the future, an unknown now or less than a day.
func (d desk) ago(t time.Time) string {
	if d.now.IsZero() || t.IsZero() {
		return ""
	}
	days := int(d.now.Sub(t) / (24 * time.Hour))
	switch {
	case days < 1:
		return ""
	case days < 14:
		return d.p.DaysAgo.of(days)
	case days < 60:
		return d.p.WeeksAgo.of(days / 7)
	case days < 730:
		return d.p.MonthsAgo.of(days * 12 / 365)
	}
	return d.p.YearsAgo.of(days / 365)
}

// speaker names who speaks, with whom the words came through.
func (d desk) speaker(s briefings.Speaker) string {
	name := oneLine(s.Name)
	if full := oneLine(s.Full); full != "" && s.Kind != briefings.SpeakerAnonymous {
		name = full
	}
	return name
}

// outlet names the outlet of a citation with its label: "KCNA (state media, North Korea)".
func (d desk) outlet(c briefings.Citation) []message.Span {
	name := oneLine(c.Outlet)
	if name == "" {
		name = d.p.TheReport
	}
	out := []message.Span{message.T(name)}
	if label := d.caution(c); label != "" {
		out = append(out, message.T(" ("), message.I(label), message.T(")"))
	}
	return out
}

// label is the caution that stands beside an outlet, in the reader's language where it is one of ours.
func (d desk) label(label string) string {
	label = oneLine(label)
	if words, ok := d.p.Labels[label]; ok {
		return words
	}
	return label
}

// references numbers the articles that a message cites, in the order of their first citation.
type references struct {
	d       desk
	sources []message.Source
	numbers map[string]int
}

func (d desk) references() *references {
	return &references{d: d, numbers: map[string]int{}}
}

// number returns the number of the article of c.
func (r *references) number(c briefings.Citation) int {
	key := c.Article + "\x00" + strconv.Itoa(c.Revision)
	n, ok := r.numbers[key]
	if !ok {
		n = len(r.sources) + 1
		r.numbers[key] = n
		s := message.Source{
			Number: n, Title: oneLine(c.Title), Outlet: oneLine(c.Outlet), URL: c.URL, Label: r.d.caution(c),
			Published: c.Published, DateOnly: c.DateOnly,
		}
		if c.Revision > 1 {
			s.Title += " (" + r.d.p.Revision + " " + strconv.Itoa(c.Revision) + ")"
		}
		if !c.Published.IsZero() {
			s.Dated = r.d.day(c.Published, c.DateOnly)
		}
		r.sources = append(r.sources, s)
	}
	return n
}

// cite returns the citations as spans, each article once, with a blank in front.
func (r *references) cite(cs []briefings.Citation) []message.Span {
	var out []message.Span
	shown := map[int]bool{}
	for _, c := range cs {
		n := r.number(c)
		if shown[n] {
			continue
		}
		shown[n] = true
		out = append(out, message.T(" "), message.C(n, c.URL))
	}
	return out
}

// block is the numbered list; nothing where nothing was cited.
func (r *references) block() []message.Block {
	if len(r.sources) == 0 {
		return nil
	}
	return []message.Block{message.Sources{Items: r.sources}}
}

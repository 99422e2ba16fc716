package digest

import (
	"fmt"
	"math/bits"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/robfig/cron/v3"

	"attache/bot/present"
)

// ParseSchedule reads a schedule as people write it: "daily 08:00", "weekdays 7:30 and 17:00", "mon, thu 9am Asia/Seoul",
// "every 6 hours", "first of the month 10:00", or a cron expression of five fields. A zone at the end of the phrase
// overrides zone; with neither the zone is UTC.
//
// The error is a *present.Unclear: a sentence for the person who wrote the phrase, in any language, that says what to write
// instead.
func ParseSchedule(phrase, zone string) (Schedule, error) {
	phrase = strings.TrimSpace(phrase)
	if phrase == "" {
		return Schedule{}, unclear("say-when")
	}
	if !utf8.ValidString(phrase) || utf8.RuneCountInString(phrase) > MaxPhrase {
		return Schedule{}, unclear("too-long", "n", strconv.Itoa(MaxPhrase))
	}
	var lines []string
	var own string // the zone in the phrase
	var err error
	if looksLikeCron(phrase) {
		lines, own, err = parseCron(phrase)
	} else {
		lines, own, err = parsePhrase(phrase)
	}
	if err != nil {
		return Schedule{}, err
	}
	switch {
	case own != "":
		zone = own
	case strings.TrimSpace(zone) == "":
		zone = "UTC"
	}
	if zone, err = ParseZone(zone); err != nil {
		return Schedule{}, err
	}
	s := Schedule{Phrase: phrase, Cron: strings.Join(lines, "; "), Zone: zone}
	if err := s.check(); err != nil {
		return Schedule{}, err
	}
	return s, nil
}

// unclear is what was wrong with a phrase: a sentence of the table in bot/present, and what fills its places by name.
func unclear(code string, with ...string) error {
	u := &present.Unclear{Code: code, With: map[string]string{}}
	for i := 0; i+1 < len(with); i += 2 {
		u.With[with[i]] = with[i+1]
	}
	return u
}

// check refuses a schedule that never fires, or too often.
func (s Schedule) check() error {
	t, err := s.timetable()
	if err != nil {
		return err
	}
	// The floating clock has no changes, so that the answer does not depend on the day on which it is asked. The year that
	// follows holds a 29 February and each day of the week on each day of a month that it can fall on.
	t.loc = time.UTC
	start := time.Date(2027, time.December, 31, 23, 59, 0, 0, time.UTC)
	slots := t.between(start, start.AddDate(100, 0, 0), 10)
	if len(slots) < 10 {
		return unclear("never")
	}
	until := start
	if t.crowded() {
		until = start.AddDate(1, 1, 0)
	}
	for i, at := 0, slots[0]; ; i++ {
		next := t.next(at)
		if i >= len(slots) && (next.IsZero() || next.After(until)) {
			return nil
		}
		if next.Sub(at) < MinGap {
			return unclear("crowded", "first", at.Format("15:04"), "second", next.Format("15:04"), "n", strconv.Itoa(int(MinGap.Minutes())))
		}
		at = next
	}
}

// crowded reports whether two times of day of the schedule lie closer than MinGap, on whatever days.
func (t *timetable) crowded() bool {
	var minutes []int
	for _, line := range t.lines {
		minutes = append(minutes, timesOfDay(line)...)
	}
	slices.Sort(minutes)
	minutes = slices.Compact(minutes)
	for i, m := range minutes {
		next := minutes[(i+1)%len(minutes)]
		if i == len(minutes)-1 {
			next += 24 * 60
		}
		if next-m < int(MinGap.Minutes()) {
			return true
		}
	}
	return false
}

// --- Cron expressions ------------------------------------------------------------------------------------------------

var (
	cronNumbers = regexp.MustCompile(`^[0-9*?/,-]+$`)
	cronNames   = regexp.MustCompile(`^[0-9A-Za-z*?/,#-]+$`)
	cronElement = regexp.MustCompile(`^(?:\*|[0-9]{1,2}|[a-z]{3})(?:-(?:[0-9]{1,2}|[a-z]{3}))?(?:/[0-9]{1,2})?$`)
)

// looksLikeCron tells a cron expression from words.
func looksLikeCron(phrase string) bool {
	if strings.ContainsAny(phrase, "*;") || phrase[0] == '@' || strings.Contains(strings.ToUpper(phrase), "TZ=") {
		return true
	}
	fields := strings.Fields(phrase)
	if len(fields) < 5 {
		return false
	}
	for i, f := range fields[:5] {
		if strings.HasSuffix(f, ",") || i < 3 && !cronNumbers.MatchString(f) || !cronNames.MatchString(f) {
			return false
		}
	}
	return len(fields) == 5 || len(fields) == 6 && strings.Contains(fields[5], "/") || officialZone(fields[len(fields)-1]) != ""
}

// parseCron checks cron expressions, joined by semicolons, with an optional zone at the end.
func parseCron(phrase string) (lines []string, zone string, err error) {
	if strings.Contains(strings.ToUpper(phrase), "TZ=") {
		return nil, "", unclear("zone-behind")
	}
	if phrase[0] == '@' {
		name, rest, _ := strings.Cut(phrase, " ")
		line, ok := descriptor(strings.ToLower(name))
		switch {
		case strings.EqualFold(name, "@every"):
			return nil, "", unclear("at-every")
		case !ok:
			return nil, "", unclear("descriptor", "word", name)
		}
		return []string{line}, strings.TrimSpace(rest), nil
	}
	parts := strings.Split(strings.TrimRight(phrase, "; "), ";")
	for i, part := range parts {
		fields := strings.Fields(part)
		if i == len(parts)-1 && len(fields) > 5 && !cronNumbers.MatchString(fields[5]) {
			zone = strings.Join(fields[5:], " ")
			fields = fields[:5]
		}
		line, err := checkLine(fields)
		if err != nil {
			return nil, "", err
		}
		lines = append(lines, line)
	}
	return lines, zone, nil
}

func descriptor(name string) (line string, ok bool) {
	switch name {
	case "@hourly":
		return "0 * * * *", true
	case "@daily", "@midnight":
		return "0 0 * * *", true
	case "@weekly":
		return "0 0 * * 0", true
	case "@monthly":
		return "0 0 1 * *", true
	case "@yearly", "@annually":
		return "0 0 1 1 *", true
	}
	return "", false
}

// cronField is what a field of a cron expression may hold.
type cronField struct {
	place    string // its place in the expression, which is its name in every language
	min, max int
	names    string // three letters each, the first one stands for min
	loose    bool   // "?" is allowed
}

func cronFields() []cronField {
	return []cronField{
		{place: "0", max: 59},
		{place: "1", max: 23},
		{place: "2", min: 1, max: 31, loose: true},
		{place: "3", min: 1, max: 12, names: "janfebmaraprmayjunjulaugsepoctnovdec"},
		{place: "4", max: 7, names: "sunmontuewedthufrisat", loose: true},
	}
}

// checkLine refuses what the library would take for something else, and writes Sunday as 0.
func checkLine(fields []string) (string, error) {
	switch {
	case len(fields) == 6 || len(fields) == 7:
		return "", unclear("seconds", "n", strconv.Itoa(len(fields)))
	case len(fields) != 5:
		return "", unclear("five-fields", "n", strconv.Itoa(len(fields)))
	}
	kept := make([]string, 0, 5)
	for i, spec := range cronFields() {
		field := strings.ToLower(fields[i])
		if field == "?" && spec.loose {
			field = "*"
		}
		var elements []string
		for element := range strings.SplitSeq(field, ",") {
			e, err := spec.check(element)
			if err != nil {
				return "", err
			}
			elements = append(elements, e)
		}
		kept = append(kept, strings.Join(elements, ","))
	}
	return strings.Join(kept, " "), nil
}

// check returns one element of a field as the library reads it rightly.
func (f cronField) check(element string) (string, error) {
	if strings.ContainsAny(element, "lw#") && f.loose && !cronElement.MatchString(element) {
		return "", unclear("last-or-nth", "word", element, "field", f.place)
	}
	if !cronElement.MatchString(element) {
		return "", unclear("element", "word", element, "field", f.place)
	}
	body, stepText, stepped := strings.Cut(element, "/")
	lowText, highText, ranged := strings.Cut(body, "-")
	if body == "*" {
		lowText, highText, ranged = strconv.Itoa(f.min), strconv.Itoa(f.max), true
	}
	low, okLow := f.number(lowText)
	high, okHigh := low, true
	if ranged {
		high, okHigh = f.number(highText)
	}
	switch {
	case !okLow || !okHigh:
		return "", unclear("bounds", "word", element, "field", f.place, "low", strconv.Itoa(f.min), "high", strconv.Itoa(f.max))
	case low > high:
		return "", unclear("backwards", "word", element, "field", f.place)
	}
	step := 1
	if stepped {
		if step, _ = strconv.Atoi(stepText); step < 1 || step > f.max-f.min {
			return "", unclear("step-far", "word", element, "field", f.place, "low", strconv.Itoa(f.min), "high", strconv.Itoa(f.max))
		}
		if body != "*" && !ranged {
			return "", unclear("step-no-end", "word", element, "step", strconv.Itoa(step), "low", strconv.Itoa(low), "high", strconv.Itoa(f.max))
		}
	}
	if f.max == 7 && body != "*" && high == 7 { // the library knows Sunday as 0 only
		var days []string
		for d := low; d <= high; d += step {
			days = append(days, strconv.Itoa(d%7))
		}
		return strings.Join(days, ","), nil
	}
	return element, nil
}

// number reads a number or a name within the field's bounds.
func (f cronField) number(text string) (int, bool) {
	if n, err := strconv.Atoi(text); err == nil {
		return n, n >= f.min && n <= f.max
	}
	for i := 0; i+3 <= len(f.names); i += 3 {
		if f.names[i:i+3] == text {
			return f.min + i/3, true
		}
	}
	return 0, false
}

// --- Words -----------------------------------------------------------------------------------------------------------

// Days of the week are bits, Sunday is bit 0.
const (
	allDays  = 1<<7 - 1
	weekdays = 1<<1 | 1<<2 | 1<<3 | 1<<4 | 1<<5
	weekend  = 1<<0 | 1<<6
)

// clause is a run of days with the times that hold for them.
type clause struct {
	days     int   // of the week; zero means that none were named
	without  int   // days of the week taken away
	monthly  bool  // "of the month" was said
	weekly   bool  // "weekly" was said
	dates    []int // of the month
	times    []int // minutes of the day
	every    int   // minutes between slots; zero means that times hold
	from, to int   // the first and last minute of the day for every
	ranged   bool
	daysLast bool // the days came behind the times
}

func (c *clause) hasDays() bool { return c.days != 0 || c.monthly || c.weekly || len(c.dates) > 0 }
func (c *clause) hasTimes() bool {
	return c.every > 0 || len(c.times) > 0
}

// reader walks the words of a phrase.
type reader struct {
	words   []string // lower case
	written []string // as the person wrote them
	at      int
	clauses []*clause
	except  bool // the next days are taken away
	unknown []string
	zone    string
}

var (
	timeOfDay  = regexp.MustCompile(`^(\d{1,2})(?:[:.h](\d{2})|h)?(am|pm)?$`)
	fourDigits = regexp.MustCompile(`^(\d{2})(\d{2})$`)
	timeLike   = regexp.MustCompile(`^\d+(?:[:.h,]\d*)*(?:am|pm|h)?$`)
	timeSpan   = regexp.MustCompile(`^(\d{1,2}(?:[:.h]\d{2})?)(?:am|pm|h)?-\d`)
	numbered   = regexp.MustCompile(`^(\d{1,2})(?:st|nd|rd|th)$`)
	meridiem   = strings.NewReplacer("a.m.", "am", "p.m.", "pm", "a.m", "am", "p.m", "pm", "o'clock", " ", "o’clock", " ",
		"–", "-", "—", "-", "&", " and ", ",", " , ", "(", " ", ")", " ", "+ ", " and ")
)

// parsePhrase makes cron lines of words.
func parsePhrase(phrase string) (lines []string, zone string, err error) {
	// Lower-casing may change a string's length in bytes, so words and written are folded one by one.
	r := &reader{written: strings.Fields(meridiem.Replace(phrase))}
	for _, w := range r.written {
		r.words = append(r.words, strings.ToLower(w))
	}
	for r.at < len(r.words) {
		if err := r.word(); err != nil {
			return nil, "", err
		}
	}
	if len(r.unknown) > 0 && r.zone == "" {
		name := strings.Join(r.unknown, " ")
		if hint := zoneHint(name); hint != nil {
			return nil, "", hint
		}
	}
	if len(r.unknown) > 0 {
		return nil, "", unknownWord(r.unknown[0])
	}
	if len(r.clauses) == 0 {
		return nil, "", unclear("say-when")
	}
	for _, c := range r.clauses {
		more, err := c.lines()
		if err != nil {
			return nil, "", err
		}
		lines = append(lines, more...)
	}
	slices.SortStableFunc(lines, byTimeOfDay)
	return slices.Compact(lines), r.zone, nil
}

// byTimeOfDay orders cron lines by their first slot of the day.
func byTimeOfDay(a, b string) int {
	first := func(line string) int {
		l, err := readLine(line)
		if err != nil {
			return 0
		}
		return bits.TrailingZeros64(l.Hour)*60 + bits.TrailingZeros64(l.Minute)
	}
	return first(a) - first(b)
}

// peek returns the word n ahead, or "".
func (r *reader) peek(n int) string {
	if r.at+n < len(r.words) {
		return r.words[r.at+n]
	}
	return ""
}

// clause returns the clause that a day or a time belongs to, which may be a new one.
func (r *reader) clause(forDays bool) *clause {
	if len(r.clauses) > 0 {
		c := r.clauses[len(r.clauses)-1]
		switch {
		case forDays && r.except:
			return c
		case forDays && c.hasDays() && c.hasTimes() && !c.daysLast: // "weekdays 7:30, weekends 10:00"
		case !forDays && c.daysLast: // "9am mon, 10am tue"
		default:
			if forDays && !c.hasDays() && c.hasTimes() {
				c.daysLast = true
			}
			return c
		}
	}
	c := &clause{}
	r.clauses = append(r.clauses, c)
	return c
}

// addDays adds days of the week, or takes them away behind "except".
func (r *reader) addDays(days int) {
	c := r.clause(true)
	if r.except {
		c.without |= days
		return
	}
	c.days |= days
}

// word reads one word, and those that belong to it.
func (r *reader) word() error {
	w := r.words[r.at]
	step := 1
	defer func() { r.at += step }()

	if n, ok := ordinal(w); ok {
		return r.date(n, w, &step)
	}
	if days, ok := dayOrRange(w); ok {
		if to, n := r.through(); n > 0 {
			if bits.OnesCount(uint(days)) != 1 {
				return unclear("day-range", "word", w)
			}
			days, step = dayRange(days, to), n
		}
		r.addDays(days)
		return nil
	}
	if n, err := strconv.Atoi(w); err == nil && r.peek(1) == "of" { // "15 of the month"
		return r.addDate(n)
	}
	if minutes, n, err := r.time(0); n > 0 || err != nil {
		if err != nil {
			return err
		}
		step = n
		if sign := r.peek(n); sign == "-" {
			return unclear("span-time", "time", clock(minutes))
		}
		c := r.clause(false)
		if c.every > 0 {
			return unclear("time-interval", "time", clock(minutes))
		}
		c.times = append(c.times, minutes)
		r.except = false
		return nil
	}

	switch w {
	case ",", "and", "at", "on", "of", "the", "in", "a", "-", ";", "then", "also", "time", "times", "digest", "o'clock", "plus":
		return nil
	case "from", "between":
		return r.span(&step)
	case "every", "each":
		return r.every(&step)
	case "daily", "everyday":
		r.addDays(allDays)
	case "day", "days":
		if n, err := strconv.Atoi(r.peek(1)); err == nil && w == "day" && r.peek(2) == "of" { // "day 15 of the month"
			step = 2
			return r.addDate(n)
		}
		if len(r.clauses) == 0 || !r.clauses[len(r.clauses)-1].hasDays() {
			r.addDays(allDays)
		}
	case "weekday", "weekdays", "workday", "workdays":
		r.addDays(weekdays)
	case "working", "business", "work":
		if next := r.peek(1); next != "day" && next != "days" {
			return unknownWord(r.written[r.at])
		}
		step = 2
		r.addDays(weekdays)
	case "weekend", "weekends":
		r.addDays(weekend)
	case "hourly":
		return r.interval(60)
	case "weekly", "week":
		r.clause(true).weekly = true
	case "monthly", "month":
		r.clause(true).monthly = true
	case "except", "excluding", "without":
		r.except = true
	case "but", "not":
		if next := r.peek(1); next == "not" || next == "on" {
			step = 2
		}
		r.except = true
	default:
		return r.other()
	}
	return nil
}

// other reads a word that is neither a day nor a time: a zone, or nothing that we know.
func (r *reader) other() error {
	w := r.written[r.at]
	if strings.Contains(w, "/") || officialZone(w) != "" {
		zone, err := ParseZone(w)
		if err != nil {
			return err
		}
		if r.zone != "" && r.zone != zone {
			return unclear("two-zones", "first", r.zone, "second", zone)
		}
		r.zone = zone
		return nil
	}
	if hint := wordHint(r.words[r.at]); hint != nil {
		return hint
	}
	r.unknown = append(r.unknown, w)
	return nil
}

// date reads what follows an ordinal: "15th of the month", "first day of the month".
func (r *reader) date(n int, w string, step *int) error {
	next := r.peek(1)
	if _, ok := dayOrRange(next); ok || next == "weekday" || next == "workday" || next == "working" || next == "business" {
		return unclear("nth-weekday", "word", w+" "+next)
	}
	if next == "day" {
		*step = 2
	}
	return r.addDate(n)
}

func (r *reader) addDate(n int) error {
	if n < 1 || n > 31 {
		return unclear("no-date", "n", strconv.Itoa(n))
	}
	c := r.clause(true)
	c.dates = append(c.dates, n)
	return nil
}

// through reads " to friday" behind a day and returns that day and how many words the range has; 0 when there is none.
func (r *reader) through() (to, words int) {
	switch r.peek(1) {
	case "to", "through", "thru", "till", "until", "-":
		if day, ok := dayOf(r.peek(2)); ok {
			return day, 3
		}
	}
	return 0, 0
}

// time reads a time of day at n words ahead and returns how many words it has; 0 when there is none.
func (r *reader) time(n int) (minutes, words int, err error) {
	w := r.peek(n)
	switch w {
	case "noon", "midday":
		return 12 * 60, 1, nil
	case "midnight":
		return 0, 1, nil
	case "12":
		switch r.peek(n + 1) {
		case "noon", "midday":
			return 12 * 60, 2, nil
		case "midnight":
			return 0, 2, nil
		}
	}
	if w == "" || w[0] < '0' || w[0] > '9' {
		return 0, 0, nil
	}
	words = 1
	half := ""
	if next := r.peek(n + 1); next == "am" || next == "pm" {
		half, words = next, 2
	}
	bad := unclear("no-time", "word", strings.TrimSpace(r.written[r.at+n]+" "+half))
	m := timeOfDay.FindStringSubmatch(w)
	if m == nil {
		if d := fourDigits.FindStringSubmatch(w); d != nil { // 0830
			m = []string{w, d[1], d[2], ""}
		} else if span := timeSpan.FindStringSubmatch(w); span != nil {
			return 0, 0, unclear("span-word", "word", w)
		} else if timeLike.MatchString(w) {
			return 0, 0, bad
		} else {
			return 0, 0, nil
		}
	}
	if m[3] != "" {
		if half != "" {
			return 0, 0, bad
		}
		half = m[3]
	}
	hour, _ := strconv.Atoi(m[1])
	minute := 0
	if m[2] != "" {
		minute, _ = strconv.Atoi(m[2])
	}
	if hour == 24 && minute == 0 && half == "" {
		return 0, 0, unclear("midnight", "word", r.written[r.at+n])
	}
	if hour > 23 || minute > 59 || half != "" && (hour < 1 || hour > 12) {
		return 0, 0, bad
	}
	switch half {
	case "am":
		hour %= 12
	case "pm":
		hour = hour%12 + 12
	}
	return hour*60 + minute, words, nil
}

// every reads what follows "every": a number of hours or minutes, or days.
func (r *reader) every(step *int) error {
	next := r.peek(1)
	switch next {
	case "hour", "hours":
		*step = 2
		return r.interval(60)
	case "day", "days":
		*step = 2
		if _, ok := ordinal(r.peek(2)); !ok { // "every day 8" is no date
			r.addDays(allDays)
		}
		return nil
	case "half":
		*step = 2
		if unit := r.peek(2); unit == "hour" || unit == "an" && r.peek(3) == "hour" {
			*step = 3
			if unit == "an" {
				*step = 4
			}
			return r.interval(30)
		}
		return unknownWord("half")
	case "minute", "second":
		return unclear("too-often", "n", strconv.Itoa(int(MinGap.Minutes())))
	case "other":
		return unclear("every-other")
	}
	number, unit := next, r.peek(2)
	*step = 3
	if n := len(next) - 1; n > 0 && (next[n] == 'h' || next[n] == 'm') { // "every 6h"
		number, unit, *step = next[:n], next[n:], 2
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		n, err = spelled(number)
	}
	if err == nil {
		switch unit {
		case "h", "hour", "hours", "hrs", "hr":
			return r.interval(n * 60)
		case "m", "min", "mins", "minute", "minutes":
			return r.interval(n)
		case "day", "days", "week", "weeks", "month", "months":
			if n == 1 && unit == "day" {
				r.addDays(allDays)
				return nil
			}
			return unclear("every-days", "word", number+" "+unit)
		}
	}
	*step = 1 // "every weekday", "every day at 8": the words behind say it
	return nil
}

// spelled reads a number in letters.
func spelled(word string) (int, error) {
	i := slices.Index([]string{"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}, word)
	if i < 0 {
		return 0, strconv.ErrSyntax
	}
	return i + 1, nil
}

// interval makes the current clause fire every so many minutes.
func (r *reader) interval(minutes int) error {
	least := int(MinGap.Minutes())
	switch {
	case minutes < least:
		return unclear("too-often", "n", strconv.Itoa(least))
	case minutes < 60 && 60%minutes != 0:
		return unclear("divide-hour", "n", strconv.Itoa(minutes))
	case minutes > 60 && minutes%60 != 0:
		return unclear("whole-hours")
	case minutes == 24*60:
		return unclear("once-a-day")
	case minutes > 60 && (24*60)%minutes != 0:
		return unclear("divide-day", "n", strconv.Itoa(minutes/60))
	}
	c := r.clause(false)
	if c.hasTimes() {
		return unclear("not-both")
	}
	c.every = minutes
	return nil
}

// span reads "from 9 to 17" behind an interval; before a day, "from" is a word like any other.
func (r *reader) span(step *int) error {
	from, n, err := r.time(1)
	if err != nil || n == 0 {
		return err
	}
	switch r.peek(1 + n) {
	case "to", "until", "till", "and", "-", "through":
	default:
		return unclear("span-no-end", "time", clock(from))
	}
	to, m, err := r.time(2 + n)
	if err != nil {
		return err
	}
	c := &clause{}
	if len(r.clauses) > 0 {
		c = r.clauses[len(r.clauses)-1]
	}
	switch {
	case m == 0:
		return unclear("span-no-end", "time", clock(from))
	case c.every == 0:
		return unclear("span-alone")
	case to <= from:
		return unclear("span-order", "first", clock(from), "second", clock(to))
	}
	c.from, c.to, c.ranged = from, to, true
	*step = 2 + n + m
	return nil
}

// lines makes the cron lines of a clause.
func (c *clause) lines() ([]string, error) {
	if c.weekly && c.days == 0 {
		return nil, unclear("which-weekday")
	}
	if (c.monthly || len(c.dates) > 0) && c.days == allDays {
		c.days = 0 // "every 1st of the month"
	}
	if (c.monthly || len(c.dates) > 0) && c.days != 0 {
		return nil, unclear("either-days")
	}
	if c.monthly && len(c.dates) == 0 {
		c.dates = []int{1}
	}
	if !c.hasTimes() {
		return nil, unclear("what-time")
	}
	date, day := "*", "*"
	if len(c.dates) > 0 {
		slices.Sort(c.dates)
		date = numbers(slices.Compact(c.dates))
	} else {
		if c.days == 0 {
			c.days = allDays
		}
		if c.days &^= c.without; c.days == 0 {
			return nil, unclear("no-day-left")
		}
		if c.days != allDays {
			day = dayField(c.days)
		}
	}
	line := func(minutes, hours string) string {
		return minutes + " " + hours + " " + date + " * " + day
	}
	switch {
	case c.every > 0 && !c.ranged && c.every < 60:
		return []string{line("*/"+strconv.Itoa(c.every), "*")}, nil
	case c.every == 60 && !c.ranged:
		return []string{line("0", "*")}, nil
	case c.every > 0 && !c.ranged:
		return []string{line("0", "*/"+strconv.Itoa(c.every/60))}, nil
	case c.every > 0:
		for m := c.from; m <= c.to; m += c.every {
			c.times = append(c.times, m)
		}
	}
	// Times with the same minutes share a line: 7:30 and 17:30 are "30 7,17".
	byMinute := map[int][]int{}
	for _, t := range c.times {
		byMinute[t%60] = append(byMinute[t%60], t/60)
	}
	var lines []string
	for minute, hours := range byMinute {
		slices.Sort(hours)
		lines = append(lines, line(strconv.Itoa(minute), numbers(slices.Compact(hours))))
	}
	slices.Sort(lines)
	return lines, nil
}

// numbers writes a sorted list as a cron field: runs of three and more as ranges.
func numbers(list []int) string {
	var parts []string
	for i := 0; i < len(list); {
		j := i
		for j+1 < len(list) && list[j+1] == list[j]+1 {
			j++
		}
		if j-i >= 2 {
			parts = append(parts, fmt.Sprintf("%d-%d", list[i], list[j]))
		} else {
			for k := i; k <= j; k++ {
				parts = append(parts, strconv.Itoa(list[k]))
			}
		}
		i = j + 1
	}
	return strings.Join(parts, ",")
}

func dayField(days int) string {
	var list []int
	for d := range 7 {
		if days&(1<<d) != 0 {
			list = append(list, d)
		}
	}
	return numbers(list)
}

// dayOf reads the name of a day of the week: 0 is Sunday.
func dayOf(word string) (day int, ok bool) {
	switch word {
	case "sun", "sunday", "sundays":
		return 0, true
	case "mon", "monday", "mondays":
		return 1, true
	case "tue", "tues", "tuesday", "tuesdays":
		return 2, true
	case "wed", "weds", "wednesday", "wednesdays":
		return 3, true
	case "thu", "thur", "thurs", "thursday", "thursdays":
		return 4, true
	case "fri", "friday", "fridays":
		return 5, true
	case "sat", "saturday", "saturdays":
		return 6, true
	}
	return 0, false
}

// dayOrRange reads "mon" or "mon-fri" as a set of days.
func dayOrRange(word string) (days int, ok bool) {
	if from, to, ranged := strings.Cut(word, "-"); ranged {
		f, okFrom := dayOf(from)
		t, okTo := dayOf(to)
		if !okFrom || !okTo {
			return 0, false
		}
		return dayRange(1<<f, t), true
	}
	d, ok := dayOf(word)
	return 1 << d, ok
}

// dayRange is the days from a single one to another, around the week's end where it must be.
func dayRange(from, to int) int {
	days := from
	for d := bits.TrailingZeros(uint(from)); d != to; {
		d = (d + 1) % 7
		days |= 1 << d
	}
	return days
}

// ordinal reads "1st", "15th" or "first".
func ordinal(word string) (int, bool) {
	if m := numbered.FindStringSubmatch(word); m != nil {
		n, err := strconv.Atoi(m[1])
		return n, err == nil
	}
	i := slices.Index([]string{"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"}, word)
	if i >= 0 {
		return i + 1, true
	}
	switch word {
	case "fifteenth":
		return 15, true
	case "twentieth":
		return 20, true
	}
	return 0, false
}

func unknownWord(word string) error {
	return unclear("unknown", "word", word)
}

// wordHint answers words that people use for times that no clock shows.
func wordHint(word string) error {
	switch word {
	case "morning", "mornings", "evening", "evenings", "afternoon", "afternoons", "night", "nights", "nightly", "dawn", "lunch":
		return unclear("no-clock", "word", word)
	case "today", "tonight", "tomorrow", "once", "now":
		return unclear("single", "word", word)
	case "twice", "thrice":
		return unclear("each-time")
	case "last":
		return unclear("last-day")
	case "biweekly", "fortnightly", "fortnight", "alternate":
		return unclear("fortnight", "word", word)
	case "quarterly", "yearly", "annually", "year", "quarter":
		return unclear("yearly", "word", word)
	case "half", "quarter-past", "past":
		return unclear("figures")
	case "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december":
		return unclear("months")
	}
	return nil
}

// clock is minutes of the day as "08:00".
func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// timesOfDay are the minutes of the day at which a line fires.
func timesOfDay(line *cron.SpecSchedule) []int {
	var minutes []int
	for h := range 24 {
		for m := range 60 {
			if line.Hour&(1<<h) != 0 && line.Minute&(1<<m) != 0 {
				minutes = append(minutes, h*60+m)
			}
		}
	}
	return minutes
}

package prose

import (
	"strconv"
	"strings"
	"time"
)

// Precision says how exactly a time is known.
type Precision string

// The precisions of a time.
const (
	Hour    Precision = "hour"
	Day     Precision = "day"
	Week    Precision = "week"
	Month   Precision = "month"
	Season  Precision = "season"
	Year    Precision = "year"
	Decade  Precision = "decade"
	Century Precision = "century"
)

// TimeRef is an expression of time. Value is the beginning of what it means, in UTC; zero where it needs a base and none
// was given.
type TimeRef struct {
	Span
	Text      string
	Value     time.Time
	Precision Precision
	Relative  bool // it was resolved against the base: "last year", "Tuesday"
}

// Upto is the end, excluded, of what t means.
func (t TimeRef) Upto() time.Time {
	switch t.Precision {
	case Hour:
		return t.Value.Add(time.Hour)
	case Day:
		return t.Value.AddDate(0, 0, 1)
	case Week:
		return t.Value.AddDate(0, 0, 7)
	case Month:
		return t.Value.AddDate(0, 1, 0)
	case Season:
		return t.Value.AddDate(0, 3, 0)
	case Decade:
		return t.Value.AddDate(10, 0, 0)
	case Century:
		return t.Value.AddDate(100, 0, 0)
	}
	return t.Value.AddDate(1, 0, 0)
}

var months = map[string]time.Month{
	"january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9,
	"october": 10, "november": 11, "december": 12, "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9,
	"sept": 9, "oct": 10, "nov": 11, "dec": 12,
}

var weekdays = map[string]time.Weekday{
	"sunday": 0, "monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6,
	"sun.": 0, "mon": 1, "tue": 2, "tues": 2, "wed": 3, "thu": 4, "thurs": 4, "fri": 5,
}

var seasons = map[string]time.Month{"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}

var spelled = map[string]int{
	"zero": 0, "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
	"eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
	"nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}

// Times returns the expressions of time in text, in order. base is when the text was written; relative expressions need it.
func Times(text string, base time.Time) []TimeRef { return TimesIn(text, Tokens(text), base) }

// TimesIn is Times for a text whose tokens are there already.
func TimesIn(text string, toks []Token, base time.Time) []TimeRef {
	var out []TimeRef
	for i := 0; i < len(toks); {
		t, n := timeAt(text, toks, i, base)
		if n == 0 {
			i++
			continue
		}
		t.Span = Span{toks[i].Start, toks[i+n-1].End}
		t.Text = text[t.Start:t.End]
		// "this Tuesday, February 20", "Nov. 5 at 2 a.m.": one expression.
		if k := len(out) - 1; k >= 0 {
			gap := text[out[k].End:t.Start]
			one := false
			switch {
			case (gap == ", " || gap == " " || gap == " on ") && out[k].Precision == Day && t.Precision == Day && out[k].Relative != t.Relative:
				one = out[k].Value.IsZero() || t.Value.IsZero() || out[k].Value.Weekday() == t.Value.Weekday() || out[k].Value.Equal(t.Value)
				if one && !t.Relative {
					out[k].Value, out[k].Relative = t.Value, t.Relative
				}
			case (gap == " at " || gap == ", at " || gap == ", " || gap == " ") && out[k].Precision == Day && t.Precision == Hour:
				one = true
				out[k].Value = out[k].Value.Add(time.Duration(t.Value.Hour())*time.Hour + time.Duration(t.Value.Minute())*time.Minute)
				out[k].Precision = Hour
			case gap == " on " && out[k].Precision == Hour && t.Precision == Day:
				one = true
				out[k].Value, out[k].Relative = t.Value, t.Relative
				out[k].Precision = Day
			}
			if one {
				out[k].End = t.End
				out[k].Text = text[out[k].Start:out[k].End]
				i += n
				continue
			}
		}
		out = append(out, t)
		i += n
	}
	return out
}

func date(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// timeAt reads the expression of time at token i and returns it with its number of tokens; 0 where there is none.
func timeAt(text string, toks []Token, i int, base time.Time) (TimeRef, int) {
	t := toks[i]
	at := func(k int) string {
		if i+k < len(toks) && i+k >= 0 {
			return toks[i+k].Lower
		}
		return ""
	}
	day := time.Time{}
	if !base.IsZero() {
		day = date(base.Year(), base.Month(), base.Day())
	}
	// 2024-02-20
	if isYear(t.Lower) && i+2 < len(toks) && t.End+1 == toks[i+1].Start && text[t.End] == '-' && toks[i+1].End+1 == toks[i+2].Start && text[toks[i+1].End] == '-' {
		m, e1 := strconv.Atoi(at(1))
		d, e2 := strconv.Atoi(strings.TrimRight(at(2), "tz"))
		if e1 == nil && e2 == nil && m >= 1 && m <= 12 && d >= 1 && d <= 31 {
			return TimeRef{Value: date(num(t.Lower), time.Month(m), d), Precision: Day}, 3
		}
	}
	if m, ok := months[t.Lower]; ok && t.IsUpper() {
		return monthAt(text, toks, i, m, 0, 0, base)
	}
	// 20 February 2024, 20th of February
	if d, ok := dayNumber(t.Lower); ok && i+1 < len(toks) {
		k := 1
		if at(1) == "of" {
			k = 2
		}
		if i+k < len(toks) {
			if m, ok := months[at(k)]; ok && toks[i+k].IsUpper() && gapIs(text, toks, i, i+k) {
				return monthAt(text, toks, i+k, m, d, k, base)
			}
		}
	}
	switch t.Lower {
	case "today", "tonight":
		return TimeRef{Value: day, Precision: Day, Relative: true}, 1
	case "yesterday":
		return TimeRef{Value: addDays(day, -1), Precision: Day, Relative: true}, 1
	case "tomorrow":
		return TimeRef{Value: addDays(day, 1), Precision: Day, Relative: true}, 1
	case "earlier", "later", "early", "late":
		for _, skip := range []int{1, 2} {
			w := at(1)
			if skip == 2 && w != "in" && w != "on" {
				continue
			}
			if i+skip < len(toks) {
				r, n := timeAt(text, toks, i+skip, base)
				if n > 0 && (r.Relative || t.Lower == "early" || t.Lower == "late") {
					return r, n + skip
				}
			}
			// "earlier in the month"
			if skip == 2 && (at(2) == "the") && unitPrecision(at(3)) != "" {
				return relativeUnit("this", at(3), day), 4
			}
		}
		return TimeRef{}, 0
	case "this", "last", "next", "past", "current", "previous":
		if w, ok := weekdays[at(1)]; ok && toks[i+1].IsUpper() {
			return TimeRef{Value: weekdayOf(day, w, t.Lower), Precision: Day, Relative: true}, 2
		}
		if m, ok := months[at(1)]; ok && toks[i+1].IsUpper() {
			v := time.Time{}
			if !day.IsZero() {
				y := day.Year()
				if t.Lower != "next" && m > day.Month() {
					y--
				} else if t.Lower == "next" && m <= day.Month() {
					y++
				}
				v = date(y, m, 1)
			}
			return TimeRef{Value: v, Precision: Month, Relative: true}, 2
		}
		if _, ok := seasons[at(1)]; ok {
			v := time.Time{}
			if !day.IsZero() {
				v = date(day.Year(), seasons[at(1)], 1)
				if t.Lower == "last" && v.After(day) {
					v = v.AddDate(-1, 0, 0)
				}
			}
			return TimeRef{Value: v, Precision: Season, Relative: true}, 2
		}
		if p := unitPrecision(at(1)); p != "" {
			return relativeUnit(t.Lower, at(1), day), 2
		}
		return TimeRef{}, 0
	}
	if w, ok := weekdays[t.Lower]; ok && t.IsUpper() && (len(t.Lower) > 5 || t.Lower == "friday" || t.Lower == "monday") {
		n := 1
		if p := at(1); p == "morning" || p == "afternoon" || p == "evening" || p == "night" {
			n = 2
		}
		return TimeRef{Value: weekdayOf(day, w, ""), Precision: Day, Relative: true}, n
	}
	// 43 BC, 14 AD, AD 14
	if t.IsNumber() && len(t.Lower) <= 4 && (toks[i].Lower == strings.Trim(toks[i].Lower, "abcdefghijklmnopqrstuvwxyz")) {
		if at(1) == "bc" || at(1) == "bce" {
			return TimeRef{Precision: Year}, 2
		}
		if at(1) == "ad" || at(1) == "ce" {
			return TimeRef{Value: date(num(t.Lower), 1, 1), Precision: Year}, 2
		}
	}
	if t.Text == "AD" && i+1 < len(toks) && isNumeral(at(1)) && len(at(1)) <= 4 {
		return TimeRef{Value: date(num(at(1)), 1, 1), Precision: Year}, 2
	}
	// 2.5 million years ago
	if t.IsNumber() {
		for k := 1; k <= 3; k++ {
			if unitPrecision(at(k)) != "" && at(k+1) == "ago" {
				if _, small := count(t.Lower); !small || k > 1 || num(t.Lower) >= 1000 {
					return TimeRef{Precision: unitPrecision(at(k))}, k + 2
				}
			}
			if at(k) != "million" && at(k) != "billion" && at(k) != "thousand" {
				break
			}
		}
	}
	// three days ago, two weeks earlier
	if n, ok := count(t.Lower); ok && n < 1000 {
		if p := unitPrecision(at(1)); p != "" {
			if at(2) == "ago" {
				v := time.Time{}
				if !day.IsZero() {
					v = shift(day, p, -n)
				}
				return TimeRef{Value: v, Precision: p, Relative: true}, 3
			}
		}
		// 2 a.m., 10:30 p.m.
		if n <= 12 && (at(1) == "a.m" || at(1) == "p.m" || at(1) == "am" || at(1) == "pm") && t.IsNumber() {
			h := n % 12
			if strings.HasPrefix(at(1), "p") {
				h += 12
			}
			return TimeRef{Value: time.Date(1, 1, 1, h, 0, 0, 0, time.UTC), Precision: Hour}, 2
		}
		if i+2 < len(toks) && t.IsNumber() && n < 24 && t.End < len(text) && text[t.End] == ':' && toks[i+1].Start == t.End+1 && len(toks[i+1].Lower) >= 2 {
			mm, err := strconv.Atoi(toks[i+1].Lower[:2])
			if err == nil && mm < 60 {
				k, h := 2, n
				if a := at(2); a == "a.m" || a == "p.m" || a == "am" || a == "pm" {
					k = 3
					h %= 12
					if a[0] == 'p' {
						h += 12
					}
				}
				return TimeRef{Value: time.Date(1, 1, 1, h, mm, 0, 0, time.UTC), Precision: Hour}, k
			}
		}
	}
	// spring 2023, summer of 1969
	if m, ok := seasons[t.Lower]; ok {
		k := 1
		if at(1) == "of" {
			k = 2
		}
		if isYear(at(k)) {
			return TimeRef{Value: date(num(at(k)), m, 1), Precision: Season}, k + 1
		}
		return TimeRef{}, 0
	}
	// 1980s, 80s
	if l := t.Lower; strings.HasSuffix(l, "0s") {
		y := num(l[:len(l)-1])
		if len(l) == 5 && y >= 1000 && y < 2100 {
			return TimeRef{Value: date(y, 1, 1), Precision: Decade}, 1
		}
		if len(l) == 3 && y >= 20 {
			return TimeRef{Value: date(1900+y, 1, 1), Precision: Decade}, 1
		}
	}
	// 10th century, the 10th and 11th centuries
	if d, ok := ordinal(t.Lower); ok && d <= 21 {
		k := 1
		if (at(1) == "and" || at(1) == "to" || at(1) == "or") && i+2 < len(toks) {
			if _, ok := ordinal(at(2)); ok {
				k = 3
			}
		}
		if at(k) == "century" || at(k) == "centuries" {
			return TimeRef{Value: date((d-1)*100+1, 1, 1), Precision: Century}, k + 1
		}
	}
	if isYear(t.Lower) && yearHere(text, toks, i) {
		return TimeRef{Value: date(num(t.Lower), 1, 1), Precision: Year}, 1
	}
	return TimeRef{}, 0
}

// monthAt reads a date around the month at token i; d is a day that stood before it, in k tokens.
func monthAt(text string, toks []Token, i int, m time.Month, d, k int, base time.Time) (TimeRef, int) {
	n := 1
	next := func(j int) string {
		if j < len(toks) && gapIs(text, toks, j-1, j) {
			return toks[j].Lower
		}
		return ""
	}
	if d == 0 {
		if dd, ok := dayNumber(next(i + 1)); ok {
			d = dd
			n = 2
		}
	}
	year := 0
	if y := next(i + n); isYear(y) {
		year = num(y)
		n++
	} else if y == "of" && isYear(next(i+n+1)) {
		year = num(next(i + n + 1))
		n += 2
	}
	if d == 0 && year == 0 && (toks[i].Lower == "may" || toks[i].Lower == "march" || toks[i].Lower == "sun" || toks[i].Lower == "mar" || toks[i].Lower == "jun" || toks[i].Lower == "sep" || toks[i].Lower == "dec" || toks[i].Lower == "jan") {
		// A word that is more than a month: only after what goes with months.
		if i == 0 {
			return TimeRef{}, 0
		}
		switch toks[i-1].Lower {
		case "in", "since", "of", "by", "until", "from", "and", "to", "during", "mid", "before", "after", "early", "late", "through", "till", "between":
		default:
			return TimeRef{}, 0
		}
	}
	r := TimeRef{Precision: Month}
	if d > 0 {
		r.Precision = Day
	}
	day := max(d, 1)
	switch {
	case year > 0:
		r.Value = date(year, m, day)
	case !base.IsZero():
		// The nearest one: within half a year of the base.
		v := date(base.Year(), m, day)
		if v.Sub(base) > 183*24*time.Hour {
			v = date(base.Year()-1, m, day)
		} else if base.Sub(v) > 300*24*time.Hour {
			v = date(base.Year()+1, m, day)
		}
		r.Value = v
	}
	return r, n + k
}

// gapIs says whether only spaces, commas and points stand between tokens a and b.
func gapIs(text string, toks []Token, a, b int) bool {
	for ; a < b; a++ {
		if strings.Trim(text[toks[a].End:toks[a+1].Start], " ,.\u00a0") != "" || toks[a+1].Start-toks[a].End > 3 {
			return false
		}
	}
	return true
}

func isYear(s string) bool {
	if len(s) != 4 || !isNumeral(s) {
		return false
	}
	y := num(s)
	return y >= 1000 && y < 2100
}

// yearHere says whether the four digits at i are a year and not a number of something.
func yearHere(text string, toks []Token, i int) bool {
	if strings.Contains(toks[i].Text, ",") {
		return false
	}
	if s := toks[i].Start; s > 0 && (text[s-1] == '$' || text[s-1] == '#') || strings.HasSuffix(text[:toks[i].Start], "£") || strings.HasSuffix(text[:toks[i].Start], "€") {
		return false
	}
	y := num(toks[i].Lower)
	if i > 0 {
		switch toks[i-1].Lower {
		case "in", "since", "of", "by", "until", "from", "during", "year", "before", "after", "and", "to", "till", "late", "early", "mid", "for", "through", "between", "circa", "around", "about":
			return y >= 1000
		}
	}
	if i+1 < len(toks) && text[toks[i].End:toks[i+1].Start] == " " {
		// "2000 people"
		if w := toks[i+1].Lower; w == "people" || w == "men" || w == "women" || strings.HasSuffix(w, "s") && len(w) > 4 && !toks[i+1].IsUpper() && i == 0 {
			return false
		}
	}
	if i+1 < len(toks) && y < 1900 {
		return strings.ContainsAny(text[toks[i].End:toks[i+1].Start], ")–-,.")
	}
	return y >= 1500
}

func num(s string) int {
	n := 0
	for i := 0; i < len(s) && i < 9; i++ {
		if !isDigit(rune(s[i])) {
			break
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// dayNumber reads "20", "20th" as a day of a month.
func dayNumber(s string) (int, bool) {
	if s == "" || !isDigit(rune(s[0])) || len(s) > 4 {
		return 0, false
	}
	rest := strings.TrimLeft(s, "0123456789")
	switch rest {
	case "", "st", "nd", "rd", "th":
	default:
		return 0, false
	}
	d := num(s)
	return d, d >= 1 && d <= 31 && len(s)-len(rest) <= 2
}

var ordinals = map[string]int{"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
	"tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17,
	"eighteenth": 18, "nineteenth": 19, "twentieth": 20}

// ordinal reads "10th", "third".
func ordinal(s string) (int, bool) {
	if n, ok := ordinals[s]; ok {
		return n, true
	}
	rest := strings.TrimLeft(s, "0123456789")
	if rest == s || rest == "" {
		return 0, false
	}
	switch rest {
	case "st", "nd", "rd", "th":
		return num(s), true
	}
	return 0, false
}

func count(s string) (int, bool) {
	if n, ok := spelled[s]; ok {
		return n, true
	}
	if isNumeral(s) && len(s) < 9 {
		return num(s), true
	}
	return 0, false
}

func unitPrecision(s string) Precision {
	switch s {
	case "hour", "hours":
		return Hour
	case "day", "days":
		return Day
	case "week", "weeks", "weekend":
		return Week
	case "month", "months":
		return Month
	case "year", "years":
		return Year
	case "decade", "decades":
		return Decade
	case "century", "centuries":
		return Century
	}
	return ""
}

func addDays(day time.Time, n int) time.Time {
	if day.IsZero() {
		return day
	}
	return day.AddDate(0, 0, n)
}

// weekdayOf resolves a weekday against day: the latest one up to day; with "next" the one after it; with "this" the nearest.
func weekdayOf(day time.Time, w time.Weekday, how string) time.Time {
	if day.IsZero() {
		return day
	}
	back := (int(day.Weekday()) - int(w) + 7) % 7
	switch how {
	case "next":
		return day.AddDate(0, 0, 7-back)
	case "last":
		if back == 0 {
			back = 7
		}
	}
	return day.AddDate(0, 0, -back)
}

func relativeUnit(how, unit string, day time.Time) TimeRef {
	p := unitPrecision(unit)
	r := TimeRef{Precision: p, Relative: true}
	if day.IsZero() {
		return r
	}
	v := day
	switch p {
	case Week:
		v = day.AddDate(0, 0, -((int(day.Weekday()) + 6) % 7))
	case Month:
		v = date(day.Year(), day.Month(), 1)
	case Year:
		v = date(day.Year(), 1, 1)
	case Decade:
		v = date(day.Year()/10*10, 1, 1)
	case Century:
		v = date(day.Year()/100*100, 1, 1)
	}
	switch how {
	case "last", "past", "previous":
		v = shift(v, p, -1)
	case "next":
		v = shift(v, p, 1)
	}
	r.Value = v
	return r
}

func shift(v time.Time, p Precision, n int) time.Time {
	switch p {
	case Hour:
		return v.Add(time.Duration(n) * time.Hour)
	case Day:
		return v.AddDate(0, 0, n)
	case Week:
		return v.AddDate(0, 0, 7*n)
	case Month:
		return v.AddDate(0, n, 0)
	case Year:
		return v.AddDate(n, 0, 0)
	case Decade:
		return v.AddDate(10*n, 0, 0)
	}
	return v.AddDate(100*n, 0, 0)
}

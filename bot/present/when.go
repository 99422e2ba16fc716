package present

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// Occasion is when something comes round: a run of days, and the times at which it comes on each of them. It is made from the
// expression that decides and not from what a person wrote, so that a misunderstanding shows.
type Occasion struct {
	Months   []int // 1 to 12; nil means all
	Dates    []int // days of the month; nil means that they make no difference
	Weekdays []int // 0 is Sunday; nil means that they make no difference
	Both     bool  // a day must be among Dates and Weekdays; else one of them is enough

	// Times are minutes of the day, told one by one.
	Times []int
	// Past are the minutes past each hour.
	Past []int
	// Every is how many minutes lie between two times, all day long or, where Last is not zero, from First to Last.
	Every       int
	First, Last int
	// Count is how many times there are from First to Last, where they are too many to tell.
	Count int
}

// When says in words what occasions mean: "every weekday at 07:30 and 17:00, Asia/Seoul".
func When(occasions []Occasion, zone, locale string) string {
	d := deskFor(Reader{Locale: locale})
	var parts []string
	for _, o := range occasions {
		parts = append(parts, d.occasion(o))
	}
	return literal(d.p.When.InZone, map[string]string{"when": strings.Join(parts, d.p.Semicolon+" "), "zone": zone})
}

// occasion joins times and days in the order in which people say them.
func (d desk) occasion(o Occasion) string {
	w := d.p.When
	times := d.times(o)
	if o.Every == 0 && len(o.Past) == 0 {
		return literal(w.DaysAt, map[string]string{"days": d.days(o, w.Days), "times": times})
	}
	if o.Months == nil && o.Dates == nil && o.Weekdays == nil {
		return times
	}
	return literal(w.DaysEvery, map[string]string{"days": d.days(o, w.Each), "times": times})
}

// times says at which times of the day something comes.
func (d desk) times(o Occasion) string {
	w := d.p.When
	span := map[string]string{"first": clockOf(o.First), "last": clockOf(o.Last), "n": strconv.Itoa(o.Every)}
	switch {
	case len(o.Past) > 0:
		return literal(w.Past, map[string]string{"minutes": d.list(mapped(o.Past, strconv.Itoa))})
	case o.Every == 60 && o.Last == 0:
		return w.Hourly
	case o.Every > 0 && o.Last == 0:
		return literal(w.Minutes, span)
	case o.Every > 0 && o.Every%60 == 0:
		return literal(w.SpanHours.of(o.Every/60), span)
	case o.Every > 0:
		return literal(w.SpanMinutes, span)
	case o.Count > 0:
		span["n"] = strconv.Itoa(o.Count)
		return literal(w.Many, span)
	}
	return literal(w.At, map[string]string{"times": d.list(mapped(o.Times, clockOf))})
}

// days says on which days something comes, in the words of form.
func (d desk) days(o Occasion, form dayWords) string {
	w := d.p.When
	months := ""
	if o.Months != nil {
		months = d.list(d.runs(o.Months, func(m int) string { return d.p.Months[m-1] }))
	}
	in := func(days string) string {
		if months == "" {
			return days
		}
		return literal(w.InMonths, map[string]string{"days": days, "months": months})
	}
	dates, week := d.dates(o.Dates, months, form), d.week(o.Weekdays, form)
	switch {
	case o.Dates == nil:
		return in(week)
	case o.Weekdays == nil:
		return dates
	case o.Both:
		return literal(w.Both, map[string]string{"dates": dates, "days": d.week(o.Weekdays, w.Only)})
	}
	return literal(w.Either, map[string]string{"dates": dates, "days": in(week)})
}

func (d desk) dates(dates []int, months string, form dayWords) string {
	if len(dates) == 0 {
		return ""
	}
	a := map[string]string{"dates": d.list(d.runs(dates, func(n int) string { return d.p.When.Dates[n-1] })), "months": months}
	switch {
	case months != "":
		return literal(form.DatesOf.of(len(dates)), a)
	case len(dates) == 1 && dates[0] > 28:
		return literal(form.Rare, a)
	}
	return literal(form.Dates.of(len(dates)), a)
}

func (d desk) week(days []int, form dayWords) string {
	const weekdays, all = 1<<1 | 1<<2 | 1<<3 | 1<<4 | 1<<5, 1<<7 - 1
	set := 0
	for _, day := range days {
		set |= 1 << day
	}
	switch {
	case set == weekdays:
		return form.Weekdays
	case set == all || set == 0:
		return form.Daily
	case bits.OnesCount(uint(set)) == 6:
		return literal(form.Except, map[string]string{"day": d.p.Days[bits.TrailingZeros(uint(all&^set))]})
	}
	days = slices.Clone(days) // the week begins on Monday
	slices.SortFunc(days, func(a, b int) int { return (a+6)%7 - (b+6)%7 })
	return literal(form.On, map[string]string{"days": d.list(mapped(days, func(day int) string { return d.p.Days[day] }))})
}

// runs writes three and more in a row as "a to c".
func (d desk) runs(list []int, name func(int) string) []string {
	var words []string
	for i := 0; i < len(list); {
		j := i
		for j+1 < len(list) && list[j+1] == list[j]+1 {
			j++
		}
		if j-i >= 2 {
			words = append(words, literal(d.p.When.Range, map[string]string{"from": name(list[i]), "to": name(list[j])}))
			i = j + 1
			continue
		}
		words = append(words, name(list[i]))
		i++
	}
	return words
}

// Unclear is what was wrong with times or a time zone that somebody wrote.
type Unclear struct {
	// Code names the sentence in the table of phrases.
	Code string
	// With fills its {places}.
	With map[string]string
}

// Error is the sentence in English.
func (u *Unclear) Error() string { return u.In("") }

// In is the sentence in the language of a locale: what was wrong and what to write instead.
func (u *Unclear) In(locale string) string {
	p := phrasesFor(locale)
	with := map[string]string{}
	for name, value := range u.With {
		switch name {
		case "field":
			if i, err := strconv.Atoi(value); err == nil && i >= 0 && i < len(p.CronFields) {
				value = p.CronFields[i]
			}
		case "zones":
			names := strings.Split(value, ",")
			value = names[len(names)-1]
			if len(names) > 1 {
				value = strings.Join(names[:len(names)-1], ", ") + p.Or + value
			}
		}
		with[name] = value
	}
	template, ok := p.Unclear[u.Code]
	if !ok {
		template = p.Unclear["unknown"]
	}
	return literal(template, with)
}

// literal fills {places} in a text that has no markup: a cron expression has stars.
func literal(template string, with map[string]string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(template, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		if strings.Contains(name, "/") {
			b.WriteString(joint(name, b.String()))
		} else {
			b.WriteString(with[name])
		}
		template = after
	}
}

func mapped(list []int, name func(int) string) []string {
	words := make([]string, len(list))
	for i, n := range list {
		words[i] = name(n)
	}
	return words
}

// clockOf is minutes of the day as "08:00".
func clockOf(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// whenWords is how a language says when something comes round.
type whenWords struct {
	DaysAt    string // days and times of the day
	DaysEvery string // days and an interval
	InZone    string
	InMonths  string

	At          string
	Hourly      string
	Minutes     string
	Past        string
	SpanHours   plural
	SpanMinutes string
	Many        string

	Days dayWords // before times
	Each dayWords // beside an interval
	Only dayWords // as a condition

	Dates  []string // the days of the month
	Either string
	Both   string
	Range  string
}

// dayWords names days of the week and of the month.
type dayWords struct {
	Daily, Weekdays, Except, On string
	Dates                       plural
	DatesOf                     plural
	Rare                        string // a date that not every month has
}

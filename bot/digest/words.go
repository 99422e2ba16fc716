package digest

import (
	"reflect"
	"slices"
	"strings"

	"github.com/robfig/cron/v3"

	"attache/bot/present"
)

// Words says what the schedule means: "every weekday at 07:30 and 17:00, Asia/Seoul". It is made from the expression that
// decides and not from the phrase, so that a misunderstanding shows.
func (s Schedule) Words() string { return s.WordsIn("") }

// WordsIn is Words in the language of a locale.
func (s Schedule) WordsIn(locale string) string {
	lines, err := readCron(s.Cron)
	if err != nil {
		return strings.TrimPrefix(s.Cron+", "+s.Zone, ", ")
	}
	// Lines for the same days are one sentence: their times are told together.
	type group struct {
		days  present.Occasion
		lines []*cron.SpecSchedule
	}
	var groups []*group
	for _, line := range lines {
		days := daysOf(line)
		i := slices.IndexFunc(groups, func(g *group) bool { return reflect.DeepEqual(g.days, days) })
		if i < 0 {
			i = len(groups)
			groups = append(groups, &group{days: days})
		}
		groups[i].lines = append(groups[i].lines, line)
	}
	occasions := make([]present.Occasion, 0, len(groups))
	for _, g := range groups {
		occasions = append(occasions, timesOf(g.lines, g.days))
	}
	return present.When(occasions, s.Zone, locale)
}

// timesOf adds to days at which times lines fire.
func timesOf(lines []*cron.SpecSchedule, o present.Occasion) present.Occasion {
	if len(lines) == 1 && everyHour(lines[0]) {
		minutes := setBits(lines[0].Minute, 0, 59)
		switch step, even := evenly(minutes, 60); {
		case len(minutes) == 1 && minutes[0] == 0:
			o.Every = 60
		case even && minutes[0] == 0:
			o.Every = step
		default:
			o.Past = minutes
		}
		return o
	}
	var times []int
	for _, line := range lines {
		times = append(times, timesOfDay(line)...)
	}
	slices.Sort(times)
	times = slices.Compact(times)
	const told = 8 // one by one
	if len(times) <= told {
		o.Times = times
		return o
	}
	o.First, o.Last = times[0], times[len(times)-1]
	if step, even := evenly(times, 0); even {
		o.Every = step
	} else {
		o.Count = len(times)
	}
	return o
}

// daysOf is on which days a line fires.
func daysOf(line *cron.SpecSchedule) (o present.Occasion) {
	if set := setBits(line.Month, 1, 12); len(set) < 12 {
		o.Months = set
	}
	dates, days := setBits(line.Dom, 1, 31), setBits(line.Dow, 0, 6)
	switch {
	case len(dates) == 31 && len(days) == 7:
	case len(dates) == 31 && line.Dom&star != 0:
		o.Weekdays = days
	case len(days) == 7 && line.Dow&star != 0:
		o.Dates = dates
	default: // cron fires where either field matches, unless one of them began with a star
		o.Dates, o.Weekdays, o.Both = dates, days, line.Dom&star != 0 || line.Dow&star != 0
	}
	return o
}

// setBits lists the numbers from low to high whose bit is set.
func setBits(field uint64, low, high int) []int {
	var list []int
	for n := low; n <= high; n++ {
		if field&(1<<n) != 0 {
			list = append(list, n)
		}
	}
	return list
}

// evenly reports whether list has the same step throughout; around is the length of a circle that it must also close.
func evenly(list []int, around int) (step int, even bool) {
	if len(list) < 2 {
		return 0, false
	}
	step = list[1] - list[0]
	for i := 1; i < len(list); i++ {
		if list[i]-list[i-1] != step {
			return 0, false
		}
	}
	return step, around == 0 || list[0]+around-list[len(list)-1] == step
}

package digest

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Words says what the schedule means: "every weekday at 07:30 and 17:00, Asia/Seoul". It is made from the expression that
// decides and not from the phrase, so that a misunderstanding shows.
func (s Schedule) Words() string {
	lines, err := readCron(s.Cron)
	if err != nil {
		return strings.TrimPrefix(s.Cron+", "+s.Zone, ", ")
	}
	// Lines for the same days are one sentence: their times are told together.
	type group struct {
		days  string
		lines []*cron.SpecSchedule
	}
	var groups []*group
	for _, line := range lines {
		days := dayWords(line)
		i := slices.IndexFunc(groups, func(g *group) bool { return g.days == days })
		if i < 0 {
			i = len(groups)
			groups = append(groups, &group{days: days})
		}
		groups[i].lines = append(groups[i].lines, line)
	}
	var parts []string
	for _, g := range groups {
		parts = append(parts, sentence(timeWords(g.lines), g.days))
	}
	return strings.Join(parts, "; ") + ", " + s.Zone
}

// sentence joins times and days in the order in which people say them.
func sentence(times, days string) string {
	if strings.HasPrefix(times, "every ") {
		if days == "every day" {
			return times
		}
		return times + " " + strings.Replace(days, "every ", "each ", 1)
	}
	return days + " " + times
}

// timeWords says at which times of day lines fire.
func timeWords(lines []*cron.SpecSchedule) string {
	if len(lines) == 1 && everyHour(lines[0]) {
		minutes := setBits(lines[0].Minute, 0, 59)
		switch step, even := evenly(minutes, 60); {
		case len(minutes) == 1 && minutes[0] == 0:
			return "every hour"
		case even && minutes[0] == 0:
			return fmt.Sprintf("every %d minutes", step)
		}
		return "every hour at " + sentenceList(mapped(minutes, strconv.Itoa), "and") + " minutes past"
	}
	var times []int
	for _, line := range lines {
		times = append(times, timesOfDay(line)...)
	}
	slices.Sort(times)
	times = slices.Compact(times)
	if len(times) <= 8 {
		return "at " + sentenceList(mapped(times, clock), "and")
	}
	first, last := clock(times[0]), clock(times[len(times)-1])
	if step, even := evenly(times, 0); even {
		if step%60 == 0 {
			return fmt.Sprintf("every %s from %s to %s", count(step/60, "hour"), first, last)
		}
		return fmt.Sprintf("every %d minutes from %s to %s", step, first, last)
	}
	return fmt.Sprintf("%d times a day, from %s to %s", len(times), first, last)
}

// dayWords says on which days a line fires.
func dayWords(line *cron.SpecSchedule) string {
	months := ""
	if set := setBits(line.Month, 1, 12); len(set) < 12 {
		months = sentenceList(runs(set, func(m int) string { return time.Month(m).String() }), "and")
	}
	dates, days := setBits(line.Dom, 1, 31), setBits(line.Dow, 0, 6)
	byDate, byDay := dateWords(dates, months), weekWords(days)
	switch {
	case len(dates) == 31 && len(days) == 7:
		return inMonths("every day", months)
	case len(dates) == 31 && line.Dom&star != 0:
		return inMonths(byDay, months)
	case len(days) == 7 && line.Dow&star != 0:
		return byDate
	case line.Dom&star == 0 && line.Dow&star == 0: // cron fires where either field matches
		return byDate + " and " + inMonths(byDay, months)
	}
	return byDate + ", only if it is " + strings.TrimPrefix(byDay, "every ")
}

func dateWords(dates []int, months string) string {
	words := "on the " + sentenceList(runs(dates, nth), "and") + " of "
	if months == "" {
		words += "every month"
	} else {
		words += months
	}
	if len(dates) == 1 && dates[0] > 28 && months == "" {
		words += " that has it"
	}
	return words
}

func weekWords(days []int) string {
	set := 0
	for _, d := range days {
		set |= 1 << d
	}
	if set == weekdays {
		return "every weekday"
	}
	switch bits.OnesCount(uint(set)) {
	case 7:
		return "every day"
	case 6:
		return "every day except " + time.Weekday(bits.TrailingZeros(uint(allDays&^set))).String()
	}
	// The week begins on Monday.
	slices.SortFunc(days, func(a, b int) int { return (a+6)%7 - (b+6)%7 })
	return "every " + sentenceList(mapped(days, func(d int) string { return time.Weekday(d).String() }), "and")
}

func inMonths(words, months string) string {
	if months == "" {
		return words
	}
	return words + " in " + months
}

// runs writes three and more in a row as "a to c".
func runs(list []int, name func(int) string) []string {
	var words []string
	for i := 0; i < len(list); {
		j := i
		for j+1 < len(list) && list[j+1] == list[j]+1 {
			j++
		}
		if j-i >= 2 {
			words = append(words, name(list[i])+" to "+name(list[j]))
			i = j + 1
			continue
		}
		words = append(words, name(list[i]))
		i++
	}
	return words
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

func mapped(list []int, name func(int) string) []string {
	words := make([]string, len(list))
	for i, n := range list {
		words[i] = name(n)
	}
	return words
}

// nth is "1st", "2nd", "11th".
func nth(n int) string {
	switch {
	case n%10 == 1 && n != 11:
		return strconv.Itoa(n) + "st"
	case n%10 == 2 && n != 12:
		return strconv.Itoa(n) + "nd"
	case n%10 == 3 && n != 13:
		return strconv.Itoa(n) + "rd"
	}
	return strconv.Itoa(n) + "th"
}

// count is "hour" or "2 hours".
func count(n int, unit string) string {
	if n == 1 {
		return unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

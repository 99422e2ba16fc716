package feeds

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// when reads a date or an instant as feeds and pages write them. dateOnly says that no hour was given. A time without a
// zone is read as UTC.
func when(text string) (t time.Time, dateOnly, ok bool) {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" || len(text) > 80 {
		return time.Time{}, false, false
	}
	for _, layout := range instants {
		if t, err := time.Parse(layout, text); err == nil && plausible(t) {
			return t, false, true
		}
	}
	for _, layout := range days {
		if t, err := time.Parse(layout, text); err == nil && plausible(t) {
			return t, true, true
		}
	}
	return time.Time{}, false, false
}

var instants = []string{
	time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05.999999999-0700", "2006-01-02T15:04:05", "2006-01-02T15:04",
	"2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05", "2006-01-02 15:04",
	time.RFC1123Z, time.RFC1123, time.RFC822Z, time.RFC822, time.RFC850, "Mon, 2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05 MST",
	"Mon, 2 Jan 2006 15:04 -0700", "2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05 MST", "Mon, 2 Jan 06 15:04:05 MST", "January 2, 2006 15:04", "January 2, 2006 3:04 PM",
}

var days = []string{
	time.DateOnly, "2006/01/02", "20060102", "January 2, 2006", "Jan 2, 2006", "Jan. 2, 2006", "2 January 2006", "2 Jan 2006", "Monday, January 2, 2006", "Monday, 2 January 2006", "2006-01",
}

// plausible keeps out zero times and typing errors: news has a date between the first newspapers on the web and next year.
func plausible(t time.Time) bool { return t.Year() >= 1980 && t.Year() <= 2100 }

var (
	isoDay    = regexp.MustCompile(`\b((?:19|20)\d\d)-(\d\d)-(\d\d)\b`)
	englishMD = regexp.MustCompile(`\b(January|February|March|April|May|June|July|August|September|October|November|December)\s+(\d{1,2}),?\s+((?:19|20)\d\d)\b`)
	englishDM = regexp.MustCompile(`\b(\d{1,2})\s+(January|February|March|April|May|June|July|August|September|October|November|December),?\s+((?:19|20)\d\d)\b`)
)

// maxDateline is how long the rest of a line may be around a date that is the report's own.
const maxDateline = 80

// dateline finds the date that stands at the head of a plain text: an ISO date that is labelled or
// stands in a short line, or an English one at the beginning of a line. It returns the day and, where the head is a line of the form "date 2024-02-20 …", how many bytes that
// label takes, so that it can be left out.
func dateline(text string) (day time.Time, label int, ok bool) {
	head := text[:min(len(text), 400)]
	if m := isoDay.FindStringSubmatchIndex(head); m != nil {
		before := strings.ToLower(strings.TrimRight(strings.TrimSpace(head[:m[0]]), ":"))
		labelled := before == "" || before == "date" || before == "published"
		line, _, _ := strings.Cut(head[m[1]:], "\n")
		// In a line as short as a dateline it is the report's own; in running text it may be any day.
		alone := len(lineBefore(head, m[0]))+len(line) < maxDateline
		if t, err := time.Parse(time.DateOnly, head[m[0]:m[1]]); err == nil && plausible(t) && (labelled || alone) {
			if labelled {
				label = m[1]
			}
			return t, label, true
		}
	}
	for _, form := range []struct {
		re               *regexp.Regexp
		day, month, year int
	}{{englishMD, 2, 1, 3}, {englishDM, 1, 2, 3}} {
		m := form.re.FindStringSubmatchIndex(head)
		if m == nil || strings.TrimSpace(lineBefore(head, m[0])) != "" {
			continue
		}
		group := func(n int) string { return head[m[2*n]:m[2*n+1]] }
		month, err := time.Parse("January", group(form.month))
		d, _ := strconv.Atoi(group(form.day))
		y, _ := strconv.Atoi(group(form.year))
		t := time.Date(y, month.Month(), d, 0, 0, 0, 0, time.UTC)
		if err == nil && t.Day() == d {
			return t, 0, true
		}
	}
	return time.Time{}, 0, false
}

// lineBefore returns what stands on the line before offset at.
func lineBefore(text string, at int) string {
	return text[strings.LastIndexByte(text[:at], '\n')+1 : at]
}

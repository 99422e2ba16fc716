package digest_test

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata" // a machine without zone data must not skip what follows

	"attache/bot/digest"
	"attache/bot/present"
)

func TestParseScheduleReadsWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		phrase, cron, words string
	}{
		{"daily 08:00", "0 8 * * *", "every day at 08:00, UTC"},
		{"Daily at 08:00", "0 8 * * *", "every day at 08:00, UTC"},
		{"every day at 8", "0 8 * * *", "every day at 08:00, UTC"},
		{"every day 8", "0 8 * * *", "every day at 08:00, UTC"},
		{"8am", "0 8 * * *", "every day at 08:00, UTC"},
		{"8 a.m.", "0 8 * * *", "every day at 08:00, UTC"},
		{"12am", "0 0 * * *", "every day at 00:00, UTC"},
		{"12pm", "0 12 * * *", "every day at 12:00, UTC"},
		{"12:30am", "30 0 * * *", "every day at 00:30, UTC"},
		{"noon", "0 12 * * *", "every day at 12:00, UTC"},
		{"12 noon", "0 12 * * *", "every day at 12:00, UTC"},
		{"midnight", "0 0 * * *", "every day at 00:00, UTC"},
		{"08.00", "0 8 * * *", "every day at 08:00, UTC"},
		{"8h30", "30 8 * * *", "every day at 08:30, UTC"},
		{"17h", "0 17 * * *", "every day at 17:00, UTC"},
		{"0830", "30 8 * * *", "every day at 08:30, UTC"},
		{"8 o'clock", "0 8 * * *", "every day at 08:00, UTC"},
		{"08:00 every day", "0 8 * * *", "every day at 08:00, UTC"},
		{"daily 8 am & 5:30 p.m.", "0 8 * * *; 30 17 * * *", "every day at 08:00 and 17:30, UTC"},
		{"daily 8, 12 and 17", "0 8,12,17 * * *", "every day at 08:00, 12:00 and 17:00, UTC"},
		{"weekdays 7:30 and 17:00", "30 7 * * 1-5; 0 17 * * 1-5", "every weekday at 07:30 and 17:00, UTC"},
		{"working days 9", "0 9 * * 1-5", "every weekday at 09:00, UTC"},
		{"every weekday at 7:30", "30 7 * * 1-5", "every weekday at 07:30, UTC"},
		{"weekends 10am", "0 10 * * 0,6", "every Saturday and Sunday at 10:00, UTC"},
		{"mon, thu 9am", "0 9 * * 1,4", "every Monday and Thursday at 09:00, UTC"},
		{"Mondays and thursdays at 9", "0 9 * * 1,4", "every Monday and Thursday at 09:00, UTC"},
		{"monday to friday 08:15", "15 8 * * 1-5", "every weekday at 08:15, UTC"},
		{"from monday to friday at 08:15", "15 8 * * 1-5", "every weekday at 08:15, UTC"},
		{"mon–fri 8:15", "15 8 * * 1-5", "every weekday at 08:15, UTC"},
		{"fri to mon 8pm", "0 20 * * 0,1,5,6", "every Monday, Friday, Saturday and Sunday at 20:00, UTC"},
		{"every day except sunday 8", "0 8 * * 1-6", "every day except Sunday at 08:00, UTC"},
		{"weekdays but not friday 8", "0 8 * * 1-4", "every Monday, Tuesday, Wednesday and Thursday at 08:00, UTC"},
		{"9am on mondays", "0 9 * * 1", "every Monday at 09:00, UTC"},
		{"weekly on fridays 17h", "0 17 * * 5", "every Friday at 17:00, UTC"},
		{"weekdays 7:30, weekends 10:00", "30 7 * * 1-5; 0 10 * * 0,6", "every weekday at 07:30; every Saturday and Sunday at 10:00, UTC"},
		{"9am mon, 10am tue", "0 9 * * 1; 0 10 * * 2", "every Monday at 09:00; every Tuesday at 10:00, UTC"},
		{"every 6 hours", "0 */6 * * *", "every day at 00:00, 06:00, 12:00 and 18:00, UTC"},
		{"every six hours", "0 */6 * * *", "every day at 00:00, 06:00, 12:00 and 18:00, UTC"},
		{"every 6h", "0 */6 * * *", "every day at 00:00, 06:00, 12:00 and 18:00, UTC"},
		{"every 2 hours on weekdays", "0 */2 * * 1-5", "every 2 hours from 00:00 to 22:00 each weekday, UTC"},
		{"every 30 minutes", "*/30 * * * *", "every 30 minutes, UTC"},
		{"every half hour", "*/30 * * * *", "every 30 minutes, UTC"},
		{"hourly", "0 * * * *", "every hour, UTC"},
		{"every hour", "0 * * * *", "every hour, UTC"},
		{"hourly from 9 to 17 weekdays", "0 9-17 * * 1-5", "every hour from 09:00 to 17:00 each weekday, UTC"},
		{"first of the month 10:00", "0 10 1 * *", "on the 1st of every month at 10:00, UTC"},
		{"1st and 15th of every month at 9", "0 9 1,15 * *", "on the 1st and 15th of every month at 09:00, UTC"},
		{"day 15 of the month 9:00", "0 9 15 * *", "on the 15th of every month at 09:00, UTC"},
		{"first day of the month at noon", "0 12 1 * *", "on the 1st of every month at 12:00, UTC"},
		{"monthly 9:00", "0 9 1 * *", "on the 1st of every month at 09:00, UTC"},
		{"monthly on the 31st at 9", "0 9 31 * *", "on the 31st of every month that has it at 09:00, UTC"},
		{"@hourly", "0 * * * *", "every hour, UTC"},
		{"@daily", "0 0 * * *", "every day at 00:00, UTC"},
		{"@weekly", "0 0 * * 0", "every Sunday at 00:00, UTC"},
		{"@monthly", "0 0 1 * *", "on the 1st of every month at 00:00, UTC"},
		{"30 7 * * 7", "30 7 * * 0", "every Sunday at 07:30, UTC"},
		{"0 8 * * 5-7", "0 8 * * 5,6,0", "every Friday, Saturday and Sunday at 08:00, UTC"},
		{"0 8 ? * MON-FRI", "0 8 * * mon-fri", "every weekday at 08:00, UTC"},
		{"0 0 1 * 1", "0 0 1 * 1", "on the 1st of every month and every Monday at 00:00, UTC"},
		{"0 9 1 1,4,7,10 *", "0 9 1 1,4,7,10 *", "on the 1st of January, April, July and October at 09:00, UTC"},
		{"0 9 * 6-8 1", "0 9 * 6-8 1", "every Monday in June to August at 09:00, UTC"},
		{"*/15 * * * *", "*/15 * * * *", "every 15 minutes, UTC"},
		{"5,35 8-17 * * 1-5", "5,35 8-17 * * 1-5", "every 30 minutes from 08:05 to 17:35 each weekday, UTC"},
		{"30 7 * * 1-5; 0 10 * * 0,6", "30 7 * * 1-5; 0 10 * * 0,6", "every weekday at 07:30; every Saturday and Sunday at 10:00, UTC"},
	} {
		s, err := digest.ParseSchedule(tt.phrase, "")
		if err != nil {
			t.Errorf("ParseSchedule(%q): %v", tt.phrase, err)
			continue
		}
		if s.Cron != tt.cron || s.Words() != tt.words {
			t.Errorf("ParseSchedule(%q) is %q, %q; want %q, %q", tt.phrase, s.Cron, s.Words(), tt.cron, tt.words)
		}
		if s.Phrase != tt.phrase {
			t.Errorf("the phrase %q is kept as %q", tt.phrase, s.Phrase)
		}
	}
}

func TestParseScheduleTakesTheZoneOfThePhrase(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ phrase, zone, want string }{
		{"daily 8", "", "UTC"},
		{"daily 8", "Asia/Seoul", "Asia/Seoul"},
		{"daily 8", "asia/seoul", "Asia/Seoul"},
		{"daily 8 Europe/Berlin", "Asia/Seoul", "Europe/Berlin"},
		{"daily 8 (europe/berlin)", "Asia/Seoul", "Europe/Berlin"},
		{"daily 8 america/argentina/buenos_aires", "", "America/Argentina/Buenos_Aires"},
		{"daily 8 UTC", "Asia/Seoul", "UTC"},
		{"0 8 * * * Asia/Tokyo", "Asia/Seoul", "Asia/Tokyo"},
		{"@daily Asia/Tokyo", "Asia/Seoul", "Asia/Tokyo"},
		{"0 8 * * 1; 0 9 * * 2 Asia/Tokyo", "", "Asia/Tokyo"},
	} {
		s, err := digest.ParseSchedule(tt.phrase, tt.zone)
		if err != nil || s.Zone != tt.want {
			t.Errorf("ParseSchedule(%q, %q) has zone %q (error %v), want %q", tt.phrase, tt.zone, s.Zone, err, tt.want)
		}
	}
}

func TestParseScheduleSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ phrase, want string }{
		{"", "say when"},
		{"   ", "say when"},
		{"at", "say when"},
		{"25:00", "25:00 is not a time of day; write it like 08:00 or 5pm"},
		{"daily 25:00", "25:00 is not a time of day"},
		{"daily 8:60", "8:60 is not a time of day"},
		{"daily 8:5", "8:5 is not a time of day"},
		{"08:00:00", "08:00:00 is not a time of day"},
		{"24:00", "write 00:00 or midnight"},
		{"13pm", "13pm is not a time of day"},
		{"0am", "0am is not a time of day"},
		{"8-10", "not over a span"},
		{"daily 8 - 10", "not over a span"},
		{"daily", "at what time"},
		{"every day", "at what time"},
		{"weekly 9:00", "on which day of the week"},
		{"mon-fri", "at what time"},
		{"every morning", "no time on a clock"},
		{"tomorrow 8", "a digest repeats"},
		{"twice a day", "write each time"},
		{"every 2 weeks", "name days of the week"},
		{"every other day 8", "name the days"},
		{"first monday of the month 9", "can't be kept"},
		{"last day of the month 9", "the last day can't be kept"},
		{"mon 1st 9:00", "not both"},
		{"32nd of the month 9", "no day 32"},
		{"every 5 hours", "divided by 5 hours"},
		{"every 7 minutes", "at most every 15 minutes"},
		{"every 25 minutes", "divided by 25 minutes"},
		{"every 90 minutes", "whole hours"},
		{"every 24 hours", "at what time"},
		{"every 0 hours", "at most every 15 minutes"},
		{"every 6 hours and 8:00", "interval"},
		{"8:00 8:05", "less than 15 minutes apart"},
		{"50 23 * * 1; 0 0 * * 2", "less than 15 minutes apart"},
		{"* * * * *", "less than 15 minutes apart"},
		{"*/10 * * * *", "less than 15 minutes apart"},
		{"0 0 30 2 *", "never comes round"},
		{"*/61 * * * *", "steps too far"},
		{"0 8 * * 8", "from 0 to 7"},
		{"60 8 * * *", "from 0 to 59"},
		{"0 22-6 * * *", "runs backwards"},
		{"0 8 L * *", "not supported"},
		{"0 8 * * 1#1", "not supported"},
		{"0 8 15W * *", "not supported"},
		{"0 0 8 * * *", "leave out the seconds"},
		{"0 8 * *", "five fields"},
		{"*", "five fields"},
		{"0 8,, * * *", "cron expression"},
		{"@every 5m", "@every counts from when the program started"},
		{"@reboot", "@reboot is unknown"},
		{"TZ=0", "behind the expression"},
		{"CRON_TZ=Asia/Tokyo", "behind the expression"},
		{"cron_tz=Asia/Tokyo 0 8 * * *", "behind the expression"},
		{"0 8 * * * Local", `"Local" depends on the machine`},
		{"daily 8 Local", `"Local" depends on the machine`},
		{"daily 8 CET", "write Europe/Berlin, Europe/Paris or your own city"},
		{"daily 8am kst", "write Asia/Seoul"},
		{"8am Seoul", "write Asia/Seoul"},
		{"8am New York", "write America/New_York"},
		{"8am Beijing time", "write Asia/Shanghai"},
		{"8am Asia/Sol", "did you mean Asia/Seoul?"},
		{"8am Eurpoe/Berlin", "did you mean Europe/Berlin?"},
		{"8am Korea/Seoul", "did you mean Asia/Seoul?"},
		{"8am Mars/Olympus", "write one like Europe/Berlin"},
		{"8am ../etc/passwd", "write one like Europe/Berlin"},
		{"8am UTC+9", "knows no summer time"},
		{"8am Asia/Seoul Europe/Berlin", "two time zones"},
		{"gibberish", `"gibberish" is not understood`},
		{"daily 8 \xff", "at most 100 characters"},
		{strings.Repeat("daily 08:00 ", 20), "at most 100 characters"},
	} {
		s, err := digest.ParseSchedule(tt.phrase, "")
		switch {
		case err == nil:
			t.Errorf("ParseSchedule(%q) is %q, want an error about %q", tt.phrase, s.Cron, tt.want)
		case !strings.Contains(err.Error(), tt.want):
			t.Errorf("ParseSchedule(%q): %q, want it to say %q", tt.phrase, err, tt.want)
		default:
			for _, locale := range []string{"fr", "ko"} {
				said := present.Reason(err, locale)
				if said == err.Error() || strings.ContainsAny(said, "{}") || said == (&present.Unclear{Code: "nothing", With: map[string]string{}}).In(locale) {
					t.Errorf("ParseSchedule(%q) in %s: %q", tt.phrase, locale, said)
				}
			}
		}
	}
	if _, err := digest.ParseSchedule("daily 8", "CET"); err == nil || !strings.Contains(err.Error(), "Europe/Berlin") {
		t.Errorf("a channel's zone CET: got error %v, want one that names Europe/Berlin", err)
	}
}

func TestNextAtClockChanges(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ zone, cron, after, want string }{
		{"America/New_York", "30 2 * * *", "2026-03-07T12:00:00-05:00", "2026-03-08T03:00:00-04:00"}, // a gap: its end
		{"America/New_York", "30 2 * * *", "2026-03-08T03:00:00-04:00", "2026-03-09T02:30:00-04:00"},
		{"America/New_York", "30 1 * * *", "2026-10-31T12:00:00-04:00", "2026-11-01T01:30:00-04:00"}, // an overlap: first pass
		{"America/New_York", "30 1 * * *", "2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00"}, // and not the second
		{"America/New_York", "30 1 * * *", "2026-11-01T01:10:00-05:00", "2026-11-02T01:30:00-05:00"},
		{"Europe/London", "0 1 * * *", "2026-03-28T12:00:00Z", "2026-03-29T02:00:00+01:00"},
		{"Africa/Cairo", "0 0 * * *", "2026-04-23T12:00:00+02:00", "2026-04-24T01:00:00+03:00"},
		{"America/Santiago", "0 0 * * 0", "2026-08-31T12:00:00-04:00", "2026-09-06T01:00:00-03:00"},
		{"America/Santiago", "0 0 * * 0", "2026-09-06T01:00:00-03:00", "2026-09-13T00:00:00-03:00"},
		{"Australia/Lord_Howe", "15 2 * * *", "2026-10-03T12:00:00+10:30", "2026-10-04T02:30:00+11:00"}, // half an hour
		{"Asia/Seoul", "0 8 * * *", "2026-06-01T08:00:00+09:00", "2026-06-02T08:00:00+09:00"},
		{"Asia/Seoul", "0 8 * * *", "2026-06-01T07:59:59.999+09:00", "2026-06-01T08:00:00+09:00"},
		{"Asia/Seoul", "0 8 * * *", "2026-06-01T08:00:00.001+09:00", "2026-06-02T08:00:00+09:00"},
		{"America/New_York", "0 * * * *", "2026-11-01T01:00:00-04:00", "2026-11-01T01:00:00-05:00"}, // each hour that passes
		{"America/New_York", "0 * * * *", "2026-11-01T01:00:00-05:00", "2026-11-01T02:00:00-05:00"},
		{"America/New_York", "0 * * * *", "2026-03-08T01:00:00-05:00", "2026-03-08T03:00:00-04:00"},
		{"America/Santiago", "0 * * * 0", "2026-09-05T12:00:00-04:00", "2026-09-06T01:00:00-03:00"}, // midnight does not exist
		{"UTC", "0 9 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T09:00:00Z"},
	} {
		s := digest.Schedule{Cron: tt.cron, Zone: tt.zone}
		if got, want := s.Next(instant(t, tt.after)), instant(t, tt.want); !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%s in %s after %s: got %s, want %s", tt.cron, tt.zone, tt.after, got, want.UTC())
		}
	}
}

func instant(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestNextOfAnInvalidScheduleIsNever(t *testing.T) {
	t.Parallel()
	for _, s := range []digest.Schedule{
		{},
		{Cron: "0 8 * * *"},
		{Cron: "0 8 * * *", Zone: "Local"},
		{Cron: "0 8 * * *", Zone: "Mars/Olympus"},
		{Cron: "nonsense", Zone: "UTC"},
		{Cron: "0 0 30 2 *", Zone: "UTC"},
		{Cron: "TZ=0", Zone: "UTC"},
		{Cron: "CRON_TZ=Asia/Tokyo", Zone: "UTC"},
		{Cron: "@every 1s", Zone: "UTC"},
		{Cron: "0 8 * * *; nonsense", Zone: "UTC"},
	} {
		if got := s.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)); !got.IsZero() {
			t.Errorf("%+v is next due at %s, want never", s, got)
		}
		if got := s.Words(); s.Cron == "" && got != s.Zone {
			t.Errorf("the words of %+v are %q", s, got)
		}
	}
}

func TestBetweenListsSlots(t *testing.T) {
	t.Parallel()
	s, err := digest.ParseSchedule("weekdays 7:30 and 17:00 Asia/Seoul", "")
	if err != nil {
		t.Fatal(err)
	}
	after := instant(t, "2026-03-06T07:30:00+09:00") // a Friday
	until := instant(t, "2026-03-09T17:00:00+09:00")
	var got []string
	for _, at := range s.Between(after, until, 10) {
		got = append(got, at.In(time.FixedZone("KST", 9*60*60)).Format("Mon 15:04"))
	}
	if want := "Fri 17:00, Mon 07:30, Mon 17:00"; strings.Join(got, ", ") != want {
		t.Errorf("the slots are %s, want %s", strings.Join(got, ", "), want)
	}
	if n := len(s.Between(after, until, 2)); n != 2 {
		t.Errorf("a limit of 2 gives %d slots", n)
	}
}

// zones are all IANA names that a person may write.
func zones(t testing.TB) []string {
	t.Helper()
	file, err := os.Open("zones.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var names []string
	for lines := bufio.NewScanner(file); lines.Scan(); {
		names = append(names, lines.Text())
	}
	return names
}

// Every zone, five daily expressions around the hours at which clocks change, two years: each day has its slot, no day
// two, and the slots go forward.
func TestScheduleNeverLosesADay(t *testing.T) {
	t.Parallel()
	// Zones whose clocks do the same throughout are one case.
	cases := map[string]string{}
	for _, zone := range zones(t) {
		loc, err := time.LoadLocation(zone)
		must(t, err)
		cases[changes(loc)] = zone
	}
	if len(cases) < 50 {
		t.Fatalf("%d kinds of zones: the zone data are not what they should be", len(cases))
	}
	work := make(chan string)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for zone := range work {
				for _, cron := range []string{"0 0 * * *", "30 0 * * *", "0 1 * * *", "30 1 * * *", "30 2 * * *"} {
					loseNoDay(t, digest.Schedule{Cron: cron, Zone: zone})
				}
			}
		})
	}
	for _, zone := range cases {
		work <- zone
	}
	close(work)
	wg.Wait()
}

// changes tells what the clocks of loc do in the two years and around them.
func changes(loc *time.Location) string {
	var told strings.Builder
	for t := time.Date(2025, time.December, 1, 0, 0, 0, 0, loc); t.Year() < 2028; {
		_, offset := t.Zone()
		start, end := t.ZoneBounds()
		if told.Len() == 0 {
			start = time.Time{} // whatever was before
		}
		fmt.Fprintf(&told, "%d since %s; ", offset, start.UTC())
		if end.IsZero() {
			break
		}
		t = end
	}
	return told.String()
}

func every[T any](list []T, n int) []T {
	var some []T
	for i := 0; i < len(list); i += n {
		some = append(some, list[i])
	}
	return some
}

func loseNoDay(t *testing.T, s digest.Schedule) {
	loc, err := s.Location()
	if err != nil {
		t.Error(err)
		return
	}
	day := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC) // the day, whatever the zone
	first := time.Date(2025, time.December, 31, 12, 0, 0, 0, loc)
	last := time.Date(2027, time.December, 31, 12, 0, 0, 0, loc)
	before := first
	slots := s.Between(first, last, 1000)
	for _, slot := range slots {
		local := slot.In(loc)
		if !slot.After(before) {
			t.Errorf("%s in %s: %s comes after %s", s.Cron, s.Zone, slot, before)
		}
		if got, want := local.Format(time.DateOnly), day.Format(time.DateOnly); got != want {
			t.Errorf("%s in %s: the slot for %s falls on %s", s.Cron, s.Zone, want, local)
			return
		}
		before, day = slot, day.AddDate(0, 0, 1)
	}
	if want := 730; len(slots) != want {
		t.Errorf("%s in %s: %d slots in two years, want %d", s.Cron, s.Zone, len(slots), want)
	}
}

// An hourly schedule counts real time: through every clock change the steps stay even.
func TestHourlyScheduleStaysEven(t *testing.T) {
	t.Parallel()
	for _, zone := range every(zones(t), 20) {
		s := digest.Schedule{Cron: "0 * * * *", Zone: zone}
		loc, err := s.Location()
		if err != nil {
			t.Fatal(err)
		}
		at := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
		odd := 0
		for _, slot := range s.Between(at, at.AddDate(1, 0, 0), 10000) {
			if slot.In(loc).Minute() != 0 {
				t.Errorf("%s: a slot at %s", zone, slot.In(loc))
			}
			if step := slot.Sub(at); step != time.Hour && !at.Equal(time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)) {
				odd++ // a change by half an hour moves the full hour
			}
			at = slot
		}
		if odd > 2 {
			t.Errorf("%s: %d steps that are not an hour", zone, odd)
		}
	}
}

func TestEveryListedZoneIsKnown(t *testing.T) {
	t.Parallel()
	names := zones(t)
	if len(names) < 500 {
		t.Fatalf("the list has %d zones", len(names))
	}
	for _, zone := range names {
		if got, err := digest.ParseZone(strings.ToUpper(zone)); err != nil || got != zone {
			t.Errorf("ParseZone(%q) is %q (error %v), want %q", strings.ToUpper(zone), got, err, zone)
		}
	}
}

func TestZonesCompletes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		prefix string
		limit  int
		want   string
	}{
		{"Europe/Berl", 5, "Europe/Berlin"},
		{"seo", 5, "Asia/Seoul"},
		{"new y", 5, "America/New_York"},
		{"NEW_YORK", 5, "America/New_York"},
		{"", 2, "UTC Europe/London"},
		{"nowhere", 5, ""},
		{"asia/s", 3, "Asia/Saigon Asia/Sakhalin Asia/Samarkand"},
		{"us/", 3, ""},
	} {
		if got := strings.Join(digest.Zones(tt.prefix, tt.limit), " "); got != tt.want {
			t.Errorf("Zones(%q, %d) is %q, want %q", tt.prefix, tt.limit, got, tt.want)
		}
	}
	all := digest.Zones("", 1000)
	if len(all) < 400 {
		t.Errorf("without a prefix there are %d zones", len(all))
	}
	seen := map[string]bool{}
	for _, zone := range all {
		if seen[zone] {
			t.Errorf("%s is offered twice", zone)
		}
		seen[zone] = true
	}
}

func FuzzParseSchedule(f *testing.F) {
	for _, phrase := range []string{
		"daily 08:00", "weekdays 7:30 and 17:00", "mon, thu 9am Asia/Seoul", "every 6 hours", "first of the month 10:00",
		"0 8 * * 1-5", "@daily", "*/15 * * * *", "TZ=0", "CRON_TZ=Asia/Tokyo", "0 0 30 2 *", "*/61 * * * *", "25:00",
		"every day except sunday 8", "hourly from 9 to 17", "30 7 * * 1-5; 0 10 * * 0,6 Europe/Berlin", "8-10", "1 2 3 4 5",
		"İ 8", "every", "every half", "day 15 of", "12", "8am CET", "0 8 * * 0-7/2", "from 9", "\x00", "8am Asia/\xff",
	} {
		f.Add(phrase, "")
		f.Add(phrase, "America/New_York")
	}
	start := time.Date(2026, time.March, 7, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, phrase, zone string) {
		s, err := digest.ParseSchedule(phrase, zone)
		if err != nil {
			if len(err.Error()) > 600 {
				t.Errorf("an error of %d bytes: %q", len(err.Error()), err)
			}
			return
		}
		if _, err := s.Location(); err != nil {
			t.Errorf("%q was taken with an unknown zone: %v", phrase, err)
		}
		if s.Words() == "" {
			t.Errorf("%q (%s) has no words", phrase, s.Cron)
		}
		at := start
		for range 5 {
			next := s.Next(at)
			if !next.After(at) {
				t.Fatalf("%q (%s, %s): after %s comes %s", phrase, s.Cron, s.Zone, at, next)
			}
			at = next
		}
		if len(s.Cron) > digest.MaxPhrase {
			return
		}
		again, err := digest.ParseSchedule(s.Cron, s.Zone)
		if err != nil || again.Cron != s.Cron {
			t.Errorf("%q is %q, which is read as %q (error %v)", phrase, s.Cron, again.Cron, err)
		}
	})
}

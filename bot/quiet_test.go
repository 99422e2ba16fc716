package bot

import (
	"testing"
	"time"
)

func FuzzQuietHoursAreReadOrRefused(f *testing.F) {
	for _, seed := range []string{"22:00-07:00", "22 to 7", "off", "24-6", "9h30–11h", "7-7", "25-3", "22:61-7", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		from, to, ok := readQuiet(text)
		if !ok {
			return
		}
		if from < 0 || to < 0 || from >= 24*60 || to >= 24*60 {
			t.Errorf("%q was read as %d to %d", text, from, to)
		}
		a := alerting{From: from, To: to}
		at := time.Date(2026, 3, 28, 23, 59, 0, 0, time.UTC)
		if end := a.quietUntil(at, time.UTC); !end.IsZero() && (!end.After(at) || end.After(at.Add(24*time.Hour))) {
			t.Errorf("%q at %s is quiet until %s", text, at, end)
		}
	})
}

func TestQuietHoursEndOnTheWallClock(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 3, day, hour, minute, 0, 0, zone) }
	night, noon := alerting{From: 22 * 60, To: 7 * 60}, alerting{From: 12 * 60, To: 13*60 + 30}
	for _, row := range []struct {
		a        alerting
		at, want time.Time
	}{
		{night, at(2, 21, 59), time.Time{}}, {night, at(2, 22, 0), at(3, 7, 0)}, {night, at(3, 6, 59), at(3, 7, 0)}, {night, at(3, 7, 0), time.Time{}},
		{noon, at(2, 11, 59), time.Time{}}, {noon, at(2, 12, 0), at(2, 13, 30)}, {noon, at(2, 13, 30), time.Time{}},
		{night, at(28, 23, 0), at(29, 7, 0)}, // the clocks change in that night
		{alerting{}, at(2, 3, 0), time.Time{}},
	} {
		if got := row.a.quietUntil(row.at, zone); !got.Equal(row.want) {
			t.Errorf("%d to %d at %s: quiet until %s, want %s", row.a.From, row.a.To, row.at, got, row.want)
		}
	}
}

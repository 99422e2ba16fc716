package digest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Schedule is when a digest is due: a cron expression of five fields, read on the wall clock of an IANA zone. The zero
// Schedule is invalid; ParseSchedule makes one.
type Schedule struct {
	Phrase string `json:"phrase"` // as the person wrote it
	Cron   string `json:"cron"`   // five fields: minute hour day-of-month month day-of-week; several joined by "; "
	Zone   string `json:"zone"`   // an IANA name such as "Asia/Seoul"
}

// MinGap is how far apart two slots of a schedule are on the wall clock; a closer schedule is refused.
const MinGap = 15 * time.Minute

// MaxPhrase is how many characters a schedule phrase or a cron expression may have.
const MaxPhrase = 100

// Next returns the first slot after after, in UTC. It is zero when the schedule never fires again or is invalid.
//
// The wall clock decides. A slot that falls into a gap of the zone's clock (spring) is due at the instant of the change,
// one that the clock shows twice (autumn) the first time. A schedule for every hour counts real time instead: it fires in
// both passes.
func (s Schedule) Next(after time.Time) time.Time {
	t, err := s.timetable()
	if err != nil {
		return time.Time{}
	}
	return t.next(after)
}

// Between returns the slots after after up to and including until, in order, at most limit of them.
func (s Schedule) Between(after, until time.Time, limit int) []time.Time {
	t, err := s.timetable()
	if err != nil {
		return nil
	}
	return t.between(after, until, limit)
}

// Location returns the schedule's zone.
func (s Schedule) Location() (*time.Location, error) {
	// time.LoadLocation takes "" for UTC and "Local" for the machine's zone: neither is a zone that a person has chosen.
	if s.Zone == "" || s.Zone == "Local" {
		return nil, fmt.Errorf("time zone %q: not an IANA name", s.Zone)
	}
	loc, err := time.LoadLocation(s.Zone)
	if err != nil {
		return nil, fmt.Errorf("time zone %q: %w", s.Zone, err)
	}
	return loc, nil
}

// timetable is a schedule that has been read.
type timetable struct {
	lines []*cron.SpecSchedule
	loc   *time.Location
}

func (s Schedule) timetable() (*timetable, error) {
	loc, err := s.Location()
	if err != nil {
		return nil, err
	}
	lines, err := readCron(s.Cron)
	if err != nil {
		return nil, err
	}
	return &timetable{lines: lines, loc: loc}, nil
}

func (t *timetable) next(after time.Time) time.Time {
	var first time.Time
	for _, line := range t.lines {
		at := nextPinned
		if everyHour(line) {
			at = nextElapsed
		}
		if n := at(line, after, t.loc); !n.IsZero() && (first.IsZero() || n.Before(first)) {
			first = n
		}
	}
	if first.IsZero() {
		return first
	}
	return first.UTC()
}

func (t *timetable) between(after, until time.Time, limit int) []time.Time {
	var slots []time.Time
	for len(slots) < limit {
		after = t.next(after)
		if after.IsZero() || after.After(until) {
			break
		}
		slots = append(slots, after)
	}
	return slots
}

// nextPinned walks the expression on a floating clock, a wall time carried as UTC, and pins what it finds to the zone.
// The library's own zone arithmetic skips what falls into a gap and doubles what falls into an overlap.
func nextPinned(line *cron.SpecSchedule, after time.Time, loc *time.Location) time.Time {
	wall := float(after.In(loc))
	for {
		wall = following(line, wall)
		if wall.IsZero() {
			return wall
		}
		// In the second pass of an overlap, or where a gap drew two wall times to one instant, the slot is past already.
		if at := place(wall, loc); at.After(after) {
			return at
		}
	}
}

// nextElapsed walks the expression through each period of constant offset, so that hours pass as they do on a stopwatch:
// both passes of an overlap count and a gap has nothing in it.
func nextElapsed(line *cron.SpecSchedule, after time.Time, loc *time.Location) time.Time {
	t := after.In(loc)
	for {
		_, end := t.ZoneBounds()
		_, offset := t.Zone()
		wall := following(line, float(t))
		if wall.IsZero() {
			return wall
		}
		at := wall.Add(-time.Duration(offset) * time.Second).In(loc)
		if end.IsZero() || at.Before(end) {
			return at
		}
		// The first instant of the next period may be a slot itself: step to just before it, in its own offset.
		_, offset = end.Zone()
		wall = following(line, float(end).Add(-time.Minute))
		if wall.IsZero() {
			return wall
		}
		if at := wall.Add(-time.Duration(offset) * time.Second).In(loc); at.Equal(end) {
			return at
		}
		t = end
	}
}

// following is the next minute of a line after wall. The library walks to it second by second: it is shown the last second
// of the minute at hand.
func following(line *cron.SpecSchedule, wall time.Time) time.Time {
	return line.Next(wall.Truncate(time.Minute).Add(time.Minute - time.Second))
}

// float carries t's wall time as UTC.
func float(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// place pins a wall time, carried as UTC, to loc: in a gap to the instant of the change, in an overlap to the first pass.
// time.Date promises neither: in a gap it may answer on either side.
func place(wall time.Time, loc *time.Location) time.Time {
	// No zone has been further than 16 hours from UTC, so this lies in the period of wall or in an earlier one.
	period := wall.Add(-26 * time.Hour).In(loc)
	for {
		start, end := period.ZoneBounds()
		_, offset := period.Zone()
		at := wall.Add(-time.Duration(offset) * time.Second).In(loc)
		switch {
		case !end.IsZero() && !at.Before(end):
			period = end // the clock shows wall in a later period only, or in the gap before it
		case at.Before(start):
			return start // in the gap
		default:
			return at
		}
	}
}

// star is the bit by which the library remembers that a field was "*".
const star = 1 << 63

// everyHour reports whether all hours are set, as "*" or "0-23".
func everyHour(line *cron.SpecSchedule) bool {
	const all = 1<<24 - 1
	return line.Hour&all == all
}

var errNoCron = errors.New("the schedule has no cron expression")

// readCron reads what Schedule.Cron keeps.
func readCron(expr string) ([]*cron.SpecSchedule, error) {
	if strings.TrimSpace(expr) == "" {
		return nil, errNoCron
	}
	var lines []*cron.SpecSchedule
	for part := range strings.SplitSeq(expr, ";") {
		line, err := readLine(strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// readLine reads one cron expression. The library panics on some inputs ("TZ=0"); a stored expression can't be trusted to
// be one that checkLine has let through.
func readLine(expr string) (line *cron.SpecSchedule, err error) {
	defer func() {
		if recover() != nil {
			line, err = nil, fmt.Errorf("cron expression %q can't be read", expr)
		}
	}()
	if strings.Contains(expr, "=") || strings.HasPrefix(expr, "@") || len(expr) > 4*MaxPhrase {
		return nil, fmt.Errorf("cron expression %q can't be read", expr)
	}
	parsed, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(expr)
	if err != nil {
		return nil, fmt.Errorf("cron expression %q: %w", expr, err)
	}
	line = parsed.(*cron.SpecSchedule)
	line.Location = time.UTC // the floating clock
	return line, nil
}

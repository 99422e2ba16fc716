package briefings

import (
	"math"
	"strings"

	"attache/briefings/prose"
)

// period is a time that a sentence tells of, in months counted from the year nought: when it begins and when it ends, each between
// the first and the last month that its words allow ("in 1911" allows twelve).
type period struct {
	opens, shuts [2]int
	two          bool // it has a beginning and an end of its own
	since, until bool // only its beginning, or only its end, is told
	at           int  // the token of its first year
}

const (
	longAgo  = -1 << 20
	unending = 1 << 20
)

// periodsIn finds the times that a sentence tells of by their years: "1916–1920", "from May 1921 until 1924", "1921–24", "since 1930",
// "( 2019– )", and single years.
func periodsIn(text string, toks []prose.Token) []period {
	type mention struct {
		months      [2]int
		first, last int // tokens
	}
	var years []mention
	for i, t := range toks {
		y, ok := yearIn(t)
		if !ok {
			continue
		}
		m := mention{[2]int{y * 12, y*12 + 11}, i, i}
		for k := i - 1; k >= max(0, i-2); k-- {
			if month := monthNumber(toks[k].Lower); month > 0 {
				m.months = [2]int{y*12 + month - 1, y*12 + month - 1}
				m.first = k
				break
			}
			if !shortNumber(toks[k]) {
				break
			}
		}
		if m.first < i && m.first > 0 && shortNumber(toks[m.first-1]) {
			m.first-- // "22 May 2019"
		}
		years = append(years, m)
	}
	lower := func(i int) string {
		if i < 0 || i >= len(toks) {
			return ""
		}
		return toks[i].Lower
	}
	dash := func(s string) bool { return strings.Trim(s, " ") != "" && strings.Trim(s, " -–—") == "" }
	var out []period
	for i := 0; i < len(years); i++ {
		m := years[i]
		p := period{opens: m.months, shuts: m.months, at: m.last}
		end := m.last
		switch {
		case i+1 < len(years) && (years[i+1].first == end+1 && dash(text[toks[end].End:toks[end+1].Start]) ||
			years[i+1].first == end+2 && (lower(end+1) == "to" || lower(end+1) == "until" || lower(end+1) == "till" || lower(end+1) == "through" || lower(end+1) == "and" && lower(m.first-1) == "between")) &&
			years[i+1].months[1] >= m.months[0]:
			i++
			p.shuts, p.two = years[i].months, true
		case end+1 < len(toks) && len(toks[end+1].Text) == 2 && shortNumberOr(toks[end+1], 99) && dash(text[toks[end].End:toks[end+1].Start]):
			// "1921–24"
			y := m.months[0]/12/100*100 + int(toks[end+1].Text[0]-'0')*10 + int(toks[end+1].Text[1]-'0')
			if y*12 >= m.months[0]/12*12 {
				p.shuts, p.two = [2]int{y * 12, y*12 + 11}, true
			}
		case lower(end+1) == "present" || lower(end+1) == "onwards", openEnded(text[toks[end].End:]):
			p.shuts, p.since = [2]int{unending, unending}, true
		case lower(m.first-1) == "since" || lower(m.first-1) == "from":
			p.shuts, p.since = [2]int{unending, unending}, true
		case lower(m.first-1) == "until" || lower(m.first-1) == "till" || lower(m.first-1) == "before":
			p.opens, p.until = [2]int{longAgo, longAgo}, true
		}
		out = append(out, p)
	}
	return out
}

// openEnded says whether what follows a year is a dash with nothing behind it: "( 2019– )".
func openEnded(rest string) bool {
	rest = strings.TrimLeft(rest, " ")
	cut := strings.TrimLeft(rest, "-–—")
	if len(cut) == len(rest) {
		return false
	}
	cut = strings.TrimLeft(cut, " ")
	return cut == "" || strings.ContainsAny(cut[:1], ").,;")
}

func yearIn(t prose.Token) (int, bool) {
	if len(t.Text) != 4 {
		return 0, false
	}
	y := 0
	for i := range 4 {
		if t.Text[i] < '0' || t.Text[i] > '9' {
			return 0, false
		}
		y = y*10 + int(t.Text[i]-'0')
	}
	return y, y >= 1000 && y < 2100
}

func shortNumber(t prose.Token) bool { return shortNumberOr(t, 31) }

func shortNumberOr(t prose.Token, most int) bool {
	if len(t.Text) > 2 {
		return false
	}
	n := 0
	for i := range len(t.Text) {
		if t.Text[i] < '0' || t.Text[i] > '9' {
			return false
		}
		n = n*10 + int(t.Text[i]-'0')
	}
	return n <= most && len(t.Text) > 0
}

// monthNumber is the number of a month's English name, long or short; 0 for any other word.
func monthNumber(lower string) int {
	if len(lower) < 3 {
		return 0
	}
	const names = "january february march april may june july august september october november december "
	i := strings.Index(" "+names, " "+lower)
	if i < 0 || len(lower) > 4 && !strings.Contains(names, lower+" ") || len(lower) == 4 && lower != "sept" && lower != "june" && lower != "july" {
		return 0
	}
	return strings.Count(names[:i], " ") + 1
}

// entering and leaving are the stems of verbs with which something begins or ends to hold.
var (
	entering = bagOf(`join sign move becom becam appoint elect found establish start begin began took take succeed enter acquir bought buy purchas renam
name marri adopt introduc launch transfer return open hire commiss settl assum promot replac`)
	leaving = bagOf(`left leav retir resign depart end cease dissolv sold sell close dismiss replac abolish merg fire stepp quit releas divorc`)
)

// periodFeatures compares the time asked about with the times that a sentence and its neighbours tell of: a time that begins and ends
// with it, one that lies around it, one that is over when it begins …
func (q *asked) periodFeatures(c, prev, next *candidate, add func(string, float64)) {
	own := periodsIn(c.text, c.toks)
	q.comparePeriods("", own, add)
	if len(own) == 0 && prev != nil {
		q.comparePeriods("before: ", periodsIn(prev.text, prev.toks), add)
	}
	if q.period && next != nil {
		for _, p := range periodsIn(next.text, next.toks) {
			if !p.two && meetsMonths(p.opens, q.shuts) {
				add("span: next ends", 1)
				break
			}
		}
	}
	if !q.period {
		return
	}
	enters, leaves := false, false
	for i, s := range c.stems {
		if s == "" {
			s = c.toks[i].Lower
		}
		enters = enters || entering[s]
		leaves = leaves || leaving[s]
	}
	for _, p := range own {
		switch at := p.opens; {
		case p.two:
		case meetsMonths(at, q.opens) && enters:
			add("span: enters", 1)
			return
		case meetsMonths(at, q.opens) && leaves:
			add("span: leaves at the beginning", 1)
			return
		case meetsMonths(at, q.shuts) && leaves:
			add("span: leaves", 1)
			return
		}
	}
}

// comparePeriods adds what the best of the periods has to do with the one asked about.
func (q *asked) comparePeriods(of string, told []period, add func(string, float64)) {
	best, rank := "", 0
	exact := false
	nearest := math.Inf(1)
	for _, p := range told {
		opens, shuts := meetsMonths(p.opens, q.opens), meetsMonths(p.shuts, q.shuts)
		var name string
		var r int
		switch {
		case p.two && opens && shuts:
			name, r = "same", 9
		case p.since && opens:
			name, r = "since its beginning", 8
		case p.two && opens:
			name, r = "begins with it", 7
		case p.two && meetsMonths(p.shuts, q.opens):
			name, r = "over when it begins", 3
		case p.two && shuts:
			name, r = "ends with it", 6
		case p.two && q.period && meetsMonths(p.opens, q.shuts):
			name, r = "begins when it ends", 3
		case p.until && meetsMonths(p.shuts, q.shuts):
			name, r = "until its end", 6
		case p.until && meetsMonths(p.shuts, q.opens):
			name, r = "until its beginning", 3
		case (p.two || p.since) && p.opens[0] <= q.opens[1] && p.shuts[1] >= q.shuts[0]:
			name, r = "around it", 7
		case !p.two && opens:
			name, r = "at its beginning", 5
		case !p.two && shuts:
			name, r = "at its end", 4
		case p.opens[0] >= q.opens[0] && p.shuts[1] <= q.shuts[1]:
			name, r = "within it", 4
		case p.shuts[1] < q.opens[0]:
			name, r = "earlier", 2
			nearest = min(nearest, float64(q.opens[0]-p.shuts[1])/12)
		case p.opens[0] > q.shuts[1]:
			name, r = "later", 1
		default:
			name, r = "overlaps it", 4
		}
		if r > rank {
			best, rank = name, r
		}
		if one := p.opens[0] == p.opens[1]; one && q.opens[0] == q.opens[1] && p.opens == q.opens || p.shuts[0] == p.shuts[1] && q.shuts[0] == q.shuts[1] && p.shuts == q.shuts {
			exact = true
		}
	}
	if best == "" {
		return
	}
	add(of+"span: "+best, 1)
	if exact {
		add(of+"span: to the month", 1)
	}
	if best == "earlier" {
		add(of+"span: just earlier", math.Exp(-nearest/3))
	}
	if len(told) > 3 {
		add(of+"span: many", 1)
	}
}

func meetsMonths(a, b [2]int) bool { return a[0] <= b[1] && b[0] <= a[1] }

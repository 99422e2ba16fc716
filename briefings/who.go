package briefings

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"attache/briefings/prose"
)

// profileMost bounds each list of a Profile.
const profileMost = 25

// Who tells what an actor said, denied and was said to have done, newest first, from what was published by asOf (zero means
// now) and who looks under ctx may see. A country is its government: "Seoul" and "South Korea's Unification Ministry" speak for South Korea. An actor that no
// article names gets an empty Profile.
func (e *Engine) Who(ctx context.Context, actor string, asOf time.Time) (Profile, error) {
	if asOf.IsZero() {
		asOf = e.now()
	}
	actor = strings.TrimPrefix(strings.Join(strings.Fields(actor), " "), "@")
	p := Profile{Actor: actor, AsOf: asOf}
	keys, country := actorNames(actor)
	if len(keys) == 0 {
		return p, nil
	}
	who := e.viewer(ctx, "")
	e.mu.RLock()
	var all []*held
	for _, a := range e.articles {
		if who.sees(a) && !articleTime(a.Article).After(asOf) {
			all = append(all, a)
		}
	}
	e.mu.RUnlock()
	slices.SortFunc(all, func(x, y *held) int {
		return cmp.Or(articleTime(y.Article).Compare(articleTime(x.Article)), strings.Compare(x.ID, y.ID))
	})
	names := map[string]int{}
	var told [3][]sentenceNotes // what Said, Denied and About hold
	for _, h := range all {
		if err := ctx.Err(); err != nil {
			return Profile{}, err
		}
		if len(p.Said) == profileMost && len(p.About) == profileMost {
			break
		}
		if !mayName(&h.Article, keys) {
			continue
		}
		a := h.open()
		d := e.desk.dossier(a)
		d.read()
		if d.named(keys) == 0 {
			continue
		}
		institution := ""
		seen := map[[2]int]bool{}
		for _, s := range d.statements() {
			if s.Sentence < 0 || s.Sentence >= len(a.Sentences) {
				continue
			}
			by := speaksAs(s.Speaker, keys, country)
			if s.Speaker.Kind == SpeakerInstitution {
				institution = ""
				if by {
					institution = lastWord(s.Speaker.Name)
				}
			}
			// "a ministry official" right after that country's ministry is one of its officials.
			if !by && s.Speaker.Kind == SpeakerAnonymous && institution != "" && strings.Contains(nameKey(s.Speaker.Name+" "+s.Speaker.Full), " "+institution+" ") {
				by = true
			}
			list, which := &p.About, 2
			switch {
			case by && s.Stance == Denies:
				list, which = &p.Denied, 1
			case by:
				list, which = &p.Said, 0
			case !anyKey(nameKey(s.Text), keys):
				continue
			}
			if by && s.Speaker.Kind == SpeakerInstitution && !strings.Contains(s.Speaker.Name, " and ") {
				names[s.Speaker.Name]++
			}
			if len(*list) == profileMost || seen[[2]int{which, s.Sentence}] || a.Sentences[s.Sentence].Role == RoleHeadline && which != 2 {
				continue
			}
			n := notesOf(s.Text, d.at)
			if toldBefore(n, told[which]) {
				continue
			}
			claim := claimOf(d, s.Sentence)
			claim.Speaker, claim.Stance, claim.Direct = s.Speaker, s.Stance, s.Direct
			grounded := groundedClaims([]Claim{claim}, func(id string, revision int) (Article, bool) {
				return *a, id == a.ID && revision == a.Revision
			}, func(*Article, int) []Statement { return d.statements() })
			if len(grounded) == 0 {
				continue
			}
			seen[[2]int{which, s.Sentence}] = true
			told[which] = append(told[which], n)
			*list = append(*list, grounded[0])
		}
		for _, n := range namesIn(a, keys) {
			names[n]++
		}
	}
	for n := range names {
		p.Names = append(p.Names, n)
	}
	slices.SortFunc(p.Names, func(x, y string) int { return cmp.Or(cmp.Compare(names[y], names[x]), strings.Compare(x, y)) })
	p.Names = p.Names[:min(len(p.Names), 12)]
	v, err := e.vouchers(ctx, "")
	if err != nil {
		return Profile{}, err
	}
	p.Said, p.Denied, p.About = e.marked(v, p.Said), e.marked(v, p.Denied), e.marked(v, p.About)
	return p, nil
}

// mayName is a quick look that never says no to an article that names the actor: most articles of a library don't, and reading
// them all would take long. Names are written with a capital; letters with diacritics are folded in keys, so that a text with
// any of them is always looked at closely.
func mayName(a *Article, keys []string) bool {
	for _, k := range keys {
		first := strings.TrimSpace(k)
		if i := strings.IndexByte(first, ' '); i > 0 {
			first = first[:i]
		}
		first = first[:min(len(first), 4)]
		if first == "" || first[0] < 'a' || first[0] > 'z' {
			return true
		}
		for _, form := range []string{strings.ToUpper(first[:1]) + first[1:], strings.ToUpper(first), strings.ToUpper(strings.ReplaceAll(first, ".", ""))} {
			if strings.Contains(a.Text, form) || strings.Contains(a.Title, form) {
				return true
			}
		}
	}
	for _, text := range []string{a.Title, a.Text} {
		for i := 0; i < len(text); i++ {
			if text[i] >= 0xC3 && text[i] <= 0xC9 {
				return true
			}
		}
	}
	return false
}

// speaksAs says whether a speaker is the actor: the name stands in theirs. Someone of a country speaks for it only as an
// institution, as an official, or under the name of its capital.
func speaksAs(s Speaker, keys []string, country string) bool {
	name := nameKey(s.Name)
	if s.Kind == SpeakerPerson && s.Full != "" {
		name += nameKey(s.Full)
	}
	if !anyKey(name, keys) {
		return false
	}
	if country == "" {
		// "Putin's spokesman" is not Putin.
		return !strings.Contains(s.Name, "’s ") && !strings.Contains(s.Name, "'s ") || anyKey(nameKey(afterPossessive(s.Name)), keys)
	}
	if s.Kind == SpeakerOutlet {
		return false
	}
	if s.Kind == SpeakerPerson {
		// "Kim Jong-un of North Korea" is a person; "South Korea" alone may be taken for one.
		_, ok := prose.CountryOf(s.Name)
		return ok
	}
	if s.Kind == SpeakerAnonymous {
		k := nameKey(s.Name)
		return strings.Contains(k, " official") || strings.Contains(k, " minister") || strings.Contains(k, " government ") || strings.Contains(k, " diplomat") || strings.Contains(k, " spokes")
	}
	return true
}

func afterPossessive(name string) string {
	for _, mark := range []string{"’s ", "'s "} {
		if i := strings.LastIndex(name, mark); i >= 0 {
			return name[i+len(mark):]
		}
	}
	return name
}

func anyKey(words string, keys []string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { return strings.Contains(words, k) })
}

func lastWord(name string) string {
	toks := prose.Tokens(name)
	if len(toks) == 0 {
		return ""
	}
	return toks[len(toks)-1].Lower
}

// namesIn returns how an article writes the actor's names.
func namesIn(a *Article, keys []string) []string {
	toks := prose.Tokens(a.Text)
	var out []string
	for i := range toks {
		for _, k := range keys {
			words := strings.Fields(k)
			if i+len(words) > len(toks) {
				continue
			}
			same := true
			for j, w := range words {
				same = same && toks[i+j].Lower == w
			}
			if same && toks[i].Text[0] >= 'A' && toks[i].Text[0] <= 'Z' {
				if name := a.Text[toks[i].Start:toks[i+len(words)-1].End]; !slices.Contains(out, name) {
					out = append(out, name)
				}
			}
		}
	}
	return out
}

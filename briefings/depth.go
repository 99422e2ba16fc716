package briefings

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"attache/briefings/search"
)

const (
	saidMost = 8
	// A background is older than the story by so much, and younger than backgroundOldest: what is older still explains little.
	backgroundApart  = 24 * time.Hour
	backgroundOldest = 2 * 366 * 24 * time.Hour
)

// sayingsOf is who said what in the reports of a story: of each speaker and stance what tells most, the most telling first.
func sayingsOf(k *prospect, lead *dossier) []Claim {
	type saying struct {
		d     *dossier
		s     Statement
		score float64
	}
	headline := map[string]bool{}
	for s := range strings.FieldsSeq(lead.titleStems) {
		headline[sameThing(s)] = true
	}
	best := map[string]saying{}
	var order []string
	for place, d := range k.fresh[:min(len(k.fresh), readMost)] {
		for _, s := range d.statements() {
			if !inBody(d, s) || !reportsWords(s) || s.Speaker.Name == "" || d.article.Sentences[s.Sentence].End-d.article.Sentences[s.Sentence].Start > claimLongest {
				continue
			}
			score := stanceWeight[s.Stance] + speakerWeight[s.Speaker.Kind] + standsAlone(d.article.Sentence(s.Sentence)) - .02*float64(s.Sentence) - .05*float64(place)
			for _, stem := range d.note(s.Sentence).stems {
				if headline[stem] {
					score += .15
				}
			}
			if s.Direct {
				score += .15
			}
			key := speakerID(s.Speaker) + "/" + string(s.Stance)
			old, known := best[key]
			if !known {
				order = append(order, key)
			}
			if !known || score > old.score {
				best[key] = saying{d, s, score}
			}
		}
	}
	slices.SortStableFunc(order, func(x, y string) int { return cmp.Compare(best[y].score, best[x].score) })
	var out []Claim
	sentences := map[string]bool{}
	for _, key := range order {
		x := best[key]
		c := claimOf(x.d, x.s.Sentence)
		if sentences[c.Text] || len(out) == saidMost {
			continue
		}
		sentences[c.Text] = true
		if c.Speaker.Name == "" { // only a part of the sentence is someone's words
			c.Speaker, c.Stance, c.Direct = x.s.Speaker, x.s.Stance, x.s.Direct
		}
		out = append(out, c)
	}
	return out
}

// background finds a sentence of an earlier report that says what the story is about: the first sentence of the report that
// shares most of the headline's words, one of its countries or names among them. It asks much, because a background that
// belongs to something else misleads.
func (e *Engine) background(who viewer, k *prospect, lead *dossier, w Window) (d *dossier, sentence int, ok bool) {
	title := strings.Fields(lead.titleStems)
	if len(title) < 3 {
		return nil, 0, false
	}
	oldest := w.From
	inStory := map[string]bool{}
	for _, m := range slices.Concat(k.fresh, k.copies, k.known) {
		inStory[m.article.ID] = true
		if m.at.Before(oldest) {
			oldest = m.at
		}
	}
	most := .5
	seen := map[string]bool{}
	var terms []search.Term
	for _, t := range search.Terms(lead.article.Title) {
		terms = append(terms, search.Term{Text: t, Weight: 1})
	}
	for _, hit := range e.index.Search(search.Query{Terms: terms, Most: 30, AsOf: oldest, Sees: e.searchable(who)}) {
		if seen[hit.Doc] || inStory[hit.Doc] {
			continue
		}
		seen[hit.Doc] = true
		a, there := e.shown(who, hit.Doc)
		if !there || a.Label != "" {
			continue
		}
		at := articleTime(*a)
		if age := oldest.Sub(at); age < backgroundApart || age > backgroundOldest {
			continue
		}
		earlier := e.desk.dossier(a)
		earlier.read()
		shared := 0
		for _, s := range title {
			if strings.Contains(earlier.titleStems, " "+s+" ") || strings.Contains(earlier.leadStems, " "+s+" ") {
				shared++
			}
		}
		if c := lead.mainCountry(); c != "" && earlier.countries[c] == 0 {
			continue
		}
		score := float64(shared) / float64(len(title))
		if shared < 3 || score <= most {
			continue
		}
		for i, s := range a.Sentences {
			if s.Role == RoleBody {
				if s.End-s.Start <= claimLongest && standsAlone(a.Sentence(i)) >= 0 && !k.told[claimKey(a.Sentence(i))] {
					d, sentence, ok, most = earlier, i, true, score
				}
				break
			}
		}
	}
	return d, sentence, ok
}

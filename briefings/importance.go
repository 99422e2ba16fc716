package briefings

import (
	"cmp"
	"container/heap"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
)

// importance is what the importance of a story is made of. The score is the sum of its parts, and Item.Reasons says each part
// in words with its points.
type importance struct {
	Watch         float64 `json:"watch"`          // for each watch-list entry that it meets
	Origins       float64 `json:"origins"`        // times the binary logarithm of its independent origins
	Fresh         float64 `json:"fresh"`          // for a report of this minute, less the older it is
	Event         float64 `json:"event"`          // times the weight of the kind of event
	Title         float64 `json:"title"`          // the beat is in a headline
	Lead          float64 `json:"lead"`           // the beat is in first sentences
	Change        float64 `json:"change"`         // a figure or position changed
	FurtherChange float64 `json:"further_change"` // for each change beyond the first
	GoesOn        float64 `json:"goes_on"`        // a story that was delivered has news without a change
	Dispute       float64 `json:"dispute"`        // speakers contradict each other
	Correction    float64 `json:"correction"`     // a report that was delivered is corrected
	// The shares of an edition that one topic, country or outlet may have; a story beyond them counts for Crowding less, so that
	// others come in before it unless they weigh much less.
	Crowding      float64 `json:"crowding"`
	MostOfTopic   float64 `json:"most_of_a_topic"`
	MostOfCountry float64 `json:"most_of_a_country"`
	MostOfOutlet  float64 `json:"most_of_an_outlet"`
	Kinds         []struct {
		Name   string  `json:"name"`
		Weight float64 `json:"weight"`
		Stems  string  `json:"stems"` // of the title and of the first sentences
		stems  map[string]bool
	} `json:"kinds"`
}

//go:embed data/importance.json
var importanceData []byte

// importanceTable is the table of weights. A test reads it, so that a mistake in the data never reaches a reader.
var importanceTable = sync.OnceValue(func() *importance {
	var t importance
	if err := json.Unmarshal(importanceData, &t); err != nil {
		panic(fmt.Sprintf("the embedded weights of importance: %v", err))
	}
	for i := range t.Kinds {
		t.Kinds[i].stems = deskSet(t.Kinds[i].Stems)
	}
	return &t
})

// eventOf is the kind of event that a story tells of and how much that weighs: its titles count twice.
func eventOf(fresh []*dossier) (name string, most float64) {
	for i, kind := range importanceTable().Kinds {
		hits := 0.0
		for _, d := range fresh[:min(len(fresh), readMost)] {
			hits += float64(d.hitsOfKinds()[i])
		}
		if v := kind.Weight * math.Min(1, hits/float64(2*min(len(fresh), readMost))); v > most {
			name, most = kind.Name, v
		}
	}
	return name, most
}

// hitsOfKinds counts, for each kind of event, its words in the title, twice, and in the first sentences.
func (d *dossier) hitsOfKinds() []int {
	d.kinded.Do(func() {
		kinds := importanceTable().Kinds
		d.kinds = make([]int, len(kinds))
		count := func(stems string, points int) {
			for s := range strings.FieldsSeq(stems) {
				for i := range kinds {
					if kinds[i].stems[s] {
						d.kinds[i] += points
					}
				}
			}
		}
		count(d.titleStems, 2)
		count(d.leadStems, 1)
	})
	return d.kinds
}

// choose picks the most important prospects and orders them. Where a topic of the beat, a country or an outlet has its share
// already, others go first that weigh nearly as much; what a watch-list asks for has its place all the same. below are those
// that stay out, most important first.
func choose(ctx context.Context, prospects []*prospect, most int, filter *beatFilter, w Window) (chosen, below []*prospect, err error) {
	waiting := &prospectHeap{list: slices.Clone(prospects), hearing: hearMost}
	heap.Init(waiting)
	shares := map[string]int{}
	for waiting.Len() > 0 && len(chosen) < most {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		k := heap.Pop(waiting).(*prospect)
		if !k.heard {
			k.hearSides(filter, w)
			heap.Push(waiting, k)
			if waiting.hearing--; waiting.hearing == 0 {
				heap.Init(waiting)
			}
			continue
		}
		claims := k.shares(filter, most)
		why := crowdedOut(claims, shares)
		if why == "" {
			why = k.near(chosen)
		}
		if why != "" && len(k.hits) == 0 && k.crowded == "" {
			k.crowded = why
			heap.Push(waiting, k)
			continue
		}
		for _, c := range claims {
			shares[c.key]++
		}
		chosen = append(chosen, k)
	}
	below = waiting.list
	slices.SortFunc(chosen, byImportance)
	slices.SortFunc(below, byImportance)
	return chosen, below, nil
}

// nearAlike is how like a report of a story that is in already one of another must be for the other to let others go first. Grouping
// keeps apart what may be two events, and a digest that tells one event twice is worse than one that tells a smaller one. It lies
// between the pairs of one event and those of two among stories with known events (TestDigestOverMixedEventsTellsEachOnce).
const nearAlike = .16

// near says why a story must let others go first because one much like it is in already, or "".
func (k *prospect) near(chosen []*prospect) string {
	mine := k.terms()
	for _, c := range chosen {
		for _, x := range c.terms() {
			for _, y := range mine {
				if alike(x, y) >= nearAlike {
					lead := leadOf(c.fresh).article
					return fmt.Sprintf("a story much like it was in already: “%s”", cmp.Or(lead.Title, lead.ID))
				}
			}
		}
	}
	return ""
}

// terms are the telling terms of the story's newest reports, ordered for alike.
func (k *prospect) terms() [][]storyTerm {
	if k.telling == nil {
		k.telling = [][]storyTerm{}
		for _, d := range k.fresh[:min(len(k.fresh), resumeMembers)] {
			k.telling = append(k.telling, d.telling())
		}
	}
	return k.telling
}

// alike is the cosine of two reports by their telling terms, both ordered by term.
func alike(x, y []storyTerm) float32 {
	var sum float32
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch {
		case x[i].term == y[j].term:
			sum += x[i].weight * y[j].weight
			i++
			j++
		case x[i].term < y[j].term:
			i++
		default:
			j++
		}
	}
	return sum
}

// byImportance puts what is on the watch-list first, then what weighs more, then what is newer.
func byImportance(x, y *prospect) int {
	return cmp.Or(cmp.Compare(min(len(y.hits), 1), min(len(x.hits), 1)), cmp.Compare(y.score, x.score), y.newest.Compare(x.newest), strings.Compare(x.group.id, y.group.id))
}

// hearMost is how many stories are read for contradictions because a dispute would bring them in; past it only those are that
// come in anyway. It bounds what composing takes on a day of many stories of equal weight.
const hearMost = 30

// prospectHeap has the prospect on top that may weigh most: one that was not heard yet may turn out to be disputed.
type prospectHeap struct {
	list    []*prospect
	hearing int
}

func (h *prospectHeap) Len() int      { return len(h.list) }
func (h *prospectHeap) Swap(i, j int) { h.list[i], h.list[j] = h.list[j], h.list[i] }
func (h *prospectHeap) Less(i, j int) bool {
	x, y := h.list[i], h.list[j]
	return cmp.Or(cmp.Compare(min(len(y.hits), 1), min(len(x.hits), 1)), cmp.Compare(h.bound(y), h.bound(x)), y.newest.Compare(x.newest), strings.Compare(x.group.id, y.group.id)) < 0
}
func (h *prospectHeap) Push(x any) { h.list = append(h.list, x.(*prospect)) }
func (h *prospectHeap) Pop() any {
	k := h.list[len(h.list)-1]
	h.list = h.list[:len(h.list)-1]
	return k
}

// bound is what a prospect weighs at the most.
func (h *prospectHeap) bound(k *prospect) float64 {
	score := k.score
	if k.crowded != "" {
		score -= importanceTable().Crowding
	}
	if !k.heard && h.hearing > 0 {
		score += importanceTable().Dispute
	}
	return score
}

// share is a claim of a story on a part of the edition.
type share struct {
	key  string
	what string // for people: "about Iran"
	most int
}

// shares are the parts of an edition that a story takes up: its topic and its country, where the beat has several, and the
// outlet that tells it.
func (k *prospect) shares(filter *beatFilter, most int) []share {
	t := importanceTable()
	part := func(share float64) int { return max(1, int(math.Ceil(share*float64(most)))) }
	var out []share
	lead := leadOf(k.fresh)
	if len(filter.topics) > 1 {
		for i := range filter.topics {
			if filter.topics[i].fits(lead) {
				out = append(out, share{"t:" + filter.topics[i].name, fmt.Sprintf("about %q", filter.topics[i].name), part(t.MostOfTopic)})
				break
			}
		}
	}
	if country := lead.mainCountry(); country != "" && !filter.oneCountry() {
		out = append(out, share{"c:" + country, "about " + countryLabel(country), part(t.MostOfCountry)})
	}
	if len(filter.beat.Outlets) != 1 {
		outlet := outletOf(lead.article)
		out = append(out, share{"o:" + outlet, "told by " + outlet, part(t.MostOfOutlet)})
	}
	return out
}

// crowdedOut says why a story must let others go first, or "".
func crowdedOut(claims []share, taken map[string]int) string {
	for _, c := range claims {
		if taken[c.key] >= c.most {
			return fmt.Sprintf("%d stories %s were in already, and stories of others weighed enough to have their place", taken[c.key], c.what)
		}
	}
	return ""
}

// mainCountry is the country that an article names most, or "" where it is about none.
func (d *dossier) mainCountry() string {
	best := ""
	for c, n := range d.countries {
		if n > 1 && (best == "" || n > d.countries[best] || n == d.countries[best] && c < best) {
			best = c
		}
	}
	return best
}

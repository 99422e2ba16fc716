package briefings

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sync"
)

// Story is what several reports are about: one event.
type Story struct {
	// ID stays as the story grows. Of two that merge, the larger gives its ID; of parts, the largest keeps it.
	ID string `json:"id"`
	// Articles are the IDs of its articles, oldest first.
	Articles []string `json:"articles"`
	// Origin gives for each article the one that it is a copy of, itself where it is independent.
	Origin []string `json:"origin"`
	// Origins is how many families of outlets report it independently: a copy belongs to its origin, and the desks of one
	// publisher are one.
	Origins int `json:"origins"`
}

// Stories groups articles about one event as they come. The grouping depends on the articles alone and not on the order in
// which they came; what each story is called depends on what it was called before. It is safe for concurrent use; the zero
// value is ready.
type Stories struct {
	mu       sync.Mutex
	profiles []storyProfile // of the newest revisions
	place    map[string]int // article: its place in profiles
	home     map[string]string
	used     map[string]bool // ids that stories have had
	list     []Story
	fresh    bool // list is the grouping of profiles
}

// Add reads an article for grouping. A later revision takes the place of an earlier one. Of the text only what tells stories
// apart is kept.
func (s *Stories) Add(a Article) {
	p := profileStory(a, storyDefaults)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.place == nil {
		s.place, s.home, s.used = map[string]int{}, map[string]string{}, map[string]bool{}
	}
	s.fresh = false
	if i, ok := s.place[a.ID]; ok {
		s.profiles[i] = p
		return
	}
	s.place[a.ID] = len(s.profiles)
	s.profiles = append(s.profiles, p)
}

// Forget drops articles that are too old to be grouped with what comes. The stories of the others keep their names.
func (s *Stories) Forget(articles ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	gone := map[string]bool{}
	for _, id := range articles {
		if _, ok := s.place[id]; ok {
			gone[id] = true
			delete(s.place, id)
			delete(s.home, id)
			s.fresh = false
		}
	}
	s.profiles = slices.DeleteFunc(s.profiles, func(p storyProfile) bool { return gone[p.id] })
	for i, p := range s.profiles {
		s.place[p.id] = i
	}
}

// All returns the stories, by their oldest article. Nobody may change them.
func (s *Stories) All() []Story {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fresh {
		return s.list
	}
	groups := groupStories(s.profiles, storyDefaults)
	s.name(groups)
	s.list = make([]Story, len(groups))
	for i, g := range groups {
		story := Story{ID: g.id, Articles: make([]string, len(g.members)), Origin: make([]string, len(g.members))}
		independent := map[string]bool{}
		for k, m := range g.members {
			story.Articles[k] = s.profiles[m].id
			story.Origin[k] = s.profiles[g.members[g.origin[k]]].id
			if g.origin[k] == k {
				independent[s.profiles[m].family] = true
			}
		}
		story.Origins = len(independent)
		s.list[i] = story
	}
	s.fresh = true
	return s.list
}

// Of returns the ID of the story of an article, "" where the article is not known.
func (s *Stories) Of(article string) string {
	s.All()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.home[article]
}

// name gives every group the name of the story that most of its articles were in, once each.
func (s *Stories) name(groups []storyGroup) {
	type claim struct {
		group, shared, oldest int
		id                    string
	}
	var claims []claim
	for i, g := range groups {
		shared := map[string]int{}
		var order []string
		for _, m := range g.members {
			if id, ok := s.home[s.profiles[m].id]; ok {
				if shared[id] == 0 {
					order = append(order, id)
				}
				shared[id]++
			}
		}
		for k, id := range order {
			claims = append(claims, claim{group: i, shared: shared[id], oldest: k, id: id})
		}
	}
	// The most articles first; of as many, the story whose article is the oldest.
	slices.SortStableFunc(claims, func(x, y claim) int {
		if x.shared != y.shared {
			return y.shared - x.shared
		}
		return x.oldest - y.oldest
	})
	taken, named := map[string]bool{}, make([]bool, len(groups))
	for _, c := range claims {
		if !named[c.group] && !taken[c.id] {
			groups[c.group].id, named[c.group], taken[c.id] = c.id, true, true
		}
	}
	for i := range groups {
		if named[i] {
			continue
		}
		// A new story is called after its oldest article, unless a story has had that name.
		name := "story " + s.profiles[groups[i].members[0]].id
		for s.used[groups[i].id] || taken[groups[i].id] {
			sum := sha256.Sum256([]byte(name))
			groups[i].id = hex.EncodeToString(sum[:5])
			name += "'"
		}
		taken[groups[i].id] = true
	}
	for _, g := range groups {
		s.used[g.id] = true
		for _, m := range g.members {
			s.home[s.profiles[m].id] = g.id
		}
	}
}

package briefings

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
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
		s.list[i] = storyFrom(g, func(m int) *storyProfile { return &s.profiles[m] })
	}
	s.fresh = true
	return s.list
}

// storyFrom tells a group by its articles' profiles.
func storyFrom(g storyGroup, profile func(m int) *storyProfile) Story {
	story := Story{ID: g.id, Articles: make([]string, len(g.members)), Origin: make([]string, len(g.members))}
	independent := map[string]bool{}
	for k, m := range g.members {
		story.Articles[k] = profile(m).id
		story.Origin[k] = profile(g.members[g.origin[k]]).id
		if g.origin[k] == k {
			independent[profile(m).family] = true
		}
	}
	story.Origins = len(independent)
	return story
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
	nameStories(groups, func(m int) string { return s.profiles[m].id }, s.home, s.used)
	for _, g := range groups {
		s.used[g.id] = true
	}
}

// nameStories gives every group the name of the story that most of its articles were in, once each, and notes it in home. A
// group without such a name is called after its oldest article, unless that name is in used. article tells a member's ID.
func nameStories(groups []storyGroup, article func(m int) string, home map[string]string, used map[string]bool) {
	type claim struct {
		group, shared, oldest int
		id                    string
	}
	var claims []claim
	for i, g := range groups {
		shared := map[string]int{}
		var order []string
		for _, m := range g.members {
			if id, ok := home[article(m)]; ok {
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
		name := "story " + article(groups[i].members[0])
		for used[groups[i].id] || taken[groups[i].id] {
			sum := sha256.Sum256([]byte(name))
			groups[i].id = hex.EncodeToString(sum[:5])
			name += "'"
		}
		taken[groups[i].id] = true
	}
	for _, g := range groups {
		for _, m := range g.members {
			home[article(m)] = g.id
		}
	}
}

// StoryNames is what a Library may have beside its articles: it keeps which story each article is in, so that stories keep
// their names when the process starts anew. Without it a story is called after its oldest article that is looked at.
type StoryNames interface {
	// StoriesOf returns the story of each of the articles that has one.
	StoriesOf(ctx context.Context, articles []string) (map[string]string, error)
	// SaveStories keeps the story of each article; a later one takes the place of an earlier one.
	SaveStories(ctx context.Context, storyOf map[string]string) error
}

// storybook remembers by which name the engine knows the story of each article.
type storybook struct {
	mu      sync.Mutex
	home    map[string]string
	looked  map[string]bool   // articles that the library was asked about
	unsaved map[string]string // what the library has still to keep
}

// name names the groups of a list of articles. An error is that of the library: the groups are named all the same, and what
// could not be kept is kept with the next.
func (b *storybook) name(ctx context.Context, library Library, groups []storyGroup, articles []string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.home == nil {
		b.home, b.looked, b.unsaved = map[string]string{}, map[string]bool{}, map[string]string{}
	}
	names, keeps := library.(StoryNames)
	if keeps {
		var unknown []string
		for _, id := range articles {
			if _, ok := b.home[id]; !ok && !b.looked[id] {
				unknown = append(unknown, id)
			}
		}
		if len(unknown) > 0 {
			kept, err := names.StoriesOf(ctx, unknown)
			if err != nil {
				// Not named now: names that are made without those that are kept would take their place.
				return fmt.Errorf("read the stories' names: %w", err)
			}
			for _, id := range unknown {
				b.looked[id] = true
			}
			maps.Copy(b.home, kept)
		}
	}
	before := make([]string, len(articles))
	for i, id := range articles {
		before[i] = b.home[id]
	}
	nameStories(groups, func(m int) string { return articles[m] }, b.home, nil)
	if !keeps {
		return nil
	}
	for i, id := range articles {
		if b.home[id] != before[i] {
			b.unsaved[id] = b.home[id]
		}
	}
	if len(b.unsaved) > 0 {
		if err := names.SaveStories(ctx, b.unsaved); err != nil {
			return fmt.Errorf("keep the stories' names: %w", err)
		}
		b.unsaved = map[string]string{}
	}
	return nil
}

// storiesAround bounds how far from an article the reports of its story are looked for.
const storiesAround = 7 * 24 * time.Hour

// Stories returns the stories of the reports that were published in a window, the one with the newest report first, at most
// limit; zero means all: of what who looks under ctx may see. Reports of the three days before belong to them where they are about the same event.
func (e *Engine) Stories(ctx context.Context, w Window, limit int) ([]Story, error) {
	pool := e.pool(e.viewer(ctx, ""), w, memory{}, true, time.Time{})
	if err := e.readAll(ctx, pool.all); err != nil {
		return nil, err
	}
	type dated struct {
		Story
		newest time.Time
	}
	var found []dated
	for _, g := range e.grouped(ctx, pool) {
		newest := pool.all[g.members[len(g.members)-1]].at
		if newest.Before(w.From) {
			continue
		}
		found = append(found, dated{storyFrom(g, func(m int) *storyProfile { return &pool.all[m].story }), newest})
	}
	slices.SortStableFunc(found, func(x, y dated) int {
		return cmp.Or(y.newest.Compare(x.newest), cmp.Compare(len(y.Articles), len(x.Articles)), cmp.Compare(x.ID, y.ID))
	})
	if limit > 0 {
		found = found[:min(len(found), limit)]
	}
	out := make([]Story, len(found))
	for i, d := range found {
		out[i] = d.Story
	}
	return out, ctx.Err()
}

// StoryOf returns the story that an article is in, among the reports of the week before and after it. ErrNotFound where the
// index has no such article for who looks under ctx.
func (e *Engine) StoryOf(ctx context.Context, article string) (Story, error) {
	a, ok := e.shown(e.viewer(ctx, ""), article)
	if !ok {
		return Story{}, fmt.Errorf("find the story of article %q: %w", article, ErrNotFound)
	}
	at := articleTime(*a)
	stories, err := e.Stories(ctx, Window{From: at.Add(-storiesAround), To: at.Add(storiesAround)}, 0)
	if err != nil {
		return Story{}, err
	}
	for _, s := range stories {
		if slices.Contains(s.Articles, article) {
			return s, nil
		}
	}
	return Story{}, fmt.Errorf("find the story of article %q: %w", article, ErrNotFound)
}

package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"attache/briefings"
)

var _ briefings.StoryNames = (*Store)(nil)

// storiesAtOnce is how many articles one statement names.
const storiesAtOnce = 200

// StoriesOf implements briefings.StoryNames.
func (s *Store) StoriesOf(ctx context.Context, articles []string) (map[string]string, error) {
	found := map[string]string{}
	err := s.read(ctx, "read the stories of articles", func(tx *tx) error {
		for some := range slices.Chunk(articles, storiesAtOnce) {
			places, values := make([]string, len(some)), make(args, len(some))
			for i, id := range some {
				places[i], values[i] = fmt.Sprintf("$%d", i+1), id
			}
			err := tx.rows("select article, story from stories where article in ("+strings.Join(places, ", ")+")", values, func(scan scanner) error {
				var article, story string
				if err := scan(&article, &story); err != nil {
					return err
				}
				found[article] = story
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// SaveStories implements briefings.StoryNames. A Reader keeps none: the server gives the names that last.
func (s *Store) SaveStories(ctx context.Context, storyOf map[string]string) error {
	if s.role == Reader {
		return nil
	}
	if len(storyOf) == 0 {
		return nil
	}
	return s.write(ctx, "keep the stories of articles", func(tx *tx) error {
		// In one order everywhere: two replicas that keep the same rows must not wait for each other.
		for some := range slices.Chunk(slices.Sorted(maps.Keys(storyOf)), storiesAtOnce) {
			places, values := make([]string, len(some)), make(args, 0, 2*len(some))
			for i, id := range some {
				places[i] = fmt.Sprintf("($%d, $%d)", 2*i+1, 2*i+2)
				values = append(values, id, storyOf[id])
			}
			if _, err := tx.exec("insert into stories (article, story) values "+strings.Join(places, ", ")+
				" on conflict (article) do update set story = excluded.story", values...); err != nil {
				return err
			}
		}
		return nil
	})
}

package briefings

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// fateOrder is how outcomes are listed: what was shown first.
var fateOrder = map[string]int{"posted": 0, "merged": 1, "below": 2, "known": 3, "off-beat": 4, "left-out": 5, "old": 6, "backlog": 7, "ahead": 8, "unread": 9}

// Fates tells for every article of the assignment's window where it ended in the edition that Compose would make: exactly one
// Fate for each, those that were shown first.
func (e *Engine) Fates(ctx context.Context, a Assignment) ([]Fate, error) {
	c, err := e.compose(ctx, a, true)
	if err != nil {
		return nil, fmt.Errorf("tell the fates of %q: %w", a.Beat.Name, err)
	}
	slices.SortStableFunc(c.fates, func(x, y Fate) int {
		return cmp.Or(cmp.Compare(fateOrder[x.Outcome], fateOrder[y.Outcome]), cmp.Compare(x.Item, y.Item), cmp.Compare(x.Short, y.Short), strings.Compare(x.Article, y.Article))
	})
	return c.fates, nil
}

package briefings

import (
	"context"
	"fmt"
)

// Keys are the keys under which an Edition.Carried remembers items: what is shown of them elsewhere isn't news to the reader
// of the next edition whose Assignment.Last carries them.
func (e *Engine) Keys(items ...Item) []string {
	var keys []string
	for _, item := range items {
		for _, id := range item.Articles {
			revision := 1
			if a, ok := e.article(id); ok {
				revision = a.Revision
			}
			keys = append(keys, fmt.Sprintf("a:%s#%d", id, revision))
		}
		for _, list := range [][]Claim{item.Claims, item.Sides, newClaims(item.Changes)} {
			for _, c := range list {
				keys = append(keys, claimKey(c.Text))
			}
		}
	}
	return boundedKeys(keys)
}

// Version grows whenever an article comes or is revised: as long as it stays, nothing that was composed would differ.
func (e *Engine) Version() int64 { return e.version.Load() }

// Article returns the newest revision of an article (revision 0) or the one asked for; ErrNotFound when there is none that who
// looks under ctx may see.
func (e *Engine) Article(ctx context.Context, id string, revision int) (Article, error) {
	a, err := e.revision(ctx, e.viewer(ctx, ""), id, revision)
	if err != nil {
		return Article{}, fmt.Errorf("read revision %d of %s: %w", revision, id, err)
	}
	return withSentences(a), nil
}

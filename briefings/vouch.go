package briefings

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// vouchers are the sources that a channel's people may rely on.
type vouchers struct {
	feeds map[string]bool // by address: whether somebody who counts has reviewed it
	hosts map[string]bool // hosts of the reviewed ones
}

// vouchersOf sorts sources by who reviewed them. The reviews of one workspace say nothing to another; the operator's own
// sources, which have no owner, say something to everybody. With forChannel empty every review counts.
func vouchersOf(sources []Source, forChannel string) vouchers {
	if forChannel == Everything {
		forChannel = ""
	}
	v := vouchers{feeds: map[string]bool{}, hosts: map[string]bool{}}
	for _, s := range sources {
		reviewed := !s.Reviewed.IsZero() && (s.Owner == "" || forChannel == "" || workspacePart(s.Owner) == workspacePart(forChannel))
		v.feeds[s.URL] = v.feeds[s.URL] || reviewed
		if reviewed {
			v.hosts[plainHost(s.URL)] = true
		}
	}
	return v
}

// workspacePart is what the addresses of one workspace have in common. A direct message has no workspace and shares nothing.
func workspacePart(channel string) string {
	parts := strings.SplitN(channel, "/", 4)
	if len(parts) < 3 || parts[1] == "" {
		return channel
	}
	return parts[0] + "/" + parts[1]
}

func plainHost(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(u.Host), "www.")
}

// unreviewed says whether nobody stands behind the source of an article. Of a source that is no longer followed it is
// remembered whether anybody did when the article was read.
func (v vouchers) unreviewed(a *Article) bool {
	reviewed, followed := v.feeds[a.Source]
	switch {
	case followed:
		return !reviewed
	case !a.Unreviewed:
		return false
	}
	// Only of a link is it certain that the page came from where its address says.
	return a.Source != "link" || !v.hosts[plainHost(a.URL)]
}

// vouchers reads who stands behind what, as a channel sees it.
func (e *Engine) vouchers(ctx context.Context, forChannel string) (vouchers, error) {
	sources, err := e.library.Sources(ctx)
	if err != nil {
		return vouchers{}, fmt.Errorf("read the sources: %w", err)
	}
	return vouchersOf(sources, forChannel), nil
}

// vouch sets Unreviewed on copies of articles.
func (e *Engine) vouch(ctx context.Context, articles ...*Article) error {
	v, err := e.vouchers(ctx, "")
	if err != nil {
		return err
	}
	for _, a := range articles {
		a.Unreviewed = v.unreviewed(a)
	}
	return nil
}

// vouchAnswer marks the citations of an answer.
func (e *Engine) vouchAnswer(ctx context.Context, forChannel string, a *Answer) error {
	if len(a.Claims)+len(a.Nearby)+len(a.Ranked) == 0 {
		return nil
	}
	v, err := e.vouchers(ctx, forChannel)
	if err != nil {
		return err
	}
	a.Claims, a.Nearby = e.marked(v, a.Claims), e.marked(v, a.Nearby)
	for i := range a.Ranked {
		e.markCitation(v, &a.Ranked[i].Citation)
	}
	return nil
}

// vouchItem marks the citations of an item.
func (e *Engine) vouchItem(v vouchers, item *Item) {
	e.markCitation(v, &item.Lead)
	for _, list := range []*[]Claim{&item.Claims, &item.Sides, &item.Said, &item.Background} {
		*list = e.marked(v, *list)
	}
	item.Changes = slices.Clone(item.Changes)
	for i, c := range item.Changes {
		both := e.marked(v, []Claim{c.Old, c.New})
		item.Changes[i] = Change{Old: both[0], New: both[1]}
	}
}

// marked are claims whose citations are marked. They are copies: claims are shared with editions that others hold.
func (e *Engine) marked(v vouchers, claims []Claim) []Claim {
	claims = slices.Clone(claims)
	for i := range claims {
		claims[i].Citations = slices.Clone(claims[i].Citations)
		for j := range claims[i].Citations {
			e.markCitation(v, &claims[i].Citations[j])
		}
	}
	return claims
}

func (e *Engine) markCitation(v vouchers, c *Citation) {
	e.mu.RLock()
	a, ok := e.articles[c.Article]
	e.mu.RUnlock()
	if ok { // what a question brought along for itself is not in the library: it keeps its own mark
		c.Unreviewed = v.unreviewed(&a.Article)
	}
}

package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
)

// StoryCard is a story as a list of them shows it.
type StoryCard struct {
	ID        string    `json:"id"`
	Title     string    `json:"title"` // of its newest independent report
	Outlets   []string  `json:"outlets"`
	Origins   int       `json:"origins"` // how many families of outlets report it independently
	Languages []string  `json:"languages"`
	Reports   int       `json:"reports"`
	Newest    time.Time `json:"newest,omitzero"`
	// Lead is the article by which the story is opened.
	Lead string `json:"lead"`
}

// StoryView is a story to be looked at.
type StoryView struct {
	StoryCard
	Articles     []StoryArticle    `json:"articles"` // newest first
	Counterparts []CounterpartView `json:"counterparts"`
}

// StoryArticle is a report of a story.
type StoryArticle struct {
	ArticleCard
	// CopyOf is the title of the report that this one is a copy of; empty where it is independent.
	CopyOf string `json:"copy_of,omitempty"`
}

// CounterpartView is a report in another language that may be about the same event.
type CounterpartView struct {
	ArticleCard
	Firm bool `json:"firm,omitempty"` // number, name and country agree
	Weak bool `json:"weak,omitempty"` // between scripts that keep little of a name
}

// storiesBack is how far back from the newest report a list of stories goes.
const storiesBack = 7 * 24 * time.Hour

// StoryCards returns the stories of the newest week of what who looks under ctx may see (Seeing), the one with the newest report first, at most limit.
func (b *Bot) StoryCards(ctx context.Context, limit int) ([]StoryCard, error) {
	library, err := b.library(ctx)
	if err != nil {
		return nil, err
	}
	if len(library) == 0 {
		return nil, nil
	}
	newest := time.Time{}
	for _, a := range library {
		if at := appeared(a); at.After(newest) {
			newest = at
		}
	}
	stories, err := b.c.Newsroom.Stories(ctx, briefings.Window{From: newest.Add(-storiesBack), To: newest.Add(time.Second)}, limit)
	if err != nil {
		return nil, fmt.Errorf("list the stories: %w", err)
	}
	byID := map[string]briefings.Article{}
	for _, a := range library {
		byID[a.ID] = a
	}
	var cards []StoryCard
	for _, s := range stories {
		if c, _ := storyCard(s, byID); c.Reports > 0 {
			cards = append(cards, c)
		}
	}
	return cards, nil
}

// StoryView returns the story that an article is in; briefings.ErrNotFound (wrapped) when there is none.
func (b *Bot) StoryView(ctx context.Context, article string) (StoryView, error) {
	s, err := b.c.Newsroom.StoryOf(ctx, article)
	if err != nil {
		return StoryView{}, fmt.Errorf("open a story: %w", err)
	}
	library, err := b.library(ctx)
	if err != nil {
		return StoryView{}, err
	}
	byID := map[string]briefings.Article{}
	for _, a := range library {
		byID[a.ID] = a
	}
	v := StoryView{Counterparts: []CounterpartView{}}
	v.StoryCard, v.Articles = storyCard(s, byID)
	found, err := b.c.Newsroom.Counterparts(ctx, s.Articles, 8)
	if err != nil {
		return StoryView{}, fmt.Errorf("look for a story in other languages: %w", err)
	}
	for _, c := range found {
		if a, ok := byID[c.Article.Article]; ok {
			v.Counterparts = append(v.Counterparts, CounterpartView{ArticleCard: card(a), Firm: c.Firm, Weak: c.Weak})
		}
	}
	return v, nil
}

// storyCard sums up a story and lists its reports, newest first.
func storyCard(s briefings.Story, byID map[string]briefings.Article) (StoryCard, []StoryArticle) {
	c := StoryCard{ID: s.ID, Origins: s.Origins, Outlets: []string{}, Languages: []string{}}
	var list []StoryArticle
	for i, id := range slices.Backward(s.Articles) {
		a, ok := byID[id]
		if !ok {
			continue
		}
		entry := StoryArticle{ArticleCard: card(a)}
		if origin := s.Origin[i]; origin != id {
			entry.CopyOf = message.Clean(byID[origin].Title)
		} else if c.Lead == "" {
			c.Lead, c.Title = a.ID, entry.Title
		}
		list = append(list, entry)
		if entry.Outlet != "" && !slices.Contains(c.Outlets, entry.Outlet) {
			c.Outlets = append(c.Outlets, entry.Outlet)
		}
		if l := briefings.LanguageOf(a); l != "" && !slices.Contains(c.Languages, l) {
			c.Languages = append(c.Languages, l)
		}
		if at := appeared(a); at.After(c.Newest) {
			c.Newest = at
		}
	}
	c.Reports = len(list)
	if c.Lead == "" && len(list) > 0 {
		c.Lead, c.Title = list[0].ID, list[0].Title
	}
	return c, list
}

// grown adds to the reports of a story those that have come since, newest first, and returns which of them are no copies, and what
// reports in other languages may be about it. What can't be found out is left out: the story is told all the same.
func (b *Bot) grown(ctx context.Context, library shelf, articles []briefings.Article) (all, independent []briefings.Article, elsewhere []present.Elsewhere) {
	if len(articles) == 0 {
		return articles, nil, nil
	}
	copies := map[string]bool{}
	ids := make([]string, len(articles))
	for i, a := range articles {
		ids[i] = a.ID
	}
	story, err := b.c.Newsroom.StoryOf(ctx, ids[0])
	switch {
	case errors.Is(err, briefings.ErrNotFound):
	case err != nil:
		b.c.Log.WarnContext(ctx, "a story could not be looked up", "article", ids[0], "error", err)
	default:
		for i, id := range story.Articles {
			copies[id] = i < len(story.Origin) && story.Origin[i] != id
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
		if len(ids) > len(articles) {
			articles = library.byID(ids)
		}
	}
	found, err := b.c.Newsroom.Counterparts(ctx, ids, 3)
	if err != nil {
		b.c.Log.WarnContext(ctx, "a story could not be looked for in other languages", "article", ids[0], "error", err)
	}
	for _, c := range found {
		elsewhere = append(elsewhere, present.Elsewhere{Report: c.Article, Language: c.Language, Firm: c.Firm, Weak: c.Weak})
	}
	for _, a := range articles {
		if !copies[a.ID] {
			independent = append(independent, a)
		}
	}
	return articles, independent, elsewhere
}

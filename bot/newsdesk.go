package bot

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"attache/bot/digest"
	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
)

// spans are how far latest and story look back, one after the other, until there is something to show.
var spans = []time.Duration{24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour, 366 * 24 * time.Hour, 0}

// back is the window that ends now and is as long as a span; zero goes back to the beginning.
func (v *visit) back(span time.Duration) briefings.Window {
	// A report that is read this very second counts.
	w := briefings.Window{From: time.Unix(0, 0).UTC(), To: v.At.UTC().Truncate(time.Second).Add(time.Second)}
	if span > 0 {
		w.From = w.To.Add(-span)
	}
	return w
}

// latest shows what is new: on a topic, or on what the channel's digests follow.
func (b *Bot) latest(ctx context.Context, v *visit, topic string) (*message.Message, error) {
	beat := parseBeat(topic)
	if topic == "" {
		standing, err := b.channelDigests(ctx, v.Address)
		if err != nil {
			return nil, err
		}
		standing = slices.DeleteFunc(standing, func(s digest.Subscription) bool { return s.Form != digest.FormDigest })
		if len(standing) == 1 {
			beat = standing[0].Beat
		}
	}
	beat.Watch = b.watched(ctx, v.Address)
	zone := b.zone(ctx, v.Request)
	var edition briefings.Edition
	for i, span := range spans {
		var err error
		edition, err = b.c.Newsroom.Compose(ctx, briefings.Assignment{Beat: beat, Window: v.back(span), For: scope(v.Address), Backlog: true})
		if err != nil {
			return nil, fmt.Errorf("compose the latest: %w", err)
		}
		if len(edition.Items) > 0 {
			if i > 0 { // it goes back to the oldest of what it shows
				oldest := edition.Window.To
				for _, item := range edition.Items {
					if item.Newest.Before(oldest) {
						oldest = item.Newest
					}
				}
				if oldest.After(edition.Window.From) {
					edition.Window.From = oldest
				}
			}
			b.remember(ctx, v, answerOf(edition, topic))
			return present.Edition(edition, present.Issue{Zone: zone, Widened: i > 0, Locale: v.User.Locale}), nil
		}
	}
	v.outcome = string(briefings.NotInSources)
	return present.Edition(edition, present.Issue{Zone: zone, Locale: v.User.Locale}), nil
}

// answerOf is an edition as a conversation remembers it.
func answerOf(e briefings.Edition, asked string) briefings.Answer {
	t := turnOf(e, asked)
	a := briefings.Answer{Question: t.Question, Verdict: briefings.Answered, Short: e.Items[0].Headline, Topic: t.Topic, AsOf: e.AsOf, Searched: e.Read}
	for _, item := range e.Items {
		a.Documents = append(a.Documents, item.Articles...)
		a.Claims = append(a.Claims, item.Claims...)
	}
	return a
}

// story follows one story: by its number in the last digest, by a link to a report, or by what it is about.
func (b *Bot) story(ctx context.Context, v *visit, topic string) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	if n, ok := itemNumber(topic); ok {
		d, found := b.digestOf(ctx, v.Conversation)
		if !found {
			newest, err := b.c.Digests.Deliveries(ctx, digest.DeliveryFilter{
				Platform: v.Address.Platform, Workspace: v.Address.Workspace, Channel: v.Address.Channel, States: []digest.State{digest.Sent}, Limit: 1,
			})
			if err != nil {
				return nil, fmt.Errorf("look up the last digest: %w", err)
			}
			if len(newest) > 0 {
				d, found = newest[0], true
			}
		}
		if found {
			return b.storyOfDigest(ctx, v, d, n)
		}
		v.outcome = "refused"
		return present.StoryNumber(n, reader), nil
	}
	library, err := b.library(ctx)
	if err != nil {
		return nil, err
	}
	if links, _ := cutLinks(topic); len(links) > 0 {
		a, ok := library.byAddress(links[0])
		if !ok {
			if a, _, err = b.c.Newsroom.ReadLink(ctx, links[0]); err != nil {
				if ctx.Err() != nil {
					return nil, ctx.Err()
				}
				v.outcome = "refused"
				return present.LinkFailed(links[0], present.Reason(err, reader.Locale), reader), nil
			}
			library = library.with(a)
		}
		return b.storyOfArticle(ctx, v, library, a)
	}
	for _, span := range spans {
		e, err := b.c.Newsroom.Compose(ctx, briefings.Assignment{Beat: parseBeat(topic), Window: v.back(span), Most: 1, For: scope(v.Address), Backlog: true})
		if err != nil {
			return nil, fmt.Errorf("compose the story: %w", err)
		}
		if len(e.Items) > 0 {
			return b.tell(ctx, v, topic, &e.Items[0], library, library.byID(e.Items[0].Articles)), nil
		}
	}
	// No report is on the topic word for word: perhaps one answers it.
	answer, err := b.c.Newsroom.Ask(ctx, briefings.Question{Text: topic, Asked: v.At, For: scope(v.Address)})
	if err != nil {
		return nil, fmt.Errorf("look for the story: %w", err)
	}
	if answer.Verdict != briefings.NotInSources && len(answer.Claims) > 0 && len(answer.Claims[0].Citations) > 0 {
		if found := library.byID([]string{answer.Claims[0].Citations[0].Article}); len(found) > 0 {
			return b.storyOfArticle(ctx, v, library, found[0])
		}
	}
	v.outcome = string(briefings.NotInSources)
	return present.Story(present.Telling{Topic: topic, AsOf: v.At, Searched: len(library)}, reader), nil
}

// storyPressed tells the story of a delivered digest whose button was pressed.
func (b *Bot) storyPressed(ctx context.Context, v *visit) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	id, slot, n, ok := present.ReadStory(v.Value)
	if !ok {
		v.outcome = "refused"
		return present.Forgotten(reader), nil
	}
	sent, err := b.c.Digests.Deliveries(ctx, digest.DeliveryFilter{
		Subscription: id, Platform: v.Address.Platform, Workspace: v.Address.Workspace, States: []digest.State{digest.Sent, digest.Composed}, Since: slot,
	})
	if err != nil {
		return nil, fmt.Errorf("look up the digest %s: %w", firstRunes(id, 20), err)
	}
	for _, d := range sent {
		if d.Slot.Unix() == slot.Unix() {
			return b.storyOfDigest(ctx, v, d, n)
		}
	}
	v.outcome = "refused"
	return present.Forgotten(reader), nil
}

// storyOfDigest tells item n of a digest, as it was delivered.
func (b *Bot) storyOfDigest(ctx context.Context, v *visit, d digest.Delivery, n int) (*message.Message, error) {
	if d.Edition == nil || n > len(d.Edition.Items) {
		v.outcome = "refused"
		return present.StoryNumber(n, b.reader(ctx, v.Request)), nil
	}
	library, err := b.library(ctx)
	if err != nil {
		return nil, err
	}
	item := d.Edition.Items[n-1]
	return b.tell(ctx, v, item.Headline, &item, library, library.byID(item.Articles)), nil
}

// storyOfArticle tells the story that an article belongs to among those of its days.
func (b *Bot) storyOfArticle(ctx context.Context, v *visit, library shelf, a briefings.Article) (*message.Message, error) {
	const days = 4 * 24 * time.Hour
	when := appeared(a)
	e, err := b.c.Newsroom.Compose(ctx, briefings.Assignment{Window: briefings.Window{From: when.Add(-days), To: when.Add(days)}, Most: 500, For: scope(v.Address), Backlog: true})
	if err != nil {
		return nil, fmt.Errorf("compose the days around a report: %w", err)
	}
	for i := range e.Items {
		if slices.Contains(e.Items[i].Articles, a.ID) {
			return b.tell(ctx, v, a.Title, &e.Items[i], library, library.byID(e.Items[i].Articles)), nil
		}
	}
	return b.tell(ctx, v, a.Title, nil, library, []briefings.Article{a}), nil
}

// tell words a story and remembers what it was about.
func (b *Bot) tell(ctx context.Context, v *visit, topic string, item *briefings.Item, library shelf, articles []briefings.Article) *message.Message {
	articles, independent, elsewhere := b.grown(ctx, library, articles)
	t := present.Telling{Topic: topic, Item: item, Elsewhere: elsewhere, Said: b.sayings(articles[:min(len(articles), 12)], 8), AsOf: v.At, Searched: len(library)}
	for _, a := range articles[:min(len(articles), 12)] {
		t.Reports = append(t.Reports, whole(a))
	}
	if len(t.Reports) == 0 && item != nil { // the reports are no longer in the library
		t.Reports = append(t.Reports, item.Lead)
	}
	if len(t.Reports) == 0 {
		v.outcome = string(briefings.NotInSources)
	} else {
		v.outcome = string(briefings.Answered)
		answer := briefings.Answer{Question: topic, Verdict: briefings.Answered, Short: t.Reports[0].Title, AsOf: t.AsOf, Searched: len(library), Topic: names(t.Reports[0].Title+" "+topic, 6)}
		if item != nil {
			answer.Claims = item.Claims
		}
		for _, a := range articles[:min(len(articles), 10)] {
			answer.Documents = append(answer.Documents, a.ID)
		}
		for _, a := range independent {
			t.Headlines = append(t.Headlines, headline(a)...)
		}
		b.drawTimeline(ctx, v, &t)
		t.Matter = matterOf(topic, articles[:min(len(articles), 10)])
		t.Exchange = b.remember(ctx, v, answer)
	}
	return present.Story(t, b.reader(ctx, v.Request))
}

// headline is what a report is headed with, as a claim of its outlet's; none where it has no headline.
func headline(a briefings.Article) []briefings.Claim {
	for i, s := range a.Sentences {
		if s.Role == briefings.RoleHeadline {
			c := a.Cite(i)
			return []briefings.Claim{{Text: c.Quote, Citations: []briefings.Citation{c}}}
		}
	}
	return nil
}

// drawTimeline adds the picture of a story's moments where pictures are drawn.
func (b *Bot) drawTimeline(ctx context.Context, v *visit, t *present.Telling) {
	if b.c.Timeline == nil {
		return
	}
	reader := b.reader(ctx, v.Request)
	moments := present.StoryMoments(*t, reader)
	if len(moments) == 0 {
		return
	}
	title := t.Reports[0].Title
	if t.Item != nil {
		title = t.Item.Headline
	}
	if picture, ok := b.c.Timeline(ctx, message.Clean(title), moments, reader); ok {
		t.Picture = &picture
	}
}

// whole cites an article as a whole.
func whole(a briefings.Article) briefings.Citation {
	return briefings.Citation{Article: a.ID, Revision: a.Revision, URL: a.URL, Title: a.Title, Outlet: a.Outlet, Label: a.Label, Published: a.Published, DateOnly: a.DateOnly, Unreviewed: a.Unreviewed}
}

// appeared is when a report came out, as far as is known.
func appeared(a briefings.Article) time.Time {
	if a.Published.IsZero() {
		return a.Read
	}
	return a.Published
}

// who shows what an actor said, denied and is said to have done.
func (b *Bot) who(ctx context.Context, v *visit, in Invocation) (*message.Message, error) {
	actor := in.Args["actor"]
	p, err := b.c.Newsroom.Who(ctx, actor, v.At)
	if err != nil {
		return nil, fmt.Errorf("look up an actor: %w", err)
	}
	if len(p.Said)+len(p.Denied)+len(p.About) == 0 {
		if in.Guess && len(strings.Fields(actor)) > 1 { // "who won the cup": a question after all
			v.command = "ask"
			return b.ask(ctx, v, "who "+actor)
		}
		v.outcome = string(briefings.NotInSources)
		return present.Profile(p, b.reader(ctx, v.Request)), nil
	}
	v.outcome = string(briefings.Answered)
	claims := slices.Concat(p.Said, p.Denied, p.About)
	b.remember(ctx, v, briefings.Answer{
		Question: "What did " + actor + " say?", Verdict: briefings.Answered, Claims: claims[:min(len(claims), 3)], AsOf: p.AsOf, Topic: []string{p.Actor},
	})
	return present.Profile(p, b.reader(ctx, v.Request)), nil
}

// why explains where a report ended in the channel's digest.
func (b *Bot) why(ctx context.Context, v *visit, in Invocation) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	library, err := b.library(ctx)
	if err != nil {
		return nil, err
	}
	wanted := in.Args["link"]
	a, found := library.byWords(wanted)
	if links, _ := cutLinks(wanted); len(links) > 0 {
		a, found = library.byAddress(links[0])
	}
	if !found {
		if in.Guess && !strings.Contains(wanted, "://") {
			v.command = "ask"
			return b.ask(ctx, v, "why "+wanted)
		}
		v.outcome = string(briefings.NotInSources)
		return present.WhyUnread(reader), nil
	}
	standing, err := b.channelDigests(ctx, v.Address)
	if err != nil {
		return nil, err
	}
	standing = slices.DeleteFunc(standing, func(s digest.Subscription) bool { return s.Form != digest.FormDigest })
	var first *present.Reckoning
	for _, s := range standing {
		w, ok, err := b.reckon(ctx, v, s, a)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		if w.Fate.Outcome == "posted" || w.Fate.Outcome == "merged" {
			return present.Why(w, reader), nil
		}
		if first == nil {
			first = &w
		}
	}
	if first != nil {
		return present.Why(*first, reader), nil
	}
	// Without a digest that has been sent: the day around the report, as latest would have shown it.
	w := present.Reckoning{Report: whole(a), AsOf: v.At, Beat: briefings.Beat{Watch: b.watched(ctx, v.Address)}}
	if len(standing) > 0 {
		w.Beat = standing[0].Beat
	}
	w.Window = briefings.Window{From: appeared(a).Add(-12 * time.Hour), To: appeared(a).Add(12 * time.Hour)}
	fates, err := b.c.Newsroom.Fates(ctx, briefings.Assignment{Beat: w.Beat, Window: w.Window, For: scope(v.Address)})
	if err != nil {
		return nil, fmt.Errorf("tell the fates: %w", err)
	}
	w.Fate = fateOf(fates, a, w.Window)
	return present.Why(w, reader), nil
}

// reckon tells where an article ended in the last digest of s; ok is false when none was sent yet.
func (b *Bot) reckon(ctx context.Context, v *visit, s digest.Subscription, a briefings.Article) (w present.Reckoning, ok bool, err error) {
	sent, err := b.c.Digests.Deliveries(ctx, digest.DeliveryFilter{Subscription: s.ID, States: []digest.State{digest.Sent}, Limit: 2})
	if err != nil {
		return w, false, fmt.Errorf("list the deliveries of digest %s: %w", s.ID, err)
	}
	if len(sent) == 0 {
		return w, false, nil
	}
	w = present.Reckoning{Report: whole(a), Digest: s.ID, Beat: s.Beat, AsOf: v.At, Window: briefings.Window{From: sent[0].WindowFrom, To: sent[0].Slot}}
	if !appeared(a).Before(sent[0].Slot) && !s.Paused {
		w.Next = s.NextAt
		return w, true, nil
	}
	order := briefings.Assignment{Beat: s.Beat, Window: w.Window, For: scope(v.Address)}
	if order.Beat, err = rested(ctx, b.c.Memory, order.For, s.Beat, sent[0].Slot); err != nil {
		return w, false, err
	}
	if e := sent[0].Edition; e != nil {
		order.Seen = e.Composed
		// What was delivered is the truth, whatever the library has learnt since.
		for n, item := range e.Items {
			if slices.Contains(item.Articles, a.ID) {
				w.Fate = briefings.Fate{Article: a.ID, Outcome: "merged", Item: n + 1, Reasons: item.Reasons}
				if cites(item, a.ID) {
					w.Fate.Outcome = "posted"
				}
				return w, true, nil
			}
		}
	}
	if len(sent) > 1 {
		order.Last = sent[1].Edition
	}
	fates, err := b.c.Newsroom.Fates(ctx, order)
	if err != nil {
		return w, false, fmt.Errorf("tell the fates of digest %s: %w", s.ID, err)
	}
	w.Fate = fateOf(fates, a, w.Window)
	return w, true, nil
}

// cites says whether a story shows words of an article.
func cites(item briefings.Item, id string) bool {
	if item.Lead.Article == id {
		return true
	}
	claims := slices.Concat(item.Claims, item.Sides)
	for _, c := range item.Changes {
		claims = append(claims, c.New)
	}
	return slices.ContainsFunc(claims, func(c briefings.Claim) bool {
		return slices.ContainsFunc(c.Citations, func(q briefings.Citation) bool { return q.Article == id })
	})
}

// fateOf finds an article's fate. One that was not looked at was published before the window or read after it.
func fateOf(fates []briefings.Fate, a briefings.Article, w briefings.Window) briefings.Fate {
	for _, f := range fates {
		if f.Article == a.ID {
			return f
		}
	}
	if appeared(a).Before(w.From) {
		return briefings.Fate{Article: a.ID, Outcome: "old"}
	}
	return briefings.Fate{Article: a.ID, Outcome: "unread"}
}

// sources lists what is read.
func (b *Bot) sources(ctx context.Context, v *visit) (*message.Message, error) {
	list, err := b.sourcesHere(ctx, v.Address)
	if err != nil {
		return nil, err
	}
	library, err := b.library(ctx)
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	var outlets []present.OutletCount
	for _, a := range library {
		i, ok := at[a.Outlet]
		if !ok {
			i = len(outlets)
			at[a.Outlet] = i
			outlets = append(outlets, present.OutletCount{Outlet: a.Outlet})
		}
		outlets[i].Reports++
		if outlets[i].Label == "" {
			outlets[i].Label = a.Label
		}
		if t := appeared(a); t.After(outlets[i].Newest) {
			outlets[i].Newest = t
		}
	}
	return present.Sources(list, outlets, b.reader(ctx, v.Request)), nil
}

// shelf is all articles of the library, newest first.
type shelf []briefings.Article

func (b *Bot) library(ctx context.Context) (shelf, error) {
	all, err := b.c.Newsroom.Articles(ctx, math.MaxInt32)
	if err != nil {
		return nil, fmt.Errorf("list the articles: %w", err)
	}
	return all, nil
}

func (s shelf) with(a briefings.Article) shelf { return append(shelf{a}, s...) }

// byID returns the articles with the ids, in the order of the shelf: newest first.
func (s shelf) byID(ids []string) []briefings.Article {
	wanted := map[string]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	var out []briefings.Article
	for _, a := range s {
		if wanted[a.ID] {
			out = append(out, a)
			delete(wanted, a.ID)
		}
	}
	return out
}

// byAddress finds the article of a link. How the link was shared makes no difference.
func (s shelf) byAddress(link string) (briefings.Article, bool) {
	key := addressKey(link)
	for _, a := range s {
		if a.URL != "" && addressKey(a.URL) == key {
			return a, true
		}
	}
	return briefings.Article{}, false
}

// byWords finds the newest article whose title has all the words.
func (s shelf) byWords(text string) (briefings.Article, bool) {
	words := strings.FieldsFunc(strings.ToLower(text), notWord)
	if len(words) == 0 {
		return briefings.Article{}, false
	}
	for _, a := range s {
		title := map[string]bool{}
		for w := range strings.FieldsFuncSeq(strings.ToLower(a.Title), notWord) {
			title[w] = true
		}
		if !slices.ContainsFunc(words, func(w string) bool { return !title[w] }) {
			return a, true
		}
	}
	return briefings.Article{}, false
}

// ArticleCards returns the newest articles of the library that who looks under ctx may see (Seeing), at most limit.
func (b *Bot) ArticleCards(ctx context.Context, limit int) ([]ArticleCard, error) {
	articles, err := b.c.Newsroom.Articles(ctx, limit)
	if err != nil {
		return nil, fmt.Errorf("list the articles: %w", err)
	}
	cards := make([]ArticleCard, 0, len(articles))
	for _, a := range articles {
		cards = append(cards, card(a))
	}
	return cards, nil
}

// errNoArticle wraps briefings.ErrNotFound.
var errNoArticle = fmt.Errorf("open an article: %w", briefings.ErrNotFound)

// ArticleView returns one article of the library; briefings.ErrNotFound (wrapped) when there is none.
func (b *Bot) ArticleView(ctx context.Context, id string) (ArticleView, error) {
	library, err := b.library(ctx)
	if err != nil {
		return ArticleView{}, err
	}
	found := library.byID([]string{id})
	if len(found) == 0 {
		return ArticleView{}, errNoArticle
	}
	a := found[0]
	view := ArticleView{ArticleCard: card(a)}
	if at := message.WebAddress(a.Picture.URL); at != "" {
		view.Picture = &PictureView{URL: at, Credit: message.Clean(a.Picture.Credit), Alt: message.Clean(a.Picture.Alt)}
	}
	for i, s := range a.Sentences {
		view.Body = append(view.Body, SentenceView{Index: i, Text: message.Clean(a.Sentence(i)), Role: string(s.Role), Passage: s.Passage})
	}
	for _, s := range b.c.Newsroom.Statements(a) {
		if s.Sentence < 0 || s.Sentence >= len(view.Body) {
			continue
		}
		name := s.Speaker.Name
		if s.Speaker.Full != "" && s.Speaker.Kind != briefings.SpeakerAnonymous {
			name = s.Speaker.Full
		}
		at := &view.Body[s.Sentence]
		at.Statements = append(at.Statements, StatementView{
			Speaker: message.Clean(name), Via: message.Clean(s.Speaker.Via), Kind: string(s.Speaker.Kind), Stance: string(s.Stance), Verb: s.Verb,
			Direct: s.Direct, Text: message.Clean(s.Text),
		})
	}
	return view, nil
}

func card(a briefings.Article) ArticleCard {
	return ArticleCard{
		ID: a.ID, Title: message.Clean(a.Title), Outlet: message.Clean(a.Outlet), Label: message.Clean(a.Label), Byline: message.Clean(a.Byline),
		Language: a.Language, URL: message.WebAddress(a.URL), Published: a.Published, DateOnly: a.DateOnly, Revision: a.Revision, Sentences: len(a.Sentences),
	}
}

// channelDigests are the standing orders of a channel, oldest first.
func (b *Bot) channelDigests(ctx context.Context, at message.Address) ([]digest.Subscription, error) {
	list, err := b.c.Digests.Subscriptions(ctx, digest.Filter{Platform: at.Platform, Workspace: at.Workspace, Channel: at.Channel})
	if err != nil {
		return nil, fmt.Errorf("list the digests of %s: %w", scope(at), err)
	}
	// An empty field of a filter selects all: a direct message has no workspace and must not see those of others.
	return slices.DeleteFunc(list, func(s digest.Subscription) bool { return scope(s.Address) != scope(at) }), nil
}

// change updates a subscription as it is kept now, again where somebody else was faster.
func (b *Bot) change(ctx context.Context, s digest.Subscription, edit func(digest.Subscription) digest.Subscription) (digest.Subscription, error) {
	for try := 0; ; try++ {
		after := edit(s)
		err := b.c.Digests.UpdateSubscription(ctx, after)
		if err == nil {
			return after, nil
		}
		if !errors.Is(err, digest.ErrChanged) || try == 3 {
			return digest.Subscription{}, fmt.Errorf("change digest %s: %w", s.ID, err)
		}
		if s, err = b.c.Digests.Subscription(ctx, s.ID); err != nil {
			return digest.Subscription{}, fmt.Errorf("look at digest %s again: %w", s.ID, err)
		}
	}
}

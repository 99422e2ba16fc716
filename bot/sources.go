package bot

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
)

// mostFirst bounds "last 3": more than that is a flood.
const mostFirst = 10

// sourcesHere are the sources that people of this channel may know of: their workspace's, but for those that are for another
// channel alone, and those of the installation.
func (b *Bot) sourcesHere(ctx context.Context, at message.Address) ([]present.SourceStatus, error) {
	if b.c.Sources == nil {
		return nil, nil
	}
	all, err := b.c.Sources.Sources(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the sources: %w", err)
	}
	var out []present.SourceStatus
	for _, s := range all {
		if s.Owner == "" || s.Owner == scope(at) || !s.Alone && sameWorkspace(s.Owner, at) {
			out = append(out, present.SourceStatus{Source: s, Here: s.Owner == scope(at)})
		}
	}
	return out, nil
}

// sameWorkspace says whether a source's owner is of the workspace of at. A direct message is a workspace of its own.
func sameWorkspace(owner string, at message.Address) bool {
	if at.Workspace == "" {
		return owner == scope(at)
	}
	return strings.HasPrefix(owner, at.Platform+"/"+at.Workspace+"/")
}

// source does what a command about sources says.
func (b *Bot) source(ctx context.Context, v *visit, in Invocation) (*message.Message, error) {
	if b.c.Sources == nil {
		v.outcome = "refused"
		return present.OffHere(in.Command.Name, b.reader(ctx, v.Request)), nil
	}
	id := in.Args["source"]
	switch in.Command.Verb() {
	case "add":
		return b.sourceAdd(ctx, v, in.Args["link"], in.Args["how"])
	case "remove":
		return b.sourceRemove(ctx, v, id)
	case "pause", "resume":
		return b.sourcePause(ctx, v, id, in.Command.Verb() == "pause")
	case "review", "unreview":
		return b.sourceReview(ctx, v, id, in.Command.Verb() == "review")
	}
	list, err := b.sourcesHere(ctx, v.Address)
	if err != nil {
		return nil, err
	}
	return present.SourceList(list, b.reader(ctx, v.Request)), nil
}

// wish is what somebody wants to be done with a link.
type wish struct {
	follow bool // else it is shown first
	alone  bool // for this channel alone
	first  int  // reports that are news at once
}

var lastReports = regexp.MustCompile(`^(?:(?:and )?post (?:the )?)?last(?: (\d{1,3}))?(?: reports?)?$`)

// onlyHere is how people say that a source is for their channel alone.
var onlyHere = regexp.MustCompile(`\b(?:for )?(?:just |only )?(?:here|(?:in )?this channel)(?: only| alone)?\b`)

// readWish reads "", "now", "last 3" or "post the last 3", and with it "here" for what is for this channel alone.
func readWish(how string) (w wish, ok bool) {
	how = strings.ToLower(strings.Join(strings.Fields(strings.Trim(how, ".!,")), " "))
	if bare := onlyHere.ReplaceAllString(how, " "); bare != how {
		w.alone, how = true, strings.Join(strings.Fields(strings.Trim(bare, " ,")), " ")
	}
	switch how {
	case "", "preview":
		return w, true
	case "now", "yes", "confirm", "follow":
		w.follow = true
		return w, true
	}
	m := lastReports.FindStringSubmatch(how)
	if m == nil {
		return wish{}, false
	}
	n := present.FollowLast
	if m[1] != "" {
		n, _ = strconv.Atoi(m[1]) // at most three digits
	}
	w.follow, w.first = true, min(n, mostFirst)
	return w, true
}

// sourceAdd shows what a link would bring or, where it is said how, follows it.
func (b *Bot) sourceAdd(ctx context.Context, v *visit, link, how string) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	links, _ := cutLinks(link)
	if len(links) == 0 {
		// "example.org/rss" without its scheme.
		links, _ = cutLinks("https://" + strings.Trim(strings.TrimSpace(link), "<>"))
	}
	if len(links) == 0 || !strings.Contains(hostOf(links[0]), ".") {
		v.outcome = "refused"
		return present.SourceNoAddress(reader), nil
	}
	w, ok := readWish(how)
	if !ok {
		v.outcome = "refused"
		return present.SourceUnclear(links[0], reader), nil
	}
	return b.follow(ctx, v, links[0], w)
}

// follow does with a link what is wished. What is no feed and can be read as a page is read as one report.
func (b *Bot) follow(ctx context.Context, v *visit, link string, w wish) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	shared := !v.Direct && briefings.WorkspaceOf(scope(v.Address)) != scope(v.Address)
	w.alone = w.alone && shared || v.Direct
	here, err := b.sourcesHere(ctx, v.Address)
	if err != nil {
		return nil, err
	}
	offer := func() present.SourceOffer {
		return present.SourceOffer{Link: link, Exchange: b.rememberPreview(ctx, v, link), Alone: w.alone, Shared: shared}
	}
	known := func(address string) (present.SourceStatus, bool) {
		i := slices.IndexFunc(here, func(s present.SourceStatus) bool { return addressKey(s.URL) == addressKey(address) })
		if i < 0 {
			return present.SourceStatus{}, false
		}
		return here[i], true
	}
	mine := 0
	for _, s := range here {
		if s.Here {
			mine++
		}
	}
	if s, ok := known(link); ok {
		return present.SourceKnown(s.Source, reader), nil
	}
	room := b.c.Limits.Sources - mine
	if room <= 0 {
		v.outcome = "refused"
		return present.SourcesFull(mine, reader), nil
	}
	preview, err := b.c.Sources.Preview(ctx, briefings.Source{URL: link})
	if list, ok := errors.AsType[*briefings.ListError](err); ok {
		list.Sources = slices.DeleteFunc(slices.Clone(list.Sources), func(s briefings.Source) bool {
			_, ok := known(s.URL)
			return ok
		})
		if !w.follow {
			return present.SourceListPreview(list, room, offer(), reader), nil
		}
		return b.followAll(ctx, v, list.Sources[:min(len(list.Sources), room)], w.alone)
	}
	if err != nil {
		return b.readInstead(ctx, v, link, err)
	}
	if s, ok := known(preview.Source.URL); ok { // the page's feed is followed already
		return present.SourceKnown(s.Source, reader), nil
	}
	if !w.follow {
		return present.SourcePreview(preview, offer(), reader), nil
	}
	kept, reports, err := b.c.Sources.Follow(ctx, briefings.Source{ID: newID(5), URL: link, Owner: scope(v.Address), Alone: w.alone, Added: v.At, First: w.first})
	if ctx.Err() != nil || errors.Is(err, briefings.ErrNotKept) {
		return nil, fmt.Errorf("follow a source: %w", err)
	}
	if err != nil {
		v.outcome = "refused"
		return present.SourceBad(present.Reason(err, reader.Locale), reader), nil
	}
	b.c.Log.InfoContext(ctx, "a source is followed", "source", kept.ID, "address", kept.Owner, "reports", reports)
	return present.SourceAdded(kept, reports, reader), nil
}

// followAll follows the sources of a list without asking each of them first.
func (b *Bot) followAll(ctx context.Context, v *visit, list []briefings.Source, alone bool) (*message.Message, error) {
	for i := range list {
		list[i].ID, list[i].Owner, list[i].Alone, list[i].Added = newID(5), scope(v.Address), alone, v.At
	}
	if err := b.c.Sources.Register(ctx, list...); err != nil {
		return nil, fmt.Errorf("follow a list of sources: %w", err)
	}
	b.c.Log.InfoContext(ctx, "a list of sources is followed", "sources", len(list), "address", scope(v.Address))
	return present.SourcesAdded(len(list), b.reader(ctx, v.Request)), nil
}

// readInstead reads a link that is no source as a page. cause is why it is none.
func (b *Bot) readInstead(ctx context.Context, v *visit, link string, cause error) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("look at a source: %w", cause)
	}
	a, _, err := b.c.Newsroom.ReadLink(ctx, link)
	if err == nil {
		return present.SourcePage(a, reader), nil
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("read a page: %w", err)
	}
	v.outcome = "refused"
	return present.SourceBad(present.Reason(cause, reader.Locale), reader), nil
}

// rememberPreview keeps a previewed link for the buttons under it, which have no room for an address.
func (b *Bot) rememberPreview(ctx context.Context, v *visit, link string) string {
	x := Exchange{ID: newID(12), Address: v.Address, User: v.User.ID, At: v.At, Answer: briefings.Answer{Question: link}}
	if err := b.c.Memory.KeepExchange(ctx, x); err != nil {
		b.c.Log.ErrorContext(ctx, "a preview could not be remembered", "address", v.Address.String(), "error", err)
		return ""
	}
	return x.ID
}

// followPreviewed follows what was previewed in this channel. Whoever presses the button must be allowed to, whoever asked.
func (b *Bot) followPreviewed(ctx context.Context, v *visit, x Exchange, w wish) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	links, _ := cutLinks(x.Answer.Question)
	if b.c.Sources == nil || scope(x.Address) != scope(v.Address) || len(links) == 0 {
		v.outcome = "refused"
		return present.Forgotten(reader), nil
	}
	allowed, told, err := b.mayManage(ctx, v)
	if err != nil {
		return nil, err
	}
	if !allowed {
		v.outcome = "refused"
		return present.NotAllowed("source add", told, reader), nil
	}
	return b.follow(ctx, v, links[0], w)
}

// ownSource finds a source of this workspace by its id or its address. A message instead of it says what is wrong.
func (b *Bot) ownSource(ctx context.Context, v *visit, id string) (briefings.Source, *message.Message, error) {
	reader := b.reader(ctx, v.Request)
	id = strings.ToLower(unquote(id))
	here, err := b.sourcesHere(ctx, v.Address)
	if err != nil {
		return briefings.Source{}, nil, err
	}
	links, _ := cutLinks(id)
	i := slices.IndexFunc(here, func(s present.SourceStatus) bool {
		return s.ID == id || len(links) > 0 && strings.EqualFold(addressKey(s.URL), addressKey(links[0]))
	})
	switch {
	case i < 0:
		v.outcome = "refused"
		return briefings.Source{}, present.SourceGone(id, reader), nil
	case here[i].Owner == "":
		v.outcome = "refused"
		return briefings.Source{}, present.SourceNotYours(here[i].ID, reader), nil
	}
	return here[i].Source, nil, nil
}

// changeSource changes a source that somebody else may be removing this moment.
func (b *Bot) changeSource(ctx context.Context, v *visit, id string, edit func(*briefings.Source)) (briefings.Source, *message.Message, error) {
	s, err := b.c.Sources.Change(ctx, id, edit)
	if errors.Is(err, briefings.ErrNotFound) {
		v.outcome = "refused"
		return briefings.Source{}, present.SourceGone(id, b.reader(ctx, v.Request)), nil
	}
	return s, nil, err
}

func (b *Bot) sourceRemove(ctx context.Context, v *visit, id string) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	s, refusal, err := b.ownSource(ctx, v, id)
	if refusal != nil {
		a, ok, err := b.takeBack(ctx, strings.ToLower(unquote(id)))
		if err != nil {
			return nil, fmt.Errorf("take back a text: %w", err)
		}
		if ok {
			v.outcome = "done"
			b.c.Log.InfoContext(ctx, "a text was taken back", "article", a.ID, "address", v.Address.String(), "user", v.User.ID)
			return present.TextTaken(a, reader), nil
		}
	}
	if refusal != nil || err != nil {
		return refusal, err
	}
	if err := b.c.Sources.RemoveSource(ctx, s.ID); err != nil {
		if errors.Is(err, briefings.ErrNotFound) {
			v.outcome = "refused"
			return present.SourceGone(id, reader), nil
		}
		return nil, fmt.Errorf("remove the source %s: %w", s.ID, err)
	}
	b.c.Log.InfoContext(ctx, "a source is no longer followed", "source", s.ID, "address", s.Owner, "user", v.User.ID)
	return present.SourceRemoved(s, reader), nil
}

// sourcePause stops or starts a source. Doing it twice is harmless.
func (b *Bot) sourcePause(ctx context.Context, v *visit, id string, pause bool) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	s, refusal, err := b.ownSource(ctx, v, id)
	if refusal != nil || err != nil {
		return refusal, err
	}
	s, refusal, err = b.changeSource(ctx, v, s.ID, func(s *briefings.Source) {
		if s.Paused && !pause { // it is read at once, and has not been failing while nobody asked
			s.NextAt, s.Failing, s.Since = b.c.Now(), "", time.Time{}
		}
		s.Paused = pause
	})
	switch {
	case refusal != nil || err != nil:
		return refusal, err
	case pause:
		return present.SourcePaused(s, reader), nil
	}
	return present.SourceResumed(s, reader), nil
}

// sourceReview says that somebody who may manage the channel vouches for a source, or for all of the channel's, or no longer
// does.
func (b *Bot) sourceReview(ctx context.Context, v *visit, id string, vouch bool) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	var chosen []string
	if strings.EqualFold(unquote(id), "all") {
		here, err := b.sourcesHere(ctx, v.Address)
		if err != nil {
			return nil, err
		}
		for _, s := range here {
			if s.Here {
				chosen = append(chosen, s.ID)
			}
		}
		if len(chosen) == 0 {
			return present.SourceList(here, reader), nil
		}
	} else {
		s, refusal, err := b.ownSource(ctx, v, id)
		if refusal != nil || err != nil {
			return refusal, err
		}
		chosen = []string{s.ID}
	}
	var reviewed []briefings.Source
	for _, id := range chosen {
		s, refusal, err := b.changeSource(ctx, v, id, func(s *briefings.Source) {
			switch {
			case !vouch:
				s.Reviewed = time.Time{}
			case s.Reviewed.IsZero():
				s.Reviewed = b.c.Now()
			}
		})
		if refusal != nil || err != nil {
			return refusal, err
		}
		b.c.Log.InfoContext(ctx, "a source's review was changed", "source", s.ID, "reviewed", vouch, "address", s.Owner, "user", v.User.ID)
		reviewed = append(reviewed, s)
	}
	return present.SourcesReviewed(reviewed, vouch, reader), nil
}

// failingLong is how long a source has failed before its channel is told: most troubles are over sooner.
const failingLong = time.Hour

// TellFailing tells each channel which of its own sources can't be read, once a day at most, through post. A channel counts as
// told before it is: a notice that is lost comes again a day later, one that comes twice would be worse. post is called for
// one channel after the other; its errors are logged.
func (b *Bot) TellFailing(ctx context.Context, post func(ctx context.Context, to message.Address, m *message.Message) error) error {
	if b.c.Sources == nil {
		return nil
	}
	all, err := b.c.Sources.Sources(ctx)
	if err != nil {
		return fmt.Errorf("list the sources: %w", err)
	}
	now := b.c.Now()
	failing := map[string][]briefings.Source{}
	var channels []string
	for _, s := range all {
		if s.Owner == "" || s.Paused || s.Failing == "" || s.Since.IsZero() || now.Sub(s.Since) < failingLong {
			continue
		}
		if failing[s.Owner] == nil {
			channels = append(channels, s.Owner)
		}
		failing[s.Owner] = append(failing[s.Owner], s)
	}
	var problems []error
	for _, channel := range channels {
		to, ok := addressOf(channel)
		if !ok {
			continue
		}
		before, err := b.c.Memory.Seen(ctx, "failing:"+channel, now)
		if err != nil {
			problems = append(problems, fmt.Errorf("look whether %s was told: %w", channel, err))
			continue
		}
		if before {
			continue
		}
		reader := b.reader(ctx, Request{Address: to, At: now, User: User{Locale: b.Language(ctx, to)}})
		if err := post(ctx, to, present.SourcesFailing(failing[channel], reader)); err != nil {
			b.c.Log.WarnContext(ctx, "a channel could not be told that its sources fail", "address", channel, "error", err)
		}
	}
	return errors.Join(problems...)
}

// addressOf reads what scope has written.
func addressOf(channel string) (message.Address, bool) {
	parts := strings.Split(channel, "/")
	if len(parts) != 3 || parts[0] == "" || parts[2] == "" {
		return message.Address{}, false
	}
	return message.Address{Platform: parts[0], Workspace: parts[1], Channel: parts[2]}, true
}

package slack

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"attache/bot"
)

// people knows what Slack tells about users, for a while.
type people struct {
	a *Adapter

	mu       sync.Mutex // guards what follows
	profiles map[string]profile
	channels map[string]place // by workspace and id
}

type profile struct {
	user  bot.User
	until time.Time
}

// place is what we know of a channel.
type place struct {
	creator string
	public  bool
	until   time.Time
}

const (
	peopleKeep  = 15 * time.Minute // an admin who was removed keeps the right no longer than this
	peopleMost  = 5_000
	peoplePause = 3 * time.Second // an answer is not held up longer for want of a profile
)

func newPeople(a *Adapter) *people {
	return &people{a: a, profiles: map[string]profile{}, channels: map[string]place{}}
}

// fill completes the user of a request with zone, language and rights. What Slack does not tell stays unknown.
func (p *people) fill(ctx context.Context, g *gesture) {
	u := &g.request.User
	known, ok := p.profile(ctx, g.request.Address.Workspace, u.ID)
	if ok {
		name := u.Name
		*u = known
		if u.Name == "" {
			u.Name = name
		}
	}
	switch {
	case slices.Contains(p.a.cfg.Admins, u.ID), g.dm:
		u.Manages = bot.PermissionYes // everyone may arrange their own direct message
	case u.Manages == bot.PermissionNo && manages(g.request):
		switch c, ok := p.channel(ctx, g.request.Address.Workspace, g.request.Address.Channel); {
		case !ok:
			u.Manages = bot.PermissionUnknown
		case c.creator == u.ID:
			u.Manages = bot.PermissionYes
		}
	}
}

// manages says whether a request may need the right to manage the channel: a command that does, or a button.
func manages(r bot.Request) bool {
	if r.Kind == bot.Click {
		return true
	}
	text := strings.Join(strings.Fields(strings.ToLower(r.Command+" "+r.Text)), " ") + " "
	for _, c := range bot.Commands() {
		if c.Manages && strings.HasPrefix(text, c.Name+" ") {
			return true
		}
	}
	return false
}

func (p *people) profile(ctx context.Context, workspace, id string) (bot.User, bool) {
	now := p.a.cfg.Now()
	p.mu.Lock()
	known, ok := p.profiles[workspace+"/"+id]
	p.mu.Unlock()
	if ok && now.Before(known.until) {
		return known.user, true
	}
	team, err := p.a.team(ctx, workspace)
	if err != nil {
		return bot.User{}, false
	}
	ctx, cancel := context.WithTimeout(ctx, peoplePause)
	defer cancel()
	var info *slack.User
	err = p.a.poster.pace.read(ctx, team.id, "users.info", func(ctx context.Context) error {
		var err error
		info, err = team.api.GetUserInfoContext(ctx, id)
		return err
	})
	if err != nil {
		p.a.log.Warn("slack did not tell about a person; their rights count as unknown", "error", safe(err))
		return bot.User{}, false
	}
	u := bot.User{ID: id, Name: info.RealName, Locale: info.Locale, Zone: info.TZ, Manages: bot.PermissionNo}
	if u.Name == "" {
		u.Name = info.Name
	}
	if info.IsAdmin || info.IsOwner || info.IsPrimaryOwner {
		u.Manages = bot.PermissionYes
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.profiles) >= peopleMost {
		clear(p.profiles)
	}
	p.profiles[workspace+"/"+id] = profile{user: u, until: now.Add(peopleKeep)}
	return u, true
}

// locale is the language of a person, as far as Slack has told it already: it asks nobody.
func (p *people) locale(workspace, id string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.profiles[workspace+"/"+id].user.Locale
}

// public says whether a channel is open to everyone in its workspace. What is not known counts as private.
func (p *people) public(ctx context.Context, workspace, channel string) bool {
	if strings.HasPrefix(channel, "D") {
		return false
	}
	c, ok := p.channel(ctx, workspace, channel)
	return ok && c.public
}

// channel returns who made a channel, the nearest thing to a channel manager that a bot may read, and whether it is public.
func (p *people) channel(ctx context.Context, workspace, channel string) (place, bool) {
	now := p.a.cfg.Now()
	key := workspace + "/" + channel
	p.mu.Lock()
	known, ok := p.channels[key]
	p.mu.Unlock()
	if ok && now.Before(known.until) {
		return known, true
	}
	team, err := p.a.team(ctx, workspace)
	if err != nil {
		return place{}, false
	}
	ctx, cancel := context.WithTimeout(ctx, peoplePause)
	defer cancel()
	var info *slack.Channel
	err = p.a.poster.pace.read(ctx, team.id, "conversations.info", func(ctx context.Context) error {
		var err error
		info, err = team.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: channel})
		return err
	})
	if err != nil {
		p.a.log.Warn("slack did not tell about a channel; rights in it count as unknown", "error", safe(err))
		return place{}, false
	}
	c := place{creator: info.Creator, public: !info.IsPrivate && !info.IsIM && !info.IsMpIM, until: now.Add(peopleKeep)}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.channels) >= peopleMost {
		clear(p.channels)
	}
	p.channels[key] = c
	return c, true
}

// forget drops everything; a workspace has left.
func (p *people) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.profiles)
	clear(p.channels)
}

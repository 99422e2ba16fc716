package discord

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// shelf keeps the newest entries up to a number; the oldest fall off.
type shelf[V any] struct {
	mu   sync.Mutex
	most int
	m    map[string]V
	ring []string
	next int
}

func newShelf[V any](most int) *shelf[V] {
	return &shelf[V]{most: most, m: map[string]V{}}
}

// put keeps v and tells whether key was new.
func (s *shelf[V]) put(key string, v V) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.m[key]; known {
		s.m[key] = v
		return false
	}
	if len(s.ring) < s.most {
		s.ring = append(s.ring, key)
	} else {
		delete(s.m, s.ring[s.next])
		s.ring[s.next] = key
		s.next = (s.next + 1) % s.most
	}
	s.m[key] = v
	return true
}

func (s *shelf[V]) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.m)
	s.ring, s.next = nil, 0
}

func (s *shelf[V]) get(key string) (V, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.m[key]
	return v, ok
}

// counts are the adapter's counters.
type counts struct {
	mu sync.Mutex
	m  map[string]int64
}

func newCounts() *counts { return &counts{m: map[string]int64{}} }

func (c *counts) add(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.m[name]++
}

func (c *counts) all() map[string]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make(map[string]int64, len(c.m))
	for k, v := range c.m {
		out[k] = v
	}
	return out
}

// places is what the adapter knows of channels and guilds. The library's own state is off: it hands out shared objects.
type places struct {
	channels *shelf[channel]
	guilds   *shelf[guild]
	asking   singleflight.Group
}

// guild is what decides who may manage it, by which role the bot may be mentioned, and in which language it is spoken to.
type guild struct {
	owner  string
	roles  []guildRole
	own    string // the bot's managed role
	locale string
}

type guildRole struct {
	id      string
	manages bool
}

func newPlaces() *places {
	return &places{channels: newShelf[channel](100_000), guilds: newShelf[guild](5000)}
}

// channel returns what kind of channel id is, asking Discord once.
func (a *Adapter) channel(ctx context.Context, id string) (channel, error) {
	if c, ok := a.places.channels.get(id); ok {
		return c, nil
	}
	found, err, _ := a.places.asking.Do(id, func() (any, error) {
		var c channel
		err := a.rest.again(ctx, call{what: "look at a channel", method: http.MethodGet, url: api("channels", id)}, &c, true, 3)
		if err == nil {
			a.places.channels.put(id, c)
		}
		return c, err
	})
	if err != nil {
		return channel{}, err
	}
	return found.(channel), nil
}

// Member says whether the bot is in a guild now. It asks Discord.
func (a *Adapter) Member(ctx context.Context, guild string) (bool, error) {
	if !isID(guild) {
		return false, errors.New("look at a server: its id is no id")
	}
	err := a.rest.again(ctx, call{what: "look at a server", method: http.MethodGet, url: api("guilds", guild)}, nil, true, 3)
	switch e, ok := errors.AsType[*apiError](err); {
	case err == nil:
		return true, nil
	case ok && (e.Status == http.StatusNotFound || e.Status == http.StatusForbidden):
		return false, nil
	}
	return false, err
}

// learnGuild keeps what GUILD_CREATE and GUILD_UPDATE say.
func (a *Adapter) learnGuild(e guildEvent) {
	if e.ID == "" || e.Owner == "" {
		return
	}
	g := guild{owner: e.Owner, locale: e.Locale}
	me := a.me().User
	for _, r := range e.Roles {
		g.roles = append(g.roles, guildRole{id: r.ID, manages: permissions(r.Permissions)&permManages != 0})
		if me != "" && r.Tags.Bot == me {
			g.own = r.ID
		}
	}
	a.places.guilds.put(e.ID, g)
	for _, list := range [][]channel{e.Channels, e.Threads} {
		for _, c := range list {
			c.Guild = e.ID
			a.places.channels.put(c.ID, c)
		}
	}
}

// learnRole keeps what the role events say. A guild that is not known stays so.
func (a *Adapter) learnRole(e roleEvent) {
	g, ok := a.places.guilds.get(e.Guild)
	if !ok {
		return
	}
	id := e.RoleID
	if e.Role != nil {
		id = e.Role.ID
	}
	g.roles = slices.DeleteFunc(slices.Clone(g.roles), func(r guildRole) bool { return r.id == id })
	if e.Role != nil {
		g.roles = append(g.roles, guildRole{id: id, manages: permissions(e.Role.Permissions)&permManages != 0})
		if me := a.me().User; me != "" && e.Role.Tags.Bot == me {
			g.own = id
		}
	} else if g.own == id {
		g.own = ""
	}
	a.places.guilds.put(e.Guild, g)
}

// jitter spreads d over half to the whole of it, so that many clients do not come back at once.
func jitter(d time.Duration) time.Duration {
	if d <= 1 {
		return d
	}
	return d/2 + rand.N(d/2+1)
}

package discord

import (
	"context"
	"encoding/json"
	"strconv"

	"attache/bot/message"
)

// heard takes one event from the gateway. It runs on the session's reading goroutine: it decodes, decides and hands on, and
// never waits.
func (s *shard) heard(kind string, raw json.RawMessage) {
	a := s.a
	a.links.last.Store(a.now().UnixNano())
	switch kind {
	case "READY":
		var e struct {
			User        person `json:"user"`
			Application struct {
				ID string `json:"id"`
			} `json:"application"`
			Guilds []guildEvent `json:"guilds"` // all that the shard is in, also those that have an outage
		}
		if json.Unmarshal(raw, &e) == nil && e.User.ID != "" {
			me := identity{User: e.User.ID, Name: e.User.name(), Application: e.Application.ID}
			if me.Application == "" {
				me.Application = a.me().Application
			}
			a.self.Store(&me)
			s.missed(e.Guilds)
		}
		signal(s.up)
	case "RESUMED":
		signal(s.up)
	case "GUILD_CREATE", "GUILD_UPDATE":
		var e guildEvent
		if json.Unmarshal(raw, &e) == nil {
			a.learnGuild(e)
		}
	case "GUILD_DELETE":
		var e guildEvent
		if json.Unmarshal(raw, &e) == nil && e.ID != "" && e.Unavailable == nil {
			// Without "unavailable" the bot was removed; with it the guild only has an outage.
			a.left(s.work, e.ID)
		}
	case "GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE":
		var e roleEvent
		if json.Unmarshal(raw, &e) == nil {
			a.learnRole(e)
		}
	case "CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE", "THREAD_UPDATE":
		var c channel
		if json.Unmarshal(raw, &c) == nil && c.ID != "" {
			a.places.channels.put(c.ID, c)
		}
	case "MESSAGE_CREATE":
		m, err := readMessage(raw)
		if err != nil {
			a.counts.add("undecodable")
			a.log.Debug("a message could not be read", "error", err)
			return
		}
		a.message(s.work, m)
	case "INTERACTION_CREATE":
		i, err := readInteraction(raw)
		if err != nil {
			a.counts.add("undecodable")
			a.log.Warn("an interaction could not be read", "error", err)
			return
		}
		a.interaction(s.work, i)
	}
}

// missed looks for servers that took the bot out while no session heard of it: they have digests and are not among those of
// READY. Before the bot hears of one, Discord is asked: a list may be cut short, a suspended digest is missed.
func (s *shard) missed(present []guildEvent) {
	a := s.a
	if a.c.Guilds == nil {
		return
	}
	in := map[string]bool{}
	for _, g := range present {
		in[g.ID] = true
	}
	a.spawn(func() {
		known, err := a.c.Guilds(s.work)
		if err != nil {
			a.log.Warn("the servers that have digests can't be listed", "error", err)
			return
		}
		for _, id := range known {
			n, err := strconv.ParseUint(id, 10, 64)
			if err != nil || in[id] || int((n>>snowflakeTimeShift)%uint64(s.of)) != s.id { // docs: Gateway, sharding
				continue
			}
			still, err := a.Member(s.work, id)
			switch {
			case err != nil:
				a.log.Warn("Discord does not tell whether the bot is still in a server", "guild", id, "error", err)
			case !still:
				a.suspend(s.work, id)
			}
		}
	})
}

// left tells the bot that it is no longer in a guild.
func (a *Adapter) left(ctx context.Context, guild string) {
	a.spawn(func() { a.suspend(ctx, guild) })
}

func (a *Adapter) suspend(ctx context.Context, guild string) {
	a.log.Info("left a Discord server", "guild", guild)
	if err := a.c.Handler.Left(ctx, Platform, guild); err != nil {
		a.log.Error("could not suspend the digests of a server that was left", "guild", guild, "error", err)
	}
}

// at is the address of a channel.
func at(guild, channel string) message.Address {
	return message.Address{Platform: Platform, Workspace: guild, Channel: channel}
}

// in is the address of a channel as it is known: a thread is named beside its parent, so that what is said in it belongs to
// the parent's digests, and a thread begun on a digest has the address of the replies to it.
func in(guild string, c channel) message.Address {
	if c.isThread() && c.Parent != "" {
		to := at(guild, c.Parent)
		to.Thread = c.ID
		return to
	}
	return at(guild, c.ID)
}

// toManage is the address that a manager's command is about: a thread is a channel of its own there, to which a digest can
// come, but in a post of a forum it is the forum that is meant.
func (a *Adapter) toManage(guild string, c channel) message.Address {
	if c.isThread() {
		if parent, known := a.places.channels.get(c.Parent); known && parent.isForum() {
			return at(guild, c.Parent)
		}
	}
	return at(guild, c.ID)
}

// place is the channel to which a message at an address goes.
func place(to message.Address) string {
	if to.Thread != "" {
		return to.Thread
	}
	return to.Channel
}

// chain is the conversation of a chain of replies: the channel and the message at its root.
func chain(guild, channel, root string) string {
	to := at(guild, channel)
	to.Thread = root
	return to.String()
}

// isID says whether s is a snowflake.
func isID(s string) bool {
	_, err := strconv.ParseUint(s, 10, 64)
	return err == nil
}

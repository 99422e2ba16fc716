package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"attache/adapters/discord"
	"attache/adapters/slack"
	"attache/adapters/store"
	"attache/bot"
)

// openSlack makes Slack's adapter, or none where it is off.
func (h *house) openSlack() (err error) {
	s := h.settings
	if !s.slackOn() {
		return nil
	}
	inbox := "" // what Slack was told that we have it survives a crash
	if s.Database == "" {
		inbox = filepath.Join(s.Data, "slack-inbox")
	}
	config := slackConfig(s, h.store)
	config.Handler, config.Seen, config.Inbox, config.Log, config.Now = h.bot, h.store.Seen, inbox, h.log, h.program.now
	config.Acknowledged = h.metrics.Acknowledged(slack.Platform)
	config.Lease = h.leases.Hold
	if h.slack, err = slack.New(config); err != nil {
		return err
	}
	h.posters[slack.Platform] = h.slack.Poster()
	h.metrics.Platform(slack.Platform, func() bool { return h.slack.Health().Ready }, h.slack.Counts)
	return nil
}

// slackConfig is what the settings say of Slack. tokens may be nil: then no workspace has added the app.
func slackConfig(s settings, tokens *store.Store) slack.Config {
	c := slack.Config{
		BotToken: s.SlackBotToken, AppToken: s.SlackAppToken, SigningSecret: s.SlackSigningSecret, APIURL: s.SlackAPIURL,
		Admins: s.Managers, Agent: s.SlackAgent, Stream: s.SlackStream, Drain: s.Drain,
	}
	if s.SlackClientID != "" {
		c.OAuth = &slack.OAuth{ClientID: s.SlackClientID, ClientSecret: s.SlackClientSecret, BaseURL: s.URL, Key: s.SlackTokenKey, Installs: installs{tokens}}
	}
	return c
}

// installs keeps the workspaces' sealed tokens in the database, so that every replica has them.
type installs struct{ store *store.Store }

var _ slack.Installs = installs{}

// Save implements slack.Installs.
func (i installs) Save(ctx context.Context, workspace string, sealed []byte) error {
	return i.store.KeepToken(ctx, slack.Platform, workspace, sealed)
}

// Load implements slack.Installs.
func (i installs) Load(ctx context.Context, workspace string) ([]byte, error) {
	if i.store == nil {
		return nil, slack.ErrNotInstalled
	}
	sealed, err := i.store.Token(ctx, slack.Platform, workspace)
	if errors.Is(err, store.ErrNoToken) {
		return nil, slack.ErrNotInstalled
	}
	return sealed, err
}

// Remove implements slack.Installs.
func (i installs) Remove(ctx context.Context, workspace string) error {
	return i.store.RemoveToken(ctx, slack.Platform, workspace)
}

// discordConfig is what the settings say of Discord.
func discordConfig(s settings) discord.Config {
	return discord.Config{
		Token: s.DiscordToken, BaseURL: s.DiscordAPIURL, GuildOnly: s.DiscordGuild, MessageContent: s.DiscordContent,
		PublicKey: s.DiscordPublicKey, Crosspost: s.DiscordCrosspost, Shards: s.DiscordShards, Version: version(), Drain: s.Drain,
	}
}

// noted is the bot as Discord's adapter knows it: a server that is left is also noted, so that its data are deleted later.
type noted struct {
	*bot.Bot
	store *store.Store
	now   func() time.Time
}

// Left suspends the digests of a server and notes the day.
func (n noted) Left(ctx context.Context, platform, workspace string) error {
	return errors.Join(n.Bot.Left(ctx, platform, workspace), n.store.Depart(ctx, store.Departure{Platform: platform, Workspace: workspace, At: n.now()}))
}

// keptAfterLeaving is how long the data of a server stay that the bot was taken out of: an accident can be mended by inviting
// it again.
const keptAfterLeaving = 30 * 24 * time.Hour

// forgetDeparted deletes the data of servers that were left long ago and where the bot is not again.
func (h *house) forgetDeparted(ctx context.Context) error {
	if h.discord == nil {
		return nil
	}
	gone, err := h.store.Departed(ctx, h.program.now().Add(-keptAfterLeaving))
	if err != nil {
		return err
	}
	var problems []error
	for _, d := range gone {
		if d.Platform != discord.Platform {
			continue
		}
		back, err := h.discord.Member(ctx, d.Workspace)
		switch {
		case err != nil:
			problems = append(problems, fmt.Errorf("ask whether the bot is back in %s: %w", d.Workspace, err))
		case back:
			problems = append(problems, h.store.Return(ctx, d.Platform, d.Workspace))
		default:
			if err := h.bot.Uninstalled(ctx, d.Platform, d.Workspace); err != nil {
				problems = append(problems, err)
				continue
			}
			h.log.Info("the data of a server that the bot has left are deleted", "platform", d.Platform, "workspace", d.Workspace)
		}
	}
	return errors.Join(problems...)
}

// silence is how long a platform may be away before this process counts as not ready: connections are renewed now and then.
const silence = time.Minute

// standings tells of each platform that is on whether it is connected, and whether all are or have been a moment ago.
func (h *house) standings() (lines []string, ready bool) {
	now, ready := h.program.now(), true
	say := func(name string, connected bool, last time.Time, words string) {
		if connected {
			lines = append(lines, name+": connected")
			return
		}
		if now.Sub(last) > silence {
			ready = false
		}
		lines = append(lines, name+": "+words)
	}
	if h.slack != nil {
		if s := h.slack.Health(); s.Waiting {
			lines = append(lines, "Slack: another replica is connected")
		} else {
			say("Slack", s.Ready, s.LastSign, s.Problem)
		}
	}
	if h.discord != nil {
		s := h.discord.Status()
		if s.Waiting > 0 && s.Waiting == s.Shards {
			lines = append(lines, "Discord: another replica is connected")
		} else {
			say("Discord", s.Connected, s.Last, "not connected")
		}
	}
	return lines, ready
}

// platformRoutes are the doors for what the platforms send by HTTP.
func (h *house) platformRoutes(mux *http.ServeMux) {
	if h.slack != nil && (h.settings.SlackSigningSecret != "" || h.settings.SlackClientID != "") {
		mux.Handle("/slack/", h.slack.Handler())
	}
	if h.interactions != nil {
		mux.Handle("/discord/interactions", h.interactions)
	}
}

package main

import (
	"fmt"

	"attache/adapters/discord"
	"attache/adapters/slack"
)

type manifestCmd struct {
	Platform string `arg:"" enum:"slack,discord" help:"slack or discord."`
	Agent    bool   `help:"Slack: with the agent view. It needs a paid plan and can't be switched off again."`
	HTTP     string `help:"Slack: events over HTTP at this public https address instead of Socket Mode." placeholder:"URL"`
	AppID    string `help:"Discord: the application's id, for the link that invites the bot." placeholder:"ID"`
}

func (c manifestCmd) Run(p *program) error {
	if c.Platform == "discord" {
		return c.discord(p)
	}
	variant, transport := slack.Basic, slack.Socket
	if c.Agent {
		variant = slack.Agent
	}
	if c.HTTP != "" {
		transport = slack.HTTP
	}
	text, err := slack.Manifest(variant, transport, c.HTTP)
	if err != nil {
		return usage(err)
	}
	_, err = p.out.Write(text)
	return err
}

// discord prints the commands as Discord's API takes them. What to do with an application stands on the error stream, so that
// the output stays JSON.
func (c manifestCmd) discord(p *program) error {
	commands, err := discord.CommandsJSON()
	if err != nil {
		return err
	}
	id, note := c.AppID, ""
	if id == "" {
		id, note = "APPLICATION_ID", " (put the application's id in it, or give --app-id)"
	}
	fmt.Fprintf(p.err, `To create the Discord application:
  1. https://discord.com/developers/applications, New Application.
  2. Bot: Reset Token, and put it into .env as DISCORD_BOT_TOKEN. No privileged intent is needed.
  3. Open this link to invite it to a server%s:
     %s
Attaché registers its commands itself when it starts; these are they:

`, note, discord.InviteURL(id))
	fmt.Fprintf(p.out, "%s\n", commands)
	return nil
}

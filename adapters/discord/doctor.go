package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Finding is one thing that Check looked at.
type Finding struct {
	What   string // "Discord token"
	OK     bool
	Detail string // what was seen
	Mend   string // what to do when it is not OK
}

// Flags of an application (docs: Application, flags).
const (
	appMessageContent        = 1 << 18
	appMessageContentLimited = 1 << 19
)

// Check looks at the token, the application, its intents and the gateway's budget, without connecting. It stops at the first
// finding without which the rest means nothing.
func (a *Adapter) Check(ctx context.Context) []Finding {
	var out []Finding
	var user person
	err := a.rest.do(ctx, call{what: "ask who the bot is", method: http.MethodGet, url: api("users", "@me")}, &user)
	if err != nil {
		f := Finding{What: "Discord token", Detail: err.Error(), Mend: "See whether this machine reaches discord.com."}
		if e, ok := errors.AsType[*apiError](err); ok && e.Status == http.StatusUnauthorized {
			f.Mend = "Copy the token again from the Bot page of https://discord.com/developers/applications and set DISCORD_BOT_TOKEN."
		}
		return append(out, f)
	}
	out = append(out, Finding{What: "Discord token", OK: true, Detail: "the bot is " + user.name()})

	var app struct {
		ID          string `json:"id"`
		Name        string `json:"name"`
		Flags       int    `json:"flags"`
		Endpoint    string `json:"interactions_endpoint_url"`
		VerifyKey   string `json:"verify_key"`
		RequireCode bool   `json:"bot_require_code_grant"`
	}
	if err := a.rest.do(ctx, call{what: "ask for the application", method: http.MethodGet, url: api("applications", "@me")}, &app); err != nil {
		return append(out, Finding{What: "Discord application", Detail: err.Error(), Mend: "Try again in a minute."})
	}
	f := Finding{What: "Discord application", OK: true, Detail: fmt.Sprintf("%s (%s)", app.Name, app.ID)}
	switch {
	case a.c.PublicKey != "" && app.VerifyKey != "" && !strings.EqualFold(app.VerifyKey, a.c.PublicKey):
		f.OK, f.Mend = false, "Copy the Public Key from the application's General Information page into DISCORD_PUBLIC_KEY: the one that is set belongs to another application."
	case a.c.PublicKey != "" && app.Endpoint == "":
		f.OK, f.Mend = false, "Set the Interactions Endpoint URL on the application's General Information page to this Attaché's https address with /discord/interactions, or leave DISCORD_PUBLIC_KEY empty."
	case a.c.PublicKey == "" && app.Endpoint != "":
		f.OK, f.Mend = false, "Empty the Interactions Endpoint URL on the application's General Information page: Discord sends interactions there and not to Attaché. To receive them over HTTP, set DISCORD_PUBLIC_KEY."
	case app.RequireCode:
		f.OK, f.Mend = false, "Switch off Requires OAuth2 Code Grant on the application's Bot page, or nobody can add the bot."
	case a.c.AppID != "" && a.c.AppID != app.ID:
		f.OK, f.Mend = false, "The application's id in the settings is another one; leave it out."
	}
	out = append(out, f)

	content := app.Flags&(appMessageContent|appMessageContentLimited) != 0
	f = Finding{What: "Discord intents", OK: true, Detail: "servers, messages, direct messages"}
	switch {
	case a.c.MessageContent && content:
		f.Detail += ", message content"
	case a.c.MessageContent:
		f.OK, f.Mend = false, "Switch on Message Content Intent on the application's Bot page, or set DISCORD_MESSAGE_CONTENT=off."
		f.Detail = "message content is wanted and not switched on"
	}
	out = append(out, f)

	g, err := a.gatewayBot(ctx)
	if err != nil {
		return append(out, Finding{What: "Discord gateway", Detail: err.Error(), Mend: "Try again in a minute."})
	}
	f = Finding{What: "Discord gateway", OK: true, Detail: fmt.Sprintf("%d of %d new sessions left today, %d shard(s) advised", g.Start.Remaining, g.Start.Total, max(g.Shards, 1))}
	if g.Start.Total > 0 && g.Start.Remaining <= min(identifyReserve, g.Start.Total/10) {
		f.OK = false
		f.Mend = "Wait " + (time.Duration(g.Start.ResetAfter) * time.Millisecond).Round(time.Minute).String() + "; something restarted the bot too often."
	}
	return append(out, f)
}

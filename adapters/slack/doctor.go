package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// Finding is one thing that was checked.
type Finding struct {
	What   string // what was checked
	OK     bool
	Detail string // what was found, without secrets
	Mend   string // what to do; empty when it is in order
}

// Check asks Slack whether the tokens work and may do what the manifest asks for. The error is not nil only when ctx ended.
func (a *Adapter) Check(ctx context.Context) ([]Finding, error) {
	var out []Finding
	if a.cfg.OAuth != nil {
		out = append(out, Finding{What: "Slack: several workspaces", OK: true, Detail: "they add the app at " + strings.TrimSuffix(a.cfg.OAuth.redirect(), pathOAuth) + pathInstall})
	}
	if a.cfg.BotToken != "" {
		bot := a.checkBot(ctx)
		if out = append(out, bot); bot.OK {
			out = append(out, a.checkScopes()...)
		}
	}
	if a.cfg.AppToken != "" {
		out = append(out, a.checkSocket(ctx))
	}
	if a.cfg.SigningSecret != "" {
		out = append(out, a.checkSecret())
	}
	return out, ctx.Err()
}

func (a *Adapter) checkBot(ctx context.Context) Finding {
	f := Finding{What: "Slack: bot token"}
	team, err := a.team(ctx, "")
	switch {
	case err == nil:
		f.OK, f.Detail = true, fmt.Sprintf("works in the workspace %q (%s) as %s", team.name, team.id, team.user)
	case isAuth(err):
		f.Detail = "Slack refuses it: " + wordOf(err)
		f.Mend = "Copy the Bot User OAuth Token (xoxb-…) from “OAuth & Permissions” of the app at https://api.slack.com/apps into SLACK_BOT_TOKEN; install the app to the workspace first."
	default:
		f.Detail = "Slack could not be asked: " + wordOf(err)
		f.Mend = "Check that this machine reaches " + a.cfg.APIURL + ", also through a proxy (HTTPS_PROXY)."
	}
	return f
}

func (a *Adapter) checkScopes() []Finding {
	a.mu.Lock()
	has := slices.Clone(a.home.scopes)
	a.mu.Unlock()
	f := Finding{What: "Slack: scopes"}
	if len(has) == 0 {
		f.OK, f.Detail = true, "Slack did not say which scopes the token has"
		return []Finding{f}
	}
	missing := a.missing(has)
	if len(missing) == 0 {
		f.OK, f.Detail = true, fmt.Sprintf("all %d are granted", len(botScopes(a.variant())))
		return []Finding{f}
	}
	f.Detail = "missing: " + strings.Join(missing, ", ")
	f.Mend = "Paste the output of “attache manifest slack” into “App Manifest” of the app at https://api.slack.com/apps, save it, and install the app to the workspace again."
	return []Finding{f}
}

// variant is which of the two apps this is.
func (a *Adapter) variant() Variant {
	if a.cfg.Agent {
		return Agent
	}
	return Basic
}

// missing are the scopes that the manifest asks for and the token does not have.
func (a *Adapter) missing(has []string) []string {
	var out []string
	for _, s := range botScopes(a.variant()) {
		if !slices.Contains(has, s) {
			out = append(out, s)
		}
	}
	return out
}

func (a *Adapter) checkSocket(ctx context.Context) Finding {
	f := Finding{What: "Slack: app-level token for Socket Mode"}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	_, address, err := a.client("").StartSocketModeContext(ctx)
	switch {
	case err == nil && address != "":
		f.OK, f.Detail = true, "a connection may be opened"
	case isRefusal(err):
		f.Detail = "Slack refuses it: " + wordOf(err)
		f.Mend = "Make an app-level token with the scope connections:write under “Basic Information” of the app, turn Socket Mode on, and put the token (xapp-…) into SLACK_APP_TOKEN."
	default:
		f.Detail = "Slack could not be asked: " + wordOf(err)
		f.Mend = "Check that this machine reaches " + a.cfg.APIURL + ", also through a proxy (HTTPS_PROXY)."
	}
	return f
}

func (a *Adapter) checkSecret() Finding {
	f := Finding{What: "Slack: signing secret", OK: true, Detail: "it has the right form; only a delivery can prove it"}
	hex := strings.Trim(a.cfg.SigningSecret, "0123456789abcdef") == ""
	if len(a.cfg.SigningSecret) != 32 || !hex {
		f.OK, f.Detail = false, "a signing secret is 32 characters of 0-9 and a-f, and this one isn't"
		f.Mend = "Copy the Signing Secret from “Basic Information” of the app at https://api.slack.com/apps into SLACK_SIGNING_SECRET."
	}
	return f
}

// wordOf is why a call failed, for people: Slack's own word, and what it needs.
func wordOf(err error) string {
	if r, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		if r.Needed != "" {
			return fmt.Sprintf("%s (needs %s, has %s)", r.Err, r.Needed, r.Provided)
		}
		return r.Err
	}
	if r, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		return "too many calls; come back in " + r.RetryAfter.Round(time.Second).String()
	}
	if err == nil {
		return "no answer"
	}
	return safe(err).Error()
}

// scopesOf reads the scopes that Slack names beside every answer.
func scopesOf(h http.Header) []string {
	var out []string
	for s := range strings.SplitSeq(h.Get("X-OAuth-Scopes"), ",") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return out
}

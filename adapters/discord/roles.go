package discord

import (
	"context"
	"net/http"

	"attache/bot"
	"attache/bot/message"
)

var _ bot.Roles = (*Adapter)(nil)

// Role returns what a role of a channel's server is called and whether everybody may mention it. It asks Discord each time: a
// right that was taken away is gone at once. The role that everyone has is none that we would mention.
func (a *Adapter) Role(ctx context.Context, at message.Address, id string) (name string, everybody bool, err error) {
	if !isID(at.Workspace) || id == at.Workspace {
		return "", false, bot.ErrNoRole
	}
	var roles []struct {
		ID          string `json:"id"`
		Name        string `json:"name"`
		Mentionable bool   `json:"mentionable"`
	}
	if err := a.rest.do(ctx, call{what: "list a server's roles", method: http.MethodGet, url: api("guilds", at.Workspace, "roles")}, &roles); err != nil {
		return "", false, err
	}
	for _, r := range roles {
		if r.ID == id {
			return r.Name, r.Mentionable, nil
		}
	}
	return "", false, bot.ErrNoRole
}

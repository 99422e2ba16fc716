package bot

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"attache/bot/message"
	"attache/bot/present"
)

// Roles are a platform's groups of people, such as those of a Discord server.
type Roles interface {
	// Role returns what a role is called where the channel is, and whether everybody may mention it; ErrNoRole when there is
	// none that could be mentioned.
	Role(ctx context.Context, at message.Address, id string) (name string, everybody bool, err error)
}

// ErrNoRole says that there is no such role.
var ErrNoRole = errors.New("there is no such role")

// settingPing is the role that a channel's digests ring: its id and its name, parted by a blank. Unset, nobody is rung.
const settingPing = "ping"

var roleWritten = regexp.MustCompile(`^(?:<@&)?([0-9]{5,20})>?$`)

// settingsAt are the settings that a channel of the platform has.
func (b *Bot) settingsAt(platform string) []string {
	names := slices.Clone(settingNames)
	if b.c.Roles[platform] != nil {
		names = append(names, settingPing)
	}
	return names
}

// pingAllowed makes of what a person wrote the role that is kept. A message instead says why not: nobody has a role rung that they
// may not mention themselves.
func (b *Bot) pingAllowed(ctx context.Context, v *visit, value string) (kept string, refusal *message.Message, err error) {
	reader := b.reader(ctx, v.Request)
	value = strings.TrimSpace(unquote(value))
	if slices.Contains([]string{"off", "default", "nobody", "none"}, strings.ToLower(value)) {
		return "", nil, nil
	}
	m := roleWritten.FindStringSubmatch(value)
	if m == nil {
		return "", present.SettingBad(settingPing, value, reader), nil
	}
	name, everybody, err := b.c.Roles[v.Address.Platform].Role(ctx, v.Address, m[1])
	switch {
	case errors.Is(err, ErrNoRole):
		return "", present.SettingBad(settingPing, value, reader), nil
	case err != nil:
		return "", nil, fmt.Errorf("look up a role: %w", err)
	case !everybody && v.User.Rings != PermissionYes:
		return "", present.PingRefused(name, reader), nil
	}
	return m[1] + " " + strings.Join(strings.Fields(message.Clean(name)), " "), nil, nil
}

// Ping is the id of the role that a channel's digests ring; empty for nobody.
func (b *Bot) Ping(ctx context.Context, at message.Address) string {
	if b.c.Roles[at.Platform] == nil {
		return ""
	}
	id, _, _ := strings.Cut(b.setting(ctx, at, settingPing), " ")
	return id
}

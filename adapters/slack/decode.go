package slack

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"attache/bot"
	"attache/bot/message"
)

// The decoder reads only the few fields that Attaché needs, each leniently. The library's own types reject a whole event
// for one malformed field and every event whose type they don't know; both reach us as raw JSON and are decoded here.

// what is the kind of a gesture.
type what string

const (
	nothing     what = ""            // acknowledged and forgotten
	ask         what = "ask"         // a mention or a direct message
	chatter     what = "chatter"     // a message in a thread that mentions nobody: ours only where we take part
	run         what = "run"         // a slash command
	click       what = "click"       // a pressed button
	share       what = "share"       // our own Share button
	stop        what = "stop"        // the reader pressed stop in an agent session
	home        what = "home"        // someone opened the app's home
	looking     what = "looking"     // someone who has the agent open looks at something else
	invited     what = "invited"     // someone took us into a channel
	shortcut    what = "shortcut"    // "Look this up" on a message
	submit      what = "submit"      // a modal was sent
	order       what = "order"       // a button of the home: a command for one of the channels
	uninstalled what = "uninstalled" // the app or its tokens are gone
	challenge   what = "challenge"   // Slack checks the request URL
	limited     what = "limited"     // Slack holds events back
)

// gesture is what a payload asks of us.
type gesture struct {
	what    what
	kind    string // Slack's own name of the payload, for the log
	request bot.Request
	// also are other names of the same gesture: its event id, its client_msg_id.
	also []string
	// dm says that the channel is a direct message with us.
	dm bool
	// root is the message under which a reply in a thread belongs: the thread's root or the message itself.
	root string
	// under is the message that a button was pressed in; fleeting says that only one person sees it.
	under    string
	fleeting bool
	// public says that a slash command asked for its answer in the channel.
	public bool
	// responseURL and trigger are secrets.
	responseURL string
	trigger     string
	tab         string    // of the home
	viewed      string    // the channel that someone has open beside the agent
	view        viewState // of a submitted modal
	challenge   string    // to be echoed
	fileOnly    bool      // a message that holds a file and no text
	source      source    // as it came, for the inbox
	again       bool      // it was taken up after a restart
	// acked is closed when the acknowledgement of a slash command is on its way.
	acked chan struct{}
}

// self tells our user id in a workspace; empty where it is not known.
type self func(workspace string) string

// names are all ids under which the gesture may come again.
func (g gesture) names() []string {
	names := make([]string, 0, 3)
	if g.request.ID != "" {
		names = append(names, g.request.ID)
	}
	return append(names, g.also...)
}

// outer is the envelope of an Events API delivery.
type outer struct {
	Type           string          `json:"type"`
	Challenge      string          `json:"challenge"`
	TeamID         string          `json:"team_id"`
	EnterpriseID   string          `json:"enterprise_id"`
	EventID        string          `json:"event_id"`
	EventTime      lenientInt      `json:"event_time"`
	Event          json.RawMessage `json:"event"`
	Authorizations json.RawMessage `json:"authorizations"`
}

// inner is an event.
type inner struct {
	Type        lenient         `json:"type"`
	Subtype     lenient         `json:"subtype"`
	Channel     lenient         `json:"channel"`
	ChannelType lenient         `json:"channel_type"`
	User        lenient         `json:"user"`
	Inviter     lenient         `json:"inviter"`
	BotID       lenient         `json:"bot_id"`
	Text        lenient         `json:"text"`
	TS          lenient         `json:"ts"`
	EventTS     lenient         `json:"event_ts"`
	ThreadTS    lenient         `json:"thread_ts"`
	ClientMsgID lenient         `json:"client_msg_id"`
	Hidden      bool            `json:"-"`
	Edited      json.RawMessage `json:"edited"`
	Files       json.RawMessage `json:"files"`
	RawHidden   json.RawMessage `json:"hidden"`
	Tab         lenient         `json:"tab"`
	Context     json.RawMessage `json:"context"`
	Tokens      struct {
		Bot []string `json:"bot"`
	} `json:"tokens"`
	RawTokens json.RawMessage `json:"-"`
}

// lenient is a string that any other JSON value leaves empty.
type lenient string

func (l *lenient) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		*l = lenient(s)
	}
	return nil
}

// lenientInt is a number, also in quotes; any other value leaves it zero.
type lenientInt int64

func (l *lenientInt) UnmarshalJSON(raw []byte) error {
	if n, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64); err == nil {
		*l = lenientInt(n)
	}
	return nil
}

var errNotJSON = errors.New("not a JSON object")

// decodeEvent makes a gesture of an Events API delivery. A gesture of nothing is not an error: most of what Slack sends is
// not for us.
func decodeEvent(raw []byte, me self) (gesture, error) {
	var o outer
	if err := json.Unmarshal(raw, &o); err != nil {
		return gesture{}, fmt.Errorf("decode an event: %w", errNotJSON)
	}
	switch o.Type {
	case "url_verification":
		return gesture{what: challenge, kind: o.Type, challenge: o.Challenge}, nil
	case "app_rate_limited":
		return gesture{what: limited, kind: o.Type}, nil
	}
	var e inner
	if err := json.Unmarshal(o.Event, &e); err != nil {
		return gesture{kind: o.Type}, fmt.Errorf("decode an event of type %q: %w", o.Type, errNotJSON)
	}
	workspace, us := installedIn(o)
	if known := me(workspace); known != "" {
		us = known
	}
	g := gesture{kind: string(e.Type)}
	if o.EventID != "" {
		g.also = append(g.also, "slack:event:"+o.EventID)
	}
	at := message.Address{Platform: Platform, Workspace: workspace, Channel: string(e.Channel)}
	when := time.Unix(int64(o.EventTime), 0)
	if o.EventTime == 0 {
		when = time.Time{}
	}
	switch e.Type {
	case "app_mention", "message":
		return fromMessage(g, e, at, when, us), nil
	case "app_uninstalled":
		g.what = uninstalled
		g.request.Address = at
		return g, nil
	case "tokens_revoked":
		// Of all tokens that may be revoked only a bot token ends our stay; a user token is none of ours.
		if len(e.Tokens.Bot) > 0 {
			g.what = uninstalled
			g.request.Address = at
		}
		return g, nil
	case "app_home_opened":
		g.what, g.tab, g.viewed = home, string(e.Tab), viewedIn(e.Context)
		g.dm = true
		g.request = bot.Request{Address: at, User: bot.User{ID: string(e.User)}, At: when}
		return g, nil
	case "app_context_changed":
		if e.User == "" {
			return g, nil // without a person there is nobody to prompt
		}
		g.what, g.tab, g.viewed = looking, "messages", viewedIn(e.Context)
		g.dm = true
		g.request = bot.Request{Address: at, User: bot.User{ID: string(e.User)}, At: when}
		return g, nil
	case "member_joined_channel":
		if string(e.User) != us || e.Inviter == "" || e.Channel == "" {
			return g, nil // others come and go; whoever makes a channel with us in it needs no greeting
		}
		g.what = invited
		g.request = bot.Request{
			ID: "slack:invited:" + string(e.Channel) + ":" + string(e.EventTS), Kind: bot.Run, Text: "help", Address: at, User: bot.User{ID: string(e.Inviter)}, At: when,
		}
		return g, nil
	case "agent_session_stopped":
		g.what = stop
		at.Thread = string(e.ThreadTS)
		g.root = at.Thread
		g.request = bot.Request{Address: at, Conversation: at.String(), User: bot.User{ID: string(e.User)}, At: when}
		return g, nil
	}
	return g, nil
}

// viewedIn is the first channel among what a person has open, most relevant first.
// https://docs.slack.dev/reference/events/app_context_changed
func viewedIn(raw json.RawMessage) string {
	var open struct {
		Entities []struct {
			Type  lenient         `json:"type"`
			Value json.RawMessage `json:"value"`
		} `json:"entities"`
	}
	if json.Unmarshal(raw, &open) != nil {
		return ""
	}
	for _, e := range open.Entities {
		var id string
		var in struct {
			Channel lenient `json:"channel_id"`
		}
		switch {
		case e.Type == "slack#/types/channel_id" && json.Unmarshal(e.Value, &id) == nil && id != "":
			return id
		case e.Type == "slack#/types/message_context" && json.Unmarshal(e.Value, &in) == nil && in.Channel != "":
			return string(in.Channel)
		}
	}
	return ""
}

// installedIn returns the workspace that the delivery is for, which in a shared channel is not the one that it came from,
// and our user id there.
func installedIn(o outer) (workspace, user string) {
	var all []struct {
		TeamID       lenient `json:"team_id"`
		EnterpriseID lenient `json:"enterprise_id"`
		UserID       lenient `json:"user_id"`
		IsBot        bool    `json:"is_bot"`
	}
	workspace = o.TeamID
	if json.Unmarshal(o.Authorizations, &all) == nil && len(all) > 0 {
		if all[0].TeamID != "" {
			workspace = string(all[0].TeamID)
		} else if all[0].EnterpriseID != "" {
			workspace = string(all[0].EnterpriseID)
		}
		if all[0].IsBot {
			user = string(all[0].UserID)
		}
	}
	if workspace == "" {
		workspace = o.EnterpriseID
	}
	return workspace, user
}

// fromMessage decides whether a message is for us. One mention yields both an app_mention and a message event, in any
// order: both get the same request, so that whichever comes first is answered and the other is known.
func fromMessage(g gesture, e inner, at message.Address, when time.Time, us string) gesture {
	switch e.Subtype {
	case "", "thread_broadcast", "file_share":
	default:
		return g // edits, deletions, joins, other bots
	}
	var hidden bool
	_ = json.Unmarshal(e.RawHidden, &hidden)
	edited := len(e.Edited) > 0 && string(e.Edited) != "null"
	if hidden || edited || e.BotID != "" || e.User == "" || string(e.User) == us || e.TS == "" || e.Channel == "" {
		return g
	}
	text := string(e.Text)
	g.dm = e.ChannelType == "im" || strings.HasPrefix(string(e.Channel), "D")
	mentioned := e.Type == "app_mention" || mentions(text, us)
	switch {
	case g.dm || mentioned:
		g.what = ask
	case e.ThreadTS != "" && e.ThreadTS != e.TS && !mentionsAnyone(text):
		// People who turn to someone else in a thread don't mean us.
		g.what = chatter
	default:
		return g
	}
	if e.ClientMsgID != "" {
		g.also = append(g.also, "slack:client:"+string(e.ClientMsgID))
	}
	at.Thread = string(e.ThreadTS)
	g.root = at.Thread
	if g.root == "" {
		g.root = string(e.TS)
	}
	conversation := at
	if !g.dm {
		conversation.Thread = g.root
	}
	if t, ok := instant(string(e.TS)); ok {
		when = t
	}
	words := plain(text, us)
	g.fileOnly = words == "" && len(e.Files) > 2
	g.request = bot.Request{
		ID:           "slack:" + string(e.Channel) + ":" + string(e.TS),
		Kind:         bot.Ask,
		Text:         words,
		Address:      at,
		Conversation: conversation.String(),
		User:         bot.User{ID: string(e.User)},
		At:           when,
	}
	return g
}

// instant reads a Slack timestamp ("1708408800.000100").
func instant(ts string) (time.Time, bool) {
	sec, frac, _ := strings.Cut(ts, ".")
	s, err := strconv.ParseInt(sec, 10, 64)
	if err != nil || s <= 0 {
		return time.Time{}, false
	}
	micro, err := strconv.ParseInt(frac, 10, 64)
	if err != nil || len(frac) != 6 {
		micro = 0
	}
	return time.Unix(s, micro*1000), true
}

// slash is a slash command, from a form (HTTP) or JSON (Socket Mode).
type slash struct {
	TeamID       lenient `json:"team_id"`
	EnterpriseID lenient `json:"enterprise_id"`
	ChannelID    lenient `json:"channel_id"`
	ChannelName  lenient `json:"channel_name"`
	UserID       lenient `json:"user_id"`
	UserName     lenient `json:"user_name"`
	Command      lenient `json:"command"`
	Text         lenient `json:"text"`
	ResponseURL  lenient `json:"response_url"`
	TriggerID    lenient `json:"trigger_id"`
}

// slashForm reads a slash command from a form.
func slashForm(form url.Values) slash {
	get := func(name string) lenient { return lenient(form.Get(name)) }
	return slash{
		TeamID: get("team_id"), EnterpriseID: get("enterprise_id"), ChannelID: get("channel_id"), ChannelName: get("channel_name"),
		UserID: get("user_id"), UserName: get("user_name"), Command: get("command"), Text: get("text"),
		ResponseURL: get("response_url"), TriggerID: get("trigger_id"),
	}
}

// publicWord in front of a slash command's text asks for the answer in the channel.
const publicWord = "public"

// decodeSlash makes a gesture of a slash command.
func decodeSlash(s slash) (gesture, error) {
	if s.Command == "" || s.UserID == "" || s.ChannelID == "" {
		return gesture{kind: "slash_commands"}, errors.New("decode a slash command: command, user or channel is missing")
	}
	g := gesture{what: run, kind: "slash_commands", responseURL: string(s.ResponseURL), trigger: string(s.TriggerID), acked: make(chan struct{})}
	text := plain(string(s.Text), "")
	if first, rest, _ := strings.Cut(text, " "); strings.EqualFold(first, publicWord) {
		g.public, text = true, strings.TrimSpace(rest)
	}
	g.dm = strings.HasPrefix(string(s.ChannelID), "D")
	workspace := string(s.TeamID)
	if workspace == "" {
		workspace = string(s.EnterpriseID)
	}
	g.request = bot.Request{
		Kind:    bot.Run,
		Text:    text,
		Address: message.Address{Platform: Platform, Workspace: workspace, Channel: string(s.ChannelID)},
		User:    bot.User{ID: string(s.UserID), Name: string(s.UserName)},
	}
	// The trigger is a short-lived secret: only its digest may serve as an id, which can reach a log or a database.
	if s.TriggerID != "" {
		g.request.ID = "slack:slash:" + digestOf(string(s.TriggerID))
	}
	return g, nil
}

func digestOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:10])
}

// interaction is the part of an interactive payload that we read.
type interaction struct {
	Type        lenient `json:"type"`
	CallbackID  lenient `json:"callback_id"`
	ResponseURL lenient `json:"response_url"`
	TriggerID   lenient `json:"trigger_id"`
	MessageTS   lenient `json:"message_ts"`
	ActionTS    lenient `json:"action_ts"`
	Team        named   `json:"team"`
	Enterprise  named   `json:"enterprise"`
	Channel     named   `json:"channel"`
	User        struct {
		ID       lenient `json:"id"`
		Username lenient `json:"username"`
		Name     lenient `json:"name"`
		TeamID   lenient `json:"team_id"`
	} `json:"user"`
	Container struct {
		MessageTS   lenient         `json:"message_ts"`
		ThreadTS    lenient         `json:"thread_ts"`
		ChannelID   lenient         `json:"channel_id"`
		IsEphemeral json.RawMessage `json:"is_ephemeral"`
	} `json:"container"`
	Message struct {
		Text     lenient `json:"text"`
		TS       lenient `json:"ts"`
		ThreadTS lenient `json:"thread_ts"`
		User     lenient `json:"user"`
		BotID    lenient `json:"bot_id"`
	} `json:"message"`
	Actions []struct {
		ActionID lenient `json:"action_id"`
		Value    lenient `json:"value"`
		ActionTS lenient `json:"action_ts"`
		Type     lenient `json:"type"`
	} `json:"actions"`
	View viewState `json:"view"`
}

// named is an object with an id, or null.
type named struct {
	ID lenient `json:"id"`
}

// viewState is a modal as it was sent.
type viewState struct {
	ID              lenient `json:"id"`
	Type            lenient `json:"type"`
	CallbackID      lenient `json:"callback_id"`
	PrivateMetadata lenient `json:"private_metadata"`
	State           struct {
		Values map[string]map[string]struct {
			Value          lenient `json:"value"`
			SelectedOption struct {
				Value lenient `json:"value"`
			} `json:"selected_option"`
			SelectedConversation lenient `json:"selected_conversation"`
		} `json:"values"`
	} `json:"state"`
}

// input returns what was entered in the block with the id.
func (v viewState) input(block string) string {
	for _, e := range v.State.Values[block] {
		switch {
		case e.Value != "":
			return string(e.Value)
		case e.SelectedOption.Value != "":
			return string(e.SelectedOption.Value)
		case e.SelectedConversation != "":
			return string(e.SelectedConversation)
		}
	}
	return ""
}

// numbered is the suffix that makes an action id unique in its message.
var numbered = regexp.MustCompile(`~[0-9]+$`)

// decodeInteraction makes a gesture of a pressed button, a message shortcut or a sent modal.
func decodeInteraction(raw []byte) (gesture, error) {
	var p interaction
	if err := json.Unmarshal(raw, &p); err != nil {
		return gesture{}, fmt.Errorf("decode an interaction: %w", errNotJSON)
	}
	g := gesture{kind: string(p.Type), responseURL: string(p.ResponseURL), trigger: string(p.TriggerID), view: p.View}
	channel := firstOf(p.Channel.ID, p.Container.ChannelID)
	workspace := firstOf(p.Team.ID, p.User.TeamID, p.Enterprise.ID)
	g.dm = strings.HasPrefix(channel, "D")
	g.under = firstOf(p.Container.MessageTS, p.Message.TS, p.MessageTS)
	_ = json.Unmarshal(p.Container.IsEphemeral, &g.fleeting)
	at := message.Address{Platform: Platform, Workspace: workspace, Channel: channel}
	at.Thread = firstOf(p.Message.ThreadTS, p.Container.ThreadTS)
	g.root = at.Thread
	if g.root == "" && !g.fleeting {
		g.root = g.under
	}
	g.request = bot.Request{
		Address: at,
		Quoted:  plain(string(p.Message.Text), ""),
		User:    bot.User{ID: string(p.User.ID), Name: firstOf(p.User.Username, p.User.Name)},
	}
	if g.request.User.ID == "" {
		return gesture{kind: g.kind}, errors.New("decode an interaction: the user is missing")
	}
	if channel != "" {
		conversation := at
		if !g.dm {
			conversation.Thread = g.root
		}
		g.request.Conversation = conversation.String()
	}
	switch p.Type {
	case "block_actions":
		if len(p.Actions) == 0 {
			return g, errors.New("decode an interaction: it holds no action")
		}
		act := p.Actions[0]
		g.request.Kind = bot.Click
		g.request.Action = numbered.ReplaceAllString(string(act.ActionID), "")
		g.request.Value = string(act.Value)
		if g.request.Action == actionVote {
			g.request.Action, g.request.Value, _ = strings.Cut(g.request.Value, " ")
		}
		g.request.ID = strings.Join([]string{"slack:click", channel, g.under, string(p.User.ID), digestOf(string(p.TriggerID) + string(act.ActionTS) + string(act.ActionID))}, ":")
		switch g.request.Action {
		case actionOpen, "":
			return g, nil // a link: the client has opened it
		case actionShare:
			g.what = share
		case actionOrder:
			g.what = order
		default:
			g.what = click
		}
	case "message_action":
		if p.CallbackID != callbackLookUp || g.request.Quoted == "" {
			return g, nil
		}
		g.what = shortcut
		g.request.Kind = bot.Ask
		g.request.Text = g.request.Quoted
		g.request.ID = "slack:shortcut:" + digestOf(string(p.TriggerID))
	case "view_submission":
		g.what = submit
	}
	return g, nil
}

func firstOf(values ...lenient) string {
	for _, v := range values {
		if v != "" {
			return string(v)
		}
	}
	return ""
}

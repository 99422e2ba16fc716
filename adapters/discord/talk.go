package discord

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"attache/bot"
	"attache/bot/message"
)

// joining is whether the bot takes part in a thread, and when that was last asked.
type joining struct {
	takes bool
	asked time.Time
}

const (
	// deliverWithin is how long an answer may wait for a channel's limit: a channel that many ask in takes about one message
	// a second.
	deliverWithin = 10 * time.Minute
	askAgainAfter = 10 * time.Minute // whether the bot takes part in a thread where it did not
	mostHops      = 12               // up a chain of replies
	typingMost    = 8                // typing signs for one answer
)

// message takes MESSAGE_CREATE. It decides without asking anyone whether the message may be for the bot.
func (a *Adapter) message(ctx context.Context, m posted) {
	me := a.me()
	if m.Author.ID == me.User {
		if m.Nonce != "" {
			a.nonces.put(m.Channel+":"+string(m.Nonce), m.ID)
		}
		return
	}
	if me.User == "" || m.Author.Bot || m.Author.System || m.Webhook != "" || m.Type != typeDefault && m.Type != typeReply {
		return
	}
	if !a.meant(m, me) {
		return
	}
	if !a.seen.put("message:"+m.ID, struct{}{}) {
		a.counts.add("duplicates")
		return
	}
	if a.take(func() { a.talk(ctx, m, me) }) {
		return
	}
	if m.Guild != "" && !a.mentioned(m, me) && !repliesTo(m, me) {
		return // it was perhaps not meant for us
	}
	a.counts.add("busy")
	a.aside(func() {
		note := &message.Message{Gist: wordsFor(a.localeOf(m.Guild)).busy, Tone: message.ToneProblem}
		a.reply(ctx, m, []*message.Message{note})
	})
}

// meant is false for what is certainly not for the bot. A plain message in a guild may be meant when it stands in a thread
// that the bot takes part in, which talk finds out.
func (a *Adapter) meant(m posted, me identity) bool {
	if m.Guild == "" || a.mentioned(m, me) || repliesTo(m, me) {
		return true
	}
	c, known := a.places.channels.get(m.Channel)
	if known && !c.isThread() {
		return false
	}
	if j, asked := a.joined.get(m.Channel); asked && !j.takes && a.now().Sub(j.asked) < askAgainAfter {
		return false
	}
	return true
}

// mentioned says whether the text itself mentions the bot or its role. @everyone does not, and the ping of a reply is no
// mention in the text.
func (a *Adapter) mentioned(m posted, me identity) bool {
	if strings.Contains(m.Content, "<@"+me.User+">") || strings.Contains(m.Content, "<@!"+me.User+">") {
		return true
	}
	own := a.ownRole(m.Guild)
	return own != "" && (slices.Contains(m.MentionRoles, own) || strings.Contains(m.Content, "<@&"+own+">"))
}

func (a *Adapter) ownRole(guildID string) string {
	g, _ := a.places.guilds.get(guildID)
	return g.own
}

// localeOf is the language of a guild: a message, unlike an interaction, tells nothing of its author's.
func (a *Adapter) localeOf(guildID string) string {
	g, _ := a.places.guilds.get(guildID)
	return g.locale
}

func repliesTo(m posted, me identity) bool {
	return m.Type == typeReply && m.Referenced != nil && m.Referenced.Author != nil && m.Referenced.Author.ID == me.User
}

// talk answers a mention, a reply, a direct message, or a message in a thread that the bot takes part in.
func (a *Adapter) talk(ctx context.Context, m posted, me identity) {
	look, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	where := channel{ID: m.Channel}
	if m.Guild != "" {
		c, err := a.channel(look, m.Channel)
		if err != nil {
			a.log.Debug("a channel could not be looked at", "error", err)
		} else {
			where = c
		}
	}
	thread := where.isThread()
	mentioned, replies := a.mentioned(m, me), repliesTo(m, me)
	key := in(m.Guild, where).String()
	if m.Guild != "" && !mentioned && !replies {
		if !thread || !a.takesPart(look, m.Channel, key) {
			return
		}
	}
	root := ""
	if m.Guild != "" && !thread {
		root = a.root(look, m)
		key = chain(m.Guild, m.Channel, root)
	}
	text := a.plain(m, me)
	if text == "" {
		switch {
		case m.Guild != "" && m.Content == "": // hidden from us
			a.hint(ctx, m, key)
			return
		case mentioned:
			text = "help"
		default:
			return
		}
	}
	req := bot.Request{
		ID: Platform + ":" + m.ID, Kind: bot.Ask, Text: text, Address: in(m.Guild, where), Conversation: key,
		User: bot.User{ID: m.Author.ID, Name: m.Author.name(), Manages: a.managesIn(m)}, PlaceLocale: a.localeOf(m.Guild), At: a.now(),
	}
	if managing(text) {
		req.Address = a.toManage(m.Guild, where)
	}
	if m.Member != nil && m.Member.Nick != "" {
		req.User.Name = m.Member.Nick
	}
	if t, ok := snowflakeTime(m.ID); ok {
		req.At = t
	}
	if m.Referenced != nil && m.Type == typeReply {
		req.Quoted = textOf(*m.Referenced)
	}
	cancel()
	typing, stop := context.WithCancel(ctx)
	typed := make(chan struct{})
	go func() {
		defer close(typed)
		a.showTyping(typing, m.Channel)
	}()
	reply := a.answer(ctx, req, req.PlaceLocale)
	stop()
	<-typed
	if reply.Message == nil {
		return
	}
	parts := a.fitted(reply.Message, req.PlaceLocale)
	if thread {
		a.joined.put(m.Channel, joining{takes: true, asked: a.now()})
	}
	var ids []string
	if reply.Private && m.Guild != "" {
		ids = a.whisper(ctx, m, parts)
	} else {
		ids = a.reply(ctx, m, parts)
	}
	if root != "" {
		a.roots.put(m.ID, root)
		for _, id := range ids {
			a.roots.put(id, root)
		}
	}
}

// managing says whether text begins with a manager's command.
func managing(text string) bool {
	words := strings.Fields(text)
	for n := range min(len(words), 2) {
		if c, known := bot.CommandNamed(strings.Join(words[:n+1], " ")); known && c.Manages {
			return true
		}
	}
	return false
}

// takesPart asks the bot whether it takes part in a thread, not too often.
func (a *Adapter) takesPart(ctx context.Context, thread, key string) bool {
	if j, ok := a.joined.get(thread); ok && (j.takes || a.now().Sub(j.asked) < askAgainAfter) {
		return j.takes
	}
	j := joining{takes: a.c.Handler.TakesPart(ctx, key), asked: a.now()}
	a.joined.put(thread, j)
	return j.takes
}

// managesIn tells what is known of a person's right to manage the server. Events of messages carry roles and no permissions.
func (a *Adapter) managesIn(m posted) bot.Permission {
	if m.Guild == "" {
		return bot.PermissionYes
	}
	g, ok := a.places.guilds.get(m.Guild)
	if !ok || m.Member == nil {
		return bot.PermissionUnknown
	}
	if g.owner == m.Author.ID {
		return bot.PermissionYes
	}
	for _, r := range g.roles {
		// The role of everyone has the guild's id.
		if r.manages && (r.id == m.Guild || slices.Contains(m.Member.Roles, r.id)) {
			return bot.PermissionYes
		}
	}
	return bot.PermissionNo
}

// root walks up a chain of replies. What we have answered is remembered; the rest is asked of Discord, within bounds.
func (a *Adapter) root(ctx context.Context, m posted) string {
	if m.Type != typeReply || m.Reference == nil || m.Reference.Type != 0 || m.Reference.Message == "" {
		return m.ID
	}
	id, up := m.Reference.Message, m.Referenced
	for range mostHops {
		if root, ok := a.roots.get(id); ok {
			return root
		}
		if up == nil {
			var got posted
			err := a.rest.do(ctx, call{what: "read the message replied to", method: http.MethodGet, url: api("channels", m.Channel, "messages", id)}, &got)
			if err != nil {
				return id
			}
			up = &got
		}
		next := rootOf(*up)
		if next == id || next == "" || up.Interaction != nil {
			if next == "" {
				return id
			}
			return next
		}
		id, up = next, up.Referenced
	}
	return id
}

var (
	userMention   = regexp.MustCompile(`<@!?([0-9]+)>`)
	customEmoji   = regexp.MustCompile(`<a?(:[A-Za-z0-9_]+:)[0-9]+>`)
	timeMention   = regexp.MustCompile(`<t:(-?[0-9]{1,12})(?::[A-Za-z])?>`)
	commandLink   = regexp.MustCompile(`</([^:>]{1,100}):[0-9]+>`)
	blanks        = regexp.MustCompile(`[ \t]{2,}`)
	otherMentions = regexp.MustCompile(`<(?:@&|#)[0-9]+>`)
)

// plain is what a person wrote, without the mention of the bot and with Discord's signs as words.
func (a *Adapter) plain(m posted, me identity) string {
	s := m.Content
	for _, own := range []string{"<@" + me.User + ">", "<@!" + me.User + ">"} {
		s = strings.ReplaceAll(s, own, " ")
	}
	if own := a.ownRole(m.Guild); own != "" {
		s = strings.ReplaceAll(s, "<@&"+own+">", " ")
	}
	s = userMention.ReplaceAllStringFunc(s, func(t string) string {
		id := userMention.FindStringSubmatch(t)[1]
		for _, p := range m.Mentions {
			if p.ID == id {
				return "@" + p.name()
			}
		}
		return " "
	})
	s = customEmoji.ReplaceAllString(s, " ")
	s = commandLink.ReplaceAllString(s, "/$1")
	s = timeMention.ReplaceAllStringFunc(s, func(t string) string {
		n, err := strconv.ParseInt(timeMention.FindStringSubmatch(t)[1], 10, 64)
		if err != nil || n < -62135596800 || n > 253402300799 {
			return " "
		}
		return time.Unix(n, 0).UTC().Format("2 January 2006 15:04 UTC")
	})
	s = otherMentions.ReplaceAllString(s, " ")
	return bounded(strings.TrimSpace(blanks.ReplaceAllString(s, " ")), mostQuestion*2)
}

// showTyping shows that the bot is typing once an answer takes longer, again and again, with a cap.
func (a *Adapter) showTyping(ctx context.Context, channel string) {
	wait := a.c.timing.typing
	for range typingMost {
		if pause(ctx, wait) != nil {
			return
		}
		err := a.rest.do(ctx, call{what: "show typing", method: http.MethodPost, url: api("channels", channel, "typing")}, nil)
		if err != nil {
			return // it is only a sign
		}
		wait = typingEvery
	}
}

// hint tells people once per conversation how to reach the bot where Discord hides what they write.
func (a *Adapter) hint(ctx context.Context, m posted, key string) {
	if !a.hinted.put(key, struct{}{}) {
		return
	}
	a.counts.add("hints")
	w := wordsFor(a.localeOf(m.Guild))
	a.reply(ctx, m, []*message.Message{{
		Gist:   w.hint,
		Blocks: []message.Block{message.P(message.T(w.hint)), message.Buttons{Items: []message.Button{{Label: w.followUp, Action: actionAsk}}}},
	}})
}

// nonceFor names part n of the answer to a request: the same on every try, at most 25 characters.
func nonceFor(request string, n int) string {
	sum := sha256.Sum256([]byte(request + "/" + strconv.Itoa(n)))
	return hex.EncodeToString(sum[:12])
}

// reply posts the parts: the first as a reply without a ping, the rest below it. It returns the ids.
func (a *Adapter) reply(ctx context.Context, m posted, parts []*message.Message) []string {
	ctx, cancel := outlive(ctx, deliverWithin)
	defer cancel()
	var ids []string
	for n, part := range parts {
		b := Render(part).body(0)
		if n == 0 {
			b.Reference = &reference{Message: m.ID}
		}
		key := nonceFor(Platform+":"+m.ID, n)
		id, err := a.send(ctx, m.Channel, b, key)
		if code := codeOf(err); n == 0 && (code == codeNoHistoryForReply || code == codeMissingPermissions) {
			b.Reference = nil
			id, err = a.send(ctx, m.Channel, b, key)
		}
		if codeOf(err) == codeMissingPermissions || codeOf(err) == codeEmptyMessage {
			id, err = a.send(ctx, m.Channel, contentBody(part, 0, wordsFor(part.Locale).shortened), key)
		}
		if err != nil {
			if n == 0 && m.Guild != "" && (codeOf(err) == codeMissingPermissions || codeOf(err) == codeMissingAccess) {
				if ids, err = a.direct(ctx, m.Author.ID, parts, Platform+":"+m.ID); err == nil {
					return ids
				}
			}
			a.counts.add("dropped")
			a.log.Warn("an answer could not be posted", "error", err)
			return ids
		}
		ids = append(ids, id)
	}
	return ids
}

// whisper answers in a direct message what is for one person alone, and says so in the channel.
func (a *Adapter) whisper(ctx context.Context, m posted, parts []*message.Message) []string {
	alive, cancel := outlive(ctx, deliverWithin)
	defer cancel()
	if _, err := a.direct(alive, m.Author.ID, parts, Platform+":dm:"+m.ID); err != nil {
		a.counts.add("dropped")
		a.log.Warn("a private answer could not be delivered", "error", err)
		return nil
	}
	return a.reply(ctx, m, []*message.Message{{Gist: wordsFor(a.localeOf(m.Guild)).direct}})
}

// direct sends parts to a person's direct channel. Somebody who takes no direct messages is not written to again.
func (a *Adapter) direct(ctx context.Context, user string, parts []*message.Message, request string) (ids []string, err error) {
	if _, deaf := a.deaf.get(user); deaf {
		return nil, &apiError{What: "write to a person", Status: http.StatusForbidden, Code: codeCannotMessageUser, Unsent: true}
	}
	defer func() {
		if code := codeOf(err); code == codeCannotMessageUser || code == codeNoMutualGuild {
			a.deaf.put(user, struct{}{})
		}
	}()
	var dm channel
	err = a.rest.again(ctx, call{what: "open a direct channel", method: http.MethodPost, url: api("users", "@me", "channels"),
		body: map[string]string{"recipient_id": user}}, &dm, true, 3)
	if err != nil {
		return nil, err
	}
	for n, part := range parts {
		id, err := a.send(ctx, dm.ID, Render(part).body(0), nonceFor(request, n))
		if err != nil {
			return ids, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// send posts a message with a nonce, by which Discord refuses a second one within a few minutes; so a lost answer may be
// repeated here, soon.
func (a *Adapter) send(ctx context.Context, channel string, b body, key string) (id string, err error) {
	b.Nonce, b.EnforceNonce = key, true
	var got posted
	err = a.rest.again(ctx, call{what: "post a message", method: http.MethodPost, url: api("channels", channel, "messages"), body: b, files: b.files}, &got, true, 4)
	if err != nil {
		return "", err
	}
	if got.ID == "" {
		return "", &apiError{What: "post a message", Status: http.StatusOK, Err: errors.New("the answer names no message")}
	}
	return got.ID, nil
}

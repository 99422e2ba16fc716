package slack

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"attache/bot"
	"attache/bot/message"
)

// In a workspace that has agents, a session shows that Attaché is at work and lets the reader stop it. All of it is best
// effort: what the workspace refuses for good is not tried again.

// refusals are the features that a workspace has refused.
type refusals struct {
	mu  sync.Mutex // guards set
	set map[string]bool
}

func (r *refusals) has(workspace, feature string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.set[workspace+" "+feature]
}

// learn remembers a refusal that is for good.
func (r *refusals) learn(workspace, feature string, err error) (forGood bool) {
	e := classify(err)
	if _, ok := errors.AsType[slack.SlackErrorResponse](err); !ok || e.Class == message.Later || e.Class == message.Unknown {
		return false
	}
	r.add(workspace, feature)
	return true
}

func (r *refusals) add(workspace, feature string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.set == nil {
		r.set = map[string]bool{}
	}
	r.set[workspace+" "+feature] = true
}

const (
	featureThumbs  = "feedback_buttons"
	featureSession = "agents.sessions.setStatus"
	featureRename  = "agents.sessions.rename"
	featurePrompts = "assistant.threads.setSuggestedPrompts"
	sessionTime    = 5 * time.Second
	maxTitle       = 200 // https://docs.slack.dev/reference/methods/agents.sessions.rename
)

// session shows that a thread is being answered; what it returns ends that, on every path.
func (a *Adapter) session(ctx context.Context, g gesture) (end func(context.Context)) {
	if !a.cfg.Agent || g.root == "" || (g.what != ask && g.what != chatter) {
		return func(context.Context) {}
	}
	begun := make(chan struct{})
	go func() {
		defer close(begun)
		a.status(context.WithoutCancel(ctx), g, slack.AgentSessionStatusProcessing)
	}()
	return func(ctx context.Context) {
		<-begun // or the end could overtake the beginning
		a.status(ctx, g, slack.AgentSessionStatusActive)
	}
}

func (a *Adapter) status(ctx context.Context, g gesture, status string) {
	team, err := a.team(ctx, g.request.Address.Workspace)
	if err != nil || a.refused.has(team.id, featureSession) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, sessionTime)
	defer cancel()
	err = a.poster.pace.read(ctx, team.id, featureSession, func(ctx context.Context) error {
		_, err := team.api.SetAgentSessionStatusContext(ctx, slack.AgentSessionSetStatusParameters{
			Status: status, ChannelID: g.request.Address.Channel, ThreadTS: g.root,
			Title: clip(line(g.request.Text), maxTitle), InitiatorUserID: g.request.User.ID, // the title stays where the session has one
		})
		return err
	})
	switch {
	case err == nil:
	case a.refused.learn(team.id, featureSession, err):
		a.log.Info("the workspace has no agent sessions; going on without", "workspace", team.id, "reason", classify(err).Reason)
	default:
		a.log.Debug("a session's status was not set", "error", safe(err))
	}
}

// nameSession titles the session of a message that nobody asked for, which has no question to be named after.
func (a *Adapter) nameSession(ctx context.Context, team *team, ref message.Ref, title string) {
	if !a.cfg.Agent || ref.Address.Thread != "" || !strings.HasPrefix(ref.Address.Channel, "D") || title == "" || a.refused.has(team.id, featureRename) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, sessionTime)
	defer cancel()
	err := a.poster.pace.read(ctx, team.id, featureRename, func(ctx context.Context) error {
		_, err := team.api.RenameAgentSessionContext(ctx, slack.AgentSessionRenameParameters{
			Title: clip(title, maxTitle), ChannelID: ref.Address.Channel, ThreadTS: ref.ID,
		})
		return err
	})
	if err != nil && !a.refused.learn(team.id, featureRename, err) {
		a.log.Debug("a session was not named", "error", safe(err))
	}
}

// welcome greets someone who opened the app: with prompts in the messages tab of an agent, else with the home.
func (a *Adapter) welcome(ctx context.Context, g gesture) {
	if g.tab == "messages" {
		if a.cfg.Agent {
			a.prompt(ctx, g)
		}
		return
	}
	a.publishHome(ctx, g, nil)
}

// prompt suggests what to ask, first about what the channel that the person looks at follows. Slack shows at most four prompts.
func (a *Adapter) prompt(ctx context.Context, g gesture) {
	team, err := a.team(ctx, g.request.Address.Workspace)
	if err != nil || a.refused.has(team.id, featurePrompts) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, sessionTime)
	defer cancel()
	about := a.followedIn(ctx, g)
	if !a.prompted.changed(team.id+"/"+g.request.User.ID, about) && g.what == looking {
		return // who strolls through channels has the same prompts in most of them
	}
	if g.request.Address.Channel == "" {
		if g.request.Address, err = a.poster.direct(ctx, g.request.Address.Workspace, g.request.User.ID); err != nil {
			a.log.Debug("prompts were not set", "error", err)
			return
		}
	}
	a.people.fill(ctx, &g)
	w := a.wordsOf(g)
	params := slack.AssistantThreadsSetSuggestedPromptsParameters{ChannelID: g.request.Address.Channel, Title: w.what}
	for _, p := range prompts(w, about) {
		params.Prompts = append(params.Prompts, slack.AssistantThreadsPrompt{Title: p.title, Message: p.message})
	}
	err = a.poster.pace.read(ctx, team.id, featurePrompts, func(ctx context.Context) error {
		return team.api.SetAssistantThreadsSuggestedPromptsContext(ctx, params)
	})
	if err != nil && !a.refused.learn(team.id, featurePrompts, err) {
		a.log.Debug("prompts were not set", "error", safe(err))
	}
}

// followedIn is what the digest of the channel is about that a person looks at, or "".
func (a *Adapter) followedIn(ctx context.Context, g gesture) string {
	knows, ok := a.cfg.Handler.(overviewer)
	if !ok || g.viewed == "" {
		return ""
	}
	o, err := knows.Overview(ctx, g.request)
	if err != nil {
		a.log.Debug("what a channel follows was not found out", "error", safe(err))
		return ""
	}
	for _, d := range o.Digests {
		if d.Address.Channel == g.viewed && d.About != "" {
			return line(d.About)
		}
	}
	return ""
}

// prompted is what people were prompted about last.
type prompted struct {
	mu   sync.Mutex // guards last
	last map[string]string
}

// changed notes what a person is prompted about and says whether it is something else than before.
func (p *prompted) changed(person, about string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	before, known := p.last[person]
	if p.last == nil || len(p.last) >= peopleMost {
		p.last = map[string]string{}
	}
	p.last[person] = about
	return !known || before != about
}

type promptPair struct{ title, message string }

// prompts are up to four things to ask, from the table of commands.
func prompts(w words, about string) []promptPair {
	titles := []promptPair{{w.latest, "latest"}, {w.help, "help"}, {w.sources, "sources"}}
	if about != "" {
		titles = append([]promptPair{{clip(w.about(about), maxButtonText), "latest " + about}}, titles...)
	}
	var out []promptPair
	for _, p := range titles {
		name, _, _ := strings.Cut(p.message, " ")
		if _, ok := bot.CommandNamed(name); ok {
			out = append(out, p)
		}
	}
	return out
}

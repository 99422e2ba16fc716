package slack

import (
	"context"
	"errors"
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
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.set == nil {
		r.set = map[string]bool{}
	}
	r.set[workspace+" "+feature] = true
	return true
}

const (
	featureSession = "agents.sessions.setStatus"
	featurePrompts = "assistant.threads.setSuggestedPrompts"
	sessionTime    = 5 * time.Second
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
			Title: clip(line(g.request.Text), 200), InitiatorUserID: g.request.User.ID,
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

// prompt suggests what to ask. Slack shows at most four prompts.
func (a *Adapter) prompt(ctx context.Context, g gesture) {
	team, err := a.team(ctx, g.request.Address.Workspace)
	if err != nil || a.refused.has(team.id, featurePrompts) || g.request.Address.Channel == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, sessionTime)
	defer cancel()
	a.people.fill(ctx, &g)
	w := a.wordsOf(g)
	params := slack.AssistantThreadsSetSuggestedPromptsParameters{ChannelID: g.request.Address.Channel, Title: w.what}
	for _, p := range prompts(w) {
		params.Prompts = append(params.Prompts, slack.AssistantThreadsPrompt{Title: p.title, Message: p.message})
	}
	err = a.poster.pace.read(ctx, team.id, featurePrompts, func(ctx context.Context) error {
		return team.api.SetAssistantThreadsSuggestedPromptsContext(ctx, params)
	})
	if err != nil && !a.refused.learn(team.id, featurePrompts, err) {
		a.log.Debug("prompts were not set", "error", safe(err))
	}
}

type promptPair struct{ title, message string }

// prompts are up to four things to ask, from the table of commands.
func prompts(w words) []promptPair {
	titles := []promptPair{{w.latest, "latest"}, {w.help, "help"}, {w.sources, "sources"}}
	var out []promptPair
	for _, p := range titles {
		if _, ok := bot.CommandNamed(p.message); ok {
			out = append(out, p)
		}
	}
	return out
}

package bot_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"attache/bot"
	"attache/bot/bottest"
	"attache/bot/message"
	"attache/briefings"
)

// newsroom is a Newsroom that says what a test tells it to and remembers what it was asked.
type newsroom struct {
	mu        sync.Mutex
	questions []briefings.Question
	orders    []briefings.Assignment
	links     []string

	answer       func(ctx context.Context, q briefings.Question) (briefings.Answer, error)
	pages        map[string]briefings.Article // by address; others can't be read
	edition      func(a briefings.Assignment) briefings.Edition
	fates        []briefings.Fate
	profile      briefings.Profile
	articles     []briefings.Article
	stories      []briefings.Story
	counterparts []briefings.Counterpart
	read         []briefings.Report
}

func (n *newsroom) Ask(ctx context.Context, q briefings.Question) (briefings.Answer, error) {
	n.mu.Lock()
	n.questions = append(n.questions, q)
	n.mu.Unlock()
	if n.answer != nil {
		return n.answer(ctx, q)
	}
	return answered(q.Text), nil
}

func (n *newsroom) ReadLink(_ context.Context, url string) (briefings.Article, bool, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.links = append(n.links, url)
	if a, ok := n.pages[url]; ok {
		return a, true, nil
	}
	return briefings.Article{}, false, errors.New("the page does not exist (404)")
}

func (n *newsroom) Read(_ context.Context, r briefings.Report) (briefings.Article, bool, error) {
	a, err := briefings.NewArticle(r, start)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.read = append(n.read, r)
	return a, true, err
}

func (n *newsroom) Compose(_ context.Context, a briefings.Assignment) (briefings.Edition, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.orders = append(n.orders, a)
	if n.edition == nil {
		return briefings.Edition{Beat: a.Beat, Window: a.Window, AsOf: a.Window.To}, nil
	}
	return n.edition(a), nil
}

func (n *newsroom) Fates(_ context.Context, a briefings.Assignment) ([]briefings.Fate, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.orders = append(n.orders, a)
	return n.fates, nil
}

func (n *newsroom) Who(_ context.Context, actor string, asOf time.Time) (briefings.Profile, error) {
	p := n.profile
	p.Actor, p.AsOf = actor, asOf
	return p, nil
}

func (n *newsroom) Statements(a briefings.Article) []briefings.Statement {
	return []briefings.Statement{{Speaker: briefings.Speaker{Name: "Seoul", Kind: briefings.SpeakerInstitution}, Stance: briefings.Condemns, Verb: "condemned", Sentence: 1, Text: a.Sentence(1)}}
}

func (n *newsroom) Articles(_ context.Context, limit int) ([]briefings.Article, error) {
	return n.articles[:min(limit, len(n.articles))], nil
}

func (n *newsroom) Stories(_ context.Context, _ briefings.Window, limit int) ([]briefings.Story, error) {
	return n.stories[:min(limit, len(n.stories))], nil
}

func (n *newsroom) StoryOf(_ context.Context, article string) (briefings.Story, error) {
	for _, s := range n.stories {
		if slices.Contains(s.Articles, article) {
			return s, nil
		}
	}
	return briefings.Story{}, briefings.ErrNotFound
}

func (n *newsroom) Counterparts(_ context.Context, articles []string, most int) ([]briefings.Counterpart, error) {
	return n.counterparts, nil
}

// asked returns the last question.
func (n *newsroom) asked(t *testing.T) briefings.Question {
	t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.questions) == 0 {
		t.Fatal("the newsroom was asked nothing")
	}
	return n.questions[len(n.questions)-1]
}

// start is when the tests begin: a Wednesday.
var start = time.Date(2024, 2, 21, 9, 0, 0, 0, time.UTC)

func sampleArticle(id, url, title string) briefings.Article {
	text := "Seoul condemned the gift."
	return briefings.Article{
		Report:   briefings.Report{ID: id, URL: url, Title: title, Outlet: "The Daily Example", Published: start.Add(-3 * time.Hour), Text: text},
		Revision: 1, Read: start.Add(-2 * time.Hour),
		Sentences: []briefings.Sentence{
			{Index: 0, Passage: -1, End: len(title), Role: briefings.RoleHeadline}, {Index: 1, End: len(text)},
		},
	}
}

func cited() []briefings.Claim {
	a := sampleArticle("a1", "https://daily.example/gift", "Seoul condemns a gift")
	return []briefings.Claim{{Text: a.Sentence(1), Speaker: briefings.Speaker{Name: "Seoul"}, Stance: briefings.Condemns, Citations: []briefings.Citation{a.Cite(1)}}}
}

func answered(question string) briefings.Answer {
	return briefings.Answer{Question: question, Verdict: briefings.Answered, Short: "Seoul", Claims: cited(), Confidence: 0.9, AsOf: start, Searched: 1, Newest: start, Topic: []string{"Seoul"}}
}

func notSaid(question string) briefings.Answer {
	return briefings.Answer{Question: question, Verdict: briefings.NotInSources, Missing: []string{"Japan"}, Suggestions: []string{"Who condemned the gift?", "Where is Seoul?"}, AsOf: start, Searched: 1, Newest: start}
}

// oneStory is an edition with one item.
func oneStory(a briefings.Assignment) briefings.Edition {
	article := sampleArticle("a1", "https://daily.example/gift", "Seoul condemns a gift")
	return briefings.Edition{Beat: a.Beat, Window: a.Window, AsOf: a.Window.To, Read: 1, Matched: 1, Items: []briefings.Item{{
		Story: "s1", Tag: briefings.TagNew, Headline: article.Title, Lead: article.Cite(0), Claims: cited(), Outlets: []string{article.Outlet}, Origins: 1,
		Articles: []string{article.ID}, Newest: article.Published,
	}}}
}

// sources follow what a test tells them to.
type sources struct {
	mu    sync.Mutex
	list  []briefings.Source
	feeds map[string]string // title by address; others are no feeds
	lists map[string][]briefings.Source
}

func (s *sources) Sources(context.Context) ([]briefings.Source, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.list), nil
}

func (s *sources) Follow(_ context.Context, source briefings.Source) (briefings.Source, int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	title, ok := s.feeds[source.URL]
	if !ok {
		return briefings.Source{}, 0, errors.New("that address has no feed")
	}
	source.Title, source.Checked = title, start
	s.list = append(s.list, source)
	return source, 3, nil
}

func (s *sources) Preview(_ context.Context, source briefings.Source) (briefings.Preview, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if list, ok := s.lists[source.URL]; ok {
		return briefings.Preview{}, &briefings.ListError{Title: "A list", Sources: list}
	}
	title, ok := s.feeds[source.URL]
	if !ok {
		return briefings.Preview{}, errors.New("that address has no feed")
	}
	source.Title = title
	return briefings.Preview{Source: source, Reports: []briefings.Report{{Title: "Third", Published: start}, {Title: "Second"}, {Title: "First"}, {Title: "Hidden"}}}, nil
}

func (s *sources) Register(_ context.Context, list ...briefings.Source) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, list...)
	return nil
}

func (s *sources) Change(_ context.Context, id string, edit func(*briefings.Source)) (briefings.Source, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.list, func(have briefings.Source) bool { return have.ID == id })
	if i < 0 {
		return briefings.Source{}, briefings.ErrNotFound
	}
	edit(&s.list[i])
	return s.list[i], nil
}

func (s *sources) RemoveSource(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.list, func(have briefings.Source) bool { return have.ID == id })
	if i < 0 {
		return briefings.ErrNotFound
	}
	s.list = slices.Delete(s.list, i, i+1)
	return nil
}

// house is a bot with all that it needs, and a clock that stands still until it is moved.
type house struct {
	*bot.Bot
	news    *newsroom
	store   *bottest.Store
	sources *sources

	mu      sync.Mutex
	now     time.Time
	handled []string // command and outcome
}

func open(t *testing.T, change func(c *bot.Config, h *house)) *house {
	t.Helper()
	h := &house{news: &newsroom{articles: []briefings.Article{sampleArticle("a1", "https://daily.example/gift", "Seoul condemns a gift")}}, store: bottest.NewStore(), sources: &sources{feeds: map[string]string{}}, now: start}
	c := bot.Config{Newsroom: h.news, Digests: h.store, Memory: h.store, Sources: h.sources, Now: h.time, Hooks: bot.Hooks{
		Handled: func(_, command, outcome string, _ time.Duration) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.handled = append(h.handled, command+": "+outcome)
		},
	}}
	if change != nil {
		change(&c, h)
	}
	b, err := bot.New(c)
	if err != nil {
		t.Fatal(err)
	}
	h.Bot = b
	return h
}

func (h *house) time() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) wait(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// outcome is that of the last request.
func (h *house) outcome() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.handled) == 0 {
		return ""
	}
	return h.handled[len(h.handled)-1]
}

var channel = message.Address{Platform: "bench", Workspace: "w1", Channel: "c1"}

func manager() bot.User { return bot.User{ID: "boss", Manages: bot.PermissionYes} }

// typed handles what a manager types in the channel.
func (h *house) typed(t *testing.T, text string) bot.Reply {
	t.Helper()
	return h.handle(t, bot.Request{Kind: bot.Ask, Text: text, Address: channel, User: manager()})
}

func (h *house) handle(t *testing.T, r bot.Request) bot.Reply {
	t.Helper()
	reply, err := h.Handle(t.Context(), r)
	if err != nil {
		t.Fatalf("Handle(%q): %v", r.Text, err)
	}
	return reply
}

// words is a reply's text; "" when it says nothing.
func words(r bot.Reply) string {
	if r.Message == nil {
		return ""
	}
	return message.PlainText(r.Message)
}

// pressed returns the button with the action.
func pressed(t *testing.T, r bot.Reply, action string) message.Button {
	t.Helper()
	if r.Message != nil {
		for _, b := range r.Message.Blocks {
			if row, ok := b.(message.Buttons); ok {
				for _, button := range row.Items {
					if button.Action == action {
						return button
					}
				}
			}
		}
	}
	t.Fatalf("no button %q under: %s", action, words(r))
	return message.Button{}
}

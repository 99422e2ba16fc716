package playground

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"attache/bot"
	"attache/bot/message"
)

// Limits of the API.
const (
	maxBody     = 64 << 10 // bytes of a request's body
	maxPrefix   = 200      // bytes of what is being completed
	maxArticles = 500
	maxStories  = 200
	answerTime  = 2 * time.Minute // the bot bounds itself; this is for when it does not
)

// fault is an error that is told to the page.
type fault struct {
	status  int
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (f *fault) Error() string { return f.Message }

// refuse makes an error of the reader's request: status 400, or what the code stands for.
func refuse(code, words string) error {
	status := http.StatusBadRequest
	switch code {
	case "not_found":
		status = http.StatusNotFound
	case "busy", "no_digest":
		status = http.StatusConflict
	case "too_many":
		status = http.StatusTooManyRequests
	}
	return refuseWith(status, code, words)
}

func refuseWith(status int, code, words string) error {
	return &fault{status: status, Code: code, Message: words}
}

var errNotJSON = errors.New("the renderer's result is not JSON")

// refuse writes err as the answer.
func (p *Playground) refuse(w http.ResponseWriter, r *http.Request, err error) {
	f, ours := errors.AsType[*fault](err)
	if !ours {
		p.c.Log.Error("a request of the playground came to nothing", "method", r.Method, "path", r.URL.Path, "err", err)
		f = &fault{status: http.StatusInternalServerError, Code: "failed", Message: "Something went wrong on this side. The terminal in which Attaché runs says what."}
	}
	answer(w, f.status, map[string]*fault{"error": f})
}

// answer writes v as JSON.
func answer(w http.ResponseWriter, status int, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		status, raw = http.StatusInternalServerError, []byte(`{"error":{"code":"failed","message":"The answer could not be written."}}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(raw, '\n')) // the browser went away
}

// route sends a request to a file or to the API.
func (p *Playground) route(w http.ResponseWriter, r *http.Request) {
	path, isAPI := strings.CutPrefix(r.URL.Path, "/api/")
	if !isAPI {
		f, found := p.files[r.URL.Path]
		switch {
		case !found:
			p.refuse(w, r, refuse("not_found", "There is nothing at this address."))
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			p.wrongMethod(w, r, "GET, HEAD")
		default:
			serveFile(w, r, f)
		}
		return
	}
	methods := p.endpoints(path)
	if methods == nil {
		p.refuse(w, r, refuse("not_found", "The playground's API has no such address."))
		return
	}
	serve, found := methods[r.Method]
	if !found {
		allowed := make([]string, 0, len(methods))
		for method := range methods {
			allowed = append(allowed, method)
		}
		slices.Sort(allowed)
		p.wrongMethod(w, r, strings.Join(allowed, ", "))
		return
	}
	if err := serve(w, r); err != nil {
		p.refuse(w, r, err)
	}
}

func (p *Playground) wrongMethod(w http.ResponseWriter, r *http.Request, allowed string) {
	w.Header().Set("Allow", allowed)
	p.refuse(w, r, refuseWith(http.StatusMethodNotAllowed, "wrong_method", "This address takes "+allowed+"."))
}

type endpoint func(w http.ResponseWriter, r *http.Request) error

// endpoints returns what a path below /api/ takes, by method.
func (p *Playground) endpoints(path string) map[string]endpoint {
	switch path {
	case "about":
		return map[string]endpoint{"GET": get(p.about)}
	case "ask":
		return map[string]endpoint{"POST": post(p.ask)}
	case "click":
		return map[string]endpoint{"POST": post(p.click)}
	case "events":
		return map[string]endpoint{"GET": p.serveEvents}
	case "channels":
		return map[string]endpoint{"GET": get(p.channels), "POST": post(p.makeChannel)}
	case "clock":
		return map[string]endpoint{
			"GET":  get(func(ctx context.Context, _ *http.Request) (clockState, error) { return p.clockState(ctx) }),
			"POST": post(p.move),
		}
	case "commands":
		return map[string]endpoint{"GET": get(p.commands)}
	case "complete":
		return map[string]endpoint{"GET": get(p.complete)}
	case "articles":
		return map[string]endpoint{"GET": get(p.articles)}
	case "stories":
		return map[string]endpoint{"GET": get(p.stories)}
	}
	if id, is := strings.CutPrefix(path, "channels/"); is && id != "" {
		return map[string]endpoint{"GET": get(func(context.Context, *http.Request) (transcript, error) { return p.transcript(id) })}
	}
	if id, is := strings.CutPrefix(path, "articles/"); is && id != "" {
		return map[string]endpoint{"GET": get(func(ctx context.Context, r *http.Request) (bot.ArticleView, error) {
			return p.article(p.seeing(ctx, r), id)
		})}
	}
	if id, is := strings.CutPrefix(path, "stories/"); is && id != "" {
		return map[string]endpoint{"GET": get(func(ctx context.Context, r *http.Request) (bot.StoryView, error) {
			return p.story(p.seeing(ctx, r), id)
		})}
	}
	return nil
}

// get makes an endpoint of a function that reads.
func get[T any](read func(ctx context.Context, r *http.Request) (T, error)) endpoint {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := read(r.Context(), r)
		if err != nil {
			return err
		}
		answer(w, http.StatusOK, v)
		return nil
	}
}

// post makes an endpoint of a function that takes a JSON body.
func post[In, Out any](do func(ctx context.Context, in In) (Out, error)) endpoint {
	return func(w http.ResponseWriter, r *http.Request) error {
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
			return refuseWith(http.StatusUnsupportedMediaType, "not_json", "Send the body as application/json.")
		}
		raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			if _, large := errors.AsType[*http.MaxBytesError](err); large {
				return refuseWith(http.StatusRequestEntityTooLarge, "too_large", "That is too long for the playground: 64 kB is the most that one message may have.")
			}
			return refuse("bad_request", "The request broke off before its end.")
		}
		in, err := decode[In](raw)
		if err != nil {
			return err
		}
		if spoken, is := any(&in).(interface{ speaks(locale string) }); is {
			spoken.speaks(preferred(r.Header.Get("Accept-Language")))
		}
		out, err := do(r.Context(), in)
		if err != nil {
			return err
		}
		answer(w, http.StatusOK, out)
		return nil
	}
}

// preferred is the language that an Accept-Language header likes best (RFC 9110 §12.5.4), or "".
func preferred(header string) string {
	best, most := "", 0.0
	for part := range strings.SplitSeq(header, ",") {
		name, rest, _ := strings.Cut(strings.TrimSpace(part), ";")
		weight := 1.0
		if q, has := strings.CutPrefix(strings.TrimSpace(rest), "q="); has {
			var err error
			if weight, err = strconv.ParseFloat(q, 64); err != nil {
				weight = 0
			}
		}
		if name = strings.TrimSpace(name); name != "*" && weight > most {
			best, most = name, weight
		}
	}
	return best
}

// decode reads one JSON value without unknown keys and nothing behind it.
func decode[In any](raw []byte) (In, error) {
	var in In
	if !utf8.Valid(raw) {
		return in, refuse("bad_request", "The request is not valid UTF-8.")
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		return in, refuse("bad_request", "The request is not the JSON that this address takes: "+message.Clean(err.Error()))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return in, refuse("bad_request", "The request has more than one JSON value.")
	}
	return in, nil
}

// about is what a page needs to know once.
type about struct {
	Version  string    `json:"version"`
	Previews []string  `json:"previews"`
	Examples []string  `json:"examples"`
	Features []Feature `json:"features"`
}

func (p *Playground) about(ctx context.Context, _ *http.Request) (about, error) {
	a := about{Version: p.c.Version, Previews: []string{}, Examples: p.c.Examples, Features: []Feature{}}
	for _, preview := range p.c.Previews {
		a.Previews = append(a.Previews, preview.Name)
	}
	if p.c.Status != nil {
		a.Features = append(a.Features, p.c.Status(ctx)...)
	}
	if a.Examples == nil {
		a.Examples = []string{}
	}
	return a, nil
}

// channel is one line of the channel list.
type channel struct {
	ID      string   `json:"id"`
	Kind    string   `json:"kind"`
	Last    int64    `json:"last"` // Seq of the newest entry by the bot, for the unread mark
	Digests []Digest `json:"digests"`
}

// channels lists the channels with their digests. A channel that a digest speaks of is there, also after a restart.
func (p *Playground) channels(ctx context.Context, _ *http.Request) ([]channel, error) {
	digests, err := p.digests(ctx)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, d := range digests {
		if name, err := channelName(d.Channel); err == nil && name == d.Channel {
			// Where there are forty channels already the digest is not listed; it still arrives where it can.
			_, _, _ = p.openRoom(d.Channel)
		}
	}
	list := make([]channel, 0, len(p.rooms))
	for _, r := range p.rooms {
		c := channel{ID: r.id, Kind: r.kind, Digests: []Digest{}}
		for _, e := range r.entries {
			if e.Kind == entryAnswer || e.Kind == entryPost {
				c.Last = e.Seq
			}
		}
		for _, d := range digests {
			if d.Channel == r.id {
				c.Digests = append(c.Digests, d)
			}
		}
		list = append(list, c)
	}
	return list, nil
}

type channelInput struct {
	Name string `json:"name"`
}

// makeChannel makes a channel, or returns the one that has the name already.
func (p *Playground) makeChannel(_ context.Context, in channelInput) (channel, error) {
	id, err := channelName(in.Name)
	if err != nil {
		return channel{}, err
	}
	p.mu.Lock()
	_, made, err := p.openRoom(id)
	p.mu.Unlock()
	if err != nil {
		return channel{}, err
	}
	if made {
		p.stream.send("channels", struct{}{})
	}
	return channel{ID: id, Kind: kindChannel, Digests: []Digest{}}, nil
}

// transcript is what was said in a channel, oldest first.
type transcript struct {
	Channel string  `json:"channel"`
	Entries []entry `json:"entries"`
}

func (p *Playground) transcript(id string) (transcript, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.room(id)
	if r == nil {
		return transcript{}, refuse("not_found", "There is no such channel.")
	}
	t := transcript{Channel: id, Entries: make([]entry, 0, len(r.entries))}
	for _, e := range r.entries {
		t.Entries = append(t.Entries, *e)
	}
	return t, nil
}

// askInput is what a person wrote.
type askInput struct {
	// ID names the gesture, so that a page may send it again. Empty means that it is sent once.
	ID      string `json:"id"`
	Channel string `json:"channel"`
	Thread  string `json:"thread"` // an entry of the thread; empty begins a new one
	Text    string `json:"text"`
	Zone    string `json:"zone"`
	Locale  string `json:"locale"`
}

// speaks takes what the browser's request says of its person's language, where the page said nothing.
func (in *askInput) speaks(locale string) { in.Locale = cmp.Or(in.Locale, locale) }

// said is what came of it.
type said struct {
	Asked  *entry `json:"asked,omitempty"`
	Answer *entry `json:"answer,omitempty"`
}

// ask keeps what a person wrote, has it answered and keeps the answer.
func (p *Playground) ask(ctx context.Context, in askInput) (said, error) {
	text := strings.TrimSpace(in.Text)
	if text == "" {
		return said{}, refuse("empty", "Write a question, or / for the commands.")
	}
	if in.ID != "" && !isID(in.ID) {
		return said{}, refuse("bad_request", `"id" has 8 to 64 letters, digits and hyphens.`)
	}
	e := &entry{ID: in.ID, Kind: entryAsk, Text: text, Pending: true}
	if e.ID == "" {
		e.ID = newID()
	}
	request := bot.Request{
		ID: Platform + "/" + e.ID, Kind: bot.Ask, Text: text, User: p.user(in.Zone, in.Locale),
		Address: message.Address{Platform: Platform, Workspace: Workspace, Channel: in.Channel}, Direct: in.Channel == directID, Explain: true,
	}
	if line, is := strings.CutPrefix(text, "/"); is {
		e.Kind, request.Kind, request.Text = entryRun, bot.Run, commandLine(line)
	}

	p.mu.Lock()
	r := p.room(in.Channel)
	if r == nil {
		p.mu.Unlock()
		return said{}, refuse("not_found", "There is no such channel.")
	}
	if before := r.find(e.ID); before != nil {
		asked := *before
		p.mu.Unlock()
		return said{Asked: &asked}, nil
	}
	root, err := r.thread(in.Thread)
	if err != nil {
		p.mu.Unlock()
		return said{}, err
	}
	e.Thread = root
	p.add(r, e)
	request.At = e.At
	request.Address.Thread = root
	conversation := request.Address
	if r.kind == kindChannel && root == "" {
		conversation.Thread = e.ID // the question begins a thread
	}
	request.Conversation = conversation.String()
	if parent := r.find(in.Thread); parent != nil && parent.Message != nil {
		request.Quoted = message.PlainText(parent.Message)
	}
	asked := *e
	p.mu.Unlock()
	p.stream.send("entry", asked)

	reply := p.handle(ctx, request)
	below := root
	if r.kind == kindChannel && below == "" {
		below = e.ID
	}
	answered := p.reply(r.id, below, reply)

	p.mu.Lock()
	e.Pending = false
	p.touch(e)
	asked = *e
	p.mu.Unlock()
	p.stream.send("entry", asked)
	if e.Kind == entryRun {
		p.stream.send("digests", struct{}{}) // the command may have changed them
	}
	return said{Asked: &asked, Answer: answered}, nil
}

// thread returns the entry that began the thread in which id stands; "" for "".
func (r *room) thread(id string) (string, error) {
	if id == "" {
		return "", nil
	}
	e := r.find(id)
	if e == nil {
		return "", refuse("not_found", "That thread is no longer here. Ask again in the channel.")
	}
	if e.Thread != "" {
		return e.Thread, nil
	}
	return e.ID, nil
}

// commandLine returns the line behind "/": "/brief digest add …" and "/digest add …" are the same.
func commandLine(line string) string {
	first, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	if strings.EqualFold(first, "brief") {
		return strings.TrimSpace(rest)
	}
	return strings.TrimSpace(line)
}

// handle has the bot answer. A page that is closed meanwhile finds the answer when it comes back.
func (p *Playground) handle(ctx context.Context, r bot.Request) (reply bot.Reply) {
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), answerTime, errors.New("the answer took too long"))
	defer cancel()
	defer func() {
		if fault := recover(); fault != nil {
			p.c.Log.Error("answering broke down", "request", r.ID, "fault", fmt.Sprint(fault))
			reply = problem("Something went wrong while this was being answered. Please ask again; the terminal in which Attaché runs says more.")
		}
	}()
	reply, err := p.c.Bot.Handle(ctx, r)
	if err != nil {
		p.c.Log.Warn("a request was not answered", "request", r.ID, "err", err)
		if reply.Message == nil {
			return problem("There was no time to answer. Please ask again.")
		}
	}
	return reply
}

// problem is a reply of the playground's own, for when the bot has none.
func problem(words string) bot.Reply {
	return bot.Reply{Private: true, Message: &message.Message{
		Gist: words, Tone: message.ToneProblem, Blocks: []message.Block{message.P(message.T(words))},
	}}
}

// reply keeps a reply in the transcript, and returns the new entry; nil where the reply says nothing.
func (p *Playground) reply(channel, thread string, reply bot.Reply) *entry {
	if reply.Message == nil {
		return nil
	}
	e := &entry{ID: newID(), Kind: entryAnswer, Thread: thread, Private: reply.Private || reply.Busy}
	p.show(e, reply.Message)
	if reply.Why != nil {
		why, err := json.Marshal(reply.Why)
		if err != nil {
			p.c.Log.Error("an explanation could not be shown", "err", err)
		}
		e.Why = why
	}
	p.mu.Lock()
	r := p.room(channel)
	p.add(r, e)
	shown := *e
	p.mu.Unlock()
	p.stream.send("entry", shown)
	return &shown
}

// clickInput is a pressed button.
type clickInput struct {
	ID      string `json:"id"`
	Channel string `json:"channel"`
	Entry   string `json:"entry"`
	Action  string `json:"action"`
	Value   string `json:"value"`
	Zone    string `json:"zone"`
	Locale  string `json:"locale"`
}

func (in *clickInput) speaks(locale string) { in.Locale = cmp.Or(in.Locale, locale) }

// click sends a pressed button to the bot. The button must stand in the entry.
func (p *Playground) click(ctx context.Context, in clickInput) (said, error) {
	if in.ID != "" && !isID(in.ID) {
		return said{}, refuse("bad_request", `"id" has 8 to 64 letters, digits and hyphens.`)
	}
	if in.ID == "" {
		in.ID = newID()
	}
	p.mu.Lock()
	r := p.room(in.Channel)
	var e *entry
	if r != nil {
		e = r.find(in.Entry)
	}
	if e == nil || !hasButton(e.Message, in.Action, in.Value) {
		p.mu.Unlock()
		return said{}, refuse("not_found", "That button is no longer here. Reload the page.")
	}
	root := e.Thread
	if root == "" && r.kind == kindChannel {
		root = e.ID
	}
	address := message.Address{Platform: Platform, Workspace: Workspace, Channel: r.id, Thread: root}
	request := bot.Request{
		ID: Platform + "/click/" + in.ID, Kind: bot.Click, Action: in.Action, Value: in.Value, Quoted: message.PlainText(e.Message),
		Address: address, Conversation: address.String(), User: p.user(in.Zone, in.Locale),
		At: p.c.Now().Add(p.offset), Direct: r.kind == kindDirect,
	}
	p.mu.Unlock()

	reply := p.handle(ctx, request)

	p.mu.Lock()
	if pressed := in.Action + " " + in.Value; !reply.Busy && !slices.Contains(e.Pressed, pressed) {
		e.Pressed = append(slices.Clone(e.Pressed), pressed)
	}
	p.touch(e)
	shown := *e
	p.mu.Unlock()
	p.stream.send("entry", shown)
	if reply.Replace && reply.Message != nil {
		p.replace(r.id, in.Entry, reply.Message)
		return said{}, nil
	}
	return said{Answer: p.reply(r.id, root, reply)}, nil
}

// hasButton says whether m has a button that sends action with value.
func hasButton(m *message.Message, action, value string) bool {
	if m == nil || action == "" {
		return false
	}
	for _, b := range m.Blocks {
		row, is := b.(message.Buttons)
		if is && slices.ContainsFunc(row.Items, func(b message.Button) bool { return b.Action == action && b.Value == value }) {
			return true
		}
	}
	return false
}

// user is the person at this machine. They manage their own playground.
func (p *Playground) user(zone, locale string) bot.User {
	if len(locale) > 35 { // RFC 5646 §4.4.1 advises to allow for at least 35 characters
		locale = ""
	}
	return bot.User{ID: "you", Name: "You", Locale: message.Clean(locale), Zone: p.zoneName(zone), Manages: bot.PermissionYes}
}

// isID says whether s may name a gesture.
func isID(s string) bool {
	if len(s) < 8 || len(s) > 64 {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// command is a row of the command table, for completion.
type command struct {
	Name     string   `json:"name"`
	Usage    string   `json:"usage"`
	Summary  string   `json:"summary"`
	Manages  bool     `json:"manages,omitempty"`
	Args     []arg    `json:"args"`
	Examples []string `json:"examples"`
}

type arg struct {
	Name      string `json:"name"`
	Help      string `json:"help"`
	Required  bool   `json:"required,omitempty"`
	Completes bool   `json:"completes,omitempty"`
}

func (p *Playground) commands(context.Context, *http.Request) ([]command, error) {
	list := []command{}
	for _, c := range bot.Commands() {
		row := command{Name: c.Name, Usage: c.Usage(), Summary: c.Summary, Manages: c.Manages, Args: []arg{}, Examples: []string{}}
		for _, a := range c.Args {
			row.Args = append(row.Args, arg{Name: a.Name, Help: a.Help, Required: a.Required, Completes: a.Kind.Completes()})
		}
		row.Examples = append(row.Examples, c.Examples...)
		list = append(list, row)
	}
	return list, nil
}

// complete is GET /api/complete?command=&arg=&prefix=&channel=.
func (p *Playground) complete(ctx context.Context, r *http.Request) ([]bot.Choice, error) {
	q := r.URL.Query()
	for _, name := range []string{"command", "arg", "prefix", "channel"} {
		if v := q.Get(name); len(v) > maxPrefix || !utf8.ValidString(v) {
			return nil, refuse("bad_request", "What is to be completed has at most 200 bytes of UTF-8.")
		}
	}
	at := message.Address{Platform: Platform, Workspace: Workspace, Channel: q.Get("channel")}
	choices := p.c.Bot.Complete(ctx, q.Get("command"), q.Get("arg"), q.Get("prefix"), at)
	if choices == nil {
		choices = []bot.Choice{}
	}
	return choices, nil
}

// seeing is who looks at the library: the people of the channel ?channel= or, without one, those of the whole playground.
func (p *Playground) seeing(ctx context.Context, r *http.Request) context.Context {
	return p.c.Bot.Seeing(ctx, message.Address{Platform: Platform, Workspace: Workspace, Channel: r.URL.Query().Get("channel")})
}

func (p *Playground) articles(ctx context.Context, r *http.Request) ([]bot.ArticleCard, error) {
	cards, err := p.c.Bot.ArticleCards(p.seeing(ctx, r), maxArticles)
	if err != nil {
		return nil, fmt.Errorf("list articles: %w", err)
	}
	if cards == nil {
		cards = []bot.ArticleCard{}
	}
	return cards, nil
}

func (p *Playground) article(ctx context.Context, id string) (bot.ArticleView, error) {
	view, err := p.c.Bot.ArticleView(ctx, id)
	if err != nil {
		// The one error that a library in order has is that it has no such article; any other is for the log.
		p.c.Log.Warn("an article could not be opened", "article", id, "err", err)
		return view, refuse("not_found", "That article is not in the library.")
	}
	if view.Body == nil {
		view.Body = []bot.SentenceView{}
	}
	return view, nil
}

func (p *Playground) stories(ctx context.Context, r *http.Request) ([]bot.StoryCard, error) {
	cards, err := p.c.Bot.StoryCards(p.seeing(ctx, r), maxStories)
	if err != nil {
		return nil, fmt.Errorf("list stories: %w", err)
	}
	if cards == nil {
		cards = []bot.StoryCard{}
	}
	return cards, nil
}

// story is GET /api/stories/ARTICLE: the story that an article is in.
func (p *Playground) story(ctx context.Context, article string) (bot.StoryView, error) {
	view, err := p.c.Bot.StoryView(ctx, article)
	if err != nil {
		p.c.Log.Warn("a story could not be opened", "article", article, "err", err)
		return view, refuse("not_found", "No story in the library has that article.")
	}
	return view, nil
}

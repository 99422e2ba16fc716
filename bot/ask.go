package bot

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"attache/bot/digest"
	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
)

const (
	turnsRemembered = 6 // how far back a question may lean on its conversation
	linksRead       = 3 // links of one question that are read
)

// ask answers a question: what its links lead to is read first, what it leaves out comes from the conversation.
func (b *Bot) ask(ctx context.Context, v *visit, question string) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	links, words := cutLinks(question)
	if !hasLetter(words) && len(links) == 0 {
		v.outcome, v.private = "refused", true
		return present.EmptyQuestion(reader), nil
	}
	thread, err := b.thread(ctx, v)
	if err != nil {
		return nil, err
	}
	if n, ok := itemNumber(words); ok && len(links) == 0 && len(thread) > 0 {
		if d, found := b.digestOf(ctx, v.Conversation); found {
			return b.storyOfDigest(ctx, v, d, n)
		}
	}

	var read []briefings.Article
	var failed string
	var reason error
	for _, link := range links[:min(len(links), linksRead)] {
		a, _, err := b.c.Newsroom.ReadLink(ctx, link)
		if err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			failed, reason = link, err
			continue
		}
		read = append(read, a)
	}
	if !hasLetter(words) {
		if len(read) == 0 {
			v.outcome = "refused"
			return present.LinkFailed(failed, present.Reason(reason, reader.Locale), reader), nil
		}
		return b.article(ctx, v, read[0])
	}

	v.question = words
	q := briefings.Question{Text: words, Thread: thread, Asked: v.At, For: scope(v.Address), Explain: v.Explain}
	for _, a := range read {
		q.Articles = append(q.Articles, a.ID)
	}
	answer, err := b.c.Newsroom.Ask(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("ask: %w", err)
	}
	if len(q.Articles) > 0 && answer.Verdict == briefings.NotInSources {
		// The report doesn't say: perhaps another does.
		q.Articles = nil
		wider, err := b.c.Newsroom.Ask(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("ask without the link: %w", err)
		}
		if wider.Verdict != briefings.NotInSources {
			answer = wider
		}
	}
	o := present.Answering{Reader: reader}
	if failed != "" {
		o.Before = present.Link(failed, present.Reason(reason, reader.Locale), reader)
	}
	return b.told(ctx, v, answer, o), nil
}

// told keeps an answer and words it.
func (b *Bot) told(ctx context.Context, v *visit, answer briefings.Answer, o present.Answering) *message.Message {
	v.outcome = string(answer.Verdict)
	if !v.private {
		v.asked = firstRunes(message.Clean(v.question), 300)
	}
	if answer.Why != nil {
		v.why, answer.Why = answer.Why.Brief(), nil // it isn't remembered
	}
	o.Exchange = b.remember(ctx, v, answer)
	o.Share = v.private
	return present.AnswerCorrected(present.Answer(answer, o), b.correctedIn(ctx, answer), o.Reader)
}

// remember keeps an answer as the next turn of its conversation and returns its id, or "" where it could not be kept: an
// answer without buttons is better than none.
func (b *Bot) remember(ctx context.Context, v *visit, answer briefings.Answer) string {
	x := Exchange{ID: newID(12), Conversation: v.Conversation, Address: v.Address, User: v.User.ID, At: v.At, Answer: answer, Asked: v.asked}
	if err := b.c.Memory.KeepExchange(ctx, x); err != nil {
		b.c.Log.ErrorContext(ctx, "an answer could not be remembered", "address", v.Address.String(), "error", err)
		return ""
	}
	return x.ID
}

// thread is what was said before: in this conversation, in the digest that it hangs under, or in the message that the
// request replies to.
func (b *Bot) thread(ctx context.Context, v *visit) ([]briefings.Turn, error) {
	if v.Conversation != "" {
		turns, err := b.c.Memory.Turns(ctx, v.Conversation, turnsRemembered)
		if err != nil {
			return nil, fmt.Errorf("recall the conversation: %w", err)
		}
		if len(turns) > 0 {
			return turns, nil
		}
		if d, ok := b.digestOf(ctx, v.Conversation); ok && d.Edition != nil {
			return []briefings.Turn{turnOf(*d.Edition, v.Text)}, nil
		}
	}
	if quoted := strings.TrimSpace(message.Clean(v.Quoted)); quoted != "" {
		quoted = firstRunes(quoted, 1500)
		return []briefings.Turn{{Answer: quoted, Topic: names(quoted, 6)}}, nil
	}
	return nil, nil
}

// turnOf is a digest as a turn of a conversation: the item whose headline shares most words with what is asked, or the first.
func turnOf(e briefings.Edition, asked string) briefings.Turn {
	if len(e.Items) == 0 {
		return briefings.Turn{Answer: e.Beat.Name, Topic: e.Beat.Topics}
	}
	best, most := 0, 0
	for i, item := range e.Items {
		if n := sharedWords(item.Headline, asked); n > most {
			best, most = i, n
		}
	}
	item := e.Items[best]
	said := item.Headline
	for _, c := range item.Claims {
		said += " " + c.Text
	}
	return briefings.Turn{Question: item.Headline, Answer: firstRunes(said, 1500), Articles: item.Articles, Topic: names(said, 6)}
}

func sharedWords(a, b string) int {
	words := map[string]bool{}
	for w := range strings.FieldsFuncSeq(strings.ToLower(a), notWord) {
		words[w] = len([]rune(w)) > 3
	}
	n := 0
	for w := range strings.FieldsFuncSeq(strings.ToLower(b), notWord) {
		if words[w] {
			n++
		}
	}
	return n
}

func notWord(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// names are the capitalised runs of words in a text, most recent last, at most n. They are topics for a conversation and not
// more: the newsroom reads names properly.
func names(text string, n int) []string {
	var out []string
	for _, m := range capitals.FindAllString(text, 60) {
		if !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	slices.Reverse(out) // what comes first in a text matters most
	return out[max(0, len(out)-n):]
}

var capitals = regexp.MustCompile(`\p{Lu}[\p{L}’'-]+(?: (?:of |al-|the )?\p{Lu}[\p{L}’'-]+)*`)

func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// address finds a link in running text. Brackets and full stops at its end belong to the text.
var address = regexp.MustCompile(`(?i)https?://[^\s<>"“”|]+`)

// cutLinks takes the links out of a question. What stays has no angle brackets where they stood.
func cutLinks(text string) (links []string, rest string) {
	rest = address.ReplaceAllStringFunc(text, func(link string) string {
		trimmed := strings.TrimRight(link, ".,;:!?'’»")
		if strings.HasSuffix(trimmed, ")") && !strings.Contains(trimmed, "(") {
			trimmed = strings.TrimRight(trimmed, ")")
		}
		if web := message.WebAddress(trimmed); web != "" && !slices.Contains(links, web) {
			links = append(links, web)
		}
		return " " + link[len(trimmed):]
	})
	if len(links) == 0 {
		return nil, strings.TrimSpace(text)
	}
	return links, strings.Join(strings.Fields(strings.NewReplacer("<>", " ", "< >", " ", "()", " ").Replace(rest)), " ")
}

func hasLetter(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// itemNumber reads "2", "story 2" or "more about 2".
func itemNumber(text string) (int, bool) {
	m := numbered.FindStringSubmatch(strings.ToLower(strings.TrimSpace(text)))
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(m[1])
	return n, err == nil && n > 0
}

var numbered = regexp.MustCompile(`^(?:(?:tell me )?more (?:about|on) |story |item |number )?(?:story |item |number )?#?(\d{1,2})[.!?]?$`)

// digestOf finds the digest that a conversation hangs under: the thread of one of its messages or, where a thread is a
// channel of its own that has the message's id, that channel.
func (b *Bot) digestOf(ctx context.Context, conversation string) (digest.Delivery, bool) {
	parts := strings.Split(conversation, "/")
	if len(parts) < 3 {
		return digest.Delivery{}, false
	}
	at := message.Address{Platform: parts[0], Workspace: parts[1], Channel: parts[2]}
	if len(parts) == 4 {
		d, err := b.c.Digests.DeliveryByRef(ctx, message.Ref{Address: at, ID: parts[3]})
		if err != nil && !errors.Is(err, digest.ErrNotFound) {
			b.c.Log.WarnContext(ctx, "the digest of a thread could not be looked up", "error", err)
		}
		return d, err == nil
	}
	if at.Workspace == "" {
		return digest.Delivery{}, false
	}
	recent, err := b.c.Digests.Deliveries(ctx, digest.DeliveryFilter{Platform: at.Platform, Workspace: at.Workspace, States: []digest.State{digest.Sent}, Limit: 100})
	if err != nil {
		b.c.Log.WarnContext(ctx, "the digest of a thread could not be looked up", "error", err)
		return digest.Delivery{}, false
	}
	for _, d := range recent {
		for _, p := range d.Parts {
			if p.Ref.ID == at.Channel {
				return d, true
			}
		}
	}
	return digest.Delivery{}, false
}

// article shows a report that came as a link without a question.
func (b *Bot) article(ctx context.Context, v *visit, a briefings.Article) (*message.Message, error) {
	v.outcome = string(briefings.Answered)
	b.remember(ctx, v, briefings.Answer{
		Question: a.Title, Verdict: briefings.Answered, Short: a.Title, AsOf: v.At, Searched: 1, Newest: a.Published,
		Documents: []string{a.ID}, Topic: names(a.Title, 6),
	})
	return present.Article(a, b.sayings([]briefings.Article{a}, 6), b.reader(ctx, v.Request)), nil
}

// sayings are who said what in the articles, each speaker's stance once, at most n.
func (b *Bot) sayings(articles []briefings.Article, n int) []present.Saying {
	var out []present.Saying
	seen := map[string]bool{}
	for _, a := range articles {
		for _, s := range b.c.Newsroom.Statements(a) {
			if s.Sentence < 0 || s.Sentence >= len(a.Sentences) {
				continue
			}
			name := s.Speaker.Full
			if name == "" {
				name = s.Speaker.Name
			}
			key := strings.ToLower(name) + "\x00" + string(s.Stance)
			if name == "" || s.Text == "" || a.Sentences[s.Sentence].Role == briefings.RoleHeadline || seen[key] || len(out) == n {
				continue
			}
			seen[key] = true
			out = append(out, present.Saying{Statement: s, Citation: a.Cite(s.Sentence)})
		}
	}
	return out
}

// click does what a pressed button says.
func (b *Bot) click(ctx context.Context, v *visit) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	v.private = true
	v.command = "click"
	switch v.Action {
	case present.ActionEvidence, present.ActionHelpful, present.ActionUnhelpful, present.ActionShare, present.ActionAgain, present.ActionSuggest, present.ActionFollow, present.ActionFollowLast, present.ActionFollowHere, present.ActionStory, present.ActionSetUp, present.ActionCarryOut,
		present.ActionTrack, present.ActionSnooze, present.ActionUnsnooze:
		v.command = "click " + v.Action
	default:
		v.outcome = "refused"
		return present.UnknownButton(reader), nil
	}
	if v.Action == present.ActionStory {
		return b.storyPressed(ctx, v)
	}
	if v.Action == present.ActionHelpful || v.Action == present.ActionUnhelpful {
		return b.vote(ctx, v, v.Action == present.ActionHelpful)
	}
	id, number, _ := strings.Cut(v.Value, ".")
	x, err := b.exchange(ctx, v, id)
	if errors.Is(err, ErrForgotten) {
		v.outcome = "refused"
		return present.Forgotten(reader), nil
	}
	if err != nil {
		return nil, err
	}
	switch v.Action {
	case present.ActionFollow:
		return b.followPreviewed(ctx, v, x, wish{follow: true})
	case present.ActionSetUp:
		return b.setUp(ctx, v, x)
	case present.ActionCarryOut:
		return b.carryOut(ctx, v, x)
	case present.ActionTrack, present.ActionSnooze, present.ActionUnsnooze:
		return b.matterPressed(ctx, v, x)
	case present.ActionFollowHere:
		return b.followPreviewed(ctx, v, x, wish{follow: true, alone: true})
	case present.ActionFollowLast:
		return b.followPreviewed(ctx, v, x, wish{follow: true, first: present.FollowLast})
	case present.ActionShare:
		if x.User != v.User.ID { // whoever pressed it can't have seen the answer
			v.outcome = "refused"
			return present.Forgotten(reader), nil
		}
		v.private = false
		return present.Answer(x.Answer, present.Answering{Reader: reader, Exchange: x.ID}), nil
	case present.ActionAgain:
		return b.ask(ctx, v, x.Answer.Question)
	case present.ActionSuggest:
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || n > len(x.Answer.Suggestions) {
			v.outcome = "refused"
			return present.Forgotten(reader), nil
		}
		return b.ask(ctx, v, x.Answer.Suggestions[n-1])
	}
	return present.Evidence(x.Answer, x.ID, reader), nil
}

// exchange returns a remembered answer of the same place. Its id can't be guessed; that of another workspace counts as
// forgotten all the same.
func (b *Bot) exchange(ctx context.Context, v *visit, id string) (Exchange, error) {
	x, err := b.c.Memory.Exchange(ctx, id)
	if err != nil {
		return Exchange{}, fmt.Errorf("recall the answer %s: %w", firstRunes(id, 20), err)
	}
	if x.Address.Platform != v.Address.Platform || x.Address.Workspace != v.Address.Workspace {
		return Exchange{}, ErrForgotten
	}
	return x, nil
}

// vote keeps what a person thinks of an answer or a digest.
func (b *Bot) vote(ctx context.Context, v *visit, helpful bool) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	subject, err := b.subject(ctx, v)
	if errors.Is(err, ErrForgotten) || errors.Is(err, digest.ErrNotFound) {
		v.outcome = "refused"
		return present.Forgotten(reader), nil
	}
	if err != nil {
		return nil, err
	}
	f := Feedback{Subject: subject, Address: v.Address, User: v.User.ID, Helpful: helpful, At: v.At, Comment: firstRunes(v.Text, 1000)}
	if err := b.c.Memory.KeepFeedback(ctx, f); err != nil {
		return nil, fmt.Errorf("keep a vote on %s: %w", subject, err)
	}
	if b.c.Hooks.Voted != nil {
		b.c.Hooks.Voted(v.Address.Platform, helpful)
	}
	return present.Thanks(helpful, reader), nil
}

// subject is what a vote is about: an exchange, or a digest of this place.
func (b *Bot) subject(ctx context.Context, v *visit) (string, error) {
	rest, isDigest := strings.CutPrefix(v.Value, "digest.")
	if !isDigest {
		x, err := b.exchange(ctx, v, v.Value)
		return x.ID, err
	}
	id, slot, _ := strings.Cut(rest, ".")
	seconds, err := strconv.ParseInt(slot, 10, 64)
	if err != nil {
		return "", ErrForgotten
	}
	s, err := b.c.Digests.Subscription(ctx, id)
	if err != nil {
		return "", fmt.Errorf("look up the digest %s: %w", firstRunes(id, 20), err)
	}
	if s.Address.Platform != v.Address.Platform || s.Address.Workspace != v.Address.Workspace {
		return "", ErrForgotten
	}
	return "digest:" + s.ID + ":" + time.Unix(seconds, 0).UTC().Format(time.RFC3339), nil
}

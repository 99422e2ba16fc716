package briefings

import (
	"context"
	"time"
)

// Question is what a person asks.
type Question struct {
	Text string
	// Thread is what was said before in the same conversation, oldest first. A question that leans on it ("and Seoul?") is
	// completed from it.
	Thread []Turn
	// Articles restricts the search to these IDs; empty means the whole library.
	Articles []string
	// Reports are read for this question only: they are searched, alone, and not kept.
	Reports []Report
	// Asked is when the question is asked: only articles published by then count. Zero means now.
	Asked time.Time
	// Limit is how many claims the answer may show; zero means 3.
	Limit int
	// For is the channel (message.Address.String) in which it is asked: it is answered from what the channel may see, and what its
	// workspace has reviewed counts as reviewed. Empty means that who looks under the context sees (see Viewing), and that every
	// review counts.
	For string
	// Explain asks for Answer.Why.
	Explain bool
}

// Turn is one question of a conversation and what it was answered with.
type Turn struct {
	Question string   `json:"question"`
	Answer   string   `json:"answer,omitempty"`   // the short answer
	Articles []string `json:"articles,omitempty"` // the articles cited
	Topic    []string `json:"topic,omitempty"`    // names spoken of, most recent last
}

// Verdict says what became of a question.
type Verdict string

// The verdicts.
const (
	Answered     Verdict = "answered"
	Disputed     Verdict = "disputed"       // speakers differ; the claims show each side
	NotInSources Verdict = "not_in_sources" // the library does not say
)

// Claim is one sentence that is shown, with the citations that carry it. Without a citation it never leaves the engine.
type Claim struct {
	Text string `json:"text"`
	// Speaker is who said it; a claim without one is the outlet's own statement.
	Speaker   Speaker    `json:"speaker,omitzero"`
	Stance    Stance     `json:"stance,omitempty"`
	Direct    bool       `json:"direct,omitempty"`
	Citations []Citation `json:"citations"`
}

// Answer is what the engine has to say to a question.
type Answer struct {
	Question string  `json:"question"` // as it was understood: completed from the thread
	Verdict  Verdict `json:"verdict"`
	// Short is the span that answers who, when, where, how many …; it stands in the first claim. Where that claim decides what was
	// asked it is "Yes" or "No". Empty where the claims
	// themselves are the answer or there is none.
	Short  string  `json:"short,omitempty"`
	Claims []Claim `json:"claims"`
	// Parts are the answers of a message that asks several things, in order, each complete in itself; nil for one question. What stands
	// beside them is of all of them: the claims one after the other, the short answers joined by "; ", the least confidence, and a
	// verdict that is NotInSources only where all are and Disputed where any is.
	Parts []Answer `json:"parts,omitempty"`
	// About says what the question asks about Attaché itself instead of the news (AboutSelf …). Then the verdict is NotInSources, nothing is
	// cited, and Searched and Newest say what there is to answer from.
	About string `json:"about,omitempty"`
	// Left are the questions of such a message that were too many to answer at once.
	Left []string `json:"left,omitempty"`
	// Nearby is what the sources do say about the matter when they don't answer the question.
	Nearby []Claim `json:"nearby,omitempty"`
	// Missing names what the question asks about and the sources don't have: a name, a number, a date.
	Missing []string `json:"missing,omitempty"`
	// Suggestions are questions that the sources can answer.
	Suggestions []string `json:"suggestions,omitempty"`
	// Confidence is between 0 and 1: how sure it is that the sources answer the question.
	Confidence float64 `json:"confidence"`
	// AsOf is until when articles were considered.
	AsOf time.Time `json:"as_of"`
	// Searched is how many articles were searched, Newest when the newest of them was published.
	Searched int       `json:"searched"`
	Newest   time.Time `json:"newest,omitzero"`
	// Now says that the question is about what holds now, or newest: then the age of what is cited matters.
	Now bool `json:"now,omitempty"`
	// Documents ranks the articles found, best first, at most ten.
	Documents []string `json:"documents,omitempty"`
	// Ranked are the sentences found, best first, at most five; the claims are drawn from them.
	Ranked []Ranked `json:"ranked,omitempty"`
	// Topic are the names that the answer speaks of, for the next question of the thread.
	Topic []string `json:"topic,omitempty"`
	// Drafter is the name of the Drafter whose draft stands.
	Drafter string `json:"drafter,omitempty"`
	// Why explains the answer when the question asked for it.
	Why *Why `json:"why,omitempty"`
}

// Ranked is a sentence with its place in the ranking.
type Ranked struct {
	Citation Citation `json:"citation"`
	Speaker  Speaker  `json:"speaker,omitzero"`
	Score    float64  `json:"score"`
}

// Why says how an answer came about.
type Why struct {
	Terms     []string  `json:"terms"` // what was searched for
	Type      string    `json:"type"`  // the expected type of answer
	Sentences []Weighed `json:"sentences"`
	// Spans are the short answers that were considered, best first.
	Spans    []WeighedSpan `json:"spans,omitempty"`
	Rejected []Rejection   `json:"rejected,omitempty"`
	Signals  []Feature     `json:"signals,omitempty"` // what the verdict was decided on
	// Parts are what each signal adds to the verdict's score, the weightiest first.
	Parts []Feature `json:"parts,omitempty"`
	// Confidence is the answer's; below Threshold the sources are said not to answer.
	Confidence float64 `json:"confidence"`
	Threshold  float64 `json:"threshold"`
	// Passages are what the index found, best first, at most ten.
	Passages []WeighedPassage `json:"passages,omitempty"`
	// Stands are the claims that passed ground; Rejected those that didn't.
	Stands []string `json:"stands,omitempty"`
	// Question is what this explains the answer of; Questions explain the parts of an answer to several, in order.
	Question  string `json:"question,omitempty"`
	Questions []*Why `json:"questions,omitempty"`
}

// WeighedPassage is a passage with the score by which the index found it.
type WeighedPassage struct {
	Article string  `json:"article"`
	Title   string  `json:"title,omitempty"`
	Passage int     `json:"passage"`
	Text    string  `json:"text"` // its beginning
	Score   float64 `json:"score"`
}

// Brief is the explanation for a person: the best few of everything, and of each the parts that weigh most.
func (w *Why) Brief() *Why {
	const few, most = 5, 8
	out := *w
	out.Signals, out.Questions = nil, nil
	for _, q := range w.Questions {
		out.Questions = append(out.Questions, q.Brief())
	}
	out.Parts = w.Parts[:min(len(w.Parts), most)]
	out.Passages = w.Passages[:min(len(w.Passages), few)]
	out.Sentences, out.Spans = nil, nil
	for _, s := range w.Sentences[:min(len(w.Sentences), few)] {
		s.Features, s.Order, s.Parts = nil, nil, s.Parts[:min(len(s.Parts), most)]
		out.Sentences = append(out.Sentences, s)
	}
	for _, s := range w.Spans[:min(len(w.Spans), few)] {
		s.Features, s.Parts = nil, s.Parts[:min(len(s.Parts), most)]
		out.Spans = append(out.Spans, s)
	}
	return &out
}

// Weighed is a sentence with its score by feature.
type Weighed struct {
	Article  string    `json:"article"`
	Sentence int       `json:"sentence"`
	Text     string    `json:"text"`
	Score    float64   `json:"score"`
	Features []Feature `json:"features"`
	// Order are the features by which it was placed among those read closely.
	Order []Feature `json:"order,omitempty"`
	// Parts are what each feature adds to Score, the weightiest first.
	Parts []Feature `json:"parts,omitempty"`
}

// WeighedSpan is a stretch of a sentence that was considered as the short answer.
type WeighedSpan struct {
	Text     string    `json:"text"`
	Article  string    `json:"article"`
	Sentence int       `json:"sentence"`
	Kind     string    `json:"kind"`
	Score    float64   `json:"score"`
	Features []Feature `json:"features"`
	// Parts are what each feature adds to Score, the weightiest first.
	Parts []Feature `json:"parts,omitempty"`
}

// Feature is a named number.
type Feature struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
}

// Rejection is a claim that ground threw out, and why.
type Rejection struct {
	Text   string `json:"text"`
	Reason string `json:"reason"`
}

// Evidence is a passage offered to a Drafter: an article's sentences around the ones that were found.
type Evidence struct {
	Article   Article
	Sentences []int // indices into Article.Sentences, best first
}

// Brief is the work order of a Drafter.
type Brief struct {
	Question Question // Text is completed from the thread
	Evidence []Evidence
	Ranked   []Ranked // the sentences of Evidence, best first
	Type     string   // the expected type of answer

	found *findings // what the engine worked out, for Extractive
}

// Draft is what a Drafter proposes. Nothing in it is believed: ground checks every word against the articles.
type Draft struct {
	Verdict    Verdict
	Short      string
	Claims     []Claim
	Confidence float64
	Missing    []string
}

// Drafter writes an answer from evidence. A Drafter may fail, be slow or lie: the engine then answers with its own
// Extractive drafter, in the same reply.
type Drafter interface {
	Name() string
	Draft(ctx context.Context, b Brief) (Draft, error)
}

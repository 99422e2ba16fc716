package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"attache/adapters/console"
	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
)

type askCmd struct {
	JSON     bool     `help:"Print the answer as JSON."`
	Explain  bool     `help:"Say why: what was searched for, the sentences with their scores, what was rejected."`
	Article  []string `help:"Search only this file or page, and keep nothing. May be given several times." placeholder:"PATH_OR_URL"`
	AsOf     string   `help:"Only what was published by then counts, such as 2024-02-20." placeholder:"DATE"`
	Question []string `arg:"" help:"The question."`
}

func (c askCmd) Run(ctx context.Context, p *program) error {
	q := briefings.Question{Text: strings.Join(c.Question, " "), Explain: c.Explain}
	if c.AsOf != "" {
		var err error
		if q.Asked, err = day(c.AsOf); err != nil {
			return err
		}
	}
	s, err := p.settings()
	if err != nil {
		return err
	}
	how := looks
	if len(c.Article) > 0 {
		how = nothing
	}
	d, err := p.openDesk(ctx, s, p.log(quiet(s)), how, nil)
	if err != nil {
		return err
	}
	defer d.close()
	ctx = briefings.Viewing(ctx, briefings.Everything) // who has the terminal is the operator
	for _, from := range c.Article {
		r, err := d.report(ctx, from)
		if err != nil {
			return err
		}
		q.Reports = append(q.Reports, r)
	}
	answer, err := d.engine.Ask(ctx, q)
	switch {
	case errors.Is(err, briefings.ErrNoQuestion), errors.Is(err, briefings.ErrQuestionTooLong):
		return usage(err)
	case err != nil:
		return err
	}
	if c.JSON {
		return printAnswer(p.out, q.Text, answer)
	}
	fmt.Fprint(p.out, message.Text(present.Answer(answer, present.Answering{Reader: p.reader(s.Zone)}), message.TextOptions{
		Width: width(p.out), Colour: p.colour(p.out), Links: p.colour(p.out),
	}))
	if c.Explain && answer.Why != nil {
		explain(p.out, answer)
	}
	return nil
}

// reader is the person at the terminal.
func (p *program) reader(zone string) present.Reader {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC
	}
	return present.Reader{Locale: p.locale(), Zone: loc, Now: p.now()}
}

// locale is the language of the person at the terminal, as POSIX lets them say it: the first of these that is set decides.
func (p *program) locale() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		for _, entry := range p.environ {
			if value, found := strings.CutPrefix(entry, name+"="); found && value != "" {
				return value
			}
		}
	}
	return ""
}

// answerJSON is what `ask --json` prints. Scripts depend on it: fields are added, never renamed.
type answerJSON struct {
	Question string            `json:"question"`
	Verdict  briefings.Verdict `json:"verdict"`
	Answer   string            `json:"answer"`
	Claims   []claimJSON       `json:"claims"`
	AsOf     string            `json:"as_of"`
	// What follows is beyond the least.
	Confidence float64        `json:"confidence"`
	Missing    []string       `json:"missing,omitempty"`
	Nearby     []claimJSON    `json:"nearby,omitempty"`
	Searched   int            `json:"searched"`
	Drafter    string         `json:"drafter"` // who worded it: "extractive", or the language model's name
	Why        *briefings.Why `json:"why,omitempty"`
	Parts      []answerJSON   `json:"parts,omitempty"` // the answers of a message that asks several things, in order
	Left       []string       `json:"left,omitempty"`  // its questions that were too many
	About      string         `json:"about,omitempty"` // what is asked about Attaché itself
}

type claimJSON struct {
	Text      string         `json:"text"`
	Speaker   string         `json:"speaker"`
	Via       string         `json:"via,omitempty"`
	Stance    string         `json:"stance,omitempty"`
	Citations []citationJSON `json:"citations"`
}

type citationJSON struct {
	Article   string `json:"article"`
	Revision  int    `json:"revision"`
	URL       string `json:"url"`
	Title     string `json:"title,omitempty"`
	Outlet    string `json:"outlet,omitempty"`
	Published string `json:"published,omitempty"`
	Sentence  int    `json:"sentence"`
	Quote     string `json:"quote"`
	Start     int    `json:"start"`
	End       int    `json:"end"`
}

func printAnswer(w io.Writer, question string, a briefings.Answer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(jsonOf(question, a))
}

func jsonOf(question string, a briefings.Answer) answerJSON {
	j := answerJSON{
		Question: question, Verdict: a.Verdict, Answer: a.Short, Claims: claimsJSON(a.Claims), AsOf: a.AsOf.UTC().Format(timeJSON),
		Confidence: a.Confidence, Missing: a.Missing, Nearby: claimsJSON(a.Nearby), Searched: a.Searched, Drafter: a.Drafter, Why: a.Why, Left: a.Left, About: a.About,
	}
	for _, p := range a.Parts {
		j.Parts = append(j.Parts, jsonOf(p.Question, p))
	}
	return j
}

const timeJSON = "2006-01-02T15:04:05Z07:00"

func claimsJSON(claims []briefings.Claim) []claimJSON {
	out := []claimJSON{}
	for _, c := range claims {
		j := claimJSON{Text: c.Text, Speaker: c.Speaker.Name, Via: c.Speaker.Via, Stance: string(c.Stance), Citations: []citationJSON{}}
		for _, x := range c.Citations {
			cite := citationJSON{Article: x.Article, Revision: x.Revision, URL: x.URL, Title: x.Title, Outlet: x.Outlet, Sentence: x.Sentence, Quote: x.Quote, Start: x.Start, End: x.End}
			if !x.Published.IsZero() {
				cite.Published = x.Published.UTC().Format(timeJSON)
				if x.DateOnly {
					cite.Published = cite.Published[:len("2006-01-02")]
				}
			}
			j.Citations = append(j.Citations, cite)
		}
		out = append(out, j)
	}
	return out
}

// explain prints why an answer is what it is.
func explain(w io.Writer, a briefings.Answer) {
	if len(a.Why.Questions) == 0 {
		fmt.Fprintf(w, "\nWhy (drafter %s, confidence %.2f)\n", a.Drafter, a.Confidence)
		explainOne(w, a.Why)
	}
	for i, why := range a.Why.Questions {
		fmt.Fprintf(w, "\nWhy %d. %s (drafter %s, confidence %.2f)\n", i+1, message.Clean(why.Question), a.Parts[i].Drafter, why.Confidence)
		explainOne(w, why)
	}
}

// explainOne prints why the answer to one question is what it is.
func explainOne(w io.Writer, why *briefings.Why) {
	fmt.Fprintf(w, "  searched for: %s\n  expected: %s\n", strings.Join(why.Terms, " "), why.Type)
	for _, f := range why.Signals {
		fmt.Fprintf(w, "  %-24s %8.3f\n", f.Name, f.Value)
	}
	for _, p := range why.Passages {
		fmt.Fprintf(w, "  passage %7.3f  %s, %d: %s\n", p.Score, p.Article, p.Passage, message.Clean(p.Text))
	}
	for _, s := range why.Sentences {
		fmt.Fprintf(w, "  %7.3f  %s #%d: %s\n", s.Score, s.Article, s.Sentence, message.Clean(s.Text))
		for _, f := range s.Features {
			if f.Value != 0 {
				fmt.Fprintf(w, "           %-22s %8.3f\n", f.Name, f.Value)
			}
		}
		for _, f := range s.Parts {
			fmt.Fprintf(w, "           adds to the score: %-22s %+8.3f\n", f.Name, f.Value)
		}
	}
	for i, s := range why.Spans[:min(len(why.Spans), 10)] {
		told := "rejected"
		if i == 0 {
			told = "proposed"
		}
		fmt.Fprintf(w, "  short answer %s %7.3f  %s (%s)\n", told, s.Score, message.Clean(s.Text), s.Kind)
	}
	for _, text := range why.Stands {
		fmt.Fprintf(w, "  stands: %s\n", message.Clean(text))
	}
	for _, r := range why.Rejected {
		fmt.Fprintf(w, "  rejected: %s (%s)\n", message.Clean(r.Text), r.Reason)
	}
}

type chatCmd struct{}

func (chatCmd) Run(ctx context.Context, p *program) error {
	s, err := p.settings()
	if err != nil {
		return err
	}
	d, err := p.openDesk(ctx, s, p.log(quiet(s)), writes, nil)
	if err != nil {
		return err
	}
	defer d.close()
	ctx = briefings.Viewing(ctx, briefings.Everything) // who has the terminal is the operator
	b, err := d.bot(p)
	if err != nil {
		return err
	}
	c, err := console.New(console.Config{Handler: b, In: p.in, Out: p.out, Err: p.err, Colour: p.colour(p.out), Width: width(p.out), Locale: p.locale()})
	if err != nil {
		return err
	}
	return c.Chat(ctx)
}

// quiet keeps the log of short commands to what needs a person, unless more was asked for.
func quiet(s settings) settings {
	if s.LogLevel == 0 {
		s.LogLevel = 4 // slog.LevelWarn
	}
	return s
}

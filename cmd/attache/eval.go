package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"attache/briefings"
	"attache/briefings/eval"
)

type evalCmd struct {
	Article   []string `help:"Articles to answer from; may be given several times." placeholder:"PATH"`
	Corpus    string   `help:"Articles to answer from, one JSON object a line, also gzipped." placeholder:"FILE.jsonl[.gz]"`
	Limit     int      `help:"Answer only the first N questions." placeholder:"N"`
	Model     bool     `help:"Let the language model of ATTACHE_MODEL word the answers."`
	Questions string   `arg:"" help:"One JSON object a line: id, question, and asked, articles or context where wanted. - is standard input."`
}

func (c evalCmd) Run(ctx context.Context, p *program) error {
	s, err := p.settings()
	if err != nil {
		return err
	}
	d, err := p.openDesk(ctx, s, p.log(quiet(s)), nothing, nil)
	if err != nil {
		return err
	}
	defer d.close()
	job := eval.Config{Out: p.out, Now: p.now, Limit: c.Limit}
	if c.Model {
		if d.model == nil {
			return usage(errors.New("--model needs ATTACHE_MODEL and its key or address"))
		}
		job.Drafter = d.model
	}
	for _, from := range c.Article {
		r, err := d.report(ctx, from)
		if err != nil {
			return err
		}
		if r.ID == "" {
			r.ID = from
		}
		job.Articles = append(job.Articles, r)
	}
	if len(c.Article) == 0 && c.Corpus == "" {
		job.Articles = briefings.Archive()
	}
	if c.Corpus != "" {
		f, err := os.Open(c.Corpus)
		if err != nil {
			return usage(err)
		}
		defer f.Close()
		job.Corpus = f
	}
	var questions io.Reader = p.in
	if c.Questions != "-" {
		f, err := os.Open(c.Questions)
		if err != nil {
			return usage(err)
		}
		defer f.Close()
		questions = f
	}
	job.Questions = questions
	show := isTerminal(p.err)
	if show {
		job.Progress = func(articles, questions int) {
			fmt.Fprintf(p.err, "\r%d articles read, %d questions answered\x1b[K", articles, questions)
		}
	}
	job.Fault = func(f eval.Fault) { fmt.Fprintf(p.err, "%v\n", f) }
	stats, err := eval.Run(ctx, job)
	if show {
		fmt.Fprint(p.err, "\r\x1b[K")
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(p.err, "%d articles; %d questions: %d answered, %d disputed, %d not in the sources; %d lines left out; median %s, 99%% within %s\n",
		stats.Articles, stats.Questions, stats.Answered, stats.Disputed, stats.Refused, stats.Faults,
		stats.Median.Round(100*time.Microsecond), stats.Slowest99.Round(100*time.Microsecond))
	return nil
}

package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"attache/briefings"
)

// maxCorpusLine bounds one article of a corpus, in bytes.
const maxCorpusLine = 8 << 20

type storiesCmd struct {
	Corpus    string `required:"" help:"File of articles, one JSON object a line: id, title, text and, where known, published and language (or lang). A dash is the standard input." placeholder:"FILE.jsonl"`
	Headlines bool   `help:"Group by the titles alone."`
	JSON      bool   `help:"Print one JSON object a story instead: its id, its articles and which of them are copies of which."`
	Across    bool   `help:"Print instead for every report that is not in English its id and the id of the English report that is most likely about the same event."`
}

// Run prints the id of each article and the id of its story.
func (c storiesCmd) Run(p *program) error {
	in := p.in
	if c.Corpus != "-" {
		f, err := os.Open(c.Corpus)
		if err != nil {
			return fmt.Errorf("open the corpus: %w", err)
		}
		defer f.Close()
		in = f
	}
	if c.Across {
		return c.across(p, in)
	}
	var stories briefings.Stories
	ids, err := readCorpus(in, c.Headlines, stories.Add)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(p.out)
	if c.JSON {
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		for _, s := range stories.All() {
			if err := enc.Encode(s); err != nil {
				return err
			}
		}
		return out.Flush()
	}
	home := map[string]string{}
	for _, s := range stories.All() {
		for _, a := range s.Articles {
			home[a] = s.ID
		}
	}
	for _, id := range ids {
		if _, err := fmt.Fprintf(out, "%s\t%s\n", id, home[id]); err != nil {
			return err
		}
	}
	return out.Flush()
}

// across prints for every report that isn't in English the English one that is most likely about the same event.
func (c storiesCmd) across(p *program, in io.Reader) error {
	var all []briefings.Article
	if _, err := readCorpus(in, c.Headlines, func(a briefings.Article) { all = append(all, a) }); err != nil {
		return err
	}
	counterparts := briefings.Counterparts{Most: len(all) + 1}
	for _, a := range all {
		counterparts.Add(a)
	}
	out := bufio.NewWriter(p.out)
	for _, a := range all {
		if briefings.LanguageOf(a) == "en" {
			continue
		}
		if _, err := fmt.Fprintf(out, "%s\t%s\n", a.ID, counterparts.Likeliest(a.ID, "en")); err != nil {
			return err
		}
	}
	return out.Flush()
}

// readCorpus hands every article of a corpus to add and returns their ids in order.
func readCorpus(in io.Reader, headlines bool, add func(briefings.Article)) ([]string, error) {
	var ids []string
	seen := map[string]bool{}
	sc := bufio.NewScanner(in)
	sc.Buffer(make([]byte, 64<<10), maxCorpusLine)
	for number := 1; sc.Scan(); number++ {
		if strings.TrimSpace(sc.Text()) == "" {
			continue
		}
		var row struct {
			ID        json.RawMessage `json:"id"`
			Title     string          `json:"title"`
			Text      string          `json:"text"`
			Language  string          `json:"language"`
			Lang      string          `json:"lang"`
			Outlet    string          `json:"outlet"`
			Published string          `json:"published"`
		}
		if err := json.Unmarshal(sc.Bytes(), &row); err != nil {
			return nil, fmt.Errorf("line %d of the corpus is no JSON object of an article: %w", number, err)
		}
		id := string(row.ID)
		if strings.HasPrefix(id, `"`) {
			if err := json.Unmarshal(row.ID, &id); err != nil {
				return nil, fmt.Errorf("line %d of the corpus: id: %w", number, err)
			}
		}
		switch {
		case id == "" || id == "null" || strings.ContainsAny(id, "\t\r\n"):
			return nil, fmt.Errorf("line %d of the corpus has no id of one line", number)
		case seen[id]:
			return nil, fmt.Errorf("line %d of the corpus has the id %s for a second time", number, id)
		}
		seen[id] = true
		ids = append(ids, id)
		a := briefings.Article{Report: briefings.Report{ID: id, Title: row.Title, Text: row.Text, Language: cmp.Or(row.Language, row.Lang), Outlet: row.Outlet}, Revision: 1}
		if headlines {
			a.Text = ""
		}
		if row.Published != "" {
			at, err := time.Parse(time.RFC3339, row.Published)
			if err != nil {
				if at, err = time.Parse(time.DateOnly, row.Published); err != nil {
					return nil, fmt.Errorf("line %d of the corpus: published is neither a day like 2024-02-20 nor a time like 2024-02-20T09:00:00Z", number)
				}
				a.DateOnly = true
			}
			a.Published = at
		}
		add(a)
	}
	if err := sc.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			return nil, fmt.Errorf("line %d of the corpus is longer than %d MB", len(ids)+1, maxCorpusLine>>20)
		}
		return nil, fmt.Errorf("read the corpus: %w", err)
	}
	return ids, nil
}

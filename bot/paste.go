package bot

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
)

// mostPasted is how many characters a pasted text may have.
const mostPasted = 20_000

// pastes is how a request begins that pastes a text.
var pastes = regexp.MustCompile(`(?i)^\s*source\s+paste\b`)

// sourcePaste keeps a text that somebody pasted as a report. What neither the person nor the text says of it is asked for, and
// nothing is kept until it is there: who published it and when is never made up.
func (b *Bot) sourcePaste(ctx context.Context, v *visit, in Invocation) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	r := pasted(in.Args)
	if utf8.RuneCountInString(r.Text) > mostPasted {
		v.outcome, v.lacks = "refused", []string{"text"}
		return present.TooLong(mostPasted, reader), nil
	}
	p := present.Paste{Title: r.Title, Outlet: r.Outlet, Published: in.Args["published"]}
	at, dayOnly, dated := publishedAt(in.Args["published"], reader.Zone)
	if dated {
		r.Published, r.DateOnly = at, dayOnly
	}
	p.Undated = in.Args["published"] != "" && (!dated || at.After(v.At.Add(24*time.Hour)))
	if r.Text == "" || r.Title == "" || r.Outlet == "" || r.Published.IsZero() || p.Undated {
		v.outcome = "refused"
		p.Empty = r.Text == ""
		for _, of := range []struct {
			arg   string
			lacks bool
		}{{"text", p.Empty}, {"title", r.Title == ""}, {"outlet", r.Outlet == ""}, {"published", r.Published.IsZero() || p.Undated}} {
			if of.lacks {
				v.lacks = append(v.lacks, of.arg)
			}
		}
		return present.PasteLacks(p, reader), nil
	}
	r.Source, r.Unreviewed, r.Owner = "paste", true, briefings.Brings(ctx)
	a, _, err := b.c.Newsroom.Read(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("keep a pasted text: %w", err)
	}
	b.c.Log.InfoContext(ctx, "a pasted text was kept", "article", a.ID, "address", v.Address.String(), "user", v.User.ID)
	v.outcome = "done"
	return present.PasteKept(a, circleOf(r.Owner), reader), nil
}

// circleOf is for whom something is that an owner has.
func circleOf(owner string) present.Circle {
	switch {
	case owner == "":
		return present.CircleAll
	case strings.Count(owner, "/") == 1:
		return present.CircleWorkspace
	}
	return present.CircleHere
}

// takeBack takes back a text that was pasted, or a page that was read for a link, by the article's id or address: it is no longer
// the workspace's. ok is false where it has no such article.
func (b *Bot) takeBack(ctx context.Context, id string) (a briefings.Article, ok bool, err error) {
	newsroom, can := b.c.Newsroom.(interface {
		TakeBack(ctx context.Context, article, owner string) error
	})
	if !can {
		return a, false, nil
	}
	library, err := b.library(ctx)
	if err != nil {
		return a, false, err
	}
	if found := library.byID([]string{id}); len(found) > 0 {
		a = found[0]
	} else if links, _ := cutLinks(id); len(links) > 0 {
		a, _ = library.byAddress(links[0])
	}
	if a.Source != "paste" && a.Source != "link" { // what a source brings would be there again after its next poll
		return a, false, nil
	}
	err = newsroom.TakeBack(ctx, a.ID, briefings.Brings(ctx))
	if errors.Is(err, briefings.ErrNotFound) {
		return a, false, nil
	}
	return a, err == nil, err
}

// pasteLabels are the words in front of what lines at the head of a pasted text say of it.
var pasteLabels = map[string]string{
	"title": "title", "headline": "title", "titre": "title", "제목": "title",
	"outlet": "outlet", "source": "outlet", "média": "outlet", "매체": "outlet", "출처": "outlet",
	"published": "published", "date": "published", "publié": "published", "날짜": "published", "게시일": "published",
}

// pasted is what arguments, and lines like "Outlet: Reuters" at the head of the text, say of it. " | " may end such a line too. What the lines say is written
// into args where nothing stands. A first line with a blank one below is the title.
func pasted(args map[string]string) briefings.Report {
	text := strings.TrimSpace(strings.ReplaceAll(args["text"], "\r\n", "\n"))
	for {
		line, rest, _ := strings.Cut(text, "\n")
		if begin, end, ok := strings.Cut(line, " | "); ok { // where a command has one line
			line, rest = begin, end+text[len(line):]
		}
		label, value, ok := strings.Cut(line, ":")
		name := pasteLabels[strings.ToLower(strings.Trim(label, " *_#"))]
		if value = strings.Trim(value, " *_"); !ok || name == "" || value == "" {
			break
		}
		if args[name] == "" {
			args[name] = value
		}
		text = strings.TrimSpace(rest)
	}
	if line, rest, ok := strings.Cut(text, "\n"); ok && args["published"] == "" {
		if _, _, dated := publishedAt(line, time.UTC); dated {
			args["published"], text = strings.TrimSpace(line), strings.TrimSpace(rest)
		}
	}
	line, rest, ok := strings.Cut(text, "\n")
	line = strings.TrimSpace(strings.TrimLeft(line, "# "))
	if n := utf8.RuneCountInString(line); args["title"] == "" && ok && strings.HasPrefix(rest, "\n") && n >= 8 && n <= 160 && !strings.ContainsAny(line[len(line)-1:], ".;,:") {
		args["title"], text = line, strings.TrimSpace(rest)
	}
	return briefings.Report{Title: args["title"], Outlet: args["outlet"], Text: text}
}

// publishedAt reads a day or an instant as people write it. A time without a zone is the reader's.
func publishedAt(text string, zone *time.Location) (at time.Time, dayOnly, ok bool) {
	text = strings.TrimSpace(text)
	for _, layout := range []string{time.DateOnly, "2.1.2006", "2 January 2006", "2 Jan 2006", "January 2, 2006", "Jan 2, 2006", "2006年1月2日", "2006년 1월 2일"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, true, true
		}
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04", "2006-01-02T15:04"} {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at.UTC(), false, true
		}
	}
	return time.Time{}, false, false
}

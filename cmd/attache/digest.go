package main

import (
	"context"
	"fmt"
	"time"

	"attache/bot/digest"
	"attache/bot/present"
	"attache/briefings"
)

type digestCmd struct {
	Form   string   `help:"How to print it: text, html (a page for a mail program), eml (a mail file), json, feed (JSON Feed) or atom." enum:"text,html,eml,json,feed,atom" default:"text"`
	JSON   bool     `help:"The same as --form json."`
	Topic  []string `help:"What it is about; may be given several times." placeholder:"WORDS"`
	Review bool     `help:"Look back on the week before --until: what moved, what was disputed and how that stands."`
	Since  string   `help:"From when on; default: a day before --until." placeholder:"DATE"`
	Until  string   `help:"Until when; default: now." placeholder:"DATE"`
	Most   int      `help:"How many items at the most." default:"5"`
	Zone   string   `help:"Zone of the times shown; default: ATTACHE_TIMEZONE." placeholder:"ZONE"`
}

func (c digestCmd) Run(ctx context.Context, p *program) error {
	s, err := p.settings()
	if err != nil {
		return err
	}
	window := briefings.Window{To: p.now()}
	if c.Until != "" {
		if window.To, err = day(c.Until); err != nil {
			return err
		}
	}
	window.From = window.To.Add(-24 * time.Hour)
	if c.Review {
		window = digest.ReviewWindow(time.Time{}, window.To)
	}
	if c.Since != "" {
		if window.From, err = day(c.Since); err != nil {
			return err
		}
	}
	if !window.From.Before(window.To) {
		return usage(fmt.Errorf("--since must be before --until"))
	}
	zone := s.Zone
	if c.Zone != "" {
		if _, err := time.LoadLocation(c.Zone); err != nil {
			return usage(fmt.Errorf("%q is not a time zone; write an IANA name such as Asia/Seoul", c.Zone))
		}
		zone = c.Zone
	}
	d, err := p.openDesk(ctx, s, p.log(quiet(s)), looks, nil)
	if err != nil {
		return err
	}
	defer d.close()
	ctx = briefings.Viewing(ctx, briefings.Everything) // who has the terminal is the operator
	edition, err := d.engine.Compose(ctx, briefings.Assignment{Beat: briefings.Beat{Topics: c.Topic}, Window: window, Most: c.Most, Backlog: true, Review: c.Review})
	if err != nil {
		return err
	}
	if newest, err := d.engine.Articles(ctx, 1); err == nil && edition.Read == 0 && len(newest) == 1 {
		at := newest[0].Published
		fmt.Fprintf(p.err, "The newest report in the library is of %s: try --since %s --until %s\n", at.Format("2 January 2006"), at.AddDate(0, 0, -1).Format(time.DateOnly), at.AddDate(0, 0, 2).Format(time.DateOnly))
	}
	form := c.Form
	if c.JSON {
		form = formJSON
	}
	return p.printEdition(ctx, p.out, form, s, edition, present.Issue{Zone: zone, Locale: p.locale()})
}

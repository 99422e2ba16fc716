package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"time"

	"attache/adapters/pictures"
	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
)

// pictureTime is how long a digest's pictures may take to draw; one takes some 0.1 s. What isn't ready then is left out.
const pictureTime = 2 * time.Second

// illustrator adds pictures to editions; nil adds none.
type illustrator struct {
	desk   *pictures.Desk
	within time.Duration // how long drawing may take
	log    *slog.Logger
}

// newIllustrator makes one that draws for so long (zero means pictureTime), or nil where pictures are off.
func newIllustrator(s settings, within time.Duration, log *slog.Logger) (*illustrator, error) {
	if s.Pictures == "off" {
		return nil, nil
	}
	desk, err := pictures.New(pictures.Config{Theme: pictures.Theme(s.Pictures)})
	if err != nil {
		return nil, err
	}
	return &illustrator{desk: desk, within: cmp.Or(within, pictureTime), log: log}, nil
}

// illustrated is the message of an edition with its pictures: a map of the places and a timeline of the first story that has
// one. Whatever goes wrong with a picture, the message is as good as without it.
func (p *illustrator) illustrated(ctx context.Context, m *message.Message, e briefings.Edition, i present.Issue) (out *message.Message) {
	if p == nil || len(e.Items) == 0 {
		return m
	}
	defer func() {
		if r := recover(); r != nil {
			p.log.ErrorContext(ctx, "drawing a picture broke off", "panic", r, "stack", string(debug.Stack()))
			out = m
		}
	}()
	ctx, cancel := context.WithTimeoutCause(ctx, p.within, errors.New("drawing took too long"))
	defer cancel()
	var images []message.Image
	if image, err := p.mapOf(ctx, e, i); err == nil {
		images = append(images, image)
	} else if !errors.Is(err, pictures.ErrNothing) {
		p.log.WarnContext(ctx, "a digest goes without its map", "err", err)
	}
	for _, item := range e.Items {
		image, err := p.timelineOf(ctx, item, i)
		if err == nil {
			images = append(images, image)
			break
		}
		if !errors.Is(err, pictures.ErrNothing) && !errors.Is(err, pictures.ErrLetters) {
			p.log.WarnContext(ctx, "a digest goes without its timeline", "err", err)
			break
		}
	}
	return present.Illustrated(m, images...)
}

func (p *illustrator) mapOf(ctx context.Context, e briefings.Edition, i present.Issue) (message.Image, error) {
	drawn, err := p.desk.Map(ctx, e, func(place pictures.Place) string { return placeName(place, i.Locale) })
	if err != nil {
		return message.Image{}, err
	}
	places := make([]present.Place, len(drawn.Places))
	for n, place := range drawn.Places {
		places[n] = present.Place{Name: place.Name, Items: place.Items}
	}
	return message.Image{Data: drawn.PNG, Name: "map.png", Alt: present.MapWords(places, i)}, nil
}

// placeName is what a place on a map is called in the language of a locale.
func placeName(place pictures.Place, locale string) string {
	if place.Kind == pictures.Country {
		return present.CountryName(place.Country, locale)
	}
	return place.In(present.Language(locale))
}

func (p *illustrator) timelineOf(ctx context.Context, item briefings.Item, i present.Issue) (message.Image, error) {
	all := present.Moments(item, i)
	if len(all) == 0 {
		return message.Image{}, pictures.ErrNothing
	}
	moments := make([]pictures.Moment, len(all))
	for n, m := range all {
		moments[n] = pictures.Moment{When: m.When, Who: m.Who, What: m.What}
	}
	return p.drawnTimeline(ctx, message.Clean(item.Headline), moments, i)
}

// timelines is storyTimeline for the bot; nil where no pictures are drawn.
func (p *illustrator) timelines() func(ctx context.Context, headline string, moments []present.Moment, r present.Reader) (message.Image, bool) {
	if p == nil {
		return nil
	}
	return p.storyTimeline
}

// storyTimeline is the moments of a story drawn, for a reply; ok is false where there is no picture of them.
func (p *illustrator) storyTimeline(ctx context.Context, headline string, all []present.Moment, r present.Reader) (picture message.Image, ok bool) {
	defer func() {
		if r := recover(); r != nil {
			p.log.ErrorContext(ctx, "drawing a picture broke off", "panic", r, "stack", string(debug.Stack()))
			ok = false
		}
	}()
	ctx, cancel := context.WithTimeoutCause(ctx, p.within, errors.New("drawing took too long"))
	defer cancel()
	moments := make([]pictures.Moment, len(all))
	for n, m := range all {
		moments[n] = pictures.Moment{When: m.When, Who: m.Who, What: m.What}
	}
	i := present.Issue{Locale: r.Locale}
	if r.Zone != nil {
		i.Zone = r.Zone.String()
	}
	picture, err := p.drawnTimeline(ctx, headline, moments, i)
	if err != nil && !errors.Is(err, pictures.ErrNothing) && !errors.Is(err, pictures.ErrLetters) {
		p.log.WarnContext(ctx, "a story goes without its timeline", "err", err)
	}
	return picture, err == nil
}

func (p *illustrator) drawnTimeline(ctx context.Context, headline string, moments []pictures.Moment, i present.Issue) (message.Image, error) {
	drawn, err := p.desk.Timeline(ctx, headline, moments)
	if err != nil {
		return message.Image{}, err
	}
	shown := make([]present.Moment, len(drawn.Moments))
	for n, m := range drawn.Moments {
		shown[n] = present.Moment{When: m.When, Who: m.Who, What: m.What}
	}
	return message.Image{Data: drawn.PNG, Name: "timeline.png", Alt: present.TimelineWords(headline, shown, i)}, nil
}

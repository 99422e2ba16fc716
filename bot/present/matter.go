package present

import (
	"time"

	"attache/bot/message"
)

// The actions of the buttons under a story; their value is an exchange's id.
const (
	ActionTrack    = "track"    // the channel follows what the story is about
	ActionSnooze   = "snooze"   // the channel has a rest from it
	ActionUnsnooze = "unsnooze" // and has it back
)

// Rest is what a channel has a rest from.
type Rest struct {
	Matter string
	Until  time.Time
}

// storyButtons are what can be done with a story.
func (d desk) storyButtons(t Telling) []message.Block {
	if t.Exchange == "" {
		return nil
	}
	var row []message.Button
	if t.Item != nil && len(t.Item.Claims) > 0 {
		row = append(row, message.Button{Label: d.p.ButtonEvidence, Action: ActionEvidence, Value: t.Exchange})
	}
	if oneLine(t.Matter) != "" {
		row = append(row, message.Button{Label: d.p.ButtonTrack, Action: ActionTrack, Value: t.Exchange},
			message.Button{Label: d.p.ButtonSnooze, Action: ActionSnooze, Value: t.Exchange})
	}
	row = append(row, message.Button{Label: d.p.ButtonHelpful, Action: ActionHelpful, Value: t.Exchange},
		message.Button{Label: d.p.ButtonNot, Action: ActionUnhelpful, Value: t.Exchange})
	return []message.Block{message.Buttons{Items: row}}
}

// Snoozed confirms that a channel has a rest from a matter, with a button that ends it.
func Snoozed(matter string, until time.Time, exchange string, r Reader) *message.Message {
	d := deskFor(r)
	m := plain(say(d.p.Snoozed, args{"matter": oneLine(matter), "until": d.at(until)}))
	m.Blocks = append(m.Blocks, message.Buttons{Items: []message.Button{{Label: d.p.ButtonUnsnooze, Action: ActionUnsnooze, Value: exchange}}})
	return m
}

// Unsnoozed confirms that a matter comes again.
func Unsnoozed(matter string, r Reader) *message.Message {
	return plain(say(deskFor(r).p.Unsnoozed, args{"matter": oneLine(matter)}))
}

// WithRests adds to a list of digests what the channel has a rest from.
func WithRests(m *message.Message, rests []Rest, r Reader) *message.Message {
	if len(rests) == 0 {
		return m
	}
	d := deskFor(r)
	out := *m
	out.Blocks = append(append([]message.Block{}, m.Blocks...), message.P(say(d.p.Rests, nil)...))
	list := message.List{}
	for _, one := range few(rests, 20) {
		list.Items = append(list.Items, say(d.p.RestLine, args{"matter": oneLine(one.Matter), "until": d.at(one.Until)}))
	}
	out.Blocks = append(out.Blocks, list)
	return &out
}

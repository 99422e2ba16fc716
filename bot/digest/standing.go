package digest

import "time"

// The standings of a delivery that is not final and in somebody's hands: its State is Due or Composed.
const (
	Composing State = "composing" // a courier gathers its edition
	Posting   State = "posting"   // a courier posts its parts
	Unknown   State = "unknown"   // a part was under way when its courier was last heard of: the platform is asked before it is posted again
)

// Standing tells people where the delivery stands at now, and why. Its State, and the Reason where one is recorded, are the
// truth; what a courier has in its hands is read from the claim and the parts.
func (d Delivery) Standing(now time.Time) (State, string) {
	if d.State != Due && d.State != Composed {
		return d.State, d.Reason
	}
	held := d.Claim != "" && d.ClaimedUntil.After(now)
	sending := false
	for _, p := range d.Parts {
		sending = sending || p.State == PartSending
	}
	why := func(or string) string {
		if d.Reason != "" {
			return d.Reason
		}
		return or
	}
	switch {
	case sending && !held:
		return Unknown, why("A post was under way when its courier was last heard of. The platform is asked before anything is posted again.")
	case held && d.State == Due:
		return Composing, d.Reason
	case held:
		return Posting, d.Reason
	case d.RetryAt.After(now):
		return d.State, why("It is tried again then.")
	case now.After(d.Slot):
		return d.State, why("It waits for its turn: a platform, a workspace and a channel take only so much at a time.")
	}
	return d.State, d.Reason
}

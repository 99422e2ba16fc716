package digest

import (
	"testing"
	"time"
)

func TestStandingSaysWhoHasADeliveryInHand(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 2, 21, 8, 1, 0, 0, time.UTC)
	sent, sending := Part{State: PartSent}, Part{State: PartSending}
	for name, row := range map[string]struct {
		d     Delivery
		state State
		says  bool
	}{
		"opened a moment ago":             {Delivery{State: Due, Slot: now}, Due, false},
		"waiting for its turn":            {Delivery{State: Due, Slot: now.Add(-time.Minute)}, Due, true},
		"being gathered":                  {Delivery{State: Due, Slot: now, Claim: "c", ClaimedUntil: now.Add(time.Second)}, Composing, false},
		"being posted":                    {Delivery{State: Composed, Slot: now, Claim: "c", ClaimedUntil: now.Add(time.Second), Parts: []Part{sent, sending}}, Posting, false},
		"its courier is gone, mid-post":   {Delivery{State: Composed, Slot: now, Claim: "c", ClaimedUntil: now, Parts: []Part{sent, sending}}, Unknown, true},
		"its courier is gone, in between": {Delivery{State: Composed, Slot: now.Add(-time.Minute), Claim: "c", ClaimedUntil: now, Parts: []Part{sent}}, Composed, true},
		"put off":                         {Delivery{State: Composed, Slot: now, RetryAt: now.Add(time.Minute)}, Composed, true},
		"put off with a reason":           {Delivery{State: Composed, Slot: now, RetryAt: now.Add(time.Minute), Reason: "Slack takes no more at the moment."}, Composed, true},
		"delivered":                       {Delivery{State: Sent, Slot: now.Add(-time.Hour)}, Sent, false},
		"given up":                        {Delivery{State: Failed, Slot: now, Reason: "The channel is gone."}, Failed, true},
	} {
		state, why := row.d.Standing(now)
		if state != row.state || (why != "") != row.says {
			t.Errorf("%s: %s, %q", name, state, why)
		}
		if row.d.Reason != "" && why != row.d.Reason {
			t.Errorf("%s: the recorded reason is not told: %q", name, why)
		}
	}
}

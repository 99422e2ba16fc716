package digest

import "time"

// Hooks hear what becomes of digests, for metrics. Each may be nil. They are called on the way and must not block.
type Hooks struct {
	// Opened hears of deliveries that the clock has opened to be sent.
	Opened func(platform string, n int)
	// Skipped hears of a delivery that is recorded and never sent.
	Skipped func(platform string)
	// Sent hears of a delivery whose parts have all arrived, and how long after its slot.
	Sent func(platform string, lateness time.Duration)
	// Failed hears of a delivery that was given up.
	Failed func(platform string)
	// Held hears of a delivery that may have arrived on a platform that can't be asked.
	Held func(platform string)
	// Retried hears of a part or a composition that will be tried again.
	Retried func(platform string)
	// Reconciled hears of a part with an unknown result that was settled by asking the platform (found or certainly not
	// there) or by repeating it with the same key.
	Reconciled func(platform string)
	// Avoided hears of a part that was found where it had not been known to have arrived: it would have been a duplicate.
	Avoided func(platform string)
	// Waited hears how long a part waited for its turn, because its platform takes only so many messages in a time.
	Waited func(platform string, d time.Duration)
	// Duplicate hears of a part that arrived as two messages. It never should.
	Duplicate func(platform string)
	// Planned hears how late the clock planned a slot.
	Planned func(platform string, lateness time.Duration)
}

func (h Hooks) opened(platform string, n int) {
	if h.Opened != nil && n > 0 {
		h.Opened(platform, n)
	}
}

func (h Hooks) sent(platform string, lateness time.Duration) {
	if h.Sent != nil {
		h.Sent(platform, lateness)
	}
}

func (h Hooks) waited(platform string, d time.Duration) {
	if h.Waited != nil {
		h.Waited(platform, d)
	}
}

func (h Hooks) planned(platform string, lateness time.Duration) {
	if h.Planned != nil {
		h.Planned(platform, lateness)
	}
}

// heard calls a hook that counts.
func heard(hook func(platform string), platform string) {
	if hook != nil {
		hook(platform)
	}
}

package slack

import "sync"

// desk is the bounded line of gestures between the doors and the workers. Gestures of one conversation are answered one
// after the other, in the order in which they came: a follow-up needs the answer before it. A channel gets a share of the
// workers, no more: it takes one message a second, and those who wait for that would keep all other channels waiting.
type desk struct {
	most  int
	share int // of the workers, for one channel

	mu      sync.Mutex // guards what follows
	wake    *sync.Cond
	waiting []gesture
	busy    map[string]bool // conversations
	places  map[string]int  // channels
	closed  bool
}

func newDesk(most, share int) *desk {
	d := &desk{most: most, share: share, busy: map[string]bool{}, places: map[string]int{}}
	d.wake = sync.NewCond(&d.mu)
	return d
}

// put lays a gesture on the desk; false when it is full or closed. It never blocks.
func (d *desk) put(g gesture) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed || len(d.waiting) >= d.most {
		return false
	}
	d.waiting = append(d.waiting, g)
	d.wake.Signal()
	return true
}

// force lays a gesture on the desk that must not be turned away.
func (d *desk) force(g gesture) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting = append(d.waiting, g)
	d.wake.Signal()
}

// take returns the first gesture whose turn it is, waiting for one; false when the desk is closed and empty. Whoever takes
// one calls done with it.
func (d *desk) take() (gesture, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for {
		for i, g := range d.waiting {
			line, place := lineOf(g), g.request.Address.Channel
			if line != "" && d.busy[line] || d.places[place] >= d.share {
				continue
			}
			d.waiting = append(d.waiting[:i:i], d.waiting[i+1:]...)
			if line != "" {
				d.busy[line] = true
			}
			d.places[place]++
			return g, true
		}
		if d.closed && len(d.waiting) == 0 {
			return gesture{}, false
		}
		d.wake.Wait()
	}
}

// done says that a gesture has been dealt with.
func (d *desk) done(g gesture) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.busy, lineOf(g))
	place := g.request.Address.Channel
	if d.places[place]--; d.places[place] == 0 {
		delete(d.places, place)
	}
	d.wake.Broadcast()
}

// close lets no more in; what waits is still taken.
func (d *desk) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	d.wake.Broadcast()
}

// abandon takes everything off a closed desk.
func (d *desk) abandon() []gesture {
	d.mu.Lock()
	defer d.mu.Unlock()
	left := d.waiting
	d.waiting = nil
	d.wake.Broadcast()
	return left
}

// lineOf is the conversation that keeps a gesture waiting for the one before it, or the home of a person, where the last
// thing done stands at the end; clicks wait for nobody.
func lineOf(g gesture) string {
	switch g.what {
	case ask, chatter:
		return g.request.Conversation
	case home, looking, order:
		return "home " + g.request.Address.Workspace + " " + g.request.User.ID
	}
	return ""
}

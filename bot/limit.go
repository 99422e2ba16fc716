package bot

import (
	"container/list"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// meters keep a token bucket for each key, at most size of them: the one that was not used for longest goes first. Whoever
// is forgotten begins with a full bucket, so what is bounded is memory and not justice.
type meters struct {
	perMinute int // a negative number means no limit
	size      int

	mu    sync.Mutex
	order *list.List // of *meter, the most recent in front
	byKey map[string]*list.Element
}

type meter struct {
	key     string
	limiter *rate.Limiter
}

func newMeters(perMinute, size int) *meters {
	return &meters{perMinute: perMinute, size: size, order: list.New(), byKey: map[string]*list.Element{}}
}

// wait takes a token for key, or says how long it is until there is one and takes none.
func (m *meters) wait(key string, now time.Time) time.Duration {
	if m.perMinute < 0 {
		return 0
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.byKey[key]
	if ok {
		m.order.MoveToFront(e)
	} else {
		if m.order.Len() >= m.size {
			last := m.order.Back()
			delete(m.byKey, last.Value.(*meter).key)
			m.order.Remove(last)
		}
		// Half a minute's worth at once: people ask in bursts.
		burst := max(m.perMinute/2, 1)
		e = m.order.PushFront(&meter{key: key, limiter: rate.NewLimiter(rate.Limit(float64(m.perMinute)/60), burst)})
		m.byKey[key] = e
	}
	r := e.Value.(*meter).limiter.ReserveN(now, 1)
	delay := r.DelayFrom(now)
	if delay > 0 {
		r.CancelAt(now)
	}
	return delay
}

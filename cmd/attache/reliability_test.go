package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"attache/adapters/store"
	"attache/adapters/store/storetest"
	"attache/bot/digest"
	"attache/bot/message"
	"attache/bot/message/punctual"
	"attache/briefings"
)

var (
	reliability     = flag.String("reliability", os.Getenv("ATTACHE_RELIABILITY"), "long runs the reliability tests over 10,000 deliveries each")
	reliabilitySeed = flag.Uint64("reliability-seed", 0, "what the reliability tests draw kills and faults from; 0 takes one from the clock")
)

// lease is that of the replicas: short, so that what a kill leaves behind is soon looked into.
const lease = 1500 * time.Millisecond

// leaseInUse is that of a courier which is told nothing else.
const leaseInUse = 30 * time.Second

// workspaces share the deliveries. Being asked to wait quiets one of them alone.
const workspaces = 10

// --- The platform ----------------------------------------------------------------------------------------------------

// stub is a platform behind HTTP. It outlives the replicas and is the only witness of what has arrived.
type stub struct {
	window time.Duration // within which a repeated key returns the first message; zero: every post is a new message
	lets   time.Duration // lets go of requests that were not taken up within it; see commit. Zero: of none

	mu       sync.Mutex
	chance   *rand.Rand
	shown    []shown
	hands    map[int]int // requests under way, by the process that sent them
	posts    int
	finds    int
	faults   int
	absorbed int                // repetitions answered with the first message
	hung     int                // requests that were never answered
	early    int                // requests that began while their workspace was known to want quiet
	wishes   map[string][]*wish // to wait, by workspace
	killed   map[int]bool       // processes
	calm     bool               // no more faults
	lapsed   int                // requests not taken up in time
}

// wish is a platform's to be left in peace for a while.
type wish struct {
	told         int       // the process that was answered so
	asked, known time.Time // when, and when that process had written it down; zero: not yet
	until        time.Time
}

// shown is a message in a channel.
type shown struct {
	at                     time.Time
	id, channel, key, text string
}

// posting is the body of a request to post.
type posting struct {
	Workspace, Channel, Key, Text string
	Process                       int
	Sent                          time.Time
}

func (s *stub) draw() (wait, commit time.Duration, fault float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	wait = 2*time.Millisecond + time.Duration(s.chance.Int64N(int64(28*time.Millisecond)))
	commit, fault = time.Duration(s.chance.Int64N(int64(wait))), s.chance.Float64()
	if s.calm {
		fault = 1
	}
	return wait, commit, fault
}

func (s *stub) failed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults++
}

// cutOff resets the connection instead of answering.
func cutOff(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}

// limited asks to wait.
func limited(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "1")
	w.WriteHeader(http.StatusTooManyRequests)
}

// post handles a message. A request that has come in goes on to its end, whether or not its sender still lives.
func (s *stub) post(w http.ResponseWriter, r *http.Request) {
	var p posting
	if err := json.NewDecoder(r.Body).Decode(&p); err != nil {
		w.WriteHeader(http.StatusBadRequest) // its sender died in the middle of it
		return
	}
	s.mu.Lock()
	s.posts++
	s.hands[p.Process]++
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.hands[p.Process]--
	}()
	wait, commit, fault := s.draw()
	s.heed(p.Workspace, p.Sent)
	switch {
	case fault < 0.02: // reset before anything has happened
		s.failed()
		cutOff(w)
		return
	case fault < 0.07:
		s.failed()
		s.hush(p.Workspace, p.Process)
		limited(w)
		return
	case fault < 0.075: // hangs before anything has happened
		s.hang(r)
		return
	}
	time.Sleep(commit)
	id, ok := s.commit(p)
	if !ok {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	time.Sleep(wait - commit)
	switch {
	case fault < 0.09: // the answer is lost
		s.failed()
		cutOff(w)
	case fault < 0.11:
		s.failed()
		w.WriteHeader(http.StatusInternalServerError)
	case fault < 0.115: // hangs after it has shown the message
		s.hang(r)
	default:
		_ = json.NewEncoder(w).Encode(map[string]string{"id": id}) // who has died meanwhile does not hear it
	}
}

// hush notes that a workspace was asked to wait.
func (s *stub) hush(workspace string, process int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.wishes[workspace] = append(s.wishes[workspace], &wish{told: process, asked: now, until: now.Add(time.Second)})
}

// noted hears from a process that it has written down that a workspace was asked to wait.
func (s *stub) noted(w http.ResponseWriter, r *http.Request) {
	var n notedWish
	if err := json.NewDecoder(r.Body).Decode(&n); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, wish := range s.wishes[n.Workspace] {
		if wish.told == n.Process && wish.known.IsZero() && wish.asked.Before(n.Known) {
			wish.known = n.Known
		}
	}
}

// notedWish is what a replica says when it has written a wish down.
type notedWish struct {
	Workspace string
	Process   int
	Known     time.Time
}

// heed counts a request that began although it was known that its workspace wants quiet. A wish that died with the process
// that was told of it is known to nobody.
func (s *stub) heed(workspace string, sent time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, wish := range s.wishes[workspace] {
		if !wish.known.IsZero() && sent.After(wish.known.Add(underWay)) && sent.Before(wish.until) {
			s.early++
			return
		}
	}
}

// underWay is how long a request may need from the courier's last look into the store to the moment that it begins, on a busy
// machine.
const underWay = 100 * time.Millisecond

// unknown tells how many wishes were never written down: of processes that were killed meanwhile, and of others.
func (s *stub) unknown() (killed, alive int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, list := range s.wishes {
		for _, wish := range list {
			switch {
			case !wish.known.IsZero():
			case s.killed[wish.told]:
				killed++
			default:
				alive++
			}
		}
	}
	return killed, alive
}

// hang answers nothing until the asker has gone.
func (s *stub) hang(r *http.Request) {
	s.mu.Lock()
	s.faults++
	s.hung++
	s.mu.Unlock()
	<-r.Context().Done()
}

// commit shows a message. What has been under way for longer than the courier's margin is let go: that a request does not
// take effect long after it was sent is what every wait before a second try relies on, and a busy machine must not break it.
func (s *stub) commit(p posting) (id string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if s.lets > 0 && now.Sub(p.Sent) > s.lets {
		s.lapsed++
		return "", false
	}
	for _, m := range s.shown {
		if s.window > 0 && m.key == p.Key && m.channel == p.Channel && now.Sub(m.at) < s.window {
			s.absorbed++
			return m.id, true
		}
	}
	m := shown{at: now, id: fmt.Sprintf("m%d", len(s.shown)+1), channel: p.Channel, key: p.Key, text: p.Text}
	s.shown = append(s.shown, m)
	return m.id, true
}

// history tells whether a message with a key was posted to a channel.
func (s *stub) history(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	since, err := strconv.ParseInt(q.Get("since"), 10, 64)
	sent, err2 := strconv.ParseInt(q.Get("sent"), 10, 64)
	process, err3 := strconv.Atoi(q.Get("process"))
	if errors.Join(err, err2, err3) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	wait, _, fault := s.draw()
	s.heed(q.Get("workspace"), time.Unix(0, sent))
	time.Sleep(wait)
	switch {
	case fault < 0.02:
		s.failed()
		cutOff(w)
		return
	case fault < 0.07:
		s.failed()
		s.hush(q.Get("workspace"), process)
		limited(w)
		return
	}
	s.mu.Lock()
	s.finds++
	id := ""
	for _, m := range s.shown {
		if m.channel == q.Get("channel") && m.key == q.Get("key") && m.at.UnixMilli() >= since {
			id = m.id
		}
	}
	s.mu.Unlock()
	_ = json.NewEncoder(w).Encode(map[string]string{"id": id})
}

// asked tells how often the platform asked for quiet.
func (s *stub) asked() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, list := range s.wishes {
		n += len(list)
	}
	return n
}

// --- A replica -------------------------------------------------------------------------------------------------------

// replicaWork tells a child what to do; see TestReplica.
const replicaWork = "ATTACHE_TEST_REPLICA"

// work is what a replica is told.
type work struct {
	Data, URL string        // where the store is
	Stub      string        // where the platform is
	Window    time.Duration // within which the platform returns the first message for a repeated key; zero: it never does
	Mute      bool          // whether the platform can't be asked for its history
	Plans     bool          // whether the replica only opens deliveries, a few at a time
	Lease     time.Duration
}

// window is how long the Discord-like platform remembers a nonce. Discord itself says "the past few minutes" (Message, in its
// API reference).
const window = 2 * time.Minute

// line is a Poster and Finder that speaks to a stub.
type line struct {
	address string
	client  *http.Client
}

func (l line) Fit(m *message.Message) []*message.Message { return []*message.Message{m} }

func (l line) Post(ctx context.Context, to message.Address, m *message.Message, key string) (message.Ref, error) {
	body, err := json.Marshal(posting{
		Workspace: to.Workspace, Channel: to.Channel, Key: key, Text: m.Gist, Process: os.Getpid(), Sent: time.Now(),
	})
	if err != nil {
		return message.Ref{}, &message.Error{Class: message.Refused, Reason: "not_written", Err: err}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.address, bytes.NewReader(body))
	if err != nil {
		return message.Ref{}, &message.Error{Class: message.Refused, Reason: "not_written", Err: err}
	}
	id, err := l.ask(req)
	return message.Ref{Address: to, ID: id}, err
}

func (l line) Find(ctx context.Context, to message.Address, key string, since time.Time) (message.Ref, bool, error) {
	q := url.Values{
		"workspace": {to.Workspace}, "channel": {to.Channel}, "key": {key}, "since": {strconv.FormatInt(since.UnixMilli(), 10)},
		"process": {strconv.Itoa(os.Getpid())}, "sent": {strconv.FormatInt(time.Now().UnixNano(), 10)},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.address+"?"+q.Encode(), nil)
	if err != nil {
		return message.Ref{}, false, &message.Error{Class: message.Refused, Reason: "not_written", Err: err}
	}
	id, err := l.ask(req)
	return message.Ref{Address: to, ID: id}, id != "", err
}

// ask sends a request and sorts what may have come of it, as the adapters do.
func (l line) ask(req *http.Request) (id string, err error) {
	resp, err := l.client.Do(req)
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" || errors.Is(err, punctual.ErrLate) {
		return "", &message.Error{Class: message.Later, Reason: "not_reached", Err: err}
	}
	if err != nil {
		return "", &message.Error{Class: message.Unknown, Reason: "no_answer", Err: err}
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
		after, err := strconv.Atoi(resp.Header.Get("Retry-After"))
		return "", &message.Error{Class: message.Later, Reason: "rate_limited", After: time.Duration(after) * time.Second, Err: err}
	case resp.StatusCode != http.StatusOK:
		return "", &message.Error{Class: message.Unknown, Reason: "http_" + strconv.Itoa(resp.StatusCode)}
	}
	var answer struct{ ID string }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return "", &message.Error{Class: message.Unknown, Reason: "no_answer", Err: err}
	}
	return answer.ID, nil
}

// muteLine is a line to a platform that can neither be asked nor refuses repetitions.
type muteLine struct{ to line }

func (l muteLine) Fit(m *message.Message) []*message.Message { return l.to.Fit(m) }

func (l muteLine) Post(ctx context.Context, to message.Address, m *message.Message, key string) (message.Ref, error) {
	return l.to.Post(ctx, to, m, key)
}

// nonceLine is a line to a platform that returns the first message for a repeated key.
type nonceLine struct {
	line
	window time.Duration
}

func (l nonceLine) Window() time.Duration { return l.window }

// teller is a store whose replica tells the platform when it has written down that it asked to wait.
type teller struct {
	*store.Store
	to line
}

func (t teller) Hush(ctx context.Context, l digest.Lane, until time.Time) error {
	if err := t.Store.Hush(ctx, l, until); err != nil {
		return err
	}
	body, err := json.Marshal(notedWish{Workspace: l.Workspace, Process: os.Getpid(), Known: time.Now()})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, t.to.address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := t.to.client.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// TestReplica plans and delivers until it is killed or its input ends. It only runs as a child of the reliability tests.
func TestReplica(t *testing.T) {
	told := os.Getenv(replicaWork)
	if told == "" {
		t.Skip("runs only as a child of the reliability tests")
	}
	var w work
	if err := json.Unmarshal([]byte(told), &w); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		defer cancel()
		_, _ = io.Copy(io.Discard, os.Stdin) // nobody's child works on
	}()
	s, err := store.Open(ctx, store.Config{Data: w.Data, URL: w.URL, Queue: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	plain := line{address: w.Stub, client: &http.Client{Transport: punctual.Transport(&http.Transport{DisableKeepAlives: true})}}
	var poster message.Poster = plain
	switch {
	case w.Window > 0:
		poster = nonceLine{plain, w.Window}
	case w.Mute:
		poster = muteLine{plain}
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	clock, err := digest.NewClock(digest.ClockConfig{
		Store: s, Platforms: map[string]func() time.Time{"stub": nil}, Tick: 20 * time.Millisecond, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	courier, err := digest.NewCourier(digest.CourierConfig{
		Store: teller{s, plain}, Posters: map[string]message.Poster{"stub": poster}, Lease: w.Lease, Poll: 20 * time.Millisecond, Log: log,
		Compose: func(_ context.Context, a briefings.Assignment) (briefings.Edition, error) {
			return briefings.Edition{Beat: a.Beat, Window: a.Window}, nil
		},
		Render: func(s digest.Subscription, _ digest.Delivery, _ briefings.Edition) *message.Message {
			return &message.Message{Gist: s.ID, Blocks: []message.Block{message.P(message.T(s.ID))}}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("ready")
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := clock.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	if !w.Plans {
		wg.Go(func() {
			if err := s.RunQueue(ctx, courier.Wake); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			if err := courier.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// replica is a running child.
type replica struct {
	cmd   *exec.Cmd
	input io.Closer
	said  *locked
	ended chan struct{} // closed when all that it said has been read
}

// launch starts a child that delivers, and returns once it is at work.
func launch(t *testing.T, w work) *replica {
	t.Helper()
	told, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	return child(t, "TestReplica", replicaWork+"="+string(told))
}

// child runs one of the tests in another process, and returns once it has said that it is ready.
func child(t *testing.T, test string, environ ...string) *replica {
	t.Helper()
	r := &replica{said: new(locked), ended: make(chan struct{})}
	r.cmd = exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+test+"$")
	r.cmd.Env = append(os.Environ(), environ...)
	r.cmd.Stderr = r.said
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if r.input, err = r.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make(chan struct{})
	go func() {
		defer close(r.ended)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if lines.Text() == "ready" {
				close(ready)
				continue
			}
			fmt.Fprintln(r.said, lines.Text())
		}
	}()
	select {
	case <-ready:
	case <-r.ended:
		t.Fatalf("a replica ended before it began (%v):\n%s", r.cmd.Wait(), r.said)
	}
	return r
}

// kill ends the replica as kill -9 does, and returns when the machine has taken back what it held.
func (r *replica) kill(t *testing.T) {
	t.Helper()
	select {
	case <-r.ended:
		t.Fatalf("a replica ended by itself (%v):\n%s", r.cmd.Wait(), r.said)
	default:
	}
	if err := r.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-r.ended
	_ = r.cmd.Wait() // it says only that it was killed
	t.Cleanup(func() {
		if said := r.said.String(); t.Failed() && said != "" {
			t.Logf("a killed replica had said:\n%s", said)
		}
	})
}

// stop lets the replica end in order.
func (r *replica) stop(t *testing.T) {
	t.Helper()
	r.input.Close()
	<-r.ended
	if err := r.cmd.Wait(); err != nil {
		t.Errorf("a replica did not end in order (%v):\n%s", err, r.said)
	}
}

// --- The trials ------------------------------------------------------------------------------------------------------

// trial is a number of deliveries through a number of kills.
type trial struct {
	place             store.Config
	nonce             time.Duration // Discord-like, and for how long; otherwise Slack-like: no idempotency, and a history to ask
	mute              bool          // neither
	replicas          int
	deliveries, kills int
	freezes           int           // instead of kills: replicas are frozen
	frozen            time.Duration // for how long each time
	aways             int           // kills after which nobody works for a while
	away              time.Duration // for how long
	stops             int           // of the Postgres, spread over the kills
	server            *storetest.Server
	lease             time.Duration // of the replicas; zero: lease
	within            time.Duration // of the last kill, with a platform that is well from then on, everything is settled; zero: any time
}

func TestReliabilitySQLiteSlackLike(t *testing.T) {
	t.Parallel()
	n, kills := extent(t, 600, 40, 10_000, 1_000)
	trial{place: store.Config{Data: t.TempDir()}, replicas: 1, deliveries: n, kills: kills}.run(t)
}

// TestReliabilityWithTheLeaseInUse has replicas killed as they are in production: what they leave behind is posted, or asked
// after, within a minute.
func TestReliabilityWithTheLeaseInUse(t *testing.T) {
	t.Parallel()
	n, kills := extent(t, 60, 8, 600, 60)
	trial{place: store.Config{Data: t.TempDir()}, replicas: 1, deliveries: n, kills: kills, lease: leaseInUse, within: time.Minute}.run(t)
}

func TestReliabilitySQLiteDiscordLike(t *testing.T) {
	t.Parallel()
	n, kills := extent(t, 600, 40, 10_000, 1_000)
	trial{place: store.Config{Data: t.TempDir()}, nonce: window, replicas: 1, deliveries: n, kills: kills}.run(t)
}

// TestReliabilityBeyondTheMemoryOfAPlatform keeps everybody away, after a kill in the middle of a request, until the platform
// has forgotten its key: ten minutes in the long form.
func TestReliabilityBeyondTheMemoryOfAPlatform(t *testing.T) {
	t.Parallel()
	n, kills := extent(t, 80, 8, 1_000, 30)
	x := trial{place: store.Config{Data: t.TempDir()}, nonce: 2 * time.Second, replicas: 1, deliveries: n, kills: kills, aways: 2, away: 3 * time.Second}
	if *reliability == "long" {
		x.nonce, x.aways, x.away = window, 3, 10*time.Minute
	}
	x.run(t)
}

func TestReliabilityPostgresThreeReplicas(t *testing.T) {
	t.Parallel()
	n, kills := extent(t, 400, 20, 10_000, 300)
	trial{place: store.Config{URL: storetest.Postgres(t)}, replicas: 3, deliveries: n, kills: kills}.run(t)
}

func TestReliabilityOfAPlatformWithoutHistory(t *testing.T) {
	t.Parallel()
	n, kills := extent(t, 300, 20, 10_000, 1_000)
	trial{place: store.Config{Data: t.TempDir()}, mute: true, replicas: 1, deliveries: n, kills: kills}.run(t)
}

func TestReliabilityThroughStopsOfPostgres(t *testing.T) {
	t.Parallel()
	n, kills := extent(t, 200, 12, 10_000, 300)
	server := storetest.Own(t)
	trial{place: store.Config{URL: server.Address()}, replicas: 3, deliveries: n, kills: kills, stops: max(kills/15, 2), server: server}.run(t)
}

// TestReliabilityOfFrozenReplicas freezes replicas for longer than their claims last: in the long form for a minute, with the
// lease of production; in the short form both are 20 times shorter.
func TestReliabilityOfFrozenReplicas(t *testing.T) {
	t.Parallel()
	n, freezes := extent(t, 200, 8, 3_000, 30)
	x := trial{place: store.Config{URL: storetest.Postgres(t)}, replicas: 3, deliveries: n, freezes: freezes, lease: lease}
	if *reliability == "long" {
		x.lease = leaseInUse
	}
	x.frozen = 2 * x.lease
	x.run(t)
}

// TestReliabilityOfThePlanner kills replicas that only open deliveries, with all of them due at once.
func TestReliabilityOfThePlanner(t *testing.T) {
	t.Parallel()
	n, kills := extent(t, 2_000, 20, 10_000, 200)
	for name, place := range map[string]store.Config{"sqlite": {Data: t.TempDir()}, "postgres": {URL: storetest.Postgres(t)}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan(t, place, n, kills)
		})
	}
}

func plan(t *testing.T, place store.Config, n, kills int) {
	mine := place
	mine.Role = store.Writer
	ledger, err := store.Open(t.Context(), mine)
	if err != nil {
		t.Fatal(err)
	}
	defer ledger.Close()
	due := time.Now()
	for number := range n {
		if err := ledger.AddSubscription(t.Context(), dueAtOnce(number, due)); err != nil {
			t.Fatal(err)
		}
	}
	seed := *reliabilitySeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	chance := rand.New(rand.NewPCG(seed, 1))
	opened := func() int {
		counts, err := ledger.Counts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return counts.Deliveries[digest.Due]
	}
	w := work{Data: place.Data, URL: place.URL, Plans: true}
	midway := 0
	for k := range kills {
		r := launch(t, w)
		// Until a few more are open, and a moment longer.
		for patience := time.Now().Add(2 * time.Second); opened() <= n*k/kills && time.Now().Before(patience); {
			await(t, time.Now().Add(time.Millisecond))
		}
		await(t, time.Now().Add(time.Duration(chance.Int64N(int64(10*time.Millisecond)))))
		r.kill(t)
		if o := opened(); o > 0 && o < n {
			midway++
		}
	}
	last := launch(t, w)
	for quiet := time.Now(); opened() < n && time.Since(quiet) < 2*time.Minute; {
		await(t, time.Now().Add(20*time.Millisecond))
	}
	last.stop(t)
	kept, err := ledger.Deliveries(t.Context(), digest.DeliveryFilter{Limit: 2 * n})
	if err != nil {
		t.Fatal(err)
	}
	times := map[string]int{}
	for _, d := range kept {
		times[d.Subscription]++
	}
	lost, doubled := 0, 0
	for number := range n {
		switch c := times[dueAtOnce(number, due).ID]; {
		case c == 0:
			lost++
		case c > 1:
			doubled++
		}
	}
	if midway == 0 {
		t.Error("no kill met the planner at work: that is no trial")
	}
	if lost+doubled > 0 {
		t.Errorf("%d deliveries are missing, %d are there more than once", lost, doubled)
	}
	t.Logf("%s planner, seed=%d due=%d kills=%d midway=%d opened=%d lost=%d doubled=%d", ledger.Engine(), seed, n, kills, midway, len(kept), lost, doubled)
}

// extent is how far a trial goes.
func extent(t *testing.T, deliveries, kills, manyDeliveries, manyKills int) (int, int) {
	t.Helper()
	switch {
	case *reliability == "long":
		return manyDeliveries, manyKills
	case testing.Short():
		t.Skip("starts and kills processes for half a minute")
	case underRace(): // many times slower; what is looked for then are races
		return deliveries / 4, kills / 4
	}
	return deliveries, kills
}

// underRace tells whether the race detector is on.
func underRace() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// run adds digests that are due at once, while replicas are killed in the middle of their work, and counts what the
// platform has got when every delivery is settled.
func (x trial) run(t *testing.T) {
	seed := *reliabilitySeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	chance := rand.New(rand.NewPCG(seed, 1))
	if x.lease == 0 {
		x.lease = lease
	}
	platform := &stub{chance: rand.New(rand.NewPCG(seed, 2)), hands: map[int]int{}, wishes: map[string][]*wish{}, killed: map[int]bool{}}
	if x.freezes == 0 {
		platform.lets = x.lease / 6
	}
	platform.window = x.nonce
	doors := http.NewServeMux()
	doors.HandleFunc("POST /", platform.post)
	doors.HandleFunc("GET /", platform.history)
	doors.HandleFunc("PUT /", platform.noted)
	server := httptest.NewServer(doors)
	defer server.Close()

	mine := x.place
	mine.Role = store.Writer // beside the replicas, as a person at the command line
	ledger, err := store.Open(t.Context(), mine)
	for try := 0; err != nil && try < 3; try++ {
		t.Logf("open the ledger again: %v", err) // a starved machine may keep the database busy beyond its timeout
		ledger, err = store.Open(t.Context(), mine)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer ledger.Close()

	begun := time.Now()
	w := work{Data: x.place.Data, URL: x.place.URL, Stub: server.URL, Window: x.nonce, Mute: x.mute, Lease: x.lease}
	running := make([]*replica, x.replicas)
	for i := range running {
		running[i] = launch(t, w)
	}
	added, midRequest := 0, 0
	blows := x.kills + x.freezes
	for k := range blows {
		life := 150*time.Millisecond + time.Duration(chance.Int64N(int64(250*time.Millisecond)))
		start, first, upTo := time.Now(), added, x.deliveries*(k+1)/blows
		for ; added < upTo; added++ {
			// In the second half of the life, so that its end finds much under way.
			await(t, start.Add(life/2+life/2*time.Duration(added-first)/time.Duration(upTo-first)))
			x.add(t, ledger, dueAtOnce(added, time.Now()))
		}
		await(t, start.Add(life))
		i := chance.IntN(len(running))
		victim := running[i].cmd.Process.Pid
		if k%2 == 0 { // every second one in the middle of a request, if there soon is one
			for patience := time.Now().Add(100 * time.Millisecond); platform.inHands(victim) == 0 && time.Now().Before(patience); {
				await(t, time.Now().Add(time.Millisecond))
			}
		}
		if platform.inHands(victim) > 0 {
			midRequest++
		}
		if x.freezes > 0 {
			freeze(t, running[i], x.frozen)
			continue
		}
		running[i].kill(t)
		platform.mu.Lock()
		platform.killed[victim] = true
		platform.mu.Unlock()
		if x.aways > 0 && k%(blows/x.aways) == 0 {
			await(t, time.Now().Add(x.away))
		}
		running[i] = launch(t, w)
		if x.stops > 0 && (k+1)*x.stops/blows > k*x.stops/blows {
			x.server.Stop()
			await(t, time.Now().Add(time.Duration(chance.Int64N(int64(500*time.Millisecond)))))
			x.server.Start()
		}
	}
	calm := time.Now()
	if x.within > 0 {
		platform.mu.Lock()
		platform.calm = true
		platform.mu.Unlock()
	}
	unsettled := x.settle(t, ledger)
	recovery := time.Since(calm)
	for _, r := range running {
		r.stop(t)
	}
	server.Close() // what is under way ends before it is counted

	if unsettled > 0 {
		t.Errorf("%d deliveries are not settled", unsettled)
	}
	lost, doubled, held := x.compare(t, ledger, platform.shown)
	if x.within > 0 && recovery > x.within {
		t.Errorf("the last delivery was settled %s after the last kill, want within %s", recovery, x.within)
	}
	// What a database that is away or too slow did not take is known to the process that heard it, and is told here.
	forgotten, unwritten := platform.unknown()
	if wishes := platform.asked(); wishes > 4 && forgotten+unwritten == wishes {
		t.Errorf("none of %d wishes for quiet was written down", wishes)
	}
	if platform.early > 0 {
		t.Errorf("%d requests began although it was known that the platform wanted quiet", platform.early)
	}
	if most := platform.faults + 8*x.kills; x.mute && held > most {
		t.Errorf("%d deliveries are held; unknown results were at most %d", held, most)
	}
	if x.kills >= 40 && midRequest == 0 {
		t.Error("no kill met a request under way: that is no trial")
	}
	platformName := "Slack-like"
	switch {
	case x.nonce > 0:
		platformName = "Discord-like"
	case x.mute:
		platformName = "mute"
	}
	t.Logf("%s, %s, replicas=%d seed=%d deliveries=%d kills=%d freezes=%d aways=%d stops=%d mid-request=%d posts=%d finds=%d faults=%d hung=%d early=%d forgotten=%d unwritten=%d absorbed=%d lapsed=%d seconds=%.0f recovery-seconds=%.1f held=%d lost=%d doubled=%d",
		ledger.Engine(), platformName, x.replicas, seed, x.deliveries, x.kills, x.freezes, x.aways, x.stops, midRequest, platform.posts, platform.finds, platform.faults,
		platform.hung, platform.early, forgotten, unwritten, platform.absorbed, platform.lapsed, time.Since(begun).Seconds(), recovery.Seconds(), held, lost, doubled)
}

// add adds a digest, also right after the database has come back: its connections are found to be dead one by one.
func (x trial) add(t *testing.T, ledger *store.Store, s digest.Subscription) {
	t.Helper()
	err := ledger.AddSubscription(t.Context(), s)
	for try := 0; err != nil && x.stops > 0 && try < 20; try++ {
		err = ledger.AddSubscription(t.Context(), s)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (s *stub) inHands(process int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hands[process]
}

// await returns at at.
func await(t *testing.T, at time.Time) {
	t.Helper()
	select {
	case <-time.After(time.Until(at)):
	case <-t.Context().Done():
		t.Fatal(context.Cause(t.Context()))
	}
}

// dueAtOnce is a digest whose only slot for months is at.
func dueAtOnce(number int, at time.Time) digest.Subscription {
	at = at.UTC().Truncate(time.Millisecond)
	return digest.Subscription{
		ID:       fmt.Sprintf("d%05d", number),
		Address:  message.Address{Platform: "stub", Workspace: fmt.Sprintf("T%d", number%workspaces), Channel: fmt.Sprintf("C%d", number%100)},
		Schedule: digest.Schedule{Phrase: "yearly", Cron: fmt.Sprintf("0 0 1 %d *", (int(at.Month())+5)%12+1), Zone: "UTC"},
		Beat:     briefings.Beat{Name: "everything"}, Owner: "U1", Created: at, NextAt: at,
	}
}

// settle waits until every delivery is final, and returns how many are not when for two minutes nothing has happened.
func (x trial) settle(t *testing.T, ledger *store.Store) (unsettled int) {
	t.Helper()
	moved, before := time.Now(), -1
	for {
		counts, err := ledger.Counts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		unsettled = x.deliveries
		for state, n := range counts.Deliveries {
			if state != digest.Due && state != digest.Composed {
				unsettled -= n
			}
		}
		if unsettled != before {
			moved, before = time.Now(), unsettled
		}
		if unsettled == 0 || time.Since(moved) > 2*time.Minute {
			return unsettled
		}
		await(t, time.Now().Add(100*time.Millisecond))
	}
}

// compare counts the deliveries of which the platform has no message or several. What the ledger says must agree. On a
// platform that can't be asked a delivery whose result is unknown is held, and waits for a person.
func (x trial) compare(t *testing.T, ledger *store.Store, messages []shown) (lost, doubled, held int) {
	t.Helper()
	arrived := map[string][]string{}
	for _, m := range messages {
		arrived[m.text] = append(arrived[m.text], m.id)
	}
	kept, err := ledger.Deliveries(t.Context(), digest.DeliveryFilter{Limit: x.deliveries + 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(kept) != x.deliveries {
		t.Errorf("%d deliveries are kept, want %d", len(kept), x.deliveries)
	}
	waits := map[string]bool{}
	for _, d := range kept {
		if x.mute && d.State == digest.Held {
			held++
			waits[d.Subscription] = true
			continue
		}
		if d.State != digest.Sent || len(d.Parts) != 1 {
			t.Errorf("%s is %s in %d parts, want sent in one: %s", d.Subscription, d.State, len(d.Parts), d.Reason)
			continue
		}
		if ids := arrived[d.Subscription]; len(ids) > 0 && ids[0] != d.Parts[0].Ref.ID {
			t.Errorf("%s became the message %v and is kept as %s", d.Subscription, ids, d.Parts[0].Ref.ID)
		}
	}
	for number := range x.deliveries {
		id := dueAtOnce(number, time.Now()).ID
		switch ids := arrived[id]; {
		case len(ids) == 0 && waits[id]:
		case len(ids) == 0:
			lost++
			t.Errorf("%s has not arrived", id)
		case len(ids) > 1:
			doubled++
			t.Errorf("%s has arrived as %v", id, ids)
		}
	}
	return lost, doubled, held
}

package store_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"attache/adapters/store"
	"attache/bot/digest"
	"attache/bot/message"
	"attache/briefings"
)

// crashData names the data folder to the child that TestKilledProcessForgetsNothing starts.
const crashData = "ATTACHE_TEST_CRASH_DATA"

// TestCrashingChild works through deliveries until it is killed, and says each step once the store has taken it. It only
// runs as the child of TestKilledProcessForgetsNothing.
func TestCrashingChild(t *testing.T) {
	dir := os.Getenv(crashData)
	if dir == "" {
		t.Skip("runs only as the child of TestKilledProcessForgetsNothing")
	}
	s, err := store.Open(t.Context(), store.Config{Data: dir})
	if err != nil {
		t.Fatal(err)
	}
	life := os.Getpid()
	for i := 0; ; i++ {
		n := order(fmt.Sprintf("d%d.%d", life, i), channel)
		step := func(name string, err error) {
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			fmt.Println("step", n.ID, name)
		}
		step("added", s.AddSubscription(t.Context(), n))
		_, err := s.Open(t.Context(), n, []digest.Delivery{{Slot: seven, State: digest.Due}}, seven.AddDate(0, 0, 1))
		step("opened", err)
		ds, err := s.Claim(t.Context(), "slack", seven, time.Minute, 100)
		step("claimed", err)
		for _, d := range ds {
			if d.Subscription != n.ID {
				continue // left behind by a life before
			}
			step("composed", s.KeepComposed(t.Context(), d, briefings.Edition{}, []digest.Part{{Key: "k", Message: json.RawMessage(`{}`)}}))
			step("begun", s.Begin(t.Context(), d, 0, seven))
			step("ended", s.EndPart(t.Context(), d, 0, digest.PartSent, message.Ref{Address: channel, ID: n.ID}, ""))
			step("settled", s.Settle(t.Context(), d, digest.Sent, "", seven))
		}
	}
}

// TestKilledProcessForgetsNothing kills a working process again and again. What it was told is kept must be there, the
// folder must open at once, and no delivery may stand in a state that it can't leave.
func TestKilledProcessForgetsNothing(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts and kills processes")
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	dir := t.TempDir()
	said := map[string]string{} // the last step that the store has taken, by delivery
	for range 8 {
		for id, step := range crash(t, dir, 5+chance.IntN(60)) {
			said[id] = step
		}
		s := openAt(t, dir) // the lock of a killed process is not in the way
		for id, step := range said {
			check(t, s, id, step)
		}
		shut(t, s)
	}
	if len(said) < 8 {
		t.Errorf("only %d deliveries were worked on in 8 lives", len(said))
	}
}

// crash starts a child, kills it after some steps and returns the last step of each delivery.
func crash(t *testing.T, dir string, steps int) map[string]string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCrashingChild$", "-test.v")
	cmd.Env = append(os.Environ(), crashData+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said, seen := map[string]string{}, 0
	var other strings.Builder
	for lines := bufio.NewScanner(io.LimitReader(out, 1<<20)); lines.Scan(); {
		word := strings.Fields(lines.Text())
		if len(word) != 3 || word[0] != "step" {
			fmt.Fprintln(&other, lines.Text())
			continue
		}
		said[word[1]] = word[2]
		if seen++; seen == steps {
			cmd.Process.Kill() // what it still says before it dies counts too
		}
	}
	cmd.Wait() // it was killed: its error says only that
	if seen < steps {
		t.Fatalf("the child ended by itself after %d steps:\n%s", seen, other.String())
	}
	return said
}

// check compares what is kept with what was said to be kept; a step may have been taken and not said.
func check(t *testing.T, s *store.Store, id, step string) {
	t.Helper()
	if _, err := s.Subscription(t.Context(), id); err != nil {
		t.Errorf("%s was added and is gone: %v", id, err)
	}
	ds, err := s.Deliveries(t.Context(), digest.DeliveryFilter{Subscription: id})
	if err != nil {
		t.Fatal(err)
	}
	if step == "added" && len(ds) == 0 {
		return
	}
	if len(ds) != 1 {
		t.Errorf("%s was %s and has %d deliveries", id, step, len(ds))
		return
	}
	d := ds[0]
	var part digest.PartState
	if len(d.Parts) > 0 {
		part = d.Parts[0].State
	}
	wrong := map[string]bool{
		"composed": d.State == digest.Due,
		"begun":    part == digest.PartPlanned || part == "",
		"ended":    part != digest.PartSent,
		"settled":  d.State != digest.Sent,
	}
	if wrong[step] {
		t.Errorf("%s was %s and is kept as %s with its part %q", id, step, d.State, part)
	}
	if part == digest.PartSent {
		got, err := s.DeliveryByRef(t.Context(), message.Ref{Address: channel, ID: id})
		if errors.Is(err, digest.ErrNotFound) || got.Subscription != id {
			t.Errorf("the message of %s leads to %q, error %v", id, got.Subscription, err)
		}
	}
}

package main

import (
	"database/sql"
	"net/http"
	"strings"
	"testing"
	"time"

	"attache/adapters/slack/slackfake"
	"attache/adapters/store/storetest"
)

// troubled is a bot with one digest on Slack, daily at 08:00, and a clock at 07:00.
type troubled struct {
	t     *testing.T
	clock *movable
	slack *slackfake.Server
	p     *process
}

func trouble(t *testing.T, environ ...string) *troubled {
	t.Helper()
	x := &troubled{t: t, clock: &movable{}}
	x.clock.set(time.Date(2024, 2, 21, 7, 0, 0, 0, time.UTC))
	x.slack = slackfake.Start(t, slackfake.Options{Now: x.clock.now})
	x.p = start(t, x.clock, append(environ, "SLACK_BOT_TOKEN="+x.slack.BotToken(), "SLACK_APP_TOKEN="+x.slack.AppToken(), "SLACK_API_URL="+x.slack.APIURL())...)
	x.slack.AwaitConnection()
	x.slack.Slash("C1", "UADMIN", "/brief", "digest add now daily 08:00 UTC")
	x.slack.AwaitMessage("C1", func(m slackfake.Message) bool { return m.For == "UADMIN" && strings.Contains(m.Text, "08:00") })
	return x
}

// digests counts the digests of a day in the channel.
func (x *troubled) digests(day string) int {
	n := 0
	for _, m := range x.slack.Posts("C1") {
		if m.ThreadTS == "" && m.For == "" && strings.Contains(m.Text, day) {
			n++
		}
	}
	return n
}

func (x *troubled) awaitDigest(day string) {
	x.t.Helper()
	x.slack.Await("the digest of "+day, func() bool { return x.digests(day) > 0 })
}

func (x *troubled) awaitHealth(status int) {
	x.t.Helper()
	x.slack.Await("another state of health", func() bool { got, _ := x.p.health(x.t); return got == status })
}

// alive asks a question, which needs the database to be written.
func (x *troubled) alive() {
	x.t.Helper()
	x.slack.Mention("C1", "U1", "How did Kim Jong-un arrive?")
	x.slack.AwaitMessage("C1", func(m slackfake.Message) bool { return strings.Contains(m.Text, "Maybach") })
}

// once checks that the digests of days have arrived once each.
func (x *troubled) once(trouble string, days ...string) {
	x.t.Helper()
	lost, doubled := 0, 0
	for _, day := range days {
		switch n := x.digests(day); {
		case n == 0:
			lost++
			x.t.Errorf("the digest of %s has not arrived", day)
		case n > 1:
			doubled++
			x.t.Errorf("the digest of %s has arrived %d times", day, n)
		}
	}
	x.t.Logf("%s, digests=%d lost=%d doubled=%d", trouble, len(days), lost, doubled)
}

func TestReadOnlyDatabaseTurnsHealthRedAndDigestsResume(t *testing.T) {
	t.Parallel()
	server := storetest.Own(t)
	x := trouble(t, "ATTACHE_DATABASE="+server.Address())
	control, err := sql.Open("pgx", server.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer control.Close()
	control.SetMaxOpenConns(1)
	readOnly := func(on string) {
		t.Helper()
		tx, err := control.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range []string{
			"set transaction read write", "alter role app set default_transaction_read_only = " + on,
		} {
			if _, err := tx.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		// Only new sessions hear of it.
		if _, err := control.ExecContext(t.Context(), "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app' and pid <> pg_backend_pid()"); err != nil {
			t.Fatal(err)
		}
	}
	readOnly("on")
	x.awaitHealth(http.StatusServiceUnavailable)
	x.clock.set(time.Date(2024, 2, 21, 8, 1, 0, 0, time.UTC))
	x.slack.Await("a word in the log", func() bool { return strings.Contains(x.p.out.String(), "the database can't be written") })
	if n := x.digests("21 February 2024"); n != 0 {
		t.Errorf("%d digests were posted that could not be noted", n)
	}
	readOnly("off")
	x.awaitHealth(http.StatusOK)
	x.awaitDigest("21 February 2024")
	x.alive()
	x.once("read-only database", "21 February 2024")
}

func TestStoppedDatabaseTurnsHealthRedAndDigestsResume(t *testing.T) {
	t.Parallel()
	server := storetest.Own(t)
	x := trouble(t, "ATTACHE_DATABASE="+server.Address())
	server.Stop()
	x.awaitHealth(http.StatusServiceUnavailable)
	x.clock.set(time.Date(2024, 2, 21, 8, 1, 0, 0, time.UTC))
	server.Start()
	x.awaitHealth(http.StatusOK)
	x.awaitDigest("21 February 2024")
	x.alive()
	x.once("stopped database", "21 February 2024")
}

func TestClockThatJumpsPostsEachDigestOnce(t *testing.T) {
	t.Parallel()
	x := trouble(t, "ATTACHE_DATA="+storetest.Folder(t))
	x.clock.set(time.Date(2024, 2, 21, 9, 0, 0, 0, time.UTC)) // two hours ahead
	x.awaitDigest("21 February 2024")
	x.clock.set(time.Date(2024, 2, 21, 7, 0, 0, 0, time.UTC)) // and back
	x.alive()
	x.clock.set(time.Date(2024, 2, 21, 8, 0, 30, 0, time.UTC)) // the slot comes once more
	x.clock.set(time.Date(2024, 2, 22, 8, 0, 1, 0, time.UTC))
	x.awaitDigest("22 February 2024")
	x.once("clock two hours ahead and back", "21 February 2024", "22 February 2024")
	if status, why := x.p.health(x.t); status != http.StatusOK {
		t.Errorf("health is %d: %s", status, why)
	}
}

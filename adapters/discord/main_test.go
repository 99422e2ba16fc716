package discord

import (
	"flag"
	"net/http"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain sees to it that nothing is left running. One thing may be: a session of the library that hangs in its own lock
// after an Op 7 as its first packet, which nobody can end.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.nofailfile", "true"); err != nil {
		panic(err)
	}
	code := m.Run()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	if code == 0 {
		var err error
		for range 4 { // the library sleeps for a second while it closes, and Find is not that patient
			if err = goleak.Find(goleak.IgnoreAnyFunction("github.com/bwmarrin/discordgo.(*Session).Open")); err == nil {
				break
			}
		}
		if err != nil {
			_, _ = os.Stderr.WriteString(err.Error() + "\n")
			code = 1
		}
	}
	os.Exit(code)
}

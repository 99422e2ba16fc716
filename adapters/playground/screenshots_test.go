package playground_test

import (
	"flag"
	"testing"

	"attache/adapters/playground/playgroundtest"
)

var (
	screenshots = flag.String("screenshots", "", "folder for the pictures that the documentation shows; empty takes none")
	runningAt   = flag.String("at", "", "address of a running Attaché of which -screenshots are taken, such as http://127.0.0.1:8080; empty means a scripted bot")
)

// TestScreenshots takes pictures of the page:
//
//	go test ./adapters/playground -run TestScreenshots -screenshots pictures -at http://127.0.0.1:8080
func TestScreenshots(t *testing.T) {
	if *screenshots == "" {
		t.Skip("no -screenshots folder was given")
	}
	at := *runningAt
	if at == "" {
		at = serve(t, newScripted()).URL
	}
	playgroundtest.Screenshots(t, at, *screenshots)
}

package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestFullDiskTurnsHealthRedAndDigestsResume(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	if err := syscall.Mount("tmpfs", data, "tmpfs", 0, "size=32m"); err != nil {
		t.Skipf("a small disk can't be made here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(data, 0); err != nil {
			t.Errorf("take the small disk away: %v", err)
		}
	})
	x := trouble(t, "ATTACHE_DATA="+data)
	defer x.p.stop()
	ballast := filepath.Join(data, "ballast")
	fill := func() {
		f, err := os.OpenFile(ballast, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for size := 1 << 20; size > 0; { // to the last byte
			if _, err := f.Write(make([]byte, size)); err != nil {
				size /= 2
			}
		}
	}
	fill()
	x.clock.set(time.Date(2024, 2, 21, 8, 1, 0, 0, time.UTC))
	x.slack.Await("a word in the log", func() bool { fill(); return strings.Contains(x.p.out.String(), "the disk is full") })
	x.awaitHealth(http.StatusServiceUnavailable)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	x.awaitHealth(http.StatusOK)
	x.awaitDigest("21 February 2024")
	x.alive()
	x.once("full disk", "21 February 2024")
}

//go:build unix

package main

import (
	"syscall"
	"testing"
	"time"
)

// freeze stops a replica as a suspended machine does, and lets it go on after a while.
func freeze(t *testing.T, r *replica, d time.Duration) {
	t.Helper()
	if err := r.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	await(t, time.Now().Add(d))
	if err := r.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
}

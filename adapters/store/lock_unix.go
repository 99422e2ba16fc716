//go:build unix

package store

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// errQuota is what a full quota gives instead of a full disk.
var errQuota error = syscall.EDQUOT

// lock takes the exclusive lock of an open file, or fails with ErrInUse. The kernel gives it back when the process ends,
// however it ends.
func lock(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrInUse
	}
	return err
}

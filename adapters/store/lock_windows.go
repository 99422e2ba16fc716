package store

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// errQuota is what a full disk gives.
var errQuota error = windows.ERROR_DISK_FULL

// lock takes the exclusive lock of an open file, or fails with ErrInUse. The kernel gives it back when the process ends,
// however it ends.
func lock(f *os.File) error {
	// Bytes far behind the end: a lock on Windows forbids reading, and the process number in front is for people to read.
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0,
		&windows.Overlapped{OffsetHigh: 1})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return ErrInUse
	}
	return err
}

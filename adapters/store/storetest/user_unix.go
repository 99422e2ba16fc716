//go:build unix

package storetest

import (
	"os"
	"os/exec"
	"syscall"
)

// nobody is the user and group that own nothing.
const nobody = 65534

// asNobody runs cmd, which works in dir, as nobody where the test runs as root: Postgres refuses to.
func asNobody(cmd *exec.Cmd, dir string) error {
	// A process group of its own: an interrupt at the terminal ends the test, and the test's end ends the server.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() != 0 {
		return nil
	}
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	return os.Chown(dir, nobody, nobody)
}

//go:build !unix

package storetest

import "os/exec"

// asNobody leaves cmd as it is: the keeper of the server is a Unix shell script.
func asNobody(*exec.Cmd, string) error { return errNoPostgres }

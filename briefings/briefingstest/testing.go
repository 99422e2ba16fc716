package briefingstest

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// Golden compares got with the file at path (relative to the test's folder), or writes it with -update.
func Golden(t testing.TB, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run the test with -update to write it, then look at it)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); if the change is right, run the test with -update:\n%s", path, diff)
	}
}

// Missing skips the test because something that it needs is not on this machine, or fails it when ATTACHE_TEST_REQUIRE
// names what ("postgres,chromium").
func Missing(t testing.TB, what, why string) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv("ATTACHE_TEST_REQUIRE"), ","), what) {
		t.Fatalf("%s is required by ATTACHE_TEST_REQUIRE: %s", what, why)
	}
	t.Skipf("skipped without %s: %s", what, why)
}

// Shared returns the path of a file or folder of the shared test data, which lie beside the project and are never part of
// it. The test is skipped where they are absent.
func Shared(t testing.TB, parts ...string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test's folder")
		}
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(append([]string{filepath.Dir(dir), "shared"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		Missing(t, "shared", "the shared data are not beside the project: "+filepath.Join(parts...))
	}
	return path
}

// Updating says whether the test runs with -update: what is data of the project is then written anew.
func Updating() bool { return *update }

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"attache/adapters/store/storetest"
)

func TestBackupIsRestoredByPuttingItInAnEmptyFolder(t *testing.T) {
	t.Parallel()
	data, restored := t.TempDir(), t.TempDir()
	if got := attache(t, data, "", "add", write(t, "strait.txt", "2024-02-20\n\nTanker seized\n\nThe coast guard seized the tanker Meridian, the ministry said.")); got.code != exitOK {
		t.Fatal(got.err)
	}
	if got := attache(t, data, "", "backup", filepath.Join(restored, "attache.db")); got.code != exitOK || !strings.Contains(got.out, "attache.db") {
		t.Fatalf("exit %d\n%s%s", got.code, got.out, got.err)
	}
	if got := attache(t, restored, "", "articles"); !strings.Contains(got.out, "Tanker seized") {
		t.Errorf("restored: %s%s", got.out, got.err)
	}
	if got := attache(t, data, "", "backup", filepath.Join(restored, "attache.db")); got.code != exitFailed || !strings.Contains(got.err, "choose another name") {
		t.Errorf("over the backup: exit %d, %s", got.code, got.err)
	}
}

func TestMigrateMovesARunningInstallationToPostgres(t *testing.T) {
	t.Parallel()
	data, address := t.TempDir(), storetest.Postgres(t)
	article := write(t, "strait.txt", "2024-02-20\n\nTanker seized\n\nThe coast guard seized the tanker Meridian, the ministry said.")
	if got := attache(t, data, "", "add", article); got.code != exitOK {
		t.Fatal(got.err)
	}
	on := func(args ...string) result {
		var out, errs bytes.Buffer
		code := run(t.Context(), args, program{
			environ: []string{"ATTACHE_DATA=" + data, "ATTACHE_DATABASE=" + address}, dir: t.TempDir(), in: strings.NewReader(""), out: &out, err: &errs,
			now: func() time.Time { return time.Date(2024, 2, 21, 9, 0, 0, 0, time.UTC) },
		})
		return result{out.String(), errs.String(), code}
	}
	if got := attache(t, data, "", "migrate"); got.code != exitUsage || !strings.Contains(got.err, "ATTACHE_DATABASE") {
		t.Errorf("without a target: exit %d, %s", got.code, got.err)
	}
	if got := on("migrate"); got.code != exitOK || !strings.Contains(got.out, "articles") {
		t.Fatalf("exit %d\n%s%s", got.code, got.out, got.err)
	}
	if got := on("articles"); !strings.Contains(got.out, "Tanker seized") {
		t.Errorf("in Postgres: %s%s", got.out, got.err)
	}
	if got := attache(t, data, "", "add", article); got.code != exitFailed || !strings.Contains(got.err, "has moved") {
		t.Errorf("the old folder: exit %d, %s", got.code, got.err)
	}
	if got := on("migrate"); got.code != exitFailed || !strings.Contains(got.err, "has moved") {
		t.Errorf("a second time: exit %d, %s", got.code, got.err)
	}
}

// TestServiceUnitIsAccepted holds the unit to systemd's own reading of it.
func TestServiceUnitIsAccepted(t *testing.T) {
	t.Parallel()
	verify, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze isn't on this machine")
	}
	unit, err := os.ReadFile(filepath.Join("..", "..", "deploy", "attache.service"))
	if err != nil {
		t.Fatal(err)
	}
	// The program is where the unit says on the machine that it is made for.
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "attache.service")
	if err := os.WriteFile(path, bytes.ReplaceAll(unit, []byte("/usr/local/bin/attache"), []byte(self)), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), verify, "verify", path).CombinedOutput()
	if err != nil || bytes.Contains(out, []byte("attache.service:")) {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}

// TestProgramRunsWhereThereIsNothingElse runs the static binary in a root folder that holds it alone, as in the container.
func TestProgramRunsWhereThereIsNothingElse(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the program")
	}
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		t.Skip("changing the root folder needs Linux and root")
	}
	root := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", filepath.Join(root, "attache"), ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	if err := os.Mkdir(filepath.Join(root, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	ask := exec.CommandContext(t.Context(), "chroot", root, "/attache", "ask", "Who gave Kim Jong-un a new car?")
	ask.Env = []string{"ATTACHE_DATA=/data"}
	ask.Stdout, ask.Stderr = &out, &out
	if err := ask.Run(); err != nil || !strings.Contains(out.String(), "Putin") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// TestOperationsPageIsComplete keeps the operator's page up to date with the commands and metrics that it explains.
func TestOperationsPageIsComplete(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"attache backup", "attache migrate", "attache deliveries", "attache sources", "attache doctor", "/readyz", "/healthz", "/metrics", "deploy/Containerfile", "deploy/attache.service"}
	for _, folder := range []string{".", filepath.Join("..", "..", "adapters", "metrics")} {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			code, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`"(attache_[a-z_]+)", "`).FindAllSubmatch(code, -1) {
				want = append(want, string(m[1]))
			}
		}
	}
	if len(want) < 18 {
		t.Errorf("only %d names were found to look for", len(want))
	}
	for _, w := range want {
		if !bytes.Contains(page, []byte(w)) {
			t.Errorf("docs/operations.md says nothing of %s", w)
		}
	}
}

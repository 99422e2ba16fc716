package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestEveryDutyToThePlatformsHasItsTests reads docs/platforms.md: thirty rows for each platform, each with a test, and every
// test that it names exists.
func TestEveryDutyToThePlatformsHasItsTests(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "docs", "platforms.md"))
	if err != nil {
		t.Fatal(err)
	}
	folders := map[string]string{
		"slack": "adapters/slack", "discord": "adapters/discord", "discordfake": "adapters/discord/discordfake", "rules": "adapters/discord/rules",
		"metrics": "adapters/metrics", "bot": "bot", "digest": "bot/digest", "attache": "cmd/attache",
	}
	declared := map[string]bool{}
	for name, folder := range folders {
		files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(folder), "*_test.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s holds no tests: %v", folder, err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`).FindAllStringSubmatch(string(source), -1) {
				declared[name+"."+m[1]] = true
			}
		}
	}
	row, named := regexp.MustCompile(`^\| ([0-9]+) \| (.+) \| (.+) \|$`), regexp.MustCompile("`([a-z]+\\.(?:Test|Fuzz)\\w+)`")
	for part := range strings.SplitSeq(string(text), "\n## ") {
		title, _, _ := strings.Cut(part, "\n")
		if title != "Slack" && title != "Discord" {
			continue
		}
		n := 0
		for line := range strings.SplitSeq(part, "\n") {
			m := row.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			if n++; m[1] != strconv.Itoa(n) {
				t.Errorf("%s: row %s stands where %d belongs", title, m[1], n)
			}
			tests := named.FindAllStringSubmatch(m[3], -1)
			if len(tests) == 0 {
				t.Errorf("%s %s names no test", title, m[1])
			}
			for _, test := range tests {
				if !declared[test[1]] {
					t.Errorf("%s %s names %s, which does not exist", title, m[1], test[1])
				}
			}
		}
		if n != 30 {
			t.Errorf("%s has %d rows, want 30", title, n)
		}
	}
}

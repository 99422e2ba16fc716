package main

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// may lists, for each package, which packages of ours it may import; a folder covers what lies below it. It is the table of
// docs/architecture.md. Tests are not bound by it.
var may = map[string][]string{
	"attache/briefings":               {"attache/briefings"},
	"attache/briefings/prose":         {},
	"attache/briefings/search":        {"attache/briefings/prose"},
	"attache/briefings/tongues":       {"attache/briefings/prose"},
	"attache/briefings/eval":          {"attache/briefings"},
	"attache/briefings/briefingstest": {"attache/briefings"},
	"attache/bot/message":             {},
	"attache/bot/present":             {"attache/briefings", "attache/bot/message"},
	"attache/bot/digest":              {"attache/briefings", "attache/bot/message", "attache/bot/present"},
	"attache/bot":                     {"attache/briefings", "attache/bot/message", "attache/bot/present", "attache/bot/digest"},
	"attache/bot/bottest":             {"attache/bot", "attache/briefings"},
	"attache/adapters/slack":          {"attache/bot", "attache/bot/message", "attache/adapters/slack"},
	"attache/adapters/discord":        {"attache/bot", "attache/bot/message", "attache/adapters/discord"},
	"attache/adapters/playground":     {"attache/bot", "attache/bot/message", "attache/adapters/playground"},
	"attache/adapters/console":        {"attache/bot", "attache/bot/message"},
	"attache/adapters/store":          {"attache/briefings", "attache/bot", "attache/adapters/store"},
	"attache/adapters/feeds":          {"attache/briefings"},
	"attache/adapters/pictures":       {"attache/briefings", "attache/bot/message"},
	"attache/adapters/press":          {"attache/bot/message"},
	"attache/adapters/models":         {"attache/briefings"},
	"attache/adapters/metrics":        {"attache/bot", "attache/bot/digest"},
	"attache/cmd/attache":             {"attache"},
}

// narrow are packages whose permission for "attache/bot" means that package alone and not what lies below it.
var narrow = []string{"attache/adapters/slack", "attache/adapters/discord", "attache/adapters/playground", "attache/adapters/console", "attache/adapters/metrics"}

// homes says which package (with what lies below it) may import a library.
var homes = map[string]string{
	"github.com/slack-go/slack":             "attache/adapters/slack",
	"github.com/bwmarrin/discordgo":         "attache/adapters/discord",
	"github.com/robfig/cron":                "attache/bot/digest",
	"modernc.org/sqlite":                    "attache/adapters/store",
	"github.com/jackc/pgx":                  "attache/adapters/store",
	"github.com/pressly/goose":              "attache/adapters/store",
	"github.com/riverqueue/river":           "attache/adapters/store",
	"github.com/prometheus/client_golang":   "attache/adapters/metrics",
	"github.com/mmcdole/gofeed":             "attache/adapters/feeds",
	"codeberg.org/readeck/go-readability":   "attache/adapters/feeds",
	"code.dny.dev/ssrf":                     "attache/adapters/feeds",
	"github.com/gogs/chardet":               "attache/adapters/feeds",
	"github.com/klippa-app/go-pdfium":       "attache/adapters/feeds",
	"github.com/tetratelabs/wazero":         "attache/adapters/feeds",
	"github.com/kljensen/snowball":          "attache/briefings/prose",
	"github.com/blevesearch/snowballstem":   "attache/briefings/prose",
	"github.com/RadhiFadlillah/whatlanggo":  "attache/briefings/prose",
	"github.com/mozillazg/go-unidecode":     "attache/briefings/tongues",
	"github.com/alecthomas/kong":            "attache/cmd/attache",
	"github.com/lmittmann/tint":             "attache/cmd/attache",
	"github.com/goccy/go-yaml":              "attache/adapters/slack",
	"github.com/chromedp/chromedp":          "",
	"github.com/santhosh-tekuri/jsonschema": "",
	"database/sql":                          "attache/adapters/store",
	"golang.org/x/image":                    "attache/adapters/pictures",
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

// TestImportsKeepToTheHouse holds every package to the table: an arrow never runs up, and a library has one home.
func TestImportsKeepToTheHouse(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "attache/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for dec.More() {
		var p goPackage
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		room := roomOf(p.ImportPath)
		if room == "" {
			t.Errorf("%s is in no room of the house: add it to the table here and in docs/architecture.md", p.ImportPath)
			continue
		}
		if strings.HasSuffix(p.ImportPath, "test") || strings.HasSuffix(p.ImportPath, "fake") {
			continue // what only tests import may look where it needs to
		}
		for _, imported := range p.Imports {
			if strings.HasPrefix(imported, "attache/") && !allowed(room, imported) {
				t.Errorf("%s imports %s: the house allows %v", p.ImportPath, imported, may[room])
			}
			for library, home := range homes {
				if (imported == library || strings.HasPrefix(imported, library+"/")) && (home == "" || !within(p.ImportPath, home)) {
					t.Errorf("%s imports %s, whose one home is %q", p.ImportPath, imported, home)
				}
			}
		}
	}
}

// roomOf returns the longest entry of the table that covers path.
func roomOf(path string) string {
	best := ""
	for room := range may {
		if within(path, room) && len(room) > len(best) {
			best = room
		}
	}
	return best
}

func allowed(room, imported string) bool {
	for _, to := range may[room] {
		if imported == to || within(imported, to) && !(to == "attache/bot" && slices.Contains(narrow, room)) {
			return true
		}
	}
	return false
}

func within(path, folder string) bool { return path == folder || strings.HasPrefix(path, folder+"/") }

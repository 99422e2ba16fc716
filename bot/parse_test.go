package bot_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"attache/bot"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text string
		want string // the command, "?" and the suggestion for an unknown one, "!" and what is missing
		args map[string]string
	}{
		{"Who gave Kim a car?", "ask", map[string]string{"question": "Who gave Kim a car?"}},
		{"who gave kim a car", "ask", map[string]string{"question": "who gave kim a car"}},
		{"who condemned the gift", "ask", map[string]string{"question": "who condemned the gift"}},
		{"who is Kim Yo-jong", "ask", map[string]string{"question": "who is Kim Yo-jong"}},
		{"who Kim Yo-jong", "who", map[string]string{"actor": "Kim Yo-jong"}},
		{"WHO south korea", "who", map[string]string{"actor": "south korea"}},
		{"why?", "ask", map[string]string{"question": "why?"}},
		{"why", "ask", map[string]string{"question": "why"}},
		{"why did Seoul protest", "ask", map[string]string{"question": "why did Seoul protest"}},
		{"why https://x.example/a?b", "why", map[string]string{"link": "https://x.example/a?b"}},
		{"ask latest what?", "ask", map[string]string{"question": "latest what?"}},
		{"latest", "latest", map[string]string{}},
		{"Latest on North Korea, sanctions", "latest", map[string]string{"topic": "North Korea, sanctions"}},
		{"latest is that true?", "ask", map[string]string{"question": "latest is that true?"}},
		{"story 2", "story", map[string]string{"topic": "2"}},
		{"sources", "sources", map[string]string{}},
		{"sources say that Kim left", "ask", map[string]string{"question": "sources say that Kim left"}},
		{"help", "help", map[string]string{}},
		{"help?", "help", map[string]string{}},
		{"help digest add", "help", map[string]string{"command": "digest add"}},
		{"help me understand what Seoul wants", "ask", map[string]string{"question": "help me understand what Seoul wants"}},
		{"digest", "digest list", map[string]string{}},
		{"Digest Add daily 08:00", "digest add", map[string]string{"when": "daily 08:00"}},
		{"digest add weekdays 7:30 Asia/Seoul about North Korea, sanctions without sport", "digest add",
			map[string]string{"when": "weekdays 7:30 Asia/Seoul", "about": "North Korea, sanctions without sport"}},
		{"digest add daily 8am without sport", "digest add", map[string]string{"when": "daily 8am", "about": "without sport"}},
		{"digest add 0 8 * * 1-5", "digest add", map[string]string{"when": "0 8 * * 1-5"}},
		{"digest add", "!when", nil},
		{"digest edit d7f3 about trade", "digest edit", map[string]string{"digest": "d7f3", "about": "trade"}},
		{"digest edit d7f3 daily 9:00 about trade", "digest edit", map[string]string{"digest": "d7f3", "when": "daily 9:00", "about": "trade"}},
		{"digest pause d7f3", "digest pause", map[string]string{"digest": "d7f3"}},
		{"digest pause", "!digest", nil},
		{"digest resmue d7f3", "?digest resume", nil},
		{"digest frob", "?digest list", nil},
		{"digset add daily 8:00", "?digest add", nil},
		{"hlep", "?help", nil},
		{"latets sanctions", "?latest", nil},
		{"source add https://x.example/rss", "source add", map[string]string{"link": "https://x.example/rss"}},
		{"source add https://x.example/rss last 3", "source add", map[string]string{"link": "https://x.example/rss", "how": "last 3"}},
		{"source review all", "source review", map[string]string{"source": "all"}},
		{"source close to the matter said what?", "ask", map[string]string{"question": "source close to the matter said what?"}},
		{"watch add “Strait of Hormuz”", "watch add", map[string]string{"watch": "Strait of Hormuz"}},
		{"watch out for new sanctions", "ask", map[string]string{"question": "watch out for new sanctions"}},
		{"settings zone Asia/Seoul", "settings", map[string]string{"setting": "zone", "value": "Asia/Seoul"}},
		{"settings managers <@U1> <@U2>", "settings", map[string]string{"setting": "managers", "value": "<@U1> <@U2>"}},
		{"история", "ask", map[string]string{"question": "история"}},
		{"", "ask", map[string]string{"question": ""}},
	} {
		in, err := bot.Parse(row.text)
		got := in.Command.Name
		if unknown, ok := errors.AsType[*bot.UnknownCommandError](err); ok {
			got = "?" + unknown.Near
		} else if missing, ok := errors.AsType[*bot.MissingArgError](err); ok {
			got = "!" + strings.Join(missing.Names, " ")
		} else if err != nil {
			t.Errorf("%q: an error of another kind: %v", row.text, err)
		}
		if got != row.want {
			t.Errorf("%q is %q, want %q", row.text, got, row.want)
		}
		if diff := cmp.Diff(row.args, in.Args); row.args != nil && diff != "" {
			t.Errorf("%q: arguments (-want +got):\n%s", row.text, diff)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range bot.Commands() {
		for _, e := range c.Examples {
			f.Add(e)
		}
	}
	for _, s := range []string{"", " ", "digest", "digest add about", "who", "why ", "digset ad", "“", "help \x00", "settings zone \xff", strings.Repeat("a ", 5000), "watch add \u202eabc"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		in, err := bot.Parse(text)
		if err != nil {
			_, unknown := errors.AsType[*bot.UnknownCommandError](err)
			_, missing := errors.AsType[*bot.MissingArgError](err)
			if !unknown && !missing {
				t.Fatalf("an error of another kind: %v", err)
			}
			return
		}
		c, ok := bot.CommandNamed(in.Command.Name)
		if !ok {
			t.Fatalf("%q is in no table", in.Command.Name)
		}
		named := map[string]bool{}
		for _, a := range c.Args {
			named[a.Name] = true
			if a.Required && in.Args[a.Name] == "" && c.Name != "ask" {
				t.Fatalf("%s lacks %s and is complete", c.Name, a.Name)
			}
		}
		for name := range in.Args {
			if !named[name] {
				t.Fatalf("%s has an argument %q that is in no table", c.Name, name)
			}
		}
		if c.Name == "ask" && !strings.Contains(strings.ToLower(strings.TrimSpace(text)), strings.ToLower(in.Args["question"])) {
			t.Fatalf("the question %q is not in %q", in.Args["question"], text)
		}
	})
}

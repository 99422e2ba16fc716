package discord

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"attache/adapters/discord/discordfake"
	"attache/adapters/discord/rules"
	"attache/bot"
	"attache/briefings/briefingstest"
)

func TestTheCommandsKeepToDiscordsLimits(t *testing.T) {
	t.Parallel()
	for kind, oneGuild := range map[rules.Kind]bool{rules.Commands: false, rules.GuildCommands: true} {
		raw, err := json.Marshal(commands(bot.Commands(), oneGuild))
		if err != nil {
			t.Fatal(err)
		}
		for _, refusal := range discordfake.Refusals(kind, raw) {
			t.Error(refusal)
		}
	}
}

func TestTheManifestIsWhatDiscordIsTold(t *testing.T) {
	t.Parallel()
	raw, err := CommandsJSON()
	if err != nil {
		t.Fatal(err)
	}
	briefingstest.Golden(t, "testdata/commands.json", string(raw))
}

func TestEveryCommandExistsAndOnlyThose(t *testing.T) {
	t.Parallel()
	var got []string
	for _, c := range commands(bot.Commands(), false) {
		managers := c.Permissions != nil
		if managers && (*c.Permissions != "32" || !slices.Equal(c.Contexts, []int{0}) || !slices.Equal(c.IntegrationTypes, []int{0})) {
			t.Errorf("/%s: permissions %s, contexts %v, installed %v", c.Name, *c.Permissions, c.Contexts, c.IntegrationTypes)
		}
		if !managers && (!slices.Equal(c.Contexts, []int{0, 1, 2}) || !slices.Equal(c.IntegrationTypes, []int{0, 1})) {
			t.Errorf("/%s: contexts %v, installed %v", c.Name, c.Contexts, c.IntegrationTypes)
		}
		names := []string{c.Name}
		if len(c.Options) > 0 && c.Options[0].Type == optionSubcommand {
			names = nil
			for _, o := range c.Options {
				names = append(names, c.Name+" "+o.Name)
			}
		}
		for _, n := range names {
			d := commandData{Name: c.Name}
			if _, sub, two := strings.Cut(n, " "); two {
				d.Options = []option{{Name: sub, Type: optionSubcommand}}
			}
			name, _ := commandOf(d)
			known, ok := bot.CommandNamed(name)
			if !ok || known.Manages != managers {
				t.Errorf("/%s is understood as %q", n, name)
			}
			got = append(got, name)
		}
	}
	var want []string
	for _, c := range bot.Commands() {
		want = append(want, c.Name)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("Discord knows %v, the table %v", got, want)
	}
}

func TestOptionsAreCompletedWhereTheTableSaysSo(t *testing.T) {
	t.Parallel()
	for _, c := range bot.Commands() {
		for i, o := range options(c) {
			if o.Name == optionPrivate {
				if c.Private || c.Manages {
					t.Errorf("%s is private anyway", c.Name)
				}
				continue
			}
			if o.Autocomplete != c.Args[i].Kind.Completes() || o.Required != (c.Args[i].Required && c.Args[i].Kind != bot.ArgPassage) { // for a passage a form asks
				t.Errorf("%s %s: completed %v, required %v", c.Name, o.Name, o.Autocomplete, o.Required)
			}
		}
	}
}

func TestEveryLanguageIsComplete(t *testing.T) {
	t.Parallel()
	for language, table := range languages {
		for _, root := range []string{everyone, "digest", "source", "watch"} {
			if table[root].name == "" || table[root].summary == "" {
				t.Errorf("%s lacks /%s", language, root)
			}
		}
		known := map[string]bool{}
		for _, c := range bot.Commands() {
			known[c.Name], known[c.Group()] = true, true
			local, ok := table[c.Name]
			if !ok || local.name == "" || local.summary != "" {
				t.Errorf("%s has no name of %q, or words of its own for it", language, c.Name)
			}
			if said := summariesOf(c.Name, c.Summary)[string(language)]; said == "" || said == c.Summary {
				t.Errorf("%s describes %q as %q", language, c.Name, said)
			}
			for _, arg := range c.Args {
				if local.args[arg.Name] == "" {
					t.Errorf("%s lacks %q of %q", language, arg.Name, c.Name)
				}
				if said := argHelpsOf(c.Name, arg.Name, arg.Help)[string(language)]; said == "" || said == arg.Help {
					t.Errorf("%s explains %q of %q as %q", language, arg.Name, c.Name, said)
				}
			}
			if len(local.args) != len(c.Args) {
				t.Errorf("%s has other options of %q than the table", language, c.Name)
			}
		}
		for name := range table {
			if !known[name] && name != everyone {
				t.Errorf("%s has %q, which is no command", language, name)
			}
		}
	}
	for _, c := range commands(bot.Commands(), false) {
		for _, locale := range []string{"en-US", "fr", "ko"} {
			if c.Names[locale] == "" || c.Descriptions[locale] == "" {
				t.Errorf("/%s lacks %s", c.Name, locale)
			}
		}
	}
}

func TestWordsAreCompleteInEveryLanguage(t *testing.T) {
	t.Parallel()
	for locale, w := range map[string]words{"en-US": english, "fr": french, "ko": korean} {
		if wordsFor(locale) != w {
			t.Errorf("%s gets other words", locale)
		}
		for i, s := range []string{w.busy, w.unended, w.failed, w.expired, w.direct, w.hint, w.followUp, w.about, w.question, w.shortened, w.private, w.paste, w.correct, w.noMessages, w.mayNotPost} {
			if s == "" {
				t.Errorf("%s lacks word %d", locale, i)
			}
		}
		if rules.Size(w.followUp) > rules.FormTitle || rules.Size(w.question) > 45 || rules.Size(w.private) > rules.Description {
			t.Errorf("%s: a label is too long", locale)
		}
	}
	if wordsFor("de") != english || wordsFor("") != english || wordsFor("ko-KR") != korean {
		t.Error("other locales get other words than English")
	}
}

func TestCommandsAreWrittenOnlyWhenTheyChanged(t *testing.T) {
	t.Parallel()
	fake := discordfake.Start(t, discordfake.Options{})
	for range 3 {
		w := build(t, fake, &script{}, nil)
		if err := w.a.register(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := fake.Overwrites(); n != 1 {
		t.Errorf("three starts wrote the commands %d times", n)
	}
	w := build(t, fake, &script{}, func(c *Config) { c.GuildOnly = fake.Guild })
	for range 2 {
		if err := w.a.register(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := fake.Overwrites(); n != 2 {
		t.Errorf("two starts in one guild wrote the commands %d times", n-1)
	}
	have := commands(bot.Commands(), false)
	changed := slices.Clone(have)
	changed[0].Description += "!"
	if sameCommands(have, changed) || sameCommands(have, have[1:]) || !sameCommands(have, reversed(have)) {
		t.Error("a change is not seen, or an order is")
	}
}

func TestCommandsThatCannotBeRegisteredDoNotStopTheBot(t *testing.T) {
	t.Parallel()
	fake := discordfake.Start(t, discordfake.Options{})
	fake.Fault(discordfake.Fault{Route: "PUT /applications/{id}/commands", Status: 403, Code: codeMissingAccess})
	w := run(t, fake, &script{}, nil)
	w.answers(t, "are you there?")
	if !strings.Contains(w.log.String(), "could not register the commands") {
		t.Errorf("nobody is told:\n%s", w.log)
	}
}

func TestTheInvitationAsksForWhatIsNeeded(t *testing.T) {
	t.Parallel()
	u, err := url.Parse(InviteURL("123"))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if u.Host != "discord.com" || q.Get("client_id") != "123" || q.Get("scope") != "bot applications.commands" || q.Get("permissions") != "309237763072" {
		t.Errorf("%s", u)
	}
}

func reversed(list []command) []command {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

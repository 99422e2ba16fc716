package discord

import (
	"strings"
	"testing"

	"attache/adapters/discord/discordfake"
)

func TestTheDoctorSaysWhatIsWrongAndHowToMendIt(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		o      discordfake.Options
		change func(*Config)
		fault  discordfake.Fault
		wrong  string // the finding that is not OK
		mend   string
	}{
		{name: "all is well"},
		{name: "all is well with content", o: discordfake.Options{MessageContent: true}, change: func(c *Config) { c.MessageContent = true }},
		{name: "wrong token", change: func(c *Config) { c.Token = "wrong" }, wrong: "Discord token", mend: "DISCORD_BOT_TOKEN"},
		{name: "no way to Discord", change: func(c *Config) { c.BaseURL = "http://127.0.0.1:1" }, wrong: "Discord token", mend: "reaches discord.com"},
		{name: "interactions go elsewhere", o: discordfake.Options{Endpoint: "https://example.org/"}, wrong: "Discord application", mend: "DISCORD_PUBLIC_KEY"},
		{name: "interactions by HTTP", o: discordfake.Options{Endpoint: "https://example.org/", VerifyKey: "AB"}, change: func(c *Config) { c.PublicKey = "ab" }},
		{name: "no endpoint for interactions by HTTP", change: func(c *Config) { c.PublicKey = "ab" }, wrong: "Discord application", mend: "/discord/interactions"},
		{name: "another application's key", o: discordfake.Options{Endpoint: "https://example.org/", VerifyKey: "cd"}, change: func(c *Config) { c.PublicKey = "ab" }, wrong: "Discord application", mend: "another application"},
		{name: "intent off", change: func(c *Config) { c.MessageContent = true }, wrong: "Discord intents", mend: "Message Content Intent"},
		{name: "another application", change: func(c *Config) { c.AppID = "5" }, wrong: "Discord application", mend: "leave it out"},
		{name: "spent budget", o: discordfake.Options{Remaining: 3}, wrong: "Discord gateway", mend: "Wait 1h"},
		{name: "gateway down", fault: discordfake.Fault{Route: "GET /gateway/bot", Status: 503, Times: -1}, wrong: "Discord gateway", mend: "again"},
		{name: "application unknown", fault: discordfake.Fault{Route: "GET /applications/@me", Status: 500}, wrong: "Discord application", mend: "again"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			fake := discordfake.Start(t, row.o)
			if row.fault.Route != "" {
				fake.Fault(row.fault)
			}
			w := build(t, fake, nil, row.change)
			var wrong []string
			for _, f := range w.a.Check(t.Context()) {
				if f.OK != (f.Mend == "") || f.What == "" || f.Detail == "" {
					t.Errorf("a finding without what, detail or mend: %+v", f)
				}
				if !f.OK {
					wrong = append(wrong, f.What)
					if !strings.Contains(f.Mend, row.mend) {
						t.Errorf("the mend is %q", f.Mend)
					}
				}
				if strings.Contains(f.Detail+f.Mend, fake.Token) {
					t.Errorf("the token stands in %+v", f)
				}
			}
			if got := strings.Join(wrong, ", "); got != row.wrong {
				t.Errorf("wrong is %q, want %q", got, row.wrong)
			}
			if fake.Gateway().Accepted != 0 {
				t.Error("the doctor connected")
			}
		})
	}
}

package main

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"attache/adapters/discord"
	"attache/adapters/discord/discordfake"
	"attache/adapters/feeds"
	"attache/adapters/press"
	"attache/adapters/slack"
	"attache/adapters/slack/slackfake"
	"attache/bot"
	"attache/bot/digest"
	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
	"attache/briefings/briefingstest"
)

// The recorded month: reports of forty invented outlets, written for this test (testdata/month), appear in real feeds while a
// clock walks through March 2027. The whole bot, wired as `attache serve` wires it, polls them and delivers the digests of
// seven channels to the fakes of Slack and Discord. What is in the reports is known, so what the channels must have been told
// is known too.

// pressHouse is an invented outlet: its feed is a server of its own.
type pressHouse struct {
	key, host, language, form, name, label string
	server                                 *httptest.Server
	down                                   func(time.Time) bool // when its server has a fault; nil means never
}

// dispatch is one report, or a later version of one.
type dispatch struct {
	at      time.Time
	outlet  *pressHouse
	id      string
	story   string
	title   string
	text    string
	copies  string // the report that it has taken over
	version int    // from 1
}

func (d dispatch) url() string { return "https://" + d.outlet.host + "/" + d.id }

// month is the recorded month.
type month struct {
	outlets    []*pressHouse
	dispatches []dispatch // in the order of their times
	byURL      map[string][]dispatch
}

var monthBegins = time.Date(2027, time.March, 1, 0, 0, 0, 0, time.UTC)

const monthDays = 28

// at is a time of the month's day n, from 1.
func (m *month) at(n, hour, minute int) time.Time {
	return monthBegins.AddDate(0, 0, n-1).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}

// readMonth reads testdata/month. week1.txt says how it is written.
func readMonth(t *testing.T) *month {
	t.Helper()
	m := &month{byURL: map[string][]dispatch{}}
	outlets := map[string]*pressHouse{}
	for line := range strings.Lines(monthFile(t, "outlets.txt")) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		line, label, _ := strings.Cut(line, "|")
		f := strings.Fields(line)
		o := &pressHouse{key: f[0], host: f[1], language: f[2], form: f[3], name: strings.Join(f[4:], " "), label: strings.TrimSpace(label)}
		outlets[o.key] = o
		m.outlets = append(m.outlets, o)
	}
	files, err := filepath.Glob("testdata/month/week*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d weeks, %v", len(files), err)
	}
	newest := map[string]int{} // by id: place in m.dispatches
	for _, name := range files {
		_, text, _ := strings.Cut("\n"+monthFile(t, filepath.Base(name)), "\n@ ")
		for entry := range strings.SplitSeq(text, "\n@ ") {
			head, rest, _ := strings.Cut(entry, "\n")
			title, body, _ := strings.Cut(rest, "\n")
			f := strings.Fields(head)
			day, err := strconv.Atoi(f[0])
			if err != nil || len(f) < 5 || outlets[f[2]] == nil {
				t.Fatalf("%s: %q is no report", name, head)
			}
			clock, err := time.Parse("15:04", f[1])
			if err != nil {
				t.Fatalf("%s: %q: %v", name, head, err)
			}
			d := dispatch{at: m.at(day, clock.Hour(), clock.Minute()), outlet: outlets[f[2]], id: f[3], story: strings.TrimPrefix(f[4], "#"), title: title, text: strings.TrimSpace(body), version: 1}
			for _, word := range f[5:] {
				if of, ok := strings.CutPrefix(word, "~"); ok {
					d.version = m.dispatches[newest[of]].version + 1
				}
				if of, ok := strings.CutPrefix(word, "="); ok {
					of, most, _ := strings.Cut(of, "/")
					place, known := newest[of]
					if !known {
						t.Fatalf("%s: %q copies what was not written yet", name, head)
					}
					paragraphs := strings.Split(m.dispatches[place].text, "\n\n")
					if n, err := strconv.Atoi(most); err == nil {
						paragraphs = paragraphs[:n]
					}
					d.copies, d.text = of, strings.TrimSpace(d.text+"\n\n"+strings.Join(paragraphs, "\n\n"))
				}
			}
			newest[d.id] = len(m.dispatches)
			m.dispatches = append(m.dispatches, d)
			m.byURL[d.url()] = append(m.byURL[d.url()], d)
		}
	}
	return m
}

func monthFile(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "month", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// listed is what an outlet's feed lists at a time: each report as it then stood, the newest first.
func (m *month) listed(o *pressHouse, now time.Time) []dispatch {
	var list []dispatch
	for _, d := range m.dispatches {
		if d.outlet != o || d.at.After(now) {
			continue
		}
		if i := slices.IndexFunc(list, func(x dispatch) bool { return x.id == d.id }); i >= 0 {
			d.at = list[i].at // it keeps the day on which it appeared
			list[i] = d
			continue
		}
		list = append(list, d)
	}
	slices.SortStableFunc(list, func(x, y dispatch) int { return y.at.Compare(x.at) })
	return list[:min(len(list), 25)]
}

// open starts the outlets' servers: RSS or Atom, with entity tags.
func (m *month) open(t *testing.T, now func() time.Time) {
	for _, o := range m.outlets {
		o.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.URL.Path != "/feed":
				http.NotFound(w, r)
				return
			case o.down != nil && o.down(now()):
				http.Error(w, "the press is jammed", http.StatusInternalServerError)
				return
			}
			body := o.feed(m.listed(o, now()))
			h := fnv.New64a()
			io.WriteString(h, body)
			tag := fmt.Sprintf(`"%x"`, h.Sum64())
			w.Header().Set("ETag", tag)
			if r.Header.Get("If-None-Match") == tag {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			w.Header().Set("Content-Type", "application/xml")
			io.WriteString(w, body)
		}))
		t.Cleanup(o.server.Close)
	}
}

func (o *pressHouse) feed(list []dispatch) string {
	var b strings.Builder
	esc := html.EscapeString
	if o.form == "atom" {
		fmt.Fprintf(&b, `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang=%q><title>%s</title><id>https://%s/</id>`, o.language, esc(o.name), o.host)
	} else {
		fmt.Fprintf(&b, `<rss version="2.0"><channel><title>%s</title><link>https://%s/</link><description>News</description><language>%s</language>`, esc(o.name), o.host, o.language)
	}
	for _, d := range list {
		body := "<p>" + strings.ReplaceAll(esc(d.text), "\n\n", "</p><p>") + "</p>"
		if o.form == "atom" {
			fmt.Fprintf(&b, `<entry><title>%s</title><link href="%s"/><id>%s</id><published>%s</published><content type="html">%s</content></entry>`,
				esc(d.title), d.url(), d.url(), d.at.Format(time.RFC3339), esc(body))
			continue
		}
		fmt.Fprintf(&b, `<item><title>%s</title><link>%s</link><guid>%s</guid><pubDate>%s</pubDate><description>%s</description></item>`,
			esc(d.title), d.url(), d.url(), d.at.Format(time.RFC1123Z), esc(body))
	}
	if o.form == "atom" {
		b.WriteString("</feed>")
	} else {
		b.WriteString("</channel></rss>")
	}
	return b.String()
}

// monthChannel is a channel with its digest and what it was sent.
type monthChannel struct {
	name  string
	when  string
	zone  string
	beat  briefings.Beat
	at    message.Address
	sub   digest.Subscription
	sent  []digest.Delivery // oldest first
	fates []map[string]briefings.Fate
}

// edition is what the channel was told on a day of the month.
func (c *monthChannel) edition(day int) *briefings.Edition {
	for _, d := range c.sent {
		if d.Slot.Day() == day {
			return d.Edition
		}
	}
	return nil
}

// unhurried is Slack's poster without the pace of digests, which would have the month last as long as its messages take.
type unhurried struct{ *slack.Poster }

// Pace implements message.Paced.
func (unhurried) Pace() message.Pace { return message.Pace{} }

// replay is the month in the bot.
type replay struct {
	*month
	house    *house
	clock    *movable
	slack    *slackfake.Server
	discord  *discordfake.Server
	channels []*monthChannel
	reviews  []*monthChannel // weekly, in channels that have a digest
	out      *locked
}

func (r *replay) channel(name string) *monthChannel {
	return r.channels[slices.IndexFunc(r.channels, func(c *monthChannel) bool { return c.name == name })]
}

// replayMonth runs the month through the bot.
func replayMonth(t *testing.T) *replay {
	t.Helper()
	r := &replay{month: readMonth(t), clock: &movable{}, out: &locked{}}
	before := monthBegins.Add(-5 * time.Hour)
	r.clock.set(before)
	r.outlet("lantern").down = func(now time.Time) bool { return now.After(r.at(18, 12, 0)) && now.Before(r.at(20, 0, 0)) }
	r.open(t, r.clock.now)
	r.slack = slackfake.Start(t, slackfake.Options{Now: r.clock.now})
	r.discord = discordfake.Start(t, discordfake.Options{Now: r.clock.now})
	for _, id := range []string{"C2", "C3"} {
		r.slack.AddChannel(slackfake.Channel{ID: id, Name: "desk-" + strings.ToLower(id), Creator: "UADMIN", Members: []string{slackfake.BotUser, "U1", "UADMIN"}})
	}
	labels := filepath.Join(t.TempDir(), "outlets.txt")
	var table strings.Builder
	for _, o := range r.outlets {
		if o.label != "" {
			fmt.Fprintln(&table, o.host, o.label)
		}
	}
	if err := os.WriteFile(labels, []byte(table.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &program{
		environ: []string{
			"ATTACHE_DATA=" + t.TempDir(), "ATTACHE_PICTURES=off", "ATTACHE_ALLOW_NETWORKS=127.0.0.0/8", "ATTACHE_OUTLETS=" + labels, "ATTACHE_LOG_LEVEL=warn",
			"SLACK_BOT_TOKEN=" + r.slack.BotToken(), "SLACK_APP_TOKEN=" + r.slack.AppToken(), "SLACK_API_URL=" + r.slack.APIURL(),
			"DISCORD_BOT_TOKEN=" + r.discord.Token, "DISCORD_API_URL=" + r.discord.URL,
		},
		dir: t.TempDir(), in: strings.NewReader(""), out: r.out, err: r.out, now: r.clock.now,
	}
	s, err := p.settings()
	if err != nil {
		t.Fatal(err)
	}
	d, err := p.openDesk(t.Context(), s, p.log(s), serves, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.close)
	// All outlets live on one machine here: without the gap between two requests to a host.
	if d.fetcher, err = feeds.New(feeds.Config{Allow: s.Networks, Outlets: s.Outlets, Gap: -1, Now: p.now}); err != nil {
		t.Fatal(err)
	}
	if r.house, err = p.openHouse(d); err != nil {
		t.Fatal(err)
	}
	r.follow(t, before)
	r.subscribe(t, before)
	for day := 1; day <= monthDays; day++ {
		r.morning(t)
		r.asked(t, day)
		r.poll(t, r.at(day, 5, 50))
		r.deliver(t, r.at(day, 6, 0))
		r.deliver(t, r.at(day, 7, 0))
		r.poll(t, r.at(day, 17, 50))
		r.deliver(t, r.at(day, 18, 0))
	}
	return r
}

func (r *replay) outlet(key string) *pressHouse {
	return r.outlets[slices.IndexFunc(r.outlets, func(o *pressHouse) bool { return o.key == key })]
}

// follow follows every outlet, reviewed, before it has written anything.
func (r *replay) follow(t *testing.T, at time.Time) {
	t.Helper()
	for _, o := range r.outlets {
		if err := r.house.gatherer.Register(t.Context(), briefings.Source{ID: o.key, URL: o.server.URL + "/feed", Title: o.name, Reviewed: at}); err != nil {
			t.Fatal(err)
		}
	}
	r.poll(t, at)
}

// subscribe adds the channels' digests.
func (r *replay) subscribe(t *testing.T, created time.Time) {
	t.Helper()
	slackAt := func(channel string) message.Address {
		return message.Address{Platform: slack.Platform, Workspace: slackfake.Team, Channel: channel}
	}
	discordAt := func(channel string) message.Address {
		return message.Address{Platform: discord.Platform, Workspace: r.discord.Guild, Channel: channel}
	}
	countries := func(codes ...string) briefings.Beat { return briefings.Beat{Countries: codes} }
	r.channels = []*monthChannel{
		{name: "everything", when: "daily 07:00", zone: "UTC", at: slackAt("C1")},
		{name: "nordic", when: "daily 07:00", zone: "UTC", beat: countries("NO", "IS"), at: slackAt("C2")},
		{name: "gulf", when: "weekdays 18:00", zone: "UTC", beat: countries("OM", "IR"), at: slackAt("C3")},
		{name: "korea", when: "daily 16:00", zone: "Asia/Seoul", beat: countries("KP", "KR"), at: discordAt(r.discord.Channel)},
		{name: "south", when: "daily 21:00", zone: "Africa/Nairobi", beat: countries("KE", "PE", "CL"), at: discordAt(r.discord.Other)},
		{name: "east", when: "every monday and thursday 18:00", zone: "UTC", beat: countries("MD", "GE", "EE", "AM"), at: discordAt(r.discord.News)},
		{name: "french", when: "daily 08:00", zone: "Europe/Paris", beat: briefings.Beat{Languages: []string{"fr"}}, at: discordAt(r.discord.Forum)},
	}
	r.reviews = []*monthChannel{
		{name: "nordic week", when: "mondays 07:00", zone: "UTC", beat: countries("NO", "IS"), at: slackAt("C2")},
		{name: "korea week", when: "mondays 16:00", zone: "Asia/Seoul", beat: countries("KP", "KR"), at: discordAt(r.discord.Channel)},
	}
	for i, c := range slices.Concat(r.channels, r.reviews) {
		form := digest.FormDigest
		if i >= len(r.channels) {
			form = digest.FormReview
		}
		schedule, err := digest.ParseSchedule(c.when, c.zone)
		if err != nil {
			t.Fatalf("%s: %v", c.when, err)
		}
		c.sub = digest.Subscription{
			ID: fmt.Sprintf("d%03d", i+1), Address: c.at, Schedule: schedule, Beat: c.beat, Owner: "UADMIN", Created: created, NextAt: schedule.Next(created),
			Misfire: digest.MisfireLatest, Form: form,
		}
		if err := r.house.store.AddSubscription(t.Context(), c.sub); err != nil {
			t.Fatal(err)
		}
	}
}

// morning connects to Slack anew: its rate of one message a second in a channel is kept on the machine's own clock, on which
// the month takes a minute.
func (r *replay) morning(t *testing.T) {
	t.Helper()
	c := slackConfig(r.house.settings, r.house.store)
	c.Handler, c.Seen, c.Log, c.Now = r.house.bot, r.house.store.Seen, r.house.log, r.clock.now
	a, err := slack.New(c)
	if err != nil {
		t.Fatal(err)
	}
	r.house.posters[slack.Platform] = unhurried{a.Poster()}
}

// poll has the gatherer ask every source that is due. Between two of the test's polls every source is.
func (r *replay) poll(t *testing.T, at time.Time) {
	t.Helper()
	r.clock.set(at)
	if _, err := r.house.gatherer.Once(t.Context()); err != nil {
		t.Fatalf("poll at %s: %v", at, err)
	}
	if _, err := r.house.corrections.Look(t.Context()); err != nil {
		t.Fatalf("corrections at %s: %v", at, err)
	}
}

// monthAsked is what is asked in the month, by day: in a channel or, privately, nowhere that others see it.
var monthAsked = []struct {
	day                  int
	channel, user, words string
}{
	{2, "nordic", "U1", "How many people were killed in Arvik?"},
	{3, "nordic", "U2", "how many people were killed in Arvik"},
	{4, "nordic", "U1", "Who is the mayor of Arvik?"},
	{4, "korea", "U9", "How many missiles were fired from Wonsan?"},
}

func (r *replay) asked(t *testing.T, day int) {
	t.Helper()
	r.clock.set(r.at(day, 5, 0))
	for _, q := range monthAsked {
		if q.day != day {
			continue
		}
		if _, err := r.house.bot.Handle(t.Context(), bot.Request{Kind: bot.Ask, Text: q.words, Address: r.channel(q.channel).at, User: bot.User{ID: q.user, Name: q.user}}); err != nil {
			t.Fatalf("%s: %v", q.words, err)
		}
	}
}

// deliver opens and delivers what is due, and asks for the fate of every report that was read.
func (r *replay) deliver(t *testing.T, slot time.Time) {
	t.Helper()
	r.clock.set(slot.Add(time.Second))
	for _, platform := range []string{slack.Platform, discord.Platform} {
		if _, err := r.house.clock.Tick(t.Context(), platform); err != nil {
			t.Fatalf("open what is due at %s: %v", slot, err)
		}
		for try := 0; ; try++ {
			if _, err := r.house.courier.Work(t.Context(), platform); err != nil {
				t.Fatalf("deliver what is due at %s: %v", slot, err)
			}
			open, err := r.house.store.Deliveries(t.Context(), digest.DeliveryFilter{Platform: platform, States: []digest.State{digest.Due, digest.Composed}})
			if err != nil {
				t.Fatal(err)
			}
			if len(open) == 0 {
				break
			}
			if try == 50 {
				t.Fatalf("at %s there is still %+v\n%s", slot, open, r.out)
			}
			r.clock.set(r.clock.now().Add(10 * time.Second))
		}
	}
	for _, c := range slices.Concat(r.channels, r.reviews) {
		list, err := r.house.store.Deliveries(t.Context(), digest.DeliveryFilter{Subscription: c.sub.ID, Since: slot})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range list {
			r.account(t, c, d)
		}
	}
}

// account keeps a delivery and asks where every report ended in it.
func (r *replay) account(t *testing.T, c *monthChannel, d digest.Delivery) {
	t.Helper()
	if d.State != digest.Sent || d.Edition == nil {
		t.Fatalf("%s: the digest of %s is %s: %s", c.name, d.Slot, d.State, d.Reason)
	}
	if c.sub.Form == digest.FormReview {
		c.sent = append(c.sent, d)
		return
	}
	order := digest.Assignment(c.sub, d.Slot, d.WindowFrom)
	order.Seen = d.Edition.Composed
	if n := len(c.sent); n > 0 {
		order.Last = c.sent[n-1].Edition
	}
	fates, err := r.house.engine.Fates(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]briefings.Fate{}
	for _, f := range fates {
		if other, ok := of[f.Article]; ok {
			t.Errorf("%s, %s: report %s ended twice: %+v and %+v", c.name, d.Slot, f.Article, other, f)
		}
		of[f.Article] = f
	}
	c.sent, c.fates = append(c.sent, d), append(c.fates, of)
}

// storyOf is the story that a report was written for.
func (r *replay) storyOf(t *testing.T, article string) string {
	t.Helper()
	a, err := r.house.store.Article(t.Context(), article, 0)
	if err != nil {
		t.Fatalf("article %s: %v", article, err)
	}
	return r.byURL[a.URL][0].story
}

// scriptedChange is a value that the reports change: a word of the old sentence and one of the new.
type scriptedChange struct {
	story, old, now string
	channel         string
	day             int // of the digest that tells it
}

var monthChanges = []scriptedChange{
	{"dam", "12 people", "19", "nordic", 3},
	{"dam", "19", "25", "nordic", 5},
	{"dam", "40 million", "14 million", "nordic", 6},
	{"dam", "25", "27", "nordic", 12},
	{"lava", "300", "480", "nordic", 10},
	{"ships", "Four", "Nine", "gulf", 3},
	{"ships", "Nine", "Fourteen", "gulf", 5},
	{"ships", "40 dollars", "65 dollars", "gulf", 5},
	{"talks", "22 March", "26 March", "gulf", 17},
	{"wonsan", "two", "three", "korea", 4},
	{"geoje", "1,200", "1,800", "korea", 11},
	{"rice", "denied", "said that South Korea would send", "korea", 14},
	{"kimchi", "4,000", "5,500", "korea", 25},
	{"tea", "three continents", "two continents", "south", 3},
	{"nakuru", "Fourteen", "16", "south", 5},
	{"mine", "Three", "Eight", "south", 19},
	{"mine", "Eight", "Eleven", "south", 23},
	{"ransom", "3 million", "5 million", "east", 11},
	{"vote", "48 percent", "52 percent", "east", 11},
	{"prisoners", "12", "20", "east", 22},
	{"havre", "400", "650", "french", 12},
}

// scriptedDispute is a contradiction with both speakers.
type scriptedDispute struct {
	story, one, other, channel string
	day                        int
}

var monthDisputes = []scriptedDispute{
	{"dam", "Ilse Brandt", "Fjordkraft", "nordic", 4},
	{"alma", "Meridian", "foreign ministry", "gulf", 10},
	{"lima", "Hugo Salas", "Celia Mamani", "south", 11},
}

// scriptedOrigins is who reports a story when it is told for the first time.
type scriptedOrigins struct {
	story, channel   string
	day              int
	outlets, origins int
}

var monthOrigins = []scriptedOrigins{
	{"dam", "nordic", 2, 6, 3}, // two took over the agency's report, two are desks of one broadcaster
	{"ships", "gulf", 2, 3, 1},
	{"wonsan", "korea", 3, 3, 2},
	{"sinpo", "korea", 17, 3, 2},
	{"lava", "nordic", 9, 3, 2},
	{"havre", "french", 11, 3, 2},
	{"mine", "south", 18, 3, 2},
}

// monthQuiet are the days on which nothing on a channel's beat was written.
var monthQuiet = map[string][]int{
	"nordic": {1, 8, 11, 13, 15, 16, 18, 20, 21, 22, 25, 26, 28},
	"korea":  {1, 2, 7, 8, 9, 15, 16, 19, 20, 21, 22, 23, 26, 27, 28},
	"south":  {6, 7, 8, 12, 13, 14, 16, 20, 21, 22, 24, 27, 28},
	"gulf":   {1, 9, 12, 16, 18, 23, 25},
	"french": {1, 5, 7, 8, 9, 10, 14, 15, 17, 21, 22, 24, 27},
}

// TestARecordedMonthReachesEachChannelWithWhatIsNew replays the month and holds every promise of a digest against it.
func TestARecordedMonthReachesEachChannelWithWhatIsNew(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a month takes about a minute")
	}
	r := replayMonth(t)
	t.Run("each slot one digest", func(t *testing.T) { oneDigestASlot(t, r) })
	t.Run("nothing is new twice", func(t *testing.T) { nothingIsNewTwice(t, r) })
	t.Run("stories stay apart", func(t *testing.T) { storiesStayApart(t, r) })
	t.Run("changes are told once", func(t *testing.T) { changesAreToldOnce(t, r) })
	t.Run("disputes side by side", func(t *testing.T) { disputesSideBySide(t, r) })
	t.Run("origins are counted", func(t *testing.T) { originsAreCounted(t, r) })
	t.Run("a quiet day is one line", func(t *testing.T) { quietIsOneLine(t, r) })
	t.Run("each report has one fate", func(t *testing.T) { eachReportHasOneFate(t, r) })
	t.Run("word for word", func(t *testing.T) { wordForWord(t, r) })
	t.Run("every form tells the same", func(t *testing.T) { formsTellTheSame(t, r) })
	t.Run("corrections follow their readers", func(t *testing.T) { correctionsFollow(t, r) })
	t.Run("a review each week", func(t *testing.T) { reviewEachWeek(t, r) })
	t.Run("a source that fails is named", func(t *testing.T) { failingIsNamed(t, r) })
}

// shownIn are the messages of a delivery as the platform shows them, by their parts; top says how many of the bot's messages
// stand in the channel itself.
func (r *replay) shownIn(c *monthChannel) (texts map[string]string, top int) {
	texts = map[string]string{}
	if c.at.Platform == slack.Platform {
		for _, m := range r.slack.Posts(c.at.Channel) {
			texts[m.TS] = m.Shown
			if m.ThreadTS == "" || m.ThreadTS == m.TS {
				top++
			}
		}
		return texts, top
	}
	channels := []string{c.at.Channel}
	for _, post := range r.discord.Threads(c.at.Channel) {
		channels = append(channels, post.ID)
	}
	for _, id := range channels {
		for _, m := range r.discord.FromBot(id) {
			texts[m.ID] = m.Text()
			top++
		}
	}
	return texts, top
}

func oneDigestASlot(t *testing.T, r *replay) {
	end := r.at(monthDays+1, 0, 0)
	for _, c := range slices.Concat(r.channels, r.reviews) {
		want := c.sub.Schedule.Between(c.sub.Created, end, 100)
		var got []time.Time
		parts, roots := 0, 0
		texts, top := r.shownIn(c)
		for _, other := range slices.Concat(r.channels, r.reviews) { // a review comes beside the digest
			for _, d := range other.sent {
				for _, p := range d.Parts {
					if other != c && other.at == c.at {
						if parts++; p.Number == 0 || c.at.Platform == discord.Platform {
							roots++
						}
					}
				}
			}
		}
		for _, n := range r.notes(t, c) {
			parts++
			if c.at.Platform == discord.Platform {
				roots++
			}
			if _, there := texts[n.Ref.ID]; !there {
				t.Errorf("%s: a note is not in the channel", c.name)
			}
		}
		for _, d := range c.sent {
			got = append(got, d.Slot)
			for _, p := range d.Parts {
				if parts++; p.Number == 0 || c.at.Platform == discord.Platform {
					roots++
				}
				if _, there := texts[p.Ref.ID]; !there {
					t.Errorf("%s: part %d of %s is not in the channel", c.name, p.Number, d.Slot)
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: slots (-want +got):\n%s", c.name, diff)
		}
		if len(texts) != parts || top != roots {
			t.Errorf("%s: %d messages, %d of them in the channel itself; the ledger has %d and %d", c.name, len(texts), top, parts, roots)
		}
	}
	if french := r.channel("french"); french.sent[26].Slot.Hour() != 7 || french.sent[27].Slot.Hour() != 6 {
		t.Errorf("the digest of Paris does not follow its clock: %s, %s", french.sent[26].Slot, french.sent[27].Slot)
	}
}

func nothingIsNewTwice(t *testing.T, r *replay) {
	for _, c := range r.channels {
		told, stories := map[string]time.Time{}, map[string]time.Time{}
		for _, d := range c.sent {
			for _, item := range d.Edition.Items {
				claims := item.Claims
				for _, change := range item.Changes {
					if !slices.ContainsFunc(claims, func(x briefings.Claim) bool { return x.Text == change.New.Text }) {
						claims = append(claims, change.New)
					}
				}
				for _, x := range claims {
					if before, ok := told[x.Text]; ok {
						t.Errorf("%s, %s: %q was told on %s", c.name, d.Slot.Format("2 Jan"), x.Text, before.Format("2 Jan"))
					}
					told[x.Text] = d.Slot
				}
				story := r.storyOf(t, item.Lead.Article)
				if before, ok := stories[story]; ok && item.Tag == briefings.TagNew {
					t.Errorf("%s, %s: the story %q is new again: %q; it was told on %s", c.name, d.Slot.Format("2 Jan"), story, item.Headline, before.Format("2 Jan"))
				}
				stories[story] = d.Slot
			}
		}
	}
}

func storiesStayApart(t *testing.T, r *replay) {
	for _, c := range r.channels {
		for _, d := range c.sent {
			seen := map[string]bool{}
			for _, item := range d.Edition.Items {
				story := r.storyOf(t, item.Lead.Article)
				for _, id := range item.Articles {
					if other := r.storyOf(t, id); other != story {
						t.Errorf("%s, %s: %q holds a report of the story %q", c.name, d.Slot.Format("2 Jan"), item.Headline, other)
					}
				}
				if seen[story] {
					t.Errorf("%s, %s: the story %q is two items", c.name, d.Slot.Format("2 Jan"), story)
				}
				seen[story] = true
			}
		}
	}
}

func changesAreToldOnce(t *testing.T, r *replay) {
	left := slices.Clone(monthChanges)
	beside := 0
	for _, c := range r.channels {
		for _, d := range c.sent {
			for _, item := range d.Edition.Items {
				story := r.storyOf(t, item.Lead.Article)
				for _, change := range item.Changes {
					i := slices.IndexFunc(left, func(s scriptedChange) bool {
						return s.channel == c.name && s.story == story && s.day == d.Slot.Day() && strings.Contains(change.Old.Text, s.old) && strings.Contains(change.New.Text, s.now)
					})
					switch {
					case i >= 0:
						left = slices.Delete(left, i, i+1)
					case c.name == "everything": // below its line others may have been lost
						beside++
					default:
						t.Errorf("%s, %s: nobody wrote the change\n\t%q →\n\t%q", c.name, d.Slot.Format("2 Jan"), change.Old.Text, change.New.Text)
					}
				}
			}
		}
	}
	for _, s := range left {
		t.Errorf("%s, %d March: the change %q → %q of the story %q was not told: %s", s.channel, s.day, s.old, s.now, s.story, r.said(t, s.channel, s.day, s.story))
	}
	t.Logf("%d of %d scripted changes told; %d in the channel that follows everything", len(monthChanges)-len(left), len(monthChanges), beside)
}

// said is what a channel was told of a story on a day, for a test's failure.
func (r *replay) said(t *testing.T, channel string, day int, story string) string {
	t.Helper()
	c := r.channel(channel)
	e := c.edition(day)
	if e == nil {
		return "no digest"
	}
	var b strings.Builder
	for i, d := range c.sent {
		for id, f := range c.fates[i] {
			if d.Edition == e && r.storyOf(t, id) == story {
				fmt.Fprintf(&b, "\n\t\treport %s: %s %q", id, f.Outcome, f.Reasons)
			}
		}
	}
	for _, item := range e.Items {
		if r.storyOf(t, item.Lead.Article) == story {
			fmt.Fprintf(&b, "\n\t\t%s %q", item.Tag, item.Headline)
			for _, c := range item.Claims {
				fmt.Fprintf(&b, "\n\t\t%s (%s): %q", c.Speaker.Name, c.Stance, c.Text)
			}
			for _, c := range item.Sides {
				fmt.Fprintf(&b, "\n\t\tside %s (%s): %q", c.Speaker.Name, c.Stance, c.Text)
			}
			return b.String()
		}
	}
	return fmt.Sprintf("no item of it among %d%s", len(e.Items), b.String())
}

func disputesSideBySide(t *testing.T, r *replay) {
	left := slices.Clone(monthDisputes)
	for _, c := range r.channels {
		for _, d := range c.sent {
			for _, item := range d.Edition.Items {
				if (item.Tag == briefings.TagDisputed) != (len(item.Sides) >= 2) {
					t.Errorf("%s, %s: %q is %s with %d sides", c.name, d.Slot.Format("2 Jan"), item.Headline, item.Tag, len(item.Sides))
				}
				if len(item.Sides) == 0 || c.name == "everything" {
					continue
				}
				story := r.storyOf(t, item.Lead.Article)
				speaks := func(name string) bool {
					return slices.ContainsFunc(item.Sides, func(s briefings.Claim) bool { return strings.Contains(s.Speaker.Name+" "+s.Speaker.Full, name) })
				}
				i := slices.IndexFunc(left, func(s scriptedDispute) bool {
					return s.channel == c.name && s.story == story && s.day == d.Slot.Day() && speaks(s.one) && speaks(s.other)
				})
				if i < 0 {
					t.Errorf("%s, %s: nobody wrote this dispute: %s", c.name, d.Slot.Format("2 Jan"), r.said(t, c.name, d.Slot.Day(), story))
					continue
				}
				left = slices.Delete(left, i, i+1)
			}
		}
	}
	for _, s := range left {
		t.Errorf("%s, %d March: %s and %s are not side by side: %s", s.channel, s.day, s.one, s.other, r.said(t, s.channel, s.day, s.story))
	}
}

func originsAreCounted(t *testing.T, r *replay) {
	for _, w := range monthOrigins {
		e := r.channel(w.channel).edition(w.day)
		i := slices.IndexFunc(e.Items, func(item briefings.Item) bool { return r.storyOf(t, item.Lead.Article) == w.story })
		if i < 0 {
			t.Errorf("%s, %d March: no item of the story %q", w.channel, w.day, w.story)
			continue
		}
		if item := e.Items[i]; len(item.Outlets) != w.outlets || item.Origins != w.origins {
			t.Errorf("%s, %d March, story %q: %d outlets %v, %d origins; want %d and %d", w.channel, w.day, w.story, len(item.Outlets), item.Outlets, item.Origins, w.outlets, w.origins)
		}
	}
	for _, c := range r.channels {
		for _, d := range c.sent {
			for _, item := range d.Edition.Items {
				// Of the reports that an item is made of, copies have the origin of what they copy.
				families := map[string]bool{}
				for _, id := range item.Articles {
					a, err := r.house.store.Article(t.Context(), id, 0)
					if err != nil {
						t.Fatal(err)
					}
					if r.byURL[a.URL][0].copies == "" {
						families[briefings.Family(a)] = true
					}
				}
				if item.Origins > max(1, len(families)) {
					t.Errorf("%s, %s: %q has %d origins; %d families wrote for themselves", c.name, d.Slot.Format("2 Jan"), item.Headline, item.Origins, len(families))
				}
			}
		}
	}
}

func quietIsOneLine(t *testing.T, r *replay) {
	for _, c := range r.channels {
		texts, _ := r.shownIn(c)
		var quiet []int
		for _, d := range c.sent {
			if len(d.Edition.Items) > 0 {
				continue
			}
			quiet = append(quiet, d.Slot.Day())
			if len(d.Parts) != 1 {
				t.Errorf("%s, %s: a quiet day has %d messages", c.name, d.Slot.Format("2 Jan"), len(d.Parts))
			}
			if text := texts[d.Parts[0].Ref.ID]; !strings.Contains(text, "nothing new") || c.at.Platform == discord.Platform && strings.Contains(strings.TrimSpace(text), "\n") {
				t.Errorf("%s, %s: a quiet day says\n%s", c.name, d.Slot.Format("2 Jan"), text)
			}
			var m message.Message
			if err := json.Unmarshal(d.Parts[0].Message, &m); err != nil || len(m.Blocks) != 1 {
				t.Errorf("%s, %s: a quiet day has %d blocks, %v", c.name, d.Slot.Format("2 Jan"), len(m.Blocks), err)
			}
		}
		if c.name == "everything" {
			continue
		}
		if diff := cmp.Diff(monthQuiet[c.name], quiet); diff != "" {
			t.Errorf("%s: quiet days (-want +got):\n%s", c.name, diff)
		}
	}
}

func eachReportHasOneFate(t *testing.T, r *replay) {
	all, err := r.house.engine.Articles(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	counted := map[string]int{}
	for _, c := range r.channels {
		for i, d := range c.sent {
			inside := func(at time.Time) bool { return !at.Before(d.WindowFrom) && at.Before(d.Slot) }
			items := d.Edition.Items
			for _, a := range all {
				f, ok := c.fates[i][a.ID]
				read := a.Read
				if a.Revision > 1 { // the first was read earlier
					first, err := r.house.store.Article(t.Context(), a.ID, 1)
					if err != nil {
						t.Fatal(err)
					}
					read = first.Read
				}
				due := !read.After(d.Edition.Composed) && (inside(a.Published) || inside(read))
				if due && !ok {
					t.Errorf("%s, %s: no fate of %s", c.name, d.Slot.Format("2 Jan"), a.URL)
				}
				if !ok {
					continue
				}
				counted[f.Outcome]++
				in := slices.IndexFunc(items, func(item briefings.Item) bool { return slices.Contains(item.Articles, a.ID) })
				if posted := f.Outcome == "posted" || f.Outcome == "merged"; posted != (in >= 0) || posted && f.Item != in+1 {
					t.Errorf("%s, %s: %s is %s in item %d; the edition has it in %d", c.name, d.Slot.Format("2 Jan"), a.URL, f.Outcome, f.Item, in+1)
				}
			}
		}
	}
	t.Logf("fates: %v", counted)
}

func wordForWord(t *testing.T, r *replay) {
	n := 0
	for _, c := range r.channels {
		for _, d := range c.sent {
			briefingstest.GroundedEdition(t, r.house.store, *d.Edition)
			for _, item := range d.Edition.Items {
				claims := slices.Concat([]briefings.Claim{{Text: item.Headline, Citations: []briefings.Citation{item.Lead}}}, item.Claims, item.Sides, item.Said, item.Background)
				for _, change := range item.Changes {
					claims = append(claims, change.Old, change.New)
				}
				for _, x := range claims {
					for _, q := range x.Citations {
						n++
						versions := r.byURL[q.URL]
						if q.Revision < 1 || q.Revision > len(versions) {
							t.Errorf("%s: %q cites %s, revision %d", c.name, q.Quote, q.URL, q.Revision)
							continue
						}
						if v := versions[q.Revision-1]; !strings.Contains(v.text, q.Quote) && v.title != q.Quote || q.Outlet != v.outlet.name || q.Label != v.outlet.label {
							t.Errorf("%s: %q does not stand in %s as %s (%s) wrote it", c.name, q.Quote, q.URL, v.outlet.name, v.outlet.label)
						}
					}
				}
			}
		}
	}
	t.Logf("%d citations read again in the source", n)
}

// formsTellTheSame compares the claims in the forms of every edition: all of them in Slack's digest with its thread, those of
// the short form in Discord, those of the printed form in text, HTML, mail and feed.
func formsTellTheSame(t *testing.T, r *replay) {
	n := 0
	for _, c := range r.channels {
		texts, _ := r.shownIn(c)
		for _, d := range c.sent {
			e := *d.Edition
			if len(e.Items) == 0 {
				continue
			}
			n++
			claims, _ := told(e)
			claims = slices.DeleteFunc(claims, func(s string) bool { return len(s) < 15 })
			in := func(text string) []string {
				text = squeezed(text)
				return slices.DeleteFunc(slices.Clone(claims), func(s string) bool { return !strings.Contains(text, s) })
			}
			var shown strings.Builder
			for _, p := range d.Parts {
				shown.WriteString(texts[p.Ref.ID])
			}
			issue := present.Issue{Subscription: c.sub.ID, Slot: d.Slot, Zone: c.zone}
			want := claims
			if c.at.Platform == discord.Platform {
				want = in(message.Text(present.Edition(e, issue), message.TextOptions{}))
			}
			if diff := cmp.Diff(want, in(shown.String())); diff != "" {
				t.Errorf("%s, %s (-edition +%s):\n%s", c.name, d.Slot.Format("2 Jan"), c.at.Platform, diff)
			}
			issue.Print = true
			printed := present.Edition(e, issue)
			want = in(message.Text(printed, message.TextOptions{}))
			if len(want) == 0 {
				t.Errorf("%s, %s: the printed form tells nothing", c.name, d.Slot.Format("2 Jan"))
			}
			forms := map[string]string{"html": visible(t, press.HTML(printed))}
			raw, err := press.Mail(printed, press.Envelope{Date: e.AsOf})
			if err != nil {
				t.Fatal(err)
			}
			for kind, body := range alternatives(t, raw) {
				if kind == "text/html" {
					body = visible(t, body)
				}
				forms["mail "+kind] = body
			}
			feed := press.Feed{Key: "k", Title: "t", Entries: []press.Entry{{Key: "e", At: e.AsOf, Message: printed}}}
			asJSON, err := feed.JSON()
			if err != nil {
				t.Fatal(err)
			}
			var j struct {
				Items []struct {
					Text string `json:"content_text"`
				} `json:"items"`
			}
			if err := json.Unmarshal(asJSON, &j); err != nil {
				t.Fatal(err)
			}
			forms["json feed"] = j.Items[0].Text
			for name, text := range forms {
				if diff := cmp.Diff(want, in(text)); diff != "" {
					t.Errorf("%s, %s (-text +%s):\n%s", c.name, d.Slot.Format("2 Jan"), name, diff)
				}
			}
		}
	}
	t.Logf("%d editions compared", n)
}

func failingIsNamed(t *testing.T, r *replay) {
	c := r.channel("everything")
	for day := 17; day <= 22; day++ {
		// The press is jammed from the noon of the 18th to the end of the 19th; the poll of the next morning finds it well.
		want := []string(nil)
		if day == 19 {
			want = []string{"Lantern Weekly"}
		}
		if diff := cmp.Diff(want, c.edition(day).Failing); diff != "" {
			t.Errorf("%d March: failing sources (-want +got):\n%s", day, diff)
		}
	}
}

// notes are the messages that followed corrections to a channel: not the marks on what was there.
func (r *replay) notes(t *testing.T, c *monthChannel) (notes []digest.Part) {
	t.Helper()
	for _, n := range r.notices(t, c) {
		for _, p := range n.Parts {
			if p.Edits.ID == "" {
				notes = append(notes, p)
			}
		}
	}
	return notes
}

func (r *replay) notices(t *testing.T, c *monthChannel) []digest.Notice {
	t.Helper()
	list, err := r.house.store.Notices(t.Context(), digest.LineID(c.at), monthBegins)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// scriptedCorrection is a report that its source takes back: as a later version, or in another report of its own.
type scriptedCorrection struct {
	report string // its id
	wrong  string // in what was wrong; empty where all of it is withdrawn
	day    int    // on the evening of which it is read
	says   string // the mark on the digest
}

var monthCorrections = []scriptedCorrection{
	{"tea1", "three continents", 3, "Rift Valley News has corrected"},
	{"dam1", "40 million", 5, "Tidewire has corrected"},
	{"library1", "", 9, "has withdrawn"},
}

// correctionsFollow holds every message of both platforms against what the corrections concern: those are marked, once for each,
// with one note, and nothing else is touched.
func correctionsFollow(t *testing.T, r *replay) {
	marked := 0
	edits := map[string]int{} // by message
	texts := map[string]string{}
	for _, c := range r.channels {
		shown, _ := r.shownIn(c)
		for id, text := range shown {
			texts[id] = text
		}
		if c.at.Platform == slack.Platform {
			for _, m := range r.slack.Posts(c.at.Channel) {
				edits[m.TS] = m.Edits
			}
			continue
		}
		places := []string{c.at.Channel}
		for _, post := range r.discord.Threads(c.at.Channel) {
			places = append(places, post.ID)
		}
		for _, place := range places {
			for _, m := range r.discord.FromBot(place) {
				edits[m.ID] = m.Edits
			}
		}
	}
	want := map[string]int{}
	for _, s := range monthCorrections {
		read, told := r.at(s.day, 17, 50), 0
		for _, c := range slices.Concat(r.channels, r.reviews) {
			for _, d := range c.sent {
				concerned := false
				url := ""
				digest.EachCitation(*d.Edition, func(q briefings.Citation) {
					if v := r.byURL[q.URL]; len(v) > 0 && v[0].id == s.report && q.Revision == 1 && strings.Contains(q.Quote, s.wrong) {
						concerned, url = true, q.URL
					}
				})
				if !concerned || !d.Slot.Before(read) {
					continue
				}
				told++
				for _, p := range d.Parts {
					if p.Number > 0 && !strings.Contains(string(p.Message), url) {
						continue
					}
					want[p.Ref.ID]++
					if text := texts[p.Ref.ID]; !strings.Contains(text, s.says) {
						t.Errorf("%s, %s: the correction of %s is not on\n%s", c.name, d.Slot.Format("2 Jan"), s.report, text)
					}
				}
			}
		}
		if told == 0 {
			t.Errorf("nobody was told what %s got wrong, so that nobody could be told of its correction", s.report)
		}
		marked += told
	}
	for id, n := range edits {
		if n != want[id] {
			t.Errorf("this message was edited %d times, want %d:\n%s", n, want[id], texts[id])
		}
	}
	noted, done := 0, map[message.Address]bool{}
	for _, c := range r.channels {
		if done[c.at] {
			continue
		}
		done[c.at] = true
		for _, p := range r.notes(t, c) {
			noted++
			if text := texts[p.Ref.ID]; !strings.Contains(text, "has corrected") && !strings.Contains(text, "has withdrawn") {
				t.Errorf("%s: a note says\n%s", c.name, text)
			}
			if c.at.Platform == slack.Platform && p.Ref.Address.Thread == "" {
				t.Errorf("%s: a note stands in the channel itself", c.name)
			}
		}
	}
	if noted != marked {
		t.Errorf("%d notes for %d corrected digests", noted, marked)
	}
	t.Logf("%d corrections, %d digests marked", len(monthCorrections), marked)
}

// scriptedReview is what a weekly review must tell of a story: from a word of the old sentence to one of the new.
type scriptedReview struct {
	channel  string
	day      int
	story    string
	old, now string
	ended    briefings.Ending
}

var monthReviews = []scriptedReview{
	{"nordic week", 8, "dam", "12", "25", briefings.EndingOpen},
	{"nordic week", 15, "lava", "300", "480", ""},
	{"korea week", 8, "wonsan", "two", "three", ""},
	{"korea week", 15, "geoje", "1,200", "1,800", ""},
}

func reviewEachWeek(t *testing.T, r *replay) {
	for _, c := range r.reviews {
		texts, _ := r.shownIn(c)
		for _, d := range c.sent {
			e := d.Edition
			if e.Review == nil || d.Slot.Weekday() != time.Monday {
				t.Fatalf("%s, %s: no review", c.name, d.Slot)
			}
			briefingstest.GroundedEdition(t, r.house.store, *e)
			for _, item := range e.Items {
				if len(item.Changes) == 0 && len(item.Sides) < 2 && item.Tag != briefings.TagCorrected {
					t.Errorf("%s, %s: nothing moved in %q", c.name, d.Slot.Format("2 Jan"), item.Headline)
				}
				if (item.Ended != "") != (item.Tag == briefings.TagDisputed) {
					t.Errorf("%s, %s: %q is %s and ended %q", c.name, d.Slot.Format("2 Jan"), item.Headline, item.Tag, item.Ended)
				}
				if !strings.Contains(texts[d.Parts[0].Ref.ID], strings.TrimSuffix(item.Headline, ".")) {
					t.Errorf("%s, %s: %q is not in the message:\n%s", c.name, d.Slot.Format("2 Jan"), item.Headline, texts[d.Parts[0].Ref.ID])
				}
			}
			if first := c == r.reviews[0] && d.Slot.Day() == 8; first {
				if diff := cmp.Diff([]string{"how many people were killed in Arvik", "Who is the mayor of Arvik?"}, e.Review.Asked); diff != "" || e.Review.Questions != 3 {
					t.Errorf("%d questions (-want +got):\n%s", e.Review.Questions, diff)
				}
			}
		}
	}
	for _, w := range monthReviews {
		c := r.reviews[slices.IndexFunc(r.reviews, func(c *monthChannel) bool { return c.name == w.channel })]
		e := c.edition(w.day)
		i := slices.IndexFunc(e.Items, func(item briefings.Item) bool { return r.storyOf(t, item.Lead.Article) == w.story })
		if i < 0 {
			t.Errorf("%s, %d March: no story %q among %d", w.channel, w.day, w.story, len(e.Items))
			continue
		}
		item := e.Items[i]
		if item.Ended != w.ended || !slices.ContainsFunc(item.Changes, func(x briefings.Change) bool {
			return strings.Contains(x.Old.Text, w.old) && strings.Contains(x.New.Text, w.now)
		}) {
			t.Errorf("%s, %d March, story %q: ended %q, changes %+v", w.channel, w.day, w.story, item.Ended, item.Changes)
		}
	}
}

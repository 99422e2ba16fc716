package present

import (
	"strings"

	"attache/briefings"
)

// phrases is everything that Attaché says in one language. {names} are filled in, *…* is strong. A field that ends in a full
// stop is a sentence; the others are parts of one. The same thing has the same name everywhere: report (what an outlet
// published), digest, source, story, watch list, topic.
type phrases struct {
	// Pieces.
	And, Or     string
	More        plural // "3 more"
	TheReport   string // where an outlet has no name
	NoOutlet    string
	Revision    string
	Day         string // time layouts
	Weekday     string
	LongDay     string
	Clock       string
	DaysAgo     plural
	WeeksAgo    plural
	MonthsAgo   plural
	YearsAgo    plural
	Reports     plural
	Stories     plural
	SourceCount plural
	DigestCount plural
	Seconds     plural

	// Who says.
	Said        map[briefings.Stance]string // "{speaker} said"
	Reported    string                      // the outlet itself: "{outlet} reported"
	According   string                      // "{short}, according to {speaker}"
	AccordingTo string                      // the outlet itself
	ReportedBy  string                      // after who says: ", reported by {outlet}"
	QuotedBy    string                      // ", quoted by {via}"
	Stands      map[briefings.Stance]string // in a table: "says", "denies"

	// Answers.
	Differ         string
	DifferShort    string
	NotSaid        string
	NotSaidGist    string
	LookedIn       string
	LookedNewest   string
	LookedNone     string
	NoneMention    plural
	NearbyTitle    string
	AskInstead     string
	AsOf           string
	Searched       string
	OldNews        string
	Worded         string
	Evidence       string
	EvidenceNone   string
	Asked          string
	AlsoFound      string
	Sure           string
	VerySure       string
	FairlySure     string
	NotSure        string
	ArticleRead    string
	ArticleSaid    string
	ArticleAsk     string
	ButtonEvidence string
	ButtonHelpful  string
	ButtonNot      string
	ButtonShare    string
	ButtonAgain    string
	ButtonAsk      string // "Ask {n}"

	// Editions.
	DigestTitle    string
	LatestTitle    string
	Everything     string
	Window         string
	LeadOne        string
	LeadWatch      string
	Tags           map[briefings.Tag]string
	FigureTags     map[briefings.Tag]string // "{n} new"
	FigureRead     string
	Failing        string
	OnWatch        string
	Before         string
	Now            string
	Sides          string
	CoverageOrigin string
	Below          plural
	Quiet          string
	Late           string
	Preview        string
	Widened        string
	NothingAtAll   string
	DigestHint     string

	// Story, who, why, sources.
	StoryTitle    string
	StoryNone     string
	StorySaid     string
	ColumnSpeaker string
	ColumnSaid    string
	ColumnOutlet  string
	ColumnDate    string
	StoryNumber   string
	WhoTitle      string
	WhoNone       string
	WhoSaid       string
	WhoDenied     string
	WhoAbout      string
	WhoNames      string
	WhyTitle      string
	WhyUnread     string
	WhyLater      string
	WhyNoDigest   string
	WhyDigest     string
	WhyOutcome    map[string]string
	WhyShort      string
	SourcesTitle  string
	SourcesNone   string
	SourcesAdd    string
	LibraryTitle  string
	Library       string
	SourceOK      string
	SourceNever   string
	SourceFailing string
	SourcePaused  string

	// Sources and the watch list.
	SourceAdded    string
	SourceAddedLog string
	SourceKnown    string
	SourcePage     string
	SourceRemoved  string
	SourceGone     string
	SourceBad      string
	SourceNotYours string
	SourcesFull    string
	WatchTitle     string
	WatchNone      string
	WatchAdded     string
	WatchKnown     string
	WatchRemoved   string
	WatchMissing   string
	WatchFull      string

	// Digests.
	DigestAdded     string
	DigestChanged   string
	DigestSame      string
	DigestNext      string
	DigestOften     string
	DigestNever     string
	DigestPaused    string
	DigestPausedNow string
	DigestResumed   string
	DigestRunning   string
	DigestRemoved   string
	DigestsTitle    string
	DigestsNone     string
	DigestsFull     string
	DigestUnknown   string
	DigestWhich     string
	DigestAbout     string
	DigestAll       string
	DigestWithout   string
	DigestState     string
	DigestLast      string
	DigestNotYet    string
	DigestBadWhen   string
	DigestBadZone   string
	DigestChange    string
	DigestMoved     string
	DigestSuspended string
	DigestLost      string
	DigestHowTo     string

	// Settings.
	SettingsTitle   string
	SettingValue    string
	SettingDef      string
	SettingSaved    string
	SettingReset    string
	SettingBad      string
	SettingAbsent   string
	SettingsHow     string
	SettingPlatform string
	SettingHelp     map[string]string
	SettingAllows   map[string]string

	// Help.
	HelpTitle    string
	HelpLead     string
	HelpEveryone string
	HelpManagers string
	HelpMore     string
	HelpUsage    string
	HelpExamples string
	HelpManages  string
	HelpPromise  string

	// Refusals and problems.
	NotAllowed      string
	NotAllowedKnown string
	TooLong         string
	EmptyQuestion   string
	Examples        []string
	BusyUser        string
	BusyWorkspace   string
	Problem         string
	TooSlow         string
	Interrupted     string
	UnknownCommand  string
	DidYouMean      string
	SeeHelp         string
	ForExample      string
	Missing         string
	OffHere         string
	Forgotten       string
	LinkFailed      string
	LinkRest        string
	ThanksHelpful   string
	ThanksNot       string
	UnknownButton   string
}

// phrasesFor returns the phrases of a locale. English is complete and stands in for every other language.
func phrasesFor(locale string) *phrases {
	language, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(locale, "_", "-")), "-")
	if p, ok := languages[language]; ok {
		return p
	}
	return &english
}

// languages are the translations, by language.
var languages = map[string]*phrases{"en": &english}

var english = phrases{
	And: " and ", Or: " or ",
	More:        plural{"one more", "{n} more"},
	TheReport:   "the report",
	NoOutlet:    "Outlet not known",
	Revision:    "version",
	Day:         "2 Jan 2006",
	Weekday:     "Mon 2 Jan 2006",
	LongDay:     "Monday, 2 January 2006",
	Clock:       "15:04",
	DaysAgo:     plural{"yesterday", "{n} days ago"},
	WeeksAgo:    plural{"1 week ago", "{n} weeks ago"},
	MonthsAgo:   plural{"1 month ago", "{n} months ago"},
	YearsAgo:    plural{"1 year ago", "{n} years ago"},
	Reports:     plural{"1 report", "{n} reports"},
	Stories:     plural{"1 story", "{n} stories"},
	SourceCount: plural{"1 source", "{n} sources"},
	DigestCount: plural{"1 digest", "{n} digests"},
	Seconds:     plural{"1 second", "{n} seconds"},

	Said: map[briefings.Stance]string{
		briefings.Says:       "{speaker} said",
		briefings.Claims:     "{speaker} claimed",
		briefings.Denies:     "{speaker} denied",
		briefings.Condemns:   "{speaker} condemned",
		briefings.Supports:   "{speaker} spoke in favour",
		briefings.Warns:      "{speaker} warned",
		briefings.Speculates: "{speaker} speculated",
		briefings.Asks:       "{speaker} called for",
		briefings.Promises:   "{speaker} promised",
	},
	Reported:    "{outlet} reported",
	According:   "*{short}*, according to {speaker}",
	AccordingTo: "*{short}*, {outlet} reported",
	ReportedBy:  ", as reported by {outlet}",
	QuotedBy:    ", quoted by {via}",
	Stands: map[briefings.Stance]string{
		briefings.Says: "says", briefings.Claims: "claims", briefings.Denies: "denies", briefings.Condemns: "condemns",
		briefings.Supports: "supports", briefings.Warns: "warns", briefings.Speculates: "speculates", briefings.Asks: "asks",
		briefings.Promises: "promises",
	},

	Differ:         "*The sources differ.* Each side, with its source and date:",
	DifferShort:    "The sources differ: {sides}.",
	NotSaid:        "*The sources don’t say.*",
	NotSaidGist:    "The sources don’t say.",
	LookedIn:       "I looked for an answer in {reports}.",
	LookedNewest:   "I looked for an answer in {reports}, the newest from {day}.",
	LookedNone:     "There is no report to look in yet. Add a source with `source add`, or put a link in your question.",
	NoneMention:    plural{"It says nothing about {missing}.", "None of them says anything about {missing}."},
	NearbyTitle:    "What they do say nearby:",
	AskInstead:     "You could ask instead:",
	AsOf:           "As of {at}.",
	Searched:       "{reports} searched.",
	OldNews:        "Newest report cited: {day} ({ago}).",
	Worded:         "Worded by a language model ({name}); each sentence was checked against its source.",
	Evidence:       "Evidence in full",
	EvidenceNone:   "There is no evidence to show: the sources didn’t say anything about it.",
	Asked:          "Question: {question}",
	AlsoFound:      "Also found:",
	Sure:           "How sure the search is that the sources answer this: {sure}.",
	VerySure:       "very",
	FairlySure:     "fairly",
	NotSure:        "not very",
	ArticleRead:    "I have read “{title}”.",
	ArticleSaid:    "Who said what in it:",
	ArticleAsk:     "Ask me anything about it.",
	ButtonEvidence: "Evidence in full",
	ButtonHelpful:  "Helpful",
	ButtonNot:      "Not helpful",
	ButtonShare:    "Share with the channel",
	ButtonAgain:    "Ask again",
	ButtonAsk:      "Ask {n}",

	DigestTitle: "{beat}: {day}, {clock}",
	LatestTitle: "Latest: {beat}",
	Everything:  "all topics",
	Window:      "What was reported from {from} to {to}.",
	LeadOne:     "*Most important:* {headline}",
	LeadWatch:   "*On the watch list:* {headline}",
	Tags: map[briefings.Tag]string{
		briefings.TagNew: "New", briefings.TagUpdated: "Updated", briefings.TagDisputed: "Disputed", briefings.TagCorrected: "Corrected",
	},
	FigureTags: map[briefings.Tag]string{
		briefings.TagNew: "{n} new", briefings.TagUpdated: "{n} updated", briefings.TagDisputed: "{n} disputed", briefings.TagCorrected: "{n} corrected",
	},
	FigureRead:     "{reports} read, {matched} on topic",
	Failing:        "Could not be read: {names}.",
	OnWatch:        "watch list: {hits}",
	Before:         "Before: ",
	Now:            "Now: ",
	Sides:          "Where they differ:",
	CoverageOrigin: "{outlets}, {origins} independent",
	Below:          plural{"1 smaller story was left out.", "{n} smaller stories were left out."},
	Quiet:          "*{beat}, {day}: nothing new.* {reports} read from {from} to {to}.",
	Late:           "This digest was due at {at} and comes late.",
	Preview:        "Preview: only you see this, and nothing was posted.",
	Widened:        "Nothing new in the last 24 hours, so this goes back to {day}.",
	NothingAtAll:   "*Nothing on {beat} yet.* {reports} searched. Try other words, or follow a source with `source add`.",
	DigestHint:     "Reply with a question to hear more about a story.",

	StoryTitle:    "Story: {title}",
	StoryNone:     "*No report is about “{topic}” yet.* {reports} searched. Try fewer or other words, or give me a link to a report.",
	StorySaid:     "Who said what:",
	ColumnSpeaker: "Speaker",
	ColumnSaid:    "Said",
	ColumnOutlet:  "Outlet",
	ColumnDate:    "Date",
	StoryNumber:   "The last digest here has no story {n}. `latest` shows what is new now.",
	WhoTitle:      "{actor}: who said what",
	WhoNone:       "*The sources name no “{actor}” who said something.* Check the spelling, or ask with a longer name.",
	WhoSaid:       "Said",
	WhoDenied:     "Denied",
	WhoAbout:      "What others say about {actor}",
	WhoNames:      "Named in the reports as {names}.",
	WhyTitle:      "Why: {title}",
	WhyUnread:     "*I haven’t read that report.* It is in no source that is followed. Read it with a question that has its link, or follow its source with `source add`.",
	WhyLater:      "It came after the last digest. The next one is due {at}.",
	WhyNoDigest:   "No digest has been sent in this channel yet. This is what would have become of the report:",
	WhyDigest:     "Measured by digest {id} ({beat}), window {from} to {to}.",
	WhyOutcome: map[string]string{
		"posted":   "*It is in the digest*, as story {item}.",
		"merged":   "*It is in the digest*, together with other reports of story {item}.",
		"below":    "*It was below the line.* The digest was full, and other stories weighed more.",
		"off-beat": "*It was left out:* it is not about what this channel follows.",
		"left-out": "*It was left out* by a rule of this channel.",
		"old":      "*It was left out:* it was published before the window of this digest.",
		"known":    "*It was left out:* an earlier digest has already told what it says.",
		"unread":   "*It was not read in time for this digest.*",
	},
	WhyShort:      "It missed the line by {short} points.",
	SourcesTitle:  "What Attaché reads",
	SourcesNone:   "No source is followed yet.",
	SourcesAdd:    "Those who manage the channel follow more with `source add <link>`.",
	LibraryTitle:  "In the library",
	Library:       "{reports}, the newest from {day}.",
	SourceOK:      "last read {at}",
	SourceNever:   "not read yet",
	SourceFailing: "failing since {since}: {reason}",
	SourcePaused:  "paused",

	SourceAdded:    "*Now following {title}.* {reports} read. Its id is {id}.",
	SourceAddedLog: "What it has published so far counts as known: digests begin with what comes next.",
	SourceKnown:    "*{title} is followed already.* Its id is {id}.",
	SourcePage:     "*That is a page, not a feed: I have read it as one report.* “{title}” is in the library now. To follow a site, give me the address of its feed.",
	SourceRemoved:  "*No longer following {title}.* What was read stays in the library.",
	SourceGone:     "No source has the id {id}. `source list` shows them.",
	SourceBad:      "*I couldn’t follow that.* {reason}",
	SourceNotYours: "Source {id} belongs to everyone who uses Attaché here, not to this channel. Whoever runs Attaché can remove it.",
	SourcesFull:    "This channel follows {n} sources, and that is the most. Remove one with `source remove` first.",
	WatchTitle:     "Watch list of this channel",
	WatchNone:      "The watch list is empty. Add a word or a name: `watch add Strait of Hormuz`.",
	WatchAdded:     "*“{entry}” is on the watch list.* Reports about it come first, here and in the digests of this channel.",
	WatchKnown:     "“{entry}” is on the watch list already.",
	WatchRemoved:   "*“{entry}” is off the watch list.*",
	WatchMissing:   "“{entry}” is not on the watch list. `watch list` shows what is.",
	WatchFull:      "The watch list has {n} entries, and that is the most. Remove one with `watch remove` first.",

	DigestAdded:     "*Digest {id} is set up:* {schedule}, {about}.",
	DigestChanged:   "*Digest {id} is changed:* {schedule}, {about}.",
	DigestSame:      "Digest {id} stays as it is: say what to change, such as `digest edit {id} daily 09:00` or `digest edit {id} about sanctions`.",
	DigestNext:      "The next ones: {times}.",
	DigestOften:     "That is more than once an hour. If you meant something else, `digest edit {id} daily 08:00` changes it.",
	DigestNever:     "*No date fits “{when}”.* Nothing was set up. Try `daily 08:00` or `weekdays 7:30`.",
	DigestPaused:    "*Digest {id} is paused.* `digest resume {id}` starts it again.",
	DigestPausedNow: "Digest {id} is paused already. `digest resume {id}` starts it again.",
	DigestResumed:   "*Digest {id} goes on:* {schedule}, {about}.",
	DigestRunning:   "Digest {id} is not paused. `digest pause {id}` pauses it.",
	DigestRemoved:   "*Digest {id} is removed.* ({schedule}, {about})",
	DigestsTitle:    "Digests of this channel",
	DigestsNone:     "This channel has no digest yet. Set one up: `digest add daily 08:00`.",
	DigestsFull:     "This channel has {n} digests, and that is the most. Remove one with `digest remove` first.",
	DigestUnknown:   "This channel has no digest {id}. `digest list` shows those it has.",
	DigestWhich:     "This channel has several digests. Say which one: {ids}.",
	DigestAbout:     "about {topics}",
	DigestAll:       "about everything",
	DigestWithout:   ", without {topics}",
	DigestState:     "next {at}",
	DigestLast:      "last {at}",
	DigestNotYet:    "none sent yet",
	DigestBadWhen:   "*I don’t understand “{when}” as times.* {reason}",
	DigestBadZone:   "*“{zone}” is not a time zone that I know.* Write it like Asia/Seoul, Europe/Paris or UTC.",
	DigestChange:    "Pause it with `digest pause {id}`, change it with `digest edit {id}`, see it now with `digest preview {id}`.",
	DigestMoved:     "Somebody changed digest {id} at the same moment. Look at `digest list` and try again.",
	DigestSuspended: "Attaché was taken out of this place.",
	DigestLost:      "*Your digest {id} is paused.* {reason}",
	DigestHowTo:     "Write the times like `daily 08:00`, `weekdays 7:30 Asia/Seoul`, `mondays 9am` or a cron expression such as `0 8 * * 1-5`.",

	SettingsTitle:   "Settings of this channel",
	SettingValue:    "*{name}*: {value}. {help}",
	SettingDef:      "*{name}*: {value} (default). {help}",
	SettingSaved:    "The setting *{name}* is now {value}.",
	SettingReset:    "The setting *{name}* is back to its default: {value}.",
	SettingBad:      "*“{value}” doesn’t fit {name}.* {allows}",
	SettingAbsent:   "There is no setting “{name}”. There are {names}.",
	SettingsHow:     "Change one with `settings <name> <value>`.",
	SettingPlatform: "as the platform says",
	SettingHelp: map[string]string{
		"zone":     "The time zone of this channel.",
		"managers": "Who may manage digests, sources and settings here, beside those whom the platform names.",
		"answers":  "Who sees an answer: the channel, or only the person who asked.",
	},
	SettingAllows: map[string]string{
		"zone":     "Write an IANA time zone, such as Asia/Seoul, or default.",
		"managers": "Write everyone, or mention the people, or default.",
		"answers":  "Write channel, private or default.",
	},

	HelpTitle:    "What Attaché can do",
	HelpLead:     "Ask me about the news, and I answer from the reports that I have read: who said it, in which words, where and when. When they don’t say, I tell you so.",
	HelpEveryone: "For everyone",
	HelpManagers: "For those who manage the channel",
	HelpMore:     "`help <command>` shows how one command works.",
	HelpUsage:    "How to write it: `{usage}`",
	HelpExamples: "Examples:",
	HelpManages:  "For those who manage the channel.",
	HelpPromise:  "I am a program. I quote; I don’t judge who is right.",

	NotAllowed:      "*Only those who manage this channel may use `{command}`.* Ask one of them, or ask an administrator to let you with `settings managers`.",
	NotAllowedKnown: "*Only those who manage this channel may use `{command}`, and the platform says that you don’t.* Ask somebody who does.",
	TooLong:         "*That question is too long:* at most {n} characters. Ask for one thing at a time, and give a long text as a link.",
	EmptyQuestion:   "*What would you like to know?* For example:",
	Examples: []string{
		"Who gave Kim Jong-un a car?",
		"What did South Korea say about it?",
		"latest sanctions",
	},
	BusyUser:       "*That is a lot at once.* Please try again in {wait}; nothing was lost.",
	BusyWorkspace:  "*Many people are asking here right now.* Please try again in {wait}; nothing was lost.",
	Problem:        "*Something went wrong on my side, and I couldn’t do that.* Please try again in a moment. If it stays like this, the log has it under {reference}.",
	TooSlow:        "*That took too long, so I stopped.* Please try again, or ask for less at once.",
	Interrupted:    "*I was stopped before I could finish.* Please ask again in a minute.",
	UnknownCommand: "*I don’t know the command “{command}”.*",
	DidYouMean:     "Did you mean `{command}`?",
	SeeHelp:        "`help` shows all commands.",
	ForExample:     "For example: `{example}`",
	Missing:        "*`{command}` needs {args}.* Write it like this: `{usage}`",
	OffHere:        "*`{command}` is not available here.* Whoever runs Attaché can switch it on.",
	Forgotten:      "*That answer is too old: I no longer have it.* Please ask again.",
	LinkFailed:     "*I couldn’t read {link}.* {reason}",
	LinkRest:       "Here is what the other reports say:",
	ThanksHelpful:  "Thank you. Noted as helpful.",
	ThanksNot:      "Thank you. Noted as not helpful. If you tell me what was missing, ask it as a question.",
	UnknownButton:  "*That button no longer does anything.* `help` shows what I can do.",
}

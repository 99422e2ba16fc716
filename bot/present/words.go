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
	Quoted      string // words in quotation marks
	Semicolon   string
	Colon       string // with the space that the language puts in front
	Day         string // {day} of the month, {mon} and {month} in short and in full, {year}, {wday} and {weekday} likewise
	Weekday     string
	LongDay     string
	FirstDay    string // of a month
	Clock       string
	Instant     string
	SlotTime    string // with the weekday
	Months      []string
	MonthsShort []string
	Days        []string // Sunday is the first
	DaysShort   []string
	DaysAgo     plural
	WeeksAgo    plural
	MonthsAgo   plural
	YearsAgo    plural
	Reports     plural
	Stories     plural
	SourceCount plural
	DigestCount plural
	Seconds     plural

	// Labels are the cautions that stand beside outlets, by what the library calls them.
	Labels map[string]string

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
	PartsLeft      plural            // of a message that asks too much at once; {n} is how many were answered
	AboutUs        map[string]string // what a question about Attaché itself is told, by what it asks
	AboutHint      map[string]string // what to type to learn more
	HaveReports    string
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
	FigureOutlets  string // "412 reports of 38 outlets"
	Outlets        plural
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
	NothingInTime  string
	DigestHint     string
	// Weekly reviews.
	ReviewTitle    string
	ReviewQuiet    string
	ReviewEnded    map[briefings.Ending]string // how what was disputed stands
	ReviewAsked    plural                      // "4 questions were asked here"
	ReviewAmong    string                      // "{asked}, among them: {questions}"
	ReviewWeekly   string                      // a schedule that is none of once a week is refused
	ReviewOf       string                      // "a weekly review {about}"
	MapWords       string                      // what a map says, for those who don't see it
	TimelineWords  string
	TimelineMoment string

	// Story, who, why, sources.
	StoryTitle string
	StoryNone  string
	StorySaid  string
	// StoryTimeline stands above the moments of a story, StoryMoment is one of them behind its day.
	StoryTimeline string
	StoryMoment   string
	// StoryElsewhere stands above reports in other languages that are suggested.
	StoryElsewhere string
	ElsewhereFirm  string
	ElsewhereWeak  string
	ColumnSpeaker  string
	ColumnSaid     string
	ColumnOutlet   string
	ColumnDate     string
	StoryNumber    string
	WhoTitle       string
	WhoNone        string
	WhoSaid        string
	WhoDenied      string
	WhoAbout       string
	WhoNames       string
	WhyTitle       string
	WhyUnread      string
	WhyLater       string
	WhyNoDigest    string
	WhyDigest      string
	WhyOutcome     map[string]string
	WhyShort       string
	SourcesTitle   string
	SourcesNone    string
	SourcesAdd     string
	LibraryTitle   string
	Library        string
	SourceOK       string
	SourceNever    string
	SourceFailing  string
	SourcePaused   string

	// Sources and the watch list.
	SourceAdded      string
	SourceAddedLog   string
	SourceKnown      string
	SourcePage       string
	SourceDoubted    string
	PasteKept        string
	PasteFor         string
	PasteForHere     string
	PasteMarked      string
	TextTaken        string
	PasteLacks       string
	PasteAgain       string
	PasteEmpty       string
	PasteForAll      string
	PasteTitle       string
	PasteOutlet      string
	PasteDate        string
	SourceRemoved    string
	SourceGone       string
	SourceBad        string
	SourceNoURL      string
	SourceNotYours   string
	SourcesFull      string
	SourceUnclear    string
	SourceFirst      plural
	SourceUnreviewed string
	SourcesListed    string
	SourcePausedNow  string
	SourceResumed    string
	SourceReviewed   string
	SourceNewest     string
	SourceDoubtful   string
	SourcesHere      string
	SourcesShared    string
	SourceForHere    string
	SourceForAll     string
	PreviewHere      string
	ButtonFollowHere string
	ButtonShared     string
	SourcesAll       string
	PreviewLists     string
	PreviewNewest    string
	PreviewNothing   string
	PreviewHow       string
	PreviewList      string
	PreviewListPart  string
	PreviewListHow   string
	ButtonFollow     string
	ButtonFollowLast string
	ButtonFollowAll  string
	ButtonSetUp      string
	ButtonCarryOut   string
	SourcesFailing   plural
	SourcesTrying    string
	NotReviewed      string
	WatchTitle       string
	WatchNone        string
	WatchAdded       string
	WatchKnown       string
	WatchRemoved     string
	WatchMissing     string
	WatchFull        string

	// Alerts and corrections.
	AlertTitle          string
	AlertUpdated        string
	AlertNote           string
	AlertHint           string
	AlertLimit          string
	AlertsWaiting       plural
	AlertCount          plural
	WatchAtOnce         string
	WatchLater          string
	WatchQuietOn        string
	WatchQuietOff       string
	WatchLimited        string
	WatchModeBad        string
	WatchQuietBad       string
	WatchLimitBad       string
	CorrectedMark       string
	CorrectedBefore     string
	CorrectedNow        string
	CorrectedGone       string
	WithdrawnMark       string
	CorrectedNote       string
	CorrectedReads      string
	CorrectedNoticeSays string

	// Digests.
	DigestAdded       string
	DigestChanged     string
	DigestStands      string
	DigestDraft       string
	DigestDraftChange string
	DigestUnsaved     string
	DigestSame        string
	DigestNext        string
	DigestOften       string
	DigestDraftOften  string
	DigestNever       string
	DigestPaused      string
	DigestPausedNow   string
	DigestResumed     string
	DigestRunning     string
	DigestRemoved     string
	DigestsTitle      string
	DigestsNone       string
	DigestsFull       string
	DigestUnknown     string
	DigestWhich       string
	DigestAbout       string
	DigestAll         string
	DigestWithout     string
	DigestState       string
	DigestLast        string
	DigestNotYet      string
	DigestBadWhen     string
	DigestBadZone     string
	DigestChange      string
	DigestMoved       string
	DigestSuspended   string
	DigestLost        string
	DigestHowTo       string
	DigestFrom        string
	DigestIn          string
	DigestReads       string
	ReadKinds         map[string]string // how a topic is understood, by briefings.Reading.Kind
	DigestTrial       string
	DigestTrialNone   string
	DigestTry         string
	StoriesInFull     string
	Background        string
	ButtonStory       string // "Story {n}"
	// Under a story: the channel follows what it is about, or has a rest from it.
	ButtonTrack    string
	ButtonSnooze   string
	ButtonUnsnooze string
	Snoozed        string
	Unsnoozed      string
	Rests          string
	RestLine       string

	// When digests come.
	When       whenWords
	CronFields []string          // minute, hour, day of the month, month, day of the week
	Reasons    map[string]string // what other rooms give as a reason, word for word in English; never markup
	Unclear    map[string]string // what was wrong with times or a zone and what to write; never markup

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
	PingNobody      string
	PingRefused     string
	PingNowhere     string
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

	// Commands, by their names; what is to be typed is the same in every language.
	Commands map[string]CommandWords
	// Fields are the labels of a form's fields, by the names of the arguments that they ask for.
	Fields map[string]string

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
	if p, ok := languages[Language(locale)]; ok {
		return p
	}
	return &english
}

// Language returns the language of a locale or of a language's name ("fr-CA", "Français") as it is kept, or "" where it is
// not spoken here.
func Language(locale string) string {
	language, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(strings.TrimSpace(locale), "_", "-")), "-")
	language, _, _ = strings.Cut(language, ".")
	if _, ok := languages[language]; ok {
		return language
	}
	switch language {
	case "english":
		return "en"
	case "french", "français", "francais":
		return "fr"
	case "korean", "한국어":
		return "ko"
	}
	return ""
}

// languages are the translations, by language.
var languages = map[string]*phrases{"en": &english, "fr": &french, "ko": &korean}

var english = phrases{
	And: " and ", Or: " or ",
	More:        plural{One: "one more", Other: "{n} more"},
	TheReport:   "the report",
	NoOutlet:    "Outlet not known",
	Revision:    "version",
	Quoted:      "“{text}”",
	Semicolon:   ";",
	Colon:       ":",
	Day:         "{day} {mon} {year}",
	Weekday:     "{wday} {day} {mon} {year}",
	LongDay:     "{weekday}, {day} {month} {year}",
	FirstDay:    "1",
	Clock:       "{hour}:{minute}",
	Instant:     "{day}, {clock} {zone}",
	SlotTime:    "{weekday}, {clock} {zone}",
	Months:      []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	MonthsShort: []string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
	Days:        []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	DaysShort:   []string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
	DaysAgo:     plural{One: "yesterday", Other: "{n} days ago"},
	WeeksAgo:    plural{One: "1 week ago", Other: "{n} weeks ago"},
	MonthsAgo:   plural{One: "1 month ago", Other: "{n} months ago"},
	YearsAgo:    plural{One: "1 year ago", Other: "{n} years ago"},
	Reports:     plural{One: "1 report", Other: "{n} reports"},
	Stories:     plural{One: "1 story", Other: "{n} stories"},
	SourceCount: plural{One: "1 source", Other: "{n} sources"},
	DigestCount: plural{One: "1 digest", Other: "{n} digests"},
	Seconds:     plural{One: "1 second", Other: "{n} seconds"},

	Labels: map[string]string{
		"state media, Russia":               "state media, Russia",
		"state media, China":                "state media, China",
		"state media, North Korea":          "state media, North Korea",
		"state media, Iran":                 "state media, Iran",
		"state media, Vietnam":              "state media, Vietnam",
		"state media, Venezuela":            "state media, Venezuela",
		"state media, Turkey":               "state media, Turkey",
		"state media, Cuba":                 "state media, Cuba",
		"state media, United Arab Emirates": "state media, United Arab Emirates",
		"state media, Syria":                "state media, Syria",
		"state media, Saudi Arabia":         "state media, Saudi Arabia",
		"state media, Qatar":                "state media, Qatar",
		"state media, Laos":                 "state media, Laos",
		"state media, Belarus":              "state media, Belarus",
	},

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

	Differ:       "*The sources differ.* Each side, with its source and date:",
	DifferShort:  "The sources differ: {sides}.",
	NotSaid:      "*The sources don’t say.*",
	NotSaidGist:  "The sources don’t say.",
	LookedIn:     "I looked for an answer in {reports}.",
	LookedNewest: "I looked for an answer in {reports}, the newest from {day}.",
	LookedNone:   "There is no report to look in yet. Add a source with `source add`, or put a link in your question.",
	NoneMention:  plural{One: "It says nothing about {missing}.", Other: "None of them says anything about {missing}."},
	NearbyTitle:  "What they do say nearby:",
	AskInstead:   "You could ask instead:",
	PartsLeft:    plural{One: "I answer {n} question at a time. Still to ask:", Other: "I answer {n} questions at a time. Still to ask:"},
	AboutUs: map[string]string{
		briefings.AboutSelf:      "I am Attaché, a program that answers questions about the news from the reports that it has read. I am no person and no general chatbot: I quote sentences and name who said them. Where a language model worded an answer, the answer says so.",
		briefings.AboutAbilities: "I answer questions about the news and name the source of every sentence, say who said what, post digests on topics that you choose, and tell you when a report changes or is corrected. Where my sources don’t say something, I say that.",
		briefings.AboutMethod:    "I know only what stands in the reports that I have read. I look for the sentences that answer a question and quote them word for word, each with its source; I don’t check whether what somebody said is true. I can choose a sentence that misses the point, so do look at the source.",
		briefings.AboutSources:   "I read the reports of the sources that were added here, and links that somebody sends me.",
	},
	AboutHint: map[string]string{
		briefings.AboutSelf: "Type `help` for what I can do.", briefings.AboutAbilities: "Type `help` for all commands, or ask in a sentence.",
		briefings.AboutMethod: "Type `sources` for what I read.", briefings.AboutSources: "Type `sources` for the list.",
	},
	HaveReports:    "So far I have read {reports}, the newest from {day}.",
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
	FigureOutlets:  "{reports} of {outlets}",
	Outlets:        plural{One: "1 outlet", Other: "{n} outlets"},
	Failing:        "Could not be read: {names}.",
	OnWatch:        "watch list: {hits}",
	Before:         "Before",
	Now:            "Now",
	Sides:          "Where they differ:",
	CoverageOrigin: "{outlets}, {origins} independent",
	Below:          plural{One: "1 smaller story was left out.", Other: "{n} smaller stories were left out."},
	Quiet:          "*{beat}, {day}: nothing new.* {reports} read from {from} to {to}.",
	Late:           "This digest was due at {at} and comes late.",
	Preview:        "Preview: only you see this, and nothing was posted.",
	Widened:        "Nothing new in the last 24 hours, so this goes back to {day}.",
	NothingInTime:  "*No report is dated between {from} and {to}.* Follow a source with `source add`, or look at an earlier time.",
	NothingAtAll:   "*Nothing on {beat} yet.* {reports} searched. Try other words, or follow a source with `source add`.",
	DigestHint:     "Reply with a question to hear more about a story.",
	ReviewTitle:    "{beat}: the week to {day}",
	ReviewQuiet:    "*{beat}, the week to {day}: nothing moved.* {reports} read from {from} to {to}.",
	ReviewEnded: map[briefings.Ending]string{
		briefings.EndingOpen:      "*Still open:* no report since says that either of them has moved.",
		briefings.EndingMoved:     "*Since then:* {claim}",
		briefings.EndingCorrected: "*Since then* a report of it was corrected.",
	},
	ReviewAsked:    plural{One: "1 question was asked here", Other: "{n} questions were asked here"},
	ReviewAmong:    "*{asked}:* {questions}",
	ReviewWeekly:   "*A review comes once a week, and “{when}” is another rhythm.* Name one day and a time, such as `digest review mondays 9am`.",
	ReviewOf:       "a weekly review {about}",
	MapWords:       "Map of the places and countries named here, with the numbers of their stories: {places}.",
	TimelineWords:  "Timeline of “{headline}”: {moments}",
	TimelineMoment: "{when}, {who}: {what}",

	StoryTitle: "Story: {title}",
	StoryNone:  "*No report is about “{topic}” yet.* {reports} searched. Try fewer or other words, or give me a link to a report.",
	StorySaid:  "Who said what:",

	StoryTimeline: "How it went:",
	StoryMoment:   "{who}: {what}",

	StoryElsewhere: "*Perhaps the same event, in other languages.* Suggested by the names, numbers and places in both, not by what they say:",
	ElsewhereFirm:  "a number, a name and a country agree",
	ElsewhereWeak:  "less certain, as little of a name survives between these scripts",

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
		"ahead":    "*It was left out:* it is dated after this digest.",
		"backlog":  "*It was left out:* its source listed it already when it was first read, and digests begin with what comes next.",
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

	SourceAdded:      "*Now following {title}.* {reports} read. Its id is {id}.",
	SourceAddedLog:   "What it has published so far counts as known: digests begin with what comes next.",
	SourceKnown:      "*{title} is followed already.* Its id is {id}.",
	SourcePage:       "*That is a page, not a feed: I have read it as one report.* “{title}” is in the library now. To follow a site, give me the address of its feed.",
	SourceDoubted:    "*{title} is no longer reviewed.* Its reports are marked again, and count as no independent origin.",
	PasteKept:        "*The text is kept.* “{title}” is in the library now.",
	PasteFor:         "It is shown in the channels of this workspace alone.",
	PasteForHere:     "It is shown in this conversation alone.",
	PasteMarked:      "It is marked as coming from a source that nobody has reviewed, and counts as no independent origin. `source remove {id}` takes it back.",
	TextTaken:        "*“{title}” is taken back.* No answer and no digest shows it here from now on.",
	PasteLacks:       "*Nothing is kept yet: the text doesn’t say its {missing}.*",
	PasteAgain:       "Send `source paste` again with lines like these above the text, the date as in 2024-02-20:",
	PasteForAll:      "Everybody whom this Attaché serves may be shown it.",
	PasteEmpty:       "*There is no text.* Write `source paste` and the text behind it.",
	PasteTitle:       "Title",
	PasteOutlet:      "Outlet",
	PasteDate:        "Date",
	SourceRemoved:    "*No longer following {title}.* What was read stays in the library.",
	SourceGone:       "No source has the id {id}. `source list` shows them.",
	SourceBad:        "*I couldn’t follow that.* {reason}",
	SourceNoURL:      "that is no web address; send one like https://example.org/news",
	SourceNotYours:   "Source {id} belongs to everyone who uses Attaché here, not to this channel. Whoever runs Attaché can remove it.",
	SourcesFull:      "This channel follows {n} sources, and that is the most. Remove one with `source remove` first.",
	SourceUnclear:    "*I didn’t understand what to do with it.* Write `source add {link}` to see what it brings, `source add {link} now` to follow it, or `source add {link} last 3` to have its newest reports in the next digest.",
	SourceFirst:      plural{One: "Its newest report is news for the next digest.", Other: "Its {n} newest reports are news for the next digest."},
	SourceUnreviewed: "Nobody has reviewed it yet: its reports are marked, and count as no independent origin, until somebody who manages the channel says `source review {id}`.",
	SourcesListed:    "*Now following {sources}.* They are read one after the other; `source list` shows how each one is.",
	SourcePausedNow:  "*{title} is paused.* `source resume {id}` starts it again.",
	SourceResumed:    "*{title} is followed again.* It is read in a moment.",
	SourceReviewed:   "*{title} is reviewed.* Its reports are no longer marked, and count as an independent origin.",
	SourceNewest:     "newest report {at}",
	SourceDoubtful:   "not reviewed",
	SourcesHere:      "For this channel alone",
	SourcesShared:    "For all channels here",
	SourcesAll:       "For everyone whom Attaché serves",
	SourceForHere:    "Its reports are shown in this channel alone.",
	SourceForAll:     "Its reports are shown in all channels of this workspace, and nowhere else.",
	PreviewHere:      "`now` follows it for all channels of this workspace, `now here` for this channel alone.",
	ButtonFollowHere: "For this channel alone",
	ButtonShared:     "Follow for all channels",
	PreviewLists:     "*{title}* lists {reports}.",
	PreviewNewest:    "The newest:",
	PreviewNothing:   "Nothing is followed yet. What it lists now will count as known: digests begin with what comes next.",
	PreviewHow:       "To follow it, press the button or write `source add {link} now`; with `last 3` in place of `now` its newest reports come in the next digest.",
	PreviewList:      "*{title} is a list of {sources}.*",
	PreviewListPart:  "This channel has room for {n} of them: the first ones are followed.",
	PreviewListHow:   "To follow them, press the button or write `source add {link} now`.",
	ButtonFollow:     "Follow",
	ButtonFollowLast: "Follow, post the last 3",
	ButtonFollowAll:  "Follow them all",
	ButtonSetUp:      "Set it up, daily 08:00",
	ButtonCarryOut:   "Save",
	SourcesFailing:   plural{One: "*A source of this channel can’t be read.*", Other: "*{n} sources of this channel can’t be read.*"},
	SourcesTrying:    "I keep trying, and say so at most once a day. `source pause` stops one, `source remove` takes it away.",
	NotReviewed:      "source not reviewed",
	WatchTitle:       "Watch list of this channel",
	WatchNone:        "The watch list is empty. Add a word or a name: `watch add Strait of Hormuz`.",
	WatchAdded:       "*“{entry}” is on the watch list.* Reports about it come first, here and in the digests of this channel.",
	WatchKnown:       "“{entry}” is on the watch list already.",
	WatchRemoved:     "*“{entry}” is off the watch list.*",
	WatchMissing:     "“{entry}” is not on the watch list. `watch list` shows what is.",
	WatchFull:        "The watch list has {n} entries, and that is the most. Remove one with `watch remove` first.",

	AlertTitle:          "Alert: {hits}",
	AlertUpdated:        "Updated {at}.",
	AlertNote:           "*Update, {at}:*",
	AlertHint:           "This message follows the story. `watch list` shows what this channel watches.",
	AlertLimit:          "*No more alerts for now: {alerts} in an hour is the limit of this channel.* {waiting} The next can come at {at}. `watch limit 10` would raise the limit to 10.",
	AlertsWaiting:       plural{One: "1 story waits.", Other: "{n} stories wait."},
	AlertCount:          plural{One: "1 alert", Other: "{n} alerts"},
	WatchAtOnce:         "*What matches the watch list comes at once, as an alert*: at most {alerts} an hour. {quiet} `watch mode digest` has it wait for the digest.",
	WatchLater:          "*What matches the watch list waits for the digest.* `watch mode alert` has it come at once.",
	WatchQuietOn:        "Quiet from {from} to {to} ({zone}); what comes then is told afterwards.",
	WatchQuietOff:       "There are no quiet hours.",
	WatchLimited:        "*At most {alerts} an hour.* What goes beyond waits.",
	WatchModeBad:        "Write `watch mode alert` or `watch mode digest`, not “{value}”.",
	WatchQuietBad:       "“{value}” can’t be read as quiet hours. Write `watch quiet 22:00-07:00`, or `watch quiet off`.",
	WatchLimitBad:       "“{value}” can’t be the limit. Write a number from 1 to {n}: `watch limit 4`.",
	CorrectedMark:       "*Corrected {at}:* {outlet} has corrected a report that is cited here.",
	CorrectedBefore:     "Before: {text}",
	CorrectedNow:        "Now: {text}",
	CorrectedGone:       "That sentence is no longer in the report.",
	WithdrawnMark:       "*Withdrawn {at}:* {outlet} has withdrawn a report that is cited here.",
	CorrectedNote:       "*{outlet} has corrected its report “{title}”.*",
	CorrectedReads:      "Read before {before}, as it is now {at}.",
	CorrectedNoticeSays: "The outlet’s notice:",

	DigestAdded:       "*Digest {id} is set up:* {schedule}, {about}.",
	DigestChanged:     "*Digest {id} is changed:* {schedule}, {about}.",
	DigestStands:      "*This channel has that already, as digest {id}:* {schedule}, {about}.",
	DigestDraft:       "*This would come:* {schedule}, {about}.",
	DigestDraftChange: "*Digest {id} would come:* {schedule}, {about}.",
	DigestUnsaved:     "Nothing is saved yet. To save it: `{order}`.",
	DigestSame:        "Digest {id} stays as it is: say what to change, such as `digest edit {id} daily 09:00` or `digest edit {id} about sanctions`.",
	DigestNext:        "The next ones: {times}.",
	DigestDraftOften:  "That is more than once an hour. If you meant something else, write it again.",
	DigestOften:       "That is more than once an hour. If you meant something else, `digest edit {id} daily 08:00` changes it.",
	DigestNever:       "*No date fits “{when}”.* Nothing was set up. Try `daily 08:00` or `weekdays 7:30`.",
	DigestPaused:      "*Digest {id} is paused.* `digest resume {id}` starts it again.",
	DigestPausedNow:   "Digest {id} is paused already. `digest resume {id}` starts it again.",
	DigestResumed:     "*Digest {id} goes on:* {schedule}, {about}.",
	DigestRunning:     "Digest {id} is not paused. `digest pause {id}` pauses it.",
	DigestRemoved:     "*Digest {id} is removed.* ({schedule}, {about})",
	DigestsTitle:      "Digests of this channel",
	DigestsNone:       "This channel has no digest yet. Set one up: `digest add daily 08:00`.",
	DigestsFull:       "This channel has {n} digests, and that is the most. Remove one with `digest remove` first.",
	DigestUnknown:     "This channel has no digest {id}. `digest list` shows those it has.",
	DigestWhich:       "This channel has several digests. Say which one: {ids}.",
	DigestAbout:       "about {topics}",
	DigestAll:         "about everything",
	DigestWithout:     ", without {topics}",
	DigestState:       "next {at}",
	DigestLast:        "last {at}",
	DigestNotYet:      "none sent yet",
	DigestBadWhen:     "*I don’t understand “{when}” as times.* {reason}",
	DigestBadZone:     "*“{zone}” is not a time zone that I know.* Write it like Asia/Seoul, Europe/Paris or UTC.",
	DigestChange:      "Pause it with `digest pause {id}`, change it with `digest edit {id}`, see it now with `digest preview {id}`.",
	DigestMoved:       "Somebody changed digest {id} at the same moment. Look at `digest list` and try again.",
	DigestSuspended:   "Attaché was taken out of this place.",
	DigestLost:        "*Your digest {id} is paused.* {reason}",
	DigestHowTo:       "Write the times like `daily 08:00`, `weekdays 7:30 Asia/Seoul`, `mondays 9am` or a cron expression such as `0 8 * * 1-5`.",
	DigestFrom:        ", only from {outlets}",
	DigestIn:          ", only in {languages}",
	DigestReads:       "How I read it: {readings}.",
	ReadKinds: map[string]string{
		"subject": "{name} ({detail} and more)", "region": "{name} (its countries, {detail} and more)", "country": "{name} (the country)",
		"name": "{name} (the name)", "both": "{name} (both at once)",
	},
	DigestTrial:     "*The last 24 hours would have brought {stories}* out of {reports}:",
	DigestTrialNone: "*The last 24 hours would have brought nothing on it.* {reports} read.",
	DigestTry:       "To get this every morning: `digest add {order} daily 08:00`.",
	StoriesInFull:   "The stories in full",
	Background:      "*Background, {day}:* {sentence}",
	ButtonStory:     "Story {n}",
	ButtonTrack:     "Follow story",
	ButtonSnooze:    "Snooze for a week",
	ButtonUnsnooze:  "Bring it back",
	Snoozed:         "*“{matter}” is snoozed until {until}.* Digests and alerts of this channel leave it out; ask me about it whenever you like.",
	Unsnoozed:       "*“{matter}” comes again* in the digests and alerts of this channel.",
	Rests:           "*Left out of the digests and alerts of this channel:*",
	RestLine:        "{matter}, until {until}",

	When: whenWords{
		DaysAt: "{days} {times}", DaysEvery: "{times} {days}", InZone: "{when}, {zone}", InMonths: "{days} in {months}",
		At: "at {times}", Hourly: "every hour", Minutes: "every {n} minutes", Past: "every hour at {minutes} minutes past",
		SpanHours:   plural{One: "every hour from {first} to {last}", Other: "every {n} hours from {first} to {last}"},
		SpanMinutes: "every {n} minutes from {first} to {last}",
		Many:        "{n} times from {first} to {last}",
		Days: dayWords{Daily: "every day", Weekdays: "every weekday", Except: "every day except {day}", On: "every {days}",
			Dates:   plural{One: "on the {dates} of every month", Other: "on the {dates} of every month"},
			DatesOf: plural{One: "on the {dates} of {months}", Other: "on the {dates} of {months}"},
			Rare:    "on the {dates} of every month that has it"},
		Each: dayWords{Daily: "each day", Weekdays: "each weekday", Except: "each day except {day}", On: "each {days}",
			Dates:   plural{One: "on the {dates} of each month", Other: "on the {dates} of each month"},
			DatesOf: plural{One: "on the {dates} of {months}", Other: "on the {dates} of {months}"},
			Rare:    "on the {dates} of each month that has it"},
		Only: dayWords{Daily: "any day", Weekdays: "a weekday", Except: "not {day}", On: "{days}",
			Dates:   plural{One: "on the {dates} of the month", Other: "on the {dates} of the month"},
			DatesOf: plural{One: "on the {dates} of {months}", Other: "on the {dates} of {months}"},
			Rare:    "on the {dates} of a month that has it"},
		Dates: []string{"1st", "2nd", "3rd", "4th", "5th", "6th", "7th", "8th", "9th", "10th", "11th", "12th", "13th", "14th", "15th", "16th",
			"17th", "18th", "19th", "20th", "21st", "22nd", "23rd", "24th", "25th", "26th", "27th", "28th", "29th", "30th", "31st"},
		Either: "{dates} and {days}",
		Both:   "{dates}, only if it is {days}",
		Range:  "{from} to {to}",
	},
	CronFields: []string{"minute", "hour", "day of the month", "month", "day of the week"},
	Unclear: map[string]string{
		"say-when":       `say when, such as "daily 08:00", "weekdays 7:30 and 17:00" or "every 6 hours"`,
		"too-long":       `a schedule has at most {n} characters; write it like "weekdays 7:30 and 17:00"`,
		"never":          `this schedule never comes round; check its day and month (30 February does not exist)`,
		"crowded":        `{first} and {second} are less than {n} minutes apart; leave at least that between two digests`,
		"zone-behind":    `write the time zone behind the expression, such as "0 8 * * * Asia/Seoul"`,
		"at-every":       `@every counts from when the program started; write "every 6 hours" or "daily 08:00"`,
		"descriptor":     `{word} is unknown; write @hourly, @daily, @weekly or @monthly`,
		"seconds":        `a cron expression has five fields (minute hour day month weekday), this one has {n}; leave out the seconds`,
		"five-fields":    `a cron expression has five fields (minute hour day month weekday), this one has {n}; for 08:00 each day write "0 8 * * *" or "daily 08:00"`,
		"last-or-nth":    `"{word}" (last, nearest or nth day) is not supported in the {field}; name the days, such as 1,15 or mon`,
		"element":        `"{word}" is not a {field} of a cron expression; write *, a number, 1-5, 1,15 or */2`,
		"bounds":         `"{word}" is not a {field}; it goes from {low} to {high}`,
		"backwards":      `"{word}" runs backwards in the {field}; write the smaller first, or name both parts, such as 22-23,0-6`,
		"step-far":       `"{word}" steps too far for the {field}, which goes from {low} to {high}`,
		"step-no-end":    `"{word}" has a step but no end; write */{step} or a range such as {low}-{high}/{step}`,
		"span-time":      `a digest comes at one time, not over a span; write the time when it is due, such as {time}`,
		"time-interval":  `{time} stands beside an interval; write either "every 6 hours" or times such as 08:00 and 17:00`,
		"two-zones":      `{first} and {second} are two time zones; write one`,
		"nth-weekday":    `"{word}" can't be kept; name days of the week ("mondays 9:00") or of the month ("1st of the month 9:00")`,
		"day-range":      `"{word}" is more than one day; write a range like monday to friday`,
		"no-date":        `a month has no day {n}; write a day from 1 to 31`,
		"no-time":        `{word} is not a time of day; write it like 08:00 or 5pm`,
		"span-word":      `a digest comes at one time, not over a span such as {word}; write the time when it is due, or "hourly from 9 to 17"`,
		"midnight":       `{word} is not a time of day; write 00:00 or midnight`,
		"too-often":      `a digest comes at most every {n} minutes; write "hourly" or "every 30 minutes"`,
		"every-other":    `"every other" can't be kept; name the days, such as "mon, wed, fri 08:00"`,
		"every-days":     `"every {word}" can't be kept; name days of the week ("mon, thu 08:00") or of the month ("1st and 15th 08:00")`,
		"divide-hour":    `an hour can't be divided by {n} minutes; write every 15, 20 or 30 minutes`,
		"whole-hours":    `write whole hours, such as "every 2 hours", or minutes below an hour, such as "every 30 minutes"`,
		"once-a-day":     `for once a day say at what time, such as "daily 08:00"`,
		"divide-day":     `a day can't be divided by {n} hours; write every 1, 2, 3, 4, 6, 8 or 12 hours, or times such as "daily 08:00 and 17:00"`,
		"not-both":       `write either an interval ("every 6 hours") or times ("daily 08:00 and 17:00"), not both`,
		"span-no-end":    `say until when as well, such as "hourly from {time} to 17:00"`,
		"span-alone":     `a digest comes at one time, not over a span; write "daily 08:00", or "hourly from 9 to 17"`,
		"span-order":     `{second} is not after {first}; a span ends on the day on which it begins`,
		"which-weekday":  `say on which day of the week, such as "mondays 09:00"`,
		"either-days":    `name either days of the week ("mondays 09:00") or days of the month ("1st and 15th 09:00"), not both`,
		"what-time":      `say at what time as well, such as "daily 08:00" or "weekdays 7:30 and 17:00"`,
		"no-day-left":    `no day is left; take fewer away`,
		"unknown":        `"{word}" is not understood here; write a schedule like "daily 08:00", "weekdays 7:30 and 17:00" or "mon, thu 9am Asia/Seoul"`,
		"no-clock":       `"{word}" is no time on a clock; write the time, such as "daily 08:00"`,
		"single":         `"{word}" is a single time, and a digest repeats; write "daily 08:00", or ask for "latest" to have one now`,
		"each-time":      `write each time, such as "daily 08:00 and 17:00"`,
		"last-day":       `the last day can't be kept; write "28th of the month 09:00" or "1st of the month 09:00"`,
		"fortnight":      `"{word}" can't be kept; write "mondays 09:00" or "1st and 15th of the month 09:00"`,
		"yearly":         `for "{word}" write a cron expression, such as "0 9 1 1,4,7,10 *" (09:00 on the first day of each quarter)`,
		"figures":        `write the time in figures, such as 08:30`,
		"months":         `for single months write a cron expression, such as "0 9 * 6-8 1" (Mondays at 09:00 from June to August)`,
		"which-zone":     `say which time zone, such as Europe/Berlin or Asia/Seoul`,
		"zone-no-data":   `there is no data for the time zone {word} here; take another city in it`,
		"zone-unknown":   `"{word}" is not a time zone; write one like Europe/Berlin or Asia/Seoul`,
		"zone-local":     `"Local" depends on the machine that Attaché runs on; write the zone of a city, such as Europe/Berlin`,
		"zone-short":     `{word} is an abbreviation that not every reader takes for the same zone; write {zones}`,
		"zone-short-own": `{word} is an abbreviation that not every reader takes for the same zone; write {list} or your own city`,
		"zone-offset":    `{word} is an offset and knows no summer time; write the zone of a city, such as Europe/Berlin or Asia/Seoul`,
		"zone-place":     `"{word}" is not the name of a time zone; write {zones}`,
		"zone-near":      `"{word}" is not a time zone; did you mean {zones}?`,
	},

	Reasons: map[string]string{
		"web-address":        `"{address}" is not a web address; send one like https://example.org/report`,
		"damaged-answer":     `{host} sent a damaged answer; try again later`,
		"other-form":         `{host} sent its answer in a form ({kind}) that was not asked for`,
		"no-answer":          `{host} did not answer in time; try again later`,
		"no-site":            `there is no site called {host}; check the address`,
		"unreachable":        `{host} could not be reached: {why}`,
		"no-page":            `{host} says that there is no such page ({status}); check the address`,
		"page-closed":        `{host} does not let Attaché read this page ({status}); paste the text or add it as a file instead`,
		"come-back":          `{host} asks to come back later ({status})`,
		"site-fault":         `{host} has a fault of its own ({status}); try again later`,
		"status":             `{host} answered with status {status}`,
		"large-page":         `the page at {host} is larger than 3 MB; add it as a file instead`,
		"feed-no-page":       `this is a feed and no page; follow it with “source add” and its address`,
		"page-is-pdf":        `what is at this address on {host} is a PDF; save it and add the file in the terminal with attache add, or paste its text`,
		"no-page-but":        `what is at this address on {host} is no page but {kind}`,
		"no-text":            `there is no report to read on this page`,
		"no-feed":            `there is no feed at this address`,
		"deep-feed":          `the feed is nested too deeply to be read`,
		"feed-unread":        `the feed can't be read`,
		"feed-damaged":       `the feed is damaged and can't be read`,
		"no-news":            `this sitemap lists pages without saying which are news; name the site's news sitemap or its feed`,
		"source-slow":        `the source took too long to answer`,
		"being-read":         `it is being read this very moment`,
		"no-links":           `this Attaché reads no links: it was started without access to the web`,
		"no-words":           `the report has no text`,
		"large-report":       `the report is larger than 2 MB`,
		"on-watch":           `on the watch list: {hits}`,
		"outlets-some":       `reported by {outlets} outlets, {origins} of them independently`,
		"outlets-apart":      `reported independently by {outlets} outlets`,
		"outlets-one-origin": `reported by {outlets} outlets from one origin`,
		"outlet-one":         `reported by one outlet`,
		"outlets-unreviewed": `reported by {outlets} outlets that nobody has reviewed`,
		"outlet-unreviewed":  `reported by one outlet, which nobody has reviewed`,
		"robots-no":          `{host} does not want this address to be read by robots (its robots.txt says so); ask it for another feed`,
		"robots-fault":       `{host} has a fault of its own ({status}) and can't say what robots may read; it is asked again later`,
		"resting":            `{host} asked to be left alone until {time}`,
		"no-news-maps":       `none of the sitemaps in this index lists news; name the site's news sitemap or its feed`,
		"empty-list":         `the list (OPML) names no feeds`,
		"damaged-gzip":       `the file is a damaged gzip archive`,
		"large-unpacked":     `the file is larger than {n} MB when it is unpacked`,
		"newest-minutes":     `newest report {n} minutes before the digest`,
		"newest-hour":        `newest report 1 hour before the digest`,
		"newest-hours":       `newest report {n} hours before the digest`,
		"newest-days":        `newest report {n} days before the digest`,
		"newest-moment":      `newest report less than a minute before the digest`,
		"newest-of":          `newest report of {day}`,
		"in-headline":        `what this channel follows is in the headline`,
		"in-lead":            `what this channel follows is in the first sentences`,
		"changed":            `figures or positions changed: {n}`,
		"goes-on":            `the story goes on`,
		"contradict":         `speakers contradict each other`,
		"corrected":          `an earlier report was corrected`,
		"repeats":            `it repeats “{title}” ({outlet})`,
		"more-told":          `another report of the same event told more`,
		"left-out-topic":     `it is about "{topic}", which this channel leaves out`,
		"other-outlets":      `this channel follows other outlets than {outlet}`,
		"other-language":     `it is in the language "{language}", which this channel does not follow`,
		"no-topic":           `it is about none of the topics: {topics}`,
		"no-country":         `it is about none of the countries: {countries}`,
		"no-actor":           `it names none of: {actors}`,
		"names-actor":        `it names {actor}`,
		"about-topic":        `it is about "{topic}"`,
		"about-country":      `it is about {country}`,
		"near-in":            `a story much like it was in already: “{title}”`,
		"had-already":        `this channel has had it already`,
		"listed-before":      `its source listed it already when the source was first read`,
		"long-before":        `it was published on {day}, long before the time that this digest tells of`,
		"dated-after":        `it is dated {day}, after the time that this digest tells of`,
		"no-citation":        `none of its sentences could be shown with a citation`,
		"full-of-watch":      `the digest was full of stories on the watch list`,
		"full":               `{n} stories weighed more: the last of them {last}, this one {this}`,
		"crowded-topic":      `{n} stories about “{topic}” were in already, and other stories weighed enough to have their place`,
		"crowded-country":    `{n} stories about {country} were in already, and other stories weighed enough to have their place`,
		"crowded-outlet":     `{n} stories told by {outlet} were in already, and other stories weighed enough to have their place`,
		"repeats-told":       `it repeats a report that this channel has had`,
		"nothing-new":        `it adds nothing to what this channel has had`,
		"about-topic-by":     `it is about “{topic}”: it says {found}`,
		"event-violence":     `it is about violence`,
		"event-disaster":     `it is about a disaster`,
		"event-arms":         `it is about arms`,
		"event-sanctions":    `it is about sanctions`,
		"event-power":        `it is about who is in power`,
		"event-diplomacy":    `it is about diplomacy`,
		"event-unrest":       `it is about unrest`,
		"event-energy":       `it is about energy`,
		"event-justice":      `it is about justice`,
		"cut-off":            `{platform} does not let Attaché write to this channel any more ({why}). Let it back in, then resume the digest.`,
		"schedule-lost":      `Its schedule can't be read any more ({why}). Set the times again with digest edit.`,
		"taken-out":          `Attaché was taken out of this place.`,
	},

	SettingsTitle:   "Settings of this channel",
	SettingValue:    "*{name}*: {value}. {help}",
	SettingDef:      "*{name}*: {value} (default). {help}",
	SettingSaved:    "The setting *{name}* is now {value}.",
	SettingReset:    "The setting *{name}* is back to its default: {value}.",
	SettingBad:      "*“{value}” doesn’t fit {name}.* {allows}",
	SettingAbsent:   "There is no setting “{name}”. There are {names}.",
	SettingsHow:     "Change one with `settings <name> <value>`.",
	SettingPlatform: "as the platform says",
	PingNobody:      "nobody",
	PingRefused:     "*You may not mention @{role}, so I don’t ring it for you.* Ask somebody who may, or have the role made one that everybody may mention.",
	PingNowhere:     "*I ring nobody here.* A digest can ring a role in Discord; on this platform people can set the channel’s notifications to every message instead.",
	SettingHelp: map[string]string{
		"zone":     "The time zone of this channel.",
		"language": "The language of digests here, and of answers to people whose language the platform doesn’t tell: en, fr or ko.",
		"managers": "Who may manage digests, sources and settings here, beside those whom the platform names.",
		"answers":  "Who sees an answer: the channel, or only the person who asked.",
		"ping":     "The role that a digest rings when it comes; nobody unless you choose one.",
	},
	SettingAllows: map[string]string{
		"zone":     "Write an IANA time zone, such as Asia/Seoul, or default.",
		"language": "Write en, fr, ko or default.",
		"managers": "Write everyone, or mention the people, or default.",
		"answers":  "Write channel, private or default.",
		"ping":     "Mention a role, or write off.",
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

	Fields: map[string]string{
		"when": "When", "zone": "Time zone", "about": "About", "link": "Link", "how": "How",
		"text": "Text", "title": "Title", "outlet": "Outlet", "published": "Date", "watch": "Words to watch", "value": "Value",
	},
	Commands: map[string]CommandWords{
		"ask":    {Summary: "Answer a question from the reports, with who said it and where", Args: map[string]string{"question": "Your question; a link in it is read first"}},
		"latest": {Summary: "Show what is new now, on a topic or on what this channel follows", Args: map[string]string{"topic": "What it should be about; several separated by commas"}},
		"story": {Summary: "Follow one story: who said what, where reports differ, and the reports in order",
			Args: map[string]string{
				"topic": "What the story is about, a link to a report, or an item’s number in the last digest",
			}},
		"who":     {Summary: "Show what a person, an institution or a country said, denied and is said to have done", Args: map[string]string{"actor": "A name, such as Kim Yo-jong or the Unification Ministry"}},
		"why":     {Summary: "Explain why a report was or wasn’t in this channel’s digest", Args: map[string]string{"link": "The address of the report, or words of its title"}},
		"sources": {Summary: "List what is read: the sources that are followed and the outlets in the library"},
		"help":    {Summary: "Show what Attaché can do, or how one command works", Args: map[string]string{"command": "A command, such as digest add"}},
		"digest add": {Summary: "Post a digest in this channel at set times",
			Args: map[string]string{
				"when":  "daily 08:00, weekdays 7:30, mondays 9am, or cron; with now in front it isn’t shown first",
				"zone":  "Time zone, such as Asia/Seoul",
				"about": "Topics separated by commas; everything when left out",
			}},
		"digest review": {Summary: "Look back on the week now, or post such a review once a week",
			Args: map[string]string{
				"when":  "mondays 9am, for a review each week; left out, you see that of the last seven days",
				"zone":  "Time zone, such as Asia/Seoul",
				"about": "Topics separated by commas; those of this channel’s digest when left out",
			}},
		"digest list": {Summary: "List the digests of this channel and when each comes next"},
		"digest edit": {Summary: "Change when a digest comes or what it is about",
			Args: map[string]string{
				"digest": "The digest’s id, as digest list shows it",
				"when":   "The new times; unchanged when left out",
				"zone":   "The new time zone; unchanged when left out",
				"about":  "The new topics, or everything; unchanged when left out",
			}},
		"digest pause":    {Summary: "Stop a digest for now and keep it", Args: map[string]string{"digest": "The digest’s id, as digest list shows it"}},
		"digest resume":   {Summary: "Start a paused digest again from its next time", Args: map[string]string{"digest": "The digest’s id, as digest list shows it"}},
		"digest remove":   {Summary: "Remove a digest for good", Args: map[string]string{"digest": "The digest’s id, as digest list shows it"}},
		"digest preview":  {Summary: "Show you alone what a digest would say now", Args: map[string]string{"digest": "The digest’s id, or topics to try out; may be left out where there is one digest"}},
		"source add":      {Summary: "Follow a feed or read a page", Args: map[string]string{"link": "The address of a feed, of a site that has one, or of one report", "how": "now to follow it without a preview, last 3 to post its newest three, here for this channel alone"}},
		"source remove":   {Summary: "Stop following a source; what was read stays. Takes back a pasted text as well", Args: map[string]string{"source": "The source’s id, as source list shows it, or that of a pasted text"}},
		"source list":     {Summary: "List the sources with their health, when each was last read, and for whom it is"},
		"source pause":    {Summary: "Stop reading a source for now and keep it", Args: map[string]string{"source": "The source’s id, as source list shows it"}},
		"source resume":   {Summary: "Read a paused source again", Args: map[string]string{"source": "The source’s id, as source list shows it"}},
		"source review":   {Summary: "Vouch for a source: its reports are no longer marked", Args: map[string]string{"source": "The source’s id, or all for every one of this channel"}},
		"source unreview": {Summary: "Take back that somebody vouched for a source: its reports are marked again", Args: map[string]string{"source": "The source’s id, or all for every one of this channel"}},
		"source paste":    {Summary: "Keep a text as a report for this workspace alone", Args: map[string]string{"text": "The text; lines like “Outlet: …” at its head say what it doesn’t", "title": "Its headline, where the text doesn’t begin with it", "outlet": "Who published it", "published": "When it was published, such as 2024-02-20"}},
		"watch add":       {Summary: "Put words or a name on this channel’s watch list: reports about it come first", Args: map[string]string{"watch": "A word, a phrase or a name, such as Strait of Hormuz"}},
		"watch remove":    {Summary: "Take an entry off this channel’s watch list", Args: map[string]string{"watch": "The entry, as watch list shows it"}},
		"watch list":      {Summary: "Show this channel’s watch list"},
		"watch mode":      {Summary: "Say whether what matches the watch list comes at once or waits for the digest", Args: map[string]string{"mode": "alert or digest"}},
		"watch quiet":     {Summary: "Keep alerts from this channel during some hours", Args: map[string]string{"hours": "From when to when, such as 22:00-07:00, or off"}},
		"watch limit":     {Summary: "Set how many alerts an hour this channel takes", Args: map[string]string{"number": "A number from 1 to 60"}},
		"settings": {Summary: "Show this channel’s settings or change one",
			Args: map[string]string{
				"setting": "zone, language, managers, answers or ping; all are shown when left out",
				"value":   "The new value, or default",
			}},
	},

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
	ThanksNot:      "Thank you. Noted as not helpful. If something was missing, ask me for it.",
	UnknownButton:  "*That button no longer does anything.* `help` shows what I can do.",
}

package briefings

import (
	"strings"
	"sync"
)

// cue is what a verb of saying tells: the stance, and how its sentence is built.
type cue struct {
	lemma  string
	stance Stance
	// speech says that the verb reports words; without it, it reports an attitude (hopes, opposes, wants), which counts only
	// where what follows is a clause, an infinitive or a quotation, or where the table says object.
	speech bool
	// strict says that the verb has other everyday senses ("offered a car", "closed the border"): it is a cue only with a
	// clause or a quotation.
	strict bool
	// form is how the word stands here: "base", "s", "past", "ing".
	form string
}

// cueTable lists verbs by stance. A verb is regular unless its forms are given: base/past/participle. A star marks a verb
// that reports an attitude rather than words, a plus one that needs a clause or a quotation.
var cueTable = []struct {
	stance Stance
	verbs  string
}{
	{Says, `say/said tell/told add+ report announce state declare write/wrote/written tweet note explain reply respond answer comment
remark observe continue reveal disclose confirm acknowledge admit concede mention indicate show/showed/shown+ find/found+ describe
stress emphasize emphasise underline underscore highlight recall recount relate testify inform brief+ advise+ conclude point+
quote cite read/read+ publish+ post+ broadcast+ recite joke quip interject echo summarize summarise outline detail+ voice+ express+
speak/spoke/spoken talk discuss argue/argued call dub/dubbed label characterize characterise portray depict compare refer
learn/learned+ reiterate repeat stipulate list+ present+ pen/penned+ retort chime muse opine pronounce proclaim issue+ release+ clarify
specify communicate signal+ decide*+ discover+ document deem* consider*+ view*+ see*+/saw/seen regard*+ know*+/knew/known remember*+
understand*/understood realize* realise* recognize*+ recognise*+ notice*+ shout yell scream whisper mumble lament regret apologize
apologise thank tout/touted trumpet invoke reference poll+ survey+ blog recommend sum/summed+ rule/ruled+ determine+ assess dismiss* put/put
demur/demurred evoke circulate/circulated+ propose* imply/implied project/projected+ hint/hinted reflect*`},
	{Claims, `claim allege insist assert maintain purport boast profess swear/swore/sworn charge+ brag/bragged contend suggest downplay`},
	{Denies, `deny refute reject rebut/rebutted dispute contradict disavow disclaim repudiate`},
	{Condemns, `condemn criticize criticise denounce decry/decried blast slam/slammed attack lambast lambaste deplore rebuke accuse blame
berate chide scold mock ridicule deride protest+ complain object oppose* lash bash rip/ripped fault scorn assail castigate censure
trash skewer savage excoriate reprimand disparage insult taunt hate* dislike* resent* disagree+ question+ challenge+`},
	{Supports, `praise welcome back* support* endorse* applaud commend hail laud defend celebrate congratulate cheer embrace* salute favor*
favour* approve* agree+ advocate champion admire* prefer* love* trust* promote* credit enjoy*`},
	{Warns, `warn threaten caution alert fear* worry*/worried`},
	{Speculates, `believe* think*/thought speculate suspect* estimate predict forecast/forecast expect* guess* assume* presume* anticipate*
reckon feel*/felt suppose* surmise theorize theorise wonder* imagine* hope* doubt* seem* appear* foresee*/foresaw/foreseen`},
	{Asks, `ask urge demand request call implore beg/begged plead/pleaded appeal inquire enquire want* seek*/sought encourage exhort
invite+ order+ instruct direct+ command+ require*+ petition wish* need*+ lobby/lobbied+`},
	{Promises, `promise pledge vow guarantee assure commit/committed+ undertake/undertook/undertaken+ plan* intend* offer*+ aim*+
volunteer*+ prepare*+`},
}

// cueLexicon is cueTable by word form.
var cueLexicon = sync.OnceValue(func() map[string]cue {
	m := make(map[string]cue, 1500)
	for _, row := range cueTable {
		for entry := range strings.FieldsSeq(row.verbs) {
			speech, strict := !strings.Contains(entry, "*"), strings.Contains(entry, "+")
			forms := strings.Split(strings.NewReplacer("*", "", "+", "").Replace(entry), "/")
			base := forms[0]
			put := func(word, form string) {
				if old, ok := m[word]; ok && (old.speech || !speech) {
					return // the first row that names it decides, unless a later one makes it speech
				}
				m[word] = cue{lemma: base, stance: row.stance, speech: speech, strict: strict, form: form}
			}
			past, participle := regularPast(base), ""
			if len(forms) > 1 {
				past = forms[1]
			}
			if len(forms) > 2 {
				participle = forms[2]
			}
			put(past, "past")
			if participle != "" {
				put(participle, "past")
			}
			put(base, "base")
			put(regularS(base), "s")
			put(regularIng(base, past), "ing")
		}
	}
	return m
})

func regularPast(base string) string {
	switch {
	case strings.HasSuffix(base, "e"):
		return base + "d"
	case strings.HasSuffix(base, "y") && !cueVowel(base[len(base)-2]):
		return base[:len(base)-1] + "ied"
	}
	return base + "ed"
}

func regularS(base string) string {
	switch {
	case strings.HasSuffix(base, "y") && !cueVowel(base[len(base)-2]):
		return base[:len(base)-1] + "ies"
	case strings.HasSuffix(base, "s"), strings.HasSuffix(base, "sh"), strings.HasSuffix(base, "ch"), strings.HasSuffix(base, "x"), strings.HasSuffix(base, "z"):
		return base + "es"
	}
	return base + "s"
}

func regularIng(base, past string) string {
	// A doubled consonant in the past is doubled here too: slam, slammed, slamming.
	if n := len(base); len(past) == n+3 && past[n] == base[n-1] && strings.HasSuffix(past, "ed") && !strings.HasSuffix(base, "e") {
		return past[:n+1] + "ing"
	}
	switch {
	case strings.HasSuffix(base, "ee"):
		return base + "ing"
	case strings.HasSuffix(base, "e") && len(base) > 3:
		return base[:len(base)-1] + "ing"
	}
	return base + "ing"
}

func cueVowel(c byte) bool { return strings.IndexByte("aeiou", c) >= 0 }

// cueNounCues are cue words that are nouns more often than verbs: they count only where a subject stands right before them
// and what was said right after.
var cueNounCues = cueWordSet(`claims claim reports report calls call states state notes note plans plan demands demand fears fear hopes hope
charges charge offers offer comments comment remarks remark views view shows show questions question attacks attack orders order
supports support estimates estimate doubts doubt points point posts post polls poll rates rate ranks rank lists list surveys survey
answers answer challenges challenge requests request appeals appeal signals signal details detail features feature praise blame
needs need promises promise pledges pledge vows vow protests protest cautions caution alerts alert lets wishes wish object objects blast blasts fault scorn insult insults rebuke rebukes champion champions advocate advocates
broadcast broadcasts talk talks forecast forecasts guess guesses worry worries petition petitions trash taunt taunts
projects project frames frame casts cast labels label documents document issues issue releases release measures measure
references reference credits credit tweets tweet blogs blog quotes quote voices voice pitches pitch opens open jokes joke
backs back likes like loves love trusts trust favors favor directs direct presents present rules rule aims aim turns turn
reads read puts put sees learn presses press focuses focus pushes push slams hits hit rips rip closes close pans pan polling
volunteers volunteer invites invite lobbies lobby bashes bash commands command pens pen holds hold sums sum`)

// cueNouns are nouns of saying: they count with their owner in front and "that" behind.
var cueNouns = map[string]Stance{
	"claim": Claims, "claims": Claims, "assertion": Claims, "contention": Claims, "allegation": Claims, "allegations": Claims, "insistence": Claims,
	"suggestion": Claims, "denial": Denies, "denials": Denies, "accusation": Condemns, "accusations": Condemns, "complaint": Condemns, "charge": Condemns,
	"warning": Warns, "warnings": Warns, "fear": Warns, "fears": Warns, "belief": Speculates, "suspicion": Speculates, "view": Speculates,
	"hope": Speculates, "prediction": Speculates, "promise": Promises, "pledge": Promises, "vow": Promises, "demand": Asks, "request": Asks,
	"statement": Says, "announcement": Says, "comment": Says, "remark": Says, "admission": Says, "argument": Says, "declaration": Says,
}

// These words end a noun phrase or come before it.
var (
	cueDeterminers   = cueWordSet(`the a an this that these those his her its their our my your some many several most few both another other each every all one two three four five six seven eight nine ten any no half dozens hundreds thousands such certain various`)
	cuePronouns      = cueWordSet(`he she they it we i you who which`)
	cueAuxiliaries   = cueWordSet(`is are was were be been being am has have had having do does did doing will would shall should can could may might must 's 're 've 'd ll ve isn't aren't wasn't weren't hasn't haven't hadn't don't doesn't didn't won't wouldn't can't cannot couldn't shouldn't`)
	cueSubordinators = cueWordSet(`that because when while as after before if although though but whether where since until unless than so once what how why whenever whereas`)
	cuePrepositions  = cueWordSet(`of in on at by for with from to into about over under between during through against among across amid despite toward towards within without upon onto off near like via per regarding following including until alongside around behind beyond besides along`)
	cueOpeners       = cueWordSet(`but and yet still so meanwhile however now later earlier today yesterday then instead nevertheless nonetheless even also perhaps once again besides moreover furthermore indeed thus hence afterwards afterward recently sunday monday tuesday wednesday thursday friday saturday finally additionally similarly though although while when if as because since or plus only just maybe separately likewise elsewhere asked or nor not overall`)
	cueTimeWords     = cueWordSet(`sunday monday tuesday wednesday thursday friday saturday january february march april may june july august september october november december jan feb mar apr jun jul aug sept sep oct nov dec today yesterday tomorrow tonight week month year morning afternoon evening night day weekend hour hours days weeks months years ago earlier later spring summer fall autumn winter then friday's time moment point`)
	cuePlainVerbs    = sync.OnceValue(func() map[string]bool {
		m := map[string]bool{}
		for base := range strings.FieldsSeq(`go get give take make come become leave keep let help try start stop begin meet visit travel arrive return lead follow join play run
win lose beat vote live work move stay stand sit face fight kill die happen occur remain include contain involve concern serve spend pay buy sell cost cause
create build develop increase decrease reduce raise grow fall rise drop cut gain hold carry bring send receive sign pass fail succeed use
apply allow force lie attend appear marry hire fire resign step draw pull throw break hope manage continue end finish provide lack stem
come deserve earn drive walk wait watch look hear listen need own belong avoid protect save prevent ban block launch target plot`) {
			m[base] = true
			m[regularS(base)] = true
			past := regularPast(base)
			m[past] = true
			m[regularIng(base, past)] = true
		}
		for w := range strings.FieldsSeq(`went gone got gotten gave given took taken made came became left kept began met led won lost beat stood sat fought ran spent paid bought sold
built grew grown fell fallen rose risen held brought sent drew drawn threw thrown broke broken drove driven heard cut set hit let put getting running winning cutting setting hitting letting putting sitting planned planning stopped stopping dropped dropping banned stepping stepped`) {
			m[w] = true
		}
		return m
	})
)

func cueWordSet(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

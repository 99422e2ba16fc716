package prose

import (
	"hash/maphash"
	"strings"
	"sync/atomic"

	"github.com/kljensen/snowball/english"
)

// stems remembers stems: news repeats its words, and stemming is the dearest step of reading an article. It is bounded and
// needs no locks: words that meet in one place take turns in it.
var (
	stems    [1 << 15]atomic.Pointer[stemmed]
	stemSeed = maphash.MakeSeed()
)

// stemmed is a word and its stem.
type stemmed struct{ word, stem string }

// Stem returns the Snowball (Porter 2) stem of a lower-case English word; one in another script gets the stem of the language
// that most often writes in it, see StemIn. A word with a digit is its own stem.
func Stem(lower string) string {
	if len(lower) < 3 || strings.ContainsAny(lower, "0123456789.") {
		return lower
	}
	if lower[0] >= 0xD0 { // the lead bytes of Cyrillic and of what lies behind it
		return stemByScript(lower)
	}
	slot := &stems[maphash.String(stemSeed, lower)%uint64(len(stems))]
	if k := slot.Load(); k != nil && k.word == lower {
		return k.stem
	}
	s := english.Stem(lower, true)
	if irregular, ok := irregularStems[lower]; ok {
		s = irregular
	}
	if len(lower) > 40 {
		return s
	}
	k := &stemmed{word: strings.Clone(lower), stem: s}
	if strings.HasPrefix(k.word, s) {
		k.stem = k.word[:len(s)]
	}
	slot.Store(k)
	return k.stem
}

// irregularStems brings the forms of irregular verbs and nouns together that news uses most.
var irregularStems = func() map[string]string {
	m := map[string]string{}
	for _, line := range strings.Fields(`
give,gave,given say,said buy,bought sell,sold win,won lose,lost make,made take,took,taken
go,went,gone come,came become,became begin,began,begun break,broke,broken bring,brought build,built catch,caught
choose,chose,chosen die,died draw,drew,drawn drive,drove,driven eat,ate,eaten fall,fell,fallen feel,felt fight,fought
find,found fly,flew,flown forbid,forbade,forbidden get,got,gotten grow,grew,grown hear,heard hide,hid,hidden hold,held
keep,kept know,knew,known lead,led leave,left lend,lent meet,met pay,paid ride,rode,ridden rise,rose,risen run,ran
see,saw,seen seek,sought send,sent shake,shook,shaken shoot,shot show,showed,shown sing,sang,sung sink,sank,sunk
speak,spoke,spoken spend,spent stand,stood steal,stole,stolen strike,struck,stricken swim,swam,swum swear,swore,sworn
teach,taught tell,told think,thought throw,threw,thrown wear,wore,worn withdraw,withdrew,withdrawn write,wrote,written
man,men woman,women child,children person,people foot,feet`) {
		forms := strings.Split(line, ",")
		base := english.Stem(forms[0], true)
		for _, f := range forms {
			m[f] = base
		}
	}
	return m
}()

// IsStop says whether a lower-case word carries no meaning of its own: articles, pronouns, auxiliaries, prepositions and
// the words of asking.
func IsStop(lower string) bool { return stopWords[lower] }

var stopWords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`a about above after again against all also am an and any are aren't as at be because been before
being below between both but by can can't cannot could couldn't did didn't do does doesn't doing don't down during each either
few for from further had hadn't has hasn't have haven't having he he'd he'll her here hers herself him himself his how i i'd
i'll i'm i've if in into is isn't it it'd it'll its itself just let me more most mustn't my myself neither no nor not now of off on once
only or other our ours ourselves out over own same shan't she she'd she'll should shouldn't so some such than that the
their theirs them themselves then there these they they'd they'll they're they've this those through to too under until up
upon us very was wasn't we we'd we'll we're we've were weren't what when where which while who whom whose why will with within without won't
would wouldn't you you'd you'll you're you've your yours yourself yourselves may might must shall please tell via per yet ever
whether though although however therefore whatever whoever thing things many much i'd`) {
		m[w] = true
	}
	return m
}()

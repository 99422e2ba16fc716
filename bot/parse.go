package bot

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"attache/bot/digest"
)

// Invocation is a command with its arguments by name.
type Invocation struct {
	Command Command
	Args    map[string]string
	// Guess says that the words could as well be a question that happens to begin like a command.
	Guess bool
}

// UnknownCommandError says that there is no such command.
type UnknownCommandError struct {
	Command string // as it was written, at most two words
	Near    string // the command that was probably meant; empty when there is none
}

func (e *UnknownCommandError) Error() string { return "there is no command " + e.Command }

// MissingArgError says that a command lacks arguments that it needs.
type MissingArgError struct {
	Command Command
	Names   []string
}

func (e *MissingArgError) Error() string {
	return e.Command.Name + " needs " + strings.Join(e.Names, " and ")
}

// Parse reads what a person typed: a command with its arguments, or a question, which is the command ask. The error is a
// *UnknownCommandError or a *MissingArgError.
func Parse(text string) (Invocation, error) {
	text = strings.TrimSpace(text)
	first, rest := cutWord(text)
	verb := strings.ToLower(strings.TrimSuffix(first, ":"))
	if strings.EqualFold(text, "help?") {
		verb = "help"
	}
	switch {
	case text == "", strings.ContainsAny(verb, "?!"):
		return question(text), nil
	case isGroup(verb):
		return parseGroup(text, verb, rest)
	}
	c, known := CommandNamed(verb)
	if !known {
		if near := misspelt(verb, rest); near != "" {
			return Invocation{}, &UnknownCommandError{Command: unknownName(first, rest, near), Near: near}
		}
		return question(text), nil
	}
	if asksInstead(c.Name, rest) {
		return question(text), nil
	}
	in := Invocation{Command: c, Args: map[string]string{}}
	switch c.Name {
	case "latest", "story":
		rest = cutLead(rest, "about", "on", "of")
	case "who", "why":
		in.Guess = true
	}
	return in.filled(c.Args, rest)
}

func question(text string) Invocation {
	c, _ := CommandNamed("ask")
	return Invocation{Command: c, Args: map[string]string{"question": text}}
}

// asksInstead says whether a text that begins like a command is a question: "who gave Kim a car?" is none about an actor
// named "gave Kim a car".
func asksInstead(name, rest string) bool {
	words := strings.Fields(rest)
	asked := strings.HasSuffix(rest, "?")
	switch name {
	case "who":
		// "who Kim Yo-jong", "who south korea": a name is short, and no question about somebody begins with what they did.
		return len(words) == 0 || len(words) > 6 || asked || len(words) > 0 && verbs[strings.ToLower(words[0])] || len(words) > 1 && pastTense(words[0])
	case "why":
		return len(words) == 0 || asked || len(words) > 1 && !strings.Contains(rest, "://") && verbs[strings.ToLower(words[0])]
	case "sources":
		return len(words) > 0
	case "help":
		_, command := CommandNamed(rest)
		return !command && (asked || len(words) > 3)
	case "settings":
		return len(words) > 0 && !slices.Contains(append(slices.Clone(settingNames), settingPing), strings.ToLower(strings.TrimSuffix(words[0], ":"))) && (asked || len(words) > 3)
	case "story", "latest":
		return asked && len(words) > 0 && verbs[strings.ToLower(words[0])]
	}
	return false
}

// verbs are what follows "who" and "why" in a question.
var verbs = func() map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(`is are was were has have had did does do will would can could should may might must won met said says
		gave gives sent sold paid made took went came told knows knew wants leads led runs ran wrote else in at on by of exactly owns
		isn't aren't wasn't doesn't didn't won't not`) {
		set[w] = true
	}
	return set
}()

// pastTense guesses that a small word is a verb: "who condemned the gift".
func pastTense(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return unicode.IsLower(r) && strings.HasSuffix(word, "ed")
}

func isGroup(word string) bool {
	for _, c := range Commands() {
		if c.Group() == word {
			return true
		}
	}
	return false
}

// parseGroup reads "digest add …". A group alone lists what is in it; one that goes on as no command does is a question
// where it reads like one ("watch out for what?").
func parseGroup(text, group, rest string) (Invocation, error) {
	second, more := cutWord(rest)
	if second == "" {
		second = "list"
	}
	c, ok := CommandNamed(group + " " + second)
	if !ok {
		var names []string
		for _, c := range Commands() {
			if c.Group() == group {
				names = append(names, c.Verb())
			}
		}
		near := nearest(strings.ToLower(second), names)
		if near == "" && len(strings.Fields(rest)) > 2 {
			return question(text), nil
		}
		if near == "" {
			near = "list"
		}
		return Invocation{}, &UnknownCommandError{Command: group + " " + second, Near: group + " " + near}
	}
	return Invocation{Command: c, Args: map[string]string{}}.filled(c.Args, more)
}

// filled gives each argument a word and the last one the rest; the words "about" and "without" begin a digest's topics.
func (in Invocation) filled(args []Arg, rest string) (Invocation, error) {
	switch in.Command.Name {
	case "digest add", "digest review":
		in.Args["when"], in.Args["about"] = cutSureOrder(rest)
	case "source paste":
		in.Args["text"] = rest
	case "digest edit":
		in.Args["digest"], rest = cutWord(rest)
		in.Args["when"], in.Args["about"] = cutSureOrder(rest)
	default:
		for i, a := range args {
			if i == len(args)-1 {
				in.Args[a.Name] = unquote(rest)
				break
			}
			in.Args[a.Name], rest = cutWord(rest)
		}
	}
	for name, value := range in.Args {
		if value == "" {
			delete(in.Args, name)
		}
	}
	return in, in.complete()
}

// complete says whether every argument that is needed is there.
func (in Invocation) complete() error {
	var missing []string
	for _, a := range in.Command.Args {
		// A question that is empty gets examples, which help more.
		if a.Required && strings.TrimSpace(in.Args[a.Name]) == "" && in.Command.Name != "ask" {
			missing = append(missing, a.Name)
		}
	}
	if len(missing) > 0 {
		return &MissingArgError{Command: in.Command, Names: missing}
	}
	return nil
}

// cutSureOrder is cutOrder for an order that may begin with "now", which stays in front of its times.
func cutSureOrder(text string) (when, about string) {
	rest, sure := cutNow(text)
	if !sure || rest == "" {
		return cutOrder(text)
	}
	when, about = cutOrder(rest)
	return strings.TrimSpace(now + " " + when), about
}

// cutOrder splits an order for a digest into its times and what it is about: "weekdays 7:30 about sanctions without football",
// or the topics first, as people say it: "sanctions, Iran, from Yonhap weekdays 7:30 Asia/Seoul".
func cutOrder(text string) (when, about string) {
	fields := strings.Fields(text)
	for i, f := range fields {
		if !strings.EqualFold(f, "about") {
			continue
		}
		if i > 0 {
			return strings.Join(fields[:i], " "), unquote(strings.Join(fields[i+1:], " "))
		}
		fields = fields[1:]
		if n := timesAtEnd(fields); n > 0 {
			return strings.Join(fields[n:], " "), strings.Join(fields[:n], " ")
		}
		return "", unquote(strings.Join(fields, " "))
	}
	if n := timesAtEnd(fields); n > 0 {
		return strings.Join(fields[n:], " "), strings.Join(fields[:n], " ")
	}
	for i, f := range fields {
		if strings.EqualFold(f, "without") {
			return strings.Join(fields[:i], " "), strings.Join(fields[i:], " ")
		}
	}
	return strings.Join(fields, " "), ""
}

// timesAtEnd returns where the times begin with which an order ends, the longest that are times, or 0 where it has no topics in
// front: what begins like times is meant as times, also where something in it is wrong.
func timesAtEnd(fields []string) int {
	const longest = 14 // words of a schedule
	isTimes := func(words []string) bool {
		_, err := digest.ParseSchedule(strings.Join(words, " "), "")
		return err == nil
	}
	for n := 1; n <= min(len(fields), longest); n++ {
		if isTimes(fields[:n]) {
			return 0
		}
	}
	for i := max(1, len(fields)-longest); i < len(fields); i++ {
		switch strings.ToLower(fields[i]) {
		case "of", "and", "or", "from", "in", "to", "the", "a", "+":
			continue // a schedule forgives small words in front, which belong to what stands before them
		}
		if isTimes(fields[i:]) {
			return i
		}
	}
	return 0
}

// cutWord splits off the first word.
func cutWord(text string) (word, rest string) {
	text = strings.TrimSpace(text)
	i := strings.IndexFunc(text, unicode.IsSpace)
	if i < 0 {
		return text, ""
	}
	return text[:i], strings.TrimSpace(text[i:])
}

// cutLead takes a small word off the front: "latest on sanctions".
func cutLead(text string, words ...string) string {
	first, rest := cutWord(text)
	for _, w := range words {
		if strings.EqualFold(first, w) && rest != "" {
			return rest
		}
	}
	return text
}

// unquote takes quotation marks off that stand around all of text.
func unquote(text string) string {
	text = strings.TrimSpace(text)
	for _, marks := range []string{`""`, "“”", "''", "‘’", "«»", "``"} {
		open, size := utf8.DecodeRuneInString(marks)
		shut, _ := utf8.DecodeRuneInString(marks[size:])
		inner, begins := strings.CutPrefix(text, string(open))
		if inner, ends := strings.CutSuffix(inner, string(shut)); begins && ends && !strings.ContainsRune(inner, open) {
			return strings.TrimSpace(inner)
		}
	}
	return text
}

// misspelt returns the command that a first word was probably meant to be, or "". A question is never taken for a command
// unless it has the shape of one.
func misspelt(verb, rest string) string {
	if utf8.RuneCountInString(verb) < 4 || strings.HasSuffix(rest, "?") {
		return ""
	}
	var names, groups []string
	for _, c := range Commands() {
		if g := c.Group(); g == "" {
			names = append(names, c.Name)
		} else {
			groups = append(groups, g)
		}
	}
	second, more := cutWord(rest)
	if group := nearest(verb, groups); group != "" {
		if c, ok := CommandNamed(group + " " + second); ok {
			return c.Name
		}
	}
	if near := nearest(verb, names); near != "" && second == "" {
		return near
	}
	if near := nearest(verb, []string{"latest", "settings", "story"}); near != "" && more == "" {
		return near
	}
	return ""
}

func unknownName(first, rest, near string) string {
	if strings.Contains(near, " ") {
		second, _ := cutWord(rest)
		return first + " " + second
	}
	return first
}

// nearest returns the name that differs from word in the fewest letters, two at the most and one in a short word; "" when
// none is that near.
func nearest(word string, names []string) string {
	best, least := "", 3
	if utf8.RuneCountInString(word) < 5 {
		least = 2
	}
	for _, name := range names {
		if d := distance(word, name); d < least {
			best, least = name, d
		}
	}
	return best
}

// distance counts the letters to add, drop, change or swap with their neighbour.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 24 || len(y) > 24 {
		return 24
	}
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}

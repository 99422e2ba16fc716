package feeds

import (
	"regexp"
	"unicode/utf8"
)

// noise are paragraphs that pages put between those of a report: labels of their own furniture, pointers to other reports,
// requests to subscribe, rights notices. Each is a whole paragraph and short; a sentence of the report that happens to begin
// with the same words is longer, or ends differently.
var noise = []*regexp.Regexp{
	regexp.MustCompile(`(?i)^(advert(isement)?|ad|sponsored|sign in|log in|register|skip to (main )?content|close|caption|share|comments?|\d+ comments?|share this( article)?|print|e-?mail|copy link|loading\W*|image \d+ of\W*\d+|play video|watch( now)?|listen( now)?|photos?|gallery|video|menu|search|back to top|continue reading|tell us what you think\W*|don.?t miss\W*|trending( now)?|most (read|popular)|recommended( for you)?|you may also like|more (on|from) .{1,40}|related( (articles|stories|topics|content))?:?|tags?:.*|topics?:.*|read (this )?(article )?in .{1,20})$`),
	regexp.MustCompile(`(?i)^\W*(published|updated|posted|last (updated|modified)|first published)( on| at)?\s*:?\s.{0,60}\d{2}`),
	regexp.MustCompile(`(?i)^(read|see|find out|learn|watch|discover) (more|also|next|this)\s*[:|»-]`),
	regexp.MustCompile(`(?i)^(also read|read also|see also|related|more|don.?t miss|lire aussi|à lire|leia (também|mais)|lee también|lesen sie auch|mehr zum thema|leggi anche|читайте также)\s*[:|»-]`),
	regexp.MustCompile(`(?i)^(follow|like|join|find) (us|me|him|her|them|@?\w+( \w+)?) (on|at) (twitter|x|facebook|instagram|telegram|linkedin|whatsapp|google news)\b`),
	regexp.MustCompile(`(?i)^(sign up|subscribe|get (the|our|all)|click here|download (the|our)|support (our|us)|want more)\b.{0,140}(newsletters?|inbox|app|e-?mails?|updates|subscri\w+|journalism|stories like this\W*)\.?$`),
	regexp.MustCompile(`(?i)\b(may|can) be reached at \S+@\S+`),
	regexp.MustCompile(`(?i)^reach (the )?(reporters?|writers?|authors?)\b`),
	regexp.MustCompile(`(?i)^(©|\(c\)|copyright\b|all rights reserved)`),
	regexp.MustCompile(`(?i)^(let our news meet your inbox|have a tip\?|thanks? for reading)`),
	regexp.MustCompile(`^https?://\S+$`),
	regexp.MustCompile(`^[^\p{L}\p{N}]+$`),
	regexp.MustCompile(`(?i)^(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)?(day)?,?\s*((jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\.?\s+\d{1,2}|\d{1,2}\s+(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\.?),?\s+\d{4}\b.{0,25}$`),
}

// maxNoise is how long a paragraph of noise may be, in characters.
const maxNoise = 240

func isNoise(paragraph string) bool {
	if utf8.RuneCountInString(paragraph) > maxNoise {
		return false
	}
	for _, n := range noise {
		if n.MatchString(paragraph) {
			return true
		}
	}
	return false
}

// withoutNoise drops paragraphs that are noise.
func withoutNoise(list []string) []string {
	var out []string
	for _, p := range list {
		if !isNoise(p) {
			out = append(out, p)
		}
	}
	return out
}

package briefings

// StatementsOf lets the tests outside the package read statements without an engine.
var StatementsOf = statementsOf

// StoriesOf returns the id of the story of each article.
func StoriesOf(articles []Article) []string {
	profiles := make([]storyProfile, len(articles))
	for i, a := range articles {
		profiles[i] = profileStory(a, storyDefaults)
	}
	out := make([]string, len(articles))
	for _, g := range groupStories(profiles, storyDefaults) {
		for _, m := range g.members {
			out[m] = g.id
		}
	}
	return out
}

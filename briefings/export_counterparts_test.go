package briefings

// Suggested is what Counterparts suggests for an article among others.
func Suggested(c *Counterparts, article string, among []string) []Counterpart {
	return c.suggested(article, among, nil)
}

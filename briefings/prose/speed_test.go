package prose_test

import (
	"strings"
	"testing"
	"time"

	"attache/briefings/prose"
)

// TestWorkGrowsWithTheText runs over texts made to be slow for a reader that looks back or ahead; one that did would not
// end within the test's time.
func TestWorkGrowsWithTheText(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"U.", "Iran ", "\"", ". \"", "“", "A of ", "Kim Jong-", "three million ", "' ", "said \"x", "a.", "May 3 "} {
		s := strings.Repeat(part, 300_000/len(part))
		prose.Sentences(s)
		prose.Quotes(s)
		prose.Names(s)
		prose.Times(s, time.Time{})
		prose.Numbers(s)
		prose.Known(s)
	}
}

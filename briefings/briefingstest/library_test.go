package briefingstest

import (
	"testing"

	"attache/briefings"
)

func TestMemoryIsALibrary(t *testing.T) {
	t.Parallel()
	Library(t, func(testing.TB) briefings.Library { return NewLibrary() })
}

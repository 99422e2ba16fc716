package briefings

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestHeaviestTermsAreThoseThatSortingPutsFirst(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		terms := make([]storyTerm, rng.IntN(40))
		for i := range terms {
			terms[i] = storyTerm{uint32(i), float32(rng.IntN(1 + rng.IntN(12)))}
		}
		most := rng.IntN(42)
		order := func(x, y storyTerm) int {
			if x.weight != y.weight {
				return int(y.weight) - int(x.weight)
			}
			return int(x.term) - int(y.term)
		}
		want := slices.SortedFunc(slices.Values(terms), order)
		want = want[:min(most, len(want))]
		got := slices.SortedFunc(slices.Values(heaviest(slices.Clone(terms), most)), order)
		if !slices.Equal(got, want) {
			t.Fatalf("the %d heaviest of %v are %v, want %v", most, terms, got, want)
		}
	}
}

func TestTermsAreNumberedAlikeInEveryArticle(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6))
	profiles := make([]storyProfile, 60)
	articles := map[uint32]int32{} // how many hold a term
	for i := range profiles {
		held := map[uint32]bool{}
		for range rng.IntN(2400) {
			term := uint32(rng.IntN(30000)) * 143165
			if rng.IntN(8) == 0 {
				term = ^uint32(0) - uint32(rng.IntN(4))
			}
			if !held[term] {
				held[term] = true
				articles[term]++
				profiles[i].terms = append(profiles[i].terms, storyTerm{term, 1})
			}
		}
		slices.SortFunc(profiles[i].terms, func(x, y storyTerm) int {
			if x.term < y.term {
				return -1
			}
			return 1
		})
	}
	numbers, names, df := numberTerms(profiles)
	if len(names) != len(articles) || len(df) != len(names) {
		t.Fatalf("%d names and %d counts, want %d", len(names), len(df), len(articles))
	}
	for i, p := range profiles {
		for k, term := range p.terms {
			n := numbers[i][k]
			if names[n] != term.term || df[n] != articles[term.term] {
				t.Fatalf("term %d of article %d is number %d: the name of that is %d, held by %d; want %d, held by %d", k, i, n, names[n], df[n], term.term, articles[term.term])
			}
		}
	}
}

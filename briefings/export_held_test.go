package briefings

// Packed is an article as the engine gives it back once nobody holds it any more, and whether it was packed.
func Packed(a Article) (back Article, packed bool) {
	h := &held{Article: a}
	if cut, ok := packCut(&a); ok {
		h.cut, h.Sentences, h.Passages = cut, nil, nil
	}
	return *h.open(), h.cut != nil
}

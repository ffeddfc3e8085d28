package feature

// This file describes texts by a few numbers.

import (
	"context"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"github.com/netherfield/netherfield/runtime/internal/simd"
	"gonum.org/v1/gonum/mat"
)

// Summaries describes each text by nine numbers:
//
//	punctuation      characters that are one of !.><:;',@#~{}[]-_+=£$%^&()?
//	words            what white space separates, once those are taken out
//	mean_length      of the words, in characters
//	max_length
//	min_length
//	lower_quantile   of the lengths, interpolated linearly
//	upper_quantile
//	capitalized      words that Python's islower denies: with a capital, or without
//	                 any letter that could be one, such as numbers
//	stop_words       words that are stop words, as they are written
//
// These are the summaries of the workshop in Python, number by number. A text without
// words, for which that fails, has 0 for all but the first. It learns nothing: Transform
// needs no Fit.
//
// Source: the workshop's notebook 03-feature-engineering-summaries.
type Summaries struct {
	// LowerQuantile and UpperQuantile are between 0 and 1: 0.1 and 0.9 if both are 0.
	LowerQuantile, UpperQuantile float64
	// StopWords are those of [EnglishStopWords] if nil. Since punctuation is taken out
	// first, they have none, and since case counts, "The" is not "the".
	StopWords []string
}

var (
	_ Texts             = (*Summaries)(nil)
	_ TextVector        = (*Summaries)(nil)
	_ artefact.Stateful = (*Summaries)(nil)
)

const summaries = 9

// FeatureNames returns the names of the nine columns.
func (v *Summaries) FeatureNames() []string {
	return []string{"punctuation", "words", "mean_length", "max_length", "min_length", "lower_quantile", "upper_quantile", "capitalized", "stop_words"}
}

// A summarizer is a Summaries whose parameters are checked.
type summarizer struct {
	lower, upper float64
	stop         *wordTable
	longest      int      // of the stop words, in bytes
	words        []string // as given
}

var englishSummarizer = func() *summarizer { s := &summarizer{}; s.stopAt(englishStopWords); return s }()

func (s *summarizer) stopAt(words []string) {
	s.stop, s.longest = newWordTable(4*len(words)), 0 // with room, for has
	for _, w := range words {
		s.stop.add([]byte(w), 0)
		s.longest = max(s.longest, len(w))
	}
}

func (v *Summaries) summarizer() (s summarizer, err error) {
	s.lower, s.upper = v.LowerQuantile, v.UpperQuantile
	if s.lower == 0 && s.upper == 0 {
		s.lower, s.upper = 0.1, 0.9
	}
	if !(s.lower >= 0 && s.lower <= 1 && s.upper >= 0 && s.upper <= 1) {
		return s, fmt.Errorf("feature: LowerQuantile is %v and UpperQuantile %v; they must be between 0 and 1", v.LowerQuantile, v.UpperQuantile)
	}
	if v.StopWords == nil {
		s.stop, s.longest = englishSummarizer.stop, englishSummarizer.longest
	} else {
		s.stopAt(v.StopWords)
		s.words = slices.Clone(v.StopWords)
	}
	return s, nil
}

// same reports whether v still has the parameters that s was made of.
func (s *summarizer) same(v *Summaries) bool {
	return (v.LowerQuantile == s.lower && v.UpperQuantile == s.upper || v.LowerQuantile == 0 && v.UpperQuantile == 0 && s.lower == 0.1 && s.upper == 0.9) &&
		(v.StopWords == nil) == (s.words == nil) && slices.Equal(v.StopWords, s.words)
}

// Fit checks the parameters; there is nothing to learn.
func (v *Summaries) Fit(docs []string) error { return v.FitContext(context.Background(), docs) }

// FitContext is [Summaries.Fit].
func (v *Summaries) FitContext(ctx context.Context, docs []string) error {
	if _, err := v.summarizer(); err != nil {
		return err
	}
	return ctx.Err()
}

// Stateless reports that Fit learns nothing.
func (v *Summaries) Stateless() bool { return true }

// Transform returns a row for each text.
func (v *Summaries) Transform(docs []string) (*mat.Dense, error) {
	return v.transform(context.Background(), docs)
}

// FitTransform is [Summaries.Transform].
func (v *Summaries) FitTransform(docs []string) (*mat.Dense, error) { return v.Transform(docs) }

// TransformContext is [Summaries.Transform] until ctx ends.
func (v *Summaries) TransformContext(ctx context.Context, docs []string) (mat.Matrix, error) {
	m, err := v.transform(ctx, docs)
	if err != nil {
		return nil, err
	}
	return m, nil
}

func (v *Summaries) transform(ctx context.Context, docs []string) (*mat.Dense, error) {
	s, err := v.summarizer()
	if err != nil {
		return nil, err
	}
	if len(docs) == 0 {
		return &mat.Dense{}, nil
	}
	data := make([]float64, summaries*len(docs))
	err = parallel.Chunks(ctx, len(docs), chunkRows, func(_, lo, hi int) error {
		var text scratch
		var w lengths
		for i := lo; i < hi; i++ {
			s.describe(docs[i], &text, &w, (*[summaries]float64)(data[summaries*i:]))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return mat.NewDense(len(docs), summaries, data), nil
}

// lengths counts the words of each length.
type lengths struct {
	short [64]int32
	long  []int // those that short has no place for
	word  []byte
	ranks []rank
}

// A rank says how many marks, capitals and small letters there are before a block of 64
// bytes.
type rank struct{ marks, upper, lower int }

// A tracker adds up what is known of the words of a text so far.
type tracker struct {
	*lengths
	words, total, longest, shortest, capitals, stops int
}

// add adds a word; small says that it is in lower case.
func (t *tracker) add(length int, small bool) {
	t.words++
	t.total += length
	t.longest, t.shortest = max(t.longest, length), min(t.shortest, length)
	if length < len(t.short) {
		t.short[length]++
	} else {
		t.long = append(t.long, length)
	}
	if !small {
		t.capitals++
	}
}

// at returns the length of the k-th word by length.
func (l *lengths) at(k int) float64 {
	for n, count := range l.short {
		if k < int(count) {
			return float64(n)
		}
		k -= int(count)
	}
	return float64(l.long[k])
}

// quantile interpolates as numpy.quantile does.
func (l *lengths) quantile(words int, q float64) float64 {
	at := q * float64(words-1)
	k := math.Floor(at)
	a := l.at(int(k))
	if int(k)+1 >= words {
		return a
	}
	b, t := l.at(int(k)+1), at-k
	if t >= 0.5 {
		return b - (b-a)*(1-t)
	}
	return a + (b-a)*t
}

const (
	markChar  = 1 << iota // punctuation
	spaceChar             // white space
	upperChar             // a capital, also if only the first letter of two is one
	lowerChar
)

var kindOf = func() (kinds [utf8.RuneSelf]uint8) {
	for r := range rune(utf8.RuneSelf) {
		kinds[r] = charKind(r)
	}
	return kinds
}()

func charKind(r rune) uint8 {
	switch {
	case strings.ContainsRune("!.><:;',@#~{}[]-_+=£$%^&()?", r):
		return markChar
	case isSpace(r):
		return spaceChar
	case unicode.In(r, unicode.Lu, unicode.Lt, unicode.Other_Uppercase):
		return upperChar
	case unicode.In(r, unicode.Ll, unicode.Other_Lowercase):
		return lowerChar
	}
	return 0
}

// describe writes the nine numbers of a text.
func (s *summarizer) describe(doc string, text *scratch, l *lengths, out *[summaries]float64) {
	l.short, l.long = [64]int32{}, l.long[:0]
	t := tracker{lengths: l, shortest: math.MaxInt}
	marks := 0
	if len(doc) <= math.MaxInt32-64 {
		marks = s.plain(doc, text, &t)
	} else {
		marks = s.anyText(doc, &t)
	}
	*out = [summaries]float64{0: float64(marks)}
	if t.words == 0 {
		return
	}
	slices.Sort(l.long)
	*out = [summaries]float64{
		float64(marks), float64(t.words), float64(t.total) / float64(t.words), float64(t.longest), float64(t.shortest),
		l.quantile(t.words, s.lower), l.quantile(t.words, s.upper), float64(t.capitals), float64(t.stops),
	}
}

// anyText adds the words of a text to t and returns the number of its marks.
func (s *summarizer) anyText(doc string, t *tracker) (marks int) {
	length, kinds := 0, uint8(0)
	t.word = t.word[:0]
	end := func() {
		if length > 0 {
			t.add(length, kinds&(upperChar|lowerChar) == lowerChar)
			if len(t.word) <= s.longest && s.stop.find(t.word) >= 0 {
				t.stops++
			}
		}
		length, kinds, t.word = 0, 0, t.word[:0]
	}
	for i := 0; i < len(doc); {
		r, n := rune(doc[i]), 1
		var kind uint8
		if r < utf8.RuneSelf {
			kind = kindOf[r]
		} else {
			r, n = utf8.DecodeRuneInString(doc[i:])
			kind = charKind(r)
		}
		i += n
		switch kind {
		case markChar:
			marks++
			continue
		case spaceChar:
			end()
			continue
		}
		kinds |= kind
		length++
		if len(t.word) <= s.longest {
			t.word = append(t.word, doc[i-n:i]...)
		}
	}
	end()
	return marks
}

// plain does so with a few instructions for each word instead of some for each byte,
// but for words that are not all ASCII.
func (s *summarizer) plain(doc string, text *scratch, t *tracker) (marks int) {
	blocks := text.padded(doc)
	kinds := slices.Grow(text.kinds[:0], blocks+1)[:blocks+1]
	ranks := slices.Grow(t.ranks[:0], blocks+1)[:blocks+1]
	text.kinds, t.ranks = kinds, ranks
	high := text.high[:0]
	if !simd.KindsOf(text.text[:64*blocks], kinds) {
		high = highBytes(text.text[:64*blocks], high)
		text.high = high
	}
	if rest := len(doc) % 64; rest > 0 {
		kinds[blocks-1].Space |= ^uint64(0) << rest // the padding
	}
	kinds[blocks] = simd.Kinds{}
	var sum rank
	for k := range ranks {
		ranks[k] = sum
		sum.marks += bits.OnesCount64(kinds[k].Mark)
		sum.upper += bits.OnesCount64(kinds[k].Upper)
		sum.lower += bits.OnesCount64(kinds[k].Lower)
	}
	before, begin := uint64(0), 0
	for k := range kinds[:blocks] {
		word := ^kinds[k].Space
		edges := word ^ (word<<1 | before)
		before = word >> 63
		for ; edges != 0; edges &= edges - 1 {
			at := bits.TrailingZeros64(edges)
			if word>>at&1 != 0 {
				begin = 64*k + at
				continue
			}
			end := 64*k + at
			if len(high) == 0 || end <= int(high[0]) {
				marks += s.plainWord(text, t, begin, end)
				continue
			}
			for len(high) > 0 && int(high[0]) < end {
				high = high[1:]
			}
			marks += s.anyText(doc[begin:end], t)
		}
	}
	switch {
	case before == 0:
	case len(high) == 0:
		marks += s.plainWord(text, t, begin, 64*blocks)
	default:
		marks += s.anyText(doc[begin:], t)
	}
	return marks
}

// rankOf counts marks, capitals and small letters before a byte.
func rankOf(kinds []simd.Kinds, ranks []rank, at int) (r rank) {
	k, below := &kinds[at>>6], uint64(1)<<(at&63)-1
	r = ranks[at>>6]
	r.marks += bits.OnesCount64(k.Mark & below)
	r.upper += bits.OnesCount64(k.Upper & below)
	r.lower += bits.OnesCount64(k.Lower & below)
	return r
}

// plainWord adds what is between two white spaces and returns the number of its marks.
func (s *summarizer) plainWord(text *scratch, t *tracker, begin, end int) (marks int) {
	from, to := rankOf(text.kinds, t.ranks, begin), rankOf(text.kinds, t.ranks, end)
	marks = to.marks - from.marks
	length := end - begin - marks
	if length == 0 {
		return marks
	}
	t.add(length, from.upper == to.upper && from.lower < to.lower)
	if length > s.longest {
		return marks
	}
	if marks > 0 {
		isMark := func(at int) bool { return text.kinds[at>>6].Mark>>(at&63)&1 != 0 }
		for isMark(begin) {
			begin++
		}
		for isMark(end - 1) {
			end--
		}
		if end-begin > length {
			t.word = t.word[:0]
			for at := begin; at < end; at++ {
				if !isMark(at) {
					t.word = append(t.word, text.text[at])
				}
			}
			if s.stop.find(t.word) >= 0 {
				t.stops++
			}
			return marks
		}
	}
	if length <= shortWord {
		t.stops += s.stop.has(keyPadded(text.text, begin, length))
	} else if s.stop.find(text.text[begin:end]) >= 0 {
		t.stops++
	}
	return marks
}

// TransformText fills vec with the row that Transform gives doc, without allocation
// once vec has been used.
func (v *Summaries) TransformText(vec *Vector, doc string) error {
	state := vec.state()
	s, ok := state.analyzer.(*summarizer)
	if !ok || state.owner != v || !s.same(v) {
		made, err := v.summarizer()
		if err != nil {
			return err
		}
		s = &made
		state.analyzer, state.owner = s, v
	}
	vec.Len, vec.Dense, vec.Index = summaries, true, vec.Index[:0]
	vec.Value = extend(vec.Value[:0], summaries)
	s.describe(doc, &state.scratch, &state.lengths, (*[summaries]float64)(vec.Value))
	return nil
}

// State returns the parameters.
func (v *Summaries) State() (*artefact.State, error) {
	if _, err := v.summarizer(); err != nil {
		return nil, err
	}
	params, err := artefact.Params(v)
	if err != nil {
		return nil, err
	}
	return &artefact.State{Kind: "feature.Summaries", Params: params}, nil
}

// SetState sets the parameters.
func (v *Summaries) SetState(state *artefact.State) error {
	var t Summaries
	if err := stateParams(state, "feature.Summaries", &t); err != nil {
		return err
	}
	if _, err := t.summarizer(); err != nil {
		return err
	}
	*v = t
	return nil
}

package feature

// This file describes texts by a few numbers.

import (
	"context"
	"fmt"
	"math"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"gonum.org/v1/gonum/mat"
)

// Summaries describes each text by nine numbers:
//
//	punctuation      characters that are punctuation or symbols (Unicode's P and S)
//	words            what white space separates, once those are taken out
//	mean_length      of the words, in characters
//	max_length
//	min_length
//	lower_quantile   of the lengths, interpolated linearly
//	upper_quantile
//	capitalized      words with an upper-case letter
//	stop_words       words that are stop words in lower case
//
// A text without words has 0 for all but the first. It learns nothing: Transform needs
// no Fit.
type Summaries struct {
	// LowerQuantile and UpperQuantile are between 0 and 1: 0.1 and 0.9 if both are 0.
	LowerQuantile, UpperQuantile float64
	// StopWords are those of [EnglishStopWords] if nil. Since punctuation is taken out
	// first, they have none.
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
	stop         map[string]struct{}
	longest      int      // of the stop words, in bytes
	words        []string // as given
}

var englishSummarizer = func() *summarizer { s := &summarizer{}; s.stopAt(englishStopWords); return s }()

func (s *summarizer) stopAt(words []string) {
	s.stop, s.longest = make(map[string]struct{}, len(words)), 0
	for _, w := range words {
		s.stop[w] = struct{}{}
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
		var w lengths
		for i := lo; i < hi; i++ {
			s.describe(docs[i], &w, (*[summaries]float64)(data[summaries*i:]))
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
	markChar  = iota + 1 // punctuation or symbol
	spaceChar            // white space
	upperChar
)

var kindOf = func() (kinds [utf8.RuneSelf]uint8) {
	for r := range rune(utf8.RuneSelf) {
		kinds[r] = charKind(r)
	}
	return kinds
}()

func charKind(r rune) uint8 {
	switch {
	case isSpace(r):
		return spaceChar
	case unicode.IsPunct(r) || unicode.IsSymbol(r):
		return markChar
	case unicode.IsUpper(r) || unicode.IsTitle(r) || unicode.Is(unicode.Other_Uppercase, r):
		return upperChar
	}
	return 0
}

// describe writes the nine numbers of a text.
func (s *summarizer) describe(doc string, l *lengths, out *[summaries]float64) {
	l.short, l.long = [64]int32{}, l.long[:0]
	var marks, words, total, capitals, stops int
	longest, shortest := 0, math.MaxInt
	length, capital := 0, false
	l.word = l.word[:0]
	end := func() {
		if length == 0 {
			return
		}
		words++
		total += length
		longest, shortest = max(longest, length), min(shortest, length)
		if length < len(l.short) {
			l.short[length]++
		} else {
			l.long = append(l.long, length)
		}
		if capital {
			capitals++
		}
		if len(l.word) <= s.longest {
			if _, ok := s.stop[string(l.word)]; ok {
				stops++
			}
		}
		length, capital, l.word = 0, false, l.word[:0]
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
		case upperChar:
			capital = true
		}
		length++
		if len(l.word) <= s.longest {
			if r < utf8.RuneSelf {
				l.word = append(l.word, lowerOf[r])
			} else {
				l.word = appendLower(l.word, doc[i-n:i])
			}
		}
	}
	end()
	*out = [summaries]float64{0: float64(marks)}
	if words == 0 {
		return
	}
	slices.Sort(l.long)
	*out = [summaries]float64{
		float64(marks), float64(words), float64(total) / float64(words), float64(longest), float64(shortest),
		l.quantile(words, s.lower), l.quantile(words, s.upper), float64(capitals), float64(stops),
	}
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
	s.describe(doc, &state.lengths, (*[summaries]float64)(vec.Value))
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

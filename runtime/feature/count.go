package feature

// This file counts tokens in columns of their own.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"gonum.org/v1/gonum/mat"
)

// CountVectorizer counts the tokens of texts in a column for each that it has seen in
// Fit, in alphabetical order (of code points). Its numbers are those of scikit-learn's
// CountVectorizer, and the zero value is its default.
type CountVectorizer struct {
	// MinDF and MaxDF bound in how many texts a token that counts may be: numbers of
	// texts, or shares of them if below 1. 0 stands for no bound.
	MinDF, MaxDF float64
	// MaxFeatures keeps only that many of the tokens, those that come most often, or, if
	// Binary, in most texts; of equals the first of the alphabet, where scikit-learn
	// leaves it to chance. 0 stands for all.
	MaxFeatures int
	// FixedVocabulary gives the tokens and their order; nothing is learned then.
	FixedVocabulary []string
	// Binary counts a token once in a text.
	Binary bool

	// TokenPattern, Analyzer, KeepCase, StripAccents, StopWords, NGramMin and NGramMax
	// say what tokens are, as for a [HashingVectorizer].
	TokenPattern       string
	Analyzer           string
	KeepCase           bool
	StripAccents       string
	StopWords          []string
	NGramMin, NGramMax int

	analyzer *analyzer
	table    *wordTable // the column of each word
	names    []string
}

var (
	_ Texts             = (*CountVectorizer)(nil)
	_ TextVector        = (*CountVectorizer)(nil)
	_ artefact.Stateful = (*CountVectorizer)(nil)
)

// check returns the analyzer that the parameters ask for.
func (v *CountVectorizer) check() (*analyzer, error) {
	for _, bound := range []struct {
		name string
		df   float64
	}{{"MinDF", v.MinDF}, {"MaxDF", v.MaxDF}} {
		if !(bound.df >= 0) || bound.df >= 1 && bound.df != math.Trunc(bound.df) {
			return nil, fmt.Errorf("feature: %s is %v; it must be a number of texts or a share below 1", bound.name, bound.df)
		}
	}
	if v.MaxFeatures < 0 {
		return nil, fmt.Errorf("feature: MaxFeatures is %d; it must not be negative", v.MaxFeatures)
	}
	if _, err := numbered(v.FixedVocabulary); err != nil {
		return nil, err
	}
	return newAnalyzer(textOpts{v.KeepCase, v.StripAccents, v.Analyzer, v.TokenPattern, v.StopWords, v.NGramMin, v.NGramMax})
}

// Fit learns the vocabulary. It fails if no tokens are left.
func (v *CountVectorizer) Fit(docs []string) error { return v.FitContext(context.Background(), docs) }

// FitContext is [CountVectorizer.Fit] until ctx ends. After an error v is not fitted.
func (v *CountVectorizer) FitContext(ctx context.Context, docs []string) error {
	_, err := v.fit(ctx, docs)
	return err
}

// FitTransform learns the vocabulary and counts, in one pass.
func (v *CountVectorizer) FitTransform(docs []string) (*CSR, error) {
	return v.FitTransformContext(context.Background(), docs)
}

// FitTransformContext is [CountVectorizer.FitTransform] until ctx ends.
func (v *CountVectorizer) FitTransformContext(ctx context.Context, docs []string) (*CSR, error) {
	tokens, err := v.fit(ctx, docs)
	if err != nil {
		return nil, err
	}
	if tokens == nil {
		return v.transform(ctx, docs)
	}
	m, err := buildCSR(ctx, len(docs), len(v.names), func(s *scratch, c *docRows, i int) {
		c.col, c.value = v.count(tokens.of(i), len(v.names), s, c.col, c.value)
	})
	if err != nil {
		v.analyzer, v.table, v.names = nil, nil, nil
		return nil, err
	}
	return m, nil
}

// fit learns the vocabulary and returns the tokens; none if the vocabulary was given.
func (v *CountVectorizer) fit(ctx context.Context, docs []string) (*docTokens, error) {
	v.analyzer, v.table, v.names = nil, nil, nil
	a, err := v.check()
	if err != nil {
		return nil, err
	}
	if len(v.FixedVocabulary) > 0 {
		table, err := numbered(v.FixedVocabulary)
		if err != nil {
			return nil, err
		}
		v.analyzer, v.table, v.names = a, table, slices.Clone(v.FixedVocabulary)
		return nil, ctx.Err()
	}
	// Few chunks, so that few vocabularies are to be merged; how many does not
	// matter to the result.
	d := &docTokens{size: max(chunkRows, (len(docs)+15)/16)}
	d.chunks = make([]tokenChunk, parallel.Count(len(docs), d.size))
	err = parallel.Chunks(ctx, len(docs), d.size, func(k, lo, hi int) error {
		return d.chunks[k].read(ctx, a, docs[lo:hi])
	})
	if err != nil {
		return nil, err
	}
	all, numbers, err := d.merge()
	if err != nil {
		return nil, err
	}
	chosen, err := v.choose(all, len(docs))
	if err != nil {
		return nil, err
	}
	columns := make([]int32, len(all.ends)) // of each token
	for id := range columns {
		columns[id] = -1
	}
	names := make([]string, len(chosen))
	for j, id := range chosen {
		columns[id], names[j] = int32(j), string(all.token(id))
	}
	table, err := numbered(names)
	if err != nil {
		return nil, err
	}
	err = parallel.Each(ctx, len(d.chunks), func(k int) error {
		to := numbers[k]
		for i, id := range to {
			to[i] = columns[id]
		}
		ids := d.chunks[k].ids
		for i, id := range ids {
			ids[i] = to[id]
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	v.analyzer, v.table, v.names = a, table, names
	return d, nil
}

// choose returns the numbers of the tokens that count, sorted by token.
func (v *CountVectorizer) choose(all *vocabulary, n int) ([]int, error) {
	if len(all.ends) == 0 {
		return nil, errors.New("feature: CountVectorizer finds no tokens in the texts; are they empty, or nothing but stop words?")
	}
	low, high := v.MinDF, v.MaxDF
	if low < 1 {
		low *= float64(n)
	}
	if high == 0 {
		high = float64(n)
	} else if high < 1 {
		high *= float64(n)
	}
	if high < low {
		return nil, fmt.Errorf("feature: MaxDF %v means fewer texts than MinDF %v, of %d", v.MaxDF, v.MinDF, n)
	}
	chosen := make([]int, 0, len(all.ends))
	for id, t := range all.totals {
		if df := float64(t.texts); df >= low && df <= high {
			chosen = append(chosen, id)
		}
	}
	byToken := func(a, b int) int { return bytes.Compare(all.token(a), all.token(b)) }
	slices.SortFunc(chosen, byToken)
	if v.MaxFeatures > 0 && len(chosen) > v.MaxFeatures {
		slices.SortStableFunc(chosen, func(a, b int) int {
			if v.Binary {
				return all.totals[b].texts - all.totals[a].texts
			}
			return all.totals[b].count - all.totals[a].count
		})
		chosen = chosen[:v.MaxFeatures]
		slices.SortFunc(chosen, byToken)
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("feature: none of %d tokens is in as many texts as MinDF %v and MaxDF %v ask for, of %d", len(all.ends), v.MinDF, v.MaxDF, n)
	}
	return chosen, nil
}

// count appends the entries of a text that has tokens with the columns ids of n; it
// may sort ids.
func (v *CountVectorizer) count(ids []int32, n int, s *scratch, cols []int32, values []float64) ([]int32, []float64) {
	first := len(values)
	if n <= maxTally {
		s.tally.room(n)
		for _, j := range ids {
			if j >= 0 {
				s.tally.add(j, 1)
			}
		}
		cols, values = s.tally.drain(cols, values)
	} else {
		slices.Sort(ids)
		last := int32(-1)
		for _, j := range ids {
			switch {
			case j < 0:
			case j != last:
				cols, values, last = append(cols, j), append(values, 1), j
			default:
				values[len(values)-1]++
			}
		}
	}
	if v.Binary {
		for k := first; k < len(values); k++ {
			values[k] = 1
		}
	}
	return cols, values
}

// Transform returns a row for each text and a column for each word of the
// vocabulary. Other words do not count.
func (v *CountVectorizer) Transform(docs []string) (*CSR, error) {
	return v.transform(context.Background(), docs)
}

// TransformContext is [CountVectorizer.Transform] until ctx ends.
func (v *CountVectorizer) TransformContext(ctx context.Context, docs []string) (mat.Matrix, error) {
	m, err := v.transform(ctx, docs)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// ready makes a vectorizer with a fixed vocabulary usable without Fit, as in
// scikit-learn.
func (v *CountVectorizer) ready() (a *analyzer, table *wordTable, cols int, err error) {
	if v.table != nil {
		return v.analyzer, v.table, len(v.names), nil
	}
	if len(v.FixedVocabulary) == 0 {
		return nil, nil, 0, &NotFittedError{"feature.CountVectorizer"}
	}
	if a, err = v.check(); err != nil {
		return nil, nil, 0, err
	}
	table, err = numbered(v.FixedVocabulary)
	return a, table, len(v.FixedVocabulary), err
}

func (v *CountVectorizer) transform(ctx context.Context, docs []string) (*CSR, error) {
	a, table, cols, err := v.ready()
	if err != nil {
		return nil, err
	}
	return buildCSR(ctx, len(docs), cols, func(s *scratch, c *docRows, i int) {
		c.col, c.value = v.row(a, table, cols, docs[i], s, c.col, c.value)
	})
}

// row appends the entries of a text.
func (v *CountVectorizer) row(a *analyzer, table *wordTable, n int, doc string, s *scratch, cols []int32, values []float64) ([]int32, []float64) {
	s.hashes = s.hashes[:0]
	if a.plainWords(doc, s) {
		for k := 0; k+1 < len(s.bounds); k += 2 {
			lo, size := int(s.bounds[k]), int(s.bounds[k+1]-s.bounds[k])
			switch {
			case !a.isToken(s.text[lo], size):
			case size <= shortWord:
				s.hashes = append(s.hashes, table.slot(keyPadded(s.text, lo, size)).id-1)
			default:
				s.hashes = append(s.hashes, table.find(s.text[lo:lo+size]))
			}
		}
	} else {
		a.eachSlowly(doc, s, func(token []byte) { s.hashes = append(s.hashes, table.find(token)) })
	}
	return v.count(s.hashes, n, s, cols, values)
}

// TransformText fills vec with the counts of doc, the row that Transform gives it,
// without allocation once vec has been used.
func (v *CountVectorizer) TransformText(vec *Vector, doc string) error {
	a, table, cols, err := v.ready()
	if err != nil {
		return err
	}
	s := vec.state()
	vec.Len, vec.Dense = cols, false
	vec.Index, vec.Value = v.row(a, table, cols, doc, &s.scratch, vec.Index[:0], vec.Value[:0])
	return nil
}

// Vocabulary returns the column of each word; nil if v is not fitted.
func (v *CountVectorizer) Vocabulary() map[string]int {
	if v.table == nil {
		return nil
	}
	vocabulary := make(map[string]int, len(v.names))
	for j, w := range v.names {
		vocabulary[w] = j
	}
	return vocabulary
}

// FeatureNames returns the word of each column; nil if v is not fitted.
func (v *CountVectorizer) FeatureNames() []string { return slices.Clone(v.names) }

// State returns the parameters and the vocabulary.
func (v *CountVectorizer) State() (*artefact.State, error) {
	if v.table == nil {
		return nil, &NotFittedError{"feature.CountVectorizer"}
	}
	params, err := artefact.Params(v)
	if err != nil {
		return nil, err
	}
	for _, w := range v.names {
		if !utf8.ValidString(w) {
			return nil, fmt.Errorf("feature: the word %q of the vocabulary is not UTF-8; it cannot be kept", w)
		}
	}
	return &artefact.State{Kind: "feature.CountVectorizer", Params: params, Arrays: map[string]artefact.Array{
		"vocabulary": artefact.Vector(v.names),
	}}, nil
}

// SetState sets the parameters and the vocabulary.
func (v *CountVectorizer) SetState(state *artefact.State) error {
	var t CountVectorizer
	if err := stateParams(state, "feature.CountVectorizer", &t); err != nil {
		return err
	}
	var err error
	if t.analyzer, err = t.check(); err != nil {
		return err
	}
	if t.names, err = artefact.Get[string](state, "vocabulary", -1); err != nil {
		return err
	}
	if len(t.names) == 0 || len(t.FixedVocabulary) > 0 && !slices.Equal(t.names, t.FixedVocabulary) {
		return fmt.Errorf("feature: the state of a CountVectorizer has a vocabulary of %d words", len(t.names))
	}
	if t.table, err = numbered(t.names); err != nil {
		return err
	}
	// The texts of the file are not kept whole for a few words.
	for j, w := range t.names {
		t.names[j] = strings.Clone(w)
	}
	*v = t
	return nil
}

package feature

// This file counts tokens in buckets.

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/netherfield/netherfield/runtime/artefact"
	"gonum.org/v1/gonum/mat"
)

// HashingVectorizer counts the tokens of texts in a fixed number of columns, without
// a vocabulary: the column of a token is |h| mod Buckets, h being its MurmurHash3
// (x86, 32 bits, seed 0) in UTF-8. Unless NonNegative is set, tokens with a negative
// h count -1, so that tokens that meet in a bucket cancel on average. The numbers are
// those of scikit-learn's HashingVectorizer, and the zero value is its default.
//
// It learns nothing: Transform needs no Fit. A byte of a text that is not UTF-8 counts
// as a U+FFFD, which is no letter.
//
// Source: K. Weinberger et al., Feature Hashing for Large Scale Multitask Learning,
// 2009.
type HashingVectorizer struct {
	// Buckets is the number of columns, n_features: 2^20 if 0.
	Buckets int
	// NonNegative counts all tokens 1: alternate_sign=False.
	NonNegative bool
	// Norm is what rows are scaled to: "l2", also if empty, "l1" or "none".
	Norm string
	// Binary sets all entries to 1 before they are scaled.
	Binary bool

	// TokenPattern is what a token is, for words: (?u)\b\w\w+\b if empty. It is a
	// regular expression of Python's re, with the meaning that it has there for all of
	// Unicode; a group in it is the token. Looking around, references to groups and
	// the flags a, L and x are refused, and (?i) does not take "İ" and "ı" for an "i".
	// Patterns such as \b[A-Za-z]\w+\b, of single characters and a last one with +, *
	// or {n,}, are the fastest.
	TokenPattern string
	// Analyzer is "word", also if empty, "char", or "char_wb": n-grams of characters
	// that do not leave a word.
	Analyzer string
	// KeepCase leaves upper case as it is: lowercase=False.
	KeepCase bool
	// StripAccents is "unicode", "ascii", or empty for none.
	StripAccents string
	// StopWords are tokens that do not count; see [EnglishStopWords].
	StopWords []string
	// NGramMin and NGramMax bound how many neighbours make a token: ngram_range. 0
	// stands for 1, and for NGramMin.
	NGramMin, NGramMax int
}

var (
	_ Texts             = (*HashingVectorizer)(nil)
	_ TextVector        = (*HashingVectorizer)(nil)
	_ artefact.Stateful = (*HashingVectorizer)(nil)
)

const maxBuckets = 1<<31 - 1

// hasher is a HashingVectorizer whose parameters are checked.
type hasher struct {
	*analyzer
	buckets int
	mask    int32 // buckets-1 if that is a power of two, else 0
	signs   bool
	norm    string
	binary  bool
}

func (v *HashingVectorizer) hasher() (*hasher, error) {
	h := &hasher{buckets: v.Buckets, signs: !v.NonNegative, norm: v.Norm, binary: v.Binary}
	if h.buckets == 0 {
		h.buckets = 1 << 20
	}
	if h.buckets < 1 || h.buckets > maxBuckets {
		return nil, fmt.Errorf("feature: Buckets is %d; it must be positive and below 2^31", v.Buckets)
	}
	h.setMask()
	if err := checkNorm(v.Norm); err != nil {
		return nil, err
	}
	a, err := newAnalyzer(textOpts{v.KeepCase, v.StripAccents, v.Analyzer, v.TokenPattern, v.StopWords, v.NGramMin, v.NGramMax})
	if err != nil {
		return nil, err
	}
	h.analyzer = a
	return h, nil
}

// Fit checks the parameters; there is nothing to learn.
func (v *HashingVectorizer) Fit(docs []string) error { return v.FitContext(context.Background(), docs) }

// FitContext is [HashingVectorizer.Fit].
func (v *HashingVectorizer) FitContext(ctx context.Context, docs []string) error {
	if _, err := v.hasher(); err != nil {
		return err
	}
	return ctx.Err()
}

// Stateless reports that Fit learns nothing.
func (v *HashingVectorizer) Stateless() bool { return true }

// Transform returns a row for each text and a column for each bucket. It fails only
// for parameters that make no sense.
func (v *HashingVectorizer) Transform(docs []string) (*CSR, error) {
	return v.transform(context.Background(), docs)
}

// FitTransform is [HashingVectorizer.Transform].
func (v *HashingVectorizer) FitTransform(docs []string) (*CSR, error) { return v.Transform(docs) }

// TransformContext is [HashingVectorizer.Transform] until ctx ends.
func (v *HashingVectorizer) TransformContext(ctx context.Context, docs []string) (mat.Matrix, error) {
	m, err := v.transform(ctx, docs)
	if err != nil {
		return nil, err
	}
	return m, nil
}

func (v *HashingVectorizer) transform(ctx context.Context, docs []string) (*CSR, error) {
	h, err := v.hasher()
	if err != nil {
		return nil, err
	}
	return buildCSR(ctx, len(docs), h.buckets, func(s *scratch, c *docRows, i int) {
		c.col, c.value = h.row(docs[i], s, c.col, c.value)
	})
}

// row appends the entries of a text.
func (h *hasher) row(doc string, s *scratch, cols []int32, values []float64) ([]int32, []float64) {
	s.hashes = h.hashes(doc, s, s.hashes[:0])
	first := len(cols)
	cols, values = h.count(s, cols, values)
	row := values[first:]
	if h.binary {
		for k := range row {
			row[k] = 1
		}
	}
	normalize(row, h.norm)
	return cols, values
}

// count appends the entries for s.hashes.
func (h *hasher) count(s *scratch, cols []int32, values []float64) ([]int32, []float64) {
	switch {
	case h.buckets <= maxFew:
		return h.countFew(s, cols, values)
	case h.buckets <= maxTally:
		return h.countInTable(s, cols, values)
	}
	return h.countSorted(s, cols, values)
}

// setMask prepares h for buckets that are a power of two.
func (h *hasher) setMask() {
	if h.buckets&(h.buckets-1) == 0 {
		h.mask = int32(h.buckets - 1)
	}
}

// bucket is [bucketOf], faster for powers of two.
func (h *hasher) bucket(hash int32) int32 {
	if h.mask != 0 {
		sign := hash >> 31
		return (hash ^ sign - sign) & h.mask // -2^31 stays what it is and falls to 0, as it should
	}
	return bucketOf(hash, h.buckets)
}

func (h *hasher) countFew(s *scratch, cols []int32, values []float64) ([]int32, []float64) {
	counts := s.few.room(h.buckets)
	negative := h.negative()
	if h.mask != 0 {
		for _, hash := range s.hashes {
			countHash(counts, hash, negative)
		}
	} else {
		for _, hash := range s.hashes {
			counts[bucketOf(hash, h.buckets)] += 1 + negative&uint64(int64(hash>>31))
		}
	}
	return drainFew(counts, cols, values)
}

// countHash counts a token by its hash, where counts has a power of two of buckets.
func countHash(counts []uint64, hash int32, negative uint64) {
	sign := hash >> 31
	counts[int(hash^sign-sign)&(len(counts)-1)] += 1 + negative&uint64(int64(sign))
}

// negative is what a token with a negative hash adds to a [fewTally] besides 1.
func (h *hasher) negative() uint64 {
	if h.signs {
		return 1 << 32
	}
	return 0
}

func (h *hasher) countInTable(s *scratch, cols []int32, values []float64) ([]int32, []float64) {
	s.tally.room(h.buckets)
	for _, hash := range s.hashes {
		n := int32(1)
		if h.signs {
			n |= hash >> 31
		}
		s.tally.add(h.bucket(hash), n)
	}
	return s.tally.drain(cols, values)
}

func (h *hasher) countSorted(s *scratch, cols []int32, values []float64) ([]int32, []float64) {
	s.keys = s.keys[:0]
	for _, hash := range s.hashes {
		key := uint32(h.bucket(hash)) << 1
		if h.signs && hash < 0 {
			key |= 1
		}
		s.keys = append(s.keys, key)
	}
	slices.Sort(s.keys)
	last := int32(-1)
	for _, key := range s.keys {
		j, v := int32(key>>1), 1-2*float64(key&1)
		if j == last {
			values[len(values)-1] += v
		} else {
			cols, values, last = append(cols, j), append(values, v), j
		}
	}
	return cols, values
}

// hashes appends the hashes of the tokens of a text.
func (h *hasher) hashes(doc string, s *scratch, out []int32) []int32 {
	if h.plainWords(doc, s) {
		return h.plainHashes(s, out)
	}
	h.eachSlowly(doc, s, func(token []byte) { out = append(out, int32(murmur3(token))) })
	return out
}

// plainHashes appends the hashes of the tokens among the words that plainWords found.
func (h *hasher) plainHashes(s *scratch, out []int32) []int32 {
	n := len(out)
	out = slices.Grow(out, len(s.bounds)/2)[:n+len(s.bounds)/2]
	for k := 0; k+1 < len(s.bounds); k += 2 {
		lo, size := int(s.bounds[k]), int(s.bounds[k+1]-s.bounds[k])
		if h.isToken(s.text[lo], size) {
			out[n] = int32(murmurPadded(s.text, lo, size))
			n++
		}
	}
	return out[:n]
}

// TransformText fills v with the features of doc, the row that Transform gives it,
// without allocation once v has been used.
func (v *HashingVectorizer) TransformText(vec *Vector, doc string) error {
	s := vec.state()
	h, ok := s.analyzer.(*hasher)
	if !ok || s.owner != v || !h.same(v) {
		var err error
		if h, err = v.hasher(); err != nil {
			return err
		}
		s.analyzer, s.owner = h, v
	}
	vec.Len, vec.Dense = h.buckets, false
	vec.Index, vec.Value = h.row(doc, &s.scratch, vec.Index[:0], vec.Value[:0])
	return nil
}

// same reports whether v still has the parameters that h was made of.
func (h *hasher) same(v *HashingVectorizer) bool {
	return (v.Buckets == h.buckets || v.Buckets == 0 && h.buckets == 1<<20) && v.NonNegative != h.signs && v.Norm == h.norm && v.Binary == h.binary &&
		v.KeepCase == h.keepCase && v.StripAccents == h.stripAccents && v.Analyzer == h.textOpts.analyzer && v.TokenPattern == h.textOpts.pattern &&
		slices.Equal(v.StopWords, h.stopWords) && max(v.NGramMin, 1) == h.nmin && (v.NGramMax == h.nmax || v.NGramMax == 0 && h.nmax == h.nmin)
}

// Words returns the tokens of docs that fall into a bucket, those that come most
// often first: what may be meant where a model finds the bucket important.
func (v *HashingVectorizer) Words(docs []string, bucket int) ([]string, error) {
	h, err := v.hasher()
	if err != nil {
		return nil, err
	}
	if bucket < 0 || bucket >= h.buckets {
		return nil, fmt.Errorf("feature: there is no bucket %d; there are %d, from 0", bucket, h.buckets)
	}
	counts := map[string]int{}
	var s scratch
	for _, doc := range docs {
		h.each(doc, &s, func(token []byte) {
			if h.bucket(int32(murmur3(token))) == int32(bucket) {
				counts[string(token)]++
			}
		})
	}
	words := make([]string, 0, len(counts))
	for w := range counts {
		words = append(words, w)
	}
	slices.SortFunc(words, func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	})
	return words, nil
}

// State returns the parameters.
func (v *HashingVectorizer) State() (*artefact.State, error) {
	if _, err := v.hasher(); err != nil {
		return nil, err
	}
	params, err := artefact.Params(v)
	if err != nil {
		return nil, err
	}
	return &artefact.State{Kind: "feature.HashingVectorizer", Params: params}, nil
}

// SetState sets the parameters.
func (v *HashingVectorizer) SetState(state *artefact.State) error {
	var t HashingVectorizer
	if err := stateParams(state, "feature.HashingVectorizer", &t); err != nil {
		return err
	}
	if _, err := t.hasher(); err != nil {
		return err
	}
	*v = t
	return nil
}

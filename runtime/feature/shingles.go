package feature

// This file counts runs of characters in buckets.

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/netherfield/netherfield/runtime/artefact"
	"gonum.org/v1/gonum/mat"
)

// Shingles counts the runs of K characters of texts in buckets: those that begin at
// the first character, at the second, and so on, as they are. The column of a shingle
// is |h| mod Buckets, h being its MurmurHash3 (x86, 32 bits, seed 0) in UTF-8. An
// entry is the share of the text's shingles, so that a row adds up to 1 without
// AlternateSign; a text with fewer than K characters has none.
//
// It learns nothing: Transform needs no Fit.
//
// Source: A. Z. Broder, On the resemblance and containment of documents, 1997.
type Shingles struct {
	// K is the number of characters: 4 if 0.
	K int
	// Buckets is the number of columns: 256 if 0.
	Buckets int
	// AlternateSign subtracts shingles with a negative h, so that shingles that meet
	// in a bucket cancel on average.
	AlternateSign bool
	// Counts leaves entries as numbers of shingles.
	Counts bool
}

var (
	_ Texts             = (*Shingles)(nil)
	_ TextVector        = (*Shingles)(nil)
	_ artefact.Stateful = (*Shingles)(nil)
)

// resolve returns the parameters with their defaults.
func (v *Shingles) resolve() (r Shingles, err error) {
	r = *v
	if r.K == 0 {
		r.K = 4
	}
	if r.Buckets == 0 {
		r.Buckets = 256
	}
	switch {
	case r.K < 1:
		return r, fmt.Errorf("feature: K is %d; shingles have one character at least", v.K)
	case r.Buckets < 1 || r.Buckets > maxBuckets:
		return r, fmt.Errorf("feature: Buckets is %d; it must be positive and below 2^31", v.Buckets)
	}
	return r, nil
}

// Fit checks the parameters; there is nothing to learn.
func (v *Shingles) Fit(docs []string) error { return v.FitContext(context.Background(), docs) }

// FitContext is [Shingles.Fit].
func (v *Shingles) FitContext(ctx context.Context, docs []string) error {
	if _, err := v.resolve(); err != nil {
		return err
	}
	return ctx.Err()
}

// Stateless reports that Fit learns nothing.
func (v *Shingles) Stateless() bool { return true }

// Transform returns a row for each text and a column for each bucket.
func (v *Shingles) Transform(docs []string) (*CSR, error) {
	return v.transform(context.Background(), docs)
}

// FitTransform is [Shingles.Transform].
func (v *Shingles) FitTransform(docs []string) (*CSR, error) { return v.Transform(docs) }

// TransformContext is [Shingles.Transform] until ctx ends.
func (v *Shingles) TransformContext(ctx context.Context, docs []string) (mat.Matrix, error) {
	m, err := v.transform(ctx, docs)
	if err != nil {
		return nil, err
	}
	return m, nil
}

func (v *Shingles) transform(ctx context.Context, docs []string) (*CSR, error) {
	r, err := v.resolve()
	if err != nil {
		return nil, err
	}
	return buildCSR(ctx, len(docs), r.Buckets, func(s *scratch, c *docRows, i int) {
		c.col, c.value = r.row(docs[i], s, c.col, c.value)
	})
}

// row appends the entries of a text. v has its defaults.
func (v *Shingles) row(doc string, s *scratch, cols []int32, values []float64) ([]int32, []float64) {
	h := hasher{buckets: v.Buckets, signs: v.AlternateSign}
	if h.buckets&(h.buckets-1) == 0 {
		h.mask = int32(h.buckets - 1)
	}
	first, n, ascii := len(cols), 0, isASCII(doc)
	if ascii {
		n = max(0, len(doc)-v.K+1)
		s.padded(doc)
	} else {
		s.text, s.runes = s.text[:0], s.runes[:0]
		for _, r := range doc {
			s.runes = append(s.runes, len(s.text))
			s.text = utf8.AppendRune(s.text, r)
		}
		n = max(0, len(s.runes)-v.K+1)
		s.runes = append(s.runes, len(s.text))
	}
	if ascii && v.K == 4 && h.mask != 0 && h.buckets <= maxFew {
		cols, values = h.countFours(s, n, cols, values)
	} else {
		s.hashes = slices.Grow(s.hashes[:0], n)[:n]
		for i := range s.hashes {
			if ascii {
				s.hashes[i] = int32(murmurPadded(s.text, i, v.K))
			} else {
				s.hashes[i] = int32(murmur3(s.text[s.runes[i]:s.runes[i+v.K]]))
			}
		}
		cols, values = h.count(s, cols, values)
	}
	if !v.Counts {
		for k := first; k < len(values); k++ {
			values[k] /= float64(n)
		}
	}
	return cols, values
}

// countFours counts n shingles of four bytes, for few buckets.
func (h *hasher) countFours(s *scratch, n int, cols []int32, values []float64) ([]int32, []float64) {
	counts := s.few.room(h.buckets)
	negative := h.negative()
	for text := s.text[:n+3]; len(text) >= 4; text = text[1:] {
		hash := int32(murmurEnd(murmurMix(0, binary.LittleEndian.Uint32(text)), 4))
		sign := hash >> 31
		counts[int(hash^sign-sign)&(len(counts)-1)] += 1 + negative&uint64(int64(sign))
	}
	return drainFew(counts, cols, values)
}

// TransformText fills vec with the row that Transform gives doc, without allocation
// once vec has been used.
func (v *Shingles) TransformText(vec *Vector, doc string) error {
	r, err := v.resolve()
	if err != nil {
		return err
	}
	vec.Len, vec.Dense = r.Buckets, false
	vec.Index, vec.Value = r.row(doc, &vec.state().scratch, vec.Index[:0], vec.Value[:0])
	return nil
}

// State returns the parameters.
func (v *Shingles) State() (*artefact.State, error) {
	if _, err := v.resolve(); err != nil {
		return nil, err
	}
	params, err := artefact.Params(v)
	if err != nil {
		return nil, err
	}
	return &artefact.State{Kind: "feature.Shingles", Params: params}, nil
}

// SetState sets the parameters.
func (v *Shingles) SetState(state *artefact.State) error {
	var t Shingles
	if err := stateParams(state, "feature.Shingles", &t); err != nil {
		return err
	}
	if _, err := t.resolve(); err != nil {
		return err
	}
	*v = t
	return nil
}

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
	h.setMask()
	first, size := len(cols), len(doc)
	var blocks int
	if utf8.ValidString(doc) {
		blocks = s.padded(doc)
	} else {
		s.token = s.token[:0]
		for _, r := range doc {
			s.token = utf8.AppendRune(s.token, r)
		}
		size = len(s.token)
		blocks = s.room(size)
		copy(s.text, s.token)
	}
	s.high = highBytes(s.text[:64*blocks], s.high[:0])
	n := size // characters
	for _, at := range s.high {
		if !utf8.RuneStart(s.text[at]) {
			n--
		}
	}
	n = max(0, n-v.K+1)
	if v.K == 4 && h.mask != 0 && h.buckets <= maxFew {
		counts := s.few.room(h.buckets)
		h.countFours(counts, s.text[:size], s.high)
		cols, values = drainFew(counts, cols, values)
	} else {
		s.hashes = slices.Grow(s.hashes[:0], n)[:n]
		if len(s.high) == 0 {
			for i := range s.hashes {
				s.hashes[i] = int32(murmurPadded(s.text, i, v.K))
			}
		} else if n > 0 {
			end := 0 // of the shingle
			for range v.K {
				end += runeLen(s.text[end])
			}
			at := 0
			for i := range s.hashes {
				s.hashes[i] = int32(murmurPadded(s.text, at, end-at))
				at, end = at+runeLen(s.text[at]), end+runeLen(s.text[end])
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

// runeLen returns how many bytes a character has in valid UTF-8, by its first.
func runeLen(first byte) int {
	switch {
	case first < utf8.RuneSelf:
		return 1
	case first < 0xe0:
		return 2
	case first < 0xf0:
		return 3
	}
	return 4
}

// countFours counts the shingles of four characters of a text, which has bytes that are
// not ASCII in the places high, for few buckets.
func (h *hasher) countFours(counts []uint64, text []byte, high []int32) {
	for at := 0; ; {
		// No shingle up to the next such byte has others than four bytes.
		stretch := text[at:]
		if len(high) > 0 {
			stretch = text[at:high[0]]
		}
		h.countPlain(counts, stretch)
		if len(high) == 0 {
			return
		}
		// Those that have the byte, or another before four bytes without.
		at = max(at, int(high[0])-3)
		for len(high) > 0 && int(high[0]) < at+4 {
			end := at
			for range 4 {
				if end == len(text) {
					return
				}
				end += runeLen(text[end])
			}
			countHash(counts, int32(murmur3(text[at:end])), h.negative())
			at += runeLen(text[at])
			for len(high) > 0 && int(high[0]) < at {
				high = high[1:]
			}
		}
	}
}

// countPlain counts the shingles of four bytes of text.
func (h *hasher) countPlain(counts []uint64, text []byte) {
	negative := h.negative()
	for ; len(text) >= 4; text = text[1:] {
		countHash(counts, int32(murmurEnd(murmurMix(0, binary.LittleEndian.Uint32(text)), 4)), negative)
	}
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

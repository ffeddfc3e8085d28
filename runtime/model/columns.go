package model

// This file finds the place of a column among those that are used.

import (
	"context"
	"math/bits"

	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/internal/parallel"
)

// columns numbers those of many columns that are used: of 2^20 buckets for words, a
// few percent are. What belongs to a column then lies close together, and both it
// and the numbers stay in the processor's cache.
type columns struct {
	words []columnWord
	used  int
}

// A columnWord has 64 columns: which are used, and how many are before.
type columnWord struct {
	used   uint64
	before int
}

// at returns the number of column j, or used if it is none of them.
func (c *columns) at(j int32) int {
	word := &c.words[uint32(j)>>6]
	bit := uint64(1) << (uint32(j) & 63)
	if word.used&bit == 0 {
		return c.used
	}
	return word.before + bits.OnesCount64(word.used&(bit-1))
}

// newColumns numbers the columns whose bits are set, of cols.
func newColumns(set []uint64) *columns {
	c := &columns{words: make([]columnWord, len(set))}
	for i, word := range set {
		c.words[i] = columnWord{word, c.used}
		c.used += bits.OnesCount64(word)
	}
	return c
}

// each calls f with each used column and its number, in ascending order.
func (c *columns) each(f func(j, number int)) {
	for i, word := range c.words {
		number := word.before
		for rest := word.used; rest != 0; rest &= rest - 1 {
			f(i*64+bits.TrailingZeros64(rest), number)
			number++
		}
	}
}

// worthColumns tells whether it pays to number columns that have that many values
// each. A single value is found faster where it is.
func worthColumns(used, cols, values int) bool {
	return values > 1 && cols*values >= 1<<16 && used <= cols/4
}

// usedColumns returns the columns that have entries in x.
func usedColumns(ctx context.Context, x *feature.CSR) ([]uint64, int, error) {
	n := (x.Cols + 63) / 64
	const chunks = 8
	size := max(1024, (x.Rows+chunks-1)/chunks)
	sets := make([][]uint64, parallel.Count(x.Rows, size))
	err := parallel.Chunks(ctx, x.Rows, size, func(chunk, lo, hi int) error {
		set := make([]uint64, n)
		for _, j := range x.Col[x.Start[lo]:x.Start[hi]] {
			set[uint32(j)>>6] |= 1 << (uint32(j) & 63)
		}
		sets[chunk] = set
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	set, used := sets[0], 0
	for i := range set {
		for _, other := range sets[1:] {
			set[i] |= other[i]
		}
		used += bits.OnesCount64(set[i])
	}
	return set, used, nil
}

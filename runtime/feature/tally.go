package feature

// This file counts what falls into columns and lists it in their order, without
// sorting.

import (
	"math/bits"
	"slices"
)

// A tally holds counts of columns, and which of them are not empty: a bit for each in
// set, and a bit for each word of set in top. So the columns of a text are found in
// ascending order in the time that their number takes, however many there are.
type tally struct {
	counts []int32
	set    []uint64
	top    []uint64
}

// maxTally is how many columns a tally is for: beyond, its memory is worth more than
// the time that it saves.
const maxTally = 1 << 20

// room makes the tally fit for n columns. It is empty before and after.
func (t *tally) room(n int) {
	if len(t.counts) < n {
		t.counts, t.set, t.top = make([]int32, n), make([]uint64, (n+63)/64), make([]uint64, (n+64*64-1)/(64*64))
	}
}

func (t *tally) add(j, n int32) {
	t.counts[j] += n
	t.set[j>>6] |= 1 << (j & 63)
	t.top[j>>12] |= 1 << (j >> 6 & 63)
}

// drain appends the columns and counts to a row's entries, and empties the tally.
func (t *tally) drain(cols []int32, values []float64) ([]int32, []float64) {
	for k, words := range t.top {
		if words == 0 {
			continue
		}
		t.top[k] = 0
		for ; words != 0; words &= words - 1 {
			w := k<<6 + bits.TrailingZeros64(words)
			set := t.set[w]
			t.set[w] = 0
			for ; set != 0; set &= set - 1 {
				j := w<<6 + bits.TrailingZeros64(set)
				cols, values = append(cols, int32(j)), append(values, float64(t.counts[j]))
				t.counts[j] = 0
			}
		}
	}
	return cols, values
}

// A fewTally holds counts of few columns, so few that it is looked through as a whole: how
// many fell into each in the lower half of a number, and how many of those count -1 in the
// upper.
type fewTally []uint64

// maxFew is how many columns are few.
const maxFew = 1 << 10

// room returns the tally with n columns. It is empty before and after.
func (t *fewTally) room(n int) []uint64 {
	if len(*t) < n {
		*t = make([]uint64, n)
	}
	return (*t)[:n]
}

// drainFew appends the columns and counts to a row's entries, and empties the tally.
func drainFew(counts []uint64, cols []int32, values []float64) ([]int32, []float64) {
	n, room := len(cols), len(cols)+len(counts)
	cols, values = slices.Grow(cols, len(counts))[:room], slices.Grow(values, len(counts))[:room]
	for j, c := range counts {
		// What is empty is written too, and then over: that takes no branch.
		cols[n], values[n] = int32(j), float64(int32(c)-2*int32(c>>32))
		n += int((c | -c) >> 63)
	}
	clear(counts)
	return cols[:n], values[:n]
}

package feature

// This file counts what falls into columns and lists it in their order, without
// sorting.

import "math/bits"

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

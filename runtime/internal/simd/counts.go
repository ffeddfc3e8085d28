package simd

// This file counts in 256 bins.

// Counts are the counts of eight features in 256 bins each. What follows them keeps
// those of one feature from falling on those of another in a cache.
type Counts [8][264]uint64

// Count adds add[i], for each of the samples, to the bin of the i-th sample in each
// of eight features. The lower half of a sample is its row; its bin in feature k is
// codes[k][row·step]. It panics if add is shorter than samples. Rows without bins are
// the caller's mistake, and are not looked for.
func Count(counts *Counts, codes *[8][]uint8, step int, samples, add []uint64) {
	add = add[:len(samples)]
	if fast && len(samples) > 0 {
		countFast(counts, codes, step, samples, add)
		return
	}
	count(counts, codes, step, samples, add)
}

// NonZero returns which bins of feature k are not 0: bit i of word w stands for bin
// 64·w+i.
func (c *Counts) NonZero(k int) (set [4]uint64) {
	if fast {
		nonZeroFast(&c[k], &set)
		return set
	}
	nonZero(&c[k], &set)
	return set
}

func count(counts *Counts, codes *[8][]uint8, step int, samples, add []uint64) {
	for k := range counts {
		c, code := &counts[k], codes[k]
		for i, s := range samples {
			c[code[int(uint32(s))*step]] += add[i]
		}
	}
}

func nonZero(x *[264]uint64, set *[4]uint64) {
	for k := range set {
		var word uint64
		for i, v := range x[64*k : 64*k+64] {
			word |= (v | -v) >> 63 << i
		}
		set[k] = word
	}
}

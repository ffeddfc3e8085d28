package simd

// This file counts in 256 bins, and finds what is not 0.

import "math"

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

// NonZeros returns in mask[i] which of the sixteen elements x[i·stride] and behind are
// not 0: bit k stands for x[i·stride+k]. NaN is not 0, and -0 is. It panics if x is
// too short.
func NonZeros(x []float64, stride int, mask []uint16) {
	if len(mask) == 0 {
		return
	}
	x = x[:(len(mask)-1)*stride+16]
	if fast {
		nonZerosFast(x, stride, mask)
		return
	}
	nonZeros(x, stride, mask)
}

func nonZeros(x []float64, stride int, mask []uint16) {
	for i := range mask {
		m := uint16(0)
		for k, v := range x[i*stride:][:16] {
			u := math.Float64bits(v) << 1
			m |= uint16((u|-u)>>63) << k
		}
		mask[i] = m
	}
}

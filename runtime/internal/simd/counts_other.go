//go:build !amd64

package simd

// This file stands in for the assembly of processors that have none.

func countFast(counts *Counts, codes *[8][]uint8, step int, samples, add []uint64) {
	count(counts, codes, step, samples, add)
}

func nonZeroFast(x *[264]uint64, set *[4]uint64) { nonZero(x, set) }

func nonZerosFast(x []float64, stride int, mask []uint16) { nonZeros(x, stride, mask) }

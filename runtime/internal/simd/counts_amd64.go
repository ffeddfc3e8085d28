package simd

// This file declares what counts_amd64.s defines.

// countFast takes at least one sample.
//
//go:noescape
func countFast(counts *Counts, codes *[8][]uint8, step int, samples, add []uint64)

//go:noescape
func nonZeroFast(x *[264]uint64, set *[4]uint64)

// nonZerosFast takes at least one row.
//
//go:noescape
func nonZerosFast(x []float64, stride int, mask []uint16)

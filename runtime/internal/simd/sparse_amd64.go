package simd

// This file declares what sparse_amd64.s defines. All take a multiple of eight
// columns, not none.

// below32 and below16 tell whether all columns are below n, and none is negative.
//
//go:noescape
func below32(col []int32, n uint32) bool

//go:noescape
func below16(col []uint16, n uint32) bool

// sparseDot32 and sparseDot16 read w at the columns without a look at its length.
//
//go:noescape
func sparseDot32(col []int32, value, w []float64) float64

//go:noescape
func sparseDot16(col []uint16, value, w []float64) float64

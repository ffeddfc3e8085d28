//go:build !amd64

package simd

// This file stands in for the assembly of processors that have none.

func below32(col []int32, n uint32) bool                   { return false }
func below16(col []uint16, n uint32) bool                  { return false }
func sparseDot32(col []int32, value, w []float64) float64  { return sparseDot(col, value, w) }
func sparseDot16(col []uint16, value, w []float64) float64 { return sparseDot(col, value, w) }

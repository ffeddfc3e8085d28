package simd

// This file declares what trees_amd64.s defines.

// stepFast takes at least one lane.
//
//go:noescape
func stepFast(nodes []Node, x []float32, width int, to []int32, lanes []uint64) int

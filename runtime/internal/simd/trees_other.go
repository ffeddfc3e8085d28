//go:build !amd64

package simd

// This file stands in for the assembly of processors that have none.

func stepFast(nodes []Node, x []float32, width int, to []int32, lanes []uint64) int {
	return step(nodes, x, width, to, lanes)
}

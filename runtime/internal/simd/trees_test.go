package simd

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestStepIsTheSameInGoAndInAssembly(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const rows, width = 30, 7
	nodes := make([]Node, 100)
	for i := range nodes {
		nodes[i] = Node{float32(r.IntN(5)), uint32(r.IntN(width)), [2]int32{int32(r.IntN(200) - 100), int32(r.IntN(200) - 100)}}
	}
	nodes[3].Threshold, nodes[4].Threshold = float32(math.Inf(1)), float32(math.Inf(-1))
	x := make([]float32, rows*width)
	for i := range x {
		x[i] = float32(r.IntN(5))
		if r.IntN(20) == 0 {
			x[i] = float32(math.NaN())
		}
	}
	for try := range 200 {
		lanes := make([]uint64, r.IntN(rows))
		for i := range lanes {
			lanes[i] = uint64(i)<<32 | uint64(r.IntN(len(nodes)))
		}
		want := slices.Clone(lanes)
		a, b := make([]int32, rows), make([]int32, rows)
		n, m := Step(nodes, x, width, a, lanes), step(nodes, x, width, b, want)
		if n != m || !slices.Equal(a, b) || !slices.Equal(lanes[:n], want[:n]) {
			t.Fatalf("try %d: %d lanes go on, in Go %d", try, n, m)
		}
	}
}

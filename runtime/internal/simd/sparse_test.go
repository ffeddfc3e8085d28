package simd

import (
	"math/rand/v2"
	"testing"
)

func testSparseDot[T Column](t *testing.T, what string) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, width := range []int{1, 7, 300, 1<<16 - 1, 1 << 16, 1<<16 + 1} {
		w := random[float64](r, width)
		for n := range 70 {
			col, value := make([]T, n+1), random[float64](r, n+1)
			for k := range col {
				col[k] = T(r.IntN(min(width, 1<<16)))
			}
			col[n/2] = T(min(width, 1<<16) - 1)
			near(t, what, n, SparseDot(col, value, w), sparseDot(col, value, w), 1e-13)
		}
	}
}

func TestASparseRowIsMultipliedAsInGo(t *testing.T) {
	testSparseDot[uint16](t, "SparseDot of uint16")
	testSparseDot[int32](t, "SparseDot of int32")
}

// panics tells whether f does.
func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return false
}

func TestAColumnThatIsNotThereIsNeverRead(t *testing.T) {
	w := make([]float64, 100)
	for at := range 19 {
		for _, j := range []int32{100, -1, -1 << 31, 1<<31 - 1} {
			col := make([]int32, 19)
			col[at] = j
			if !panics(func() { SparseDot(col, make([]float64, 19), w) }) {
				t.Errorf("column %d at %d is read", j, at)
			}
		}
		for _, j := range []uint16{100, 1 << 15, 1<<16 - 1} {
			col := make([]uint16, 19)
			col[at] = j
			if !panics(func() { SparseDot(col, make([]float64, 19), w) }) {
				t.Errorf("column %d at %d is read", j, at)
			}
		}
	}
	if !panics(func() { SparseDot(make([]int32, 16), make([]float64, 15), w) }) {
		t.Error("a value is read that is not there")
	}
	if !panics(func() { SparseDot(make([]int32, 8), make([]float64, 8), nil) }) {
		t.Error("an element of nothing is read")
	}
}

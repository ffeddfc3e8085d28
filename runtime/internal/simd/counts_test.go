package simd

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestCountIsTheSameInGoAndInAssembly(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const rows = 50
	for try := range 100 {
		step := 1 + r.IntN(10)
		code := make([]uint8, rows*step*8)
		for i := range code {
			code[i] = uint8(r.Uint32())
		}
		var codes [8][]uint8
		for k := range codes {
			codes[k] = code[r.IntN(7*rows*step):]
		}
		samples, add := make([]uint64, r.IntN(40)), make([]uint64, 40)
		for i := range samples {
			samples[i], add[i] = uint64(r.IntN(rows))|uint64(i)<<32, r.Uint64()>>8
		}
		var got, want Counts
		Count(&got, &codes, step, samples, add)
		count(&want, &codes, step, samples, add)
		if got != want {
			t.Fatalf("try %d: %d samples with step %d differ", try, len(samples), step)
		}
	}
}

func TestNonZeroSaysWhichBinsAreNotEmpty(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for try := range 200 {
		var c Counts
		x := &c[try%8]
		var want, plain [4]uint64
		for range r.IntN(300) {
			i := r.IntN(256)
			x[i] = 1 << r.IntN(64)
			want[i/64] |= 1 << (i % 64)
		}
		x[256] = 1
		if got := c.NonZero(try % 8); got != want {
			t.Fatalf("try %d: %x, want %x", try, got, want)
		}
		if nonZero(x, &plain); plain != want {
			t.Fatalf("try %d: in Go %x, want %x", try, plain, want)
		}
	}
}

func TestNonZerosSaysWhichElementsAreNot(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 3))
	for try := range 100 {
		stride, rows := 16+r.IntN(5), 1+r.IntN(20)
		x := make([]float64, rows*stride)
		for i := range x {
			x[i] = []float64{0, math.Copysign(0, -1), 1, -5e-324, math.NaN(), math.Inf(-1)}[r.IntN(6)]
		}
		mask, plain := make([]uint16, rows), make([]uint16, rows)
		NonZeros(x, stride, mask)
		nonZeros(x, stride, plain)
		for i := range mask {
			for k := range 16 {
				if want := x[i*stride+k] != 0; want != (mask[i]>>k&1 != 0) || want != (plain[i]>>k&1 != 0) {
					t.Fatalf("try %d: %v is in row %d, %d; the masks are %b and %b", try, x[i*stride+k], i, k, mask[i], plain[i])
				}
			}
		}
	}
}

func BenchmarkCount(b *testing.B) {
	r := rand.New(rand.NewPCG(3, 4))
	const rows = 4096
	code := make([]uint8, rows*8)
	for i := range code {
		if r.IntN(4) == 0 {
			code[i] = uint8(r.Uint32())
		}
	}
	var codes [8][]uint8
	for k := range codes {
		codes[k] = code[k*rows:]
	}
	samples, add := make([]uint64, rows), make([]uint64, rows)
	for i := range samples {
		samples[i], add[i] = uint64(i), 1
	}
	var c Counts
	for b.Loop() {
		Count(&c, &codes, 1, samples, add)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows/8, "ns/count")
}

func BenchmarkNonZero(b *testing.B) {
	var c Counts
	for b.Loop() {
		c[0][3] += c.NonZero(0)[1]
	}
}

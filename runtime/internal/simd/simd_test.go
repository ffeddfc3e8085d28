package simd

import (
	"math"
	"math/rand/v2"
	"testing"
)

func random[T float32 | float64](r *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(r.NormFloat64())
	}
	return x
}

func near(t *testing.T, what string, n int, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*(1+math.Abs(want))) {
		t.Errorf("%s of %d: %v, want %v", what, n, got, want)
	}
}

func near32(t *testing.T, what string, n int, got, want float32) {
	t.Helper()
	near(t, what, n, float64(got), float64(want), 1e-5)
}

func TestTheAssemblyComputesWhatGoDoes(t *testing.T) {
	if !fast {
		t.Skip("this processor has no AVX2")
	}
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 70 {
		x, y, z := random[float64](r, n+1), random[float64](r, n+1), random[float64](r, n+1)
		// The element after the last must stay as it is.
		x, y, z0 := x[:n], y[:n], append([]float64(nil), z...)
		near(t, "Dot", n, Dot(x, y), dot(x, y), 1e-14)
		want := append([]float64(nil), z...)
		axpy(1.5, x, want)
		Axpy(1.5, x, z)
		for i := range z {
			near(t, "Axpy", n, z[i], want[i], 1e-15)
		}
		copy(z, z0)
		copy(want, z0)
		axpy2(1.5, x, -0.5, y, want)
		Axpy2(1.5, x, -0.5, y, z)
		for i := range z {
			near(t, "Axpy2", n, z[i], want[i], 1e-15)
		}
		a, b := random[float64](r, n*Width), random[float64](r, n*Width)
		c := random[float64](r, Width*20)
		d := append([]float64(nil), c...)
		Tile(n, a, b, c, 20)
		tile(n, a, b, d, 20)
		for i := range c {
			near(t, "Tile", n, c[i], d[i], 1e-13)
		}
		xs, ys, m := random[float32](r, n), random[float32](r, n), random[float32](r, n)
		places, chosen := random[float32](r, 200), make([]int32, n)
		for i := range chosen {
			chosen[i] = r.Int32N(100)
		}
		gotX, gotY := Pull(0.1, 0.2, places, chosen, m)
		wantX, wantY := pull(0.1, 0.2, places, chosen, m)
		near32(t, "Pull, x", n, gotX, wantX)
		near32(t, "Pull, y", n, gotY, wantY)
		var f, g Force
		repel(0.1, 0.2, xs, ys, m, &f)
		both(0.1, 0.2, xs, ys, m, &g)
		for _, p := range [][2]Force{{Repel(0.1, 0.2, xs, ys, m), f}, {Both(0.1, 0.2, xs, ys, m), g}} {
			near(t, "Sum", n, float64(p[0].Sum), float64(p[1].Sum), 1e-5)
			near(t, "X", n, float64(p[0].X), float64(p[1].X), 1e-5)
			near(t, "Y", n, float64(p[0].Y), float64(p[1].Y), 1e-5)
			near(t, "AX", n, float64(p[0].AX), float64(p[1].AX), 1e-5)
			near(t, "AY", n, float64(p[0].AY), float64(p[1].AY), 1e-5)
		}
	}
}

func BenchmarkTile(b *testing.B) {
	x, c := random[float64](rand.New(rand.NewPCG(1, 2)), 256*Width), make([]float64, Width*Width)
	b.SetBytes(256 * Width * Width * 2) // MB/s are MFLOP/s
	for b.Loop() {
		Tile(256, x, x, c, Width)
	}
}

func BenchmarkBoth(b *testing.B) {
	x := random[float32](rand.New(rand.NewPCG(1, 2)), 800)
	b.SetBytes(800)
	for b.Loop() {
		Both(0, 0, x, x, x)
	}
}

// Package simd owns the few inner loops that are worth the processor's vector
// instructions: products of dense blocks and of sparse rows, trees, the words of texts and
// the forces of t-SNE.
//
// Each is written twice: in Go, which says what it computes and runs anywhere, and
// for amd64 in assembly with AVX2 and FMA, used where the processor has them. The
// two differ in the order in which they add, so in the last bits; on one machine
// each always gives the same answer.
package simd

// Width is the number of columns of a panel, as [Tile] multiplies them.
const Width = 12

// Dot returns Σ x[i]·y[i]. It panics if y is shorter than x.
func Dot(x, y []float64) float64 {
	y = y[:len(x)]
	if fast && len(x) >= 8 {
		return dotFast(x, y)
	}
	return dot(x, y)
}

// Axpy adds a·x to y. It panics if y is shorter than x.
func Axpy(a float64, x, y []float64) {
	y = y[:len(x)]
	if fast && len(x) >= 8 {
		axpyFast(a, x, y)
		return
	}
	axpy(a, x, y)
}

// Axpy2 adds a·x + b·y to z. It panics if y or z is shorter than x.
func Axpy2(a float64, x []float64, b float64, y, z []float64) {
	y, z = y[:len(x)], z[:len(x)]
	if fast && len(x) >= 8 {
		axpy2Fast(a, x, b, y, z)
		return
	}
	axpy2(a, x, b, y, z)
}

// Tile adds the product aᵀb of two panels to c: c[i][j] += Σ a[k][i]·b[k][j], for all
// k below rows. A panel has rows of [Width] elements, one after another; row i of c
// begins at i·stride.
func Tile(rows int, a, b []float64, c []float64, stride int) {
	if rows == 0 {
		return
	}
	a, b = a[:rows*Width], b[:rows*Width]
	_ = c[(Width-1)*stride+Width-1]
	if !fast {
		tile(rows, a, b, c, stride)
		return
	}
	for i := 0; i < Width; i += 4 {
		tileFast(rows, &a[i], &b[0], &c[i*stride], stride)
	}
}

// A Force is what [Repel] and [Both] add up.
type Force struct {
	Sum, X, Y float32 // Σ m·q, Σ m·q²·(x-xs), Σ m·q²·(y-ys) of Repel
	AX, AY    float32 // Σ p·q·(x-xs), Σ p·q·(y-ys) of Both
}

// Repel returns the forces on the point (x, y) from points (xs, ys) of masses m, where
// q = 1/(1 + (x-xs)² + (y-ys)²).
func Repel(x, y float32, xs, ys, m []float32) (f Force) {
	n := len(xs)
	ys, m = ys[:n], m[:n]
	k := 0
	if fast && n >= 8 {
		k = n &^ 7
		repelFast(x, y, xs[:k], ys[:k], m[:k], &f)
	}
	repel(x, y, xs[k:], ys[k:], m[k:], &f)
	return f
}

// Both returns the forces on the point (x, y) from points (xs, ys), each of mass 1
// and attracting by p.
func Both(x, y float32, xs, ys, p []float32) (f Force) {
	n := len(xs)
	ys, p = ys[:n], p[:n]
	k := 0
	if fast && n >= 8 {
		k = n &^ 7
		bothFast(x, y, xs[:k], ys[:k], p[:k], &f)
	}
	both(x, y, xs[k:], ys[k:], p[k:], &f)
	return f
}

// Pull returns Σ p·q·(x-xs) and Σ p·q·(y-ys) over the points whose numbers are in near,
// with q as in [Repel]. Point j is (places[2j], places[2j+1]); it must exist.
func Pull(x, y float32, places []float32, near []int32, p []float32) (fx, fy float32) {
	n := len(near)
	p = p[:n]
	k := 0
	if fast && n >= 8 {
		k = n &^ 7
		fx, fy = pullFast(x, y, places, near[:k], p[:k])
	}
	restX, restY := pull(x, y, places, near[k:], p[k:])
	return fx + restX, fy + restY
}

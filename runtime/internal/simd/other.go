//go:build !amd64

package simd

// This file stands in for the assembly of processors that have none.

const fast = false

func dotFast(x, y []float64) float64                              { return dot(x, y) }
func axpyFast(a float64, x, y []float64)                          { axpy(a, x, y) }
func axpy2Fast(a float64, x []float64, b float64, y, z []float64) { axpy2(a, x, b, y, z) }
func tileFast(rows int, a, b, c *float64, stride int)             {}
func repelFast(x, y float32, xs, ys, m []float32, f *Force)       { repel(x, y, xs, ys, m, f) }
func bothFast(x, y float32, xs, ys, p []float32, f *Force)        { both(x, y, xs, ys, p, f) }
func pullFast(x, y float32, places []float32, near []int32, p []float32) (fx, fy float32) {
	return pull(x, y, places, near, p)
}

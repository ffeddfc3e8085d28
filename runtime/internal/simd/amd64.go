//go:build amd64

package simd

// This file declares what amd64.s defines.

import "golang.org/x/sys/cpu"

// fast tells whether the processor has the instructions.
var fast = cpu.X86.HasAVX2 && cpu.X86.HasFMA

//go:noescape
func dotFast(x, y []float64) float64

//go:noescape
func axpyFast(a float64, x, y []float64)

//go:noescape
func axpy2Fast(a float64, x []float64, b float64, y, z []float64)

// tileFast does four rows of a tile; rows is not 0.
//
//go:noescape
func tileFast(rows int, a, b, c *float64, stride int)

// repelFast, bothFast and pullFast take a multiple of eight points, not none.
//
//go:noescape
func repelFast(x, y float32, xs, ys, m []float32, f *Force)

//go:noescape
func bothFast(x, y float32, xs, ys, p []float32, f *Force)

//go:noescape
func pullFast(x, y float32, places []float32, near []int32, p []float32) (fx, fy float32)

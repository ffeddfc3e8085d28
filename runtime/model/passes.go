package model

// This file multiplies a design with coefficients and its transpose with
// residuals, some rows at a time.

import "github.com/netherfield/netherfield/runtime/internal/simd"

// forward writes to out the products of rows [lo, hi) with the coefficients w:
// out[(i-lo)*outputs+o] = Σ_j x_ij·w[j*outputs+o].
func (d *design) forward(lo, hi, outputs int, w, out []float64) {
	switch {
	case d.dense != nil && outputs == 1:
		d.denseForward1(lo, hi, w, out)
	case d.dense != nil:
		d.denseForward(lo, hi, outputs, w, out)
	case d.narrow != nil && outputs == 1:
		sparseForward1(d.start[lo:hi+1], d.narrow, d.value, w, out)
	case d.narrow != nil:
		sparseForward(d.start[lo:hi+1], d.narrow, d.value, outputs, w, out)
	case outputs == 1:
		sparseForward1(d.start[lo:hi+1], d.wide, d.value, w, out)
	default:
		sparseForward(d.start[lo:hi+1], d.wide, d.value, outputs, w, out)
	}
}

// backward adds to g the products of rows [lo, hi) with the residuals r:
// g[j*outputs+o] += Σ_i x_ij·r[(i-lo)*outputs+o].
func (d *design) backward(lo, hi, outputs int, r, g []float64) {
	switch {
	case d.dense != nil && outputs == 1:
		d.denseBackward1(lo, hi, r, g)
	case d.dense != nil:
		d.denseBackward(lo, hi, outputs, r, g)
	case d.narrow != nil && outputs == 1:
		sparseBackward1(d.start[lo:hi+1], d.narrow, d.value, r, g)
	case d.narrow != nil:
		sparseBackward(d.start[lo:hi+1], d.narrow, d.value, outputs, r, g)
	case outputs == 1:
		sparseBackward1(d.start[lo:hi+1], d.wide, d.value, r, g)
	default:
		sparseBackward(d.start[lo:hi+1], d.wide, d.value, outputs, r, g)
	}
}

func sparseForward1[T simd.Column](start []int, col []T, value, w, out []float64) {
	for i := range len(start) - 1 {
		lo, hi := start[i], start[i+1]
		out[i] = simd.SparseDot(col[lo:hi], value[lo:hi], w)
	}
}

func sparseBackward1[T simd.Column](start []int, col []T, value, r, g []float64) {
	for i := range len(start) - 1 {
		col := col[start[i]:start[i+1]]
		value := value[start[i]:start[i+1]]
		ri := r[i]
		for len(col) >= 4 && len(value) >= 4 {
			g[col[0]] += ri * value[0]
			g[col[1]] += ri * value[1]
			g[col[2]] += ri * value[2]
			g[col[3]] += ri * value[3]
			col, value = col[4:], value[4:]
		}
		for k, j := range col {
			g[j] += ri * value[k]
		}
	}
}

func sparseForward[T simd.Column](start []int, col []T, value []float64, outputs int, w, out []float64) {
	for i := range len(start) - 1 {
		lo, hi := start[i], start[i+1]
		sparseScores(col[lo:hi], value[lo:hi], w, out[i*outputs:(i+1)*outputs])
	}
}

func sparseScores[T simd.Column](col []T, value, w, z []float64) {
	if len(z) == 2 {
		var a, b float64
		for k, j := range col {
			v := value[k]
			wj := w[2*int(j) : 2*int(j)+2]
			a += v * wj[0]
			b += v * wj[1]
		}
		z[0], z[1] = a, b
		return
	}
	clear(z)
	for k, j := range col {
		v := value[k]
		at := int(j) * len(z)
		for o, c := range w[at : at+len(z)] {
			z[o] += v * c
		}
	}
}

func sparseBackward[T simd.Column](start []int, col []T, value []float64, outputs int, r, g []float64) {
	for i := range len(start) - 1 {
		col := col[start[i]:start[i+1]]
		value := value[start[i]:start[i+1]]
		ri := r[i*outputs : i*outputs+outputs]
		for k, j := range col {
			v := value[k]
			at := int(j) * outputs
			gj := g[at : at+len(ri)]
			for o, c := range ri {
				gj[o] += v * c
			}
		}
	}
}

func (d *design) row(i int) []float64 {
	at := i * d.stride
	return d.dense[at : at+d.cols : at+d.cols]
}

func (d *design) denseForward1(lo, hi int, w, out []float64) {
	w = w[:d.cols]
	for i := lo; i < hi; i++ {
		out[i-lo] = simd.Dot(d.row(i), w)
	}
}

func (d *design) denseBackward1(lo, hi int, r, g []float64) {
	g = g[:d.cols]
	i := lo
	for ; i+2 <= hi; i += 2 {
		simd.Axpy2(r[i-lo], d.row(i), r[i-lo+1], d.row(i+1), g)
	}
	if i < hi {
		simd.Axpy(r[i-lo], d.row(i), g)
	}
}

func (d *design) denseForward(lo, hi, outputs int, w, out []float64) {
	for i := lo; i < hi; i++ {
		denseScores(d.row(i), w, out[(i-lo)*outputs:(i-lo+1)*outputs])
	}
}

func denseScores(row, w, z []float64) {
	clear(z)
	at := 0
	for _, v := range row {
		for o, c := range w[at : at+len(z)] {
			z[o] += v * c
		}
		at += len(z)
	}
}

func (d *design) denseBackward(lo, hi, outputs int, r, g []float64) {
	for i := lo; i < hi; i++ {
		ri := r[(i-lo)*outputs : (i-lo+1)*outputs]
		at := 0
		for _, v := range d.row(i) {
			gj := g[at : at+len(ri)]
			for o, c := range ri {
				gj[o] += v * c
			}
			at += len(ri)
		}
	}
}

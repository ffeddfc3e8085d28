package model

// This file solves least squares, with or without a penalty.

import (
	"context"
	"math"

	"github.com/netherfield/netherfield/runtime/internal/linalg"
	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"github.com/netherfield/netherfield/runtime/internal/simd"
)

const (
	// denseSide and sparseSide are how many columns, or rows, a triangle may have.
	denseSide  = 2048
	sparseSide = 512
)

// leastSquares finds the w of least norm among those that minimise
//
//	Σ_i s_i·(y_i - ȳ - (x_i - x̄)·w)² + penalty·‖w‖²
//
// where means are weighted by s, or 0 without an intercept.
type leastSquares struct {
	x       *design
	y       []float64
	root    []float64 // √s, or nil if each is 1
	mean    []float64 // x̄, or nil without an intercept
	yMean   float64
	penalty float64
	least   float64 // the share of the largest singular value up to which one counts as 0
}

func newLeastSquares(ctx context.Context, x *design, y, weights []float64, penalty, least float64, intercept bool) (*leastSquares, error) {
	l := &leastSquares{x: x, y: y, penalty: penalty, least: least}
	if weights != nil {
		l.root = make([]float64, len(weights))
		for i, s := range weights {
			l.root[i] = math.Sqrt(s)
		}
	}
	if !intercept {
		return l, nil
	}
	ones := weights
	if ones == nil {
		ones = make([]float64, len(y))
		for i := range ones {
			ones[i] = 1
		}
	}
	sum, err := l.products(ctx, ones)
	if err != nil {
		return nil, err
	}
	total := 0.0
	for i, s := range ones {
		total += s
		l.yMean += s * y[i]
	}
	l.yMean /= total
	for j := range sum {
		sum[j] /= total
	}
	l.mean = sum
	// The mean is a little off by rounding errors; what is left is small enough for
	// its mean to be right.
	rest := 0.0
	for i, s := range ones {
		rest += s * (y[i] - l.yMean)
	}
	l.yMean += rest / total
	return l, nil
}

// products returns the sums of rows times r.
func (l *leastSquares) products(ctx context.Context, r []float64) ([]float64, error) {
	const chunks = 16
	size := max(256, (l.x.rows+chunks-1)/chunks)
	parts := make([][]float64, parallel.Count(l.x.rows, size))
	err := parallel.Chunks(ctx, l.x.rows, size, func(chunk, lo, hi int) error {
		parts[chunk] = make([]float64, l.x.cols)
		for ; lo < hi; lo += 256 {
			if err := ctx.Err(); err != nil {
				return err
			}
			end := min(hi, lo+256)
			l.x.backward(lo, end, 1, r[lo:end], parts[chunk])
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, part := range parts[1:] {
		simd.Axpy(1, part, parts[0])
	}
	return parts[0], nil
}

// forward returns √s_i·(x_i - x̄)·w for all rows.
func (l *leastSquares) forward(ctx context.Context, w []float64) ([]float64, error) {
	out := make([]float64, l.x.rows)
	shift := 0.0
	if l.mean != nil {
		shift = simd.Dot(l.mean, w)
	}
	return out, parallel.Chunks(ctx, l.x.rows, scoreRows, func(_, lo, hi int) error {
		l.x.forward(lo, hi, 1, w, out[lo:hi])
		for i := lo; i < hi; i++ {
			out[i] -= shift
			if l.root != nil {
				out[i] *= l.root[i]
			}
		}
		return nil
	})
}

// backward returns Σ_i √s_i·(x_i - x̄)·r_i.
func (l *leastSquares) backward(ctx context.Context, r []float64) ([]float64, error) {
	if l.root != nil {
		scaled := make([]float64, len(r))
		for i, v := range r {
			scaled[i] = v * l.root[i]
		}
		r = scaled
	}
	g, err := l.products(ctx, r)
	if err != nil || l.mean == nil {
		return g, err
	}
	sum := 0.0
	for _, v := range r {
		sum += v
	}
	simd.Axpy(-sum, l.mean, g)
	return g, nil
}

// target returns √s_i·(y_i - ȳ).
func (l *leastSquares) target() []float64 {
	t := make([]float64, len(l.y))
	for i, v := range l.y {
		t[i] = v - l.yMean
		if l.root != nil {
			t[i] *= l.root[i]
		}
	}
	return t
}

// solve returns w and b.
func (l *leastSquares) solve(ctx context.Context) (w []float64, b float64, err error) {
	n, d := l.x.rows, l.x.cols
	isDense := l.x.dense != nil
	switch {
	case d == 0:
	case isDense && d <= denseSide && d <= n, !isDense && d <= sparseSide:
		w, err = l.byColumns(ctx)
	case isDense && n <= denseSide:
		w, err = l.byRows(ctx)
	default:
		w, err = l.iterate(ctx)
	}
	if err != nil {
		return nil, 0, err
	}
	b = l.yMean
	if l.mean != nil {
		b -= simd.Dot(l.mean, w)
	}
	return w, b, nil
}

// tall are the rows of the problem with the target as a last column; below, for a
// penalty, is √penalty times the unit matrix.
type tall struct{ *leastSquares }

func (t tall) Dims() (rows, cols int) {
	if t.penalty > 0 {
		return t.x.rows + t.x.cols, t.x.cols + 1
	}
	return t.x.rows, t.x.cols + 1
}

func (t tall) ReadRow(i int, dst []float64) {
	d := t.x.cols
	clear(dst[:d+1])
	if i >= t.x.rows {
		dst[i-t.x.rows] = math.Sqrt(t.penalty)
		return
	}
	t.x.readRow(i, dst)
	if t.mean != nil {
		simd.Axpy(-1, t.mean, dst[:d])
	}
	dst[d] = t.y[i] - t.yMean
	if t.root != nil {
		for j := range dst[:d+1] {
			dst[j] *= t.root[i]
		}
	}
}

// byColumns solves by an orthogonal triangle, RᵀR = XᵀX, without squaring X.
func (l *leastSquares) byColumns(ctx context.Context) ([]float64, error) {
	d := l.x.cols
	r, err := linalg.Triangle(ctx, tall{l}, make([]float64, d+1), 1)
	if err != nil {
		return nil, err
	}
	// The last column is what of the target the others see.
	square, q := make([]float64, d*d), make([]float64, d)
	for i := range d {
		copy(square[i*d+i:(i+1)*d], r[i*(d+1)+i:i*(d+1)+d])
		q[i] = r[i*(d+1)+d]
	}
	if condition(square, d) < 1/l.least {
		for i := d - 1; i >= 0; i-- {
			q[i] = (q[i] - simd.Dot(square[i*d+i+1:(i+1)*d], q[i+1:])) / square[i*d+i]
		}
		return q, nil
	}
	return pseudoSolve(ctx, square, d, l.least, q)
}

// condition returns an upper bound of the condition number of the upper triangular
// n × n matrix r: the product of the Frobenius norms of it and its inverse.
func condition(r []float64, n int) float64 {
	size, inverse := 0.0, 0.0
	column := make([]float64, n)
	for k := range n {
		if r[k*n+k] == 0 {
			return math.Inf(1)
		}
	}
	for k := range n {
		clear(column)
		column[k] = 1 / r[k*n+k]
		for i := k - 1; i >= 0; i-- {
			column[i] = -simd.Dot(r[i*n+i+1:i*n+k+1], column[i+1:k+1]) / r[i*n+i]
		}
		inverse += simd.Dot(column[:k+1], column[:k+1])
		size += simd.Dot(r[k*n:(k+1)*n], r[k*n:(k+1)*n])
	}
	return math.Sqrt(size) * math.Sqrt(inverse)
}

// pseudoSolve returns the x of least norm among those that minimise ‖a·x - q‖, where
// singular values up to least of the largest count as 0.
func pseudoSolve(ctx context.Context, a []float64, n int, least float64, q []float64) ([]float64, error) {
	values, vectors, err := linalg.Singular(ctx, append([]float64(nil), a...), n, n)
	if err != nil {
		return nil, err
	}
	x, rest, image := make([]float64, n), append([]float64(nil), q...), make([]float64, n)
	// The second round takes back the rounding errors of the first.
	for range 2 {
		for k, s := range values {
			if !(s > least*values[0]) {
				break
			}
			v := vectors[k*n : (k+1)*n]
			for i := range n {
				image[i] = simd.Dot(a[i*n:(i+1)*n], v)
			}
			simd.Axpy(simd.Dot(image, rest)/s/s, v, x)
		}
		for i := range n {
			rest[i] = q[i] - simd.Dot(a[i*n:(i+1)*n], x)
		}
	}
	return x, nil
}

// wide are the columns of the problem as rows; below, for a penalty, is √penalty
// times the unit matrix.
type wide struct{ *leastSquares }

func (t wide) Dims() (rows, cols int) {
	if t.penalty > 0 {
		return t.x.cols + t.x.rows, t.x.rows
	}
	return t.x.cols, t.x.rows
}

func (t wide) ReadRow(j int, dst []float64) {
	n := t.x.rows
	if j >= t.x.cols {
		clear(dst[:n])
		dst[j-t.x.cols] = math.Sqrt(t.penalty)
		return
	}
	mean := 0.0
	if t.mean != nil {
		mean = t.mean[j]
	}
	for i := range n {
		dst[i] = t.x.dense[i*t.x.stride+j] - mean
		if t.root != nil {
			dst[i] *= t.root[i]
		}
	}
}

// byRows solves for a combination of rows, which w is if there are fewer rows than
// columns.
func (l *leastSquares) byRows(ctx context.Context) ([]float64, error) {
	n := l.x.rows
	r, err := linalg.Triangle(ctx, wide{l}, make([]float64, n), 1)
	if err != nil {
		return nil, err
	}
	values, vectors, err := linalg.Singular(ctx, r, n, n)
	if err != nil {
		return nil, err
	}
	w, target := make([]float64, l.x.cols), l.target()
	rest := append([]float64(nil), target...)
	dual := make([]float64, n)
	// Each round takes back the rounding errors of the one before.
	for range 3 {
		step := make([]float64, n)
		for k, s := range values {
			if !(s > l.least*values[0]) {
				break
			}
			v := vectors[k*n : (k+1)*n]
			simd.Axpy(simd.Dot(v, rest)/s/s, v, step)
		}
		simd.Axpy(1, step, dual)
		if w, err = l.backward(ctx, dual); err != nil {
			return nil, err
		}
		seen, err := l.forward(ctx, w)
		if err != nil {
			return nil, err
		}
		for i := range rest {
			rest[i] = target[i] - seen[i] - l.penalty*dual[i]
		}
	}
	return w, nil
}

// iterate solves without a factorization: Paige and Saunders, LSQR, ACM Transactions
// on Mathematical Software 8 (1982), with √penalty as their damping and their names.
// From 0, it goes to the solution of least norm.
func (l *leastSquares) iterate(ctx context.Context) ([]float64, error) {
	const (
		maxIterations = 5000
		tol           = 1e-14
	)
	x := make([]float64, l.x.cols)
	u := l.target()
	norm := normalise(u)
	if norm == 0 {
		return x, nil
	}
	v, err := l.backward(ctx, u)
	if err != nil {
		return nil, err
	}
	alfa := normalise(v)
	w := append([]float64(nil), v...)
	damp := math.Sqrt(l.penalty)
	phibar, rhobar := norm, alfa
	size, lost := alfa*alfa+damp*damp, 0.0
	for range maxIterations {
		if alfa == 0 {
			break
		}
		next, err := l.forward(ctx, v)
		if err != nil {
			return nil, err
		}
		simd.Axpy(-alfa, u, next)
		u = next
		beta := normalise(u)
		if next, err = l.backward(ctx, u); err != nil {
			return nil, err
		}
		simd.Axpy(-beta, v, next)
		v = next
		alfa = normalise(v)
		size += alfa*alfa + beta*beta + damp*damp

		rhobar1 := math.Hypot(rhobar, damp)
		psi := damp / rhobar1 * phibar
		phibar *= rhobar / rhobar1
		rho := math.Hypot(rhobar1, beta)
		cs, sn := rhobar1/rho, beta/rho
		theta := sn * alfa
		rhobar = -cs * alfa
		phi := cs * phibar
		phibar *= sn
		simd.Axpy(phi/rho, w, x)
		for j := range w {
			w[j] = v[j] - theta/rho*w[j]
		}

		lost += psi * psi
		residual, gradient := math.Sqrt(phibar*phibar+lost), alfa*math.Abs(sn*phi)
		length := math.Sqrt(simd.Dot(x, x))
		if gradient <= tol*math.Sqrt(size)*residual || residual <= tol*(norm+math.Sqrt(size)*length) {
			break
		}
	}
	return x, nil
}

// normalise divides v by its norm, which it returns.
func normalise(v []float64) float64 {
	norm := math.Sqrt(simd.Dot(v, v))
	if norm > 0 {
		for j := range v {
			v[j] /= norm
		}
	}
	return norm
}

package feature

// This file finds the directions in which a matrix is largest: what PCA and truncated
// SVD share.

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/netherfield/netherfield/runtime/internal/linalg"
	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"github.com/netherfield/netherfield/runtime/internal/simd"
)

// A decomposition is the leading part of the singular values of a matrix.
type decomposition struct {
	values  []float64 // descending
	vectors []float64 // right singular vectors, a row each
	mean    []float64 // of the columns
	total   float64   // Σ(x - mean)² of all elements
}

const (
	// Up to so many multiplications the singular values are found without squares
	// right away.
	smallWork = 1 << 25
	// A Gram matrix has at most so many rows, unless more than an eighth of its
	// eigenvectors are wanted; the Krylov space of the matrix is cheaper beyond.
	gramLimit = 1024
	// squareLoss is up to which ratio of the largest eigenvalue of a Gram matrix to the
	// smallest that is wanted the eigenvalues are precise enough: it multiplies the
	// rounding error.
	squareLoss = 1000
	// sparseGram is up to which density entries are multiplied one by one rather than
	// as blocks with zeros.
	sparseGram = 0.2
)

// decompose returns the k largest singular values of m, centred if centre is set. It
// finds out whether all elements are numbers.
func decompose(ctx context.Context, m *numbers, k int, centre bool) (*decomposition, error) {
	d, err := decomposeOnce(ctx, m, k, centre)
	if errors.Is(err, linalg.ErrNoConvergence) {
		return nil, fmt.Errorf("feature: the singular values of a matrix of %d × %d do not converge; their largest are too close together: ask for all components, or for others", m.rows, m.cols)
	}
	if err != nil {
		return nil, err
	}
	if !finiteAll(d.values, d.vectors, d.mean) || !(d.total <= math.MaxFloat64) {
		return nil, errors.New("feature: the numbers of the matrix are so large that their squares have no finite sum; scale them first")
	}
	for i := range k {
		flip(d.vectors[i*m.cols : (i+1)*m.cols])
	}
	return d, nil
}

// flip makes the component of v that is largest in magnitude, the first of such,
// positive: scikit-learn's svd_flip.
func flip(v []float64) {
	top, sign := 0.0, 1.0
	for _, x := range v {
		if a := math.Abs(x); a > top {
			top, sign = a, math.Copysign(1, x)
		}
	}
	if sign < 0 {
		for j := range v {
			v[j] = -v[j]
		}
	}
}

func decomposeOnce(ctx context.Context, m *numbers, k int, centre bool) (*decomposition, error) {
	n, d := m.rows, m.cols
	q := min(n, d)
	tall := d <= n && !(q > gramLimit && k <= q/8) && k > 0 && float64(n)*float64(d)*float64(q) > smallWork
	if tall && m.csr == nil {
		return decomposeTall(ctx, m, k, centre) // which finds out by the sums
	}
	if err := m.check(ctx, false); err != nil {
		return nil, err
	}
	switch {
	case tall:
		return decomposeTall(ctx, m, k, centre)
	case k == 0 || float64(n)*float64(d)*float64(q) <= smallWork:
		mean, total, err := columnMeans(ctx, m)
		if err != nil {
			return nil, err
		}
		return decomposeRows(ctx, m, k, centre, mean, total)
	case q > gramLimit && k <= q/8:
		return decomposeKrylov(ctx, m, k, centre)
	}
	return decomposeWide(ctx, m, k, centre)
}

// columnMeans returns the mean of each column and Σ(x - mean)² of all elements.
func columnMeans(ctx context.Context, m *numbers) (mean []float64, total float64, err error) {
	mean, variance, _, err := moments(ctx, m)
	for _, v := range variance {
		total += v * float64(m.rows)
	}
	return mean, total, err
}

// shiftOf returns what is subtracted from rows: the mean, or nothing.
func shiftOf(centre bool, mean []float64) []float64 {
	if centre {
		return mean
	}
	return make([]float64, len(mean))
}

// decomposeRows finds singular values without squaring them: for matrices that are
// small, or whose wanted singular values differ much.
func decomposeRows(ctx context.Context, m *numbers, k int, centre bool, mean []float64, total float64) (*decomposition, error) {
	n, d := m.rows, m.cols
	out := &decomposition{mean: mean, total: total}
	if k == 0 {
		return out, nil
	}
	shift := shiftOf(centre, mean)
	// Powers of two bring the elements to where squares are finite.
	top := 0.0
	row := make([]float64, d)
	for i := range n {
		m.ReadRow(i, row)
		for j, v := range row {
			top = max(top, math.Abs(v-shift[j]))
		}
	}
	by := 1.0
	if top > 1e100 || top > 0 && top < 1e-100 {
		_, e := math.Frexp(top)
		by = math.Ldexp(1, max(-1000, min(1000, -e)))
	}
	q := min(n, d)
	var work []float64
	if n <= d {
		work = make([]float64, n*d)
		for i := range n {
			row := work[i*d : (i+1)*d]
			m.ReadRow(i, row)
			for j := range row {
				row[j] = (row[j] - shift[j]) * by
			}
		}
	} else {
		var err error
		if work, err = linalg.Triangle(ctx, m, shift, by); err != nil {
			return nil, err
		}
	}
	values, vectors, err := linalg.Singular(ctx, work, q, d)
	if err != nil {
		return nil, err
	}
	for i := range values {
		values[i] /= by
	}
	out.values, out.vectors = values[:k], vectors[:k*d]
	return out, nil
}

// decomposeTall finds them from the Gram matrix of the columns.
func decomposeTall(ctx context.Context, m *numbers, k int, centre bool) (*decomposition, error) {
	n, d := m.rows, m.cols
	shift := make([]float64, d)
	var gram, sums []float64
	var err error
	sparse := m.csr != nil && Density(m.csr) <= sparseGram
	if sparse {
		gram, sums, err = sparseProduct(ctx, m.csr)
	} else {
		// The mean of some rows, spread evenly, is near enough to that of all.
		const some = 256
		row := make([]float64, d)
		for i := range min(n, some) {
			m.ReadRow(i*n/min(n, some), row)
			simd.Axpy(1/float64(min(n, some)), row, shift)
		}
		gram, sums, err = linalg.Gram(ctx, m, shift)
	}
	if err != nil {
		return nil, err
	}
	mean := make([]float64, d)
	squares, moved := 0.0, 0.0
	for j := range d {
		mean[j] = shift[j] + sums[j]/float64(n)
		squares += gram[j*d+j]
		moved += sums[j] * (sums[j] / float64(n))
	}
	total := squares - moved
	if !(squares <= math.MaxFloat64) {
		if err := m.check(ctx, false); err != nil {
			return nil, err
		}
	}
	m.checked = true
	if squares > 1e3*total || !(squares < math.MaxFloat64) {
		// The columns are nearly constant: what is left has lost its digits.
		if mean, total, err = columnMeans(ctx, m); err != nil {
			return nil, err
		}
		return decomposeRows(ctx, m, k, centre, mean, total)
	}
	lost := 0.0 // what rounding in the sum before centring counts
	for i := range d {
		row := gram[i*d : (i+1)*d]
		if centre {
			simd.Axpy(-sums[i]/float64(n), sums, row)
			continue
		}
		// Σ x·xᵀ = Σ (x-s)(x-s)ᵀ + s·Σ(x-s)ᵀ + Σ(x-s)·sᵀ + n·s·sᵀ
		simd.Axpy2(shift[i], sums, sums[i]+float64(n)*shift[i], shift, row)
	}
	if centre {
		lost = moved
	}
	values, vectors, err := linalg.Eigen(ctx, gram, d, k)
	if err != nil {
		return nil, err
	}
	if !(values[0]+lost <= squareLoss*values[k-1]) && d <= gramLimit {
		return decomposeRows(ctx, m, k, centre, mean, total)
	}
	for i, v := range values {
		values[i] = math.Sqrt(max(0, v))
	}
	return &decomposition{values[:k], vectors, mean, total}, nil
}

// sparseProduct returns Σ xᵢxᵢᵀ and Σ xᵢ of the rows.
func sparseProduct(ctx context.Context, x *CSR) (gram, sums []float64, err error) {
	d := x.Cols
	size := max(1024, parallel.Count(x.Rows, 8))
	parts := make([][]float64, parallel.Count(x.Rows, size))
	err = parallel.Chunks(ctx, x.Rows, size, func(c, lo, hi int) error {
		g := make([]float64, (d+1)*d)
		sums := g[d*d:]
		for i := lo; i < hi; i++ {
			if i%rowChunk == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			cols, values := x.Row(i)
			for p, j := range cols {
				v := values[p]
				sums[j] += v
				row := g[int(j)*d : int(j)*d+d]
				rest := values[p:]
				for q, l := range cols[p:] {
					row[l] += v * rest[q]
				}
			}
		}
		parts[c] = g
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	gram = parts[0]
	for _, p := range parts[1:] {
		simd.Axpy(1, p, gram)
	}
	sums, gram = gram[d*d:], gram[:d*d]
	for i := range d {
		for j := range i {
			gram[i*d+j] = gram[j*d+i]
		}
	}
	return gram, sums, nil
}

// decomposeWide finds them from the products of the rows, of which there are fewer
// than columns.
func decomposeWide(ctx context.Context, m *numbers, k int, centre bool) (*decomposition, error) {
	n, d := m.rows, m.cols
	mean, total, err := columnMeans(ctx, m)
	if err != nil {
		return nil, err
	}
	shift := shiftOf(centre, mean)
	products := make([]float64, n*n)
	lost := 0.0
	if m.csr != nil {
		lost, err = sparseRows(ctx, m.csr, shift, products)
	} else {
		err = linalg.Products(ctx, shifted{m, shift}, func(lo, hi int, p []float64, stride int) error {
			for i := lo; i < hi; i++ {
				copy(products[i*n:(i+1)*n], p[(i-lo)*stride:])
			}
			return nil
		})
	}
	if err != nil {
		return nil, err
	}
	values, left, err := linalg.Eigen(ctx, products, n, k)
	if err != nil {
		return nil, err
	}
	if !(values[0]+lost <= squareLoss*values[k-1]) && n <= gramLimit && n*d <= 1<<27 {
		return decomposeRows(ctx, m, k, centre, mean, total)
	}
	for i, v := range values {
		values[i] = math.Sqrt(max(0, v))
	}
	vectors, err := rightVectors(ctx, m, shift, values[:k], left)
	return &decomposition{values[:k], vectors, mean, total}, err
}

// rightVectors makes right singular vectors of the left ones, each as long as there
// are rows.
func rightVectors(ctx context.Context, m *numbers, shift, values, left []float64) ([]float64, error) {
	n, d, k := m.rows, m.cols, len(values)
	vectors := make([]float64, k*d)
	if err := parallel.Each(ctx, k, func(r int) error {
		v, u := vectors[r*d:(r+1)*d], left[r*n:(r+1)*n]
		sum := 0.0
		for i, w := range u {
			sum += w
			if m.csr == nil {
				simd.Axpy(w, m.row(i), v)
				continue
			}
			cols, entries := m.csr.Row(i)
			for p, j := range cols {
				v[j] += w * entries[p]
			}
		}
		simd.Axpy(-sum, shift, v)
		if s := values[r]; s > 0 {
			for j := range v {
				v[j] /= s
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	return vectors, linalg.Complete(ctx, vectors, k, d)
}

// shifted are rows from which something is subtracted.
type shifted struct {
	of *numbers
	by []float64
}

func (s shifted) Dims() (rows, cols int) { return s.of.Dims() }

func (s shifted) ReadRow(i int, dst []float64) {
	s.of.ReadRow(i, dst)
	for j, v := range s.by {
		dst[j] -= v
	}
}

// sparseRows puts the products of all rows, less shift, into products, and returns the
// largest of the terms that shifting added.
func sparseRows(ctx context.Context, x *CSR, shift, products []float64) (lost float64, err error) {
	n := x.Rows
	by := make([]float64, n) // products of rows and shift
	for i := range n {
		cols, values := x.Row(i)
		for k, j := range cols {
			by[i] += values[k] * shift[j]
		}
	}
	self := simd.Dot(shift, shift)
	err = parallel.Chunks(ctx, n, 32, func(_, lo, hi int) error {
		full := make([]float64, x.Cols)
		for i := lo; i < hi; i++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			cols, values := x.Row(i)
			for k, j := range cols {
				full[j] = values[k]
			}
			for l := range n {
				sum := 0.0
				others, terms := x.Row(l)
				for k, j := range others {
					sum += terms[k] * full[j]
				}
				products[i*n+l] = sum - by[i] - by[l] + self
			}
			for _, j := range cols {
				full[j] = 0
			}
		}
		return nil
	})
	for i := range n {
		for j := range i {
			products[i*n+j] = products[j*n+i]
		}
	}
	return float64(n) * self, err
}

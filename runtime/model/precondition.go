package model

// This file defines the model of the objective's curvature that makes its
// minimisation short.

import (
	"context"
	"math"

	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"github.com/netherfield/netherfield/runtime/internal/simd"
)

// A curvature approximates the inverse of the objective's second derivatives,
//
//	Σ_i s_i·p_ik(1-p_ik)·x_i x_iᵀ + penalty
//
// for each output k by itself. Of the columns that the design has first, the most
// frequent ones, and the intercept, it has all products; of others only the
// diagonal. Rows are drawn with a chance in proportion to their factor, at equal
// distances, so that no random numbers are needed. What it lacks, the pairs of steps
// and gradients make good, see [objective.minimise].
type curvature struct {
	o      *objective
	block  int         // columns
	side   int         // of a factor: block, and 1 for the intercept
	factor [][]float64 // lower triangular, one for each output, or one for all
	diag   [][]float64 // of the columns after the block
	buffer []float64
}

// newCurvature returns the curvature at the objective's point.
func newCurvature(ctx context.Context, o *objective) (*curvature, error) {
	c := &curvature{o: o, block: o.x.cols}
	limit := min(512, int(math.Sqrt(1<<20/float64(o.outputs))))
	if c.block > limit {
		c.block = min(64, limit)
	}
	c.side = c.block
	if o.intercept {
		c.side++
	}
	c.buffer = make([]float64, c.side)
	// At 0, and for two classes, one stands for all.
	factors := o.outputs
	if simd.Dot(o.point, o.point) == 0 {
		factors = 1
	}
	samples := 16 * c.side
	if o.x.dense != nil {
		samples = 8 * c.side
	}
	samples = max(1024, samples)
	c.factor, c.diag = make([][]float64, factors), make([][]float64, factors)
	return c, parallel.Each(ctx, factors, func(k int) error {
		var err error
		c.factor[k], c.diag[k], err = c.sample(ctx, k, samples)
		return err
	})
}

// sample returns the factor and the diagonal of output k.
func (c *curvature) sample(ctx context.Context, k, samples int) (factor, diag []float64, err error) {
	rows, scales, err := c.draw(ctx, k, samples)
	if err != nil {
		return nil, nil, err
	}
	o := c.o
	const chunks = 4
	size := max(1, (len(rows)+chunks-1)/chunks)
	n := max(1, parallel.Count(len(rows), size))
	squares, diags := make([][]float64, n), make([][]float64, n)
	squares[0], diags[0] = make([]float64, c.side*c.side), make([]float64, o.x.cols-c.block)
	err = parallel.Chunks(ctx, len(rows), size, func(chunk, lo, hi int) error {
		if chunk > 0 {
			squares[chunk], diags[chunk] = make([]float64, c.side*c.side), make([]float64, o.x.cols-c.block)
		}
		for ; lo < hi; lo += 64 {
			if err := ctx.Err(); err != nil {
				return err
			}
			c.add(rows[lo:min(hi, lo+64)], scales[lo:min(hi, lo+64)], squares[chunk], diags[chunk])
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	for chunk := 1; chunk < n; chunk++ {
		simd.Axpy(1, squares[chunk], squares[0])
		simd.Axpy(1, diags[chunk], diags[0])
	}
	factor, diag = squares[0], diags[0]
	penalty := o.penalty / float64(o.every)
	for j := range diag {
		diag[j] += penalty
	}
	most := 0.0
	for j := range c.side {
		if j < c.block {
			factor[j*c.side+j] += penalty
		}
		most = max(most, factor[j*c.side+j])
		for i := range j {
			factor[j*c.side+i] += factor[i*c.side+j]
		}
	}
	if most == 0 {
		most = 1
	}
	for _, v := range diag {
		most = max(most, v)
	}
	for j, v := range diag {
		diag[j] = max(v, 1e-10*most)
	}
	cholesky(factor, c.side, 1e-10)
	return factor, diag, nil
}

// draw returns the rows that stand for all, and for each how much it counts.
func (c *curvature) draw(ctx context.Context, k, samples int) (rows []int32, scales []float64, err error) {
	o := c.o
	d := make([]float64, o.x.rows)
	sums := make([]float64, parallel.Count(o.x.rows, o.size))
	err = parallel.Chunks(ctx, o.x.rows, o.size, func(chunk, lo, hi int) error {
		z := make([]float64, o.outputs)
		for ; lo < hi; lo += blockRows * o.every {
			for i := lo; i < min(hi, lo+blockRows); i++ {
				var p float64
				if o.outputs == 1 {
					e := math.Exp(-math.Abs(o.margin[i]))
					p = 1 / (1 + e)
				} else {
					copy(z, o.margin[i*o.outputs:])
					softmax(z)
					p = z[k]
				}
				d[i] = p * (1 - p)
				if o.weight != nil {
					d[i] *= o.weight[i]
				}
				sums[chunk] += d[i]
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	total := 0.0
	for _, s := range sums {
		total += s
	}
	if !(total > 0) {
		return nil, nil, nil
	}
	if len(d)/o.every <= 2*samples {
		for i, v := range d {
			if v > 0 {
				rows, scales = append(rows, int32(i)), append(scales, v)
			}
		}
		return rows, scales, nil
	}
	distance := total / float64(samples)
	passed := distance / 2
	for i, v := range d {
		passed += v
		if passed >= distance {
			n := math.Floor(passed / distance)
			passed -= n * distance
			rows, scales = append(rows, int32(i)), append(scales, n*distance)
		}
	}
	return rows, scales, nil
}

// add adds the products of rows to square, those of columns i and j to either (i, j)
// or (j, i), and the squares of the columns after the block to diag.
func (c *curvature) add(rows []int32, scales []float64, square, diag []float64) {
	x := c.o.x
	if x.dense != nil {
		row := make([]float64, c.side)
		for k, i := range rows {
			all := x.row(int(i))
			copy(row, all[:c.block])
			if c.side > c.block {
				row[c.block] = 1
			}
			s := scales[k]
			for j, v := range row {
				simd.Axpy(s*v, row[:j+1], square[j*c.side:j*c.side+j+1])
			}
			for j, v := range all[c.block:] {
				diag[j] += s * v * v
			}
		}
		return
	}
	var at []int32
	var values []float64
	for k, i := range rows {
		at, values = at[:0], values[:0]
		s := scales[k]
		for e := x.start[i]; e < x.start[i+1]; e++ {
			var j int32
			if x.narrow != nil {
				j = int32(x.narrow[e])
			} else {
				j = x.wide[e]
			}
			if v := x.value[e]; int(j) < c.block {
				at, values = append(at, j), append(values, v)
			} else {
				diag[int(j)-c.block] += s * v * v
			}
		}
		if c.side > c.block {
			at, values = append(at, int32(c.block)), append(values, 1)
		}
		for a, i := range at {
			row := square[int(i)*c.side : int(i)*c.side+c.side]
			v := s * values[a]
			for b, j := range at[:a+1] {
				row[j] += v * values[b]
			}
		}
	}
}

// apply multiplies v with the inverse, in place.
func (c *curvature) apply(v []float64) {
	o := c.o
	for k := range o.outputs {
		f := min(k, len(c.factor)-1)
		for j := range c.block {
			c.buffer[j] = v[j*o.outputs+k]
		}
		if o.intercept {
			c.buffer[c.block] = v[o.penalised()+k]
		}
		solveCholesky(c.factor[f], c.side, c.buffer)
		for j := range c.block {
			v[j*o.outputs+k] = c.buffer[j]
		}
		if o.intercept {
			v[o.penalised()+k] = c.buffer[c.block]
		}
		for j, d := range c.diag[f] {
			v[(c.block+j)*o.outputs+k] /= d
		}
	}
	// A shift of all classes alike changes no probability. The gradient has no
	// part in that direction, and the factors, which know nothing of each other,
	// are not to add one: the only curvature there is the penalty.
	if o.outputs > 1 {
		for at := 0; at < len(v); at += o.outputs {
			centre(v[at : at+o.outputs])
		}
	}
}

// cholesky makes of the lower triangle of the n × n matrix a, positive
// semidefinite, L with L·Lᵀ = a. What of a diagonal element the columns before leave
// is at least the given share of it: a matrix that is singular is made a little
// larger. It returns how often that was so.
func cholesky(a []float64, n int, least float64) (raised int) {
	for i := range n {
		row := a[i*n : i*n+i+1]
		for j := range i {
			row[j] = (row[j] - simd.Dot(row[:j], a[j*n:j*n+j])) / a[j*n+j]
		}
		pivot := row[i] - simd.Dot(row[:i], row[:i])
		if !(pivot > least*row[i]) {
			raised++
			pivot = least * row[i]
			if !(pivot > 0) {
				pivot = 1
			}
		}
		row[i] = math.Sqrt(pivot)
	}
	return raised
}

// solveCholesky replaces v by the solution x of L·Lᵀ·x = v.
func solveCholesky(l []float64, n int, v []float64) {
	for i := range n {
		v[i] = (v[i] - simd.Dot(v[:i], l[i*n:i*n+i])) / l[i*n+i]
	}
	for i := n - 1; i >= 0; i-- {
		v[i] /= l[i*n+i]
		simd.Axpy(-v[i], l[i*n:i*n+i], v[:i])
	}
}

package model

// This file defines what logistic regression minimises, with its gradient.

import (
	"context"
	"math"

	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"github.com/netherfield/netherfield/runtime/internal/simd"
)

// An objective is
//
//	f(W, b) = Σ_i s_i·loss(x_i·W + b, y_i) + penalty/2·‖W‖²
//
// whose loss is the negative logarithm of the probability of class y_i. With one
// output, z, that is ln(1+exp(∓z)), for two classes; with several it is the softmax's,
// ln Σ_k exp(z_k) - z_y. Coefficients are one vector: W[j*outputs+o], and then b[o].
//
// The objective stays at a point, and keeps the products of the rows with the
// coefficients there. A search along a line costs one pass over the features for
// the products with the line's direction, and the gradient at step 1 comes with it;
// any other step of the line takes time in proportion to the rows only.
type objective struct {
	x         *design
	outputs   int
	class     []int32
	weight    []float64 // s, or nil if each is 1
	total     float64   // Σ s
	penalty   float64
	intercept bool

	point, direction []float64
	margin, along    []float64 // rows × outputs: x·point and x·direction
	ww, wd, dd       float64   // products of the penalised parts of point and direction

	// A part of the rows may stand for all: of every so many blocks, one is
	// looked at, and the penalty is less accordingly.
	every int

	size           int         // rows of a chunk
	parts          [][]float64 // gradients of chunks
	values, slopes []float64   // of chunks
}

// blockRows is how many rows are multiplied with coefficients and then, while the
// processor's cache has them, with residuals.
const blockRows = 16

func newObjective(x *design, outputs int, class []int32, weight []float64, penalty float64, intercept bool) *objective {
	o := &objective{x: x, outputs: outputs, class: class, weight: weight, total: float64(x.rows), penalty: penalty, intercept: intercept, every: 1}
	if weight != nil {
		o.total = 0
		for _, s := range weight {
			o.total += s
		}
	}
	// The gradients of chunks take memory, and time to add up: there are 16 where
	// that is little compared with the features, up to 32 MB.
	chunks := min(16, max(4, o.perCoefficient()/2), max(2, 1<<22/max(1, o.dim())))
	const align = blockRows * sampleEvery
	o.size = max(align, (x.rows+chunks*align-1)/(chunks*align)*align)
	n := parallel.Count(x.rows, o.size)
	o.parts = make([][]float64, n)
	for c := range o.parts {
		o.parts[c] = make([]float64, o.dim())
	}
	o.values, o.slopes = make([]float64, n), make([]float64, n)
	o.margin, o.along = make([]float64, x.rows*outputs), make([]float64, x.rows*outputs)
	o.point = make([]float64, o.dim())
	return o
}

// penalised is how many coefficients there are without intercepts.
func (o *objective) penalised() int { return o.x.cols * o.outputs }

// dim is how many coefficients there are.
func (o *objective) dim() int {
	if o.intercept {
		return o.penalised() + o.outputs
	}
	return o.penalised()
}

// perCoefficient is how many elements of the features there are for each coefficient
// of an output.
func (o *objective) perCoefficient() int {
	if o.x.dense != nil {
		return o.x.rows
	}
	return len(o.x.value) / max(1, o.x.cols)
}

// look turns to a direction: it returns the value and the slope of the objective at
// point + direction, and writes the gradient there to g.
func (o *objective) look(ctx context.Context, direction, g []float64) (value, slope float64, err error) {
	n := o.penalised()
	o.direction = direction
	o.ww = simd.Dot(o.point[:n], o.point[:n])
	o.wd = simd.Dot(o.point[:n], direction[:n])
	o.dd = simd.Dot(direction[:n], direction[:n])
	return o.evaluate(ctx, 1, true, g)
}

// at returns the value and the slope at point + t·direction, and unless g is nil
// writes the gradient there to it.
func (o *objective) at(ctx context.Context, t float64, g []float64) (value, slope float64, err error) {
	return o.evaluate(ctx, t, false, g)
}

func (o *objective) evaluate(ctx context.Context, t float64, forward bool, g []float64) (value, slope float64, err error) {
	err = parallel.Chunks(ctx, o.x.rows, o.size, func(chunk, lo, hi int) error {
		return o.evaluateChunk(ctx, chunk, lo, hi, t, forward, g != nil)
	})
	if err != nil {
		return 0, 0, err
	}
	penalty := o.penalty / float64(o.every)
	value = penalty / 2 * (o.ww + 2*t*o.wd + t*t*o.dd)
	slope = penalty * (o.wd + t*o.dd)
	for c := range o.values {
		value += o.values[c]
		slope += o.slopes[c]
	}
	if g == nil {
		return value, slope, nil
	}
	return value, slope, parallel.Chunks(ctx, len(g), 4096, func(_, lo, hi int) error {
		copy(g[lo:hi], o.parts[0][lo:hi])
		for _, part := range o.parts[1:] {
			simd.Axpy(1, part[lo:hi], g[lo:hi])
		}
		if end := min(hi, o.penalised()); lo < end {
			simd.Axpy2(penalty, o.point[lo:end], penalty*t, o.direction[lo:end], g[lo:end])
		}
		return nil
	})
}

func (o *objective) evaluateChunk(ctx context.Context, chunk, lo, hi int, t float64, forward, backward bool) error {
	k, part := o.outputs, o.parts[chunk]
	if backward {
		clear(part)
	}
	r := make([]float64, blockRows*k)
	value, slope := 0.0, 0.0
	for n := 1; lo < hi; n++ {
		if n%64 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		end := min(hi, lo+blockRows)
		along := o.along[lo*k : end*k]
		if forward {
			o.x.forward(lo, end, k, o.direction, along)
			if o.intercept {
				addEach(along, o.direction[o.penalised():])
			}
		}
		v, s := o.losses(lo, end, t, r)
		value, slope = value+v, slope+s
		if backward {
			o.x.backward(lo, end, k, r, part)
			if o.intercept {
				sumEach(r[:len(along)], part[o.penalised():])
			}
		}
		lo += blockRows * o.every
	}
	o.values[chunk], o.slopes[chunk] = value, slope
	return nil
}

// addEach adds b to each row of z.
func addEach(z, b []float64) {
	for ; len(z) > 0; z = z[len(b):] {
		for o, v := range b {
			z[o] += v
		}
	}
}

// sumEach adds all rows of r to b.
func sumEach(r, b []float64) {
	for ; len(r) > 0; r = r[len(b):] {
		for o := range b {
			b[o] += r[o]
		}
	}
}

// losses returns the sum of the losses of rows [lo, hi) and its derivative by t at
// margin + t·along, and writes the derivatives by the margins to r.
func (o *objective) losses(lo, hi int, t float64, r []float64) (value, slope float64) {
	if o.outputs > 1 {
		return o.softmaxLosses(lo, hi, t, r)
	}
	// Σ ln(1+e) is the logarithm of a product of few factors up to 2.
	product := 1.0
	margin, along, class := o.margin[lo:hi], o.along[lo:hi], o.class[lo:hi]
	for i, m := range margin {
		z := m + t*along[i]
		if class[i] == 0 {
			z = -z
		}
		// z > 0 if the row's own class is the more probable; p becomes the
		// probability of the other.
		e := math.Exp(-math.Abs(z))
		p := e / (1 + e)
		if z < 0 {
			p = 1 / (1 + e)
		}
		if o.weight == nil {
			product *= 1 + e
			value -= min(z, 0)
		} else {
			s := o.weight[lo+i]
			value += s * (math.Log1p(e) - min(z, 0))
			p *= s
		}
		if class[i] != 0 {
			p = -p
		}
		r[i] = p
		slope += p * along[i]
	}
	return value + math.Log(product), slope
}

func (o *objective) softmaxLosses(lo, hi int, t float64, r []float64) (value, slope float64) {
	k := o.outputs
	for i := lo; i < hi; i++ {
		margin, along, z := o.margin[i*k:i*k+k], o.along[i*k:i*k+k], r[(i-lo)*k:(i-lo)*k+k]
		for c := range z {
			z[c] = margin[c] + t*along[c]
		}
		y := o.class[i]
		own := z[y]
		loss := softmax(z) - own
		// Not z[y]-1, which has few digits left where z[y] is nearly 1.
		rest := 0.0
		for c, p := range z {
			if c != int(y) {
				rest += p
			}
		}
		z[y] = -rest
		if o.weight != nil {
			s := o.weight[i]
			loss *= s
			for c := range z {
				z[c] *= s
			}
		}
		value += loss
		for c, p := range z {
			slope += p * along[c]
		}
	}
	return value, slope
}

// softmax makes the probabilities exp(z_k)/Σ exp(z) of z, in place, and returns
// ln Σ exp(z).
func softmax(z []float64) float64 {
	most := z[0]
	for _, v := range z[1:] {
		most = max(most, v)
	}
	sum := 0.0
	for c, v := range z {
		z[c] = math.Exp(v - most)
		sum += z[c]
	}
	for c := range z {
		z[c] /= sum
	}
	return most + math.Log(sum)
}

// move goes to point + t·direction.
func (o *objective) move(t float64) {
	simd.Axpy(t, o.direction, o.point)
	simd.Axpy(t, o.along, o.margin)
}

// restart goes to the given point from nowhere, and returns the value and the
// gradient there.
func (o *objective) restart(ctx context.Context, point, g []float64) (value float64, err error) {
	clear(o.point)
	clear(o.margin)
	value, _, err = o.look(ctx, point, g)
	o.move(1)
	return value, err
}

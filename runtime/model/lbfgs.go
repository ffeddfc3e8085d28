package model

// This file minimises the objective of logistic regression.

import (
	"context"
	"math"

	"github.com/netherfield/netherfield/runtime/internal/simd"
)

const (
	// sampleEvery and sampleRows say when a part of the rows, one in sampleEvery,
	// gives a first approximation: when there are sampleRows at least.
	sampleEvery = 8
	sampleRows  = 16384

	maxPairs = 20

	// Of the strong Wolfe conditions.
	sufficient = 1e-4
	curved     = 0.9
)

// A pair is a step and what it changed of the gradient.
type pair struct {
	s, y []float64
	rho  float64 // 1/(s·y)
}

// A descent is a minimisation that goes on.
type descent struct {
	o         *objective
	value     float64
	g, next   []float64
	d         []float64
	pairs     []pair
	curvature *curvature
	tol       float64 // of the mean objective's gradient; 0 goes to the optimum
}

// minimise goes to the objective's minimum, from 0. Result: how many steps it took
// with all rows, and whether it is there.
//
// The method is that of Broyden, Fletcher, Goldfarb and Shanno with limited memory
// (Nocedal, Updating Quasi-Newton Matrices with Limited Storage, 1980). Where it
// usually starts from a multiple of the unit matrix, it has a [curvature] here, which
// takes a few steps instead of a hundred. Steps meet the strong Wolfe conditions.
func (o *objective) minimise(ctx context.Context, tol float64, maxIter int) (iterations int, converged bool, err error) {
	n := o.dim()
	m := &descent{o: o, g: make([]float64, n), next: make([]float64, n), d: make([]float64, n), tol: tol}
	start := make([]float64, n)
	if o.x.rows >= sampleRows {
		o.every = sampleEvery
		if m.value, err = o.restart(ctx, start, m.g); err != nil {
			return 0, false, err
		}
		if _, _, err := m.run(ctx, 8, 5, 0.3); err != nil {
			return 0, false, err
		}
		copy(start, o.point)
		o.every = 1
		m.pairs = m.pairs[:0]
	}
	if m.value, err = o.restart(ctx, start, m.g); err != nil {
		return 0, false, err
	}
	refresh := 5
	if o.x.rows >= sampleRows {
		refresh = 15
		// A part that is unlike the rest can lead away.
		if zero := o.total * math.Log(float64(max(2, o.outputs))); !(m.value < zero) {
			clear(start)
			refresh = 5
			if m.value, err = o.restart(ctx, start, m.g); err != nil {
				return 0, false, err
			}
		}
	}
	return m.run(ctx, maxIter, refresh, 0)
}

// run takes up to maxIter steps, and has the curvature of the start, and of every
// so many steps. It ends early when Newton's decrement is below least.
func (m *descent) run(ctx context.Context, maxIter, refresh int, least float64) (iterations int, converged bool, err error) {
	o := m.o
	for iterations = 0; ; iterations++ {
		if iterations == 0 || iterations == refresh || iterations > refresh && iterations%15 == 0 {
			if m.curvature, err = newCurvature(ctx, o); err != nil {
				return 0, false, err
			}
		}
		slope := m.turn()
		if m.tol > 0 {
			most := 0.0
			for _, v := range m.g {
				most = max(most, math.Abs(v))
			}
			converged = most <= m.tol*o.total/float64(o.every)
		} else {
			converged = -slope <= m.enough()
		}
		if converged || -slope <= least*least || iterations >= maxIter {
			return iterations, converged, nil
		}
		ok, err := m.step(ctx, slope)
		if err != nil {
			return 0, false, err
		}
		if !ok {
			// Rounding errors are all there is along the line. Without the
			// pairs, whose rounding errors may be to blame, it goes on.
			if len(m.pairs) == 0 {
				return iterations, -slope <= 1e-12*math.Abs(m.value), nil
			}
			m.pairs = m.pairs[:0]
		}
	}
}

// enough is the square of Newton's decrement at which the optimum is reached. The
// decrement is the distance from the optimum measured in the norm of the second
// derivatives, which are at least the penalty, so that the coefficients are within
// decrement/√penalty of the optimum: 1e-6, and 1e-6 of their own norm. Less than
// 1e-9 is not asked for, which rounding errors might not allow.
func (m *descent) enough() float64 {
	o := m.o
	n := o.penalised()
	norm := simd.Dot(o.point[:n], o.point[:n])
	// What rounding errors of the gradient make.
	noise := 1e-31 * o.total
	return max(1e-18, 1e-12*min(1, o.penalty, o.penalty*norm), noise)
}

// turn sets the direction and returns the slope there.
func (m *descent) turn() float64 {
	var alpha [maxPairs]float64
	d := m.d
	copy(d, m.g)
	for k := len(m.pairs) - 1; k >= 0; k-- {
		p := m.pairs[k]
		alpha[k] = p.rho * simd.Dot(p.s, d)
		simd.Axpy(-alpha[k], p.y, d)
	}
	m.curvature.apply(d)
	for k, p := range m.pairs {
		simd.Axpy(alpha[k]-p.rho*simd.Dot(p.y, d), p.s, d)
	}
	for j, v := range d {
		d[j] = -v
	}
	return simd.Dot(d, m.g)
}

// step goes along the direction to where the strong Wolfe conditions hold. It
// returns false, and stays, if there is no such place.
func (m *descent) step(ctx context.Context, slope float64) (bool, error) {
	o := m.o
	// Near the optimum the value does not change by more than its rounding
	// errors, which each row adds to however small its loss, but the slope still
	// tells.
	rounding := 1e-14*math.Abs(m.value) + 4e-16*o.total/float64(o.every)
	higher := func(t, v float64) bool { return !(v <= m.value+sufficient*t*slope+rounding) }
	v, s, err := o.look(ctx, m.d, m.next)
	if err != nil {
		return false, err
	}
	t := 1.0
	if higher(t, v) || !(math.Abs(s) <= -curved*slope) {
		// The objective is convex: the place is between lo, where it falls, and
		// hi, where it rises or is too high.
		lo, hi, atLo, atHi := 0.0, math.Inf(1), slope, 0.0
		for range 60 {
			if !(s <= 0) || higher(t, v) {
				hi, atHi = t, s
			} else {
				lo, atLo = t, s
			}
			switch {
			case math.IsInf(hi, 1):
				t *= 4
			default:
				// The slope is nearly linear.
				t = lo - atLo*(hi-lo)/(atHi-atLo)
				if margin := 0.05 * (hi - lo); !(t > lo+margin && t < hi-margin) {
					t = (lo + hi) / 2
				}
			}
			if v, s, err = o.at(ctx, t, nil); err != nil {
				return false, err
			}
			if !higher(t, v) && math.Abs(s) <= -0.3*slope {
				break
			}
		}
		if higher(t, v) || !(math.Abs(s) <= -curved*slope) {
			return false, nil
		}
		if v, _, err = o.at(ctx, t, m.next); err != nil {
			return false, err
		}
	}
	o.move(t)
	m.remember(t)
	m.value = v
	m.g, m.next = m.next, m.g
	return true, nil
}

// remember adds the step to the pairs.
func (m *descent) remember(t float64) {
	n := len(m.d)
	var p pair
	// Pairs are to take less time than the features, and at most 256 MB.
	most := min(maxPairs, max(8, m.o.perCoefficient()/2, 1<<16/n), max(5, 1<<24/n))
	if len(m.pairs) >= most {
		p = m.pairs[0]
		m.pairs = append(m.pairs[:0], m.pairs[1:]...)
	} else {
		p = pair{s: make([]float64, n), y: make([]float64, n)}
	}
	sy, yy := 0.0, 0.0
	for j, d := range m.d {
		p.s[j] = t * d
		p.y[j] = m.next[j] - m.g[j]
		sy += p.s[j] * p.y[j]
		yy += p.y[j] * p.y[j]
	}
	if p.rho = 1 / sy; sy > 1e-16*yy && !math.IsInf(p.rho, 0) {
		m.pairs = append(m.pairs, p)
	}
}

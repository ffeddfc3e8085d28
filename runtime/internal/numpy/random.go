// Package numpy reproduces the numbers of NumPy's RandomState, so that a seed
// means the same sample and the same split as it does in pandas and
// scikit-learn.
//
//	numpy.NewRandomState(43).Permutation(10) // numpy.random.RandomState(43).permutation(10)
//
// The generator is the Mersenne Twister MT19937; how numbers are made of its
// output follows NumPy's legacy distributions
// (numpy/random/mtrand.pyx, numpy/random/src/legacy and src/distributions).
package numpy

import (
	"math"
	"math/bits"

	"gonum.org/v1/gonum/mathext/prng"
)

// A RandomState is numpy.random.RandomState. It is not safe for concurrent use.
type RandomState struct {
	mt    *prng.MT19937
	spare float64 // the second number of a pair of normal ones
	have  bool
}

// NewRandomState starts the generator as RandomState(seed) does.
func NewRandomState(seed uint32) *RandomState {
	mt := prng.NewMT19937()
	mt.Seed(uint64(seed))
	return &RandomState{mt: mt}
}

// Uint32 returns 32 random bits.
func (r *RandomState) Uint32() uint32 { return r.mt.Uint32() }

// Uint64 returns 64 random bits, the first 32 as the upper half.
func (r *RandomState) Uint64() uint64 {
	hi := uint64(r.mt.Uint32())
	return hi<<32 | uint64(r.mt.Uint32())
}

// Float64 returns a number of [0, 1) with 53 random bits: random_sample.
func (r *RandomState) Float64() float64 {
	a, b := r.mt.Uint32()>>5, r.mt.Uint32()>>6
	return (float64(a)*(1<<26) + float64(b)) / (1 << 53)
}

// Interval returns a number of [0, top], by rejection under the smallest mask:
// random_interval.
func (r *RandomState) Interval(top uint64) uint64 {
	if top == 0 {
		return 0
	}
	mask := uint64(1)<<bits.Len64(top) - 1
	for {
		var v uint64
		if top <= math.MaxUint32 {
			v = uint64(r.mt.Uint32()) & mask
		} else {
			v = r.Uint64() & mask
		}
		if v <= top {
			return v
		}
	}
}

// Intn returns a number of [0, n): randint(n).
func (r *RandomState) Intn(n int) int { return int(r.Interval(uint64(n - 1))) }

// Shuffle orders n elements at random by exchanging pairs: shuffle.
func (r *RandomState) Shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, int(r.Interval(uint64(i))))
	}
}

// Permutation returns the numbers below n in random order: permutation(n).
func (r *RandomState) Permutation(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	r.Shuffle(n, func(i, j int) { p[i], p[j] = p[j], p[i] })
	return p
}

// Normal returns a number of the standard normal distribution, by the polar
// method: standard_normal.
func (r *RandomState) Normal() float64 {
	if r.have {
		r.have = false
		return r.spare
	}
	for {
		x := 2*r.Float64() - 1
		y := 2*r.Float64() - 1
		if s := x*x + y*y; s < 1 && s != 0 {
			f := math.Sqrt(-2 * math.Log(s) / s)
			r.spare, r.have = f*x, true
			return f * y
		}
	}
}

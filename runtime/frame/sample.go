package frame

// This file draws rows at random.

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/netherfield/netherfield/runtime/internal/numpy"
)

// A SampleOption says how [Frame.Sample] draws.
type SampleOption func(*sampling)

type sampling struct {
	seed     uint32
	seeded   bool
	replace  bool
	fraction float64
	frac     bool
}

// Seed makes a sample the same each time: the rows, in the order, that pandas'
// DataFrame.sample takes with random_state=seed. Without a seed each sample is another.
func Seed(seed uint32) SampleOption {
	return func(s *sampling) { s.seed, s.seeded = seed, true }
}

// Replace lets a row be drawn several times.
func Replace() SampleOption {
	return func(s *sampling) { s.replace = true }
}

// Fraction draws a share of the rows, rounded to the nearest number, halves to the
// even one. The number that Sample is given is 0 then.
func Fraction(share float64) SampleOption {
	return func(s *sampling) { s.fraction, s.frac = share, true }
}

// Sample returns n rows drawn at random, in random order. More rows than there are
// can be drawn only with [Replace].
func (f *Frame) Sample(n int, opts ...SampleOption) (*Frame, error) {
	var s sampling
	for _, o := range opts {
		o(&s)
	}
	if s.frac {
		if n != 0 {
			return nil, fmt.Errorf("frame: Sample of %d rows and of a fraction; say Sample(0, frame.Fraction(%v))", n, s.fraction)
		}
		size := math.RoundToEven(s.fraction * float64(f.rows))
		if !(s.fraction >= 0) || size > maxRows {
			return nil, fmt.Errorf("frame: Sample of %v of the rows", s.fraction)
		}
		n = int(size)
	}
	switch {
	case n < 0 || n > maxRows:
		return nil, fmt.Errorf("frame: Sample of %d rows", n)
	case n > f.rows && (!s.replace || f.rows == 0):
		return nil, fmt.Errorf("frame: Sample of %d rows, but there are %d; frame.Replace() draws rows several times", n, f.rows)
	}
	if !s.seeded {
		s.seed = rand.Uint32()
	}
	random := numpy.NewRandomState(s.seed)
	rows := make([]int32, n)
	if s.replace {
		for k := range rows {
			rows[k] = int32(random.Intn(f.rows))
		}
		return f.take(rows), nil
	}
	all := make([]int32, f.rows)
	for i := range all {
		all[i] = int32(i)
	}
	for i := len(all) - 1; i > 0; i-- { // RandomState.shuffle
		j := random.Interval(uint64(i))
		all[i], all[j] = all[j], all[i]
	}
	copy(rows, all)
	return f.take(rows), nil
}

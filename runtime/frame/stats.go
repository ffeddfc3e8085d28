package frame

// This file computes statistics of columns.

import (
	"fmt"
	"math"
	"slices"
)

// Count returns how many values of a column are not null.
func (f *Frame) Count(column string) (int, error) {
	c, err := f.Column(column)
	if err != nil {
		return 0, err
	}
	return c.Len() - c.NullCount(), nil
}

// Sum returns the sum of a column's values, without nulls; 0 if there are none.
func (f *Frame) Sum(column string) (float64, error) { return f.statistic(column, "Sum", sum) }

// Mean returns the arithmetic mean of a column's values, without nulls; NaN if there
// are none. Bools count as 1 and 0, here and below.
func (f *Frame) Mean(column string) (float64, error) { return f.statistic(column, "Mean", mean) }

// Var returns the variance of a column's values, without nulls: the sum of squared
// differences from the mean, divided by their number less 1; NaN for less than two.
func (f *Frame) Var(column string) (float64, error) { return f.statistic(column, "Var", variance) }

// Std returns the standard deviation of a column's values: the square root of Var.
func (f *Frame) Std(column string) (float64, error) {
	return f.statistic(column, "Std", func(x []float64) float64 { return math.Sqrt(variance(x)) })
}

// Min returns the least of a column's values, without nulls; NaN if there are none.
func (f *Frame) Min(column string) (float64, error) { return f.statistic(column, "Min", least) }

// Max returns the greatest of a column's values, without nulls; NaN if there are
// none.
func (f *Frame) Max(column string) (float64, error) { return f.statistic(column, "Max", greatest) }

// Median returns the value in the middle of a column's values: Quantile of 0.5.
func (f *Frame) Median(column string) (float64, error) { return f.Quantile(column, 0.5) }

// Quantile returns the value below which the share q of a column's values lies,
// without nulls: with the n values in order and numbered from 0, the one at
// q·(n-1), linearly interpolated between its neighbours. It is NaN if there are no
// values; q outside [0, 1] is an error. This is pandas' "linear", method 7 of
// Hyndman and Fan, "Sample Quantiles in Statistical Packages" (1996).
func (f *Frame) Quantile(column string, q float64) (float64, error) {
	if !(q >= 0 && q <= 1) {
		return 0, fmt.Errorf("frame: Quantile of %v; it is a share, of [0, 1]", q)
	}
	return f.statistic(column, "Quantile", func(x []float64) float64 {
		return quantile(x, q)
	})
}

// statistic gives compute the values that are not null. They may be put in order.
func (f *Frame) statistic(column, what string, compute func([]float64) float64) (float64, error) {
	c, err := f.numbers(column, what)
	if err != nil {
		return 0, err
	}
	return compute(c.present()), nil
}

// present returns a copy of the values of a column of numbers that are not null.
func (c Column) present() []float64 {
	x := make([]float64, c.Len())
	c.floatsInto(x, 1)
	if !c.hasNulls() {
		return x
	}
	return slices.DeleteFunc(x, func(v float64) bool { return v != v })
}

// sum adds with Neumaier's compensation (Zeitschrift für Angewandte Mathematik und
// Mechanik 54, 1974), so that the order of a million values does not show. An
// infinite or overflowing sum is what adding plainly makes of it.
func sum(x []float64) float64 {
	s, rest, plain := 0.0, 0.0, 0.0
	for _, v := range x {
		t := s + v
		if math.Abs(s) >= math.Abs(v) {
			rest += s - t + v
		} else {
			rest += v - t + s
		}
		s = t
		plain += v
	}
	if total := s + rest; total-total == 0 {
		return total
	}
	return plain
}

func mean(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	return sum(x) / float64(len(x))
}

func variance(x []float64) float64 {
	if len(x) < 2 {
		return math.NaN()
	}
	m := mean(x)
	s, off := 0.0, 0.0
	for _, v := range x {
		d := v - m
		s += d * d
		off += d
	}
	// What rounding the mean left over is taken out again.
	return (s - off*off/float64(len(x))) / float64(len(x)-1)
}

func least(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	return slices.Min(x)
}

func greatest(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	return slices.Max(x)
}

// quantile puts x partly in order.
func quantile(x []float64, q float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	at := q * float64(len(x)-1)
	lo := int(at)
	a := nth(x, lo)
	frac := at - float64(lo)
	if frac == 0 || lo+1 == len(x) {
		return a
	}
	return lerp(a, slices.Min(x[lo+1:]), frac)
}

// sortedQuantile is quantile of values that are in order.
func sortedQuantile(x []float64, q float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	at := q * float64(len(x)-1)
	lo := int(at)
	frac := at - float64(lo)
	if frac == 0 || lo+1 == len(x) {
		return x[lo]
	}
	return lerp(x[lo], x[lo+1], frac)
}

// lerp interpolates as NumPy does, from the nearer end.
func lerp(a, b, frac float64) float64 {
	switch {
	case a == b:
		return a
	case frac >= 0.5:
		return b - (b-a)*(1-frac)
	}
	return a + (b-a)*frac
}

// nth moves the k-th least value to its place, with none greater before it and none
// less after it, and returns it: Hoare's selection, with the median of three as
// pivot and a sort where that goes badly.
func nth(x []float64, k int) float64 {
	lo, hi := 0, len(x)-1
	for rounds := 0; lo < hi; rounds++ {
		if rounds > 64 {
			slices.Sort(x[lo : hi+1])
			break
		}
		a, b, c := x[lo], x[lo+(hi-lo)/2], x[hi]
		pivot := max(min(a, b), min(max(a, b), c))
		i, j := lo, hi
		for i <= j {
			for x[i] < pivot {
				i++
			}
			for x[j] > pivot {
				j--
			}
			if i <= j {
				x[i], x[j] = x[j], x[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			hi = j
		case k >= i:
			lo = i
		default:
			return x[k]
		}
	}
	return x[k]
}

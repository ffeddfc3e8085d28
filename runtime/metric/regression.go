package metric

// This file rates predicted numbers.

import (
	"fmt"
	"math"
	"slices"
)

// finite checks that there is a finite prediction for each finite truth.
func finite(truth, predicted []float64) error {
	if err := pairs(len(truth), len(predicted)); err != nil {
		return err
	}
	for i, t := range truth {
		for _, v := range [2]struct {
			what string
			x    float64
		}{{"true value", t}, {"prediction", predicted[i]}} {
			if math.IsNaN(v.x) || math.IsInf(v.x, 0) {
				return fmt.Errorf("metric: row %d: the %s is %v; it must be finite", i, v.what, v.x)
			}
		}
	}
	return nil
}

func meanOf(n int, of func(i int) float64) float64 {
	var s sum
	for i := range n {
		s.add(of(i))
	}
	return s.value() / float64(n)
}

// average checks both and returns the mean over rows.
func average(truth, predicted []float64, of func(t, p float64) float64) (float64, error) {
	if err := finite(truth, predicted); err != nil {
		return 0, err
	}
	return meanOf(len(truth), func(i int) float64 { return of(truth[i], predicted[i]) }), nil
}

// MSE returns the mean squared error, mean (y − ŷ)², in the square of y's unit.
func MSE(truth, predicted []float64) (float64, error) {
	return average(truth, predicted, func(t, p float64) float64 { return (t - p) * (t - p) })
}

// RMSE returns the square root of [MSE], in y's unit.
func RMSE(truth, predicted []float64) (float64, error) {
	m, err := MSE(truth, predicted)
	return math.Sqrt(m), err
}

// MAE returns the mean absolute error, mean |y − ŷ|, in y's unit.
func MAE(truth, predicted []float64) (float64, error) {
	return average(truth, predicted, func(t, p float64) float64 { return abs(t - p) })
}

// MAPE returns the mean absolute percentage error as a share, not in percent: mean
// |y − ŷ| / |y|. Where y is 0, the error is divided by 2⁻⁵², which makes it very large
// and no infinity, as in scikit-learn.
func MAPE(truth, predicted []float64) (float64, error) {
	return average(truth, predicted, func(t, p float64) float64 { return abs(t-p) / max(abs(t), 0x1p-52) })
}

// MedianAE returns the median of |y − ŷ|, in y's unit, which a few large errors do
// not change. It is the mean of the middle two if the number of rows is even.
func MedianAE(truth, predicted []float64) (float64, error) {
	if err := finite(truth, predicted); err != nil {
		return 0, err
	}
	d := make([]float64, len(truth))
	for i, t := range truth {
		d[i] = abs(t - predicted[i])
	}
	slices.Sort(d)
	if n := len(d); n%2 == 0 {
		return (d[n/2-1] + d[n/2]) / 2, nil
	}
	return d[len(d)/2], nil
}

// R2 returns the coefficient of determination,
//
//	1 − Σ (y − ŷ)² / Σ (y − ȳ)²
//
// which is 1 at best, 0 for predicting the mean ȳ of the truth always, and less if
// that would be better. If the truth is constant, it is 1 if all predictions are
// right and else 0; of one row, it is NaN.
func R2(truth, predicted []float64) (float64, error) {
	if err := finite(truth, predicted); err != nil {
		return 0, err
	}
	if len(truth) < 2 {
		return math.NaN(), nil
	}
	return explained(truth, func(i int) float64 { return truth[i] - predicted[i] }), nil
}

// ExplainedVariance returns
//
//	1 − Var(y − ŷ) / Var(y)
//
// which is [R2] but for forgiving a constant offset of the predictions. If the truth
// is constant, it is 1 if the error is too and else 0.
func ExplainedVariance(truth, predicted []float64) (float64, error) {
	if err := finite(truth, predicted); err != nil {
		return 0, err
	}
	offset := meanOf(len(truth), func(i int) float64 { return truth[i] - predicted[i] })
	return explained(truth, func(i int) float64 { return truth[i] - predicted[i] - offset }), nil
}

func explained(truth []float64, residual func(i int) float64) float64 {
	mean := meanOf(len(truth), func(i int) float64 { return truth[i] })
	var off, all sum
	for i, t := range truth {
		r := residual(i)
		off.add(r * r)
		all.add((t - mean) * (t - mean))
	}
	switch {
	case off.value() == 0:
		return 1
	case all.value() == 0:
		return 0
	}
	return 1 - off.value()/all.value()
}

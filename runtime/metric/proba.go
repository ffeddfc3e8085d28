package metric

// This file rates probabilities: log loss, the Brier score and calibration.

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// LogLoss returns the mean of −ln of the probability that was given to the true
// class: 0 is the best, ln k is what equal probabilities for k classes get.
// Probabilities are held within [2⁻⁵², 1 − 2⁻⁵²], so that a certain mistake costs 36
// and not infinity. It needs two classes or more; rows that do not sum to 1 are not
// corrected. (C. M. Bishop, Pattern Recognition and Machine Learning, 2006, 4.3.)
func LogLoss(truth []string, proba mat.Matrix, classes []string) (float64, error) {
	at, err := columns(truth, proba, classes)
	if err != nil {
		return 0, err
	}
	if len(classes) < 2 {
		return 0, fmt.Errorf("metric: log loss needs at least two classes; there is %s", quoted(classes))
	}
	const eps = 0x1p-52
	var s sum
	for i, class := range truth {
		s.add(-math.Log(min(max(proba.At(i, at[class]), eps), 1-eps)))
	}
	return s.value() / float64(len(truth)), nil
}

// Brier returns the mean of (p − y)², with p the score, a probability of the positive
// class from 0 to 1, and y 1 for a row that is of it and 0 for others: from 0, the
// best, to 1. It is an error if truth has two or more classes and positive is none of
// them. (G. W. Brier, Verification of forecasts expressed in terms of probability, 1950.)
func Brier(truth []string, scores []float64, positive string) (float64, error) {
	if err := unit(truth, scores); err != nil {
		return 0, err
	}
	var s sum
	found := false
	for i, p := range scores {
		if truth[i] == positive {
			found = true
			p = 1 - p
		}
		s.add(p * p)
	}
	if !found {
		if labels := distinct(truth); len(labels) > 1 {
			return 0, notPositive(positive, labels)
		}
	}
	return s.value() / float64(len(truth)), nil
}

// BrierMulti returns the mean over rows of Σⱼ (pⱼ − yⱼ)² over classes, with yⱼ 1 for
// the true class and 0 for others: from 0, the best, to 2. For two classes it is half
// of that, and so the same as [Brier].
func BrierMulti(truth []string, proba mat.Matrix, classes []string) (float64, error) {
	at, err := columns(truth, proba, classes)
	if err != nil {
		return 0, err
	}
	var s sum
	for i, class := range truth {
		for j := range classes {
			d := proba.At(i, j)
			if j == at[class] {
				d = 1 - d
			}
			s.add(d * d)
		}
	}
	mean := s.value() / float64(len(truth))
	if len(classes) < 3 {
		mean /= 2
	}
	return mean, nil
}

// unit checks probabilities of one class.
func unit(truth []string, scores []float64) error {
	if err := pairs(len(truth), len(scores)); err != nil {
		return err
	}
	for i, p := range scores {
		if !(p >= 0 && p <= 1) {
			return fmt.Errorf("metric: row %d: the probability is %v; it must be from 0 to 1", i, p)
		}
	}
	return nil
}

// A CalibrationCurve compares probabilities with what came of them, in bins of
// similar probability. Bins without rows are left out.
type CalibrationCurve struct {
	// True is the share of positive rows of each bin; of a calibrated model, it is
	// Predicted.
	True []float64
	// Predicted is the mean probability of each bin.
	Predicted []float64
	// Counts is how many rows each bin has.
	Counts []int
}

// XY returns Predicted and True, for display.Calibration.
func (c *CalibrationCurve) XY() (x, y []float64) { return c.Predicted, c.True }

// CalibrationOpts say how [Calibration] makes bins.
type CalibrationOpts struct {
	// Bins is how many; 0 stands for 5.
	Bins int
	// Quantile makes bins of equally many rows, not of equal width.
	Quantile bool
}

// Calibration returns the reliability curve of scores, which are probabilities of the
// positive class, from 0 to 1; all other classes are negative. A bin has its upper
// edge, the first both. Quantiles are interpolated linearly.
func Calibration(truth []string, scores []float64, positive string, o CalibrationOpts) (*CalibrationCurve, error) {
	if err := unit(truth, scores); err != nil {
		return nil, err
	}
	n := o.Bins
	switch {
	case n == 0:
		n = 5
	case n < 0 || n > 1<<20:
		return nil, fmt.Errorf("metric: calibration cannot have %d bins; it can have 1 to %d", n, 1<<20)
	}
	inner := make([]float64, n-1) // edges between bins
	var sorted []float64
	if o.Quantile {
		sorted = slices.Sorted(slices.Values(scores))
	}
	for k := range inner {
		inner[k] = float64(float64(k+1) * (1 / float64(n)))
		if o.Quantile {
			inner[k] = quantile(sorted, inner[k]*100/100)
		}
	}
	sums, hits, counts := make([]sum, n), make([]int, n), make([]int, n)
	for i, p := range scores {
		k, _ := slices.BinarySearch(inner, p)
		sums[k].add(p)
		counts[k]++
		if truth[i] == positive {
			hits[k]++
		}
	}
	c := &CalibrationCurve{}
	for k, rows := range counts {
		if rows > 0 {
			c.True = append(c.True, float64(hits[k])/float64(rows))
			c.Predicted = append(c.Predicted, sums[k].value()/float64(rows))
			c.Counts = append(c.Counts, rows)
		}
	}
	return c, nil
}

// quantile interpolates as numpy.percentile does, bit by bit, since a score equal to
// an edge must fall on the same side. The conversions keep compilers from fusing.
func quantile(sorted []float64, q float64) float64 {
	at := float64(len(sorted)-1) * q
	low := min(int(at), len(sorted)-1)
	a, b := sorted[low], sorted[min(low+1, len(sorted)-1)]
	t := at - float64(low)
	if t >= 0.5 {
		return b - float64((b-a)*(1-t))
	}
	return a + float64((b-a)*t)
}

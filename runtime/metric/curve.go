package metric

// This file defines the curves that a score draws as its threshold falls.

import (
	"fmt"
	"math"
	"slices"
)

// A ROCCurve is the receiver operating characteristic: which share of the negative
// and of the positive rows have a score of at least a threshold, for falling
// thresholds.
type ROCCurve struct {
	// FPR is the share of negative rows: FP / (FP + TN), rising from 0 to 1; NaN
	// if there are none.
	FPR []float64
	// TPR is the share of positive rows, which is recall: TP / (TP + FN), rising
	// from 0 to 1; NaN if there are none.
	TPR []float64
	// Thresholds has the score of each point; the first is +Inf, where no row is
	// taken for positive.
	Thresholds []float64
}

// AUC returns the area under the curve, by trapezoids; NaN if there is no negative or
// no positive row.
func (c *ROCCurve) AUC() float64 { return trapezoids(c.FPR, c.TPR) }

// XY returns FPR and TPR, for display.ROC.
func (c *ROCCurve) XY() (x, y []float64) { return c.FPR, c.TPR }

// XY returns recall and precision, for display.PrecisionRecall.
func (c *PRCurve) XY() (x, y []float64) { return c.Recall, c.Precision }

// A PRCurve is precision against recall, for rising thresholds.
type PRCurve struct {
	// Precision and Recall are those of taking rows with a score of at least the
	// threshold for positive. The last point, without a threshold, is precision 1
	// and recall 0. Without positive rows, precision is 0 and recall 1.
	Precision, Recall []float64
	// Thresholds has one element less: the different scores, rising.
	Thresholds []float64
}

// AveragePrecision returns Σ (Rᵢ − Rᵢ₊₁)·Pᵢ, the area under the curve by steps.
func (c *PRCurve) AveragePrecision() float64 {
	var s sum
	for i := range len(c.Recall) - 1 {
		s.add((c.Recall[i] - c.Recall[i+1]) * c.Precision[i])
	}
	return max(0, s.value())
}

// steps are the counts of positive and negative rows with a score of at least each
// threshold, for falling thresholds.
type steps struct{ tp, fp, threshold []float64 }

// ranks are the scores of positive and of negative rows. Apart, they are plain
// numbers, which sort several times as fast as rows do.
type ranks struct{ positive, negative []float64 }

func (r *ranks) add(score float64, positive bool) {
	if positive {
		r.positive = append(r.positive, score)
	} else {
		r.negative = append(r.negative, score)
	}
}

// trace sorts rows by falling score. The positive rows are those of that class.
func trace(truth []string, scores []float64, positive string) (*steps, error) {
	if err := pairs(len(truth), len(scores)); err != nil {
		return nil, err
	}
	var r ranks
	for i, s := range scores {
		if math.IsNaN(s) || math.IsInf(s, 0) {
			return nil, fmt.Errorf("metric: row %d: the score is %v; it must be finite", i, s)
		}
		r.add(s, truth[i] == positive)
	}
	return r.steps(), nil
}

// steps merges the scores, from the highest, into one step for each different one.
func (r *ranks) steps() *steps {
	slices.Sort(r.positive)
	slices.Sort(r.negative)
	s := &steps{}
	p, n := len(r.positive), len(r.negative)
	for p > 0 || n > 0 {
		at := math.Inf(-1)
		if p > 0 {
			at = r.positive[p-1]
		}
		if n > 0 {
			at = max(at, r.negative[n-1])
		}
		for p > 0 && r.positive[p-1] == at {
			p--
		}
		for n > 0 && r.negative[n-1] == at {
			n--
		}
		s.tp = append(s.tp, float64(len(r.positive)-p))
		s.fp = append(s.fp, float64(len(r.negative)-n))
		s.threshold = append(s.threshold, at)
	}
	return s
}

// ROC returns the curve of a score of the positive class; all other classes are
// negative. Scores are any finite numbers, more for more likely. Points on a straight
// line between their neighbours are left out, as scikit-learn's roc_curve does, which
// does not change the area. (T. Fawcett, An introduction to ROC analysis, 2006.)
func ROC(truth []string, scores []float64, positive string) (*ROCCurve, error) {
	s, err := trace(truth, scores, positive)
	if err != nil {
		return nil, err
	}
	return s.roc(), nil
}

func (s *steps) roc() *ROCCurve {
	n := len(s.tp)
	tp, fp := s.tp[n-1], s.fp[n-1] // 0/0 is NaN: a share of nothing
	c := &ROCCurve{FPR: []float64{0 / fp}, TPR: []float64{0 / tp}, Thresholds: []float64{math.Inf(1)}}
	for i := range n {
		if i > 0 && i < n-1 &&
			s.fp[i+1]-s.fp[i] == s.fp[i]-s.fp[i-1] && s.tp[i+1]-s.tp[i] == s.tp[i]-s.tp[i-1] {
			continue
		}
		c.FPR = append(c.FPR, s.fp[i]/fp)
		c.TPR = append(c.TPR, s.tp[i]/tp)
		c.Thresholds = append(c.Thresholds, s.threshold[i])
	}
	return c
}

// PrecisionRecallCurve returns the curve of a score of the positive class; all other
// classes are negative. Scores are any finite numbers, more for more likely.
func PrecisionRecallCurve(truth []string, scores []float64, positive string) (*PRCurve, error) {
	s, err := trace(truth, scores, positive)
	if err != nil {
		return nil, err
	}
	return s.pr(), nil
}

func (s *steps) pr() *PRCurve {
	n := len(s.tp)
	c := &PRCurve{make([]float64, n+1), make([]float64, n+1), slices.Clone(s.threshold)}
	slices.Reverse(c.Thresholds)
	for i := range n {
		c.Precision[n-1-i] = s.tp[i] / (s.tp[i] + s.fp[i])
		c.Recall[n-1-i] = divide(s.tp[i], s.tp[n-1], 1)
	}
	c.Precision[n] = 1
	return c
}

// AUC returns the area under the curve through the points, by trapezoids. x must rise
// or fall all the way, or stay; an area is positive in both directions if y is.
func AUC(x, y []float64) (float64, error) {
	if len(x) != len(y) {
		return 0, fmt.Errorf("metric: %d values of x, but %d of y; there must be one for each", len(x), len(y))
	}
	if len(x) < 2 {
		return 0, fmt.Errorf("metric: an area needs at least 2 points; there are %d", len(x))
	}
	rises, falls := -1, -1
	for i := range x {
		if math.IsNaN(x[i]) || math.IsInf(x[i], 0) || math.IsNaN(y[i]) || math.IsInf(y[i], 0) {
			return 0, fmt.Errorf("metric: point %d is (%v, %v); it must be finite", i, x[i], y[i])
		}
		if i > 0 && x[i] > x[i-1] {
			rises = i
		}
		if i > 0 && x[i] < x[i-1] {
			falls = i
		}
	}
	if rises >= 0 && falls >= 0 {
		return 0, fmt.Errorf("metric: x rises at point %d and falls at point %d; sort the points by x", rises, falls)
	}
	area := trapezoids(x, y)
	if falls >= 0 {
		area = -area
	}
	return area, nil
}

func trapezoids(x, y []float64) float64 {
	var s sum
	for i := 1; i < len(x); i++ {
		s.add((x[i] - x[i-1]) * (y[i] + y[i-1]) / 2)
	}
	return s.value()
}

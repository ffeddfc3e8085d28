package metric

// This file rates scores by the areas under their curves, for one positive class and
// for several classes.

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// AUCOpts say how the areas of several classes become one number.
type AUCOpts struct {
	// Average of the classes' areas; "" is Macro. With Weighted, classes that truth
	// does not have weigh nothing; with Micro, all probabilities of all classes are
	// one score, right or wrong.
	Average Average
	// OneVsOne averages over pairs of classes, with the rows of the two only, and
	// not over classes against the rest. It knows Macro and Weighted. (D. J. Hand
	// and R. J. Till, A simple generalisation of the area under the ROC curve, 2001.)
	OneVsOne bool
}

// ROCAUC returns the area under the [ROC] curve: how probable it is that a positive
// row has a higher score than a negative one, a tie counting half. 0.5 is chance, 1
// the best. It is NaN, as in scikit-learn, if truth has one class only; if it has
// more, and positive is none of them, that is an error.
func ROCAUC(truth []string, scores []float64, positive string) (float64, error) {
	s, err := positiveSteps(truth, scores, positive)
	if err != nil {
		return 0, err
	}
	return s.area(), nil
}

// AveragePrecision returns Σ (Rₙ − Rₙ₋₁)·Pₙ over the points of the
// [PrecisionRecallCurve], from high thresholds to low: the mean precision at the
// positive rows. It is 0 if no row is positive; if truth has two or more classes, and
// positive is none of them, that is an error.
func AveragePrecision(truth []string, scores []float64, positive string) (float64, error) {
	s, err := positiveSteps(truth, scores, positive)
	if err != nil {
		return 0, err
	}
	return s.pr().AveragePrecision(), nil
}

func positiveSteps(truth []string, scores []float64, positive string) (*steps, error) {
	s, err := trace(truth, scores, positive)
	if err != nil {
		return nil, err
	}
	if s.tp[len(s.tp)-1] == 0 {
		if labels := distinct(truth); len(labels) > 1 {
			return nil, notPositive(positive, labels)
		}
	}
	return s, nil
}

// area is NaN where there are no positive or no negative rows.
func (s *steps) area() float64 {
	n := len(s.tp)
	if s.tp[n-1] == 0 || s.fp[n-1] == 0 {
		return math.NaN()
	}
	var total sum // of twice the area, in rows: whole numbers, so without an error
	tp, fp := 0.0, 0.0
	for i := range n {
		total.add((s.fp[i] - fp) * (s.tp[i] + tp))
		tp, fp = s.tp[i], s.fp[i]
	}
	return total.value() / 2 / tp / fp
}

// ROCAUCMulti returns the average of [ROCAUC] over classes, or over pairs of them.
// Column j of proba is the probability of classes[j]; rows must sum to 1. If truth
// does not have one of the classes, Macro is NaN, as in scikit-learn: use Weighted,
// or OneVsOne, which is over the classes that truth has.
func ROCAUCMulti(truth []string, proba mat.Matrix, classes []string, o AUCOpts) (float64, error) {
	at, err := probabilities(truth, proba, classes)
	if err != nil {
		return 0, err
	}
	if o.OneVsOne {
		return onePairs(truth, proba, classes, at, o.Average)
	}
	return overClasses(truth, proba, classes, at, o.Average, (*steps).area)
}

// ROCAUCPerClass returns [ROCAUC] of each class against the rest, in the order of
// classes; NaN for one that truth does not have.
func ROCAUCPerClass(truth []string, proba mat.Matrix, classes []string) ([]float64, error) {
	if _, err := probabilities(truth, proba, classes); err != nil {
		return nil, err
	}
	return eachClass(truth, proba, classes, (*steps).area), nil
}

// AveragePrecisionMulti returns the average of [AveragePrecision] over classes; the
// average "" is Macro. A class that truth does not have counts as 0.
func AveragePrecisionMulti(truth []string, proba mat.Matrix, classes []string, average Average) (float64, error) {
	at, err := columns(truth, proba, classes)
	if err != nil {
		return 0, err
	}
	return overClasses(truth, proba, classes, at, average, precisionOf)
}

// AveragePrecisionPerClass returns [AveragePrecision] of each class against the rest,
// in the order of classes; 0 for one that truth does not have.
func AveragePrecisionPerClass(truth []string, proba mat.Matrix, classes []string) ([]float64, error) {
	if _, err := columns(truth, proba, classes); err != nil {
		return nil, err
	}
	return eachClass(truth, proba, classes, precisionOf), nil
}

func precisionOf(s *steps) float64 { return s.pr().AveragePrecision() }

// probabilities checks also that rows sum to 1, with the tolerance of scikit-learn.
func probabilities(truth []string, proba mat.Matrix, classes []string) (map[string]int, error) {
	at, err := columns(truth, proba, classes)
	if err != nil {
		return nil, err
	}
	for i := range truth {
		total := 0.0
		for j := range classes {
			total += proba.At(i, j)
		}
		if abs(1-total) > 1e-8+1e-5*total {
			return nil, fmt.Errorf("metric: row %d: the probabilities sum to %v; they must sum to 1", i, total)
		}
	}
	return at, nil
}

func eachClass(truth []string, proba mat.Matrix, classes []string, of func(*steps) float64) []float64 {
	out := make([]float64, len(classes))
	for j, class := range classes {
		var r ranks
		for i, s := range truth {
			r.add(proba.At(i, j), s == class)
		}
		out[j] = of(r.steps())
	}
	return out
}

func overClasses(truth []string, proba mat.Matrix, classes []string, at map[string]int, average Average, of func(*steps) float64) (float64, error) {
	switch average {
	case "", Macro:
		return weightedMean(eachClass(truth, proba, classes, of), nil), nil
	case Weighted:
		each := eachClass(truth, proba, classes, of)
		support := make([]float64, len(classes))
		for _, s := range truth {
			support[at[s]]++
		}
		for j, n := range support {
			if n == 0 {
				each[j] = 0
			}
		}
		return weightedMean(each, support), nil
	case Micro:
		var r ranks
		for i, s := range truth {
			for j, class := range classes {
				r.add(proba.At(i, j), s == class)
			}
		}
		return of(r.steps()), nil
	}
	return 0, fmt.Errorf("metric: there is no average %q; there are Micro, Macro and Weighted", average)
}

func onePairs(truth []string, proba mat.Matrix, classes []string, at map[string]int, average Average) (float64, error) {
	switch average {
	case "", Macro, Weighted:
	default:
		return 0, fmt.Errorf("metric: there is no average %q of one class against one; there are Macro and Weighted", average)
	}
	of := make([][]int, len(classes)) // the rows of each class
	for i, s := range truth {
		of[at[s]] = append(of[at[s]], i)
	}
	var areas, weights []float64
	for a := range classes {
		for b := a + 1; b < len(classes); b++ {
			if len(of[a]) == 0 || len(of[b]) == 0 {
				continue
			}
			area := 0.0
			for _, pair := range [2][2]int{{a, b}, {b, a}} {
				var r ranks
				for k, class := range pair {
					for _, i := range of[class] {
						r.add(proba.At(i, pair[0]), k == 0)
					}
				}
				area += r.steps().area() / 2
			}
			areas = append(areas, area)
			weights = append(weights, float64(len(of[a])+len(of[b])))
		}
	}
	if average != Weighted {
		weights = nil
	}
	return weightedMean(areas, weights), nil
}

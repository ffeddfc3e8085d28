package metric

// This file rates predicted classes: accuracy, precision, recall and Fβ.

import (
	"fmt"
	"math"
	"slices"
)

// An Average says how the scores of several classes become one number.
type Average string

const (
	// Micro adds the counts of all classes, and rates those: large classes weigh
	// more. Over all classes, precision, recall and Fβ are then the accuracy.
	Micro Average = "micro"
	// Macro is the mean of the classes' scores: all classes weigh the same.
	Macro Average = "macro"
	// Weighted is the mean of the classes' scores, weighted by support, which is
	// how many rows truly are of the class.
	Weighted Average = "weighted"
)

// Opts say what [Precision], [Recall], [F1], [FBeta] and [PerClass] rate.
type Opts struct {
	// Positive is the class that is rated, against all others, if Average is "".
	// It is an error if there are two or more classes and it is none of them.
	Positive string
	// Average, if set, is how the scores of all classes become one.
	Average Average
	// Labels are the classes that are averaged, or rated one by one; none stand
	// for all classes of truth and predictions, sorted. Rows of other classes
	// count still, as mistakes of these.
	Labels []string
	// ZeroDivision is the score that has no value since its denominator is 0, as
	// the precision of a class that is never predicted: 0, 1 or NaN. Averages leave
	// NaN out.
	ZeroDivision float64
}

// Scores are how well a class is predicted. With TP the rows that are of the class
// and predicted to be, FP those that only are predicted, and FN those that only are:
type Scores struct {
	Label     string  // the class; "" in an average
	Precision float64 // TP / (TP + FP)
	Recall    float64 // TP / (TP + FN)
	F         float64 // (1 + β²)·TP / ((1 + β²)·TP + β²·FN + FP)
	Support   int     // TP + FN
}

// Accuracy returns the share of rows whose class was predicted: from 0 to 1, more is
// better.
func Accuracy(truth, predicted []string) (float64, error) {
	if err := pairs(len(truth), len(predicted)); err != nil {
		return 0, err
	}
	right := 0
	for i, s := range truth {
		if s == predicted[i] {
			right++
		}
	}
	return float64(right) / float64(len(truth)), nil
}

// BalancedAccuracy returns the mean of the recall of the classes that truth has: 1/k
// for guesses among k classes, however unequal these are, and 1 if all is right.
// Classes that are only predicted count as mistakes, but not as classes.
func BalancedAccuracy(truth, predicted []string) (float64, error) {
	t, err := count(truth, predicted, nil)
	if err != nil {
		return 0, err
	}
	var s sum
	n := 0
	for j, support := range t.truth {
		if support > 0 {
			s.add(float64(t.both[j]) / float64(support))
			n++
		}
	}
	return s.value() / float64(n), nil
}

// Precision returns TP / (TP + FP): which share of what was predicted to be the class
// is. See [Opts] for which classes, and for the case that nothing was predicted.
func Precision(truth, predicted []string, o Opts) (float64, error) {
	s, err := rate(truth, predicted, 1, o)
	return s.Precision, err
}

// Recall returns TP / (TP + FN): which share of what is of the class was predicted to
// be. See [Opts] for which classes, and for the case that there is none.
func Recall(truth, predicted []string, o Opts) (float64, error) {
	s, err := rate(truth, predicted, 1, o)
	return s.Recall, err
}

// F1 returns the harmonic mean of precision and recall, 2·TP / (2·TP + FP + FN). See
// [Opts] for which classes, and for the case that there is none of it.
func F1(truth, predicted []string, o Opts) (float64, error) { return FBeta(truth, predicted, 1, o) }

// FBeta returns the harmonic mean of precision and recall in which recall weighs β²
// times as much:
//
//	Fβ = (1 + β²)·precision·recall / (β²·precision + recall)
//
// β from 0, which gives precision, to +Inf, which gives recall. An average over
// classes is one of their Fβ, not of their precision and recall. (C. J. van
// Rijsbergen, Information Retrieval, 1979, chapter 7.)
func FBeta(truth, predicted []string, beta float64, o Opts) (float64, error) {
	s, err := rate(truth, predicted, beta, o)
	return s.F, err
}

// PerClass returns the scores of each class, of o.Labels or all; F is Fβ. Of o, it
// does not use Positive and Average.
func PerClass(truth, predicted []string, beta float64, o Opts) ([]Scores, error) {
	if err := o.check(beta); err != nil {
		return nil, err
	}
	t, err := count(truth, predicted, o.Labels)
	if err != nil {
		return nil, err
	}
	return t.perClass(beta, o.ZeroDivision), nil
}

func (o Opts) check(beta float64) error {
	switch {
	case !(beta >= 0):
		return fmt.Errorf("metric: β is %v; it must be 0 or more", beta)
	case o.ZeroDivision != 0 && o.ZeroDivision != 1 && o.ZeroDivision == o.ZeroDivision:
		return fmt.Errorf("metric: ZeroDivision is %v; it must be 0, 1 or NaN", o.ZeroDivision)
	}
	switch o.Average {
	case "", Micro, Macro, Weighted:
		return nil
	}
	return fmt.Errorf("metric: there is no average %q; there are Micro, Macro and Weighted, and \"\" for the positive class", o.Average)
}

func rate(truth, predicted []string, beta float64, o Opts) (Scores, error) {
	if err := o.check(beta); err != nil {
		return Scores{}, err
	}
	if o.Average != "" {
		t, err := count(truth, predicted, o.Labels)
		if err != nil {
			return Scores{}, err
		}
		return t.average(o.Average, beta, o.ZeroDivision), nil
	}
	t, err := count(truth, predicted, nil)
	if err != nil {
		return Scores{}, err
	}
	i, ok := slices.BinarySearch(t.labels, o.Positive)
	if ok {
		return t.perClass(beta, o.ZeroDivision)[i], nil
	}
	if len(t.labels) > 1 {
		return Scores{}, notPositive(o.Positive, t.labels)
	}
	return score(o.Positive, 0, 0, 0, beta, o.ZeroDivision), nil
}

func notPositive(positive string, labels []string) error {
	hint := ""
	if positive == "" {
		hint = "; name it, or an average of all classes"
	}
	return fmt.Errorf("metric: the positive class %q is none of the classes %s%s", positive, quoted(labels), hint)
}

// score rates a class by its counts.
func score(label string, both, truth, guessed int, beta, undefined float64) Scores {
	b2 := beta * beta
	s := Scores{
		Label:     label,
		Precision: divide(float64(both), float64(guessed), undefined),
		Recall:    divide(float64(both), float64(truth), undefined),
		Support:   truth,
	}
	switch {
	case math.IsInf(b2, 1): // so large a β counts as +Inf
		s.F = s.Recall
	case b2 == 0:
		s.F = s.Precision
	default:
		s.F = divide((1+b2)*float64(both), b2*float64(truth)+float64(guessed), undefined)
	}
	return s
}

func divide(a, b, undefined float64) float64 {
	if b == 0 {
		return undefined
	}
	return a / b
}

func (t *tally) perClass(beta, undefined float64) []Scores {
	out := make([]Scores, len(t.labels))
	for j, s := range t.labels {
		out[j] = score(s, t.both[j], t.truth[j], t.guessed[j], beta, undefined)
	}
	return out
}

func (t *tally) average(a Average, beta, undefined float64) Scores {
	support, both, guessed := 0, 0, 0
	for j := range t.labels {
		support += t.truth[j]
		both += t.both[j]
		guessed += t.guessed[j]
	}
	if a == Micro {
		return score("", both, support, guessed, beta, undefined)
	}
	each := t.perClass(beta, undefined)
	mean := func(of func(Scores) float64) float64 {
		var x, w []float64
		for _, s := range each {
			if v := of(s); v == v {
				x = append(x, v)
				w = append(w, float64(s.Support))
			}
		}
		if a == Macro {
			w = nil
		}
		return weightedMean(x, w)
	}
	return Scores{
		Precision: mean(func(s Scores) float64 { return s.Precision }),
		Recall:    mean(func(s Scores) float64 { return s.Recall }),
		F:         mean(func(s Scores) float64 { return s.F }),
		Support:   support,
	}
}

// weightedMean returns Σwx / Σw, or the mean of x if there are no weights or all are
// 0; NaN if there is no x.
func weightedMean(x, w []float64) float64 {
	var total, weights, plain sum
	for i, v := range x {
		plain.add(v)
		if w != nil {
			total.add(w[i] * v)
			weights.add(w[i])
		}
	}
	if w != nil && weights.value() != 0 {
		return total.value() / weights.value()
	}
	return plain.value() / float64(len(x))
}

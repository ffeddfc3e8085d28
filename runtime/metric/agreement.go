package metric

// This file rates agreement beyond chance.

import "math"

// CohenKappa returns how much two judges agree beyond what chance would make them:
//
//	κ = (pₒ − pₑ) / (1 − pₑ)
//
// with pₒ the share of rows on which they agree, and pₑ the share on which they would
// if each kept its shares of classes but gave them at random. 1 is agreement, 0
// chance; NaN if both know one and the same class only. (J. Cohen, A coefficient of
// agreement for nominal scales, 1960.)
func CohenKappa(a, b []string) (float64, error) {
	t, err := count(a, b, nil)
	if err != nil {
		return 0, err
	}
	n := float64(t.rows)
	var chance sum // n² pₑ
	for j := range t.labels {
		chance.add(float64(t.truth[j]) * float64(t.guessed[j]))
	}
	expected := n*n - chance.value()
	if expected == 0 {
		return math.NaN(), nil
	}
	return 1 - n*float64(t.rows-t.right)/expected, nil
}

// MatthewsCorrCoef returns the correlation of truth and prediction, from −1 to 1, a
// fair measure for classes of unequal size. With c right predictions of n, tₖ rows of
// class k and pₖ predictions of it:
//
//	(c·n − Σ tₖ·pₖ) / √((n² − Σ pₖ²)·(n² − Σ tₖ²))
//
// For two classes, that is (TP·TN − FP·FN) / √((TP+FP)(TP+FN)(TN+FP)(TN+FN)). It is 0
// if all is, or is predicted to be, of one class. (J. Gorodkin, Comparing two
// K-category assignments by a K-category correlation coefficient, 2004.)
func MatthewsCorrCoef(truth, predicted []string) (float64, error) {
	t, err := count(truth, predicted, nil)
	if err != nil {
		return 0, err
	}
	n := float64(t.rows)
	tp, pp, tt := float64(t.right)*n, n*n, n*n
	for j := range t.labels {
		x, y := float64(t.truth[j]), float64(t.guessed[j])
		tp -= x * y
		pp -= y * y
		tt -= x * x
	}
	if pp == 0 || tt == 0 {
		return 0, nil
	}
	return tp / math.Sqrt(pp*tt), nil
}

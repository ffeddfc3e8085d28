package drift

// This file has the tests on counts: how often each of several things was seen.

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// checkCounts returns how many were counted on each side.
func checkCounts(reference, live []float64) (n, m float64, err error) {
	if len(reference) != len(live) {
		return 0, 0, fmt.Errorf("drift: the reference has %d cells, what is live %d", len(reference), len(live))
	}
	for i, c := range [][]float64{reference, live} {
		sum := 0.0
		for k, v := range c {
			if !(v >= 0) || math.IsInf(v, 0) {
				return 0, 0, fmt.Errorf("drift: cell %d counts %v", k, v)
			}
			sum += v
		}
		if sum == 0 {
			return 0, 0, fmt.Errorf("drift: %s counts nothing", []string{"the reference", "what is live"}[i])
		}
		if i == 0 {
			n = sum
		} else {
			m = sum
		}
	}
	return n, m, nil
}

// PSI returns the population stability index of counts,
//
//	Σ (qᵢ − pᵢ) ln(qᵢ/pᵢ),
//
// where p are the shares of the reference and q those of what is live. So that an empty
// cell does not make it infinite, half a count is added to each cell of both if there is
// one that is empty in either.
//
// Without drift the index is not 0: with k cells, n and m counts it is about
// χ²(k−1)·(1/n+1/m), whose mean is (k−1)(1/n+1/m) (Yurdakul and Naranjo, Statistical
// properties of the population stability index, Journal of Risk Model Validation 14, 2020).
// So the limit is the larger of 0.1 and the 1−Alpha quantile of that. With few counts the
// index passes it more often than it should; therefore there is drift only if the test of
// [ChiSquare], which keeps its level better, finds it as well: the p-value is that
// test's. Where cells have fewer than five counts or so, the half counts make the index
// smaller than the formulas say, and drift is found later. Cells that are empty on both
// sides do not count. The error says that the counts are none, or of different lengths.
func PSI(reference, live []float64) (Result, error) { return psi(reference, live, Alpha) }

func psi(reference, live []float64, alpha float64) (Result, error) {
	n, m, err := checkCounts(reference, live)
	if err != nil {
		return Result{}, err
	}
	cells, empty := 0, false
	for i := range reference {
		if reference[i] > 0 || live[i] > 0 {
			cells++
			empty = empty || reference[i] == 0 || live[i] == 0
		}
	}
	more := 0.0
	if empty {
		more = 0.5
	}
	sum, sn, sm := 0.0, n+more*float64(cells), m+more*float64(cells)
	for i := range reference {
		if reference[i] == 0 && live[i] == 0 {
			continue
		}
		p, q := (reference[i]+more)/sn, (live[i]+more)/sm
		sum += (q - p) * math.Log(q/p)
	}
	r := Result{Test: "PSI", Statistic: sum, Limit: floorPSI, PValue: 1}
	if cells > 1 {
		chi := distuv.ChiSquared{K: float64(cells - 1)}
		r.Limit = max(r.Limit, chi.Quantile(1-alpha)*(1/n+1/m))
		test, err := ChiSquare(reference, live)
		if err != nil {
			return Result{}, err
		}
		r.PValue = test.PValue
	}
	r.Drift = r.Statistic > r.Limit && r.PValue < alpha
	return r, nil
}

// NoisePSI returns what the index of k cells is on average without drift, with n counts
// of the reference and m of what is live: (k−1)(1/n+1/m).
func NoisePSI(k int, n, m float64) float64 { return float64(k-1) * (1/n + 1/m) }

// JensenShannon returns the Jensen–Shannon distance of the shares that counts stand for:
// the square root of the divergence (KL(p‖a) + KL(q‖a))/2 with a = (p+q)/2 and natural
// logarithms, from 0 to √ln 2 ≈ 0.83. It is that of scipy.spatial.distance.jensenshannon.
// (Endres and Schindelin, A new metric for probability distributions, IEEE Transactions
// on Information Theory 49, 2003.) The error is PSI's.
func JensenShannon(reference, live []float64) (float64, error) {
	n, m, err := checkCounts(reference, live)
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for i := range reference {
		p, q := reference[i]/n, live[i]/m
		a := (p + q) / 2
		if p > 0 {
			sum += p * math.Log(p/a)
		}
		if q > 0 {
			sum += q * math.Log(q/a)
		}
	}
	return math.Sqrt(max(0, sum) / 2), nil
}

// ChiSquare returns the χ² test of homogeneity of counts: whether both sides have the same
// shares. The statistic is Σ (observed−expected)²/expected over both sides, and has the χ²
// distribution with k−1 degrees of freedom without drift, as scipy.stats.chi2_contingency
// without correction says; cells that are empty on both sides do not count. It is an
// approximation that wants five expected counts or so in each cell. With many counts it
// finds differences that do not matter: see [PSI].
func ChiSquare(reference, live []float64) (Result, error) {
	n, m, err := checkCounts(reference, live)
	if err != nil {
		return Result{}, err
	}
	r := Result{Test: "χ²", PValue: 1}
	cells := 0
	for i := range reference {
		row := reference[i] + live[i]
		if row == 0 {
			continue
		}
		cells++
		for _, side := range [2][2]float64{{reference[i], n}, {live[i], m}} {
			expected := row * side[1] / (n + m)
			r.Statistic += (side[0] - expected) * (side[0] - expected) / expected
		}
	}
	if cells < 2 {
		return r, nil
	}
	chi := distuv.ChiSquared{K: float64(cells - 1)}
	r.Limit, r.PValue = chi.Quantile(1-Alpha), chi.Survival(r.Statistic)
	r.Drift = r.Statistic > r.Limit
	return r, nil
}

var errEmpty = errors.New("drift: a sample is empty")

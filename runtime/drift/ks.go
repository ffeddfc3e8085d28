package drift

// This file has the test on numbers.

import (
	"fmt"
	"math"
	"slices"
)

// exactKS is the product of the samples' sizes up to which the distribution of the
// statistic is counted out.
const exactKS = 4_000_000

// KS returns the two-sample test of Kolmogorov and Smirnov: the statistic is the largest
// difference between the shares of the two samples that are at most x, for any x. The
// p-value is exact up to 4,000,000 pairs, that of scipy.stats.ks_2samp with
// method="exact"; beyond, and with ties approximately, that of the limit distribution
// Q(√(nm/(n+m))·D), Q(z) = 2 Σ (−1)^(k−1) exp(−2k²z²) (Smirnov, Table for estimating the
// goodness of fit of empirical distributions, 1948). The limit is the statistic whose
// limit distribution is Alpha. The samples are not changed; NaN is an error, and so is an
// empty sample.
func KS(reference, live []float64) (Result, error) {
	if len(reference) == 0 || len(live) == 0 {
		return Result{}, errEmpty
	}
	x, y := slices.Clone(reference), slices.Clone(live)
	slices.Sort(x)
	slices.Sort(y)
	if math.IsNaN(x[0]) || math.IsNaN(y[0]) {
		return Result{}, fmt.Errorf("drift: a sample holds NaN; leave missing values out first")
	}
	n, m := len(x), len(y)
	// In units of 1/(nm), so that equal differences are equal.
	largest := 0
	for i, j := 0, 0; i < n && j < m; {
		v := min(x[i], y[j])
		for i < n && x[i] == v {
			i++
		}
		for j < m && y[j] == v {
			j++
		}
		d := i*m - j*n
		largest = max(largest, d, -d)
	}
	root := math.Sqrt(float64(n) * float64(m) / float64(n+m))
	r := Result{Test: "KS", Statistic: float64(largest) / (float64(n) * float64(m))}
	if n*m <= exactKS {
		r.PValue = exactTail(n, m, largest)
	} else {
		r.PValue = kolmogorov(root * r.Statistic)
	}
	r.Limit = math.Sqrt(-math.Log(Alpha/2)/2) / root
	r.Drift = r.PValue < Alpha
	return r, nil
}

// exactTail returns the probability that the samples' steps differ by d/(nm) or more
// somewhere: one less the share of the ways from (0,0) to (n,m) that stay nearer to the
// diagonal. Shares are carried from one row to the next, so that nothing overflows
// (Hodges, The significance probability of the Smirnov two-sample test, Arkiv för
// Matematik 3, 1958).
func exactTail(n, m, d int) float64 {
	if d == 0 {
		return 1
	}
	inside := func(i, j int) bool {
		v := i*m - j*n
		return v < d && -v < d
	}
	// share[j] is the probability that a way to (i,j), of all ways there, stays inside.
	share := make([]float64, m+1)
	for j := range share {
		if share[j] = 0; inside(0, j) && (j == 0 || share[j-1] > 0) {
			share[j] = 1
		}
	}
	for i := 1; i <= n; i++ {
		if !inside(i, 0) {
			share[0] = 0
		}
		for j := 1; j <= m; j++ {
			if !inside(i, j) {
				share[j] = 0
				continue
			}
			// Of the ways to (i,j), i/(i+j) come from the left.
			w := float64(i) / float64(i+j)
			share[j] = w*share[j] + (1-w)*share[j-1]
		}
	}
	return max(0, 1-share[m])
}

// kolmogorov returns the tail of the limit distribution.
func kolmogorov(z float64) float64 {
	if z < 0.2 {
		return 1 // within 1e-12
	}
	sum, sign := 0.0, 1.0
	for k := 1.0; ; k++ {
		term := math.Exp(-2 * k * k * z * z)
		sum += sign * term
		if term < 1e-17 {
			return max(0, min(1, 2*sum))
		}
		sign = -sign
	}
}

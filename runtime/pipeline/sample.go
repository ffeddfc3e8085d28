package pipeline

// This file defines which combinations a random search tries.

import "github.com/netherfield/netherfield/runtime/internal/numpy"

// sampleWithoutReplacement returns n different numbers below total, those of
// scikit-learn's sample_without_replacement(total, n, random_state=seed): by
// permutation, or by whichever of two ways is quick when nearly none or nearly all
// are wanted.
func sampleWithoutReplacement(total, n int, seed uint32) []int {
	r := numpy.NewRandomState(seed)
	ratio := float64(n) / float64(total)
	switch {
	case ratio > 0.01 && ratio < 0.99:
		return r.Permutation(total)[:n]
	case ratio < 0.2:
		seen := make(map[int]bool, n)
		out := make([]int, 0, n)
		for len(out) < n {
			if i := r.Intn(total); !seen[i] {
				seen[i] = true
				out = append(out, i)
			}
		}
		return out
	}
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	for i := n; i < total; i++ {
		if j := r.Intn(i + 1); j < n {
			out[j] = i
		}
	}
	return out
}

package drift

// This file is what a test finds.

import (
	"fmt"
	"math"
)

// A Result is what a test says about a reference and what is live.
type Result struct {
	// Test names it, such as "PSI".
	Test string `json:"test"`
	// Statistic is how much the two differ, 0 for not at all.
	Statistic float64 `json:"statistic"`
	// Limit is what the statistic is compared with.
	Limit float64 `json:"limit"`
	// PValue is the probability of such a difference, or a larger one, between samples of
	// the same source; NaN if the test has none.
	PValue float64 `json:"-"`
	// Drift says that the difference is larger than chance makes it, and large enough to
	// matter.
	Drift bool `json:"drift"`
}

// String returns the result in a line.
func (r Result) String() string {
	verdict := "no drift"
	if r.Drift {
		verdict = "drift"
	}
	s := fmt.Sprintf("%s %.4g, limit %.4g", r.Test, r.Statistic, r.Limit)
	if !math.IsNaN(r.PValue) {
		s += fmt.Sprintf(", p %.3g", r.PValue)
	}
	return s + ": " + verdict
}

// Alpha is the probability with which a test speaks of drift where there is none, unless
// another is given.
const Alpha = 0.001

// Significant PSI: 0.1 is where it is usually called a change worth looking at, whatever
// the size of the samples (Siddiqi, Credit Risk Scorecards, 2006).
const floorPSI = 0.1

package model

import (
	"math"
	"testing"
)

func TestWhatIsNotFiniteIsFoundAnywhere(t *testing.T) {
	for n := range 12 {
		values := make([]float64, n)
		for i := range values {
			values[i] = []float64{0, math.Copysign(0, -1), 1, -1, math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64}[i%7]
		}
		if !allFinite(values) {
			t.Errorf("%v is finite", values)
		}
		for i, v := range values {
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				values[i] = bad
				if allFinite(values) {
					t.Errorf("%v is not finite", values)
				}
			}
			values[i] = v
		}
	}
}

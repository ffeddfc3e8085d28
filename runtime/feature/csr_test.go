package feature_test

import (
	"strings"
	"testing"

	"github.com/netherfield/netherfield/runtime/feature"
	"gonum.org/v1/gonum/mat"
)

func TestCSR(t *testing.T) {
	m, err := feature.NewCSR(3, 4, []int{0, 2, 2, 3}, []int32{0, 3, 1}, []float64{1, 2, 3})
	must(t, err)
	want := mat.NewDense(3, 4, []float64{1, 0, 0, 2, 0, 0, 0, 0, 0, 3, 0, 0})
	if !mat.Equal(m, want) || !mat.Equal(m.T(), want.T()) || !mat.Equal(feature.Dense(m), want) || m.NNZ() != 3 || feature.Density(m) != 0.25 {
		t.Error(m)
	}
	if s := feature.Sparse(want); !mat.Equal(s, m) || s.NNZ() != 3 || feature.Sparse(m) != m || feature.Dense(want) != want || feature.Density(want) != 1 {
		t.Error(s)
	}
	rows := []int{2, 0, 2}
	for _, x := range []mat.Matrix{m, want, m.T().T(), want.T().T()} {
		r, err := feature.Rows(x, rows)
		must(t, err)
		if !mat.Equal(r, mat.NewDense(3, 4, []float64{0, 3, 0, 0, 1, 0, 0, 2, 0, 3, 0, 0})) {
			t.Error(r)
		}
		if _, err := feature.Rows(x, []int{3}); err == nil || !strings.Contains(err.Error(), "row 3 of a matrix of 3 rows") {
			t.Error(err)
		}
		if r, err := feature.Rows(x, nil); err != nil {
			t.Error(r, err)
		}
	}
	for what, f := range map[string]func() (*feature.CSR, error){
		"negative":  func() (*feature.CSR, error) { return feature.NewCSR(-1, 2, nil, nil, nil) },
		"starts":    func() (*feature.CSR, error) { return feature.NewCSR(1, 2, []int{0}, nil, nil) },
		"entries":   func() (*feature.CSR, error) { return feature.NewCSR(1, 2, []int{0, 1}, []int32{0}, nil) },
		"backwards": func() (*feature.CSR, error) { return feature.NewCSR(2, 2, []int{0, 2, 1}, []int32{0}, []float64{1}) },
		"twice": func() (*feature.CSR, error) {
			return feature.NewCSR(1, 2, []int{0, 2}, []int32{1, 1}, []float64{1, 1})
		},
		"outside": func() (*feature.CSR, error) { return feature.NewCSR(1, 2, []int{0, 1}, []int32{2}, []float64{1}) },
	} {
		if m, err := f(); err == nil {
			t.Errorf("%s: %v", what, m)
		}
	}
	defer func() {
		if v := recover(); v == nil {
			t.Error("there is an element beyond the last")
		}
	}()
	m.At(0, 4)
}

package golden_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/netherfield/netherfield/internal/golden"
	"gonum.org/v1/gonum/mat"
)

// A recorder keeps what a failing test would say.
type recorder struct {
	testing.TB
	said []string
}

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.said = append(r.said, fmt.Sprintf(format, args...))
}

func TestWhatIsNotNearFails(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		got, want []float64
		rel, abs  float64
		fails     string
	}{
		{[]float64{1, nan, inf, 0}, []float64{1, nan, inf, 0}, 0, 0, ""},
		{[]float64{1 + 1e-13, -1}, []float64{1, -1 - 1e-13}, 1e-12, 0, ""},
		{[]float64{1e-20}, []float64{0}, 1e-12, 1e-15, ""},
		{[]float64{1}, []float64{1, 2}, 1, 1, "1 elements, want 2"},
		{[]float64{1, 2.5, 4}, []float64{1, 2, 3}, 1e-12, 0, "2 of 3 elements are wrong; the worst is 2: 4, want 3"},
		{[]float64{1e-20}, []float64{0}, 1e-12, 0, "1 of 1"},
		{[]float64{nan}, []float64{1}, 1, 1, "NaN, want 1"},
		{[]float64{1}, []float64{nan}, 1, 1, "1, want NaN"},
		{[]float64{1}, []float64{inf}, 1, 1, "1, want +Inf"},
		{[]float64{-inf}, []float64{inf}, 1, 1, "-Inf, want +Inf"},
	} {
		r := &recorder{}
		golden.Near(r, "x", c.got, c.want, c.rel, c.abs)
		if said := strings.Join(r.said, "\n"); (said == "") != (c.fails == "") || !strings.Contains(said, c.fails) {
			t.Errorf("%v, %v: %q, want %q", c.got, c.want, said, c.fails)
		}
	}
	r := &recorder{}
	golden.NearMatrix(r, "x", mat.NewDense(1, 2, nil), mat.NewDense(2, 1, nil), 0, 0)
	golden.Equal(r, "y", []string{"a", "b"}, []string{"a", "c"})
	golden.Equal(r, "z", []int{1}, nil)
	if len(r.said) != 3 {
		t.Errorf("%q", r.said)
	}
}

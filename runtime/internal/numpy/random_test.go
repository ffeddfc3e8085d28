package numpy_test

import (
	"fmt"
	"testing"

	"github.com/netherfield/netherfield/runtime/internal/numpy"
)

// The expected numbers are those of NumPy 2.4.6:
//
//	r = numpy.random.RandomState(43)
//	r.permutation(10), r.random_sample(2), r.standard_normal(3),
//	r.randint(1000, size=4), r.randint(0, 2**40, size=2), r.choice(10, 5, replace=False)
func TestTheNumbersAreNumPys(t *testing.T) {
	r := numpy.NewRandomState(43)
	for _, c := range []struct {
		what string
		got  any
		want string
	}{
		{"permutation", r.Permutation(10), "[3 9 6 8 2 5 1 7 0 4]"},
		{"random_sample", []float64{r.Float64(), r.Float64()}, "[0.8591374909485977 0.6660902130980257]"},
		{"standard_normal", []float64{r.Normal(), r.Normal(), r.Normal()}, "[-0.4713833167038588 0.04119692074890438 -0.67025794292186]"},
		{"randint", []int{r.Intn(1000), r.Intn(1000), r.Intn(1000), r.Intn(1000)}, "[449 367 546 843]"},
		{"randint of 2**40", []int{r.Intn(1 << 40), r.Intn(1 << 40)}, "[837324239075 504898224260]"},
		{"choice", r.Permutation(10)[:5], "[1 2 7 3 6]"},
	} {
		if got := fmt.Sprint(c.got); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}

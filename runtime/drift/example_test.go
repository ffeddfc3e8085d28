package drift_test

import (
	"fmt"

	"github.com/netherfield/netherfield/runtime/drift"
)

// Half of what a model was trained with was spam, and now nearly all is.
func ExamplePSI() {
	r, err := drift.PSI([]float64{5000, 5000}, []float64{25, 475})
	fmt.Printf("%.3f, limit %.3f, %v, %v\n", r.Statistic, r.Limit, r.Drift, err)
	// Output: 1.325, limit 0.100, true, <nil>
}

func ExampleDetector() {
	d, err := drift.NewDetector(map[string]uint64{"legitimate": 500, "spam": 500}, drift.DetectorOpts{Window: 100})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range 200 {
		class := "spam"
		if i < 100 && i%2 == 0 {
			class = "legitimate"
		}
		if r, whole := d.Add(class); whole {
			fmt.Println(r.Drift)
		}
	}
	// Output:
	// false
	// true
}

func ExampleReport() {
	c, err := drift.Report([]string{"ham", "spam", "ham", "spam"}, []string{"spam", "ham", "spam", "ham"})
	fmt.Println(c.Drift(), err)
	// Output: false <nil>
}

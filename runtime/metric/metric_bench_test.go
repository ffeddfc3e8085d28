package metric_test

import (
	"math/rand/v2"
	"testing"

	"github.com/netherfield/netherfield/runtime/metric"
)

// BenchmarkMetric rates 40,000 predictions, the size of the workshop's data.
func BenchmarkMetric(b *testing.B) {
	const n = 40_000
	r := rand.New(rand.NewPCG(1, 2))
	classes := []string{"legitimate", "spam"}
	truth, predicted, scores := make([]string, n), make([]string, n), make([]float64, n)
	for i := range truth {
		truth[i], predicted[i], scores[i] = classes[r.IntN(2)], classes[r.IntN(2)], r.Float64()
	}
	for _, c := range []struct {
		name string
		f    func() error
	}{
		{"confusion", func() error { _, err := metric.Confusion(truth, predicted); return err }},
		{"report", func() error { _, err := metric.Report(truth, predicted); return err }},
		{"roc-auc", func() error { _, err := metric.ROCAUC(truth, scores, "spam"); return err }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if err := c.f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Package drift owns statistics that tell whether data has changed since a model was
// trained: tests on counts and samples, sketches that replicas of a service can merge,
// detectors that watch a stream, and a report for notebooks.
//
//	r, err := drift.PSI([]float64{5000, 5000}, []float64{50, 950})
//	fmt.Println(r.Statistic, r.Drift) // 1.3 true
//	report, err := drift.Report(training, live)
//
// Each test gives a [Result]: the statistic, the limit above which it speaks of drift, and
// the probability of as much without any. The limits know how many samples there are: a
// small sample differs from its source without drift, and by how much is known.
//
// The package knows nothing of networks. Sketches and detectors may be used by several
// goroutines at once; the other values do not change.
package drift

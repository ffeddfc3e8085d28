package service

// This file tells by gauges how far what is scored has drifted from what a pipeline was
// trained with, if its artefact says what that was: see [drift.Baseline].

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/netherfield/netherfield/runtime/drift"
)

// Gauges of versions that have a baseline.
var (
	baselineRatio = prometheus.NewDesc("pipeline_baseline_ratio", "Share of a class among what the pipeline was trained with.", []string{"pipeline", "version", "value"}, nil)
	driftValue    = prometheus.NewDesc("pipeline_drift_psi", "Population stability index of the last window of 500 documents against the baseline.", []string{"pipeline", "version", "of"}, nil)
	driftLimit    = prometheus.NewDesc("pipeline_drift_psi_limit", "The index above which it is drift, and no chance.", []string{"pipeline", "version", "of"}, nil)
	driftFound    = prometheus.NewDesc("pipeline_drift_detected", "1 if the last window has drifted.", []string{"pipeline", "version", "of"}, nil)
)

// watched makes the monitor of a version. One whose baseline cannot be read is served
// without.
func (s *Service) watched(v *Version) {
	text := v.fitted.Provenance()[drift.BaselineKey]
	if text == "" {
		return
	}
	b, err := drift.ParseBaseline(text)
	if err == nil {
		v.monitor, err = drift.NewMonitor(b, drift.DetectorOpts{})
	}
	if err != nil {
		s.log.Warn("the artefact's baseline is left out", "pipeline", v.Pipeline, "version", v.Name, "error", err)
		return
	}
	v.baseline = b
}

// watch shows a monitor what was scored.
func (v *Version) watch(samples []sample, scored []scored) {
	if v.monitor == nil {
		return
	}
	var buckets [drift.Buckets]float64
	for i := range scored {
		v.monitor.Add(scored[i].class)
		if v.takes != takesTexts {
			continue
		}
		sketch := v.monitor.AddText(samples[i].text)
		v.meter.length.Observe(float64(sketch.Characters))
		if sketch.Words > 0 {
			v.meter.unknown.Observe(sketch.Unknown / sketch.Words)
		}
		for j, n := range sketch.Buckets {
			buckets[j] += n
		}
	}
	for j, n := range buckets {
		if n > 0 {
			v.meter.words[j].Add(n)
		}
	}
}

// A driftCollector reads the monitors when metrics are read.
type driftCollector struct{ s *Service }

// Describe implements [prometheus.Collector].
func (c driftCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{baselineRatio, driftValue, driftLimit, driftFound} {
		out <- d
	}
}

// Collect implements [prometheus.Collector].
func (c driftCollector) Collect(out chan<- prometheus.Metric) {
	for _, shelf := range *c.s.loaded.Load() {
		for _, v := range shelf.versions {
			if v.monitor == nil {
				continue
			}
			gauge := func(d *prometheus.Desc, value float64, of string) {
				out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, v.Pipeline, v.Name, of)
			}
			shares := map[string]float64{}
			for class, ratio := range v.baseline.Ratios() {
				if v.meter.classes[class] == nil {
					class = other
				}
				shares[class] += ratio
			}
			for class, ratio := range shares {
				gauge(baselineRatio, ratio, class)
			}
			for _, f := range v.monitor.Figures() {
				found := 0.0
				if f.Drift {
					found = 1
				}
				gauge(driftValue, f.Statistic, f.Of)
				gauge(driftLimit, f.Limit, f.Of)
				gauge(driftFound, found, f.Of)
			}
		}
	}
}

package watch

// This file makes figures of a service's metrics.

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/netherfield/netherfield/runtime/client"
)

// window is what quantiles and shares are of.
const window = time.Minute

// A Sample is how a service was doing at one moment.
type Sample struct {
	At        int64              `json:"at"` // milliseconds since 1970
	Pipelines map[string]Figures `json:"pipelines"`
}

// Figures are those of one pipeline. What is nil is unknown: nothing was asked of it.
type Figures struct {
	// Rate is how many requests a second were answered since the sample before.
	Rate *float64 `json:"rate"`
	// P50, P90 and P99 are quantiles of a request's seconds in the last minute, as
	// Prometheus' histogram_quantile has them.
	P50 *float64 `json:"p50"`
	P90 *float64 `json:"p90"`
	P99 *float64 `json:"p99"`
	// Shares are those of the classes that were predicted in the last minute, and Total
	// how often each was since the service began.
	Shares map[string]float64 `json:"shares"`
	Total  map[string]float64 `json:"total"`
	// Baseline are the shares of what the pipeline was trained with.
	Baseline map[string]float64 `json:"baseline"`
	Drift    []Drift            `json:"drift"`
}

// Drift is how far a version has drifted from its baseline.
type Drift struct {
	Version  string  `json:"version"`
	Of       string  `json:"of"` // "predictions", "texts", …
	PSI      float64 `json:"psi"`
	Limit    float64 `json:"limit"`
	Detected bool    `json:"detected"`
}

// A reading is what one process of a service has counted until one moment.
type reading struct {
	at      time.Time
	process string
	// Of each pipeline: its requests, those that took at most so many seconds, and its
	// predictions.
	requests    map[string]float64
	buckets     map[string]map[float64]float64
	predictions map[string]map[string]float64
	baseline    map[string]map[string]float64
	drift       map[string][]Drift
	loads       loads
}

// loads changes when something is loaded or unloaded.
type loads struct {
	attempts float64
	versions int // that are loaded
}

// read takes a reading of metrics. Services of nachlass name no pipeline; theirs is called
// as the service.
func read(m *client.Metrics, service string, at time.Time) reading {
	r := reading{
		at: at, process: strconv.FormatFloat(m.Value("process_start_time_seconds"), 'f', -1, 64),
		requests: map[string]float64{}, buckets: map[string]map[float64]float64{}, predictions: map[string]map[string]float64{},
		baseline: map[string]map[string]float64{}, drift: map[string][]Drift{},
	}
	counted := m.Prefix + "request_seconds"
	if math.IsNaN(m.Value(counted + "_count")) {
		counted = m.Prefix + "processing_seconds"
	}
	type of struct{ pipeline, version, what string }
	drifts := map[of]Drift{}
	for _, s := range m.All {
		pipeline, value := cmp.Or(s.Labels["pipeline"], service), finite(s.Value)
		switch s.Name {
		case counted + "_count":
			r.requests[pipeline] = finite(r.requests[pipeline] + value)
		case counted + "_bucket":
			le, err := strconv.ParseFloat(s.Labels["le"], 64)
			if err == nil && !math.IsNaN(le) && !math.IsInf(le, -1) {
				add(r.buckets, pipeline, le, value)
			}
		case m.Prefix + "predictions_total":
			add(r.predictions, pipeline, s.Labels["value"], value)
		case m.Prefix + "baseline_ratio":
			// Of several versions, one stands for all: they have learned from the same labels.
			if r.baseline[pipeline] == nil {
				r.baseline[pipeline] = map[string]float64{}
			}
			r.baseline[pipeline][s.Labels["value"]] = value
		case m.Prefix + "drift_psi", m.Prefix + "drift_psi_limit", m.Prefix + "drift_detected":
			key := of{pipeline, s.Labels["version"], s.Labels["of"]}
			d := drifts[key]
			d.Version, d.Of = key.version, key.what
			switch s.Name[len(m.Prefix):] {
			case "drift_psi":
				d.PSI = value
			case "drift_psi_limit":
				d.Limit = value
			default:
				d.Detected = value == 1
			}
			drifts[key] = d
		case m.Prefix + "loads_total":
			r.loads.attempts += value
		case m.Prefix + "version_info":
			r.loads.versions++
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(drifts), func(a, b of) int {
		return cmp.Or(cmp.Compare(a.version, b.version), cmp.Compare(a.what, b.what))
	}) {
		r.drift[key.pipeline] = append(r.drift[key.pipeline], drifts[key])
	}
	return r
}

// finite makes what JSON has no word for 0.
func finite(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}

func add[K comparable](to map[string]map[K]float64, pipeline string, key K, v float64) {
	if to[pipeline] == nil {
		to[pipeline] = map[K]float64{}
	}
	to[pipeline][key] = finite(to[pipeline][key] + v)
}

// figures computes those at the newest of the readings, which are in order and no older than
// the window. What several processes have counted is added up; each of them is compared
// with itself, so that one that has just begun takes nothing off.
func figures(readings []reading) Sample {
	newest := readings[len(readings)-1]
	sample := Sample{At: newest.at.UnixMilli(), Pipelines: map[string]Figures{}}
	processes := map[string][]reading{}
	for _, r := range readings {
		processes[r.process] = append(processes[r.process], r)
	}
	for pipeline := range newest.requests {
		f := Figures{Total: map[string]float64{}, Baseline: newest.baseline[pipeline], Drift: newest.drift[pipeline]}
		latencies, predicted := map[float64]float64{}, map[string]float64{}
		for _, of := range processes {
			last, gone := of[len(of)-1], ended(of, readings[0].at, newest.at)
			if !gone {
				for class, n := range last.predictions[pipeline] {
					f.Total[class] = finite(f.Total[class] + n)
				}
			}
			of = unbroken(of, pipeline)
			if len(of) < 2 {
				continue
			}
			before, first := of[len(of)-2], of[0]
			if seconds := last.at.Sub(before.at).Seconds(); seconds > 0 && !gone {
				f.Rate = plus(f.Rate, (last.requests[pipeline]-before.requests[pipeline])/seconds)
			}
			for le, n := range last.buckets[pipeline] {
				latencies[le] += max(0, n-first.buckets[pipeline][le])
			}
			for class, n := range last.predictions[pipeline] {
				predicted[class] += max(0, n-first.predictions[pipeline][class])
			}
		}
		f.P50, f.P90, f.P99 = quantile(latencies, .5), quantile(latencies, .9), quantile(latencies, .99)
		f.Shares = shares(predicted)
		sample.Pipelines[pipeline] = f
	}
	return sample
}

// ended tells whether a process has probably ended, of which there are these readings since
// some moment: of several behind one address any may answer, but nobody has met this one for
// far longer than it usually takes.
func ended(of []reading, since, now time.Time) bool {
	const far = 5
	usually := now.Sub(since) / time.Duration(len(of))
	return now.Sub(of[len(of)-1].at) > far*usually
}

// unbroken returns the last readings of a process in which what a pipeline has counted only
// grows: a version that was unloaded takes its counts with it.
func unbroken(of []reading, pipeline string) []reading {
	for i := len(of) - 1; i > 0; i-- {
		if of[i].requests[pipeline] < of[i-1].requests[pipeline] {
			return of[i:]
		}
	}
	return of
}

func plus(sum *float64, v float64) *float64 {
	if sum != nil {
		v += *sum
	}
	return known(v)
}

// known returns what JSON has a word for, else nil.
func known(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// shares returns how much of the sum each count is, nil without one.
func shares(counts map[string]float64) map[string]float64 {
	sum := 0.0
	for _, n := range counts {
		sum += n
	}
	if sum <= 0 || math.IsInf(sum, 1) {
		return nil
	}
	out := map[string]float64{}
	for class, n := range counts {
		out[class] = n / sum
	}
	return out
}

// quantile returns the value below which a share q of what was counted is, by linear
// interpolation in its bucket; nil if nothing was counted. The counts are cumulative by
// upper bounds. What is above the last bound that is finite counts as that bound, as in
// Prometheus.
func quantile(buckets map[float64]float64, q float64) *float64 {
	bounds := slices.Sorted(maps.Keys(buckets))
	if len(bounds) == 0 || buckets[bounds[len(bounds)-1]] <= 0 {
		return nil
	}
	rank := q * buckets[bounds[len(bounds)-1]]
	below, lower := 0.0, 0.0
	for _, bound := range bounds {
		n := buckets[bound]
		if n >= rank && n > below {
			if math.IsInf(bound, 1) {
				return known(lower)
			}
			return known(lower + (bound-lower)*(rank-below)/(n-below))
		}
		below = n
		if !math.IsInf(bound, 1) {
			lower = bound
		}
	}
	return known(lower)
}

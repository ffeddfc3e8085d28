package service

// This file counts what the service does, for Prometheus.

import (
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/netherfield/netherfield/runtime/drift"
)

// Bounds on the number of series.
const (
	maxClasses = 40 // of a version, that have a series of their own
	maxRetired = 4  // versions of a pipeline that keep theirs after they were unloaded
)

const other = "other"

// metrics are those of one service.
type metrics struct {
	registry *prometheus.Registry

	predictions     *prometheus.CounterVec
	processing      *prometheus.SummaryVec
	seconds         *prometheus.HistogramVec
	values          *prometheus.HistogramVec
	multiplications *prometheus.HistogramVec
	length          *prometheus.HistogramVec
	unknown         *prometheus.HistogramVec
	words           *prometheus.CounterVec
	requests        *prometheus.CounterVec
	queue           prometheus.Histogram
	inFlight        prometheus.Gauge
	loads           *prometheus.CounterVec
	info            *prometheus.GaugeVec

	mu      sync.Mutex
	retired map[string][]*Version // by pipeline, oldest first
}

// of a version are these labels.
var versionLabels = []string{"pipeline", "version"}

func newMetrics() *metrics {
	histogram := func(name, help string, buckets []float64) prometheus.HistogramOpts {
		return prometheus.HistogramOpts{
			Name: name, Help: help, Buckets: buckets,
			NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 100, NativeHistogramMinResetDuration: time.Hour,
		}
	}
	times := []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .1, .5, 2.5}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		predictions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "pipeline_predictions_total", Help: "Documents that were classified, by the class predicted.",
		}, []string{"pipeline", "version", "value"}),
		processing: prometheus.NewSummaryVec(prometheus.SummaryOpts{
			Name: "pipeline_processing_seconds", Help: "Time to score the documents of a request.",
		}, versionLabels),
		seconds:         prometheus.NewHistogramVec(histogram("pipeline_request_seconds", "Time from a request's arrival to its answer.", times), versionLabels),
		values:          prometheus.NewHistogramVec(histogram("pipeline_predicted_value", "Values that a regressor predicted.", []float64{0}), versionLabels),
		multiplications: prometheus.NewHistogramVec(histogram("pipeline_scoring_multiplications", "Multiplications that a document costs: features of it that are not zero, times the model's outputs.", prometheus.ExponentialBuckets(8, 4, 8)), versionLabels),
		length:          prometheus.NewHistogramVec(histogram("pipeline_document_length_characters", "Characters of a document, of versions with a baseline.", prometheus.ExponentialBuckets(16, 4, 7)), versionLabels),
		unknown:         prometheus.NewHistogramVec(histogram("pipeline_document_unknown_words_ratio", "Share of a document's words that the pipeline was not trained with.", []float64{0, .01, .02, .05, .1, .2, .5}), versionLabels),
		words: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "pipeline_document_words_total", Help: "Words of documents, by the bucket of their hashes.",
		}, []string{"pipeline", "version", "bucket"}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "pipeline_requests_total", Help: "Requests for predictions, by how they were answered.",
		}, []string{"pipeline", "version", "code", "reason"}),
		queue:    prometheus.NewHistogram(histogram("pipeline_queue_seconds", "Time that a request waited to be scored.", times)),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "pipeline_requests_in_flight", Help: "Requests for predictions that are being answered."}),
		loads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "pipeline_loads_total", Help: "Artefacts that were loaded or refused.",
		}, []string{"pipeline", "outcome"}),
		info: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "pipeline_version_info", Help: "1 for each version that is loaded, with the digest of its artefact.",
		}, []string{"pipeline", "version", "digest"}),
		retired: map[string][]*Version{},
	}
	m.registry.MustRegister(m.predictions, m.processing, m.seconds, m.values, m.multiplications, m.length, m.unknown, m.words, m.requests, m.queue,
		m.inFlight, m.loads, m.info, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// A meter is the series of one version, looked up once.
type meter struct {
	classes         map[string]prometheus.Counter
	other           prometheus.Counter
	processing      prometheus.Observer
	seconds         prometheus.Observer
	values          prometheus.Observer
	multiplications prometheus.Observer
	// What arrives, of versions that are watched.
	length, unknown prometheus.Observer
	words           [drift.Buckets]prometheus.Counter
	ok              prometheus.Counter
}

// of returns the meter of a version; every class is there from the start, with 0.
func (m *metrics) of(v *Version) *meter {
	out := &meter{
		classes:         map[string]prometheus.Counter{},
		processing:      m.processing.WithLabelValues(v.Pipeline, v.Name),
		seconds:         m.seconds.WithLabelValues(v.Pipeline, v.Name),
		multiplications: m.multiplications.WithLabelValues(v.Pipeline, v.Name),
		ok:              m.requests.WithLabelValues(v.Pipeline, v.Name, "200", reasonOK),
	}
	if v.classes == nil {
		out.values = m.values.WithLabelValues(v.Pipeline, v.Name)
	}
	if v.monitor != nil && v.takes == takesTexts {
		out.length = m.length.WithLabelValues(v.Pipeline, v.Name)
		out.unknown = m.unknown.WithLabelValues(v.Pipeline, v.Name)
		for j := range out.words {
			out.words[j] = m.words.WithLabelValues(v.Pipeline, v.Name, strconv.Itoa(j))
		}
	}
	for i, class := range v.classes {
		if i == maxClasses {
			out.other = m.predictions.WithLabelValues(v.Pipeline, v.Name, other)
			break
		}
		out.classes[class] = m.predictions.WithLabelValues(v.Pipeline, v.Name, class)
	}
	m.info.WithLabelValues(v.Pipeline, v.Name, v.Digest).Set(1)
	m.mu.Lock()
	defer m.mu.Unlock()
	// One that comes back goes on counting.
	m.retired[v.Pipeline] = slices.DeleteFunc(m.retired[v.Pipeline], func(w *Version) bool { return w.Name == v.Name })
	return out
}

// counted counts predictions.
func (t *meter) counted(scored []scored) {
	for i := range scored {
		switch {
		case t.values != nil:
			t.values.Observe(scored[i].value)
		default:
			c := t.classes[scored[i].class]
			if c == nil {
				c = t.other
			}
			c.Inc()
		}
	}
}

// answered counts a request that v, or nobody if that is nil, has answered.
func (m *metrics) answered(v *Version, p *Problem) {
	switch {
	case p == nil:
		v.meter.ok.Inc()
	case v == nil:
		m.requests.WithLabelValues("", "", strconv.Itoa(p.Status), p.Reason).Inc()
	default:
		m.requests.WithLabelValues(v.Pipeline, v.Name, strconv.Itoa(p.Status), p.Reason).Inc()
	}
}

// retire keeps the series of a version that was unloaded, so that sums over versions do
// not drop, until others follow.
func (m *metrics) retire(v *Version) {
	m.info.DeleteLabelValues(v.Pipeline, v.Name, v.Digest)
	m.mu.Lock()
	defer m.mu.Unlock()
	all := append(m.retired[v.Pipeline], v)
	if len(all) > maxRetired {
		gone := all[0]
		all = all[1:]
		of := prometheus.Labels{"pipeline": gone.Pipeline, "version": gone.Name}
		for _, vec := range []interface{ DeletePartialMatch(prometheus.Labels) int }{m.predictions, m.processing, m.seconds, m.values, m.multiplications, m.length, m.unknown, m.words, m.requests} {
			vec.DeletePartialMatch(of)
		}
	}
	m.retired[v.Pipeline] = all
}

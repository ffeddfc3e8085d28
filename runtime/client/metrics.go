package client

// This file reads a service's metrics.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"maps"
	"math"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// A Series is one number of a service's metrics.
type Series struct {
	Name   string
	Labels map[string]string
	Value  float64
}

// String returns the series as Prometheus writes it, such as
// pipeline_predictions_total{value="spam"}.
func (s Series) String() string {
	if len(s.Labels) == 0 {
		return s.Name
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(s.Labels)) {
		parts = append(parts, k+"="+strconv.Quote(s.Labels[k]))
	}
	return s.Name + "{" + strings.Join(parts, ",") + "}"
}

// Metrics are those of a service at one moment. They show themselves as a table of the
// pipeline's own series.
type Metrics struct {
	// All are the series, in alphabetical order. Of a summary and a histogram there are
	// _count and _sum, and quantiles and buckets with their labels.
	All []Series
	// Prefix is what the names of the pipeline's metrics begin with: "pipeline_",
	// "nachlass_", or nothing in old services.
	Prefix string
}

// Metrics reads the metrics of the service. It reads them again if the service breaks
// off, as it may when it has one worker: nothing is counted by that.
func (c *Client) Metrics(ctx context.Context) (*Metrics, error) {
	const path, attempts = "/metrics", 3
	var answer []byte
	for attempt := 1; ; attempt++ {
		var status int
		var header http.Header
		var err error
		answer, status, header, err = c.do(ctx, http.MethodGet, path, "", nil)
		if err != nil {
			if ctx.Err() != nil || attempt == attempts {
				return nil, err
			}
			continue
		}
		if status != http.StatusOK {
			return nil, c.refusal(path, answer, status, header)
		}
		break
	}
	m, err := parseMetrics(answer)
	if err != nil {
		return nil, fmt.Errorf("client: the metrics of %s cannot be read: %w", c.base, err)
	}
	return m, nil
}

// parseMetrics reads metrics in Prometheus' text format.
func parseMetrics(text []byte) (*Metrics, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	if len(families) == 0 {
		return nil, errors.New("there are none: " + shortened(text))
	}
	m := &Metrics{Prefix: prefixOf(families)}
	for _, name := range slices.Sorted(maps.Keys(families)) {
		for _, one := range families[name].Metric {
			m.add(name, one)
		}
	}
	sort.SliceStable(m.All, func(i, j int) bool { return m.All[i].String() < m.All[j].String() })
	return m, nil
}

// prefixOf finds what the pipeline's metrics are called.
func prefixOf(families map[string]*dto.MetricFamily) string {
	for _, suffix := range []string{"predictions_total", "predictions", "processing_seconds"} {
		for _, name := range slices.Sorted(maps.Keys(families)) {
			if prefix, ok := strings.CutSuffix(name, suffix); ok && (prefix == "" || strings.HasSuffix(prefix, "_")) {
				return prefix
			}
		}
	}
	return ""
}

// add adds the series of one metric.
func (m *Metrics) add(name string, one *dto.Metric) {
	put := func(suffix string, value float64, more ...string) {
		labels := map[string]string{}
		for _, l := range one.Label {
			labels[l.GetName()] = l.GetValue()
		}
		if len(more) == 2 {
			labels[more[0]] = more[1]
		}
		m.All = append(m.All, Series{name + suffix, labels, value})
	}
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	switch {
	case one.Counter != nil:
		put("", one.Counter.GetValue())
	case one.Gauge != nil:
		put("", one.Gauge.GetValue())
	case one.Untyped != nil:
		put("", one.Untyped.GetValue())
	case one.Summary != nil:
		put("_count", float64(one.Summary.GetSampleCount()))
		put("_sum", one.Summary.GetSampleSum())
		for _, q := range one.Summary.Quantile {
			put("", q.GetValue(), "quantile", number(q.GetQuantile()))
		}
	case one.Histogram != nil:
		put("_count", float64(one.Histogram.GetSampleCount()))
		put("_sum", one.Histogram.GetSampleSum())
		for _, b := range one.Histogram.Bucket {
			put("_bucket", float64(b.GetCumulativeCount()), "le", number(b.GetUpperBound()))
		}
	}
}

// Value returns the sum of the series of the name that have the labels, which are given
// as pairs: m.Value("pipeline_predictions_total", "value", "spam"). It is NaN if there
// is no such series. An odd number of labels panics.
func (m *Metrics) Value(name string, labels ...string) float64 {
	if len(labels)%2 != 0 {
		panic("client: Value wants labels in pairs of a name and a value")
	}
	sum, found := 0.0, false
	for _, s := range m.All {
		if s.Name != name {
			continue
		}
		fits := true
		for i := 0; i < len(labels); i += 2 {
			fits = fits && s.Labels[labels[i]] == labels[i+1]
		}
		if fits {
			sum, found = sum+s.Value, true
		}
	}
	if !found {
		return math.NaN()
	}
	return sum
}

// Predictions returns how often each class was predicted; nil if the pipeline is no
// classifier.
func (m *Metrics) Predictions() map[string]float64 {
	var out map[string]float64
	for _, s := range m.All {
		if s.Name == m.Prefix+"predictions_total" {
			if out == nil {
				out = map[string]float64{}
			}
			out[s.Labels["value"]] += s.Value
		}
	}
	return out
}

// MeanSeconds returns how long a request was processed on average, NaN if there was
// none.
func (m *Metrics) MeanSeconds() float64 {
	name := m.Prefix + "processing_seconds"
	return m.Value(name+"_sum") / m.Value(name+"_count")
}

// Pipeline returns the series that are the pipeline's own, without those of its process,
// without what tells when a series began, and without those that make sense only together:
// the buckets of histograms, and of words.
func (m *Metrics) Pipeline() []Series {
	return slices.DeleteFunc(slices.Clone(m.All), func(s Series) bool {
		own := strings.HasPrefix(s.Name, m.Prefix)
		if m.Prefix == "" {
			own = strings.HasPrefix(s.Name, "predictions") || strings.HasPrefix(s.Name, "processing_seconds")
		}
		return !own || strings.HasSuffix(s.Name, "_created") || strings.HasSuffix(s.Name, "_bucket") || s.Labels["bucket"] != ""
	})
}

// String returns a line for each of the pipeline's own series.
func (m *Metrics) String() string {
	rows := m.Pipeline()
	width := 0
	for _, s := range rows {
		width = max(width, len([]rune(s.String())))
	}
	var b strings.Builder
	for _, s := range rows {
		name := s.String()
		fmt.Fprintf(&b, "%s%s  %s\n", name, strings.Repeat(" ", width-len([]rune(name))), valueText(s.Value))
	}
	b.WriteString(m.rest(len(rows)))
	return b.String()
}

func (m *Metrics) rest(shown int) string {
	return fmt.Sprintf("%d series, and %d others in All", shown, len(m.All)-shown)
}

func valueText(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', 6, 64)
}

// MIMEBundle shows the pipeline's own series in a notebook.
func (m *Metrics) MIMEBundle() map[string]any {
	rows := m.Pipeline()
	var b strings.Builder
	b.WriteString(`<table><thead><tr><th style="text-align:left">series</th><th>value</th></tr></thead><tbody>`)
	for _, s := range rows {
		fmt.Fprintf(&b, `<tr><td style="text-align:left"><code>%s</code></td><td>%s</td></tr>`, html.EscapeString(s.String()), valueText(s.Value))
	}
	fmt.Fprintf(&b, "</tbody></table><p>%s</p>", html.EscapeString(m.rest(len(rows))))
	return map[string]any{"text/plain": m.String(), "text/html": b.String()}
}

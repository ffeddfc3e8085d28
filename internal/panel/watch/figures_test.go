package watch

// This file tests figures, against those that are computed by hand.

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/netherfield/netherfield/runtime/client"
)

// parsed are metrics as a client has them.
func parsed(t *testing.T, text string) *client.Metrics {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) }))
	defer server.Close()
	c, err := client.New(client.Opts{URL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	m, err := c.Metrics(t.Context())
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return m
}

// process is when a process of the name began.
func process(name string) string {
	return fmt.Sprintf("process_start_time_seconds %d.25\n", 1e9+int(name[0]))
}

// requests are those that a pipeline has answered: how many, and of these how many in 0.1 s
// and in 0.2 s.
func requests(all, within1, within2 int) string {
	return fmt.Sprintf(`# TYPE pipeline_request_seconds histogram
pipeline_request_seconds_bucket{pipeline="spam",version="1",le="0.1"} %d
pipeline_request_seconds_bucket{pipeline="spam",version="1",le="0.2"} %d
pipeline_request_seconds_bucket{pipeline="spam",version="1",le="+Inf"} %d
pipeline_request_seconds_sum{pipeline="spam",version="1"} 1
pipeline_request_seconds_count{pipeline="spam",version="1"} %[3]d
`, within1, within2, all)
}

// predictions are how often two classes were predicted.
func predictions(spam, ham string) string {
	return `pipeline_predictions_total{pipeline="spam",version="1",value="spam"} ` + spam +
		"\n" + `pipeline_predictions_total{pipeline="spam",version="1",value="ham"} ` + ham + "\n"
}

func TestFigures(t *testing.T) {
	tests := []struct {
		name string
		// What a service answers, every two seconds.
		answers []string
		want    string // the figures of each pipeline
	}{
		{
			name: "a first reading tells no rate",
			answers: []string{
				process("a") + requests(10, 4, 8) + predictions("6", "4"),
			},
			want: `{"spam": {"rate": null, "p50": null, "p90": null, "p99": null, "shares": null, "total": {"spam": 6, "ham": 4}, "baseline": null, "drift": null}}`,
		}, {
			// 20 requests in two seconds: 5 in 0.1 s, 15 in 0.2 s. The tenth is half way from
			// the fifth to the fifteenth; the eighteenth is above the last bound.
			name: "what has come since is counted",
			answers: []string{
				process("a") + requests(10, 4, 8) + predictions("6", "4"),
				process("a") + requests(30, 9, 23) + predictions("21", "9"),
			},
			want: `{"spam": {"rate": 10, "p50": 0.15, "p90": 0.2, "p99": 0.2, "shares": {"spam": 0.75, "ham": 0.25}, "total": {"spam": 21, "ham": 9}, "baseline": null, "drift": null}}`,
		}, {
			name: "rates are those of the last two, the rest of the whole minute",
			answers: []string{
				process("a") + requests(0, 0, 0) + predictions("0", "0"),
				process("a") + requests(10, 10, 10) + predictions("10", "0"),
				process("a") + requests(12, 10, 12) + predictions("10", "2"),
			},
			want: `{"spam": {"rate": 1, "p50": 0.06, "p90": 0.14, "p99": 0.194, "shares": {"spam": 0.8333333333, "ham": 0.1666666667}, "total": {"spam": 10, "ham": 2}, "baseline": null, "drift": null}}`,
		}, {
			name: "of a process that nobody has met before, what it has counted is no rate",
			answers: []string{
				process("a") + requests(10, 10, 10) + predictions("10", "0"),
				process("a") + requests(14, 14, 14) + predictions("14", "0"),
				process("b") + requests(900, 0, 0) + predictions("0", "900"),
			},
			want: `{"spam": {"rate": 2, "p50": 0.05, "p90": 0.09, "p99": 0.099, "shares": {"spam": 1, "ham": 0}, "total": {"spam": 14, "ham": 900}, "baseline": null, "drift": null}}`,
		}, {
			name: "several processes are added up, each since it was met before",
			answers: []string{
				process("a") + requests(10, 10, 10) + predictions("10", "0"),
				process("b") + requests(0, 0, 0) + predictions("0", "0"),
				process("a") + requests(14, 14, 14) + predictions("14", "0"),
				process("b") + requests(12, 12, 12) + predictions("0", "12"),
			},
			want: `{"spam": {"rate": 4, "p50": 0.05, "p90": 0.09, "p99": 0.099, "shares": {"spam": 0.25, "ham": 0.75}, "total": {"spam": 14, "ham": 12}, "baseline": null, "drift": null}}`,
		}, {
			name: "a process that has ended goes on at no rate, but its minute counts",
			answers: append(
				repeated(10, func(i int) string {
					return process("a") + requests(100*i, 100*i, 100*i) + predictions(fmt.Sprint(100*i), "0")
				}),
				repeated(12, func(i int) string { return process("b") + requests(2*i, 2*i, 2*i) + predictions("0", fmt.Sprint(2*i)) })...,
			),
			want: `{"spam": {"rate": 1, "p50": 0.05, "p90": 0.09, "p99": 0.099, "shares": {"spam": 0.976138828633, "ham": 0.023861171366}, "total": {"spam": 0, "ham": 22}, "baseline": null, "drift": null}}`,
		}, {
			// Without a time of its beginning, a process that has begun anew looks like the
			// one before; so does one that has unloaded a version.
			name: "counts that have become fewer begin anew",
			answers: []string{
				requests(100, 0, 0) + predictions("100", "50"),
				requests(120, 0, 20) + predictions("110", "60"),
				requests(3, 3, 3) + predictions("1", "2"),
				requests(7, 7, 7) + predictions("2", "5"),
			},
			want: `{"spam": {"rate": 2, "p50": 0.05, "p90": 0.09, "p99": 0.099, "shares": {"spam": 0.25, "ham": 0.75}, "total": {"spam": 2, "ham": 5}, "baseline": null, "drift": null}}`,
		}, {
			name: "a class whose count alone has become smaller has no share below nothing",
			answers: []string{
				process("a") + requests(10, 0, 0) + predictions("8", "2"),
				process("a") + requests(14, 0, 0) + predictions("3", "6"),
			},
			want: `{"spam": {"rate": 2, "p50": 0.2, "p90": 0.2, "p99": 0.2, "shares": {"spam": 0, "ham": 1}, "total": {"spam": 3, "ham": 6}, "baseline": null, "drift": null}}`,
		}, {
			name: "services of nachlass name no pipeline and have no buckets",
			answers: []string{
				"# TYPE nachlass_processing_seconds summary\nnachlass_processing_seconds_count 4\nnachlass_processing_seconds_sum 1\nnachlass_predictions_total{value=\"ham\"} 4\n",
				"# TYPE nachlass_processing_seconds summary\nnachlass_processing_seconds_count 6\nnachlass_processing_seconds_sum 2\nnachlass_predictions_total{value=\"ham\"} 6\n",
			},
			want: `{"service": {"rate": 1, "p50": null, "p90": null, "p99": null, "shares": {"ham": 1}, "total": {"ham": 6}, "baseline": null, "drift": null}}`,
		}, {
			name: "versions are added up, and drift is told of each",
			answers: []string{`# TYPE pipeline_request_seconds histogram
pipeline_request_seconds_count{pipeline="p",version="2"} 4
pipeline_request_seconds_count{pipeline="p",version="10"} 3
pipeline_predictions_total{pipeline="p",version="2",value="ham"} 4
pipeline_predictions_total{pipeline="p",version="10",value="ham"} 3
pipeline_baseline_ratio{pipeline="p",version="2",value="ham"} 0.75
pipeline_baseline_ratio{pipeline="p",version="2",value="spam"} 0.25
pipeline_drift_psi{pipeline="p",version="2",of="texts"} 0.5
pipeline_drift_psi_limit{pipeline="p",version="2",of="texts"} 0.25
pipeline_drift_detected{pipeline="p",version="2",of="texts"} 1
pipeline_drift_psi{pipeline="p",version="2",of="predictions"} 0.125
pipeline_drift_psi_limit{pipeline="p",version="2",of="predictions"} 0.25
pipeline_drift_detected{pipeline="p",version="2",of="predictions"} 0
`},
			want: `{"p": {"rate": null, "p50": null, "p90": null, "p99": null, "shares": null, "total": {"ham": 7}, "baseline": {"ham": 0.75, "spam": 0.25}, "drift": [
				{"version": "2", "of": "predictions", "psi": 0.125, "limit": 0.25, "detected": false},
				{"version": "2", "of": "texts", "psi": 0.5, "limit": 0.25, "detected": true}]}}`,
		}, {
			// JSON has no word for them, and for what they add up to.
			name: "what is no number is none of the figures",
			answers: []string{
				requests(0, 0, 0) + predictions("NaN", "-Inf") + `pipeline_baseline_ratio{pipeline="spam",value="ham"} +Inf` + "\n",
				`# TYPE pipeline_request_seconds histogram
pipeline_request_seconds_bucket{pipeline="spam",version="1",le="-Inf"} 1
pipeline_request_seconds_bucket{pipeline="spam",version="1",le="NaN"} 2
pipeline_request_seconds_bucket{pipeline="spam",version="1",le="-1.7e308"} 3
pipeline_request_seconds_bucket{pipeline="spam",version="1",le="1.7e308"} 4
pipeline_request_seconds_count{pipeline="spam",version="1"} 4
pipeline_predictions_total{pipeline="spam",version="1",value="spam"} 1.7e308
pipeline_predictions_total{pipeline="spam",version="2",value="spam"} 1.7e308
pipeline_predictions_total{pipeline="spam",version="1",value="ham"} 1.7e308
pipeline_predictions_total{pipeline="spam",version="1",value="eggs"} 1.7e308
pipeline_baseline_ratio{pipeline="spam",value="ham"} NaN
pipeline_drift_psi{pipeline="spam",version="1",of="texts"} NaN
pipeline_drift_psi_limit{pipeline="spam",version="1",of="texts"} +Inf
`,
			},
			want: `{"spam": {"rate": 2, "p50": null, "p90": null, "p99": null, "shares": null, "total": {"spam": 0, "ham": 1.7e308, "eggs": 1.7e308},
				"baseline": {"ham": 0}, "drift": [{"version": "1", "of": "texts", "psi": 0, "limit": 0, "detected": false}]}}`,
		},
		{
			name:    "nor is what grows beyond all numbers",
			answers: repeated(2, func(int) string { return requests(1, 1, 1) + predictions("1.7e308", "0\n"+predictions("1.7e308", "1")) }),
			want:    `{"spam": {"rate": 0, "p50": null, "p90": null, "p99": null, "shares": null, "total": {"spam": 0, "ham": 1}, "baseline": null, "drift": null}}`,
		}, {
			name: "a bound that is no number spoils no other",
			answers: repeated(2, func(i int) string {
				return strings.Replace(requests(4*i, 4*i, 4*i), "pipeline_request_seconds_bucket", `pipeline_request_seconds_bucket{pipeline="spam",version="1",le="-Inf"} 0
pipeline_request_seconds_bucket{pipeline="spam",version="1",le="NaN"} 0
pipeline_request_seconds_bucket`, 1) + predictions("0", "0")
			}),
			want: `{"spam": {"rate": 2, "p50": 0.05, "p90": 0.09, "p99": 0.099, "shares": null, "total": {"spam": 0, "ham": 0}, "baseline": null, "drift": null}}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			began := time.UnixMilli(1e12)
			var readings []reading
			for i, text := range tt.answers {
				readings = append(readings, read(parsed(t, text), "service", began.Add(time.Duration(2*i)*time.Second)))
			}
			sample := figures(readings)
			if want := int64(1e12 + 2000*(len(tt.answers)-1)); sample.At != want {
				t.Errorf("it is of %d, not of %d", sample.At, want)
			}
			text, err := json.Marshal(sample.Pipelines)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(decoded(t, tt.want), decoded(t, string(text)), cmpopts.EquateApprox(1e-9, 0)); diff != "" {
				t.Errorf("figures (-want +got):\n%s", diff)
			}
		})
	}
}

func repeated(n int, text func(i int) string) (out []string) {
	for i := range n {
		out = append(out, text(i))
	}
	return out
}

func decoded(t *testing.T, text string) (out any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return out
}

// As in the tests of Prometheus' histogram_quantile (promql/promqltest/testdata/histograms.test),
// whose values follow from linear interpolation.
func TestQuantile(t *testing.T) {
	inf := math.Inf(1)
	for _, tt := range []struct {
		buckets map[float64]float64
		q       float64
		want    float64 // NaN for none
	}{
		{nil, .5, math.NaN()},
		{map[float64]float64{.1: 0, inf: 0}, .5, math.NaN()},
		{map[float64]float64{.1: 4, .2: 8, inf: 8}, .5, .1},
		{map[float64]float64{.1: 4, .2: 8, inf: 8}, .25, .05},
		{map[float64]float64{.1: 4, .2: 8, inf: 8}, .75, .15},
		{map[float64]float64{.1: 4, .2: 8, inf: 16}, .99, .2},
		{map[float64]float64{.1: 0, .2: 8, inf: 8}, .5, .15},
		{map[float64]float64{.1: 2, .2: 2, .4: 4, inf: 4}, .75, .3},
		// All are above the last bound, or there is no other.
		{map[float64]float64{.1: 0, inf: 3}, .5, .1},
		{map[float64]float64{inf: 3}, .5, 0},
		// Counts that a reset has put out of order.
		{map[float64]float64{.1: 5, .2: 3, inf: 10}, .5, .1},
	} {
		got := quantile(tt.buckets, tt.q)
		if math.IsNaN(tt.want) != (got == nil) || got != nil && math.Abs(*got-tt.want) > 1e-12 {
			t.Errorf("%v of %v is %v, want %v", tt.q, tt.buckets, shownOf(got), tt.want)
		}
	}
}

func shownOf(v *float64) string {
	if v == nil {
		return "unknown"
	}
	return fmt.Sprint(*v)
}

func TestWhatIsLoadedIsToldApart(t *testing.T) {
	text := func(attempts, versions int) string {
		return "pipeline_predictions_total 0\n" + fmt.Sprintf("pipeline_loads_total{outcome=\"loaded\"} %d\n", attempts) +
			strings.Join(repeated(versions, func(i int) string { return fmt.Sprintf("pipeline_version_info{version=\"%d\"} 1\n", i) }), "")
	}
	seen := map[loads]string{}
	for _, one := range []string{text(0, 0), text(1, 1), text(1, 0), text(2, 1), text(2, 2)} {
		l := read(parsed(t, one), "s", time.Time{}).loads
		if before, ok := seen[l]; ok {
			t.Errorf("these are told to be the same, %+v:\n%s\n%s", l, before, one)
		}
		seen[l] = one
	}
}

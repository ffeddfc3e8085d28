package monitoring

// This file makes the rules for Prometheus.

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
)

// Opts say what is to be watched. Only Pipeline is needed.
type Opts struct {
	// Pipeline is the pipeline's name.
	Pipeline string
	// Availability is the share of requests that are to be answered without an error of
	// the service's, 429 among them; 0.999 if 0.
	Availability float64
	// Latency is the share of requests that are to be answered within LatencySeconds:
	// 0.99 within 0.025 if 0. The seconds are one of the buckets of
	// pipeline_request_seconds.
	Latency        float64
	LatencySeconds float64
	// Labels are put on each alert, such as "team".
	Labels map[string]string
}

// buckets are those of pipeline_request_seconds.
var buckets = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .1, .5, 2.5}

func (o Opts) checked() (Opts, error) {
	o.Availability = cmp.Or(o.Availability, 0.999)
	o.Latency = cmp.Or(o.Latency, 0.99)
	o.LatencySeconds = cmp.Or(o.LatencySeconds, 0.025)
	switch {
	case o.Pipeline == "" || strings.ContainsAny(o.Pipeline, "\"\\\n"):
		return o, fmt.Errorf("monitoring: %q is no pipeline's name", o.Pipeline)
	case !(o.Availability > 0 && o.Availability < 1) || !(o.Latency > 0 && o.Latency < 1):
		return o, errors.New("monitoring: an objective is a share between 0 and 1, such as 0.999")
	}
	for name := range o.Labels {
		if !isLabel(name) {
			return o, fmt.Errorf("monitoring: %q is no name of a label; that has letters, digits and underscores, and begins with no digit", name)
		}
	}
	for _, b := range buckets {
		if b == o.LatencySeconds {
			return o, nil
		}
	}
	return o, fmt.Errorf("monitoring: no bucket of pipeline_request_seconds ends at %v; there are %v", o.LatencySeconds, buckets)
}

// isLabel tells whether Prometheus takes a label's name.
func isLabel(name string) bool {
	for i, c := range []byte(name) {
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != "" && len(name) <= 128
}

type group struct {
	Name  string
	Rules []rule
}

type rule struct {
	Record      string
	Alert       string
	Expr        string
	For         string
	Labels      map[string]string
	Annotations map[string]string
}

// A burn is how fast an error budget of 30 days is used up, over a long window that shows
// that it matters and a short one that shows that it goes on.
type burn struct {
	rate        float64
	long, short string
	wait        string
	severity    string
	gone        string // how much of the budget is gone when it alerts
}

// burns are those of the workbook.
var burns = []burn{
	{14.4, "1h", "5m", "2m", "page", "2 % of the month's budget in an hour"},
	{6, "6h", "30m", "15m", "page", "5 % of it in six hours"},
	{3, "1d", "2h", "1h", "ticket", "10 % of it in a day"},
	{1, "3d", "6h", "3h", "ticket", "10 % of it in three days"},
}

// windows are those that burns look at.
var windows = []string{"5m", "30m", "1h", "2h", "6h", "1d", "3d"}

// Rules returns the rules as a file of Prometheus, in YAML. The error says which option is
// none.
func Rules(o Opts) ([]byte, error) {
	o, err := o.checked()
	if err != nil {
		return nil, err
	}
	var w lines
	fmt.Fprintf(&w, "# Rules for the pipeline %s.\n", o.Pipeline)
	w.groups(o.groups())
	return []byte(w.String()), nil
}

func (o Opts) groups() []group {
	return []group{
		{"netherfield-" + o.Pipeline + "-errors", o.errorRules()},
		{"netherfield-" + o.Pipeline + "-latency", o.latencyRules()},
		{"netherfield-" + o.Pipeline + "-drift", o.driftRules()},
		{"netherfield-" + o.Pipeline + "-service", o.serviceRules()},
	}
}

// alert makes an alert.
func (o Opts) alert(name, severity, wait, expr, summary, description string) rule {
	labels := map[string]string{"severity": severity, "pipeline": o.Pipeline}
	for k, v := range o.Labels {
		labels[k] = v
	}
	return rule{Alert: name, Expr: expr, For: wait, Labels: labels, Annotations: map[string]string{"summary": summary, "description": description}}
}

// burning makes the alerts of a ratio of bad requests that is recorded for each window.
func (o Opts) burning(name, record, what string, objective float64) (rules []rule) {
	for _, b := range burns {
		limit := fmt.Sprintf("%.4g", b.rate*(1-objective))
		r := o.alert(name, b.severity, b.wait,
			fmt.Sprintf("%s%s{pipeline=%q} > %s and %s%s{pipeline=%q} > %s", record, b.long, o.Pipeline, limit, record, b.short, o.Pipeline, limit),
			fmt.Sprintf("%s: %s", o.Pipeline, what),
			fmt.Sprintf("{{ $value | humanizePercentage }} of the requests over %s: that burns %s (%.4g times as fast as the objective of %.4g %% allows). Look at pipeline_requests_total by code and reason, and at the service's log by request id.",
				b.long, b.gone, b.rate, 100*objective))
		r.Labels["window"] = b.long
		rules = append(rules, r)
	}
	return rules
}

func (o Opts) errorRules() []rule {
	var rules []rule
	const record = "pipeline:request_errors:ratio_rate"
	for _, w := range windows {
		// Requests that were turned away have not chosen a version, and so no pipeline.
		bad := fmt.Sprintf(`sum(rate(pipeline_requests_total{pipeline=~"%s|",code=~"5..|429"}[%s]))`, o.Pipeline, w)
		all := fmt.Sprintf(`sum(rate(pipeline_requests_total{pipeline=~"%s|"}[%s]))`, o.Pipeline, w)
		rules = append(rules, rule{
			Record: record + w, Labels: map[string]string{"pipeline": o.Pipeline},
			// No request is no error.
			Expr: fmt.Sprintf("(%s or vector(0)) / (%s > 0)", bad, all),
		})
	}
	return append(rules, o.burning("PipelineErrorBudgetBurn", record, "requests fail", o.Availability)...)
}

func (o Opts) latencyRules() []rule {
	var rules []rule
	const record = "pipeline:request_slow:ratio_rate"
	for _, w := range windows {
		quick := fmt.Sprintf(`sum(rate(pipeline_request_seconds_bucket{pipeline=%q,le="%v"}[%s]))`, o.Pipeline, o.LatencySeconds, w)
		all := fmt.Sprintf(`sum(rate(pipeline_request_seconds_count{pipeline=%q}[%s]))`, o.Pipeline, w)
		rules = append(rules, rule{
			Record: record + w, Labels: map[string]string{"pipeline": o.Pipeline},
			Expr: fmt.Sprintf("1 - %s / (%s > 0)", quick, all),
		})
	}
	return append(rules, o.burning("PipelineLatencyBudgetBurn", record, fmt.Sprintf("requests take longer than %v s", o.LatencySeconds), o.Latency)...)
}

// Drift is looked for in what was predicted over driftWindow, if that is driftLeast at
// least.
const (
	driftWindow = "15m"
	driftLeast  = 100
)

func (o Opts) driftRules() []rule {
	of := map[string]string{"pipeline": o.Pipeline}
	total := fmt.Sprintf(`sum(increase(pipeline_predictions_total{pipeline=%q}[%s]))`, o.Pipeline, driftWindow)
	// A share of nothing would make the index infinite.
	const least = "0.0001"
	return []rule{
		{
			Record: "pipeline:predictions:increase" + driftWindow, Labels: of,
			Expr: total,
		}, {
			Record: "pipeline:prediction_share:increase" + driftWindow, Labels: of,
			Expr: fmt.Sprintf(`sum by (value) (increase(pipeline_predictions_total{pipeline=%q}[%s])) / on () group_left () (%s > 0)`, o.Pipeline, driftWindow, total),
		}, {
			Record: "pipeline:baseline_share", Labels: of,
			Expr: fmt.Sprintf(`max by (value) (pipeline_baseline_ratio{pipeline=%q})`, o.Pipeline),
		}, {
			// Σ (q−p) ln(q/p).
			Record: "pipeline:prediction_psi:" + driftWindow, Labels: of,
			Expr: fmt.Sprintf(`sum((clamp_min(pipeline:prediction_share:increase%[2]s{pipeline=%[1]q}, %[3]s) - on (value) clamp_min(pipeline:baseline_share{pipeline=%[1]q}, %[3]s)) * on (value) ln(clamp_min(pipeline:prediction_share:increase%[2]s{pipeline=%[1]q}, %[3]s) / on (value) clamp_min(pipeline:baseline_share{pipeline=%[1]q}, %[3]s)))`,
				o.Pipeline, driftWindow, least),
		},
		o.alert("PipelinePredictionsDrift", "ticket", "1m",
			// 10.8 is the 0.999 quantile of χ² with one degree of freedom: what chance does
			// with two classes.
			fmt.Sprintf(`pipeline:prediction_psi:%[2]s{pipeline=%[1]q} > 0.1 and pipeline:prediction_psi:%[2]s{pipeline=%[1]q} > on (pipeline) 10.8 / pipeline:predictions:increase%[2]s{pipeline=%[1]q} and on (pipeline) pipeline:predictions:increase%[2]s{pipeline=%[1]q} >= %[3]d`, o.Pipeline, driftWindow, driftLeast),
			o.Pipeline+": predictions have drifted from the baseline",
			fmt.Sprintf("The population stability index of the last %s is {{ $value | humanize }}; over 0.1 the shares of the classes are others than in training. Compare live documents with the training data by drift.Report, and train anew if they have changed.", driftWindow)),
		o.alert("PipelineInputDrift", "ticket", "1m",
			fmt.Sprintf(`max by (of) (pipeline_drift_detected{pipeline=%q,of!="predictions"}) == 1`, o.Pipeline),
			o.Pipeline+": {{ $labels.of }} of documents has drifted from the baseline",
			"What arrives is not what the pipeline was trained with. Compare live documents with the training data by drift.Report."),
	}
}

func (o Opts) serviceRules() []rule {
	return []rule{
		o.alert("PipelineAbsent", "page", "2m",
			fmt.Sprintf(`absent(pipeline_version_info{pipeline=%q} == 1)`, o.Pipeline),
			o.Pipeline+": no service has the pipeline loaded",
			"No target with this pipeline is scraped: look whether the service runs, and whether Prometheus finds it."),
		o.alert("PipelineBusy", "ticket", "10m",
			fmt.Sprintf(`sum(rate(pipeline_requests_total{pipeline=~"%s|",code="429"}[5m])) > 0.05 * sum(rate(pipeline_requests_total{pipeline=~"%s|"}[5m]))`, o.Pipeline, o.Pipeline),
			o.Pipeline+": more is asked than can be done",
			"More than 5 % of the requests are told to come again: add a replica."),
		o.alert("PipelineArtefactRefused", "ticket", "",
			fmt.Sprintf(`increase(pipeline_loads_total{pipeline=%q,outcome="refused"}[15m]) > 0`, o.Pipeline),
			o.Pipeline+": an artefact could not be loaded",
			"The version before goes on. The service's log says what is wrong with the artefact."),
	}
}

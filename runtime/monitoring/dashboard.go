package monitoring

// This file makes the dashboard for Grafana.

import (
	"encoding/json"
	"fmt"
)

// A panel is one chart of the dashboard.
type panel struct {
	title, unit, about string
	width              int // of 24
	queries            []query
}

type query struct{ expr, legend string }

// panels are the charts, in their order: what users notice first, then why.
func (o Opts) panels() []panel {
	p := fmt.Sprintf("{pipeline=%q}", o.Pipeline)
	either := fmt.Sprintf(`{pipeline=~"%s|"}`, o.Pipeline)
	quantile := func(q float64) query {
		return query{fmt.Sprintf("histogram_quantile(%v, sum by (le) (rate(pipeline_request_seconds_bucket%s[5m])))", q, p), fmt.Sprintf("p%.4g", 100*q)}
	}
	return []panel{
		{"Requests", "reqps", "Answers by status.", 12, []query{{fmt.Sprintf("sum by (code) (rate(pipeline_requests_total%s[5m]))", either), "{{code}}"}}},
		{"Latency", "s", "From a request's arrival to its answer.", 12, []query{quantile(0.5), quantile(0.9), quantile(0.99)}},
		{"Shares of the classes", "percentunit", "What was predicted over fifteen minutes, and in training.", 12, []query{
			{"pipeline:prediction_share:increase15m" + p, "{{value}}"}, {"pipeline:baseline_share" + p, "{{value}}, baseline"},
		}},
		{"Drift", "none", "Population stability index; over 0.1, and over the limit of chance, it is drift.", 12, []query{
			{"pipeline:prediction_psi:15m" + p, "predictions, 15 minutes"}, {fmt.Sprintf("max by (of) (pipeline_drift_psi%s)", p), "{{of}}, last window"}, {fmt.Sprintf("max by (of) (pipeline_drift_psi_limit%s)", p), "{{of}}, limit"},
		}},
		{"Predictions", "none", "Documents a second.", 8, []query{{fmt.Sprintf("sum by (value) (rate(pipeline_predictions_total%s[5m]))", p), "{{value}}"}}},
		{"Error budget", "percentunit", "Share of bad requests over an hour; the objective allows a share of them.", 8, []query{
			{"pipeline:request_errors:ratio_rate1h" + p, "failed"}, {"pipeline:request_slow:ratio_rate1h" + p, "slow"},
		}},
		{"Versions", "none", "Those that are loaded, by the number of replicas.", 8, []query{{fmt.Sprintf("count by (version) (pipeline_version_info%s)", p), "{{version}}"}}},
		{"Waiting and under way", "none", "Requests under way, and seconds that requests waited to be scored.", 12, []query{
			{"sum(pipeline_requests_in_flight)", "under way"}, {"histogram_quantile(0.99, sum by (le) (rate(pipeline_queue_seconds_bucket[5m])))", "waited, p99"},
		}},
		{"Turned away", "reqps", "Requests that were not answered with a prediction, by reason.", 12, []query{{fmt.Sprintf(`sum by (reason) (rate(pipeline_requests_total{pipeline=~"%s|",code!="200"}[5m]))`, o.Pipeline), "{{reason}}"}}},
	}
}

// Dashboard returns a dashboard of Grafana, in JSON: it asks for a data source when it is
// imported. It reads what [Rules] records. The error says which option is none.
func Dashboard(o Opts) ([]byte, error) {
	o, err := o.checked()
	if err != nil {
		return nil, err
	}
	source := map[string]string{"type": "prometheus", "uid": "${source}"}
	var panels []map[string]any
	x, y := 0, 0
	const height = 8
	for i, p := range o.panels() {
		if x+p.width > 24 {
			x, y = 0, y+height
		}
		var targets []map[string]any
		for k, q := range p.queries {
			targets = append(targets, map[string]any{"refId": string(rune('A' + k)), "expr": q.expr, "legendFormat": q.legend, "datasource": source})
		}
		panels = append(panels, map[string]any{
			"id": i + 1, "type": "timeseries", "title": p.title, "description": p.about, "datasource": source, "targets": targets,
			"gridPos":     map[string]int{"x": x, "y": y, "w": p.width, "h": height},
			"fieldConfig": map[string]any{"defaults": map[string]any{"unit": p.unit, "min": 0}, "overrides": []any{}},
			"options":     map[string]any{"legend": map[string]any{"displayMode": "list", "placement": "bottom"}, "tooltip": map[string]any{"mode": "multi"}},
		})
		x += p.width
	}
	return json.MarshalIndent(map[string]any{
		"title": "Pipeline " + o.Pipeline, "uid": "netherfield-" + o.Pipeline, "tags": []string{"netherfield", "pipeline"},
		"schemaVersion": 39, "version": 1, "editable": true, "refresh": "30s", "timezone": "browser",
		"time":       map[string]string{"from": "now-6h", "to": "now"},
		"templating": map[string]any{"list": []any{map[string]any{"name": "source", "label": "Data source", "type": "datasource", "query": "prometheus"}}},
		"panels":     panels,
	}, "", "  ")
}

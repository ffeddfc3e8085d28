package monitoring

// This file tests what Prometheus' own tools need not be asked about.

import (
	"encoding/json"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestRulesAreWholeAndExplained(t *testing.T) {
	text, err := Rules(Opts{Pipeline: "spam", Availability: 0.99, Labels: map[string]string{"team": "data"}})
	if err != nil {
		t.Fatal(err)
	}
	var f struct{ Groups []group }
	if err := yaml.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	alerts := map[string]int{}
	for _, g := range f.Groups {
		for _, r := range g.Rules {
			if r.Alert == "" {
				continue
			}
			alerts[r.Alert]++
			if r.Labels["team"] != "data" || r.Labels["pipeline"] != "spam" || r.Labels["severity"] == "" || r.Annotations["summary"] == "" || r.Annotations["description"] == "" {
				t.Errorf("%s has the labels %v and says %v", r.Alert, r.Labels, r.Annotations)
			}
		}
	}
	want := map[string]int{"PipelineErrorBudgetBurn": 4, "PipelineLatencyBudgetBurn": 4, "PipelinePredictionsDrift": 1, "PipelineInputDrift": 1, "PipelineAbsent": 1, "PipelineBusy": 1, "PipelineArtefactRefused": 1}
	for name, n := range want {
		if alerts[name] != n {
			t.Errorf("there are %d of %s", alerts[name], name)
		}
	}
	if !strings.Contains(string(text), "> 0.144 and") { // 14.4 × (1 − 0.99)
		t.Error("the objective is not in the limits")
	}
	for name, bad := range map[string]Opts{
		"no name": {}, "quotes": {Pipeline: `a"b`}, "no share": {Pipeline: "a", Availability: 99.9}, "no bucket": {Pipeline: "a", LatencySeconds: 0.03}, "latency": {Pipeline: "a", Latency: -1},
	} {
		_, err := Rules(bad)
		_, err2 := Dashboard(bad)
		if err == nil || err2 == nil || !strings.HasPrefix(err.Error(), "monitoring: ") {
			t.Errorf("%s: %v, %v", name, err, err2)
		}
	}
}

// The dashboard shows what the rules record, and nothing lies upon something else.
func TestDashboardFitsTheRules(t *testing.T) {
	rules, err := Rules(Opts{Pipeline: "spam"})
	if err != nil {
		t.Fatal(err)
	}
	text, err := Dashboard(Opts{Pipeline: "spam"})
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Panels []struct {
			Title   string
			GridPos struct{ X, Y, W, H int }
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	taken := map[[2]int]string{}
	for _, p := range d.Panels {
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			at := [2]int{x, p.GridPos.Y}
			if taken[at] != "" || x >= 24 {
				t.Errorf("%s lies upon %s", p.Title, taken[at])
			}
			taken[at] = p.Title
		}
		for _, q := range p.Targets {
			if name, _, ok := strings.Cut(q.Expr, "{"); ok && strings.Contains(name, ":") && !strings.Contains(string(rules), "record: "+name+"\n") {
				t.Errorf("%s shows %s, which no rule records", p.Title, name)
			}
		}
	}
}

func TestMistakesAreTold(t *testing.T) {
	for says, o := range map[string]Opts{
		"is no pipeline's name": {},
		`"a\"b" is no pipeline`: {Pipeline: `a"b`},
		"between 0 and 1":       {Pipeline: "spam", Availability: 99.9},
		"no bucket":             {Pipeline: "spam", LatencySeconds: 0.02},
		"is no name of a label": {Pipeline: "spam", Labels: map[string]string{"the team": "data"}},
	} {
		if _, err := Rules(o); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
}

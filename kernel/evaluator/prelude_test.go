package evaluator

// This file tests the names that every cell knows.

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/netherfield/netherfield/kernel/session"
)

func TestScoreText(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/metrics" {
			w.Write([]byte("# TYPE pipeline_predictions_total counter\npipeline_predictions_total{value=\"spam\"} 7\n"))
			return
		}
		var texts []string
		json.Unmarshal([]byte(r.FormValue("json_args")), &texts)
		json.NewEncoder(w).Encode(texts)
	}))
	defer server.Close()
	t.Setenv("PIPELINE_URL", "nonsense")
	ev := start(t)
	out := &transcript{}
	n := 0
	run := func(code, want string) {
		t.Helper()
		n++
		o := ev.Execute(t.Context(), session.Cell{Code: code, Count: n}, out)
		got := ""
		switch {
		case o.Err != nil:
			got = o.Err.Message
		case o.Result != nil:
			got = o.Result.Data["text/plain"].(string)
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("%s\nshows %s, want %s", code, got, want)
		}
	}
	// They are offered and explained before they are used.
	for _, code := range []string{"score_", "x := score_t"} {
		c := ev.Complete(code, len(code))
		if len(c.Matches) == 0 || c.Matches[0].Text != "score_text" {
			t.Errorf("%s is completed by %v", code, c.Matches)
		}
	}
	if c := ev.Complete("strings.score", 13); len(c.Matches) != 0 {
		t.Errorf("a package is completed by %v", c.Matches)
	}
	if b, ok := ev.Inspect("score_text(x)", 4, 0); !ok || !strings.Contains(b.Data["text/plain"].(string), "PIPELINE_URL") {
		t.Errorf("it is explained as %v", b)
	}
	run("%type score_text", "func(")
	run("%env PIPELINE_URL="+server.URL, "")
	run("client := 3\nscore_text([]string{\"a\", \"b\"})", `[]string{"a", "b"}`)
	run("get_metrics().Value(\"pipeline_predictions_total\")", "7")
	run("m := get_metrics()\nm.Predictions()", `map[string]float64{"spam": 7}`)
	run("%env PIPELINE_URL=nonsense", "")
	run("score_text([]string{\"a\"})", `client: "nonsense" is no URL of a service`)
	run("%reset", "")
	run("get_metrics()", `client: "nonsense"`)
	run("// score_text\n\"score_text\"", `"score_text"`)
	run("func score_text() int { return 5 }", "")
	if !strings.Contains(out.b.String(), "PIPELINE_URL") {
		t.Error(out.b.String())
	}
}

package service

// This file tests what is answered to requests that are as they should be.

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/netherfield/netherfield/runtime/drift"
	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/model"
	"github.com/netherfield/netherfield/runtime/pipeline"
)

const doc = "a truth universally acknowledged"

func form(documents ...string) string {
	return url.Values{"json_args": {encode(documents)}}.Encode()
}

const formType = "Content-Type: application/x-www-form-urlencoded"

func TestNachlass(t *testing.T) {
	s := started(t, Opts{})
	w := call(s, "POST", "/predict", form(doc, "great coffee, buy this product"), formType)
	if w.Code != 200 || w.Header().Get("Content-Type") != "text/html; charset=utf-8" || w.Body.String() != `["legitimate", "spam"]` {
		t.Errorf("%d %s %s", w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	if w := call(s, "POST", "/predict", "json_args=[]", formType); w.Code != 200 || w.Body.String() != "[]" {
		t.Errorf("no document: %d %s", w.Code, w.Body)
	}
	multi := "--b\r\nContent-Disposition: form-data; name=\"json_args\"\r\n\r\n[\"" + doc + "\"]\r\n--b--\r\n"
	if w := call(s, "POST", "/predict", multi, "Content-Type: multipart/form-data; boundary=b"); w.Body.String() != `["legitimate"]` {
		t.Errorf("multipart: %d %s", w.Code, w.Body)
	}
	json := "Accept: application/json"
	for _, test := range []struct {
		method, body   string
		status, honest int
		says           string
	}{
		{"POST", url.Values{"json_args": {"[1"}}.Encode(), 500, 400, "ends too early"},
		{"POST", url.Values{"json_args": {`{"a":1}`}}.Encode(), 500, 400, "an object"},
		{"POST", url.Values{"json_args": {`["a", 3]`}}.Encode(), 500, 400, "document 1 is a number"},
		{"POST", url.Values{"json_args": {`[[1, 2]]`}}.Encode(), 200, 422, "document 0 is a row of numbers"},
		{"POST", "other=1", 400, 400, "no field json_args"},
		{"POST", "args=gASVCgAAAAAAAABdlIwDYWFhlGEu", 400, 400, "pickle"},
		{"POST", "json_args=%zz", 500, 400, "cannot be read"},
		{"GET", "", 405, 405, "not to GET"},
	} {
		w := call(s, test.method, "/predict", test.body, formType)
		if w.Code != test.status || !strings.Contains(w.Body.String(), test.says) || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s %q: %d %s", test.method, test.body, w.Code, w.Body)
		}
		problem := answerOf[errorBody](t, call(s, test.method, "/predict", test.body, formType, json), test.honest)
		if !strings.Contains(problem.Error.Message, test.says) || problem.Error.RequestID == "" {
			t.Errorf("%q: %+v does not say %q", test.body, problem, test.says)
		}
	}
	if _, err := s.Load("rows", "1", values(t)); err != nil {
		t.Fatal(err)
	}
	if w := call(s, "POST", "/predict", form(doc), formType, json); w.Code != 404 || !strings.Contains(w.Body.String(), "name one of rows, spam") {
		t.Errorf("two pipelines: %d %s", w.Code, w.Body)
	}
}

func TestRegressorOnNachlass(t *testing.T) {
	s := New(Opts{})
	if _, err := s.Load("rows", "", values(t)); err != nil {
		t.Fatal(err)
	}
	w := call(s, "POST", "/predict", url.Values{"json_args": {"[[1,2],[3,4]]"}}.Encode(), formType)
	if got := w.Body.String(); w.Code != 200 || !strings.HasPrefix(got, "[") || len(strings.Split(got, ", ")) != 2 || !strings.Contains(got, ".") {
		t.Errorf("%d %s", w.Code, got)
	}
	p := predict(t, s, "/pipelines/rows:predict", `{"documents":[[1,2]]}`)
	if v, ok := p.Predictions[0].(float64); !ok || v*v > 1e-20 {
		t.Errorf("predicted %v", p.Predictions)
	}
	if w := call(s, "POST", "/pipelines/rows:predict", `{"documents":["text"]}`); w.Code != 422 || !strings.Contains(w.Body.String(), "takes rows of numbers") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := call(s, "POST", "/pipelines/rows:predict", `{"documents":[[1]]}`); w.Code != 422 || !strings.Contains(w.Body.String(), "document 0 cannot be scored") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if got := metric(t, s, `pipeline_predicted_value_count{pipeline="rows",version="`+p.Version+`"}`); got != "3" {
		t.Errorf("%s values are counted", got)
	}
}

func TestPythonsNumbersAndTexts(t *testing.T) {
	third := 0.1 // not a constant, whose multiples are exact
	for v, want := range map[float64]string{0: "0.0", 1: "1.0", -2.5: "-2.5", 1e15: "1000000000000000.0", 1e16: "1e+16", 1e-4: "0.0001", 1e-5: "1e-05", third * 3: "0.30000000000000004"} {
		if got := string(appendPythonFloat(nil, v)); got != want {
			t.Errorf("%v is written as %s, want %s", v, got, want)
		}
	}
	if got, want := string(appendPythonText(nil, "a\"\\\n\r\t\b\f\x01\x7fé😀")), `"a\"\\\n\r\t\b\f\u0001\u007f\u00e9\ud83d\ude00"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// What the service answers is what the notebook predicts, to the last bit.
func TestServiceAgreesWithTheNotebook(t *testing.T) {
	s := started(t, Opts{MaxDocuments: 2000})
	texts, _ := corpus(1500)
	p := fitted(1)
	labels, err := p.Predict(texts)
	if err != nil {
		t.Fatal(err)
	}
	proba, err := p.PredictProba(texts)
	if err != nil {
		t.Fatal(err)
	}
	all := predict(t, s, "/pipelines/spam:predict", encode(map[string]any{"documents": texts, "probabilities": true}))
	for i := range texts {
		if all.Predictions[i] != labels[i] {
			t.Fatalf("document %d is %v, in the notebook %v", i, all.Predictions[i], labels[i])
		}
		for k, class := range p.Classes() {
			if got := all.Probabilities[i][class]; got != proba.At(i, k) {
				t.Fatalf("document %d is %s with %v, in the notebook with %v", i, class, got, proba.At(i, k))
			}
		}
	}
	one := predict(t, s, "/pipelines/spam/versions/1:predict", encode(map[string]any{"documents": texts[7:8], "probabilities": true}))
	if !reflect.DeepEqual(one.Probabilities[0], all.Probabilities[7]) || one.Digest != all.Digest || len(one.Digest) != 64 {
		t.Errorf("alone it is %v, among others %v", one.Probabilities[0], all.Probabilities[7])
	}
	if got := metric(t, s, `pipeline_predictions_total{pipeline="spam",value="spam",version="1"}`); got == "" || got == "0" {
		t.Errorf("%q predictions are counted", got)
	}
}

func TestExplanations(t *testing.T) {
	s := started(t, Opts{})
	p := predict(t, s, "/pipelines/spam:predict", `{"documents":["delicious coffee and the truth"],"explain":true,"explain_terms":3}`)
	terms := p.Explanations[0]
	if p.Predictions[0] != "spam" || len(terms) != 3 || terms[0].Weight < terms[1].Weight || terms[0].Weight <= 0 || terms[0].Token != "delicious" && terms[0].Token != "coffee" {
		t.Errorf("%v because of %v", p.Predictions, terms)
	}
	for _, n := range []string{"-1", "1001"} {
		if w := call(s, "POST", "/pipelines/spam:predict", `{"documents":["a"],"explain":true,"explain_terms":`+n+`}`); w.Code != 400 {
			t.Errorf("%s terms: %d", n, w.Code)
		}
	}
}

func TestVersionsAndLabels(t *testing.T) {
	s := started(t, Opts{AdminToken: "secret"})
	admin := "Authorization: Bearer secret"
	second := saved(t, fitted(10))
	put := func(path, body string, want int) string {
		t.Helper()
		w := call(s, "PUT", path, body, admin)
		if w.Code != want {
			t.Errorf("PUT %s: %d %s", path, w.Code, w.Body)
		}
		return w.Body.String()
	}
	version := func() string {
		t.Helper()
		return predict(t, s, "/pipelines/spam:predict", `{"documents":["a"]}`).Version
	}
	put("/pipelines/spam/versions/2", string(second), 201)
	put("/pipelines/spam/versions/2", string(second), 201)
	put("/pipelines/spam/versions/1", string(second), 409)
	put("/pipelines/spam/versions/bad%20name", string(second), 400)
	if got := version(); got != "1" {
		t.Errorf("a version that was loaded takes requests before it has a label: %s", got)
	}
	put("/pipelines/spam/labels/stable", `{"version":"2"}`, 204)
	put("/pipelines/spam/labels/stable", `{"version":"3"}`, 404)
	put("/pipelines/spam/labels/stable", `{}`, 400)
	put("/pipelines/spam/labels/stable", `{"version":"1","share":0.5}`, 400)
	put("/pipelines/spam/labels/canary", `{"version":"1","share":1.5}`, 400)
	if got := version(); got != "2" {
		t.Errorf("version %s answers", got)
	}
	put("/pipelines/spam/labels/canary", `{"version":"1","share":1}`, 204)
	if got := version(); got != "1" {
		t.Errorf("version %s answers beside a canary that takes all", got)
	}
	if w := call(s, "DELETE", "/pipelines/spam/versions/1", "", admin); w.Code != 409 || !strings.Contains(w.Body.String(), "labelled canary") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for _, path := range []string{"/pipelines/spam/labels/canary", "/pipelines/spam/versions/1"} {
		if w := call(s, "DELETE", path, "", admin); w.Code != 204 {
			t.Errorf("DELETE %s: %d %s", path, w.Code, w.Body)
		}
		if w := call(s, "DELETE", path, "", admin); w.Code != 404 {
			t.Errorf("DELETE %s again: %d %s", path, w.Code, w.Body)
		}
	}
	if w := call(s, "POST", "/pipelines/spam/versions/1:predict", `{"documents":["a"]}`); w.Code != 404 || !strings.Contains(w.Body.String(), "it has 2") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	info := answerOf[struct{ Pipelines []PipelineInfo }](t, call(s, "GET", "/pipelines", ""), 200)
	v := info.Pipelines[0].Versions[0]
	if len(info.Pipelines) != 1 || v.Version != "2" || !slices.Equal(v.Labels, []string{"stable"}) || v.Takes != "texts" || !slices.Equal(v.Classes, []string{"legitimate", "spam"}) ||
		!slices.Equal(v.Steps, []string{"vectorize", "tfidf", "model"}) || v.Provenance["commit"] != "none" || v.Digest != predict(t, s, "/pipelines/spam/labels/stable:predict", `{"documents":[]}`).Digest {
		t.Errorf("%+v", info)
	}
	// The last one goes with its labels.
	if w := call(s, "DELETE", "/pipelines/spam/versions/2", "", admin); w.Code != 204 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := call(s, "GET", "/health/ready", ""); w.Code != 503 {
		t.Errorf("a service without pipelines is ready: %d", w.Code)
	}
	if w := call(s, "POST", "/pipelines/spam:predict", `{"documents":["a"]}`); w.Code != 503 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestShadowOnlyCounts(t *testing.T) {
	s := started(t, Opts{})
	if _, err := s.Load("spam", "2", saved(t, fitted(10))); err != nil {
		t.Fatal(err)
	}
	if err := s.Label("spam", Shadow, "2", 0); err != nil {
		t.Fatal(err)
	}
	if got := predict(t, s, "/pipelines/spam:predict", encode(map[string]any{"documents": []string{doc, doc}})); got.Version != "1" {
		t.Errorf("version %s answers", got.Version)
	}
	s.Close()
	for _, v := range []string{"1", "2"} {
		if got := metric(t, s, `pipeline_predictions_total{pipeline="spam",value="legitimate",version="`+v+`"}`); got != "2" {
			t.Errorf("version %s has predicted %s documents", v, got)
		}
	}
}

// A version that is unloaded scores the requests that have chosen it to their end.
func TestUnloadWaits(t *testing.T) {
	s := started(t, Opts{})
	_, v, err := s.choose(wish{pipeline: "spam"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := s.Unload(ctx, "spam", "1"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	if v.choose() {
		t.Error("a version that is unloaded is chosen")
	}
	if _, err := v.score(t.Context(), []sample{{text: doc}}, false); err != nil {
		t.Error(err)
	}
	v.release()
	<-v.idle
}

func TestPromote(t *testing.T) {
	s := New(Opts{})
	for i, c := range []float64{1, 10, 1, 1} {
		data := saved(t, fitted(c))
		v, err := s.Promote(t.Context(), "spam", data)
		if err != nil {
			t.Fatal(err)
		}
		info := s.Pipelines()[0].Versions
		if len(info) != 1 || info[0].Version != v.Name || v.Digest[:12] != v.Name {
			t.Errorf("after artefact %d there are %+v", i, info)
		}
	}
	damaged := saved(t, fitted(10))
	damaged[len(damaged)/2] ^= 1
	before := s.Pipelines()
	for _, data := range [][]byte{damaged[:100], nil, []byte("\x80\x04pickle"), damaged[:len(damaged)-1]} {
		if _, err := s.Promote(t.Context(), "spam", data); err == nil {
			t.Errorf("%d bytes are taken for a model", len(data))
		}
	}
	if !reflect.DeepEqual(s.Pipelines(), before) {
		t.Errorf("%+v is loaded, before it was %+v", s.Pipelines(), before)
	}
}

func TestV2(t *testing.T) {
	s := started(t, Opts{AdminToken: "secret"})
	type response struct {
		ModelName    string `json:"model_name"`
		ModelVersion string `json:"model_version"`
		ID           string
		Outputs      []struct {
			Name, Datatype string
			Shape          []int
			Data           []any
		}
	}
	got := answerOf[response](t, call(s, "POST", "/v2/models/spam/infer", `{"id":"7","inputs":[{"name":"x","shape":[2],"datatype":"BYTES","data":["`+doc+`","coffee"]}],"outputs":[{"name":"predict"},{"name":"predict_proba"}]}`), 200)
	if got.ModelName != "spam" || got.ModelVersion != "1" || got.ID != "7" || len(got.Outputs) != 2 ||
		fmt.Sprint(got.Outputs[0]) != "{predict BYTES [2] [legitimate spam]}" || got.Outputs[1].Datatype != "FP64" || !slices.Equal(got.Outputs[1].Shape, []int{2, 2}) || len(got.Outputs[1].Data) != 4 {
		t.Errorf("%+v", got)
	}
	if _, err := s.Load("rows", "1", values(t)); err != nil {
		t.Fatal(err)
	}
	for _, data := range []string{`[1,2,3,4]`, `[[1,2],[3,4]]`} {
		got := answerOf[response](t, call(s, "POST", "/v2/models/rows/versions/1/infer", `{"inputs":[{"name":"x","shape":[2,2],"datatype":"FP32","data":`+data+`}]}`), 200)
		if len(got.Outputs) != 1 || got.Outputs[0].Datatype != "FP64" || len(got.Outputs[0].Data) != 2 {
			t.Errorf("%+v", got)
		}
	}
	for body, says := range map[string]string{
		`{"inputs":[]}`: "one input",
		`{"inputs":[{"name":"x","shape":[2],"datatype":"BYTES","data":["a"]}]}`:                                 "has 1 elements",
		`{"inputs":[{"name":"x","shape":[],"datatype":"BYTES","data":["a"]}]}`:                                  "has 1 elements",
		`{"inputs":[{"name":"x","shape":[-1],"datatype":"BYTES","data":["a"]}]}`:                                "shape [-1]",
		`{"inputs":[{"name":"x","shape":[1099511627776,1099511627776],"datatype":"FP64","data":[1]}]}`:          "has the shape",
		`{"inputs":[{"name":"x","shape":[1,0],"datatype":"FP64","data":[]}]}`:                                   "has 0 elements",
		`{"inputs":[{"name":"x","shape":[1],"datatype":"BOOL","data":[true]}]}`:                                 "datatype",
		`{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","data":[1]}]}`:                                   "no array of BYTES",
		`{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","data":[null]}]}`:                                "null",
		`{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES"}]}`:                                              "no data",
		`{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","data":["a"]}],"outputs":[{"name":"logits"}]}`:   "no output",
		`{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","data":["a"]}],"outputs":[{"name":"predict"}],}`: "malformed",
	} {
		problem := answerOf[struct{ Error string }](t, call(s, "POST", "/v2/models/spam/infer", body), 400)
		if !strings.Contains(problem.Error, says) {
			t.Errorf("%s: %q does not say %q", body, problem.Error, says)
		}
	}
	for path, want := range map[string]int{
		"GET /v2": 200, "GET /v2/health/live": 200, "GET /v2/health/ready": 200, "GET /v2/models/spam": 200, "GET /v2/models/spam/ready": 200,
		"GET /v2/models/spam/versions/1": 200, "GET /v2/models/spam/versions/2": 404, "GET /v2/models/ham/ready": 404, "GET /v2/models/spam/dance": 404,
		"POST /v2/repository/index": 200, "GET /v2/repository/index": 405, "POST /v2/repository/models/spam/load": 403, "POST /v2/nothing": 404,
		"GET /v2/models/spam/infer": 405,
	} {
		method, path, _ := strings.Cut(path, " ")
		if w := call(s, method, path, ""); w.Code != want && !(want == 403 && w.Code == 401) {
			t.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
	}
	admin := "Authorization: Bearer secret"
	if w := call(s, "POST", "/v2/repository/models/spam/load", "", admin); w.Code != 501 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := call(s, "POST", "/v2/repository/models/rows/unload", "", admin); w.Code != 200 || len(s.Pipelines()) != 1 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestStream(t *testing.T) {
	s := started(t, Opts{})
	body := "\"" + doc + "\"\n\n{\"id\":7,\"document\":\"coffee\"}\n{\"id\":\"x\"}\nnonsense\n[1,2]\n{\"id\":9,\"document\":\"tea\"}"
	w := call(s, "POST", "/pipelines/spam:predict", body, "Content-Type: application/x-ndjson")
	lines := strings.Split(strings.TrimSpace(w.Body.String()), "\n")
	want := []string{
		`{"prediction":"legitimate","version":"1"}`,
		`{"id":7,"prediction":"spam","version":"1"}`,
		`{"id":"x","error":{"code":"malformed"`,
		`{"error":{"code":"malformed"`,
		`{"error":{"code":"unscorable"`,
		`{"id":9,"prediction":"spam","version":"1"}`,
	}
	if w.Code != 200 || len(lines) != len(want) {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	for i := range want {
		if !strings.HasPrefix(lines[i], want[i]) {
			t.Errorf("line %d is %s, want %s", i, lines[i], want[i])
		}
	}
	if w := call(s, "POST", "/pipelines/ham:predict", body, "Content-Type: application/x-ndjson"); w.Code != 404 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestPredictionLog(t *testing.T) {
	var log strings.Builder
	s := started(t, Opts{PredictionLog: &log, LogShare: 1, LogDocuments: true})
	call(s, "POST", "/pipelines/spam:predict", encode(map[string]any{"documents": []string{doc}}), "X-Request-Id: r7")
	if got := log.String(); !strings.Contains(got, `"request_id":"r7","pipeline":"spam","version":"1","digest":"`) || !strings.Contains(got, `"prediction":"legitimate","bytes":32,"document":"a truth`) {
		t.Errorf("the log is %s", got)
	}
}

func TestMetricsFollowTheRules(t *testing.T) {
	s := started(t, Opts{})
	predict(t, s, "/pipelines/spam:predict", `{"documents":["a"]}`)
	call(s, "POST", "/pipelines/spam:predict", `{`)
	w := call(s, "GET", "/metrics", "")
	text := w.Body.String()
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	for _, p := range problems {
		if p.Metric != "" && strings.HasPrefix(p.Metric, "pipeline_") {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
	if err != nil {
		t.Error(err)
	}
	for _, want := range []string{
		`pipeline_predictions_total{pipeline="spam",value="legitimate",version="1"} 0`, // every class from the start
		`pipeline_processing_seconds_count{pipeline="spam",version="1"} 1`,
		`pipeline_requests_total{code="200",pipeline="spam",reason="ok",version="1"} 1`,
		`pipeline_requests_total{code="400",pipeline="",reason="malformed",version=""} 1`,
		`pipeline_loads_total{outcome="loaded",pipeline="spam"} 1`,
		`pipeline_requests_in_flight 0`,
		`pipeline_scoring_multiplications_count{pipeline="spam",version="1"} 1`,
	} {
		if !strings.Contains(text, "\n"+want+"\n") && !strings.HasPrefix(text, want) {
			t.Errorf("/metrics does not have %s", want)
		}
	}
}

// However many classes there are, and with all that is watched, the series are few.
func TestSeriesAreBounded(t *testing.T) {
	texts, _ := corpus(1000)
	labels := make([]string, len(texts))
	for i := range labels {
		labels[i] = fmt.Sprint("class ", i%150)
	}
	p := pipeline.New(pipeline.Step("hash", &feature.HashingVectorizer{Buckets: 64, NonNegative: true}), pipeline.Step("bayes", &model.MultinomialNB{}))
	if err := p.Fit(texts, labels); err != nil {
		t.Fatal(err)
	}
	s := New(Opts{})
	if _, err := s.Load("spam", "1", watched(t, p, texts, labels)); err != nil {
		t.Fatal(err)
	}
	predict(t, s, "/pipelines/spam:predict", encode(map[string]any{"documents": texts}))
	text := call(s, "GET", "/metrics", "").Body.String()
	if n := strings.Count(text, `pipeline="spam",`) + strings.Count(text, `pipeline="spam"}`); n < 100 || n > 200 {
		t.Errorf("a version has %d series", n)
	}
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, "pipeline_") {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
	if err != nil {
		t.Error(err)
	}
}

// watched returns the artefact of a pipeline with the baseline of what it was fitted to.
func watched(t *testing.T, p *pipeline.Pipeline, texts, labels []string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.sav")
	t.Setenv(pipeline.SaveFile, "")
	origin := pipeline.Origin{More: map[string]string{drift.BaselineKey: drift.NewBaseline(texts, labels).String()}}
	if err := pipeline.SaveStage(p, path, origin); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// What is scored is compared with what the artefact says the pipeline was trained with.
func TestDriftIsAGauge(t *testing.T) {
	texts, labels := corpus(1000)
	p := fitted(1)
	s := New(Opts{})
	if _, err := s.Load("spam", "1", watched(t, p, texts, labels)); err != nil {
		t.Fatal(err)
	}
	if got := metric(t, s, `pipeline_baseline_ratio{pipeline="spam",value="spam",version="1"}`); got != "0.5" {
		t.Errorf("the baseline is %q", got)
	}
	// The baseline itself is larger than the rest of the answer, and is told of in one word.
	if info := s.Pipelines()[0].Versions[0]; !info.Watched || info.Provenance[drift.BaselineKey] != "" {
		t.Errorf("watched %t, provenance %v", info.Watched, info.Provenance)
	}
	found := `pipeline_drift_detected{of="predictions",pipeline="spam",version="1"}`
	if got := metric(t, s, found); got != "" {
		t.Errorf("before a whole window it says %q", got)
	}
	predict(t, s, "/pipelines/spam:predict", encode(map[string]any{"documents": texts[:500]}))
	if got := metric(t, s, found); got != "0" {
		t.Errorf("without drift it says %q", got)
	}
	for series, want := range map[string]string{
		`pipeline_document_length_characters_count{pipeline="spam",version="1"}`: "500",
		`pipeline_document_unknown_words_ratio_sum{pipeline="spam",version="1"}`: "0",
		`pipeline_drift_detected{of="words",pipeline="spam",version="1"}`:        "0",
	} {
		if got := metric(t, s, series); got != want {
			t.Errorf("%s is %q, not %s", series, got, want)
		}
	}
	words := 0.0
	for j := range drift.Buckets {
		n, err := strconv.ParseFloat(metric(t, s, fmt.Sprintf(`pipeline_document_words_total{bucket="%d",pipeline="spam",version="1"}`, j)), 64)
		if err != nil {
			t.Fatal(err)
		}
		words += n
	}
	if words < 500 {
		t.Errorf("500 documents have %v words", words)
	}
	var spam []string
	for i, text := range texts {
		if labels[i] == "spam" {
			spam = append(spam, text)
		}
	}
	predict(t, s, "/pipelines/spam:predict", encode(map[string]any{"documents": spam[:500]}))
	if got := metric(t, s, found); got != "1" {
		t.Errorf("with spam alone it says %q", got)
	}
}

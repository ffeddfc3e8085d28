package client

// This file tests the client against what services of nachlass were written down to
// answer, and against answers that are none.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/tools/txtar"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// replay answers as a conversation of testdata does: a request is to be the next one.
func replay(t *testing.T, name string) *Client {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join("testdata", name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	return serving(t, func(w http.ResponseWriter, r *http.Request) {
		if at >= len(archive.Files) {
			t.Errorf("%s %s: nothing more was written down", r.Method, r.URL.Path)
			return
		}
		asked, answer := archive.Files[at], archive.Files[at+1]
		at += 2
		if got := r.Method + " " + r.URL.Path; got != asked.Name {
			t.Errorf("the request is %s, not %s", got, asked.Name)
		}
		want := strings.TrimSpace(string(asked.Data))
		if got := r.FormValue("json_args"); json.Valid([]byte(want)) && !sameJSON(got, want) {
			t.Errorf("asked for %s, not for %s", got, want)
		}
		status, kind, _ := strings.Cut(answer.Name, " ")
		w.Header().Set("Content-Type", kind)
		code, err := strconv.Atoi(status)
		if err != nil {
			t.Error(err)
		}
		w.WriteHeader(code)
		w.Write(answer.Data)
	})
}

func sameJSON(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}

func serving(t testing.TB, h http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return clientOf(t, Opts{URL: server.URL + "/", HTTP: server.Client(), MaxForm: 0})
}

func clientOf(t testing.TB, opts Opts) *Client {
	t.Helper()
	c, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestClassifierOfNachlass(t *testing.T) {
	c := replay(t, "classifier")
	got, err := c.ScoreText(t.Context(), []string{"It is a truth", "Buy this coffee", "", "café — naïve 😀", `a "quoted" <b>text</b>`})
	if want := []string{"legitimate", "spam", "legitimate", "legitimate", "legitimate"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := c.ScoreText(t.Context(), []string{"one"}); err != nil || len(got) != 1 {
		t.Errorf("got %q, %v", got, err)
	}
	m, err := c.Metrics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if m.Prefix != "pipeline_" || m.Value("pipeline_predictions_total", "value", "spam") != 1 || m.Value("pipeline_predictions_total") != 6 ||
		!math.IsNaN(m.Value("pipeline_predictions_total", "value", "ham")) || m.MeanSeconds() != 0.125 ||
		!reflect.DeepEqual(m.Predictions(), map[string]float64{"legitimate": 5, "spam": 1}) {
		t.Errorf("%+v", m)
	}
	want := "pipeline_predictions_total{value=\"legitimate\"}  5\n" +
		"pipeline_predictions_total{value=\"spam\"}        1\n" +
		"pipeline_processing_seconds_count               2\n" +
		"pipeline_processing_seconds_sum                 0.25\n" +
		"4 series, and 3 others in All"
	if got := m.String(); got != want {
		t.Errorf("it shows as\n%s\nwant\n%s", got, want)
	}
	html := m.MIMEBundle()["text/html"].(string)
	if !strings.Contains(html, `<code>pipeline_predictions_total{value=&#34;spam&#34;}</code></td><td>1</td>`) {
		t.Errorf("it shows as %s", html)
	}
}

func TestMistakes(t *testing.T) {
	c := replay(t, "mistakes")
	_, err := score1(c, 3)
	var s *StatusError
	if !errors.As(err, &s) || s.Status != 200 || s.Message != "'int' object has no attribute 'lower'" || !strings.HasPrefix(err.Error(), "document 0: ") {
		t.Errorf("what the model says is told as %v", err)
	}
	for _, status := range []int{500, 400} {
		_, _, _, err := c.do(t.Context(), "POST", "/predict", "application/x-www-form-urlencoded", []byte("a=b"))
		if err != nil {
			t.Error(status, err)
		}
	}
	for _, request := range []string{"GET /predict", "POST /metrics"} {
		method, path, _ := strings.Cut(request, " ")
		answer, status, header, err := c.do(t.Context(), method, path, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.refusal(path, answer, status, header).Error(); !strings.HasSuffix(got, "answers 405 Method Not Allowed: Method Not Allowed The method is not allowed for the requested URL.") {
			t.Errorf("%s: %s", request, got)
		}
	}
	_, err = c.ScoreText(t.Context(), []string{strings.Repeat("x", 600_000)})
	if !errors.As(err, &s) || s.Status != 413 || !strings.HasPrefix(err.Error(), "document 0 is too large for the service, 6000") {
		t.Errorf("%v", err)
	}
}

// score1 has a document scored that is no text.
func score1(c *Client, document any) (out []string, err error) {
	err = score(context.Background(), c, []any{document}, func(v json.RawMessage) error {
		out = append(out, string(v))
		return nil
	})
	return out, err
}

func TestRegressor(t *testing.T) {
	c := replay(t, "regressor")
	got, err := c.ScoreNumbers(t.Context(), [][]float64{{1, 2}, {0.1, 0.2}, {}, {1e300, 1e300}, {-1e-9}})
	if err != nil || len(got) != 5 || got[0] != 1.5 || got[1] != 0.15000000000000002 || !math.IsNaN(got[2]) || got[3] != 1e300 || got[4] != -1e-9 {
		t.Errorf("got %v, %v", got, err)
	}
	m, err := c.Metrics(t.Context())
	if err != nil || m.Predictions() != nil || m.Value("pipeline_predictions_count") != 4 || !math.IsNaN(m.Value("pipeline_predictions_sum")) {
		t.Errorf("%v, %v", m, err)
	}
	if _, err := c.ScoreNumbers(t.Context(), [][]float64{{1}, {1, math.NaN()}}); err == nil || err.Error() != "client: row 1 has NaN in column 1, which JSON does not have" {
		t.Errorf("error %v", err)
	}
}

func TestPrefixesAreFound(t *testing.T) {
	for name, prefix := range map[string]string{"nachlass": "nachlass_", "unnamed": ""} {
		c := replay(t, name)
		if _, err := c.ScoreText(t.Context(), []string{"buy"}); err != nil {
			t.Error(err)
		}
		m, err := c.Metrics(t.Context())
		if err != nil || m.Prefix != prefix || m.Predictions()["spam"] != 1 || m.MeanSeconds() != 0.25 || len(m.Pipeline()) != 3 {
			t.Errorf("%s: %v, %v", name, m, err)
		}
	}
}

// Documents are sent in forms that are not too large, in their order, and each once.
func TestManyDocuments(t *testing.T) {
	var requests atomic.Int64
	bounded := true
	c := serving(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		body, _ := io.ReadAll(r.Body)
		if len(body) > 1000 && bounded {
			t.Errorf("a form has %d bytes", len(body))
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		var texts []string
		if err := json.Unmarshal([]byte(r.FormValue("json_args")), &texts); err != nil {
			t.Error(err)
		}
		json.NewEncoder(w).Encode(texts)
	})
	c.opts.MaxForm = 1000
	var texts []string
	for i := range 200 {
		texts = append(texts, fmt.Sprintf("%d é&=+%%\"\n%s", i, strings.Repeat("word ", i%30)))
	}
	got, err := c.ScoreText(t.Context(), texts)
	if err != nil || !reflect.DeepEqual(got, texts) || requests.Load() < 10 {
		t.Errorf("%d requests, %v", requests.Load(), err)
	}
	requests.Store(0)
	c.opts.MaxForm, bounded = 1<<30, false
	if got, err := c.ScoreText(t.Context(), make([]string, 12_000)); err != nil || len(got) != 12_000 || requests.Load() != 3 {
		t.Errorf("12,000 documents: %d requests, %v", requests.Load(), err)
	}
	requests.Store(0)
	if got, err := c.ScoreText(t.Context(), nil); err != nil || got == nil || len(got) != 0 || requests.Load() != 0 {
		t.Errorf("no documents: %v, %v, %d requests", got, err, requests.Load())
	}
}

// A prediction is never asked for twice, whatever goes wrong; metrics are.
func TestPredictionsAreNotRepeated(t *testing.T) {
	var requests atomic.Int64
	c := serving(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if requests.Add(1) == 3 {
			fmt.Fprint(w, "pipeline_predictions_total 1\n")
			return
		}
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			conn.Close()
		}
	})
	if _, err := c.ScoreText(t.Context(), []string{"a"}); err == nil || !strings.Contains(err.Error(), "does not answer") || requests.Load() != 1 {
		t.Errorf("%d requests, %v", requests.Load(), err)
	}
	if m, err := c.Metrics(t.Context()); err != nil || m.Value("pipeline_predictions_total") != 1 || requests.Load() != 3 {
		t.Errorf("%d requests, %v", requests.Load(), err)
	}
}

func TestStrangeAnswers(t *testing.T) {
	for answer, says := range map[string]string{
		`["a"]`:                             "1 predictions for 2 documents",
		`{"predictions":["a","b"]}`:         "answers 200 OK: {",
		``:                                  "nothing",
		`["a", NaN`:                         "answers 200",
		"<script>alert(1)</script><p>sorry": "answers 200 OK: sorry",
		strings.Repeat("é", 2000):           "…",
		"[" + strings.Repeat("[", 20000):    "answers 200",
	} {
		c := serving(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, answer) })
		if _, err := c.ScoreText(t.Context(), []string{"a", "b"}); err == nil || !strings.Contains(err.Error(), says) || len(err.Error()) > 800 {
			t.Errorf("%.30q: error %v does not say %q", answer, err, says)
		}
	}
	c := serving(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `[true, 3, NaN, "x", -Infinity]`) })
	got, err := c.ScoreText(t.Context(), make([]string, 5))
	if want := []string{"true", "3", "NaN", "x", "-Infinity"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
	c.opts.MaxAnswer = 5
	if _, err := c.ScoreText(t.Context(), make([]string, 5)); err == nil || !strings.Contains(err.Error(), "larger than 5 bytes") {
		t.Errorf("error %v", err)
	}
	c = serving(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>no metrics</html>") })
	if _, err := c.Metrics(t.Context()); err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Errorf("error %v", err)
	}
}

func TestNobodyAnswers(t *testing.T) {
	server := httptest.NewServer(nil)
	url := server.URL
	server.Close()
	t.Setenv(URLVariable, url)
	if _, err := ScoreText([]string{"a"}); err == nil || !strings.Contains(err.Error(), "the service at "+url+" does not answer") || !strings.Contains(err.Error(), "set PIPELINE_URL") {
		t.Errorf("error %v", err)
	}
	if _, err := GetMetrics(); err == nil || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("error %v", err)
	}
	for _, bad := range []string{"pipeline:8080", "ftp://x", "http://", "http://a b"} {
		t.Setenv(URLVariable, bad)
		if _, err := GetMetrics(); err == nil || !strings.Contains(err.Error(), "no URL of a service") {
			t.Errorf("%s: error %v", bad, err)
		}
	}
	t.Setenv(URLVariable, "")
	if c := clientOf(t, Opts{}); c.URL() != DefaultURL {
		t.Errorf("the URL is %s", c.URL())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := serving(t, func(http.ResponseWriter, *http.Request) {})
	if _, err := c.ScoreText(ctx, []string{"a"}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestProblems(t *testing.T) {
	c := serving(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer token" {
			t.Error("the token is not sent")
		}
		w.Header().Set("Retry-After", "3")
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `{"error":{"code":"busy","message":"come again","request_id":"r1"}}`)
	})
	c.opts.Token = "token"
	_, err := c.Predict(t.Context(), []string{"a"}, PredictOpts{Pipeline: "spam"})
	var s *StatusError
	if !errors.As(err, &s) || s.Code != "busy" || s.RetryAfter != 3*time.Second || s.RequestID != "r1" || !strings.HasSuffix(err.Error(), "/pipelines/spam:predict answers 429 Too Many Requests: come again (try again in 3s)") {
		t.Errorf("%v", err)
	}
	c = serving(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(404)
		fmt.Fprint(w, `{"error":"no such model"}`)
	})
	if _, err := c.Infer(t.Context(), "spam", "2", []Tensor{Texts("x", []string{"a"})}); !errors.As(err, &s) || s.Message != "no such model" {
		t.Errorf("%v", err)
	}
}

func FuzzArray(f *testing.F) {
	for _, s := range []string{`["a",NaN]`, `[-Infinity,"NaN","\"NaN"]`, `["\\",NaN]`, "[", `["`, `[1e999]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, ok := array(data)
		if !ok {
			return
		}
		for _, v := range got {
			if len(v) == 0 || !json.Valid(v) {
				t.Errorf("%q has the element %q", data, v)
			}
			numberOf(v)
		}
	})
}

func FuzzMetrics(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range txtar.Parse(data).Files {
			f.Add(file.Data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parseMetrics(data)
		if err != nil {
			return
		}
		if m.String() == "" || m.MIMEBundle() == nil {
			t.Error("it shows as nothing")
		}
		m.MeanSeconds()
		m.Predictions()
	})
}

func FuzzTensor(f *testing.F) {
	f.Add([]byte(`{"name":"x","shape":[2],"datatype":"BYTES","data":["a","b"]}`))
	f.Add([]byte(`{"name":"x","shape":[1,1],"datatype":"FP64","data":[NaN]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var x Tensor
		json.Unmarshal(data, &x)
	})
}

func TestPredictionsShow(t *testing.T) {
	p := &Prediction{
		Pipeline: "spam", Version: "1", Predictions: []any{"spam", "<b>"},
		Probabilities: []map[string]float64{{"spam": 0.75, "<b>": 0.25}, {"spam": 0.5, "<b>": 0.5}},
		Explanations:  [][]Term{{{"buy", 1.25}, {"tea", -0.5}}},
	}
	text, html := p.String(), p.MIMEBundle()["text/html"].(string)
	if !strings.Contains(text, "0         spam        0.2500  0.7500  buy +1.25, tea -0.5") || !strings.HasSuffix(text, "2 predictions of spam, version 1") {
		t.Errorf("it shows as\n%s", text)
	}
	if strings.Contains(html, "<b>") || !strings.Contains(html, "&lt;b&gt;") {
		t.Errorf("the HTML is %s", html)
	}
	if (&Prediction{}).String() == "" {
		t.Error("nothing shows as nothing")
	}
}

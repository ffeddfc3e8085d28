package service

// This file has what the tests share: fitted pipelines and requests.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/model"
	"github.com/netherfield/netherfield/runtime/pipeline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// corpus returns texts and their labels, always the same.
func corpus(n int) (texts, labels []string) {
	r := rand.New(rand.NewPCG(1, 2))
	words := map[string][]string{
		"legitimate": strings.Fields("truth universally acknowledged single man good fortune must want wife feelings neighbourhood"),
		"spam":       strings.Fields("delicious coffee taste great product buy flavour best chips dog loves price tea"),
	}
	both := strings.Fields("the a of and in is it that this")
	for i := range n {
		label := []string{"legitimate", "spam"}[i%2]
		var b strings.Builder
		for range 5 + r.IntN(20) {
			from := words[label]
			if r.IntN(3) == 0 {
				from = both
			}
			b.WriteString(from[r.IntN(len(from))] + " ")
		}
		texts, labels = append(texts, b.String()), append(labels, label)
	}
	return texts, labels
}

// saved returns a fitted stage as an artefact.
func saved(t testing.TB, stage any) []byte {
	t.Helper()
	t.Setenv(pipeline.SaveFile, "")
	path := filepath.Join(t.TempDir(), "model.sav")
	if err := pipeline.SaveStage(stage, path, pipeline.Origin{Commit: "none"}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// fitted returns a classifier of texts; another strength makes another model.
var fitted = func() func(c float64) *pipeline.Pipeline {
	var mu sync.Mutex
	made := map[float64]*pipeline.Pipeline{}
	return func(c float64) *pipeline.Pipeline {
		mu.Lock()
		defer mu.Unlock()
		if made[c] == nil {
			p := pipeline.New(
				pipeline.Step("vectorize", &feature.HashingVectorizer{Buckets: 256, NonNegative: true}),
				pipeline.Step("tfidf", &feature.TFIDF{}),
				pipeline.Step("model", &model.LogisticRegression{C: c}),
			)
			texts, labels := corpus(400)
			if err := p.Fit(texts, labels); err != nil {
				panic(err)
			}
			made[c] = p
		}
		return made[c]
	}
}()

// values returns a regressor of rows: y = 2 x₀ − x₁.
func values(t testing.TB) []byte {
	p := pipeline.New(pipeline.Step("model", &model.LinearRegression{}))
	if err := p.Fit([][]float64{{1, 2}, {3, 4}, {5, 7}, {0, 1}}, []float64{0, 2, 3, -1}); err != nil {
		t.Fatal(err)
	}
	return saved(t, p)
}

// started returns a service with the pipeline "spam" in version 1.
func started(t testing.TB, opts Opts) *Service {
	t.Helper()
	s := New(opts)
	if _, err := s.Load("spam", "1", saved(t, fitted(1))); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// call sends a request to the service: headers are "Name: value".
func call(s http.Handler, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// answerOf decodes a JSON answer with the status.
func answerOf[T any](t testing.TB, w *httptest.ResponseRecorder, status int) (out T) {
	t.Helper()
	if w.Code != status {
		t.Fatalf("status %d, want %d: %s", w.Code, status, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatalf("%v in %s", err, w.Body)
	}
	return out
}

// predicted is the answer to a :predict.
type predicted struct {
	Pipeline, Version, Digest string
	Predictions               []any
	Probabilities             []map[string]float64
	Explanations              [][]Term
}

func predict(t testing.TB, s http.Handler, path, body string) predicted {
	t.Helper()
	return answerOf[predicted](t, call(s, "POST", path, body), 200)
}

// metric returns the value of a series, as /metrics writes it.
func metric(t testing.TB, s http.Handler, series string) string {
	t.Helper()
	w := call(s, "GET", "/metrics", "")
	for line := range strings.Lines(w.Body.String()) {
		if rest, ok := strings.CutPrefix(line, series+" "); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(bytes.TrimSpace(b))
}

func drain(r io.Reader) string {
	b, err := io.ReadAll(r)
	if err != nil {
		return fmt.Sprint(err)
	}
	return string(b)
}

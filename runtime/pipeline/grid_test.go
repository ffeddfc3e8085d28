package pipeline_test

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/pipeline"
)

func grid() (*pipeline.GridSearch, [3]*log) {
	var logs [3]*log
	for i := range logs {
		logs[i] = &log{}
	}
	return &pipeline.GridSearch{
		Pipeline: pipeline.New(
			pipeline.Step("lengths", &lengths{Log: logs[0]}),
			pipeline.Step("center", &center{Log: logs[1]}),
			pipeline.Step("model", &nearest{Log: logs[2]}),
		),
		Grid: map[string][]any{
			"center.Strength": {1, 0.5},
			"model.Offset":    {-5, 0.0, 0, 40},
			"lengths.Letters": {"a", "b"},
		},
	}, logs
}

func TestASearchFindsTheFirstOfTheBest(t *testing.T) {
	docs, labels := texts(101)
	var want []float64
	for _, cores := range []int{1, 2, 8} {
		old := runtime.GOMAXPROCS(cores)
		g, logs := grid()
		var reports []int
		g.Progress = func(done, total int) {
			if total != 16*5+1 {
				t.Errorf("%d in total", total)
			}
			reports = append(reports, done)
		}
		if err := g.Fit(docs, labels); err != nil {
			t.Fatal(err)
		}
		runtime.GOMAXPROCS(old)
		if want := map[string]any{"center.Strength": 1, "lengths.Letters": "a", "model.Offset": 0.0}; !reflect.DeepEqual(g.BestParams(), want) {
			t.Errorf("%v, want %v", g.BestParams(), want)
		}
		if len(reports) != 81 || !slices.IsSorted(reports) {
			t.Errorf("progress %v", reports)
		}
		// Stateless transformers once a combination of theirs, and once more to fit the
		// best; others once a fold.
		for i, n := range []int64{2 + 1, 2*2*5 + 1, 16*5 + 1} {
			if got := logs[i].fits.Load(); got != n {
				t.Errorf("step %d was fitted %d times, want %d", i, got, n)
			}
		}
		if n := logs[1].transforms.Load(); n != 2*(2*2*5)+1 {
			t.Errorf("%d transformations", n)
		}
		r, err := pipeline.CrossValidate(t.Context(), g.Best(), docs, labels, pipeline.CVOpts{})
		if err != nil || r.Mean("accuracy") != g.BestScore() {
			t.Errorf("%v, mean %v, want %v", err, r.Mean("accuracy"), g.BestScore())
		}
		if want == nil {
			want = r.Test["accuracy"]
		} else if !slices.Equal(want, r.Test["accuracy"]) {
			t.Errorf("%d cores give other scores", cores)
		}
		if _, err := g.Best().Predict(docs); err != nil {
			t.Error(err)
		}
		if g.Pipeline.Params()["center.Strength"] != 0.0 || g.Pipeline.Classes() != nil {
			t.Error("the pipeline of the search was changed")
		}
	}
}

func TestStepsThemselvesAreTried(t *testing.T) {
	docs, labels := texts(60)
	tried := &nearest{Offset: 40}
	g := &pipeline.GridSearch{Pipeline: example(), Grid: map[string][]any{
		"model":      {tried, &nearest{}},
		"model.Seed": {1, 2},
		"center":     {&center{}, pipeline.New(pipeline.Step("a", &center{}), pipeline.Step("b", &center{}))},
	}, NoRefit: true}
	if err := g.Fit(docs, labels); err != nil {
		t.Fatal(err)
	}
	if p := g.BestParams(); p["model"].(*nearest).Offset != 0 || p["model.Seed"] != 1 || tried.Seed != 0 || tried.classes != nil {
		t.Errorf("%v, %+v", p, tried)
	}
	if _, err := g.Best().Predict(docs); err == nil {
		t.Error("the best is fitted")
	}
}

func TestARandomSearchTriesSome(t *testing.T) {
	docs, labels := texts(60)
	g, logs := grid()
	g.Sample, g.NoRefit, g.Folds = 3, true, 3
	if err := g.Fit(docs, labels); err != nil {
		t.Fatal(err)
	}
	if n := logs[2].fits.Load(); n != 9 {
		t.Errorf("%d fits", n)
	}
}

func TestAFailingCandidateIsNamed(t *testing.T) {
	docs, labels := texts(60)
	var notFitted *feature.NotFittedError
	for want, change := range map[string]func(g *pipeline.GridSearch){
		`the candidate with center.Strength = 1, lengths.Letters = "a", model.Offset = 13 fails on fold 1: pipeline: step "model": nearest: 13`: func(g *pipeline.GridSearch) {
			g.Grid["model.Offset"] = []any{0, 13, 13.0}
		},
		`center.Strength = 13, lengths.Letters = "a", model.Offset = -5 fails on fold 1: pipeline: step "center"`: func(g *pipeline.GridSearch) { g.Grid["center.Strength"] = []any{1, 13} },
		`lengths.Scale = -1, model.Offset = -5 fails on fold 1: pipeline: step "lengths"`:                         func(g *pipeline.GridSearch) { g.Grid["lengths.Scale"] = []any{1, -1} },
		`no parameter "model.Ofset"; did you mean`:                                                                func(g *pipeline.GridSearch) { g.Grid["model.Ofset"] = []any{1} },
		`model.Seed is a int; it cannot be the string "x" (with center.Strength = 1`:                              func(g *pipeline.GridSearch) { g.Grid["model.Seed"] = []any{1, "x"} },
		`no values for "model.Seed"`: func(g *pipeline.GridSearch) { g.Grid["model.Seed"] = nil },
		`needs a Pipeline`:           func(g *pipeline.GridSearch) { g.Pipeline = nil },
		`there are no steps`:         func(g *pipeline.GridSearch) { g.Pipeline = pipeline.New() },
		`predicts nothing`:           func(g *pipeline.GridSearch) { g.Pipeline = g.Pipeline.Features(); delete(g.Grid, "model.Offset") },
		`not for both`: func(g *pipeline.GridSearch) {
			g.Grid["model"] = []any{&nearest{}, &line{}}
			delete(g.Grid, "model.Offset")
		},
		`Sample is -1`: func(g *pipeline.GridSearch) { g.Sample = -1 },
		`61 folds`:     func(g *pipeline.GridSearch) { g.Folds = 61 },
		`1 folds`:      func(g *pipeline.GridSearch) { g.Folds = 1 },
		`no metric "acuracy"; did you mean "accuracy"`: func(g *pipeline.GridSearch) { g.Scoring = "acuracy" },
		`rates regressors`: func(g *pipeline.GridSearch) { g.Scoring = "r2" },
		`combinations; set Sample`: func(g *pipeline.GridSearch) {
			many := make([]any, 2000)
			for i := range many {
				many[i] = i
			}
			g.Grid["model.Seed"], g.Grid["model.Offset"] = many, many
		},
	} {
		g, _ := grid()
		change(g)
		if err := g.Fit(docs, labels); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant %q in it", err, want)
		}
		if _, err := g.Results(); !errors.As(err, &notFitted) || g.Best() != nil || g.BestParams() != nil || g.BestScore() == g.BestScore() {
			t.Errorf("there are results: %v", err)
		}
	}
	g, _ := grid()
	ctx, cancel := context.WithCancel(t.Context())
	g.Progress = func(done, total int) {
		if done == 3 {
			cancel()
		}
	}
	if err := g.FitContext(ctx, docs, labels); !errors.Is(err, context.Canceled) || g.Best() != nil {
		t.Error(err)
	}
}

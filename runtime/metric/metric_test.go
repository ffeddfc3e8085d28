package metric_test

// This file tests awkward input, and how matrices and reports show themselves.

import (
	"math"
	"strings"
	"testing"

	"github.com/netherfield/netherfield/runtime/metric"
	"gonum.org/v1/gonum/mat"
)

func TestWhatCannotBeRatedIsAClearError(t *testing.T) {
	ab, half := []string{"a", "b"}, []float64{0.5, 0.5}
	even := mat.NewDense(2, 2, []float64{0.5, 0.5, 0.5, 0.5})
	first := func(_ float64, err error) error { return err }
	for _, c := range []struct {
		what, want string
		err        error
	}{
		{"nothing", "no predictions to rate", first(metric.Accuracy(nil, nil))},
		{"lengths", "2 true values, but 1 predictions", first(metric.F1(ab, ab[:1], metric.Opts{Positive: "a"}))},
		{"no positive class", `the positive class "" is none of the classes "a", "b"; name it`, first(metric.F1(ab, ab, metric.Opts{}))},
		{"unknown positive class", `"z" is none of`, first(metric.ROCAUC(ab, half, "z"))},
		{"unknown positive class, Brier", `"z" is none of`, first(metric.Brier(ab, half, "z"))},
		{"β", "β is -1", first(metric.FBeta(ab, ab, -1, metric.Opts{Positive: "a"}))},
		{"β NaN", "β is NaN", first(metric.FBeta(ab, ab, math.NaN(), metric.Opts{Positive: "a"}))},
		{"zero division", "ZeroDivision is 0.5", first(metric.F1(ab, ab, metric.Opts{Positive: "a", ZeroDivision: 0.5}))},
		{"average", `no average "mean"`, first(metric.F1(ab, ab, metric.Opts{Average: "mean"}))},
		{"label twice", `"a" is both label 0 and label 1`, first(metric.F1(ab, ab, metric.Opts{Average: metric.Macro, Labels: []string{"a", "a"}}))},
		{"NaN score", "row 1: the score is NaN", first(metric.ROCAUC(ab, []float64{0, math.NaN()}, "a"))},
		{"infinite score", "row 0: the score is +Inf", first(metric.AveragePrecision(ab, []float64{math.Inf(1), 0}, "a"))},
		{"probability above 1", "row 1: the probability is 1.5", first(metric.Brier(ab, []float64{0, 1.5}, "a"))},
		{"columns", "2 columns, but there are 1 classes", first(metric.LogLoss(ab, even, ab[:1]))},
		{"rows", "1 true values, but 2 predictions", first(metric.LogLoss(ab[:1], even, ab))},
		{"no rows", "no predictions to rate", first(metric.LogLoss(nil, &mat.Dense{}, ab))},
		{"one class", "at least two classes", first(metric.LogLoss([]string{"a"}, mat.NewDense(1, 1, []float64{1}), ab[:1]))},
		{"unknown class", `row 1: the true class "b" is none of`, first(metric.BrierMulti(ab, even, []string{"a", "c"}))},
		{"NaN probability", `row 0: the probability of the class "b" is NaN`, first(metric.LogLoss(ab, mat.NewDense(2, 2, []float64{0, math.NaN(), 1, 0}), ab))},
		{"sum", "row 0: the probabilities sum to 0.5", first(metric.ROCAUCMulti(ab, mat.NewDense(2, 2, []float64{0.25, 0.25, 1, 0}), ab, metric.AUCOpts{}))},
		{"micro of pairs", "one class against one", first(metric.ROCAUCMulti(ab, even, ab, metric.AUCOpts{OneVsOne: true, Average: metric.Micro}))},
		{"one point", "at least 2 points", first(metric.AUC([]float64{0}, []float64{1}))},
		{"zigzag", "rises at point 1 and falls at point 2", first(metric.AUC([]float64{0, 1, 0.5}, []float64{1, 2, 3}))},
		{"NaN truth", "row 1: the true value is NaN", first(metric.R2([]float64{1, math.NaN()}, half))},
		{"infinite prediction", "row 0: the prediction is -Inf", first(metric.MSE(half, []float64{math.Inf(-1), 0}))},
		{"no numbers", "no predictions to rate", first(metric.MedianAE(nil, nil))},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) || !strings.HasPrefix(c.err.Error(), "metric: ") {
			t.Errorf("%s: the error is %v, want one with %q", c.what, c.err, c.want)
		}
	}
	if _, err := metric.Confusion(ab, ab, "z"); err == nil || !strings.Contains(err.Error(), `none of the labels "z" is a true class`) {
		t.Errorf("labels that are no class: %v", err)
	}
	if _, err := metric.Calibration(ab, half, "a", metric.CalibrationOpts{Bins: -1}); err == nil {
		t.Error("a curve of −1 bins is no error")
	}
}

func TestThePositiveClassIsRatedAgainstAllOthers(t *testing.T) {
	truth, predicted := []string{"a", "b", "c", "a"}, []string{"a", "a", "b", "c"}
	p, err := metric.Precision(truth, predicted, metric.Opts{Positive: "a"})
	if p != 0.5 || err != nil {
		t.Errorf("precision is %v, %v; want 0.5", p, err)
	}
	p, err = metric.Precision([]string{"b"}, []string{"b"}, metric.Opts{Positive: "a", ZeroDivision: 1})
	if p != 1 || err != nil {
		t.Errorf("precision of an absent class is %v, %v; want ZeroDivision", p, err)
	}
}

func TestFBetaGoesFromPrecisionToRecall(t *testing.T) {
	truth, predicted := []string{"a", "b", "b", "a"}, []string{"a", "a", "a", "b"}
	for _, c := range []struct{ beta, want float64 }{{0, 1. / 3}, {math.Inf(1), 0.5}, {1e200, 0.5}} {
		if f, err := metric.FBeta(truth, predicted, c.beta, metric.Opts{Positive: "a"}); f != c.want || err != nil {
			t.Errorf("F of β %v is %v, %v; want %v", c.beta, f, err, c.want)
		}
	}
}

func TestTheOrderOfClassesIsFree(t *testing.T) {
	truth := []string{"b", "a", "c", "b"}
	p := mat.NewDense(4, 3, []float64{.2, .5, .3, .6, .3, .1, .3, .3, .4, .1, .8, .1})
	q := mat.NewDense(4, 3, nil) // the columns of p, reversed
	for j := range 3 {
		q.SetCol(j, mat.Col(nil, 2-j, p))
	}
	for _, f := range []func([]string, mat.Matrix, []string) (float64, error){metric.LogLoss, metric.BrierMulti} {
		a, err1 := f(truth, p, []string{"a", "b", "c"})
		b, err2 := f(truth, q, []string{"c", "b", "a"})
		if math.Abs(a-b) > 1e-15 || err1 != nil || err2 != nil {
			t.Errorf("%v, %v and %v, %v differ", a, err1, b, err2)
		}
	}
}

func TestArgumentsStayAsTheyAre(t *testing.T) {
	truth, scores, labels := []string{"b", "a", "b"}, []float64{3, 1, 2}, []string{"b", "a"}
	m, err := metric.Confusion(truth, truth, labels...)
	if err != nil {
		t.Fatal(err)
	}
	m.Labels[0] = "z"
	if _, err := metric.ROC(truth, scores, "b"); err != nil {
		t.Fatal(err)
	}
	if _, err := metric.MedianAE(scores, scores); err != nil {
		t.Fatal(err)
	}
	if truth[0] != "b" || scores[0] != 3 || labels[0] != "b" {
		t.Error("an argument was changed")
	}
}

func TestTablesEscapeClasses(t *testing.T) {
	truth := []string{"<script>\"&", "two\nlines"}
	m, err := metric.Confusion(truth, truth)
	if err != nil {
		t.Fatal(err)
	}
	r, err := metric.Report(truth, truth)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []map[string]any{m.MIMEBundle(), r.MIMEBundle()} {
		if h := b["text/html"].(string); strings.Contains(h, "<script") || !strings.Contains(h, "&lt;script&gt;&#34;&amp;") {
			t.Errorf("a class is not escaped:\n%s", h)
		}
	}
	if n := strings.Count(m.String(), "\n"); n != 2 {
		t.Errorf("the table has %d line breaks, want 2:\n%s", n, m)
	}
	if h := m.MIMEBundle()["text/html"].(string); !strings.Contains(h, "rgba(70,130,180,0.50)") || !strings.Contains(h, "rgba(70,130,180,0.00)") {
		t.Errorf("cells are not shaded by their share:\n%s", h)
	}
	if (&metric.ConfusionMatrix{}).MIMEBundle()["text/plain"] != "no classes" {
		t.Error("an empty matrix does not say so")
	}
}

func TestSumsLoseNothing(t *testing.T) {
	truth := make([]float64, 1001)
	predicted := make([]float64, 1001)
	truth[0] = 1e16
	for i := range 1000 {
		truth[i+1] = 1
	}
	m, err := metric.MAE(truth, predicted)
	if want := (1e16 + 1000) / 1001; m != want || err != nil {
		t.Errorf("the mean is %v, %v; want %v", m, err, want)
	}
}

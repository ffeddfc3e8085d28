package metric_test

// This file compares every rating with scikit-learn's.

import (
	"fmt"
	"math"
	"regexp"
	"testing"

	"github.com/netherfield/netherfield/internal/golden"
	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/metric"
	"gonum.org/v1/gonum/mat"
)

var averages = []metric.Average{metric.Micro, metric.Macro, metric.Weighted}

// parts runs a subtest for each part of a golden file.
func parts(t *testing.T, file string, test func(*testing.T, *artefact.State)) {
	for _, p := range golden.Load(t, file).Parts {
		t.Run(p.Name, func(t *testing.T) { test(t, p.State) })
	}
}

// near checks a number, and that there is no error.
func near(t *testing.T, s *artefact.State, what string) func(float64, error) {
	return func(got float64, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", what, err)
			return
		}
		golden.Near(t, what, []float64{got}, []float64{golden.Float(t, s, what)}, 1e-12, 1e-15)
	}
}

func ok[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestClassesAreRatedAsByScikitLearn(t *testing.T) {
	parts(t, "classes", func(t *testing.T, s *artefact.State) {
		truth, predicted, labels := golden.Strings(t, s, "truth"), golden.Strings(t, s, "predicted"), golden.Strings(t, s, "labels")
		m := ok[*metric.ConfusionMatrix](t)(metric.Confusion(truth, predicted, labels...))
		var counts []int
		for _, row := range m.Counts {
			counts = append(counts, row...)
		}
		golden.Equal(t, "confusion", counts, golden.Ints(t, s, "confusion"))
		golden.NearMatrix(t, "by truth", m.ByTruth(), golden.Dense(t, s, "confusion_truth"), 1e-15, 0)
		golden.NearMatrix(t, "by prediction", m.ByPrediction(), golden.Dense(t, s, "confusion_prediction"), 1e-15, 0)
		golden.NearMatrix(t, "of all", m.Shares(), golden.Dense(t, s, "confusion_all"), 1e-15, 0)
		near(t, s, "accuracy")(metric.Accuracy(truth, predicted))
		near(t, s, "balanced")(metric.BalancedAccuracy(truth, predicted))
		near(t, s, "kappa")(metric.CohenKappa(truth, predicted))
		near(t, s, "matthews")(metric.MatthewsCorrCoef(truth, predicted))

		for zero, zeroName := range map[float64]string{0: "0", 1: "1", math.NaN(): "nan"} {
			for betaName, beta := range map[string]float64{"half": 0.5, "one": 1, "two": 2} {
				o := metric.Opts{Labels: labels, ZeroDivision: zero}
				var got [3][]float64
				var support []int
				for _, c := range ok[[]metric.Scores](t)(metric.PerClass(truth, predicted, beta, o)) {
					got[0], got[1], got[2] = append(got[0], c.Precision), append(got[1], c.Recall), append(got[2], c.F)
					support = append(support, c.Support)
				}
				golden.Near(t, "each", append(append(got[0], got[1]...), got[2]...), golden.Floats(t, s, "each_"+betaName+"_"+zeroName), 1e-12, 0)
				golden.Equal(t, "support", support, golden.Ints(t, s, "support"))
				var all []float64
				for _, o.Average = range averages {
					all = append(all,
						ok[float64](t)(metric.Precision(truth, predicted, o)),
						ok[float64](t)(metric.Recall(truth, predicted, o)),
						ok[float64](t)(metric.FBeta(truth, predicted, beta, o)))
				}
				golden.Near(t, "averages, β "+betaName+", zero "+zeroName, all, golden.Floats(t, s, "averages_"+betaName+"_"+zeroName), 1e-12, 0)
			}
		}
		if golden.Has(s, "spam") {
			o := metric.Opts{Positive: "spam"}
			golden.Near(t, "spam", []float64{
				ok[float64](t)(metric.Precision(truth, predicted, o)),
				ok[float64](t)(metric.Recall(truth, predicted, o)),
				ok[float64](t)(metric.F1(truth, predicted, o)),
			}, golden.Floats(t, s, "spam"), 1e-12, 0)
		}
	})
}

func TestReportsAreLaidOutAsByScikitLearn(t *testing.T) {
	parts(t, "classes", func(t *testing.T, s *artefact.State) {
		r := ok[*metric.ClassificationReport](t)(metric.Report(golden.Strings(t, s, "truth"), golden.Strings(t, s, "predicted"), golden.Strings(t, s, "labels")...))
		want := golden.Strings(t, s, "report")
		if golden.Float(t, s, "accuracy") == 0 {
			// If no prediction is right, scikit-learn prints the support as 2.0.
			for i, text := range want {
				want[i] = regexp.MustCompile(`(?m)( +\d+)\.0$`).ReplaceAllString(text, "  $1")
			}
		}
		golden.Equal(t, "report", []string{r.String(), r.Text(4)}, want)
	})
}

func TestScoresAreRatedAsByScikitLearn(t *testing.T) {
	parts(t, "scores", func(t *testing.T, s *artefact.State) {
		truth, score := golden.Strings(t, s, "truth"), golden.Floats(t, s, "score")
		roc := ok[*metric.ROCCurve](t)(metric.ROC(truth, score, "p"))
		golden.Near(t, "FPR", roc.FPR, golden.Floats(t, s, "fpr"), 1e-15, 0)
		golden.Near(t, "TPR", roc.TPR, golden.Floats(t, s, "tpr"), 1e-15, 0)
		golden.Near(t, "ROC thresholds", roc.Thresholds, golden.Floats(t, s, "roc_thresholds"), 0, 0)
		near(t, s, "auc")(roc.AUC(), nil)
		near(t, s, "auc")(metric.ROCAUC(truth, score, "p"))
		pr := ok[*metric.PRCurve](t)(metric.PrecisionRecallCurve(truth, score, "p"))
		golden.Near(t, "precision", pr.Precision, golden.Floats(t, s, "precision"), 1e-15, 0)
		golden.Near(t, "recall", pr.Recall, golden.Floats(t, s, "recall"), 1e-15, 0)
		golden.Near(t, "PR thresholds", pr.Thresholds, golden.Floats(t, s, "pr_thresholds"), 0, 0)
		near(t, s, "ap")(metric.AveragePrecision(truth, score, "p"))
		near(t, s, "brier")(metric.Brier(truth, score, "p"))
		for _, bins := range []int{1, 5, 10} {
			for _, quantile := range []bool{false, true} {
				name := fmt.Sprintf("calibration_%s_%d", map[bool]string{false: "uniform", true: "quantile"}[quantile], bins)
				c := ok[*metric.CalibrationCurve](t)(metric.Calibration(truth, score, "p", metric.CalibrationOpts{Bins: bins, Quantile: quantile}))
				golden.Near(t, name, append(c.True, c.Predicted...), golden.Floats(t, s, name), 1e-12, 0)
			}
		}
	})
}

func TestProbabilitiesAreRatedAsByScikitLearn(t *testing.T) {
	parts(t, "probabilities", func(t *testing.T, s *artefact.State) {
		truth, proba := golden.Strings(t, s, "truth"), golden.Dense(t, s, "proba")
		var classes []string
		for _, c := range s.Params["Classes"].([]any) {
			classes = append(classes, c.(string))
		}
		near(t, s, "logloss")(metric.LogLoss(truth, proba, classes))
		near(t, s, "brier")(metric.BrierMulti(truth, proba, classes))
		if !golden.Has(s, "ovr") {
			near(t, s, "brier")(metric.Brier(truth, mat.Col(nil, 1, proba), classes[1]))
			return
		}
		var ovr, ovo, ap []float64
		for _, a := range averages {
			ovr = append(ovr, ok[float64](t)(metric.ROCAUCMulti(truth, proba, classes, metric.AUCOpts{Average: a})))
			ap = append(ap, ok[float64](t)(metric.AveragePrecisionMulti(truth, proba, classes, a)))
		}
		for _, a := range []metric.Average{"", metric.Weighted} {
			ovo = append(ovo, ok[float64](t)(metric.ROCAUCMulti(truth, proba, classes, metric.AUCOpts{Average: a, OneVsOne: true})))
		}
		golden.Near(t, "ROC AUC", ovr, golden.Floats(t, s, "ovr"), 1e-12, 0)
		golden.Near(t, "ROC AUC of pairs", ovo, golden.Floats(t, s, "ovo"), 1e-12, 0)
		golden.Near(t, "average precision", ap, golden.Floats(t, s, "ap"), 1e-12, 0)
		golden.Near(t, "ROC AUC of each", ok[[]float64](t)(metric.ROCAUCPerClass(truth, proba, classes)), golden.Floats(t, s, "ovr_each"), 1e-12, 0)
		golden.Near(t, "average precision of each", ok[[]float64](t)(metric.AveragePrecisionPerClass(truth, proba, classes)), golden.Floats(t, s, "ap_each"), 1e-12, 0)
	})
}

func TestNumbersAreRatedAsByScikitLearn(t *testing.T) {
	parts(t, "numbers", func(t *testing.T, s *artefact.State) {
		truth, predicted := golden.Floats(t, s, "truth"), golden.Floats(t, s, "predicted")
		near(t, s, "mse")(metric.MSE(truth, predicted))
		near(t, s, "rmse")(metric.RMSE(truth, predicted))
		near(t, s, "mae")(metric.MAE(truth, predicted))
		near(t, s, "mape")(metric.MAPE(truth, predicted))
		near(t, s, "medianae")(metric.MedianAE(truth, predicted))
		near(t, s, "r2")(metric.R2(truth, predicted))
		near(t, s, "explained")(metric.ExplainedVariance(truth, predicted))
	})
}

package pipeline

// This file defines what searches and cross-validations maximise.

import (
	"fmt"
	"maps"
	"slices"

	"github.com/netherfield/netherfield/runtime/metric"
	"gonum.org/v1/gonum/mat"
)

// A Metric rates predictions; more is better. Exactly one of its functions is set.
type Metric struct {
	Name string
	// Labels rates a classifier's predicted classes, given the true ones.
	Labels func(truth, predicted []string) (float64, error)
	// Proba rates a classifier's probabilities, a column for each of classes.
	Proba func(truth []string, proba mat.Matrix, classes []string) (float64, error)
	// Values rates a regressor's predictions.
	Values func(truth, predicted []float64) (float64, error)
}

// The metrics that have names. Those of errors are negated, so that more is better.
var (
	labelMetrics = map[string]func(truth, predicted []string) (float64, error){
		"accuracy":           metric.Accuracy,
		"balanced_accuracy":  metric.BalancedAccuracy,
		"cohen_kappa":        metric.CohenKappa,
		"matthews_corrcoef":  metric.MatthewsCorrCoef,
		"f1_macro":           average(metric.F1, metric.Macro),
		"f1_micro":           average(metric.F1, metric.Micro),
		"f1_weighted":        average(metric.F1, metric.Weighted),
		"precision_macro":    average(metric.Precision, metric.Macro),
		"precision_micro":    average(metric.Precision, metric.Micro),
		"precision_weighted": average(metric.Precision, metric.Weighted),
		"recall_macro":       average(metric.Recall, metric.Macro),
		"recall_micro":       average(metric.Recall, metric.Micro),
		"recall_weighted":    average(metric.Recall, metric.Weighted),
	}
	positiveMetrics = map[string]func(truth, predicted []string, o metric.Opts) (float64, error){
		"f1":        metric.F1,
		"precision": metric.Precision,
		"recall":    metric.Recall,
	}
	rankMetrics = map[string]func(truth []string, scores []float64, positive string) (float64, error){
		"roc_auc":           metric.ROCAUC,
		"average_precision": metric.AveragePrecision,
		"neg_brier_score": func(truth []string, scores []float64, positive string) (float64, error) {
			v, err := metric.Brier(truth, scores, positive)
			return -v, err
		},
	}
	probaMetrics = map[string]func(truth []string, proba mat.Matrix, classes []string) (float64, error){
		"neg_log_loss": func(truth []string, proba mat.Matrix, classes []string) (float64, error) {
			v, err := metric.LogLoss(truth, proba, classes)
			return -v, err
		},
		"roc_auc_ovr":          area(metric.AUCOpts{}),
		"roc_auc_ovr_weighted": area(metric.AUCOpts{Average: metric.Weighted}),
		"roc_auc_ovo":          area(metric.AUCOpts{OneVsOne: true}),
		"roc_auc_ovo_weighted": area(metric.AUCOpts{OneVsOne: true, Average: metric.Weighted}),
	}
	valueMetrics = map[string]func(truth, predicted []float64) (float64, error){
		"r2":                                 metric.R2,
		"explained_variance":                 metric.ExplainedVariance,
		"neg_mean_squared_error":             negative(metric.MSE),
		"neg_root_mean_squared_error":        negative(metric.RMSE),
		"neg_mean_absolute_error":            negative(metric.MAE),
		"neg_mean_absolute_percentage_error": negative(metric.MAPE),
		"neg_median_absolute_error":          negative(metric.MedianAE),
	}
)

func average(f func(truth, predicted []string, o metric.Opts) (float64, error), a metric.Average) func(truth, predicted []string) (float64, error) {
	return func(truth, predicted []string) (float64, error) {
		return f(truth, predicted, metric.Opts{Average: a})
	}
}

func area(o metric.AUCOpts) func([]string, mat.Matrix, []string) (float64, error) {
	return func(truth []string, proba mat.Matrix, classes []string) (float64, error) {
		return metric.ROCAUCMulti(truth, proba, classes, o)
	}
}

func negative(f func(truth, predicted []float64) (float64, error)) func(truth, predicted []float64) (float64, error) {
	return func(truth, predicted []float64) (float64, error) {
		v, err := f(truth, predicted)
		return -v, err
	}
}

// MetricNamed returns the metric of a name that scikit-learn's scoring knows:
//
//   - of predicted classes: accuracy, balanced_accuracy, cohen_kappa,
//     matthews_corrcoef, and f1, precision and recall, with _macro, _micro or
//     _weighted, or without for the class that is positive;
//   - of probabilities: neg_log_loss, roc_auc_ovr and roc_auc_ovo, also with _weighted,
//     and, of the class that is positive, roc_auc, average_precision and
//     neg_brier_score;
//   - of a regressor's values: r2, explained_variance, neg_mean_squared_error,
//     neg_root_mean_squared_error, neg_mean_absolute_error,
//     neg_mean_absolute_percentage_error, neg_median_absolute_error.
//
// Package metric has the formulas. Positive is the class that is positive; the
// others do without.
func MetricNamed(name, positive string) (Metric, error) {
	if f, ok := labelMetrics[name]; ok {
		return Metric{Name: name, Labels: f}, nil
	}
	if f, ok := probaMetrics[name]; ok {
		return Metric{Name: name, Proba: f}, nil
	}
	if f, ok := valueMetrics[name]; ok {
		return Metric{Name: name, Values: f}, nil
	}
	decision, isDecision := positiveMetrics[name]
	rank, isRank := rankMetrics[name]
	switch {
	case !isDecision && !isRank:
		known := slices.Concat(keys(labelMetrics), keys(positiveMetrics), keys(rankMetrics), keys(probaMetrics), keys(valueMetrics))
		return Metric{}, fmt.Errorf("pipeline: there is no metric %q%s", name, nearest(name, known))
	case positive == "":
		hint := ""
		if isDecision {
			hint = fmt.Sprintf(", or take %q, which is about all classes", name+"_macro")
		}
		return Metric{}, fmt.Errorf("pipeline: the metric %q is about one class; set Positive to it%s", name, hint)
	case isDecision:
		return Metric{Name: name, Labels: func(truth, predicted []string) (float64, error) {
			return decision(truth, predicted, metric.Opts{Positive: positive})
		}}, nil
	}
	return Metric{Name: name, Proba: func(truth []string, proba mat.Matrix, classes []string) (float64, error) {
		k := slices.Index(classes, positive)
		if k < 0 {
			return 0, fmt.Errorf("there is no class %q; there are %q", positive, classes)
		}
		return rank(truth, mat.Col(nil, k, proba), positive)
	}}, nil
}

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// metric returns the metric that was asked for, by name or as it is.
func (e *evaluation) metric(name, positive string, own *Metric) (Metric, error) {
	regressor := e.labels.values != nil
	if own == nil {
		if name == "" {
			name = map[bool]string{false: "accuracy", true: "r2"}[regressor]
		}
		m, err := MetricNamed(name, positive)
		if err != nil {
			return Metric{}, err
		}
		own = &m
	}
	set := 0
	for _, is := range []bool{own.Labels != nil, own.Proba != nil, own.Values != nil} {
		if is {
			set++
		}
	}
	switch {
	case set != 1 || own.Name == "":
		return Metric{}, fmt.Errorf("pipeline: the metric %q has %d functions; it has a name and exactly one", own.Name, set)
	case regressor && own.Values == nil:
		return Metric{}, fmt.Errorf("pipeline: the metric %q rates classifiers, not regressors", own.Name)
	case !regressor && own.Values != nil:
		return Metric{}, fmt.Errorf("pipeline: the metric %q rates regressors, not classifiers", own.Name)
	}
	return *own, nil
}

package pipeline

// This file defines what searches and cross-validations maximise.

import (
	"fmt"

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

func MetricNamed(name, positive string) (Metric, error) {
	switch name {
	case "accuracy":
		return Metric{Name: name, Labels: func(t, p []string) (float64, error) { return accuracy(t, p), nil }}, nil
	case "r2":
		return Metric{Name: name, Values: func(t, p []float64) (float64, error) { return r2(t, p), nil }}, nil
	}
	return Metric{}, fmt.Errorf("pipeline: there is no metric %q", name)
}

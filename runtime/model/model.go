package model

// This file defines what learners are.

import (
	"context"

	"github.com/netherfield/netherfield/runtime/feature"
	"gonum.org/v1/gonum/mat"
)

// A Classifier learns which class a sample belongs to. Classes are strings.
type Classifier interface {
	// FitContext learns from the rows of x and their classes y. If ctx ends
	// it returns its error, and the classifier is not fitted.
	FitContext(ctx context.Context, x mat.Matrix, y []string) error
	// Classes returns the classes in ascending order.
	Classes() []string
	// Predict returns the most probable class of each row.
	Predict(x mat.Matrix) ([]string, error)
	// PredictProba returns a row for each row of x, with a column for each
	// class.
	PredictProba(x mat.Matrix) (*mat.Dense, error)
	// ProbaVector writes the probabilities of one sample's classes to proba,
	// which has an element for each class, without allocation.
	ProbaVector(v *feature.Vector, proba []float64) error
}

// A Regressor learns a number that belongs to a sample.
type Regressor interface {
	// FitContext learns from the rows of x and their values y. If ctx ends
	// it returns its error, and the regressor is not fitted.
	FitContext(ctx context.Context, x mat.Matrix, y []float64) error
	// Predict returns the value of each row.
	Predict(x mat.Matrix) ([]float64, error)
	// ValueVector returns the value of one sample, without allocation.
	ValueVector(v *feature.Vector) (float64, error)
}

// An Explainer tells which features made a prediction.
type Explainer interface {
	// Explain returns an explanation for each row of x.
	Explain(x mat.Matrix) ([]Explanation, error)
}

// An Explanation takes one prediction apart: for each output k, Base[k] and the
// Contribution[k] of all terms add up to Score[k].
type Explanation struct {
	// Unit is what is added up: "log-odds", "log-probability", "probability" or
	// "value".
	Unit string
	// Outputs are the classes, or a single "" for a regressor.
	Outputs []string
	Base    []float64
	Score   []float64
	// Terms are the features that contribute, those that contribute most
	// first.
	Terms []Term
}

// A Term is what one feature contributes to each output.
type Term struct {
	Feature      int // column
	Contribution []float64
}

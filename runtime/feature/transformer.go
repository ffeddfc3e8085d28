package feature

// This file defines the kinds of transformers.

import (
	"context"

	"github.com/netherfield/netherfield/runtime/frame"
	"gonum.org/v1/gonum/mat"
)

// Texts is a transformer of texts.
type Texts interface {
	FitContext(ctx context.Context, docs []string) error
	TransformContext(ctx context.Context, docs []string) (mat.Matrix, error)
}

// Matrices is a transformer of features into other features.
type Matrices interface {
	FitContext(ctx context.Context, x mat.Matrix) error
	TransformContext(ctx context.Context, x mat.Matrix) (mat.Matrix, error)
}

// Frames is a transformer of columns.
type Frames interface {
	FitContext(ctx context.Context, f *frame.Frame) error
	TransformContext(ctx context.Context, f *frame.Frame) (mat.Matrix, error)
}

// TextVector is what a transformer of texts has that can score one document
// without allocation: it fills v with the features of doc.
type TextVector interface {
	TransformText(v *Vector, doc string) error
}

// VectorVector is what a transformer of features has that can do so: it changes
// v in place.
type VectorVector interface {
	TransformVector(v *Vector) error
}

// A NotFittedError says that a transformer or a model was used before it was
// fitted.
type NotFittedError struct {
	What string // such as "feature.TFIDF"
}

func (e *NotFittedError) Error() string {
	return e.What + " is not fitted: call Fit first"
}

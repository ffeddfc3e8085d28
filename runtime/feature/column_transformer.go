package feature

// This file makes features of different columns.

import (
	"context"
	"errors"
	"slices"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/frame"
	"gonum.org/v1/gonum/mat"
)

// ColumnTransformer gives columns of a frame to different transformers and puts what
// they make side by side, as scikit-learn's does:
//
//	&feature.ColumnTransformer{Branches: []feature.Branch{
//		{Name: "words", Columns: []string{"text"}, Transformer: &feature.HashingVectorizer{Buckets: 256}, Then: []feature.Matrices{&feature.TFIDF{}}},
//		{Name: "place", Columns: []string{"country"}, Transformer: &feature.OneHot{HandleUnknown: "ignore"}},
//		{Name: "size", Columns: []string{"length", "lines"}, Transformer: &feature.StandardScaler{}},
//	}}
//
// Columns of no branch are left out. The result is sparse if that of a branch is and, in
// the first 256 rows that it was fitted to, fewer than 30 % of the elements are not 0;
// else it is dense. (scikit-learn looks at all rows.)
type ColumnTransformer struct {
	Branches []Branch `artefact:"-"`

	branches branches
}

// sparseThreshold is scikit-learn's.
const sparseThreshold = 0.3

var (
	_ Frames            = (*ColumnTransformer)(nil)
	_ artefact.Stateful = (*ColumnTransformer)(nil)
)

// Fit fits the branches to their columns of f.
func (c *ColumnTransformer) Fit(f *frame.Frame) error { return c.FitContext(context.Background(), f) }

// FitContext is [ColumnTransformer.Fit] until ctx ends. After an error c is not fitted.
func (c *ColumnTransformer) FitContext(ctx context.Context, f *frame.Frame) error {
	c.branches = branches{what: "ColumnTransformer"}
	if err := c.branches.check(c.Branches, false); err != nil {
		return err
	}
	if f == nil {
		return errors.New("feature: ColumnTransformer is given no frame")
	}
	if f.NumRows() == 0 {
		return errors.New("feature: ColumnTransformer cannot learn from no rows")
	}
	if err := c.branches.fit(ctx, c.Branches, nil, f); err != nil {
		return err
	}
	if err := c.branches.chooseDense(ctx, c.Branches, f, sparseThreshold); err != nil {
		c.branches.ends = nil
		return err
	}
	return nil
}

// Transform returns the features of the branches side by side.
func (c *ColumnTransformer) Transform(f *frame.Frame) (mat.Matrix, error) {
	return c.TransformContext(context.Background(), f)
}

// TransformContext is [ColumnTransformer.Transform] until ctx ends.
func (c *ColumnTransformer) TransformContext(ctx context.Context, f *frame.Frame) (mat.Matrix, error) {
	if len(c.branches.ends) != len(c.Branches) || len(c.Branches) == 0 {
		return nil, &NotFittedError{"feature.ColumnTransformer"}
	}
	if f == nil {
		return nil, errors.New("feature: ColumnTransformer is given no frame")
	}
	return c.branches.transform(ctx, c.Branches, nil, f)
}

// FeatureNames returns branch__name for each feature; nil if c is not fitted.
func (c *ColumnTransformer) FeatureNames() []string { return c.branches.featureNames(c.Branches) }

// Parts returns the transformers of the branches: that of a branch by the branch's name,
// and what follows it by the branch's name, a dot and its type in lower case.
func (c *ColumnTransformer) Parts() []Part { return parts(c.Branches) }

// Clone returns an unfitted copy, whose branches are copies.
func (c *ColumnTransformer) Clone() any {
	return &ColumnTransformer{Branches: cloneBranches(c.Branches)}
}

// State returns what the branches learned.
func (c *ColumnTransformer) State() (*artefact.State, error) {
	return c.branches.state("feature.ColumnTransformer", c.Branches, nil)
}

// SetState makes c what state says. It knows the transformers of this package.
func (c *ColumnTransformer) SetState(state *artefact.State) error {
	t := ColumnTransformer{branches: branches{what: "ColumnTransformer"}}
	if err := stateParams(state, "feature.ColumnTransformer", &t); err != nil {
		return err
	}
	var err error
	if t.Branches, err = t.branches.setState(state, false); err != nil {
		return err
	}
	*c = ColumnTransformer{slices.Clip(t.Branches), t.branches}
	return nil
}

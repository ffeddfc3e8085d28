package feature

// This file puts different features of the same texts side by side.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/netherfield/netherfield/runtime/artefact"
	"gonum.org/v1/gonum/mat"
)

// Union gives texts to several transformers and puts what they make side by side, as
// scikit-learn's FeatureUnion does:
//
//	&feature.Union{Branches: []feature.Branch{
//		{Name: "words", Transformer: &feature.HashingVectorizer{Buckets: 256}, Then: []feature.Matrices{&feature.TFIDF{}}},
//		{Name: "summaries", Transformer: &feature.Summaries{}},
//	}}
//
// The result is sparse if that of a branch is, else dense. [ColumnTransformer] does the
// same for the columns of a frame.
type Union struct {
	Branches []Branch `artefact:"-"`

	branches branches
	vectors  *sync.Pool // of []Vector, one a branch
}

var (
	_ Texts             = (*Union)(nil)
	_ TextVector        = (*Union)(nil)
	_ artefact.Stateful = (*Union)(nil)
)

// Fit fits the branches to docs.
func (u *Union) Fit(docs []string) error { return u.FitContext(context.Background(), docs) }

// FitContext is [Union.Fit] until ctx ends. After an error u is not fitted.
func (u *Union) FitContext(ctx context.Context, docs []string) error {
	*u = Union{Branches: u.Branches, branches: branches{what: "Union"}}
	if err := u.branches.check(u.Branches, true); err != nil {
		return err
	}
	if len(docs) == 0 {
		return errors.New("feature: Union cannot learn from no documents")
	}
	if err := u.branches.fit(ctx, u.Branches, docs, nil); err != nil {
		return err
	}
	u.makePool()
	return nil
}

func (u *Union) makePool() {
	n := len(u.Branches)
	u.vectors = &sync.Pool{New: func() any { v := make([]Vector, n); return &v }}
}

// Transform returns the features of the branches side by side.
func (u *Union) Transform(docs []string) (mat.Matrix, error) {
	return u.TransformContext(context.Background(), docs)
}

// TransformContext is [Union.Transform] until ctx ends.
func (u *Union) TransformContext(ctx context.Context, docs []string) (mat.Matrix, error) {
	if !u.fitted() {
		return nil, &NotFittedError{"feature.Union"}
	}
	return u.branches.transform(ctx, u.Branches, docs, nil)
}

func (u *Union) fitted() bool {
	return len(u.Branches) > 0 && len(u.branches.ends) == len(u.Branches) && u.vectors != nil
}

// TransformText fills v with the features of doc. Transformers of one's own must be
// [TextVector]s and [VectorVector]s for it.
func (u *Union) TransformText(v *Vector, doc string) error {
	if !u.fitted() {
		return &NotFittedError{"feature.Union"}
	}
	pooled := u.vectors.Get().(*[]Vector)
	defer u.vectors.Put(pooled)
	parts := *pooled
	dense := true
	for i := range u.Branches {
		br := &u.Branches[i]
		t, ok := br.Transformer.(TextVector)
		if !ok {
			return fmt.Errorf("feature: branch %q of Union has a %T, which cannot score one text", br.Name, br.Transformer)
		}
		if err := t.TransformText(&parts[i], doc); err != nil {
			return fmt.Errorf("feature: branch %q of Union: %w", br.Name, err)
		}
		for _, m := range br.Then {
			t, ok := m.(VectorVector)
			if !ok {
				return fmt.Errorf("feature: branch %q of Union has a %T, which cannot score one row", br.Name, m)
			}
			if err := t.TransformVector(&parts[i]); err != nil {
				return fmt.Errorf("feature: branch %q of Union: %w", br.Name, err)
			}
		}
		if parts[i].Len != u.branches.width(i) {
			return fmt.Errorf("feature: branch %q of Union made %d features, not %d", br.Name, parts[i].Len, u.branches.width(i))
		}
		dense = dense && parts[i].Dense
	}
	v.Len, v.Dense = u.branches.cols(), dense
	v.Index, v.Value = v.Index[:0], v.Value[:0]
	at := int32(0)
	for i := range parts {
		p := &parts[i]
		switch {
		case dense:
			v.Value = append(v.Value, p.Value...)
		case p.Dense:
			for j, x := range p.Value {
				if x != 0 {
					v.Index, v.Value = append(v.Index, at+int32(j)), append(v.Value, x)
				}
			}
		default:
			for _, j := range p.Index {
				v.Index = append(v.Index, at+j)
			}
			v.Value = append(v.Value, p.Value...)
		}
		at += int32(p.Len)
	}
	return nil
}

// FeatureNames returns branch__name for each feature; nil if u is not fitted.
func (u *Union) FeatureNames() []string { return u.branches.featureNames(u.Branches) }

// Parts returns the transformers of the branches: that of a branch by the branch's name,
// and what follows it by the branch's name, a dot and its type in lower case.
func (u *Union) Parts() []Part { return parts(u.Branches) }

// Clone returns an unfitted copy, whose branches are copies.
func (u *Union) Clone() any { return &Union{Branches: cloneBranches(u.Branches)} }

// State returns what the branches learned.
func (u *Union) State() (*artefact.State, error) {
	return u.branches.state("feature.Union", u.Branches, nil)
}

// SetState makes u what state says. It knows the transformers of this package.
func (u *Union) SetState(state *artefact.State) error {
	t := Union{branches: branches{what: "Union"}}
	if err := stateParams(state, "feature.Union", &t); err != nil {
		return err
	}
	list, err := t.branches.setState(state, true)
	if err != nil {
		return err
	}
	*u = Union{Branches: slices.Clip(list), branches: t.branches}
	u.makePool()
	return nil
}

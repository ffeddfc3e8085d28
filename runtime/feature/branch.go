package feature

// This file defines the branches of transformers that put matrices side by side.

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/frame"
	"gonum.org/v1/gonum/mat"
)

// A Branch is one of the transformers of a [Union] or of a [ColumnTransformer].
type Branch struct {
	// Name begins the names of its features; no two branches have the same.
	Name string
	// Columns are those of the frame that the branch is given. A Union has none.
	Columns []string
	// Transformer is a [Texts], which has one column of a frame, a [Frames], a
	// [Matrices], or nil for columns of numbers as they are.
	Transformer any
	// Then are transformers of what Transformer makes, one after another, such as a
	// TFIDF.
	Then []Matrices
}

// A Part is a transformer inside another one. Its name tells it from the others there.
type Part struct {
	Name        string
	Transformer any
}

// parts returns the transformers of branches: that of branch "words" is words, and what
// follows is called by its type, such as words.tfidf and, if it comes again, words.tfidf2.
func parts(list []Branch) (parts []Part) {
	for _, br := range list {
		if br.Transformer != nil {
			parts = append(parts, Part{br.Name, br.Transformer})
		}
		seen := map[string]int{}
		for _, m := range br.Then {
			if m == nil {
				continue
			}
			kind := reflect.TypeOf(m)
			if kind.Kind() == reflect.Pointer {
				kind = kind.Elem()
			}
			name := strings.ToLower(kind.Name())
			if seen[name]++; seen[name] > 1 {
				name += strconv.Itoa(seen[name])
			}
			parts = append(parts, Part{br.Name + "." + name, m})
		}
	}
	return parts
}

// branches are what Union and ColumnTransformer share.
type branches struct {
	what string
	ends []int // where the features of each branch end; nil before Fit
	// dense makes a dense matrix also where a branch makes a sparse one.
	dense bool
}

func (b *branches) check(list []Branch, texts bool) error {
	if len(list) == 0 {
		return fmt.Errorf("feature: %s has no branches", b.what)
	}
	seen := map[string]bool{}
	for i, br := range list {
		if br.Name == "" || seen[br.Name] {
			return fmt.Errorf("feature: branch %d of %s is called %q; each needs a name of its own", i+1, b.what, br.Name)
		}
		seen[br.Name] = true
		_, isText := br.Transformer.(Texts)
		_, isFrame := br.Transformer.(Frames)
		_, isMatrix := br.Transformer.(Matrices)
		switch {
		case texts && !isText:
			return fmt.Errorf("feature: branch %q of %s must take texts; a %T does not", br.Name, b.what, br.Transformer)
		case texts && len(br.Columns) > 0:
			return fmt.Errorf("feature: branch %q of %s has columns, but there are only texts; use a ColumnTransformer for frames", br.Name, b.what)
		case !texts && !isText && !isFrame && !isMatrix && br.Transformer != nil:
			return fmt.Errorf("feature: branch %q of %s has a %T, which takes neither texts nor a frame nor a matrix", br.Name, b.what, br.Transformer)
		case !texts && len(br.Columns) == 0:
			return fmt.Errorf("feature: branch %q of %s has no columns", br.Name, b.what)
		case !texts && isText && len(br.Columns) != 1:
			return fmt.Errorf("feature: branch %q of %s takes texts, and so one column, not %d", br.Name, b.what, len(br.Columns))
		}
		for _, m := range br.Then {
			if m == nil {
				return fmt.Errorf("feature: branch %q of %s has nil among what follows", br.Name, b.what)
			}
		}
	}
	return nil
}

// fit fits the branches to docs, or to the columns of f.
func (b *branches) fit(ctx context.Context, list []Branch, docs []string, f *frame.Frame) error {
	var ends []int
	end := 0
	for _, br := range list {
		width, err := br.fit(ctx, docs, f)
		if end += width; err == nil && end > math.MaxInt32 {
			err = errors.New("feature: there are too many features")
		}
		if err != nil {
			return fmt.Errorf("feature: branch %q of %s: %w", br.Name, b.what, err)
		}
		ends = append(ends, end)
	}
	b.ends = ends
	return nil
}

func (br *Branch) fit(ctx context.Context, docs []string, f *frame.Frame) (width int, err error) {
	in, err := br.input(docs, f)
	if err != nil {
		return 0, err
	}
	switch t := br.Transformer.(type) {
	case Texts:
		err = t.FitContext(ctx, in.docs)
	case Frames:
		err = t.FitContext(ctx, in.frame)
	case Matrices:
		err = t.FitContext(ctx, in.matrix)
	}
	if err != nil {
		return 0, err
	}
	var x mat.Matrix
	if len(br.Then) == 0 {
		// One row says how many features there are.
		if in, err = in.head(); err != nil {
			return 0, err
		}
	}
	if x, err = br.first(ctx, in); err != nil {
		return 0, err
	}
	for i, m := range br.Then {
		if err := m.FitContext(ctx, x); err != nil {
			return 0, err
		}
		if i == len(br.Then)-1 {
			if rows, _ := x.Dims(); rows > 1 {
				if x, err = Rows(x, []int{0}); err != nil {
					return 0, err
				}
			}
		}
		if x, err = m.TransformContext(ctx, x); err != nil {
			return 0, err
		}
	}
	_, width = x.Dims()
	return width, nil
}

// branchInput is what a branch is given: one of the three.
type branchInput struct {
	docs   []string
	frame  *frame.Frame
	matrix mat.Matrix
}

func (br *Branch) input(docs []string, f *frame.Frame) (in branchInput, err error) {
	if f == nil {
		in.docs = docs
		return in, nil
	}
	switch br.Transformer.(type) {
	case Texts:
		in.docs, err = f.Strings(br.Columns[0])
	case Frames:
		in.frame, err = f.Select(br.Columns...)
	default:
		in.matrix, err = f.Matrix(br.Columns...)
	}
	return in, err
}

func (in branchInput) head() (branchInput, error) {
	var err error
	switch {
	case in.frame != nil:
		in.frame, err = in.frame.Head(1)
	case in.matrix != nil:
		if rows, _ := in.matrix.Dims(); rows > 1 {
			in.matrix, err = Rows(in.matrix, []int{0})
		}
	default:
		in.docs = in.docs[:min(1, len(in.docs))]
	}
	return in, err
}

func (br *Branch) first(ctx context.Context, in branchInput) (mat.Matrix, error) {
	switch t := br.Transformer.(type) {
	case Texts:
		return t.TransformContext(ctx, in.docs)
	case Frames:
		return t.TransformContext(ctx, in.frame)
	case Matrices:
		return t.TransformContext(ctx, in.matrix)
	}
	return in.matrix, nil
}

// transform returns the branches' matrices side by side: sparse if one is, unless all
// are to be dense.
func (b *branches) transform(ctx context.Context, list []Branch, docs []string, f *frame.Frame) (mat.Matrix, error) {
	parts, rows, err := b.parts(ctx, list, docs, f)
	if err != nil {
		return nil, err
	}
	return beside(ctx, parts, rows, b.cols(), b.dense)
}

// densityRows is how many rows tell how dense the features of all are.
const densityRows = 256

// chooseDense makes the features of f's like dense if at least limit of them are not 0.
// That is learned, and not seen anew in each frame: what a model makes of a row must not
// depend, not even in the last bit, on the rows beside it.
func (b *branches) chooseDense(ctx context.Context, list []Branch, f *frame.Frame, limit float64) error {
	head, err := f.Head(min(f.NumRows(), densityRows))
	if err != nil {
		return err
	}
	parts, rows, err := b.parts(ctx, list, nil, head)
	if err != nil {
		return err
	}
	entries, _ := countEntries(parts)
	b.dense = float64(entries) >= limit*float64(rows)*float64(b.cols())
	return nil
}

// parts returns what each branch makes of docs, or of the columns of f.
func (b *branches) parts(ctx context.Context, list []Branch, docs []string, f *frame.Frame) ([]mat.Matrix, int, error) {
	rows := len(docs)
	if f != nil {
		rows = f.NumRows()
	}
	parts := make([]mat.Matrix, len(list))
	for i, br := range list {
		in, err := br.input(docs, f)
		if err == nil {
			parts[i], err = br.first(ctx, in)
		}
		for _, m := range br.Then {
			if err == nil {
				parts[i], err = m.TransformContext(ctx, parts[i])
			}
		}
		if err != nil {
			return nil, 0, fmt.Errorf("feature: branch %q of %s: %w", br.Name, b.what, err)
		}
		if r, c := parts[i].Dims(); r != rows || c != b.width(i) {
			if rows > 0 && (c > 0 || b.width(i) > 0) || r > 0 {
				return nil, 0, fmt.Errorf("feature: branch %q of %s made %d × %d features of %d rows; there should be %d columns", br.Name, b.what, r, c, rows, b.width(i))
			}
			parts[i] = &CSR{Cols: b.width(i), Rows: rows, Start: make([]int, rows+1)}
		}
	}
	return parts, rows, nil
}

func (b *branches) cols() int { return b.ends[len(b.ends)-1] }

func (b *branches) width(i int) int {
	if i == 0 {
		return b.ends[0]
	}
	return b.ends[i] - b.ends[i-1]
}

// beside puts matrices of as many rows side by side.
func beside(ctx context.Context, parts []mat.Matrix, rows, cols int, dense bool) (mat.Matrix, error) {
	entries, sparse := countEntries(parts)
	if sparse && !dense {
		x := &CSR{Rows: rows, Cols: cols, Start: make([]int, rows+1), Col: make([]int32, 0, entries), Value: make([]float64, 0, entries)}
		for i := range rows {
			if i%rowChunk == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			at := 0
			for _, p := range parts {
				_, c := p.Dims()
				if s, ok := p.(*CSR); ok {
					js, values := s.Row(i)
					for k, j := range js {
						x.Col, x.Value = append(x.Col, j+int32(at)), append(x.Value, values[k])
					}
				} else {
					for j := range c {
						if v := p.At(i, j); v != 0 {
							x.Col, x.Value = append(x.Col, int32(at+j)), append(x.Value, v)
						}
					}
				}
				at += c
			}
			x.Start[i+1] = len(x.Col)
		}
		return x, nil
	}
	if rows == 0 || cols == 0 {
		return &mat.Dense{}, ctx.Err()
	}
	x := mat.NewDense(rows, cols, nil)
	at := 0
	for _, p := range parts {
		d := Dense(p)
		r, c := d.Dims()
		for i := range r {
			copy(x.RawRowView(i)[at:], d.RawRowView(i))
		}
		at += c
	}
	return x, ctx.Err()
}

// countEntries returns how many elements are not 0, and whether a matrix is sparse.
func countEntries(parts []mat.Matrix) (entries int, sparse bool) {
	for _, p := range parts {
		if s, ok := p.(*CSR); ok {
			sparse = true
			entries += s.NNZ()
			continue
		}
		r, c := p.Dims()
		for i := range r {
			for j := range c {
				if p.At(i, j) != 0 {
					entries++
				}
			}
		}
	}
	return entries, sparse
}

// featureNames returns the names of the features of a branch, as scikit-learn's
// get_feature_names_out has them: those of the transformer that made them, and what
// has none is counted.
func (br *Branch) featureNames(width int) []string {
	for stage := len(br.Then); stage >= 0; stage-- {
		t := br.Transformer
		if stage > 0 {
			t = br.Then[stage-1]
		}
		if n, ok := t.(interface{ FeatureNames() []string }); ok {
			if names := n.FeatureNames(); len(names) == width {
				return names
			}
		}
		switch t.(type) {
		case nil, *StandardScaler, *TFIDF:
			// These keep the names of what goes in.
			if stage > 0 {
				continue
			}
			if len(br.Columns) == width {
				return br.Columns
			}
			return counted("feature", width)
		}
		return counted(strings.ToLower(reflect.Indirect(reflect.ValueOf(t)).Type().Name()), width)
	}
	return nil
}

func counted(name string, width int) []string {
	names := make([]string, width)
	for i := range names {
		names[i] = name + strconv.Itoa(i)
	}
	return names
}

// featureNames returns the names of all features, those of a branch after its name.
func (b *branches) featureNames(list []Branch) []string {
	if len(b.ends) != len(list) {
		return nil
	}
	names := make([]string, 0, b.cols())
	for i, br := range list {
		for _, name := range br.featureNames(b.width(i)) {
			names = append(names, br.Name+"__"+name)
		}
	}
	return names
}

// cloneBranches returns unfitted copies of the branches.
func cloneBranches(list []Branch) []Branch {
	out := make([]Branch, len(list))
	for i, br := range list {
		out[i] = Branch{Name: br.Name, Columns: append([]string(nil), br.Columns...), Transformer: cloneTransformer(br.Transformer)}
		for _, m := range br.Then {
			out[i].Then = append(out[i].Then, cloneTransformer(m).(Matrices))
		}
	}
	return out
}

// cloneTransformer copies the exported fields of a transformer.
func cloneTransformer(t any) any {
	if c, ok := t.(interface{ Clone() any }); ok {
		return c.Clone()
	}
	v := reflect.ValueOf(t)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return t
	}
	fresh := reflect.New(v.Elem().Type())
	for i := range v.Elem().NumField() {
		if v.Elem().Type().Field(i).IsExported() {
			fresh.Elem().Field(i).Set(v.Elem().Field(i))
		}
	}
	return fresh.Interface()
}

// state returns the state of the branches.
func (b *branches) state(kind string, list []Branch, params map[string]any) (*artefact.State, error) {
	if b.ends == nil {
		return nil, &NotFittedError{kind}
	}
	s := &artefact.State{Kind: kind, Params: params}
	if b.dense {
		s.Arrays = map[string]artefact.Array{"dense": artefact.Vector([]uint8{1})}
	}
	for i, br := range list {
		part := &artefact.State{Kind: "feature.Branch", Arrays: map[string]artefact.Array{
			"columns": artefact.Vector(append([]string{}, br.Columns...)),
			"width":   artefact.Vector([]int64{int64(b.width(i))}),
		}}
		stages := []any{}
		if br.Transformer != nil {
			stages = append(stages, br.Transformer)
		}
		for _, m := range br.Then {
			stages = append(stages, m)
		}
		for k, t := range stages {
			stateful, ok := t.(artefact.Stateful)
			if !ok {
				return nil, fmt.Errorf("feature: branch %q of %s has a %T, which cannot be kept", br.Name, b.what, t)
			}
			inner, err := stateful.State()
			if err != nil {
				return nil, err
			}
			// Parts have names of their own.
			name := "then"
			switch n := len(stages) - len(br.Then); {
			case k < n:
				name = "transformer"
			case k > n:
				name = fmt.Sprintf("then %d", k-n+1)
			}
			part.Parts = append(part.Parts, artefact.Part{Name: name, State: inner})
		}
		s.Parts = append(s.Parts, artefact.Part{Name: br.Name, State: part})
	}
	return s, nil
}

// setState reads branches from a state.
func (b *branches) setState(s *artefact.State, texts bool) ([]Branch, error) {
	var list []Branch
	var ends []int
	end := 0
	for _, part := range s.Parts {
		if part.State == nil || part.State.Kind != "feature.Branch" {
			return nil, fmt.Errorf("feature: the state of %s has a part %q that is no branch", b.what, part.Name)
		}
		br := Branch{Name: part.Name}
		columns, err := artefact.Get[string](part.State, "columns", -1)
		if err != nil {
			return nil, err
		}
		if len(columns) > 0 {
			br.Columns = columns
		}
		for k, p := range part.State.Parts {
			if p.State == nil {
				return nil, fmt.Errorf("feature: branch %q of %s has no state", part.Name, b.what)
			}
			t := newKind(p.State.Kind)
			if t == nil {
				return nil, fmt.Errorf("feature: branch %q of %s: no transformer %q is known here", part.Name, b.what, p.State.Kind)
			}
			if err := t.SetState(p.State); err != nil {
				return nil, fmt.Errorf("feature: branch %q of %s: %w", part.Name, b.what, err)
			}
			if p.Name == "transformer" && k == 0 {
				br.Transformer = t
				continue
			}
			m, ok := t.(Matrices)
			if !strings.HasPrefix(p.Name, "then") || !ok {
				return nil, fmt.Errorf("feature: branch %q of %s has a %s as %q", part.Name, b.what, p.State.Kind, p.Name)
			}
			br.Then = append(br.Then, m)
		}
		width, err := artefact.Get[int64](part.State, "width", 1)
		if err != nil {
			return nil, err
		}
		if width[0] < 0 || width[0] > math.MaxInt32-int64(end) {
			return nil, fmt.Errorf("feature: branch %q of %s has %d features", part.Name, b.what, width[0])
		}
		end += int(width[0])
		list, ends = append(list, br), append(ends, end)
	}
	if err := b.check(list, texts); err != nil {
		return nil, err
	}
	b.ends = ends
	if _, ok := s.Arrays["dense"]; ok {
		dense, err := artefact.Get[uint8](s, "dense", 1)
		if err != nil {
			return nil, err
		}
		b.dense = dense[0] != 0
	}
	return list, nil
}

// newKind returns a new transformer of a kind that this package has, or nil.
func newKind(kind string) artefact.Stateful {
	switch kind {
	case "feature.ColumnTransformer":
		return &ColumnTransformer{}
	case "feature.Columns":
		return &Columns{}
	case "feature.CountVectorizer":
		return &CountVectorizer{}
	case "feature.HashingVectorizer":
		return &HashingVectorizer{}
	case "feature.OneHot":
		return &OneHot{}
	case "feature.PCA":
		return &PCA{}
	case "feature.Shingles":
		return &Shingles{}
	case "feature.StandardScaler":
		return &StandardScaler{}
	case "feature.Summaries":
		return &Summaries{}
	case "feature.TFIDF":
		return &TFIDF{}
	case "feature.TruncatedSVD":
		return &TruncatedSVD{}
	case "feature.Union":
		return &Union{}
	}
	return nil
}

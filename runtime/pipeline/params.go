package pipeline

// This file defines the parameters of a pipeline: the exported fields of its steps.

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/internal/params"
)

// Params returns the parameters of all steps by name: the step, a dot, and the
// field, such as "tfidf.Norm", or "features.tfidf.Norm" where the step is a pipeline. Of
// a step with parts, as a [feature.ColumnTransformer] has them, there are the parts'
// parameters too, such as "features.words.Buckets" and "features.words.tfidf.Norm".
func (p *Pipeline) Params() map[string]any {
	out := map[string]any{}
	for _, l := range p.leaves("") {
		parameters(l.stage, func(name string, field reflect.Value) {
			out[l.path+"."+name] = field.Interface()
		})
	}
	return out
}

// SetParams sets parameters by the names that [Pipeline.Params] gives them: all of
// them, or none if one cannot be. Numbers are converted where nothing is lost. The
// name of a step alone sets the step itself, to a pointer to another transformer or
// model. What a fitted step makes of a parameter before it is fitted again is the
// step's affair; fit the pipeline after setting parameters.
func (p *Pipeline) SetParams(values map[string]any) error {
	if p.err != nil {
		return p.err
	}
	// The steps first, since parameters of theirs may be set at once.
	names := slices.SortedFunc(maps.Keys(values), func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.Count(a, "."), strings.Count(b, ".")), cmp.Compare(a, b))
	})
	trial := p.shallow()
	var set []func()
	for _, name := range names {
		do, err := trial.setParam(name, values[name])
		if err != nil {
			return err
		}
		if do != nil {
			set = append(set, do)
		}
	}
	if err := check(trial.steps); err != nil {
		return err
	}
	for _, do := range set {
		do()
	}
	p.adopt(trial)
	p.each(func(p *Pipeline) { p.digest, p.provenance = "", nil })
	return nil
}

// shallow returns a copy whose steps are the same, and whose pipelines are copies.
func (p *Pipeline) shallow() *Pipeline {
	q := *p
	q.steps = slices.Clone(p.steps)
	for i, s := range q.steps {
		if inner, ok := s.Stage.(*Pipeline); ok {
			q.steps[i].Stage = inner.shallow()
		}
	}
	return &q
}

// adopt makes p's steps those of q, which [Pipeline.shallow] made; the pipelines
// among the steps stay the same values.
func (p *Pipeline) adopt(q *Pipeline) {
	for i := range p.steps {
		mine, ok := p.steps[i].Stage.(*Pipeline)
		theirs, both := q.steps[i].Stage.(*Pipeline)
		if ok && both && len(mine.steps) == len(theirs.steps) {
			mine.adopt(theirs)
		} else {
			p.steps[i].Stage = q.steps[i].Stage
		}
	}
}

// setParam sets a step of p, or returns what will set a field of a step.
func (p *Pipeline) setParam(name string, value any) (func(), error) {
	first, rest, nested := strings.Cut(name, ".")
	i := slices.IndexFunc(p.steps, func(s NamedStep) bool { return s.Name == first })
	if i < 0 {
		return nil, unknownParam(name, p)
	}
	if !nested {
		if isNil(value) {
			return nil, fmt.Errorf("pipeline: step %q cannot be nil", name)
		}
		p.steps[i] = Step(first, value)
		return nil, nil
	}
	if inner, ok := p.steps[i].Stage.(*Pipeline); ok {
		do, err := inner.setParam(rest, value)
		if _, missing := err.(*unknownParamError); missing {
			return nil, unknownParam(name, p)
		}
		return do, err
	}
	var field reflect.Value
	parameters(p.steps[i].Stage, func(n string, f reflect.Value) {
		if n == rest {
			field = f
		}
	})
	if !field.IsValid() {
		return nil, unknownParam(name, p)
	}
	converted := reflect.New(field.Type()).Elem()
	if err := params.Assign(converted, value); err != nil {
		return nil, fmt.Errorf("pipeline: the parameter %s is a %s; it cannot be %s", name, field.Type(), show(value))
	}
	return func() { field.Set(converted) }, nil
}

func show(value any) string {
	switch value.(type) {
	case nil:
		return "nil"
	case string:
		return fmt.Sprintf("the string %q", value)
	}
	return fmt.Sprintf("%v (%T)", value, value)
}

type unknownParamError struct{ error }

func unknownParam(name string, p *Pipeline) error {
	known := append(slices.Sorted(maps.Keys(p.Params())), p.names("")...)
	return &unknownParamError{fmt.Errorf("pipeline: there is no parameter %q%s", name, nearest(name, known))}
}

// nearest says which names are like the name, or which there are.
func nearest(name string, known []string) string {
	if len(known) == 0 {
		return ""
	}
	distance := func(other string) int {
		return levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(other))
	}
	best := slices.Clone(known)
	slices.SortStableFunc(best, func(a, b string) int { return cmp.Compare(distance(a), distance(b)) })
	var near []string
	for _, other := range best[:min(3, len(best))] {
		if d := distance(other); d <= max(2, len(name)/3) && d <= distance(best[0])+1 {
			near = append(near, fmt.Sprintf("%q", other))
		}
	}
	if len(near) > 0 {
		return "; did you mean " + strings.Join(near, " or ") + "?"
	}
	const most = 30
	list := strings.Join(known[:min(most, len(known))], ", ")
	if len(known) > most {
		list += ", …"
	}
	return "; there are " + list
}

// parameters calls f for the fields of a stage, and for those of its parts.
func parameters(stage any, f func(name string, field reflect.Value)) {
	fields(stage, f)
	if whole, ok := stage.(interface{ Parts() []feature.Part }); ok {
		for _, part := range whole.Parts() {
			parameters(part.Transformer, func(name string, field reflect.Value) { f(part.Name+"."+name, field) })
		}
	}
}

// fields calls f for the exported fields of what stage points to.
func fields(stage any, f func(name string, field reflect.Value)) {
	v := reflect.ValueOf(stage)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return
	}
	v = v.Elem()
	for i := range v.NumField() {
		if t := v.Type().Field(i); t.IsExported() && !t.Anonymous {
			f(t.Name, v.Field(i))
		}
	}
}

// A Cloner is a transformer or model that is more than its exported fields before
// it is fitted, and so makes its unfitted copies itself.
type Cloner interface {
	Clone() any
}

// Clone returns a pipeline with the same steps and parameters that is not fitted.
// Steps are copied by their exported fields, unless they are [Cloner]s.
func (p *Pipeline) Clone() *Pipeline {
	q := &Pipeline{err: p.err, alone: p.alone}
	for _, s := range p.steps {
		q.steps = append(q.steps, NamedStep{s.Name, clone(s.Stage)})
	}
	return q
}

func clone(stage any) any {
	switch s := stage.(type) {
	case *Pipeline:
		if s == nil {
			return s
		}
		return s.Clone()
	case Cloner:
		return s.Clone()
	}
	v := reflect.ValueOf(stage)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return stage
	}
	fresh := reflect.New(v.Elem().Type())
	fields(stage, func(name string, field reflect.Value) {
		fresh.Elem().FieldByName(name).Set(deepCopy(field))
	})
	return fresh.Interface()
}

// deepCopy copies slices and maps, so that a copy's parameters are its own.
func deepCopy(v reflect.Value) reflect.Value {
	switch {
	case v.Kind() == reflect.Slice && !v.IsNil():
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(deepCopy(v.Index(i)))
		}
		return out
	case v.Kind() == reflect.Map && !v.IsNil():
		out := reflect.MakeMapWithSize(v.Type(), v.Len())
		for _, key := range v.MapKeys() {
			out.SetMapIndex(key, deepCopy(v.MapIndex(key)))
		}
		return out
	}
	return v
}

func isNil(v any) bool {
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Interface, reflect.Chan:
		return r.IsNil()
	}
	return false
}

// isValueOfStage tells whether a pointer to v would be a transformer or a model.
func isValueOfStage(v any) bool {
	p := reflect.New(reflect.TypeOf(v))
	p.Elem().Set(reflect.ValueOf(v))
	return kindOf(p.Interface()) != unknown
}

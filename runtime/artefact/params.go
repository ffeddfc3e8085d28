package artefact

// This file defines how hyperparameters become parameters of a state, and back.

import (
	"fmt"
	"reflect"

	"github.com/netherfield/netherfield/runtime/internal/params"
)

// Params returns the exported fields of the struct that v points to, as JSON has
// them: what the Params of its [State] are. A field with the tag `artefact:"-"` is
// left out, and so is a func that is nil; any other func is an error, since code
// cannot be kept.
func Params(v any) (map[string]any, error) {
	s, err := structOf(v)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	for i := range s.NumField() {
		field := s.Type().Field(i)
		if !field.IsExported() || field.Tag.Get("artefact") == "-" {
			continue
		}
		if field.Type.Kind() == reflect.Func {
			if s.Field(i).IsNil() {
				continue
			}
			return nil, fmt.Errorf("artefact: %s.%s is a function; it cannot be kept in a file", s.Type(), field.Name)
		}
		p, err := params.Plain(s.Field(i).Interface(), maxJSON)
		if err != nil {
			return nil, fmt.Errorf("artefact: %s.%s: %w", s.Type(), field.Name, err)
		}
		out[field.Name] = p
	}
	return out, nil
}

// SetParams sets the exported fields of the struct that v points to, those that
// values names; others stay. A name that is no field, or a value that does not fit
// without loss, is an error, and then nothing is set.
func SetParams(v any, values map[string]any) error {
	s, err := structOf(v)
	if err != nil {
		return err
	}
	fields := map[int]reflect.Value{}
	for name, p := range values {
		field, ok := s.Type().FieldByName(name)
		if !ok || !field.IsExported() || len(field.Index) != 1 || field.Tag.Get("artefact") == "-" || field.Type.Kind() == reflect.Func {
			return fmt.Errorf("artefact: %s has no parameter %q", s.Type(), name)
		}
		value := reflect.New(field.Type).Elem()
		if err := params.Assign(value, p); err != nil {
			return fmt.Errorf("artefact: %s.%s: %w", s.Type(), name, err)
		}
		fields[field.Index[0]] = value
	}
	for i, value := range fields {
		s.Field(i).Set(value)
	}
	return nil
}

func structOf(v any) (reflect.Value, error) {
	p := reflect.ValueOf(v)
	if p.Kind() != reflect.Pointer || p.IsNil() || p.Elem().Kind() != reflect.Struct {
		return p, fmt.Errorf("artefact: %T is no pointer to a struct", v)
	}
	return p.Elem(), nil
}

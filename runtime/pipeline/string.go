package pipeline

// This file defines how a pipeline shows itself.

import (
	"fmt"
	"reflect"
	"strings"
)

// String returns a line for each step: its name, its type, and the parameters that
// are not the defaults.
//
//	vectorize  feature.HashingVectorizer{Buckets: 256}
//	tfidf      feature.TFIDF{}
//	model      model.LogisticRegression{C: 10}
func (p *Pipeline) String() string {
	if p == nil {
		return "pipeline: nil"
	}
	if p.err != nil {
		return p.err.Error()
	}
	leaves := p.leaves("")
	width := 0
	for _, l := range leaves {
		width = max(width, len(l.path))
	}
	var lines []string
	for _, l := range leaves {
		lines = append(lines, fmt.Sprintf("%-*s  %s", width, l.path, showStage(l.stage)))
	}
	return strings.Join(lines, "\n")
}

func showStage(stage any) string {
	var set []string
	fields(stage, func(name string, field reflect.Value) {
		if !field.IsZero() {
			switch field.Kind() {
			case reflect.Func, reflect.Pointer, reflect.Chan:
				set = append(set, name+": …")
			case reflect.String:
				set = append(set, fmt.Sprintf("%s: %q", name, field.Interface()))
			default:
				set = append(set, fmt.Sprintf("%s: %v", name, field.Interface()))
			}
		}
	})
	return fmt.Sprintf("%s{%s}", strings.TrimPrefix(fmt.Sprintf("%T", stage), "*"), strings.Join(set, ", "))
}

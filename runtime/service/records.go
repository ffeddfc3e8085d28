package service

// This file makes frames of the records that pipelines of tables are sent.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/frame"
	"github.com/netherfield/netherfield/runtime/pipeline"
)

// A record is a row of a frame: its values by the names of their columns. Those that the
// pipeline does not read are not looked at.
type record map[string]json.RawMessage

// isOneText tells whether the one column that a pipeline reads is of texts. Then a text is
// as good as a record.
func (v *Version) isOneText() bool {
	return v.takes == takesRecords && len(v.columns) == 1 && v.columns[0].Kind == feature.Text
}

// example is a record for people who have sent something else.
func (v *Version) example() string {
	values := map[feature.InputKind]string{feature.Number: "0", feature.Text: `"…"`, feature.Category: `"…"`, feature.Bool: "true"}
	var b strings.Builder
	b.WriteByte('{')
	for i, c := range v.columns {
		if i > 0 {
			b.WriteString(", ")
		}
		if i == 8 {
			b.WriteString("…")
			break
		}
		fmt.Fprintf(&b, "%q: %s", c.Name, values[c.Kind])
	}
	b.WriteByte('}')
	return b.String()
}

// frame returns the columns that the pipeline reads, a row for each sample.
func (v *Version) frame(samples []sample) (*frame.Frame, error) {
	columns := make([]frame.Column, len(v.columns))
	for k, c := range v.columns {
		var numbers []float64
		var texts []string
		var bools []bool
		var nulls []int
		for i := range samples {
			value, err := v.value(&samples[i], c)
			var number float64
			var text string
			var truth bool
			if err == nil {
				switch {
				case string(value) == "null":
					nulls = append(nulls, i)
				case c.Kind == feature.Number:
					number, err = asNumber(value)
				case c.Kind == feature.Bool:
					truth, err = asBool(value)
				case c.Kind == feature.Text:
					err = asText(value, &text)
				default:
					text, err = asCategory(value)
				}
			}
			if err != nil {
				return nil, problem(http.StatusUnprocessableEntity, reasonUnscorable, "document %d: column %q %v; the pipeline %s takes objects like %s", i, c.Name, err, v.Pipeline, v.example())
			}
			switch c.Kind {
			case feature.Number:
				numbers = append(numbers, number)
			case feature.Bool:
				bools = append(bools, truth)
			default:
				texts = append(texts, text)
			}
		}
		switch c.Kind {
		case feature.Number:
			columns[k] = frame.Floats(c.Name, numbers).Null(nulls...)
		case feature.Bool:
			columns[k] = frame.Values(c.Name, bools).Null(nulls...)
		default:
			columns[k] = frame.Strings(c.Name, texts).Null(nulls...)
		}
	}
	table, err := frame.New(columns...)
	if err != nil {
		return nil, fmt.Errorf("service: the records make no frame: %w", err)
	}
	return table, nil
}

// value returns what a sample has in a column.
func (v *Version) value(s *sample, c feature.Input) (json.RawMessage, error) {
	if s.record == nil {
		return json.Marshal(s.text)
	}
	value, ok := s.record[c.Name]
	if !ok {
		return nil, errors.New("is missing")
	}
	return value, nil
}

// asNumber reads a number, or a bool as 1 or 0.
func asNumber(value json.RawMessage) (float64, error) {
	switch string(value) {
	case "true":
		return 1, nil
	case "false":
		return 0, nil
	}
	var f float64
	if err := json.Unmarshal(value, &f); err != nil {
		if value[0] == '-' || value[0] >= '0' && value[0] <= '9' {
			return 0, fmt.Errorf("is %s, which is too large", value)
		}
		return 0, fmt.Errorf("is %s, and no number", kindOf(value))
	}
	return f, nil
}

// asBool reads true and false, also as 1 and 0 or in quotes.
func asBool(value json.RawMessage) (bool, error) {
	switch string(value) {
	case "true", `"true"`, "1":
		return true, nil
	case "false", `"false"`, "0":
		return false, nil
	}
	return false, fmt.Errorf("is %s, and neither true nor false", kindOf(value))
}

func asText(value json.RawMessage, text *string) error {
	if value[0] != '"' {
		return fmt.Errorf("is %s, and no text", kindOf(value))
	}
	return json.Unmarshal(value, text)
}

// asCategory reads a text, or what names a category as frames write it: see
// [frame.Frame.Strings].
func asCategory(value json.RawMessage) (text string, err error) {
	switch value[0] {
	case '"':
		err = json.Unmarshal(value, &text)
		return text, err
	case 't', 'f':
		return string(value), nil
	case '{', '[':
		return "", fmt.Errorf("is %s, and no category", kindOf(value))
	}
	if _, err := strconv.ParseInt(string(value), 10, 64); err == nil && string(value) != "-0" {
		return string(value), nil
	}
	f, err := asNumber(value)
	if err != nil {
		return "", err
	}
	column, err := frame.New(frame.Floats("", []float64{f}))
	if err != nil {
		return "", err
	}
	texts, err := column.Strings("")
	if err != nil {
		return "", err
	}
	return texts[0], nil
}

// load hands rows of a table to a scorer. The error names the document.
func (v *Version) load(ctx context.Context, s *pipeline.Scorer, table *frame.Frame, from, to int) error {
	rows, err := table.Slice(from, to)
	if err != nil {
		return err
	}
	if err = s.Load(ctx, rows); err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var unknown *feature.UnknownCategoryError
	if errors.As(err, &unknown) {
		return problem(http.StatusUnprocessableEntity, reasonUnscorable, "document %d: column %q is %q, which the pipeline %s has not seen in training", from+unknown.Row, unknown.Column, unknown.Category, v.Pipeline)
	}
	// One of them is to blame: find out which.
	for i := from; i < to && to-from > 1; i++ {
		if err := v.load(ctx, s, table, i, i+1); err != nil {
			return err
		}
	}
	return problem(http.StatusUnprocessableEntity, reasonUnscorable, "document %d cannot be scored: %v", from, err)
}

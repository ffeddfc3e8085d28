package chart

// This file reads the shorthand of a channel's field.

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Type is how values of a column are meant.
type Type string

// The types of columns, each with the letter that stands for it behind a colon.
const (
	Quantitative Type = "quantitative" // Q: numbers, drawn along an axis or a ramp of colours
	Nominal      Type = "nominal"      // N: names
	Ordinal      Type = "ordinal"      // O: names in an order
	Temporal     Type = "temporal"     // T: moments
)

var types = map[string]Type{
	"Q": Quantitative, "N": Nominal, "O": Ordinal, "T": Temporal,
	"quantitative": Quantitative, "nominal": Nominal, "ordinal": Ordinal, "temporal": Temporal,
}

// The functions that a shorthand may name.
var aggregates = []string{"count", "sum", "mean", "median", "min", "max", "distinct"}

// parsed returns the channel with what its field's shorthand says in the fields that
// say it. What is no shorthand is the name of a column.
func (c Channel) parsed() (Channel, error) {
	field := c.Field
	if at := strings.LastIndexByte(field, ':'); at >= 0 {
		if t, ok := types[field[at+1:]]; ok {
			if c.Type == "" {
				c.Type = t
			}
			field = field[:at]
		}
	}
	if c.Type != "" && !slices.Contains([]Type{Quantitative, Nominal, Ordinal, Temporal}, c.Type) {
		return c, fmt.Errorf("chart: there is no type %q; there are quantitative, nominal, ordinal and temporal", c.Type)
	}
	if name, inner, ok := strings.Cut(field, "("); ok && strings.HasSuffix(inner, ")") {
		inner = inner[:len(inner)-1]
		switch {
		case name == "bin":
			c.Bin, field = true, inner
		case slices.Contains(aggregates, name) && c.Aggregate == "":
			c.Aggregate, field = name, inner
		}
	}
	c.Field = field
	switch {
	case c.Aggregate == "" && !c.Bin:
	case c.Aggregate != "" && c.Bin:
		return c, fmt.Errorf("chart: a channel cannot have both a bin and the aggregate %s of %q", c.Aggregate, c.Field)
	case c.Aggregate != "" && !slices.Contains(aggregates, c.Aggregate):
		return c, fmt.Errorf("chart: there is no aggregate %q; there are %s", c.Aggregate, strings.Join(aggregates, ", "))
	case c.Field == "" && c.Aggregate != "count":
		return c, fmt.Errorf("chart: a column is missing; write for example %s(weight)", cmp.Or(c.Aggregate, "bin"))
	case c.Aggregate == "count":
		c.Field = "" // of a column, it would count the same
	}
	return c, nil
}

// used tells whether the channel has something to show.
func (c Channel) used() bool { return c.Field != "" || c.Aggregate != "" }

// name is what the column is called that the channel shows.
func (c Channel) name() string {
	switch {
	case c.Aggregate == "count":
		return "count"
	case c.Aggregate != "":
		return c.Aggregate + " of " + c.Field
	}
	return c.Field
}

// title is what the channel's axis or legend is called.
func (c Channel) title() string {
	if c.Title != "" {
		return c.Title
	}
	if c.Aggregate == "count" {
		return "count of rows"
	}
	return c.name()
}

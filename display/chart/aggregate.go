package chart

// This file makes one row of all that agree.

import (
	"encoding/binary"
	"math"
	"slices"
)

// aggregate makes one row of all rows that agree in the columns without an aggregate,
// in the order of the first of each, and returns how many rows there are then.
func aggregate(rows int, columns []*Column) int {
	var first []int
	groups := map[string]int{}
	of := make([]int, rows)
	var key []byte
	for i := range rows {
		key = key[:0]
		for _, c := range columns {
			switch {
			case c.channel.Aggregate != "":
			case c.Texts != nil:
				key = binary.AppendUvarint(key, uint64(len(c.Texts[i])))
				key = append(key, c.Texts[i]...)
			default:
				key = binary.LittleEndian.AppendUint64(key, math.Float64bits(c.Numbers[i]))
			}
		}
		g, ok := groups[string(key)]
		if !ok {
			g = len(first)
			groups[string(key)] = g
			first = append(first, i)
		}
		of[i] = g
	}
	members := make([][]int, len(first))
	for i, g := range of {
		members[g] = append(members[g], i)
	}
	for _, c := range columns {
		if c.channel.Aggregate == "" {
			c.take(first)
			continue
		}
		out := make([]float64, len(first))
		for g, rows := range members {
			out[g] = c.statistic(rows)
		}
		c.Numbers, c.Texts = out, nil
	}
	return len(first)
}

// statistic returns the aggregate of some rows. Values that are missing do not count; the
// sum of none is 0, and its other aggregates are missing.
func (c *Column) statistic(rows []int) float64 {
	switch c.channel.Aggregate {
	case "count":
		return float64(len(rows))
	case "distinct":
		texts, numbers := map[string]bool{}, map[float64]bool{}
		for _, i := range rows {
			if c.Texts != nil {
				texts[c.Texts[i]] = true
			} else if v := c.Numbers[i]; v == v {
				numbers[v] = true
			}
		}
		return float64(len(texts) + len(numbers))
	}
	values := pick(c.Numbers, rows)
	values = slices.DeleteFunc(values, func(v float64) bool { return v != v })
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	if c.channel.Aggregate == "sum" {
		return sum
	}
	if len(values) == 0 {
		return math.NaN()
	}
	switch c.channel.Aggregate {
	case "mean":
		return sum / float64(len(values))
	case "min":
		return slices.Min(values)
	case "max":
		return slices.Max(values)
	default: // median
		slices.Sort(values)
		k := len(values) / 2
		if len(values)%2 == 1 {
			return values[k]
		}
		return values[k-1]/2 + values[k]/2
	}
}

package chart

// This file orders and words what is told of values.

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// compareNames orders names, and numbers among them as numbers.
func compareNames(a, b string) int {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	if errX == nil && errY == nil {
		return cmp.Or(cmp.Compare(x, y), strings.Compare(a, b))
	}
	return strings.Compare(a, b)
}

// grouped writes a count with commas: 40,000.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func mixed(channel string, d *Domain, c *Column) error {
	return fmt.Errorf("chart: %s cannot show both %s and %s values, %q and %q", channel, d.Type, c.Type, d.Title, c.Title)
}

func sortError(axis, by string) error {
	return fmt.Errorf("chart: %s cannot be sorted by %q; \"y\" and \"-y\", \"x\" and \"-x\" sort names by the numbers of the other axis, \"data\" leaves them", axis, by)
}

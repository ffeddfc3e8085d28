package chart

// This file has the colours.

import (
	"fmt"
	"image/color"
	"math"
	"strconv"
	"strings"
)

// schemes are colours in hexadecimal. Those of names are Tableau's, viridis is that of
// Nathaniel Smith and Stéfan van der Walt, blues and greys are Cynthia Brewer's; the
// notebook knows them by the same names.
var schemes = map[string]string{
	"tableau10": "4c78a8f58518e4575672b7b254a24beeca3bb279a2ff9da69d755dbab0ac",
	"tableau20": "4c78a89ecae9f58518ffbf7954a24b88d27ab79a20f2cf5b43989483bcb6e45756ff9d9879706ebab0acd67195fcbfd2b279a2d6a5c99e765fd8b5a5",
	"viridis":   "440154482475414487355f8d2a788e21918c22a88444bf707ad151bddf26fde725",
	"blues":     "f7fbffdeebf7c6dbef9ecae16baed64292c62171b508519c08306b",
	"greys":     "fffffff0f0f0d9d9d9bdbdbd969696737373525252252525000000",
}

// Scheme returns the colours of a scheme, or an error that tells which there are.
func Scheme(name string) ([]color.RGBA, error) {
	hex, ok := schemes[name]
	if !ok {
		return nil, fmt.Errorf("chart: there is no scheme %q; there are tableau10, tableau20, viridis, blues and greys", name)
	}
	out := make([]color.RGBA, len(hex)/6)
	for i := range out {
		out[i], _ = ParseColor("#" + hex[6*i:6*i+6])
	}
	return out, nil
}

// Ramp returns the colour at share, from 0 to 1, of the way through colours.
func Ramp(colors []color.RGBA, share float64) color.RGBA {
	at := max(0, min(1, share)) * float64(len(colors)-1)
	k := min(int(at), len(colors)-2)
	a, b, t := colors[k], colors[k+1], at-float64(k)
	mix := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + t*(float64(y)-float64(x)))) }
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}

// ParseColor reads a colour in the notation #rrggbb.
func ParseColor(s string) (color.RGBA, error) {
	hex, ok := strings.CutPrefix(s, "#")
	n, err := strconv.ParseUint(hex, 16, 32)
	if !ok || err != nil || len(hex) != 6 {
		return color.RGBA{}, fmt.Errorf("chart: %q is no colour; write #rrggbb", s)
	}
	return color.RGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 255}, nil
}

// Shapes are the symbols of points, in the order in which names get them. A diamond
// stands on its point; a cross has arms along the axes.
var Shapes = []string{"circle", "square", "triangle-up", "diamond", "cross"}

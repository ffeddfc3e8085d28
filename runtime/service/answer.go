package service

// This file writes predictions as JSON.

import (
	"encoding/json"
	"math"
	"strconv"
	"unicode/utf16"
)

// number is a value for JSON, which has no NaN and no infinity: they are texts.
func number(v float64) any {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "Infinity"
	case math.IsInf(v, -1):
		return "-Infinity"
	}
	return v
}

func appendNumber(b []byte, v float64) []byte {
	if text, ok := number(v).(string); ok {
		return strconv.AppendQuote(b, text)
	}
	return strconv.AppendFloat(b, v, 'g', -1, 64)
}

func appendText(b []byte, text string) []byte {
	encoded, err := json.Marshal(text)
	if err != nil {
		panic("service: " + err.Error()) // a string always encodes
	}
	return append(b, encoded...)
}

// appendPrediction appends what was predicted.
func (v *Version) appendPrediction(b []byte, s *scored) []byte {
	if v.classes == nil {
		return appendNumber(b, s.value)
	}
	return appendText(b, s.class)
}

// appendProbabilities appends an object with the probability of each class.
func (v *Version) appendProbabilities(b []byte, s *scored) []byte {
	b = append(b, '{')
	for k, class := range v.classes {
		if k > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, class), ':')
		b = appendNumber(b, s.proba[k])
	}
	return append(b, '}')
}

// appendPython appends predictions as Python's json.dumps writes a list of them, which is
// what nachlass services answer: ", " between, ASCII alone, and NaN as it is.
func (v *Version) appendPython(b []byte, all []scored) []byte {
	b = append(b, '[')
	for i := range all {
		if i > 0 {
			b = append(b, ", "...)
		}
		if v.classes == nil {
			b = appendPythonFloat(b, all[i].value)
		} else {
			b = appendPythonText(b, all[i].class)
		}
	}
	return append(b, ']')
}

// appendPythonFloat writes a float as Python's repr does.
func appendPythonFloat(b []byte, v float64) []byte {
	switch {
	case math.IsNaN(v):
		return append(b, "NaN"...)
	case math.IsInf(v, 0):
		return appendInfinity(b, v)
	}
	if a := math.Abs(v); v != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.AppendFloat(b, v, 'e', -1, 64)
	}
	n := len(b)
	b = strconv.AppendFloat(b, v, 'f', -1, 64)
	for _, c := range b[n:] {
		if c == '.' {
			return b
		}
	}
	return append(b, ".0"...)
}

func appendInfinity(b []byte, v float64) []byte {
	if v < 0 {
		b = append(b, '-')
	}
	return append(b, "Infinity"...)
}

const hex = "0123456789abcdef"

// appendPythonText writes a text as json.dumps does, with escapes for all but ASCII.
func appendPythonText(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r == '\b':
			b = append(b, `\b`...)
		case r == '\f':
			b = append(b, `\f`...)
		case r >= ' ' && r < 0x7f:
			b = append(b, byte(r))
		case r > 0xffff:
			hi, lo := utf16.EncodeRune(r)
			b = appendEscape(appendEscape(b, hi), lo)
		default:
			b = appendEscape(b, r)
		}
	}
	return append(b, '"')
}

func appendEscape(b []byte, r rune) []byte {
	return append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}

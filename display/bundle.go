// Package display turns Go values into what a notebook shows: MIME bundles.
//
// A [Bundle] holds one value in several representations keyed by MIME type; a
// front end picks the richest that it can draw. [Of] makes the bundle of a
// value, from methods that the value has or else from what it is made of:
// text/plain is then compact Go syntax with limits, so that a value of any
// size shows at once. [Show], [HTML], [PNG] and their kin publish a bundle
// while a program runs, to the [Publisher] that the host has registered; in an
// ordinary program, which has none, they print the text.
//
// The package knows nothing of Jupyter's messages or of the kernel. All its
// functions may be called by several goroutines at a time.
//
//	display.Show(map[string]int{"b": 2, "a": 1}) // map[string]int{"a": 1, "b": 2}
//	display.HTML("<b>done</b>")
//
// A type shows itself by having one or more of these methods, none of which
// needs an import of this package:
//
//	MIMEBundle() map[string]any                    // by MIME type; nil for none
//	MIMEBundle() (data, metadata map[string]any)
//	HTML() string
//	Markdown() string
//	LaTeX() string
//	SVG() string
//
// Without one of them, an image.Image shows as a picture, a matrix (Dims and
// At, as gonum's have them) as a table, and an error, a fmt.Stringer or a
// fmt.Formatter as its text.
package display

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// A Bundle is one value in several representations.
type Bundle struct {
	// Data maps a MIME type to its representation: a string for text and
	// for base64-encoded binary types, any JSON value for JSON types.
	Data map[string]any
	// Metadata holds hints for the front end, keyed by MIME type (for
	// example a picture's width and height); it may be nil.
	Metadata map[string]any
}

// Text returns a bundle with s as text/plain alone.
func Text(s string) Bundle {
	return Bundle{Data: map[string]any{textPlain: s}}
}

// The MIME types that the package makes by itself.
const (
	textPlain    = "text/plain"
	textHTML     = "text/html"
	textMarkdown = "text/markdown"
	textLaTeX    = "text/latex"
	imageSVG     = "image/svg+xml"
	imagePNG     = "image/png"
	imageJPEG    = "image/jpeg"
	imageGIF     = "image/gif"
	javaScript   = "application/javascript"
	jsonType     = "application/json"
)

// portable returns b with nothing in it but strings and encoded JSON, so that
// it passes any pipe, and what had to be left out. Bytes stand for themselves:
// they become base64 where the type is binary.
func (b Bundle) portable() (Bundle, []string) {
	data, lost := portable(b.Data)
	metadata, _ := portable(b.Metadata)
	return Bundle{Data: data, Metadata: metadata}, lost
}

func portable(m map[string]any) (kept map[string]any, lost []string) {
	if m == nil {
		return nil, nil
	}
	kept = make(map[string]any, len(m))
	for _, mime := range slices.Sorted(maps.Keys(m)) {
		v, err := representation(mime, m[mime])
		if err != nil {
			lost = append(lost, fmt.Sprintf("%s: %v", mime, err))
			continue
		}
		kept[mime] = v
	}
	return kept, lost
}

// representation returns v in the form that mime has in a bundle.
func representation(mime string, v any) (out any, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic while encoding: %v", r)
		}
	}()
	rv := reflect.ValueOf(v)
	switch {
	case !isJSON(mime) && rv.Kind() == reflect.String:
		return strings.ToValidUTF8(rv.String(), "\uFFFD"), nil
	case isBytes(rv) && isJSON(mime):
		if !json.Valid(rv.Bytes()) {
			return nil, fmt.Errorf("the bytes are no JSON")
		}
		return json.RawMessage(rv.Bytes()), nil
	case isBytes(rv) && isText(mime):
		return strings.ToValidUTF8(string(rv.Bytes()), "\uFFFD"), nil
	case isBytes(rv):
		return base64.StdEncoding.EncodeToString(rv.Bytes()), nil
	}
	raw, err := json.Marshal(v)
	return json.RawMessage(raw), err
}

func isBytes(v reflect.Value) bool {
	return v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8
}

func isJSON(mime string) bool {
	return mime == jsonType || strings.HasSuffix(mime, "+json")
}

func isText(mime string) bool {
	return strings.HasPrefix(mime, "text/") || strings.HasSuffix(mime, "+xml") ||
		mime == javaScript || mime == "application/xml"
}

// Package display turns Go values into what a notebook shows: MIME bundles.
//
// A bundle holds one value in several representations keyed by MIME type; a
// front end picks the richest that it can draw. The package knows nothing of
// Jupyter's messages or of the kernel, so that an ordinary Go program can use
// it too.
package display

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
	return Bundle{Data: map[string]any{"text/plain": s}}
}

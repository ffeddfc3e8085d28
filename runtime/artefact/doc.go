// Package artefact owns the file format of what was learned: a JSON header and
// flat arrays.
//
// A file holds one [State], a tree of parameters and arrays, and where it comes
// from:
//
//	err := artefact.WriteFile("model.sav", &artefact.File{Root: state})
//	file, err := artefact.ReadFile("model.sav")
//
// The format is meant for any language, and to be mapped into memory:
//
//	8 bytes   "nfield\x00\x01", the last byte being the version
//	8 bytes   the header's length, little-endian
//	header    JSON, in UTF-8, padded with spaces so that the arrays begin at a multiple of 64
//	arrays    each at a multiple of 64, little-endian, zeros between; the file ends with the last
//
//	{
//	  "provenance": {"commit": "…", "go": "go1.26.8", …},
//	  "root": {
//	    "kind": "pipeline.Pipeline", "params": {…},
//	    "arrays": {"coef": {"type": "f64", "shape": [1, 256], "offset": 0, "size": 2048}},
//	    "parts": [{"name": "tfidf", "state": {…}}]
//	  }
//	}
//
// Types are f64, f32, i64, i32, u32, u8 and str; offsets and sizes are bytes, and
// offsets count from the first array. Arrays do not overlap. Texts are n+1 offsets
// as i64, and then the bytes, in UTF-8. Members that are empty may be left out;
// others than these are refused, and so is a name that comes twice. A number of
// "params" that JSON does not have is the text "NaN", "Infinity" or "-Infinity". The
// digest of a file, which names a model, is the SHA-256 of its bytes, in
// hexadecimal; the same File always makes the same bytes.
//
// Nothing in a file is executed, and a reader believes nothing: each length is
// checked before it is used, and what a file makes a reader allocate is in
// proportion to the file's size.
package artefact

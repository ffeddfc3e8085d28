package artefact

// This file defines what reading and writing have in common.

import "errors"

// A File is what an artefact says: a state and where it comes from.
type File struct {
	// Provenance says where the state comes from, such as "commit" or "go".
	Provenance map[string]string
	// Root is the state.
	Root *State
	// Digest is the SHA-256 of the file's bytes, in hexadecimal. Reading and
	// writing set it.
	Digest string
}

const (
	magic = "nfield\x00\x01"
	align = 64

	maxHeader   = 64 << 20 // bytes of a header
	maxElements = 1 << 20  // values in a header, and names
	maxJSON     = 64       // levels of a header's JSON, and of a parameter's
	maxDepth    = 16       // levels of states
	maxShape    = 8        // dimensions of an array
)

// ErrFormat is wrapped by the errors about bytes that are no artefact, or a
// damaged one.
var ErrFormat = errors.New("not an artefact, or a damaged one")

// types are the names of the types of arrays and the bytes of an element; for
// texts those of an offset.
var types = map[string]int{"f64": 8, "f32": 4, "i64": 8, "i32": 4, "u32": 4, "u8": 1, "str": 8}

func padding(n int) int { return -n & (align - 1) }

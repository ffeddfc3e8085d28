package feature

// This file defines one row of features on its way through a pipeline.

// A Vector is one row of features that the steps of a pipeline fill and change
// in place, so that a document can be scored without allocation: its slices are
// kept and used again. It is sparse if Dense is false: entry k is column
// Index[k], ascending, with value Value[k]; columns without an entry are 0. If
// Dense is true, Index is empty and Value[j] is column j's value, for all Len.
//
// The zero value is ready for use. A Vector is not for several goroutines at once.
type Vector struct {
	Len   int // number of columns
	Dense bool
	Index []int32
	Value []float64

	text *textState
}

// textState is what a transformer of texts keeps in a vector to work with.
type textState struct {
	scratch  scratch
	lengths  lengths
	owner    any // the transformer that analyzer was made of
	analyzer any
}

func (v *Vector) state() *textState {
	if v.text == nil {
		v.text = new(textState)
	}
	return v.text
}

package guard

// This file checks the errors that statements leave off.

// Must0 ends the cell with err if it is not nil. Must1 and the others return
// the results before the error.
func Must0(err error) {
	if err != nil {
		host.Fail(err)
	}
}

func Must1[A any](a A, err error) A {
	Must0(err)
	return a
}

func Must2[A, B any](a A, b B, err error) (A, B) {
	Must0(err)
	return a, b
}

func Must3[A, B, C any](a A, b B, c C, err error) (A, B, C) {
	Must0(err)
	return a, b, c
}

func Must4[A, B, C, D any](a A, b B, c C, d D, err error) (A, B, C, D) {
	Must0(err)
	return a, b, c, d
}

package guard

// This file checks the errors that statements leave off.

// Must0 ends the cell with err if it is not nil. Must1 to Must8 return the
// results before the error.
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

func Must5[A, B, C, D, E any](a A, b B, c C, d D, e E, err error) (A, B, C, D, E) {
	Must0(err)
	return a, b, c, d, e
}

func Must6[A, B, C, D, E, F any](a A, b B, c C, d D, e E, f F, err error) (A, B, C, D, E, F) {
	Must0(err)
	return a, b, c, d, e, f
}

func Must7[A, B, C, D, E, F, G any](a A, b B, c C, d D, e E, f F, g G, err error) (A, B, C, D, E, F, G) {
	Must0(err)
	return a, b, c, d, e, f, g
}

func Must8[A, B, C, D, E, F, G, H any](a A, b B, c C, d D, e E, f F, g G, h H, err error) (A, B, C, D, E, F, G, H) {
	Must0(err)
	return a, b, c, d, e, f, g, h
}

// Package feature makes features: numbers, in the rows of a matrix, of texts and
// of columns.
//
// A matrix of features is any gonum [mat.Matrix], a row for each sample: a
// [*CSR] where most elements are 0, a [*mat.Dense] else. What turns samples into
// features is a transformer: a struct whose exported fields are its parameters,
// with scikit-learn's names and defaults where scikit-learn has them, so that
// the zero value works; Fit learns from samples, Transform applies what was
// learned. There are three kinds, by what they take: [Texts], [Matrices] and
// [Frames].
//
//	vectorizer := feature.HashingVectorizer{Buckets: 256}
//	counts, err := vectorizer.Transform([]string{"it is a truth", "universally acknowledged"})
//
// A transformer may be used by several goroutines at once, but for Fit. Results
// do not depend on the number of cores.
package feature

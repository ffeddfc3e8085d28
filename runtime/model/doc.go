// Package model owns learners, and how data is split for them.
//
// A learner is a struct whose exported fields are its parameters, with
// scikit-learn's names and defaults where scikit-learn has them, so that the zero
// value works. [LogisticRegression], [MultinomialNB] and [RandomForestClassifier]
// tell classes apart, which are strings; [LinearRegression], [Ridge] and
// [RandomForestRegressor] learn numbers.
//
//	m := model.LogisticRegression{C: 10}
//	err := m.Fit(x, labels)
//	proba, err := m.PredictProba(test)
//	explanations, err := m.Explain(test)
//
// Features are any gonum [mat.Matrix], a row for each sample; a [*feature.CSR] and a
// [*mat.Dense] are used as they are, others copied. They are not changed. NaN and
// infinity are errors that name the row and the column, but for forests, which know
// how to do without a value. A fit can be cancelled, within a tenth of a second or
// so; a learner whose fit failed, or was cancelled, is not fitted, and using it is a
// [*feature.NotFittedError].
//
// A fitted learner may be used by several goroutines at once, but for Fit. Results
// do not depend on the number of cores. The state of each goes into an artefact and
// comes back as the same learner (see package artefact); the methods State say which
// arrays it has.
package model

// Package metric says how good predictions are, with scikit-learn's numbers.
//
// A classifier's predictions are rated by their classes ([Confusion], [Accuracy],
// [F1], [Report]), by a score of one class, the positive one ([ROC], [ROCAUC],
// [PrecisionRecallCurve], [Calibration]), or by the probabilities of all classes
// ([LogLoss], [ROCAUCMulti]); a regressor's by their distance from the truth ([MSE],
// [R2]). The truth always comes first:
//
//	m, err := metric.Confusion(truth, predicted)
//	f1, err := metric.F1(truth, predicted, metric.Opts{Positive: "spam"})
//	report, err := metric.Report(truth, predicted)
//
// Classes are texts, and sorted bytewise where no order is given. Probabilities are
// a matrix with a row for each row of the data and a column for each of classes, as
// a classifier's PredictProba and Classes return them; the order of the classes is
// free. Sums are compensated, so that results do not depend on the order of the
// rows by more than the last bits.
//
// Where scikit-learn warns and returns a number all the same, the number is returned
// here, and the function's documentation says which; where scikit-learn refuses, so
// does this package, with an error that says why, unless a wider meaning is plain: a
// positive class is rated against all others, however many they are. Nothing here
// changes its arguments, and everything may be used by many goroutines at once.
package metric

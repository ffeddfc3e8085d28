// Package pipeline puts transformers and a model in a row, chooses their
// parameters, and keeps them on disk.
//
//	pipe := pipeline.New(
//		pipeline.Step("vectorize", &feature.HashingVectorizer{Buckets: 256}),
//		pipeline.Step("tfidf", &feature.TFIDF{}),
//		pipeline.Step("model", &model.LogisticRegression{}),
//	)
//	err := pipe.Fit(train.Strings("text"), train.Strings("label"))
//	labels, err := pipe.Predict(test.Strings("text"))
//	err = pipeline.SaveStage(pipe, "model.sav")
//
// All steps but the last are transformers, of the kinds [feature.Texts],
// [feature.Matrices] and [feature.Frames]; the last is one too, or a
// [model.Classifier] or a [model.Regressor]. A pipeline may be a step of another.
// Samples are []string, a [*frame.Frame] or a [mat.Matrix], as the first step takes
// them; [][]float64 will do for a matrix, and for texts a frame with one column of
// them. Labels are []string, []int, []int64 or []bool for a classifier, whose
// classes are texts, and []float64, []int or []int64 for a regressor.
//
// [GridSearch] and [CrossValidate] fit a transformer once for all candidates that
// share it. [Pipeline.Scorer] scores one document in about a microsecond, without
// allocation. [SaveStage] and [LoadStage] keep what was learned in the format of
// package artefact, with where it comes from.
//
// A fitted pipeline may be used by several goroutines at once, but for Fit, SetParams
// and SaveStage. Results do not depend on the number of cores.
package pipeline

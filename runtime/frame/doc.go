// Package frame owns tables: named columns of equal length, read from files,
// selected, sorted, grouped, described and shown.
//
// A [*Frame] does not change; what works on one returns another, which shares the
// columns. Rows are selected by lists of row numbers, so that a filter copies no
// text. A column is of one of five kinds ([String], [Float64], [Int64], [Bool],
// [Timestamp]), each of which can be null; in columns of floats, NaN and null are
// one thing. The values lie in memory as Apache Arrow's arrays do ([Buffers]);
// runtime/frame/arrow exchanges them with Arrow's library.
//
//	data, err := frame.Read("reviews.csv")
//	spam, err := data.Where(frame.Col("label").Eq("spam").And(frame.Col("stars").Lt(3)))
//	means, err := data.GroupBy("label").Agg(frame.Count(), frame.Mean("stars"))
//	texts, err := spam.Strings("text")
//
// Names and numbers are pandas' where pandas has them: what a seed samples, how a
// quantile is interpolated, which texts of a CSV file are missing values, how
// groups are ordered. Two things are not: rows have no labels but their numbers,
// and a comparison with a null is null, as in SQL (see [Expr]).
//
// CSV ("csv", "tsv") and JSON lines ("jsonl", "ndjson") are part of the package;
// other formats register themselves when their package is imported, as
// runtime/frame/parquet does.
//
// Frames, columns and expressions may be used by several goroutines at once.
package frame

// Package parquet reads and writes the Apache Parquet format for runtime/frame. It
// registers itself when it is imported:
//
//	import _ "github.com/netherfield/netherfield/runtime/frame/parquet"
//
//	data, err := frame.Read("data/training.parquet")
//
// It reads flat columns of all physical types, in all encodings and in pages of both
// versions, not compressed or by Snappy, gzip, Zstandard. Integers of any size
// become Int64, floats and decimals Float64, dates and timestamps Timestamp (in
// microseconds; a time without a zone is taken for UTC), and texts String, whether
// they are in a dictionary or not. Columns of lists, maps and structs are refused;
// frame.Columns reads the others.
//
// It writes pages of version 1, compressed by Snappy, which pandas reads.
//
// The format is written down in https://github.com/apache/parquet-format. The package
// has its own implementation of the part that tables need because a file can be
// hostile and because programs that link it are to stay small: no file makes it panic
// or allocate out of proportion to what is in it.
package parquet

import "github.com/netherfield/netherfield/runtime/frame"

// Importing the package is asking for its format.
func init() {
	frame.RegisterFormat(frame.Format{Name: "parquet", Extensions: []string{"parquet", "pq"}, Read: read, Write: write})
}

package frame

// A Frame is a table of columns.
type Frame struct{}

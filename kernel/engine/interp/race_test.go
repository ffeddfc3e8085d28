//go:build race

package interp_test

// raceFactor is how much larger frames are under the race detector.
const raceFactor = 3

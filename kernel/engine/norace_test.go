//go:build !race

package engine

// raceEnabled tells that the test runs with the race detector.
const raceEnabled = false

//go:build race

package feature

// RaceEnabled tells whether the race detector watches, which makes tests slow and
// sync.Pool forgetful.
const RaceEnabled = true

//go:build race

package model_test

// raced tells whether tests look for data races, which makes them ten times slower,
// and pools forget.
const raced = true

//go:build race

package service

// requests is how many TestChangesLoseNoRequest sends; without the race detector a
// million.
const requests = 5_000

//go:build !race

package service

const requests = 1_000_000

package build

// This file says so if a disk is full.

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
)

// A fullError is a want of space, in one sentence whatever has noticed it.
type fullError struct {
	cache string
	err   error
}

func (e *fullError) Error() string {
	return fmt.Sprintf("there is no space left for compiled cells in %s, nor perhaps in the go command's cache: free some, or set NETHERFIELD_CACHE and GOCACHE to directories that have more", e.cache)
}

func (e *fullError) Unwrap() error { return e.err }

// explainFull makes errors for want of space readable.
func (b *Builder) explainFull(err error) error {
	if err != nil && isFull(err) {
		return &fullError{b.opts.Cache, err}
	}
	return err
}

func isFull(err error) bool {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return true
	}
	// Go words it in small letters, C with a capital.
	var tool *toolError
	if !errors.As(err, &tool) {
		return false
	}
	output := strings.ToLower(tool.output)
	return strings.Contains(output, syscall.ENOSPC.Error()) || strings.Contains(output, syscall.EDQUOT.Error())
}

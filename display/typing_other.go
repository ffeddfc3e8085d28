//go:build !linux

package display

import (
	"errors"
	"os"
)

// hideTyping fails: a password that shows while it is typed is none.
func hideTyping(*os.File) (show func() error, err error) {
	return nil, errors.New("not supported on this operating system")
}

// columns is what terminals have at least.
func columns(*os.File) int { return 80 }

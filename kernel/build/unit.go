package build

// This file holds what is built, and the errors that callers act on.

import (
	"fmt"
	"strings"
)

// A Unit is a package to build. Its name is main.
type Unit struct {
	// Path is the import path, a hash of all the unit is made of.
	Path   string
	Source []byte
	// Imports are the import paths of the packages that it imports.
	Imports []string
	// Units are the paths of the units that it imports.
	Units []string
	// Archives holds packages that are not of the standard library nor of
	// the kernel, those of Imports and all that they need: import path to
	// archive file.
	Archives map[string]string
	// Needs are the import paths of the packages of the standard library
	// and of the kernel that those of Archives need.
	Needs []string
}

// check tells whether a path can stand in the files of the toolchain.
func (u Unit) check() error {
	for _, path := range append(append([]string{u.Path}, u.Imports...), u.Units...) {
		if !validPath(path) {
			return fmt.Errorf("build: %q is no import path", path)
		}
	}
	return nil
}

func validPath(path string) bool {
	return path != "" && len(path) < 4096 && path[0] != '-' && !strings.ContainsFunc(path, func(r rune) bool {
		return r <= ' ' || r == '=' || r == 0x7f
	})
}

// A CompileError is the compiler's refusal.
type CompileError struct {
	Path string
	// Output is what the compiler says, in lines such as
	// "/cell:3:5: undefined: x".
	Output string
}

func (e *CompileError) Error() string {
	return fmt.Sprintf("the compiler refuses %s:\n%s", e.Path, e.Output)
}

// A MissingUnit says that a unit which is imported, perhaps by way of others,
// is not in the cache or not complete: build it, then try again.
type MissingUnit struct{ Path string }

func (e *MissingUnit) Error() string {
	return fmt.Sprintf("the archive of %s is no longer in the cache; build it again", e.Path)
}

// Package version tells which Netherfield this is.
package version

import "runtime/debug"

// release is the version under development.
const release = "0.1.0"

// String returns the version of a released build, as the module proxy names
// it, or that under development.
func String() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		if v := info.Main.Version; v != "" && v != "(devel)" {
			return v[len("v"):]
		}
	}
	return release + "-dev"
}

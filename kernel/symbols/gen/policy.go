package main

// This file says which packages a cell may import. It is the one place to
// change when our own packages grow.

// ownPackages are Netherfield's packages that a cell may import.
var ownPackages = []string{
	"github.com/netherfield/netherfield/display",
}

// gonumPackages are the packages of gonum that a cell may import. blas is
// here for the types that mat's API mentions.
var gonumPackages = []string{
	"gonum.org/v1/gonum/blas",
	"gonum.org/v1/gonum/floats",
	"gonum.org/v1/gonum/mat",
	"gonum.org/v1/gonum/optimize",
	"gonum.org/v1/gonum/stat",
	"gonum.org/v1/gonum/stat/distuv",
}

// excluded are the packages of the standard library that a cell may not
// import, with the reason that the error message gives. A table links its
// package into the kernel, so what importing it does would be done to every
// session, whether or not a cell imports it.
var excluded = map[string]string{
	"expvar":           "importing it publishes the kernel's own variables on the default HTTP server",
	"net/http/pprof":   "importing it publishes the kernel's own profiles on the default HTTP server",
	"plugin":           "it needs a Go toolchain that equals the kernel's",
	"runtime/cgo":      "it is only for the code that cgo writes",
	"runtime/coverage": "it is only for binaries that were built with -cover",
	"runtime/race":     "it is only for binaries that were built with -race",
	"testing/quick":    "importing it adds its own flag to the program's command line",
}

// unlisted are packages that the type checker knows by itself: they have docs
// but neither a table nor export data.
var unlisted = map[string]bool{"unsafe": true, "builtin": true}

package main

// This file says which packages a cell may import. It is the one place to
// change when our own packages grow.

import (
	"fmt"
	"go/types"
	"slices"
	"strings"
)

// ownPackages are Netherfield's packages that a cell may import.
var ownPackages = []string{
	"github.com/netherfield/netherfield/display",
	"github.com/netherfield/netherfield/display/chart",
	"github.com/netherfield/netherfield/display/widget",
	"github.com/netherfield/netherfield/runtime/artefact",
	"github.com/netherfield/netherfield/runtime/client",
	"github.com/netherfield/netherfield/runtime/corpus",
	"github.com/netherfield/netherfield/runtime/drift",
	"github.com/netherfield/netherfield/runtime/feature",
	"github.com/netherfield/netherfield/runtime/frame",
	"github.com/netherfield/netherfield/runtime/frame/parquet",
	"github.com/netherfield/netherfield/runtime/metric",
	"github.com/netherfield/netherfield/runtime/model",
	"github.com/netherfield/netherfield/runtime/monitoring",
	"github.com/netherfield/netherfield/runtime/pipeline",
}

// gonumPackages are the packages of gonum that a cell may import. Those of
// blas and lapack are here for the types and constants that mat's API
// mentions, distmv and r1 for those of optimize.
var gonumPackages = []string{
	"gonum.org/v1/gonum/blas",
	"gonum.org/v1/gonum/blas/blas64",
	"gonum.org/v1/gonum/blas/cblas128",
	"gonum.org/v1/gonum/floats",
	"gonum.org/v1/gonum/lapack",
	"gonum.org/v1/gonum/lapack/lapack64",
	"gonum.org/v1/gonum/mat",
	"gonum.org/v1/gonum/optimize",
	"gonum.org/v1/gonum/spatial/r1",
	"gonum.org/v1/gonum/stat",
	"gonum.org/v1/gonum/stat/distmv",
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
	"runtime/coverage": "it is only for binaries that were built with -cover",
	"runtime/race":     "it is only for binaries that were built with -race",
	"testing/quick":    "importing it adds its own flag to the program's command line",
}

// typesOnly are packages that only compiled cells can use: a table would link
// them into kernels that are built without cgo too.
var typesOnly = map[string]bool{"runtime/cgo": true}

// unlisted are packages that the type checker knows by itself: they have docs
// but neither a table nor export data.
var unlisted = map[string]bool{"unsafe": true, "builtin": true}

// internal reports whether a path is closed to cells by Go's own rule.
func internal(path string) bool {
	return strings.HasPrefix(path, "vendor/") || slices.Contains(strings.Split(path, "/"), "internal")
}

// checkClosed reports types that the offered packages mention and that belong
// to a package which is not offered: the interpreter could not find them.
func checkClosed(t *tree) error {
	for _, path := range t.offered {
		var err error
		w := newWalker(func(named *types.Named) {
			p := named.Obj().Pkg()
			if p == nil || internal(p.Path()) || slices.Contains(t.offered, p.Path()) {
				return
			}
			err = fmt.Errorf("the API of %s mentions %v: offer package %s too, in gen/policy.go", path, named, p.Path())
		})
		w.pkg(t.types[path])
		if err != nil {
			return err
		}
	}
	return nil
}

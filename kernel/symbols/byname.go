package symbols

// This file finds the package that a cell means by a name it did not import.

import "sort"

// preference ranks packages that share their name; the higher comes first and
// a package that is not listed has rank 0.
var preference = []struct {
	path string
	rank int
}{
	// HTML's escaping surprises whoever writes text; who writes HTML
	// imports it.
	{"text/template", 1},
	// Version 2 is the one to use in new code, and a notebook wants
	// random numbers far more often than keys.
	{"math/rand/v2", 2},
	{"math/rand", 1},
	// go/scanner reads Go source, text/scanner any text.
	{"text/scanner", 1},
}

// ByName returns the import paths of the packages that are called name, the
// one a cell most likely means first, the standard library before others.
func ByName(name string) []string {
	var paths []string
	if name == "unsafe" {
		paths = append(paths, name)
	}
	for _, p := range packages {
		if p.name == name {
			paths = append(paths, p.path)
		}
	}
	sort.SliceStable(paths, func(i, j int) bool { return rank(paths[i]) > rank(paths[j]) })
	return paths
}

// rank orders the packages of one name.
func rank(path string) int {
	r := 0
	if standard(path) {
		r = 100
	}
	for _, p := range preference {
		if p.path == path {
			r += p.rank
		}
	}
	return r
}

package symbols

import (
	"slices"
	"testing"
)

func TestByNamePrefersWhatNotebooksMean(t *testing.T) {
	for _, tt := range []struct {
		name string
		want []string
	}{
		{"fmt", []string{"fmt"}},
		{"rand", []string{"math/rand/v2", "math/rand", "crypto/rand"}},
		{"template", []string{"text/template", "html/template"}},
		{"scanner", []string{"text/scanner", "go/scanner"}},
		{"mat", []string{"gonum.org/v1/gonum/mat"}},
		{"display", []string{"github.com/netherfield/netherfield/display"}},
		{"unsafe", []string{"unsafe"}},
		{"v2", nil},
		{"nosuchpackage", nil},
	} {
		if got := ByName(tt.name); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// A new package whose name is taken needs a decision about which comes first.
func TestEveryNameHasOneBestPackage(t *testing.T) {
	for _, path := range Packages() {
		paths := ByName(PackageName(path))
		if len(paths) > 1 && rank(paths[0]) == rank(paths[1]) {
			t.Errorf("%q: add the better one to preference", paths)
		}
	}
}

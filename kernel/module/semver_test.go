package module

import "testing"

// The order of the pre-releases is the example of semver.org, item 11.
func TestVersionsAreComparedByPrecedence(t *testing.T) {
	ordered := []string{
		"v0.0.0-00010101000000-000000000000",
		"v0.0.0-20231110203233-9a3e6036ecaa", "v0.0.0-20240101000000-000000000000", "v0.1.0",
		"v1.0.0-alpha", "v1.0.0-alpha.1", "v1.0.0-alpha.beta", "v1.0.0-beta", "v1.0.0-beta.2",
		"v1.0.0-beta.11", "v1.0.0-rc.1", "v1.0.0", "v1.0.1-0.20240101000000-abcdefabcdef", "v1.0.1",
		"v1.2.0", "v1.10.0", "v2.0.0+incompatible", "v12.0.0",
	}
	for i, v := range ordered {
		for j, w := range ordered {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := compareVersions(v, w); got != want {
				t.Errorf("compareVersions(%s, %s) = %d, want %d", v, w, got, want)
			}
			if got := newer(v, w); got != ordered[max(i, j)] {
				t.Errorf("newer(%s, %s) = %s", v, w, got)
			}
		}
	}
	if newer("", "v1.0.0") != "v1.0.0" || newer("v1.0.0", "") != "v1.0.0" {
		t.Error("a version is newer than none")
	}
}

package module

// This file compares module versions, as semver.org says, by precedence.

import (
	"cmp"
	"strings"
)

// newer returns the version of higher precedence; anything is newer than "".
func newer(v, w string) string {
	if v == "" || w != "" && compareVersions(v, w) < 0 {
		return w
	}
	return v
}

// compareVersions compares two canonical versions, such as v1.2.3-rc.1.
func compareVersions(v, w string) int {
	vcore, vpre := splitVersion(v)
	wcore, wpre := splitVersion(w)
	for i := range 3 {
		if c := compareNumbers(part(vcore, i), part(wcore, i)); c != 0 {
			return c
		}
	}
	switch {
	case vpre == wpre:
		return 0
	case vpre == "": // a release follows its pre-releases
		return 1
	case wpre == "":
		return -1
	}
	vids, wids := strings.Split(vpre, "."), strings.Split(wpre, ".")
	for i := range min(len(vids), len(wids)) {
		vnum, wnum := number(vids[i]), number(wids[i])
		c := 0
		switch {
		case vnum && wnum:
			c = compareNumbers(vids[i], wids[i])
		case vnum:
			c = -1
		case wnum:
			c = 1
		default:
			c = cmp.Compare(vids[i], wids[i])
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Compare(len(vids), len(wids))
}

func splitVersion(v string) (core []string, pre string) {
	v, _, _ = strings.Cut(strings.TrimPrefix(v, "v"), "+")
	v, pre, _ = strings.Cut(v, "-")
	return strings.Split(v, "."), pre
}

func part(core []string, i int) string {
	if i < len(core) {
		return core[i]
	}
	return "0"
}

func number(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// compareNumbers compares numbers without leading zeros, of any length.
func compareNumbers(a, b string) int {
	if c := cmp.Compare(len(a), len(b)); c != 0 {
		return c
	}
	return cmp.Compare(a, b)
}

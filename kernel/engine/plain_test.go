package engine

import "testing"

func TestPrintedNamesAreTheUsers(t *testing.T) {
	for in, want := range map[string]string{
		"main.Pair[int,cell/0123456789abcdef01234567.point]":                "main.Pair[int,main.point]",
		"cell/0123456789abcdef01234567.(*T).Ꞑarea":                          "main.(*T).area",
		"cell/0123456789abcdef01234567.ꞑmain":                               "main.main",
		"main.sq is not main.shape: missing method Ꞑarea":                   "main.sq is not main.shape: missing method area",
		"a cell/ and the letter ꞑ of somebody else stay, so does cell/12.x": "a cell/ and the letter ꞑ of somebody else stay, so does cell/12.x",
	} {
		if got := string(plain([]byte(in))); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

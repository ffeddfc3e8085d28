package cell

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestCheck runs the cells of each file in testdata/check one after the other.
// The section "errors" after a cell holds what is wrong with it, "refusal"
// what the kernel cannot run, and "types" the types of the values it shows and
// what it declares. A cell without errors is committed.
func TestCheck(t *testing.T) {
	files, err := filepath.Glob("testdata/check/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			f := newFrontend(t)
			out := txtar.Archive{Comment: ar.Comment}
			number := 0
			for _, s := range ar.Files {
				switch s.Name {
				case "cell":
				case "errors", "refusal", "types":
					continue
				default:
					t.Fatalf("section %q", s.Name)
				}
				number++
				out.Files = append(out.Files, s)
				out.Files = append(out.Files, outcome(f, number, strings.TrimSuffix(string(s.Data), "\n")))
			}
			got := txtar.Format(&out)
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want := txtar.Format(ar); !bytes.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// outcome prepares a cell, commits it if it is right, and returns the section
// that says what came of it.
func outcome(f *Frontend, number int, src string) txtar.File {
	c, err := f.Prepare(number, src)
	var ref *Refusal
	switch {
	case errors.As(err, &ref):
		return txtar.File{Name: "refusal", Data: []byte(err.Error() + "\n")}
	case err != nil:
		return txtar.File{Name: "errors", Data: []byte(err.Error() + "\n")}
	}
	f.Commit(c, len(src)+1)
	var b strings.Builder
	for _, name := range c.Declares() {
		n, _ := f.Lookup(name)
		b.WriteString(declarationOf(n.Object) + "\n")
	}
	for _, r := range c.Results {
		b.WriteString("shows " + r + "\n")
	}
	for _, n := range c.Notes {
		b.WriteString("note: " + n + "\n")
	}
	return txtar.File{Name: "types", Data: []byte(b.String())}
}

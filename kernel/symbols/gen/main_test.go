package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// This also shows that the generator is deterministic: the committed files
// came from another run.
func TestGeneratedFilesAreUpToDate(t *testing.T) {
	if err := run(true); err != nil {
		t.Error(err)
	}
}

func TestCompareNamesWhatIsOutOfDate(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"table_fmt.go": "same", "table_os.go": "old", "table_gone.go": "x", "symbols.go": "not generated"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	files := map[string][]byte{"table_fmt.go": []byte("same"), "table_os.go": []byte("new"), "export.zip": []byte("zip")}
	err := compare(dir, files)
	want := "3 files are out of date (export.zip, table_gone.go, table_os.go); run go generate ./kernel/symbols"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if err := write(dir, files); err != nil {
		t.Fatal(err)
	}
	if err := compare(dir, files); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "symbols.go")); err != nil {
		t.Error("write removed a file that is not generated")
	}
}

func TestGeneratedFilesHoldNoPathOfThisMachine(t *testing.T) {
	dir, err := target()
	if err != nil {
		t.Fatal(err)
	}
	names, err := generated(dir)
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Dir(filepath.Dir(dir))
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), root) {
			t.Errorf("%s contains %s", name, root)
		}
	}
}

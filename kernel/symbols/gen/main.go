// Command gen writes the generated files of package symbols: a table of
// symbols for each package that a cell may import, and their export data and
// docs in two zip archives.
//
//	go generate ./kernel/symbols             writes them
//	go run ./kernel/symbols/gen -check       fails if they are out of date
//
// The same toolchain and module versions give the same bytes.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	check := flag.Bool("check", false, "write nothing; fail if the generated files are out of date")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, "symbols/gen:", err)
		os.Exit(1)
	}
}

// run generates the files and writes them or compares them with what is there.
func run(check bool) error {
	dir, err := target()
	if err != nil {
		return err
	}
	files, err := generate(dir)
	if err != nil {
		return err
	}
	if check {
		return compare(dir, files)
	}
	return write(dir, files)
}

// target returns the folder of package symbols.
func target() (string, error) {
	out, err := exec.Command("go", "list", "-e", "-f", "{{.Dir}}", "github.com/netherfield/netherfield/kernel/symbols").Output()
	if err != nil || len(bytes.TrimSpace(out)) == 0 {
		return "", fmt.Errorf("run this inside Netherfield's module: go list: %v", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// generate returns the content of every generated file by name.
func generate(root string) (map[string][]byte, error) {
	var trees []*tree
	for _, arch := range architectures {
		t, err := load(root, arch)
		if err != nil {
			return nil, err
		}
		if err := checkClosed(t); err != nil {
			return nil, err
		}
		trees = append(trees, t)
	}
	if !slices.Equal(trees[0].offered, trees[1].offered) {
		return nil, fmt.Errorf("the packages of %s and %s differ; exclude what only one has", trees[0].arch, trees[1].arch)
	}
	files := map[string][]byte{}
	if err := writeTables(trees, files); err != nil {
		return nil, err
	}
	if err := writeIndex(trees[0], files); err != nil {
		return nil, err
	}
	entries, err := exportEntries(trees)
	if err != nil {
		return nil, err
	}
	if files["export.zip"], err = pack(entries); err != nil {
		return nil, err
	}
	files["docs.zip"], err = pack(docEntries(trees[0]))
	return files, err
}

// generated lists the generated files that dir holds.
func generated(dir string) ([]string, error) {
	var names []string
	for _, pattern := range []string{"table_*.go", "index.go", "*.zip"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			names = append(names, filepath.Base(f))
		}
	}
	return names, nil
}

// write replaces the generated files of dir.
func write(dir string, files map[string][]byte) error {
	old, err := generated(dir)
	if err != nil {
		return err
	}
	for _, name := range old {
		if files[name] == nil {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				return err
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := os.WriteFile(filepath.Join(dir, name), files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// compare reports the files of dir that differ from the generated ones.
func compare(dir string, files map[string][]byte) error {
	var stale []string
	old, err := generated(dir)
	if err != nil {
		return err
	}
	for _, name := range old {
		if files[name] == nil {
			stale = append(stale, name)
		}
	}
	for name, want := range files {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(got, want) {
			stale = append(stale, name)
		}
	}
	if len(stale) == 0 {
		return nil
	}
	slices.Sort(stale)
	return fmt.Errorf("%d files are out of date (%s); run go generate ./kernel/symbols", len(stale), strings.Join(stale, ", "))
}

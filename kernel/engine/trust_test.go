package engine

// This file earns each construct on the trusted list its place: every case in
// testdata/trust runs as a cell and as a program that the Go compiler built,
// and the two must print the same.

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/netherfield/netherfield/kernel/cell"
	"github.com/netherfield/netherfield/kernel/engine/interp"
	"github.com/netherfield/netherfield/kernel/ir"
)

// A trial is one case: declarations and statements, with the packages they
// import.
type trial struct {
	name                 string
	imports, decls, body string
}

// readTrials reads testdata/trust/*.txtar. The section names are CASE/imports,
// CASE/decls and CASE/body; the first two may be missing.
func readTrials(t *testing.T) []trial {
	files, err := filepath.Glob("testdata/trust/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in testdata/trust: %v", err)
	}
	var out []trial
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		base := strings.TrimSuffix(filepath.Base(file), ".txtar")
		byName := map[string]*trial{}
		var order []string
		for _, f := range a.Files {
			name, part, ok := strings.Cut(f.Name, "/")
			if !ok {
				t.Fatalf("%s: section %q is not CASE/imports, CASE/decls or CASE/body", file, f.Name)
			}
			k := byName[name]
			if k == nil {
				k = &trial{name: base + "/" + name}
				byName[name] = k
				order = append(order, name)
			}
			switch part {
			case "imports":
				k.imports = string(f.Data)
			case "decls":
				k.decls = string(f.Data)
			case "body":
				k.body = string(f.Data)
			default:
				t.Fatalf("%s: unknown section %q", file, f.Name)
			}
		}
		for _, n := range order {
			out = append(out, *byName[n])
		}
	}
	return out
}

// cellText returns the case as a cell.
func (k trial) cellText() string {
	var b strings.Builder
	for _, p := range strings.Fields(k.imports) {
		fmt.Fprintf(&b, "import %q\n", p)
	}
	b.WriteString(k.decls)
	b.WriteString(k.body)
	return b.String()
}

// program returns the case as a Go package with a function Run.
func (k trial) program(pkg string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n\n", pkg)
	for _, p := range strings.Fields(k.imports) {
		fmt.Fprintf(&b, "import %q\n", p)
	}
	fmt.Fprintf(&b, "\n%s\n\nfunc Run() {\n%s}\n", k.decls, k.body)
	return b.String()
}

// runNative builds all cases into one program and returns what each prints.
func runNative(t *testing.T, trials []trial) []string {
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module trial\n\ngo 1.26\n")
	var imports, calls strings.Builder
	for i, k := range trials {
		pkg := fmt.Sprintf("c%d", i)
		write(pkg+"/c.go", k.program(pkg))
		fmt.Fprintf(&imports, "import %q\n", "trial/"+pkg)
		fmt.Fprintf(&calls, "\ttry(%s.Run)\n", pkg)
	}
	write("main.go", "package main\n\nimport \"fmt\"\n"+imports.String()+`
func main() {
`+calls.String()+`}

func try(f func()) {
	defer func() {
		if r := recover(); r != nil {
			if e, ok := r.(error); ok {
				r = e.Error()
			}
			fmt.Println("panic:", r)
		}
		fmt.Print("\x00end of case\x00")
	}()
	f()
}
`)
	cmd := exec.Command("go", "run", ".")
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the compiled cases: %v\n%s", err, stderr.Bytes())
	}
	parts := strings.Split(string(out), "\x00end of case\x00")
	if len(parts) != len(trials)+1 {
		t.Fatalf("%d outputs of %d cases", len(parts)-1, len(trials))
	}
	return parts[:len(trials)]
}

// runInterpreted runs a case as a cell of a fresh session and returns what it
// prints and which constructs it used.
func runInterpreted(t *testing.T, src string) (string, []cell.Construct) {
	t.Helper()
	front := cell.New(cell.Opts{Packages: Packages()})
	c, err := front.Prepare(1, src)
	if err != nil {
		return "refused: " + err.Error() + "\n", nil
	}
	p, err := ir.Decode(ir.Encode(c.Program))
	if err != nil {
		t.Fatal(err)
	}
	m := interp.New(interp.Opts{Resolver: resolver{newLoadedUnits()}})
	defer m.Close()
	var failure *Failure
	out := captureStdout(t, func() { failure = failureOf(m.Run(p).Failure) })
	if failure != nil {
		out += "panic: " + failure.Message + "\n"
	}
	return out, c.Trust
}

// captureStdout returns what f prints.
func captureStdout(t *testing.T, f func()) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	saved := os.Stdout
	os.Stdout = w
	done := make(chan string)
	go func() {
		b, _ := io.ReadAll(r)
		done <- string(b)
	}()
	f()
	os.Stdout = saved
	w.Close()
	out := <-done
	r.Close()
	return out
}

func TestInterpretedAndCompiledCellsPrintTheSame(t *testing.T) {
	trials := readTrials(t)
	native := runNative(t, trials)
	earned := map[cell.Construct]bool{}
	for i, k := range trials {
		t.Run(k.name, func(t *testing.T) {
			got, used := runInterpreted(t, k.cellText())
			if got != native[i] {
				t.Errorf("%s\ninterpreted:\n%s\ncompiled:\n%s", k.cellText(), got, native[i])
				return
			}
			for _, c := range used {
				earned[c] = true
			}
		})
	}
	var missing []string
	for _, c := range cell.Trusted {
		if !earned[c] {
			missing = append(missing, string(c))
		}
	}
	sort.Strings(missing)
	if len(missing) > 0 {
		t.Errorf("trusted without a case that passes: %s", strings.Join(missing, ", "))
	}
}

package command

// This file tests what other programs hear of a command, how it ends with them, and what is
// beside it.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

// TestMain makes the test binary a program that tells what is beside it when asked to.
func TestMain(m *testing.M) {
	if program := os.Getenv("TELL_BESIDE"); program != "" {
		path, err := Beside(program)
		fmt.Print(path)
		if errors.Is(err, fs.ErrNotExist) {
			fmt.Print(" is not there")
		} else if err != nil {
			fmt.Print(" ", err)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func TestParseProgress(t *testing.T) {
	for line, want := range map[string]Progress{
		`{"progress":"model.ipynb","done":2,"total":5}`:        {"model.ipynb", 2, 5},
		`{"progress":"push"}`:                                  {"push", 0, 0},
		`{"progress":"a","done":1,"total":2,"more":{"is":[]}}`: {"a", 1, 2},
		"{\"progress\":\"a\",\"done\":1,\"total\":2}\r":        {"a", 1, 2},
		`{"progress":"<b> & \"ä\"\n","done":1,"total":2}`:      {"<b> & \"ä\"\n", 1, 2},
		// The rest is for people.
		``:                            {},
		`{}`:                          {},
		`{"progress":""}`:             {},
		`{"progress":3}`:              {},
		`{"progress":"a","done":"1"}`: {},
		`{"progress":"a","done":1.5}`: {},
		`{"progress":"a"} and more`:   {},
		` {"progress":"a"}`:           {},
		`["progress"]`:                {},
		`{"progress":"a"`:             {},
		`note: {"progress":"a"}`:      {},
		`null`:                        {},
	} {
		got, ok := ParseProgress([]byte(line))
		if got != want || ok != (want.What != "") {
			t.Errorf("%s tells %+v, %t; want %+v", line, got, ok, want)
		}
	}
}

func TestProgressIsWrittenInLines(t *testing.T) {
	var out bytes.Buffer
	write := WriteProgress(&out)
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() { write("a <b>\n", i, 20) })
	}
	all.Wait()
	seen := map[int]bool{}
	for line := range bytes.Lines(out.Bytes()) {
		p, ok := ParseProgress(line)
		if !ok || p.What != "a <b>\n" || p.Total != 20 {
			t.Errorf("%q tells %+v", line, p)
		}
		seen[p.Done] = true
	}
	if len(seen) != 20 {
		t.Errorf("%d of 20 are there", len(seen))
	}
	// Who does not listen any more stops nobody.
	read, written := io.Pipe()
	read.Close()
	WriteProgress(written)("a", 1, 2)
}

func FuzzProgress(f *testing.F) {
	f.Add([]byte(`{"progress":"model.ipynb","done":2,"total":5}`))
	f.Add([]byte("{\"Progress\":\"\xff\"}"))
	f.Fuzz(func(t *testing.T, line []byte) {
		p, ok := ParseProgress(line)
		if !ok {
			if p != (Progress{}) {
				t.Fatalf("%q is for people, and tells %+v", line, p)
			}
			return
		}
		// What was understood is understood when it is told on.
		var out bytes.Buffer
		WriteProgress(&out)(p.What, p.Done, p.Total)
		if again, ok := ParseProgress(out.Bytes()); !ok || again != p || bytes.Count(out.Bytes(), []byte("\n")) != 1 {
			t.Fatalf("%+v is written as %q, which tells %+v", p, out.Bytes(), again)
		}
	})
}

func TestALeashEndsWithItsOtherEnd(t *testing.T) {
	for name, end := range map[string]func(holder *io.PipeWriter, parent, cancel context.CancelFunc){
		"the holder lets go":         func(holder *io.PipeWriter, _, _ context.CancelFunc) { holder.Close() },
		"the holder fails":           func(holder *io.PipeWriter, _, _ context.CancelFunc) { holder.CloseWithError(io.ErrUnexpectedEOF) },
		"the context around it ends": func(_ *io.PipeWriter, parent, _ context.CancelFunc) { parent() },
		"it is cancelled":            func(_ *io.PipeWriter, _, cancel context.CancelFunc) { cancel() },
	} {
		in, holder := io.Pipe()
		around, parent := context.WithCancel(t.Context())
		ctx, cancel := Leashed(around, in)
		// What is written is no end: whoever is at the other end may say something.
		if _, err := holder.Write([]byte("still here\n")); err != nil || ctx.Err() != nil {
			t.Errorf("%s: it ends too early: %v", name, errors.Join(err, ctx.Err()))
		}
		end(holder, parent, cancel)
		<-ctx.Done()
		holder.Close()
		cancel()
		parent()
	}
}

func TestWhatIsBesideAProgram(t *testing.T) {
	test, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(test)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	bin, elsewhere := filepath.Join(dir, "bin"), filepath.Join(dir, "elsewhere")
	err = errors.Join(os.Mkdir(bin, 0o700), os.Mkdir(elsewhere, 0o700),
		os.WriteFile(filepath.Join(bin, "program"), data, 0o700),
		os.WriteFile(filepath.Join(bin, "neighbour"), nil, 0o700),
		os.WriteFile(filepath.Join(elsewhere, "stranger"), nil, 0o700),
		os.Symlink(filepath.Join(bin, "program"), filepath.Join(elsewhere, "link")))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ started, asked, want string }{
		{"bin/program", "neighbour", "bin/neighbour"},
		// A link leads to where the program and its neighbours are.
		{"elsewhere/link", "neighbour", "bin/neighbour"},
		{"elsewhere/link", "stranger", "bin/stranger is not there"},
		{"bin/program", "nobody", "bin/nobody is not there"},
	} {
		cmd := exec.Command(filepath.Join(dir, tt.started))
		cmd.Env = append(os.Environ(), "TELL_BESIDE="+tt.asked, "GORACE=atexit_sleep_ms=0")
		out, err := cmd.Output()
		if got := strings.TrimPrefix(string(out), dir+"/"); err != nil || got != tt.want {
			t.Errorf("beside %s, %s is %s, %v; want %s", tt.started, tt.asked, got, err, tt.want)
		}
	}
}

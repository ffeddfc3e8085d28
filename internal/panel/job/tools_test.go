package job

// This file tests what jobs hear from other programs, and how those end.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pretend is a netherfield that does as it is told, and returns its exit status.
func pretend(args []string) int {
	switch args[0] {
	case "say": // STDOUT STDERR STATUS
		fmt.Print(args[1])
		io.WriteString(os.Stderr, args[2])
		status, _ := strconv.Atoi(args[3])
		return status
	case "where":
		dir, _ := os.Getwd()
		json.NewEncoder(os.Stdout).Encode(map[string]any{"dir": dir, "color": os.Getenv("NO_COLOR")})
	case "flood": // a line that does not end
		for range 64 {
			io.WriteString(os.Stderr, strings.Repeat("x", 10_000))
		}
		return 1
	case "wait": // until it is interrupted
		interrupted := make(chan os.Signal, 1)
		signal.Notify(interrupted, os.Interrupt)
		fmt.Fprintf(os.Stderr, "{\"progress\":\"pid\",\"done\":%d,\"total\":0}\n", os.Getpid())
		<-interrupted
		fmt.Fprintln(os.Stderr, "netherfield: all is put back")
		return 1
	case "die":
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
	return 0
}

// fakes are tools whose program is this test.
func fakes(t *testing.T) Tools {
	t.Helper()
	t.Setenv("BE_NETHERFIELD", "1")
	t.Setenv("GORACE", "atexit_sleep_ms=0") // the race detector would wait a second for what it has to say
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Tools{Program: program, Dir: t.TempDir()}
}

func TestWhatAProgramSays(t *testing.T) {
	tools := fakes(t)
	for name, tt := range map[string]struct {
		stdout, stderr, status string
		answer, says           string
		progress               Step
		log                    []string
	}{
		"an answer": {
			stdout: `{"digest": "d"}`, status: "0", answer: "d", log: []string{},
		},
		"progress, and a word for people": {
			stdout: `{"digest": "d"}`, stderr: "{\"progress\":\"model.ipynb\",\"done\":2,\"total\":5}\nnote: all is well\r\n", status: "0",
			answer: "d", progress: Step{What: "model.ipynb", Done: 2, Total: 5}, log: []string{"note: all is well"},
		},
		"a last line without an end": {
			stdout: `{"digest": "d"}`, stderr: "a\n{\"progress\":\"x\",\"done\":1,\"total\":1}", status: "0",
			answer: "d", progress: Step{What: "x", Done: 1, Total: 1}, log: []string{"a"},
		},
		"braces of people": {
			stdout: `{"digest": "d"}`, stderr: "{}\n{\"progress\": 3}\n{\n\n", status: "0", answer: "d", log: []string{"{}", `{"progress": 3}`, "{", ""},
		},
		"no answer": {
			status: "0", says: "the answer of netherfield say cannot be read: unexpected end of JSON input", log: []string{},
		},
		"an error, of several lines, after other words": {
			stderr: "netherfield: a warning\ncell 3\nnetherfield: model.ipynb failed\n  in cell 4\n", status: "1",
			says: "model.ipynb failed\n  in cell 4", log: []string{"netherfield: a warning", "cell 3", "netherfield: model.ipynb failed", "  in cell 4"},
		},
		"an error of somebody else": {
			stderr: "fatal: out of memory\ngoroutine 1\n", status: "2", says: "fatal: out of memory\ngoroutine 1", log: []string{"fatal: out of memory", "goroutine 1"},
		},
		"an error without a word": {
			status: "3", says: "netherfield say ended with exit status 3 and said nothing", log: []string{},
		},
		"bytes that are no text": {
			stderr: "netherfield: \xff\xfe\n", status: "1", says: "\uFFFD", log: []string{"netherfield: \uFFFD"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var answer struct{ Digest string }
			var ended Step
			got := run(t, NewManager(func(s Snapshot) {
				if s.Steps[0].State == Running {
					ended = s.Steps[0]
				}
			}), []string{"build"}, func(ctx context.Context, r *Run) error {
				r.Step("build")
				err := tools.Run(ctx, r, &answer, "say", tt.stdout, tt.stderr, tt.status)
				r.Result(nil) // so that all is told before the end
				return err
			})
			tt.progress.Name, tt.progress.State = "build", Running
			if answer.Digest != tt.answer || got.Error != tt.says || ended != tt.progress {
				t.Errorf("answer %q, error %q, progress %+v; want %q, %q, %+v", answer.Digest, got.Error, ended, tt.answer, tt.says, tt.progress)
			}
			if diff := cmp.Diff(tt.log, got.Log); diff != "" {
				t.Errorf("log (-want +got):\n%s", diff)
			}
		})
	}
}

func TestALineWithoutAnEndIsBounded(t *testing.T) {
	tools := fakes(t)
	got := run(t, NewManager(func(Snapshot) {}), nil, func(ctx context.Context, r *Run) error {
		return tools.Run(ctx, r, nil, "flood")
	})
	if len(got.Log) == 0 || len(got.Log) > 10 || len(got.Error) > 10*(width+4) {
		t.Errorf("%d lines are logged, and the error has %d bytes", len(got.Log), len(got.Error))
	}
	for _, line := range got.Log {
		if len(line) > width+len("…") {
			t.Errorf("a line has %d bytes", len(line))
		}
	}
}

func TestWhereAProgramRuns(t *testing.T) {
	tools := fakes(t)
	var err error
	if tools.Dir, err = filepath.EvalSymlinks(tools.Dir); err != nil {
		t.Fatal(err)
	}
	var answer struct{ Dir, Color string }
	if err := tools.Run(t.Context(), nil, &answer, "where"); err != nil || answer.Dir != tools.Dir || answer.Color != "1" {
		t.Errorf("%+v, %v", answer, err)
	}
	text, err := tools.Text(t.Context(), "where")
	if err := errors.Join(err, json.Unmarshal([]byte(text), &answer)); err != nil || answer.Dir != tools.Dir {
		t.Errorf("%s, %v", text, err)
	}
}

// Without a job, nobody hears of progress.
func TestTextsOfPrograms(t *testing.T) {
	tools := fakes(t)
	for name, tt := range map[string]struct{ stdout, stderr, status, text, says string }{
		"a text":                {"kind: Service\n", "note: x\n{\"progress\":\"x\",\"done\":1,\"total\":2}\n", "0", "kind: Service\n", ""},
		"an error":              {"kind", "netherfield: no such name\n", "1", "", "no such name"},
		"an error, after notes": {"", "note: x\nnetherfield: no such name\n", "1", "", "no such name"},
		"no word":               {"", "", "1", "", "netherfield say ended with exit status 1 and said nothing"},
	} {
		text, err := tools.Text(t.Context(), "say", tt.stdout, tt.stderr, tt.status)
		if text != tt.text || (err != nil) != (tt.says != "") || err != nil && err.Error() != tt.says {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
}

func TestAProgramThatIsNotThere(t *testing.T) {
	for _, tools := range []Tools{{Program: "/nowhere/netherfield"}, {Program: fakes(t).Program, Dir: "/nowhere"}} {
		err := tools.Run(t.Context(), nil, nil, "where")
		_, errOfText := tools.Text(t.Context(), "where")
		for _, err := range []error{err, errOfText} {
			if !errors.Is(err, os.ErrNotExist) || !strings.HasPrefix(err.Error(), "netherfield where cannot be run: ") {
				t.Errorf("%+v: %v", tools, err)
			}
		}
	}
}

func TestAProgramThatIsKilled(t *testing.T) {
	if err := fakes(t).Run(t.Context(), nil, nil, "die"); err == nil || err.Error() != "netherfield die ended with signal: killed and said nothing" {
		t.Error(err)
	}
}

func TestCancellingInterruptsTheProgram(t *testing.T) {
	tools := fakes(t)
	pid := make(chan int, 1)
	m := NewManager(func(s Snapshot) {
		if s.State == Running && s.Steps[0].What == "pid" {
			select {
			case pid <- s.Steps[0].Done:
			default:
			}
		}
	})
	s, err := m.Start("test", "A test", []string{"deploy"}, func(ctx context.Context, r *Run) error {
		r.Step("deploy")
		return tools.Run(ctx, r, nil, "wait")
	})
	if err != nil {
		t.Fatal(err)
	}
	process := <-pid
	if err := m.Cancel(s.ID); err != nil {
		t.Fatal(err)
	}
	m.running.Wait()
	got := m.List()[0]
	if states(got) != "cancelled, deploy cancelled" || got.Error != "it was cancelled" {
		t.Errorf("%s, %q", states(got), got.Error)
	}
	// It was asked to end, and has said its last word.
	if last := got.Log[len(got.Log)-1]; last != "netherfield: all is put back" {
		t.Errorf("at last it says %q", last)
	}
	if err := syscall.Kill(process, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("process %d is still there: %v", process, err)
	}
}

package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/netherfield/netherfield/internal/cli"
)

// TestMain makes the test binary netherfield itself when asked to, so that the
// tests run real command lines: exit statuses, streams, the binary's own path.
func TestMain(m *testing.M) {
	if os.Getenv("BE_NETHERFIELD") == "" {
		os.Exit(m.Run())
	}
	program := cli.Program{
		Stdout: os.Stdout,
		Stderr: os.Stderr,
		RunKernel: func(_ context.Context, connectionFile string) error {
			if connectionFile == "broken.json" {
				return errors.New("wire: broken.json: no key")
			}
			fmt.Println("served", connectionFile)
			return nil
		},
		RunWorker: func(context.Context) error {
			fmt.Println("worked")
			return nil
		},
		PrecompileLibrary: func(_ context.Context, cache string) error {
			if cache == "broken" {
				return errors.New("no C compiler")
			}
			return nil
		},
		Precompile: func(_ context.Context, cache string, sources []string) (cli.Precompiled, error) {
			if cache == "broken" {
				return cli.Precompiled{}, errors.New("no C compiler")
			}
			failed := map[int]error{}
			for i, s := range sources {
				if strings.HasPrefix(s, "wrong") {
					failed[i+1] = errors.New("1:1: undefined: wrong")
				}
			}
			return cli.Precompiled{Cells: len(sources), Built: 1, Cached: 2, Failed: failed}, nil
		},
	}
	os.Exit(program.Run(context.Background(), os.Args[1:]))
}

// install copies the test binary out of the folder that `go test` deletes,
// which kernelspec refuses to install from.
func install(t *testing.T) string {
	t.Helper()
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer self.Close()
	path := filepath.Join(t.TempDir(), "netherfield")
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, self); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

type outcome struct {
	stdout, stderr string
	status         int
}

func run(t *testing.T, binary string, env []string, args ...string) outcome {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env = append([]string{"BE_NETHERFIELD=1", "HOME=" + t.TempDir()}, env...)
	cmd.Dir = t.TempDir()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return outcome{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

func TestExitStatusAndStreams(t *testing.T) {
	binary := install(t)
	tests := []struct {
		args   []string
		status int
		stdout string // a part of it; empty means there is none
		stderr string
	}{
		{nil, 0, "Netherfield runs Go in Jupyter notebooks.\n", ""},
		{[]string{"--help"}, 0, "netherfield install --user", ""},
		{[]string{"instal"}, 2, "", `did you mean "install"?`},
		{[]string{"xyzzy"}, 2, "", `no subcommand "xyzzy"`},
		{[]string{"install", "--usr"}, 2, "", "unknown flag: --usr"},
		{[]string{"install", "here"}, 2, "", "Try `netherfield install --help`."},
		{[]string{"install", "--user", "--sys-prefix"}, 2, "", "give one of them"},
		{[]string{"install", "--prefix", ""}, 2, "", "--prefix is empty"},
		{[]string{"install", "--name", ""}, 2, "", "--name is empty"},
		{[]string{"install", "--name", "a b"}, 2, "", `"a b" is no kernel name`},
		{[]string{"uninstall"}, 1, "", `no kernel "netherfield" in`},
		{[]string{"kernel"}, 2, "", "-f FILE"},
		{[]string{"kernel", "-f", "broken.json"}, 1, "", "netherfield: wire: broken.json: no key\n"},
		{[]string{"kernel", "-f", "c.json"}, 0, "served c.json\n", ""},
		{[]string{"worker"}, 0, "worked\n", ""},
		{[]string{"lab", "a", "b"}, 2, "", "flags for JupyterLab go after --"},
		{[]string{"lab", "/no/such/folder"}, 1, "", "/no/such/folder"},
		{[]string{"lab"}, 1, "", "no JupyterLab on the path"},
		{[]string{"version"}, 0, "netherfield ", ""},
		{[]string{"precompile"}, 2, "", "needs a notebook"},
		{[]string{"precompile", "--cache", "", "a.ipynb"}, 2, "", "--cache is empty"},
		{[]string{"precompile", "/no/such.ipynb"}, 1, "", "/no/such.ipynb: no such file"},
	}
	for _, tt := range tests {
		t.Run(strings.Join(tt.args, " "), func(t *testing.T) {
			got := run(t, binary, nil, tt.args...)
			if got.status != tt.status {
				t.Errorf("exit status %d, want %d", got.status, tt.status)
			}
			if !strings.Contains(got.stdout, tt.stdout) || tt.stdout == "" && got.stdout != "" {
				t.Errorf("stdout is %q, want %q", got.stdout, tt.stdout)
			}
			if !strings.Contains(got.stderr, tt.stderr) || tt.stderr == "" && got.stderr != "" {
				t.Errorf("stderr is %q, want %q", got.stderr, tt.stderr)
			}
		})
	}
}

func TestEveryCommandHasAnExample(t *testing.T) {
	binary := install(t)
	for _, name := range []string{"install", "uninstall", "lab", "version", "kernel", "precompile"} {
		got := run(t, binary, nil, name, "--help")
		if got.status != 0 || !strings.Contains(got.stdout, "Examples:\n  netherfield "+name) {
			t.Errorf("%s --help: status %d\n%s", name, got.status, got.stdout)
		}
	}
	if got := run(t, binary, nil, "--help"); strings.Contains(got.stdout, "worker") {
		t.Errorf("the help shows the worker:\n%s", got.stdout)
	}
}

func TestInstallAndUninstallAgree(t *testing.T) {
	binary := install(t)
	prefix := t.TempDir()
	want := filepath.Join(prefix, "share/jupyter/kernels/go")
	for _, args := range [][]string{
		{"install", "--prefix", prefix, "--name", "go", "--json"},
		{"uninstall", "--sys-prefix", "--name", "go", "--json"},
	} {
		got := run(t, binary, []string{"VIRTUAL_ENV=" + prefix}, args...)
		var answer struct{ Kernelspec string }
		if err := json.Unmarshal([]byte(got.stdout), &answer); err != nil {
			t.Fatalf("%s: %v\n%s%s", args, err, got.stdout, got.stderr)
		}
		if answer.Kernelspec != want {
			t.Errorf("%s: kernelspec %q, want %q", args, answer.Kernelspec, want)
		}
		if args[0] != "install" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(want, "kernel.json"))
		if err != nil {
			t.Fatal(err)
		}
		var spec struct{ Argv []string }
		if err := json.Unmarshal(data, &spec); err != nil {
			t.Fatal(err)
		}
		if spec.Argv[0] != binary {
			t.Errorf("kernel.json starts %s, want %s", spec.Argv[0], binary)
		}
	}
	if _, err := os.Stat(want); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", want, err)
	}
}

func TestVersionAsJSON(t *testing.T) {
	got := run(t, install(t), nil, "version", "--json")
	var answer map[string]any
	if err := json.Unmarshal([]byte(got.stdout), &answer); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"version", "go", "platform"} {
		if s, _ := answer[key].(string); s == "" {
			t.Errorf("%s is missing in %s", key, got.stdout)
		}
	}
}

func TestLabBecomesTheEnvironmentsJupyterLab(t *testing.T) {
	binary := install(t)
	environment, folder := t.TempDir(), t.TempDir()
	bin := filepath.Join(environment, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\nprintf '%s\\n' \"$PATH\" \"$@\"\nexit 7\n"
	if err := os.WriteFile(filepath.Join(bin, "jupyter-lab"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	env := []string{"VIRTUAL_ENV=" + environment, "PATH=/usr/bin:/bin"}
	got := run(t, binary, env, "lab", folder, "--", "--no-browser", "--port", "9000")

	want := bin + ":/usr/bin:/bin\n" + folder + "\n"
	if os.Geteuid() == 0 {
		want += "--allow-root\n"
	}
	want += "--no-browser\n--port\n9000\n"
	if got.stdout != want || got.status != 7 {
		t.Errorf("status %d, stdout %q, want %q", got.status, got.stdout, want)
	}
	kernel := filepath.Join(environment, "share/jupyter/kernels/netherfield/kernel.json")
	if _, err := os.Stat(kernel); err != nil {
		t.Errorf("the kernel is not installed: %v\n%s", err, got.stderr)
	}
}

func TestWithServiceLastsAsLongAsTheCommand(t *testing.T) {
	binary := install(t)
	script := `test -n "$PIPELINE_TOKEN" || exit 9; echo "$PIPELINE_URL $*"; exit 7`
	got := run(t, binary, []string{"PATH=/usr/bin:/bin"}, "with-service", "sh", "-c", script, "-", "--json")
	url, flags, _ := strings.Cut(strings.TrimSpace(got.stdout), " ")
	if got.status != 7 || flags != "--json" || !strings.HasPrefix(url, "http://") {
		t.Fatalf("%+v", got)
	}
	address := strings.TrimPrefix(url, "http://")
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			break
		}
		conn.Close()
		if time.Now().After(deadline) {
			t.Fatal("the service has outlived the command")
		}
	}
	got = run(t, binary, []string{"PATH=/usr/bin:/bin", "PIPELINE_URL=http://elsewhere"}, "with-service", "printenv", "PIPELINE_URL")
	if got.stdout != "http://elsewhere\n" || got.stderr != "" {
		t.Errorf("%+v", got)
	}
	if got = run(t, binary, []string{"PATH=/usr/bin:/bin"}, "with-service", "no-such-command"); got.status != 1 || !strings.Contains(got.stderr, "there is no such command") {
		t.Errorf("%+v", got)
	}
	if got = run(t, binary, nil, "with-service"); got.status != 2 || !strings.Contains(got.stderr, "with-service needs a command") {
		t.Errorf("%+v", got)
	}
}

func TestLabWithoutJupyterLabSaysHowToGetIt(t *testing.T) {
	environment := t.TempDir()
	got := run(t, install(t), []string{"VIRTUAL_ENV=" + environment}, "lab")
	want := environment + "/bin/python -m pip install jupyterlab"
	if got.status != 1 || !strings.Contains(got.stderr, want) {
		t.Errorf("status %d, stderr %q, want %q", got.status, got.stderr, want)
	}
}

func TestPrecompileTellsWhatItHasDone(t *testing.T) {
	binary := install(t)
	name := filepath.Join(t.TempDir(), "n.ipynb")
	write := func(cells string) {
		text := `{"nbformat": 4, "cells": [{"cell_type": "markdown", "source": ""}, ` + cells + `]}`
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"cell_type": "code", "source": ["x := 1"]},
		{"cell_type": "code", "source": "wrong", "metadata": {"tags": ["raises-exception"]}}`)
	got := run(t, binary, nil, "precompile", name)
	if want := name + ": 2 cells, 1 built, 2 cached, 0.0 s\n"; got.status != 0 || got.stdout != want || got.stderr != "" {
		t.Errorf("%+v, want %q", got, want)
	}
	got = run(t, binary, nil, "precompile", "--cache", "broken", name)
	if want := "netherfield: " + name + ": no C compiler\n"; got.status != 1 || got.stdout != "" || !strings.HasPrefix(got.stderr, want) {
		t.Errorf("%+v, want %q", got, want)
	}
	if got = run(t, binary, nil, "precompile", "--library", "--json"); got.status != 0 || strings.TrimSpace(got.stdout) != "[]" {
		t.Errorf("%+v", got)
	}
	got = run(t, binary, nil, "precompile", "--library", "--cache", "broken")
	if want := "netherfield: the workflow library: no C compiler\n"; got.status != 1 || got.stderr != want {
		t.Errorf("%+v, want %q", got, want)
	}
	write(`{"cell_type": "code", "source": "wrong"}`)
	got = run(t, binary, nil, "precompile", "--json", name)
	var answer []struct {
		Notebook             string
		Cells, Built, Cached int
		Failed               []struct {
			Cell  int
			Error string
		}
	}
	if err := json.Unmarshal([]byte(got.stdout), &answer); err != nil {
		t.Fatal(err)
	}
	if a := answer[0]; a.Notebook != name || a.Cells != 1 || len(a.Failed) != 1 || a.Failed[0].Cell != 1 || got.status != 1 {
		t.Errorf("%+v", got)
	}
	if want := name + ": cell 1: 1:1: undefined: wrong\nnetherfield: not everything compiles\n"; got.stderr != want {
		t.Errorf("%q, want %q", got.stderr, want)
	}
}

package kernelspec_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/netherfield/netherfield/kernelspec"
)

const executable = "/opt/netherfield/bin/netherfield"

func TestLocateFollowsJupytersSearch(t *testing.T) {
	environment := t.TempDir()
	noPython := func(context.Context) (string, error) { return "", errors.New("no python3") }
	tests := []struct {
		name   string
		at     kernelspec.Location
		env    map[string]string
		python func(context.Context) (string, error)
		want   string // the folder, or
		err    string // a part of the complaint
		misuse bool
	}{
		{
			name: "nothing asked for means the user",
			env:  map[string]string{"HOME": "/home/jane"},
			want: "/home/jane/.local/share/jupyter/kernels",
		}, {
			name: "XDG data home",
			at:   kernelspec.Location{User: true},
			env:  map[string]string{"HOME": "/home/jane", "XDG_DATA_HOME": "/xdg"},
			want: "/xdg/jupyter/kernels",
		}, {
			name: "Jupyter data dir goes before XDG",
			at:   kernelspec.Location{User: true},
			env:  map[string]string{"XDG_DATA_HOME": "/xdg", "JUPYTER_DATA_DIR": "/jupyter"},
			want: "/jupyter/kernels",
		}, {
			name: "no home",
			at:   kernelspec.Location{User: true},
			err:  "set HOME, XDG_DATA_HOME or JUPYTER_DATA_DIR, or give --prefix",
		}, {
			name: "prefix",
			at:   kernelspec.Location{Prefix: "/opt/jupyter"},
			want: "/opt/jupyter/share/jupyter/kernels",
		}, {
			name: "virtual environment goes before Conda",
			at:   kernelspec.Location{SysPrefix: true},
			env:  map[string]string{"VIRTUAL_ENV": environment, "CONDA_PREFIX": "/conda"},
			want: filepath.Join(environment, "share/jupyter/kernels"),
		}, {
			name: "Conda",
			at:   kernelspec.Location{SysPrefix: true},
			env:  map[string]string{"CONDA_PREFIX": environment},
			want: filepath.Join(environment, "share/jupyter/kernels"),
		}, {
			name: "environment that is gone",
			at:   kernelspec.Location{SysPrefix: true},
			env:  map[string]string{"VIRTUAL_ENV": "/no/such/folder"},
			err:  "$VIRTUAL_ENV is /no/such/folder",
		}, {
			name:   "python3 outside any environment",
			at:     kernelspec.Location{SysPrefix: true},
			python: func(context.Context) (string, error) { return "/usr", nil },
			want:   "/usr/share/jupyter/kernels",
		}, {
			name:   "no python3 either",
			at:     kernelspec.Location{SysPrefix: true},
			python: noPython,
			err:    "give --prefix DIR: no python3",
		}, {
			name:   "user and prefix",
			at:     kernelspec.Location{User: true, Prefix: "/opt"},
			err:    "give one of them",
			misuse: true,
		}, {
			name:   "user and sys-prefix",
			at:     kernelspec.Location{User: true, SysPrefix: true},
			err:    "give one of them",
			misuse: true,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := kernelspec.Locate(t.Context(), tt.at, kernelspec.Environment{
				Getenv:       func(name string) string { return tt.env[name] },
				PythonPrefix: tt.python,
			})
			wantError(t, err, tt.err)
			var misuse *kernelspec.MisuseError
			if errors.As(err, &misuse) != tt.misuse {
				t.Errorf("misuse: got %v, want %v", err, tt.misuse)
			}
			if got != tt.want {
				t.Errorf("folder: got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestInstallWritesWhatJupyterReads(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "share", "jupyter", "kernels")
	path, err := kernelspec.Install(dir, kernelspec.Opts{Executable: executable})
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(dir, "netherfield"); path != want {
		t.Errorf("path: got %s, want %s", path, want)
	}
	var got any
	if err := json.Unmarshal(read(t, path, "kernel.json"), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"argv":           []any{executable, "kernel", "-f", "{connection_file}"},
		"display_name":   "Go",
		"language":       "go",
		"interrupt_mode": "message",
		"env":            map[string]any{},
		"metadata":       map[string]any{"debugger": false, "installed_by": "netherfield"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kernel.json (-want +got):\n%s", diff)
	}
	for name, size := range map[string]int{"logo-32x32.png": 32, "logo-64x64.png": 64} {
		picture, err := png.DecodeConfig(bytes.NewReader(read(t, path, name)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if picture.Width != size || picture.Height != size {
			t.Errorf("%s is %d×%d", name, picture.Width, picture.Height)
		}
	}
	if svg := read(t, path, "logo-svg.svg"); !bytes.HasPrefix(svg, []byte("<svg ")) {
		t.Errorf("logo-svg.svg starts with %.20q", svg)
	}
	wantEntries(t, dir, "netherfield")
}

func TestInstallReplacesItsOwnFolderAltogether(t *testing.T) {
	dir := t.TempDir()
	path, err := kernelspec.Install(dir, kernelspec.Opts{Executable: "/old/netherfield", DisplayName: "Old"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(path, "kernel.js"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := kernelspec.Install(dir, kernelspec.Opts{Executable: executable}); err != nil {
		t.Fatal(err)
	}
	wantEntries(t, dir, "netherfield")
	wantEntries(t, path, "kernel.json", "logo-32x32.png", "logo-64x64.png", "logo-svg.svg")
	if data := read(t, path, "kernel.json"); !bytes.Contains(data, []byte(executable)) {
		t.Errorf("kernel.json still starts the old binary:\n%s", data)
	}
}

func TestForeignFoldersAreLeftAlone(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		err   string
	}{
		{
			name:  "another kernel",
			files: map[string]string{"kernel.json": `{"argv": ["python3"], "display_name": "Python 3", "language": "python"}`},
			err:   `is the kernel "Python 3", which Netherfield did not install`,
		}, {
			name:  "a kernel.json that is not JSON",
			files: map[string]string{"kernel.json": `{"argv": [`},
			err:   "cannot tell whose kernel",
		}, {
			name:  "some folder",
			files: map[string]string{"thesis.tex": "precious"},
			err:   "has no kernel.json",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "netherfield")
			if err := os.Mkdir(path, 0o755); err != nil {
				t.Fatal(err)
			}
			for name, text := range tt.files {
				if err := os.WriteFile(filepath.Join(path, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			_, err := kernelspec.Install(dir, kernelspec.Opts{Executable: executable})
			wantError(t, err, tt.err)
			_, err = kernelspec.Uninstall(dir, "")
			wantError(t, err, tt.err)
			wantError(t, err, "nothing was removed")
			wantEntries(t, dir, "netherfield")
			for name, text := range tt.files {
				if got := string(read(t, path, name)); got != text {
					t.Errorf("%s now holds %q", name, got)
				}
			}
		})
	}
}

func TestUninstallRemovesOneKernel(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"netherfield", "go-1.26"} {
		if _, err := kernelspec.Install(dir, kernelspec.Opts{Executable: executable, Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	path, err := kernelspec.Uninstall(dir, "go-1.26")
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(dir, "go-1.26"); path != want {
		t.Errorf("removed %s, want %s", path, want)
	}
	wantEntries(t, dir, "netherfield")
	_, err = kernelspec.Uninstall(dir, "go-1.26")
	wantError(t, err, `no kernel "go-1.26"`)
}

func TestNamesThatJupyterWouldNotFind(t *testing.T) {
	for name, complaint := range map[string]string{
		"..":       "no kernel name",
		"a/b":      "letters a to z",
		"go lang":  "letters a to z",
		"go\x00":   "letters a to z",
		"Größe":    "letters a to z",
		"MyKernel": `use "mykernel"`,
	} {
		dir := t.TempDir()
		_, err := kernelspec.Install(dir, kernelspec.Opts{Executable: executable, Name: name})
		wantError(t, err, complaint)
		var misuse *kernelspec.MisuseError
		if !errors.As(err, &misuse) {
			t.Errorf("%q: %v is no misuse", name, err)
		}
		_, err = kernelspec.Uninstall(dir, name)
		wantError(t, err, complaint)
		wantEntries(t, dir)
	}
}

func TestFoldersThatCannotBeWritten(t *testing.T) {
	// A file where a folder should be stops even root.
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := kernelspec.Install(filepath.Join(file, "kernels"), kernelspec.Opts{Executable: executable})
	wantError(t, err, file)

	if os.Geteuid() == 0 {
		t.Log("root may write everywhere, so the read-only folder is left out")
		return
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	_, err = kernelspec.Install(dir, kernelspec.Opts{Executable: executable})
	wantError(t, err, "choose a folder of your own with --user or --prefix DIR")
	if !errors.Is(err, fs.ErrPermission) {
		t.Errorf("the cause is lost: %v", err)
	}
}

func TestABinaryOfGoRunIsRefused(t *testing.T) {
	dir := t.TempDir()
	_, err := kernelspec.Install(dir, kernelspec.Opts{Executable: "/tmp/go-build123/b001/exe/netherfield"})
	wantError(t, err, "make build")
	wantEntries(t, dir)
}

func wantError(t *testing.T, err error, part string) {
	t.Helper()
	switch {
	case part == "" && err != nil:
		t.Errorf("unexpected error: %v", err)
	case part != "" && err == nil:
		t.Errorf("no error, want one with %q", part)
	case part != "" && !strings.Contains(err.Error(), part):
		t.Errorf("error %q lacks %q", err, part)
	}
}

func wantEntries(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, entry := range entries {
		got = append(got, entry.Name())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", dir, diff)
	}
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

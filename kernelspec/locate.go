// Where kernelspecs live: the user's data folder, an environment, a prefix.

package kernelspec

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A MisuseError says that what was asked for makes no sense, as opposed to
// something going wrong while doing it. Commands exit with status 2 for it.
type MisuseError struct {
	msg string
}

func (e *MisuseError) Error() string { return e.msg }

func misused(format string, args ...any) error {
	return &MisuseError{"kernelspec: " + fmt.Sprintf(format, args...)}
}

// A Location names one of the folders that Jupyter looks through. At most one
// field may be set; the zero Location means User.
type Location struct {
	User      bool   // the user's own data folder
	SysPrefix bool   // the active virtual or Conda environment, else the one python3 belongs to
	Prefix    string // this installation prefix
}

// An Environment is what the search depends on besides the Location. The zero
// value takes both from this process.
type Environment struct {
	// Getenv looks up an environment variable; os.Getenv if nil.
	Getenv func(string) string

	// PythonPrefix asks the python3 on the path for its sys.prefix; nil runs it.
	PythonPrefix func(context.Context) (string, error)
}

// Locate returns the folder that holds the kernelspec folders of a location,
// as an absolute path. It need not exist yet.
//
// The user's data folder is $JUPYTER_DATA_DIR, else $XDG_DATA_HOME/jupyter,
// else ~/.local/share/jupyter, which is how Jupyter itself searches. The
// environment is $VIRTUAL_ENV, else $CONDA_PREFIX, else Python's sys.prefix.
func Locate(ctx context.Context, l Location, env Environment) (string, error) {
	if env.Getenv == nil {
		env.Getenv = os.Getenv
	}
	if env.PythonPrefix == nil {
		env.PythonPrefix = pythonPrefix
	}
	if l.User && l.SysPrefix || (l.User || l.SysPrefix) && l.Prefix != "" {
		return "", misused("--user, --sys-prefix and --prefix each name another folder; give one of them")
	}
	var data string
	switch {
	case l.Prefix != "":
		data = filepath.Join(l.Prefix, "share", "jupyter")
	case l.SysPrefix:
		prefix, err := sysPrefix(ctx, env)
		if err != nil {
			return "", err
		}
		data = filepath.Join(prefix, "share", "jupyter")
	default:
		var err error
		if data, err = userData(env.Getenv); err != nil {
			return "", err
		}
	}
	abs, err := filepath.Abs(filepath.Join(data, "kernels"))
	if err != nil {
		return "", fmt.Errorf("kernelspec: %s is relative and the current folder is unknown; give an absolute path: %w", data, err)
	}
	return abs, nil
}

func userData(getenv func(string) string) (string, error) {
	if dir := getenv("JUPYTER_DATA_DIR"); dir != "" {
		return dir, nil
	}
	if dir := getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "jupyter"), nil
	}
	if dir := getenv("HOME"); dir != "" {
		return filepath.Join(dir, ".local", "share", "jupyter"), nil
	}
	return "", errors.New("kernelspec: your data folder is unknown: set HOME, XDG_DATA_HOME or JUPYTER_DATA_DIR, or give --prefix DIR")
}

func sysPrefix(ctx context.Context, env Environment) (string, error) {
	for _, name := range []string{"VIRTUAL_ENV", "CONDA_PREFIX"} {
		dir := env.Getenv(name)
		if dir == "" {
			continue
		}
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return "", fmt.Errorf("kernelspec: $%s is %s, which is no folder; activate an environment that exists or give --prefix DIR", name, dir)
		}
		return dir, nil
	}
	dir, err := env.PythonPrefix(ctx)
	if err != nil {
		return "", fmt.Errorf("kernelspec: no active environment ($VIRTUAL_ENV, $CONDA_PREFIX) and python3 did not tell its prefix; give --prefix DIR: %w", err)
	}
	return dir, nil
}

func pythonPrefix(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "python3", "-c", "import sys; print(sys.prefix)").Output()
	if err != nil {
		return "", err
	}
	dir := strings.TrimSpace(string(out))
	if !filepath.IsAbs(dir) {
		return "", fmt.Errorf("python3 printed %q for sys.prefix", dir)
	}
	return dir, nil
}

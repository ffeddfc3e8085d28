// Writing and removing the kernelspec folder.

package kernelspec

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Opts says what to install.
type Opts struct {
	Executable  string // absolute path of the binary that Jupyter starts
	Name        string // DefaultName if empty
	DisplayName string // DefaultDisplayName if empty
}

// Install writes the kernelspec folder below dir, the folder that [Locate]
// returns, and reports its path. An earlier installation of ours under the
// same name is replaced in one step, so that a running Jupyter sees either the
// old or the new one.
//
// It is a MisuseError if the name is not one that Jupyter finds, and an
// ordinary error if the folder is another kernel's or cannot be written. It
// panics if Opts.Executable is not an absolute path.
func Install(dir string, o Opts) (path string, err error) {
	if o.Name == "" {
		o.Name = DefaultName
	}
	if o.DisplayName == "" {
		o.DisplayName = DefaultDisplayName
	}
	if err := checkName(o.Name); err != nil {
		return "", err
	}
	if err := checkExecutable(o.Executable); err != nil {
		return "", err
	}
	contents, err := files(o)
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, o.Name)
	if err := ours(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%w; choose another --name", err)
	}

	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", unwritable(dir, err)
	}
	// The dot keeps what an interrupted installation leaves behind out of
	// sight, and beside the target a rename cannot cross a file system.
	fresh, err := os.MkdirTemp(dir, "."+o.Name+"-*")
	if err != nil {
		return "", unwritable(dir, err)
	}
	defer func() {
		err = errors.Join(err, os.RemoveAll(fresh))
	}()
	next := filepath.Join(fresh, "new")
	if err := os.Mkdir(next, 0o755); err != nil {
		return "", unwritable(dir, err)
	}
	for name, data := range contents {
		if err := os.WriteFile(filepath.Join(next, name), data, 0o644); err != nil {
			return "", unwritable(dir, err)
		}
	}
	if err := os.Rename(path, filepath.Join(fresh, "old")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", unwritable(dir, err)
	}
	if err := os.Rename(next, path); err != nil {
		return "", unwritable(dir, err)
	}
	return path, nil
}

// Uninstall removes the kernelspec folder of that name (DefaultName if empty)
// below dir and reports its path. It removes nothing that Install did not
// write.
func Uninstall(dir, name string) (path string, err error) {
	if name == "" {
		name = DefaultName
	}
	if err := checkName(name); err != nil {
		return "", err
	}
	path = filepath.Join(dir, name)
	if err := ours(path); errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("kernelspec: no kernel %q in %s; `jupyter kernelspec list` shows where kernels are installed", name, dir)
	} else if err != nil {
		return "", fmt.Errorf("%w; nothing was removed", err)
	}
	if err := os.RemoveAll(path); err != nil {
		return "", fmt.Errorf("kernelspec: cannot remove %s: %w", path, err)
	}
	return path, nil
}

// ours returns nil if Install wrote the folder, an error that wraps
// fs.ErrNotExist if there is no such folder, and another one if the folder is
// somebody else's.
func ours(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return err
	case err != nil:
		return fmt.Errorf("kernelspec: cannot look at %s: %w", path, err)
	case !info.IsDir():
		return fmt.Errorf("kernelspec: %s is no folder, so Netherfield did not put it there", path)
	}
	file := filepath.Join(path, "kernel.json")
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("kernelspec: %s has no kernel.json, so Netherfield did not put it there", path)
	} else if err != nil {
		return fmt.Errorf("kernelspec: cannot tell whose kernel %s is: %w", path, err)
	}
	var found spec
	if err := json.Unmarshal(data, &found); err != nil {
		return fmt.Errorf("kernelspec: cannot tell whose kernel %s is: %v", file, err)
	}
	if found.Metadata.InstalledBy != installedBy {
		return fmt.Errorf("kernelspec: %s is the kernel %q, which Netherfield did not install", path, found.DisplayName)
	}
	return nil
}

func unwritable(dir string, err error) error {
	return fmt.Errorf("kernelspec: cannot write %s; choose a folder of your own with --user or --prefix DIR: %w", dir, err)
}

package command

// This file finds programs.

import (
	"fmt"
	"os"
	"path/filepath"
)

// Executable returns the path of this program.
func Executable() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("the path of this binary is unknown; start it by its full path: %w", err)
	}
	return path, nil
}

// Beside returns the path of a program that lies beside this one, links followed.
func Beside(program string) (string, error) {
	path, err := Executable()
	if err != nil {
		return "", err
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return "", fmt.Errorf("the path of this binary is unknown; start it by its full path: %w", err)
	}
	path = filepath.Join(filepath.Dir(path), program)
	if _, err := os.Stat(path); err != nil {
		return path, fmt.Errorf("%s is not beside this program: %w", program, err)
	}
	return path, nil
}

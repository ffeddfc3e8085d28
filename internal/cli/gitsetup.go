// netherfield git-setup: git and notebooks.

package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/internal/command"
)

// attributes is the line of .gitattributes that hands notebooks to the filter.
const attributes = "*.ipynb filter=netherfield diff=netherfield"

func gitSetupCommand() *cobra.Command {
	var undo bool
	cmd := &cobra.Command{
		Use:   "git-setup",
		Short: "Keep outputs out of git, and make diffs of notebooks readable",
		Long: `Git-setup configures the git repository of the current folder: what is added of a
notebook has no outputs, while the file itself keeps them; git diff, git log and git
show compare notebooks by their cells; and a commit with a notebook that has outputs all
the same is refused. It writes a line to .gitattributes, which belongs to the
repository, and the rest to the configuration of this clone, so that each clone needs
it once.`,
		Example: `  netherfield git-setup
  netherfield git-setup --undo`,
		Args: command.Arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			top, err := gitOutput("rev-parse", "--show-toplevel")
			if err != nil {
				return err
			}
			top = strings.TrimRight(top, "\n")
			if undo {
				return undoGitSetup(cmd.OutOrStdout(), top)
			}
			return gitSetup(cmd.OutOrStdout(), top)
		},
	}
	cmd.Flags().BoolVar(&undo, "undo", false, "take it back")
	return cmd
}

func gitSetup(stdout io.Writer, top string) error {
	executable, err := command.Executable()
	if err != nil {
		return err
	}
	self := shellQuote(executable)
	for _, setting := range [][2]string{
		{"filter.netherfield.clean", self + " strip"},
		{"filter.netherfield.smudge", "cat"},
		// Without this outputs would slip in where the program is missing.
		{"filter.netherfield.required", "true"},
		{"diff.netherfield.textconv", self + " diff --text"},
		{"diff.netherfield.xfuncname", "^── .*"},
	} {
		if _, err := gitOutput("config", "--local", setting[0], setting[1]); err != nil {
			return err
		}
	}
	if err := addAttributes(stdout, filepath.Join(top, ".gitattributes")); err != nil {
		return err
	}
	return addHook(stdout, self)
}

// shellQuote quotes a path for sh.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func addAttributes(stdout io.Writer, file string) error {
	text, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for line := range strings.Lines(string(text)) {
		if strings.TrimSpace(line) == attributes {
			return nil
		}
	}
	if len(text) > 0 && !strings.HasSuffix(string(text), "\n") {
		text = append(text, '\n')
	}
	if err := os.WriteFile(file, append(text, attributes+"\n"...), 0o666); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: commit it, so that other clones have it too\n", file)
	return nil
}

// hookMark is in hooks that are ours.
const hookMark = "# netherfield git-setup"

func hookFile() (string, error) {
	file, err := gitOutput("rev-parse", "--git-path", "hooks/pre-commit")
	return strings.TrimRight(file, "\n"), err
}

func addHook(stdout io.Writer, self string) error {
	file, err := hookFile()
	if err != nil {
		return err
	}
	switch there, err := os.ReadFile(file); {
	case errors.Is(err, fs.ErrNotExist), err == nil && strings.Contains(string(there), hookMark):
	case err != nil:
		return err
	default:
		fmt.Fprintf(stdout, "%s is there already; let it call: %s strip --check --staged\n", file, self)
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"+hookMark+"\nexec "+self+" strip --check --staged\n"), 0o777); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: refuses notebooks with outputs\n", file)
	return nil
}

func undoGitSetup(stdout io.Writer, top string) error {
	for _, section := range []string{"filter.netherfield", "diff.netherfield"} {
		if _, err := gitOutput("config", "--local", "--get-regexp", "^"+section); err != nil {
			continue // there is none
		}
		if _, err := gitOutput("config", "--local", "--remove-section", section); err != nil {
			return err
		}
	}
	file, err := hookFile()
	if err != nil {
		return err
	}
	if there, err := os.ReadFile(file); err == nil && strings.Contains(string(there), hookMark) {
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	path := filepath.Join(top, ".gitattributes")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var left strings.Builder
	for line := range strings.Lines(string(text)) {
		if strings.TrimSpace(line) != attributes {
			left.WriteString(line)
		}
	}
	switch {
	case left.Len() == len(text):
		return nil
	case left.Len() == 0:
		err = os.Remove(path)
	default:
		err = os.WriteFile(path, []byte(left.String()), 0o666)
	}
	if err == nil {
		fmt.Fprintln(stdout, "taken back, also in", path)
	}
	return err
}

// netherfield diff: what has changed in notebooks.

package cli

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/internal/command"
	"github.com/netherfield/netherfield/internal/notebook"
)

func diffCommand() *cobra.Command {
	var text, outputs bool
	var revision string
	cmd := &cobra.Command{
		Use:   "diff NOTEBOOK [OTHER]",
		Short: "Show what has changed in a notebook",
		Long: `Diff compares two notebooks, or one with what git has of it, cell by cell and line by
line, without the brackets and quotes of their files. Outputs are left out unless they
are asked for. "netherfield git-setup" has git diff, git log and git show do the same.`,
		Example: `  netherfield diff analysis.ipynb
  netherfield diff --revision HEAD~3 analysis.ipynb
  netherfield diff old.ipynb new.ipynb`,
		Args: command.Arguments(func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 0 || len(args) > 2:
				return errors.New("diff needs one notebook or two")
			case text && len(args) == 2:
				return errors.New("--text is for one notebook")
			}
			return nil
		}),
		RunE: func(cmd *cobra.Command, args []string) error {
			if revision != "" && len(args) == 2 {
				return command.Misused("--revision is for one notebook")
			}
			last := args[len(args)-1]
			to, err := readable(last, os.ReadFile, outputs)
			if err != nil {
				return err
			}
			if text {
				_, err := fmt.Fprint(cmd.OutOrStdout(), to)
				return err
			}
			old, read := args[0], os.ReadFile
			if len(args) == 1 {
				old = cmp.Or(revision, "HEAD") + ":" + args[0]
				read = func(string) ([]byte, error) { return committed(cmp.Or(revision, "HEAD"), args[0]) }
			}
			from, err := readable(old, read, outputs)
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), udiff.Unified(old, last, from, to))
			return err
		},
	}
	cmd.Flags().BoolVar(&text, "text", false, "print the notebook as the text that is compared")
	cmd.Flags().BoolVar(&outputs, "outputs", false, "compare the outputs too")
	cmd.Flags().StringVar(&revision, "revision", "", "compare with this `COMMIT` instead of HEAD")
	return cmd
}

func readable(name string, read func(string) ([]byte, error), outputs bool) (string, error) {
	data, err := read(name)
	if err != nil {
		return "", err
	}
	if len(strings.TrimSpace(string(data))) == 0 {
		return "", nil // what git compares a new file with
	}
	nb, err := notebook.Parse(data)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	if !outputs {
		nb.Strip()
	}
	return nb.Text(), nil
}

// committed returns a file as a commit has it.
func committed(commit, name string) ([]byte, error) {
	text, err := gitOutput("-C", filepath.Dir(name), "show", commit+":./"+filepath.Base(name))
	return []byte(text), err
}

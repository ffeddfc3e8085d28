// netherfield strip: notebooks without outputs.

package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/internal/command"
	"github.com/netherfield/netherfield/internal/notebook"
)

func stripCommand() *cobra.Command {
	var check, staged bool
	cmd := &cobra.Command{
		Use:   "strip [NOTEBOOK...]",
		Short: "Take the outputs off notebooks",
		Long: `Strip takes off outputs, prompt numbers, and what else running and showing a notebook
leaves in it, but not the outputs of cells tagged keep_output. Without a file it reads a
notebook from standard input and writes it to standard output: so git uses it as a
filter, which "netherfield git-setup" installs.

With --check nothing is written, and the exit status is 1 if there is something to take
off; --staged looks at what is staged in git, as a pre-commit hook does.`,
		Example: `  netherfield strip notebooks/*.ipynb
  netherfield strip < analysis.ipynb > clean.ipynb
  netherfield strip --check --staged`,
		RunE: func(cmd *cobra.Command, names []string) error {
			if staged && (!check || len(names) > 0) {
				return command.Misused("--staged goes with --check and without files")
			}
			switch {
			case staged:
				return checkStaged()
			case len(names) == 0:
				return stripStream(cmd.InOrStdin(), cmd.OutOrStdout(), check)
			}
			return stripFiles(cmd.OutOrStdout(), names, check)
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "write nothing; fail if there are outputs")
	cmd.Flags().BoolVar(&staged, "staged", false, "look at the notebooks staged in git")
	return cmd
}

var errOutputs = errors.New("the notebook has outputs")

func stripStream(in io.Reader, out io.Writer, check bool) error {
	text, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	stripped, changed, err := notebook.Stripped(text)
	switch {
	case err != nil:
		return err
	case !check:
		_, err := out.Write(stripped)
		return err
	case changed:
		return errOutputs
	}
	return nil
}

func stripFiles(stdout io.Writer, names []string, check bool) error {
	var errs []error
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		stripped, changed, err := notebook.Stripped(text)
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		case !changed:
		case check:
			errs = append(errs, fmt.Errorf("%s: %w", name, errOutputs))
		default:
			if err := notebook.WriteFile(name, stripped); err != nil {
				errs = append(errs, err)
				continue
			}
			fmt.Fprintln(stdout, "stripped", name)
		}
	}
	return errors.Join(errs...)
}

// checkStaged fails if a notebook that is staged has outputs.
func checkStaged() error {
	// NUL between names: they may hold anything else.
	list, err := gitOutput("diff", "--cached", "--name-only", "-z", "--diff-filter=d", "--", "*.ipynb")
	if err != nil {
		return err
	}
	var errs []error
	for name := range strings.SplitSeq(strings.TrimRight(list, "\x00"), "\x00") {
		if name == "" {
			continue
		}
		text, err := gitOutput("show", ":"+name)
		if err != nil {
			return err
		}
		switch _, changed, err := notebook.Stripped([]byte(text)); {
		case err != nil:
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		case changed:
			errs = append(errs, fmt.Errorf("%s: %w; `netherfield git-setup` takes them off whatever is added, or run `netherfield strip %s` and add it again", name, errOutputs, name))
		}
	}
	return errors.Join(errs...)
}

// gitOutput runs git and returns what it prints. The error holds what it complains of.
func gitOutput(args ...string) (string, error) {
	out, err := exec.Command("git", args...).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) && len(exit.Stderr) > 0 {
			return "", fmt.Errorf("git %s: %s", args[0], strings.TrimSpace(string(exit.Stderr)))
		}
		return "", fmt.Errorf("git %s: %w", args[0], err)
	}
	return string(out), nil
}

// netherfield lab: JupyterLab with the Go kernel installed beside it.

package cli

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/internal/command"
	"github.com/netherfield/netherfield/kernelspec"
	"github.com/netherfield/netherfield/runtime/client"
)

func labCommand() *cobra.Command {
	var noService bool
	cmd := &cobra.Command{
		Use:   "lab [FOLDER] [-- FLAGS]",
		Short: "Open JupyterLab with the Go kernel",
		Long: `Lab installs the kernelspec in the environment that JupyterLab belongs to and
becomes that JupyterLab, open on FOLDER, else on the current folder. What stands
after -- is handed to JupyterLab.

Beside it runs a pipeline service with the workshop's own pipeline, so that score_text
answers before anything is deployed. It listens on this machine only and ends with
JupyterLab. If PIPELINE_URL names a service, that one is asked instead.

The environment is the active one ($VIRTUAL_ENV, else $CONDA_PREFIX). Without
one, JupyterLab is taken from the path and the kernel installed for the user.`,
		Example: `  netherfield lab notebooks
  netherfield lab notebooks -- --no-browser --port 9000`,
		Args: command.Arguments(labArguments),
		RunE: func(cmd *cobra.Command, args []string) error {
			folder, flags := splitLabArguments(cmd, args)
			if info, err := os.Stat(folder); err != nil {
				return fmt.Errorf("cannot open JupyterLab there: %w", err)
			} else if !info.IsDir() {
				return fmt.Errorf("cannot open JupyterLab on %s: it is no folder", folder)
			}
			environment := cmp.Or(os.Getenv("VIRTUAL_ENV"), os.Getenv("CONDA_PREFIX"))
			jupyter, err := findJupyterLab(environment)
			if err != nil {
				return err
			}
			executable, err := command.Executable()
			if err != nil {
				return err
			}
			dir, err := kernelspec.Locate(cmd.Context(), kernelspec.Location{Prefix: environment}, kernelspec.Environment{})
			if err != nil {
				return err
			}
			path, err := kernelspec.Install(dir, kernelspec.Opts{Executable: executable})
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.ErrOrStderr(), "Installed the Go kernel in", path)
			if os.Geteuid() == 0 {
				fmt.Fprintln(cmd.ErrOrStderr(), "Running as root, so JupyterLab gets --allow-root; it asks for its token all the same.")
				flags = append([]string{"--allow-root"}, flags...)
			}
			environ := labEnvironment(os.Environ(), filepath.Dir(jupyter))
			if os.Getenv(client.URLVariable) == "" && !noService {
				service, err := startForSuccessor(executable)
				if err != nil {
					return fmt.Errorf("the service beside JupyterLab does not start (--no-service leaves it out): %w", err)
				}
				fmt.Fprintln(cmd.ErrOrStderr(), "Serving the workshop's pipeline on", service.url)
				environ = append(environ, service.environ()...)
			}
			argv := append([]string{jupyter, folder}, flags...)
			// In its place, not below it: signals and the terminal then reach
			// JupyterLab directly.
			return fmt.Errorf("cannot start %s: %w", jupyter, syscall.Exec(jupyter, argv, environ))
		},
	}
	cmd.Flags().BoolVar(&noService, "no-service", false, "start no service beside JupyterLab")
	return cmd
}

func labArguments(cmd *cobra.Command, args []string) error {
	own := len(args)
	if dash := cmd.ArgsLenAtDash(); dash >= 0 {
		own = dash
	}
	if own > 1 {
		return fmt.Errorf("lab takes one folder, got %s; flags for JupyterLab go after --", strings.Join(args[:own], " "))
	}
	return nil
}

func splitLabArguments(cmd *cobra.Command, args []string) (folder string, flags []string) {
	own := len(args)
	if dash := cmd.ArgsLenAtDash(); dash >= 0 {
		own = dash
	}
	if own == 0 {
		return ".", args
	}
	return args[0], args[1:]
}

// findJupyterLab returns the absolute path of the jupyter-lab program in an
// environment, or on the path if there is none.
func findJupyterLab(environment string) (string, error) {
	name := "jupyter-lab"
	if environment != "" {
		name = filepath.Join(environment, "bin", name)
	}
	path, err := exec.LookPath(name)
	switch {
	case errors.Is(err, exec.ErrDot):
		err = nil // found in the current folder because the path says so
	case err != nil && environment != "":
		return "", fmt.Errorf("the environment %s has no JupyterLab; run `%s/bin/python -m pip install jupyterlab` or deactivate it", environment, environment)
	case err != nil:
		return "", errors.New("no JupyterLab on the path; run `make lab` in Netherfield's repository, or `python3 -m pip install jupyterlab`")
	}
	if path, err = filepath.Abs(path); err != nil {
		return "", fmt.Errorf("the current folder is unknown: %w", err)
	}
	return path, nil
}

// labEnvironment puts bin first on the path, so that a terminal in JupyterLab
// finds the same Python and Jupyter that serve it.
func labEnvironment(environ []string, bin string) []string {
	out := make([]string, 0, len(environ)+1)
	path := bin
	for _, kv := range environ {
		if rest, ok := strings.CutPrefix(kv, "PATH="); ok {
			path += string(filepath.ListSeparator) + rest
			continue
		}
		out = append(out, kv)
	}
	return append(out, "PATH="+path)
}

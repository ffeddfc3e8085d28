// netherfield install and uninstall.

package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/internal/command"
	"github.com/netherfield/netherfield/kernelspec"
)

func installCommand() *cobra.Command {
	var at place
	var opts kernelspec.Opts
	cmd := &cobra.Command{
		Use:   "install",
		Short: "Offer the Go kernel in Jupyter",
		Long: `Install writes the kernelspec that lets Jupyter start this very binary.

Without a flag it is installed for the current user. Installing again replaces
an earlier installation, for instance after the binary has moved.`,
		Example: `  netherfield install
  netherfield install --sys-prefix
  netherfield install --prefix /opt/jupyter --name go --display-name "Go (workshop)"`,
		Args: command.Arguments(cobra.NoArgs),
		RunE: specRun(func(cmd *cobra.Command) error {
			dir, err := at.locate(cmd)
			if err != nil {
				return err
			}
			if opts.Executable, err = command.Executable(); err != nil {
				return err
			}
			opts.Name = at.name
			path, err := kernelspec.Install(dir, opts)
			if err != nil {
				return err
			}
			return at.report(cmd, "Installed the Go kernel in", path)
		}),
	}
	at.flags(cmd)
	cmd.Flags().StringVar(&opts.DisplayName, "display-name", kernelspec.DefaultDisplayName, "the kernel's name in JupyterLab's launcher")
	return cmd
}

func uninstallCommand() *cobra.Command {
	var at place
	cmd := &cobra.Command{
		Use:   "uninstall",
		Short: "Take the Go kernel off Jupyter's list",
		Long: `Uninstall removes the kernelspec that "install" wrote with the same flags.

It does not touch the binary, nor a kernel of that name that it did not install.`,
		Example: `  netherfield uninstall
  netherfield uninstall --prefix /opt/jupyter --name go`,
		Args: command.Arguments(cobra.NoArgs),
		RunE: specRun(func(cmd *cobra.Command) error {
			dir, err := at.locate(cmd)
			if err != nil {
				return err
			}
			path, err := kernelspec.Uninstall(dir, at.name)
			if err != nil {
				return err
			}
			return at.report(cmd, "Removed the Go kernel from", path)
		}),
	}
	at.flags(cmd)
	return cmd
}

// specRun is a command whose misuse package kernelspec finds.
func specRun(run func(*cobra.Command) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, _ []string) error {
		err := run(cmd)
		if errors.As(err, new(*kernelspec.MisuseError)) {
			return command.Misuse(err)
		}
		return err
	}
}

// A place is the flags that install and uninstall share.
type place struct {
	location kernelspec.Location
	name     string
	json     bool
}

func (p *place) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&p.location.User, "user", false, "the current user's data folder (this is the default)")
	f.BoolVar(&p.location.SysPrefix, "sys-prefix", false, "the active virtual environment, else python3's prefix")
	f.StringVar(&p.location.Prefix, "prefix", "", "an installation prefix: `DIR`/share/jupyter/kernels")
	f.StringVar(&p.name, "name", kernelspec.DefaultName, "the kernel's name for programs")
	f.BoolVar(&p.json, "json", false, `print {"kernelspec": path}`)
}

func (p *place) locate(cmd *cobra.Command) (string, error) {
	// An unset shell variable after --prefix must not turn into --user.
	if cmd.Flags().Changed("prefix") && p.location.Prefix == "" {
		return "", command.Misused("--prefix is empty; give a folder or leave it off")
	}
	if cmd.Flags().Changed("name") && p.name == "" {
		return "", command.Misused("--name is empty; give a name or leave it off")
	}
	return kernelspec.Locate(cmd.Context(), p.location, kernelspec.Environment{})
}

func (p *place) report(cmd *cobra.Command, what, path string) error {
	if p.json {
		return command.PrintJSON(cmd.OutOrStdout(), map[string]string{"kernelspec": path})
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), what, path)
	return err
}

// Commands that another program carries out.

package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/internal/command"
)

// Programs that lie beside netherfield. Package internal/deploy says why its commands are in
// another program; package internal/panel's are in one that stays small in memory.
const (
	deployProgram = "netherfield-deploy"
	panelProgram  = "netherfield-panel"
)

// A delegated is a command of another program. Its help and its flags are there.
type delegated struct{ program, name, short, example string }

var elsewhere = []delegated{
	{deployProgram, "publish", "Make an image of a pipeline and push it to a registry", "  netherfield publish model.sav registry.example.com/team/spam:1"},
	{deployProgram, "deploy", "Deploy an image of a pipeline to a cluster", "  netherfield deploy spam --image registry.example.com/team/spam:1"},
	{deployProgram, "deployed", "List the pipelines that are deployed in a cluster", "  netherfield deployed --namespace team"},
	{deployProgram, "manifests", "Print what clusters, Prometheus and Grafana need to know of a pipeline", "  netherfield manifests deployment spam --image registry.example.com/team/spam:1"},
	{panelProgram, "panel", "Answer the panel in JupyterLab, whose server starts this", "  netherfield panel --socket /run/user/1000/netherfield/panel --root notebooks"},
}

func (d delegated) command() *cobra.Command {
	return &cobra.Command{
		Use:                d.name,
		Short:              d.short,
		Example:            d.example,
		DisableFlagParsing: true,
		RunE: func(_ *cobra.Command, args []string) error {
			program, err := command.Beside(d.program)
			if errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("%s is done by the program %s, which is not beside netherfield; `make build` makes both: %w", d.name, d.program, err)
			}
			if err != nil {
				return err
			}
			argv := append([]string{"netherfield", d.name}, args...)
			return fmt.Errorf("cannot start %s: %w", program, syscall.Exec(program, argv, os.Environ()))
		},
	}
}

// Commands that another program carries out.

package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"
)

// deployProgram lies beside netherfield. Package internal/deploy says why it is another.
const deployProgram = "netherfield-deploy"

// A delegated is a command of another program. Its help and its flags are there.
type delegated struct{ name, short, example string }

var elsewhere = []delegated{
	{"publish", "Make an image of a pipeline and push it to a registry", "  netherfield publish model.sav registry.example.com/team/spam:1"},
	{"deploy", "Deploy an image of a pipeline to a cluster", "  netherfield deploy spam --image registry.example.com/team/spam:1"},
	{"manifests", "Print what clusters, Prometheus and Grafana need to know of a pipeline", "  netherfield manifests deployment spam --image registry.example.com/team/spam:1"},
}

func (d delegated) command() *cobra.Command {
	return &cobra.Command{
		Use:                d.name,
		Short:              d.short,
		Example:            d.example,
		DisableFlagParsing: true,
		RunE: func(_ *cobra.Command, args []string) error {
			executable, err := os.Executable()
			if err == nil {
				executable, err = filepath.EvalSymlinks(executable)
			}
			if err != nil {
				return fmt.Errorf("the path of this binary is unknown; start it by its full path: %w", err)
			}
			program := filepath.Join(filepath.Dir(executable), deployProgram)
			if _, err := os.Stat(program); err != nil {
				return fmt.Errorf("%s is done by the program %s, which is not beside netherfield; `make build` makes both: %w", d.name, deployProgram, err)
			}
			argv := append([]string{"netherfield", d.name}, args...)
			return fmt.Errorf("cannot start %s: %w", program, syscall.Exec(program, argv, os.Environ()))
		},
	}
}

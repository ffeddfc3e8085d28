// netherfield with-service: a command beside the workshop's pipeline service.

package cli

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/internal/command"
	"github.com/netherfield/netherfield/runtime/client"
)

func withServiceCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "with-service COMMAND [ARGUMENT...]",
		Short: "Run a command beside the workshop's pipeline service",
		Long: `With-service serves the workshop's own pipeline, on this machine only, and becomes
COMMAND, whose notebooks find it: score_text answers before anything is deployed. The
service ends with the command. If PIPELINE_URL names a service, that one is asked instead.

The command runs even if the service does not start.`,
		Example:            `  netherfield with-service jupyter lab`,
		DisableFlagParsing: true, // all flags are the command's
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && (args[0] == "-h" || args[0] == "--help") {
				return cmd.Help()
			}
			if len(args) == 0 {
				return command.Misused("with-service needs a command")
			}
			program, err := exec.LookPath(args[0])
			if err != nil {
				return fmt.Errorf("there is no such command: %w", err)
			}
			environ := os.Environ()
			if os.Getenv(client.URLVariable) == "" {
				executable, err := command.Executable()
				if err != nil {
					return err
				}
				if service, err := startForSuccessor(executable); err != nil {
					fmt.Fprintf(cmd.ErrOrStderr(), "netherfield: the workshop's service does not start, so score_text has none to ask: %v\n", err)
				} else {
					environ = append(environ, service.environ()...)
				}
			}
			return fmt.Errorf("cannot start %s: %w", program, syscall.Exec(program, args, environ))
		},
	}
}

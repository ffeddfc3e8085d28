// netherfield build: from notebooks to the artefact of a pipeline.

package cli

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/internal/builder"
	"github.com/netherfield/netherfield/internal/command"
	"github.com/netherfield/netherfield/internal/jupyter"
	"github.com/netherfield/netherfield/internal/notebook"
)

func buildCommand() *cobra.Command {
	var opts builder.Opts
	var kernel string
	var asJSON, progress bool
	cmd := &cobra.Command{
		Use:   "build NOTEBOOK...",
		Short: "Make the artefact of a pipeline of notebooks",
		Long: `Build runs the notebooks in their order. Each saves a stage by pipeline.SaveStage, and
the stages one after the other are the pipeline: transformers first, a model last. A
cell that fails fails the build. The same commit, data and seeds give the same bytes;
the artefact says what it was made of. "netherfield serve" serves it.

The list of notebooks may also come from S2I_SOURCE_NOTEBOOK_LIST, with commas between.`,
		Example: `  netherfield build features.ipynb model.ipynb --output model.sav
  netherfield serve model.sav`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = sourceNotebooks()
			}
			if len(args) == 0 {
				return command.Misused("build needs notebooks, or S2I_SOURCE_NOTEBOOK_LIST")
			}
			ctx, stop := command.Interruptible(cmd.Context())
			defer stop()
			opts.Notebooks = args
			opts.Spec = func(nb *notebook.Notebook) (*jupyter.Spec, error) { return specOf(nb, kernel) }
			ends := map[string]func(){}
			switch {
			case progress:
				opts.Progress = command.WriteProgress(cmd.ErrOrStderr())
			case !asJSON:
				bars := map[string]func(done, total int){}
				opts.Progress = func(name string, done, total int) {
					if bars[name] == nil {
						bars[name], ends[name] = cellBar(filepath.Base(name))
					}
					bars[name](done, total)
				}
			}
			done, err := builder.Make(ctx, opts)
			for _, end := range ends {
				end()
			}
			if err != nil {
				return err
			}
			if asJSON {
				return command.PrintJSON(cmd.OutOrStdout(), done)
			}
			for _, s := range done.Stages {
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %s, %.1f s\n", s.Notebook, strings.Join(s.Steps, ", "), s.Seconds)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: sha256 %s\n", done.Artefact, done.Digest)
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&opts.Output, "output", "o", "model.sav", "the `FILE` to write")
	flags.StringVar(&kernel, "kernel", "", "the kernel to run them in, instead of the one that a notebook names")
	flags.StringToStringVarP(&opts.Parameters, "parameter", "p", nil, "set a parameter of the notebooks that declare it: `NAME=VALUE`")
	flags.DurationVar(&opts.CellTimeout, "cell-timeout", 30*time.Minute, "how long each cell may take")
	flags.BoolVar(&asJSON, "json", false, "print what was built as JSON")
	command.ProgressFlag(cmd, &progress)
	return cmd
}

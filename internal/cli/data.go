// netherfield data: the workshop's messages.

package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/internal/command"
	"github.com/netherfield/netherfield/runtime/corpus"
	"github.com/netherfield/netherfield/runtime/frame"
)

func dataCommand() *cobra.Command {
	var opts corpus.Opts
	var legitimate, spam string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "data [FILE]",
		Short: "Make the messages that the workshop classifies",
		Long: `Data writes messages to FILE, data/training.parquet if there is none: legitimate ones
in the manner of novels of about 1810 and spam in the manner of reviews of food, made
by Markov chains of two texts. The extension of the file chooses the format: parquet,
csv or jsonl. The columns are index, label and text. The same seed makes the same file.

Two texts of your own take the place of those that come with it.`,
		Example: `  netherfield data notebooks/data/training.parquet
  netherfield data --rows 1000 --seed 7 --spam 0.1 small.csv
  netherfield data --legitimate letters.txt --spam-text offers.txt messages.parquet`,
		Args: command.Arguments(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			file := filepath.Join("data", "training.parquet")
			if len(args) == 1 {
				file = args[0]
			}
			for path, text := range map[string]*string{legitimate: &opts.LegitimateText, spam: &opts.SpamText} {
				if path == "" {
					continue
				}
				var err error
				if *text, err = corpus.ReadText(path); err != nil {
					return err
				}
			}
			if opts.Spam == 0 {
				opts.Spam = -1 // asked for none; the zero value is a half
			}
			ctx, stop := command.Interruptible(cmd.Context())
			defer stop()
			began := time.Now()
			messages, err := corpus.GenerateContext(ctx, opts)
			if err != nil {
				return err
			}
			if err := writeFrame(messages, file); err != nil {
				return err
			}
			if asJSON {
				return command.PrintJSON(cmd.OutOrStdout(), map[string]any{"file": file, "rows": messages.NumRows()})
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %d messages, %.1f s\n", file, messages.NumRows(), time.Since(began).Seconds())
			return nil
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&opts.Rows, "rows", 40_000, "how many messages")
	flags.Float64Var(&opts.Spam, "spam", 0.5, "the share of them that is spam")
	flags.Uint64Var(&opts.Seed, "seed", 43, "chooses the messages")
	flags.IntVar(&opts.MaxSentences, "sentences", 8, "the most sentences of a message")
	flags.StringVar(&legitimate, "legitimate", "", "the `FILE` to make legitimate messages of")
	flags.StringVar(&spam, "spam-text", "", "the `FILE` to make spam of")
	flags.BoolVar(&asJSON, "json", false, "print the file's name and the number of messages as JSON")
	return cmd
}

// writeFrame writes a table to a file, in a folder that is made if it is not there.
func writeFrame(f *frame.Frame, file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	return f.Write(file)
}

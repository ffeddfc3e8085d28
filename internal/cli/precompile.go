// netherfield precompile: compile notebooks before anybody runs them.

package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/internal/command"
	"github.com/netherfield/netherfield/internal/notebook"
)

// Precompiled is what [Program.Precompile] has done with a notebook's code
// cells.
type Precompiled struct {
	// Cells is the number of code cells.
	Cells int
	// Built is the number of units that were compiled, Cached of those that
	// had been compiled before.
	Built, Cached int
	// Failed holds the errors of cells by their numbers.
	Failed map[int]error
}

// precompiled is the answer about a notebook.
type precompiled struct {
	Notebook string       `json:"notebook"`
	Cells    int          `json:"cells"`
	Built    int          `json:"built"`
	Cached   int          `json:"cached"`
	Seconds  float64      `json:"seconds"`
	Failed   []failedCell `json:"failed"`
}

type failedCell struct {
	Cell  int    `json:"cell"`
	Error string `json:"error"`
}

func precompileCommand(p Program) *cobra.Command {
	var cache string
	var library, asJSON bool
	cmd := &cobra.Command{
		Use:   "precompile {--library | NOTEBOOK...}",
		Short: "Compile the cells of notebooks without running them",
		Long: `Precompile fills the cache of compiled cells, so that a kernel which runs the
notebooks from top to bottom loads them instead of compiling them, and needs no
Go toolchain for it.

Nothing is run. Cells that do not compile are reported and make the exit status
1, but not those tagged raises-exception. Cells are numbered as "Run All Cells"
numbers them. With --library, the packages of the workflow library are compiled as well,
for whatever notebooks there will be.

The cache is the kernel's own, $NETHERFIELD_CACHE or netherfield in the user's
cache folder. An image ships another one, which kernels find by
$NETHERFIELD_CACHE_READONLY. A cache serves the binary that has filled it, and
binaries that are built alike.`,
		Example: `  netherfield precompile notebooks/*.ipynb
  netherfield precompile --library --cache /opt/netherfield/cache workshop.ipynb
  NETHERFIELD_CACHE_READONLY=/opt/netherfield/cache jupyter lab`,
		Args: command.Arguments(func(_ *cobra.Command, names []string) error {
			if len(names) == 0 && !library {
				return errors.New("precompile needs a notebook, or --library")
			}
			return nil
		}),
		RunE: func(cmd *cobra.Command, names []string) error {
			if cmd.Flags().Changed("cache") && cache == "" {
				return command.Misused("--cache is empty; give a folder or leave it off")
			}
			if library {
				if err := p.PrecompileLibrary(cmd.Context(), cache); err != nil {
					return fmt.Errorf("the workflow library: %w", err)
				}
			}
			failed := 0
			answers := []precompiled{}
			for _, name := range names {
				a, err := precompile(cmd.Context(), cache, name, p.Precompile)
				if err != nil {
					failed++
					fmt.Fprintln(cmd.ErrOrStderr(), "netherfield:", err)
					continue
				}
				failed += min(1, len(a.Failed))
				for _, f := range a.Failed {
					fmt.Fprintf(cmd.ErrOrStderr(), "%s: cell %d: %s\n", name, f.Cell, strings.ReplaceAll(f.Error, "\n", "\n    "))
				}
				answers = append(answers, a)
				if !asJSON {
					fmt.Fprintln(cmd.OutOrStdout(), a)
				}
			}
			if asJSON {
				if err := command.PrintJSON(cmd.OutOrStdout(), answers); err != nil {
					return err
				}
			}
			switch {
			case failed == 0:
				return nil
			case len(names) == 1:
				return errors.New("not everything compiles")
			}
			return fmt.Errorf("not everything compiles in %d of %d notebooks", failed, len(names))
		},
	}
	cmd.Flags().StringVar(&cache, "cache", "", "keep what is compiled in `DIR`")
	cmd.Flags().BoolVar(&library, "library", false, "compile the packages of the workflow library")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print an array with an object for each notebook")
	return cmd
}

func precompile(ctx context.Context, cache, name string, run func(context.Context, string, []string) (Precompiled, error)) (precompiled, error) {
	start := time.Now()
	nb, err := notebook.Read(name)
	if err != nil {
		return precompiled{}, err
	}
	if l := nb.Language(); l != "" && l != "go" {
		return precompiled{}, fmt.Errorf("%s is a notebook of %s, not of Go", name, l)
	}
	var sources []string
	var raises []bool
	for _, c := range nb.Code() {
		sources, raises = append(sources, c.Source), append(raises, c.Is(notebook.RaisesException))
	}
	done, err := run(ctx, cache, sources)
	if err != nil {
		return precompiled{}, fmt.Errorf("%s: %w", name, err)
	}
	a := precompiled{Notebook: name, Cells: done.Cells, Built: done.Built, Cached: done.Cached, Failed: []failedCell{}}
	for _, number := range slices.Sorted(maps.Keys(done.Failed)) {
		if !raises[number-1] {
			a.Failed = append(a.Failed, failedCell{number, done.Failed[number].Error()})
		}
	}
	a.Seconds = time.Since(start).Seconds()
	return a, nil
}

// String returns the line that people read.
func (a precompiled) String() string {
	s := fmt.Sprintf("%s: %s, %d built, %d cached, %.1f s", a.Notebook, count(a.Cells, "cell"), a.Built, a.Cached, a.Seconds)
	if n := len(a.Failed); n > 0 {
		s += fmt.Sprintf(", %s failed", count(n, "cell"))
	}
	return s
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// What the commands that work on notebooks share.

package cli

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/netherfield/netherfield/display"
	"github.com/netherfield/netherfield/internal/command"
	"github.com/netherfield/netherfield/internal/jupyter"
	"github.com/netherfield/netherfield/internal/notebook"
	"github.com/netherfield/netherfield/kernelspec"
)

// specOf returns the kernel that a notebook is run in: the one named, else the one that
// the notebook names. Netherfield's own needs no installation, it is this very program.
func specOf(nb *notebook.Notebook, named string) (*jupyter.Spec, error) {
	name := cmp.Or(named, nb.Kernel())
	if name == "" && (nb.Language() == "" || nb.Language() == "go") {
		name = kernelspec.DefaultName
	}
	if name == "" {
		return nil, fmt.Errorf("the notebook names no kernel; name one of %s with --kernel", strings.Join(jupyter.Installed(), ", "))
	}
	if name != kernelspec.DefaultName {
		return jupyter.FindSpec(name)
	}
	executable, err := command.Executable()
	if err != nil {
		return nil, err
	}
	return &jupyter.Spec{
		Name: name, DisplayName: kernelspec.DefaultDisplayName, Language: "go",
		Argv: []string{executable, "kernel", "-f", "{connection_file}"}, InterruptMode: "message",
	}, nil
}

// cellBar shows how many of the cells of a notebook are done.
func cellBar(name string) (progress func(done, total int), end func()) {
	var bar *display.Bar
	return func(done, total int) {
			if bar == nil {
				bar = display.NewBar(name, total)
			}
			bar.Set(done, total)
		}, func() {
			if bar != nil {
				bar.Done()
			}
		}
}

// needsNotebooks refuses command lines without a file.
func needsNotebooks(command string) func(args []string) error {
	return func(args []string) error {
		if len(args) == 0 {
			return errors.New(command + " needs a notebook")
		}
		return nil
	}
}

// sourceNotebooks returns the notebooks that a builder of images names in the
// environment.
func sourceNotebooks() (names []string) {
	for name := range strings.SplitSeq(os.Getenv("S2I_SOURCE_NOTEBOOK_LIST"), ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

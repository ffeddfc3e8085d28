// Package deploy owns the commands that bring a pipeline to where it is served:
// netherfield publish, manifests, deploy and deployed.
//
//	root.AddCommand(deploy.Commands()...)
//
// They are in a program of their own, netherfield-deploy, which netherfield becomes when it
// is asked for one of them. What netherfield itself links fixes the versions of modules
// that cells can import, and cells have more to do with Docker's and Kubernetes' modules
// than the kernel has.
package deploy

// This file is netherfield publish: from an artefact to an image in a registry.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/display"
	"github.com/netherfield/netherfield/internal/command"
	"github.com/netherfield/netherfield/internal/image"
)

// Commands returns the commands.
func Commands() []*cobra.Command {
	return []*cobra.Command{publishCommand(), manifestsCommand(), deployCommand(), deployedCommand()}
}

// runtimeName is the program that images contain; it lies beside netherfield itself.
const runtimeName = "pipeline-runtime"

// published is what publish answers.
type published struct {
	image.Pushed
	File     string `json:"file,omitempty"`
	Pipeline string `json:"pipeline"`
	Platform string `json:"platform"`
	Bytes    int64  `json:"bytes"` // of its layers, compressed
}

func publishCommand() *cobra.Command {
	var f struct {
		name, runtime, base, platform, source, tar string
		insecure, asJSON, progress                 bool
	}
	cmd := &cobra.Command{
		Use:   "publish ARTEFACT IMAGE",
		Short: "Make an image of a pipeline and push it to a registry",
		Long: `Publish makes a container image of an artefact and the program that serves it, and
pushes it to a registry, with the credentials that docker login or podman login has kept.
It needs no container engine and no root. The image runs as any user but root, with a
read-only file system, and answers on port 8080. The same artefact makes the same image.

With --base, the artefact is added to that image instead, which starts "serve" with the
arguments that it is given. With --tar, the image is written to a file for docker load or
podman load, and nothing is pushed.`,
		Example: `  netherfield publish model.sav registry.example.com/team/spam:1
  netherfield publish model.sav spam:1 --tar spam.tar && podman load --input spam.tar`,
		Args: command.Arguments(func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return errors.New("publish needs an artefact and the name of an image, as registry.example.com/team/spam:1")
			}
			return nil
		}),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.runtime != "" && f.base != "" {
				return command.Misused("--runtime and --base contradict each other")
			}
			ctx, stop := command.Interruptible(cmd.Context())
			defer stop()
			artefact, err := os.ReadFile(args[0])
			if err != nil {
				return fmt.Errorf("the artefact cannot be read: %w", err)
			}
			o := image.Opts{Name: f.name, Artefact: artefact, Source: f.source}
			if o.Name == "" {
				o.Name = pipelineOf(args[1])
			}
			push := image.PushOpts{Insecure: f.insecure}
			told := bar
			switch {
			case f.progress:
				told = lines(cmd.ErrOrStderr())
			case f.asJSON:
				told = nil
			}
			switch {
			case f.base != "":
				if o.Base, err = image.Pull(ctx, f.base, f.platform, push); err != nil {
					return err
				}
			case f.runtime != "":
				o.Runtime = f.runtime
			default:
				if o.Runtime, err = runtimeProgram(); err != nil {
					return err
				}
			}
			img, err := image.Build(o)
			if err != nil {
				return err
			}
			p := published{Pipeline: o.Name}
			if p.Platform, err = image.Platform(img); err != nil {
				return err
			}
			if p.Bytes, err = image.Size(img); err != nil {
				return err
			}
			if f.tar != "" {
				p.File = f.tar
				if err := image.Save(f.tar, args[1], img); err != nil {
					return err
				}
			} else if p.Pushed, err = pushed(ctx, args[1], img, push, told); err != nil {
				return err
			}
			if f.asJSON {
				return command.PrintJSON(cmd.OutOrStdout(), p)
			}
			where := p.Exact
			if p.File != "" {
				where = p.File
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s\nserves %s on %s, %.1f MB\n", where, p.Pipeline, p.Platform, float64(p.Bytes)/1e6)
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.name, "name", "", "the pipeline's name in the service, instead of the image's")
	flags.StringVar(&f.runtime, "runtime", "", "the program that serves, a static one, instead of "+runtimeName+" beside netherfield")
	flags.StringVar(&f.base, "base", "", "an image that serves, instead of a program")
	flags.StringVar(&f.platform, "platform", "linux/"+runtime.GOARCH, "which of the images of --base, if it is there for several")
	flags.StringVar(&f.source, "source", "", "the address of the repository that the pipeline comes from, for the image's labels")
	flags.StringVar(&f.tar, "tar", "", "write the image to this `FILE` and push nothing")
	flags.BoolVar(&f.insecure, "insecure", false, "speak with a registry that has no TLS")
	flags.BoolVar(&f.asJSON, "json", false, "print what was published as JSON")
	command.ProgressFlag(cmd, &f.progress)
	return cmd
}

// pipelineOf returns the last part of an image's name: spam of registry/team/spam:1.
func pipelineOf(ref string) string {
	ref, _, _ = strings.Cut(ref, "@")
	ref = ref[strings.LastIndexByte(ref, '/')+1:]
	name, _, _ := strings.Cut(ref, ":")
	return name
}

func runtimeProgram() (string, error) {
	path, err := command.Beside(runtimeName)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("the program for the image is not beside netherfield; `make build` makes it, and --runtime or --base names another: %w", err)
	}
	return path, err
}

// A teller shows how many of the bytes of an image are pushed, until end is called.
type teller func(to string) (progress func(done, total int64), end func())

// bar shows a bar, on a terminal.
func bar(to string) (func(done, total int64), func()) {
	b := display.NewBar("pushing "+to, 0)
	return func(done, total int64) { b.Set(int(done), int(total)) }, b.Done
}

// lines writes lines for other programs.
func lines(w io.Writer) teller {
	write := command.WriteProgress(w)
	return func(to string) (func(done, total int64), func()) {
		return func(done, total int64) { write("pushing "+to, int(done), int(total)) }, func() {}
	}
}

// pushed pushes an image, and tells how far it is unless told is nil.
func pushed(ctx context.Context, to string, img v1.Image, o image.PushOpts, told teller) (image.Pushed, error) {
	if told != nil {
		progress, end := told(to)
		defer end()
		o.Progress = progress
	}
	return image.Push(ctx, to, img, o)
}

package build

// This file tells others what units are built with, so that the packages they
// build fit.

import "context"

// Tools are what units are built with.
type Tools struct {
	// Go is the go command, Dir the directory of compiler and linker.
	Go, Dir string
	// Version is the toolchain's, such as go1.26.8.
	Version string
	// Env are the environment variables and Flags the build flags of the
	// go command that plugins share with the kernel.
	Env, Flags []string
}

// Tools finds the tools. The errors are those of [Builder.Available].
func (b *Builder) Tools(ctx context.Context) (Tools, error) {
	t, err := b.tools(ctx)
	if err != nil {
		return Tools{}, err
	}
	return Tools{Go: t.goCmd, Dir: t.tools, Version: b.host.version, Env: t.env, Flags: b.host.flags()}, nil
}

// Module returns the directory of a module that holds the kernel's own
// packages, as source, with its go.mod and go.sum.
func (b *Builder) Module() (dir string, err error) { return b.writeModule() }

// The package's model and its options.

// Package build turns the source of a compiled cell, a unit, into a plugin file
// (see kernel/guard), and keeps what it has built in a cache on disk.
//
// It drives the compiler and the linker of the Go distribution directly. The
// go command only finds the archives of the packages that units import, once
// for each package; they are kept in the cache, beside the units:
//
//	CACHE/SALT/src/        the kernel's own packages, as source
//	CACHE/SALT/KEY.rec     what is known of a package or unit: its checksums
//	                       and all that it needs
//	CACHE/SALT/KEY.a       its archive
//	CACHE/SALT/KEY.so      the plugin of a unit
//	CACHE/SALT/tmp/        work that goes on
//
// SALT covers what the plugins must have in common with the program that opens
// them: toolchain, flags, versions and source of packages. KEY is a hash of the
// import path; the path of a unit is in its turn a hash of its source and of
// the units it imports, made by the caller with the [Builder.Salt].
//
//	b := build.New(build.Opts{Sources: sources})
//	file, err := b.Build(ctx, build.Unit{
//		Path:    "cell/5f0c…",
//		Source:  source,
//		Imports: []string{"fmt", "github.com/netherfield/netherfield/kernel/guard"},
//	})
//
// Several processes may use one cache. A file is made under another name and
// renamed when complete, a record last of all; files that do not agree with
// their record are made again.
package build

import (
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
)

// Opts tells a Builder where things are. The zero value serves units that
// import nothing but the standard library.
type Opts struct {
	// Cache is the directory to keep things in. By default it is what the
	// environment calls NETHERFIELD_CACHE, or netherfield in the user's
	// cache directory.
	Cache string
	// ReadOnly are caches that are looked into first and not written to.
	// By default they are the list NETHERFIELD_CACHE_READONLY.
	ReadOnly []string
	// MaxBytes bounds the size of Cache; 2 GB if 0. What was used in the
	// last minutes stays, whatever its size.
	MaxBytes int64
	// Sources is the part of the kernel's own module that units import,
	// and its go.mod and go.sum.
	Sources fs.FS
	// Go is the go command. By default it is GOROOT/bin/go of the
	// environment, the one in PATH, or the one in /usr/local/go, the first
	// that has the right version.
	Go string
	// Host describes the program that opens the plugins; this one if nil.
	Host *debug.BuildInfo
	// Logger takes what users need not see; slog.Default if nil.
	Logger *slog.Logger
}

// A Builder builds units. Its methods may be called by several goroutines.
type Builder struct {
	opts  Opts
	host  host
	salt  func() string
	store *store

	toolchainMu sync.Mutex
	toolchain   *toolchain // nil until it was found
}

// New returns a Builder. It starts no process and writes nothing.
func New(opts Opts) *Builder {
	if opts.Cache == "" {
		opts.Cache = os.Getenv("NETHERFIELD_CACHE")
	}
	var cacheErr error
	if opts.Cache == "" {
		var dir string
		if dir, cacheErr = os.UserCacheDir(); cacheErr == nil {
			opts.Cache = filepath.Join(dir, "netherfield")
		}
	}
	if opts.ReadOnly == nil {
		opts.ReadOnly = filepath.SplitList(os.Getenv("NETHERFIELD_CACHE_READONLY"))
	}
	if opts.MaxBytes == 0 {
		opts.MaxBytes = 2 << 30
	}
	if opts.Logger == nil {
		opts.Logger = slog.Default()
	}
	b := &Builder{opts: opts, host: describeHost(opts.Host)}
	b.salt = sync.OnceValue(func() string { return b.host.salt(opts.Sources) })
	b.store = newStore(opts, cacheErr, b.salt)
	return b
}

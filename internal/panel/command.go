package panel

// This file is the command: its flags, its socket, its end.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/internal/command"
	"github.com/netherfield/netherfield/internal/panel/watch"
	"github.com/netherfield/netherfield/runtime/client"
)

// flags are those of the command.
type flags struct {
	socket, root, history     string
	services, tokenFiles      map[string]string
	publishFlags, deployFlags []string
	leashed, noCluster        bool
}

// Command returns the command.
func Command() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:   "panel",
		Short: "Answer the panel in JupyterLab, whose server starts this",
		Long: `Panel answers the panel in JupyterLab on a unix socket: which pipelines are served where
and how they are doing, what notebooks still need, and jobs that publish them and go back.
JupyterLab's server starts it, and lets those through who may.

It watches the service that PIPELINE_URL names, those that --service names, and those of
the cluster whose credentials kubectl would take. Nobody is asked while nobody looks.`,
		Example: `  netherfield panel --socket "$XDG_RUNTIME_DIR/netherfield/panel" --root notebooks --service spam=http://spam:8080`,
		Args:    command.NoSubcommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.socket == "" {
				return command.Misused("panel needs --socket")
			}
			program, err := command.Beside("netherfield")
			if err != nil {
				return fmt.Errorf("the panel needs it: %w", err)
			}
			o, err := f.opts(program, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			ctx, stop := command.Interruptible(cmd.Context())
			defer stop()
			if f.leashed {
				ctx, stop = command.Leashed(ctx, cmd.InOrStdin())
				defer stop()
			}
			listener, err := listen(f.socket)
			if err != nil {
				return err
			}
			if err := sweep(o.scratch); err != nil {
				return errors.Join(err, listener.Close())
			}
			return serve(ctx, listener, newPanel(o))
		},
	}
	f.add(cmd)
	return cmd
}

// add adds the flags to those of a command.
func (f *flags) add(cmd *cobra.Command) {
	set := cmd.Flags()
	set.StringVar(&f.socket, "socket", "", "the unix socket, in a folder that only you may enter")
	set.StringVar(&f.root, "root", ".", "the folder that JupyterLab shows")
	set.StringToStringVar(&f.services, "service", nil, "a service to watch: `NAME=URL`")
	set.StringToStringVar(&f.tokenFiles, "token-file", nil, "a file with the token of a service: `NAME=FILE`")
	set.StringVar(&f.history, "history", "", "the folder that remembers what was published (netherfield/publishes in $XDG_DATA_HOME, else in ~/.local/share)")
	set.StringArrayVar(&f.publishFlags, "publish-flag", nil, "a further flag of netherfield publish")
	set.StringArrayVar(&f.deployFlags, "deploy-flag", nil, "a further flag of netherfield deploy")
	set.BoolVar(&f.noCluster, "no-cluster", false, "ask no cluster, even if there are credentials")
	set.BoolVar(&f.leashed, "until-stdin-closes", false, "end when standard input does")
}

// opts makes sense of the flags and the environment. The program is netherfield.
func (f flags) opts(program string, log io.Writer) (opts, error) {
	o := opts{
		program: program, scratch: filepath.Dir(f.socket), history: f.history, cluster: !f.noCluster && hasCluster(), publishFlags: f.publishFlags, deployFlags: f.deployFlags,
		log: slog.New(slog.NewTextHandler(log, nil)),
	}
	var err error
	if o.root, err = filepath.Abs(f.root); err != nil {
		return o, err
	}
	if info, err := os.Stat(o.root); err != nil || !info.IsDir() {
		return o, command.Misused("--root is to be a folder, and %s is none", f.root)
	}
	if o.history == "" {
		data := os.Getenv("XDG_DATA_HOME")
		if data == "" {
			home, err := os.UserHomeDir()
			if err != nil {
				return o, fmt.Errorf("there is no home to remember publishes in; --history names a folder: %w", err)
			}
			data = filepath.Join(home, ".local", "share")
		}
		o.history = filepath.Join(data, "netherfield", "publishes")
	}
	if o.history, err = filepath.Abs(o.history); err != nil {
		return o, err
	}
	if url := os.Getenv(client.URLVariable); url != "" {
		o.services = append(o.services, watch.Service{Name: "default", URL: url, Token: os.Getenv(client.TokenVariable), Origin: watch.Environment})
	}
	for name, url := range f.services {
		if name == "default" && len(o.services) > 0 {
			return o, command.Misused("%s names the service that is called default; call yours otherwise", client.URLVariable)
		}
		s := watch.Service{Name: name, URL: url, Origin: watch.Configured}
		if file, ok := f.tokenFiles[name]; ok {
			token, err := os.ReadFile(file)
			if err != nil {
				return o, fmt.Errorf("the token of %s cannot be read: %w", name, err)
			}
			s.Token = strings.TrimSpace(string(token))
		}
		o.services = append(o.services, s)
	}
	for name := range f.tokenFiles {
		if _, ok := f.services[name]; !ok {
			return o, command.Misused("--token-file is for %s, which no --service names", name)
		}
	}
	for _, s := range o.services {
		if _, err := client.New(client.Opts{URL: s.URL}); err != nil || s.URL == "" {
			return o, command.Misused("the address of the service %s is no URL such as http://spam:8080", s.Name)
		}
	}
	return o, nil
}

// serve answers until ctx ends.
func serve(ctx context.Context, listener net.Listener, p *panel) (err error) {
	server := &http.Server{Handler: p.routes(), ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(p.log.Handler(), slog.LevelWarn)}
	// The little that it holds is worth less than the memory for collecting it rarely.
	debug.SetGCPercent(50)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err = <-ended:
	case <-ctx.Done():
	}
	p.close()
	last, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if server.Shutdown(last) != nil {
		// Somebody who does not read holds a connection.
		err = errors.Join(err, server.Close())
	}
	p.watcher.Close()
	return err
}

// listen listens on a socket that nobody else can open. A socket that a panel has left
// behind is taken over.
func listen(socket string) (net.Listener, error) {
	dir := filepath.Dir(socket)
	if err := mine(dir, os.Geteuid()); err != nil {
		return nil, err
	}
	if c, err := net.Dial("unix", socket); err == nil {
		return nil, errors.Join(fmt.Errorf("another panel answers at %s", socket), c.Close())
	}
	if info, err := os.Lstat(socket); err == nil && info.Mode().Type() != fs.ModeSocket {
		return nil, fmt.Errorf("%s is there, and is no socket", socket)
	}
	if err := os.Remove(socket); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be listened on: %w", cmp.Or(socket, "the socket"), err)
	}
	// Nobody else has come this far: the folder is ours alone.
	if err := os.Chmod(socket, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// sweep removes what a panel that was killed has left in its folder.
func sweep(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), preflights) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

// mine makes sure that a folder is one that only a user may enter.
func mine(dir string, user int) error {
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("the socket has no folder: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("others may enter %s (its mode is %04o), and the socket needs a folder that only you may enter: chmod 700 %s", dir, mode, dir)
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && int(owner.Uid) != user {
		return fmt.Errorf("%s belongs to another user; the socket needs a folder of your own", dir)
	}
	return nil
}

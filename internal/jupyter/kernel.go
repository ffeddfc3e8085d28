package jupyter

// This file starts kernels and ends them.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/google/uuid"

	"github.com/netherfield/netherfield/kernel/wire"
)

// StartOpts say how a kernel is started. The zero value works.
type StartOpts struct {
	Dir string   // the folder that it works in; the current one if empty
	Env []string // what its environment has beside that of this process: NAME=value
	// Output gets what the process itself writes, beside what cells do.
	Output io.Writer
	// Patience is how long it may take until it answers; a minute if 0.
	Patience time.Duration
}

// A Kernel is one that runs. Its methods are for one goroutine, but for Interrupt.
type Kernel struct {
	Spec *Spec
	// Info is the content of its kernel_info_reply.
	Info map[string]any

	codec   codec
	cmd     *exec.Cmd
	folder  string // of the connection file
	tail    *tail
	sockets []zmq4.Socket
	shell   zmq4.Socket
	control zmq4.Socket
	fromAll chan received
	closing context.CancelFunc
	pumps   sync.WaitGroup
	done    chan struct{} // closed when the process has ended
	died    error         // how
	once    sync.Once
}

// A received message came from a channel.
type received struct {
	from string
	Message
}

// Start starts a kernel and waits until it answers. ctx is for the start alone; a kernel
// runs until Shutdown. The error says what the process wrote if it ended.
func Start(ctx context.Context, spec *Spec, opts StartOpts) (started *Kernel, err error) {
	if opts.Patience == 0 {
		opts.Patience = time.Minute
	}
	info, err := freePorts()
	if err != nil {
		return nil, err
	}
	info.Key, info.KernelName = uuid.NewString(), spec.Name
	k := &Kernel{Spec: spec, codec: codec{[]byte(info.Key), uuid.NewString()}, tail: &tail{to: opts.Output}, fromAll: make(chan received, 256), done: make(chan struct{})}
	if k.folder, err = os.MkdirTemp("", "netherfield-run-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			k.Shutdown()
		}
	}()
	file := filepath.Join(k.folder, "kernel.json")
	if err := info.WriteFile(file); err != nil {
		return nil, err
	}
	if err := k.start(file, opts); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, opts.Patience, fmt.Errorf("the kernel %s has not answered for %v", spec.Name, opts.Patience))
	defer cancel()
	if err := k.connect(ctx, info); err != nil {
		return nil, err
	}
	return k, k.greet(ctx)
}

func (k *Kernel) start(connectionFile string, opts StartOpts) error {
	argv := make([]string, len(k.Spec.Argv))
	for i, a := range k.Spec.Argv {
		argv[i] = strings.NewReplacer("{connection_file}", connectionFile, "{resource_dir}", k.Spec.Folder).Replace(a)
	}
	k.cmd = exec.Command(argv[0], argv[1:]...)
	k.cmd.Dir = opts.Dir
	k.cmd.Env = append(os.Environ(), opts.Env...)
	for name, value := range k.Spec.Env {
		k.cmd.Env = append(k.cmd.Env, name+"="+os.ExpandEnv(value))
	}
	k.cmd.Stdout, k.cmd.Stderr = k.tail, k.tail
	// A group of its own: what the terminal sends to this process is not for the kernel.
	k.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	// Children that outlive it may hold its output open.
	k.cmd.WaitDelay = 2 * time.Second
	if err := k.cmd.Start(); err != nil {
		close(k.done)
		k.cmd = nil
		return fmt.Errorf("the kernel %s cannot be started: %w", k.Spec.Name, err)
	}
	go func() {
		err := k.cmd.Wait()
		if err == nil || errors.Is(err, exec.ErrWaitDelay) {
			err = errors.New("exit status 0")
		}
		k.died = err
		close(k.done)
	}()
	return nil
}

// connect opens the sockets, each with a goroutine that reads it.
func (k *Kernel) connect(ctx context.Context, info wire.ConnectionInfo) error {
	living, cancel := context.WithCancel(context.Background())
	k.closing = cancel
	dialing, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		select {
		case <-k.done:
			stop()
		case <-dialing.Done():
		}
	}()
	opts := []zmq4.Option{zmq4.WithDialerRetry(10 * time.Millisecond), zmq4.WithDialerMaxRetries(-1), zmq4.WithID(zmq4.SocketIdentity(k.codec.session))}
	open := func(socket zmq4.Socket, port int) error {
		k.sockets = append(k.sockets, socket)
		err := make(chan error, 1)
		go func() { err <- socket.Dial(fmt.Sprintf("tcp://%s:%d", info.IP, port)) }()
		select {
		case err := <-err:
			return err
		case <-dialing.Done():
			cancel() // which ends Dial
			<-err
			return k.gone(ctx)
		}
	}
	k.shell, k.control = zmq4.NewDealer(living, opts...), zmq4.NewDealer(living, opts...)
	iopub := zmq4.NewSub(living, opts...)
	if err := open(k.shell, info.ShellPort); err != nil {
		return err
	}
	if err := open(k.control, info.ControlPort); err != nil {
		return err
	}
	if err := open(iopub, info.IOPubPort); err != nil {
		return err
	}
	if err := iopub.SetOption(zmq4.OptionSubscribe, ""); err != nil {
		return err
	}
	for from, socket := range map[string]zmq4.Socket{"shell": k.shell, "control": k.control, "iopub": iopub} {
		k.pumps.Go(func() {
			for {
				frames, err := socket.Recv()
				if err != nil {
					return
				}
				m, err := k.codec.unpack(frames.Frames)
				if err != nil {
					continue // a stranger's; nothing of it can be trusted
				}
				select {
				case k.fromAll <- received{from, m}:
				case <-living.Done():
					return
				}
			}
		})
	}
	return nil
}

// gone says why the kernel cannot be talked to: it has ended, or ctx has.
func (k *Kernel) gone(ctx context.Context) error {
	select {
	case <-k.done:
		return &DiedError{k.Spec.Name, k.died, k.tail.String()}
	default:
		if said := k.tail.String(); said != "" {
			return fmt.Errorf("%w; it says: %s", context.Cause(ctx), said)
		}
		return context.Cause(ctx)
	}
}

// A DiedError says that a kernel has ended by itself.
type DiedError struct {
	Kernel string
	Err    error  // of its process
	Output string // the last that the process wrote
}

func (e *DiedError) Error() string {
	s := fmt.Sprintf("the kernel %s has died: %v", e.Kernel, e.Err)
	if e.Output != "" {
		s += "; it said: " + e.Output
	}
	return s
}

func (e *DiedError) Unwrap() error { return e.Err }

// Shutdown asks the kernel to end, ends it if it does not, and closes everything. It may
// be called again.
func (k *Kernel) Shutdown() {
	k.once.Do(func() {
		if k.cmd != nil {
			k.end()
		}
		if k.closing != nil {
			k.closing()
		}
		for _, s := range k.sockets {
			s.Close()
		}
		k.pumps.Wait()
		os.RemoveAll(k.folder)
	})
}

// How long a kernel may take to end when it is asked, and when it is told.
const (
	askedToEnd = 5 * time.Second
	toldToEnd  = 2 * time.Second
)

func (k *Kernel) end() {
	ended := func(within time.Duration) bool {
		for deadline := time.After(within); ; {
			select {
			case <-k.done:
				return true
			case <-k.fromAll: // nobody listens any more
			case <-deadline:
				return false
			}
		}
	}
	if k.Info != nil { // it has answered before
		if frames, _, err := k.codec.pack("shutdown_request", map[string]any{"restart": false}); err == nil && k.control.SendMulti(zmq4.NewMsgFrom(frames...)) == nil && ended(askedToEnd) {
			k.signal(syscall.SIGKILL) // what it has left behind
			return
		}
	}
	k.signal(syscall.SIGTERM)
	if !ended(toldToEnd) {
		k.signal(syscall.SIGKILL)
		<-k.done
	}
	k.signal(syscall.SIGKILL)
}

// signal sends a signal to the kernel and its children.
func (k *Kernel) signal(s syscall.Signal) {
	// ESRCH: they have ended.
	_ = syscall.Kill(-k.cmd.Process.Pid, s)
}

// freePorts returns a connection to ports that are free now.
func freePorts() (wire.ConnectionInfo, error) {
	info := wire.ConnectionInfo{Transport: "tcp", IP: "127.0.0.1", SignatureScheme: "hmac-sha256"}
	for _, port := range []*int{&info.ShellPort, &info.ControlPort, &info.StdinPort, &info.IOPubPort, &info.HBPort} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return info, fmt.Errorf("there is no free port: %w", err)
		}
		defer l.Close() // all of them are held until the last is found
		*port = l.Addr().(*net.TCPAddr).Port
	}
	return info, nil
}

// tail keeps the end of what is written to it, and passes it on.
type tail struct {
	to io.Writer

	mu   sync.Mutex
	last []byte
}

const tailBytes = 2000

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, p...)
	if n := len(t.last) - tailBytes; n > 0 {
		t.last = append([]byte("…"), t.last[n:]...)
	}
	if t.to != nil {
		return t.to.Write(p)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(strings.ToValidUTF8(string(t.last), ""))
}

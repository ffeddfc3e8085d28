package engine

// This file starts a worker process and notices its end.

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// A process is a running worker.
type process struct {
	cmd    *exec.Cmd
	pipe   *pipe
	stdout *capture
	stderr *capture
	// ended is closed when the process is gone and its output delivered.
	ended chan struct{}
	// replaced is closed when the engine has done with it: another worker
	// is there, or none can be.
	replaced chan struct{}
	// era is the one whose names it holds.
	era era
	// exit says how it ended; valid after ended.
	exit exit
	// killed tells that the kernel ended it, used with how much memory if
	// that is why.
	killed atomic.Bool
	used   atomic.Int64
	// report is what the process itself said of its end; valid after
	// replaced.
	report *Failure
	// kills is how many processes the system had killed for want of memory
	// before this one started.
	kills int64
}

// startProcess starts argv as a worker. Its output goes to the two functions.
func startProcess(argv []string, stdout, stderr func([]byte)) (_ *process, err error) {
	p := &process{ended: make(chan struct{}), replaced: make(chan struct{}), kills: outOfMemoryKills("/")}
	var opened []*os.File
	defer func() {
		for _, f := range opened {
			f.Close()
		}
		if err != nil {
			if p.stdout != nil {
				p.stdout.close()
			}
			if p.stderr != nil {
				p.stderr.close()
			}
			if p.pipe != nil {
				p.pipe.close()
			}
		}
	}()
	var w1, w2 *os.File
	if p.stdout, w1, err = newCapture(stdout, nil); err != nil {
		return nil, err
	}
	opened = append(opened, w1)
	// Two pipes have no common order. What was printed before an error is
	// expected before it.
	if p.stderr, w2, err = newCapture(stderr, p.stdout.drain); err != nil {
		return nil, err
	}
	opened = append(opened, w2)
	ours, theirs, err := socketPair()
	if err != nil {
		return nil, err
	}
	opened = append(opened, theirs)
	p.pipe = newPipe(ours)
	p.cmd = exec.Command(argv[0], argv[1:]...)
	p.cmd.Stdout, p.cmd.Stderr = w1, w2
	p.cmd.ExtraFiles = []*os.File{theirs} // file descriptor 3
	p.cmd.SysProcAttr = &syscall.SysProcAttr{
		// Ctrl-C in a terminal and Jupyter's SIGINT are for the kernel,
		// which tells the worker in its own way.
		Setpgid: true,
		// The end of the control pipe ends the worker too; this is for
		// a worker that does not get to read it.
		Pdeathsig: syscall.SIGKILL,
	}
	started := make(chan error)
	go func() {
		// Pdeathsig fires when the thread that started the process
		// ends: keep it.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		p.wait()
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start of the worker: %w", err)
	}
	return p, nil
}

// wait waits for the process and lets its last output through.
func (p *process) wait() {
	p.cmd.Wait() // its error says less than the state
	p.exit = exitOf(p.cmd.ProcessState)
	p.exit.starved = p.exit.signal == syscall.SIGKILL && outOfMemoryKills("/") > p.kills
	// Children of a dead worker would keep its output open and its memory
	// in use.
	syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	p.stdout.drain()
	p.stderr.drain()
	p.stdout.close()
	p.stderr.close()
	p.pipe.close()
	close(p.ended)
}

// kill ends the process and waits until it is gone.
func (p *process) kill() {
	p.killed.Store(true)
	p.cmd.Process.Kill()
	<-p.ended
}

func exitOf(st *os.ProcessState) exit {
	x := exit{code: st.ExitCode()}
	if ws, ok := st.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		x.signal = ws.Signal()
	}
	if ru, ok := st.SysUsage().(*syscall.Rusage); ok {
		x.peak = ru.Maxrss * 1024
	}
	return x
}

// socketPair returns the two ends of the control pipe.
func socketPair() (net.Conn, *os.File, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	ours := os.NewFile(uintptr(fds[0]), "control pipe")
	defer ours.Close()
	theirs := os.NewFile(uintptr(fds[1]), "control pipe")
	conn, err := net.FileConn(ours)
	if err != nil {
		theirs.Close()
		return nil, nil, err
	}
	return conn, theirs, nil
}

// The pipeline service beside JupyterLab, or beside notebooks that are run.

package cli

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"github.com/netherfield/netherfield/runtime/client"
)

// A companion is a pipeline service with the workshop's pipeline, in a process of its own. It
// ends when the last process that holds its leash has ended or let go.
type companion struct {
	url, token string
	leash      *os.File
	process    *exec.Cmd
}

// startCompanion starts a service that listens on this machine only. Its token lets
// notebooks load pipelines into it.
func startCompanion(executable string) (c *companion, err error) {
	c = &companion{token: rand.Text()}
	// In a file, as other users of the machine see arguments.
	tokenFile, err := os.CreateTemp("", "netherfield-token-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.Remove(tokenFile.Name())) }()
	_, err = tokenFile.WriteString(c.token)
	if err := errors.Join(err, tokenFile.Close()); err != nil {
		return nil, err
	}
	read, leash, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer read.Close()
	c.leash = leash
	c.process = exec.Command(executable, "serve", "--workshop", "--log-level", "warn", "--listen", "127.0.0.1:0", "--json", "--until-stdin-closes", "--admin-token-file", tokenFile.Name())
	c.process.Stdin, c.process.Stderr = read, os.Stderr
	// Ctrl-C in the terminal is for JupyterLab, which asks whether it is meant.
	c.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := c.process.StdoutPipe()
	if err != nil {
		return nil, errors.Join(err, leash.Close())
	}
	if err := c.process.Start(); err != nil {
		return nil, errors.Join(err, leash.Close())
	}
	var answer struct {
		URL string `json:"url"`
	}
	if err := json.NewDecoder(out).Decode(&answer); err != nil {
		return nil, errors.Join(fmt.Errorf("it has not said where it is: %w", err), c.process.Process.Kill(), c.Close())
	}
	c.url = answer.URL
	return c, nil
}

// startForSuccessor starts a service that ends with the program that this process becomes.
func startForSuccessor(executable string) (*companion, error) {
	c, err := startCompanion(executable)
	if err != nil {
		return nil, err
	}
	return c, c.inherit()
}

// environ are the variables by which cells find the service.
func (c *companion) environ() []string {
	return []string{client.URLVariable + "=" + c.url, client.TokenVariable + "=" + c.token}
}

// inherit lets the program that this process becomes hold the leash.
func (c *companion) inherit() error {
	// Fd alone would make the file blocking, which does not matter to who never reads it.
	if _, _, errno := syscall.Syscall(syscall.SYS_FCNTL, c.leash.Fd(), syscall.F_SETFD, 0); errno != 0 {
		return errors.Join(errno, c.Close())
	}
	return nil
}

// Close lets the service drain and end, and waits for that.
func (c *companion) Close() error {
	return errors.Join(c.leash.Close(), c.process.Wait())
}

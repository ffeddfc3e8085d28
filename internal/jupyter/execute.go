package jupyter

// This file runs code in a kernel.

import (
	"context"
	"encoding/json"
	"fmt"
	"syscall"
	"time"

	"github.com/go-zeromq/zmq4"
)

// A Reply is what a kernel answers to code.
type Reply struct {
	Status    string   `json:"status"` // "ok", "error" or "aborted"
	Count     int      `json:"execution_count"`
	Name      string   `json:"ename"`
	Value     string   `json:"evalue"`
	Traceback []string `json:"traceback"`
}

// greet waits until the kernel answers on shell and is heard on iopub: what it publishes
// before a subscription is lost.
func (k *Kernel) greet(ctx context.Context) error {
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	asked := map[string]bool{}
	ask := func() error {
		id, err := k.send(k.shell, "kernel_info_request", map[string]any{})
		asked[id] = true
		return err
	}
	if err := ask(); err != nil {
		return err
	}
	heard := false
	for k.Info == nil || !heard {
		select {
		case m := <-k.fromAll:
			switch {
			case m.from == "iopub":
				heard = true
			case m.Type == "kernel_info_reply" && asked[m.Parent]:
				if err := json.Unmarshal(m.Content, &k.Info); err != nil {
					return fmt.Errorf("the kernel's description of itself: %w", err)
				}
			}
		case <-again.C:
			// A kernel that is busy starting has the question in its queue already.
			if k.Info == nil {
				break
			}
			if err := ask(); err != nil {
				return err
			}
		case <-k.done:
			return k.gone(ctx)
		case <-ctx.Done():
			return k.gone(ctx)
		}
	}
	return nil
}

func (k *Kernel) send(to zmq4.Socket, kind string, content any) (id string, err error) {
	frames, id, err := k.codec.pack(kind, content)
	if err != nil {
		return "", err
	}
	if err := to.SendMulti(zmq4.NewMsgFrom(frames...)); err != nil {
		return "", fmt.Errorf("the kernel cannot be asked: %w", err)
	}
	return id, nil
}

// Execute runs code and hands what it publishes to handle, in order. It returns when the
// kernel has answered and is idle. When ctx ends, the code is interrupted, and Execute
// returns ctx's cause; the kernel can then be asked again if it heeds interrupts.
func (k *Kernel) Execute(ctx context.Context, code string, handle func(Message)) (Reply, error) {
	id, err := k.send(k.shell, "execute_request", map[string]any{
		"code": code, "silent": false, "store_history": true, "user_expressions": map[string]any{},
		"allow_stdin": false, "stop_on_error": true,
	})
	if err != nil {
		return Reply{}, err
	}
	var reply *Reply
	idle := false
	ended, interrupted := ctx.Done(), (<-chan time.Time)(nil)
	for reply == nil || !idle {
		select {
		case m := <-k.fromAll:
			switch {
			case m.Parent != id:
			case m.from == "shell":
				reply = &Reply{}
				if err := json.Unmarshal(m.Content, reply); err != nil {
					return Reply{}, fmt.Errorf("the kernel's reply: %w", err)
				}
			case m.from == "iopub":
				var status struct {
					State string `json:"execution_state"`
				}
				if m.Type == "status" && json.Unmarshal(m.Content, &status) == nil {
					idle = idle || status.State == "idle"
					continue
				}
				handle(m.Message)
			}
		case <-k.done:
			return Reply{}, k.gone(ctx)
		case <-ended:
			ended = nil
			if err := k.Interrupt(); err != nil {
				return Reply{}, err
			}
			interrupted = time.After(afterInterrupt)
		case <-interrupted:
			return Reply{}, context.Cause(ctx)
		}
	}
	if ctx.Err() != nil {
		return *reply, context.Cause(ctx)
	}
	return *reply, nil
}

// afterInterrupt is how long code may go on that was interrupted.
const afterInterrupt = 5 * time.Second

// Interrupt stops the code that runs, as the spec says a kernel is interrupted.
func (k *Kernel) Interrupt() error {
	if k.Spec.InterruptMode == "message" {
		_, err := k.send(k.control, "interrupt_request", map[string]any{})
		return err
	}
	return k.cmd.Process.Signal(syscall.SIGINT)
}

package wire_test

// This file holds the examples.

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/netherfield/netherfield/kernel/wire"
)

// A kernel that knows one request opens its sockets, tells where they are,
// answers until it is asked to shut down, and closes them.
func ExampleListen() {
	sockets, err := wire.Listen(wire.ConnectionInfo{Key: "a-secret"}, wire.Opts{})
	if err != nil {
		fmt.Println(err)
		return
	}
	go func() {
		for request := range sockets.Control() {
			if request.Header.MsgType == "shutdown_request" {
				sockets.Reply(request, wire.Out{Type: "shutdown_reply", Content: map[string]string{"status": "ok"}})
			}
		}
	}()
	fmt.Println("listening:", sockets.Info().ShellPort > 0)
	fmt.Println("closed:", sockets.Close(context.Background()))
	// Output:
	// listening: true
	// closed: <nil>
}

// A connection file is written for clients and read by the kernel.
func ExampleReadConnectionFile() {
	dir, err := os.MkdirTemp("", "connection")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "kernel.json")
	if err := (wire.ConnectionInfo{Transport: "ipc", IP: "kernel", ShellPort: 1}).WriteFile(path); err != nil {
		fmt.Println(err)
		return
	}
	info, err := wire.ReadConnectionFile(path)
	fmt.Println(info.Transport, info.IP, info.ShellPort, err)
	// Output: ipc kernel 1 <nil>
}

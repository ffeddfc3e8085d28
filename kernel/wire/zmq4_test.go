package wire

// This file talks to the sockets with go-zeromq/zmq4, a second implementation
// of ZMTP that speaks version 3.0.

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
)

// zmqDial connects a zmq4 socket to one of the ports.
func zmqDial(t *testing.T, socket zmq4.Socket, info ConnectionInfo, port int) zmq4.Socket {
	t.Helper()
	t.Cleanup(func() { socket.Close() })
	network, address := info.address(port)
	if network == "unix" {
		network = "ipc"
	}
	if err := socket.Dial(network + "://" + address); err != nil {
		t.Fatal(err)
	}
	return socket
}

// zmqRecv receives a message or fails.
func zmqRecv(t *testing.T, socket zmq4.Socket) [][]byte {
	t.Helper()
	type result struct {
		m   zmq4.Msg
		err error
	}
	c := make(chan result, 1)
	go func() {
		m, err := socket.Recv()
		c <- result{m, err}
	}()
	r := within(t, c)
	if r.err != nil {
		t.Fatal(r.err)
	}
	return r.m.Frames
}

func zmqSend(t *testing.T, socket zmq4.Socket, frames ...[]byte) {
	t.Helper()
	if err := socket.SendMulti(zmq4.NewMsgFrom(frames...)); err != nil {
		t.Fatal(err)
	}
}

func TestZMQ4Clients(t *testing.T) {
	for _, transport := range transports {
		t.Run(transport, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			s := listen(t, testInfo(t, transport), Opts{})
			answer(s)
			info := s.Info()
			retry := zmq4.WithDialerRetry(time.Millisecond)

			t.Run("dealer", func(t *testing.T) {
				for _, port := range []int{info.ShellPort, info.ControlPort} {
					dealer := zmqDial(t, zmq4.NewDealer(ctx, zmq4.WithID(zmq4.SocketIdentity("dealer")), retry), info, port)
					for i := range 100 {
						id := fmt.Sprint(i)
						zmqSend(t, dealer, request(testKey, id, "echo", `{"n":1}`, make([]byte, i*1000))...)
						r := parseReply(t, zmqRecv(t, dealer))
						if r.parent["msg_id"] != id || len(r.buffers[0]) != i*1000 {
							t.Fatalf("request %s got %v with %d bytes", id, r.parent, len(r.buffers[0]))
						}
					}
				}
			})
			t.Run("sub", func(t *testing.T) {
				sub := zmqDial(t, zmq4.NewSub(ctx, retry), info, info.IOPubPort)
				if err := sub.SetOption(zmq4.OptionSubscribe, ""); err != nil {
					t.Fatal(err)
				}
				if r := parseReply(t, zmqRecv(t, sub)); r.header.MsgType != "iopub_welcome" {
					t.Fatalf("got %s first", r.header.MsgType)
				}
				go numbered(t, s, 0, 2000, 100)
				for i := range 2000 {
					if r := parseReply(t, zmqRecv(t, sub)); r.content["n"] != float64(i) {
						t.Fatalf("got message %v, want %d", r.content["n"], i)
					}
				}
			})
			t.Run("req", func(t *testing.T) {
				req := zmqDial(t, zmq4.NewReq(ctx, retry), info, info.HBPort)
				for range 10 {
					zmqSend(t, req, []byte("ping"))
					if got := zmqRecv(t, req); len(got) != 1 || string(got[0]) != "ping" {
						t.Fatalf("got %q", got)
					}
				}
			})
			t.Run("stdin", func(t *testing.T) {
				id := zmq4.WithID(zmq4.SocketIdentity("asker"))
				shell := zmqDial(t, zmq4.NewDealer(ctx, id, retry), info, info.ShellPort)
				stdin := zmqDial(t, zmq4.NewDealer(ctx, id, retry), info, info.StdinPort)
				zmqSend(t, shell, request(testKey, "1", "ask", "{}")...)
				if r := parseReply(t, zmqRecv(t, stdin)); r.header.MsgType != "input_request" {
					t.Fatalf("got %s", r.header.MsgType)
				}
				zmqSend(t, stdin, request(testKey, "2", "input_reply", `{"value":"x"}`)...)
				if r := parseReply(t, zmqRecv(t, shell)); r.content["value"] != "x" {
					t.Fatalf("got %v", r.content)
				}
			})
		})
	}
}

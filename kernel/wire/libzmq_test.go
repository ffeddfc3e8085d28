package wire

// This file runs testdata/libzmq_client.py, a client on real libzmq.

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// python finds an interpreter that has pyzmq.
func python(t *testing.T) string {
	t.Helper()
	if p := os.Getenv("NETHERFIELD_PYTHON"); p != "" {
		return p
	}
	p, err := filepath.Abs("../../.venv/bin/python")
	if err == nil {
		_, err = os.Stat(p)
	}
	if err != nil {
		t.Fatalf("no Python with pyzmq: run make venv, or set NETHERFIELD_PYTHON to an interpreter (%v)", err)
	}
	return p
}

// answer is the server that the script expects.
func answer(s *Sockets) {
	echo := func(m *Message) { s.Reply(m, Out{Type: "echo_reply", Content: m.Content, Buffers: m.Buffers}) }
	go func() {
		for m := range s.Control() {
			echo(m)
		}
	}()
	go func() {
		for m := range s.Shell() {
			switch m.Header.MsgType {
			case "ask":
				if err := s.Ask(m, Out{Type: "input_request", Content: map[string]any{"prompt": "?", "password": false}}); err != nil {
					s.Reply(m, Out{Type: "ask_reply", Content: map[string]string{"error": err.Error()}})
					continue
				}
				if in, ok := <-s.Stdin(); ok {
					s.Reply(m, Out{Type: "ask_reply", Content: in.Content})
				}
			case "stream":
				var order struct{ Count, Size int }
				err := json.Unmarshal(m.Content, &order)
				text := strings.Repeat("x", order.Size)
				for i := 0; i < order.Count && err == nil; i++ {
					err = s.Publish(m, Out{Type: "stream", Content: map[string]any{"name": "stdout", "text": text, "n": i}})
				}
				s.Reply(m, Out{Type: "stream_reply", Content: map[string]any{"error": err}})
			default:
				echo(m)
			}
		}
	}()
}

func TestLibzmqClients(t *testing.T) {
	interpreter := python(t)
	tests := []struct {
		name  string
		check func(t *testing.T, st Stats)
	}{
		{"echo", func(t *testing.T, st Stats) {
			if st.BadSignature != 2 {
				t.Errorf("%d wrong signatures counted, want 2", st.BadSignature)
			}
		}},
		{"pipelined", nil},
		{"anonymous", nil},
		{"request_socket", nil},
		{"router_socket", nil},
		{"identity_handover", func(t *testing.T, st Stats) {
			if st.Replaced == 0 {
				t.Error("no handover counted")
			}
		}},
		{"stdin", nil},
		{"heartbeat", nil},
		{"welcome", nil},
		{"cancel", nil},
		{"stream", nil},
		{"never_reads", func(t *testing.T, st Stats) {
			if st.SlowPeers == 0 {
				t.Error("no slow peer counted")
			}
		}},
	}
	for _, transport := range transports {
		for _, test := range tests {
			t.Run(transport+"/"+test.name, func(t *testing.T) {
				opts := Opts{}
				if test.name == "never_reads" {
					opts = Opts{QueueBytes: 2 << 20, Stall: 2 * time.Second}
				}
				s := listen(t, testInfo(t, transport), opts)
				answer(s)
				file := filepath.Join(t.TempDir(), "connection.json")
				if err := s.Info().WriteFile(file); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(context.Background(), 3*patience)
				defer cancel()
				command := exec.CommandContext(ctx, interpreter, "testdata/libzmq_client.py", file, test.name)
				var output bytes.Buffer
				command.Stdout, command.Stderr = &output, &output
				if err := command.Run(); err != nil {
					t.Fatalf("%s: %v (if pyzmq is missing, run make venv)\n%s\n%+v", strings.Join(command.Args, " "), err, &output, s.Stats())
				}
				st := s.Stats()
				if st.Malformed+st.Unframed+st.Oversized+st.BadHandshake+st.OverLimit+st.Faults != 0 {
					t.Errorf("trouble with a correct client: %+v", st)
				}
				if test.check != nil {
					test.check(t, st)
				}
			})
		}
	}
}

package wire

// This file tests connection files and the opening of sockets.

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestConnectionFileSurvivesTheRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kernel.json")
	want := ConnectionInfo{
		Transport: "tcp", IP: "127.0.0.1",
		ShellPort: 1, ControlPort: 2, StdinPort: 3, IOPubPort: 4, HBPort: 5,
		Key: "k", SignatureScheme: "hmac-sha256", KernelName: "netherfield",
	}
	for range 2 { // the second time it replaces a file
		if err := want.WriteFile(path); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := ReadConnectionFile(path); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	if fi, err := os.Stat(path); err != nil || fi.Mode() != 0o600 {
		t.Errorf("mode %v, %v", fi.Mode(), err)
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("files left: %v", entries)
	}
}

func TestConnectionFileOfJupyterIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kernel.json")
	text := `{
  "shell_port": 34561, "iopub_port": 34562, "stdin_port": 34563, "control_port": 34564, "hb_port": 34565,
  "ip": "127.0.0.1", "key": "a0436f6c-1916-498b-8eb9-e81ab9368e84", "transport": "tcp",
  "signature_scheme": "hmac-sha256", "kernel_name": "netherfield", "jupyter_session": "/n.ipynb"
}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	want := ConnectionInfo{"tcp", "127.0.0.1", 34561, 34564, 34563, 34562, 34565, "a0436f6c-1916-498b-8eb9-e81ab9368e84", "hmac-sha256", "netherfield"}
	if got, err := ReadConnectionFile(path); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestConnectionFileErrorsSayWhereAndWhatToDo(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"empty", " \n", "is empty; start the kernel again"},
		{"list", "[]", "not a JSON object; start"},
		{"cut", "{\n  \"ip\": \"1", "line 2, column "},
		{"comma", "{\n  \"ip\": \"127.0.0.1\",\n}", "line 3, column 1: invalid character"},
		{"two values", "{} {}", "line 1, column 4: "},
		{"port a string", `{"shell_port": "1"}`, `field "shell_port" holds a string where a whole number belongs`},
		{"port a fraction", `{"hb_port": 1.5}`, `field "hb_port" holds a number 1.5 where a whole number belongs`},
		{"key a number", `{"key": 1}`, `field "key" holds a number where a string belongs`},
		{"port too large", `{"iopub_port": 65536}`, `field "iopub_port" is 65536; use a port from 1 to 65535`},
		{"port negative", `{"stdin_port": -1, "transport": "ipc"}`, `field "stdin_port" is -1; use`},
		{"port twice", `{"stdin_port": 7, "control_port": 7}`, `fields "control_port" and "stdin_port" are both 7; give`},
		{"transport", `{"transport": "udp"}`, `field "transport" is "udp"; use "tcp" or "ipc"`},
		{"scheme", `{"signature_scheme": "hmac-md5"}`, `field "signature_scheme" is "hmac-md5"; use "hmac-sha256"`},
		{"ip", `{"ip": "a\u0000b"}`, `field "ip" is "a\x00b"; remove`},
		{"too long", `{"ip": "` + strings.Repeat("1", maxConnectionFile) + `"}`, "is longer than 1048576 bytes"},
	}
	dir := t.TempDir()
	for _, test := range tests {
		path := filepath.Join(dir, test.name)
		if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := ReadConnectionFile(path)
		if err == nil || !strings.HasPrefix(err.Error(), "connection file "+path+": ") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one with %q", test.name, err, test.want)
		}
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "missing"): "cannot be opened: no such file or directory; pass",
		dir:                           "cannot be read: is a directory; pass",
	} {
		if _, err := ReadConnectionFile(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", path, err, want)
		}
	}
	if err := (ConnectionInfo{}).WriteFile(filepath.Join(dir, "no", "folder")); err == nil || !strings.Contains(err.Error(), "check that the folder exists") {
		t.Errorf("write: error %v", err)
	}
}

func TestListenPicksFreePortsAndReportsThem(t *testing.T) {
	for _, transport := range transports {
		info := testInfo(t, transport)
		if transport == "ipc" {
			info.HBPort = 1 // a given port among picked ones
		}
		s := listen(t, info, Opts{})
		seen := map[int]bool{}
		for _, p := range s.info.ports() {
			if *p.port == 0 || seen[*p.port] {
				t.Errorf("%s: %s is %d", transport, p.field, *p.port)
			}
			seen[*p.port] = true
		}
		if s.Info().Transport != transport || s.Info().SignatureScheme != "hmac-sha256" || s.Info().Key != testKey {
			t.Errorf("got %+v", s.Info())
		}
	}
}

func TestListenOnEveryInterfaceAndIPv6(t *testing.T) {
	for _, ip := range []string{"*", "0.0.0.0", "localhost", "[::1]"} {
		s := listen(t, ConnectionInfo{IP: ip, Key: testKey}, Opts{})
		echoShell(s)
		works(t, s)
	}
}

func TestListenThatFailsLeavesNothingOpen(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	info := ConnectionInfo{Key: testKey, IOPubPort: taken.Addr().(*net.TCPAddr).Port}
	free := listen(t, ConnectionInfo{Key: testKey}, Opts{})
	info.ShellPort = free.Info().ShellPort
	free.Close(context.Background())
	_, err = Listen(info, Opts{})
	if err == nil || !strings.Contains(err.Error(), `iopub socket (field "iopub_port")`) || !strings.Contains(err.Error(), "choose another port") {
		t.Errorf("error %v", err)
	}
	again, err := net.Listen("tcp", free.end("shell").listener.Addr().String())
	if err != nil {
		t.Fatalf("the shell port is still taken: %v", err)
	}
	again.Close()
}

// end finds an endpoint by name.
func (s *Sockets) end(name string) *endpoint {
	for _, e := range s.ends {
		if e.name == name {
			return e
		}
	}
	panic("no endpoint " + name)
}

func TestListenErrorsSayWhatToDo(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "f-1")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		info ConnectionInfo
		want string
	}{
		{"bad field", ConnectionInfo{HBPort: -1}, `field "hb_port" is -1`},
		{"foreign address", ConnectionInfo{IP: "192.0.2.1"}, `check field "ip"`},
		{"no folder", ConnectionInfo{Transport: "ipc", IP: filepath.Join(dir, "no", "k")}, "check that the folder"},
		{"long path", ConnectionInfo{Transport: "ipc", IP: filepath.Join(dir, strings.Repeat("k", 108))}, "too long"},
		{"file in the way", ConnectionInfo{Transport: "ipc", IP: filepath.Join(dir, "f"), HBPort: 1}, "choose another port"},
	} {
		if _, err := Listen(test.info, Opts{}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one with %q", test.name, err, test.want)
		}
	}
	if !fileExists(file) {
		t.Error("a file that is no socket was removed")
	}
}

func TestListenReplacesASocketFileOfADeadKernel(t *testing.T) {
	info := testInfo(t, "ipc")
	info.ShellPort = 7
	_, path := info.address(7)
	dead, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	dead.(*net.UnixListener).SetUnlinkOnClose(false)
	if _, err := Listen(info, Opts{}); err == nil {
		t.Error("took over the socket of a living kernel")
	}
	dead.Close()
	s := listen(t, info, Opts{})
	echoShell(s)
	works(t, s)
}

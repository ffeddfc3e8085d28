package wire

// This file reads and writes Jupyter connection files.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// signatureScheme is the only scheme that Jupyter clients use.
const signatureScheme = "hmac-sha256"

// maxConnectionFile bounds what is read of a file that should have some 300
// bytes, so that a wrong path (a device, a log) gets an error and no more.
const maxConnectionFile = 1 << 20

// ConnectionInfo is a Jupyter connection file: where the five sockets are and
// the key that signs their messages.
type ConnectionInfo struct {
	// Transport is "tcp" (also when empty) or "ipc".
	Transport string `json:"transport"`
	// IP is the address to bind; empty means 127.0.0.1, "*" every
	// interface. For ipc it is the start of the sockets' path, which goes
	// on with a hyphen and the port; empty means "kernel-ipc".
	IP string `json:"ip"`
	// The ports; 0 lets Listen pick a free one.
	ShellPort   int `json:"shell_port"`
	ControlPort int `json:"control_port"`
	StdinPort   int `json:"stdin_port"`
	IOPubPort   int `json:"iopub_port"`
	HBPort      int `json:"hb_port"`
	// Key signs messages; with an empty key they are neither signed nor
	// checked.
	Key string `json:"key"`
	// SignatureScheme is "hmac-sha256", also when empty.
	SignatureScheme string `json:"signature_scheme"`
	// KernelName is the kernelspec's name; Listen does not use it.
	KernelName string `json:"kernel_name"`
}

// ReadConnectionFile reads and checks the connection file at path. Fields that
// it does not know are ignored. Its errors name the file, the field and what
// to do.
func ReadConnectionFile(path string) (ConnectionInfo, error) {
	fail := func(err error) (ConnectionInfo, error) {
		return ConnectionInfo{}, fmt.Errorf("connection file %s: %w", path, err)
	}
	f, err := os.Open(path)
	if err != nil {
		if pe, ok := errors.AsType[*os.PathError](err); ok {
			err = pe.Err
		}
		return fail(fmt.Errorf("cannot be opened: %w; pass the file that Jupyter names on the kernel's command line", err))
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxConnectionFile+1))
	if err != nil {
		if pe, ok := errors.AsType[*os.PathError](err); ok {
			err = pe.Err
		}
		return fail(fmt.Errorf("cannot be read: %w; pass the file that Jupyter names on the kernel's command line", err))
	}
	if len(text) > maxConnectionFile {
		return fail(fmt.Errorf("is longer than %d bytes, so it is no connection file; check the path", maxConnectionFile))
	}
	info, err := parseConnection(text)
	if err != nil {
		return fail(err)
	}
	return info, nil
}

// parseConnection decodes and checks a connection file's text.
func parseConnection(text []byte) (ConnectionInfo, error) {
	var info ConnectionInfo
	if !isObject(text) {
		if len(bytes.TrimSpace(text)) == 0 {
			return info, errors.New("is empty; start the kernel again so that Jupyter writes it anew")
		}
		return info, errors.New("is not a JSON object; start the kernel again so that Jupyter writes it anew")
	}
	if err := json.Unmarshal(text, &info); err != nil {
		if te, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return info, fmt.Errorf("field %q holds a %s where %s belongs; correct it or start the kernel again", te.Field, te.Value, kindName(te.Type.Kind().String()))
		}
		if se, ok := errors.AsType[*json.SyntaxError](err); ok {
			line, column := position(text, se.Offset)
			return info, fmt.Errorf("line %d, column %d: %w; correct it or start the kernel again", line, column, err)
		}
		return info, err
	}
	return info, info.check()
}

// kindName says what JSON value belongs into a field of a Go kind.
func kindName(kind string) string {
	if kind == "int" {
		return "a whole number"
	}
	return "a " + kind
}

// position turns a JSON decoder's offset into a line and a column, both from 1.
func position(text []byte, offset int64) (line, column int) {
	before := text[:max(0, min(offset-1, int64(len(text))))]
	return 1 + bytes.Count(before, []byte("\n")), len(before) - bytes.LastIndexByte(before, '\n')
}

// check reports the first field that Listen could not use.
func (c ConnectionInfo) check() error {
	switch c.Transport {
	case "", "tcp", "ipc":
	default:
		return fmt.Errorf(`field "transport" is %q; use "tcp" or "ipc"`, c.Transport)
	}
	if c.SignatureScheme != "" && c.SignatureScheme != signatureScheme {
		return fmt.Errorf(`field "signature_scheme" is %q; use %q`, c.SignatureScheme, signatureScheme)
	}
	if strings.ContainsRune(c.IP, 0) {
		return fmt.Errorf(`field "ip" is %q; remove the zero byte`, c.IP)
	}
	used := map[int]string{}
	for _, p := range c.ports() {
		if *p.port < 0 || c.Transport != "ipc" && *p.port > 65535 {
			return fmt.Errorf("field %q is %d; use a port from 1 to 65535, or 0 for any free one", p.field, *p.port)
		}
		if other := used[*p.port]; *p.port != 0 && other != "" {
			return fmt.Errorf("fields %q and %q are both %d; give each socket a port of its own", other, p.field, *p.port)
		}
		used[*p.port] = p.field
	}
	return nil
}

// A portField is a port with the name that it has in the file.
type portField struct {
	field string
	port  *int
}

// ports lists the five ports of c.
func (c *ConnectionInfo) ports() []portField {
	return []portField{
		{"shell_port", &c.ShellPort},
		{"control_port", &c.ControlPort},
		{"stdin_port", &c.StdinPort},
		{"iopub_port", &c.IOPubPort},
		{"hb_port", &c.HBPort},
	}
}

// WriteFile writes c as a connection file that only its owner can read. The
// file appears complete or not at all.
func (c ConnectionInfo) WriteFile(path string) error {
	if err := c.writeFile(path); err != nil {
		return fmt.Errorf("write connection file %s: %w; check that the folder exists and can be written", path, err)
	}
	return nil
}

func (c ConnectionInfo) writeFile(path string) (err error) {
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // made with mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(append(text, '\n')); err != nil {
		f.Close()
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// address gives the network and address to listen at for one port. For ipc the
// address is a path, IP-PORT.
func (c ConnectionInfo) address(port int) (network, address string) {
	if c.Transport == "ipc" {
		return "unix", c.IP + "-" + strconv.Itoa(port)
	}
	ip := strings.TrimSuffix(strings.TrimPrefix(c.IP, "["), "]")
	if ip == "*" {
		ip = ""
	}
	return "tcp", net.JoinHostPort(ip, strconv.Itoa(port))
}

// withDefaults fills what may be left out of a connection file.
func (c ConnectionInfo) withDefaults() ConnectionInfo {
	if c.Transport == "" {
		c.Transport = "tcp"
	}
	if c.SignatureScheme == "" {
		c.SignatureScheme = signatureScheme
	}
	if c.IP == "" {
		c.IP = "127.0.0.1"
		if c.Transport == "ipc" {
			c.IP = "kernel-ipc"
		}
	}
	return c
}

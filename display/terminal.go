package display

// This file shows and asks in a program that has no notebook around it.

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

// A terminal prints the text of bundles.
type terminal struct{ in, out *os.File }

// Publish prints b's text on lines of its own; an update prints the new one.
func (t terminal) Publish(b Bundle, _ string, _ bool) error {
	text, ok := b.Data[textPlain].(string)
	if !ok {
		text = "[" + strings.Join(slices.Sorted(maps.Keys(b.Data)), ", ") + "]"
	}
	_, err := fmt.Fprintln(t.out, strings.TrimSuffix(text, "\n"))
	return err
}

// Clear leaves everything: what a terminal or a log holds is not ours alone.
func (t terminal) Clear(bool) error { return nil }

// Input prints the prompt and reads a line, byte by byte, because what follows
// the line is for other readers of the standard input.
func (t terminal) Input(prompt string, password bool) (line string, err error) {
	if _, err := fmt.Fprint(t.out, prompt); err != nil {
		return "", err
	}
	if password {
		show, err := hideTyping(t.in)
		if err != nil {
			return "", fmt.Errorf("display: cannot hide what is typed: %w", err)
		}
		defer func() {
			err = errors.Join(err, show())
			fmt.Fprintln(t.out) // the newline that was typed did not show
		}()
	}
	var read []byte
	for one := make([]byte, 1); ; {
		n, err := t.in.Read(one)
		if n > 0 && one[0] == '\n' {
			break
		}
		read = append(read, one[:n]...)
		if errors.Is(err, io.EOF) && len(read) > 0 {
			break
		}
		if err != nil {
			return "", fmt.Errorf("display: input: %w", err)
		}
	}
	return strings.TrimSuffix(string(read), "\r"), nil
}

package display

// This file publishes what a program shows while it runs.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
)

// A Publisher is where output goes and input comes from. Its methods may be
// called by several goroutines at a time.
type Publisher interface {
	// Publish shows b. A non-empty id names the display, so that a later
	// call with update replaces every display of that id.
	Publish(b Bundle, id string, update bool) error
	// Clear removes what was shown, at once or, with wait, when the next
	// output arrives.
	Clear(wait bool) error
	// Input asks for a line of text and returns it without its end.
	Input(prompt string, password bool) (string, error)
}

// host is the one state of the package: like the standard output, what a
// process shows goes to one place.
var host struct {
	sync.Mutex
	publisher Publisher
}

// SetPublisher registers where the functions of this package show and ask. It
// is for the host of a program, such as a notebook's kernel, and replaces the
// publisher before; nil brings back the standard output and input.
func SetPublisher(p Publisher) {
	host.Lock()
	defer host.Unlock()
	host.publisher = p
}

func publisher() Publisher {
	host.Lock()
	defer host.Unlock()
	if host.publisher == nil {
		return terminal{os.Stdin, os.Stdout}
	}
	return host.publisher
}

func publish(b Bundle) error { return publisher().Publish(b, "", false) }

// source publishes text in a language that only a notebook draws; where there
// is none, the text itself is shown.
func source(mime, s string) error {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return publish(Bundle{Data: map[string]any{mime: s, textPlain: foldText.text(s)}})
}

// Show shows values, each as [Of] makes it.
func Show(vs ...any) error {
	for _, v := range vs {
		if err := publish(Of(v)); err != nil {
			return err
		}
	}
	return nil
}

// MIME shows a bundle. Bytes in it are encoded as their MIME type needs; an
// error says which representation cannot be encoded, and nothing is shown.
func MIME(b Bundle) error {
	b, lost := b.portable()
	switch {
	case len(lost) > 0:
		return errors.New("display: cannot encode " + strings.Join(lost, "; "))
	case len(b.Data) == 0:
		return errors.New("display: the bundle is empty; fill its Data")
	}
	return publish(b)
}

// HTML shows s as HTML, as it is: escape what comes from data, for example
// with html.EscapeString.
func HTML(s string) error { return source(textHTML, s) }

// Markdown shows s as Markdown.
func Markdown(s string) error { return source(textMarkdown, s) }

// LaTeX shows s as LaTeX. A formula without $ or another mark of mathematics
// is set on a line of its own.
func LaTeX(s string) error {
	for _, mark := range []string{"$", `\(`, `\[`, `\begin`} {
		if strings.Contains(s, mark) {
			return source(textLaTeX, s)
		}
	}
	return source(textLaTeX, "$$"+s+"$$")
}

// SVG shows s, an SVG document.
func SVG(s string) error {
	if !strings.Contains(s, "<svg") {
		return fmt.Errorf("display: SVG: no <svg> element in %s", foldNested.quoted(s, strconv.Quote))
	}
	return source(imageSVG, s)
}

// JavaScript runs s in the front end, if that allows it: JupyterLab does in a
// trusted notebook, Visual Studio Code and exports do not.
func JavaScript(s string) error { return source(javaScript, s) }

// PNG shows a picture in PNG format.
func PNG(data []byte) error { return showPicture("PNG", imagePNG, data) }

// JPEG shows a picture in JPEG format.
func JPEG(data []byte) error { return showPicture("JPEG", imageJPEG, data) }

func showPicture(name, mime string, data []byte) error {
	if pictureType(data) != mime {
		return fmt.Errorf("display: %s: the data are no %[1]s, they begin with % x", name, data[:min(8, len(data))])
	}
	return publish(encodedPicture(mime, data))
}

// JSON shows v as a tree of JSON that can be folded. Bytes are taken as JSON
// text, anything else is encoded by encoding/json.
func JSON(v any) error {
	b, err := jsonBundle(v)
	if err != nil {
		return err
	}
	return publish(b)
}

func jsonBundle(v any) (Bundle, error) {
	if s, ok := v.([]byte); ok {
		v = json.RawMessage(s)
	}
	var compact, text bytes.Buffer
	enc := json.NewEncoder(&compact)
	enc.SetEscapeHTML(false) // it is not going to stand in HTML
	if err := enc.Encode(v); err != nil {
		return Bundle{}, fmt.Errorf("display: JSON: %w", err)
	}
	raw := bytes.TrimSpace(compact.Bytes())
	if err := json.Indent(&text, raw, "", "  "); err != nil {
		return Bundle{}, fmt.Errorf("display: JSON: %w", err)
	}
	return Bundle{Data: map[string]any{
		jsonType:  json.RawMessage(raw),
		textPlain: foldText.text(text.String()),
	}}, nil
}

// Clear removes what the cell has shown so far.
func Clear() error { return publisher().Clear(false) }

// ClearOnNext removes what the cell has shown so far as soon as it shows
// something else, so that a picture replaces another without a flicker.
func ClearOnNext() error { return publisher().Clear(true) }

// Input shows the prompt, waits for a line of text and returns it.
func Input(prompt string) (string, error) { return publisher().Input(prompt, false) }

// Password is [Input] for what must not be seen while it is typed.
func Password(prompt string) (string, error) { return publisher().Input(prompt, true) }

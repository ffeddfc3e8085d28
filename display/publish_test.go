package display

// This file tests what is published, with a publisher and without.

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A recorder is a publisher that keeps what it gets.
type recorder struct {
	shown []publication
	fail  error
}

type publication struct {
	what   string // "show", "update", "clear", "clear later", "input" or "password"
	id     string
	prompt string
	b      Bundle
}

func (r *recorder) Publish(b Bundle, id string, update bool) error {
	what := "show"
	if update {
		what = "update"
	}
	r.shown = append(r.shown, publication{what: what, id: id, b: b})
	return r.fail
}

func (r *recorder) Clear(wait bool) error {
	what := "clear"
	if wait {
		what = "clear later"
	}
	r.shown = append(r.shown, publication{what: what})
	return r.fail
}

func (r *recorder) Input(prompt string, password bool) (string, error) {
	what := "input"
	if password {
		what = "password"
	}
	r.shown = append(r.shown, publication{what: what, prompt: prompt})
	return "answer", r.fail
}

// record registers a recorder for the time of a test.
func record(t *testing.T) *recorder {
	r := &recorder{}
	SetPublisher(r)
	t.Cleanup(func() { SetPublisher(nil) })
	return r
}

func encoded(t *testing.T, encode func(io.Writer, image.Image) error) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := encode(&buf, image.NewGray(image.Rect(0, 0, 3, 2))); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func encodeJPEG(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) }
func encodeGIF(w io.Writer, m image.Image) error  { return gif.Encode(w, m, nil) }

func TestEveryKindIsPublished(t *testing.T) {
	pngData, jpegData := encoded(t, png.Encode), encoded(t, encodeJPEG)
	for _, c := range []struct {
		name    string
		publish func() error
		mime    string
		want    any // nil: only the MIME type counts
		text    string
	}{
		{"Show", func() error { return Show([]int{1}) }, textPlain, "[]int{1}", "[]int{1}"},
		{"HTML", func() error { return HTML("<b>x</b>") }, textHTML, "<b>x</b>", "<b>x</b>"},
		{"Markdown", func() error { return Markdown("**x**") }, textMarkdown, "**x**", "**x**"},
		{"LaTeX", func() error { return LaTeX(`\frac{1}{2}`) }, textLaTeX, `$$\frac{1}{2}$$`, `$$\frac{1}{2}$$`},
		{"LaTeX with marks", func() error { return LaTeX("let $x$") }, textLaTeX, "let $x$", "let $x$"},
		{"SVG", func() error { return SVG("<svg/>") }, imageSVG, "<svg/>", "<svg/>"},
		{"JavaScript", func() error { return JavaScript("1") }, javaScript, "1", "1"},
		{"PNG", func() error { return PNG(pngData) }, imagePNG, base64.StdEncoding.EncodeToString(pngData), "PNG picture 3×2"},
		{"JPEG", func() error { return JPEG(jpegData) }, imageJPEG, base64.StdEncoding.EncodeToString(jpegData), "JPEG picture 3×2"},
		{"JSON", func() error { return JSON(map[string]any{"a": "<b>"}) }, jsonType, nil, "{\n  \"a\": \"<b>\"\n}"},
		{"JSON text", func() error { return JSON([]byte(`{"a": 1}`)) }, jsonType, nil, "{\n  \"a\": 1\n}"},
		{"MIME", func() error {
			return MIME(Bundle{Data: map[string]any{imagePNG: pngData, textPlain: "a picture"}})
		}, imagePNG, base64.StdEncoding.EncodeToString(pngData), "a picture"},
		{"invalid UTF-8", func() error { return HTML("a\xffb") }, textHTML, "a\uFFFDb", "a\uFFFDb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := record(t)
			if err := c.publish(); err != nil {
				t.Fatal(err)
			}
			if len(r.shown) != 1 || r.shown[0].what != "show" || r.shown[0].id != "" {
				t.Fatalf("got %+v", r.shown)
			}
			data := r.shown[0].b.Data
			if got := data[c.mime]; got == nil || c.want != nil && got != c.want {
				t.Errorf("%s: got %v, want %v", c.mime, got, c.want)
			}
			if got := data[textPlain].(string); !strings.HasPrefix(got, c.text) {
				t.Errorf("text: got %q, want %q", got, c.text)
			}
		})
	}
}

func TestBadDataIsRefusedAndNothingShown(t *testing.T) {
	folder := t.TempDir()
	write := func(name, data string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	big := write("big.txt", "")
	if err := os.Truncate(big, maxFile+1); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		publish func() error
		want    string
	}{
		{"PNG", func() error { return PNG([]byte("GIF89a")) }, "display: PNG: the data are no PNG, they begin with 47 49 46"},
		{"JPEG", func() error { return JPEG(nil) }, "display: JPEG: the data are no JPEG"},
		{"SVG", func() error { return SVG("<p>") }, `display: SVG: no <svg> element in "<p>"`},
		{"JSON", func() error { return JSON(func() {}) }, "display: JSON: json: unsupported type: func()"},
		{"JSON text", func() error { return JSON([]byte("{")) }, "display: JSON: "},
		{"MIME empty", func() error { return MIME(Bundle{}) }, "display: the bundle is empty"},
		{"MIME", func() error { return MIME(Bundle{Data: map[string]any{jsonType: func() {}}}) }, "display: cannot encode application/json: "},
		{"MIME JSON bytes", func() error { return MIME(Bundle{Data: map[string]any{jsonType: []byte("{")}}) }, "display: cannot encode application/json: "},
		{"ShowID", func() error { return ShowID("", 1) }, "display: the id is empty"},
		{"UpdateID", func() error { return UpdateID("", 1) }, "display: the id is empty"},
		{"file that is not there", func() error { return File(filepath.Join(folder, "none")) }, "display: stat "},
		{"folder", func() error { return File(folder) }, "display: " + folder + " is a folder"},
		{"device", func() error { return File(os.DevNull) }, "display: /dev/null is no regular file"},
		{"large file", func() error { return File(big) }, "display: " + big + " has 33,554,433 bytes"},
		{"binary file", func() error { return File(write("x.bin", "a\x00b")) }, "display: "},
		{"broken JSON", func() error { return File(write("x.json", "{\n")) }, "display: " + filepath.Join(folder, "x.json") + ": unexpected end of JSON input"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := record(t)
			err := c.publish()
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got %v, want %s…", err, c.want)
			}
			if len(r.shown) > 0 {
				t.Errorf("shown all the same: %+v", r.shown)
			}
		})
	}
}

func TestFilesAreShownByWhatTheyAre(t *testing.T) {
	for _, c := range []struct{ name, data, mime string }{
		{"a.png", string(encoded(t, png.Encode)), imagePNG},
		{"png-without-extension", string(encoded(t, png.Encode)), imagePNG},
		{"wrong.png", string(encoded(t, encodeJPEG)), imageJPEG},
		{"a.gif", string(encoded(t, encodeGIF)), imageGIF},
		{"a.svg", "<svg/>", imageSVG},
		{"svg", "<?xml version=\"1.0\"?>\n<svg/>", imageSVG},
		{"a.HTML", "<p>", textHTML},
		{"page", "\n<!DOCTYPE html>", textHTML},
		{"a.md", "# a", textMarkdown},
		{"a.tex", "$x$", textLaTeX},
		{"a.json", "{}", jsonType},
		{"a.vl.json", "{}", "application/vnd.vegalite.v5+json"},
		{"a.geojson", "{}", "application/geo+json"},
		{"a.pdf", "%PDF-1.7 \x00", "application/pdf"},
		{"a.csv", "<html>,1", textPlain},
		{"a.log", "\x1b[31mred\x1b[0m", textPlain},
		{"README", "", textPlain},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), c.name)
			if err := os.WriteFile(path, []byte(c.data), 0o600); err != nil {
				t.Fatal(err)
			}
			r := record(t)
			if err := File(path); err != nil {
				t.Fatal(err)
			}
			want := slices.Compact(slices.Sorted(slices.Values([]string{c.mime, textPlain})))
			if diff := cmp.Diff(want, slices.Sorted(maps.Keys(r.shown[0].b.Data))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestHandleUpdatesWhatItShowed(t *testing.T) {
	r := record(t)
	h, err := NewHandle(1)
	if err != nil {
		t.Fatal(err)
	}
	other, err := NewHandle(1)
	if err != nil {
		t.Fatal(err)
	}
	if h.ID() == "" || h.ID() == other.ID() {
		t.Errorf("ids %q and %q", h.ID(), other.ID())
	}
	for _, err := range []error{h.Update(2), h.Show(3), ShowID("mine", 4), UpdateID("mine", 5)} {
		if err != nil {
			t.Error(err)
		}
	}
	want := []publication{
		{what: "show", id: h.ID(), b: Text("1")},
		{what: "show", id: other.ID(), b: Text("1")},
		{what: "update", id: h.ID(), b: Text("2")},
		{what: "show", id: h.ID(), b: Text("3")},
		{what: "show", id: "mine", b: Text("4")},
		{what: "update", id: "mine", b: Text("5")},
	}
	if !reflect.DeepEqual(r.shown, want) {
		t.Errorf("got %+v, want %+v", r.shown, want)
	}
}

func TestShowShowsEachValueApart(t *testing.T) {
	r := record(t)
	if err := Show(1, Text("two"), nil); err != nil {
		t.Fatal(err)
	}
	var got []any
	for _, p := range r.shown {
		got = append(got, p.b.Data[textPlain])
	}
	if diff := cmp.Diff([]any{"1", "two", "<nil>"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestClearAndInputReachThePublisher(t *testing.T) {
	r := record(t)
	if err := errors.Join(Clear(), ClearOnNext()); err != nil {
		t.Fatal(err)
	}
	for _, ask := range []func(string) (string, error){Input, Password} {
		if answer, err := ask("prompt> "); answer != "answer" || err != nil {
			t.Errorf("got %q, %v", answer, err)
		}
	}
	want := []publication{
		{what: "clear"}, {what: "clear later"},
		{what: "input", prompt: "prompt> "}, {what: "password", prompt: "prompt> "},
	}
	if !reflect.DeepEqual(r.shown, want) {
		t.Errorf("got %+v, want %+v", r.shown, want)
	}
}

func TestPublisherErrorsReachTheCaller(t *testing.T) {
	r := record(t)
	r.fail = errors.New("the pipe broke")
	_, handle := NewHandle(1)
	_, input := Input("")
	for _, err := range []error{Show(1, 2), HTML(""), JSON(1), Clear(), handle, input, UpdateID("x", 1)} {
		if !errors.Is(err, r.fail) {
			t.Errorf("got %v", err)
		}
	}
	if n := len(slices.DeleteFunc(r.shown, func(p publication) bool { return p.b.Data[textPlain] == "2" })); n != len(r.shown) {
		t.Error("Show went on after an error")
	}
}

// throughTerminal runs f with files in place of standard input and output.
func throughTerminal(t *testing.T, input string, f func()) (output string) {
	t.Helper()
	in, feed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if _, err := feed.WriteString(input); err != nil {
		t.Fatal(err)
	}
	feed.Close()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	defer func(i, o *os.File) { os.Stdin, os.Stdout = i, o }(os.Stdin, os.Stdout)
	os.Stdin, os.Stdout = in, out
	f()
	data, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestWithoutPublisherTextIsPrinted(t *testing.T) {
	got := throughTerminal(t, "", func() {
		h, err := NewHandle("loading")
		err = errors.Join(err, Show(1, []int{2}), HTML("<b>x</b>\n"), h.Update(Text("loaded")), Clear(),
			MIME(Bundle{Data: map[string]any{imagePNG: "", imageJPEG: ""}}))
		if err != nil {
			t.Error(err)
		}
	})
	want := "\"loading\"\n1\n[]int{2}\n<b>x</b>\nloaded\n[image/jpeg, image/png]\n"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWithoutPublisherInputReadsLines(t *testing.T) {
	got := throughTerminal(t, "Ann\r\nsecret\nfor others\nthe end", func() {
		expect := func(want string) func(string, error) {
			return func(got string, err error) {
				if got != want || err != nil {
					t.Errorf("got %q, %v, want %q", got, err, want)
				}
			}
		}
		expect("Ann")(Input("Name: "))
		expect("secret")(Password("Password: "))
		rest := make([]byte, len("for others\n"))
		if _, err := io.ReadFull(os.Stdin, rest); err != nil || string(rest) != "for others\n" {
			t.Errorf("what followed was lost: %q, %v", rest, err)
		}
		expect("the end")(Input(""))
		if _, err := Input(""); !errors.Is(err, io.EOF) {
			t.Errorf("at the end: %v", err)
		}
	})
	if got != "Name: Password: \n" {
		t.Errorf("printed %q", got)
	}
}

func FuzzPictureSize(f *testing.F) {
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x03\x00\x00\x00\x02"))
	f.Add([]byte("GIF89a\x03\x00\x02\x00"))
	f.Add([]byte("\xff\xd8\xff\xe0\x00\x04\x00\x00\xff\xc0\x00\x0b\x08\x00\x02\x00\x03"))
	f.Add([]byte("\xff\xd8\xff\xe0\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		w, h, ok := pictureSize(pictureType(data), data)
		if !ok {
			return
		}
		c, _, err := image.DecodeConfig(bytes.NewReader(data))
		if err == nil && (c.Width != w || c.Height != h) {
			t.Errorf("got %d×%d, want %d×%d", w, h, c.Width, c.Height)
		}
	})
}

package display

// This file compares the bundles of values with testdata/*.txtar: one file for
// each group of values, one section for each value and MIME type. Run
//
//	go test ./display -update
//
// to write what the package makes now.

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"maps"
	"math"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"golang.org/x/tools/txtar"
	"gonum.org/v1/gonum/mat"
)

var update = flag.Bool("update", false, "write testdata/*.txtar anew")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A named is a value under the name that its sections have.
type named struct {
	name  string
	value any
}

type (
	celsius float64
	colour  int
	label   string
	ring    struct {
		Val  int
		Next *ring
	}
	person struct {
		Name  string
		Born  time.Time
		email string
		since time.Time
		wait  time.Duration
		temp  celsius
		cause error
		Tags  []string
	}
	wide struct {
		Alpha, Beta, Gamma   string
		Numbers              map[string][]int
		Inner                struct{ X, Y float64 }
		Func                 func(int) error
		Chan                 chan int
		Pointer              *int
		Any, Nothing, Number any
	}
	pointerOnly    struct{ n int }
	thrower        struct{ N int }
	fragile        struct{ s string }
	formatted      struct{ a, b int }
	badMatrix      struct{ Rows int }
	selfHTML       struct{ s string }
	selfDoc        struct{ s string }
	selfBundle     struct{ data, metadata map[string]any }
	plainBundle    map[string]any
	brokenHTML     struct{ N int }
	generic[T any] struct{ Value T }
)

func (c colour) String() string                   { return [...]string{"red", "green"}[c] }
func (p *pointerOnly) String() string             { return fmt.Sprint("pointerOnly ", p.n) }
func (t thrower) Error() string                   { panic("no text for you") }
func (f *fragile) String() string                 { return "fragile " + f.s }
func (f *fragile) HTML() string                   { return "<i>" + f.s + "</i>" }
func (f formatted) Format(s fmt.State, verb rune) { fmt.Fprintf(s, "%d/%d", f.a, f.b) }
func (badMatrix) Dims() (r, c int)                { return 2, 2 }
func (badMatrix) At(i, j int) float64             { panic("out of reach") }
func (s selfHTML) HTML() string                   { return "<b>" + s.s + "</b>" }
func (s selfDoc) Markdown() string                { return "**" + s.s + "**" }
func (s selfDoc) LaTeX() string                   { return "$" + s.s + "$" }
func (s selfDoc) SVG() string                     { return "<svg><!--" + s.s + "--></svg>" }
func (p plainBundle) MIMEBundle() map[string]any  { return p }
func (b brokenHTML) HTML() string                 { panic("no rows") }
func (s selfBundle) MIMEBundle() (data, metadata map[string]any) {
	return s.data, s.metadata
}

func groups() map[string][]named {
	answer := 42
	pointer := &answer
	loop := &ring{Val: 1}
	loop.Next = &ring{Val: 2, Next: loop}
	chain := &ring{Val: 0}
	for i := range 20 {
		chain = &ring{Val: i + 1, Next: chain}
	}
	inside := []any{1, nil}
	inside[1] = inside
	table := map[string]any{"n": 1}
	table["self"] = table
	ints := make([]int, 1000)
	for i := range ints {
		ints[i] = i * i
	}
	words := strings.Fields(strings.Repeat("the house is let at last ", 10))
	many := map[int]string{}
	for i := range 5000 {
		many[i] = fmt.Sprint("word ", i)
	}
	deep := any(1)
	for range 12 {
		deep = []any{deep}
	}
	rows := make([][]float64, 40)
	for i := range rows {
		rows[i] = make([]float64, 40)
		for j := range rows[i] {
			rows[i][j] = float64(i) + float64(j)/8
		}
	}
	day := time.Date(2026, 3, 1, 12, 30, 0, 0, time.UTC)
	ann := person{
		Name: "Ann", Born: day, email: "ann@example.org", since: day, wait: 90 * time.Second,
		temp: 36.6, cause: errors.New("not asked"), Tags: []string{"a", "b"},
	}
	page, err := url.Parse("https://example.org/a?b=c")
	if err != nil {
		panic(err)
	}
	dense := mat.NewDense(3, 4, []float64{1, 2.5, -3, 1e9, 0.001, math.NaN(), math.Inf(1), 8, 9, 10, 11, 12.125})
	paint := image.NewNRGBA(image.Rect(0, 0, 2, 2))
	paint.Set(0, 0, color.NRGBA{R: 255, A: 255})
	paint.Set(1, 1, color.NRGBA{B: 255, A: 128})

	return map[string][]named{
		"scalars": {
			{"nil", nil}, {"true", true}, {"int", -12}, {"int64", int64(math.MinInt64)}, {"uint8", uint8(255)},
			{"rune", 'a'}, {"uintptr", uintptr(255)}, {"float64", 3.0}, {"float64 large", 1e21},
			{"float64 short", 0.1}, {"float32", float32(0.1)}, {"NaN", math.NaN()}, {"Inf", math.Inf(-1)},
			{"complex", complex(1, -2)}, {"complex64", complex64(complex(0.1, 2))},
			{"named float", celsius(36.6)}, {"named int with String", colour(1)},
			{"String that panics", colour(7)}, {"month", time.March}, {"duration", 1500 * time.Millisecond},
			{"time", day}, {"big.Int", *big.NewInt(12345)}, {"*big.Int", big.NewInt(12345)},
			{"big.Float", *big.NewFloat(1.5)}, {"url", page}, {"url value", *page},
			{"func", strings.ToUpper}, {"func nil", (func(int, ...string) error)(nil)},
			{"chan", make(chan int, 3)}, {"chan nil", (<-chan int)(nil)},
			{"pointer", pointer}, {"pointer to pointer", &pointer}, {"pointer nil", (*int)(nil)},
			{"reflect.Value", reflect.ValueOf([]int{1})}, {"reflect.Value zero", reflect.Value{}},
			{"reflect.Value hidden", reflect.ValueOf(ann).FieldByName("email")},
			{"reflect.Type", reflect.TypeFor[map[string]int]()},
		},
		"strings": {
			{"short", "a\tb \"c\" é"}, {"empty", ""}, {"newline at the end", "one line\n"},
			{"lines", "first\n\tsecond\n"}, {"lines with back quotes", "first `x`\nsecond"},
			{"invalid UTF-8", "a\xffb\nc"}, {"script", "<script>alert(1)</script>"}, {"named", label("x")},
			{"long", strings.Repeat("0123456789", 1000)}, {"long lines", strings.Repeat("a line\n", 1000)},
			{"characters are not cut", "a" + strings.Repeat("é", 5000)},
			{"bytes", []byte("héllo\n")}, {"bytes in hex", []byte{0, 1, 0xfe, 0xff}}, {"bytes empty", []byte{}},
			{"bytes nil", []byte(nil)}, {"bytes long", []byte("a" + strings.Repeat("é", 5000))},
			{"bytes long in hex", bytes.Repeat([]byte{0xff}, 5000)}, {"raw JSON", json.RawMessage(`{"a": 1}`)},
			{"byte array", [4]byte{1, 2, 3, 4}}, {"buffer", bytes.NewBufferString("in the buffer")},
			{"buffer value", *bytes.NewBufferString("in the buffer")}, {"buffer empty", &bytes.Buffer{}},
			{"runes", []rune("añ")}, {"long String", bytes.NewBufferString(strings.Repeat("0123456789abcde\n", 2000))},
		},
		"lists": {
			{"ints", []int{1, 2, 3}}, {"empty", []int{}}, {"nil", []int(nil)}, {"array", [2]bool{true, false}},
			{"many", ints}, {"words", words}, {"floats", []float64{1, 0.5, 1e-9}}, {"durations", []time.Duration{1, 1e9}},
			{"matrix of slices", rows}, {"deep", deep}, {"contains itself", inside},
			{"points", []image.Point{{X: 1, Y: 2}}}, {"pointers", []*formatted{{1, 2}, nil}},
			{"structs", []struct{ A, B int }{{1, 2}, {3, 4}}}, {"pointers to structs", []*ring{{Val: 1}, nil, loop}},
			{"any", []any{nil, 1, 2.0, 2.5, "x", true, int64(3), celsius(3), label("l"), 1i, 'r', []int{1}, &answer, ann.cause, day}},
			{"errors", []error{fs.ErrNotExist, nil, &fs.PathError{Op: "open", Path: "x, y", Err: fs.ErrExist}, thrower{}}},
			{"texts that look like lists", []label2{"a, b", "{a}", "plain", "", " x", "two\nlines"}},
			{"buffers", []*bytes.Buffer{bytes.NewBufferString("x"), nil}}, {"pointer to list", &[]int{1, 2}},
			{"long strings", []string{strings.Repeat("x", 1000), "short"}},
			{"of bytes", [][]byte{[]byte("a"), {0xff}, nil}},
		},
		"maps": {
			{"sorted", map[string]int{"b": 2, "a": 1, "c": 3}}, {"empty", map[string]int{}}, {"nil", map[string]int(nil)},
			{"many", many}, {"of lists", map[string][]int{"x": {1, 2}, "y": nil}}, {"contains itself", table},
			{"by struct", map[[2]int]string{{2, 1}: "b", {1, 2}: "a", {1, 1}: "c"}},
			{"by float", map[float64]bool{math.Inf(1): true, math.NaN(): true, -1: false}},
			{"by any", map[any]int{"b": 1, 2: 2, "a": 3, 1: 4, nil: 5, true: 6, false: 7}},
			{"by method", map[colour]int{1: 1, 0: 0}}, {"set", map[string]struct{}{"a": {}}},
			{"long key", map[string]int{strings.Repeat("k", 1000): 1}},
			{"of JSON", map[string]any{"a": []any{1.0, "x", nil}, "b": map[string]any{"c": true}}},
		},
		"structs": {
			{"empty", struct{}{}}, {"hidden fields", ann}, {"pointer", &ann}, {"nil pointer", (*person)(nil)},
			{"wide", wide{Alpha: "a", Numbers: map[string][]int{"one": {1}}, Pointer: pointer, Any: 1.0, Number: celsius(1)}},
			{"ring", loop}, {"long chain", chain}, {"anonymous", struct {
				A int `json:"a"`
				B any
			}{1, nil}},
			{"generic", generic[map[string]celsius]{Value: map[string]celsius{"x": 1}}},
			{"matrix and picture inside", struct {
				M mat.Matrix
				P image.Image
			}{dense, paint}},
			{"pointer method", pointerOnly{7}}, {"pointer method inside", []pointerOnly{{7}}},
			{"formatter", formatted{1, 2}},
		},
		"errors": {
			{"error", errors.New("it <failed>")}, {"joined", errors.Join(errors.New("one"), errors.New("two"))},
			{"panics", thrower{1}}, {"nil receiver", (*fragile)(nil)}, {"nil url", (*url.URL)(nil)},
		},
		"methods": {
			{"HTML", selfHTML{"x"}}, {"several", selfDoc{"x"}}, {"HTML and String", &fragile{"x"}},
			{"HTML of the pointer", fragile{"x"}}, {"HTML panics", brokenHTML{3}},
			{"bundle", plainBundle{"text/html": "<b>x</b>", "image/png": []byte("\x89PNG"), "text/plain": "x"}},
			{"bundle without text", plainBundle{"application/json": map[string]int{"a": 1}}},
			{"bundle that is nil", plainBundle(nil)},
			{"bundle that cannot be encoded", plainBundle{"application/json": math.NaN(), "text/html": "x"}},
			{"bundle with metadata", selfBundle{map[string]any{"text/html": "x"}, map[string]any{"text/html": map[string]any{"isolated": true}}}},
			{"Bundle", Bundle{Data: map[string]any{"text/html": "x"}}}, {"Text", Text("as it is")},
		},
		"pictures": {
			{"image", paint}, {"part", paint.SubImage(image.Rect(1, 1, 2, 2))}, {"empty", image.NewGray(image.Rect(0, 0, 0, 5))},
			{"nil", (*image.RGBA)(nil)}, {"rectangle", image.Rect(0, 0, 3, 4)}, {"endless", image.White},
			{"inside", []image.Image{paint, nil}},
		},
		"matrices": {
			{"dense", dense}, {"transposed", dense.T()}, {"vector", mat.NewVecDense(3, []float64{1, 20, 0.5})},
			{"large", mat.NewDense(100, 30, slices.Repeat([]float64{1, 0.5}, 1500))},
			{"complex", mat.NewCDense(1, 2, []complex128{1, 2i})}, {"empty", &mat.Dense{}},
			{"broken", badMatrix{Rows: 2}}, {"nil", (*mat.Dense)(nil)}, {"formatted", mat.Formatted(dense)},
		},
	}
}

type label2 string

func (l label2) String() string { return string(l) }

func TestOfGolden(t *testing.T) {
	for group, values := range groups() {
		t.Run(group, func(t *testing.T) {
			got := &txtar.Archive{}
			for _, v := range values {
				b := Of(v.value)
				for _, mime := range slices.Sorted(maps.Keys(b.Data)) {
					got.Files = append(got.Files, section(t, v.name+": "+mime, mime, b.Data[mime]))
				}
				for _, mime := range slices.Sorted(maps.Keys(b.Metadata)) {
					got.Files = append(got.Files, section(t, v.name+": metadata of "+mime, jsonType, b.Metadata[mime]))
				}
			}
			compareGolden(t, filepath.Join("testdata", group+".txtar"), got)
		})
	}
}

func TestOfAllGolden(t *testing.T) {
	cases := []struct {
		name   string
		values []any
	}{
		{"none", nil},
		{"one", []any{1}},
		{"texts", []any{1, "x", []int{2}, nil}},
		{"rich and text", []any{selfHTML{"x"}, "<script>", image.NewGray(image.Rect(0, 0, 1, 1)), selfDoc{"d"}}},
	}
	got := &txtar.Archive{}
	for _, c := range cases {
		b := OfAll(c.values...)
		for _, mime := range slices.Sorted(maps.Keys(b.Data)) {
			s := b.Data[mime]
			if mime == textHTML {
				s = cutPictures(s.(string))
			}
			got.Files = append(got.Files, section(t, c.name+": "+mime, mime, s))
		}
	}
	compareGolden(t, "testdata/several.txtar", got)
}

// cutPictures returns s without the data of its pictures, which a new version
// of Go may compress differently.
func cutPictures(s string) string {
	const begin = ";base64,"
	if i := strings.Index(s, begin); i >= 0 {
		i += len(begin)
		if j := strings.IndexByte(s[i:], '"'); j > 0 {
			return s[:i] + "…" + s[i+j:]
		}
	}
	return s
}

// section returns a representation as a file of an archive.
func section(t *testing.T, name, mime string, v any) txtar.File {
	t.Helper()
	var data string
	switch v := v.(type) {
	case string:
		data = v
	case json.RawMessage:
		data = string(v)
	default:
		t.Fatalf("%s: a %T is neither text nor JSON", name, v)
	}
	if mime == imagePNG {
		data = pixels(data)
	}
	return txtar.File{Name: name, Data: []byte(data + "\n")}
}

// pixels returns a picture as a list of its pixels, or as it is.
func pixels(encoded string) string {
	data, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return err.Error()
	}
	m, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return encoded
	}
	b := m.Bounds()
	var s strings.Builder
	fmt.Fprintf(&s, "%d×%d", b.Dx(), b.Dy())
	for y := b.Min.Y; y < b.Max.Y; y++ {
		s.WriteString("\n")
		for x := b.Min.X; x < b.Max.X; x++ {
			fmt.Fprintf(&s, "%02x ", color.NRGBAModel.Convert(m.At(x, y)))
		}
	}
	return s.String()
}

func compareGolden(t *testing.T, path string, got *txtar.Archive) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, txtar.Format(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatalf("%v; run go test ./display -update", err)
	}
	if diff := cmp.Diff(string(txtar.Format(want)), string(txtar.Format(got))); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

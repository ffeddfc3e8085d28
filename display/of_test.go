package display

// This file tests what holds for the bundles of all values.

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"gonum.org/v1/gonum/mat"
)

// maxText is the promise of Of.
const maxText = 20_000

func text(t testing.TB, v any) string {
	t.Helper()
	s, ok := Of(v).Data[textPlain].(string)
	if !ok {
		t.Fatalf("no text for a %T", v)
	}
	return s
}

func TestTextOfPlainDataIsGo(t *testing.T) {
	for group, values := range groups() {
		for _, v := range values {
			if group != "lists" && group != "maps" && group != "strings" {
				continue
			}
			s := text(t, v.value)
			if strings.Contains(s, "…") || hasMethods(v.value) {
				continue
			}
			if _, err := parser.ParseExpr(s); err != nil {
				t.Errorf("%s, %s: %v\n%s", group, v.name, err, s)
			}
		}
	}
}

// hasMethods reports whether v shows something in words of its own.
func hasMethods(v any) bool {
	s := fmt.Sprintf("%T", v)
	for _, name := range []string{"Duration", "Point", "formatted", "any", "interface", "error", "label2", "Buffer", "colour"} {
		if strings.Contains(s, name) {
			return true
		}
	}
	return false
}

func TestTextIsBounded(t *testing.T) {
	type matrix [30][30][30]float64
	huge, zeros := map[string]any{}, strings.Repeat("\x00", 1<<20)
	for i := range 1000 {
		huge[strings.Repeat("\x00", 300)+fmt.Sprint(i)] = []any{zeros, &matrix{}}
	}
	deep := any("x")
	for i := range 100 {
		deep = map[string]any{strings.Repeat("k", i): deep, "b": []any{deep, deep, deep}}
	}
	for _, v := range []any{
		make([]int, 1_000_000),
		strings.Repeat("x", 10<<20),
		strings.Repeat("\n`", 5<<20),
		strings.Repeat("\U000fffff", 1<<20),
		bytes.Repeat([]byte{0, 255}, 5<<20),
		bytes.NewBufferString(strings.Repeat("line\n", 1<<20)),
		errors.New(strings.Repeat("x", 10<<20)),
		&matrix{}, huge, deep,
		[]any{huge, deep, huge, deep},
	} {
		if s := text(t, v); len(s) > maxText {
			t.Errorf("%.40T: %d bytes", v, len(s))
		}
	}
}

func TestLinesAreNoWiderThanNeeded(t *testing.T) {
	for _, v := range []any{
		make([]int, 1000), [][]int{make([]int, 50), make([]int, 5)},
		map[string][]string{"a": strings.Split(strings.Repeat("word ", 100), " ")},
		slicesOf(person{Name: "Ann"}, 5),
	} {
		for line := range strings.Lines(text(t, v)) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > lineWidth {
				t.Errorf("%T: %d characters: %s", v, n, line)
			}
		}
	}
}

func slicesOf[T any](v T, n int) []T {
	out := make([]T, n)
	for i := range out {
		out[i] = v
	}
	return out
}

func TestDataIsEscapedInHTML(t *testing.T) {
	const evil = `<script>alert("x")</script>`
	type page struct{ Title string }
	b := OfAll(selfHTML{"x"}, evil, page{evil}, errors.New(evil), map[string]string{evil: evil}, tagged[struct {
		X int `x:"<script>"`
	}]{})
	h := b.Data[textHTML].(string)
	if strings.Contains(h, "<script") {
		t.Errorf("a script in the HTML of data:\n%s", h)
	}
}

// A tagged is a matrix in the name of whose type anything may stand.
type tagged[T any] struct{}

func (tagged[T]) Dims() (r, c int)    { return 1, 1 }
func (tagged[T]) At(i, j int) float64 { return 1 }

func TestBundlesPassAPipe(t *testing.T) {
	for group, values := range groups() {
		for _, v := range values {
			b := Of(v.value)
			raw, err := json.Marshal(b)
			if err != nil {
				t.Errorf("%s, %s: %v", group, v.name, err)
				continue
			}
			var back Bundle
			if err := json.Unmarshal(raw, &back); err != nil {
				t.Errorf("%s, %s: %v", group, v.name, err)
			}
			if again := back.Data[textPlain]; again != b.Data[textPlain] {
				t.Errorf("%s, %s: %q became %q", group, v.name, b.Data[textPlain], again)
			}
		}
	}
}

func TestLargeImageIsShownSmaller(t *testing.T) {
	b := Of(image.NewGray(image.Rect(-10, -10, 6000, 3000)))
	if got, want := b.Data[textPlain], "*image.Gray 6010×3010, shown at 2003×1003"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	data, err := base64.StdEncoding.DecodeString(b.Data[imagePNG].(string))
	if err != nil {
		t.Fatal(err)
	}
	if c, err := png.DecodeConfig(bytes.NewReader(data)); err != nil || c.Width != 2003 || c.Height != 1003 {
		t.Errorf("got a picture of %d×%d, %v", c.Width, c.Height, err)
	}
}

type brokenImage struct{ image.Image }

func (brokenImage) Bounds() image.Rectangle { return image.Rect(0, 0, 2, 2) }
func (brokenImage) ColorModel() color.Model { return color.GrayModel }
func (brokenImage) At(x, y int) color.Color { panic("no pixels") }

func TestImageThatPanicsIsText(t *testing.T) {
	b := Of(brokenImage{})
	if len(b.Data) != 1 || !strings.Contains(text(t, brokenImage{}), "PANIC=At method: no pixels") {
		t.Errorf("got %v", b.Data)
	}
}

// A changing counts how often it was asked.
type changing struct{ rounds []int }

func (c *changing) MIMEBundle() map[string]any {
	c.rounds = append(c.rounds, len(c.rounds))
	return map[string]any{"text/plain": fmt.Sprint(c.rounds)}
}

func TestMethodsAreCalledOnceForEachShow(t *testing.T) {
	c := &changing{}
	Of(c)
	if got := text(t, c); got != "[0 1]" {
		t.Errorf("got %s", got)
	}
}

func TestOfLeavesTheValueAlone(t *testing.T) {
	c := changing{}
	Of(c) // the method belongs to the pointer: a copy is asked
	if len(c.rounds) != 0 {
		t.Error("Of changed a value")
	}
}

func TestOfIsSafeForConcurrentUse(t *testing.T) {
	values := groups()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, group := range values {
				for _, v := range group {
					Of(v.value)
				}
			}
		})
	}
	wg.Wait()
}

func TestFirstEntriesAreTheSmallest(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		m := map[int]int{}
		for range rnd.IntN(60) {
			m[rnd.IntN(100)] = 1
		}
		n := 1 + rnd.IntN(20)
		var want []int
		for k := range 100 {
			if _, ok := m[k]; ok && len(want) < n {
				want = append(want, k)
			}
		}
		var got []int
		for _, e := range firstEntries(reflect.ValueOf(m), n) {
			got = append(got, int(e.key.Int()))
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("of %v: got %v, want %v", m, got, want)
		}
	}
}

func TestFoldKeepsCharactersWhole(t *testing.T) {
	f := fold{limit: 20, head: 7, tail: 5}
	for _, r := range []string{"a", "é", "→", "𝄞", "\xff", "\x80"} {
		for shift := range 5 {
			s := strings.Repeat("x", shift) + strings.Repeat(r, 100)
			head, tail, dropped := f.cut(s)
			if len(head)+dropped+len(tail) != len(s) || !strings.HasPrefix(s, head) || !strings.HasSuffix(s, tail) {
				t.Errorf("%q: %q, %d, %q", s, head, dropped, tail)
			}
			if utf8.ValidString(s) && !(utf8.ValidString(head) && utf8.ValidString(tail)) {
				t.Errorf("%q: %q, %q", s, head, tail)
			}
		}
	}
}

func TestCountHasCommas(t *testing.T) {
	for n, want := range map[int]string{
		0: "0", 999: "999", 1000: "1,000", 9998000: "9,998,000", -1: "-1", -100: "-100", -1000: "-1,000", 123456: "123,456",
	} {
		if got := count(n); got != want {
			t.Errorf("%d: got %s, want %s", n, got, want)
		}
	}
}

func TestTypesAreWrittenAsInACell(t *testing.T) {
	for in, want := range map[string]string{
		"main.T":                            "T",
		"*main.T":                           "*T",
		"map[string]main.T":                 "map[string]T",
		"func(int, ...main.T) (a.B)":        "func(int, ...T) (a.B)",
		"domain.T":                          "domain.T",
		"main.List[example.org/x/main.T]":   "List[T]",
		"pkg.List[example.org/x-y/z.T,int]": "pkg.List[z.T,int]",
		"func(...a/b.T)":                    "func(...b.T)",
		"chan<- main.T":                     "chan<- T",
		"<-chan interface {}":               "<-chan any",
		`struct { A int "main.T" }`:         `struct { A int "main.T" }`,
	} {
		if got := respell(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

// FuzzOf shows values of random types, of which some have methods that panic.
func FuzzOf(f *testing.F) {
	f.Add(uint64(1), "text")
	f.Add(uint64(2), "\xff\x00`\n")
	f.Add(uint64(3), strings.Repeat("é\n", 3000))
	f.Fuzz(func(t *testing.T, seed uint64, s string) {
		g := &generator{rand.New(rand.NewPCG(seed, 0)), s, nil}
		for range 20 {
			v := g.value(g.typ(4), 4)
			b := Of(v.Interface())
			check(t, b)
			all := OfAll(v.Interface(), s, selfHTML{"x"})
			if h := all.Data[textHTML].(string); !utf8.ValidString(h) {
				t.Errorf("invalid UTF-8 in HTML: %q", h)
			}
			// As a part of the whole, and out of reach.
			check(t, Of([]any{v.Interface(), &s}))
			check(t, Of(struct{ hidden any }{v.Interface()}))
		}
	})
}

func check(t *testing.T, b Bundle) {
	t.Helper()
	s, ok := b.Data[textPlain].(string)
	switch {
	case !ok || s == "":
		t.Errorf("no text: %v", b.Data)
	case !utf8.ValidString(s):
		t.Errorf("invalid UTF-8: %q", s)
	case len(s) > maxText:
		t.Errorf("%d bytes", len(s))
	case strings.Contains(s, "display: cannot show"):
		t.Error(s)
	}
	if _, err := json.Marshal(b); err != nil {
		t.Error(err)
	}
}

// A generator makes types and values.
type generator struct {
	*rand.Rand
	text string
	seen []reflect.Value // of kind pointer, to point to again
}

var leafTypes = []reflect.Type{
	reflect.TypeFor[bool](), reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[uint64](),
	reflect.TypeFor[uintptr](), reflect.TypeFor[float32](), reflect.TypeFor[float64](), reflect.TypeFor[complex64](),
	reflect.TypeFor[string](), reflect.TypeFor[byte](), reflect.TypeFor[any](), reflect.TypeFor[error](),
	reflect.TypeFor[fmt.Stringer](), reflect.TypeFor[time.Time](), reflect.TypeFor[time.Duration](),
	reflect.TypeFor[celsius](), reflect.TypeFor[colour](), reflect.TypeFor[label2](), reflect.TypeFor[fragile](),
	reflect.TypeFor[*fragile](), reflect.TypeFor[thrower](), reflect.TypeFor[brokenHTML](), reflect.TypeFor[badMatrix](),
	reflect.TypeFor[plainBundle](), reflect.TypeFor[ring](), reflect.TypeFor[person](), reflect.TypeFor[wide](),
	reflect.TypeFor[image.Rectangle](), reflect.TypeFor[func()](), reflect.TypeFor[chan int](),
	reflect.TypeFor[reflect.Value](), reflect.TypeFor[bytes.Buffer](), reflect.TypeFor[*image.Gray](),
}

func (g *generator) typ(depth int) reflect.Type {
	if depth == 0 {
		return leafTypes[g.IntN(len(leafTypes))]
	}
	switch elem := g.typ(depth - 1); g.IntN(7) {
	case 0:
		return reflect.SliceOf(elem)
	case 1:
		return reflect.ArrayOf(g.IntN(4), elem)
	case 2:
		return reflect.PointerTo(elem)
	case 3:
		if key := g.typ(g.IntN(2)); key.Comparable() {
			return reflect.MapOf(key, elem)
		}
		return reflect.MapOf(reflect.TypeFor[string](), elem)
	case 4:
		return reflect.StructOf([]reflect.StructField{
			{Name: "A", Type: elem, Tag: reflect.StructTag(g.text)},
			{Name: "hidden", PkgPath: "main", Type: elem},
		})
	case 5:
		return reflect.ChanOf(reflect.RecvDir, elem)
	default:
		return elem
	}
}

func (g *generator) value(t reflect.Type, depth int) reflect.Value {
	v := reflect.New(t).Elem()
	g.fill(v, depth)
	return v
}

func (g *generator) fill(v reflect.Value, depth int) {
	if depth < 0 || !v.CanSet() || g.IntN(12) == 0 {
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(g.IntN(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(g.Int64())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(g.Uint64())
	case reflect.Float32, reflect.Float64:
		v.SetFloat(g.NormFloat64())
	case reflect.Complex64, reflect.Complex128:
		v.SetComplex(complex(g.NormFloat64(), 0))
	case reflect.String:
		v.SetString(g.text[g.IntN(len(g.text)+1):])
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), g.IntN(40), 40))
		for i := range v.Len() {
			g.fill(v.Index(i), depth-1)
		}
	case reflect.Array:
		for i := range v.Len() {
			g.fill(v.Index(i), depth-1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			g.fill(v.Field(i), depth-1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range g.IntN(40) {
			func() {
				defer func() { recover() }() // a key in an interface that cannot be one
				v.SetMapIndex(g.value(v.Type().Key(), depth-1), g.value(v.Type().Elem(), depth-1))
			}()
		}
	case reflect.Pointer:
		for _, p := range g.seen {
			if p.Type() == v.Type() {
				v.Set(p) // a cycle, as like as not
				return
			}
		}
		v.Set(reflect.New(v.Type().Elem()))
		g.seen = append(g.seen, v)
		g.fill(v.Elem(), depth-1)
	case reflect.Interface:
		held := g.value(g.typ(g.IntN(2)), depth-1)
		if held.Type().Implements(v.Type()) {
			v.Set(held)
		}
	}
}

func BenchmarkOfMillionInts(b *testing.B) {
	v := make([]int, 1_000_000)
	for i := range v {
		v[i] = i
	}
	benchmarkOf(b, v)
}

func BenchmarkOfLongString(b *testing.B) { benchmarkOf(b, strings.Repeat("a line\n", 10<<20/7)) }
func BenchmarkOfLongBytes(b *testing.B)  { benchmarkOf(b, bytes.Repeat([]byte("x"), 10<<20)) }
func BenchmarkOfInt(b *testing.B)        { benchmarkOf(b, 42) }

func BenchmarkOfImage(b *testing.B) {
	m := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for i := range m.Pix {
		m.Pix[i] = byte(i / 7)
	}
	benchmarkOf(b, m)
}

func BenchmarkOfLargeImage(b *testing.B) { benchmarkOf(b, image.NewRGBA(image.Rect(0, 0, 8000, 6000))) }

func BenchmarkOfMatrix(b *testing.B) {
	benchmarkOf(b, mat.NewDense(1000, 1000, nil))
}

func BenchmarkOfMillionEntries(b *testing.B) {
	v := make(map[string]int, 1_000_000)
	for i := range 1_000_000 {
		v[fmt.Sprint(i)] = i
	}
	benchmarkOf(b, v)
}

func benchmarkOf(b *testing.B, v any) {
	b.ReportAllocs()
	var n int
	for b.Loop() {
		n = len(Of(v).Data[textPlain].(string))
	}
	b.ReportMetric(float64(n), "bytes")
}

package frame_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/netherfield/netherfield/runtime/frame"
	"gonum.org/v1/gonum/mat"
)

// mails is a small table with a null in every column but the first.
func mails() *frame.Frame {
	return must(frame.New(
		frame.Ints("index", []int{0, 1, 2, 3, 4}),
		frame.Strings("label", []string{"spam", "legitimate", "spam", "", "spam"}).Null(3),
		frame.Floats("x", []float64{1.5, math.NaN(), -2, 0, 7}),
		frame.Ints("n", []int{10, 20, 30, 40, 50}).Null(4),
		frame.Bools("flag", []bool{true, false, true, false, false}).Null(1),
		frame.Times("time", []time.Time{day(1), day(2), {}, day(4), day(5)}),
	))
}

func day(d int) time.Time { return time.Date(2026, 1, d, 0, 0, 0, 0, time.UTC) }

// fails checks that an error has all the parts.
func fails(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want one with %q", parts)
		return
	}
	if !strings.HasPrefix(err.Error(), "frame: ") {
		t.Errorf("%q does not say that it is of this package", err)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("error %q lacks %q", err, p)
		}
	}
}

// index returns the rows that are left, by the column "index".
func index(t *testing.T, f *frame.Frame, err error) []int {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return must(f.Ints("index"))
}

func TestWhereKeepsWhatIsTrueAndNotNull(t *testing.T) {
	f := mails()
	col := frame.Col
	for _, c := range []struct {
		expr frame.Expr
		want []int
	}{
		{col("label").Eq("spam"), []int{0, 2, 4}},
		{col("label").Ne("spam"), []int{1}},
		{col("label").Ne("spam").Or(col("label").IsNull()), []int{1, 3}},
		{col("label").Eq("spam").Not(), []int{1}},
		{col("label").In("legitimate", "ham"), []int{1}},
		{col("label").In([]string{"legitimate", "spam"}), []int{0, 1, 2, 4}},
		{col("label").In(), nil},
		{col("label").In().Not(), []int{0, 1, 2, 4}},
		{col("n").In(10, 30.0, 99), []int{0, 2}},
		{col("label").Lt("m"), []int{1}},
		{col("label").Contains("gitim"), []int{1}},
		{col("label").HasPrefix("sp"), []int{0, 2, 4}},
		{col("label").HasSuffix("e"), []int{1}},
		{col("label").Eq(col("label")), []int{0, 1, 2, 4}},
		{col("x").Gt(0), []int{0, 4}},
		{col("x").Le(0), []int{2, 3}},
		{col("x").IsNull(), []int{1}},
		{col("x").NotNull(), []int{0, 2, 3, 4}},
		{col("n").Ge(29.5), []int{2, 3}},
		{col("n").Gt(col("index").Mul(12)), []int{0, 1, 2, 3}},
		{col("n").Div(10).Eq(col("index").Add(1)), []int{0, 1, 2, 3}},
		{col("n").Sub(col("x")).Lt(32), []int{0}},
		{col("flag"), []int{0, 2}},
		{col("flag").Not(), []int{3, 4}},
		{col("flag").Eq(false), []int{3, 4}},
		{col("flag").And(col("x").Gt(0)), []int{0}},
		{col("x").Gt(0).And(col("flag")), []int{0}},
		{col("flag").IsNull().And(col("x").IsNull()), []int{1}},
		{col("time").Gt("2026-01-02"), []int{3, 4}},
		{col("time").Le(day(2)), []int{0, 1}},
		{col("time").Eq("2026-01-04T01:00:00+01:00"), []int{3}},
	} {
		got, err := f.Where(c.expr)
		if rows := index(t, got, err); !slices.Equal(rows, c.want) {
			t.Errorf("%v: rows %v, want %v", c.expr, rows, c.want)
		}
		// A selection of a selection is the same.
		part := must(f.Take([]int{4, 3, 2, 1, 0, 0}))
		got, err = part.Where(c.expr)
		want := slices.Clone(c.want)
		slices.Reverse(want)
		if len(want) > 0 && want[len(want)-1] == 0 {
			want = append(want, 0)
		}
		if rows := index(t, got, err); !slices.Equal(rows, want) {
			t.Errorf("%v of the rows in reverse: %v, want %v", c.expr, rows, want)
		}
	}
}

func TestLargeIntegersCompareByTheirExactValues(t *testing.T) {
	f := must(frame.Of("index", []int{0, 1, 2}, "n", []int{1<<53 + 1, math.MaxInt64, math.MinInt64}))
	for want, e := range map[string]frame.Expr{
		"[0]":   frame.Col("n").Gt(float64(1 << 53)).And(frame.Col("n").Lt(1 << 54)),
		"[]":    frame.Col("n").Eq(float64(1 << 53)),
		"[0 2]": frame.Col("n").Lt(math.MaxInt64),
		"[0 1]": frame.Col("n").Gt(-math.MaxFloat64).And(frame.Col("n").Gt(0.5)),
	} {
		got, err := f.Where(e)
		if rows := fmt.Sprint(index(t, got, err)); rows != want {
			t.Errorf("%v: %v, want %v", e, rows, want)
		}
	}
}

func TestAWrongExpressionIsAnError(t *testing.T) {
	f := mails()
	for _, c := range []struct {
		e     frame.Expr
		parts []string
	}{
		{frame.Col("lable").Eq("spam"), []string{`"lable"`, `did you mean "label"?`}},
		{frame.Col("label").Eq(5), []string{"label == 5", "string and int64 cannot be compared"}},
		{frame.Col("x").Eq(math.NaN()), []string{"NaN", "IsNull"}},
		{frame.Col("x").Eq(nil), []string{"IsNull"}},
		{frame.Col("x").Eq([]int{1}), []string{"[]int"}},
		{frame.Col("x"), []string{"float64", "condition"}},
		{frame.Col("x").Gt(0).And(frame.Col("n")), []string{"n is int64"}},
		{frame.Col("x").Contains("a"), []string{"float64 is no text"}},
		{frame.Col("label").Add(1).Gt(0), []string{"string is no number"}},
		{frame.Col("time").Gt("tomorrow"), []string{`"tomorrow" is no time`}},
		{frame.Col("n").Mul(math.MaxInt64).Gt(0), []string{"row 0", "int64"}},
		{frame.Expr{}, []string{"empty"}},
		{frame.Col("label").In("a", 5), []string{"int"}},
	} {
		_, err := f.Where(c.e)
		fails(t, err, c.parts...)
	}
}

func TestWithComputesAnExpression(t *testing.T) {
	f := must(mails().With("half", frame.Col("n").Div(2)))
	golden := []float64{5, 10, 15, 20, math.NaN()}
	for i, v := range must(f.Floats("half")) {
		if v != golden[i] && (v == v || golden[i] == golden[i]) {
			t.Errorf("row %d: %v", i, v)
		}
	}
	f = must(f.With("one", frame.Col("n").Sub(frame.Col("n")).Add(1)))
	if c := must(f.Column("one")); c.Kind() != frame.Int64 || c.Value(0) != 1 || c.Value(4) != nil {
		t.Errorf("%v: %v, %v", c.Kind(), c.Value(0), c.Value(4))
	}
	f = must(f.With("known", frame.Col("label").Eq("spam")))
	if c := must(f.Column("known")); c.Value(0) != true || c.Value(1) != false || c.Value(3) != nil {
		t.Errorf("%v, %v, %v", c.Value(0), c.Value(1), c.Value(3))
	}
	if c := must(must(f.With("copy", frame.Col("label"))).Column("copy")); c.Value(0) != "spam" || c.Value(3) != nil {
		t.Error(c.Value(0), c.Value(3))
	}
}

func TestAnUnknownColumnIsAnErrorThatNamesTheNearest(t *testing.T) {
	f := mails()
	_, err := f.Strings("Lable")
	fails(t, err, `"Lable"`, `"label"`)
	var unknown *frame.ColumnError
	if !errors.As(err, &unknown) || unknown.Name != "Lable" || len(unknown.Columns) != 6 {
		t.Errorf("%#v", err)
	}
	for what, err := range map[string]error{
		"Select":      second(f.Select("label", "zzz")),
		"Drop":        second(f.Drop("zzz")),
		"Rename":      second(f.Rename("zzz", "a")),
		"Sort":        second(f.Sort("zzz")),
		"GroupBy":     second(f.GroupBy("zzz").Agg(frame.Count())),
		"Agg":         second(f.Agg(frame.Mean("zzz"))),
		"ValueCounts": second(f.ValueCounts("zzz")),
		"Mean":        second(f.Mean("zzz")),
		"Quantile":    second(f.Quantile("zzz", 0.5)),
		"Floats":      second(f.Floats("zzz")),
		"Matrix":      second(f.Matrix("zzz")),
		"DropNulls":   second(f.DropNulls("zzz")),
		"FillNull":    second(f.FillNull(1, "zzz")),
		"NullCount":   second(f.NullCount("zzz")),
		"Filter":      second(f.Filter(func(r frame.Row) bool { return r.String("zzz") == "" })),
		"Join":        second(f.Join(f, []string{"zzz"})),
		"Convert":     second(f.Convert("zzz", frame.String)),
	} {
		if err == nil {
			t.Errorf("%s: no error", what)
			continue
		}
		fails(t, err, `no column "zzz"`, `"index", "label", "x"`)
	}
}

func second[T any](_ T, err error) error { return err }

func TestFilterIsWhereWithAFunction(t *testing.T) {
	f := mails()
	got, err := f.Filter(func(r frame.Row) bool {
		return r.String("label") == "spam" && r.Float("x") > 0 && !r.IsNull("time") && r.Time("time").Day() == r.Index()+1 && (r.Bool("flag") || r.Int("n") == 0)
	})
	if rows := index(t, got, err); !slices.Equal(rows, []int{0, 4}) {
		t.Error(rows)
	}
	_, err = f.Filter(func(r frame.Row) bool { return r.Int("label") == 0 })
	fails(t, err, `column "label" is string`)
	defer func() {
		if v := recover(); v != "mine" {
			t.Errorf("a panic of the function became %v", v)
		}
	}()
	f.Filter(func(frame.Row) bool { panic("mine") })
}

func TestRowsGoesThroughTheSelection(t *testing.T) {
	var got []string
	for i, r := range must(mails().Take([]int{4, 0, 0})).Rows() {
		got = append(got, fmt.Sprint(i, r.String("label"), r.String("x"), r.String("n"), r.String("time")))
		if i == 1 {
			break
		}
	}
	if want := []string{"0spam7" + "" + "2026-01-05T00:00:00Z", "1spam1.5102026-01-01T00:00:00Z"}; strings.ReplaceAll(strings.Join(got, "|"), " ", "") != strings.Join(want, "|") {
		t.Errorf("%q", got)
	}
}

func TestAFrameDoesNotChange(t *testing.T) {
	labels, numbers := []string{"a", "b", "c"}, []float64{1, 2, 3}
	f := must(frame.Of("label", labels, "x", numbers))
	labels[0], numbers[0] = "z", 99
	before := f.String()
	g := must(f.With("x", []float64{7, 8, 9}))
	must(f.With("y", []int{1, 2, 3}))
	must(f.Rename("x", "z"))
	must(f.Drop("label"))
	must(f.Sort(frame.Desc("x")))
	must(f.Floats("x"))[0] = 5
	if f.String() != before || strings.Contains(before, "99") {
		t.Errorf("%s became\n%s", before, f)
	}
	if got := must(g.Floats("x")); !slices.Equal(got, []float64{7, 8, 9}) || !slices.Equal(g.Columns(), []string{"label", "x"}) {
		t.Error(got)
	}
	// Two frames made of the same one do not share what they append.
	a, b := must(f.With("a", numbers)), must(f.With("b", numbers))
	if a.Columns()[2] != "a" || b.Columns()[2] != "b" {
		t.Error(a.Columns(), b.Columns())
	}
}

func TestColumnsMustFit(t *testing.T) {
	fails(t, second(frame.Of("a", []int{1}, "b", []int{1, 2})), `"b" has 2`, `"a" has 1`)
	fails(t, second(frame.Of("a", []int{1}, "a", []int{1})), `two columns "a"`)
	fails(t, second(frame.Of("a")), "1 arguments")
	fails(t, second(frame.Of(1, 2)), "argument 0")
	fails(t, second(frame.Of("a", 5)), "int")
	fails(t, second(frame.Of("a", []chan int{})), "chan")
	fails(t, second(frame.Of("a", []any{1, "x"})), "row 0 is int64, row 1 is string")
	fails(t, second(frame.Of("a", []uint64{1 << 63})), "row 0", "int64")
	fails(t, second(frame.New(frame.Column{})), "no values")
	fails(t, second(frame.New(frame.Ints("a", []int{1}).Null(3))), "row 3")
	fails(t, second(mails().With("a", []int{1})), "1 values for 5 rows")
	fails(t, second(mails().Rename("x", "n")), `"n"`)
	fails(t, second(mails().Select("x", "x")), "twice")
	fails(t, second(mails().Take([]int{5})), "row 5 of 5")
	fails(t, second(mails().Slice(3, 2)), "rows 3 to 2")
	fails(t, second(mails().Head(-1)), "-1")
	fails(t, second(mails().Sample(6)), "6 rows", "Replace")
	fails(t, second(mails().Sample(6, frame.Fraction(0.1))), "fraction")
	fails(t, second(mails().Sample(0, frame.Fraction(math.NaN()))), "NaN")
	fails(t, second(mails().Sort()), "Sort")
	fails(t, second(mails().Quantile("x", 2)), "2")
	fails(t, second(mails().Mean("label")), "string")
	fails(t, second(mails().Ints("x")), "row 1", "FillNull")
	fails(t, second(mails().Bools("x")), "float64")
	fails(t, second(mails().GroupBy("label").Agg(frame.Mean("x"), frame.Mean("x"))), "x_mean", "As")
	fails(t, second(mails().FillNull("x", "n")), "int64")
	fails(t, second(mails().FillNull([]int{1})), "[]int")
}

func TestSlicesOfAllKindsAreColumns(t *testing.T) {
	type name string
	two, x := 2, 1.5
	f := must(frame.Of("name", []name{"a", "b"}, "pointer", []*int{nil, &two}, "small", []uint8{1, 2}, "f32", []float32{0.5, 1}, "any", []any{nil, 1}, "mixed", []any{1, 2.5}, "fp", []*float64{&x, nil}, "nothing", []any{nil, nil}, "array", [2]bool{true, false}))
	want := "name:string pointer:int64 small:int64 f32:float64 any:int64 mixed:float64 fp:float64 nothing:float64 array:bool"
	var got []string
	for _, s := range f.Schema() {
		got = append(got, fmt.Sprintf("%s:%v", s.Name, s.Kind))
	}
	if s := strings.Join(got, " "); s != want {
		t.Errorf("%s, want %s", s, want)
	}
	if n := must(f.NullCount("nothing")); n != 2 {
		t.Error(n)
	}
}

func TestNullsAreDroppedAndFilled(t *testing.T) {
	f := mails()
	if rows := index(t, must(f.DropNulls()), nil); !slices.Equal(rows, []int{0}) {
		t.Error(rows)
	}
	if rows := index(t, must(f.DropNulls("x", "label")), nil); !slices.Equal(rows, []int{0, 2, 4}) {
		t.Error(rows)
	}
	g := must(f.FillNull(0))
	if x, n := must(g.Floats("x")), must(g.Ints("n")); x[1] != 0 || n[4] != 0 || must(g.NullCount("label")) != 1 {
		t.Error(x, n)
	}
	g = must(must(must(f.FillNull("?")).FillNull(true)).FillNull(day(9)))
	if s := must(g.Strings("label")); s[3] != "?" || !must(g.Bools("flag"))[1] || !must(g.Times("time"))[2].Equal(day(9)) {
		t.Error(g)
	}
	for _, name := range f.Columns()[1:] {
		if n := must(f.NullCount(name)); n != 1 {
			t.Errorf("%s: %d nulls", name, n)
		}
	}
}

func TestAggregationsOfNoRowsAndOfAllRows(t *testing.T) {
	f := mails()
	none := must(f.Head(0))
	g := must(none.Agg(frame.Count(), frame.Sum("n"), frame.Mean("x"), frame.Min("label"), frame.First("time"), frame.NUnique("label")))
	var got []any
	for _, s := range g.Schema() {
		got = append(got, must(g.Column(s.Name)).Value(0))
	}
	if s := fmt.Sprint(got); s != "[0 0 <nil> <nil> <nil> 0]" {
		t.Error(s)
	}
	if g := must(none.GroupBy("label").Agg(frame.Count())); g.NumRows() != 0 || g.NumCols() != 2 {
		t.Error(g)
	}
	g = must(f.Agg(frame.Max("time"), frame.Min("label"), frame.Max("flag"), frame.Sum("flag"), frame.Last("label").As("end")))
	if s := strings.Join(strings.Fields(g.String()), " "); !strings.Contains(s, "2026-01-05T00:00:00Z legitimate true 2 spam 1 row × 5 columns") {
		t.Error(s)
	}
	large := must(frame.Of("n", []int{math.MaxInt64, 1}))
	fails(t, second(large.Agg(frame.Sum("n"))), `"n"`, "int64")
	if d := must(none.Describe()); d.NumRows() != 6 {
		t.Error(d)
	}
}

func TestConcatAndJoin(t *testing.T) {
	f := mails()
	both := must(frame.Concat(f, must(f.Take([]int{4, 0})), &frame.Frame{}))
	if s := must(both.Strings("index")); strings.Join(s, "") != "0123440" || must(both.NullCount("n")) != 2 || must(both.NullCount("flag")) != 1 {
		t.Error(both)
	}
	if k := must(frame.Concat(must(frame.Of("x", []int{1})), must(frame.Of("x", []float64{2.5})))).Schema()[0].Kind; k != frame.Float64 {
		t.Error(k)
	}
	fails(t, second(frame.Concat(f, must(f.Drop("x")))), "different columns")
	fails(t, second(frame.Concat(f, nil)), "nil")
	names := must(frame.Of("label", []string{"spam", "ham", "spam"}, "long", []string{"unwanted", "wanted", "again"}, "x", []int{1, 2, 3}))
	inner := must(f.Join(names, []string{"label"}))
	if s := strings.Join(must(inner.Strings("long")), " "); s != "unwanted again unwanted again unwanted again" || !inner.Has("x_right") {
		t.Error(inner)
	}
	left := must(f.Join(names, []string{"label"}, frame.Left(), frame.Suffix("2")))
	if left.NumRows() != 8 || must(left.NullCount("long")) != 2 || must(left.NullCount("x2")) != 2 {
		t.Error(left)
	}
	if none := must(f.Join(must(names.Head(0)), []string{"label"}, frame.Left())); none.NumRows() != 5 || must(none.NullCount("long")) != 5 {
		t.Error(none)
	}
	fails(t, second(f.Join(must(names.Rename("x", "index")), []string{"label", "long"})), `"long"`)
	fails(t, second(f.Join(must(frame.Of("label", []int{1})), []string{"label"})), "string", "int64")
}

func TestStructsAreRows(t *testing.T) {
	type base struct {
		ID int32 `frame:"index"`
	}
	type mail struct {
		base
		Label  *string `frame:"label"`
		X      float32
		When   time.Time
		Secret []byte `frame:"-"`
		hidden int
	}
	spam := "spam"
	in := []mail{{base{1}, &spam, 0.5, day(1), nil, 0}, {base{2}, nil, 1, time.Time{}, nil, 0}}
	f, err := frame.FromStructs(in)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(f.Columns(), " "); got != "index label X When" {
		t.Error(got)
	}
	out, err := frame.ToStructs[mail](f)
	if err != nil {
		t.Fatal(err)
	}
	if out[0].ID != 1 || *out[0].Label != "spam" || out[1].Label != nil || !out[0].When.Equal(day(1)) || !out[1].When.IsZero() || out[1].X != 1 {
		t.Errorf("%+v", out)
	}
	type narrow struct {
		N int8 `frame:"n"`
	}
	_, err = frame.ToStructs[narrow](mails())
	fails(t, err, `"n"`, "row 4", "null")
	_, err = frame.ToStructs[narrow](must(frame.Of("n", []int{300})))
	fails(t, err, "row 0", "int8")
	_, err = frame.FromStructs([]struct{ F func() }{{}})
	fails(t, err, "F", "func()")
	_, err = frame.FromStructs([]int{1})
	fails(t, err, "int")
}

func TestMatricesAreNumbers(t *testing.T) {
	f := mails()
	m := must(f.Matrix("n", "flag", "x"))
	if r, c := m.Dims(); r != 5 || c != 3 || m.At(1, 0) != 20 || m.At(0, 1) != 1 || !math.IsNaN(m.At(1, 1)) || m.At(2, 2) != -2 || !math.IsNaN(m.At(4, 0)) {
		t.Error(mat.Formatted(m))
	}
	fails(t, second(f.Matrix()), `"label"`, "string")
	if r, c := must(must(f.Head(0)).Matrix("x")).Dims(); r != 0 || c != 0 {
		t.Error(r, c)
	}
	g := must(frame.FromMatrix(m.T(), "a", "b", "c", "d", "e"))
	if got := must(g.Floats("a")); !slices.Equal(got, []float64{10, 1, 1.5}) {
		t.Error(got)
	}
	if got := must(frame.FromMatrix(m)).Columns(); strings.Join(got, "") != "012" {
		t.Error(got)
	}
	fails(t, second(frame.FromMatrix(m, "a")), "1 names", "3 columns")
}

func TestConvertMakesOneKindOfAnother(t *testing.T) {
	f := must(frame.Of("s", []any{"1", nil, " 3"}, "f", []float64{1, math.NaN(), 0}))
	if got := must(must(f.Convert("s", frame.Int64)).Column("s")); got.Value(0) != 1 || got.Value(1) != nil || got.Value(2) != 3 {
		t.Error(got.Value(0), got.Value(1), got.Value(2))
	}
	g := must(must(f.Convert("f", frame.Bool)).Convert("f", frame.String))
	if got := must(g.Strings("f")); strings.Join(got, ",") != "true,,false" {
		t.Error(got)
	}
	fails(t, second(must(f.With("s", []string{"1", "x", "2"})).Convert("s", frame.Float64)), "row 1", `"x"`)
	when := must(must(mails().Convert("time", frame.String)).Convert("time", frame.Timestamp))
	if got := must(when.Times("time")); !got[0].Equal(day(1)) || !got[2].IsZero() {
		t.Error(got)
	}
}

func TestFilesComeBack(t *testing.T) {
	f := must(mails().With("text", []string{"a,b", "\"q\"\r\n", "  ", "Ω\u2028\x00\x1f", "plain"}))
	f = must(f.Take([]int{4, 2, 1, 0, 3, 0})) // a selection too
	dir := t.TempDir()
	for _, name := range []string{"a.csv", "a.tsv", "a.jsonl", "A.NDJSON"} {
		path := filepath.Join(dir, name)
		if err := f.Write(path); err != nil {
			t.Fatal(err)
		}
		got, err := frame.Read(path, frame.Types(map[string]frame.Kind{"time": frame.Timestamp}))
		if err != nil {
			t.Fatal(err)
		}
		equal(t, got, f)
		part, err := frame.Read(path, frame.Columns("text", "index"))
		if err != nil {
			t.Fatal(err)
		}
		equal(t, part, must(f.Select("text", "index")))
		fails(t, second(frame.Read(path, frame.Columns("txt"))), path, `"txt"`, `"text"`)
		fails(t, second(frame.Read(path, frame.Types(map[string]frame.Kind{"txt": frame.Int64}))), path, `"text"`)
		fails(t, second(frame.Read(path, frame.Types(map[string]frame.Kind{"label": frame.Int64}))), path, "line", `"label"`, "spam", "int64")
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 4 {
		t.Errorf("%d files are left", len(entries))
	}
}

func TestWritingIsAllOrNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.csv")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	bad := must(frame.Of("text", []string{"good", "b\xffd"}))
	fails(t, bad.Write(path), `"text"`, "row 1", "UTF-8")
	fails(t, must(bad.Take([]int{1})).Write(path), "row 0", "UTF-8")
	if err := must(bad.Head(1)).Write(filepath.Join(dir, "b.csv")); err != nil {
		t.Error(err)
	}
	fails(t, must(frame.Of("x", []float64{math.Inf(1)})).Write(filepath.Join(dir, "c.jsonl")), "c.jsonl", "infinity")
	if data, _ := os.ReadFile(path); string(data) != "old" {
		t.Errorf("%q", data)
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 2 {
		t.Errorf("%v is left", entries)
	}
	fails(t, bad.Write(filepath.Join(dir, "a.parquet")), "a.parquet", "runtime/frame/parquet", "import")
	fails(t, bad.Write(filepath.Join(dir, "a.xlsx")), `"xlsx"`, ".csv, .jsonl")
	fails(t, bad.Write(filepath.Join(dir, "a")), "extension")
	fails(t, second(frame.Read(filepath.Join(dir, "none.csv"))), "none.csv")
	fails(t, second(frame.Read(dir+"/..csv")), "..csv")
}

func TestWrongTextsSayWhere(t *testing.T) {
	for _, c := range []struct{ format, text, want string }{
		{"csv", "a,b\n1,2\n1,2,3\n", "line 3 has more fields than the 2"},
		{"csv", "a\n\"x\n", "the quote that begins in line 2"},
		{"csv", "a\nb\xff\n", "line 2 is not UTF-8"},
		{"csv", "a," + strings.Repeat("b,", 20000) + "\n" + strings.Repeat("1\n", 20000), "nearly all of it would be null"},
		{"jsonl", "{\"a\":1}\n[1]\n", "line 2: an object"},
		{"jsonl", "{\"a\":1\n", "line 1: a comma or } is expected"},
		{"jsonl", "{\"a\":01}\n", "line 1: \"01\" is no value"},
		{"jsonl", "{\"a\":\"\\x\"}\n", `\x`},
		{"jsonl", "{\"a\":1,\"a\":2}\n", `"a" comes twice`},
		{"jsonl", "{\"a\":1} {\"a\":2}\n", "end of the line"},
		{"jsonl", "{\"a\":[1,}\n", "array or object"},
		{"jsonl", "{\"a\"", "colon"},
	} {
		_, err := frame.Decode(strings.NewReader(c.text), c.format)
		fails(t, err, c.want)
	}
}

func TestJSONLinesFindKinds(t *testing.T) {
	f := must(frame.Decode(strings.NewReader("{\"i\":1,\"f\":1,\"b\":true,\"s\":\"\\ud83d\\ude00\",\"m\":1}\n{\"f\":2.5,\"m\":\"x\",\"late\":[1,{\"a\":\"]\"}]}\n"), "jsonl"))
	var got []string
	for _, s := range f.Schema() {
		got = append(got, fmt.Sprintf("%s:%v:%v", s.Name, s.Kind, must(f.Strings(s.Name))))
	}
	if s, want := strings.Join(got, " "), "i:int64:[1 ] f:float64:[1 2.5] b:bool:[true ] s:string:[😀 ] m:string:[1 x] late:string:[ [1,{\"a\":\"]\"}]]"; s != want {
		t.Errorf("%s\nwant %s", s, want)
	}
}

func TestAFrameShowsItself(t *testing.T) {
	texts := make([]string, 200)
	numbers := make([]float64, 200)
	for i := range texts {
		texts[i] = fmt.Sprintf("<b>%d</b> ", i) + strings.Repeat("word ", 30)
		numbers[i] = float64(i) / 8
	}
	f := must(frame.New(frame.Strings("text", texts).Null(1), frame.Floats("x & y", numbers).Null(0), frame.Ints("n", make([]int, 200)), frame.Bools("b", make([]bool, 200))))
	bundle := f.MIMEBundle()
	plain, html := bundle["text/plain"].(string), bundle["text/html"].(string)
	for _, text := range []string{plain, html} {
		if !strings.Contains(text, "200 rows × 4 columns") || !strings.Contains(text, "null") || !strings.Contains(text, "⋮") || !strings.Contains(text, "…") || !strings.Contains(text, "24.875") || strings.Contains(text, "12.500") {
			t.Error(text)
		}
	}
	if !strings.HasSuffix(plain, "200 rows × 4 columns") || strings.Count(html, "<tr>") != 12 {
		t.Error(plain, html)
	}
	if strings.Contains(html, "<b>") || !strings.Contains(html, "&lt;b&gt;0") || !strings.Contains(html, "x &amp; y") || !strings.Contains(html, `<th style="text-align:right">n<br><small style="opacity:.6;font-weight:normal">int64</small></th>`) {
		t.Error(html)
	}
	lines := strings.Split(plain, "\n")
	if len(lines) != 14 {
		t.Errorf("%d lines:\n%s", len(lines), plain)
	}
	if s := (&frame.Frame{}).String(); s != "0 rows × 0 columns" {
		t.Error(s)
	}
	wide := map[string]bool{}
	var cols []frame.Column
	for j := range 300 {
		cols = append(cols, frame.Ints(fmt.Sprintf("column_%d", j), []int{1 << 40}))
		wide[fmt.Sprint(j)] = true
	}
	for _, line := range strings.Split(must(frame.New(cols...)).String(), "\n") {
		if len([]rune(line)) > 100 {
			t.Errorf("%d characters: %s", len(line), line)
		}
	}
}

func TestFramesOfSeveralGoroutines(t *testing.T) {
	f := mails()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			g := must(f.Where(frame.Col("label").Eq("spam")))
			must(g.Sort("x"))
			must(f.Describe())
			must(f.GroupBy("label").Agg(frame.Mean("x")))
			_ = g.String()
		})
	}
	wg.Wait()
}

func TestWithoutASeedSamplesDiffer(t *testing.T) {
	rows := make([]int, 1000)
	for i := range rows {
		rows[i] = i
	}
	f := must(frame.Of("x", rows))
	if a, b := must(f.Sample(50)), must(f.Sample(50)); slices.Equal(must(a.Ints("x")), must(b.Ints("x"))) {
		t.Error("two samples are the same")
	}
}

func TestTextsOfAnyLengthAreFound(t *testing.T) {
	long := "abcdefghijklmnopqrstuvwxyz"
	var texts []string
	for n := range 20_000 {
		switch k := n % 23; {
		case n%3 == 0:
			texts = append(texts, long[:k])
		case n%3 == 1:
			texts = append(texts, strings.Repeat("\x00", k))
		default:
			texts = append(texts, long[:k/2]+"x"+long[:k/2])
		}
	}
	table, err := frame.New(frame.Strings("text", texts))
	if err != nil {
		t.Fatal(err)
	}
	turned, err := table.Tail(19_990) // of which some have nothing behind them
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []*frame.Frame{table, turned} {
		texts := texts[len(texts)-f.NumRows():]
		for _, want := range []string{"", "a", long[:7], long[:8], long[:9], long[:16], long[:17], long[:22], "\x00", "\x00\x00", "x", "axa", strings.Repeat("\x00", 19), long} {
			count := 0
			for _, text := range texts {
				if text == want {
					count++
				}
			}
			same, err := f.Where(frame.Col("text").Eq(want))
			if err != nil {
				t.Fatal(err)
			}
			others, err := f.Where(frame.Col("text").Ne(want))
			if err != nil {
				t.Fatal(err)
			}
			if same.NumRows() != count || others.NumRows() != len(texts)-count {
				t.Errorf("%q is found %d times, and something else %d times; want %d and %d", want, same.NumRows(), others.NumRows(), count, len(texts)-count)
			}
		}
	}
}

// millionRows is a frame as wide as one shows.
func millionRows() *frame.Frame {
	texts, numbers := make([]string, 1_000_000), make([]float64, 1_000_000)
	for i := range texts {
		texts[i], numbers[i] = "word", float64(i)/7
	}
	for i := range 10 {
		texts[i], texts[len(texts)-1-i] = strings.Repeat("word & ", 30), strings.Repeat("<>", 100)
	}
	var cols []frame.Column
	for j := range 6 {
		cols = append(cols, frame.Strings(fmt.Sprint("text ", j), texts), frame.Floats(fmt.Sprint("number ", j), numbers))
	}
	return must(frame.New(cols...))
}

func TestAFrameOfAMillionRowsShowsInLittle(t *testing.T) {
	size := 0
	for _, s := range millionRows().MIMEBundle() {
		size += len(s.(string))
	}
	if size > 100_000 {
		t.Errorf("it shows in %d bytes", size)
	}
}

func BenchmarkShowAMillionRows(b *testing.B) {
	f := millionRows()
	for b.Loop() {
		f.MIMEBundle()
	}
}

package arrow_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	upstream "github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/netherfield/netherfield/runtime/frame"
	"github.com/netherfield/netherfield/runtime/frame/arrow"
)

func TestFramesGoThroughArrowAndBack(t *testing.T) {
	f, err := frame.New(
		frame.Strings("text", []string{"a", "", "Ω", "d", "e", "f", "g", "h", "i"}).Null(1),
		frame.Floats("x", []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}).Null(8),
		frame.Ints("n", []int{1, 2, 3, 4, 5, 6, 7, 8, 9}).Null(0),
		frame.Bools("b", []bool{true, false, true, true, true, true, true, true, false}),
		frame.Times("t", []time.Time{time.Unix(5, 1000), {}, time.Unix(0, 0), time.Unix(1, 0), time.Unix(1, 0), time.Unix(1, 0), time.Unix(1, 0), time.Unix(1, 0), time.Unix(-1, 0)}),
	)
	if err != nil {
		t.Fatal(err)
	}
	record, err := arrow.Record(f)
	if err != nil {
		t.Fatal(err)
	}
	defer record.Release()
	if s := fmt.Sprint(record.Column(0)); s != `["a" (null) "Ω" "d" "e" "f" "g" "h" "i"]` {
		t.Error(s)
	}
	back, err := arrow.Frame(record)
	if err != nil {
		t.Fatal(err)
	}
	if back.String() != f.String() {
		t.Errorf("%v\nbecame\n%v", f, back)
	}
	slice := record.NewSlice(1, 4)
	defer slice.Release()
	part, err := arrow.Frame(slice)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := f.Slice(1, 4)
	if part.String() != want.String() {
		t.Errorf("%v\nbecame\n%v", want, part)
	}
	empty := record.NewSlice(2, 2)
	defer empty.Release()
	if none, err := arrow.Frame(empty); err != nil || none.NumRows() != 0 || none.NumCols() != 5 {
		t.Error(none, err)
	}
}

func TestOtherTypesAreWidened(t *testing.T) {
	for _, c := range []struct {
		typ  upstream.DataType
		json string
		want string
	}{
		{upstream.PrimitiveTypes.Int8, "[1,null,-3]", "int64 1,,-3"},
		{upstream.PrimitiveTypes.Uint64, "[1,null,3]", "int64 1,,3"},
		{upstream.PrimitiveTypes.Float32, "[0.5,null,3]", "float64 0.5,,3"},
		{upstream.FixedWidthTypes.Float16, "[0.5,null,3]", "float64 0.5,,3"},
		{upstream.BinaryTypes.String, `["a",null,"c"]`, "string a,,c"},
		{upstream.BinaryTypes.StringView, `["a",null,"a text that is long"]`, "string a,,a text that is long"},
		{upstream.FixedWidthTypes.Date32, `["2026-01-01",null,"1969-12-31"]`, "timestamp 2026-01-01T00:00:00Z,,1969-12-31T00:00:00Z"},
		{upstream.FixedWidthTypes.Timestamp_s, `["2026-01-01T00:00:00Z",null,"1969-12-31T00:00:00Z"]`, "timestamp 2026-01-01T00:00:00Z,,1969-12-31T00:00:00Z"},
		{upstream.FixedWidthTypes.Timestamp_ns, `["2026-01-01T00:00:00.000001999Z",null,"1969-12-31T23:59:59.999999999Z"]`, "timestamp 2026-01-01T00:00:00.000001Z,,1969-12-31T23:59:59.999999Z"},
		{&upstream.DictionaryType{IndexType: upstream.PrimitiveTypes.Int8, ValueType: upstream.BinaryTypes.String}, `["b",null,"b"]`, "string b,,b"},
		{&upstream.DictionaryType{IndexType: upstream.PrimitiveTypes.Int8, ValueType: upstream.BinaryTypes.String}, `[null,null]`, "string ,"},
		{upstream.Null, "[null,null]", "float64 ,"},
	} {
		a, _, err := array.FromJSON(memory.DefaultAllocator, c.typ, strings.NewReader(c.json))
		if err != nil {
			t.Fatal(err)
		}
		column, err := arrow.Column("x", a)
		if err != nil {
			t.Errorf("%v: %v", c.typ, err)
			continue
		}
		f, _ := frame.New(column)
		texts, _ := f.Strings("x")
		if got := column.Kind().String() + " " + strings.Join(texts, ","); got != c.want {
			t.Errorf("%v: %s, want %s", c.typ, got, c.want)
		}
	}
	list, _, _ := array.FromJSON(memory.DefaultAllocator, upstream.ListOf(upstream.PrimitiveTypes.Int8), strings.NewReader("[[1]]"))
	if _, err := arrow.Column("x", list); err == nil || !strings.Contains(err.Error(), `"x"`) {
		t.Error(err)
	}
}

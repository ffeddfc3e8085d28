package frame_test

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/netherfield/netherfield/internal/golden"
	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/frame"
)

// must returns the value; a test that has an error here is wrong itself.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// table returns the frame of pandas' answers, and those.
func table(t *testing.T) (*frame.Frame, *artefact.State) {
	s := golden.Load(t, "table")
	var words []any
	null := golden.Bools(t, s, "word_null")
	for i, w := range golden.Strings(t, s, "word") {
		if null[i] {
			words = append(words, nil)
		} else {
			words = append(words, w)
		}
	}
	f, err := frame.Of(
		"label", golden.Strings(t, s, "label"), "word", words,
		"x", golden.Floats(t, s, "x"), "y", golden.Floats(t, s, "y"), "k", golden.Ints(t, s, "k"), "flag", golden.Bools(t, s, "flag"),
	)
	if err != nil {
		t.Fatal(err)
	}
	return f, s
}

func TestASampleHasTheRowsOfPandasSample(t *testing.T) {
	for _, p := range golden.Load(t, "sample").Parts {
		var v [5]string
		copy(v[:], strings.Split(p.Name, ","))
		rows := make([]int, must(strconv.Atoi(v[0])))
		for i := range rows {
			rows[i] = i
		}
		f := must(frame.Of("x", rows))
		opts := []frame.SampleOption{frame.Seed(uint32(must(strconv.ParseUint(v[4], 10, 32))))}
		if v[2] == "true" {
			opts = append(opts, frame.Replace())
		}
		if fraction := must(strconv.ParseFloat(v[3], 64)); fraction >= 0 {
			opts = append(opts, frame.Fraction(fraction))
		}
		got, err := f.Sample(must(strconv.Atoi(v[1])), opts...)
		if err != nil {
			t.Errorf("%s: %v", p.Name, err)
			continue
		}
		golden.Equal(t, p.Name, must(got.Ints("x")), golden.Ints(t, p.State, "rows"))
	}
}

func TestDescribeHasPandasNumbers(t *testing.T) {
	f, all := table(t)
	s := golden.Part(t, all, "describe")
	d, err := f.Describe()
	if err != nil {
		t.Fatal(err)
	}
	golden.Near(t, "count", must(d.Floats("count")), golden.Floats(t, s, "count"), 0, 0)
	golden.Near(t, "unique", must(d.Floats("unique")), golden.Floats(t, s, "unique"), 0, 0)
	golden.Near(t, "freq", must(d.Floats("freq")), golden.Floats(t, s, "freq"), 0, 0)
	golden.Equal(t, "top", must(d.Strings("top")), golden.Strings(t, s, "top"))
	numbers := golden.Dense(t, s, "numbers")
	for i, name := range []string{"mean", "std", "min", "25%", "50%", "75%", "max"} {
		golden.Near(t, name, must(d.Floats(name)), numbers.RawRowView(i), 1e-12, 0)
	}
}

func TestValueCountsAreInPandasOrder(t *testing.T) {
	f, all := table(t)
	s := golden.Part(t, all, "counts")
	for _, name := range []string{"label", "word", "y", "k", "flag"} {
		c, err := f.ValueCounts(name)
		if err != nil {
			t.Fatal(err)
		}
		golden.Equal(t, name, must(c.Strings(name)), golden.Strings(t, s, name))
		golden.Equal(t, name+"_count", must(c.Ints("count")), golden.Ints(t, s, name+"_count"))
	}
}

func TestGroupsAreInPandasOrderWithPandasNumbers(t *testing.T) {
	f, all := table(t)
	s := golden.Part(t, all, "groups")
	for _, by := range []string{"label", "word", "label-k", "flag-word"} {
		keys := strings.Split(by, "-")
		aggs := []frame.Aggregation{
			frame.Count(), frame.Count("x"), frame.Sum("x"), frame.Mean("x"), frame.Var("x"), frame.Std("x"), frame.Min("x"), frame.Max("x"),
			frame.Median("x"), frame.Quantile("x", 0.1), frame.First("x"), frame.Last("x"), frame.NUnique("y"), frame.Sum("y"), frame.Sum("k"),
		}
		g, err := f.GroupBy(keys...).Agg(aggs...)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range keys {
			golden.Equal(t, by+"/"+k, must(g.Strings(k)), golden.Strings(t, s, by+"/"+k))
		}
		for _, name := range g.Columns()[len(keys):] {
			key := by + "/" + name
			switch {
			case !golden.Has(s, key):
			case g.Schema()[slices.Index(g.Columns(), name)].Kind == frame.Int64:
				golden.Equal(t, key, must(g.Ints(name)), golden.Ints(t, s, key))
			default:
				golden.Near(t, key, must(g.Floats(name)), golden.Floats(t, s, key), 1e-12, 1e-11)
			}
		}
	}
}

func TestSortIsPandasStableSort(t *testing.T) {
	f, all := table(t)
	rows := make([]int, f.NumRows())
	for i := range rows {
		rows[i] = i
	}
	f = must(f.With("row", rows))
	for name := range golden.Part(t, all, "sorted").Arrays {
		var keys []frame.Key
		for _, k := range strings.Split(name, ",") {
			if column, down := strings.CutPrefix(k, "-"); down {
				keys = append(keys, frame.Desc(column))
			} else {
				keys = append(keys, frame.Key(column))
			}
		}
		got, err := f.Sort(keys...)
		if err != nil {
			t.Fatal(err)
		}
		golden.Equal(t, name, must(got.Ints("row")), golden.Ints(t, golden.Part(t, all, "sorted"), name))
	}
}

func TestQuantilesArePandas(t *testing.T) {
	for _, p := range golden.Load(t, "quantiles").Parts {
		f := must(frame.Of("x", golden.Floats(t, p.State, "x")))
		var got []float64
		for _, q := range golden.Floats(t, p.State, "q") {
			got = append(got, must(f.Quantile("x", q)))
		}
		golden.Near(t, p.Name, got, golden.Floats(t, p.State, "values"), 1e-12, 0)
		var statistics []float64
		for _, compute := range []func(string) (float64, error){f.Sum, f.Mean, f.Var, f.Std, f.Min, f.Max, f.Median} {
			statistics = append(statistics, must(compute("x")))
		}
		golden.Near(t, p.Name+" statistics", statistics, golden.Floats(t, p.State, "statistics"), 1e-12, 0)
	}
}

func TestCSVIsReadAsPandasReadsIt(t *testing.T) {
	for _, p := range golden.Load(t, "csv").Parts {
		text := golden.Strings(t, p.State, "csv")[0]
		t.Run(p.Name, func(t *testing.T) {
			f, err := frame.Decode(bytes.NewReader([]byte(text)), "csv")
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			names := golden.Strings(t, p.State, "names")
			golden.Equal(t, fmt.Sprintf("%q: names", text), f.Columns(), names)
			for k, name := range names {
				c := must(f.Column(name))
				null := golden.Bools(t, p.State, fmt.Sprintf("%d_null", k))
				if c.Len() != len(null) {
					t.Fatalf("%q: column %q has %d values, want %d", text, name, c.Len(), len(null))
				}
				var got, want []any
				for i, is := range null {
					if c.IsNull(i) != is {
						t.Errorf("%q: column %q, row %d: null is %v, want %v", text, name, i, c.IsNull(i), is)
					} else if !is {
						v := c.Value(i)
						if n, ok := v.(int); ok {
							v = float64(n)
						}
						got = append(got, v)
					}
				}
				prefix := strconv.Itoa(k)
				switch {
				case golden.Has(p.State, prefix+"_bool"):
					for _, v := range golden.Bools(t, p.State, prefix+"_bool") {
						want = append(want, v)
					}
				case golden.Has(p.State, prefix+"_float"):
					for _, v := range golden.Floats(t, p.State, prefix+"_float") {
						want = append(want, v)
					}
				case golden.Has(p.State, prefix+"_string"):
					for _, v := range golden.Strings(t, p.State, prefix+"_string") {
						want = append(want, v)
					}
				}
				golden.Equal(t, fmt.Sprintf("%q: column %q", text, name), got, want)
			}
		})
	}
}

package chart

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAShorthandNamesColumnTypeAndAggregate(t *testing.T) {
	for in, want := range map[string]Channel{
		"a":              {Field: "a"},
		"a:Q":            {Field: "a", Type: Quantitative},
		"a b:ordinal":    {Field: "a b", Type: Ordinal},
		"a:b":            {Field: "a:b"},
		"a:b:N":          {Field: "a:b", Type: Nominal},
		"mean(a)":        {Field: "a", Aggregate: "mean"},
		"mean(a):Q":      {Field: "a", Aggregate: "mean", Type: Quantitative},
		"mean(f(x))":     {Field: "f(x)", Aggregate: "mean"},
		"count()":        {Aggregate: "count"},
		"count(a)":       {Aggregate: "count"},
		"bin(a)":         {Field: "a", Bin: true},
		"log(a)":         {Field: "log(a)"}, // a column that is named so
		"distinct(a)":    {Field: "a", Aggregate: "distinct"},
		"weight (kg):Q":  {Field: "weight (kg)", Type: Quantitative},
		"mean of (a) b ": {Field: "mean of (a) b "},
	} {
		got, err := Channel{Field: in}.parsed()
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, %v; want %+v", in, got, err, want)
		}
	}
	for in, want := range map[string]string{
		"mean()": "a column is missing",
		"bin()":  "write for example bin(weight)",
	} {
		if _, err := (Channel{Field: in}).parsed(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v does not say %q", in, err, want)
		}
	}
	for _, c := range []Channel{
		{Field: "a", Type: "number"}, {Field: "a", Aggregate: "mode"}, {Field: "bin(a)", Aggregate: "mean"},
	} {
		if _, err := c.parsed(); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
}

func TestBinsAreRoundAndHoldAllValues(t *testing.T) {
	for _, c := range []struct {
		values []float64
		most   int
		low    []float64
		width  float64
	}{
		{[]float64{0, 1, 9.99, 10}, 10, []float64{0, 1, 9, 9}, 1},
		{[]float64{-3, 0.1, 4}, 10, []float64{-3, 0, 3}, 1},
		{[]float64{0.1, 0.3, 0.7}, 10, []float64{0.1, 0.3, 0.6}, 0.1},
		{[]float64{5, 5}, 10, []float64{5, 5}, 1},
		{[]float64{0, 1e6}, 4, []float64{0, 500000}, 500000},
	} {
		low, width := binned(c.values, c.most)
		if !slices.Equal(low, c.low) || width != c.width {
			t.Errorf("%v: %v, %v; want %v, %v", c.values, low, width, c.low, c.width)
		}
		for i, v := range c.values {
			if v < low[i]-1e-9 || v > low[i]+width+1e-9 {
				t.Errorf("%v is not in the bin from %v of %v", v, low[i], width)
			}
		}
	}
	low, _ := binned([]float64{math.NaN(), math.Inf(1), 2}, 10)
	if low[0] == low[0] || !math.IsInf(low[1], 1) || low[2] != 2 {
		t.Errorf("what has no place gets one: %v", low)
	}
	if low, _ := binned([]float64{math.NaN()}, 10); low[0] == low[0] {
		t.Error("what is missing gets a bin")
	}
}

func channelOf(t *testing.T, aggregate string) []float64 {
	t.Helper()
	c, err := New(Columns{
		"k": []string{"a", "b", "a", "a", "b", "c"},
		"v": []float64{1, 10, 3, 8, math.NaN(), math.NaN()},
	}, Bar, Encoding{X: Channel{Field: "k"}, Y: Channel{Field: aggregate}})
	if err != nil {
		t.Fatal(err)
	}
	v, err := c.View()
	if err != nil {
		t.Fatal(err)
	}
	return v.Layers[0].Channels[Y].Numbers
}

func TestAggregatesAreThoseOfEachGroup(t *testing.T) {
	nan := math.NaN()
	for aggregate, want := range map[string][]float64{
		"count()": {3, 2, 1}, "sum(v)": {12, 10, 0}, "mean(v)": {4, 10, nan}, "median(v)": {3, 10, nan},
		"min(v)": {1, 10, nan}, "max(v)": {8, 10, nan}, "distinct(v)": {3, 1, 0}, "distinct(k)": {1, 1, 1},
	} {
		got := channelOf(t, aggregate)
		if !slices.EqualFunc(got, want, func(a, b float64) bool { return a == b || a != a && b != b }) {
			t.Errorf("%s: %v, want %v", aggregate, got, want)
		}
	}
}

func TestBarsOfColoursLieOnOneAnother(t *testing.T) {
	data := Columns{"x": []string{"u", "u", "u", "w"}, "c": []string{"a", "b", "b", "a"}, "y": []float64{1, 2, -3, 4}}
	e := Encoding{X: Channel{Field: "x"}, Y: Channel{Field: "y"}, Color: Channel{Field: "c"}}
	c, err := New(data, Bar, e)
	if err != nil {
		t.Fatal(err)
	}
	v, err := c.View()
	if err != nil {
		t.Fatal(err)
	}
	l := v.Layers[0]
	// b begins at zero, since the first name is on top; what is negative goes down.
	if want := []float64{2, 0, 0, 0}; !slices.Equal(l.Base, want) {
		t.Errorf("bases %v, want %v", l.Base, want)
	}
	if want := []float64{3, 2, -3, 4}; !slices.Equal(l.Top, want) {
		t.Errorf("tops %v, want %v", l.Top, want)
	}
	if d := v.Domain(Y); d.Low != -3 || d.High != 4 || !d.Zero {
		t.Errorf("the axis goes from %v to %v", d.Low, d.High)
	}
	if c, err = New(data, Bar, e, Style{Overlap: true}); err != nil {
		t.Fatal(err)
	}
	if v, err = c.View(); err != nil {
		t.Fatal(err)
	}
	if l := v.Layers[0]; slices.Max(l.Base) != 0 || l.Top[0] != 1 {
		t.Errorf("bars that may overlap lie at %v to %v", l.Base, l.Top)
	}
}

func TestNamesAreInOrder(t *testing.T) {
	data := Columns{"k": []string{"10", "9", "b", "a"}, "v": []float64{1, 4, 2, 3}}
	for _, c := range []struct {
		sort  string
		order []string
		want  []string
	}{
		{"", nil, []string{"9", "10", "a", "b"}},
		{"data", nil, []string{"10", "9", "b", "a"}},
		{"y", nil, []string{"10", "b", "a", "9"}},
		{"-y", nil, []string{"9", "a", "b", "10"}},
		{"", []string{"b", "nowhere", "10"}, []string{"b", "10", "9", "a"}},
	} {
		made, err := New(data, Bar, Encoding{X: Channel{Field: "k", Sort: c.sort, Order: c.order}, Y: Channel{Field: "v"}})
		if err != nil {
			t.Fatal(err)
		}
		v, err := made.View()
		if err != nil {
			t.Fatal(err)
		}
		if got := v.Domain(X).Names; !slices.Equal(got, c.want) {
			t.Errorf("sorted by %q, %v: %v, want %v", c.sort, c.order, got, c.want)
		}
	}
	if _, err := New(data, Bar, Encoding{X: Channel{Field: "k", Sort: "z"}, Y: Channel{Field: "v"}}); err == nil {
		t.Error("names are sorted by an axis that is not there")
	}
}

type row struct {
	Weight float32
	Count  uint8
	Known  bool
	When   time.Time
	Kind   kind
	hidden int
}

type kind int

func (k kind) String() string { return [...]string{"none", "some"}[k] }

func TestStructsAndMapsAreTables(t *testing.T) {
	rows := []*row{
		{Weight: 1.5, Count: 3, Known: true, When: time.UnixMilli(5), Kind: 1, hidden: 1},
		{Weight: 2.5, Count: 4},
	}
	for name, want := range map[string]any{
		"Weight": []float64{1.5, 2.5}, "Count": []float64{3, 4},
		"Known": []string{"true", "false"}, "Kind": []string{"some", "none"},
	} {
		numbers, texts, err := Values(rows, name)
		var got any = numbers
		if texts != nil {
			got = texts
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %v; want %v", name, got, err, want)
		}
	}
	times, _, err := Values(rows, "When")
	if err != nil || times[0] != 5 || times[1] == times[1] {
		t.Errorf("times are %v, %v", times, err)
	}
	for want, data := range map[string]any{
		`no column "hidden"`:            rows,
		`column "a" has 1 values, but`:  nil,
		`column "a" is no slice`:        map[string]int{"a": 1},
		`row 1 is nil`:                  []*row{rows[0], nil},
		`no data`:                       (*tables)(nil),
		`values of type complex128`:     Columns{"hidden": []complex128{1}},
		`column "hidden" has 2 values,`: Columns{"a": []int{1}, "hidden": []int{1, 2}},
	} {
		if data == nil {
			data = map[string][]int{"a": {1}, "A": {1, 2}}
		}
		if _, _, err := Values(data, "hidden"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}

// tables is a table in which all is there that a table may have.
type tables struct{}

func (*tables) Columns() []string { return []string{"n", "b", "s", "t"} }
func (*tables) NumRows() int      { return 1 }
func (*tables) Strings(name string) ([]string, error) {
	return []string{"text of " + name}, nil
}
func (*tables) Floats(name string) ([]float64, error) {
	if name == "s" {
		return nil, errNone
	}
	return []float64{1}, nil
}
func (*tables) Bools(name string) ([]bool, error) {
	if name != "b" {
		return nil, errNone
	}
	return []bool{true}, nil
}
func (*tables) Times(name string) ([]time.Time, error) {
	if name != "t" {
		return nil, errNone
	}
	return []time.Time{time.UnixMilli(7)}, nil
}

var errNone = reflect.ValueOf(json.Unmarshal([]byte("x"), new(int))).Interface().(error)

func TestATableTellsWhatItsColumnsAre(t *testing.T) {
	s, err := sourceOf(new(tables))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]Type{"n": Quantitative, "b": Nominal, "s": Nominal, "t": Temporal} {
		if c, err := s.column(name); err != nil || c.kind != want {
			t.Errorf("%s is %s, %v; want %s", name, c.kind, err, want)
		}
	}
}

func TestAChangedChartIsDrawnAsItIsNow(t *testing.T) {
	c, err := New(Columns{"x": []float64{1, 2, 3, 4}, "k": []string{"a", "b", "a", "b"}}, Point, Encoding{X: Channel{Field: "x"}})
	if err != nil {
		t.Fatal(err)
	}
	c.MaxRows = 2
	v, err := c.View()
	if err != nil || v.Layers[0].Rows != 2 || v.Notice != "2 of 4 rows drawn" {
		t.Fatalf("%d rows, %q, %v", v.Layers[0].Rows, v.Notice, err)
	}
	c.MaxRows = 0
	other, err := c.By("k")
	if err != nil {
		t.Fatal(err)
	}
	if c.Facet.Field != "" {
		t.Error("the chart has changed that another was made from")
	}
	if v, err := other.View(); err != nil || !slices.Equal(v.Facets, []string{"a", "b"}) {
		t.Errorf("facets %v, %v", v.Facets, err)
	}
	c.Layers[0].Encoding.Y.Field = "nix"
	if _, err := c.View(); err == nil {
		t.Error("a column is drawn that is not there")
	}
	if data, _ := c.MIMEBundle(); !strings.Contains(data["text/plain"].(string), `no column "nix"`) {
		t.Errorf("the chart shows as %v", data)
	}
	if _, err := new(Chart).View(); err != nil {
		t.Errorf("a chart without layers: %v", err)
	}
	if _, err := (&Chart{Layers: []Layer{{}}}).View(); err == nil {
		t.Error("a layer without data is drawn")
	}
}

func TestALayerThatIsNotSplitStandsInEveryFacet(t *testing.T) {
	c, err := New(Columns{"x": []float64{1, 2}, "k": []string{"a", "b"}}, Point, Encoding{X: Channel{Field: "x"}})
	if err != nil {
		t.Fatal(err)
	}
	if c, err = c.Add(Columns{"x": []float64{1.5}}, Point, Encoding{X: Channel{Field: "x"}}, Style{Color: "#ff0000"}); err != nil {
		t.Fatal(err)
	}
	if c, err = c.By("k"); err != nil {
		t.Fatal(err)
	}
	v, err := c.View()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := v.VegaLite()
	if err != nil {
		t.Fatal(err)
	}
	var spec struct {
		Data struct{ Values []map[string]any }
	}
	if err := json.Unmarshal(raw, &spec); err != nil {
		t.Fatal(err)
	}
	want := []map[string]any{
		{"facet": "a", "k": nil, "layer": 0.0, "x": 1.0}, {"facet": "b", "layer": 0.0, "x": 2.0},
		{"facet": "a", "layer": 1.0, "x": 1.5}, {"facet": "b", "layer": 1.0, "x": 1.5},
	}
	for i, row := range spec.Data.Values {
		delete(row, "k")
		delete(want[i], "k")
	}
	if !reflect.DeepEqual(spec.Data.Values, want) {
		t.Errorf("rows %v, want %v", spec.Data.Values, want)
	}
}

// Two columns that show the same name differently have fields of their own.
func TestFieldsAreTold(t *testing.T) {
	c, err := New(Columns{"x.y[0]": []float64{1, 2}}, Bar, Encoding{
		X: Channel{Field: "bin(x.y[0])"}, Y: Channel{Field: "count()"}, Color: Channel{Field: "x.y[0]:N"},
	})
	if err != nil {
		t.Fatal(err)
	}
	v, err := c.View()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := v.VegaLite()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"field":"x\\.y\\[0\\]"`, `"field":"x\\.y\\[0\\] (2)"`, `"x.y[0]":1`, `"x.y[0] (2)":"1"`} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("%s is not in %s", want, raw)
		}
	}
}

func TestWhatNoScaleCanShowIsRefused(t *testing.T) {
	data := Columns{"x": []float64{1, -2}, "s": []string{"a", "b"}}
	at := func(x, y Channel) Encoding { return Encoding{X: x, Y: y} }
	for _, c := range []struct {
		want  string
		mark  Mark
		e     Encoding
		style Style
	}{
		{"logarithmic", Point, at(Channel{Field: "x", Scale: Scale{Log: true}}, Channel{}), Style{}},
		{`no mark "pie"`, "pie", at(Channel{Field: "x"}, Channel{}), Style{}},
		{"needs an x or a y", Point, Encoding{Color: Channel{Field: "x"}}, Style{}},
		{"both x and y", Line, at(Channel{Field: "x"}, Channel{}), Style{}},
		{"a rule needs", Rule, at(Channel{Field: "x"}, Channel{Field: "x"}), Style{}},
		{"the channel Text", Text, at(Channel{Field: "x"}, Channel{}), Style{}},
		{`write "x:N"`, Point, Encoding{X: Channel{Field: "x"}, Shape: Channel{Field: "x:Q"}}, Style{}},
		{"no scheme", Point, Encoding{X: Channel{Field: "x"}, Color: Channel{Field: "s", Scale: Scale{Scheme: "rainbow"}}}, Style{}},
		{"is no colour", Point, at(Channel{Field: "x"}, Channel{}), Style{Color: "red"}},
		{"in steps", Line, at(Channel{Field: "x"}, Channel{Field: "x"}), Style{Step: "up"}},
		{"size wants numbers", Point, Encoding{X: Channel{Field: "x"}, Size: Channel{Field: "s"}}, Style{}},
		{"both binned and", Point, at(Channel{Field: "bin(x):N"}, Channel{}), Style{}},
	} {
		if _, err := New(data, c.mark, c.e, c.style); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v does not say %q", err, c.want)
		}
	}
	c, err := New(data, Point, at(Channel{Field: "x"}, Channel{}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Add(data, Point, at(Channel{Field: "s"}, Channel{})); err == nil || !strings.Contains(err.Error(), "both") {
		t.Errorf("numbers and names share an axis: %v", err)
	}
}

func TestColoursGoFromEndToEnd(t *testing.T) {
	colors, err := Scheme("viridis")
	if err != nil {
		t.Fatal(err)
	}
	if Ramp(colors, -1) != colors[0] || Ramp(colors, 0) != colors[0] || Ramp(colors, 2) != colors[len(colors)-1] {
		t.Error("a ramp has other ends than its colours")
	}
	if c := Ramp(colors, 0.05); c.R != 0x46 || c.A != 255 { // half-way from 44 to 48
		t.Errorf("half-way between two colours is %v", c)
	}
}

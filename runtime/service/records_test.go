package service

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/netherfield/netherfield/runtime/client"
	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/frame"
	"github.com/netherfield/netherfield/runtime/model"
	"github.com/netherfield/netherfield/runtime/pipeline"
)

// An order is a row of a table as a client sends it.
type order struct {
	Note    *string  `json:"note"`
	Country string   `json:"country"`
	Floor   int      `json:"floor"`
	Price   *float64 `json:"price"`
	Member  bool     `json:"member"`
	ID      int      `json:"id"` // which the pipeline does not read
}

// orders returns the rows of a table, and the table that a notebook has. There are nulls
// in it if they are wanted.
func orders(t testing.TB, n int, nulls bool) ([]order, *frame.Frame, []string) {
	r := rand.New(rand.NewPCG(3, 4))
	var rows []order
	var notes, countries, labels []string
	var floors, ids []int
	var prices []float64
	var members []bool
	var missing []int
	for i := range n {
		note, price := []string{"leave it with the neighbours", "a present: wrap it in green", ""}[r.IntN(3)], math.Trunc(r.ExpFloat64()*3e4)/1e3
		o := order{&note, []string{"at", "de", "ch", "Ω \"quoted\""}[r.IntN(4)], r.IntN(12) - 2, &price, r.IntN(3) == 0, i}
		label := "keeps"
		if price > 25 || o.Floor > 6 {
			label = "returns"
		}
		if nulls && i%5 == 0 {
			missing = append(missing, i)
			o.Note = nil
		}
		rows, labels = append(rows, o), append(labels, label)
		notes, countries, floors = append(notes, note), append(countries, o.Country), append(floors, o.Floor)
		prices, members, ids = append(prices, price), append(members, o.Member), append(ids, i)
	}
	data, err := frame.New(
		frame.Strings("note", notes).Null(missing...), frame.Strings("country", countries), frame.Ints("floor", floors),
		frame.Floats("price", prices), frame.Values("member", members), frame.Ints("id", ids),
	)
	if err != nil {
		t.Fatal(err)
	}
	return rows, data, labels
}

// ofOrders returns a pipeline that begins with the table: texts, categories that are
// texts, whole numbers and bools, and numbers.
func ofOrders(t testing.TB) *pipeline.Pipeline {
	_, data, labels := orders(t, 300, false)
	p := pipeline.New(
		pipeline.Step("columns", &feature.ColumnTransformer{Branches: []feature.Branch{
			{Name: "words", Columns: []string{"note"}, Transformer: &feature.HashingVectorizer{Buckets: 64}, Then: []feature.Matrices{&feature.TFIDF{}}},
			{Name: "kind", Columns: []string{"country", "floor", "member"}, Transformer: &feature.OneHot{}},
			{Name: "size", Columns: []string{"price", "member"}, Transformer: &feature.StandardScaler{}},
		}}),
		pipeline.Step("model", &model.LogisticRegression{}),
	)
	if err := p.Fit(data, labels); err != nil {
		t.Fatal(err)
	}
	return p
}

// What a service makes of records is, on each of its surfaces, what the notebook makes of
// the table, to the last bit.
func TestRecordsAreTheNotebooksTable(t *testing.T) {
	p := ofOrders(t)
	var written strings.Builder
	s := New(Opts{PredictionLog: &written, LogShare: 1, LogDocuments: true})
	t.Cleanup(s.Close)
	if _, err := s.Load("orders", "1", saved(t, p)); err != nil {
		t.Fatal(err)
	}
	rows, data, _ := orders(t, 700, true)
	classes, err := p.Predict(data)
	if err != nil {
		t.Fatal(err)
	}
	proba, err := p.PredictProba(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{1, 3, 700} {
		for from := 0; from < min(700, 40*size); from += size {
			to := min(from+size, 700)
			got := predict(t, s, "/pipelines/orders:predict", encode(map[string]any{"documents": rows[from:to], "probabilities": true}))
			for i := range to - from {
				if got.Predictions[i] != classes[from+i] {
					t.Fatalf("record %d is %v, in the notebook %v", from+i, got.Predictions[i], classes[from+i])
				}
				for k, class := range p.Classes() {
					if got.Probabilities[i][class] != proba.At(from+i, k) {
						t.Fatalf("record %d of %d is %s with %v, in the notebook with %v", from+i, size, class, got.Probabilities[i][class], proba.At(from+i, k))
					}
				}
			}
		}
	}
	if !strings.Contains(written.String(), `"document":{"country":`) {
		t.Errorf("the log does not have the records: %.200s", written.String())
	}

	// The surfaces of nachlass, of streams and of the V2 protocol.
	w := call(s, "POST", "/predict", "json_args="+url.QueryEscape(encode(rows[:20])), formType)
	var labels []string
	if err := json.Unmarshal(w.Body.Bytes(), &labels); err != nil || !reflect.DeepEqual(labels, classes[:20]) {
		t.Errorf("%v: %s", err, w.Body)
	}
	var lines strings.Builder
	for _, r := range rows[:20] {
		lines.WriteString(encode(map[string]any{"id": r.ID, "document": r}) + "\n")
	}
	lines.WriteString(`{"id":"bad","document":{"note":"a"}}` + "\n")
	answers := strings.Split(strings.TrimSpace(call(s, "POST", "/pipelines/orders:predict", lines.String(), "Content-Type: application/x-ndjson").Body.String()), "\n")
	for i, class := range classes[:20] {
		if want := fmt.Sprintf(`{"id":%d,"prediction":%q`, i, class); !strings.HasPrefix(answers[i], want) {
			t.Errorf("%s, not %s", answers[i], want)
		}
	}
	if last := answers[20]; !strings.Contains(last, `"id":"bad","error"`) || !strings.Contains(last, `is missing`) {
		t.Error(last)
	}
	column := func(name, kind string, value func(order) any) map[string]any {
		var values []any
		for _, r := range rows[1:4] {
			values = append(values, value(r))
		}
		return map[string]any{"name": name, "datatype": kind, "shape": []int{3}, "data": values}
	}
	inputs := []any{
		column("note", "BYTES", func(o order) any { return *o.Note }), column("country", "BYTES", func(o order) any { return o.Country }),
		column("floor", "INT64", func(o order) any { return o.Floor }), column("price", "FP64", func(o order) any { return *o.Price }),
		column("member", "BOOL", func(o order) any { return o.Member }),
	}
	type outputs struct{ Outputs []struct{ Data []any } }
	v2 := answerOf[outputs](t, call(s, "POST", "/v2/models/orders/infer", encode(map[string]any{"inputs": inputs})), 200)
	if want := fmt.Sprint(classes[1:4]); fmt.Sprint(v2.Outputs[0].Data) != want {
		t.Errorf("%v, not %v", v2.Outputs[0].Data, want)
	}
	described := call(s, "GET", "/v2/models/orders", "").Body.String()
	if !strings.Contains(described, `"inputs":[{"name":"note","datatype":"BYTES","shape":[-1]},{"name":"country","datatype":"BYTES","shape":[-1]},{"name":"floor","datatype":"BYTES","shape":[-1]},{"name":"member","datatype":"BOOL","shape":[-1]},{"name":"price","datatype":"FP64","shape":[-1]}]`) {
		t.Error(described)
	}

	// The client, and what explains a prediction.
	server := httptest.NewServer(s)
	defer server.Close()
	c, err := client.New(client.Opts{URL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Predict(t.Context(), rows[:3], client.PredictOpts{Pipeline: "orders", Explain: 2})
	if err != nil || got.Predictions[2] != classes[2] {
		t.Fatalf("%v %v", got, err)
	}
	for _, terms := range got.Explanations {
		if len(terms) != 2 || !strings.Contains(terms[0].Token, "__") {
			t.Errorf("%v", terms)
		}
	}
	told, err := c.Pipelines(t.Context())
	if err != nil || told[0].Versions[0].Takes != "records" || fmt.Sprint(told[0].Versions[0].Columns) != "[{note text} {country category} {floor category} {member bool} {price number}]" {
		t.Errorf("%+v %v", told, err)
	}
}

func TestBadRecords(t *testing.T) {
	s := New(Opts{})
	t.Cleanup(s.Close)
	if _, err := s.Load("orders", "1", saved(t, ofOrders(t))); err != nil {
		t.Fatal(err)
	}
	const good = `{"note":"a","country":"at","floor":1,"price":2,"member":true}`
	for body, says := range map[string]string{
		`"a"`:                           `document 1 is a text; the pipeline orders takes objects like {\"note\": \"…\", \"country\"`,
		`[1,2]`:                         `document 1 is a row of numbers; the pipeline orders takes objects like`,
		`null`:                          `document 1 is null`,
		`{}`:                            `document 1: column \"note\" is missing; the pipeline orders takes objects like`,
		`{"note":1}`:                    `document 1: column \"note\" is a number, and no text`,
		`{"note":{"a":1}}`:              `document 1: column \"note\" is an object, and no text`,
		`{"note":"a","country":["at"]}`: `document 1: column \"country\" is an array, and no category`,
		`{"note":"a","country":"fr","floor":1,"price":2,"member":true}`:       `document 1: column \"country\" is \"fr\", which the pipeline orders has not seen in training`,
		`{"note":"a","country":"at","floor":1.5,"price":2,"member":true}`:     `document 1: column \"floor\" is \"1.5\", which`,
		`{"note":"a","country":"at","floor":1,"price":"2","member":true}`:     `document 1: column \"price\" is a text, and no number`,
		`{"note":"a","country":"at","floor":1,"price":1e999,"member":true}`:   `document 1: column \"price\" is 1e999, which is too large`,
		`{"note":"a","country":"at","floor":1,"price":null,"member":true}`:    `document 1 cannot be scored`,
		`{"note":"a","country":"at","floor":1e999,"price":1,"member":true}`:   `document 1: column \"floor\" is 1e999, which is too large`,
		`{"note":"a","country":"at","floor":1,"price":1,"member":"perhaps"}`:  `document 1: column \"member\" is a text, and neither true nor false`,
		`{"note":"a","country":null,"floor":1,"price":1,"member":true}`:       `document 1: column \"country\" is \"\", which`,
		`{"note":"\ud800","country":"at","floor":1,"price":1,"member":"yes"}`: `document 1: column \"member\"`,
	} {
		w := call(s, "POST", "/pipelines/orders:predict", `{"documents":[`+good+`,`+body+`]}`)
		if w.Code != 422 && w.Code != 400 || !strings.Contains(w.Body.String(), says) {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	for body, says := range map[string]string{
		`[]`: "there is no input",
		`[{"name":"note","shape":[1],"datatype":"BYTES","data":["a"]},{"name":"price","shape":[2],"datatype":"FP64","data":[1,2]}]`: `the input \"price\" has 2 elements, and \"note\" has 1`,
		`[{"name":"note","shape":[1,2],"datatype":"BYTES","data":["a","b"]}]`:                                                       "it is a column of a table",
		`[{"name":"note","shape":[2],"datatype":"BYTES","data":["a"]}]`:                                                             "has 1 elements, which its shape",
		`[{"name":"note","shape":[1],"datatype":"COMPLEX","data":["a"]}]`:                                                           "is not understood",
		`[{"name":"note","shape":[1],"datatype":"BYTES"}]`:                                                                          "has no data",
		`[{"name":"note","shape":[1],"datatype":"BYTES","data":[null]}]`:                                                            "null",
	} {
		w := call(s, "POST", "/v2/models/orders/infer", `{"inputs":`+body+`}`)
		if w.Code != 400 || !strings.Contains(w.Body.String(), says) {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	// Nothing of all that is counted as a prediction.
	if got := metric(t, s, `pipeline_predictions_total{pipeline="orders",value="keeps",version="1"}`); got != "0" {
		t.Errorf("%s predictions are counted", got)
	}
}

// A table of one column of texts is as good as texts: score_text sends those.
func TestTextsForATableOfOneColumn(t *testing.T) {
	texts, labels := corpus(100)
	data, err := frame.New(frame.Strings("text", texts))
	if err != nil {
		t.Fatal(err)
	}
	p := pipeline.New(
		pipeline.Step("columns", &feature.ColumnTransformer{Branches: []feature.Branch{{Name: "words", Columns: []string{"text"}, Transformer: &feature.HashingVectorizer{Buckets: 64}}}}),
		pipeline.Step("model", &model.LogisticRegression{}),
	)
	if err := p.Fit(data, labels); err != nil {
		t.Fatal(err)
	}
	want, err := p.Predict(data)
	if err != nil {
		t.Fatal(err)
	}
	s := New(Opts{})
	t.Cleanup(s.Close)
	if _, err := s.Load("spam", "1", saved(t, p)); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	defer server.Close()
	c, err := client.New(client.Opts{URL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.ScoreText(t.Context(), texts)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v: %v", err, got)
	}
	w := call(s, "POST", "/v2/models/spam/infer", `{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","data":[`+encode(texts[0])+`]}]}`)
	if w.Code != 200 || !strings.Contains(w.Body.String(), want[0]) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// What ends in no model is refused when it is loaded, whatever it begins with.
func TestPipelinesWithoutAModelAreRefused(t *testing.T) {
	_, data, _ := orders(t, 20, false)
	columns := pipeline.New(pipeline.Step("columns", &feature.Columns{Names: []string{"price"}}))
	if _, err := columns.FitTransform(data); err != nil {
		t.Fatal(err)
	}
	scaler := pipeline.New(pipeline.Step("scale", &feature.StandardScaler{}))
	if _, err := scaler.FitTransform([][]float64{{1}, {2}}); err != nil {
		t.Fatal(err)
	}
	s := New(Opts{})
	t.Cleanup(s.Close)
	for _, p := range []*pipeline.Pipeline{columns, scaler} {
		if _, err := s.Load("none", "1", saved(t, p)); err == nil || !strings.Contains(err.Error(), "has no model as its last step") {
			t.Error(err)
		}
	}
}

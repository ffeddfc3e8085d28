"""Charts: what the kernel sends is Vega-Lite, and exports show its pictures."""

import base64
import json
import pathlib
import re

import altair
import jsonschema
import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

VEGALITE = "application/vnd.vegalite.v5+json"
SCHEMA = pathlib.Path(altair.__file__).parent / "vegalite/v5/schema/vega-lite-schema.json"

DATA = """
data := frame.New(
	frame.Floats("length", []float64{12, 25, math.NaN(), 40, 33, 18}),
	frame.Ints("words", []int64{3, 5, 2, 9, 7, 4}),
	frame.Strings("label", []string{"spam", "legitimate", "spam", "legitimate", "spam", "legitimate"}),
	frame.Strings("text", []string{"<script>alert(1)</script>", "b", "c", "d", "e", "f"}),
	frame.Times("day", []time.Time{time.UnixMilli(0), time.UnixMilli(1e8), time.UnixMilli(2e8), time.UnixMilli(3e8), time.UnixMilli(4e8), time.UnixMilli(5e8)}),
)
truth, scores := []string{"s", "h", "s", "h"}, []float64{.9, .1, .4, .5};
"""

# The charts, each a cell that shows it.
CHARTS = [
    'display.Points(data, "length", "words", "label")',
    'display.Points(data, "length", "words", "label").Tooltip("text", "words").By("label").Titled("Facets")',
    'display.Lines(data, "day:T", "words", "")',
    'display.Areas(data, "words", "length", "label")',
    'display.Bars(data, "label", "", "")',
    'display.Bars(data, "mean(length):Q", "label:N", "")',
    'display.Histogram(data, "length", "label")',
    'display.HeatMap(data, "bin(length)", "label", "")',
    'display.ROC(metric.ROC(truth, scores, "s"))',
    'display.ROC(display.Named("one", metric.ROC(truth, scores, "s")), display.Named("two", metric.ROC(truth, scores, "s")))',
    'display.PrecisionRecall(metric.PrecisionRecallCurve(truth, scores, "s"))',
    'display.Calibration(metric.Calibration(truth, scores, "s", metric.CalibrationOpts{}))',
    'display.ConfusionMatrix(metric.Confusion(truth, []string{"s", "h", "h", "h"}))',
    'display.Projection(mat.NewDense(3, 2, []float64{1, 2, 3, 4, 5, 6}), []string{"a", "b", "a"}, []string{"x", "y", "z"})',
    'display.Distributions("length", display.Sample{"training", data}, display.Sample{"live", data.Head(3)})',
    'display.Distributions("label", display.Sample{"training", data}, display.Sample{"live", data.Head(3)})',
    """chart.New(data, chart.Point, chart.Encoding{
	X:     chart.Channel{Field: "words", Scale: chart.Scale{Log: true}},
	Y:     chart.Channel{Field: "label:O", Order: []string{"spam"}},
	Shape: chart.Channel{Field: "label"},
	Size:  chart.Channel{Field: "length", Format: ".1f"},
})""",
    """func withMean(f *frame.Frame) (*chart.Chart, error) {
	c, err := display.Points(f, "words", "length", "")
	if err != nil {
		return nil, err
	}
	mean := chart.Columns{"x": []float64{0}, "y": []float64{25}, "end": []float64{10}}
	return c.Add(mean, chart.Rule, chart.Encoding{
		X: chart.Channel{Field: "x", Title: "words"}, Y: chart.Channel{Field: "y", Title: "length"},
		X2: chart.Channel{Field: "end"}, Y2: chart.Channel{Field: "y"},
	}, chart.Style{Color: "#ff0000", Dash: true})
}
withMean(data)""",
]


@pytest.fixture(scope="module")
def notebook():
    """The charts in a notebook that has run."""
    cells = [nbformat.v4.new_code_cell(source) for source in [DATA, *CHARTS]]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, kernel_name="netherfield", timeout=120).execute()
    return notebook


def shown(notebook):
    for cell in notebook.cells[1:]:
        (output,) = [o for o in cell.outputs if o.output_type == "execute_result"]
        yield cell.source, output


def test_every_chart_is_vega_lite(notebook):
    validator = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text()))
    for source, output in shown(notebook):
        wrong = jsonschema.exceptions.best_match(validator.iter_errors(output.data[VEGALITE]))
        assert wrong is None, f"{source}: {wrong.json_path}: {wrong.message[:500]}"


def test_every_chart_has_a_picture_and_a_text(notebook):
    for source, output in shown(notebook):
        picture = base64.b64decode(output.data["image/png"])
        assert picture.startswith(b"\x89PNG\r\n"), source
        size = output.metadata["image/png"]
        assert 2 * size["width"] == pytest.approx(int.from_bytes(picture[16:20], "big"), abs=2), source
        assert output.data["text/plain"].startswith("chart"), source


def test_an_export_shows_the_pictures(notebook):
    page, _ = HTMLExporter().from_notebook_node(notebook)
    assert len(re.findall(r'<img[^>]*src="data:image/png;base64,', page)) == len(CHARTS)

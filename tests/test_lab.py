"""A person's first ten minutes: JupyterLab in a browser, with the introduction."""

import json
import os
import pathlib
import re
import shutil
import time

import nbformat
import pytest
from playwright.sync_api import expect, sync_playwright

import lab_server
import workshop
from conftest import ARTIFACTS, BINARY, ROOT

# A condition that does not come true in this time never will; the machine may
# be busy with other things.
TIMEOUT = 120_000

# Chromium must not call home, and root must say that it wants no sandbox.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# What keeps JupyterLab's own habits out of the test: it asks for news on the
# internet, and draws only the cells in sight.
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
}


def settle_settings():
    for name, value in SETTINGS.items():
        path = pathlib.Path(os.environ["JUPYTERLAB_SETTINGS_DIR"], "@jupyterlab", name + ".jupyterlab-settings")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value))


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab as `netherfield lab` starts it, on a copy of the notebooks."""
    folder = tmp_path_factory.mktemp("lab")
    workshop.copy(folder / "notebooks")
    settle_settings()
    command = [BINARY, "lab", folder / "notebooks", "--", "--no-browser"]
    with lab_server.running(command, folder / "lab.log") as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    chromium = shutil.which("chromium")
    assert chromium, "chromium is missing: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def notebook(lab, browser, request):
    page = browser.new_page(viewport={"width": 1280, "height": 1600})
    page.set_default_timeout(TIMEOUT)
    name = getattr(request, "param", "00-intro.ipynb")
    # A workspace of its own, or JupyterLab opens again what the page before had open.
    workspace = re.sub("[^a-z0-9_-]+", "-", request.node.name)
    page.goto(lab.page(f"lab/workspaces/{workspace}/tree/{name}"))
    yield Notebook(page)
    page.screenshot(path=ARTIFACTS / f"{workspace}-end.png")
    page.close()


class Notebook:
    """The notebook on the page, as its reader sees it."""

    def __init__(self, page):
        self.page = page
        self.panel = page.locator(".jp-NotebookPanel")
        self.cells = self.panel.locator(".jp-Notebook .jp-Cell")
        self.kernel_is("Idle")

    def kernel_is(self, state):
        # The indicator in the toolbar says idle before there is a kernel.
        expect(self.page.locator("#jp-main-statusbar")).to_contain_text(f"| {state}", timeout=TIMEOUT)

    def cell(self, source):
        """The cell that contains this text in its editor."""
        return self.panel.locator(".jp-CodeCell").filter(
            has=self.page.locator(".jp-InputArea-editor", has_text=source)
        )

    def menu(self, menu, item):
        self.page.locator(".lm-MenuBar-item", has_text=re.compile(f"^{menu}$")).click()
        self.page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{item}$")).click()

    def save(self):
        """Save it, and wait until the server has it."""
        with self.page.expect_response(lambda r: r.request.method == "PUT" and "/api/contents/" in r.url) as saved:
            self.menu("File", "Save Notebook")
        assert saved.value.ok, saved.value.status

    def output(self, cell):
        return cell.locator(".jp-OutputArea-output")

    def new_cell(self, source):
        """A cell below all others, with the cursor at its end."""
        self.cells.last.click()
        self.page.keyboard.press("Escape")
        count = self.cells.count()
        self.page.keyboard.press("b")
        expect(self.cells).to_have_count(count + 1)
        cell = self.cells.nth(count)
        expect(cell).to_have_class(re.compile(r"\bjp-mod-selected\b"))
        cell.locator(".cm-content").click()
        self.page.keyboard.insert_text(source)
        expect(cell.locator(".cm-content")).to_contain_text(source.splitlines()[0])
        return cell

    def run(self, source):
        cell = self.new_cell(source)
        self.page.keyboard.press("Control+Enter")
        return cell

    def press_until(self, key, wanted):
        """Press a key until something shows; a busy machine drops the first."""
        deadline = time.monotonic() + TIMEOUT / 1000
        while True:
            self.page.keyboard.press(key)
            try:
                return expect(wanted).to_be_visible(timeout=5_000)
            except AssertionError:
                if time.monotonic() > deadline:
                    raise

    def prompt(self, cell, text):
        expect(cell.locator(".jp-InputPrompt")).to_have_text(text, timeout=TIMEOUT)


def test_the_introduction_from_top_to_bottom(notebook):
    notebook.menu("Run", "Run All Cells")

    # It stops where it asks something.
    box = notebook.page.locator("input.jp-Stdin-input")
    expect(box).to_be_visible(timeout=TIMEOUT)
    expect(notebook.output(notebook.cell("Who has taken Netherfield")).first).to_contain_text("Who has taken")
    notebook.page.screenshot(path=ARTIFACTS / "intro-input.png")
    box.fill("Bingley")
    box.press("Enter")
    expect(notebook.output(notebook.cell("Who has taken Netherfield")).last).to_contain_text(
        "You said Bingley", timeout=TIMEOUT
    )

    # A value, what was printed, an error and the last cell.
    last = notebook.cell("on average")
    expect(last.locator(".jp-OutputArea-executeResult")).to_contain_text("5 prices", timeout=TIMEOUT)
    notebook.kernel_is("Idle")
    expect(notebook.output(notebook.cell("Hello from Go"))).to_contain_text("Hello from Go")
    expect(notebook.output(notebook.cell("average := mean"))).to_contain_text("mismatched types float64 and untyped string")
    notebook.cell("average := mean").scroll_into_view_if_needed()
    notebook.page.screenshot(path=ARTIFACTS / "intro.png")


def test_tab_completes_a_name(notebook):
    cell = notebook.new_cell("fmt.Prin")
    match = notebook.page.locator(".jp-Completer .jp-Completer-item", has_text="Println").first
    notebook.press_until("Tab", match)
    notebook.page.screenshot(path=ARTIFACTS / "completion.png")
    match.click()
    expect(cell.locator(".cm-content")).to_have_text("fmt.Println")
    notebook.page.keyboard.insert_text('("completed")')
    notebook.page.keyboard.press("Control+Enter")
    expect(notebook.output(cell)).to_contain_text("completed", timeout=TIMEOUT)


def test_an_endless_loop_is_interrupted_and_nothing_is_lost(notebook):
    before = notebook.run('kept := "before the loop"\nkept')
    expect(notebook.output(before)).to_contain_text("before the loop", timeout=TIMEOUT)

    loop = notebook.run('fmt.Println("round and round")\nfor {\n}')
    expect(notebook.output(loop)).to_contain_text("round and round", timeout=TIMEOUT)
    notebook.prompt(loop, "[*]:")
    notebook.kernel_is("Busy")
    notebook.page.get_by_role("button", name="Interrupt the kernel").click()
    notebook.kernel_is("Idle")
    expect(notebook.output(loop).last).to_contain_text("interrupted", timeout=TIMEOUT)

    after = notebook.run("kept")
    expect(notebook.output(after)).to_contain_text("before the loop", timeout=TIMEOUT)
    notebook.page.screenshot(path=ARTIFACTS / "interrupt.png")


def test_long_work_shows_how_far_it_is(notebook):
    halfway = notebook.run('bar := display.NewBar("reading <letters>", 1000)\nbar.Set(0, 1000)\ntime.Sleep(300 * time.Millisecond)\nbar.Set(450, 1000)')
    output = notebook.output(halfway)
    expect(output).to_contain_text("45 % · 450 of 1,000", timeout=TIMEOUT)
    expect(output).to_contain_text("reading <letters>")
    expect(output.locator("progress")).to_have_attribute("value", "450")
    notebook.page.screenshot(path=ARTIFACTS / "progress.png")

    # Other cells go on with it, in its place.
    notebook.run("bar.Set(1000, 1000)")
    expect(output).to_contain_text("100 % · 1,000 of 1,000 · in", timeout=TIMEOUT)
    loop = notebook.run('for i := range display.Steps("counting", 3) {\n\tfmt.Println(i)\n}')
    expect(notebook.output(loop).first).to_contain_text("100 % · 3 of 3", timeout=TIMEOUT)
    expect(notebook.output(loop).last).to_contain_text("0\n1\n2")
    notebook.run("bar.Remove()")
    expect(output.locator("progress")).to_have_count(0, timeout=TIMEOUT)


MESSAGES = """r := rand.New(rand.NewPCG(1, 2))
length, words, label := make([]float64, 300), make([]float64, 300), make([]string, 300)
for i := range length {
	label[i] = []string{"legitimate", "spam"}[i%2]
	words[i] = 10 + 5*float64(i%2) + 3*r.NormFloat64()
	length[i] = 5*words[i] + 10*r.NormFloat64()
}
messages := frame.New(frame.Strings("label", label), frame.Floats("words", words), frame.Floats("length", length))
messages"""


def test_a_table_and_charts_show_and_a_chart_pans(notebook):
    table = notebook.run(MESSAGES)
    expect(notebook.output(table).locator("table")).to_contain_text("legitimate", timeout=TIMEOUT)
    expect(notebook.output(table)).to_contain_text("300 rows × 3 columns")

    points = notebook.run('display.Points(messages, "words", "length", "label").Titled("Messages")')
    plot = notebook.output(points).locator(".vega-embed canvas, .vega-embed svg").first
    expect(plot).to_be_visible(timeout=TIMEOUT)
    plot.scroll_into_view_if_needed()
    notebook.page.screenshot(path=ARTIFACTS / "points.png")
    before = plot.screenshot()
    box = plot.bounding_box()
    mouse = notebook.page.mouse
    mouse.move(box["x"] + 200, box["y"] + 150)
    mouse.down()
    mouse.move(box["x"] + 300, box["y"] + 200, steps=5)
    mouse.up()
    deadline = time.monotonic() + TIMEOUT / 1000
    while plot.screenshot() == before:
        assert time.monotonic() < deadline, "the chart stays as it is when it is dragged"
        time.sleep(0.1)
    notebook.page.screenshot(path=ARTIFACTS / "points-moved.png")

    matrix = notebook.run('truth, predicted := label, append([]string{"spam", "spam"}, label[2:]...)\ndisplay.ConfusionMatrix(metric.Confusion(truth, predicted))')
    expect(notebook.output(matrix).locator(".vega-embed canvas, .vega-embed svg").first).to_be_visible(timeout=TIMEOUT)
    samples = notebook.run('display.Distributions("words", display.Sample{"training", messages}, display.Sample{"live", messages.Head(50)})')
    expect(notebook.output(samples).locator(".vega-embed canvas, .vega-embed svg").first).to_be_visible(timeout=TIMEOUT)
    notebook.output(samples).scroll_into_view_if_needed()
    notebook.page.screenshot(path=ARTIFACTS / "charts.png")


CONTROLS = """import . "github.com/netherfield/netherfield/display/widget"

save := NewButton("save")
VBox(
	HBox(IntSlider("int", 3, 0, 10), IntRangeSlider("from, to", 2, 5, 0, 10)),
	HBox(FloatSlider("float", 0.5, 0, 1), FloatRangeSlider("from, to", 0.2, 0.5, 0, 1)),
	HBox(IntProgress("done", 3, 0, 10), FloatProgress("done", 0.7, 0, 1)),
	HBox(IntText("count", 12), FloatText("rate", 0.1)),
	HBox(Text("name", "Bingley"), Password("secret")),
	HBox(TextArea("letter", "Dear Sir,\\nyou"), Label("a label"), HTML("<b>bold</b>")),
	HBox(Checkbox("sure", true), Toggle("on", true), ColorPicker("colour", "teal")),
	HBox(Dropdown("model", "bayes", "forest"), Radio("metric", "accuracy", "F1")),
	HBox(Select("column", "text", "label", "length"), SelectMultiple("columns", "text", "label", "length")),
	HBox(ToggleButtons("kind", "spam", "ham"), Upload("data", ".csv"), save),
	Tab([]string{"one", "two"}, Label("first"), Label("second")),
	Accordion([]string{"more"}, Label("inside")),
)"""


def test_controls_show(notebook):
    box = notebook.output(notebook.run(CONTROLS)).first
    expect(box.locator(".widget-vbox").first).to_be_visible(timeout=TIMEOUT)
    # None of them is an error in the place of a control.
    for kind, count in {"hslider": 4, "hprogress": 2, "text": 4, "upload": 1, "tab": 1, "accordion": 1}.items():
        expect(box.locator(f".widget-{kind}")).to_have_count(count)
    for kind in "textarea html-content checkbox colorpicker dropdown radio select-multiple toggle-buttons".split():
        expect(box.locator(f".widget-{kind}")).to_have_count(1)
    expect(box).not_to_contain_text("Error")
    box.scroll_into_view_if_needed()
    notebook.page.screenshot(path=ARTIFACTS / "controls.png")


INTERACT = """import . "github.com/netherfield/netherfield/display/widget"

Interact(func(k int, loud bool) string {
	if loud {
		return strings.Repeat("HA", k)
	}
	fmt.Println("quietly", 12/(k-7))
	return strings.Repeat("ha", k)
}, IntSlider("k", 3, 0, 10), Checkbox("loud", false))"""


def test_a_slider_changes_an_output(notebook):
    output = notebook.output(notebook.run(INTERACT)).first
    expect(output).to_contain_text('quietly -3\n"hahaha"', timeout=TIMEOUT)
    output.locator(".noUi-handle").focus()
    notebook.page.keyboard.press("ArrowRight")
    expect(output).to_contain_text('quietly -4\n"hahahaha"', timeout=TIMEOUT)
    expect(output).not_to_contain_text("quietly -3")
    output.scroll_into_view_if_needed()
    notebook.page.screenshot(path=ARTIFACTS / "interact.png")

    # What goes wrong shows there, and the next change makes it good again.
    for _ in range(3):
        notebook.page.keyboard.press("ArrowRight")
    expect(output).to_contain_text("integer divide by zero", timeout=TIMEOUT)
    notebook.page.screenshot(path=ARTIFACTS / "interact-panic.png")
    output.get_by_role("checkbox").check()
    expect(output).to_contain_text('"HAHAHAHAHAHAHA"', timeout=TIMEOUT)
    expect(output).not_to_contain_text("divide")

    # A page that is loaded anew finds the widgets in the kernel as they were.
    notebook.save()
    notebook.page.reload()
    notebook = Notebook(notebook.page)
    output = notebook.output(notebook.cell("quietly")).first
    expect(output).to_contain_text('"HAHAHAHAHAHAHA"', timeout=TIMEOUT)
    output.locator(".noUi-handle").focus()
    notebook.page.keyboard.press("ArrowLeft")
    expect(output).to_contain_text('"HAHAHAHAHAHA"', timeout=TIMEOUT)
    notebook.page.screenshot(path=ARTIFACTS / "interact-reloaded.png")


# Notebooks of the workshop, with something that they show.
WORKSHOP = {
    "01-vectors-and-visualization.ipynb": "100 % · 1,000 of 1,000",
    "07-services.ipynb": "200 rows × 4 columns",
}


@pytest.mark.parametrize("notebook", WORKSHOP, indirect=True)
def test_the_workshop_runs_from_top_to_bottom(notebook, request):
    """After `netherfield lab` there is nothing to do but Run All: the data is there, and a
    service beside JupyterLab."""
    name = request.node.callspec.params["notebook"]
    cells = nbformat.read(ROOT / "notebooks" / name, as_version=4).cells
    total = sum(cell.cell_type == "code" for cell in cells)
    code = notebook.panel.locator(".jp-Notebook .jp-CodeCell")
    expect(code).to_have_count(total)
    notebook.menu("Run", "Run All Cells")
    notebook.prompt(code.nth(total - 1), f"[{total}]:")
    notebook.kernel_is("Idle")
    assert notebook.panel.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr'], .jp-RenderedText[data-mime-type='application/vnd.jupyter.error']").count() == 0
    shown = notebook.panel.locator(".jp-OutputArea-output", has_text=WORKSHOP[name]).first
    expect(shown).to_be_visible()
    shown.scroll_into_view_if_needed()
    notebook.page.screenshot(path=ARTIFACTS / f"lab-{name.removesuffix('.ipynb')}.png")
    if name.startswith("01"):
        # What the README shows.
        notebook.page.set_viewport_size({"width": 1200, "height": 860})
        picture = notebook.panel.locator(".vega-embed canvas, .vega-embed svg").first
        picture.scroll_into_view_if_needed()
        expect(picture).to_be_visible()
        notebook.page.screenshot(path=ARTIFACTS / "lab.png")

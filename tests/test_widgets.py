"""Widgets over the wire: what the kernel opens is what ipywidgets would, and what
a front end sends is heard of."""

import re

import ipywidgets
import pytest

from test_kernel import Kernel

IMPORT = 'import . "github.com/netherfield/netherfield/display/widget"'

# All there are; each is shown by the cell.
WIDGETS = """save := NewButton("save")
picture := Image("png", []byte("\\x89PNG"))
all := VBox(
	HBox(IntSlider("int", 3, 0, 10), IntRangeSlider("from, to", 2, 5, 0, 10)),
	HBox(FloatSlider("float", 0.5, 0, 1), FloatRangeSlider("from, to", 0.2, 0.5, 0, 1)),
	HBox(IntProgress("done", 3, 0, 10), FloatProgress("done", 0.7, 0, 1)),
	HBox(IntText("count", 12), FloatText("rate", 0.1), Text("name", "Bingley"), Password("secret")),
	HBox(TextArea("letter", "Dear Sir"), Label("a label"), HTML("<b>bold</b>")),
	HBox(Checkbox("sure", true), Toggle("on", true), ColorPicker("colour", "teal")),
	HBox(Dropdown("model", "bayes", "forest"), Radio("metric", "accuracy", "F1")),
	HBox(Select("column", "text", "label"), SelectMultiple("columns", "text", "label")),
	HBox(ToggleButtons("kind", "spam", "ham"), Upload("data", ".csv"), save, picture, NewOutput()),
	Tab([]string{"one", "two"}, Label("first"), Label("second")),
	Accordion([]string{"more"}, Label("inside")),
)
all"""


# Traits that are other models, or speak of them.
OF_OTHERS = ("children", "layout", "style", "selected_index", "titles")


class WidgetKernel(Kernel):
    """A kernel with the front end's end of comms."""

    def __init__(self):
        super().__init__()
        self.state = {}  # of the models, by id

    def output(self, request, until="idle"):
        messages = super().output(request, until)
        for m in messages:
            content = m["content"]
            if m["msg_type"] == "comm_open":
                assert content["target_name"] == "jupyter.widget"
                assert m["metadata"]["version"] == "2.1.0"
                self.state[content["comm_id"]] = content["data"]["state"]
            elif m["msg_type"] == "comm_close":
                self.state.pop(content["comm_id"], None)
            elif m["msg_type"] == "comm_msg" and content["comm_id"] in self.state:
                self.state[content["comm_id"]].update(content["data"]["state"])
        return messages

    def model(self, name):
        """The id of the last model of a name."""
        return [id for id, state in self.state.items() if state["_model_name"] == name][-1]

    def send_comm(self, id, data, kind="comm_msg", **more):
        message = self.client.session.msg(kind, {"comm_id": id, "data": data, **more})
        self.client.shell_channel.send(message)
        return message["header"]["msg_id"]

    def tell(self, id, data):
        """Send a message of a comm: what comes of it."""
        return self.output(self.send_comm(id, data))

    def change(self, id, **state):
        return self.tell(id, {"method": "update", "state": state, "buffer_paths": []})


@pytest.fixture
def kernel():
    kernel = WidgetKernel()
    kernel.run(IMPORT)
    yield kernel
    kernel.close()


def stream(messages):
    return "".join(m["content"]["text"] for m in messages if m["msg_type"] == "stream")


def errors(messages):
    return [m["content"] for m in messages if m["msg_type"] == "error"]


def test_every_widget_is_one_of_ipywidgets(kernel):
    reply, messages = kernel.run(WIDGETS)
    assert reply["status"] == "ok", reply
    value = next(m["content"]["data"] for m in messages if m["msg_type"] == "execute_result")
    assert value["application/vnd.jupyter.widget-view+json"]["model_id"] in kernel.state
    known = dict(ipywidgets.widgets.widget._registry.items())
    made = {}
    for state in kernel.state.values():
        name = state["_model_name"]
        model = tuple(state[f"_{part}_{what}"] for part in ("model", "view") for what in ("module", "module_version", "name"))
        assert model in known, model
        # What the front end would take from us, ipywidgets takes too.
        traits = {k: v for k, v in state.items() if not k.startswith("_") and k not in OF_OTHERS}
        if "_options_labels" in state:
            traits["options"] = state["_options_labels"]
        widget = known[model](**traits)
        for trait, value in traits.items():
            got = getattr(widget, trait)
            assert (list(got) if isinstance(got, tuple) else got) == value, (name, trait)
        assert set(state) <= set(widget.keys) | {"_options_labels"}, name
        made[name] = widget
    assert len(made) == 40, sorted(made)
    assert all(
        reference.removeprefix("IPY_MODEL_") in kernel.state
        for state in kernel.state.values()
        for reference in re.findall("IPY_MODEL_[0-9a-f]+", str(state))
    )


def test_a_change_is_heard_and_echoed(kernel):
    kernel.run('n := IntSlider("n", 3, 0, 10)\nn.OnChange(func(v int) { fmt.Println("now", v) })\nn')
    n = kernel.model("IntSliderModel")
    messages = kernel.change(n, value=4)
    assert [m["content"]["data"] for m in messages if m["msg_type"] == "comm_msg"] == [
        {"method": "echo_update", "state": {"value": 4}, "buffer_paths": []}
    ]
    assert stream(messages) == "now 4\n"
    assert kernel.value("n.Value()") == "4"
    # The program's changes arrive, and are heard of, too.
    reply, messages = kernel.run("n.SetValue(5)")
    assert kernel.state[n]["value"] == 5 and stream(messages) == "now 5\n"
    # A value that it cannot have is taken back.
    (error,) = errors(kernel.change(n, value=11))
    assert "11 is not from 0 to 10" in error["evalue"]
    assert kernel.state[n]["value"] == 5 and kernel.value("n.Value()") == "5"
    # Closed, it is nobody's.
    kernel.run("n.Close()")
    assert not kernel.state
    assert [m["msg_type"] for m in kernel.change(n, value=6)][1:-1] == ["comm_close"]


def test_compiled_cells_hear_too(kernel):
    reply, _ = kernel.run(
        """%%compile
type counter struct{ sum int }
func (c *counter) add(v int) { c.sum += v; fmt.Println("sum", c.sum) }
c := &counter{}
m := IntSlider("m", 1, 0, 10)
m.OnChange(c.add)
display.Show(m)"""
    )
    assert reply["status"] == "ok", reply
    m = kernel.model("IntSliderModel")
    assert stream(kernel.change(m, value=4)) == "sum 4\n"
    assert stream(kernel.change(m, value=5)) == "sum 9\n"
    assert kernel.value("c.sum") == "9"


def test_buttons_and_bytes(kernel):
    kernel.run(WIDGETS)
    kernel.run('clicks := 0\nsave.OnClick(func() { clicks++; fmt.Println("saved") })')
    button = kernel.model("ButtonModel")
    assert stream(kernel.tell(button, {"method": "custom", "content": {"event": "click"}})) == "saved\n"
    assert kernel.value("clicks") == "1"
    _, messages = kernel.run("picture.SetValue([]byte{1, 2, 255})")
    (update,) = [m for m in messages if m["msg_type"] == "comm_msg"]
    assert update["content"]["data"]["buffer_paths"] == [["value"]]
    assert [bytes(b) for b in update["buffers"]] == [b"\x01\x02\xff"]

    kernel.run('up := Upload("data")\nup.OnChange(func(files []File) { fmt.Println(files[0].Name, len(files[0].Data), files[0].Data[:3]) })\nup')
    content = {
        "comm_id": kernel.model("FileUploadModel"),
        "data": {
            "method": "update",
            "state": {"value": [{"name": "a.csv", "type": "text/csv", "size": 5_000_000, "last_modified": 0}]},
            "buffer_paths": [["value", 0, "content"]],
        },
    }
    message = kernel.client.session.msg("comm_msg", content)
    kernel.client.session.send(kernel.client.shell_channel.socket, message, buffers=[b"\x00\xffx" + bytes(5_000_000)])
    assert stream(kernel.output(message["header"]["msg_id"])) == "a.csv 5000003 [0 255 120]\n"


def test_a_page_that_is_loaded_anew_finds_them(kernel):
    kernel.run(WIDGETS)
    kernel.change(kernel.model("IntSliderModel"), value=7)
    known = set(kernel.state)
    assert set(kernel.reply(kernel.client.comm_info("jupyter.widget"))["comms"]) == known
    kernel.output(kernel.send_comm("page", {}, "comm_open", target_name="jupyter.widget.control"))
    messages = kernel.tell("page", {"method": "request_states"})
    (states,) = [m for m in messages if m["msg_type"] == "comm_msg"]
    data = states["content"]["data"]
    assert data["method"] == "update_states" and set(data["states"]) == known
    for id, model in data["states"].items():
        assert model["model_name"] == kernel.state[id]["_model_name"]
        assert {k: v for k, v in model["state"].items() if k != "value"} == {
            k: v for k, v in kernel.state[id].items() if k != "value"
        }
    assert data["states"][kernel.model("IntSliderModel")]["state"]["value"] == 7
    assert data["buffer_paths"] == [[kernel.model("ImageModel"), "state", "value"]]
    assert bytes(states["buffers"][0]) == b"\x89PNG"


def test_what_hears_can_be_interrupted_and_panic(kernel):
    kernel.run('n := IntSlider("n", 3, 0, 10)\nfunc wait(v int) {\n\tfmt.Println("begins")\n\tfor v == 4 {\n\t}\n\tpanic("no")\n}\nn.OnChange(wait)\nn')
    n = kernel.model("IntSliderModel")
    request = kernel.send_comm(n, {"method": "update", "state": {"value": 4}})
    kernel.output(request, until="stream")
    kernel.manager.interrupt_kernel()
    (error,) = errors(kernel.output(request))
    assert error["ename"] == "interrupted"
    assert kernel.value("n.Value()") == "4"

    (error,) = errors(kernel.change(n, value=5))
    text = re.sub("\x1b\\[[0-9]*m", "", "\n".join(error["traceback"]))
    assert text == "panic: no\ncell [2] line 6 in wait\n   6 |     panic(\"no\")", text


def test_widgets_go_with_their_process(kernel):
    kernel.run(WIDGETS)
    assert kernel.state
    n = kernel.model("IntSliderModel")
    reply, messages = kernel.run("syscall.Kill(os.Getpid(), syscall.SIGKILL)\nselect {}")
    assert reply["status"] == "error"
    kernel.run("1")
    assert not kernel.state
    assert [m["msg_type"] for m in kernel.change(n, value=4)][1:-1] == ["comm_close"]
    reply, _ = kernel.run('IntSlider("again", 1, 0, 2)')
    assert reply["status"] == "ok" and len(kernel.state) == 3


def test_interact(kernel):
    """What the function prints and shows stands between two ids of the request."""
    reply, messages = kernel.run(
        'Interact(func(k int) (string, error) {\n\tfmt.Println("k is", k)\n\tif k == 5 {\n\t\treturn "", errors.New("too much")\n\t}\n\treturn strings.Repeat("ha", k), nil\n}, IntSlider("k", 3, 0, 10))'
    )
    assert reply["status"] == "ok", reply
    k, out = kernel.model("IntSliderModel"), kernel.model("OutputModel")

    def within(messages):
        """What the output takes of a request's messages."""
        request, taken, took = messages[0]["parent_header"]["msg_id"], False, []
        for m in messages:
            if m["msg_type"] == "comm_msg" and m["content"]["comm_id"] == out:
                taken = m["content"]["data"]["state"]["msg_id"] == request
            elif taken and m["msg_type"] != "status":
                content = m["content"]
                took.append(content.get("text") or content.get("data", {}).get("text/plain") or m["msg_type"])
        return took

    assert within(messages) == ["clear_output", "k is 3\n", '"hahaha"']
    assert within(kernel.change(k, value=4)) == ["clear_output", "k is 4\n", '"hahahaha"']
    assert within(kernel.change(k, value=5)) == ["clear_output", "k is 5\n", "error: too much\n"]


def test_many_changes_in_a_row(kernel):
    """A slider that is dragged: every change is heard, in its order, and quickly."""
    kernel.run('var heard []int\nn := IntSlider("n", 0, 0, 1000)\nn.OnChange(func(v int) { heard = append(heard, v) })\nn')
    n = kernel.model("IntSliderModel")
    last = [kernel.send_comm(n, {"method": "update", "state": {"value": v}}) for v in range(1, 501)][-1]
    kernel.output(last)
    assert kernel.value("len(heard), slices.IsSorted(heard), heard[499]") == "500\ntrue\n500"

"""The kernel through jupyter_client, as front ends use it: what the suite of
jupyter_kernel_test leaves out."""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest
from jupyter_client.manager import KernelManager

from bench.kernels import processes
from conftest import BINARY

TIMEOUT = 60  # seconds; a condition that is not true by then never will be


class Kernel:
    """A running kernel and a blocking client of it."""

    def __init__(self, binary=None):
        self.manager = KernelManager(kernel_name="netherfield")
        if binary:
            self.manager.kernel_spec.argv[0] = str(binary)
        self.manager.start_kernel()
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=TIMEOUT)

    @property
    def pid(self):
        return self.manager.provisioner.pid

    def send(self, code, **options):
        return self.client.execute(code, **options)

    def output(self, request, until="idle"):
        """The iopub messages of a request up to idle, or to one of a type."""
        messages = []
        while True:
            message = self.client.get_iopub_msg(timeout=TIMEOUT)
            if message["parent_header"].get("msg_id") != request:
                continue
            messages.append(message)
            if message["msg_type"] == until:
                return messages
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                assert until == "idle", f"no {until} in {messages}"
                return messages

    def reply(self, request):
        while True:
            message = self.client.get_shell_msg(timeout=TIMEOUT)
            if message["parent_header"].get("msg_id") == request:
                return message["content"]

    def run(self, code, **options):
        """Run a cell to its end: the reply, and what it put out."""
        request = self.send(code, **options)
        messages = self.output(request)
        return self.reply(request), messages

    def value(self, code):
        reply, messages = self.run(code)
        assert reply["status"] == "ok", reply
        return next(m["content"]["data"]["text/plain"] for m in messages if m["msg_type"] == "execute_result")

    def close(self):
        self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel()


@pytest.fixture
def kernel():
    kernel = Kernel()
    yield kernel
    kernel.close()


def stream(messages, name="stdout"):
    return "".join(m["content"]["text"] for m in messages if m["msg_type"] == "stream" and m["content"]["name"] == name)


def wait_until(condition, what):
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline, f"still not so: {what}"
        time.sleep(0.02)


def gone(pids):
    """Whether none of these processes runs any more."""

    def running(pid):
        try:
            state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return False
        return state != "Z"

    return not any(running(pid) for pid in pids)


def test_names_survive_cells_and_failed_cells_change_nothing(kernel):
    kernel.run("prices := []float64{1, 2.5}")
    reply, messages = kernel.run('prices = nil\nprices = "x"')
    assert reply["status"] == "error"
    assert [m["msg_type"] for m in messages].count("error") == 1
    assert kernel.value("len(prices)") == "2"


def test_every_mistake_of_a_cell_is_told_with_its_line(kernel):
    reply, _ = kernel.run("a := 1\na = undefinedOne\na = undefinedTwo")
    text = "\n".join(reply["traceback"])
    assert "undefinedOne" in text and "undefinedTwo" in text, text


def test_a_prompt_is_answered(kernel):
    request = kernel.send("var name string\nfmt.Scanln(&name)\nname", allow_stdin=True)
    prompt = kernel.client.get_stdin_msg(timeout=TIMEOUT)
    assert prompt["msg_type"] == "input_request"
    kernel.client.input("Bingley")
    messages = kernel.output(request)
    assert kernel.reply(request)["status"] == "ok", messages
    assert kernel.value("name") == '"Bingley"'


def test_a_password_is_asked_for_as_one(kernel):
    request = kernel.send('secret, err := display.Password("Key: ")\nlen(secret)', allow_stdin=True)
    prompt = kernel.client.get_stdin_msg(timeout=TIMEOUT)["content"]
    assert prompt == {"prompt": "Key: ", "password": True}
    kernel.client.input("sesame")
    messages = kernel.output(request)
    assert kernel.reply(request)["status"] == "ok", messages
    assert kernel.value("secret") == '"sesame"'


def test_a_display_is_updated_in_place(kernel):
    _, messages = kernel.run('h, err := display.NewHandle("loading")\nh.Update("loaded")')
    shown = [m for m in messages if m["msg_type"] in ("display_data", "update_display_data")]
    assert [m["msg_type"] for m in shown] == ["display_data", "update_display_data"], messages
    ids = {m["content"]["transient"]["display_id"] for m in shown}
    assert len(ids) == 1


def test_reading_without_anybody_to_ask_fails_at_once(kernel):
    reply, _ = kernel.run("var name string\nfmt.Scanln(&name)", allow_stdin=False)
    assert reply["status"] == "error"
    assert kernel.value("1 + 1") == "2"


@pytest.mark.parametrize("by", ["message", "signal"])
def test_an_interrupt_keeps_the_session(kernel, by):
    kernel.run("kept := 41")
    request = kernel.send('fmt.Println("running")\nfor {\n}')
    kernel.output(request, until="stream")
    if by == "message":
        kernel.manager.interrupt_kernel()
    else:
        os.kill(kernel.pid, signal.SIGINT)
    kernel.output(request)
    assert kernel.reply(request)["status"] == "error"
    assert kernel.value("kept + 1") == "42"


def test_a_cell_that_sleeps_is_interrupted(kernel):
    request = kernel.send('fmt.Println("asleep")\ntime.Sleep(time.Hour)')
    kernel.output(request, until="stream")
    kernel.manager.interrupt_kernel()
    kernel.output(request)
    assert kernel.reply(request)["status"] == "error"
    assert kernel.value("1 + 1") == "2"


def test_cells_queued_behind_an_error_are_aborted_and_nothing_else(kernel):
    first = kernel.send('fmt.Println("first")\nvar none []int\nnone[3]')
    second = kernel.send("2")
    complete = kernel.client.complete("fmt.Prin")
    statuses = {}
    while len(statuses) < 3:
        message = kernel.client.get_shell_msg(timeout=TIMEOUT)
        statuses[message["parent_header"]["msg_id"]] = message["content"]["status"]
    assert statuses == {first: "error", second: "aborted", complete: "ok"}
    assert kernel.value("1 + 1") == "2"


def test_completion_answers_while_a_cell_runs(kernel):
    request = kernel.send('fmt.Println("running")\nfor {\n}')
    kernel.output(request, until="stream")
    content = kernel.reply(kernel.client.complete("fmt.Prin"))
    assert "Println" in content["matches"]
    kernel.manager.interrupt_kernel()
    kernel.output(request)


def test_the_end_of_the_worker_is_a_cells_error_and_the_next_cell_runs(kernel):
    reply, messages = kernel.run("os.Exit(3)")
    assert reply["status"] == "error", messages
    assert kernel.value("1 + 1") == "2"


def test_output_of_child_processes_arrives_before_idle(kernel):
    _, messages = kernel.run("!echo from a child")
    assert stream(messages) == "from a child\n"


def test_ten_thousand_lines_all_arrive_in_order(kernel):
    _, messages = kernel.run("for i := 0; i < 10000; i++ {\n\tfmt.Println(i)\n}")
    assert stream(messages).splitlines() == [str(i) for i in range(10_000)]


def test_a_restart_forgets_everything(kernel):
    kernel.run("kept := 1")
    before = processes(kernel.pid)
    kernel.manager.restart_kernel()
    kernel.client.wait_for_ready(timeout=TIMEOUT)
    reply, _ = kernel.run("kept")
    assert reply["status"] == "error"
    assert gone(before)


def test_a_shutdown_leaves_no_process(kernel):
    kernel.run("x := 1")
    before = processes(kernel.pid)
    kernel.manager.shutdown_kernel()
    wait_until(lambda: gone(before), f"{before} ended")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_whatever_ends_the_kernel_ends_its_worker(kernel, how):
    kernel.send('fmt.Println("running")\nfor {\n}')
    before = processes(kernel.pid)
    assert len(before) > 1, "a kernel and its worker"
    os.kill(kernel.pid, how)
    wait_until(lambda: gone(before), f"{before} ended")


def test_the_kernel_ends_with_the_process_that_started_it():
    """As when JupyterLab is killed: nothing tells the kernel. Nobody reaps the
    dead parent either, which is the rule in containers."""
    script = (
        "from test_kernel import Kernel, processes\n"
        "kernel = Kernel()\n"
        "print(*processes(kernel.pid), flush=True)\n"
        "input()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert pids
        parent.kill()
        try:
            wait_until(lambda: gone(pids), f"{pids} ended")
        finally:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"transport": "tcp", "shell_port": 65536, "key": "k"}', '{"transport": "pigeon", "ip": "127.0.0.1", "key": "k"}'],
    ids=["empty", "cut off", "a list", "no such port", "unknown transport"],
)
def test_a_bad_connection_file_is_one_clear_error(tmp_path, content):
    file = tmp_path / "connection.json"
    file.write_text(content)
    done = run_kernel(file)
    assert done.returncode == 1, done
    assert str(file) in done.stderr, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_a_missing_connection_file_is_one_clear_error(tmp_path):
    done = run_kernel(tmp_path / "none.json")
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def run_kernel(file):
    return subprocess.run([BINARY, "kernel", "-f", file], capture_output=True, text=True, timeout=TIMEOUT)

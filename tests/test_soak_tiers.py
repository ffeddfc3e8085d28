"""Random cells over both tiers, with errors, interrupts and deaths of the
worker: the kernel lives on, says what happened, and no message is out of order.

SOAK_SECONDS and SOAK_SEED make it a long run, or the same run once more:

    SOAK_SECONDS=3600 SOAK_SEED=7 .venv/bin/python -m pytest tests/test_soak_tiers.py
"""

import collections
import contextlib
import os
import pathlib
import random
import re
import signal
import time

import pytest
import zmq

from bench.kernels import processes
from soak_model import UNCLEAR, Cell, Generator, Missing, Names, Shown, Unclear
from test_kernel import TIMEOUT, Kernel, gone, wait_until

SECONDS = float(os.environ.get("SOAK_SECONDS", 75))
SEED = int(os.environ.get("SOAK_SEED", random.SystemRandom().randrange(10**6)))
BINARY = os.environ.get("SOAK_BINARY")  # a kernel other than bin/netherfield

LOST = "All variables and functions of the session are gone"
DEFECTS = ("kernel defect", "internal error", "please report", "goroutine 1 [", "cannot unmarshal")
# A cell may wait for the preparation of the compiler, on a busy machine.
PATIENCE = 300


class Request:
    """A request, and all that came back for it, checked as it comes."""

    def __init__(self, kind, cell=None):
        self.kind, self.cell = kind, cell
        self.state = "sent"  # then busy, then idle
        self.reply = None
        self.messages = []
        self.asked = self.interrupts = 0

    @property
    def done(self):
        return self.state == "idle" and self.reply is not None

    def streams(self, name):
        return "".join(m["content"]["text"] for m in self.messages if m["msg_type"] == "stream" and m["content"]["name"] == name)

    def content(self, kind):
        found = [m["content"] for m in self.messages if m["msg_type"] == kind]
        return found[0] if found else None


class Conversation:
    """The kernel's client: sends, takes what comes and checks its order."""

    def __init__(self, kernel):
        self.kernel, self.client = kernel, kernel.client
        self.channels = {
            name: getattr(self.client, f"{name}_channel") for name in ("iopub", "shell", "stdin", "control")
        }
        self.poller = zmq.Poller()
        for channel in self.channels.values():
            self.poller.register(channel.socket, zmq.POLLIN)
        self.requests = {}
        self.executing = None  # the execute request between busy and idle
        self.owner = None  # what output belongs to
        self.before = None  # what it belonged to before a silent cell
        self.notices = 0  # deaths of the worker that the person has been told
        self.replied = collections.deque()  # execute requests without a reply, in order

    def send(self, kind, content, channel="shell", cell=None):
        message = self.client.session.msg(kind, content)
        request = Request(kind, cell)
        request.id = message["header"]["msg_id"]
        self.requests[request.id] = request
        if kind == "execute_request":
            self.replied.append(request)
        self.channels[channel].send(message)
        return request

    def execute(self, cell):
        return self.send(
            "execute_request",
            {
                "code": cell.code, "silent": cell.silent, "store_history": cell.store and not cell.silent,
                "user_expressions": {}, "allow_stdin": cell.answer is not None, "stop_on_error": True,
            },
            cell=cell,
        )  # fmt: skip

    def pump(self, until=lambda: False, seconds=PATIENCE):
        """Take messages until something is so; False if time is up first."""
        deadline = time.monotonic() + seconds
        while not until():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            if not self.kernel.manager.is_alive():
                raise AssertionError("the kernel has died")
            ready = dict(self.poller.poll(1000 * min(left, 1)))
            for name, channel in self.channels.items():
                if channel.socket in ready:
                    getattr(self, name)(channel.get_msg(timeout=1))
        return True

    def wait(self, until, what):
        assert self.pump(until), f"has not come to pass: {what}"

    def iopub(self, message):
        kind, content = message["msg_type"], message["content"]
        request = self.requests.get(message["parent_header"].get("msg_id"))
        if request is None:
            assert kind == "status" or self.owner is None, f"a message of nobody's: {message}"
            return
        if kind == "stream" and LOST in content["text"]:
            self.notices += 1
        if kind == "status":
            self.status(request, content["execution_state"])
        elif request.kind == "execute_request":
            self.output(request, kind, content)
        else:
            assert request.state == "busy", f"{kind} of {request.kind} that is {request.state}"
        request.messages.append(message)

    def status(self, request, state):
        if state == "busy":
            if request.state == "busy":
                assert request is self.executing, "busy twice"
                return
            assert request.state == "sent", f"busy after {request.state}"
            if request.kind == "execute_request":
                assert self.executing is None, "two cells at once"
                # From its input on, output belongs to it; a silent one shows none.
                self.executing, self.before = request, self.owner
        else:
            assert state == "idle", state
            assert request.state == "busy", f"idle when {request.state}"
            if request is self.executing:
                self.executing = None
                if request.cell.silent:
                    self.owner = self.before
        request.state = state

    def output(self, request, kind, content):
        if kind == "execute_input":
            self.owner = request
        if request.cell.silent and request is self.executing:
            self.owner = request
        if kind == "stream":
            assert request is self.owner, f"output of the wrong cell: {content}"
            assert request.state != "sent"
            return
        if kind in ("display_data", "update_display_data"):
            assert request is self.owner
        assert request.state == "busy", f"{kind} when {request.state}"
        assert not request.content("error"), f"{kind} after an error"
        if kind == "execute_input":
            assert {m["msg_type"] for m in request.messages} == {"status"}, f"execute_input after {request.messages}"
        else:
            assert request.cell.silent or request.content("execute_input"), f"{kind} before execute_input"
        if kind == "execute_result":
            assert not request.content(kind), "two results"
        if kind == "error" and LOST in "\n".join(content["traceback"]):
            self.notices += 1

    def shell(self, message):
        request = self.requests[message["parent_header"]["msg_id"]]
        assert request.reply is None, f"a second reply to {request.kind}: {message['content']}"
        assert message["msg_type"] == request.kind.replace("_request", "_reply")
        request.reply = message["content"]
        if request.kind == "execute_request":
            assert self.replied.popleft() is request, "replies out of order"

    control = shell

    def stdin(self, message):
        request = self.requests[message["parent_header"]["msg_id"]]
        assert message["msg_type"] == "input_request"
        assert request.state == "busy" or request.state == "sent"
        request.asked += 1
        if request.cell.answer:
            self.client.input(request.cell.answer)


class Soak:
    """One long session."""

    def __init__(self, kernel, seed):
        self.kernel = kernel
        self.random = random.Random(seed + 1)
        self.cells = Generator(seed)
        self.names = Names()
        self.talk = Conversation(kernel)
        self.count = 0
        self.doomed = 0  # workers that something will end at any time
        self.interrupts = 0  # that may still hit a cell
        self.record = []  # what %replay runs
        self.redoomed = False  # a replay has run what ends the process once more
        self.history = collections.deque(maxlen=30)
        self.seen = collections.Counter()
        self.pid = kernel.pid
        self.notices = 0

    # What the processes are.

    def children(self):
        """The worker's and other children of the kernel: pid, state and command."""
        found = []
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                state, parent = stat.read_text().rpartition(")")[2].split()[:2]
                if int(parent) == self.pid:
                    command = (stat.parent / "cmdline").read_bytes().split(b"\0")
                    found.append((int(stat.parent.name), state, command))
        return found

    def worker(self):
        """The worker's pid; None while there is none."""
        workers = [pid for pid, state, command in self.children() if state != "Z" and b"worker" in command[1:]]
        assert len(workers) <= 1, f"{len(workers)} workers"
        return workers[0] if workers else None

    # Disturbances.

    def interrupt(self, times=1):
        for _ in range(times):
            self.interrupts += 1
            if self.talk.executing:
                self.talk.executing.interrupts += 1
            if self.random.random() < 0.3:
                os.kill(self.pid, signal.SIGINT)
            else:
                request = self.talk.send("interrupt_request", {}, channel="control")
                self.talk.wait(lambda: request.reply, "the reply to an interrupt")

    def kill(self):
        if pid := self.worker():
            self.doomed += 1
            self.note("kill -9 the worker")
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def noise(self):
        """A request beside the cells."""
        code = self.random.choice(["fmt.Prin", "c0", "v0.S", "%re", "strings.", "x := []int{1}; x", "T0{", "for {"])
        kind, content = self.random.choice([
            ("complete_request", {"code": code, "cursor_pos": len(code)}),
            ("inspect_request", {"code": code, "cursor_pos": len(code), "detail_level": self.random.choice([0, 1])}),
            ("is_complete_request", {"code": code}),
            ("kernel_info_request", {}),
            ("history_request", {"hist_access_type": "tail", "n": 3, "output": False, "raw": True}),
            ("comm_info_request", {}),
            ("comm_open", {"comm_id": "1", "target_name": "none", "data": {}}),
            ("comm_msg", {"comm_id": "1", "data": {}}),
            ("comm_close", {"comm_id": "1", "data": {}}),
        ])  # fmt: skip
        request = self.talk.send(kind, content, channel=self.random.choice(["shell", "control"]))
        if kind.startswith("comm_") and not kind.endswith("_request"):
            request.reply = {"status": "none"}  # it has none

    # Cells.

    def note(self, text):
        self.history.append(text)

    def step(self):
        n = 1 if self.random.random() < 0.85 else self.random.randint(2, 5)
        cells = [self.cells.next(self.names) for _ in range(n)]
        requests = []
        for cell in cells:
            self.note(f"[{cell.kind}, {cell.ends}]\n{cell.code}")
            requests.append(self.talk.execute(cell))
        while any(not r.done for r in requests):
            self.disturb(requests)
        for request in requests:
            self.settle(request)

    def disturb(self, requests):
        """Let the first of the requests that is not done run to its end."""
        request = next(r for r in requests if not r.done)
        while self.random.random() < 0.25:
            self.noise()
        roll = self.random.random()
        if request.cell.ends == "stuck":
            # Anything may be its fate, but something must be. If it does not
            # run yet, the interrupt misses it, and the next one is due.
            self.talk.pump(lambda: request.done, self.random.choice([0.001, 0.05, 0.3, 0.6]))
            if not request.done:
                if roll < 0.15:
                    self.kill()
                else:
                    self.interrupt(self.random.choice([1, 1, 1, 2, 5]))
                self.talk.pump(lambda: request.done, 4)
            return
        if roll < 0.08:
            self.talk.pump(lambda: request.done, self.random.choice([0, 0.002, 0.02, 0.2]))
            if not request.done:
                self.note("interrupt")
                self.interrupt(self.random.choice([1, 1, 3]))
        elif roll < 0.1:
            self.talk.pump(lambda: request.done, self.random.choice([0, 0.002, 0.02, 0.2]))
            self.kill()
        if request.cell.ends == "dies" and not self.talk.pump(lambda: request.done):
            raise AssertionError("it has not died")
        self.talk.wait(lambda: request.done, "the end of a cell")

    def settle(self, request):
        """Judge a cell that is done, and bring the model up to date."""
        cell, reply = request.cell, request.reply
        status = reply["status"]
        self.seen[f"{cell.kind}: {status}"] += 1
        self.history.append(f"  -> {status} {reply.get('ename', '')}: {reply.get('evalue', '')}"[:300])
        if status == "aborted":
            assert [m["msg_type"] for m in request.messages] == ["status", "status"], request.messages
            return
        if cell.store and not cell.silent:
            self.count += 1
        assert reply["execution_count"] == self.count, f"{reply['execution_count']}, not {self.count}"
        for kind in ("execute_input", "execute_result"):
            if content := request.content(kind):
                assert content["execution_count"] == self.count
        error = request.content("error")
        assert (error is not None) == (status == "error" and not cell.silent), f"{status}: {error}"
        if error:
            assert (error["ename"], error["evalue"]) == (reply["ename"], reply["evalue"])
        text = "\n".join(reply.get("traceback", [])) + reply.get("ename", "")
        for defect in DEFECTS:
            assert defect not in text, text
            assert defect not in request.streams("stderr"), request.streams("stderr")
        told = LOST in text
        said = LOST in request.streams("stderr")
        interrupted = reply.get("ename") == "interrupted" or "interrupt" in text

        if cell.command != "replay":
            if status == "ok":
                self.succeeded(request, said)
            else:
                self.failed(request, told, interrupted)
        if status == "ok" and not cell.silent and cell.command != "reset" and cell.code[0] != "!" and not cell.code.startswith(("%vars", "%tier", "%replay", "%help", "%%bash")):
            self.record.append(cell)
        if cell.command == "reset" and status == "ok":
            self.record.clear()
            self.doomed = 0
            self.redoomed = False
        if told or said:
            self.names.clear()
            self.doomed = max(0, self.doomed - 1)
            self.redoomed = False
            if said and not told and status == "ok":
                self.unclear(cell)
        if cell.command == "replay" and not told:
            # Last: what it has run after a death is there, and dooms again.
            self.replayed(status, said)
        if cell.dooms and status == "ok":
            self.doomed += 1

    def unclear(self, cell):
        for name in cell.touches:
            self.names[name] = UNCLEAR

    def succeeded(self, request, said):
        cell = request.cell
        assert cell.ends in ("ok", "any"), f"a cell that {cell.ends} has succeeded"
        try:
            shown = cell.does(self.names)
        except Missing as missing:
            assert self.doomed or self.redoomed or said, f"it has used {missing}, which is not there"
            return self.unclear(cell)
        except Unclear:
            return self.unclear(cell)
        if said:
            return
        if shown is not None and cell.kind != "replay" and not cell.silent:
            result = request.content("execute_result")
            value = result and result["data"]["text/plain"]
            want = None if shown.value is None else str(shown.value)
            if not (want is None and value is not None and cell.kind == "forced"):
                assert value == want, f"the value is {value}, not {want}"
        if shown is not None and shown.out:
            lines = [x for x in request.streams("stdout").splitlines() if not x.startswith("bg")]
            assert lines == shown.out, f"printed {lines}, not {shown.out}"
        if cell.kind == "prints":
            lines = [x for x in request.streams("stderr").splitlines() if x.startswith("error ")]
            assert lines == [f"error {i}" for i in range(len(shown.out))], lines

    def failed(self, request, told, interrupted):
        cell, reply = request.cell, request.reply
        if told:
            assert cell.ends == "dies" or self.doomed or self.redoomed or self.interrupts, f"the worker died: {reply['evalue']}"
            return
        if interrupted:
            assert self.interrupts, "nobody has interrupted it"
            self.unclear(cell)
            return
        assert cell.ends != "dies", f"it has not died: {reply}"
        if self.doomed or self.redoomed:
            self.unclear(cell)
            return
        if cell.ends == "any":
            return
        try:
            cell.does(self.names)
        except Missing:
            return
        except Unclear:
            return self.unclear(cell)
        if cell.ends == "stuck":
            raise AssertionError(f"it was to be interrupted: {reply}")
        assert cell.ends == "error", "\n".join(reply["traceback"])
        if cell.ename:
            assert reply["ename"] == cell.ename, reply

    def replayed(self, status, said):
        """What a replay comes to is told by the model if it went through."""
        self.redoomed = self.redoomed or any(past.dooms for past in self.record)
        for past in self.record:
            if status != "ok" or said or past.answer:
                # It may have come anywhere, a death may have come between, or
                # it has been told something else.
                self.unclear(past)
                continue
            try:
                past.does(self.names)
            except (Missing, Unclear):
                self.unclear(past)

    # Checks between cells.

    def at_rest(self):
        """No cell runs: is everything as it should be?"""
        requests = self.talk.requests
        self.talk.wait(lambda: all(r.done for r in requests.values()), "the end of all requests")
        for i in [i for i, r in requests.items() if r is not self.talk.owner and r is not self.talk.before]:
            del requests[i]
        assert self.kernel.pid == self.pid and self.kernel.manager.is_alive()
        wait_until(lambda: not [c for c in self.children() if c[1] == "Z"], "no zombies")
        wait_until(self.worker, "there is a worker")

    def held(self):
        proc = pathlib.Path(f"/proc/{self.pid}")
        return len(list((proc / "fd").iterdir())), len(list((proc / "task").iterdir()))

    def run(self, seconds):
        end = time.monotonic() + seconds
        baseline, steps = None, 0
        while time.monotonic() < end:
            self.step()
            steps += 1
            if steps % 20 == 0:
                self.at_rest()
            if steps == 100:
                baseline = self.held()
            # A replay of a long record takes long, and a worker full of
            # endless goroutines as well.
            if self.doomed and self.random.random() < 0.3:
                # If it has not died soon, it was saved by an interrupt.
                self.talk.pump(seconds=0.2)
                self.reset()
            if len(self.record) > 40 or self.random.random() < 0.02:
                self.reset()
        self.at_rest()
        return baseline, self.held()

    def reset(self):
        request = self.talk.execute(Cell("%reset", command="reset", does=lambda names: names.clear(), kind="reset"))
        self.note("%reset")
        self.talk.wait(lambda: request.done, "%reset")
        self.settle(request)


def sleepers():
    """The processes that cells have started to outlive them."""
    found = []
    for cmdline in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if cmdline.read_bytes() == b"sleep\x0031536000\0":
                found.append(int(cmdline.parent.name))
    return found


@pytest.mark.patience(int(SECONDS * 2) + 600)
def test_random_cells_interrupts_and_deaths(tmp_path, monkeypatch, capsys):
    temporary, cache = tmp_path / "tmp", tmp_path / "cache"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setenv("NETHERFIELD_CACHE", str(cache))
    before = set(sleepers())
    kernel = Kernel(binary=BINARY)
    soak = Soak(kernel, SEED)
    try:
        baseline, after = soak.run(SECONDS)
    except BaseException:
        print(f"SOAK_SEED={SEED}; the last cells:\n" + "\n".join(soak.history))
        kernel.close()
        raise
    running = processes(kernel.pid)
    kernel.close()
    wait_until(lambda: gone(running), f"{running} ended")
    wait_until(lambda: gone(set(sleepers()) - before), "the cells' processes ended")
    assert not list(temporary.iterdir()), "left in the temporary directory"
    assert not list(cache.glob("**/tmp/*")), "left in the cache"
    with capsys.disabled():
        total = sum(soak.seen.values())
        endings = collections.Counter()
        for key, n in soak.seen.items():
            endings[key.rpartition(" ")[2]] += n
        print(f"\nSOAK_SEED={SEED}: {total} cells in {SECONDS:.0f} s: {dict(endings)}; deaths told: {soak.talk.notices}; descriptors and threads {baseline}, then {after}")
    if baseline:
        assert after[0] <= baseline[0] + 8
        assert after[1] <= baseline[1] + 20

"""The two kernels, and one client's view of either."""

import contextlib
import json
import os
import pathlib
import subprocess
import tempfile
import time

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

ROOT = pathlib.Path(__file__).resolve().parent.parent
PATIENCE = 60  # seconds, after which a message is taken to be lost


class Lost(Exception):
    """A message that had to come did not."""


class Netherfield:
    spec = "netherfield"
    trivial = "1 + 1"
    cell = "x{n} := {n} * 2\nx{n}"
    lines = "for i := 0; i < 10000; i++ {\n\tfmt.Println(i)\n}"
    endless = 'fmt.Println("running")\nfor {\n}'
    setup = 'strings.ToUpper("a")'
    complete = "strings.Has"
    inspect = "strings.HasPrefix"


class Ipykernel:
    spec = "python3"
    trivial = "1 + 1"
    cell = "x{n} = {n} * 2\nx{n}"
    lines = "for i in range(10000):\n    print(i)"
    endless = 'print("running", flush=True)\nwhile True:\n    pass'
    setup = "import os.path"
    complete = "os.path.is"
    inspect = "os.path.isfile"


def install(folder):
    """Make a Jupyter home in which both kernels are known, and a cache of
    compiled cells that has what all cells need and no cell."""
    for name in ("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "XDG_STATE_HOME"):
        path = pathlib.Path(folder, name.lower())
        path.mkdir(mode=0o700)
        os.environ[name] = str(path)
    # Before the environment's own folder, where another netherfield may be
    # installed.
    os.environ["JUPYTER_PATH"] = os.environ["JUPYTER_DATA_DIR"]
    subprocess.run([ROOT / "bin" / "netherfield", "install", "--user"], check=True, stdout=subprocess.DEVNULL)
    found = KernelSpecManager().get_kernel_spec(Netherfield.spec).argv[0]
    if pathlib.Path(found) != ROOT / "bin" / "netherfield":
        raise Lost(f"Jupyter would start {found}, not {ROOT / 'bin' / 'netherfield'}")
    os.environ["NETHERFIELD_CACHE"] = str(pathlib.Path(folder, "cache"))
    os.environ.pop("NETHERFIELD_CACHE_READONLY", None)
    notebook = pathlib.Path(folder, "empty.ipynb")
    notebook.write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    subprocess.run([ROOT / "bin" / "netherfield", "precompile", notebook], check=True, stdout=subprocess.DEVNULL)


class Kernel:
    """A running kernel and a client of it."""

    def __init__(self, language):
        self.language = language
        self.manager = KernelManager(kernel_name=language.spec)
        self.client = None
        self.log = tempfile.TemporaryFile()
        try:
            began = time.perf_counter()
            self.manager.start_kernel(stdout=self.log, stderr=self.log)
            self._wait_for_port()
            self.client = self.manager.client()
            self.client.start_channels(hb=False)
            self._reply(self.client.kernel_info())
            self.startup = time.perf_counter() - began
        except BaseException:
            self.close()
            raise

    def _wait_for_port(self):
        """Wait until the kernel listens. A client that connects too early only
        tries again after 100 ms, which would be all that one then measures."""
        port = f":{self.manager.shell_port:04X} "
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for line in pathlib.Path("/proc/net/tcp").read_text().splitlines():
                fields = line.split()
                if port in fields[1] + " " and fields[3] == "0A":
                    return
            time.sleep(0.0005)
        raise self._lost(f"does not listen on port {self.manager.shell_port}")

    def _lost(self, what):
        self.log.seek(0)
        said = self.log.read().decode(errors="replace").strip()
        return Lost(f"{self.language.spec} {what}" + (f"; it said:\n{said}" if said else ""))

    def _get(self, channel):
        try:
            return channel(timeout=PATIENCE)
        except Exception as error:
            raise self._lost(f"has sent nothing for {PATIENCE} s") from error

    def _reply(self, request):
        while True:
            message = self._get(self.client.get_shell_msg)
            if message["parent_header"].get("msg_id") == request:
                return message["content"]

    def _until_idle(self, request, until=None):
        """The outputs of a request, to the end or up to the first that will do."""
        outputs = []
        while True:
            message = self._get(self.client.get_iopub_msg)
            if message["parent_header"].get("msg_id") != request:
                continue
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return outputs
            outputs.append(message)
            if until and until(message):
                return outputs

    def run(self, code):
        """Seconds from sending a cell to having its reply and its idle, and
        what it put out."""
        began = time.perf_counter()
        request = self.client.execute(code)
        outputs = self._until_idle(request)
        reply = self._reply(request)
        took = time.perf_counter() - began
        if reply["status"] != "ok":
            raise self._lost(f"fails to run {code!r}: {reply.get('evalue')}")
        return took, outputs

    def reply(self, code):
        """Seconds from sending a cell to having its reply."""
        began = time.perf_counter()
        request = self.client.execute(code)
        reply = self._reply(request)
        took = time.perf_counter() - began
        if reply["status"] != "ok":
            raise self._lost(f"fails to run {code!r}: {reply.get('evalue')}")
        self._until_idle(request)
        return took

    def complete(self):
        began = time.perf_counter()
        reply = self._reply(self.client.complete(self.language.complete))
        took = time.perf_counter() - began
        if not reply["matches"]:
            raise self._lost(f"completes {self.language.complete!r} with nothing")
        return took

    def inspect(self):
        began = time.perf_counter()
        reply = self._reply(self.client.inspect(self.language.inspect))
        took = time.perf_counter() - began
        if not reply["found"]:
            raise self._lost(f"knows nothing of {self.language.inspect!r}")
        return took

    def interrupt(self):
        """Seconds from the interrupt of an endless loop to idle."""
        request = self.client.execute(self.language.endless)
        self._until_idle(request, until=lambda message: message["msg_type"] == "stream")
        began = time.perf_counter()
        self.manager.interrupt_kernel()
        self._until_idle(request)
        took = time.perf_counter() - began
        self._reply(request)
        return took

    def worker(self):
        """The process that runs the cells of Netherfield."""
        for pid in processes(self.manager.provisioner.pid)[1:]:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                arguments = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                if b"worker" in arguments[1:]:
                    return pid
        raise self._lost("has no worker")

    def memory(self, *pids):
        """Bytes of processes together, the kernel's if none is named: PSS, its
        anonymous part, which no other process shares and no file backs, and
        RSS."""
        total = {"Pss": 0, "Pss_Anon": 0, "Rss": 0}
        for pid in pids or processes(self.manager.provisioner.pid):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    name, _, value = line.partition(":")
                    if name in total:
                        total[name] += 1024 * int(value.split()[0])
        return total

    def close(self):
        if self.client:
            self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)
        self.log.close()


def processes(root):
    """A process and all its descendants."""
    children = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            # The name in parentheses may hold anything; what follows it may not.
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    found, queue = [], [root]
    while queue:
        pid = queue.pop()
        found.append(pid)
        queue.extend(children.get(pid, []))
    return found

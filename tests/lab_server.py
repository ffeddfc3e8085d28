"""Start JupyterLab with a command, find out its address, stop it again."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.request

START_TIMEOUT = 900  # `make lab` in a new clone first sets everything up


@contextlib.contextmanager
def running(command, log, cwd=None, env=None):
    """Run a command that becomes or starts one JupyterLab.

    Yields an address with a token in it. The command gets a runtime folder to
    itself, for that is where a Jupyter server writes down its address.
    """
    runtime = pathlib.Path(log).with_suffix(".runtime")
    runtime.mkdir(mode=0o700)
    env = {**(env or os.environ), "JUPYTER_RUNTIME_DIR": str(runtime), "BROWSER": "true"}
    with open(log, "wb") as output:
        process = subprocess.Popen(
            command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield address(process, runtime, log)
    finally:
        stop(process)


def address(process, runtime, log):
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        for path in runtime.glob("jpserver-*.json"):
            with contextlib.suppress(OSError, ValueError):
                info = json.loads(path.read_text())
                get(info["url"], "api/status", info["token"])
                return Address(info["url"], info["token"])
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start:\n{pathlib.Path(log).read_text()}")


class Address:
    """Where a Jupyter server answers."""

    def __init__(self, url, token):
        self.url, self.token = url, token

    def page(self, path):
        return f"{self.url}{path}?token={self.token}"

    def json(self, path):
        return json.loads(get(self.url, path, self.token))


def get(url, path, token):
    request = urllib.request.Request(url + path, headers={"Authorization": f"token {token}"})
    with urllib.request.urlopen(request, timeout=30) as response:
        return response.read()


def stop(process):
    """End the server and the kernels it started, gently if they let us."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

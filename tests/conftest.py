"""What the acceptance tests share: a Jupyter home of their own, with the
kernel installed in it by `netherfield install`.

Run them with `make test`, or after `make build .venv/.test` with
`.venv/bin/python -m pytest tests -k lab`.
"""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = ROOT / "bin" / "netherfield"
ARTIFACTS = ROOT / "artifacts"


def pytest_configure(config):
    """Point Jupyter at a new home before any module of the tests loads it."""
    if not BINARY.exists():
        raise pytest.UsageError(f"{BINARY} is missing: run `make build`")
    home = tempfile.TemporaryDirectory(prefix="netherfield-tests-")
    config.add_cleanup(home.cleanup)
    for name in (
        "JUPYTER_DATA_DIR",
        "JUPYTER_CONFIG_DIR",
        "JUPYTER_RUNTIME_DIR",
        "JUPYTERLAB_SETTINGS_DIR",
        "JUPYTERLAB_WORKSPACES_DIR",
        "IPYTHONDIR",
        "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_STATE_HOME",
    ):
        path = pathlib.Path(home.name, name.lower())
        path.mkdir(mode=0o700)
        os.environ[name] = str(path)
    # The tools of the environment that runs the tests, as in a terminal where
    # it is active.
    os.environ["VIRTUAL_ENV"] = sys.prefix
    os.environ["PATH"] = os.pathsep.join([os.path.join(sys.prefix, "bin"), os.environ["PATH"]])
    ARTIFACTS.mkdir(exist_ok=True)
    subprocess.run([BINARY, "install", "--user"], check=True, stdout=subprocess.DEVNULL)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """A reply that never comes must fail one test, not stop them all."""
    mark = item.get_closest_marker("patience")
    seconds = mark.args[0] if mark else 300

    def give_up(*_):
        raise TimeoutError(f"{item.name} has made no end in {seconds} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        return (yield)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def pytest_sessionfinish(session):
    """Nobody reads the log of a green run, so a skipped test fails it."""
    if skipped(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    for report in skipped(config):
        terminalreporter.write_line(f"SKIPPED, which is not allowed: {report.nodeid}: {report.longrepr}")


def skipped(config):
    stats = config.pluginmanager.getplugin("terminalreporter").stats
    return [
        report
        for category, reports in stats.items()
        if "skipped" in category or "xfailed" in category
        for report in reports
    ]

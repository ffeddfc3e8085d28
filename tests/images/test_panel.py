"""From the panel to a cluster and back: the real daemon, registry and API server. What
controllers would say of pods, a thread of the test says."""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import time

import pytest

import eventstream
import gitrepo
import gonotebook
from conftest import BINARY, TOKEN
from test_deploy import Controller, kubeconfig  # noqa: F401: a fixture
from test_publish import running_registry

CELLS = [
    'texts, labels := []string{"buy tea", "a man", "buy coffee", "good fortune"}, []string{"spam", "ham", "spam", "ham"}',
    'pipe := pipeline.New(pipeline.Step("vectorize", &feature.HashingVectorizer{Buckets: 64}), pipeline.Step("model", &model.LogisticRegression{C: %s}))\npipe.Fit(texts, labels)',
    'pipeline.SaveStage(pipe, "stage.sav")',
]


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("panel", timeout=300)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


class Daemon:
    def __init__(self, path):
        self.path, self.told = path, []

    def ask(self, method, path, body=None):
        connection = Connection(self.path)
        connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        self.told.append(text)
        return answer.status, json.loads(text)

    def until(self, wanted):
        """Read the stream until an event is wanted; its data."""
        connection = Connection(self.path)
        connection.request("GET", "/events")
        try:
            return eventstream.first(connection.getresponse(), wanted, self.told)
        finally:
            connection.close()

    def job(self, **request):
        """Start a job, and wait for its end."""
        status, begun = self.ask("POST", "/jobs", request)
        assert status == 200, begun
        return self.until(eventstream.end_of(begun))


@contextlib.contextmanager
def panel(folder, root, *flags, env):
    (folder / "private").mkdir(mode=0o700)
    path = folder / "private" / "panel"
    command = [BINARY, "panel", "--socket", path, "--root", root, "--history", folder / "history", "--until-stdin-closes", *flags]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env=env)
    try:
        deadline = time.monotonic() + 60
        while not path.exists():
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        yield Daemon(path)
    finally:
        process.stdin.close()
        assert process.wait(timeout=120) == 0
        assert not list((folder / "private").iterdir())


@pytest.fixture
def root(tmp_path):
    """A repository with a notebook that saves a stage."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    write(folder, "1")
    return gitrepo.begin(folder)


def write(folder, strength):
    gonotebook.write(folder / "spam.ipynb", *(c.replace("%s", strength) for c in CELLS))


class Everything:
    def __contains__(self, _):
        return True


def test_a_notebook_is_published_to_a_cluster_and_taken_back(cluster, namespace, kubeconfig, root, tmp_path):  # noqa: F811
    def image():
        return json.loads(cluster.must("get", "deployment", "spam", "-n", namespace, "-o", "json"))["spec"]["template"]["spec"]["containers"][0]["image"]

    def publish(message=""):
        return daemon.job(kind="publish", notebooks=["spam.ipynb"], pipeline="spam", image=f"{registry}/team/spam:1", insecure=True, target="cluster", message=message)

    env = {**os.environ, "KUBECONFIG": str(kubeconfig())}
    env.pop("PIPELINE_URL", None)
    with running_registry(tmp_path) as registry, Controller(cluster, namespace) as controller:
        with panel(tmp_path, root, f"--deploy-flag=--namespace={namespace}", env=env) as daemon:
            first = publish()
            assert first["state"] == "done", first
            assert [(s["name"], s["state"]) for s in first["steps"]] == [(s, "done") for s in ("check", "build", "push", "deploy")]
            assert first["result"]["namespace"] == namespace and image() == first["result"]["image"]

            # The panel sees what it has deployed, though it can reach none of its pods from here.
            def shown(event, data):
                services = data["services"] if event == "state" else [data] if event == "service" else []
                return next((s for s in services if s["name"] == "spam"), None)

            service = daemon.until(shown)
            assert service["origin"] == "cluster" and service["deployed"]["image"] == image() and service["url"] == ""

            write(root, "2")
            refused = publish()
            assert refused["state"] == "failed" and "spam.ipynb (modified)" in refused["error"]
            second = publish("two")
            assert second["state"] == "done", second
            assert image() == second["result"]["image"] != first["result"]["image"]

            # Pods that do not start change nothing, and are no publish.
            controller.fails = Everything()
            write(root, "3")
            third = publish("three")
            assert third["state"] == "failed" and "everything is as it was before" in third["error"], third
            assert image() == second["result"]["image"]
            controller.fails = set()

            back = daemon.job(kind="rollback", publish=first["result"]["id"])
            assert back["state"] == "done", back
            assert image() == first["result"]["image"]
            history = daemon.until(lambda event, data: data["history"] if event == "state" else None)
            assert [r["subject"] for r in history] == ["two", "everything"] and history[1]["rolled_back"]
    assert TOKEN not in "".join(daemon.told)

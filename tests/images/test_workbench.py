"""The workbench in the places it is made for, unmodified, under an OpenShift's restrictions."""

import base64
import itertools
import json
import os
import re
import urllib.error
import urllib.request
import uuid

import pytest
import websocket

import engine
import eventstream
import gonotebook
from conftest import free_port

SIZE = 1_200_000_000
EVENTS, JOBS = "netherfield/api/events", "netherfield/api/jobs"  # of the panel
# What Open Data Hub sets: words, on lines of their own, with quotes that are none.
ODH_ARGS = """--ServerApp.port={port}
                  --ServerApp.token=''
                  --ServerApp.password=''
                  --ServerApp.base_url=/notebook/team/wb
                  --ServerApp.quit_button=False
                  --ServerApp.tornado_settings={{"user":"ann","hub_host":"https://hub.example.com","hub_prefix":"/projects/team"}}"""


@pytest.fixture
def home(tmp_path):
    """A volume as a cluster makes it: of nobody, for the group."""
    folder = tmp_path / "home"
    folder.mkdir()
    folder.chmod(0o2770)
    return folder


class Server:
    """A Jupyter server, as its front end speaks with it."""

    def __init__(self, url, token=None):
        self.url, self.token = url.rstrip("/"), token

    def get(self, path, status=200):
        got, body = engine.get(f"{self.url}/{path}", self.token)
        assert got == status, f"{path}: {got}: {body[:500]}"
        return body

    def json(self, path):
        return json.loads(self.get(path))

    def send(self, method, path, body=None):
        request = urllib.request.Request(
            f"{self.url}/{path}", method=method, data=json.dumps(body).encode() if body is not None else None,
            headers={"Content-Type": "application/json", **({"Authorization": f"token {self.token}"} if self.token else {})},
        )
        if not self.token:
            request.add_header("X-XSRFToken", "x")
            request.add_header("Cookie", "_xsrf=x")
        with urllib.request.urlopen(request, timeout=60) as response:
            text = response.read()
        return json.loads(text) if text else None

    def events(self):
        """What the panel is told for as long as it listens: names and values."""
        request = urllib.request.Request(f"{self.url}/{EVENTS}", headers={"Authorization": f"token {self.token}"} if self.token else {})
        with urllib.request.urlopen(request, timeout=120) as response:
            assert response.headers["Content-Type"] == "text/event-stream"
            yield from eventstream.read(response)

    def refuses(self, method, path, body=None):
        """It answers that this is forbidden."""
        with pytest.raises(urllib.error.HTTPError) as e:
            self.send(method, path, body)
        return e.value.code == 403

    def kernel(self):
        return Kernel(self, self.send("POST", "api/kernels", {"name": "netherfield"})["id"])


class Kernel:
    def __init__(self, server, identity):
        self.server, self.path = server, f"api/kernels/{identity}"
        self.session = uuid.uuid4().hex
        self.connect()

    def connect(self):
        header = [f"Authorization: token {self.server.token}"] if self.server.token else []
        self.socket = websocket.create_connection(f"{self.server.url.replace('http', 'ws', 1)}/{self.path}/channels", header=header, timeout=120)

    def send(self, code):
        identity = uuid.uuid4().hex
        header = {"msg_id": identity, "msg_type": "execute_request", "username": "", "session": self.session, "version": "5.3", "date": "2026-01-01T00:00:00Z"}
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False, "stop_on_error": True}
        self.socket.send(json.dumps({"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell", "buffers": []}))
        return identity

    def receive(self, identity, until):
        """All that comes for a request until something does: texts and the reply."""
        texts = []
        while True:
            message = json.loads(self.socket.recv())
            if message.get("parent_header", {}).get("msg_id") != identity:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "stream":
                texts.append(content["text"])
            elif kind in ("execute_result", "display_data"):
                texts.append(content["data"]["text/plain"])
            elif kind == "error":
                texts += content["traceback"]
            if until(kind, content):
                return "".join(texts)

    def run(self, code):
        """What a cell shows."""
        return self.receive(self.send(code), lambda kind, content: kind == "status" and content["execution_state"] == "idle")

    def act(self, what):
        self.server.send("POST", f"{self.path}/{what}", {})

    def close(self):
        self.socket.close()
        self.server.send("DELETE", self.path)


def works(server):
    """It has the kernel, which interprets and compiles, and goes on after an interrupt; and the
    workshop's service beside it."""
    assert server.json("api/kernelspecs")["default"] in ("python3", "netherfield")
    assert "netherfield" in server.json("api/kernelspecs")["kernelspecs"]
    kernel = server.kernel()
    assert kernel.run("x := 6; x * 7") == "42"
    assert kernel.run("type Point struct{ X, Y int }\n\nfunc (p Point) Sum() int { return p.X + p.Y }") == ""
    assert kernel.run("Point{x, 7}.Sum()") == "13"
    loop = kernel.send('fmt.Println("round")\nfor {\n}')
    kernel.receive(loop, lambda kind, content: kind == "stream")
    kernel.act("interrupt")
    assert "interrupted" in kernel.receive(loop, lambda kind, content: kind == "status" and content["execution_state"] == "idle")
    assert kernel.run("x") == "6"
    assert kernel.run('score_text([]string{"I ordered another box of this tea"})[0]') == '"spam"'
    kernel.close()


def watches(server):
    """The panel is told at once of the service beside it, and soon that it answers."""
    told = server.events()
    name, state = next(told)
    assert name == "state" and [s["name"] for s in state["services"]] == ["default"]
    assert state["cluster"] == {"known": False, "error": ""}
    [service] = state["services"]
    while not service["asked"]:
        name, value = next(told)
        service = value if name == "service" else service
    assert "error" not in service and [p["name"] for p in service["pipelines"]] == ["spam"], service
    told.close()


@pytest.fixture(params=["podman", "odh", "kubeflow"])
def place(request, home):
    """How it is started, where it is then, and whether the platform keeps others out."""
    port = free_port()
    base = "/notebook/team/wb"
    if request.param == "podman":
        return {"command": (f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1"), "volumes": [(home, "/opt/app-root/src")]}, f"http://127.0.0.1:{port}", False
    env = {"NB_PREFIX": base}
    if request.param == "odh":
        env |= {"NOTEBOOK_ARGS": ODH_ARGS.format(port=port), "NOTEBOOK_PORT": str(port), "JUPYTER_IMAGE": "workbench"}
        return {"command": ("start-notebook.sh",), "env": env, "volumes": [(home, "/opt/app-root/src")]}, f"http://127.0.0.1:{port}{base}", True
    # The image's own user; a volume that the group 100 may write to.
    os.chown(home, 0, 100)
    options = {"command": (), "env": env | {"NOTEBOOK_PORT": str(port)}, "user": "1001", "groups": [100], "volumes": [(home, "/opt/app-root/src")]}
    return options, f"http://127.0.0.1:{port}{base}", True


def test_it_works_where_it_is_started(place, home):
    options, url, trusted = place
    with engine.running(engine.WORKBENCH, *options.pop("command"), **options) as container:
        # The platforms' probe.
        container.wait(lambda: engine.get(f"{url}/api")[0] == 200)
        status, _ = engine.get(f"{url}/api/kernels")
        assert status == (200 if trusted else 403)
        token = None
        if not trusted:
            token = re.search(r"token=([0-9a-f]{48})", container.logs()).group(1)
        server = Server(url, token)
        assert b"JupyterLab" in server.get("lab")
        assert "workshop" in {entry["name"] for entry in server.json("api/contents")["content"]}
        works(server)
        watches(server)
        assert container.run("bash", "-c", "stat -c %a /tmp/netherfield-panel-*{,/panel}").split() == ["700", "600"]
        if not trusted:
            for stranger in (Server(url), Server(url, "f" * 48)):
                stranger.get(EVENTS, status=403)
                assert stranger.refuses("POST", JOBS, {"kind": "rollback", "publish": "x"})
        assert container.stop() == 0
        assert "Traceback" not in container.logs()
    assert (home / "workshop" / "00-intro.ipynb").stat().st_mode & 0o060 == 0o060, "the next user cannot go on"


def publish(server, message):
    """Publish the workshop's pipeline to the service beside JupyterLab; the job at its end."""
    request = {
        "kind": "publish", "notebooks": ["workshop/03-feature-engineering-tfidf.ipynb", "workshop/04-model-logistic-regression.ipynb"],
        "pipeline": "spam", "image": "", "insecure": False, "target": "service:default", "message": message,
    }
    has_ended = eventstream.end_of(server.send("POST", JOBS, request))
    told = server.events()
    job = next(filter(None, itertools.starmap(has_ended, told)))
    told.close()
    assert job["state"] == "done", job["error"]
    return job


def test_notebooks_are_published_and_remembered(home):
    """With a root that is read-only, as a user that nobody knows; and the next one goes on."""
    port = free_port()
    for user, message in ((engine.USER, "first"), (engine.USER + 1, "second")):
        env = {"NB_PREFIX": "/p", "NOTEBOOK_PORT": str(port)}
        with engine.running(engine.WORKBENCH, user=f"{user}:0", env=env, volumes=[(home, "/opt/app-root/src")]) as container:
            server = Server(f"http://127.0.0.1:{port}/p")
            container.wait(lambda: engine.get(f"{server.url}/api")[0] == 200)
            if message == "first":
                container.run("bash", "-c", "umask 0002 && cd workshop && echo data/ > .gitignore && git init --quiet && git config user.name Ann && git config user.email ann@example.com")
            else:
                # Git, too, must be told that this is nobody else's.
                container.run("git", "config", "--global", "--add", "safe.directory", "/opt/app-root/src/workshop")
                container.run("bash", "-c", "umask 0002 && echo more > workshop/more.txt")
            job = publish(server, message)
            assert [(s["name"], s["state"]) for s in job["steps"]] == [(name, "done") for name in ("check", "commit", "build", "deploy")]
            # It answers with what was published, and knows of what.
            commit = container.run("git", "-C", "workshop", "rev-parse", "HEAD").strip()
            told = server.events()
            _, state = next(told)
            told.close()
            assert [r["subject"] for r in state["history"]] == {"first": ["first"], "second": ["second", "first"]}[message]
            assert state["history"][0]["commit"] == commit and job["result"]["commit"] == commit
            kernel = server.kernel()
            assert kernel.run('score_text([]string{"I ordered another box of this tea"})[0]') == '"spam"'
            kernel.close()
            assert container.stop() == 0
            assert "Traceback" not in container.logs()


def test_the_extension_is_there_without_what_built_it():
    done = engine.attempt(engine.WORKBENCH, "jupyter", "labextension", "list")
    told = re.sub(r"\x1b\[\d*m", "", done.stdout + done.stderr)  # its colours
    assert re.search(r"netherfield-lab v[\d.]+ enabled OK", told), told
    told = engine.run(engine.WORKBENCH, "bash", "-c", "find / -xdev -path /proc -prune -o \\( -name node -o -name npm -o -name node_modules \\) ! -type d -print; ls /opt/app-root/bin | grep netherfield")
    assert told.split() == ["netherfield", "netherfield-deploy", "netherfield-panel"]


def test_a_terminal_and_files(home):
    """What people do beside notebooks works without an entry in passwd."""
    port = free_port()
    with engine.running(engine.WORKBENCH, env={"NB_PREFIX": "/p", "NOTEBOOK_PORT": str(port)}, volumes=[(home, "/opt/app-root/src")]) as container:
        server = Server(f"http://127.0.0.1:{port}/p")
        container.wait(lambda: engine.get(f"{server.url}/api")[0] == 200)
        name = server.send("POST", "api/terminals", {})["name"]
        socket = websocket.create_connection(f"ws://127.0.0.1:{port}/p/terminals/websocket/{name}", timeout=60)
        socket.send(json.dumps(["stdin", "git init --quiet x && cd x && go version && echo $((6*7))-$BASH_VERSION\r"]))
        seen = ""
        while not re.search(r"42-5\.", seen):
            kind, *rest = json.loads(socket.recv())
            seen += rest[0] if kind == "stdout" else ""
        assert "go version go1." in seen
        socket.close()
        server.send("PUT", "api/contents/a.txt", {"type": "file", "format": "base64", "content": base64.b64encode(b"a").decode()})
        server.send("DELETE", "api/contents/a.txt")
        assert not list(home.glob("**/*Trash*"))


def test_a_home_that_cannot_be_written_to():
    done = engine.attempt(engine.WORKBENCH, "jupyter", "kernelspec", "list")
    assert done.returncode == 0 and "netherfield" in done.stdout
    assert "/opt/app-root/src cannot be written to" in done.stderr and "Mount a volume" in done.stderr


def test_the_workshop_needs_no_network_and_compiles_nothing(home):
    notebooks = [
        "00-intro", "01-vectors-and-visualization", "02-evaluating-models", "03-feature-engineering-summaries", "03-feature-engineering-tfidf",
        "04-model-logistic-regression", "04-model-random-forest", "06-pipelines", "07-services",
    ]
    script = f"""set -e; cd workshop
      for n in {" ".join(notebooks)}; do netherfield run --service $n.ipynb --output /tmp/out.ipynb; done
      find $HOME/.cache -name '*.so'"""
    told = engine.run(engine.WORKBENCH, "bash", "-c", script, network="none", volumes=[(home, "/opt/app-root/src")])
    assert ".so" not in told, told


def test_new_cells_are_compiled_without_a_network(home):
    cell = 'type Doc struct{ Text string }\n\nfunc (d Doc) Words() int { return len(strings.Fields(d.Text)) }'
    use = 'pipe := pipeline.New(pipeline.Step("v", &feature.HashingVectorizer{Buckets: 64}))\nfmt.Println(Doc{"a new cell"}.Words(), pipe != nil)'
    gonotebook.write(home / "n.ipynb", cell, use)
    engine.run(engine.WORKBENCH, "netherfield", "run", "n.ipynb", "--output", "out.ipynb", network="none", volumes=[(home, "/opt/app-root/src")])
    assert "3 true" in (home / "out.ipynb").read_text()


def test_packages_can_be_installed_where_the_root_is_not_read_only():
    script = "umask; python -c 'import sys; print(sys.prefix)'; touch /opt/app-root/lib/python3.*/site-packages/six.py /opt/app-root/bin/pip && echo writable"
    told = engine.run(engine.WORKBENCH, "bash", "-c", script, read_only=False)
    assert told.split() == ["0002", "/opt/app-root", "writable"]


def test_what_it_is():
    about = engine.inspect(engine.WORKBENCH)
    print(f"\nthe workbench has {about['Size'] / 1e6:.0f} MB")
    assert about["Size"] < SIZE
    config = about["Config"]
    assert config["User"] == "1001:0" and config["Labels"]["org.opencontainers.image.title"] == "Netherfield workbench"
    assert re.fullmatch("[0-9a-f]{40}(-dirty)?", config["Labels"]["org.opencontainers.image.revision"])
    assert not [e for e in config["Env"] if re.search("TOKEN|PASSWORD|SECRET", e)]
    bom = json.loads(engine.run(engine.WORKBENCH, "cat", "/usr/share/sbom/workbench.cdx.json"))
    assert bom["bomFormat"] == "CycloneDX"
    purls = {c.get("purl", "") for c in bom["components"]}
    for wanted in ("pkg:pypi/jupyterlab@4", "pkg:pypi/netherfield-lab@", "pkg:pypi/jupyterhub@5", "pkg:golang/github.com/go-zeromq/zmq4@", "pkg:golang/std@go1", "pkg:deb/debian/gcc@"):
        assert any(p.startswith(wanted) for p in purls), wanted

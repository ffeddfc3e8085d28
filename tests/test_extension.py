"""The panel in JupyterLab: services beside the notebook, and publishing without leaving it."""

import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

import eventstream
import gitrepo
import gonotebook
import lab_server
import workshop
from conftest import ARTIFACTS, BINARY, ROOT
from gitrepo import git
from test_lab import TIMEOUT, Notebook, browser, settle_settings  # noqa: F401: browser is a fixture
from test_publish import ACCEPT, free_port, running_registry

# Notebooks whose cells nobody has compiled yet, on a machine that is busy.
BUILD = 3 * TIMEOUT

STAGES = ["03-feature-engineering-tfidf.ipynb", "04-model-logistic-regression.ipynb"]

# What no browser may ever see, whatever goes wrong.
SECRETS = {
    "token of a service": workshop.TOKEN,
    "password in a URL": "the-password-in-the-url",
    "token of a cluster": "the-token-of-the-cluster",
    "password of a registry": "the-password-of-the-registry",
}


def repository(folder):
    """The workshop's notebooks in a repository, as somebody has it who follows docs/workshop.md."""
    workshop.copy(folder)
    (folder / ".gitignore").write_text("data/\n")
    return gitrepo.begin(folder)


def kubeconfig(folder):
    """Credentials of a cluster that does not answer."""
    path = folder / "kubeconfig"
    path.write_text(json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": f"https://127.0.0.1:{free_port()}"}}],
        "users": [{"name": "u", "user": {"token": SECRETS["token of a cluster"]}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u", "namespace": "team"}}],
    }))
    return path


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    with running_registry(tmp_path_factory.mktemp("registry")) as address:
        yield address


@pytest.fixture(scope="module")
def desk(tmp_path_factory, registry):
    """JupyterLab as `netherfield lab` starts it, with all that a platform may configure."""
    folder = tmp_path_factory.mktemp("desk")
    work = repository(folder / "notebooks")
    settle_settings()
    docker = folder / "docker"
    docker.mkdir()
    (docker / "config.json").write_text(json.dumps({"auths": {registry: {"username": "user", "password": SECRETS["password of a registry"]}}}))
    env = {
        **os.environ, "KUBECONFIG": str(kubeconfig(folder)), "DOCKER_CONFIG": str(docker),
        "XDG_DATA_HOME": str(folder / "share"), "TMPDIR": str(folder / "tmp"),
    }
    (folder / "tmp").mkdir()
    # A second service, which is configured.
    with workshop.service(folder) as spare:
        url = spare["PIPELINE_URL"].replace("http://", f"http://user:{SECRETS['password in a URL']}@")
        flags = [f"--Netherfield.services=spare={url}", f"--Netherfield.token_files=spare={folder / 'token'}"]
        command = [BINARY, "lab", work, "--", "--no-browser", "--LabApp.expose_app_in_browser=True", *flags]
        with lab_server.running(command, folder / "lab.log", env=env) as address:
            yield Desk(address, work, folder)
    left = [p.name for p in (folder / "tmp").iterdir() if p.name.startswith("netherfield-p")]
    assert not left, f"the server has left {left}"


class Desk:
    def __init__(self, address, notebooks, folder):
        self.address, self.notebooks, self.folder = address, notebooks, folder

    def daemon(self):
        """The id of the daemon's process; None if there is none."""
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                words = path.read_bytes().split(b"\0")
                if words[:2] == [b"netherfield", b"panel"] and str(self.notebooks).encode() in words:
                    return int(path.parent.name)
        return None

    def history(self):
        return sorted((self.folder / "share" / "netherfield" / "publishes").glob("[0-9]*"))


def until(what, told="it does not happen"):
    deadline = time.monotonic() + TIMEOUT / 1000
    while True:
        value = what()
        if value:
            return value
        assert time.monotonic() < deadline, told
        time.sleep(0.05)


class Panel:
    """A page of JupyterLab with the panel open, as its reader sees it."""

    def __init__(self, page, desk):
        self.page, self.desk = page, desk
        self.root = page.locator(".nf-Panel")
        self.form = page.locator(".nf-Publish")
        self.history = page.locator("section[aria-label=History]")

    def service(self, name):
        return self.page.locator(f"article[aria-label='Service {name}']")

    def pipeline(self, name, service="default"):
        return self.service(service).locator(f".nf-Pipeline[data-pipeline={name}]")

    def job(self):
        """The newest of the jobs."""
        return self.page.locator(".nf-Job").first

    def job_is(self, state, timeout=TIMEOUT):
        expect(self.job()).to_have_class(re.compile(f"nf-mod-{state}"), timeout=timeout)

    def stable(self, service="default"):
        return self.pipeline("spam", service).locator(".nf-Versions tr", has=self.page.get_by_text("stable", exact=True)).locator("th")

    def publish(self, notebook, stages, image="", insecure=True):
        """Open the form by the notebook's button, and fill it in."""
        self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)").get_by_role("button", name="Publish").click()
        for path in stages:
            box = self.form.locator(".nf-Choice", has_text=path).get_by_role("checkbox")
            box.check()
        # That of the service, also where it has answered after the form was opened.
        expect(self.form.locator("input[name=pipeline]")).to_have_value("spam")
        self.form.locator("input[name=image]").fill(image)

    def submit(self, button="Publish"):
        self.form.locator(".nf-buttons").get_by_role("button", name=button, exact=True).click()


@pytest.fixture
def page(desk, browser, request):  # noqa: F811
    context = browser.new_context(viewport={"width": 1400, "height": 1300})
    page = context.new_page()
    page.set_default_timeout(TIMEOUT)
    page.wrong = []
    page.on("console", lambda m: page.wrong.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: page.wrong.append(str(e)))
    yield page
    page.screenshot(path=ARTIFACTS / f"extension-{workspace(request)}.png")
    context.close()


def workspace(request):
    return re.sub("[^a-z0-9_-]+", "-", request.node.name)


@pytest.fixture
def panel(desk, page, request):
    """The panel, opened from the launcher."""
    page.goto(desk.address.page(f"lab/workspaces/{workspace(request)}"))
    page.locator(".jp-LauncherCard", has_text="Pipelines").click()
    it = Panel(page, desk)
    expect(it.service("default")).to_contain_text("answers", timeout=TIMEOUT)
    return it


def open_notebook(panel, name):
    panel.page.locator("[title^='File Browser']").first.click()
    panel.page.locator(".jp-DirListing-item", has_text=name).dblclick()
    return Notebook(panel.page)


def test_predictions_move_the_charts(panel, request):
    expect(panel.service("spare")).to_contain_text("answers")
    expect(panel.pipeline("spam")).to_contain_text("workshop stable")
    notebook = open_notebook(panel, "00-intro.ipynb")
    panel.page.keyboard.press("Control+Alt+p")
    share = panel.pipeline("spam").locator(".nf-Predictions td:nth-child(4)").last
    rate = panel.pipeline("spam").locator(".nf-Rate svg[role=img]")
    warm = notebook.run('score_text([]string{"another box of this tea"})')
    expect(notebook.output(warm)).to_contain_text("spam", timeout=TIMEOUT)
    took = []
    for i in range(3):
        before = share.inner_text()
        # The page itself tells when the cell's answer came and when the chart moved.
        panel.page.evaluate(
            """before => {
              window.nf = { before, moved: null };
              const share = () => [...document.querySelectorAll("article[aria-label='Service default'] .nf-Predictions td:nth-child(4)")].at(-1)?.innerText;
              new MutationObserver((_, observer) => {
                if (share() !== window.nf.before) { window.nf.moved = Date.now(); observer.disconnect(); }
              }).observe(document.querySelector('.nf-Panel'), { subtree: true, childList: true, characterData: true });
            }""",
            before,
        )
        cell = notebook.run(f'began := time.Now(); score_text(slices.Repeat([]string{{"another box of this tea"}}, {20 + i})); began.UnixMilli()')
        expect(notebook.output(cell)).to_contain_text(re.compile(r"\d{13}"), timeout=TIMEOUT)
        sent = int(re.search(r"\d{13}", notebook.output(cell).inner_text()).group())
        moved = until(lambda: panel.page.evaluate("window.nf.moved"))
        took.append((moved - sent) / 1000)
    print(f"\nfrom a prediction to the chart: {', '.join(f'{t:.2f}' for t in took)} s")
    assert min(took) < 3, took
    expect(rate).to_have_attribute("aria-label", re.compile(r"Requests a second: \d"))
    expect(panel.pipeline("spam").locator(".nf-Latency svg[role=img]")).to_have_attribute("aria-label", re.compile("median [0-9.]+ (µs|ms|s), "))
    expect(panel.pipeline("spam").locator(".nf-Predictions").get_by_role("img").last).to_have_attribute("aria-label", re.compile(r"spam: \d+\.\d %, \d+\.\d % in training"))
    assert not panel.page.wrong, panel.page.wrong


def test_drift_shows(panel):
    notebook = open_notebook(panel, "07-services.ipynb")
    panel.page.keyboard.press("Control+Alt+p")
    cell = notebook.run('score_text(slices.Repeat([]string{"another box of this tea"}, 600)); "sent"')
    expect(notebook.output(cell)).to_contain_text("sent", timeout=TIMEOUT)
    row = panel.pipeline("spam").locator(".nf-Drift tr", has_text="predictions")
    expect(row.locator("td").last).to_have_text("drift", timeout=TIMEOUT)
    expect(row.locator(".nf-Bar")).to_have_class(re.compile("nf-mod-alarm"))
    # What docs/extension.md shows.
    panel.page.set_viewport_size({"width": 1200, "height": 860})
    panel.page.screenshot(path=ARTIFACTS / "extension.png")


@pytest.mark.patience(900)
def test_the_stage_notebooks_are_published_and_taken_back(panel, registry, desk):
    assert git(desk.notebooks, "status", "--porcelain") in ("", "?? .ipynb_checkpoints/")
    notebook = open_notebook(panel, STAGES[0])
    image = f"{registry}/team/spam:1"
    panel.publish(STAGES[0], STAGES, image)
    expect(panel.form.locator(".nf-Findings")).to_contain_text("10 cells, saves a stage")
    expect(panel.form.locator(".nf-Findings")).not_to_contain_text("error")
    panel.form.get_by_label("The registry has no TLS").check()
    panel.form.locator("summary", has_text="What a cluster would be given").click()
    expect(panel.form.locator(".nf-Manifests")).to_contain_text("kind: Deployment", timeout=TIMEOUT)
    panel.submit()

    # It tells how far it is.
    build = panel.job().locator("[data-step=build]")
    expect(build).to_have_attribute("data-state", "running", timeout=TIMEOUT)
    expect(build.locator("progress[value]")).to_be_visible(timeout=TIMEOUT)
    expect(build).to_contain_text(STAGES[1], timeout=BUILD)
    panel.page.screenshot(path=ARTIFACTS / "extension-publishing.png")
    panel.job_is("done", BUILD)
    for step in ("check", "build", "push", "deploy"):
        expect(panel.job().locator(f"[data-step={step}]")).to_have_attribute("data-state", "done")

    # Opening a notebook is no change of it, and publishing none either.
    commit = git(desk.notebooks, "rev-parse", "HEAD")
    version = panel.stable()
    expect(version).to_contain_text(commit[:8], timeout=TIMEOUT)
    first = version.inner_text().split()[0]
    digest = re.search("sha256:[0-9a-f]{64}", panel.job().locator(".nf-Published").inner_text()).group()
    request = urllib.request.Request(f"http://{registry}/v2/team/spam/manifests/1", headers={"Accept": ACCEPT})
    with urllib.request.urlopen(request, timeout=30) as response:
        assert response.headers["Docker-Content-Digest"] == digest
    expect(panel.job().locator(".nf-Published a")).to_have_attribute("href", re.compile("^http://localhost:[0-9]+/pipelines$"))
    record = json.loads((desk.history()[-1] / "publish.json").read_text())
    assert record["commit"] == commit and record["provenance"]["commit"] == commit and "dirty" not in record["provenance"]
    assert record["image"].endswith("@" + digest) and record["steps"] == ["vectorize", "tfidf", "logisticregression"]
    entry = panel.history.locator(".nf-Record").first
    expect(entry).to_contain_text("current")
    entry.locator("summary").click()
    for fact in (commit[:8], "everything", STAGES[0], STAGES[1], record["digest"]):
        expect(entry).to_contain_text(fact)
    panel.page.screenshot(path=ARTIFACTS / "extension-published.png")

    # A change is refused until it is committed.
    notebook.new_cell("// another word")
    panel.submit()
    panel.job_is("failed")
    expect(panel.job().locator("h3")).to_be_in_viewport()
    expect(panel.job().locator("[role=alert]")).to_contain_text("has changes that no commit has")
    expect(panel.job().locator("[role=alert]")).to_contain_text(f"{STAGES[0]} (modified)")
    expect(panel.form.locator(".nf-Changes")).to_contain_text(f"{STAGES[0]} modified")
    assert git(desk.notebooks, "rev-parse", "HEAD") == commit and len(desk.history()) == 1
    panel.page.screenshot(path=ARTIFACTS / "extension-refused.png")

    # With a message it is committed, and published without an image.
    panel.form.locator("input[name=image]").fill("")
    panel.form.get_by_label("Message of the commit").fill("notebooks: say another word")
    panel.submit("Commit and publish")
    expect(panel.job().locator("[data-step=commit]")).to_have_attribute("data-state", "done", timeout=TIMEOUT)
    panel.job_is("done", BUILD)
    assert git(desk.notebooks, "log", "-1", "--format=%s") == "notebooks: say another word"
    # JupyterLab's checkpoints are in no commit, though nobody has told git to ignore them.
    assert git(desk.notebooks, "status", "--porcelain") == "?? .ipynb_checkpoints/"
    second = git(desk.notebooks, "rev-parse", "HEAD")
    expect(version).to_contain_text(second[:8], timeout=TIMEOUT)

    # One click, and the first answers again.
    expect(panel.history.locator(".nf-Record")).to_have_count(2)
    panel.history.locator(".nf-Record").last.get_by_role("button", name="Roll back to this").click()
    expect(version).to_contain_text(first, timeout=TIMEOUT)
    expect(panel.history.locator(".nf-Record").last).to_contain_text("current", timeout=TIMEOUT)
    expect(panel.history.locator(".nf-Record").last).to_contain_text("gone back to")
    # So does one among the versions that are loaded.
    panel.pipeline("spam").locator(".nf-Versions tr", has_text=second[:8]).get_by_role("button", name="Make stable").click()
    expect(version).to_contain_text(second[:8], timeout=TIMEOUT)
    assert not panel.page.wrong, panel.page.wrong


def test_what_a_notebook_still_needs_is_told(panel, desk):
    gonotebook.write(desk.notebooks / "needy.ipynb", 'import "example.com/nobody/has"\n', 'frame.Read("data/gone.parquet")', '1 +')
    try:
        open_notebook(panel, "needy.ipynb")
        panel.publish("needy.ipynb", [])
        findings = panel.form.locator(".nf-Findings")
        expect(findings).to_contain_text("saves no stage", timeout=TIMEOUT)
        expect(findings).to_contain_text('cell 1: It imports "example.com/nobody/has"')
        expect(findings).to_contain_text("cell 2: It reads data/gone.parquet, which is not there")
        expect(panel.form.locator(".nf-Changes")).to_contain_text("needy.ipynb new")
        panel.page.screenshot(path=ARTIFACTS / "extension-needy.png")
        # A commit that is refused loses nothing.
        hook = desk.notebooks / ".git" / "hooks" / "pre-commit"
        hook.write_text("#!/bin/sh\necho nothing is committed on Sundays\nexit 1\n")
        hook.chmod(0o755)
        panel.form.get_by_label("Message of the commit").fill("needs much")
        cut = panel.form.get_by_role("button").evaluate_all("all => all.filter(b => b.scrollHeight > b.clientHeight || b.scrollWidth > b.clientWidth).map(b => b.innerText)")
        assert not cut, "the panel is too narrow for these"
        panel.submit("Commit and publish")
        expect(panel.job().locator("[role=alert]")).to_contain_text("nothing is committed on Sundays", timeout=TIMEOUT)
        expect(panel.form.get_by_label("Message of the commit")).to_have_value("needs much")
        assert git(desk.notebooks, "diff", "--cached", "--name-only") == ""
        hook.unlink()
        panel.submit("Try a clean run")
        expect(panel.job().locator("[role=alert]")).to_contain_text("cell 1", timeout=TIMEOUT)
        panel.job_is("failed")
        expect(panel.job().locator("[role=alert]")).to_contain_text("needy.ipynb")
        expect(panel.job().locator("[role=alert]")).to_contain_text("cell 1")
    finally:
        (desk.notebooks / "needy.ipynb").unlink()


def test_a_job_is_cancelled_and_leaves_nothing(panel, desk):
    gonotebook.write(desk.notebooks / "endless.ipynb", "for {\n\ttime.Sleep(time.Second)\n}", 'pipeline.SaveStage(nil, "x.sav")')
    try:
        open_notebook(panel, "endless.ipynb")
        panel.publish("endless.ipynb", [])
        before = len(desk.history())
        panel.submit("Try a clean run")
        panel.job_is("running")
        expect(panel.form.get_by_role("button", name="Try a clean run")).to_be_disabled()
        daemon = desk.daemon()
        until(lambda: children(daemon), "no program runs the notebook")
        panel.job().get_by_role("button", name="Cancel").click()
        panel.job_is("cancelled")
        until(lambda: not children(daemon), "what ran the notebook still runs")
        assert len(desk.history()) == before
    finally:
        (desk.notebooks / "endless.ipynb").unlink()


def children(process):
    """Of all its threads."""
    return [c for path in pathlib.Path(f"/proc/{process}/task").glob("*/children") for c in path.read_text().split()]


def test_the_daemon_comes_back_without_a_reload(panel, desk):
    shown = panel.pipeline("spam").locator(".nf-Rate svg[role=img]")
    expect(shown).to_have_attribute("aria-label", re.compile("Requests a second: [0-9]"), timeout=TIMEOUT)
    first = desk.daemon()
    panel.page.evaluate("window.nfReloaded = false")
    os.kill(first, signal.SIGKILL)
    until(lambda: desk.daemon() not in (None, first), "no daemon was started again")
    expect(panel.page.get_by_text("Connecting again")).to_have_count(0, timeout=TIMEOUT)
    expect(shown).to_have_attribute("aria-label", re.compile("Requests a second: [0-9]"), timeout=TIMEOUT)
    expect(panel.service("default")).to_contain_text("answers")
    assert panel.page.evaluate("window.nfReloaded") is False


def test_nothing_is_asked_while_nobody_looks(panel, desk):
    """What the panel costs: the daemon's memory, and its processor's time."""
    page = panel.page
    expect(panel.pipeline("spam").locator(".nf-Rate svg[role=img]")).to_have_attribute("aria-label", re.compile("Requests a second: [0-9]"), timeout=TIMEOUT)
    daemon = desk.daemon()
    began = ticks(daemon)
    time.sleep(10)
    looked = ticks(daemon) - began
    memory = resident(daemon)
    page.locator("[title^='File Browser']").first.click()
    expect(panel.root).to_be_hidden()
    time.sleep(1)
    began = ticks(daemon)
    time.sleep(10)
    idle = ticks(daemon) - began
    print(f"\nthe daemon has {memory / 1e6:.1f} MB; it took {looked / 10:.1f} % of a processor while it was looked at, and {idle / 10:.1f} % while not")
    assert memory < 30e6
    # A tick is 10 ms: what a process takes that does nothing but live.
    assert idle <= 1


def ticks(process):
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def resident(process):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{process}/status").read_text()).group(1)) * 1024


def test_the_status_bar_tells_of_the_kernel(panel):
    page, asked = panel.page, []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: asked.append(1) if b"usage_request" in as_bytes(frame) else None))
    notebook = open_notebook(panel, "00-intro.ipynb")
    item = page.locator(".nf-KernelStatus")
    expect(item).to_contain_text(re.compile(r"Go: \w+ · [0-9.]+ MB · cache [0-9.]+ [kMG]?B"), timeout=TIMEOUT)
    notebook.run("x := 1; x + 1")
    expect(item).to_contain_text("Go: interpreted", timeout=TIMEOUT)
    notebook.run("%%compile\nx * 21")
    expect(item).to_contain_text("Go: compiled", timeout=TIMEOUT)
    assert "Memory of the worker" in item.get_attribute("title") and "Compiled cells on disk" in item.get_attribute("title")
    # It is asked when something has run, not by a clock, and never because it was asked.
    count = len(asked)
    time.sleep(3)
    assert len(asked) == count and count < 20, count


AXE = ROOT / "extension" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_it_can_be_read_in_every_way(panel, theme):
    """axe-core, which knows the guidelines of WCAG 2.2, finds nothing: names of all that can be
    operated, contrasts, headings, tables."""
    page = panel.page
    page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', { theme: `JupyterLab ${theme}` })", theme)
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "true" if theme == "Light" else "false")
    open_notebook(panel, STAGES[0])
    panel.publish(STAGES[0], STAGES, "registry.example.com/team/spam:1")
    expect(panel.form.locator(".nf-Findings")).to_contain_text("saves a stage")
    page.evaluate(AXE.read_text())
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("tags => axe.run('.nf-Panel', { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })", tags)
    page.screenshot(path=ARTIFACTS / f"extension-{theme.lower()}.png")
    assert not found["violations"], json.dumps([(v["id"], v["help"], [n["html"] + n["failureSummary"] for n in v["nodes"]]) for v in found["violations"]], indent=1)
    assert len(found["passes"]) > 10


def test_it_works_without_a_mouse(panel):
    page = panel.page
    open_notebook(panel, STAGES[0])
    page.keyboard.press("Control+Shift+c")
    page.keyboard.insert_text("netherfield publish")
    page.keyboard.press("Enter")
    expect(panel.form.locator("h2")).to_be_focused(timeout=TIMEOUT)
    names = []
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if not page.evaluate("document.querySelector('.nf-Panel').contains(document.activeElement)"):
            break
        names.append(focused.evaluate("e => e.getAttribute('aria-label') || e.labels?.[0]?.innerText || e.innerText"))
        if "tfidf" in names[-1]:
            page.keyboard.press("Space")
            expect(focused).not_to_be_checked()
            page.keyboard.press("Space")
            expect(focused).to_be_checked()
    told = " | ".join(names)
    for wanted in ("Close the form", "04-model-logistic-regression", "Pipeline", "Image", "Deploy to", "Try a clean run", "Publish", "http://localhost"):
        assert wanted in told, told
    page.keyboard.press("Control+Alt+p")
    expect(panel.root).to_be_focused()


def language_pack(folder):
    """A pack for a language whose words are ours in brackets, of all texts of the sources."""
    texts = {"": {"domain": "netherfield_lab", "language": "de-DE", "plural_forms": "nplurals=2; plural=(n != 1);"}}
    text = r"'((?:[^'\\]|\\.)*)'"
    for source in (ROOT / "extension" / "src").iterdir():
        for one, many in re.findall(rf"\btrans\.(?:__|_n)\(\s*{text}(?:,\s*{text})?", source.read_text()):
            texts[one] = [f"⟦{t}⟧" for t in (one, many) if t]
    assert len(texts) > 100
    where = folder / "pack_of_brackets" / "locale" / "de_DE" / "LC_MESSAGES"
    where.mkdir(parents=True)
    (where / "netherfield_lab.json").write_text(json.dumps(texts))
    (folder / "pack_of_brackets" / "__init__.py").touch()
    info = folder / "pack_of_brackets-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pack-of-brackets\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[jupyterlab.languagepack]\nde_DE = pack_of_brackets\n")


def test_every_text_can_be_translated(tmp_path, browser):  # noqa: F811
    language_pack(tmp_path)
    settings = tmp_path / "settings" / "@jupyterlab" / "translation-extension" / "plugin.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text('{"locale": "de_DE"}')
    work = repository(tmp_path / "work")
    env = {**os.environ, "PYTHONPATH": str(tmp_path), "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings"), "XDG_DATA_HOME": str(tmp_path / "share")}
    with lab_server.running([BINARY, "lab", work, "--", "--no-browser"], tmp_path / "lab.log", env=env) as address:
        page = browser.new_page(viewport={"width": 1400, "height": 1300})
        page.set_default_timeout(TIMEOUT)
        page.goto(address.page(f"lab/workspaces/translated/tree/{STAGES[0]}"))
        page.locator(".jp-NotebookPanel").get_by_role("button", name="⟦Publish⟧").click()
        expect(page.locator(".nf-Findings")).to_contain_text("⟦10 cells, saves a stage⟧")
        expect(page.locator(".nf-Versions")).to_contain_text("stable")
        page.locator(".nf-Publish input[name=image]").fill("127.0.0.1:1/team/spam:1")
        page.locator(".nf-buttons button").last.click()
        expect(page.locator(".nf-Job")).to_have_class(re.compile("nf-mod-failed"), timeout=TIMEOUT)
        expect(page.locator(".nf-KernelStatus")).to_contain_text("⟦Go: ", timeout=TIMEOUT)
        expect(page.locator(".nf-Panel figcaption").last).to_be_visible()
        page.screenshot(path=ARTIFACTS / "extension-translated.png")
        inside = page.locator(".nf-Panel").locator(":is(h2, h4, figcaption, legend, label:not(.nf-Choice), button, option, summary)")
        ours = [t for t in inside.all_inner_texts() if re.search("[A-Za-z]{2}", t)]
        page.close()
    assert len(ours) > 15
    assert not [t for t in ours if "⟦" not in t], ours


def as_bytes(frame):
    return frame if isinstance(frame, bytes) else frame.encode()


def test_no_secret_reaches_the_browser(desk, page, request):
    """Whatever the server sends, also of services and clusters that refuse or are away."""
    secrets = dict(SECRETS)
    texts = []

    def keep(response):
        with contextlib.suppress(Exception):  # streams that go on, and redirections, have no body yet
            texts.append((response.url, response.body().decode(errors="replace")))

    page.on("response", keep)
    page.goto(desk.address.page(f"lab/workspaces/{workspace(request)}"))
    page.locator(".jp-LauncherCard", has_text="Pipelines").click()
    panel = Panel(page, desk)
    expect(panel.service("default")).to_contain_text("answers", timeout=TIMEOUT)
    expect(panel.root).to_contain_text("The cluster does not tell all that it has", timeout=TIMEOUT)
    environment = pathlib.Path(f"/proc/{desk.daemon()}/environ").read_bytes().split(b"\0")
    [own] = [v.partition(b"=")[2].decode() for v in environment if v.startswith(b"PIPELINE_TOKEN=")]
    secrets["token of the service beside JupyterLab"] = own
    # The stream, from its beginning, and jobs that fail at a registry and at the cluster.
    answers, unread = [], {"default", "spare"}
    stream(desk, lambda name, value: name == "sample" and (unread.discard(value["service"]) or not unread), answers)
    away = {"kind": "publish", "notebooks": STAGES, "pipeline": "spam", "image": "127.0.0.1:1/team/spam:1", "insecure": True, "target": "", "message": ""}
    status, text = ask(desk.address, "POST", "jobs", away)
    assert status == 200, text
    ended = stream(desk, eventstream.end_of(json.loads(text)), answers)
    assert ended["state"] == "failed" and "team/spam cannot be pushed to 127.0.0.1:1" in ended["error"], ended
    answers.append(text)
    for path, body, says in (
        ("jobs", {"kind": "rollback", "publish": "../../x"}, "is no publish"),
        ("plan", {"notebooks": STAGES}, STAGES[1]),
        ("promote", {"service": "spare", "pipeline": "spam", "version": "none"}, "spam has no version"),
        ("promote", {"service": "none"}, "no such service"),
    ):
        answers.append(ask(desk.address, "POST", path, body)[1])
        assert says in answers[-1]
    stream(desk, lambda name, _: name == "sample", answers)
    page.wait_for_timeout(1000)
    seen = "\n".join([*answers, *(text for _, text in texts), page.content()])
    assert "127.0.0.1:1" in seen and "spare" in seen
    for what, secret in secrets.items():
        assert secret not in seen, f"the {what} reaches the browser"
    assert "PIPELINE_TOKEN" not in seen


def ask(address, method, path, body=None, token=None, headers=None, api="netherfield/api/"):
    """What the server's part answers: the status, and the text."""
    data = None if body is None else json.dumps(body).encode()
    given = {"Content-Type": "application/json"} if data else {}
    if token != "":
        given["Authorization"] = f"token {token or address.token}"
    request = urllib.request.Request(address.url + api + path, data=data, headers={**given, **(headers or {})}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode()


def stream(desk, wanted, heard):
    """Read the stream from its beginning until an event is wanted; what was found in it."""
    request = urllib.request.Request(desk.address.url + "netherfield/api/events", headers={"Authorization": f"token {desk.address.token}"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return eventstream.first(response, wanted, heard)


def test_strangers_are_refused(desk):
    for token in ("", "another"):
        assert ask(desk.address, "GET", "events", token=token)[0] == 403
        assert ask(desk.address, "POST", "jobs", {"kind": "preflight", "notebooks": STAGES}, token=token)[0] == 403
        assert ask(desk.address, "DELETE", "jobs/x", token=token)[0] == 403


def test_requests_from_other_sites_are_refused(desk, browser):  # noqa: F811
    """A browser that is logged in sends its cookie wherever a page of somebody else wants;
    without the token against forgery that is not enough."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(desk.address.page("lab"))
    cookies = {c["name"]: c["value"] for c in context.cookies()}
    context.close()
    cookie = "; ".join(f"{k}={v}" for k, v in cookies.items())
    body = {"notebooks": STAGES}
    status, text = ask(desk.address, "POST", "plan", body, token="", headers={"Cookie": cookie})
    assert status == 403 and "_xsrf" in text
    status, _ = ask(desk.address, "POST", "plan", body, token="", headers={"Cookie": cookie, "X-XSRFToken": cookies["_xsrf"]})
    assert status == 200
    assert ask(desk.address, "DELETE", "jobs/x", token="", headers={"Cookie": cookie})[0] == 403


def test_the_socket_is_private(desk):
    assert ask(desk.address, "POST", "plan", {"notebooks": STAGES})[0] == 200
    [folder] = (desk.folder / "tmp").glob("netherfield-panel-*")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "panel").stat().st_mode & 0o777 == 0o600


@contextlib.contextmanager
def server(folder, *flags, env=None):
    """A Jupyter server without JupyterLab's pages."""
    command = [sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root", f"--ServerApp.root_dir={folder}", *flags]
    with lab_server.running(command, folder.with_suffix(".log"), env=env) as address:
        yield address


def test_those_are_refused_whom_the_server_does_not_authorise(tmp_path):
    (tmp_path / "only_reading.py").write_text(
        "from jupyter_server.auth import Authorizer\n\n\nclass OnlyReading(Authorizer):\n"
        "    def is_authorized(self, handler, user, action, resource):\n        return action == 'read' or resource != 'netherfield'\n"
    )
    (tmp_path / "work").mkdir()
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    with server(tmp_path / "work", "--ServerApp.authorizer_class=only_reading.OnlyReading", env=env) as address:
        assert ask(address, "POST", "jobs", {})[0] == 403
        assert ask(address, "GET", "manifests")[0] == 400  # it came through, and lacks what it needs


def test_it_works_below_a_prefix_and_without_services(tmp_path):
    (tmp_path / "work").mkdir()
    env = {k: v for k, v in os.environ.items() if not k.startswith("PIPELINE_")}
    with server(tmp_path / "work", "--ServerApp.base_url=/notebook/team/wb/", "--Netherfield.cluster=False", env=env) as address:
        assert address.url.endswith("/notebook/team/wb/")
        status, text = ask(address, "POST", "plan", {"notebooks": ["none.ipynb"]})
        assert status == 400 and "none.ipynb" in json.loads(text)["error"]
        request = urllib.request.Request(address.url + "netherfield/api/events", headers={"Authorization": f"token {address.token}"})
        with urllib.request.urlopen(request, timeout=60) as response:
            name, state = next(eventstream.read(response))
        assert name == "state"
        assert state == {"services": [], "cluster": {"known": False, "error": ""}, "jobs": [], "history": []}


def test_a_program_that_is_not_there_is_told(tmp_path):
    (tmp_path / "work").mkdir()
    with server(tmp_path / "work", f"--Netherfield.program={tmp_path}/nothing") as address:
        status, text = ask(address, "GET", "events")
        assert status == 503
        assert "cannot be started" in json.loads(text)["error"] and "c.Netherfield.program" in json.loads(text)["error"]


def test_a_wrong_configuration_is_told(tmp_path):
    (tmp_path / "work").mkdir()
    with server(tmp_path / "work", "--Netherfield.services=spam=nonsense") as address:
        status, text = ask(address, "GET", "events")
        assert status == 503 and "the address of the service spam is no URL such as http://spam:8080" in json.loads(text)["error"]

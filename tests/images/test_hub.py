"""A real JupyterHub spawns the workbench in containers, for people with browsers."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import time

import pytest
from playwright.sync_api import expect, sync_playwright

import engine
from conftest import ARTIFACTS, HERE, ROOT, free_port, running, wait
from test_lab import CHROMIUM_FLAGS, TIMEOUT
from test_workbench import EVENTS, JOBS, Server, watches, works

HUB = ROOT / ".images" / "hub" / "bin" / "jupyterhub"
PROXY = ROOT / ".images" / "proxy" / "node_modules" / ".bin" / "configurable-http-proxy"
ADMIN_TOKEN = "the-token-of-the-test"


class Hub:
    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"
        self.api = Server(f"{self.url}/hub/api", ADMIN_TOKEN)

    def server(self, user):
        """What the hub knows of a user's server; None if it has none."""
        return self.api.json(f"users/{user}")["servers"].get("")


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    port = free_port()
    env = {
        **os.environ, "PATH": f"{PROXY.parent}{os.pathsep}{os.environ['PATH']}", "TEST_PORT": str(port), "TEST_HUB_PORT": str(free_port()),
        "TEST_PROXY_PORT": str(free_port()), "TEST_ADMIN_TOKEN": ADMIN_TOKEN, "TEST_VOLUMES": str(folder / "volumes"),
        "TEST_IMAGE": engine.WORKBENCH, "CONFIGPROXY_AUTH_TOKEN": "the-proxy's-token",
    }
    (folder / "volumes").mkdir()
    env["PYTHONPATH"] = str(HERE)
    with open(folder / "hub.log", "wb") as log:
        process = subprocess.Popen([HUB, "--config", HERE / "jupyterhub_config.py"], cwd=folder, env=env, stdout=log, stderr=log)
    try:
        it = Hub(port)

        def answers():
            with contextlib.suppress(OSError):
                return engine.get(f"{it.url}/hub/health")[0] == 200

        wait(answers, process, folder / "hub.log")
        yield it
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        shutil.copy(folder / "hub.log", ARTIFACTS / "hub.log")
    log = (folder / "hub.log").read_text()
    # What people would have seen in their browser, or lost.
    wrong = [line for line in log.splitlines() if re.search(r"ServerApp\] (404|500|Failed)", line)]
    assert not wrong, wrong


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


def log_in(hub, browser, user):
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(TIMEOUT)
    page.goto(hub.url)
    page.get_by_label("Username").fill(user)
    page.get_by_label("Password").fill("the password of everybody")
    page.get_by_role("button", name="Sign in").click()
    return page


def test_a_person_logs_in_works_and_comes_back(hub, browser):
    user = "ann"
    page = log_in(hub, browser, user)
    # The hub spawns, and brings them to JupyterLab.
    page.wait_for_url(re.compile(f"/user/{user}/lab"))
    # The panel is there, below the hub's prefix and with the hub's login.
    page.locator(".jp-LauncherCard", has_text="Pipelines").click()
    expect(page.locator(".nf-Panel article[aria-label='Service default']")).to_contain_text("answers", timeout=TIMEOUT)
    expect(page.locator(".nf-Pipeline[data-pipeline=spam]")).to_be_visible()
    page.screenshot(path=ARTIFACTS / "hub-panel.png")
    page.locator(".jp-Launcher").get_by_text("Go", exact=True).first.click()
    editor = page.locator(".jp-NotebookPanel .jp-CodeCell .cm-content").first
    expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=TIMEOUT)
    editor.click()
    page.keyboard.insert_text('kept := "from the hub"; kept')
    page.keyboard.press("Control+Enter")
    expect(page.locator(".jp-OutputArea-output").first).to_contain_text("from the hub", timeout=TIMEOUT)
    # An endless loop ends by the button, and what was there is.
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("for {\n}")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#jp-main-statusbar")).to_contain_text("| Busy", timeout=TIMEOUT)
    page.get_by_role("button", name="Interrupt the kernel").click()
    expect(page.locator(".jp-OutputArea-output").last).to_contain_text("interrupted", timeout=TIMEOUT)
    page.screenshot(path=ARTIFACTS / "hub.png")
    with page.expect_response(lambda r: r.request.method == "PUT" and "/api/contents/" in r.url):
        page.keyboard.press("Control+s")
        page.get_by_role("button", name="Rename").click()  # to what it is
    page.get_by_role("button", name="Restart the kernel").first.click()
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=TIMEOUT)
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text('os.WriteFile("kept.txt", []byte("on the volume"), 0o666)')
    page.keyboard.press("Control+Enter")
    page.wait_for_function("document.querySelector('#jp-main-statusbar').innerText.includes('| Idle')")
    page.close()

    token = hub.api.send("POST", f"users/{user}/tokens", {"note": "test"})["token"]
    server = Server(f"{hub.url}/user/{user}", token)
    deadline = time.monotonic() + 60
    while "kept.txt" not in {entry["name"] for entry in server.json("api/contents")["content"]}:
        assert time.monotonic() < deadline
    works(server)
    first = stop(hub, user)

    # Once more, with the same volume: their files are there, their user id is another.
    hub.api.send("POST", f"users/{user}/server", {})
    ready(hub, user)
    server = Server(f"{hub.url}/user/{user}", token)
    assert server.json("api/contents/kept.txt")["content"] == "on the volume"
    works(server)
    kernel = server.kernel()
    told = kernel.run('os.WriteFile("workshop/new.txt", []byte("x"), 0o666)\nos.Getuid()')
    assert str(first) not in told
    kernel.close()
    assert server.json("api/contents/workshop/new.txt")["content"] == "x"
    page = log_in(hub, browser, user)
    page.goto(f"{hub.url}/user/{user}/lab/tree/Untitled.ipynb")
    expect(page.locator(".jp-OutputArea-output").first).to_contain_text("interrupted", timeout=TIMEOUT)
    page.close()
    stop(hub, user)
    assert not engine.podman("ps", "--quiet", "--filter", "label=netherfield-test-hub").stdout


def ready(hub, user):
    deadline = time.monotonic() + 120
    while not (hub.server(user) or {}).get("ready"):
        assert time.monotonic() < deadline
        time.sleep(0.2)


def stop(hub, user):
    """Stop a user's server through the hub; the user id that it had."""
    token = hub.api.send("POST", f"users/{user}/tokens", {"note": "stop"})["token"]
    server = Server(f"{hub.url}/user/{user}", token)
    # JupyterLab asks for these when it is opened. A server that ends while a thread of Jupyter's
    # looks for them waits for that thread forever.
    server.get("api/nbconvert")
    kernel = server.kernel()
    uid = int(kernel.run("os.Getuid()"))
    kernel.socket.close()
    hub.api.send("DELETE", f"users/{user}/server")
    deadline = time.monotonic() + 120
    while hub.server(user):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return uid


def test_the_other_users_are_kept_out(hub, browser):
    ready_user, other = "ann", "bob"
    for user in (ready_user, other):
        log_in(hub, browser, user).wait_for_url(re.compile(f"/user/{user}/lab"))
    try:
        token = hub.api.send("POST", f"users/{other}/tokens", {"note": "test"})["token"]
        status, _ = engine.get(f"{hub.url}/user/{ready_user}/api/contents", token)
        assert status == 403
        stranger = Server(f"{hub.url}/user/{ready_user}", token)
        stranger.get(EVENTS, status=403)
        assert stranger.refuses("POST", JOBS, {"kind": "rollback", "publish": "x"})
        own = hub.api.send("POST", f"users/{ready_user}/tokens", {"note": "test"})["token"]
        watches(Server(f"{hub.url}/user/{ready_user}", own))
    finally:
        for user in (ready_user, other):
            stop(hub, user)

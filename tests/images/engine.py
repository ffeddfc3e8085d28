"""Containers as OpenShift runs them: any user, no capabilities, a root that is read-only.

They are podman's, with the machine's network; what they listen on is told them."""

import contextlib
import json
import subprocess
import time
import urllib.error
import urllib.request
import uuid

PREFIX, TAG = "localhost/netherfield", "test"
WORKBENCH, BUILDER, RUNTIME = (f"{PREFIX}/{name}:{TAG}" for name in ("workbench", "pipeline-builder", "pipeline-runtime"))
USER = 1000650000  # such as OpenShift gives to a project

ENGINE = ["podman", "--cgroup-manager", "cgroupfs", "--events-backend", "none", "--runtime", "runc"]


def podman(*arguments, check=True, **options):
    done = subprocess.run([*ENGINE, *map(str, arguments)], capture_output=True, text=True, timeout=600, **options)
    assert done.returncode == 0 or not check, done.stdout[-4000:] + done.stderr[-4000:]
    return done


def restricted(user=f"{USER}:0", network="host", volumes=(), env=None, read_only=True, groups=()):
    """The arguments of podman run that come before the image."""
    # Both limits: podman would else ask for more than a container in a container may have.
    arguments = ["--pull", "never", "--network", network, "--ulimit", "nofile=20000:20000", "--ulimit", "nproc=4096:4096"]
    arguments += ["--user", user, "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--tmpfs", "/tmp"]
    for group in groups:
        arguments += ["--group-add", str(group)]
    if read_only:
        arguments.append("--read-only")
    for source, target in volumes:
        arguments += ["--volume", f"{source}:{target}"]
    for name, value in (env or {}).items():
        arguments += ["--env", f"{name}={value}"]
    return arguments


def attempt(image, *command, **options):
    """Run a command to its end, however that is."""
    return podman("run", "--rm", *restricted(**options), image, *command, check=False)


def run(image, *command, **options):
    """Run a command that is to succeed; what it has printed."""
    done = attempt(image, *command, **options)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


class Container:
    def __init__(self, name):
        self.name = name

    def logs(self):
        done = podman("logs", self.name)
        return done.stdout + done.stderr

    def alive(self):
        return podman("inspect", "--format", "{{.State.Running}}", self.name).stdout.strip() == "true"

    def run(self, *command):
        """Run a command beside what runs in it; what it has printed."""
        return podman("exec", self.name, *command).stdout

    def wait(self, what, seconds=120):
        """Wait until something is so; its value."""
        deadline = time.monotonic() + seconds
        while True:
            with contextlib.suppress(OSError):
                if value := what():
                    return value
            assert self.alive() and time.monotonic() < deadline, self.logs()[-4000:]
            time.sleep(0.1)

    def stop(self):
        """Stop it as a cluster does, and return its exit status."""
        podman("stop", "--time", "60", self.name)
        return int(podman("inspect", "--format", "{{.State.ExitCode}}", self.name).stdout)


@contextlib.contextmanager
def running(image, *command, **options):
    """Run a container for as long as the block lasts."""
    container = Container(f"netherfield-{uuid.uuid4().hex[:8]}")
    podman("run", "--detach", "--name", container.name, *restricted(**options), image, *command)
    try:
        yield container
    finally:
        podman("rm", "--force", "--time", "10", container.name)


def inspect(image):
    return json.loads(podman("image", "inspect", image).stdout)[0]


def get(url, token=None):
    """The status and the body of an answer."""
    request = urllib.request.Request(url, headers={"Authorization": f"token {token}"} if token else {})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as e:
        return e.code, e.read()

"""Server-sent events, as the panel tells them."""

import json
import time

LIMIT = 360  # seconds; what is not told by then never will be


def read(lines):
    """Names and values, for as long as lines come."""
    name = None
    for line in lines:
        if line.startswith(b"event: "):
            name = line.removeprefix(b"event: ").strip().decode()
        elif line.startswith(b"data: "):
            yield name, json.loads(line.removeprefix(b"data: "))


def first(lines, wanted, heard):
    """The first that wanted finds in a name and its value. All text until then is added to heard."""

    deadline = time.monotonic() + LIMIT

    def kept():
        for line in lines:  # there is one every ten seconds at least
            heard.append(line.decode())
            assert time.monotonic() < deadline, "not told: " + "".join(heard[-3:])
            yield line

    for event in read(kept()):
        if found := wanted(*event):
            return found
    raise AssertionError("the stream has ended: " + "".join(heard[-3:]))


def end_of(job):
    """Finds what has become of a job when it has ended, also where it had before the stream began."""

    def wanted(name, value):
        jobs = value["jobs"] if name == "state" else [value] if name == "job" else []
        return next((j for j in jobs if j["id"] == job["id"] and j["state"] != "running"), None)

    return wanted

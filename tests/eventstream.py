"""Server-sent events, as the panel tells them."""

import json


def read(lines):
    """Names and values, for as long as lines come."""
    name = None
    for line in lines:
        if line.startswith(b"event: "):
            name = line.removeprefix(b"event: ").strip().decode()
        elif line.startswith(b"data: "):
            yield name, json.loads(line.removeprefix(b"data: "))

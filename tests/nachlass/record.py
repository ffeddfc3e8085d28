"""Write down what the service answers, for the client's tests: `make goldens` runs it.

Each conversation is a file of runtime/client/testdata: requests in their order, each with
the answer to it."""

import json
import pathlib
import re

from tests.nachlass.service import app

TESTDATA = pathlib.Path(__file__).resolve().parent.parent.parent / "runtime/client/testdata"
FORM = "application/x-www-form-urlencoded"


def form(documents):
    return {"json_args": json.dumps(documents)}


# Of each conversation: the prefix of the metrics, the kind of model, and the requests, as
# method, path and form.
CONVERSATIONS = {
    "classifier": (
        "pipeline",
        "classifier",
        [
            ("POST", "/predict", form(["It is a truth", "Buy this coffee", "", "café — naïve 😀", 'a "quoted" <b>text</b>'])),
            ("POST", "/predict", form(["one"])),
            ("GET", "/metrics", None),
        ],
    ),
    "mistakes": (
        "pipeline",
        "classifier",
        [
            ("POST", "/predict", form([3])),
            ("POST", "/predict", {"json_args": "["}),
            ("POST", "/predict", {"other": "1"}),
            ("GET", "/predict", None),
            ("POST", "/metrics", {}),
            ("POST", "/predict", form(["x" * 600_000])),
        ],
    ),
    "regressor": (
        "pipeline",
        "regressor",
        [("POST", "/predict", form([[1, 2], [0.1, 0.2], [], [1e300, 1e300], [-1e-9]])), ("GET", "/metrics", None)],
    ),
    "nachlass": ("nachlass", "classifier", [("POST", "/predict", form(["buy"])), ("GET", "/metrics", None)]),
    "unnamed": ("", "classifier", [("POST", "/predict", form(["buy"])), ("GET", "/metrics", None)]),
}

# What differs each time.
VARYING = re.compile(rb"((?:_created|_seconds_sum)(?:\{[^}]*\})? )[0-9.e+-]+")


def record(name):
    prefix, kind, requests = CONVERSATIONS[name]
    service = app(prefix, kind)
    service.logger.disabled = True  # its tracebacks are expected
    client = service.test_client()
    parts = [f"What a service of nachlass with the prefix {prefix!r} and a {kind} answers; written by tests/nachlass/record.py.\n"]
    for method, path, data in requests:
        answer = client.open(path, method=method, data=data, content_type=FORM if data is not None else None)
        body = VARYING.sub(rb"\g<1>0.25", answer.data).decode()
        kind_ = answer.headers["Content-Type"]
        asked = ""
        if data is not None:
            asked = data.get("json_args", "")
            asked = asked if len(asked) < 1000 else f"{len(asked)} bytes"
        parts.append(f"-- {method} {path} --\n{asked}\n-- {answer.status_code} {kind_} --\n{body}\n")
    return "".join(parts)


def main():
    TESTDATA.mkdir(exist_ok=True)
    for name in CONVERSATIONS:
        (TESTDATA / f"{name}.txtar").write_text(record(name), encoding="utf-8")


if __name__ == "__main__":
    main()

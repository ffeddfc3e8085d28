"""Run `go test` and report like it, but let no skipped test pass unnoticed.

    python tests/gotest.py -race ./...

The arguments are go test's. A package prints one line, a failing test its
output. The closing line counts what ran; a skipped test fails the run, since
nobody reads the log of a green one.
"""

import collections
import json
import subprocess
import sys


def main(arguments):
    command = ["go", "test", "-json", "-timeout", "15m", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = collections.defaultdict(list)
    count = collections.Counter()
    skipped = []
    for line in process.stdout:
        try:
            event = json.loads(line)
        except ValueError:
            print(line, end="")
            continue
        package, test = event.get("Package", ""), event.get("Test")
        action = event["Action"]
        if action == "build-output":
            print(event["Output"], end="")
        elif action == "output":
            output[package, test].append(event["Output"])
        elif test is None:
            report_package(package, action, event, output)
            if action in ("pass", "fail"):
                count["packages"] += 1
                count["failed packages"] += action == "fail"
        elif action in ("pass", "fail", "skip"):
            count[action] += 1
            lines = output.pop((package, test), [])
            if action == "fail":
                print("".join(lines), end="", flush=True)
            elif action == "skip":
                reason = " ".join("".join(lines).split())
                skipped.append(f"{package} {test}: {reason}")
    status = process.wait()
    for line in skipped:
        print("SKIPPED, and so the run fails:", line)
    print(
        f"go test: {count['pass']} passed, {count['fail']} failed, {count['skip']} skipped"
        f" in {count['packages']} packages, {count['failed packages']} of which failed"
    )
    return status or (1 if skipped else 0)


def report_package(package, action, event, output):
    lines = output.pop((package, None), [])
    if action == "pass":
        print(f"ok    {package} {event.get('Elapsed', 0):.1f}s", flush=True)
    elif action == "fail":
        # What a crash printed while a test ran belongs to that test.
        for key in [key for key in output if key[0] == package]:
            print("".join(output.pop(key)), end="")
        print("".join(lines), end="", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Print the table. The exit status says whether everything could be measured,
never whether it was fast."""

import importlib.metadata
import os
import platform
import subprocess
import sys
import tempfile

from bench import compiled, kernels, measure

LINE = "{:<28} {:>14} {:>14} {:>8}  {}"
COMPILED = "{:<40} {:>14} {:>14} {:>8} {:>14}  {}"


def machine():
    model = platform.machine()
    for line in open("/proc/cpuinfo", encoding="utf-8"):
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return f"{os.cpu_count()} × {model}, Linux {platform.release()}"


def show(value, unit):
    if value is None:
        return "-"
    match unit:
        case "ms":
            return f"{1000 * value:,.2f} ms"
        case "MB":
            return f"{value / 1e6:,.1f} MB"
        case "×":
            return f"{value:.2f} ×"
        case _:
            return f"{value:,}"


def main():
    failures = []

    def failed(what, error):
        failures.append(what)
        print(f"cannot measure {what}: {error}", flush=True)

    with tempfile.TemporaryDirectory(prefix="netherfield-bench-") as home:
        kernels.install(home)
        version = subprocess.run(
            [kernels.ROOT / "bin" / "netherfield", "version"], check=True, capture_output=True, text=True
        ).stdout.strip()
        versions = {name: importlib.metadata.version(name) for name in ("ipykernel", "jupyter_client")}
        print(version)
        print(f"ipykernel {versions['ipykernel']} on Python {platform.python_version()}")
        print(f"jupyter_client {versions['jupyter_client']}; {machine()}")
        print()
        print(LINE.format("", "netherfield", "ipykernel", "ratio", "aim"))
        for row in measure.everything(failed):
            ratio = f"{row.ours / row.theirs:.3f}" if row.theirs else "-"
            ours, theirs = show(row.ours, row.unit), show(row.theirs, row.unit)
            print(LINE.format(row.name, ours, theirs, ratio, row.aim or ""), flush=True)
        print()
        print(COMPILED.format("compiled cells, p50", "netherfield", "native Go", "ratio", "ipykernel", "aim"))
        for row in compiled.everything(failed, home):
            ratio = f"{row.ours / row.native:.3f}" if row.native else "-"
            ours, native, theirs = (show(value, row.unit) for value in (row.ours, row.native, row.theirs))
            print(COMPILED.format(row.name, ours, native, ratio, theirs, row.aim or ""), flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

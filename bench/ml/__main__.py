"""Print the table. The exit status says whether everything could be measured and
both sides found the same, never whether it was fast.

Arguments choose rows: those whose work has one of them in its name."""

import importlib.metadata
import os
import pathlib
import platform
import statistics
import sys
import tempfile
import time

from bench.__main__ import machine
from bench.kernels import Lost
from bench.ml import corpus, rows, sides

LINE = "{:<38} {:>12} {:>12}   {:<16} {:>6} {:>6} {:>6}  {}"


def show(value):
    for unit, size in (("s", 1), ("ms", 1e-3)):
        if value >= size:
            return f"{value / size:,.3g} {unit}"
    return f"{value / 1e-6:,.3g} µs"


def megabytes(value):
    return f"{value / 1e6:,.0f} MB"


def number(ratio):
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.1f}" if ratio < 100 else f"{ratio:.0f}"


def spread(ratios):
    numbers = sorted(ratios)
    ends = [numbers[0], statistics.median(numbers), numbers[-1]]
    return "–".join(map(number, ends))


def busy():
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def line(row, theirs, ours, ratios, cpu, mark, show, unit):
    limits = [f"{value:g}{unit}" if value else "" for value in (row.probe, row.aim)]
    cells = [show(statistics.median(values)) for values in (theirs, ours)]
    print(LINE.format(row.name, *cells, spread(ratios), cpu, *limits, mark or "").rstrip(), flush=True)
    return mark


def measure(folder, chosen, failed):
    """Prints the lines; yields their marks."""
    file = folder / "corpus.parquet"
    corpus.write(file)
    ours = sides.build(folder)
    pair = []
    try:
        for command in (ours, sides.THEIRS):
            pair.append(sides.Side(command, file))
        for row in filter(chosen, rows.ROWS):
            mine, other, cpu, wrong, check = row.measure(pair)
            for what in wrong:
                failed(f"not the same: {row.name}: {what}")
            ratios = [b / a for a, b in zip(mine, other)]
            # Single documents are not as many on both sides.
            cpu = "" if "median" in check else number(cpu)
            yield line(row, other, mine, ratios, cpu, row.mark(ratios, mine, check), show, "×")
            if "allocations" in check:
                print(f"  allocations of it here: {check['allocations']:g}")
    finally:
        for side in pair:
            side.close()
    for row in filter(chosen, rows.MEMORY):
        mine, other, wrong = row.measure((ours, sides.THEIRS), file)
        for what in wrong:
            failed(f"not the same: {row.name}: {what}")
        ratios = [a / b for a, b in zip(mine, other)]
        yield line(row, other, mine, ratios, "", row.mark(ratios), megabytes, "")


def main(arguments):
    failures, marks = [], []
    began = time.monotonic()

    def failed(message):
        failures.append(message)
        print(message, flush=True)

    def chosen(row):
        return not arguments or any(a in row.work for a in arguments)

    versions = (f"{name} {importlib.metadata.version(name)}" for name in ("scikit-learn", "numpy", "pandas"))
    print(", ".join(versions), "on Python", platform.python_version())
    print(machine())
    print(f"{corpus.DOCUMENTS:,} documents of about 100 words; {busy()} at the start")
    print()
    print(LINE.format("wall clock, median", "scikit-learn", "Netherfield", "min–median–max", "CPU", "probe", "aim", "").rstrip())
    with tempfile.TemporaryDirectory(prefix="netherfield-bench-ml-") as folder:
        try:
            marks.extend(measure(pathlib.Path(folder), chosen, failed))
        except Lost as error:
            failed(f"cannot measure the rest: {error}")
    print()
    print("Ratios are scikit-learn's, or pandas', by Netherfield's; of memory the other way round.")
    print("CPU is that of the time of all cores, which other programs disturb less.")
    print("✓ reaches the aim, · at least the probe, ✗ is below it.")
    print("† Both end where no part of the mean objective's gradient is above 1e-4: scikit-learn's default, not ours.")
    print(f"* Python's own loops, on {corpus.DOCUMENTS // 10:,} documents, times ten.")
    reached = ", ".join(f"{mark} {marks.count(mark)}" for mark in "✓·✗")
    print(f"{reached}; {time.monotonic() - began:.0f} s in all; {busy()} at the end")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A thousand cells in one session: nothing piles up."""

import contextlib
import pathlib
import statistics
import time

from bench.kernels import processes
from test_kernel import kernel  # noqa: F401  a fixture


def held(pid):
    """Descriptors and threads of the kernel's processes together."""
    descriptors = threads = 0
    for process in processes(pid):
        proc = pathlib.Path(f"/proc/{process}")
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            descriptors += len(list((proc / "fd").iterdir()))
            threads += len(list((proc / "task").iterdir()))
    return descriptors, threads


def test_a_thousand_cells_leak_nothing(kernel, capsys):  # noqa: F811
    def cells(numbers):
        took = []
        for n in numbers:
            began = time.perf_counter()
            reply, _ = kernel.run(f'x{n % 50} := {n}\nfmt.Println("cell", x{n % 50})\nx{n % 50} + 1')
            took.append(time.perf_counter() - began)
            assert reply["status"] == "ok", reply
            assert reply["execution_count"] == n
        return statistics.median(took)

    first = cells(range(1, 101))
    descriptors, threads = held(kernel.pid)
    cells(range(101, 1001))
    last = cells(range(1001, 1101))
    descriptors_after, threads_after = held(kernel.pid)
    with capsys.disabled():
        print(
            f"\n1,000 cells: {1000 * first:.2f} ms at first, {1000 * last:.2f} ms at last, {last / first:.2f} ×;"
            f" {descriptors} descriptors, then {descriptors_after}; {threads} threads, then {threads_after}"
        )
    # Go's scheduler starts a thread when all others are in system calls, and
    # keeps it. A leak of one in ten cells would be a hundred.
    assert descriptors_after <= descriptors + 2
    assert threads_after <= threads + 20

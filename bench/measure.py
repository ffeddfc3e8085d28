"""What is measured. Each function takes turns between the two kernels, so that
whatever else the machine does falls on both."""

import statistics

from bench.kernels import Ipykernel, Kernel, Lost, Netherfield

LANGUAGES = (Netherfield, Ipykernel)


class Row:
    """One line of the table: a figure of each kernel."""

    def __init__(self, name, unit, ours, theirs, aim=None):
        self.name, self.unit, self.ours, self.theirs, self.aim = name, unit, ours, theirs, aim


def p50(samples):
    return statistics.median(samples)


def p99(samples):
    return statistics.quantiles(samples, n=100)[98]


def alternate(pair, count, sample):
    """Samples of each of the two, taken in turns; each goes first equally often."""
    taken = ([], [])
    for turn in range(count):
        for i in (0, 1) if turn % 2 == 0 else (1, 0):
            taken[i].append(sample(pair[i]))
    return taken


def starts(count=10):
    """Start of the process to its first kernel_info reply."""

    def sample(language):
        kernel = Kernel(language)
        try:
            return kernel.startup
        finally:
            kernel.close()

    ours, theirs = alternate(LANGUAGES, count, sample)
    yield Row("start to kernel_info, p50", "ms", p50(ours), p50(theirs), "≤ 50 ms, ≤ 0.1")


def round_trips(pair, count=300, warm_up=50):
    """A trivial cell: execute_request to execute_reply and idle."""
    alternate(pair, warm_up, lambda kernel: kernel.run(kernel.language.trivial))
    ours, theirs = alternate(pair, count, lambda kernel: kernel.run(kernel.language.trivial)[0])
    yield Row("round trip, p50", "ms", p50(ours), p50(theirs), "≤ 0.25")
    yield Row("round trip, p99", "ms", p99(ours), p99(theirs), "≤ 0.25")


def printing(pair, count=5):
    """10,000 calls that print a line: request to idle, and what arrived."""
    arrived = {}

    def sample(kernel):
        took, outputs = kernel.run(kernel.language.lines)
        text = "".join(m["content"]["text"] for m in outputs if m["msg_type"] == "stream")
        arrived[kernel] = min(arrived.get(kernel, 10_000), text.count("\n"))
        return took

    ours, theirs = alternate(pair, count, sample)
    yield Row("10,000 lines, p50", "ms", p50(ours), p50(theirs))
    yield Row("  lines that arrived", "", arrived[pair[0]], arrived[pair[1]], "10,000")


def questions(pair, count=100, warm_up=10):
    """Completion and inspection while nothing runs."""
    for kernel in pair:
        kernel.run(kernel.language.setup)
    alternate(pair, warm_up, lambda kernel: kernel.complete())
    ours, theirs = alternate(pair, count, lambda kernel: kernel.complete())
    yield Row("completion, p50", "ms", p50(ours), p50(theirs))
    alternate(pair, warm_up, lambda kernel: kernel.inspect())
    ours, theirs = alternate(pair, count, lambda kernel: kernel.inspect())
    yield Row("inspection, p50", "ms", p50(ours), p50(theirs))


def interrupts(pair, count=10):
    """Interrupt of an endless loop to idle."""
    ours, theirs = alternate(pair, count, lambda kernel: kernel.interrupt())
    yield Row("interrupt to idle, p50", "ms", p50(ours), p50(theirs), "≤ 20 ms")


def memory(pair, when):
    ours, theirs = (kernel.memory() for kernel in pair)
    yield Row(f"memory {when}, PSS", "MB", ours["Pss"], theirs["Pss"], "≤ 0.5")
    yield Row("  of it anonymous", "MB", ours["Pss_Anon"], theirs["Pss_Anon"])
    yield Row(f"memory {when}, RSS", "MB", ours["Rss"], theirs["Rss"])


def many_cells(pair, cells=1000):
    """Memory of a fresh kernel and after 200 cells; the round trip of the
    first 100 cells and of 100 more after a thousand."""
    yield from memory(pair, "at start")
    n = iter(range(10**9))

    def batch(count):
        return alternate(pair, count, lambda kernel: kernel.run(kernel.language.cell.format(n=next(n)))[0])

    first = batch(100)
    batch(100)
    yield from memory(pair, "after 200 cells")
    batch(cells - 200)
    last = batch(100)
    yield Row("cells 1 to 100, p50", "ms", p50(first[0]), p50(first[1]))
    yield Row("cells 1,001 to 1,100, p50", "ms", p50(last[0]), p50(last[1]))
    ours, theirs = (p50(late) / p50(early) for early, late in zip(first, last))
    yield Row("  growth over 1,000 cells", "×", ours, theirs, "≤ 2 ×")


def everything(failed):
    """All rows; a part that cannot be measured is reported to `failed`."""

    def part(measure, *arguments):
        try:
            yield from measure(*arguments)
        except Lost as error:
            failed(measure.__name__, error)

    def session(*measures):
        pair = []
        try:
            for language in LANGUAGES:
                pair.append(Kernel(language))
            for measure in measures:
                yield from part(measure, pair)
        finally:
            for kernel in pair:
                kernel.close()

    yield from part(starts)
    # A session to each group, since one that was interrupted or has printed a
    # lot is no longer fresh.
    for group in ((many_cells,), (round_trips, questions), (printing,), (interrupts,)):
        try:
            yield from session(*group)
        except Lost as error:
            failed(" and ".join(measure.__name__ for measure in group), error)

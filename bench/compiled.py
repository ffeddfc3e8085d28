"""What compiled cells cost and how fast they are. The cache is empty but for
the archives of the standard library, so that what is called new is new."""

import os
import pathlib

from bench.kernels import Ipykernel, Kernel, Lost, Netherfield
from bench.measure import alternate, p50
from bench.programs import PROGRAMS, Cells, Native, build


class Row:
    """One line of the table; None where a column makes no sense."""

    def __init__(self, name, unit, ours, native=None, theirs=None, aim=None):
        self.name, self.unit, self.aim = name, unit, aim
        self.ours, self.native, self.theirs = ours, native, theirs


TYPE = {
    Netherfield: """type {name} struct{{ X, Y float64 }}

func (p {name}) Norm() float64 {{ return math.Hypot(p.X, p.Y) }}

func (p *{name}) Scale(by float64) {{ p.X, p.Y = by*p.X, {n}*by*p.Y }}
""",
    Ipykernel: """import math
class {name}:
    def __init__(self, x, y):
        self.x, self.y = x, y
    def norm(self):
        return math.hypot(self.x, self.y)
    def scale(self, by):
        self.x, self.y = by * self.x, {n} * by * self.y
""",
}
USE = {Netherfield: "{name}{{3, {n}}}.Norm()", Ipykernel: "{name}(3, {n}).norm()"}


def cell(texts, language, name, n):
    return texts[language].format(name=f"{name}{n}", n=n)


def new_cell(language, n):
    return cell(TYPE, language, "Point", n) + "\n" + cell(USE, language, "Point", n)


class Built:
    """Checks how many cells were really compiled meanwhile."""

    def __init__(self, expected):
        self.expected = expected

    @staticmethod
    def plugins():
        return len(list(pathlib.Path(os.environ["NETHERFIELD_CACHE"]).rglob("*.so")))

    def __enter__(self):
        self.before = self.plugins()

    def __exit__(self, kind, *_):
        built = self.plugins() - self.before
        if kind is None and built != self.expected:
            raise Lost(f"{built} cells were compiled, not {self.expected}")


def declarations(pair, cells=20):
    """Cells that are new: one that uses the type it declares, whose reply must
    wait for the compiler; one that only declares it, whose reply does not; and
    the first use of that, at once after it. The types are compiled; the
    statements that use them are interpreted, as %tier tells."""
    alternate(pair, 1, lambda kernel: kernel.reply(new_cell(kernel.language, 0)))
    n = {kernel: iter(range(1, cells + 1)) for kernel in pair}
    with Built(cells):
        ours, theirs = alternate(pair, cells, lambda kernel: kernel.reply(new_cell(kernel.language, next(n[kernel]))))
    yield Row("new type, declared and used", "ms", p50(ours), None, p50(theirs), "≤ 350 ms")
    yield Row("  the slowest of 20", "ms", max(ours), None, max(theirs))

    n = {kernel: iter(range(1, cells + 1)) for kernel in pair}

    def declare_then_use(kernel):
        i = next(n[kernel])
        return [kernel.reply(cell(text, kernel.language, "Shape", i)) for text in (TYPE, USE)]

    with Built(cells):
        ours, theirs = alternate(pair, cells, declare_then_use)
    for i, name in enumerate(("only declared: reply, while it compiles", "  used at once, in the next cell")):
        yield Row(name, "ms", p50([s[i] for s in ours]), None, p50([s[i] for s in theirs]))


def cached(pair, cells=20):
    """The cells of declarations, in another kernel."""
    ours = []
    with Built(0):
        for n in range(cells + 1):
            took = pair[0].reply(new_cell(Netherfield, n))
            if n > 0:
                ours.append(took)
    yield Row("the same from the cache", "ms", p50(ours), None, None, "≤ 15 ms")
    yield Row("  the slowest of 20", "ms", max(ours))


def programs(pair, binary, count=7):
    """Programs once they are compiled, each of which times itself. ipykernel
    runs them once."""
    for program in PROGRAMS:
        native = Native(binary, program)
        try:
            ours = Cells(pair[0], program)
            for _ in range(2):
                expected = native.run()[1]
                ours.run()
            samples = alternate((ours, native), count, lambda runner: runner.run())
        finally:
            native.close()
        theirs = Cells(pair[1], program).run()
        for _, result in (*samples[0], *samples[1], theirs):
            if abs(result - expected) > 1e-5 * abs(expected):
                raise Lost(f"{program.name} gives {result} and {expected}")
        medians = (p50([seconds for seconds, _ in taken]) for taken in samples)
        yield Row(program.name, "ms", *medians, theirs[0], "≤ 1.3 × native")


GROWING = {
    Netherfield: """type {name} struct{{ a, b int }}

func (c {name}) Sum() int {{ return c.a + {n}*c.b }}

{name}{{1, 2}}.Sum()""",
    Ipykernel: """class {name}:
    def __init__(self, a, b):
        self.a, self.b = a, b
    def sum(self):
        return self.a + {n} * self.b
{name}(1, 2).sum()""",
}
EARLIER = {Netherfield: " + {name}{{3, 4}}.Sum()", Ipykernel: " + {name}(3, 4).sum()"}


def growth(pair, cells=200):
    """Time of many compiled cells in one session, and how much the worker's
    memory grows with each after the first 20. Every other cell also uses the
    type of the one before."""
    n = {kernel: iter(range(cells)) for kernel in pair}

    def sample(kernel):
        i = next(n[kernel])
        code = cell(GROWING, kernel.language, "Step", i)
        if i % 2 == 1:
            code += cell(EARLIER, kernel.language, "Step", i - 1)
        return kernel.reply(code)

    with Built(cells):
        first = alternate(pair, 20, sample)
        memory = [pair[0].memory(pair[0].worker())]
        alternate(pair, cells - 40, sample)
        last = alternate(pair, 20, sample)
        memory.append(pair[0].memory(pair[0].worker()))
    yield Row("cells with a new type, 1 to 20", "ms", p50(first[0]), None, p50(first[1]))
    yield Row(f"cells with a new type, {cells - 19} to {cells}", "ms", p50(last[0]), None, p50(last[1]))
    for name in ("Rss", "Pss", "Pss_Anon"):
        grown = (memory[1][name] - memory[0][name]) / (cells - 20)
        aim = None if name == "Pss_Anon" else "≤ 2.5 MB"
        label = "  of it anonymous" if name == "Pss_Anon" else f"memory of one cell, {name.upper()}"
        yield Row(label, "MB", grown, aim=aim)


def everything(failed, folder):
    """All rows, as measure.everything."""

    def session(measure, *arguments):
        pair = []
        try:
            for language in (Netherfield, Ipykernel):
                pair.append(Kernel(language))
            yield from measure(pair, *arguments)
        except Lost as error:
            failed(measure.__name__, error)
        finally:
            for kernel in pair:
                kernel.close()

    yield from session(declarations)
    yield from session(cached)
    try:
        binary = build(folder)
    except Lost as error:
        failed("programs", error)
    else:
        yield from session(programs, binary)
    yield from session(growth)

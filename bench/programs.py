"""Programs that are measured as cells of Go, as a Go program, and as cells of
Python. The Go program is made of the text of the cells."""

import pathlib
import re
import subprocess

from bench.kernels import Lost


class Program:
    """The same work in both languages: what is declared and set up before, and
    what is timed; `result` is an expression."""

    def __init__(self, name, result, go, python):
        self.name, self.result = name, result
        self.go, self.python = Text(*go), Text(*python)


class Text:
    def __init__(self, declarations, setup, work):
        self.declarations, self.setup, self.work = declarations, setup, work


RAMP_GO = """func ramp(n int) []float64 {
	xs := make([]float64, n)
	for i := range xs {
		xs[i] = float64(i % 1000)
	}
	return xs
}"""
RAMP_PYTHON = 'import array\ndef ramp(n):\n    return array.array("d", [float(i % 1000) for i in range(n)])'

PROGRAMS = (
    Program(
        "fib(32)",
        "f",
        (
            "func fib(n int) int {\n\tif n < 2 {\n\t\treturn n\n\t}\n\treturn fib(n-1) + fib(n-2)\n}",
            "",
            "f := fib(32)",
        ),
        ("def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)", "", "f = fib(32)"),
    ),
    Program(
        "loop of 1e8, in a function",
        "s",
        (
            "func sum(n int) int {\n\ts := 0\n\tfor i := 0; i < n; i++ {\n\t\ts += i\n\t}\n\treturn s\n}",
            "",
            "s := sum(100_000_000)",
        ),
        (
            "def total(n):\n    s = 0\n    for i in range(n):\n        s += i\n    return s",
            "",
            "s = total(100_000_000)",
        ),
    ),
    Program(
        "loop of 1e8, at the top",
        "s",
        ("", "", "s := 0\nfor i := 0; i < 100_000_000; i++ {\n\ts += i\n}"),
        ("", "", "s = 0\nfor i in range(100_000_000):\n    s += i"),
    ),
    Program(
        "dot of 1e7, in a function",
        "d",
        (
            RAMP_GO
            + "\n\nfunc dot(xs, ys []float64) float64 {\n\td := 0.0\n"
            + "\tfor i := range xs {\n\t\td += xs[i] * ys[i]\n\t}\n\treturn d\n}",
            "xs, ys := ramp(10_000_000), ramp(10_000_000)",
            "d := dot(xs, ys)",
        ),
        (
            RAMP_PYTHON + "\ndef dot(xs, ys):\n    return sum(x * y for x, y in zip(xs, ys))",
            "xs, ys = ramp(10_000_000), ramp(10_000_000)",
            "d = dot(xs, ys)",
        ),
    ),
    Program(
        "dot of 1e7, at the top",
        "d",
        (
            RAMP_GO,
            "xs, ys := ramp(10_000_000), ramp(10_000_000)",
            "d := 0.0\nfor i := range xs {\n\td += xs[i] * ys[i]\n}",
        ),
        (
            RAMP_PYTHON,
            "xs, ys = ramp(10_000_000), ramp(10_000_000)",
            "d = 0.0\nfor x, y in zip(xs, ys):\n    d += x * y",
        ),
    ),
    Program(
        "word count of 1e6",
        "len(m)",
        (
            """func write(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "word%d ", i*7919%10007)
	}
	return b.String()
}

func count(text string) map[string]int {
	m := map[string]int{}
	for _, w := range strings.Fields(text) {
		m[w]++
	}
	return m
}""",
            "text := write(1_000_000)",
            "m := count(text)",
        ),
        (
            """def write(n):
    return "".join(f"word{i * 7919 % 10007} " for i in range(n))

def count(text):
    m = {}
    for w in text.split():
        m[w] = m.get(w, 0) + 1
    return m""",
            "text = write(1_000_000)",
            "m = count(text)",
        ),
    ),
)


class Cells:
    """A program in a kernel's session; the work times itself, as it does in a
    Go program of its own."""

    def __init__(self, kernel, program):
        self.kernel = kernel
        ours = kernel.language.spec == "netherfield"
        text = program.go if ours else program.python
        for code in (text.declarations, text.setup):
            if code:
                kernel.run(code)
        if ours:
            self.code = (
                f"%%compile\nbegan := time.Now()\n{text.work}\ntook := time.Since(began).Seconds()\ntook, {program.result}"
            )
        else:
            self.code = (
                "import time\nbegan = time.perf_counter()\n"
                f"{text.work}\ntook = time.perf_counter() - began\ntook, {program.result}"
            )

    def run(self):
        """Seconds, and the result as text."""
        _, outputs = self.kernel.run(self.code)
        for message in outputs:
            if message["msg_type"] == "execute_result":
                return answer(message["content"]["data"]["text/plain"])
        raise Lost(f"{self.kernel.language.spec} shows no value of {self.code!r}")


class Native:
    """A program as a process that does the work each time it is asked."""

    def __init__(self, binary, program):
        self.process = subprocess.Popen(
            [binary, program.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise Lost(f"{self.process.args} ended with {self.process.wait()}")
        return answer(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def answer(text):
    """What a run shows: the seconds and the result."""
    parts = re.findall(r"[-+.\w]+", text)
    if len(parts) != 2:
        raise Lost(f"{text!r} is not a time and a result")
    return float(parts[0]), float(parts[1])


MAIN = """package main

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"strings"
	"time"
)

%(declarations)s

// place, which is stored to before the work, moves its code by a few bytes.
var place [8]int

// serve does the work once for each line of input, with the fastest of
// several placements of its code.
func serve(works ...func() (seconds float64, result any)) {
	work, best := works[0], math.Inf(1)
	for range 3 {
		for _, w := range works {
			if seconds, _ := w(); seconds < best {
				work, best = w, seconds
			}
		}
	}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		fmt.Println(work())
	}
}

func main() {
	switch os.Args[1] {
%(cases)s
	}
}
"""

CASE = """	case "%(name)s":
		%(setup)s
		serve(%(works)s)"""

WORK = """func() (float64, any) {
			%(move)s
			began := time.Now()
			%(work)s
			return time.Since(began).Seconds(), %(result)s
		}"""

# A short loop takes twice the time if its code lies across two cache lines,
# which is luck. Measured against the luckiest of these, a cell is never
# flattered; it may itself be unlucky.
PLACEMENTS = 4


def case(program):
    moved = ("\n".join(f"place[{i}] = {moves}" for i in range(moves)) for moves in range(PLACEMENTS))
    works = (WORK % {"move": move, "work": program.go.work, "result": program.result} for move in moved)
    return CASE % {"name": program.name, "setup": program.go.setup, "works": ", ".join(works)}


def build(folder):
    """Build the Go program of all of PROGRAMS."""
    functions = {}  # some programs share some
    for program in PROGRAMS:
        for function in re.findall(r"^func .*?^}$", program.go.declarations, re.MULTILINE | re.DOTALL):
            functions[function] = None
    cases = (case(program) for program in PROGRAMS)
    folder = pathlib.Path(folder, "native")
    folder.mkdir()
    (folder / "go.mod").write_text("module native\n\ngo 1.26\n")
    (folder / "main.go").write_text(MAIN % {"declarations": "\n\n".join(functions), "cases": "\n".join(cases)})
    try:
        subprocess.run(["go", "build", "-o", "native", "."], cwd=folder, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        raise Lost(f"go build fails: {error.stderr}") from error
    return folder / "native"

"""What the cells of the soak test do to a session, as a small model in Python,
and a generator of such cells."""

import dataclasses
import random
from collections.abc import Callable


class Missing(Exception):
    """A cell uses a name that the session does not have."""


class Unclear(Exception):
    """A cell uses a name of which the model does not know what it holds."""


UNCLEAR = object()


class Names(dict):
    """The session's names. What an interrupted cell was about is unclear."""

    def need(self, name):
        if name not in self:
            raise Missing(name)
        if self[name] is UNCLEAR:
            raise Unclear(name)
        return self[name]


@dataclasses.dataclass
class Shown:
    """What a cell prints on stdout, and its value."""

    out: list = dataclasses.field(default_factory=list)
    value: object = None


@dataclasses.dataclass
class Cell:
    """A cell, and what is known about it beforehand."""

    code: str
    # How it ends: "ok", "error", "dies" with its worker, "any" of these, or
    # never ("stuck") if it is not interrupted.
    ends: str = "ok"
    # What it does to the names. A cell that ends in an error has done it, too.
    does: Callable[[Names], Shown | None] = lambda names: None
    # The names that are unclear if it is interrupted.
    touches: tuple = ()
    ename: str = ""
    kind: str = ""
    # What is typed when it asks: a text, "" to say nothing, None not to allow it.
    answer: str | None = ""
    silent: bool = False
    store: bool = True
    # It leaves something behind that ends the worker later.
    dooms: bool = False
    # It forgets all names, or runs the record again.
    command: str = ""


def function(factor, offset):
    """A function of cells. Callers hold it, and see it change."""
    return {"factor": factor, "offset": offset}


class Generator:
    """Makes random cells. It looks at the names only to make most cells fit."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.serial = 0

    def number(self, low=1, high=1000):
        return self.random.randint(low, high)

    def one(self, *choices):
        return self.random.choice(choices)

    def next(self, names):
        # About as often as the numbers say.
        weights = {
            self.counter: 14, self.slice: 8, self.map: 6, self.prints: 6, self.lines: 2, self.loop: 4,
            self.type: 8, self.value: 7, self.method: 5, self.generic: 5, self.function: 8, self.caller: 7,
            self.forced: 7, self.panics: 7, self.mistake: 6, self.returned: 4, self.goroutine: 6,
            self.asks: 4, self.stuck: 8, self.dies: 5, self.exits: 4, self.doomed: 2, self.child: 3,
            self.vars: 3, self.tier: 2, self.reset: 1, self.replay: 2, self.silent: 2, self.display: 3,
            self.closure: 4, self.channel: 4, self.defers: 3, self.method_value: 3,
        }  # fmt: skip
        make = self.random.choices(list(weights), weights.values())[0]
        cell = make(names)
        cell.kind = cell.kind or make.__name__
        return cell

    def known(self, names, prefix):
        """A name that begins with the prefix, if there is one."""
        have = [n for n in names if n[0] == prefix and names[n] is not UNCLEAR]
        return self.random.choice(have) if have else None

    # Statements, mostly interpreted.

    def counter(self, names):
        name = self.known(names, "c")
        by = self.number()
        if name is None or self.random.random() < 0.2:
            name = f"c{self.number(0, 4)}"

            def does(names):
                names[name] = by
                return Shown(value=by)

            return Cell(f"{name} := {by}\n{name}", does=does, touches=(name,))

        def does(names):
            names[name] = names.need(name) + by
            return Shown(value=names[name])

        return Cell(f"{name} += {by}\n{name}", does=does, touches=(name,))

    def slice(self, names):
        name = self.known(names, "s")
        new = self.number()
        if name is None or self.random.random() < 0.2:
            name = f"s{self.number(0, 2)}"

            def does(names):
                names[name] = [new, new + 1]
                return Shown(value=2)

            return Cell(f"{name} := []int{{{new}, {new + 1}}}\nlen({name})", does=does, touches=(name,))

        def does(names):
            names[name] = [*names.need(name), new]
            return Shown(out=["[" + " ".join(map(str, names[name])) + "]"], value=len(names[name]))

        return Cell(f"{name} = append({name}, {new})\nfmt.Println({name})\nlen({name})", does=does, touches=(name,))

    def map(self, names):
        name = self.known(names, "m")
        key, value = f"k{self.number(0, 9)}", self.number()
        if name is None or self.random.random() < 0.2:
            name = f"m{self.number(0, 1)}"

            def does(names):
                names[name] = {key: value}
                return Shown(value=1)

            return Cell(f'{name} := map[string]int{{"{key}": {value}}}\nlen({name})', does=does, touches=(name,))

        def does(names):
            names[name] = {**names.need(name), key: value}
            return Shown(value=len(names[name]))

        return Cell(f'{name}["{key}"] = {value}\nlen({name})', does=does, touches=(name,))

    def prints(self, names):
        n = self.number(1, 30)
        code = f'for i := range {n} {{\n\tfmt.Println("line", i)\n\tfmt.Fprintln(os.Stderr, "error", i)\n}}'
        return Cell(code, does=lambda names: Shown([f"line {i}" for i in range(n)]))

    def lines(self, names):
        n = self.number(500, 3000)
        code = f'for i := 0; i < {n}; i++ {{\n\tfmt.Println("row", i)\n}}'
        return Cell(code, does=lambda names: Shown([f"row {i}" for i in range(n)]))

    def loop(self, names):
        name, n = f"c{self.number(0, 4)}", self.number(1000, 200_000)

        def does(names):
            names[name] = n * (n - 1) // 2
            return Shown(value=names[name])

        return Cell(f"{name} := 0\nfor i := range {n} {{\n\t{name} += i\n}}\n{name}", does=does, touches=(name,))

    def display(self, names):
        return Cell('h, err := display.NewHandle("a")\nh.Update("b")\nerr == nil', does=lambda names: Shown(value="true"))

    # Declarations, compiled.

    def type(self, names):
        name, a, b = f"T{self.number(0, 2)}", self.number(), self.number()
        var = self.one("A, B int", "A, B int\n\tC string", "A, B int\n\tD []float64")

        def does(names):
            names[name] = {"Sum": (a, b)}

        code = f"type {name} struct {{\n\t{var}\n}}\n\nfunc (t {name}) Sum() int {{ return {a}*t.A + {b}*t.B }}"
        return Cell(code, does=does, touches=(name,))

    def value(self, names):
        of = self.known(names, "T")
        if of is None:
            return self.type(names)
        a, b = self.number(), self.number()
        name = f"v{self.number(0, 3)}"

        def does(names):
            kind = names.need(of)
            names[name] = (kind, a, b)
            x, y = kind["Sum"]
            return Shown(value=x * a + y * b)

        pointer = self.one("", "&")
        return Cell(f"{name} := {pointer}{of}{{A: {a}, B: {b}}}\n{name}.Sum()", does=does, touches=(name,))

    def method(self, names):
        """Another method, or the same anew, for a type of an earlier cell."""
        of = self.known(names, "T")
        if of is None:
            return self.type(names)
        method, a, b = self.one("Sum", "Diff"), self.number(), self.number()

        def does(names):
            names.need(of)[method] = (a, b)
            return Shown(value=a + 2 * b)

        code = f"func (t {of}) {method}() int {{ return {a}*t.A + {b}*t.B }}\n\n{of}{{A: 1, B: 2}}.{method}()"
        return Cell(code, does=does, touches=(of,))

    def method_value(self, names):
        name = self.known(names, "v")
        if name is None:
            return self.value(names)

        def does(names):
            kind, a, b = names.need(name)
            x, y = kind["Sum"]
            return Shown(value=x * a + y * b)

        return Cell(self.one(f"{name}.Sum()", f"%%compile\nf := {name}.Sum\nf()"), does=does)

    def generic(self, names):
        name, k = f"G{self.number(0, 1)}", self.number()
        if self.random.random() < 0.5 and self.known(names, "G"):
            name = self.known(names, "G")

            def does(names):
                return Shown(value=sum(3 * [names.need(name)]) + 6)

            return Cell(
                f"total := 0\nfor _, x := range {name}([]int{{1, 2, 3}}, func(x, k int) int {{ return x + k }}) {{\n\ttotal += x\n}}\ntotal",
                does=does,
            )

        def does(names):
            names[name] = k

        code = f"func {name}[T, U any](list []T, f func(T, int) U) (out []U) {{\n\tfor _, x := range list {{\n\t\tout = append(out, f(x, {k}))\n\t}}\n\treturn out\n}}"
        return Cell(code, does=does, touches=(name,))

    def function(self, names):
        """A function, the same anew, or one with another signature."""
        name, factor, offset = f"f{self.number(0, 2)}", self.number(), self.number()
        argument = self.random.choices(["int", "int64"], [4, 1])[0]

        def does(names):
            before = names.get(name)
            if isinstance(before, dict) and before.get("argument") == argument:
                before.update(function(factor, offset))
            else:
                names[name] = function(factor, offset) | {"argument": argument}
            return Shown(value=3 * factor + offset)

        code = f"func {name}(x {argument}) {argument} {{ return x*{factor} + {offset} }}"
        if self.random.random() < 0.5:
            return Cell(code, does=lambda names: does(names) and None, touches=(name,))
        return Cell(f"{code}\n\n{name}(3)", does=does, touches=(name,))

    def caller(self, names):
        of = self.known(names, "f")
        if of is None:
            return self.function(names)
        have, k = self.known(names, "g"), self.number()
        if have and self.random.random() < 0.6:

            def does(names):
                f, add = names.need(have)
                if f is UNCLEAR:
                    raise Unclear
                return Shown(value=5 * f["factor"] + f["offset"] + add)

            return Cell(f"{have}(5)", does=does)
        name = f"g{self.number(0, 2)}"
        argument = names[of]["argument"]

        def does(names):
            f = names.need(of)
            if f["argument"] != argument:
                raise Unclear  # whether it compiles
            names[name] = (f, k)
            return Shown(value=2 * f["factor"] + f["offset"] + k)

        code = f"func {name}(x {argument}) {argument} {{ return {of}(x) + {k} }}\n\n{name}(2)"
        return Cell(code, does=does, touches=(name,))

    def closure(self, names):
        name, k = f"h{self.number(0, 1)}", self.number()
        have = self.known(names, "h")
        if have and self.random.random() < 0.6:

            def does(names):
                names[have] = names.need(have) + 1
                return Shown(value=names[have])

            return Cell(f"{have}()", does=does, touches=(have,))

        def does(names):
            names[name] = k

        return Cell(f"{name} := func() func() int {{\n\tn := {k}\n\treturn func() int {{\n\t\tn++\n\t\treturn n\n\t}}\n}}()", does=does, touches=(name,))

    def forced(self, names):
        name, k = f"c{self.number(0, 4)}", self.number()

        def does(names):
            names[name] = k * 3
            return Shown([f"is {k * 3}"])

        tier = self.one("%%compile", "%%interpret")
        return Cell(f'{tier}\n{name} := {k} * 3\nfmt.Println("is", {name})', does=does, touches=(name,))

    # Goroutines and channels.

    def channel(self, names):
        n = self.number(1, 100)
        code = f"ch := make(chan int)\ngo func() {{\n\tdefer close(ch)\n\tfor i := range {n} {{\n\t\tch <- i\n\t}}\n}}()\nsum := 0\nfor x := range ch {{\n\tsum += x\n}}\nsum"
        return Cell(code, does=lambda names: Shown(value=n * (n - 1) // 2), touches=())

    def goroutine(self, names):
        """Goroutines that outlive their cell. Their lines begin with "bg"."""
        self.serial += 1
        k = self.serial
        return Cell(
            self.one(
                f'go func() {{\n\tfor i := range 50 {{\n\t\tfmt.Println("bg", {k}, i)\n\t\ttime.Sleep(2 * time.Millisecond)\n\t}}\n}}()',
                "go func() {\n\tfor {\n\t\ttime.Sleep(time.Millisecond)\n\t}\n}()",
                "go func() {\n\tfor range 20000000 {\n\t}\n}()",
                'go func() {\n\ttime.Sleep(3 * time.Millisecond)\n\tpanic("bg gone")\n}()',
                'go func() { panic("bg gone") }()\ntime.Sleep(time.Millisecond)',
                "go func() { select {} }()",
                "go func() {\n\tvar none map[string]int\n\tnone[\"a\"] = 1\n}()",
            ),
            ends="any",
        )

    def defers(self, names):
        n = self.number(1, 20)
        code = f"func() {{\n\tfor i := range {n} {{\n\t\tdefer fmt.Println(\"deferred\", i)\n\t}}\n}}()"
        return Cell(code, does=lambda names: Shown([f"deferred {i}" for i in reversed(range(n))]))

    # Failures.

    def panics(self, names):
        name = self.known(names, "c")
        code = self.one('panic("boom")', "var none []int\nnone[3]", "var none *struct{ X int }\nnone.X", "zero := 0\n1 / zero", 'var boxed any = "a"\nboxed.(int)', "type own struct{}\npanic(own{})")
        if name is None:
            return Cell(code, ends="error", ename="panic")

        def does(names):
            names[name] = names.need(name) + 7

        return Cell(f"{name} += 7\n{code}", ends="error", ename="panic", does=does, touches=(name,))

    def mistake(self, names):
        name = self.known(names, "c") or "c9"
        return Cell(
            self.one(f'{name} = 5\nvar x int = "a"', f"{name} = 1 +\n", "undefinedName()", f"{name} = 3\nfor {{", f"func f0() {{ return 1 }}\n{name} = 4", "type T0 struct { A Undefined }", "%nothing", "%%interpret x\n1", 'import "no/such/package"'),
            ends="error",
        )  # fmt: skip

    def returned(self, names):
        name, k = f"c{self.number(0, 4)}", self.number()
        if self.random.random() < 0.5:
            return Cell(self.one('n := strconv.Atoi("x")\nn', 'os.Open("/no/such/file")'), ends="error", ename="error")

        def does(names):
            names[name] = k
            return Shown(value=k)

        return Cell(f'{name} := strconv.Atoi("{k}")\n{name}', does=does, touches=(name,))

    def asks(self, names):
        name, k = f"q{self.number(0, 1)}", self.number()
        code = f"var {name} int\nfmt.Scanln(&{name})\n{name}"

        def does(names):
            names[name] = k
            return Shown(value=k)

        how = self.random.random()
        if how < 0.6:
            return Cell(code, does=does, touches=(name,), answer=str(k))
        if how < 0.8:
            return Cell(code, ends="stuck", touches=(name,))
        return Cell(code, ends="error", answer=None, touches=(name,), ename="error")

    def stuck(self, names):
        """What only an interrupt ends; some of it only with its worker."""
        name = self.known(names, "c")
        code = self.one(
            "for {\n}", "select {}", "time.Sleep(time.Hour)", "<-make(chan int)", "!sleep 1000",
            "%%compile\nfor {\n}", "%%compile\nselect {}", "%%compile\nfor i := 0; ; i++ {\n\t_ = fmt.Sprint(i)\n}",
            "var mu sync.Mutex\nmu.Lock()\nmu.Lock()", "var wg sync.WaitGroup\nwg.Add(1)\nwg.Wait()",
            'exec.Command("sleep", "1000").Run()', "var spin func()\nspin = func() { for { } }\nspin()",
            "func forever() {\n\tfor {\n\t}\n}\nforever()", "ch := make(chan int)\ngo func() { for { } }()\n<-ch",
            "var p [2]int\nsyscall.Pipe(p[:])\nsyscall.Read(p[0], make([]byte, 1))",
            "%%bash\nsleep 1000", "for {\n\tfmt.Println(\"bg\")\n\ttime.Sleep(time.Millisecond)\n}",
        )  # fmt: skip
        if name and code[0] not in "%!":
            code = f"{name} += 11\n{code}"
            return Cell(code, ends="stuck", does=lambda names: names.need(name) and None, touches=(name,))
        return Cell(code, ends="stuck")

    def dies(self, names):
        code = self.one(
            "syscall.Exit(3)", "x := make([]byte, 1<<46)\nlen(x)",
            "syscall.Kill(os.Getpid(), syscall.SIGKILL)\nselect {}", "syscall.Kill(os.Getpid(), syscall.SIGSEGV)\nselect {}",
            "syscall.Kill(os.Getpid(), syscall.SIGABRT)\nselect {}", "var mu sync.Mutex\nmu.Unlock()",
            "%%compile\nsyscall.Exit(4)", "func out() { syscall.Exit(5) }\nout()",
            "shared := map[int]int{}\nfor range 4 {\n\tgo func() {\n\t\tfor i := 0; ; i++ {\n\t\t\tshared[i%8] = i\n\t\t}\n\t}()\n}\nselect {}",
            "%%compile\nfunc deep(n int) int { return deep(n+1) + 1 }\ndeep(0)",
            'fmt.Println("last words")\nsyscall.Exit(6)', "go func() { syscall.Exit(7) }()\nselect {}",
            'type Big [1 << 40]byte\nb := new(Big)\nb[1<<39] = 1', "debug.SetMaxStack(1 << 20)\nfunc deep2(n int) int { return deep2(n+1) + 1 }\ndeep2(0)",
        )  # fmt: skip
        return Cell(code, ends="dies")

    def exits(self, names):
        """What would end a program, and ends only the cell."""
        code = self.one(
            "os.Exit(3)", "os.Exit(0)", 'log.Fatal("the end")', "%%compile\nos.Exit(4)", "func out() { os.Exit(5) }\nout()",
            'fmt.Println("last words")\nos.Exit(6)', "go func() { os.Exit(7) }()\nselect {}",
        )  # fmt: skip
        return Cell(code, ends="error", ename="exit")

    def doomed(self, names):
        ms = self.number(0, 60)
        return Cell(f"go func() {{\n\ttime.Sleep({ms} * time.Millisecond)\n\tsyscall.Exit(9)\n}}()", ends="any", dooms=True)

    def child(self, names):
        """Processes that must not outlive the worker."""
        return Cell('sleeper := exec.Command("sleep", "31536000")\nsleeper.Start()', ends="any")

    # Commands.

    def vars(self, names):
        return Cell(self.one("%vars", "%replay list", "%help"), ends="ok")

    def tier(self, names):
        return Cell(self.one("%tier", "%tier 1 + 1"), ends="ok")

    def reset(self, names):
        return Cell("%reset", does=lambda names: names.clear(), command="reset")

    def replay(self, names):
        return Cell("%replay", ends="any", command="replay", answer="1")

    def silent(self, names):
        if self.random.random() < 0.5:
            return Cell("1 + 1", silent=True)
        return Cell("2 + 3", store=False, does=lambda names: Shown(value=5))

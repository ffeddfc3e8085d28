"""Modules from elsewhere: those that %get gets through a proxy, and the user's
own beside the notebook."""

import json
import zipfile

import pytest

from test_kernel import Kernel


def publish(proxy, module, version, files):
    """Puts a version of a module into a file-system proxy."""
    folder = proxy / module / "@v"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "list", "a", encoding="utf-8") as versions:
        versions.write(version + "\n")
    (folder / f"{version}.info").write_text(json.dumps({"Version": version, "Time": "2026-01-01T00:00:00Z"}))
    (folder / f"{version}.mod").write_text(files["go.mod"])
    with zipfile.ZipFile(folder / f"{version}.zip", "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{module}@{version}/{name}", text)


@pytest.fixture
def session(tmp_path, monkeypatch):
    """A kernel beside a module, with a proxy that has another."""
    monkeypatch.setenv("GOPROXY", (tmp_path / "proxy").as_uri())
    monkeypatch.setenv("GONOSUMDB", "*")
    monkeypatch.setenv("GOSUMDB", "off")
    monkeypatch.setenv("GOFLAGS", "-modcacherw")
    publish(tmp_path / "proxy", "example.com/greet", "v1.0.0", {
        "go.mod": "module example.com/greet\n\ngo 1.26\n",
        "greet.go": "// Package greet greets.\npackage greet\n\n// Hello says hello to a name.\n"
                    "func Hello(name string) string { return \"hello, \" + name }\n\n"
                    "// A Pair is two things.\ntype Pair[A, B any] struct {\n\tLeft A\n\tRight B\n}\n",
    })
    publish(tmp_path / "proxy", "example.com/old", "v1.0.0", {
        "go.mod": "module example.com/old\n\ngo 1.26\n\nrequire gonum.org/v1/gonum v99.0.0\n",
        "old.go": "package old\n\nimport _ \"gonum.org/v1/gonum/mat\"\n",
    })
    publish(tmp_path / "proxy", "gonum.org/v1/gonum", "v99.0.0", {
        "go.mod": "module gonum.org/v1/gonum\n\ngo 1.26\n",
        "mat/mat.go": "package mat\n",
    })
    notebook = tmp_path / "notebook"
    (notebook / "stats").mkdir(parents=True)
    (notebook / "go.mod").write_text("module workshop\n\ngo 1.26\n")
    write_stats(notebook, 1)
    monkeypatch.chdir(notebook)
    kernel = Kernel()
    kernel.folder = notebook
    yield kernel
    kernel.close()


def write_stats(folder, step):
    (folder / "stats" / "stats.go").write_text(
        "package stats\n\n// A Counter counts.\ntype Counter struct{ N int }\n\n"
        f"// Add counts one more.\nfunc (c *Counter) Add() {{ c.N += {step} }}\n")


def value(kernel, code):
    messages = kernel.output(kernel.send(code))
    errors = ["\n".join(m["content"]["traceback"]) for m in messages if m["msg_type"] == "error"]
    assert not errors, errors[0]
    results = [m["content"]["data"]["text/plain"] for m in messages if m["msg_type"] == "execute_result"]
    return results[-1] if results else ""


def failure(kernel, code):
    messages = kernel.output(kernel.send(code))
    [error] = [m["content"] for m in messages if m["msg_type"] == "error"]
    return error["evalue"]


def test_a_module_is_got_and_used_in_both_tiers(session):
    assert "%get example.com/greet" in failure(session, 'import "example.com/greet"')
    assert value(session, "%get example.com/greet@v1.0.0") == ""
    assert value(session, 'import "example.com/greet"\ngreet.Hello("a")') == '"hello, a"'
    assert value(session, 'greet.Hello("b")') == '"hello, b"'
    assert value(session, 'p := greet.Pair[int, string]{1, "x"}\np.Right') == '"x"'
    assert value(session, '%%compile\nfunc both(n ...string) (s string) { for _, x := range n { s += greet.Hello(x) }; return }\n'
                          'both("a", "b")') == '"hello, ahello, b"'
    completion = session.client.complete("greet.He", 8)
    assert "Hello" in session.reply(completion)["matches"]
    inspection = session.client.inspect("greet.Hello", 11)
    assert "says hello" in session.reply(inspection)["data"]["text/plain"]


def test_a_conflict_with_the_kernel_is_explained(session):
    text = failure(session, "%get example.com/old")
    assert "gonum" in text and "v99.0.0" in text
    assert failure(session, "%get example.com/nothing")
    assert value(session, "1 + 1") == "2"


def test_the_module_beside_the_notebook_follows_its_files(session):
    assert value(session, 'import "workshop/stats"\nvar c stats.Counter\nc.Add()\nc.N') == "1"
    write_stats(session.folder, 10)
    assert value(session, "var d stats.Counter\nd.Add()\nd.N") == "10"
    assert value(session, "c.Add()\nc.N") == "2"  # it keeps its type
    (session.folder / "stats" / "stats.go").write_text("package stats\n\nfunc broken() { x }\n")
    assert "undefined: x" in failure(session, "var e stats.Counter")
    assert value(session, "d.N") == "10"


def test_the_real_proxy_has_modules(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    kernel = Kernel()
    try:
        value(kernel, "%get golang.org/x/exp@v0.0.0-20240719175910-8a7402abbf56")
        assert value(kernel, 'import "golang.org/x/exp/constraints"\n'
                             "func larger[T constraints.Ordered](a, b T) T { if a > b { return a }; return b }\n"
                             "larger(3, 4)") == "4"
    finally:
        kernel.close()

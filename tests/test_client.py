"""score_text and get_metrics in a real kernel, against a live service of the shape that
notebooks are deployed in, and against our own."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.request

import pytest

from conftest import BINARY, ROOT
from test_kernel import Kernel


def free_port():
    import socket

    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def running(command, port, **environment):
    """A service that answers; its URL."""
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(url + "/metrics", timeout=5).close()
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < deadline, process.stderr.read()
                time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        assert process.wait(timeout=60) == 0
        process.stderr.close()


def nachlass(prefix, model="classifier"):
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--log-level", "critical", "tests.nachlass.service:app()"]
    return running(command, port, PREFIX=prefix, MODEL=model)


@pytest.fixture
def kernel():
    kernel = Kernel()
    yield kernel
    kernel.close()


def shown(kernel, code):
    reply, messages = kernel.run(code)
    assert reply["status"] == "ok", reply
    return next(m["content"]["data"] for m in messages if m["msg_type"] == "execute_result")


@pytest.mark.parametrize("prefix", ["pipeline", "nachlass", ""])
def test_cells_score_text_and_read_metrics(kernel, prefix):
    with nachlass(prefix) as url:
        kernel.run(f"%env PIPELINE_URL={url}")
        assert kernel.value('score_text([]string{"Buy this", "a truth", "café 😀"})') == '[]string{"spam", "legitimate", "legitimate"}'
        metrics = shown(kernel, "get_metrics()")
        name = f"{prefix}_predictions_total" if prefix else "predictions_total"
        assert f'{name}{{value="spam"}}' in metrics["text/plain"]
        assert "<table>" in metrics["text/html"]
        assert kernel.value(f'get_metrics().Value("{name}", "value", "spam")') == "1"
        # More than a form takes goes in several, in order, each counted once.
        kernel.run('texts := make([]string, 300)\nfor i := range texts {\n\ttexts[i] = strings.Repeat("é buy ", 500)\n}\ntexts[7] = "truth"')
        assert kernel.value("labels := score_text(texts)\nlen(labels), labels[6], labels[7]") == '300\n"spam"\n"legitimate"'
        assert kernel.value(f'get_metrics().Value("{name}", "value", "spam")') == "300"
        # A table with predictions, as the workshop makes it.
        table = shown(
            kernel,
            'sample := frame.New(frame.Strings("text", []string{"buy", "a"}))\nsample.With("predictions", score_text(sample.Strings("text")))',
        )
        assert "legitimate" in table["text/html"] and "2 rows × 2 columns" in table["text/html"]


def test_what_goes_wrong_is_one_clear_error(kernel):
    with nachlass("pipeline", "regressor") as url:
        kernel.run(f"%env PIPELINE_URL={url}")
        reply, _ = kernel.run('score_text([]string{"a"})')
        assert reply["ename"] == "error" and "unsupported operand" in reply["evalue"] and "document 0" in reply["evalue"]
    reply, _ = kernel.run('score_text([]string{"a"})')
    assert "does not answer" in reply["evalue"] and "set PIPELINE_URL" in reply["evalue"]
    assert "\n" not in reply["evalue"]


def test_our_own_service_answers_the_same_cells(kernel, tmp_path):
    kernel.run(
        f"""texts, labels := []string{{"buy tea", "single man", "buy coffee", "good fortune"}}, []string{{"spam", "ham", "spam", "ham"}}
pipe := pipeline.New(
	pipeline.Step("vectorize", &feature.HashingVectorizer{{Buckets: 256}}),
	pipeline.Step("model", &model.LogisticRegression{{}}),
)
pipe.Fit(texts, labels)
pipeline.SaveStage(pipe, "{tmp_path}/spam.sav")"""
    )
    port = free_port()
    with running([BINARY, "serve", tmp_path / "spam.sav", "--listen", f"127.0.0.1:{port}"], port) as url:
        kernel.run(f"%env PIPELINE_URL={url}")
        assert kernel.value("pipe.Predict(texts)") == kernel.value("score_text(texts)")
        assert kernel.value('get_metrics().Predictions()["spam"]') == "2"
        explained = shown(
            kernel,
            """c := client.New(client.Opts{})
p := c.Predict(context.Background(), texts[:1], client.PredictOpts{Pipeline: "spam", Probabilities: true, Explain: 2})
p.Predictions[0], len(p.Probabilities[0]), p.Explanations[0][0].Token, p.Digest == c.Pipelines(context.Background())[0].Versions[0].Digest""",
        )
        assert explained["text/plain"].startswith('any("spam")\n2\n"') or explained["text/plain"].startswith('"spam"\n2\n"'), explained
        assert explained["text/plain"].endswith("true")

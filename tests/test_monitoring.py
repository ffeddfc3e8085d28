"""Rules and dashboard, by Prometheus' own tools and by a real server that scrapes a real
service."""

import contextlib
import json
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest
import yaml

from conftest import BINARY
from test_client import free_port, running
from test_kernel import Kernel


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    file = tmp_path_factory.mktemp("rules") / "spam.rules.yml"
    file.write_bytes(subprocess.run([BINARY, "manifests", "rules", "spam"], check=True, capture_output=True).stdout)
    return file


def promtool(*arguments):
    assert shutil.which("promtool"), "promtool is missing: apt-get install prometheus"
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_promtool_finds_nothing_wrong(rules):
    assert "SUCCESS: 31 rules found" in promtool("check", "rules", rules)


def alert(name, **labels):
    return {"exp_labels": {"pipeline": "spam", **labels}, "alertname": name}


def series(name, values, **labels):
    text = ",".join(f'{k}="{v}"' for k, v in labels.items())
    return {"series": f"{name}{{{text}}}", "values": values}


def predictions(spam, per_minute=100, minutes=30):
    """Counters and the baseline of a service that predicts a share of spam."""
    out = []
    for value, share in (("spam", spam), ("legitimate", 1 - spam)):
        out.append(series("pipeline_predictions_total", f"0+{per_minute * share:g}x{minutes}", pipeline="spam", version="1", value=value))
        out.append(series("pipeline_baseline_ratio", f"0.5x{minutes}", pipeline="spam", version="1", value=value))
    return [*out, series("pipeline_version_info", f"1x{minutes}", pipeline="spam", version="1", digest="d")]


def requests(code, per_minute, minutes):
    return series("pipeline_requests_total", f"0+{per_minute}x{minutes}", pipeline="spam", version="1", code=code, reason="r")


FIRING = {
    "95 % of spam": (predictions(0.95), "20m", ["PipelinePredictionsDrift"]),
    "75 % of spam": (predictions(0.75), "20m", ["PipelinePredictionsDrift"]),
    "half of spam": (predictions(0.5), "20m", []),
    "few predictions": (predictions(0.95, per_minute=4), "20m", []),
    "nobody there": ([], "10m", ["PipelineAbsent"]),
    "one in ten fails": (
        [*predictions(0.5, minutes=90), requests("200", 90, 90), requests("503", 10, 90)],
        "80m",
        ["PipelineErrorBudgetBurn"],
    ),
    "all is well": ([*predictions(0.5, minutes=90), requests("200", 100, 90)], "80m", []),
    "too much": ([*predictions(0.5), requests("200", 50, 30), requests("429", 50, 30)], "25m", ["PipelineErrorBudgetBurn", "PipelineBusy"]),
    "an artefact is refused": (
        [*predictions(0.5), series("pipeline_loads_total", "0x10 1x20", pipeline="spam", outcome="refused")],
        "15m",
        ["PipelineArtefactRefused"],
    ),
    "slow": (
        [
            *predictions(0.5, minutes=90),
            series("pipeline_request_seconds_count", "0+100x90", pipeline="spam", version="1"),
            series("pipeline_request_seconds_bucket", "0+50x90", pipeline="spam", version="1", le="0.025"),
        ],
        "80m",
        ["PipelineLatencyBudgetBurn"],
    ),
}

ALL = ["PipelinePredictionsDrift", "PipelineAbsent", "PipelineErrorBudgetBurn", "PipelineLatencyBudgetBurn", "PipelineBusy", "PipelineArtefactRefused", "PipelineInputDrift"]


def firing(rules, folder, name, values, at):
    """The names of the alerts that fire, asked of promtool: it tells what it got where
    that is not what it is told to expect."""
    fired = []
    for alertname in ALL:
        file = folder / "test.yml"
        file.write_text(
            yaml.safe_dump(
                {
                    "rule_files": [str(rules)],
                    "evaluation_interval": "1m",
                    "tests": [
                        {
                            "interval": "1m",
                            "name": name,
                            "input_series": values,
                            "alert_rule_test": [{"eval_time": at, "alertname": alertname, "exp_alerts": []}],
                        }
                    ],
                }
            )
        )
        done = subprocess.run(["promtool", "test", "rules", file], capture_output=True, text=True)
        assert "got:" in done.stdout + done.stderr or done.returncode == 0, done.stdout + done.stderr
        if done.returncode:
            fired.append(alertname)
    return fired


@pytest.mark.parametrize("name", FIRING)
def test_alerts_fire_when_they_should_and_else_not(rules, tmp_path, name):
    values, at, wanted = FIRING[name]
    assert sorted(firing(rules, tmp_path, name, values, at)) == sorted(wanted)


@contextlib.contextmanager
def prometheus(folder, rules, target):
    port = free_port()
    (folder / "prometheus.yml").write_text(
        yaml.safe_dump(
            {
                "global": {"scrape_interval": "500ms", "evaluation_interval": "500ms"},
                "rule_files": [str(rules)],
                "scrape_configs": [{"job_name": "pipeline", "static_configs": [{"targets": [target.removeprefix("http://")]}]}],
            }
        )
    )
    command = ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
    with running(command, port) as url:
        until(lambda: is_ready(url))
        yield url


def is_ready(url):
    """It answers before it has read what it has stored."""
    try:
        urllib.request.urlopen(url + "/-/ready", timeout=30).close()
    except urllib.error.HTTPError:
        return False
    return True


def asked(url, path, **parameters):
    with urllib.request.urlopen(f"{url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}", timeout=30) as answer:
        return json.loads(answer.read())["data"]


def value(url, expression):
    result = asked(url, "query", query=expression)["result"]
    return float(result[0]["value"][1]) if result else None


def until(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while not (got := condition()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.2)
    return got


TRAIN = """texts, labels := make([]string, 400), make([]string, 400)
for i := range texts {{
	texts[i], labels[i] = "a truth universally acknowledged", "legitimate"
	if i%2 == 1 {{
		texts[i], labels[i] = "delicious coffee, buy it", "spam"
	}}
}}
pipe := pipeline.New(pipeline.Step("vectorize", &feature.HashingVectorizer{{Buckets: 256}}), pipeline.Step("model", &model.LogisticRegression{{}}))
pipe.Fit(texts, labels)
pipeline.SaveStage(pipe, "{file}", pipeline.Origin{{More: map[string]string{{drift.BaselineKey: drift.NewBaseline(texts, labels).String()}}}})
experiment := func(n int, spam float64) {{
	sent := make([]string, n)
	for i := range sent {{
		sent[i] = texts[0]
		if float64(i%100) < 100*spam {{
			sent[i] = texts[1]
		}}
	}}
	if _, err := score_text(sent); err != nil {{
		panic(err)
	}}
}}"""


def test_prometheus_sees_the_workshops_mixtures(rules, tmp_path):
    """A notebook trains, a service serves, Prometheus scrapes: nothing with half of spam,
    drift with nearly all."""
    kernel = Kernel()
    try:
        reply, _ = kernel.run(TRAIN.format(file=tmp_path / "spam.sav"))
        assert reply["status"] == "ok", reply
        port = free_port()
        with running([BINARY, "serve", tmp_path / "spam.sav", "--listen", f"127.0.0.1:{port}"], port) as service:
            with prometheus(tmp_path, rules, service) as url:
                kernel.run(f"%env PIPELINE_URL={service}")
                psi = 'pipeline:prediction_psi:15m{pipeline="spam"}'
                total = 'sum(pipeline_predictions_total{pipeline="spam"})'
                until(lambda: value(url, total) == 0)
                time.sleep(2)  # increase() wants values from before
                assert kernel.run("experiment(2000, 0.5)")[0]["status"] == "ok"
                until(lambda: value(url, total) == 2000)
                assert until(lambda: value(url, psi) is not None)
                time.sleep(1)
                assert value(url, psi) < 0.01
                assert value(url, 'pipeline_drift_detected{of="predictions"}') == 0
                state = lambda: {r["name"]: r["state"] for g in asked(url, "rules", type="alert")["groups"] for r in g["rules"]}  # noqa: E731
                assert state()["PipelinePredictionsDrift"] == "inactive"

                reply, _ = kernel.run("experiment(20000, 0.95)")
                assert reply["status"] == "ok", reply
                until(lambda: value(url, psi) > 0.5)
                until(lambda: value(url, 'pipeline_drift_detected{of="predictions"}') == 1)
                until(lambda: state()["PipelinePredictionsDrift"] in ("pending", "firing"))

                # All that the dashboard asks for is understood, and there.
                dashboard = json.loads(subprocess.run([BINARY, "manifests", "dashboard", "spam"], check=True, capture_output=True).stdout)
                for panel in dashboard["panels"]:
                    for target in panel["targets"]:
                        result = asked(url, "query", query=target["expr"])["result"]
                        assert result or panel["title"] in ("Turned away", "Error budget", "Drift"), target["expr"]
                bad = [r for g in asked(url, "rules")["groups"] for r in g["rules"] if r["health"] != "ok"]
                assert not bad, bad
    finally:
        kernel.close()

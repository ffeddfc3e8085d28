"""What scikit-learn has fitted predicts the same in Go."""

import hashlib
import pathlib
import subprocess
import sys

import numpy
import pytest

from conftest import ROOT

sys.path.insert(0, str(ROOT / "exporter"))

from netherfield_exporter import artefact, export  # noqa: E402
from netherfield_exporter.artefact import State  # noqa: E402
from netherfield_exporter.sklearn import ExportError  # noqa: E402
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor  # noqa: E402
from sklearn.pipeline import Pipeline, make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    binary = tmp_path_factory.mktemp("predict") / "predict"
    subprocess.run(["go", "build", "-o", binary, "./tests/predict"], cwd=ROOT, check=True)
    return binary


@pytest.fixture
def go(program, tmp_path):
    """A function: the arrays that a Go program makes of an exported stage and input."""

    def run(estimator, **arrays):
        digest = export(estimator, tmp_path / "model.sav")
        assert digest == hashlib.sha256((tmp_path / "model.sav").read_bytes()).hexdigest()
        artefact.write(tmp_path / "input.nf", State("test", arrays=arrays))
        done = subprocess.run(
            [program, tmp_path / "model.sav", tmp_path / "input.nf", tmp_path / "output.nf"], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return artefact.read(tmp_path / "output.nf").root.arrays

    return run


RANDOM = numpy.random.RandomState(7)
X = RANDOM.normal(size=(200, 6)) * [1, 10, 0.1, 1, 5, 1]
CLASSES = numpy.where(X[:, 0] + X[:, 1] / 10 > 0, "spam", "legitimate")
THREE = numpy.digitize(X[:, 0] + X[:, 4] / 5, [-1, 1]) * 5  # 0, 5 and 10: "0", "10" and "5" as texts
VALUES = X @ [1, 2, 3, 0, 0, 1] + 5
RESULTS = {"rtol": 1e-12, "atol": 1e-300}


def same(got, estimator, x, y=None):
    if hasattr(estimator, "predict_proba"):
        assert got["labels"] == [str(c) for c in estimator.predict(x)]
        order = [[str(c) for c in estimator.classes_].index(c) for c in got["classes"]]
        numpy.testing.assert_allclose(got["proba"], estimator.predict_proba(x)[:, order], **RESULTS)
    elif hasattr(estimator, "predict"):
        numpy.testing.assert_allclose(got["values"], estimator.predict(x), **RESULTS)


@pytest.mark.parametrize("y", [CLASSES, THREE, CLASSES == "spam"], ids=["texts", "integers", "bools"])
@pytest.mark.parametrize("criterion", ["gini", "entropy"])
def test_forests_predict_the_same(go, y, criterion):
    model = RandomForestClassifier(20, criterion=criterion, max_depth=6, random_state=3, class_weight="balanced").fit(X, y)
    got = go(model, x=X)
    if y.dtype == bool:
        assert got["labels"] == [{True: "true", False: "false"}[c] for c in model.predict(X).tolist()]
        numpy.testing.assert_allclose(got["proba"], model.predict_proba(X), **RESULTS)
    else:
        same(got, model, X)


def test_forest_regressors_predict_the_same(go):
    model = RandomForestRegressor(20, random_state=3, max_features=0.5, oob_score=True).fit(X, VALUES)
    same(go(model, x=X), model, X)


@pytest.mark.parametrize("mean", [True, False])
@pytest.mark.parametrize("std", [True, False])
def test_scaled_features_are_the_same(go, mean, std):
    scaler = StandardScaler(with_mean=mean, with_std=std).fit(X)
    numpy.testing.assert_allclose(go(scaler, x=X)["features"], scaler.transform(X), **RESULTS)


def test_pipelines_nest(go):
    pipeline = Pipeline(
        [("features", make_pipeline(StandardScaler(), "passthrough")), ("model", RandomForestClassifier(5, random_state=1))]
    ).fit(X, CLASSES)
    same(go(pipeline, x=X), pipeline, X)

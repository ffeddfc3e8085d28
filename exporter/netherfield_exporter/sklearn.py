"""Write what scikit-learn has fitted as an artefact that ``pipeline.LoadStage`` of
Netherfield reads, and that predicts the same.

    export(pipeline, "model.sav")

A stage is a `Pipeline` of the estimators in ESTIMATORS, or one of them alone. What
cannot be exported, an estimator, a parameter or a callable, is an `ExportError`, which
says where it stands; then nothing is written. Classes that are integers or bools
become texts, as they do in Netherfield's pipelines.
"""

import importlib.metadata
import numbers
import platform

import numpy

from netherfield_exporter.artefact import State, write


class ExportError(ValueError):
    """The estimator, or a parameter of it, has no counterpart in Netherfield."""


def export(estimator, path, provenance=None):
    """Write the fitted estimator to path, and return the artefact's digest.

    `provenance` is a dict of str with what the file should say about where it comes
    from, such as {"commit": "…"}; the versions of Python's libraries are added.
    """
    known = {"python": platform.python_version()}
    for library in ("scikit-learn", "numpy", "scipy", "pandas", "netherfield-exporter"):
        try:
            known[library] = importlib.metadata.version(library)
        except importlib.metadata.PackageNotFoundError:
            pass
    return write(path, state(estimator), {**known, **(provenance or {})})


def state(estimator):
    """The fitted estimator as a State."""
    return _state(estimator, [])


def _state(estimator, path):
    # By name, so that only the modules that somebody has used are loaded; exactly,
    # since a subclass may do something else.
    kind = type(estimator)
    name = f"{kind.__module__.split('.')[0]}.{kind.__name__}"
    make = ESTIMATORS.get(name)
    where = (f"step {'.'.join(path)!r}: " if path else "") + kind.__name__
    if make is None or kind.__module__.split(".")[0] != "sklearn":
        known = ", ".join(sorted(n.removeprefix("sklearn.") for n in ESTIMATORS))
        raise ExportError(f"{where} cannot be exported; what can is {known}")
    return make(Source(estimator, where, path))


class Source:
    """An estimator while it is exported: every parameter must be taken, so that none
    is passed over."""

    # What changes how long something takes, or what is printed, but no result.
    IGNORED = {"n_jobs", "verbose", "copy", "copy_X", "warm_start", "copy_x", "memory", "input", "encoding", "decode_error"}

    def __init__(self, estimator, where, path):
        self.estimator, self.where, self.path = estimator, where, path
        self.left = estimator.get_params(deep=False)

    def fail(self, message):
        raise ExportError(f"{self.where}: {message}")

    def take(self, name):
        """The value of a parameter; None if this version does not know it."""
        return self.left.pop(name, None)

    def only(self, name, *allowed):
        """A parameter that must be one of the allowed values."""
        value = self.left.pop(name, allowed[0])
        if not any(_same(value, a) for a in allowed):
            self.fail(f"{name}={value!r} has no counterpart; {' or '.join(map(repr, allowed))} has")
        return value

    def number(self, name, default=0):
        """A parameter that must be a number, or None, which is the default."""
        value = self.left.pop(name, None)
        if value is None:
            return default
        if isinstance(value, (bool, numpy.bool_)) or not isinstance(value, numbers.Real):
            self.fail(f"{name}={value!r} is not a number")
        return value

    def integer(self, name, default=0):
        value = self.number(name, default)
        if value != int(value):
            self.fail(f"{name}={value!r} has no counterpart; an integer has")
        return int(value)

    def seed(self):
        """random_state, if it is a number; else nothing can repeat it anyway."""
        value = self.left.pop("random_state", None)
        return int(value) if isinstance(value, numbers.Integral) else 0

    def fitted(self, name):
        """An attribute that is there once the estimator is fitted."""
        if not hasattr(self.estimator, name):
            self.fail("it is not fitted")
        return getattr(self.estimator, name)

    def done(self, kind, params, arrays, parts=None):
        """The State, if no parameter is left that would be lost."""
        for name in sorted(set(self.left) - self.IGNORED):
            self.fail(f"the parameter {name}={self.left[name]!r} is not known to the exporter")
        return State(kind, params, {k: v for k, v in arrays.items() if v is not None}, parts or {})


def _same(a, b):
    return type(a) is type(b) and a == b or not isinstance(a, (str, bool, type(None))) and isinstance(a, numbers.Real) and not isinstance(b, (str, bool, type(None))) and a == b


def floats(x):
    return numpy.ascontiguousarray(x, "float64")


def classes(source):
    """The classes as texts in ascending order, and the positions they had."""
    values = source.fitted("classes_")
    if isinstance(values, list):
        source.fail("it predicts several outputs at once; one can be exported")
    texts = []
    for v in values.tolist():
        if isinstance(v, bool):
            texts.append("true" if v else "false")
        elif isinstance(v, (str, int)):
            texts.append(str(v))
        else:
            source.fail(f"the class {v!r} is neither a str, an int nor a bool")
    # As Go compares texts: by their bytes.
    order = sorted(range(len(texts)), key=lambda k: texts[k].encode())
    return [texts[k] for k in order], order


def class_weight(source):
    """ClassWeight and Balanced."""
    value = source.take("class_weight")
    if value is None:
        return {}
    if value == "balanced":
        return {"Balanced": True}
    if not isinstance(value, dict):
        source.fail(f"class_weight={value!r} has no counterpart; None, 'balanced' or a dict has")

    def text(c):
        return ("true" if c else "false") if isinstance(c, (bool, numpy.bool_)) else str(c)

    return {"ClassWeight": {text(c): float(w) for c, w in value.items()}}


def pipeline(source):
    steps = source.take("steps")
    source.take("transform_input")
    parts = {}
    for name, step in steps:
        path = [*source.path, name]
        if step is None or isinstance(step, str) and step == "passthrough":
            continue
        parts[name] = _state(step, path)
    if not parts:
        source.fail("it has no steps")
    return source.done("pipeline.Pipeline", {}, {}, parts)


def standard_scaler(source):
    mean = source.fitted("mean_")
    params = {"WithoutMean": not source.take("with_mean"), "WithoutStd": not source.take("with_std")}
    arrays = {
        "cols": numpy.array([source.fitted("n_features_in_")], "int64"),
        "mean": mean,
        "variance": source.fitted("var_"),
        "scale": source.fitted("scale_"),
    }
    return source.done("feature.StandardScaler", params, {k: None if v is None else v if k == "cols" else floats(v) for k, v in arrays.items()})


def forest(source, kind, params):
    trees = [t.tree_ for t in source.fitted("estimators_")]
    if source.fitted("n_outputs_") != 1:
        source.fail("it predicts several outputs at once; one can be exported")
    features = source.take("max_features")
    if features is not None and not isinstance(features, (str, numbers.Real)):
        source.fail(f"max_features={features!r} has no counterpart")
    # 1.0 is a share in scikit-learn, 1 a number.
    share = isinstance(features, numbers.Real) and not isinstance(features, numbers.Integral)
    samples = source.number("max_samples", 0)
    if samples == 1 and isinstance(samples, numbers.Integral):
        source.fail("max_samples=1 has no counterpart; a share, or a number above 1, has")
    bootstrap = source.take("bootstrap")
    oob = source.only("oob_score", False, True)
    params = {
        **params,
        "Trees": source.integer("n_estimators"),
        "MaxDepth": source.integer("max_depth"),
        "MinSamplesSplit": source.integer("min_samples_split"),
        "MinSamplesLeaf": source.integer("min_samples_leaf"),
        "MaxFeatures": "all" if features is None or share and features == 1 else str(features),
        "MinImpurityDecrease": float(source.number("min_impurity_decrease")),
        "NoBootstrap": not bootstrap,
        "MaxSamples": float(samples),
        "Seed": source.seed(),
        "OOB": bool(oob),
    }
    source.only("min_weight_fraction_leaf", 0)
    source.only("max_leaf_nodes", None)
    source.only("ccp_alpha", 0)
    source.only("monotonic_cst", None)

    def join(name, dtype):
        return numpy.concatenate([getattr(t, name) for t in trees]).astype(dtype)

    arrays = {
        "tree_start": numpy.cumsum([0] + [t.node_count for t in trees], dtype="int64"),
        "feature": join("feature", "int32"),
        "threshold": join("threshold", "float64"),
        "left": join("children_left", "int32"),
        "right": join("children_right", "int32"),
        "missing_left": join("missing_go_to_left", "uint8"),
        "importances": floats(source.estimator.feature_importances_),
    }
    arrays["feature"][arrays["left"] < 0] = 0
    if oob:
        arrays["oob_score"] = numpy.array([source.fitted("oob_score_")], "float64")
    return params, arrays, numpy.concatenate([t.value[:, 0, :] for t in trees])


def forest_classifier(source):
    names, order = classes(source)
    params = {"Criterion": source.only("criterion", "gini", "entropy", "log_loss"), **class_weight(source)}
    params, arrays, value = forest(source, "model.RandomForestClassifier", params)
    arrays["classes"] = names
    arrays["value"] = floats(value[:, order])
    return source.done("model.RandomForestClassifier", params, arrays)


def forest_regressor(source):
    params, arrays, value = forest(source, "model.RandomForestRegressor", {"Criterion": source.only("criterion", "squared_error")})
    arrays["value"] = floats(value)
    return source.done("model.RandomForestRegressor", params, arrays)


# What can be exported, by the name of the class.
ESTIMATORS = {
    "sklearn.Pipeline": pipeline,
    "sklearn.StandardScaler": standard_scaler,
    "sklearn.RandomForestClassifier": forest_classifier,
    "sklearn.RandomForestRegressor": forest_regressor,
}

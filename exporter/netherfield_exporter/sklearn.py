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
import re

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
        value = self.left.pop(name, allowed[0])  # a version that does not have it does the first
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


# What Netherfield's token patterns do not have of Python's: looking around, references,
# atomic groups and possessive repeats, and some flags. Escaped characters do not count.
FOREIGN = re.compile(r"\(\?(?:[=!>(]|<[=!]|P=|[a-zA-Z-]*[aLx])|[*+?}]\+")
REFERENCE = re.compile(r"(?<!\\)(?:\\\\)*\\[1-9]")


def analyzer(source):
    """The parameters that say what tokens are, which vectorizers share."""
    source.only("preprocessor", None)
    source.only("tokenizer", None)
    source.only("strip_accents", None, "unicode", "ascii")
    kind = source.only("analyzer", "word", "char", "char_wb")
    pattern = source.take("token_pattern")
    if kind == "word" and pattern != r"(?u)\b\w\w+\b":
        if not pattern or FOREIGN.search(re.sub(r"\\.", "", pattern)) or REFERENCE.search(pattern):
            source.fail(f"token_pattern={pattern!r} has no counterpart; looking around, references and the flags a, L and x have none")
    words = source.take("stop_words")
    if words == "english":
        words = source.estimator.get_stop_words()
    low, high = source.take("ngram_range")
    return {
        "TokenPattern": pattern if kind == "word" and pattern != r"(?u)\b\w\w+\b" else "",
        "Analyzer": "" if kind == "word" else kind,
        "KeepCase": not source.take("lowercase"),
        "StripAccents": source.estimator.strip_accents or "",
        "StopWords": sorted(words) if words and kind == "word" else None,
        "NGramMin": int(low),
        "NGramMax": int(high),
    }


def norm(source):
    return source.only("norm", "l2", "l1", None) or "none"


def hashing_vectorizer(source):
    params = {
        **analyzer(source),
        "Buckets": source.integer("n_features"),
        "NonNegative": not source.take("alternate_sign"),
        "Norm": norm(source),
        "Binary": bool(source.take("binary")),
    }
    double(source)
    return source.done("feature.HashingVectorizer", params, {})


def double(source):
    if numpy.dtype(source.take("dtype")) not in (numpy.dtype("float64"), numpy.dtype("int64")):
        source.fail(f"dtype={source.estimator.dtype!r} has no counterpart; numbers are float64")


def counts(source):
    names = source.fitted("get_feature_names_out")
    try:
        names = names().tolist()
    except Exception as error:  # scikit-learn's NotFittedError, which has no module of its own here
        source.fail(f"it is not fitted ({error})")
    low, high = source.number("min_df"), source.number("max_df")
    for name, value in (("min_df", low), ("max_df", high)):
        if isinstance(value, numbers.Integral) and value == 0 and name == "max_df":
            source.fail("max_df=0 has no counterpart")
    params = {
        **analyzer(source),
        # A float is a share of the texts, even 1.0; an int is a number of them.
        "MinDF": float(low),
        "MaxDF": 0.0 if high == 1 and not isinstance(high, numbers.Integral) else float(high),
        "MaxFeatures": source.integer("max_features"),
        "FixedVocabulary": names if source.take("vocabulary") is not None else None,
        "Binary": bool(source.take("binary")),
    }
    if low == 1 and not isinstance(low, numbers.Integral):
        source.fail("min_df=1.0 has no counterpart; a share below 1, or a number of texts, has")
    double(source)
    return params, names


def count_vectorizer(source):
    params, names = counts(source)
    return source.done("feature.CountVectorizer", params, {"vocabulary": names})


def weights(source, transformer):
    params = {
        "Norm": norm(source),
        "NoIDF": not source.take("use_idf"),
        "NoSmooth": not source.take("smooth_idf"),
        "Sublinear": bool(source.take("sublinear_tf")),
    }
    idf = None if params["NoIDF"] else floats(transformer.idf_)
    return params, idf


def tfidf_transformer(source):
    cols = source.fitted("n_features_in_")
    params, idf = weights(source, source.estimator)
    return source.done("feature.TFIDF", params, {"cols": numpy.array([cols], "int64"), "idf": idf})


def tfidf_vectorizer(source):
    """Two steps, since it is two."""
    params, names = counts(source)
    more, idf = weights(source, source.estimator)
    count = State("feature.CountVectorizer", params, {"vocabulary": names})
    cols = numpy.array([len(names)], "int64")
    tfidf = State("feature.TFIDF", more, {"cols": cols} | ({} if idf is None else {"idf": idf}))
    return source.done("pipeline.Pipeline", {}, {}, {"count": count, "tfidf": tfidf})


def one_hot_encoder(source):
    if not hasattr(source.estimator, "feature_names_in_"):
        source.fitted("categories_")
        source.fail("it has no names of columns, which Netherfield's frames need; fit it to a DataFrame")
    columns = source.estimator.feature_names_in_.tolist()
    source.take("categories")  # what was given is what was found
    source.take("sparse_output")
    source.take("feature_name_combiner")
    drop = source.only("drop", None, "first", "if_binary")
    params = {"Columns": columns, "HandleUnknown": source.only("handle_unknown", "error", "ignore"), "Drop": drop or ""}
    source.only("min_frequency", None)
    source.only("max_categories", None)
    double(source)
    counts, texts = [], []
    for column, values in zip(columns, source.fitted("categories_")):
        for v in values.tolist():
            if isinstance(v, bool):
                texts.append("true" if v else "false")
            elif isinstance(v, (str, int)):
                texts.append(str(v))
            else:
                source.fail(f"the category {v!r} of column {column!r} is neither a str, an int nor a bool")
        counts.append(len(values))
    return source.done("feature.OneHot", params, {"columns": columns, "counts": numpy.array(counts, "int64"), "categories": texts})


def column_transformer(source):
    source.only("remainder", "drop")
    source.only("sparse_threshold", 0.3)
    source.only("transformer_weights", None)
    given = {name: transformer for name, transformer, _ in source.take("transformers")}
    for name in ("verbose_feature_names_out", "force_int_remainder_cols"):
        source.take(name)
    parts = {}
    for name, transformer, columns in source.fitted("transformers_"):
        if isinstance(transformer, str) and transformer == "drop":
            continue
        columns = [columns] if isinstance(columns, str) else list(columns)
        if not columns or not all(isinstance(c, str) for c in columns):
            source.fail(f"the columns of {name!r} are {columns!r}; Netherfield's frames have names, so give names of a DataFrame")
        through = isinstance(given[name], str) and given[name] == "passthrough"
        stages = [] if through else flatten(_state(transformer, [*source.path, name]))
        where = source.estimator.output_indices_[name]
        inner = dict(zip(["transformer", "then", *(f"then {k}" for k in range(2, len(stages)))], stages))
        arrays = {"columns": columns, "width": numpy.array([where.stop - where.start], "int64")}
        parts[name] = State("feature.Branch", {}, arrays, inner)
    dense = None if source.fitted("sparse_output_") else numpy.array([1], "uint8")
    return source.done("feature.ColumnTransformer", {}, {"dense": dense}, parts)


def flatten(state):
    """The state, or those of the steps of a pipeline, one after another."""
    if state.kind != "pipeline.Pipeline":
        return [state]
    return [inner for part in state.parts.values() for inner in flatten(part)]


def decomposition(source):
    # What says how, or from where, the result was found; the result is there.
    for name in ("svd_solver", "algorithm", "n_iter", "tol", "iterated_power", "n_oversamples", "power_iteration_normalizer", "random_state"):
        source.take(name)
    return {
        "components": floats(source.fitted("components_")),
        "singular_values": floats(source.fitted("singular_values_")),
        "explained_variance": floats(source.fitted("explained_variance_")),
        "explained_variance_ratio": floats(source.fitted("explained_variance_ratio_")),
    }


def pca(source):
    arrays = {**decomposition(source), "mean": floats(source.fitted("mean_"))}
    # A share, or "mle", has become a number.
    params = {"Components": 0 if source.take("n_components") is None else int(source.fitted("n_components_")), "Whiten": bool(source.take("whiten"))}
    return source.done("feature.PCA", params, arrays)


def truncated_svd(source):
    return source.done("feature.TruncatedSVD", {"Components": source.integer("n_components")}, decomposition(source))


def coefficients(source, order):
    """coef and intercept with their rows in the order of the classes."""
    coef, intercept = floats(source.fitted("coef_")), floats(numpy.atleast_1d(source.fitted("intercept_")))
    if len(order) == 2:
        # One row, for the second class.
        sign = 1.0 if order == [0, 1] else -1.0
        return sign * coef, sign * numpy.broadcast_to(intercept, 1)
    return coef[order], numpy.broadcast_to(intercept, len(order))[order]


def logistic_regression(source):
    names, order = classes(source)
    penalty = source.take("penalty")
    if penalty not in ("deprecated", "l2", None):
        source.fail(f"penalty={penalty!r} has no counterpart; 'l2' or None has")
    source.only("l1_ratio", 0, None)
    source.only("dual", False)
    source.only("solver", "lbfgs", "newton-cholesky", "newton-cg", "sag", "saga")
    source.only("multi_class", "deprecated", "auto", "multinomial")
    source.only("intercept_scaling", 1)
    source.seed()
    C = float(source.number("C", 1))
    coef, intercept = coefficients(source, order)
    params = {
        "C": float("inf") if penalty is None else C,
        "MaxIter": source.integer("max_iter"),
        "Tol": float(source.number("tol")),
        "NoIntercept": not source.take("fit_intercept"),
        **class_weight(source),
    }
    arrays = {"classes": names, "coef": coef, "intercept": intercept}
    return source.done("model.LogisticRegression", params, arrays)


def multinomial_nb(source):
    names, order = classes(source)
    alpha = source.take("alpha")
    if not isinstance(alpha, numbers.Real) or not alpha > 0:
        source.fail(f"alpha={alpha!r} has no counterpart; a number above 0 has")
    source.take("force_alpha")
    params = {"Alpha": float(alpha), "UniformPrior": not source.take("fit_prior")}
    prior = source.take("class_prior")
    if prior is not None:
        params["ClassPrior"] = {names[i]: float(prior[k]) for i, k in enumerate(order)}
    arrays = {
        "classes": names,
        "class_count": floats(source.fitted("class_count_")[order]),
        "feature_log_prob": floats(source.fitted("feature_log_prob_")[order]),
        "class_log_prior": floats(source.fitted("class_log_prior_")[order]),
    }
    return source.done("model.MultinomialNB", params, arrays)


def regression(source, kind, params):
    coef = floats(source.fitted("coef_"))
    if coef.ndim == 2 and coef.shape[0] != 1:
        source.fail("it predicts several outputs at once; one can be exported")
    source.only("positive", False)
    params["NoIntercept"] = not source.take("fit_intercept")
    intercept = floats(numpy.atleast_1d(source.estimator.intercept_))
    return source.done(kind, params, {"coef": coef.reshape(1, -1), "intercept": intercept})


def linear_regression(source):
    tol = source.take("tol")
    return regression(source, "model.LinearRegression", {} if tol is None else {"Tol": float(tol)})


def ridge(source):
    alpha = source.take("alpha")
    if not isinstance(alpha, numbers.Real) or not alpha > 0:
        source.fail(f"alpha={alpha!r} has no counterpart; a number above 0 has")
    for name in ("max_iter", "tol", "solver", "random_state"):
        source.take(name)  # how the one optimum was found
    return regression(source, "model.Ridge", {"Alpha": float(alpha)})


def forest(source, params):
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
    params, arrays, value = forest(source, params)
    arrays["classes"] = names
    arrays["value"] = floats(value[:, order])
    return source.done("model.RandomForestClassifier", params, arrays)


def forest_regressor(source):
    params, arrays, value = forest(source, {"Criterion": source.only("criterion", "squared_error")})
    arrays["value"] = floats(value)
    return source.done("model.RandomForestRegressor", params, arrays)


# What can be exported, by the name of the class.
ESTIMATORS = {
    "sklearn.Pipeline": pipeline,
    "sklearn.ColumnTransformer": column_transformer,
    "sklearn.CountVectorizer": count_vectorizer,
    "sklearn.HashingVectorizer": hashing_vectorizer,
    "sklearn.OneHotEncoder": one_hot_encoder,
    "sklearn.TfidfTransformer": tfidf_transformer,
    "sklearn.TfidfVectorizer": tfidf_vectorizer,
    "sklearn.PCA": pca,
    "sklearn.TruncatedSVD": truncated_svd,
    "sklearn.StandardScaler": standard_scaler,
    "sklearn.LinearRegression": linear_regression,
    "sklearn.LogisticRegression": logistic_regression,
    "sklearn.MultinomialNB": multinomial_nb,
    "sklearn.RandomForestClassifier": forest_classifier,
    "sklearn.RandomForestRegressor": forest_regressor,
    "sklearn.Ridge": ridge,
}

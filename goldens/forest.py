"""What scikit-learn's random forests answer: predictions of forests that are
exported, and, of forests that each library grows by itself, how good they are over
many seeds."""

import numpy
from netherfield_exporter.sklearn import state
from numpy.random import RandomState
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.metrics import r2_score

from goldens import case

SEEDS = 40


def cases(out):
    exported(out)
    out("model", "forest_bands", {}, {name: case(params, **band(data, params)) for name, (data, params) in BANDS.items()})


def exported(out):
    """Forests as they are exported, with samples on and beside their thresholds."""
    random = RandomState(5)
    x = random.normal(size=(160, 6))
    x[:, 4] = random.randint(0, 3, 160)
    x[random.random_sample(x.shape) < 0.1] = numpy.nan
    score = numpy.nan_to_num(x[:, 0]) + numpy.nan_to_num(x[:, 1]) * numpy.nan_to_num(x[:, 4])
    classes = numpy.array(["a", "b", "c"])[numpy.digitize(score, [-0.5, 0.7])]
    whole = numpy.nan_to_num(x)
    models = {
        "three": RandomForestClassifier(12, random_state=1).fit(x, classes),
        "two": RandomForestClassifier(9, criterion="entropy", class_weight="balanced", min_samples_leaf=2, random_state=2).fit(whole, classes == "a"),
        "one": RandomForestClassifier(3, random_state=2).fit(whole, ["only"] * 160),
        "values": RandomForestRegressor(6, max_features=0.5, random_state=3, oob_score=True).fit(x, score),
    }
    for name, model in models.items():
        test = [x, 2 * random.normal(size=(60, 6))]
        for tree in model.estimators_[:4]:
            t = tree.tree_
            for i in numpy.flatnonzero((t.children_left >= 0) & numpy.isfinite(t.threshold))[:8]:
                # A float64 just above the threshold may be it, as a float32.
                for v in (t.threshold[i], numpy.nextafter(t.threshold[i], 9), numpy.float32(t.threshold[i]), numpy.nextafter(numpy.float32(t.threshold[i]), numpy.float32(9))):
                    row = random.normal(size=6)
                    row[t.feature[i]] = v
                    test.append(row[None])
        test = numpy.concatenate(test)
        if name in ("two", "one"):
            test = numpy.nan_to_num(test)
        answer = model.predict(test)[:, None] if name == "values" else model.predict_proba(test)
        out("model", f"forest_exported_{name}", {}, {"model": state(model)}, x=test, answer=answer)


# Data that Go's tests make by themselves in the same way, from random numbers in
# the same order. All return the training samples, their labels, and those to test
# with.


def words(rows, tests, cols, every, seed):
    """Buckets of the words of short documents, scaled as tf-idf does: most are 0. One
    of every so many is of class "b"."""
    length, total = 40, 1000
    u = RandomState(seed).random_sample((rows + tests, length, 2))
    y = (numpy.arange(rows + tests) % every == 0).astype(int)
    word = (total * u[:, :, 0] * u[:, :, 0] * u[:, :, 0]).astype(int)
    own = u[:, :, 1] < 0.3
    word = numpy.where(own, (word * 7 + 13 * y[:, None] + 5) % total, word)
    x = numpy.zeros((rows + tests, cols))
    for k in range(length):
        x[numpy.arange(rows + tests), word[:, k] % cols] += 1
    x /= numpy.sqrt((x * x).sum(axis=1))[:, None]
    return split(x, numpy.array(["a", "b"])[y], rows)


def blocks(rows, tests, cols, constant, classes, seed):
    """Classes around random centres; the first columns are constant."""
    random = RandomState(seed)
    centres = random.random_sample((classes, cols))
    u = random.random_sample((rows + tests, cols))
    y = numpy.arange(rows + tests) % classes
    x = centres[y] + 0.8 * u
    x[:, :constant] = 7
    return split(x, numpy.array([chr(ord("a") + k) for k in y]), rows)


def friedman(rows, tests, missing, seed):
    """Friedman's first function of five of ten columns, of which the first four miss
    some values."""
    random = RandomState(seed)
    x = random.random_sample((rows + tests, 10))
    noise = random.random_sample(rows + tests)
    y = 10 * numpy.sin(numpy.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) * (x[:, 2] - 0.5) + 10 * x[:, 3] + 5 * x[:, 4] + 3 * noise
    if missing:
        holes = random.random_sample((rows + tests, 4)) < missing
        x[:, :4][holes] = numpy.nan
    return split(x, y, rows)


def wave(rows, tests, seed):
    """Many periods of a sine of a single column: more than bins tell apart."""
    x = RandomState(seed).random_sample((rows + tests, 1))
    return split(x, numpy.sin(150 * x[:, 0]), rows)


def split(x, y, rows):
    return x[:rows], y[:rows], x[rows:], y[rows:]


BANDS = {
    "words": (lambda: words(600, 400, 64, 2, 11), {"Trees": 20}),
    "entropy": (lambda: words(600, 400, 64, 2, 12), {"Trees": 20, "Criterion": "entropy"}),
    "unbalanced": (lambda: words(800, 800, 64, 20, 13), {"Trees": 20}),
    "balanced": (lambda: words(800, 800, 64, 20, 13), {"Trees": 20, "Balanced": True, "MinSamplesLeaf": 3}),
    "weighted": (lambda: words(400, 400, 64, 20, 14), {"Trees": 20, "ClassWeight": {"b": 16}, "NoBootstrap": True, "MaxDepth": 6}),
    "shallow": (lambda: words(600, 400, 64, 2, 15), {"Trees": 20, "MaxDepth": 4, "MaxFeatures": "log2", "MaxSamples": 0.5}),
    "constant": (lambda: blocks(300, 300, 12, 6, 2, 16), {"Trees": 20}),
    "few": (lambda: blocks(12, 300, 8, 0, 2, 17), {"Trees": 20}),
    "classes": (lambda: blocks(500, 500, 8, 0, 25, 18), {"Trees": 20}),
    "classes_entropy": (lambda: blocks(500, 500, 8, 0, 6, 19), {"Trees": 20, "Criterion": "entropy", "MinSamplesLeaf": 4, "MinImpurityDecrease": 0.002}),
    "values": (lambda: friedman(400, 400, 0, 20), {"Trees": 15}),
    "missing": (lambda: friedman(400, 400, 0.25, 21), {"Trees": 15, "MaxFeatures": "0.5"}),
    "leaves": (lambda: friedman(400, 400, 0, 22), {"Trees": 15, "MinSamplesLeaf": 5, "MaxFeatures": "3"}),
    "wave": (lambda: wave(3000, 500, 23), {"Trees": 10}),
}

NAMES = {
    "Trees": "n_estimators",
    "Criterion": "criterion",
    "MaxDepth": "max_depth",
    "MaxSamples": "max_samples",
    "MinSamplesLeaf": "min_samples_leaf",
    "MinImpurityDecrease": "min_impurity_decrease",
}


def band(data, params):
    """Measures of forests of many seeds on samples that they were not grown on: a
    row for each seed."""
    x, y, tx, ty = data()
    options = {NAMES[k]: v for k, v in params.items() if k in NAMES}
    if "MaxFeatures" in params:
        f = params["MaxFeatures"]
        options["max_features"] = f if f.isalpha() or f == "log2" else float(f) if "." in f else int(f)
    if "Balanced" in params:
        options["class_weight"] = "balanced"
    if "ClassWeight" in params:
        # A whole number: of others scikit-learn's sums are so inexact that it splits
        # nodes of one class.
        options["class_weight"] = params["ClassWeight"]
    if "NoBootstrap" in params:
        options["bootstrap"] = False
    else:
        options["oob_score"] = True
    kind = RandomForestRegressor if y.dtype.kind == "f" else RandomForestClassifier
    rows, importances = [], []
    for seed in range(SEEDS):
        model = kind(random_state=seed, **options).fit(x, y)
        if kind is RandomForestClassifier:
            proba = model.predict_proba(tx)
            of = proba[numpy.arange(len(ty)), numpy.searchsorted(model.classes_, ty)]
            loss = -numpy.log(numpy.maximum(of, 0.01)).mean()
        else:
            loss = ((model.predict(tx) - ty) ** 2).mean()
        nodes = numpy.mean([t.tree_.node_count for t in model.estimators_])
        depth = numpy.mean([t.tree_.max_depth for t in model.estimators_])
        rows.append([model.score(tx, ty), loss, nodes, depth, out_of_bag(model, y) if "NoBootstrap" not in params else 0])
        importances.append(model.feature_importances_)
    return {
        "measures": numpy.array(rows),
        "importance": numpy.mean(importances, axis=0),
        "importance_sd": numpy.std(importances, axis=0, ddof=1),
        "checksum": [numpy.nansum(x), numpy.nansum(tx)],
    }


def out_of_bag(model, y):
    """oob_score_, but without the samples that all trees drew: scikit-learn takes
    their values and probabilities to be 0."""
    if y.dtype.kind == "f":
        known = model.oob_prediction_ != 0
        return r2_score(y[known], model.oob_prediction_[known])
    known = model.oob_decision_function_.sum(axis=1) > 0
    return (model.classes_[model.oob_decision_function_.argmax(axis=1)] == y)[known].mean()

"""Ratings of predictions."""

import numpy
from sklearn import metrics
from sklearn.calibration import calibration_curve

from goldens import case

AVERAGES = ("micro", "macro", "weighted")
BETAS = {"half": 0.5, "one": 1.0, "two": 2.0}


def cases(out):
    random = numpy.random.RandomState(7)
    classes(out, random)
    scores(out, random)
    probabilities(out, random)
    numbers(out, random)


def classes(out, random):
    two, three = ["legitimate", "spam"], ["a", "naïve", "日本"]
    t2, t3 = random.choice(two, 300, p=[0.8, 0.2]), random.choice(three, 300, p=[0.6, 0.3, 0.1])
    mix = lambda t, k: numpy.where(random.rand(len(t)) < 0.7, t, random.choice(k, len(t)))  # noqa: E731
    pairs = {
        "two": (t2, mix(t2, two), None),
        "three": (t3, mix(t3, three), None),
        "some": (t3, mix(t3, three), ["日本", "a"]),
        "unknown": (t3, mix(t3, three), ["zebra", "a"]),
        "one class": (["a"] * 3, ["a"] * 3, None),
        "never right": (["a", "a", "b"], ["b", "c", "c"], None),
        "never predicted": (t3, numpy.full(300, "a"), None),
        "one row": (["a"], ["b"], None),
        "long": (["a very long name of a class"] * 2 + ["b"], ["b"] * 3, None),
    }
    parts = {}
    for name, (truth, predicted, labels) in pairs.items():
        arrays = {
            "truth": list(map(str, truth)),
            "predicted": list(map(str, predicted)),
            "labels": labels or [],
            "confusion": metrics.confusion_matrix(truth, predicted, labels=labels),
            "accuracy": metrics.accuracy_score(truth, predicted),
            "balanced": metrics.balanced_accuracy_score(truth, predicted),
            "kappa": metrics.cohen_kappa_score(truth, predicted),
            "matthews": metrics.matthews_corrcoef(truth, predicted),
            "report": [metrics.classification_report(truth, predicted, labels=labels, digits=d) for d in (2, 4)],
        }
        for key, by in (("truth", "true"), ("prediction", "pred"), ("all", "all")):
            arrays[f"confusion_{key}"] = metrics.confusion_matrix(truth, predicted, labels=labels, normalize=by)
        for zero in (0, 1, numpy.nan):
            for key, beta in BETAS.items():
                rate = lambda **o: metrics.precision_recall_fscore_support(  # noqa: E731
                    truth, predicted, beta=beta, labels=labels, zero_division=zero, **o
                )
                each = rate(average=None)
                arrays[f"each_{key}_{zero}"] = numpy.array(each[:3])
                arrays["support"] = numpy.asarray(each[3], "int64")
                arrays[f"averages_{key}_{zero}"] = [rate(average=a)[:3] for a in AVERAGES]
        if name == "two":
            arrays["spam"] = metrics.precision_recall_fscore_support(truth, predicted, average="binary", pos_label="spam")[:3]
        parts[name] = case(None, None, **arrays)
    out("metric", "classes", None, parts)


def scores(out, random):
    truth = random.choice(["n", "p"], 200, p=[0.7, 0.3])
    plain = numpy.clip(0.3 * (truth == "p") + 0.7 * random.rand(200), 0, 1)
    rows = {
        "plain": (truth, plain),
        "ties": (truth, numpy.round(plain, 1)),
        "equal": (truth, numpy.full(200, 0.5)),
        "perfect": (truth, numpy.where(truth == "p", 1.0, 0.0)),
        "wrong": (truth, numpy.where(truth == "p", 0.0, 1.0)),
        "positive only": (["p"] * 3, [0.1, 0.9, 0.9]),
        "negative only": (["n"] * 3, [0.1, 0.9, 0.9]),
        "one row": (["p"], [0.4]),
        "zeros": (["p", "n"], [0.0, -0.0]),
    }
    parts = {}
    for name, (truth, score) in rows.items():
        fpr, tpr, at = metrics.roc_curve(truth, score, pos_label="p")
        precision, recall, thresholds = metrics.precision_recall_curve(truth, score, pos_label="p")
        arrays = {
            "truth": list(map(str, truth)),
            "score": score,
            "fpr": fpr,
            "tpr": tpr,
            "roc_thresholds": at,
            "precision": precision,
            "recall": recall,
            "pr_thresholds": thresholds,
            "auc": metrics.roc_auc_score(truth, score),
            "ap": metrics.average_precision_score(truth, score, pos_label="p"),
            "brier": metrics.brier_score_loss(truth, score, pos_label="p"),
        }
        for bins in (1, 5, 10):
            for strategy in ("uniform", "quantile"):
                curve = calibration_curve(truth, score, pos_label="p", n_bins=bins, strategy=strategy)
                arrays[f"calibration_{strategy}_{bins}"] = numpy.array(curve)
        parts[name] = case(None, None, **arrays)
    out("metric", "scores", None, parts)


def probabilities(out, random):
    labels = ["a", "b", "c", "d"]
    truth = random.choice(labels, 120, p=[0.5, 0.3, 0.15, 0.05])
    p = random.rand(120, 4) + 0.6 * (truth[:, None] == numpy.array(labels))
    p /= p.sum(axis=1, keepdims=True)
    missing = numpy.where(truth == "d", "a", truth)
    certain = numpy.eye(4)[random.randint(4, size=120)]
    parts = {}
    for name, t, p in (("plain", truth, p), ("missing", missing, p), ("certain", truth, certain)):
        arrays = {
            "truth": list(map(str, t)),
            "proba": p,
            "logloss": metrics.log_loss(t, p, labels=labels),
            "brier": metrics.brier_score_loss(t, p, labels=labels),
        }
        auc = lambda **o: metrics.roc_auc_score(t, p, labels=labels, **o)  # noqa: E731
        arrays["ovr"] = [auc(multi_class="ovr", average=a) for a in AVERAGES]
        arrays["ovr_each"] = auc(multi_class="ovr", average=None)
        arrays["ovo"] = [auc(multi_class="ovo", average=a) for a in ("macro", "weighted")]
        hot = (t[:, None] == numpy.array(labels)).astype(int)
        arrays["ap"] = [metrics.average_precision_score(hot, p, average=a) for a in AVERAGES]
        arrays["ap_each"] = metrics.average_precision_score(hot, p, average=None)
        parts[name] = case({"Classes": labels}, None, **arrays)
    t = random.choice(["n", "p"], 50)
    q = random.rand(50)
    p = numpy.column_stack([1 - q, q])
    parts["two"] = case(
        {"Classes": ["n", "p"]},
        None,
        truth=list(map(str, t)),
        proba=p,
        logloss=metrics.log_loss(t, p),
        brier=metrics.brier_score_loss(t, p, labels=["n", "p"]),
    )
    out("metric", "probabilities", None, parts)


def numbers(out, random):
    y = random.randn(101) * 10 + 3
    rows = {
        "odd": (y, y + random.randn(101)),
        "even": (y[:100], random.randn(100)),
        "large": (y + 1e6, y + 1e6 + random.randn(101)),
        "zero": ([0.0, 1.0], [1.0, 1.0]),
        "one row": ([1.0], [2.0]),
        "constant": ([1.0, 1.0], [1.0, 2.0]),
        "constant right": ([1.0, 1.0], [1.0, 1.0]),
        "constant off": ([1.0, 1.0], [2.0, 2.0]),
    }
    functions = {
        "mse": metrics.mean_squared_error,
        "rmse": metrics.root_mean_squared_error,
        "mae": metrics.mean_absolute_error,
        "mape": metrics.mean_absolute_percentage_error,
        "medianae": metrics.median_absolute_error,
        "r2": metrics.r2_score,
        "explained": metrics.explained_variance_score,
    }
    out(
        "metric",
        "numbers",
        None,
        {
            name: case(None, None, truth=t, predicted=p, **{key: f(t, p) for key, f in functions.items()})
            for name, (t, p) in rows.items()
        },
    )

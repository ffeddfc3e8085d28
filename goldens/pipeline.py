"""Pipelines: one that was exported, searches for parameters, cross-validation."""

import numpy
from netherfield_exporter.sklearn import state
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, ParameterSampler, StratifiedKFold, cross_validate
from sklearn.pipeline import Pipeline

from goldens import case

WORDS = "truth universally acknowledged single man possession good fortune want wife lobster bisque coffee taffy chips sauce dog food order product".split()


def corpus(n, classes, seed=7):
    """Short texts whose words lean to some by their class."""
    r = numpy.random.RandomState(seed)
    docs, labels = [], []
    for i in range(n):
        k = r.randint(classes)
        lean = r.permutation(len(WORDS))[:3].tolist() + [(5 * k + j) % len(WORDS) for j in r.randint(7, size=r.randint(5))]
        docs.append(" ".join(WORDS[j] for j in lean))
        labels.append(["legitimate", "spam", "other"][k])
    return docs, labels


def optimum(**kwargs):
    """A model whose fit is exact, so that ours makes the same predictions."""
    return LogisticRegression(solver="newton-cholesky", tol=1e-10, max_iter=1000, **kwargs)


def cases(out):
    docs, labels = corpus(120, 2)
    awkward = [*docs[:10], "", "nothing known", "Truth! TRUTH? naïve 日本語"]
    for name, pipeline in {
        "counts": Pipeline([("features", TfidfVectorizer(sublinear_tf=True)), ("model", LogisticRegression())]),
        "hashes": Pipeline([("vectorize", HashingVectorizer(n_features=64)), ("tfidf", TfidfTransformer()), ("model", LogisticRegression(C=10))]),
    }.items():
        pipeline.fit(docs, labels)
        out(
            "pipeline",
            f"exported_{name}",
            {},
            {"stage": state(pipeline)},
            docs=awkward,
            labels=pipeline.predict(awkward),
            proba=pipeline.predict_proba(awkward),
        )

    docs, labels = corpus(203, 3)
    search = GridSearchCV(
        Pipeline([("count", CountVectorizer()), ("tfidf", TfidfTransformer()), ("model", optimum())]),
        {"tfidf__sublinear_tf": [False, True], "tfidf__norm": ["l2", "l1", None], "model__C": [0.003, 0.03, 0.3, 3.0]},
        cv=StratifiedKFold(4),
        scoring="accuracy",
    ).fit(docs, labels)
    results = search.cv_results_
    out(
        "pipeline",
        "grid",
        docs=docs,
        labels=labels,
        best=search.best_index_,
        ranks=results["rank_test_score"].astype("int64"),
        means=results["mean_test_score"],
        stds=results["std_test_score"],
        splits=numpy.array([results[f"split{k}_test_score"] for k in range(4)]),
        c=results["param_model__C"].astype(float),
        norms=["none" if n is None else n for n in results["param_tfidf__norm"]],
        sublinear=results["param_tfidf__sublinear_tf"].astype(bool),
        predicted=search.predict(docs),
    )

    scoring = [
        "accuracy",
        "balanced_accuracy",
        "f1_macro",
        "f1_micro",
        "f1_weighted",
        "precision_macro",
        "recall_macro",
        "neg_log_loss",
        "roc_auc_ovr",
        "roc_auc_ovo_weighted",
    ]
    pipeline = Pipeline([("count", CountVectorizer()), ("model", optimum())])
    got = cross_validate(pipeline, docs, labels, cv=StratifiedKFold(3, shuffle=True, random_state=11), scoring=scoring, return_train_score=True)
    out(
        "pipeline",
        "crossvalidate",
        {"Scoring": scoring},
        docs=docs,
        labels=labels,
        test=numpy.array([got[f"test_{s}"] for s in scoring]),
        train=numpy.array([got[f"train_{s}"] for s in scoring]),
    )

    chosen = {}
    for total, n, seed in [(16, 3, 0), (16, 16, 1), (1000, 5, 7), (10, 4, 7), (300, 299, 2), (5000, 40, 3), (24, 100, 4)]:
        grid = {"i": list(range(total))}
        chosen[f"{total}_{n}_{seed}"] = case({"total": total, "n": n, "seed": seed}, chosen=[p["i"] for p in ParameterSampler(grid, n, random_state=seed)])
    out("pipeline", "sampled", {}, chosen)

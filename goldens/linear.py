"""What scikit-learn's linear models learn: logistic regression, multinomial naive
Bayes, least squares and ridge regression."""

import numpy
import scipy.sparse
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.naive_bayes import MultinomialNB

from goldens import case, csr


def cases(out):
    logistic(out)
    bayes(out)
    regression(out)


def blobs(random, rows, cols, classes, spread=1.5):
    """Classes around random centres, with a column of another scale, a constant one
    and one that repeats another."""
    centres = random.normal(size=(classes, cols))
    y = random.randint(0, classes, rows)
    y[:classes] = numpy.arange(classes)
    x = centres[y] + spread * random.normal(size=(rows, cols))
    x[:, 1] *= 1000
    x[:, 2] = 3
    x[:, 3] = x[:, 0]
    return x, numpy.array(["a", "b", "c", "d", "e"])[y]


def words(random, rows, cols, classes, length=12):
    """Counts of words, as documents have them: most are rare."""
    y = random.randint(0, classes, rows)
    y[:classes] = numpy.arange(classes)
    odds = 1 / numpy.arange(1, cols + 1) * numpy.exp(random.normal(size=(classes, cols)))
    x = numpy.array([random.multinomial(length, p / p.sum()) for p in odds[y]])
    x[classes] = 0
    return scipy.sparse.csr_matrix(x.astype(float)), numpy.array(["a", "b", "c", "d", "e"])[y]


def fit_logistic(x, y, params=None, weights=None, sparse=None):
    params = params or {}
    names = {"C": "C", "NoIntercept": "fit_intercept", "ClassWeight": "class_weight", "Balanced": "class_weight"}
    values = {names[k]: not v if k == "NoIntercept" else "balanced" if k == "Balanced" else v for k, v in params.items()}
    model = LogisticRegression(solver="newton-cholesky", tol=1e-10, max_iter=1000, **values).fit(x, y, sample_weight=weights)
    arrays = csr("x", x) if scipy.sparse.issparse(x) else {"x": x}
    if weights is not None:
        arrays["weights"] = weights
    decision = model.decision_function(x)
    return case(
        params,
        y=list(y),
        classes=list(model.classes_),
        coef=model.coef_,
        intercept=model.intercept_,
        decision=decision.reshape(len(y), -1),
        proba=model.predict_proba(x),
        logproba=model.predict_log_proba(x),
        predicted=list(model.predict(x)),
        **arrays,
    )


def logistic(out):
    random = numpy.random.RandomState(1)
    x, y = blobs(random, 100, 6, 2)
    few = (y == "a") | (random.uniform(size=len(y)) < 0.1)
    weights = random.uniform(0, 3, len(y))
    weights[::10] = 0
    documents, topics = words(random, 100, 60, 2)
    out(
        "model",
        "logistic_binary",
        {},
        {
            "dense": fit_logistic(x, y),
            "weak": fit_logistic(x, y, {"C": 1e4}),
            "strong": fit_logistic(x, y, {"C": 1e-4}),
            "through-zero": fit_logistic(x, y, {"NoIntercept": True}),
            "unbalanced": fit_logistic(x[few], y[few]),
            "balanced": fit_logistic(x[few], y[few], {"Balanced": True}),
            "class-weight": fit_logistic(x, y, {"ClassWeight": {"b": 5.5, "a": 0.25}}),
            "one-class-weight": fit_logistic(x, y, {"ClassWeight": {"b": 5.5}}),
            "weights": fit_logistic(x, y, weights=weights),
            "words": fit_logistic(documents, topics),
            "words-weights": fit_logistic(documents, topics, {"C": 30, "Balanced": True}, weights=weights),
            "two-rows": fit_logistic(x[:2], y[:2]),
            "one-column": fit_logistic(x[:, :1], y),
            "constant": fit_logistic(numpy.full((5, 2), 7.0), numpy.array(list("ababb"))),
        },
    )
    wide = random.normal(size=(25, 70))
    out("model", "logistic_wide", {}, {"dense": fit_logistic(wide, y[:25]), "weak": fit_logistic(wide, y[:25], {"C": 1000})})

    parts = {}
    for classes in (3, 4, 5):
        x, y = blobs(random, 80, 5, classes)
        parts[f"dense-{classes}"] = fit_logistic(x, y)
        documents, topics = words(random, 80, 50, classes)
        parts[f"words-{classes}"] = fit_logistic(documents, topics)
    parts["one-row-each"] = fit_logistic(x[:5], y[:5])
    parts["balanced"] = fit_logistic(x, y, {"Balanced": True, "C": 10})
    parts["through-zero"] = fit_logistic(x, y, {"NoIntercept": True})
    parts["weights"] = fit_logistic(x, y, {"ClassWeight": {"a": 3, "d": 0.5}}, weights=random.uniform(0, 2, len(y)))
    out("model", "logistic_multinomial", {}, parts)


def fit_bayes(x, y, params=None, weights=None):
    params = params or {}
    names = {"Alpha": "alpha", "UniformPrior": "fit_prior", "ClassPrior": "class_prior"}
    values = {names[k]: not v if k == "UniformPrior" else v for k, v in params.items()}
    if "class_prior" in values:
        values["class_prior"] = [values["class_prior"][c] for c in sorted(set(y))]
    model = MultinomialNB(**values).fit(x, y, sample_weight=weights)
    arrays = csr("x", x) if scipy.sparse.issparse(x) else {"x": x}
    if weights is not None:
        arrays["weights"] = weights
    return case(
        params,
        y=list(y),
        classes=list(model.classes_),
        count=model.class_count_,
        prior=model.class_log_prior_,
        feature=model.feature_log_prob_,
        joint=model.predict_joint_log_proba(x),
        proba=model.predict_proba(x),
        logproba=model.predict_log_proba(x),
        predicted=list(model.predict(x)),
        **arrays,
    )


def bayes(out):
    random = numpy.random.RandomState(2)
    parts = {}
    for classes in (2, 3, 5):
        x, y = words(random, 40, 50, classes, 25)
        parts[f"words-{classes}"] = fit_bayes(x, y)
    weights = random.uniform(0, 2, len(y))
    parts["weights"] = fit_bayes(x, y, weights=weights)
    parts["alpha"] = fit_bayes(x, y, {"Alpha": 0.01})
    parts["no-alpha"] = fit_bayes(x[:, :8], y, {"Alpha": 1e-9})
    parts["uniform"] = fit_bayes(x, y, {"UniformPrior": True})
    parts["prior"] = fit_bayes(x, y, {"ClassPrior": {"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.15, "e": 0.25}})
    parts["dense"] = fit_bayes(random.uniform(0, 2, size=(40, 6)), y[:40])
    parts["one-class"] = fit_bayes(x[:7], numpy.array(["a"] * 7))
    parts["one-row"] = fit_bayes(x[:1], y[:1])
    out("model", "bayes", {}, parts)


def fit_regression(kind, x, y, params=None, weights=None):
    params = params or {}
    names = {"Alpha": "alpha", "NoIntercept": "fit_intercept"}
    values = {names[k]: not v if k == "NoIntercept" else v for k, v in params.items()}
    if kind is LinearRegression and scipy.sparse.issparse(x):
        # Of sparse features, scikit-learn's own solution is not the optimum to many digits.
        model = kind(**values).fit(x.toarray(), y, sample_weight=weights)
    elif kind is Ridge and scipy.sparse.issparse(x):
        model = kind(**values, solver="cholesky").fit(x.toarray(), y, sample_weight=weights)
    else:
        model = kind(**values).fit(x, y, sample_weight=weights)
    arrays = csr("x", x) if scipy.sparse.issparse(x) else {"x": x}
    if weights is not None:
        arrays["weights"] = weights
    return case(params, y=y, coef=model.coef_, intercept=float(model.intercept_), predicted=model.predict(x), **arrays)


def sparse_normal(random, rows, cols, density):
    x = random.normal(size=(rows, cols))
    x[random.uniform(size=x.shape) >= density] = 0
    return scipy.sparse.csr_matrix(x)


def regression(out):
    random = numpy.random.RandomState(3)
    x = random.normal(size=(100, 6)) * [1, 1000, 1, 1e-3, 1, 1] + [0, 5, 100, 0, 0, 0]
    y = x @ [1, 0.002, -3, 40, 0, 5] + 7 + random.normal(size=100)
    weights = random.uniform(0, 2, 100)
    weights[::7] = 0
    collinear = numpy.column_stack([x, x[:, 0] + x[:, 4], numpy.full(100, 3.0), x[:, 5]])
    wide = random.normal(size=(20, 50))
    sparse = sparse_normal(random, 100, 15, 0.2)
    documents = sparse_normal(random, 60, 40, 0.1)
    for name, kind in (("linear", LinearRegression), ("ridge", Ridge)):
        parts = {
            "dense": fit_regression(kind, x, y),
            "through-zero": fit_regression(kind, x, y, {"NoIntercept": True}),
            "weights": fit_regression(kind, x, y, weights=weights),
            "collinear": fit_regression(kind, collinear, y),
            "wide": fit_regression(kind, wide, y[:20]),
            "wide-through-zero": fit_regression(kind, wide, y[:20], {"NoIntercept": True}),
            "sparse": fit_regression(kind, sparse, y),
            "documents": fit_regression(kind, documents, y[:60]),
            "one-row": fit_regression(kind, x[:1], y[:1]),
            "constant": fit_regression(kind, numpy.full((5, 2), 7.0), y[:5]),
        }
        if kind is Ridge:
            parts["weak"] = fit_regression(kind, x, y, {"Alpha": 1e-6})
            parts["strong"] = fit_regression(kind, x, y, {"Alpha": 1e6})
            parts["weights-through-zero"] = fit_regression(kind, x, y, {"NoIntercept": True, "Alpha": 2.5}, weights=weights)
        out("model", name, {}, parts)

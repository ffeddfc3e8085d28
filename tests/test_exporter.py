"""What scikit-learn has fitted predicts the same in Go."""

import hashlib
import pathlib
import subprocess
import sys

import numpy
import pandas
import pytest

from conftest import ROOT

sys.path.insert(0, str(ROOT / "exporter"))

from netherfield_exporter import artefact, export  # noqa: E402
from netherfield_exporter.artefact import State  # noqa: E402
from netherfield_exporter.sklearn import ExportError  # noqa: E402
from sklearn.compose import ColumnTransformer  # noqa: E402
from sklearn.decomposition import PCA, TruncatedSVD  # noqa: E402
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor  # noqa: E402
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfTransformer, TfidfVectorizer  # noqa: E402
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge  # noqa: E402
from sklearn.naive_bayes import MultinomialNB  # noqa: E402
from sklearn.pipeline import Pipeline, make_pipeline  # noqa: E402
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, QuantileTransformer, StandardScaler  # noqa: E402


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
DOCS = [
    "It is a truth universally acknowledged, that a single man in possession of a good fortune, must be in want of a wife.",
    "However little known the feelings or views of such a man may be on his first entering a neighbourhood",
    "I have bought several of the Vitality canned dog food products and have found them all to be of good quality.",
    "This taffy is so good. It is very soft and chewy. The flavors are amazing. I would recommend you buying it.",
    "",
    "naïve café Ærøskøbing 日本語 résumé ǅ İstanbul",
    "a b c 1 22 333 x_y don't",
    "good good GOOD Good",
]
KINDS = ["legitimate", "legitimate", "spam", "spam", "legitimate", "legitimate", "spam", "spam"]
RESULTS = {"rtol": 1e-12, "atol": 1e-300}


def same(got, estimator, x, y=None):
    if hasattr(estimator, "predict_proba"):
        assert got["labels"] == [str(c) for c in estimator.predict(x)]
        order = [[str(c) for c in estimator.classes_].index(c) for c in got["classes"]]
        # Of two classes scikit-learn has one probability as 1 less the other, so that
        # small ones are as exact as 1 is.
        numpy.testing.assert_allclose(got["proba"], estimator.predict_proba(x)[:, order], rtol=1e-12, atol=1e-15)
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


VECTORIZERS = [
    CountVectorizer(),
    CountVectorizer(binary=True, ngram_range=(1, 2), min_df=2),
    CountVectorizer(lowercase=False, strip_accents="unicode", max_features=20, max_df=0.9),
    CountVectorizer(analyzer="char", ngram_range=(1, 3)),
    CountVectorizer(vocabulary=["good", "man", "zebra"], stop_words="english"),
    CountVectorizer(token_pattern=r"\b[a-z]\w+\b", stop_words=["good"]),
    CountVectorizer(token_pattern=r"\(?=?(\w+)\b[^ ]?"),
    CountVectorizer(token_pattern=r"(?i)\b[a-zé]+\b|\d{2,}"),
    HashingVectorizer(n_features=256, alternate_sign=False, norm=None),
    HashingVectorizer(n_features=2**20, norm="l1", ngram_range=(2, 2)),
    HashingVectorizer(analyzer="char_wb", ngram_range=(3, 5), binary=True, n_features=1000),
    TfidfVectorizer(),
    TfidfVectorizer(sublinear_tf=True, smooth_idf=False, norm="l1", strip_accents="ascii"),
    TfidfVectorizer(use_idf=False, norm=None),
    make_pipeline(HashingVectorizer(n_features=64), TfidfTransformer(), TruncatedSVD(3, random_state=1)),
    make_pipeline(CountVectorizer(), TfidfTransformer(use_idf=False)),
]


@pytest.mark.parametrize("vectorizer", VECTORIZERS, ids=str)
def test_features_of_texts_are_the_same(go, vectorizer):
    x = vectorizer.fit_transform(DOCS)
    if x.shape[1] > 10_000:
        # The program writes features densely.
        vectorizer.set_params(n_features=2**12)
        x = vectorizer.fit_transform(DOCS)
    dense = numpy.asarray(x.todense()) if hasattr(x, "todense") else x
    numpy.testing.assert_allclose(go(vectorizer, docs=DOCS)["features"], dense, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("pca", [PCA(), PCA(2, whiten=True), PCA(0.9), PCA(3, svd_solver="randomized", random_state=1)], ids=str)
def test_principal_components_are_the_same(go, pca):
    want = pca.fit_transform(X)
    numpy.testing.assert_allclose(go(pca, x=X)["features"], pca.transform(X), rtol=1e-12, atol=1e-13 * abs(want).max())


@pytest.mark.parametrize("y", [CLASSES, THREE, numpy.where(THREE > 0, "10", "9")], ids=["two", "three", "two the other way"])
@pytest.mark.parametrize("model", [LogisticRegression(), LogisticRegression(C=0.01, fit_intercept=False, class_weight="balanced", solver="newton-cg")], ids=str)
def test_logistic_regressions_predict_the_same(go, model, y):
    model.fit(X, y)
    same(go(model, x=X), model, X)


@pytest.mark.parametrize("model", [LinearRegression(), LinearRegression(fit_intercept=False), Ridge(0.5)], ids=str)
def test_linear_models_predict_the_same(go, model):
    model.fit(X, VALUES)
    numpy.testing.assert_allclose(go(model, x=X)["values"], model.predict(X), rtol=1e-12, atol=1e-12)
    model.fit(X, VALUES[:, None])
    numpy.testing.assert_allclose(go(model, x=X)["values"], model.predict(X).reshape(-1), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("y", [CLASSES, THREE], ids=["two", "three"])
@pytest.mark.parametrize("model", [MultinomialNB(), MultinomialNB(alpha=0.1, fit_prior=False)], ids=str)
def test_naive_bayes_predicts_the_same(go, model, y):
    counts = numpy.floor(abs(X))
    same(go(model.fit(counts, y), x=counts), model, counts)
    prior = MultinomialNB(class_prior=[1 / len(set(y))] * len(set(y))).fit(counts, y)
    same(go(prior, x=counts), prior, counts)


def test_integer_classes_keep_their_order_as_numbers_apart(go):
    model = LogisticRegression().fit(X, numpy.where(X[:, 0] > 0, 10, 9))
    got = go(model, x=X)
    assert got["classes"] == ["10", "9"]
    same(got, model, X)


def test_a_text_pipeline_predicts_the_same(go):
    pipeline = make_pipeline(HashingVectorizer(n_features=256, alternate_sign=False, norm=None), TfidfTransformer(), LogisticRegression()).fit(DOCS, KINDS)
    same(go(pipeline, docs=DOCS), pipeline, DOCS)
    pipeline = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(C=10)).fit(DOCS, KINDS)
    same(go(pipeline, docs=DOCS), pipeline, DOCS)


FRAME = pandas.DataFrame(
    {
        "text": DOCS,
        "country": ["de", "at", "de", "ch", "ch", "de", "at", "Österreich"],
        "stars": [5, 10, 9, 5, 5, 9, 10, 10],
        "length": [len(d) / 7 for d in DOCS],
    }
)
COLUMNS = {f"column:{name}": FRAME[name].tolist() if name in ("text", "country") else FRAME[name].to_numpy() for name in FRAME}


@pytest.mark.parametrize("encoder", [OneHotEncoder(), OneHotEncoder(drop="first"), OneHotEncoder(drop="if_binary", handle_unknown="ignore")], ids=str)
def test_categories_of_frames_are_the_same(go, encoder):
    x = FRAME[["country", "stars"]]
    want = encoder.fit_transform(x).toarray()
    got = go(encoder, **{f"column:{name}": COLUMNS[f"column:{name}"] for name in x})["features"]
    numpy.testing.assert_array_equal(got, want)


def test_columns_go_their_own_ways_as_they_do_in_python(go):
    pipeline = make_pipeline(
        ColumnTransformer(
            [
                ("country", OneHotEncoder(handle_unknown="ignore"), ["country", "stars"]),
                ("unused", "drop", ["stars"]),
                ("words", make_pipeline(TfidfVectorizer(), TruncatedSVD(3, random_state=1), StandardScaler()), "text"),
                ("numbers", StandardScaler(), ["stars", "length"]),
                ("plain", "passthrough", ["length"]),
            ]
        ),
        LogisticRegression(),
    ).fit(FRAME, KINDS)
    got = go(pipeline, **COLUMNS)
    same(got, pipeline, FRAME)
    numpy.testing.assert_allclose(got["features"], pipeline[0].transform(FRAME), rtol=1e-11, atol=1e-13)


class Own(StandardScaler):
    pass


@pytest.mark.parametrize(
    ("estimator", "says"),
    [
        (StandardScaler(), "StandardScaler: it is not fitted"),
        (CountVectorizer(), "CountVectorizer: it is not fitted"),
        (RandomForestClassifier(), "RandomForestClassifier: it is not fitted"),
        (Own().fit(X), "Own cannot be exported"),
        (QuantileTransformer(n_quantiles=10).fit(X), "QuantileTransformer cannot be exported; what can is ColumnTransformer, CountVectorizer, "),
        (object(), "object cannot be exported"),
        (OneHotEncoder().fit([["a"], ["b"]]), "OneHotEncoder: it has no names of columns"),
        (OneHotEncoder(max_categories=2).fit(FRAME[["country"]]), "max_categories=2"),
        (OneHotEncoder().fit(FRAME[["length"]]), "is neither a str, an int nor a bool"),
        (ColumnTransformer([("a", StandardScaler(), [0])]).fit(X), "the columns of 'a' are [0]"),
        (ColumnTransformer([("a", StandardScaler(), ["stars"])], remainder="passthrough").fit(FRAME), "remainder='passthrough'"),
        (ColumnTransformer([("a", FunctionTransformer(numpy.log), ["stars"])]).fit(FRAME), "step 'a': FunctionTransformer cannot be exported"),
        (CountVectorizer(tokenizer=str.split, token_pattern=None).fit(DOCS), "tokenizer=<method 'split'"),
        (CountVectorizer(analyzer=str.split).fit(DOCS), "analyzer=<method"),
        (HashingVectorizer(preprocessor=str.lower), "preprocessor="),
        (HashingVectorizer(token_pattern=r"(\w)\1+"), "token_pattern="),
        (HashingVectorizer(token_pattern=r"(?a)\w+"), "token_pattern="),
        (HashingVectorizer(token_pattern=r"(?=x)\w+"), "token_pattern="),
        (TfidfVectorizer(dtype=numpy.float32).fit(DOCS), "dtype=<class"),
        (RandomForestClassifier(3, ccp_alpha=0.1).fit(X, CLASSES), "ccp_alpha=0.1 has no counterpart; 0 has"),
        (RandomForestClassifier(3, class_weight="balanced_subsample").fit(X, CLASSES), "class_weight='balanced_subsample'"),
        (RandomForestClassifier(3).fit(X, THREE * 1.0), "the class 0.0 is neither"),
        (RandomForestClassifier(3).fit(X, numpy.array([CLASSES, CLASSES]).T), "several outputs"),
        (RandomForestRegressor(3, criterion="absolute_error").fit(X[:50], VALUES[:50]), "criterion='absolute_error'"),
        (LogisticRegression(l1_ratio=1, solver="saga").fit(X, CLASSES), "l1_ratio=1 has no counterpart"),
        (LogisticRegression(solver="liblinear").fit(X, CLASSES), "solver='liblinear'"),
        (LinearRegression(positive=True).fit(X, VALUES), "positive=True has no counterpart"),
        (LinearRegression().fit(X, X[:, :2]), "several outputs"),
        (Ridge(alpha=[1, 2]).fit(X, X[:, :2]), "alpha=[1, 2]"),
        (MultinomialNB(alpha=0).fit(abs(X), CLASSES), "alpha=0 has no"),
        (Pipeline([("a", Pipeline([("b", StandardScaler())]))]), "step 'a.b': StandardScaler: it is not fitted"),
        (Pipeline([("a", "passthrough")]), "it has no steps"),
    ],
    ids=lambda v: v if isinstance(v, str) else type(v).__name__,
)
def test_what_cannot_be_exported_says_why(tmp_path, estimator, says):
    with pytest.raises(ExportError) as error:
        export(estimator, tmp_path / "model.sav")
    assert says in str(error.value)
    assert list(tmp_path.iterdir()) == []

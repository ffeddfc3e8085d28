"""scikit-learn's and pandas' side: a process that reads the texts and then does, and
times, the work that each line of its input names. It answers with a line of JSON:
the seconds, and what shows that the work was done.

A piece of work is a function that prepares, which is not timed, and returns two others:
what is timed, and what makes of its result the numbers to be compared.
"""

import gc
import json
import os
import pathlib
import re
import statistics
import sys
import time

import numpy
import pandas
from scipy.sparse import coo_array
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer, HashingVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.manifold import TSNE
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import Pipeline
from sklearn.utils import murmurhash3_32

from bench.ml.corpus import TESTS

FEWER = 4_000  # documents for what Python's own loops do
POINTS = 800
CALLS = 300  # single documents

WORK = {}


def work(name, *arguments):
    """Makes a function a piece of work."""

    def register(prepare):
        WORK[name] = (prepare, arguments)
        return prepare

    return register


class Data:
    """The texts, and what several pieces of work start from, made once."""

    def __init__(self, path):
        self.path = path
        self.table = pandas.read_parquet(path)
        texts, labels = self.table["text"].tolist(), self.table["label"].tolist()
        self.texts, self.labels = texts[:-TESTS], labels[:-TESTS]
        self.test_texts, self.test_labels = texts[-TESTS:], labels[-TESTS:]
        self.made = {}

    def once(self, name, make):
        if name not in self.made:
            self.made[name] = make()
        return self.made[name]

    def tfidf(self, buckets):
        """Training and test texts."""

        def make():
            weights = TfidfTransformer()
            x = weights.fit_transform(hashing(buckets).transform(self.texts))
            return x, weights.transform(hashing(buckets).transform(self.test_texts))

        return self.once(f"tfidf {buckets}", make)

    def dense(self):
        return self.once("dense", lambda: [x.toarray() for x in self.tfidf(256)])

    def counts(self):
        return self.once("counts", lambda: hashing(1 << 20).transform(self.texts))


def hashing(buckets):
    return HashingVectorizer(n_features=buckets, alternate_sign=False, norm=None)


def text_pipeline(buckets):
    return Pipeline(
        [("vectorize", hashing(buckets)), ("tfidf", TfidfTransformer()), ("model", LogisticRegression(max_iter=4000))]
    )


def matrix(x):
    """What tells one sparse or dense matrix from another."""
    x = coo_array(x)
    row, col = x.coords
    return {"entries": x.nnz, "sum": x.data.sum(), "mixed": (x.data * (row % 97 + 1) * (col % 89 + 1)).sum()}


@work("hash 256", 256)
@work("hash 2^18", 1 << 18)
def hash_tfidf(data, buckets):
    return lambda: TfidfTransformer().fit_transform(hashing(buckets).transform(data.texts)), matrix


@work("count")
def count(data):
    return lambda: CountVectorizer().fit_transform(data.texts), lambda x: matrix(x) | {"columns": x.shape[1]}


@work("shingles")
def shingles(data, k=4, buckets=256):
    def run():
        x = numpy.zeros((FEWER, buckets))
        for row, doc in zip(x, data.texts):
            n = max(0, len(doc) - k + 1)
            for i in range(n):
                h = murmurhash3_32(doc[i : i + k].encode(), seed=0)
                row[abs(h) % buckets] += 1
            if n:
                row /= n
        return x

    return run, matrix


PUNCTUATION = re.compile(r"[!.><:;',@#~{}\[\]\-_+=£$%^&()?]")


def summary(doc, lower=0.1, upper=0.9, stop=ENGLISH_STOP_WORDS):
    """As the workshop does it."""
    text, marks = PUNCTUATION.subn("", doc)
    words = text.split()
    lengths = [len(w) for w in words]
    if not words:
        return [marks] + [0] * 8
    return [
        marks,
        len(words),
        sum(lengths) / len(words),
        max(lengths),
        min(lengths),
        numpy.percentile(lengths, 100 * lower),
        numpy.percentile(lengths, 100 * upper),
        sum(not w.islower() for w in words),
        sum(w in stop for w in words),
    ]


@work("summaries")
def summaries(data):
    return lambda: numpy.array([summary(d) for d in data.texts[:FEWER]]), matrix


@work("logistic 256")
@work("optimum 256")
def logistic_dense(data):
    x, test = data.dense()
    return logistic(data, x, test)


@work("logistic 2^18")
@work("optimum 2^18")
def logistic_sparse(data):
    x, test = data.tfidf(1 << 18)
    return logistic(data, x, test)


def logistic(data, x, test):
    def check(model):
        loss = log_loss(data.labels, model.predict_proba(x), normalize=False)
        return {"objective": loss + (model.coef_**2).sum() / 2, "accuracy": model.score(test, data.test_labels)}

    return lambda: LogisticRegression(max_iter=4000).fit(x, data.labels), check


@work("forest 10", 10)
@work("forest 100", 100)
def forest(data, trees):
    x, test = data.dense()

    def check(model):
        data.made[f"forest {trees}"] = model
        return {"accuracy": model.score(test, data.test_labels)}

    return lambda: RandomForestClassifier(trees, n_jobs=-1, random_state=0).fit(x, data.labels), check


@work("forest predict")
def forest_predict(data):
    x, _ = data.dense()
    model = data.once("forest 100", lambda: RandomForestClassifier(100, n_jobs=-1, random_state=0).fit(x, data.labels))
    return lambda: model.predict(x), lambda y: {"accuracy": agreement(y, data.labels)}


def agreement(predicted, labels):
    return float(numpy.mean(numpy.asarray(predicted) == numpy.asarray(labels)))


@work("bayes fit")
def bayes_fit(data):
    x = data.counts()

    def check(model):
        return {"weights": model.feature_log_prob_.sum(), "accuracy": model.score(x, data.labels)}

    return lambda: MultinomialNB().fit(x, data.labels), check


@work("bayes predict")
def bayes_predict(data):
    x = data.counts()
    model = data.once("bayes", lambda: MultinomialNB().fit(x, data.labels))
    return lambda: model.predict(x), lambda y: {"accuracy": agreement(y, data.labels)}


@work("pca dense", True)
@work("pca sparse", False)
def pca(data, dense):
    x = data.dense()[0] if dense else data.tfidf(256)[0]

    def run():
        model = PCA(2)
        return model, model.fit_transform(x)

    def check(result):
        model, placed = result
        first, second = model.explained_variance_ratio_
        return {"first": first, "second": second, "spread": (placed**2).sum()}

    return run, check


@work("tsne")
def tsne(data):
    x = data.dense()[0][:POINTS]

    def run():
        model = TSNE(random_state=0, n_jobs=-1)
        model.fit_transform(x)
        return model

    return run, lambda model: {"divergence": model.kl_divergence_}


@work("one document")
def one_document(data):
    pipe = data.once("pipe", lambda: text_pipeline(256).fit(data.texts, data.labels))
    docs = data.test_texts[:CALLS]

    def run():
        took, total = [], 0.0
        for doc in docs:
            began = time.perf_counter()
            proba = pipe.predict_proba([doc])
            took.append(time.perf_counter() - began)
            total += proba[0, 1]
        return statistics.median(took), total

    return run, lambda result: {"median": result[0], "mean": result[1] / CALLS}


@work("grid search")
def grid_search(data):
    grid = {"vectorize__n_features": [256, 1024], "model__C": [0.1, 1, 10, 100]}

    def run():
        return GridSearchCV(text_pipeline(256), grid, cv=5, n_jobs=-1).fit(data.texts, data.labels)

    def check(search):
        return {
            "score": search.best_score_,
            "buckets": search.best_params_["vectorize__n_features"],
            "all": float(search.cv_results_["mean_test_score"].sum()),
        }

    return run, check


@work("filter")
def filter_(data):
    return lambda: data.table[data.table["label"] == "spam"], lambda t: {"rows": len(t), "sum": t["words"].sum()}


@work("filter and texts")
def filter_texts(data):
    return (
        lambda: data.table[data.table["label"] == "spam"]["text"].tolist(),
        lambda texts: {"rows": len(texts), "bytes": sum(len(t.encode()) for t in texts)},
    )


@work("sort numbers", ["words", "index"])
@work("sort texts", ["text"])
def sort(data, by):
    def check(t):
        return {"mixed": (t["index"].to_numpy() * (numpy.arange(len(t)) % 97 + 1)).sum()}

    return lambda: data.table.sort_values(by), check


@work("group mean")
def group_mean(data):
    return (
        lambda: data.table.groupby("label")["words"].mean(),
        lambda means: {"legitimate": means["legitimate"], "spam": means["spam"]},
    )


@work("value counts")
def value_counts(data):
    return lambda: data.table["label"].value_counts(), lambda c: {"spam": c["spam"], "kinds": len(c)}


@work("read parquet")
def read_parquet(data):
    return (
        lambda: pandas.read_parquet(data.path),
        lambda t: {"rows": len(t), "sum": t["words"].sum(), "last": len(t["text"].iloc[-1].encode())},
    )


def whole_workflow(path, buckets):
    """From the file to a model, for the memory that it takes at most, in bytes."""
    table = pandas.read_parquet(path)
    pipe = text_pipeline(buckets)
    pipe.fit(table["text"].tolist(), table["label"].tolist())
    accuracy = agreement(pipe.predict(table["text"].tolist()), table["label"].tolist())
    status = pathlib.Path("/proc/self/status").read_text()
    peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return {"peak": int(peak) * 1024, "check": {"accuracy": accuracy}}


def cpu_time():
    """Seconds of all cores that this process has taken and the workers that joblib has
    started for it, which are alive still."""
    ticks = 0
    for children in pathlib.Path("/proc/self/task").glob("*/children"):
        for child in children.read_text().split():
            ticks += sum(map(int, pathlib.Path("/proc", child, "stat").read_text().rpartition(")")[2].split()[11:13]))
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def answer(result):
    print(json.dumps(result, default=lambda number: number.item()), flush=True)


def main():
    path, *whole = sys.argv[1:]
    if whole:
        return answer(whole_workflow(path, int(whole[0])))
    data = Data(path)
    for line in sys.stdin:
        name, times = json.loads(line)
        prepare, arguments = WORK[name]
        run, check = prepare(data, *arguments)
        gc.collect()
        before, began = cpu_time(), time.perf_counter()
        for _ in range(times):
            result = run()
        seconds = (time.perf_counter() - began) / times
        cpu = (cpu_time() - before) / times
        answer({"seconds": seconds, "cpu": cpu, "check": check(result)})


if __name__ == "__main__":
    main()

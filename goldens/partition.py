"""Splits of data: the very rows of scikit-learn."""

import numpy
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split

from goldens import case


def classes(n, seed, names, weights):
    return numpy.random.RandomState(seed).choice(names, n, p=weights).tolist()


def cases(out):
    data = {
        "two": classes(101, 1, ["spam", "legitimate"], [0.3, 0.7]),
        "many": classes(200, 2, ["e", "d", "c", "b", "a"], [0.1, 0.2, 0.3, 0.25, 0.15]),
        "even": ["x", "y", "z"] * 20,
    }
    parts = {}
    for name, y in data.items():
        n = len(y)
        for k, (ours, theirs) in enumerate(
            [
                ({}, {"random_state": 0}),
                ({"Seed": 43}, {"random_state": 43}),
                ({"Seed": 7, "TestShare": 0.3}, {"random_state": 7, "test_size": 0.3}),
                ({"Seed": 7, "TrainShare": 0.6}, {"random_state": 7, "train_size": 0.6}),
                ({"Seed": 7, "TrainShare": 0.5, "TestShare": 0.2}, {"random_state": 7, "train_size": 0.5, "test_size": 0.2}),
                ({"NoShuffle": True}, {"shuffle": False}),
            ]
        ):
            arrays = {}
            arrays["train"], arrays["test"] = train_test_split(range(n), **theirs)
            if theirs.get("shuffle", True):
                arrays["stratified_train"], arrays["stratified_test"] = train_test_split(range(n), stratify=y, **theirs)
            parts[f"split {name} {k}"] = case(ours, classes=y, **arrays)
        for k, (ours, theirs) in enumerate(
            [
                ({}, {"n_splits": 5}),
                ({"Folds": 3}, {"n_splits": 3}),
                ({"Folds": 7, "Shuffle": True, "Seed": 43}, {"n_splits": 7, "shuffle": True, "random_state": 43}),
            ]
        ):
            fold, stratified = numpy.zeros(n, int), numpy.zeros(n, int)
            for f, (_, test) in enumerate(KFold(**theirs).split(y)):
                fold[test] = f
            for f, (_, test) in enumerate(StratifiedKFold(**theirs).split(y, y)):
                stratified[test] = f
            parts[f"folds {name} {k}"] = case(ours, classes=y, fold=fold, stratified=stratified)
    out("model", "partition", {}, parts)

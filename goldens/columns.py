"""Columns of frames: categories, and transformers side by side."""

import numpy
import pandas
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from goldens import case, csr

TEXTS = ["it is a truth", "universally acknowledged", "that a single man", "in possession of a good fortune", "must be in want of a wife", "it is a wife"]
PLACES = ["Bath", "London", "", "London", "Netherfield", "Bath"]
KINDS = ["b", "a", "b", "b", "a", "a"]
SIZES = [10, 9, 100, 9, 10, 10]
LENGTHS = [13.0, 24.0, 17.0, 31.5, 28.0, 12.0]


def cases(out):
    f = pandas.DataFrame({"text": TEXTS, "place": PLACES, "kind": KINDS, "size": SIZES, "length": LENGTHS})
    columns = ["place", "kind", "size"]
    parts = {}
    for drop in (None, "first", "if_binary"):
        for unknown in ("error", "ignore"):
            e = OneHotEncoder(drop=drop, handle_unknown=unknown).fit(f[columns])
            other = f[columns].copy()
            if unknown == "ignore":
                other.loc[1, "place"] = "Meryton"
                other.loc[2, "size"] = 7
            parts[f"{drop}_{unknown}"] = case(
                {"Columns": columns, "Drop": drop or "", "HandleUnknown": unknown},
                None,
                names=e.get_feature_names_out(),
                **csr("z", e.transform(other)),
            )
    out("feature", "onehot", None, parts)

    u = FeatureUnion([("words", CountVectorizer()), ("weighed", make_pipeline(CountVectorizer(binary=True), TfidfTransformer()))])
    z = u.fit_transform(TEXTS)
    out("feature", "union", None, None, names=u.get_feature_names_out(), **csr("z", z))

    parts = {}
    for name, words in (("sparse", True), ("dense", False)):
        branches = [
            ("place", OneHotEncoder(handle_unknown="ignore"), ["place", "kind"]),
            ("scaled", StandardScaler(), ["size", "length"]),
            ("main", make_pipeline(StandardScaler(with_std=False), PCA(1)), ["length", "size"]),
            ("plain", "passthrough", ["size"]),
        ]
        if words:
            branches.insert(0, ("words", make_pipeline(CountVectorizer(), TfidfTransformer()), "text"))
            # As many columns of words as make the result sparse.
            branches += [("again", CountVectorizer(), "text"), ("more", CountVectorizer(), "text")]
        t = ColumnTransformer(branches)
        z = t.fit_transform(f)
        arrays = csr("z", z) if words else {"z": numpy.asarray(z)}
        names = ["_"] if words else t.get_feature_names_out()
        parts[name] = case({}, None, names=names, **arrays)
    out("feature", "column_transformer", None, parts)

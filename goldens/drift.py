"""Tests on two samples, from SciPy."""

import numpy
from scipy import special, stats
from scipy.spatial import distance

from goldens import case


def cases(out):
    random = numpy.random.RandomState(11)
    counted(out, random)
    samples(out, random)


def counted(out, random):
    """Counts, a part for each pair of them."""
    pairs = {
        "two": ([5000, 5000], [50, 950]),
        "same": ([30, 70, 100], [30, 70, 100]),
        "many": (random.randint(1, 400, 256), random.randint(1, 40, 256)),
        "empty cells": ([0, 5, 10, 0], [3, 0, 12, 0]),
        "one": ([7], [9]),
    }
    parts = {}
    for name, (reference, live) in pairs.items():
        r, l = numpy.asarray(reference, float), numpy.asarray(live, float)  # noqa: E741
        seen = (r > 0) | (l > 0)
        chi = stats.chi2_contingency(numpy.array([r[seen], l[seen]]), correction=False)
        parts[name] = {
            "reference": r,
            "live": l,
            "jensen_shannon": distance.jensenshannon(r, l),
            "chi_square": chi.statistic,
            "chi_square_p": chi.pvalue,
        }
    out("drift", "counts", None, {name: case(None, None, **arrays) for name, arrays in parts.items()})


def samples(out, random):
    """Numbers."""
    pairs = {
        "same source": (random.normal(size=60), random.normal(size=90)),
        "moved": (random.normal(size=80), random.normal(0.5, size=50)),
        "ties": (random.randint(0, 6, 70).astype(float), random.randint(0, 7, 40).astype(float)),
        "apart": ([1.0, 2.0, 3.0], [4.0, 5.0]),
        "one each": ([1.0], [1.0]),
        "long": (random.normal(size=2500).round(3), random.normal(0.05, size=2000).round(3)),
    }
    parts = {}
    for name, (x, y) in pairs.items():
        x, y = numpy.asarray(x), numpy.asarray(y)
        exact = len(x) * len(y) <= 4_000_000
        test = stats.ks_2samp(x, y, method="exact" if exact else "asymp")
        p = test.pvalue
        if not exact:
            p = special.kolmogorov(numpy.sqrt(len(x) * len(y) / (len(x) + len(y))) * test.statistic)
        parts[name] = {"x": x, "y": y, "statistic": test.statistic, "p": p}
    out("drift", "samples", None, {name: case(None, None, **arrays) for name, arrays in parts.items()})

"""What real scikit-learn, pandas and NumPy answer: the files that Go's tests compare
with. `make goldens` writes them anew; `python -m goldens feature metric` only those
of some sections.

A section is a module beside this one with a function `cases(out)`:

    def cases(out):
        docs = ["it is a truth", ""]
        x = HashingVectorizer(n_features=256).transform(docs)
        out("feature", "hashing", {"Buckets": 256}, docs=docs, **csr("x", x))

`out(package, name, params, **arrays)` writes runtime/<package>/testdata/golden/<name>.nf,
an artefact of the kind "golden". Arrays are whatever numpy.asarray takes, numbers and
lists of str too: floats become f64 (float32 stays f32), integers i64 (int32, uint32 and
uint8 stay), bools u8, and what has no dimension is an array of the shape (). Several
cases in one file: `parts={"l2": case({"Norm": "l2"}, x=x), …}`.

In Go: `s := golden.Load(t, "hashing")` in the tests of the package, then
`artefact.SetParams(&vectorizer, s.Params)`, `golden.Strings(t, s, "docs")` and so on.

A case is small: up to 150 kB. Larger input is made alike on both sides from
numpy.random.RandomState (in Go runtime/internal/numpy).
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "exporter"))

import numpy  # noqa: E402
from netherfield_exporter.artefact import State  # noqa: E402

KEPT = {numpy.dtype(t) for t in ("float64", "float32", "int64", "int32", "uint32", "uint8")}


def case(params=None, parts=None, /, **arrays):
    """A case, as a part of a file."""
    return State("golden", dict(params or {}), {name: array(v) for name, v in arrays.items()}, dict(parts or {}))


def array(value):
    """The value as an array that an artefact holds."""
    if isinstance(value, (list, tuple)) and all(isinstance(v, str) for v in value):
        return [str(v) for v in value]
    value = numpy.asarray(value)
    if value.dtype.kind in "OU" and value.ndim == 1 and all(isinstance(v, str) for v in value.tolist()):
        return [str(v) for v in value.tolist()]
    if value.dtype in KEPT:
        return value
    for kinds, target in (("b", "uint8"), ("iu", "int64"), ("f", "float64")):
        if value.dtype.kind in kinds:
            return value.astype(target)
    raise TypeError(f"an array of the type {value.dtype} has no place in a golden file")


def csr(name, x):
    """A sparse matrix as the arrays <name>_indptr, <name>_indices, <name>_data and
    <name>_shape, to be given to a case as **csr("x", x)."""
    x = x.tocsr().copy()
    x.sort_indices()
    return {
        f"{name}_indptr": numpy.asarray(x.indptr, "int64"),
        f"{name}_indices": numpy.asarray(x.indices, "int32"),
        f"{name}_data": numpy.asarray(x.data, "float64"),
        f"{name}_shape": numpy.asarray(x.shape, "int64"),
    }

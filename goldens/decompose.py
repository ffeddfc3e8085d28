"""Scaling, principal components, singular vectors and t-SNE."""

import numpy
from scipy import sparse
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.manifold import TSNE, trustworthiness
from sklearn.preprocessing import StandardScaler

from goldens import case, csr

NAN = float("nan")


def cases(out):
    for name, x, params in scaled():
        out("feature", f"scaler_{name}", None, {key(p): scaler(x, p) for p in params}, **matrix(x))
    for name, x, ks in dense():
        out("feature", f"pca_{name}", None, {f"{k}{'w' * w}": pca(x, k, w) for k in ks for w in (False, True)}, **matrix(x))
    for name, x, ks in plain():
        out("feature", f"svd_{name}", None, {f"{k}": svd(x, k) for k in ks}, **matrix(x))
    # Large input, made alike in Go.
    out("feature", "pca_large", None, {f"{k}": pca(large(), k, False, rows=slice(0, 20)) for k in (2, 30)})
    out("feature", "svd_large", None, {f"{k}": svd(large(), k, rows=slice(0, 20)) for k in (2, 10)})
    out("feature", "svd_documents", None, {"3": svd(documents(), 3, rows=slice(0, 20))}, features=numpy.asarray([documents().sum()]))
    out("feature", "tsne", None, {f"{m}_{i}": tsne(m, i) for m in ("exact", "barnes_hut") for i in ("pca", "random")})


def large():
    """3,000 rows of 120 columns whose sizes fall from 2 to 0.5."""
    x = numpy.random.RandomState(7).standard_normal((3000, 120))
    return x * numpy.linspace(2, 0.5, 120) + numpy.linspace(0, 3, 120)


def documents():
    """2,000 rows with 20 entries each in 5,000 columns, the first more often."""
    r = numpy.random.RandomState(11)
    i = numpy.repeat(numpy.arange(2000), 20)
    u = r.random_sample(40000)
    j = (5000 * u * u * u).astype(int)
    v = 1 + r.random_sample(40000)
    x = sparse.csr_array((v, (i, j)), shape=(2000, 5000))
    x.sum_duplicates()
    return x


def matrix(x):
    return csr("x", x) if sparse.issparse(x) else {"x": x}


def key(params):
    return "_".join(params) or "default"


def scaled():
    r = numpy.random.RandomState(1)
    x = r.standard_normal((40, 5)) * [1, 10, 1e-3, 1e5, 1] + [0, 5, 1, -1e6, 3]
    every = [(), ("with_mean",), ("with_std",), ("with_mean", "with_std")]
    yield "synthetic", x, every
    c = x.copy()
    c[:, 1], c[:, 2], c[:, 3] = 0.1, 1e10, 0
    c[:, 4] = 1e8 + 1e-7 * r.standard_normal(40)
    yield "constant", c, every
    n = x.copy()
    n[3, 0] = n[5, 1] = n[6, 1] = NAN
    n[:, 2] = NAN
    yield "nan", n, every
    yield "row", x[:1], every
    s = x * (r.random_sample(x.shape) < 0.4)
    s[2, 3] = s[7, 3] = NAN
    s[:, 4] = 0
    yield "sparse", sparse.csr_array(s), [("with_mean",), ("with_mean", "with_std")]


def scaler(x, without):
    m = StandardScaler(**{w: False for w in without}).fit(x)
    z = m.transform(x)
    arrays = {"z": z.toarray() if sparse.issparse(z) else z}
    back = m.inverse_transform(z)
    arrays["back"] = back.toarray() if sparse.issparse(back) else back
    for name in ("mean", "var", "scale"):
        if getattr(m, name + "_") is not None:
            arrays[name] = getattr(m, name + "_")
    return case({"WithoutMean": "with_mean" in without, "WithoutStd": "with_std" in without}, **arrays)


def dense():
    r = numpy.random.RandomState(2)
    x = r.standard_normal((60, 8)) * numpy.linspace(3, 0.5, 8) + numpy.linspace(-1, 1, 8)
    yield "synthetic", x, [0, 1, 3, 8]
    c = x.copy()
    c[:, 2], c[:, 5] = 7, 0
    yield "constant", c, [2, 6]
    yield "deficient", numpy.hstack([x[:, :4], x[:, :4] @ r.standard_normal((4, 4))]), [2, 4]
    yield "wide", r.standard_normal((7, 30)) * numpy.linspace(3, 1, 30), [2, 6]
    yield "row", x[:1], [0]
    yield "graded", r.standard_normal((50, 8)) * 10.0 ** -numpy.arange(8), [0]
    yield "offset", x + 1e6, [2]
    yield "sparse", sparse.csr_array(numpy.round(x) * (r.random_sample(x.shape) < 0.5)), [0, 2]


def pca(x, k, whiten, rows=slice(None)):
    x = x.toarray() if sparse.issparse(x) else x
    m = PCA(k or None, whiten=whiten, svd_solver="full").fit(x)
    z = m.transform(x)[rows]
    return case(
        {"Components": k, "Whiten": whiten},
        z=z,
        back=m.inverse_transform(numpy.nan_to_num(z)),
        components=m.components_,
        mean=m.mean_,
        singular_values=m.singular_values_,
        explained_variance=m.explained_variance_,
        explained_variance_ratio=m.explained_variance_ratio_,
    )


def plain():
    r = numpy.random.RandomState(3)
    x = r.standard_normal((60, 8)) * numpy.linspace(3, 0.5, 8) + numpy.linspace(-1, 1, 8)
    yield "synthetic", x, [1, 2, 7]
    c = x.copy()
    c[:, 2], c[:, 5] = 7, 0
    yield "constant", c, [2]
    yield "wide", r.standard_normal((7, 30)) * numpy.linspace(3, 1, 30) + 0.3, [2, 5]
    yield "sparse", sparse.csr_array(numpy.round(x) * (r.random_sample(x.shape) < 0.5)), [2]


def svd(x, k, rows=slice(None)):
    m = TruncatedSVD(k, algorithm="arpack", random_state=0).fit(x)
    z = m.transform(x)[rows]
    return case(
        {"Components": k},
        z=z,
        back=m.inverse_transform(z) if x.shape[1] < 100 else [0.0],
        components=m.components_ if x.shape[1] < 100 else m.components_[:, :500],
        singular_values=m.singular_values_,
        explained_variance=m.explained_variance_,
        explained_variance_ratio=m.explained_variance_ratio_,
    )


def placed():
    """120 rows of 10 columns around four centres."""
    r = numpy.random.RandomState(5)
    centres = r.standard_normal((4, 10)) * 2
    return centres[numpy.arange(120) % 4] + r.standard_normal((120, 10))


def tsne(method, init):
    """Divergence and trustworthiness over 20 seeds, or the one of no seed."""
    x = placed()
    divergence, trust = [], []
    for seed in range(1 if init == "pca" else 20):
        m = TSNE(perplexity=20, method=method, init=init, random_state=seed)
        y = m.fit_transform(x)
        divergence.append(m.kl_divergence_)
        trust.append(trustworthiness(x, y))
    return case({"Perplexity": 20.0, "Method": method, "Init": init}, divergence=divergence, trust=trust)

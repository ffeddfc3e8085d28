"""Tables as pandas has them, and Parquet files as pyarrow writes them."""

import decimal
import io
import uuid

import numpy
import pandas
import pyarrow
from pyarrow import parquet

from goldens import case

NAN = float("nan")
WORDS = ["truth", "universally", "acknowledged", "man", "fortune", "wife", "Ω", "", "日本"]


def cases(out):
    out("frame", "sample", None, {name: case(None, rows=rows) for name, rows in samples()})
    data = table()
    out(
        "frame",
        "table",
        None,
        {
            "describe": case(None, **described(data)),
            "counts": case(None, **counted(data)),
            "groups": case(None, **grouped(data)),
            "sorted": case(None, **ordered(data)),
        },
        **columns(data),
    )
    out("frame", "quantiles", None, quantiles())
    out("frame", "csv", None, {str(k): csv(text) for k, text in enumerate(CSV)})
    for name, content, options in files():
        sink = io.BytesIO()
        parquet.write_table(content, sink, **options)
        out("frame/parquet", name, None, {c: case(None, **written(content[c])) for c in content.column_names}, file=numpy.frombuffer(sink.getvalue(), "uint8"))


def samples():
    """The rows that DataFrame.sample takes, as "rows,n,replace,fraction,seed"."""
    for rows, n, replace, fraction, seed in [
        (10, 4, False, None, 43),
        (10, 10, False, None, 0),
        (1, 1, False, None, 1),
        (40000, 50, False, None, 43),
        (1000, 40, True, None, 43),
        (7, 30, True, None, 2**32 - 1),
        (1, 5, True, None, 3),
        (1000, None, False, 0.1, 43),
        (25, None, False, 0.5, 7),
        (35, None, False, 0.1, 7),
        (45, None, False, 0.1, 7),
        (10, None, True, 2.5, 11),
        (10, None, False, 0.0, 11),
    ]:
        frame = pandas.DataFrame({"x": numpy.arange(rows)})
        got = frame.sample(n=n, frac=fraction, replace=replace, random_state=seed)
        yield f"{rows},{n or 0},{str(replace).lower()},{-1 if fraction is None else fraction},{seed}", got["x"].to_numpy()


def table():
    r = numpy.random.RandomState(5)
    n = 500
    x = r.normal(size=n) * 100 + 1e4
    x[r.random_sample(n) < 0.1] = NAN
    word = [WORDS[i] if i >= 0 else None for i in r.randint(-1, len(WORDS), n)]
    return pandas.DataFrame(
        {
            "label": numpy.where(r.random_sample(n) < 0.3, "spam", "legitimate"),
            "word": pandas.Series(word, dtype="str"),
            "x": x,
            "y": numpy.round(r.normal(size=n), 1),
            "k": r.randint(-5, 5, n),
            "flag": r.random_sample(n) < 0.5,
        }
    )


def columns(data):
    arrays = {}
    for name, c in data.items():
        if c.dtype == "str":
            arrays[name] = c.fillna("").to_list()
            arrays[name + "_null"] = c.isna().to_numpy()
        else:
            arrays[name] = c.to_numpy()
    return arrays


def described(data):
    d = data.describe(include="all")
    numbers = ["mean", "std", "min", "25%", "50%", "75%", "max"]
    return {
        "count": d.loc["count"].to_numpy(float),
        "unique": d.loc["unique"].to_numpy(float),
        "top": ["" if v != v else str(v).lower() if isinstance(v, (bool, numpy.bool_)) else v for v in d.loc["top"]],
        "freq": d.loc["freq"].to_numpy(float),
        "numbers": d.loc[numbers].to_numpy(float),
    }


def counted(data):
    arrays = {}
    for name in ("label", "word", "y", "k", "flag"):
        c = data[name].value_counts()
        arrays[name] = [format(v) for v in c.index]
        arrays[name + "_count"] = c.to_numpy()
    return arrays


def format(v):
    if isinstance(v, (bool, numpy.bool_)):
        return str(v).lower()
    if isinstance(v, (float, numpy.floating)):
        return f"{v:g}"
    return str(v)


def grouped(data):
    arrays = {}
    for keys in (["label"], ["word"], ["label", "k"], ["flag", "word"]):
        g = data.groupby(keys)
        name = "-".join(keys)
        result = pandas.DataFrame(
            {
                "count": g.size(),
                "x_count": g["x"].count(),
                "x_sum": g["x"].sum(),
                "x_mean": g["x"].mean(),
                "x_var": g["x"].var(),
                "x_std": g["x"].std(),
                "x_min": g["x"].min(),
                "x_max": g["x"].max(),
                "x_median": g["x"].median(),
                "x_q10": g["x"].quantile(0.1),
                "x_first": g["x"].first(),
                "x_last": g["x"].last(),
                "y_nunique": g["y"].nunique(),
                "y_sum": g["y"].sum(),
            }
        )
        if name != "label-k":
            result["k_sum"] = g["k"].sum()
        for c in result:
            arrays[f"{name}/{c}"] = result[c].to_numpy()
        for k in keys:
            arrays[f"{name}/{k}"] = [format(v) for v in result.index.get_level_values(k)]
    return arrays


def ordered(data):
    arrays = {}
    for name, by, ascending in [
        ("word", ["word"], [True]),
        ("-word", ["word"], [False]),
        ("x", ["x"], [True]),
        ("-x", ["x"], [False]),
        ("y", ["y"], [True]),
        ("label,-y,k", ["label", "y", "k"], [True, False, True]),
        ("-flag,word,-x", ["flag", "word", "x"], [False, True, False]),
    ]:
        arrays[name] = data.sort_values(by, ascending=ascending, kind="stable").index.to_numpy()
    return arrays


def quantiles():
    r = numpy.random.RandomState(8)
    parts = {}
    for name, x in {
        "normal": r.normal(size=101) * 1e3,
        "ties": r.randint(0, 4, 60).astype(float),
        "one": numpy.array([3.5]),
        "two": numpy.array([1.0, 4.0]),
        "nan": numpy.array([NAN, 2.0, NAN, 1.0, 7.0]),
        "large": numpy.array([1e308, -1e308, 3.0, 1e16, 1e16 + 2]),
    }.items():
        s = pandas.Series(x)
        q = numpy.array([0, 0.05, 0.1, 0.25, 1 / 3, 0.5, 0.6, 0.75, 0.9, 0.999, 1])
        parts[name] = case(None, x=x, q=q, values=s.quantile(q).to_numpy(), statistics=[s.sum(), s.mean(), s.var(), s.std(), s.min(), s.max(), s.median()])
    return parts


CSV = [
    "a,b,c\n1,x,1.5\n2,,2\n3,NA,-1e3\n",
    'text,label\n"it is, a ""truth""\nuniversally",spam\n"",legitimate\n null,NULL\n',
    "i,f,b,n,t\r\n1,1,True,,1\r\n-2,nan,false,NA,x\r\n\r\n+3,inf,TRUE,<NA>,\r\n",
    "a,b,c\n1,2\n3\n4,5,6\n",
    "a,a,,b\n1,2,3,4\n",
    "big,id\n9223372036854775807,99999999999999999999\n-9223372036854775808,1\n",
    "mixed\n1\n2.5\n1e400\n  7 \n",
    'q\na"b\n"a"b\n"a""b"\n',
    "\ufeffa;b\n1;2\n".replace(";", ","),
    "a,b\n1,2",
    "a\n1\n\n  \n2\n",
    "a,b\r1,2\r3,4\r",
    "true,None\nTrue,n/a\nno,nan\n",
    "h\n",
]


def csv(text):
    f = pandas.read_csv(io.StringIO(text))
    arrays = {"csv": [text], "names": [str(c) for c in f.columns]}
    for k, name in enumerate(f.columns):
        c = f[name]
        null = c.isna().to_numpy()
        arrays[f"{k}_null"] = null
        # Integers with nulls and bools with nulls are what they are in Go.
        if len(c) and c.dtype == object and all(isinstance(v, bool) for v in c[~null]):
            arrays[f"{k}_bool"] = c[~null].to_numpy(bool)
        elif c.dtype.kind == "b":
            arrays[f"{k}_bool"] = c.to_numpy()
        elif c.dtype.kind in "if":
            arrays[f"{k}_float"] = c[~null].to_numpy(float)
        else:
            arrays[f"{k}_string"] = [str(v) for v in c[~null]]
    return case(None, **arrays)


def files():
    r = numpy.random.RandomState(9)
    n = 300
    null = lambda values, share=0.2: [None if u < share else v for u, v in zip(r.random_sample(len(values)), values)]  # noqa: E731
    base = pyarrow.table(
        {
            "index": pyarrow.array(range(n)),
            "label": pyarrow.array(null([["spam", "legitimate"][i] for i in r.randint(0, 2, n)])),
            "text": pyarrow.array([" ".join(WORDS[i] for i in r.randint(0, len(WORDS), 5)) + str(k) for k in range(n)]),
            "x": pyarrow.array(null(r.normal(size=n).tolist())),
            "flag": pyarrow.array(null((r.random_sample(n) < 0.5).tolist())),
        }
    )
    for compression in ("none", "snappy", "gzip", "zstd"):
        for version in ("1.0", "2.0"):
            options = {"compression": compression, "data_page_version": version, "row_group_size": 110, "data_page_size": 400, "write_batch_size": 50}
            yield f"{compression}_{version[0]}", base, options
    yield "no_dictionary", base, {"use_dictionary": False, "data_page_version": "2.0"}
    plain = {"use_dictionary": False, "row_group_size": 170}
    yield "delta", base.select(["index", "text", "label"]), {**plain, "column_encoding": {"index": "DELTA_BINARY_PACKED", "text": "DELTA_BYTE_ARRAY", "label": "DELTA_LENGTH_BYTE_ARRAY"}}
    wide = pyarrow.table(
        {
            "far": pyarrow.array(null((r.randint(-(2**62), 2**62, n)).tolist())),
            "near": pyarrow.array(r.randint(-9, 9, n), "int32"),
            "same": pyarrow.array([7] * n),
            "extreme": pyarrow.array([[-(2**63), 2**63 - 1][i % 2] for i in range(n)]),
        }
    )
    yield "delta_integers", wide, {**plain, "column_encoding": "DELTA_BINARY_PACKED"}
    split = pyarrow.table({"f32": pyarrow.array(r.normal(size=n), "float32"), "f64": pyarrow.array(null(r.normal(size=n).tolist())), "i32": pyarrow.array(r.randint(-999, 999, n), "int32"), "i64": pyarrow.array(r.randint(-999, 999, n))})
    yield "split", split, {**plain, "column_encoding": "BYTE_STREAM_SPLIT"}
    small = [0, 1, None, 127]
    times = [0, -1, None, 1_700_000_000]
    types = {f"{t}": pyarrow.array(small, t) for t in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64")}
    types["uint32"] = pyarrow.array([0, 2**32 - 1, None, 5], "uint32")
    types["float16"] = pyarrow.array(numpy.array([0.1, -2, 65504, 6e-8], "float16"), "float16")
    types["decimal"] = pyarrow.array([decimal.Decimal("1.25"), decimal.Decimal("-0.05"), None, decimal.Decimal("999.99")], pyarrow.decimal128(5, 2))
    types["decimal_large"] = pyarrow.array([decimal.Decimal("12345678901234567890.25"), decimal.Decimal("-1"), None, decimal.Decimal(0)], pyarrow.decimal128(30, 2))
    types["date"] = pyarrow.array([0, -1, None, 19000], pyarrow.date32())
    for unit, by in (("s", 1), ("ms", 1000), ("us", 10**6), ("ns", 10**9)):
        types[f"time_{unit}"] = pyarrow.array([None if t is None else t * by + (by > 1) for t in times], pyarrow.timestamp(unit))
    types["zone"] = pyarrow.array([None if t is None else t * 1000 for t in times], pyarrow.timestamp("ms", tz="Europe/Vienna"))
    types["category"] = pyarrow.array(["a", "b", None, "a"]).dictionary_encode()
    types["large"] = pyarrow.array(["a", "Ω", None, ""], pyarrow.large_string())
    types["binary"] = pyarrow.array([b"a", b"b", None, b""], pyarrow.binary())
    types["fixed"] = pyarrow.array([b"ab", b"cd", None, b"ef"], pyarrow.binary(2))
    types["nothing"] = pyarrow.array([None] * 4, pyarrow.null())
    types["nulls"] = pyarrow.array([None] * 4, pyarrow.string())
    yield "types", pyarrow.table(types), {}
    yield "types_2", pyarrow.table(types), {"use_dictionary": False, "data_page_version": "2.0", "store_schema": False}
    yield "int96", pyarrow.table({"t": pyarrow.array([0, None, -(10**15) + 1, 4 * 10**15], pyarrow.timestamp("us"))}), {"use_deprecated_int96_timestamps": True}
    yield "uuid", pyarrow.table({"u": pyarrow.array([uuid.UUID(int=5).bytes, None], pyarrow.uuid())}), {}
    yield "empty", base.slice(0, 0), {}
    yield "lists", pyarrow.table({"id": [1, 2], "tags": [["a"], []], "where": [{"x": 1}, {"x": 2}]}), {}
    required = pyarrow.schema([pyarrow.field("i", pyarrow.int64(), nullable=False), pyarrow.field("s", pyarrow.string(), nullable=False), pyarrow.field("b", pyarrow.bool_(), nullable=False)])
    yield "required", pyarrow.table({"i": [1, 2, 3], "s": ["a", "b", "a"], "b": [True, False, True]}, schema=required), {}


def written(c):
    """What a column of a frame is to hold."""
    null = numpy.array([v is None for v in c.to_pylist()], bool)
    t = c.type
    if pyarrow.types.is_nested(t):
        return {"null": null}
    if pyarrow.types.is_dictionary(t):
        t = t.value_type
    values = [v for v in c.to_pylist() if v is not None]
    if pyarrow.types.is_timestamp(t) or pyarrow.types.is_date(t):
        ns = c.drop_null().cast(pyarrow.timestamp("s") if pyarrow.types.is_date(t) else t).cast(pyarrow.int64()).to_numpy()
        unit = "s" if pyarrow.types.is_date(t) else t.unit
        by = {"s": 10**6, "ms": 1000, "us": 1, "ns": None}[unit]
        return {"null": null, "timestamp": ns // 1000 if by is None else ns * by}
    if pyarrow.types.is_boolean(t):
        return {"null": null, "bool": numpy.array(values, bool)}
    if pyarrow.types.is_integer(t):
        return {"null": null, "int64": numpy.array(values, "int64")}
    if pyarrow.types.is_floating(t) or pyarrow.types.is_decimal(t):
        return {"null": null, "float64": numpy.array([float(v) for v in values], float)}
    if pyarrow.types.is_null(t):
        return {"null": null}
    return {"null": null, "string": [v if isinstance(v, str) else str(v) if isinstance(v, uuid.UUID) else v.decode() for v in values]}

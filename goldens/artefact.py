"""The artefact format itself: what Python writes, Go must read."""

import numpy

from goldens import case


def cases(out):
    out(
        "artefact",
        "types",
        {"Float": 0.1, "NaN": float("nan"), "Infinity": float("-inf"), "Int": 2**53, "Large": -(2**63), "Text": "naïve", "None": None, "List": [1, [True]]},
        {"empty": case(), "nested": case({}, {"deeper": case({}, text=["Ω"])})},
        f64=numpy.array([[1.5, -0.0, numpy.nan], [numpy.inf, 5e-324, 1e308]]),
        f32=numpy.array([0.1], "float32"),
        i64=[-(2**63), 2**63 - 1],
        i32=numpy.array([-(2**31)], "int32"),
        u32=numpy.array([2**32 - 1], "uint32"),
        u8=[True, False],
        none=numpy.zeros((0, 3)),
        number=7.0,
        text=["", "it is a truth", "日本", "\0"],
    )

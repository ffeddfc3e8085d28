"""The artefact format of runtime/artefact (whose doc.go describes it), written and
read with NumPy alone.

    state = State("example.Mean", {"Trim": 0.1}, {"mean": numpy.array([1.5, 2.0])})
    digest = write("mean.nf", state)
    read("mean.nf").root.arrays["mean"]

The same state always makes the same bytes.
"""

import dataclasses
import hashlib
import json
import math
import os
import struct
import tempfile

import numpy

MAGIC = b"nfield\x00\x01"
ALIGN = 64
TYPES = {"f64": "<f8", "f32": "<f4", "i64": "<i8", "i32": "<i4", "u32": "<u4", "u8": "|u1"}
NAMES = {numpy.dtype(code): name for name, code in TYPES.items()}


class FormatError(ValueError):
    """The bytes are no artefact, or the state cannot be one."""


@dataclasses.dataclass
class State:
    """A node of the tree that an artefact holds: `kind` names the Go type, `params`
    are JSON values, `arrays` NumPy arrays of one of the format's types, or lists of
    str, and `parts` the states it is made of, by name and in order."""

    kind: str
    params: dict = dataclasses.field(default_factory=dict)
    arrays: dict = dataclasses.field(default_factory=dict)
    parts: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class File:
    """What an artefact says: a state, where it comes from, and its digest."""

    root: State
    provenance: dict
    digest: str


def write(path, state, provenance=None):
    """Write the artefact, all of it or nothing, and return its digest."""
    data = dumps(state, provenance)
    path = os.fspath(path)
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path) or ".", prefix="." + os.path.basename(path))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    return hashlib.sha256(data).hexdigest()


def read(path):
    """Read the artefact at path."""
    with open(path, "rb") as file:
        return loads(file.read())


def dumps(state, provenance=None):
    """The bytes of an artefact."""
    blocks = []
    header = {"provenance": dict(sorted((provenance or {}).items())), "root": _state(state, blocks)}
    if not header["provenance"]:
        del header["provenance"]
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (-(len(MAGIC) + 8 + len(text)) % ALIGN)
    return b"".join([MAGIC, struct.pack("<Q", len(text)), text, *blocks])


def _state(state, blocks):
    out = {"kind": state.kind}
    if state.params:
        out["params"] = {name: _plain(state.params[name]) for name in sorted(state.params)}
    if state.arrays:
        out["arrays"] = {name: _array(name, state.arrays[name], blocks) for name in sorted(state.arrays)}
    if state.parts:
        out["parts"] = [{"name": name, "state": _state(part, blocks)} for name, part in state.parts.items()]
    return out


def _plain(value):
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, numpy.bool_):
        return bool(value)
    if isinstance(value, (int, numpy.integer)):
        # What float64 cannot hold, readers of JSON would confuse.
        return int(value) if abs(int(value)) <= 2**53 else str(int(value))
    if isinstance(value, (float, numpy.floating)):
        value = float(value)
        if math.isfinite(value):
            return value
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, dict) and all(isinstance(k, str) for k in value):
        return {k: _plain(value[k]) for k in sorted(value)}
    raise FormatError(f"a parameter cannot be {value!r} ({type(value).__name__})")


def _array(name, value, blocks):
    if isinstance(value, numpy.ndarray) and value.dtype.newbyteorder("<") in NAMES:
        kind = NAMES[value.dtype.newbyteorder("<")]
        shape = value.shape
        data = numpy.ascontiguousarray(value).astype(TYPES[kind], copy=False).tobytes()
    else:
        texts = value.tolist() if isinstance(value, numpy.ndarray) and value.ndim == 1 else value
        if not isinstance(texts, (list, tuple)) or not all(isinstance(t, str) for t in texts):
            raise FormatError(
                f"the array {name!r} is neither a list of str nor a NumPy array of one of {', '.join(str(d) for d in NAMES)}: "
                f"{getattr(value, 'dtype', type(value).__name__)}"
            )
        encoded = [t.encode() for t in texts]
        ends = numpy.cumsum([0] + [len(t) for t in encoded], dtype="<i8")
        kind, shape, data = "str", (len(texts),), ends.tobytes() + b"".join(encoded)
    length = sum(map(len, blocks))
    if length % ALIGN:
        blocks.append(bytes(-length % ALIGN))
        length += len(blocks[-1])
    blocks.append(data)
    return {"type": kind, "shape": list(shape), "offset": length, "size": len(data)}


def loads(data):
    """What the bytes of an artefact say. Unlike Go's reader, which services use, it
    is for files that one made oneself."""
    if data[: len(MAGIC)] != MAGIC:
        raise FormatError(f"it begins with {data[: len(MAGIC)]!r}, not with {MAGIC!r}")
    start = len(MAGIC) + 8
    (length,) = struct.unpack("<Q", data[len(MAGIC) : start])
    if length > len(data) - start:
        raise FormatError(f"the header has {length} bytes in a file of {len(data)}")
    header = json.loads(data[start : start + length].decode())
    root = _load(header["root"], memoryview(data)[start + length :])
    return File(root, header.get("provenance", {}), hashlib.sha256(data).hexdigest())


def _load(tree, data):
    arrays = {}
    for name, a in tree.get("arrays", {}).items():
        block = data[a["offset"] : a["offset"] + a["size"]]
        if a["type"] == "str":
            (count,) = a["shape"]
            ends = numpy.frombuffer(block[: 8 * (count + 1)], "<i8").tolist()
            block = bytes(block[8 * (count + 1) :])
            arrays[name] = [block[lo:hi].decode() for lo, hi in zip(ends, ends[1:])]
        else:
            arrays[name] = numpy.frombuffer(block, TYPES[a["type"]]).reshape(a["shape"])
    parts = {p["name"]: _load(p["state"], data) for p in tree.get("parts", [])}
    return State(tree["kind"], tree.get("params", {}), arrays, parts)

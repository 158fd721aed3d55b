"""Chunk-compressed PLY files, as SuperSplat writes them.

Elements: "chunk", the least and greatest values of each 256 splats; "vertex", four 32-bit words a splat; "sh", a byte a
coefficient. Bits, highest first: position and scale 11 x, 10 y, 11 z between the chunk's values; rotation 2 for the
index of the largest of wxyz, 10 for each other one between ±√½; colour 8 each for r, g, b between the chunk's values
(0 and 1 where it has none), 8 opacity.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from splats.errors import DecodeError
from splats.formats.ply_header import Element, Header
from splats.formats.ply_rows import Columns, read_columns
from splats.sh import SH_C0

CHUNK_SPLATS = 256

_PACKED = ("packed_position", "packed_rotation", "packed_scale", "packed_color")
_SH_REACH = 4.0
"""The bytes of the harmonics span ±4."""

_Words = npt.NDArray[np.uint32]
_Doubles = npt.NDArray[np.float64]


def is_chunked(vertex: Element) -> bool:
    """Whether the rows of `vertex` are words of a chunk-compressed file."""
    return "packed_position" in vertex.scalars


def read(data: bytes, header: Header) -> Columns:
    """Return the columns x y z f_dc_* f_rest_* opacity scale_* rot_* of a chunk-compressed file, float64 and float32.

    Opacities 0 and 1 are logits of ∓∞. Raises DecodeError `unknown_format` for elements that do not have the format's
    properties, `bad_encoding` for counts that do not match, and like `read_columns`.
    """
    elements = {name: _element(header, name) for name in ("chunk", "vertex")}
    if header.element("sh") is not None:
        elements["sh"] = _element(header, "sh")
    count = elements["vertex"].count
    chunks = math.ceil(count / CHUNK_SPLATS)
    if elements["chunk"].count != chunks:
        raise DecodeError(
            "bad_encoding", f"{elements['chunk'].count:,} chunks for {count:,} splats instead of {chunks:,}"
        )
    if "sh" in elements and elements["sh"].count != count:
        raise DecodeError("bad_encoding", f"{elements['sh'].count:,} rows of harmonics for {count:,} splats")
    found = read_columns(data, header, elements)
    words = {name: found["vertex"][name].astype(np.uint32) for name in _PACKED}
    rows = np.arange(count) // CHUNK_SPLATS  # [N], the chunk of each splat
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):  # checked by the reader of the columns
        spans = {name: values.astype(np.float64)[rows] for name, values in found["chunk"].items()}
        columns = _vectors(words["packed_position"], spans, "") | _vectors(words["packed_scale"], spans, "scale_")
        columns |= _rotations(words["packed_rotation"]) | _colours(words["packed_color"], spans)
    return columns | {name: _harmonics(values) for name, values in found.get("sh", {}).items()}


def _element(header: Header, name: str) -> Element:
    element = header.element(name)
    limits = [f"{end}_{axis}" for end in ("min", "max") for axis in ("x", "y", "z", "scale_x", "scale_y", "scale_z")]
    needed = {"chunk": limits, "vertex": list(_PACKED), "sh": []}[name]
    codes = {"chunk": {"f4", "f8"}, "vertex": {"u4", "i4"}, "sh": {"u1"}}[name]
    if element is None or element.has_list or any(element.scalars.get(each) not in codes for each in needed):
        raise DecodeError("unknown_format", f"the element {name!r} is not that of a chunk-compressed PLY file")
    if name == "sh" and any(code not in codes for code in element.scalars.values()):
        raise DecodeError("unknown_format", "the harmonics of the chunk-compressed PLY file are not bytes")
    if not header.byte_order:
        raise DecodeError(
            "unknown_format", "a chunk-compressed PLY file written as text is not supported: send it as binary"
        )
    return element


def _unit(words: _Words, shift: int, bits: int) -> _Doubles:
    """Return the `bits` bits above `shift` as numbers of 0 to 1."""
    most = (1 << bits) - 1
    unit: _Doubles = ((words >> np.uint32(shift)) & np.uint32(most)) / float(most)
    return unit


def _between(t: _Doubles, spans: dict[str, _Doubles], name: str) -> _Doubles:
    return spans[f"min_{name}"] * (1 - t) + spans[f"max_{name}"] * t


def _vectors(words: _Words, spans: dict[str, _Doubles], kind: str) -> Columns:
    parts = {"x": (21, 11), "y": (11, 10), "z": (0, 11)}
    values = [_between(_unit(words, shift, bits), spans, kind + axis) for axis, (shift, bits) in parts.items()]
    return dict(zip(("scale_0", "scale_1", "scale_2") if kind else ("x", "y", "z"), values, strict=True))


def _rotations(words: _Words) -> Columns:
    largest = words >> np.uint32(30)
    others = [(_unit(words, shift, 10) - 0.5) * math.sqrt(2) for shift in (20, 10, 0)]
    rest = np.sqrt(np.maximum(0, 1 - sum(other * other for other in others)))
    columns: Columns = {}
    for i in range(4):
        before, after = others[min(i, 2)], others[max(i - 1, 0)]
        columns[f"rot_{i}"] = np.where(largest == i, rest, np.where(i < largest, before, after))
    return columns


def _colours(words: _Words, spans: dict[str, _Doubles]) -> Columns:
    columns: Columns = {}
    for i, (channel, shift) in enumerate((("r", 24), ("g", 16), ("b", 8))):
        colour = _unit(words, shift, 8)
        if f"min_{channel}" in spans and f"max_{channel}" in spans:
            colour = _between(colour, spans, channel)
        columns[f"f_dc_{i}"] = (colour - 0.5) / SH_C0
    alpha = _unit(words, 0, 8)
    columns["opacity"] = np.log(alpha / (1 - alpha))
    return columns


def _harmonics(stored: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
    """Return coefficients from bytes: the middle of each of 256 steps, and the ends of the range for 0 and 255."""
    steps = (np.arange(256) + 0.5) / 256
    steps[[0, 255]] = 0, 1
    table = ((steps - 0.5) * 2 * _SH_REACH).astype(np.float32)
    coefficients: npt.NDArray[np.float32] = table[stored.astype(np.uint8)]
    return coefficients

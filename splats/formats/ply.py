"""PLY files of splats in the INRIA layout: x y z nx ny nz f_dc_* f_rest_* opacity scale_* rot_*, one row a splat.

Scales are logarithms, opacities logits, rotations wxyz; f_rest runs through all coefficients of red, then of green,
then of blue. Positions are world coordinates (y up).

gsply is not used here: its reader takes only paths and little-endian files of float properties (it misreads rows with
any other type), and its writer leaves out the normals that fixed-layout readers expect.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from splats.errors import DecodeError
from splats.formats import limits
from splats.formats.ply_header import Element, Header, parse_header
from splats.formats.ply_text import parse_numbers
from splats.formats.raw import RawValues, activate, deactivate
from splats.model import Splats

MAGIC = b"ply"

_MEANS = ("x", "y", "z")
_NORMALS = ("nx", "ny", "nz")
_DC = ("f_dc_0", "f_dc_1", "f_dc_2")
_SCALES = ("scale_0", "scale_1", "scale_2")
_QUATS = ("rot_0", "rot_1", "rot_2", "rot_3")
_REST_COUNTS = (0, 9, 24, 45)
_REST_NAME = re.compile(r"f_rest_[0-9]+")

_BLOCK_ROWS = 4096
"""Rows gathered at a time: even the widest stay in the processor's cache while their columns are copied."""

_Columns = dict[str, npt.NDArray[np.generic]]


def encode(splats: Splats) -> bytes:
    """Encode `splats` as a binary little-endian PLY file of 17 + 3 (K - 1) float32 properties, with normals of 0.

    Raises ValueError for splats that cannot be written (`splats.formats.raw.deactivate`).
    """
    raw = deactivate(splats)
    n, rest_count = len(splats), 3 * (raw.sh.shape[1] - 1)
    names = (*_MEANS, *_NORMALS, *_DC, *_rest_names(rest_count), "opacity", *_SCALES, *_QUATS)
    header = ["ply", "format binary_little_endian 1.0", f"element vertex {n}"]
    header += [f"property float {name}" for name in names]
    header.append("end_header\n")
    rows = np.empty((n, len(names)), dtype="<f4")  # [N, P]
    rows[:, 0:3] = raw.means
    rows[:, 3:6] = 0
    rows[:, 6:9] = raw.sh[:, 0]
    for channel, columns in enumerate(np.split(rows[:, 9 : 9 + rest_count], 3, axis=1)):
        columns[:] = raw.sh[:, 1:, channel]
    rows[:, -8] = raw.logits
    rows[:, -7:-4] = raw.log_scales
    rows[:, -4:] = raw.quats
    return b"".join(("\n".join(header).encode("ascii"), rows.data))


def decode(data: bytes) -> Splats:
    """Decode the PLY file `data` (binary of either byte order, or ascii), with properties in any order.

    Normals, unknown scalar properties and other elements are ignored. Raises DecodeError with a code for anything but
    a file of splats within the limits of `splats.formats.limits`.
    """
    header = parse_header(data)
    before, vertex = _split_at_vertex(header)
    limits.check_count(vertex.count)
    rest_count = _check_properties(vertex)
    columns = _text_columns if header.byte_order == "" else _binary_columns
    return _splats(columns(data, header, before, vertex), rest_count)


def _split_at_vertex(header: Header) -> tuple[tuple[Element, ...], Element]:
    for index, element in enumerate(header.elements):
        if element.name == "vertex":
            return header.elements[:index], element
        if element.has_list:
            raise DecodeError("unknown_format", "PLY list properties before the splats are not supported")
    raise DecodeError("unknown_format", "the PLY file has no vertex element")


def _check_properties(vertex: Element) -> int:
    """Return the number of f_rest properties."""
    if vertex.has_list:
        raise DecodeError("unknown_format", "PLY list properties in the splat rows are not supported")
    if "packed_position" in vertex.scalars:
        raise DecodeError("unknown_format", "chunk-compressed PLY is not supported: send plain PLY or SPZ")
    rest_count = sum(1 for name in vertex.scalars if _REST_NAME.fullmatch(name))
    if rest_count not in _REST_COUNTS:
        raise DecodeError("unknown_format", f"{rest_count} f_rest properties; degrees 0 to 3 have 0, 9, 24 or 45")
    for name in (*_MEANS, *_DC, *_rest_names(rest_count), "opacity", *_SCALES, *_QUATS):
        if name not in vertex.scalars:
            raise DecodeError("unknown_format", f"the PLY file has no property {name}, which splats need")
    return rest_count


def _rest_names(rest_count: int) -> list[str]:
    return [f"f_rest_{i}" for i in range(rest_count)]


def _binary_columns(data: bytes, header: Header, before: tuple[Element, ...], vertex: Element) -> _Columns:
    order = header.byte_order
    start = header.body_start + sum(e.count * e.row_dtype(order).itemsize for e in before)
    dtype = vertex.row_dtype(order)
    end = start + vertex.count * dtype.itemsize
    if end > len(data):
        raise DecodeError("truncated", f"the PLY file needs {end:,} bytes and has {len(data):,}")
    if vertex is header.elements[-1] and data[end:].strip():
        raise DecodeError("bad_encoding", f"{len(data) - end:,} bytes follow the last row of the PLY file")
    rows = np.frombuffer(data, dtype, vertex.count, start)
    return {name: rows[name] for name in vertex.scalars}


def _text_columns(data: bytes, header: Header, before: tuple[Element, ...], vertex: Element) -> _Columns:
    skipped = sum(e.count * len(e.scalars) for e in before)
    width = len(vertex.scalars)
    values, more = parse_numbers(data, header.body_start, skipped + vertex.count * width)
    if more and vertex is header.elements[-1]:
        raise DecodeError("bad_encoding", "more numbers follow the last row of the PLY file")
    table = values[skipped:].reshape(vertex.count, width)  # [N, P]
    return {name: table[:, i] for i, name in enumerate(vertex.scalars)}


def _splats(columns: _Columns, rest_count: int) -> Splats:
    rest = np.array(_rest_names(rest_count)).reshape(3, rest_count // 3).T  # by coefficient, then r g b
    sh = _gather(columns, (*_DC, *rest.ravel()), "f_dc, f_rest", -limits.MAX_SH, limits.MAX_SH)
    return activate(
        RawValues(
            means=_gather(columns, _MEANS, "x, y, z", -limits.MAX_POSITION, limits.MAX_POSITION),
            quats=_gather(columns, _QUATS, "rot", -limits.MAX_QUAT_COMPONENT, limits.MAX_QUAT_COMPONENT),
            log_scales=_gather(columns, _SCALES, "scale", limits.MIN_LOG_SCALE, limits.MAX_LOG_SCALE),
            logits=_gather(columns, ("opacity",), "opacity", -limits.MAX_LOGIT, limits.MAX_LOGIT)[:, 0],
            sh=sh.reshape(len(sh), 1 + rest_count // 3, 3),
        )
    )


def _gather(columns: _Columns, names: tuple[str, ...], label: str, low: float, high: float) -> npt.NDArray[np.float32]:
    """Check the range of the named columns and return them side by side, [N, len(names)]."""
    n = len(columns[names[0]])
    table = np.empty((n, len(names)), np.float32)
    for start in range(0, n, _BLOCK_ROWS):
        block = slice(start, start + _BLOCK_ROWS)
        for i, name in enumerate(names):
            column = columns[name][block]
            if column.dtype.itemsize > 4:  # before the conversion can make an infinity
                limits.check_range(label, column, low, high)
            table[block, i] = column
        limits.check_range(label, table[block], low, high)
    return table

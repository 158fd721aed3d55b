"""PLY files of splats in the INRIA layout: x y z nx ny nz f_dc_* f_rest_* opacity scale_* rot_*, one row a splat.

Scales are logarithms, opacities logits, rotations wxyz; f_rest runs through all coefficients of red, then of green,
then of blue. Positions are world coordinates (y up).

gsply is not used here: its reader takes only paths and little-endian files of float properties (it misreads rows with
any other type), and its writer leaves out the normals that fixed-layout readers expect.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from splats.errors import DecodeError
from splats.formats import limits, ply_chunks
from splats.formats.notes import DEGREE_CUT, MAX_SH_DEGREE, Note, ignore
from splats.formats.ply_header import MAX_HEADER_BYTES, parse_header
from splats.formats.ply_rows import Columns, read_columns
from splats.formats.raw import RawValues, activate, deactivate, with_filter_3d
from splats.model import Splats
from splats.sh import SH_C0

MAGIC = b"ply"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_MEANS = ("x", "y", "z")
_NORMALS = ("nx", "ny", "nz")
_DC = ("f_dc_0", "f_dc_1", "f_dc_2")
_RGB = ("red", "green", "blue")
_SCALES = ("scale_0", "scale_1", "scale_2")
_QUATS = ("rot_0", "rot_1", "rot_2", "rot_3")
_FILTER = "filter_3d"  # trainers write filter_3D
_REST_NAME = re.compile(r"f_rest_([0-9]{1,4})")
_REST_DEGREES = {0: 0, 9: 1, 24: 2, 45: 3, 72: 4}

_ANTIALIASED_LINES = ("SplatRenderMode: mip", "antialiased 1")
_ANTIALIASED = re.compile(r"(splatrendermode\s*[:=]?\s*mip|antialiased\s*[:=]?\s*(1|true|yes))\b", re.IGNORECASE)
"""Comments by which trainers mark splats that are drawn with opacity compensation: what is written, what is read."""

_BLOCK_ROWS = 4096
"""Rows gathered at a time: even the widest stay in the processor's cache while their columns are copied."""

_NO_METADATA: Mapping[str, str] = MappingProxyType({})


def encode(splats: Splats, metadata: Mapping[str, str] = _NO_METADATA) -> bytes:
    """Encode `splats` as a binary little-endian PLY file of 17 + 3 (K - 1) float32 properties, with normals of 0.

    Each entry of `metadata` becomes a line "comment key: value", the value escaped like a JSON string, since headers
    are ASCII. An entry that says whether the splats are antialiased is left out: the splats say it.
    Raises ValueError for splats that cannot be written (`splats.formats.raw.deactivate`) and for a header of more than
    MAX_HEADER_BYTES.
    """
    raw = deactivate(splats)
    n, rest_count = len(splats), 3 * (raw.sh.shape[1] - 1)
    names = (*_MEANS, *_NORMALS, *_DC, *(f"f_rest_{i}" for i in range(rest_count)), "opacity", *_SCALES, *_QUATS)
    comments = [f"{key}: {_escaped(value)}" for key, value in metadata.items()]
    comments = [comment for comment in comments if not _ANTIALIASED.match(comment)]
    if splats.antialiased:
        comments = [*_ANTIALIASED_LINES, *comments]
    lines = ["ply", "format binary_little_endian 1.0", *(f"comment {comment}" for comment in comments)]
    lines += [f"element vertex {n}", *(f"property float {name}" for name in names), "end_header\n"]
    header = "\n".join(lines).encode("ascii")
    if len(header) > MAX_HEADER_BYTES:
        raise ValueError(f"cannot write a PLY header of {len(header):,} bytes; at most {MAX_HEADER_BYTES:,} are read")
    rows = np.empty((n, len(names)), dtype="<f4")  # [N, P]
    rows[:, 0:3] = raw.means
    rows[:, 3:6] = 0
    rows[:, 6:9] = raw.sh[:, 0]
    for channel, columns in enumerate(np.split(rows[:, 9 : 9 + rest_count], 3, axis=1)):
        columns[:] = raw.sh[:, 1:, channel]
    rows[:, -8] = raw.logits
    rows[:, -7:-4] = raw.log_scales
    rows[:, -4:] = raw.quats
    return b"".join((header, rows.data))


def decode(data: bytes, note: Note = ignore) -> Splats:
    """Decode the PLY file `data` (binary of either byte order, or ascii), with properties in any order.

    Normals, unknown scalar properties and other elements are ignored. `note` is called with a sentence for each part
    of the file that the splats lack. Raises DecodeError with a code for anything but a file of splats within the
    limits of `splats.formats.limits`.
    """
    data = data.removeprefix(BYTE_ORDER_MARK)
    header = parse_header(data)
    vertex = header.element("vertex")
    if vertex is None:
        names = ", ".join(element.name[:20] for element in header.elements[:5]) or "none"
        raise DecodeError("unknown_format", f"the PLY file has no vertex element; its elements are: {names}")
    limits.check_count(vertex.count)
    if ply_chunks.is_chunked(vertex):
        columns = ply_chunks.read(data, header)
        layout = _layout(dict.fromkeys(columns, "f4"))
    else:
        if vertex.has_list:
            raise DecodeError("unknown_format", "PLY list properties in the splat rows are not supported")
        layout = _layout(vertex.scalars)
        columns = read_columns(data, header, {"vertex"})["vertex"]
    if layout.degree > MAX_SH_DEGREE:
        note(DEGREE_CUT)
    antialiased = any(_ANTIALIASED.match(comment) for comment in header.comments)
    return _splats(columns, layout, antialiased=antialiased)


@dataclass(frozen=True, slots=True)
class _Layout:
    """The properties that hold the splats.

    degree       of the spherical harmonics in the file, 0 to 4
    rest         the names of the coefficients that are kept, channel by channel
    rgb_maximum  what white is in red, green, blue, 0 for floats; None if the colours are coefficients
    scales       three names, or two for flat splats (2DGS)
    filter_3d    the width of the 3D smoothing filter (Mip-Splatting) that has still to be applied; () without one
    """

    degree: int
    rest: tuple[str, ...]
    rgb_maximum: int | None
    scales: tuple[str, ...]
    filter_3d: tuple[str, ...]

    def names(self) -> tuple[str, ...]:
        """Return every name that is needed."""
        colours = _DC if self.rgb_maximum is None else _RGB
        return (*_MEANS, *colours, *self.rest, "opacity", *self.scales, *_QUATS, *self.filter_3d)


def _layout(scalars: Mapping[str, str]) -> _Layout:
    """Return the layout of rows with the properties `scalars`, each with its type. Raises DecodeError."""
    degree, rest = _rest(scalars)
    scales = _SCALES if "scale_2" in scalars else _SCALES[:2]
    rgb_maximum = None
    if not scalars.keys() & set(_DC) and scalars.keys() >= set(_RGB):
        codes = {scalars[name] for name in _RGB}
        if len(codes) > 1:
            raise DecodeError("unknown_format", "red, green and blue of the PLY file differ in type")
        rgb_maximum = {"f4": 0, "f8": 0, "u2": 65535}.get(codes.pop(), 255)
    filter_3d = tuple(name for name in scalars if name.lower() == _FILTER)[:1]
    layout = _Layout(degree, rest, rgb_maximum, scales, filter_3d)
    if not scalars.keys() & {"opacity", *_SCALES, *_QUATS}:
        raise DecodeError("unknown_format", "the PLY file holds a point cloud or a mesh: no opacity, scale_0, rot_0 …")
    missing = [name for name in layout.names() if name not in scalars]
    if missing:
        raise DecodeError("unknown_format", f"the PLY file has no property {', '.join(missing[:5])}, which splats need")
    return layout


def _rest(scalars: Mapping[str, str]) -> tuple[int, tuple[str, ...]]:
    """Return the degree of the f_rest properties and the names to keep. Numbers may have leading zeros."""
    numbered = {int(match[1]): name for name in scalars if (match := _REST_NAME.fullmatch(name))}
    count = sum(1 for name in scalars if _REST_NAME.fullmatch(name))
    if count not in _REST_DEGREES:
        raise DecodeError("unknown_format", f"{count} f_rest properties; degrees 0 to 4 have 0, 9, 24, 45 or 72")
    if set(numbered) != set(range(count)):
        raise DecodeError("unknown_format", f"the {count} f_rest properties are not numbered from 0 to {count - 1}")
    degree, each = _REST_DEGREES[count], count // 3
    kept = (min(degree, MAX_SH_DEGREE) + 1) ** 2 - 1
    return degree, tuple(numbered[channel * each + i] for channel in range(3) for i in range(kept))


def _splats(columns: Columns, layout: _Layout, *, antialiased: bool) -> Splats:
    columns = {name: columns[name] for name in layout.names()}
    if layout.rgb_maximum is not None:
        columns |= {dc: _coefficient(columns.pop(name), layout.rgb_maximum) for dc, name in zip(_DC, _RGB, strict=True)}
    rest = np.array(layout.rest).reshape(3, len(layout.rest) // 3).T  # by coefficient, then r g b
    try:
        sh = _gather(columns, (*_DC, *rest.ravel()), limits.COEFFICIENTS)
        log_scales = _gather(columns, layout.scales, limits.LOG_SCALES)
        raw = RawValues(
            means=_gather(columns, _MEANS, limits.POSITIONS),
            quats=_gather(columns, _QUATS, limits.QUATS),
            log_scales=_with_third(log_scales),
            logits=_gather(columns, ("opacity",), limits.LOGITS)[:, 0],
            sh=sh.reshape(len(sh), 1 + len(layout.rest) // 3, 3),
        )
        widths = _gather(columns, layout.filter_3d, limits.FILTER_WIDTHS)[:, 0] if layout.filter_3d else None
    except DecodeError as error:
        raise _counted(error, columns) from None
    splats = activate(raw, antialiased=antialiased)
    return splats if widths is None else with_filter_3d(splats, widths, len(layout.scales))


def _coefficient(colour: npt.NDArray[np.generic], maximum: int) -> npt.NDArray[np.float64]:
    """Return the coefficients of degree 0 of colours [N]: integers up to `maximum`, or floats up to 1, else to 255."""
    with np.errstate(invalid="ignore", over="ignore"):  # NaN and what is out of range are refused later
        values = colour.astype(np.float64)
        if maximum == 0:
            maximum = 255 if float(np.max(values)) > 1 else 1
        coefficients: npt.NDArray[np.float64] = (values / maximum - 0.5) / SH_C0
    return coefficients


def _with_third(log_scales: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return log scales [N, 3]: splats without a third one are flat, with the least scale."""
    if log_scales.shape[1] == 3:
        return log_scales
    return np.pad(log_scales, ((0, 0), (0, 1)), constant_values=limits.MIN_LOG_SCALE)


def _gather(columns: Columns, names: tuple[str, ...], bounds: limits.Bounds) -> npt.NDArray[np.float32]:
    """Check the range of the named columns and return them side by side, [N, len(names)]."""
    n = len(columns[names[0]])
    table = np.empty((n, len(names)), np.float32)
    for start in range(0, n, _BLOCK_ROWS):
        block = slice(start, start + _BLOCK_ROWS)
        for i, name in enumerate(names):
            column = columns[name][block]
            if column.dtype.itemsize > 4:  # before the conversion can make an infinity
                column = limits.within(column, bounds)
            table[block, i] = column
        checked = limits.within(table[block], bounds)
        if checked.base is not table:
            table[block] = checked
    return table


def _counted(error: DecodeError, columns: Columns) -> DecodeError:
    """Return `error`; for values that are not finite, with the properties and the number of splats that have them."""
    if error.code != "not_finite":
        return error
    for kind, found in (("NaN", np.isnan), ("infinite", np.isinf)):
        wrong = {name: found(values) for name, values in columns.items() if values.dtype.kind == "f"}
        if kind == "infinite":  # an infinity that means something is no fault
            wrong = {name: mask & ~_legal(name, columns[name]) for name, mask in wrong.items()}
        names = [name for name, mask in wrong.items() if mask.any()]
        if names:
            rows = int(np.any([wrong[name] for name in names], axis=0).sum())
            some = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
            return DecodeError("not_finite", f"{rows:,} of {len(columns['x']):,} splats hold {kind} values, in {some}")
    return error


def _legal(name: str, values: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    """Return which infinities of `values` mean the end of a range."""
    if name == "opacity":
        return np.ones(len(values), np.bool_)
    legal: npt.NDArray[np.bool_] = (values == -np.inf) & (name in _SCALES)
    return legal


def _escaped(text: str) -> str:
    """Return `text` as a JSON string in ASCII, without the quotes. Some readers search headers for "end_header"."""
    escaped = json.dumps(text)[1:-1].replace("\x7f", "\\u007f")
    return escaped.replace("end_header", "end\\u005fheader")

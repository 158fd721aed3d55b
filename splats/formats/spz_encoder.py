"""Write SPZ files of version 2 or 3: quantise the splats and compress them with gzip. `splats.formats.spz` reads them.

gsply is not used here: it writes no version 2 and no flags, and to paths only.
"""

from __future__ import annotations

import gzip
import math
from typing import Literal

import numpy as np
import numpy.typing as npt

from splats.formats.raw import RawValues, deactivate
from splats.formats.spz import FLAG_ANTIALIASED, HEADER, MAGIC
from splats.model import Splats

SpzVersion = Literal[2, 3]

MAX_ERROR = 0.005
"""The greatest error of a position or scale that a file is written with, as a part of the object's longest side."""

_MAX_FRACTIONAL_BITS = 23
_MAX_FIXED = 2**23 - 1
_LOG_SCALE_MIN, _LOG_SCALE_MAX = -10.0, 255 / 16 - 10
_TRIM_PERCENT = 1.0
"""Share of the positions that is left out at each end of an axis when the longest side is measured: floaters."""

_GZIP_LEVEL = 6

_Floats = npt.NDArray[np.float32]
_Bytes = npt.NDArray[np.uint8]


def encode(splats: Splats, version: SpzVersion = 3) -> bytes:
    """Encode `splats` as a gzip SPZ file of `version`. The same splats give the same bytes with the same zlib.

    Positions have as many fractional bits as the farthest one leaves, up to 23. Values outside the ranges of the format
    are clamped: scales to e^-10 … e^5.94, sh0 to ±3.33, the rest of sh to -1 … 0.99.
    Raises ValueError for splats that cannot be written (`splats.formats.raw.deactivate`), and if a position or scale
    would change by more than MAX_ERROR of the object's longest side.
    """
    raw = deactivate(splats)
    bits = fractional_bits(raw.means)
    _check_errors(raw, bits)
    flags = FLAG_ANTIALIASED if splats.antialiased else 0
    header = HEADER.pack(MAGIC, version, len(splats), splats.sh_degree, bits, flags, 0)
    opacities = splats.opacities.detach().cpu().numpy()
    sections = (
        _fixed_point(raw.means, bits),
        _bytes(opacities, 255, 0),
        _bytes(raw.sh[:, 0], 38.25, 127.5),
        _bytes(raw.log_scales, 16, 160),
        _first_three(raw.quats) if version == 2 else _smallest_three(raw.quats),
        _bytes(raw.sh[:, 1:], 128, 128),
    )
    return gzip.compress(b"".join((header, *(section.tobytes() for section in sections))), _GZIP_LEVEL, mtime=0)


def fractional_bits(means: _Floats) -> int:
    """Return the fractional bits with which positions [N, 3] are written: those that the farthest one leaves of 23.

    Decoded positions have the same number.
    """
    farthest = float(np.abs(means).max())
    _, whole_bits = math.frexp(farthest)
    bits = min(_MAX_FRACTIONAL_BITS, 23 - whole_bits)
    return bits if round(math.ldexp(farthest, bits)) <= _MAX_FIXED else bits - 1


def _check_errors(raw: RawValues, bits: int) -> None:
    side = _longest_side(raw)
    step = math.ldexp(0.5, -bits)
    if step > MAX_ERROR * side:
        farthest = float(np.abs(raw.means).max())
        raise ValueError(
            f"cannot write SPZ: positions {farthest:g} from the origin are rounded by up to {step:g}, more than "
            f"{MAX_ERROR:.1%} of the longest side {side:g}; move the object to the origin or write PLY"
        )
    least, most = float(raw.log_scales.min()), float(raw.log_scales.max())
    error = max(math.exp(_LOG_SCALE_MIN) - math.exp(least), math.exp(most) - math.exp(_LOG_SCALE_MAX))
    if error > MAX_ERROR * side:
        raise ValueError(
            f"cannot write SPZ: it has scales of {math.exp(_LOG_SCALE_MIN):.2g} to {math.exp(_LOG_SCALE_MAX):.3g}, the "
            f"object {math.exp(least):.2g} to {math.exp(most):.3g}, which changes it by more than {MAX_ERROR:.1%} of "
            f"its longest side {side:g}; bring the object to about the size 1 or write PLY"
        )


def _longest_side(raw: RawValues) -> float:
    """Return the longest side of the box of the centres without floaters, or twice a typical splat's widest scale."""
    low, high = np.percentile(raw.means, (_TRIM_PERCENT, 100 - _TRIM_PERCENT), axis=0)  # [3], [3]
    return max(float((high - low).max()), 2 * math.exp(float(np.median(raw.log_scales.max(axis=1)))))


def _bytes(values: _Floats, factor: float, offset: float) -> _Bytes:
    quantised: _Bytes = np.clip(np.rint(values * np.float32(factor) + np.float32(offset)), 0, 255).astype(np.uint8)
    return quantised


def _fixed_point(means: _Floats, bits: int) -> _Bytes:
    """Return 24-bit signed integers, lowest byte first, [N · 3, 3]."""
    fixed = np.rint(means * np.float32(2.0**bits)).astype("<i4")  # exact: a power of two
    return np.ascontiguousarray(fixed.reshape(-1, 1).view(np.uint8)[:, :3])


def _first_three(quats: _Floats) -> _Bytes:
    """Return x, y, z of the quaternions wxyz [N, 4] with the sign that makes w positive, as bytes [N, 3]."""
    return _bytes(quats[:, 1:] * np.where(quats[:, :1] < 0, np.float32(-1), np.float32(1)), 127.5, 127.5)


def _smallest_three(quats: _Floats) -> _Bytes:
    """Return the quaternions wxyz [N, 4] as 32 bits [N, 4]: see `splats.formats.spz`."""
    xyzw = np.roll(quats, -1, axis=1)
    largest = np.abs(xyzw).argmax(axis=1)
    xyzw = xyzw * np.sign(np.take_along_axis(xyzw, largest[:, None], axis=1))
    magnitudes = np.minimum(np.rint(np.abs(xyzw) * np.float32(511 * math.sqrt(2))), 511).astype(np.uint32)
    parts = (xyzw < 0).astype(np.uint32) << 9 | magnitudes  # [N, 4]
    packed = largest.astype(np.uint32)
    for axis in range(4):
        packed = np.where(largest == axis, packed, packed << 10 | parts[:, axis])
    stored: _Bytes = packed.astype("<u4").view(np.uint8).reshape(-1, 4)
    return stored

"""Limits on the contents of a splat file of any format, and the checks of file values against them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from splats.errors import DecodeError

MAX_SPLATS = 1_000_000
"""A million splats of degree 3 take 225 MiB of memory."""
MAX_ENCODED_BYTES = 64 * 2**20

MAX_POSITION = 1e6
"""World units. The object's longest side is 1, and captured scenes in metres reach a few thousand; at 10⁶ the steps of
float32 are already 0.06 wide."""

MIN_LOG_SCALE, MAX_LOG_SCALE = -80.0, math.log(MAX_POSITION)
"""exp(-80) is 1.8e-35, still a normal float32 number above 0: flat splats are written with logs of -20 to -50. A splat
wider than the greatest position is not an object, and its variance still fits float32."""

MAX_LOGIT = 1e3
"""float32 opacities are 0 or 1 beyond ±104; exporters write constants such as ±10, ±20 or ±100 for "opaque"."""

MAX_SH = 1e3
"""Real coefficients stay within about ±10; 1,000 is a colour 280 times brighter than white."""

MIN_QUAT_LENGTH, MAX_QUAT_COMPONENT = 1e-12, 1e6
"""Trained quaternions are not normalised and have lengths of 0.01 to 100. Below 1e-12, the bound of PyTorch's
`normalize`, float32 squares lose the direction."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The values of one kind that are accepted: `low` to `high`, and the infinities that mean these two."""

    label: str
    low: float
    high: float
    minus_infinity: bool = False
    plus_infinity: bool = False


POSITIONS = Bounds("x, y, z", -MAX_POSITION, MAX_POSITION)
LOG_SCALES = Bounds("scale", MIN_LOG_SCALE, MAX_LOG_SCALE, minus_infinity=True)
LOGITS = Bounds("opacity", -MAX_LOGIT, MAX_LOGIT, minus_infinity=True, plus_infinity=True)
COEFFICIENTS = Bounds("f_dc, f_rest", -MAX_SH, MAX_SH)
QUATS = Bounds("rot", -MAX_QUAT_COMPONENT, MAX_QUAT_COMPONENT)
FILTER_WIDTHS = Bounds("filter_3D", 0, MAX_POSITION)
"""Bounds of what PLY files store. A logit of ±∞ is the opacity 1 or 0, a log scale of -∞ the least scale."""


def check_count(count: int) -> None:
    """Raise DecodeError `too_few` for no splats, `too_many` for more than MAX_SPLATS."""
    if count < 1:
        raise DecodeError("too_few", f"the header of the file announces {count} splats")
    if count > MAX_SPLATS:
        raise DecodeError("too_many", f"the file holds {count:,} splats; at most {MAX_SPLATS:,} are accepted")


def within(values: npt.NDArray[np.generic], bounds: Bounds) -> npt.NDArray[np.generic]:
    """Return `values` (any shape), with the infinities that `bounds` allows replaced by what they mean.

    Call it before converting to float32, so that a large float64 counts as out of range and not as infinite.
    Raises DecodeError like `check_range`.
    """
    if bounds.low <= float(np.min(values)) and float(np.max(values)) <= bounds.high:  # false for NaN
        return values
    finite = values.copy()
    if bounds.minus_infinity:
        finite[values == -np.inf] = bounds.low
    if bounds.plus_infinity:
        finite[values == np.inf] = bounds.high
    check_range(bounds.label, finite, bounds.low, bounds.high)
    return finite


def check_range(name: str, values: npt.NDArray[np.generic], low: float, high: float) -> None:
    """Raise DecodeError `not_finite` for a NaN or infinity in `values` (any shape), `out_of_range` outside [low, high].

    Call it before converting to float32, so that a large float64 counts as out of range and not as infinite.
    """
    least, most = float(np.min(values)), float(np.max(values))  # a NaN anywhere makes both NaN
    if not (math.isfinite(least) and math.isfinite(most)):
        raise DecodeError("not_finite", f"{name} holds a value that is not a finite number")
    if least < low or most > high:
        raise DecodeError("out_of_range", f"{name} spans {least:g} to {most:g}; accepted are {low:g} to {high:g}")


def unit_quats(quats: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Scale `quats` [N, 4], already checked to lie within MAX_QUAT_COMPONENT, to unit length.

    Raises DecodeError `out_of_range` for a quaternion of length zero.
    """
    lengths = np.sqrt(np.einsum("nk,nk->n", quats, quats))  # [N]
    if float(lengths.min()) < MIN_QUAT_LENGTH:
        raise DecodeError("out_of_range", "a rotation quaternion has length zero")
    unit: npt.NDArray[np.float32] = quats / lengths[:, None]
    return unit

"""Splat values as the files store them: logarithms of scales, logits of opacities.

Only this module converts between these and activated values.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch

from splats.errors import DecodeError
from splats.formats import limits
from splats.model import Splats

_Array = npt.NDArray[np.float32]

_SATURATED_LOGIT = 20.0
"""Opacities 0 and 1 are written as logits ±20: finite for every reader, and 1 comes back as exactly 1 in float32."""


@dataclass(frozen=True, slots=True)
class RawValues:
    """N splats as float32 arrays: means [N, 3], quats [N, 4] wxyz, log_scales [N, 3], logits [N], sh [N, K, 3]."""

    means: _Array
    quats: _Array
    log_scales: _Array
    logits: _Array
    sh: _Array


def activate(raw: RawValues, *, antialiased: bool = False) -> Splats:
    """Convert `raw` to splats on the CPU. The values must have passed the checks of `splats.formats.limits`.

    Raises DecodeError `out_of_range` for a quaternion of length zero.
    """
    return Splats(
        means=torch.from_numpy(raw.means),
        quats=torch.from_numpy(limits.unit_quats(raw.quats)),
        scales=torch.from_numpy(raw.log_scales).exp_(),
        opacities=torch.from_numpy(raw.logits).sigmoid_(),
        sh=torch.from_numpy(raw.sh),
        antialiased=antialiased,
    )


def with_filter_3d(splats: Splats, widths: _Array, dimensions: int) -> Splats:
    """Apply the 3D smoothing filter of Mip-Splatting (Yu et al. 2024, equation 7), which trainers store beside splats.

    Along each of the first `dimensions` axes, a scale s becomes √(s² + f²) for the width f of `widths` [N]; the
    opacity is multiplied by the product of the ratios of old and new scales, so that a splat keeps its mass.
    Raises DecodeError `out_of_range` for a scale beyond MAX_POSITION.
    """
    before = splats.scales[:, :dimensions].double()  # [N, dimensions]
    after = torch.hypot(before, torch.from_numpy(widths).double()[:, None])
    if float(after.max()) > limits.MAX_POSITION:
        raise DecodeError("out_of_range", f"with filter_3D, scales reach {float(after.max()):g}")
    scales = splats.scales.clone()
    scales[:, :dimensions] = after.float()
    return replace(splats, scales=scales, opacities=splats.opacities * (before / after).prod(dim=1).float())


def deactivate(splats: Splats) -> RawValues:
    """Convert `splats` to the values that files store. Raises ValueError for splats that the decoders would refuse.

    Those are: no splats or more than a million, values that are not finite, scales that are not positive, opacities
    outside [0, 1], quaternions of length zero, and values beyond the bounds of `splats.formats.limits`.
    """
    if not 1 <= len(splats) <= limits.MAX_SPLATS:
        raise ValueError(f"cannot write {len(splats):,} splats; a file holds 1 to {limits.MAX_SPLATS:,}")
    opacities = _checked("opacities", splats.opacities, 0.0, 1.0).astype(np.float64)
    scales = _checked("scales", splats.scales, float(np.finfo(np.float32).tiny), 1.001 * limits.MAX_POSITION)
    quats = _checked("quats", splats.quats, -limits.MAX_QUAT_COMPONENT, limits.MAX_QUAT_COMPONENT)
    with np.errstate(divide="ignore"):  # 0 and 1 give infinities, which are clipped
        logits = np.clip(np.log(opacities) - np.log1p(-opacities), -_SATURATED_LOGIT, _SATURATED_LOGIT)
    return RawValues(
        means=_checked("means", splats.means, -limits.MAX_POSITION, limits.MAX_POSITION),
        quats=_unit(quats),
        log_scales=np.clip(np.log(scales), limits.MIN_LOG_SCALE, limits.MAX_LOG_SCALE),
        logits=logits.astype(np.float32),
        sh=_checked("sh", splats.sh, -limits.MAX_SH, limits.MAX_SH),
    )


def _checked(name: str, tensor: torch.Tensor, low: float, high: float) -> _Array:
    values: _Array = tensor.detach().cpu().contiguous().numpy()
    least, most = float(values.min()), float(values.max())
    if not low <= least <= most <= high:  # false for NaN too
        raise ValueError(f"cannot write {name} from {least:g} to {most:g}; they must lie in {low:g} to {high:g}")
    return values


def _unit(quats: _Array) -> _Array:
    lengths = np.linalg.norm(quats, axis=1, keepdims=True)  # [N, 1]
    if float(lengths.min()) < limits.MIN_QUAT_LENGTH:
        raise ValueError("cannot write a rotation quaternion of length zero")
    unit: _Array = quats / lengths
    return unit

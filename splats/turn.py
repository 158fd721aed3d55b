"""Turning splats for programs with other axes. The project itself never turns an asset (splats/model.py: y up)."""

from __future__ import annotations

import torch

from splats.model import Splats

_HALF_TURN_X_SH = (1, -1, -1, 1, -1, 1, 1, -1, 1, -1, 1, -1, -1, 1, -1, 1)
"""Sign of each basis function of `splats.sh` (degrees 0 to 3) under (x, y, z) → (x, -y, -z)."""


def half_turn_x(splats: Splats) -> Splats:
    """The splats [N] turned by 180° about the x axis: y up becomes y down, as INRIA-style viewers expect.

    Means and rotations turn, and so does the colour seen along each direction: every basis function of degree 3 or
    less is even or odd under this turn, so its coefficient keeps or changes its sign, exactly. Twice is the identity
    (of the rotation: the quaternion comes back negated).
    """
    w, x, y, z = splats.quats.unbind(-1)  # each [N]
    signs = splats.sh.new_tensor(_HALF_TURN_X_SH[: splats.sh.shape[1]])  # [K]
    return Splats(
        means=splats.means * splats.means.new_tensor([1, -1, -1]),
        quats=torch.stack([-x, w, -z, y], dim=-1),  # (0, 1, 0, 0) · q
        scales=splats.scales,
        opacities=splats.opacities,
        sh=splats.sh * signs[:, None],
    )

"""Turning splats for programs with other axes. The project itself never turns an asset (splats/model.py: y up)."""

from __future__ import annotations

import math

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


def about_y(splats: Splats, degrees: float) -> Splats:
    """The splats [N] turned about the y axis; +z moves toward +x, as azimuths grow.

    Raises ValueError for a colour that depends on the view: its coefficients would have to be mixed.
    """
    if splats.sh_degree != 0:
        raise ValueError(f"splats of degree 0 can be turned about y, not of degree {splats.sh_degree}")
    angle = math.radians(degrees)
    sin, cos = math.sin(angle), math.cos(angle)
    turn = splats.means.new_tensor([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])
    half_sin, half_cos = math.sin(angle / 2), math.cos(angle / 2)
    w, x, y, z = splats.quats.unbind(-1)  # each [N]
    quats = torch.stack(
        [
            half_cos * w - half_sin * y,  # (half_cos, 0, half_sin, 0) · q
            half_cos * x + half_sin * z,
            half_cos * y + half_sin * w,
            half_cos * z - half_sin * x,
        ],
        dim=-1,
    )
    return Splats(splats.means @ turn.T, quats, splats.scales, splats.opacities, splats.sh)

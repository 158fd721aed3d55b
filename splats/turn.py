"""Rotate splats: for programs that expect other axes, and about the vertical axis.

The codecs never rotate an asset; `splats.model` defines the axes.
"""

from __future__ import annotations

import math
from dataclasses import replace

import torch

from splats.model import Splats

_HALF_TURN_X_SH = (1, -1, -1, 1, -1, 1, 1, -1, 1, -1, 1, -1, -1, 1, -1, 1)
"""Sign of each basis function of `splats.sh` (degrees 0 to 3) under (x, y, z) → (x, -y, -z)."""


def half_turn_x(splats: Splats) -> Splats:
    """Rotate the splats [N] by 180° about the x axis: y up becomes y down, as INRIA-style viewers expect.

    View-dependent colour rotates exactly: each basis function up to degree 3 is even or odd under this rotation, so its
    coefficient keeps or changes its sign. Applied twice, it returns the same object, with negated quaternions.
    """
    w, x, y, z = splats.quats.unbind(-1)  # each [N]
    signs = splats.sh.new_tensor(_HALF_TURN_X_SH[: splats.sh.shape[1]])  # [K]
    return replace(
        splats,
        means=splats.means * splats.means.new_tensor([1, -1, -1]),
        quats=torch.stack([-x, w, -z, y], dim=-1),  # (0, 1, 0, 0) · q
        sh=splats.sh * signs[:, None],
    )


def rotate_about_y(splats: Splats, degrees: float) -> Splats:
    """Rotate the splats [N] about the y axis; +z moves toward +x, as azimuths grow.

    Raises ValueError for view-dependent colour, whose coefficients would have to be mixed.
    """
    if splats.sh_degree != 0:
        raise ValueError(f"only splats of degree 0 can be rotated about y, not of degree {splats.sh_degree}")
    angle = math.radians(degrees)
    sin, cos = math.sin(angle), math.cos(angle)
    rotation = splats.means.new_tensor([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])
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
    return replace(splats, means=splats.means @ rotation.T, quats=quats)

"""The preview of a structure: its voxels as grey splats."""

from __future__ import annotations

from itertools import product

import torch

from generation.networks.trellis.gaussians import to_world
from generation.networks.trellis.voxels import Level
from splats.model import Splats

LIGHT = (-0.4, -0.6, 0.7)
"""Toward the light, with TRELLIS's axes: from above, the front and one side."""

_GREY, _CONTRAST = 0.55, 0.35
_RADIUS = 0.6
"""Standard deviation of a splat, in voxels: neighbours overlap."""


def structure_preview(level: Level) -> Splats:
    """Return one grey splat for each voxel, shaded by the direction away from its neighbours; project axes."""
    count = len(level.coords)
    offsets = torch.tensor(list(product((-1.0, 0.0, 1.0), repeat=3)), device=level.coords.device)  # [27, 3]
    present = (level.neighbours < count).float()  # [N, 27]
    outward = torch.nn.functional.normalize(-present @ offsets, dim=-1)
    light = torch.nn.functional.normalize(outward.new_tensor(LIGHT), dim=0)
    shade = _CONTRAST * (outward @ light)
    grey = (_GREY - 0.5 + shade)[:, None, None].expand(count, 1, 3) / 0.28209479177387814
    one = torch.ones(count, device=level.coords.device)
    return to_world(
        Splats(
            means=(level.coords + 0.5) / level.resolution - 0.5,
            quats=torch.tensor([1.0, 0, 0, 0], device=one.device).repeat(count, 1),
            scales=torch.full((count, 3), _RADIUS / level.resolution, device=one.device),
            opacities=0.95 * one,
            sh=grey.contiguous(),
        )
    )

"""Cameras in the networks' conventions; the project's own are in `splats.model`.

Poses here are camera-to-world, OpenGL axes: columns right, up, backward, position; world y up. Azimuth 0 looks from +z
and grows toward +x, positive elevation is above, as everywhere in the project (the first implementation's orbit, and
LGM's, have the opposite sign of elevation).

MVDream was trained with z up, and its objects face its azimuth 90: FRONT_AZIMUTH_DEG.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

FRONT_AZIMUTH_DEG = 90.0
"""The azimuth that MVDream's objects face; the project's face azimuth 0."""

_DIRECTION_EPS = 1e-8
"""Added to the distance before dividing by it, as in MVDream."""


def orbit_poses(azimuths_deg: Sequence[float], elevations_deg: Sequence[float], radius: float = 1.0) -> Tensor:
    """Return poses [V, 4, 4] on an orbit of `radius`, looking at the origin.

    Raises ValueError for lists of different lengths.
    """
    if len(azimuths_deg) != len(elevations_deg):
        raise ValueError(f"{len(azimuths_deg)} azimuths but {len(elevations_deg)} elevations")
    poses = [_pose(math.radians(a), math.radians(e), radius) for a, e in zip(azimuths_deg, elevations_deg, strict=True)]
    return torch.stack(poses).to(torch.float32)


def mvdream_cameras(poses: Tensor) -> Tensor:
    """Return the input [V, 16] of MVDream's U-Net: `poses` [V, 4, 4] with z up, at distance 1, flattened by rows.

    Only the world turns, (X, Y, Z) → (X, -Z, Y); the camera's axes stay.
    """
    turned = torch.stack([poses[:, 0], -poses[:, 2], poses[:, 1], poses[:, 3]], dim=1)  # [V, 4, 4]
    position = turned[:, :3, 3]  # [V, 3]
    turned[:, :3, 3] = position / (position.norm(dim=-1, keepdim=True) + _DIRECTION_EPS)
    return turned.flatten(1)


def _pose(azimuth: float, elevation: float, radius: float) -> Tensor:
    sin_a, cos_a, sin_e, cos_e = math.sin(azimuth), math.cos(azimuth), math.sin(elevation), math.cos(elevation)
    right = (cos_a, 0.0, -sin_a)
    up = (-sin_e * sin_a, cos_e, -sin_e * cos_a)
    back = (cos_e * sin_a, sin_e, cos_e * cos_a)
    pose = torch.eye(4, dtype=torch.float64)
    pose[:3, :3] = torch.tensor([right, up, back], dtype=torch.float64).T
    pose[:3, 3] = radius * pose[:3, 2]
    return pose

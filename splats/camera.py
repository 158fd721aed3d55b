"""Cameras on an orbit around the object (conventions: `splats.model`)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from splats.model import Cameras

FOV_Y_DEG = 49.1
"""Vertical field of view of every image the project renders (kept from the first implementation)."""


def orbit(
    azimuths_deg: Sequence[float],
    elevations_deg: Sequence[float],
    *,
    radius: float,
    width: int,
    height: int,
    fov_y_deg: float = FOV_Y_DEG,
) -> Cameras:
    """Return cameras that look at the origin from `radius` world units away, one per (azimuth, elevation) pair.

    Azimuth 0 looks from +z and grows toward +x; positive elevation is above. Angles in degrees; |elevation| < 90.
    Raises ValueError for lists of different lengths, a radius that is not positive or an elevation beyond the poles.
    """
    if len(azimuths_deg) != len(elevations_deg):
        raise ValueError(f"{len(azimuths_deg)} azimuths but {len(elevations_deg)} elevations")
    if radius <= 0:
        raise ValueError(f"radius must be positive, not {radius}")
    if any(abs(elevation) >= 90 for elevation in elevations_deg):
        raise ValueError(f"elevations must lie between -90 and 90 degrees, not {max(elevations_deg, key=abs)}")
    viewmats = _look_at_origin(azimuths_deg, elevations_deg, radius)  # [C, 4, 4]
    K = intrinsics(width, height, fov_y_deg)  # [3, 3]
    return Cameras(viewmats, K.expand(len(viewmats), 3, 3).contiguous(), width, height)


def intrinsics(width: int, height: int, fov_y_deg: float = FOV_Y_DEG) -> Tensor:
    """Return pinhole intrinsics [3, 3] in pixels: square pixels, principal point at the middle (size // 2)."""
    focal = height / (2 * math.tan(math.radians(fov_y_deg) / 2))
    return torch.tensor([[focal, 0, width // 2], [0, focal, height // 2], [0, 0, 1]], dtype=torch.float32)


def _look_at_origin(azimuths_deg: Sequence[float], elevations_deg: Sequence[float], radius: float) -> Tensor:
    """Return world-to-camera matrices [C, 4, 4]: rows right, down, forward; t = -R C with C = radius · back."""
    a = torch.deg2rad(torch.tensor(azimuths_deg, dtype=torch.float64))  # [C]
    e = torch.deg2rad(torch.tensor(elevations_deg, dtype=torch.float64))
    zero = torch.zeros_like(a)
    right = torch.stack([a.cos(), zero, -a.sin()], dim=-1)  # [C, 3]
    back = torch.stack([e.cos() * a.sin(), e.sin(), e.cos() * a.cos()], dim=-1)
    down = -torch.linalg.cross(back, right)
    viewmats = torch.eye(4, dtype=torch.float64).repeat(len(a), 1, 1)
    viewmats[:, :3, :3] = torch.stack([right, down, -back], dim=1)
    viewmats[:, 2, 3] = radius
    return viewmats.to(torch.float32)

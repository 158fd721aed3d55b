"""Cameras on an orbit round the object (conventions: `splats.model`)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from splats.model import Cameras

FOV_Y_DEG = 49.1
"""Vertical field of view of every picture the project makes (that of the first implementation)."""


def orbit(
    azimuths_deg: Sequence[float],
    elevations_deg: Sequence[float],
    *,
    radius: float,
    width: int,
    height: int,
    fov_y_deg: float = FOV_Y_DEG,
) -> Cameras:
    """Cameras that look at the origin from an orbit of `radius` world units, one per (azimuth, elevation) pair.

    Azimuth 0 looks from +z and grows toward +x; positive elevation is above. Angles in degrees; |elevation| < 90.
    Raises ValueError for lists of different lengths, a radius that is not positive or an elevation of a pole.
    """
    if len(azimuths_deg) != len(elevations_deg):
        raise ValueError(f"{len(azimuths_deg)} azimuths but {len(elevations_deg)} elevations")
    if radius <= 0:
        raise ValueError(f"radius must be positive, not {radius}")
    viewmats = [_look_at_origin(a, e, radius) for a, e in zip(azimuths_deg, elevations_deg, strict=True)]
    K = intrinsics(width, height, fov_y_deg)  # [3, 3]
    count = len(viewmats)
    return Cameras(
        torch.stack(viewmats) if viewmats else torch.zeros(0, 4, 4),
        K.expand(count, 3, 3).contiguous(),
        width,
        height,
    )


def intrinsics(width: int, height: int, fov_y_deg: float = FOV_Y_DEG) -> Tensor:
    """Pinhole intrinsics [3, 3] in pixels: square pixels, the axis through the middle (size // 2) of the picture."""
    focal = height / (2 * math.tan(math.radians(fov_y_deg) / 2))
    return torch.tensor([[focal, 0, width // 2], [0, focal, height // 2], [0, 0, 1]], dtype=torch.float32)


def _look_at_origin(azimuth_deg: float, elevation_deg: float, radius: float) -> Tensor:
    if abs(elevation_deg) >= 90:
        raise ValueError(f"elevation must lie between -90 and 90 degrees, not {elevation_deg}")
    a, e = math.radians(azimuth_deg), math.radians(elevation_deg)
    back = torch.tensor([math.cos(e) * math.sin(a), math.sin(e), math.cos(e) * math.cos(a)], dtype=torch.float64)
    up = torch.tensor([0.0, 1.0, 0.0], dtype=torch.float64)
    right = torch.linalg.cross(up, back)
    right = right / right.norm()
    down = -torch.linalg.cross(back, right)
    viewmat = torch.eye(4, dtype=torch.float64)  # rows: right, down, forward
    viewmat[:3, :3] = torch.stack([right, down, -back])
    viewmat[2, 3] = radius  # t = -R C with C = radius * back
    return viewmat.to(torch.float32)

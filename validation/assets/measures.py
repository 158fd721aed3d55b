"""Quality measures of an asset, from its views and splats, without a model. All of them rise with quality.

Pure functions. The scorer's gates turn them into factors (`validation.scoring.score`).
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from splats.model import BOUNDS_MIN_OPACITY, Splats

COVERED = 0.1
"""A pixel with at least this coverage belongs to the object …"""
SOLID = 0.9
"""… and with at least this it is solid."""
SHARPEST_SHARE = 0.05
"""`sharpness` averages over this share of the covered pixels: those with the steepest edges."""


def coverage(alpha: Tensor) -> float:
    """Return the mean share of the image that the object covers, from coverage `alpha` [C, H, W]."""
    return float(alpha.double().mean())


def solidity(alpha: Tensor) -> float:
    """Return the share of covered pixels that are solid, over all views: none in fog, all but the rim of an object."""
    covered = int((alpha >= COVERED).sum())
    return int((alpha >= SOLID).sum()) / covered if covered else 0.0


def sharpness(images: Tensor, alpha: Tensor) -> float:
    """Return the mean height of the steepest edges in colour [C, H, W, 3] and coverage [C, H, W], averaged over views.

    The edge at a pixel is the largest forward difference, right or down, in any of the four channels; each view's
    value is the mean over as many of its steepest pixels as SHARPEST_SHARE of its covered ones.
    """
    edges = _steps(alpha)  # [C, H - 1, W - 1]
    for channel in images.clamp(0, 1).unbind(dim=-1):
        edges = torch.maximum(edges, _steps(channel))
    total = 0.0
    for view, covered in zip(edges.flatten(1).numpy(), (alpha >= COVERED).flatten(1).sum(dim=1).tolist(), strict=True):
        count = min(len(view), max(1, round(SHARPEST_SHARE * covered)))
        total += float(np.partition(view, -count)[-count:].mean(dtype=np.float64)) if covered else 0.0
    return total / len(edges)


def steadiness(splats: Splats) -> float:
    """Return 1 minus the mean change of colour with view direction: 1 for a constant colour, 0 for black and white.

    The standard deviation of a splat's colour over all directions is √(Σ_{k≥1} sh_k² / 4π), since the basis is
    orthonormal over the sphere. Channels are averaged as squares, and splats are weighted by opacity. The change is
    twice the deviation.
    """
    weights = splats.opacities.double() * (splats.opacities >= BOUNDS_MIN_OPACITY)
    total = float(weights.sum())
    if splats.sh.shape[1] == 1 or total == 0:
        return 1.0
    power = splats.sh[:, 1:].double().square().sum(dim=1).mean(dim=1)  # [N]
    deviation = float((weights * (power / (4 * math.pi)).sqrt()).sum()) / total
    return max(0.0, 1 - 2 * deviation)


def area_average(images: Tensor, factor: int) -> Tensor:
    """Downsample images [C, H, W, D] by averaging blocks of factor × factor pixels: [C, H/f, W/f, D]."""
    if factor == 1:
        return images
    total = images[:, ::factor, ::factor].clone()
    for row in range(factor):
        for column in range(factor):
            if row or column:
                total += images[:, row::factor, column::factor]
    return total.div_(factor * factor)


def _steps(channel: Tensor) -> Tensor:
    """Return the larger forward difference, right or down, of a channel [C, H, W] at each pixel: [C, H - 1, W - 1]."""
    corner = channel[:, :-1, :-1]
    return torch.maximum((channel[:, :-1, 1:] - corner).abs(), (channel[:, 1:, :-1] - corner).abs())

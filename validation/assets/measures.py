"""Quality measures of an asset, told from its pictures and splats without any model. All rise with quality.

Pure functions. What they are worth is the scorer's business (`validation.scoring.score`, Gates).
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
"""`sharpness` looks at this share of the covered pixels, the ones with the steepest edges."""


def coverage(alpha: Tensor) -> float:
    """Mean share of the picture that the object covers, of coverages `alpha` [C, H, W]."""
    return float(alpha.double().mean())


def solidity(alpha: Tensor) -> float:
    """Share of the covered pixels of all views that are solid: fog has none, an object all but its rim."""
    covered = int((alpha >= COVERED).sum())
    return int((alpha >= SOLID).sum()) / covered if covered else 0.0


def sharpness(images: Tensor, alpha: Tensor) -> float:
    """Mean height of the steepest edges per pixel, over colour [C, H, W, 3] and coverage [C, H, W]; mean over views.

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
    """1 less the mean change of colour with the direction of view: 1 for one colour all round, 0 for black and white.

    The deviation of a splat's colour over all directions is √(Σ_{k≥1} sh_k² / 4π), the basis being orthonormal over
    the sphere; channels are averaged as squares, splats weigh their opacity. Twice the deviation is the change.
    """
    weights = splats.opacities.double() * (splats.opacities >= BOUNDS_MIN_OPACITY)
    total = float(weights.sum())
    if splats.sh.shape[1] == 1 or total == 0:
        return 1.0
    power = splats.sh[:, 1:].double().square().sum(dim=1).mean(dim=1)  # [N]
    deviation = float((weights * (power / (4 * math.pi)).sqrt()).sum()) / total
    return max(0.0, 1 - 2 * deviation)


def area_average(images: Tensor, factor: int) -> Tensor:
    """Pictures [C, H, W, D] made smaller by averaging blocks of factor × factor pixels: [C, H/f, W/f, D]."""
    if factor == 1:
        return images
    total = images[:, ::factor, ::factor].clone()
    for row in range(factor):
        for column in range(factor):
            if row or column:
                total += images[:, row::factor, column::factor]
    return total.div_(factor * factor)


def _steps(channel: Tensor) -> Tensor:
    """Largest forward difference, right or down, of a channel [C, H, W] at each pixel: [C, H - 1, W - 1]."""
    corner = channel[:, :-1, :-1]
    return torch.maximum((channel[:, :-1, 1:] - corner).abs(), (channel[:, 1:, :-1] - corner).abs())

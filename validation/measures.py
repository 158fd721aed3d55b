"""Quality measures of an asset, told from its pictures and splats without any model. All rise with quality.

Pure functions. What they are worth is the scorer's business (`validation.score`, Gates).
"""

from __future__ import annotations

import math

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
    channels = torch.cat([images.clamp(0, 1), alpha[..., None]], dim=-1)  # [C, H, W, 4]
    right = (channels[:, :-1, 1:] - channels[:, :-1, :-1]).abs()
    down = (channels[:, 1:, :-1] - channels[:, :-1, :-1]).abs()
    edges = torch.maximum(right, down).amax(dim=-1).flatten(1)  # [C, (H - 1)(W - 1)]
    total = 0.0
    for view, covered in zip(edges, (alpha >= COVERED).flatten(1).sum(dim=1), strict=True):
        count = min(len(view), max(1, round(SHARPEST_SHARE * int(covered))))
        total += float(view.topk(count).values.double().mean()) if int(covered) else 0.0
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
    count, height, width, depth = images.shape
    blocks = images.reshape(count, height // factor, factor, width // factor, factor, depth)
    return blocks.mean(dim=(2, 4))

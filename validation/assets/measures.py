"""Quality measures of an asset, from its views and splats, without a model. All of them rise with quality.

Pure functions. The scorer's gates turn them into factors (`validation.scoring.score`).
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from splats.model import BOUNDS_MIN_OPACITY, SH_DEGREE_BY_COUNT, Splats
from splats.sh import SH_C0, basis

COVERED = 0.1
"""A pixel with at least this coverage belongs to the object …"""
SOLID = 0.9
"""… and with at least this it is solid."""
SHARPEST_SHARE = 0.05
"""`sharpness` averages over this share of the covered pixels: those with the steepest edges."""

DIRECTIONS = 48
"""Directions along which `steadiness` looks at a splat whose colour is below 0 from some of them."""
CLAMPED = 1e-3
"""How far below 0 a colour must fall to be looked at that way."""
CHUNK = 4_096
"""Splats looked at together: 2 MB, which stay in the processor's cache."""


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

    The change is twice the standard deviation of a splat's colour over all directions. Channels are averaged as
    squares, and splats are weighted by opacity.
    """
    seen = splats.select(splats.opacities >= BOUNDS_MIN_OPACITY)
    if seen.sh.shape[1] == 1 or len(seen) == 0:
        return 1.0
    weights = seen.opacities.double()
    deviation = float((weights * _colour_variances(seen.sh).sqrt()).sum()) / float(weights.sum())
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


def _colour_variances(sh: Tensor) -> Tensor:
    """Return the variance [N] over all directions of the colours of `sh` [N, K, 3], averaged over the channels.

    It is Σ_{k≥1} sh_k² / 4π, since the basis is orthonormal over the sphere, unless the colour falls below 0 from some
    direction, where it is clamped: those splats are measured along DIRECTIONS.
    """
    power = sh[:, 1:].double().square().sum(dim=1) / (4 * math.pi)  # [N, 3]
    variances = power.mean(dim=1)
    # Σ_{k≥1} basis_k² = (K - 1) / 4π in every direction, so by Cauchy-Schwarz no colour lies further below its mean:
    lowest = 0.5 + SH_C0 * sh[:, 0].double() - (power * (sh.shape[1] - 1)).sqrt()
    clamped = (lowest < -CLAMPED).any(dim=1).nonzero()[:, 0]
    weights = basis(SH_DEGREE_BY_COUNT[sh.shape[1]], _directions(DIRECTIONS))  # [D, K]
    for start in range(0, len(clamped), CHUNK):
        part = clamped[start : start + CHUNK]
        coefficients = sh[part].transpose(1, 2).reshape(3 * len(part), -1)  # [3 n, K], channel by channel
        colours = (0.5 + coefficients @ weights.T).clamp_(min=0)  # [3 n, D]
        squares = (colours - colours.mean(dim=1, keepdim=True)).square_().mean(dim=1)
        variances[part] = squares.double().reshape(-1, 3).mean(dim=1)
    return variances


def _directions(count: int) -> Tensor:
    """Return `count` unit vectors [D, 3], evenly spread over the sphere (Fibonacci)."""
    index = torch.arange(count) + 0.5
    z, turn = 1 - 2 * index / count, index * math.pi * (3 - 5**0.5)
    ring = (1 - z * z).sqrt()
    return torch.stack([ring * turn.cos(), ring * turn.sin(), z], dim=1)


def _steps(channel: Tensor) -> Tensor:
    """Return the larger forward difference, right or down, of a channel [C, H, W] at each pixel: [C, H - 1, W - 1]."""
    corner = channel[:, :-1, :-1]
    return torch.maximum((channel[:, :-1, 1:] - corner).abs(), (channel[:, 1:, :-1] - corner).abs())

"""Select the samples of an object that take the second colour: stripes, spots, checks and patches."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from procedural.geometry.shapes import Floats
from procedural.surface.finishes import ripple

Mask = NDArray[np.bool_]


def select_pattern(name: str, points: Floats, rng: np.random.Generator) -> Mask:
    """Return a mask [M] of the points [M, 3] (longest side 1) in the second colour. Raises KeyError for other names."""
    return PATTERNS[name](points, rng)


def _stripes(points: Floats, rng: np.random.Generator) -> Mask:
    wobble = 0.012 * ripple(points, 14, 1)
    axis = int(np.argmax(np.ptp(points, axis=0)))
    width = rng.uniform(0.075, 0.11)
    return np.asarray(np.mod(points[:, axis] + wobble + rng.uniform(), width) < 0.45 * width)


def _checks(points: Floats, rng: np.random.Generator) -> Mask:
    cell = rng.uniform(0.085, 0.11)
    return np.asarray(np.floor((points + 10) / cell).astype(int).sum(axis=1) % 2 == 0)


def _patches(points: Floats, rng: np.random.Generator) -> Mask:
    return np.asarray(ripple(points + rng.uniform(0, 9, 3), rng.uniform(7, 10), 2) > 0.25)


def _spots(points: Floats, rng: np.random.Generator) -> Mask:
    """Select round spots at random places on the surface that do not touch each other."""
    radius = float(rng.uniform(0.026, 0.036))
    centres: list[Floats] = []
    for candidate in points[rng.integers(len(points), size=min(400, 4 * len(points)))]:
        if all(((candidate - c) ** 2).sum() > (2.9 * radius) ** 2 for c in centres):
            centres.append(candidate)
    distance, _ = cKDTree(np.array(centres)).query(points)
    return np.asarray(distance < radius)


PATTERNS: dict[str, Callable[[Floats, np.random.Generator], Mask]] = {
    "striped": _stripes,
    "spotted": _spots,
    "checkered": _checks,
    "patchy": _patches,
}
"""Pattern by its name in words.yaml."""

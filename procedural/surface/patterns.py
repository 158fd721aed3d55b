"""Stripes, spots, checks and patches: which samples of an object take the second colour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from procedural.geometry.shapes import Floats
from procedural.surface.finishes import ripple

PATTERNS = ("striped", "spotted", "checkered", "patchy")


def pattern_mask(name: str, points: Floats, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Mask [M] of the points [M, 3] (longest side 1) that `name` paints. Raises KeyError for an unknown pattern."""
    wobble = 0.012 * ripple(points, 14, 1)
    if name == "striped":
        axis = int(np.argmax(np.ptp(points, axis=0)))
        wide = rng.uniform(0.075, 0.11)
        return np.asarray(np.mod(points[:, axis] + wobble + rng.uniform(), wide) < 0.45 * wide)
    if name == "checkered":
        cell = rng.uniform(0.085, 0.11)
        return np.asarray(np.floor((points + 10) / cell).astype(int).sum(axis=1) % 2 == 0)
    if name == "patchy":
        return np.asarray(ripple(points + rng.uniform(0, 9, 3), rng.uniform(7, 10), 2) > 0.25)
    if name == "spotted":
        return _spots(points, rng)
    raise KeyError(name)


def _spots(points: Floats, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Round spots at random places on the surface, none touching another."""
    radius = float(rng.uniform(0.026, 0.036))
    centres: list[Floats] = []
    for candidate in points[rng.integers(len(points), size=min(400, 4 * len(points)))]:
        if all(((candidate - c) ** 2).sum() > (2.9 * radius) ** 2 for c in centres):
            centres.append(candidate)
    distance, _ = cKDTree(np.array(centres)).query(points)
    return np.asarray(distance < radius)

"""Sample the surfaces of parts evenly, size the samples so that they close the surface, and drop hidden ones.

Area-proportional systematic sampling over the faces; inside a face the R2 low-discrepancy sequence
(M. Roberts, "The unreasonable effectiveness of quasirandom sequences").
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from procedural.geometry.shapes import Floats, Shape

GRID = 72
"""Cells along the longest side of the occupancy grid. A cell (1/72) is wider than the spacing of the samples
(about 1/120 at 40,000), so that a closed surface has no holes in the grid."""

R2 = (0.7548776662466927, 0.5698402909980532)
MAX_DENSITY = 6.0
"""Thin parts may be sampled up to this many times more densely than others."""

DISC = 0.66
"""Standard deviation of a disc in units of the spacing of its neighbours: closed, but still crisp (tried by eye)."""


@dataclass(frozen=True, slots=True)
class Samples:
    """M surface points: positions [M, 3], unit normals [M, 3], disc radius (one sigma) [M], part index [M]."""

    points: Floats
    normals: Floats
    radii: Floats
    part: NDArray[np.int64]

    def select(self, index: NDArray[np.bool_]) -> Samples:
        """Return the samples that a mask selects."""
        return Samples(self.points[index], self.normals[index], self.radii[index], self.part[index])


@dataclass(frozen=True, slots=True)
class OccupancyGrid:
    """A grid around the object: which cells are outside it, and the share of solid cells near and far from each."""

    low: Floats
    step: float
    outside: NDArray[np.bool_]
    near: Floats
    far: Floats

    def lookup(self, volume: NDArray[np.generic], points: Floats) -> NDArray[np.generic]:
        """Return the values [M] of a grid volume at points [M, 3] (nearest cell)."""
        cell = np.clip(((points - self.low) / self.step).astype(np.int64), 0, np.array(volume.shape) - 1)
        return volume[cell[:, 0], cell[:, 1], cell[:, 2]]


def sample_surfaces(shapes: Sequence[Shape], count: int, rng: np.random.Generator) -> Samples:
    """Draw about `count` samples over all shapes, evenly by area, more densely on thin parts."""
    areas = [_areas(s) for s in shapes]
    totals = np.array([a.sum() for a in areas])
    spacing = np.sqrt(totals.sum() / count)
    density = np.array([_density(s, a, spacing) for s, a in zip(shapes, areas, strict=True)])
    spacing = np.sqrt((totals * density).sum() / count)
    drawn = [
        _sample_one(shape, area, max(4, round(total * dense / spacing**2)), rng)
        for shape, area, total, dense in zip(shapes, areas, totals, density, strict=True)
    ]
    radii = DISC * spacing / np.sqrt(density)
    part = np.concatenate([np.full(len(points), i) for i, (points, _) in enumerate(drawn)])
    return Samples(
        np.concatenate([points for points, _ in drawn]),
        np.concatenate([normals for _, normals in drawn]),
        radii[part],
        part,
    )


def relax(samples: Samples, check_cancelled: Callable[[], None] = lambda: None) -> Samples:
    """Drop samples under a thin cover, and spread the others along the surface to even out gaps and clumps.

    `check_cancelled` is called between the steps and may raise to stop the work.
    """
    tree = cKDTree(samples.points)
    check_cancelled()
    bare = ~_covered(samples, tree, check_cancelled)
    return _spread(samples, tree, check_cancelled).select(bare)


def _covered(samples: Samples, tree: cKDTree, check_cancelled: Callable[[], None]) -> NDArray[np.bool_]:
    """Return a mask [M] of samples with another part just above that faces the same way: paint under a decal."""
    reach = samples.radii / DISC
    covered = np.zeros(len(samples.points), dtype=bool)
    for height in (1.1, 2.1):  # in spacings: own neighbours are at least as far from there as the height
        above = samples.points + (height * reach)[:, None] * samples.normals
        distance, near = tree.query(above)
        facing = (samples.normals * samples.normals[near]).sum(axis=1) > 0.6
        covered |= (samples.part[near] != samples.part) & facing & (distance < 0.85 * reach)
        check_cancelled()
    return covered


def _spread(samples: Samples, tree: cKDTree, check_cancelled: Callable[[], None]) -> Samples:
    """Take one step of repulsion in the tangent plane among the points of one part that face the same way.

    Steps are short (a third of the spacing), so that points stay on their surface except for an overshoot at edges.
    """
    reach = samples.radii / DISC
    found = []
    for chunk in np.array_split(samples.points, 4):  # a quarter takes well under 0.1 s
        found.append(tree.query(chunk, k=7))  # itself and six
        check_cancelled()
    distance, near = (np.concatenate(column) for column in zip(*found, strict=True))
    offset = samples.points[:, None] - samples.points[near]  # [M, 7, 3]
    facing = np.einsum("ik,ijk->ij", samples.normals, samples.normals[near]) > 0.7
    alike = (samples.part[near] == samples.part[:, None]) & facing
    push = np.where(alike, np.clip(1 - distance / (1.25 * reach[:, None]), 0, None), 0)
    step = (push[..., None] * offset / np.maximum(distance, 1e-9)[..., None]).sum(axis=1)
    step -= (step * samples.normals).sum(axis=1, keepdims=True) * samples.normals
    length = np.linalg.norm(step, axis=1, keepdims=True)
    step *= np.minimum(1, 0.5 / np.maximum(length, 1e-9)) * reach[:, None] * 0.6
    return Samples(samples.points + step, samples.normals, samples.radii, samples.part)


def build_occupancy(points: Floats) -> OccupancyGrid:
    """Build the grid around an object from dense points [M, 3] on its opaque surface."""
    low, high = points.min(axis=0), points.max(axis=0)
    step = float((high - low).max()) / GRID
    low = low - 3 * step
    shape = np.ceil((high - low) / step).astype(int) + 4
    cell = ((points - low) / step).astype(np.int64)
    filled = np.zeros(tuple(shape), dtype=bool)
    filled[cell[:, 0], cell[:, 1], cell[:, 2]] = True
    labels, _ = ndimage.label(~filled)
    outside = labels == labels[0, 0, 0]
    solid = (~outside).astype(np.float32)
    near = ndimage.uniform_filter(solid, 5, mode="constant")
    far = ndimage.uniform_filter(solid, 13, mode="constant")
    return OccupancyGrid(low, step, outside, near, far)


def visible(samples: Samples, grid: OccupancyGrid, both_sides: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return a mask [M] of samples visible from outside: a step or two along the normal leaves the object."""
    mask = np.zeros(len(samples.points), dtype=bool)
    for steps in (1.0, 1.8, 2.8):
        for sign in (1.0, -1.0):
            ahead = samples.points + sign * steps * grid.step * samples.normals
            free = grid.lookup(grid.outside, ahead).astype(bool)
            mask |= free if sign > 0 else free & both_sides
    return mask


def ambient_occlusion(samples: Samples, grid: OccupancyGrid) -> Floats:
    """Return the share of the sky over each sample that the object itself hides [M]: 0 to 1 in a deep corner."""
    near = grid.lookup(grid.near, samples.points + 3.0 * grid.step * samples.normals).astype(float)
    far = grid.lookup(grid.far, samples.points + 7.0 * grid.step * samples.normals).astype(float)
    return np.clip(0.6 * near + 0.9 * far - 0.1, 0, 1)


def _areas(shape: Shape) -> Floats:
    corners = shape.vertices[shape.faces]
    return np.asarray(
        0.5 * np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    )


def _density(shape: Shape, areas: Floats, spacing: float) -> float:
    """Return the factor on the density for the discs of a shape to fit its thickness."""
    if shape.open or shape.field is not None:
        return 1.0
    corners = shape.vertices[shape.faces]
    volume = abs(float(np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum())) / 6
    radius = 2 * volume / max(float(areas.sum()), 1e-12)  # exact for a long round rod
    return float(np.clip((DISC * spacing / (0.6 * max(radius, 1e-6))) ** 2, 1.0, MAX_DENSITY))


def _sample_one(shape: Shape, areas: Floats, count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    cumulative = np.cumsum(areas)
    at = (np.arange(count) + rng.random(count)) / count * cumulative[-1]
    face = np.minimum(np.searchsorted(cumulative, at), len(areas) - 1)
    index = np.arange(count)
    u, v = (index * R2[0] + rng.random()) % 1, (index * R2[1] + rng.random()) % 1
    above = v > u  # square to triangle with little distortion: Heitz 2019, "A low-distortion map between ..."
    u, v = np.where(above, u / 2, u - v / 2), np.where(above, v - u / 2, v / 2)
    weights = np.stack([1 - u - v, u, v], axis=-1)[..., None]  # [M, 3, 1]
    points = (shape.vertices[shape.faces[face]] * weights).sum(axis=1)
    normals = (shape.normals[face] * weights).sum(axis=1)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    if shape.field is not None:
        inside = (shape.field[shape.faces[face]] * weights[..., 0]).sum(axis=1) < 0
        points, normals = points[inside], normals[inside]
    return points, normals

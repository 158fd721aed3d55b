"""Signed distance functions: rounded primitives joined into one skin, for bodies of animals, people and soft things.

`smooth_union` joins primitives by the polynomial smooth minimum (I. Quilez, "smooth minimum") and meshes the result by
marching cubes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from skimage.measure import marching_cubes
from trimesh.transformations import euler_matrix

from procedural.geometry.shapes import Floats, Point, Shape, turned, unit


@dataclass(frozen=True, slots=True)
class Ellipsoid:
    """An ellipsoid with one radius or three, rotated by `turn` (x, y, z degrees). `subtract` removes it instead.

    `part` and `colour` assign its share of the skin to another part (None: that of the blend).
    """

    centre: Point
    radius: float | Point
    turn: Point = (0, 0, 0)
    part: str | None = None
    colour: str | None = None
    subtract: bool = False

    def bounds(self) -> tuple[Floats, Floats]:
        """Return the corners of a bounding box."""
        return _around(np.asarray(self.centre, dtype=float), float(np.max(self.radius)))

    def distance(self, points: Floats) -> Floats:
        """Return the signed distance [N] of points [N, 3]; a close bound if the radii differ."""
        radii = np.broadcast_to(np.asarray(self.radius, dtype=float), (3,))
        local = _local(points, self.centre, self.turn)
        k0 = _length(local / radii)
        k1 = _length(local / radii**2)
        return np.asarray(np.where(k1 > 1e-12, k0 * (k0 - 1) / np.maximum(k1, 1e-12), -radii.min()))


@dataclass(frozen=True, slots=True)
class Capsule:
    """A rod with round ends from `start` to `end`, tapering from `radius` to `end_radius`."""

    start: Point
    end: Point
    radius: float
    end_radius: float | None = None
    part: str | None = None
    colour: str | None = None
    subtract: bool = False

    def bounds(self) -> tuple[Floats, Floats]:
        """Return the corners of a bounding box."""
        a, b = np.asarray(self.start, dtype=float), np.asarray(self.end, dtype=float)
        widest = max(self.radius, self.end_radius or 0)
        return np.minimum(a, b) - widest, np.maximum(a, b) + widest

    def distance(self, points: Floats) -> Floats:
        """Return the signed distance [N] of points [N, 3]."""
        a, b = np.asarray(self.start, dtype=float), np.asarray(self.end, dtype=float)
        axis = b - a
        t = np.clip(((points - a) * axis).sum(axis=-1) / max(float((axis**2).sum()), 1e-12), 0, 1)
        last = self.radius if self.end_radius is None else self.end_radius
        return np.asarray(_length(points - a - t[:, None] * axis) - (self.radius + t * (last - self.radius)))


@dataclass(frozen=True, slots=True)
class RoundedBox:
    """A box with sides `size` and edges rounded by `round_by`, rotated by `turn` (x, y, z degrees)."""

    centre: Point
    size: Point
    round_by: float = 0.05
    turn: Point = (0, 0, 0)
    part: str | None = None
    colour: str | None = None
    subtract: bool = False

    def bounds(self) -> tuple[Floats, Floats]:
        """Return the corners of a bounding box."""
        return _around(np.asarray(self.centre, dtype=float), float(np.linalg.norm(self.size)) / 2)

    def distance(self, points: Floats) -> Floats:
        """Return the signed distance [N] of points [N, 3]."""
        outside = np.abs(_local(points, self.centre, self.turn)) - (
            np.asarray(self.size, dtype=float) / 2 - self.round_by
        )
        far = _length(np.maximum(outside, 0))
        return np.asarray(far + np.minimum(outside.max(axis=-1), 0) - self.round_by)


Primitive = Ellipsoid | Capsule | RoundedBox


def both(primitive: Primitive) -> tuple[Primitive, Primitive]:
    """Return the primitive and its mirror image across x = 0: two legs, two eyes."""
    flip = np.array([-1, 1, 1])
    if isinstance(primitive, Capsule):
        return primitive, replace(
            primitive, start=np.asarray(primitive.start) * flip, end=np.asarray(primitive.end) * flip
        )
    turn = (primitive.turn[0], -primitive.turn[1], -primitive.turn[2])
    return primitive, replace(primitive, centre=np.asarray(primitive.centre) * flip, turn=turn)


def place_at(joint: Point, *primitives: Primitive) -> list[Primitive]:
    """Return primitives that are given relative to `joint` in the coordinates of the joint itself."""
    return [_moved(primitive, joint) for primitive in primitives]


def _moved(primitive: Primitive, by: Point) -> Primitive:
    if isinstance(primitive, Capsule):
        return replace(primitive, start=_sum(by, primitive.start), end=_sum(by, primitive.end))
    return replace(primitive, centre=_sum(by, primitive.centre))


def _sum(a: Point, b: Point) -> Point:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


def chain(
    points: Sequence[Point] | Floats,
    radii: tuple[float, float],
    *,
    taper: float = 0.0,
    part: str | None = None,
    colour: str | None = None,
) -> list[Capsule]:
    """Return capsules from point to point: a tail, a neck, a trunk.

    `radii` are those of the first capsule at its two ends; each further capsule is `taper` thinner.
    """
    return [
        Capsule(a, b, radii[0] - taper * i, radii[1] - taper * i, part, colour)
        for i, (a, b) in enumerate(pairwise(points))
    ]


def smooth_union(primitives: Sequence[Primitive], smooth: float, detail: int, groups: Sequence[int]) -> list[Shape]:
    """Join primitives into one skin, and cut it into one shape for each number in `groups` (one a primitive, from 0).

    `smooth` is the radius of the joints in the primitives' units, `detail` the number of grid cells along the longest
    side. Raises ValueError when nothing is left of the skin.
    """
    solid = [p for p in primitives if not p.subtract]
    corners = [p.bounds() for p in solid]
    low, high = np.min([c[0] for c in corners], axis=0), np.max([c[1] for c in corners], axis=0)
    step = float((high - low).max()) / detail
    low, high = low - 2.5 * step - smooth / 4, high + 2.5 * step + smooth / 4
    counts = [math.ceil(c) + 1 for c in (high - low) / step]
    axes = [low[a] + step * np.arange(counts[a]) for a in range(3)]
    field = np.full(counts, 4 * step + smooth)
    for primitive in primitives:
        _join(field, axes, primitive, smooth, step)
    if field.min() >= 0:
        raise ValueError("nothing is left of the blended shape")
    vertices, faces, _, _ = marching_cubes(field, 0.0, gradient_direction="ascent")
    slopes = np.stack(np.gradient(field), axis=-1)
    normals = unit(_trilinear(slopes, vertices))
    points = low + vertices * step
    faces = np.asarray(faces, dtype=np.int64)
    skin = Shape(np.asarray(points, dtype=float), faces, normals[faces])
    return _cut(skin, solid, [g for g, p in zip(groups, primitives, strict=True) if not p.subtract], smooth + 4 * step)


def _join(field: Floats, axes: Sequence[Floats], primitive: Primitive, smooth: float, step: float) -> None:
    """Join one primitive into the distance `field`, in place and only where it has an effect."""
    low, high = primitive.bounds()
    margin = smooth + 4 * step
    cut = tuple(
        slice(int(np.searchsorted(axes[a], low[a] - margin)), int(np.searchsorted(axes[a], high[a] + margin)))
        for a in range(3)
    )
    if any(s.start >= s.stop for s in cut):
        return
    grid = np.stack(np.meshgrid(*(axes[a][cut[a]] for a in range(3)), indexing="ij"), axis=-1)
    mine = primitive.distance(grid.reshape(-1, 3)).reshape(grid.shape[:3])
    old = field[cut]
    k = max(smooth, 1e-9)
    if primitive.subtract:
        h = np.maximum(k / 2 - np.abs(old + mine), 0) / (k / 2)
        field[cut] = np.maximum(old, -mine) + h * h * k / 8
    else:
        h = np.maximum(k - np.abs(old - mine), 0) / k
        field[cut] = np.minimum(old, mine) - h * h * k / 4


def _cut(skin: Shape, primitives: Sequence[Primitive], groups: Sequence[int], margin: float) -> list[Shape]:
    """Cut the skin by group: a point belongs to the group of its nearest primitive (all are within `margin` of one)."""
    if len(set(groups)) == 1:
        return [skin]
    nearest = np.full((max(groups) + 1, len(skin.vertices)), margin)
    for primitive, group in zip(primitives, groups, strict=True):
        low, high = primitive.bounds()
        near = np.flatnonzero(((skin.vertices > low - margin) & (skin.vertices < high + margin)).all(axis=1))
        nearest[group, near] = np.minimum(nearest[group, near], primitive.distance(skin.vertices[near]))
    pieces = []
    for group in range(len(nearest)):
        others = np.delete(nearest, group, axis=0).min(axis=0)
        pieces.append(skin.keep(lambda _, own=nearest[group], rest=others: own - rest))  # type: ignore[misc]
    return pieces


def _trilinear(volume: Floats, at: Floats) -> Floats:
    """Interpolate a vector volume [X, Y, Z, 3] at fractional indices [M, 3]: [M, 3]."""
    base = np.minimum(at.astype(int), np.array(volume.shape[:3]) - 2)
    part = at - base
    total = np.zeros((len(at), 3))
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(corner, part, 1 - part), axis=-1)
        x, y, z = (base + corner).T
        total += weight[:, None] * volume[x, y, z]
    return total


def _length(vectors: Floats) -> Floats:
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)))  # several times faster than linalg.norm


def _local(points: Floats, centre: Point, turn: Point) -> Floats:
    offset = points - np.asarray(centre, dtype=float)
    if not any(turn):
        return np.asarray(offset)
    rotation = euler_matrix(*(math.radians(t) for t in turn))[:3, :3]
    return turned(offset, rotation.T)  # the inverse turn


def _around(centre: Floats, radius: float) -> tuple[Floats, Floats]:
    return centre - radius, centre + radius

"""Triangle meshes and the primitives that objects are built from.

Every primitive is centred at the origin unless its docstring says otherwise, stands along y, and is moved into place
by the chained methods of `Shape`: `cylinder(0.1, 1).turn(z=90).move(y=0.5)`. World: y up, front toward +z; any unit
of length (the finished object is scaled to 1). Angles in degrees. Shapes are values: methods return new ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import trimesh
from numpy.typing import ArrayLike, NDArray
from trimesh.transformations import euler_matrix

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Point = Sequence[float] | Floats
"""Coordinates [3] (or [2] in an outline)."""

CREASE_DEG = 38.0
"""Edges sharper than this are shaded as edges, others as part of a smooth surface."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A triangle mesh: vertices [V, 3], faces [F, 3], unit normals at the face corners [F, 3, 3].

    `field` [V] limits the surface to where its interpolated value is below 0 (see `keep`).
    `open` marks a surface without an inside (a leaf, a sail): it is seen and lit from both sides.
    """

    vertices: Floats
    faces: Ints
    normals: Floats
    field: Floats | None = None
    open: bool = False

    def move(self, x: float = 0, y: float = 0, z: float = 0) -> Shape:
        """Translate by (x, y, z)."""
        return replace(self, vertices=self.vertices + np.array([x, y, z], dtype=float))

    def turn(self, x: float = 0, y: float = 0, z: float = 0) -> Shape:
        """Rotate about the origin: about the x axis, then y, then z (right-handed, degrees)."""
        rotation = euler_matrix(math.radians(x), math.radians(y), math.radians(z))[:3, :3]
        return replace(self, vertices=turned(self.vertices, rotation), normals=turned(self.normals, rotation))

    def scale(self, x: float, y: float | None = None, z: float | None = None) -> Shape:
        """Scale about the origin; a single factor applies to all three axes."""
        factors = np.array([x, x if y is None else y, x if z is None else z], dtype=float)
        faces, normals = self.faces, self.normals / factors
        if np.prod(factors) < 0:  # a reflection turns the surface inside out: restore the winding
            faces, normals = faces[:, ::-1], normals[:, ::-1]
        return replace(self, vertices=self.vertices * factors, faces=faces, normals=unit(normals))

    def mirror(self, axis: str = "x") -> Shape:
        """Reflect across the plane through the origin with normal `axis`."""
        return self.scale(*[-1.0 if a == axis else 1.0 for a in "xyz"])

    def aim(self, start: Point, end: Point) -> Shape:
        """Rotate so that the y axis points from `start` to `end`, and move to the midpoint between them."""
        a, b = np.asarray(start, dtype=float), np.asarray(end, dtype=float)
        rotation = trimesh.geometry.align_vectors([0, 1, 0], b - a)[:3, :3]
        aimed = replace(self, vertices=turned(self.vertices, rotation), normals=turned(self.normals, rotation))
        return aimed.move(*((a + b) / 2))

    def warp(self, bend: Callable[[Floats], Floats], crease_deg: float = CREASE_DEG) -> Shape:
        """Map every vertex through `bend`, from points [V, 3] to points [V, 3]; normals are recomputed."""
        vertices = bend(self.vertices.copy())
        return replace(self, vertices=vertices, normals=corner_normals(vertices, self.faces, crease_deg))

    def keep(self, value: Callable[[Floats], Floats]) -> Shape:
        """Keep the surface where `value` (points [V, 3] → [V]) is below 0, to paint two parts on one shape."""
        field = value(self.vertices)
        if self.field is not None:
            field = np.maximum(field, self.field)
        inside = (field[self.faces] < 0).any(axis=1)
        return replace(self, faces=self.faces[inside], normals=self.normals[inside], field=field)

    def __add__(self, other: Shape) -> Shape:
        return join(self, other)

    @property
    def lower(self) -> Floats:
        """Lower corner [3] of the box around the vertices."""
        return np.asarray(self.vertices.min(axis=0))

    @property
    def upper(self) -> Floats:
        """Upper corner [3] of the box around the vertices."""
        return np.asarray(self.vertices.max(axis=0))


def join(*shapes: Shape) -> Shape:
    """Join several shapes into one."""
    offsets = np.cumsum([0, *(len(s.vertices) for s in shapes[:-1])])
    fields = [s.field if s.field is not None else np.full(len(s.vertices), -1.0) for s in shapes]
    return Shape(
        np.concatenate([s.vertices for s in shapes]),
        np.concatenate([s.faces + o for s, o in zip(shapes, offsets, strict=True)]),
        np.concatenate([s.normals for s in shapes]),
        np.concatenate(fields) if any(s.field is not None for s in shapes) else None,
        any(s.open for s in shapes),
    )


def pair(shape: Shape, axis: str = "x") -> Shape:
    """Join the shape and its mirror image: two ears, two arms."""
    return join(shape, shape.mirror(axis))


def zone(shape: Shape, axis: int, low: float, high: float) -> Shape:
    """Keep the surface where the coordinate `axis` (0 x, 1 y, 2 z) is between `low` and `high`: bands, stripes."""
    return shape.keep(lambda points: np.abs(points[:, axis] - (low + high) / 2) - (high - low) / 2)


def ring(shape: Shape, count: int, start_deg: float = 0) -> Shape:
    """Join `count` copies, rotated evenly round the y axis: petals, spokes, columns."""
    return join(*(shape.turn(y=start_deg + 360 * i / count) for i in range(count)))


def row(shape: Shape, count: int, x: float = 0, y: float = 0, z: float = 0) -> Shape:
    """Join `count` copies, each translated by (x, y, z) from the one before; the row is centred on the shape."""
    steps = [i - (count - 1) / 2 for i in range(count)]
    return join(*(shape.move(x * s, y * s, z * s) for s in steps))


def mesh(vertices: ArrayLike, faces: ArrayLike, *, crease_deg: float = CREASE_DEG, is_open: bool = False) -> Shape:
    """Make a shape from vertices [V, 3] and faces [F, 3], counter-clockwise seen from outside."""
    points, triangles = np.asarray(vertices, dtype=float), np.asarray(faces, dtype=np.int64)
    return Shape(points, triangles, corner_normals(points, triangles, crease_deg), None, is_open)


def box(x: float, y: float, z: float, round_by: float = 0.0) -> Shape:
    """Make a box with sides x, y, z, its edges rounded by the radius `round_by` (at most half the shortest side)."""
    if round_by <= 0:
        return _unit_box().scale(x, y, z)
    radius = min(round_by, 0.499 * min(x, y, z))
    directions, signs, faces = _cube_ball()
    vertices = directions * radius + signs * (np.array([x, y, z], dtype=float) / 2 - radius)
    return Shape(vertices, faces, directions[faces])


def cylinder(radius: float, height: float, *, top: float | None = None, sides: int = 40) -> Shape:
    """Make a cylinder along y, or with `top`, its upper radius, a truncated cone. 4 or 6 `sides` make a prism."""
    upper = radius if top is None else top
    return lathe([(0, -height / 2), (radius, -height / 2), (upper, height / 2), (0, height / 2)], sides=sides)


def cone(radius: float, height: float, *, sides: int = 40) -> Shape:
    """Make a cone along y, tip up, centred at half its height."""
    return lathe([(0, -height / 2), (radius, -height / 2), (0, height / 2)], sides=sides)


def sphere(radius: float, y: float | None = None, z: float | None = None) -> Shape:
    """Make a sphere, or with `y` and `z` an ellipsoid with these half axes."""
    return _unit_sphere().scale(radius, y, z)


def bead(radius: float, y: float | None = None, z: float | None = None) -> Shape:
    """Make a `sphere` with a quarter of the faces, for many small things: buttons, jewels, spots, berries."""
    return _unit_bead().scale(radius, y, z)


def dome(radius: float, height: float | None = None) -> Shape:
    """Make the upper half of a sphere with this radius (and height), flat side down at y = 0."""
    angles = np.linspace(0, np.pi / 2, 14)
    tall = radius if height is None else height
    return lathe([(0, 0), *((radius * math.cos(a), tall * math.sin(a)) for a in angles)], sides=40)


def capsule(start: Point, end: Point, radius: float, end_radius: float | None = None) -> Shape:
    """Make a rod with round ends from `start` to `end`, tapered to `end_radius` if given."""
    length = float(np.linalg.norm(np.subtract(end, start)))
    last = radius if end_radius is None else end_radius
    quarter = np.linspace(0, np.pi / 2, 7)
    lower = [(radius * math.sin(a), -length / 2 - radius * math.cos(a)) for a in quarter]
    upper = [(last * math.cos(a), length / 2 + last * math.sin(a)) for a in quarter]
    return lathe([*lower, *upper], sides=20).aim(start, end)


def torus(radius: float, thickness: float, *, arc_deg: float = 360, sides: int = 48) -> Shape:
    """Make a ring in the x-z plane: `radius` to the middle of the tube, `thickness` the radius of the tube."""
    circle = [(radius + thickness * math.cos(a), thickness * math.sin(a)) for a in np.linspace(0, 2 * np.pi, 15)[:-1]]
    return lathe(circle, sides=sides, closed=True, arc_deg=arc_deg)


def lathe(
    profile: Sequence[tuple[float, float]],
    *,
    sides: int = 40,
    closed: bool = False,
    arc_deg: float = 360,
    crease_deg: float = CREASE_DEG,
) -> Shape:
    """Rotate a profile of (radius, y) points about the y axis: bottles, vases, wheels, columns.

    Go from the bottom up on the outside (and then down on the inside for a hollow vessel). Points of radius 0 close
    the ends. `closed` joins the last point to the first (rings). `arc_deg` below 360 leaves the ends open.
    """
    points = np.array(profile, dtype=float)  # [P, 2]
    full = arc_deg >= 360
    columns = sides if full else sides + 1
    angles = np.radians(arc_deg) * np.arange(columns) / sides
    x = points[None, :, 0] * np.sin(angles)[:, None]
    z = points[None, :, 0] * np.cos(angles)[:, None]
    y = np.broadcast_to(points[None, :, 1], x.shape)
    vertices = np.stack([x, y, z], axis=-1).reshape(-1, 3)  # [columns * P, 3]
    return mesh(vertices, grid_faces(columns, len(points), full, closed), crease_deg=crease_deg, is_open=not full)


def corner_normals(vertices: Floats, faces: Ints, crease_deg: float) -> Floats:
    """Return unit normals [F, 3, 3] at the corners: means over the adjacent faces that meet at less than a crease.

    Vertices at the same place count as one.
    """
    corners = vertices[faces]  # [F, 3, 3]
    weighted = np.asarray(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), dtype=float
    )  # length: twice the area
    flat = unit(weighted)
    _, vertex = np.unique(np.round(vertices, 7), axis=0, return_inverse=True)
    key = vertex.reshape(-1)[faces].reshape(-1)  # [3F] vertex of each corner
    order = np.argsort(key, kind="stable")
    counts = np.bincount(key)
    starts = np.cumsum(counts) - counts
    valence = counts[key]
    this = np.repeat(np.arange(len(key)), valence)
    within = np.arange(len(this)) - np.repeat(np.cumsum(valence) - valence, valence)
    other = order[np.repeat(starts[key], valence) + within]
    smooth = np.einsum("ij,ij->i", flat[this // 3], flat[other // 3]) > math.cos(math.radians(crease_deg))
    this, other = this[smooth], other[smooth] // 3
    total: Floats = np.stack([np.bincount(this, weighted[other, a], len(key)) for a in range(3)], axis=-1)
    total = np.asarray(
        np.where(np.linalg.norm(total, axis=-1, keepdims=True) > 1e-14, total, np.repeat(flat, 3, axis=0)), dtype=float
    )
    return unit(total).reshape(-1, 3, 3)


def turned(vectors: Floats, rotation: Floats) -> Floats:
    """Rotate vectors [..., 3] by a matrix [3, 3]. Not by BLAS, whose sums may depend on the number of threads."""
    return np.asarray(np.einsum("...j,ij->...i", vectors, rotation))


def grid_faces(columns: int, rows: int, wrap: bool, closed: bool) -> Ints:
    """Return the faces of a grid of points numbered by column; `wrap` joins the end columns, `closed` the end rows."""
    i = np.arange(columns if wrap else columns - 1)[:, None]
    j = np.arange(rows if closed else rows - 1)[None, :]
    a, b = i * rows + j, (i + 1) % columns * rows + j
    c, d = (i + 1) % columns * rows + (j + 1) % rows, i * rows + (j + 1) % rows
    a, b, c, d = (v.reshape(-1) for v in np.broadcast_arrays(a, b, c, d))
    return np.concatenate([np.stack([a, b, c], -1), np.stack([a, c, d], -1)])


def unit(vectors: Floats) -> Floats:
    """Normalise vectors [..., 3] to length 1."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-30))


@lru_cache(maxsize=1)
def _unit_box() -> Shape:
    solid = trimesh.creation.box((1, 1, 1))
    return mesh(solid.vertices, solid.faces)


@lru_cache(maxsize=1)
def _unit_sphere() -> Shape:
    ball = trimesh.creation.icosphere(subdivisions=3)
    return mesh(ball.vertices, ball.faces)


@lru_cache(maxsize=1)
def _unit_bead() -> Shape:
    ball = trimesh.creation.icosphere(subdivisions=2)
    return mesh(ball.vertices, ball.faces)


@lru_cache(maxsize=1)
def _cube_ball() -> tuple[Floats, Floats, Ints]:
    """Return a sphere of eight octants that pull apart into a rounded box: directions, octant signs, faces."""
    steps = np.array([-1, -0.64, -0.3, 0, 0, 0.3, 0.64, 1])
    halves = np.array([-1.0, -1, -1, -1, 1, 1, 1, 1])
    n = len(steps)
    directions: list[Floats] = []
    signs: list[Floats] = []
    faces: list[Ints] = []
    for axis in range(3):
        for side in (-1.0, 1.0):
            for target, values, fixed in ((directions, steps, side), (signs, halves, side)):
                grid = np.empty((n, n, 3))
                grid[..., axis] = fixed
                grid[..., (axis + 1) % 3] = values[:, None]
                grid[..., (axis + 2) % 3] = values[None, :]
                target.append(grid.reshape(-1, 3))
            sheet = grid_faces(n, n, wrap=False, closed=False) + len(faces) * n * n
            faces.append(sheet if side > 0 else sheet[:, ::-1])
    return unit(np.concatenate(directions)), np.concatenate(signs), np.concatenate(faces)

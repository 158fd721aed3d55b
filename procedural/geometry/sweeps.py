"""Shapes from lines: tubes along curves, extruded outlines, thin sheets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import trimesh
from scipy.interpolate import make_interp_spline
from shapely.geometry import Polygon
from shapely.geometry.polygon import orient

from procedural.geometry.shapes import Floats, Ints, Point, Shape, grid_faces, mesh, unit

Points = Sequence[Point] | Floats


def curve(points: Points, count: int = 24, *, closed: bool = False) -> Floats:
    """Return `count` points [count, D] on a smooth curve through `points` (any dimension)."""
    knots = np.asarray(points, dtype=float)
    if closed:
        knots = np.concatenate([knots, knots[:1]])
    if len(knots) < 3:
        return np.asarray(np.linspace(knots[0], knots[-1], count))
    chord = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(knots, axis=0), axis=1))])
    if closed:
        spline = make_interp_spline(chord, knots, k=3, bc_type="periodic")
        return np.asarray(spline(np.linspace(0, chord[-1], count, endpoint=False)))
    spline = make_interp_spline(chord, knots, k=min(3, len(knots) - 1))
    return np.asarray(spline(np.linspace(0, chord[-1], count)))


def tube(
    points: Points,
    radius: float | Sequence[float],
    *,
    count: int = 24,
    closed: bool = False,
    straight: bool = False,
    sides: int = 14,
    flat: float = 1.0,
) -> Shape:
    """Make a round tube along a smooth curve through `points` [3]; `straight` keeps the corners.

    `radius` may be a list, spread evenly along the tube (0 at an end makes a tip). The ends are closed and round off
    by themselves. `flat` below 1 squeezes the cross-section across the bend: straps, tails of fish.
    """
    path = np.asarray(points, dtype=float) if straight else curve(points, count, closed=closed)  # [P, 3]
    radii = np.interp(np.linspace(0, 1, len(path)), np.linspace(0, 1, np.size(radius)), np.atleast_1d(radius))
    side, up = _frames(path, closed)
    angles = 2 * np.pi * np.arange(sides) / sides
    circle = np.cos(angles)[None, :, None] * side[:, None] + flat * np.sin(angles)[None, :, None] * up[:, None]
    rings = path[:, None] + radii[:, None, None] * circle  # [P, sides, 3]
    if closed:
        return mesh(rings.reshape(-1, 3), _loop_faces(len(path), sides, wrap=True), crease_deg=80)
    vertices = np.concatenate([rings.reshape(-1, 3), path[:1], path[-1:]])
    first, last = len(path) * sides, len(path) * sides + 1
    k = np.arange(sides)
    end = (len(path) - 1) * sides
    caps = [
        np.stack([np.full(sides, first), (k + 1) % sides, k], -1),
        np.stack([np.full(sides, last), end + k, end + (k + 1) % sides], -1),
    ]
    return mesh(vertices, np.concatenate([_loop_faces(len(path), sides, wrap=False), *caps]), crease_deg=60)


def prism(outline: Points, thickness: float, *, holes: Sequence[Points] = (), smooth: int = 0) -> Shape:
    """Extrude an outline of (x, y) points by `thickness` along z, centred; from +z it looks as drawn.

    `smooth` > 0 rounds the outline into a closed curve of that many points. Raises ValueError for a crossed outline.
    """
    drawn = curve(outline, smooth, closed=True) if smooth else np.asarray(outline, dtype=float)
    polygon = orient(Polygon(drawn, [np.asarray(h, dtype=float) for h in holes]))
    if not polygon.is_valid:
        raise ValueError("the outline crosses itself")
    solid = trimesh.creation.extrude_polygon(polygon, thickness)
    return mesh(solid.vertices, solid.faces).move(z=-thickness / 2)


def star(radius: float, thickness: float, *, points: int = 5, inner: float = 0.45) -> Shape:
    """Make a flat star facing +z, one point up; `inner` is the radius of its notches as a share of `radius`."""
    angles = np.pi / 2 + np.pi * np.arange(2 * points) / points
    reach = radius * np.where(np.arange(2 * points) % 2 == 0, 1.0, inner)
    return prism(np.stack([reach * np.cos(angles), reach * np.sin(angles)], -1), thickness)


def side(outline: Points, width: float, *, holes: Sequence[Points] = (), smooth: int = 0) -> Shape:
    """Extrude a side view: an outline of (z, y) points, `width` along x, centred."""
    return prism(outline, width, holes=holes, smooth=smooth).turn(y=-90)


def sheet(spine: Points, widths: Sequence[float], *, across: Point = (1, 0, 0), cup: float = 0.0) -> Shape:
    """Make a thin open surface along a curve: leaf, petal, feather, blade of grass, ribbon, sail.

    `widths` are spread evenly along the spine, `across` is the direction of the width, `cup` lifts the rims
    (as a share of the width).
    """
    path = curve(spine, 16)  # [P, 3]
    width = np.interp(np.linspace(0, 1, len(path)), np.linspace(0, 1, len(widths)), widths)
    side = unit(np.asarray(across, dtype=float)[None])[0]
    tangent = unit(np.gradient(path, axis=0))
    normal = unit(np.cross(tangent, side[None]))
    offsets = np.linspace(-0.5, 0.5, 7)
    points = (
        path[:, None]
        + (width[:, None] * offsets)[..., None] * side
        + (width[:, None] * cup * (2 * offsets) ** 2)[..., None] * normal[:, None]
    )
    return mesh(points.reshape(-1, 3), grid_faces(len(path), 7, wrap=False, closed=False), crease_deg=80, is_open=True)


def helix(radius: float, height: float, turns: float, thickness: float) -> Shape:
    """Make a spring along y."""
    count = int(20 * turns) + 2
    t = np.linspace(0, 1, count)
    angle = 2 * np.pi * turns * t
    points = np.stack([radius * np.cos(angle), height * (t - 0.5), radius * np.sin(angle)], -1)
    return tube(points, thickness, straight=True, sides=10)


def _frames(path: Floats, closed: bool) -> tuple[Floats, Floats]:
    """Return two unit vectors [P, 3] across the path at each point, with the least rotation along it."""
    tangent = unit(np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0) if closed else np.gradient(path, axis=0))
    seed = np.eye(3)[int(np.argmin(np.abs(tangent[0])))]
    side = np.empty_like(path)
    current = seed
    for i, direction in enumerate(tangent):
        current = current - direction * (current @ direction)
        current = current / np.linalg.norm(current)
        side[i] = current
    up = np.cross(tangent, side)
    if closed:  # spread the twist left over after one round evenly
        last = side[-1] - tangent[0] * (side[-1] @ tangent[0])
        twist = np.arctan2(last @ up[0], last @ side[0]) * np.arange(len(path)) / len(path)
        side, up = (
            np.cos(twist)[:, None] * side - np.sin(twist)[:, None] * up,
            np.sin(twist)[:, None] * side + np.cos(twist)[:, None] * up,
        )
    return side, up


def _loop_faces(rows: int, sides: int, *, wrap: bool) -> Ints:
    """Return the faces of `rows` rings of `sides` points, each joined to the next."""
    i = np.arange(rows if wrap else rows - 1)[:, None]
    k = np.arange(sides)[None, :]
    a, b = i * sides + k, i * sides + (k + 1) % sides
    c, d = (i + 1) % rows * sides + (k + 1) % sides, (i + 1) % rows * sides + k
    a, b, c, d = (v.reshape(-1) for v in np.broadcast_arrays(a, b, c, d))
    return np.concatenate([np.stack([a, b, c], -1), np.stack([a, c, d], -1)])

"""Ornaments: cut gems, stars, hearts, leaves, arches, pleats and lumps."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from procedural.geometry.shapes import Floats, Shape, lathe
from procedural.geometry.sweeps import prism, sheet

Outline = list[tuple[float, float]]


def gem(radius: float, *, sides: int = 8, depth: float = 0.8) -> Shape:
    """Make a cut stone, table up, point down, widest at y = 0; the point is `depth` radii below."""
    profile = [(0, -depth), (0.62, -0.4 * depth), (1, 0), (1, 0.1), (0.62, 0.42), (0, 0.42)]
    return lathe(profile, sides=sides, crease_deg=4).scale(radius)


def star_outline(points: int, outer: float, inner: float) -> Outline:
    """Return the outline of a star, one point up."""
    corners = [(i * math.pi / points, outer if i % 2 == 0 else inner) for i in range(2 * points)]
    return [(r * math.sin(a), r * math.cos(a)) for a, r in corners]


def heart(size: float) -> Outline:
    """Return the outline of a heart about 2 `size` wide, centred."""
    turns = [2 * math.pi * i / 44 for i in range(44)]
    return [
        (
            size * math.sin(t) ** 3,
            size * (13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t) + 2) / 16,
        )
        for t in turns
    ]


def disc(radius_x: float, radius_y: float | None = None, count: int = 32) -> Outline:
    """Return the outline of a circle or an ellipse."""
    half_height = radius_x if radius_y is None else radius_y
    turns = [2 * math.pi * i / count for i in range(count)]
    return [(radius_x * math.cos(t), half_height * math.sin(t)) for t in turns]


def arch(width: float, height: float, thickness: float, *, pointed: float = 1.0) -> Shape:
    """Make a slab with a round top, on y = 0, facing +z: doors, windows, gravestones. `pointed` > 1: a Gothic arch."""
    half = width / 2
    spring = max(height - half * pointed, 0.02 * height)
    turns = [math.pi * i / 16 for i in range(17)]
    top = [(half * math.cos(t), spring + (height - spring) * math.sin(t)) for t in turns]
    return prism([(-half, 0), (half, 0), *top], thickness)


def leaf(length: float, width: float, droop: float = 0.2) -> Shape:
    """Make a leaf from the origin along +x, thin and open, its tip `droop` lengths below its middle."""
    spine = [(0, 0, 0), (length * 0.5, length * 0.12, 0), (length, length * (0.12 - droop), 0)]
    return sheet(spine, [0.15 * width, 0.8 * width, width, 0.75 * width, 0.02 * width], across=(0, 0, 1), cup=0.15)


def lumpy(amount: float, size: float, phase: float = 0.0) -> Callable[[Floats], Floats]:
    """Return a bend for `Shape.warp` that pushes points in and out by up to `amount`, in lumps about `size` across."""

    def bend(at: Floats) -> Floats:
        turn = 2 * np.pi * at / size + phase
        wave = np.sin(turn[:, [1, 2, 0]] + 1.3 * np.sin(0.7 * turn[:, [2, 0, 1]] + 1.1))
        return at + amount * wave

    return bend


def pleats(count: int, depth: float, *, phase: float = 0.0) -> Callable[[Floats], Floats]:
    """Return a bend for `Shape.warp`: `count` folds round the y axis, each a share `depth` of the radius high."""

    def bend(at: Floats) -> Floats:
        around = np.arctan2(at[:, 0], at[:, 2])
        at[:, [0, 2]] *= (1 + depth * np.cos(count * around + phase))[:, None]
        return at

    return bend

"""Small things many objects share: eyes, wheels, windows. Each adds parts to the `Builder` it is given."""

from __future__ import annotations

from collections.abc import Sequence

from procedural.builder import Builder
from procedural.geometry.shapes import bead, lathe, pair, sphere


def eyes(builder: Builder, x: float, y: float, z: float, radius: float) -> None:
    """A pair of dark eyes with a glint, at (±x, y, z), looking toward +z."""
    builder.add("eye", pair(sphere(radius).move(x, y, z)), "black", "glossy")
    glint = bead(radius * 0.3).move(x + radius * 0.25, y + radius * 0.45, z + radius * 0.8)
    builder.add("eye", pair(glint), "white")


def wheel(builder: Builder, x: float, y: float, z: float, radius: float, width: float, rim: str = "silver") -> None:
    """A road wheel with its axle along x: tyre, rim, hub."""
    outside = [(0.62, -0.4), (0.66, -0.5), (0.9, -0.5), (1, -0.3), (1, 0.3), (0.9, 0.5), (0.66, 0.5), (0.62, 0.4)]
    tyre = lathe([(0, -0.4), *outside, (0, 0.4)])
    inside = [(0.2, -0.52), (0.5, -0.44), (0.6, -0.46), (0.6, 0.46), (0.5, 0.44), (0.2, 0.52)]
    disc = lathe([(0, -0.52), *inside, (0, 0.52)])
    builder.add("wheel", tyre.scale(radius, width, radius).turn(z=90).move(x, y, z), "black", "rubber")
    builder.add("rim", disc.scale(radius, width * 1.02, radius).turn(z=90).move(x, y, z), rim, "metal")


def wheels(
    builder: Builder, x: float, places: Sequence[float], radius: float, width: float, rim: str = "silver"
) -> None:
    """Pairs of road wheels standing on y = 0 at (±x, z) for each z in `places`."""
    for z in places:
        for side in (-x, x):
            wheel(builder, side, radius, z, radius, width, rim)


def side_eyes(builder: Builder, x: float, y: float, z: float, radius: float) -> None:
    """A pair of dark eyes with a glint on the sides of a narrow head, at (±x, y, z), looking outward and forward."""
    builder.add("eye", pair(sphere(radius).move(x, y, z)), "black", "glossy")
    builder.add("eye", pair(bead(radius * 0.3).move(x + radius * 0.75, y + radius * 0.45, z + radius * 0.45)), "white")

"""Small things many objects share: eyes, wheels, windows. Each adds parts to the `Make` it is given."""

from __future__ import annotations

from generation.backends.procedural.make import Make
from generation.backends.procedural.shapes import bead, pair, sphere


def eyes(make: Make, x: float, y: float, z: float, radius: float) -> None:
    """A pair of dark eyes with a glint, at (±x, y, z), looking toward +z."""
    make.add("eye", pair(sphere(radius).move(x, y, z)), "black", "glossy")
    glint = bead(radius * 0.3).move(x + radius * 0.25, y + radius * 0.45, z + radius * 0.8)
    make.add("eye", pair(glint), "white")

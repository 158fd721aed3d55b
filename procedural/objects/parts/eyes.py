"""Eyes. Each function adds parts to the builder."""

from __future__ import annotations

from procedural.builder import Builder
from procedural.geometry.joint import Joint
from procedural.geometry.shapes import Shape, bead, pair, sphere


def add_eyes(builder: Builder, x: float, y: float, z: float, radius: float) -> None:
    """Add a pair of dark eyes with a glint at (±x, y, z), looking toward +z."""
    builder.add("eye", pair(sphere(radius).move(x, y, z)), "black", "glossy")
    glint = bead(radius * 0.3).move(x + radius * 0.25, y + radius * 0.45, z + radius * 0.8)
    builder.add("eye", pair(glint), "white")


def add_side_eyes(builder: Builder, x: float, y: float, z: float, radius: float) -> None:
    """Add a pair of dark eyes with a glint at (±x, y, z), on the sides of a narrow head, looking outward."""
    builder.add("eye", pair(sphere(radius).move(x, y, z)), "black", "glossy")
    builder.add("eye", pair(bead(radius * 0.3).move(x + radius * 0.75, y + radius * 0.45, z + radius * 0.45)), "white")


def add_big_eyes(
    builder: Builder, at: Joint, eyeball: Shape, pupil_at: Joint, pupil: Shape, colour: str = "white"
) -> None:
    """Add a pair of eyeballs with black pupils; `at` and `pupil_at` are those of the left eye."""
    builder.add("eye", pair(eyeball.move(*at)), colour, "glossy")
    builder.add("eye", pair(pupil.move(*pupil_at)), "black", "glossy")


def add_glint(builder: Builder, at: Joint, radius: float) -> None:
    """Add a white glint to each of a pair of eyes; `at` is that of the left one."""
    builder.add("eye", pair(bead(radius).move(*at)), "white")

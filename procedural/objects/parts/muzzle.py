"""Noses and mouths of animals. Each function adds parts to the builder."""

from __future__ import annotations

from procedural.builder import Builder
from procedural.geometry.joint import Joint, mirrored, offset
from procedural.geometry.shapes import bead, pair, sphere
from procedural.geometry.sweeps import tube


def add_nose(builder: Builder, at: Joint, radii: Joint, colour: str = "black") -> None:
    """Add a moist nose with half axes `radii`."""
    builder.add("nose", sphere(*radii).move(*at), colour, "glossy")


def add_nostrils(builder: Builder, at: Joint, radius: float, colour: str = "black") -> None:
    """Add a pair of nostrils; `at` is the left one."""
    builder.add("nostril", pair(bead(radius).move(*at)), colour)


def add_muzzle_mouth(builder: Builder, at: Joint, width: float, thickness: float) -> None:
    """Add a small w-shaped mouth under a nose; `at` is its middle, `width` that of one half."""
    curl = [at, offset(at, 0.5 * width, -0.45 * width, -0.05 * width), offset(at, width, -0.15 * width, -0.35 * width)]
    builder.add("mouth", pair(tube(curl, thickness, count=10, sides=8)), "dark brown")


def add_smile(
    builder: Builder, corner: Joint, middle: Joint, thickness: float, colour: str, *, count: int = 8, sides: int = 8
) -> None:
    """Add a smile from one corner of the mouth over its middle to the other; `corner` is the left one."""
    builder.add("mouth", tube(mirrored([corner, middle]), thickness, count=count, sides=sides), colour)

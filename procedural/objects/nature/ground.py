"""Pots and grass, shared by plants and landscapes. y up; any unit of length."""

from __future__ import annotations

from procedural.builder import Builder
from procedural.geometry.shapes import Shape, cone, dome, lathe, sphere


def add_pot(builder: Builder, depth: float = 0.28) -> None:
    """Add a clay pot with earth, its rim at y = 0."""
    profile = [
        (0, -depth),
        (0.15, -depth),
        (0.2, -0.07),
        (0.235, -0.07),
        (0.235, 0.01),
        (0.19, 0.01),
        (0.18, -0.04),
        (0, -0.04),
    ]
    colour = builder.choose(["coral", "sky blue", "yellow", "copper"])
    builder.add("pot", lathe(profile), colour, "clay")
    builder.add("soil", dome(0.185, 0.03).move(y=-0.035), "dark brown")


def add_grass_patch(builder: Builder) -> None:
    """Add a round patch of grass at the foot of a plant."""
    builder.add("grass", sphere(0.24, 0.045, 0.24), "green", "leaf", 0.75)
    for i in range(9):
        blade = grass_blade(builder, (0.1, 0.18), (5, 25))
        builder.add("grass", blade.move(y=0.06, z=0.14).turn(y=40 * i), "green", "leaf")


def add_pot_or_grass(builder: Builder, pot_share: float) -> None:
    """Put this share of the plants into a pot, the others into grass."""
    if builder.chance(pot_share):
        add_pot(builder)
    else:
        add_grass_patch(builder)


def grass_blade(builder: Builder, heights: tuple[float, float], leans_deg: tuple[float, float]) -> Shape:
    """Return a blade of grass with a height and a lean toward +z drawn from these ranges."""
    return cone(0.026, builder.between(*heights), sides=8).turn(x=builder.between(*leans_deg))

"""Wheels of vehicles and machines. Axles run along x."""

from __future__ import annotations

from collections.abc import Sequence

from procedural.builder import Builder
from procedural.geometry.joint import Joint
from procedural.geometry.shapes import Shape, lathe

# Half cross-sections of a wheel of radius 1 and width 1, as (radius, position along the axle).
_TYRE = [
    (0, -0.4),
    (0.62, -0.4),
    (0.66, -0.5),
    (0.9, -0.5),
    (1, -0.3),
    (1, 0.3),
    (0.9, 0.5),
    (0.66, 0.5),
    (0.62, 0.4),
    (0, 0.4),
]
_RIM = [(0, -0.52), (0.2, -0.52), (0.5, -0.44), (0.6, -0.46), (0.6, 0.46), (0.5, 0.44), (0.2, 0.52), (0, 0.52)]


def on_axle(shape: Shape, hub: Joint) -> Shape:
    """Return a shape made round the y axis with that axis turned along x and its centre at `hub`."""
    return shape.turn(z=90).move(*hub)


def add_wheel(builder: Builder, hub: Joint, radius: float, width: float, rim: str = "silver") -> None:
    """Add a road wheel: a rubber tyre on a metal rim of the colour `rim`."""
    builder.add("wheel", on_axle(lathe(_TYRE).scale(radius, width, radius), hub), "black", "rubber")
    builder.add("rim", on_axle(lathe(_RIM).scale(radius, width * 1.02, radius), hub), rim, "metal")


def add_wheels(
    builder: Builder, x: float, axles: Sequence[float], radius: float, width: float, rim: str = "silver"
) -> None:
    """Add a pair of road wheels that stand on y = 0 at (±x, z) for each z in `axles`."""
    for z in axles:
        for side in (-x, x):
            add_wheel(builder, (side, radius, z), radius, width, rim)

"""Things buildings share: doors, windows, gabled roofs, battlements, flags."""

from __future__ import annotations

from collections.abc import Sequence

from procedural.builder import MAIN, Builder
from procedural.geometry.ornament import arch
from procedural.geometry.shapes import Shape, bead, box, capsule, join, ring
from procedural.geometry.sweeps import prism

Spot = tuple[float, float, float, float]
"""Where on a wall: x, y, z and the direction it faces, degrees from +z toward +x."""


def put(shape: Shape, spots: Sequence[Spot]) -> Shape:
    """A copy of a shape that faces +z at each of the spots."""
    return join(*(shape.turn(y=face).move(x, y, z) for x, y, z, face in spots))


def windows(
    builder: Builder, spots: Sequence[Spot], wide: float, tall: float, *, arched: bool = False, pane: str = "sky blue"
) -> None:
    """Framed panes with a cross bar; a spot is the middle of the sill, on the wall's surface."""
    border = 0.16 * wide
    if arched:
        frame, glass = arch(wide + 2 * border, tall + 2 * border, 0.06), arch(wide, tall, 0.085)
    else:
        frame = box(wide + 2 * border, tall + 2 * border, 0.06).move(y=tall / 2 + border)
        glass = box(wide, tall, 0.085).move(y=tall / 2)
    builder.add("frame", put(frame.move(y=-border), spots), "white")
    builder.add("window", put(glass, spots), pane, "glossy")
    bars = box(wide, 0.14 * wide, 0.11).move(y=tall * 0.5) + box(0.14 * wide, tall * 0.94, 0.11).move(y=tall * 0.47)
    builder.add("frame", put(bars, spots), "white")


def door(builder: Builder, x: float, z: float, wide: float, tall: float, *, colour: str, arched: bool = True) -> None:
    """A door in the front wall at z, standing on the ground, with a frame, a knob and a step."""
    if arched:
        builder.add("frame", arch(wide * 1.28, tall * 1.12, 0.08).move(x, z=z), "white")
        builder.add("door", arch(wide, tall, 0.12).move(x, z=z), colour, "wood")
    else:
        builder.add("frame", box(wide * 1.25, tall * 1.1, 0.08).move(x, tall * 0.55, z), "white")
        builder.add("door", box(wide, tall, 0.12).move(x, tall / 2, z), colour, "wood")
    builder.add("door", bead(0.1 * wide).move(x + wide * 0.32, tall * 0.45, z + 0.075), "gold", "metal")
    builder.add("step", box(wide * 1.5, 0.06, 0.18, 0.015).move(x, 0.03, z + 0.09), "light grey", "stone")


def gable_roof(wide: float, long: float, rise: float, *, over: float = 0.12, thick: float = 0.08) -> Shape:
    """Two slopes over a house `wide` in x and `long` in z, the ridge along z; y = 0 is the top of the walls."""
    half, eave = wide / 2, over * rise / (wide / 2)
    upper = [(half + over, -eave), (0, rise), (-half - over, -eave)]
    profile = [*upper, (-half - over, -eave + thick), (0, rise + thick * 1.25), (half + over, -eave + thick)]
    return prism(profile, long + 2 * over)


def gable(wide: float, long: float, rise: float) -> Shape:
    """The walls under a gabled roof: a triangular block, its base at y = 0."""
    return prism([(-wide / 2, 0), (wide / 2, 0), (0, rise)], long)


def battlements(radius: float, count: int, size: float) -> Shape:
    """A round of merlons standing on y = 0."""
    return ring(box(size, size, size * 0.8).move(y=size / 2, z=radius), count)


def flag(builder: Builder, x: float, y: float, z: float, size: float, colour: str = MAIN) -> None:
    """A pennant on a pole."""
    builder.add("flag", capsule((x, y, z), (x, y + size * 1.5, z), size * 0.06), "dark brown", "wood")
    cloth = prism([(0, 0), (size, -size * 0.28), (0, -size * 0.56)], size * 0.12)
    builder.add("flag", cloth.move(x, y + size * 1.5, z), colour, "cloth")

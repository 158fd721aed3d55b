"""Parts of buildings: doors, windows, gabled roofs, battlements, flags."""

from __future__ import annotations

import math
from collections.abc import Sequence

from procedural.builder import MAIN, Builder
from procedural.geometry.ornament import arch
from procedural.geometry.shapes import Shape, bead, box, capsule, join, ring
from procedural.geometry.sweeps import prism

Placement = tuple[float, float, float, float]
"""A point (x, y, z) on a wall and the direction the wall faces there, in degrees from +z toward +x."""


def on_round_wall(radius: float, y: float, facing_deg: float) -> Placement:
    """Return the placement on a round wall about the y axis that faces this direction."""
    facing = math.radians(facing_deg)
    return radius * math.sin(facing), y, radius * math.cos(facing), facing_deg


def copies_at(shape: Shape, placements: Sequence[Placement]) -> Shape:
    """Return copies of a shape that faces +z, one at each placement."""
    return join(*(shape.turn(y=facing_deg).move(x, y, z) for x, y, z, facing_deg in placements))


def add_windows(
    builder: Builder, placements: Sequence[Placement], width: float, height: float, *, arched: bool = False
) -> None:
    """Add framed panes with a cross bar; a placement is the middle of the sill, on the wall's surface."""
    border = 0.16 * width
    if arched:
        frame = arch(width + 2 * border, height + 2 * border, 0.06)
        pane = arch(width, height, 0.085)
    else:
        frame = box(width + 2 * border, height + 2 * border, 0.06).move(y=height / 2 + border)
        pane = box(width, height, 0.085).move(y=height / 2)
    crossbar = box(width, 0.14 * width, 0.11).move(y=height * 0.5)
    upright = box(0.14 * width, height * 0.94, 0.11).move(y=height * 0.47)
    builder.add("frame", copies_at(frame.move(y=-border), placements), "white")
    builder.add("window", copies_at(pane, placements), "sky blue", "glossy")
    builder.add("frame", copies_at(crossbar + upright, placements), "white")


def add_door(
    builder: Builder, x: float, z: float, width: float, height: float, *, colour: str, arched: bool = True
) -> None:
    """Add a door in the front wall at z, standing on the ground, with a frame, a knob and a step."""
    if arched:
        builder.add("frame", arch(width * 1.28, height * 1.12, 0.08).move(x, z=z), "white")
        builder.add("door", arch(width, height, 0.12).move(x, z=z), colour, "wood")
    else:
        builder.add("frame", box(width * 1.25, height * 1.1, 0.08).move(x, height * 0.55, z), "white")
        builder.add("door", box(width, height, 0.12).move(x, height / 2, z), colour, "wood")
    builder.add("door", bead(0.1 * width).move(x + width * 0.32, height * 0.45, z + 0.075), "gold", "metal")
    builder.add("step", box(width * 1.5, 0.06, 0.18, 0.015).move(x, 0.03, z + 0.09), "light grey", "stone")


def gable_roof(width: float, length: float, rise: float, *, overhang: float = 0.12, thickness: float = 0.08) -> Shape:
    """Return the two slopes over a house `width` in x and `length` in z, the ridge along z, wall tops at y = 0."""
    eave_x, eave_y = width / 2 + overhang, -(overhang * rise / (width / 2))
    underside = [(eave_x, eave_y), (0, rise), (-eave_x, eave_y)]
    top = [(-eave_x, eave_y + thickness), (0, rise + thickness * 1.25), (eave_x, eave_y + thickness)]
    return prism([*underside, *top], length + 2 * overhang)


def gable(width: float, length: float, rise: float) -> Shape:
    """Return the walls under a gabled roof: a triangular block, its base at y = 0."""
    return prism([(-width / 2, 0), (width / 2, 0), (0, rise)], length)


def battlements(radius: float, count: int, size: float) -> Shape:
    """Return a circle of merlons that stand on y = 0."""
    return ring(box(size, size, size * 0.8).move(y=size / 2, z=radius), count)


def add_flag(builder: Builder, x: float, y: float, z: float, size: float, colour: str = MAIN) -> None:
    """Add a pennant on a pole that stands at (x, y, z)."""
    pole_top = y + size * 1.5
    builder.add("flag", capsule((x, y, z), (x, pole_top, z), size * 0.06), "dark brown", "wood")
    cloth = prism([(0, 0), (size, -size * 0.28), (0, -size * 0.56)], size * 0.12)
    builder.add("flag", cloth.move(x, pole_top, z), colour, "cloth")

"""Builders of boats and ships. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.sdf import Capsule, Primitive
from procedural.geometry.shapes import Floats, Shape, box, capsule, cylinder, join, pair, row, sphere, torus
from procedural.geometry.sweeps import prism, sheet, side, tube


def _hull(long: float, wide: float, deep: float, top: float) -> Shape:
    """A boat's hull: pointed at +z, a flat stern, its deck at y = `top`."""
    outline = [
        (0.5, -0.9),
        (0.5, 0.2),
        (0.4, 0.55),
        (0.2, 0.85),
        (0, 1.0),
        (-0.2, 0.85),
        (-0.4, 0.55),
        (-0.5, 0.2),
        (-0.5, -0.9),
    ]
    block = prism([(x * wide, z * long) for x, z in outline], deep).turn(x=90)

    def shape(points: Floats) -> Floats:
        down = (0.5 - points[:, 1] / deep).clip(0, 1)
        points[:, 0] *= 1 - 0.45 * down
        points[:, 2] = points[:, 2] * (1 - 0.16 * down) - 0.03 * down
        return points

    return block.warp(shape).move(y=top - deep / 2)


def sailboat(builder: Builder) -> None:
    """A sailing boat: hull, mast, main sail and jib."""
    long, tall = builder.vary(0.7, 0.08), builder.vary(1.35, 0.08)
    builder.add("hull", _hull(long, 0.46, 0.3, 0.3), MAIN, "glossy")
    builder.add("deck", _hull(long * 0.93, 0.4, 0.06, 0.325), "tan", "wood")
    builder.add("stripe", _hull(long * 1.02, 0.5, 0.06, 0.29), ACCENT)
    builder.add("mast", cylinder(0.025, tall).move(y=0.3 + tall / 2, z=0.08), "brown", "wood")
    builder.add("mast", capsule((0, 0.46, 0.06), (0, 0.44, -long * 0.9), 0.02), "brown", "wood")
    bulge = builder.between(0.06, 0.14)

    def blown(points: Floats) -> Floats:
        points[:, 0] += (
            bulge * 4 * ((points[:, 1] - 0.4) / tall).clip(0, 1) * (1 - ((points[:, 1] - 0.4) / tall).clip(0, 1))
        )
        return points

    main_sail = [(0.02, 0.5), (0.02, 0.27 + tall), (-long * 0.86, 0.5)]
    jib = [(0.14, 0.24 + tall * 0.9), (long * 0.88, 0.42), (0.15, 0.46)]
    for outline in (main_sail, jib):
        cloth = _sail(outline)
        builder.add("sail", cloth.warp(blown), ACCENT, "cloth")
    flag = prism([(0, 0), (-0.2, 0.05), (0, 0.11)], 0.015).turn(y=-90)
    builder.add("flag", flag.move(y=0.3 + tall - 0.1, z=0.06), builder.choose(["red", "yellow", "blue"]))
    builder.add("cabin", box(0.24, 0.12, 0.34, 0.04).move(y=0.38, z=0.3), MAIN)


def _sail(outline: list[tuple[float, float]]) -> Shape:
    """A thin triangle of (z, y) corners, finely cut so that it can be bent."""
    (az, ay), (bz, by), (cz, cy) = outline
    middle_from = [(0.0, ay, az), (0.0, by, bz)]
    spine = [((0.0, (1 - t) * (ay + by) / 2 + t * cy, (1 - t) * (az + bz) / 2 + t * cz)) for t in (0, 0.5, 1)]
    across = (0.0, middle_from[0][1] - middle_from[1][1], middle_from[0][2] - middle_from[1][2])
    width = math.dist(middle_from[0], middle_from[1])
    return sheet(spine, [width, 0.02], across=across)


def submarine(builder: Builder) -> None:
    """A submarine with portholes, a conning tower and a periscope."""
    half, r = builder.vary(0.68, 0.08), builder.vary(0.3, 0.08)
    y = 0.45
    hull: list[Primitive] = [
        Capsule((0, y, -half), (0, y, half), r * 0.85, r),
        Capsule((0, y, -half), (0, y, -half - 0.34), r * 0.8, 0.08),
    ]
    hull += [Capsule((0, y + r, 0.05), (0, y + r + 0.14, 0.05), 0.2, 0.17)]
    builder.blend("body", hull, MAIN, "glossy", smooth=0.1, detail=64)
    builder.add("tower", torus(0.165, 0.025).move(y=y + r + 0.29, z=0.05), ACCENT)
    builder.add(
        "periscope",
        tube([(0, y + r + 0.2, 0.05), (0, y + r + 0.5, 0.05), (0, y + r + 0.54, 0.2)], 0.032),
        ACCENT,
        "metal",
    )
    builder.add("periscope", cylinder(0.045, 0.05).turn(x=90).move(y=y + r + 0.54, z=0.21), "sky blue", "glossy")
    for z in (-0.42, 0, 0.42):
        pane = cylinder(0.1, 2 * r + 0.0).turn(z=90).move(y=y + 0.02, z=z * half / 0.68)
        builder.add("window", pane.scale(1.03, 1, 1), "sky blue", "glossy")
        ringed = torus(0.105, 0.03).turn(z=90).move(x=r * 0.98, y=y + 0.02, z=z * half / 0.68)
        builder.add("window frame", pair(ringed), ACCENT, "metal")
    fin = prism([(0, 0.1), (0.3, 0.0), (0.3, -0.12), (0, -0.12)], 0.05).turn(x=90)
    builder.add("fin", pair(fin.move(x=r * 0.3, y=y, z=-half - 0.06)), ACCENT)
    builder.add(
        "fin", side([(0.1, 0), (-0.06, 0.36), (-0.18, 0.36), (-0.16, 0)], 0.05).move(y=y, z=-half - 0.08), ACCENT
    )
    blade = sphere(0.06, 0.16, 0.02).move(y=0.13).turn(y=25)
    blades = join(*(blade.turn(z=90 * i) for i in range(4)))
    builder.add("propeller", blades.move(y=y, z=-half - 0.46), "gold", "metal")
    builder.add("propeller", capsule((0, y, -half - 0.38), (0, y, -half - 0.48), 0.05), "gold", "metal")


def ship(builder: Builder) -> None:
    """A steamer: long hull, white upper decks, funnels."""
    long, funnels = builder.vary(1.0, 0.06), builder.choose([2, 3])
    builder.add("hull", _hull(long, 0.46, 0.36, 0.4), MAIN, "glossy")
    builder.add("hull", _hull(long * 0.97, 0.44, 0.1, 0.1), "maroon")
    builder.add("stripe", _hull(long * 1.02, 0.5, 0.06, 0.4), "white")
    for level, size in enumerate((0.66, 0.52, 0.4)):
        deck = box(0.36 - 0.06 * level, 0.13, 2 * long * size, 0.03)
        y = 0.46 + 0.13 * level
        builder.add("deck", deck.move(y=y, z=-0.1 * long), "white")
        count = int(12 * size)
        panes = row(box(0.39 - 0.06 * level, 0.05, 0.07, 0.01), count, z=2 * long * size / (count + 0.5))
        builder.add("window", panes.move(y=y + 0.01, z=-0.1 * long), "navy", "glossy")
    for i in range(funnels):
        z = -0.1 * long + (i - (funnels - 1) / 2) * 0.3
        builder.add("funnel", cylinder(0.085, 0.36).turn(x=-8).move(y=0.94, z=z), ACCENT)
        builder.add("funnel", cylinder(0.09, 0.07).turn(x=-8).move(y=1.09, z=z - 0.02), "black")
    builder.add("bridge", box(0.34, 0.1, 0.14, 0.02).move(y=0.86, z=0.2 * long), "white")
    builder.add("mast", cylinder(0.016, 0.62).move(y=0.72, z=0.66 * long), "brown", "wood")
    builder.add("mast", cylinder(0.016, 0.5).move(y=0.66, z=-0.74 * long), "brown", "wood")
    builder.add("anchor", pair(torus(0.045, 0.018).turn(z=90).move(0.14, 0.3, 0.8 * long)), "dark grey", "metal")

"""Build functions of boats and ships. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.sdf import Capsule, Primitive
from procedural.geometry.shapes import Floats, Shape, box, capsule, cylinder, join, pair, row, sphere, torus
from procedural.geometry.sweeps import prism, sheet, side, tube
from procedural.objects.parts.wheels import on_axle


def sailboat(builder: Builder) -> None:
    """Build a sailing boat with a mainsail and a jib."""
    length, mast_height = builder.vary(0.7, 0.08), builder.vary(1.35, 0.08)
    bulge = builder.between(0.06, 0.14)
    flag_colour = builder.choose(["red", "yellow", "blue"])

    builder.add("hull", _hull(length, 0.46, 0.3, 0.3), MAIN, "glossy")
    builder.add("deck", _hull(length * 0.93, 0.4, 0.06, 0.325), "tan", "wood")
    builder.add("stripe", _hull(length * 1.02, 0.5, 0.06, 0.29), ACCENT)
    builder.add("mast", cylinder(0.025, mast_height).move(y=0.3 + mast_height / 2, z=0.08), "brown", "wood")
    boom = capsule((0, 0.46, 0.06), (0, 0.44, -length * 0.9), 0.02)
    builder.add("mast", boom, "brown", "wood")

    def bulge_sideways(points: Floats) -> Floats:
        height = ((points[:, 1] - 0.4) / mast_height).clip(0, 1)
        points[:, 0] += bulge * 4 * height * (1 - height)
        return points

    mainsail = _sail((0.02, 0.5), (0.02, 0.27 + mast_height), (-length * 0.86, 0.5))
    jib = _sail((0.14, 0.24 + mast_height * 0.9), (length * 0.88, 0.42), (0.15, 0.46))
    builder.add("sail", mainsail.warp(bulge_sideways), ACCENT, "cloth")
    builder.add("sail", jib.warp(bulge_sideways), ACCENT, "cloth")
    pennant = prism([(0, 0), (-0.2, 0.05), (0, 0.11)], 0.015).turn(y=-90)
    builder.add("flag", pennant.move(y=0.3 + mast_height - 0.1, z=0.06), flag_colour)
    builder.add("cabin", box(0.24, 0.12, 0.34, 0.04).move(y=0.38, z=0.3), MAIN)


def _hull(length: float, width: float, depth: float, deck_y: float) -> Shape:
    """Return a boat's hull, pointed at +z and flat at the stern; `length` is from amidships to the bow."""
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
    block = prism([(x * width, z * length) for x, z in outline], depth).turn(x=90)

    def taper_downward(points: Floats) -> Floats:
        down = (0.5 - points[:, 1] / depth).clip(0, 1)
        points[:, 0] *= 1 - 0.45 * down
        points[:, 2] = points[:, 2] * (1 - 0.16 * down) - 0.03 * down
        return points

    return block.warp(taper_downward).move(y=deck_y - depth / 2)


def _sail(a: tuple[float, float], b: tuple[float, float], tip: tuple[float, float]) -> Shape:
    """Return a thin triangle with its corners (z, y) at `a`, `b` and `tip`, subdivided so that it can be bent."""
    (az, ay), (bz, by), (tip_z, tip_y) = a, b, tip
    spine = [(0.0, (1 - t) * (ay + by) / 2 + t * tip_y, (1 - t) * (az + bz) / 2 + t * tip_z) for t in (0, 0.5, 1)]
    base_width = math.dist(a, b)
    return sheet(spine, [base_width, 0.02], across=(0.0, ay - by, az - bz))


def submarine(builder: Builder) -> None:
    """Build a submarine with portholes, a conning tower and a periscope."""
    half_length, radius = builder.vary(0.68, 0.08), builder.vary(0.3, 0.08)
    y, stern = 0.45, -half_length
    top = y + radius

    hull: list[Primitive] = [
        Capsule((0, y, stern), (0, y, half_length), radius * 0.85, radius),
        Capsule((0, y, stern), (0, y, stern - 0.34), radius * 0.8, 0.08),
        Capsule((0, top, 0.05), (0, top + 0.14, 0.05), 0.2, 0.17),
    ]
    builder.blend("body", hull, MAIN, "glossy", smooth=0.1, detail=64)
    builder.add("tower", torus(0.165, 0.025).move(y=top + 0.29, z=0.05), ACCENT)
    periscope = tube([(0, top + 0.2, 0.05), (0, top + 0.5, 0.05), (0, top + 0.54, 0.2)], 0.032)
    builder.add("periscope", periscope, ACCENT, "metal")
    builder.add("periscope", cylinder(0.045, 0.05).turn(x=90).move(y=top + 0.54, z=0.21), "sky blue", "glossy")

    for z in (-0.42, 0, 0.42):
        porthole_y, porthole_z = y + 0.02, z * half_length / 0.68
        panes = on_axle(cylinder(0.1, 2 * radius), (0, porthole_y, porthole_z))
        builder.add("window", panes.scale(1.03, 1, 1), "sky blue", "glossy")
        frame = on_axle(torus(0.105, 0.03), (radius * 0.98, porthole_y, porthole_z))
        builder.add("window frame", pair(frame), ACCENT, "metal")

    fin = prism([(0, 0.1), (0.3, 0.0), (0.3, -0.12), (0, -0.12)], 0.05).turn(x=90)
    builder.add("fin", pair(fin.move(x=radius * 0.3, y=y, z=stern - 0.06)), ACCENT)
    rudder = side([(0.1, 0), (-0.06, 0.36), (-0.18, 0.36), (-0.16, 0)], 0.05)
    builder.add("fin", rudder.move(y=y, z=stern - 0.08), ACCENT)
    blade = sphere(0.06, 0.16, 0.02).move(y=0.13).turn(y=25)
    blades = join(*(blade.turn(z=90 * i) for i in range(4)))
    builder.add("propeller", blades.move(y=y, z=stern - 0.46), "gold", "metal")
    builder.add("propeller", capsule((0, y, stern - 0.38), (0, y, stern - 0.48), 0.05), "gold", "metal")


def ship(builder: Builder) -> None:
    """Build a steamer: a long hull, white upper decks and funnels."""
    half_length, funnel_count = builder.vary(1.0, 0.06), builder.choose([2, 3])
    decks_z = -0.1 * half_length

    builder.add("hull", _hull(half_length, 0.46, 0.36, 0.4), MAIN, "glossy")
    builder.add("hull", _hull(half_length * 0.97, 0.44, 0.1, 0.1), "maroon")
    builder.add("stripe", _hull(half_length * 1.02, 0.5, 0.06, 0.4), "white")
    for level, share in enumerate((0.66, 0.52, 0.4)):
        y = 0.46 + 0.13 * level
        deck_length = 2 * half_length * share
        builder.add("deck", box(0.36 - 0.06 * level, 0.13, deck_length, 0.03).move(y=y, z=decks_z), "white")
        pane_count = int(12 * share)
        panes = row(box(0.39 - 0.06 * level, 0.05, 0.07, 0.01), pane_count, z=deck_length / (pane_count + 0.5))
        builder.add("window", panes.move(y=y + 0.01, z=decks_z), "navy", "glossy")
    for i in range(funnel_count):
        z = decks_z + (i - (funnel_count - 1) / 2) * 0.3
        builder.add("funnel", cylinder(0.085, 0.36).turn(x=-8).move(y=0.94, z=z), ACCENT)
        builder.add("funnel", cylinder(0.09, 0.07).turn(x=-8).move(y=1.09, z=z - 0.02), "black")
    builder.add("bridge", box(0.34, 0.1, 0.14, 0.02).move(y=0.86, z=0.2 * half_length), "white")
    builder.add("mast", cylinder(0.016, 0.62).move(y=0.72, z=0.66 * half_length), "brown", "wood")
    builder.add("mast", cylinder(0.016, 0.5).move(y=0.66, z=-0.74 * half_length), "brown", "wood")
    anchor = on_axle(torus(0.045, 0.018), (0.14, 0.3, 0.8 * half_length))
    builder.add("anchor", pair(anchor), "dark grey", "metal")

"""Build functions of jewelry worn round the neck, in the ears and on clothes. Front toward +z, y up."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.ornament import disc, gem, heart, leaf, star_outline
from procedural.geometry.shapes import Floats, Shape, bead, cylinder, lathe, pair, ring, sphere, torus
from procedural.geometry.sweeps import curve, prism, tube


def necklace(builder: Builder) -> None:
    """Build a string of beads as it hangs round a neck, the largest in front, with a pendant there."""
    count = builder.choose([26, 30, 34])
    path = _chain_points(count, builder.vary(0.62, 0.12))
    pendant_size = builder.vary(0.13, 0.12)

    bead_radius = 1.02 / count
    for i, point in enumerate(path):
        front_share = (1 + math.cos(2 * math.pi * i / count)) / 2
        is_accent = i > 0 and i % 4 == 0
        colour, material = (ACCENT, "crystal") if is_accent else (MAIN, "glossy")
        builder.add("bead", bead(bead_radius * (0.85 + 0.65 * front_share**2)).move(*point), colour, material)

    x, y, z = path[0]
    pendant_y = y - 0.14 - pendant_size
    builder.add("setting", torus(0.05, 0.018).turn(x=90).move(x, y - 0.1, z), "gold", "gold")
    setting = sphere(pendant_size * 0.75, pendant_size * 1.1, 0.06)
    builder.add("setting", setting.move(x, pendant_y, z), "gold", "gold")
    stone = gem(pendant_size * 0.68).scale(1, 1, 1.5).turn(x=90)
    builder.add("pendant", stone.move(x, pendant_y, z + 0.05), ACCENT, "crystal")
    drop = gem(0.05).scale(1, 1.6, 1).turn(x=180)
    for i in (2, count - 2):
        x, y, z = path[i]
        builder.add("pendant", drop.move(x, y - 0.13, z), ACCENT, "crystal")


def _chain_points(count: int, drop: float) -> Floats:
    """Return points [count, 3] on a chain round a neck: the first one in front, `drop` below the nape."""
    angle = 2 * np.pi * np.arange(count) / count
    front_share = (1 + np.cos(angle)) / 2
    return np.stack([0.46 * np.sin(angle), -drop * front_share**1.5, 0.36 * np.cos(angle)], axis=-1)


def pendant(builder: Builder) -> None:
    """Build a large medallion on a chain: a heart, a star, a sun or an oval, with a stone in the middle."""
    kind = builder.choose(["heart", "star", "sun", "round"])
    size = builder.vary(0.36, 0.06)
    small_stone_count = builder.choose([0, 6, 8])
    chain_reach, chain_height = builder.vary(0.4, 0.1), builder.vary(0.7, 0.1)

    outline = {
        "heart": heart(size * 1.05),
        "star": star_outline(5, size * 1.25, size * 0.62),
        "sun": star_outline(12, size * 1.15, size * 0.82),
        "round": disc(size, size * 1.12),
    }[kind]
    builder.add("medallion", prism(outline, 0.13), MAIN, "gold")
    builder.add("medallion", prism([(x * 0.82, y * 0.82) for x, y in outline], 0.17), MAIN, "gold", 0.8)
    stone = gem(size * 0.46, depth=0.5).turn(x=90).move(z=0.08)
    builder.add("gem", stone, ACCENT, "crystal")
    builder.add("gem", stone.turn(y=180), ACCENT, "crystal")
    if small_stone_count:
        small_stones = ring(bead(0.035).move(z=size * 0.62), small_stone_count).turn(x=90)
        builder.add("gem", pair(small_stones.move(z=0.085), "z"), ACCENT, "crystal", 1.2)

    top = max(y for _, y in outline)
    notch = min(y for x, y in outline if abs(x) < size * 0.1 and y > 0)  # the top of a heart lies lower in the middle
    loop_y = max(top * 0.9, notch)
    builder.add("loop", torus(0.085, 0.03).turn(z=90).move(y=loop_y + 0.03), MAIN, "gold")
    chain_y = loop_y + 0.08
    chain = [
        (0.0, chain_y),
        (chain_reach, chain_y + chain_height * 0.7),
        (0, chain_y + chain_height),
        (-chain_reach, chain_y + chain_height * 0.7),
    ]
    for i, (x, y) in enumerate(curve(chain, 40, closed=True)):
        link, shade = (bead(0.044).scale(1, 1, 0.65), 1.0) if i % 2 else (bead(0.032), 0.85)
        builder.add("chain", link.move(x, y), MAIN, "gold", shade)


def earrings(builder: Builder) -> None:
    """Build a pair of earrings, each with a hook and a stud: drops, chandeliers or hoops."""
    kind = builder.choose(["drop", "chandelier", "hoop"])
    half_distance, size = 0.4, builder.vary(0.17, 0.1)

    hook = tube([(0, 0, 0.02), (0, 0.12, 0.02), (0, 0.2, -0.08), (0, 0.1, -0.19), (0, -0.03, -0.2)], 0.02)
    stud = cylinder(0.12, 0.06).turn(x=90)
    stud_stone = gem(0.1).turn(x=90)
    for x in (-half_distance, half_distance):
        builder.add("hook", hook.move(x, 0.06), MAIN, "gold")
        builder.add("setting", stud.move(x), MAIN, "gold")
        builder.add("gem", stud_stone.move(x, z=0.035), ACCENT, "crystal")
        if kind == "hoop":
            _add_hoop(builder, x, size * 1.35)
        else:
            _add_drop(builder, x, size, beads=kind == "chandelier")


def _add_hoop(builder: Builder, x: float, radius: float) -> None:
    y = -radius - 0.11
    builder.add("hoop", torus(radius, 0.042).turn(x=90).move(x, y), MAIN, "gold")
    stone = gem(0.05).turn(x=180).scale(1, 1.5, 1).move(z=radius + 0.08)
    builder.add("drop", ring(stone, 8).turn(x=90).move(x, y), ACCENT, "crystal")


def _add_drop(builder: Builder, x: float, size: float, *, beads: bool) -> None:
    """Add a drop-shaped stone below the stud at x, perhaps with three beads under it."""
    cap = lathe([(0, -0.2), (size * 0.25, -0.17), (size * 0.35, -0.1), (0.02, 0.02), (0, 0.02)])
    builder.add("setting", cap.move(x, -0.08), MAIN, "gold")
    builder.add("drop", _teardrop(size, builder.between(1.5, 1.9)).move(x, -0.24), ACCENT, "crystal")
    belt = torus(size * 0.98, 0.03).scale(1, 1.2, 1)
    builder.add("setting", belt.move(x, -0.24 - size * 1.9), MAIN, "gold")
    lower_cap = lathe([(0, -0.16), (size * 0.42, -0.15), (size * 0.25, -0.05), (0, -0.02)])
    builder.add("setting", lower_cap.move(x, -0.2))
    if beads:
        for i in (-1, 0, 1):
            hanging = bead(0.05).scale(1, 1.4, 1)
            builder.add("drop", hanging.move(x + i * 0.11, -0.4 - size * 2 - 0.05 * (1 - abs(i))), MAIN, "gold")


def _teardrop(radius: float, stretch: float) -> Shape:
    """Return a faceted drop that hangs from the origin."""
    profile = [(0, -2.6), (0.55, -2.45), (0.95, -2.0), (1.0, -1.6), (0.72, -1.0), (0.3, -0.35), (0.06, 0)]
    scaled = [(radius * r, radius * stretch * y / 1.6) for r, y in profile]
    return lathe([*scaled, (0, 0)], sides=10, crease_deg=4)


def brooch(builder: Builder) -> None:
    """Build a flower brooch: rows of golden petals round a large stone, leaves below, a pin behind."""
    petal_count, row_count = builder.count(6, 9), builder.count(1, 2)
    stone_radius = builder.vary(0.3, 0.08)
    leaf_count = builder.count(1, 3)

    for i in range(row_count + 1):
        reach = 0.5 - 0.13 * i
        petal = bead(0.5 * reach, 0.075, 1.75 * reach / petal_count * 1.6).move(x=reach * 0.85)
        petals = ring(petal.turn(z=14 + 8 * i), petal_count, start_deg=180 / petal_count * i).turn(x=90)
        builder.add("petal", petals.move(z=0.07 * i), MAIN, "gold", 1.0 - 0.12 * (i % 2))
    stone = gem(stone_radius * 0.72, sides=10, depth=0.3).turn(x=90)
    builder.add("gem", stone.move(z=0.19 + 0.06 * row_count), ACCENT, "crystal")
    collar = ring(bead(0.045).move(z=stone_radius * 0.82), 14).turn(x=90)
    builder.add("pearl", collar.move(z=0.17 + 0.06 * row_count), "cream", "glossy")
    petal_tips = ring(bead(0.055).move(z=0.72), petal_count, start_deg=90).turn(x=90)
    builder.add("gem", petal_tips.move(z=0.17), ACCENT, "crystal")
    for i in range(leaf_count):
        blade = leaf(0.55, 0.3, 0.1).turn(x=90).move(x=0.4).turn(z=-90 + 34 * (i - (leaf_count - 1) / 2))
        builder.add("leaf", blade.move(z=-0.02), "green", "metal")
    builder.add("pin", tube([(-0.5, 0.12, -0.14), (0.5, 0.12, -0.14)], 0.028, count=2), MAIN, "gold")
    builder.add("pin", cylinder(0.42, 0.06).turn(x=90).move(z=-0.06), MAIN, "gold", 0.8)

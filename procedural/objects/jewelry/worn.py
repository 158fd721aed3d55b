"""Builders of jewelry worn round the neck and on clothes: necklace, pendant, earrings, brooch. Front toward +z."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.ornament import disc, gem, heart, leaf, star
from procedural.geometry.shapes import Floats, Shape, bead, cylinder, lathe, pair, ring, sphere, torus
from procedural.geometry.sweeps import curve, prism, tube


def necklace(builder: Builder) -> None:
    """A string of beads as it lies round a neck, the largest in front, a stone hanging there."""
    count = builder.choose([26, 30, 34])
    drop = builder.vary(0.62, 0.12)
    path = _drape(count, drop)
    size = 1.02 / count
    for i, point in enumerate(path):
        front = (1 + math.cos(2 * math.pi * i / count)) / 2
        swell = size * (0.85 + 0.65 * front**2)
        every = i % 4 == 0 and i
        builder.add("bead", bead(swell).move(*point), ACCENT if every else MAIN, "crystal" if every else "glossy")
    x, y, z = path[0]
    long = builder.vary(0.13, 0.12)
    builder.add("setting", torus(0.05, 0.018).turn(x=90).move(x, y - 0.1, z), "gold", "gold")
    builder.add("setting", sphere(long * 0.75, long * 1.1, 0.06).move(x, y - 0.14 - long, z), "gold", "gold")
    stone = gem(long * 0.68).scale(1, 1, 1.5).turn(x=90).move(x, y - 0.14 - long, z + 0.05)
    builder.add("pendant", stone, ACCENT, "crystal")
    for side in (2, count - 2):
        x, y, z = path[side]
        builder.add("pendant", gem(0.05).scale(1, 1.6, 1).turn(x=180).move(x, y - 0.13, z), ACCENT, "crystal")


def pendant(builder: Builder) -> None:
    """A large medallion on a chain: a heart, a star, a sun or a drop with a stone in the middle."""
    kind = builder.choose(["heart", "star", "sun", "round"])
    size = builder.vary(0.36, 0.06)
    outline = {
        "heart": heart(size * 1.05),
        "star": star(5, size * 1.25, size * 0.62),
        "sun": star(12, size * 1.15, size * 0.82),
        "round": disc(size, size * 1.12),
    }[kind]
    builder.add("medallion", prism(outline, 0.13), MAIN, "gold")
    inner = [(x * 0.82, y * 0.82) for x, y in outline]
    builder.add("medallion", prism(inner, 0.17), MAIN, "gold", 0.8)
    stone = gem(size * 0.46, deep=0.5).turn(x=90).move(z=0.08)
    builder.add("gem", stone, ACCENT, "crystal")
    builder.add("gem", stone.turn(y=180), ACCENT, "crystal")
    around = builder.choose([0, 6, 8])
    if around:
        dots = ring(bead(0.035).move(z=size * 0.62), around).turn(x=90)
        builder.add("gem", pair(dots.move(z=0.085), "z"), ACCENT, "crystal", 1.2)
    top = max(y for _, y in outline)
    neck = min(y for x, y in outline if abs(x) < size * 0.1 and y > 0)
    builder.add("loop", torus(0.085, 0.03).turn(z=90).move(y=max(top * 0.9, neck) + 0.03), MAIN, "gold")
    high = max(top * 0.9, neck) + 0.08
    wide, rise = builder.vary(0.4, 0.1), builder.vary(0.7, 0.1)
    chain = [(0.0, high), (wide, high + rise * 0.7), (0, high + rise), (-wide, high + rise * 0.7)]
    for i, (x, y) in enumerate(curve(chain, 40, closed=True)):
        link = bead(0.044).scale(1, 1, 0.65) if i % 2 else bead(0.032)
        builder.add("chain", link.move(x, y), MAIN, "gold", 1.0 if i % 2 else 0.85)


def earrings(builder: Builder) -> None:
    """A pair of drop earrings: hook, stud, a frame and a hanging stone."""
    kind = builder.choose(["drop", "chandelier", "hoop"])
    apart, size = 0.4, builder.vary(0.17, 0.1)
    hook = tube([(0, 0, 0.02), (0, 0.12, 0.02), (0, 0.2, -0.08), (0, 0.1, -0.19), (0, -0.03, -0.2)], 0.02)
    top = gem(0.1).turn(x=90)
    stud = cylinder(0.12, 0.06).turn(x=90)
    for x in (-apart, apart):
        builder.add("hook", hook.move(x, 0.06), MAIN, "gold")
        builder.add("setting", stud.move(x), MAIN, "gold")
        builder.add("gem", top.move(x, z=0.035), ACCENT, "crystal")
        if kind == "hoop":
            builder.add("hoop", torus(size * 1.35, 0.042).turn(x=90).move(x, -size * 1.35 - 0.11), MAIN, "gold")
            drops = ring(gem(0.05).turn(x=180).scale(1, 1.5, 1).move(z=size * 1.35 + 0.08), 8).turn(x=90)
            builder.add("drop", drops.move(x, -size * 1.35 - 0.11), ACCENT, "crystal")
            continue
        frame = lathe([(0, -0.2), (size * 0.25, -0.17), (size * 0.35, -0.1), (0.02, 0.02), (0, 0.02)])
        builder.add("setting", frame.move(x, -0.08), MAIN, "gold")
        tear = _teardrop(size, builder.between(1.5, 1.9))
        builder.add("drop", tear.move(x, -0.24), ACCENT, "crystal")
        builder.add("setting", torus(size * 0.98, 0.03).scale(1, 1.2, 1).move(x, -0.24 - size * 1.9), MAIN, "gold")
        builder.add(
            "setting", lathe([(0, -0.16), (size * 0.42, -0.15), (size * 0.25, -0.05), (0, -0.02)]).move(x, -0.2)
        )
        if kind == "chandelier":
            for i in (-1, 0, 1):
                bob = bead(0.05).scale(1, 1.4, 1).move(x + i * 0.11, -0.4 - size * 2 - 0.05 * (1 - abs(i)))
                builder.add("drop", bob, MAIN, "gold")


def brooch(builder: Builder) -> None:
    """A flower brooch: rows of golden petals round a great stone, leaves beneath, a pin behind."""
    petals, rows = builder.count(6, 9), builder.count(1, 2)
    size = builder.vary(0.3, 0.08)
    for depth in range(rows + 1):
        reach = 0.5 - 0.13 * depth
        shape = bead(0.5 * reach, 0.075, 1.75 * reach / petals * 1.6).move(x=reach * 0.85)
        crown = ring(shape.turn(z=14 + 8 * depth), petals, start_deg=180 / petals * depth).turn(x=90)
        builder.add("petal", crown.move(z=0.07 * depth), MAIN, "gold", 1.0 - 0.12 * (depth % 2))
    builder.add("gem", gem(size * 0.72, sides=10, deep=0.3).turn(x=90).move(z=0.19 + 0.06 * rows), ACCENT, "crystal")
    collar = ring(bead(0.045).move(z=size * 0.82), 14).turn(x=90)
    builder.add("pearl", collar.move(z=0.17 + 0.06 * rows), "cream", "glossy")
    tips = ring(bead(0.055).move(z=0.72), petals, start_deg=90).turn(x=90)
    builder.add("gem", tips.move(z=0.17), ACCENT, "crystal")
    leaves = builder.count(1, 3)
    for i in range(leaves):
        blade = leaf(0.55, 0.3, 0.1).turn(x=90).move(x=0.4).turn(z=-90 + 34 * (i - (leaves - 1) / 2))
        builder.add("leaf", blade.move(z=-0.02), "green", "metal")
    builder.add("pin", tube([(-0.5, 0.12, -0.14), (0.5, 0.12, -0.14)], 0.028, count=2), MAIN, "gold")
    builder.add("pin", cylinder(0.42, 0.06).turn(x=90).move(z=-0.06), MAIN, "gold", 0.8)


def _drape(count: int, drop: float) -> Floats:
    """Points [count, 3] of a chain round a neck, the first one in front, `drop` below the nape."""
    angle = 2 * np.pi * np.arange(count) / count
    front = (1 + np.cos(angle)) / 2
    return np.stack([0.46 * np.sin(angle), -drop * front**1.5, 0.36 * np.cos(angle)], axis=-1)


def _teardrop(radius: float, stretch: float) -> Shape:
    """A faceted drop hanging from the origin."""
    profile = [(0, -2.6), (0.55, -2.45), (0.95, -2.0), (1.0, -1.6), (0.72, -1.0), (0.3, -0.35), (0.06, 0)]
    scaled = [(radius * x, radius * stretch * y / 1.6) for x, y in profile]
    return lathe([*scaled, (0, 0)], sides=10, crease_deg=4)

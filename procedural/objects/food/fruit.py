"""Builders of fruit and vegetables: apple, banana, strawberry, watermelon, pumpkin, pineapple. Front toward +z."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.ornament import leaf, pleats
from procedural.geometry.shapes import Floats, bead, box, lathe, pair, ring, sphere
from procedural.geometry.sweeps import curve, prism, tube


def apple(builder: Builder) -> None:
    """An apple: dimpled above and below, a stalk, a leaf or two."""
    tall, wide = builder.vary(0.86, 0.07), builder.vary(0.5, 0.05)
    belly = builder.between(0.52, 0.62) * tall
    side = [(0.0, 0.1), (0.1, 0.035), (0.24, 0.0), (wide * 0.8, 0.13), (wide, belly), (wide * 0.82, 0.87 * tall)]
    outline = curve([*side, (wide * 0.5, tall), (0.16, 0.95 * tall), (0.0, 0.8 * tall)], 44)
    lobes = builder.choose([4, 5])

    def swell(at: Floats) -> Floats:
        low = np.clip(1 - at[:, 1] / tall, 0, 1) ** 2
        around = np.arctan2(at[:, 0], at[:, 2])
        at[:, [0, 2]] *= (1 + 0.06 * low * np.cos(lobes * around))[:, None]
        at[:, 1] *= 1 + 0.05 * np.cos(around * lobes + 1) * (1 - low) * (at[:, 1] > 0.7 * tall)
        return at

    outline[[0, -1], 0] = 0
    builder.add("body", lathe([tuple(p) for p in outline], sides=60, crease_deg=75).warp(swell, 75), MAIN, "glossy")
    lean = builder.between(-0.16, 0.16)
    stalk = [(0, 0.78 * tall, 0), (lean * 0.3, tall * 0.98, 0), (lean, tall + builder.vary(0.2, 0.2), 0)]
    builder.add("stem", tube(stalk, [0.03, 0.03, 0.048]), "dark brown", "wood")
    for i in range(builder.count(1, 2)):
        blade = sphere(0.21, 0.028, 0.1).move(x=0.21).turn(z=builder.between(12, 32))
        spot = {"x": lean * 0.4, "y": tall * 1.0}
        builder.add("leaf", blade.turn(y=builder.between(-40, 40) + 180 * i).move(**spot), "green", "leaf")


def banana(builder: Builder) -> None:
    """A bunch of bananas spread from one stalk."""
    count = builder.count(3, 4)
    long, fat = builder.vary(0.95, 0.08), builder.vary(0.11, 0.1)
    spread = 34.0
    for i in range(count):
        share = i - (count - 1) / 2
        stretch = long * builder.between(0.92, 1.06)
        arc = [(0, 0.62, -0.1), (0, 0.46, 0.14), (0, 0.2, 0.34), (0, -0.12, 0.46), (0, -0.42, 0.44)]
        points = [(x, y * stretch, z * stretch) for x, y, z in arc]
        fruit = tube(points, [0.04, 0.07, fat, fat * 1.05, fat * 0.95, 0.045], count=30, sides=5)
        place = {"y": share * spread}
        builder.add("banana", fruit.turn(**place), MAIN, "rubber", 1.0 - 0.06 * (i % 2))
        tip = sphere(0.05, 0.06, 0.05).move(*points[-1])
        builder.add("tip", tip.turn(**place), "dark brown", "rubber")
    crook = [(0, 0.56 * long, -0.1), (0, 0.7 * long, -0.16), (0, 0.78 * long, -0.24)]
    builder.add("stem", tube(crook, [0.12, 0.08, 0.07]), ACCENT)
    builder.add("stem", sphere(0.07, 0.05, 0.07).move(0, 0.78 * long, -0.24), "dark brown", "rubber")


def strawberry(builder: Builder) -> None:
    """A strawberry, point down, with yellow seeds and a green crown of leaves."""
    tall, wide = builder.vary(0.95, 0.08), builder.vary(0.42, 0.08)
    flank = [(0, 0), (wide * 0.45, 0.12), (wide * 0.93, 0.55), (wide * 0.9, 0.85), (0, 1)]
    outline = curve([(x, share * tall) for x, share in flank], 36)
    outline[[0, -1], 0] = 0
    builder.add("body", lathe([tuple(p) for p in outline], crease_deg=75), MAIN, "glossy")
    rows = 8
    for line in range(rows):
        share = 0.1 + 0.76 * line / (rows - 1)
        at = np.argmin(np.abs(outline[:30, 1] - share * tall))
        radius, y = float(outline[at, 0]), float(outline[at, 1])
        number = max(4, round(radius * 23))
        slope = 55 * (1 - share) ** 1.3
        seed = bead(0.02, 0.033, 0.016).turn(x=slope).move(y=y, z=radius)
        builder.add("seed", ring(seed, number, start_deg=180 / number * (line % 2)), "yellow", "glossy")
    leaves = builder.count(6, 8)
    blade = sphere(0.24, 0.035, 0.11).move(x=0.22).turn(z=-3).move(y=tall * 1.035)
    builder.add("leaf", ring(blade, leaves, start_deg=builder.between(0, 50)), ACCENT, "leaf")
    up = sphere(0.15, 0.03, 0.07).move(x=0.14).turn(z=42).move(y=tall * 1.03)
    builder.add("leaf", ring(up, 4), ACCENT, "leaf", 1.2)
    stalk = tube([(0, tall, 0), (0.02, tall + 0.13, 0), (0.09, tall + 0.24, 0)], [0.04, 0.03, 0.04])
    builder.add("stem", stalk, ACCENT, shade=0.8)


def watermelon(builder: Builder) -> None:
    """A thick slice of watermelon standing on its rind, perhaps with a bite taken out."""
    size, thick = 0.6, builder.vary(0.4, 0.12)
    slant = builder.between(0.5, 0.75)

    def half(radius: float, y: float = 0.0) -> list[tuple[float, float]]:
        turns = np.linspace(np.pi, 2 * np.pi, 41)
        return [(radius * math.cos(a), radius * math.sin(a) + y) for a in turns]

    def taper(at: Floats) -> Floats:
        at[:, 2] *= slant + (1 - slant) * np.clip(-at[:, 1] / size, 0, 1)
        return at

    flesh = half(size * 0.86)
    if builder.chance(0.5):
        bite = [(0.14 * math.cos(a), 0.13 * math.sin(a)) for a in np.linspace(0, -np.pi, 9)]
        flesh = [*flesh, *((x + 0.33, y) for x, y in bite), *((x + 0.04, y) for x, y in bite)]
    builder.add("flesh", prism(flesh, thick * 1.03).warp(taper), MAIN, "glossy")
    for radius, depth, colour, shade in ((0.92, 1.0, "cream", 1.0), (1.0, 0.97, ACCENT, 1.0)):
        inner = half(size * radius * 0.9)[::-1]
        builder.add("rind", prism([*half(size * radius), *inner], thick * depth).warp(taper), colour, "glossy", shade)
    for i in range(9):
        far, angle = (0.45, 0.68)[i % 2] * size, math.radians(-20 - 140 * i / 8)
        x, y = far * math.cos(angle), far * math.sin(angle)
        depth = thick * 0.515 * (slant + (1 - slant) * -y / size)
        seed = bead(0.026, 0.045, 0.02).turn(z=math.degrees(angle) + 90).move(x, y, depth)
        builder.add("seed", pair(seed, "z"), "black", "glossy")
    stripes = 9
    for i in range(stripes):
        angle = math.radians(-10 - 160 * i / (stripes - 1))
        line = [(size * 0.995 * math.cos(angle), size * 0.995 * math.sin(angle), z * thick * 0.4) for z in (-1, 1)]
        builder.add("rind", tube(line, 0.02, count=2), "dark green", "glossy")


def pumpkin(builder: Builder) -> None:
    """A ribbed pumpkin with a stalk, sometimes carved into a lantern's grin."""
    ribs, squat = builder.count(8, 11), builder.between(0.68, 0.92)
    outline = curve([(0, 0.06), (0.25, 0.0), (0.52, 0.3), (0.5, 0.62), (0.25, 0.8), (0, 0.7)], 26)
    outline[[0, -1], 0] = 0
    body = lathe([(r, y * squat) for r, y in outline], sides=ribs * 10, crease_deg=75)

    def rib(at: Floats) -> Floats:
        around = np.arctan2(at[:, 0], at[:, 2])
        at[:, [0, 2]] *= (0.9 + 0.14 * np.sqrt(np.abs(np.sin(ribs * around / 2 + 0.01))))[:, None]
        return at

    builder.add("body", body.warp(rib, 60), MAIN, "rubber")
    top, lean = 0.72 * squat, builder.between(-0.14, 0.14)
    stalk = tube([(0, top - 0.04, 0), (lean * 0.3, top + 0.12, 0), (lean, top + 0.25, 0.02)], [0.11, 0.06, 0.075])
    builder.add("stem", stalk.warp(pleats(5, 0.1)), ACCENT, "rubber")
    curl = [(0.05, top, 0.05), (0.2, top + 0.12, 0.1), (0.3, top + 0.02, 0.18), (0.36, top + 0.1, 0.2)]
    builder.add("vine", tube(curl, 0.018), "green")
    builder.add("leaf", leaf(0.36, 0.26, 0.3).turn(y=130).move(y=top + 0.04), "green", "leaf")
    if builder.pose == "carved" or builder.chance(0.35):
        mouth = [(-0.25, 0.04), (-0.12, -0.05), (0.12, -0.05), (0.25, 0.04), (0.13, -0.13), (0, -0.155), (-0.13, -0.13)]
        eye = [(0.06, -0.05), (0.2, -0.05), (0.13, 0.09)]
        for outline_2d, y in ((mouth, 0.36), (eye, 0.52), ([(-x, b) for x, b in eye[::-1]], 0.52)):
            carved = prism(outline_2d, 0.3).move(y=y * squat, z=0.4)
            builder.add("face", carved, "yellow", "glow")


def pineapple(builder: Builder) -> None:
    """A pineapple: a knobbly barrel under a tuft of pointed leaves."""
    tall, wide = builder.vary(0.85, 0.08), builder.vary(0.34, 0.08)
    outline = curve([(0, 0), (wide * 0.75, 0.03), (wide, 0.42 * tall), (wide * 0.72, 0.93 * tall), (0, tall)], 30)
    outline[[0, -1], 0] = 0
    builder.add("body", lathe([tuple(p) for p in outline]), MAIN, "rubber", 0.8)
    rows = 8
    lump = lathe([(0, -1), (0.7, -0.7), (1, 0), (0.7, 0.7), (0, 1)], sides=12, crease_deg=80)
    for line in range(rows):
        share = 0.08 + 0.84 * line / (rows - 1)
        at = int(np.argmin(np.abs(outline[3:-3, 1] - share * tall))) + 3
        radius, y = float(outline[at, 0]), float(outline[at, 1])
        number = 11
        knob = lump.scale(0.95 * radius * math.pi / number, 0.062, 0.045).move(y=y, z=radius)
        builder.add("body", ring(knob, number, start_deg=180 / number * (line % 2)), MAIN, "rubber")
        prick = box(0.03, 0.03, 0.03).move(y=y, z=radius + 0.042)
        builder.add("spike", ring(prick, number, start_deg=180 / number * (line % 2)), "brown")
    for level, (number, long, lean) in enumerate(((8, 0.42, 58), (7, 0.5, 36), (5, 0.56, 14))):
        reach = long * builder.vary(1.0, 0.1)
        blade = lathe([(0, 0), (0.07, 0.05), (0.075, reach * 0.4), (0.0, reach)], sides=12).scale(1, 1, 0.45)
        tuft = blade.move(z=0.03).turn(x=lean).move(y=tall * 0.96 + 0.05 * level)
        builder.add("leaf", ring(tuft, number, start_deg=23 * level), ACCENT, "leaf", 0.9 + 0.15 * level)

"""Builders of farms, snow houses and tents. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.ornament import arch, star
from procedural.geometry.shapes import Floats, bead, box, capsule, cylinder, dome, join, lathe, pair
from procedural.geometry.sweeps import prism, tube
from procedural.objects.parts.buildings import Spot, flag, windows


def barn(builder: Builder) -> None:
    """A farm barn: bent roof, great crossed doors, a hay loft, perhaps a silo beside it."""
    wide, tall, long = builder.vary(0.85, 0.06), builder.vary(0.62, 0.1), builder.vary(0.92, 0.1)
    rise = builder.vary(0.38, 0.08)
    half = wide / 2
    bend = [(half, 0), (half * 0.66, rise * 0.66), (0, rise), (-half * 0.66, rise * 0.66), (-half, 0)]
    builder.add("wall", box(wide, tall, long).move(y=tall / 2), MAIN, "wood")
    builder.add("wall", prism([(x * 0.94, y * 0.94) for x, y in bend], long).move(y=tall), MAIN, "wood")
    outer = [(x * 1.16, y * 1.12 + 0.03 - (0.07 if y == 0 else 0)) for x, y in bend]
    inner = [(x * 1.02, y * 1.01 - (0.07 if y == 0 else 0)) for x, y in bend[::-1]]
    builder.add("roof", prism([*outer, *inner], long + 0.16).move(y=tall), ACCENT)
    trim = prism([*outer, *[(x * 0.99, y * 0.985 - 0.01) for x, y in inner]], 0.05).scale(0.99, 0.99, 1)
    builder.add("trim", pair(trim.move(y=tall + 0.01, z=long / 2 + 0.07), "z"), "white")
    front = long / 2
    builder.add("trim", box(0.46, tall * 0.86, 0.04).move(y=tall * 0.43, z=front), "white")
    for x in (-0.115, 0.115):
        builder.add("door", box(0.2, tall * 0.8, 0.06).move(x, tall * 0.42, z=front), MAIN, "wood", 0.75)
        slope = math.degrees(math.atan2(tall * 0.8, 0.2))
        plank = box(math.hypot(0.2, tall * 0.8), 0.035, 0.09)
        crossed = plank.turn(z=slope) + plank.turn(z=-slope)
        builder.add("trim", crossed.move(x, tall * 0.42, front), "white")
    builder.add("trim", pair(box(0.26, 0.24, 0.04).move(y=tall + rise * 0.38, z=front), "z"), "white")
    builder.add("loft", pair(box(0.19, 0.17, 0.06).move(y=tall + rise * 0.38, z=front), "z"), "dark brown", "wood")
    spots: list[Spot] = [(s * half, tall * 0.42, z * long, 90 * s) for s in (1, -1) for z in (-0.3, 0.0, 0.3)]
    windows(builder, [*spots, (-0.2, tall * 0.4, -front, 180), (0.2, tall * 0.4, -front, 180)], 0.13, 0.13)
    if builder.chance(0.6):
        x, radius, high = -half - 0.2, 0.15, builder.vary(0.95, 0.1)
        builder.add("silo", cylinder(radius, high).move(x, high / 2, -0.18), "light grey", "metal")
        builder.add(
            "silo",
            join(*(cylinder(radius + 0.012, 0.03).move(x, high * s, -0.18) for s in (0.2, 0.45, 0.7, 0.95))),
            "grey",
            "metal",
        )
        builder.add("roof", dome(radius * 1.04, 0.2).move(x, high, -0.18), ACCENT)
    if builder.chance(0.5):
        hay = cylinder(0.12, 0.2).turn(z=90).move(half + 0.2, 0.12, 0.3)
        builder.add("hay", hay, "amber", "rubber")


def igloo(builder: Builder) -> None:
    """An igloo of snow blocks with a tunnel for a door."""
    rows, around = builder.choose([5, 6]), builder.choose([12, 14, 16])
    squat = builder.vary(1.0, 0.1)

    def seams(at: Floats) -> Floats:
        lift = np.arcsin(np.clip(at[:, 1] / squat / 0.55, 0, 1)) / (np.pi / 2) * rows
        turn = np.arctan2(at[:, 0], at[:, 2]) / (2 * np.pi) * around + 0.5 * (np.floor(lift) % 2)
        long = 4 * rows / around * np.cos(lift / rows * np.pi / 2)  # of a block, in heights of a row
        up = 0.5 - np.abs(lift - np.floor(lift) - 0.5)
        across = (0.5 - np.abs(turn - np.floor(turn) - 0.5)) * np.maximum(long, 0.3)
        return np.asarray(0.085 - np.minimum(up, across))

    angles = np.linspace(0, np.pi / 2, 46)
    shell = [(0.55 * math.cos(a), 0.55 * squat * math.sin(a)) for a in angles]
    builder.add("block", lathe([(0, 0), *shell], sides=110).keep(seams), MAIN)
    builder.add("seam", dome(0.535, 0.535 * squat), ACCENT)
    long, high = builder.vary(0.34, 0.12), builder.vary(0.34, 0.08)
    for i in range(3):
        depth = long / 3
        builder.add(
            "tunnel", arch(0.46 + 0.015 * (i % 2), high + 0.012 * (i % 2), depth * 0.93).move(z=0.5 + depth * i), MAIN
        )
    builder.add("seam", arch(0.44, high - 0.015, long).move(z=0.5 + long / 3), ACCENT)
    end = 0.5 + long * 2.5 / 3
    builder.add("door", arch(0.3, high * 0.74, 0.05).move(z=end), "navy", "rubber")
    ground = lathe([(0, -0.06), (0.84, -0.06), (0.86, -0.02), (0.78, 0.03), (0, 0.03)]).scale(0.9, 1, 1)
    builder.add("snow", ground.move(y=-0.02, z=0.12), "white", None, 0.88)
    if builder.chance(0.5):
        flag(builder, 0, 0.53 * squat, 0, 0.2, builder.choose(["red", "orange"]))


def tent(builder: Builder) -> None:
    """A camping tent: two slopes over a ridge, the flaps tied open, pegs and ropes."""
    wide, tall, long = builder.vary(0.95, 0.08), builder.vary(0.72, 0.1), builder.vary(1.05, 0.1)
    half = wide / 2
    outline = [(-half, 0), (half, 0), (0, tall)]
    builder.add("canvas", prism(outline, long), MAIN, "cloth")
    stripes = builder.choose([0, 2, 3])
    for i in range(stripes):
        z = long * 0.72 * (i / (stripes - 1) - 0.5)
        band = [(x * 1.02, y * 1.02 - 0.001) for x, y in outline]
        builder.add("stripe", prism(band, 0.1).move(z=z), ACCENT, "cloth")
    builder.add(
        "opening",
        prism([(-half * 0.62, 0.02), (half * 0.62, 0.02), (0, tall * 0.86)], 0.05).move(z=long / 2),
        "dark brown",
        "cloth",
    )
    flap = [(0.0, tall * 0.92), (half * 0.8, 0.02), (half * 0.56, 0.0), (half * 0.34, tall * 0.3)]
    builder.add("flap", pair(prism(flap, 0.05).move(z=long / 2 + 0.03)), ACCENT, "cloth")
    builder.add("flap", pair(bead(0.04).move(half * 0.4, tall * 0.3, long / 2 + 0.06)), "amber")
    builder.add("pole", capsule((0, tall * 0.9, long / 2), (0, tall + 0.14, long / 2), 0.025), "tan", "wood")
    builder.add("pole", capsule((0, 0, -long / 2 - 0.03), (0, tall + 0.14, -long / 2 - 0.02), 0.025), "tan", "wood")
    builder.add(
        "pole", capsule((0, tall + 0.01, long / 2 + 0.06), (0, tall + 0.01, -long / 2 - 0.06), 0.028), ACCENT, "wood"
    )
    for z, out in ((long / 2, 0.24), (-long / 2, -0.24)):
        for x in (half * 1.2, -half * 1.2):
            builder.add("rope", tube([(0, tall + 0.08, z), (x, 0.04, z + out)], 0.011, count=2, sides=6), "beige")
            builder.add("peg", cylinder(0.025, 0.12).move(x, 0.04, z + out), "brown", "wood")
    builder.add("pole", bead(0.05).move(0, tall + 0.16, long / 2 + 0.02), ACCENT)
    if builder.chance(0.5):
        sign = prism(star(5, 0.12, 0.055), 0.03).turn(x=-90)
        slope = math.degrees(math.atan2(tall, half))
        builder.add("stripe", pair(sign.turn(z=-slope).move(half * 0.52, tall * 0.5, 0)), "white", "cloth")

"""Builders of animals of the water: fish, shark, dolphin, whale, octopus, crab."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive
from procedural.geometry.shapes import bead, capsule, cone, pair, sphere, torus, zone
from procedural.geometry.sweeps import curve, prism, tube
from procedural.objects.parts.eyes import add_side_eyes


def fish(builder: Builder) -> None:
    """A round tropical fish: banded body, flowing fins, forked tail, big eyes, full lips."""
    tall, long = builder.vary(0.27, 0.15), builder.vary(0.4, 0.08)
    body = sphere(0.17, tall, long)
    stripes = builder.choose([(0.12, -0.18), (0.08, -0.24), (0.16,)])
    builder.add("body", body, MAIN, "glossy")
    for z in stripes:
        hoop = sphere(0.178, tall * 1.03, long * 1.02)
        wide = builder.between(0.035, 0.055)
        builder.add("stripe", zone(hoop, 2, z * long / 0.4 - wide, z * long / 0.4 + wide), ACCENT, "glossy")
    fan = [(0, 0), (-0.12, 0.13), (-0.3, 0.24), (-0.26, 0.08), (-0.25, -0.08), (-0.3, -0.24), (-0.12, -0.13)]
    builder.add("tail", prism(fan, 0.04, smooth=40).turn(y=-90).move(z=-long * 0.9), ACCENT)
    high = builder.vary(0.17, 0.2)
    top = [(0.22, 0), (0.05, high), (-0.2, high * 0.95), (-0.16, 0.02), (0, -0.06)]
    builder.add("fin", prism(top, 0.035, smooth=40).turn(y=-90).move(y=tall * 0.88), ACCENT)
    low = [(0.08, 0), (-0.04, -0.14), (-0.16, -0.15), (-0.1, 0.02)]
    builder.add("fin", prism(low, 0.035, smooth=30).turn(y=-90).move(y=-tall * 0.86, z=0.02), ACCENT)
    side = sphere(0.018, 0.07, 0.11).turn(x=25, y=-35, z=-25)
    builder.add("fin", pair(side.move(0.19, -0.06, 0.0)), ACCENT)
    builder.add(
        "eye", pair(sphere(0.075, 0.075, 0.05).turn(y=55).move(0.108, tall * 0.3, long * 0.66)), "white", "glossy"
    )
    builder.add(
        "eye", pair(sphere(0.044, 0.044, 0.03).turn(y=55).move(0.148, tall * 0.3, long * 0.68)), "black", "glossy"
    )
    builder.add("eye", pair(bead(0.015).move(0.165, tall * 0.3 + 0.03, long * 0.72)), "white")
    builder.add("mouth", torus(0.045, 0.024).scale(1.2, 1, 0.8).turn(x=90).move(0, -0.04, long * 0.98), "coral")


def shark(builder: Builder) -> None:
    """A shark: pointed snout, tall back fin, crescent tail, white belly, rows of teeth."""
    long = builder.vary(0.72, 0.06)
    primitives: list[Primitive] = [
        Capsule((0, 0, 0.1), (0, 0.02, long * 0.75), 0.2, 0.1),
        Capsule((0, 0, 0.1), (0, 0.04, -long), 0.2, 0.05),
        Capsule((0, -0.05, 0.1), (0, -0.035, long * 0.62), 0.185, 0.1, "belly", "white"),
        Capsule((0, -0.05, 0.1), (0, 0.0, -long * 0.7), 0.18, 0.06, "belly", "white"),
        Ellipsoid((0, -0.05, long * 0.62), (0.1, 0.035, 0.1), subtract=True),
    ]
    builder.blend("body", primitives, MAIN, "glossy", smooth=0.06, detail=66)
    fin = [(0.17, -0.06), (-0.02, 0.22), (-0.16, 0.28), (-0.12, 0.1), (-0.14, -0.06)]
    builder.add("fin", prism(fin, 0.05, smooth=40).turn(y=-90).move(y=0.19, z=0.05), MAIN)
    side = prism([(0, 0.1), (0.3, -0.08), (0.36, -0.17), (0.2, -0.14), (0, -0.1)], 0.045, smooth=36)
    builder.add("fin", pair(side.turn(x=90).turn(z=-24).move(0.14, -0.09, 0.18)), MAIN)
    tail = [
        (0.14, 0.0),
        (-0.05, 0.16),
        (-0.24, 0.36),
        (-0.17, 0.1),
        (-0.13, 0.0),
        (-0.16, -0.1),
        (-0.18, -0.24),
        (-0.04, -0.12),
    ]
    builder.add("tail", prism(tail, 0.05, smooth=60).turn(y=-90).move(y=0.04, z=-long), MAIN)
    small = pair(sphere(0.02, 0.05, 0.06).turn(z=40).move(0.08, -0.09, -long * 0.45))
    builder.add("fin", small, MAIN)
    add_side_eyes(builder, 0.128, 0.065, long * 0.6, 0.03)
    mouth = [
        (-0.125, -0.06, long * 0.45),
        (-0.09, -0.075, long * 0.68),
        (0, -0.075, long * 0.76),
        (0.09, -0.075, long * 0.68),
        (0.125, -0.06, long * 0.45),
    ]
    builder.add("mouth", tube(mouth, 0.024), "crimson")
    for x, y, z in curve(mouth, 13):
        builder.add("tooth", cone(0.018, 0.05, sides=8).turn(x=180).move(x * 1.03, y + 0.004, z * 1.012), "white")
    for i in range(3):
        gill = tube([(0.185 - 0.006 * i, 0.06, 0.2 - 0.05 * i), (0.2, -0.04, 0.19 - 0.05 * i)], 0.009, count=3, sides=6)
        builder.add("gill", pair(gill), "dark grey")


def dolphin(builder: Builder) -> None:
    """A leaping dolphin: arched body, bottle nose, curved fin, flat flukes, pale belly."""
    arch = builder.vary(0.3, 0.2)
    path = [(0, -0.35 - arch * 0.3, -0.72), (0, 0.0, -0.42), (0, arch * 0.4, 0.0), (0, 0.05, 0.4), (0, -0.12, 0.58)]
    points = curve(path, 14)
    radii = np.interp(np.linspace(0, 1, 14), [0, 0.3, 0.6, 0.9, 1], [0.04, 0.13, 0.19, 0.16, 0.12])
    primitives: list[Primitive] = [
        Capsule(tuple(a), tuple(b), radii[i], radii[i + 1]) for i, (a, b) in enumerate(pairwise(points))
    ]
    belly = [
        Capsule(
            (0, a[1] - 0.05, a[2] + 0.01),
            (0, b[1] - 0.05, b[2] + 0.01),
            radii[i + 4] * 0.9,
            radii[i + 5] * 0.9,
            "belly",
            ACCENT,
        )
        for i, (a, b) in enumerate(pairwise(points[4:13]))
    ]
    beak = Capsule(tuple(points[-1]), (0, -0.24, 0.76), 0.07, 0.045, "beak")
    builder.blend("body", [*primitives, *belly, beak], MAIN, "glossy", smooth=0.06, detail=64)
    fin = [(0.16, -0.04), (0.0, 0.14), (-0.16, 0.2), (-0.12, 0.06), (-0.1, -0.06)]
    builder.add("fin", prism(fin, 0.045, smooth=40).turn(y=-90).move(y=arch * 0.4 + 0.17, z=-0.02), MAIN)
    side = sphere(0.055, 0.03, 0.16).turn(x=35, y=-40, z=-30).move(0.2, -0.06, 0.2)
    builder.add("fin", pair(side), MAIN)
    fluke = sphere(0.17, 0.026, 0.085).turn(y=30).move(0.12, 0, -0.03)
    builder.add("tail", pair(fluke).turn(x=-35).move(0, path[0][1] - 0.02, path[0][2] - 0.04), MAIN)
    add_side_eyes(builder, 0.142, 0.0, 0.46, 0.028)
    smile = [(0.045, -0.24, 0.74), (0.085, -0.16, 0.62), (0.12, -0.09, 0.55)]
    builder.add("mouth", pair(tube(smile, 0.01, count=8, sides=8)), "dark grey")


def whale(builder: Builder) -> None:
    """A round whale: grooved pale belly, small fins, flukes held up, water spout."""
    wide = builder.vary(0.34, 0.06)
    primitives: list[Primitive] = [
        Ellipsoid((0, 0, 0.12), (wide, 0.3, 0.45)),
        Capsule((0, 0.0, -0.15), (0, 0.12, -0.55), 0.22, 0.1),
        Capsule((0, 0.12, -0.55), (0, 0.34, -0.72), 0.1, 0.05),
        Ellipsoid((0, -0.065, 0.17), (wide * 0.98, 0.26, 0.43), part="belly", colour=ACCENT),
    ]
    builder.blend("body", primitives, MAIN, "glossy", smooth=0.1, detail=58)
    for i in range(-2, 3):
        groove = [
            (i * 0.085, -0.1 - 0.01 * abs(i), 0.55 - 0.03 * abs(i)),
            (i * 0.1, -0.24, 0.42 - 0.02 * abs(i)),
            (i * 0.1, -0.31 + 0.012 * i * i, 0.15),
        ]
        builder.add("belly", tube(groove, 0.009, count=12, sides=6), MAIN, None, 0.8)
    fluke = sphere(0.2, 0.045, 0.1).turn(y=28, z=16).move(0.15, 0.04, -0.02)
    builder.add("tail", pair(fluke).turn(x=-20).move(0, 0.37, -0.74), MAIN)
    builder.add("fin", pair(sphere(0.18, 0.035, 0.1).turn(y=30, z=-30).move(wide + 0.08, -0.14, 0.15)), MAIN)
    add_side_eyes(builder, wide * 0.83, 0.03, 0.36, 0.034)
    smile = [(wide * 0.92, 0.0, 0.24), (wide * 0.72, -0.08, 0.42), (0, -0.09, 0.585)]
    builder.add("mouth", pair(tube(smile, 0.012, count=12, sides=8)), "dark grey")
    if builder.chance(0.8):
        for side in (-1, 1):
            jet = [(0, 0.27, 0.12), (side * 0.03, 0.5, 0.12), (side * 0.17, 0.58, 0.12), (side * 0.24, 0.45, 0.12)]
            builder.add("spout", tube(jet, [0.04, 0.045, 0.055, 0.035]), "cyan", "glass")


def octopus(builder: Builder) -> None:
    """An octopus: bulb of a head with big eyes and a smile, eight curling arms with suckers."""
    tall = builder.vary(0.36, 0.12)
    primitives: list[Primitive] = [
        Ellipsoid((0, 0.3 + tall * 0.55, -0.02), (0.27, tall, 0.26)),
        Ellipsoid((0, 0.22, 0), (0.24, 0.14, 0.24)),
    ]
    curl = builder.between(0.08, 0.22)
    for i in range(8):
        angle = 2 * math.pi * (i + 0.5) / 8
        bend = angle + builder.between(0.1, 0.5) * (-1) ** i
        spots = (
            (angle, 0.15, 0.2),
            (angle, 0.36, 0.06),
            ((angle + bend) / 2, 0.55, 0.06),
            (bend, 0.66, 0.06 + curl),
            (bend + 0.15, 0.58, 0.1 + curl * 1.4),
        )
        path = curve([(r * math.sin(a), y, r * math.cos(a)) for a, r, y in spots], 8)
        primitives += [
            Capsule(tuple(a), tuple(b), 0.085 - 0.009 * k, 0.076 - 0.009 * k, "arm")
            for k, (a, b) in enumerate(pairwise(path))
        ]
        for k in (2, 3, 4):
            x, y, z = path[k]
            builder.add("sucker", bead(0.03, 0.03, 0.03).move(x * 0.99, y - 0.045 + 0.012 * k, z * 0.99), ACCENT)
    builder.blend("body", primitives, MAIN, "glossy", smooth=0.05, detail=56)
    builder.add("eye", pair(sphere(0.085, 0.1, 0.05).turn(y=22).move(0.105, 0.42, 0.21)), "white", "glossy")
    builder.add("eye", pair(sphere(0.045, 0.058, 0.03).turn(y=22).move(0.115, 0.41, 0.248)), "black", "glossy")
    builder.add("eye", pair(bead(0.018).move(0.13, 0.44, 0.27)), "white")
    builder.add(
        "mouth", tube([(-0.07, 0.285, 0.245), (0, 0.25, 0.255), (0.07, 0.285, 0.245)], 0.014, count=10), "maroon"
    )
    builder.add("cheek", pair(bead(0.04, 0.03, 0.02).turn(y=40).move(0.185, 0.31, 0.19)), ACCENT)
    for _ in range(5):
        a, y = builder.between(0.8, 5.4), builder.between(0.5, 0.7)
        spot = (
            bead(builder.between(0.03, 0.05))
            .scale(1, 1, 0.4)
            .move(z=0.25 * math.sqrt(max(1 - ((y - 0.3 - tall * 0.55) / tall) ** 2, 0.05)))
        )
        builder.add("spot", spot.turn(y=math.degrees(a)).move(y=y), ACCENT)


def crab(builder: Builder) -> None:
    """A crab: flat wide shell, raised claws, eyes on stalks, six legs."""
    wide = builder.vary(0.36, 0.08)
    builder.add("shell", sphere(wide, 0.15, 0.26).move(y=0.2), MAIN, "glossy")
    builder.add("belly", sphere(wide * 0.9, 0.08, 0.24).move(y=0.12), ACCENT)
    for side in (-1, 1):
        big = builder.vary(1.0, 0.2)
        claw: list[Primitive] = [
            Capsule((side * wide * 0.8, 0.2, 0.15), (side * (wide + 0.2), 0.26, 0.24), 0.05, 0.055),
            Capsule((side * (wide + 0.2), 0.26, 0.24), (side * (wide + 0.16), 0.42, 0.3), 0.06, 0.09 * big),
            Ellipsoid((side * (wide + 0.14), 0.5, 0.32), (0.12 * big, 0.15 * big, 0.075)),
            Capsule((side * (wide + 0.2), 0.58, 0.32), (side * (wide + 0.1), 0.58 + 0.16 * big, 0.34), 0.06, 0.02),
            Capsule((side * (wide + 0.06), 0.52, 0.32), (side * (wide + 0.01), 0.52 + 0.17 * big, 0.34), 0.05, 0.016),
            Capsule((side * (wide + 0.11), 0.63, 0.33), (side * (wide + 0.03), 0.84, 0.35), 0.03, 0.02, subtract=True),
        ]
        builder.blend("claw", claw, MAIN, "glossy", smooth=0.03, detail=40)
        for i in range(3):
            z = 0.12 - 0.15 * i
            leg = [
                (side * wide * 0.8, 0.16, z * 0.8),
                (side * (wide + 0.17), 0.27, z),
                (side * (wide + 0.25), 0.0, z * 1.35),
            ]
            builder.add("leg", tube(leg, [0.045, 0.045, 0.035, 0.008]), MAIN)
        builder.add("stalk", capsule((side * 0.1, 0.3, 0.18), (side * 0.11, 0.43, 0.22), 0.024), MAIN)
        builder.add("eye", sphere(0.062).move(side * 0.11, 0.46, 0.225), "white", "glossy")
        builder.add("eye", bead(0.034).move(side * 0.105, 0.465, 0.267), "black", "glossy")
    builder.add("mouth", tube([(-0.08, 0.2, 0.25), (0, 0.17, 0.265), (0.08, 0.2, 0.25)], 0.014, count=10), "maroon")
    for x, z in ((-0.14, -0.05), (0.12, -0.08), (0.0, 0.04), (0.2, 0.03), (-0.22, 0.04)):
        builder.add(
            "spot",
            bead(0.036, 0.014, 0.036).move(x, 0.2 + 0.15 * math.sqrt(1 - (x / wide) ** 2 - (z / 0.26) ** 2), z),
            ACCENT,
        )
